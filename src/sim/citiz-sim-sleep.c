/* Nodes that stand still for a while, one or all at once: stopped, or suspended with their computer. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#define ALL G_MAXUINT

/* How often in each mode, of 1000 worlds: all at once, and each of the three that may come to one node. */
static const struct
{
  guint16 all;
  guint16 one;
} often[CITIZ_SIM_N_MODES] = {
    [CITIZ_SIM_STORM] = {80, 60},  [CITIZ_SIM_IDLE] = {200, 60}, [CITIZ_SIM_POWER] = {60, 30},
    [CITIZ_SIM_CLOCK] = {200, 60}, [CITIZ_SIM_EPOCH] = {80, 60},
};

/* The plan ******************************************************************/

static void
add (CitizSim *sim, guint place, guint permille, guint longest)
{
  const gboolean happens = citiz_sim_chance (sim, CITIZ_SIM_SLEEP, permille);
  CitizSimSleep *sleep = &sim->sleeps[sim->n_sleeps];

  *sleep = (CitizSimSleep){
      .place = place == ALL ? ALL : citiz_sim_below (sim, CITIZ_SIM_SLEEP, sim->n),
      .at = (gint64) citiz_sim_below (sim, CITIZ_SIM_SLEEP, 24000) * CITIZ_SIM_MS,
      .lasts = (gint64) (100 + citiz_sim_below (sim, CITIZ_SIM_SLEEP, longest)) * CITIZ_SIM_MS,
      .suspended = citiz_sim_below (sim, CITIZ_SIM_SLEEP, 2) == 1};
  if (!happens)
    return;
  citiz_sim_push (sim, sleep->at, CITIZ_SIM_EVENT_SLEEP, sim->n_sleeps, 0, NULL);
  sim->n_sleeps++;
}

/* Its own stream of chance: worlds without sleepers are those that they were. */
void
citiz_sim_sleep_plan (CitizSim *sim)
{
  add (sim, ALL, often[sim->mode].all, 20000);
  for (guint i = 1; i < CITIZ_SIM_MAX_SLEEP; i++)
    add (sim, 0, often[sim->mode].one, 14000);
}

/* What happens **************************************************************/

gboolean
citiz_sim_node_sleeps (const CitizSimNode *node)
{
  return node->sim->now < node->asleep_until;
}

static void
fall_asleep (CitizSimNode *node, const CitizSimSleep *sleep, gint64 until)
{
  CitizSim *sim = node->sim;

  if (node->csx == NULL || citiz_sim_node_sleeps (node))
    return;
  citiz_sim_tell (sim, "%u: %s", node->number, sleep->suspended ? "is suspended" : "is stopped");
  citiz_sim_met (sim, sleep->suspended ? CITIZ_SIM_MET_SUSPENDED : CITIZ_SIM_MET_STOPPED);
  node->asleep_until = until;
  node->suspended = sleep->suspended;
  node->missed = 0;
  if (sleep->suspended) /* its steady clock stands still */
    node->slept += until - sim->now;
  citiz_sim_push (sim, until, CITIZ_SIM_EVENT_WAKE, node->number, node->life, NULL);
}

/* Healed is healed: nobody sleeps longer. */
void
citiz_sim_sleep_begin (CitizSim *sim, guint number)
{
  const CitizSimSleep *sleep = &sim->sleeps[number];

  for (guint i = 0; i < sim->n_instances; i++)
    if (sleep->place == ALL || sim->nodes[i].body == sleep->place)
      fall_asleep (&sim->nodes[i], sleep,
                   MIN (sim->now + sleep->lasts + i * 3 * CITIZ_SIM_MS, sim->healed_at));
}

/* Connections of a stopped program are as they were, but for those whose other end began anew; those of a suspended computer are made again. */
void
citiz_sim_node_wake (CitizSimNode *node)
{
  CitizSim *sim = node->sim;

  citiz_sim_tell (sim, "%u: goes on", node->number);
  for (guint i = 0; i < sim->n_instances; i++)
    if (node->suspended || (node->missed >> sim->nodes[i].body & 1) != 0)
      {
        citiz_sim_node_meet (node, &sim->nodes[i]);
        citiz_sim_node_meet (&sim->nodes[i], node);
      }
}

/* What comes to a sleeper waits in its kernel, in order; what comes to a suspended computer over the network is lost.
 * Returns: whether @event is dealt with */
gboolean
citiz_sim_sleep_keeps (CitizSim *sim, const CitizSimHeapEvent *event)
{
  static const guint waits = 1u << CITIZ_SIM_EVENT_PACKET | 1u << CITIZ_SIM_EVENT_TIMER
                             | 1u << CITIZ_SIM_EVENT_SYNCED | 1u << CITIZ_SIM_EVENT_DONE
                             | 1u << CITIZ_SIM_EVENT_NAMED | 1u << CITIZ_SIM_EVENT_FOLLOW
                             | 1u << CITIZ_SIM_EVENT_LIAR;
  const CitizSimNode *node;

  if ((waits >> event->kind & 1) == 0)
    return FALSE;
  node = &sim->nodes[event->to];
  if (!citiz_sim_node_sleeps (node))
    return FALSE;
  if (node->suspended && event->kind == CITIZ_SIM_EVENT_PACKET)
    citiz_sim_packet_unref (sim, event->data);
  else
    citiz_sim_push (sim, node->asleep_until, (CitizSimEventKind) event->kind, event->to,
                    event->life, event->data);
  return TRUE;
}
