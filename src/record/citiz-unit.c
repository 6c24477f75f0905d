/* Units: dimension, factor, offset; molar masses by analyte. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-unit.h"
#include "record/citiz-measure.h"

#include <string.h>

/* value in base = value × factor + offset. Dimensions: same letter = same thing. Sources: UCUM 2.1; NIST SP 811. */
typedef struct
{
  const gchar *ucum;
  const gchar *dimension;
  gdouble factor, offset;
  const gchar *symbol[2];
} Unit;

static const Unit units[] = {
    {"g", "M", 1, 0, {"g", "g"}},
    {"kg", "M", 1000, 0, {"kg", "kg"}},
    {"mg", "M", 1e-3, 0, {"mg", "mg"}},
    {"ug", "M", 1e-6, 0, {"µg", "µg"}},
    {"[lb_av]", "M", 453.59237, 0, {"lb", "lb"}},
    {"[oz_av]", "M", 28.349523125, 0, {"oz", "oz"}},
    {"[stone_av]", "M", 6350.29318, 0, {"st", "st"}},
    {"m", "L", 1, 0, {"m", "m"}},
    {"cm", "L", 0.01, 0, {"cm", "cm"}},
    {"mm", "L", 0.001, 0, {"mm", "mm"}},
    {"km", "L", 1000, 0, {"km", "km"}},
    {"[in_i]", "L", 0.0254, 0, {"in", "po"}},
    {"[ft_i]", "L", 0.3048, 0, {"ft", "pi"}},
    {"[yd_i]", "L", 0.9144, 0, {"yd", "vg"}},
    {"[mi_i]", "L", 1609.344, 0, {"mi", "mi"}},
    {"L", "V", 1, 0, {"L", "L"}},
    {"mL", "V", 1e-3, 0, {"mL", "mL"}},
    {"dL", "V", 0.1, 0, {"dL", "dL"}},
    {"fL", "V", 1e-15, 0, {"fL", "fL"}},
    {"[foz_us]", "V", 0.0295735295625, 0, {"fl oz", "oz liq."}},
    {"[cup_us]", "V", 0.2365882365, 0, {"cup", "tasse"}},
    {"[pt_us]", "V", 0.473176473, 0, {"pt", "pinte"}},
    {"s", "T", 1, 0, {"s", "s"}},
    {"ms", "T", 1e-3, 0, {"ms", "ms"}},
    {"min", "T", 60, 0, {"min", "min"}},
    {"h", "T", 3600, 0, {"h", "h"}},
    {"d", "T", 86400, 0, {"d", "j"}},
    {"kcal", "E", 4184, 0, {"kcal", "kcal"}},
    {"cal", "E", 4.184, 0, {"cal", "cal"}},
    {"kJ", "E", 1000, 0, {"kJ", "kJ"}},
    {"J", "E", 1, 0, {"J", "J"}},
    {"Cel", "K", 1, 273.15, {"°C", "°C"}},
    {"[degF]", "K", 5.0 / 9.0, 459.67 * 5.0 / 9.0, {"°F", "°F"}},
    {"K", "K", 1, 0, {"K", "K"}},
    {"mm[Hg]", "P", 133.322, 0, {"mmHg", "mmHg"}},
    {"kPa", "P", 1000, 0, {"kPa", "kPa"}},
    {"/min", "R", 1, 0, {"/min", "/min"}},
    {"/s", "R", 60, 0, {"/s", "/s"}},
    {"mg/dL", "MV", 0.01, 0, {"mg/dL", "mg/dL"}},
    {"g/L", "MV", 1, 0, {"g/L", "g/L"}},
    {"g/dL", "MV", 10, 0, {"g/dL", "g/dL"}},
    {"mg/L", "MV", 1e-3, 0, {"mg/L", "mg/L"}},
    {"ug/L", "MV", 1e-6, 0, {"µg/L", "µg/L"}},
    {"ng/mL", "MV", 1e-6, 0, {"ng/mL", "ng/mL"}},
    {"ng/L", "MV", 1e-9, 0, {"ng/L", "ng/L"}},
    {"pg/mL", "MV", 1e-9, 0, {"pg/mL", "pg/mL"}},
    {"mmol/L", "NV", 1e-3, 0, {"mmol/L", "mmol/L"}},
    {"umol/L", "NV", 1e-6, 0, {"µmol/L", "µmol/L"}},
    {"nmol/L", "NV", 1e-9, 0, {"nmol/L", "nmol/L"}},
    {"pmol/L", "NV", 1e-12, 0, {"pmol/L", "pmol/L"}},
    {"m/s", "S", 1, 0, {"m/s", "m/s"}},
    {"km/h", "S", 1 / 3.6, 0, {"km/h", "km/h"}},
    {"[mi_i]/h", "S", 0.44704, 0, {"mph", "mi/h"}},
    {"L/min", "VT", 1, 0, {"L/min", "L/min"}},
    {"mL/s", "VT", 0.06, 0, {"mL/s", "mL/s"}},
    {"mg/g", "AC", 1, 0, {"mg/g", "mg/g"}},
    {"mg/mmol", "AC", 8.84, 0, {"mg/mmol", "mg/mmol"}},
    {"%", "%", 1, 0, {"%", "%"}},
    {"mmol/mol", "HB", 1, 0, {"mmol/mol", "mmol/mol"}},
    {"kg/m2", "BMI", 1, 0, {"kg/m²", "kg/m²"}},
    {"{steps}", "N", 1, 0, {"steps", "pas"}},
    {"{steps}/d", "N", 1, 0, {"steps/day", "pas/jour"}},
    {"{flights}", "N", 1, 0, {"floors", "étages"}},
    {"{INR}", "N", 1, 0, {"", ""}},
    {"{score}", "N", 1, 0, {"", ""}},
    {"{drinks}/d", "N", 1, 0, {"drinks/day", "consommations/jour"}},
    {"10*9/L", "C", 1, 0, {"×10⁹/L", "×10⁹/L"}},
    {"10*12/L", "C", 1000, 0, {"×10¹²/L", "×10¹²/L"}},
    {"L/L", "F", 1, 0, {"L/L", "L/L"}},
    {"U/L", "UL", 1, 0, {"U/L", "U/L"}},
    {"m[IU]/L", "IU", 1, 0, {"mIU/L", "mUI/L"}},
    {"[IU]", "I", 1, 0, {"units", "unités"}},
    {"mL/kg/min", "VO2", 1, 0, {"mL/kg/min", "mL/kg/min"}},
    {"mL/min/{1.73_m2}", "GFR", 1, 0, {"mL/min/1.73 m²", "mL/min/1,73 m²"}},
    {"min/wk", "T7", 1, 0, {"min/week", "min/semaine"}},
};

/* Other spellings found in files. */
static const gchar *const spellings[][2] = {
    {"mmHg", "mm[Hg]"},
    {"mm Hg", "mm[Hg]"},
    {"beats/min", "/min"},
    {"{beats}/min", "/min"},
    {"bpm", "/min"},
    {"/min.", "/min"},
    {"breaths/min", "/min"},
    {"{breaths}/min", "/min"},
    {"count/min", "/min"},
    {"lb", "[lb_av]"},
    {"lbs", "[lb_av]"},
    {"oz", "[oz_av]"},
    {"st", "[stone_av]"},
    {"in", "[in_i]"},
    {"ft", "[ft_i]"},
    {"mi", "[mi_i]"},
    {"µmol/L", "umol/L"},
    {"μmol/L", "umol/L"},
    {"mcmol/L", "umol/L"},
    {"µg", "ug"},
    {"μg", "ug"},
    {"mcg", "ug"},
    {"µg/L", "ug/L"},
    {"μg/L", "ug/L"},
    {"ug/l", "ug/L"},
    {"umol/l", "umol/L"},
    {"µmol/l", "umol/L"},
    {"mmol/l", "mmol/L"},
    {"mg/dl", "mg/dL"},
    {"g/l", "g/L"},
    {"mcg/L", "ug/L"},
    {"C", "Cel"},
    {"degC", "Cel"},
    {"°C", "Cel"},
    {"degF", "[degF]"},
    {"°F", "[degF]"},
    {"Cal", "kcal"},
    {"mIU/L", "m[IU]/L"},
    {"mU/L", "m[IU]/L"},
    {"10^9/L", "10*9/L"},
    {"x10E9/L", "10*9/L"},
    {"10*3/uL", "10*9/L"},
    {"10^12/L", "10*12/L"},
    {"IU/L", "U/L"},
    {"[IU]/L", "U/L"},
    {"hr", "h"},
    {"hours", "h"},
    {"minutes", "min"},
    {"count", "{steps}"},
    {"steps", "{steps}"},
    {"pas", "{steps}"},
    {"kg/m^2", "kg/m2"},
    {"kg/m²", "kg/m2"},
    {"mL/min/1.73m2", "mL/min/{1.73_m2}"},
    {"mL/min/1.73_m2", "mL/min/{1.73_m2}"},
    {"mL/min/1.73 m2", "mL/min/{1.73_m2}"},
    {"l", "L"},
    {"ml", "mL"},
    {"units", "[IU]"},
    {"unités", "[IU]"},
    {"u", "[IU]"},
};

/* mg/dL for 1 mmol/L of the analyte; sources: the health reference's table of conversions. */
static const struct
{
  const gchar *family;
  gdouble mg_dl;
} analytes[] = {
    {"glucose_bld", 18.0156},
    {"glucose_fs", 18.0156},
    {"glucose_cgm", 18.0156},
    {"chol", 38.67},
    {"ldl", 38.67},
    {"hdl", 38.67},
    {"tg", 88.57},
    {"creat", 1000 / 88.42},
    {"urate", 1000 / 59.48},
    {"bilirubin", 1000 / 17.1},
    {"urea", 2.801},
    {"calcium", 4.008},
    {"k", 3.90983},
    {"na", 2.298977},
};

static const Unit *
find (const gchar *ucum)
{
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (units[i].ucum, ucum) == 0)
      return &units[i];
  return NULL;
}

const gchar *
citiz_unit_ucum (const gchar *text)
{
  if (text == NULL)
    return "";
  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    if (strcmp (spellings[i][0], text) == 0)
      return spellings[i][1];
  return text;
}

const gchar *
citiz_unit_symbol (const gchar *unit, CitizLanguage language)
{
  const gchar *ucum = citiz_unit_ucum (unit);
  const Unit *found = find (ucum);

  if (found == NULL && g_str_has_prefix (ucum, "mmol<"))
    return "mmol/L";
  if (found == NULL && ucum[0] == '{' && strcmp (ucum, "{event}") == 0)
    return "";
  return found != NULL ? found->symbol[language] : (unit != NULL ? unit : "");
}

static gdouble
mass_of (const gchar *analyte)
{
  const CitizMeasure *m = citiz_measure_get (analyte);

  if (m == NULL)
    m = citiz_measure_by_loinc (analyte);
  if (m == NULL)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (analytes); i++)
    if (strcmp (analytes[i].family, citiz_measure_family (m)) == 0)
      return analytes[i].mg_dl;
  return 0;
}

gboolean
citiz_unit_convert (gdouble value,
                    const gchar *from,
                    const gchar *to,
                    const gchar *analyte,
                    gdouble *out)
{
  const gchar *a = citiz_unit_ucum (from), *b = citiz_unit_ucum (to);

  if (g_str_has_prefix (a, "mmol<"))
    a = "mmol/L"; /* HealthKit's glucose */
  *out = value;
  if (strcmp (a, b) == 0)
    return TRUE;
  const Unit *x = find (a), *y = find (b);
  if (x == NULL || y == NULL)
    return FALSE;
  gdouble base = value * x->factor + x->offset;
  if (strcmp (x->dimension, y->dimension) == 0)
    {
      if (x->dimension[0] == 'N' && x->dimension[1] == '\0' && x->symbol[0] != y->symbol[0]
          && !(g_str_has_prefix (a, "{steps}") && g_str_has_prefix (b, "{steps}")))
        return FALSE;
      *out = (base - y->offset) / y->factor;
      return TRUE;
    }
  if (strcmp (x->dimension, "%") == 0 && strcmp (y->dimension, "HB") == 0)
    *out = 10.93 * value - 23.50; /* IFCC from NGSP */
  else if (strcmp (x->dimension, "HB") == 0 && strcmp (y->dimension, "%") == 0)
    *out = 0.09148 * value + 2.152;
  else
    {
      gdouble mg_dl = mass_of (analyte);
      if (mg_dl == 0)
        return FALSE;
      if (strcmp (x->dimension, "MV") == 0 && strcmp (y->dimension, "NV") == 0)
        *out = base * 100 / mg_dl * 1e-3 / y->factor;
      else if (strcmp (x->dimension, "NV") == 0 && strcmp (y->dimension, "MV") == 0)
        *out = base * 1000 * mg_dl * 0.01 / y->factor;
      else
        return FALSE;
    }
  return TRUE;
}
