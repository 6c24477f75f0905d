/* Handing transactions over: taken, refused, lost on the way, final, too late. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "shared-world.h"

#include "crypto/citiz-crypto.h"
#include "sync/citiz-outbox.h"

#include <string.h>

#define NODES 4

typedef enum
{
  TAKES,
  REFUSES,   /* 422 */
  UNVOUCHED, /* 422, because of who vouches for it */
  SPENT,     /* 422, because the nonce is used: it may be on the chain */
  EARLY,     /* 422, because it has not heard of the grant; 500 to a grant */
  BEHIND,    /* 422, because it has not heard of the account */
  BARRED,    /* 422 by what stands in front of it, which knows nothing of transactions */
  PICKY,     /* 422 to one transaction */
  FAILS      /* 500 */
} Manner;

/* How it takes several at once. */
typedef enum
{
  TOGETHER,
  SINGLY,   /* 404: it does not know of that */
  FORGETFUL /* its answer has a result too few */
} Custom;

typedef struct
{
  Manner manner;
  Custom custom;
  const CitizHash *unwanted; /* of who is picky */
  CitizHttpServer *server;
  guint asked;           /* transactions */
  guint together, alone; /* requests */
} Node;

typedef struct
{
  SharedWorld world;
  Node nodes[NODES];
  CitizOutbox *outbox;
  guint final, refused, expired, unfit, done, spent, waiting;
  CitizHash other; /* what did it */
  gchar *why;
} Scene;

static const CitizHttpLimits limits = {.connections_max = 16,
                                       .deadline_ms = 5000,
                                       .body_max = CITIZ_TXS_MAX_BODY,
                                       .rate_per_second = 10000,
                                       .rate_burst = 10000};

typedef struct
{
  guint status;
  const gchar *text;
} Answer;

static const Answer *
answer_to (Node *node, GBytes *bytes)
{
  static const Answer answers[] = {
      [TAKES] = {202, "{\"state\":\"pending\"}"},  [REFUSES] = {422, "{\"error\":\"signature\"}"},
      [SPENT] = {422, "{\"error\":\"nonce\"}"},    [EARLY] = {422, "{\"error\":\"grant\"}"},
      [FAILS] = {500, "{\"error\":\"node\"}"},     [UNVOUCHED] = {422, "{\"error\":\"sponsor\"}"},
      [BEHIND] = {422, "{\"error\":\"account\"}"}, [BARRED] = {422, "{\"detail\":\"no\"}"},
  };
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);
  g_autoptr (CitizTx) tx = citiz_tx_decode (view, n, NULL);

  g_assert_nonnull (tx);
  node->asked++;
  if (node->manner == EARLY && tx->type == CITIZ_TX_GRANT)
    return &answers[FAILS];
  if (node->manner == PICKY)
    return &answers[citiz_hash_equal (citiz_tx_get_id (tx), node->unwanted) ? REFUSES : TAKES];
  return &answers[node->manner];
}

static GBytes *
answer_to_all (Node *node, GBytes *body)
{
  g_autoptr (GPtrArray) parts = citiz_txs_cut (body);
  GString *out = g_string_new ("{\"results\":[");

  g_assert_nonnull (parts);
  for (guint i = 0; i < parts->len; i++)
    {
      const Answer *answer = answer_to (node, parts->pdata[i]);

      if (i + 1 < parts->len || node->custom != FORGETFUL)
        g_string_append_printf (out, "%s{\"status\":%u,%s", i > 0 ? "," : "", answer->status,
                                answer->text + 1);
    }
  g_string_append (out, "]}");
  return g_string_free_to_bytes (out);
}

static void
handler_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  Node *node = data;
  const Answer *answer;

  if (g_str_equal (request->path, "/v1/txs"))
    {
      node->together++;
      response->status = node->custom == SINGLY ? 404 : 200;
      if (node->custom != SINGLY)
        response->body = answer_to_all (node, request->body);
      return;
    }
  g_assert_cmpstr (request->path, ==, "/v1/tx");
  node->alone++;
  answer = answer_to (node, request->body);
  response->status = answer->status;
  response->body = g_bytes_new (answer->text, strlen (answer->text));
}

static void
final_cb (CitizOutbox *outbox, CitizTx *tx, Scene *scene)
{
  scene->final++;
}

static void
refused_cb (CitizOutbox *outbox, CitizTx *tx, const gchar *why, Scene *scene)
{
  scene->refused++;
  g_free (scene->why);
  scene->why = g_strdup (why);
}

static void
expired_cb (CitizOutbox *outbox, CitizTx *tx, Scene *scene)
{
  scene->expired++;
}

static void
unfit_cb (CitizOutbox *outbox, CitizTx *tx, Scene *scene)
{
  scene->unfit++;
}

static void
done_cb (CitizOutbox *outbox, CitizTx *tx, CitizTx *other, Scene *scene)
{
  scene->done++;
  scene->other = *citiz_tx_get_id (other);
}

static void
spent_cb (CitizOutbox *outbox, CitizTx *tx, Scene *scene)
{
  scene->spent++;
}

static void
waiting_cb (CitizOutbox *outbox, guint n, Scene *scene)
{
  scene->waiting = n;
}

static void
tell_nodes (Scene *scene)
{
  g_autoptr (GStrvBuilder) urls = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < NODES; i++)
    {
      g_autofree gchar *url = g_strdup_printf ("http://127.0.0.1:%u",
                                               citiz_http_server_get_port (scene->nodes[i].server));
      g_strv_builder_add (urls, url);
    }
  list = g_strv_builder_end (urls);
  citiz_outbox_set_nodes (scene->outbox, (const gchar *const *) list);
}

static void
outbox_up (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  scene->outbox = citiz_outbox_new (scene->world.db, scene->world.chain, &scene->world.env);
  tell_nodes (scene);
  citiz_outbox_set_pace (scene->outbox, 40);
  g_signal_connect (scene->outbox, "final", G_CALLBACK (final_cb), scene);
  g_signal_connect (scene->outbox, "refused", G_CALLBACK (refused_cb), scene);
  g_signal_connect (scene->outbox, "expired", G_CALLBACK (expired_cb), scene);
  g_signal_connect (scene->outbox, "unfit", G_CALLBACK (unfit_cb), scene);
  g_signal_connect (scene->outbox, "done", G_CALLBACK (done_cb), scene);
  g_signal_connect (scene->outbox, "spent", G_CALLBACK (spent_cb), scene);
  g_signal_connect (scene->outbox, "waiting", G_CALLBACK (waiting_cb), scene);
  g_assert_true (citiz_outbox_start (scene->outbox, &error));
  g_assert_no_error (error);
}

static void
scene_init (Scene *scene, Manner manner)
{
  memset (scene, 0, sizeof *scene);
  shared_world_init (&scene->world, NULL);
  for (guint i = 0; i < NODES; i++)
    {
      scene->nodes[i].manner = manner;
      scene->nodes[i].server = citiz_http_server_new (&limits, handler_cb, &scene->nodes[i]);
      g_assert_true (citiz_http_server_start (scene->nodes[i].server, 0, NULL));
    }
  outbox_up (scene);
}

static void
scene_clear (Scene *scene)
{
  g_clear_object (&scene->outbox);
  for (guint i = 0; i < NODES; i++)
    g_clear_object (&scene->nodes[i].server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  shared_world_clear (&scene->world, NULL);
  g_free (scene->why);
}

static guint
asked (Scene *scene)
{
  guint n = 0;

  for (guint i = 0; i < NODES; i++)
    n += scene->nodes[i].asked;
  return n;
}

/* The community orders @tx. */
static GPtrArray *
order_elsewhere (Scene *scene, CitizTx *tx)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);

  g_ptr_array_add (blocks, shared_world_order (&scene->world, tx, changes, TRUE));
  return blocks;
}

static void
follow (Scene *scene, GPtrArray *blocks)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_chain_follow (scene->world.chain, blocks, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
  citiz_outbox_look (scene->outbox);
}

/* The community orders @tx, and one's own copy follows. */
static void
order (Scene *scene, CitizTx *tx)
{
  g_autoptr (GPtrArray) blocks = order_elsewhere (scene, tx);

  follow (scene, blocks);
}

static void
test_final (void)
{
  g_autoptr (CitizTx) tx = NULL;
  g_autoptr (GError) error = NULL;
  Scene scene;

  scene_init (&scene, TAKES);
  tx = shared_world_tx (&scene.world);
  g_assert_true (citiz_outbox_put (scene.outbox, tx, &error));
  g_assert_true (citiz_outbox_put (scene.outbox, tx, &error));
  g_assert_cmpuint (scene.waiting, ==, 1);
  RUN_UNTIL (asked (&scene) >= CITIZ_OUTBOX_NODES);
  /* Taken is not final: it is told again, to others too. */
  RUN_UNTIL (asked (&scene) >= 3 * CITIZ_OUTBOX_NODES);
  for (guint i = 0; i < NODES; i++)
    g_assert_cmpuint (scene.nodes[i].asked, >, 0);
  g_assert_cmpuint (scene.final, ==, 0);
  order (&scene, tx);
  g_assert_cmpuint (scene.final, ==, 1);
  g_assert_cmpuint (scene.waiting, ==, 0);
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, 0);
  scene_clear (&scene);
}

/* Several that wait go together, as many at once as a node takes, and each has its own answer. A node that knows nothing of that is asked for one at a time from
 * then on; one that answers for too few has answered for none. */
static void
test_together (gconstpointer data)
{
  const Custom custom = (Custom) GPOINTER_TO_INT (data);
  const guint n = CITIZ_TXS_MAX + 8;
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GError) error = NULL;
  guint together[NODES];
  Scene scene;

  scene_init (&scene, PICKY);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (txs, shared_world_tx (&scene.world));
  for (guint i = 0; i < NODES; i++)
    {
      scene.nodes[i].custom = custom;
      scene.nodes[i].unwanted = citiz_tx_get_id (txs->pdata[5]);
    }
  for (guint i = 0; i < n; i++)
    g_assert_true (citiz_outbox_put (scene.outbox, txs->pdata[i], &error));
  RUN_UNTIL (asked (&scene) >= 3 * CITIZ_OUTBOX_NODES * n);
  for (guint i = 0; i < NODES; i++)
    together[i] = scene.nodes[i].together;
  RUN_UNTIL (asked (&scene) >= 5 * CITIZ_OUTBOX_NODES * n);
  RUN_UNTIL (custom == FORGETFUL
             || (scene.refused == 1 && citiz_outbox_n_taken (scene.outbox) == n - 1));
  for (guint i = 0; i < NODES; i++)
    {
      const Node *node = &scene.nodes[i];

      if (custom == SINGLY) /* the first rounds know no better */
        g_assert_cmpuint (node->together, ==, together[i]);
      else
        g_assert_cmpuint (node->alone, ==, 0);
      g_assert_cmpuint (node->together, >, 0);
    }
  g_assert_cmpuint (scene.refused, ==, custom != FORGETFUL);
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, n - scene.refused);
  g_assert_true (custom != FORGETFUL || citiz_outbox_n_taken (scene.outbox) == 0);
  g_assert_true (citiz_outbox_holds (scene.outbox, citiz_tx_get_id (txs->pdata[4])));
  g_assert_cmpint (citiz_outbox_holds (scene.outbox, citiz_tx_get_id (txs->pdata[5])), ==,
                   custom == FORGETFUL);
  scene_clear (&scene);
}

/* Stopped in the middle: what waited is sent again; what became final meanwhile is told. */
static void
test_restart (void)
{
  g_autoptr (CitizTx) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  Scene scene;
  guint before;

  scene_init (&scene, FAILS);
  first = shared_world_tx (&scene.world);
  second = shared_world_tx (&scene.world);
  g_assert_true (citiz_outbox_put (scene.outbox, first, &error));
  g_assert_true (citiz_outbox_put (scene.outbox, second, &error));
  RUN_UNTIL (asked (&scene) > 0);
  g_clear_object (&scene.outbox);
  shared_world_shut (&scene.world);
  shared_world_open (&scene.world, NULL);
  outbox_up (&scene);
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, 2);
  order (&scene, first);
  g_assert_cmpuint (scene.final, ==, 1);
  before = asked (&scene);
  RUN_UNTIL (asked (&scene) > before);
  g_assert_cmpuint (scene.refused, ==, 0); /* a node that fails refuses nothing */
  scene_clear (&scene);
}

static void
test_refused (void)
{
  g_autoptr (CitizTx) tx = NULL;
  g_autoptr (GError) error = NULL;
  Scene scene;

  scene_init (&scene, REFUSES);
  tx = shared_world_tx (&scene.world);
  g_assert_true (citiz_outbox_put (scene.outbox, tx, &error));
  RUN_UNTIL (scene.refused == 1);
  g_assert_cmpstr (scene.why, ==, "signature");
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, 0);
  scene_clear (&scene);

  /* One liar among honest nodes refuses nothing. */
  scene_init (&scene, TAKES);
  scene.nodes[0].manner = scene.nodes[1].manner = REFUSES;
  g_clear_pointer (&tx, citiz_tx_unref);
  tx = shared_world_tx (&scene.world);
  g_assert_true (citiz_outbox_put (scene.outbox, tx, &error));
  RUN_UNTIL (asked (&scene) >= 4 * CITIZ_OUTBOX_NODES);
  g_assert_cmpuint (scene.refused, ==, 0);
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, 1);
  scene_clear (&scene);

  /* Spent: perhaps by itself. It waits until one's own copy has it. */
  scene_init (&scene, SPENT);
  g_clear_pointer (&tx, citiz_tx_unref);
  tx = shared_world_tx (&scene.world);
  g_assert_true (citiz_outbox_put (scene.outbox, tx, &error));
  RUN_UNTIL (asked (&scene) >= 2 * CITIZ_OUTBOX_NODES);
  g_assert_cmpuint (scene.refused, ==, 0);
  order (&scene, tx);
  g_assert_cmpuint (scene.final, ==, 1);
  scene_clear (&scene);
}

static CitizTx *
sign (Scene *scene, CitizTxType type, const CitizTxBody *body)
{
  CitizTx *tx = citiz_tx_new (type);

  tx->chain_id = scene->world.chain_id;
  tx->valid_until.ms = scene->world.now.ms + CITIZ_HOUR;
  tx->body = *body;
  citiz_tx_sign (tx, scene->world.nodes[0]);
  return tx;
}

/* The end of an access is on its way before the access itself is: nothing is given up. */
static void
test_end_before_grant (void)
{
  CitizTxBody end = {.revoke = {.grant = {{9}}}}, grant = {0};
  g_autoptr (CitizTx) first = NULL, second = NULL;
  Scene scene;

  scene_init (&scene, EARLY);
  grant.grant = (CitizTxGrant){.id = {{9}},
                               .kind = CITIZ_GRANT_EMERGENCY,
                               .threshold = 1,
                               .n_committee = 1,
                               .max_openings = 1,
                               .not_before = scene.world.now,
                               .expires = {scene.world.now.ms + CITIZ_DAY}};
  grant.grant.committee[0].node = *citiz_signing_key_get_public (scene.world.nodes[0]);
  first = sign (&scene, CITIZ_TX_GRANT, &grant);
  second = sign (&scene, CITIZ_TX_GRANT_REVOKE, &end);
  g_assert_true (citiz_outbox_put (scene.outbox, first, NULL));
  g_assert_true (citiz_outbox_put (scene.outbox, second, NULL));
  RUN_UNTIL (asked (&scene) >= 6 * NODES);
  g_assert_cmpuint (scene.refused, ==, 0);
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, 2);
  scene_clear (&scene);
}

/* Those who answer take an end only when it is asked for in another way, and the others are gone for good: nobody waits for these. */
static void
test_unfit_beside_the_gone (void)
{
  CitizTxBody end = {.revoke = {.grant = {{9}}}};
  g_autoptr (CitizTx) tx = NULL;
  Scene scene;

  scene_init (&scene, FAILS);
  scene.nodes[0].manner = scene.nodes[1].manner = UNVOUCHED;
  tx = sign (&scene, CITIZ_TX_GRANT_REVOKE, &end);
  g_assert_true (citiz_outbox_put (scene.outbox, tx, NULL));
  RUN_UNTIL (scene.unfit > 0);
  g_assert_cmpuint (scene.refused, ==, 0);
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, 1);
  scene_clear (&scene);
}

/* One node that is asked in three rounds before any answer came is still one. */
static void
test_one_liar_in_three_rounds (void)
{
  g_autoptr (CitizTx) tx = NULL;
  g_autoptr (GError) error = NULL;
  Scene scene;

  scene_init (&scene, FAILS);
  scene.nodes[0].manner = REFUSES;
  tx = shared_world_tx (&scene.world);
  g_assert_true (citiz_outbox_put (scene.outbox, tx, &error));
  tell_nodes (&scene);
  tell_nodes (&scene);
  RUN_UNTIL (asked (&scene) >= 5 * CITIZ_OUTBOX_NODES);
  g_assert_cmpuint (scene.refused, ==, 0);
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, 1);
  scene_clear (&scene);
}

/* Not by one's own clock: by a block that is later. Until then it waits for nodes that do not answer, or that something stands in front of. */
static void
test_expired (gconstpointer manner)
{
  g_autoptr (CitizTx) tx = NULL, later = NULL;
  g_autoptr (GError) error = NULL;
  Scene scene;

  scene_init (&scene, (Manner) GPOINTER_TO_INT (manner));
  tx = shared_world_tx (&scene.world);
  g_assert_true (citiz_outbox_put (scene.outbox, tx, &error));
  scene.world.now.ms += 2 * CITIZ_HOUR;
  RUN_UNTIL (asked (&scene) >= 4 * CITIZ_OUTBOX_NODES);
  g_assert_cmpuint (scene.expired + scene.refused, ==, 0);
  later = shared_world_tx (&scene.world);
  order (&scene, later);
  g_assert_cmpuint (scene.expired, ==, 1);
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, 0);
  scene_clear (&scene);
}

/* A ledger that stands still makes no later block: an end that has grown too old is said again all the same. */
static void
test_end_grown_old (void)
{
  CitizTxBody end = {.revoke = {.grant = {{9}}}};
  g_autoptr (CitizTx) tx = NULL;
  Scene scene;

  scene_init (&scene, FAILS);
  tx = sign (&scene, CITIZ_TX_GRANT_REVOKE, &end);
  g_assert_true (citiz_outbox_put (scene.outbox, tx, NULL));
  scene.world.now.ms += 2 * CITIZ_HOUR;
  RUN_UNTIL (scene.expired == 1);
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, 0);
  scene_clear (&scene);
}

/* Final while this computer slept: it is old by the time that the copy has it. */
static void
test_final_while_away (void)
{
  g_autoptr (CitizTx) tx = NULL;
  g_autoptr (GPtrArray) blocks = NULL;
  g_autoptr (GError) error = NULL;
  Scene scene;

  scene_init (&scene, FAILS);
  tx = shared_world_tx (&scene.world);
  g_assert_true (citiz_outbox_put (scene.outbox, tx, &error));
  blocks = order_elsewhere (&scene, tx);
  scene.world.now.ms += 14 * CITIZ_DAY;
  RUN_UNTIL (asked (&scene) >= 4 * CITIZ_OUTBOX_NODES);
  follow (&scene, blocks);
  g_assert_cmpuint (scene.final, ==, 1);
  g_assert_cmpuint (scene.expired, ==, 0);
  scene_clear (&scene);
}

/* Put in within a transaction of the database that was given up: it was never said. */
static void
test_rolled_back (void)
{
  g_autoptr (CitizTx) tx = NULL, kept = NULL;
  g_autoptr (GError) error = NULL;
  Scene scene;

  scene_init (&scene, TAKES);
  tx = shared_world_tx (&scene.world);
  kept = shared_world_tx (&scene.world);
  g_assert_true (citiz_db_begin (scene.world.db, &error));
  g_assert_true (citiz_outbox_put (scene.outbox, tx, &error));
  citiz_db_rollback (scene.world.db);
  g_assert_true (citiz_db_begin (scene.world.db, &error));
  g_assert_true (citiz_outbox_put (scene.outbox, kept, &error));
  g_assert_true (citiz_db_commit (scene.world.db, &error));
  RUN_UNTIL (citiz_outbox_n_waiting (scene.outbox) == 1);
  RUN_UNTIL (asked (&scene) >= 2 * CITIZ_OUTBOX_NODES);
  order (&scene, kept);
  g_assert_cmpuint (scene.final, ==, 1);
  g_assert_cmpuint (scene.refused + scene.expired, ==, 0);
  g_assert_cmpuint (scene.waiting, ==, 0);
  scene_clear (&scene);
}

/* One of the first node's account, with this number. */
static CitizTx *
say (Scene *scene, guint nonce, gint64 later_ms, CitizTxType type, const CitizTxBody *body)
{
  CitizTx *tx = citiz_tx_new (type);
  CitizTxRegister reg = {.n_keys = 1};

  reg.keys[0] = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                                  *citiz_signing_key_get_public (scene->world.nodes[0])};
  citiz_tx_register_account_id (&tx->account, &reg);
  tx->chain_id = scene->world.chain_id;
  tx->nonce = nonce;
  tx->valid_until.ms = scene->world.now.ms + CITIZ_HOUR + later_ms;
  tx->body = *body;
  citiz_tx_sign (tx, scene->world.nodes[0]);
  return tx;
}

static CitizTxBody
grant_body (Scene *scene, guint8 id)
{
  CitizTxBody body = {0};

  body.grant = (CitizTxGrant){.id = {{id}},
                              .kind = CITIZ_GRANT_EMERGENCY,
                              .threshold = 1,
                              .n_committee = 1,
                              .max_openings = 1,
                              .not_before = scene->world.now,
                              .expires = {scene->world.now.ms + CITIZ_DAY}};
  body.grant.committee[0].node = *citiz_signing_key_get_public (scene->world.nodes[0]);
  return body;
}

/* The account of the first node is there, and has given an access: its next number. */
static guint
give (Scene *scene)
{
  const CitizTxBody body = grant_body (scene, 9);
  g_autoptr (CitizTx) account = shared_world_say (&scene->world, 0, CITIZ_TX_ACCT_REGISTER, NULL);
  g_autoptr (CitizTx) grant = shared_world_say (&scene->world, 0, CITIZ_TX_GRANT, &body);

  order (scene, account);
  order (scene, grant);
  return (guint) grant->nonce + 1;
}

/* The nodes that are asked have not heard of what one's own copy of the ledger holds: that passes. What it does not hold either is refused. */
static void
test_nodes_behind (void)
{
  CitizTxBody body;
  g_autoptr (CitizTx) grant = NULL, stranger = NULL;
  Scene scene;
  guint next;

  scene_init (&scene, BEHIND);
  next = give (&scene);
  body = grant_body (&scene, 7);
  grant = say (&scene, next, 0, CITIZ_TX_GRANT, &body);
  stranger = sign (&scene, CITIZ_TX_GRANT, &body);
  g_assert_true (citiz_outbox_put (scene.outbox, grant, NULL));
  g_assert_true (citiz_outbox_put (scene.outbox, stranger, NULL));
  RUN_UNTIL (asked (&scene) >= 6 * NODES && scene.refused == 1);
  g_assert_cmpstr (scene.why, ==, "account");
  g_assert_true (citiz_outbox_holds (scene.outbox, citiz_tx_get_id (grant)));
  for (guint i = 0; i < NODES; i++)
    scene.nodes[i].manner = TAKES;
  RUN_UNTIL (citiz_outbox_n_taken (scene.outbox) == 1);
  order (&scene, grant);
  g_assert_cmpuint (scene.final, ==, 1);
  scene_clear (&scene);
}

/* Another copy of the vault has said the same: it is done, and not said twice. */
static void
test_done_elsewhere (void)
{
  const CitizTxBody end = {.revoke = {.grant = {{9}}}};
  g_autoptr (CitizTx) ours = NULL, theirs = NULL;
  Scene scene;
  guint next;

  scene_init (&scene, SPENT);
  next = give (&scene);
  ours = say (&scene, next + 1, 0, CITIZ_TX_GRANT_REVOKE, &end);
  theirs = say (&scene, next, 1, CITIZ_TX_GRANT_REVOKE, &end);
  g_assert_true (citiz_outbox_put (scene.outbox, ours, NULL));
  RUN_UNTIL (asked (&scene) >= NODES);
  order (&scene, theirs);
  g_assert_cmpuint (scene.done, ==, 1);
  g_assert_true (citiz_hash_equal (&scene.other, citiz_tx_get_id (theirs)));
  g_assert_cmpuint (scene.final + scene.refused + scene.expired + scene.spent, ==, 0);
  g_assert_cmpuint (scene.waiting, ==, 0);
  scene_clear (&scene);
}

/* The same words under the same number, let in otherwise, are this one. */
static void
test_let_in_otherwise (void)
{
  const CitizTxBody end = {.revoke = {.grant = {{9}}}};
  g_autoptr (CitizTx) ours = NULL, alone = NULL;
  Scene scene;
  guint next;

  scene_init (&scene, SPENT);
  next = give (&scene);
  ours = say (&scene, next, 0, CITIZ_TX_GRANT_REVOKE, &end);
  alone = citiz_tx_without_sponsor (ours);
  citiz_tx_work (alone, 1);
  citiz_tx_sign (alone, scene.world.nodes[0]);
  g_assert_true (citiz_outbox_put (scene.outbox, ours, NULL));
  RUN_UNTIL (asked (&scene) >= NODES);
  order (&scene, alone);
  g_assert_cmpuint (scene.final, ==, 1);
  g_assert_cmpuint (scene.done + scene.spent, ==, 0);
  scene_clear (&scene);
}

/* Another copy of the vault took the number for something else: it waits for another, and is told when it has that. */
static void
test_number_taken (void)
{
  CitizTxBody mine, other;
  g_autoptr (CitizTx) ours = NULL, theirs = NULL, anew = NULL;
  Scene scene;
  guint next, before;

  scene_init (&scene, SPENT);
  next = give (&scene);
  mine = grant_body (&scene, 7);
  other = grant_body (&scene, 8);
  ours = say (&scene, next, 0, CITIZ_TX_GRANT, &mine);
  theirs = say (&scene, next, 1, CITIZ_TX_GRANT, &other);
  anew = say (&scene, next + 1, 2, CITIZ_TX_GRANT, &mine);
  g_assert_true (citiz_outbox_put (scene.outbox, ours, NULL));
  RUN_UNTIL (asked (&scene) >= CITIZ_OUTBOX_NODES);
  g_assert_cmpuint (scene.spent, ==, 0); /* by the word of nodes alone */
  order (&scene, theirs);
  g_assert_cmpuint (scene.spent, >, 0);
  g_assert_cmpuint (citiz_outbox_n_waiting (scene.outbox), ==, 1);
  before = asked (&scene);
  citiz_outbox_replace (scene.outbox, citiz_tx_get_id (ours), anew);
  RUN_UNTIL (asked (&scene) > before);
  order (&scene, anew);
  g_assert_cmpuint (scene.final, ==, 1);
  g_assert_cmpuint (scene.refused + scene.expired + scene.done, ==, 0);
  scene_clear (&scene);
}

/* Two final votes of the first validator of the list. */
static CitizTxBody
blame_body (Scene *scene)
{
  const SharedWorld *world = &scene->world;
  g_autoptr (GBytes) bytes = NULL;
  CitizTxBody body = {0};
  CitizEvidence evidence;
  CitizVote votes[2];

  for (guint8 i = 0; i < 2; i++)
    for (guint k = 0; k < SHARED_N; k++)
      if (citiz_public_key_equal (&world->genesis.founders[0].validator.key,
                                  citiz_signing_key_get_public (world->epoch_keys[k])))
        {
          votes[i] = (CitizVote){.kind = CITIZ_VOTE_FINAL, .slot = 3, .hash = {{i + 1}}};
          citiz_vote_sign (&votes[i], &world->chain_id, &world->vs_hash, world->epoch_keys[k]);
        }
  citiz_evidence_make (&evidence, &votes[0], &votes[1]);
  bytes = citiz_evidence_encode (&evidence);
  memcpy (body.evidence.evidence, g_bytes_get_data (bytes, NULL), sizeof body.evidence.evidence);
  return body;
}

/* Everybody who sees that a node lies tells it: who comes later does not wait for what the ledger says already. */
static void
test_blamed_already (void)
{
  g_autoptr (CitizTx) account = NULL, ours = NULL, theirs = NULL;
  CitizTxBody body;
  Scene scene;
  guint next;

  scene_init (&scene, SPENT);
  body = blame_body (&scene);
  next = give (&scene);
  account = shared_world_say (&scene.world, 1, CITIZ_TX_ACCT_REGISTER, NULL);
  theirs = shared_world_say (&scene.world, 1, CITIZ_TX_EVIDENCE, &body);
  ours = say (&scene, next, 0, CITIZ_TX_EVIDENCE, &body);
  g_assert_true (citiz_outbox_put (scene.outbox, ours, NULL));
  RUN_UNTIL (asked (&scene) >= CITIZ_OUTBOX_NODES);
  order (&scene, account);
  g_assert_cmpuint (scene.final, ==, 0);
  order (&scene, theirs);
  g_assert_cmpuint (scene.final, ==, 1);
  g_assert_cmpuint (scene.refused + scene.expired + scene.spent, ==, 0);
  g_assert_cmpuint (scene.waiting, ==, 0);
  scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_func ("/outbox/final", test_final);
  g_test_add_data_func ("/outbox/together", GINT_TO_POINTER (TOGETHER), test_together);
  g_test_add_data_func ("/outbox/together/singly", GINT_TO_POINTER (SINGLY), test_together);
  g_test_add_data_func ("/outbox/together/forgetful", GINT_TO_POINTER (FORGETFUL), test_together);
  g_test_add_func ("/outbox/restart", test_restart);
  g_test_add_func ("/outbox/refused", test_refused);
  g_test_add_func ("/outbox/one-liar-in-three-rounds", test_one_liar_in_three_rounds);
  g_test_add_func ("/outbox/unfit-beside-the-gone", test_unfit_beside_the_gone);
  g_test_add_func ("/outbox/end-before-grant", test_end_before_grant);
  g_test_add_func ("/outbox/nodes-behind", test_nodes_behind);
  g_test_add_data_func ("/outbox/expired", GINT_TO_POINTER (FAILS), test_expired);
  g_test_add_data_func ("/outbox/expired/barred", GINT_TO_POINTER (BARRED), test_expired);
  g_test_add_func ("/outbox/end-grown-old", test_end_grown_old);
  g_test_add_func ("/outbox/final-while-away", test_final_while_away);
  g_test_add_func ("/outbox/rolled-back", test_rolled_back);
  g_test_add_func ("/outbox/done-elsewhere", test_done_elsewhere);
  g_test_add_func ("/outbox/blamed-already", test_blamed_already);
  g_test_add_func ("/outbox/let-in-otherwise", test_let_in_otherwise);
  g_test_add_func ("/outbox/number-taken", test_number_taken);
  return g_test_run ();
}
