/* Signatures of blocks that came in, checked while nobody waits for them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-check-ahead.h"

#include "crypto/citiz-hash.h"

#include <sys/resource.h>

#define MAX_PENDING 4096 /* transactions under way; what is offered beyond them is left for later */
#define MAX_GOOD    1000000 /* blocks that are remembered, 32 bytes each */
#define STEP_BACK   10      /* who goes on meanwhile is served first */

struct _CitizCheckAhead
{
  GThreadPool *threads; /* of Job */
  GMutex mutex;
  GCond cond;
  guint pending;    /* transactions */
  gboolean gently;  /* nobody waits for what is under way */
  gboolean stopped; /* what is left is let go of */
  GHashTable *jobs; /* names of blocks under way */
  GHashTable *good; /* names of blocks */
};

/* The transactions of one block, and who has to have signed each. */
typedef struct
{
  CitizHash name;
  GPtrArray *txs;
  CitizPublicKey *keys;
} Job;

/* Of the block with these very transactions: its own hash covers only what they have to be, which nobody has looked at before it is executed. Those that were are offered gently. */
static void
name_of (CitizHash *out, const CitizCheckAhead *ahead, const CitizBlock *block)
{
  CitizSha256 sha;

  if (ahead->gently)
    {
      *out = block->hash;
      return;
    }
  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, block->hash.b, sizeof block->hash.b);
  for (guint i = 0; i < block->txs->len; i++)
    citiz_sha256_update (&sha, citiz_tx_get_id (block->txs->pdata[i])->b, sizeof (CitizHash));
  citiz_sha256_finish (&sha, out);
}

static void
job_free (Job *job)
{
  g_ptr_array_unref (job->txs);
  g_free (job->keys);
  g_free (job);
}

static gboolean
is_signed (const CitizTx *tx, const CitizPublicKey *key)
{
  gsize n;
  const guint8 *vouched = citiz_tx_get_vouched (tx, &n);

  return citiz_tx_verify (tx, key)
         && (!tx->sponsored
             || citiz_verify (&tx->sponsor_signature, CITIZ_DOMAIN_SIGN_SPONSOR, vouched, n,
                              &tx->sponsor));
}

static void
run_cb (gpointer data, gpointer user_data)
{
  CitizCheckAhead *ahead = user_data;
  Job *job = data;
  guint i = 0;

  if (ahead->gently)
    setpriority (PRIO_PROCESS, 0, STEP_BACK); /* of this thread: Linux has one for each */
  while (i < job->txs->len && !g_atomic_int_get (&ahead->stopped)
         && is_signed (job->txs->pdata[i], &job->keys[i]))
    i++;
  g_mutex_lock (&ahead->mutex);
  if (i == job->txs->len && g_hash_table_size (ahead->good) < MAX_GOOD)
    g_hash_table_add (ahead->good, g_memdup2 (&job->name, sizeof job->name));
  g_hash_table_remove (ahead->jobs, &job->name);
  ahead->pending -= job->txs->len;
  g_cond_signal (&ahead->cond);
  g_mutex_unlock (&ahead->mutex);
  job_free (job);
}

/**
 * citiz_check_ahead_new:
 * @gently: for who goes on meanwhile: what is still under way is not waited for, and the threads, which are nobody else's, take what the others leave.
 *   What is offered was executed: its transactions are those of its header. Who asks makes sure of the same of what they ask about.
 */
CitizCheckAhead *
citiz_check_ahead_new (guint n_threads, gboolean gently)
{
  CitizCheckAhead *ahead = g_new0 (CitizCheckAhead, 1);

  g_mutex_init (&ahead->mutex);
  g_cond_init (&ahead->cond);
  ahead->threads = g_thread_pool_new (run_cb, ahead, (gint) n_threads, gently, NULL);
  ahead->gently = gently;
  ahead->jobs = g_hash_table_new (citiz_hash_hash, (GEqualFunc) citiz_hash_equal);
  ahead->good
      = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, g_free, NULL);
  return ahead;
}

/* Returns: (nullable): %NULL when a key is not there */
static Job *
job_new (const CitizBlock *block, const CitizHash *name, const CitizLedger *after)
{
  const guint n = block->txs->len;
  Job *job = g_new (Job, 1);

  *job = (Job){*name, g_ptr_array_new_full (n, (GDestroyNotify) citiz_tx_unref),
               g_new (CitizPublicKey, n)};
  for (guint i = 0; i < n; i++)
    {
      CitizTx *tx = block->txs->pdata[i];

      if (!citiz_ledger_get_signer (after, tx, &job->keys[i]))
        {
          job_free (job);
          return NULL;
        }
      g_ptr_array_add (job->txs, citiz_tx_ref (tx));
    }
  return job;
}

/**
 * citiz_check_ahead_offer:
 * @after: the ledger after @block, or after a later one
 *
 * Keeps references to the transactions, nothing else. Never waits.
 */
void
citiz_check_ahead_offer (CitizCheckAhead *ahead, const CitizBlock *block, const CitizLedger *after)
{
  CitizHash name;
  gboolean room;
  Job *job;

  name_of (&name, ahead, block);
  g_mutex_lock (&ahead->mutex);
  room = ahead->pending < MAX_PENDING && !g_hash_table_contains (ahead->jobs, &name)
         && !g_hash_table_contains (ahead->good, &name);
  g_mutex_unlock (&ahead->mutex);
  if (block->txs->len == 0 || !room || (job = job_new (block, &name, after)) == NULL)
    return;
  g_mutex_lock (&ahead->mutex);
  ahead->pending += job->txs->len;
  g_hash_table_add (ahead->jobs, &job->name);
  g_mutex_unlock (&ahead->mutex);
  g_thread_pool_push (ahead->threads, job, NULL);
}

/**
 * citiz_check_ahead_knows:
 * Waits while they are being looked at, unless that is done gently.
 *
 * Returns: whether each of them was found to be signed, and vouched for by the sponsor it names
 */
gboolean
citiz_check_ahead_knows (CitizCheckAhead *ahead, const CitizBlock *block)
{
  CitizHash name;
  gboolean knows;

  name_of (&name, ahead, block);
  g_mutex_lock (&ahead->mutex);
  while (!ahead->gently && g_hash_table_contains (ahead->jobs, &name))
    g_cond_wait (&ahead->cond, &ahead->mutex);
  knows = g_hash_table_contains (ahead->good, &name);
  g_mutex_unlock (&ahead->mutex);
  return knows;
}

/* What is known of @block will not be asked for again. */
void
citiz_check_ahead_forget (CitizCheckAhead *ahead, const CitizBlock *block)
{
  CitizHash name;

  name_of (&name, ahead, block);
  g_mutex_lock (&ahead->mutex);
  g_hash_table_remove (ahead->good, &name);
  g_mutex_unlock (&ahead->mutex);
}

void
citiz_check_ahead_free (CitizCheckAhead *ahead)
{
  g_atomic_int_set (&ahead->stopped, TRUE);
  g_thread_pool_free (ahead->threads, FALSE, TRUE);
  g_hash_table_unref (ahead->jobs);
  g_hash_table_unref (ahead->good);
  g_mutex_clear (&ahead->mutex);
  g_cond_clear (&ahead->cond);
  g_free (ahead);
}
