/* What a person could not have meant, and what is asked twice. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-measure.h"
#include "record/citiz-item.h"
#include "ui/citiz-form.h"

G_BEGIN_DECLS

/* The dates and hours of a form of this kind. FALSE, with a sentence beside the field: one is still to come where it cannot be, or an
 * end stands before its beginning. */
gboolean citiz_add_check_dates (CitizForm *form, CitizKind kind, CitizTime now);
/* The value of a chosen measure, typed in @unit (blood pressure: both). FALSE, with a sentence: it cannot be; or it is seldom so and
 * was not yet saved twice. */
gboolean citiz_add_check_value (CitizForm *form, const CitizMeasure *chosen, const gchar *unit);
/* The same for a result, whose laboratory may know better: never refused, asked twice. */
gboolean citiz_add_check_result (CitizForm *form, const CitizMeasure *chosen);

G_END_DECLS
