/* A network with distance in it: delay-relay MS PORT… prints one port of the loopback for each PORT; what comes in there reaches PORT that many milliseconds later,
 * and the same on the way back. Throughput is not limited. PORT 0 answers each byte with itself. Ends with its standard input.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK (64u * 1024)

typedef struct
{
  gint64 due; /* µs */
  gsize n;    /* 0: the end */
  guint8 bytes[];
} Chunk;

/* One direction of a connection. */
typedef struct
{
  int from, to;
  GAsyncQueue *chunks;
  gint *open; /* directions that are; the last one closes both ends */
} Pipe;

static gint64 delay; /* µs */

static int
tcp_socket (void)
{
  const int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

  if (fd < 0 || setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
    g_error ("no socket: %s", g_strerror (errno));
  return fd;
}

static struct sockaddr_in
loopback (guint port)
{
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons ((guint16) port),
                              .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
}

static gpointer
read_thread (gpointer data)
{
  Pipe *pipe = data;
  Chunk *chunk;
  gboolean more = TRUE;

  while (more)
    {
      gssize n;

      chunk = g_malloc (sizeof *chunk + CHUNK);
      n = recv (pipe->from, chunk->bytes, CHUNK, 0);
      more = n > 0;
      chunk->n = more ? (gsize) n : 0;
      chunk->due = g_get_monotonic_time () + delay;
      g_async_queue_push (pipe->chunks, g_realloc (chunk, sizeof *chunk + chunk->n));
    }
  return NULL;
}

static void
wait_until (gint64 due)
{
  const struct timespec when = {due / G_USEC_PER_SEC, due % G_USEC_PER_SEC * 1000};

  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == EINTR)
    ;
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize n)
{
  while (n > 0)
    {
      const gssize sent = send (fd, bytes, n, MSG_NOSIGNAL);

      if (sent <= 0)
        return FALSE;
      bytes += sent;
      n -= (gsize) sent;
    }
  return TRUE;
}

static gpointer
write_thread (gpointer data)
{
  Pipe *pipe = data;
  GThread *reader = g_thread_new ("read", read_thread, pipe);
  gboolean more = TRUE;

  while (more)
    {
      g_autofree Chunk *chunk = g_async_queue_pop (pipe->chunks);

      wait_until (chunk->due);
      more = chunk->n > 0 && write_all (pipe->to, chunk->bytes, chunk->n);
    }
  shutdown (pipe->to, SHUT_WR);
  shutdown (pipe->from, SHUT_RD);
  g_thread_join (reader);
  g_async_queue_unref (pipe->chunks);
  if (g_atomic_int_dec_and_test (pipe->open))
    {
      close (pipe->from);
      close (pipe->to);
      g_free (pipe->open);
    }
  g_free (pipe);
  return NULL;
}

static void
pipe_start (int from, int to, gint *open)
{
  Pipe *pipe = g_new (Pipe, 1);

  *pipe = (Pipe){from, to, g_async_queue_new_full (g_free), open};
  g_thread_unref (g_thread_new ("write", write_thread, pipe));
}

/* The far end of @port; of an echo, a pair of sockets whose other end sends back what it gets. */
static int
reach (guint port)
{
  const struct sockaddr_in address = loopback (port);
  const int fd = tcp_socket ();

  if (connect (fd, (const struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static gpointer
echo_thread (gpointer data)
{
  const int fd = GPOINTER_TO_INT (data);
  guint8 bytes[512];
  gssize n;

  while ((n = recv (fd, bytes, sizeof bytes, 0)) > 0 && write_all (fd, bytes, (gsize) n))
    ;
  close (fd);
  return NULL;
}

static int
echo (void)
{
  int ends[2];

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, ends) < 0)
    return -1;
  g_thread_unref (g_thread_new ("echo", echo_thread, GINT_TO_POINTER (ends[1])));
  return ends[0];
}

typedef struct
{
  int listener;
  guint port;
} Way;

static gpointer
accept_thread (gpointer data)
{
  const Way *way = data;

  while (TRUE)
    {
      const int near = accept (way->listener, NULL, NULL), on = 1;
      const int far = near < 0 ? -1 : way->port > 0 ? reach (way->port) : echo ();
      gint *open;

      if (far < 0)
        {
          close (near);
          continue;
        }
      setsockopt (near, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      open = g_new (gint, 1);
      *open = 2;
      pipe_start (near, far, open);
      pipe_start (far, near, open);
    }
  return NULL;
}

static void
open_way (guint port)
{
  struct sockaddr_in address = loopback (0);
  socklen_t n = sizeof address;
  Way *way = g_new (Way, 1);

  *way = (Way){tcp_socket (), port};
  if (bind (way->listener, (struct sockaddr *) &address, sizeof address) < 0
      || listen (way->listener, 64) < 0
      || getsockname (way->listener, (struct sockaddr *) &address, &n) < 0)
    g_error ("cannot listen: %s", g_strerror (errno));
  printf ("%u\n", ntohs (address.sin_port));
  g_thread_unref (g_thread_new ("accept", accept_thread, way));
}

int
main (int argc, char **argv)
{
  if (argc < 3)
    return 2;
  prctl (PR_SET_TIMERSLACK, 1000UL); /* of this thread and those it starts: ns */
  delay = (gint64) (g_ascii_strtod (argv[1], NULL) * 1000);
  for (int i = 2; i < argc; i++)
    open_way ((guint) g_ascii_strtoull (argv[i], NULL, 10));
  fflush (stdout);
  while (getchar () != EOF)
    ;
  return 0;
}
