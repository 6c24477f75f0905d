/* The inside of the chain on disk, for its files. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-chain.h"
#include "store/citiz-check-ahead.h"
#include "store/citiz-check-pool.h"
#include "store/citiz-db.h"

#include <string.h>

G_BEGIN_DECLS

/* One row of chain_block. */
typedef struct
{
  CitizBlockHeader header;
  CitizHash hash;
} CitizChainHead;

/* What something is found by: the first 8 bytes of its hash; a transaction under its number, a block under its negative height. */
typedef struct
{
  guint64 name;
  gint64 number;
} CitizChainName;

/* Names that are not in the long table yet: they follow from the newest blocks and are kept in memory only. */
typedef struct
{
  GArray *list;          /* of CitizChainName; NULL: not read yet */
  guint64 mark;          /* the long table has those of the blocks up to here */
  CitizChainHead newest; /* the list has those up to here; height and hash */
  guint64 stamp;         /* of the file when this was so */
  gboolean copying;      /* blocks come many at a time */
} CitizChainNames;

/* Blocks that citiz_chain_follow() has executed since the chain was opened, one after the other, with every root. */
typedef struct
{
  guint64 from;  /* after this height */
  CitizHash to;  /* up to this block */
  GArray *owed;  /* CitizOwed: work that nobody has looked at; NULL: nothing was followed */
  guint64 names; /* citiz_chain_sum_names() of them all */
} CitizChainRun;

struct _CitizChain
{
  CitizDb *db;
  const CitizEnv *env;
  gboolean shared;            /* ordered by several; this computer's votes are kept elsewhere */
  CitizSigningKey *epoch_key; /* NULL: reads only */
  CitizGenesis genesis;
  CitizHash chain_id;
  CitizHash vs_hash;
  GPtrArray *refounds; /* CitizRefound, accepted; NULL: a chain of one */
  CitizLedger *ledger; /* NULL until a block is made; forgotten when the file says otherwise */
  guint64 stamp;       /* of the file when the ledger was its newest block's */
  CitizChainRun run;
  CitizChainHead *base; /* the snapshot it began with, while blocks up to there are missing */
  gboolean gives_snapshots;
  CitizCheckPool *pool;   /* kept from block to block: its threads are awake; NULL: not made yet */
  CitizCheckAhead *ahead; /* of history that is expected; NULL: none was */
  CitizCheckAhead *aside; /* of blocks that are followed without their signatures; NULL: none was */
  CitizChainNames names;
  GArray
      *old_names; /* the same of history behind a snapshot that was brought; NULL: not read yet */
  CitizTime last_own; /* own clock and ledger time when last asked */
  CitizTime last_time;
  CitizTime last_block; /* the newest block's time then */
  gint64
      skew_ms; /* of a copy: how far nodes' clocks are ahead of one's own, which is wrong; else 0 */
};

/* What nodes say of their community, few among many: chain_said. */
static inline gboolean
citiz_chain_is_said (CitizTxType type)
{
  return type == CITIZ_TX_NODE_JOIN || type == CITIZ_TX_VALSET_CHANGE || type == CITIZ_TX_EVIDENCE
         || type == CITIZ_TX_PARAMS;
}

/* The same for SQL, by the type in the bytes (FORMAT.md §2). */
#define CITIZ_CHAIN_COMMUNITY "substr (bytes, 34, 2) IN (x'000b', x'000d', x'000f', x'0010')"

/* How much of a transaction's id is kept, to find it by. */
#define CITIZ_CHAIN_NAME_SIZE 8

/* How many names, of blocks and transactions, wait until they go into the long table together. */
#define CITIZ_CHAIN_NAMES 16384

/* The same while a copy is made: each page of the long table is written a quarter as often. */
#define CITIZ_CHAIN_NAMES_COPY (4 * CITIZ_CHAIN_NAMES)

/* From so many transactions on their signatures are waited for longer than the disk. */
#define CITIZ_CHAIN_MANY 64

/* The lowest level of the log that is kept: 16 transactions. What is below is made from them when it is asked for. */
#define CITIZ_CHAIN_LOG_LEVEL 4

/* In the order of the bytes. */
static inline guint64
citiz_chain_name_of (const guint8 *hash)
{
  guint64 name;

  memcpy (&name, hash, sizeof name);
  return GUINT64_FROM_BE (name);
}

gboolean citiz_chain_damaged (GError **error, guint64 height, const gchar *what);
gboolean citiz_chain_read_genesis (CitizChain *chain, gboolean *out_found, GError **error);
gboolean citiz_chain_write_genesis (CitizChain *chain, GError **error);
CitizTime citiz_chain_time_after (CitizChain *chain, CitizTime newest);
gboolean citiz_chain_set_clock (CitizChain *chain, const CitizChainHead *head, GError **error);
gboolean citiz_chain_write_block (CitizChain *chain,
                                  const CitizBlock *block,
                                  const CitizChanges *changes,
                                  GError **error);
gboolean citiz_chain_write_names (CitizChain *chain, const CitizBlock *block, GError **error);
void citiz_chain_old_names_clear (CitizChain *chain);
gboolean citiz_chain_keep_named (CitizChain *chain, guint64 height, GError **error);
gboolean citiz_chain_rename (CitizChain *chain, GError **error);
const GArray *citiz_chain_waiting_names (CitizChain *chain, GError **error);
gboolean citiz_chain_next_waiting (CitizChain *chain,
                                   const CitizHash *hash,
                                   guint *at,
                                   gint64 *out);
void citiz_chain_names_clear (CitizChainNames *names);
gboolean citiz_chain_select_blocks (CitizChain *chain,
                                    guint64 height,
                                    guint64 number,
                                    CitizStmt **out_blocks,
                                    CitizStmt **out_txs,
                                    GError **error);
CitizBlock *citiz_chain_take_block (CitizStmt *stmt, guint64 height, GError **error);
gboolean citiz_chain_take_txs (CitizStmt *stmt, gboolean named, CitizBlock *block, GError **error);
guint64 citiz_chain_sum_names (const CitizBlock *block);
gboolean citiz_chain_read_head (CitizChain *chain, CitizChainHead *out, GError **error);
gboolean citiz_chain_read_block_row (CitizStmt *stmt, CitizChainHead *out, GError **error);
gboolean citiz_chain_read_log (gpointer chain, guint level, guint64 place, CitizHash *out);
gboolean citiz_chain_write_log (CitizChain *chain, GArray *nodes, guint lowest, GError **error);
gboolean citiz_chain_write_derived (CitizChain *chain, const CitizChanges *changes, GError **error);
CitizLedger *citiz_chain_replay (CitizChain *chain, CitizChanges *changes, GError **error);
CitizLedger *citiz_chain_rebuild (CitizChain *chain, GError **error);
gboolean citiz_chain_has_ledger (const CitizChain *chain);
gboolean citiz_chain_need_ledger (CitizChain *chain, GError **error);
gboolean citiz_chain_begin_epoch (CitizChain *chain, CitizLedger *ledger, GError **error);
gboolean citiz_chain_read_refounds (CitizChain *chain, GError **error);
gboolean citiz_chain_enter_named (CitizChain *chain, CitizLedger *ledger, GError **error);
gboolean citiz_chain_cross_refound (CitizChain *chain, CitizLedger *ledger, GError **error);
gboolean citiz_chain_resume_refound (CitizChain *chain, CitizLedger *ledger, GError **error);
gboolean citiz_chain_read_continuation (CitizChain *chain,
                                        guint64 epoch,
                                        GPtrArray *list,
                                        GError **error);
guint citiz_chain_count_continuation (GPtrArray *blocks, guint from);
gboolean citiz_chain_check_continuation (const CitizLedger *ledger,
                                         GPtrArray *blocks,
                                         guint from,
                                         guint n,
                                         CitizTime now,
                                         CitizLevel level,
                                         CitizCheckFunc check,
                                         gpointer data,
                                         GError **error);
gboolean citiz_chain_check_final (const CitizLedger *ledger,
                                  const CitizBlock *block,
                                  GError **error);
CitizCheckPool *citiz_chain_pool (CitizChain *chain);
gboolean citiz_chain_finish_pool (CitizChain *chain, GError **error);
void citiz_chain_check_ahead (CitizChain *chain, CitizCheckAhead *ahead, GPtrArray *blocks);
gboolean citiz_chain_was_checked (CitizChain *chain, const CitizBlock *block);
/* Writes one block of a range that @after has executed. */
typedef gboolean (*CitizPutFunc) (gpointer data,
                                  CitizChain *chain,
                                  const CitizBlock *block,
                                  const CitizLedger *after,
                                  CitizChanges *changes,
                                  GError **error);
gboolean citiz_chain_take_range (CitizChain *chain,
                                 GPtrArray *blocks,
                                 CitizLevel level,
                                 CitizCheckPool *pool,
                                 CitizLedger *ledger,
                                 CitizPutFunc put,
                                 gpointer data,
                                 GError **error);
gboolean citiz_chain_read_base (CitizChain *chain, GError **error);
CitizClosing *citiz_chain_kept_closing (CitizChain *chain, guint64 epoch);
gboolean citiz_chain_fill (CitizChain *chain,
                           GPtrArray *blocks,
                           CitizLedger *ledger,
                           GError **error);
gboolean citiz_chain_read_proven (CitizChain *chain, guint64 *out, GError **error);
gboolean citiz_chain_keep_proven (CitizChain *chain, guint64 height, GError **error);
gboolean citiz_chain_keep_snapshot (CitizChain *chain, const CitizLedger *after, GError **error);
void citiz_chain_block_info (CitizBlockInfo *out, const CitizChainHead *head);

G_END_DECLS
