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
  GtkWidget *stack, *choose, *bar, *numbers, *name, *report_box, *undo;
  GArray *batches; /* undone together */
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
      what = citiz_import_kind_text (line->what);
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
                            g_dngettext (NULL, " · %s already there", " · %s already there",
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
  return g_strdup_printf (_ ("From %s to %s"), a, b);
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

static void
show_report (CitizImportDialog *self, const CitizImportReport *report)
{
  GtkWidget *box = report_new (self), *list = citiz_list_new (report->name),
            *row = adw_action_row_new ();
  g_autofree gchar *words = summary (report), *when = period (report), *both = NULL;

  both = when != NULL ? g_strdup_printf ("%s\n%s", words, when) : g_strdup (words);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), report->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), both);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                             report->kept > 0 || report->duplicates > 0
                                 ? citiz_prefix_new ("citiz-check-symbolic", "ok")
                                 : citiz_prefix_new ("citiz-document-symbolic", "neutral"));
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  add_stranger (self, list, report);
  gtk_box_append (GTK_BOX (box), list);
  add_lines (box, report, TRUE);
  add_lines (box, report, FALSE);
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
      if (report->kept > 0)
        g_array_append_val (self->batches, report->batch);
      show_report (self, report);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_failure (self, file, _ ("The import was stopped."));
  else
    show_failure (self, file, citiz_session_explain (error));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "import.undo", self->batches->len > 0);
  gtk_button_set_label (GTK_BUTTON (self->undo), self->batches->len > 1 ? _ ("_Undo these imports")
                                                                        : _ ("_Undo this import"));
  next_file (self);
}

static void
next_file (CitizImportDialog *self)
{
  g_autofree gchar *name = NULL;

  if (self->current != NULL)
    return;
  self->current = self->cancelled ? NULL : g_queue_pop_head (&self->waiting);
  if (self->current == NULL)
    {
      self->cancelled = FALSE;
      gtk_stack_set_visible_child_name (
          GTK_STACK (self->stack),
          gtk_widget_get_first_child (self->report_box) != NULL ? "report" : "choose");
      return;
    }
  name = display_name (self->current);
  gtk_label_set_label (GTK_LABEL (self->name), name);
  gtk_label_set_label (GTK_LABEL (self->numbers), "");
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), 0);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "progress");
  self->cancellable = g_cancellable_new ();
  citiz_session_import_async (self->session, self->current, progress_cb, self, self->cancellable,
                              imported_cb, g_object_ref (self));
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

static void undo_newest (CitizImportDialog *self);

static void
undone_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizImportDialog) self = data;
  g_autoptr (GError) error = NULL;
  gboolean done = citiz_session_undo_import_finish (CITIZ_SESSION (source), result, &error);

  if (self->session == NULL)
    return;
  if (done && self->batches->len > 0)
    {
      undo_newest (self);
      return;
    }
  citiz_box_clear (self->report_box);
  gtk_box_append (
      GTK_BOX (self->report_box),
      done ? citiz_status_new ("citiz-check-symbolic",
                               _ ("Undone. Your record is as it was before."), "ok")
           : citiz_status_new ("citiz-alert-symbolic", citiz_session_explain (error), "bad"));
}

/* A later file may have left out what an earlier one had brought: the later goes first. */
static void
undo_newest (CitizImportDialog *self)
{
  guint last = self->batches->len - 1;
  guint32 batch = g_array_index (self->batches, guint32, last);

  g_array_set_size (self->batches, last);
  citiz_session_undo_import_async (self->session, batch, NULL, undone_cb, g_object_ref (self));
}

static void
undo_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_action_set_enabled (widget, "import.undo", FALSE);
  undo_newest (CITIZ_IMPORT_DIALOG (widget));
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
  g_clear_object (&self->cancellable);
  g_array_unref (self->batches);
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
  gtk_widget_class_install_action (widget_class, "import.undo", NULL, undo_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static GtkWidget *
pill (const gchar *label, const gchar *action)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

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

/* The report scrolls; what can be done about it stays in sight. */
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
  self->undo = pill (_ ("_Undo this import"), "import.undo");
  citiz_wrap_append (CITIZ_WRAP (buttons), self->undo);
  citiz_wrap_append (CITIZ_WRAP (buttons), pill (_ ("_Another file…"), "import.choose"));
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

  self->batches = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->stack = gtk_stack_new ();
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_stack_add_named (GTK_STACK (self->stack), choose_page (), "choose");
  gtk_stack_add_named (GTK_STACK (self->stack), progress_page (self), "progress");
  gtk_stack_add_named (GTK_STACK (self->stack), report_page (self), "report");
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), self->stack);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Import"));
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (self), 560, 560);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "import.undo", FALSE);
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

/* --- files dropped on the window --- */

static gboolean
window_drop_cb (GtkDropTarget *target, const GValue *value, gdouble x, gdouble y, gpointer data)
{
  GtkWidget *window = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (target));
  CitizImportDialog *dialog = citiz_import_dialog_new (window, CITIZ_SESSION (data), NULL);

  return drop_cb (target, value, x, y, dialog);
}

GtkEventController *
citiz_import_drop_target_new (GtkWidget *window, CitizSession *session)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (drop, "drop", G_CALLBACK (window_drop_cb), session, 0);
  return GTK_EVENT_CONTROLLER (drop);
}
