/* A real disk of 16 megabytes that fills up with an import that does not end, then one that cannot be written; where the system allows a mount. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "fault-vault.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_ALLOWED 77
#define RESERVE     (8 << 20)

static const gchar *program;

/* In a mount namespace of its own: nothing of it is seen outside, and it goes with the process. */
static void
mount_small_disk (const gchar *dir)
{
  if (unshare (CLONE_NEWNS | (geteuid () == 0 ? 0 : CLONE_NEWUSER)) != 0
      || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("tmpfs", dir, "tmpfs", 0, "size=16m,mode=700") != 0)
    exit (NOT_ALLOWED);
}

static gboolean
count_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  (*(guint32 *) data)++;
  return TRUE;
}

static guint32
count (CitizVault *vault)
{
  guint32 n = 0;
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_vault_foreach (vault, CITIZ_CLASS_RESOURCE, count_cb, &n, NULL, &error));
  return n;
}

/* Until the disk is full. Returns: how many objects @batch has then */
static guint32
fill (CitizVault *vault, guint32 batch)
{
  g_autofree guint8 *room = g_malloc0 (10000);
  g_autoptr (GBytes) bytes = g_bytes_new_static (room, 10000);
  g_autoptr (GError) error = NULL;

  for (guint32 n = 0; n < 4000; n++)
    {
      CitizId id = id_number (n);
      if (citiz_vault_put (vault, CITIZ_CLASS_RESOURCE, &id, 1, batch, bytes, &error))
        continue;
      g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_FULL);
      return n;
    }
  g_assert_not_reached ();
}

static void
live_on_small_disk (const gchar *dir)
{
  g_autofree gchar *home = g_build_filename (dir, "vault", NULL);
  g_autofree gchar *reserve = g_build_filename (dir, "reserve", NULL);
  g_autofree gchar *room = g_malloc0 (RESERVE);
  g_autoptr (CitizSecret) passphrase = first_passphrase ();
  g_autoptr (GError) error = NULL;
  CitizVault *vault;
  guint32 kept;

  mount_small_disk (dir);
  vault = citiz_vault_create (home, citiz_env_system (), passphrase, NULL, cheap_cost, &error);
  g_assert_no_error (error);

  /* As much as is kept free when an import writes: it is let in no further, */
  g_assert_true (citiz_db_ensure_space (citiz_vault_get_db (vault), 1, &error));
  g_assert_true (g_file_set_contents (reserve, room, RESERVE, &error));
  g_assert_false (citiz_db_ensure_space (citiz_vault_get_db (vault), 1, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_FULL);
  g_clear_error (&error);

  /* and with that room what came of it can be taken out, a few objects at a time. */
  g_assert_cmpuint (fill (vault, 7), >, 5);
  g_assert_cmpint (g_unlink (reserve), ==, 0);
  g_assert_true (citiz_vault_shed_batch (vault, 7, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (vault), ==, 0);

  kept = fill (vault, 0);
  g_assert_cmpuint (kept, >, 5);
  g_assert_cmpuint (count (vault), ==, kept);
  citiz_vault_close (vault);

  vault = citiz_vault_open (home, citiz_env_system (), passphrase, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (vault), ==, kept);
  citiz_vault_close (vault);

  g_assert_cmpint (mount ("none", dir, NULL, MS_REMOUNT | MS_RDONLY, "size=16m"), ==, 0);
  g_assert_null (citiz_vault_open (home, citiz_env_system (), passphrase, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_READ_ONLY);
  exit (0);
}

static void
test_full_disk (void)
{
  g_autofree gchar *dir = new_folder ();
  const gchar *argv[] = {program, "--child", dir, NULL};
  g_autoptr (GError) error = NULL;
  gint status;

  g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  if (WIFEXITED (status) && WEXITSTATUS (status) == NOT_ALLOWED)
    g_test_skip ("no mount allowed here");
  else
    g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  remove_files (dir);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--child"))
    live_on_small_disk (argv[2]);
  g_test_init (&argc, &argv, NULL);
  program = argv[0];
  g_test_add_func ("/full-disk", test_full_disk);
  return g_test_run ();
}
