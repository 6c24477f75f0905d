/* Shared by the parts of the series store. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-series-store.h"
#include "core/citiz-bytes.h"

G_BEGIN_DECLS

#define CITIZ_PACK_MAX     (64 * 1024 - 4) /* a size class of the vault */
#define CITIZ_SERIES_CACHE 2

typedef struct
{
  CitizId id;
  GArray *samples; /* CitizSample */
  guint64 used;
} CitizUnpacked;

/* A roll-up that was made and is not in the vault yet. */
typedef struct
{
  CitizId id;
  GBytes *plain; /* NULL: there is none any more */
} CitizRolled;
void citiz_rolled_free (gpointer rolled);

struct _CitizSeriesStore
{
  CitizVault *vault;
  GPtrArray *series; /* CitizSeries, in the order they were made */
  GHashTable *by_id; /* CitizId of a series → CitizSeries */
  GPtrArray *rolled; /* CitizRolled: made, and waiting for the save */
  CitizUnpacked cache[CITIZ_SERIES_CACHE];
  guint64 clock;
};

void citiz_series_free (gpointer series);
GBytes *citiz_series_encode (const CitizSeries *series);
CitizSeries *citiz_series_decode (const CitizId *id, GBytes *plain, GError **error);
gboolean citiz_series_replace (CitizVault *vault,
                               CitizObjectClass object_class,
                               const CitizId *id,
                               GBytes *plain,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_series_roll_up (CitizSeriesStore *store,
                               const gchar *measure,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_series_convert (CitizSample *samples,
                           gsize n,
                           const gchar *from,
                           const gchar *to,
                           const gchar *measure);
void citiz_series_put_text (GByteArray *out, const gchar *text);
gchar *citiz_series_take_text (CitizCursor *cursor);

G_END_DECLS
