/* The arithmetic of charts: ticks, nearest point, keyboard cursor; no widget. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-scale.h"

#include <math.h>

CitizScale
citiz_scale_fit (gdouble lo, gdouble hi, guint most)
{
  static const gdouble rounds[] = {1, 2, 5, 10};
  gdouble raw, power;
  CitizScale scale;

  if (!isfinite (lo) || !isfinite (hi))
    return (CitizScale){0, 1, 1};
  if (hi < lo)
    return citiz_scale_fit (hi, lo, most);
  if (hi == lo)
    {
      gdouble half = lo == 0 ? 0.5 : fabs (lo) * 0.05;
      lo -= half;
      hi += half;
    }
  most = MAX (most, 1);
  raw = (hi - lo) / most;
  power = pow (10, floor (log10 (raw)));
  for (guint tries = 0;; tries++)
    {
      /* Rounding the ends outwards may need one step more than asked: then the next round step. */
      scale.step = rounds[tries % 3] * power * pow (10, tries / 3);
      scale.lo = floor (lo / scale.step + 1e-9) * scale.step;
      scale.hi = ceil (hi / scale.step - 1e-9) * scale.step;
      if (scale.step >= raw * (1 - 1e-9) && (scale.hi - scale.lo) / scale.step < most + 0.5)
        return scale;
      if (tries > 12)
        return scale;
    }
}

guint
citiz_scale_count (const CitizScale *scale)
{
  if (!(scale->step > 0) || !(scale->hi >= scale->lo))
    return 0;
  return (guint) MIN (floor ((scale->hi - scale->lo) / scale->step + 1e-6) + 1, 100);
}

gdouble
citiz_scale_tick (const CitizScale *scale, guint i)
{
  gdouble tick = scale->lo + i * scale->step;

  return fabs (tick) < scale->step * 1e-6 ? 0 : tick;
}

gint
citiz_scale_decimals (const CitizScale *scale)
{
  gint decimals = 0;
  gdouble step = scale->step;

  while (decimals < 6 && fabs (step - round (step)) > 1e-6)
    {
      step *= 10;
      decimals++;
    }
  return decimals;
}

gint
citiz_scale_nearest (const gdouble *xs, guint n, gdouble x)
{
  guint lo = 0, hi = n;

  if (n == 0)
    return -1;
  while (lo < hi)
    {
      guint mid = lo + (hi - lo) / 2;
      if (xs[mid] < x)
        lo = mid + 1;
      else
        hi = mid;
    }
  if (lo == n)
    return (gint) n - 1;
  if (lo > 0 && x - xs[lo - 1] < xs[lo] - x)
    return (gint) lo - 1;
  return (gint) lo;
}

gint
citiz_scale_move (gint at, guint n, CitizMove move)
{
  gint last = (gint) n - 1, leap = MAX ((gint) n / 10, 1);

  if (n == 0)
    return -1;
  switch (move)
    {
    case CITIZ_MOVE_FIRST:
      return 0;
    case CITIZ_MOVE_LAST:
      return last;
    case CITIZ_MOVE_NEXT:
      return at < 0 ? 0 : MIN (at + 1, last);
    case CITIZ_MOVE_PREVIOUS:
      return at < 0 ? last : MAX (at - 1, 0);
    case CITIZ_MOVE_FORWARD:
      return at < 0 ? 0 : MIN (at + leap, last);
    case CITIZ_MOVE_BACK:
      return at < 0 ? last : MAX (at - leap, 0);
    }
  return -1;
}
