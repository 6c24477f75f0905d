/* Bringing files in: progress with numbers, a report of what was kept and why not, undo of the batch. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-import-dialog.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-format.h"
#include "ui/citiz-wrap.h"

struct _CitizImportDialog
{
  AdwWindow parent_instance;
  CitizSession *session;
  GQueue waiting; /* of GFile */
  GFile *current;
  GCancellable *cancellable;
  GFile *asked; /* about another person: the rest waits for the answer */
  gchar *asked_words;
  GtkWidget *stack, *choose, *bar, *numbers, *name, *report_box, *question, *leave, *another;
  gboolean cancelled;
};

G_DEFINE_FINAL_TYPE (CitizImportDialog, citiz_import_dialog, ADW_TYPE_WINDOW)

static void next_file (CitizImportDialog *self);

static gchar *
display_name (GFile *file)
{
  g_autofree gchar *base = g_file_get_basename (file);

  return g_filename_display_name (base);
}

static void
progress_cb (gdouble fraction, guint64 done, guint64 total, gpointer data)
{
  CitizImportDialog *self = data;
  g_autofree gchar *percent = citiz_format_quantity (fraction * 100, 0, "%");
  g_autofree gchar *read = citiz_format_bytes (done), *all = citiz_format_bytes (total);
  g_autofree gchar *text = NULL;

  if (self->session == NULL) /* closed; the news was on its way */
    return;
  if (fraction >= 0 && fraction <= 1)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), fraction);
  else
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (self->bar));
  text = done > 0 ? g_strdup_printf (_ ("%s of %s read · %s"), read, all, percent)
                  : g_strdup (percent);
  gtk_label_set_label (GTK_LABEL (self->numbers), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text, -1);
}

/* --- the report --- */

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

/* The newest file on top, in sight; those before it stay below. */
static GtkWidget *
report_new (CitizImportDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *scroller = gtk_widget_get_ancestor (self->report_box, GTK_TYPE_SCROLLED_WINDOW);

  gtk_box_prepend (GTK_BOX (self->report_box), box);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller)),
                            0);
  return box;
}

/* A file about somebody else is not refused (a name may be misspelt), but it is said beside the way to undo it. */
static void
add_stranger (CitizImportDialog *self, GtkWidget *list, const CitizImportReport *report)
{
  g_autofree gchar *words
      = citiz_import_stranger_text (citiz_session_get_record (self->session), report->batch);
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

/* An import that can be taken back, in the box that reports it; both are held while the answer is awaited only. */
typedef struct
{
  CitizImportDialog *dialog;
  GtkWidget *box, *button;
  guint32 batch;
} Undo;

static void
undone_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Undo *undo = data;
  g_autoptr (GError) error = NULL;
  gboolean done = citiz_session_undo_import_finish (CITIZ_SESSION (source), result, &error);
  const gchar *words
      = done ? _ ("Undone. Your record is as it was before.") : citiz_session_explain (error);

  if (undo->dialog->session != NULL)
    {
      GtkWidget *list = gtk_widget_get_first_child (undo->box);
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
          gtk_box_insert_child_after (
              GTK_BOX (undo->box), citiz_status_new ("citiz-alert-symbolic", words, "bad"), list);
        }
      gtk_accessible_update_property (GTK_ACCESSIBLE (undo->box), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      words, -1);
    }
  g_object_unref (undo->dialog);
  g_object_unref (undo->box);
  g_free (undo);
}

static void
undo_clicked_cb (GtkButton *button, gpointer data)
{
  Undo *undo = g_memdup2 (data, sizeof *undo);

  g_object_ref (undo->dialog);
  g_object_ref (undo->box);
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  citiz_session_undo_import_async (undo->dialog->session, undo->batch, NULL, undone_cb, undo);
}

/* One a file, under its name: a later import that leans on this one goes first, and the answer says so. */
static GtkWidget *
undo_button_new (CitizImportDialog *self, GtkWidget *box, const CitizImportReport *report)
{
  GtkWidget *button = citiz_button_new (_ ("_Undo this import"));
  g_autofree gchar *name = g_strdup_printf (_ ("Undo the import of %s"), report->name);
  Undo *undo = g_new0 (Undo, 1);

  undo->dialog = self;
  undo->box = box;
  undo->button = button;
  undo->batch = report->batch;
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  g_signal_connect_data (button, "clicked", G_CALLBACK (undo_clicked_cb), undo,
                         (GClosureNotify) (gpointer) g_free, 0);
  return button;
}

static void
show_report (CitizImportDialog *self, const CitizImportReport *report)
{
  GtkWidget *box = report_new (self), *list = citiz_list_new (report->name),
            *row = adw_action_row_new ();
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
  add_stranger (self, list, report);
  gtk_box_append (GTK_BOX (box), list);
  if (report->batch != 0)
    gtk_box_append (GTK_BOX (box), undo_button_new (self, box, report));
  add_lines (box, report, TRUE);
  add_lines (box, report, FALSE);
  g_string_free (text, TRUE);
}

/* --- a file about another person --- */

static void
ask_stranger (CitizImportDialog *self, GFile *file, const CitizImportReport *report)
{
  g_autofree gchar *title = citiz_import_person_text (report->person, report->birth_date);
  g_autofree gchar *text = citiz_import_question_text (citiz_session_get_record (self->session));
  g_autofree gchar *markup = g_markup_escape_text (text, -1);

  g_set_object (&self->asked, file);
  g_free (self->asked_words);
  self->asked_words = g_strconcat (title, ".", NULL);
  g_autofree gchar *heading = g_markup_escape_text (title, -1);
  adw_status_page_set_title (ADW_STATUS_PAGE (self->question), heading);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->question), markup);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "question");
  gtk_widget_grab_focus (self->leave); /* Enter is the safe answer */
}

static void
show_failure (CitizImportDialog *self, GFile *file, const gchar *sentence)
{
  GtkWidget *list, *row = adw_action_row_new ();
  g_autofree gchar *name = display_name (file), *text = NULL;

  list = citiz_list_new (name);
  text = g_strdup_printf (_ ("%s Nothing was added and your record is intact."), sentence);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                             citiz_prefix_new ("citiz-alert-symbolic", "error"));
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  gtk_box_append (GTK_BOX (report_new (self)), list);
}

static void
imported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizImportDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizImportReport) report
      = citiz_session_import_finish (CITIZ_SESSION (source), result, &error);
  g_autoptr (GFile) file = g_steal_pointer (&self->current);

  g_clear_object (&self->cancellable);
  if (self->session == NULL)
    return;
  if (report != NULL)
    {
      if (report->stranger)
        ask_stranger (self, file, report);
      else
        show_report (self, report);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_failure (self, file, _ ("The import was stopped."));
  else
    show_failure (self, file, citiz_session_explain (error));
  next_file (self);
}

/* @anyone: also about another person, as the person said. */
static void
start (CitizImportDialog *self, GFile *file, gboolean anyone)
{
  g_autofree gchar *name = display_name (file);

  g_set_object (&self->current, file);
  gtk_label_set_label (GTK_LABEL (self->name), name);
  gtk_label_set_label (GTK_LABEL (self->numbers), "");
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), 0);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "progress");
  self->cancellable = g_cancellable_new ();
  citiz_session_import_async (self->session, file, anyone, progress_cb, self, self->cancellable,
                              imported_cb, g_object_ref (self));
}

static void
next_file (CitizImportDialog *self)
{
  g_autoptr (GFile) file = NULL;

  if (self->current != NULL || self->asked != NULL)
    return;
  file = self->cancelled ? NULL : g_queue_pop_head (&self->waiting);
  if (file != NULL)
    {
      start (self, file, FALSE);
      return;
    }
  self->cancelled = FALSE;
  if (gtk_widget_get_first_child (self->report_box) != NULL)
    {
      gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "report");
      gtk_widget_grab_focus (self->another); /* on an undo, it would scroll the file's name away */
    }
  else
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "choose");
}

void
citiz_import_dialog_add (CitizImportDialog *self, GFile *file)
{
  if (self->session == NULL)
    return;
  g_queue_push_tail (&self->waiting, g_object_ref (file));
  next_file (self);
}

/* --- actions --- */

static void
chosen_cb (GFile *file, gpointer data)
{
  citiz_import_dialog_add (CITIZ_IMPORT_DIALOG (data), file);
}

static void
choose_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const gchar *const patterns[] = {"*.json", "*.xml", "*.zip", NULL};

  citiz_compat_open_file (widget, _ ("Choose a file to import"),
                          _ ("Health records (JSON, XML, ZIP)"), patterns, chosen_cb, widget, NULL);
}

static void
cancel_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizImportDialog *self = CITIZ_IMPORT_DIALOG (widget);

  self->cancelled = TRUE;
  g_queue_clear_full (&self->waiting, g_object_unref);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

static void
anyway_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizImportDialog *self = CITIZ_IMPORT_DIALOG (widget);
  g_autoptr (GFile) file = g_steal_pointer (&self->asked);

  if (file != NULL && self->session != NULL)
    start (self, file, TRUE);
}

static void
leave_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizImportDialog *self = CITIZ_IMPORT_DIALOG (widget);
  g_autoptr (GFile) file = g_steal_pointer (&self->asked);

  if (file == NULL)
    return;
  show_failure (self, file, self->asked_words);
  next_file (self);
}

static gboolean
citiz_import_dialog_close_request (GtkWindow *window)
{
  CitizImportDialog *self = CITIZ_IMPORT_DIALOG (window);

  if (self->cancellable != NULL) /* leaving is stopping: nothing of the file stays */
    cancel_cb (GTK_WIDGET (self), NULL, NULL);
  return GTK_WINDOW_CLASS (citiz_import_dialog_parent_class)->close_request (window);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, gdouble x, gdouble y, gpointer data)
{
  CitizImportDialog *self = data;
  GSList *files = g_value_get_boxed (value);

  for (; files != NULL; files = files->next)
    citiz_import_dialog_add (self, files->data);
  return TRUE;
}

static void
citiz_import_dialog_dispose (GObject *object)
{
  CitizImportDialog *self = CITIZ_IMPORT_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  g_queue_clear_full (&self->waiting, g_object_unref);
  G_OBJECT_CLASS (citiz_import_dialog_parent_class)->dispose (object);
}

static void
citiz_import_dialog_finalize (GObject *object)
{
  CitizImportDialog *self = CITIZ_IMPORT_DIALOG (object);

  g_clear_object (&self->current);
  g_clear_object (&self->asked);
  g_free (self->asked_words);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (citiz_import_dialog_parent_class)->finalize (object);
}

static void
citiz_import_dialog_class_init (CitizImportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_import_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_import_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = citiz_import_dialog_close_request;
  gtk_widget_class_install_action (widget_class, "import.choose", NULL, choose_cb);
  gtk_widget_class_install_action (widget_class, "import.cancel", NULL, cancel_cb);
  gtk_widget_class_install_action (widget_class, "import.anyway", NULL, anyway_cb);
  gtk_widget_class_install_action (widget_class, "import.leave", NULL, leave_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static GtkWidget *
pill (const gchar *label, const gchar *action)
{
  GtkWidget *button = citiz_button_new (label);

  gtk_widget_add_css_class (button, "pill");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  return button;
}

static GtkWidget *
choose_page (void)
{
  GtkWidget *status = adw_status_page_new (),
            *button = pill (_ ("_Choose files…"), "import.choose");

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (status), "citiz-folder-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (status), _ ("Bring your data in"));
  adw_status_page_set_description (
      ADW_STATUS_PAGE (status),
      _ ("Drop a file here, or choose one: a health summary (FHIR or IPS, JSON) or the export of Apple Health (XML "
         "or ZIP). It is read on this computer; nothing leaves it."));
  gtk_widget_add_css_class (button, "suggested-action");
  adw_status_page_set_child (ADW_STATUS_PAGE (status), button);
  return status;
}

static GtkWidget *
progress_page (CitizImportDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->name = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (self->name, "title-2");
  self->numbers = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->numbers, "secondary");
  gtk_widget_add_css_class (self->numbers, "numeric");
  self->bar = gtk_progress_bar_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Import progress"), -1);
  gtk_widget_set_size_request (self->bar, 260, -1);
  gtk_widget_set_halign (self->bar, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), self->name);
  gtk_box_append (GTK_BOX (box), self->numbers);
  gtk_box_append (GTK_BOX (box), self->bar);
  gtk_box_append (GTK_BOX (box), pill (_ ("_Stop"), "import.cancel"));
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_start (box, 24);
  gtk_widget_set_margin_end (box, 24);
  return box;
}

/* Nothing is kept of a file about somebody else before the person has said so. */
static GtkWidget *
question_page (CitizImportDialog *self)
{
  GtkWidget *buttons = citiz_wrap_new (12), *leave;

  self->question = adw_status_page_new ();
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->question), "citiz-people-symbolic");
  leave = self->leave = pill (_ ("Do _Not Import"), "import.leave");
  gtk_widget_add_css_class (leave, "suggested-action");
  citiz_wrap_append (CITIZ_WRAP (buttons), pill (_ ("Import _Anyway"), "import.anyway"));
  citiz_wrap_append (CITIZ_WRAP (buttons), leave);
  gtk_widget_set_halign (buttons, GTK_ALIGN_CENTER);
  adw_status_page_set_child (ADW_STATUS_PAGE (self->question), buttons);
  return self->question;
}

/* The reports scroll; the way to another file stays in sight. */
static GtkWidget *
report_page (CitizImportDialog *self)
{
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0),
            *scroller = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new (), *buttons = citiz_wrap_new (12);

  self->report_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_box_set_spacing (GTK_BOX (self->report_box), 30);
  gtk_widget_add_css_class (self->report_box, "page-content");
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 520);
  adw_clamp_set_child (ADW_CLAMP (clamp), self->report_box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  gtk_widget_set_vexpand (scroller, TRUE);
  self->another = pill (_ ("_Another file…"), "import.choose");
  citiz_wrap_append (CITIZ_WRAP (buttons), self->another);
  gtk_widget_set_margin_top (buttons, 12);
  gtk_widget_set_margin_bottom (buttons, 12);
  gtk_box_append (GTK_BOX (page), scroller);
  gtk_box_append (GTK_BOX (page), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (page), buttons);
  return page;
}

static void
citiz_import_dialog_init (CitizImportDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *header = adw_header_bar_new ();
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->stack = gtk_stack_new ();
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_stack_add_named (GTK_STACK (self->stack), choose_page (), "choose");
  gtk_stack_add_named (GTK_STACK (self->stack), progress_page (self), "progress");
  gtk_stack_add_named (GTK_STACK (self->stack), question_page (self), "question");
  gtk_stack_add_named (GTK_STACK (self->stack), report_page (self), "report");
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), self->stack);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Import"));
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (self), 560, 560);
  g_signal_connect (drop, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}

CitizImportDialog *
citiz_import_dialog_new (GtkWidget *owner, CitizSession *session, GListModel *files)
{
  CitizImportDialog *self = g_object_new (CITIZ_TYPE_IMPORT_DIALOG, NULL);
  GtkRoot *root = owner != NULL ? gtk_widget_get_root (owner) : NULL;

  self->session = g_object_ref (session);
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (self), GTK_WINDOW (root));
  for (guint i = 0; files != NULL && i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      citiz_import_dialog_add (self, file);
    }
  if (GTK_IS_WINDOW (root))
    gtk_window_present (GTK_WINDOW (self));
  return self;
}
