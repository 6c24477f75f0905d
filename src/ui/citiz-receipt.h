/* Keeps the receipt of an access as a file. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Asks where, then writes the receipt on paper (PDF), or as a FHIR Consent when the name chosen ends in .json. */
void citiz_receipt_save (GtkWidget *widget, CitizSession *session, CitizAccess *access);
/* Asks where, then writes @text; says so in a toast. */
void citiz_text_save (GtkWidget *widget, const gchar *title, const gchar *name, const gchar *text);

G_END_DECLS
