/* Alarms: raised, kept, taken away; what is said of several nodes together. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-watch-private.h"

#define SKEW_MAX    (2 * 60 * CITIZ_SECOND)
#define STALL_AFTER (60 * CITIZ_SECOND)

CitizAlarm *
citiz_watch_find_alarm (CitizWatch *self, CitizAlarmKind kind, const gchar *url)
{
  for (guint i = 0; i < self->alarms->len; i++)
    {
      CitizAlarm *alarm = self->alarms->pdata[i];

      if (alarm->kind == kind && g_str_equal (alarm->url, url))
        return alarm;
    }
  return NULL;
}

CitizAlarm *
citiz_watch_raise (CitizWatch *self, CitizAlarmKind kind, const gchar *url)
{
  const CitizTime now = citiz_env_now (self->env);
  CitizAlarm *alarm = citiz_watch_find_alarm (self, kind, url);

  if (alarm == NULL)
    {
      alarm = citiz_alarm_new (kind, url, now);
      g_ptr_array_add (self->alarms, alarm);
    }
  alarm->last = now;
  return alarm;
}

/* An alarm that cannot be kept is still shown. */
void
citiz_watch_keep (CitizWatch *self, const CitizAlarm *alarm)
{
  g_autoptr (GError) error = NULL;

  if (!citiz_watch_store_put (self->db, alarm, &error))
    g_warning ("an alarm could not be kept: %s", error->message);
}

/**
 * citiz_watch_dismiss:
 *
 * The person has read it. It comes back if what it tells of is seen again.
 */
gboolean
citiz_watch_dismiss (CitizWatch *self, CitizAlarmKind kind, const gchar *url, GError **error)
{
  CitizAlarm *alarm = citiz_watch_find_alarm (self, kind, url);

  if (alarm == NULL)
    return TRUE;
  if (!citiz_watch_store_remove (self->db, kind, url, error))
    return FALSE;
  g_ptr_array_remove (self->alarms, alarm);
  citiz_watch_tell_changed (self);
  return TRUE;
}

/**
 * citiz_watch_accuse:
 * @url: of the node that signed it
 * @given: proves a false part (citiz_given_guilty())
 *
 * The first against each node is kept.
 */
void
citiz_watch_accuse (CitizWatch *self, const gchar *url, const CitizGiven *given)
{
  guint8 bytes[CITIZ_SIGNED_GIVEN_SIZE];
  CitizAlarm *alarm = citiz_watch_raise (self, CITIZ_ALARM_GIVEN, url);

  citiz_given_encode (bytes, given);
  if (alarm->given == NULL)
    alarm->given = g_bytes_new (bytes, sizeof bytes);
  citiz_watch_keep (self, alarm);
  citiz_watch_tell_changed (self);
}

/* Raised while @is, gone when it is no more. */
void
citiz_watch_set_alarm (CitizWatch *self, CitizAlarmKind kind, const gchar *url, gboolean is)
{
  g_autoptr (GError) error = NULL;

  if (is)
    citiz_watch_keep (self, citiz_watch_raise (self, kind, url));
  else if (!citiz_watch_dismiss (self, kind, url, &error))
    g_warning ("an alarm could not be taken away: %s", error->message);
}

/* What is said of several nodes together ***************************************/

static gint
smaller_first (gconstpointer a, gconstpointer b)
{
  const gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/* It has answered, and this computer's clock was not set since, nor did it sleep: what was heard of the time still holds. */
static gboolean
told_time (CitizWatch *self, const CitizWatched *said)
{
  return said->answers && said->heard != 0
         && ABS ((citiz_env_now (self->env).ms - said->seen.ms)
                 - (citiz_env_steady (self->env) - said->heard))
                <= CITIZ_MINUTE;
}

static gboolean
counts (CitizWatch *self, const CitizWatched *said)
{
  return said->validator && told_time (self, said);
}

/* More than half of all validators say what time it is: the ledger time of the copy is theirs. */
gboolean
citiz_watch_knows_time (CitizWatch *self)
{
  guint n = 0;

  for (guint i = 0; i < self->nodes->len; i++)
    n += counts (self, &((CitizWatchNode *) self->nodes->pdata[i])->said);
  return 2 * n > self->n_validators;
}

/* More than half of all validators say what time it is: the middle of them is right, and the copy goes by it where one's own clock is not. Whoever does not
 * answer changes nothing. @off: so many say that ours is wrong, in the same way */
static void
put_right (CitizWatch *self, guint fine, guint off)
{
  g_autoptr (GArray) skews = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (2 * fine > self->n_validators)
    citiz_chain_hear_clocks (self->chain, 0);
  if (2 * off <= self->n_validators)
    return;
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const CitizWatched *said = &((CitizWatchNode *) self->nodes->pdata[i])->said;

      if (counts (self, said))
        g_array_append_val (skews, said->skew_ms);
    }
  g_array_sort (skews, smaller_first);
  citiz_chain_hear_clocks (self->chain, g_array_index (skews, gint64, (skews->len - 1) / 2));
}

/* A clock is far off: a node's; or ours, when most of the nodes say so. */
static void
judge_clocks (CitizWatch *self)
{
  guint n = 0, ahead = 0, behind = 0;
  gboolean ours;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const CitizWatched *said = &((CitizWatchNode *) self->nodes->pdata[i])->said;

      if (!counts (self, said))
        continue;
      n++;
      ahead += said->skew_ms > SKEW_MAX;
      behind += said->skew_ms < -SKEW_MAX;
    }
  if (n == 0)
    return;
  ours = 2 * MAX (ahead, behind) > n;
  citiz_watch_set_alarm (self, CITIZ_ALARM_CLOCK, "", ours);
  put_right (self, n - ahead - behind, MAX (ahead, behind));
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const CitizWatched *said = &((CitizWatchNode *) self->nodes->pdata[i])->said;

      if (told_time (self, said))
        citiz_watch_set_alarm (self, CITIZ_ALARM_CLOCK, said->url,
                               !ours && ABS (said->skew_ms) > SKEW_MAX);
    }
}

/* Something waits and nothing becomes final, by the word of every validator that answers. */
static void
judge_stall (CitizWatch *self)
{
  guint n = 0, stalled = 0;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const CitizWatched *said = &((CitizWatchNode *) self->nodes->pdata[i])->said;

      n += said->validator && said->answers;
      stalled += said->validator && said->answers && said->standing_ms > STALL_AFTER;
    }
  if (n > 0)
    citiz_watch_set_alarm (self, CITIZ_ALARM_STALL, "", stalled == n);
}

/* What is said of several nodes together, after each answer. */
void
citiz_watch_judge (CitizWatch *self)
{
  judge_clocks (self);
  judge_stall (self);
}
