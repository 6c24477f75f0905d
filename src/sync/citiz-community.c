/* A citizen's place in a community: opening, starting, locking, leaving. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "ledger/citiz-ledger-error.h"
#include "store/citiz-outbox-store.h"
#include "store/citiz-store-error.h"

#include <glib/gstdio.h>
#include <string.h>

#define TIMEOUT_MS 20000
#define POLL_MS    60000
#define IDLE_MS    5000
#define HEAD_MS    600000 /* mean: the ledger does not tell when one wrote (PROTOCOL §4) */

G_DEFINE_TYPE (CitizCommunity, citiz_community, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_QUARK (citiz - community - error - quark, citiz_community_error)

/* Timers *********************************************************************/

/* Returns: (transfer full): a source of this context; after it fired, citiz_community_disarm() is still right */
GSource *
citiz_community_after (CitizCommunity *self, guint ms, GSourceFunc func)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

void
citiz_community_disarm (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
tell_cb (gpointer data)
{
  CitizCommunity *self = data;

  self->telling = FALSE;
  g_signal_emit (self, signals[CHANGED], 0);
  return G_SOURCE_REMOVE;
}

/* Once for all that changes in one turn. */
void
citiz_community_tell (CitizCommunity *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->telling || self->stop == NULL)
    return;
  self->telling = TRUE;
  source = g_idle_source_new ();
  g_source_set_callback (source, tell_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/* Joins an open transaction. The record is open. */
gboolean
citiz_community_keep (CitizCommunity *self, GError **error)
{
  g_autoptr (GBytes) bytes = citiz_community_write (self);

  return citiz_vault_set_setting (self->vault, CITIZ_COMMUNITY_SETTING, bytes, error)
         && citiz_community_keep_signed (self, error);
}

/* While the record is locked it is remembered in memory only, and written when it is open again. */
void
citiz_community_save (CitizCommunity *self)
{
  g_autoptr (GError) error = NULL;

  self->unsaved = self->vault == NULL;
  if (self->vault == NULL)
    return;
  if (!citiz_community_keep (self, &error))
    {
      self->unsaved = TRUE;
      g_warning ("what is known of the community could not be kept: %s", error->message);
    }
}

/* The copy *******************************************************************/

/* @record: the folder of the record that is being erased, or whose community is left */
void
citiz_community_remove_copy (const gchar *record)
{
  g_autofree gchar *folder = g_build_filename (record, CITIZ_COMMUNITY_FOLDER, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* What was verified of it counts no more. */
void
citiz_community_doubt_copy (CitizCommunity *self)
{
  self->full = FALSE;
  citiz_community_save (self);
}

/* The file of the copy does not hold: it is closed, removed and opened anew by who holds this. */
gboolean
citiz_community_is_copy_damaged (CitizCommunity *self)
{
  return self->copy_damaged;
}

static gboolean
try_copy (CitizCommunity *self, const gchar *folder, GError **error)
{
  self->copy_db = citiz_db_open (folder, CITIZ_DB_CREATE, error);
  if (self->copy_db == NULL)
    return FALSE;
  self->copy = citiz_chain_open_shared (self->copy_db, self->env, &self->genesis, error);
  if (self->copy == NULL || citiz_chain_ledger (self->copy, error) == NULL)
    {
      g_clear_pointer (&self->copy, citiz_chain_close);
      g_clear_pointer (&self->copy_db, citiz_db_unref);
      return FALSE;
    }
  return TRUE;
}

/* What is damaged, or of another community, is thrown away and fetched again: nothing of one's own is in it. */
static gboolean
open_copy (CitizCommunity *self, GError **error)
{
  g_autofree gchar *folder = g_build_filename (self->folder, CITIZ_COMMUNITY_FOLDER, NULL);
  g_autoptr (GError) own = NULL;

  if (try_copy (self, folder, &own))
    return TRUE;
  if (own->domain != CITIZ_LEDGER_ERROR
      && !g_error_matches (own, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED))
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return FALSE;
    }
  g_warning ("the copy of the community's chain is fetched anew: %s", own->message);
  citiz_community_remove_copy (self->folder);
  self->full = FALSE;
  return try_copy (self, folder, error);
}

/* Life ***********************************************************************/

gboolean
citiz_community_is_kept (CitizVault *vault)
{
  g_autoptr (GBytes) kept = citiz_vault_get_setting (vault, CITIZ_COMMUNITY_SETTING);

  return kept != NULL;
}

static void
hold (CitizCommunity *self, CitizVault *vault)
{
  CitizTxBody body;

  self->vault = vault;
  citiz_community_derive (vault, &self->invitation.chain_id, &self->key, &self->recovery, &body,
                          &self->account);
  self->witnesses = FALSE;
}

static void
outbox_waiting_cb (CitizCommunity *self)
{
  citiz_community_look_if_still (self);
  citiz_community_tell (self);
}

static void
outbox_final_cb (CitizCommunity *self, CitizTx *tx)
{
  citiz_community_outbox_final (self, tx);
}

static void
outbox_refused_cb (CitizCommunity *self, CitizTx *tx, const gchar *why)
{
  citiz_community_outbox_lost (self, tx, why);
}

static void
outbox_vouched_cb (CitizCommunity *self, CitizTx *before, CitizTx *after)
{
  citiz_community_outbox_vouched (self, before, after);
}

static void
outbox_done_cb (CitizCommunity *self, CitizTx *tx, CitizTx *other)
{
  citiz_community_outbox_final (self, tx);
}

static void
outbox_spent_cb (CitizCommunity *self, CitizTx *tx)
{
  citiz_community_sign_anew (self, tx);
}

static void
outbox_unfit_cb (CitizCommunity *self, CitizTx *tx)
{
  citiz_community_mend (self, tx);
}

static void
outbox_expired_cb (CitizCommunity *self, CitizTx *tx)
{
  citiz_community_outbox_lost (self, tx, NULL);
}

static void
moved_cb (CitizCommunity *self)
{
  citiz_community_moved (self);
}

static void
state_cb (CitizCommunity *self)
{
  const gboolean alone = citiz_follower_get_state (self->follower) == CITIZ_FOLLOWER_ALONE;

  if (self->was_alone && !alone)
    {
      citiz_watch_begin_anew (self->watcher);
      citiz_outbox_hurry (self->outbox);
    }
  self->was_alone = alone;
  self->heard &= !alone;
  citiz_community_moved (self);
}

/* @url: of a node, or "" when a quorum broke the rules: that does not end. */
void
citiz_community_set_doubt (CitizCommunity *self, const gchar *url)
{
  if (g_strcmp0 (self->doubt, "") == 0)
    return;
  g_free (self->doubt);
  self->doubt = g_strdup (url);
  self->doubted = citiz_env_now (self->env);
}

/* What @url showed cannot be. */
void
citiz_community_doubt (CitizCommunity *self, const gchar *url, const GError *error)
{
  g_message ("a node shows what cannot be: %s", error->message);
  citiz_community_set_doubt (self, url);
  citiz_watch_suspect (self->watcher, url);
  citiz_community_tell (self);
}

/* Whoever sees it first tells the community; that it is told already does no harm. */
static void
evidence_cb (CitizCommunity *self, const CitizEvidence *evidence)
{
  g_autoptr (GBytes) bytes = citiz_evidence_encode (evidence);
  g_autoptr (CitizTx) tx = NULL;
  g_autoptr (GError) error = NULL;
  CitizTxBody body = {0};

  if (self->key == NULL)
    return;
  memcpy (body.evidence.evidence, g_bytes_get_data (bytes, NULL), sizeof body.evidence.evidence);
  tx = citiz_community_sign (self, CITIZ_TX_EVIDENCE, &body);
  if (!citiz_community_put (self, tx, &error))
    g_warning ("evidence could not be told: %s", error->message);
}

static void
parted_cb (CitizCommunity *self, const gchar *url)
{
  citiz_community_look_for_refound (self, url);
}

static void
name_sponsor (CitizCommunity *self)
{
  if (self->invitation.n_token > 0)
    citiz_outbox_set_sponsor (self->outbox, &self->invitation.nodes[0].node,
                              self->invitation.nodes[0].url, self->invitation.token);
}

static void
connect_parts (CitizCommunity *self)
{
  self->follower
      = citiz_follower_new (self->copy, self->full ? CITIZ_LEVEL_FULL : CITIZ_LEVEL_STRUCTURAL);
  self->outbox = citiz_outbox_new (self->db, self->copy, self->env);
  name_sponsor (self);
  self->watcher = citiz_watch_new (self->copy_db, self->copy, self->env);
  g_signal_connect_swapped (self->watcher, "status", G_CALLBACK (citiz_community_hear), self);
  g_signal_connect_swapped (self->watcher, "changed", G_CALLBACK (citiz_community_tell), self);
  g_signal_connect_swapped (self->watcher, "evidence", G_CALLBACK (evidence_cb), self);
  g_signal_connect_swapped (self->follower, "moved", G_CALLBACK (moved_cb), self);
  g_signal_connect_swapped (self->follower, "state", G_CALLBACK (state_cb), self);
  g_signal_connect_swapped (self->follower, "doubted", G_CALLBACK (citiz_community_doubt), self);
  g_signal_connect_swapped (self->follower, "parted", G_CALLBACK (parted_cb), self);
  g_signal_connect_swapped (self->outbox, "waiting", G_CALLBACK (outbox_waiting_cb), self);
  g_signal_connect_swapped (self->outbox, "final", G_CALLBACK (outbox_final_cb), self);
  g_signal_connect_swapped (self->outbox, "refused", G_CALLBACK (outbox_refused_cb), self);
  g_signal_connect_swapped (self->outbox, "vouched", G_CALLBACK (outbox_vouched_cb), self);
  g_signal_connect_swapped (self->outbox, "done", G_CALLBACK (outbox_done_cb), self);
  g_signal_connect_swapped (self->outbox, "spent", G_CALLBACK (outbox_spent_cb), self);
  g_signal_connect_swapped (self->outbox, "unfit", G_CALLBACK (outbox_unfit_cb), self);
  g_signal_connect_swapped (self->outbox, "expired", G_CALLBACK (outbox_expired_cb), self);
}

/**
 * citiz_community_open:
 * @vault: open; see citiz_community_lock()
 * @folder: of the record
 *
 * Returns: (transfer full) (nullable): the community that was joined, not started yet; %CITIZ_STORE_ERROR_NOT_FOUND when there is none
 */
CitizCommunity *
citiz_community_open (CitizVault *vault, const gchar *folder, GError **error)
{
  g_autoptr (GBytes) kept = citiz_vault_get_setting (vault, CITIZ_COMMUNITY_SETTING);
  g_autoptr (CitizCommunity) self = NULL;

  if (kept == NULL)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND, "no community");
      return NULL;
    }
  self = g_object_new (CITIZ_TYPE_COMMUNITY, NULL);
  self->folder = g_strdup (folder);
  self->env = citiz_vault_get_env (vault);
  self->db = citiz_db_ref (citiz_vault_get_db (vault));
  if (!citiz_community_read (self, kept, error) || !open_copy (self, error))
    return NULL;
  citiz_light_init (&self->light, &self->genesis);
  connect_parts (self);
  hold (self, vault);
  citiz_community_read_signed (self);
  citiz_community_list_members (self);
  return g_steal_pointer (&self);
}

/**
 * citiz_community_start:
 *
 * Goes on following and sending. Does nothing when it runs.
 */
gboolean
citiz_community_start (CitizCommunity *self, GError **error)
{
  if (self->stop != NULL)
    return TRUE;
  self->stop = g_cancellable_new ();
  self->mending = (CitizHash){0};
  self->client = citiz_http_client_new (TIMEOUT_MS);
  if (!citiz_outbox_start (self->outbox, error))
    {
      citiz_community_stop (self);
      return FALSE;
    }
  citiz_community_note_waiting (self);
  citiz_community_look_at_pending (self);
  citiz_community_go_on_alone (self);
  if (!self->paused)
    {
      citiz_community_catch_up (self);
      citiz_community_start_watching (self);
    }
  citiz_community_tell (self);
  return TRUE;
}

void
citiz_community_stop (CitizCommunity *self)
{
  if (self->stop == NULL)
    return;
  citiz_community_stop_catching_up (self);
  citiz_community_stop_verifying (self);
  citiz_community_stop_watching (self);
  citiz_community_disarm (&self->head_source);
  citiz_outbox_stop (self->outbox);
  g_cancellable_cancel (self->stop);
  g_clear_object (&self->stop);
  g_clear_object (&self->client);
}

void
citiz_community_lock (CitizCommunity *self)
{
  self->vault = NULL;
  citiz_community_disarm (&self->head_source);
  g_clear_pointer (&self->key, citiz_signing_key_unref);
  citiz_watch_set_witness (self->watcher, &self->account, NULL);
  self->witnesses = FALSE;
}

void
citiz_community_unlock (CitizCommunity *self, CitizVault *vault)
{
  g_clear_pointer (&self->key, citiz_signing_key_unref);
  hold (self, vault);
  citiz_community_witness (self);
  if (self->unsaved)
    citiz_community_save (self);
  citiz_outbox_look (self->outbox); /* what waits to be signed anew */
  citiz_community_look_at_pending (self);
  citiz_community_say_what_is_due (self);
}

void
citiz_community_set_paused (CitizCommunity *self, gboolean paused)
{
  if (self->paused == paused)
    return;
  self->paused = paused;
  if (self->stop == NULL)
    return;
  if (paused)
    {
      citiz_community_stop_watching (self);
      citiz_community_stop_catching_up (self);
    }
  else
    {
      citiz_community_catch_up (self);
      citiz_community_start_watching (self);
    }
  citiz_community_tell (self);
}

void
citiz_community_set_pace (CitizCommunity *self,
                          guint idle_ms,
                          guint retry_ms,
                          guint poll_ms,
                          guint head_ms)
{
  citiz_follower_set_pace (self->follower, idle_ms);
  citiz_outbox_set_pace (self->outbox, retry_ms);
  self->idle_ms = idle_ms;
  citiz_watch_set_pace (self->watcher, poll_ms);
  self->poll_ms = poll_ms;
  self->head_ms = head_ms;
}

/* For how many transactions the copy begins with a snapshot. */
void
citiz_community_set_leap (CitizCommunity *self, guint64 transactions)
{
  self->leap_least = transactions;
}

/**
 * citiz_community_renew:
 *
 * For who lost the node that vouched for them. One without a token names nodes only, and the sponsor stays.
 */
gboolean
citiz_community_renew (CitizCommunity *self, const CitizInvitation *invitation)
{
  if (!citiz_hash_equal (&self->invitation.chain_id, &invitation->chain_id))
    return FALSE;
  if (invitation->n_token > 0)
    {
      self->invitation = *invitation;
      name_sponsor (self);
    }
  citiz_community_list_members (self);
  citiz_community_save (self);
  citiz_community_say_what_is_due (self);
  citiz_community_tell (self);
  return TRUE;
}

/* What waits in the outbox is all for the community. */
gboolean
citiz_community_forget (CitizVault *vault, const gchar *folder, GError **error)
{
  if (!citiz_vault_begin (vault, error))
    return FALSE;
  if (!citiz_outbox_store_clear (citiz_vault_get_db (vault), error)
      || !citiz_vault_set_setting (vault, CITIZ_COMMUNITY_SETTING, NULL, error))
    {
      citiz_vault_rollback (vault);
      return FALSE;
    }
  if (!citiz_vault_commit (vault, error))
    return FALSE;
  citiz_community_remove_copy (folder);
  return TRUE;
}

/**
 * citiz_community_leave:
 *
 * The record's own chain is whole without it. The proofs that its heads were committed stay in the vault. Not while locked.
 */
gboolean
citiz_community_leave (CitizCommunity *self, GError **error)
{
  g_return_val_if_fail (self->vault != NULL, FALSE);
  citiz_community_stop (self);
  return citiz_community_forget (self->vault, self->folder,
                                 error); /* the copy is open still: gone with this object */
}

/* What it is *****************************************************************/

const gchar *
citiz_community_get_name (CitizCommunity *self)
{
  return self->invitation.name;
}

const CitizHash *
citiz_community_get_id (CitizCommunity *self)
{
  return &self->invitation.chain_id;
}

/* Nobody is known to be unreachable: some node has answered since none did. */
gboolean
citiz_community_is_heard (CitizCommunity *self)
{
  return self->heard || citiz_community_get_state (self) != CITIZ_COMMUNITY_ALONE;
}

/* A block that comes while one is even is no reason to say that one is behind. */
CitizCommunityState
citiz_community_get_state (CitizCommunity *self)
{
  const CitizFollowerState state = citiz_follower_get_state (self->follower);

  if (self->paused)
    return CITIZ_COMMUNITY_PAUSED;
  if (self->leap != NULL)
    return citiz_leap_is_alone (self->leap) ? CITIZ_COMMUNITY_ALONE : CITIZ_COMMUNITY_CATCHING_UP;
  if (self->disk_refuses)
    return CITIZ_COMMUNITY_FAILED;
  switch (state)
    {
    case CITIZ_FOLLOWER_EVEN:
      return CITIZ_COMMUNITY_EVEN;
    case CITIZ_FOLLOWER_ALONE:
      return CITIZ_COMMUNITY_ALONE;
    case CITIZ_FOLLOWER_DOUBTS:
      return CITIZ_COMMUNITY_DOUBTS;
    case CITIZ_FOLLOWER_FAILED:
      return CITIZ_COMMUNITY_FAILED;
    case CITIZ_FOLLOWER_STOPPED:
    case CITIZ_FOLLOWER_ASKING:
    default:
      return self->was_even && citiz_chain_height (self->copy) >= self->light.head.height
                 ? CITIZ_COMMUNITY_EVEN
                 : CITIZ_COMMUNITY_CATCHING_UP;
    }
}

/* How many validators signed the newest block of one's own copy. */
guint
citiz_community_get_signed (CitizCommunity *self)
{
  return self->n_signed;
}

const gchar *
citiz_community_get_doubt (CitizCommunity *self)
{
  return self->doubt;
}

/* One's own verified copy. Returns: (transfer none) */
CitizChain *
citiz_community_get_chain (CitizCommunity *self)
{
  return self->copy;
}

CitizOutbox *
citiz_community_get_outbox (CitizCommunity *self)
{
  return self->outbox;
}

CitizWatch *
citiz_community_get_watch (CitizCommunity *self)
{
  return self->watcher;
}

/* Of the nodes that can be asked; without a path. */
const gchar *const *
citiz_community_get_urls (CitizCommunity *self)
{
  return (const gchar *const *) self->urls;
}

GPtrArray *
citiz_community_get_members (CitizCommunity *self)
{
  return self->members;
}

/* The newest final block that is known of, fetched or not. */
guint64
citiz_community_get_node_height (CitizCommunity *self)
{
  return MAX (self->light.head.height, citiz_chain_height (self->copy));
}

void
citiz_community_get_committed (CitizCommunity *self, CitizCommittedHead *out)
{
  *out = self->committed;
}

void
citiz_community_member_free (gpointer data)
{
  CitizCommunityMember *member = data;

  g_free (member->url);
  g_free (member->operator_);
  g_free (member->silent_by);
  g_free (member);
}

static void
citiz_community_dispose (GObject *object)
{
  citiz_community_stop (CITIZ_COMMUNITY (object));
  G_OBJECT_CLASS (citiz_community_parent_class)->dispose (object);
}

static void
citiz_community_finalize (GObject *object)
{
  CitizCommunity *self = CITIZ_COMMUNITY (object);

  g_clear_object (&self->follower);
  g_clear_object (&self->outbox);
  g_clear_object (&self->watcher);
  g_clear_pointer (&self->copy, citiz_chain_close);
  g_clear_pointer (&self->copy_db, citiz_db_unref);
  g_clear_pointer (&self->db, citiz_db_unref);
  g_clear_pointer (&self->key, citiz_signing_key_unref);
  g_ptr_array_unref (self->members);
  g_strfreev (self->urls);
  g_free (self->doubt);
  g_free (self->refound);
  g_array_unref (self->refused);
  g_array_unref (self->signed_);
  g_free (self->folder);
  G_OBJECT_CLASS (citiz_community_parent_class)->finalize (object);
}

static void
citiz_community_class_init (CitizCommunityClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_community_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_community_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
citiz_community_init (CitizCommunity *self)
{
  self->members = g_ptr_array_new_with_free_func (citiz_community_member_free);
  self->urls = g_new0 (gchar *, 1);
  self->refused = g_array_new (FALSE, FALSE, sizeof (CitizHash));
  self->signed_ = g_array_new (FALSE, FALSE, sizeof (CitizSigned));
  self->poll_ms = POLL_MS;
  self->head_ms = HEAD_MS;
  self->idle_ms = IDLE_MS;
  citiz_community_init_still (self);
}
