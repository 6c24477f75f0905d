/* Anchoring: each version of the record has a salted commitment; they reach the ledger in batches, at a random moment.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "crypto/citiz-hash.h"
#include "ledger/citiz-ledger.h"

#include <math.h>
#include <string.h>

/* Layout of a CITIZ_CLASS_COMMITMENT object, big-endian (PROTOCOL §4: one root over salted commitments, the salts stay here).
 *   u8 1 | u32 n | n × { u8 class, id 16, u32 version, salt 32, commitment 32 }                     waiting (version 1)
 *   u8 2 | tx 32 | u32 leaves | leaves × hash 32 | u32 n | n × { the same, then u32 leaf }           anchored
 */
#define STATE_WAITING  1
#define STATE_ANCHORED 2
#define MEAN_DELAY_S   600
#define PAUSE_AFTER    256 /* objects of a walk */
#define NAME_SIZE      (1 + 16 + 4)
#define ENTRY_SIZE     (NAME_SIZE + 32 + 32)

static void
put_entry (GByteArray *out,
           const CitizEnv *env,
           CitizObjectClass object_class,
           const CitizId *id,
           guint32 version,
           GBytes *plain)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (plain, &n);
  CitizHash salt, content, commitment;

  citiz_env_random (env, salt.b, sizeof salt.b);
  citiz_sha256 (&content, bytes, n);
  citiz_commitment_leaf (&commitment, &salt, &content);
  citiz_put_u8 (out, (guint8) object_class);
  citiz_put_bytes (out, id->b, sizeof id->b);
  citiz_put_u32 (out, version);
  citiz_put_bytes (out, salt.b, sizeof salt.b);
  citiz_put_bytes (out, commitment.b, sizeof commitment.b);
}

/* Puts @n entries, cut into objects that fit one batch each. */
static gboolean
put_waiting (CitizEngine *engine, const guint8 *entries, guint n, GError **error)
{
  while (n > 0)
    {
      guint part = MIN (n, CITIZ_COMMIT_MAX_LEAVES);
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GBytes) plain = NULL;
      CitizId name = citiz_env_new_id (engine->env);

      citiz_put_u8 (out, STATE_WAITING);
      citiz_put_u32 (out, part);
      citiz_put_bytes (out, entries, (gsize) part * ENTRY_SIZE);
      plain = g_byte_array_free_to_bytes (g_steal_pointer (&out));
      if (!citiz_vault_put (engine->vault, CITIZ_CLASS_COMMITMENT, &name, 1, 0, plain, error))
        return FALSE;
      entries += (gsize) part * ENTRY_SIZE;
      n -= part;
    }
  return TRUE;
}

/**
 * citiz_engine_note_commitment:
 *
 * To be called in the transaction that writes the resource: record and commitment are both there or neither.
 */
gboolean
citiz_engine_note_commitment (CitizEngine *engine,
                              const CitizId *id,
                              guint32 version,
                              GBytes *plain,
                              GError **error)
{
  g_autoptr (GByteArray) entry = g_byte_array_new ();

  put_entry (entry, engine->env, CITIZ_CLASS_RESOURCE, id, version, plain);
  return put_waiting (engine, entry->data, 1, error);
}

/* A damaged object keeps the others neither from being noted nor from being anchored. */
static gboolean
walk_class (CitizEngine *engine,
            CitizObjectClass object_class,
            CitizVaultFunc func,
            gpointer data,
            GError **error)
{
  g_autoptr (GError) own = NULL;

  if (citiz_vault_foreach (engine->vault, object_class, func, data, NULL, &own)
      || g_error_matches (own, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&own));
  return FALSE;
}

typedef struct
{
  CitizVault *vault;
  CitizObjectClass object_class;
  guint32 batch;
  GByteArray *entries;
  guint seen;
} BatchWalk;

static gboolean
commit_to_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  BatchWalk *walk = data;

  if (batch == walk->batch)
    put_entry (walk->entries, citiz_vault_get_env (walk->vault), walk->object_class, id, version,
               plain);
  if (++walk->seen % PAUSE_AFTER == 0)
    citiz_vault_pause (walk->vault);
  return TRUE;
}

/**
 * citiz_engine_commit_to_batch:
 * @entries: gets the commitments of everything that an import wrote: its resources and the chunks of its series
 *
 * Walks over the whole record, with pauses.
 */
gboolean
citiz_engine_commit_to_batch (CitizEngine *engine,
                              guint32 batch,
                              GByteArray *entries,
                              GError **error)
{
  static const CitizObjectClass classes[] = {CITIZ_CLASS_RESOURCE, CITIZ_CLASS_CHUNK};

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      BatchWalk walk = {engine->vault, classes[i], batch, entries, 0};

      if (!walk_class (engine, classes[i], commit_to_cb, &walk, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * citiz_engine_note_batch:
 * @entries: from citiz_engine_commit_to_batch()
 *
 * As citiz_engine_note_commitment(), to be called in the transaction that makes the import count.
 */
gboolean
citiz_engine_note_batch (CitizEngine *engine, const GByteArray *entries, GError **error)
{
  return put_waiting (engine, entries->data, entries->len / ENTRY_SIZE, error);
}

typedef struct
{
  GArray *names;       /* CitizId of the waiting objects */
  GByteArray *entries; /* theirs, one after the other */
  gboolean full;
} Waiting;

static gboolean
collect_waiting_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  Waiting *waiting = data;
  gsize n_bytes;
  const guint8 *bytes = g_bytes_get_data (plain, &n_bytes);
  CitizCursor cursor = citiz_cursor (bytes, n_bytes);
  const guint8 *view;
  guint8 state = 0;
  guint32 n = 0;

  if (!citiz_take_u8 (&cursor, &state) || state != STATE_WAITING || !citiz_take_u32 (&cursor, &n))
    return TRUE;
  if (n > CITIZ_COMMIT_MAX_LEAVES - waiting->entries->len / ENTRY_SIZE)
    {
      waiting->full = TRUE;
      return TRUE;
    }
  view = citiz_take_view (&cursor, (gsize) n * ENTRY_SIZE);
  if (view == NULL)
    return TRUE;
  g_array_append_val (waiting->names, *id);
  citiz_put_bytes (waiting->entries, view, (gsize) n * ENTRY_SIZE);
  return TRUE;
}

/* The leaves: the commitments in a random order, filled up with random ones. */
static CitizHash *
shuffle_leaves (const CitizEnv *env,
                const GByteArray *entries,
                guint n,
                guint n_leaves,
                guint32 *place)
{
  CitizHash *leaves = g_new (CitizHash, n_leaves);
  g_autofree guint32 *order = g_new (guint32, n_leaves);

  citiz_env_random (env, (guint8 *) leaves, n_leaves * sizeof *leaves);
  for (guint i = 0; i < n_leaves; i++)
    order[i] = i;
  for (guint i = n_leaves - 1; i > 0; i--)
    {
      guint j = citiz_random_below (i + 1);
      guint32 other = order[i];
      order[i] = order[j];
      order[j] = other;
    }
  for (guint i = 0; i < n; i++)
    {
      place[i] = order[i];
      memcpy (leaves[place[i]].b, entries->data + (gsize) i * ENTRY_SIZE + NAME_SIZE + 32, 32);
    }
  return leaves;
}

static gboolean
put_anchored (CitizEngine *engine,
              const CitizHash *tx,
              const CitizHash *leaves,
              guint n_leaves,
              const GByteArray *entries,
              const guint32 *place,
              GError **error)
{
  guint n = entries->len / ENTRY_SIZE;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GBytes) plain = NULL;
  CitizId name = citiz_env_new_id (engine->env);

  citiz_put_u8 (out, STATE_ANCHORED);
  citiz_put_bytes (out, tx->b, sizeof tx->b);
  citiz_put_u32 (out, n_leaves);
  citiz_put_bytes (out, (const guint8 *) leaves, n_leaves * sizeof *leaves);
  citiz_put_u32 (out, n);
  for (guint i = 0; i < n; i++)
    {
      citiz_put_bytes (out, entries->data + (gsize) i * ENTRY_SIZE, ENTRY_SIZE);
      citiz_put_u32 (out, place[i]);
    }
  plain = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  return citiz_vault_put (engine->vault, CITIZ_CLASS_COMMITMENT, &name, 1, 0, plain, error);
}

static gboolean
anchor_some (CitizEngine *engine, Waiting *waiting, GError **error)
{
  guint n = waiting->entries->len / ENTRY_SIZE, size = citiz_commitment_size (n);
  g_autofree guint32 *place = g_new (guint32, n);
  g_autofree CitizHash *leaves = NULL;
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  CitizTxBody body = {0};
  const CitizTx *tx;

  body.commit.n_leaves = size;
  leaves = shuffle_leaves (engine->env, waiting->entries, n, size, place);
  citiz_commitment_root (&body.commit.root, leaves, size);
  citiz_engine_add_account (engine, &engine->records, txs);
  citiz_chain_add (engine->chain, txs, CITIZ_TX_COMMIT_RECORDS, &engine->records.id, 0, &body,
                   engine->records.key);
  tx = g_ptr_array_index (txs, txs->len - 1);
  if (!citiz_chain_submit (engine->chain, txs, NULL, error)
      || !put_anchored (engine, citiz_tx_get_id (tx), leaves, size, waiting->entries, place, error))
    return FALSE;
  for (guint i = 0; i < waiting->names->len; i++)
    if (!citiz_vault_delete (engine->vault, CITIZ_CLASS_COMMITMENT,
                             &g_array_index (waiting->names, CitizId, i), error))
      return FALSE;
  return TRUE;
}

/* One batch in one transaction of the database. @out_more: something is still waiting. */
static gboolean
anchor_once (CitizEngine *engine, gboolean *out_more, GError **error)
{
  Waiting waiting = {g_array_new (FALSE, FALSE, sizeof (CitizId)), g_byte_array_new (), FALSE};
  gboolean ok = walk_class (engine, CITIZ_CLASS_COMMITMENT, collect_waiting_cb, &waiting, error);

  if (ok && waiting.names->len > 0)
    {
      ok = citiz_vault_begin (engine->vault, error);
      if (ok && !anchor_some (engine, &waiting, error))
        {
          citiz_vault_rollback (engine->vault);
          ok = FALSE;
        }
      else if (ok)
        ok = citiz_vault_commit (engine->vault, error);
    }
  *out_more = waiting.full && waiting.names->len > 0;
  g_array_unref (waiting.names);
  g_byte_array_unref (waiting.entries);
  return ok;
}

/**
 * citiz_engine_anchor:
 *
 * Puts every commitment that waits on the ledger now.
 */
gboolean
citiz_engine_anchor (CitizEngine *engine, GError **error)
{
  gboolean more;
  guint64 before;

  if (engine->chain == NULL) /* left alone: what waits goes on waiting */
    return TRUE;
  before = citiz_chain_height (engine->chain);
  do
    {
      citiz_vault_pause (engine->vault);
      if (!anchor_once (engine, &more, error))
        return FALSE;
    }
  while (more);
  if (citiz_chain_height (engine->chain) != before)
    citiz_engine_tell_ledger (engine);
  return TRUE;
}

static gboolean
anchor_cb (gpointer data)
{
  CitizEngine *engine = data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&engine->anchor_timer, g_source_unref);
  if (engine->vault != NULL && !citiz_engine_anchor (engine, &error))
    g_warning ("the record could not be anchored now: %s", error->message);
  return G_SOURCE_REMOVE;
}

/**
 * citiz_engine_anchor_later:
 *
 * At a moment drawn from an exponential distribution of mean 10 minutes, so that the ledger does not tell when the person wrote
 * (PROTOCOL §4). What is still waiting when the vault closes is anchored then.
 */
void
citiz_engine_anchor_later (CitizEngine *engine)
{
  guint32 draw;
  gdouble delay;

  if (engine->anchor_timer != NULL)
    return;
  citiz_env_random (engine->env, (guint8 *) &draw, sizeof draw);
  delay = -MEAN_DELAY_S * log ((draw + 1.0) / 4294967296.0);
  engine->anchor_timer = g_timeout_source_new_seconds (1 + (guint) MIN (delay, 6 * MEAN_DELAY_S));
  g_source_set_callback (engine->anchor_timer, anchor_cb, engine, NULL);
  g_source_attach (engine->anchor_timer, engine->context);
}
