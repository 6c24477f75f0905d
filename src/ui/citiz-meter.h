/* How much of a goal is reached, or of a limit used. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_METER (citiz_meter_get_type ())
G_DECLARE_FINAL_TYPE (CitizMeter, citiz_meter, CITIZ, METER, GtkWidget)

/* @limit: grey with a tick at its end; else in the accent colour, in that of success once it is full. */
GtkWidget *citiz_meter_new (gdouble fraction, gboolean limit);

G_END_DECLS
