/* Shared by the parts of the ingest. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-ingest.h"
#include "app/citiz-series-store.h"
#include "importers/citiz-frames.h"

G_BEGIN_DECLS

/* An import under way, or done: what its batch row says. */
typedef struct
{
  gboolean open;
  CitizIngestReport *report;
  GHashTable *leans; /* GUINT_TO_POINTER of batches whose contents were not stored twice */
} CitizBatch;

CitizBatch *citiz_batch_new (guint32 number);
void citiz_batch_free (CitizBatch *batch);
gboolean citiz_batch_put (CitizVault *vault,
                          const CitizBatch *batch,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *citiz_batch_list (CitizVault *vault,
                             gboolean *damaged,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizBatch, citiz_batch_free)

/* Turns frames into objects. Nothing is visible before citiz_intake_commit(). */
typedef struct _CitizIntake CitizIntake;
CitizIntake *citiz_intake_new (CitizVault *vault,
                               CitizBatch *batch,
                               gboolean anyone,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_intake_free (CitizIntake *intake);
gboolean citiz_intake_frame (CitizIntake *intake,
                             const CitizFrame *frame,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_intake_commit (CitizIntake *intake,
                              const CitizIngestLast *last,
                              gpointer last_data,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_intake_abandon (CitizVault *vault, guint32 batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizIntake, citiz_intake_free)

G_END_DECLS
