/* The application: one process, one vault, windows that come and go. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_APPLICATION (citiz_application_get_type ())
G_DECLARE_FINAL_TYPE (CitizApplication, citiz_application, CITIZ, APPLICATION, AdwApplication)

CitizApplication *citiz_application_new (void);

G_END_DECLS
