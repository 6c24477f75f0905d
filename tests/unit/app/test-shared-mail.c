/* What nodes tell of an access, truly or not: mail, notes, evidence. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"
#include "nodes-fixture.h"

#include "app/citiz-engine-shared.h"
#include "consent/citiz-given.h"
#include "consent/citiz-note.h"
#include "consent/citiz-profile.h"

#include <string.h>

/* A round that is under way may have begun too early. */
static gboolean
note_came (App *app)
{
  app_on_engine (app, read_now_work, NULL, NULL);
  return g_list_model_get_n_items (citiz_session_get_openings (app->session)) == 2;
}

static gboolean
tries_are_counted (App *app)
{
  app_on_engine (app, read_now_work, NULL, NULL);
  return g_list_model_get_n_items (citiz_session_get_openings (app->session)) == 4;
}

static gboolean
all_are_told (App *app)
{
  app_on_engine (app, read_now_work, NULL, NULL);
  app_settle (app);
  return g_list_model_get_n_items (citiz_session_get_openings (app->session))
         >= CITIZ_PASSCODE_TRIES + CITIZ_OPENINGS_LIMIT;
}

/* What is on no ledger comes from the mailboxes, once each, and leaves them: a note, missed codes. */
static void
test_mail (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *opening = NULL;

  app_save_patient (app);
  access = app_press (app);
  g_assert_cmpuint (strlen (access->spoken), ==, 8);
  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_true (app_until (code_is_everywhere, app, LONG));
  g_assert_cmpuint (nodes_open (app, access->link, 2, 1, "Camille Ouellet", &opening), ==, 200);
  g_assert_true (app_until (first_is_named, app, LONG));
  g_assert_cmpuint (nodes_note (app, access->link, 3, opening, "Bring the pump"), ==, 200);
  g_assert_true (app_until (note_came, app, LONG));
  g_assert_cmpstr (opening_at (app, 0)->note, ==, "Bring the pump");
  g_assert_cmpuint (nodes_try_code (access->spoken, 0), ==, 401);
  g_assert_cmpuint (nodes_try_code (access->spoken, 0), ==, 401);
  g_assert_true (app_until (tries_are_counted, app, LONG));
  app_settle (app);
  g_assert_cmpuint (newest (app)->spoken_tries_left, ==, 5); /* at the other nodes */
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (tries_are_counted (app));
  g_assert_cmpuint (newest (app)->n_holding, ==, NODES);
}

/* Openings that never were, with notes that nobody can read. */
static gchar *
invented_openings (const gchar *grant, guint n)
{
  GString *sql = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      guint8 bytes[64] = {(guint8) i};
      g_autoptr (GBytes) sealed = g_bytes_new (bytes, sizeof bytes);
      g_autofree gchar *note = citiz_hex_encode (bytes, sizeof bytes), *hex = NULL;
      CitizHash hash;

      citiz_note_hash (&hash, sealed);
      hex = citiz_hash_to_hex (&hash);
      g_string_append_printf (
          sql,
          "INSERT INTO node_mail (kind, grant_id, opening, time, tries, sealed) "
          "VALUES (7, x'%s', x'%s', 1000 * strftime ('%%s', 'now'), %u, x'%s');",
          grant, hex, 1 + i % CITIZ_OPENINGS_LIMIT, note);
    }
  return g_string_free (sql, FALSE);
}

/* A node that lies tells of wrong codes and of openings without end: no more are believed than can be tried there, and than the access has. */
static void
test_lying_box (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *grant = NULL, *sql = NULL, *invented = NULL;
  guint n;

  app_save_patient (app);
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  nodes_kill (0);
  grant = citiz_id_to_hex (&access->id);
  sql = g_strdup_printf (
      "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) "
      "INSERT INTO node_mail (kind, grant_id, time, tries) "
      "SELECT 3, x'%s', 1000 * strftime ('%%s', 'now'), i %% 256 FROM n",
      grant);
  invented = invented_openings (grant, 2 * CITIZ_OPENINGS_LIMIT);
  nodes_on_disk (0, invented);
  nodes_on_disk (0, sql); /* read after those */
  nodes_start (0);
  g_assert_true (app_until (all_are_told, app, LONG));
  app_settle (app);
  n = g_list_model_get_n_items (citiz_session_get_openings (app->session));
  g_assert_cmpuint (n, ==, CITIZ_PASSCODE_TRIES + CITIZ_OPENINGS_LIMIT);
  g_assert_cmpuint (newest (app)->spoken_tries_left, ==, 5); /* at the other nodes */
}

/* What the carer's page sends of a node's answer: the part itself is told to nobody. @other: of an answer whose words are put in its place */
static gchar *
note_of_part (const json_t *answer, const CitizId *grant, const gchar *key, json_t *other)
{
  const guint place = (guint) json_integer_value (json_object_get (answer, "index"));
  g_autoptr (GBytes) share
      = citiz_base64url_decode (json_string_value (json_object_get (answer, "share")));
  g_autoptr (GBytes) salt
      = citiz_base64url_decode (json_string_value (json_object_get (answer, "salt")));
  g_autofree gchar *hex = NULL, *text = NULL;
  json_auto_t *lie = NULL;
  CitizHash commitment;

  citiz_grant_share_commitment (&commitment, grant, (guint8) place, g_bytes_get_data (share, NULL),
                                g_bytes_get_data (salt, NULL));
  hex = citiz_hash_to_hex (&commitment);
  lie = json_pack ("{s:s, s:O, s:s, s:O, s:O}", "node", nodes_url (2), "index",
                   json_object_get (answer, "index"), "commitment", hex, "given",
                   json_object_get (answer, "given"), "receipt",
                   json_object_get (answer, "receipt"));
  if (key != NULL)
    json_object_set_new (lie, key, other);
  text = json_dumps (lie, JSON_COMPACT);
  return g_strdup_printf ("Le nœud a donné une fausse part de la clé. %s", text);
}

static guint n_notes; /* that have come are so many */

static gboolean
notes_came (App *app)
{
  GListModel *openings = citiz_session_get_openings (app->session);
  guint n = 0;

  app_on_engine (app, read_now_work, NULL, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (openings); i++)
    n += opening_at (app, i)->kind == CITIZ_OPENING_NOTE;
  return n == n_notes;
}

static CitizAlarmView *
the_alarm (App *app)
{
  const CitizCommunityView *view = citiz_session_get_community (app->session);

  for (guint i = 0; view != NULL && i < view->alarms->len; i++)
    if (((CitizAlarmView *) view->alarms->pdata[i])->kind == CITIZ_ALARM_VIEW_GIVEN)
      return view->alarms->pdata[i];
  return NULL;
}

static gboolean
is_alarmed (App *app)
{
  app_on_engine (app, read_now_work, NULL, NULL);
  return the_alarm (app) != NULL;
}

static gboolean
has_alarm_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  *(guint *) data = citiz_watch_alarms (citiz_community_get_watch (engine->community))->len;
  return TRUE;
}

static guint
n_proven (App *app)
{
  GListModel *openings = citiz_session_get_openings (app->session);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (openings); i++)
    n += opening_at (app, i)->proven;
  return n;
}

/* A signature that is not the node's over these words, and an honest node's own answer. */
static void
forged_notes_accuse_nobody (App *app, const gchar *link, const gchar *opening)
{
  json_auto_t *lie = nodes_part (link, 2, opening), *honest = nodes_part (link, 0, opening);
  const CitizId grant = newest (app)->id;
  g_autofree gchar *signed_by_another
      = note_of_part (lie, &grant, "given", json_incref (json_object_get (honest, "given")));
  g_autofree gchar *of_another
      = note_of_part (lie, &grant, "index", json_incref (json_object_get (honest, "index")));
  json_t *receipt = json_copy (json_object_get (lie, "receipt"));
  const int earlier = json_object_set_new (receipt, "time", json_integer (1));
  g_autofree gchar *other_receipt = note_of_part (lie, &grant, "receipt", receipt);
  g_autofree gchar *invented = note_of_part (
      honest, &grant, "commitment",
      json_string ("00000000000000000000000000000000000000000000000000000000000000aa"));
  g_autofree gchar *true_part = note_of_part (honest, &grant, NULL, NULL);
  const gchar *notes[] = {signed_by_another, of_another, other_receipt, invented, true_part};
  guint n = 1;

  g_assert_cmpint (earlier, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    g_assert_cmpuint (nodes_note (app, link, i % NODES, opening, notes[i]), ==, 200);
  n_notes = G_N_ELEMENTS (notes);
  g_assert_true (app_until (notes_came, app, LONG));
  app_on_engine (app, has_alarm_work, &n, NULL);
  g_assert_cmpuint (n, ==, 0);
}

static GStrv
check_evidence (App *app, GFile *file)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_check_evidence_async (app->session, file, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_check_evidence_finish (app->session, result, NULL);
}

static GFile *
export_evidence (App *app)
{
  g_autofree gchar *path = g_build_filename (app->folder, "evidence.json", NULL);
  GFile *file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_export_evidence_async (app->session, file, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_export_evidence_finish (app->session, result, NULL));
  return file;
}

/* Told in words, by the operator's name, and as a file that anyone with the ledger can check; also after a restart. */
static void
the_lie_is_evidence (App *app, const gchar *link, const gchar *opening)
{
  json_auto_t *lie = nodes_part (link, 2, opening);
  g_autofree gchar *note = note_of_part (lie, &newest (app)->id, NULL, NULL), *words = NULL;
  g_autofree gchar *text = NULL;
  g_autoptr (GFile) file = NULL;
  g_auto (GStrv) names = NULL;
  gchar *given;

  g_assert_cmpuint (n_proven (app), ==, 0); /* of those that were forged */
  g_assert_cmpuint (nodes_note (app, link, 1, opening, note), ==, 200);
  g_assert_true (app_until (is_alarmed, app, LONG));
  g_assert_cmpstr (the_alarm (app)->url, ==, nodes_url (2));
  g_assert_cmpstr (the_alarm (app)->guilty[0], ==, "Operator 3");
  words = citiz_session_explain_alarm (the_alarm (app));
  g_assert_nonnull (strstr (words, "Operator 3"));
  file = export_evidence (app);
  names = check_evidence (app, file);
  g_assert_nonnull (names);
  g_assert_cmpstr (names[0], ==, "Operator 3");
  g_assert_null (names[1]);
  g_assert_true (g_file_load_contents (file, NULL, &text, NULL, NULL, NULL));
  given = strstr (text, "\"given\": \"") + strlen ("\"given\": \"");
  for (guint i = 0; i < CITIZ_SIGNED_GIVEN_SIZE * 4 / 3; i += 31)
    {
      const gchar was = given[i];

      given[i] = was == 'A' ? 'B' : 'A';
      g_assert_true (
          g_file_replace_contents (file, text, strlen (text), NULL, FALSE, 0, NULL, NULL, NULL));
      g_assert_null (check_evidence (app, file));
      given[i] = was;
    }
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (app_until (is_alarmed, app, LONG));
  g_assert_cmpuint (n_proven (app), ==, 1);
}

/* One gives a false part: it fits nothing that the ledger says, and the others are enough. */
static void
test_one_lies (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *opening = NULL, *summary = NULL;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  nodes_kill (2);
  nodes_on_disk (2, "UPDATE node_share SET salt = zeroblob (16)");
  nodes_start (2);
  g_assert_cmpuint (nodes_open (app, access->link, 2, 1, "Camille Ouellet", &opening), ==, 200);
  g_assert_cmpuint (nodes_gather (access->link, opening, &summary, NULL), ==, NODES - 1);
  g_assert_nonnull (strstr (summary, "Peanut"));
  g_assert_true (app_until (first_is_named, app, LONG));
  forged_notes_accuse_nobody (app, access->link, opening);
  the_lie_is_evidence (app, access->link, opening);
}

static void
allow_stalled (App *app)
{
  g_autoptr (CitizProfile) profile = citiz_profile_new ();
  g_autofree gchar *text = NULL;
  json_auto_t *json = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_profile_set_opens_stalled (profile, TRUE);
  text = citiz_profile_to_json (profile);
  json = json_loads (text, 0, NULL);
  citiz_session_set_setting_async (app->session, "profile", json, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_set_setting_finish (app->session, result, NULL));
}

typedef struct
{
  CitizId grant;
  gchar *note; /* its hash, once the own copy has the opening */
  gboolean all_read;
} Again;

static Again again;

static gboolean
look_again_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  const CitizShared *shared = citiz_engine_find_shared (engine, &again.grant);
  g_autoptr (GPtrArray) txs
      = citiz_chain_txs_of_grant (citiz_engine_shared_chain (engine), &again.grant, NULL);

  for (guint i = 0; again.note == NULL && txs != NULL && i < txs->len; i++)
    {
      const CitizTxInfo *info = txs->pdata[i];

      if (info->type == CITIZ_TX_ACCESS_OPEN)
        again.note = citiz_hash_to_hex (&info->tx->body.open.note);
    }
  again.all_read = shared != NULL && shared->n_reading == 0 && shared->n_read == NODES;
  if (!again.all_read)
    citiz_engine_read_boxes (engine);
  return TRUE;
}

static gboolean
has_opening (App *app)
{
  app_on_engine (app, look_again_work, NULL, NULL);
  return again.note != NULL;
}

static gboolean
has_read_all (App *app)
{
  app_on_engine (app, look_again_work, NULL, NULL);
  return again.all_read;
}

/* So many nodes send the note of an opening that the ledger has once more, as of one that it stood still for. */
static void
tell_again (App *app, guint n)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *opening = NULL, *words = NULL, *sql = NULL, *link = NULL;
  g_autofree gchar *grant = NULL, *its_note = NULL, *sealed = NULL;

  again = (Again){0};
  allow_stalled (app);
  access = app_press (app);
  again.grant = access->id;
  link = g_strdup (access->link);
  g_assert_true (app_until (all_hold, app, LONG));
  citiz_session_lock (app->session);
  g_assert_cmpuint (nodes_open (app, link, 0, 1, "Camille Ouellet", &opening), ==, 200);
  g_assert_cmpuint (nodes_gather (link, opening, NULL, &words), ==, NODES);
  g_assert_true (app_until (has_opening, app, LONG));
  nodes_kill (0);
  grant = citiz_id_to_hex (&again.grant);
  its_note = g_strdup_printf (
      "SELECT hex (sealed) FROM node_mail WHERE kind = 1 AND grant_id = x'%s'", grant);
  sealed = nodes_text (0, its_note);
  nodes_start (0);
  sql = g_strdup_printf ("INSERT INTO node_mail (kind, grant_id, opening, time, tries, sealed) "
                         "VALUES (7, x'%s', x'%s', 1000 * strftime ('%%s', 'now'), 5, x'%s')",
                         grant, again.note, sealed);
  for (guint i = 0; i < n; i++)
    {
      nodes_kill (i);
      nodes_on_disk (i, sql);
      nodes_start (i);
    }
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (app_until (has_read_all, app, LONG));
  g_assert_true (app_until (first_is_named, app, LONG));
  app_settle (app);
  g_assert_cmpuint (g_list_model_get_n_items (citiz_session_get_openings (app->session)), ==, 1);
  g_assert_true (opening_at (app, 0)->stalled == (n >= NODES_NEEDED));
  g_assert_true (g_str_has_prefix (opening_at (app, 0)->words, words) == (n < NODES_NEEDED));
  g_clear_pointer (&again.note, g_free);
}

static void
test_one_tells_again (App *app, gconstpointer data)
{
  tell_again (app, 1);
}

static void
test_enough_tell_again (App *app, gconstpointer data)
{
  tell_again (app, NODES_NEEDED);
}

static void
add_tests (void)
{
  MEMBER_TEST ("mail", test_mail);
  MEMBER_TEST ("lying-box", test_lying_box);
  MEMBER_TEST ("one-lies", test_one_lies);
  MEMBER_TEST ("one-tells-again", test_one_tells_again);
  MEMBER_TEST ("enough-tell-again", test_enough_tell_again);
}

int
main (int argc, char **argv)
{
  return nodes_test (argc, argv, add_tests);
}
