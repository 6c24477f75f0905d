/* What commands say to people. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-command.h"

#include "wire/citiz-invitation.h"

#include <glib/gi18n.h>
#include <stdio.h>

#define MINUTE 60
#define HOUR   (60 * MINUTE)

void
citiz_host_say (const gchar *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vfprintf (stdout, format, arguments);
  va_end (arguments);
  fputc ('\n', stdout);
  fflush (stdout);
}

/* What whoever is invited reads, too, before they join: in the other language, perhaps. */
void
citiz_host_say_words (const CitizHash *chain_id)
{
  const CitizLanguage own = citiz_env_language ();
  g_autofree gchar *words = citiz_community_words (chain_id, own);
  g_autofree gchar *others = citiz_community_words (
      chain_id, own == CITIZ_LANGUAGE_FR ? CITIZ_LANGUAGE_EN : CITIZ_LANGUAGE_FR);

  citiz_host_say (_ ("The community’s six words: %s"), words);
  citiz_host_say (_ ("The same for who reads French: %s"), others);
}

static gboolean
chain_of (json_t *body, CitizHash *out)
{
  const gchar *hex = json_string_value (json_object_get (body, "chain"));

  return hex != NULL && citiz_hash_from_hex (out, hex);
}

void
citiz_host_say_words_of (json_t *body)
{
  CitizHash id;

  if (chain_of (body, &id))
    citiz_host_say_words (&id);
}

/* What a node has said of itself and its community gets them in the language of who asks. */
void
citiz_host_add_words (json_t *body)
{
  g_autofree gchar *words = NULL;
  CitizHash id;

  if (!chain_of (body, &id))
    return;
  words = citiz_community_words (&id, citiz_env_language ());
  json_object_set_new (body, "words", json_string (words));
}

/* @text and as many blanks as fill @width columns. */
gchar *
citiz_host_column (const gchar *text, guint width)
{
  guint taken = 0;

  for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      taken += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
    }
  return g_strdup_printf ("%s%*s", text, (int) (width > taken ? width - taken : 0), "");
}

/* UTF-8 that can be seen: nothing in it moves a terminal's cursor. */
gboolean
citiz_host_is_plain (const gchar *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isprint (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/* @text without what cannot be seen. */
static gchar *
plain (const gchar *text)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isprint (g_utf8_get_char (p)))
      g_string_append_unichar (plain, g_utf8_get_char (p));
  return g_string_free (g_steal_pointer (&plain), FALSE);
}

/* What somebody else has written is shown to a person: every text in @json without what cannot be seen. */
void
citiz_host_make_plain (json_t *json)
{
  const char *key;
  json_t *one;
  gsize i;

  if (json_is_string (json))
    {
      g_autofree gchar *text = plain (json_string_value (json));

      json_string_set (json, text);
    }
  json_array_foreach (json, i, one) citiz_host_make_plain (one);
  json_object_foreach (json, key, one) citiz_host_make_plain (one);
}

/**
 * citiz_host_duration:
 *
 * Returns: (transfer full): "45 s", "12 min", "30 h"
 */
gchar *
citiz_host_duration (gint64 seconds)
{
  if (seconds < 2 * MINUTE)
    return g_strdup_printf ("%" G_GINT64_FORMAT " s", seconds);
  if (seconds < 2 * HOUR)
    return g_strdup_printf ("%" G_GINT64_FORMAT " min", seconds / MINUTE);
  return g_strdup_printf ("%" G_GINT64_FORMAT " h", seconds / HOUR);
}

/* What the database has to say is for developers. */
void
citiz_host_explain (const GError *error)
{
  static const struct
  {
    gint code;
    const gchar *words;
  } sentences[] = {
      {CITIZ_STORE_ERROR_FULL, N_ ("The disk is full.")},
      {CITIZ_STORE_ERROR_READ_ONLY, N_ ("The disk or the folder cannot be written.")},
      {CITIZ_STORE_ERROR_DAMAGED,
       N_ ("The node’s data is damaged. A backup brings it back: citiz-node restore --verify")},
      {CITIZ_STORE_ERROR_EMPTY,
       N_ ("The node’s data is damaged. A backup brings it back: citiz-node restore --verify")},
      {CITIZ_STORE_ERROR_NEWER, N_ ("This was written by a newer Citiz: update this one first.")},
      {CITIZ_STORE_ERROR_BUSY, N_ ("A node runs in this folder already.")},
      {CITIZ_STORE_ERROR_IO, N_ ("The disk refuses.")},
  };
  const gchar *words = error->message;

  for (guint i = 0; error->domain == CITIZ_STORE_ERROR && i < G_N_ELEMENTS (sentences); i++)
    if (sentences[i].code == error->code)
      words = _ (sentences[i].words);
  if (words != error->message)
    g_debug ("%s", error->message);
  fprintf (stderr, "citiz-node: %s\n", words);
}
