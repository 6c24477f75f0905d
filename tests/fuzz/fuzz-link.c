/* Links, capsules and notes from strangers. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-capsule.h"
#include "consent/citiz-link.h"
#include "consent/citiz-note.h"
#include "consent/citiz-offline.h"
#include "consent/citiz-profile.h"
#include "crypto/citiz-crypto.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The payload of a link is base64url: the input is taken as the text inside it as well. */
static void
try_link (const gchar *text, gsize n)
{
  g_autofree gchar *encoded = citiz_base64url_encode ((const guint8 *) text, n);
  g_autofree gchar *wrapped = g_strconcat ("shlink:/", encoded, NULL);
  g_autoptr (CitizLink) as_is = citiz_link_parse (text, NULL);
  g_autoptr (CitizLink) inside = citiz_link_parse (wrapped, NULL);

  if (inside)
    {
      gchar *again = citiz_link_to_shlink (inside);
      g_autoptr (CitizLink) twice = citiz_link_parse (again, NULL);

      if (twice == NULL)
        g_error ("what was written is not read back");
      citiz_wipe_text (again);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static CitizSecret *key;
  static const CitizId grant;
  g_autofree gchar *text = g_strndup (size ? (const gchar *) data : "", size);
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (CitizNote) note = NULL;
  g_autoptr (CitizProfile) profile = NULL;
  g_autofree gchar *jwe = NULL;

  if (key == NULL && citiz_crypto_init ())
    key = citiz_secret_new (32);
  try_link (text, strlen (text));
  plain = citiz_jwe_decrypt (key, text, -1, NULL);
  jwe = citiz_capsule_open (&grant, key, bytes, NULL);
  note = citiz_note_open (&grant, key, key, bytes, NULL);
  profile = citiz_profile_from_json (text, -1, NULL);
  return 0;
}
