/* Transactions for tests that speak HTTP: make-transactions CHAIN-HEX FIRST COUNT writes, for each, u32 length and bytes: registrations of
 * accounts nobody has. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-tx.h"

#include "core/citiz-env.h"
#include "crypto/citiz-crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CitizTx *
make (const CitizHash *chain, guint64 number)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);
  g_autoptr (CitizSigningKey) device = NULL;
  CitizTx *tx = citiz_tx_new (CITIZ_TX_ACCT_REGISTER);

  memset (citiz_secret_data (seed), 0xd0, 32);
  memcpy (citiz_secret_data (seed), &number, sizeof number);
  device = citiz_signing_key_new_from_seed (seed);
  tx->chain_id = *chain;
  tx->valid_until.ms = citiz_env_now (citiz_env_system ()).ms + 2 * CITIZ_HOUR;
  tx->body.reg.keys[tx->body.reg.n_keys++] = (CitizAccountKey){
      CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *citiz_signing_key_get_public (device)};
  citiz_tx_register_account_id (&tx->account, &tx->body.reg);
  citiz_tx_sign (tx, device);
  return tx;
}

int
main (int argc, char **argv)
{
  CitizHash chain;
  guint64 first, count;

  if (argc != 4 || !citiz_crypto_init () || !citiz_hash_from_hex (&chain, argv[1])
      || !g_ascii_string_to_unsigned (argv[2], 10, 0, G_MAXINT64, &first, NULL)
      || !g_ascii_string_to_unsigned (argv[3], 10, 1, 1000000, &count, NULL))
    return 2;
  for (guint64 i = 0; i < count; i++)
    {
      g_autoptr (CitizTx) tx = make (&chain, first + i);
      g_autoptr (GByteArray) out = g_byte_array_new ();
      gsize n;
      const guint8 *bytes = g_bytes_get_data (citiz_tx_get_bytes (tx), &n);

      citiz_put_u32 (out, (guint32) n);
      citiz_put_bytes (out, bytes, n);
      if (fwrite (out->data, 1, out->len, stdout) != out->len)
        return 1;
    }
  return 0;
}
