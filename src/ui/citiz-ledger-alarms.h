/* What vigilance saw, as rows of the Ledger page, and the evidence of it. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

GtkWidget *citiz_alarm_row_new (CitizSession *session, const CitizAlarmView *alarm);
/* Saves a file that proves itself. */
GtkWidget *citiz_refound_row_new (CitizSession *session, const CitizRefoundView *refound);
GtkWidget *citiz_evidence_row_new (CitizSession *session);

G_END_DECLS
