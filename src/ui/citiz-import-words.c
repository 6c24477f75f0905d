/* Words for what importers keep and skip; why is the session's to say. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>
#include <string.h>

#include "record/citiz-code.h"
#include "record/citiz-measure.h"
#include "ui/citiz-format.h"
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
    {"CareTeam", N_ ("Care team")},
    {"Goal", N_ ("Goals")},
    {"Location", N_ ("Places")},
    {"PractitionerRole", N_ ("Caregivers’ roles")},
    {"RelatedPerson", N_ ("Contacts")},
    {"FamilyMemberHistory", N_ ("Family history")},
    {"ImagingStudy", N_ ("Imaging")},
    {"Specimen", N_ ("Samples")},
    {"SupplyDelivery", N_ ("Supplies")},
    {"Media", N_ ("Images and recordings")},
    {"Provenance", N_ ("Origin of the data")},
    {"Coverage", N_ ("Insurance")},
    {"Flag", N_ ("Alerts")},
    {"Consent", N_ ("Directives")},
    {"Claim", N_ ("Billing")},
    {"ExplanationOfBenefit", N_ ("Insurance claims")},
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
  if (citiz_measure_by_healthkit (what) != NULL)
    return g_strdup (citiz_measure_by_healthkit (what)->name[citiz_format_language ()]);
  return unfold (what);
}

/* --- whose file it is --- */

static const CitizItem *
person_of (const GPtrArray *people, guint32 batch, gboolean of_batch)
{
  const CitizItem *best = NULL;

  for (guint i = 0; i < people->len; i++)
    {
      const CitizItem *one = g_ptr_array_index (people, i);

      if ((one->batch == batch) == of_batch && (best == NULL || one->source < best->source))
        best = one;
    }
  return best;
}

static gboolean
are_different (const CitizItem *a, const CitizItem *b)
{
  const gchar *born_a = json_string_value (json_object_get (a->resource, "birthDate"));
  const gchar *born_b = json_string_value (json_object_get (b->resource, "birthDate"));
  g_autofree gchar *name_a = citiz_fold (a->title[0]), *name_b = citiz_fold (b->title[0]);

  if (born_a != NULL && born_b != NULL)
    return strcmp (born_a, born_b) != 0;
  return strcmp (name_a, name_b) != 0;
}

gchar *
citiz_import_stranger_text (const CitizRecord *record, guint32 batch)
{
  g_autoptr (GPtrArray) people = citiz_record_list_all (record, CITIZ_KIND_PATIENT);
  const CitizItem *theirs = person_of (people, batch, TRUE),
                  *own = person_of (people, batch, FALSE);
  gint year, month, day;
  const gchar *born;

  if (theirs == NULL || own == NULL || !are_different (theirs, own))
    return NULL;
  born = json_string_value (json_object_get (theirs->resource, "birthDate"));
  if (born != NULL && sscanf (born, "%d-%d-%d", &year, &month, &day) == 3)
    {
      g_autofree gchar *date = citiz_format_partial_date (year, month, day);

      return g_strdup_printf (_ ("This file is about %s, birth date %s"), theirs->title[0], date);
    }
  return g_strdup_printf (_ ("This file is about %s"), theirs->title[0]);
}
