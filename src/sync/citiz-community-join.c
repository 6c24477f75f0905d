/* Joining a community: its founding document, an account that a node vouches for, then everything is remembered at once.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "net/citiz-json-strict.h"
#include "store/citiz-outbox-store.h"
#include "sync/citiz-vouch.h"

#include <string.h>

#define TIMEOUT_MS  15000
#define GENESIS_MAX (64u * 1024)
#define STATUS_MAX  (64u * 1024)
#define VALIDITY    (20 * CITIZ_HOUR)

typedef struct
{
  CitizVault *vault;
  gchar *folder;
  CitizInvitation invitation;
  CitizHttpClient *client;
  guint asked; /* nodes, for the founding document */
  gboolean other;
  CitizGenesis genesis;
  CitizTx *registration; /* NULL: nobody vouches, it is said later */
} Joining;

static void
joining_free (gpointer data)
{
  Joining *joining = data;

  g_clear_object (&joining->client);
  g_clear_pointer (&joining->registration, citiz_tx_unref);
  g_free (joining->folder);
  g_free (joining);
}

static void
fail (GTask *task, CitizCommunityError code, const gchar *what)
{
  g_task_return_new_error (task, CITIZ_COMMUNITY_ERROR, code, "%s", what);
  g_object_unref (task);
}

/* A joining that was cancelled is over, whatever was answered. */
static gboolean
is_over (GTask *task)
{
  if (!g_task_return_error_if_cancelled (task))
    return FALSE;
  g_object_unref (task);
  return TRUE;
}

/* 3. Remembering ***************************************************************/

static gboolean
remember (Joining *joining, GError **error)
{
  if (!citiz_vault_begin (joining->vault, error))
    return FALSE;
  if (!citiz_community_remember (joining->vault, &joining->invitation, &joining->genesis, error)
      || (joining->registration != NULL
          && !citiz_outbox_store_put (citiz_vault_get_db (joining->vault), joining->registration,
                                      citiz_env_now (citiz_vault_get_env (joining->vault)), error)))
    {
      citiz_vault_rollback (joining->vault);
      return FALSE;
    }
  return citiz_vault_commit (joining->vault, error);
}

static void
finish (GTask *task)
{
  Joining *joining = g_task_get_task_data (task);
  GError *error = NULL;
  CitizCommunity *community = NULL;

  if (remember (joining, &error))
    {
      community = citiz_community_open (joining->vault, joining->folder, &error);
      if (community == NULL /* the disk: then nothing of it is kept */
          && !citiz_community_forget (joining->vault, joining->folder, NULL))
        g_warning ("a community that could not be opened is remembered");
    }
  if (community != NULL)
    g_task_return_pointer (task, community, g_object_unref);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

/* 2. Vouching ******************************************************************/

static void
vouched_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Joining *joining = g_task_get_task_data (task);
  CitizVouch word;
  CitizTx *vouched
      = citiz_vouch_ask_finish (CITIZ_HTTP_CLIENT (client), result, joining->registration, &word);

  citiz_tx_unref (joining->registration);
  joining->registration = vouched;
  if (is_over (task))
    return;
  switch (word)
    {
    case CITIZ_VOUCH_GIVEN:
    case CITIZ_VOUCH_KNOWN: /* one was here before */
      finish (task);
      break;
    case CITIZ_VOUCH_EPOCH:
    case CITIZ_VOUCH_REFUSED:
      fail (task, CITIZ_COMMUNITY_ERROR_TOKEN, "the node does not take the invitation");
      break;
    case CITIZ_VOUCH_QUOTA:
      fail (task, CITIZ_COMMUNITY_ERROR_QUOTA, "the node vouches for nobody more today");
      break;
    case CITIZ_VOUCH_SILENT:
    default:
      fail (task, CITIZ_COMMUNITY_ERROR_NOBODY, "the node that invites does not answer");
      break;
    }
}

static void
ask_for_word (GTask *task, guint64 epoch)
{
  Joining *joining = g_task_get_task_data (task);
  g_autoptr (CitizSigningKey) key = NULL;
  CitizTx *tx = citiz_tx_new (CITIZ_TX_ACCT_REGISTER);
  CitizPublicKey recovery;

  citiz_community_derive (joining->vault, &joining->invitation.chain_id, &key, &recovery, &tx->body,
                          &tx->account);
  tx->chain_id = joining->invitation.chain_id;
  tx->valid_until.ms = citiz_env_now (citiz_vault_get_env (joining->vault)).ms + VALIDITY;
  tx->sponsor = joining->invitation.nodes[0].node;
  tx->sponsor_epoch = epoch;
  citiz_tx_sign (tx, key);
  joining->registration = tx;
  citiz_vouch_ask (joining->client, joining->invitation.nodes[0].url, joining->invitation.token, tx,
                   g_task_get_cancellable (task), vouched_cb, task);
}

/* A wrong epoch is refused by the community, no more: this is asked of the one node that vouches. */
static void
status_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  guint code;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &code, NULL);
  json_t *status = answer != NULL && code == 200 ? citiz_json_strict_parse (answer, NULL) : NULL;
  gint64 epoch = 0;
  const gboolean known = citiz_json_strict_int (status, "epoch", 0, CITIZ_JSON_INT_MAX, &epoch);

  json_decref (status);
  if (is_over (task))
    return;
  if (known)
    ask_for_word (task, (guint64) epoch);
  else
    fail (task, CITIZ_COMMUNITY_ERROR_NOBODY, "the node that invites does not answer");
}

static void
look_for_sponsor (GTask *task)
{
  Joining *joining = g_task_get_task_data (task);
  g_autofree gchar *url = g_strconcat (joining->invitation.nodes[0].url, "/v1/status", NULL);

  if (joining->invitation.n_token == 0)
    {
      finish (task);
      return;
    }
  citiz_http_client_ask (joining->client,
                         &(CitizHttpAsk){.method = "GET", .url = url, .answer_max = STATUS_MAX},
                         g_task_get_cancellable (task), status_cb, task);
}

/* 1. The founding document ****************************************************/

static void ask_next (GTask *task);

static gboolean
is_founding (Joining *joining, GBytes *answer)
{
  CitizHash id;

  if (!citiz_genesis_decode (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer),
                             &joining->genesis, NULL))
    return FALSE;
  citiz_genesis_chain_id (&id, &joining->genesis);
  return citiz_hash_equal (&id, &joining->invitation.chain_id);
}

static void
genesis_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Joining *joining = g_task_get_task_data (task);
  guint code;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &code, NULL);

  if (is_over (task))
    return;
  if (answer != NULL && code == 200 && is_founding (joining, answer))
    {
      look_for_sponsor (task);
      return;
    }
  joining->other |= answer != NULL && code == 200;
  ask_next (task);
}

static void
ask_next (GTask *task)
{
  Joining *joining = g_task_get_task_data (task);
  g_autofree gchar *url = NULL;

  if (joining->asked == joining->invitation.n_nodes)
    {
      if (joining->other)
        fail (task, CITIZ_COMMUNITY_ERROR_OTHER, "not the founding document of the invitation");
      else
        fail (task, CITIZ_COMMUNITY_ERROR_NOBODY, "no node answers");
      return;
    }
  url = g_strconcat (joining->invitation.nodes[joining->asked++].url, "/v1/genesis", NULL);
  citiz_http_client_ask (joining->client,
                         &(CitizHttpAsk){.method = "GET", .url = url, .answer_max = GENESIS_MAX},
                         g_task_get_cancellable (task), genesis_cb, task);
}

/**
 * citiz_community_join_async:
 * @vault: open, and stays so until this is over
 *
 * Nothing is kept unless all of it worked. What is not said by an invitation is not believed: the founding document has to have its hash.
 */
void
citiz_community_join_async (CitizVault *vault,
                            const gchar *folder,
                            const CitizInvitation *invitation,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  Joining *joining = g_new0 (Joining, 1);

  g_task_set_source_tag (task, citiz_community_join_async);
  g_task_set_check_cancellable (task, FALSE); /* what was done is done, and is said so */
  joining->vault = vault;
  joining->folder = g_strdup (folder);
  joining->invitation = *invitation;
  joining->client = citiz_http_client_new (TIMEOUT_MS);
  g_task_set_task_data (task, joining, joining_free);
  if (citiz_community_is_kept (vault))
    fail (task, CITIZ_COMMUNITY_ERROR_MEMBER, "there is a community already");
  else
    ask_next (task);
}

/* Returns: (transfer full) (nullable): not started yet */
CitizCommunity *
citiz_community_join_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
