/* B11: a link opened over four real nodes 20 ms from each other and from the reader, from the reader's press to the summary, beside what no reader can do
 * without: the opening final on the ledger (as soon as its node knows it: the answer's way back is taken off), and one round trip for the parts. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"
#include "nodes-fixture.h"

#include <stdio.h>

#define ROUNDS  15
#define GOAL    1.25
#define LINK    300.0 /* ms from the press to the link */
#define ONE_WAY 20    /* ms */

static gboolean
is_held (App *app)
{
  const CitizAccess *access = citiz_session_get_emergency (app->session);

  return access != NULL && access->n_holding == NODES;
}

/* Returns: ms */
static gdouble
raw (App *app, const gchar *link, guint use)
{
  const gdouble began = bench_now ();

  g_assert_cmpuint (nodes_open (app, link, 1, use, "Camille Ouellet", NULL), ==, 200);
  return (bench_now () - began) * 1e3 - ONE_WAY + 2 * ONE_WAY;
}

static gdouble
ours (App *app, NodesReader *reader, guint use)
{
  const gdouble began = bench_now ();
  g_autofree gchar *summary = nodes_reader_press (reader, app, 1, use);

  g_assert_nonnull (summary);
  return (bench_now () - began) * 1e3;
}

int
main (int argc, char **argv)
{
  App app = {0};
  gdouble a[ROUNDS], b[ROUNDS], ratios[ROUNDS], began, shown, held;
  g_autofree gchar *link = NULL;
  NodesReader *reader;
  gboolean good;

  g_assert_cmpint (argc, ==, 3);
  g_assert_true (citiz_crypto_init ());
  nodes_found_afar (argv[1], argv[2], ONE_WAY);
  app_up (&app, NULL);
  nodes_join (&app);
  app_save (&app, NULL, "Peanut");
  began = bench_now ();
  {
    g_autoptr (CitizAccess) access = app_press (&app);

    link = g_strdup (access->link);
  }
  shown = (bench_now () - began) * 1e3;
  g_assert_true (app_until (is_held, &app, 120));
  held = (bench_now () - began) * 1e3;
  reader = nodes_reader_new (link);
  for (guint i = 0; i < ROUNDS; i++)
    {
      b[i] = raw (&app, link, 2 * i + 1);
      a[i] = ours (&app, reader, 2 * i + 2);
      ratios[i] = a[i] / b[i];
    }
  printf ("# press to link %.0f ms (goal %.0f), to all four parts held %.0f ms\n", shown, LINK,
          held);
  printf ("# open to summary %.1f ms; final and one round trip %.1f ms (medians of %d)\n",
          bench_median (a, ROUNDS), bench_median (b, ROUNDS), ROUNDS);
  good = bench_median (ratios, ROUNDS) <= GOAL && shown <= LINK;
  printf ("# ratio %.2f, goal %.2f at most: %s\n", bench_median (ratios, ROUNDS), GOAL,
          good ? "met" : "missed");
  nodes_reader_free (reader);
  app_down (&app, NULL);
  nodes_end ();
  return good || g_getenv ("CITIZ_BENCH_CHECK") != NULL ? 0 : 1;
}
