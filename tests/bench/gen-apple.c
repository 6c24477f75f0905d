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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <math.h>
typedef uint64_t u64;
typedef int64_t i64;
static u64 S[4];
static u64
rotl (u64 x, int k)
{
  return (x << k) | (x >> (64 - k));
}
static u64
nx (void)
{
  u64 r = rotl (S[1] * 5, 7) * 9, t = S[1] << 17;
  S[2] ^= S[0];
  S[3] ^= S[1];
  S[1] ^= S[2];
  S[0] ^= S[3];
  S[2] ^= t;
  S[3] = rotl (S[3], 45);
  return r;
}
static void
seed (u64 x)
{
  for (int i = 0; i < 4; i++)
    {
      x += 0x9e3779b97f4a7c15ULL;
      u64 z = x;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
      S[i] = z ^ (z >> 31);
    }
}
static int
ri (int a, int b)
{
  return a + (int) (nx () % (u64) (b - a + 1));
}
static double
rd (void)
{
  return (double) (nx () >> 11) * (1.0 / 9007199254740992.0);
}
static double
rn (void)
{
  double s = 0;
  for (int i = 0; i < 12; i++)
    s += rd ();
  return s - 6;
} /* Irwin-Hall: no libm, so reproducible */
/* ---- civil time ---- */
static i64
dfc (int y, int m, int d)
{
  y -= m <= 2;
  i64 e = (y >= 0 ? y : y - 399) / 400;
  unsigned yo = (unsigned) (y - e * 400), dy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1,
           de = yo * 365 + yo / 4 - yo / 100 + dy;
  return e * 146097 + (i64) de - 719468;
}
static void
cfd (i64 z, int *y, int *m, int *d)
{
  z += 719468;
  i64 e = (z >= 0 ? z : z - 146096) / 146097;
  unsigned de = (unsigned) (z - e * 146097), yo = (de - de / 1460 + de / 36524 - de / 146096) / 365;
  i64 yy = (i64) yo + e * 400;
  unsigned dy = de - (365 * yo + yo / 4 - yo / 100), mp = (5 * dy + 2) / 153;
  *d = dy - (153 * mp + 2) / 5 + 1;
  *m = mp < 10 ? mp + 3 : mp - 9;
  *y = (int) (yy + (*m <= 2));
}
static int
wd (i64 days)
{
  return (int) ((days % 7 + 11) % 7);
} /* 0=Sunday */
static i64
nthsun (int y, int m, int n)
{
  i64 d = dfc (y, m, 1);
  int w = wd (d);
  return d + (w ? 7 - w : 0) + 7 * (n - 1);
}
static int
off_at (i64 t)
{
  static int cy = 0;
  static i64 a, b;
  int y, m, d;
  i64 dd = t >= 0 ? t / 86400 : (t - 86399) / 86400;
  cfd (dd, &y, &m, &d);
  if (y != cy)
    {
      cy = y;
      a = nthsun (y, 3, 2) * 86400 + 7 * 3600;
      b = nthsun (y, 11, 1) * 86400 + 6 * 3600;
    }
  return (t >= a && t < b) ? -4 * 3600 : -5 * 3600;
}
/* ---- output ---- */
static FILE *F;
static char B[1 << 22];
static size_t N;
static u64 total;
static void
flush (void)
{
  fwrite (B, 1, N, F);
  total += N;
  N = 0;
}
static void
ps (const char *s)
{
  size_t l = strlen (s);
  if (N + l + 64 > sizeof B)
    flush ();
  memcpy (B + N, s, l);
  N += l;
}
static void
pc (char c)
{
  if (N + 64 > sizeof B)
    flush ();
  B[N++] = c;
}
static void
pi (i64 v)
{
  char t[24];
  int i = 24;
  u64 u = v < 0 ? (u64) -v : (u64) v;
  do
    t[--i] = '0' + u % 10;
  while (u /= 10);
  if (v < 0)
    t[--i] = '-';
  if (N + 64 > sizeof B)
    flush ();
  memcpy (B + N, t + i, 24 - i);
  N += 24 - i;
}
static void
p2 (int v)
{
  B[N++] = '0' + v / 10;
  B[N++] = '0' + v % 10;
}
static void
pdate (i64 t)
{
  if (N + 64 > sizeof B)
    flush ();
  int o = off_at (t);
  i64 l = t + o, dd = l >= 0 ? l / 86400 : (l - 86399) / 86400;
  static i64 cd = -1;
  static char cb[11];
  int s = (int) (l - dd * 86400);
  if (dd != cd)
    {
      int y, m, d;
      cfd (dd, &y, &m, &d);
      snprintf (cb, 11, "%04d-%02d-%02d", y, m, d);
      cd = dd;
    }
  memcpy (B + N, cb, 10);
  N += 10;
  B[N++] = ' ';
  p2 (s / 3600);
  B[N++] = ':';
  p2 (s / 60 % 60);
  B[N++] = ':';
  p2 (s % 60);
  B[N++] = ' ';
  B[N++] = '-';
  p2 (-o / 3600);
  p2 (0);
}
static void
pnum (double v, int dec)
{
  i64 sc = 1;
  for (int i = 0; i < dec; i++)
    sc *= 10;
  i64 q = (i64) (v * (double) sc + (v < 0 ? -0.5 : 0.5));
  if (q < 0)
    {
      pc ('-');
      q = -q;
    }
  pi (q / sc);
  i64 f = q % sc;
  if (f)
    {
      pc ('.');
      char t[12];
      int n = dec;
      for (int i = dec - 1; i >= 0; i--)
        {
          t[i] = '0' + f % 10;
          f /= 10;
        }
      while (n > 0 && t[n - 1] == '0')
        n--;
      for (int i = 0; i < n; i++)
        pc (t[i]);
    }
}
/* ---- oracle ---- */
typedef struct
{
  const char *n;
  u64 c;
  double sum, mn, mx;
} Or;
static Or O[96];
static int nO;
static void
orc (const char *n, double v)
{
  int i;
  for (i = 0; i < nO; i++)
    if (O[i].n == n || !strcmp (O[i].n, n))
      break;
  if (i == nO)
    {
      O[nO].n = n;
      O[nO].mn = 1e300;
      O[nO].mx = -1e300;
      nO++;
    }
  O[i].c++;
  O[i].sum += v;
  if (v < O[i].mn)
    O[i].mn = v;
  if (v > O[i].mx)
    O[i].mx = v;
}
static u64 nRec, nDup, nOverlap, nWork, nCorr, nAct, nHrv;
/* ---- sources ---- */
enum
{
  PHONE,
  WATCH,
  SCALE,
  CUFF,
  CGM,
  FOOD,
  NSRC
};
static const char *SN[NSRC] = {"iPhone de \xc3\x89milie",
                               "Apple\xc2\xa0Watch d\xe2\x80\x99\xc3\x89milie",
                               "Health Mate",
                               "OMRON connect",
                               "Dexcom G6",
                               "Cronometer"};
static const char *SV[NSRC] = {"16.5", "9.4", "6.2.1", "7.16.0", "1.10.1", "4.9.3"};
static void
pdev (int s)
{
  if (s != PHONE && s != WATCH)
    return;
  ps (" device=\"&lt;&lt;HKDevice: 0x");
  static const char h[] = "0123456789abcdef";
  u64 r = nx ();
  char t[10];
  for (int i = 0; i < 9; i++)
    {
      t[i] = h[r & 15];
      r >>= 4;
    }
  t[9] = 0;
  ps (t);
  ps (s == PHONE
          ? "&gt;, name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone13,2, software:16.5&gt;\""
          : "&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,7, software:9.4&gt;\"");
}
static void
attr (const char *k, const char *v)
{
  pc (' ');
  ps (k);
  ps ("=\"");
  ps (v);
  pc ('"');
}
static int inCorr;
static size_t recStart;
static void
rec_open (const char *type, int s, const char *unit, i64 a, i64 b, i64 c)
{
  if (N + 2048 > sizeof B)
    flush ();
  recStart = N;
  if (inCorr)
    pc (' ');
  ps (" <Record");
  if ((nx () & 63) == 0)
    {
      attr ("sourceName", SN[s]);
      attr ("type", type);
    }
  else
    {
      attr ("type", type);
      attr ("sourceName", SN[s]);
    } /* P4 */
  attr ("sourceVersion", SV[s]);
  pdev (s);
  if (unit)
    attr ("unit", unit);
  ps (" creationDate=\"");
  pdate (c);
  ps ("\" startDate=\"");
  pdate (a);
  ps ("\" endDate=\"");
  pdate (b);
  pc ('"');
}
static void
dup (void)
{
  int k = (nx () % 1000) < 8 ? 1 + (nx () % 64 == 0) * ri (1, 6) : 0;
  size_t l = N - recStart;
  while (k--)
    {
      if (N + l + 64 > sizeof B)
        break;
      memcpy (B + N, B + recStart, l);
      N += l;
      nDup++;
    }
} /* P2: exact copies, not counted in the oracle sums */
static void
q (const char *type, int s, const char *unit, i64 a, i64 b, double v, int dec)
{
  rec_open (type, s, unit, a, b, b + ri (1, 400));
  ps (" value=\"");
  pnum (v, dec);
  ps ("\"/>\n");
  nRec++;
  double sc = 1;
  for (int i = 0; i < dec; i++)
    sc *= 10;
  i64 Q = (i64) (v * sc + (v < 0 ? -0.5 : 0.5));
  orc (type, (double) Q / sc);
  if (!inCorr)
    dup ();
}
static void
cat (const char *type, int s, i64 a, i64 b, const char *val)
{
  rec_open (type, s, NULL, a, b, b + ri (1, 900));
  if (val)
    {
      attr ("value", val);
    }
  ps ("/>\n");
  nRec++;
  orc (type, 0);
}
#define QT "HKQuantityTypeIdentifier"
#define CT "HKCategoryTypeIdentifier"
static const char DTD[]
    = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE HealthData [\n<!-- HealthKit Export Version: 14 -->\n<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>\n<!ATTLIST HealthData locale CDATA #REQUIRED>\n<!ELEMENT ExportDate EMPTY>\n<!ATTLIST ExportDate value CDATA #REQUIRED>\n<!ELEMENT Me EMPTY>\n<!ATTLIST Me HKCharacteristicTypeIdentifierDateOfBirth CDATA #REQUIRED HKCharacteristicTypeIdentifierBiologicalSex CDATA #REQUIRED HKCharacteristicTypeIdentifierBloodType CDATA #REQUIRED HKCharacteristicTypeIdentifierFitzpatrickSkinType CDATA #REQUIRED HKCharacteristicTypeIdentifierCardioFitnessMedicationsUse CDATA #REQUIRED>\n<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>\n<!ATTLIST Record type CDATA #REQUIRED unit CDATA #IMPLIED value CDATA #IMPLIED sourceName CDATA #REQUIRED sourceVersion CDATA #IMPLIED device CDATA #IMPLIED creationDate CDATA #IMPLIED startDate CDATA #REQUIRED endDate CDATA #REQUIRED>\n<!ELEMENT Correlation ((MetadataEntry|Record)*)>\n<!ATTLIST Correlation type CDATA #REQUIRED sourceName CDATA #REQUIRED sourceVersion CDATA #IMPLIED device CDATA #IMPLIED creationDate CDATA #IMPLIED startDate CDATA #REQUIRED endDate CDATA #REQUIRED>\n<!ELEMENT Workout ((MetadataEntry|WorkoutEvent|WorkoutRoute|WorkoutStatistics)*)>\n<!ATTLIST Workout workoutActivityType CDATA #REQUIRED duration CDATA #IMPLIED durationUnit CDATA #IMPLIED totalDistance CDATA #IMPLIED totalDistanceUnit CDATA #IMPLIED totalEnergyBurned CDATA #IMPLIED totalEnergyBurnedUnit CDATA #IMPLIED sourceName CDATA #REQUIRED sourceVersion CDATA #IMPLIED device CDATA #IMPLIED creationDate CDATA #IMPLIED startDate CDATA #REQUIRED endDate CDATA #REQUIRED>\n<!ELEMENT WorkoutStatistics EMPTY>\n<!ATTLIST WorkoutStatistics type CDATA #REQUIRED startDate CDATA #REQUIRED endDate CDATA #REQUIRED average CDATA #IMPLIED minimum CDATA #IMPLIED maximum CDATA #IMPLIED sum CDATA #IMPLIED unit CDATA #IMPLIED>\n<!ELEMENT WorkoutEvent EMPTY>\n<!ATTLIST WorkoutEvent type CDATA #REQUIRED date CDATA #REQUIRED duration CDATA #IMPLIED durationUnit CDATA #IMPLIED>\n<!ELEMENT WorkoutRoute ((MetadataEntry|FileReference)*)>\n<!ATTLIST WorkoutRoute sourceName CDATA #REQUIRED sourceVersion CDATA #IMPLIED device CDATA #IMPLIED creationDate CDATA #IMPLIED startDate CDATA #REQUIRED endDate CDATA #REQUIRED>\n<!ELEMENT FileReference EMPTY>\n<!ATTLIST FileReference path CDATA #REQUIRED>\n<!ELEMENT ActivitySummary EMPTY>\n<!ATTLIST ActivitySummary dateComponents CDATA #IMPLIED activeEnergyBurned CDATA #IMPLIED activeEnergyBurnedGoal CDATA #IMPLIED activeEnergyBurnedUnit CDATA #IMPLIED appleMoveTime CDATA #IMPLIED appleMoveTimeGoal CDATA #IMPLIED appleExerciseTime CDATA #IMPLIED appleExerciseTimeGoal CDATA #IMPLIED appleStandHours CDATA #IMPLIED appleStandHoursGoal CDATA #IMPLIED>\n<!ELEMENT ClinicalRecord EMPTY>\n<!ATTLIST ClinicalRecord type CDATA #REQUIRED identifier CDATA #REQUIRED sourceName CDATA #REQUIRED sourceURL CDATA #REQUIRED fhirVersion CDATA #REQUIRED receivedDate CDATA #REQUIRED resourceFilePath CDATA #REQUIRED>\n<!ELEMENT MetadataEntry EMPTY>\n<!ATTLIST MetadataEntry key CDATA #REQUIRED value CDATA #REQUIRED>\n<!ELEMENT HeartRateVariabilityMetadataList (InstantaneousBeatsPerMinute*)>\n<!ELEMENT InstantaneousBeatsPerMinute EMPTY>\n<!ATTLIST InstantaneousBeatsPerMinute bpm CDATA #REQUIRED time CDATA #REQUIRED>\n]>\n";
int
main (int argc, char **argv)
{
  if (argc < 5)
    {
      fprintf (stderr, "usage: %s DAYS SEED DENSITY OUT [ORACLE]\n", argv[0]);
      return 2;
    }
  int days = atoi (argv[1]);
  seed (strtoull (argv[2], 0, 10));
  double den = atof (argv[3]);
  F = fopen (argv[4], "wb");
  if (!F)
    return 1;
  setvbuf (F, 0, _IONBF, 0);
  i64 end = dfc (2026, 1, 11), d0 = end - days;
  ps (DTD);
  ps ("<HealthData locale=\"fr_CA\">\n <ExportDate value=\"");
  pdate (end * 86400 + 15 * 3600);
  ps ("\"/>\n <Me HKCharacteristicTypeIdentifierDateOfBirth=\"1961-05-17\" HKCharacteristicTypeIdentifierBiologicalSex=\"HKBiologicalSexFemale\" HKCharacteristicTypeIdentifierBloodType=\"HKBloodTypeAPositive\" HKCharacteristicTypeIdentifierFitzpatrickSkinType=\"HKFitzpatrickSkinTypeNotSet\" HKCharacteristicTypeIdentifierCardioFitnessMedicationsUse=\"None\"/>\n");
  double w = 84, gl = 8.4;
  cat ("HKDataTypeSleepDurationGoal", PHONE, d0 * 86400, d0 * 86400, NULL); /* P9 */
  for (int k = 0; k < days; k++)
    {
      i64 D = (d0 + k) * 86400 + 5 * 3600; /* ~local midnight */
      double ph = (double) k / (days ? days : 1);
      int wkd = wd (d0 + k);
      int watch = (nx () % 100) < 94;
      double act = 1 + 0.35 * rn () * 0.5 + (wkd == 0 || wkd == 6 ? 0.2 : 0);
      if (act < 0.15)
        act = 0.15;
      i64 wake = D + (i64) (6.6 * 3600) + ri (-2400, 3600),
          bed = D + (i64) (22.6 * 3600) + ri (-3600, 4000);
      double rhr = 68 - 6 * ph + 1.5 * rn ();
#define CNT(x) ((int) ((x) *den + rd ()))
      /* steps & distance: phone and watch overlap */
      {
        i64 t = wake;
        int n = CNT (70 * act);
        for (int i = 0; i < n; i++)
          {
            t += ri (60, 1300);
            if (t > bed)
              break;
            int dur = ri (20, 590);
            int st = ri (8, dur * 2);
            int who = ri (0, 9);
            if (watch && who != 0)
              {
                q (QT "StepCount", WATCH, "count", t, t + dur, st, 0);
                q (QT "DistanceWalkingRunning", WATCH, "km", t, t + dur, st * 0.00072, 6);
              }
            if (who != 1)
              {
                int s2 = (int) (st * (0.8 + 0.3 * rd ())) + 1;
                q (QT "StepCount", PHONE, "count", t + ri (0, 9), t + dur + ri (0, 9), s2, 0);
                q (QT "DistanceWalkingRunning", PHONE, "km", t + ri (0, 9), t + dur + ri (0, 9),
                   s2 * 0.00070, 6);
                if (watch && who != 0)
                  nOverlap += 2;
              }
          }
      }
      if (watch)
        {
          {
            i64 t = D;
            int n = CNT (330);
            for (int i = 0; i < n; i++)
              {
                t += ri (60, 420);
                int asleep = t < wake || t > bed;
                double hr = asleep ? rhr - 4 + 3 * rn ()
                                   : rhr + 10 + 9 * rn () + (nx () % 20 == 0 ? 40 * rd () : 0);
                if (hr < 38)
                  hr = 38;
                rec_open (QT "HeartRate", WATCH, "count/min", t, t, t + ri (1, 300));
                ps (" value=\"");
                i64 h = (i64) (hr + 0.5);
                pi (h);
                nRec++;
                orc (QT "HeartRate", (double) h);
                if (nx () % 3 == 0)
                  {
                    ps ("\">\n  <MetadataEntry key=\"HKMetadataKeyHeartRateMotionContext\" value=\"");
                    pi (asleep ? 1 : ri (0, 2));
                    ps ("\"/>\n </Record>\n");
                  }
                else
                  ps ("\"/>\n");
                dup ();
              }
          }
          {
            i64 t = D;
            int n = CNT (720);
            for (int i = 0; i < n; i++)
              {
                int dur = ri (20, 180);
                t += dur;
                q (QT "ActiveEnergyBurned", WATCH, "kcal", t - dur, t,
                   (t > wake && t < bed) ? 0.05 + 1.6 * rd () * act * dur / 60.0
                                         : 0.02 + 0.2 * rd (),
                   3);
              }
          }
          {
            i64 t = D;
            int n = CNT (330);
            for (int i = 0; i < n; i++)
              {
                int dur = ri (120, 400);
                t += dur;
                q (QT "BasalEnergyBurned", WATCH, "kcal", t - dur, t,
                   dur * 0.0172 * (0.97 + 0.06 * rd ()), 3);
              }
          }
          if (ph > 0.6)
            {
              i64 t = wake;
              int n = CNT (500);
              for (int i = 0; i < n; i++)
                {
                  int dur = ri (20, 180);
                  t += dur;
                  q (QT "PhysicalEffort", WATCH, "kcal/hr\xc2\xb7kg", t - dur, t,
                     1 + 3 * rd () * rd (), 4);
                }
            }
          {
            int n = CNT (30);
            for (int i = 0; i < n; i++)
              {
                i64 t = wake + ri (0, 54000);
                q (QT "AppleStandTime", WATCH, "min", t / 300 * 300, t / 300 * 300 + 300, ri (1, 5),
                   0);
              }
          }
          {
            int n = CNT (36);
            for (int i = 0; i < n; i++)
              {
                i64 t = D + i * 3600;
                q (QT "EnvironmentalAudioExposure", WATCH, "dBASPL", t, t + 1800, 58 + 9 * rn (),
                   4);
              }
          }
          {
            int n = CNT (18);
            for (int i = 0; i < n; i++)
              {
                i64 t = wake + ri (0, 54000);
                q (QT "WalkingSpeed", PHONE, "km/hr", t, t + ri (8, 60), 4.4 + 0.5 * rn (), 2);
                q (QT "WalkingStepLength", PHONE, "cm", t, t + 30, 66 + 5 * rn (), 0);
              }
          }
          {
            int n = CNT (17);
            for (int i = 0; i < n; i++)
              {
                i64 t = wake + i * 3600;
                cat (CT "AppleStandHour", WATCH, t / 3600 * 3600, t / 3600 * 3600 + 3600,
                     nx () % 7 ? "HKCategoryValueAppleStandHourStood"
                               : "HKCategoryValueAppleStandHourIdle");
              }
          }
          {
            int n = CNT (22);
            for (int i = 0; i < n; i++)
              {
                i64 t = D + ri (0, 86399);
                q (QT "OxygenSaturation", WATCH, "%", t, t,
                   0.96 + 0.01 * rn () > 1 ? 1 : 0.96 + 0.01 * rn (), 2);
              }
          }
          {
            int n = CNT (55);
            for (int i = 0; i < n; i++)
              {
                i64 t = D + i * 420;
                q (QT "RespiratoryRate", WATCH, "count/min", t, t + 60, 14.5 + 1.2 * rn (), 1);
              }
          }
          {
            i64 t = D;
            const char *st[4] = {
                "HKCategoryValueSleepAnalysisAsleepCore", "HKCategoryValueSleepAnalysisAsleepDeep",
                "HKCategoryValueSleepAnalysisAsleepREM", "HKCategoryValueSleepAnalysisAwake"};
            cat (CT "SleepAnalysis", PHONE, D, wake, "HKCategoryValueSleepAnalysisInBed");
            while (t < wake)
              {
                int dur = ri (300, 2700);
                cat (CT "SleepAnalysis", WATCH, t, t + dur > wake ? wake : t + dur,
                     ph > 0.65 ? st[nx () % 10 < 6 ? 0 : nx () % 4]
                               : "HKCategoryValueSleepAnalysisAsleepUnspecified");
                t += dur;
              }
          }
          q (QT "RestingHeartRate", WATCH, "count/min", D, bed, rhr, 0);
          {
            int n = CNT (6) + 1;
            for (int i = 0; i < n; i++)
              {
                i64 t = D + ri (0, 86000);
                double v = 32 + 9 * rn ();
                if (v < 8)
                  v = 8;
                rec_open (QT "HeartRateVariabilitySDNN", WATCH, "ms", t, t + 60, t + 61);
                ps (" value=\"");
                pnum (v, 4);
                i64 Q = (i64) (v * 1e4 + 0.5);
                orc (QT "HeartRateVariabilitySDNN", Q / 1e4);
                nRec++;
                ps ("\">\n  <HeartRateVariabilityMetadataList>\n");
                int b = ri (40, 60);
                for (int j = 0; j < b; j++)
                  {
                    ps ("   <InstantaneousBeatsPerMinute bpm=\"");
                    pi (ri (55, 80));
                    ps ("\" time=\"");
                    p2 (ri (6, 12));
                    ps (":0");
                    pi (j % 10);
                    ps (":");
                    p2 (j % 60);
                    ps (",");
                    pi (ri (10, 99));
                    ps ("\xc2\xa0");
                    ps ("AM\"/>\n");
                    nHrv++;
                  }
                ps ("  </HeartRateVariabilityMetadataList>\n </Record>\n");
              }
          }
        }
      {
        int n = CNT (6);
        for (int i = 0; i < n; i++)
          {
            i64 t = wake + ri (0, 54000);
            q (QT "FlightsClimbed", PHONE, "count", t, t + ri (10, 60), ri (1, 3), 0);
          }
      }
      /* weight: lb before 30 %, kg after */
      w += -0.004 + 0.12 * rn ();
      if (nx () % 10 < 7)
        {
          i64 t = wake + 600;
          if (ph < 0.3)
            q (QT "BodyMass", SCALE, "lb", t, t, w * 2.2046226218, 1);
          else
            q (QT "BodyMass", SCALE, "kg", t, t, w, 2);
          q (QT "BodyFatPercentage", SCALE, "%", t, t, 0.34 + 0.005 * rn (), 3);
        }
      /* blood pressure: correlation + repeated top-level */
      if (ph > 0.2)
        for (int s = 0; s < 2; s++)
          if (nx () % 10 < 6)
            for (int r = 0; r < 2; r++)
              {
                i64 t = (s ? bed - 1800 : wake + 900) + r * 60;
                int sy = (int) (138 - 9 * ph + 7 * rn ()), di = (int) (84 - 5 * ph + 5 * rn ());
                u64 sv[4];
                memcpy (sv, S, sizeof S);
                q (QT "BloodPressureSystolic", CUFF, "mmHg", t, t, sy, 0);
                q (QT "BloodPressureDiastolic", CUFF, "mmHg", t, t, di, 0);
                (void) sv;
                ps (" <Correlation type=\"HKCorrelationTypeIdentifierBloodPressure\"");
                attr ("sourceName", SN[CUFF]);
                ps (" startDate=\"");
                pdate (t);
                ps ("\" endDate=\"");
                pdate (t);
                ps ("\">\n");
                inCorr = 1;
                rec_open (QT "BloodPressureSystolic", CUFF, "mmHg", t, t, t);
                ps (" value=\"");
                pi (sy);
                ps ("\"/>\n");
                rec_open (QT "BloodPressureDiastolic", CUFF, "mmHg", t, t, t);
                ps (" value=\"");
                pi (di);
                ps ("\"/>\n");
                inCorr = 0;
                ps (" </Correlation>\n");
                nCorr++;
              }
      /* CGM: last 45 % of the period, 5-minute, gaps; unit switches at 70 % */
      if (ph > 0.55)
        {
          i64 t = D;
          for (int i = 0; i < 288; i++, t += 300)
            {
              if (den < 1 && rd () > den)
                continue;
              if (nx () % 97 == 0)
                {
                  i += ri (3, 40);
                  t = D + i * 300;
                  if (i >= 288)
                    break;
                }
              double h = (double) ((t - D) / 3600.0);
              double meal = 0;
              static const double mt[3] = {7.5, 12.3, 18.4};
              for (int m = 0; m < 3; m++)
                {
                  double x = (h - mt[m]);
                  if (x > 0 && x < 4)
                    meal += 3.6 * x / 1.1
                            * (x < 1.1 ? 1 : (4 - x) / 2.9 * 1.1 / x * 0 + (4 - x) / 2.9)
                            * (x < 1.1 ? 1 : 0.9);
                }
              gl += 0.25 * ((7.1 - 0.8 * ph + meal) - gl) + 0.28 * rn ();
              if (gl < 2.3)
                gl = 2.3;
              if (gl > 22)
                gl = 22;
              if (ph < 0.7)
                q (QT "BloodGlucose", CGM, "mg/dL", t, t,
                   (double) (int) (gl * 18.01558800000541 + 0.5), 0);
              else
                q (QT "BloodGlucose", CGM, "mmol&lt;180.1558800000541&gt;/L", t, t, gl, 1);
            }
        }
      /* diet: 4 entries x 10 nutrients from 50 % */
      if (ph > 0.5)
        {
          static const char *dn[10]
              = {QT "DietaryEnergyConsumed", QT "DietaryProtein",   QT "DietaryCarbohydrates",
                 QT "DietaryFatTotal",       QT "DietaryFiber",     QT "DietarySugar",
                 QT "DietarySodium",         QT "DietaryPotassium", QT "DietaryCholesterol",
                 QT "DietaryFatSaturated"};
          static const char *du[10] = {"kcal", "g", "g", "g", "g", "g", "mg", "mg", "mg", "g"};
          static const double dv[10] = {480, 24, 55, 17, 6, 14, 620, 700, 80, 5};
          for (int m = 0; m < 4; m++)
            {
              i64 t = wake + ri (0, 1200) + m * 14400;
              if (rd () > den * 1.0 && den < 1)
                continue;
              for (int j = 0; j < 10; j++)
                q (dn[j], FOOD, du[j], t, t, dv[j] * (0.5 + rd ()), 2);
            }
          int n = CNT (5);
          for (int i = 0; i < n; i++)
            q (QT "DietaryWater", FOOD, "mL", wake + i * 9000, wake + i * 9000, 250, 0);
          q (QT "DietaryCaffeine", FOOD, "mg", wake + 1800, wake + 1800, 95, 0);
        }
      /* workout */
      if (nx () % 10 < 5)
        {
          i64 t = bed - ri (10000, 20000);
          double dur = 18 + 30 * rd ();
          i64 e = t + (i64) (dur * 60) + ri (0, 180);
          double km = dur * 0.085, kc = dur * 4.6;
          int attrs = ph < 0.4;
          nWork++;
          ps (" <Workout workoutActivityType=\"");
          ps (nx () % 4 ? "HKWorkoutActivityTypeWalking" : "HKWorkoutActivityTypeCycling");
          ps ("\" duration=\"");
          pnum (dur, 6);
          ps ("\" durationUnit=\"min\"");
          if (attrs)
            {
              ps (" totalDistance=\"");
              pnum (km, 5);
              ps ("\" totalDistanceUnit=\"km\" totalEnergyBurned=\"");
              pnum (kc, 3);
              ps ("\" totalEnergyBurnedUnit=\"kcal\"");
            }
          attr ("sourceName", SN[WATCH]);
          attr ("sourceVersion", SV[WATCH]);
          pdev (WATCH);
          ps (" creationDate=\"");
          pdate (e + 3);
          ps ("\" startDate=\"");
          pdate (t);
          ps ("\" endDate=\"");
          pdate (e);
          ps ("\">\n  <MetadataEntry key=\"HKIndoorWorkout\" value=\"0\"/>\n  <MetadataEntry key=\"HKTimeZone\" value=\"America/Toronto\"/>\n  <MetadataEntry key=\"HKElevationAscended\" value=\"");
          pi (ri (100, 4000));
          ps (" cm\"/>\n  <WorkoutEvent type=\"HKWorkoutEventTypePause\" date=\"");
          pdate (t + 300);
          ps ("\"/>\n");
          if (!attrs)
            {
              const char *ty[3]
                  = {QT "DistanceWalkingRunning", QT "ActiveEnergyBurned", QT "HeartRate"};
              for (int j = 0; j < 3; j++)
                {
                  ps ("  <WorkoutStatistics type=\"");
                  ps (ty[j]);
                  ps ("\" startDate=\"");
                  pdate (t);
                  ps ("\" endDate=\"");
                  pdate (e);
                  if (j < 2)
                    {
                      ps ("\" sum=\"");
                      pnum (j ? kc : km, 4);
                      ps (j ? "\" unit=\"kcal\"/>\n" : "\" unit=\"km\"/>\n");
                    }
                  else
                    ps ("\" average=\"109.484\" minimum=\"88\" maximum=\"131\" unit=\"count/min\"/>\n");
                }
            }
          if (nx () % 3 == 0)
            {
              ps ("  <WorkoutRoute");
              attr ("sourceName", SN[WATCH]);
              ps (" startDate=\"");
              pdate (t);
              ps ("\" endDate=\"");
              pdate (e);
              ps ("\">\n   <FileReference path=\"/workout-routes/route_");
              int y, m, d;
              cfd (d0 + k, &y, &m, &d);
              pi (y);
              pc ('-');
              p2 (m);
              pc ('-');
              p2 (d);
              ps ("_6.15pm.gpx\"/>\n  </WorkoutRoute>\n");
            }
          ps (" </Workout>\n");
        }
      {
        int y, m, d;
        cfd (d0 + k, &y, &m, &d);
        ps (" <ActivitySummary dateComponents=\"");
        pi (y);
        pc ('-');
        p2 (m);
        pc ('-');
        p2 (d);
        ps ("\" activeEnergyBurned=\"");
        pnum (330 * act, 3);
        ps ("\" activeEnergyBurnedGoal=\"400\" activeEnergyBurnedUnit=\"kcal\" appleMoveTime=\"0\" appleMoveTimeGoal=\"0\" appleExerciseTime=\"");
        pi ((int) (28 * act));
        ps ("\" appleExerciseTimeGoal=\"30\" appleStandHours=\"");
        pi (ri (7, 14));
        ps ("\" appleStandHoursGoal=\"12\"/>\n");
        nAct++;
      }
    }
  ps ("</HealthData>\n");
  flush ();
  fclose (F);
  if (argc > 5)
    {
      FILE *g = fopen (argv[5], "w");
      fprintf (
          g,
          "#bytes\t%llu\n#records_unique_top_level\t%llu\n#P2_exact_duplicates\t%llu\n#P1_overlapping_phone_records\t%llu\n#workouts\t%llu\n#bp_correlations\t%llu\n#activity_summaries\t%llu\n#hrv_beats\t%llu\n#type\tcount\tsum\tmin\tmax\n",
          (unsigned long long) total, (unsigned long long) nRec, (unsigned long long) nDup,
          (unsigned long long) nOverlap, (unsigned long long) nWork, (unsigned long long) nCorr,
          (unsigned long long) nAct, (unsigned long long) nHrv);
      for (int i = 0; i < nO; i++)
        fprintf (g, "%s\t%llu\t%.6f\t%.6g\t%.6g\n", O[i].n, (unsigned long long) O[i].c, O[i].sum,
                 O[i].mn, O[i].mx);
      fclose (g);
    }
  return 0;
}
