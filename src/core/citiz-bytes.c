/* Reading and writing bytes within bounds. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-bytes.h"

#include <string.h>

CitizCursor
citiz_cursor (const guint8 *bytes, gsize n)
{
  return (CitizCursor){.p = bytes, .n = n};
}

/**
 * citiz_take_view:
 *
 * Returns: (transfer none) (nullable): the next @n bytes in place, or %NULL if there are fewer
 */
const guint8 *
citiz_take_view (CitizCursor *cursor, gsize n)
{
  const guint8 *view = cursor->p;

  if (cursor->failed || cursor->n < n)
    {
      cursor->failed = TRUE;
      return NULL;
    }
  cursor->p += n;
  cursor->n -= n;
  return view != NULL ? view : (const guint8 *) "";
}

gboolean
citiz_take_bytes (CitizCursor *cursor, guint8 *out, gsize n)
{
  const guint8 *view = citiz_take_view (cursor, n);

  if (view == NULL)
    return FALSE;
  memcpy (out, view, n);
  return TRUE;
}

static gboolean
take_number (CitizCursor *cursor, gsize n, guint64 *out)
{
  const guint8 *view = citiz_take_view (cursor, n);

  if (view == NULL)
    return FALSE;
  *out = 0;
  for (gsize i = 0; i < n; i++)
    *out = *out << 8 | view[i];
  return TRUE;
}

gboolean
citiz_take_u8 (CitizCursor *cursor, guint8 *out)
{
  return citiz_take_bytes (cursor, out, 1);
}

gboolean
citiz_take_u16 (CitizCursor *cursor, guint16 *out)
{
  guint64 value;

  if (!take_number (cursor, sizeof *out, &value))
    return FALSE;
  *out = (guint16) value;
  return TRUE;
}

gboolean
citiz_take_u32 (CitizCursor *cursor, guint32 *out)
{
  guint64 value;

  if (!take_number (cursor, sizeof *out, &value))
    return FALSE;
  *out = (guint32) value;
  return TRUE;
}

gboolean
citiz_take_u64 (CitizCursor *cursor, guint64 *out)
{
  return take_number (cursor, sizeof *out, out);
}

/**
 * citiz_cursor_done:
 *
 * Returns: %TRUE if nothing failed and no byte is left over
 */
gboolean
citiz_cursor_done (const CitizCursor *cursor)
{
  return !cursor->failed && cursor->n == 0;
}

static void
put_number (GByteArray *out, guint64 value, gsize n)
{
  guint8 bytes[8];

  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) (value >> (8 * (n - 1 - i)));
  g_byte_array_append (out, bytes, (guint) n);
}

void
citiz_put_u8 (GByteArray *out, guint8 value)
{
  put_number (out, value, 1);
}

void
citiz_put_u16 (GByteArray *out, guint16 value)
{
  put_number (out, value, 2);
}

void
citiz_put_u32 (GByteArray *out, guint32 value)
{
  put_number (out, value, 4);
}

void
citiz_put_u64 (GByteArray *out, guint64 value)
{
  put_number (out, value, 8);
}

void
citiz_put_bytes (GByteArray *out, const guint8 *bytes, gsize n)
{
  if (n > 0)
    g_byte_array_append (out, bytes, (guint) n);
}
