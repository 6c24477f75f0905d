/* What the database knows of its statements. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-db.h"

struct _CitizStmt
{
  CitizDb *db; /* not owned */
  sqlite3_stmt *handle;
  int rc; /* of the first bind that failed */
  gboolean lent;
};

CitizStmt *citiz_stmt_new (CitizDb *db, sqlite3_stmt *handle);
void citiz_stmt_destroy (CitizStmt *stmt);
