/* The person's goals, and the form that changes them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* What is to be reached (or not passed) of a measure: the record's goal, else the catalogue's, else @otherwise. */
gdouble citiz_goal (const CitizRecord *record, const gchar *measure, gdouble otherwise);
/* Full years, 0 when the birth date is not known. */
gint citiz_person_age (const CitizRecord *record, gint32 today);
/* Opens the form for the goals of movement. */
void citiz_goals_edit (GtkWidget *owner, CitizSession *session);

G_END_DECLS
