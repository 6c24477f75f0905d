/* Long series of measured values in the vault: directories, packs of sealed chunks, day roll-ups.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-series.h"
#include "store/citiz-vault.h"

G_BEGIN_DECLS

#define CITIZ_SERIES_ERROR (citiz_series_error_quark ())
typedef enum
{
  CITIZ_SERIES_ERROR_DAMAGED = 1 /* a directory, pack or roll-up does not decode */
} CitizSeriesError;
GQuark citiz_series_error_quark (void);

/* One sealed object with some of the samples, in order. Packs of different batches may interleave in time. */
typedef enum
{
  CITIZ_SERIES_SAVED,   /* as the vault holds it */
  CITIZ_SERIES_CHANGED, /* differs */
  CITIZ_SERIES_ROLLED   /* differs, and its roll-ups are made */
} CitizSeriesState;

typedef struct
{
  CitizId id;
  guint32 batch;
  guint32 n;
  gint64 first, last; /* start of its first and of its last sample, ms UTC */
} CitizSeriesPack;

/* One measure from one source in one unit. Read only outside the store. */
typedef struct
{
  CitizId id;
  gchar *measure; /* key of the catalogue, or apple:… */
  gchar *source;  /* as the source calls itself, "" if it does not */
  gchar *unit;    /* UCUM where known: the one of the stored values */
  gchar *what;    /* what its format calls it */
  GArray *packs;  /* CitizSeriesPack, in order of `first` */
  CitizSeriesState state;
} CitizSeries;

/* Writes one object; called in the order of the samples. */
typedef gboolean (*CitizPackFunc) (gpointer data, const CitizId *id, GBytes *plain, GError **error);

typedef struct _CitizSeriesStore CitizSeriesStore;

CitizSeriesStore *citiz_series_store_new (CitizVault *vault,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_series_store_free (CitizSeriesStore *store);
GPtrArray *citiz_series_store_list (CitizSeriesStore *store);
CitizSeries *citiz_series_store_open (CitizSeriesStore *store,
                                      const gchar *measure,
                                      const gchar *source,
                                      const gchar *unit,
                                      const gchar *what);
guint64 citiz_series_count (const CitizSeries *series);

GArray *citiz_series_store_load (CitizSeriesStore *store,
                                 const CitizSeries *series,
                                 gint64 from,
                                 gint64 to,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *citiz_series_store_read (CitizSeriesStore *store,
                                 const gchar *measure,
                                 gint64 from,
                                 gint64 to,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean citiz_series_store_add (CitizSeriesStore *store,
                                 const gchar *measure,
                                 const gchar *source,
                                 const gchar *unit,
                                 guint32 batch,
                                 CitizSample *samples,
                                 gsize n,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_series_store_delete (CitizSeriesStore *store,
                                    const gchar *measure,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_series_store_forget_batch (CitizSeriesStore *store, guint32 batch);
gboolean citiz_series_store_roll_up (CitizSeriesStore *store,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_series_store_save (CitizSeriesStore *store,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- building packs, for the ingest --- */
typedef struct _CitizPacker CitizPacker;
CitizPacker *citiz_packer_new (CitizSeriesStore *store,
                               CitizSeries *series,
                               guint32 batch,
                               CitizPackFunc func,
                               gpointer data);
gboolean citiz_packer_add (CitizPacker *packer, const CitizSample *samples, gsize n, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_packer_finish (CitizPacker *packer, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_packer_free (CitizPacker *packer);

/* --- day roll-ups --- */
/* @source "" is the measure over all its sources, in the catalogue's unit. */
typedef gboolean (*CitizRollupFunc) (const gchar *measure,
                                     const gchar *source,
                                     const gchar *unit,
                                     const GArray *days,
                                     gpointer data);
gboolean citiz_series_store_rollups (CitizVault *vault,
                                     CitizRollupFunc func,
                                     gpointer data,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
const gchar *citiz_series_unit (const gchar *measure, const gchar *fallback);
CitizAggregate citiz_series_aggregate (const gchar *measure, const gchar *unit);

CitizId citiz_keyed_id (CitizVault *vault, const gchar *kind, const gchar *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizSeriesStore, citiz_series_store_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizPacker, citiz_packer_free)

G_END_DECLS
