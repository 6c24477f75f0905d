/* The engine and the ledger: accounts, what the Ledger page lists, proofs.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "crypto/citiz-domain.h"

#define BLOCKS_SHOWN        200 /* newest; the page scrolls within them */
#define SHARED_BLOCKS_SHOWN 40  /* of the community's, which are listed again with each of them */

/* Keys 2n and 2n + 1 of the vault's pseudonyms: the account's device key, and the recovery key that only changes keys. */
void
citiz_account_keys_init (CitizAccountKeys *out, CitizVault *vault, guint64 number)
{
  g_autoptr (CitizSecret) device
      = citiz_vault_derive (vault, CITIZ_DOMAIN_KEY_PSEUDONYM, 2 * number);
  g_autoptr (CitizSecret) recovery
      = citiz_vault_derive (vault, CITIZ_DOMAIN_KEY_PSEUDONYM, 2 * number + 1);
  g_autoptr (CitizSigningKey) recovery_key = citiz_signing_key_new_from_seed (recovery);

  out->key = citiz_signing_key_new_from_seed (device);
  out->recovery = *citiz_signing_key_get_public (recovery_key);
}

void
citiz_account_keys_clear (CitizAccountKeys *keys)
{
  g_clear_pointer (&keys->key, citiz_signing_key_unref);
}

/* Puts the account's registration in front of what it will say, unless the ledger knows it already. */
void
citiz_engine_add_account (CitizEngine *engine, CitizAccountKeys *account, GPtrArray *txs)
{
  citiz_chain_add_register (engine->chain, txs, account->key, &account->recovery, &account->id);
}

static CitizEntry *
describe_entry (CitizChain *chain, const CitizHash *id, GError **error)
{
  g_autoptr (CitizEntry) entry = g_object_new (CITIZ_TYPE_ENTRY, NULL);
  CitizTxPath path = {0};

  if (!citiz_chain_path (chain, id, &path, error))
    return NULL;
  entry->tx = citiz_hash_to_hex (id);
  entry->type
      = g_strdup (citiz_chain_is_renewal (chain, &path.info) ? "grant_renew"
                                                             : citiz_tx_type_name (path.info.type));
  entry->height = path.info.height;
  entry->when = path.info.time;
  entry->proof_hashes = path.proof.n;
  entry->n_votes = path.n_votes;
  for (guint i = 0; i < CITIZ_N_STEPS; i++)
    {
      entry->state[i] = path.done[i] ? CITIZ_STEP_DONE : CITIZ_STEP_FAILED;
      entry->at[i] = path.when[i];
    }
  citiz_tx_path_clear (&path);
  return g_steal_pointer (&entry);
}

static CitizBlockRow *
describe_block (const CitizBlockInfo *info)
{
  CitizBlockRow *row = g_object_new (CITIZ_TYPE_BLOCK_ROW, NULL);

  row->height = info->height;
  row->time = info->time;
  row->hash = citiz_hash_to_hex (&info->hash);
  row->n_entries = info->n_tx;
  return row;
}

/**
 * citiz_engine_list_blocks:
 * @blocks: filled with #CitizBlockRow, oldest first
 * @entries: filled with #CitizEntry, newest first
 *
 * The newest blocks and the way of each of their entries, every step checked again against the stored bytes.
 */
gboolean
citiz_engine_list_blocks (CitizEngine *engine,
                          GPtrArray *blocks,
                          GPtrArray *entries,
                          GError **error)
{
  guint64 height = citiz_chain_height (engine->chain);
  guint64 first = height > BLOCKS_SHOWN ? height - BLOCKS_SHOWN + 1 : 1;
  g_autoptr (GPtrArray) infos = NULL;

  if (height == 0)
    return TRUE;
  infos = citiz_chain_blocks (engine->chain, first, BLOCKS_SHOWN, error);
  if (infos == NULL)
    return FALSE;
  for (guint i = 0; i < infos->len; i++)
    {
      const CitizBlockInfo *info = g_ptr_array_index (infos, i);
      g_autoptr (GPtrArray) txs = citiz_chain_txs_of_block (engine->chain, info->height, error);

      if (txs == NULL)
        return FALSE;
      g_ptr_array_add (blocks, describe_block (info));
      ((CitizBlockRow *) blocks->pdata[i])->n_mine = info->n_tx; /* all are the person's */
      for (guint j = 0; j < txs->len; j++)
        {
          const CitizTxInfo *tx = g_ptr_array_index (txs, j);
          CitizEntry *entry = describe_entry (engine->chain, &tx->id, error);

          if (entry == NULL)
            return FALSE;
          g_ptr_array_insert (entries, 0, entry);
        }
    }
  return TRUE;
}

/* --- the community's ledger --- */

/**
 * citiz_engine_list_shared_blocks:
 *
 * Returns: (transfer full): #CitizBlockRow, oldest first; none while one's own copy has none or cannot be read
 */
GListStore *
citiz_engine_list_shared_blocks (CitizEngine *engine)
{
  CitizChain *chain = citiz_community_get_chain (engine->community);
  const guint64 height = citiz_chain_height (chain);
  const guint64 first = height > SHARED_BLOCKS_SHOWN ? height - SHARED_BLOCKS_SHOWN + 1 : 1;
  g_autoptr (GPtrArray) infos = citiz_chain_blocks (chain, first, SHARED_BLOCKS_SHOWN, NULL);
  GListStore *blocks = g_list_store_new (CITIZ_TYPE_BLOCK_ROW);

  for (guint i = 0; infos != NULL && i < infos->len; i++)
    {
      g_autoptr (CitizBlockRow) row = describe_block (infos->pdata[i]);

      g_list_store_append (blocks, row);
    }
  return blocks;
}

/* In the outbox: entered and signed, and that is all that can be said. */
static CitizEntry *
describe_waiting (const CitizEnv *env, const CitizTx *tx)
{
  CitizEntry *entry = g_object_new (CITIZ_TYPE_ENTRY, NULL);

  entry->tx = citiz_hash_to_hex (citiz_tx_get_id (tx));
  entry->type = g_strdup (citiz_tx_type_name (tx->type));
  entry->when = citiz_env_now (env);
  entry->community = TRUE;
  entry->state[CITIZ_STEP_ENTERED] = entry->state[CITIZ_STEP_SIGNED] = CITIZ_STEP_DONE;
  entry->state[CITIZ_STEP_BLOCK] = CITIZ_STEP_NOW;
  return entry;
}

static void
add_shared (CitizChain *chain, const CitizHash *id, const gchar *type, GPtrArray *entries)
{
  CitizEntry *entry = describe_entry (chain, id, NULL);

  if (entry == NULL)
    return;
  entry->community = TRUE;
  if (type != NULL)
    {
      g_free (entry->type);
      entry->type = g_strdup (type);
    }
  g_ptr_array_add (entries, entry);
}

typedef struct
{
  CitizChain *chain;
  GPtrArray *entries;
} GrantWalk;

/* All that the community's ledger says of one access. */
static gboolean
list_grant_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  GrantWalk *walk = data;
  g_autoptr (GPtrArray) txs = citiz_chain_txs_of_grant (walk->chain, id, NULL);

  for (guint i = 0; txs != NULL && i < txs->len; i++)
    add_shared (walk->chain, &((CitizTxInfo *) txs->pdata[i])->id, NULL, walk->entries);
  return TRUE;
}

static gint
newest_entry_first (gconstpointer a, gconstpointer b)
{
  const CitizEntry *x = *(CitizEntry *const *) a, *y = *(CitizEntry *const *) b;

  return x->when.ms > y->when.ms ? -1 : x->when.ms < y->when.ms;
}

/**
 * citiz_engine_list_shared_entries:
 * @entries: #CitizEntry, newest first; those on the community's ledger come in between
 *
 * Each step is checked again against one's own copy.
 */
void
citiz_engine_list_shared_entries (CitizEngine *engine, GPtrArray *entries)
{
  g_autoptr (GPtrArray) waiting = NULL;
  CitizCommittedHead head;
  GrantWalk walk;

  if (engine->community == NULL || engine->vault == NULL)
    return;
  waiting = citiz_outbox_list (citiz_community_get_outbox (engine->community));
  for (guint i = 0; i < waiting->len; i++)
    g_ptr_array_add (entries, describe_waiting (engine->env, waiting->pdata[i]));
  walk = (GrantWalk){citiz_community_get_chain (engine->community), entries};
  if (!citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, list_grant_cb, &walk, NULL, NULL))
    g_debug ("not every access could be listed");
  citiz_community_get_committed (engine->community, &head);
  if (head.height > 0)
    add_shared (walk.chain, &head.tx, "commit_head", entries);
  g_ptr_array_sort (entries, newest_entry_first);
}

typedef struct
{
  GPtrArray *blocks, *entries;
} Ledger;

static void
ledger_free (gpointer data)
{
  Ledger *ledger = data;

  g_ptr_array_unref (ledger->blocks);
  g_ptr_array_unref (ledger->entries);
  g_free (ledger);
}

static void
adopt_ledger (CitizSession *session, gpointer data)
{
  const Ledger *ledger = data;

  citiz_session_adopt_blocks (session, ledger->blocks, ledger->entries);
}

static gboolean
list_ledger_cb (gpointer data)
{
  CitizEngine *engine = data;
  g_autoptr (GError) error = NULL;
  Ledger *ledger;

  engine->ledger_due = FALSE;
  if (engine->chain == NULL)
    return G_SOURCE_REMOVE;
  ledger = g_new0 (Ledger, 1);
  ledger->blocks = g_ptr_array_new_with_free_func (g_object_unref);
  ledger->entries = g_ptr_array_new_with_free_func (g_object_unref);
  if (citiz_engine_list_blocks (engine, ledger->blocks, ledger->entries, &error))
    {
      citiz_engine_list_shared_entries (engine, ledger->entries);
      citiz_engine_tell_session (engine, adopt_ledger, ledger, ledger_free);
    }
  else
    {
      g_warning ("the ledger could not be listed: %s", error->message);
      ledger_free (ledger);
    }
  return G_SOURCE_REMOVE;
}

/* After a block: the window's lists are made anew from the disk, once the job at hand is answered. */
void
citiz_engine_tell_ledger (CitizEngine *engine)
{
  citiz_engine_head_moved (engine);
  if (engine->ledger_due)
    return;
  engine->ledger_due = TRUE;
  citiz_engine_do (engine, list_ledger_cb, engine);
}

static void
append_hash (GString *text, const gchar *name, const CitizHash *hash)
{
  g_autofree gchar *hex = citiz_hash_to_hex (hash);
  g_string_append_printf (text, "%s %s\n", name, hex);
}

/**
 * citiz_engine_proof:
 *
 * The proof of one entry as text that another program can check: the transaction, its place in the log, the hashes up to the
 * root (RFC 9162 §2.1.3), the header that carries the root, and the checkpoint.
 */
gboolean
citiz_engine_proof (CitizEngine *engine, const gchar *tx, gchar **out_text, GError **error)
{
  g_autoptr (GString) text = g_string_new ("citiz-proof v1\n");
  g_autofree gchar *checkpoint = NULL;
  g_autofree gchar *bytes_text = NULL;
  g_autofree gchar *header_text = NULL;
  guint8 header[CITIZ_HEADER_SIZE];
  CitizTxPath path = {0};
  CitizChain *chain;
  GBytes *bytes;
  CitizHash id;

  if (!citiz_hash_from_hex (&id, tx))
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND,
                   "not the name of an entry");
      return FALSE;
    }
  chain = engine->chain;
  if (!citiz_chain_path (chain, &id, &path, NULL) && engine->community != NULL)
    chain = citiz_community_get_chain (engine->community);
  if (!path.done[CITIZ_STEP_ENTERED] && !citiz_chain_path (chain, &id, &path, error))
    return FALSE;
  bytes = citiz_tx_get_bytes (path.info.tx);
  bytes_text = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  citiz_block_header_encode (&path.header, header);
  header_text = g_base64_encode (header, sizeof header);
  append_hash (text, "entry", &id);
  g_string_append_printf (text,
                          "bytes %s\nindex %" G_GUINT64_FORMAT "\nsize %" G_GUINT64_FORMAT "\n",
                          bytes_text, path.info.log_index, path.header.log_size);
  for (guint i = 0; i < path.proof.n; i++)
    append_hash (text, "path", &path.proof.hashes[i]);
  append_hash (text, "root", &path.header.log_root);
  checkpoint = citiz_chain_checkpoint (chain);
  g_string_append_printf (text, "header %s\n\n%s", header_text, checkpoint);
  citiz_tx_path_clear (&path);
  *out_text = g_string_free (g_steal_pointer (&text), FALSE);
  return TRUE;
}
