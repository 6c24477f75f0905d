/* Messages between nodes as bytes: one byte of kind, then what the kind names. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-message.h"

#include <string.h>

/* What a message is made of; each kind is a list of parts. */
typedef enum
{
  PART_END,
  PART_VOTE,
  PART_CERT,
  PART_MAYBE_CERT, /* u8 0 or 1, then it */
  PART_REST,       /* @block: all that is left, at least one byte */
  PART_BLOCKS,
  PART_VOTES,
  PART_EVIDENCE,
  PART_EPOCH,
  PART_SLOT,
  PART_FRONTIER,
  PART_TIME,
  PART_HASH,
  PART_MAX,
  PART_ASK,
  PART_ANSWER,
  PART_NODE,
  PART_URL,
  PART_OPERATOR
} Part;

static const Part parts[][10] = {
    [CITIZ_MESSAGE_CAND] = {PART_VOTE, PART_REST},
    [CITIZ_MESSAGE_VOTE] = {PART_VOTE},
    [CITIZ_MESSAGE_CERT] = {PART_CERT},
    [CITIZ_MESSAGE_BLOCK] = {PART_REST},
    [CITIZ_MESSAGE_STATUS] = {PART_EPOCH, PART_FRONTIER, PART_SLOT, PART_TIME, PART_ASK,
                              PART_ANSWER, PART_VOTES, PART_MAYBE_CERT},
    [CITIZ_MESSAGE_FETCH] = {PART_EPOCH, PART_SLOT, PART_HASH},
    [CITIZ_MESSAGE_RANGE] = {PART_EPOCH, PART_SLOT, PART_MAX},
    [CITIZ_MESSAGE_BLOCKS] = {PART_EPOCH, PART_SLOT, PART_BLOCKS},
    [CITIZ_MESSAGE_TX] = {PART_REST},
    [CITIZ_MESSAGE_EVIDENCE] = {PART_EVIDENCE},
    [CITIZ_MESSAGE_ADDRESS] = {PART_NODE, PART_URL, PART_OPERATOR},
};

void
citiz_message_clear (CitizMessage *message)
{
  g_clear_pointer (&message->cert, g_free);
  g_clear_pointer (&message->block, g_bytes_unref);
  g_clear_pointer (&message->blocks, g_ptr_array_unref);
  g_clear_pointer (&message->votes, g_array_unref);
}

static void
put_gbytes (GByteArray *out, GBytes *bytes)
{
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);

  citiz_put_bytes (out, view, n);
}

/* u16 length, then the bytes. */
static void
put_short (GByteArray *out, GBytes *bytes)
{
  citiz_put_u16 (out, (guint16) g_bytes_get_size (bytes));
  put_gbytes (out, bytes);
  g_bytes_unref (bytes);
}

static void
put_votes (GByteArray *out, const CitizMessage *message)
{
  const guint n = message->votes ? message->votes->len : 0;

  citiz_put_u16 (out, (guint16) n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) vote = citiz_vote_encode (&g_array_index (message->votes, CitizVote, i));

      put_gbytes (out, vote);
    }
}

static void
put_blocks (GByteArray *out, const CitizMessage *message)
{
  const guint n = message->blocks ? message->blocks->len : 0;

  citiz_put_u16 (out, (guint16) n);
  for (guint i = 0; i < n; i++)
    {
      citiz_put_u32 (out, (guint32) g_bytes_get_size (message->blocks->pdata[i]));
      put_gbytes (out, message->blocks->pdata[i]);
    }
}

/* u8 length, then the bytes. */
static void
put_text (GByteArray *out, const gchar *text)
{
  const gsize n = MIN (strlen (text), CITIZ_MESSAGE_MAX_TEXT);

  citiz_put_u8 (out, (guint8) n);
  citiz_put_bytes (out, (const guint8 *) text, n);
}

static void
put_part (GByteArray *out, Part part, const CitizMessage *message)
{
  g_autoptr (GBytes) bytes = NULL;

  switch (part)
    {
    case PART_END:
      break;
    case PART_VOTE:
      bytes = citiz_vote_encode (&message->vote);
      put_gbytes (out, bytes);
      break;
    case PART_MAYBE_CERT:
      citiz_put_u8 (out, message->cert != NULL);
      if (message->cert == NULL)
        break;
      put_short (out, citiz_cert_encode (message->cert));
      break;
    case PART_CERT:
      put_short (out, citiz_cert_encode (message->cert));
      break;
    case PART_REST:
      put_gbytes (out, message->block);
      break;
    case PART_BLOCKS:
      put_blocks (out, message);
      break;
    case PART_VOTES:
      put_votes (out, message);
      break;
    case PART_EVIDENCE:
      put_short (out, citiz_evidence_encode (&message->evidence));
      break;
    case PART_EPOCH:
      citiz_put_u64 (out, message->epoch);
      break;
    case PART_SLOT:
      citiz_put_u64 (out, message->slot);
      break;
    case PART_FRONTIER:
      citiz_put_u64 (out, message->frontier);
      break;
    case PART_TIME:
      citiz_put_u64 (out, (guint64) message->time.ms);
      break;
    case PART_HASH:
      citiz_put_bytes (out, message->hash.b, sizeof message->hash.b);
      break;
    case PART_MAX:
      citiz_put_u16 (out, message->max);
      break;
    case PART_ASK:
      citiz_put_u8 (out, message->ask);
      break;
    case PART_ANSWER:
      citiz_put_u8 (out, message->answer);
      break;
    case PART_NODE:
      citiz_put_bytes (out, message->node.b, sizeof message->node.b);
      break;
    case PART_URL:
      put_text (out, message->url);
      break;
    case PART_OPERATOR:
      put_text (out, message->operator_);
      break;
    }
}

/**
 * citiz_message_encode:
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
citiz_message_encode (const CitizMessage *message)
{
  GByteArray *out = g_byte_array_new ();

  citiz_put_u8 (out, (guint8) message->kind);
  for (const Part *part = parts[message->kind]; *part != PART_END; part++)
    put_part (out, *part, message);
  return g_byte_array_free_to_bytes (out);
}

static gboolean
fault (GError **error, CitizWireError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_WIRE_ERROR, code, what);
  return FALSE;
}

static gboolean
short_of (GError **error)
{
  return fault (error, CITIZ_WIRE_ERROR_TRUNCATED, "the message ends early");
}

static gboolean
take_short (CitizCursor *cursor, const guint8 **out, gsize *out_n, GError **error)
{
  guint16 n;

  if (!citiz_take_u16 (cursor, &n) || (*out = citiz_take_view (cursor, n)) == NULL)
    return short_of (error);
  *out_n = n;
  return TRUE;
}

static gboolean
take_vote (CitizCursor *cursor, CitizVote *out, GError **error)
{
  const guint8 *view = citiz_take_view (cursor, CITIZ_VOTE_SIZE);

  return view ? citiz_vote_decode (view, CITIZ_VOTE_SIZE, out, error) : short_of (error);
}

static gboolean
take_cert (CitizCursor *cursor, CitizMessage *out, GError **error)
{
  const guint8 *view;
  gsize n;

  if (!take_short (cursor, &view, &n, error))
    return FALSE;
  out->cert = g_new (CitizCert, 1);
  return citiz_cert_decode (view, n, out->cert, error);
}

/* A byte that is 0 or 1. */
static gboolean
take_flag (CitizCursor *cursor, guint8 *out, GError **error)
{
  if (!citiz_take_u8 (cursor, out))
    return short_of (error);
  return *out <= 1 || fault (error, CITIZ_WIRE_ERROR_RANGE, "a flag that is neither 0 nor 1");
}

static gboolean
take_maybe_cert (CitizCursor *cursor, CitizMessage *out, GError **error)
{
  guint8 there;

  return take_flag (cursor, &there, error) && (!there || take_cert (cursor, out, error));
}

static gboolean
take_rest (CitizCursor *cursor, CitizMessage *out, GError **error)
{
  const gsize n = cursor->n;

  if (cursor->failed || n == 0)
    return short_of (error);
  out->block = g_bytes_new (citiz_take_view (cursor, n), n);
  return TRUE;
}

static gboolean
take_blocks (CitizCursor *cursor, CitizMessage *out, GError **error)
{
  guint16 count;

  if (!citiz_take_u16 (cursor, &count))
    return short_of (error);
  if (count > CITIZ_MESSAGE_MAX_BLOCKS)
    return fault (error, CITIZ_WIRE_ERROR_LENGTH, "too many blocks in one message");
  out->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < count; i++)
    {
      const guint8 *view;
      guint32 n;

      if (!citiz_take_u32 (cursor, &n) || (view = citiz_take_view (cursor, n)) == NULL)
        return short_of (error);
      g_ptr_array_add (out->blocks, g_bytes_new (view, n));
    }
  return TRUE;
}

static gboolean
take_votes (CitizCursor *cursor, CitizMessage *out, GError **error)
{
  guint16 count;

  if (!citiz_take_u16 (cursor, &count))
    return short_of (error);
  if (count > CITIZ_MESSAGE_MAX_VOTES)
    return fault (error, CITIZ_WIRE_ERROR_LENGTH, "too many votes in one message");
  out->votes = g_array_new (FALSE, FALSE, sizeof (CitizVote));
  for (guint i = 0; i < count; i++)
    {
      CitizVote vote;

      if (!take_vote (cursor, &vote, error))
        return FALSE;
      g_array_append_val (out->votes, vote);
    }
  return TRUE;
}

static gboolean
take_evidence (CitizCursor *cursor, CitizMessage *out, GError **error)
{
  const guint8 *view;
  gsize n;

  return take_short (cursor, &view, &n, error)
         && citiz_evidence_decode (view, n, &out->evidence, error);
}

static gboolean
take_time (CitizCursor *cursor, CitizMessage *out, GError **error)
{
  guint64 ms;

  if (!citiz_take_u64 (cursor, &ms))
    return short_of (error);
  out->time.ms = (gint64) ms;
  return ms <= CITIZ_WIRE_TIME_MAX
         || fault (error, CITIZ_WIRE_ERROR_RANGE, "a time beyond all times");
}

static gboolean
take_max (CitizCursor *cursor, CitizMessage *out, GError **error)
{
  if (!citiz_take_u16 (cursor, &out->max))
    return short_of (error);
  return (out->max > 0 && out->max <= CITIZ_MESSAGE_MAX_BLOCKS)
         || fault (error, CITIZ_WIRE_ERROR_RANGE, "none or too many blocks asked for");
}

static gboolean
take_text (CitizCursor *cursor, gchar out[CITIZ_MESSAGE_MAX_TEXT + 1], GError **error)
{
  const guint8 *view = NULL;
  guint8 n;

  if (citiz_take_u8 (cursor, &n))
    view = citiz_take_view (cursor, n);
  if (view == NULL)
    return short_of (error);
  memcpy (out, view, n);
  out[n] = '\0';
  for (guint i = 0; i < n; i++)
    if (view[i] < 0x20 || view[i] == 0x7f)
      return fault (error, CITIZ_WIRE_ERROR_FORM, "a text with control characters");
  return g_utf8_validate (out, n, NULL)
         || fault (error, CITIZ_WIRE_ERROR_FORM, "a text that is not UTF-8");
}

static gboolean
take_part (CitizCursor *cursor, Part part, CitizMessage *out, GError **error)
{
  switch (part)
    {
    case PART_END:
      return TRUE;
    case PART_VOTE:
      return take_vote (cursor, &out->vote, error);
    case PART_CERT:
      return take_cert (cursor, out, error);
    case PART_MAYBE_CERT:
      return take_maybe_cert (cursor, out, error);
    case PART_REST:
      return take_rest (cursor, out, error);
    case PART_BLOCKS:
      return take_blocks (cursor, out, error);
    case PART_VOTES:
      return take_votes (cursor, out, error);
    case PART_EVIDENCE:
      return take_evidence (cursor, out, error);
    case PART_EPOCH:
      return citiz_take_u64 (cursor, &out->epoch) || short_of (error);
    case PART_SLOT:
      return citiz_take_u64 (cursor, &out->slot) || short_of (error);
    case PART_FRONTIER:
      return citiz_take_u64 (cursor, &out->frontier) || short_of (error);
    case PART_TIME:
      return take_time (cursor, out, error);
    case PART_HASH:
      return citiz_take_bytes (cursor, out->hash.b, sizeof out->hash.b) || short_of (error);
    case PART_MAX:
      return take_max (cursor, out, error);
    case PART_ASK:
      return take_flag (cursor, &out->ask, error);
    case PART_ANSWER:
      return take_flag (cursor, &out->answer, error);
    case PART_NODE:
      return citiz_take_bytes (cursor, out->node.b, sizeof out->node.b) || short_of (error);
    case PART_URL:
      return take_text (cursor, out->url, error);
    case PART_OPERATOR:
      return take_text (cursor, out->operator_, error);
    }
  g_return_val_if_reached (FALSE);
}

/* The kind of a vote must be the one its message is for. */
static gboolean
check_kind (const CitizMessage *message, GError **error)
{
  const gboolean cand = message->vote.kind == CITIZ_VOTE_CAND;

  if ((message->kind == CITIZ_MESSAGE_CAND && !cand)
      || (message->kind == CITIZ_MESSAGE_VOTE && cand))
    return fault (error, CITIZ_WIRE_ERROR_FORM, "a vote of another kind than its message");
  return TRUE;
}

/**
 * citiz_message_decode:
 * @out: (out): cleared by the caller with citiz_message_clear(), also after an error
 *
 * Returns: %FALSE with a %CITIZ_WIRE_ERROR for anything but the one encoding of a message
 */
gboolean
citiz_message_decode (const guint8 *bytes, gsize n, CitizMessage *out, GError **error)
{
  CitizCursor cursor = citiz_cursor (bytes, n);
  guint8 kind;

  *out = (CitizMessage){0};
  if (n > CITIZ_MESSAGE_MAX_BYTES)
    return fault (error, CITIZ_WIRE_ERROR_LENGTH, "a message longer than any may be");
  if (!citiz_take_u8 (&cursor, &kind))
    return short_of (error);
  if (kind == 0 || kind >= G_N_ELEMENTS (parts))
    return fault (error, CITIZ_WIRE_ERROR_UNKNOWN, "a message nobody defined");
  out->kind = kind;
  for (const Part *part = parts[kind]; *part != PART_END; part++)
    if (!take_part (&cursor, *part, out, error))
      return FALSE;
  return check_kind (out, error) && citiz_cursor_end (&cursor, error);
}
