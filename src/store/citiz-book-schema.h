/* Table of the nodes' addresses; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

static const char citiz_book_schema_1[] = "CREATE TABLE node_book ("
                                          "  node BLOB PRIMARY KEY CHECK (length (node) = 32),"
                                          "  url TEXT NOT NULL,"
                                          "  operator TEXT NOT NULL"
                                          ") STRICT;";
