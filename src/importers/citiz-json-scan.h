/* A strict walk over JSON text that never builds a tree: checks all of it, tells where values begin and end.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "importers/citiz-xml.h"

G_BEGIN_DECLS

#define CITIZ_JSON_MAX_DEPTH 64

typedef struct
{
  const gchar *p, *end;
  CitizImportReason failed;
} CitizJson;

/* @key is the text between the quotes, as written. Called on each member or element with the value's span. */
typedef gboolean (*CitizJsonFunc) (gpointer data, CitizSlice key, CitizSlice value);

CitizImportReason citiz_json_check (const gchar *text, gsize n, gsize *used);
gboolean citiz_json_members (CitizSlice object, CitizJsonFunc func, gpointer data);
gboolean citiz_json_elements (CitizSlice array, CitizJsonFunc func, gpointer data);
gchar *citiz_json_string (CitizSlice value, gsize max);

G_END_DECLS
