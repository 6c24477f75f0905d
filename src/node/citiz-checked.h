/* Signatures that were found good, so that none is verified twice. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-ledger.h"

G_BEGIN_DECLS

typedef struct _CitizChecked CitizChecked;

CitizChecked *citiz_checked_new (void);
void citiz_checked_free (CitizChecked *checked);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizChecked, citiz_checked_free)

/* Whether this very check was good. */
gboolean citiz_checked_knows (const CitizChecked *checked,
                              CitizDomain domain,
                              const guint8 *bytes,
                              gsize n,
                              const CitizSignature *signature,
                              const CitizPublicKey *key);

/* A CitizCheckFunc; @checked is its data. */
gboolean citiz_checked_check (gpointer checked,
                              CitizDomain domain,
                              const guint8 *bytes,
                              gsize n,
                              const CitizSignature *signature,
                              const CitizPublicKey *key);

G_END_DECLS
