/* A session on a vault of its own, and a reader of its links. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app-fixture.h"

#include "../tools.h"

#include "consent/citiz-capsule.h"
#include "consent/citiz-note.h"
#include "consent/citiz-receipt.h"
#include "record/citiz-compose.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#define LONGEST_S 240 /* ends what hangs, judges nothing */

static CitizTime
now_cb (gpointer data)
{
  App *app = data;
  CitizTime real = citiz_env_now (citiz_env_system ());

  return (CitizTime){real.ms + __atomic_load_n (&app->ahead_ms, __ATOMIC_SEQ_CST)};
}

static void
random_cb (gpointer data, guint8 *out, gsize n)
{
  citiz_env_random (citiz_env_system (), out, n);
}

void
app_on_disk (App *app, const gchar *sql)
{
  g_autofree gchar *path = g_build_filename (app->folder, CITIZ_DB_FILE, NULL);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, sql, NULL, NULL, NULL);
  g_assert_cmpstr (sqlite3_errmsg (db), ==, "not an error");
  sqlite3_close (db);
}

void
app_move_clock (App *app, gint64 ms)
{
  __atomic_add_fetch (&app->ahead_ms, ms, __ATOMIC_SEQ_CST);
}

void
app_answer_cb (GObject *source, GAsyncResult *result, gpointer answer)
{
  ((Answer *) answer)->result = g_object_ref (result);
}

GAsyncResult *
app_wait (Answer *answer)
{
  gint64 end = g_get_monotonic_time () + LONGEST_S * G_USEC_PER_SEC;

  while (answer->result == NULL)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
  return g_steal_pointer (&answer->result);
}

gboolean
app_until (gboolean (*func) (App *app), App *app, guint seconds)
{
  gint64 end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

  while (!func (app) && g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (500);
  return func (app);
}

void
app_await (gboolean (*func) (App *app), App *app)
{
  g_assert_true (app_until (func, app, LONGEST_S));
}

gboolean
app_on_engine (App *app, CitizEngineWork work, gpointer data, GError **error)
{
  return citiz_engine_run_sync (app->session->engine, work, data, error);
}

static gboolean
nothing_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

void
app_settle (App *app)
{
  for (guint i = 0; i < 4; i++) /* a job may post another */
    {
      app_on_engine (app, nothing_work, NULL, NULL);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

static gboolean
create_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  App *app = data;
  return citiz_engine_create (engine, app->passphrase, app->entropy, (CitizKdfCost){1, 8192},
                              error);
}

static gboolean
look_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizContents **snapshot = data;

  *snapshot = citiz_engine_look (engine, NULL, error);
  return *snapshot != NULL;
}

void
app_up (App *app, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizContents) snapshot = NULL;

  app->folder = g_dir_make_tmp ("citiz-app-XXXXXX", &error);
  g_assert_no_error (error);
  app->env = (CitizEnv){now_cb, random_cb, app};
  app->passphrase = citiz_secret_new_from_text (APP_PASSPHRASE);
  app->entropy = citiz_secret_new_random (32);
  app->session = citiz_session_new_for_env (app->folder, &app->env);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_NEW);
  app_on_engine (app, create_work, app, &error);
  g_assert_no_error (error);
  app_on_engine (app, look_work, &snapshot, &error);
  g_assert_no_error (error);
  citiz_session_adopt (app->session, snapshot);
}

void
app_close (App *app)
{
  if (app->session == NULL)
    return;
  app_settle (app);
  g_assert_finalize_object (g_steal_pointer (&app->session));
}

void
app_reopen (App *app)
{
  app_close (app);
  app->session = citiz_session_new_for_env (app->folder, &app->env);
}

void
app_down (App *app, gconstpointer data)
{
  app_close (app);
  tools_remove_folder (app->folder);
  g_free (app->folder);
  citiz_secret_unref (app->passphrase);
  citiz_secret_unref (app->entropy);
}

gboolean
app_unlock (App *app, const gchar *passphrase, GError **error)
{
  g_autoptr (CitizSecret) secret = citiz_secret_new_from_text (passphrase);
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_unlock_async (app->session, secret, NULL, app_answer_cb, &answer);
  g_assert_cmpint (citiz_session_get_state (app->session), !=, CITIZ_SESSION_LOCKED);
  result = app_wait (&answer);
  return citiz_session_unlock_finish (app->session, result, error);
}

CitizId
app_save (App *app, const CitizId *id, const gchar *title)
{
  CitizDraft draft = {.now = citiz_session_now (app->session), .title = title};
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  json_t *resource = citiz_compose_allergy (&draft, NULL);
  CitizId saved = {0};
  Answer answer = {0};

  citiz_session_save_async (app->session, id, resource, NULL, app_answer_cb, &answer);
  json_decref (resource);
  result = app_wait (&answer);
  citiz_session_save_finish (app->session, result, &saved, &error);
  g_assert_no_error (error);
  return saved;
}

void
app_load_sample (App *app)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_load_sample_async (app->session, NULL, NULL, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  citiz_session_load_sample_finish (app->session, result, &error);
  g_assert_no_error (error);
}

CitizDate
app_date (const gchar *text)
{
  CitizDate date;

  g_assert_true (citiz_date_parse (&date, text));
  return date;
}

guint
app_count (App *app, CitizKind kind)
{
  g_autoptr (GPtrArray) items = citiz_record_list (citiz_session_get_record (app->session), kind);
  return items->len;
}

CitizAccess *
app_press (App *app)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CitizAccess *access;
  Answer answer = {0};

  citiz_session_emergency_async (app->session, 24, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  access = citiz_session_emergency_finish (app->session, result, &error);
  g_assert_no_error (error);
  return access;
}

typedef struct
{
  CitizObjectClass object_class;
  guint n;
} Count;

static gboolean
count_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  Count *count = data;

  count->n = (guint) citiz_vault_count (engine->vault, count->object_class);
  return TRUE;
}

guint
app_objects (App *app, CitizObjectClass object_class)
{
  Count count = {object_class, 0};

  app_on_engine (app, count_work, &count, NULL);
  return count.n;
}

/* --- the reader --- */

static guint
exchange (const gchar *origin, const gchar *request, gchar **out_body)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GOutputStream) got = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  const gchar *gap;

  g_socket_client_set_timeout (client, 10);
  connection = g_socket_client_connect_to_uri (client, origin, 80, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
                                 strlen (request), NULL, NULL, NULL));
  g_output_stream_splice (got, g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                          G_OUTPUT_STREAM_SPLICE_NONE, NULL, NULL);
  text = g_strndup (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (got)),
                    g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (got)));
  gap = strstr (text, "\r\n\r\n");
  g_assert_nonnull (gap);
  if (out_body != NULL)
    *out_body = g_strdup (gap + 4);
  return (guint) g_ascii_strtoull (text + strlen ("HTTP/1.1 "), NULL, 10);
}

guint
app_get (const gchar *url, gchar **out_body)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  g_autofree gchar *origin = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uri));
  g_autofree gchar *request = g_strdup_printf (
      "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", g_uri_get_path (uri));

  return exchange (origin, request, out_body);
}

static gchar *
opening_body (App *app, const CitizLink *link, guint use)
{
  gchar name[] = "Camille Ouellet", role[] = "physician", place[] = "HEJ", reason[] = "ETREAT",
        lang[] = "fr", none[] = "";
  CitizNote note = {name, role, place, reason, lang, none};
  g_autoptr (GBytes) sealed
      = citiz_note_seal (&app->env, CITIZ_NOTE_MODE_PAGE, &link->grant, link->k_r, &note);
  g_autofree gchar *note_text
      = citiz_base64url_encode (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
  g_autofree gchar *a_text = NULL;
  CitizHash a;

  citiz_grant_chain_value (&a, &link->grant, link->t, CITIZ_OPENINGS_LIMIT - use);
  a_text = citiz_base64url_encode (a.b, sizeof a.b);
  return g_strdup_printf ("{\"use\":%u,\"a\":\"%s\",\"note\":\"%s\"}", use, a_text, note_text);
}

static guint
post (const CitizLink *link, const gchar *what, const gchar *body, gchar **out_body)
{
  g_autofree gchar *hex = citiz_id_to_hex (&link->grant);
  g_autofree gchar *request = g_strdup_printf (
      "POST /v1/grants/%s/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
      hex, what, strlen (body), body);

  return exchange (link->origin, request, out_body);
}

guint
app_read (App *app, const gchar *text, guint use, gchar **out_opening)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizLink) link = citiz_link_parse (text, &error);
  g_autofree gchar *body = NULL;
  g_autofree gchar *reply = NULL;
  guint status;

  g_assert_no_error (error);
  body = opening_body (app, link, use);
  status = post (link, "open", body, &reply);
  if (out_opening != NULL)
    {
      json_auto_t *json = json_loads (reply, 0, NULL);
      *out_opening = g_strdup (json_string_value (json_object_get (json, "opening")));
    }
  return status;
}

static gchar *
receipt_words (const json_t *json)
{
  CitizReceipt receipt = {.time = {json_integer_value (json_object_get (json, "time"))}};
  g_auto (GStrv) words = NULL;

  g_assert_true (
      citiz_id_from_hex (&receipt.grant, json_string_value (json_object_get (json, "grant"))));
  g_assert_true (citiz_hash_from_hex (&receipt.opening,
                                      json_string_value (json_object_get (json, "opening"))));
  g_assert_true (citiz_hash_from_hex (&receipt.capsule,
                                      json_string_value (json_object_get (json, "capsule"))));
  words = citiz_receipt_words (&receipt, 1, citiz_env_language ());
  return g_strjoinv (" ", words);
}

static gchar *
open_capsule (const CitizLink *link, const gchar *capsule, const gchar *share)
{
  g_autofree gchar *path = g_strconcat ("/v1/blobs/", capsule, NULL);
  g_autofree gchar *request
      = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_to_uri (client, link->origin, 80, NULL, NULL);
  g_autoptr (GOutputStream) got = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) bytes = citiz_base64url_decode (share), answer = NULL, sealed = NULL;
  g_autoptr (CitizSecret) k_c = citiz_secret_new_take_copy (g_bytes_get_data (bytes, NULL), 32);
  g_autoptr (GBytes) plain = NULL;
  g_autofree gchar *jwe = NULL;
  const gchar *text, *gap;
  gsize n;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
                             strlen (request), NULL, NULL, NULL);
  g_output_stream_splice (got, g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                          G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL);
  answer = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (got));
  text = g_bytes_get_data (answer, &n);
  gap = g_strstr_len (text, (gssize) n, "\r\n\r\n");
  g_assert_nonnull (gap);
  sealed = g_bytes_new (gap + 4, n - (gsize) (gap + 4 - text));
  jwe = citiz_capsule_open (&link->grant, k_c, sealed, NULL);
  g_assert_nonnull (jwe);
  plain = citiz_jwe_decrypt (link->k_r, jwe, -1, NULL);
  g_assert_nonnull (plain);
  return g_strndup (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
}

gchar *
app_read_summary (App *app, const gchar *text, guint use, gchar **out_words)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  g_autoptr (CitizSecret) token
      = citiz_grant_token (&link->grant, link->t, &((CitizLinkNode *) link->nodes->pdata[0])->id);
  g_autofree gchar *token_text = citiz_base64url_encode (citiz_secret_data (token), 32);
  g_autofree gchar *opening = NULL, *body = NULL, *reply = NULL;
  json_auto_t *json = NULL;
  const json_t *receipt;

  g_assert_cmpuint (app_read (app, text, use, &opening), ==, 200);
  body = g_strdup_printf ("{\"opening\":\"%s\",\"token\":\"%s\"}", opening, token_text);
  g_assert_cmpuint (post (link, "release", body, &reply), ==, 200);
  json = json_loads (reply, 0, NULL);
  receipt = json_object_get (json, "receipt");
  if (out_words != NULL)
    *out_words = receipt_words (receipt);
  return open_capsule (link, json_string_value (json_object_get (receipt, "capsule")),
                       json_string_value (json_object_get (json, "share")));
}
