/* A light client's way over many epochs, on two threads. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-check-light.h"
#include "store/citiz-check-pool.h"

/* Goes on as if every signature were good, until one is known not to be. */
static gboolean
walk (CitizLight *light, GPtrArray *closings, CitizCheckPool *pool, GError **error)
{
  guint64 tag;

  for (guint i = 0; i < closings->len; i++)
    {
      if (citiz_check_pool_failed (pool, &tag))
        return TRUE;
      citiz_check_pool_tag (pool, light->epoch);
      if (!citiz_light_close_with (light, closings->pdata[i], citiz_check_pool_later, pool, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * citiz_check_closings:
 * @closings: (element-type CitizClosing): how one epoch after the other ended, from @light's on
 *
 * As citiz_light_close() for each of them. All or nothing: on %FALSE @light stays.
 */
gboolean
citiz_check_closings (CitizLight *light, GPtrArray *closings, GError **error)
{
  g_autoptr (CitizCheckPool) pool = citiz_check_pool_new ();
  g_autofree CitizLight *ahead = g_memdup2 (light, sizeof *light);
  g_autoptr (GError) why = NULL;
  const gboolean walked = walk (ahead, closings, pool, &why);
  guint64 epoch;

  if (!citiz_check_pool_finish (pool, &epoch))
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT,
                   "a false vote in the certificate that ends epoch %" G_GUINT64_FORMAT, epoch);
      return FALSE;
    }
  if (walked)
    *light = *ahead;
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return walked;
}
