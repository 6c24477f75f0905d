/* The community in the window: an invitation read, joined, refused, cancelled; the Ledger page in each of its states; leaving.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <string.h>

#include "app-fixture.h"
#include "community-world.h"

#include "app/citiz-engine-private.h"
#include "app/citiz-session-private.h"
#include "crypto/citiz-crypto.h"
#include "ui/citiz-access-dialog.h"
#include "ui/citiz-access-text.h"
#include "ui/citiz-community-dialog.h"
#include "ui/citiz-community-text.h"
#include "ui/citiz-format.h"
#include "ui/citiz-preferences.h"
#include "ui/citiz-secret-row.h"
#include "ui/citiz-secrets-dialog.h"
#include "ui/citiz-window.h"

/* The toolkit may hold a row, and with it the session, for a while after its window: the clock of a session outlives its test. */
static App apps[10];
static guint n_apps;

typedef struct
{
  App *app;
  CommunityWorld world;
  GtkWidget *window;
} Scene;

static void
scene_up (Scene *scene, gconstpointer unused)
{
  g_assert_cmpuint (n_apps, <, G_N_ELEMENTS (apps));
  scene->app = &apps[n_apps++];
  community_world_init (&scene->world);
  app_up (scene->app, NULL);
  app_move_clock (scene->app, scene->world.shared.now.ms - citiz_env_now (citiz_env_system ()).ms);
  scene->window = GTK_WIDGET (citiz_window_new (NULL, scene->app->session));
  g_object_add_weak_pointer (G_OBJECT (scene->window), (gpointer *) &scene->window);
  gtk_window_present (GTK_WINDOW (scene->window));
}

static void
scene_down (Scene *scene, gconstpointer unused)
{
  gtk_window_destroy (GTK_WINDOW (scene->window));
  RUN_UNTIL (scene->window == NULL);
  citiz_session_lock (scene->app->session);
  app_settle (scene->app);
  g_clear_object (&scene->app->session);
  citiz_community_remove_copy (scene->app->folder);
  app_down (scene->app, NULL);
  community_world_clear (&scene->world);
}

/* --- eyes and hands --- */

/* What can be seen with @text in it (a button: as its words), at or below @widget. */
static GtkWidget *
look (GtkWidget *widget, GType type, const gchar *text)
{
  const gchar *own = NULL;

  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    own = GTK_IS_LABEL (widget)       ? gtk_label_get_text (GTK_LABEL (widget))
          : GTK_IS_BUTTON (widget)    ? gtk_button_get_label (GTK_BUTTON (widget))
          : ADW_IS_ENTRY_ROW (widget) ? ""
                                      : NULL;
  if (own != NULL
      && (GTK_IS_BUTTON (widget) ? g_str_equal (own, text) : strstr (own, text) != NULL))
    return widget;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    {
      GtkWidget *found = look (w, type, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* In any window. */
static GtkWidget *
find (GType type, const gchar *text)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWidget *found = NULL;

  for (guint i = g_list_model_get_n_items (windows); i-- > 0 && found == NULL;)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      found = look (window, type, text);
    }
  return found;
}

static gboolean
sees (const gchar *text)
{
  return find (GTK_TYPE_LABEL, text) != NULL;
}

static void
press (const gchar *label)
{
  GtkWidget *button;

  RUN_UNTIL ((button = find (GTK_TYPE_BUTTON, label)) != NULL && gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

static void
type (const gchar *text)
{
  GtkWidget *entry;

  RUN_UNTIL ((entry = find (ADW_TYPE_ENTRY_ROW, "")) != NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
}

static gchar *
link_of (Scene *scene, gboolean token)
{
  CitizInvitation invitation;

  community_world_invitation (&scene->world, token, &invitation);
  return citiz_invitation_link (&invitation);
}

static const CitizCommunityView *
view (Scene *scene)
{
  return citiz_session_get_community (scene->app->session);
}

static gboolean
is_whole (Scene *scene)
{
  const CitizCommunityView *now = view (scene);

  return now != NULL && now->state == CITIZ_COMMUNITY_VIEW_EVEN && now->level == 2
         && now->registered && now->n_waiting == 0 && now->nodes->len == SHARED_N
         && now->n_missing == 0;
}

static void
join (Scene *scene)
{
  g_autofree gchar *link = link_of (scene, TRUE);

  citiz_window_join (CITIZ_WINDOW (scene->window), link);
  press ("_Join");
  press ("_Done");
  RUN_UNTIL (is_whole (scene));
}

/* --- joining --- */

/* What is none has a sentence; what is one says what it leads to before anybody is asked. */
static void
test_invitation (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *link = link_of (scene, TRUE), *bare = link_of (scene, FALSE);
  guint asked = 0;

  citiz_window_join (CITIZ_WINDOW (scene->window), "");
  RUN_UNTIL (find (GTK_TYPE_BUTTON, "_Continue") != NULL);
  g_assert_false (gtk_widget_is_sensitive (find (GTK_TYPE_BUTTON, "_Continue")));
  type ("hello");
  press ("_Continue");
  RUN_UNTIL (sees ("not an invitation"));
  type ("citiz:join?AbCd");
  g_assert_false (sees ("not an invitation"));
  press ("_Continue");
  RUN_UNTIL (sees ("missing"));
  type (bare);
  press ("_Continue");
  RUN_UNTIL (sees ("Nobody vouches for you"));
  press ("_Another Invitation");
  type (link);
  press ("_Continue");
  RUN_UNTIL (sees ("You are expected"));
  g_assert_true (sees ("Les Cèdres"));
  g_assert_true (sees ("What they never see"));
  for (guint i = 0; i < SHARED_N; i++)
    asked += scene->world.nodes[i].asked;
  g_assert_cmpuint (asked, ==, 0);
  g_assert_null (view (scene));
}

/* A refusal leaves the person where they can try again; so does their own change of mind. */
static void
test_refused (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *link = link_of (scene, TRUE);

  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_STRANGER;
  citiz_window_join (CITIZ_WINDOW (scene->window), link);
  press ("_Join");
  RUN_UNTIL (sees ("not the community this invitation names"));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_HONEST;
  scene->world.vouch = VOUCH_SILENT;
  press ("_Join");
  press ("C_ancel");
  RUN_UNTIL (find (GTK_TYPE_BUTTON, "_Join") != NULL);
  g_assert_false (sees ("not the community this invitation names"));
  g_assert_null (view (scene));
}

/* An invitation opened while the record is locked is taken up once it is open. */
static void
test_locked (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *link = link_of (scene, TRUE);

  citiz_session_lock (scene->app->session);
  citiz_window_join (CITIZ_WINDOW (scene->window), link);
  g_assert_false (sees ("You are expected"));
  g_assert_true (app_unlock (scene->app, APP_PASSPHRASE, NULL));
  RUN_UNTIL (sees ("You are expected"));
  citiz_session_lock (scene->app->session);
  RUN_UNTIL (!sees ("You are expected"));
  g_assert_cmpuint (g_list_model_get_n_items (gtk_window_get_toplevels ()), ==, 1);
}

/* --- the Ledger page, and leaving --- */

static guint
n_items (GtkWidget *widget)
{
  guint n = g_str_equal (G_OBJECT_TYPE_NAME (widget), "CitizBlockItem");

  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    n += n_items (w);
  return n;
}

static guint
n_mine (Scene *scene)
{
  GListModel *blocks = G_LIST_MODEL (view (scene)->blocks);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (blocks); i++)
    {
      g_autoptr (CitizBlockRow) block = g_list_model_get_item (blocks, i);

      n += block->n_mine;
    }
  return n;
}

/* The strip shows the community's blocks, one's own entries told apart; a block shows its entry. */
static void
look_at_blocks (Scene *scene)
{
  GtkWidget *tag;

  RUN_UNTIL (n_mine (scene) == 1);
  RUN_UNTIL (n_items (scene->window)
             == g_list_model_get_n_items (G_LIST_MODEL (view (scene)->blocks)));
  RUN_UNTIL ((tag = find (GTK_TYPE_LABEL, "1 of yours")) != NULL);
  g_signal_emit_by_name (gtk_widget_get_ancestor (tag, GTK_TYPE_BUTTON), "clicked");
  RUN_UNTIL (sees ("Own ledger anchored"));
}

static void
put_access (Scene *scene, CitizAccessState state)
{
  g_autoptr (CitizAccess) access = g_object_new (CITIZ_TYPE_ACCESS, NULL);

  access->id = (CitizId){{7}};
  access->state = state;
  access->n_nodes = 4;
  citiz_session_put_access (scene->app->session, access);
}

/* Nobody is asked whether they leave while that would be refused. */
static void
leave_while_sharing (Scene *scene)
{
  put_access (scene, CITIZ_ACCESS_LIVE);
  citiz_leave_ask (scene->window, scene->app->session);
  RUN_UNTIL (sees ("it could not be ended from here"));
  g_assert_null (find (GTK_TYPE_BUTTON, "_Leave"));
  press ("_Close");
  put_access (scene, CITIZ_ACCESS_REVOKED);
}

static void
test_whole_life (Scene *scene, gconstpointer unused)
{
  g_autoptr (CitizAccess) access = NULL;

  citiz_window_show_page (CITIZ_WINDOW (scene->window), "ledger");
  RUN_UNTIL (find (GTK_TYPE_BUTTON, "Join a Community…") != NULL);
  access = app_press (scene->app); /* the first block */
  RUN_UNTIL (sees ("This computer keeps the ledger alone"));
  g_assert_nonnull (find (GTK_TYPE_BUTTON, "_Join…"));
  g_assert_false (sees ("may fail"));

  join (scene);
  RUN_UNTIL (sees ("All agree"));
  RUN_UNTIL (sees ("Anchored there up to its block"));
  look_at_blocks (scene);
  g_assert_true (sees ("Nodes of your community"));
  g_assert_true (sees ("In agreement"));
  g_assert_true (sees ("1 node may fail or lie"));
  g_assert_true (sees ("checked every signature"));
  g_assert_null (find (GTK_TYPE_BUTTON, "_Join…"));

  citiz_window_join (CITIZ_WINDOW (scene->window), "");
  RUN_UNTIL (sees ("leave this one first"));
  press ("_Close");
  leave_while_sharing (scene);
  citiz_leave_ask (scene->window, scene->app->session);
  press ("_Leave");
  RUN_UNTIL (view (scene) == NULL);
  RUN_UNTIL (sees ("This computer keeps the ledger alone"));
  g_assert_false (sees ("may fail"));
}

static void
test_states (Scene *scene, gconstpointer unused)
{
  citiz_window_show_page (CITIZ_WINDOW (scene->window), "ledger");
  join (scene);
  citiz_session_set_metered (scene->app->session, TRUE);
  RUN_UNTIL (sees ("What you send is sent all the same"));
  citiz_session_set_metered (scene->app->session, FALSE);
  RUN_UNTIL (sees ("All agree"));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  RUN_UNTIL (sees ("what waits is sent when one answers"));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_HONEST;
  RUN_UNTIL (is_whole (scene) && sees ("All agree"));
}

static GtkWidget *
find_page (GtkWidget *widget, const gchar *title)
{
  GtkWidget *found = NULL;

  if (ADW_IS_PREFERENCES_PAGE (widget))
    return g_str_equal (adw_preferences_page_get_title (ADW_PREFERENCES_PAGE (widget)), title)
               ? widget
               : NULL;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL && found == NULL;
       w = gtk_widget_get_next_sibling (w))
    found = find_page (w, title);
  return found;
}

/* The choices of a member are there for a member only. */
static void
test_preferences (Scene *scene, gconstpointer unused)
{
  GtkWidget *dialog = citiz_preferences_new (scene->app->session);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (scene->window));
  gtk_window_present (GTK_WINDOW (dialog));
  adw_preferences_window_set_visible_page (ADW_PREFERENCES_WINDOW (dialog),
                                           ADW_PREFERENCES_PAGE (find_page (dialog, "Community")));
  RUN_UNTIL (sees ("Join a community…"));
  g_assert_false (sees ("Go on when the window is closed"));
  g_assert_false (sees ("Leave the community…"));
  join (scene);
  RUN_UNTIL (sees ("Leave the community…"));
  g_assert_true (sees ("Les Cèdres"));
  g_assert_true (sees ("Go on when the window is closed"));
  g_assert_true (sees ("Follow on metered networks"));
  g_assert_false (sees ("Join a community…"));
}

/* --- erasing --- */

static CitizSessionState
state_of (Scene *scene)
{
  return citiz_session_get_state (scene->app->session);
}

/* An access is open and no node is there to take its end: nothing goes until the person says so once more. */
static void
test_erase (Scene *scene, gconstpointer unused)
{
  GtkWidget *word;
  gpointer dialog;

  join (scene);
  gtk_widget_activate_action (scene->window, "win.emergency", NULL);
  RUN_UNTIL (citiz_session_get_emergency (scene->app->session) != NULL);
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  scene->app->session->end_wait_ms = 1;
  citiz_erase_show (scene->window, scene->app->session);
  RUN_UNTIL (sees ("Erase Your Whole Record?"));
  g_assert_true (sees ("Export first if you want to keep a copy."));
  g_assert_false (sees ("another copy of this record gave goes on"));
  g_assert_null (find (GTK_TYPE_BUTTON, "_Erase All the Same"));
  word = find (ADW_TYPE_ENTRY_ROW, "");
  dialog = gtk_widget_get_root (word);
  g_object_add_weak_pointer (dialog, &dialog); /* the answer holds it longer than the screen */
  citiz_secret_row_set_text (CITIZ_SECRET_ROW (gtk_widget_get_prev_sibling (word)), APP_PASSPHRASE);
  gtk_editable_set_text (GTK_EDITABLE (word), "ERASE");
  press ("_Erase Everything");
  RUN_UNTIL (find (GTK_TYPE_BUTTON, "_Erase All the Same") != NULL);
  g_assert_true (sees ("do not confirm the end of an access"));
  g_assert_cmpint (state_of (scene), ==, CITIZ_SESSION_OPEN);
  press ("_Erase All the Same");
  RUN_UNTIL (state_of (scene) == CITIZ_SESSION_NEW && dialog == NULL);
}

/* Another copy of the record says something for the account: signed with its key, and unknown to this one. */
static gboolean
give_elsewhere_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizCommunity *community = engine->community;
  CitizChain *chain = citiz_community_get_chain (community);
  const CitizTime now = citiz_chain_time (chain);
  g_autoptr (CitizTx) tx = citiz_tx_new (CITIZ_TX_GRANT);
  CitizAccount account;

  g_assert_true (
      citiz_chain_get_account (chain, citiz_community_get_account (community), &account));
  tx->chain_id = *citiz_community_get_id (community);
  tx->account = account.id;
  tx->nonce = account.keys[0].next;
  tx->valid_until.ms = now.ms + CITIZ_HOUR;
  tx->body.grant = (CitizTxGrant){.id = {{5}},
                                  .kind = CITIZ_GRANT_EMERGENCY,
                                  .threshold = 1,
                                  .n_committee = 1,
                                  .max_openings = 1,
                                  .not_before = now,
                                  .expires = {now.ms + CITIZ_DAY}};
  tx->body.grant.committee[0].node = *(const CitizPublicKey *) data;
  citiz_tx_sign (tx, citiz_community_get_key (community));
  return citiz_outbox_put (citiz_community_get_outbox (community), tx, error);
}

/* Who erases this copy ends what this copy gave. */
static gboolean
end_own_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  g_assert_false (citiz_engine_is_sharing_own (engine));
  return citiz_engine_revoke_all (engine, error);
}

/* What it showed is known to the other copy: no receipt of it. */
static gboolean
profile_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (CitizProfile) profile = citiz_engine_profile_of (engine, data, error);

  return profile != NULL;
}

static CitizAccess *
given_elsewhere (Scene *scene)
{
  GListModel *accesses = citiz_session_get_accesses (scene->app->session);

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (access->copied)
        return access; /* the list holds it */
    }
  return NULL;
}

/* It is told once, on both pages, until it was read; what the other gave is listed as such, and is ended here. */
static void
test_copied (Scene *scene, gconstpointer unused)
{
  CitizPublicKey node = *citiz_signing_key_get_public (scene->world.nodes[0].key);
  g_autoptr (GError) error = NULL;

  join (scene);
  RUN_UNTIL (view (scene)->registered && view (scene)->n_waiting == 0
             && view (scene)->state == CITIZ_COMMUNITY_VIEW_EVEN);
  citiz_window_show_page (CITIZ_WINDOW (scene->window), "access");
  app_on_engine (scene->app, give_elsewhere_work, &node, NULL);
  RUN_UNTIL (sees ("Another copy of this record is in use"));
  RUN_UNTIL (sees ("Given by another copy of this record"));
  g_assert_null (citiz_session_get_emergency (scene->app->session)); /* a press gives another */
  g_assert_true (sees ("If it is not yours"));
  g_assert_true (app_on_engine (scene->app, end_own_work, NULL, NULL));
  app_settle (scene->app);
  g_assert_false (given_elsewhere (scene)->ending);
  citiz_erase_show (scene->window, scene->app->session);
  RUN_UNTIL (sees ("An access that another copy of this record gave goes on."));
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (find (ADW_TYPE_ENTRY_ROW, ""))));
  citiz_access_open (scene->window, scene->app->session, given_elsewhere (scene));
  RUN_UNTIL (sees ("its link and its code are there"));
  g_assert_false (sees ("is damaged"));
  g_assert_false (sees ("the ledger is set aside")); /* it is open */
  press ("_Revoke");
  RUN_UNTIL (given_elsewhere (scene)->state == CITIZ_ACCESS_REVOKED);
  citiz_access_open (scene->window, scene->app->session, given_elsewhere (scene));
  RUN_UNTIL (sees ("its receipt can be saved there"));
  g_assert_null (find (GTK_TYPE_BUTTON, "Save the Receipt…"));
  g_assert_false (app_on_engine (scene->app, profile_work, &given_elsewhere (scene)->id, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND);
  g_assert_false (given_elsewhere (scene)->ended_by_copy);
  citiz_window_show_page (CITIZ_WINDOW (scene->window), "ledger");
  RUN_UNTIL (sees ("Another copy of this record is in use"));
  citiz_session_dismiss_alarm_async (scene->app->session, view (scene)->alarms->pdata[0], NULL,
                                     NULL, NULL);
  RUN_UNTIL (view (scene)->alarms->len == 0 && sees ("All agree"));
  citiz_window_show_page (CITIZ_WINDOW (scene->window), "access");
  RUN_UNTIL (!sees ("Another copy of this record is in use"));
}

/* In a community where another copy of the record gave an access. */
static void
join_with_copied (Scene *scene)
{
  CitizPublicKey node = *citiz_signing_key_get_public (scene->world.nodes[0].key);

  join (scene);
  RUN_UNTIL (view (scene)->registered && view (scene)->n_waiting == 0
             && view (scene)->state == CITIZ_COMMUNITY_VIEW_EVEN);
  app_on_engine (scene->app, give_elsewhere_work, &node, NULL);
  RUN_UNTIL (given_elsewhere (scene) != NULL);
}

/* What another copy gave keeps nobody in a community: it is said that it goes on, and it is not listed here any more. */
static void
test_copied_left (Scene *scene, gconstpointer unused)
{
  join_with_copied (scene);
  citiz_leave_ask (scene->window, scene->app->session);
  RUN_UNTIL (sees ("An access that another copy of this record gave goes on."));
  press ("_Leave");
  RUN_UNTIL (view (scene) == NULL);
  app_settle (scene->app);
  g_assert_null (given_elsewhere (scene));
}

/* It was dated by a clock that was ahead: a press gives another, not in its place. */
static void
test_copied_to_come (Scene *scene, gconstpointer unused)
{
  join_with_copied (scene);
  app_settle (scene->app);
  given_elsewhere (scene)->state = CITIZ_ACCESS_NOT_YET;
  gtk_widget_activate_action (scene->window, "win.emergency", NULL);
  RUN_UNTIL (citiz_session_get_emergency (scene->app->session) != NULL);
  app_settle (scene->app);
  g_assert_false (given_elsewhere (scene)->ending);
  g_assert_cmpint (given_elsewhere (scene)->state, !=, CITIZ_ACCESS_REVOKED);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    void (*func) (Scene *scene, gconstpointer unused);
  } tests[] = {
      {"invitation", test_invitation},   {"refused", test_refused},
      {"locked", test_locked},           {"whole-life", test_whole_life},
      {"states", test_states},           {"preferences", test_preferences},
      {"copied", test_copied},           {"copied-to-come", test_copied_to_come},
      {"copied-left", test_copied_left}, {"erase", test_erase},
  };

  gtk_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  citiz_ui_init ();
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree gchar *path = g_strconcat ("/ui/community/", tests[i].name, NULL);

      g_test_add (path, Scene, NULL, scene_up, tests[i].func, scene_down);
    }
  return g_test_run ();
}
