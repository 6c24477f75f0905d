/* The computer goes to sleep only once the record's keys are gone from its memory. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

G_BEGIN_DECLS

typedef struct _CitizSleep CitizSleep;

/* @bus: the system's. Asks logind for a delay and keeps it until citiz_sleep_free(); without logind nothing happens. */
CitizSleep *citiz_sleep_new (GDBusConnection *bus, CitizSession *session);
void citiz_sleep_free (CitizSleep *self);

G_END_DECLS
