/* Bringing a file into the vault: the helper's conversation becomes one batch that can be undone.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "store/citiz-vault.h"

G_BEGIN_DECLS

#define CITIZ_INGEST_ERROR (citiz_ingest_error_quark ())
typedef enum
{
  CITIZ_INGEST_ERROR_FILE = 1, /* not a file that can be read */
  CITIZ_INGEST_ERROR_BUSY,     /* another import is under way */
  CITIZ_INGEST_ERROR_HELPER, /* the helper is missing, died, or spoke nonsense: nothing was kept */
  CITIZ_INGEST_ERROR_NEEDED, /* undo: a later import left out what this one had brought */
  CITIZ_INGEST_ERROR_NOT_FOUND, /* no such batch */
  CITIZ_INGEST_ERROR_DAMAGED,   /* a report that does not decode */
  CITIZ_INGEST_ERROR_FOLDER,    /* a folder, not a file */
  CITIZ_INGEST_ERROR_STRANGER   /* about another person: told as a report, see there */
} CitizIngestError;
GQuark citiz_ingest_error_quark (void);

/* One line of a report. */
typedef struct
{
  gchar *what; /* "Observation", "HKQuantityTypeIdentifierStepCount", a file's name … */
  guint64 count;
  gchar *reason; /* NULL = kept, else a name of citiz-import-reason.h */
} CitizIngestLine;

typedef struct
{
  guint32 batch; /* 0 when nothing new was in the file: then nothing was written */
  gchar *name;   /* of the file */
  gchar *hash;   /* hex SHA-256 of a file of at most 16 MiB, else "" */
  guint64 size;
  CitizTime when;
  guint64 kept, corrected, duplicates,
      skipped;           /* corrected: new versions of what was there, also in kept */
  GPtrArray *lines;      /* CitizIngestLine, kept ones first, by count */
  CitizTime first, last; /* of the samples kept, 0 if none */
  gchar *ended;          /* NULL: read to its end; else why not */
  guint64 stopped_at;    /* offset, when it ended early */
  gboolean stranger;     /* about another person: nothing was kept, the citizen is to be asked */
  gchar *person, *birth_date; /* of the stranger, as written; "" if the file does not say */
} CitizIngestReport;

/* @fraction 0 to 1; @done of @total bytes of the file. In the context of the caller. */
typedef void (*CitizIngestProgress) (gdouble fraction, guint64 done, guint64 total, gpointer data);

/* What belongs to an import and is written with it: made when all of its objects are in the vault, then written inside the transaction that
 * makes it count. */
typedef gboolean (*CitizIngestStep) (guint32 batch, gpointer data, GError **error);
typedef struct
{
  CitizIngestStep make, write;
} CitizIngestLast;

void citiz_ingest_run_async (CitizVault *vault,
                             GFile *file,
                             gboolean anyone,
                             const CitizIngestLast *last,
                             CitizIngestProgress progress,
                             gpointer progress_data,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data);
CitizIngestReport *citiz_ingest_run_finish (GAsyncResult *result, GError **error);
CitizIngestReport *citiz_ingest_run (CitizVault *vault,
                                     GFile *file,
                                     CitizIngestProgress progress,
                                     gpointer progress_data,
                                     GCancellable *cancellable,
                                     GError **error);

void citiz_ingest_stop (CitizVault *vault);
gboolean citiz_ingest_recover (CitizVault *vault, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GHashTable *citiz_ingest_list_open (CitizVault *vault, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_ingest_check_undo (CitizVault *vault,
                                  guint32 batch,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_ingest_undo (CitizVault *vault,
                            guint32 batch,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *citiz_ingest_list (CitizVault *vault,
                              gboolean *damaged,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_ingest_report_free (CitizIngestReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizIngestReport, citiz_ingest_report_free)

G_END_DECLS
