/* The world: made from a seed, run until it rests. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include <string.h>

#define LOOK_EVERY (G_USEC_PER_SEC / 2)

const gchar *
citiz_sim_mode_name (CitizSimMode mode)
{
  static const gchar *names[CITIZ_SIM_N_MODES]
      = {"mixed", "storm", "idle", "power", "clock", "backup", "forks", "epoch", "late"};

  return names[mode];
}

const gchar *
citiz_sim_stream_name (CitizSimStreamKind stream)
{
  static const gchar *names[CITIZ_SIM_N_STREAMS]
      = {"plan", "fault", "net", "disk", "work", "client", "liar", "sleep"};

  return names[stream];
}

const gchar *
citiz_sim_met_name (CitizSimMet met)
{
  static const gchar *names[CITIZ_SIM_N_MET] = {
      "lost",           "doubled",    "overtaken", "cut",           "clogged",      "crashes",
      "power-cuts",     "torn",       "unsynced",  "lost-names",    "sync-errors",  "full",
      "slow",           "bit-rot",    "damaged",   "set-back",      "skewed",       "jumped",
      "stopped",        "suspended",  "withheld",  "equivocated",   "false-roots",  "false-times",
      "false-votes",    "silent",     "replayed",  "garbage",       "false-ranges", "twins",
      "false-closings", "old-epochs", "closings",  "continuations", "joined",       "left",
      "keys-ended",     "keyless",    "trusted",   "late",          "caught-up",    "shares",
      "false-shares",   "over-quota", "next-day",  "full-lane",     "false-quotas", "snapshots"};

  return names[met];
}

/* Made, unmade *************************************************************/

static void
free_packet (gpointer data)
{
  g_free (((CitizSimPacket *) data)->votes);
  g_free (data);
}

static void
make_origin (CitizSim *sim)
{
  CitizSimBlock origin = {.parent = G_MAXUINT, .valid = TRUE};
  const guint number = 0;

  memset (sim->chain_id.b, 0xc1, sizeof sim->chain_id.b);
  origin.hash = sim->chain_id;
  origin.header.time.ms = CITIZ_SIM_WALL - 10 * CITIZ_SECOND;
  g_array_append_val (sim->blocks, origin);
  g_hash_table_insert (sim->by_hash, g_memdup2 (&origin.hash, sizeof origin.hash),
                       GUINT_TO_POINTER (number));
  g_array_append_val (sim->canon, number);
}

static CitizSim *
sim_new (const CitizSimOptions *options, CitizSimResult *result)
{
  CitizSim *sim = g_new0 (CitizSim, 1);

  memset (result, 0, sizeof *result);
  sim->options = options;
  sim->result = result;
  sim->heap = g_array_new (FALSE, FALSE, sizeof (CitizSimHeapEvent));
  sim->blocks = g_array_new (FALSE, FALSE, sizeof (CitizSimBlock));
  sim->by_hash
      = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, g_free, NULL);
  sim->spare_packets = g_ptr_array_new_with_free_func (free_packet);
  sim->spare_certs = g_ptr_array_new_with_free_func (g_free);
  sim->spare_errands = g_ptr_array_new_with_free_func (g_free);
  sim->heard = g_ptr_array_new ();
  sim->canon = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint epoch = 0; epoch < CITIZ_SIM_MAX_EPOCHS; epoch++)
    {
      sim->truths[epoch] = g_array_new (FALSE, TRUE, sizeof (CitizSimTruth));
      for (guint i = 0; i < CITIZ_SIM_MAX_NODES; i++)
        sim->said[i][epoch] = g_array_new (FALSE, TRUE, sizeof (CitizSimSaid));
    }
  citiz_sim_streams_init (sim);
  make_origin (sim);
  citiz_sim_plan_make (sim);
  return sim;
}

static void
sim_free (CitizSim *sim)
{
  CitizSimHeapEvent event;

  while (citiz_sim_pop (sim, &event))
    if (event.kind == CITIZ_SIM_EVENT_PACKET)
      citiz_sim_packet_unref (sim, event.data);
    else if (event.kind == CITIZ_SIM_EVENT_DONE)
      citiz_sim_errand_free (sim, event.data);
  for (guint i = 0; i < sim->heard->len; i++)
    citiz_sim_packet_unref (sim, sim->heard->pdata[i]);
  for (guint i = 0; i < sim->n_instances; i++)
    citiz_sim_node_clear (&sim->nodes[i]);
  for (guint i = 0; i < sim->blocks->len; i++)
    citiz_sim_ledger_clear (citiz_sim_block (sim, i));
  citiz_sim_change_clear (sim);
  g_array_unref (sim->heap);
  g_array_unref (sim->blocks);
  g_hash_table_unref (sim->by_hash);
  g_ptr_array_unref (sim->spare_packets);
  g_ptr_array_unref (sim->spare_certs);
  g_ptr_array_unref (sim->spare_errands);
  g_ptr_array_unref (sim->heard);
  g_array_unref (sim->canon);
  for (guint epoch = 0; epoch < CITIZ_SIM_MAX_EPOCHS; epoch++)
    {
      g_array_unref (sim->truths[epoch]);
      for (guint i = 0; i < CITIZ_SIM_MAX_NODES; i++)
        g_array_unref (sim->said[i][epoch]);
    }
  g_free (sim);
}

/* What happens **************************************************************/

/* A client asks some node, sometimes two, and again until it is told that the transaction is final. */
static void
client (CitizSim *sim, guint tx)
{
  const guint64 bit = G_GUINT64_CONSTANT (1) << tx;
  const guint copies = 1 + citiz_sim_chance (sim, CITIZ_SIM_CLIENT, 300);
  const gboolean early
      = tx >= CITIZ_SIM_CHANGE && !citiz_sim_epoch_is_ready (sim, tx - CITIZ_SIM_CHANGE + 1);

  if ((sim->acked & bit) != 0)
    return;
  if (sim->options->ledger && tx % 4 == 2 && (sim->asked & bit) == 0)
    citiz_sim_push (sim, sim->now, CITIZ_SIM_EVENT_ASK, tx / 4, 0, NULL);
  if (!early)
    sim->asked |= bit;
  for (guint i = 0; i < copies; i++)
    {
      CitizSimNode *node = &sim->nodes[citiz_sim_below (sim, CITIZ_SIM_CLIENT, sim->n)];

      if (node->csx != NULL && !citiz_sim_node_sleeps (node) && !early)
        citiz_sim_node_submit (node, bit);
    }
  citiz_sim_push (sim, sim->now + 2 * G_USEC_PER_SEC, CITIZ_SIM_EVENT_CLIENT, tx, 0, NULL);
}

static void
heal (CitizSim *sim)
{
  citiz_sim_tell (sim, "everything is healed");
  sim->behind = sim->canon->len - 1;
  sim->healed = TRUE;
  sim->loss
      = sim->mode == CITIZ_SIM_IDLE ? 0 : 10; /* who misses something waits for the heartbeat */
  sim->dup = 0;
  sim->bandwidth = 0;
  memset (sim->cut, 0, sizeof sim->cut);
  memset (sim->clogged, 0, sizeof sim->clogged);
  for (guint i = 0; i < sim->n_instances; i++)
    {
      CitizSimNode *node = &sim->nodes[i];

      node->skew = CLAMP (node->skew, -200 * CITIZ_SIM_MS, 200 * CITIZ_SIM_MS);
      node->full_until = node->slow_until = 0;
      node->disk->fails = FALSE;
      citiz_sim_node_start (node);
      citiz_sim_node_connect (node);
    }
  citiz_sim_push (sim, sim->now + LOOK_EVERY, CITIZ_SIM_EVENT_LOOK, 0, 0, NULL);
}

static void
act (CitizSim *sim, const CitizSimHeapEvent *event)
{
  CitizSimNode *node = &sim->nodes[MIN (event->to, CITIZ_SIM_INSTANCES - 1)];
  const gboolean alive = node->csx != NULL && event->life == node->life;

  if (citiz_sim_sleep_keeps (sim, event))
    return;
  switch ((CitizSimEventKind) event->kind)
    {
    case CITIZ_SIM_EVENT_PACKET:
      if (node->csx != NULL)
        citiz_sim_node_hear (node, event->data);
      citiz_sim_packet_unref (sim, event->data);
      break;
    case CITIZ_SIM_EVENT_TIMER:
      if (alive)
        citiz_sim_node_timer (node);
      break;
    case CITIZ_SIM_EVENT_SYNCED:
      if (alive)
        citiz_sim_node_synced (node);
      break;
    case CITIZ_SIM_EVENT_DONE:
      if (alive)
        citiz_sim_node_done (node, event->data);
      else
        citiz_sim_errand_free (sim, event->data);
      break;
    case CITIZ_SIM_EVENT_RESTART:
      citiz_sim_node_start (node);
      break;
    case CITIZ_SIM_EVENT_FAULT:
      if (!sim->healed)
        citiz_sim_fault_begin (sim, event->to);
      break;
    case CITIZ_SIM_EVENT_FAULT_END:
      citiz_sim_fault_end (sim, event->to);
      break;
    case CITIZ_SIM_EVENT_SLEEP:
      citiz_sim_sleep_begin (sim, event->to);
      break;
    case CITIZ_SIM_EVENT_WAKE:
      if (alive)
        citiz_sim_node_wake (node);
      break;
    case CITIZ_SIM_EVENT_CLIENT:
      client (sim, event->to);
      break;
    case CITIZ_SIM_EVENT_NAMED:
      if (alive)
        citiz_sim_node_named (node, GPOINTER_TO_UINT (event->data));
      break;
    case CITIZ_SIM_EVENT_FOLLOW:
      citiz_sim_node_follow (node);
      break;
    case CITIZ_SIM_EVENT_ASK:
      citiz_sim_ask_shares (sim, event->to);
      break;
    case CITIZ_SIM_EVENT_LIAR:
      citiz_sim_liar_act (node);
      citiz_sim_push (sim,
                      sim->now + 50 * CITIZ_SIM_MS
                          + citiz_sim_below (sim, CITIZ_SIM_LIAR, 100) * CITIZ_SIM_MS,
                      CITIZ_SIM_EVENT_LIAR, event->to, 0, NULL);
      break;
    case CITIZ_SIM_EVENT_HEAL:
      heal (sim);
      break;
    case CITIZ_SIM_EVENT_LOOK:
      citiz_sim_law_look (sim);
      citiz_sim_push (sim, sim->now + LOOK_EVERY, CITIZ_SIM_EVENT_LOOK, 0, 0, NULL);
      break;
    }
}

static void
tell_epoch (CitizSim *sim, guint number)
{
  const CitizSimEpoch *epoch = &sim->epochs[number];
  guint32 members = 0;

  for (guint i = 0; i < epoch->n; i++)
    members |= 1u << epoch->body[i];
  citiz_sim_tell (sim, "epoch %u: %u of %u machines, %x", number, epoch->n, sim->n, members);
}

static void
begin (CitizSim *sim)
{
  for (guint i = 0; i < sim->n_instances; i++)
    {
      const guint most = sim->epochs[0].place[sim->nodes[i].body] != CITIZ_CSX_NOBODY ? 1000 : 8000;

      const gint64 at = (gint64) citiz_sim_below (sim, CITIZ_SIM_PLAN, most) * CITIZ_SIM_MS;

      if (&sim->nodes[i] != sim->latecomer) /* who is made to come by heal() */
        citiz_sim_push (sim, at, CITIZ_SIM_EVENT_RESTART, i, 0, NULL);
      if (sim->n_epochs > 1)
        citiz_sim_push (sim, G_USEC_PER_SEC, CITIZ_SIM_EVENT_FOLLOW, i, 0, NULL);
      if (sim->nodes[i].lies != 0)
        citiz_sim_push (sim, G_USEC_PER_SEC, CITIZ_SIM_EVENT_LIAR, i, 0, NULL);
    }
  citiz_sim_push (sim, sim->healed_at, CITIZ_SIM_EVENT_HEAL, 0, 0, NULL);
  citiz_sim_tell (sim,
                  "seed %" G_GUINT64_FORMAT ", %s: %u nodes, %u liars, loss %u/1000, delay %d ms, "
                  "sync %d us",
                  sim->options->seed, citiz_sim_mode_name (sim->mode), sim->n, sim->n_liars,
                  sim->loss, (gint) (sim->delay_mean / CITIZ_SIM_MS), (gint) sim->sync_mean);
  for (guint i = 0; i < sim->n_instances; i++)
    if (sim->nodes[i].lies != 0)
      citiz_sim_tell (sim, "instance %u of machine %u lies: %x", i, sim->nodes[i].body,
                      sim->nodes[i].lies);
  for (guint i = 0; i < sim->n_epochs && sim->n_epochs > 1; i++)
    tell_epoch (sim, i);
}

gboolean
citiz_sim_run (const CitizSimOptions *options, CitizSimResult *out)
{
  CitizSim *sim = sim_new (options, out);
  const gint64 until = options->until > 0 ? options->until * CITIZ_SIM_MS : G_MAXINT64;
  CitizSimHeapEvent event;

  begin (sim);
  while (!sim->ended && out->broken[0] == '\0' && citiz_sim_pop (sim, &event))
    {
      sim->now = event.at;
      out->events++;
      act (sim, &event);
      if (sim->now >= until)
        break;
    }
  citiz_sim_law_end (sim);
  out->nodes = sim->n;
  out->liars = sim->n_liars;
  out->mode = sim->mode;
  out->ms = sim->now / CITIZ_SIM_MS;
  out->heights = sim->canon->len - 1;
  out->met[CITIZ_SIM_MET_CRASH] = out->crashes;
  out->epochs = (guint) out->met[CITIZ_SIM_MET_CLOSING];
  for (guint i = 0; i < CITIZ_SIM_N_STREAMS; i++)
    out->draws[i] = (gint64) sim->streams[i].drawn;
  sim_free (sim);
  return out->broken[0] == '\0';
}
