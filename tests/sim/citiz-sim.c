/* citiz-sim: worlds of the ordering protocol, by seed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static gint64 seed = -1;
static gint64 first = 1;
static gint64 count = 1;
static gint nodes;
static gint liars = -1;
static gchar *mode_name;
static gchar *quiet_text;
static gint64 until;
static gboolean ledger;
static gboolean trace;
static gboolean keep_going;
static gboolean shrink;
static gboolean everything;
static gchar *file;

static const GOptionEntry entries[] = {
    {"seed", 's', 0, G_OPTION_ARG_INT64, &seed, "Replay one seed", "N"},
    {"from", 0, 0, G_OPTION_ARG_INT64, &first, "First of many seeds", "N"},
    {"count", 'c', 0, G_OPTION_ARG_INT64, &count, "How many seeds", "N"},
    {"nodes", 'n', 0, G_OPTION_ARG_INT, &nodes, "Validators; without it the seed picks", "N"},
    {"byzantine", 'f', 0, G_OPTION_ARG_INT, &liars, "Liars among them; without it the seed picks",
     "F"},
    {"mode", 'm', 0, G_OPTION_ARG_STRING, &mode_name,
     "mixed, storm, idle, power, clock, backup, forks, epoch or late", "MODE"},
    {"ledger", 'l', 0, G_OPTION_ARG_NONE, &ledger, "With real transactions, executed by each node",
     NULL},
    {"quiet", 'q', 0, G_OPTION_ARG_STRING, &quiet_text,
     "Draws answered by the harmless value: stream:from-to,…", "LIST"},
    {"until", 'u', 0, G_OPTION_ARG_INT64, &until, "Stop after so many virtual milliseconds", "MS"},
    {"trace", 't', 0, G_OPTION_ARG_NONE, &trace, "Tell what happens", NULL},
    {"keep-going", 'k', 0, G_OPTION_ARG_NONE, &keep_going, "Do not stop at the first broken seed",
     NULL},
    {"shrink", 0, 0, G_OPTION_ARG_NONE, &shrink, "Silence what is not needed to break it", NULL},
    {"everything", 'e', 0, G_OPTION_ARG_NONE, &everything,
     "Tell how often each fault and each lie came, and fail if one never did", NULL},
    {"file", 0, 0, G_OPTION_ARG_FILENAME, &file,
     "Replay what a file lists: seed nodes liars mode quiet [ledger]", "FILE"},
    {NULL},
};

static void
tell (const gchar *line, gpointer data)
{
  puts (line);
}

static gboolean
parse_quiet (const gchar *text, GArray *out)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const gchar *colon = strchr (parts[i], ':');
      CitizSimQuiet quiet = {CITIZ_SIM_N_STREAMS, 0, 0};
      gchar *end;

      for (guint j = 0; colon != NULL && j < CITIZ_SIM_N_STREAMS; j++)
        if (strlen (citiz_sim_stream_name (j)) == (gsize) (colon - parts[i])
            && g_str_has_prefix (parts[i], citiz_sim_stream_name (j)))
          quiet.stream = (CitizSimStreamKind) j;
      if (quiet.stream == CITIZ_SIM_N_STREAMS)
        return FALSE;
      quiet.from = g_ascii_strtoull (colon + 1, &end, 10);
      quiet.to = *end == '-' ? g_ascii_strtoull (end + 1, NULL, 10) : quiet.from + 1;
      g_array_append_val (out, quiet);
    }
  return TRUE;
}

static void
tell_broken (const CitizSimOptions *options, const CitizSimResult *result)
{
  printf ("seed %" G_GUINT64_FORMAT " (%s, %u nodes, %u liars, %.1f s): %s: %s\n", options->seed,
          citiz_sim_mode_name (result->mode), result->nodes, result->liars,
          (gdouble) result->ms / 1000, result->broken, result->why);
}

/* As a line of --file. */
static void
tell_shrunk (const CitizSimOptions *options, const CitizSimResult *result)
{
  g_autoptr (GArray) quiet = citiz_sim_shrink (options, result->broken, 2000);

  printf ("%" G_GUINT64_FORMAT " %u %d %s ", options->seed, options->nodes, options->liars,
          citiz_sim_mode_name (options->mode));
  for (guint i = 0; i < quiet->len; i++)
    {
      const CitizSimQuiet *one = &g_array_index (quiet, CitizSimQuiet, i);

      printf ("%s%s:%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, i > 0 ? "," : "",
              citiz_sim_stream_name (one->stream), one->from, one->to);
    }
  printf ("%s%s\n", quiet->len == 0 ? "-" : "", options->ledger ? " ledger" : "");
}

static CitizSimMode
find_mode (const gchar *name)
{
  for (guint i = 0; i < CITIZ_SIM_N_MODES; i++)
    if (g_str_equal (name, citiz_sim_mode_name ((CitizSimMode) i)))
      return (CitizSimMode) i;
  return CITIZ_SIM_MIXED;
}

/* Worlds that once were broken: none may be again. Lines that begin with # are about them. */
static gint
run_file (void)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint broken = 0;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return 2;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      g_autoptr (GArray) quiet = g_array_new (FALSE, FALSE, sizeof (CitizSimQuiet));
      CitizSimOptions options = {0};
      CitizSimResult result;

      if (lines[i][0] == '#' || g_strv_length (words) < 5)
        continue;
      if (words[4][0] != '-' && !parse_quiet (words[4], quiet))
        return 2;
      options.seed = g_ascii_strtoull (words[0], NULL, 10);
      options.nodes = (guint) g_ascii_strtoull (words[1], NULL, 10);
      options.liars = (gint) g_ascii_strtoll (words[2], NULL, 10);
      options.mode = find_mode (words[3]);
      options.ledger = g_strv_length (words) > 5 && g_str_equal (words[5], "ledger");
      options.quiet = (const CitizSimQuiet *) (gpointer) quiet->data;
      options.n_quiet = quiet->len;
      if (citiz_sim_run (&options, &result))
        continue;
      broken++;
      tell_broken (&options, &result);
    }
  return broken > 0;
}

/* Some come with the real ledger only. */
static gboolean
may_come (guint met)
{
  return ledger || met < CITIZ_SIM_MET_SHARE;
}

/* Returns: how many things never happened */
static guint
tell_met (const CitizSimResult *sum)
{
  guint never = 0;
  guint kinds = 0;

  for (guint i = 0; i < CITIZ_SIM_N_MET; i++)
    {
      if (!may_come (i))
        continue;
      kinds++;
      printf ("%s%s %" G_GUINT64_FORMAT, i > 0 ? ", " : "", citiz_sim_met_name ((CitizSimMet) i),
              sum->met[i]);
      never += sum->met[i] == 0;
    }
  printf ("\n%u kinds of fault and lie, %u that never came\n", kinds, never);
  return never;
}

static void
add (CitizSimResult *sum, const CitizSimResult *result)
{
  sum->ms += result->ms;
  sum->events += result->events;
  sum->messages += result->messages;
  sum->heights += result->heights;
  sum->crashes += result->crashes;
  sum->forks += result->forks;
  sum->epochs += result->epochs;
  for (guint i = 0; i < CITIZ_SIM_N_MET; i++)
    sum->met[i] += result->met[i];
}

static gint
run_many (CitizSimOptions *options)
{
  const clock_t began = clock ();
  CitizSimResult sum = {0};
  guint broken = 0;
  gint64 done = 0;
  gdouble seconds;

  for (; done < count && (broken == 0 || keep_going); done++)
    {
      CitizSimResult result;

      options->seed = (guint64) (first + done);
      if (!citiz_sim_run (options, &result))
        {
          broken++;
          tell_broken (options, &result);
          if (shrink)
            tell_shrunk (options, &result);
          fflush (stdout);
        }
      add (&sum, &result);
    }
  seconds = MAX ((gdouble) (clock () - began) / CLOCKS_PER_SEC, 1e-3);
  printf ("%" G_GINT64_FORMAT " seeds, %u broken; %" G_GUINT64_FORMAT
          " events, %u blocks, %u crashes, %u forks, %u epochs closed; "
          "of a processor: %.0f virtual s/s, %.0f seeds/h, %.2f M events/s\n",
          done, broken, sum.events, sum.heights, sum.crashes, sum.forks, sum.epochs,
          (gdouble) sum.ms / 1000 / seconds, (gdouble) done * 3600 / seconds,
          (gdouble) sum.events / seconds / 1e6);
  return broken > 0 || (everything && tell_met (&sum) > 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- worlds of the ordering protocol");
  g_autoptr (GArray) quiet = g_array_new (FALSE, FALSE, sizeof (CitizSimQuiet));
  g_autoptr (GError) error = NULL;
  CitizSimOptions options = {.mode = CITIZ_SIM_MIXED};

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || (quiet_text != NULL && !parse_quiet (quiet_text, quiet)))
    {
      fprintf (stderr, "%s\n", error != NULL ? error->message : "--quiet cannot be read");
      return 2;
    }
  if (file != NULL)
    return run_file ();
  if (mode_name != NULL)
    options.mode = find_mode (mode_name);
  options.nodes = (guint) MAX (nodes, 0);
  options.liars = liars;
  options.ledger = ledger;
  options.until = until;
  options.quiet = (const CitizSimQuiet *) (gpointer) quiet->data;
  options.n_quiet = quiet->len;
  options.tell = trace ? tell : NULL;
  if (seed >= 0)
    {
      first = seed;
      count = 1;
    }
  return run_many (&options);
}
