/* Tables of a node: shares, capsules, codes, notes; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

static const char citiz_node_schema_1[] =
    /* what this node holds of a grant until its end: then the row goes, and with it the share */
    "CREATE TABLE node_share ("
    "  grant_id BLOB PRIMARY KEY CHECK (length (grant_id) = 16),"
    "  place INTEGER NOT NULL CHECK (place BETWEEN 1 AND 7)," /* i of the committee */
    "  share BLOB NOT NULL CHECK (length (share) = 32),"
    "  salt BLOB NOT NULL CHECK (length (salt) = 16),"
    "  token_hash BLOB NOT NULL CHECK (length (token_hash) = 32),"
    "  proof_hash BLOB CHECK (proof_hash IS NULL OR length (proof_hash) = 32)," /* NULL: no passcode */
    "  tries INTEGER NOT NULL CHECK (tries >= 0),"
    "  capsule BLOB NOT NULL CHECK (length (capsule) = 32)"
    ") STRICT, WITHOUT ROWID;"
    /* capsules by their SHA-256 */
    "CREATE TABLE node_blob ("
    "  hash BLOB PRIMARY KEY CHECK (length (hash) = 32),"
    "  bytes BLOB NOT NULL"
    ") STRICT;"
    /* spoken codes; blob NULL: the tries are used up, only the count is kept until the grant ends */
    "CREATE TABLE node_code ("
    "  locator TEXT PRIMARY KEY CHECK (length (locator) = 3),"
    "  grant_id BLOB NOT NULL CHECK (length (grant_id) = 16),"
    "  proof_hash BLOB NOT NULL CHECK (length (proof_hash) = 32),"
    "  blob BLOB,"
    "  tries INTEGER NOT NULL CHECK (tries >= 0)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX node_code_grant ON node_code (grant_id);"
    /* the citizen's mailbox: 1 opening, 2 note, 3 code missed, 4 code given, 5 passcode missed, 6 access ended and erased, 7 opened while the ledger stood still */
    "CREATE TABLE node_mail ("
    "  row INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  kind INTEGER NOT NULL,"
    "  grant_id BLOB NOT NULL CHECK (length (grant_id) = 16),"
    "  opening BLOB CHECK (opening IS NULL OR length (opening) = 32),"
    "  time INTEGER NOT NULL,"
    "  tries INTEGER NOT NULL," /* left, for 3, 4 and 5; the number counted, for 7 */
    "  sealed BLOB"             /* the note, for 1, 2 and 7 */
    ") STRICT;"
    "CREATE INDEX node_mail_grant ON node_mail (grant_id, kind);";

static const char citiz_node_schema_2[] =
    /* whose grant it is, on a ledger shared with others: quotas */
    "ALTER TABLE node_share ADD COLUMN account BLOB CHECK (account IS NULL OR length (account) = 32);"
    /* what was sent with an opening that is not final yet; the row becomes mail with it, or goes */
    "CREATE TABLE node_waiting ("
    "  opening BLOB PRIMARY KEY CHECK (length (opening) = 32),"
    "  grant_id BLOB NOT NULL CHECK (length (grant_id) = 16),"
    "  sealed BLOB NOT NULL,"
    "  until INTEGER NOT NULL" /* not valid any more after it */
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX node_waiting_grant ON node_waiting (grant_id);"
    /* erased, and the ledger does not say so yet */
    "CREATE TABLE node_closing ("
    "  grant_id BLOB PRIMARY KEY CHECK (length (grant_id) = 16)"
    ") STRICT, WITHOUT ROWID;";

static const char citiz_node_schema_3[] =
    /* opened while the ledger stood still, until the ledger knows of it; the note itself is in the mailbox */
    "CREATE TABLE node_stalled ("
    "  note BLOB PRIMARY KEY CHECK (length (note) = 32)," /* its hash */
    "  grant_id BLOB NOT NULL CHECK (length (grant_id) = 16),"
    "  use INTEGER NOT NULL CHECK (use BETWEEN 1 AND 1024)," /* as its reader counted */
    "  a BLOB NOT NULL CHECK (length (a) = 32),"             /* what was revealed for it */
    "  capsule BLOB NOT NULL CHECK (length (capsule) = 32),"
    "  time INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX node_stalled_grant ON node_stalled (grant_id);";

static const char citiz_node_schema_4[] =
    /* a valid revocation that was heard of and that the ledger does not have yet: obeyed, and said again, until the row goes */
    "ALTER TABLE node_share ADD COLUMN revoked BLOB;";
