/* The session: giving, ending and watching accesses. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

static const gchar *
filled (const gchar *text)
{
  return text != NULL && text[0] != '\0' ? text : NULL;
}

CitizAccess *
citiz_session_get_emergency (CitizSession *self)
{
  GListModel *accesses = G_LIST_MODEL (self->accesses);
  CitizTime now = citiz_session_now (self);

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (access->state == CITIZ_ACCESS_LIVE && access->link != NULL && now.ms < access->expires.ms)
        return access; /* the list holds it */
    }
  return NULL;
}

gboolean
citiz_session_get_needed (CitizSession *self)
{
  const CitizAccess *live = citiz_session_get_emergency (self);

  return citiz_session_get_serving (self)
         || (live != NULL && (live->n_nodes == 0 || live->ready == CITIZ_ACCESS_SENDING));
}

/* A record that was locked meanwhile is empty: nothing may be made of it. Answers the task then. */
gboolean
citiz_session_still_open (CitizSession *self, GTask *task)
{
  if (self->state == CITIZ_SESSION_OPEN)
    return TRUE;
  g_task_return_new_error (task, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_LOCKED,
                           "the vault is not open");
  return FALSE;
}

static void
given_done (GTask *task, gpointer data)
{
  CitizGive *give = data;
  CitizSession *self = g_task_get_source_object (task);

  if (!citiz_session_still_open (self,
                                 task)) /* given before it was locked: shown when it opens again */
    return;
  citiz_session_put_access (self, give->access);
  g_task_return_pointer (task, g_object_ref (give->access), g_object_unref);
}

static void
give (CitizSession *self, GTask *task, guint hours, GHashTable *blobs)
{
  g_autoptr (CitizProfile) profile = NULL;
  CitizGive *job;

  if (!citiz_session_still_open (self, task))
    {
      g_object_unref (task);
      return;
    }
  if (self->n_removing > 0) /* what is on screen is the sample, of nobody: the person's own, then */
    {
      g_ptr_array_add (self->held, task);
      return;
    }
  profile = citiz_session_read_profile (self);
  job = g_new0 (CitizGive, 1);
  job->hours = hours;
  job->withdrawn = g_object_steal_data (G_OBJECT (task), "withdrawn");
  job->instead = g_object_get_data (G_OBJECT (task), "instead") != NULL;
  job->to_come = g_object_get_data (G_OBJECT (task), "to-come") != NULL;
  job->profile = citiz_profile_to_json (profile);
  job->stalled = citiz_profile_opens_stalled (profile);
  citiz_session_summarize (self, profile, blobs, &job->summary);
  job->sample = citiz_session_get_sample (self);
  job->label = citiz_session_label (self, profile);
  job->contact_name = g_strdup (filled (citiz_profile_get_contact_name (profile)));
  job->contact_phone = g_strdup (filled (citiz_profile_get_contact_phone (profile)));
  job->birth_date = citiz_session_birth_date (self);
  citiz_engine_post_urgent (self->engine, task, citiz_engine_give, given_done, job,
                            citiz_give_free);
}

static void
give_with_documents_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GHashTable) blobs
      = citiz_session_read_blobs_finish (CITIZ_SESSION (source), result, NULL);

  give (CITIZ_SESSION (source), data, GPOINTER_TO_UINT (g_object_get_data (data, "hours")), blobs);
}

void
citiz_session_give_held (CitizSession *self)
{
  g_autoptr (GPtrArray) held = g_steal_pointer (&self->held);

  self->held = g_ptr_array_new ();
  for (guint i = 0; i < held->len; i++)
    citiz_session_read_blobs_async (self, give_with_documents_cb, g_ptr_array_index (held, i));
}

/* One that was dated by a clock that was ahead opens for nobody yet: the press gives another in its place. Not of what another copy of this record gave. */
static const CitizAccess *
find_to_come (CitizSession *self)
{
  GListModel *accesses = G_LIST_MODEL (self->accesses);

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (access->state == CITIZ_ACCESS_NOT_YET && !access->copied)
        return access; /* the list holds it */
    }
  return NULL;
}

static void
replace (GTask *task, const CitizAccess *access)
{
  g_object_set_data_full (G_OBJECT (task), "withdrawn", g_memdup2 (&access->id, sizeof access->id),
                          g_free);
}

/* By the time that the nodes have said meanwhile one may be open. @data: (transfer full): the task of a press */
static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizSession *self = CITIZ_SESSION (source);
  CitizAccess *live = citiz_session_get_emergency (self);
  const CitizAccess *to_come = find_to_come (self);

  if (live != NULL)
    {
      g_task_return_pointer (data, g_object_ref (live), g_object_unref);
      g_object_unref (data);
      return;
    }
  if (to_come != NULL)
    {
      replace (data, to_come);
      g_object_set_data (data, "to-come", data);
    }
  citiz_session_read_blobs_async (self, give_with_documents_cb, data);
}

/* However often it was pressed meanwhile: one access, the same for all. */
static void
answer_presses_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizSession *self = CITIZ_SESSION (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizAccess) access = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (GPtrArray) presses = g_steal_pointer (&self->pressing);

  self->pressing = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < presses->len; i++)
    {
      GTask *press = g_ptr_array_index (presses, i);

      if (access != NULL)
        g_task_return_pointer (press, g_object_ref (access), g_object_unref);
      else
        g_task_return_error (press, g_error_copy (error));
    }
  if (self->refresh_again) /* the record changed while it was given */
    citiz_session_refresh (self);
}

void
citiz_session_emergency_async (CitizSession *self,
                               guint hours,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data)
{
  g_autoptr (GTask) task
      = citiz_session_task (self, citiz_session_emergency_async, cancellable, callback, data);
  CitizAccess *live = citiz_session_get_emergency (self);
  GTask *first;

  if (live != NULL)
    {
      g_task_return_pointer (task, g_object_ref (live), g_object_unref);
      return;
    }
  if (!citiz_session_still_open (self, task))
    return;
  g_ptr_array_add (self->pressing, g_steal_pointer (&task));
  if (self->pressing->len > 1)
    return;
  first = citiz_session_task (self, give, NULL, answer_presses_cb, NULL);
  g_object_set_data (G_OBJECT (first), "hours", GUINT_TO_POINTER (hours));
  citiz_session_look_at_nodes_async (self, looked_cb, first);
}

static void
fell_back_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizAccess) access = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND))
    return;
  if (access == NULL)
    g_warning ("no access could be given on this computer: %s", error->message);
}

/* Another for the time that is left of @access, in its place. @task: (transfer full) */
static void
give_anew (CitizSession *self, CitizAccess *access, GTask *task)
{
  const gint64 left
      = access->expires.ms
        - MAX (access->given.ms, citiz_session_now (self).ms); /* of a wrong clock, too */
  const guint hours = (guint) CLAMP ((left + CITIZ_HOUR - 1) / CITIZ_HOUR, 1, 72);

  g_object_set_data (G_OBJECT (task), "hours", GUINT_TO_POINTER (hours));
  replace (task, access);
  citiz_session_read_blobs_async (self, give_with_documents_cb, task);
}

void
citiz_session_fall_back (CitizSession *self, gpointer id)
{
  CitizAccess *access = citiz_session_find_access (self, id);
  GTask *task;

  if (self->state != CITIZ_SESSION_OPEN || access == NULL || access->ending
      || access->state != CITIZ_ACCESS_LIVE || access->ready != CITIZ_ACCESS_SENDING)
    return;
  task = citiz_session_task (self, give, NULL, fell_back_cb, NULL);
  g_object_set_data (G_OBJECT (task), "instead", task);
  give_anew (self, access, task);
}

void
citiz_session_move_async (CitizSession *self,
                          const CitizId *id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  g_autoptr (GTask) task
      = citiz_session_task (self, citiz_session_move_async, cancellable, callback, data);
  CitizAccess *access = citiz_session_find_access (self, id);

  if (!citiz_session_still_open (self, task))
    return;
  if (access == NULL || access->state != CITIZ_ACCESS_LIVE || access->n_nodes > 0)
    g_task_return_new_error (task, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_FAILED,
                             "it has ended, or nodes have it");
  else
    give_anew (self, access, g_steal_pointer (&task));
}

gboolean
citiz_session_move_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  g_autoptr (CitizAccess) access = g_task_propagate_pointer (G_TASK (result), error);

  return access != NULL;
}

CitizAccess *
citiz_session_emergency_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
citiz_session_revoke_async (CitizSession *self,
                            const CitizId *access,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  citiz_engine_post_urgent (
      self->engine,
      citiz_session_task (self, citiz_session_revoke_async, cancellable, callback, data),
      citiz_engine_revoke, NULL, g_memdup2 (access, sizeof *access), g_free);
}

gboolean
citiz_session_revoke_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
disputed_done (GTask *task, gpointer data)
{
  const CitizDispute *dispute = data;
  CitizSession *self = g_task_get_source_object (task);
  GListModel *openings = G_LIST_MODEL (self->openings);

  for (guint i = 0; i < g_list_model_get_n_items (openings); i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (openings, i);

      if (citiz_id_equal (&opening->id, &dispute->opening))
        opening->disputed = dispute->disputed;
    }
  g_task_return_boolean (task, TRUE);
  citiz_session_emit_accesses (self);
}

void
citiz_session_dispute_async (CitizSession *self,
                             const CitizId *opening,
                             gboolean disputed,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  CitizDispute *dispute = g_new0 (CitizDispute, 1);

  dispute->opening = *opening;
  dispute->disputed = disputed;
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_dispute_async, cancellable, callback, data),
      citiz_engine_dispute, disputed_done, dispute, g_free);
}

gboolean
citiz_session_dispute_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
finish_code_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  citiz_engine_finish_code (engine);
  return TRUE;
}

void
citiz_session_finish_code (CitizSession *self)
{
  citiz_engine_run_sync (self->engine, finish_code_work, NULL, NULL);
}
