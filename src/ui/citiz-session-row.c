/* A session of physical activity: its kind, when, how long, how far, how fast the heart. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-session-row.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "record/citiz-unit.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-dialog.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-page.h"
#include "ui/citiz-thumbnail.h"
#include "ui/citiz-units.h"

#define MEAN_HEART_RATE "55425-3" /* LOINC */

/* Word of the title → icon; the first that fits. */
static const struct
{
  const gchar *word, *icon;
} icons[] = {
    {"walk", "citiz-walk-symbolic"},
    {"marche", "citiz-walk-symbolic"},
    {"bike", "citiz-bike-symbolic"},
    {"cycl", "citiz-bike-symbolic"},
    {"velo", "citiz-bike-symbolic"},
    {"swim", "citiz-swim-symbolic"},
    {"nat", "citiz-swim-symbolic"},
    {"strength", "citiz-strength-symbolic"},
    {"renforcement", "citiz-strength-symbolic"},
    {"muscu", "citiz-strength-symbolic"},
};

static const gchar *
icon_of (const CitizItem *item)
{
  g_autofree gchar *folded = citiz_fold (citiz_item_title (item));

  for (guint i = 0; i < G_N_ELEMENTS (icons); i++)
    if (strstr (folded, icons[i].word) != NULL)
      return icons[i].icon;
  return "citiz-activity-symbolic";
}

/* A figure of the session in the unit wished; not-a-number when it has none. */
static gdouble
figure (const CitizItem *item, const gchar *measure, const gchar *unit)
{
  const CitizComponent *part
      = citiz_item_part (item, measure, strcmp (measure, "hr") == 0 ? MEAN_HEART_RATE : "");
  gdouble value;

  if (part == NULL || !citiz_decimal_known (&part->value))
    return NAN;
  if (*part->unit == '\0' || strcmp (part->unit, unit) == 0)
    return part->value.number;
  return citiz_unit_convert (part->value.number, part->unit, unit, NULL, &value) ? value : NAN;
}

static void
add_figure (GtkWidget *row, gdouble value, gint decimals, const gchar *unit, guint rank, gint width)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4), *number, *word;
  g_autofree gchar *text = isnan (value) ? g_strdup ("") : citiz_format_number (value, decimals),
                   *says = NULL;

  number = gtk_label_new (*text != '\0' ? citiz_shown (text) : "");
  word = citiz_caption_new (*text != '\0' ? unit : "");
  gtk_label_set_wrap (GTK_LABEL (word), FALSE);
  gtk_widget_add_css_class (number, "numeric");
  gtk_widget_add_css_class (number, "bold");
  gtk_widget_set_valign (number, GTK_ALIGN_BASELINE);
  gtk_widget_set_valign (word, GTK_ALIGN_BASELINE);
  gtk_box_append (GTK_BOX (box), number);
  gtk_box_append (GTK_BOX (box), word);
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  says = *text != '\0' ? g_strdup_printf ("%s %s", citiz_shown (text), unit) : NULL;
  citiz_entry_row_add_cell (CITIZ_ENTRY_ROW (row), box, rank, width, says);
}

GtkWidget *
citiz_session_row_new (CitizSession *session, const CitizItem *item)
{
  CitizTime at = citiz_session_now (session);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (at.ms / 1000);
  g_autofree gchar *when = citiz_date_words (citiz_item_date (item), now, TRUE);
  g_autofree gchar *capital = citiz_format_capital (when), *line = NULL;
  const gchar *source = *item->source_name != '\0'          ? item->source_name
                        : item->source == CITIZ_SOURCE_SELF ? _ ("entered by you")
                                                            : "";
  const gchar *distance;
  GtkWidget *row;

  line = *source != '\0' ? g_strdup_printf ("%s · %s", capital, source) : g_strdup (capital);
  row = citiz_entry_row_new (citiz_item_title (item), NULL, line);
  citiz_entry_row_set_prefix (CITIZ_ENTRY_ROW (row),
                              citiz_thumbnail_new (item->route, icon_of (item)));
  add_figure (row, figure (item, "exercise_min", "min"), 0, _ ("min"), 0, 66);
  distance = citiz_units_shown (citiz_measure_get ("walk_dist"), "km");
  add_figure (row, figure (item, "walk_dist", distance), 1,
              citiz_unit_symbol (distance, citiz_format_language ()), 1, 66);
  add_figure (row, figure (item, "hr", "/min"), 0, _ ("/min"), 2, 78);
  citiz_item_row_open_with (row, session, item);
  return row;
}
