/* The rules: every refusal, blocks, certificates, light verification. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "world.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

static void
test_envelope (void)
{
  World world;
  CitizTxBody body = {0};
  CitizTx *tx;
  CitizHash nobody = {{1}};

  world_init (&world, 1);
  body.commit.n_leaves = 1;
  tx = citiz_tx_new (CITIZ_TX_COMMIT_RECORDS);
  tx->account = world.account;
  tx->valid_until.ms = world.time + CITIZ_HOUR;
  tx->body = body;
  citiz_tx_sign (tx, world.keys[0]);
  world_refuse (&world, tx, CITIZ_LEDGER_ERROR_CHAIN);

  world_refuse (&world, world_tx (&world, CITIZ_TX_COMMIT_RECORDS, &nobody, 0, &body, 0),
                CITIZ_LEDGER_ERROR_ACCOUNT);
  world_refuse (&world, world_tx (&world, CITIZ_TX_COMMIT_RECORDS, &world.account, 2, &body, 0),
                CITIZ_LEDGER_ERROR_ACCOUNT);
  world_refuse (&world, world_tx (&world, CITIZ_TX_COMMIT_RECORDS, &world.account, 1, &body, 1),
                CITIZ_LEDGER_ERROR_ROLE);
  world_refuse (&world, world_tx (&world, CITIZ_TX_COMMIT_RECORDS, &world.account, 0, &body, 2),
                CITIZ_LEDGER_ERROR_SIGNATURE);

  world.time -= 2 * CITIZ_HOUR;
  tx = world_tx (&world, CITIZ_TX_COMMIT_RECORDS, &world.account, 0, &body, 0);
  world.time += 2 * CITIZ_HOUR;
  world_refuse (&world, tx, CITIZ_LEDGER_ERROR_TIME);
  world.time += CITIZ_DAY;
  tx = world_tx (&world, CITIZ_TX_COMMIT_RECORDS, &world.account, 0, &body, 0);
  world.time -= CITIZ_DAY;
  world_refuse (&world, tx, CITIZ_LEDGER_ERROR_TIME);
  world.time += CITIZ_DAY - CITIZ_HOUR; /* and the hour that it is valid: just a day */
  body.commit.root.b[0] = 1;
  tx = world_tx (&world, CITIZ_TX_COMMIT_RECORDS, &world.account, 0, &body, 0);
  world.time -= CITIZ_DAY - CITIZ_HOUR;
  world_accept (&world, tx);
  body.commit.root.b[0] = 0;

  tx = world_tx (&world, CITIZ_TX_COMMIT_RECORDS, &world.account, 0, &body, 0);
  citiz_tx_ref (tx);
  world_accept (&world, tx);
  world_refuse (&world, tx, CITIZ_LEDGER_ERROR_NONCE);
  world_refuse (&world, world_tx (&world, CITIZ_TX_COMMIT_RECORDS, &world.account, 0, &body, 0),
                CITIZ_LEDGER_ERROR_EXISTS);
  world.time -= 5000;
  world_refuse (&world, NULL, CITIZ_LEDGER_ERROR_TIME);
  world_clear (&world);
}

static void
test_nonces (void)
{
  CitizKeySlot slot = {0};
  gboolean spent[400] = {FALSE};
  guint64 next = 0;

  for (guint round = 0; round < 4000; round++)
    {
      const guint64 nonce = (guint64) g_test_rand_int_range (
          (gint) MAX (0, (gint) next - 80), (gint) MIN (G_N_ELEMENTS (spent), next + 80));
      const gboolean expected
          = !spent[nonce] && nonce < next + 64 && (nonce >= next || next - 1 - nonce < 64);

      g_assert_cmpint (citiz_nonce_is_free (&slot, nonce), ==, expected);
      if (!expected)
        continue;
      citiz_nonce_spend (&slot, nonce);
      spent[nonce] = TRUE;
      next = MAX (next, nonce + 1);
      g_assert_cmpuint (slot.next, ==, next);
    }
}

static void
test_accounts (void)
{
  World world;
  CitizHash id;
  CitizTxBody body = {0};
  CitizAccount account;
  CitizTx *tx;

  world_init (&world, 1);
  world_refuse (&world, world_registration (&world, 0, 1, &id), CITIZ_LEDGER_ERROR_EXISTS);
  tx = world_registration (&world, 3, -1, &id);
  tx->account.b[0] ^= 1;
  g_clear_pointer (&tx->bytes, g_bytes_unref);
  citiz_tx_sign (tx, world.keys[3]);
  world_refuse (&world, tx, CITIZ_LEDGER_ERROR_ACCOUNT);

  /* A new device key by the recovery key, in place of the first. */
  body.rotate.replaced = 0;
  body.rotate.key = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                                      *citiz_signing_key_get_public (world.keys[3])};
  world_refuse (&world, world_tx (&world, CITIZ_TX_ACCT_ROTATE, &world.account, 0, &body, 0),
                CITIZ_LEDGER_ERROR_ROLE);
  world_accept (&world, world_tx (&world, CITIZ_TX_ACCT_ROTATE, &world.account, 1, &body, 1));
  g_assert_true (citiz_ledger_get_account (world.ledger, &world.account, &account));
  g_assert_cmpuint (account.n_keys, ==, 3);
  g_assert_true (account.keys[0].revoked);
  world_refuse (&world, world_tx (&world, CITIZ_TX_ACCT_ROTATE, &world.account, 1, &body, 1),
                CITIZ_LEDGER_ERROR_EXISTS);
  world_refuse (&world, world_grant (&world, 1, 3), CITIZ_LEDGER_ERROR_ACCOUNT);

  memset (&body, 0, sizeof body);
  body.acct_revoke.revoked = 1;
  world.nonce = 0;
  world_refuse (&world, world_tx (&world, CITIZ_TX_ACCT_REVOKE, &world.account, 2, &body, 3),
                CITIZ_LEDGER_ERROR_ROLE);
  body.acct_revoke.revoked = 2;
  world_accept (&world, world_tx (&world, CITIZ_TX_ACCT_REVOKE, &world.account, 2, &body, 3));
  body.acct_revoke.revoked = 0;
  world.nonce = 10;
  world_refuse (&world, world_tx (&world, CITIZ_TX_ACCT_REVOKE, &world.account, 1, &body, 1),
                CITIZ_LEDGER_ERROR_ACCOUNT);
  world_clear (&world);
}

static void
test_grants (void)
{
  World world;
  CitizGrantRecord record;
  CitizGrantUse use;
  CitizGrantState state;
  CitizTxBody body;
  const CitizId id = world_grant_id (1);

  world_init (&world, 1);
  world_accept (&world, world_grant (&world, 1, 3));
  world_refuse (&world, world_grant (&world, 1, 3), CITIZ_LEDGER_ERROR_EXISTS);
  world_grant_body (&world, 2, 3, &body);
  body.grant.not_before.ms -= CITIZ_DAY;
  body.grant.expires.ms = world.time;
  world_refuse (&world, world_tx (&world, CITIZ_TX_GRANT, &world.account, 0, &body, 0),
                CITIZ_LEDGER_ERROR_TIME);
  world_refuse (&world, world_about_grant (&world, CITIZ_TX_GRANT_REVOKE, 1, &world.other, 2),
                CITIZ_LEDGER_ERROR_OWNER);
  world_refuse (&world, world_about_grant (&world, CITIZ_TX_GRANT_REVOKE, 9, &world.account, 0),
                CITIZ_LEDGER_ERROR_UNKNOWN_GRANT);
  world_refuse (&world, world_about_grant (&world, CITIZ_TX_ACCESS_CLOSE, 1, &world.other, 2),
                CITIZ_LEDGER_ERROR_CLOSED);
  world_accept (&world, world_opening (&world, 1, 1, 3));
  world_refuse (&world, world_opening (&world, 1, 1, 3), CITIZ_LEDGER_ERROR_USE);
  world_refuse (&world, world_opening (&world, 1, 2, 4), CITIZ_LEDGER_ERROR_PROOF);
  world_accept (&world, world_opening (&world, 1, 2, 3));
  world.nonce = 20;
  world_accept (&world, world_about_grant (&world, CITIZ_TX_GRANT_REVOKE, 1, &world.account, 0));
  world_refuse (&world, world_about_grant (&world, CITIZ_TX_GRANT_REVOKE, 1, &world.account, 0),
                CITIZ_LEDGER_ERROR_CLOSED);
  world_refuse (&world, world_opening (&world, 1, 3, 3), CITIZ_LEDGER_ERROR_CLOSED);
  world_refuse (&world, world_about_grant (&world, CITIZ_TX_ACCESS_CLOSE, 1, &world.account, 0),
                CITIZ_LEDGER_ERROR_OWNER);
  world_accept (&world, world_about_grant (&world, CITIZ_TX_ACCESS_CLOSE, 1, &world.other, 2));
  world_refuse (&world, world_about_grant (&world, CITIZ_TX_ACCESS_CLOSE, 1, &world.other, 2),
                CITIZ_LEDGER_ERROR_EXISTS);

  g_assert_true (citiz_ledger_get_grant (world.ledger, &id, &record, &use));
  citiz_grant_judge (&state, &record, &use, (CitizTime){world.time});
  g_assert_cmpint (state.status, ==, CITIZ_GRANT_REVOKED);
  g_assert_cmpint (state.used, ==, 2);
  g_assert_cmpint (state.closed, ==, 1);
  world_clear (&world);
}

/* What nodes opened while the ledger stood still comes late: of a grant that allows it, by one of its nodes, in order, and it opens nothing. */
static void
test_late_openings (void)
{
  static const CitizGrantStatus ends[] = {CITIZ_GRANT_REVOKED, CITIZ_GRANT_EXPIRED};
  World world;
  CitizGrantRecord record;
  CitizGrantUse use;
  CitizGrantState state;
  CitizTxBody body;
  CitizTxBody opening = {.open = {.use = 1}};

  world_init (&world, 1);
  for (guint8 i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      const CitizId id = world_grant_id ((guint8) (i + 1));

      world_grant_body (&world, (guint8) (i + 1), 2, &body);
      body.grant.kind = CITIZ_GRANT_EMERGENCY_STALLED;
      world_accept (&world, world_tx (&world, CITIZ_TX_GRANT, &world.account, 0, &body, 0));
      if (ends[i] == CITIZ_GRANT_REVOKED)
        world_accept (&world,
                      world_about_grant (&world, CITIZ_TX_GRANT_REVOKE, 1, &world.account, 0));
      else
        world.time = body.grant.expires.ms;
      opening.open.grant = id;
      citiz_hash_repeat (&opening.open.a, &world.secret, 1);
      world_refuse (&world, world_tx (&world, CITIZ_TX_ACCESS_OPEN, &world.account, 0, &opening, 0),
                    CITIZ_LEDGER_ERROR_CLOSED); /* not one of its nodes */
      world_refuse (&world, world_opening (&world, (guint8) (i + 1), 2, 2), CITIZ_LEDGER_ERROR_USE);
      world_accept (&world, world_opening (&world, (guint8) (i + 1), 1, 2));
      world_refuse (&world, world_opening (&world, (guint8) (i + 1), 1, 2), CITIZ_LEDGER_ERROR_USE);
      world_accept (&world, world_opening (&world, (guint8) (i + 1), 2, 2));
      world_refuse (&world, world_opening (&world, (guint8) (i + 1), 3, 3),
                    CITIZ_LEDGER_ERROR_CLOSED);
      g_assert_true (citiz_ledger_get_grant (world.ledger, &id, &record, &use));
      citiz_grant_judge (&state, &record, &use, (CitizTime){world.time});
      g_assert_cmpint (state.status, ==, ends[i]);
      g_assert_cmpint (state.used, ==, 2);
      g_assert_false (state.can_release);
    }
  /* a grant that does not allow it */
  world_accept (&world, world_grant (&world, 7, 2));
  world_accept (&world, world_about_grant (&world, CITIZ_TX_GRANT_REVOKE, 7, &world.account, 0));
  world_refuse (&world, world_opening (&world, 7, 1, 2), CITIZ_LEDGER_ERROR_CLOSED);
  world_clear (&world);
}

static void
test_judging (void)
{
  const struct
  {
    gint64 revoked, time;
    guint16 used;
    guint64 duration;
    CitizGrantStatus status;
    gint64 ended;
    gboolean can_release;
  } cases[] = {
      {0, 99, 0, 0, CITIZ_GRANT_NOT_YET, 0, FALSE},
      {0, 100, 0, 0, CITIZ_GRANT_ACTIVE, 0, FALSE},
      {0, 100, 1, 0, CITIZ_GRANT_ACTIVE, 0, TRUE},
      {0, 199, 1, 0, CITIZ_GRANT_ACTIVE, 0, TRUE},
      {0, 200, 1, 0, CITIZ_GRANT_EXPIRED, 200, FALSE},
      {0, 900, 2, 0, CITIZ_GRANT_EXPIRED, 200, FALSE},
      {0, 150, 2, 0, CITIZ_GRANT_USED, 120, TRUE},
      {130, 150, 2, 0, CITIZ_GRANT_REVOKED, 130, FALSE},
      {130, 300, 1, 0, CITIZ_GRANT_REVOKED, 130, FALSE},
      {50, 60, 0, 0, CITIZ_GRANT_REVOKED, 50, FALSE},
      {0, 139, 1, 30, CITIZ_GRANT_ACTIVE, 0, TRUE}, /* opened at 110 for 30 */
      {0, 140, 1, 30, CITIZ_GRANT_EXPIRED, 140, FALSE},
      {0, 140, 0, 30, CITIZ_GRANT_ACTIVE, 0, FALSE},
      {0, 200, 1, 500, CITIZ_GRANT_EXPIRED, 200, FALSE},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CitizGrantRecord record = {0};
      CitizGrantUse use = {.used = cases[i].used, .first = {110}, .last = {120}};
      CitizGrantState state;

      record.grant.not_before.ms = 100;
      record.grant.expires.ms = 200;
      record.grant.max_openings = 2;
      record.grant.duration = cases[i].duration;
      record.revoked.ms = cases[i].revoked;
      citiz_grant_judge (&state, &record, &use, (CitizTime){cases[i].time});
      g_test_message ("case %u", (guint) i);
      g_assert_cmpint (state.status, ==, cases[i].status);
      g_assert_cmpint (state.ended.ms, ==, cases[i].ended);
      g_assert_cmpint (state.can_release, ==, cases[i].can_release);
    }
}

static void
vote_cert (World *world,
           CitizVoteKind kind,
           guint64 slot,
           const CitizHash *hash,
           guint n_votes,
           CitizCert *out)
{
  CitizVote votes[4];

  for (guint i = 0; i < n_votes; i++)
    {
      votes[i] = (CitizVote){.kind = kind, .slot = slot, .hash = *hash, .voter = (guint16) i};
      citiz_vote_sign (&votes[i], citiz_ledger_chain_id (world->ledger),
                       citiz_ledger_vs_hash (world->ledger), world->epochs[i]);
    }
  citiz_cert_from_votes (out, votes, n_votes);
}

static void
certify (World *world, CitizBlock *block, guint n_votes)
{
  g_autofree CitizCert *notar = g_new (CitizCert, 1);

  vote_cert (world, CITIZ_VOTE_NOTAR, block->header.slot, &block->hash, n_votes, notar);
  block->justification = citiz_justification_new (notar);
  block->final = g_new (CitizCert, 1);
  vote_cert (world, CITIZ_VOTE_FINAL, block->header.slot, &block->hash, n_votes, block->final);
}

static gboolean
apply (CitizLedger *ledger, const CitizBlock *block, CitizLevel level, GError **error)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();

  return citiz_ledger_apply (ledger, block, block->header.time, level, NULL, NULL, changes, error);
}

static void
refuse_block (CitizLedger *before, const CitizBlock *block, CitizLevel level, CitizLedgerError code)
{
  g_autoptr (CitizLedger) ledger = citiz_ledger_fork (before);
  g_autoptr (GError) error = NULL;

  g_assert_false (apply (ledger, block, level, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, (gint) code);
  g_assert_true (citiz_ledger_check (ledger));
  g_assert_true (
      citiz_hash_equal (citiz_ledger_head_hash (ledger), citiz_ledger_head_hash (before)));
}

/* Every field of a header changed, one at a time; the slot is the proposer's choice, its gap is test_skips()'s. */
static void
refuse_headers (CitizLedger *before, CitizBlock *block)
{
  const CitizBlockHeader good = block->header;
  const CitizHash hash = block->hash;
  CitizBlockHeader *h = &block->header;
  const struct
  {
    guint8 *at;
    gsize n;
  } fields[] = {
      {h->chain_id.b, 32},
      {(guint8 *) &h->epoch, 8},
      {(guint8 *) &h->height, 8},
      {h->parent.b, 32},
      {(guint8 *) &h->parent_slot, 8},
      {h->proposer.b, 32},
      {(guint8 *) &h->n_tx, 4},
      {(guint8 *) &h->log_size, 8},
      {h->log_root.b, 32},
      {h->state_root.b, 32},
      {h->vs_hash.b, 32},
      {h->next_vs_hash.b, 32},
      {h->evidence_root.b, 32},
      {h->snapshot_root.b, 32},
  };
  CitizJustification *justification = g_steal_pointer (&block->justification);
  CitizCert *final = g_steal_pointer (&block->final);

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (CitizLedger) ledger = citiz_ledger_fork (before);
      g_autoptr (GError) error = NULL;

      fields[i].at[0] ^= 0x40;
      citiz_block_header_hash (&block->hash, h);
      g_assert_false (apply (ledger, block, CITIZ_LEVEL_STRUCTURAL, &error));
      *h = good;
    }
  h->time = citiz_ledger_time (before);
  refuse_block (before, block, CITIZ_LEVEL_STRUCTURAL, CITIZ_LEDGER_ERROR_TIME);
  block->header = good;
  block->hash = hash;
  block->justification = justification;
  block->final = final;
}

static void
test_blocks (gconstpointer data)
{
  const guint n = GPOINTER_TO_UINT (data);
  const guint quorum = citiz_quorum (n);
  World world;
  g_autoptr (CitizLedger) before = NULL;
  g_autoptr (CitizLedger) behind = NULL;
  g_autoptr (CitizBlock) block = NULL;
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (GError) error = NULL;

  world_init (&world, n);
  before = citiz_ledger_fork (world.ledger);
  behind = citiz_ledger_fork (world.ledger);
  block = world_build (&world, world_grant (&world, 1, 3), &error);
  g_assert_no_error (error);

  if (quorum > 1)
    {
      certify (&world, block, quorum - 1);
      refuse_block (before, block, CITIZ_LEVEL_STRUCTURAL, CITIZ_LEDGER_ERROR_CERT);
      g_clear_pointer (&block->justification, citiz_justification_free);
      g_clear_pointer (&block->final, g_free);
    }
  certify (&world, block, quorum);
  block->final->signatures[0].b[3] ^= 1;
  refuse_block (before, block, CITIZ_LEVEL_FULL, CITIZ_LEDGER_ERROR_CERT);
  block->final->signatures[0].b[3] ^= 1;
  block->final->slot++;
  refuse_block (before, block, CITIZ_LEVEL_FULL, CITIZ_LEDGER_ERROR_CERT);
  block->final->slot--;
  refuse_headers (before, block);

  /* Ahead of the checker's clock by two seconds: not yet. By less: fine. */
  g_assert_false (citiz_ledger_apply (behind, block, (CitizTime){block->header.time.ms - 2001},
                                      CITIZ_LEVEL_FULL, NULL, NULL, changes, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_TIME);
  g_clear_error (&error);
  g_assert_true (citiz_ledger_apply (behind, block, (CitizTime){block->header.time.ms - 2000},
                                     CITIZ_LEVEL_FULL, NULL, NULL, changes, &error));
  g_assert_no_error (error);
  g_assert_true (citiz_ledger_check (behind));
  g_assert_true (
      citiz_hash_equal (citiz_ledger_head_hash (behind), citiz_ledger_head_hash (world.ledger)));
  world_clear (&world);
}

/* A slot may be passed over with its SKIP certificate, and only so. */
static void
test_skips (void)
{
  World world;
  g_autoptr (CitizLedger) before = NULL;
  g_autoptr (CitizBlock) block = NULL;
  g_autoptr (GError) error = NULL;
  const CitizHash nothing = {{0}};
  CitizCert *skip = g_new (CitizCert, 1);

  world_init (&world, 4);
  before = citiz_ledger_fork (world.ledger);
  block = world_build (&world, NULL, &error);
  block->header.slot++;
  citiz_block_header_hash (&block->hash, &block->header);
  certify (&world, block, 3);
  refuse_block (before, block, CITIZ_LEVEL_FULL, CITIZ_LEDGER_ERROR_CERT);
  vote_cert (&world, CITIZ_VOTE_SKIP, block->header.slot - 1, &nothing, 3, skip);
  g_ptr_array_add (block->justification->skips, skip);
  g_assert_true (apply (before, block, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
  world_clear (&world);
}

static gboolean
read_node (gpointer data, guint level, guint64 index, CitizHash *out)
{
  World *world = data;

  for (guint i = 0; i < world->log_nodes->len; i++)
    {
      const CitizLogNode *node = &g_array_index (world->log_nodes, CitizLogNode, i);
      if (node->level == level && node->index == index)
        {
          *out = node->hash;
          return TRUE;
        }
    }
  return FALSE;
}

static void
test_light (void)
{
  World world;
  CitizLight light;
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizBlock) first = NULL;
  g_autoptr (CitizBlock) second = NULL;
  g_autoptr (CitizBlock) rival = NULL;
  g_autoptr (CitizLedger) fork = NULL;
  g_autofree gchar *text = NULL;
  CitizLogProof proof;
  CitizStateProof state_proof;
  CitizHash key;
  const CitizId id = world_grant_id (1);
  GBytes *bytes;

  world_init (&world, 4);
  citiz_light_init (&light, &world.genesis);
  first = world_build (&world, world_grant (&world, 1, 3), NULL);
  certify (&world, first, 3);
  fork = citiz_ledger_fork (world.ledger);
  second = world_build (&world, NULL, NULL);
  certify (&world, second, 3);
  citiz_ledger_free (world.ledger);
  world.ledger = citiz_ledger_fork (fork);
  rival = world_build (&world, NULL, NULL);
  certify (&world, rival, 3);

  g_assert_false (citiz_light_advance (&light, &first->header, second->final, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT);
  g_clear_error (&error);
  g_assert_true (citiz_light_advance (&light, &first->header, first->final, &error));

  bytes = citiz_tx_get_bytes (first->txs->pdata[0]);
  g_assert_true (citiz_log_prove_inclusion (&proof, 2, first->header.log_size, read_node, &world));
  g_assert_true (citiz_light_check_tx (&light, g_bytes_get_data (bytes, NULL),
                                       g_bytes_get_size (bytes), &proof, &error));
  g_assert_false (citiz_light_check_tx (&light, g_bytes_get_data (bytes, NULL),
                                        g_bytes_get_size (bytes) - 1, &proof, NULL));
  citiz_object_key (&key, CITIZ_OBJECT_GRANT, id.b, sizeof id.b);
  citiz_state_prove (citiz_ledger_state (fork), &key, &state_proof);
  g_assert_true (citiz_light_check_object (
      &light, &key, citiz_state_get (citiz_ledger_state (fork), &key), &state_proof, &error));
  g_assert_false (citiz_light_check_object (&light, &key, NULL, &state_proof, NULL));

  /* Not opened yet: absence is provable too. */
  citiz_object_key (&key, CITIZ_OBJECT_GRANT_USE, id.b, sizeof id.b);
  citiz_state_prove (citiz_ledger_state (fork), &key, &state_proof);
  g_assert_true (citiz_light_check_object (&light, &key, NULL, &state_proof, &error));

  g_assert_true (citiz_light_advance (&light, &second->header, second->final, &error));
  g_assert_true (citiz_light_advance (&light, &second->header, second->final, &error));
  g_assert_false (citiz_light_advance (&light, &first->header, first->final, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BEHIND);
  g_clear_error (&error);
  g_assert_false (citiz_light_advance (&light, &rival->header, rival->final, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BLOCK);
  text = citiz_checkpoint_text (&second->header);
  g_assert_true (g_str_has_prefix (text, "citiz/"));
  g_assert_nonnull (strstr (text, "\n3\n"));
  world_clear (&world);
}

static void
test_commitments (void)
{
  CitizHash salt = {{1}};
  CitizHash content = {{2}};
  CitizHash leaves[8] = {0};
  CitizHash a;
  CitizHash b;

  g_assert_cmpuint (citiz_commitment_size (1), ==, 1);
  g_assert_cmpuint (citiz_commitment_size (2), ==, 8);
  g_assert_cmpuint (citiz_commitment_size (65), ==, 512);
  g_assert_cmpuint (citiz_commitment_size (32769), ==, 0);
  citiz_commitment_leaf (&leaves[0], &salt, &content);
  citiz_commitment_leaf (&leaves[1], &content, &salt);
  g_assert_false (citiz_hash_equal (&leaves[0], &leaves[1]));
  citiz_commitment_root (&a, leaves, 8);
  leaves[7].b[0] = 1;
  citiz_commitment_root (&b, leaves, 8);
  g_assert_false (citiz_hash_equal (&a, &b));
}

static void
test_objects (void)
{
  World world;
  CitizGrantRecord record;
  CitizGrantRecord again;
  CitizGrantUse use;
  const CitizId id = world_grant_id (1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) twice = NULL;

  world_init (&world, 1);
  world_accept (&world, world_grant (&world, 1, 3));
  g_assert_true (citiz_ledger_get_grant (world.ledger, &id, &record, &use));
  bytes = citiz_grant_record_encode (&record);
  g_assert_true (citiz_grant_record_decode (bytes, &again, NULL));
  twice = citiz_grant_record_encode (&again);
  g_assert_true (g_bytes_equal (bytes, twice));
  g_assert_false (citiz_grant_use_decode (bytes, &use, NULL));
  for (gsize cut = 0; cut < g_bytes_get_size (bytes); cut++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, cut);
      g_assert_false (citiz_grant_record_decode (part, &again, NULL));
    }
  world_clear (&world);
}

/* A proposer takes what is valid, leaves the rest, and another node finds the same block right. */
static void
test_propose (void)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizChanges) again = citiz_changes_new ();
  g_autoptr (CitizLedger) other = NULL;
  g_autoptr (CitizBlock) block = NULL;
  g_autoptr (GError) error = NULL;
  CitizHash fresh;
  World world;

  world_init (&world, 4);
  other = citiz_ledger_fork (world.ledger);
  g_ptr_array_add (txs, world_registration (&world, 0, 1, &fresh)); /* there already */
  g_ptr_array_add (txs, world_registration (&world, 3, -1, &fresh));
  g_ptr_array_add (txs, citiz_tx_ref (txs->pdata[1])); /* twice */
  world.time += 1000;
  block = citiz_ledger_propose (world.ledger, txs, 9, (CitizTime){world.time},
                                citiz_signing_key_get_public (world.nodes[0]), changes, refused);
  g_assert_true (citiz_ledger_check (world.ledger));
  g_assert_cmpuint (block->header.slot, ==, 9);
  g_assert_cmpuint (block->txs->len, ==, 1);
  g_assert_true (block->txs->pdata[0] == txs->pdata[1]);
  g_assert_cmpuint (refused->len, ==, 2);
  g_assert_true (refused->pdata[0] == txs->pdata[0] && refused->pdata[1] == txs->pdata[2]);
  g_assert_true (citiz_ledger_apply (other, block, (CitizTime){world.time}, CITIZ_LEVEL_FULL, NULL,
                                     NULL, again, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (again->objects->len, ==, changes->objects->len);
  g_assert_cmpuint (again->log_nodes->len, ==, changes->log_nodes->len);

  /* An empty one. */
  g_clear_pointer (&block, citiz_block_free);
  g_ptr_array_set_size (txs, 0);
  block = citiz_ledger_propose (world.ledger, txs, 10, (CitizTime){world.time + 1},
                                citiz_signing_key_get_public (world.nodes[0]), changes, refused);
  g_assert_cmpuint (block->txs->len, ==, 0);
  g_assert_true (citiz_ledger_check (world.ledger));
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_test_add_func ("/ledger/envelope", test_envelope);
  g_test_add_func ("/ledger/nonces", test_nonces);
  g_test_add_func ("/ledger/accounts", test_accounts);
  g_test_add_func ("/ledger/grants", test_grants);
  g_test_add_func ("/ledger/judging", test_judging);
  g_test_add_func ("/ledger/late-openings", test_late_openings);
  g_test_add_func ("/ledger/objects", test_objects);
  g_test_add_func ("/ledger/commitments", test_commitments);
  g_test_add_data_func ("/ledger/blocks/1", GUINT_TO_POINTER (1), test_blocks);
  g_test_add_data_func ("/ledger/blocks/3", GUINT_TO_POINTER (3), test_blocks);
  g_test_add_data_func ("/ledger/blocks/4", GUINT_TO_POINTER (4), test_blocks);
  g_test_add_func ("/ledger/propose", test_propose);
  g_test_add_func ("/ledger/skips", test_skips);
  g_test_add_func ("/ledger/light", test_light);
  return g_test_run ();
}
