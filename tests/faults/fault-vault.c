/* A vault to maltreat. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "fault-vault.h"

#include <glib/gstdio.h>
#include <string.h>

const CitizKdfCost cheap_cost = {1, 64};

CitizSecret *
first_passphrase (void)
{
  return citiz_secret_new_from_text ("la première phrase");
}

CitizSecret *
second_passphrase (void)
{
  return citiz_secret_new_from_text ("la seconde phrase");
}

CitizId
id_number (guint32 n)
{
  CitizId id = {{0}};

  memcpy (id.b, &n, sizeof n);
  return id;
}

/* Sizes from nothing to several pages, so that every shape of row is met. */
GBytes *
bytes_number (guint32 n)
{
  gsize size = n * 977 % 9000;
  guint8 *bytes = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (n * 31 + i);
  return g_bytes_new_take (bytes, size);
}

gboolean
is_bytes_number (GBytes *bytes, guint32 n)
{
  g_autoptr (GBytes) expected = bytes_number (n);

  return g_bytes_equal (bytes, expected);
}

gchar *
new_folder (void)
{
  g_autoptr (GError) error = NULL;
  gchar *dir = g_dir_make_tmp ("citiz-fault-XXXXXX", &error);

  g_assert_no_error (error);
  return dir;
}

void
copy_files (const gchar *from, const gchar *to)
{
  g_autoptr (GDir) listing = g_dir_open (from, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree gchar *source = g_build_filename (from, name, NULL);
      g_autofree gchar *target = g_build_filename (to, name, NULL);
      g_autofree gchar *bytes = NULL;
      gsize n;
      g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
      g_assert_true (g_file_set_contents_full (target, bytes, (gssize) n, G_FILE_SET_CONTENTS_NONE,
                                               0600, NULL));
    }
}

void
remove_files (const gchar *dir)
{
  g_autoptr (GDir) listing = g_dir_open (dir, 0, NULL);
  const gchar *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (dir, name, NULL);
      g_unlink (path);
    }
  g_rmdir (dir);
}
