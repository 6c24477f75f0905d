/* Rows for items of the record; pressed, they open the item. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "ui/citiz-entry-row.h"

G_BEGIN_DECLS

GtkWidget *citiz_item_row_new (CitizSession *session, const CitizItem *item);
/* A result or measure: value, state in words, range bar, trend of the last six. @trend: CitizItem of the same code, oldest first. */
GtkWidget *citiz_result_row_new (CitizSession *session, const CitizItem *item, GPtrArray *trend);
/* Makes any row open the item. */
void citiz_item_row_open_with (GtkWidget *row, CitizSession *session, const CitizItem *item);
/* A row that says nothing is here yet, with a button for it. */
GtkWidget *citiz_empty_row_new (const gchar *sentence, const gchar *button, const gchar *action);

G_END_DECLS
