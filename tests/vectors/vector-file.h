/* Reading vector files. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <jansson.h>

json_t *vector_file (const gchar *name);
GBytes *vector_bytes (json_t *object, const gchar *key);
const gchar *vector_text (json_t *object, const gchar *key);
gint64 vector_number (json_t *object, const gchar *key);

#define DATA(bytes) ((const guint8 *) g_bytes_get_data (bytes, NULL))
#define SIZE(bytes) g_bytes_get_size (bytes)
