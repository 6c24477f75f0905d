/* The digests of a copy's files, beside them: "sha256sum -c" reads them, too. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-folder.h"

#include "crypto/citiz-hash.h"
#include "store/citiz-db.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE (64 * 1024)

/* All that a copy may be made of, in this order. */
static const gchar *const names[]
    = {CITIZ_DB_FILE, CITIZ_HOST_KEY_FILE, CITIZ_HOST_CONFIG_FILE, CITIZ_HOST_COMMUNITY_FILE};

static gboolean
digest_of (int fd, const gchar *name, CitizHash *out, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (AT_ONCE);
  CitizSha256 sha;
  gssize n = -1;

  citiz_sha256_init (&sha);
  while ((n = read (fd, buffer, AT_ONCE)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0)
      citiz_sha256_update (&sha, buffer, (gsize) n);
  if (n < 0)
    g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", name,
                 g_strerror (errno));
  else
    citiz_sha256_finish (&sha, out);
  citiz_wipe (buffer, AT_ONCE); /* a key is among them */
  return n == 0;
}

/* Returns: (transfer full) (nullable): a line for each file of a copy that is in @dir */
static gchar *
sums_of (int dir, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const int fd = citiz_host_folder_open_file (dir, names[i]);
      g_autofree gchar *hex = NULL;
      CitizHash hash;
      gboolean good;

      if (fd < 0 && errno == ENOENT)
        continue;
      good = fd >= 0 && digest_of (fd, names[i], &hash, error);
      if (fd < 0)
        g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", names[i],
                     g_strerror (errno));
      else
        close (fd);
      if (!good)
        return NULL;
      hex = citiz_hash_to_hex (&hash);
      g_string_append_printf (out, "%s  %s\n", hex, names[i]);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * citiz_host_sums_write:
 * @of: a descriptor of where the files were made
 * @to: where their copy is
 */
gboolean
citiz_host_sums_write (int of, const gchar *to, GError **error)
{
  g_autofree gchar *sums = sums_of (of, error);

  return sums != NULL && citiz_host_write_new (to, CITIZ_HOST_SUMS_FILE, sums, error);
}

/* Takes the line of @name out of @sums. Returns: whether there was one */
static gboolean
take_out (gchar *sums, const gchar *name)
{
  g_autofree gchar *end = g_strdup_printf ("  %s\n", name);
  gchar *found = strstr (sums, end), *line = found;

  if (found == NULL)
    return FALSE;
  while (line > sums && line[-1] != '\n')
    line--;
  memmove (line, found + strlen (end), strlen (found + strlen (end)) + 1);
  return TRUE;
}

/* A host may have edited it; whoever has not is to know that somebody did. */
static gboolean
refuse_config (GError **error)
{
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE,
               _ ("The configuration in the copy (%s) is not the one that was copied: nothing was "
                  "restored. If you have changed it yourself, take its line out of %s and restore "
                  "again; if not, try an older copy."),
               CITIZ_HOST_CONFIG_FILE, CITIZ_HOST_SUMS_FILE);
  return FALSE;
}

/**
 * citiz_host_sums_check:
 * @said: (nullable): what the digests beside the copy are; a copy of before has none
 * @to: what was copied from there
 *
 * Returns: whether @to is, file for file, what "backup" has written, but for a configuration whose digest was taken out;
 *   %CITIZ_STORE_ERROR_DAMAGED
 */
gboolean
citiz_host_sums_check (const gchar *said, const gchar *to, GError **error)
{
  g_autofree gchar *others = g_strdup (said);
  g_autofree gchar *sums = NULL;
  int dir;

  if (said == NULL)
    return TRUE;
  dir = citiz_host_folder_open (to, FALSE);
  sums = sums_of (dir, error);
  if (dir >= 0)
    close (dir);
  if (sums == NULL)
    return FALSE;
  if (g_str_equal (said, sums))
    return TRUE;
  if (take_out (sums, CITIZ_HOST_CONFIG_FILE))
    {
      const gboolean named = take_out (others, CITIZ_HOST_CONFIG_FILE);

      if (g_str_equal (others, sums))
        return !named || refuse_config (error);
    }
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED,
               "the files are not those of which %s speaks", CITIZ_HOST_SUMS_FILE);
  return FALSE;
}
