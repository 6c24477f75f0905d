/* The session: the community as the window sees it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include <glib/gi18n.h>

#define LONG_BLOCKS 256 /* one answer of a node */

/* Views **********************************************************************/

void
citiz_invitation_view_free (CitizInvitationView *view)
{
  g_free (view->text);
  g_free (view->name);
  g_free (view->fingerprint);
  g_strfreev (view->nodes);
  g_free (view);
}

void
citiz_node_view_free (gpointer data)
{
  CitizNodeView *view = data;

  g_free (view->id);
  g_free (view->operator_);
  g_free (view->url);
  g_free (view->silent_by);
  g_free (view);
}

void
citiz_community_view_free (CitizCommunityView *view)
{
  g_ptr_array_unref (view->nodes);
  g_object_unref (view->blocks);
  g_ptr_array_unref (view->alarms);
  g_free (view->name);
  g_free (view->fingerprint);
  g_clear_pointer (&view->refound, citiz_refound_view_free);
  g_free (view);
}

/* So many validators are missing, or do not vote, that nothing new becomes final; or nothing does, whoever answers. */
gboolean
citiz_community_view_stands (const CitizCommunityView *view)
{
  return view->still || view->few_vote || view->n_missing + view->n_silent > view->may_fail;
}

const CitizCommunityView *
citiz_session_get_community (CitizSession *self)
{
  return self->community;
}

/* Which of the community's entries are the person's the session knows from the list of entries: either may come first. */
void
citiz_session_count_mine (CitizSession *self)
{
  GListModel *blocks = self->community != NULL ? G_LIST_MODEL (self->community->blocks) : NULL;
  GListModel *entries = G_LIST_MODEL (self->entries);
  g_autoptr (GHashTable) mine = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; blocks != NULL && i < g_list_model_get_n_items (blocks); i++)
    {
      g_autoptr (CitizBlockRow) block = g_list_model_get_item (blocks, i); /* the list keeps it */

      block->n_mine = 0;
      g_hash_table_insert (mine, &block->height, block);
    }
  for (guint i = 0; blocks != NULL && i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (CitizEntry) entry = g_list_model_get_item (entries, i);
      CitizBlockRow *block = entry->community ? g_hash_table_lookup (mine, &entry->height) : NULL;

      if (block != NULL)
        block->n_mine++;
    }
}

/* @view: (transfer full) (nullable). News of it may come after a lock: nothing of it is shown then. */
void
citiz_session_adopt_community (CitizSession *self, CitizCommunityView *view)
{
  if (self->state != CITIZ_SESSION_OPEN)
    {
      g_clear_pointer (&view, citiz_community_view_free);
      return;
    }
  g_clear_pointer (&self->community, citiz_community_view_free);
  self->community = view;
  citiz_session_count_mine (self);
  citiz_session_emit_community (self);
}

static gchar *
explain_waiting (guint n)
{
  return g_strdup_printf (
      ngettext ("%u entry waits for the network", "%u entries wait for the network", n), n);
}

/* A share only of what takes longer than a glance. */
static gboolean
is_long (const CitizCommunityView *view)
{
  return (1 - view->progress) * (gdouble) view->node_height >= LONG_BLOCKS;
}

/* In which share of it the ledger is verified. */
gchar *
citiz_session_explain_verifying (const CitizCommunityView *view)
{
  return is_long (view) ? g_strdup_printf (_ ("Verifying: %.0f %%"), 100 * view->progress)
                        : g_strdup (_ ("Verifying"));
}

static gchar *
explain_catching_up (const CitizCommunityView *view)
{
  return is_long (view) ? g_strdup_printf (_ ("Catching up: %.0f %%"), 100 * view->progress)
                        : g_strdup (_ ("Catching up"));
}

/**
 * citiz_session_explain_away:
 *
 * How many of the validators are missing, and in what way: they do not answer this computer, or do not vote.
 */
gchar *
citiz_session_explain_away (const CitizCommunityView *view)
{
  const guint n = view->n_missing + view->n_silent;

  if (n == 0 || (view->few_vote && n <= view->may_fail))
    return g_strdup (_ ("Too few nodes vote"));
  if (view->n_silent == 0)
    return g_strdup_printf (
        ngettext ("%u node of %u does not answer", "%u nodes of %u do not answer", n), n,
        view->n_validators);
  if (view->n_missing == 0)
    return g_strdup_printf (
        ngettext ("%u node of %u does not vote", "%u nodes of %u do not vote", n), n,
        view->n_validators);
  /* Translators: two or more. */
  return g_strdup_printf (_ ("%u nodes of %u do not answer or do not vote"), n, view->n_validators);
}

static gchar *
explain_span (gint64 ms)
{
  const guint minutes = (guint) MIN ((ABS (ms) + CITIZ_MINUTE / 2) / CITIZ_MINUTE, G_MAXINT),
              hours = (minutes + 30) / 60;

  if (hours >= 36)
    return g_strdup_printf (ngettext ("%u day", "%u days", (hours + 12) / 24), (hours + 12) / 24);
  return minutes >= 90 ? g_strdup_printf (ngettext ("%u hour", "%u hours", hours), hours)
                       : g_strdup_printf (ngettext ("%u minute", "%u minutes", minutes), minutes);
}

gchar *
citiz_session_explain_clock (const CitizCommunityView *view)
{
  g_autofree gchar *span = NULL;

  if (view == NULL || view->skew_ms == 0)
    return NULL;
  span = explain_span (view->skew_ms);
  return g_strdup_printf (
      view->skew_ms < 0
          /* Translators: %s is "24 hours". */
          ? _ (
              "This computer’s clock is about %s ahead of the nodes’: set it. Until then accesses go by the time of the nodes.")
          : _ (
              "This computer’s clock is about %s behind the nodes’: set it. Until then accesses go by the time of the nodes."),
      span);
}

/**
 * citiz_session_explain_community:
 *
 * What is most worth knowing, in one sentence without a full stop.
 */
gchar *
citiz_session_explain_community (const CitizCommunityView *view)
{
  const gboolean away
      = view->state == CITIZ_COMMUNITY_VIEW_ALONE || view->state == CITIZ_COMMUNITY_VIEW_PAUSED;

  if (view->false_ledger)
    return g_strdup (_ ("The community’s ledger breaks its own rules"));
  if (view->skew_ms != 0)
    return g_strdup (_ ("Set this computer’s clock: it is wrong"));
  if (citiz_session_asks_refound (view))
    return g_strdup (_ ("Your answer is awaited, see Ledger: your community was founded anew"));
  if (view->state == CITIZ_COMMUNITY_VIEW_FAILED)
    return g_strdup (_ ("The community’s ledger cannot be written here"));
  if (view->state == CITIZ_COMMUNITY_VIEW_DOUBTS)
    return g_strdup (_ ("A node shows another ledger"));
  if (away && view->n_waiting > 0)
    return explain_waiting (view->n_waiting);
  if (view->state == CITIZ_COMMUNITY_VIEW_ALONE)
    return g_strdup (_ ("No node answers"));
  if (view->state == CITIZ_COMMUNITY_VIEW_PAUSED)
    return g_strdup (_ ("Paused: the network is metered"));
  if (view->refound != NULL)
    return g_strdup (_ ("Nothing new becomes final: you stay with the ledger as it was"));
  if (view->still)
    return g_strdup (_ ("The ledger stands still: what waits is kept"));
  if (citiz_community_view_stands (view))
    return citiz_session_explain_away (view);
  if (view->working)
    return g_strdup (_ ("Working for a place in the community"));
  if (view->state == CITIZ_COMMUNITY_VIEW_CATCHING_UP)
    return explain_catching_up (view);
  if (view->level < CITIZ_LEVEL_FULL)
    return citiz_session_explain_verifying (view);
  if (view->n_waiting > 0)
    return g_strdup_printf (
        ngettext ("%u entry on its way", "%u entries on their way", view->n_waiting),
        view->n_waiting);
  if (view->n_signed == 0)
    return g_strdup (_ ("Nothing to verify yet"));
  return g_strdup_printf (ngettext ("Verified by %u node", "Verified by %u nodes", view->n_signed),
                          view->n_signed);
}

/* Invitations ****************************************************************/

static gboolean
read_text (const gchar *text, CitizInvitation *out, GError **error)
{
  g_autoptr (GError) own = NULL;
  CitizSessionError code = CITIZ_SESSION_ERROR_NO_INVITATION;

  if (citiz_invitation_read (text, out, &own))
    return TRUE;
  if (g_error_matches (own, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_TRUNCATED))
    code = CITIZ_SESSION_ERROR_INVITATION_CUT;
  else if (g_error_matches (own, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_UNKNOWN))
    code = CITIZ_SESSION_ERROR_INVITATION_NEWER;
  g_set_error_literal (error, CITIZ_SESSION_ERROR, (gint) code, own->message);
  return FALSE;
}

static CitizInvitationView *
describe_invitation (const CitizInvitation *invitation)
{
  CitizInvitationView *view = g_new0 (CitizInvitationView, 1);
  g_autoptr (GStrvBuilder) nodes = g_strv_builder_new ();

  for (guint i = 0; i < invitation->n_nodes; i++)
    g_strv_builder_add (nodes, invitation->nodes[i].url);
  view->text = citiz_invitation_uri (invitation);
  view->name = g_strdup (invitation->name);
  view->fingerprint = citiz_engine_fingerprint (&invitation->chain_id);
  view->nodes = g_strv_builder_end (nodes);
  view->vouched = invitation->n_token > 0;
  return view;
}

void
citiz_session_read_invitation_async (CitizSession *self,
                                     const gchar *text,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer data)
{
  g_autoptr (GTask) task
      = citiz_session_task (self, citiz_session_read_invitation_async, cancellable, callback, data);
  CitizInvitation invitation;
  GError *error = NULL;

  if (read_text (text, &invitation, &error))
    g_task_return_pointer (task, describe_invitation (&invitation),
                           (GDestroyNotify) citiz_invitation_view_free);
  else
    g_task_return_error (task, error);
}

CitizInvitationView *
citiz_session_read_invitation_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Joining, leaving ***********************************************************/

static void
forward_cancel_cb (GCancellable *outer, GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static gboolean
join_answer_cb (gpointer data)
{
  CitizEngineJoin *join = data;
  GCancellable *outer = g_task_get_cancellable (join->task);

  if (outer != NULL)
    g_cancellable_disconnect (outer, join->forward);
  if (join->error != NULL)
    g_task_return_error (join->task, join->error);
  else
    g_task_return_boolean (join->task, TRUE);
  g_object_unref (join->task);
  g_object_unref (join->cancellable);
  g_free (join);
  return G_SOURCE_REMOVE;
}

static gboolean
join_cb (gpointer data)
{
  CitizEngineJoin *join = data;

  citiz_engine_join (join->engine, join);
  return G_SOURCE_REMOVE;
}

/* Cancelled by whoever asked, or by a lock. */
void
citiz_session_join_async (CitizSession *self,
                          const gchar *text,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  GTask *task = citiz_session_task (self, citiz_session_join_async, cancellable, callback, data);
  CitizEngineJoin *join = g_new0 (CitizEngineJoin, 1);
  GError *error = NULL;

  if (!read_text (text, &join->invitation, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      g_free (join);
      return;
    }
  join->engine = self->engine;
  join->task = task;
  join->answer = join_answer_cb;
  join->cancellable = g_cancellable_new ();
  if (cancellable != NULL)
    join->forward = g_cancellable_connect (cancellable, G_CALLBACK (forward_cancel_cb),
                                           g_object_ref (join->cancellable), g_object_unref);
  citiz_engine_do (self->engine, join_cb, join);
}

gboolean
citiz_session_join_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
citiz_session_leave_community_async (CitizSession *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer data)
{
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_leave_community_async, cancellable, callback, data),
      citiz_engine_leave_community, NULL, NULL, NULL);
}

gboolean
citiz_session_leave_community_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* How much the nodes are asked ***********************************************************/

typedef struct
{
  CitizEngine *engine;
  gboolean on;
} Switch;

static gboolean
pause_cb (gpointer data)
{
  g_autofree Switch *pause = data;

  citiz_engine_set_paused (pause->engine, pause->on);
  return G_SOURCE_REMOVE;
}

static gboolean
watched_cb (gpointer data)
{
  g_autofree Switch *watch = data;

  citiz_engine_set_watched (watch->engine, watch->on);
  return G_SOURCE_REMOVE;
}

void
citiz_session_set_watched (CitizSession *self, gboolean watched)
{
  const gboolean before = self->watched > 0;
  Switch *watch;

  g_return_if_fail (watched || before);
  self->watched = watched ? self->watched + 1 : self->watched - 1;
  if (before == (self->watched > 0))
    return;
  watch = g_new (Switch, 1);
  *watch = (Switch){self->engine, watched};
  citiz_engine_do (self->engine, watched_cb, watch);
}

/* Metered networks *************************************************************/

/* To be called when the network or the setting has changed. */
void
citiz_session_tell_engine_pause (CitizSession *self)
{
  Switch *pause;

  if (self->state != CITIZ_SESSION_OPEN) /* the setting is not known */
    return;
  pause = g_new (Switch, 1);
  *pause
      = (Switch){self->engine,
                 self->metered && !json_is_true (citiz_session_get_setting (self, "sync-metered"))};
  citiz_engine_do (self->engine, pause_cb, pause);
}

void
citiz_session_set_metered (CitizSession *self, gboolean metered)
{
  if (self->metered == metered)
    return;
  self->metered = metered;
  citiz_session_tell_engine_pause (self);
}
