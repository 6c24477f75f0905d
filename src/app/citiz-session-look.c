/* The session: nodes are asked at once when somebody presses, and not waited for long. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

static void
end_look (CitizSession *self)
{
  g_autoptr (GPtrArray) lookers = g_steal_pointer (&self->lookers);

  self->lookers = g_ptr_array_new_with_free_func (g_object_unref);
  g_clear_handle_id (&self->look_late, g_source_remove);
  for (guint i = 0; i < lookers->len; i++)
    g_task_return_boolean (lookers->pdata[i], TRUE);
}

void
citiz_session_look_over (CitizSession *self, gpointer serial)
{
  if (self->lookers->len > 0 && GPOINTER_TO_UINT (serial) == self->look_serial)
    end_look (self);
}

/* The engine may be in the midst of something long: nobody waits for that either. */
static gboolean
late_cb (gpointer data)
{
  CitizSession *self = data;

  self->look_late = 0;
  end_look (self);
  return G_SOURCE_REMOVE;
}

/**
 * citiz_session_look_at_nodes_async:
 *
 * Those that did not answer when they were last asked may be back since, up to five minutes; and the clock of this computer may be wrong. When too few
 * answer without them, or have said what time it is, all of them are asked at once; it ends when enough answer, when all have, or after a second.
 */
void
citiz_session_look_at_nodes_async (CitizSession *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task
      = citiz_session_task (self, citiz_session_look_at_nodes_async, NULL, callback, data);

  if (self->community == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  g_ptr_array_add (self->lookers, g_steal_pointer (&task));
  if (self->lookers->len > 1)
    return;
  self->look_serial++;
  self->look_late = g_timeout_add (self->look_ms, late_cb, self);
  citiz_engine_post_urgent (self->engine, citiz_session_task (self, late_cb, NULL, NULL, NULL),
                            citiz_engine_look_for_nodes, NULL,
                            g_memdup2 (&self->look_serial, sizeof self->look_serial), g_free);
}

/* For tests: how long at most. */
void
citiz_session_set_look (CitizSession *self, guint ms)
{
  self->look_ms = ms;
}
