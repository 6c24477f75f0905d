/* A measure that no entry tells by itself: value, range or goal, and its chart by days. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Name and text, both in words; without a text it is left out. */
typedef struct
{
  const gchar *name, *text;
} CitizMeasureFact;

/* @facts end with a NULL name. @chart: its course, or NULL. Over the window of @owner, not shown yet. */
GtkWidget *citiz_measure_dialog_new (GtkWidget *owner,
                                     const gchar *title,
                                     const CitizMeasureFact *facts,
                                     GtkWidget *chart);

G_END_DECLS
