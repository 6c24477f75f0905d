/* Nodes that were away are asked before a press does without them, and all of them what time it is. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-shared.h"

static gboolean
enough_cb (gpointer data)
{
  CitizEngine *engine = data;

  return citiz_engine_can_share (engine)
         && citiz_watch_knows_time (citiz_community_get_watch (engine->community));
}

/* What is open is told by the time that was heard, before anybody presses on. It may be over on the main thread already: @serial says which one it was. */
static void
tell_over (CitizEngine *engine, guint serial)
{
  citiz_engine_look_at_shared (engine);
  citiz_engine_tell_clock (engine);
  citiz_engine_tell_session (engine, citiz_session_look_over, GUINT_TO_POINTER (serial), NULL);
}

typedef struct
{
  CitizEngine *engine;
  guint serial;
} Look;

static void
looked_cb (GObject *watch, GAsyncResult *result, gpointer data)
{
  g_autofree Look *look = data;

  tell_over (look->engine, look->serial);
}

/**
 * citiz_engine_look_for_nodes:
 * @data: a guint: which look it is
 *
 * Ends as soon as the nodes that answer are enough for an access, and for its date, which may be at once; the session does not wait for long.
 */
gboolean
citiz_engine_look_for_nodes (CitizEngine *engine,
                             gpointer data,
                             GCancellable *cancellable,
                             GError **error)
{
  const guint serial = *(const guint *) data;
  CitizWatch *watch
      = engine->community != NULL ? citiz_community_get_watch (engine->community) : NULL;
  Look *look;

  if (watch == NULL || enough_cb (engine))
    {
      tell_over (engine, serial);
      return TRUE;
    }
  citiz_watch_end_look (watch);
  look = g_new (Look, 1);
  *look = (Look){engine, serial};
  citiz_watch_look_async (watch, enough_cb, engine, looked_cb, look);
  return TRUE;
}
