/* The community through the session: read, join, follow, lock, pause, leave, in words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app-fixture.h"
#include "community-world.h"

#include "crypto/citiz-crypto.h"
#include "app/citiz-engine-private.h"
#include "store/citiz-chain-private.h"
#include "sync/citiz-community-private.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

typedef struct
{
  App app;
  CommunityWorld world;
  guint changes;
} Scene;

static void
changed_cb (Scene *scene)
{
  scene->changes++;
}

static void
listen (Scene *scene)
{
  g_signal_connect_swapped (scene->app.session, "community-changed", G_CALLBACK (changed_cb),
                            scene);
}

static void
scene_up (Scene *scene, gconstpointer unused)
{
  community_world_init (&scene->world);
  app_up (&scene->app, NULL);
  app_move_clock (&scene->app, scene->world.shared.now.ms - citiz_env_now (citiz_env_system ()).ms);
  listen (scene);
}

static void
scene_down (Scene *scene, gconstpointer unused)
{
  app_close (&scene->app);
  citiz_community_remove_copy (scene->app.folder);
  app_down (&scene->app, NULL);
  community_world_clear (&scene->world);
}

static const CitizCommunityView *
view (Scene *scene)
{
  return citiz_session_get_community (scene->app.session);
}

static gchar *
link_of (Scene *scene)
{
  CitizInvitation invitation;

  community_world_invitation (&scene->world, TRUE, &invitation);
  return citiz_invitation_link (&invitation);
}

/* To another community at the same address. */
static gchar *
link_elsewhere (Scene *scene)
{
  CitizInvitation invitation;

  community_world_invitation (&scene->world, TRUE, &invitation);
  invitation.chain_id = (CitizHash){{1}};
  return citiz_invitation_link (&invitation);
}

static gboolean
try_join (Scene *scene, const gchar *text, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_join_async (scene->app.session, text, cancellable, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_join_finish (scene->app.session, result, error);
}

static void
join (Scene *scene)
{
  g_autofree gchar *link = link_of (scene);
  g_autoptr (GError) error = NULL;

  g_assert_true (try_join (scene, link, NULL, &error));
  g_assert_no_error (error);
}

static gboolean
leave (Scene *scene, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_leave_community_async (scene->app.session, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_leave_community_finish (scene->app.session, result, error);
}

static gboolean
is_whole (Scene *scene)
{
  const CitizCommunityView *now = view (scene);

  return now != NULL && now->state == CITIZ_COMMUNITY_VIEW_EVEN && now->level == 2
         && now->registered && now->n_waiting == 0;
}

static gboolean
says (Scene *scene, const gchar *expected)
{
  g_autofree gchar *sentence = citiz_session_explain_community (view (scene));

  return g_str_equal (sentence, expected);
}

static void
assert_sentence (Scene *scene, const gchar *expected)
{
  g_autofree gchar *sentence = citiz_session_explain_community (view (scene));

  g_assert_cmpstr (sentence, ==, expected);
}

/* What an invitation says before anything is asked of anybody, and a sentence for what is none. */
static void
test_read (Scene *scene, gconstpointer unused)
{
  static const struct
  {
    const gchar *text;
    CitizSessionError code;
  } bad[] = {{"", CITIZ_SESSION_ERROR_NO_INVITATION},
             {"hello", CITIZ_SESSION_ERROR_NO_INVITATION},
             {"citiz:join?AbCd", CITIZ_SESSION_ERROR_INVITATION_CUT}};
  g_autofree gchar *link = link_of (scene);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CitizInvitationView) read = NULL;
  Answer answer = {0};
  guint asked = 0;

  citiz_session_read_invitation_async (scene->app.session, link, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  read = citiz_session_read_invitation_finish (scene->app.session, result, NULL);
  g_assert_cmpstr (read->name, ==, "Les Cèdres");
  g_assert_cmpuint (g_strv_length (read->nodes), ==, 2);
  g_assert_cmpstr (read->nodes[0], ==, scene->world.nodes[0].url);
  g_assert_true (read->vouched);
  for (guint i = 0; i < SHARED_N; i++)
    asked += scene->world.nodes[i].asked;
  g_assert_cmpuint (asked, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (try_join (scene, bad[i].text, NULL, &error));
      g_assert_error (error, CITIZ_SESSION_ERROR, (gint) bad[i].code);
    }
  g_assert_null (view (scene));
}

static void
test_whole_life (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *link = link_of (scene);
  g_autofree gchar *elsewhere = NULL;
  g_autoptr (GError) error = NULL;

  community_world_grow (&scene->world, 30);
  app_save (&scene->app, NULL, "Arachides");
  join (scene);
  g_assert_nonnull (view (scene));
  g_assert_cmpstr (view (scene)->name, ==, "Les Cèdres");
  RUN_UNTIL (is_whole (scene));
  RUN_UNTIL (says (scene, "Verified by 4 nodes")); /* three have signed, four agree */
  g_assert_cmpuint (view (scene)->n_validators, ==, 4);
  g_assert_cmpuint (view (scene)->may_fail, ==, 1);
  g_assert_cmpuint (view (scene)->may_lie, ==, 1);
  g_assert_cmpuint (view (scene)->height, ==, view (scene)->node_height);
  RUN_UNTIL (view (scene)->nodes->len == SHARED_N);
  g_assert_cmpuint (scene->changes, >, 0);
  g_assert_true (try_join (scene, link, NULL, &error)); /* invited again to the same */
  elsewhere = link_elsewhere (scene);
  g_assert_false (try_join (scene, elsewhere, NULL, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_COMMUNITY);
  g_clear_error (&error);

  /* Locked, nothing of it is shown; open again, it is there with the record, and what grew before is committed. */
  citiz_session_lock (scene->app.session);
  g_assert_null (view (scene));
  g_assert_true (app_unlock (&scene->app, APP_PASSPHRASE, &error));
  g_assert_nonnull (view (scene));
  RUN_UNTIL (is_whole (scene));
  app_reopen (&scene->app);
  listen (scene);
  g_assert_true (app_unlock (&scene->app, APP_PASSPHRASE, &error));
  g_assert_nonnull (view (scene));
  RUN_UNTIL (is_whole (scene) && view (scene)->committed == view (scene)->head);
  g_assert_cmpuint (view (scene)->head, >, 0);

  g_assert_true (leave (scene, &error));
  g_assert_no_error (error);
  RUN_UNTIL (view (scene) == NULL);
  g_assert_false (leave (scene, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NO_COMMUNITY);
  g_clear_error (&error);
  app_reopen (&scene->app);
  g_assert_true (app_unlock (&scene->app, APP_PASSPHRASE, &error));
  g_assert_null (view (scene));
  g_assert_cmpuint (app_count (&scene->app, CITIZ_KIND_ALLERGY), ==, 1);
}

static gboolean
spoil_work (CitizEngine *engine, gpointer sql, GCancellable *cancellable, GError **error)
{
  return citiz_db_exec (citiz_vault_get_db (engine->vault), sql, error);
}

/* The outbox cannot be read: nothing of the community is kept, and it can be joined when it can. */
static void
test_not_started (Scene *scene, gconstpointer unused)
{
  CitizInvitation invitation;
  g_autofree gchar *link = NULL;
  g_autoptr (GError) error = NULL;

  community_world_invitation (&scene->world, FALSE, &invitation);
  link = citiz_invitation_link (&invitation);
  g_assert_true (app_on_engine (&scene->app, spoil_work,
                                (gpointer) "ALTER TABLE outbox RENAME COLUMN bytes TO spoilt",
                                NULL));
  g_assert_false (try_join (scene, link, NULL, &error));
  g_assert_nonnull (error);
  g_assert_null (view (scene));
  app_reopen (&scene->app);
  listen (scene);
  g_assert_true (app_unlock (&scene->app, APP_PASSPHRASE, NULL));
  g_assert_null (view (scene));
  g_assert_true (app_on_engine (&scene->app, spoil_work,
                                (gpointer) "ALTER TABLE outbox RENAME COLUMN spoilt TO bytes",
                                NULL));
  g_assert_true (try_join (scene, link, NULL, NULL));
  RUN_UNTIL (is_whole (scene));
}

/* One node says that a million watch, and two count none yet: what more than may lie stand for is shown. */
static void
test_watchers (Scene *scene, gconstpointer unused)
{
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].watchers = i == 0 ? 1000000 : i == 1 ? 5 : 0;
  join (scene);
  RUN_UNTIL (view (scene) != NULL && view (scene)->watchers == 5);
}

static gboolean
counts_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) nodes = citiz_watch_nodes (citiz_community_get_watch (engine->community));
  guint *most = data;

  for (guint i = 0; i < nodes->len; i++)
    *most = MAX (*most, ((CitizWatched *) nodes->pdata[i])->watchers);
  return TRUE;
}

static guint
most_counted (Scene *scene)
{
  guint most = 0;

  app_on_engine (&scene->app, counts_work, &most, NULL);
  return most;
}

/* The only one that answers says that a million watch: its word alone is no count. */
static void
test_one_counts (Scene *scene, gconstpointer unused)
{
  scene->world.nodes[0].watchers = 1000000;
  for (guint i = 1; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  join (scene);
  RUN_UNTIL (is_whole (scene) && view (scene)->n_missing == SHARED_N - 1);
  RUN_UNTIL (most_counted (scene) == 1000000);
  app_settle (&scene->app);
  g_assert_cmpuint (view (scene)->watchers, ==, 0);
}

/* A lock, or the person, ends a joining that hangs; nothing of it is kept. */
static void
test_cancelled (Scene *scene, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree gchar *link = link_of (scene);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  g_cancellable_cancel (cancellable);
  g_assert_false (try_join (scene, link, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  citiz_session_join_async (scene->app.session, link, NULL, app_answer_cb, &answer);
  citiz_session_lock (scene->app.session);
  result = app_wait (&answer);
  g_assert_false (citiz_session_join_finish (scene->app.session, result, &error));
  g_assert_nonnull (error);
  g_assert_true (app_unlock (&scene->app, APP_PASSPHRASE, NULL));
  g_assert_null (view (scene));
}

/* Each refusal of a node is a sentence of its own. */
static void
test_refused (Scene *scene, gconstpointer unused)
{
  static const struct
  {
    NodeManner manner;
    VouchManner vouch;
    CitizSessionError code;
  } cases[] = {{NODE_DOWN, VOUCH_GOOD, CITIZ_SESSION_ERROR_NO_NODE},
               {NODE_STRANGER, VOUCH_GOOD, CITIZ_SESSION_ERROR_OTHER_COMMUNITY},
               {NODE_HONEST, VOUCH_USED_UP, CITIZ_SESSION_ERROR_INVITATION_USED},
               {NODE_HONEST, VOUCH_QUOTA, CITIZ_SESSION_ERROR_INVITATION_WAITS}};
  g_autofree gchar *link = link_of (scene);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const GError *like = g_error_new_literal (CITIZ_SESSION_ERROR, (gint) cases[i].code, "like");
      g_autoptr (GError) expected = (GError *) like;
      g_autoptr (GError) error = NULL;

      for (guint k = 0; k < SHARED_N; k++)
        scene->world.nodes[k].manner = cases[i].manner;
      scene->world.vouch = cases[i].vouch;
      g_assert_false (try_join (scene, link, NULL, &error));
      g_assert_cmpstr (citiz_session_explain (error), ==, citiz_session_explain (expected));
      g_assert_null (view (scene));
    }
}

static void
set_metered (Scene *scene, gboolean allowed)
{
  json_t *value = json_boolean (allowed);

  citiz_session_set_setting_async (scene->app.session, "sync-metered", value, NULL, NULL, NULL);
  json_decref (value);
}

/* A metered network pauses it, unless the person said otherwise; nodes that go are missed, and what waits is said to. */
static void
test_states (Scene *scene, gconstpointer unused)
{
  join (scene);
  RUN_UNTIL (is_whole (scene));
  citiz_session_set_metered (scene->app.session, TRUE);
  RUN_UNTIL (view (scene)->state == CITIZ_COMMUNITY_VIEW_PAUSED);
  assert_sentence (scene, "Paused: the network is metered");
  set_metered (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  set_metered (scene, FALSE);
  RUN_UNTIL (view (scene)->state == CITIZ_COMMUNITY_VIEW_PAUSED);
  citiz_session_set_metered (scene->app.session, FALSE);
  RUN_UNTIL (is_whole (scene));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  RUN_UNTIL (view (scene)->state == CITIZ_COMMUNITY_VIEW_ALONE);
  assert_sentence (scene, "No node answers");
}

/* The copy cannot be opened: the record is, the window says what is wrong, and one can leave. */
static void
test_lost (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *copy = g_build_filename (scene->app.folder, CITIZ_COMMUNITY_FOLDER, NULL);
  g_autoptr (GError) error = NULL;

  join (scene);
  app_close (&scene->app);
  citiz_community_remove_copy (scene->app.folder);
  g_assert_true (g_file_set_contents (copy, "in the way", -1, NULL));
  app_reopen (&scene->app);
  g_test_expect_message ("citiz-app", G_LOG_LEVEL_WARNING, "*cannot be followed now*");
  g_assert_true (app_unlock (&scene->app, APP_PASSPHRASE, &error));
  g_assert_nonnull (view (scene));
  g_assert_cmpstr (view (scene)->name, ==, "Les Cèdres");
  g_assert_cmpint (view (scene)->state, ==, CITIZ_COMMUNITY_VIEW_FAILED);
  g_assert_true (leave (scene, &error));
  g_assert_no_error (error);
  RUN_UNTIL (view (scene) == NULL);
  g_test_assert_expected_messages ();
  g_unlink (copy);
}

static gboolean
verify (Scene *scene, guint64 *blocks, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_verify_async (scene->app.session, NULL, NULL, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_verify_finish (scene->app.session, result, blocks, error);
}

static gboolean
damage_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_db_exec (citiz_community_get_chain (engine->community)->db,
                        "UPDATE chain_tx SET bytes = zeroblob (length (bytes)) WHERE number = 3",
                        error);
}

/* "Everything" is both chains. What this computer's disk did to the copy is no fault of the community: it is fetched again. */
static void
test_verified (Scene *scene, gconstpointer unused)
{
  guint64 blocks = 0;
  g_autoptr (GError) error = NULL;

  community_world_grow (&scene->world, 30);
  app_save (&scene->app, NULL, "Arachides");
  join (scene);
  RUN_UNTIL (is_whole (scene));
  g_assert_true (verify (scene, &blocks, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (blocks, ==, view (scene)->head + view (scene)->height);
  g_assert_true (app_on_engine (&scene->app, damage_work, NULL, NULL));
  g_assert_false (verify (scene, NULL, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_COPY);
  g_clear_error (&error);
  RUN_UNTIL (is_whole (scene));
  g_assert_false (view (scene)->false_ledger);
  g_assert_true (verify (scene, &blocks, &error));
  g_assert_cmpuint (blocks, ==, view (scene)->head + view (scene)->height);
}

/* A disk that loses a table of the copy while the engine verifies it, so many times. */
typedef struct
{
  GSource source;
  CitizEngine *engine;
  guint times;
} Thief;

static gboolean
steal_prepare (GSource *source, gint *timeout)
{
  Thief *thief = (Thief *) source;
  const CitizCommunity *community = thief->engine->community;

  *timeout = -1;
  if (thief->times > 0 && community != NULL && community->verifier != NULL
      && sqlite3_exec (citiz_db_get_handle (community->copy_db),
                       "ALTER TABLE chain_block RENAME TO gone", NULL, NULL, NULL)
             == SQLITE_OK)
    thief->times--;
  return FALSE;
}

static gboolean
steal_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  static GSourceFuncs funcs = {.prepare = steal_prepare};
  GSource *source = g_source_new (&funcs, sizeof (Thief));

  ((Thief *) source)->engine = engine;
  ((Thief *) source)->times = GPOINTER_TO_UINT (data);
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_source_unref (source);
  return TRUE;
}

static gboolean
is_renewed_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  *(gboolean *) data = engine->copy_renewed;
  return TRUE;
}

static gboolean
is_renewed (Scene *scene)
{
  gboolean renewed;

  app_on_engine (&scene->app, is_renewed_work, &renewed, NULL);
  return renewed;
}

/* A copy whose file is damaged is fetched anew, without a word to anybody. */
static void
test_spoiled (Scene *scene, gconstpointer unused)
{
  community_world_grow (&scene->world, 300);
  app_on_engine (&scene->app, steal_work, GUINT_TO_POINTER (1), NULL);
  join (scene);
  RUN_UNTIL (is_whole (scene));
  g_assert_true (is_renewed (scene));
  g_assert_false (view (scene)->false_ledger);
}

/* Once: a disk that spoils the next one as well is not cured by it, and that is said. */
static void
test_spoiled_again (Scene *scene, gconstpointer unused)
{
  community_world_grow (&scene->world, 300);
  app_on_engine (&scene->app, steal_work, GUINT_TO_POINTER (2), NULL);
  join (scene);
  RUN_UNTIL (is_renewed (scene));
  RUN_UNTIL (view (scene)->state == CITIZ_COMMUNITY_VIEW_FAILED);
  app_settle (&scene->app);
  g_assert_cmpint (view (scene)->state, ==, CITIZ_COMMUNITY_VIEW_FAILED);
  g_assert_false (view (scene)->false_ledger);
}

/* Erased, nothing of the community is left either. */
static void
test_erased (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *copy = g_build_filename (scene->app.folder, CITIZ_COMMUNITY_FOLDER, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  join (scene);
  g_assert_true (g_file_test (copy, G_FILE_TEST_IS_DIR));
  citiz_session_erase_async (scene->app.session, scene->app.passphrase, FALSE, NULL, app_answer_cb,
                             &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_erase_finish (scene->app.session, result, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
}

/* A node that gives out another page is told of in words, until it is read; evidence as a file says whom it proves guilty, here nobody. */
static void
test_alarm (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *path = g_build_filename (scene->app.folder, "evidence.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree gchar *sentence = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) exported = NULL;
  g_autoptr (GAsyncResult) checked = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};
  const CitizAlarmView *alarm;

  scene->world.nodes[1].page = "<!doctype html>another page";
  join (scene);
  RUN_UNTIL (view (scene) != NULL && view (scene)->alarms->len == 1);
  alarm = view (scene)->alarms->pdata[0];
  g_assert_cmpint (alarm->kind, ==, CITIZ_ALARM_VIEW_PAGE);
  g_assert_cmpstr (alarm->url, ==, scene->world.nodes[1].url);
  g_assert_cmpuint (g_strv_length (alarm->guilty), ==, 0);
  sentence = citiz_session_explain_alarm (alarm);
  g_assert_nonnull (strstr (sentence, "another page"));

  citiz_session_export_evidence_async (scene->app.session, file, NULL, app_answer_cb, &answer);
  exported = app_wait (&answer);
  g_assert_true (citiz_session_export_evidence_finish (scene->app.session, exported, &error));
  g_assert_no_error (error);
  answer = (Answer){0};
  citiz_session_check_evidence_async (scene->app.session, file, NULL, app_answer_cb, &answer);
  checked = app_wait (&answer);
  g_assert_null (citiz_session_check_evidence_finish (scene->app.session, checked, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NO_EVIDENCE);
  g_clear_error (&error);
  g_assert_cmpint (g_unlink (path), ==, 0);

  answer = (Answer){0};
  citiz_session_dismiss_alarm_async (scene->app.session, view (scene)->alarms->pdata[0], NULL,
                                     app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_dismiss_alarm_finish (scene->app.session, result, &error));
  RUN_UNTIL (view (scene)->alarms->len == 0);
}

/* Of a few blocks no share is told. */
static void
test_few_blocks (void)
{
  static const struct
  {
    CitizCommunityViewState state;
    guint64 height;
    const gchar *sentence;
  } cases[] = {{CITIZ_COMMUNITY_VIEW_EVEN, 13, "Verifying"},
               {CITIZ_COMMUNITY_VIEW_EVEN, 13000, "Verifying: 92 %"},
               {CITIZ_COMMUNITY_VIEW_CATCHING_UP, 13, "Catching up"},
               {CITIZ_COMMUNITY_VIEW_CATCHING_UP, 13000, "Catching up: 92 %"}};

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CitizCommunityView some
          = {.state = cases[i].state, .node_height = cases[i].height, .progress = 0.92};
      g_autofree gchar *sentence = citiz_session_explain_community (&some);

      g_assert_cmpstr (sentence, ==, cases[i].sentence);
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    void (*func) (Scene *scene, gconstpointer unused);
  } tests[] = {
      {"read", test_read},           {"whole-life", test_whole_life},
      {"cancelled", test_cancelled}, {"not-started", test_not_started},
      {"watchers", test_watchers},   {"one-counts", test_one_counts},
      {"refused", test_refused},     {"states", test_states},
      {"erased", test_erased},       {"lost", test_lost},
      {"alarm", test_alarm},         {"verified", test_verified},
      {"spoiled", test_spoiled},     {"spoiled-again", test_spoiled_again},
  };

  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_func ("/app/community/few-blocks", test_few_blocks);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree gchar *path = g_strconcat ("/app/community/", tests[i].name, NULL);

      g_test_add (path, Scene, NULL, scene_up, tests[i].func, scene_down);
    }
  return g_test_run ();
}
