/* The pages at moments that a test must not wait for: after midnight, at noon, in the last week of a year. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <string.h>

#include "app/citiz-session-private.h"
#include "crypto/citiz-crypto.h"
#include "record/citiz-compose.h"
#include "ui/citiz-activity-page.h"
#include "ui/citiz-add-forms.h"
#include "ui/citiz-buckets.h"
#include "ui/citiz-care-page.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-diet-page.h"
#include "ui/citiz-format.h"
#include "ui/citiz-period.h"
#include "ui/citiz-today-page.h"
#include "ui/citiz-turn.h"
#include "ui-wait.h"

static gint64 now_ms; /* read by the engine's thread too */

static CitizTime
now_cb (gpointer data)
{
  return (CitizTime){__atomic_load_n (&now_ms, __ATOMIC_SEQ_CST)};
}

/* While shut, the engine waits where it asks for chance: what takes long there can be looked at. */
static GThread *main_thread;
static GMutex gate;
static GCond opened;
static gboolean shut;

static void
set_gate (gboolean closed)
{
  g_mutex_lock (&gate);
  shut = closed;
  g_cond_broadcast (&opened);
  g_mutex_unlock (&gate);
}

static void
random_cb (gpointer data, guint8 *out, gsize n)
{
  g_mutex_lock (&gate);
  while (shut && g_thread_self () != main_thread)
    g_cond_wait (&opened, &gate);
  g_mutex_unlock (&gate);
  citiz_env_random (citiz_env_system (), out, n);
}

static const CitizEnv env = {now_cb, random_cb, NULL, NULL};

/* On the wall of the tests, America/Toronto. */
static void
set_clock (gint year, gint month, gint day, gint hour, gint minute)
{
  g_autoptr (GDateTime) when = g_date_time_new_local (year, month, day, hour, minute, 0);

  __atomic_store_n (&now_ms, g_date_time_to_unix (when) * CITIZ_SECOND, __ATOMIC_SEQ_CST);
}

static CitizSession *
sample (void)
{
  CitizSession *session = citiz_session_new_sample_for_env (CITIZ_LANGUAGE_EN, &env);

  WAIT_FOR (citiz_session_get_state (session) == CITIZ_SESSION_OPEN);
  return session;
}

static gboolean
shows (GtkWidget *widget, const gchar *text)
{
  return ui_find (widget, GTK_TYPE_LABEL, text, FALSE) != NULL;
}

/* The rows below @widget that speak of @text. */
static guint
n_rows (GtkWidget *widget, const gchar *text)
{
  guint n = 0;

  if (GTK_IS_LIST_BOX_ROW (widget))
    return shows (widget, text) ? 1 : 0;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    n += n_rows (w, text);
  return n;
}

/* Presses "Taken" in the row that says @text. */
static void
take (GtkWidget *page, const gchar *text)
{
  GtkWidget *label = ui_find (page, GTK_TYPE_LABEL, text, FALSE), *row, *taken;

  g_assert_nonnull (label);
  row = gtk_widget_get_ancestor (label, GTK_TYPE_LIST_BOX_ROW);
  taken = gtk_widget_get_ancestor (ui_find (row, GTK_TYPE_LABEL, "Taken", FALSE), GTK_TYPE_BUTTON);
  g_assert_nonnull (taken);
  g_assert_false (gtk_test_accessible_has_relation (
      GTK_ACCESSIBLE (taken), GTK_ACCESSIBLE_RELATION_LABELLED_BY)); /* one name */
  g_signal_emit_by_name (taken, "clicked");
}

static const CitizItem *
dose_of (CitizSession *session, gint32 day, const gchar *title, gint minute)
{
  g_autoptr (GArray) due = citiz_record_due (citiz_session_get_record (session), day);

  for (guint i = 0; i < due->len; i++)
    {
      const CitizDue *one = &g_array_index (due, CitizDue, i);
      if (strcmp (one->medication->title[CITIZ_LANGUAGE_EN], title) == 0 && one->minute == minute)
        return one->dose;
    }
  g_assert_not_reached ();
}

/* Whoever comes to bed after midnight notes the evening before, as of the evening before. */
static void
test_after_midnight (void)
{
  const gint32 evening = citiz_day_from_ymd (2026, 11, 24);
  g_autoptr (CitizSession) session = NULL;
  GtkWidget *window = gtk_window_new (), *page;

  set_clock (2026, 11, 24, 23, 50);
  session = sample ();
  page = citiz_today_page_new (session);
  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  g_assert_true (shows (page, "To take this evening"));
  g_assert_cmpuint (n_rows (page, "Atorvastatin"), ==, 1);
  set_clock (2026, 11, 25, 0, 10);
  citiz_page_refresh (CITIZ_PAGE (page));
  g_assert_true (shows (page, "To take this morning"));
  g_assert_true (shows (page, "yesterday, 21:30 · not noted yet"));
  take (page, "yesterday, 21:30");
  WAIT_FOR (dose_of (session, evening, "Atorvastatin", 21 * 60 + 30) != NULL);
  WAIT_FOR (!shows (page, "yesterday, 21:30"));
  g_assert_null (dose_of (session, evening + 1, "Atorvastatin", 21 * 60 + 30));
  g_assert_true (shows (page, "yesterday, 21:00")); /* of another medication */
  set_clock (2026, 11, 25, 4, 0);
  citiz_page_refresh (CITIZ_PAGE (page));
  g_assert_false (shows (page, "yesterday, 21:00"));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A dose forgotten in the morning and noted at 16 h is the morning's, though 21 h is nearer. */
static void
test_late_dose (void)
{
  const gint32 today = citiz_day_from_ymd (2026, 11, 24);
  g_autoptr (CitizSession) session = NULL;
  GtkWidget *window = gtk_window_new (), *page;

  set_clock (2026, 11, 24, 16, 0);
  session = sample ();
  page = citiz_today_page_new (session);
  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  g_assert_null (dose_of (session, today, "Apixaban", 9 * 60));
  take (page, "Apixaban");
  WAIT_FOR (dose_of (session, today, "Apixaban", 9 * 60) != NULL);
  g_assert_null (dose_of (session, today, "Apixaban", 21 * 60));
  gtk_window_destroy (GTK_WINDOW (window));
}

static json_t *
extra_dose (CitizSession *session, const gchar *title)
{
  const CitizTime now = citiz_session_now (session);
  CitizRecord *record = citiz_session_get_record (session);
  CitizForm *form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (CITIZ_KIND_DOSE));
  g_autoptr (GPtrArray) all = citiz_record_list (record, CITIZ_KIND_MEDICATION);
  json_t *resource;

  citiz_add_fill (form, CITIZ_KIND_DOSE, session, NULL, now);
  for (guint i = 0; i < all->len; i++)
    {
      const CitizItem *medication = g_ptr_array_index (all, i);
      g_autofree gchar *hex = citiz_id_to_hex (&medication->id);

      if (strcmp (medication->title[CITIZ_LANGUAGE_EN], title) == 0)
        citiz_form_set_choice (form, "medication", hex);
    }
  g_assert_true (ui_find (GTK_WIDGET (form), GTK_TYPE_LABEL, "9:00", FALSE)
                 != NULL); /* the nearest */
  citiz_form_set_choice (form, "planned", "other");
  citiz_form_set_minutes (form, "time", 14 * 60 + 30);
  g_assert_cmpstr (citiz_form_get_choice (form, "planned"), ==, "other"); /* as it was said */
  resource = citiz_add_compose (form, CITIZ_KIND_DOSE, record, NULL, now);
  gtk_window_destroy (GTK_WINDOW (form));
  return resource;
}

/* How narrow the page can be in letters half as large again. */
static gint
least_in_large_letters (GtkWidget *page)
{
  GtkSettings *settings = gtk_settings_get_default ();
  gint before, least;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 144 * 1024, NULL);
  citiz_format_set_language (CITIZ_LANGUAGE_FR);
  citiz_page_refresh (CITIZ_PAGE (page));
  gtk_widget_measure (page, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
  return least;
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer done)
{
  *(gboolean *) done = citiz_session_save_finish (CITIZ_SESSION (source), result, NULL, NULL);
}

/* A dose that the person says is none of the planned ones leaves those to be taken, and is seen beside them. */
static void
test_extra_dose (void)
{
  const gint32 today = citiz_day_from_ymd (2026, 11, 24);
  g_autoptr (CitizSession) session = NULL;
  GtkWidget *window = gtk_window_new (), *page;
  gboolean done = FALSE;
  json_t *resource;

  set_clock (2026, 11, 24, 15, 0);
  session = sample ();
  page = citiz_today_page_new (session);
  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  resource = extra_dose (session, "Apixaban");
  citiz_session_save_async (session, NULL, resource, NULL, saved_cb, &done);
  json_decref (resource);
  WAIT_FOR (done);
  WAIT_FOR (shows (page, "outside the planned hours"));
  g_assert_true (shows (page, "Taken at 14:30"));
  g_assert_null (dose_of (session, today, "Apixaban", 9 * 60));
  g_assert_null (dose_of (session, today, "Apixaban", 21 * 60));
  take (page, "9:00 · not noted yet");
  WAIT_FOR (dose_of (session, today, "Apixaban", 9 * 60) != NULL);
  set_clock (2026, 11, 24, 9, 0); /* noted, with its warning beside the state */
  g_assert_cmpint (least_in_large_letters (page), <=, 340);
  gtk_window_destroy (GTK_WINDOW (window));
}

static GtkWidget *
dialog_that_says (const gchar *text)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (ui_find (window, GTK_TYPE_LABEL, text, TRUE) != NULL)
        return window;
    }
  return NULL;
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer done)
{
  *(gboolean *) done
      = citiz_session_remove_sample_finish (CITIZ_SESSION (source), result, NULL, NULL);
}

/* Returns: (transfer full): a window with nothing noted, in which the sample is being loaded */
static GtkWidget *
begin_sample (CitizSession *session, GtkWidget **dialog)
{
  gboolean done = FALSE;
  GtkWidget *window;

  citiz_session_remove_sample_async (session, NULL, removed_cb, &done);
  WAIT_FOR (done);
  window = GTK_WIDGET (citiz_window_new (NULL, session));
  gtk_window_present (GTK_WINDOW (window));
  set_gate (TRUE);
  gtk_widget_activate_action (window, "win.try-sample", NULL);
  WAIT_FOR ((*dialog = dialog_that_says ("Loading the sample record…")) != NULL);
  return window;
}

/* Loading the sample says that it goes on, and is stopped by leaving: none of it is there. */
static void
test_sample_stopped (void)
{
  g_autoptr (CitizSession) session = NULL;
  GtkWidget *window, *dialog;

  set_clock (2026, 11, 24, 9, 0);
  session = sample ();
  window = begin_sample (session, &dialog);
  g_assert_nonnull (ui_button_of (dialog, "window.close"));
  gtk_window_close (GTK_WINDOW (dialog));
  set_gate (FALSE);
  WAIT_FOR (shows (window, "Stopped. Nothing was changed."));
  g_assert_false (citiz_session_get_sample (session));
  g_assert_cmpuint (citiz_record_size (citiz_session_get_record (session)), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Its dialog makes way for an access, and it goes on. */
static void
test_sample_goes_on (void)
{
  g_autoptr (CitizSession) session = NULL;
  GtkWidget *window, *dialog;

  set_clock (2026, 11, 24, 9, 0);
  session = sample ();
  window = begin_sample (session, &dialog);
  gtk_widget_activate_action (window, "win.emergency", NULL);
  g_assert_false (gtk_widget_get_visible (dialog));
  set_gate (FALSE);
  WAIT_FOR (citiz_session_get_emergency (session) != NULL);
  WAIT_FOR (citiz_session_get_sample (session));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A window left open turns with the day. */
static void
test_turn (void)
{
  static const struct
  {
    gint day, hour, minute;
    const gchar *words;
  } turns[] = {{28, 11, 59, "To take this morning"},
               {28, 12, 0, "To take this afternoon"},
               {28, 17, 0, "To take this evening"},
               {29, 0, 0, "To take this morning"}};
  g_autoptr (CitizSession) session = NULL;
  CitizWindow *window;
  CitizTurn *turn;

  set_clock (2028, 2, turns[0].day, turns[0].hour, turns[0].minute);
  session = sample ();
  window = citiz_window_new (NULL, session);
  turn = citiz_turn_new (window, session);
  for (guint i = 0; i < G_N_ELEMENTS (turns); i++)
    {
      set_clock (2028, 2, turns[i].day, turns[i].hour, turns[i].minute);
      citiz_turn_step (turn);
      g_assert_true (shows (GTK_WIDGET (window), turns[i].words));
      g_autoptr (GDateTime) day
          = citiz_day_to_date_time (citiz_day_from_ymd (2028, 2, turns[i].day));
      g_autofree gchar *date = citiz_format_date_long (day, NULL);
      g_assert_true (shows (GTK_WIDGET (window), date));
    }
  citiz_turn_free (turn);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A visit of which only the day is known is to come until that day is over, on this wall. */
static void
test_visit (void)
{
  const CitizId id = {{7}};
  const CitizDraft draft
      = {.title = "Foot clinic", .onset = citiz_date_from_day (citiz_day_from_ymd (2026, 11, 24))};
  json_t *resource = citiz_compose_visit (&draft, NULL);
  g_autoptr (CitizItem) visit = citiz_item_new_from_json (resource, &id, 1, 0, NULL);
  g_autoptr (CitizSession) session = NULL;
  GtkWidget *page;

  json_decref (resource);
  set_clock (2026, 11, 24, 22, 0); /* tomorrow in UTC */
  session = sample ();
  citiz_record_put (citiz_session_get_record (session), visit);
  page = g_object_ref_sink (citiz_today_page_new (session));
  g_assert_true (shows (page, "Foot clinic"));
  set_clock (2026, 11, 25, 0, 0);
  citiz_page_refresh (CITIZ_PAGE (page));
  g_assert_false (shows (page, "Foot clinic"));
  g_object_unref (page);
}

/* A range that has one sample of today is that of yesterday; at noon it is today's too. */
static void
test_young_day (void)
{
  const CitizDay days[] = {{.day = 20, .n = 144}, {.day = 21, .n = 144}, {.day = 22, .n = 2}};
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (CitizDay));

  g_array_append_vals (all, days, G_N_ELEMENTS (days));
  g_assert_true (citiz_days_hardly_begun (all, 22));
  g_assert_false (citiz_days_hardly_begun (all, 23));
  g_array_index (all, CitizDay, 2).n = 72;
  g_assert_false (citiz_days_hardly_begun (all, 22));
  g_array_set_size (all, 1);
  g_assert_false (citiz_days_hardly_begun (all, 20));
}

/* The longest titles of days and weeks leave room at 360. */
static void
test_narrow (void)
{
  static GtkWidget *(*const pages[]) (CitizSession *)
      = {citiz_today_page_new, citiz_care_page_new, citiz_activity_page_new, citiz_diet_page_new};
  static const gint days[][3] = {{2026, 11, 30}, {2026, 12, 31}, {2028, 2, 29}, {2028, 9, 27}};

  for (guint d = 0; d < G_N_ELEMENTS (days); d++)
    {
      g_autoptr (CitizSession) session = NULL;

      set_clock (days[d][0], days[d][1], days[d][2], 12, 0);
      session = sample ();
      for (guint i = 0; i < 2 * G_N_ELEMENTS (pages); i++)
        {
          GtkWidget *page;
          gint least;

          citiz_format_set_language ((CitizLanguage) (i % 2));
          page = g_object_ref_sink (pages[i / 2](session));
          gtk_widget_measure (page, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
          g_assert_cmpint (least, <=, 360);
          g_object_unref (page);
        }
    }
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  citiz_ui_init ();
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  main_thread = g_thread_self ();
  g_test_add_func ("/hours/after-midnight", test_after_midnight);
  g_test_add_func ("/hours/late-dose", test_late_dose);
  g_test_add_func ("/hours/extra-dose", test_extra_dose);
  g_test_add_func ("/hours/sample-stopped", test_sample_stopped);
  g_test_add_func ("/hours/sample-goes-on", test_sample_goes_on);
  g_test_add_func ("/hours/turn", test_turn);
  g_test_add_func ("/hours/visit", test_visit);
  g_test_add_func ("/hours/young-day", test_young_day);
  g_test_add_func ("/hours/narrow", test_narrow);
  return g_test_run ();
}
