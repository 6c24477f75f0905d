/* One item of the record, whole: values, source, its chart, its corrections; correct, mark as error, take out. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-item-dialog.h"

#include <glib/gi18n.h>

#include "ui/citiz-add.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-document-view.h"
#include "record/citiz-compose.h"
#include "ui/citiz-flow.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-chart.h"
#include "ui/citiz-item-facts.h"
#include "ui/citiz-item-row.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-page.h"
#include "ui/citiz-undo.h"

#define TITLE_SEEN  48 /* characters that the title bar has room for */
#define VALUES_SEEN 5  /* other values of the same test, until all are asked for */

struct _CitizItemDialog
{
  AdwWindow parent_instance;
  CitizSession *session;
  CitizId id;
  GtkWidget *owner; /* weak: where toasts go once this is closed */
  GtkWidget *box;
  gboolean all_values;
};

G_DEFINE_FINAL_TYPE (CitizItemDialog, citiz_item_dialog, ADW_TYPE_WINDOW)

static void refill (CitizItemDialog *self);

static GDateTime *
local_now (CitizItemDialog *self)
{
  CitizTime now = citiz_session_now (self->session);

  return g_date_time_new_from_unix_local (now.ms / 1000);
}

static void
add_facts (GtkWidget *list, const CitizItem *item, GDateTime *now)
{
  g_autoptr (GPtrArray) facts = citiz_item_facts (item, now);

  for (guint i = 0; i < facts->len; i++)
    {
      const CitizFact *fact = g_ptr_array_index (facts, i);

      citiz_fact_add (list, fact->name, fact->text);
    }
}

static GtkWidget *
facts_list (CitizItemDialog *self, const CitizItem *item)
{
  g_autoptr (GDateTime) now = local_now (self);
  GtkWidget *list = citiz_list_new (citiz_item_title (item));

  if (g_utf8_strlen (citiz_item_title (item), -1) > TITLE_SEEN)
    citiz_fact_add (list, _ ("Name"), citiz_item_title (item));
  add_facts (list, item, now);
  return list;
}

/* --- other values --- */

static GtkWidget *
value_row (CitizItemDialog *self, const CitizItem *item, GDateTime *now)
{
  g_autofree gchar *text = citiz_item_value_text (item),
                   *value
                   = citiz_format_with_unit (citiz_shown (text), citiz_item_unit_text (item)),
                   *when = citiz_date_words (citiz_item_date (item), now, TRUE),
                   *date = citiz_format_capital (when), *source = citiz_item_source_word (item);
  GtkWidget *row = citiz_entry_row_new (value, NULL, date);

  citiz_entry_row_set_source (CITIZ_ENTRY_ROW (row), citiz_item_source_icon (item), source);
  citiz_item_row_open_with (row, self->session, item);
  return row;
}

static void
all_values_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CITIZ_ITEM_DIALOG (widget)->all_values = TRUE;
  refill (CITIZ_ITEM_DIALOG (widget));
}

/* The same test or measure at other times, newest first: from here alone an earlier one is corrected or taken out. */
static void
add_values (CitizItemDialog *self, const CitizItem *item, GDateTime *now)
{
  g_autoptr (GPtrArray) same
      = citiz_record_same_test (citiz_session_get_record (self->session), item);
  const guint others = same->len > 0 ? same->len - 1 : 0;
  const guint most = self->all_values ? others : MIN (others, VALUES_SEEN);
  GtkWidget *list, *group, *end = NULL;
  guint n = 0;

  if ((item->kind != CITIZ_KIND_MEASURE && item->kind != CITIZ_KIND_RESULT) || others == 0)
    return;
  list = citiz_list_new (_ ("Other values"));
  for (guint i = same->len; i > 0 && n < most; i--)
    if (g_ptr_array_index (same, i - 1) != (gpointer) item)
      {
        gtk_list_box_append (GTK_LIST_BOX (list),
                             value_row (self, g_ptr_array_index (same, i - 1), now));
        n++;
      }
  if (n < others)
    {
      g_autofree gchar *text = g_strdup_printf (
          g_dngettext (NULL, "See the %u value", "See all %u values", others), others);

      end = citiz_link_button_new (text, "entry.all-values");
    }
  group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (group), citiz_heading_new (_ ("Other values"), end));
  gtk_box_append (GTK_BOX (group), list);
  gtk_box_append (GTK_BOX (self->box), group);
}

/* --- corrections --- */

/* Under the title of an earlier version: what it said otherwise, whose it was, until when it stood. (transfer full) */
static gchar *
version_text (CitizItemDialog *self, const CitizItem *old, const CitizItem *next, GDateTime *now)
{
  gboolean own = old->source == CITIZ_SOURCE_SELF; /* as the one that corrects it */
  g_autofree gchar *said = citiz_item_differences (old, next, now),
                   *source = own ? NULL : citiz_item_source_word (old), *when = NULL;
  const gchar *all[4] = {NULL};
  guint n = 0;

  if (old->changed.ms > 0)
    when = citiz_format_date_time_ms (old->changed, citiz_session_now (self->session));
  if (*said != '\0')
    all[n++] = said;
  if (source != NULL)
    all[n++] = source;
  if (when != NULL)
    all[n++] = when;
  return g_strjoinv (" · ", (gchar **) all);
}

/* Opened, it says all that the version said. */
static GtkWidget *
version_row (CitizItemDialog *self, const CitizItem *old, const CitizItem *next)
{
  g_autoptr (GDateTime) now = local_now (self);
  g_autoptr (GPtrArray) facts = citiz_item_facts (old, now);
  g_autofree gchar *text = version_text (self, old, next, now);
  GtkWidget *row = adw_expander_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), citiz_item_title (old));
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), text);
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row),
                               citiz_prefix_new ("citiz-history-symbolic", "neutral"));
  for (guint i = 0; i < facts->len; i++)
    {
      const CitizFact *fact = g_ptr_array_index (facts, i);

      adw_expander_row_add_row (ADW_EXPANDER_ROW (row), citiz_fact_new (fact->name, fact->text));
    }
  return row;
}

static void
add_history (CitizItemDialog *self)
{
  g_autoptr (GPtrArray) versions
      = citiz_record_history (citiz_session_get_record (self->session), &self->id);
  GtkWidget *list, *group;

  if (versions->len < 2)
    return;
  list = citiz_list_new (_ ("Earlier versions"));
  for (guint i = versions->len - 1; i > 0; i--)
    gtk_list_box_append (
        GTK_LIST_BOX (list),
        version_row (self, g_ptr_array_index (versions, i - 1), g_ptr_array_index (versions, i)));
  group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (group), citiz_heading_new (_ ("Earlier versions"), NULL));
  gtk_box_append (GTK_BOX (group), list);
  gtk_box_append (GTK_BOX (self->box), group);
}

static GtkWidget *
button_new (const gchar *label, const gchar *action, const gchar *css_class)
{
  GtkWidget *button = citiz_button_new (label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  if (css_class != NULL)
    gtk_widget_add_css_class (button, css_class);
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_add_css_class (button, "compact"); /* three stand on a line */
  return button;
}

static void
refill (CitizItemDialog *self)
{
  CitizItem *item = citiz_record_get (citiz_session_get_record (self->session), &self->id);
  g_autoptr (GDateTime) now = local_now (self);
  GtkWidget *tag, *chart, *buttons;

  citiz_box_clear (self->box);
  if (item == NULL) /* taken out meanwhile */
    {
      gtk_window_close (GTK_WINDOW (self));
      return;
    }
  gtk_window_set_title (GTK_WINDOW (self), citiz_item_title (item));
  tag = citiz_item_tag_new (item);
  if (tag != NULL)
    {
      gtk_widget_set_halign (tag, GTK_ALIGN_START);
      gtk_box_append (GTK_BOX (self->box), tag);
    }
  if (item->unknown_modifier)
    gtk_box_append (
        GTK_BOX (self->box),
        citiz_status_new (
            "citiz-alert-symbolic",
            _ ("Its document adds a meaning that Citiz does not know. Read the document itself."),
            "above"));
  if (item->kind == CITIZ_KIND_DOCUMENT)
    gtk_box_append (GTK_BOX (self->box), citiz_document_view_new (self->session, &item->id));
  gtk_box_append (GTK_BOX (self->box), facts_list (self, item));
  chart = citiz_item_chart_new (citiz_session_get_record (self->session), item, now);
  if (chart != NULL)
    gtk_box_append (GTK_BOX (self->box), chart);
  add_values (self, item, now);
  add_history (self);
  buttons = citiz_flow_new (140, 12);
  citiz_flow_append (CITIZ_FLOW (buttons), button_new (_ ("_Correct…"), "entry.correct", NULL), 1);
  citiz_flow_append (CITIZ_FLOW (buttons), button_new (_ ("It Is an _Error"), "entry.error", NULL),
                     1);
  citiz_flow_append (CITIZ_FLOW (buttons),
                     button_new (_ ("_Take Out"), "entry.remove", "danger-flat"), 1);
  gtk_box_append (GTK_BOX (self->box), buttons);
}

/* --- actions --- */

static void
correct_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizItemDialog *self = CITIZ_ITEM_DIALOG (widget);

  citiz_add_correct (widget, self->session, &self->id);
}

static void
remove_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizItemDialog *self = CITIZ_ITEM_DIALOG (widget);
  CitizItem *item = citiz_record_get (citiz_session_get_record (self->session), &self->id);
  g_autoptr (CitizItemDialog) keep = NULL;
  g_autofree gchar *text = NULL;

  if (item == NULL)
    return;
  text = g_strdup_printf (_ ("“%s” taken out"), citiz_item_title (item));
  keep = g_object_ref (self); /* the news of the removal closes it */
  citiz_undo_remove (self->owner != NULL ? self->owner : widget, self->session, &self->id, text);
  gtk_window_close (GTK_WINDOW (self));
}

/* Stays in the record and its history, but no list of facts shows it any more. */
static void
error_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizItemDialog *self = CITIZ_ITEM_DIALOG (widget);
  CitizItem *item = citiz_record_get (citiz_session_get_record (self->session), &self->id);
  g_autoptr (CitizItemDialog) keep = NULL;
  CitizDraft draft;
  json_t *resource;

  if (item == NULL)
    return;
  draft = citiz_draft_from_item (item, citiz_format_language ());
  draft.now = citiz_session_now (self->session);
  draft.status = CITIZ_STATUS_ENTERED_IN_ERROR;
  draft.verification = CITIZ_VERIFICATION_ENTERED_IN_ERROR;
  resource = citiz_compose (item->kind, &draft, item->resource);
  if (resource == NULL) /* of a kind that no form writes: its state alone changes */
    {
      resource = json_deep_copy (item->resource);
      json_object_set_new (resource, "status", json_string ("entered-in-error"));
    }
  keep = g_object_ref (self);
  citiz_undo_save (self->owner != NULL ? self->owner : widget, self->session, &self->id, resource,
                   _ ("Marked as an error. It is kept, and no longer shown as a fact."));
  gtk_window_close (GTK_WINDOW (self));
}

static void
citiz_item_dialog_dispose (GObject *object)
{
  CitizItemDialog *self = CITIZ_ITEM_DIALOG (object);

  g_clear_weak_pointer (&self->owner);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (citiz_item_dialog_parent_class)->dispose (object);
}

static void
citiz_item_dialog_class_init (CitizItemDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_item_dialog_dispose;
  gtk_widget_class_install_action (widget_class, "entry.correct", NULL, correct_cb);
  gtk_widget_class_install_action (widget_class, "entry.all-values", NULL, all_values_cb);
  gtk_widget_class_install_action (widget_class, "entry.error", NULL, error_cb);
  gtk_widget_class_install_action (widget_class, "entry.remove", NULL, remove_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
citiz_item_dialog_init (CitizItemDialog *self)
{
  GtkWidget *outer = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0),
            *scroller = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  gtk_widget_add_css_class (self->box, "page-content");
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 500);
  adw_clamp_set_child (ADW_CLAMP (clamp), self->box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (outer), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (outer), scroller);
  adw_window_set_content (ADW_WINDOW (self), outer);
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (self), 540, 620);
}

CitizItemDialog *
citiz_item_dialog_new (GtkWidget *owner, CitizSession *session, const CitizId *id)
{
  CitizItemDialog *self;
  GtkRoot *root = owner != NULL ? gtk_widget_get_root (owner) : NULL;

  if (citiz_record_get (citiz_session_get_record (session), id) == NULL)
    return NULL;
  self = g_object_new (CITIZ_TYPE_ITEM_DIALOG, NULL);
  self->session = g_object_ref (session);
  self->id = *id;
  if (GTK_IS_WINDOW (root))
    {
      gtk_window_set_transient_for (GTK_WINDOW (self), GTK_WINDOW (root));
      g_set_weak_pointer (&self->owner, GTK_WIDGET (root));
    }
  g_signal_connect_object (session, "record-changed", G_CALLBACK (refill), self, G_CONNECT_SWAPPED);
  refill (self);
  return self;
}

void
citiz_item_dialog_open (GtkWidget *owner, CitizSession *session, const CitizId *id)
{
  CitizItemDialog *dialog = citiz_item_dialog_new (owner, session, id);

  if (dialog != NULL)
    gtk_window_present (GTK_WINDOW (dialog));
}
