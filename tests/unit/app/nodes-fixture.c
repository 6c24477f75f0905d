/* Four real nodes as processes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "nodes-fixture.h"

#include "../tools.h"

#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/prctl.h>

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
  const gint64 end = g_get_monotonic_time () + LONG * G_USEC_PER_SEC;

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

guint16
nodes_door (guint i)
{
  return nodes[i].door;
}

gboolean
nodes_runs (guint i)
{
  return nodes[i].process != NULL;
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

/* The old port is its own until it has another. */
void
nodes_move (guint i)
{
  g_autoptr (GSocket) before = g_steal_pointer (&nodes[i].held);
  g_autofree gchar *path = g_build_filename (nodes[i].dir, "citiz-node.conf", NULL);
  g_autoptr (GKeyFile) settings = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (relay);
  nodes_kill (i);
  nodes[i].port = nodes[i].door = hold_port (&nodes[i]);
  g_free (nodes[i].url);
  nodes[i].url = g_strdup_printf ("http://127.0.0.1:%u", nodes[i].port);
  g_key_file_load_from_file (settings, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  g_key_file_set_string (settings, "node", "url", nodes[i].url);
  g_key_file_set_string (settings, "listen", "address", nodes[i].url + strlen ("http://"));
  g_key_file_save_to_file (settings, path, &error);
  g_assert_no_error (error);
  nodes_start (i);
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
  tools_remove_folder (top);
}

int
nodes_test (int argc, char **argv, void (*add_tests) (void))
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_assert_cmpint (argc, >=, 2);
  nodes_found (argv[1]);
  add_tests ();
  failed = g_test_run ();
  nodes_end ();
  return failed;
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
