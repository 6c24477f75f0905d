/* The emergency access: code, link, spoken code, who opened, what they see, revoke. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-page.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_EMERGENCY_PAGE (citiz_emergency_page_get_type ())
G_DECLARE_FINAL_TYPE (CitizEmergencyPage, citiz_emergency_page, CITIZ, EMERGENCY_PAGE, AdwBin)

GtkWidget *citiz_emergency_page_new (CitizSession *session);

/* The one press: gives an access of 24 hours unless one is live or on its way. */
void citiz_emergency_page_press (CitizEmergencyPage *self);

/* Name of the state shown: "calm" "sending" "live" "failed" "ended". */
const gchar *citiz_emergency_page_get_state (CitizEmergencyPage *self);

G_END_DECLS
