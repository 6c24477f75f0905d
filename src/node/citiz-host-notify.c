/* What systemd wants to know and hands over: sd_notify(3), sd_listen_fds(3). SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_HANDED 3

/* "READY=1", "STOPPING=1", … Nothing happens without systemd. */
void
citiz_host_notify (const gchar *state)
{
  const gchar *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t n;
  int fd;

  if (path == NULL || (path[0] != '/' && path[0] != '@')
      || strlen (path) >= sizeof address.sun_path)
    return;
  memcpy (address.sun_path, path, strlen (path));
  if (path[0] == '@')
    address.sun_path[0] = '\0';
  n = (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + strlen (path));
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;
  if (sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &address, n) < 0)
    g_debug ("notify: %s", g_strerror (errno));
  close (fd);
}

/* Returns: microseconds within which a sign of life is wanted, 0 when none is */
gint64
citiz_host_watchdog (void)
{
  const gchar *text = g_getenv ("WATCHDOG_USEC");
  guint64 wanted = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &wanted, NULL))
    return 0;
  return (gint64) wanted;
}

/**
 * citiz_host_handed_socket:
 *
 * Returns: (transfer full) (nullable): the listening socket of the unit's .socket; %NULL without an error when there is none
 */
GSocket *
citiz_host_handed_socket (GError **error)
{
  const gchar *pid = g_getenv ("LISTEN_PID"), *fds = g_getenv ("LISTEN_FDS");
  guint64 number, count;

  if (pid == NULL || fds == NULL
      || !g_ascii_string_to_unsigned (pid, 10, 1, G_MAXINT, &number, NULL)
      || (pid_t) number != getpid ()
      || !g_ascii_string_to_unsigned (fds, 10, 1, 1024, &count, NULL))
    return NULL;
  (void) fcntl (FIRST_HANDED, F_SETFD, FD_CLOEXEC);
  return g_socket_new_from_fd (FIRST_HANDED, error);
}
