/* The style sheets of the application. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Styles everything on @display, light or dark and with more contrast as the person's desktop asks for, from now on. Called once. */
void citiz_style_init (GdkDisplay *display);

G_END_DECLS
