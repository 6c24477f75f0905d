/* Waiting in tests of the window. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

static gboolean
ui_late_cb (gpointer late)
{
  *(gboolean *) late = TRUE;
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @condition holds, at most twenty seconds. */
#define WAIT_FOR(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gboolean late_ = FALSE;                                                                        \
    guint source_ = g_timeout_add_seconds (20, ui_late_cb, &late_);                                \
    while (!(condition) && !late_)                                                                 \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (source_);                                                                     \
    g_assert_true (condition);                                                                     \
  }                                                                                                \
  G_STMT_END
