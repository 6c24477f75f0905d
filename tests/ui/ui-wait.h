/* Waiting in tests of the window. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

static gboolean
ui_late_cb (gpointer late)
{
  *(gboolean *) late = TRUE;
  return G_SOURCE_CONTINUE;
}

static gboolean
ui_tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @condition holds, the limit ends what hangs. */
#define WAIT_FOR(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gboolean late_ = FALSE;                                                                        \
    guint source_ = g_timeout_add_seconds (240, ui_late_cb, &late_);                               \
    guint tick_ = g_timeout_add (10, ui_tick_cb, NULL);                                            \
    while (!(condition) && !late_)                                                                 \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (tick_);                                                                       \
    g_source_remove (source_);                                                                     \
    g_assert_true (condition);                                                                     \
  }                                                                                                \
  G_STMT_END
