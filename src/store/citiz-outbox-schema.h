/* Table of what waits to be sent; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

static const char citiz_outbox_schema_1[] = "CREATE TABLE outbox ("
                                            "  seq INTEGER PRIMARY KEY,"
                                            "  id BLOB NOT NULL UNIQUE CHECK (length (id) = 32),"
                                            "  entered INTEGER NOT NULL,"
                                            "  bytes BLOB NOT NULL"
                                            ") STRICT;";
