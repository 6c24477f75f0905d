/* Where nodes are and who runs them, as they have told since the founding. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-sign.h"
#include "store/citiz-db.h"

G_BEGIN_DECLS

typedef void (*CitizBookFunc) (gpointer data,
                               const CitizPublicKey *node,
                               const gchar *url,
                               const gchar *operator_);

gboolean citiz_book_store_put (CitizDb *db,
                               const CitizPublicKey *node,
                               const gchar *url,
                               const gchar *operator_,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_book_store_foreach (CitizDb *db, CitizBookFunc func, gpointer data, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
