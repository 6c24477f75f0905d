/* Signatures checked by two threads while a third goes on. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-check-pool.h"

#define BUNDLE      32 /* checks handed over at once: a millisecond or two of work */
#define N_THREADS   2
#define MAX_PENDING 256 /* bundles under way before the adding thread waits: 3 MB */

typedef struct
{
  guint64 tag;
  CitizDomain domain;
  gsize offset;
  gsize n;
  CitizSignature signature;
  CitizPublicKey key;
} Check;

typedef struct
{
  guint n;
  Check checks[BUNDLE];
  GByteArray *bytes;
} Bundle;

struct _CitizCheckPool
{
  GThreadPool *threads;
  Bundle *filling;
  guint64 tag;
  gboolean signed_;
  guint64 n_added;
  GMutex mutex;
  GCond cond;
  guint pending;
  gboolean failed;
  guint64 failed_tag;
};

static Bundle *
bundle_new (void)
{
  Bundle *bundle = g_new (Bundle, 1);

  bundle->n = 0;
  bundle->bytes = g_byte_array_sized_new (BUNDLE * 256);
  return bundle;
}

static void
bundle_free (Bundle *bundle)
{
  g_byte_array_unref (bundle->bytes);
  g_free (bundle);
}

/* Returns: (nullable): the first that is false */
static const Check *
run_bundle (const Bundle *bundle)
{
  for (guint i = 0; i < bundle->n; i++)
    {
      const Check *check = &bundle->checks[i];
      if (!citiz_verify (&check->signature, check->domain, bundle->bytes->data + check->offset,
                         check->n, &check->key))
        return check;
    }
  return NULL;
}

/* With the lock. */
static void
report (CitizCheckPool *pool, const Check *bad)
{
  if (bad == NULL || (pool->failed && bad->tag >= pool->failed_tag))
    return;
  pool->failed = TRUE;
  pool->failed_tag = bad->tag;
}

static void
run_bundle_cb (gpointer data, gpointer user_data)
{
  CitizCheckPool *pool = user_data;
  Bundle *bundle = data;
  const Check *bad = run_bundle (bundle);

  g_mutex_lock (&pool->mutex);
  report (pool, bad);
  pool->pending--;
  g_cond_signal (&pool->cond);
  g_mutex_unlock (&pool->mutex);
  bundle_free (bundle);
}

CitizCheckPool *
citiz_check_pool_new (void)
{
  CitizCheckPool *pool = g_new0 (CitizCheckPool, 1);

  g_mutex_init (&pool->mutex);
  g_cond_init (&pool->cond);
  pool->threads = g_thread_pool_new (run_bundle_cb, pool, N_THREADS, FALSE, NULL);
  pool->filling = bundle_new ();
  return pool;
}

static void
wait_below (CitizCheckPool *pool, guint limit)
{
  g_mutex_lock (&pool->mutex);
  while (pool->pending >= limit)
    g_cond_wait (&pool->cond, &pool->mutex);
  g_mutex_unlock (&pool->mutex);
}

/**
 * citiz_check_pool_flush:
 *
 * Lets the threads begin with what was added last, without waiting for it.
 */
void
citiz_check_pool_flush (CitizCheckPool *pool)
{
  if (pool->filling->n == 0)
    return;
  wait_below (pool, MAX_PENDING);
  g_mutex_lock (&pool->mutex);
  pool->pending++;
  g_mutex_unlock (&pool->mutex);
  g_thread_pool_push (pool->threads, pool->filling, NULL);
  pool->filling = bundle_new ();
}

/**
 * citiz_check_pool_tag:
 * @tag: what to be told if one of those that follow is false
 */
void
citiz_check_pool_tag (CitizCheckPool *pool, guint64 tag)
{
  pool->tag = tag;
}

/**
 * citiz_check_pool_know:
 * @signed_: whether the transactions that follow were found to be signed, and vouched for, before: then what stands under them is counted and not checked again
 */
void
citiz_check_pool_know (CitizCheckPool *pool, gboolean signed_)
{
  pool->signed_ = signed_;
}

/**
 * citiz_check_pool_later:
 * @data: #CitizCheckPool
 *
 * A #CitizCheckFunc: takes every signature for good until citiz_check_pool_finish(). Copies what it needs. Waits when the threads are far
 * behind, so memory stays bounded.
 */
gboolean
citiz_check_pool_later (gpointer data,
                        CitizDomain domain,
                        const guint8 *bytes,
                        gsize n,
                        const CitizSignature *signature,
                        const CitizPublicKey *key)
{
  CitizCheckPool *pool = data;
  Bundle *bundle = pool->filling;

  pool->n_added++;
  if (pool->signed_ && (domain == CITIZ_DOMAIN_SIGN_TX || domain == CITIZ_DOMAIN_SIGN_SPONSOR))
    return TRUE;
  bundle->checks[bundle->n++] = (Check){pool->tag, domain, bundle->bytes->len, n, *signature, *key};
  g_byte_array_append (bundle->bytes, bytes, (guint) n);
  if (bundle->n == BUNDLE)
    citiz_check_pool_flush (pool);
  return TRUE;
}

gboolean
citiz_check_pool_failed (CitizCheckPool *pool, guint64 *out_tag)
{
  gboolean failed;

  g_mutex_lock (&pool->mutex);
  failed = pool->failed;
  *out_tag = pool->failed_tag;
  g_mutex_unlock (&pool->mutex);
  return failed;
}

/**
 * citiz_check_pool_finish:
 *
 * Waits for all that was added. The last of them are checked here, so that a few need no other thread. A pool that has seen a false one goes
 * on saying so, whoever asked first: for other signatures there is another pool.
 *
 * Returns: %TRUE if every signature was good; else the smallest tag of a false one is in @out_tag
 */
gboolean
citiz_check_pool_finish (CitizCheckPool *pool, guint64 *out_tag)
{
  Bundle *last = pool->filling;
  const Check *bad = run_bundle (last);
  gboolean good;

  wait_below (pool, 1);
  g_mutex_lock (&pool->mutex);
  report (pool, bad);
  good = !pool->failed;
  *out_tag = pool->failed_tag;
  g_mutex_unlock (&pool->mutex);
  last->n = 0;
  g_byte_array_set_size (last->bytes, 0);
  return good;
}

guint64
citiz_check_pool_count (const CitizCheckPool *pool)
{
  return pool->n_added;
}

void
citiz_check_pool_free (CitizCheckPool *pool)
{
  g_thread_pool_free (pool->threads, FALSE, TRUE);
  bundle_free (pool->filling);
  g_mutex_clear (&pool->mutex);
  g_cond_clear (&pool->cond);
  g_free (pool);
}
