/* What came of a file that was brought in. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* A box with what was kept and what was not, and a button that takes it back. (transfer floating) */
GtkWidget *citiz_import_report_new (CitizSession *session, const CitizImportReport *report);
/* The same of a file of which nothing was kept, as the person asked or because it could not be. @sentence says why, and what to do. */
GtkWidget *citiz_import_nothing_new (const gchar *name, const gchar *sentence, gboolean asked);

G_END_DECLS
