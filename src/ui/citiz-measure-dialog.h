/* A measure whose newest value comes from a device: value, range and its chart by days. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "record/citiz-record.h"

G_BEGIN_DECLS

/* What the tile says of it, already in words; "" for none. */
typedef struct
{
  const gchar *measure; /* a key of the catalogue */
  const gchar *title, *value, *state, *range, *when;
} CitizMeasureFacts;

/* Over the window of @owner, not shown yet. */
GtkWidget *citiz_measure_dialog_new (GtkWidget *owner,
                                     const CitizRecord *record,
                                     const CitizMeasureFacts *facts);

G_END_DECLS
