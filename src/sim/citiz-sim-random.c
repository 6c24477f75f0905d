/* Chance: xoshiro256** (Blackman and Vigna), one generator for each concern; draws can be silenced. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include <math.h>

#define QUANTILES 1024

static guint64
turn (guint64 x, guint k)
{
  return x << k | x >> (64 - k);
}

static guint64
next (guint64 s[4])
{
  const guint64 result = turn (s[1] * 5, 7) * 9;
  const guint64 t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = turn (s[3], 45);
  return result;
}

/* SplitMix64: spreads a seed over a state. */
static guint64
spread (guint64 *x)
{
  guint64 z = (*x += 0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

static void
next_quiet (CitizSim *sim, CitizSimStreamKind kind)
{
  CitizSimStream *stream = &sim->streams[kind];

  stream->quiet_from = stream->quiet_to = G_MAXUINT64;
  for (; stream->next_quiet < sim->options->n_quiet; stream->next_quiet++)
    if (sim->options->quiet[stream->next_quiet].stream == kind
        && sim->options->quiet[stream->next_quiet].to > stream->drawn)
      {
        stream->quiet_from = sim->options->quiet[stream->next_quiet].from;
        stream->quiet_to = sim->options->quiet[stream->next_quiet].to;
        stream->next_quiet++;
        return;
      }
}

void
citiz_sim_streams_init (CitizSim *sim)
{
  for (guint i = 0; i < CITIZ_SIM_N_STREAMS; i++)
    {
      guint64 x = sim->options->seed * 0x9e3779b97f4a7c15 + i * G_GUINT64_CONSTANT (0x1234567);

      for (guint j = 0; j < 4; j++)
        sim->streams[i].s[j] = spread (&x);
      next_quiet (sim, (CitizSimStreamKind) i);
    }
}

/* One draw. @out_quiet: it is to be answered by the harmless value. */
guint64
citiz_sim_raw (CitizSim *sim, CitizSimStreamKind kind, gboolean *out_quiet)
{
  CitizSimStream *stream = &sim->streams[kind];
  const guint64 number = stream->drawn++;

  if (G_UNLIKELY (number >= stream->quiet_to))
    next_quiet (sim, kind);
  *out_quiet = number >= stream->quiet_from && number < stream->quiet_to;
  return next (stream->s);
}

gboolean
citiz_sim_chance (CitizSim *sim, CitizSimStreamKind kind, guint permille)
{
  gboolean quiet;
  const guint64 raw = citiz_sim_raw (sim, kind, &quiet);

  return !quiet && (raw >> 32) * 1000 >> 32 < permille;
}

/* Returns: 0 … @n − 1; 0 is the harmless one */
guint
citiz_sim_below (CitizSim *sim, CitizSimStreamKind kind, guint n)
{
  gboolean quiet;
  const guint64 raw = citiz_sim_raw (sim, kind, &quiet);

  return quiet ? 0 : (guint) ((raw >> 32) * n >> 32);
}

/* Exponential, in steps of a table of whole numbers, so that every machine draws the same. */
gint64
citiz_sim_wait (CitizSim *sim, CitizSimStreamKind kind, gint64 mean)
{
  static gint64 quantile[QUANTILES];
  gboolean quiet;
  const guint64 raw = citiz_sim_raw (sim, kind, &quiet);

  if (quantile[0] == 0)
    for (guint i = 0; i < QUANTILES; i++)
      quantile[i] = (gint64) floor (-log ((i + 0.5) / QUANTILES) * 4096 + 0.5);
  return quiet ? mean : mean * quantile[raw >> 54] / 4096;
}
