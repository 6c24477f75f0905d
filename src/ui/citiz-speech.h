/* Reads a code aloud where the desktop can speak. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

gboolean citiz_speech_available (void);
/* Letter by letter, in @language. */
void citiz_speech_spell (const gchar *code, CitizLanguage language);

G_END_DECLS
