/* The vault: keys, slots, sealed objects, and what each kind of trouble is called. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-vault.h"
#include "store/citiz-vault-private.h"

#include "../tools.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const CitizKdfCost cheap = {1, 64};

typedef struct
{
  gchar *dir;
  CitizSecret *passphrase;
  CitizSecret *words;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree gchar *base = g_dir_make_tmp ("citiz-XXXXXX", NULL);

  f->dir = g_strdup (base);
  f->passphrase = citiz_secret_new_from_text ("six mots pour ouvrir ce coffre");
  f->words = citiz_secret_new_random (32);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  tools_remove_folder (f->dir);
  g_free (f->dir);
  citiz_secret_unref (f->passphrase);
  citiz_secret_unref (f->words);
}

static CitizVault *
create (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  CitizVault *vault
      = citiz_vault_create (f->dir, citiz_env_system (), f->passphrase, f->words, cheap, &error);

  g_assert_no_error (error);
  return vault;
}

static CitizVault *
reopen (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  CitizVault *vault = citiz_vault_open (f->dir, citiz_env_system (), f->passphrase, &error);

  g_assert_no_error (error);
  g_assert_nonnull (vault);
  return vault;
}

static void
refuse (Fixture *f, CitizSecret *passphrase, CitizStoreError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizVault) vault = citiz_vault_open (f->dir, citiz_env_system (), passphrase, &error);

  g_assert_null (vault);
  g_assert_error (error, CITIZ_STORE_ERROR, (gint) code);
}

static void
put (CitizVault *vault,
     CitizObjectClass object_class,
     const CitizId *id,
     guint32 version,
     guint32 batch,
     const gchar *text)
{
  g_autoptr (GBytes) plain = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_vault_put (vault, object_class, id, version, batch, plain, &error));
  g_assert_no_error (error);
}

static void
expect (CitizVault *vault,
        CitizObjectClass object_class,
        const CitizId *id,
        guint32 version,
        const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) plain = citiz_vault_get (vault, object_class, id, version, &error);

  if (text == NULL)
    {
      g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), text, strlen (text));
}

static void
test_round (Fixture *f, gconstpointer data)
{
  CitizId id = citiz_env_new_id (citiz_env_system ());
  g_autoptr (CitizSecret) before = NULL, after = NULL, other = NULL;

  g_assert_false (citiz_vault_exists (f->dir));
  refuse (f, f->passphrase, CITIZ_STORE_ERROR_NOT_FOUND);
  {
    g_autoptr (CitizVault) vault = create (f);
    g_autoptr (GError) error = NULL;
    put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, "first");
    put (vault, CITIZ_CLASS_RESOURCE, &id, 2, 7, "");
    before = citiz_vault_derive (vault, CITIZ_DOMAIN_KEY_PSEUDONYM, 5);
    other = citiz_vault_derive (vault, CITIZ_DOMAIN_KEY_PSEUDONYM, 6);
    g_assert_null (
        citiz_vault_create (f->dir, citiz_env_system (), f->passphrase, f->words, cheap, &error));
    g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_EXISTS);
    refuse (f, f->passphrase, CITIZ_STORE_ERROR_BUSY);
  }
  g_assert_true (citiz_vault_exists (f->dir));
  {
    g_autoptr (CitizVault) vault = reopen (f);
    g_autoptr (GBytes) again = g_bytes_new ("x", 1);
    g_autoptr (GError) error = NULL;
    expect (vault, CITIZ_CLASS_RESOURCE, &id, 1, "first");
    expect (vault, CITIZ_CLASS_RESOURCE, &id, 0, "");
    expect (vault, CITIZ_CLASS_SERIES, &id, 0, NULL);
    expect (vault, CITIZ_CLASS_RESOURCE, &id, 3, NULL);
    g_assert_false (citiz_vault_put (vault, CITIZ_CLASS_RESOURCE, &id, 2, 0, again, &error));
    g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_EXISTS);
    after = citiz_vault_derive (vault, CITIZ_DOMAIN_KEY_PSEUDONYM, 5);
  }
  g_assert_true (citiz_secret_equal (before, after));
  g_assert_false (citiz_secret_equal (before, other));
}

static void
test_slots (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizSecret) wrong = citiz_secret_new_from_text ("autre chose");
  g_autoptr (CitizSecret) fresh = citiz_secret_new_from_text ("une nouvelle phrase");
  g_autoptr (CitizSecret) words2 = citiz_secret_new_random (32);
  g_autoptr (GError) error = NULL;
  CitizId id = citiz_env_new_id (citiz_env_system ());

  {
    g_autoptr (CitizVault) vault = create (f);
    put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, "kept");
  }
  refuse (f, wrong, CITIZ_STORE_ERROR_WRONG_PASSPHRASE);
  {
    g_autoptr (CitizVault) vault = reopen (f);
    g_assert_false (citiz_vault_check_passphrase (vault, wrong, &error));
    g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_WRONG_PASSPHRASE);
    g_clear_error (&error);
    g_assert_true (citiz_vault_check_passphrase (vault, f->passphrase, &error));
    g_assert_true (citiz_vault_set_passphrase (vault, fresh, cheap, &error));
    g_assert_no_error (error);
  }
  refuse (f, f->passphrase, CITIZ_STORE_ERROR_WRONG_PASSPHRASE);
  {
    g_autoptr (CitizVault) vault
        = citiz_vault_open_with_words (f->dir, citiz_env_system (), f->words, &error);
    g_assert_no_error (error);
    expect (vault, CITIZ_CLASS_RESOURCE, &id, 0, "kept");
    g_assert_true (citiz_vault_set_words (vault, words2, &error));
    g_assert_true (citiz_vault_set_passphrase (vault, f->passphrase, cheap, &error));
  }
  g_assert_null (citiz_vault_open_with_words (f->dir, citiz_env_system (), f->words, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_WRONG_PASSPHRASE);
  g_clear_error (&error);
  {
    g_autoptr (CitizVault) vault
        = citiz_vault_open_with_words (f->dir, citiz_env_system (), words2, &error);
    g_assert_no_error (error);
  }
  citiz_vault_close (reopen (f));
}

typedef struct
{
  GString *text;
  guint stop_after;
} Walk;

static gboolean
walk_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  Walk *walk = data;

  g_string_append_printf (walk->text, "%.*s.%u.%u ", (int) g_bytes_get_size (plain),
                          (const gchar *) g_bytes_get_data (plain, NULL), version, batch);
  return walk->stop_after == 0 || --walk->stop_after > 0;
}

static void
test_walk (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizVault) vault = create (f);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Walk walk = {text, 0};
  CitizId a = citiz_env_new_id (citiz_env_system ()), b = citiz_env_new_id (citiz_env_system ());

  g_assert_cmpuint (citiz_vault_next_batch (vault), ==, 1);
  put (vault, CITIZ_CLASS_RESOURCE, &b, 1, 3, "b");
  put (vault, CITIZ_CLASS_SERIES, &a, 1, 3, "series");
  put (vault, CITIZ_CLASS_RESOURCE, &a, 1, 4, "a");
  put (vault, CITIZ_CLASS_RESOURCE, &b, 2, 0, "B");
  g_assert_cmpuint (citiz_vault_next_batch (vault), ==, 5);
  g_assert_cmpint (citiz_vault_count (vault, CITIZ_CLASS_RESOURCE), ==, 3);
  g_assert_true (citiz_vault_foreach (vault, CITIZ_CLASS_RESOURCE, walk_cb, &walk, NULL, &error));
  g_assert_cmpstr (text->str, ==, "b.1.3 a.1.4 B.2.0 ");

  walk.stop_after = 1;
  g_string_truncate (text, 0);
  g_assert_false (citiz_vault_foreach (vault, CITIZ_CLASS_RESOURCE, walk_cb, &walk, NULL, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_CANCELLED);
  g_assert_cmpstr (text->str, ==, "b.1.3 ");
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (
      citiz_vault_foreach (vault, CITIZ_CLASS_RESOURCE, walk_cb, &walk, cancellable, &error));
  g_clear_error (&error);

  g_assert_true (citiz_vault_delete_batch (vault, 3, &error));
  expect (vault, CITIZ_CLASS_SERIES, &a, 0, NULL);
  expect (vault, CITIZ_CLASS_RESOURCE, &b, 1, NULL);
  expect (vault, CITIZ_CLASS_RESOURCE, &b, 0, "B");
  g_assert_true (citiz_vault_delete (vault, CITIZ_CLASS_RESOURCE, &b, &error));
  expect (vault, CITIZ_CLASS_RESOURCE, &b, 0, NULL);
  expect (vault, CITIZ_CLASS_RESOURCE, &a, 0, "a");
}

static void
test_transactions (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizVault) vault = create (f);
  g_autoptr (GError) error = NULL;
  CitizId id = citiz_env_new_id (citiz_env_system ());

  g_assert_true (citiz_vault_begin (vault, &error));
  put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, "outer");
  g_assert_true (citiz_vault_begin (vault, &error));
  put (vault, CITIZ_CLASS_RESOURCE, &id, 2, 0, "inner");
  g_assert_true (citiz_vault_commit (vault, &error));
  g_assert_true (citiz_vault_commit (vault, &error));
  expect (vault, CITIZ_CLASS_RESOURCE, &id, 0, "inner");

  g_assert_true (citiz_vault_begin (vault, &error));
  put (vault, CITIZ_CLASS_RESOURCE, &id, 3, 0, "gone");
  g_assert_true (citiz_vault_begin (vault, &error));
  citiz_vault_rollback (vault);
  g_assert_false (citiz_vault_commit (vault, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_ROLLED_BACK);
  expect (vault, CITIZ_CLASS_RESOURCE, &id, 0, "inner");
  g_clear_error (&error);

  g_assert_true (citiz_vault_begin (vault, &error));
  put (vault, CITIZ_CLASS_RESOURCE, &id, 3, 0, "gone too");
  citiz_vault_rollback (vault);
  expect (vault, CITIZ_CLASS_RESOURCE, &id, 0, "inner");
}

static void
test_settings (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) value = g_bytes_new_static ("fr", 2), read = NULL;
  g_autoptr (GError) error = NULL;

  {
    g_autoptr (CitizVault) vault = create (f);
    g_assert_null (citiz_vault_get_setting (vault, "language"));
    for (guint i = 0; i < 3; i++)
      g_assert_true (citiz_vault_set_setting (vault, "language", value, &error));
    g_assert_cmpint (citiz_vault_count (vault, CITIZ_CLASS_SETTING), ==, 1);
  }
  {
    g_autoptr (CitizVault) vault = reopen (f);
    read = citiz_vault_get_setting (vault, "language");
    g_assert_true (g_bytes_equal (read, value));
    g_assert_true (citiz_vault_set_setting (vault, "language", NULL, &error));
    g_assert_null (citiz_vault_get_setting (vault, "language"));
  }
}

static void
test_sizes (Fixture *f, gconstpointer data)
{
  static const struct
  {
    gsize n, padded;
  } table[] = {{0, 256},        {252, 256},       {253, 1024},     {1020, 1024},
               {1021, 4096},    {4093, 16384},    {16381, 65536},  {65532, 65536},
               {65533, 131072}, {131068, 131072}, {131069, 196608}};
  /* Chunks: finer, never less than 256 bytes, and full ones like everything else. */
  static const struct
  {
    gsize n, padded;
  } chunks[] = {{0, 256},       {252, 256},     {253, 272},     {996, 1024},    {1021, 1088},
                {33000, 34816}, {65000, 65536}, {65532, 65536}, {65533, 131072}};
  g_autoptr (CitizVault) vault = create (f);
  g_autofree guint8 *room = g_malloc0 (CITIZ_OBJECT_MAX_SIZE + 1);
  g_autoptr (GBytes) largest = g_bytes_new_static (room, CITIZ_OBJECT_MAX_SIZE);
  g_autoptr (GBytes) larger = g_bytes_new_static (room, CITIZ_OBJECT_MAX_SIZE + 1), read = NULL;
  g_autoptr (GError) error = NULL;
  CitizId id = citiz_env_new_id (citiz_env_system ());

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpuint (citiz_object_padded_size (CITIZ_CLASS_RESOURCE, table[i].n), ==,
                      table[i].padded);
  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++)
    g_assert_cmpuint (citiz_object_padded_size (CITIZ_CLASS_CHUNK, chunks[i].n), ==,
                      chunks[i].padded);
  for (gsize n = 252; n <= 65532; n++)
    {
      gsize padded = citiz_object_padded_size (CITIZ_CLASS_CHUNK, n);
      g_assert_true (padded >= n + 4 && (gdouble) padded <= (gdouble) (n + 4) * 1.0626);
    }
  g_assert_true (citiz_vault_put (vault, CITIZ_CLASS_BLOB, &id, 1, 0, largest, &error));
  read = citiz_vault_get (vault, CITIZ_CLASS_BLOB, &id, 0, &error);
  g_assert_true (g_bytes_equal (read, largest));
  g_assert_false (citiz_vault_put (vault, CITIZ_CLASS_BLOB, &id, 2, 0, larger, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_TOO_LARGE);
}

/* Nothing of what is kept may be read in the files, and what is erased is gone from them. */
static void
test_nothing_in_clear (Fixture *f, gconstpointer data)
{
  static const gchar canary[] = "metformine-canary-0123456789";
  g_autoptr (GError) error = NULL;
  CitizId id = citiz_env_new_id (citiz_env_system ());
  g_autofree gchar *path = g_build_filename (f->dir, CITIZ_DB_FILE, NULL), *bytes = NULL;
  GStatBuf info;
  gsize n;

  {
    g_autoptr (CitizVault) vault = create (f);
    g_autoptr (GBytes) value = g_bytes_new_static (canary, sizeof canary);
    put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, canary);
    g_assert_true (citiz_vault_set_setting (vault, canary, value, &error));
  }
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_assert_null (memmem (bytes, n, canary, strlen (canary)));
  g_assert_null (
      memmem (bytes, n, citiz_secret_data (f->passphrase), citiz_secret_size (f->passphrase)));
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmphex (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (f->dir, &info), ==, 0);
  g_assert_cmphex (info.st_mode & 0777, ==, 0700);
}

static void
test_erased_bytes (Fixture *f, gconstpointer data)
{
  g_autofree gchar *path = g_build_filename (f->dir, CITIZ_DB_FILE, NULL), *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) wrapped = NULL;
  CitizId id = citiz_env_new_id (citiz_env_system ());
  gsize n;

  {
    g_autoptr (CitizVault) vault = create (f);
    g_autoptr (CitizStmt) stmt = NULL;
    gboolean row;
    put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, "to be erased");
    g_assert_true (
        citiz_db_prepare (citiz_vault_get_db (vault), "SELECT key FROM object", &stmt, &error));
    g_assert_true (citiz_stmt_next (stmt, &row, &error));
    wrapped = citiz_stmt_bytes (stmt, 0);
  }
  {
    g_autoptr (CitizVault) vault = reopen (f);
    g_assert_true (citiz_vault_delete (vault, CITIZ_CLASS_RESOURCE, &id, &error));
  }
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_assert_null (memmem (bytes, n, g_bytes_get_data (wrapped, NULL), g_bytes_get_size (wrapped)));
}

static void
tamper (Fixture *f, const gchar *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizDb) db = citiz_db_open (f->dir, CITIZ_DB_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (citiz_db_exec (db, sql, &error));
}

/* Rows moved, swapped or rolled back by someone who holds the file are not believed. */
static void
test_swapped_rows (Fixture *f, gconstpointer data)
{
  static const gchar *const tampering[] = {
      "UPDATE object SET class = 2 WHERE class = 1",
      "UPDATE object SET version = version + 10",
      "UPDATE object SET batch = 9",
      "UPDATE object SET sealed = (SELECT o.sealed FROM object o WHERE o.version = 2)"
      " WHERE version = 1",
      "UPDATE object SET key = (SELECT o.key FROM object o WHERE o.version = 2),"
      " sealed = (SELECT o.sealed FROM object o WHERE o.version = 2) WHERE version = 1",
      "UPDATE object SET sealed = substr (sealed, 1, 100)",
      "UPDATE object SET sealed = zeroblob (0)",
  };
  CitizId id = citiz_env_new_id (citiz_env_system ());

  for (guint i = 0; i < G_N_ELEMENTS (tampering); i++)
    {
      g_autofree gchar *text = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) seen = g_string_new (NULL);
      Walk walk = {seen, 0};
      {
        g_autoptr (CitizVault) vault = create (f);
        put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, "one");
        put (vault, CITIZ_CLASS_RESOURCE, &id, 2, 0, "two");
      }
      tamper (f, tampering[i]);
      {
        g_autoptr (CitizVault) vault = reopen (f);
        g_assert_false (citiz_vault_foreach (vault,
                                             i == 0 ? CITIZ_CLASS_SERIES : CITIZ_CLASS_RESOURCE,
                                             walk_cb, &walk, NULL, &error));
        g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED);
        g_assert_null (strstr (seen->str, "one"));
        if (i == 3 || i == 4)
          g_assert_cmpstr (seen->str, ==, "two.2.0 "); /* what is sound is still given */
      }
      tools_remove_folder (f->dir);
    }
}

static void
test_hostile_slots (Fixture *f, gconstpointer data)
{
  static const gchar *const tampering[] = {
      "UPDATE slot SET mem_kib = 4194304",
      "UPDATE slot SET ops = 4294967295",
      "UPDATE slot SET ops = 0",
      "UPDATE slot SET ops = -1",
      "UPDATE slot SET salt = zeroblob(16)",
      "UPDATE slot SET salt = zeroblob(1)",
      "UPDATE slot SET sealed = zeroblob(72)",
      "UPDATE slot SET sealed = zeroblob(0)",
      "UPDATE vault SET commitment = zeroblob(16)",
      "UPDATE vault SET id = zeroblob(16)",
      "UPDATE vault SET epoch = 2",
      "DELETE FROM vault",
  };

  for (guint i = 0; i < G_N_ELEMENTS (tampering); i++)
    {
      citiz_vault_close (create (f));
      tamper (f, tampering[i]);
      refuse (f, f->passphrase, CITIZ_STORE_ERROR_DAMAGED);
      tools_remove_folder (f->dir);
    }
  citiz_vault_close (create (f));
  tamper (f, "UPDATE vault SET format = 2");
  refuse (f, f->passphrase, CITIZ_STORE_ERROR_NEWER);
  tamper (f, "UPDATE vault SET format = 1; DELETE FROM slot WHERE kind = 1");
  refuse (f, f->passphrase, CITIZ_STORE_ERROR_NOT_FOUND);
}

/* A slot whose checksum fits its hostile cost (its author knows the sum) is refused before any memory is taken. */
static void
test_hostile_cost (Fixture *f, gconstpointer data)
{
  static const CitizKdfCost hostile[] = {{3, 4u << 20}, {G_MAXUINT32, 1024}, {64, 1u << 20}};

  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    g_assert_false (citiz_kdf_cost_is_acceptable (hostile[i]));
}

static void
test_create_cleans_up (Fixture *f, gconstpointer data)
{
  g_autofree gchar *unfinished = g_build_filename (f->dir, CITIZ_DB_FILE ".new", NULL);
  g_autofree gchar *journal = g_strconcat (unfinished, "-wal", NULL);

  g_assert_true (g_file_set_contents (unfinished, "half", 4, NULL));
  g_assert_true (g_file_set_contents (journal, "half", 4, NULL));
  g_assert_false (citiz_vault_exists (f->dir));
  citiz_vault_close (create (f));
  g_assert_false (g_file_test (unfinished, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (journal, G_FILE_TEST_EXISTS));
  citiz_vault_close (reopen (f));
}

static gboolean
in_journal (Fixture *f, gconstpointer bytes, gsize n)
{
  g_autofree gchar *path = g_build_filename (f->dir, CITIZ_DB_FILE "-wal", NULL);
  g_autofree gchar *text = NULL;
  gsize size = 0;

  return g_file_get_contents (path, &text, &size, NULL) && memmem (text, size, bytes, n) != NULL;
}

static GBytes *
column (CitizVault *vault, const gchar *sql)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GError) error = NULL;
  gboolean row;

  g_assert_true (citiz_db_prepare (citiz_vault_get_db (vault), sql, &stmt, &error));
  g_assert_true (citiz_stmt_next (stmt, &row, &error) && row);
  return citiz_stmt_bytes (stmt, 0);
}

/* An earlier passphrase or earlier words open nothing any more, not even what the log still held. */
static void
test_old_slot_leaves_journal (Fixture *f, gconstpointer data)
{
  static const gchar slot[] = "SELECT sealed FROM slot WHERE kind = 1";
  g_autoptr (CitizVault) vault = create (f);
  g_autoptr (CitizSecret) fresh = citiz_secret_new_from_text ("une nouvelle phrase");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) first = NULL, second = NULL;

  g_assert_true (citiz_vault_set_passphrase (vault, fresh, cheap, &error));
  first = column (vault, slot);
  g_assert_true (citiz_vault_set_passphrase (vault, f->passphrase, cheap, &error));
  second = column (vault, slot);
  g_assert_false (g_bytes_equal (first, second));
  g_assert_false (in_journal (f, g_bytes_get_data (first, NULL), g_bytes_get_size (first)));
}

/* Erased, then killed before the log was folded in: the next opening forgets it. */
static void
test_erased_then_killed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) wrapped = NULL;
  CitizId id = citiz_env_new_id (citiz_env_system ());
  int ends[2], status;
  guint8 key[72];
  pid_t child;

  citiz_vault_close (create (f));
  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      CitizVault *vault = reopen (f);

      put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, "to be erased");
      wrapped = column (vault, "SELECT key FROM object");
      if (write (ends[1], g_bytes_get_data (wrapped, NULL), sizeof key) != sizeof key
          || !citiz_vault_delete (vault, CITIZ_CLASS_RESOURCE, &id, NULL))
        _exit (1);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpint (read (ends[0], key, sizeof key), ==, sizeof key);
  close (ends[0]);
  close (ends[1]);
  g_assert_true (in_journal (f, key, sizeof key));
  {
    g_autoptr (CitizVault) vault = reopen (f);
    g_assert_false (in_journal (f, key, sizeof key));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/vault/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (old_slot_leaves_journal);
  ADD (erased_then_killed);
  ADD (round);
  ADD (slots);
  ADD (walk);
  ADD (transactions);
  ADD (settings);
  ADD (sizes);
  ADD (nothing_in_clear);
  ADD (erased_bytes);
  ADD (swapped_rows);
  ADD (hostile_slots);
  ADD (hostile_cost);
  ADD (create_cleans_up);
  return g_test_run ();
}
