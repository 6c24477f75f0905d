/* Tells ThreadSanitizer what it cannot see: GLib is not built with it and locks with futexes of its own. Preloaded by build-aux/sanitize;
 * each function calls GLib's and marks that what came before it in one thread comes before what follows in the other.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define REAL(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

void
g_mutex_lock (GMutex *mutex)
{
  REAL (g_mutex_lock) (mutex);
  __tsan_acquire (mutex);
}

void
g_mutex_unlock (GMutex *mutex)
{
  __tsan_release (mutex);
  REAL (g_mutex_unlock) (mutex);
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  __tsan_release (mutex);
  REAL (g_cond_wait) (cond, mutex);
  __tsan_acquire (mutex);
}

/* Who lets go last sees what all others did before they let go. */
void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  __tsan_release (box);
  __tsan_acquire (box);
  REAL (g_atomic_rc_box_release_full) (box, clear);
}

typedef struct
{
  GSourceFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Call;

static gboolean
call_cb (gpointer data)
{
  Call *call = data;

  __tsan_acquire (call);
  return call->func (call->data);
}

static void
call_free (gpointer data)
{
  Call *call = data;

  __tsan_acquire (call);
  if (call->destroy != NULL)
    call->destroy (call->data);
  g_free (call);
}

/* Only sources whose callback is a plain GSourceFunc. */
void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  Call *call;

  if (source->source_funcs != &g_idle_funcs && source->source_funcs != &g_timeout_funcs)
    {
      REAL (g_source_set_callback) (source, func, data, destroy);
      return;
    }
  call = g_new (Call, 1);
  *call = (Call){func, data, destroy};
  REAL (g_source_set_callback) (source, call_cb, call, call_free);
  __tsan_release (call);
}

typedef struct
{
  GFunc func;
  gpointer data;
} Pool;

static void
pool_cb (gpointer item, gpointer data)
{
  Pool *pool = data;

  __tsan_acquire (pool);
  pool->func (item, pool->data);
  __tsan_release (pool);
}

/* The few pools of a program are not counted again. */
GThreadPool *
g_thread_pool_new (GFunc func, gpointer data, gint max, gboolean exclusive, GError **error)
{
  Pool *pool = g_new (Pool, 1);

  *pool = (Pool){func, data};
  return REAL (g_thread_pool_new) (pool_cb, pool, max, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error)
{
  __tsan_release (pool->user_data);
  return REAL (g_thread_pool_push) (pool, data, error);
}

void
g_thread_pool_free (GThreadPool *pool, gboolean now, gboolean wait)
{
  gpointer ours = pool->user_data;

  REAL (g_thread_pool_free) (pool, now, wait);
  if (wait)
    __tsan_acquire (ours);
}
