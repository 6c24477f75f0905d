/* One hash of what a summary says, to know whether a record has changed for its reader. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-consent-private.h"
#include "consent/citiz-ips.h"

#define UUID_SIZE 36

static gboolean
is_uuid (const gchar *text)
{
  for (guint i = 0; i < UUID_SIZE; i++)
    if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : !g_ascii_isxdigit (text[i]))
      return FALSE;
  return TRUE;
}

/* An identifier counts as the how manieth it is: what refers to what is part of what is said. */
static void
update_uuid (CitizSha256 *sha, GHashTable *seen, const gchar *text)
{
  g_autofree gchar *uuid = g_strndup (text, UUID_SIZE);
  gpointer number = g_hash_table_lookup (seen, uuid);
  guint32 n;

  if (number == NULL)
    {
      number = GUINT_TO_POINTER (g_hash_table_size (seen) + 1);
      g_hash_table_insert (seen, g_steal_pointer (&uuid), number);
    }
  n = GUINT32_TO_BE (GPOINTER_TO_UINT (number));
  citiz_sha256_update (sha, (const guint8 *) &n, sizeof n);
}

/* Of the Composition: when the newest item came, be it one that is not shown. */
static const gchar *
record_updated (json_t *bundle)
{
  const json_t *first = json_array_get (json_object_get (bundle, "entry"), 0);
  const json_t *extension;
  size_t i;

  json_array_foreach (json_object_get (json_object_get (first, "resource"), "extension"), i,
                      extension)
  {
    if (g_strcmp0 (json_string_value (json_object_get (extension, "url")),
                   CITIZ_EXT "record-updated")
        == 0)
      return json_string_value (json_object_get (extension, "valueDateTime"));
  }
  return NULL;
}

/* How many bytes of @text are not part of what is said. */
static gsize
skip (const gchar *text, const gchar *const instants[2])
{
  for (guint i = 0; i < 2; i++)
    if (instants[i] != NULL && *instants[i] != '\0' && g_str_has_prefix (text, instants[i]))
      return strlen (instants[i]);
  return 0;
}

/**
 * citiz_ips_digest:
 * @bundle: as citiz_ips_build() makes it; only read
 *
 * Left out wherever they stand: the instant of its making, the instant of the record's newest change, which may be one that the reader does
 * not see, and the identifiers made for it.
 */
void
citiz_ips_digest (CitizHash *out, json_t *bundle)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const gchar *const instants[2]
      = {json_string_value (json_object_get (bundle, "timestamp")), record_updated (bundle)};
  gchar *text = citiz_json_dump (bundle);
  const gchar *said = text, *at = text;
  CitizSha256 sha;

  citiz_sha256_init (&sha);
  while (*at != '\0')
    {
      const gboolean uuid = is_uuid (at);
      const gsize n = uuid ? UUID_SIZE : skip (at, instants);

      if (n == 0)
        {
          at++;
          continue;
        }
      citiz_sha256_update (&sha, (const guint8 *) said, (gsize) (at - said));
      if (uuid)
        update_uuid (&sha, seen, at);
      at += n;
      said = at;
    }
  citiz_sha256_update (&sha, (const guint8 *) said, (gsize) (at - said));
  citiz_sha256_finish (&sha, out);
  citiz_wipe_text (text);
}
