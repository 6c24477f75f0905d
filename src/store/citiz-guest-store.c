/* Whom a node vouches for, on disk. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-guest-store.h"

void
citiz_invite_free (CitizInvite *invite)
{
  g_free (invite->name);
  g_free (invite);
}

/* Invitations *****************************************************************/

gboolean
citiz_guest_store_put_invite (CitizDb *db, const CitizInvite *invite, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db,
                         "INSERT INTO guest_invite (id, name, made, until, uses, used)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, 0)",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, &invite->id);
  citiz_stmt_bind_text (stmt, 2, invite->name);
  citiz_stmt_bind_int (stmt, 3, invite->made.ms);
  citiz_stmt_bind_int (stmt, 4, invite->until.ms);
  citiz_stmt_bind_int (stmt, 5, invite->uses);
  return citiz_stmt_run (stmt, error);
}

static CitizInvite *
read_invite (CitizStmt *stmt)
{
  g_autoptr (CitizInvite) invite = g_new0 (CitizInvite, 1);

  if (!citiz_stmt_hash (stmt, 0, &invite->id))
    return NULL;
  invite->name = g_strdup (citiz_stmt_text (stmt, 1));
  invite->made.ms = citiz_stmt_int (stmt, 2);
  invite->until.ms = citiz_stmt_int (stmt, 3);
  invite->uses = (guint) citiz_stmt_int (stmt, 4);
  invite->used = (guint) citiz_stmt_int (stmt, 5);
  return g_steal_pointer (&invite);
}

GPtrArray *
citiz_guest_store_invites (CitizDb *db, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_invite_free);
  gboolean row;

  if (!citiz_db_prepare (db,
                         "SELECT id, name, made, until, uses, used FROM guest_invite"
                         " ORDER BY made, id",
                         &stmt, error))
    return NULL;
  while (citiz_stmt_next (stmt, &row, error))
    {
      CitizInvite *invite;

      if (!row)
        return g_steal_pointer (&list);
      invite = read_invite (stmt);
      if (invite != NULL)
        g_ptr_array_add (list, invite);
    }
  return NULL;
}

gboolean
citiz_guest_store_drop_invite (CitizDb *db, const gchar *hex, guint *out_n, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db,
                         "DELETE FROM guest_invite"
                         " WHERE substr (lower (hex (id)), 1, length (?1)) = lower (?1)",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_text (stmt, 1, hex);
  if (!citiz_stmt_run (stmt, error))
    return FALSE;
  *out_n = (guint) sqlite3_changes (citiz_db_get_handle (db));
  return TRUE;
}

/* Guests **********************************************************************/

/* Returns: how many rows were changed, or -1 */
static gint
run_and_count (CitizDb *db, CitizStmt *stmt, GError **error)
{
  return citiz_stmt_run (stmt, error) ? sqlite3_changes (citiz_db_get_handle (db)) : -1;
}

#define IS_OPEN "id = ?1 AND ?2 < until AND used < uses"

/* A good invitation makes a stranger a guest. Returns: whether it did, 0 or 1, or -1 */
static gint
add_guest (CitizDb *db,
           const CitizHash *account,
           const CitizHash *invite,
           CitizTime now,
           GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db,
                         "INSERT INTO guest (account, since, day, vouched) SELECT ?3, ?2, 0, 0"
                         " WHERE EXISTS (SELECT 1 FROM guest_invite WHERE " IS_OPEN ")"
                         " ON CONFLICT (account) DO NOTHING",
                         &stmt, error))
    return -1;
  citiz_stmt_bind_hash (stmt, 1, invite);
  citiz_stmt_bind_int (stmt, 2, now.ms);
  citiz_stmt_bind_hash (stmt, 3, account);
  return run_and_count (db, stmt, error);
}

static gboolean
use_invite (CitizDb *db, const CitizHash *invite, CitizTime now, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "UPDATE guest_invite SET used = used + 1 WHERE " IS_OPEN, &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, invite);
  citiz_stmt_bind_int (stmt, 2, now.ms);
  return citiz_stmt_run (stmt, error);
}

/* Returns: 1 when it was counted, 0 when it is no guest or today's are used up, or -1 */
static gint
count_guest (CitizDb *db, const CitizHash *account, CitizTime now, guint a_day, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (
          db,
          "UPDATE guest SET vouched = CASE day WHEN ?2 THEN vouched + 1 ELSE 1 END, day = ?2"
          " WHERE account = ?1 AND (day <> ?2 OR vouched < ?3)",
          &stmt, error))
    return -1;
  citiz_stmt_bind_hash (stmt, 1, account);
  citiz_stmt_bind_int (stmt, 2, now.ms / CITIZ_DAY);
  citiz_stmt_bind_int (stmt, 3, a_day);
  return run_and_count (db, stmt, error);
}

static gboolean
is_guest (CitizDb *db, const CitizHash *account, gboolean *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "SELECT 1 FROM guest WHERE account = ?1", &stmt, error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, account);
  return citiz_stmt_next (stmt, out, error);
}

gboolean
citiz_guest_store_take (CitizDb *db,
                        const CitizHash *account,
                        const CitizHash *invite,
                        CitizTime now,
                        guint a_day,
                        CitizGuestAnswer *out,
                        GError **error)
{
  gint added = invite ? add_guest (db, account, invite, now, error) : 0;
  gint counted;
  gboolean known;

  if (added < 0 || (added > 0 && !use_invite (db, invite, now, error)))
    return FALSE;
  counted = count_guest (db, account, now, a_day, error);
  if (counted < 0 || !is_guest (db, account, &known, error))
    return FALSE;
  *out = counted > 0 ? CITIZ_GUEST_TAKEN : known ? CITIZ_GUEST_FULL : CITIZ_GUEST_STRANGER;
  return TRUE;
}

guint
citiz_guest_store_count (CitizDb *db)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row = FALSE;

  if (!citiz_db_prepare (db, "SELECT COUNT (*) FROM guest", &stmt, NULL))
    return 0;
  return citiz_stmt_next (stmt, &row, NULL) && row ? (guint) citiz_stmt_int (stmt, 0) : 0;
}
