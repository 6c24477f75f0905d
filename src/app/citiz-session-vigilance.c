/* The session: what vigilance has seen, in words; evidence as files. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include <glib/gi18n.h>

void
citiz_alarm_view_free (gpointer data)
{
  CitizAlarmView *view = data;

  g_free (view->url);
  g_free (view->operator_);
  g_strfreev (view->guilty);
  g_free (view);
}

static gchar *
explain_fork (const CitizAlarmView *alarm)
{
  g_autofree gchar *names = g_strjoinv (", ", alarm->guilty);

  return g_strdup_printf (
      _ ("Two different histories of the community were signed as final, from block %lu on. Proven to have signed both: %s. What you had "
         "stays as it is on this computer. Save the evidence and show it to the people who run the nodes."),
      (gulong) alarm->height, names);
}

static gchar *
explain_clock (const CitizAlarmView *alarm)
{
  if (alarm->url[0] == '\0')
    return g_strdup (_ (
        "This computer’s clock is minutes away from that of the nodes. Set it right: accesses end by the time of the community."));
  return g_strdup_printf (
      _ ("The clock of the node of %s is minutes away from the others. There is nothing for you to do."),
      alarm->operator_);
}

/**
 * citiz_session_explain_alarm:
 *
 * What was seen, what it means, what to do.
 */
gchar *
citiz_session_explain_alarm (const CitizAlarmView *alarm)
{
  switch (alarm->kind)
    {
    case CITIZ_ALARM_VIEW_FORK:
      return explain_fork (alarm);
    case CITIZ_ALARM_VIEW_OTHER:
      return g_strdup_printf (
          _ ("The node of %s shows another history from block %lu on, which the community has not signed. It is damaged, or it lies: it is not believed. "
             "The other nodes are asked."),
          alarm->operator_, (gulong) alarm->height);
    case CITIZ_ALARM_VIEW_PAGE:
      return g_strdup_printf (
          _ ("The node of %s gives doctors another page than the one that came with this program. It may be of another version; until you know, prefer an access through other nodes."),
          alarm->operator_);
    case CITIZ_ALARM_VIEW_STALL:
      return g_strdup (_ (
          "Entries wait and nothing has become final for minutes: too few nodes are there. What you enter is kept and sent later."));
    case CITIZ_ALARM_VIEW_GIVEN:
      return g_strdup_printf (
          _ ("The node of %s gave a carer a false part of the key to one of your accesses, and signed it: it is damaged, or it lies. The carer’s page left it out: "
             "the parts of the others open it. Save the evidence and show it to the people who run the nodes."),
          alarm->operator_);
    case CITIZ_ALARM_VIEW_COPY:
      return g_strdup (_ (
          "Another copy of this record writes to your community: on another computer, or this one was restored from a backup. Both go on, but what is entered in one does not "
          "come to the other. The accesses it gives are listed under Access, and can be ended there. If it is not yours, somebody has your record and can open it: end these "
          "accesses, then export your record and begin a new one with another passphrase."));
    case CITIZ_ALARM_VIEW_CLOCK:
    default:
      return explain_clock (alarm);
    }
}

/* Jobs ***********************************************************************/

static void
done_cb (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

void
citiz_session_dismiss_alarm_async (CitizSession *self,
                                   const CitizAlarmView *alarm,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer data)
{
  CitizAlarmView *copy = g_new0 (CitizAlarmView, 1);

  copy->kind = alarm->kind;
  copy->url = g_strdup (alarm->url);
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_dismiss_alarm_async, cancellable, callback, data),
      citiz_engine_dismiss_alarm, done_cb, copy, citiz_alarm_view_free);
}

gboolean
citiz_session_dismiss_alarm_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
citiz_session_export_evidence_async (CitizSession *self,
                                     GFile *out,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer data)
{
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_export_evidence_async, cancellable, callback, data),
      citiz_engine_export_evidence, done_cb, g_object_ref (out), g_object_unref);
}

gboolean
citiz_session_export_evidence_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
check_free (gpointer data)
{
  CitizEvidenceCheck *check = data;

  g_object_unref (check->file);
  g_strfreev (check->names);
  g_free (check);
}

static void
checked_cb (GTask *task, gpointer data)
{
  CitizEvidenceCheck *check = data;

  g_task_return_pointer (task, g_steal_pointer (&check->names), (GDestroyNotify) g_strfreev);
}

void
citiz_session_check_evidence_async (CitizSession *self,
                                    GFile *file,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer data)
{
  CitizEvidenceCheck *check = g_new0 (CitizEvidenceCheck, 1);

  check->file = g_object_ref (file);
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_check_evidence_async, cancellable, callback, data),
      citiz_engine_check_evidence, checked_cb, check, check_free);
}

GStrv
citiz_session_check_evidence_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
