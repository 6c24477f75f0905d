/* What nodes enter on the ledger by themselves: proofs of contradiction, and whom they vouch for in a day. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "epochs-fixture.h"

#include "crypto/citiz-crypto.h"
#include "wire/citiz-message.h"

/* Two FINAL votes of one slot by one validator. */
static GBytes *
contradiction (World *world, Node *liar)
{
  CitizMessage message = {.kind = CITIZ_MESSAGE_EVIDENCE};
  CitizJournal *journal = citiz_journals_get (liar->journals, 0, NULL);
  CitizVote votes[2];

  for (guint8 i = 0; i < 2; i++)
    {
      votes[i] = (CitizVote){.kind = CITIZ_VOTE_FINAL,
                             .slot = 7,
                             .hash = {{i + 1}},
                             .voter = (guint16) citiz_replica_get_place (liar->replica)};
      citiz_vote_sign (&votes[i], &world->chain_id,
                       citiz_ledger_vs_hash (citiz_chain_ledger (liar->chain, NULL)),
                       citiz_journal_get_key (journal));
    }
  citiz_evidence_make (&message.evidence, &votes[0], &votes[1]);
  return citiz_message_encode (&message);
}

static gboolean
all_blame (World *world, guint64 arg)
{
  for (guint i = 0; i < world->n; i++)
    {
      g_autoptr (GPtrArray) blamed = citiz_steward_blamed (world->nodes[i].chain);

      if (blamed->len == 0)
        return FALSE;
    }
  return all_have (world, 0);
}

/* Whoever finds that one of them has contradicted itself says so on the ledger, once, whoever else finds it. */
static void
test_blame (void)
{
  g_autoptr (GBytes) bytes = NULL;
  guint said = 0;
  World world;

  world_init (&world, 4, 1);
  world.liars = TRUE;
  bytes = contradiction (&world, &world.nodes[3]);
  for (guint i = 1; i < 4; i++)
    node_down (&world.nodes[i]);
  citiz_replica_receive (world.nodes[0].replica, CITIZ_REPLICA_STRANGER, bytes);
  node_down (&world.nodes[0]); /* what was found is not lost with the power */
  for (guint i = 0; i < 4; i++)
    node_up (&world.nodes[i]);
  run (&world, all_blame, 0, "the proof on the ledger");
  citiz_replica_receive (world.nodes[1].replica, CITIZ_REPLICA_STRANGER, bytes);
  submit (&world, &world.nodes[0]);
  run (&world, all_have, 0, "a transaction after it");
  citiz_replica_receive (world.nodes[2].replica, CITIZ_REPLICA_STRANGER, bytes);
  submit (&world, &world.nodes[1]);
  run (&world, all_have, 0, "another");
  for (guint i = 0; i < world.n; i++)
    {
      g_autoptr (GPtrArray) blamed = citiz_steward_blamed (world.nodes[i].chain);
      g_autoptr (GPtrArray) infos = citiz_chain_txs_of_community (world.nodes[i].chain, NULL);
      const CitizEvidenceRecord *record = blamed->pdata[0];

      g_assert_true (citiz_public_key_equal (&record->node, public_of (&world.nodes[3])));
      for (guint k = 0; k < infos->len; k++)
        said += ((const CitizTxInfo *) infos->pdata[k])->type == CITIZ_TX_EVIDENCE;
    }
  g_assert_cmpuint (said, ==, world.n); /* one on each chain */
  check (&world);
  world_clear (&world);
}

static gboolean
has_params (World *world, guint64 arg)
{
  CitizTxParams params;

  return citiz_ledger_get_params (citiz_chain_ledger (world->nodes[0].chain, NULL), &params);
}

static gboolean
has_height (World *world, guint64 height)
{
  return citiz_chain_height (world->nodes[0].chain) >= height
         && citiz_replica_n_waiting (world->nodes[0].replica) <= 24;
}

/* Founders agree by themselves on what was configured. What a node vouches for beyond its number of today waits for tomorrow, and nothing
 * runs idle meanwhile. */
static void
test_quota (void)
{
  const CitizTxParams params = {.sponsored = 1, .quota = 20, .rate = 0, .work = 1};
  guint64 height;
  guint waiting;
  World world;

  world_init (&world, 1, 0);
  world.ahead = CITIZ_DAY - citiz_env_now (&world.env).ms % CITIZ_DAY - CITIZ_HOUR; /* 23:00 */
  citiz_steward_admit (world.nodes[0].steward, &params);
  run (&world, has_params, 0, "what the community asks for");
  for (guint i = 0; i < 32; i++)
    submit_for (&world, &world.nodes[0], TRUE);
  height = citiz_chain_height (world.nodes[0].chain);
  run (&world, has_height, height + 1, "those of today");
  waiting = citiz_replica_n_waiting (world.nodes[0].replica);
  g_assert_cmpuint (waiting, >, 10);
  height = citiz_chain_height (world.nodes[0].chain);
  spin (&world, 2000);
  g_assert_cmpuint (citiz_chain_height (world.nodes[0].chain), <=, height + 2);
  g_assert_cmpuint (citiz_replica_n_waiting (world.nodes[0].replica), ==, waiting);

  world.ahead += 2 * CITIZ_HOUR;
  submit_for (&world, &world.nodes[0], TRUE);
  run (&world, all_have, 0, "those of tomorrow");
  check (&world);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_func ("/epochs/blame", test_blame);
  g_test_add_func ("/epochs/quota", test_quota);
  return g_test_run ();
}
