/* Alarms as rows, the evidence of each as one run of bytes: pairs of votes, or what a node signed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-watch-store.h"

#define PAIR_SIZE (2 * CITIZ_VOTE_SIZE)

CitizAlarm *
citiz_alarm_new (CitizAlarmKind kind, const gchar *url, CitizTime now)
{
  CitizAlarm *alarm = g_new0 (CitizAlarm, 1);

  alarm->kind = kind;
  alarm->url = g_strdup (url);
  alarm->since = alarm->last = now;
  alarm->evidence = g_array_new (FALSE, FALSE, sizeof (CitizEvidence));
  return alarm;
}

void
citiz_alarm_free (CitizAlarm *alarm)
{
  g_free (alarm->url);
  g_array_unref (alarm->evidence);
  g_clear_pointer (&alarm->given, g_bytes_unref);
  g_free (alarm);
}

static GBytes *
evidence_bytes (const CitizAlarm *alarm)
{
  GByteArray *pairs;

  if (alarm->given != NULL)
    return g_bytes_ref (alarm->given);
  pairs = g_byte_array_new ();
  for (guint i = 0; i < alarm->evidence->len; i++)
    {
      g_autoptr (GBytes) pair
          = citiz_evidence_encode (&g_array_index (alarm->evidence, CitizEvidence, i));
      gsize n;
      const guint8 *bytes = g_bytes_get_data (pair, &n);

      g_byte_array_append (pairs, bytes, (guint) n);
    }
  return g_byte_array_free_to_bytes (pairs);
}

/**
 * citiz_watch_store_put:
 *
 * Keeps an alarm in the place of the one of the same kind and node. Joins an open transaction of the database.
 */
gboolean
citiz_watch_store_put (CitizDb *db, const CitizAlarm *alarm, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GBytes) evidence = evidence_bytes (alarm);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (evidence, &n);

  if (!citiz_db_prepare (db,
                         "INSERT OR REPLACE INTO alarm (kind, url, since, last, height, evidence) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, alarm->kind);
  citiz_stmt_bind_text (stmt, 2, alarm->url);
  citiz_stmt_bind_int (stmt, 3, alarm->since.ms);
  citiz_stmt_bind_int (stmt, 4, alarm->last.ms);
  citiz_stmt_bind_int (stmt, 5, (gint64) alarm->height);
  citiz_stmt_bind_bytes (stmt, 6, bytes != NULL ? bytes : (const guint8 *) "", n);
  return citiz_stmt_run (stmt, error);
}

static CitizAlarm *
read_row (CitizStmt *stmt)
{
  const gchar *url = citiz_stmt_text (stmt, 1);
  CitizAlarm *alarm = citiz_alarm_new ((CitizAlarmKind) citiz_stmt_int (stmt, 0), url,
                                       (CitizTime){citiz_stmt_int (stmt, 2)});
  gsize n;
  const guint8 *pairs = citiz_stmt_view (stmt, 5, &n);

  alarm->last.ms = citiz_stmt_int (stmt, 3);
  alarm->height = (guint64) citiz_stmt_int (stmt, 4);
  if (alarm->kind == CITIZ_ALARM_GIVEN)
    alarm->given = g_bytes_new (pairs, n);
  for (; alarm->given == NULL && n >= PAIR_SIZE; pairs += PAIR_SIZE, n -= PAIR_SIZE)
    {
      CitizEvidence evidence;

      if (citiz_evidence_decode (pairs, PAIR_SIZE, &evidence, NULL))
        g_array_append_val (alarm->evidence, evidence);
    }
  return alarm;
}

/**
 * citiz_watch_store_list:
 *
 * Returns: (transfer full) (element-type CitizAlarm) (nullable): oldest first
 */
GPtrArray *
citiz_watch_store_list (CitizDb *db, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_alarm_free);
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db,
                         "SELECT kind, url, since, last, height, evidence FROM alarm "
                         "ORDER BY since, kind, url",
                         &stmt, error))
    return NULL;
  for (;;)
    {
      gboolean row;

      if (!citiz_stmt_next (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&list);
      g_ptr_array_add (list, read_row (stmt));
    }
}

gboolean
citiz_watch_store_remove (CitizDb *db, CitizAlarmKind kind, const gchar *url, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "DELETE FROM alarm WHERE kind = ?1 AND url = ?2", &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, kind);
  citiz_stmt_bind_text (stmt, 2, url);
  return citiz_stmt_run (stmt, error);
}
