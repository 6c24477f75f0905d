/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "pages-fixture.h"

#include <string.h>

void
settle (void)
{
  for (guint i = 0; i < 10; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (2000);
    }
}

gboolean
walk (GtkWidget *widget, Visit visit, gpointer data)
{
  if (visit (widget, data))
    return TRUE;
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    if (walk (c, visit, data))
      return TRUE;
  return FALSE;
}

static gboolean
has_text (GtkWidget *widget, gpointer data)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), data) != NULL;
}

gboolean
is_shown_text (GtkWidget *widget, gpointer data)
{
  return gtk_widget_get_mapped (widget) && has_text (widget, data);
}

gboolean
shows (GtkWidget *page, const gchar *text)
{
  return walk (page, has_text, (gpointer) text);
}

CitizSession *
sample (void)
{
  CitizSession *session = citiz_session_new_sample (CITIZ_LANGUAGE_EN);

  settle ();
  g_assert_cmpint (citiz_session_get_state (session), ==, CITIZ_SESSION_OPEN);
  g_assert_cmpuint (citiz_record_size (citiz_session_get_record (session)), >, 0);
  return session;
}

/* What a person meets who has noted nothing yet. */
CitizSession *
empty (void)
{
  CitizSession *session = sample ();
  CitizRecord *record = citiz_session_get_record (session);

  for (guint kind = 0; kind < CITIZ_N_KINDS; kind++)
    {
      g_autoptr (GPtrArray) items = citiz_record_list_all (record, (CitizKind) kind);

      for (guint i = 0; i < items->len; i++)
        {
          CitizId id = ((CitizItem *) g_ptr_array_index (items, i))->id;
          citiz_record_remove (record, &id);
        }
    }
  citiz_record_remove_batch (record, 0);
  return session;
}

typedef struct
{
  gboolean done;
  GError *error;
  CitizId id;
} Saved;

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Saved *saved = data;

  citiz_session_save_finish (CITIZ_SESSION (source), result, &saved->id, &saved->error);
  saved->done = TRUE;
}

CitizId
save (CitizSession *session, const CitizId *base, json_t *resource)
{
  Saved saved = {0};

  citiz_session_save_async (session, base, resource, NULL, saved_cb, &saved);
  json_decref (resource);
  while (!saved.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (saved.error);
  settle ();
  return saved.id;
}

CitizItem *
item_of (const gchar *text, guint8 id, guint32 batch)
{
  CitizId name = {{id}};
  json_t *json = citiz_json_load (text, strlen (text), NULL);
  CitizItem *item = citiz_item_new_from_json (json, &name, 1, batch, NULL);

  json_decref (json);
  return item;
}
