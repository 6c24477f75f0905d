/* No node answers, or this computer's clock is wrong: an access opens all the same. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"
#include "nodes-fixture.h"

#include "app/citiz-engine-shared.h"

#include <string.h>

static gboolean
is_here_instead (App *app)
{
  return newest (app)->instead && newest (app)->n_nodes == 0 && newest (app)->link != NULL;
}

/* That the person is shown. */
static guint
n_listed (App *app)
{
  GListModel *accesses = citiz_session_get_accesses (app->session);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      n += citiz_access_is_listed (access);
    }
  return n;
}

static gboolean
withdrawn_is_over (App *app)
{
  g_autoptr (CitizAccess) access
      = g_list_model_get_item (citiz_session_get_accesses (app->session), 1);

  return access->state == CITIZ_ACCESS_REVOKED;
}

/* No node answers, and the app does not know that yet: an access on this computer takes the place of the one that nobody can open. */
static void
test_nobody_answers (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *sentence = NULL, *summary = NULL;

  app_save (app, NULL, "Peanut");
  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, TRUE);
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, NODES);
  g_assert_true (app_until (is_here_instead, app, LONG));
  g_assert_true (only_one_is_live (app)); /* at the same time: the program may end here */
  g_assert_true (citiz_session_get_emergency (app->session) == newest (app));
  g_assert_nonnull (strstr (citiz_session_explain_moved (newest (app)), "shown before"));
  g_assert_cmpuint (n_listed (app), ==, 1); /* of one press one */
  sentence = citiz_session_explain_ready (newest (app), NULL);
  g_assert_nonnull (sentence);
  summary = app_read_summary (app, newest (app)->link, 1, NULL);
  g_assert_nonnull (strstr (summary, "Peanut"));
  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, FALSE);
  g_assert_true (app_until (withdrawn_is_over, app, LONG));
  g_assert_cmpuint (n_listed (app), ==, 1);
}

static gboolean
all_are_away (App *app)
{
  const CitizCommunityView *view = citiz_session_get_community (app->session);

  return view->state == CITIZ_COMMUNITY_VIEW_ALONE && view->n_missing == NODES;
}

/* Each answers, and a quorum votes: a press gives nothing to nodes that cannot write it down. */
static gboolean
all_are_back (App *app)
{
  for (guint i = 0; i < NODES; i++)
    if (nodes_ask (i, "GET", "/readyz", NULL, NULL) != 200)
      return FALSE;
  return TRUE;
}

static gboolean
too_few_vote (App *app)
{
  return citiz_session_get_community (app->session)->few_vote;
}

static GMutex busy;

static gboolean
busy_cb (gpointer data)
{
  g_mutex_lock (&busy);
  g_mutex_unlock (&busy);
  return G_SOURCE_REMOVE;
}

/* They were away and are back: whoever presses finds them. An engine in the midst of something long is not waited for. */
static void
test_back_again (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  app_save (app, NULL, "Peanut");
  for (guint i = 0; i < NODES; i++)
    nodes_kill (i);
  g_assert_true (app_until (all_are_away, app, LONG));
  g_mutex_lock (&busy);
  citiz_engine_do (app->session->engine, busy_cb, NULL);
  citiz_session_set_look (app->session, 50);
  citiz_session_look_at_nodes_async (app->session, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_mutex_unlock (&busy);
  nodes_start_all ();
  while (!all_are_back (app))
    app_settle (app);
  citiz_session_set_look (app->session, LONG * 1000);
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, NODES);
  g_assert_true (app_until (all_hold, app, LONG));
  read_all (app, access->link, 0, 1, "Camille Ouellet", "Peanut");
}

static gboolean
visit_rarely_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  citiz_watch_set_pace (citiz_community_get_watch (engine->community), 3600 * 1000);
  return TRUE;
}

/* Two of them said a moment ago that too few vote, and the others have come since: a press hears what they say now. */
static void
test_said_before (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  for (guint i = 0; i < NODES; i++)
    nodes_kill (i);
  g_assert_true (app_until (all_are_away, app, LONG));
  for (guint i = 0; i < NODES_NEEDED - 1; i++)
    nodes_start (i);
  g_assert_true (app_until (too_few_vote, app, LONG));
  app_on_engine (app, visit_rarely_work, NULL, NULL);
  nodes_start_all ();
  citiz_session_set_look (app->session, LONG * 1000);
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, NODES);
  g_assert_true (app_until (all_hold, app, LONG));
}

static gboolean
nothing_waits_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  *(gboolean *) data = citiz_outbox_n_waiting (citiz_community_get_outbox (engine->community)) == 0;
  return TRUE;
}

static gboolean
nothing_waits (App *app)
{
  gboolean nothing = FALSE;

  app_on_engine (app, nothing_waits_work, &nothing, NULL);
  return nothing;
}

/* Pressed, locked at once, and no node answers for so long that the ledger does not take it any more: when the record is open again, an
 * access on this computer takes its place. */
static void
test_too_old (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, TRUE);
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, NODES);
  citiz_session_lock (app->session);
  app_move_clock (app, 21 * CITIZ_HOUR);
  g_assert_false (nothing_waits (app)); /* no block says that none will hold it */
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (app_until (is_here_instead, app, LONG));
  g_assert_true (app_until (only_one_is_live, app, LONG));
  for (guint i = 0; i < NODES; i++)
    nodes_pause (i, FALSE);
}

/* The app knows that no node answers: on this computer at once. */
static void
test_alone (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  for (guint i = 0; i < NODES; i++)
    nodes_kill (i);
  g_assert_true (app_until (knows_it_is_alone, app, LONG));
  access = app_press (app);
  g_assert_cmpuint (access->n_nodes, ==, 0);
  g_assert_true (access->instead);
  g_assert_cmpuint (app_read (app, access->link, 1, NULL), ==, 200);
}

static gboolean
is_ready_anew (App *app)
{
  return newest (app)->n_nodes == NODES && newest (app)->link != NULL && is_usable (app);
}

static gboolean
clock_is_told (App *app)
{
  return citiz_session_get_community (app->session)->skew_ms != 0;
}

static gboolean
clock_is_right (App *app)
{
  return !clock_is_told (app);
}

static gboolean
a_day_is_left (App *app)
{
  const gint64 left = newest (app)->expires.ms - citiz_session_now (app->session).ms;

  return ABS (left - CITIZ_DAY) < 10 * CITIZ_MINUTE;
}

typedef struct
{
  gint64 off;
  const gchar *said;
} WrongClock;

/* This computer's clock is wrong, whichever way and by whatever: it is said, and the access is dated by the nodes' time, so that it opens at once and lasts
 * as long as it says. */
static void
test_wrong_clock (App *app, gconstpointer data)
{
  const WrongClock *wrong = data;
  const gint64 off = wrong->off;
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *sentence = NULL, *header = NULL;

  app_save (app, NULL, "Peanut");
  app_move_clock (app, off);
  access = app_press (app); /* nobody may have said yet that the clock is wrong */
  g_assert_nonnull (access);
  g_assert_true (app_until (is_ready_anew, app, LONG));
  g_assert_true (app_until (only_one_is_live, app, LONG));
  g_assert_true (citiz_session_get_emergency (app->session) == newest (app));
  g_assert_false (newest (app)->instead);
  read_all (app, newest (app)->link, 0, 1, "Camille Ouellet", "Peanut");
  g_assert_true (app_until (a_day_is_left, app, LONG));
  g_assert_true (app_until (clock_is_told, app, LONG));
  sentence = citiz_session_explain_clock (citiz_session_get_community (app->session));
  g_assert_nonnull (strstr (sentence, wrong->said));
  header = citiz_session_explain_community (citiz_session_get_community (app->session));
  g_assert_nonnull (strstr (header, "clock"));
  g_assert_true (app_end_access (app, &newest (app)->id, NULL));
  g_assert_true (app_until (is_over, app, LONG));
  app_move_clock (app, -off);
  g_assert_true (app_until (clock_is_right, app, LONG));
}

static gboolean
stop_visits_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  citiz_watch_stop (citiz_community_get_watch (engine->community));
  return TRUE;
}

static gboolean
visit_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_watch_start (citiz_community_get_watch (engine->community), error);
}

/* However slow this machine is. */
static gboolean
be_patient_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizShared *shared = citiz_engine_find_shared (engine, data);

  if (shared->patience != NULL)
    g_source_set_ready_time (shared->patience, -1);
  return TRUE;
}

static gboolean
all_have_it (App *app)
{
  return newest (app)->n_holding == NODES;
}

/* No node has said what time it is before each of them holds its part: once they have, another is given by their time, and of the one press one is shown. */
static void
test_clock_heard_late (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  app_save (app, NULL, "Peanut");
  app_on_engine (app, stop_visits_work, NULL, NULL);
  app_move_clock (app, CITIZ_HOUR);
  access = app_press (app);
  app_on_engine (app, be_patient_work, &access->id, NULL);
  g_assert_true (app_until (all_have_it, app, LONG));
  g_assert_cmpint (newest (app)->ready, ==, CITIZ_ACCESS_SENDING);
  app_on_engine (app, visit_work, NULL, NULL);
  g_assert_true (app_until (is_ready_anew, app, LONG));
  g_assert_false (citiz_id_equal (&newest (app)->id, &access->id));
  g_assert_true (app_until (only_one_is_live, app, LONG));
  g_assert_true (app_until (a_day_is_left, app, LONG));
  g_assert_cmpuint (n_listed (app), ==, 1);
  g_assert_true (app_end_access (app, &newest (app)->id, NULL));
  g_assert_true (app_until (is_over, app, LONG));
  app_move_clock (app, -CITIZ_HOUR);
  g_assert_true (app_until (clock_is_right, app, LONG));
}

/* The window was told that it is to come, and it has opened since: the press that was meant to replace it gives it. */
static void
test_has_come (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app), again = NULL;

  g_assert_true (app_until (all_hold, app, LONG));
  newest (app)->state = CITIZ_ACCESS_NOT_YET;
  again = app_press (app);
  g_assert_true (citiz_id_equal (&again->id, &access->id));
  g_assert_true (citiz_session_get_emergency (app->session) == newest (app));
  g_assert_cmpuint (n_listed (app), ==, 1);
}

static gboolean
can_move (App *app)
{
  return citiz_access_can_move (newest (app), citiz_session_get_community (app->session));
}

static gboolean
move (App *app, const CitizId *id)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_move_async (app->session, id, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_move_finish (app->session, result, NULL);
}

/* Given while the nodes were down; they are back: that is told, and one press gives it to them. The old one has ended, and is not moved twice. */
static void
test_moved (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *before = NULL, *after = NULL;

  app_save (app, NULL, "Peanut");
  for (guint i = 0; i < NODES; i++)
    nodes_kill (i);
  g_assert_true (app_until (knows_it_is_alone, app, LONG));
  access = app_press (app);
  g_assert_true (access->instead);
  g_assert_false (can_move (app));
  g_assert_false (move (app, &access->id));
  g_assert_true (only_one_is_live (app));
  before = citiz_session_explain_ready (access, citiz_session_get_community (app->session));
  g_assert_nonnull (strstr (before, "did not take"));
  for (guint i = 0; i < NODES; i++)
    nodes_start (i);
  g_assert_true (app_until (can_move, app, LONG));
  after = citiz_session_explain_ready (newest (app), citiz_session_get_community (app->session));
  g_assert_nonnull (strstr (after, "answer: they can keep another"));
  g_assert_true (move (app, &access->id));
  g_assert_false (move (app, &access->id));
  g_assert_true (app_until (is_ready_anew, app, LONG));
  g_assert_true (app_until (only_one_is_live, app, LONG));
  g_assert_cmpuint (app_read (app, access->link, 1, NULL), ==, 409);
  read_all (app, newest (app)->link, 1, 1, "Camille Ouellet", "Peanut");
}

/* The clock was a day ahead at the press and was set right since: the nodes that are back are known to be. */
static void
test_moved_clock_back (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  for (guint i = 0; i < NODES; i++)
    nodes_kill (i);
  g_assert_true (app_until (knows_it_is_alone, app, LONG));
  app_move_clock (app, CITIZ_DAY);
  access = app_press (app);
  g_assert_true (access->instead);
  app_move_clock (app, -CITIZ_DAY);
  for (guint i = 0; i < NODES; i++)
    nodes_start (i);
  g_assert_true (app_until (can_move, app, LONG));
}

static void
add_tests (void)
{
  static const WrongClock ahead = {CITIZ_DAY, "24 hours ahead"},
                          behind = {-CITIZ_DAY, "24 hours behind"},
                          hour_ahead = {CITIZ_HOUR, "60 minutes ahead"},
                          hour_behind = {-CITIZ_HOUR, "60 minutes behind"};

  MEMBER_TEST ("nobody-answers", test_nobody_answers);
  MEMBER_TEST ("back-again", test_back_again);
  MEMBER_TEST ("said-before", test_said_before);
  MEMBER_TEST ("too-old", test_too_old);
  MEMBER_TEST ("alone", test_alone);
  MEMBER_TEST ("moved", test_moved);
  MEMBER_TEST ("moved-clock-back", test_moved_clock_back);
  MEMBER_TEST ("clock-heard-late", test_clock_heard_late);
  MEMBER_TEST ("has-come", test_has_come);
  g_test_add ("/shared/day-ahead", App, &ahead, member_up, test_wrong_clock, member_down);
  g_test_add ("/shared/day-behind", App, &behind, member_up, test_wrong_clock, member_down);
  g_test_add ("/shared/hour-ahead", App, &hour_ahead, member_up, test_wrong_clock, member_down);
  g_test_add ("/shared/hour-behind", App, &hour_behind, member_up, test_wrong_clock, member_down);
}

int
main (int argc, char **argv)
{
  return nodes_test (argc, argv, add_tests);
}
