/* What the locked window shows while an access is live, and nothing else. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-session.h"
#include "crypto/citiz-crypto-error.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-page.h"
#include "ui/citiz-qr.h"
#include "ui/citiz-secret-row.h"
#include "ui/citiz-unlock.h"
#include "ui/citiz-window.h"
#include "ui-sample.h"

static CitizSession *session;

/* What nodes of a community answer does not end because this computer serves nothing; it goes when its time is over. */
static void
test_kept_over_nodes (void)
{
  const CitizTime soon = {citiz_session_now (session).ms + CITIZ_HOUR};

  for (guint over_nodes = 0; over_nodes < 2; over_nodes++)
    {
      GtkWidget *screen = g_object_ref_sink (citiz_unlock_new (session));

      citiz_unlock_keep_access (CITIZ_UNLOCK (screen), "https://a.example/v#shlink:/e30", NULL,
                                soon, over_nodes == 1);
      g_assert_cmpint (citiz_qr_get_modules (CITIZ_QR (ui_find_type (screen, CITIZ_TYPE_QR))), >,
                       0);
      g_object_notify (G_OBJECT (session), "serving");
      if (over_nodes == 1)
        g_assert_cmpint (citiz_qr_get_modules (CITIZ_QR (ui_find_type (screen, CITIZ_TYPE_QR))), >,
                         0);
      else
        g_assert_cmpint (citiz_qr_get_modules (CITIZ_QR (ui_find_type (screen, CITIZ_TYPE_QR))), ==,
                         0);
      g_object_unref (screen);
    }
}

/* Returns: (nullable): what says that an access is live */
static GtkWidget *
live_label (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  if (GTK_IS_LABEL (widget)
      && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (widget)), "An access is live"))
    return widget;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL && found == NULL;
       w = gtk_widget_get_next_sibling (w))
    found = live_label (w);
  return found;
}

static gboolean
tells_end (GtkWidget *screen)
{
  return strstr (gtk_label_get_text (GTK_LABEL (live_label (screen))), "; it ends tomorrow, ")
         != NULL;
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
unlock (void)
{
  g_autoptr (CitizSecret) passphrase = citiz_secret_new_from_text ("sample");
  gboolean done = FALSE;

  citiz_session_unlock_async (session, passphrase, NULL, done_cb, &done);
  WAIT_FOR (done);
  g_assert_cmpint (citiz_session_get_state (session), ==, CITIZ_SESSION_OPEN);
}

/* Without its code: that it is live is said, with its end, whatever this computer serves. */
static void
test_live_without_code (void)
{
  GtkWidget *screen = g_object_ref_sink (citiz_unlock_new (session));
  GtkWidget *label = live_label (screen);

  g_assert_false (gtk_widget_get_visible (label));
  citiz_unlock_keep_access (CITIZ_UNLOCK (screen), NULL, NULL,
                            (CitizTime){citiz_session_now (session).ms + CITIZ_DAY}, TRUE);
  g_object_notify (G_OBJECT (session), "serving");
  g_assert_true (gtk_widget_get_visible (label) && tells_end (screen));
  g_assert_cmpint (citiz_qr_get_modules (CITIZ_QR (ui_find_type (screen, CITIZ_TYPE_QR))), ==, 0);
  g_object_unref (screen);
}

/* Who locks takes the code away, and is told until when the access is live. */
static void
test_lock_by_hand (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *screen;

  gtk_window_present (GTK_WINDOW (window));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.emergency", NULL));
  WAIT_FOR (citiz_session_get_emergency (session) != NULL);
  ui_settle ();
  gtk_widget_activate_action (GTK_WIDGET (window), "win.lock", NULL);
  screen = ui_find_type (GTK_WIDGET (window), CITIZ_TYPE_UNLOCK);
  g_assert_true (tells_end (screen));
  g_assert_cmpint (citiz_qr_get_modules (CITIZ_QR (ui_find_type (screen, CITIZ_TYPE_QR))), ==, 0);
  unlock ();
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* Beside the code, or above it: the passphrase and the other way in are in sight. */
static void
test_kept_in_sight (void)
{
  static const gint sizes[][2] = {{1280, 860}, {360, 640}};
  g_autofree gchar *payload = g_strnfill (380, 'e');
  g_autofree gchar *link = g_strconcat ("https://a.example/v#shlink:/", payload, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      GtkWidget *window = gtk_window_new (), *screen = citiz_unlock_new (session);
      GtkWidget *row = ui_find_type (screen, CITIZ_TYPE_SECRET_ROW), *code;
      GtkWidget *words = ui_button_of (screen, "unlock.words");
      graphene_rect_t field, way, square;

      citiz_unlock_keep_access (CITIZ_UNLOCK (screen), link, "ABCD2345",
                                (CitizTime){citiz_session_now (session).ms + CITIZ_HOUR}, TRUE);
      code = ui_find_type (screen, CITIZ_TYPE_QR);
      gtk_window_set_default_size (GTK_WINDOW (window), sizes[i][0], sizes[i][1]);
      gtk_window_set_child (GTK_WINDOW (window), screen);
      gtk_window_present (GTK_WINDOW (window));
      WAIT_FOR (gtk_widget_get_height (code) > 0);
      g_assert_true (gtk_widget_compute_bounds (row, window, &field));
      g_assert_true (gtk_widget_compute_bounds (words, window, &way));
      g_assert_true (gtk_widget_compute_bounds (code, window, &square));
      g_assert_cmpfloat (field.origin.y, >, 0);
      g_assert_cmpfloat (way.origin.y + way.size.height, <, sizes[i][1]);
      if (i == 0)
        g_assert_cmpfloat (field.origin.x + field.size.width, <, square.origin.x);
      else
        g_assert_cmpfloat (way.origin.y + way.size.height, <, square.origin.y);
      gtk_window_destroy (GTK_WINDOW (window));
      ui_settle ();
    }
}

/* Under the code of a live access, a wrong passphrase is told right below its field, within the window. */
static void
check_wrong_passphrase (CitizWindow *window, GtkWidget *screen)
{
  g_autofree gchar *payload = g_strnfill (380, 'e');
  g_autofree gchar *link = g_strconcat ("https://a.example/v#shlink:/", payload, NULL);
  GtkWidget *row, *problem;
  graphene_rect_t field, sentence;

  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 860);
  gtk_window_present (GTK_WINDOW (window));
  citiz_unlock_keep_access (CITIZ_UNLOCK (screen), link, NULL,
                            (CitizTime){citiz_session_now (session).ms + 3600000}, TRUE);
  row = ui_find_type (screen, CITIZ_TYPE_SECRET_ROW);
  problem = gtk_widget_get_next_sibling (gtk_widget_get_parent (row));
  g_assert_true (GTK_IS_LABEL (problem) && !gtk_widget_get_visible (problem));
  citiz_secret_row_set_text (CITIZ_SECRET_ROW (row), "not this one");
  gtk_widget_activate_action (screen, "unlock.open", NULL);
  WAIT_FOR (gtk_widget_get_visible (problem));
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (problem)), !=, "");
  WAIT_FOR (gtk_widget_get_height (problem) > 0);
  g_assert_true (gtk_widget_compute_bounds (row, GTK_WIDGET (window), &field));
  g_assert_true (gtk_widget_compute_bounds (problem, GTK_WIDGET (window), &sentence));
  g_assert_cmpfloat (sentence.origin.y, >=, field.origin.y + field.size.height);
  g_assert_cmpfloat (sentence.origin.y + sentence.size.height, <=,
                     gtk_widget_get_height (GTK_WIDGET (window)));
}

/* The code of a live access stays for whoever arrives; after this the record is locked for good. */
static void
test_lock_away (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *screen;

  gtk_window_present (GTK_WINDOW (window));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.emergency", NULL));
  WAIT_FOR (citiz_session_get_emergency (session) != NULL);
  ui_settle ();
  citiz_toast (GTK_WIDGET (window), "Apple added");
  g_assert_true (ui_says (GTK_WIDGET (window), "Apple added"));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.lock-away", NULL);
  g_assert_cmpint (citiz_session_get_state (session), ==, CITIZ_SESSION_LOCKED);
  screen = ui_find_type (GTK_WIDGET (window), CITIZ_TYPE_UNLOCK);
  g_assert_nonnull (screen);
  g_assert_cmpint (citiz_qr_get_modules (CITIZ_QR (ui_find_type (screen, CITIZ_TYPE_QR))), >, 0);
  /* Nothing is served (the engine has not said otherwise yet): what is on screen would open nothing. */
  g_assert_false (citiz_session_get_serving (session));
  g_object_notify (G_OBJECT (session), "serving");
  g_assert_cmpint (citiz_qr_get_modules (CITIZ_QR (ui_find_type (screen, CITIZ_TYPE_QR))), ==, 0);
  g_assert_false (
      ui_says (GTK_WIDGET (window), "Apple added")); /* a toast tells of the record, too */
  gtk_window_destroy (GTK_WINDOW (window));
  /* A window made later knows nothing of it. */
  window = citiz_window_new (NULL, session);
  screen = ui_find_type (GTK_WIDGET (window), CITIZ_TYPE_UNLOCK);
  g_assert_cmpint (citiz_qr_get_modules (CITIZ_QR (ui_find_type (screen, CITIZ_TYPE_QR))), ==, 0);
  check_wrong_passphrase (window, screen);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

static void
add_tests (void)
{
  g_test_add_func ("/window/kept-over-nodes", test_kept_over_nodes);
  g_test_add_func ("/window/live-without-code", test_live_without_code);
  g_test_add_func ("/window/kept-in-sight", test_kept_in_sight);
  g_test_add_func ("/window/lock-by-hand", test_lock_by_hand);
  g_test_add_func ("/window/lock-away", test_lock_away); /* the last */
}

int
main (int argc, char **argv)
{
  return ui_sample_test (argc, argv, &session, add_tests);
}
