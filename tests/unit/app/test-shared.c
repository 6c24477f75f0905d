/* An access over the nodes of a community, given by the app, opened as the doctor's page does. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "nodes-fixture.h"

#include "app/citiz-engine-shared.h"
#include "consent/citiz-given.h"
#include "consent/citiz-note.h"
#include "consent/citiz-profile.h"
#include "record/citiz-compose.h"

#include <string.h>

#define LONG 120

static gboolean
is_usable (App *app)
{
  return newest (app)->ready >= CITIZ_ACCESS_USABLE;
}

static gboolean
is_over (App *app)
{
  return newest (app)->state == CITIZ_ACCESS_REVOKED;
}

static gboolean
all_erased (App *app)
{
  return newest (app)->n_erased == NODES;
}

static gboolean
most_erased (App *app)
{
  return newest (app)->n_erased >= NODES_NEEDED;
}

static CitizOpening *
opening_at (App *app, guint i)
{
  g_autoptr (CitizOpening) opening
      = g_list_model_get_item (citiz_session_get_openings (app->session), i);

  return opening; /* the list holds it */
}

static gboolean
first_is_named (App *app)
{
  return g_list_model_get_n_items (citiz_session_get_openings (app->session)) > 0
         && opening_at (app, 0)->name[0] != '\0';
}

static gboolean
end_access (App *app, const CitizId *id)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_revoke_async (app->session, id, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_revoke_finish (app->session, result, NULL);
}

static gboolean
has_link_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  gsize n;
  const gchar *text = g_bytes_get_data (plain, &n);

  *(gboolean *) data |= g_strstr_len (text, (gssize) n, "\"link\"") != NULL
                        || g_strstr_len (text, (gssize) n, "\"code\"");
  return TRUE;
}

static gboolean
has_link_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, has_link_cb, data, NULL, error);
}

static gboolean
has_no_link (App *app)
{
  gboolean found = FALSE;

  app_on_engine (app, has_link_work, &found, NULL);
  return !found;
}

/* Reads the whole way, beginning at @node. */
static void
read_all (App *app, const gchar *link, guint node, guint use, const gchar *name, const gchar *has)
{
  g_autofree gchar *opening = NULL, *summary = NULL;

  g_assert_cmpuint (nodes_open (app, link, node, use, name, &opening), ==, 200);
  g_assert_cmpuint (nodes_gather (link, opening, &summary, NULL), >=, NODES_NEEDED);
  g_assert_nonnull (strstr (summary, has));
}

static void
count_cb (CitizSession *session, CitizOpening *opening, guint *count)
{
  (*count)++;
}

/* Each step of what is on the community's ledger is checked against one's own copy. */
static gboolean
opening_is_an_entry (App *app)
{
  GListModel *entries = citiz_session_get_entries (app->session);

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (CitizEntry) entry = g_list_model_get_item (entries, i);
      guint n = 0;

      if (!entry->community || !g_str_equal (entry->type, "access_open"))
        continue;
      for (guint k = 0; k < CITIZ_N_STEPS; k++)
        n += entry->state[k] == CITIZ_STEP_DONE;
      return n == CITIZ_N_STEPS && entry->n_votes >= NODES_NEEDED;
    }
  return FALSE;
}

/* The press, the nodes, the reader, who it was: the app alone drives it. */
static void
test_given (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *opening = NULL, *summary = NULL, *words = NULL;
  guint told = 0;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, NODES);
  g_assert_cmpuint (access->n_needed, ==, NODES_NEEDED);
  g_assert_cmpint (access->ready, ==, CITIZ_ACCESS_SENDING);
  g_assert_nonnull (strstr (access->link, "/v#shlink:/"));
  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_nonnull (newest (app)->tx);
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_PARCEL), ==, 0);
  g_signal_connect (app->session, "opened", G_CALLBACK (count_cb), &told);
  g_assert_cmpuint (nodes_open (app, access->link, 1, 1, "Camille Ouellet", &opening), ==, 200);
  g_assert_cmpuint (nodes_gather (access->link, opening, &summary, &words), ==, NODES);
  g_assert_nonnull (strstr (summary, "Peanut"));
  g_assert_true (app_until (first_is_named, app, LONG));
  app_settle (app);
  g_assert_cmpuint (told, >=,
                    1); /* twice when the ledger was quicker than the mail by more than a moment */
  g_assert_cmpuint (told, <=, 2);
  g_assert_cmpstr (opening_at (app, 0)->name, ==, "Camille Ouellet");
  g_assert_cmpstr (opening_at (app, 0)->tx, ==, opening);
  g_assert_true (g_str_has_prefix (opening_at (app, 0)->words, words));
  g_assert_cmpuint (newest (app)->openings, ==, 1);
  g_assert_true (app_until (opening_is_an_entry, app, LONG));
}

static gboolean
erase (App *app, gboolean all_the_same, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_erase_async (app->session, app->passphrase, all_the_same, NULL, app_answer_cb,
                             &answer);
  result = app_wait (&answer);
  return citiz_session_erase_finish (app->session, result, error);
}

/* What is open over the nodes is ended before the keys go, with which alone it could be ended. */
static void
test_erased (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GError) error = NULL;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  nodes_kill (0);
  g_assert_true (erase (app, FALSE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_NEW);
  nodes_start_all ();
  for (guint i = 1; i < NODES; i++)
    g_assert_cmpuint (nodes_open (app, access->link, i, 1, "Camille Ouellet", NULL), !=, 200);
}

static gboolean
is_ending (App *app)
{
  return newest (app)->ending;
}

/* The person changes their mind while the nodes are waited for. */
static void
erase_and_cancel (App *app)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  app->session->end_wait_ms = G_MAXUINT;
  citiz_session_erase_async (app->session, app->passphrase, FALSE, cancellable, app_answer_cb,
                             &answer);
  g_assert_true (app_until (is_ending, app, LONG));
  g_assert_null (answer.result);
  g_cancellable_cancel (cancellable);
  result = app_wait (&answer);
  g_assert_false (citiz_session_erase_finish (app->session, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Nobody confirms that it has ended: nothing is erased until the person says so. */
static void
test_not_erased (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GError) error = NULL;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  for (guint i = 0; i < NODES; i++)
    nodes_kill (i);
  erase_and_cancel (app);
  app->session->end_wait_ms = 1;
  g_assert_false (erase (app, FALSE, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_SHARING);
  g_clear_error (&error);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_OPEN);
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 1);
  g_assert_true (erase (app, TRUE, &error));
  g_assert_no_error (error);
}

static gboolean
exec_work (CitizEngine *engine, gpointer sql, GCancellable *cancellable, GError **error)
{
  return citiz_db_exec (citiz_vault_get_db (engine->vault), sql, error);
}

/* What the vault remembers of an access is damaged, so that it cannot be ended: whoever erases is asked at once. */
static void
test_not_ended (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) lost = app_press (app);
  g_autofree gchar *id = citiz_id_to_hex (&lost->id);
  g_autofree gchar *sql = g_strdup_printf (
      "UPDATE object SET sealed = zeroblob (length (sealed)) WHERE class = %d AND id = x'%s'",
      CITIZ_CLASS_GRANT, id);
  g_autoptr (GError) error = NULL;

  g_assert_true (app_until (all_hold, app, LONG));
  app_on_engine (app, exec_work, sql, &error);
  g_assert_no_error (error);
  app->session->end_wait_ms = G_MAXUINT;
  g_assert_false (erase (app, FALSE, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_SHARING);
  g_clear_error (&error);
  g_assert_true (erase (app, TRUE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_NEW);
}

static gboolean
read_now_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  citiz_engine_read_boxes (engine);
  return TRUE;
}

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

static void
save_patient (App *app)
{
  CitizDraft draft = {.now = citiz_session_now (app->session),
                      .given = "Lucie",
                      .family = "Bouchard",
                      .title = "Lucie Bouchard"};
  json_t *resource;
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  g_assert_true (citiz_date_parse (&draft.onset, "1954-03-12"));
  resource = citiz_compose_patient (&draft, NULL);
  citiz_session_save_async (app->session, NULL, resource, NULL, app_answer_cb, &answer);
  json_decref (resource);
  result = app_wait (&answer);
  g_assert_true (citiz_session_save_finish (app->session, result, NULL, NULL));
}

static gboolean
coded_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  json_auto_t *json
      = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), 0, NULL);

  *(gboolean *) data = json_integer_value (json_object_get (json, "coded")) == (1 << NODES) - 1;
  return TRUE;
}

static gboolean
coded_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, coded_cb, data, NULL, error);
}

static gboolean
code_is_everywhere (App *app)
{
  gboolean coded = FALSE;

  app_on_engine (app, coded_work, &coded, NULL);
  return coded;
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

  save_patient (app);
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

  save_patient (app);
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

/* One of four does not run at the press: it opens all the same, and gets its part when it is back. */
static void
test_one_down (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  app_save (app, NULL, "Peanut");
  nodes_kill (3);
  access = app_press (app);
  g_assert_true (app_until (is_usable, app, LONG));
  read_all (app, access->link, 0, 1, "Camille Ouellet", "Peanut");
  nodes_start (3);
  g_assert_true (app_until (all_hold, app, LONG));
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
static guint
n_proven (App *app)
{
  GListModel *openings = citiz_session_get_openings (app->session);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (openings); i++)
    n += opening_at (app, i)->proven;
  return n;
}

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

/* Ended while one node is down: shown as asked for at once, over when the ledger says so; that node obeys when it is back. */
static void
test_revoked (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link), *opening = NULL, *words = NULL;
  g_autofree gchar *hex = NULL, *sql = NULL;

  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_cmpuint (nodes_open (app, link, 1, 1, "Camille Ouellet", &opening), ==, 200);
  nodes_kill (3);
  g_assert_true (end_access (app, &access->id));
  app_settle (app);
  g_assert_true (newest (app)->ending || is_over (app));
  g_assert_null (newest (app)->link);
  g_assert_null (citiz_session_get_emergency (app->session));
  g_assert_true (app_until (is_over, app, LONG));
  g_assert_true (app_until (first_is_named, app, LONG)); /* the last mail, with the last keys */
  g_assert_true (app_until (most_erased, app, LONG));
  g_assert_cmpuint (nodes_open (app, link, 0, 2, "Camille Ouellet", NULL), !=, 200);
  g_assert_cmpuint (nodes_gather (link, opening, NULL, NULL), ==, 0);
  nodes_start (3);
  g_assert_true (app_until (all_erased, app, LONG));
  nodes_kill (3);
  hex = citiz_id_to_hex (&access->id);
  sql = g_strdup_printf ("SELECT count(*) FROM node_share WHERE lower(hex(grant_id)) = '%s'", hex);
  g_assert_cmpint (nodes_count (3, sql), ==, 0);
  g_assert_true (app_until (has_no_link, app, LONG));
  words = citiz_session_explain_erased (newest (app));
  g_assert_nonnull (strstr (words, "4"));
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpint (newest (app)->state, ==, CITIZ_ACCESS_REVOKED);
}

static void
leave (App *app)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_leave_community_async (app->session, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_leave_community_finish (app->session, result, &error));
  g_assert_no_error (error);
}

/* Opened, ended, and the community is left while one node still had mail: how it ended and how often it was opened is known all the same. */
static void
test_left (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);

  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_cmpuint (nodes_open (app, access->link, 1, 1, "Camille Ouellet", NULL), ==, 200);
  g_assert_true (app_until (first_is_named, app, LONG));
  nodes_kill (3);
  g_assert_true (end_access (app, &access->id));
  g_assert_true (app_until (is_over, app, LONG));
  g_assert_cmpuint (newest (app)->openings, ==, 1);
  leave (app);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_null (citiz_session_get_community (app->session));
  g_assert_cmpint (newest (app)->state, ==, CITIZ_ACCESS_REVOKED);
  g_assert_cmpuint (newest (app)->openings, ==, 1);
  g_assert_true (has_no_link (app));
}

static gboolean
ask_end_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, data, error);
  gboolean ok;

  g_assert_nonnull (json);
  json_object_set_new (json, "ending", json_integer (1));
  ok = citiz_engine_rewrite_json (engine, CITIZ_CLASS_GRANT, data, json, error);
  json_decref (json);
  return ok;
}

/* Its end was asked for, and what told the nodes so is gone from the outbox: it is told again. */
static void
test_lost_end (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);

  g_assert_true (app_until (all_hold, app, LONG));
  app_on_engine (app, ask_end_work, &access->id, NULL);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (app_until (is_over, app, LONG));
  g_assert_cmpint (newest (app)->state, ==, CITIZ_ACCESS_REVOKED);
}

/* The clock was a day ahead for a moment: the access looks expired, is not, and can be ended. */
static void
test_clock_ahead (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);

  g_assert_true (app_until (all_hold, app, LONG));
  for (guint there = 0; there < 2; there++)
    {
      app_move_clock (app, there == 0 ? 25 * CITIZ_HOUR : -25 * CITIZ_HOUR);
      app_reopen (app);
      g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
      nodes_pace (app);
      app_settle (app);
      g_assert_cmpint (newest (app)->state, ==,
                       there == 0 ? CITIZ_ACCESS_EXPIRED : CITIZ_ACCESS_LIVE);
    }
  g_assert_cmpstr (newest (app)->link, ==, access->link);
  g_assert_true (end_access (app, &access->id));
  g_assert_true (app_until (is_over, app, LONG));
  g_assert_cmpint (newest (app)->state, ==, CITIZ_ACCESS_REVOKED);
}

/* The program ends before any node has its part; it goes on from the disk. */
static void
test_goes_on (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *link = NULL;

  app_save (app, NULL, "Peanut");
  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, TRUE);
  access = app_press (app);
  link = g_strdup (access->link);
  g_clear_object (&access);
  app_reopen (app);
  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, FALSE);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  nodes_pace (app);
  g_assert_cmpint (newest (app)->ready, ==, CITIZ_ACCESS_SENDING);
  g_assert_cmpuint (newest (app)->n_holding, ==, 0);
  g_assert_cmpstr (newest (app)->link, ==, link);
  g_assert_true (app_until (all_hold, app, LONG));
  read_all (app, link, 3, 1, "Camille Ouellet", "Peanut");
}

static gboolean
is_here_instead (App *app)
{
  return newest (app)->instead && newest (app)->n_nodes == 0 && newest (app)->link != NULL;
}

static gboolean
only_one_is_live (App *app)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (citiz_session_get_accesses (app->session)); i++)
    {
      g_autoptr (CitizAccess) access
          = g_list_model_get_item (citiz_session_get_accesses (app->session), i);

      n += access->state == CITIZ_ACCESS_LIVE && !access->ending;
    }
  return n == 1;
}

static gboolean
withdrawn_is_over (App *app)
{
  g_autoptr (CitizAccess) access
      = g_list_model_get_item (citiz_session_get_accesses (app->session), 1);

  return access->state == CITIZ_ACCESS_REVOKED;
}

static gboolean
knows_it_is_alone (App *app)
{
  return citiz_session_get_community (app->session)->state == CITIZ_COMMUNITY_VIEW_ALONE;
}

/* No node answers, and the app does not know that yet: an access on this computer takes the place of the one that nobody can open. */
static void
test_nobody_answers (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *sentence = NULL, *summary = NULL;

  app_save (app, NULL, "Peanut");
  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, TRUE);
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, NODES);
  g_assert_true (app_until (is_here_instead, app, LONG));
  g_assert_true (only_one_is_live (app)); /* at the same time: the program may end here */
  g_assert_true (citiz_session_get_emergency (app->session) == newest (app));
  sentence = citiz_session_explain_ready (newest (app), NULL);
  g_assert_nonnull (sentence);
  summary = app_read_summary (app, newest (app)->link, 1, NULL);
  g_assert_nonnull (strstr (summary, "Peanut"));
  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, FALSE);
  g_assert_true (app_until (withdrawn_is_over, app, LONG));
}

static gboolean
all_are_away (App *app)
{
  const CitizCommunityView *view = citiz_session_get_community (app->session);

  return view->state == CITIZ_COMMUNITY_VIEW_ALONE && view->n_missing == NODES;
}

static GMutex busy;

static gboolean
busy_cb (gpointer data)
{
  g_mutex_lock (&busy);
  g_mutex_unlock (&busy);
  return G_SOURCE_REMOVE;
}

/* They were away and are back: whoever presses finds them. An engine in the midst of something long is not waited for. */
static void
test_back_again (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  app_save (app, NULL, "Peanut");
  for (guint i = 0; i < NODES; i++)
    nodes_kill (i);
  g_assert_true (app_until (all_are_away, app, LONG));
  g_mutex_lock (&busy);
  citiz_engine_do (app->session->engine, busy_cb, NULL);
  citiz_session_set_look (app->session, 50);
  citiz_session_look_at_nodes_async (app->session, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_mutex_unlock (&busy);
  nodes_start_all ();
  citiz_session_set_look (app->session, LONG * 1000);
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, NODES);
  g_assert_true (app_until (all_hold, app, LONG));
  read_all (app, access->link, 0, 1, "Camille Ouellet", "Peanut");
}

static gboolean
nothing_waits_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  *(gboolean *) data = citiz_outbox_n_waiting (citiz_community_get_outbox (engine->community)) == 0;
  return TRUE;
}

static gboolean
nothing_waits (App *app)
{
  gboolean nothing = FALSE;

  app_on_engine (app, nothing_waits_work, &nothing, NULL);
  return nothing;
}

/* The end of an access, in a transaction that then fails. */
static gboolean
end_in_vain_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  const CitizId *id = data;
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, id, error);
  gboolean said;

  if (json == NULL || !citiz_vault_begin (engine->vault, error))
    return FALSE;
  said = citiz_engine_revoke_shared (engine, id, json, error);
  citiz_vault_rollback (engine->vault);
  citiz_engine_drop_grant (json);
  return said && !citiz_engine_find_shared (engine, id)->ending;
}

/* What did not come to be on the disk is not so in memory either; it can be ended afterwards. */
static void
test_end_in_vain (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (GError) error = NULL;
  CitizId id = access->id;

  g_assert_cmpuint (access->n_nodes, ==, NODES);
  g_assert_true (app_on_engine (app, end_in_vain_work, &id, &error));
  g_assert_no_error (error);
  g_assert_true (end_access (app, &id));
}

/* Pressed, locked at once, and no node answers for so long that the ledger does not take it any more: when the record is open again, an
 * access on this computer takes its place. */
static void
test_too_old (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, TRUE);
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, NODES);
  citiz_session_lock (app->session);
  app_move_clock (app, 21 * CITIZ_HOUR);
  g_assert_false (nothing_waits (app)); /* no block says that none will hold it */
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (app_until (is_here_instead, app, LONG));
  g_assert_true (app_until (only_one_is_live, app, LONG));
  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, FALSE);
}

/* The app knows that no node answers: on this computer at once. */
static void
test_alone (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  for (guint i = 0; i < NODES; i++)
    nodes_kill (i);
  g_assert_true (app_until (knows_it_is_alone, app, LONG));
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, 0);
  g_assert_true (access->instead);
  g_assert_cmpuint (app_read (app, access->link, 1, NULL), ==, 200);
}

static gboolean
is_ready_anew (App *app)
{
  return newest (app)->n_nodes == NODES && newest (app)->link != NULL && is_usable (app);
}

static gboolean
clock_is_told (App *app)
{
  return citiz_session_get_community (app->session)->skew_ms != 0;
}

static gboolean
clock_is_right (App *app)
{
  return !clock_is_told (app);
}

static gboolean
a_day_is_left (App *app)
{
  const gint64 left = newest (app)->expires.ms - citiz_session_now (app->session).ms;

  return ABS (left - CITIZ_DAY) < CITIZ_HOUR;
}

/* This computer's clock is a day wrong, whichever way: it is said, and the access is dated by the nodes' time, so that they take it and it lasts as long
 * as it says. */
static void
test_wrong_clock (App *app, gconstpointer data)
{
  const gint64 off = *(const gint64 *) data;
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *sentence = NULL, *header = NULL;

  app_save (app, NULL, "Peanut");
  app_move_clock (app, off);
  access = app_press (app); /* nobody may have said yet that the clock is wrong */
  g_assert_nonnull (access);
  g_assert_true (app_until (is_ready_anew, app, LONG));
  g_assert_true (app_until (only_one_is_live, app, LONG));
  g_assert_true (citiz_session_get_emergency (app->session) == newest (app));
  g_assert_false (newest (app)->instead);
  read_all (app, newest (app)->link, 0, 1, "Camille Ouellet", "Peanut");
  g_assert_true (app_until (a_day_is_left, app, LONG));
  g_assert_true (app_until (clock_is_told, app, LONG));
  sentence = citiz_session_explain_clock (citiz_session_get_community (app->session));
  g_assert_nonnull (strstr (sentence, off > 0 ? "24 hours ahead" : "24 hours behind"));
  header = citiz_session_explain_community (citiz_session_get_community (app->session));
  g_assert_nonnull (strstr (header, "clock"));
  g_assert_true (end_access (app, &newest (app)->id));
  g_assert_true (app_until (is_over, app, LONG));
  app_move_clock (app, -off);
  g_assert_true (app_until (clock_is_right, app, LONG));
}

static gboolean
can_move (App *app)
{
  return citiz_access_can_move (newest (app), citiz_session_get_community (app->session));
}

static gboolean
move (App *app, const CitizId *id)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_move_async (app->session, id, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_move_finish (app->session, result, NULL);
}

/* Given while the nodes were down; they are back: that is told, and one press gives it to them. The old one has ended, and is not moved twice. */
static void
test_moved (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *before = NULL, *after = NULL;

  app_save (app, NULL, "Peanut");
  for (guint i = 0; i < NODES; i++)
    nodes_kill (i);
  g_assert_true (app_until (knows_it_is_alone, app, LONG));
  access = app_press (app);
  g_assert_true (access->instead);
  g_assert_false (can_move (app));
  g_assert_false (move (app, &access->id));
  g_assert_true (only_one_is_live (app));
  before = citiz_session_explain_ready (access, citiz_session_get_community (app->session));
  g_assert_nonnull (strstr (before, "did not take"));
  for (guint i = 0; i < NODES; i++)
    nodes_start (i);
  g_assert_true (app_until (can_move, app, LONG));
  after = citiz_session_explain_ready (newest (app), citiz_session_get_community (app->session));
  g_assert_nonnull (strstr (after, "answer: they can keep another"));
  g_assert_true (move (app, &access->id));
  g_assert_false (move (app, &access->id));
  g_assert_true (app_until (is_ready_anew, app, LONG));
  g_assert_true (app_until (only_one_is_live, app, LONG));
  g_assert_cmpuint (app_read (app, access->link, 1, NULL), ==, 409);
  read_all (app, newest (app)->link, 1, 1, "Camille Ouellet", "Peanut");
}

static gboolean
is_renewed (App *app)
{
  return newest (app)->updated.ms > newest (app)->given.ms && is_usable (app);
}

/* The record changes while one node is down: the same link shows the record as it is; that node gets the new part when it is back. */
static void
test_renewed (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *link = NULL;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  link = g_strdup (access->link);
  g_assert_true (app_until (all_hold, app, LONG));
  nodes_kill (2);
  app_save (app, NULL, "Latex");
  g_assert_true (app_until (is_renewed, app, LONG));
  read_all (app, link, 0, 1, "Camille Ouellet", "Latex");
  nodes_start (2);
  g_assert_true (app_until (all_hold, app, LONG));
  read_all (app, link, 2, 2, "Camille Ouellet", "Latex");
}

static gboolean
is_coded (App *app)
{
  return newest (app)->spoken != NULL && code_is_everywhere (app);
}

/* The birth date is entered while the access is live: it gets a code to say, at every node. */
static void
test_late_code (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);

  g_assert_null (access->spoken);
  g_assert_true (app_until (all_hold, app, LONG));
  save_patient (app);
  g_assert_true (app_until (is_coded, app, LONG));
  g_assert_true (app_until (all_hold, app, LONG));
}

static void
count_locked_cb (CitizSession *session, gint kind, guint *told)
{
  g_assert_cmpint (kind, ==, CITIZ_OPENING_READ);
  (*told)++;
}

static guint locked_told;

static gboolean
was_told (App *app)
{
  return locked_told == 1;
}

/* Locked: that somebody opened is told at once, who it was when the record is open again. */
static void
test_locked (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link);

  g_assert_true (app_until (all_hold, app, LONG));
  g_signal_connect (app->session, "opened-locked", G_CALLBACK (count_locked_cb), &locked_told);
  citiz_session_lock (app->session);
  g_assert_cmpuint (nodes_open (app, link, 1, 1, "Camille Ouellet", NULL), ==, 200);
  g_assert_true (app_until (was_told, app, LONG));
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (app_until (first_is_named, app, LONG));
  g_assert_cmpstr (opening_at (app, 0)->name, ==, "Camille Ouellet");
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

#define TEST(name, function)                                                                       \
  g_test_add ("/shared/" name, App, NULL, member_up, function, member_down)

int
main (int argc, char **argv)
{
  static const gint64 ahead = CITIZ_DAY, behind = -CITIZ_DAY;
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_assert_cmpint (argc, >=, 2);
  nodes_found (argv[1]);
  TEST ("given", test_given);
  TEST ("erased", test_erased);
  TEST ("not-erased", test_not_erased);
  TEST ("not-ended", test_not_ended);
  TEST ("mail", test_mail);
  TEST ("lying-box", test_lying_box);
  TEST ("one-down", test_one_down);
  TEST ("one-lies", test_one_lies);
  TEST ("revoked", test_revoked);
  TEST ("left", test_left);
  TEST ("lost-end", test_lost_end);
  TEST ("clock-ahead", test_clock_ahead);
  TEST ("end-in-vain", test_end_in_vain);
  TEST ("goes-on", test_goes_on);
  TEST ("nobody-answers", test_nobody_answers);
  TEST ("back-again", test_back_again);
  TEST ("too-old", test_too_old);
  TEST ("alone", test_alone);
  TEST ("moved", test_moved);
  g_test_add ("/shared/day-ahead", App, &ahead, member_up, test_wrong_clock, member_down);
  g_test_add ("/shared/day-behind", App, &behind, member_up, test_wrong_clock, member_down);
  TEST ("renewed", test_renewed);
  TEST ("late-code", test_late_code);
  TEST ("locked", test_locked);
  TEST ("one-tells-again", test_one_tells_again);
  TEST ("enough-tell-again", test_enough_tell_again);
  failed = g_test_run ();
  nodes_end ();
  return failed;
}
