/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "chain-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

static CitizTime
world_now (gpointer data)
{
  return ((World *) data)->now;
}

void
world_open (World *world)
{
  g_autoptr (GError) error = NULL;

  world->db = citiz_db_open (world->dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  world->chain = citiz_chain_open (world->db, &world->env, world->node, &error);
  g_assert_no_error (error);
}

void
world_shut (World *world)
{
  g_clear_pointer (&world->chain, citiz_chain_close);
  g_clear_pointer (&world->db, citiz_db_unref);
}

void
world_init (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GError) error = NULL;

  world->dir = g_dir_make_tmp ("citiz-chain-XXXXXX", &error);
  g_assert_no_error (error);
  world->now.ms = G_GINT64_CONSTANT (1800000000000);
  world->env = (CitizEnv){world_now, tools_random, world};
  world->node = tools_key (1);
  world->device = tools_key (2);
  memset (&world->secret, 7, sizeof world->secret);
  world_open (world);
  citiz_chain_add_register (world->chain, txs, world->device, NULL, &world->account);
  g_assert_true (citiz_chain_submit (world->chain, txs, NULL, &error));
  g_assert_no_error (error);
}

void
world_clear (World *world, gconstpointer unused)
{
  world_shut (world);
  tools_remove_folder (world->dir);
  g_free (world->dir);
  citiz_signing_key_unref (world->node);
  citiz_signing_key_unref (world->device);
}

GPtrArray *
list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
}

CitizId
grant_id (guint8 n)
{
  CitizId id;

  memset (id.b, n, sizeof id.b);
  return id;
}

void
add_grant (World *world, GPtrArray *txs, guint8 n, guint16 max, gint64 length)
{
  CitizTxBody body = {0};

  body.grant.id = grant_id (n);
  body.grant.kind = CITIZ_GRANT_EMERGENCY;
  memset (&body.grant.capsule, 9, 32);
  body.grant.threshold = 1;
  body.grant.n_committee = 1;
  body.grant.committee[0].node = *citiz_signing_key_get_public (world->node);
  citiz_hash_repeat (&body.grant.a_max, &world->secret, max);
  body.grant.max_openings = max;
  body.grant.not_before = citiz_chain_time (world->chain);
  body.grant.expires.ms = body.grant.not_before.ms + length;
  citiz_chain_add (world->chain, txs, CITIZ_TX_GRANT, &world->account, 0, &body, world->device);
}

CitizHash
note_of (guint16 use)
{
  CitizHash note;

  memset (note.b, 0x40 + use, sizeof note.b);
  return note;
}

void
add_open (World *world, GPtrArray *txs, guint8 n, guint16 use, guint16 max)
{
  CitizTxBody body = {0};

  body.open.grant = grant_id (n);
  body.open.use = use;
  citiz_hash_repeat (&body.open.a, &world->secret, max - use);
  body.open.note = note_of (use);
  citiz_chain_add (world->chain, txs, CITIZ_TX_ACCESS_OPEN, &world->account, 0, &body,
                   world->device);
}

void
add_revoke (World *world, GPtrArray *txs, guint8 n)
{
  CitizTxBody body = {0};

  body.revoke.grant = grant_id (n);
  citiz_chain_add (world->chain, txs, CITIZ_TX_GRANT_REVOKE, &world->account, 0, &body,
                   world->device);
}

void
submit_ok (World *world, GPtrArray *txs, CitizBlockInfo *out)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_chain_submit (world->chain, txs, out, &error));
  g_assert_no_error (error);
}

void
submit_refused (World *world, GPtrArray *txs, CitizLedgerError code)
{
  g_autoptr (GError) error = NULL;
  const guint64 height = citiz_chain_height (world->chain);

  g_assert_false (citiz_chain_submit (world->chain, txs, NULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, (gint) code);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, height);
}

CitizGrantState
state_of (World *world, guint8 n)
{
  const CitizId id = grant_id (n);
  CitizGrantState state;

  g_assert_true (citiz_chain_grant (world->chain, &id, &state));
  return state;
}

void
verify_ok (World *world)
{
  g_autoptr (GError) error = NULL;
  CitizVerified verified;

  g_assert_true (citiz_chain_verify_level (world->chain, CITIZ_LEVEL_FULL, NULL, NULL, NULL,
                                           &verified, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (verified.n_blocks, ==, citiz_chain_height (world->chain));
}
