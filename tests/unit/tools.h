/* What the tests of many layers need. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-tx.h"

/* The same each time for a number. */
CitizSigningKey *tools_key (guint8 n);
/* The key of the fresh account that is made @number-th. */
CitizSigningKey *tools_device (guint number);
/* The registration of that account, signed by it. @sponsor: (nullable): who will vouch for it, in @epoch */
CitizTx *tools_registration (const CitizHash *chain_id,
                             guint number,
                             CitizTime until,
                             const CitizPublicKey *sponsor,
                             guint64 epoch);
/* For a CitizEnv of one's own. */
void tools_random (gpointer unused, guint8 *out, gsize n);
/* With all that is in it. */
void tools_remove_folder (const gchar *path);

/* Runs the default context until @condition, or so long. Returns: whether it is so */
gboolean tools_tick (gpointer unused);
#define RUN_FOR(seconds, condition)                                                                \
  ({                                                                                               \
    const gint64 end_ = g_get_monotonic_time () + G_USEC_PER_SEC * (gint64) (seconds);             \
    const guint id_ = g_timeout_add (5, tools_tick, NULL);                                         \
    gboolean good_ = (condition);                                                                  \
    while (!good_ && g_get_monotonic_time () < end_)                                               \
      {                                                                                            \
        g_main_context_iteration (NULL, TRUE);                                                     \
        good_ = (condition);                                                                       \
      }                                                                                            \
    g_source_remove (id_);                                                                         \
    good_;                                                                                         \
  })
/* Four minutes only end a hang. */
#define RUN_UNTIL(condition) g_assert_true (RUN_FOR (240, condition))
