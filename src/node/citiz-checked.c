/* A transaction's signature is verified when it comes and not again in its block. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-checked.h"

#include "crypto/citiz-hash.h"

#define GENERATION 16384 /* more than wait at one time */

/* Names of what was found good: hashes over key, purpose, signature and all that is signed. The older half is forgotten whole, so it never grows. */
struct _CitizChecked
{
  GHashTable *young;
  GHashTable *old;
};

static GHashTable *
generation_new (void)
{
  return g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, g_free, NULL);
}

CitizChecked *
citiz_checked_new (void)
{
  CitizChecked *checked = g_new (CitizChecked, 1);

  *checked = (CitizChecked){generation_new (), generation_new ()};
  return checked;
}

void
citiz_checked_free (CitizChecked *checked)
{
  g_hash_table_unref (checked->young);
  g_hash_table_unref (checked->old);
  g_free (checked);
}

static void
remember (CitizChecked *checked, const CitizHash *name)
{
  if (g_hash_table_size (checked->young) >= GENERATION)
    {
      g_hash_table_unref (checked->old);
      checked->old = checked->young;
      checked->young = generation_new ();
    }
  g_hash_table_add (checked->young, g_memdup2 (name, sizeof *name));
}

static void
name_of (CitizHash *out,
         CitizDomain domain,
         const guint8 *bytes,
         gsize n,
         const CitizSignature *signature,
         const CitizPublicKey *key)
{
  const guint8 purpose = (guint8) domain;
  CitizSha256 sha;

  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, key->b, sizeof key->b);
  citiz_sha256_update (&sha, &purpose, 1);
  citiz_sha256_update (&sha, signature->b, sizeof signature->b);
  citiz_sha256_update (&sha, bytes, n);
  citiz_sha256_finish (&sha, out);
}

static gboolean
knows (const CitizChecked *checked, const CitizHash *name)
{
  return g_hash_table_contains (checked->young, name) || g_hash_table_contains (checked->old, name);
}

gboolean
citiz_checked_knows (const CitizChecked *checked,
                     CitizDomain domain,
                     const guint8 *bytes,
                     gsize n,
                     const CitizSignature *signature,
                     const CitizPublicKey *key)
{
  CitizHash name;

  name_of (&name, domain, bytes, n, signature, key);
  return knows (checked, &name);
}

gboolean
citiz_checked_check (gpointer data,
                     CitizDomain domain,
                     const guint8 *bytes,
                     gsize n,
                     const CitizSignature *signature,
                     const CitizPublicKey *key)
{
  CitizChecked *checked = data;
  CitizHash name;

  name_of (&name, domain, bytes, n, signature, key);
  if (knows (checked, &name))
    return TRUE;
  if (!citiz_check_now (NULL, domain, bytes, n, signature, key))
    return FALSE;
  remember (checked, &name);
  return TRUE;
}
