/* Table of contradictions that wait to be told; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

static const char citiz_blame_schema_1[] = "CREATE TABLE node_blame ("
                                           "  evidence BLOB PRIMARY KEY"
                                           ") STRICT, WITHOUT ROWID;";
