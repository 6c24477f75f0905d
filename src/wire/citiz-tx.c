/* A transaction: envelope, typed body, signature. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-tx.h"

#include "crypto/citiz-hash.h"
#include "crypto/citiz-work.h"

#include <string.h>

#define BODY_AT 127 /* where the body is in the bytes, its length before it: FORMAT.md §2 */

/* The envelope as it is on the wire, before the body is understood. */
typedef struct
{
  guint8 version;
  CitizHash chain_id;
  CitizTxType type;
  CitizHash account;
  guint64 nonce;
  CitizTime valid_until;
  guint16 key_index;
  CitizPublicKey sponsor;
  guint64 sponsor_epoch;
  guint16 n_body;
  guint8 body[CITIZ_TX_MAX_BODY];
  CitizAlg alg;
} Unsigned;

typedef struct
{
  guint16 n_signature;
  guint8 signature[sizeof (CitizSignature)];
  guint16 n_sponsor_signature;
  guint8 sponsor_signature[sizeof (CitizSignature)];
} Signatures;

static const guint16 types[] = {CITIZ_TX_ACCT_REGISTER,
                                CITIZ_TX_ACCT_ROTATE,
                                CITIZ_TX_ACCT_REVOKE,
                                CITIZ_TX_COMMIT_RECORDS,
                                CITIZ_TX_GRANT,
                                CITIZ_TX_GRANT_REVOKE,
                                CITIZ_TX_ACCESS_OPEN,
                                CITIZ_TX_ACCESS_CLOSE,
                                CITIZ_TX_NODE_JOIN,
                                CITIZ_TX_NODE_LEAVE,
                                CITIZ_TX_VALSET_CHANGE,
                                CITIZ_TX_APPROVE,
                                CITIZ_TX_EVIDENCE,
                                CITIZ_TX_PARAMS,
                                CITIZ_TX_REFOUND_ACK,
                                CITIZ_TX_NODE_READY,
                                0};
static const guint16 algs[] = {CITIZ_ALG_ED25519, 0};

static const CitizField unsigned_fields[] = {
    CITIZ_F_U8 (Unsigned, version, CITIZ_TX_VERSION, CITIZ_TX_VERSION),
    CITIZ_F_RAW (Unsigned, chain_id),
    CITIZ_F_ENUM (ENUM16, Unsigned, type, types),
    CITIZ_F_RAW (Unsigned, account),
    CITIZ_F_U64 (Unsigned, nonce, 0, G_MAXUINT64 - 1),
    CITIZ_F_TIME (Unsigned, valid_until),
    CITIZ_F_U16 (Unsigned, key_index, 0, CITIZ_ACCOUNT_MAX_KEYS - 1),
    CITIZ_F_RAW (Unsigned, sponsor),
    CITIZ_F_U64 (Unsigned, sponsor_epoch, 0, G_MAXUINT64),
    CITIZ_F_OPAQUE (Unsigned, body, n_body, 0, CITIZ_TX_MAX_BODY),
    CITIZ_F_ENUM (ENUM16, Unsigned, alg, algs),
    CITIZ_F_END,
};

static const CitizField signature_fields[] = {
    CITIZ_F_OPAQUE (Signatures, signature, n_signature, 64, 64),
    CITIZ_F_OPAQUE (Signatures, sponsor_signature, n_sponsor_signature, 0, 64),
    CITIZ_F_END,
};

CitizTx *
citiz_tx_new (CitizTxType type)
{
  CitizTx *tx = g_atomic_rc_box_new0 (CitizTx);

  tx->type = type;
  tx->alg = CITIZ_ALG_ED25519;
  return tx;
}

CitizTx *
citiz_tx_ref (CitizTx *tx)
{
  return g_atomic_rc_box_acquire (tx);
}

/* As much of it as its type needs; the body is for who decodes. */
static CitizTx *
new_for (CitizTxType type)
{
  CitizTx *tx = g_atomic_rc_box_alloc (G_STRUCT_OFFSET (CitizTx, body) + citiz_tx_body_size (type));

  memset (tx, 0, G_STRUCT_OFFSET (CitizTx, body));
  tx->type = type;
  return tx;
}

static void
clear (gpointer data)
{
  CitizTx *tx = data;

  g_clear_pointer (&tx->bytes, g_bytes_unref);
}

void
citiz_tx_unref (CitizTx *tx)
{
  g_atomic_rc_box_release_full (tx, clear);
}

void
citiz_tx_id_of (CitizHash *out, const guint8 *bytes, gsize n)
{
  CitizSha256 sha;
  gsize n_prefix;
  const guint8 *prefix = citiz_domain_label (CITIZ_DOMAIN_HASH_TX, &n_prefix);

  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, prefix, n_prefix);
  citiz_sha256_update (&sha, bytes, n);
  citiz_sha256_finish (&sha, out);
}

static void
encode_unsigned (GByteArray *out, const CitizTx *tx)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();

  citiz_tx_body_encode (body, tx->type, &tx->body);
  citiz_put_u8 (out, CITIZ_TX_VERSION);
  citiz_put_bytes (out, tx->chain_id.b, sizeof tx->chain_id.b);
  citiz_put_u16 (out, (guint16) tx->type);
  citiz_put_bytes (out, tx->account.b, sizeof tx->account.b);
  citiz_put_u64 (out, tx->nonce);
  citiz_put_u64 (out, (guint64) tx->valid_until.ms);
  citiz_put_u16 (out, tx->key_index);
  citiz_put_bytes (out, tx->sponsor.b, sizeof tx->sponsor.b);
  citiz_put_u64 (out, tx->sponsor_epoch);
  citiz_put_u16 (out, (guint16) body->len);
  citiz_put_bytes (out, body->data, body->len);
  citiz_put_u16 (out, (guint16) tx->alg);
}

/**
 * citiz_tx_encode:
 *
 * Returns: (transfer full): the canonical bytes of what the fields say
 */
GBytes *
citiz_tx_encode (const CitizTx *tx)
{
  GByteArray *bytes = g_byte_array_sized_new (512);

  encode_unsigned (bytes, tx);
  citiz_put_u16 (bytes, sizeof tx->signature.b);
  citiz_put_bytes (bytes, tx->signature.b, sizeof tx->signature.b);
  citiz_put_u16 (bytes, tx->sponsored ? sizeof tx->sponsor_signature.b : 0);
  if (tx->sponsored)
    citiz_put_bytes (bytes, tx->sponsor_signature.b, sizeof tx->sponsor_signature.b);
  return g_byte_array_free_to_bytes (bytes);
}

static void
freeze (CitizTx *tx)
{
  tx->bytes = citiz_tx_encode (tx);
  citiz_tx_id_of (&tx->id, g_bytes_get_data (tx->bytes, NULL), g_bytes_get_size (tx->bytes));
}

static gboolean
names_sponsor (const CitizTx *tx)
{
  static const CitizPublicKey nobody;

  return !citiz_public_key_equal (&tx->sponsor, &nobody);
}

/**
 * citiz_tx_sign:
 *
 * Signs every byte up to and including the suite and freezes @tx. The id of a transaction is SHA-256 (0x21 | all its bytes). One that
 * names a sponsor waits for that node's word, and has zeros in its place: citiz_tx_vouch().
 */
void
citiz_tx_sign (CitizTx *tx, const CitizSigningKey *key)
{
  g_autoptr (GByteArray) tbs = g_byte_array_sized_new (512);

  g_return_if_fail (tx->bytes == NULL);
  encode_unsigned (tbs, tx);
  tx->n_unsigned = tbs->len;
  citiz_sign (&tx->signature, CITIZ_DOMAIN_SIGN_TX, tbs->data, tbs->len, key);
  tx->sponsored = names_sponsor (tx);
  freeze (tx);
}

/**
 * citiz_tx_without_sponsor:
 *
 * Returns: (transfer full): the same words under the same number, unsigned; of the two the ledger takes one at most
 */
CitizTx *
citiz_tx_without_sponsor (const CitizTx *tx)
{
  CitizTx *out = citiz_tx_new (tx->type);

  out->chain_id = tx->chain_id;
  out->account = tx->account;
  out->key_index = tx->key_index;
  out->nonce = tx->nonce;
  out->valid_until = tx->valid_until;
  memcpy (&out->body, &tx->body, citiz_tx_body_size (tx->type));
  return out;
}

/**
 * citiz_tx_vouch:
 * @tx: signed, and naming the node of @node_key as its sponsor
 *
 * Returns: (transfer full): the same with the node's word for it; its id is another
 */
CitizTx *
citiz_tx_vouch (const CitizTx *tx, const CitizSigningKey *node_key)
{
  CitizTx *out = citiz_tx_new (tx->type);
  const guint8 *bytes;
  gsize n;

  g_return_val_if_fail (tx->bytes != NULL, NULL);
  memcpy (out, tx, G_STRUCT_OFFSET (CitizTx, body) + citiz_tx_body_size (tx->type));
  bytes = citiz_tx_get_vouched (tx, &n);
  citiz_sign (&out->sponsor_signature, CITIZ_DOMAIN_SIGN_SPONSOR, bytes, n, node_key);
  freeze (out);
  return out;
}

/* What the work is about: everything that is signed, with @number in its place. */
static void
work_about (CitizHash *out, GByteArray *tbs, guint64 number)
{
  const gsize at = BODY_AT - 10; /* of sponsor_epoch, FORMAT.md §2 */
  CitizSha256 sha;

  for (guint i = 0; i < 8; i++)
    tbs->data[at + i] = (guint8) (number >> (56 - 8 * i));
  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, tbs->data, tbs->len);
  citiz_sha256_finish (&sha, out);
}

/**
 * citiz_tx_work_some:
 * @bits: the work a community asks for, see #CitizTxParams
 * @tries: at most, of one or two milliseconds each
 *
 * Works for a transaction that nobody vouches for, before it is signed, on from where it was: 2^@bits tries on average. Blocks; for a thread.
 *
 * Returns: %TRUE when it is done
 */
gboolean
citiz_tx_work_some (CitizTx *tx, guint bits, guint tries)
{
  g_autoptr (GByteArray) tbs = g_byte_array_sized_new (512);
  CitizHash about;

  g_return_val_if_fail (tx->bytes == NULL && !names_sponsor (tx), FALSE);
  encode_unsigned (tbs, tx);
  for (guint i = 0; i < tries; i++)
    {
      work_about (&about, tbs, ++tx->sponsor_epoch);
      if (citiz_work_bits (&about) >= bits)
        return TRUE;
    }
  return FALSE;
}

/* All of it at once. */
void
citiz_tx_work (CitizTx *tx, guint bits)
{
  tx->sponsor_epoch = 0;
  while (!citiz_tx_work_some (tx, bits, G_MAXUINT))
    ;
}

/**
 * citiz_tx_worked:
 *
 * Whether a transaction without a sponsor shows @bits of work. Takes one or two milliseconds the first time.
 */
gboolean
citiz_tx_worked (CitizTx *tx, guint bits)
{
  g_autoptr (GByteArray) tbs = NULL;
  CitizHash about;
  gsize n;
  const guint8 *view = citiz_tx_get_tbs (tx, &n);

  if (names_sponsor (tx))
    return FALSE;
  if (g_atomic_int_get (&tx->work) == 0)
    {
      tbs = g_byte_array_sized_new ((guint) n);
      g_byte_array_append (tbs, view, (guint) n);
      work_about (&about, tbs, tx->sponsor_epoch);
      g_atomic_int_set (&tx->work, (gint) citiz_work_bits (&about) + 1);
    }
  return (guint) g_atomic_int_get (&tx->work) > bits;
}

static gboolean
check_sponsor (const CitizTx *tx, GError **error)
{
  if (names_sponsor (tx) == tx->sponsored)
    return TRUE;
  g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM,
               "a sponsor is a key and a signature, or nothing");
  return FALSE;
}

static gboolean
read_signatures (CitizTx *tx, CitizCursor *cursor, GError **error)
{
  Signatures raw = {0};

  if (!citiz_fields_decode (cursor, signature_fields, &raw, error)
      || !citiz_cursor_end (cursor, error))
    return FALSE;
  if (raw.n_sponsor_signature != 0 && raw.n_sponsor_signature != sizeof (CitizSignature))
    {
      g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_LENGTH,
                   "sponsor_signature: a length that is not allowed");
      return FALSE;
    }
  memcpy (tx->signature.b, raw.signature, sizeof raw.signature);
  memcpy (tx->sponsor_signature.b, raw.sponsor_signature, sizeof raw.sponsor_signature);
  tx->sponsored = raw.n_sponsor_signature != 0;
  return check_sponsor (tx, error);
}

/**
 * citiz_tx_decode_unnamed:
 *
 * As citiz_tx_decode(), for who does not ask for its id.
 */
CitizTx *
citiz_tx_decode_unnamed (const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (CitizTx) tx = NULL;
  CitizCursor cursor = citiz_cursor (bytes, n);
  Unsigned raw;

  memset (&raw, 0, G_STRUCT_OFFSET (Unsigned, body));
  if (!citiz_fields_decode (&cursor, unsigned_fields, &raw, error))
    return NULL;

  tx = new_for (raw.type);
  tx->chain_id = raw.chain_id;
  tx->account = raw.account;
  tx->nonce = raw.nonce;
  tx->valid_until = raw.valid_until;
  tx->key_index = raw.key_index;
  tx->sponsor = raw.sponsor;
  tx->sponsor_epoch = raw.sponsor_epoch;
  tx->alg = raw.alg;
  tx->n_unsigned = n - cursor.n;
  if (!citiz_tx_body_decode (raw.body, raw.n_body, raw.type, &tx->body, error)
      || !read_signatures (tx, &cursor, error))
    return NULL;

  tx->bytes = g_bytes_new (bytes, n);
  return g_steal_pointer (&tx);
}

/**
 * citiz_tx_decode:
 *
 * Reads one transaction, its body included. Signatures are not checked here: citiz_tx_verify().
 *
 * Returns: (transfer full) (nullable): what gives back exactly @bytes when encoded
 */
CitizTx *
citiz_tx_decode (const guint8 *bytes, gsize n, GError **error)
{
  CitizTx *tx = citiz_tx_decode_unnamed (bytes, n, error);

  if (tx != NULL)
    citiz_tx_id_of (&tx->id, bytes, n);
  return tx;
}

/**
 * citiz_tx_get_bytes:
 *
 * Returns: (transfer none): the canonical bytes of a signed or decoded transaction
 */
GBytes *
citiz_tx_get_bytes (const CitizTx *tx)
{
  g_return_val_if_fail (tx->bytes != NULL, NULL);
  return tx->bytes;
}

/**
 * citiz_tx_get_tbs:
 *
 * Returns: (transfer none): what the signature covers, after the label
 */
const guint8 *
citiz_tx_get_tbs (const CitizTx *tx, gsize *out_n)
{
  g_return_val_if_fail (tx->bytes != NULL, NULL);
  *out_n = tx->n_unsigned;
  return g_bytes_get_data (tx->bytes, NULL);
}

/**
 * citiz_tx_get_vouched:
 *
 * Returns: (transfer none): what a sponsor's signature covers, after the label: all that comes before it
 */
const guint8 *
citiz_tx_get_vouched (const CitizTx *tx, gsize *out_n)
{
  g_return_val_if_fail (tx->bytes != NULL, NULL);
  *out_n = tx->n_unsigned + 2 + sizeof tx->signature.b;
  return g_bytes_get_data (tx->bytes, NULL);
}

const CitizHash *
citiz_tx_get_id (const CitizTx *tx)
{
  g_return_val_if_fail (tx->bytes != NULL, NULL);
  return &tx->id;
}

/**
 * citiz_tx_get_registered:
 *
 * As citiz_tx_register_account_id(), of a registration that was signed or decoded.
 */
void
citiz_tx_get_registered (const CitizTx *tx, CitizHash *out)
{
  gsize n;
  const guint8 *tbs = citiz_tx_get_tbs (tx, &n);

  citiz_tx_body_account_id (out, tbs + BODY_AT, n - BODY_AT - sizeof (guint16));
}

gboolean
citiz_tx_verify (const CitizTx *tx, const CitizPublicKey *key)
{
  gsize n;
  const guint8 *tbs = citiz_tx_get_tbs (tx, &n);

  return citiz_verify (&tx->signature, CITIZ_DOMAIN_SIGN_TX, tbs, n, key);
}

/**
 * citiz_txs_put:
 *
 * Appends a signed transaction to a body for CITIZ_TXS_PATH: its length and its bytes.
 */
void
citiz_txs_put (GByteArray *out, const CitizTx *tx)
{
  gsize n;
  const guint8 *view = g_bytes_get_data (citiz_tx_get_bytes (tx), &n);

  citiz_put_u32 (out, (guint32) n);
  citiz_put_bytes (out, view, n);
}

/**
 * citiz_txs_cut:
 *
 * Returns: (transfer full) (element-type GBytes) (nullable): the bytes of each transaction, in order, whatever they are; %NULL unless @body is
 *   1 … CITIZ_TXS_MAX lengths, each with as many bytes
 */
GPtrArray *
citiz_txs_cut (GBytes *body)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (body, &n);
  CitizCursor cursor = citiz_cursor (bytes, n);

  do
    {
      const guint8 *view = NULL;
      guint32 length;

      if (citiz_take_u32 (&cursor, &length))
        view = citiz_take_view (&cursor, length);
      if (view == NULL || parts->len == CITIZ_TXS_MAX)
        return NULL;
      g_ptr_array_add (parts, g_bytes_new_from_bytes (body, (gsize) (view - bytes), length));
    }
  while (cursor.n > 0);
  return g_steal_pointer (&parts);
}
