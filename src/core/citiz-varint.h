/* Whole numbers in as few bytes as they take: LEB128, signed ones zigzag. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CITIZ_VARINT_MAX 10 /* bytes of the longest */

static inline guint64
citiz_zigzag (gint64 v)
{
  return ((guint64) v << 1) ^ (guint64) (v >> 63);
}

static inline gint64
citiz_unzigzag (guint64 v)
{
  return (gint64) (v >> 1) ^ -(gint64) (v & 1);
}

/* Writes up to CITIZ_VARINT_MAX bytes; returns where the next one goes. */
static inline guint8 *
citiz_write_varint (guint8 *p, guint64 v)
{
  while (v >= 0x80)
    {
      *p++ = (guint8) (v | 0x80);
      v >>= 7;
    }
  *p++ = (guint8) v;
  return p;
}

/* Reads one from [p, end); returns what follows it, or NULL if there is none or it is longer than 64 bits. */
static inline const guint8 *
citiz_read_varint (const guint8 *p, const guint8 *end, guint64 *out)
{
  guint64 value = 0;

  for (guint shift = 0; shift < 64 && p < end; shift += 7)
    {
      guint8 byte = *p++;
      if (shift == 63 && byte > 1)
        return NULL;
      value |= (guint64) (byte & 0x7f) << shift;
      if (byte < 0x80)
        {
          *out = value;
          return p;
        }
    }
  return NULL;
}

G_END_DECLS
