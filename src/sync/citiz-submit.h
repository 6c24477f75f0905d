/* Handing transactions to nodes, several at once where several wait. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-client.h"
#include "wire/citiz-tx.h"

G_BEGIN_DECLS

/* How a node answers: @status as of /v1/tx, 0 when it does not; @word: (nullable): why it refuses, letters only */
typedef void (*CitizSubmitFunc) (gpointer data,
                                 const CitizHash *id,
                                 guint round,
                                 guint status,
                                 const gchar *word);

typedef struct _CitizSubmit CitizSubmit;

CitizSubmit *citiz_submit_new (CitizHttpClient *client, CitizSubmitFunc func, gpointer data);
void citiz_submit_add (CitizSubmit *self, const gchar *node, CitizTx *tx, guint round);
void citiz_submit_free (CitizSubmit *self);

G_END_DECLS
