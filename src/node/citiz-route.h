/* What the routes of the grants and those of a host share: matching a path, headers of every answer. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-server.h"

G_BEGIN_DECLS

#define CITIZ_ROUTE_STARS 2 /* variable segments of a path */

gboolean citiz_route_match (const gchar *pattern,
                            const gchar *path,
                            gchar *stars[CITIZ_ROUTE_STARS]);
void citiz_route_clear (gchar *stars[CITIZ_ROUTE_STARS]);
void citiz_route_headers (CitizHttpResponse *response);
void citiz_route_preflight (CitizHttpResponse *response, const gchar *methods);

G_END_DECLS
