/* Tables that read and write fixed presentation-language structures (RFC 8446 §3). SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-codec.h"

#include <string.h>

G_DEFINE_QUARK (citiz - wire - error - quark, citiz_wire_error)

static guint
width (CitizFieldKind kind)
{
  switch (kind)
    {
    case CITIZ_FIELD_U8:
    case CITIZ_FIELD_ENUM8:
      return 1;
    case CITIZ_FIELD_U16:
    case CITIZ_FIELD_ENUM16:
      return 2;
    case CITIZ_FIELD_U32:
      return 4;
    case CITIZ_FIELD_U64:
    case CITIZ_FIELD_TIME:
      return 8;
    case CITIZ_FIELD_END:
    case CITIZ_FIELD_RAW:
    case CITIZ_FIELD_OPAQUE:
    case CITIZ_FIELD_LIST:
      break;
    }
  return 0;
}

static guint64
load (const CitizField *field, gconstpointer value)
{
  const guint8 *at = (const guint8 *) value + field->offset;

  switch (field->kind)
    {
    case CITIZ_FIELD_U8:
      return *at;
    case CITIZ_FIELD_U16:
      return *(const guint16 *) (gconstpointer) at;
    case CITIZ_FIELD_U32:
    case CITIZ_FIELD_ENUM8:
    case CITIZ_FIELD_ENUM16:
      return *(const guint32 *) (gconstpointer) at;
    case CITIZ_FIELD_U64:
    case CITIZ_FIELD_TIME:
      return *(const guint64 *) (gconstpointer) at;
    case CITIZ_FIELD_END:
    case CITIZ_FIELD_RAW:
    case CITIZ_FIELD_OPAQUE:
    case CITIZ_FIELD_LIST:
      break;
    }
  return 0;
}

static void
keep (const CitizField *field, gpointer value, guint64 number)
{
  guint8 *at = (guint8 *) value + field->offset;

  switch (field->kind)
    {
    case CITIZ_FIELD_U8:
      *at = (guint8) number;
      break;
    case CITIZ_FIELD_U16:
      *(guint16 *) (gpointer) at = (guint16) number;
      break;
    case CITIZ_FIELD_U32:
    case CITIZ_FIELD_ENUM8:
    case CITIZ_FIELD_ENUM16:
      *(guint32 *) (gpointer) at = (guint32) number;
      break;
    case CITIZ_FIELD_U64:
    case CITIZ_FIELD_TIME:
      *(guint64 *) (gpointer) at = number;
      break;
    case CITIZ_FIELD_END:
    case CITIZ_FIELD_RAW:
    case CITIZ_FIELD_OPAQUE:
    case CITIZ_FIELD_LIST:
      break;
    }
}

static void
put_number (GByteArray *out, guint64 number, guint n)
{
  guint8 bytes[8];

  for (guint i = 0; i < n; i++)
    bytes[i] = (guint8) (number >> (8 * (n - 1 - i)));
  citiz_put_bytes (out, bytes, n);
}

/**
 * citiz_fields_encode:
 * @value: a structure that keeps the table's limits; the caller's contract, not checked here
 *
 * Appends @value as @table describes it.
 */
void
citiz_fields_encode (GByteArray *out, const CitizField *table, gconstpointer value)
{
  const guint8 *base = value;

  for (const CitizField *field = table; field->kind != CITIZ_FIELD_END; field++)
    {
      guint16 count = 0;

      if (field->kind == CITIZ_FIELD_OPAQUE || field->kind == CITIZ_FIELD_LIST)
        count = *(const guint16 *) (gconstpointer) (base + field->count);

      if (field->kind == CITIZ_FIELD_RAW)
        citiz_put_bytes (out, base + field->offset, field->size);
      else if (field->kind == CITIZ_FIELD_OPAQUE)
        {
          citiz_put_u16 (out, count);
          citiz_put_bytes (out, base + field->offset, count);
        }
      else if (field->kind == CITIZ_FIELD_LIST)
        {
          guint at = out->len;
          guint n;

          citiz_put_u16 (out, 0);
          for (guint i = 0; i < count; i++)
            citiz_fields_encode (out, field->elements, base + field->offset + i * field->size);
          n = out->len - at - 2;
          out->data[at] = (guint8) (n >> 8);
          out->data[at + 1] = (guint8) n;
        }
      else
        put_number (out, load (field, value), width (field->kind));
    }
}

static gboolean
refuse (GError **error, CitizWireError code, const CitizField *field, const gchar *what)
{
  g_set_error (error, CITIZ_WIRE_ERROR, code, "%s: %s", field->name, what);
  return FALSE;
}

static gboolean
take_number (CitizCursor *cursor, const CitizField *field, gpointer value, GError **error)
{
  const guint n = width (field->kind);
  const guint8 *view = citiz_take_view (cursor, n);
  guint64 number = 0;

  if (view == NULL)
    return refuse (error, CITIZ_WIRE_ERROR_TRUNCATED, field, "the bytes end here");
  for (guint i = 0; i < n; i++)
    number = number << 8 | view[i];

  if (field->allowed != NULL)
    {
      const guint16 *allowed = field->allowed;
      while (*allowed != 0 && *allowed != number)
        allowed++;
      if (*allowed == 0)
        return refuse (error, CITIZ_WIRE_ERROR_UNKNOWN, field, "not a known value");
    }
  else if (number < field->min || number > field->max)
    return refuse (error, CITIZ_WIRE_ERROR_RANGE, field, "out of range");

  keep (field, value, number);
  return TRUE;
}

static gboolean
take_list (CitizCursor *cursor, const CitizField *field, gpointer value, GError **error)
{
  guint8 *base = value;
  guint16 *count = (guint16 *) (gpointer) (base + field->count);
  guint16 n;
  const guint8 *view;
  CitizCursor inner;

  if (!citiz_take_u16 (cursor, &n) || (view = citiz_take_view (cursor, n)) == NULL)
    return refuse (error, CITIZ_WIRE_ERROR_TRUNCATED, field, "the bytes end here");

  inner = citiz_cursor (view, n);
  for (*count = 0; inner.n > 0; (*count)++)
    {
      if (*count == field->max)
        return refuse (error, CITIZ_WIRE_ERROR_LENGTH, field, "too many elements");
      if (!citiz_fields_decode (&inner, field->elements,
                                base + field->offset + *count * field->size, error))
        return FALSE;
    }
  if (*count < field->min)
    return refuse (error, CITIZ_WIRE_ERROR_LENGTH, field, "too few elements");
  return TRUE;
}

static gboolean
take_opaque (CitizCursor *cursor, const CitizField *field, gpointer value, GError **error)
{
  guint8 *base = value;
  guint16 n;

  if (!citiz_take_u16 (cursor, &n))
    return refuse (error, CITIZ_WIRE_ERROR_TRUNCATED, field, "the bytes end here");
  if (n < field->min || n > field->max)
    return refuse (error, CITIZ_WIRE_ERROR_LENGTH, field, "a length that is not allowed");
  if (!citiz_take_bytes (cursor, base + field->offset, n))
    return refuse (error, CITIZ_WIRE_ERROR_TRUNCATED, field, "the bytes end here");
  *(guint16 *) (gpointer) (base + field->count) = n;
  return TRUE;
}

/**
 * citiz_fields_decode:
 * @value: (out caller-allocates): zeroed by the caller; half filled when this fails
 *
 * Reads one structure. What it accepts, citiz_fields_encode() gives back byte for byte.
 */
gboolean
citiz_fields_decode (CitizCursor *cursor, const CitizField *table, gpointer value, GError **error)
{
  for (const CitizField *field = table; field->kind != CITIZ_FIELD_END; field++)
    {
      gboolean ok;

      if (field->kind == CITIZ_FIELD_RAW)
        {
          ok = citiz_take_bytes (cursor, (guint8 *) value + field->offset, field->size);
          if (!ok)
            refuse (error, CITIZ_WIRE_ERROR_TRUNCATED, field, "the bytes end here");
        }
      else if (field->kind == CITIZ_FIELD_OPAQUE)
        ok = take_opaque (cursor, field, value, error);
      else if (field->kind == CITIZ_FIELD_LIST)
        ok = take_list (cursor, field, value, error);
      else
        ok = take_number (cursor, field, value, error);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

/**
 * citiz_cursor_end:
 *
 * Returns: %TRUE if every byte was read, else an error %CITIZ_WIRE_ERROR_TRAILING
 */
gboolean
citiz_cursor_end (const CitizCursor *cursor, GError **error)
{
  if (citiz_cursor_done (cursor))
    return TRUE;
  g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_TRAILING,
               "%" G_GSIZE_FORMAT " bytes are left over", cursor->n);
  return FALSE;
}

gboolean
citiz_fields_decode_all (const guint8 *bytes,
                         gsize n,
                         const CitizField *table,
                         gpointer value,
                         GError **error)
{
  CitizCursor cursor = citiz_cursor (bytes, n);

  return citiz_fields_decode (&cursor, table, value, error) && citiz_cursor_end (&cursor, error);
}
