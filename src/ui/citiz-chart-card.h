/* A card with a heading, the one number that sums it up, a chart and its table twin. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-chart.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_CHART_CARD (citiz_chart_card_get_type ())
G_DECLARE_FINAL_TYPE (CitizChartCard, citiz_chart_card, CITIZ, CHART_CARD, GtkWidget)

GtkWidget *citiz_chart_card_new (const gchar *title, gint height);
CitizChart *citiz_chart_card_get_chart (CitizChartCard *self);
/* "7 296" bold and "a day on average, whole days" in the neutral colour; hidden values become dots. */
void citiz_chart_card_set_summary (CitizChartCard *self, const gchar *number, const gchar *words);
/* Shown instead of the chart when there is nothing to draw; NULL shows the chart. */
void citiz_chart_card_set_empty (CitizChartCard *self, const gchar *sentence);
/* The legend under the chart: a colour by class and its word. */
void citiz_chart_card_add_legend (CitizChartCard *self,
                                  const gchar *css_class,
                                  gboolean half,
                                  const gchar *word);
void citiz_chart_card_set_legend_visible (CitizChartCard *self, gboolean visible);
/* A widget at the end of the heading's line. */
void citiz_chart_card_add_end (CitizChartCard *self, GtkWidget *widget);
/* A toggle with a name that asks for the table twin. */
GtkWidget *citiz_table_button_new (void);
/* Table in place of the chart. To be called again after the chart was filled anew. */
void citiz_chart_card_set_table (CitizChartCard *self, gboolean table);

G_END_DECLS
