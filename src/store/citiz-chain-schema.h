/* Tables of the chain; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-chain-private.h" /* CITIZ_CHAIN_COMMUNITY */

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
