/* Tables of HealthKit types, units and labels. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-apple-types.h"

#include <math.h>
#include <string.h>

/* Apple's documentation of HKQuantityTypeIdentifier; measures from the catalogue. Types that are not here are
 * kept too, as series named apple:TYPE in the unit of the file. */
static const CitizAppleType quantities[] = {
    {"StepCount", "steps", "{steps}"},
    {"DistanceWalkingRunning", "walk_dist", "km m [mi_i] [ft_i] [yd_i] cm"},
    {"ActiveEnergyBurned", "active_kcal", "kcal kJ cal J"},
    {"BasalEnergyBurned", "basal_kcal", "kcal kJ cal J"},
    {"FlightsClimbed", "flights", "{flights}"},
    {"AppleExerciseTime", "exercise_min", "min h s"},
    {"HeartRate", "hr", "/min /s"},
    {"RestingHeartRate", "hr_rest", "/min /s"},
    {"HeartRateVariabilitySDNN", "hrv_sdnn", "ms s"},
    {"RespiratoryRate", "resp_rate", "/min /s"},
    {"OxygenSaturation", "spo2", "%"},
    {"BodyTemperature", "temp", "Cel [degF] K"},
    {"BodyMass", "weight", "kg g [lb_av] [oz_av] [stone_av]"},
    {"Height", "height", "cm m [in_i] [ft_i] mm"},
    {"BodyMassIndex", "bmi", "kg/m2"},
    {"WaistCircumference", "waist", "cm m [in_i] [ft_i] mm"},
    {"BodyFatPercentage", "body_fat", "%"},
    {"LeanBodyMass", "lean_mass", "kg g [lb_av] [oz_av] [stone_av]"},
    {"VO2Max", "vo2max", "mL/kg/min"},
    {"WalkingSpeed", "walk_speed", "km/h m/s [mi_i]/h"},
    {"BloodGlucose", "glucose_meter", "mg/dL mmol/L"},
    {"BloodPressureSystolic", "bp_sys", "mm[Hg] kPa"},
    {"BloodPressureDiastolic", "bp_dia", "mm[Hg] kPa"},
    {"PeakExpiratoryFlowRate", "pef", "L/min"},
    {"ForcedExpiratoryVolume1", "fev1", "L mL"},
    {"DietaryEnergyConsumed", "diet_kcal", "kcal kJ cal J"},
    {"DietaryCarbohydrates", "diet_carb", "g mg"},
    {"DietaryFiber", "diet_fibre", "g mg"},
    {"DietarySugar", "diet_sugar", "g mg"},
    {"DietaryProtein", "diet_prot", "g mg"},
    {"DietaryFatTotal", "diet_fat", "g mg"},
    {"DietaryFatSaturated", "diet_sat", "g mg"},
    {"DietarySodium", "diet_na", "mg g"},
    {"DietaryPotassium", "diet_k", "mg g"},
    {"DietaryCaffeine", "diet_caff", "mg g"},
    {"DietaryWater", "diet_water", "mL L [foz_us] [cup_us] [pt_us]"},
};

#define SLEEP "SleepAnalysis"
#define STAGE "HKCategoryValueSleepAnalysis"
static const CitizAppleCategory categories[] = {
    {SLEEP, STAGE "Asleep", {"sleep", NULL}, "h", NAN},
    {SLEEP, STAGE "AsleepUnspecified", {"sleep", NULL}, "h", NAN},
    {SLEEP, STAGE "AsleepCore", {"sleep", "sleep_light"}, "h", NAN},
    {SLEEP, STAGE "AsleepDeep", {"sleep", "sleep_deep"}, "h", NAN},
    {SLEEP, STAGE "AsleepREM", {"sleep", "sleep_rem"}, "h", NAN},
    {SLEEP, STAGE "InBed", {"apple:SleepInBed", NULL}, "h", NAN},
    {SLEEP, STAGE "Awake", {"sleep_awake", NULL}, "h", NAN},
    {"AppleStandHour", "HKCategoryValueAppleStandHourStood", {"stand_h", NULL}, "h", 1},
    {"AppleStandHour", "HKCategoryValueAppleStandHourIdle", {"stand_h", NULL}, "h", 0},
    {"MindfulSession", NULL, {"apple:MindfulSession", NULL}, "min", NAN},
    {NULL, "HKCategoryValueSeverityUnspecified", {NULL, NULL}, "{score}", 0},
    {NULL, "HKCategoryValueSeverityNotPresent", {NULL, NULL}, "{score}", 1},
    {NULL, "HKCategoryValueSeverityMild", {NULL, NULL}, "{score}", 2},
    {NULL, "HKCategoryValueSeverityModerate", {NULL, NULL}, "{score}", 3},
    {NULL, "HKCategoryValueSeveritySevere", {NULL, NULL}, "{score}", 4},
    {NULL, "HKCategoryValuePresencePresent", {NULL, NULL}, "{score}", 1},
    {NULL, "HKCategoryValuePresenceNotPresent", {NULL, NULL}, "{score}", 0},
    {NULL, "HKCategoryValueNotApplicable", {NULL, NULL}, "{event}", 1},
    {NULL, "", {NULL, NULL}, "{event}", 1},
};

/* HealthKit's unit strings (HKUnit documentation) in UCUM. */
static const gchar *const units[][2] = {
    {"%", "%"},
    {"Cal", "kcal"},
    {"IU", "[IU]"},
    {"J", "J"},
    {"K", "K"},
    {"L", "L"},
    {"L/min", "L/min"},
    {"cal", "cal"},
    {"cm", "cm"},
    {"count", "1"},
    {"count/min", "/min"},
    {"count/s", "/s"},
    {"cup_us", "[cup_us]"},
    {"dBASPL", "dB[SPL]"},
    {"degC", "Cel"},
    {"degF", "[degF]"},
    {"fl_oz_us", "[foz_us]"},
    {"ft", "[ft_i]"},
    {"g", "g"},
    {"hr", "h"},
    {"in", "[in_i]"},
    {"kJ", "kJ"},
    {"kPa", "kPa"},
    {"kcal", "kcal"},
    {"kcal/hr\302\267kg", "kcal/h/kg"},
    {"kg", "kg"},
    {"km", "km"},
    {"km/hr", "km/h"},
    {"lb", "[lb_av]"},
    {"m", "m"},
    {"m/s", "m/s"},
    {"mL", "mL"},
    {"mL/kg\302\267min", "mL/kg/min"},
    {"mL/min\302\267kg", "mL/kg/min"},
    {"mcg", "ug"},
    {"mg", "mg"},
    {"mg/dL", "mg/dL"},
    {"mi", "[mi_i]"},
    {"mi/hr", "[mi_i]/h"},
    {"min", "min"},
    {"mm", "mm"},
    {"mmHg", "mm[Hg]"},
    {"ms", "ms"},
    {"oz", "[oz_av]"},
    {"pt_us", "[pt_us]"},
    {"s", "s"},
    {"st", "[stone_av]"},
    {"yd", "[yd_i]"},
};

const CitizAppleType *
citiz_apple_types (guint *n)
{
  *n = G_N_ELEMENTS (quantities);
  return quantities;
}

const CitizAppleCategory *
citiz_apple_categories (guint *n)
{
  *n = G_N_ELEMENTS (categories);
  return categories;
}

/* @type without its prefix. */
const CitizAppleType *
citiz_apple_quantity (CitizSlice type)
{
  for (guint i = 0; i < G_N_ELEMENTS (quantities); i++)
    if (citiz_slice_equal (type, quantities[i].name))
      return &quantities[i];
  return NULL;
}

/* The meaning of a label: its own type's first, then what every type shares. NULL: unknown. */
const CitizAppleCategory *
citiz_apple_category (CitizSlice type, CitizSlice value)
{
  gboolean own = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (categories); i++)
    {
      const CitizAppleCategory *c = &categories[i];
      if (c->type != NULL && !citiz_slice_equal (type, c->type))
        continue;
      own |= c->type != NULL;
      if (c->type == NULL && own)
        return NULL;
      if (c->value == NULL || citiz_slice_equal (value, c->value))
        return c;
    }
  return NULL;
}

/**
 * citiz_apple_unit:
 * @unit: HealthKit's spelling
 *
 * Returns: (nullable): the UCUM code; any mmol<molar mass>/L is mmol/L
 */
const gchar *
citiz_apple_unit (const gchar *unit)
{
  gsize low = 0, high = G_N_ELEMENTS (units);

  if (g_str_has_prefix (unit, "mmol<") && g_str_has_suffix (unit, ">/L"))
    return "mmol/L";
  while (low < high)
    {
      gsize mid = (low + high) / 2;
      gint order = strcmp (unit, units[mid][0]);
      if (order == 0)
        return units[mid][1];
      if (order < 0)
        high = mid;
      else
        low = mid + 1;
    }
  return NULL;
}

gboolean
citiz_apple_unit_accepted (const CitizAppleType *type, const gchar *ucum)
{
  gsize n = strlen (ucum);

  for (const gchar *p = type->units; *p != '\0';)
    {
      const gchar *space = strchrnul (p, ' ');
      if ((gsize) (space - p) == n && memcmp (p, ucum, n) == 0)
        return TRUE;
      p = *space == ' ' ? space + 1 : space;
    }
  return FALSE;
}

/* HKWorkoutActivityType (Apple's documentation): what people do most, in both languages. */
static const gchar *const activities[][3] = {
    {"Walking", "Walking", "Marche"},
    {"Running", "Running", "Course à pied"},
    {"Cycling", "Cycling", "Vélo"},
    {"Swimming", "Swimming", "Natation"},
    {"Hiking", "Hiking", "Randonnée"},
    {"TraditionalStrengthTraining", "Strength training", "Renforcement musculaire"},
    {"FunctionalStrengthTraining", "Strength training", "Renforcement musculaire"},
    {"CoreTraining", "Core training", "Renforcement du tronc"},
    {"HighIntensityIntervalTraining", "Interval training", "Entraînement par intervalles"},
    {"Yoga", "Yoga", "Yoga"},
    {"Pilates", "Pilates", "Pilates"},
    {"TaiChi", "Tai chi", "Tai-chi"},
    {"Dance", "Dance", "Danse"},
    {"SocialDance", "Dance", "Danse"},
    {"CardioDance", "Dance", "Danse"},
    {"Elliptical", "Elliptical", "Elliptique"},
    {"Rowing", "Rowing", "Rameur"},
    {"StairClimbing", "Stairs", "Escaliers"},
    {"Stairs", "Stairs", "Escaliers"},
    {"CrossCountrySkiing", "Cross-country skiing", "Ski de fond"},
    {"DownhillSkiing", "Downhill skiing", "Ski alpin"},
    {"Snowboarding", "Snowboarding", "Planche à neige"},
    {"SkatingSports", "Skating", "Patinage"},
    {"Hockey", "Hockey", "Hockey"},
    {"Soccer", "Soccer", "Soccer"},
    {"Tennis", "Tennis", "Tennis"},
    {"Badminton", "Badminton", "Badminton"},
    {"Pickleball", "Pickleball", "Pickleball"},
    {"Basketball", "Basketball", "Basketball"},
    {"Golf", "Golf", "Golf"},
    {"PaddleSports", "Paddling", "Canot ou kayak"},
    {"Flexibility", "Stretching", "Étirements"},
    {"Cooldown", "Cooldown", "Retour au calme"},
    {"WheelchairWalkPace", "Wheelchair, walking pace", "Fauteuil roulant, au pas"},
    {"WheelchairRunPace", "Wheelchair, running pace", "Fauteuil roulant, à la course"},
    {"Other", "Session", "Séance"},
};

/* An activity that is not listed keeps Apple's word, taken apart. */
gchar *
citiz_apple_activity (const gchar *activity, gboolean french)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (activities); i++)
    if (g_str_equal (activity, activities[i][0]))
      return g_strdup (activities[i][french ? 2 : 1]);
  for (const gchar *p = activity; *p != '\0'; p++)
    if (g_ascii_isupper (*p) && words->len > 0)
      g_string_append_printf (words, " %c", g_ascii_tolower (*p));
    else
      g_string_append_c (words, *p);
  return words->len > 0 ? g_strdup (words->str) : g_strdup (french ? "Séance" : "Session");
}

/* HealthKit files sensors and finger pricks under one type; the writer's name tells them apart. */
gboolean
citiz_apple_source_is_cgm (const gchar *source)
{
  static const gchar *const marks[]
      = {"dexcom", "libre",      "xdrip",     "guardian",  "eversense",
         "loop",   "nightscout", "sugarmate", "medtronic", "gluroo"};
  g_autofree gchar *folded = g_utf8_casefold (source, -1);

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (strstr (folded, marks[i]) != NULL)
      return TRUE;
  return FALSE;
}

static inline gint
two (const gchar *p)
{
  guint a = (guint) (p[0] - '0'), b = (guint) (p[1] - '0');
  return a > 9 || b > 9 ? -1 : (gint) (a * 10 + b);
}

/* Days since 1970-01-01 of a civil date (H. Hinnant, "chrono-compatible low-level date algorithms"). */
static gboolean
read_day (const gchar *p, gboolean dashes, gint64 *day)
{
  static const guint8 lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  gint high = two (p), low = two (p + 2);
  gint month = two (p + (dashes ? 5 : 4)), date = two (p + (dashes ? 8 : 6));

  if (high < 0 || low < 0 || month < 1 || month > 12 || date < 1 || date > lengths[month - 1]
      || (dashes && (p[4] != '-' || p[7] != '-')))
    return FALSE;
  gint year = high * 100 + low;
  gboolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (month == 2 && date == 29 && !leap)
    return FALSE;
  gint64 y = year - (month <= 2);
  gint64 era = (y >= 0 ? y : y - 399) / 400;
  gint64 yoe = y - era * 400, doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date - 1;
  *day = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
  return TRUE;
}

static gboolean
read_zone (CitizSlice s, gint *minutes)
{
  while (s.n > 0 && s.p[0] == ' ')
    s.p++, s.n--;
  if (s.n == 1 && s.p[0] == 'Z')
    {
      *minutes = 0;
      return TRUE;
    }
  gboolean colon = s.n == 6 && s.p[3] == ':';
  if ((s.n != 5 && !colon) || (s.p[0] != '+' && s.p[0] != '-'))
    return FALSE;
  gint hours = two (s.p + 1), rest = two (s.p + (colon ? 4 : 3));
  if (hours < 0 || hours > 15 || rest < 0 || rest > 59)
    return FALSE;
  *minutes = (s.p[0] == '-' ? -1 : 1) * (hours * 60 + rest);
  return TRUE;
}

/**
 * citiz_apple_time:
 * @ms: (out): milliseconds since 1970 UTC
 * @offset_minutes: (out): minutes east of UTC, as written
 *
 * Reads "2022-11-06 01:30:00 -0400", "20150616071820-0400" (iOS 8) and "2023-01-01T08:00:00Z".
 */
gboolean
citiz_apple_time (CitizSlice text, gint64 *ms, gint16 *offset_minutes)
{
  gboolean dashes = text.n >= 19 && text.p[4] == '-';
  gsize at = dashes ? 11 : 8;
  gint64 day;
  gint minutes;

  if (text.n < (dashes ? 20u : 15u) || text.n > 40 || !read_day (text.p, dashes, &day))
    return FALSE;
  const gchar *p = text.p + at;
  gint hour = two (p), minute = two (p + (dashes ? 3 : 2)), second = two (p + (dashes ? 6 : 4));
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return FALSE;
  at += dashes ? 8 : 6;
  gint milli = 0;
  if (at < text.n && text.p[at] == '.')
    for (gint unit = 100; ++at < text.n && g_ascii_isdigit (text.p[at]); unit /= 10)
      milli += unit * (text.p[at] - '0');
  CitizSlice zone = {text.p + at, text.n - at};
  if (!read_zone (zone, &minutes))
    return FALSE;
  *ms = (day * 86400 + hour * 3600 + minute * 60 + second - (gint64) minutes * 60) * 1000 + milli;
  *offset_minutes = (gint16) minutes;
  return TRUE;
}

/**
 * citiz_apple_number:
 * @scale: power of ten to multiply by, exactly (2 turns HealthKit's fractions into per cent)
 *
 * Plain decimals of up to 15 digits are one correctly rounded division; the rest goes to strtod.
 */
gboolean
citiz_apple_number (CitizSlice text, gint scale, gdouble *value)
{
  static const gdouble powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  gsize i = text.n > 0 && text.p[0] == '-' ? 1 : 0;
  guint64 mantissa = 0;
  gint decimals = 0, digits = 0;
  gboolean point = FALSE;

  if (text.n == 0 || text.n > 64)
    return FALSE;
  for (; i < text.n; i++)
    {
      guint d = (guint) (text.p[i] - '0');
      if (text.p[i] == '.' && !point)
        {
          point = TRUE;
          continue;
        }
      if (d > 9)
        break;
      mantissa = mantissa * 10 + d;
      digits += mantissa > 0;
      decimals += point;
      if (digits > 15)
        break;
    }
  gint exponent = scale - decimals;
  if (i == text.n && digits <= 15 && exponent >= -18 && exponent <= 7 && text.p[i - 1] != '-')
    {
      gdouble v = exponent < 0 ? (gdouble) mantissa / powers[-exponent]
                               : (gdouble) mantissa * powers[exponent];
      *value = text.p[0] == '-' ? -v : v;
      return text.p[0] != '.' || text.n > 1;
    }
  gchar copy[80], *end = NULL;
  memcpy (copy, text.p, text.n);
  copy[text.n] = '\0';
  if (!g_ascii_isdigit (copy[copy[0] == '-' ? 1 : 0]))
    return FALSE; /* no nan, inf, blanks or hex */
  if (memchr (copy, 'x', text.n) != NULL || memchr (copy, 'X', text.n) != NULL)
    return FALSE;
  if (scale != 0 && memchr (copy, 'e', text.n) == NULL && memchr (copy, 'E', text.n) == NULL)
    g_snprintf (copy + text.n, sizeof copy - text.n, "e%d", scale);
  *value = g_ascii_strtod (copy, &end);
  return end != NULL && *end == '\0' && isfinite (*value);
}
