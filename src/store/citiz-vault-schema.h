/* Tables of the vault; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

static const char citiz_vault_schema_1[] =
    /* one row: which vault this is, and the commitment to its master key */
    "CREATE TABLE vault ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  id BLOB NOT NULL CHECK (length (id) = 16),"
    "  format INTEGER NOT NULL,"
    "  epoch INTEGER NOT NULL,"
    "  created INTEGER NOT NULL,"
    "  commitment BLOB NOT NULL CHECK (length (commitment) = 16)"
    ") STRICT;"
    /* ways to the master key: 1 passphrase, 2 recovery words */
    "CREATE TABLE slot ("
    "  kind INTEGER PRIMARY KEY,"
    "  salt BLOB NOT NULL,"
    "  ops INTEGER NOT NULL,"
    "  mem_kib INTEGER NOT NULL,"
    "  sealed BLOB NOT NULL,"
    "  checksum BLOB NOT NULL CHECK (length (checksum) = 32)"
    ") STRICT;"
    /* sealed objects, never changed; the key of each is wrapped beside it and goes with it */
    "CREATE TABLE object ("
    "  row INTEGER PRIMARY KEY,"
    "  class INTEGER NOT NULL,"
    "  id BLOB NOT NULL CHECK (length (id) = 16),"
    "  version INTEGER NOT NULL CHECK (version > 0),"
    "  batch INTEGER NOT NULL,"
    "  key BLOB NOT NULL CHECK (length (key) = 72),"
    "  sealed BLOB NOT NULL"
    ") STRICT;"
    "CREATE UNIQUE INDEX object_name ON object (class, id, version);"
    "CREATE INDEX object_class ON object (class);" /* walks a class in the order of writing */
    "CREATE INDEX object_batch ON object (batch) WHERE batch <> 0;";

/* No table changes: series have chunks that an older program would take for damage (record/citiz-chunk.c, format 2). */
static const char citiz_vault_schema_2[] = "";
