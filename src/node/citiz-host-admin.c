/* Talking to a node that runs: a Unix socket in its folder, one line of JSON each way. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "store/citiz-guest-store.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define LINE_BYTES      (4u * 1024 * 1024) /* the cards of a new founding */
#define ANSWER_MAX      (1024u * 1024)
#define TIMEOUT_SECONDS 5
#define ASK_SECONDS     600 /* a backup takes its time */
#define SLOTS_SHOWN     16u

/* A command that was read and is being carried out. */
typedef struct
{
  CitizHost *host;
  GSocketConnection *connection;
  GDataInputStream *in;
  gchar *argument;
} Call;

static gchar *
socket_path (const gchar *dir)
{
  return g_build_filename (dir, CITIZ_HOST_ADMIN_SOCKET, NULL);
}

/* Takes @body and ends @call. */
static void
answer (Call *call, json_t *body)
{
  char *text = json_dumps (body, JSON_COMPACT);
  g_autofree gchar *line = g_strdup_printf ("%s\n", text);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (call->connection));

  (void) g_output_stream_write_all (out, line, strlen (line), NULL, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (call->connection), NULL, NULL);
  free (text);
  json_decref (body);
  g_object_unref (call->in);
  g_object_unref (call->connection);
  g_free (call->argument);
  g_free (call);
}

static void
answer_error (Call *call, const gchar *message)
{
  answer (call, json_pack ("{s:s}", "error", message));
}

/* Commands *******************************************************************/

static void
do_status (Call *call)
{
  json_t *body = citiz_host_describe (call->host);

  json_object_set_new (
      body, "uptime",
      json_integer ((g_get_monotonic_time () - call->host->started) / G_USEC_PER_SEC));
  json_object_set_new (body, "freePercent", json_integer ((json_int_t) (call->host->free * 100)));
  json_object_set_new (body, "guests", json_integer (citiz_guest_store_count (call->host->db)));
  json_object_set_new (body, "port",
                       json_integer (citiz_http_server_get_port (call->host->server)));
  json_object_set_new (
      body, "metricsPort",
      json_integer (call->host->metrics ? citiz_http_server_get_port (call->host->metrics) : 0));
  answer (call, body);
}

static json_t *
mask_json (const guint8 *mask, guint n)
{
  json_t *list = json_array ();

  for (guint i = 0; i < n; i++)
    json_array_append_new (list, json_boolean (mask[i / 8] >> (i % 8) & 1));
  return list;
}

static json_t *
slot_json (CitizHost *host, guint64 slot)
{
  const guint n = citiz_replica_get_validators (host->replica)->n;
  CitizCsxLook look;

  if (!citiz_replica_look (host->replica, slot, &look))
    return NULL;
  return json_pack ("{s:I, s:i, s:i, s:o, s:o, s:o, s:b, s:b, s:b}", "slot", (json_int_t) slot,
                    "leader", (int) look.leader, "candidates", (int) look.n_candidates, "notar",
                    mask_json (look.notar, n), "skip", mask_json (look.skip, n), "final",
                    mask_json (look.final, n), "certNotar", look.cert_notar != NULL, "certSkip",
                    look.cert_skip != NULL, "certFinal", look.cert_final != NULL);
}

/* Who said what about the slots that are not final. */
static void
do_why (Call *call)
{
  CitizHost *host = call->host;
  json_t *body = citiz_host_describe (host);
  json_t *slots = json_array ();
  CitizCsxReport report;
  guint64 first;

  citiz_replica_report (host->replica, &report);
  first = MAX (report.final.slot + 1,
               report.frontier > SLOTS_SHOWN ? report.frontier - SLOTS_SHOWN + 1 : 1);
  for (guint64 slot = first; slot <= report.frontier; slot++)
    {
      json_t *json = slot_json (host, slot);

      if (json != NULL)
        json_array_append_new (slots, json);
    }
  json_object_set_new (body, "slots", slots);
  json_object_set_new (body, "frontier", json_integer ((json_int_t) report.frontier));
  json_object_set_new (body, "leader", json_integer (report.leader));
  json_object_set_new (body, "need", json_boolean (report.need));
  json_object_set_new (body, "foundedAnew", json_boolean (host->offers->len > 0));
  json_object_set_new (body, "freePercent", json_integer ((json_int_t) (host->free * 100)));
  answer (call, body);
}

static void
backed_up_cb (const GError *error, gpointer data)
{
  Call *call = data;

  if (error != NULL)
    answer_error (call, error->message);
  else
    answer (call, json_pack ("{s:s, s:I}", "backup", call->argument, "height",
                             (json_int_t) citiz_chain_height (call->host->chain)));
}

static void
do_backup (Call *call)
{
  citiz_host_backup (call->host, call->argument, backed_up_cb, call);
}

static void
said_cb (json_t *body, const gchar *refused, gpointer data)
{
  if (body != NULL)
    answer (data, body);
  else
    answer_error (data, refused);
}

static void
do_join (Call *call)
{
  citiz_host_decide (call->host, "join", call->argument, said_cb, call);
}

static void
do_leave (Call *call)
{
  citiz_host_decide (call->host, "leave", call->argument, said_cb, call);
}

static void
do_approve (Call *call)
{
  citiz_host_decide (call->host, "approve", call->argument, said_cb, call);
}

static void
do_exclude (Call *call)
{
  citiz_host_decide (call->host, "exclude", call->argument, said_cb, call);
}

/* Takes nothing new from now on; votes go on. */
static void
do_drain (Call *call)
{
  call->host->draining = TRUE;
  g_message ("event=draining");
  answer (call,
          json_pack ("{s:i, s:i}", "waiting", (int) citiz_replica_n_waiting (call->host->replica),
                     "asking", (int) call->host->n_waits));
}

/* Takes @body; NULL: @error says why. */
static void
answer_or_error (Call *call, json_t *body, const GError *error)
{
  if (body != NULL)
    answer (call, body);
  else
    answer_error (call, error->message);
}

static void
do_invite (Call *call)
{
  g_autoptr (GBytes) bytes = g_bytes_new (call->argument, strlen (call->argument));
  g_autoptr (GError) error = NULL;
  json_t *wish = citiz_json_strict_parse (bytes, &error);
  json_t *body = wish ? citiz_host_invite (call->host, wish, &error) : NULL;

  answer_or_error (call, body, error);
  json_decref (wish);
}

static void
do_refound (Call *call)
{
  g_autoptr (GBytes) bytes = g_bytes_new (call->argument, strlen (call->argument));
  g_autoptr (GError) error = NULL;
  json_t *wish = citiz_json_strict_parse (bytes, &error);
  json_t *body = wish ? citiz_host_refound (call->host, wish, &error) : NULL;

  answer_or_error (call, body, error);
  json_decref (wish);
}

static void
do_invitations (Call *call)
{
  g_autoptr (GError) error = NULL;
  json_t *body = citiz_host_invites (call->host, &error);

  answer_or_error (call, body, error);
}

static void
do_uninvite (Call *call)
{
  g_autoptr (GError) error = NULL;
  json_t *body = citiz_host_uninvite (call->host, call->argument, &error);

  answer_or_error (call, body, error);
}

static const struct
{
  const gchar *name;
  void (*run) (Call *call);
} commands[] = {
    {"status", do_status},
    {"members", do_status},
    {"why", do_why},
    {"backup", do_backup},
    {"drain", do_drain},
    {"invite", do_invite},
    {"invitations", do_invitations},
    {"uninvite", do_uninvite},
    {"join", do_join},
    {"leave", do_leave},
    {"approve", do_approve},
    {"exclude", do_exclude},
    {"refound", do_refound},
};

static void
run (Call *call, json_t *json)
{
  const gchar *name = citiz_json_strict_string (json, "do", LINE_BYTES);

  call->argument = g_strdup (citiz_json_strict_string (json, "with", LINE_BYTES));
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, name))
      {
        commands[i].run (call);
        return;
      }
  answer_error (call, "unknown command");
}

static void
line_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  gsize n = 0;
  g_autofree gchar *line = g_data_input_stream_read_line_finish (call->in, result, &n, NULL);
  g_autoptr (GBytes) bytes = line && n <= LINE_BYTES ? g_bytes_new (line, n) : NULL;
  json_t *json = bytes ? citiz_json_strict_parse (bytes, NULL) : NULL;

  if (json == NULL)
    {
      answer_error (call, "unreadable");
      return;
    }
  run (call, json);
  json_decref (json);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             CitizHost *host)
{
  Call *call = g_new0 (Call, 1);

  g_socket_set_timeout (g_socket_connection_get_socket (connection), TIMEOUT_SECONDS);
  call->host = host;
  call->connection = g_object_ref (connection);
  call->in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_data_input_stream_read_line_async (call->in, G_PRIORITY_DEFAULT, NULL, line_cb, call);
  return TRUE;
}

gboolean
citiz_host_admin_start (CitizHost *host, GError **error)
{
  g_autofree gchar *path = socket_path (host->dir);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  mode_t mask;
  gboolean good;

  (void) g_unlink (path); /* the folder's lock is ours: nobody listens there */
  host->admin = g_socket_service_new ();
  mask = umask (0177);
  good = g_socket_listener_add_address (G_SOCKET_LISTENER (host->admin), address,
                                        G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL,
                                        error);
  umask (mask);
  if (!good)
    return FALSE;
  g_signal_connect (host->admin, "incoming", G_CALLBACK (incoming_cb), host);
  g_socket_service_start (host->admin);
  return TRUE;
}

void
citiz_host_admin_stop (CitizHost *host)
{
  g_autofree gchar *path = socket_path (host->dir);

  if (host->admin == NULL)
    return;
  g_socket_service_stop (host->admin);
  g_socket_listener_close (G_SOCKET_LISTENER (host->admin));
  g_clear_object (&host->admin);
  (void) g_unlink (path);
}

/* From the other process *****************************************************/

static gchar *
exchange (GSocketConnection *connection, const gchar *request, GError **error)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autoptr (GDataInputStream) in
      = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));

  if (!g_output_stream_write_all (out, request, strlen (request), NULL, NULL, error))
    return NULL;
  return g_data_input_stream_read_line (in, NULL, NULL, error);
}

static json_t *
read_answer (const gchar *line, GError **error)
{
  json_t *json = json_loads (line, 0, NULL);
  const gchar *why;

  if (!json_is_object (json))
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE, _ ("the node did not answer"));
      json_decref (json);
      return NULL;
    }
  why = json_string_value (json_object_get (json, "error"));
  if (why == NULL)
    return json;
  /* the node's own language may be another than that of who asks */
  g_set_error_literal (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE, *why ? _ (why) : why);
  json_decref (json);
  return NULL;
}

/* Less than a hundredth of it is free: a write that fails has ended the node, or will at once. */
static gboolean
is_full (const gchar *dir)
{
  struct statvfs info;

  return statvfs (dir, &info) == 0 && info.f_bavail < info.f_blocks / 100;
}

static void
set_idle (const gchar *dir, GError **error)
{
  g_autofree gchar *start = citiz_host_folder_is_others (dir)
                                ? g_strdup ("systemctl start citiz-node")
                                : citiz_host_command_line (dir, "run");

  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE,
               is_full (dir) ? _ ("no node runs in %s: its disk is full, and a node that cannot "
                                  "write ends. Make room, then: %s")
                             : _ ("no node runs in %s; to start it: %s"),
               dir, start);
}

/**
 * citiz_host_ask:
 *
 * Returns: (transfer full) (nullable): the node's answer; %CITIZ_HOST_ERROR_STATE when none runs in @dir
 */
json_t *
citiz_host_ask (const gchar *dir, const gchar *command, const gchar *argument, GError **error)
{
  g_autofree gchar *path = socket_path (dir);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree gchar *request = NULL;
  g_autofree gchar *line = NULL;
  json_t *body = json_pack ("{s:s, s:s}", "do", command, "with", argument ? argument : "");
  char *text = json_dumps (body, JSON_COMPACT);

  request = g_strdup_printf ("%s\n", text);
  free (text);
  json_decref (body);
  g_socket_client_set_timeout (client, ASK_SECONDS);
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  if (connection == NULL)
    {
      if (citiz_host_folder_can_run (dir, error))
        set_idle (dir, error);
      return NULL;
    }
  line = exchange (connection, request, error);
  if (line == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE,
                     _ ("the node did not answer"));
      return NULL;
    }
  return read_answer (line, error);
}
