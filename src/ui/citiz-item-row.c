/* Rows for items of the record; pressed, they open the item. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-item-row.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-item-dialog.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-page.h"
#include "ui/citiz-sparkline.h"

#define TREND_LENGTH 6

/* The row keeps the id, not the item: the item may be replaced by a correction meanwhile. */
typedef struct
{
  CitizSession *session;
  CitizId id;
} Link;

static void
link_free (gpointer data, GClosure *closure)
{
  Link *link = data;

  g_object_unref (link->session);
  g_free (link);
}

static void
opened_cb (GtkWidget *row, gpointer data)
{
  Link *link = data;

  citiz_item_dialog_open (row, link->session, &link->id);
}

void
citiz_item_row_open_with (GtkWidget *row, CitizSession *session, const CitizItem *item)
{
  Link *link = g_new0 (Link, 1);

  link->session = g_object_ref (session);
  link->id = item->id;
  g_signal_connect_data (row, "opened", G_CALLBACK (opened_cb), link, link_free, 0);
  citiz_row_set_opens (CITIZ_ROW (row), TRUE);
}

GtkWidget *
citiz_item_row_new (CitizSession *session, const CitizItem *item)
{
  CitizTime at = citiz_session_now (session);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (at.ms / 1000);
  const gchar *title = citiz_item_title (item), *detail = citiz_item_detail (item);
  g_autofree gchar *line = citiz_item_line (item, now), *source = citiz_item_source_word (item);
  GtkWidget *row = citiz_entry_row_new (title, detail, line), *tag = citiz_item_tag_new (item);

  citiz_entry_row_set_source (CITIZ_ENTRY_ROW (row), citiz_item_source_icon (item), source);
  if (item->kind == CITIZ_KIND_DOCUMENT)
    citiz_entry_row_set_prefix (CITIZ_ENTRY_ROW (row),
                                citiz_prefix_new ("citiz-document-symbolic", "neutral"));
  if (tag != NULL)
    {
      gtk_widget_set_valign (tag, GTK_ALIGN_CENTER);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), tag);
      gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                      citiz_item_tag_text (item), -1);
    }
  citiz_item_row_open_with (row, session, item);
  return row;
}

static GtkWidget *
value_cell (const CitizItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 5), *value, *unit;
  g_autofree gchar *text = citiz_item_value_text (item);
  gboolean number = citiz_item_has_number (item) || item->components->len > 0;

  value = gtk_label_new (citiz_shown (text));
  unit = gtk_label_new (citiz_item_unit_text (item));
  gtk_widget_add_css_class (value, "numeric");
  gtk_widget_add_css_class (value, number ? "result-value" : "bold");
  gtk_label_set_wrap (GTK_LABEL (value), !number);
  gtk_label_set_xalign (GTK_LABEL (value), 1);
  gtk_widget_set_hexpand (value, number);
  gtk_widget_set_halign (value, number ? GTK_ALIGN_END : GTK_ALIGN_START);
  gtk_label_set_xalign (GTK_LABEL (unit), 0);
  gtk_widget_add_css_class (unit, "secondary");
  gtk_widget_add_css_class (unit, "small");
  gtk_widget_set_size_request (unit, 48, -1);
  gtk_box_append (GTK_BOX (box), value);
  gtk_box_append (GTK_BOX (box), unit);
  gtk_widget_set_visible (unit, number);
  return box;
}

static GtkWidget *
state_cell (const CitizItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *state = citiz_position_new (item->position, item->range.owner);
  g_autofree gchar *range = citiz_item_range_words (item);

  if (state != NULL)
    {
      gtk_widget_set_halign (state, GTK_ALIGN_START);
      gtk_box_append (GTK_BOX (box), state);
    }
  if (*range != '\0')
    gtk_box_append (GTK_BOX (box), citiz_caption_new (range));
  return box;
}

/* Side by side in columns, or one above the other where there is no room: the words of a state are never let go. */
static GtkWidget *
value_and_state (const CitizItem *item)
{
  GtkWidget *squeezer = adw_squeezer_new ();
  GtkWidget *wide = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *narrow = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *value = value_cell (item), *state = state_cell (item);

  gtk_widget_set_size_request (value, 118, -1);
  gtk_widget_set_valign (value, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (state, 166, -1);
  gtk_widget_set_hexpand (state, TRUE);
  gtk_box_append (GTK_BOX (wide), value);
  gtk_box_append (GTK_BOX (wide), state);
  value = value_cell (item);
  state = state_cell (item);
  gtk_widget_set_halign (value, GTK_ALIGN_END);
  gtk_widget_set_halign (state, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (narrow), value);
  gtk_box_append (GTK_BOX (narrow), state);
  adw_squeezer_add (ADW_SQUEEZER (squeezer), wide);
  adw_squeezer_add (ADW_SQUEEZER (squeezer), narrow);
  adw_squeezer_set_homogeneous (ADW_SQUEEZER (squeezer), FALSE);
  adw_squeezer_set_xalign (ADW_SQUEEZER (squeezer), 0);
  gtk_widget_set_valign (squeezer, GTK_ALIGN_CENTER);
  return squeezer;
}

static GtkWidget *
trend_cell (GPtrArray *trend, const gchar *unit, gdouble low, gdouble high)
{
  GtkWidget *spark = citiz_sparkline_new (CITIZ_SPARKLINE_LINE, 104, 28);
  gdouble values[TREND_LENGTH];
  guint n = 0, from = trend->len > TREND_LENGTH ? trend->len - TREND_LENGTH : 0;

  for (guint i = from; i < trend->len; i++)
    {
      gdouble value = citiz_item_number (g_ptr_array_index (trend, i), unit);

      if (!isnan (value))
        values[n++] = value;
    }
  citiz_sparkline_set (CITIZ_SPARKLINE (spark), values, n, low, high, NAN);
  citiz_sparkline_set_concealed (CITIZ_SPARKLINE (spark), citiz_values_hidden ());
  citiz_sparkline_set_label (CITIZ_SPARKLINE (spark), _ ("Trend of the last values"));
  gtk_widget_set_visible (spark, n > 1);
  return spark;
}

GtkWidget *
citiz_result_row_new (CitizSession *session, const CitizItem *item, GPtrArray *trend)
{
  CitizTime at = citiz_session_now (session);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (at.ms / 1000);
  g_autofree gchar *date = citiz_date_words (citiz_item_date (item), now, FALSE);
  g_autofree gchar *source = citiz_item_source_word (item),
                   *value_text = citiz_item_value_text (item);
  g_autofree gchar *says = NULL;
  const gchar *state
      = citiz_values_hidden () ? "" : citiz_position_text (item->position, item->range.owner);
  gdouble low, high;
  gboolean range;
  GtkWidget *row = citiz_entry_row_new (citiz_item_title (item), NULL, date);
  GtkWidget *bar = citiz_range_bar_new (132), *slot;

  citiz_range_ends (&item->range, &low, &high);
  range = citiz_item_has_number (item) && (!isnan (low) || !isnan (high));
  citiz_entry_row_set_source (CITIZ_ENTRY_ROW (row), citiz_item_source_icon (item), source);
  says = g_strdup_printf ("%s %s%s%s", citiz_shown (value_text), citiz_item_unit_text (item),
                          *state != '\0' ? ", " : "", state);
  citiz_entry_row_add_cell (CITIZ_ENTRY_ROW (row), value_and_state (item), 0, 300, says);
  if (range)
    citiz_range_bar_set (CITIZ_RANGE_BAR (bar), item->value.number, low, high);
  citiz_range_bar_set_concealed (CITIZ_RANGE_BAR (bar), citiz_values_hidden ());
  slot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL,
                      0); /* keeps the column when there is no range to draw */
  gtk_widget_set_hexpand (bar, TRUE);
  if (range)
    gtk_box_append (GTK_BOX (slot), bar);
  else
    g_object_ref_sink (bar), g_object_unref (bar);
  citiz_entry_row_add_cell (CITIZ_ENTRY_ROW (row), slot, 2, 132, NULL);
  slot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_box_append (GTK_BOX (slot), trend_cell (trend, item->unit, low, high));
  citiz_entry_row_add_cell (CITIZ_ENTRY_ROW (row), slot, 3, 104, NULL);
  citiz_item_row_open_with (row, session, item);
  return row;
}

GtkWidget *
citiz_empty_row_new (const gchar *sentence, const gchar *button, const gchar *action)
{
  GtkWidget *row = citiz_row_new (sentence, NULL);

  gtk_widget_add_css_class (row, "empty-row");
  gtk_widget_set_focusable (row, FALSE); /* the keyboard goes to its button */
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  if (button != NULL)
    {
      GtkWidget *press = gtk_button_new_with_label (button);
      g_autofree gchar *says = g_strdup_printf ("%s, %s", sentence, button);

      /* "Add" alone, heard out of its row, does not say what. */
      gtk_accessible_update_property (GTK_ACCESSIBLE (press), GTK_ACCESSIBLE_PROPERTY_LABEL, says,
                                      -1);
      gtk_widget_set_valign (press, GTK_ALIGN_CENTER);
      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (press), action);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), press);
    }
  return row;
}
