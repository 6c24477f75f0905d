/* The thread that owns the vault, the chain and the node. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "core/citiz-env.h"

G_BEGIN_DECLS

/* One thread with its own main context runs everything that touches the disk or the network, so that there is one writer
 * and no lock. A job has two halves: `work` runs there, `done` runs on the main thread and answers the task. */
typedef struct _CitizEngine CitizEngine;

/* Engine thread. FALSE sets error. */
typedef gboolean (*CitizEngineWork) (CitizEngine *engine,
                                     gpointer data,
                                     GCancellable *cancellable,
                                     GError **error);
/* Main thread, only after work succeeded. Must answer the task. */
typedef void (*CitizEngineDone) (GTask *task, gpointer data);

CitizEngine *citiz_engine_new (const gchar *folder, const CitizEnv *env, gpointer session);
void citiz_engine_free (CitizEngine *engine);
void citiz_engine_post (CitizEngine *engine,
                        GTask *task,
                        CitizEngineWork work,
                        CitizEngineDone done,
                        gpointer data,
                        GDestroyNotify destroy);
void citiz_engine_post_urgent (CitizEngine *engine,
                               GTask *task,
                               CitizEngineWork work,
                               CitizEngineDone done,
                               gpointer data,
                               GDestroyNotify destroy);
/* From the engine thread: runs `func` on the main thread soon, in the order of the calls. */
void citiz_engine_tell (CitizEngine *engine,
                        GSourceFunc func,
                        gpointer data,
                        GDestroyNotify destroy);

G_END_DECLS
