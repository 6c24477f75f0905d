/* A process killed while it writes: acknowledged ⊆ recovered ⊆ attempted. Two processes at once. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "fault-vault.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_KILLS      200
#define MAX_DELAY_US 12000
#define GROUP        3 /* every fourth action writes this many objects at once */

static const gchar *program;

/* One action is one object, or GROUP of them in one transaction. */
static guint32
size_of_action (guint32 next)
{
  return next % 4 == 3 ? GROUP : 1;
}

static gboolean
act (CitizVault *vault, guint32 next)
{
  if (!citiz_vault_begin (vault, NULL))
    return FALSE;
  for (guint32 i = 0; i < size_of_action (next); i++)
    {
      g_autoptr (GBytes) bytes = bytes_number (next + i);
      CitizId id = id_number (next + i);
      if (!citiz_vault_put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, bytes, NULL))
        {
          citiz_vault_rollback (vault);
          return FALSE;
        }
    }
  return citiz_vault_commit (vault, NULL);
}

/* The child: opens, says so, then writes and says each number once it is on the disk. */
static int
child (const gchar *dir, guint32 next)
{
  g_autoptr (CitizSecret) passphrase = first_passphrase ();
  g_autoptr (CitizVault) vault = citiz_vault_open (dir, citiz_env_system (), passphrase, NULL);
  guint32 told = G_MAXUINT32;

  if (vault == NULL || write (STDOUT_FILENO, &told, sizeof told) != sizeof told)
    return 1;
  while (act (vault, next))
    {
      next += size_of_action (next);
      if (write (STDOUT_FILENO, &next, sizeof next) != sizeof next)
        return 1;
    }
  return 1;
}

static GPid
start (const gchar *dir, guint32 next, int *out_fd)
{
  g_autofree gchar *number = g_strdup_printf ("%u", next);
  const gchar *argv[] = {program, "--child", dir, number, NULL};
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async_with_pipes (NULL, (gchar **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                            &pid, NULL, out_fd, NULL, &error);
  g_assert_no_error (error);
  return pid;
}

static gboolean
read_number (int fd, guint32 *out)
{
  gssize n;

  do
    n = read (fd, out, sizeof *out);
  while (n < 0 && errno == EINTR);
  return n == sizeof *out;
}

static void
end (GPid pid)
{
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  g_spawn_close_pid (pid);
}

static gboolean
collect_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  guint32 *next = data, n;

  memcpy (&n, id->b, sizeof n);
  g_assert_cmpuint (n, ==, *next); /* no gap: what came later stands on what came before */
  g_assert_true (is_bytes_number (plain, n));
  (*next)++;
  return TRUE;
}

/* How many objects are there, all of them sound. */
static guint32
recover (const gchar *dir)
{
  g_autoptr (CitizSecret) passphrase = first_passphrase ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizVault) vault = citiz_vault_open (dir, citiz_env_system (), passphrase, &error);
  guint32 next = 0;

  g_assert_no_error (error);
  g_assert_true (
      citiz_vault_foreach (vault, CITIZ_CLASS_RESOURCE, collect_cb, &next, NULL, &error));
  return next;
}

static void
make_vault (const gchar *dir)
{
  g_autoptr (CitizSecret) passphrase = first_passphrase ();
  g_autoptr (GError) error = NULL;

  citiz_vault_close (
      citiz_vault_create (dir, citiz_env_system (), passphrase, NULL, cheap_cost, &error));
  g_assert_no_error (error);
}

static void
test_killed (void)
{
  g_autofree gchar *dir = new_folder ();
  guint32 next = 0;
  gint64 begin = g_get_monotonic_time ();

  make_vault (dir);
  for (guint round = 0; round < N_KILLS; round++)
    {
      guint32 told, acknowledged = next, recovered;
      int fd;
      GPid pid = start (dir, next, &fd);
      if (round % 10 != 0) /* in one round of ten it dies while it opens */
        g_assert_true (read_number (fd, &told));
      g_usleep ((gulong) g_test_rand_int_range (0, MAX_DELAY_US));
      end (pid);
      while (read_number (fd, &told))
        if (told != G_MAXUINT32)
          acknowledged = told;
      close (fd);
      recovered = recover (dir);
      g_assert_cmpuint (recovered, >=, acknowledged);
      g_assert_true (recovered == acknowledged
                     || recovered == acknowledged + size_of_action (acknowledged));
      next = recovered;
      if (next > 2000) /* a fresh one, so that reading it all stays quick */
        {
          remove_files (dir);
          make_vault (dir);
          next = 0;
        }
    }
  g_test_message ("%d kills in %.1f s", N_KILLS, (gdouble) (g_get_monotonic_time () - begin) / 1e6);
  remove_files (dir);
}

static void
test_two_processes (void)
{
  g_autofree gchar *dir = new_folder ();
  g_autoptr (CitizSecret) passphrase = first_passphrase ();
  g_autoptr (GError) error = NULL;
  guint32 told;
  int fd;
  GPid pid;

  make_vault (dir);
  pid = start (dir, 0, &fd);
  g_assert_true (read_number (fd, &told));
  g_assert_null (citiz_vault_open (dir, citiz_env_system (), passphrase, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_BUSY);
  g_clear_error (&error);
  end (pid); /* the lock dies with its process */
  close (fd);
  recover (dir);
  remove_files (dir);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--child"))
    return child (argv[2], (guint32) g_ascii_strtoull (argv[3], NULL, 10));
  g_test_init (&argc, &argv, NULL);
  program = argv[0];
  g_test_add_func ("/killed/acknowledged-is-kept", test_killed);
  g_test_add_func ("/killed/two-processes", test_two_processes);
  return g_test_run ();
}
