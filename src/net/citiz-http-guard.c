/* A connection whose incoming bytes pass the lint first. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-guard.h"

#include <string.h>
#include <sys/socket.h>

/* The input side: a pollable filter, because libsoup reads without blocking. */
#define CITIZ_TYPE_HTTP_GUARD_INPUT (citiz_http_guard_input_get_type ())
G_DECLARE_FINAL_TYPE (CitizHttpGuardInput,
                      citiz_http_guard_input,
                      CITIZ,
                      HTTP_GUARD_INPUT,
                      GFilterInputStream)

struct _CitizHttpGuardInput
{
  GFilterInputStream parent_instance;
  GSocket *socket; /* owned by the connection */
  gboolean served; /* something was read */
  gboolean gone;   /* the end was read */
  CitizHttpLint lint;
};

struct _CitizHttpGuard
{
  GIOStream parent_instance;
  GSocketConnection *connection;
  CitizHttpGuardInput *input;
};

static void citiz_http_guard_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_TYPE_WITH_CODE (CitizHttpGuardInput,
                         citiz_http_guard_input,
                         G_TYPE_FILTER_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                citiz_http_guard_input_pollable_init))
G_DEFINE_TYPE (CitizHttpGuard, citiz_http_guard, G_TYPE_IO_STREAM)

static const gchar *
reason_phrase (guint status)
{
  static const struct
  {
    guint status;
    const gchar *phrase;
  } phrases[] = {
      {411, "Length Required"},     {413, "Content Too Large"},
      {421, "Misdirected Request"}, {431, "Request Header Fields Too Large"},
      {501, "Not Implemented"},     {505, "HTTP Version Not Supported"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (phrases); i++)
    if (phrases[i].status == status)
      return phrases[i].phrase;
  return "Bad Request";
}

/* libsoup 3.2 does not let go of a connection that ends between two requests: a last request, whose answer nobody gets, makes it. */
static gssize
say_farewell (CitizHttpGuardInput *self, void *buffer, gsize room)
{
  static const char farewell[] = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const gboolean between = self->served && self->lint.status == 0 && !self->lint.through
                           && self->lint.in_body == 0 && self->lint.head_n == 0;

  const gboolean again = self->gone;

  self->gone = TRUE;
  if (again || !between || room < sizeof farewell - 1)
    return 0;
  memcpy (buffer, farewell, sizeof farewell - 1);
  return sizeof farewell - 1;
}

static gssize
pass (CitizHttpGuardInput *self, void *buffer, gsize room, gssize n)
{
  gboolean was_fine = self->lint.status == 0;
  g_autofree gchar *answer = NULL;

  if (n == 0)
    return say_farewell (self, buffer, room);
  if (n < 0)
    return n;
  self->served = TRUE;
  if (citiz_http_lint_feed (&self->lint, buffer, n))
    return n;
  if (was_fine)
    {
      answer = g_strdup_printf ("HTTP/1.1 %u %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                                self->lint.status, reason_phrase (self->lint.status));
      if (send (g_socket_get_fd (self->socket), answer, strlen (answer),
                MSG_NOSIGNAL | MSG_DONTWAIT)
          < 0)
        g_debug ("the refusal could not be written");
      shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
    }
  return 0;
}

static gssize
guard_read (GInputStream *stream, void *buffer, gsize n, GCancellable *cancellable, GError **error)
{
  GInputStream *base = G_FILTER_INPUT_STREAM (stream)->base_stream;

  return pass (CITIZ_HTTP_GUARD_INPUT (stream), buffer, n,
               g_input_stream_read (base, buffer, n, cancellable, error));
}

static gssize
guard_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize n, GError **error)
{
  GInputStream *base = G_FILTER_INPUT_STREAM (stream)->base_stream;
  g_autoptr (GError) why = NULL;
  gssize got = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (base), buffer, n,
                                                         NULL, &why);

  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return got;
    }
  return pass (CITIZ_HTTP_GUARD_INPUT (stream), buffer, n,
               MAX (got, 0)); /* broken is an end, too */
}

static gboolean
guard_can_poll (GPollableInputStream *stream)
{
  return TRUE;
}

static gboolean
guard_is_readable (GPollableInputStream *stream)
{
  return g_pollable_input_stream_is_readable (
      G_POLLABLE_INPUT_STREAM (G_FILTER_INPUT_STREAM (stream)->base_stream));
}

static GSource *
guard_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) base
      = g_socket_create_source (CITIZ_HTTP_GUARD_INPUT (stream)->socket, G_IO_IN, NULL);

  return g_pollable_source_new_full (stream, base, cancellable);
}

static void
citiz_http_guard_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->can_poll = guard_can_poll;
  iface->is_readable = guard_is_readable;
  iface->create_source = guard_create_source;
  iface->read_nonblocking = guard_read_nonblocking;
}

static void
citiz_http_guard_input_class_init (CitizHttpGuardInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = guard_read;
}

static void
citiz_http_guard_input_init (CitizHttpGuardInput *self)
{
}

static GInputStream *
guard_get_input (GIOStream *stream)
{
  return G_INPUT_STREAM (CITIZ_HTTP_GUARD (stream)->input);
}

static GOutputStream *
guard_get_output (GIOStream *stream)
{
  return g_io_stream_get_output_stream (G_IO_STREAM (CITIZ_HTTP_GUARD (stream)->connection));
}

static gboolean
guard_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return g_io_stream_close (G_IO_STREAM (CITIZ_HTTP_GUARD (stream)->connection), cancellable,
                            error);
}

static void
guard_finalize (GObject *object)
{
  CitizHttpGuard *self = CITIZ_HTTP_GUARD (object);

  g_clear_object (&self->input);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (citiz_http_guard_parent_class)->finalize (object);
}

static void
citiz_http_guard_class_init (CitizHttpGuardClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = guard_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = guard_get_input;
  G_IO_STREAM_CLASS (klass)->get_output_stream = guard_get_output;
  G_IO_STREAM_CLASS (klass)->close_fn = guard_close;
}

static void
citiz_http_guard_init (CitizHttpGuard *self)
{
}

GIOStream *
citiz_http_guard_new (GSocketConnection *connection, const CitizHttpLintRules *rules)
{
  CitizHttpGuard *self = g_object_new (CITIZ_TYPE_HTTP_GUARD, NULL);

  self->connection = g_object_ref (connection);
  self->input = g_object_new (CITIZ_TYPE_HTTP_GUARD_INPUT, "base-stream",
                              g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                              "close-base-stream", FALSE, NULL);
  self->input->socket = g_socket_connection_get_socket (connection);
  citiz_http_lint_init (&self->input->lint, rules);
  return G_IO_STREAM (self);
}

void
citiz_http_guard_cut (CitizHttpGuard *self)
{
  shutdown (citiz_http_guard_get_fd (self), SHUT_RDWR);
}

int
citiz_http_guard_get_fd (CitizHttpGuard *self)
{
  return g_socket_get_fd (g_socket_connection_get_socket (self->connection));
}

gboolean
citiz_http_guard_is_gone (CitizHttpGuard *self)
{
  return self->input->gone;
}

gboolean
citiz_http_guard_is_through (CitizHttpGuard *self)
{
  return self->input->lint.through;
}
