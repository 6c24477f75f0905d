/* Value types shared by all layers. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 32 bytes that name something by its content (SHA-256). */
typedef struct
{
  guint8 b[32];
} CitizHash;

/* The two languages of everything a person reads. */
typedef enum
{
  CITIZ_LANGUAGE_EN = 0,
  CITIZ_LANGUAGE_FR = 1
} CitizLanguage;

/* 16 random bytes that name something of ours (a sealed object, a grant). */
typedef struct
{
  guint8 b[16];
} CitizId;

/* An instant: milliseconds since 1970-01-01T00:00:00Z. */
typedef struct
{
  gint64 ms;
} CitizTime;

#define CITIZ_SECOND ((gint64) 1000)
#define CITIZ_MINUTE (60 * CITIZ_SECOND)
#define CITIZ_HOUR   (60 * CITIZ_MINUTE)
#define CITIZ_DAY    (24 * CITIZ_HOUR)

gboolean citiz_hash_equal (const CitizHash *a, const CitizHash *b);
guint citiz_hash_hash (gconstpointer hash);
gboolean citiz_hash_is_zero (const CitizHash *hash);
gchar *citiz_hash_to_hex (const CitizHash *hash);
gboolean citiz_hash_from_hex (CitizHash *out, const gchar *hex) G_GNUC_WARN_UNUSED_RESULT;

gboolean citiz_id_equal (const CitizId *a, const CitizId *b);
guint citiz_id_hash (gconstpointer id);
gboolean citiz_id_is_zero (const CitizId *id);
gchar *citiz_id_to_hex (const CitizId *id);
gchar *citiz_id_to_uuid (const CitizId *id);
gboolean citiz_id_from_hex (CitizId *out, const gchar *hex) G_GNUC_WARN_UNUSED_RESULT;

gchar *citiz_hex_encode (const guint8 *bytes, gsize n);
gboolean citiz_hex_decode (guint8 *out, gsize n, const gchar *hex) G_GNUC_WARN_UNUSED_RESULT;
gchar *citiz_base64url_encode (const guint8 *bytes, gsize n);
GBytes *citiz_base64url_decode (const gchar *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
