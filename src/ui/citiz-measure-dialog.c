/* A measure that no entry of the record tells: its newest value and its days. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-measure-dialog.h"

#include <adwaita.h>

#include "ui/citiz-bits.h"

GtkWidget *
citiz_measure_dialog_new (GtkWidget *owner,
                          const gchar *title,
                          const CitizMeasureFact *facts,
                          GtkWidget *chart)
{
  GtkWidget *page, *header, *list = citiz_list_new (title);
  GtkWidget *window = citiz_dialog_new (owner, title, 540, 620, &page, &header);

  for (; facts->name != NULL; facts++)
    citiz_fact_add (list, facts->name, facts->text);
  gtk_box_append (GTK_BOX (page), list);
  if (chart != NULL)
    {
      gtk_widget_set_margin_top (chart, 18);
      gtk_box_append (GTK_BOX (page), chart);
    }
  return window;
}
