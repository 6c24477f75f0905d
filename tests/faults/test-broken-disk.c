/* The n-th operation of the disk fails, for every n: afterwards the vault is as before or as after, never between. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "fault-vault.h"
#include "faulty-vfs.h"

#include <string.h>

#define MAX_OPERATIONS 2000

/* What the scenario was told is done. */
typedef enum
{
  STEP_OPENED = 1 << 0,
  STEP_SINGLE = 1 << 1,     /* object 10 */
  STEP_TOGETHER = 1 << 2,   /* objects 11 and 12, setting "s" = 2, object 1 erased */
  STEP_PASSPHRASE = 1 << 3, /* the second one */
  STEP_LARGE = 1 << 4       /* object 13 of many pages */
} Steps;

static void
build (const gchar *dir)
{
  g_autoptr (CitizSecret) passphrase = first_passphrase (), words = citiz_secret_new_random (32);
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizVault) vault
      = citiz_vault_create (dir, citiz_env_system (), passphrase, words, cheap_cost, &error);
  g_autoptr (GBytes) one = g_bytes_new_static ("1", 1);

  g_assert_no_error (error);
  g_assert_true (citiz_vault_set_setting (vault, "s", one, &error));
  for (guint32 n = 0; n < 5; n++)
    {
      g_autoptr (GBytes) bytes = bytes_number (n);
      CitizId id = id_number (n);
      g_assert_true (citiz_vault_put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, bytes, &error));
    }
}

static gboolean
put (CitizVault *vault, guint32 n)
{
  g_autoptr (GBytes) bytes = bytes_number (n);
  CitizId id = id_number (n);

  return citiz_vault_put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, bytes, NULL);
}

static gboolean
do_together (CitizVault *vault)
{
  g_autoptr (GBytes) two = g_bytes_new_static ("2", 1);
  CitizId first = id_number (1);

  if (!citiz_vault_begin (vault, NULL))
    return FALSE;
  if (!put (vault, 11) || !citiz_vault_set_setting (vault, "s", two, NULL)
      || !citiz_vault_delete (vault, CITIZ_CLASS_RESOURCE, &first, NULL) || !put (vault, 12))
    {
      citiz_vault_rollback (vault);
      return FALSE;
    }
  return citiz_vault_commit (vault, NULL);
}

static gboolean
put_large (CitizVault *vault)
{
  g_autofree guint8 *room = g_malloc0 (300000);
  g_autoptr (GBytes) large = g_bytes_new_static (room, 300000);
  CitizId id = id_number (13);

  return citiz_vault_put (vault, CITIZ_CLASS_BLOB, &id, 1, 0, large, NULL);
}

/* Goes on after each refusal, as an app would: one failed action must not spoil the next. */
static Steps
scenario (const gchar *dir)
{
  g_autoptr (CitizSecret) first = first_passphrase (), second = second_passphrase ();
  g_autoptr (CitizVault) vault = citiz_vault_open (dir, citiz_env_system (), first, NULL);
  guint done = 0;

  if (vault == NULL)
    return (Steps) 0;
  done |= STEP_OPENED;
  if (put (vault, 10))
    done |= STEP_SINGLE;
  if (do_together (vault))
    done |= STEP_TOGETHER;
  if (citiz_vault_set_passphrase (vault, second, cheap_cost, NULL))
    done |= STEP_PASSPHRASE;
  if (put_large (vault))
    done |= STEP_LARGE;
  return (Steps) done;
}

static gboolean
has (CitizVault *vault, CitizObjectClass object_class, guint32 n)
{
  g_autoptr (GError) error = NULL;
  CitizId id = id_number (n);
  g_autoptr (GBytes) bytes = citiz_vault_get (vault, object_class, &id, 0, &error);

  if (bytes == NULL)
    g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
  else if (object_class == CITIZ_CLASS_RESOURCE)
    g_assert_true (is_bytes_number (bytes, n));
  return bytes != NULL;
}

/* Which of the two passphrases opens it: exactly one must. */
static CitizVault *
reopen (const gchar *dir, gboolean *out_second)
{
  g_autoptr (CitizSecret) first = first_passphrase (), second = second_passphrase ();
  g_autoptr (GError) error = NULL;
  CitizVault *vault = citiz_vault_open (dir, citiz_env_system (), first, &error);

  *out_second = vault == NULL;
  if (vault != NULL)
    return vault;
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_WRONG_PASSPHRASE);
  g_clear_error (&error);
  vault = citiz_vault_open (dir, citiz_env_system (), second, &error);
  g_assert_no_error (error);
  return vault;
}

static void
check (const gchar *dir, Steps done)
{
  gboolean second, together;
  g_autoptr (CitizVault) vault = reopen (dir, &second);
  g_autoptr (GBytes) setting = citiz_vault_get_setting (vault, "s");
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_db_check (citiz_vault_get_db (vault), &error));
  together = has (vault, CITIZ_CLASS_RESOURCE, 11);
  g_assert_cmpint (has (vault, CITIZ_CLASS_RESOURCE, 12), ==, together);
  g_assert_cmpint (has (vault, CITIZ_CLASS_RESOURCE, 1), ==, !together);
  g_assert_nonnull (setting);
  g_assert_cmpmem (g_bytes_get_data (setting, NULL), g_bytes_get_size (setting),
                   together ? "2" : "1", 1);
  for (guint32 n = 2; n < 5; n++)
    g_assert_true (has (vault, CITIZ_CLASS_RESOURCE, n));
  if (done & STEP_SINGLE)
    g_assert_true (has (vault, CITIZ_CLASS_RESOURCE, 10));
  if (done & STEP_TOGETHER)
    g_assert_true (together);
  if (done & STEP_PASSPHRASE)
    g_assert_true (second);
  if (done & STEP_LARGE)
    g_assert_true (has (vault, CITIZ_CLASS_BLOB, 13));
}

static void
test_scenario (gconstpointer data)
{
  Fault fault = (Fault) GPOINTER_TO_INT (data);
  g_autofree gchar *base = new_folder ();
  gint total;

  faulty_vfs_arm (FAULT_NONE, 0);
  build (base);
  {
    g_autofree gchar *dir = new_folder ();
    copy_files (base, dir);
    faulty_vfs_arm (FAULT_NONE, 0);
    g_assert_cmpuint (scenario (dir), ==, 31);
    total = faulty_vfs_count ();
    check (dir, (Steps) 31);
    remove_files (dir);
  }
  g_assert_cmpint (total, >, 20);
  g_assert_cmpint (total, <, MAX_OPERATIONS);
  for (gint n = 0; n <= total; n++)
    {
      g_autofree gchar *dir = new_folder ();
      Steps done;
      copy_files (base, dir);
      faulty_vfs_arm (fault, n);
      done = scenario (dir);
      faulty_vfs_arm (FAULT_NONE, 0);
      check (dir, done);
      remove_files (dir);
    }
  g_test_message ("%d operations, each refused once", total);
  remove_files (base);
}

static CitizVault *
try_to_create (const gchar *dir)
{
  g_autoptr (CitizSecret) passphrase = first_passphrase (), words = citiz_secret_new_random (32);

  return citiz_vault_create (dir, citiz_env_system (), passphrase, words, cheap_cost, NULL);
}

/* Making a vault: afterwards there is a whole one or none, and the next attempt works. */
static void
test_create (gconstpointer data)
{
  Fault fault = (Fault) GPOINTER_TO_INT (data);
  gint total;

  {
    g_autofree gchar *dir = new_folder ();
    faulty_vfs_arm (FAULT_NONE, 0);
    citiz_vault_close (try_to_create (dir));
    total = faulty_vfs_count ();
    remove_files (dir);
  }
  for (gint n = 0; n <= total; n++)
    {
      g_autofree gchar *dir = new_folder ();
      g_autoptr (CitizVault) vault = NULL;
      gboolean second;
      faulty_vfs_arm (fault, n);
      citiz_vault_close (try_to_create (dir));
      faulty_vfs_arm (FAULT_NONE, 0);
      vault = citiz_vault_exists (dir) ? reopen (dir, &second) : try_to_create (dir);
      g_assert_nonnull (vault);
      g_clear_pointer (&vault, citiz_vault_close);
      remove_files (dir);
    }
  g_test_message ("%d operations, each refused once", total);
}

/* A full disk is called full, and reading and erasing still work. */
static void
test_full (void)
{
  g_autofree gchar *dir = new_folder ();
  g_autoptr (CitizSecret) first = first_passphrase ();
  g_autoptr (GError) error = NULL;
  CitizId id = id_number (20);
  g_autoptr (GBytes) bytes = bytes_number (20);

  faulty_vfs_arm (FAULT_NONE, 0);
  build (dir);
  faulty_vfs_arm (FAULT_FULL, 0);
  {
    g_autoptr (CitizVault) vault = citiz_vault_open (dir, citiz_env_system (), first, &error);
    g_assert_no_error (error);
    g_assert_true (has (vault, CITIZ_CLASS_RESOURCE, 3));
    g_assert_false (citiz_vault_put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, bytes, &error));
    g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_FULL);
    g_clear_error (&error);
    g_assert_false (has (vault, CITIZ_CLASS_RESOURCE, 20));
    faulty_vfs_arm (FAULT_NONE, 0);
    g_assert_true (citiz_vault_put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, bytes, &error));
    g_assert_true (has (vault, CITIZ_CLASS_RESOURCE, 20));
  }
  remove_files (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  faulty_vfs_install ();
  citiz_db_use_vfs ("faulty");
  for (gint fault = FAULT_IO_ONCE; fault < N_FAULTS; fault++)
    {
      g_autofree gchar *path = g_strconcat ("/broken-disk/", fault_names[fault], NULL);
      g_autofree gchar *create = g_strconcat ("/broken-disk/create/", fault_names[fault], NULL);
      g_test_add_data_func (path, GINT_TO_POINTER (fault), test_scenario);
      g_test_add_data_func (create, GINT_TO_POINTER (fault), test_create);
    }
  g_test_add_func ("/broken-disk/full-is-called-full", test_full);
  return g_test_run ();
}
