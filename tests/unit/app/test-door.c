/* A node that the link of a live access leads to does not answer: link and code lead to another. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"
#include "nodes-fixture.h"

#include "app/citiz-engine-shared.h"
#include "net/citiz-http-server.h"

#include <string.h>

#define LONG 120

/* The node that its link leads to. */
static guint
door (App *app)
{
  const CitizAccess *access = newest (app);
  g_autoptr (CitizLink) link = citiz_link_parse (access->link, NULL);

  g_assert_nonnull (link);
  g_assert_nonnull (access->shlink);
  for (guint i = 0; i < NODES; i++)
    if (g_str_equal (nodes_url (i), link->origin))
      return i;
  g_assert_not_reached ();
}

static guint left;

static gboolean
leads_elsewhere (App *app)
{
  return door (app) != left && newest (app)->moved && newest (app)->n_silent == 1;
}

static gboolean
all_answer (App *app)
{
  return newest (app)->n_silent == 0 && !newest (app)->moved;
}

/* The node that came back knows the opening that it missed. */
static gboolean
has_caught_up (App *app)
{
  g_autofree gchar *hex = citiz_id_to_hex (&newest (app)->id);
  g_autofree gchar *path = g_strconcat ("/v1/grants/", hex, NULL), *body = NULL;

  return nodes_ask (left, "GET", path, NULL, &body) == 200 && strstr (body, "\"used\":1") != NULL;
}

static gboolean
is_stranded (App *app)
{
  return citiz_access_is_stranded (newest (app), NULL);
}

static gboolean
says (gchar *sentence, const gchar *words)
{
  const gboolean found = strstr (sentence, words) != NULL;

  g_free (sentence);
  return found;
}

/* The whole way of a reader, whose first node is the one the link leads to. */
static void
read_through_door (App *app, const gchar *link, guint node, guint use)
{
  g_autofree gchar *opening = NULL, *summary = NULL;

  g_assert_cmpuint (nodes_open (app, link, node, use, "Camille Ouellet", &opening), ==, 200);
  g_assert_cmpuint (nodes_gather (link, opening, &summary, NULL), >=, NODES_NEEDED);
  g_assert_nonnull (strstr (summary, "Peanut"));
}

/* It leads to one that answers, says so, and stays there; what was given earlier opens when its node is back. */
static void
test_door (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *earlier = NULL;
  guint first, second;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_true (says (citiz_session_explain_ready (newest (app), NULL), "4 of 4"));
  g_assert_null (citiz_session_explain_moved (newest (app)));
  earlier = g_strdup (newest (app)->link);
  left = first = door (app);
  citiz_session_set_watched (app->session, TRUE);
  nodes_kill (first);
  g_assert_true (app_until (leads_elsewhere, app, LONG));
  g_assert_nonnull (citiz_session_explain_moved (newest (app)));
  g_assert_true (says (citiz_session_explain_ready (newest (app), NULL), "3 of 4"));
  second = door (app);
  read_through_door (app, newest (app)->link, second, 1);
  nodes_start (first);
  g_assert_true (app_until (all_answer, app, LONG));
  g_assert_null (citiz_session_explain_moved (newest (app)));
  g_assert_cmpuint (door (app), ==, second);
  g_assert_true (app_until (has_caught_up, app, LONG));
  read_through_door (app, earlier, first, 2);
  left = second;
  nodes_kill (second); /* as often as it takes */
  g_assert_true (app_until (leads_elsewhere, app, LONG));
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  nodes_pace (app);
  g_assert_cmpuint (door (app), !=, second); /* it is remembered */
}

static gchar *shown; /* on the locked screen */

static gboolean
leads_elsewhere_now (App *app)
{
  g_autofree gchar *now = citiz_session_link_now (app->session, shown);

  return !g_str_equal (now, shown);
}

static gboolean
leads_there_again (App *app)
{
  return !leads_elsewhere_now (app);
}

/* While the record is locked the code that stays on screen leads to a node that answers, too. */
static void
test_locked (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (CitizLink) link = NULL;
  g_autofree gchar *now = NULL;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  left = door (app);
  shown = g_strdup (newest (app)->link);
  citiz_session_lock (app->session);
  citiz_session_set_watched (app->session, TRUE);
  g_assert_false (leads_elsewhere_now (app));
  nodes_kill (left);
  g_assert_true (app_until (leads_elsewhere_now, app, LONG));
  now = citiz_session_link_now (app->session, shown);
  link = citiz_link_parse (now, NULL);
  for (guint i = 0; i < NODES; i++)
    if (g_str_equal (nodes_url (i), link->origin))
      read_through_door (app, now, i, 1);
  nodes_start (left);
  g_assert_true (app_until (leads_there_again, app, LONG));
  citiz_session_set_watched (app->session, FALSE);
  g_clear_pointer (&shown, citiz_wipe_text);
}

/* Of its nodes each is where this says. */
static gboolean
leads_to_all (const gchar *text)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  guint n = 0;

  for (guint i = 0; i < NODES; i++)
    for (guint k = 0; k < NODES; k++)
      n += g_str_equal (nodes_url (i), ((CitizLinkNode *) link->nodes->pdata[k])->origin);
  return n == NODES;
}

static gboolean
is_told_of_the_move (App *app)
{
  return newest (app)->left && newest (app)->n_silent == 0;
}

static gboolean
leads_there (App *app)
{
  g_autoptr (CitizLink) link = citiz_link_parse (newest (app)->link, NULL);

  return g_str_equal (link->origin, nodes_url (left));
}

static gboolean
note_came (App *app)
{
  return g_strcmp0 (opening_at (app, 0)->note, "Bring the pump") == 0;
}

/* The node that the link leads to is at another address from now on: link, code, mail are there, and what was shown before is said to open nothing. */
static void
test_moved (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *opening = NULL;

  app_save_patient (app);
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_true (app_until (code_is_everywhere, app, LONG));
  left = door (app);
  citiz_session_set_watched (app->session, TRUE);
  nodes_move (left);
  g_assert_true (app_until (is_told_of_the_move, app, LONG));
  g_assert_nonnull (strstr (citiz_session_explain_moved (newest (app)), "has left"));
  g_assert_true (leads_to_all (newest (app)->link));
  g_assert_cmpuint (nodes_open (app, newest (app)->link, door (app), 1, "Jean Roy", &opening), ==,
                    200);
  g_assert_cmpuint (nodes_gather (newest (app)->link, opening, NULL, NULL), >=, NODES_NEEDED);
  g_assert_true (app_until (first_is_named, app, LONG));
  g_assert_cmpuint (nodes_note (app, newest (app)->link, left, opening, "Bring the pump"), ==, 200);
  g_assert_true (app_until (note_came, app, LONG));
  g_assert_cmpuint (nodes_try_code (newest (app)->spoken, left), ==, 401); /* on its own page */
  for (guint i = 0; i < NODES; i++)
    if (i != left)
      nodes_kill (i);
  g_assert_true (app_until (leads_there, app, LONG));
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (leads_there (app)); /* it is remembered */
  g_assert_true (newest (app)->left);
}

/* The same access under another number, which the ledger does not know yet. Nothing is left to hand. */
static gboolean
give_unknown_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizId id = *(const CitizId *) data;
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, &id, error);

  g_assert_nonnull (json);
  id.b[0] ^= 1;
  g_assert_true (citiz_engine_rewrite_json (engine, CITIZ_CLASS_GRANT, &id, json, error));
  citiz_engine_add_shared (engine, &id, json);
  citiz_engine_tell_access (engine, &id);
  citiz_engine_drop_grant (json);
  return TRUE;
}

/* One's own copy of the ledger is behind: the link leads to where the nodes are all the same. */
static void
test_moved_unknown (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  app_on_engine (app, give_unknown_work, &access->id, NULL);
  app_settle (app);
  g_assert_cmpstr (newest (app)->link, ==, access->link);
  g_assert_false (citiz_id_equal (&newest (app)->id, &access->id));
  left = door (app);
  citiz_session_set_watched (app->session, TRUE);
  nodes_move (left);
  g_assert_true (app_until (is_told_of_the_move, app, LONG));
  g_assert_true (leads_to_all (newest (app)->link));
}

static gboolean
leads_to_all_now (App *app)
{
  g_autofree gchar *now = citiz_session_link_now (app->session, shown);

  return leads_to_all (now);
}

/* While the record is locked the code that stays on screen leads to where they are, too. */
static void
test_moved_locked (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);

  g_assert_true (app_until (all_hold, app, LONG));
  left = door (app);
  shown = g_strdup (newest (app)->link);
  citiz_session_lock (app->session);
  citiz_session_set_watched (app->session, TRUE);
  nodes_move (left);
  g_assert_true (app_until (leads_to_all_now, app, LONG));
  citiz_session_set_watched (app->session, FALSE);
  g_clear_pointer (&shown, citiz_wipe_text);
}

/* A node that was away at the press comes back elsewhere: it is handed its part there. */
static void
test_moved_before (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  nodes_kill (1);
  access = app_press (app);
  g_assert_true (app_until (is_usable, app, LONG));
  g_assert_cmpuint (newest (app)->n_holding, <, NODES);
  citiz_session_set_watched (app->session, TRUE);
  nodes_move (1);
  g_assert_true (app_until (all_hold, app, LONG));
}

static void
refuse_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer parts)
{
  response->status = 400;
  *(guint *) parts += g_str_has_suffix (request->path, "/shares");
}

static guint refused; /* parts */

static gboolean
others_hold (App *app)
{
  return newest (app)->n_holding == NODES - 1 && refused > 0;
}

/* Another machine is where a node was, and refuses its part: the node is handed it where it is. */
static void
test_refused_before (App *app, gconstpointer data)
{
  static const CitizHttpLimits limits = {.connections_max = 64,
                                         .deadline_ms = 600000,
                                         .body_max = 1 << 20,
                                         .rate_per_second = 1000,
                                         .rate_burst = 1000};
  g_autoptr (CitizHttpServer) other = citiz_http_server_new (&limits, refuse_cb, &refused);
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GError) error = NULL;

  nodes_kill (1);
  g_assert_true (citiz_http_server_start (other, nodes_door (1), &error));
  g_assert_no_error (error);
  access = app_press (app);
  g_assert_true (app_until (others_hold, app, LONG));
  app_settle (app);
  citiz_http_server_stop (other);
  citiz_session_set_watched (app->session, TRUE);
  nodes_move (1);
  g_assert_true (app_until (all_hold, app, LONG));
}

/* Too few answer: it is said, whoever noticed it. */
static void
test_too_few (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);

  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_false (is_stranded (app));
  citiz_session_set_watched (app->session, TRUE);
  nodes_kill (0);
  nodes_kill (1);
  g_assert_true (app_until (is_stranded, app, LONG));
  g_assert_true (says (citiz_session_explain_ready (newest (app), NULL), "nobody can open"));
}

static gboolean
counts_three (App *app)
{
  const CitizCommunityView *view = citiz_session_get_community (app->session);

  return view->n_missing == 0 && newest (app)->n_silent == 1 && !newest (app)->moved;
}

/* Returns: (nullable): what makes a process's clock wrong */
static const gchar *
find_faketime (void)
{
  static const gchar *const libraries[] = {"/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
                                           "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
                                           "/usr/lib/faketime/libfaketime.so.1"};

  for (guint i = 0; i < G_N_ELEMENTS (libraries); i++)
    if (g_file_test (libraries[i], G_FILE_TEST_EXISTS))
      return libraries[i];
  g_test_skip ("libfaketime is missing");
  return NULL;
}

/* A final block puts the time of a node right whose clock was wrong. */
static void
put_right (App *app, guint wrong)
{
  nodes_kill (wrong);
  nodes_start_all ();
  read_through_door (app, newest (app)->link, door (app), 1);
  g_assert_true (app_until (all_answer, app, LONG));
}

/* A node whose clock is an hour fast answers, and gives nothing: each opening is long past by it. */
static void
test_ahead (App *app, gconstpointer data)
{
  const gchar *library = find_faketime ();
  g_autoptr (CitizAccess) access = NULL;
  guint wrong;

  if (library == NULL)
    return;
  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  wrong = (door (app) + 1) % NODES;
  citiz_session_set_watched (app->session, TRUE);
  nodes_kill (wrong);
  nodes_start_ahead (wrong, library);
  g_assert_true (app_until (counts_three, app, LONG));
  g_assert_true (says (citiz_session_explain_ready (newest (app), NULL), "3 of 4"));
  put_right (app, wrong);
}

static gboolean
counts_one_missing (App *app)
{
  const CitizCommunityView *view = citiz_session_get_community (app->session);

  return view->n_missing == 1 && newest (app)->n_silent == 1;
}

/* Of the other three one is killed, too: the ledger stands still, so the fast one gives its part by its own clock. With one more away nobody can open. */
static void
test_ahead_and_down (App *app, gconstpointer data)
{
  const gchar *library = find_faketime ();
  g_autoptr (CitizAccess) access = NULL;
  guint wrong, down;

  if (library == NULL)
    return;
  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  wrong = (door (app) + 1) % NODES;
  down = (door (app) + 2) % NODES;
  citiz_session_set_watched (app->session, TRUE);
  nodes_kill (wrong);
  nodes_start_ahead (wrong, library);
  g_assert_true (app_until (counts_three, app, LONG));
  nodes_kill (down);
  g_assert_true (app_until (counts_one_missing, app, LONG));
  g_assert_false (is_stranded (app));
  g_assert_true (says (citiz_session_explain_ready (newest (app), NULL), "3 of 4"));
  nodes_kill (door (app));
  g_assert_true (app_until (is_stranded, app, LONG));
  put_right (app, wrong);
}

/* Whether the node has said so itself, and was not only away for a moment. */
static gboolean
lost_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  GHashTableIter iter;
  gpointer shared;

  g_hash_table_iter_init (&iter, engine->shared);
  while (g_hash_table_iter_next (&iter, NULL, &shared))
    *(guint *) data += citiz_n_bits (((CitizShared *) shared)->bare);
  return TRUE;
}

static gboolean
counts_three_by_mail (App *app)
{
  guint lost = 0;

  app_on_engine (app, read_now_work, NULL, NULL);
  app_on_engine (app, lost_work, &lost, NULL);
  return lost == 1 && counts_three (app);
}

/* A node that was wiped answers, and has nothing to give. */
static void
test_lost_part (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  guint wiped;

  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_true (says (citiz_session_explain_ready (newest (app), NULL), "4 of 4"));
  wiped = (door (app) + 1) % NODES;
  nodes_kill (wiped);
  nodes_on_disk (wiped, "DELETE FROM node_share");
  nodes_start (wiped);
  g_assert_true (app_until (counts_three_by_mail, app, LONG));
  g_assert_true (says (citiz_session_explain_ready (newest (app), NULL), "3 of 4"));
}

static void
add_tests (void)
{
  MEMBER_TEST ("door", test_door);
  MEMBER_TEST ("locked-door", test_locked);
  MEMBER_TEST ("moved", test_moved);
  MEMBER_TEST ("moved-unknown", test_moved_unknown);
  MEMBER_TEST ("moved-locked", test_moved_locked);
  MEMBER_TEST ("moved-before", test_moved_before);
  MEMBER_TEST ("refused-before", test_refused_before);
  MEMBER_TEST ("ahead", test_ahead);
  MEMBER_TEST ("ahead-and-down", test_ahead_and_down);
  MEMBER_TEST ("lost-part", test_lost_part);
  MEMBER_TEST ("too-few", test_too_few);
}

int
main (int argc, char **argv)
{
  return nodes_test (argc, argv, add_tests);
}
