/* Signatures checked by two threads while a third goes on. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-check-pool.h"

#define BUNDLE      32 /* checks handed over at once: a millisecond or two of work */
#define MAX_PENDING 32 /* bundles under way before the adding thread waits */

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

static void
run_bundle_cb (gpointer data, gpointer user_data)
{
  CitizCheckPool *pool = user_data;
  Bundle *bundle = data;
  const Check *bad = NULL;

  for (guint i = 0; i < bundle->n && bad == NULL; i++)
    {
      const Check *check = &bundle->checks[i];
      if (!citiz_verify (&check->signature, check->domain, bundle->bytes->data + check->offset,
                         check->n, &check->key))
        bad = check;
    }

  g_mutex_lock (&pool->mutex);
  if (bad != NULL && (!pool->failed || bad->tag < pool->failed_tag))
    {
      pool->failed = TRUE;
      pool->failed_tag = bad->tag;
    }
  pool->pending--;
  g_cond_signal (&pool->cond);
  g_mutex_unlock (&pool->mutex);
  bundle_free (bundle);
}

CitizCheckPool *
citiz_check_pool_new (guint n_threads)
{
  CitizCheckPool *pool = g_new0 (CitizCheckPool, 1);

  g_mutex_init (&pool->mutex);
  g_cond_init (&pool->cond);
  pool->threads = g_thread_pool_new (run_bundle_cb, pool, (gint) n_threads, FALSE, NULL);
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
 * citiz_check_pool_add:
 * @tag: what to be told if it is false
 *
 * Copies what it needs. Waits when the threads are far behind, so memory stays bounded.
 */
void
citiz_check_pool_add (CitizCheckPool *pool,
                      guint64 tag,
                      CitizDomain domain,
                      const guint8 *bytes,
                      gsize n,
                      const CitizSignature *signature,
                      const CitizPublicKey *key)
{
  Bundle *bundle = pool->filling;

  bundle->checks[bundle->n++] = (Check){tag, domain, bundle->bytes->len, n, *signature, *key};
  g_byte_array_append (bundle->bytes, bytes, (guint) n);
  pool->n_added++;
  if (bundle->n == BUNDLE)
    citiz_check_pool_flush (pool);
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
 * Waits for all that was added.
 *
 * Returns: %TRUE if every signature was good; else the smallest tag of a false one is in @out_tag
 */
gboolean
citiz_check_pool_finish (CitizCheckPool *pool, guint64 *out_tag)
{
  citiz_check_pool_flush (pool);
  wait_below (pool, 1);
  return !citiz_check_pool_failed (pool, out_tag);
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
