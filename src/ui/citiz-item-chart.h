/* The course of a value over time, as a card with its table twin. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "record/citiz-record.h"

G_BEGIN_DECLS

/* NULL with less than two values of the same test or measure. @now: for dates in words. */
GtkWidget *citiz_item_chart_new (const CitizRecord *record, const CitizItem *item, GDateTime *now);
/* The same of a measure by days, devices included: the last year that has any. NULL with less than two days. */
GtkWidget *citiz_measure_chart_new (const CitizRecord *record, const gchar *measure);
/* The ends of the axis: all of the data, and each end of the range that they pass or that is near. A far end would flatten the line. */
void citiz_item_chart_span (gdouble *lo, gdouble *hi, gdouble low, gdouble high);

G_END_DECLS
