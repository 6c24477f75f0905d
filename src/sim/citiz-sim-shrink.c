/* Less that still breaks it: silences draws of the tape, halves first. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

typedef struct
{
  const CitizSimOptions *options;
  const gchar *broken;
  GArray *quiet; /* CitizSimQuiet; what is silenced for good */
  guint tries;
  CitizSimResult last; /* of the last run that still broke it */
} Shrink;

static gint
by_place (gconstpointer a, gconstpointer b)
{
  const CitizSimQuiet *one = a;
  const CitizSimQuiet *other = b;

  if (one->stream != other->stream)
    return one->stream < other->stream ? -1 : 1;
  return one->from < other->from ? -1 : one->from > other->from;
}

/* Neighbours become one. */
static void
join (GArray *quiet)
{
  guint n = 0;

  g_array_sort (quiet, by_place);
  for (guint i = 0; i < quiet->len; i++)
    {
      const CitizSimQuiet next = g_array_index (quiet, CitizSimQuiet, i);
      CitizSimQuiet *last = n > 0 ? &g_array_index (quiet, CitizSimQuiet, n - 1) : NULL;

      if (last != NULL && last->stream == next.stream && next.from <= last->to)
        last->to = MAX (last->to, next.to);
      else
        g_array_index (quiet, CitizSimQuiet, n++) = next;
    }
  g_array_set_size (quiet, n);
}

static gboolean
still_breaks (Shrink *shrink, const CitizSimQuiet *also)
{
  CitizSimOptions options = *shrink->options;
  GArray *quiet = g_array_copy (shrink->quiet);
  CitizSimResult result;
  gboolean same;

  g_array_append_val (quiet, *also);
  join (quiet);
  options.quiet = (const CitizSimQuiet *) (gpointer) quiet->data;
  options.n_quiet = quiet->len;
  options.tell = NULL;
  shrink->tries--;
  same = !citiz_sim_run (&options, &result) && g_str_equal (result.broken, shrink->broken);
  if (same)
    {
      g_array_unref (shrink->quiet);
      shrink->quiet = quiet;
      shrink->last = result;
    }
  else
    g_array_unref (quiet);
  return same;
}

static void
halve (Shrink *shrink, CitizSimStreamKind stream, guint64 from, guint64 to, guint64 least)
{
  const CitizSimQuiet quiet = {stream, from, to};
  const guint64 middle = from + (to - from) / 2;

  if (from >= to || shrink->tries == 0 || from >= (guint64) shrink->last.draws[stream]
      || still_breaks (shrink, &quiet) || to - from <= least)
    return;
  halve (shrink, stream, from, middle, least);
  halve (shrink, stream, middle, to, least);
}

/**
 * citiz_sim_shrink:
 * @broken: the invariant that @options break
 * @tries: how many worlds at most
 *
 * Whole faults first, then everything else, by halves. The plan itself stays as it is.
 */
GArray *
citiz_sim_shrink (const CitizSimOptions *options, const gchar *broken, guint tries)
{
  static const struct
  {
    CitizSimStreamKind stream;
    guint64 least; /* draws silenced at once */
  } order[]
      = {{CITIZ_SIM_FAULT, 1},  {CITIZ_SIM_SLEEP, 1}, {CITIZ_SIM_LIAR, 64}, {CITIZ_SIM_NET, 64},
         {CITIZ_SIM_CLIENT, 1}, {CITIZ_SIM_DISK, 4},  {CITIZ_SIM_WORK, 64}, {CITIZ_SIM_FAULT, 1}};
  Shrink shrink = {.options = options,
                   .broken = broken,
                   .quiet = g_array_new (FALSE, FALSE, sizeof (CitizSimQuiet)),
                   .tries = tries};

  g_array_append_vals (shrink.quiet, options->quiet, options->n_quiet);
  (void) citiz_sim_run (options, &shrink.last);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    halve (&shrink, order[i].stream, 0, (guint64) shrink.last.draws[order[i].stream],
           order[i].least);
  return shrink.quiet;
}
