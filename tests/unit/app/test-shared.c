/* An access over the nodes of a community, given by the app, opened as the doctor's page does. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"
#include "nodes-fixture.h"

#include "app/citiz-engine-shared.h"

#include <string.h>

/* Each step of what is on the community's ledger is checked against one's own copy. */
static gboolean
opening_is_an_entry (App *app)
{
  GListModel *entries = citiz_session_get_entries (app->session);

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (CitizEntry) entry = g_list_model_get_item (entries, i);
      guint n = 0;

      if (!entry->community || !g_str_equal (entry->type, "access_open"))
        continue;
      for (guint k = 0; k < CITIZ_N_STEPS; k++)
        n += entry->state[k] == CITIZ_STEP_DONE;
      return n == CITIZ_N_STEPS && entry->n_votes >= NODES_NEEDED;
    }
  return FALSE;
}

/* The press, the nodes, the reader, who it was: the app alone drives it. */
static void
test_given (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *opening = NULL, *summary = NULL, *words = NULL;
  guint told = 0;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, NODES);
  g_assert_cmpuint (access->n_needed, ==, NODES_NEEDED);
  g_assert_cmpint (access->ready, ==, CITIZ_ACCESS_SENDING);
  g_assert_nonnull (strstr (access->link, "/v#shlink:/"));
  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_nonnull (newest (app)->tx);
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_PARCEL), ==, 0);
  g_signal_connect (app->session, "opened", G_CALLBACK (app_count_cb), &told);
  g_assert_cmpuint (nodes_open (app, access->link, 1, 1, "Camille Ouellet", &opening), ==, 200);
  g_assert_cmpuint (nodes_gather (access->link, opening, &summary, &words), ==, NODES);
  g_assert_nonnull (strstr (summary, "Peanut"));
  g_assert_true (app_until (first_is_named, app, LONG));
  app_settle (app);
  g_assert_cmpuint (told, >=,
                    1); /* twice when the ledger was quicker than the mail by more than a moment */
  g_assert_cmpuint (told, <=, 2);
  g_assert_cmpstr (opening_at (app, 0)->name, ==, "Camille Ouellet");
  g_assert_cmpstr (opening_at (app, 0)->tx, ==, opening);
  g_assert_true (g_str_has_prefix (opening_at (app, 0)->words, words));
  g_assert_cmpuint (newest (app)->openings, ==, 1);
  g_assert_true (app_until (opening_is_an_entry, app, LONG));
}

/* One of four does not run at the press: it opens all the same, and gets its part when it is back. */
static void
test_one_down (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  app_save (app, NULL, "Peanut");
  nodes_kill (3);
  access = app_press (app);
  g_assert_true (app_until (is_usable, app, LONG));
  read_all (app, access->link, 0, 1, "Camille Ouellet", "Peanut");
  nodes_start (3);
  g_assert_true (app_until (all_hold, app, LONG));
}

/* The program ends before any node has its part; it goes on from the disk. */
static void
test_goes_on (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *link = NULL;

  app_save (app, NULL, "Peanut");
  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, TRUE);
  access = app_press (app);
  link = g_strdup (access->link);
  g_clear_object (&access);
  app_reopen (app);
  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, FALSE);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  nodes_pace (app);
  g_assert_cmpint (newest (app)->ready, ==, CITIZ_ACCESS_SENDING);
  g_assert_cmpuint (newest (app)->n_holding, ==, 0);
  g_assert_cmpstr (newest (app)->link, ==, link);
  g_assert_true (app_until (all_hold, app, LONG));
  read_all (app, link, 3, 1, "Camille Ouellet", "Peanut");
}

static gboolean
is_renewed (App *app)
{
  return newest (app)->updated.ms > newest (app)->given.ms && is_usable (app);
}

/* The record changes while one node is down: the same link shows the record as it is; that node gets the new part when it is back. */
static void
test_renewed (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *link = NULL;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  link = g_strdup (access->link);
  g_assert_true (app_until (all_hold, app, LONG));
  nodes_kill (2);
  app_save (app, NULL, "Latex");
  g_assert_true (app_until (is_renewed, app, LONG));
  read_all (app, link, 0, 1, "Camille Ouellet", "Latex");
  nodes_start (2);
  g_assert_true (app_until (all_hold, app, LONG));
  read_all (app, link, 2, 2, "Camille Ouellet", "Latex");
}

/* Another copy of the record renews it: the same account's key, and an entry that this copy did not sign. */
static gboolean
renew_elsewhere_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizCommunity *community = engine->community;
  CitizChain *chain = citiz_community_get_chain (community);
  g_autoptr (CitizTx) tx = citiz_tx_new (CITIZ_TX_GRANT);
  CitizGrantState state;
  CitizAccount account;

  g_assert_true (citiz_chain_grant (chain, data, &state));
  g_assert_true (
      citiz_chain_get_account (chain, citiz_community_get_account (community), &account));
  tx->chain_id = *citiz_community_get_id (community);
  tx->account = account.id;
  tx->nonce = account.keys[0].next;
  tx->valid_until.ms = citiz_chain_time (chain).ms + CITIZ_HOUR;
  tx->body.grant = state.grant;
  tx->body.grant.capsule.b[0] ^= 1;
  citiz_tx_sign (tx, citiz_community_get_key (community));
  return citiz_outbox_put (citiz_community_get_outbox (community), tx, error);
}

static gboolean
is_superseded (App *app)
{
  return newest (app)->superseded;
}

static gboolean
is_own_again (App *app)
{
  return !newest (app)->superseded && all_hold (app);
}

/* What another copy of the record made of it is not said to be what this one gave; what this one gives then is. */
static void
test_renewed_elsewhere (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_cmpuint (newest (app)->shown->len, >, 0);
  app_on_engine (app, renew_elsewhere_work, &access->id, NULL);
  g_assert_true (app_until (is_superseded, app, LONG));
  g_assert_nonnull (newest (app)->outdated);
  g_assert_cmpuint (newest (app)->shown->len, ==, 0);
  g_assert_cmpint (newest (app)->updated.ms, >, access->updated.ms);
  citiz_session_refresh (app->session); /* nothing has changed here */
  app_settle (app);
  g_assert_nonnull (newest (app)->outdated);
  app_save (app, NULL, "Latex");
  g_assert_true (app_until (is_own_again, app, LONG));
  g_assert_null (newest (app)->outdated);
  read_all (app, newest (app)->link, 0, 1, "Camille Ouellet", "Latex");
}

static gboolean
is_coded (App *app)
{
  return newest (app)->spoken != NULL && code_is_everywhere (app);
}

/* The birth date is entered while the access is live: it gets a code to say, at every node. */
static void
test_late_code (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);

  g_assert_null (access->spoken);
  g_assert_true (app_until (all_hold, app, LONG));
  app_save_patient (app);
  g_assert_true (app_until (is_coded, app, LONG));
  g_assert_true (app_until (all_hold, app, LONG));
}

static guint locked_told;

static gboolean
was_told (App *app)
{
  return locked_told == 1;
}

/* Locked: that somebody opened is told at once, who it was when the record is open again. */
static void
test_locked (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link);

  g_assert_true (app_until (all_hold, app, LONG));
  g_signal_connect (app->session, "opened-locked", G_CALLBACK (app_count_locked_cb), &locked_told);
  citiz_session_lock (app->session);
  g_assert_cmpuint (nodes_open (app, link, 1, 1, "Camille Ouellet", NULL), ==, 200);
  g_assert_true (app_until (was_told, app, LONG));
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (app_until (first_is_named, app, LONG));
  g_assert_cmpstr (opening_at (app, 0)->name, ==, "Camille Ouellet");
}

static void
add_tests (void)
{
  MEMBER_TEST ("given", test_given);
  MEMBER_TEST ("one-down", test_one_down);
  MEMBER_TEST ("goes-on", test_goes_on);
  MEMBER_TEST ("renewed", test_renewed);
  MEMBER_TEST ("renewed-elsewhere", test_renewed_elsewhere);
  MEMBER_TEST ("late-code", test_late_code);
  MEMBER_TEST ("locked", test_locked);
}

int
main (int argc, char **argv)
{
  return nodes_test (argc, argv, add_tests);
}
