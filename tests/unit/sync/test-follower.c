/* Following a community over HTTP: honest nodes, dead ones, slow ones, liars. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "shared-world.h"

#include "crypto/citiz-crypto.h"
#include "sync/citiz-follower.h"

#include <string.h>

#define NODES 3

typedef enum
{
  HONEST,
  EMPTY,   /* knows nothing new */
  BROKEN,  /* answers 500 */
  GARBAGE, /* answers bytes that are no blocks */
  LIAR,    /* changes a signature */
  TORN,    /* the last of its blocks is none */
  LATE     /* while it answers, another block becomes final */
} Manner;

typedef struct _Scene Scene;
typedef struct
{
  Scene *scene;
  Manner manner;
  CitizHttpServer *server;
  gchar port[8];     /* ":" and the number */
  GPtrArray *blocks; /* the community's, all of them */
  guint asked;
} Node;

struct _Scene
{
  SharedWorld world;
  GPtrArray *blocks; /* CitizBlock */
  Node nodes[NODES];
  CitizFollower *follower;
  guint at_once; /* blocks in one answer */
  guint moves, doubts;
  guint ahead; /* questions for what comes behind blocks that are not taken yet */
  gboolean waits_for_it;
};

static const CitizHttpLimits limits = {.connections_max = 16,
                                       .deadline_ms = 5000,
                                       .body_max = 1024,
                                       .rate_per_second = 10000,
                                       .rate_burst = 10000};

static void
put_block (GByteArray *out, const CitizBlock *block)
{
  g_autoptr (GBytes) bytes = citiz_block_encode (block, TRUE);
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);

  citiz_put_u32 (out, (guint32) n);
  citiz_put_bytes (out, view, n);
}

static void
grow (Scene *scene, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CitizChanges) changes = citiz_changes_new ();

      g_ptr_array_add (scene->blocks, shared_world_next (&scene->world, changes, TRUE));
    }
}

static void
set_manners (Scene *scene, const Manner manners[NODES])
{
  for (guint i = 0; i < NODES; i++)
    scene->nodes[i].manner = manners[i];
}

/* The follower is told before it has the answer. */
static void
be_late (Scene *scene)
{
  static const Manner all_honest[NODES] = {HONEST, HONEST, HONEST};

  set_manners (scene, all_honest);
  grow (scene, 1);
  citiz_follower_hurry (scene->follower, scene->blocks->len);
}

static guint64
height (Scene *scene)
{
  return citiz_chain_height (scene->world.chain);
}

/* As a node answers /v1/blocks: at most so many blocks at once, the last of them final. */
static void
handler_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  Node *node = data;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint64 from = 0;
  guint last = 0;

  node->asked++;
  g_assert_cmpstr (request->path, ==, "/v1/blocks");
  g_assert_true (g_str_has_prefix (request->query, "from="));
  from = g_ascii_strtoull (request->query + 5, NULL, 10);
  node->scene->ahead += from > height (node->scene) + 1;
  response->status = node->manner == BROKEN ? 500 : 200;
  response->content_type = "application/octet-stream";
  for (guint64 i = from;
       node->manner != EMPTY && i < from + node->scene->at_once && i <= node->blocks->len; i++)
    {
      last = out->len;
      put_block (out, node->blocks->pdata[i - 1]);
    }
  if (node->manner == TORN && out->len > 0)
    out->data[last + sizeof (guint32)] ^= 0xff; /* its version */
  if (node->manner == LIAR && out->len > 400)
    out->data[out->len - 1] ^= 1;
  if (node->manner == GARBAGE)
    g_byte_array_set_size (out, MIN (out->len, 7));
  response->body = g_bytes_new (out->data, out->len);
  if (node->manner == LATE)
    be_late (node->scene);
}

static void
moved_cb (CitizFollower *follower, guint64 height, Scene *scene)
{
  scene->moves++;
  if (scene->waits_for_it && scene->moves == 2)
    RUN_UNTIL (scene->ahead > 0);
}

static void
doubted_cb (CitizFollower *follower, const gchar *url, const GError *error, Scene *scene)
{
  const Node *node = scene->nodes;

  g_assert_nonnull (error);
  while (!g_str_has_suffix (url, node->port))
    node++;
  g_assert_true (node->manner == LIAR || node->manner == GARBAGE || node->manner == TORN);
  if (node->manner == TORN
      && scene->at_once > 100) /* what stands before it was read and taken before */
    g_assert_cmpuint (height (scene), >, 0);
  scene->doubts++;
}

static void
scene_init (Scene *scene, const Manner manners[NODES], guint blocks)
{
  g_autoptr (GStrvBuilder) urls = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  memset (scene, 0, sizeof *scene);
  scene->at_once = 4;
  shared_world_init (&scene->world, NULL);
  scene->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  grow (scene, blocks);
  set_manners (scene, manners);
  for (guint i = 0; i < NODES; i++)
    {
      Node *node = &scene->nodes[i];
      g_autofree gchar *url = NULL;

      node->scene = scene;
      node->blocks = scene->blocks;
      node->server = citiz_http_server_new (&limits, handler_cb, node);
      g_assert_true (citiz_http_server_start (node->server, 0, NULL));
      g_snprintf (node->port, sizeof node->port, ":%u", citiz_http_server_get_port (node->server));
      url = g_strconcat ("http://127.0.0.1", node->port, NULL);
      g_strv_builder_add (urls, url);
    }
  list = g_strv_builder_end (urls);
  scene->follower = citiz_follower_new (scene->world.chain, CITIZ_LEVEL_FULL);
  citiz_follower_set_nodes (scene->follower, (const gchar *const *) list);
  citiz_follower_set_pace (scene->follower, 50);
  g_signal_connect (scene->follower, "moved", G_CALLBACK (moved_cb), scene);
  g_signal_connect (scene->follower, "doubted", G_CALLBACK (doubted_cb), scene);
}

static void
scene_clear (Scene *scene)
{
  g_object_unref (scene->follower);
  for (guint i = 0; i < NODES; i++)
    g_clear_object (&scene->nodes[i].server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (scene->blocks);
  shared_world_clear (&scene->world, NULL);
}

static void
test_catches_up (void)
{
  static const Manner all_honest[NODES] = {HONEST, HONEST, HONEST};
  g_autoptr (GError) error = NULL;
  Scene scene;

  scene_init (&scene, all_honest, 30);
  citiz_follower_start (scene.follower);
  RUN_UNTIL (citiz_follower_get_state (scene.follower) == CITIZ_FOLLOWER_EVEN);
  g_assert_cmpuint (height (&scene), ==, 30);
  g_assert_cmpuint (scene.moves, ==, 8);
  g_assert_cmpuint (scene.doubts, ==, 0);
  for (guint i = 0; i < NODES; i++)
    g_assert_cmpuint (scene.nodes[i].asked, >=, 2); /* each is asked */

  /* What comes later is found by itself, and at once when told to hurry. */
  grow (&scene, 3);
  RUN_UNTIL (height (&scene) == 33);
  citiz_follower_set_pace (scene.follower, 60000);
  RUN_UNTIL (citiz_follower_get_state (scene.follower) == CITIZ_FOLLOWER_EVEN);
  grow (&scene, 1);
  citiz_follower_hurry (scene.follower, 34);
  RUN_UNTIL (height (&scene) == 34);
  g_assert_true (citiz_chain_verify (scene.world.chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);

  citiz_follower_stop (scene.follower);
  g_assert_cmpint (citiz_follower_get_state (scene.follower), ==, CITIZ_FOLLOWER_STOPPED);
  citiz_follower_start (scene.follower);
  grow (&scene, 1);
  RUN_UNTIL (height (&scene) == 35);
  scene_clear (&scene);
}

/* One good node among bad ones is enough, and nothing false is taken from the others. */
static void
test_bad_company (void)
{
  static const Manner manners[][NODES] = {
      {BROKEN, GARBAGE, HONEST},
      {LIAR, HONEST, TORN},
      {HONEST, LIAR, BROKEN},
  };

  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    {
      g_autoptr (GError) error = NULL;
      Scene scene;

      scene_init (&scene, manners[i], 12);
      citiz_follower_start (scene.follower);
      RUN_UNTIL (height (&scene) == 12);
      g_assert_cmpuint (scene.doubts, >, 0);
      g_assert_true (citiz_chain_verify (scene.world.chain, NULL, NULL, NULL, &error));
      g_assert_no_error (error);
      scene_clear (&scene);
    }
}

/* A node that is behind is no reason to stop asking the others. */
static void
test_laggard (void)
{
  static const Manner manners[NODES] = {EMPTY, EMPTY, HONEST};
  Scene scene;

  scene_init (&scene, manners, 9);
  citiz_follower_start (scene.follower);
  RUN_UNTIL (height (&scene) == 9);
  g_assert_cmpuint (scene.doubts, ==, 0);
  scene_clear (&scene);
}

/* Told of a block: the node that is asked first has none of it yet, or has answered before. It is here at once all the same. */
static void
test_told (void)
{
  static const Manner manners[][NODES]
      = {{HONEST, EMPTY, EMPTY}, {EMPTY, HONEST, EMPTY}, {EMPTY, EMPTY, HONEST}};
  static const Manner all_late[NODES] = {LATE, LATE, LATE};
  Scene scene;

  scene_init (&scene, manners[0], 1);
  citiz_follower_set_pace (scene.follower, 3600000);
  citiz_follower_start (scene.follower);
  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    {
      set_manners (&scene, manners[i]);
      grow (&scene, 1);
      citiz_follower_hurry (scene.follower, i == 0 ? 0 : scene.blocks->len);
      RUN_UNTIL (height (&scene) == scene.blocks->len
                 && citiz_follower_get_state (scene.follower) == CITIZ_FOLLOWER_EVEN);
    }
  set_manners (&scene, all_late);
  citiz_follower_hurry (scene.follower, 0);
  RUN_UNTIL (scene.blocks->len == 5 && height (&scene) == 5);
  scene_clear (&scene);
}

static void
test_nobody (void)
{
  static const Manner manners[NODES] = {BROKEN, BROKEN, BROKEN};
  Scene scene;

  scene_init (&scene, manners, 3);
  citiz_follower_start (scene.follower);
  RUN_UNTIL (citiz_follower_get_state (scene.follower) == CITIZ_FOLLOWER_ALONE);
  g_assert_cmpuint (height (&scene), ==, 0);
  scene.nodes[1].manner = HONEST;
  RUN_UNTIL (height (&scene) == 3);
  scene_clear (&scene);
}

static void
stop_cb (CitizFollower *follower)
{
  citiz_follower_stop (follower);
}

/* Stopped by who hears of a block, or of a lie: nothing is asked any more. */
static void
test_stopped_within (void)
{
  static const Manner manners[][NODES] = {{HONEST, HONEST, HONEST}, {LIAR, LIAR, LIAR}};
  static const gchar *const heard[] = {"moved", "doubted"};

  for (guint i = 0; i < G_N_ELEMENTS (heard); i++)
    {
      Scene scene;

      scene_init (&scene, manners[i], 9);
      g_signal_connect (scene.follower, heard[i], G_CALLBACK (stop_cb), NULL);
      citiz_follower_start (scene.follower);
      RUN_UNTIL (scene.moves + scene.doubts > 0);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpint (citiz_follower_get_state (scene.follower), ==, CITIZ_FOLLOWER_STOPPED);
      g_assert_cmpuint (scene.nodes[0].asked + scene.nodes[1].asked + scene.nodes[2].asked, ==, 1);
      scene_clear (&scene);
    }
}

/* The nodes are taken away while one of them is asked, and come back. */
static void
test_nodes_taken_away (void)
{
  static const Manner manners[NODES] = {BROKEN, HONEST, HONEST};
  static const gchar *const none[] = {NULL};
  Scene scene;
  g_autofree gchar *url = NULL;
  const gchar *one[] = {NULL, NULL};

  scene_init (&scene, manners, 3);
  url = g_strdup_printf ("http://127.0.0.1:%u", citiz_http_server_get_port (scene.nodes[1].server));
  one[0] = url;
  citiz_follower_start (scene.follower);
  citiz_follower_set_nodes (scene.follower, none);
  RUN_UNTIL (citiz_follower_get_state (scene.follower) == CITIZ_FOLLOWER_ALONE);
  citiz_follower_set_nodes (scene.follower, one);
  RUN_UNTIL (height (&scene) == 3);
  scene_clear (&scene);
}

/* What takes more than a slice is not waited for: the next answer is brought meanwhile. When the one before it was a lie, who brings it is not
 * doubted. */
static void
test_ahead (void)
{
  static const Manner manners[][NODES]
      = {{HONEST, HONEST, HONEST}, {LIAR, HONEST, HONEST}, {TORN, HONEST, HONEST}};

  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    {
      Scene scene;

      scene_init (&scene, manners[i], 500);
      scene.at_once = 400;
      scene.waits_for_it = manners[i][0] != TORN; /* whose answer does not say how far it goes */
      citiz_follower_start (scene.follower);
      RUN_UNTIL (height (&scene) == 500);
      g_assert_cmpuint (scene.doubts, ==, i > 0);
      scene_clear (&scene);
    }
}

static int
is_refused (void *refuses)
{
  return *(gboolean *) refuses;
}

/* One's own disk refuses: nobody is doubted for that, and it is asked again as often as the pace says. */
static void
test_own_disk (void)
{
  static const Manner all_honest[NODES] = {HONEST, HONEST, HONEST};
  gboolean refuses = TRUE;
  Scene scene;

  scene_init (&scene, all_honest, 9);
  sqlite3_progress_handler (citiz_db_get_handle (scene.world.db), 1, is_refused, &refuses);
  citiz_follower_start (scene.follower);
  RUN_UNTIL (citiz_follower_get_state (scene.follower) == CITIZ_FOLLOWER_FAILED);
  refuses = FALSE;
  g_assert_true (RUN_FOR (30, height (&scene) == 9));
  g_assert_cmpuint (scene.doubts, ==, 0);
  scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_func ("/follower/catches-up", test_catches_up);
  g_test_add_func ("/follower/ahead", test_ahead);
  g_test_add_func ("/follower/bad-company", test_bad_company);
  g_test_add_func ("/follower/laggard", test_laggard);
  g_test_add_func ("/follower/told", test_told);
  g_test_add_func ("/follower/nobody", test_nobody);
  g_test_add_func ("/follower/stopped-within", test_stopped_within);
  g_test_add_func ("/follower/own-disk", test_own_disk);
  g_test_add_func ("/follower/nodes-taken-away", test_nodes_taken_away);
  return g_test_run ();
}
