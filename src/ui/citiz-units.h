/* In which units values are shown and typed, by quantity. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"
#include "record/citiz-measure.h"

G_BEGIN_DECLS

/* Takes the choices of the open record. TRUE: they are others than before. */
gboolean citiz_units_read (CitizSession *session);
/* The UCUM unit in which a value of @measure (nullable) written in @unit is shown; @unit itself when the person chose none. */
const gchar *citiz_units_shown (const CitizMeasure *measure, const gchar *unit);
/* @value in that unit; TRUE when it differs from @unit, so that the digits are no longer those written. */
gboolean citiz_units_convert (const CitizMeasure *measure,
                              const gchar *unit,
                              gdouble value,
                              gdouble *out);
/* Decimals of a converted value. */
gint citiz_units_decimals (const gchar *ucum);
/* The rows of the preferences, which keep what is chosen. */
void citiz_units_fill (AdwPreferencesGroup *group, CitizSession *session);

G_END_DECLS
