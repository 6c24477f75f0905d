/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tools.h"

#include "crypto/citiz-crypto.h"

#include <glib/gstdio.h>
#include <string.h>

CitizSigningKey *
tools_key (guint8 n)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);

  memset (citiz_secret_data (seed), n, 32);
  return citiz_signing_key_new_from_seed (seed);
}

CitizSigningKey *
tools_device (guint number)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);

  memset (citiz_secret_data (seed), 0xe0, 32);
  memcpy (citiz_secret_data (seed), &number, sizeof number);
  return citiz_signing_key_new_from_seed (seed);
}

CitizTx *
tools_registration (const CitizHash *chain_id,
                    guint number,
                    CitizTime until,
                    const CitizPublicKey *sponsor,
                    guint64 epoch)
{
  g_autoptr (CitizSigningKey) device = tools_device (number);
  CitizTx *tx = citiz_tx_new (CITIZ_TX_ACCT_REGISTER);

  tx->chain_id = *chain_id;
  tx->valid_until = until;
  if (sponsor != NULL)
    tx->sponsor = *sponsor;
  tx->sponsor_epoch = epoch;
  tx->body.reg.keys[tx->body.reg.n_keys++] = (CitizAccountKey){
      CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *citiz_signing_key_get_public (device)};
  citiz_tx_register_account_id (&tx->account, &tx->body.reg);
  citiz_tx_sign (tx, device);
  return tx;
}

void
tools_random (gpointer unused, guint8 *out, gsize n)
{
  citiz_random (out, n);
}

void
tools_remove_folder (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        tools_remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

gboolean
tools_tick (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}
