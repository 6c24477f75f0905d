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
#include "ui/citiz-item-text.h"
#include "ui/citiz-page.h"
#include "ui/citiz-undo.h"

#define TITLE_SEEN 48 /* characters that the title bar has room for */

struct _CitizItemDialog
{
  AdwWindow parent_instance;
  CitizSession *session;
  CitizId id;
  GtkWidget *owner; /* weak: where toasts go once this is closed */
  GtkWidget *box;
};

G_DEFINE_FINAL_TYPE (CitizItemDialog, citiz_item_dialog, ADW_TYPE_WINDOW)

static GDateTime *
local_now (CitizItemDialog *self)
{
  CitizTime now = citiz_session_now (self->session);

  return g_date_time_new_from_unix_local (now.ms / 1000);
}

/* Words that begin the line of a fact, and stand within others elsewhere: "today", "document". */
static void
add_sentence (GtkWidget *list, const gchar *name, const gchar *text)
{
  g_autofree gchar *capital = text != NULL ? citiz_format_capital (text) : NULL;

  citiz_fact_add (list, name, capital);
}

static gchar *
value_line (const CitizItem *item)
{
  g_autofree gchar *value = citiz_item_value_text (item);
  const gchar *unit = citiz_item_unit_text (item);

  if (*value == '\0')
    return g_strdup ("");
  if (citiz_values_hidden ())
    return g_strdup ("•••");
  return *unit != '\0' ? g_strdup_printf ("%s" CITIZ_NBSP "%s", value, unit) : g_strdup (value);
}

/* "45 min" and its name, which may be empty. NULL when the part says nothing. (transfer full) */
static gchar *
component_text (const CitizItem *item, const CitizComponent *part, const gchar **out_name)
{
  g_autofree gchar *digits = NULL, *text = NULL;
  gboolean plain;

  *out_name = part->title[citiz_format_language ()];
  if (!citiz_decimal_known (&part->value) && (part->text == NULL || *part->text == '\0'))
    return NULL;
  if (item->kind == CITIZ_KIND_SESSION && citiz_decimal_known (&part->value))
    {
      text = citiz_session_figure (part, citiz_format_language (), out_name, &plain);
      return g_strdup (citiz_shown (text));
    }
  digits = citiz_decimal_known (&part->value) ? citiz_format_digits (part->value.text)
                                              : g_strdup (part->text);
  text = g_strdup_printf ("%s" CITIZ_NBSP "%s", citiz_shown (digits),
                          citiz_format_unit (part->unit));
  return g_strdup (g_strchomp (text));
}

static void
add_components (GtkWidget *list, const CitizItem *item)
{
  for (guint i = 0; i < item->components->len; i++)
    {
      const gchar *name;
      g_autofree gchar *text
          = component_text (item, &g_array_index (item->components, CitizComponent, i), &name);

      if (text != NULL)
        citiz_fact_add (list, name != NULL && *name != '\0' ? name : _ ("Part"), text);
    }
}

/* What a version said: its value, else that of its parts. (transfer full) */
static gchar *
version_value (const CitizItem *item)
{
  g_autofree gchar *value = value_line (item);
  g_autoptr (GString) out = g_string_new (value);

  for (guint i = 0; *value == '\0' && i < item->components->len; i++)
    {
      const gchar *name;
      g_autofree gchar *text
          = component_text (item, &g_array_index (item->components, CitizComponent, i), &name);

      if (text == NULL)
        continue;
      if (out->len > 0)
        g_string_append (out, ", ");
      if (item->kind != CITIZ_KIND_SESSION && name != NULL && *name != '\0')
        g_string_append_printf (out, "%s ", name);
      g_string_append (out, text);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
has_course (const CitizItem *item)
{
  gboolean current = item->status == CITIZ_STATUS_ACTIVE || item->status == CITIZ_STATUS_FINAL;

  return !current
         || (item->kind != CITIZ_KIND_SESSION && item->kind != CITIZ_KIND_MEAL
             && item->kind != CITIZ_KIND_ALLERGY && item->kind != CITIZ_KIND_DOCUMENT
             && item->kind != CITIZ_KIND_CONTACT && item->kind != CITIZ_KIND_MEASURE
             && item->kind != CITIZ_KIND_RESULT);
}

/* What was put into plain words or another language stands beside what its source wrote. */
static void
add_written (GtkWidget *list, const CitizItem *item, const gchar *dosage)
{
  g_autofree gchar *name = item->source == CITIZ_SOURCE_SELF || item->measure != NULL
                               ? g_strdup ("")
                               : citiz_item_written (item);
  g_autofree gchar *written = citiz_fold (name), *shown = citiz_fold (citiz_item_title (item));
  g_autofree gchar *sig = citiz_fold (item->dosage), *said = citiz_fold (dosage);
  gboolean other = *shown != '\0' && strstr (written, shown) == NULL;
  gboolean plain = strcmp (sig, said) != 0 && strstr (item->dosage, "×/") == NULL;
  g_autofree gchar *both = g_strdup_printf ("%s%s%s", other ? name : "", other && plain ? "\n" : "",
                                            plain ? item->dosage : "");

  citiz_fact_add (list, _ ("In the source"), both);
}

static GtkWidget *
facts_list (CitizItemDialog *self, const CitizItem *item)
{
  g_autoptr (GDateTime) now = local_now (self);
  GtkWidget *list = citiz_list_new (citiz_item_title (item));
  g_autofree gchar *value = value_line (item), *range = citiz_item_range_words (item);
  g_autofree gchar *onset = citiz_date_words (&item->onset, now, TRUE),
                   *end = citiz_date_words (&item->end, now, FALSE);
  g_autofree gchar *recorded = citiz_date_words (&item->recorded, now, TRUE),
                   *source = citiz_item_source_word (item);
  g_autofree gchar *whose = NULL, *dosage = citiz_format_dosage (item->dosage),
                   *reaction = citiz_item_reaction (item);
  gboolean lasts = item->kind != CITIZ_KIND_SESSION; /* whose minutes say it */
  const gchar *position
      = citiz_values_hidden () ? "" : citiz_position_text (item->position, item->range.owner);

  if (g_utf8_strlen (citiz_item_title (item), -1) > TITLE_SEEN)
    citiz_fact_add (list, _ ("Name"), citiz_item_title (item));
  citiz_fact_add (list, _ ("Value"), value);
  citiz_fact_add (list, _ ("State"), position);
  citiz_fact_add (list, _ ("Range"), range);
  add_components (list, item);
  citiz_fact_add (list, _ ("Strength or model"), item->detail);
  citiz_fact_add (list, _ ("How to take it"), dosage);
  citiz_fact_add (list, _ ("Reaction"), reaction);
  add_sentence (
      list,
      lasts && (item->end.precision != CITIZ_DATE_NONE || item->kind == CITIZ_KIND_PROBLEM)
          ? _ ("Since")
          : _ ("When"),
      onset);
  if (lasts)
    add_sentence (list, _ ("Until"), end);
  if (has_course (item)) /* an allergy or a document that simply is has no state worth a line */
    citiz_fact_add (list, _ ("Status"), citiz_status_text (item->status));
  citiz_fact_add (list, _ ("Reason"), item->reason);
  citiz_fact_add (list, _ ("Place"), item->site);
  citiz_fact_add (list, _ ("With whom"), item->person);
  citiz_fact_add (list, _ ("Relationship"), item->relationship);
  citiz_fact_add (list, _ ("Phone"), item->phone);
  citiz_fact_add (list, _ ("Email"), item->email);
  citiz_fact_add (list, _ ("Note"), item->note);
  add_written (list, item, dosage);
  whose = *item->source_name != '\0' ? g_strdup_printf ("%s · %s", source, item->source_name)
                                     : g_strdup (source);
  add_sentence (list, _ ("Where it comes from"), whose);
  add_sentence (list, _ ("Recorded"), recorded);
  return list;
}

/* --- corrections --- */

static gchar *
joined (const gchar *line, const gchar *value, const gchar *source, const gchar *when)
{
  const gchar *all[] = {line, value, source, when}, *said[G_N_ELEMENTS (all) + 1] = {NULL};
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i] != NULL && *all[i] != '\0')
      said[n++] = all[i];
  return g_strjoinv (" · ", (gchar **) said);
}

static void
add_history (CitizItemDialog *self)
{
  g_autoptr (GPtrArray) versions
      = citiz_record_history (citiz_session_get_record (self->session), &self->id);
  g_autoptr (GDateTime) now = local_now (self);
  GtkWidget *list, *group;

  if (versions->len < 2)
    return;
  list = citiz_list_new (_ ("Earlier versions"));
  for (guint i = versions->len - 1; i > 0; i--)
    {
      const CitizItem *old = g_ptr_array_index (versions, i - 1);
      gboolean own = old->source == CITIZ_SOURCE_SELF; /* as the one that corrects it */
      g_autofree gchar *line = citiz_item_line (old, now), *value = version_value (old),
                       *source = own ? NULL : citiz_item_source_word (old), *when = NULL,
                       *text = NULL;
      GtkWidget *row = adw_action_row_new ();

      if (old->changed.ms > 0)
        when = citiz_format_date_time_ms (old->changed, citiz_session_now (self->session));
      text = joined (line, value, source, when);
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), citiz_item_title (old));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                                 citiz_prefix_new ("citiz-history-symbolic", "neutral"));
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
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
