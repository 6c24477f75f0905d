/* Whom a node vouches for: uses, ends, days. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-guest-store.h"

#include "../tools.h"

static CitizGuestAnswer
take (CitizDb *db, guint8 account, guint8 invite, gint64 day)
{
  const CitizHash who = {{account}}, by = {{invite}};
  g_autoptr (GError) error = NULL;
  CitizGuestAnswer answer;

  g_assert_true (citiz_guest_store_take (db, &who, invite ? &by : NULL,
                                         (CitizTime){day * CITIZ_DAY + 5}, 2, &answer, &error));
  g_assert_no_error (error);
  return answer;
}

static void
put (CitizDb *db, guint8 id, guint uses, gint64 days)
{
  gchar name[] = "Rosemont";
  const CitizInvite invite
      = {.id = {{id}}, .name = name, .until = {days * CITIZ_DAY}, .uses = uses};

  g_assert_true (citiz_guest_store_put_invite (db, &invite, NULL));
}

static CitizDb *
open_db (gchar **dir)
{
  g_autoptr (GError) error = NULL;
  CitizDb *db;

  *dir = g_dir_make_tmp ("citiz-guest-XXXXXX", NULL);
  db = citiz_db_open (*dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  return db;
}

static void
close_db (CitizDb *db, gchar *path)
{
  g_autofree gchar *dir = path;

  citiz_db_unref (db);
  tools_remove_folder (dir);
}

static void
test_uses (void)
{
  gchar *dir;
  CitizDb *db = open_db (&dir);

  put (db, 9, 2, 10);
  g_assert_cmpint (take (db, 1, 0, 1), ==, CITIZ_GUEST_STRANGER);
  g_assert_cmpint (take (db, 1, 8, 1), ==, CITIZ_GUEST_STRANGER);
  g_assert_cmpint (take (db, 1, 9, 1), ==, CITIZ_GUEST_TAKEN);
  g_assert_cmpint (take (db, 1, 9, 1), ==, CITIZ_GUEST_TAKEN); /* no second use */
  g_assert_cmpint (take (db, 2, 9, 1), ==, CITIZ_GUEST_TAKEN);
  g_assert_cmpint (take (db, 3, 9, 1), ==, CITIZ_GUEST_STRANGER);
  g_assert_cmpuint (citiz_guest_store_count (db), ==, 2);
  close_db (db, dir);
}

static void
test_days (void)
{
  gchar *dir;
  CitizDb *db = open_db (&dir);

  put (db, 9, 5, 3);
  g_assert_cmpint (take (db, 1, 9, 2), ==, CITIZ_GUEST_TAKEN);
  g_assert_cmpint (take (db, 1, 0, 2), ==, CITIZ_GUEST_TAKEN);
  g_assert_cmpint (take (db, 1, 0, 2), ==, CITIZ_GUEST_FULL);
  g_assert_cmpint (take (db, 1, 9, 2), ==, CITIZ_GUEST_FULL); /* no way round */
  g_assert_cmpint (take (db, 1, 0, 3), ==, CITIZ_GUEST_TAKEN);
  g_assert_cmpint (take (db, 2, 9, 3), ==, CITIZ_GUEST_STRANGER); /* too late */
  close_db (db, dir);
}

static void
test_dropped (void)
{
  gchar *dir;
  CitizDb *db = open_db (&dir);
  g_autoptr (GPtrArray) list = NULL;
  guint n = 7;

  put (db, 0xab, 5, 30);
  put (db, 0xcd, 5, 30);
  g_assert_cmpint (take (db, 1, 0xab, 2), ==, CITIZ_GUEST_TAKEN);
  g_assert_true (citiz_guest_store_drop_invite (db, "ef", &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  g_assert_true (citiz_guest_store_drop_invite (db, "ab00", &n, NULL));
  g_assert_cmpuint (n, ==, 1);
  list = citiz_guest_store_invites (db, NULL);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpint (take (db, 2, 0xab, 2), ==, CITIZ_GUEST_STRANGER);
  g_assert_cmpint (take (db, 1, 0, 2), ==, CITIZ_GUEST_TAKEN); /* who was admitted stays */
  close_db (db, dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guest/uses", test_uses);
  g_test_add_func ("/guest/days", test_days);
  g_test_add_func ("/guest/dropped", test_dropped);
  return g_test_run ();
}
