/* A page of the window by itself, with the sample record or an empty one. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "ui-wait.h"

CitizSession *sample (void);
/* What a person meets who has noted nothing yet. */
CitizSession *empty (void);
/* Takes @resource. @base: (nullable): of the entry that is corrected */
CitizId save (CitizSession *session, const CitizId *base, json_t *resource);
CitizItem *item_of (const gchar *text, guint8 id, guint32 batch);

void settle (void);
typedef gboolean (*Visit) (GtkWidget *widget, gpointer data);
/* Stops at the first that @visit takes. Returns: whether there was one */
gboolean walk (GtkWidget *widget, Visit visit, gpointer data);
/* The words of a label, wherever it is. */
gboolean shows (GtkWidget *page, const gchar *text);
/* For walk(): the words in @data, of a label in sight. */
gboolean is_shown_text (GtkWidget *widget, gpointer data);
