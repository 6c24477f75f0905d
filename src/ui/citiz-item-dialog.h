/* One item of the record, whole: values, source, its chart, its corrections; correct, mark as error, take out. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_ITEM_DIALOG (citiz_item_dialog_get_type ())
G_DECLARE_FINAL_TYPE (CitizItemDialog, citiz_item_dialog, CITIZ, ITEM_DIALOG, AdwWindow)

/* NULL when the record has no such item. */
CitizItemDialog *citiz_item_dialog_new (GtkWidget *owner, CitizSession *session, const CitizId *id);
void citiz_item_dialog_open (GtkWidget *owner, CitizSession *session, const CitizId *id);

G_END_DECLS
