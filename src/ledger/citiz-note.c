/* Checkpoints that nodes and citizens sign: C2SP signed-note, tlog-checkpoint, tlog-cosignature. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-note.h"

#include "crypto/citiz-hash.h"
#include "ledger/citiz-ledger-error.h"

#include <string.h>

#define DASH        "\xe2\x80\x94 " /* an em dash and a space begin a signature line */
#define COSIGNATURE 0x04            /* the algorithm byte of a timestamped Ed25519 signature */
#define KEY_ID      4
#define PAYLOAD     (KEY_ID + 8 + sizeof (CitizSignature))

static gboolean
refuse (GError **error, CitizLedgerError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, code, what);
  return FALSE;
}

/* Up to and with the new line before the empty line; all of it when nobody has signed yet. */
static gsize
text_size (const gchar *note)
{
  const gchar *gap = strstr (note, "\n\n");

  return gap != NULL ? (gsize) (gap - note) + 1 : strlen (note);
}

/* The line at @at without its end; @at moves behind it. */
static gchar *
take_line (const gchar **at)
{
  const gchar *end = strchr (*at, '\n');
  gchar *line;

  if (end == NULL)
    return NULL;
  line = g_strndup (*at, (gsize) (end - *at));
  *at = end + 1;
  return line;
}

static gboolean
read_size (const gchar *text, guint64 *out)
{
  g_autofree gchar *again = NULL;

  *out = g_ascii_strtoull (text, NULL, 10);
  again = g_strdup_printf ("%" G_GUINT64_FORMAT, *out);
  return g_str_equal (again, text) && *out < G_GUINT64_CONSTANT (1) << 63;
}

static guint8 *
read_base64 (const gchar *text, gsize n)
{
  g_autofree guchar *bytes = NULL;
  g_autofree gchar *again = NULL;
  gsize found;

  if (*text == '\0')
    return NULL;
  bytes = g_base64_decode (text, &found);
  if (found != n)
    return NULL;
  again = g_base64_encode (bytes, found);
  return g_str_equal (again, text) ? g_steal_pointer (&bytes) : NULL;
}

/**
 * citiz_checkpoint_parse:
 * @note: a checkpoint, signed or not
 *
 * Strict: what is accepted is what citiz_checkpoint_write() writes. Signatures are not looked at.
 */
gboolean
citiz_checkpoint_parse (const gchar *note, CitizCheckpoint *out, GError **error)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *origin = NULL;
  g_autofree gchar *size = NULL;
  g_autofree gchar *root = NULL;
  g_autofree guint8 *bytes = NULL;
  const gchar *at;

  if (strnlen (note, CITIZ_CHECKPOINT_MAX + 1) > CITIZ_CHECKPOINT_MAX)
    return refuse (error, CITIZ_LEDGER_ERROR_LIMIT, "a checkpoint that is too long");
  at = text = g_strndup (note, text_size (note));
  origin = take_line (&at);
  size = origin != NULL ? take_line (&at) : NULL;
  root = size != NULL ? take_line (&at) : NULL;
  if (root == NULL || *at != '\0' || !citiz_note_name_is_valid (origin)
      || !read_size (size, &out->size) || !(bytes = read_base64 (root, sizeof out->root.b)))
    return refuse (error, CITIZ_LEDGER_ERROR_PROOF, "not a checkpoint");
  g_strlcpy (out->origin, origin, sizeof out->origin);
  memcpy (out->root.b, bytes, sizeof out->root.b);
  return TRUE;
}

gchar *
citiz_checkpoint_write (const CitizCheckpoint *checkpoint)
{
  g_autofree gchar *root = g_base64_encode (checkpoint->root.b, sizeof checkpoint->root.b);

  return g_strdup_printf ("%s\n%" G_GUINT64_FORMAT "\n%s\n", checkpoint->origin, checkpoint->size,
                          root);
}

/**
 * citiz_note_name_is_valid:
 *
 * Names of keys and origins: UTF-8 without spaces, control characters or plus signs.
 */
gboolean
citiz_note_name_is_valid (const gchar *name)
{
  if (*name == '\0' || strnlen (name, CITIZ_NOTE_MAX_NAME + 1) > CITIZ_NOTE_MAX_NAME
      || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (; *name != '\0'; name = g_utf8_next_char (name))
    {
      const gunichar c = g_utf8_get_char (name);

      if (c == '+' || g_unichar_isspace (c) || g_unichar_iscntrl (c))
        return FALSE;
    }
  return TRUE;
}

/* SHA-256 (name | new line | algorithm | key), the first four bytes. */
static void
key_id (guint8 out[KEY_ID], const gchar *name, const CitizPublicKey *key)
{
  static const guint8 middle[] = {'\n', COSIGNATURE};
  CitizSha256 sha;
  CitizHash hash;

  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, (const guint8 *) name, strlen (name));
  citiz_sha256_update (&sha, middle, sizeof middle);
  citiz_sha256_update (&sha, key->b, sizeof key->b);
  citiz_sha256_finish (&sha, &hash);
  memcpy (out, hash.b, KEY_ID);
}

/**
 * citiz_note_vkey:
 *
 * Returns: (transfer full): a witness's key as others are told it: name, id and key, with plus signs between
 */
gchar *
citiz_note_vkey (const gchar *name, const CitizPublicKey *witness)
{
  guint8 bytes[1 + sizeof witness->b] = {COSIGNATURE};
  guint8 id[KEY_ID];
  g_autofree gchar *hex = NULL;
  g_autofree gchar *key = NULL;

  key_id (id, name, witness);
  hex = citiz_hex_encode (id, sizeof id);
  memcpy (bytes + 1, witness->b, sizeof witness->b);
  key = g_base64_encode (bytes, sizeof bytes);
  return g_strdup_printf ("%s+%s+%s", name, hex, key);
}

/* What is signed is "cosignature/v1", a new line, "time ", the seconds, a new line and the checkpoint. Its first 16 bytes are the
 * label of our domain: so no other signature of Citiz can be taken for this one. */
static GString *
signed_text (const gchar *note, guint64 time)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "ime %" G_GUINT64_FORMAT "\n", time);
  return g_string_append_len (text, note, (gssize) text_size (note));
}

static gchar *
append_line (const gchar *note, const gchar *name, const guint8 payload[PAYLOAD])
{
  g_autofree gchar *base64 = g_base64_encode (payload, PAYLOAD);

  return g_strdup_printf ("%s%s" DASH "%s %s\n", note, strstr (note, "\n\n") != NULL ? "" : "\n",
                          name, base64);
}

/**
 * citiz_note_cosign:
 * @note: a checkpoint, signed by others or not
 * @name: of the witness, such as its address
 * @time: seconds since 1970
 *
 * Returns: (transfer full) (nullable): the same with one signature more
 */
gchar *
citiz_note_cosign (const gchar *note,
                   const gchar *name,
                   guint64 time,
                   const CitizSigningKey *witness_key,
                   GError **error)
{
  g_autoptr (GString) text = NULL;
  guint8 payload[PAYLOAD];
  CitizCheckpoint checkpoint;
  CitizSignature signature;

  if (!citiz_checkpoint_parse (note, &checkpoint, error))
    return NULL;
  if (!citiz_note_name_is_valid (name))
    {
      refuse (error, CITIZ_LEDGER_ERROR_PROOF, "not a name of a witness");
      return NULL;
    }
  text = signed_text (note, time);
  citiz_sign (&signature, CITIZ_DOMAIN_SIGN_COSIGNATURE, (const guint8 *) text->str, text->len,
              witness_key);
  key_id (payload, name, citiz_signing_key_get_public (witness_key));
  for (guint i = 0; i < 8; i++)
    payload[KEY_ID + i] = (guint8) (time >> (56 - 8 * i));
  memcpy (payload + KEY_ID + 8, signature.b, sizeof signature.b);
  return append_line (note, name, payload);
}

/* The signature of @name and @id, or %NULL. */
static guint8 *
find_signature (const gchar *note, const gchar *name, const guint8 id[KEY_ID])
{
  g_autofree gchar *start = g_strdup_printf (DASH "%s ", name);
  const gchar *at = note + text_size (note);

  if (*at == '\n')
    at++;
  for (;;)
    {
      g_autofree gchar *line = take_line (&at);
      g_autofree guint8 *payload = NULL;

      if (line == NULL)
        return NULL;
      if (!g_str_has_prefix (line, start))
        continue;
      payload = read_base64 (line + strlen (start), PAYLOAD);
      if (payload != NULL && memcmp (payload, id, KEY_ID) == 0)
        return g_steal_pointer (&payload);
    }
}

/**
 * citiz_note_verify:
 * @out_time: (out): when the witness says it saw this, in seconds since 1970
 *
 * Whether a witness has signed a checkpoint. Signatures of others are passed over.
 */
gboolean
citiz_note_verify (const gchar *note,
                   const gchar *name,
                   const CitizPublicKey *witness,
                   guint64 *out_time,
                   GError **error)
{
  g_autofree guint8 *payload = NULL;
  g_autoptr (GString) text = NULL;
  CitizCheckpoint checkpoint;
  CitizSignature signature;
  guint8 id[KEY_ID];

  *out_time = 0;
  if (!citiz_checkpoint_parse (note, &checkpoint, error))
    return FALSE;
  key_id (id, name, witness);
  payload = find_signature (note, name, id);
  if (payload == NULL)
    return refuse (error, CITIZ_LEDGER_ERROR_SIGNATURE, "this witness has not signed");
  for (guint i = 0; i < 8; i++)
    *out_time = *out_time << 8 | payload[KEY_ID + i];
  memcpy (signature.b, payload + KEY_ID + 8, sizeof signature.b);
  text = signed_text (note, *out_time);
  return citiz_verify (&signature, CITIZ_DOMAIN_SIGN_COSIGNATURE, (const guint8 *) text->str,
                       text->len, witness)
         || refuse (error, CITIZ_LEDGER_ERROR_SIGNATURE, "the witness's signature is false");
}

/**
 * citiz_note_signers:
 *
 * Returns: (transfer full) (element-type utf8): the names in the signature lines, in order; nothing is verified
 */
GPtrArray *
citiz_note_signers (const gchar *note)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const gchar *at = note + text_size (note);

  if (*at == '\n')
    at++;
  for (;;)
    {
      g_autofree gchar *line = take_line (&at);
      const gchar *blank;

      if (line == NULL)
        return names;
      blank = g_str_has_prefix (line, DASH) ? strchr (line + strlen (DASH), ' ') : NULL;
      if (blank != NULL)
        g_ptr_array_add (names,
                         g_strndup (line + strlen (DASH), (gsize) (blank - line) - strlen (DASH)));
    }
}

/**
 * citiz_note_copy:
 * @from: the same checkpoint, with a signature of @witness that was verified
 *
 * Returns: (transfer full) (nullable): @note with that signature; %NULL when @from does not hold it, or there is no room
 */
gchar *
citiz_note_copy (const gchar *note,
                 const gchar *from,
                 const gchar *name,
                 const CitizPublicKey *witness)
{
  g_autofree guint8 *payload = NULL;
  g_autofree gchar *out = NULL;
  guint8 id[KEY_ID];

  key_id (id, name, witness);
  payload = find_signature (from, name, id);
  if (payload == NULL)
    return NULL;
  out = append_line (note, name, payload);
  return strlen (out) <= CITIZ_CHECKPOINT_MAX ? g_steal_pointer (&out) : NULL;
}
