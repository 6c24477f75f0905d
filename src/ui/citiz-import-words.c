/* Words for what importers keep and skip; why is the session's to say. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/citiz-import-dialog.h"

static const struct
{
  const gchar *what, *words;
} kinds[] = {
    {"AllergyIntolerance", N_ ("Allergies and intolerances")},
    {"Condition", N_ ("Health problems")},
    {"MedicationStatement", N_ ("Medications")},
    {"MedicationRequest", N_ ("Prescriptions")},
    {"Medication", N_ ("Medication names")},
    {"MedicationAdministration", N_ ("Doses taken")},
    {"Immunization", N_ ("Vaccines")},
    {"Observation", N_ ("Measures and results")},
    {"DiagnosticReport", N_ ("Reports")},
    {"Procedure", N_ ("Procedures")},
    {"Device", N_ ("Devices")},
    {"DeviceUseStatement", N_ ("Devices in use")},
    {"Encounter", N_ ("Visits")},
    {"DocumentReference", N_ ("Documents")},
    {"Patient", N_ ("Personal data")},
    {"Practitioner", N_ ("Caregivers")},
    {"Organization", N_ ("Institutions")},
    {"CarePlan", N_ ("Care plans")},
    {"Consent", N_ ("Directives")},
    {"Claim", N_ ("Billing")},
    {"ExplanationOfBenefit", N_ ("Billing")},
    {"Composition", N_ ("Summary")},
    {"HKQuantityTypeIdentifierStepCount", N_ ("Steps")},
    {"HKQuantityTypeIdentifierHeartRate", N_ ("Heart rate")},
    {"HKQuantityTypeIdentifierRestingHeartRate", N_ ("Resting heart rate")},
    {"HKQuantityTypeIdentifierBodyMass", N_ ("Weight")},
    {"HKQuantityTypeIdentifierBloodGlucose", N_ ("Blood glucose")},
    {"HKQuantityTypeIdentifierActiveEnergyBurned", N_ ("Active energy")},
    {"HKQuantityTypeIdentifierBasalEnergyBurned", N_ ("Resting energy")},
    {"HKQuantityTypeIdentifierDistanceWalkingRunning", N_ ("Walking and running distance")},
    {"HKQuantityTypeIdentifierOxygenSaturation", N_ ("Oxygen saturation")},
    {"HKCategoryTypeIdentifierSleepAnalysis", N_ ("Sleep")},
    {"Workout", N_ ("Sessions")},
};

/* "HKQuantityTypeIdentifierRunningPower" → "Running power". */
static gchar *
unfold (const gchar *what)
{
  static const gchar *const prefixes[]
      = {"HKQuantityTypeIdentifier", "HKCategoryTypeIdentifier", "HKDataType", NULL};
  GString *text = g_string_new (NULL);

  for (guint i = 0; prefixes[i] != NULL; i++)
    if (g_str_has_prefix (what, prefixes[i]))
      what += strlen (prefixes[i]);
  for (const gchar *p = what; *p != '\0'; p++)
    {
      gboolean upper = g_ascii_isupper (*p), lower_before = p > what && g_ascii_islower (p[-1]);

      if (upper && lower_before)
        g_string_append_c (text, ' ');
      g_string_append_c (text, upper && lower_before ? g_ascii_tolower (*p) : *p);
    }
  return g_string_free (text, FALSE);
}

gchar *
citiz_import_kind_text (const gchar *what)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].what, what) == 0)
      return g_strdup (_ (kinds[i].words));
  return unfold (what);
}
