/* What a watch saw of a community, kept on disk. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-db.h"
#include "wire/citiz-evidence.h"

G_BEGIN_DECLS

/* On disk: never renumber. */
typedef enum
{
  CITIZ_ALARM_FORK
  = 1, /* two blocks at one height, both signed as final: who signed twice is in the evidence */
  CITIZ_ALARM_OTHER = 2, /* a node shows blocks that are neither ours nor rightly signed */
  CITIZ_ALARM_PAGE = 3,  /* a node gives out another doctor's page than the one built in here */
  CITIZ_ALARM_STALL = 4, /* transactions wait and nothing becomes final */
  CITIZ_ALARM_CLOCK
  = 5, /* a clock is far from the others: a node's, or with no url this computer's */
  CITIZ_ALARM_GIVEN = 6, /* a node signed a part of a key that is not what it was handed */
  CITIZ_ALARM_COPY = 7   /* another copy of this record signs for the same account */
} CitizAlarmKind;
#define CITIZ_N_ALARMS 8

typedef struct
{
  CitizAlarmKind kind;
  gchar *url; /* of the node; "" of none in particular */
  CitizTime since, last;
  guint64 height;   /* of the first block that differs, or 0 */
  GArray *evidence; /* of CitizEvidence, each verified */
  GBytes *given; /* (nullable): of CITIZ_ALARM_GIVEN, verified: what the node signed (FORMAT §9) */
} CitizAlarm;

CitizAlarm *citiz_alarm_new (CitizAlarmKind kind, const gchar *url, CitizTime now);
void citiz_alarm_free (CitizAlarm *alarm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizAlarm, citiz_alarm_free)

gboolean citiz_watch_store_put (CitizDb *db,
                                const CitizAlarm *alarm,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *citiz_watch_store_list (CitizDb *db, GError **error);
gboolean citiz_watch_store_remove (CitizDb *db,
                                   CitizAlarmKind kind,
                                   const gchar *url,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
