/* Parts of a key as nodes signed them, held against the ledger: who lied is named, and nobody else. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "shared-world.h"

#include "crypto/citiz-crypto.h"
#include "sync/citiz-watch-file.h"
#include "sync/citiz-watch-given.h"
#include "sync/citiz-watch.h"

typedef struct
{
  SharedWorld world;
  CitizSigningKey *device;
  CitizHash account;
  guint nonce;
  CitizTxGrant deal; /* the newest */
} Scene;

static void
follow (Scene *scene, CitizTx *tx)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (blocks, shared_world_order (&scene->world, tx, changes, TRUE));
  g_assert_true (citiz_chain_follow (scene->world.chain, blocks, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
}

/* The ledger has @deal. */
static void
put_on_ledger (Scene *scene)
{
  g_autoptr (CitizTx) tx = citiz_tx_new (CITIZ_TX_GRANT);

  tx->chain_id = scene->world.chain_id;
  tx->account = scene->account;
  tx->nonce = scene->nonce++;
  tx->valid_until.ms = scene->world.now.ms + CITIZ_HOUR;
  tx->body.grant = scene->deal;
  citiz_tx_sign (tx, scene->device);
  follow (scene, tx);
}

static void
scene_up (Scene *scene, gconstpointer unused)
{
  g_autoptr (CitizTx) account = NULL;

  shared_world_init (&scene->world, NULL);
  scene->device = tools_device (scene->world.made);
  account = shared_world_tx (&scene->world);
  scene->account = account->account;
  scene->nonce = 1;
  follow (scene, account);
  scene->deal = (CitizTxGrant){.id = {{9}},
                               .kind = CITIZ_GRANT_EMERGENCY,
                               .capsule = {{1}},
                               .threshold = 2,
                               .n_committee = SHARED_N,
                               .max_openings = 4,
                               .not_before = scene->world.now,
                               .expires = {scene->world.now.ms + CITIZ_DAY}};
  for (guint i = 0; i < SHARED_N; i++)
    scene->deal.committee[i] = (CitizGrantMember){scene->world.genesis.founders[i].validator.node,
                                                  {{(guint8) (10 + i)}}};
  put_on_ledger (scene);
}

static void
scene_down (Scene *scene, gconstpointer unused)
{
  citiz_signing_key_unref (scene->device);
  shared_world_clear (&scene->world, NULL);
}

/* What the node at @place (from 1) signs, of the newest deal. */
static CitizGiven
answer_of (Scene *scene, guint8 place, guint8 commitment)
{
  CitizGiven given = {.receipt = {.grant = scene->deal.id,
                                  .opening = {{3}},
                                  .time = scene->world.now,
                                  .capsule = scene->deal.capsule},
                      .place = place,
                      .commitment = {{commitment}}};

  for (guint i = 0; i < SHARED_N; i++)
    if (citiz_public_key_equal (citiz_signing_key_get_public (scene->world.nodes[i]),
                                &scene->deal.committee[place - 1].node))
      citiz_given_sign (&given.signature, &given.receipt, place, &given.commitment,
                        scene->world.nodes[i]);
  return given;
}

static gboolean
is_guilty (Scene *scene, const CitizGiven *given, CitizPublicKey *out)
{
  CitizPublicKey node;

  return citiz_given_guilty (scene->world.chain, given, out != NULL ? out : &node);
}

static void
test_guilty (Scene *scene, gconstpointer unused)
{
  CitizGiven lie = answer_of (scene, 3, 77), honest = answer_of (scene, 3, 12), other;
  CitizPublicKey node;

  g_assert_true (is_guilty (scene, &lie, &node));
  g_assert_true (citiz_public_key_equal (&node, &scene->deal.committee[2].node));
  g_assert_false (is_guilty (scene, &honest, NULL));
  for (guint i = 0; i < sizeof (CitizSignature); i += 9)
    {
      other = lie;
      other.signature.b[i] ^= 1;
      g_assert_false (is_guilty (scene, &other, NULL));
    }
  other = lie;
  other.place = 2; /* another's place */
  g_assert_false (is_guilty (scene, &other, NULL));
  other.place = 0;
  g_assert_false (is_guilty (scene, &other, NULL));
  other.place = G_MAXUINT8;
  g_assert_false (is_guilty (scene, &other, NULL));
  other = lie;
  other.receipt.capsule.b[0] = 2; /* what no deal of it is about */
  g_assert_false (is_guilty (scene, &other, NULL));
  other = lie;
  other.receipt.grant.b[0] = 8; /* not on the ledger */
  g_assert_false (is_guilty (scene, &other, NULL));
}

/* Each deal has its own parts: what was true of the one is not held against the other, and a lie about the first stays one. */
static void
test_renewed (Scene *scene, gconstpointer unused)
{
  CitizGiven lie = answer_of (scene, 1, 77), honest = answer_of (scene, 1, 10);

  scene->deal.capsule.b[0] = 2;
  scene->deal.committee[0].commitment.b[0] = 20;
  put_on_ledger (scene);
  g_assert_true (is_guilty (scene, &lie, NULL));
  g_assert_false (is_guilty (scene, &honest, NULL));
  lie = answer_of (scene, 1, 10);
  honest = answer_of (scene, 1, 20);
  g_assert_true (is_guilty (scene, &lie, NULL));
  g_assert_false (is_guilty (scene, &honest, NULL));
}

/* Who deals one capsule twice, with other parts, makes no honest node a liar. */
static void
test_framed (Scene *scene, gconstpointer unused)
{
  const CitizGiven before = answer_of (scene, 4, 13);
  CitizGiven after, lie;

  scene->deal.committee[3].commitment.b[0] = 23;
  put_on_ledger (scene);
  after = answer_of (scene, 4, 23);
  lie = answer_of (scene, 4, 77);
  g_assert_false (is_guilty (scene, &before, NULL));
  g_assert_false (is_guilty (scene, &after, NULL));
  g_assert_true (is_guilty (scene, &lie, NULL));
}

/* Kept as it was signed, there again after a restart, put away when it was read; the file proves it to who has the ledger. */
static void
test_alarm (Scene *scene, gconstpointer unused)
{
  const CitizGiven lie = answer_of (scene, 2, 77), again = answer_of (scene, 2, 78);
  g_autoptr (CitizWatch) watch
      = citiz_watch_new (scene->world.db, scene->world.chain, &scene->world.env);
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GArray) guilty = NULL;
  g_autoptr (GError) error = NULL;
  guint8 bytes[CITIZ_SIGNED_GIVEN_SIZE];
  CitizAlarm *alarm;
  CitizHash chain;

  g_assert_true (citiz_watch_start (watch, &error));
  citiz_watch_accuse (watch, "https://b.example", &lie);
  citiz_watch_accuse (watch, "https://b.example", &again);
  citiz_watch_stop (watch);
  g_assert_true (citiz_watch_start (watch, &error));
  g_assert_cmpuint (citiz_watch_alarms (watch)->len, ==, 1);
  alarm = citiz_watch_alarms (watch)->pdata[0];
  g_assert_cmpint (alarm->kind, ==, CITIZ_ALARM_GIVEN);
  citiz_given_encode (bytes, &lie); /* the first */
  g_assert_cmpmem (g_bytes_get_data (alarm->given, NULL), g_bytes_get_size (alarm->given), bytes,
                   sizeof bytes);
  file = citiz_evidence_file_write (scene->world.chain, citiz_watch_alarms (watch));
  guilty = citiz_evidence_file_read (file, scene->world.chain, &chain, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (guilty->len, ==, 1);
  g_assert_true (citiz_public_key_equal (&g_array_index (guilty, CitizGuilty, 0).node,
                                         &scene->deal.committee[1].node));
  g_assert_null (citiz_evidence_file_read (file, NULL, &chain, NULL)); /* no ledger, no proof */
  g_assert_true (citiz_watch_dismiss (watch, CITIZ_ALARM_GIVEN, "https://b.example", &error));
  g_assert_cmpuint (citiz_watch_alarms (watch)->len, ==, 0);
  citiz_watch_stop (watch);
}

/* Whatever stands in a note, it is read or it is not. */
static void
test_note (void)
{
#define HEX "0000000000000000000000000000000000000000000000000000000000000001"
#define SIGNATURE                                                                                  \
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define RECEIPT(time)                                                                              \
  "{\"grant\":\"00000000000000000000000000000009\",\"opening\":\"" HEX "\",\"capsule\":\"" HEX     \
  "\"," time "}"
#define ANSWER(index, given, receipt)                                                              \
  "{\"node\":\"https://a.example\",\"index\":" index ",\"commitment\":\"" HEX                      \
  "\",\"given\":\"" given "\",\"receipt\":" receipt "}"
  static const gchar *const bad[] = {
      "",
      "{\"node\":",
      "{\"node\":1}",
      ANSWER ("0", SIGNATURE, RECEIPT ("\"time\":5")),
      ANSWER ("256", SIGNATURE, RECEIPT ("\"time\":5")),
      ANSWER ("1", "AAAA", RECEIPT ("\"time\":5")),
      ANSWER ("1", SIGNATURE, "7"),
      ANSWER ("1", SIGNATURE, RECEIPT ("\"time\":-5")),
      ANSWER ("1", SIGNATURE, RECEIPT ("\"time\":\"5\"")),
  };
  CitizGiven given;

  g_assert_false (citiz_given_read_note (&given, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (citiz_given_read_note (&given, bad[i]));
  g_assert_true (citiz_given_read_note (
      &given, "Le nœud a menti. " ANSWER ("4", SIGNATURE, RECEIPT ("\"time\":5"))));
  g_assert_cmpuint (given.place, ==, 4);
  g_assert_cmpint (given.receipt.time.ms, ==, 5);
  /* while the ledger stood still: the number is what was signed */
  g_assert_true (citiz_given_read_note (
      &given, ANSWER ("4", SIGNATURE, RECEIPT ("\"time\":1800000000000,\"use\":2"))));
  g_assert_cmpint (given.receipt.time.ms, ==, 2);
}

#define TEST(name, function)                                                                       \
  g_test_add ("/sync/given/" name, Scene, NULL, scene_up, function, scene_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  TEST ("guilty", test_guilty);
  TEST ("renewed", test_renewed);
  TEST ("framed", test_framed);
  TEST ("alarm", test_alarm);
  g_test_add_func ("/sync/given/note", test_note);
  return g_test_run ();
}
