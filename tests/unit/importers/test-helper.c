/* The conversation and the cell: frames that do not decode, a helper that says what the library says, walls that hold.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "conversation.h"

#include "importers/citiz-ahead.h"
#include "importers/citiz-sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Every shorter conversation and every changed byte is either refused or a smaller conversation, never a crash. */
static void
test_strict_frames (void)
{
  g_autoptr (Heard) heard = heard_from_file ("apple/malformed/ios16_broken_dtd.xml");
  GByteArray *whole = heard->frames;

  for (guint n = 0; n < whole->len; n++)
    {
      GByteArray *part = g_byte_array_append (g_byte_array_new (), whole->data, n);
      g_autoptr (Heard) cut = heard_from_frames (part);
      g_assert_false (cut->done);
    }
  for (guint i = 0; i < whole->len; i++)
    {
      GByteArray *changed = g_byte_array_append (g_byte_array_new (), whole->data, whole->len);
      changed->data[i] ^= 0x80;
      g_autoptr (Heard) odd = heard_from_frames (changed);
      if (!odd->done && odd->error != NULL)
        g_assert_error (odd->error, CITIZ_FRAME_ERROR, CITIZ_FRAME_ERROR_BROKEN);
    }
  GByteArray *longer = g_byte_array_append (g_byte_array_new (), whole->data, whole->len);
  g_byte_array_append (longer, (const guint8 *) "x", 1);
  g_autoptr (Heard) more = heard_from_frames (longer);
  g_assert_false (more->done);
}

typedef struct
{
  guint calls, last;
  gssize end;
} Source;

/* Blocks of all sizes, then the end. */
static gssize
source_cb (gpointer data, guint8 *buffer, gsize n)
{
  Source *source = data;
  gsize part = MIN (n, 1 + source->calls * 7919 % n);

  if (source->calls == source->last)
    return source->end;
  memset (buffer, (gint) (source->calls++ % 251), part);
  return (gssize) part;
}

/* What is read ahead is what would be read, to its end, when it breaks, and when nobody wants the rest. */
static void
test_ahead (void)
{
  static guint8 one[300000], other[300000];
  g_autoptr (CitizAhead) ahead = citiz_ahead_new ();
  Source left; /* the thread's until the next start stops it */

  for (guint round = 0; round < 20; round++)
    {
      Source source = {0, round * 3, round % 2 == 0 ? 0 : -1}, alone = source;
      g_autoptr (GByteArray) got = g_byte_array_new (), expected = g_byte_array_new ();
      gssize n;
      while ((n = source_cb (&alone, one, 256 * 1024)) > 0)
        g_byte_array_append (expected, one, (guint) n);
      citiz_ahead_start (ahead, source_cb, &source);
      while ((n = citiz_ahead_read (ahead, other, 1000 + round * 10000)) > 0)
        g_byte_array_append (got, other, (guint) n);
      g_assert_cmpint (n, ==, source.end);
      g_assert_cmpint (citiz_ahead_read (ahead, other, 10), ==, source.end);
      citiz_ahead_stop (ahead);
      g_assert_cmpmem (got->data, got->len, expected->data, expected->len);
      left = (Source){0, round * 3, 0};
      citiz_ahead_start (ahead, source_cb, &left);
      if (round % 3 > 0)
        citiz_ahead_stop (ahead);
    }
}

static GSubprocess *
start_helper (const gchar *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree gchar *path = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), file, NULL);
  g_subprocess_launcher_take_stdin_fd (launcher, open (path, O_RDONLY | O_CLOEXEC));
  GSubprocess *process = g_subprocess_launcher_spawn (launcher, &error, CITIZ_IMPORT_PATH, NULL);
  g_assert_no_error (error);
  return process;
}

static void
test_same_as_library (void)
{
  static const gchar *const files[]
      = {"apple/sample_30d.xml", "ips/CA_Bundle_FullsomeScenario1.json", "apple/LICENCE"};
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) process = start_helper (files[i]);
      g_autoptr (GBytes) said = NULL;
      g_subprocess_communicate (process, NULL, NULL, &said, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_subprocess_get_successful (process));
      g_autoptr (Heard) heard = heard_from_file (files[i]);
      g_assert_cmpmem (g_bytes_get_data (said, NULL), g_bytes_get_size (said), heard->frames->data,
                       heard->frames->len);
    }
}

#ifndef __SANITIZE_ADDRESS__ /* whose own calls would need holes in the walls */
/* What a taken-over parser might try. Each runs in a child that has entered the cell; the exit says how it went. */
static void
try_socket (void)
{
  socket (AF_INET, SOCK_STREAM, 0);
}
static void
try_exec (void)
{
  execl ("/bin/true", "true", NULL);
}
static void
try_fork (void)
{
  if (fork () == 0)
    _exit (0);
}
static void
try_open (void)
{
  _exit (open ("/etc/passwd", O_RDONLY) < 0 && errno == EPERM ? 42 : 1);
}
static void
try_run_memory (void)
{
  mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void
try_kill (void)
{
  kill (getppid (), 0);
}
static void
try_honest (void)
{
  g_autofree gchar *p = g_malloc0 (50 << 20);
  _exit (p[1 << 20] == 0 ? 42 : 1);
}

static void
test_walls (void)
{
  const struct
  {
    void (*act) (void);
    int exit_status; /* 0: killed */
  } cases[] = {{try_socket, 0},     {try_exec, 0}, {try_fork, 0},   {try_open, 42},
               {try_run_memory, 0}, {try_kill, 0}, {try_honest, 42}};
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      pid_t child = fork ();
      if (child == 0)
        {
          if (!citiz_sandbox_enter ())
            _exit (77);
          cases[i].act ();
          _exit (1);
        }
      int status;
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      if (cases[i].exit_status == 0)
        g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGSYS);
      else
        g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == cases[i].exit_status);
    }
}

#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/ahead", test_ahead);
  g_test_add_func ("/importers/helper/strict-frames", test_strict_frames);
  g_test_add_func ("/importers/helper/same-as-library", test_same_as_library);
#ifndef __SANITIZE_ADDRESS__
  g_test_add_func ("/importers/helper/walls", test_walls);
#endif
  return g_test_run ();
}
