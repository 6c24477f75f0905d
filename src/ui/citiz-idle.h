/* Locks the record when nobody has touched the window for a while. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _CitizSession CitizSession;
typedef struct _CitizIdle CitizIdle;

CitizIdle *citiz_idle_new (GtkWidget *window, CitizSession *session);
/* One step of the count, which the clock does by itself: ten seconds. Takes a CitizIdle; always TRUE. */
gboolean citiz_idle_step (gpointer self);
void citiz_idle_free (CitizIdle *self);

G_END_DECLS
