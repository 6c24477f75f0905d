/* The gate: each broken rule must be noticed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim.h"

#include "broken-names.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern int citiz_csx_broken;
int citiz_csx_broken;

#define PATIENCE 20 /* s of processor time: a machine that turns in circles is noticed, too */

static gint most = 20000;
static gint only;
static gint at_once = 2;

static const GOptionEntry entries[] = {
    {"seeds", 's', 0, G_OPTION_ARG_INT, &most, "Within how many", "N"},
    {"only", 'o', 0, G_OPTION_ARG_INT, &only, "One of them", "NUMBER"},
    {"jobs", 'j', 0, G_OPTION_ARG_INT, &at_once, "Processes", "N"},
    {NULL},
};

/* Whether fewer faults are found that break the same, and do so again. */
static gboolean
shrinks (const CitizSimOptions *options, const CitizSimResult *result)
{
  g_autoptr (GArray) quiet = citiz_sim_shrink (options, result->broken, 100);
  CitizSimOptions less = *options;
  CitizSimResult again;
  guint64 silenced = 0;

  less.quiet = (const CitizSimQuiet *) (gpointer) quiet->data;
  less.n_quiet = quiet->len;
  for (guint i = 0; i < quiet->len; i++)
    silenced += less.quiet[i].to - less.quiet[i].from;
  return silenced > 0 && !citiz_sim_run (&less, &again)
         && g_str_equal (again.broken, result->broken);
}

/* In a process of its own. Ends with 0 if the broken rule was noticed. */
static void
hunt (guint number)
{
  CitizSimOptions options = {.liars = -1};
  CitizSimResult result;

  if (broken_modes[number][0] == '\0')
    {
      printf ("%2u %s: this rule is written otherwise now; mutants/break.py has to follow\n",
              number, broken_names[number]);
      fflush (stdout);
      _exit (1);
    }
  citiz_csx_broken = (int) number;
  options.ledger = g_str_equal (broken_modes[number], "ledger");
  for (guint i = 0; i < CITIZ_SIM_N_MODES; i++)
    if (g_str_equal (citiz_sim_mode_name ((CitizSimMode) i), broken_modes[number]))
      options.mode = (CitizSimMode) i;
  for (gint seed = 1; seed <= most; seed++)
    {
      options.seed = (guint64) seed;
      alarm (PATIENCE);
      if (citiz_sim_run (&options, &result))
        continue;
      if (number % 10 == 1 && !shrinks (&options, &result))
        {
          printf ("%2u %s: seed %d cannot be shrunk\n", number, broken_names[number], seed);
          fflush (stdout);
          _exit (1);
        }
      printf ("%2u %-52s seed %-6d %-5s %s\n", number, broken_names[number], seed, result.broken,
              result.why);
      fflush (stdout);
      _exit (0);
    }
  printf ("%2u %-52s NOT NOTICED in %d seeds\n", number, broken_names[number], most);
  fflush (stdout);
  _exit (1);
}

/* Returns: whether it was noticed */
static gboolean
take_one (void)
{
  int status = 0;

  if (wait (&status) < 0)
    return FALSE;
  if (WIFSIGNALED (status))
    printf ("   (one was noticed by signal %d)\n", WTERMSIG (status));
  return WIFSIGNALED (status) || WEXITSTATUS (status) == 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- breaks the rules, one by one");
  g_autoptr (GError) error = NULL;
  const guint last = G_N_ELEMENTS (broken_names) - 1;
  guint missed = 0;
  gint running = 0;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 2;
    }
  setvbuf (stdout, NULL, _IOLBF, 0);
  for (guint i = 1; i <= last; i++)
    {
      if (only > 0 && (guint) only != i)
        continue;
      if (running == at_once)
        {
          missed += !take_one ();
          running--;
        }
      fflush (stdout);
      if (fork () == 0)
        hunt (i);
      running++;
    }
  for (; running > 0; running--)
    missed += !take_one ();
  printf ("%u broken rules, %u not noticed\n", only > 0 ? 1 : last, missed);
  return missed > 0;
}
