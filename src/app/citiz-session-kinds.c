/* What a person calls the kinds of entries that importers keep and skip. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-session.h"

#include "record/citiz-measure.h"

#include <glib/gi18n.h>
#include <string.h>

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
    {"HKQuantityTypeIdentifierPhysicalEffort", N_ ("Physical effort")},
    {"HKQuantityTypeIdentifierEnvironmentalAudioExposure", N_ ("Noise around")},
    {"HKQuantityTypeIdentifierHeadphoneAudioExposure", N_ ("Noise in headphones")},
    {"HKQuantityTypeIdentifierAppleStandTime", N_ ("Time standing")},
    {"HKQuantityTypeIdentifierWalkingStepLength", N_ ("Step length")},
    {"HKQuantityTypeIdentifierWalkingAsymmetryPercentage", N_ ("Walking asymmetry")},
    {"HKQuantityTypeIdentifierWalkingDoubleSupportPercentage",
     N_ ("Time on both feet while walking")},
    {"HKQuantityTypeIdentifierWalkingHeartRateAverage", N_ ("Heart rate while walking")},
    {"HKQuantityTypeIdentifierAppleWalkingSteadiness", N_ ("Walking steadiness")},
    {"HKQuantityTypeIdentifierSixMinuteWalkTestDistance", N_ ("Six-minute walk")},
    {"HKQuantityTypeIdentifierStairAscentSpeed", N_ ("Speed up the stairs")},
    {"HKQuantityTypeIdentifierStairDescentSpeed", N_ ("Speed down the stairs")},
    {"HKQuantityTypeIdentifierDistanceCycling", N_ ("Cycling distance")},
    {"HKQuantityTypeIdentifierDistanceSwimming", N_ ("Swimming distance")},
    {"HKQuantityTypeIdentifierSwimmingStrokeCount", N_ ("Swimming strokes")},
    {"HKQuantityTypeIdentifierRunningPower", N_ ("Running power")},
    {"HKQuantityTypeIdentifierRunningSpeed", N_ ("Running speed")},
    {"HKQuantityTypeIdentifierRunningStrideLength", N_ ("Stride length")},
    {"HKQuantityTypeIdentifierRunningVerticalOscillation", N_ ("Vertical oscillation")},
    {"HKQuantityTypeIdentifierRunningGroundContactTime", N_ ("Ground contact time")},
    {"HKQuantityTypeIdentifierHeartRateRecoveryOneMinute", N_ ("Heart rate recovery")},
    {"HKQuantityTypeIdentifierTimeInDaylight", N_ ("Time in daylight")},
    {"HKQuantityTypeIdentifierAppleSleepingWristTemperature", N_ ("Wrist temperature asleep")},
    {"HKQuantityTypeIdentifierInsulinDelivery", N_ ("Insulin given")},
    {"HKQuantityTypeIdentifierNumberOfTimesFallen", N_ ("Falls")},
    {"HKQuantityTypeIdentifierDietaryCholesterol", N_ ("Cholesterol eaten")},
    {"HKCategoryTypeIdentifierMindfulSession", N_ ("Mindful minutes")},
    {"HKCategoryTypeIdentifierHighHeartRateEvent", N_ ("High heart rate notices")},
    {"HKCategoryTypeIdentifierLowHeartRateEvent", N_ ("Low heart rate notices")},
    {"HKCategoryTypeIdentifierIrregularHeartRhythmEvent", N_ ("Irregular rhythm notices")},
    {"HKCategoryTypeIdentifierAudioExposureEvent", N_ ("Noise notices")},
    {"HKCategoryTypeIdentifierHandwashingEvent", N_ ("Handwashing")},
    {"HKCategoryTypeIdentifierMenstrualFlow", N_ ("Menstruation")},
    {"HKCorrelationTypeIdentifierFood", N_ ("Meals")},
    {"HKDataTypeSleepDurationGoal", N_ ("Sleep goal")},
    {"ActivitySummary", N_ ("Daily rings")},
    {"route", N_ ("Routes of sessions (GPX)")},
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

/**
 * citiz_session_explain_kind:
 * @what: a FHIR type, an Apple type, or the name of a file
 *
 * Returns: (transfer full): what a person calls it
 */
gchar *
citiz_session_explain_kind (const gchar *what)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].what, what) == 0)
      return g_strdup (_ (kinds[i].words));
  if (citiz_measure_by_healthkit (what) != NULL)
    return g_strdup (citiz_measure_by_healthkit (what)->name[citiz_env_language ()]);
  return unfold (what);
}
