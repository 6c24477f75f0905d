/* The rows of a vault as another program wrote them: the format of the file, frozen. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-vault.h"
#include "vector-file.h"

#include <glib/gstdio.h>
#include <string.h>

static void
bind_hex (CitizStmt *stmt, gint parameter, json_t *object, const gchar *key)
{
  g_autoptr (GBytes) bytes = vector_bytes (object, key);

  citiz_stmt_bind_gbytes (stmt, parameter, bytes);
}

static void
write_identity (CitizDb *db, json_t *vector)
{
  g_autoptr (CitizStmt) vault = NULL, slot = NULL;

  g_assert_true (citiz_db_prepare (db,
                                   "INSERT INTO vault (one, id, format, epoch, created, commitment)"
                                   " VALUES (1, ?1, ?2, ?3, ?4, ?5)",
                                   &vault, NULL));
  bind_hex (vault, 1, vector, "id");
  citiz_stmt_bind_int (vault, 2, vector_number (vector, "format"));
  citiz_stmt_bind_int (vault, 3, vector_number (vector, "epoch"));
  citiz_stmt_bind_int (vault, 4, vector_number (vector, "created"));
  bind_hex (vault, 5, vector, "commitment");
  g_assert_true (citiz_stmt_run (vault, NULL));
  g_assert_true (citiz_db_prepare (db,
                                   "INSERT INTO slot (kind, salt, ops, mem_kib, sealed, checksum)"
                                   " VALUES (2, ?1, 0, 0, ?2, ?3)",
                                   &slot, NULL));
  bind_hex (slot, 1, json_object_get (vector, "slot"), "salt");
  bind_hex (slot, 2, json_object_get (vector, "slot"), "sealed");
  bind_hex (slot, 3, json_object_get (vector, "slot"), "checksum");
  g_assert_true (citiz_stmt_run (slot, NULL));
}

static void
write_object (CitizDb *db, json_t *object)
{
  g_autoptr (CitizStmt) stmt = NULL;

  g_assert_true (citiz_db_prepare (db,
                                   "INSERT INTO object (class, id, version, batch, key, sealed)"
                                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                                   &stmt, NULL));
  citiz_stmt_bind_int (stmt, 1, vector_number (object, "class"));
  bind_hex (stmt, 2, object, "id");
  citiz_stmt_bind_int (stmt, 3, vector_number (object, "version"));
  citiz_stmt_bind_int (stmt, 4, vector_number (object, "batch"));
  bind_hex (stmt, 5, object, "key");
  bind_hex (stmt, 6, object, "sealed");
  g_assert_true (citiz_stmt_run (stmt, NULL));
}

static void
read_object (CitizVault *vault, json_t *object)
{
  g_autoptr (GBytes) expected = vector_bytes (object, "plain"), plain = NULL;
  g_autoptr (GError) error = NULL;
  CitizId id;

  g_assert_true (citiz_id_from_hex (&id, vector_text (object, "id")));
  plain = citiz_vault_get (vault, (CitizObjectClass) vector_number (object, "class"), &id,
                           (guint32) vector_number (object, "version"), &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (plain, expected));
}

static void
check_keys (CitizVault *vault, json_t *vector)
{
  g_autoptr (CitizSecret) seed = citiz_vault_derive (vault, CITIZ_DOMAIN_KEY_IDENTITY, 1);
  g_autofree gchar *hex = citiz_hex_encode (citiz_secret_data (seed), citiz_secret_size (seed));
  g_autoptr (GBytes) value = g_bytes_new_static ("fr", 2), sealed = NULL;
  CitizId id;

  g_assert_cmpstr (hex, ==, vector_text (vector, "identity_seed"));
  g_assert_true (citiz_vault_set_setting (vault, vector_text (vector, "setting"), value, NULL));
  g_assert_true (citiz_id_from_hex (&id, vector_text (vector, "setting_id")));
  sealed = citiz_vault_get (vault, CITIZ_CLASS_SETTING, &id, 0, NULL);
  g_assert_nonnull (sealed);
  g_assert_true (g_bytes_equal (sealed, value));
}

static void
check_vault (const gchar *dir, json_t *vector)
{
  g_autoptr (GBytes) entropy = vector_bytes (vector, "entropy");
  g_autoptr (CitizSecret) words = citiz_secret_new_take_copy (DATA (entropy), SIZE (entropy));
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizVault) vault = NULL;
  json_t *object;
  gsize i;

  {
    g_autoptr (CitizDb) db = citiz_db_open (dir, CITIZ_DB_CREATE, &error);
    g_assert_no_error (error);
    write_identity (db, vector);
    json_array_foreach (json_object_get (vector, "objects"), i, object) write_object (db, object);
  }
  vault = citiz_vault_open_with_words (dir, citiz_env_system (), words, &error);
  g_assert_no_error (error);
  json_array_foreach (json_object_get (vector, "objects"), i, object) read_object (vault, object);
  check_keys (vault, vector);
}

static void
test_vault (void)
{
  json_t *root = vector_file ("citiz-vault.json"), *vector;
  gsize i;

  json_array_foreach (root, i, vector)
  {
    g_autofree gchar *dir = g_dir_make_tmp ("citiz-XXXXXX", NULL);
    g_autofree gchar *file = g_build_filename (dir, CITIZ_DB_FILE, NULL);
    g_autofree gchar *lock = g_build_filename (dir, "citiz.lock", NULL);
    check_vault (dir, vector);
    g_unlink (file);
    g_unlink (lock);
    g_rmdir (dir);
  }
  g_assert_cmpuint (i, >, 0);
  json_decref (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vectors/citiz-vault.json", test_vault);
  return g_test_run ();
}
