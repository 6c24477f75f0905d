/* A year of Activity over ten million samples, beside the decoding of the same roll-ups alone. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <stdlib.h>

#include "ui/citiz-activity-cards.h"
#include "ui/citiz-page.h"

#define N_SAMPLES 10000000u
#define N_ROUNDS  9
#define GOAL_MS   100.0

static const struct
{
  const gchar *measure, *unit;
  CitizAggregate aggregate;
  guint share; /* of a hundred samples */
} series[] = {
    {"hr", "/min", CITIZ_AGGREGATE_MEAN, 70},
    {"steps", "{steps}", CITIZ_AGGREGATE_SUM, 29},
    {"hr_rest", "/min", CITIZ_AGGREGATE_MEAN, 1},
};

static gdouble
now_ms (void)
{
  return (gdouble) g_get_monotonic_time () / 1000;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return x < y ? -1 : x > y;
}

static gdouble
median (gdouble *rounds)
{
  qsort (rounds, N_ROUNDS, sizeof *rounds, compare);
  return rounds[N_ROUNDS / 2];
}

/* Ten years ending on @today, in chunks as the series store keeps them. */
static GArray *
roll_up (guint i, gint32 today)
{
  GArray *days = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  g_autofree CitizSample *chunk = g_new (CitizSample, CITIZ_CHUNK_MAX);
  gsize n = (gsize) N_SAMPLES / 100 * series[i].share, done = 0;
  gint64 span = (gint64) 3650 * CITIZ_DAY, from = (gint64) (today + 1) * CITIZ_DAY - span;
  guint32 state = 12345 + i;

  while (done < n)
    {
      gsize k = MIN (CITIZ_CHUNK_MAX, n - done);

      for (gsize s = 0; s < k; s++)
        {
          state = state * 1664525u + 1013904223u;
          chunk[s] = (CitizSample){.start = from + span / (gint64) n * (gint64) (done + s),
                                   .value = 50 + (state >> 24) / 4.0};
        }
      citiz_days_add (days, chunk, k, series[i].aggregate);
      done += k;
    }
  return days;
}

typedef struct
{
  CitizRecord *record;
  GBytes *packed[G_N_ELEMENTS (series)];
  gint32 today;
} Fixture;

/* The raw limit: the roll-ups of the three measures, from bytes to days. */
static gdouble
raw_round (const Fixture *f)
{
  gdouble start = now_ms ();

  for (guint i = 0; i < G_N_ELEMENTS (series); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) days = citiz_days_decode (g_bytes_get_data (f->packed[i], NULL),
                                                   g_bytes_get_size (f->packed[i]), &error);
      g_assert_no_error (error);
      g_assert_cmpuint (days->len, >=, 3600);
    }
  return now_ms () - start;
}

static void
painted_cb (GdkFrameClock *clock, gpointer data)
{
  *(gboolean *) data = TRUE;
}

/* From nothing to the first frame: cards built, year filled, laid out, drawn. */
static gdouble
page_round (const Fixture *f, GtkWidget *window)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *steps, *sleep, *heart;
  CitizActivityView view
      = {f->record, citiz_period_around (CITIZ_PERIOD_YEAR, f->today), f->today, 8000};
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  gboolean painted = FALSE;
  gulong handler;
  gdouble start = now_ms ();

  steps = citiz_chart_card_new ("Steps", 212);
  sleep = citiz_chart_card_new ("Sleep", 170);
  heart = citiz_chart_card_new ("Heart rate", 170);
  g_assert_true (citiz_activity_fill_steps (CITIZ_CHART_CARD (steps), &view));
  citiz_activity_fill_sleep (CITIZ_CHART_CARD (sleep), &view);
  g_assert_true (citiz_activity_fill_heart (CITIZ_CHART_CARD (heart), &view));
  gtk_box_append (GTK_BOX (box), steps);
  gtk_box_append (GTK_BOX (box), sleep);
  gtk_box_append (GTK_BOX (box), heart);
  handler = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &painted);
  gtk_window_set_child (GTK_WINDOW (window), box);
  while (!painted)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (clock, handler);
  return now_ms () - start;
}

int
main (int argc, char *argv[])
{
  Fixture f = {.record = citiz_record_new (), .today = citiz_day_from_ymd (2026, 10, 24)};
  gdouble raw[N_ROUNDS], page[N_ROUNDS], raw_ms, page_ms;
  GtkWidget *window;

  gtk_init ();
  citiz_ui_init ();
  /* Growth would only add its own 250 ms. */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (series); i++)
    {
      g_autoptr (GArray) days = roll_up (i, f.today);

      f.packed[i] = citiz_days_encode (days);
      citiz_record_put_days (f.record, series[i].measure, "", series[i].unit, 1, days);
    }
  window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (window), 900, 760);
  gtk_window_set_child (GTK_WINDOW (window), gtk_label_new ("…"));
  gtk_widget_show (window);
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      raw[i] = raw_round (&f);
      page[i] = page_round (&f, window);
    }
  raw_ms = median (raw);
  page_ms = median (page);
  g_print (
      "year of activity over %u samples: %.1f ms to the first frame (goal %.0f), roll-ups alone %.2f ms, ratio %.0f\n",
      N_SAMPLES, page_ms, GOAL_MS, raw_ms, page_ms / raw_ms);
  gtk_window_destroy (GTK_WINDOW (window));
  for (guint i = 0; i < G_N_ELEMENTS (series); i++)
    g_bytes_unref (f.packed[i]);
  citiz_record_free (f.record);
  return page_ms <= GOAL_MS ? 0 : 1;
}
