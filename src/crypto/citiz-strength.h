/* How hard a passphrase is to guess, in English and in French. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

#define CITIZ_STRENGTH_MIN_BITS 60.0 /* what a vault asks for */

guint citiz_passphrase_strength (const gchar *passphrase, gdouble *bits);
gchar *citiz_passphrase_suggest (CitizLanguage language);

G_END_DECLS
