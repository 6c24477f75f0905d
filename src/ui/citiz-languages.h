/* Languages a person speaks, in words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <jansson.h>

#include "core/citiz-types.h"

G_BEGIN_DECLS

/* "French, English" of the communication of a FHIR Patient; a code without a name stays a code. */
gchar *citiz_languages_words (json_t *patient, CitizLanguage language);
/* "fr,en" of words in either language, or of codes; what is not known stays as it was typed. */
gchar *citiz_languages_codes (const gchar *words);

G_END_DECLS
