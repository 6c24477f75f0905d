/* Transactions for tests that speak HTTP: make-transactions CHAIN-HEX FIRST COUNT [NODE-HEX EPOCH] writes, for each, u32 length and bytes:
 * registrations of accounts nobody has; with a node whose word they wait for, each followed by a commitment of that account. make-transactions watch
 * NUMBER SECONDS writes the checkpoint it reads, signed by that account at that time.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-tx.h"

#include "core/citiz-env.h"
#include "crypto/citiz-crypto.h"
#include "ledger/citiz-note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  CitizHash chain;
  CitizPublicKey sponsor;
  guint64 epoch;
} Maker;

static CitizSigningKey *
key_of (guint64 number)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);

  memset (citiz_secret_data (seed), 0xd0, 32);
  memcpy (citiz_secret_data (seed), &number, sizeof number);
  return citiz_signing_key_new_from_seed (seed);
}

static CitizTx *
begin (const Maker *maker, CitizTxType type)
{
  CitizTx *tx = citiz_tx_new (type);

  tx->chain_id = maker->chain;
  tx->valid_until.ms = citiz_env_now (citiz_env_system ()).ms + 2 * CITIZ_HOUR;
  tx->sponsor = maker->sponsor;
  tx->sponsor_epoch = maker->epoch;
  return tx;
}

static CitizTx *
make_account (const Maker *maker, const CitizSigningKey *device)
{
  CitizTx *tx = begin (maker, CITIZ_TX_ACCT_REGISTER);

  tx->body.reg.keys[tx->body.reg.n_keys++] = (CitizAccountKey){
      CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *citiz_signing_key_get_public (device)};
  citiz_tx_register_account_id (&tx->account, &tx->body.reg);
  citiz_tx_sign (tx, device);
  return tx;
}

static CitizTx *
make_commitment (const Maker *maker, const CitizHash *account, const CitizSigningKey *device)
{
  CitizTx *tx = begin (maker, CITIZ_TX_COMMIT_RECORDS);

  tx->account = *account;
  tx->nonce = 1;
  tx->body.commit.root.b[0] = 1;
  tx->body.commit.n_leaves = 1;
  citiz_tx_sign (tx, device);
  return tx;
}

static gboolean
write_tx (const CitizTx *tx)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize n;
  const guint8 *bytes = g_bytes_get_data (citiz_tx_get_bytes (tx), &n);

  citiz_put_u32 (out, (guint32) n);
  citiz_put_bytes (out, bytes, n);
  return fwrite (out->data, 1, out->len, stdout) == out->len;
}

static int
watch (guint64 number, guint64 time)
{
  const Maker maker = {0};
  g_autoptr (CitizSigningKey) device = key_of (number);
  g_autoptr (CitizTx) account = make_account (&maker, device);
  g_autofree gchar *name = citiz_hash_to_hex (&account->account);
  g_autofree gchar *note = NULL;
  gchar text[CITIZ_CHECKPOINT_MAX + 1] = "";

  if (fread (text, 1, CITIZ_CHECKPOINT_MAX, stdin) == 0)
    return 2;
  note = citiz_note_cosign (text, name, time, device, NULL);
  return note != NULL && fputs (note, stdout) >= 0 ? 0 : 1;
}

int
main (int argc, char **argv)
{
  Maker maker = {0};
  guint64 first, count;

  if (argc == 4 && g_str_equal (argv[1], "watch") && citiz_crypto_init ()
      && g_ascii_string_to_unsigned (argv[2], 10, 0, G_MAXINT64, &first, NULL)
      && g_ascii_string_to_unsigned (argv[3], 10, 0, G_MAXINT64, &count, NULL))
    return watch (first, count);
  if ((argc != 4 && argc != 6) || !citiz_crypto_init ()
      || !citiz_hash_from_hex (&maker.chain, argv[1])
      || !g_ascii_string_to_unsigned (argv[2], 10, 0, G_MAXINT64, &first, NULL)
      || !g_ascii_string_to_unsigned (argv[3], 10, 1, 1000000, &count, NULL)
      || (argc == 6 && !citiz_hex_decode (maker.sponsor.b, sizeof maker.sponsor.b, argv[4]))
      || (argc == 6
          && !g_ascii_string_to_unsigned (argv[5], 10, 0, G_MAXINT64, &maker.epoch, NULL)))
    return 2;
  for (guint64 i = 0; i < count; i++)
    {
      g_autoptr (CitizSigningKey) device = key_of (first + i);
      g_autoptr (CitizTx) account = make_account (&maker, device);
      g_autoptr (CitizTx) commitment
          = argc == 6 ? make_commitment (&maker, &account->account, device) : NULL;

      if (!write_tx (account) || (commitment && !write_tx (commitment)))
        return 1;
    }
  return 0;
}
