/* Toasts whose button takes back what was just done. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* @id was just added: "Undo" takes it out again. */
void citiz_undo_added (GtkWidget *widget,
                       CitizSession *session,
                       const CitizId *id,
                       const gchar *text);
/* Takes an item out and offers to put it back. */
void citiz_undo_remove (GtkWidget *widget,
                        CitizSession *session,
                        const CitizId *id,
                        const gchar *text);
/* @id was just corrected: "Undo" makes the resource as it was (takes a reference) the newest version again. */
void citiz_undo_corrected (GtkWidget *widget,
                           CitizSession *session,
                           const CitizId *id,
                           json_t *before,
                           const gchar *text);
/* Saves a resource (correction of @base when not NULL) and says @text with "Undo". Takes @resource. */
void citiz_undo_save (GtkWidget *widget,
                      CitizSession *session,
                      const CitizId *base,
                      json_t *resource,
                      const gchar *text);
/* Whether what was pressed at @widget (NULL: nowhere), or anywhere in that window, is still being saved so: a second press would write it
 * twice, or upon what is about to change. */
gboolean citiz_undo_is_saving (gpointer widget);

G_END_DECLS
