/* Prescribers' shorthand in plain words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

/* "4 mg PO OD" → "4 mg by mouth once a day". What has more than one meaning (OD is also the right eye) is said only where the
 * rest of the text leaves no doubt; everything else stays as it was written. Returns: (transfer full) */
gchar *citiz_sig_plain (const gchar *text, CitizLanguage language);

G_END_DECLS
