/* The session: what live accesses show follows the record. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include <glib/gi18n.h>

/* What a carer must not read without, and the birth date that a spoken code waits for: the rest may wait for the next change. */
static gboolean
is_urgent (const CitizItem *item)
{
  return item->kind == CITIZ_KIND_ALLERGY || item->kind == CITIZ_KIND_MEDICATION
         || item->kind == CITIZ_KIND_PROBLEM || item->kind == CITIZ_KIND_ALERT
         || item->kind == CITIZ_KIND_PATIENT || item->alerts != 0;
}

/* An access given on the sample record tells of the sample only, any other never of it. */
static gboolean
may_renew (CitizSession *self, const CitizAccess *access)
{
  return access->state == CITIZ_ACCESS_LIVE && access->link != NULL
         && access->sample == citiz_session_get_sample (self)
         && citiz_session_now (self).ms < access->expires.ms;
}

static GPtrArray *
list_live (CitizSession *self)
{
  GListModel *accesses = G_LIST_MODEL (self->accesses);
  GPtrArray *live = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (may_renew (self, access))
        g_ptr_array_add (live, g_steal_pointer (&access));
    }
  return live;
}

static void
one_over (CitizSession *self)
{
  if (--self->n_refreshing == 0 && self->refresh_again)
    citiz_session_refresh (self);
}

/* --- one access --- */

static void
renewal_free (gpointer data)
{
  CitizRenewal *renewal = data;

  citiz_summary_clear (&renewal->summary);
  g_free (renewal->profile);
  g_free (renewal->birth_date);
  g_clear_object (&renewal->renewed);
  g_free (renewal);
}

static void
renewed_done (GTask *task, gpointer data)
{
  CitizRenewal *renewal = data;

  citiz_session_put_access (g_task_get_source_object (task), renewal->renewed);
  g_task_return_boolean (task, TRUE);
}

static void
set_outdated (CitizSession *self, const CitizId *id, const gchar *why)
{
  CitizAccess *access = citiz_session_find_access (self, id);

  if (access == NULL || access->outdated == why)
    return;
  access->outdated = why;
  citiz_session_emit_accesses (self);
}

/* Locked meanwhile: the next unlocking looks again. */
static void
renewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizSession *self = CITIZ_SESSION (source);
  g_autofree CitizId *id = data;
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_message ("what an access shows could not be brought up to date: %s", error->message);
      set_outdated (self, id, citiz_session_explain (error));
    }
  one_over (self);
}

static void
renew (CitizSession *self, CitizAccess *access, GHashTable *blobs)
{
  g_autoptr (CitizProfile) profile = citiz_session_read_profile (self);
  CitizRenewal *renewal = g_new0 (CitizRenewal, 1);

  renewal->access = access->id;
  renewal->profile = citiz_profile_to_json (profile);
  renewal->birth_date = citiz_session_birth_date (self);
  citiz_session_summarize (self, profile, blobs, &renewal->summary);
  if (citiz_hash_equal (&renewal->summary.digest, &access->digest))
    {
      if (!access->superseded)
        set_outdated (self, &access->id, NULL);
      renewal_free (renewal);
      return;
    }
  self->n_refreshing++;
  citiz_engine_post_urgent (self->engine,
                            citiz_session_task (self, renew, NULL, renewed_cb,
                                                g_memdup2 (&access->id, sizeof access->id)),
                            citiz_engine_renew, renewed_done, renewal, renewal_free);
}

/* --- all of them --- */

static void
refresh_with_documents_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizSession *self = CITIZ_SESSION (source);
  g_autoptr (GHashTable) blobs = citiz_session_read_blobs_finish (self, result, NULL);
  g_autoptr (GPtrArray) live = list_live (self);

  for (guint i = 0; self->state == CITIZ_SESSION_OPEN && i < live->len; i++)
    renew (self, g_ptr_array_index (live, i), blobs);
  one_over (self);
}

/* The record on screen is the sample then, which a carer of the person must never be shown. */
static void
mark_held_back (CitizSession *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->accesses)); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (G_LIST_MODEL (self->accesses), i);

      if (access->state == CITIZ_ACCESS_LIVE && !access->sample && citiz_session_get_sample (self))
        set_outdated (self, &access->id,
                      _ ("It does not follow your record while the sample record is here. Remove "
                         "the sample to bring it up to date."));
    }
}

void
citiz_session_refresh (CitizSession *self)
{
  g_autoptr (GPtrArray) live = NULL;

  mark_held_back (self);
  live = list_live (self);
  g_clear_handle_id (&self->refresh_timer, g_source_remove);
  self->refresh_again = self->n_refreshing > 0;
  if (self->refresh_again || live->len == 0)
    return;
  self->n_refreshing = 1;
  citiz_session_read_blobs_async (self, refresh_with_documents_cb, NULL);
}

/* The ledger knows an access now whose record has changed since it was given. */
void
citiz_session_refresh_late (CitizSession *self, gpointer nothing)
{
  if (self->state == CITIZ_SESSION_OPEN)
    citiz_session_refresh (self);
}

gboolean
citiz_session_is_refreshing (CitizSession *self)
{
  if (self->refresh_timer != 0)
    citiz_session_refresh (self);
  return self->n_refreshing > 0;
}

static gboolean
quiet_cb (gpointer data)
{
  CitizSession *self = data;

  self->refresh_timer = 0;
  citiz_session_refresh (self);
  return G_SOURCE_REMOVE;
}

/* What cannot be wrong for a few seconds waits for the person to finish. */
void
citiz_session_refresh_soon (CitizSession *self)
{
  g_clear_handle_id (&self->refresh_timer, g_source_remove);
  if (self->pressing->len > 0)
    self->refresh_again = TRUE;
  else
    self->refresh_timer = g_timeout_add (self->quiet_ms, quiet_cb, self);
}

void
citiz_session_refresh_after (CitizSession *self, const CitizItem *changed)
{
  citiz_session_refresh_soon (self); /* what is being given was made before this change */
  if (self->pressing->len == 0 && is_urgent (changed))
    citiz_session_refresh (self);
}
