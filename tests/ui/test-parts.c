/* The small parts of the shell: codes, paper, passphrases, layouts, words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>

#include "crypto/citiz-words.h"
#include "app/citiz-session.h"
#include "ui/citiz-access-text.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-columns.h"
#include "ui/citiz-countdown.h"
#include "ui/citiz-format.h"
#include "ui/citiz-lanes.h"
#include "ui/citiz-new-passphrase.h"
#include "ui/citiz-page.h"
#include "ui/citiz-print.h"
#include "ui/citiz-qr.h"
#include "ui/citiz-recovery-check.h"
#include "ui/citiz-recovery-sheet.h"
#include "ui/citiz-slice.h"
#include "ui/citiz-switch-row.h"
#include "ui/citiz-tour.h"
#include "ui/citiz-shrink.h"
#include "ui/citiz-wrap.h"

static void
test_qr (void)
{
  CitizQr *qr = CITIZ_QR (g_object_ref_sink (citiz_qr_new ()));
  g_autofree gchar *long_text = g_strnfill (2332, 'x');
  gint least, most, modules;

  g_assert_cmpint (citiz_qr_get_modules (qr), ==, 0);
  g_assert_true (citiz_qr_set_text (qr, "http://127.0.0.1:8321/v#shlink:/eyJ1cmwiOiJo"));
  modules = citiz_qr_get_modules (qr);
  g_assert_cmpint (modules, >=, 21);
  g_assert_cmpint ((modules - 21) % 4, ==, 0);
  /* Whole pixels a module, four modules of quiet zone on each side. */
  gtk_widget_measure (GTK_WIDGET (qr), GTK_ORIENTATION_VERTICAL, 400, &least, &most, NULL, NULL);
  g_assert_cmpint (most % (modules + 8), ==, 0);
  g_assert_cmpint (least, ==, most);
  g_assert_false (citiz_qr_set_text (qr, long_text));
  g_assert_cmpint (citiz_qr_get_modules (qr), ==, 0);
  g_assert_finalize_object (qr);
}

/* The finder pattern is where it must be, black on white. */
static void
test_qr_drawn (void)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 290, 290);
  cairo_t *cr = cairo_create (surface);
  const guint32 *pixels;
  gint stride;

  g_assert_true (citiz_qr_draw (cr, "CITIZ", 290)); /* version 1: 21 + 8 = 29 modules of 10 */
  cairo_surface_flush (surface);
  pixels = (const guint32 *) (gconstpointer) cairo_image_surface_get_data (surface);
  stride = cairo_image_surface_get_stride (surface) / 4;
  g_assert_cmphex (pixels[20 * stride + 20] & 0xffffff, ==, 0xffffff);
  g_assert_cmphex (pixels[45 * stride + 45] & 0xffffff, ==, 0x000000);
  g_assert_cmphex (pixels[55 * stride + 55] & 0xffffff, ==, 0xffffff);
  g_assert_cmphex (pixels[75 * stride + 75] & 0xffffff, ==, 0x000000);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

static GtkWidget *
find_type (GtkWidget *widget, GType type, guint nth)
{
  static guint seen;
  GtkWidget *found;

  if (nth != G_MAXUINT)
    seen = nth;
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && seen-- == 0)
    return widget;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if ((found = find_type (w, type, G_MAXUINT)) != NULL)
      return found;
  return NULL;
}

static void
enter (GtkWidget *widget, GType type, guint nth, const gchar *text)
{
  gtk_editable_set_text (GTK_EDITABLE (find_type (widget, type, nth)), text);
}

static void
test_passphrase (void)
{
  GtkWidget *widget = g_object_ref_sink (citiz_new_passphrase_new ());
  CitizNewPassphrase *self = CITIZ_NEW_PASSPHRASE (widget);
  const gchar *good = "cloudy ramp velvet otter nickel sparse";
  g_autoptr (CitizSecret) taken = NULL;

  g_assert_false (citiz_new_passphrase_get_ready (self));
  enter (widget, GTK_TYPE_TEXT, 0, "motdepasse");
  enter (widget, GTK_TYPE_TEXT, 1, "motdepasse");
  g_assert_false (citiz_new_passphrase_get_ready (self)); /* alike, but weak */
  enter (widget, GTK_TYPE_TEXT, 0, good);
  g_assert_false (citiz_new_passphrase_get_ready (self)); /* strong, but not alike */
  enter (widget, GTK_TYPE_TEXT, 1, good);
  /* Told by its name alone: an editable other than the bare text would hand out what is typed. */
  for (guint nth = 0; nth < 2; nth++)
    {
      GtkWidget *text = find_type (widget, GTK_TYPE_EDITABLE, nth);

      g_assert_true (GTK_IS_TEXT (text));
      g_assert_false (gtk_text_get_visibility (GTK_TEXT (text)));
      gtk_test_accessible_assert_role (text, GTK_ACCESSIBLE_ROLE_TEXT_BOX);
      gtk_test_accessible_assert_property (text, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                           nth == 0 ? "Passphrase" : "Once more");
    }
  g_assert_true (citiz_new_passphrase_get_ready (self));
  taken = citiz_new_passphrase_take (self);
  g_assert_cmpmem (citiz_secret_data (taken), strlen (good), good, strlen (good));
  citiz_new_passphrase_clear (self);
  g_assert_false (citiz_new_passphrase_get_ready (self));
  /* The six suggested words pass. */
  gtk_widget_activate_action (widget, "passphrase.use", NULL);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find_type (widget, GTK_TYPE_TEXT, 0))), !=,
                   "");
  g_assert_finalize_object (widget);
  g_assert_cmpstr (citiz_strength_text (2), ==, "Very weak: found at once"); /* "a", "password" */
  g_assert_cmpstr (citiz_strength_text (27), ==, "Very weak: found within hours");
}

/* An access key is not said: one name, from the label. */
static void
test_button_name (void)
{
  GtkWidget *button = g_object_ref_sink (citiz_button_new ("_Save"));

  g_assert_false (
      gtk_test_accessible_has_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL));
  g_assert_true (gtk_test_accessible_has_relation (GTK_ACCESSIBLE (button),
                                                   GTK_ACCESSIBLE_RELATION_LABELLED_BY));
  g_assert_finalize_object (button);
}

static void
passed_cb (gboolean *passed)
{
  *passed = TRUE;
}

/* Where somebody opened stays in sight while the ledger has not heard of it. */
static void
test_stalled_opening (void)
{
  g_autoptr (CitizOpening) opening = g_object_new (CITIZ_TYPE_OPENING, NULL);
  g_autofree gchar *waiting = NULL, *entered = NULL;

  opening->place = g_strdup ("Hôpital de l’Enfant-Jésus, Québec");
  opening->reason = g_strdup ("ETREAT");
  opening->stalled = TRUE;
  waiting = citiz_opening_place (opening);
  g_assert_true (citiz_opening_waits (opening));
  g_assert_true (g_str_has_prefix (waiting, opening->place));
  g_assert_nonnull (strstr (waiting, "not in the ledger yet"));
  opening->tx = g_strdup ("00");
  entered = citiz_opening_place (opening);
  g_assert_false (citiz_opening_waits (opening));
  g_assert_null (strstr (entered, "not in the ledger yet"));
}

/* The name of a row to type in is said once: by the row, by none of its labels. */
static void
test_text_row (void)
{
  GtkWidget *row = g_object_ref_sink (citiz_text_row_new ("Telephone"));
  GtkWidget *label;
  guint n = 0;

  for (; (label = find_type (row, GTK_TYPE_LABEL, n)) != NULL; n++)
    gtk_test_accessible_assert_state (label, GTK_ACCESSIBLE_STATE_HIDDEN, TRUE);
  g_assert_cmpuint (n, >=, 2);
  g_object_unref (row);
}

static void
test_recovery (void)
{
  g_autoptr (CitizSecret) entropy = citiz_secret_new_random (32);
  CitizTime now = {1792838520000};
  GtkWidget *sheet = g_object_ref_sink (citiz_recovery_sheet_new (entropy, "Hélène", now));
  GtkWidget *check = g_object_ref_sink (citiz_recovery_check_new ());
  gchar **words = citiz_words_from_entropy (entropy, CITIZ_LANGUAGE_EN);
  gboolean passed = FALSE;

  g_assert_false (citiz_recovery_sheet_get_kept (CITIZ_RECOVERY_SHEET (sheet)));
  for (guint i = 0; i < 24; i++)
    {
      g_assert_true (citiz_recovery_sheet_check (CITIZ_RECOVERY_SHEET (sheet), i, words[i]));
      if (g_strcmp0 (words[i], words[(i + 1) % 24]) != 0)
        g_assert_false (
            citiz_recovery_sheet_check (CITIZ_RECOVERY_SHEET (sheet), i, words[(i + 1) % 24]));
    }
  g_assert_false (citiz_recovery_sheet_check (CITIZ_RECOVERY_SHEET (sheet), 0, ""));
  g_signal_connect_swapped (check, "passed", G_CALLBACK (passed_cb), &passed);
  citiz_recovery_check_start (CITIZ_RECOVERY_CHECK (check), CITIZ_RECOVERY_SHEET (sheet));
  gtk_widget_activate_action (check, "check.continue", NULL);
  g_assert_false (passed);
  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *row = find_type (check, ADW_TYPE_ENTRY_ROW, i);
      const gchar *title = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row));
      guint64 place = g_ascii_strtoull (strrchr (title, ' '), NULL, 10);

      g_assert_cmpuint (place, >=, 1 + 12 * i);
      g_assert_cmpuint (place, <=, 12 + 12 * i);
      gtk_editable_set_text (GTK_EDITABLE (row), words[place - 1]);
    }
  gtk_widget_activate_action (check, "check.continue", NULL);
  g_assert_true (passed);
  citiz_words_free (words);
  g_assert_finalize_object (check);
  g_assert_finalize_object (sheet);
}

static void
test_pdf (void)
{
  g_autoptr (CitizSecret) entropy = citiz_secret_new_random (32);
  gchar **words = citiz_words_from_entropy (entropy, CITIZ_LANGUAGE_FR);
  g_autoptr (GBytes) pdf = citiz_pdf_recovery (words, "24 words, in order");

  g_assert_cmpuint (g_bytes_get_size (pdf), >, 2000);
  g_assert_cmpmem (g_bytes_get_data (pdf, NULL), 5, "%PDF-", 5);
  citiz_words_free (words);
}

static GtkWidget *
block (gint width, gint height)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_set_size_request (box, width, height);
  return box;
}

static gint
height_for (GtkWidget *widget, gint width)
{
  gint least;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, width, &least, NULL, NULL, NULL);
  return least;
}

static void
test_layouts (void)
{
  GtkWidget *columns = g_object_ref_sink (citiz_columns_new (1, 1, 640));
  GtkWidget *wrap = g_object_ref_sink (citiz_wrap_new (10)), *shrink;
  gint least;

  citiz_columns_append (CITIZ_COLUMNS (columns), 0, block (200, 100));
  citiz_columns_append (CITIZ_COLUMNS (columns), 1, block (200, 150));
  g_assert_cmpint (height_for (columns, 800), ==, 150);
  g_assert_cmpint (height_for (columns, 400), ==, 100 + 24 + 150);
  gtk_widget_measure (columns, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, ==, 200);

  for (guint i = 0; i < 3; i++)
    citiz_wrap_append (CITIZ_WRAP (wrap), block (100, 30));
  g_assert_cmpint (height_for (wrap, 320), ==, 30);
  g_assert_cmpint (height_for (wrap, 319), ==, 30 + 10 + 30);
  g_assert_cmpint (height_for (wrap, 100), ==, 30 * 3 + 10 * 2);
  g_assert_finalize_object (columns);
  g_assert_finalize_object (wrap);

  /* A text beside a column: one above the other before the text is cut into syllables. */
  shrink = g_object_ref_sink (citiz_shrink_new (12));
  citiz_shrink_append (CITIZ_SHRINK (shrink), block (50, 20), 0, 0);
  citiz_shrink_append (CITIZ_SHRINK (shrink), block (150, 30), 0, 300);
  g_assert_cmpint (height_for (shrink, 400), ==, 30);
  g_assert_cmpint (height_for (shrink, 220), ==, 20 + 30 + 6);
  g_assert_finalize_object (shrink);
}

static void
opened_cb (guint *count)
{
  (*count)++;
}

static void
test_rows (void)
{
  GtkWidget *row = g_object_ref_sink (citiz_row_new ("Title <b> & co", "Sub < title"));
  GtkWidget *toggle = g_object_ref_sink (citiz_switch_row_new ("Allergies & <i>", NULL, TRUE));
  guint count = 0;

  g_signal_connect_swapped (row, "opened", G_CALLBACK (opened_cb), &count);
  gtk_widget_activate_action (row, "row.open", NULL);
  g_assert_cmpuint (count, ==, 0);
  citiz_row_set_opens (CITIZ_ROW (row), TRUE);
  g_assert_true (gtk_widget_activate_action (row, "row.open", NULL));
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpint (adw_action_row_get_subtitle_lines (ADW_ACTION_ROW (toggle)), ==,
                   0); /* words are never cut */
  g_assert_true (citiz_switch_row_get_active (CITIZ_SWITCH_ROW (toggle)));
  g_object_set (toggle, "active", FALSE, NULL);
  g_assert_false (citiz_switch_row_get_active (CITIZ_SWITCH_ROW (toggle)));
  g_assert_finalize_object (row);
  g_assert_finalize_object (toggle);
}

/* Every icon that the code names exists, in the program or in the desktop's theme. */
static void
test_icons (void)
{
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());
  g_auto (GStrv) names = g_resources_enumerate_children ("/org/gtk/libgtk/icons/scalable/actions",
                                                         G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert_nonnull (names);
  g_assert_cmpuint (g_strv_length (names), >, 60);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree gchar *name = g_strndup (names[i], strlen (names[i]) - strlen (".svg"));

      g_assert_true (gtk_icon_theme_has_icon (theme, name));
    }
}

/* One of its two buttons is a button, and has the name. */
static void
test_menu_button (void)
{
  GtkWidget *button = g_object_ref_sink (citiz_menu_button_new ("Apixaban: skipped"));
  GtkAccessible *inner = GTK_ACCESSIBLE (gtk_widget_get_first_child (button));

  gtk_test_accessible_assert_role (button, GTK_ACCESSIBLE_ROLE_GROUP);
  g_assert_false (
      gtk_test_accessible_has_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL));
  g_assert_false (gtk_test_accessible_has_relation (inner, GTK_ACCESSIBLE_RELATION_LABELLED_BY));
  gtk_test_accessible_assert_property (inner, GTK_ACCESSIBLE_PROPERTY_LABEL, "Apixaban: skipped");
  g_assert_finalize_object (button);
}

static void
test_small (void)
{
  GtkWidget *widgets[]
      = {citiz_slice_new (15, 2, FALSE), citiz_countdown_new (NULL, 42), citiz_tour_list_new (),
         citiz_tag_new (NULL, "Severe", "error"), citiz_heading_new ("Heading", NULL)};

  for (guint i = 0; i < G_N_ELEMENTS (widgets); i++)
    {
      g_object_ref_sink (widgets[i]);
      g_assert_finalize_object (widgets[i]);
    }
}

static void
fill_buttons (GtkWidget *box, guint n)
{
  citiz_box_clear (box);
  for (guint i = 0; i < n; i++)
    gtk_box_append (GTK_BOX (box), gtk_button_new_with_label ("A button"));
}

/* A group made anew gives the focus back to the same place, or to the last one left. */
static void
test_focus (void)
{
  GtkWidget *window = gtk_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *second;

  gtk_window_set_child (GTK_WINDOW (window), box);
  fill_buttons (box, 3);
  gtk_window_present (GTK_WINDOW (window));
  while (!gtk_widget_get_mapped (box))
    g_main_context_iteration (NULL, TRUE);
  second = gtk_widget_get_next_sibling (gtk_widget_get_first_child (box));
  g_assert_true (gtk_widget_grab_focus (second));
  fill_buttons (box, 3);
  while (gtk_window_get_focus (GTK_WINDOW (window)) == NULL)
    g_main_context_iteration (NULL, TRUE);
  second = gtk_widget_get_next_sibling (gtk_widget_get_first_child (box));
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == second);
  fill_buttons (box, 1);
  while (gtk_window_get_focus (GTK_WINDOW (window)) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == gtk_widget_get_first_child (box));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The verticals of an axis of time: hours for a day, midnights for weeks, firsts for months; never too many. */
static void
test_lanes_ticks (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("America/Toronto");
  g_autoptr (GDateTime) noon = g_date_time_new (zone, 2026, 10, 24, 12, 0, 0);
  const CitizTime from = {g_date_time_to_unix (noon) * CITIZ_SECOND};
  static const gint64 spans[] = {CITIZ_DAY, 9 * CITIZ_DAY, 60 * CITIZ_DAY, 124 * CITIZ_DAY};
  gint64 ticks[CITIZ_LANES_MOST_TICKS];

  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    {
      CitizTime until = {from.ms + spans[i]};
      guint n = citiz_lanes_ticks (ticks, from, until, zone);

      g_assert_cmpuint (n, >=, 3);
      for (guint k = 0; k < n; k++)
        {
          g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (ticks[k] / CITIZ_SECOND);
          g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, zone);

          g_assert_true (ticks[k] >= from.ms && ticks[k] <= until.ms);
          g_assert_cmpint (g_date_time_get_minute (local), ==, 0);
          /* The clocks go back on 1 November: a midnight stays one. */
          if (spans[i] > CITIZ_DAY)
            g_assert_cmpint (g_date_time_get_hour (local), ==, 0);
          if (spans[i] == 124 * CITIZ_DAY)
            g_assert_cmpint (g_date_time_get_day_of_month (local), ==, 1);
        }
    }
}

/* Each lane is an item of a list with its whole sentence; one of them is in the tab order, the arrows lead to the others. */
static void
test_lanes (void)
{
  GtkWidget *window = gtk_window_new (), *lanes = citiz_lanes_new ("Who can see");
  const CitizTime from = {0}, now = {CITIZ_DAY}, until = {2 * CITIZ_DAY};
  const gint64 opening = CITIZ_HOUR;
  GtkWidget *focus;

  gtk_window_set_child (GTK_WINDOW (window), lanes);
  for (guint round = 0; round < 2; round++)
    {
      citiz_lanes_clear (CITIZ_LANES (lanes), from, until, now);
      citiz_lanes_add (CITIZ_LANES (lanes), "Emergency", "ongoing", "live", from, until, &opening,
                       1);
      citiz_lanes_add (CITIZ_LANES (lanes), "Before", "ended", "past", from, now, NULL, 0);
    }
  gtk_window_present (GTK_WINDOW (window));
  gtk_window_set_focus (GTK_WINDOW (window), NULL);
  gtk_test_accessible_assert_role (lanes, GTK_ACCESSIBLE_ROLE_LIST);
  gtk_test_accessible_assert_property (lanes, GTK_ACCESSIBLE_PROPERTY_LABEL, "Who can see");
  g_assert_true (gtk_widget_child_focus (lanes, GTK_DIR_TAB_FORWARD));
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  gtk_test_accessible_assert_role (focus, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_test_accessible_assert_property (focus, GTK_ACCESSIBLE_PROPERTY_LABEL, "Emergency. ongoing");
  g_assert_true (gtk_widget_child_focus (lanes, GTK_DIR_DOWN));
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  gtk_test_accessible_assert_property (focus, GTK_ACCESSIBLE_PROPERTY_LABEL, "Before. ended");
  g_assert_false (gtk_widget_child_focus (lanes, GTK_DIR_DOWN));
  g_assert_false (gtk_widget_child_focus (lanes, GTK_DIR_TAB_FORWARD));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- how an access ended --- */

static void
test_ending (void)
{
  static const struct
  {
    CitizAccessState state;
    gint64 expires; /* from now */
    const gchar *words;
  } cases[] = {
      {CITIZ_ACCESS_EXPIRED, -CITIZ_HOUR, "Ended "},
      {CITIZ_ACCESS_REVOKED, CITIZ_HOUR, "Revoked "},
      {CITIZ_ACCESS_USED_UP, CITIZ_HOUR, "Every opening was used"},
      {CITIZ_ACCESS_EXPIRED, CITIZ_HOUR, "Closed, the ledger is set aside"},
  };
  const CitizTime now = {1800000000000};

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CitizAccess) access = g_object_new (CITIZ_TYPE_ACCESS, NULL);
      g_autofree gchar *text = NULL;

      access->state = cases[i].state;
      access->expires.ms = now.ms + cases[i].expires;
      text = citiz_access_ending (access, now);
      g_assert_true (g_str_has_prefix (text, cases[i].words));
    }
}

/* What a carer's page tells of a node is its own words, all of them, without what only programs read: it is not ours to accuse. */
static void
test_note_of_node (void)
{
  g_autoptr (CitizOpening) opening = g_object_new (CITIZ_TYPE_OPENING, NULL);
  g_autofree gchar *title = NULL, *said = NULL, *proven = NULL, *plain = NULL;

  opening->kind = CITIZ_OPENING_NOTE;
  opening->name = g_strdup ("Camille Ouellet");
  opening->note = g_strdup ("Le nœud x a menti. {\"node\":\"http://127.0.0.1:4703\",\"index\":4}");
  title = citiz_opening_title (opening);
  said = citiz_opening_said (opening);
  g_assert_cmpstr (title, ==, "Note from Camille Ouellet");
  g_assert_true (g_str_has_prefix (said, "Le nœud x a menti. ("));
  g_assert_null (strstr (said, "http://127.0.0.1:4703"));
  g_assert_null (strchr (said, '{'));
  g_assert_null (strstr (said, "Ledger page"));
  opening->proven = TRUE;
  proven = citiz_opening_said (opening);
  g_assert_true (g_str_has_prefix (proven, "Le nœud x a menti. ("));
  g_assert_nonnull (strstr (proven, "see the Ledger page"));
  g_free (opening->note);
  opening->note = g_strdup ("Call {\"node\": me");
  plain = citiz_opening_said (opening);
  g_assert_cmpstr (plain, ==, opening->note);
}

/* What goes on paper is read on another day, and by who does not see the screen. */
static void
test_written (void)
{
  g_autoptr (CitizAccess) access = g_object_new (CITIZ_TYPE_ACCESS, NULL);
  g_autoptr (GDateTime) end = g_date_time_new_local (2026, 11, 24, 14, 32, 0);
  g_autofree gchar *period = NULL, *entry = NULL;

  access->expires.ms = g_date_time_to_unix (end) * 1000;
  access->given.ms = access->expires.ms - CITIZ_DAY;
  access->link = g_strdup ("http://127.0.0.1:4321/v#shlink:/abc");
  period = citiz_access_period_written (access);
  entry = citiz_access_entry (access);
  g_assert_nonnull (strstr (period, "24 h"));
  g_assert_nonnull (strstr (period, "24" CITIZ_NBSP "November 2026"));
  g_assert_nonnull (strstr (period, "14:32"));
  g_assert_null (strstr (period, "tomorrow"));
  g_assert_cmpstr (entry, ==, "127.0.0.1:4321/v");
  g_assert_cmpstr (citiz_access_link_shown (access), ==, "127.0.0.1:4321/v#shlink:/abc");
  g_assert_false (citiz_access_has_code (access));
  access->spoken = g_strdup ("7KM4QX9P");
  access->spoken_tries_left = 1;
  g_assert_true (citiz_access_has_code (access));
  access->spoken_tries_left = 0;
  g_assert_false (citiz_access_has_code (access));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  citiz_ui_init ();
  g_test_add_func ("/ui/qr", test_qr);
  g_test_add_func ("/ui/qr-drawn", test_qr_drawn);
  g_test_add_func ("/ui/passphrase", test_passphrase);
  g_test_add_func ("/ui/button-name", test_button_name);
  g_test_add_func ("/ui/parts/text-row", test_text_row);
  g_test_add_func ("/ui/parts/stalled-opening", test_stalled_opening);
  g_test_add_func ("/ui/recovery", test_recovery);
  g_test_add_func ("/ui/pdf", test_pdf);
  g_test_add_func ("/ui/layouts", test_layouts);
  g_test_add_func ("/ui/rows", test_rows);
  g_test_add_func ("/ui/icons", test_icons);
  g_test_add_func ("/ui/menu-button", test_menu_button);
  g_test_add_func ("/ui/small", test_small);
  g_test_add_func ("/ui/ending", test_ending);
  g_test_add_func ("/ui/written", test_written);
  g_test_add_func ("/ui/note-of-node", test_note_of_node);
  g_test_add_func ("/ui/focus", test_focus);
  g_test_add_func ("/ui/lanes", test_lanes);
  g_test_add_func ("/ui/lanes-ticks", test_lanes_ticks);
  return g_test_run ();
}
