/* Signatures checked by two threads while a third goes on. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-sign.h"

G_BEGIN_DECLS

/* Checks are taken in bundles; the first one that fails is remembered by its tag, for good. One thread adds. After citiz_check_pool_finish() it may
 * be used again. */
typedef struct _CitizCheckPool CitizCheckPool;

CitizCheckPool *citiz_check_pool_new (void);
void citiz_check_pool_tag (CitizCheckPool *pool, guint64 tag);
void citiz_check_pool_know (CitizCheckPool *pool, gboolean signed_);
gboolean citiz_check_pool_later (gpointer pool,
                                 CitizDomain domain,
                                 const guint8 *bytes,
                                 gsize n,
                                 const CitizSignature *signature,
                                 const CitizPublicKey *key);
void citiz_check_pool_flush (CitizCheckPool *pool);
gboolean citiz_check_pool_failed (CitizCheckPool *pool, guint64 *out_tag);
gboolean citiz_check_pool_finish (CitizCheckPool *pool, guint64 *out_tag) G_GNUC_WARN_UNUSED_RESULT;
guint64 citiz_check_pool_count (const CitizCheckPool *pool);
void citiz_check_pool_free (CitizCheckPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizCheckPool, citiz_check_pool_free)

G_END_DECLS
