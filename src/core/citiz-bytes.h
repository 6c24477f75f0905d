/* Reading and writing bytes within bounds. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A reader over bytes it does not own. Every take_* either advances and returns TRUE, or leaves the cursor
 * failed and returns FALSE; once failed it stays failed, so a decoder may check once at its end. */
typedef struct
{
  const guint8 *p;
  gsize n;
  gboolean failed;
} CitizCursor;

CitizCursor citiz_cursor (const guint8 *bytes, gsize n);
gboolean citiz_take_u8 (CitizCursor *cursor, guint8 *out);
gboolean citiz_take_u16 (CitizCursor *cursor, guint16 *out);
gboolean citiz_take_u32 (CitizCursor *cursor, guint32 *out);
gboolean citiz_take_u64 (CitizCursor *cursor, guint64 *out);
gboolean citiz_take_bytes (CitizCursor *cursor, guint8 *out, gsize n);
const guint8 *citiz_take_view (CitizCursor *cursor, gsize n);
gboolean citiz_cursor_done (const CitizCursor *cursor) G_GNUC_WARN_UNUSED_RESULT;

/* Writers append big-endian to a GByteArray. */
void citiz_put_u8 (GByteArray *out, guint8 value);
void citiz_put_u16 (GByteArray *out, guint16 value);
void citiz_put_u32 (GByteArray *out, guint32 value);
void citiz_put_u64 (GByteArray *out, guint64 value);
void citiz_put_bytes (GByteArray *out, const guint8 *bytes, gsize n);

G_END_DECLS
