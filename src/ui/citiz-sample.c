/* Trying the sample record: the wait is said, and can be stopped. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-sample.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-window.h"

#define MOMENT 200 /* ms that need no words */

typedef struct
{
  GtkWidget *owner, *dialog; /* the dialog once it waits */
  GtkWidget *bar, *numbers;  /* in it */
  guint64 done, total;       /* entries */
  GCancellable *stop;
  CitizSampleFunc func;
  guint late;
} Trial;

static void
trial_free (Trial *trial)
{
  g_clear_handle_id (&trial->late, g_source_remove);
  if (trial->dialog != NULL && citiz_compat_is_there (trial->dialog))
    gtk_window_destroy (GTK_WINDOW (trial->dialog));
  g_clear_object (&trial->dialog);
  g_object_unref (trial->stop);
  g_object_unref (trial->owner);
  g_free (trial);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Trial *trial = data;
  g_autoptr (GtkWidget) owner = g_object_ref (trial->owner);
  g_autoptr (GError) error = NULL;
  const CitizSampleFunc func = trial->func;
  const gboolean loaded = citiz_session_load_sample_finish (CITIZ_SESSION (source), result, &error);

  trial_free (trial);
  if (!loaded)
    citiz_toast (owner, citiz_session_explain (error));
  func (owner, loaded);
}

static void
show_progress (Trial *trial)
{
  g_autofree gchar *text = NULL;

  if (trial->total == 0 || trial->dialog == NULL || !citiz_compat_is_there (trial->dialog))
    return;
  /* Translators: how many entries are done, and how many there are. */
  text = g_strdup_printf (_ ("%u of %u"), (guint) trial->done, (guint) trial->total);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (trial->bar),
                                 (gdouble) trial->done / (gdouble) trial->total);
  gtk_label_set_label (GTK_LABEL (trial->numbers), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (trial->bar), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text, -1);
}

static void
progress_cb (gdouble fraction, guint64 done, guint64 total, gpointer data)
{
  Trial *trial = data;

  trial->done = done;
  trial->total = total;
  show_progress (trial);
}

/* Leaving the dialog is stopping; that it makes way for an access is not. */
static gboolean
late_cb (gpointer data)
{
  Trial *trial = data;
  GtkWidget *page, *header, *stop = citiz_pill_new (NULL, _ ("_Stop"), "window.close", FALSE);

  trial->late = 0;
  if (!citiz_compat_is_there (trial->owner))
    return G_SOURCE_REMOVE;
  trial->dialog = g_object_ref (
      citiz_dialog_new (trial->owner, _ ("Sample Record"), 360, 230, &page, &header));
  g_signal_connect_object (trial->dialog, "unrealize", G_CALLBACK (g_cancellable_cancel),
                           trial->stop, G_CONNECT_SWAPPED);
  trial->bar = gtk_progress_bar_new ();
  trial->numbers = gtk_label_new ("");
  gtk_widget_add_css_class (trial->numbers, "secondary");
  gtk_widget_add_css_class (trial->numbers, "numeric");
  gtk_accessible_update_property (GTK_ACCESSIBLE (trial->bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Loading the sample record…"), -1);
  gtk_box_append (GTK_BOX (page),
                  g_object_new (GTK_TYPE_LABEL, "wrap", TRUE, "justify", GTK_JUSTIFY_CENTER,
                                "label", _ ("Loading the sample record…"), NULL));
  gtk_box_append (GTK_BOX (page), trial->bar);
  gtk_box_append (GTK_BOX (page), trial->numbers);
  gtk_box_append (GTK_BOX (page), stop);
  show_progress (trial);
  gtk_window_present (GTK_WINDOW (trial->dialog));
  gtk_widget_grab_focus (stop);
  return G_SOURCE_REMOVE;
}

void
citiz_sample_try (GtkWidget *owner, CitizSession *session, CitizSampleFunc func)
{
  Trial *trial = g_new0 (Trial, 1);

  g_return_if_fail (GTK_IS_WIDGET (owner) && CITIZ_IS_SESSION (session));
  trial->owner = g_object_ref (owner);
  trial->stop = g_cancellable_new ();
  trial->func = func;
  trial->late = g_timeout_add (MOMENT, late_cb, trial);
  citiz_session_load_sample_async (session, progress_cb, trial, trial->stop, loaded_cb, trial);
}
