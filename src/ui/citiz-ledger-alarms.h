/* What vigilance saw, as rows of the Ledger page, and the evidence of it. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

GtkWidget *citiz_alarm_row_new (CitizSession *session, const CitizAlarmView *alarm);
GtkWidget *citiz_refound_row_new (CitizSession *session, const CitizRefoundView *refound);
/* Saves a file that proves itself. @names_access: an access of the person's is named in it, by its number on the ledger */
GtkWidget *citiz_evidence_row_new (CitizSession *session, gboolean names_access);

G_END_DECLS
