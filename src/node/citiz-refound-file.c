/* Cards and documents of a new founding, as JSON. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-refound-file.h"

#include "net/citiz-json-strict.h"
#include "wire/citiz-invitation.h"

#include <glib/gi18n.h>
#include <string.h>

#define TEXT_MAX 256

static gboolean
refuse (GError **error, const gchar *why)
{
  g_set_error_literal (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CARD, why);
  return FALSE;
}

static GBytes *
read_bytes (json_t *json, const gchar *key)
{
  const gchar *text = citiz_json_strict_string (json, key, CITIZ_HOST_FILE_MAX);

  return text != NULL ? citiz_base64url_decode (text) : NULL;
}

/* Cards *********************************************************************/

gchar *
citiz_refound_card_encode (const CitizRefoundCard *card)
{
  g_autoptr (GBytes) final = citiz_cert_encode (&card->final);
  guint8 header[CITIZ_HEADER_SIZE];

  citiz_block_header_encode (&card->last, header);
  return citiz_json_line (json_pack (
      "{s:s, s:i, s:I, s:o, s:o, s:o, s:o, s:o, s:s, s:s}", "citiz", "refound-card", "version", 1,
      "ends", (json_int_t) card->ends, "last", citiz_json_base64url (header, sizeof header),
      "final", citiz_json_base64url_bytes (final), "node",
      citiz_json_base64url (card->founder.validator.node.b, 32), "key",
      citiz_json_base64url (card->founder.validator.key.b, 32), "join",
      citiz_json_base64url (card->founder.join.b, 64), "url", card->url, "operator",
      card->operator_));
}

static gboolean
read_card (json_t *json, CitizRefoundCard *card)
{
  g_autoptr (GBytes) final = read_bytes (json, "final");
  const gchar *kind = citiz_json_strict_string (json, "citiz", TEXT_MAX);
  const gchar *url = citiz_json_strict_string (json, "url", TEXT_MAX);
  const gchar *operator_ = citiz_json_strict_string (json, "operator", TEXT_MAX);
  guint8 header[CITIZ_HEADER_SIZE];
  gint64 version, ends;

  if (g_strcmp0 (kind, "refound-card") != 0 || url == NULL || operator_ == NULL || final == NULL
      || !citiz_json_strict_int (json, "version", 1, 1, &version)
      || !citiz_json_strict_int (json, "ends", 0, G_MAXINT64 - 1, &ends)
      || !citiz_json_strict_bytes (json, "last", header, sizeof header)
      || !citiz_json_strict_bytes (json, "node", card->founder.validator.node.b, 32)
      || !citiz_json_strict_bytes (json, "key", card->founder.validator.key.b, 32)
      || !citiz_json_strict_bytes (json, "join", card->founder.join.b, 64)
      || !citiz_block_header_decode (header, sizeof header, &card->last, NULL)
      || !citiz_cert_decode (g_bytes_get_data (final, NULL), g_bytes_get_size (final), &card->final,
                             NULL))
    return FALSE;
  card->ends = (guint64) ends;
  card->url = g_strdup (url);
  card->operator_ = g_strdup (operator_);
  return TRUE;
}

CitizRefoundCard *
citiz_refound_card_decode (const gchar *text, GError **error)
{
  g_autoptr (CitizRefoundCard) card = g_new0 (CitizRefoundCard, 1);
  json_t *json = citiz_json_strict_parse_text (text, error);
  gboolean good;

  if (json == NULL)
    return NULL;
  good = read_card (json, card);
  json_decref (json);
  if (!good)
    refuse (error, N_ ("This is no card of “citiz-node refound card”"));
  else if (!citiz_join_verify (&card->founder, &card->last.chain_id, card->ends + 1))
    refuse (error, N_ ("A card is not signed by its node"));
  else
    return g_steal_pointer (&card);
  return NULL;
}

void
citiz_refound_card_free (CitizRefoundCard *card)
{
  g_free (card->url);
  g_free (card->operator_);
  g_free (card);
}

/* The document **************************************************************/

static gint
by_node (gconstpointer a, gconstpointer b)
{
  const CitizRefoundCard *one = *(CitizRefoundCard *const *) a,
                         *other = *(CitizRefoundCard *const *) b;

  return memcmp (one->founder.validator.node.b, other->founder.validator.node.b, 32);
}

static CitizRefoundFile *
file_new (void)
{
  CitizRefoundFile *file = g_new0 (CitizRefoundFile, 1);

  file->who = citiz_host_community_new ();
  return file;
}

void
citiz_refound_file_free (CitizRefoundFile *file)
{
  citiz_host_community_free (file->who);
  g_free (file);
}

/* The newest of the cards' blocks is what the chain goes on from: what is final anywhere stays. */
static gboolean
take_card (CitizRefound *refound, const CitizRefoundCard *card, GError **error)
{
  CitizHash hash, newest;

  citiz_block_header_hash (&hash, &card->last);
  citiz_block_header_hash (&newest, &refound->last);
  if (refound->n_next > 0
      && (!citiz_hash_equal (&card->last.chain_id, &refound->last.chain_id)
          || card->ends != refound->ends))
    return refuse (error, N_ ("These cards are of different communities, or of different epochs"));
  if (refound->n_next > 0 && card->last.height == refound->last.height
      && !citiz_hash_equal (&hash, &newest))
    return refuse (error, N_ ("Two of these nodes hold different final blocks: this is no lost "
                              "quorum, somebody has signed both"));
  if (refound->n_next == 0 || card->last.height > refound->last.height)
    {
      refound->last = card->last;
      refound->final = card->final;
      refound->ends = card->ends;
    }
  refound->next[refound->n_next++] = card->founder;
  return TRUE;
}

/**
 * citiz_refound_file_make:
 * @cards: (element-type CitizRefoundCard): of all who go on, in any order; they are sorted
 *
 * Nobody has signed it yet.
 */
CitizRefoundFile *
citiz_refound_file_make (GPtrArray *cards, CitizTime time, const gchar *reason, GError **error)
{
  g_autoptr (CitizRefoundFile) file = file_new ();
  const gsize n = strlen (reason);

  if (n == 0 || n > CITIZ_REFOUND_MAX_REASON || !g_utf8_validate (reason, -1, NULL))
    {
      refuse (error, N_ ("--reason has to say why, in 1024 bytes at most: everyone will read it"));
      return NULL;
    }
  if (cards->len == 0 || cards->len > CITIZ_MAX_VALIDATORS)
    {
      refuse (error, N_ ("The cards of all who go on are needed: 1 to 128"));
      return NULL;
    }
  file->refound.time = time;
  file->refound.n_reason = (guint16) n;
  memcpy (file->refound.reason, reason, n);
  g_ptr_array_sort (cards, by_node);
  for (guint i = 0; i < cards->len; i++)
    {
      const CitizRefoundCard *card = cards->pdata[i];

      if (i > 0 && by_node (&cards->pdata[i - 1], &cards->pdata[i]) == 0)
        {
          refuse (error, N_ ("The same node’s card was given twice"));
          return NULL;
        }
      if (!take_card (&file->refound, card, error))
        return NULL;
      (void) citiz_host_community_learn (file->who, &card->founder.validator.node, card->url,
                                         card->operator_);
    }
  return g_steal_pointer (&file);
}

/* @refound, with the addresses that are known here. */
CitizRefoundFile *
citiz_refound_file_new (const CitizRefound *refound, const CitizHostCommunity *known)
{
  CitizRefoundFile *file = file_new ();

  file->refound = *refound;
  for (guint i = 0; i < refound->n_next; i++)
    {
      const CitizHostMember *member
          = citiz_host_community_find (known, &refound->next[i].validator.node);

      if (member != NULL)
        (void) citiz_host_community_learn (file->who, &member->node, member->url,
                                           member->operator_);
    }
  return file;
}

json_t *
citiz_refound_file_json (const CitizRefoundFile *file)
{
  g_autoptr (GBytes) bytes = citiz_refound_encode (&file->refound);

  return json_pack ("{s:s, s:i, s:o, s:o}", "citiz", "refound", "version", 1, "document",
                    citiz_json_base64url_bytes (bytes), "members",
                    citiz_host_members_json (file->who));
}

/* Where a node is and who runs it is not signed: it is printed, and asked. */
static gboolean
can_be_shown (const CitizHostMember *member)
{
  for (const gchar *p = member->operator_; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isprint (g_utf8_get_char (p)))
      return FALSE;
  return citiz_node_url_is_valid (member->url);
}

CitizRefoundFile *
citiz_refound_file_read (json_t *json, GError **error)
{
  g_autoptr (CitizRefoundFile) file = file_new ();
  g_autoptr (GBytes) bytes = read_bytes (json, "document");
  const gchar *kind = citiz_json_strict_string (json, "citiz", TEXT_MAX);
  gint64 version;

  if (g_strcmp0 (kind, "refound") != 0 || !citiz_json_strict_int (json, "version", 1, 1, &version)
      || bytes == NULL
      || !citiz_refound_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                &file->refound, NULL))
    {
      refuse (error, N_ ("This is no document of “citiz-node refound make”"));
      return NULL;
    }
  if (!citiz_host_members_read (file->who, json_object_get (json, "members"), error))
    return NULL;
  for (guint i = file->who->members->len; i > 0; i--)
    if (!can_be_shown (file->who->members->pdata[i - 1]))
      g_ptr_array_remove_index (file->who->members, i - 1);
  return g_steal_pointer (&file);
}

CitizRefoundFile *
citiz_refound_file_decode (const gchar *text, GError **error)
{
  json_t *json = citiz_json_strict_parse_text (text, error);
  CitizRefoundFile *file = json != NULL ? citiz_refound_file_read (json, error) : NULL;

  json_decref (json);
  return file;
}
