/* Four real nodes as processes, and a reader of links over them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "nodes-fixture.h"

#include "consent/citiz-capsule.h"
#include "consent/citiz-note.h"
#include "consent/citiz-receipt.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/prctl.h>

#define TIMEOUT_S 120

typedef struct
{
  gchar *dir, *url;
  GSocket *held; /* keeps its port for it */
  guint16 port;
  guint16 door;         /* where everybody else reaches it: @port, or one with distance before it */
  GSubprocess *relay;   /* that makes the distance; NULL: there is none */
  GSubprocess *process; /* NULL: down */
} TestNode;

static TestNode nodes[NODES];
static gchar *top;
static const gchar *binary;
static const gchar *relay; /* NULL: no distance */
static guint distance;     /* ms one way */

/* --- processes --- */

static gchar *
run (guint i, const gchar *const *words)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  gchar *out = NULL;

  g_strv_builder_add (builder, binary);
  g_strv_builder_add (builder, "--folder");
  g_strv_builder_add (builder, nodes[i].dir);
  g_strv_builder_addv (builder, (const char **) words);
  argv = g_strv_builder_end (builder);
  process = g_subprocess_newv ((const gchar *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, &error));
  g_assert_true (g_subprocess_get_successful (process));
  return out;
}

/* Bound and never listening: the node may listen there, now and after each restart, and the kernel gives the port to nobody else meanwhile. */
static guint16
hold_port (TestNode *node)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) got = NULL;
  g_autoptr (GError) error = NULL;

  node->held = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                             &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (node->held, any, TRUE, &error));
  got = g_socket_get_local_address (node->held, &error);
  g_assert_no_error (error);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
}

static gboolean
answers (guint i, const gchar *path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) probe
      = g_socket_client_connect_to_host (client, "127.0.0.1", nodes[i].port, NULL, NULL);

  return probe != NULL && nodes_ask (i, "GET", path, NULL, NULL) == 200;
}

static void
wait_for (guint i, const gchar *path)
{
  const gint64 end = g_get_monotonic_time () + TIMEOUT_S * G_USEC_PER_SEC;

  while (!answers (i, path))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (20000);
    }
}

/* A test that fails leaves no node behind. */
static void
end_with_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* @library: (nullable): what makes its clock an hour fast */
static void
spawn_at (guint i, const gchar *library)
{
  g_autofree gchar *log = g_build_filename (nodes[i].dir, "log", NULL);
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_stderr_file_path (launcher, log);
  g_subprocess_launcher_set_child_setup (launcher, end_with_test, NULL, NULL);
  if (library != NULL)
    {
      g_subprocess_launcher_setenv (launcher, "LD_PRELOAD", library, TRUE);
      g_subprocess_launcher_setenv (launcher, "FAKETIME", "+1h", TRUE);
      g_subprocess_launcher_setenv (launcher, "FAKETIME_DONT_FAKE_MONOTONIC", "1", TRUE);
      g_subprocess_launcher_setenv (launcher, "DONT_FAKE_MONOTONIC", "1", TRUE);
    }
  nodes[i].process = g_subprocess_launcher_spawn (launcher, &error, binary, "--folder",
                                                  nodes[i].dir, "run", NULL);
  g_assert_no_error (error);
}

static void
spawn (guint i)
{
  spawn_at (i, NULL);
}

void
nodes_start (guint i)
{
  if (nodes[i].process != NULL)
    return;
  spawn (i);
  wait_for (i, "/healthz");
}

void
nodes_start_ahead (guint i, const gchar *library)
{
  spawn_at (i, library);
  wait_for (i, "/healthz");
}

void
nodes_start_all (void)
{
  for (guint i = 0; i < NODES; i++)
    if (nodes[i].process == NULL)
      spawn (i);
  for (guint i = 0; i < NODES; i++)
    wait_for (i, "/readyz");
}

void
nodes_kill (guint i)
{
  if (nodes[i].process == NULL)
    return;
  g_subprocess_force_exit (nodes[i].process);
  g_subprocess_wait (nodes[i].process, NULL, NULL);
  g_clear_object (&nodes[i].process);
}

void
nodes_pause (guint i, gboolean paused)
{
  g_subprocess_send_signal (nodes[i].process, paused ? SIGSTOP : SIGCONT);
}

const gchar *
nodes_url (guint i)
{
  return nodes[i].url;
}

static void
append_settings (guint i)
{
  static const gchar text[]
      = "\n[order]\ntimeout=500\ntimeout-cap=4000\nstandstill=500\ninterval=20\n"
        "[limits]\nrequests-per-second=20000\nrequests-burst=20000\n";
  g_autofree gchar *path = g_build_filename (nodes[i].dir, "citiz-node.conf", NULL);
  FILE *file = fopen (path, "a");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (text, 1, strlen (text), file), ==, strlen (text));
  fclose (file);
}

/* The port before @port, as far away as was asked for. */
static guint16
open_door (TestNode *node)
{
  g_autofree gchar *ms = g_strdup_printf ("%u", distance);
  g_autofree gchar *port = g_strdup_printf ("%u", node->port);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree gchar *line = NULL;
  g_autoptr (GError) error = NULL;

  if (relay == NULL)
    return node->port;
  node->relay = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                  &error, relay, ms, port, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (node->relay));
  line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  return (guint16) g_ascii_strtoull (line, NULL, 10);
}

static void
set_up (guint i, const gchar *salt)
{
  g_autofree gchar *address = NULL, *name = g_strdup_printf ("node-%u", i + 1),
                   *operator_ = g_strdup_printf ("Operator %u", i + 1);
  g_autofree gchar *out = NULL;

  nodes[i].dir = g_build_filename (top, name, NULL);
  nodes[i].port = hold_port (&nodes[i]);
  nodes[i].door = open_door (&nodes[i]);
  nodes[i].url = g_strdup_printf ("http://127.0.0.1:%u", nodes[i].door);
  address = g_strdup_printf ("127.0.0.1:%u", nodes[i].port);
  out = run (i, (const gchar *const[]){"setup", "--found", "--salt", salt, "--url", nodes[i].url,
                                       "--listen", address, "--operator", operator_, NULL});
  append_settings (i);
}

void
nodes_found_afar (const gchar *citiz_node, const gchar *delay_relay, guint ms)
{
  relay = delay_relay;
  distance = ms;
  nodes_found (citiz_node);
}

void
nodes_found (const gchar *citiz_node)
{
  const gchar *words[NODES + 2] = {"found"};
  gchar *cards[NODES];
  g_autofree gchar *salt = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "a test", -1);

  binary = citiz_node;
  top = g_dir_make_tmp ("citiz-nodes-XXXXXX", NULL);
  for (guint i = 0; i < NODES; i++)
    {
      set_up (i, salt);
      words[i + 1] = cards[i] = g_build_filename (nodes[i].dir, "founder-card.json", NULL);
    }
  for (guint i = 0; i < NODES; i++)
    {
      g_autofree gchar *out = run (i, words);
    }
  for (guint i = 0; i < NODES; i++)
    g_free (cards[i]);
  nodes_start_all ();
}

static void
remove_folder (const gchar *dir)
{
  g_autoptr (GDir) list = g_dir_open (dir, 0, NULL);
  const gchar *name;

  while (list != NULL && (name = g_dir_read_name (list)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (dir, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_folder (path);
      else
        g_unlink (path);
    }
  g_rmdir (dir);
}

void
nodes_end (void)
{
  for (guint i = 0; i < NODES; i++)
    {
      nodes_kill (i);
      if (nodes[i].relay != NULL)
        g_subprocess_force_exit (nodes[i].relay);
      g_clear_object (&nodes[i].relay);
      g_clear_object (&nodes[i].held);
    }
  remove_folder (top);
}

gchar *
nodes_invitation (void)
{
  g_autofree gchar *out
      = run (0, (const gchar *const[]){"--json", "invite", "--name", "Les Cèdres", NULL});
  json_auto_t *json = json_loads (out, 0, NULL);

  return g_strdup (json_string_value (json_object_get (json, "link")));
}

static sqlite3 *
open_disk (guint i)
{
  g_autofree gchar *path = g_build_filename (nodes[i].dir, "citiz.db", NULL);
  sqlite3 *db;

  g_assert_null (nodes[i].process); /* it keeps everybody else out */
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  return db;
}

void
nodes_on_disk (guint i, const gchar *sql)
{
  sqlite3 *db = open_disk (i);

  sqlite3_exec (db, sql, NULL, NULL, NULL);
  g_assert_cmpstr (sqlite3_errmsg (db), ==, "not an error");
  sqlite3_close (db);
}

gint64
nodes_count (guint i, const gchar *sql)
{
  sqlite3 *db = open_disk (i);
  sqlite3_stmt *stmt;
  gint64 n;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  n = sqlite3_column_int64 (stmt, 0);
  sqlite3_finalize (stmt);
  sqlite3_close (db);
  return n;
}

gchar *
nodes_text (guint i, const gchar *sql)
{
  sqlite3 *db = open_disk (i);
  sqlite3_stmt *stmt;
  gchar *text;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  text = g_strdup ((const gchar *) sqlite3_column_text (stmt, 0));
  sqlite3_finalize (stmt);
  sqlite3_close (db);
  return text;
}

/* --- the citizen --- */

static gboolean
pace_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  if (engine->community != NULL)
    citiz_community_set_pace (engine->community, 200, 300, 500, 600000);
  return TRUE;
}

void
nodes_pace (App *app)
{
  app_on_engine (app, pace_work, NULL, NULL);
}

/* What nodes say of it first, soon after the founding. */
static gboolean
knows_rules_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizLedger *ledger = citiz_chain_ledger (citiz_community_get_chain (engine->community), NULL);
  CitizTxParams params;

  *(gboolean *) data = ledger != NULL && citiz_ledger_get_params (ledger, &params);
  return TRUE;
}

static gboolean
is_member (App *app)
{
  const CitizCommunityView *view = citiz_session_get_community (app->session);
  gboolean knows_rules = FALSE;

  if (view == NULL || !view->registered || view->state != CITIZ_COMMUNITY_VIEW_EVEN
      || view->n_missing > 0 || view->nodes->len != NODES)
    return FALSE;
  app_on_engine (app, knows_rules_work, &knows_rules, NULL);
  return knows_rules;
}

void
nodes_join (App *app)
{
  g_autofree gchar *text = nodes_invitation ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_join_async (app->session, text, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  citiz_session_join_finish (app->session, result, &error);
  g_assert_no_error (error);
  nodes_pace (app);
  g_assert_true (app_until (is_member, app, TIMEOUT_S));
}

void
member_up (App *app, gconstpointer data)
{
  app_up (app, data);
  nodes_start_all ();
  nodes_join (app);
}

void
member_down (App *app, gconstpointer data)
{
  app_down (app, data);
  nodes_start_all ();
}

CitizAccess *
newest (App *app)
{
  g_autoptr (CitizAccess) access
      = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);

  return access;
}

gboolean
all_hold (App *app)
{
  return newest (app)->ready == CITIZ_ACCESS_READY && newest (app)->n_holding == NODES;
}

/* --- the reader --- */

/* 0: nobody answers. */
static guint
ask (guint node, const gchar *method, const gchar *path, const gchar *body, GBytes **out)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GOutputStream) got = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) whole = NULL;
  g_autofree gchar *length
      = body != NULL ? g_strdup_printf ("Content-Length: %zu\r\n", strlen (body)) : NULL;
  g_autofree gchar *request = g_strdup_printf (
      "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n"
      "Content-Type: application/json\r\n%s\r\n%s",
      method, path, nodes[node].door, length != NULL ? length : "", body != NULL ? body : "");
  const gchar *text, *gap;
  gsize n;

  g_socket_client_set_timeout (client, TIMEOUT_S);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", nodes[node].door, NULL, NULL);
  if (connection == NULL
      || !g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                     request, strlen (request), NULL, NULL, NULL)
      || g_output_stream_splice (got, g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                 G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL)
             < 0)
    return 0;
  whole = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (got));
  text = g_bytes_get_data (whole, &n);
  gap = text != NULL ? g_strstr_len (text, (gssize) n, "\r\n\r\n") : NULL;
  if (gap == NULL)
    return 0;
  if (out != NULL)
    *out = g_bytes_new (gap + 4, n - (gsize) (gap + 4 - text));
  return (guint) g_ascii_strtoull (text + strlen ("HTTP/1.1 "), NULL, 10);
}

guint
nodes_ask (guint node, const gchar *method, const gchar *path, const gchar *body, gchar **out_body)
{
  g_autoptr (GBytes) bytes = NULL;
  const guint status = ask (node, method, path, body, &bytes);

  if (out_body != NULL && bytes != NULL)
    *out_body = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return status;
}

static gchar *
seal_note (App *app, const CitizLink *link, const gchar *who, const gchar *what)
{
  gchar role[] = "physician", place[] = "HEJ", reason[] = "ETREAT", lang[] = "fr";
  g_autofree gchar *name = g_strdup (who), *text = g_strdup (what);
  CitizNote note = {name, role, place, reason, lang, text};
  g_autoptr (GBytes) sealed
      = citiz_note_seal (&app->env, CITIZ_NOTE_MODE_PAGE, &link->grant, link->k_r, &note);

  return citiz_base64url_encode (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
}

static gchar *
path_of (const CitizLink *link, const gchar *what)
{
  g_autofree gchar *hex = citiz_id_to_hex (&link->grant);

  return g_strdup_printf ("/v1/grants/%s/%s", hex, what);
}

guint
nodes_open (App *app,
            const gchar *text,
            guint node,
            guint use,
            const gchar *name,
            gchar **out_opening)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  g_autofree gchar *path = path_of (link, "open"), *note = seal_note (app, link, name, "");
  g_autofree gchar *a_text = NULL, *body = NULL, *reply = NULL;
  CitizHash a;
  guint status;

  citiz_grant_chain_value (&a, &link->grant, link->t, CITIZ_OPENINGS_LIMIT - use);
  a_text = citiz_base64url_encode (a.b, sizeof a.b);
  body = g_strdup_printf ("{\"use\":%u,\"a\":\"%s\",\"note\":\"%s\"}", use, a_text, note);
  status = nodes_ask (node, "POST", path, body, &reply);
  if (out_opening != NULL && status == 200)
    {
      json_auto_t *json = json_loads (reply, 0, NULL);

      *out_opening = g_strdup (json_string_value (json_object_get (json, "opening")));
    }
  return status;
}

static gchar *
with_token (const CitizLink *link, guint node_place, const gchar *opening, const gchar *more)
{
  const CitizLinkNode *node = link->nodes->pdata[node_place];
  g_autoptr (CitizSecret) token = citiz_grant_token (&link->grant, link->t, &node->id);
  g_autofree gchar *text = citiz_base64url_encode (citiz_secret_data (token), 32);

  return g_strdup_printf ("{\"opening\":\"%s\",\"token\":\"%s\"%s}", opening, text, more);
}

static guint
node_at (const CitizLink *link, guint place)
{
  const CitizLinkNode *node = link->nodes->pdata[place];

  for (guint i = 0; i < NODES; i++)
    if (g_str_equal (node->origin, nodes[i].url))
      return i;
  g_assert_not_reached ();
}

/* What of the answer fits the grant as the others tell it. */
static gboolean
take_share (const CitizLink *link, const json_t *answer, json_t *commitments, CitizShare *out)
{
  const guint place = (guint) json_integer_value (json_object_get (answer, "index"));
  g_autoptr (GBytes) share
      = citiz_base64url_decode (json_string_value (json_object_get (answer, "share")));
  g_autoptr (GBytes) salt
      = citiz_base64url_decode (json_string_value (json_object_get (answer, "salt")));
  CitizHash commitment, wanted;

  citiz_grant_share_commitment (&commitment, &link->grant, (guint8) place,
                                g_bytes_get_data (share, NULL), g_bytes_get_data (salt, NULL));
  g_assert_true (
      citiz_hash_from_hex (&wanted, json_string_value (json_array_get (commitments, place - 1))));
  if (!citiz_hash_equal (&commitment, &wanted))
    return FALSE;
  out->x = (guint8) place;
  out->n = 32;
  memcpy (out->y, g_bytes_get_data (share, NULL), 32);
  return TRUE;
}

static json_t *
state_of (const CitizLink *link)
{
  g_autofree gchar *hex = citiz_id_to_hex (&link->grant);
  g_autofree gchar *path = g_strconcat ("/v1/grants/", hex, NULL);

  for (guint i = 0; i < NODES; i++)
    {
      g_autofree gchar *text = NULL;

      if (nodes_ask (i, "GET", path, NULL, &text) == 200)
        return json_loads (text, 0, NULL);
    }
  return NULL;
}

static GBytes *
fetch (guint node, const gchar *capsule)
{
  g_autofree gchar *path = g_strconcat ("/v1/blobs/", capsule, NULL);
  g_autoptr (GBytes) blob = NULL;

  return nodes[node].process != NULL && ask (node, "GET", path, NULL, &blob) == 200
             ? g_steal_pointer (&blob)
             : NULL;
}

/* @early: (nullable): the capsule, when somebody has asked for it already */
static gchar *
join (const CitizLink *link, CitizShare *shares, const gchar *capsule, GBytes *early)
{
  g_autoptr (CitizSecret) k_c = citiz_shamir_combine (shares, NODES_NEEDED, NULL);
  g_autofree gchar *jwe = NULL;
  g_autoptr (GBytes) plain = NULL;

  if (early != NULL)
    jwe = citiz_capsule_open (&link->grant, k_c, early, NULL);
  for (guint i = 0; i < NODES && jwe == NULL; i++)
    {
      g_autoptr (GBytes) blob = fetch (i, capsule);

      if (blob != NULL)
        jwe = citiz_capsule_open (&link->grant, k_c, blob, NULL);
    }
  g_assert_nonnull (jwe);
  plain = citiz_jwe_decrypt (link->k_r, jwe, -1, NULL);
  g_assert_nonnull (plain);
  return g_strndup (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
}

static gchar *
words_of (const json_t *json)
{
  CitizReceipt receipts[NODES_NEEDED];
  g_auto (GStrv) words = NULL;

  receipts[0].time.ms = json_integer_value (json_object_get (json, "time"));
  g_assert_true (
      citiz_id_from_hex (&receipts[0].grant, json_string_value (json_object_get (json, "grant"))));
  g_assert_true (citiz_hash_from_hex (&receipts[0].opening,
                                      json_string_value (json_object_get (json, "opening"))));
  g_assert_true (citiz_hash_from_hex (&receipts[0].capsule,
                                      json_string_value (json_object_get (json, "capsule"))));
  for (guint i = 1; i < NODES_NEEDED; i++)
    receipts[i] = receipts[0];
  words = citiz_receipt_words (receipts, NODES_NEEDED, citiz_env_language ());
  return g_strjoinv (" ", words);
}

/* One node's part being asked for, in a thread of its own: all are asked at once, as the page does. */
typedef struct
{
  guint node, status;
  gchar *path, *body, *reply;
} Release;

/* That block of the ledger is on its way to it. */
static gboolean
has_no_opening_yet (const Release *release)
{
  return (release->status == 403 && strstr (release->reply, "\"opening\"") != NULL)
         || (release->status == 410 && strstr (release->reply, "\"active\"") != NULL);
}

static gpointer
release_thread (gpointer data)
{
  Release *release = data;
  const gint64 end = g_get_monotonic_time () + TIMEOUT_S * G_USEC_PER_SEC;

  do
    {
      if (release->reply != NULL)
        g_usleep (5000);
      g_clear_pointer (&release->reply, g_free);
      release->status
          = nodes_ask (release->node, "POST", release->path, release->body, &release->reply);
    }
  while (has_no_opening_yet (release) && g_get_monotonic_time () < end);
  return NULL;
}

static guint
place_of (const CitizLink *link, guint node)
{
  guint place = 0;

  while (node_at (link, place) != node)
    place++;
  return place;
}

json_t *
nodes_part (const gchar *text, guint node, const gchar *opening)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  g_autofree gchar *path = path_of (link, "release"), *body = NULL;
  Release release = {.node = node, .path = path};
  json_t *answer;

  release.body = body = with_token (link, place_of (link, node), opening, "");
  release_thread (&release);
  g_assert_cmpuint (release.status, ==, 200);
  answer = json_loads (release.reply, 0, NULL);
  g_free (release.reply);
  return answer;
}

static guint
gather (const CitizLink *link,
        const json_t *state,
        const gchar *opening,
        GBytes *early,
        gchar **out_summary,
        gchar **out_words)
{
  g_autofree gchar *path = path_of (link, "release");
  CitizShare shares[NODES];
  Release releases[NODES] = {0};
  GThread *threads[NODES];
  guint n = 0;

  for (guint i = 0; i < link->nodes->len; i++)
    {
      releases[i] = (Release){
          .node = node_at (link, i), .path = path, .body = with_token (link, i, opening, "")};
      threads[i] = g_thread_new ("release", release_thread, &releases[i]);
    }
  for (guint i = 0; i < link->nodes->len; i++)
    {
      json_auto_t *json = NULL;

      g_thread_join (threads[i]);
      json = releases[i].status == 200 ? json_loads (releases[i].reply, 0, NULL) : NULL;
      if (json != NULL
          && take_share (link, json, json_object_get (state, "commitments"), &shares[n]))
        n++;
      if (out_words != NULL && n == NODES_NEEDED && *out_words == NULL)
        *out_words = words_of (json_object_get (json, "receipt"));
      g_free (releases[i].body);
      g_free (releases[i].reply);
    }
  if (n >= NODES_NEEDED && out_summary != NULL)
    *out_summary
        = join (link, shares, json_string_value (json_object_get (state, "capsule")), early);
  return n;
}

guint
nodes_gather (const gchar *text, const gchar *opening, gchar **out_summary, gchar **out_words)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  json_auto_t *state = state_of (link);

  return gather (link, state, opening, NULL, out_summary, out_words);
}

typedef struct
{
  guint node;
  const gchar *capsule;
} Fetch;

static gpointer
fetch_thread (gpointer data)
{
  const Fetch *what = data;

  return fetch (what->node, what->capsule);
}

NodesReader *
nodes_reader_new (const gchar *text)
{
  NodesReader *reader = g_new (NodesReader, 1);
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);

  *reader = (NodesReader){g_strdup (text), state_of (link)};
  return reader;
}

void
nodes_reader_free (NodesReader *reader)
{
  json_decref (reader->state);
  g_free (reader->link);
  g_free (reader);
}

gchar *
nodes_reader_press (NodesReader *reader, App *app, guint node, guint use)
{
  g_autoptr (CitizLink) link = citiz_link_parse (reader->link, NULL);
  Fetch what = {node, json_string_value (json_object_get (reader->state, "capsule"))};
  GThread *thread = g_thread_new ("fetch", fetch_thread, &what);
  g_autofree gchar *opening = NULL;
  g_autoptr (GBytes) early = NULL;
  gchar *summary = NULL;

  g_assert_cmpuint (nodes_open (app, reader->link, node, use, "Camille Ouellet", &opening), ==,
                    200);
  early = g_thread_join (thread);
  g_assert_cmpuint (gather (link, reader->state, opening, early, &summary, NULL), ==, NODES);
  return summary;
}

guint
nodes_note (App *app, const gchar *text, guint node, const gchar *opening, const gchar *what)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  g_autofree gchar *path = path_of (link, "note"),
                   *note = seal_note (app, link, "Camille Ouellet", what);
  g_autofree gchar *more = g_strdup_printf (",\"note\":\"%s\"", note), *body = NULL;

  body = with_token (link, place_of (link, node), opening, more);
  return nodes_ask (node, "POST", path, body, NULL);
}

guint
nodes_try_code (const gchar *code, guint node)
{
  const guint8 wrong[32] = {1};
  g_autofree gchar *path = g_strdup_printf ("/v1/codes/%.3s", code),
                   *proof = citiz_base64url_encode (wrong, sizeof wrong),
                   *body = g_strdup_printf ("{\"proof\":\"%s\"}", proof);

  return nodes_ask (node, "POST", path, body, NULL);
}
