/* Columns of whole numbers, cut into planes of bytes that pack well. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Every number is base + step × q; q takes `width` bytes. */
typedef struct
{
  gint64 base;
  guint64 step;
  guint width;
  gdouble bits; /* what the planes will take once packed, about */
} CitizShape;

#define CITIZ_CUTS_MAX 32

/* Bytes before they are packed. At each cut another plane begins: packed with a table of its own. */
typedef struct
{
  GByteArray *bytes;
  guint cuts[CITIZ_CUTS_MAX];
  guint n_cuts;
} CitizPlain;

typedef struct
{
  const guint8 *p, *end;
  gboolean failed;
} CitizReader;

#define CITIZ_DECIMALS_MAX 6
#define CITIZ_DOUBLES      255 /* no number of decimals gives them back */

extern const gdouble citiz_powers_of_ten[CITIZ_DECIMALS_MAX + 1];

guint citiz_fewest_decimals (const gdouble *values, gsize n);
void citiz_scale (const gdouble *values, gsize n, guint decimals, gint64 *out);
gboolean citiz_unscale (const gint64 *values, gsize n, guint decimals, gdouble *out);
CitizShape citiz_shape_of (const gint64 *values, gsize n);
void citiz_plain_byte (CitizPlain *plain, guint byte);
void citiz_plain_put (CitizPlain *plain, guint64 value);
void citiz_plain_column (CitizPlain *plain, const CitizShape *shape, const gint64 *values, gsize n);
guint citiz_reader_byte (CitizReader *reader);
guint64 citiz_reader_take (CitizReader *reader);
gboolean citiz_reader_column (CitizReader *reader, gint64 *values, gsize n);

GBytes *citiz_plain_pack (const CitizPlain *plain, GError **error);
gssize citiz_packed_size (const guint8 *packed, gsize n);
gssize citiz_unpack (guint8 *room, gsize room_n, const guint8 *packed, gsize n);

G_END_DECLS
