/* Sealed notes from a reader to the citizen. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-note.h"
#include "consent/citiz-consent-private.h"
#include "consent/citiz-profile.h"

/* Members in the order they are written, with the longest text that is kept, in characters. */
static const struct
{
  const gchar *key;
  gsize offset;
  glong max;
} members[] = {
    {"name", G_STRUCT_OFFSET (CitizNote, name), 120},
    {"role", G_STRUCT_OFFSET (CitizNote, role), 60},
    {"place", G_STRUCT_OFFSET (CitizNote, place), 120},
    {"reason", G_STRUCT_OFFSET (CitizNote, reason), 16},
    {"lang", G_STRUCT_OFFSET (CitizNote, lang), 8},
    {"text", G_STRUCT_OFFSET (CitizNote, text), 1000},
};

void
citiz_note_free (CitizNote *note)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    citiz_wipe_text (G_STRUCT_MEMBER (gchar *, note, members[i].offset));
  g_free (note);
}

/* What strangers typed, made safe to lay out: valid, bounded, without controls or direction overrides. */
static gchar *
tidy (const gchar *text, glong max)
{
  g_autofree gchar *valid = g_utf8_make_valid (text ? text : "", -1);
  GString *out = g_string_new (NULL);
  glong n = 0;

  for (const gchar *p = valid; *p && n < max; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      GUnicodeType type = g_unichar_type (c);

      if (c != '\n'
          && (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_SURROGATE))
        continue;
      g_string_append_unichar (out, c);
      n++;
    }
  return g_string_free (out, FALSE);
}

static CitizSecret *
note_key (const CitizId *grant, CitizSecret *key)
{
  return citiz_consent_hkdf (CITIZ_DOMAIN_TEXT_NOTE, grant, key, NULL, 0);
}

static GByteArray *
note_ad (const CitizId *grant)
{
  return g_byte_array_append (g_byte_array_new (), grant->b, sizeof grant->b);
}

GBytes *
citiz_note_seal (const CitizEnv *env,
                 CitizNoteMode mode,
                 const CitizId *grant,
                 CitizSecret *key,
                 const CitizNote *note)
{
  g_autoptr (CitizSecret) sealing = note_key (grant, key);
  g_autoptr (GByteArray) ad = note_ad (grant);
  g_autoptr (GByteArray) body = NULL;
  GByteArray *out = g_byte_array_new ();
  json_t *json = json_object ();
  char *text;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree gchar *value
          = tidy (G_STRUCT_MEMBER (gchar *, note, members[i].offset), members[i].max);

      json_object_set_new (json, members[i].key, json_string (value));
    }
  text = json_dumps (json, JSON_COMPACT);
  body = citiz_consent_gcm (env, sealing, ad, text, strlen (text));
  citiz_put_u8 (out, (guint8) mode);
  g_byte_array_append (out, body->data, body->len);
  free (text);
  json_decref (json);
  return g_byte_array_free_to_bytes (out);
}

CitizNote *
citiz_note_open (const CitizId *grant,
                 CitizSecret *k_r,
                 CitizSecret *t,
                 GBytes *sealed,
                 GError **error)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (sealed, &n);
  g_autoptr (CitizSecret) key = NULL;
  g_autoptr (GByteArray) ad = note_ad (grant);
  g_autoptr (GBytes) plain = NULL;
  CitizNote *note = NULL;
  json_t *json = NULL;

  if (n == 0 || n > CITIZ_NOTE_MAX
      || (bytes[0] != CITIZ_NOTE_MODE_PAGE && bytes[0] != CITIZ_NOTE_MODE_NODE))
    {
      g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT, "not a sealed note");
      return NULL;
    }
  key = note_key (grant, bytes[0] == CITIZ_NOTE_MODE_PAGE ? k_r : t);
  plain = citiz_consent_ungcm (key, ad, bytes + 1, n - 1, error);
  if (plain == NULL)
    return NULL;
  json = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain),
                     JSON_REJECT_DUPLICATES, NULL);
  if (!json_is_object (json))
    {
      json_decref (json);
      g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT,
                   "the note is not an object");
      return NULL;
    }
  note = g_new0 (CitizNote, 1);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    G_STRUCT_MEMBER (gchar *, note, members[i].offset)
        = tidy (json_string_value (json_object_get (json, members[i].key)), members[i].max);
  json_decref (json);
  return note;
}

void
citiz_note_hash (CitizHash *out, GBytes *sealed)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (sealed, &n);

  citiz_sha256 (out, bytes, n);
}
