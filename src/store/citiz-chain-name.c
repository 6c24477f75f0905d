/* The chain on disk: what blocks and transactions are found by. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

static void
add_name (GArray *names, const CitizHash *hash, gint64 number)
{
  const CitizChainName name = {citiz_chain_name_of (hash->b), number};

  g_array_append_val (names, name);
}

static void
add_block (GArray *names, const CitizBlock *block)
{
  const guint64 first = block->header.log_size - block->txs->len;

  add_name (names, &block->hash, -(gint64) block->header.height);
  for (guint i = 0; i < block->txs->len; i++)
    add_name (names, citiz_tx_get_id (block->txs->pdata[i]), (gint64) (first + i));
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  const CitizChainName *x = a;
  const CitizChainName *y = b;

  if (x->name != y->name)
    return x->name < y->name ? -1 : 1;
  return x->number < y->number ? -1 : x->number > y->number;
}

/* The long table *************************************************************/

/* @data: CitizChainName, in the order of the bytes on disk */
static void
bind_name (CitizStmt *stmt, gint first, gconstpointer data, guint i)
{
  const CitizChainName *name = (const CitizChainName *) data + i;

  citiz_stmt_bind_bytes (stmt, first, (const guint8 *) &(guint64){GUINT64_TO_BE (name->name)},
                         CITIZ_CHAIN_NAME_SIZE);
  citiz_stmt_bind_int (stmt, first + 1, name->number);
}

/* Sorted, so that a page of the table is written once. */
static gboolean
put_away (CitizChain *chain, GArray *names, GError **error)
{
  /* What is there already is what a lost mark had listed again. */
  static const CitizDbInsert insert
      = CITIZ_DB_INSERT ("INSERT OR IGNORE INTO chain_name (name, number) VALUES ", "(?, ?)", "");

  g_array_sort (names, compare_names);
  return citiz_db_insert (chain->db, &insert, 2, bind_name, names->data, names->len, error);
}

/* Up to which block the long table has the names. */
static gboolean
read_mark (CitizChain *chain, guint64 *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (chain->db, "SELECT height FROM chain_named", &stmt, error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  *out = MAX (row ? (guint64) citiz_stmt_int (stmt, 0) : 0, citiz_chain_base (chain));
  return TRUE;
}

gboolean
citiz_chain_keep_named (CitizChain *chain, guint64 height, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "INSERT INTO chain_named (one, height) VALUES (1, ?1) "
                         "ON CONFLICT (one) DO UPDATE SET height = max (height, excluded.height)",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) height);
  return citiz_stmt_run (stmt, error);
}

/* Those that wait ************************************************************/

/* Of the blocks after @height up to @end. @out_first: where their transactions begin in the log, -1 if there is no such block; @last: afterwards the newest of them */
static gboolean
read_blocks (CitizChain *chain,
             guint64 height,
             guint64 end,
             GArray *names,
             gint64 *out_first,
             CitizChainHead *last,
             GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  *out_first = -1;
  if (!citiz_db_prepare (chain->db,
                         "SELECT height, hash, first FROM chain_block "
                         "WHERE height > ?1 AND height <= ?2 ORDER BY height",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) height);
  citiz_stmt_bind_int (stmt, 2, (gint64) MIN (end, G_MAXINT64));
  for (;;)
    {
      gboolean row;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      last->header.height = (guint64) citiz_stmt_int (stmt, 0);
      if (!citiz_stmt_hash (stmt, 1, &last->hash))
        return citiz_chain_damaged (error, last->header.height, "it has no hash");
      add_name (names, &last->hash, -citiz_stmt_int (stmt, 0));
      if (*out_first < 0)
        *out_first = citiz_stmt_int (stmt, 2);
    }
}

/* Those from @first on, before @end. */
static gboolean
read_txs (CitizChain *chain, gint64 first, gint64 end, GArray *names, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "SELECT number, bytes FROM chain_tx WHERE number >= ?1 AND number < ?2 "
                         "ORDER BY number",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, first);
  citiz_stmt_bind_int (stmt, 2, end);
  for (;;)
    {
      const guint8 *view;
      CitizHash id;
      gboolean row;
      gsize n;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      view = citiz_stmt_view (stmt, 1, &n);
      citiz_tx_id_of (&id, view, n);
      add_name (names, &id, citiz_stmt_int (stmt, 0));
    }
}

/* Of all blocks after @last, which becomes the newest. */
static gboolean
read_names (CitizChain *chain, GArray *names, CitizChainHead *last, GError **error)
{
  gint64 first;

  return read_blocks (chain, last->header.height, G_MAXUINT64, names, &first, last, error)
         && (first < 0 || read_txs (chain, first, G_MAXINT64, names, error));
}

/* Whether the newest block of the list is still on the chain: a transaction it was in may have been rolled back. */
static gboolean
holds (CitizChain *chain, guint64 mark)
{
  const CitizChainNames *names = &chain->names;
  g_autoptr (CitizStmt) stmt = NULL;
  CitizHash stored;
  gboolean row;

  if (names->list == NULL || names->mark != mark)
    return FALSE;
  if (names->list->len == 0)
    return names->newest.header.height == mark;
  if (!citiz_db_prepare (chain->db, "SELECT hash FROM chain_block WHERE height = ?1", &stmt, NULL))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) names->newest.header.height);
  return citiz_stmt_next (stmt, &row, NULL) && row && citiz_stmt_hash (stmt, 0, &stored)
         && citiz_hash_equal (&stored, &names->newest.hash);
}

static void
begin_list (CitizChainNames *names, guint64 mark)
{
  g_clear_pointer (&names->list, g_array_unref);
  names->list = g_array_new (FALSE, FALSE, sizeof (CitizChainName));
  names->mark = mark;
  names->newest = (CitizChainHead){.header.height = mark};
}

/* Brings the list up to the newest block: hashes at most CITIZ_CHAIN_NAMES_COPY transactions after opening, afterwards those of new blocks. */
static gboolean
need_names (CitizChain *chain, GError **error)
{
  CitizChainNames *names = &chain->names;
  guint64 mark;

  if (names->list != NULL && names->stamp == citiz_db_stamp (chain->db))
    return TRUE;
  if (!read_mark (chain, &mark, error))
    return FALSE;
  if (!holds (chain, mark))
    begin_list (names, mark);
  names->stamp = citiz_db_stamp (chain->db);
  if (read_names (chain, names->list, &names->newest, error))
    return TRUE;
  g_clear_pointer (&names->list, g_array_unref);
  return FALSE;
}

void
citiz_chain_names_clear (CitizChainNames *names)
{
  g_clear_pointer (&names->list, g_array_unref);
}

/* All that wait go into the long table, up to the block at @height. */
static gboolean
flush (CitizChain *chain, const CitizChainHead *newest, GError **error)
{
  CitizChainNames *names = &chain->names;

  if (!need_names (chain, error) || !put_away (chain, names->list, error)
      || !citiz_chain_keep_named (chain, newest->header.height, error))
    return FALSE;
  begin_list (names, newest->header.height);
  names->newest = *newest;
  return TRUE;
}

/* Those of the history behind a snapshot *****************************************/

void
citiz_chain_old_names_clear (CitizChain *chain)
{
  g_clear_pointer (&chain->old_names, g_array_unref);
}

static gboolean
is_named (CitizChain *chain, guint64 height, gboolean *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "SELECT 1 FROM chain_block AS b CROSS JOIN chain_name AS n "
                         "ON n.name = substr (b.hash, 1, 8) AND n.number = -b.height "
                         "WHERE b.height = ?1",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) height);
  return citiz_stmt_next (stmt, out, error);
}

/* Up to which of @brought blocks the long table has their names: they go there in their order, so it is found by halving. */
static gboolean
find_old_mark (CitizChain *chain, guint64 brought, guint64 *out, GError **error)
{
  *out = 0;
  while (*out < brought)
    {
      const guint64 middle = *out + (brought - *out + 1) / 2;
      gboolean named;

      if (!is_named (chain, middle, &named, error))
        return FALSE;
      if (named)
        *out = middle;
      else
        brought = middle - 1;
    }
  return TRUE;
}

/* Reads again what a kill or a refused range left: at most CITIZ_CHAIN_NAMES_COPY and a range. */
static gboolean
need_old_names (CitizChain *chain, GError **error)
{
  g_autoptr (GArray) names = NULL;
  g_autoptr (GPtrArray) last = NULL;
  CitizChainHead unused;
  guint64 brought, mark;
  gint64 first;

  if (chain->old_names != NULL)
    return TRUE;
  names = g_array_new (FALSE, FALSE, sizeof (CitizChainName));
  if (!citiz_chain_read_proven (chain, &brought, error))
    return FALSE;
  brought = MIN (brought, citiz_chain_base (chain));
  if (!find_old_mark (chain, brought, &mark, error)
      || !read_blocks (chain, mark, brought, names, &first, &unused, error))
    return FALSE;
  if (first >= 0)
    {
      last = citiz_chain_blocks (chain, brought, 1, error);
      if (last == NULL || last->len != 1
          || !read_txs (chain, first, (gint64) ((const CitizBlockInfo *) last->pdata[0])->log_size,
                        names, error))
        return FALSE;
    }
  chain->old_names = g_steal_pointer (&names);
  return TRUE;
}

/* They wait as those of new blocks do, and for the same reason; the last block of the history sends all away. */
static gboolean
write_old (CitizChain *chain, const CitizBlock *block, GError **error)
{
  if (!need_old_names (chain, error))
    return FALSE;
  add_block (chain->old_names, block);
  if (chain->old_names->len < CITIZ_CHAIN_NAMES_COPY
      && block->header.height < citiz_chain_base (chain))
    return TRUE;
  if (!put_away (chain, chain->old_names, error))
    return FALSE;
  g_array_set_size (chain->old_names, 0);
  return TRUE;
}

/* What nodes say of their community **********************************************/

static gboolean
write_said (CitizChain *chain, gint64 number, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db, "INSERT INTO chain_said (number) VALUES (?1)", &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, number);
  return citiz_stmt_run (stmt, error);
}

static gboolean
write_all_said (CitizChain *chain, const CitizBlock *block, GError **error)
{
  const guint64 first = block->header.log_size - block->txs->len;

  for (guint i = 0; i < block->txs->len; i++)
    if (citiz_chain_is_said (((const CitizTx *) block->txs->pdata[i])->type)
        && !write_said (chain, (gint64) (first + i), error))
      return FALSE;
  return TRUE;
}

/* For the chain's other files ************************************************/

/* What a block, whose rows are written, and its transactions are found by, in the transaction that is open. */
gboolean
citiz_chain_write_names (CitizChain *chain, const CitizBlock *block, GError **error)
{
  const CitizBlockHeader *header = &block->header;
  const guint64 before = header->log_size - block->txs->len + header->height - 1;
  const CitizChainHead head = {*header, block->hash};
  CitizChainNames *names = &chain->names;
  const guint64 enough = names->copying ? CITIZ_CHAIN_NAMES_COPY : CITIZ_CHAIN_NAMES;

  if (!write_all_said (chain, block, error))
    return FALSE;
  if (header->height <= citiz_chain_base (chain)) /* of the history that a snapshot left out */
    return write_old (chain, block, error);
  if (names->copying && names->list == NULL && !need_names (chain, error))
    return FALSE; /* from the first on, so that they need not be read again when they are many */
  if (names->list != NULL && names->newest.header.height == header->height - 1
      && citiz_hash_equal (&names->newest.hash, &header->parent))
    {
      add_block (names->list, block);
      names->newest = head;
    }
  return before / enough == (header->log_size + header->height) / enough
         || flush (chain, &head, error);
}

/* The names of the whole chain anew, from its blocks and transactions, in the transaction that is open. */
gboolean
citiz_chain_rename (CitizChain *chain, GError **error)
{
  g_autoptr (GArray) names = g_array_new (FALSE, FALSE, sizeof (CitizChainName));
  CitizChainHead newest = {0};

  citiz_chain_names_clear (&chain->names);
  citiz_chain_old_names_clear (chain);
  return citiz_db_exec (chain->db,
                        "DELETE FROM chain_name; DELETE FROM chain_named; DELETE FROM chain_said;"
                        "INSERT INTO chain_said SELECT number FROM chain_tx "
                        "WHERE " CITIZ_CHAIN_COMMUNITY,
                        error)
         && read_names (chain, names, &newest, error) && put_away (chain, names, error)
         && citiz_chain_keep_named (chain, newest.header.height, error);
}

/**
 * citiz_chain_waiting_names:
 *
 * Returns: (transfer none) (nullable): (element-type CitizChainName): those of the newest blocks, which the long table does not have yet; those of
 *   a history that is being brought are ready to be found, too
 */
const GArray *
citiz_chain_waiting_names (CitizChain *chain, GError **error)
{
  return need_names (chain, error) && (chain->base == NULL || need_old_names (chain, error))
             ? chain->names.list
             : NULL;
}

/* Returns: (nullable): the @at-th of those that wait, the new ones first */
static const CitizChainName *
waiting_at (const CitizChain *chain, guint at)
{
  const GArray *lists[] = {chain->names.list, chain->base != NULL ? chain->old_names : NULL};

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      const guint n = lists[i] != NULL ? lists[i]->len : 0;

      if (at < n)
        return &g_array_index (lists[i], CitizChainName, at);
      at -= n;
    }
  return NULL;
}

/* The next number of the list that stands under @hash's name. @at: where to begin, 0 first */
gboolean
citiz_chain_next_waiting (CitizChain *chain, const CitizHash *hash, guint *at, gint64 *out)
{
  const guint64 name = citiz_chain_name_of (hash->b);
  const CitizChainName *waiting;

  while ((waiting = waiting_at (chain, (*at)++)) != NULL)
    if (waiting->name == name)
      {
        *out = waiting->number;
        return TRUE;
      }
  return FALSE;
}
