/* Damage to the chain on disk is found, and mended where it follows from the blocks. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "chain-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

static const struct
{
  const gchar *sql;
  const gchar *message;
} damages[] = {
    {"UPDATE chain_block SET hash = zeroblob (32) WHERE height = 2", "block 2:"},
    {"UPDATE chain_block SET header = zeroblob (344) WHERE height = 3", "block 3:"},
    {"UPDATE chain_block SET final = (SELECT final FROM chain_block WHERE height = 1) "
     "WHERE height = 2",
     "block 2:"},
    {"UPDATE chain_block SET final = CAST (substr (final, 1, length (final) - 1) || x'ff' AS BLOB) "
     "WHERE height = 2",
     "block 2: a signature is false"},
    {"DELETE FROM chain_block WHERE height = 2", "block 2:"},
    {"UPDATE chain_tx SET bytes = substr (bytes, 1, length (bytes) - 1) WHERE number = 1",
     "block 2:"},
    {"UPDATE chain_tx SET bytes = CAST (substr (bytes, 1, length (bytes) - 10) || zeroblob (8) || "
     "substr (bytes, -2) AS BLOB) WHERE number = 2",
     "block 3"},
    {"UPDATE chain_tx SET grant_id = zeroblob (16) WHERE number = 2", "block 3:"},
    {"UPDATE chain_name SET name = zeroblob (8) WHERE number = 2", "block 4:"},
    {"INSERT INTO chain_name SELECT name, number + 1 FROM chain_name WHERE number = 2", "block 4:"},
    {"UPDATE chain_named SET height = 2", "block 4:"},
    {"INSERT INTO chain_said (number) VALUES (2)", "block 4:"},
    {"UPDATE chain_name SET number = -9 WHERE number = -2", "block 4:"},
    {"DELETE FROM chain_name WHERE number = 2", "block 4:"},
    {"DELETE FROM chain_tx WHERE number = 2", "block 3:"},
    {"UPDATE chain_block SET first = 1 WHERE height = 3", "block 3:"},
    {"UPDATE chain_log SET hash = zeroblob (32) WHERE level = 4 AND place = 0", "block 4:"},
    {"DELETE FROM chain_log", "block 4:"},
    {"UPDATE chain_state SET value = x'01'", "block 4:"},
    {"DELETE FROM chain_state WHERE key = (SELECT min (key) FROM chain_state)", "block 4:"},
};

static void
test_damage (gconstpointer data)
{
  const gsize which = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  World world = {0};

  world_init (&world, NULL);
  for (guint8 n = 1; n <= 3; n++)
    {
      g_autoptr (GPtrArray) deal = list ();
      add_grant (&world, deal, n, 3, CITIZ_DAY);
      for (guint8 i = 1; n == 3 && i < 16; i++) /* what is kept of the log begins with 16 */
        add_grant (&world, deal, n + i, 3, CITIZ_DAY);
      submit_ok (&world, deal, NULL);
    }
  g_assert_true (citiz_chain_mend (world.chain, &error)); /* all names into their table */
  verify_ok (&world);
  g_assert_true (citiz_db_exec (world.db, damages[which].sql, &error));
  g_assert_no_error (error);
  g_assert_false (citiz_chain_verify (world.chain, NULL, NULL, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED);
  g_assert_true (g_str_has_prefix (error->message, damages[which].message));
  if (g_str_equal (damages[which].message, "block 4:")) /* in what follows from the blocks */
    {
      g_clear_error (&error);
      g_assert_true (citiz_chain_mend (world.chain, &error));
      g_assert_no_error (error);
      verify_ok (&world);
    }
  world_clear (&world, NULL);
}

/* What is derived from the transactions is made again from them; what is not, is not. */
static void
test_rebuild (World *world, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) deal = list ();
  g_autoptr (GPtrArray) open = list ();
  g_autoptr (GPtrArray) more = list ();

  add_grant (world, deal, 1, 3, CITIZ_DAY);
  submit_ok (world, deal, NULL);
  add_open (world, open, 1, 1, 3);
  for (guint8 n = 2; n < 16; n++)
    add_grant (world, open, n, 3, CITIZ_DAY);
  submit_ok (world, open, NULL);
  g_assert_true (citiz_db_exec (world->db,
                                "DELETE FROM chain_log WHERE level = 4;"
                                "UPDATE chain_state SET value = x'0101'",
                                &error));
  g_assert_no_error (error);
  world_shut (world);
  world_open (world);
  g_test_expect_message ("citiz-store", G_LOG_LEVEL_MESSAGE, "*made again*");
  g_assert_cmpint (state_of (world, 1).used, ==, 1);
  g_test_assert_expected_messages ();
  verify_ok (world);
  add_open (world, more, 1, 2, 3);
  submit_ok (world, more, NULL);
  verify_ok (world);
}

static void
count_cb (guint64 done, guint64 all, gpointer data)
{
  guint64 *last = data;

  g_assert_cmpuint (done, >=, *last);
  g_assert_cmpuint (done, <=, all);
  *last = done;
}

static void
test_verify (World *world, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint64 last = 0;

  for (guint i = 0; i < 150; i++)
    {
      g_autoptr (GPtrArray) txs = list ();
      CitizTxBody body = {0};

      body.commit.n_leaves = 8;
      memcpy (&body.commit.root, &i, sizeof i);
      citiz_chain_add (world->chain, txs, CITIZ_TX_COMMIT_RECORDS, &world->account, 0, &body,
                       world->device);
      submit_ok (world, txs, NULL);
    }
  g_assert_true (citiz_chain_verify (world->chain, count_cb, &last, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (last, ==, 151);
  g_cancellable_cancel (cancellable);
  g_assert_false (citiz_chain_verify (world->chain, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define ADD(name, func) g_test_add (name, World, NULL, world_init, func, world_clear)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autofree gchar *name = g_strdup_printf ("/chain/damage/%" G_GSIZE_FORMAT, i);
      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_damage);
    }
  ADD ("/chain/verify", test_verify);
  ADD ("/chain/rebuild", test_rebuild);
  return g_test_run ();
}
