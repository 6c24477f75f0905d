/* What the exports share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-export.h"
#include "app/citiz-series-store.h"

#include <gio/gio.h>

G_BEGIN_DECLS

gchar *citiz_export_fhir (const CitizRecord *record, CitizLanguage language);
void citiz_export_put_documents (CitizRecord *record, CitizVault *vault);

void citiz_export_put_cell (GString *csv, const gchar *text, gboolean last);
gboolean citiz_export_samples (CitizSeriesStore *store,
                               CitizLanguage language,
                               GOutputStream *out,
                               GCancellable *cancellable,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
