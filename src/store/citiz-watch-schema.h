/* Table of what a watch saw; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

static const char citiz_watch_schema_1[] = "CREATE TABLE alarm ("
                                           "  kind INTEGER NOT NULL,"
                                           "  url TEXT NOT NULL," /* '' of none in particular */
                                           "  since INTEGER NOT NULL,"
                                           "  last INTEGER NOT NULL,"
                                           "  height INTEGER NOT NULL,"
                                           "  evidence BLOB NOT NULL,"
                                           "  PRIMARY KEY (kind, url)"
                                           ") STRICT;";
