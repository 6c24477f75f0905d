/* Apple Health's export.xml to frames. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "importers/citiz-frames.h"
#include "importers/citiz-xml.h"

G_BEGIN_DECLS

typedef struct _CitizApple CitizApple;

/* Sends the file of a route ("workout-routes/…gpx") as a blob. Returns: (transfer full) (nullable): its hex SHA-256 */
typedef gchar *(*CitizAppleRouteFunc) (gpointer data, const gchar *path);

CitizApple *citiz_apple_new (CitizFrameWriter *out,
                             CitizImportFormat format,
                             CitizAppleRouteFunc route,
                             gpointer data);
void citiz_apple_free (CitizApple *apple);
CitizXml *citiz_apple_get_xml (CitizApple *apple);
CitizImportReason citiz_apple_finish (CitizApple *apple, guint64 *stopped_at);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizApple, citiz_apple_free)

G_END_DECLS
