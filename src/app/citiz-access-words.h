/* Who opened the record and why, in words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* All returned strings are (transfer full) unless const. */
gchar *citiz_opening_title (CitizOpening *opening); /* "Isabelle Fortin, physician" */
/* Opened while the ledger stood still, which has not heard of it yet. */
gboolean citiz_opening_waits (CitizOpening *opening);
/* The note that came with it (nullable), or what the carer's page itself had to tell. */
gchar *citiz_opening_said (CitizOpening *opening);
gchar *citiz_opening_place (CitizOpening *opening); /* "Hôpital …, Québec · emergency treatment" */
const gchar *citiz_opening_name (CitizOpening *opening);
const gchar *citiz_role_text (const gchar *role);
const gchar *citiz_reason_text (const gchar *reason);

G_END_DECLS
