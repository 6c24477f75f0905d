/* Vigilance: honest nodes, one that shows another history, one that signed twice, another page, a stall, clocks.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "shared-world.h"

#include "crypto/citiz-crypto.h"
#include "crypto/citiz-hash.h"
#include "ledger/citiz-note.h"
#include "sync/citiz-watch-file.h"
#include "sync/citiz-watch.h"

#include <string.h>

#define NODES 4
#define PAGE  "<!doctype html><title>Citiz</title>"

typedef struct
{
  SharedWorld *world;
  CitizHttpServer *server;
  gchar *url;
  GPtrArray *blocks; /* what it shows */
  const gchar *page;
  gint64 skew;
  guint waiting;
  guint standing; /* seconds */
  gboolean down;
  gboolean vague;    /* tells of a head it has no blocks for */
  gboolean stranger; /* does not know the account that signs */
  guint asked, signatures;
} Node;

typedef struct
{
  SharedWorld world; /* whose chain is followed */
  SharedWorld other; /* the same founders, who sign something else */
  GPtrArray *blocks; /* of the one */
  GPtrArray *forked; /* of the other */
  Node nodes[NODES];
  CitizSigningKey *witness;
  CitizWatch *watch;
  guint told;
} Scene;

static const CitizHttpLimits limits = {.connections_max = 16,
                                       .deadline_ms = 20000,
                                       .body_max = 16384,
                                       .rate_per_second = 100000,
                                       .rate_burst = 100000};

static void
answer_text (CitizHttpResponse *response, gchar *text)
{
  response->status = 200;
  response->content_type = "application/json";
  response->body = g_bytes_new_take (text, strlen (text));
}

static void
answer_status (Node *node, CitizHttpResponse *response)
{
  const CitizBlock *head = node->blocks->pdata[node->blocks->len - 1];
  g_autofree gchar *chain = citiz_hash_to_hex (&node->world->chain_id);
  g_autofree gchar *hash = citiz_hash_to_hex (node->vague ? &node->world->chain_id : &head->hash);
  g_autoptr (GString) members = g_string_new (NULL);

  for (guint i = 0; i < SHARED_N - 1; i++) /* the last is never there */
    {
      g_autofree gchar *key
          = citiz_base64url_encode (node->world->genesis.founders[i].validator.node.b, 32);

      g_string_append_printf (members, "%s{\"node\":\"%s\",\"linked\":true}", i > 0 ? "," : "",
                              key);
    }
  answer_text (
      response,
      g_strdup_printf (
          "{\"chain\":\"%s\",\"hash\":\"%s\",\"height\":%u,\"waiting\":%u,\"finalAge\":300,\"standing\":%u"
          ",\"time\":%" G_GINT64_FORMAT ",\"members\":[%s]}",
          chain, hash, node->blocks->len, node->waiting, node->standing,
          node->world->now.ms + node->skew, members->str));
}

static void
answer_blocks (Node *node, const gchar *query, CitizHttpResponse *response)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  const guint64 from = g_ascii_strtoull (query + strlen ("from="), NULL, 10);

  for (guint64 i = from; i < from + 16 && i <= node->blocks->len; i++)
    {
      g_autoptr (GBytes) bytes = citiz_block_encode (node->blocks->pdata[i - 1], TRUE);
      gsize n;
      const guint8 *view = g_bytes_get_data (bytes, &n);

      citiz_put_u32 (out, (guint32) n);
      citiz_put_bytes (out, view, n);
    }
  response->status = 200;
  response->content_type = "application/octet-stream";
  response->body = g_bytes_new (out->data, out->len);
}

/* A witness's signature must be good, and of what this node made final. */
static void
take_signature (Node *node, GBytes *body, CitizHttpResponse *response)
{
  gsize n;
  const gchar *bytes = g_bytes_get_data (body, &n);
  g_autofree gchar *note = g_strndup (bytes, n);
  g_autoptr (GError) error = NULL;
  CitizCheckpoint checkpoint;

  g_assert_true (citiz_checkpoint_parse (note, &checkpoint, &error));
  g_assert_cmpuint (checkpoint.size, ==, node->blocks->len); /* one transaction a block */
  if (node->stranger)
    {
      response->status = 403;
      return;
    }
  node->signatures++;
  answer_text (response, g_strdup ("{\"cosignatures\":1,\"watchers\":7}"));
}

static void
handler_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  Node *node = data;

  node->asked++;
  if (node->down)
    response->status = 503;
  else if (g_str_equal (request->path, "/v1/status"))
    answer_status (node, response);
  else if (g_str_equal (request->path, "/v1/blocks"))
    answer_blocks (node, request->query, response);
  else if (g_str_equal (request->path, "/v"))
    answer_text (response, g_strdup (node->page));
  else if (g_str_equal (request->path, "/v1/checkpoint/cosign"))
    take_signature (node, request->body, response);
}

static void
evidence_cb (CitizWatch *watch, const CitizEvidence *evidence, Scene *scene)
{
  scene->told++;
}

static void
scene_init (Scene *scene, guint common, guint own, guint forked)
{
  g_autoptr (GStrvBuilder) urls = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);
  g_autoptr (GError) error = NULL;
  const CitizHash account = {{7}};
  CitizHash page;

  memset (scene, 0, sizeof *scene);
  shared_world_init (&scene->world, NULL);
  shared_world_init (&scene->other, NULL);
  scene->blocks = shared_world_blocks (&scene->world, common + own);
  scene->forked = shared_world_blocks (&scene->other, common);
  scene->other.made += 1000;
  if (forked > 0)
    {
      g_autoptr (GPtrArray) more = shared_world_blocks (&scene->other, forked);

      g_ptr_array_set_free_func (more, NULL);
      for (guint i = 0; i < more->len; i++)
        g_ptr_array_add (scene->forked, more->pdata[i]);
    }
  g_assert_true (citiz_chain_follow (scene->world.chain, scene->blocks, CITIZ_LEVEL_FULL, &error));
  for (guint i = 0; i < NODES; i++)
    {
      Node *node = &scene->nodes[i];

      *node = (Node){.world = &scene->world, .blocks = scene->blocks, .page = PAGE};
      node->server = citiz_http_server_new (&limits, handler_cb, node);
      g_assert_true (citiz_http_server_start (node->server, 0, NULL));
      node->url
          = g_strdup_printf ("http://127.0.0.1:%u", citiz_http_server_get_port (node->server));
      g_strv_builder_add (urls, node->url);
    }
  list = g_strv_builder_end (urls);
  scene->witness = citiz_signing_key_new_from_seed (seed);
  citiz_sha256 (&page, (const guint8 *) PAGE, strlen (PAGE));
  scene->watch = citiz_watch_new (scene->world.db, scene->world.chain, &scene->world.env);
  citiz_watch_set_nodes (scene->watch, (const gchar *const *) list);
  citiz_watch_set_validators (scene->watch, (const gchar *const *) list, NODES);
  citiz_watch_set_page (scene->watch, &page);
  citiz_watch_set_witness (scene->watch, &account, scene->witness);
  citiz_watch_set_pace (scene->watch, 8);
  g_signal_connect (scene->watch, "evidence", G_CALLBACK (evidence_cb), scene);
}

static void
scene_start (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_watch_start (scene->watch, &error));
  g_assert_no_error (error);
}

static void
scene_clear (Scene *scene)
{
  g_object_unref (scene->watch);
  for (guint i = 0; i < NODES; i++)
    {
      g_clear_object (&scene->nodes[i].server);
      g_free (scene->nodes[i].url);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  citiz_signing_key_unref (scene->witness);
  g_ptr_array_unref (scene->blocks);
  g_ptr_array_unref (scene->forked);
  shared_world_clear (&scene->other, NULL);
  shared_world_clear (&scene->world, NULL);
}

static CitizAlarm *
alarm_of (Scene *scene, CitizAlarmKind kind, const gchar *url)
{
  GPtrArray *alarms = citiz_watch_alarms (scene->watch);

  for (guint i = 0; i < alarms->len; i++)
    {
      CitizAlarm *alarm = alarms->pdata[i];

      if (alarm->kind == kind && g_str_equal (alarm->url, url))
        return alarm;
    }
  return NULL;
}

/* Every node is asked @n times more. */
static gboolean
visited (const Scene *scene, const guint before[NODES], guint n)
{
  for (guint i = 0; i < NODES; i++)
    if (scene->nodes[i].asked < before[i] + n)
      return FALSE;
  return TRUE;
}

static void
go_round (Scene *scene, guint n)
{
  guint before[NODES];

  for (guint i = 0; i < NODES; i++)
    before[i] = scene->nodes[i].asked;
  RUN_UNTIL (visited (scene, before, n));
}

static void
test_nothing_wrong (void)
{
  Scene scene;

  scene_init (&scene, 20, 0, 0);
  scene_start (&scene);
  go_round (&scene, 6);
  g_assert_cmpuint (citiz_watch_alarms (scene.watch)->len, ==, 0);
  g_assert_cmpuint (scene.told, ==, 0);
  for (guint i = 0; i < NODES; i++)
    g_assert_cmpuint (scene.nodes[i].signatures, ==, 1); /* of one head once */
  for (guint i = 0; i < SHARED_N; i++)
    g_assert_true (
        citiz_watch_is_missing (scene.watch, &scene.world.genesis.founders[i].validator.node)
        == (i == SHARED_N - 1));
  scene_clear (&scene);
}

static gboolean
all_count (Scene *scene, guint watchers)
{
  g_autoptr (GPtrArray) list = citiz_watch_nodes (scene->watch);

  for (guint i = 0; i < list->len; i++)
    if (((CitizWatched *) list->pdata[i])->watchers != watchers)
      return FALSE;
  return TRUE;
}

/* Who signs before the nodes know the account signs again soon, and is told at once how many watch. */
static void
test_newcomer (void)
{
  guint before[NODES];
  Scene scene;

  scene_init (&scene, 5, 0, 0);
  citiz_watch_set_pace (scene.watch, 3600 * 1000);
  for (guint i = 0; i < NODES; i++)
    scene.nodes[i].stranger = TRUE;
  scene_start (&scene);
  go_round (&scene, 3); /* state, page, signature */
  for (guint i = 0; i < NODES; i++)
    {
      scene.nodes[i].stranger = FALSE;
      before[i] = scene.nodes[i].asked;
    }
  citiz_watch_begin_anew (scene.watch);
  RUN_UNTIL (visited (&scene, before, 1));
  g_assert_true (all_count (&scene, 0)); /* not in a loop */
  scene.world.now.ms += 2 * 60 * CITIZ_SECOND;
  citiz_watch_begin_anew (scene.watch);
  RUN_UNTIL (all_count (&scene, 7));
  for (guint i = 0; i < NODES; i++)
    g_assert_cmpuint (scene.nodes[i].signatures, ==, 1);
  scene_clear (&scene);
}

static gboolean
all_answer (Scene *scene, gboolean odd)
{
  g_autoptr (GPtrArray) list = citiz_watch_nodes (scene->watch);

  for (guint i = 0; i < list->len; i++)
    if (((CitizWatched *) list->pdata[i])->answers != (odd || i % 2 == 0))
      return FALSE;
  return TRUE;
}

/* Who does not answer somebody else, or answers again, is looked at before its turn. */
static void
test_heard (void)
{
  Scene scene;
  guint asked;

  scene_init (&scene, 5, 0, 0);
  citiz_watch_set_pace (scene.watch, 3600 * 1000);
  scene_start (&scene);
  RUN_UNTIL (all_answer (&scene, TRUE));
  asked = scene.nodes[0].asked;
  for (guint i = 0; i < NODES; i++)
    {
      scene.nodes[i].down = i % 2 == 1;
      citiz_watch_hear (scene.watch, scene.nodes[i].url, i % 2 == 0);
    }
  RUN_UNTIL (all_answer (&scene, FALSE));
  g_assert_cmpuint (scene.nodes[0].asked, ==, asked); /* nothing new of it */
  for (guint i = 1; i < NODES; i += 2)
    {
      scene.nodes[i].down = FALSE;
      citiz_watch_hear (scene.watch, scene.nodes[i].url, TRUE);
    }
  RUN_UNTIL (all_answer (&scene, TRUE));
  scene_clear (&scene);
}

static gboolean
two_answer_cb (gpointer data)
{
  Scene *scene = data;
  g_autoptr (GPtrArray) nodes = citiz_watch_nodes (scene->watch);
  guint n = 0;

  for (guint i = 0; i < nodes->len; i++)
    n += ((const CitizWatched *) nodes->pdata[i])->answers;
  return n >= 2;
}

static gboolean
never_cb (gpointer data)
{
  return FALSE;
}

static void
looked_cb (GObject *watch, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = g_task_propagate_boolean (G_TASK (result), NULL);
}

/* All are asked at once when somebody waits, not in their turn; no longer than until enough of them do, or all have. */
static void
test_look (void)
{
  Scene scene;
  guint asked[NODES];
  gboolean over = FALSE;

  scene_init (&scene, 5, 0, 0);
  for (guint i = 0; i < NODES; i++)
    scene.nodes[i].down = TRUE;
  citiz_watch_set_pace (scene.watch, 3600 * 1000);
  scene_start (&scene);
  RUN_UNTIL (scene.nodes[NODES - 1].asked > 0);
  for (guint i = 0; i < NODES; i++)
    RUN_UNTIL (scene.nodes[i].asked > 0);
  citiz_watch_look_async (scene.watch, two_answer_cb, &scene, looked_cb, &over);
  RUN_UNTIL (over); /* all have answered, and none well */
  for (guint i = 0; i < NODES; i++)
    {
      asked[i] = scene.nodes[i].asked;
      g_assert_cmpuint (asked[i], ==, 2);
    }
  over = FALSE;
  scene.nodes[1].down = scene.nodes[3].down = FALSE;
  citiz_watch_look_async (scene.watch, two_answer_cb, &scene, looked_cb, &over);
  RUN_UNTIL (over);
  g_assert_true (two_answer_cb (&scene));
  g_assert_cmpuint (scene.nodes[1].asked, ==, asked[1] + 1);
  over = FALSE;
  citiz_watch_look_async (scene.watch, two_answer_cb, &scene, looked_cb, &over);
  citiz_watch_end_look (scene.watch); /* nobody waits any more */
  RUN_UNTIL (over);
  over = FALSE;
  scene.nodes[3].down = TRUE;
  citiz_watch_look_async (scene.watch, never_cb, &scene, looked_cb, &over);
  RUN_UNTIL (over);
  g_assert_false (two_answer_cb (&scene)); /* what one said before may be over */
  over = FALSE;
  citiz_watch_look_async (scene.watch, two_answer_cb, &scene, looked_cb, &over);
  citiz_watch_stop (scene.watch);
  RUN_UNTIL (over);
  scene_clear (&scene);
}

/* The validators signed two histories: who did is named, once, and it is there again after a restart. */
static void
test_fork (void)
{
  static const guint commons[] = {0, 3, 90};

  for (guint k = 0; k < G_N_ELEMENTS (commons); k++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) file = NULL;
      g_autoptr (GArray) guilty = NULL;
      CitizAlarm *alarm;
      CitizHash chain;
      Scene scene;

      scene_init (&scene, commons[k], 5, 4);
      scene.nodes[2].blocks = scene.forked;
      scene_start (&scene);
      RUN_UNTIL (alarm_of (&scene, CITIZ_ALARM_FORK, scene.nodes[2].url) != NULL);
      alarm = alarm_of (&scene, CITIZ_ALARM_FORK, scene.nodes[2].url);
      g_assert_cmpuint (alarm->height, ==, commons[k] + 1);
      g_assert_cmpuint (alarm->evidence->len, ==, 3);
      RUN_UNTIL (scene.told == 3);
      go_round (&scene, 4);
      g_assert_cmpuint (scene.told, ==, 3);
      g_assert_cmpuint (citiz_watch_alarms (scene.watch)->len, ==, 1);

      file = citiz_evidence_file_write (scene.world.chain, citiz_watch_alarms (scene.watch));
      guilty = citiz_evidence_file_read (file, NULL, &chain, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (guilty->len, ==, 3);
      g_assert_true (citiz_hash_equal (&chain, &scene.world.chain_id));

      citiz_watch_stop (scene.watch);
      scene_start (&scene);
      alarm = alarm_of (&scene, CITIZ_ALARM_FORK, scene.nodes[2].url);
      g_assert_nonnull (alarm);
      g_assert_cmpuint (alarm->evidence->len, ==, 3);
      scene_clear (&scene);
    }
}

/* Another history that the validators did not sign says something of that node only. */
static void
test_other (void)
{
  Scene scene;

  scene_init (&scene, 6, 3, 3);
  for (guint i = 0; i < scene.forked->len; i++)
    {
      CitizBlock *block = scene.forked->pdata[i];

      block->justification->notar.signatures[0].b[7] ^= 1;
      block->justification->notar.signatures[1].b[7] ^= 1;
      block->justification->notar.signatures[2].b[7] ^= 1;
      if (block->final != NULL)
        for (guint j = 0; j < 3; j++)
          block->final->signatures[j].b[7] ^= 1;
    }
  scene.nodes[1].blocks = scene.forked;
  scene.nodes[3].vague = TRUE;
  scene_start (&scene);
  RUN_UNTIL (alarm_of (&scene, CITIZ_ALARM_OTHER, scene.nodes[1].url) != NULL);
  g_assert_cmpuint (alarm_of (&scene, CITIZ_ALARM_OTHER, scene.nodes[1].url)->height, ==, 7);
  go_round (&scene, 3);
  g_assert_cmpuint (scene.told, ==, 0);
  g_assert_null (alarm_of (&scene, CITIZ_ALARM_FORK, scene.nodes[1].url));
  scene_clear (&scene);
}

static void
test_page (void)
{
  g_autoptr (GError) error = NULL;
  Scene scene;

  scene_init (&scene, 2, 0, 0);
  scene.nodes[0].page = PAGE "<script>steal()</script>";
  scene.nodes[3].down = TRUE;
  scene_start (&scene);
  RUN_UNTIL (alarm_of (&scene, CITIZ_ALARM_PAGE, scene.nodes[0].url) != NULL);
  go_round (&scene, 3);
  g_assert_cmpuint (citiz_watch_alarms (scene.watch)->len, ==, 1);

  /* The next day it is right again. */
  scene.nodes[0].page = PAGE;
  scene.world.now.ms += 25 * CITIZ_HOUR;
  RUN_UNTIL (citiz_watch_alarms (scene.watch)->len == 0);

  /* What was read and put away stays away. */
  scene.nodes[0].page = "";
  scene.world.now.ms += 25 * CITIZ_HOUR;
  RUN_UNTIL (alarm_of (&scene, CITIZ_ALARM_PAGE, scene.nodes[0].url) != NULL);
  g_assert_true (citiz_watch_dismiss (scene.watch, CITIZ_ALARM_PAGE, scene.nodes[0].url, &error));
  citiz_watch_stop (scene.watch);
  scene_start (&scene);
  g_assert_null (alarm_of (&scene, CITIZ_ALARM_PAGE, scene.nodes[0].url));
  scene_clear (&scene);
}

static void
test_stall (void)
{
  Scene scene;

  scene_init (&scene, 2, 0, 0);
  for (guint i = 0; i < NODES; i++)
    {
      scene.nodes[i].waiting = 1; /* for a moment, after a quiet evening: no stall */
      scene.nodes[i].standing = i == 1 ? 300 : 0;
    }
  scene_start (&scene);
  go_round (&scene, 3);
  g_assert_null (alarm_of (&scene, CITIZ_ALARM_STALL, ""));
  for (guint i = 0; i < NODES; i++)
    scene.nodes[i].standing = 300;
  RUN_UNTIL (alarm_of (&scene, CITIZ_ALARM_STALL, "") != NULL);
  scene.nodes[2].standing = 0;
  RUN_UNTIL (alarm_of (&scene, CITIZ_ALARM_STALL, "") == NULL);
  scene_clear (&scene);
}

/* Somebody waits for what the nodes do: they are visited within seconds, not in their turn of minutes. */
static void
test_near (void)
{
  const guint once[NODES] = {0};
  g_autoptr (GPtrArray) said = NULL;
  Scene scene;

  scene_init (&scene, 2, 0, 0);
  citiz_watch_set_pace (scene.watch, 3600 * 1000);
  scene_start (&scene);
  RUN_UNTIL (visited (&scene, once, 1));
  said = citiz_watch_nodes (scene.watch);
  RUN_UNTIL (((CitizWatched *) said->pdata[NODES - 1])->answers);
  scene.nodes[1].down = TRUE;
  citiz_watch_set_near (scene.watch, TRUE);
  RUN_UNTIL (!((CitizWatched *) said->pdata[1])->answers);
  g_assert_true (((CitizWatched *) said->pdata[2])->answers);
  scene_clear (&scene);
}

static void
test_clocks (void)
{
  Scene scene;

  scene_init (&scene, 2, 0, 0);
  scene.nodes[1].skew = CITIZ_HOUR;
  scene_start (&scene);
  RUN_UNTIL (alarm_of (&scene, CITIZ_ALARM_CLOCK, scene.nodes[1].url) != NULL);
  g_assert_null (alarm_of (&scene, CITIZ_ALARM_CLOCK, ""));

  /* When most say so, it is ours. */
  for (guint i = 0; i < NODES; i++)
    scene.nodes[i].skew = CITIZ_HOUR;
  RUN_UNTIL (alarm_of (&scene, CITIZ_ALARM_CLOCK, "") != NULL);
  RUN_UNTIL (citiz_watch_alarms (scene.watch)->len == 1);
  for (guint i = 0; i < NODES; i++)
    scene.nodes[i].skew = 0;
  RUN_UNTIL (citiz_watch_alarms (scene.watch)->len == 0);
  scene_clear (&scene);
}

/* What time it is, is the word of more than half of those who are validators now: not of who was one, and also of those whose address nobody knows. */
static void
test_time_of_validators (void)
{
  const gchar *const nobody[] = {NULL};
  const gchar *urls[NODES + 1] = {NULL};
  Scene scene;

  scene_init (&scene, 2, 0, 0);
  for (guint i = 0; i < NODES; i++)
    {
      urls[i] = scene.nodes[i].url;
      scene.nodes[i].skew = CITIZ_HOUR;
    }
  citiz_watch_set_validators (scene.watch, nobody, 1);
  scene_start (&scene);
  go_round (&scene, 6);
  g_assert_false (citiz_watch_knows_time (scene.watch));
  g_assert_cmpint (citiz_chain_get_skew (scene.world.chain), ==, 0);
  g_assert_null (alarm_of (&scene, CITIZ_ALARM_CLOCK, ""));

  citiz_watch_set_validators (scene.watch, urls, 2 * NODES);
  go_round (&scene, 6);
  g_assert_false (citiz_watch_knows_time (scene.watch));
  g_assert_cmpint (citiz_chain_get_skew (scene.world.chain), ==, 0);

  citiz_watch_set_validators (scene.watch, urls + 1, NODES - 1);
  RUN_UNTIL (citiz_chain_get_skew (scene.world.chain) == CITIZ_HOUR);
  g_assert_true (citiz_watch_knows_time (scene.watch));
  scene_clear (&scene);
}

/* A file of evidence that somebody changed proves nothing. */
static void
test_file (void)
{
  static const gchar *const bad[] = {
      "",
      "[]",
      "{}",
      "{\"format\":\"citiz-evidence-1\"}",
      "{\"format\":\"citiz-evidence-1\",\"genesis\":\"AAAA\",\"evidence\":[]}",
  };
  g_autoptr (GBytes) file = NULL;
  g_autofree gchar *text = NULL;
  gchar *votes;
  CitizHash chain;
  Scene scene;
  gsize n;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (bad[i], strlen (bad[i]));
      g_autoptr (GError) error = NULL;

      g_assert_null (citiz_evidence_file_read (bytes, NULL, &chain, &error));
      g_assert_nonnull (error);
    }
  scene_init (&scene, 1, 2, 2);
  scene.nodes[0].blocks = scene.forked;
  scene_start (&scene);
  RUN_UNTIL (alarm_of (&scene, CITIZ_ALARM_FORK, scene.nodes[0].url) != NULL);
  file = citiz_evidence_file_write (scene.world.chain, citiz_watch_alarms (scene.watch));
  text = g_strndup (g_bytes_get_data (file, &n), g_bytes_get_size (file));
  votes = strstr (text, "\"votes\": \"") + strlen ("\"votes\": \"");
  for (guint i = 0; i < 300; i += 7)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) changed = NULL;
      const gchar old = votes[i];

      votes[i] = old == 'A' ? 'B' : 'A';
      changed = g_bytes_new (text, strlen (text));
      g_assert_null (citiz_evidence_file_read (changed, scene.world.chain, &chain, &error));
      g_assert_nonnull (error);
      votes[i] = old;
    }
  scene_clear (&scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_test_add_func ("/sync/watch/nothing-wrong", test_nothing_wrong);
  g_test_add_func ("/sync/watch/newcomer", test_newcomer);
  g_test_add_func ("/sync/watch/heard", test_heard);
  g_test_add_func ("/sync/watch/look", test_look);
  g_test_add_func ("/sync/watch/fork", test_fork);
  g_test_add_func ("/sync/watch/other", test_other);
  g_test_add_func ("/sync/watch/page", test_page);
  g_test_add_func ("/sync/watch/stall", test_stall);
  g_test_add_func ("/sync/watch/near", test_near);
  g_test_add_func ("/sync/watch/clocks", test_clocks);
  g_test_add_func ("/sync/watch/time-of-validators", test_time_of_validators);
  g_test_add_func ("/sync/watch/file", test_file);
  return g_test_run ();
}
