/* What waits is told to a few nodes again and again, until one's own copy of the chain has it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-outbox.h"

#include "store/citiz-outbox-store.h"
#include "sync/citiz-outcome.h"
#include "sync/citiz-submit.h"
#include "sync/citiz-vouch.h"

#include <string.h>

#define TIMEOUT_MS 15000
#define RETRY_MS   5000
#define RETRY_MAX  300000

/* One transaction and how it fared with the nodes of this round. */
typedef struct
{
  CitizTx *tx;
  guint round, asked, taken, refused, silent;
  gchar *word; /* of the last refusal */
  gboolean
      fresh; /* put in a moment ago: is the transaction of the database that it was put in over? */
  gboolean vouching;   /* its sponsor is asked */
  gboolean unfit;      /* refused for how it asks to be let in */
  gboolean with_nodes; /* one has taken it, in whichever round */
} Entry;

struct _CitizOutbox
{
  GObject parent_instance;
  CitizDb *db;
  CitizChain *chain;
  const CitizEnv *env;
  CitizHttpClient *client;
  gchar **urls;
  guint turn;
  guint retry_ms, wait_ms;
  GPtrArray *entries;
  GCancellable *stop;
  GSource *again;
  GSource *soon; /* what was put in a moment ago is sent */
  CitizSubmit *submit;
  CitizPublicKey sponsor;
  gchar *sponsor_url;
  guint8 token[CITIZ_INVITATION_TOKEN_SIZE];
};

G_DEFINE_TYPE (CitizOutbox, citiz_outbox, G_TYPE_OBJECT)

enum
{
  FINAL,
  REFUSED,
  EXPIRED,
  DONE,
  SPENT,
  VOUCHED,
  UNFIT,
  WAITING,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  citiz_tx_unref (entry->tx);
  g_free (entry->word);
  g_free (entry);
}

static Entry *
find (CitizOutbox *self, const CitizHash *id)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (citiz_hash_equal (citiz_tx_get_id (((Entry *) self->entries->pdata[i])->tx), id))
      return self->entries->pdata[i];
  return NULL;
}

static void
add (CitizOutbox *self, CitizTx *tx)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->tx = citiz_tx_ref (tx);
  g_ptr_array_add (self->entries, entry);
}

static gboolean may_send (CitizOutbox *self);
static void hand_over (CitizOutbox *self, Entry *entry);

/* The account is there: what needs a sponsor's word can have it. */
static void
go_on (CitizOutbox *self, const CitizHash *account)
{
  for (guint i = 0; may_send (self) && i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];

      if (citiz_hash_equal (&entry->tx->account, account) && citiz_vouch_is_needed (entry->tx))
        hand_over (self, entry);
    }
}

/* Takes the entry away, from the disk first. When that fails it simply stays, and the next look tries again. @more: of REFUSED, why; of DONE, what
 * did it */
static gboolean
settle (CitizOutbox *self, Entry *entry, guint signal, gconstpointer more)
{
  g_autoptr (CitizOutbox) keep = g_object_ref (self);
  g_autoptr (CitizTx) tx = citiz_tx_ref (entry->tx);
  g_autoptr (GError) error = NULL;

  if (!citiz_outbox_store_remove (self->db, citiz_tx_get_id (tx), &error))
    {
      g_debug ("a transaction stays in the outbox: %s", error->message);
      return FALSE;
    }
  g_ptr_array_remove (self->entries, entry);
  if (signal == FINAL && tx->type == CITIZ_TX_ACCT_REGISTER)
    go_on (self, &tx->account);
  if (signal == REFUSED || signal == DONE)
    g_signal_emit (self, signals[signal], 0, tx, more);
  else
    g_signal_emit (self, signals[signal], 0, tx);
  g_signal_emit (self, signals[WAITING], 0, self->entries->len);
  return TRUE;
}

/* No block can hold it any more, and none that one's own copy has does: the copy's newest block is later than the transaction is valid. One's own
 * clock does not say so: what a computer sent before it slept for weeks may be final in blocks that it has not yet. An end does not wait for
 * that: said twice it harms nothing, and a ledger that stands still has no later block. */
static gboolean
is_too_old (CitizOutbox *self, const CitizTx *tx)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, NULL);

  if (tx->type == CITIZ_TX_GRANT_REVOKE && tx->valid_until.ms < citiz_chain_time (self->chain).ms)
    return TRUE;
  return ledger != NULL && citiz_chain_base (self->chain) == 0 /* it may be in what is missing */
         && tx->valid_until.ms < citiz_ledger_time (ledger).ms;
}

static void
look_at (CitizOutbox *self, Entry *entry)
{
  g_autoptr (CitizTx) other = NULL;
  const CitizOutcome outcome = citiz_outcome_of (self->chain, entry->tx, &other);

  if (outcome == CITIZ_OUTCOME_ITSELF)
    (void) settle (self, entry, FINAL, NULL);
  else if (outcome == CITIZ_OUTCOME_ALIKE)
    (void) settle (self, entry, DONE, other);
  else if (outcome != CITIZ_OUTCOME_UNKNOWN && is_too_old (self, entry->tx))
    (void) settle (self, entry, EXPIRED, NULL);
  else if (outcome == CITIZ_OUTCOME_SPENT)
    g_signal_emit (self, signals[SPENT], 0, entry->tx);
  else if (entry->unfit)
    g_signal_emit (self, signals[UNFIT], 0, entry->tx);
}

/**
 * citiz_outbox_look:
 *
 * To be called when the copy of the chain has grown: what is on it leaves the outbox.
 */
void
citiz_outbox_look (CitizOutbox *self)
{
  g_autoptr (CitizOutbox) keep = g_object_ref (self);

  for (guint i = self->entries->len; i > 0; i--)
    if (i <= self->entries->len && !((Entry *) self->entries->pdata[i - 1])->fresh)
      look_at (self, self->entries->pdata[i - 1]);
}

/* Sending ********************************************************************/

/* A sponsor is asked. */
typedef struct
{
  CitizOutbox *outbox; /* gone once @stop is cancelled */
  GCancellable *stop;
  CitizHash id;
} Asked;

/* The entry that registers the account of @entry, when that waits too. */
static Entry *
registration_of (CitizOutbox *self, const Entry *entry)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *other = self->entries->pdata[i];

      if (other != entry && other->tx->type == CITIZ_TX_ACCT_REGISTER
          && citiz_hash_equal (&other->tx->account, &entry->tx->account))
        return other;
    }
  return NULL;
}

/* The end of an access whose own transaction waits too: a node that has not heard of the one cannot take the other. */
static gboolean
is_too_early (CitizOutbox *self, const Entry *entry)
{
  return entry->tx->type == CITIZ_TX_GRANT_REVOKE
         && citiz_outbox_find (self, CITIZ_TX_GRANT, &entry->tx->body.revoke.grant) != NULL;
}

/* Refused because it is there: this very transaction, perhaps. */
static gboolean
is_perhaps_itself (const gchar *word)
{
  return g_strcmp0 (word, "nonce") == 0 || g_strcmp0 (word, "exists") == 0;
}

/* Refused for how it asks to be let in, not for what it says: the community asks for more since it was signed. An access, and its end, are not lost
 * for that. */
static gboolean
may_be_mended (const Entry *entry)
{
  return (entry->tx->type == CITIZ_TX_GRANT || entry->tx->type == CITIZ_TX_GRANT_REVOKE)
         && (g_strcmp0 (entry->word, "work") == 0 || g_strcmp0 (entry->word, "sponsor") == 0);
}

/* Every node that was asked has refused it; for what can be mended, every node that answers: those that are down may be so for good. */
static gboolean
is_refused (const Entry *entry)
{
  return entry->taken == 0 && entry->refused > 0
         && (entry->refused == entry->asked
             || (entry->refused + entry->silent == entry->asked && may_be_mended (entry)));
}

/* Refused for what is not there, where one's own copy has it and would take it: who was asked is behind. */
static gboolean
are_behind (CitizOutbox *self, const Entry *entry)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, NULL);
  g_autoptr (GPtrArray) txs = g_ptr_array_new ();

  g_ptr_array_add (txs, entry->tx);
  return (g_strcmp0 (entry->word, "account") == 0 || g_strcmp0 (entry->word, "grant") == 0)
         && ledger != NULL
         && citiz_ledger_try (ledger, txs, citiz_chain_time (self->chain), NULL, NULL, NULL);
}

static void
take_refusal (CitizOutbox *self, Entry *entry)
{
  g_autofree gchar *word = g_strdup (entry->word);
  g_autoptr (CitizTx) other = NULL;

  /* What is on the chain already may be refused as spent: one's own copy decides, later. */
  if (citiz_outcome_of (self->chain, entry->tx, &other) != CITIZ_OUTCOME_NOT
      || is_perhaps_itself (word) || registration_of (self, entry) != NULL
      || is_too_early (self, entry) || are_behind (self, entry))
    return;
  entry->unfit = may_be_mended (entry);
  if (entry->unfit)
    g_signal_emit (self, signals[UNFIT], 0, entry->tx);
  else
    (void) settle (self, entry, REFUSED, word);
}

/* A node has taken the registration: it takes now what the account says. */
static void
let_go (CitizOutbox *self, const Entry *registration)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (registration_of (self, self->entries->pdata[i]) == registration)
      hand_over (self, self->entries->pdata[i]);
}

static void
told_cb (gpointer data, const CitizHash *id, guint round, guint status, const gchar *word)
{
  CitizOutbox *self = data;
  Entry *entry = find (self, id);

  if (entry == NULL || entry->round != round) /* an earlier round's says nothing of this one */
    return;
  if (status == 200 || status == 202)
    {
      entry->with_nodes = TRUE;
      if (entry->taken++ == 0 && entry->tx->type == CITIZ_TX_ACCT_REGISTER)
        let_go (self, entry);
    }
  else if ((status == 400 || status == 422) && word != NULL)
    {
      entry->refused++;
      g_free (entry->word);
      entry->word = g_strdup (word);
    }
  else
    entry->silent++;
  if (is_refused (entry))
    take_refusal (self, entry);
}

static gboolean
may_send (CitizOutbox *self)
{
  return self->stop != NULL && self->urls != NULL && *self->urls != NULL;
}

static void
hand_to_nodes (CitizOutbox *self, Entry *entry)
{
  const guint all = g_strv_length (self->urls);
  const guint n = entry->tx->type == CITIZ_TX_GRANT_REVOKE ? all : MIN (CITIZ_OUTBOX_NODES, all);

  entry->round++;
  entry->asked = n;
  entry->taken = entry->refused = entry->silent = 0;
  entry->unfit = FALSE;
  for (guint i = 0; i < n; i++)
    citiz_submit_add (self->submit, self->urls[(self->turn + i) % all], entry->tx, entry->round);
}

/* On disk the vouched one takes the place of the other at once. */
static gboolean
replace_tx (CitizOutbox *self, Entry *entry, CitizTx *vouched)
{
  if (!citiz_db_begin (self->db, NULL))
    return FALSE;
  if (!citiz_outbox_store_put (self->db, vouched, citiz_env_now (self->env), NULL)
      || !citiz_outbox_store_remove (self->db, citiz_tx_get_id (entry->tx), NULL))
    {
      citiz_db_rollback (self->db);
      return FALSE;
    }
  if (!citiz_db_commit (self->db, NULL))
    return FALSE;
  citiz_tx_unref (entry->tx);
  entry->tx = citiz_tx_ref (vouched);
  entry->vouching = FALSE;
  return TRUE;
}

CitizTx *
citiz_outbox_find (CitizOutbox *self, CitizTxType type, const CitizId *grant)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      CitizTx *tx = ((Entry *) self->entries->pdata[i])->tx;
      const CitizId *of = citiz_tx_body_grant (tx->type, &tx->body);

      if (tx->type == type && (grant == NULL || (of != NULL && citiz_id_equal (of, grant))))
        return tx;
    }
  return NULL;
}

gboolean
citiz_outbox_holds (CitizOutbox *self, const CitizHash *id)
{
  return find (self, id) != NULL;
}

void
citiz_outbox_replace (CitizOutbox *self, const CitizHash *id, CitizTx *tx)
{
  Entry *entry = find (self, id);

  if (entry != NULL && replace_tx (self, entry, tx) && may_send (self))
    hand_over (self, entry);
}

static void
vouched_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  CitizOutbox *self = asked->outbox;
  g_autoptr (GCancellable) stop = asked->stop;
  Entry *entry = g_cancellable_is_cancelled (stop) ? NULL : find (self, &asked->id);
  g_autoptr (CitizTx) before = entry != NULL ? citiz_tx_ref (entry->tx) : NULL;
  g_autoptr (CitizTx) vouched = NULL;
  CitizVouch word;

  if (entry == NULL)
    return;
  vouched = citiz_vouch_ask_finish (CITIZ_HTTP_CLIENT (client), result, before, &word);
  entry->vouching = FALSE;
  if (entry->tx->type == CITIZ_TX_GRANT_REVOKE || entry->tx->type == CITIZ_TX_GRANT)
    ; /* whatever one node says of it: who goes alone gives or ends the access */
  else if (word == CITIZ_VOUCH_EPOCH)
    (void) settle (self, entry, EXPIRED, NULL);
  else if (word == CITIZ_VOUCH_REFUSED)
    (void) settle (self, entry, REFUSED, "sponsor");
  if (word != CITIZ_VOUCH_GIVEN || !replace_tx (self, entry, vouched))
    return; /* the next round asks again */
  hand_to_nodes (self, entry);
  g_signal_emit (self, signals[VOUCHED], 0, before, vouched);
}

static void
ask_sponsor (CitizOutbox *self, Entry *entry)
{
  Asked *asked;

  if (entry->vouching || self->sponsor_url == NULL
      || !citiz_public_key_equal (&entry->tx->sponsor, &self->sponsor))
    return;
  asked = g_new (Asked, 1);
  *asked = (Asked){self, g_object_ref (self->stop), *citiz_tx_get_id (entry->tx)};
  entry->vouching = TRUE;
  citiz_vouch_ask (self->client, self->sponsor_url, self->token, entry->tx, self->stop, vouched_cb,
                   asked);
}

static void
hand_over (CitizOutbox *self, Entry *entry)
{
  const Entry *registration = registration_of (self, entry);

  if (entry->fresh || (registration != NULL && registration->taken == 0))
    return;
  if (!citiz_vouch_is_needed (entry->tx))
    hand_to_nodes (self, entry);
  else if (registration == NULL) /* a sponsor knows what is final */
    ask_sponsor (self, entry);
}

static void send_all (CitizOutbox *self);

static gboolean
again_cb (gpointer data)
{
  CitizOutbox *self = data;
  g_autoptr (CitizOutbox) keep = g_object_ref (self); /* who hears of it may drop it */

  g_clear_pointer (&self->again, g_source_unref);
  citiz_outbox_look (self);
  send_all (self);
  return G_SOURCE_REMOVE;
}

static void
disarm (CitizOutbox *self)
{
  if (self->again != NULL)
    g_source_destroy (self->again);
  g_clear_pointer (&self->again, g_source_unref);
}

/* The next round comes later each time, as long as something waits. */
static void
arm (CitizOutbox *self)
{
  disarm (self);
  if (self->stop == NULL || self->entries->len == 0)
    return;
  self->again = g_timeout_source_new (self->wait_ms);
  self->wait_ms = MIN (2 * self->wait_ms, MAX (RETRY_MAX, self->retry_ms));
  g_source_set_callback (self->again, again_cb, self, NULL);
  g_source_attach (self->again, g_main_context_get_thread_default ());
}

/* A round: every transaction to the next few nodes. */
static void
send_all (CitizOutbox *self)
{
  if (may_send (self))
    {
      for (guint i = 0; i < self->entries->len; i++)
        hand_over (self, self->entries->pdata[i]);
      self->turn += CITIZ_OUTBOX_NODES;
    }
  arm (self);
}

/* What was put in within a transaction of the database that was given up is not in it. */
static gboolean
soon_cb (gpointer data)
{
  CitizOutbox *self = data;
  g_autoptr (CitizOutbox) keep = g_object_ref (self);
  guint before = self->entries->len;

  if (citiz_db_get_depth (self->db) > 0)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->soon, g_source_unref);
  for (guint i = self->entries->len; i > 0; i--)
    {
      Entry *entry = self->entries->pdata[i - 1];

      if (entry->fresh && !citiz_outbox_store_has (self->db, citiz_tx_get_id (entry->tx)))
        g_ptr_array_remove_index (self->entries, i - 1);
    }
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];

      if (!entry->fresh)
        continue;
      entry->fresh = FALSE;
      if (may_send (self)) /* only this one: the others have their round */
        hand_over (self, entry);
    }
  arm (self);
  if (self->entries->len != before)
    g_signal_emit (self, signals[WAITING], 0, self->entries->len);
  return G_SOURCE_REMOVE;
}

/**
 * citiz_outbox_put:
 *
 * Takes a signed transaction. It joins an open transaction of the database, and is sent, if the outbox runs, once that is over.
 */
gboolean
citiz_outbox_put (CitizOutbox *self, CitizTx *tx, GError **error)
{
  if (find (self, citiz_tx_get_id (tx)) != NULL)
    return TRUE;
  if (!citiz_outbox_store_put (self->db, tx, citiz_env_now (self->env), error))
    return FALSE;
  add (self, tx);
  ((Entry *) self->entries->pdata[self->entries->len - 1])->fresh = TRUE;
  self->wait_ms = self->retry_ms;
  if (self->soon == NULL)
    {
      self->soon = g_idle_source_new ();
      g_source_set_priority (self->soon, G_PRIORITY_DEFAULT);
      g_source_set_callback (self->soon, soon_cb, self, NULL);
      g_source_attach (self->soon, g_main_context_get_thread_default ());
    }
  g_signal_emit (self, signals[WAITING], 0, self->entries->len);
  return TRUE;
}

/**
 * citiz_outbox_set_sponsor:
 * @url: (nullable): where @node is asked to vouch; %NULL: nobody is
 * @token: CITIZ_INVITATION_TOKEN_SIZE bytes
 *
 * What waits for the word of another sponsor is told as expired: it has to be signed anew.
 */
void
citiz_outbox_set_sponsor (CitizOutbox *self,
                          const CitizPublicKey *node,
                          const gchar *url,
                          const guint8 *token)
{
  g_autoptr (CitizOutbox) keep = g_object_ref (self);

  g_free (self->sponsor_url);
  self->sponsor_url = g_strdup (url);
  self->sponsor = *node;
  memcpy (self->token, token, sizeof self->token);
  for (guint i = self->entries->len; i > 0; i--)
    {
      Entry *entry = i <= self->entries->len ? self->entries->pdata[i - 1] : NULL;

      if (entry != NULL && citiz_vouch_is_needed (entry->tx)
          && !citiz_public_key_equal (&entry->tx->sponsor, node))
        (void) settle (self, entry, EXPIRED, NULL);
    }
}

/* Returns: (transfer full) (element-type CitizTx): what waits, in the order it was put in */
GPtrArray *
citiz_outbox_list (CitizOutbox *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);

  for (guint i = 0; i < self->entries->len; i++)
    g_ptr_array_add (list, citiz_tx_ref (((Entry *) self->entries->pdata[i])->tx));
  return list;
}

/* Which nodes may be told, "http://host:port" or "https://host". */
void
citiz_outbox_set_nodes (CitizOutbox *self, const gchar *const *urls)
{
  g_strfreev (self->urls);
  self->urls = g_strdupv ((gchar **) urls);
  self->wait_ms = self->retry_ms;
  send_all (self);
}

void
citiz_outbox_hurry (CitizOutbox *self)
{
  self->wait_ms = self->retry_ms;
  send_all (self);
}

/* How long to wait before the second round. */
void
citiz_outbox_set_pace (CitizOutbox *self, guint retry_ms)
{
  self->retry_ms = self->wait_ms = retry_ms;
}

/**
 * citiz_outbox_start:
 *
 * Goes on with what was waiting when the program ended.
 */
gboolean
citiz_outbox_start (CitizOutbox *self, GError **error)
{
  g_autoptr (GPtrArray) kept = NULL;

  if (self->stop != NULL)
    return TRUE;
  kept = citiz_outbox_store_list (self->db, error);
  if (kept == NULL)
    return FALSE;
  for (guint i = 0; i < kept->len; i++)
    if (find (self, citiz_tx_get_id (kept->pdata[i])) == NULL)
      add (self, kept->pdata[i]);
  self->stop = g_cancellable_new ();
  self->client = citiz_http_client_new (TIMEOUT_MS);
  self->submit = citiz_submit_new (self->client, told_cb, self);
  self->wait_ms = self->retry_ms;
  citiz_outbox_look (self);
  send_all (self);
  return TRUE;
}

void
citiz_outbox_stop (CitizOutbox *self)
{
  if (self->stop == NULL)
    return;
  disarm (self);
  for (guint i = 0; i < self->entries->len; i++)
    ((Entry *) self->entries->pdata[i])->vouching = FALSE;
  g_clear_pointer (&self->submit, citiz_submit_free);
  g_cancellable_cancel (self->stop);
  g_clear_object (&self->stop);
  g_clear_object (&self->client);
}

guint
citiz_outbox_n_waiting (CitizOutbox *self)
{
  return self->entries->len;
}

/* Of those, how many a node has taken since the outbox was started. */
guint
citiz_outbox_n_taken (CitizOutbox *self)
{
  guint n = 0;

  for (guint i = 0; i < self->entries->len; i++)
    n += ((const Entry *) self->entries->pdata[i])->with_nodes;
  return n;
}

static void
citiz_outbox_dispose (GObject *object)
{
  citiz_outbox_stop (CITIZ_OUTBOX (object));
  G_OBJECT_CLASS (citiz_outbox_parent_class)->dispose (object);
}

static void
citiz_outbox_finalize (GObject *object)
{
  CitizOutbox *self = CITIZ_OUTBOX (object);

  if (self->soon != NULL)
    g_source_destroy (self->soon);
  g_clear_pointer (&self->soon, g_source_unref);
  g_free (self->sponsor_url);
  g_ptr_array_unref (self->entries);
  g_strfreev (self->urls);
  G_OBJECT_CLASS (citiz_outbox_parent_class)->finalize (object);
}

static void
citiz_outbox_class_init (CitizOutboxClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_outbox_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_outbox_finalize;
  signals[FINAL] = g_signal_new ("final", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_POINTER);
  signals[REFUSED] = g_signal_new ("refused", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_STRING);
  signals[EXPIRED] = g_signal_new ("expired", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[DONE] = g_signal_new ("done", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                2, G_TYPE_POINTER, G_TYPE_POINTER);
  signals[SPENT] = g_signal_new ("spent", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_POINTER);
  signals[VOUCHED] = g_signal_new ("vouched", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_POINTER);
  signals[UNFIT] = g_signal_new ("unfit", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_POINTER);
  signals[WAITING] = g_signal_new ("waiting", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
citiz_outbox_init (CitizOutbox *self)
{
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->retry_ms = self->wait_ms = RETRY_MS;
}

/**
 * citiz_outbox_new:
 * @db: where the outbox is kept; @chain: one's own copy, verified. Both outlive the outbox.
 */
CitizOutbox *
citiz_outbox_new (CitizDb *db, CitizChain *chain, const CitizEnv *env)
{
  CitizOutbox *self = g_object_new (CITIZ_TYPE_OUTBOX, NULL);

  self->db = db;
  self->chain = chain;
  self->env = env;
  return self;
}
