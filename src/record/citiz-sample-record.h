/* The sample record: one invented person, always up to today. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-item.h"
#include "record/citiz-series.h"

G_BEGIN_DECLS

/* One resource (transfer none); `origin` says where it pretends to come from; `blob` are the bytes of its document, or NULL. FALSE stops. */
typedef gboolean (*CitizSampleItemFunc) (json_t *resource,
                                         const CitizOrigin *origin,
                                         GBytes *blob,
                                         gpointer data);
/* One source of one measure, all its samples sorted. FALSE stops. */
typedef gboolean (*CitizSampleSeriesFunc) (const gchar *measure,
                                           const gchar *source,
                                           const gchar *unit,
                                           const CitizSample *samples,
                                           gsize n,
                                           gpointer data);

/* Every resource carries the tag "sample" and a stable id, so that loading twice on the same day gives the same record. A document's
 * attachment url is its own "urn:citiz:blob:<name>". FALSE when a callback stopped it. */
gboolean citiz_sample_load (CitizTime now,
                            gint offset_minutes,
                            CitizLanguage language,
                            CitizSampleItemFunc item,
                            CitizSampleSeriesFunc series,
                            gpointer data);

G_END_DECLS
