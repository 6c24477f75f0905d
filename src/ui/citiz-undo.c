/* Toasts whose button takes back what was just done. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-undo.h"

#include <glib/gi18n.h>

#include "ui/citiz-window.h"

#define SAVING "citiz-saving"

/* What is known between the act and its undo. */
#define CITIZ_TYPE_UNDO (citiz_undo_get_type ())
G_DECLARE_FINAL_TYPE (CitizUndo, citiz_undo, CITIZ, UNDO, GObject)
struct _CitizUndo
{
  GObject parent_instance;
  CitizSession *session;
  GtkWidget *widget;  /* weak: the window */
  GtkWidget *pressed; /* weak */
  CitizId id;
  gboolean added;
  json_t *before; /* of a correction */
  gchar *text;
};
G_DEFINE_FINAL_TYPE (CitizUndo, citiz_undo, G_TYPE_OBJECT)

static void
citiz_undo_finalize (GObject *object)
{
  CitizUndo *self = CITIZ_UNDO (object);

  g_clear_weak_pointer (&self->widget);
  g_clear_weak_pointer (&self->pressed);
  g_object_unref (self->session);
  json_decref (self->before);
  g_free (self->text);
  G_OBJECT_CLASS (citiz_undo_parent_class)->finalize (object);
}

static void
citiz_undo_class_init (CitizUndoClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_undo_finalize;
}

static void
citiz_undo_init (CitizUndo *self)
{
}

static CitizUndo *
undo_new (GtkWidget *widget,
          CitizSession *session,
          const CitizId *id,
          const gchar *text,
          gboolean added)
{
  CitizUndo *self = g_object_new (CITIZ_TYPE_UNDO, NULL);
  /* The row that was pressed may be gone by the time; its window stays. */
  GtkRoot *root = widget != NULL ? gtk_widget_get_root (widget) : NULL;

  self->session = g_object_ref (session);
  g_set_weak_pointer (&self->widget, root != NULL ? GTK_WIDGET (root) : widget);
  g_set_weak_pointer (&self->pressed, widget);
  if (id != NULL)
    self->id = *id;
  self->text = g_strdup (text);
  self->added = added;
  return self;
}

static void
say_failure (CitizUndo *self, const GError *error)
{
  if (self->widget != NULL)
    citiz_toast (self->widget, citiz_session_explain (error));
}

static void
taken_out_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizUndo) self = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_remove_finish (CITIZ_SESSION (source), result, &error))
    say_failure (self, error);
}

static void
put_back_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizUndo) self = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_restore_finish (CITIZ_SESSION (source), result, &error))
    say_failure (self, error);
}

static void
reverted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizUndo) self = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_save_finish (CITIZ_SESSION (source), result, NULL, &error))
    say_failure (self, error);
}

static void
pressed_cb (CitizUndo *self)
{
  if (self->before != NULL)
    citiz_session_save_async (self->session, &self->id, self->before, NULL, reverted_cb,
                              g_object_ref (self));
  else if (self->added)
    citiz_session_remove_async (self->session, &self->id, NULL, taken_out_cb, g_object_ref (self));
  else
    citiz_session_restore_async (self->session, &self->id, NULL, put_back_cb, g_object_ref (self));
}

/* The toast keeps only a weak hold of its data: the window keeps the undo until the next one. */
static void
offer (CitizUndo *self)
{
  if (self->widget == NULL)
    return;
  g_object_set_data_full (G_OBJECT (self->widget), "citiz-undo", g_object_ref (self),
                          g_object_unref);
  citiz_toast_undo (self->widget, self->text, _ ("Undo"), G_CALLBACK (pressed_cb), self);
}

void
citiz_undo_added (GtkWidget *widget, CitizSession *session, const CitizId *id, const gchar *text)
{
  g_autoptr (CitizUndo) self = undo_new (widget, session, id, text, TRUE);

  offer (self);
}

void
citiz_undo_corrected (GtkWidget *widget,
                      CitizSession *session,
                      const CitizId *id,
                      json_t *before,
                      const gchar *text)
{
  g_autoptr (CitizUndo) self = undo_new (widget, session, id, text, FALSE);

  self->before = json_incref (before);
  offer (self);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizUndo) self = data;
  g_autoptr (GError) error = NULL;

  if (citiz_session_remove_finish (CITIZ_SESSION (source), result, &error))
    offer (self);
  else
    say_failure (self, error);
}

void
citiz_undo_remove (GtkWidget *widget, CitizSession *session, const CitizId *id, const gchar *text)
{
  citiz_session_remove_async (session, id, NULL, removed_cb,
                              undo_new (widget, session, id, text, FALSE));
}

static void
count_saving (GtkWidget *widget, gint more)
{
  if (widget != NULL)
    g_object_set_data (
        G_OBJECT (widget), SAVING,
        GINT_TO_POINTER (GPOINTER_TO_INT (g_object_get_data (G_OBJECT (widget), SAVING)) + more));
}

static void
set_saving (CitizUndo *self, gboolean saving)
{
  count_saving (self->pressed, saving ? 1 : -1);
  if (self->widget != self->pressed)
    count_saving (self->widget, saving ? 1 : -1);
}

gboolean
citiz_undo_is_saving (gpointer widget)
{
  return widget != NULL && g_object_get_data (G_OBJECT (widget), SAVING) != NULL;
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizUndo) self = data;
  g_autoptr (GError) error = NULL;

  set_saving (self, FALSE);
  if (!citiz_session_save_finish (CITIZ_SESSION (source), result, &self->id, &error))
    say_failure (self, error);
  else
    offer (self);
}

void
citiz_undo_save (GtkWidget *widget,
                 CitizSession *session,
                 const CitizId *base,
                 json_t *resource,
                 const gchar *text)
{
  CitizUndo *self = undo_new (widget, session, base, text, TRUE);

  if (base != NULL)
    {
      CitizItem *old = citiz_record_get (citiz_session_get_record (session), base);

      self->before = old != NULL ? json_incref (old->resource) : NULL;
    }
  set_saving (self, TRUE);
  citiz_session_save_async (session, base, resource, NULL, saved_cb, self);
  json_decref (resource);
}
