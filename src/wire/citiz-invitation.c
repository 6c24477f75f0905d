/* Reading and writing invitations: as bytes, as a link, as a code that is pasted. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-invitation.h"

#include "crypto/citiz-hash.h"
#include "crypto/citiz-words.h"

#include <string.h>

#define SUM_SIZE 4
#define TEXT_MAX 65536
#define CODE_MIN 60 /* characters; a shorter one has no room for a hash, a key and an address */

static const CitizField node_fields[] = {
    CITIZ_F_RAW (CitizInvitedNode, node),
    CITIZ_F_OPAQUE (CitizInvitedNode, url, n_url, 1, CITIZ_INVITATION_MAX_URL),
    CITIZ_F_END,
};

static const CitizField invitation_fields[] = {
    CITIZ_F_U8 (CitizInvitation, version, CITIZ_INVITATION_VERSION, CITIZ_INVITATION_VERSION),
    CITIZ_F_RAW (CitizInvitation, chain_id),
    CITIZ_F_OPAQUE (CitizInvitation, name, n_name, 1, CITIZ_INVITATION_MAX_NAME),
    CITIZ_F_LIST (CitizInvitation, nodes, n_nodes, node_fields, 1, CITIZ_INVITATION_MAX_NODES),
    CITIZ_F_OPAQUE (CitizInvitation, token, n_token, 0, CITIZ_INVITATION_TOKEN_SIZE),
    CITIZ_F_END,
};

static gboolean
bad (GError **error, CitizWireError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_WIRE_ERROR, code, what);
  return FALSE;
}

static gboolean
is_loopback (const gchar *host)
{
  return g_str_equal (host, "localhost") || g_str_equal (host, "127.0.0.1")
         || g_str_equal (host, "::1");
}

/**
 * citiz_node_url_is_valid:
 *
 * Whether @url is where a node may be: "https://host" or "https://host:port" and nothing behind; "http://" for this computer alone.
 */
gboolean
citiz_node_url_is_valid (const gchar *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  const gchar *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL || *host == '\0' || g_uri_get_path (uri)[0] != '\0'
      || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL
      || g_uri_get_userinfo (uri) != NULL || strpbrk (url, "\\% ") != NULL)
    return FALSE;
  return g_str_has_prefix (url, "https://")
         || (g_str_has_prefix (url, "http://") && is_loopback (host));
}

/* 1 to %CITIZ_INVITATION_MAX_NAME bytes of UTF-8, each character one that can be seen. */
gboolean
citiz_community_name_is_valid (const gchar *name)
{
  const gsize n = strlen (name);

  if (n == 0 || n > CITIZ_INVITATION_MAX_NAME || !g_utf8_validate_len (name, n, NULL))
    return FALSE;
  for (const gchar *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isprint (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/* Returns: (transfer full): what people compare by voice, host and citizen, each in a language of their own */
gchar *
citiz_community_words (const CitizHash *chain_id, CitizLanguage language)
{
  g_auto (GStrv) words = citiz_words_of_hash (chain_id, CITIZ_COMMUNITY_N_WORDS, language);

  return g_strjoinv (" ", words);
}

/* Everything that is shown to a person before they agree. */
static gboolean
check_rules (const CitizInvitation *invitation, GError **error)
{
  if (strlen (invitation->name) != invitation->n_name
      || !citiz_community_name_is_valid (invitation->name))
    return bad (error, CITIZ_WIRE_ERROR_FORM, "name: not UTF-8 that can be seen");
  for (guint i = 0; i < invitation->n_nodes; i++)
    {
      const CitizInvitedNode *node = &invitation->nodes[i];

      if (strlen (node->url) != node->n_url || !citiz_node_url_is_valid (node->url))
        return bad (error, CITIZ_WIRE_ERROR_FORM, "url: not the address of a node");
      for (guint j = 0; j < i; j++)
        if (citiz_public_key_equal (&node->node, &invitation->nodes[j].node))
          return bad (error, CITIZ_WIRE_ERROR_FORM, "nodes: one of them twice");
    }
  if (invitation->n_token != 0 && invitation->n_token != CITIZ_INVITATION_TOKEN_SIZE)
    return bad (error, CITIZ_WIRE_ERROR_LENGTH, "token: a length that is not allowed");
  return TRUE;
}

/**
 * citiz_invitation_init:
 * @name: what the community is called, at most %CITIZ_INVITATION_MAX_NAME bytes; a longer one is cut at a character
 */
void
citiz_invitation_init (CitizInvitation *out, const CitizHash *chain_id, const gchar *name)
{
  gsize n = strlen (name);

  memset (out, 0, sizeof *out);
  out->version = CITIZ_INVITATION_VERSION;
  out->chain_id = *chain_id;
  if (n > CITIZ_INVITATION_MAX_NAME)
    n = (gsize) (g_utf8_find_prev_char (name, name + CITIZ_INVITATION_MAX_NAME + 1) - name);
  out->n_name = (guint16) n;
  memcpy (out->name, name, n);
}

/* Beyond %CITIZ_INVITATION_MAX_NODES, or longer than %CITIZ_INVITATION_MAX_URL, nothing is added: one node is enough to find the others. */
void
citiz_invitation_add_node (CitizInvitation *invitation,
                           const CitizPublicKey *node,
                           const gchar *url)
{
  const gsize n = strlen (url);
  CitizInvitedNode *out = &invitation->nodes[invitation->n_nodes];

  if (invitation->n_nodes == CITIZ_INVITATION_MAX_NODES || n > CITIZ_INVITATION_MAX_URL)
    return;
  invitation->n_nodes++;
  out->node = *node;
  out->n_url = (guint16) n;
  memcpy (out->url, url, n + 1);
}

/* @token: CITIZ_INVITATION_TOKEN_SIZE bytes */
void
citiz_invitation_set_token (CitizInvitation *invitation, const guint8 *token)
{
  invitation->n_token = CITIZ_INVITATION_TOKEN_SIZE;
  memcpy (invitation->token, token, CITIZ_INVITATION_TOKEN_SIZE);
}

static void
put_sum (GByteArray *bytes)
{
  CitizHash sum;

  citiz_sha256 (&sum, bytes->data, bytes->len);
  citiz_put_bytes (bytes, sum.b, SUM_SIZE);
}

GBytes *
citiz_invitation_encode (const CitizInvitation *invitation)
{
  GByteArray *bytes = g_byte_array_new ();

  citiz_fields_encode (bytes, invitation_fields, invitation);
  put_sum (bytes);
  return g_byte_array_free_to_bytes (bytes);
}

/**
 * citiz_invitation_decode:
 *
 * Returns: %FALSE with %CITIZ_WIRE_ERROR_UNKNOWN for a later version, %CITIZ_WIRE_ERROR_TRUNCATED when the sum at the end says that bytes
 *   are missing or changed, another of %CITIZ_WIRE_ERROR when it breaks a rule of FORMAT.md §8
 */
gboolean
citiz_invitation_decode (const guint8 *bytes, gsize n, CitizInvitation *out, GError **error)
{
  CitizHash sum;

  memset (out, 0, sizeof *out);
  if (n <= SUM_SIZE || n > CITIZ_INVITATION_MAX_BYTES)
    return bad (error, CITIZ_WIRE_ERROR_TRUNCATED, "too short, or too long");
  citiz_sha256 (&sum, bytes, n - SUM_SIZE);
  if (memcmp (sum.b, bytes + n - SUM_SIZE, SUM_SIZE) != 0)
    return bad (error, CITIZ_WIRE_ERROR_TRUNCATED, "something is missing, or changed");
  if (bytes[0] > CITIZ_INVITATION_VERSION)
    return bad (error, CITIZ_WIRE_ERROR_UNKNOWN, "of a later version");
  return citiz_fields_decode_all (bytes, n - SUM_SIZE, invitation_fields, out, error)
         && check_rules (out, error);
}

/* Text ***********************************************************************/

gchar *
citiz_invitation_code (const CitizInvitation *invitation)
{
  g_autoptr (GBytes) bytes = citiz_invitation_encode (invitation);

  return citiz_base64url_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

gchar *
citiz_invitation_uri (const CitizInvitation *invitation)
{
  g_autofree gchar *code = citiz_invitation_code (invitation);

  return g_strconcat (CITIZ_INVITATION_SCHEME, code, NULL);
}

/* The code is behind "#": no server and no log on the way sees it. */
gchar *
citiz_invitation_link (const CitizInvitation *invitation)
{
  g_autofree gchar *code = citiz_invitation_code (invitation);

  return g_strconcat (invitation->nodes[0].url, CITIZ_INVITATION_PATH "#", code, NULL);
}

/* The code of a link, an address or itself; what a mail program put into it (line ends, brackets) is left out.
 * Returns: (transfer full): "" when there is more than a code; @out_meant: it is an invitation, whole or not */
static gchar *
find_code (const gchar *text, gboolean *out_meant)
{
  static const gchar *const before[] = {CITIZ_INVITATION_SCHEME, CITIZ_INVITATION_PATH "#"};
  GString *code = g_string_new (NULL);

  *out_meant = FALSE;
  for (guint i = 0; !*out_meant && i < G_N_ELEMENTS (before); i++)
    {
      const gchar *at = strstr (text, before[i]);

      *out_meant = at != NULL;
      if (at != NULL)
        text = at + strlen (before[i]);
    }
  text += strspn (text, "<(\"' \t\r\n");
  for (; *text != '\0'; text++)
    if (g_ascii_isalnum (*text) || *text == '-' || *text == '_')
      g_string_append_c (code, *text);
    else if (!g_ascii_isspace (*text))
      break;
  text += strspn (text, ">)\"'.,; \t\r\n");
  if (*text != '\0')
    g_string_truncate (code, 0);
  *out_meant |= code->len >= CODE_MIN;
  return g_string_free (code, FALSE);
}

/**
 * citiz_invitation_read:
 * @text: what a person pasted or opened: "citiz:join?CODE", "https://node/join#CODE" or the code
 *
 * Returns: %FALSE as citiz_invitation_decode(), and with %CITIZ_WIRE_ERROR_FORM when this is no invitation at all
 */
gboolean
citiz_invitation_read (const gchar *text, CitizInvitation *out, GError **error)
{
  gboolean meant = FALSE;
  g_autofree gchar *code
      = strnlen (text, TEXT_MAX + 1) <= TEXT_MAX ? find_code (text, &meant) : NULL;
  g_autoptr (GBytes) bytes = code != NULL && *code != '\0' ? citiz_base64url_decode (code) : NULL;

  memset (out, 0, sizeof *out);
  if (bytes == NULL)
    return meant ? bad (error, CITIZ_WIRE_ERROR_TRUNCATED, "something is missing, or changed")
                 : bad (error, CITIZ_WIRE_ERROR_FORM, "not an invitation");
  if (!meant) /* a word that happens to be base64 */
    return bad (error, CITIZ_WIRE_ERROR_FORM, "not an invitation");
  return citiz_invitation_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), out,
                                  error);
}
