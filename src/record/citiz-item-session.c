/* The figures of a session as a person reads them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-item.h"

#include "record/citiz-code.h"
#include "record/citiz-unit.h"

#include <string.h>

/* By code: what it is called in a session, in which unit, with how many decimals; @plain: its unit says what it is. */
static const struct
{
  const gchar *code, *name[2], *unit;
  gint decimals;
  gboolean plain;
} figures[] = {
    {"55411-3", {"Duration", "Durée"}, "min", 0, TRUE},
    {"41953-1", {"Distance", "Distance"}, "km", 1, TRUE},
    {"41981-2", {"Energy", "Énergie"}, "kcal", 0, TRUE},
    {"55423-8", {"Steps", "Pas"}, "{steps}", 0, TRUE},
    {"8867-4", {"Heart rate", "Fréquence cardiaque"}, "/min", 0, FALSE},
    {"55425-3", {"Heart rate", "Fréquence cardiaque"}, "/min", 0, FALSE},
    {"heart-rate-least", {"Lowest heart rate", "Fréquence cardiaque minimale"}, "/min", 0, FALSE},
    {"heart-rate-most", {"Highest heart rate", "Fréquence cardiaque maximale"}, "/min", 0, FALSE},
    {"elevation-gain", {"Climb", "Dénivelé"}, "m", 0, FALSE},
};

/* "5190" with the comma of the language; "0,8". */
static gchar *
number_text (gdouble value, gint decimals, CitizLanguage language)
{
  gchar digits[G_ASCII_DTOSTR_BUF_SIZE], format[8];

  g_snprintf (format, sizeof format, "%%.%df", decimals);
  g_ascii_formatd (digits, sizeof digits, format, value);
  if (language == CITIZ_LANGUAGE_FR)
    g_strdelimit (digits, ".", ',');
  return g_strdup (digits);
}

/**
 * citiz_session_figure:
 * @part: of an item of CITIZ_KIND_SESSION
 * @name: (out): what it is called
 * @plain: (out): whether the figure is understood without its name
 *
 * Returns: (transfer full) (nullable): "0,8 km", rounded as one says it; %NULL for a part that is no number
 */
gchar *
citiz_session_figure (const CitizComponent *part,
                      CitizLanguage language,
                      const gchar **name,
                      gboolean *plain)
{
  const gchar *unit = part->unit;
  gdouble value = part->value.number;
  gint decimals = 1;
  g_autofree gchar *number = NULL;

  *name = part->title[language];
  *plain = FALSE;
  if (!citiz_decimal_known (&part->value))
    return NULL;
  for (guint i = 0; part->code != NULL && i < G_N_ELEMENTS (figures); i++)
    if (strcmp (figures[i].code, part->code) == 0)
      {
        *name = figures[i].name[language];
        *plain = figures[i].plain;
        if (unit[0] == '\0' || strcmp (unit, figures[i].unit) == 0
            || citiz_unit_convert (value, unit, figures[i].unit, NULL, &value))
          {
            unit = figures[i].unit;
            decimals = figures[i].decimals;
          }
      }
  number = number_text (value, decimals, language);
  unit = citiz_unit_symbol (unit, language);
  return unit[0] != '\0' ? g_strdup_printf ("%s\302\240%s", number, unit)
                         : g_steal_pointer (&number);
}
