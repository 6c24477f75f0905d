/* Many requests at once, one after the other on each connection: http-load get SECONDS CONNECTIONS PORT PATH[,PATH…] [HOST] asks for these things in turn all the time and prints how often it
 * got one a second; http-load post CONNECTIONS PORT… hands over each of what it reads (u32 length and bytes) to /v1/tx of one of the ports, again when it is told
 * to come later, and prints the seconds until the last was taken; with CONNECTIONSxMANY so many at once, to /v1/txs.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX (1u << 20)
#define LATER_US   20000

typedef struct
{
  int fd;
  GString *request;
  GByteArray *answer;
  gint64 again; /* µs: when to send the same once more; 0: not */
  gboolean asked;
} Line;

typedef struct
{
  gboolean post;
  gint64 end; /* of get: µs */
  gchar **paths;
  const gchar *host;
  guint place; /* in @paths */
  GByteArray *input;
  gsize at;   /* of post: in @input */
  guint many; /* at once */
  guint64 done, refused, later;
} Load;

static int
reach (guint port)
{
  const struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons ((guint16) port),
                                      .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  const int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

  if (fd < 0 || connect (fd, (const struct sockaddr *) &address, sizeof address) < 0)
    g_error ("port %u: %s", port, g_strerror (errno));
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static gboolean
next_get (Load *load, Line *line)
{
  g_string_printf (line->request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", load->paths[load->place],
                   load->host);
  load->place = load->paths[load->place + 1] != NULL ? load->place + 1 : 0;
  return g_get_monotonic_time () < load->end;
}

/* Behind the next transaction, its length before it; 0: there is none. */
static gsize
end_of_next (const Load *load, gsize at)
{
  guint32 n;

  if (at + sizeof n > load->input->len)
    return 0;
  memcpy (&n, load->input->data + at, sizeof n);
  n = GUINT32_FROM_BE (n);
  if (at + sizeof n + n > load->input->len)
    g_error ("the input is cut");
  return at + sizeof n + n;
}

/* FALSE: there is nothing more to ask. */
static gboolean
next_request (Load *load, Line *line)
{
  const gsize lengths = load->many == 1 ? sizeof (guint32) : 0; /* one alone goes without */
  gsize end = load->at, next;

  if (!load->post)
    return next_get (load, line);
  for (guint i = 0; i < load->many && (next = end_of_next (load, end)) > 0; i++)
    end = next;
  if (end == load->at)
    return FALSE;
  g_string_printf (line->request,
                   "POST /v1/%s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                   "Content-Type: application/octet-stream\r\nContent-Length: %" G_GSIZE_FORMAT
                   "\r\n\r\n",
                   load->many == 1 ? "tx" : "txs", end - load->at - lengths);
  g_string_append_len (line->request, (const gchar *) load->input->data + load->at + lengths,
                       (gssize) (end - load->at - lengths));
  load->at = end;
  return TRUE;
}

static void
say (Line *line)
{
  const gchar *bytes = line->request->str;
  gsize n = line->request->len;

  while (n > 0)
    {
      const gssize sent = send (line->fd, bytes, n, MSG_NOSIGNAL);

      if (sent <= 0)
        g_error ("a connection ended: %s", g_strerror (errno));
      bytes += sent;
      n -= (gsize) sent;
    }
  line->again = 0;
  line->asked = TRUE;
}

/* Of several: to come later with all of them, refused, or taken. */
static gsize
worst_result (const gchar *body, gssize n)
{
  if (g_strstr_len (body, n, "\"status\":429") || g_strstr_len (body, n, "\"status\":503"))
    return 429;
  return g_strstr_len (body, n, "\"error\"") ? 422 : 200;
}

/* The status of the whole answer that is here; 0: there is more to come. */
static guint
take_answer (Line *line)
{
  const gchar *text = (const gchar *) line->answer->data;
  const gchar *gap
      = text != NULL ? g_strstr_len (text, (gssize) line->answer->len, "\r\n\r\n") : NULL;
  gsize n = 0;

  if (gap == NULL)
    return 0;
  for (const gchar *at = text; at < gap; at = strstr (at, "\r\n") + 2)
    if (strncasecmp (at, "Content-Length:", strlen ("Content-Length:")) == 0)
      n = g_ascii_strtoull (at + strlen ("Content-Length:"), NULL, 10);
  if (line->answer->len < (gsize) (gap - text) + 4 + n)
    return 0;
  n = g_ascii_strtoull (text + strlen ("HTTP/1.1 "), NULL, 10);
  if (n == 200 && g_strstr_len (gap, (gssize) line->answer->len - (gap - text), "\"results\""))
    n = worst_result (gap, (gssize) line->answer->len - (gap - text));
  g_byte_array_set_size (line->answer, 0);
  return (guint) n;
}

static void
answered (Load *load, Line *line, guint status)
{
  line->asked = FALSE;
  if (load->post && (status == 429 || status == 503))
    {
      load->later++;
      line->again = g_get_monotonic_time () + LATER_US;
      return;
    }
  load->done++;
  load->refused += status != 200 && status != 202;
  if (next_request (load, line))
    say (line);
}

static void
hear (Load *load, Line *line)
{
  const guint had = line->answer->len;
  gssize n;
  guint status;

  g_byte_array_set_size (line->answer, had + 65536);
  n = recv (line->fd, line->answer->data + had, 65536, MSG_DONTWAIT);
  if (n <= 0 || had > ANSWER_MAX)
    g_error ("a connection ended in the middle of an answer");
  g_byte_array_set_size (line->answer, had + (guint) n);
  status = take_answer (line);
  if (status != 0)
    answered (load, line, status);
}

/* Whether anything is asked or waits; says what has waited long enough. */
static gboolean
look_at (Line *lines, guint n)
{
  const gint64 now = g_get_monotonic_time ();
  gboolean busy = FALSE;

  for (guint i = 0; i < n; i++)
    {
      if (lines[i].again != 0 && lines[i].again <= now)
        say (&lines[i]);
      busy |= lines[i].asked || lines[i].again != 0;
    }
  return busy;
}

static void
run (Load *load, Line *lines, guint n)
{
  const int epoll = epoll_create1 (EPOLL_CLOEXEC);
  struct epoll_event events[64];

  for (guint i = 0; i < n; i++)
    {
      struct epoll_event event = {.events = EPOLLIN, .data.ptr = &lines[i]};

      epoll_ctl (epoll, EPOLL_CTL_ADD, lines[i].fd, &event);
      if (next_request (load, &lines[i]))
        say (&lines[i]);
    }
  while (look_at (lines, n))
    {
      const int got = epoll_wait (epoll, events, G_N_ELEMENTS (events), LATER_US / 1000);

      for (int i = 0; i < got; i++)
        hear (load, events[i].data.ptr);
    }
  close (epoll);
}

static void
read_input (GByteArray *out)
{
  guint8 bytes[65536];
  gsize n;

  while ((n = fread (bytes, 1, sizeof bytes, stdin)) > 0)
    g_byte_array_append (out, bytes, (guint) n);
}

int
main (int argc, char **argv)
{
  Load load = {.post = argc > 3 && g_str_equal (argv[1], "post"), .input = g_byte_array_new ()};
  const int first = load.post ? 3 : 4;
  gchar *times;
  guint n;
  Line *lines;
  gint64 began;
  gdouble seconds;

  if (argc <= first || (!load.post && argc < 6))
    return 2;
  n = (guint) g_ascii_strtoull (argv[first - 1], &times, 10);
  load.many = *times == 'x' ? (guint) g_ascii_strtoull (times + 1, NULL, 10) : 1;
  lines = g_new0 (Line, n);
  for (guint i = 0; i < n; i++)
    {
      const gchar *port = argv[load.post ? first + (int) i % (argc - first) : first];

      lines[i] = (Line){.fd = reach ((guint) g_ascii_strtoull (port, NULL, 10)),
                        .request = g_string_new (NULL),
                        .answer = g_byte_array_new ()};
    }
  if (load.post)
    read_input (load.input);
  began = g_get_monotonic_time ();
  if (!load.post)
    {
      load.end = began + (gint64) (g_ascii_strtod (argv[2], NULL) * G_USEC_PER_SEC);
      load.paths = g_strsplit (argv[5], ",", -1);
      load.host = argc > 6 ? argv[6] : "127.0.0.1";
    }
  run (&load, lines, n);
  seconds = (gdouble) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  printf ("{\"done\": %" G_GUINT64_FORMAT ", \"refused\": %" G_GUINT64_FORMAT
          ", \"later\": %" G_GUINT64_FORMAT ", \"seconds\": %.6f}\n",
          load.done, load.refused, load.later, seconds);
  return load.refused > 0;
}
