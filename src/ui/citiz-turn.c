/* A window left open does not go on showing yesterday, nor the morning's doses in the evening. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-turn.h"

#include "core/citiz-env.h"
#include "ui/citiz-today-parts.h"
#include "ui/citiz-window-private.h"

#define STEP_SECONDS 10 /* a timer to the hour itself would be late after a sleep of the computer */

struct _CitizTurn
{
  CitizWindow *window;
  CitizSession *session;
  guint source;
  gint64 part; /* the one that the page in sight was filled in */
};

static gint64
part_of (CitizSession *session)
{
  const CitizTime now = citiz_session_now (session);
  const gint offset = citiz_env_offset_minutes (now);
  const gint32 day = citiz_day_of (now.ms, offset);
  const gint64 minute = (now.ms + offset * CITIZ_MINUTE - day * CITIZ_DAY) / CITIZ_MINUTE;

  return (gint64) day * 24 * 60 + citiz_day_turn ((gint) minute);
}

gboolean
citiz_turn_step (gpointer data)
{
  CitizTurn *self = data;
  const gint64 part = part_of (self->session);
  CitizPage *page = _citiz_window_get_page (self->window);

  if (part != self->part && page != NULL) /* the others are filled when they are shown */
    citiz_page_refresh (page);
  self->part = part;
  return G_SOURCE_CONTINUE;
}

CitizTurn *
citiz_turn_new (CitizWindow *window, CitizSession *session)
{
  CitizTurn *self = g_new0 (CitizTurn, 1);

  self->window = window;
  self->session = g_object_ref (session);
  self->part = part_of (session);
  self->source = g_timeout_add_seconds (STEP_SECONDS, citiz_turn_step, self);
  return self;
}

void
citiz_turn_free (CitizTurn *self)
{
  g_source_remove (self->source);
  g_object_unref (self->session);
  g_free (self);
}
