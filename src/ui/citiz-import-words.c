/* Words for what importers keep and skip, and why. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/citiz-import-dialog.h"

static const struct
{
  const gchar *code, *words;
} reasons[] = {
    {"unknown-type", N_ ("a kind of data Citiz does not read yet")},
    {"bad-date", N_ ("its date could not be read")},
    {"bad-value", N_ ("its value could not be read")},
    {"truncated", N_ ("the file stops in the middle; what came before is kept")},
    {"too-large", N_ ("larger than the limit")},
    {"not-health-data", N_ ("not health data")},
    {"malformed", N_ ("written in a way that breaks its own format")},
    {"too-deep", N_ ("nested too deeply to be honest")},
    {"too-many", N_ ("more parts than the limit")},
    {"duplicate-key", N_ ("it says the same thing twice")},
    {"no-resource-type", N_ ("it does not say what it is")},
    {"nested-bundle", N_ ("a file within a file within a file")},
    {"operation-outcome", N_ ("a server’s remark, not a part of the record")},
    {"encrypted", N_ ("locked with a password")},
    {"refused-path", N_ ("its name in the archive is not allowed")},
    {"overlap", N_ ("parts of the archive lie over each other")},
    {"duplicate-name", N_ ("two parts of the archive have the same name")},
    {"nested-archive", N_ ("an archive within the archive")},
    {"ratio", N_ ("it grows beyond belief when opened")},
    {"not-utf8", N_ ("text in another encoding")},
    {"empty", N_ ("nothing in it")},
    {"clinical-xml", N_ ("a clinical document (CDA), not read yet")},
    {"document", N_ ("a PDF or a picture: add it to the documents")},
    {"ecg", N_ ("an electrocardiogram trace, not read yet")},
    {"inline-route", N_ ("positions within a session, not read yet")},
    {"checksum", N_ ("damaged in the archive")},
    {"duplicate", N_ ("already in your record")},
};

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

const gchar *
citiz_import_reason_text (const gchar *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strcmp (reasons[i].code, code) == 0)
      return _ (reasons[i].words);
  return _ ("it could not be read");
}

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
