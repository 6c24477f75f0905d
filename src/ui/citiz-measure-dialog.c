/* A measure that no entry of the record tells: its newest value and its days. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-measure-dialog.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-chart.h"

GtkWidget *
citiz_measure_dialog_new (GtkWidget *owner,
                          const CitizRecord *record,
                          const CitizMeasureFacts *facts)
{
  GtkWidget *page, *header, *list = citiz_list_new (facts->title);
  GtkWidget *window = citiz_dialog_new (owner, facts->title, 540, 620, &page, &header);
  GtkWidget *chart = citiz_measure_chart_new (record, facts->measure);
  g_autofree gchar *when = citiz_format_capital (facts->when);

  citiz_fact_add (list, _ ("Value"), facts->value);
  citiz_fact_add (list, _ ("State"), facts->state);
  citiz_fact_add (list, _ ("Range"), facts->range);
  citiz_fact_add (list, _ ("When"), when);
  citiz_fact_add (list, _ ("Where it comes from"), _ ("A device or an application"));
  gtk_box_append (GTK_BOX (page), list);
  if (chart != NULL)
    {
      gtk_widget_set_margin_top (chart, 18);
      gtk_box_append (GTK_BOX (page), chart);
    }
  return window;
}
