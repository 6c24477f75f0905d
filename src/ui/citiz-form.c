/* A dialog of fields with a sentence beside each that is wrong; nothing typed is lost. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-form-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-format.h"
#include "ui/citiz-row.h"
#include "ui/citiz-window.h"

#define LONGEST      300  /* characters of a field */
#define LONGEST_NOTE 4000 /* of a note */

G_DEFINE_FINAL_TYPE (CitizForm, citiz_form, ADW_TYPE_WINDOW)

static void
entry_free (gpointer data)
{
  CitizFormEntry *entry = data;

  g_strfreev (entry->keys);
  g_free (entry->plain);
  g_free (entry->asked);
  g_free (entry);
}

CitizFormEntry *
_citiz_form_find (CitizForm *self, const gchar *key)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      CitizFormEntry *entry = g_ptr_array_index (self->entries, i);
      if (strcmp (entry->field->key, key) == 0)
        return entry;
    }
  g_return_val_if_reached (NULL);
}

static gboolean
is_text (const CitizFormEntry *entry)
{
  return ADW_IS_ENTRY_ROW (entry->row);
}

/* The row of a caption is called by its words, which are heard once. */
void
_citiz_form_set_caption (GtkWidget *row, const gchar *text)
{
  gtk_label_set_label (GTK_LABEL (gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row))), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_set_visible (row, *text != '\0');
}

static void
describe (CitizFormEntry *entry, GtkWidget *caption)
{
  gtk_accessible_update_relation (GTK_ACCESSIBLE (entry->row), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY,
                                  caption, NULL, -1);
}

void
_citiz_form_clear_wrong (CitizFormEntry *entry)
{
  _citiz_form_set_caption (entry->wrong, "");
  gtk_widget_remove_css_class (entry->row, "error");
  gtk_accessible_reset_state (GTK_ACCESSIBLE (entry->row), GTK_ACCESSIBLE_STATE_INVALID);
  describe (entry, entry->hint);
}

static void
say_wrong (CitizFormEntry *entry, const gchar *sentence)
{
  _citiz_form_set_caption (entry->wrong, sentence);
  gtk_widget_add_css_class (entry->row, "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (entry->row), GTK_ACCESSIBLE_STATE_INVALID,
                               GTK_ACCESSIBLE_INVALID_TRUE, -1);
  describe (entry, entry->wrong);
}

static gchar *
judge_length (const CitizFormEntry *entry, const gchar *text)
{
  glong n = g_utf8_strlen (text, -1);
  g_autofree gchar *most = NULL, *now = NULL;

  if (n <= entry->longest)
    return NULL;
  most = citiz_format_number ((gdouble) entry->longest, 0);
  now = citiz_format_number ((gdouble) n, 0);
  return g_strdup_printf (_ ("This is too long: %s characters, %s at most."), now, most);
}

/* NULL when the field is right, else its sentence. */
static gchar *
judge (CitizForm *self, const CitizFormEntry *entry)
{
  const CitizField *field = entry->field;
  g_autofree gchar *text = NULL;
  gdouble number;
  guint minutes;

  if (!is_text (entry) || !gtk_widget_get_visible (entry->row))
    return NULL;
  text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry->row))));
  if (*text == '\0')
    return field->required ? g_strdup (_ ("This is needed.")) : NULL;
  switch (field->kind)
    {
    case CITIZ_FIELD_NUMBER:
      if (!citiz_format_parse_number (text, &number))
        return g_strdup (_ ("Write a number, for example 7.2."));
      if (field->least < field->most && (number < field->least || number > field->most))
        {
          g_autofree gchar *a = citiz_format_number_short (field->least, 2);
          g_autofree gchar *b = citiz_format_number_short (field->most, 2);
          return g_strdup_printf (_ ("This is outside what can be: %s to %s. Check the unit."), a,
                                  b);
        }
      return NULL;
    case CITIZ_FIELD_DATE:
    case CITIZ_FIELD_DAY:
      return citiz_format_date_problem (text, field->kind == CITIZ_FIELD_DAY);
    case CITIZ_FIELD_TIME:
      return citiz_format_parse_time (text, &minutes) ? NULL
                                                      : g_strdup (_ ("Write the time as 7:05."));
    case CITIZ_FIELD_TEXT:
      return judge_length (entry, text);
    case CITIZ_FIELD_CHOICE:
    case CITIZ_FIELD_SWITCH:
      return NULL;
    }
  return NULL;
}

/* A date that is typed is said in words, so that day and month are not taken for one another. */
static void
show_understood (CitizForm *self, const CitizFormEntry *entry)
{
  const CitizField *field = entry->field;
  g_autofree gchar *words = NULL;

  if (field->kind != CITIZ_FIELD_DATE && field->kind != CITIZ_FIELD_DAY)
    return;
  words = citiz_format_date_understood (gtk_editable_get_text (GTK_EDITABLE (entry->row)));
  citiz_form_set_hint (self, field->key,
                       *words != '\0'        ? words
                       : field->hint != NULL ? _ (field->hint)
                                             : NULL);
}

static void
changed_cb (GtkWidget *row, GParamSpec *pspec, gpointer data)
{
  CitizForm *self = CITIZ_FORM (gtk_widget_get_ancestor (row, CITIZ_TYPE_FORM));

  if (self == NULL)
    return;
  self->changed = TRUE;
  gtk_widget_set_visible (self->banner, FALSE);
  for (guint i = 0; i < self->entries->len; i++)
    {
      CitizFormEntry *entry = g_ptr_array_index (self->entries, i);
      if (entry->row != row)
        continue;
      _citiz_form_clear_wrong (entry);
      if (!self->filling)
        show_understood (self, entry);
      if (entry->watch != NULL)
        entry->watch (self, entry->watch_data);
    }
}

static GtkWidget *
caption_row (const gchar *text, const gchar *css_class)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "wrap", TRUE, "margin-start", 12,
                                   "margin-end", 12, "margin-top", 6, "margin-bottom", 8,
                                   "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  GtkWidget *row = citiz_still_row_new (label);

  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, css_class);
  gtk_widget_add_css_class (row, "caption-row");
  _citiz_form_set_caption (row, text);
  return row;
}

void
_citiz_form_fill_choices (CitizFormEntry *entry,
                          const gchar *const *keys,
                          const gchar *const *labels)
{
  g_autoptr (GtkStringList) model = gtk_string_list_new (labels);

  g_strfreev (entry->keys);
  entry->keys = g_strdupv ((gchar **) keys);
  adw_combo_row_set_model (ADW_COMBO_ROW (entry->row), G_LIST_MODEL (model));
}

/* --- the list of a choice: names wrap, libadwaita's own are cut after some twenty letters --- */

static void
show_chosen (GtkListItem *item)
{
  GtkWidget *box = gtk_list_item_get_child (item);
  AdwComboRow *row = g_object_get_data (G_OBJECT (item), "row");
  const gboolean chosen = adw_combo_row_get_selected (row) == gtk_list_item_get_position (item);

  gtk_widget_set_opacity (gtk_widget_get_last_child (box), chosen ? 1 : 0);
}

static void
setup_choice_cb (GtkListItemFactory *factory, GtkListItem *item, AdwComboRow *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_append (GTK_BOX (box),
                  g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "hexpand", TRUE, "wrap", TRUE,
                                "wrap-mode", PANGO_WRAP_WORD_CHAR, "max-width-chars", 28, NULL));
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("object-select-symbolic"));
  gtk_list_item_set_child (item, box);
  g_object_set_data (G_OBJECT (item), "row", row);
  g_signal_connect_object (row, "notify::selected", G_CALLBACK (show_chosen), item,
                           G_CONNECT_SWAPPED);
}

static void
bind_choice_cb (GtkListItemFactory *factory, GtkListItem *item, AdwComboRow *row)
{
  GtkWidget *label = gtk_widget_get_first_child (gtk_list_item_get_child (item));

  gtk_label_set_label (GTK_LABEL (label),
                       gtk_string_object_get_string (gtk_list_item_get_item (item)));
  show_chosen (item);
}

static GtkWidget *
choice_row (CitizFormEntry *entry)
{
  g_autoptr (GtkListItemFactory) list = gtk_signal_list_item_factory_new ();
  g_autoptr (GPtrArray) keys = g_ptr_array_new (), labels = g_ptr_array_new ();
  const CitizChoice *choice = entry->field->choices;

  entry->row = adw_combo_row_new ();
  g_signal_connect (list, "setup", G_CALLBACK (setup_choice_cb), entry->row);
  g_signal_connect (list, "bind", G_CALLBACK (bind_choice_cb), entry->row);
  adw_combo_row_set_list_factory (ADW_COMBO_ROW (entry->row), list);
  for (; choice != NULL && choice->key != NULL; choice++)
    {
      g_ptr_array_add (keys, (gpointer) choice->key);
      g_ptr_array_add (labels, (gpointer) _ (choice->label));
    }
  g_ptr_array_add (keys, NULL);
  g_ptr_array_add (labels, NULL);
  _citiz_form_fill_choices (entry, (const gchar *const *) keys->pdata,
                            (const gchar *const *) labels->pdata);
  g_signal_connect (entry->row, "notify::selected", G_CALLBACK (changed_cb), NULL);
  return entry->row;
}

static GtkWidget *
switch_row (CitizFormEntry *entry)
{
  GtkWidget *toggle = gtk_switch_new ();

  entry->row = adw_action_row_new ();
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (entry->row), toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (entry->row), toggle);
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (entry->field->label), -1);
  g_signal_connect (toggle, "notify::active", G_CALLBACK (changed_cb), NULL);
  g_object_set_data (G_OBJECT (entry->row), "switch", toggle);
  return entry->row;
}

static void
activated_cb (GtkWidget *row, gpointer data)
{
  GtkWidget *form = gtk_widget_get_ancestor (row, CITIZ_TYPE_FORM);

  if (form != NULL)
    citiz_form_submit (CITIZ_FORM (form));
}

static void
add_field (CitizForm *self, GtkWidget *list, const CitizField *field)
{
  CitizFormEntry *entry = g_new0 (CitizFormEntry, 1);

  entry->field = field;
  entry->longest = strcmp (field->key, "note") == 0 ? LONGEST_NOTE : LONGEST;
  if (field->kind == CITIZ_FIELD_CHOICE)
    choice_row (entry);
  else if (field->kind == CITIZ_FIELD_SWITCH)
    switch_row (entry);
  else
    {
      entry->row = citiz_text_row_new (_ (field->label));
      g_signal_connect (entry->row, "notify::text", G_CALLBACK (changed_cb), NULL);
      g_signal_connect (entry->row, "entry-activated", G_CALLBACK (activated_cb), NULL);
      if (field->kind == CITIZ_FIELD_NUMBER)
        adw_entry_row_set_input_purpose (ADW_ENTRY_ROW (entry->row), GTK_INPUT_PURPOSE_NUMBER);
    }
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry->row), _ (field->label)); /* its name */
  gtk_list_box_append (GTK_LIST_BOX (list), entry->row);
  entry->hint = caption_row (field->hint != NULL ? _ (field->hint) : "", "secondary");
  gtk_list_box_append (GTK_LIST_BOX (list), entry->hint);
  entry->wrong = caption_row ("", "bad");
  gtk_list_box_append (GTK_LIST_BOX (list), entry->wrong);
  describe (entry, entry->hint);
  g_ptr_array_add (self->entries, entry);
}

static GtkWidget *
new_list (CitizForm *self, const gchar *heading)
{
  GtkWidget *list = citiz_list_new (heading);

  if (heading != NULL)
    {
      GtkWidget *label = gtk_label_new (heading);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_widget_add_css_class (label, "heading");
      gtk_widget_set_margin_top (label, 6);
      gtk_box_append (GTK_BOX (self->box), label);
    }
  gtk_box_append (GTK_BOX (self->box), list);
  return list;
}

static void
drop_cb (gpointer data)
{
  CitizForm *self = data;

  self->closing = TRUE;
  gtk_window_close (GTK_WINDOW (self));
}

static gboolean
citiz_form_close_request (GtkWindow *window)
{
  CitizForm *self = CITIZ_FORM (window);

  if (self->changed && !self->closing)
    {
      citiz_compat_ask_or (GTK_WIDGET (self), _ ("Leave without saving?"),
                           _ ("What you typed here would be lost."), _ ("_Go On Typing"),
                           _ ("Leave"), TRUE, drop_cb, self);
      return TRUE;
    }
  return GTK_WINDOW_CLASS (citiz_form_parent_class)->close_request (window);
}

static void
save_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  citiz_form_submit (CITIZ_FORM (widget));
}

static void
citiz_form_dispose (GObject *object)
{
  CitizForm *self = CITIZ_FORM (object);

  if (self->submit_destroy != NULL)
    self->submit_destroy (self->submit_data);
  self->submit_destroy = NULL;
  self->submit = NULL;
  G_OBJECT_CLASS (citiz_form_parent_class)->dispose (object);
}

static void
citiz_form_finalize (GObject *object)
{
  g_ptr_array_unref (CITIZ_FORM (object)->entries);
  G_OBJECT_CLASS (citiz_form_parent_class)->finalize (object);
}

static void
citiz_form_class_init (CitizFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_form_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_form_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = citiz_form_close_request;
  gtk_widget_class_install_action (widget_class, "form.save", NULL, save_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "form.save",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "form.save",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

/* Between two buttons in a narrow window it takes two lines: the header's own would be cut. */
static GtkWidget *
title_new (CitizForm *self)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR,
                                   "justify", GTK_JUSTIFY_CENTER, NULL);

  gtk_widget_add_css_class (label, "title");
  gtk_widget_add_css_class (label, "form-title");
  g_object_bind_property (self, "title", label, "label", G_BINDING_SYNC_CREATE);
  return label;
}

static void
citiz_form_init (CitizForm *self)
{
  GtkWidget *outer = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *header = adw_header_bar_new ();
  GtkWidget *cancel = citiz_button_new (_ ("_Cancel")), *clamp = adw_clamp_new ();

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->save = citiz_button_new (_ ("_Save"));
  gtk_widget_add_css_class (self->save, "suggested-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->save), "form.save");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (cancel), "window.close");
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), cancel);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->save);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), title_new (self));
  gtk_box_append (GTK_BOX (outer), header);

  self->banner_label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->banner_label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->banner_label), 0);
  self->banner = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  gtk_widget_add_css_class (self->banner, "banner");
  gtk_widget_add_css_class (self->banner, "bad");
  gtk_box_append (GTK_BOX (self->banner), gtk_image_new_from_icon_name ("citiz-alert-symbolic"));
  gtk_box_append (GTK_BOX (self->banner), self->banner_label);
  gtk_widget_set_visible (self->banner, FALSE);
  gtk_box_append (GTK_BOX (outer), self->banner);

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scroller), TRUE);
  gtk_widget_set_vexpand (self->scroller, TRUE);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_margin_top (self->box, 18);
  gtk_widget_set_margin_bottom (self->box, 24);
  gtk_widget_set_margin_start (self->box, 12);
  gtk_widget_set_margin_end (self->box, 12);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 480);
  adw_clamp_set_child (ADW_CLAMP (clamp), self->box);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), clamp);
  gtk_box_append (GTK_BOX (outer), self->scroller);
  adw_window_set_content (ADW_WINDOW (self), outer);
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (self), 520, -1);
}

CitizForm *
citiz_form_new (GtkWidget *owner, const gchar *title, const gchar *note, const CitizField *fields)
{
  CitizForm *self = g_object_new (CITIZ_TYPE_FORM, "title", title, NULL);
  GtkRoot *root = owner != NULL ? gtk_widget_get_root (owner) : NULL;
  GtkWidget *list = NULL, *words;

  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (self), GTK_WINDOW (root));
  if (note != NULL)
    {
      words = gtk_label_new (note);
      gtk_label_set_wrap (GTK_LABEL (words), TRUE);
      gtk_label_set_xalign (GTK_LABEL (words), 0);
      gtk_widget_add_css_class (words, "secondary");
      gtk_box_append (GTK_BOX (self->box), words);
    }
  for (; fields->key != NULL; fields++)
    {
      if (list == NULL || fields->group != NULL)
        list = new_list (self, fields->group != NULL ? _ (fields->group) : NULL);
      add_field (self, list, fields);
    }
  self->changed = FALSE;
  return self;
}

void
citiz_form_set_submit (CitizForm *self, CitizFormFunc func, gpointer data, GDestroyNotify destroy)
{
  self->submit = func;
  self->submit_data = data;
  self->submit_destroy = destroy;
}

gboolean
citiz_form_check (CitizForm *self)
{
  CitizFormEntry *first = NULL;

  for (guint i = 0; i < self->entries->len; i++)
    {
      CitizFormEntry *entry = g_ptr_array_index (self->entries, i);
      g_autofree gchar *sentence = judge (self, entry);

      _citiz_form_clear_wrong (entry);
      if (sentence == NULL)
        continue;
      say_wrong (entry, sentence);
      first = first != NULL ? first : entry;
    }
  if (first != NULL)
    gtk_widget_grab_focus (first->row);
  return first == NULL;
}

void
citiz_form_focus_first (CitizForm *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (gtk_widget_child_focus (((CitizFormEntry *) g_ptr_array_index (self->entries, i))->row,
                                GTK_DIR_TAB_FORWARD))
      return;
}

gboolean
citiz_form_is_changed (CitizForm *self)
{
  return self->changed;
}

void
citiz_form_submit (CitizForm *self)
{
  if (self->busy || !citiz_form_check (self) || self->submit == NULL)
    return;
  self->busy = TRUE;
  gtk_widget_set_sensitive (self->save, FALSE);
  self->submit (self, self->submit_data);
}

void
citiz_form_fail (CitizForm *self, const gchar *key, const gchar *sentence)
{
  if (gtk_widget_get_first_child (GTK_WIDGET (self)) == NULL) /* closed before the answer came */
    {
      citiz_toast (GTK_WIDGET (self), sentence);
      return;
    }
  self->busy = FALSE;
  gtk_widget_set_sensitive (self->save, TRUE);
  if (key != NULL)
    {
      CitizFormEntry *entry = _citiz_form_find (self, key);

      say_wrong (entry, sentence);
      gtk_widget_grab_focus (entry->row);
      return;
    }
  gtk_label_set_label (GTK_LABEL (self->banner_label), sentence);
  gtk_widget_set_visible (self->banner, TRUE);
}

gboolean
citiz_form_insists (CitizForm *self, const gchar *key, const gchar *sentence)
{
  CitizFormEntry *entry = _citiz_form_find (self, key);
  const gchar *text = citiz_form_get_text (self, key);

  if (g_strcmp0 (entry->asked, text) == 0)
    return TRUE;
  g_free (entry->asked);
  entry->asked = g_strdup (text);
  citiz_form_fail (self, key, sentence);
  return FALSE;
}

void
citiz_form_done (CitizForm *self)
{
  self->closing = TRUE;
  gtk_window_close (GTK_WINDOW (self));
}

void
citiz_form_watch (CitizForm *self, const gchar *key, CitizFormFunc func, gpointer data)
{
  CitizFormEntry *entry = _citiz_form_find (self, key);

  entry->watch = func;
  entry->watch_data = data;
}
