/* A small chain for the tests of the rules. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "world.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

/* Nodes in ascending order of their public keys, as the list of validators wants them. */
static void
make_nodes (World *world)
{
  for (guint i = 0; i < world->n; i++)
    world->nodes[i] = tools_key ((guint8) (10 + i));
  for (guint i = 0; i < world->n; i++)
    for (guint j = i + 1; j < world->n; j++)
      if (memcmp (citiz_signing_key_get_public (world->nodes[i])->b,
                  citiz_signing_key_get_public (world->nodes[j])->b, 32)
          > 0)
        {
          CitizSigningKey *swap = world->nodes[i];
          world->nodes[i] = world->nodes[j];
          world->nodes[j] = swap;
        }
}

CitizTx *
world_tx (World *world,
          CitizTxType type,
          const CitizHash *account,
          guint16 key_index,
          const CitizTxBody *body,
          guint key)
{
  CitizTx *tx = citiz_tx_new (type);

  tx->chain_id = *citiz_ledger_chain_id (world->ledger);
  tx->account = *account;
  tx->nonce = world->nonce++;
  tx->valid_until.ms = world->time + CITIZ_HOUR;
  tx->key_index = key_index;
  tx->body = *body;
  citiz_tx_sign (tx, world->keys[key]);
  return tx;
}

CitizBlock *
world_build (World *world, CitizTx *tx, GError **error)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  CitizBlock *block;

  if (tx != NULL)
    g_ptr_array_add (txs, tx);
  world->time += 1000;
  block = citiz_ledger_build (world->ledger, txs, (CitizTime){world->time},
                              citiz_signing_key_get_public (world->nodes[0]), changes, error);
  if (block != NULL)
    g_array_append_vals (world->log_nodes, changes->log_nodes->data, changes->log_nodes->len);
  g_assert_true (citiz_ledger_check (world->ledger));
  return block;
}

void
world_accept (World *world, CitizTx *tx)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizBlock) block = world_build (world, tx, &error);

  g_assert_no_error (error);
  g_assert_nonnull (block);
}

void
world_refuse (World *world, CitizTx *tx, CitizLedgerError code)
{
  g_autoptr (GError) error = NULL;
  const guint64 height = citiz_ledger_head (world->ledger)->height;
  g_autoptr (CitizBlock) block = world_build (world, tx, &error);

  g_assert_null (block);
  g_assert_error (error, CITIZ_LEDGER_ERROR, (gint) code);
  g_assert_cmpuint (citiz_ledger_head (world->ledger)->height, ==, height);
}

CitizTx *
world_registration (World *world, guint device, gint recovery, CitizHash *out_account)
{
  CitizTxBody body = {0};

  body.reg.keys[body.reg.n_keys++]
      = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                          *citiz_signing_key_get_public (world->keys[device])};
  if (recovery >= 0)
    body.reg.keys[body.reg.n_keys++]
        = (CitizAccountKey){CITIZ_KEY_ROLE_RECOVERY, CITIZ_ALG_ED25519,
                            *citiz_signing_key_get_public (world->keys[recovery])};
  citiz_tx_register_account_id (out_account, &body.reg);
  return world_tx (world, CITIZ_TX_ACCT_REGISTER, out_account, 0, &body, device);
}

void
world_init (World *world, guint n)
{
  memset (world, 0, sizeof *world);
  world->n = n;
  world->time = T0;
  world->log_nodes = g_array_new (FALSE, FALSE, sizeof (CitizLogNode));
  memset (&world->secret, 5, sizeof world->secret);
  make_nodes (world);
  for (guint i = 0; i < 4; i++)
    world->keys[i] = tools_key ((guint8) (50 + i));

  world->genesis.version = 1;
  world->genesis.protocol = CITIZ_PROTOCOL;
  world->genesis.time.ms = T0;
  world->genesis.n_founders = (guint16) n;
  for (guint i = 0; i < n; i++)
    {
      CitizFounder *founder = &world->genesis.founders[i];
      world->epochs[i] = tools_key ((guint8) (30 + i));
      founder->validator.node = *citiz_signing_key_get_public (world->nodes[i]);
      founder->validator.key = *citiz_signing_key_get_public (world->epochs[i]);
      citiz_founder_sign (founder, &world->genesis.salt, world->nodes[i]);
    }
  world->ledger = citiz_ledger_new (&world->genesis);
  g_assert_true (citiz_ledger_check (world->ledger));
  world_accept (world, world_registration (world, 0, 1, &world->account));
  world_accept (world, world_registration (world, 2, -1, &world->other));
}

void
world_clear (World *world)
{
  citiz_ledger_free (world->ledger);
  g_array_unref (world->log_nodes);
  for (guint i = 0; i < 4; i++)
    {
      g_clear_pointer (&world->nodes[i], citiz_signing_key_unref);
      g_clear_pointer (&world->epochs[i], citiz_signing_key_unref);
      g_clear_pointer (&world->keys[i], citiz_signing_key_unref);
    }
}

CitizId
world_grant_id (guint8 n)
{
  CitizId id;

  memset (id.b, n, sizeof id.b);
  return id;
}

void
world_grant_body (World *world, guint8 n, guint16 max, CitizTxBody *body)
{
  memset (body, 0, sizeof *body);
  body->grant.id = world_grant_id (n);
  body->grant.kind = CITIZ_GRANT_EMERGENCY;
  body->grant.threshold = 1;
  body->grant.n_committee = 1;
  body->grant.committee[0].node = *citiz_signing_key_get_public (world->keys[2]);
  citiz_hash_repeat (&body->grant.a_max, &world->secret, max);
  body->grant.max_openings = max;
  body->grant.not_before.ms = world->time;
  body->grant.expires.ms = world->time + CITIZ_DAY;
}

CitizTx *
world_grant (World *world, guint8 n, guint16 max)
{
  CitizTxBody body;

  world_grant_body (world, n, max, &body);
  return world_tx (world, CITIZ_TX_GRANT, &world->account, 0, &body, 0);
}

CitizTx *
world_opening (World *world, guint8 n, guint16 use, guint16 max)
{
  CitizTxBody body = {0};

  body.open.grant = world_grant_id (n);
  body.open.use = use;
  citiz_hash_repeat (&body.open.a, &world->secret, max - use);
  return world_tx (world, CITIZ_TX_ACCESS_OPEN, &world->other, 0, &body, 2);
}

CitizTx *
world_about_grant (World *world, CitizTxType type, guint8 n, const CitizHash *account, guint key)
{
  CitizTxBody body = {0};

  body.revoke.grant = world_grant_id (n);
  return world_tx (world, type, account, 0, &body, key);
}
