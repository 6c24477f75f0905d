/* Units: what they are called, how one becomes another. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

/* Converts between two UCUM codes (or common spellings: "mmHg", "µmol/L"). Mass and molar concentrations need the analyte:
 * a LOINC code or a measure key, else NULL. FALSE when they do not measure the same thing. */
gboolean citiz_unit_convert (gdouble value,
                             const gchar *from,
                             const gchar *to,
                             const gchar *analyte,
                             gdouble *out) G_GNUC_WARN_UNUSED_RESULT;
/* UCUM for a spelling found in a file; the text itself when it is not known. */
const gchar *citiz_unit_ucum (const gchar *text);
/* What a person reads: "mmHg", "pas", "µmol/L"; the text itself when it is not known. */
const gchar *citiz_unit_symbol (const gchar *unit, CitizLanguage language);

G_END_DECLS
