/* Published formulae, each with its source. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "insight/citiz-stats.h"

#include <math.h>

/* CKD-EPI 2021 without race: Inker et al., NEJM 2021; 385: 1737. */
gdouble
citiz_egfr_2021 (gdouble creatinine_mg_dl, gint age, gboolean female)
{
  gdouble ratio = creatinine_mg_dl / (female ? 0.7 : 0.9), alpha = female ? -0.241 : -0.302;

  return 142 * pow (MIN (ratio, 1), alpha) * pow (MAX (ratio, 1), -1.200) * pow (0.9938, age)
         * (female ? 1.012 : 1);
}

gdouble
citiz_bmi (gdouble kg, gdouble metres)
{
  return kg / (metres * metres);
}

/* Bergenstal et al., Diabetes Care 2018; 41: 2275. */
gdouble
citiz_gmi (gdouble mean_mg_dl)
{
  return 3.31 + 0.02392 * mean_mg_dl;
}

/* IFCC and NGSP master equation. */
gdouble
citiz_a1c_to_ifcc (gdouble percent)
{
  return 10.93 * percent - 23.50;
}

gdouble
citiz_mean_arterial (gdouble systolic, gdouble diastolic)
{
  return diastolic + (systolic - diastolic) / 3;
}

/* Hypertension Canada home series: 7 days, the first one dropped (CMAJ 2021, PMC8342011). */
CitizHomePressure
citiz_home_pressure (const CitizSample *systolic, const CitizSample *diastolic, gsize n)
{
  CitizHomePressure out = {.systolic = NAN, .diastolic = NAN};
  gdouble sums[2] = {0, 0};
  gint32 first = G_MININT32, before = G_MININT32;

  if (n == 0)
    return out;
  first = citiz_day_of (systolic[0].start, systolic[0].offset);
  gboolean many = citiz_day_of (systolic[n - 1].start, systolic[n - 1].offset) != first;
  for (gsize i = 0; i < n; i++)
    {
      gint32 day = citiz_day_of (systolic[i].start, systolic[i].offset);
      if (many && day == first)
        continue;
      out.days += day != before;
      before = day;
      out.n++;
      sums[0] += systolic[i].value;
      sums[1] += diastolic[i].value;
    }
  out.systolic = sums[0] / out.n;
  out.diastolic = sums[1] / out.n;
  out.sufficient = out.n >= 12 && out.days >= 3;
  return out;
}
