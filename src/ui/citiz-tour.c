/* What Citiz is, in a few rows. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-tour.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-row.h"

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
      GtkWidget *row = citiz_row_new (_ (points[i].title), _ (points[i].text));

      adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 5);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 5);
      gtk_widget_set_focusable (row, FALSE); /* words to read, nothing to press */
      citiz_row_set_prefix (CITIZ_ROW (row), points[i].icon, "accent");
      gtk_list_box_append (GTK_LIST_BOX (list), row);
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
