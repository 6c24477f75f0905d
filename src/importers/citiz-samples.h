/* Samples of one series, gathered in any order, given back in time order without duplicates.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One measured value over [start, start + duration] as written in the source's own unit. */
typedef struct
{
  gint64 start;     /* ms since 1970 UTC */
  guint32 duration; /* ms */
  gint16 offset;    /* minutes east of UTC that the source wrote beside the time */
  gdouble value;
} CitizImportSample;

#define CITIZ_SAMPLES_BLOCK 4096

typedef struct _CitizSamples CitizSamples;

/* Receives 1 to CITIZ_SAMPLES_BLOCK samples in strictly rising order of (start, duration, value). */
typedef gboolean (*CitizSamplesFunc) (gpointer data, const CitizImportSample *samples, guint n);

CitizSamples *citiz_samples_new (void);
void citiz_samples_free (CitizSamples *samples);
void citiz_samples_add (CitizSamples *samples, const CitizImportSample *sample);
gboolean citiz_samples_drain (CitizSamples *samples,
                              CitizSamplesFunc func,
                              gpointer data,
                              guint64 *duplicates);
gsize citiz_samples_memory (const CitizSamples *samples);
gint citiz_import_sample_compare (gconstpointer a, gconstpointer b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizSamples, citiz_samples_free)

G_END_DECLS
