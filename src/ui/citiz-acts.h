/* What is asked for from several places, off the main thread, and answered in the window. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <jansson.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* @widget is what was pressed, or stands for it: the answer comes as a toast of its window, or of the window below once it is gone. */

/* Ends an access at once. A button that was pressed rests until the answer. */
void citiz_act_revoke (GtkWidget *widget, CitizSession *session, const CitizId *access);

/* Keeps a setting. Says something only when it is not kept. Takes @value. */
void citiz_act_set (GtkWidget *widget, CitizSession *session, const gchar *key, json_t *value);

typedef void (*CitizWrittenFunc) (GtkWidget *widget, gboolean written, gpointer data);
/* Writes a file that this person alone may read. @func is not called once @widget is in no window any more.
 * @destroy: (nullable): frees @data in any case */
void citiz_act_write (GtkWidget *widget,
                      GFile *file,
                      GBytes *bytes,
                      CitizWrittenFunc func,
                      gpointer data,
                      GDestroyNotify destroy);

G_END_DECLS
