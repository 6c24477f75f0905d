/* The arithmetic of charts: ticks, nearest point, keyboard cursor; no widget. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An axis: lowest and highest value shown and the distance between two ticks. */
typedef struct
{
  gdouble lo, hi, step;
} CitizScale;

/* The smallest axis with round ends and steps of 1, 2 or 5 times a power of ten that holds [lo, hi] in at most @most
 * steps. Equal ends are widened; not-a-number gives 0 to 1. */
CitizScale citiz_scale_fit (gdouble lo, gdouble hi, guint most);
guint citiz_scale_count (const CitizScale *scale);
gdouble citiz_scale_tick (const CitizScale *scale, guint i);
/* Digits after the separator that its ticks need. */
gint citiz_scale_decimals (const CitizScale *scale);

/* Index of the value of the ascending @xs nearest to @x, -1 when there is none. */
gint citiz_scale_nearest (const gdouble *xs, guint n, gdouble x);

typedef enum
{
  CITIZ_MOVE_NEXT,
  CITIZ_MOVE_PREVIOUS,
  CITIZ_MOVE_FIRST,
  CITIZ_MOVE_LAST,
  CITIZ_MOVE_FORWARD, /* a tenth */
  CITIZ_MOVE_BACK
} CitizMove;
/* Where the cursor goes from @at (-1: nowhere yet) among @n points; -1 when there is none. It stops at the ends. */
gint citiz_scale_move (gint at, guint n, CitizMove move);

G_END_DECLS
