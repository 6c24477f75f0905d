/* Tables for snapshots: those a node gives out, and one a chain began with. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

static const char citiz_base_schema_1[] =
    /* one row while a part of the history is missing: the closing block whose snapshot the chain began with */
    "CREATE TABLE chain_base ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  header BLOB NOT NULL CHECK (length (header) = 344)"
    ") STRICT;"
    /* how epochs ended that are older than that block, it included */
    "CREATE TABLE chain_closing ("
    "  epoch INTEGER PRIMARY KEY,"
    "  bytes BLOB NOT NULL"
    ") STRICT;"
    /* one row: every signature up to this height was verified */
    "CREATE TABLE chain_proven ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  height INTEGER NOT NULL"
    ") STRICT;"
    /* what a node gives to who comes late: the state at the end of the newest epochs, cut */
    "CREATE TABLE chain_snapshot ("
    "  epoch INTEGER NOT NULL,"
    "  place INTEGER NOT NULL,"
    "  hash BLOB NOT NULL CHECK (length (hash) = 32),"
    "  bytes BLOB NOT NULL,"
    "  UNIQUE (epoch, place)"
    ") STRICT;";

static const char citiz_base_schema_2[] =
    /* a program of before did not take them away when the history was whole */
    "DELETE FROM chain_closing WHERE NOT EXISTS (SELECT 1 FROM chain_base);";
