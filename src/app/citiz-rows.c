/* The rows that lists of the window are made of: accesses, openings, blocks, entries.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-session-private.h"

G_DEFINE_FINAL_TYPE (CitizAccess, citiz_access, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (CitizOpening, citiz_opening, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (CitizBlockRow, citiz_block_row, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (CitizEntry, citiz_entry, G_TYPE_OBJECT)

static void
shown_part_free (gpointer data)
{
  CitizShownPart *part = data;

  g_free (part->text);
  g_free (part);
}

/**
 * citiz_access_close:
 *
 * Forgets what opened the record: an access that has ended has no link and no code.
 */
void
citiz_access_close (CitizAccess *self)
{
  g_clear_pointer (&self->link, citiz_wipe_text);
  g_clear_pointer (&self->shlink, citiz_wipe_text);
  g_clear_pointer (&self->spoken, citiz_wipe_text);
}

static void
citiz_access_finalize (GObject *object)
{
  CitizAccess *self = CITIZ_ACCESS (object);

  citiz_access_close (self);
  g_free (self->tx);
  g_free (self->profile);
  g_ptr_array_unref (self->shown);
  G_OBJECT_CLASS (citiz_access_parent_class)->finalize (object);
}

static void
citiz_access_class_init (CitizAccessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_access_finalize;
}

static void
citiz_access_init (CitizAccess *self)
{
  self->shown = g_ptr_array_new_with_free_func (shown_part_free);
}

static void
citiz_opening_finalize (GObject *object)
{
  CitizOpening *self = CITIZ_OPENING (object);

  g_free (self->name);
  g_free (self->role);
  g_free (self->place);
  g_free (self->reason);
  g_free (self->note);
  g_free (self->words);
  g_free (self->tx);
  G_OBJECT_CLASS (citiz_opening_parent_class)->finalize (object);
}

static void
citiz_opening_class_init (CitizOpeningClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_opening_finalize;
}

static void
citiz_opening_init (CitizOpening *self)
{
}

static void
citiz_block_row_finalize (GObject *object)
{
  g_free (CITIZ_BLOCK_ROW (object)->hash);
  G_OBJECT_CLASS (citiz_block_row_parent_class)->finalize (object);
}

static void
citiz_block_row_class_init (CitizBlockRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_block_row_finalize;
}

static void
citiz_block_row_init (CitizBlockRow *self)
{
}

static void
citiz_entry_finalize (GObject *object)
{
  CitizEntry *self = CITIZ_ENTRY (object);

  g_free (self->tx);
  g_free (self->type);
  G_OBJECT_CLASS (citiz_entry_parent_class)->finalize (object);
}

static void
citiz_entry_class_init (CitizEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_entry_finalize;
}

static void
citiz_entry_init (CitizEntry *self)
{
}

/**
 * citiz_shown_part_new:
 * @key: a static string
 *
 * Returns: (transfer full): for the `shown` array of an access, which frees it
 */
CitizShownPart *
citiz_shown_part_new (const gchar *key, guint count, const gchar *text)
{
  CitizShownPart *part = g_new0 (CitizShownPart, 1);

  part->key = key;
  part->count = count;
  part->text = g_strdup (text);
  return part;
}
