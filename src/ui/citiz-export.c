/* The record leaves in standard formats. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-export.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-row.h"
#include "ui/citiz-states.h"
#include "ui/citiz-window.h"

static const struct
{
  const gchar *format, *icon, *title, *text, *file;
} formats[] = {
    {"fhir", "citiz-document-symbolic", N_ ("Everything, for another program"),
     N_ ("FHIR R4 Bundle (JSON): each item as it came in"), N_ ("citiz-record.json")},
    {"ips", "citiz-care-symbolic", N_ ("The patient summary"),
     N_ ("International Patient Summary (JSON)"), N_ ("citiz-summary.json")},
    {"csv", "citiz-table-symbolic", N_ ("Everything as a table, for a spreadsheet"),
     N_ ("CSV: one line an item, one line a value measured"), N_ ("citiz-record.csv")},
    {"pdf", "citiz-words-symbolic", N_ ("To read and to print"), N_ ("PDF of the record"),
     N_ ("citiz-record.pdf")},
};

typedef struct
{
  CitizSession *session;
  GtkWidget *owner; /* the window that stays once the dialog has gone */
  GtkWidget *row;   /* weak: of the dialog */
  const gchar *format;
} Choice;

static void
choice_free (gpointer data)
{
  Choice *choice = data;

  g_object_unref (choice->session);
  g_object_unref (choice->owner);
  g_clear_weak_pointer (&choice->row);
  g_free (choice);
}

static Choice *
choice_new (CitizSession *session, GtkWidget *owner, const gchar *format)
{
  Choice *choice = g_new0 (Choice, 1);

  choice->session = g_object_ref (session);
  choice->owner = g_object_ref (owner);
  choice->format = format;
  return choice;
}

static void
closure_choice_free (gpointer data, GClosure *closure)
{
  choice_free (data);
}

/* A file being written, with the dialog that says so. */
typedef struct
{
  GtkWidget *owner, *dialog;
} Writing;

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Writing *writing = data;
  g_autoptr (GError) error = NULL;

  if (citiz_compat_is_there (writing->dialog))
    gtk_window_destroy (GTK_WINDOW (writing->dialog));
  if (citiz_session_export_finish (CITIZ_SESSION (source), result, &error))
    citiz_toast (writing->owner, _ ("File saved. It is not encrypted: keep it in a safe place."));
  else
    citiz_toast (writing->owner, citiz_session_explain (error));
  g_object_unref (writing->owner);
  g_object_unref (writing->dialog);
  g_free (writing);
}

/* Leaving the dialog is stopping: a file that was there before stays as it was. */
static void
file_cb (GFile *file, gpointer data)
{
  Choice *choice = data;
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  GtkWidget *dialog = GTK_WIDGET (gtk_widget_get_root (choice->row)),
            *page = gtk_widget_get_parent (gtk_widget_get_parent (choice->row)),
            *button = citiz_pill_new (NULL, _ ("_Stop"), "window.close", FALSE);
  Writing *writing = g_new0 (Writing, 1);

  writing->owner = g_object_ref (choice->owner);
  writing->dialog = g_object_ref (dialog);
  /* At once when it is closed ("destroy" comes with the last reference), and not when it makes way for an access ("unmap"). */
  g_signal_connect_object (dialog, "unrealize", G_CALLBACK (g_cancellable_cancel), stop,
                           G_CONNECT_SWAPPED);
  citiz_session_export_async (choice->session, choice->format, file, stop, exported_cb, writing);
  citiz_box_clear (page);
  gtk_box_append (GTK_BOX (page), citiz_waiting_new (_ ("Writing the file…")));
  gtk_box_append (GTK_BOX (page), button);
  gtk_widget_grab_focus (button);
}

static void
chosen_cb (GtkWidget *row, Choice *choice)
{
  const gchar *name = g_object_get_data (G_OBJECT (row), "citiz-file");
  Choice *asked = choice_new (choice->session, choice->owner, choice->format);

  g_set_weak_pointer (&asked->row, row);
  citiz_compat_save_file (row, _ ("Export"), name, file_cb, asked, choice_free);
}

void
citiz_export_ask (GtkWidget *owner, CitizSession *session)
{
  GtkWidget *page, *header, *list = citiz_list_new (_ ("Formats"));
  GtkWidget *window = citiz_dialog_new (owner, _ ("Export"), 520, 440, &page, &header);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      GtkWidget *row = citiz_row_new (_ (formats[i].title), _ (formats[i].text));

      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
      citiz_row_set_prefix (CITIZ_ROW (row), formats[i].icon, "accent");
      citiz_row_set_opens (CITIZ_ROW (row), TRUE);
      g_object_set_data (G_OBJECT (row), "citiz-file", (gpointer) _ (formats[i].file));
      g_signal_connect_data (row, "opened", G_CALLBACK (chosen_cb),
                             choice_new (session, owner, formats[i].format), closure_choice_free,
                             0);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  gtk_box_append (GTK_BOX (page), list);
  gtk_box_append (GTK_BOX (page),
                  citiz_caption_new (_ ("An exported file is not encrypted: whoever has it can "
                                        "read it.")));
  gtk_window_present (GTK_WINDOW (window));
}
