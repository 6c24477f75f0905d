/* Bringing files in: progress with numbers, a report of what was kept and why not, undo of the batch. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-import-dialog.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-format.h"
#include "ui/citiz-import-report.h"
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

/* --- the reports --- */

/* The newest file on top, in sight; those before it stay below. */
static void
show_report (CitizImportDialog *self, GtkWidget *report)
{
  GtkWidget *scroller = gtk_widget_get_ancestor (self->report_box, GTK_TYPE_SCROLLED_WINDOW);

  gtk_box_prepend (GTK_BOX (self->report_box), report);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller)),
                            0);
}

/* @sentence says what happened, what is safe and what to do; @asked: it is what the person wanted, and no error. */
static void
show_nothing (CitizImportDialog *self, GFile *file, const gchar *sentence, gboolean asked)
{
  g_autofree gchar *name = display_name (file);

  show_report (self, citiz_import_nothing_new (name, sentence, asked));
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
  self->asked_words
      = g_strdup_printf (_ ("%s. Nothing was added and your record is intact."), title);
  g_autofree gchar *heading = g_markup_escape_text (title, -1);
  adw_status_page_set_title (ADW_STATUS_PAGE (self->question), heading);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->question), markup);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "question");
  gtk_widget_grab_focus (self->leave); /* Enter is the safe answer */
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
        show_report (self, citiz_import_report_new (self->session, report));
    }
  else
    show_nothing (self, file, citiz_session_explain (error), self->cancelled);
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
  show_nothing (self, file, self->asked_words, TRUE);
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
choose_page (void)
{
  GtkWidget *status = adw_status_page_new (),
            *button = citiz_pill_new (NULL, _ ("_Choose files…"), "import.choose", TRUE);

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (status), "citiz-folder-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (status), _ ("Bring your data in"));
  adw_status_page_set_description (
      ADW_STATUS_PAGE (status),
      _ ("Drop a file here, or choose one: a health summary (FHIR or IPS, JSON) or the export of Apple Health (XML "
         "or ZIP). It is read on this computer; nothing leaves it."));
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
  gtk_box_append (GTK_BOX (box), citiz_pill_new (NULL, _ ("_Stop"), "import.cancel", FALSE));
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
  leave = self->leave = citiz_pill_new (NULL, _ ("Do _Not Import"), "import.leave", TRUE);
  citiz_wrap_append (CITIZ_WRAP (buttons),
                     citiz_pill_new (NULL, _ ("Import _Anyway"), "import.anyway", FALSE));
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
  self->another = citiz_pill_new (NULL, _ ("_Another file…"), "import.choose", FALSE);
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
