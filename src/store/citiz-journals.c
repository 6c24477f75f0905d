/* The vote journals of one node, from one epoch to the next. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-journals.h"

#include "store/citiz-store-error.h"

#include <gio/gio.h>
#include <string.h>

struct _CitizJournals
{
  gchar *folder;
  CitizHash founding;
  CitizHash chain_id;
  CitizSigningKey *node_key;
  GHashTable *open; /* guint64 → CitizJournal: a file is opened once */
};

CitizJournals *
citiz_journals_new (const gchar *folder,
                    const CitizHash *founding,
                    const CitizHash *chain_id,
                    CitizSigningKey *node_key)
{
  CitizJournals *journals = g_new0 (CitizJournals, 1);

  journals->folder = g_strdup (folder);
  journals->founding = *founding;
  journals->chain_id = *chain_id;
  journals->node_key = citiz_signing_key_ref (node_key);
  journals->open = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                          (GDestroyNotify) citiz_journal_close);
  return journals;
}

void
citiz_journals_free (CitizJournals *journals)
{
  g_hash_table_unref (journals->open);
  citiz_signing_key_unref (journals->node_key);
  g_free (journals->folder);
  g_free (journals);
}

gchar *
citiz_journals_path (const gchar *folder, guint64 epoch)
{
  g_autofree gchar *name = g_strdup_printf ("epoch-%" G_GUINT64_FORMAT ".journal", epoch);

  return g_build_filename (folder, name, NULL);
}

/**
 * citiz_journals_get:
 *
 * Returns: (transfer none) (nullable): the journal of @epoch, until it is ended; %NULL without an error when there is none: it is not made
 *   again for a key that may have voted
 */
CitizJournal *
citiz_journals_get (CitizJournals *journals, guint64 epoch, GError **error)
{
  CitizJournal *journal = g_hash_table_lookup (journals->open, &epoch);
  g_autofree gchar *path = NULL;
  g_autoptr (GError) why = NULL;

  if (journal != NULL)
    return journal;
  path = citiz_journals_path (journals->folder, epoch);
  journal = citiz_journal_open (path, epoch == 0 ? &journals->founding : &journals->chain_id, epoch,
                                journals->node_key, &why);
  if (journal != NULL)
    g_hash_table_insert (journals->open, g_memdup2 (&epoch, sizeof epoch), journal);
  else if (!g_error_matches (why, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&why));
  return journal;
}

/**
 * citiz_journals_prepare:
 * @epoch: one that has not begun
 *
 * The journal of a coming epoch, made with a new key when there is none, or none that can be read: nobody has voted with its key. One that
 * is barred has begun here once, and is an error.
 *
 * Returns: (transfer none) (nullable)
 */
CitizJournal *
citiz_journals_prepare (CitizJournals *journals, guint64 epoch, GError **error)
{
  g_autoptr (GError) why = NULL;
  CitizJournal *journal = citiz_journals_get (journals, epoch, &why);
  g_autofree gchar *path = citiz_journals_path (journals->folder, epoch);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (journal != NULL && citiz_journal_is_barred (journal))
    {
      g_set_error_literal (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_EXISTS,
                           "the key of this epoch is barred");
      return NULL;
    }
  if (journal != NULL)
    return journal;
  if (g_error_matches (why, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED)
      && !g_file_delete (file, NULL, error))
    return NULL;
  if (why != NULL && !g_error_matches (why, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  journal = citiz_journal_create (path, &journals->chain_id, epoch, journals->node_key, error);
  if (journal != NULL)
    g_hash_table_insert (journals->open, g_memdup2 (&epoch, sizeof epoch), journal);
  return journal;
}

/* The epoch that a file's name says. */
static gboolean
epoch_of (const gchar *name, guint64 *out)
{
  g_autofree gchar *number = NULL;

  if (!g_str_has_prefix (name, "epoch-") || !g_str_has_suffix (name, ".journal"))
    return FALSE;
  number = g_strndup (name + strlen ("epoch-"),
                      strlen (name) - strlen ("epoch-") - strlen (".journal"));
  return g_ascii_string_to_unsigned (number, 10, 0, G_MAXINT64, out, NULL);
}

/* Overwritten before it is removed. What cannot be opened as a journal holds no key that this node could use: it is only removed. */
static gboolean
end_one (CitizJournals *journals, guint64 epoch, GError **error)
{
  g_autoptr (GError) why = NULL;
  CitizJournal *journal = citiz_journals_get (journals, epoch, &why);
  g_autofree gchar *path = NULL;
  g_autoptr (GFile) file = NULL;

  if (journal != NULL)
    {
      gpointer key;

      g_hash_table_steal_extended (journals->open, &epoch, &key, NULL);
      g_free (key);
      return citiz_journal_destroy (journal, error);
    }
  if (why != NULL && !g_error_matches (why, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  path = citiz_journals_path (journals->folder, epoch);
  file = g_file_new_for_path (path);
  return g_file_delete (file, NULL, error);
}

/**
 * citiz_journals_end_before:
 * @epoch: one in which something is final
 *
 * The keys of earlier epochs are no more: nobody who gets hold of this disk later can vote in them.
 */
gboolean
citiz_journals_end_before (CitizJournals *journals, guint64 epoch, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (journals->folder, 0, error);
  g_autoptr (GArray) old = g_array_new (FALSE, FALSE, sizeof (guint64));
  const gchar *name;
  guint64 found;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (epoch_of (name, &found) && found < epoch)
      g_array_append_val (old, found);
  for (guint i = 0; i < old->len; i++)
    if (!end_one (journals, g_array_index (old, guint64, i), error))
      return FALSE;
  return TRUE;
}
