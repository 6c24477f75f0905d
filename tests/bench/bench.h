/* What the benchmarks share: medians, the raw limits, verdicts. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

gdouble bench_now (void);
gdouble bench_own_time (void);
gdouble bench_median (gdouble *values, guint n);
gdouble bench_raw_verify (guint count, guint threads);
gdouble bench_raw_verify_of (guint n, guint count, guint threads, gdouble *out_cost);
gint64 bench_folder_bytes (const gchar *path);
void bench_remove_folder (const gchar *path);

/* One line: what, ours, the raw limit and the ratio's median and spread, the goal. Sorts @ratios. Returns: whether the goal is met */
gboolean bench_say_at_least (const gchar *what,
                             gdouble ours,
                             gdouble raw,
                             const gchar *unit,
                             gdouble *ratios,
                             guint n,
                             gdouble goal);
