/* Tables of those a node vouches for; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

static const char citiz_guest_schema_1[] =
    /* what was handed out: the SHA-256 of a secret, and for how many it is good */
    "CREATE TABLE guest_invite ("
    "  id BLOB PRIMARY KEY CHECK (length (id) = 32),"
    "  name TEXT NOT NULL,"
    "  made INTEGER NOT NULL,"
    "  until INTEGER NOT NULL,"
    "  uses INTEGER NOT NULL CHECK (uses > 0),"
    "  used INTEGER NOT NULL CHECK (used BETWEEN 0 AND uses)"
    ") STRICT, WITHOUT ROWID;"
    /* whom the node vouches for, and how often today (days since 1970) */
    "CREATE TABLE guest ("
    "  account BLOB PRIMARY KEY CHECK (length (account) = 32),"
    "  since INTEGER NOT NULL,"
    "  day INTEGER NOT NULL,"
    "  vouched INTEGER NOT NULL CHECK (vouched >= 0)"
    ") STRICT, WITHOUT ROWID;";
