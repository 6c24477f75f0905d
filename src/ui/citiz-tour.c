/* What Citiz is, in a few rows. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-tour.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-row.h"

static GtkWidget *
words (const gchar *text, const gchar *style)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", text, "xalign", 0.0, "hexpand", TRUE,
                                   "wrap", TRUE, NULL);

  gtk_widget_add_css_class (label, style);
  return label;
}

/* Looks like an AdwActionRow, whose boxes measure their words at some thirty widths each: half of the first frame. A grid needs two. */
static GtkWidget *
point_row (const gchar *icon, const gchar *title, const gchar *text)
{
  GtkWidget *grid = gtk_grid_new (), *row = citiz_still_row_new (grid);
  GtkWidget *labels[] = {words (title, "title"), words (text, "subtitle")};

  gtk_grid_attach (GTK_GRID (grid), citiz_prefix_new (icon, "accent"), 0, 0, 1, 2);
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    gtk_grid_attach (GTK_GRID (grid), labels[i], 1, (gint) i, 1, 1);
  g_object_set (grid, "column-spacing", 12, "row-spacing", 3, "margin-start", 12, "margin-end", 12,
                "margin-top", 6, "margin-bottom", 6, NULL);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  labels[0], NULL, GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, labels[1],
                                  NULL, -1);
  return row;
}

GtkWidget *
citiz_tour_list_new (void)
{
  static const struct
  {
    const gchar *icon, *title, *text;
  } points[] = {
      {"citiz-lock-symbolic", N_ ("It stays on this computer"),
       N_ ("Sealed by your passphrase. It works without any network.")},
      {"citiz-emergency-symbolic", N_ ("One press in an emergency"),
       N_ ("A code to read or to say opens your summary for 24 hours, then closes by itself.")},
      {"citiz-shown-symbolic", N_ ("Nobody looks in silence"),
       N_ ("Each opening is written in a ledger; you see who, when and why.")},
      {"citiz-download-symbolic", N_ ("It is yours"),
       N_ ("Everything leaves in standard formats, and erasing really erases.")},
  };
  GtkWidget *list = citiz_list_new (_ ("What Citiz is"));

  for (guint i = 0; i < G_N_ELEMENTS (points); i++)
    {
      gtk_list_box_append (GTK_LIST_BOX (list),
                           point_row (points[i].icon, _ (points[i].title), _ (points[i].text)));
    }
  return list;
}

GtkWidget *
citiz_tour_new (GtkWidget *parent)
{
  GtkWidget *page, *header;
  GtkWidget *window = citiz_dialog_new (parent, _ ("What Citiz Is"), 520, 440, &page, &header);

  gtk_box_append (GTK_BOX (page), citiz_tour_list_new ());
  return window;
}
