/* The plan of a world, drawn from its seed: how bad the network is, who lies, what fails and when. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#define HEAL    (30 * G_USEC_PER_SEC)
#define LATE    (60 * G_USEC_PER_SEC)
#define PATIENT 90 /* s: 3 × (f + 1) × T_cap and more */

static guint
below (CitizSim *sim, guint n)
{
  return citiz_sim_below (sim, CITIZ_SIM_PLAN, n);
}

/* How often each fault comes in each mode, in 30 s, at most. */
static const guint8 often[CITIZ_SIM_N_MODES][CITIZ_SIM_N_FAULTS] = {
    [CITIZ_SIM_STORM] = {[CITIZ_SIM_CRASH] = 8,
                         [CITIZ_SIM_POWER_CUT] = 1,
                         [CITIZ_SIM_CUT] = 5,
                         [CITIZ_SIM_CLOG] = 4,
                         [CITIZ_SIM_SWIZZLE] = 1,
                         [CITIZ_SIM_EIO] = 1,
                         [CITIZ_SIM_FULL] = 1,
                         [CITIZ_SIM_ROT] = 2,
                         [CITIZ_SIM_ROT_BOTH] = 1,
                         [CITIZ_SIM_JUMP] = 1,
                         [CITIZ_SIM_SLOW] = 1},
    [CITIZ_SIM_IDLE] = {[CITIZ_SIM_CRASH] = 4, [CITIZ_SIM_POWER_CUT] = 1, [CITIZ_SIM_CUT] = 3},
    [CITIZ_SIM_POWER] = {[CITIZ_SIM_CRASH] = 16,
                         [CITIZ_SIM_POWER_CUT] = 6,
                         [CITIZ_SIM_EIO] = 3,
                         [CITIZ_SIM_ROT] = 3,
                         [CITIZ_SIM_SLOW] = 2},
    [CITIZ_SIM_CLOCK] = {[CITIZ_SIM_JUMP] = 8, [CITIZ_SIM_CRASH] = 3, [CITIZ_SIM_CUT] = 2},
    [CITIZ_SIM_BACKUP] = {[CITIZ_SIM_SAVE] = 1, [CITIZ_SIM_SET_BACK] = 1, [CITIZ_SIM_CRASH] = 3},
    [CITIZ_SIM_FORKS] = {[CITIZ_SIM_CUT] = 6, [CITIZ_SIM_CLOG] = 6},
    [CITIZ_SIM_EPOCH] = {[CITIZ_SIM_CRASH] = 8,
                         [CITIZ_SIM_POWER_CUT] = 2,
                         [CITIZ_SIM_CUT] = 4,
                         [CITIZ_SIM_CLOG] = 3,
                         [CITIZ_SIM_EIO] = 1,
                         [CITIZ_SIM_FULL] = 1,
                         [CITIZ_SIM_ROT] = 1,
                         [CITIZ_SIM_SAVE] = 1,
                         [CITIZ_SIM_SET_BACK] = 1,
                         [CITIZ_SIM_JUMP] = 1,
                         [CITIZ_SIM_SLOW] = 1},
};

static void
pick_size (CitizSim *sim)
{
  static const struct
  {
    guint until; /* of 100 */
    guint n;
    guint liars;
  } sizes[] = {{3, 1, 0},  {7, 2, 0},  {12, 3, 0}, {20, 4, 0},  {82, 4, 1},
               {84, 5, 1}, {86, 6, 1}, {98, 7, 2}, {100, 10, 3}};
  const guint draw = below (sim, 100);
  const guint share = below (sim, 100);
  guint i = 0;

  while (draw >= sizes[i].until)
    i++;
  sim->n = sim->options->nodes > 0 ? sim->options->nodes : sizes[i].n;
  if (sim->options->liars >= 0)
    sim->n_liars = (guint) sim->options->liars;
  else if (sim->mode == CITIZ_SIM_FORKS)
    sim->n_liars = (sim->n - 1) / 3 + 1;
  else if ((sim->mode == CITIZ_SIM_BACKUP && share < 70)
           || (sim->mode == CITIZ_SIM_EPOCH && share < 40))
    sim->n_liars = 0;
  else
    sim->n_liars = sim->options->nodes > 0 ? (sim->n - 1) / 3 : sizes[i].liars;
  if (sim->mode == CITIZ_SIM_LATE) /* the others are a quorum without it */
    sim->n_liars = MIN (sim->n_liars, MAX ((sim->n - 1) / 3, 1) - 1);
}

static void
pick_mode (CitizSim *sim)
{
  static const struct
  {
    guint until;
    CitizSimMode mode;
  } modes[] = {{35, CITIZ_SIM_STORM}, {46, CITIZ_SIM_IDLE},   {62, CITIZ_SIM_POWER},
               {69, CITIZ_SIM_CLOCK}, {77, CITIZ_SIM_BACKUP}, {82, CITIZ_SIM_FORKS},
               {97, CITIZ_SIM_EPOCH}, {100, CITIZ_SIM_LATE}};
  const guint draw = below (sim, 100);
  guint i = 0;

  while (draw >= modes[i].until)
    i++;
  sim->mode = sim->options->mode != CITIZ_SIM_MIXED ? sim->options->mode : modes[i].mode;
}

static void
pick_weather (CitizSim *sim)
{
  const gboolean bad = sim->mode == CITIZ_SIM_STORM || sim->mode == CITIZ_SIM_POWER
                       || sim->mode == CITIZ_SIM_FORKS;

  sim->loss = below (sim, bad ? 400 : 100);
  sim->dup = below (sim, bad ? 300 : 50);
  sim->delay_floor = (1 + below (sim, 10)) * CITIZ_SIM_MS;
  sim->delay_mean = (1 + below (sim, bad ? 300 : 60)) * CITIZ_SIM_MS;
  sim->sync_mean = (1 + below (sim, bad ? 100 : 20)) * (CITIZ_SIM_MS / 5);
  sim->work_mean = (1 + below (sim, 50)) * (CITIZ_SIM_MS / 5);
  sim->bandwidth = below (sim, 4) == 0 ? 256 * 1024 : 0;
  sim->strict = sim->mode == CITIZ_SIM_BACKUP && sim->n_liars == 0 && below (sim, 2) == 0;
  if (sim->mode == CITIZ_SIM_BACKUP)
    sim->loss = 0;
}

static void
pick_timing (CitizSim *sim)
{
  citiz_csx_timing_default (&sim->timing);
  sim->timing.timeout = 500 + 500 * below (sim, 4);
  sim->timing.timeout_cap = 10 * CITIZ_SECOND;
  sim->timing.standstill = 2000 + 1000 * below (sim, 2);
  sim->timing.heartbeat = sim->mode == CITIZ_SIM_IDLE ? CITIZ_HOUR : 5000 + 5000 * below (sim, 3);
  if (below (sim, 4) == 0)
    sim->timing.egress = 4096; /* so little that it binds */
  sim->healed_at = HEAL;
  if (sim->mode == CITIZ_SIM_LATE)
    {
      sim->timing.heartbeat = 250;
      sim->healed_at = LATE;
    }
  sim->deadline = sim->healed_at + PATIENT * G_USEC_PER_SEC;
}

/* Which lies go together is drawn, too. */
static guint
pick_lies (CitizSim *sim)
{
  const guint n = CITIZ_SIM_N_LIES - (sim->mode != CITIZ_SIM_EPOCH);
  const guint draw = below (sim, 100);
  const guint first = 1u << below (sim, n);
  const guint second = 1u << below (sim, n);
  const guint strong = CITIZ_SIM_LIE_VOTES | CITIZ_SIM_LIE_EQUIVOCATE;

  return draw < 40 || sim->mode == CITIZ_SIM_FORKS ? strong : draw < 70 ? first : first | second;
}

static void
pick_liars (CitizSim *sim)
{
  for (guint i = 0; i < sim->n_liars; i++)
    {
      guint place = below (sim, sim->n);

      while (sim->nodes[place].lies != 0)
        place = (place + 1) % sim->n;
      sim->nodes[place].lies = pick_lies (sim);
      sim->nodes[place].faulty = TRUE;
    }
}

/* The journal of the first epoch, whose key the chain's name is made of. */
static void
found (CitizSim *sim, CitizSimNode *node)
{
  const CitizSimEpoch *epoch = &sim->epochs[0];

  citiz_sim_disk_format (sim, node->disk, 0, &epoch->validators.v[epoch->place[node->body]].key);
  node->disk->named = TRUE;
  node->made[0] = 1;
}

/* A second instance with the same keys. */
static void
make_twins (CitizSim *sim)
{
  sim->n_instances = sim->n;
  for (guint i = 0; i < sim->n; i++)
    if ((sim->nodes[i].lies & CITIZ_SIM_LIE_TWIN) != 0 && sim->n_instances < CITIZ_SIM_INSTANCES)
      {
        CitizSimNode *twin = &sim->nodes[sim->n_instances];

        citiz_sim_node_init (sim, twin, sim->n_instances++, (guint16) i);
        twin->lies = CITIZ_SIM_LIE_TWIN;
        twin->faulty = TRUE;
        citiz_sim_met (sim, CITIZ_SIM_MET_TWIN);
        if (sim->epochs[0].place[i] != CITIZ_CSX_NOBODY)
          found (sim, twin);
      }
}

/* Who is a member of the next epoch: one comes, one goes, or both; never so few that those who may fail are too many. */
static guint32
next_members (CitizSim *sim, guint32 members)
{
  const guint kind = below (sim, 4); /* a newcomer alone, a leaver alone, or both */
  const guint n = (guint) __builtin_popcount (members);
  guint place = below (sim, sim->n);
  guint liars = 0;

  while ((members >> place & 1) == 0)
    place = (place + 1) % sim->n;
  for (guint i = 0; i < sim->n; i++)
    liars += (members >> i & 1) != 0 && sim->nodes[i].lies != 0;
  if (kind != 1 && sim->n < CITIZ_SIM_MAX_NODES)
    {
      citiz_sim_node_init (sim, &sim->nodes[sim->n], sim->n, (guint16) sim->n);
      citiz_sim_met (sim, CITIZ_SIM_MET_JOINED);
      members |= 1u << sim->n++;
    }
  if (kind == 0 || (n == 1 && sim->options->ledger) /* somebody stays, by the real rules */
      || (kind == 1 && (n == 1 || (n - 2) / 3 < MAX (liars, sim->frail))))
    return members;
  citiz_sim_met (sim, CITIZ_SIM_MET_LEFT);
  return members & ~(1u << place);
}

/* The twins of liars come after all others. */
static void
pick_epochs (CitizSim *sim)
{
  guint32 members = (1u << sim->n) - 1;

  sim->n_epochs = sim->mode == CITIZ_SIM_EPOCH ? 2 + below (sim, CITIZ_SIM_MAX_EPOCHS - 1) : 1;
  citiz_sim_epoch_make (sim, 0, members);
  if (sim->options->ledger)
    citiz_sim_ledger_found (sim);
  sim->frail = sim->n_epochs > 1 && sim->n_liars < (sim->n - 1) / 3 ? 1 + sim->n_liars : 0;
  for (guint64 epoch = 1; epoch < sim->n_epochs; epoch++)
    {
      members = next_members (sim, members);
      citiz_sim_epoch_make (sim, epoch, members);
      if (sim->options->ledger)
        citiz_sim_change_order (sim, epoch);
    }
  if (sim->options->ledger)
    citiz_sim_change_make (sim);
  for (guint i = 0; i < sim->n; i++)
    if (sim->epochs[0].place[i] != CITIZ_CSX_NOBODY)
      found (sim, &sim->nodes[i]);
}

static guint
some_honest (CitizSim *sim)
{
  guint place = below (sim, sim->n);

  for (guint i = 0; i < sim->n && sim->nodes[place].lies != 0; i++)
    place = (place + 1) % sim->n;
  return place;
}

static void
add_fault (CitizSim *sim, CitizSimFaultKind kind)
{
  CitizSimFault *fault = &sim->faults[sim->n_faults];

  *fault = (CitizSimFault){.kind = kind,
                           .at = (gint64) below (sim, 29000) * CITIZ_SIM_MS,
                           .lasts = (gint64) below (sim, 6000) * CITIZ_SIM_MS,
                           .a = some_honest (sim),
                           .b = below (sim, 1u << sim->n),
                           .amount = (gint64) below (sim, 20000) - 10000};
  if (kind == CITIZ_SIM_SAVE)
    fault->at = fault->at / 3;
  if (kind == CITIZ_SIM_SET_BACK)
    {
      fault->at = 10 * G_USEC_PER_SEC + fault->at / 2;
      fault->a = sim->faults[sim->n_faults - 1].a;
    }
  if (sim->n_faults < CITIZ_SIM_MAX_FAULT - 1)
    sim->n_faults++;
}

/* Each may be silenced. */
static void
push_faults (CitizSim *sim)
{
  for (guint i = 0; i < sim->n_faults; i++)
    if (citiz_sim_chance (sim, CITIZ_SIM_FAULT, 1000))
      citiz_sim_push (sim, sim->faults[i].at, CITIZ_SIM_EVENT_FAULT, i, 0, NULL);
}

/* A journal is lost, or goes back in time, only while a quorum of others stays whole. */
static gboolean
affordable (const CitizSim *sim, CitizSimFaultKind kind)
{
  guint f = sim->n;

  for (guint i = 0; i < sim->n_epochs; i++)
    f = MIN (f, sim->n_epochs > 1 ? (sim->epochs[i].n - 1) / 3
                                  : sim->epochs[i].n - sim->epochs[i].quorum);
  return (kind != CITIZ_SIM_ROT_BOTH && kind != CITIZ_SIM_SAVE && kind != CITIZ_SIM_SET_BACK)
         || sim->n_liars < f;
}

static void
pick_faults (CitizSim *sim)
{
  for (guint kind = 0; kind < CITIZ_SIM_N_FAULTS; kind++)
    {
      const guint most = sim->strict && kind == CITIZ_SIM_CRASH ? 0 : often[sim->mode][kind];
      const guint n = most == 0 ? 0
                      : (sim->mode == CITIZ_SIM_BACKUP && kind != CITIZ_SIM_CRASH)
                              || (sim->mode == CITIZ_SIM_EPOCH
                                  && (kind == CITIZ_SIM_SAVE || kind == CITIZ_SIM_SET_BACK))
                          ? 1
                          : below (sim, most + 1);

      for (guint i = 0; i < n && affordable (sim, (CitizSimFaultKind) kind); i++)
        add_fault (sim, (CitizSimFaultKind) kind);
    }
}

/* Another node is away meanwhile, so that the slot stays open in which the one that is set back has voted. */
static void
keep_open (CitizSim *sim)
{
  const CitizSimFault *back = NULL;
  const gint64 before = (gint64) below (sim, 2500) * CITIZ_SIM_MS;

  for (guint i = 0; i < sim->n_faults; i++)
    if (sim->faults[i].kind == CITIZ_SIM_SET_BACK)
      back = &sim->faults[i];
  if (back == NULL)
    return;
  add_fault (sim, CITIZ_SIM_CRASH);
  sim->faults[sim->n_faults - 1].a = (back->a + 1) % sim->n;
  sim->faults[sim->n_faults - 1].lasts = 15 * G_USEC_PER_SEC;
  sim->faults[sim->n_faults - 1].at = back->at - before;
}

static void
pick_clocks (CitizSim *sim)
{
  for (guint i = 0; i < sim->n; i++)
    {
      const gint64 most = sim->mode == CITIZ_SIM_CLOCK ? 5000 : 500;

      sim->nodes[i].skew = ((gint64) below (sim, (guint) (2 * most)) - most) * CITIZ_SIM_MS / 2;
      if (ABS (sim->nodes[i].skew) > G_USEC_PER_SEC)
        citiz_sim_met (sim, CITIZ_SIM_MET_SKEW);
      sim->nodes[i].drift = sim->mode == CITIZ_SIM_CLOCK ? (gint64) below (sim, 2000) - 1000 : 0;
    }
}

/* In some worlds two crowds come to the open lane at once. */
static void
pick_lane (CitizSim *sim)
{
  const gint64 at = (gint64) citiz_sim_below (sim, CITIZ_SIM_CLIENT, 32000) * CITIZ_SIM_MS;

  sim->crowded = citiz_sim_chance (sim, CITIZ_SIM_CLIENT, 125);
  for (guint i = CITIZ_SIM_LANE; i < CITIZ_SIM_CHANGE && sim->crowded; i += 4)
    citiz_sim_push (sim, at, CITIZ_SIM_EVENT_CLIENT, i, 0, NULL);
}

static void
pick_clients (CitizSim *sim)
{
  sim->n_txs = sim->mode == CITIZ_SIM_IDLE ? 8 : 24;
  for (guint i = 0; i < sim->n_txs; i++)
    {
      sim->tx_at[i] = (gint64) citiz_sim_below (sim, CITIZ_SIM_CLIENT, 32000) * CITIZ_SIM_MS;
      citiz_sim_push (sim, sim->tx_at[i], CITIZ_SIM_EVENT_CLIENT, i, 0, NULL);
    }
  for (guint i = CITIZ_SIM_CROWD; i < CITIZ_SIM_LANE && citiz_sim_asks_for_sponsors (sim); i += 4)
    citiz_sim_push (sim, (gint64) citiz_sim_below (sim, CITIZ_SIM_CLIENT, 32000) * CITIZ_SIM_MS,
                    CITIZ_SIM_EVENT_CLIENT, i, 0, NULL);
  if (citiz_sim_asks_for_sponsors (sim))
    pick_lane (sim);
  for (guint i = 0; i + 1 < sim->n_epochs; i++, sim->n_txs++)
    citiz_sim_push (
        sim, (gint64) citiz_sim_below (sim, CITIZ_SIM_CLIENT, 14000 * (i + 1)) * CITIZ_SIM_MS,
        CITIZ_SIM_EVENT_CLIENT, CITIZ_SIM_CHANGE + i, 0, NULL);
}

void
citiz_sim_plan_make (CitizSim *sim)
{
  pick_mode (sim);
  pick_size (sim);
  pick_weather (sim);
  pick_timing (sim);
  for (guint16 i = 0; i < sim->n; i++)
    citiz_sim_node_init (sim, &sim->nodes[i], i, i);
  pick_liars (sim);
  pick_epochs (sim);
  make_twins (sim);
  if (sim->mode == CITIZ_SIM_LATE && sim->n > citiz_quorum (sim->n))
    sim->latecomer = &sim->nodes[some_honest (sim)];
  pick_faults (sim);
  if (sim->strict)
    keep_open (sim);
  push_faults (sim);
  pick_clocks (sim);
  pick_clients (sim);
  citiz_sim_sleep_plan (sim);
  citiz_sim_quota_plan (sim);
}

/* What happens **************************************************************/

static void
crash (CitizSim *sim, guint place, gint64 lasts)
{
  for (guint i = 0; i < sim->n_instances; i++)
    if (sim->nodes[i].body == place && sim->nodes[i].csx != NULL)
      {
        citiz_sim_tell (sim, "%u: crashes", i);
        citiz_sim_node_crash (&sim->nodes[i]);
        citiz_sim_push (sim, sim->now + lasts, CITIZ_SIM_EVENT_RESTART, i, 0, NULL);
      }
}

/* @b: one side. Its lowest bit tells whether both ways are cut. */
static void
cut (CitizSim *sim, const CitizSimFault *fault)
{
  for (guint i = 0; i < sim->n; i++)
    if ((fault->b >> i & 1) != 0)
      sim->cut[i] = ~fault->b;
    else
      sim->cut[i] = fault->amount > 0 ? fault->b : 0;
}

static void
set_back (CitizSim *sim, guint place, gint64 lasts)
{
  CitizSimNode *node = &sim->nodes[place];

  if (!node->saved)
    return;
  citiz_sim_met (sim, CITIZ_SIM_MET_SET_BACK);
  citiz_sim_node_crash (node);
  for (guint i = 0; i < 2; i++)
    citiz_sim_disk_set_back (node->journals[i]);
  citiz_sim_node_truncate (node, node->saved_height);
  node->was_set_back = TRUE;
  node->faulty = !sim->strict;
  citiz_sim_push (sim, sim->now + 500 * CITIZ_SIM_MS + lasts / 4, CITIZ_SIM_EVENT_RESTART, place, 0,
                  NULL);
}

static void
swizzle (CitizSim *sim, const CitizSimFault *fault)
{
  for (guint i = 0; i < sim->n; i++)
    for (guint j = 0; j < sim->n; j++)
      if ((fault->b >> i & 1) != 0)
        sim->clogged[i][j] = sim->clogged[j][i]
            = sim->now + fault->lasts * (gint64) (1 + (i * 7 + 3) % sim->n) / sim->n;
}

void
citiz_sim_fault_begin (CitizSim *sim, guint number)
{
  const CitizSimFault *fault = &sim->faults[number];
  CitizSimNode *node = &sim->nodes[fault->a];

  citiz_sim_tell (sim, "fault %u: kind %d, node %u", number, fault->kind, fault->a);
  switch (fault->kind)
    {
    case CITIZ_SIM_CRASH:
      crash (sim, fault->a, fault->lasts * 2 / 3);
      break;
    case CITIZ_SIM_POWER_CUT:
      citiz_sim_met (sim, CITIZ_SIM_MET_POWER_CUT);
      for (guint i = 0; i < sim->n; i++)
        crash (sim, i, fault->lasts / 2 + i * 10 * CITIZ_SIM_MS);
      break;
    case CITIZ_SIM_CUT:
      cut (sim, fault);
      citiz_sim_push (sim, sim->now + fault->lasts, CITIZ_SIM_EVENT_FAULT_END, number, 0, NULL);
      break;
    case CITIZ_SIM_CLOG:
      sim->clogged[fault->a][fault->b % sim->n] = sim->now + fault->lasts;
      break;
    case CITIZ_SIM_SWIZZLE:
      swizzle (sim, fault);
      break;
    case CITIZ_SIM_EIO:
      node->disk->fails = node->csx != NULL;
      break;
    case CITIZ_SIM_FULL:
      node->full_until = sim->now + fault->lasts;
      break;
    case CITIZ_SIM_ROT:
    case CITIZ_SIM_ROT_BOTH: /* of the last write nobody can tell damage from a write that did not end */
      if (fault->kind == CITIZ_SIM_ROT_BOTH)
        node->was_set_back = node->faulty = TRUE;
      citiz_sim_met (sim, CITIZ_SIM_MET_ROT);
      citiz_sim_disk_rot (sim, node->disk, fault->kind == CITIZ_SIM_ROT_BOTH);
      break;
    case CITIZ_SIM_SAVE:
      for (guint i = 0; i < 2; i++)
        citiz_sim_disk_save (node->journals[i]);
      node->saved = TRUE;
      node->saved_height = node->chain->len;
      break;
    case CITIZ_SIM_SET_BACK:
      if (sim->strict)
        node->doomed = number + 1; /* when it has proposed, and not yet heard what became of it */
      else
        set_back (sim, fault->a, fault->lasts);
      break;
    case CITIZ_SIM_JUMP:
      citiz_sim_met (sim, CITIZ_SIM_MET_JUMP);
      node->skew += fault->amount * CITIZ_SIM_MS;
      break;
    case CITIZ_SIM_SLOW:
      citiz_sim_met (sim, CITIZ_SIM_MET_SLOW);
      node->slow_until = sim->now + fault->lasts;
      break;
    case CITIZ_SIM_N_FAULTS:
      break;
    }
}

/* A cut breaks connections; they are made again after it. */
void
citiz_sim_fault_end (CitizSim *sim, guint number)
{
  const CitizSimFault *fault = &sim->faults[number];

  if (fault->kind == CITIZ_SIM_SET_BACK)
    {
      if (!sim->healed)
        set_back (sim, fault->a, fault->lasts);
      return;
    }
  for (guint i = 0; i < sim->n; i++)
    sim->cut[i] = 0;
  for (guint i = 0; i < sim->n_instances; i++)
    citiz_sim_node_connect (&sim->nodes[i]);
}
