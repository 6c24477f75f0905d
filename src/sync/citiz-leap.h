/* Beginning with the end of the last epoch instead of the first block. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-client.h"
#include "store/citiz-chain.h"

G_BEGIN_DECLS

/* Lives in the main context it was started in, the one that owns the chain. Signals:
 *   "moved"   ()                            citiz_leap_get_progress() or citiz_leap_is_alone() has changed
 *   "refounded" ()                          people ended an epoch: citiz_leap_get_refound(), which waits for citiz_leap_accept_refound()
 *   "doubted" (const gchar *url, GError *)  what this node gave cannot be; the others are asked on
 *   "done"    ()                            the chain has the state at the end of an epoch, or is empty as before: it was not worth it, or no
 *                                           node could give it. Either way it can be followed from now on. */
#define CITIZ_TYPE_LEAP (citiz_leap_get_type ())
G_DECLARE_FINAL_TYPE (CitizLeap, citiz_leap, CITIZ, LEAP, GObject)

CitizLeap *citiz_leap_new (CitizChain *chain);
void citiz_leap_set_nodes (CitizLeap *self, const gchar *const *urls);
void citiz_leap_set_least (CitizLeap *self, guint64 transactions);
void citiz_leap_start (CitizLeap *self);
void citiz_leap_stop (CitizLeap *self);
const CitizRefound *citiz_leap_get_refound (CitizLeap *self, guint *out_old);
const CitizLight *citiz_leap_get_light (CitizLeap *self);
gboolean citiz_leap_accept_refound (CitizLeap *self,
                                    const CitizHash *document,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gdouble citiz_leap_get_progress (CitizLeap *self);
gboolean citiz_leap_is_alone (CitizLeap *self);

G_END_DECLS
