/* What came of a file: what was kept, what was left aside and why, and the way to take it back. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-import-report.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-format.h"
#include "ui/citiz-import-dialog.h"

static GtkWidget *
report_row (const gchar *title, const gchar *subtitle, guint64 count)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree gchar *number = citiz_format_number ((gdouble) count, 0);
  GtkWidget *label = gtk_label_new (number);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_add_css_class (label, "numeric");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  return row;
}

static void
add_lines (GtkWidget *box, const CitizImportReport *report, gboolean kept)
{
  g_autofree gchar *list_name
      = g_strdup_printf (kept ? _ ("Kept from %s") : _ ("Not kept from %s"), report->name);
  GtkWidget *list = citiz_list_new (list_name);
  guint n = 0;

  for (guint i = 0; report->lines != NULL && i < report->lines->len; i++)
    {
      const CitizImportLine *line = g_ptr_array_index (report->lines, i);
      g_autofree gchar *what = NULL;

      if ((line->reason == NULL) != kept || line->count == 0)
        continue;
      what = citiz_session_explain_kind (line->what);
      gtk_list_box_append (
          GTK_LIST_BOX (list),
          report_row (what, kept ? NULL : citiz_session_explain_skip (line->reason), line->count));
      n++;
    }
  if (n == 0)
    {
      g_object_ref_sink (list);
      g_object_unref (list);
      return;
    }
  gtk_box_append (GTK_BOX (box),
                  citiz_heading_new (kept ? _ ("Kept") : _ ("Left aside, and why"), NULL));
  gtk_box_append (GTK_BOX (box), list);
}

static gchar *
summary (const CitizImportReport *report)
{
  g_autofree gchar *kept = citiz_format_number ((gdouble) report->kept, 0);
  g_autofree gchar *skipped = citiz_format_number ((gdouble) report->skipped, 0);
  g_autofree gchar *same = citiz_format_number ((gdouble) report->duplicates, 0);
  GString *text = g_string_new (NULL);

  g_string_append_printf (
      text, g_dngettext (NULL, "%s entry kept", "%s entries kept", (gulong) report->kept), kept);
  if (report->duplicates > 0)
    g_string_append_printf (text,
                            g_dngettext (NULL, " · %s repeated or already there",
                                         " · %s repeated or already there",
                                         (gulong) report->duplicates),
                            same);
  if (report->skipped > 0)
    g_string_append_printf (
        text, g_dngettext (NULL, " · %s left aside", " · %s left aside", (gulong) report->skipped),
        skipped);
  return g_string_free (text, FALSE);
}

static gchar *
period (const CitizImportReport *report)
{
  g_autoptr (GDateTime) first = g_date_time_new_from_unix_local (report->first.ms / 1000);
  g_autoptr (GDateTime) last = g_date_time_new_from_unix_local (report->last.ms / 1000);
  g_autofree gchar *a = NULL, *b = NULL;

  if (report->first.ms == 0 || first == NULL || last == NULL)
    return NULL;
  a = citiz_format_date_full (first);
  b = citiz_format_date_full (last);
  return g_strdup_printf (C_ ("days", "From %s to %s"), a, b);
}

/* A file about somebody else is not refused (a name may be misspelt), but it is said beside the way to undo it. */
static void
add_stranger (GtkWidget *list, const CitizRecord *record, const CitizImportReport *report)
{
  g_autofree gchar *words = citiz_import_stranger_text (record, report->batch);
  GtkWidget *row;

  if (words == NULL)
    return;
  row = adw_action_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), words);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               _ ("If this is not you, undo this import: the file’s problems and "
                                  "medications would go into your emergency summary."));
  adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                             citiz_prefix_new ("citiz-alert-symbolic", "warning"));
  gtk_list_box_append (GTK_LIST_BOX (list), row);
}

/* --- taking one import back --- */

/* An import that can be taken back, in the box that reports it, which is held while the answer is awaited only. */
typedef struct
{
  CitizSession *session;
  GtkWidget *box, *button;
  guint32 batch;
} Undo;

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *undo = data;

  g_object_unref (undo->session);
  g_free (undo);
}

static void
undone_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Undo *undo = data;
  g_autoptr (GError) error = NULL;
  gboolean done = citiz_session_undo_import_finish (CITIZ_SESSION (source), result, &error);
  const gchar *words
      = done ? _ ("Undone. Your record is as it was before.") : citiz_session_explain (error);

  if (citiz_compat_is_there (undo->box))
    {
      GtkWidget *list = gtk_widget_get_first_child (undo->box), *problem;
      GtkListBoxRow *told;

      if (done) /* the file's name stays, what came of it does not */
        {
          while (gtk_widget_get_next_sibling (list) != NULL)
            gtk_box_remove (GTK_BOX (undo->box), gtk_widget_get_last_child (undo->box));
          adw_action_row_set_subtitle (
              ADW_ACTION_ROW (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0)), words);
          while ((told = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1)) != NULL)
            gtk_list_box_remove (GTK_LIST_BOX (list), GTK_WIDGET (told)); /* whose file it was */
        }
      else
        {
          gtk_widget_set_sensitive (undo->button, TRUE);
          problem = citiz_status_new ("citiz-alert-symbolic", words, "bad");
          citiz_status_set_wrap (problem);
          gtk_box_insert_child_after (GTK_BOX (undo->box), problem, list);
        }
      gtk_accessible_update_property (GTK_ACCESSIBLE (undo->box), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      words, -1);
    }
  g_object_unref (undo->box);
  undo_free (undo, NULL);
}

static void
undo_clicked_cb (GtkButton *button, gpointer data)
{
  Undo *undo = g_memdup2 (data, sizeof *undo);

  g_object_ref (undo->session);
  g_object_ref (undo->box);
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  citiz_session_undo_import_async (undo->session, undo->batch, NULL, undone_cb, undo);
}

/* One a file, under its name: a later import that leans on this one goes first, and the answer says so. */
static GtkWidget *
undo_button_new (CitizSession *session, GtkWidget *box, const CitizImportReport *report)
{
  GtkWidget *button = citiz_pill_new (NULL, _ ("_Undo this import"), NULL, FALSE);
  g_autofree gchar *name = g_strdup_printf (_ ("Undo the import of %s"), report->name);
  Undo *undo = g_new0 (Undo, 1);

  undo->session = g_object_ref (session);
  undo->box = box;
  undo->button = button;
  undo->batch = report->batch;
  gtk_widget_set_tooltip_text (button, name);
  g_signal_connect_data (button, "clicked", G_CALLBACK (undo_clicked_cb), undo, undo_free, 0);
  return button;
}

GtkWidget *
citiz_import_report_new (CitizSession *session, const CitizImportReport *report)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12),
            *list = citiz_list_new (report->name), *row = adw_action_row_new ();
  g_autofree gchar *words = summary (report), *when = period (report);
  gboolean any = report->kept + report->duplicates > 0;
  GString *text = g_string_new (words);

  if (when != NULL)
    g_string_append_printf (text, "\n%s", when);
  if (report->ended != NULL && any)
    g_string_append_printf (text, "\n%s", citiz_session_explain_end (report->ended));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), report->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text->str);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                             any && report->ended == NULL
                                 ? citiz_prefix_new ("citiz-check-symbolic", "ok")
                             : any ? citiz_prefix_new ("citiz-alert-symbolic", "warning")
                                   : citiz_prefix_new ("citiz-document-symbolic", "neutral"));
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  add_stranger (list, citiz_session_get_record (session), report);
  gtk_box_append (GTK_BOX (box), list);
  if (report->batch != 0)
    gtk_box_append (GTK_BOX (box), undo_button_new (session, box, report));
  add_lines (box, report, TRUE);
  add_lines (box, report, FALSE);
  g_string_free (text, TRUE);
  return box;
}

GtkWidget *
citiz_import_nothing_new (const gchar *name, const gchar *sentence, gboolean asked)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *list = citiz_list_new (name);

  gtk_list_box_append (
      GTK_LIST_BOX (list),
      citiz_words_row_new (asked ? "citiz-document-symbolic" : "citiz-alert-symbolic",
                           asked ? "neutral" : "error", name, sentence));
  gtk_box_append (GTK_BOX (box), list);
  return box;
}
