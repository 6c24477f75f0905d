/* Shows a sealed document: a picture in place, a PDF through the viewer of the system after one press. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_DOCUMENT_VIEW (citiz_document_view_get_type ())
G_DECLARE_FINAL_TYPE (CitizDocumentView, citiz_document_view, CITIZ, DOCUMENT_VIEW, AdwBin)

GtkWidget *citiz_document_view_new (CitizSession *session, const CitizId *id);

G_END_DECLS
