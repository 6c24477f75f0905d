/* What the app hands to one node of a committee. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-hand.h"
#include "consent/citiz-capsule.h"
#include "consent/citiz-consent-private.h"
#include "consent/citiz-profile.h"
#include "crypto/citiz-box.h"

#define AD_SIZE (sizeof (CitizId) + 1)

void
citiz_hand_clear (CitizHand *hand)
{
  g_clear_pointer (&hand->code, citiz_code_entry_free);
  g_clear_pointer (&hand->capsule, g_bytes_unref);
  citiz_wipe (hand, sizeof *hand);
}

static void
associated (guint8 ad[AD_SIZE], const CitizId *grant, guint8 place)
{
  memcpy (ad, grant->b, sizeof grant->b);
  ad[sizeof grant->b] = place;
}

static void
put_code (GByteArray *out, const CitizCodeEntry *code)
{
  gsize n;
  const guint8 *blob = g_bytes_get_data (code->blob, &n);

  citiz_put_bytes (out, (const guint8 *) code->locator, CITIZ_CODE_LOCATOR_SIZE);
  citiz_put_bytes (out, code->proof_hash.b, sizeof code->proof_hash.b);
  citiz_put_u16 (out, (guint16) n);
  citiz_put_bytes (out, blob, n);
}

static GByteArray *
part_to_bytes (const CitizDealPart *part, const CitizCodeEntry *code)
{
  /* Does not move while it grows, so that what is wiped is all there was. */
  GByteArray *out = g_byte_array_sized_new (CITIZ_HAND_SEALED_MAX);

  citiz_put_bytes (out, citiz_secret_data (part->share), 32);
  citiz_put_bytes (out, part->salt, sizeof part->salt);
  citiz_put_bytes (out, part->token_hash.b, sizeof part->token_hash.b);
  citiz_put_u8 (out, part->has_passcode ? 1 : 0);
  if (part->has_passcode)
    citiz_put_bytes (out, part->proof_hash.b, sizeof part->proof_hash.b);
  citiz_put_u8 (out, code ? 1 : 0);
  if (code)
    put_code (out, code);
  return out;
}

/**
 * citiz_hand_seal:
 * @part: place in the deal's list, from 0
 * @code: (nullable): the spoken code's entry, made for this very node
 * @with_capsule: %FALSE when the node has the capsule already
 *
 * Returns: (transfer full) (nullable): the body of `POST /v1/grants/<id>/shares`
 */
GBytes *
citiz_hand_seal (const CitizDeal *deal,
                 guint part,
                 const CitizCodeEntry *code,
                 gboolean with_capsule,
                 GError **error)
{
  const CitizDealPart *to = deal->parts->pdata[part];
  g_autoptr (GByteArray) plain = part_to_bytes (to, code);
  g_autoptr (GBytes) box = NULL;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 ad[AD_SIZE];
  gsize n;
  const guint8 *bytes;

  associated (ad, &deal->body.id, to->index);
  box = citiz_box_seal (CITIZ_DOMAIN_SEAL_SHARE, &deal->body.committee[part].node, ad, sizeof ad,
                        plain->data, plain->len, error);
  citiz_wipe (plain->data, plain->len);
  if (box == NULL)
    return NULL;
  bytes = g_bytes_get_data (box, &n);
  citiz_put_u16 (out, (guint16) n);
  citiz_put_bytes (out, bytes, n);
  if (with_capsule)
    citiz_put_bytes (out, g_bytes_get_data (deal->capsule, NULL), g_bytes_get_size (deal->capsule));
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

static gboolean
take_flag (CitizCursor *cursor, gboolean *out)
{
  guint8 flag;

  if (!citiz_take_u8 (cursor, &flag) || flag > 1)
    return FALSE;
  *out = flag == 1;
  return TRUE;
}

static gboolean
take_code (CitizHand *out, CitizCursor *cursor, const CitizId *grant, const CitizPublicKey *node)
{
  CitizCodeEntry *code = out->code = g_new0 (CitizCodeEntry, 1);
  const guint8 *blob = NULL;
  guint16 n = 0;

  code->grant = *grant;
  memcpy (code->node.b, node->b, sizeof code->node.b);
  citiz_take_bytes (cursor, (guint8 *) code->locator, CITIZ_CODE_LOCATOR_SIZE);
  citiz_take_bytes (cursor, code->proof_hash.b, sizeof code->proof_hash.b);
  if (citiz_take_u16 (cursor, &n))
    blob = citiz_take_view (cursor, n);
  code->blob = g_bytes_new (blob, blob ? n : 0);
  return blob != NULL && strspn (code->locator, CITIZ_CODE_ALPHABET) == CITIZ_CODE_LOCATOR_SIZE;
}

static gboolean
read_part (CitizHand *out, GBytes *plain, const CitizId *grant, const CitizPublicKey *node)
{
  CitizCursor cursor = citiz_cursor (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
  gboolean has_code = FALSE;

  citiz_take_bytes (&cursor, out->share, sizeof out->share);
  citiz_take_bytes (&cursor, out->salt, sizeof out->salt);
  citiz_take_bytes (&cursor, out->token_hash.b, sizeof out->token_hash.b);
  if (!take_flag (&cursor, &out->has_passcode))
    return FALSE;
  if (out->has_passcode)
    citiz_take_bytes (&cursor, out->proof_hash.b, sizeof out->proof_hash.b);
  return take_flag (&cursor, &has_code) && (!has_code || take_code (out, &cursor, grant, node))
         && citiz_cursor_done (&cursor);
}

/**
 * citiz_hand_open:
 * @out: zeroed
 * @place: of this node in the grant's committee, from 1
 *
 * Returns: %FALSE with %CITIZ_CONSENT_ERROR_FORMAT, or %CITIZ_CRYPTO_ERROR_FORGED when it is not for this node and place
 */
gboolean
citiz_hand_open (CitizHand *out,
                 const CitizId *grant,
                 guint8 place,
                 const CitizSigningKey *node,
                 GBytes *handed,
                 GError **error)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (handed, &n);
  CitizCursor cursor = citiz_cursor (bytes, n);
  const guint8 *box;
  guint16 box_n;
  guint8 ad[AD_SIZE];
  g_autoptr (GBytes) plain = NULL;
  gboolean fine;

  if (!citiz_take_u16 (&cursor, &box_n) || box_n > CITIZ_HAND_SEALED_MAX
      || (box = citiz_take_view (&cursor, box_n)) == NULL)
    {
      g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT, "not a part of a grant");
      return FALSE;
    }
  associated (ad, grant, place);
  plain = citiz_box_open (CITIZ_DOMAIN_SEAL_SHARE, node, ad, sizeof ad, box, box_n, error);
  if (plain == NULL)
    return FALSE;
  if (n > 2u + box_n)
    out->capsule = g_bytes_new_from_bytes (handed, 2u + box_n, n - 2u - box_n);
  fine = read_part (out, plain, grant, citiz_signing_key_get_public (node));
  if (fine)
    return TRUE;
  g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT, "not a part of a grant");
  return FALSE;
}

static void
held_text (guint8 out[CITIZ_HELD_SIZE],
           const CitizId *grant,
           guint8 place,
           const CitizHash *commitment,
           const CitizHash *capsule)
{
  memcpy (out, grant->b, 16);
  out[16] = place;
  memcpy (out + 17, commitment->b, 32);
  memcpy (out + 49, capsule->b, 32);
}

void
citiz_held_sign (CitizSignature *out,
                 const CitizId *grant,
                 guint8 place,
                 const CitizHash *commitment,
                 const CitizHash *capsule,
                 const CitizSigningKey *node)
{
  guint8 text[CITIZ_HELD_SIZE];

  held_text (text, grant, place, commitment, capsule);
  citiz_sign (out, CITIZ_DOMAIN_SIGN_ACK, text, sizeof text, node);
}

gboolean
citiz_held_verify (const CitizSignature *signature,
                   const CitizId *grant,
                   guint8 place,
                   const CitizHash *commitment,
                   const CitizHash *capsule,
                   const CitizPublicKey *node)
{
  guint8 text[CITIZ_HELD_SIZE];

  held_text (text, grant, place, commitment, capsule);
  return citiz_verify (signature, CITIZ_DOMAIN_SIGN_ACK, text, sizeof text, node);
}
