/* Slots: each wraps the same master key under a passphrase or under the recovery words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-bytes.h"
#include "store/citiz-vault-private.h"

#include <string.h>

#define KEY_SIZE     32
#define SLOT_SEALED  (KEY_SIZE + CITIZ_SEAL_OVERHEAD)
#define WORDS_SUBKEY 1

typedef struct
{
  CitizSlotKind kind;
  guint8 salt[CITIZ_KDF_SALT_SIZE];
  CitizKdfCost cost;
  guint8 sealed[SLOT_SEALED];
} Slot;

/**
 * citiz_vault_commitment_of:
 *
 * XChaCha20-Poly1305 commits to no key: one blob can be made to open under two. So the master key's own 16 bytes
 * are kept in clear, stand in every slot's associated data, and are compared after unwrapping.
 */
void
citiz_vault_commitment_of (CitizSecret *master, guint32 epoch, guint8 out[CITIZ_COMMITMENT_SIZE])
{
  g_autoptr (CitizSecret) key = citiz_derive (CITIZ_DOMAIN_KEY_COMMITMENT, master, epoch);

  memcpy (out, citiz_secret_data (key), CITIZ_COMMITMENT_SIZE);
}

static GByteArray *
associated (const CitizVault *vault, const Slot *slot)
{
  GByteArray *ad = g_byte_array_new ();

  citiz_put_u32 (ad, vault->format);
  citiz_put_u8 (ad, (guint8) slot->kind);
  citiz_put_bytes (ad, vault->id.b, sizeof vault->id.b);
  citiz_put_u32 (ad, vault->epoch);
  citiz_put_u64 (ad, (guint64) vault->created.ms);
  citiz_put_bytes (ad, vault->commitment, sizeof vault->commitment);
  citiz_put_bytes (ad, slot->salt, sizeof slot->salt);
  citiz_put_u32 (ad, slot->cost.ops);
  citiz_put_u32 (ad, slot->cost.mem_kib);
  return ad;
}

/* An unkeyed sum over all that the slot depends on: it tells a damaged file from a wrong passphrase. */
static void
checksum (const CitizVault *vault, const Slot *slot, CitizHash *out)
{
  g_autoptr (GByteArray) ad = associated (vault, slot);
  gsize label_n;
  const guint8 *label = citiz_domain_label (CITIZ_DOMAIN_TEXT_SLOT_CHECK, &label_n);
  CitizSha256 sha;

  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, label, label_n);
  citiz_sha256_update (&sha, ad->data, ad->len);
  citiz_sha256_update (&sha, slot->sealed, sizeof slot->sealed);
  citiz_sha256_finish (&sha, out);
}

static void
set_damaged (GError **error)
{
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED, "The vault's slot is damaged");
}

/* The key that wraps: Argon2id of the passphrase, or straight from the words' 256 random bits. */
static CitizSecret *
wrapping_key (const Slot *slot, CitizSecret *secret, GError **error)
{
  g_autoptr (GError) failed = NULL;
  CitizSecret *key;

  if (slot->kind == CITIZ_SLOT_WORDS)
    return citiz_derive (CITIZ_DOMAIN_KEY_WORDS, secret, WORDS_SUBKEY);
  key = citiz_passphrase_key (secret, slot->salt, slot->cost, &failed);
  if (key == NULL && g_error_matches (failed, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_LIMIT))
    set_damaged (error);
  else if (key == NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return key;
}

/**
 * citiz_slot_write:
 * @secret: the passphrase, or 32 bytes of entropy behind the words
 * @cost: for a passphrase
 *
 * Wraps the vault's master key and replaces the slot of that kind.
 */
gboolean
citiz_slot_write (CitizVault *vault,
                  CitizSlotKind kind,
                  CitizSecret *secret,
                  CitizKdfCost cost,
                  GError **error)
{
  Slot slot = {.kind = kind, .cost = cost};
  g_autoptr (CitizSecret) key = NULL;
  g_autoptr (GByteArray) ad = NULL;
  g_autoptr (CitizStmt) stmt = NULL;
  CitizHash sum;

  citiz_env_random (vault->env, slot.salt, sizeof slot.salt);
  key = wrapping_key (&slot, secret, error);
  if (key == NULL)
    return FALSE;
  ad = associated (vault, &slot);
  citiz_seal_into (slot.sealed, CITIZ_DOMAIN_SEAL_SLOT, citiz_secret_data (key), ad->data, ad->len,
                   citiz_secret_data (vault->master), KEY_SIZE);
  checksum (vault, &slot, &sum);
  if (!citiz_db_prepare (vault->db,
                         "INSERT OR REPLACE INTO slot (kind, salt, ops, mem_kib, sealed, checksum)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, kind);
  citiz_stmt_bind_bytes (stmt, 2, slot.salt, sizeof slot.salt);
  citiz_stmt_bind_int (stmt, 3, cost.ops);
  citiz_stmt_bind_int (stmt, 4, cost.mem_kib);
  citiz_stmt_bind_bytes (stmt, 5, slot.sealed, sizeof slot.sealed);
  citiz_stmt_bind_hash (stmt, 6, &sum);
  return citiz_stmt_run (stmt, error);
}

static gboolean
take_column (CitizStmt *stmt, gint column, guint8 *out, gsize size)
{
  gsize n;
  const guint8 *bytes = citiz_stmt_view (stmt, column, &n);

  if (n != size)
    return FALSE;
  memcpy (out, bytes, n);
  return TRUE;
}

static gboolean
take_u32 (CitizStmt *stmt, gint column, guint32 *out)
{
  gint64 value = citiz_stmt_int (stmt, column);

  *out = (guint32) value;
  return value >= 0 && value <= G_MAXUINT32;
}

/* Reads and judges the slot before any of its wishes is granted. */
static gboolean
read_slot (CitizVault *vault, CitizSlotKind kind, Slot *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;
  CitizHash sum, expected;

  memset (out, 0, sizeof *out);
  out->kind = kind;
  if (!citiz_db_prepare (vault->db,
                         "SELECT salt, ops, mem_kib, sealed, checksum FROM slot WHERE kind = ?1",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, kind);
  if (!citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (!row)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND, "There is no such slot");
      return FALSE;
    }
  if (take_column (stmt, 0, out->salt, sizeof out->salt) && take_u32 (stmt, 1, &out->cost.ops)
      && take_u32 (stmt, 2, &out->cost.mem_kib)
      && take_column (stmt, 3, out->sealed, sizeof out->sealed) && citiz_stmt_hash (stmt, 4, &sum))
    {
      checksum (vault, out, &expected);
      if (citiz_hash_equal (&sum, &expected))
        return TRUE;
    }
  set_damaged (error);
  return FALSE;
}

/**
 * citiz_slot_unlock:
 *
 * Returns: (transfer full) (nullable): the master key; or %NULL with %CITIZ_STORE_ERROR_WRONG_PASSPHRASE, _DAMAGED,
 *   _NOT_FOUND, or %CITIZ_CRYPTO_ERROR_MEMORY
 */
CitizSecret *
citiz_slot_unlock (CitizVault *vault, CitizSlotKind kind, CitizSecret *secret, GError **error)
{
  Slot slot;
  g_autoptr (CitizSecret) key = NULL, master = NULL;
  g_autoptr (GByteArray) ad = NULL;
  guint8 commitment[CITIZ_COMMITMENT_SIZE];

  if (!read_slot (vault, kind, &slot, error))
    return NULL;
  key = wrapping_key (&slot, secret, error);
  if (key == NULL)
    return NULL;
  ad = associated (vault, &slot);
  master = citiz_secret_new (KEY_SIZE);
  if (!citiz_unseal_into (citiz_secret_data (master), CITIZ_DOMAIN_SEAL_SLOT,
                          citiz_secret_data (key), ad->data, ad->len, slot.sealed,
                          sizeof slot.sealed))
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_WRONG_PASSPHRASE,
                   "The passphrase or the words do not open this vault");
      return NULL;
    }
  citiz_vault_commitment_of (master, vault->epoch, commitment);
  if (citiz_bytes_equal (commitment, vault->commitment, sizeof commitment))
    return g_steal_pointer (&master);
  set_damaged (error);
  return NULL;
}
