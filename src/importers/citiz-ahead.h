/* A thread that reads ahead: the file is inflated while what came before is parsed. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes read; 0 at the end, -1 when it broke. */
typedef gssize (*CitizAheadFunc) (gpointer data, guint8 *buffer, gsize n);

typedef struct _CitizAhead CitizAhead;

CitizAhead *citiz_ahead_new (void);
void citiz_ahead_free (CitizAhead *ahead);
void citiz_ahead_start (CitizAhead *ahead, CitizAheadFunc func, gpointer data);
gssize citiz_ahead_read (CitizAhead *ahead, guint8 *buffer, gsize n);
void citiz_ahead_stop (CitizAhead *ahead);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizAhead, citiz_ahead_free)

G_END_DECLS
