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

/* Leaving the dialog is stopping. */
static gboolean
late_cb (gpointer data)
{
  Trial *trial = data;
  GtkWidget *page, *header, *wait = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12),
                            *stop = citiz_pill_new (NULL, _ ("_Stop"), "window.close", FALSE);

  trial->late = 0;
  if (!citiz_compat_is_there (trial->owner))
    return G_SOURCE_REMOVE;
  trial->dialog = g_object_ref (
      citiz_dialog_new (trial->owner, _ ("Sample Record"), 360, 210, &page, &header));
  g_signal_connect_object (trial->dialog, "unmap", G_CALLBACK (g_cancellable_cancel), trial->stop,
                           G_CONNECT_SWAPPED);
  gtk_widget_set_halign (wait, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (wait), g_object_new (GTK_TYPE_SPINNER, "spinning", TRUE, NULL));
  gtk_box_append (GTK_BOX (wait), g_object_new (GTK_TYPE_LABEL, "wrap", TRUE, "label",
                                                _ ("Loading the sample record…"), NULL));
  gtk_box_append (GTK_BOX (page), wait);
  gtk_box_append (GTK_BOX (page), stop);
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
  citiz_session_load_sample_async (session, trial->stop, loaded_cb, trial);
}
