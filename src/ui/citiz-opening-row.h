/* A row for somebody who opened the record, and the dialog it opens. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "ui/citiz-row.h"

G_BEGIN_DECLS

/* @dispute: with the quiet "I do not recognise" button at its end. */
GtkWidget *citiz_opening_row_new (CitizSession *session, CitizOpening *opening, gboolean dispute);

/* Who, from where, why, when, the six words and the entry in the ledger. */
void citiz_opening_show (GtkWidget *parent, CitizSession *session, CitizOpening *opening);

G_END_DECLS
