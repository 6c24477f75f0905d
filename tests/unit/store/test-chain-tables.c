/* The tables beside the blocks: transactions by name, and files of older layouts. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "chain-fixture.h"

#include "crypto/citiz-crypto.h"

/* Names that wait go into the long table together; transactions are found before and after, and each is found once. */
static void
test_many_names (World *world, gconstpointer unused)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (CitizHash));
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GError) error = NULL;
  CitizBlockInfo block;
  CitizTxInfo info;

  for (guint i = 0; i < CITIZ_CHAIN_NAMES / CITIZ_BLOCK_MAX_TX + 1; i++)
    {
      g_autoptr (GPtrArray) txs = list ();

      for (guint k = 0; k < CITIZ_BLOCK_MAX_TX; k++)
        {
          CitizTxBody body = {.commit.n_leaves = 1};

          citiz_random (body.commit.root.b, sizeof body.commit.root.b);
          citiz_chain_add (world->chain, txs, CITIZ_TX_COMMIT_RECORDS, &world->account, 0, &body,
                           world->device);
        }
      submit_ok (world, txs, NULL);
      g_array_append_val (ids, *citiz_tx_get_id (txs->pdata[0]));
      g_array_append_val (ids, *citiz_tx_get_id (txs->pdata[txs->len - 1]));
      if (i == 0)
        again = g_steal_pointer (&txs);
    }
  for (guint i = 0; i < ids->len; i++)
    {
      const CitizHash *id = &g_array_index (ids, CitizHash, i);
      g_autoptr (GPtrArray) blocks = citiz_chain_blocks (world->chain, 2 + i / 2, 1, &error);
      guint64 height;

      g_assert_no_error (error);
      g_assert_true (citiz_chain_height_of (
          world->chain, &((const CitizBlockInfo *) blocks->pdata[0])->hash, &height));
      g_assert_cmpuint (height, ==, 2 + i / 2);
      g_assert_false (citiz_chain_height_of (world->chain, id, &height));

      g_assert_true (citiz_chain_find_tx (world->chain, id, &info, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (info.height, ==, 2 + i / 2);
      citiz_tx_info_clear (&info);
    }
  g_assert_true (citiz_chain_submit (world->chain, again, &block, &error));
  g_assert_cmpuint (block.height, ==, 2);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 1 + ids->len / 2);
  verify_ok (world);
}

static gboolean
is_found (World *world, const CitizTx *tx)
{
  g_autoptr (GError) error = NULL;
  CitizTxInfo info;

  if (citiz_chain_find_tx (world->chain, citiz_tx_get_id (tx), &info, &error))
    {
      citiz_tx_info_clear (&info);
      return TRUE;
    }
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
  return FALSE;
}

/* What was rolled back is found no more, and what takes its place is. */
static void
test_names_rolled_back (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) gone = list ();
  g_autoptr (GPtrArray) stays = list ();
  g_autoptr (GPtrArray) next = list ();
  g_autoptr (GError) error = NULL;
  CitizBlockInfo block;
  guint64 height;

  add_grant (world, gone, 1, 3, CITIZ_DAY);
  add_grant (world, stays, 2, 3, CITIZ_DAY);
  g_assert_true (citiz_db_begin (world->db, &error));
  submit_ok (world, gone, &block);
  g_assert_true (is_found (world, gone->pdata[0]));
  citiz_db_rollback (world->db);
  g_assert_false (is_found (world, gone->pdata[0]));
  g_assert_false (citiz_chain_height_of (world->chain, &block.hash, &height));

  g_assert_true (citiz_db_begin (world->db, &error));
  submit_ok (world, gone, NULL);
  citiz_db_rollback (world->db);
  submit_ok (world, stays, NULL);
  add_grant (world, next, 3, 3, CITIZ_DAY);
  submit_ok (world, next, NULL);
  g_assert_false (is_found (world, gone->pdata[0]));
  g_assert_true (is_found (world, stays->pdata[0]));
  g_assert_true (is_found (world, next->pdata[0]));
  verify_ok (world);
}

static gint64
named_up_to (World *world)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GError) error = NULL;
  gboolean row;

  g_assert_true (
      citiz_db_prepare (world->db, "SELECT max (height) FROM chain_named", &stmt, &error));
  g_assert_true (citiz_stmt_next (stmt, &row, &error));
  return citiz_stmt_int (stmt, 0);
}

/* An idle community makes empty blocks: their names wait, too, and no more of them than of transactions. */
static void
test_names_of_empty_blocks (World *world, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  const CitizBlockHeader header = {.log_size = 1};
  g_autoptr (CitizBlock) block = citiz_block_new (&header);

  g_assert_true (citiz_db_begin (world->db, &error));
  block->header.height = CITIZ_CHAIN_NAMES - 2;
  g_assert_true (citiz_chain_write_names (world->chain, block, &error));
  g_assert_cmpint (named_up_to (world), ==, 0);
  block->header.height = CITIZ_CHAIN_NAMES - 1;
  g_assert_true (citiz_chain_write_names (world->chain, block, &error));
  g_assert_cmpint (named_up_to (world), ==, CITIZ_CHAIN_NAMES - 1);

  world->chain->names.copying = TRUE; /* more of them wait while a copy is made */
  block->header.height = 2 * CITIZ_CHAIN_NAMES - 1;
  g_assert_true (citiz_chain_write_names (world->chain, block, &error));
  g_assert_cmpint (named_up_to (world), ==, CITIZ_CHAIN_NAMES - 1);
  block->header.height = CITIZ_CHAIN_NAMES_COPY - 1;
  g_assert_true (citiz_chain_write_names (world->chain, block, &error));
  g_assert_cmpint (named_up_to (world), ==, CITIZ_CHAIN_NAMES_COPY - 1);
  world->chain->names.copying = FALSE;
  citiz_db_rollback (world->db);
  verify_ok (world);
}

/* A file as the tables were once: it is brought over when it is opened, and the chain goes on. @data: its name */
static void
test_old_layout (World *world, gconstpointer data)
{
  g_autofree gchar *from = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), "chain", data, NULL);
  g_autofree gchar *to = g_build_filename (world->dir, CITIZ_DB_FILE, NULL);
  g_autofree gchar *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) blocks = NULL;
  g_autoptr (GPtrArray) of_grant = NULL;
  g_autoptr (GPtrArray) open = list ();
  const CitizId id = grant_id (1);
  CitizTxPath path;
  gsize n;

  world_shut (world);
  g_assert_true (g_file_get_contents (from, &bytes, &n, &error));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) n, &error));
  world_open (world);
  g_assert_true (citiz_chain_can_sign (world->chain));
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 5);
  g_assert_cmpint (state_of (world, 1).used, ==, 1);
  g_assert_cmpint (state_of (world, 2).status, ==, CITIZ_GRANT_REVOKED);
  verify_ok (world);

  for (guint64 height = 1, number = 0; height <= 5; height++)
    {
      g_autoptr (GPtrArray) infos = citiz_chain_txs_of_block (world->chain, height, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < infos->len; i++, number++)
        {
          const CitizTxInfo *info = infos->pdata[i];

          g_assert_cmpuint (info->log_index, ==, number);
          g_assert_cmpuint (info->height, ==, height);
          g_assert_cmpuint (info->index, ==, i);
          g_assert_cmpint (info->entered.ms, >=, world->now.ms);
          g_assert_true (citiz_chain_path (world->chain, &info->id, &path, &error));
          g_assert_true (path.done[CITIZ_STEP_LOG] && path.done[CITIZ_STEP_BLOCK]);
          citiz_tx_path_clear (&path);
        }
      g_assert_true (height < 5 || number == 45);
    }
  of_grant = citiz_chain_txs_of_grant (world->chain, &id, &error);
  g_assert_cmpuint (of_grant->len, ==, 2);

  world->now.ms += 10 * 1000;
  add_open (world, open, 1, 2, 3);
  submit_ok (world, open, NULL);
  verify_ok (world);
  world_shut (world);
  world_open (world);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 6);
  verify_ok (world);
}

#define ADD_WITH(name, data, func) g_test_add (name, World, data, world_init, func, world_clear)
#define ADD(name, func)            ADD_WITH (name, NULL, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  ADD_WITH ("/chain/first-layout", "first-layout.db", test_old_layout);
  ADD_WITH ("/chain/second-layout", "second-layout.db", test_old_layout);
  ADD_WITH ("/chain/third-layout", "third-layout.db", test_old_layout);
  ADD ("/chain/many-names", test_many_names);
  ADD ("/chain/names-rolled-back", test_names_rolled_back);
  ADD ("/chain/names-of-empty-blocks", test_names_of_empty_blocks);
  return g_test_run ();
}
