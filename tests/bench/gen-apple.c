/* Invents an Apple Health export.xml (the shape of HealthKit Export Version 14), the same bytes for the same arguments.
 * SPDX-License-Identifier: CC0-1.0
 * gen-apple DAYS SEED DENSITY OUT.xml [ORACLE.tsv]
 *   DAYS 3653 DENSITY 1.0 -> ~10.6 M <Record> ; DAYS 30 DENSITY 0.02 -> a small fixture.
 * Same arguments -> same bytes (integer PRNG; no locale, no wall clock, doubles printed with fixed decimals).
 * Pitfalls planted on purpose (each counted in the oracle file):
 *   P1 phone+watch step/distance records overlap     P2 exact duplicate records (up to 8 copies)
 *   P3 device="<<HKDevice: 0x..>" pointer differs     P4 attribute order varies on some records
 *   P5 weight unit switches lb -> kg, glucose mg/dL -> mmol<180.1558800000541>/L
 *   P6 NBSP and curly apostrophe in sourceName        P7 Workout totals as attributes before day 40%, as WorkoutStatistics after
 *   P8 Correlation children repeated as top-level     P9 HKDataType* name without TypeIdentifier
 *   P10 DST: America/Toronto offsets                  P11 CGM gaps  P12 nested HRV beat list */
#include "apple-export.h"

#include <stdlib.h>

#define QT "HKQuantityTypeIdentifier"
#define CT "HKCategoryTypeIdentifier"

static const char DTD[]
    = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<!DOCTYPE HealthData [\n"
      "<!-- HealthKit Export Version: 14 -->\n"
      "<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>\n"
      "<!ATTLIST HealthData locale CDATA #REQUIRED>\n"
      "<!ELEMENT ExportDate EMPTY>\n"
      "<!ATTLIST ExportDate value CDATA #REQUIRED>\n"
      "<!ELEMENT Me EMPTY>\n"
      "<!ATTLIST Me HKCharacteristicTypeIdentifierDateOfBirth CDATA #REQUIRED HKCharacteristicTypeIdentifierBiologicalSex CDATA #REQUIRED HKCharacteristicTypeIdentifierBloodType CDATA #REQUIRED HKCharacteristicTypeIdentifierFitzpatrickSkinType CDATA #REQUIRED HKCharacteristicTypeIdentifierCardioFitnessMedicationsUse CDATA #REQUIRED>\n"
      "<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>\n"
      "<!ATTLIST Record type CDATA #REQUIRED unit CDATA #IMPLIED value CDATA #IMPLIED sourceName CDATA #REQUIRED sourceVersion CDATA #IMPLIED device CDATA #IMPLIED creationDate CDATA #IMPLIED startDate CDATA #REQUIRED endDate CDATA #REQUIRED>\n"
      "<!ELEMENT Correlation ((MetadataEntry|Record)*)>\n"
      "<!ATTLIST Correlation type CDATA #REQUIRED sourceName CDATA #REQUIRED sourceVersion CDATA #IMPLIED device CDATA #IMPLIED creationDate CDATA #IMPLIED startDate CDATA #REQUIRED endDate CDATA #REQUIRED>\n"
      "<!ELEMENT Workout ((MetadataEntry|WorkoutEvent|WorkoutRoute|WorkoutStatistics)*)>\n"
      "<!ATTLIST Workout workoutActivityType CDATA #REQUIRED duration CDATA #IMPLIED durationUnit CDATA #IMPLIED totalDistance CDATA #IMPLIED totalDistanceUnit CDATA #IMPLIED totalEnergyBurned CDATA #IMPLIED totalEnergyBurnedUnit CDATA #IMPLIED sourceName CDATA #REQUIRED sourceVersion CDATA #IMPLIED device CDATA #IMPLIED creationDate CDATA #IMPLIED startDate CDATA #REQUIRED endDate CDATA #REQUIRED>\n"
      "<!ELEMENT WorkoutStatistics EMPTY>\n"
      "<!ATTLIST WorkoutStatistics type CDATA #REQUIRED startDate CDATA #REQUIRED endDate CDATA #REQUIRED average CDATA #IMPLIED minimum CDATA #IMPLIED maximum CDATA #IMPLIED sum CDATA #IMPLIED unit CDATA #IMPLIED>\n"
      "<!ELEMENT WorkoutEvent EMPTY>\n"
      "<!ATTLIST WorkoutEvent type CDATA #REQUIRED date CDATA #REQUIRED duration CDATA #IMPLIED durationUnit CDATA #IMPLIED>\n"
      "<!ELEMENT WorkoutRoute ((MetadataEntry|FileReference)*)>\n"
      "<!ATTLIST WorkoutRoute sourceName CDATA #REQUIRED sourceVersion CDATA #IMPLIED device CDATA #IMPLIED creationDate CDATA #IMPLIED startDate CDATA #REQUIRED endDate CDATA #REQUIRED>\n"
      "<!ELEMENT FileReference EMPTY>\n"
      "<!ATTLIST FileReference path CDATA #REQUIRED>\n"
      "<!ELEMENT ActivitySummary EMPTY>\n"
      "<!ATTLIST ActivitySummary dateComponents CDATA #IMPLIED activeEnergyBurned CDATA #IMPLIED activeEnergyBurnedGoal CDATA #IMPLIED activeEnergyBurnedUnit CDATA #IMPLIED appleMoveTime CDATA #IMPLIED appleMoveTimeGoal CDATA #IMPLIED appleExerciseTime CDATA #IMPLIED appleExerciseTimeGoal CDATA #IMPLIED appleStandHours CDATA #IMPLIED appleStandHoursGoal CDATA #IMPLIED>\n"
      "<!ELEMENT ClinicalRecord EMPTY>\n"
      "<!ATTLIST ClinicalRecord type CDATA #REQUIRED identifier CDATA #REQUIRED sourceName CDATA #REQUIRED sourceURL CDATA #REQUIRED fhirVersion CDATA #REQUIRED receivedDate CDATA #REQUIRED resourceFilePath CDATA #REQUIRED>\n"
      "<!ELEMENT MetadataEntry EMPTY>\n"
      "<!ATTLIST MetadataEntry key CDATA #REQUIRED value CDATA #REQUIRED>\n"
      "<!ELEMENT HeartRateVariabilityMetadataList (InstantaneousBeatsPerMinute*)>\n"
      "<!ELEMENT InstantaneousBeatsPerMinute EMPTY>\n"
      "<!ATTLIST InstantaneousBeatsPerMinute bpm CDATA #REQUIRED time CDATA #REQUIRED>\n"
      "]>\n";

static const char ME[]
    = "\"/>\n"
      " <Me"
      " HKCharacteristicTypeIdentifierDateOfBirth=\"1961-05-17\""
      " HKCharacteristicTypeIdentifierBiologicalSex=\"HKBiologicalSexFemale\""
      " HKCharacteristicTypeIdentifierBloodType=\"HKBloodTypeAPositive\""
      " HKCharacteristicTypeIdentifierFitzpatrickSkinType=\"HKFitzpatrickSkinTypeNotSet\""
      " HKCharacteristicTypeIdentifierCardioFitnessMedicationsUse=\"None\"/>\n";

/* One day of the person, and what goes over from one to the next. */
typedef struct
{
  int64_t number;              /* days since 1970 */
  int64_t midnight, wake, bed; /* s; about local midnight */
  double part;                 /* of the period, from 0 to 1 */
  double activity, resting;
  double weight, glucose;
  double density;
  int watch; /* worn */
} Day;

static void
begin_day (Day *day, int64_t number, double part)
{
  int of_week = weekday (number);

  day->number = number;
  day->part = part;
  day->midnight = number * 86400 + 5 * 3600;
  day->watch = (rnd () % 100) < 94;
  day->activity = 1 + 0.35 * rnd_normal () * 0.5 + (of_week == 0 || of_week == 6 ? 0.2 : 0);
  if (day->activity < 0.15)
    day->activity = 0.15;
  day->wake = day->midnight + (int64_t) (6.6 * 3600) + rnd_between (-2400, 3600);
  day->bed = day->midnight + (int64_t) (22.6 * 3600) + rnd_between (-3600, 4000);
  day->resting = 68 - 6 * day->part + 1.5 * rnd_normal ();
}

/* As many as on a day of density 1, thinned out. */
static int
count_of (const Day *day, double n)
{
  return (int) (n * day->density + rnd_unit ());
}

/* Phone and watch overlap. */
static void
steps (Day *day)
{
  int64_t t = day->wake;
  int n = count_of (day, 70 * day->activity);
  for (int i = 0; i < n; i++)
    {
      t += rnd_between (60, 1300);
      if (t > day->bed)
        break;
      int dur = rnd_between (20, 590);
      int st = rnd_between (8, dur * 2);
      int who = rnd_between (0, 9);
      if (day->watch && who != 0)
        {
          quantity (QT "StepCount", WATCH, "count", t, t + dur, st, 0);
          quantity (QT "DistanceWalkingRunning", WATCH, "km", t, t + dur, st * 0.00072, 6);
        }
      if (who != 1)
        {
          int s2 = (int) (st * (0.8 + 0.3 * rnd_unit ())) + 1;
          quantity (QT "StepCount", PHONE, "count", t + rnd_between (0, 9),
                    t + dur + rnd_between (0, 9), s2, 0);
          quantity (QT "DistanceWalkingRunning", PHONE, "km", t + rnd_between (0, 9),
                    t + dur + rnd_between (0, 9), s2 * 0.00070, 6);
          if (day->watch && who != 0)
            counts.overlapping += 2;
        }
    }
}

static void
heart_rate (Day *day)
{
  int64_t t = day->midnight;
  int n = count_of (day, 330);
  for (int i = 0; i < n; i++)
    {
      t += rnd_between (60, 420);
      int asleep = t < day->wake || t > day->bed;
      double hr = asleep ? day->resting - 4 + 3 * rnd_normal ()
                         : day->resting + 10 + 9 * rnd_normal ()
                               + (rnd () % 20 == 0 ? 40 * rnd_unit () : 0);
      if (hr < 38)
        hr = 38;
      record_open (QT "HeartRate", WATCH, "count/min", t, t, t + rnd_between (1, 300));
      put (" value=\"");
      int64_t h = (int64_t) (hr + 0.5);
      put_int (h);
      counts.records++;
      oracle_add (QT "HeartRate", (double) h);
      if (rnd () % 3 == 0)
        {
          put ("\">\n  <MetadataEntry key=\"HKMetadataKeyHeartRateMotionContext\" value=\"");
          put_int (asleep ? 1 : rnd_between (0, 2));
          put ("\"/>\n </Record>\n");
        }
      else
        put ("\"/>\n");
      record_copies ();
    }
}

static void
energy (Day *day)
{
  {
    int64_t t = day->midnight;
    int n = count_of (day, 720);
    for (int i = 0; i < n; i++)
      {
        int dur = rnd_between (20, 180);
        t += dur;
        quantity (QT "ActiveEnergyBurned", WATCH, "kcal", t - dur, t,
                  (t > day->wake && t < day->bed)
                      ? 0.05 + 1.6 * rnd_unit () * day->activity * dur / 60.0
                      : 0.02 + 0.2 * rnd_unit (),
                  3);
      }
  }
  {
    int64_t t = day->midnight;
    int n = count_of (day, 330);
    for (int i = 0; i < n; i++)
      {
        int dur = rnd_between (120, 400);
        t += dur;
        quantity (QT "BasalEnergyBurned", WATCH, "kcal", t - dur, t,
                  dur * 0.0172 * (0.97 + 0.06 * rnd_unit ()), 3);
      }
  }
}

static void
effort (Day *day)
{
  if (day->part <= 0.6)
    return;
  int64_t t = day->wake;
  int n = count_of (day, 500);
  for (int i = 0; i < n; i++)
    {
      int dur = rnd_between (20, 180);
      t += dur;
      quantity (QT "PhysicalEffort", WATCH, "kcal/hr\xc2\xb7kg", t - dur, t,
                1 + 3 * rnd_unit () * rnd_unit (), 4);
    }
}

static void
standing (Day *day)
{
  int n = count_of (day, 30);
  for (int i = 0; i < n; i++)
    {
      int64_t t = day->wake + rnd_between (0, 54000);
      quantity (QT "AppleStandTime", WATCH, "min", t / 300 * 300, t / 300 * 300 + 300,
                rnd_between (1, 5), 0);
    }
}

static void
noise (Day *day)
{
  int n = count_of (day, 36);
  for (int i = 0; i < n; i++)
    {
      int64_t t = day->midnight + i * 3600;
      quantity (QT "EnvironmentalAudioExposure", WATCH, "dBASPL", t, t + 1800,
                58 + 9 * rnd_normal (), 4);
    }
}

static void
gait (Day *day)
{
  int n = count_of (day, 18);
  for (int i = 0; i < n; i++)
    {
      int64_t t = day->wake + rnd_between (0, 54000);
      quantity (QT "WalkingSpeed", PHONE, "km/hr", t, t + rnd_between (8, 60),
                4.4 + 0.5 * rnd_normal (), 2);
      quantity (QT "WalkingStepLength", PHONE, "cm", t, t + 30, 66 + 5 * rnd_normal (), 0);
    }
}

static void
stand_hours (Day *day)
{
  int n = count_of (day, 17);
  for (int i = 0; i < n; i++)
    {
      int64_t t = day->wake + i * 3600;
      category (CT "AppleStandHour", WATCH, t / 3600 * 3600, t / 3600 * 3600 + 3600,
                rnd () % 7 ? "HKCategoryValueAppleStandHourStood"
                           : "HKCategoryValueAppleStandHourIdle");
    }
}

static void
oxygen (Day *day)
{
  int n = count_of (day, 22);
  for (int i = 0; i < n; i++)
    {
      int64_t t = day->midnight + rnd_between (0, 86399);
      quantity (QT "OxygenSaturation", WATCH, "%", t, t,
                0.96 + 0.01 * rnd_normal () > 1 ? 1 : 0.96 + 0.01 * rnd_normal (), 2);
    }
}

static void
breathing (Day *day)
{
  int n = count_of (day, 55);
  for (int i = 0; i < n; i++)
    {
      int64_t t = day->midnight + i * 420;
      quantity (QT "RespiratoryRate", WATCH, "count/min", t, t + 60, 14.5 + 1.2 * rnd_normal (), 1);
    }
}

static void
sleep_stages (Day *day)
{
  int64_t t = day->midnight;
  const char *st[4]
      = {"HKCategoryValueSleepAnalysisAsleepCore", "HKCategoryValueSleepAnalysisAsleepDeep",
         "HKCategoryValueSleepAnalysisAsleepREM", "HKCategoryValueSleepAnalysisAwake"};
  category (CT "SleepAnalysis", PHONE, day->midnight, day->wake,
            "HKCategoryValueSleepAnalysisInBed");
  while (t < day->wake)
    {
      int dur = rnd_between (300, 2700);
      category (CT "SleepAnalysis", WATCH, t, t + dur > day->wake ? day->wake : t + dur,
                day->part > 0.65 ? st[rnd () % 10 < 6 ? 0 : rnd () % 4]
                                 : "HKCategoryValueSleepAnalysisAsleepUnspecified");
      t += dur;
    }
}

static void
resting_heart_rate (Day *day)
{
  quantity (QT "RestingHeartRate", WATCH, "count/min", day->midnight, day->bed, day->resting, 0);
}

static void
heart_rate_variability (Day *day)
{
  int n = count_of (day, 6) + 1;
  for (int i = 0; i < n; i++)
    {
      int64_t t = day->midnight + rnd_between (0, 86000);
      double v = 32 + 9 * rnd_normal ();
      if (v < 8)
        v = 8;
      record_open (QT "HeartRateVariabilitySDNN", WATCH, "ms", t, t + 60, t + 61);
      put (" value=\"");
      put_number (v, 4);
      int64_t Q = (int64_t) (v * 1e4 + 0.5);
      oracle_add (QT "HeartRateVariabilitySDNN", Q / 1e4);
      counts.records++;
      put ("\">\n  <HeartRateVariabilityMetadataList>\n");
      int b = rnd_between (40, 60);
      for (int j = 0; j < b; j++)
        {
          put ("   <InstantaneousBeatsPerMinute bpm=\"");
          put_int (rnd_between (55, 80));
          put ("\" time=\"");
          put_two (rnd_between (6, 12));
          put (":0");
          put_int (j % 10);
          put (":");
          put_two (j % 60);
          put (",");
          put_int (rnd_between (10, 99));
          put ("\xc2\xa0");
          put ("AM\"/>\n");
          counts.beats++;
        }
      put ("  </HeartRateVariabilityMetadataList>\n </Record>\n");
    }
}

static void
stairs (Day *day)
{
  int n = count_of (day, 6);
  for (int i = 0; i < n; i++)
    {
      int64_t t = day->wake + rnd_between (0, 54000);
      quantity (QT "FlightsClimbed", PHONE, "count", t, t + rnd_between (10, 60),
                rnd_between (1, 3), 0);
    }
}

/* In pounds before 30 %, in kg after. */
static void
weight (Day *day)
{
  day->weight += -0.004 + 0.12 * rnd_normal ();
  if (rnd () % 10 < 7)
    {
      int64_t t = day->wake + 600;
      if (day->part < 0.3)
        quantity (QT "BodyMass", SCALE, "lb", t, t, day->weight * 2.2046226218, 1);
      else
        quantity (QT "BodyMass", SCALE, "kg", t, t, day->weight, 2);
      quantity (QT "BodyFatPercentage", SCALE, "%", t, t, 0.34 + 0.005 * rnd_normal (), 3);
    }
}

/* A correlation, and its children repeated at the top. */
static void
blood_pressure (Day *day)
{
  if (day->part <= 0.2)
    return;
  for (int s = 0; s < 2; s++)
    if (rnd () % 10 < 6)
      for (int r = 0; r < 2; r++)
        {
          int64_t t = (s ? day->bed - 1800 : day->wake + 900) + r * 60;
          int high = (int) (138 - 9 * day->part + 7 * rnd_normal ()),
              low = (int) (84 - 5 * day->part + 5 * rnd_normal ());
          quantity (QT "BloodPressureSystolic", CUFF, "mmHg", t, t, high, 0);
          quantity (QT "BloodPressureDiastolic", CUFF, "mmHg", t, t, low, 0);
          put (" <Correlation type=\"HKCorrelationTypeIdentifierBloodPressure\"");
          put_attr ("sourceName", source_name[CUFF]);
          put_dates (t, t);
          put (">\n");
          inside = 1;
          record_open (QT "BloodPressureSystolic", CUFF, "mmHg", t, t, t);
          put (" value=\"");
          put_int (high);
          put ("\"/>\n");
          record_open (QT "BloodPressureDiastolic", CUFF, "mmHg", t, t, t);
          put (" value=\"");
          put_int (low);
          put ("\"/>\n");
          inside = 0;
          put (" </Correlation>\n");
          counts.pressures++;
        }
}

/* The last 45 % of the period, every 5 minutes, with gaps; another unit from 70 % on. */
static void
glucose (Day *day)
{
  if (day->part <= 0.55)
    return;
  int64_t t = day->midnight;
  for (int i = 0; i < 288; i++, t += 300)
    {
      if (day->density < 1 && rnd_unit () > day->density)
        continue;
      if (rnd () % 97 == 0)
        {
          i += rnd_between (3, 40);
          t = day->midnight + i * 300;
          if (i >= 288)
            break;
        }
      double h = (double) ((t - day->midnight) / 3600.0);
      double meal = 0;
      static const double mt[3] = {7.5, 12.3, 18.4};
      for (int m = 0; m < 3; m++)
        {
          double x = (h - mt[m]);
          if (x > 0 && x < 4)
            meal += 3.6 * x / 1.1 * (x < 1.1 ? 1 : (4 - x) / 2.9 * 1.1 / x * 0 + (4 - x) / 2.9)
                    * (x < 1.1 ? 1 : 0.9);
        }
      day->glucose += 0.25 * ((7.1 - 0.8 * day->part + meal) - day->glucose) + 0.28 * rnd_normal ();
      if (day->glucose < 2.3)
        day->glucose = 2.3;
      if (day->glucose > 22)
        day->glucose = 22;
      if (day->part < 0.7)
        quantity (QT "BloodGlucose", CGM, "mg/dL", t, t,
                  (double) (int) (day->glucose * 18.01558800000541 + 0.5), 0);
      else
        quantity (QT "BloodGlucose", CGM, "mmol&lt;180.1558800000541&gt;/L", t, t, day->glucose, 1);
    }
}

/* Four entries of ten nutrients from 50 % on. */
static void
diet (Day *day)
{
  if (day->part <= 0.5)
    return;
  static const char *dn[10]
      = {QT "DietaryEnergyConsumed", QT "DietaryProtein",   QT "DietaryCarbohydrates",
         QT "DietaryFatTotal",       QT "DietaryFiber",     QT "DietarySugar",
         QT "DietarySodium",         QT "DietaryPotassium", QT "DietaryCholesterol",
         QT "DietaryFatSaturated"};
  static const char *du[10] = {"kcal", "g", "g", "g", "g", "g", "mg", "mg", "mg", "g"};
  static const double dv[10] = {480, 24, 55, 17, 6, 14, 620, 700, 80, 5};
  for (int m = 0; m < 4; m++)
    {
      int64_t t = day->wake + rnd_between (0, 1200) + m * 14400;
      if (rnd_unit () > day->density * 1.0 && day->density < 1)
        continue;
      for (int j = 0; j < 10; j++)
        quantity (dn[j], FOOD, du[j], t, t, dv[j] * (0.5 + rnd_unit ()), 2);
    }
  int n = count_of (day, 5);
  for (int i = 0; i < n; i++)
    quantity (QT "DietaryWater", FOOD, "mL", day->wake + i * 9000, day->wake + i * 9000, 250, 0);
  quantity (QT "DietaryCaffeine", FOOD, "mg", day->wake + 1800, day->wake + 1800, 95, 0);
}

static void
workout (Day *day)
{
  if (rnd () % 10 >= 5)
    return;
  int64_t t = day->bed - rnd_between (10000, 20000);
  double dur = 18 + 30 * rnd_unit ();
  int64_t e = t + (int64_t) (dur * 60) + rnd_between (0, 180);
  double km = dur * 0.085, kc = dur * 4.6;
  int attrs = day->part < 0.4;
  counts.workouts++;
  put (" <Workout workoutActivityType=\"");
  put (rnd () % 4 ? "HKWorkoutActivityTypeWalking" : "HKWorkoutActivityTypeCycling");
  put ("\" duration=\"");
  put_number (dur, 6);
  put ("\" durationUnit=\"min\"");
  if (attrs)
    {
      put (" totalDistance=\"");
      put_number (km, 5);
      put ("\" totalDistanceUnit=\"km\" totalEnergyBurned=\"");
      put_number (kc, 3);
      put ("\" totalEnergyBurnedUnit=\"kcal\"");
    }
  put_attr ("sourceName", source_name[WATCH]);
  put_attr ("sourceVersion", source_version[WATCH]);
  put_device (WATCH);
  put (" creationDate=\"");
  put_date (e + 3);
  put_char ('"');
  put_dates (t, e);
  put (
      ">\n  <MetadataEntry key=\"HKIndoorWorkout\" value=\"0\"/>\n  <MetadataEntry key=\"HKTimeZone\" value=\"America/Toronto\"/>\n  <MetadataEntry key=\"HKElevationAscended\" value=\"");
  put_int (rnd_between (100, 4000));
  put (" cm\"/>\n  <WorkoutEvent type=\"HKWorkoutEventTypePause\" date=\"");
  put_date (t + 300);
  put ("\"/>\n");
  if (!attrs)
    {
      const char *ty[3] = {QT "DistanceWalkingRunning", QT "ActiveEnergyBurned", QT "HeartRate"};
      for (int j = 0; j < 3; j++)
        {
          put ("  <WorkoutStatistics type=\"");
          put (ty[j]);
          put ("\" startDate=\"");
          put_date (t);
          put ("\" endDate=\"");
          put_date (e);
          if (j < 2)
            {
              put ("\" sum=\"");
              put_number (j ? kc : km, 4);
              put (j ? "\" unit=\"kcal\"/>\n" : "\" unit=\"km\"/>\n");
            }
          else
            put ("\" average=\"109.484\" minimum=\"88\" maximum=\"131\" unit=\"count/min\"/>\n");
        }
    }
  if (rnd () % 3 == 0)
    {
      put ("  <WorkoutRoute");
      put_attr ("sourceName", source_name[WATCH]);
      put_dates (t, e);
      put (">\n   <FileReference path=\"/workout-routes/route_");
      put_day (day->number);
      put ("_6.15pm.gpx\"/>\n  </WorkoutRoute>\n");
    }
  put (" </Workout>\n");
}

static void
summary (Day *day)
{
  put (" <ActivitySummary dateComponents=\"");
  put_day (day->number);
  put ("\" activeEnergyBurned=\"");
  put_number (330 * day->activity, 3);
  put (
      "\" activeEnergyBurnedGoal=\"400\" activeEnergyBurnedUnit=\"kcal\" appleMoveTime=\"0\" appleMoveTimeGoal=\"0\" appleExerciseTime=\"");
  put_int ((int) (28 * day->activity));
  put ("\" appleExerciseTimeGoal=\"30\" appleStandHours=\"");
  put_int (rnd_between (7, 14));
  put ("\" appleStandHoursGoal=\"12\"/>\n");
  counts.days++;
}

static void (*const of_watch[]) (Day *day) = {heart_rate,
                                              energy,
                                              effort,
                                              standing,
                                              noise,
                                              gait,
                                              stand_hours,
                                              oxygen,
                                              breathing,
                                              sleep_stages,
                                              resting_heart_rate,
                                              heart_rate_variability};
static void (*const of_all[]) (Day *day)
    = {stairs, weight, blood_pressure, glucose, diet, workout, summary};

int
main (int argc, char **argv)
{
  if (argc < 5)
    {
      fprintf (stderr, "usage: %s DAYS SEED DENSITY OUT [ORACLE]\n", argv[0]);
      return 2;
    }
  int days = atoi (argv[1]);
  int64_t end = day_of_date (2026, 1, 11), first = end - days;
  Day day = {.density = atof (argv[3]), .weight = 84, .glucose = 8.4};

  rnd_seed (strtoull (argv[2], 0, 10));
  if (!export_begin (argv[4]))
    return 1;
  put (DTD);
  put ("<HealthData locale=\"fr_CA\">\n <ExportDate value=\"");
  put_date (end * 86400 + 15 * 3600);
  put (ME);
  category ("HKDataTypeSleepDurationGoal", PHONE, first * 86400, first * 86400, NULL); /* P9 */
  for (int i = 0; i < days; i++)
    {
      begin_day (&day, first + i, (double) i / days);
      steps (&day);
      if (day.watch)
        for (size_t k = 0; k < sizeof of_watch / sizeof *of_watch; k++)
          of_watch[k](&day);
      for (size_t k = 0; k < sizeof of_all / sizeof *of_all; k++)
        of_all[k](&day);
    }
  put ("</HealthData>\n");
  export_end ();
  return argc > 5 && !oracle_write (argv[5]);
}
