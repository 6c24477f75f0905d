/* The engine and the community: opened with the record, described for the window, joined and left.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"
#include "app/citiz-engine-shared.h"

#include "node/citiz-steward.h"
#include "wire/citiz-invitation.h"

#define TELL_MS 100 /* news of the community are gathered this long */

/* Described ******************************************************************/

gchar *
citiz_engine_fingerprint (const CitizHash *id)
{
  return citiz_community_words (id, citiz_env_language ());
}

static CitizNodeView *
describe_node (CitizCommunity *community, const CitizCommunityMember *member)
{
  CitizNodeView *view = g_new0 (CitizNodeView, 1);

  view->id = citiz_base64url_encode (member->node.b, 16);
  view->operator_ = g_strdup (member->operator_);
  view->url = g_strdup (member->url);
  view->seen = member->seen;
  view->validator = member->validator;
  view->missing = member->missing;
  view->silent = member->silent && !member->missing;
  view->silent_by = g_strdup (member->silent_by);
  view->doubted = member->url[0] != '\0'
                  && g_strcmp0 (citiz_community_get_doubt (community), member->url) == 0;
  return view;
}

static gboolean
is_blamed (GPtrArray *blamed, const CitizPublicKey *node)
{
  for (guint i = 0; i < blamed->len; i++)
    if (citiz_public_key_equal (&((const CitizEvidenceRecord *) blamed->pdata[i])->node, node))
      return TRUE;
  return FALSE;
}

static void
describe_nodes (CitizCommunity *community, CitizCommunityView *view)
{
  g_autoptr (GPtrArray) blamed = citiz_steward_blamed (citiz_community_get_chain (community));
  GPtrArray *members = citiz_community_get_members (community);
  guint n_agree = 0;

  for (guint i = 0; i < members->len; i++)
    {
      const CitizCommunityMember *member = members->pdata[i];
      CitizNodeView *node = describe_node (community, member);

      node->blamed = is_blamed (blamed, &member->node);
      g_ptr_array_add (view->nodes, node);
      view->n_validators += member->validator;
      view->n_missing += member->validator && member->missing;
      view->n_silent += node->silent;
      n_agree += node->validator && node->seen.ms != 0 && !node->missing && !node->doubted;
    }
  view->n_signed = MAX (citiz_community_get_signed (community), n_agree);
  view->unheard = !citiz_community_is_polled (community);
  view->few_vote = citiz_community_too_few_vote (community);
  view->may_fail = view->n_validators - citiz_quorum (view->n_validators);
  view->may_lie = view->n_validators > 3 ? (view->n_validators - 1) / 3 : 0;
  view->opens_stalled = citiz_engine_may_open_stalled (view->n_validators);
}

static void
describe_head (CitizEngine *engine, CitizCommunityView *view)
{
  CitizCommittedHead head;

  citiz_community_get_committed (engine->community, &head);
  view->head = engine->chain != NULL ? citiz_chain_height (engine->chain) : 0;
  view->committed = head.height;
  view->committed_at = head.time;
}

/* It was joined, and cannot be opened: this computer's disk refuses. */
static CitizCommunityView *
describe_lost (CitizEngine *engine)
{
  CitizCommunityView *view = g_new0 (CitizCommunityView, 1);

  view->nodes = g_ptr_array_new_with_free_func (citiz_node_view_free);
  view->blocks = g_list_store_new (CITIZ_TYPE_BLOCK_ROW);
  view->alarms = g_ptr_array_new_with_free_func (citiz_alarm_view_free);
  view->name = g_strdup (engine->community_lost);
  view->fingerprint = g_strdup ("");
  view->state = CITIZ_COMMUNITY_VIEW_FAILED;
  return view;
}

/* Returns: (transfer full) (nullable): %NULL when there is none */
CitizCommunityView *
citiz_engine_describe_community (CitizEngine *engine)
{
  static const CitizCommunityViewState states[] = {
      [CITIZ_COMMUNITY_CATCHING_UP] = CITIZ_COMMUNITY_VIEW_CATCHING_UP,
      [CITIZ_COMMUNITY_EVEN] = CITIZ_COMMUNITY_VIEW_EVEN,
      [CITIZ_COMMUNITY_ALONE] = CITIZ_COMMUNITY_VIEW_ALONE,
      [CITIZ_COMMUNITY_DOUBTS] = CITIZ_COMMUNITY_VIEW_DOUBTS,
      [CITIZ_COMMUNITY_PAUSED] = CITIZ_COMMUNITY_VIEW_PAUSED,
      [CITIZ_COMMUNITY_FAILED] = CITIZ_COMMUNITY_VIEW_FAILED,
  };
  CitizCommunity *community = engine->community;
  CitizCommunityView *view;

  if (community == NULL)
    return engine->community_lost != NULL ? describe_lost (engine) : NULL;
  view = g_new0 (CitizCommunityView, 1);
  view->nodes = g_ptr_array_new_with_free_func (citiz_node_view_free);
  view->blocks = citiz_engine_list_shared_blocks (engine);
  view->name = g_strdup (citiz_community_get_name (community));
  view->fingerprint = citiz_engine_fingerprint (citiz_community_get_id (community));
  view->state = states[citiz_community_get_state (community)];
  view->height = citiz_chain_height (citiz_community_get_chain (community));
  view->node_height = citiz_community_get_node_height (community);
  view->final = citiz_community_get_final_time (community);
  view->level = citiz_community_get_level (community, &view->progress);
  view->registered = citiz_community_is_registered (community);
  view->working = citiz_community_is_working (community);
  view->still = citiz_community_is_still (community);
  view->skew_ms = citiz_chain_get_skew (citiz_community_get_chain (community));
  view->n_waiting = citiz_outbox_n_waiting (citiz_community_get_outbox (community));
  view->false_ledger = g_strcmp0 (citiz_community_get_doubt (community), "") == 0;
  view->alarms = g_ptr_array_new_with_free_func (citiz_alarm_view_free);
  citiz_engine_describe_alarms (community, view);
  view->refound = citiz_engine_describe_refound (community);
  describe_nodes (community, view);
  describe_head (engine, view);
  return view;
}

static void
adopt_community (CitizSession *session, gpointer data)
{
  CitizCommunityView **view = data;

  citiz_session_adopt_community (session, g_steal_pointer (view));
}

static void
holder_free (gpointer data)
{
  CitizCommunityView **view = data;

  g_clear_pointer (view, citiz_community_view_free);
  g_free (view);
}

/* Returns: (transfer full) (element-type CitizNodeView): of each node what a link needs: which one it is, where, whether it answers */
GPtrArray *
citiz_engine_list_places (CitizEngine *engine)
{
  GPtrArray *members
      = engine->community != NULL ? citiz_community_get_members (engine->community) : NULL;
  GPtrArray *places = g_ptr_array_new_with_free_func (citiz_node_view_free);

  for (guint i = 0; members != NULL && i < members->len; i++)
    {
      const CitizCommunityMember *member = members->pdata[i];
      CitizNodeView *place = g_new0 (CitizNodeView, 1);

      place->id = citiz_base64url_encode (member->node.b, sizeof (CitizNodeId));
      place->url = g_strdup (member->url);
      place->missing = member->missing;
      g_ptr_array_add (places, place);
    }
  return places;
}

static void
tell_now (CitizEngine *engine)
{
  CitizCommunityView **view;

  if (engine->vault == NULL)
    {
      if (engine->community != NULL) /* all that is shown of it: a code may be on screen still */
        citiz_session_tell_places (engine, citiz_engine_list_places (engine));
      return;
    }
  citiz_engine_look_at_clock (engine);
  view = g_new0 (CitizCommunityView *, 1);
  *view = citiz_engine_describe_community (engine);
  if (*view != NULL && (*view)->committed != engine->committed_told)
    {
      engine->committed_told = (*view)->committed;
      citiz_engine_tell_ledger (engine); /* it is an entry there */
    }
  engine->skew_told = *view != NULL ? (*view)->skew_ms : 0;
  citiz_engine_tell_session (engine, adopt_community, view, holder_free);
}

/* Somebody presses: that this computer's clock is wrong comes before the answer. */
void
citiz_engine_tell_clock (CitizEngine *engine)
{
  if (engine->community != NULL
      && citiz_chain_get_skew (citiz_community_get_chain (engine->community)) != engine->skew_told)
    tell_now (engine);
}

static gboolean
tell_cb (gpointer data)
{
  CitizEngine *engine = data;

  g_clear_pointer (&engine->community_due, g_source_unref);
  if (engine->community != NULL && engine->vault != NULL && !engine->copy_renewed
      && citiz_community_is_copy_damaged (engine->community))
    {
      engine->copy_renewed = TRUE; /* once: a disk that spoils another is not cured by it */
      citiz_engine_renew_copy (engine);
    }
  else
    tell_now (engine);
  return G_SOURCE_REMOVE;
}

static void
tell_later (CitizEngine *engine)
{
  if (engine->community_due != NULL)
    return;
  engine->community_due = g_timeout_source_new (TELL_MS);
  g_source_set_callback (engine->community_due, tell_cb, engine, NULL);
  g_source_attach (engine->community_due, engine->context);
}

static void
changed_cb (CitizEngine *engine)
{
  tell_later (engine);
}

/* Life ***********************************************************************/

static gboolean
hold (CitizEngine *engine, CitizCommunity *community, gboolean soon, GError **error)
{
  engine->community = community;
  g_signal_connect_swapped (community, "changed", G_CALLBACK (changed_cb), engine);
  citiz_community_set_paused (community, engine->paused);
  citiz_community_set_watched (community, engine->watched);
  citiz_engine_watch_page (community);
  if (!citiz_community_start (community, error))
    return FALSE;
  citiz_community_set_personal (community, engine->chain, soon);
  citiz_engine_open_shared (engine);
  return TRUE;
}

/**
 * citiz_engine_open_community:
 *
 * Nobody is kept out of their record for want of it: what goes wrong is warned of.
 */
void
citiz_engine_open_community (CitizEngine *engine)
{
  g_autofree gchar *name = NULL;
  g_autoptr (GError) error = NULL;
  CitizCommunity *community;

  g_clear_pointer (&engine->community_lost, g_free);
  if (engine->community != NULL) /* it went on while the record was locked */
    {
      citiz_community_unlock (engine->community, engine->vault);
      citiz_community_set_personal (engine->community, engine->chain, FALSE);
      citiz_engine_open_shared (engine);
      return;
    }
  name = citiz_community_kept (engine->vault);
  if (name == NULL)
    return;
  community = citiz_community_open (engine->vault, engine->folder, &error);
  if (community == NULL || !hold (engine, community, TRUE, &error))
    {
      g_warning ("the community cannot be followed now: %s", error->message);
      citiz_engine_close_community (engine);
      engine->community_lost = g_steal_pointer (&name);
    }
}

/* The personal chain has a new block. */
void
citiz_engine_head_moved (CitizEngine *engine)
{
  if (engine->community == NULL)
    return;
  citiz_community_set_personal (engine->community, engine->chain, FALSE);
  tell_later (engine);
}

static void
stop_joining (CitizEngine *engine)
{
  if (engine->joining != NULL)
    g_cancellable_cancel (engine->joining);
}

void
citiz_engine_lock_community (CitizEngine *engine)
{
  stop_joining (engine);
  if (engine->community != NULL)
    citiz_community_lock (engine->community);
}

void
citiz_engine_close_community (CitizEngine *engine)
{
  stop_joining (engine);
  if (engine->community_due != NULL)
    g_source_destroy (engine->community_due);
  g_clear_pointer (&engine->community_due, g_source_unref);
  g_clear_pointer (&engine->community_lost, g_free);
  if (engine->community == NULL)
    return;
  citiz_engine_close_shared (engine);
  g_clear_pointer (&engine->verifier, citiz_chain_verifier_free); /* it may read the copy */
  g_signal_handlers_disconnect_by_data (engine->community, engine);
  citiz_community_stop (engine->community);
  g_clear_object (&engine->community);
}

/* The copy does not hold: nothing of one's own is in it, the nodes give another. */
void
citiz_engine_renew_copy (CitizEngine *engine)
{
  citiz_community_doubt_copy (engine->community);
  citiz_engine_close_community (engine);
  citiz_community_remove_copy (engine->folder);
  citiz_engine_open_community (engine);
  tell_now (engine);
}

void
citiz_engine_set_paused (CitizEngine *engine, gboolean paused)
{
  engine->paused = paused;
  if (engine->community != NULL)
    citiz_community_set_paused (engine->community, paused);
}

void
citiz_engine_set_watched (CitizEngine *engine, gboolean watched)
{
  engine->watched = watched;
  if (engine->community != NULL)
    citiz_community_set_watched (engine->community, watched);
}

/* Joining and leaving ********************************************************/

/* It was joined and cannot be followed: nothing of it is kept, and it can be joined again. */
static void
let_go (CitizEngine *engine)
{
  g_autoptr (GError) error = NULL;

  citiz_engine_close_community (engine);
  if (engine->vault != NULL && !citiz_community_forget (engine->vault, engine->folder, &error))
    g_warning ("a community that could not be joined is remembered: %s", error->message);
}

static void
joined_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizEngineJoin *join = data;
  CitizEngine *engine = join->engine;
  CitizCommunity *community = citiz_community_join_finish (result, &join->error);

  g_clear_object (&engine->joining);
  if (community != NULL && !hold (engine, community, TRUE, &join->error))
    let_go (engine);
  tell_now (engine);
  citiz_engine_tell (engine, join->answer, join, NULL);
}

/**
 * citiz_engine_join:
 * @join: (transfer full): @answer is run on the main thread with it, @error set or not
 */
void
citiz_engine_join (CitizEngine *engine, CitizEngineJoin *join)
{
  if (!citiz_engine_require_ledger (engine, &join->error))
    ;
  else if (engine->community != NULL
           && citiz_community_renew (engine->community, &join->invitation))
    tell_now (engine);
  else if (engine->community != NULL || engine->joining != NULL)
    g_set_error (&join->error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_COMMUNITY,
                 "there is a community already");
  else
    {
      engine->joining = g_object_ref (join->cancellable);
      citiz_community_join_async (engine->vault, engine->folder, &join->invitation, engine->joining,
                                  joined_cb, join);
      return;
    }
  citiz_engine_tell (engine, join->answer, join, NULL);
}

gboolean
citiz_engine_leave_community (CitizEngine *engine,
                              gpointer data,
                              GCancellable *cancellable,
                              GError **error)
{
  if (!citiz_engine_require_open (engine, error))
    return FALSE;
  if (engine->community == NULL && engine->community_lost == NULL)
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NO_COMMUNITY,
                   "no community was joined");
      return FALSE;
    }
  if (citiz_engine_is_sharing_own (engine))
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_SHARING,
                   "an access is open over the community");
      return FALSE;
    }
  citiz_engine_settle_shared (engine);
  if (engine->community != NULL ? !citiz_community_leave (engine->community, error)
                                : !citiz_community_forget (engine->vault, engine->folder, error))
    return FALSE;
  citiz_engine_drop_copied (engine);
  citiz_engine_close_community (engine);
  tell_now (engine);
  return TRUE;
}
