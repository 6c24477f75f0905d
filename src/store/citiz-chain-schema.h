/* Tables of the chain; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-chain-private.h"

static const char citiz_chain_schema_1[] =
    /* one row: the founding document */
    "CREATE TABLE chain_genesis ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  bytes BLOB NOT NULL"
    ") STRICT;"
    /* the key that signs votes lives with the votes it has signed, sealed; it is lost and restored with them */
    "CREATE TABLE chain_epoch ("
    "  epoch INTEGER PRIMARY KEY,"
    "  sealed BLOB NOT NULL"
    ") STRICT;"
    /* own votes; one statement a kind and slot, whatever happens */
    "CREATE TABLE chain_journal ("
    "  seq INTEGER PRIMARY KEY,"
    "  epoch INTEGER NOT NULL,"
    "  slot INTEGER NOT NULL,"
    "  kind INTEGER NOT NULL,"
    "  vote BLOB NOT NULL,"
    "  UNIQUE (epoch, slot, kind)"
    ") STRICT;"
    "CREATE TABLE chain_block ("
    "  height INTEGER PRIMARY KEY,"
    "  hash BLOB NOT NULL CHECK (length (hash) = 32),"
    "  header BLOB NOT NULL CHECK (length (header) = 344),"
    "  justification BLOB NOT NULL,"
    "  final BLOB NOT NULL"
    ") STRICT;"
    /* number: place in the log, from 0; the rest beside bytes is what they say, for looking up */
    "CREATE TABLE chain_tx ("
    "  number INTEGER PRIMARY KEY,"
    "  id BLOB NOT NULL UNIQUE CHECK (length (id) = 32),"
    "  height INTEGER NOT NULL,"
    "  entered INTEGER NOT NULL,"
    "  grant_id BLOB CHECK (length (grant_id) = 16),"
    "  bytes BLOB NOT NULL"
    ") STRICT;"
    "CREATE INDEX chain_tx_height ON chain_tx (height);"
    "CREATE INDEX chain_tx_grant ON chain_tx (grant_id) WHERE grant_id IS NOT NULL;"
    /* perfect subtrees of the log: 2^level leaves from place * 2^level on */
    "CREATE TABLE chain_log ("
    "  level INTEGER NOT NULL,"
    "  place INTEGER NOT NULL,"
    "  hash BLOB NOT NULL CHECK (length (hash) = 32),"
    "  PRIMARY KEY (level, place)"
    ") STRICT, WITHOUT ROWID;"
    /* the current state */
    "CREATE TABLE chain_state ("
    "  key BLOB PRIMARY KEY CHECK (length (key) = 32),"
    "  value BLOB NOT NULL"
    ") STRICT, WITHOUT ROWID;";

static const char citiz_chain_schema_2[] =
    /* blocks above the newest final one: candidates voted for, or on their way */
    "CREATE TABLE chain_pending ("
    "  hash BLOB PRIMARY KEY CHECK (length (hash) = 32),"
    "  epoch INTEGER NOT NULL,"
    "  slot INTEGER NOT NULL,"
    "  bytes BLOB NOT NULL"
    ") STRICT;"
    /* certificates above it */
    "CREATE TABLE chain_kept ("
    "  epoch INTEGER NOT NULL,"
    "  slot INTEGER NOT NULL,"
    "  kind INTEGER NOT NULL,"
    "  cert BLOB NOT NULL,"
    "  PRIMARY KEY (epoch, slot, kind)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX chain_block_hash ON chain_block (hash);";

static const char citiz_chain_schema_3[] =
    /* one row: the latest ledger time that was asked for, and what one's own clock said then */
    "CREATE TABLE chain_clock ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  time INTEGER NOT NULL,"
    "  own INTEGER NOT NULL"
    ") STRICT;";

static const char citiz_chain_schema_4[] =
    /* empty blocks on top of closing ones, up to the one whose Final certificate ends the epoch: no part of the chain */
    "CREATE TABLE chain_continuation ("
    "  epoch INTEGER NOT NULL,"
    "  slot INTEGER NOT NULL,"
    "  hash BLOB NOT NULL UNIQUE CHECK (length (hash) = 32),"
    "  bytes BLOB NOT NULL,"
    "  PRIMARY KEY (epoch, slot)"
    ") STRICT, WITHOUT ROWID;"
    /* what nodes have said of their community: few among many */
    "CREATE INDEX chain_tx_community ON chain_tx (number) WHERE " CITIZ_CHAIN_COMMUNITY ";";

static const char citiz_chain_schema_5[] =
    /* documents that people have accepted, by the epoch they end */
    "CREATE TABLE chain_refound ("
    "  epoch INTEGER PRIMARY KEY,"
    "  bytes BLOB NOT NULL"
    ") STRICT;";

/* What follows from other bytes is not kept beside them: ids and keys are found by their first 8 bytes, the height and the hour of entry of a
 * transaction are its block's, the log's lowest levels are hashes of the transactions. */
static const char citiz_chain_schema_6[] =
    /* number: place in the log, from 0; name: how its id begins */
    "CREATE TABLE chain_tx_new ("
    "  number INTEGER PRIMARY KEY,"
    "  name BLOB NOT NULL CHECK (length (name) = 8),"
    "  grant_id BLOB CHECK (length (grant_id) = 16),"
    "  bytes BLOB NOT NULL"
    ") STRICT;"
    "INSERT INTO chain_tx_new SELECT number, substr (id, 1, 8), grant_id, bytes FROM chain_tx "
    "ORDER BY number;"
    /* first: the number of its first transaction, or of the next block's */
    "ALTER TABLE chain_block ADD COLUMN first INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE chain_block ADD COLUMN entered INTEGER NOT NULL DEFAULT 0;"
    "UPDATE chain_block SET"
    "  first = coalesce ((SELECT number + 1 FROM chain_tx AS t WHERE t.height < chain_block.height"
    "                     ORDER BY t.height DESC, number DESC LIMIT 1), 0),"
    "  entered = coalesce ((SELECT t.entered FROM chain_tx AS t"
    "                       WHERE t.height = chain_block.height LIMIT 1), 0);"
    "DROP TABLE chain_tx;"
    "ALTER TABLE chain_tx_new RENAME TO chain_tx;"
    "CREATE INDEX chain_tx_name ON chain_tx (name);"
    "CREATE INDEX chain_tx_grant ON chain_tx (grant_id) WHERE grant_id IS NOT NULL;"
    "CREATE INDEX chain_tx_community ON chain_tx (number) WHERE " CITIZ_CHAIN_COMMUNITY ";"
    "CREATE INDEX chain_block_first ON chain_block (first);"
    /* below CITIZ_CHAIN_LOG_LEVEL */
    "DELETE FROM chain_log WHERE level < 4 AND NOT EXISTS (SELECT 1 FROM chain_base);"
    /* the current state, in the order in which its objects were made */
    "CREATE TABLE chain_state_new ("
    "  number INTEGER PRIMARY KEY,"
    "  key BLOB NOT NULL CHECK (length (key) = 32),"
    "  value BLOB NOT NULL"
    ") STRICT;"
    "INSERT INTO chain_state_new (key, value) SELECT key, value FROM chain_state;"
    "DROP TABLE chain_state;"
    "ALTER TABLE chain_state_new RENAME TO chain_state;"
    "CREATE INDEX chain_state_name ON chain_state (substr (key, 1, 8));";

/* Nothing is looked up to be written. Objects of the state have numbers that the ledger in memory knows. Names (how a transaction's id begins) are random, and each
 * that goes into a long index costs a page: they wait in a short one, CITIZ_CHAIN_NAMES of them, and go into the long one together. Whether a transaction is one of the few that nodes say
 * of their community is asked of the transaction, not of SQL. */
static const char citiz_chain_schema_7[]
    = "DROP INDEX chain_state_name;"
      "CREATE TABLE chain_name ("
      "  name BLOB NOT NULL,"
      "  number INTEGER NOT NULL," /* of chain_tx */
      "  PRIMARY KEY (name, number)"
      ") STRICT, WITHOUT ROWID;"
      "CREATE TABLE chain_name_new ("
      "  name BLOB NOT NULL,"
      "  number INTEGER NOT NULL,"
      "  PRIMARY KEY (name, number)"
      ") STRICT, WITHOUT ROWID;"
      "CREATE TABLE chain_said ("
      "  number INTEGER PRIMARY KEY" /* of chain_tx */
      ") STRICT;"
      "INSERT INTO chain_said SELECT number FROM chain_tx WHERE " CITIZ_CHAIN_COMMUNITY ";"
      "DROP INDEX chain_tx_community;"
      "INSERT INTO chain_name SELECT name, number FROM chain_tx ORDER BY name, number;"
      "DROP INDEX chain_tx_name;"
      "ALTER TABLE chain_tx DROP COLUMN name;"
      /* one page a block instead of two */
      "CREATE TABLE chain_journal_new ("
      "  epoch INTEGER NOT NULL,"
      "  slot INTEGER NOT NULL,"
      "  kind INTEGER NOT NULL,"
      "  vote BLOB NOT NULL,"
      "  PRIMARY KEY (epoch, slot, kind)"
      ") STRICT, WITHOUT ROWID;"
      "INSERT INTO chain_journal_new SELECT epoch, slot, kind, vote FROM chain_journal;"
      "DROP TABLE chain_journal;"
      "ALTER TABLE chain_journal_new RENAME TO chain_journal;";

/* Blocks are found by their hashes as transactions are, under their negative heights: one page a block less. */
static const char citiz_chain_schema_8[]
    = "INSERT INTO chain_name SELECT substr (hash, 1, 8), -height FROM chain_block ORDER BY hash;"
      "DROP INDEX chain_block_hash;";

/* Names that wait follow from the newest transactions and are kept in memory: a row in a random place for each was two pages a block of one. */
static const char citiz_chain_schema_9[]
    /* one row: chain_name has the names of the blocks up to this height, and of their transactions */
    = "CREATE TABLE chain_named ("
      "  one INTEGER PRIMARY KEY CHECK (one = 1),"
      "  height INTEGER NOT NULL"
      ") STRICT;"
      "INSERT INTO chain_name SELECT name, number FROM chain_name_new ORDER BY name, number;"
      "INSERT INTO chain_named SELECT 1, coalesce (max (height), 0) FROM chain_block;"
      "DROP TABLE chain_name_new;";
