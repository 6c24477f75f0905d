/* The way back from a copy. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-copy.h"
#include "node/citiz-host-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

static gboolean
verify (const gchar *dir, const CitizEnv *env, guint64 *out_height, GError **error)
{
  g_autoptr (CitizHostCommunity) community = citiz_host_community_read (dir, error);
  g_autoptr (CitizDb) db = community ? citiz_db_open (dir, CITIZ_DB_NONE, error) : NULL;
  CitizChain *chain = db ? citiz_chain_open_shared (db, env, &community->genesis, error) : NULL;
  gboolean good;

  if (chain == NULL)
    return FALSE;
  good = citiz_db_check_all (db, error) && citiz_chain_verify (chain, NULL, NULL, NULL, error)
         && citiz_chain_check_snapshots (chain, error) && citiz_node_store_check_blobs (db, error);
  *out_height = citiz_chain_height (chain);
  citiz_chain_close (chain);
  return good;
}

/* The configuration last: without it, the folder is no node's. */
static gboolean
move_in (const gchar *from, const gchar *to, GError **error)
{
  static const gchar *const order[]
      = {CITIZ_DB_FILE, CITIZ_HOST_COMMUNITY_FILE, CITIZ_HOST_KEY_FILE, CITIZ_HOST_CONFIG_FILE};

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autofree gchar *here = g_build_filename (from, order[i], NULL);
      g_autofree gchar *there = g_build_filename (to, order[i], NULL);

      if (g_file_test (here, G_FILE_TEST_EXISTS) && g_rename (here, there) != 0)
        {
          g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", there,
                       g_strerror (errno));
          return FALSE;
        }
    }
  return TRUE;
}

/* What is wrong with the copy itself is one sentence, whoever noticed it; the disk's own errors stay. */
static void
explain (const gchar *from, GError **error)
{
  const GError *why = error != NULL ? *error : NULL;

  if (why == NULL || why->domain == G_IO_ERROR
      || g_error_matches (why, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE)
      || (why->domain == CITIZ_STORE_ERROR && why->code != CITIZ_STORE_ERROR_DAMAGED
          && why->code != CITIZ_STORE_ERROR_EMPTY && why->code != CITIZ_STORE_ERROR_NOT_FOUND))
    return;
  g_debug ("the copy is refused: %s", (*error)->message);
  g_clear_error (error);
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE,
               _ ("The copy in %s is damaged: nothing was restored. Try an older one."), from);
}

/* What an interrupted restore put there goes only now that there is something verified in its place. A kill in between leaves a folder in
 * which the restore is begun again. */
static gboolean
replace (const gchar *to, const gchar *copying, GError **error)
{
  g_autofree gchar *restoring = g_build_filename (to, CITIZ_HOST_RESTORING, NULL);

  citiz_host_folder_empty (to);
  citiz_host_folder_remove (restoring);
  if (g_rename (copying, restoring) != 0)
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", restoring,
                   g_strerror (errno));
      return FALSE;
    }
  if (!move_in (restoring, to, error))
    return FALSE;
  citiz_host_folder_remove (restoring);
  return TRUE;
}

/* All that a restore reads of a copy: it may be root's, and what it is restored into another user's. */
typedef struct
{
  CitizHostOpened files;
  gchar *sums; /* NULL: a copy of before */
} Copy;

static void
close_copy (Copy *copy)
{
  citiz_host_copy_close (&copy->files);
  g_free (copy->sums);
}

static gboolean
open_copy (const gchar *from, Copy *out, GError **error)
{
  g_autofree gchar *sums = g_build_filename (from, CITIZ_HOST_SUMS_FILE, NULL);
  const int dir = citiz_host_folder_open (from, TRUE);
  gboolean good;

  if (!citiz_host_folder_has (from, CITIZ_DB_FILE)
      || !citiz_host_folder_has (from, CITIZ_HOST_COMMUNITY_FILE))
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE,
                   _ ("There is no copy of a node in %s"), from);
      good = FALSE;
    }
  else
    good = dir >= 0 ? citiz_host_copy_open (dir, CITIZ_HOST_COPY_FILES, &out->files, error)
                    : citiz_host_copy_error (error, from);
  if (dir >= 0)
    close (dir);
  if (!good)
    return FALSE;
  out->sums = NULL;
  if (!citiz_host_folder_has (from, CITIZ_HOST_SUMS_FILE)
      || (out->sums = citiz_host_read_text (sums, error)) != NULL)
    return TRUE;
  close_copy (out);
  return FALSE;
}

static gboolean
restore_into (const Copy *copy,
              const gchar *from,
              const gchar *to,
              const CitizEnv *env,
              guint64 *out_height,
              GError **error)
{
  g_autofree gchar *copying = g_build_filename (to, CITIZ_HOST_COPYING, NULL);
  gboolean good;

  citiz_host_folder_remove (copying);
  good = citiz_host_copy_write (&copy->files, copying, error)
         && citiz_host_sums_check (copy->sums, copying, error)
         && verify (copying, env, out_height, error);
  if (!good)
    explain (from, error);
  good = good && replace (to, copying, error);
  citiz_host_folder_remove (copying);
  return good;
}

/**
 * citiz_host_restore:
 * @from: what "backup" wrote
 * @to: a folder that is not there yet, or holds no node
 * @out_height: of the newest block in it
 *
 * Copies a backup beside, compares it with its digests, verifies every block, signature and name in it, and only then makes it @to's node: a copy that will not do leaves @to as
 * it was. Where an earlier restore was interrupted, the copy that is named now counts. Without a journal, the node will follow and not sign.
 */
gboolean
citiz_host_restore (const gchar *from,
                    const gchar *to,
                    const CitizEnv *env,
                    guint64 *out_height,
                    GError **error)
{
  CitizHostTaken taken;
  Copy copy;
  gboolean good;

  if (!open_copy (from, &copy, error))
    return FALSE;
  if (!citiz_host_folder_take (to, TRUE, &taken, error))
    {
      close_copy (&copy);
      return FALSE;
    }
  good = restore_into (&copy, from, to, env, out_height, error);
  if (good || citiz_host_folder_is_half_restored (to))
    citiz_host_folder_keep (&taken);
  else
    citiz_host_folder_give_back (to, &taken);
  close_copy (&copy);
  return good;
}
