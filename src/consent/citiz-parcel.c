/* What the nodes of a committee are handed for one deal. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-parcel.h"
#include "consent/citiz-profile.h"

#include <string.h>

#define VERSION    1
#define ORIGIN_MAX 128

static void
part_free (gpointer data)
{
  CitizParcelPart *part = data;

  g_free (part->origin);
  g_clear_pointer (&part->plain, g_bytes_unref);
  g_clear_pointer (&part->coded, g_bytes_unref);
  g_free (part);
}

static CitizParcel *
parcel_new (void)
{
  CitizParcel *parcel = g_rc_box_new0 (CitizParcel);

  parcel->parts = g_ptr_array_new_with_free_func (part_free);
  return parcel;
}

static void
parcel_clear (gpointer data)
{
  CitizParcel *parcel = data;

  g_clear_pointer (&parcel->capsule, g_bytes_unref);
  g_ptr_array_unref (parcel->parts);
}

CitizParcel *
citiz_parcel_ref (CitizParcel *parcel)
{
  return g_rc_box_acquire (parcel);
}

void
citiz_parcel_unref (CitizParcel *parcel)
{
  g_rc_box_release_full (parcel, parcel_clear);
}

static const gchar *
origin_of (const CitizDealNode *nodes, guint n, const CitizPublicKey *key)
{
  for (guint i = 0; i < n; i++)
    if (citiz_public_key_equal (&nodes[i].key, key))
      return nodes[i].origin;
  return NULL;
}

/**
 * citiz_parcel_new:
 * @nodes: where each node of the committee is reached; others may be among them
 *
 * Returns: (transfer full) (nullable): %NULL with %CITIZ_CONSENT_ERROR_ARGUMENT when a node has no address
 */
CitizParcel *
citiz_parcel_new (const CitizDeal *deal, const CitizDealNode *nodes, guint n_nodes, GError **error)
{
  g_autoptr (CitizParcel) parcel = parcel_new ();

  parcel->grant = deal->body.id;
  parcel->hash = deal->body.capsule;
  parcel->threshold = deal->body.threshold;
  parcel->capsule = g_bytes_ref (deal->capsule);
  for (guint i = 0; i < deal->body.n_committee; i++)
    {
      CitizParcelPart *part = g_new0 (CitizParcelPart, 1);
      const gchar *origin = origin_of (nodes, n_nodes, &deal->body.committee[i].node);

      g_ptr_array_add (parcel->parts, part);
      part->member = deal->body.committee[i];
      if (origin == NULL || strlen (origin) > ORIGIN_MAX)
        {
          g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_ARGUMENT,
                       "a node of the committee has no address");
          return NULL;
        }
      part->origin = g_strdup (origin);
      part->plain = citiz_hand_seal (deal, i, NULL, FALSE, error);
      if (part->plain == NULL)
        return NULL;
    }
  return g_steal_pointer (&parcel);
}

gboolean
citiz_parcel_add_codes (CitizParcel *parcel,
                        const CitizDeal *deal,
                        GPtrArray *codes,
                        GError **error)
{
  for (guint i = 0; i < parcel->parts->len; i++)
    {
      CitizParcelPart *part = parcel->parts->pdata[i];

      g_clear_pointer (&part->coded, g_bytes_unref);
      part->coded = citiz_hand_seal (deal, i, codes->pdata[i], FALSE, error);
      if (part->coded == NULL)
        return FALSE;
    }
  return TRUE;
}

GBytes *
citiz_parcel_body (CitizParcel *parcel, guint i, gboolean coded, gboolean with_capsule)
{
  const CitizParcelPart *part = parcel->parts->pdata[i];
  GBytes *box = coded ? part->coded : part->plain;
  GByteArray *out;

  if (!with_capsule)
    return g_bytes_ref (box);
  out = g_byte_array_new ();
  citiz_put_bytes (out, g_bytes_get_data (box, NULL), g_bytes_get_size (box));
  citiz_put_bytes (out, g_bytes_get_data (parcel->capsule, NULL),
                   g_bytes_get_size (parcel->capsule));
  return g_byte_array_free_to_bytes (out);
}

static void
put_short (GByteArray *out, gconstpointer bytes, gsize n)
{
  citiz_put_u16 (out, (guint16) n);
  if (n > 0)
    citiz_put_bytes (out, bytes, n);
}

static void
put_bytes (GByteArray *out, GBytes *bytes)
{
  if (bytes != NULL)
    put_short (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  else
    put_short (out, NULL, 0);
}

GBytes *
citiz_parcel_encode (CitizParcel *parcel)
{
  GByteArray *out = g_byte_array_new ();

  citiz_put_u8 (out, VERSION);
  citiz_put_bytes (out, parcel->grant.b, sizeof parcel->grant.b);
  citiz_put_bytes (out, parcel->hash.b, sizeof parcel->hash.b);
  citiz_put_u8 (out, parcel->threshold);
  citiz_put_u8 (out, (guint8) parcel->parts->len);
  for (guint i = 0; i < parcel->parts->len; i++)
    {
      const CitizParcelPart *part = parcel->parts->pdata[i];

      citiz_put_bytes (out, part->member.node.b, sizeof part->member.node.b);
      citiz_put_bytes (out, part->member.commitment.b, sizeof part->member.commitment.b);
      put_short (out, part->origin, strlen (part->origin));
      put_bytes (out, part->plain);
      put_bytes (out, part->coded);
    }
  citiz_put_bytes (out, g_bytes_get_data (parcel->capsule, NULL),
                   g_bytes_get_size (parcel->capsule));
  return g_byte_array_free_to_bytes (out);
}

static gboolean
take_short (CitizCursor *cursor, GBytes *whole, GBytes **out)
{
  guint16 n = 0;
  const guint8 *view;

  if (!citiz_take_u16 (cursor, &n))
    return FALSE;
  if (n == 0)
    return TRUE;
  view = citiz_take_view (cursor, n);
  if (view == NULL)
    return FALSE;
  *out = g_bytes_new_from_bytes (whole, (gsize) (view - (guint8 *) g_bytes_get_data (whole, NULL)),
                                 n);
  return TRUE;
}

static gboolean
take_part (CitizCursor *cursor, GBytes *whole, CitizParcelPart *part)
{
  g_autoptr (GBytes) origin = NULL;

  citiz_take_bytes (cursor, part->member.node.b, sizeof part->member.node.b);
  citiz_take_bytes (cursor, part->member.commitment.b, sizeof part->member.commitment.b);
  if (!take_short (cursor, whole, &origin) || origin == NULL
      || g_bytes_get_size (origin) > ORIGIN_MAX)
    return FALSE;
  part->origin = g_strndup (g_bytes_get_data (origin, NULL), g_bytes_get_size (origin));
  return take_short (cursor, whole, &part->plain) && take_short (cursor, whole, &part->coded)
         && part->plain != NULL;
}

static gboolean
take_parcel (GBytes *bytes, CitizParcel *parcel)
{
  CitizCursor cursor = citiz_cursor (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  guint8 version = 0, m = 0;

  citiz_take_u8 (&cursor, &version);
  citiz_take_bytes (&cursor, parcel->grant.b, sizeof parcel->grant.b);
  citiz_take_bytes (&cursor, parcel->hash.b, sizeof parcel->hash.b);
  citiz_take_u8 (&cursor, &parcel->threshold);
  if (!citiz_take_u8 (&cursor, &m) || version != VERSION || m < 1 || m > CITIZ_COMMITTEE_MAX
      || parcel->threshold < 1 || parcel->threshold > m)
    return FALSE;
  for (guint i = 0; i < m; i++)
    {
      CitizParcelPart *part = g_new0 (CitizParcelPart, 1);

      g_ptr_array_add (parcel->parts, part);
      if (!take_part (&cursor, bytes, part))
        return FALSE;
    }
  if (cursor.n == 0)
    return FALSE;
  parcel->capsule = g_bytes_new_from_bytes (bytes, g_bytes_get_size (bytes) - cursor.n, cursor.n);
  return TRUE;
}

CitizParcel *
citiz_parcel_decode (GBytes *bytes, GError **error)
{
  g_autoptr (CitizParcel) parcel = parcel_new ();

  if (take_parcel (bytes, parcel))
    return g_steal_pointer (&parcel);
  g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT, "not a parcel");
  return NULL;
}
