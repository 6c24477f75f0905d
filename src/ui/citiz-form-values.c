/* What the fields of a form hold: put there by the program, read when it is saved. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-form-private.h"

#include "ui/citiz-format.h"

/* Values set by the program are not changes of the person. */
static void
put_text (CitizForm *self, const gchar *key, const gchar *text)
{
  gboolean changed = self->changed;
  CitizFormEntry *entry = _citiz_form_find (self, key);

  self->filling = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (entry->row), text != NULL ? text : "");
  self->filling = FALSE;
  self->changed = changed;
}

void
citiz_form_set_text (CitizForm *self, const gchar *key, const gchar *text)
{
  put_text (self, key, text);
}

void
citiz_form_allow (CitizForm *self, const gchar *key, const gchar *text)
{
  CitizFormEntry *entry = _citiz_form_find (self, key);

  entry->longest = MAX (entry->longest, g_utf8_strlen (text, -1));
}

void
citiz_form_set_number (CitizForm *self, const gchar *key, gdouble value, gint decimals)
{
  g_autofree gchar *text = citiz_format_number_short (value, decimals);

  put_text (self, key, text);
}

void
citiz_form_set_date (CitizForm *self, const gchar *key, gint year, gint month, gint day)
{
  g_autofree gchar *text = year == 0    ? g_strdup ("")
                           : month == 0 ? g_strdup_printf ("%04d", year)
                           : day == 0   ? g_strdup_printf ("%04d-%02d", year, month)
                                        : g_strdup_printf ("%04d-%02d-%02d", year, month, day);

  put_text (self, key, text);
}

void
citiz_form_set_minutes (CitizForm *self, const gchar *key, guint minutes)
{
  g_autofree gchar *text = citiz_format_hour_minute (minutes / 60, minutes % 60);

  put_text (self, key, text);
}

void
citiz_form_set_choice (CitizForm *self, const gchar *key, const gchar *choice)
{
  CitizFormEntry *entry = _citiz_form_find (self, key);
  gboolean changed = self->changed;

  for (guint i = 0; entry->keys != NULL && entry->keys[i] != NULL; i++)
    if (g_strcmp0 (entry->keys[i], choice) == 0)
      adw_combo_row_set_selected (ADW_COMBO_ROW (entry->row), i);
  self->changed = changed;
}

void
citiz_form_set_choices (CitizForm *self,
                        const gchar *key,
                        const gchar *const *keys,
                        const gchar *const *labels)
{
  gboolean changed = self->changed;

  _citiz_form_fill_choices (_citiz_form_find (self, key), keys, labels);
  self->changed = changed;
}

void
citiz_form_set_switch (CitizForm *self, const gchar *key, gboolean on)
{
  gboolean changed = self->changed;

  gtk_switch_set_active (g_object_get_data (G_OBJECT (_citiz_form_find (self, key)->row), "switch"),
                         on);
  self->changed = changed;
}

void
citiz_form_set_hint (CitizForm *self, const gchar *key, const gchar *hint)
{
  CitizFormEntry *entry = _citiz_form_find (self, key);

  _citiz_form_set_caption (entry->hint, hint != NULL ? hint : "");
}

void
citiz_form_set_visible (CitizForm *self, const gchar *key, gboolean visible)
{
  CitizFormEntry *entry = _citiz_form_find (self, key);

  gtk_widget_set_visible (entry->row, visible);
  if (!visible)
    {
      gtk_widget_set_visible (entry->hint, FALSE);
      _citiz_form_clear_wrong (entry);
    }
}

static const gchar *
typed (const CitizFormEntry *entry)
{
  return gtk_editable_get_text (GTK_EDITABLE (entry->row));
}

const gchar *
citiz_form_get_digits (CitizForm *self, const gchar *key)
{
  CitizFormEntry *entry = _citiz_form_find (self, key);

  g_autofree gchar *plain = citiz_format_plain (typed (entry));

  if (g_strcmp0 (plain, entry->plain) != 0) /* who asked before may hold it still */
    {
      g_free (entry->plain);
      entry->plain = g_steal_pointer (&plain);
    }
  return entry->plain != NULL ? entry->plain : typed (entry);
}

const gchar *
citiz_form_get_text (CitizForm *self, const gchar *key)
{
  CitizFormEntry *entry = _citiz_form_find (self, key);

  return entry->field->kind == CITIZ_FIELD_NUMBER ? citiz_form_get_digits (self, key)
                                                  : typed (entry);
}

gboolean
citiz_form_get_number (CitizForm *self, const gchar *key, gdouble *out)
{
  return citiz_format_parse_number (typed (_citiz_form_find (self, key)), out);
}

gboolean
citiz_form_get_date (CitizForm *self, const gchar *key, gint *year, gint *month, gint *day)
{
  return citiz_format_parse_date (citiz_form_get_text (self, key), year, month, day);
}

gboolean
citiz_form_get_minutes (CitizForm *self, const gchar *key, guint *out)
{
  return citiz_format_parse_time (citiz_form_get_text (self, key), out);
}

const gchar *
citiz_form_get_choice (CitizForm *self, const gchar *key)
{
  CitizFormEntry *entry = _citiz_form_find (self, key);
  guint i = adw_combo_row_get_selected (ADW_COMBO_ROW (entry->row));

  return i != GTK_INVALID_LIST_POSITION && entry->keys != NULL ? entry->keys[i] : "";
}

gboolean
citiz_form_get_switch (CitizForm *self, const gchar *key)
{
  return gtk_switch_get_active (
      g_object_get_data (G_OBJECT (_citiz_form_find (self, key)->row), "switch"));
}
