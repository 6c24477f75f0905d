/* Beginning with the end of the last epoch: honest nodes, and those who would rather one did not. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "shared-world.h"

#include "crypto/citiz-crypto.h"
#include "ledger/citiz-snapshot.h"
#include "net/citiz-http-server.h"
#include "sync/citiz-leap.h"

#include <string.h>

#define NODES 3
#define CROWD 14000 /* accounts: more than one chunk */

typedef enum
{
  HONEST,
  DOWN,       /* answers 500 */
  NO_EPOCHS,  /* knows of no end of an epoch */
  FALSE_END,  /* one bit of its closing proof is false */
  NO_LIST,    /* keeps no snapshot */
  FALSE_LIST, /* other hashes */
  ODD_LIST,   /* not even hashes */
  LONG_LIST,  /* more than there can be */
  FALSE_CHUNK,
  CUT_CHUNK,
  LONG_CHUNK, /* more than a chunk can have */
  ONE_CHUNK,  /* then nothing any more */
  NO_REFOUND  /* knows of no new founding */
} Manner;

typedef struct _Scene Scene;
typedef struct
{
  Scene *scene;
  Manner manner;
  CitizHttpServer *server;
  guint asked, chunks;
} Node;

struct _Scene
{
  SharedWorld *giver;
  guint64 ended; /* the epoch whose end it is begun with */
  SharedWorld late;
  Node nodes[NODES];
  CitizLeap *leap;
  guint doubts, moves, offers;
  gboolean done;
};

static SharedWorld giver; /* one for all tests: it takes a while to make */
static guint64 closed;

static const CitizHttpLimits limits = {.connections_max = 16,
                                       .deadline_ms = 30000,
                                       .body_max = 1024,
                                       .rate_per_second = 10000,
                                       .rate_burst = 10000};

static void
give_epochs (Node *node, guint64 from, GByteArray *out)
{
  g_autoptr (CitizClosing) closing = citiz_chain_closing (node->scene->giver->chain, from, NULL);
  g_autoptr (GBytes) bytes = closing != NULL ? citiz_closing_encode (closing) : NULL;

  if (bytes == NULL || node->manner == NO_EPOCHS)
    return;
  citiz_put_u32 (out, (guint32) g_bytes_get_size (bytes));
  citiz_put_bytes (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  out->data[100] ^= node->manner == FALSE_END;
}

/* What people have accepted, from that epoch on. */
static void
give_refound (Node *node, guint64 from, GByteArray *out)
{
  const CitizRefound *refound = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree gchar *document = NULL, *json = NULL;

  for (guint64 epoch = from; node->manner != NO_REFOUND && refound == NULL && epoch < from + 4;
       epoch++)
    refound = citiz_chain_refound_of (node->scene->giver->chain, epoch);
  if (refound != NULL)
    bytes = citiz_refound_encode (refound);
  if (bytes != NULL)
    document = citiz_base64url_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  json = document != NULL ? g_strdup_printf ("{\"refounds\":[{\"document\":\"%s\"}]}", document)
                          : g_strdup ("{\"refounds\":[]}");
  citiz_put_bytes (out, (const guint8 *) json, strlen (json));
}

static gboolean
give_list (Node *node, GByteArray *out)
{
  g_autoptr (GBytes) list
      = citiz_chain_snapshot_list (node->scene->giver->chain, node->scene->ended);

  citiz_put_bytes (out, g_bytes_get_data (list, NULL), g_bytes_get_size (list));
  out->data[out->len / 2] ^= node->manner == FALSE_LIST;
  g_byte_array_set_size (out, out->len - (node->manner == ODD_LIST));
  if (node->manner == LONG_LIST)
    g_byte_array_set_size (out, 3 * 1024 * 1024);
  return node->manner != NO_LIST;
}

static gboolean
give_chunk (Node *node, guint place, GByteArray *out)
{
  g_autoptr (GBytes) chunk
      = citiz_chain_snapshot_chunk (node->scene->giver->chain, node->scene->ended, place);

  node->chunks++;
  if (chunk == NULL || (node->manner == ONE_CHUNK && node->chunks > 1))
    return FALSE;
  citiz_put_bytes (out, g_bytes_get_data (chunk, NULL), g_bytes_get_size (chunk));
  out->data[out->len / 2] ^= node->manner == FALSE_CHUNK;
  if (node->manner == CUT_CHUNK)
    g_byte_array_set_size (out, out->len / 2);
  if (node->manner == LONG_CHUNK)
    g_byte_array_set_size (out, CITIZ_SNAPSHOT_CHUNK + 1);
  return TRUE;
}

static void
handler_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  Node *node = data;
  g_autofree gchar *list = g_strdup_printf ("/v1/snapshots/%" G_GUINT64_FORMAT, node->scene->ended);
  g_autofree gchar *chunks = g_strconcat (list, "/", NULL);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gboolean good = TRUE;

  node->asked++;
  if (g_str_equal (request->path, "/v1/epochs"))
    give_epochs (node, g_ascii_strtoull (request->query + strlen ("from="), NULL, 10), out);
  else if (g_str_equal (request->path, "/v1/refounds"))
    give_refound (node, g_ascii_strtoull (request->query + strlen ("from="), NULL, 10), out);
  else if (g_str_equal (request->path, list))
    good = give_list (node, out);
  else
    {
      g_assert_true (g_str_has_prefix (request->path, chunks));
      good = give_chunk (node, (guint) g_ascii_strtoull (request->path + strlen (chunks), NULL, 10),
                         out);
    }
  response->status = node->manner == DOWN ? 500 : good ? 200 : 404;
  response->content_type = "application/octet-stream";
  response->body = g_bytes_new (out->data, out->len);
}

static void
moved_cb (Scene *scene)
{
  scene->moves++;
}

static void
doubted_cb (CitizLeap *leap, const gchar *url, const GError *error, Scene *scene)
{
  g_assert_true (g_str_has_prefix (url, "http://"));
  g_assert_nonnull (error);
  scene->doubts++;
}

static void
refounded_cb (Scene *scene)
{
  scene->offers++;
}

static void
done_cb (Scene *scene)
{
  scene->done = TRUE;
}

static void
begin (Scene *scene)
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
  scene->done = FALSE;
  scene->leap = citiz_leap_new (scene->late.chain);
  citiz_leap_set_nodes (scene->leap, (const gchar *const *) list);
  g_signal_connect_swapped (scene->leap, "moved", G_CALLBACK (moved_cb), scene);
  g_signal_connect (scene->leap, "doubted", G_CALLBACK (doubted_cb), scene);
  g_signal_connect_swapped (scene->leap, "refounded", G_CALLBACK (refounded_cb), scene);
  g_signal_connect_swapped (scene->leap, "done", G_CALLBACK (done_cb), scene);
  citiz_leap_start (scene->leap);
}

static void
scene_init_of (Scene *scene,
               SharedWorld *from,
               guint64 ended,
               Manner first,
               Manner second,
               Manner third)
{
  const Manner manners[NODES] = {first, second, third};

  memset (scene, 0, sizeof *scene);
  scene->giver = from;
  scene->ended = ended;
  shared_world_init (&scene->late, NULL);
  scene->late.now = from->now;
  for (guint i = 0; i < NODES; i++)
    {
      Node *node = &scene->nodes[i];

      node->scene = scene;
      node->manner = manners[i];
      node->server = citiz_http_server_new (&limits, handler_cb, node);
      g_assert_true (citiz_http_server_start (node->server, 0, NULL));
    }
  begin (scene);
}

static void
scene_init (Scene *scene, Manner first, Manner second, Manner third)
{
  scene_init_of (scene, &giver, 0, first, second, third);
}

static void
scene_clear (Scene *scene)
{
  g_clear_object (&scene->leap);
  for (guint i = 0; i < NODES; i++)
    g_clear_object (&scene->nodes[i].server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  shared_world_clear (&scene->late, NULL);
}

/* It stands where the epoch ended, and goes on from there. */
static void
assert_leapt (Scene *scene)
{
  g_autoptr (GPtrArray) newer
      = citiz_chain_read_blocks (giver.chain, closed + 1, 100, G_MAXSIZE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (citiz_chain_base (scene->late.chain), ==, closed);
  g_assert_true (citiz_chain_follow (scene->late.chain, newer, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_height (scene->late.chain), ==, citiz_chain_height (giver.chain));
}

/* Nothing is there, and it can be followed from the first block. */
static void
assert_empty (Scene *scene)
{
  g_autoptr (GPtrArray) blocks = citiz_chain_read_blocks (giver.chain, 1, 2, G_MAXSIZE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (citiz_chain_height (scene->late.chain), ==, 0);
  g_assert_true (citiz_chain_follow (scene->late.chain, blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_no_error (error);
  g_assert_true (citiz_chain_verify_level (scene->late.chain, CITIZ_LEVEL_STRUCTURAL, NULL, NULL,
                                           NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
test_honest (void)
{
  Scene scene;

  scene_init (&scene, HONEST, HONEST, HONEST);
  RUN_UNTIL (scene.done);
  g_assert_cmpuint (scene.doubts, ==, 0);
  g_assert_cmpuint (scene.moves, >=, 2);
  assert_leapt (&scene);
  scene_clear (&scene);
}

/* One good node is enough, whatever the two before it do; those who lie are told of. */
static void
test_bad (gconstpointer data)
{
  static const gboolean lies[]
      = {[FALSE_END] = TRUE,   [FALSE_LIST] = TRUE, [ODD_LIST] = TRUE,   [LONG_LIST] = TRUE,
         [FALSE_CHUNK] = TRUE, [CUT_CHUNK] = TRUE,  [LONG_CHUNK] = TRUE, [ONE_CHUNK] = FALSE};
  const Manner manner = (Manner) GPOINTER_TO_INT (data);
  Scene scene;

  scene_init (&scene, manner, manner, HONEST);
  RUN_UNTIL (scene.done);
  g_assert_cmpint (scene.doubts > 0, ==, lies[manner]);
  assert_leapt (&scene);
  scene_clear (&scene);
}

/* None is good: it is given up, and nothing is left of it. */
static void
test_all_bad (gconstpointer data)
{
  const Manner manner = (Manner) GPOINTER_TO_INT (data);
  guint asked = 0;
  Scene scene;

  scene_init (&scene, manner, manner, manner);
  RUN_UNTIL (scene.done);
  for (guint i = 0; i < NODES; i++)
    asked += scene.nodes[i].asked;
  g_assert_cmpuint (asked, <=, 40);
  assert_empty (&scene);
  scene_clear (&scene);
}

/* No answer says nothing of what they have: it is waited for. */
static void
test_down (void)
{
  Scene scene;

  scene_init (&scene, DOWN, DOWN, DOWN);
  RUN_UNTIL (citiz_leap_is_alone (scene.leap));
  g_assert_false (scene.done);
  scene.nodes[1].manner = HONEST;
  RUN_UNTIL (scene.done);
  assert_leapt (&scene);
  scene_clear (&scene);
}

/* The program dies in the middle: the next time it begins again, and comes to the same. */
static void
test_killed (void)
{
  Scene scene;

  scene_init (&scene, HONEST, HONEST, HONEST);
  RUN_UNTIL (scene.moves == 1);
  g_assert_cmpfloat (citiz_leap_get_progress (scene.leap), >, 0);
  g_assert_cmpfloat (citiz_leap_get_progress (scene.leap), <, 1);
  g_signal_handlers_disconnect_by_data (scene.leap, &scene);
  citiz_leap_stop (scene.leap);
  g_clear_object (&scene.leap);
  shared_world_shut (&scene.late);
  shared_world_open (&scene.late, NULL);
  g_assert_cmpuint (citiz_chain_height (scene.late.chain), ==, 0);
  begin (&scene);
  RUN_UNTIL (scene.done);
  assert_leapt (&scene);
  scene_clear (&scene);
}

/* Some blocks, people begin another epoch, some blocks, which end that one: only then there is a snapshot. Returns: the height of that end */
static guint64
make_refounded (SharedWorld *world)
{
  g_autofree CitizRefound *refound = g_new0 (CitizRefound, 1);
  g_autoptr (GPtrArray) before = NULL, after = NULL, newer = NULL;
  g_autoptr (GError) error = NULL;
  guint64 end;

  shared_world_init (world, NULL);
  citiz_chain_give_snapshots (world->chain);
  before = shared_world_blocks (world, 5);
  g_assert_true (citiz_chain_follow (world->chain, before, CITIZ_LEVEL_FULL, &error));
  shared_world_refound (world, before->pdata[before->len - 1], refound);
  g_assert_true (citiz_chain_accept_refound (world->chain, refound, &error));
  g_assert_no_error (error);
  after = shared_world_blocks (world, 2);
  g_ptr_array_extend_and_steal (after, shared_world_end_epoch (world));
  end = before->len + after->len;
  newer = shared_world_blocks (world, 3);
  g_ptr_array_extend_and_steal (after, g_steal_pointer (&newer));
  g_assert_true (citiz_chain_follow (world->chain, after, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
  return end;
}

/* All that is missing before the snapshot, as the program brings it afterwards. */
static void
fill (CitizChain *chain, CitizChain *from)
{
  g_autoptr (CitizChainVerifier) verifier = citiz_chain_verifier_new (chain, CITIZ_LEVEL_FULL);
  g_autoptr (GPtrArray) all
      = citiz_chain_read_blocks (from, 1, (guint) citiz_chain_base (chain), G_MAXSIZE, NULL);
  g_autoptr (GError) error = NULL;
  gboolean done;

  g_assert_true (citiz_chain_verifier_step (verifier, &done, &error));
  g_assert_cmpuint (citiz_chain_verifier_missing (verifier), ==, 1);
  g_assert_true (citiz_chain_verifier_feed (verifier, all, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_base (chain), ==, 0);
}

/* A community that was founded anew: its newcomer decides first, once, and then begins with the end of the epoch that people began. Whoever
 * ends the program before that is not asked again. */
static void
test_refounded (void)
{
  g_autoptr (GPtrArray) newer = NULL;
  g_autoptr (GError) error = NULL;
  SharedWorld anew = {0};
  const guint64 end = make_refounded (&anew);
  Scene scene;
  CitizHash document;
  guint old;

  scene_init_of (&scene, &anew, 1, DOWN, HONEST, HONEST);
  citiz_leap_set_least (scene.leap, 3);
  RUN_UNTIL (scene.offers == 1);
  g_assert_false (scene.done);
  g_assert_cmpuint (citiz_leap_get_refound (scene.leap, &old)->ends, ==, 0);
  g_assert_cmpuint (old, ==, SHARED_N);
  g_assert_cmpuint (citiz_leap_get_light (scene.leap)->validators.n, ==, SHARED_N);
  g_assert_false (citiz_leap_accept_refound (scene.leap, &(CitizHash){{1}}, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_EPOCH);
  g_clear_error (&error);
  citiz_refound_hash (&document, citiz_leap_get_refound (scene.leap, &old));
  g_assert_true (citiz_leap_accept_refound (scene.leap, &document, &error));
  g_assert_no_error (error);
  g_signal_handlers_disconnect_by_data (scene.leap, &scene);
  citiz_leap_stop (scene.leap);
  g_clear_object (&scene.leap);
  shared_world_shut (&scene.late);
  shared_world_open (&scene.late, NULL);
  begin (&scene);
  citiz_leap_set_least (scene.leap, 3);
  RUN_UNTIL (scene.done);
  g_assert_cmpuint (scene.offers, ==, 1);
  g_assert_cmpuint (scene.doubts, ==, 0);
  g_assert_cmpuint (citiz_chain_base (scene.late.chain), ==, end);
  newer = citiz_chain_read_blocks (anew.chain, end + 1, 100, G_MAXSIZE, NULL);
  g_assert_true (citiz_chain_follow (scene.late.chain, newer, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
  shared_world_shut (&scene.late);
  shared_world_open (&scene.late, NULL);
  fill (scene.late.chain, anew.chain);
  g_assert_true (citiz_chain_verify (scene.late.chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  scene_clear (&scene);
  shared_world_clear (&anew, NULL);
}

/* One node of three says that people have begun anew: a document signs itself, and stops nobody. */
static void
test_refounded_by_one (void)
{
  SharedWorld anew = {0};
  Scene scene;

  make_refounded (&anew);
  scene_init_of (&scene, &anew, 1, HONEST, NO_REFOUND, NO_REFOUND);
  citiz_leap_set_least (scene.leap, 3);
  RUN_UNTIL (scene.done);
  g_assert_cmpuint (scene.offers, ==, 0);
  scene_clear (&scene);
  shared_world_clear (&anew, NULL);
}

static void
test_not_worth_it (void)
{
  Scene scene;

  scene_init (&scene, HONEST, HONEST, HONEST);
  citiz_leap_set_least (scene.leap, 2 * CROWD);
  RUN_UNTIL (scene.done);
  assert_empty (&scene);
  scene_clear (&scene);
}

static void
make_giver (void)
{
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  g_autoptr (GPtrArray) newer = NULL;
  g_autoptr (GError) error = NULL;

  shared_world_init (&giver, NULL);
  citiz_chain_give_snapshots (giver.chain);
  for (guint n = 0; n < CROWD; n += 500)
    g_ptr_array_add (blocks, shared_world_crowd (&giver, 500));
  g_ptr_array_extend_and_steal (blocks, shared_world_end_epoch (&giver));
  closed = blocks->len;
  newer = shared_world_blocks (&giver, 3);
  g_ptr_array_extend_and_steal (blocks, g_steal_pointer (&newer));
  g_assert_true (citiz_chain_follow (giver.chain, blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    Manner manner;
  } bad[] = {{"down", DOWN},
             {"no-epochs", NO_EPOCHS},
             {"false-end", FALSE_END},
             {"no-list", NO_LIST},
             {"false-list", FALSE_LIST},
             {"odd-list", ODD_LIST},
             {"long-list", LONG_LIST},
             {"false-chunk", FALSE_CHUNK},
             {"cut-chunk", CUT_CHUNK},
             {"long-chunk", LONG_CHUNK},
             {"one-chunk", ONE_CHUNK}};
  int result;

  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  make_giver ();
  g_test_add_func ("/leap/honest", test_honest);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree gchar *one = g_strconcat ("/leap/bad/", bad[i].name, NULL);
      g_autofree gchar *all = g_strconcat ("/leap/all-bad/", bad[i].name, NULL);

      g_test_add_data_func (one, GINT_TO_POINTER (bad[i].manner), test_bad);
      if (bad[i].manner != DOWN && bad[i].manner != ONE_CHUNK)
        g_test_add_data_func (all, GINT_TO_POINTER (bad[i].manner), test_all_bad);
    }
  g_test_add_func ("/leap/down", test_down);
  g_test_add_func ("/leap/killed", test_killed);
  g_test_add_func ("/leap/refounded", test_refounded);
  g_test_add_func ("/leap/refounded-by-one", test_refounded_by_one);
  g_test_add_func ("/leap/not-worth-it", test_not_worth_it);
  result = g_test_run ();
  shared_world_clear (&giver, NULL);
  return result;
}
