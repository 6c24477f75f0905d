/* Tables that read and write fixed presentation-language structures (RFC 8446 §3). SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-core.h"

G_BEGIN_DECLS

#define CITIZ_WIRE_ERROR (citiz_wire_error_quark ())
typedef enum
{
  CITIZ_WIRE_ERROR_TRUNCATED, /* the bytes end inside a field */
  CITIZ_WIRE_ERROR_TRAILING,  /* bytes are left over */
  CITIZ_WIRE_ERROR_RANGE,     /* a number outside what the field allows */
  CITIZ_WIRE_ERROR_UNKNOWN,   /* an enumeration value nobody defined */
  CITIZ_WIRE_ERROR_LENGTH,    /* a vector shorter or longer than it may be */
  CITIZ_WIRE_ERROR_FORM /* fields that contradict one another, or a second spelling of one value */
} CitizWireError;
GQuark citiz_wire_error_quark (void);

/* Times on the wire: milliseconds, below 2^53 so that a browser reads them exactly. */
#define CITIZ_WIRE_TIME_MAX ((G_GUINT64_CONSTANT (1) << 53) - 1)

typedef enum
{
  CITIZ_FIELD_END = 0,
  CITIZ_FIELD_U8,     /* guint8 */
  CITIZ_FIELD_U16,    /* guint16 */
  CITIZ_FIELD_U32,    /* guint32 */
  CITIZ_FIELD_U64,    /* guint64 */
  CITIZ_FIELD_TIME,   /* CitizTime, as a u64 */
  CITIZ_FIELD_ENUM8,  /* a C enumeration, as a u8; values in @allowed */
  CITIZ_FIELD_ENUM16, /* a C enumeration, as a u16; values in @allowed */
  CITIZ_FIELD_RAW,    /* @size bytes as they are */
  CITIZ_FIELD_OPAQUE, /* u16 length, then @min … @max bytes, kept in place; guint16 length at @count */
  CITIZ_FIELD_LIST /* u16 length in bytes, then @min … @max elements of @size bytes in memory; guint16 at @count */
} CitizFieldKind;

/* One line of a table that ends with CITIZ_FIELD_END. Numbers are refused outside @min … @max. */
typedef struct _CitizField CitizField;
struct _CitizField
{
  CitizFieldKind kind;
  const gchar *name;
  gsize offset;
  guint64 min;
  guint64 max;
  gsize size;
  gsize count;
  const guint16 *allowed; /* zero-terminated */
  const CitizField *elements;
};

#define CITIZ_F_NUM(KIND, T, m, lo, hi)                                                            \
  {                                                                                                \
    .kind = CITIZ_FIELD_##KIND, .name = #m, .offset = G_STRUCT_OFFSET (T, m), .min = (lo),         \
    .max = (hi)                                                                                    \
  }
#define CITIZ_F_U8(T, m, lo, hi)  CITIZ_F_NUM (U8, T, m, lo, hi)
#define CITIZ_F_U16(T, m, lo, hi) CITIZ_F_NUM (U16, T, m, lo, hi)
#define CITIZ_F_U32(T, m, lo, hi) CITIZ_F_NUM (U32, T, m, lo, hi)
#define CITIZ_F_U64(T, m, lo, hi) CITIZ_F_NUM (U64, T, m, lo, hi)
#define CITIZ_F_TIME(T, m)        CITIZ_F_NUM (TIME, T, m, 0, CITIZ_WIRE_TIME_MAX)
#define CITIZ_F_ENUM(KIND, T, m, values)                                                           \
  {                                                                                                \
    .kind = CITIZ_FIELD_##KIND, .name = #m, .offset = G_STRUCT_OFFSET (T, m), .allowed = (values)  \
  }
#define CITIZ_F_RAW(T, m)                                                                          \
  {                                                                                                \
    .kind = CITIZ_FIELD_RAW, .name = #m, .offset = G_STRUCT_OFFSET (T, m),                         \
    .size = sizeof (((T *) NULL)->m)                                                               \
  }
#define CITIZ_F_OPAQUE(T, m, n, lo, hi)                                                            \
  {                                                                                                \
    .kind = CITIZ_FIELD_OPAQUE, .name = #m, .offset = G_STRUCT_OFFSET (T, m), .min = (lo),         \
    .max = (hi), .count = G_STRUCT_OFFSET (T, n)                                                   \
  }
#define CITIZ_F_LIST(T, m, n, table, lo, hi)                                                       \
  {                                                                                                \
    .kind = CITIZ_FIELD_LIST, .name = #m, .offset = G_STRUCT_OFFSET (T, m), .min = (lo),           \
    .max = (hi), .size = sizeof (((T *) NULL)->m[0]), .count = G_STRUCT_OFFSET (T, n),             \
    .elements = (table)                                                                            \
  }
#define CITIZ_F_END                                                                                \
  {                                                                                                \
    .kind = CITIZ_FIELD_END                                                                        \
  }

void citiz_fields_encode (GByteArray *out, const CitizField *table, gconstpointer value);
gboolean citiz_fields_decode (CitizCursor *cursor,
                              const CitizField *table,
                              gpointer value,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_fields_decode_all (const guint8 *bytes,
                                  gsize n,
                                  const CitizField *table,
                                  gpointer value,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_cursor_end (const CitizCursor *cursor, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
