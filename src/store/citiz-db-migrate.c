/* Which tables exist: an append-only list of steps, one user_version each. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-db-private.h"

#include "store/citiz-base-schema.h"
#include "store/citiz-blame-schema.h"
#include "store/citiz-book-schema.h"
#include "store/citiz-chain-schema.h"
#include "store/citiz-guest-schema.h"
#include "store/citiz-node-schema.h"
#include "store/citiz-outbox-schema.h"
#include "store/citiz-vault-schema.h"
#include "store/citiz-watch-schema.h"

/* Step i brings user_version from i to i + 1. Never reorder, never change a released one: append. */
static const gchar *const steps[] = {
    citiz_vault_schema_1, citiz_chain_schema_1, citiz_node_schema_1,  citiz_chain_schema_2,
    citiz_vault_schema_2, citiz_chain_schema_3, citiz_node_schema_2,  citiz_outbox_schema_1,
    citiz_guest_schema_1, citiz_watch_schema_1, citiz_chain_schema_4, citiz_book_schema_1,
    citiz_blame_schema_1, citiz_base_schema_1,  citiz_chain_schema_5, citiz_chain_schema_6,
    citiz_node_schema_3,  citiz_chain_schema_7, citiz_chain_schema_8, citiz_node_schema_4,
    citiz_chain_schema_9, citiz_base_schema_2,
};

gint
citiz_db_newest_version (void)
{
  return (gint) G_N_ELEMENTS (steps);
}

static gboolean
read_number (CitizDb *db, const gchar *pragma, gint64 *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (db, pragma, &stmt, error) || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  *out = row ? citiz_stmt_int (stmt, 0) : 0;
  return TRUE;
}

static gboolean
run_steps (CitizDb *db, gint version, GError **error)
{
  g_autofree gchar *stamp
      = g_strdup_printf ("PRAGMA user_version = %d", citiz_db_newest_version ());

  for (gint step = version; step < citiz_db_newest_version (); step++)
    if (!citiz_db_exec (db, steps[step], error))
      return FALSE;
  return citiz_db_exec (db, stamp, error);
}

/**
 * citiz_db_migrate:
 *
 * Brings the tables up to this version of the program, all steps in one transaction: a disk that syncs slowly is waited for once.
 *
 * Returns: %FALSE with %CITIZ_STORE_ERROR_NEWER if the file is from a later version, or the error of the disk
 */
gboolean
citiz_db_migrate (CitizDb *db, GError **error)
{
  gint64 version;

  if (!read_number (db, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version > citiz_db_newest_version ())
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NEWER,
                   "The file has version %" G_GINT64_FORMAT ", this program knows up to %d",
                   version, citiz_db_newest_version ());
      return FALSE;
    }
  if (version == citiz_db_newest_version ())
    return TRUE;
  if (!citiz_db_begin (db, error))
    return FALSE;
  if (run_steps (db, (gint) MAX (version, 0), error))
    return citiz_db_commit (db, error);
  citiz_db_rollback (db);
  return FALSE;
}
