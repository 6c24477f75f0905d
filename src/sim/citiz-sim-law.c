/* What must hold: watched by somebody who sees everything, after every event and in the end. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include <string.h>

#define SLOT          G_GUINT64_FORMAT
#define EGRESS_WINDOW (10 * G_USEC_PER_SEC)
#define EGRESS_BESIDES                                                                             \
  (48 * 1024)          /* what is said again beside a standstill: SKIPs, answers to old votes */
#define CHECK_EVERY 16 /* steps between two looks at the whole machine */

void
citiz_sim_tell (CitizSim *sim, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *line = NULL;
  va_list args;

  if (!citiz_sim_tells (sim))
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = g_strdup_printf ("%9.3f  %s", (gdouble) sim->now / G_USEC_PER_SEC, text);
  sim->options->tell (line, sim->options->tell_data);
}

/* The first is what counts. */
void
citiz_sim_broken (CitizSim *sim, const gchar *which, const gchar *format, ...)
{
  va_list args;

  if (sim->result->broken[0] != '\0')
    return;
  g_strlcpy (sim->result->broken, which, sizeof sim->result->broken);
  va_start (args, format);
  g_vsnprintf (sim->result->why, sizeof sim->result->why, format, args);
  va_end (args);
  citiz_sim_tell (sim, "BROKEN %s: %s", which, sim->result->why);
}

/* I2 ************************************************************************/

static CitizSimTruth *
truth_of (CitizSim *sim, guint64 epoch, guint64 slot)
{
  GArray *truths = sim->truths[epoch];

  if (slot >= truths->len)
    g_array_set_size (truths, (guint) slot + 64);
  return &g_array_index (truths, CitizSimTruth, slot);
}

/* A certificate that an honest node holds: of one slot never SKIP and FINAL, and one block only. */
void
citiz_sim_law_cert (CitizSimNode *node, const CitizCert *cert)
{
  CitizSim *sim = node->sim;
  CitizSimTruth *truth;

  if (node->lies != 0 || cert->slot > 1000000)
    return;
  if (!citiz_sim_is_certified (sim, cert))
    citiz_sim_broken (sim, "I10",
                      "%u keeps a certificate of slot %" SLOT " that nobody would accept",
                      node->number, cert->slot);
  if (sim->mode == CITIZ_SIM_FORKS || cert->epoch >= sim->n_epochs)
    return;
  truth = truth_of (sim, cert->epoch, cert->slot);
  if (cert->kind == CITIZ_VOTE_SKIP)
    truth->skip = TRUE;
  else if (cert->kind == CITIZ_VOTE_NOTAR)
    {
      if (truth->notar && !citiz_hash_equal (&truth->notar_hash, &cert->hash))
        citiz_sim_broken (sim, "I2", "two blocks of slot %" SLOT " are notarized", cert->slot);
      truth->notar = TRUE;
      truth->notar_hash = cert->hash;
    }
  else
    {
      if (truth->final && !citiz_hash_equal (&truth->final_hash, &cert->hash))
        citiz_sim_broken (sim, "I2", "two blocks of slot %" SLOT " are final", cert->slot);
      truth->final = TRUE;
      truth->final_hash = cert->hash;
    }
  if (truth->final && truth->skip)
    citiz_sim_broken (sim, "I2", "slot %" SLOT " is final and skipped", cert->slot);
  if (truth->final && truth->notar && !citiz_hash_equal (&truth->final_hash, &truth->notar_hash))
    citiz_sim_broken (sim, "I2", "slot %" SLOT " is final otherwise than notarized", cert->slot);
}

/* I6, I7, L4, L5 ************************************************************/

static gboolean
is_durable (const CitizSimDisk *disk, const CitizVote *vote)
{
  for (guint i = disk->n_synced; i > 0; i--)
    {
      const CitizVote *record = &g_array_index (disk->votes, CitizVote, i - 1);

      if (record->slot == vote->slot && record->kind == vote->kind && record->voter == vote->voter
          && citiz_hash_equal (&record->hash, &vote->hash))
        return TRUE;
    }
  return FALSE;
}

static CitizSimSaid *
said_of (const CitizSimNode *node, guint64 slot)
{
  GArray *said = node->sim->said[node->body][node->epoch];

  if (slot >= said->len)
    g_array_set_size (said, (guint) slot + 64);
  return &g_array_index (said, CitizSimSaid, slot);
}

static void
let_out (CitizSimNode *node, const CitizVote *vote)
{
  CitizSim *sim = node->sim;
  CitizSimSaid *said;

  if (vote->epoch != node->epoch || vote->voter != node->place)
    citiz_sim_broken (sim, "I14",
                      "%u speaks as validator %u of epoch %" SLOT ", in which it is none",
                      node->number, vote->voter, vote->epoch);
  if (!is_durable (node->disk, vote))
    citiz_sim_broken (sim, "I7", "%u sends what is not durable: kind %d of slot %" SLOT,
                      node->number, vote->kind, vote->slot);
  if (vote->kind == CITIZ_VOTE_NOTAR
      && !citiz_sim_node_has (node, citiz_sim_find_block (sim, &vote->hash)))
    citiz_sim_broken (sim, "I7", "%u votes for a block of slot %" SLOT " that it has not stored",
                      node->number, vote->slot);
  if (vote->slot > 1000000 || vote->epoch != node->epoch)
    return;
  if (vote->kind == CITIZ_VOTE_FINAL && sim->mode != CITIZ_SIM_FORKS
      && (!truth_of (sim, vote->epoch, vote->slot)->notar
          || !citiz_hash_equal (&truth_of (sim, vote->epoch, vote->slot)->notar_hash, &vote->hash)))
    citiz_sim_broken (sim, "R5", "%u says FINAL of slot %" SLOT " though nobody holds its NOTAR",
                      node->number, vote->slot);
  said = said_of (node, vote->slot);
  for (guint kind = CITIZ_VOTE_CAND; kind <= CITIZ_VOTE_FINAL; kind++)
    {
      const CitizVote before = {.kind = (CitizVoteKind) kind,
                                .epoch = vote->epoch,
                                .slot = vote->slot,
                                .hash = said->hash[kind],
                                .voter = vote->voter};

      if ((said->said & 1 << kind) != 0 && citiz_evidence_of (&before, vote) != CITIZ_EVIDENCE_NONE)
        citiz_sim_broken (sim, "I6", "%u contradicts itself in slot %" SLOT ": kinds %u and %d",
                          node->number, vote->slot, kind, vote->kind);
    }
  said->said |= (guint8) (1 << vote->kind);
  said->hash[vote->kind] = vote->hash;
}

static void
watch_egress (CitizSimNode *node, guint bytes)
{
  CitizSim *sim = node->sim;

  if (sim->now - node->egress_from > EGRESS_WINDOW)
    {
      node->egress_from = sim->now;
      node->egress = 0;
    }
  node->egress += bytes;
  if (node->egress > (guint64) sim->timing.egress * 11 + EGRESS_BESIDES * sim->n)
    citiz_sim_broken (sim, "L5", "%u repeats %" G_GUINT64_FORMAT " bytes in 10 s", node->number,
                      node->egress);
}

static void
tell_sent (CitizSimNode *node, const CitizSimPacket *packet)
{
  static const gchar *kinds[] = {"", "CAND", "NOTAR", "SKIP", "FINAL"};

  citiz_sim_tell (node->sim, "%u: %s %" SLOT " %02x%02x", node->number, kinds[packet->vote.kind],
                  packet->vote.slot, packet->vote.hash.b[0], packet->vote.hash.b[1]);
}

void
citiz_sim_law_sent (CitizSimNode *node, const CitizSimPacket *packet, gboolean resend, guint copies)
{
  CitizSim *sim = node->sim;
  const gboolean own
      = packet->csx == CITIZ_CSX_MESSAGE_VOTE || packet->csx == CITIZ_CSX_MESSAGE_CAND;

  if (own && !resend && citiz_sim_tells (sim))
    tell_sent (node, packet);
  if (node->lies != 0)
    return;
  if (own && !resend && !node->faulty)
    let_out (node, &packet->vote);
  if (resend)
    watch_egress (node, packet->bytes * copies);
  if (sim->quiet_from != 0 && sim->now >= sim->quiet_from
      && packet->csx != CITIZ_CSX_MESSAGE_STATUS)
    citiz_sim_broken (sim, "L4", "%u speaks though there is nothing to say: message %d",
                      node->number, packet->csx);
}

/* I7: after a crash the journal's bytes hold everything that was ever let out and still counts. */
void
citiz_sim_law_opened (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  const guint64 committed = citiz_sim_node_slot (node);

  if (node->lies != 0 || node->was_set_back)
    return;
  for (guint64 slot = committed + 1; slot < sim->said[node->body][node->epoch]->len; slot++)
    {
      const CitizSimSaid *said = said_of (node, slot);

      for (guint kind = CITIZ_VOTE_CAND; kind <= CITIZ_VOTE_FINAL; kind++)
        {
          const CitizVote vote = {.kind = (CitizVoteKind) kind,
                                  .slot = slot,
                                  .hash = said->hash[kind],
                                  .voter = node->place};

          if ((said->said & 1 << kind) != 0 && !is_durable (node->disk, &vote))
            citiz_sim_broken (sim, "I7", "%u has lost what it said of slot %" SLOT, node->number,
                              slot);
        }
    }
}

void
citiz_sim_law_evidence (CitizSimNode *node, const CitizEvidence *evidence)
{
  CitizSim *sim = node->sim;
  const guint blamed = sim->epochs[node->epoch].body[evidence->first.voter];

  if (node->lies == 0 && !sim->nodes[blamed].faulty)
    citiz_sim_broken (sim, "I6", "%u has evidence against %u, who is honest", node->number, blamed);
}

void
citiz_sim_law_alarm (CitizSimNode *node, CitizCsxAlarm alarm)
{
  static const gchar *names[]
      = {[CITIZ_CSX_ALARM_DOUBLE] = "DOUBLE",     [CITIZ_CSX_ALARM_CLOCK] = "CLOCK",
         [CITIZ_CSX_ALARM_STALLED] = "STALLED",   [CITIZ_CSX_ALARM_FORK] = "FORK",
         [CITIZ_CSX_ALARM_DIVERGED] = "DIVERGED", [CITIZ_CSX_ALARM_FULL] = "FULL"};
  CitizSim *sim = node->sim;

  citiz_sim_tell (sim, "%u: alarm %s", node->number, names[alarm]);
  if (node->lies != 0 || sim->mode == CITIZ_SIM_FORKS)
    return;
  if (alarm == CITIZ_CSX_ALARM_DOUBLE && !node->was_set_back)
    citiz_sim_broken (sim, "I6", "%u believes that somebody signs with its key", node->number);
  if (alarm == CITIZ_CSX_ALARM_DIVERGED)
    citiz_sim_broken (sim, "I3", "%u finds false what a quorum has taken", node->number);
  if (alarm == CITIZ_CSX_ALARM_FORK)
    citiz_sim_broken (sim, "I2", "%u sees a fork", node->number);
}

/* I1, I3, I4 ****************************************************************/

static gboolean
is_by_leader (const CitizSim *sim, const CitizSimBlock *block)
{
  const CitizSimEpoch *epoch = &sim->epochs[block->header.epoch];
  const guint16 leader = epoch->leaders[block->header.slot % epoch->n];

  return citiz_public_key_equal (&block->header.proposer, &epoch->validators.v[leader].node);
}

/* Where most clocks are about right, no block comes from the future. */
static gboolean
is_timely (const CitizSim *sim, const CitizSimBlock *block)
{
  return sim->mode == CITIZ_SIM_CLOCK || sim->mode == CITIZ_SIM_FORKS || sim->n < 4
         || block->header.time.ms < sim->wall + sim->now / CITIZ_SIM_MS + 3 * CITIZ_SECOND;
}

void
citiz_sim_law_commit (CitizSimNode *node, const CitizSimLink *link)
{
  CitizSim *sim = node->sim;
  const CitizSimBlock *block = citiz_sim_block (sim, link->block);
  const guint height = (guint) block->header.height;

  citiz_sim_tell (sim, "%u: commits height %u, slot %" SLOT " %02x%02x", node->number, height,
                  block->header.slot, block->hash.b[0], block->hash.b[1]);
  if (node->lies != 0 || sim->forked)
    return;
  if (height != node->chain->len)
    citiz_sim_broken (sim, "I1", "%u has height %u after %u blocks", node->number, height,
                      node->chain->len);
  if (height < sim->canon->len)
    {
      if (g_array_index (sim->canon, guint, height) != link->block)
        {
          sim->forked = TRUE;
          citiz_sim_tell (sim, "%u: a fork at height %u", node->number, height);
          if (sim->mode != CITIZ_SIM_FORKS)
            citiz_sim_broken (sim, "I1", "two blocks are final at height %u", height);
        }
      return;
    }
  if (height != sim->canon->len || block->parent != g_array_index (sim->canon, guint, height - 1))
    citiz_sim_broken (sim, "I1", "height %u does not follow from what is final", height);
  if (!citiz_sim_execute (sim, block) || !is_by_leader (sim, block) || !is_timely (sim, block))
    citiz_sim_broken (sim, "I3", "the final block at height %u is false", height);
  if ((block->txs & citiz_sim_block (sim, block->parent)->state) != 0)
    citiz_sim_broken (sim, "I4", "height %u takes a transaction again", height);
  citiz_sim_law_epoch (node, block);
  g_array_append_val (sim->canon, link->block);
  if (sim->options->ledger)
    citiz_sim_law_log (sim);
  sim->acked |= block->txs;
}

/* I15, and what the machine says of itself. */
void
citiz_sim_law_step (CitizSimNode *node)
{
  CitizCsxReport report;
  guint which;

  if (node->steps++ % CHECK_EVERY != 0 || node->lies != 0)
    return;
  citiz_csx_report (node->csx, citiz_sim_node_now (node), &report);
  if (report.slots > CITIZ_CSX_AHEAD + CITIZ_CSX_BEHIND)
    citiz_sim_broken (node->sim, "I15", "%u tracks %u slots", node->number, report.slots);
  citiz_sim_law_journals (node);
  which = citiz_csx_check (node->csx);
  if (which != 0)
    citiz_sim_broken (node->sim, "CSX", "%u: invariant %u of the machine", node->number, which);
}

/* I14 ***********************************************************************/

/* Of an epoch one block closes it, which names whom the state names; the next block is the first of the next. */
void
citiz_sim_law_epoch (CitizSimNode *node, const CitizSimBlock *block)
{
  CitizSim *sim = node->sim;
  const CitizSimBlock *parent = citiz_sim_block (sim, block->parent);
  const guint64 epoch = block->header.epoch;
  const gboolean first = parent->header.flags == CITIZ_BLOCK_CLOSING;
  CitizSimEpoch *of = &sim->epochs[epoch];

  if (epoch != parent->header.epoch + first || (first && block->header.parent_slot != 0))
    citiz_sim_broken (sim, "I14", "a block of epoch %" SLOT " follows one of epoch %" SLOT, epoch,
                      parent->header.epoch);
  if (block->header.flags == CITIZ_BLOCK_CONTINUATION || of->closing != 0)
    citiz_sim_broken (sim, "I14", "epoch %" SLOT " goes on after its end", epoch);
  if (block->header.flags != CITIZ_BLOCK_CLOSING)
    return;
  of->closing = citiz_sim_find_block (sim, &block->hash);
  citiz_sim_met (sim, CITIZ_SIM_MET_CLOSING);
  if (epoch + 1 >= sim->n_epochs || (block->state >> (CITIZ_SIM_CHANGE + epoch) & 1) == 0
      || !citiz_hash_equal (&block->header.next_vs_hash, &of[1].vs_hash))
    citiz_sim_broken (sim, "I14", "epoch %" SLOT " is closed for no reason", epoch);
}

/* What @node holds to show that the epoch ended is enough for who knows its validators only: the closing block, empty ones on it, and
 * a quorum's signatures under the last. */
void
citiz_sim_law_closing (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  const CitizSimLink *last = &g_array_index (node->chain, CitizSimLink, node->chain->len - 1);
  const CitizSimBlock *closing = citiz_sim_block (sim, last->block);
  CitizHash parent = closing->hash;

  if (node->lies != 0)
    return;
  for (guint i = 0; i < node->beside->len; i++)
    {
      const CitizSimLink *link = &g_array_index (node->beside, CitizSimLink, i);
      const CitizSimBlock *block = citiz_sim_block (sim, link->block);

      if (block->header.epoch != closing->header.epoch)
        continue;
      if (block->header.flags != CITIZ_BLOCK_CONTINUATION || block->txs != 0
          || !citiz_hash_equal (&block->header.parent, &parent)
          || !citiz_hash_equal (&block->header.state_root, &closing->header.state_root))
        citiz_sim_broken (sim, "I14", "%u shows the end of an epoch by what is no continuation",
                          node->number);
      parent = block->hash;
      last = link;
    }
  if (last->final == NULL || last->final->cert.kind != CITIZ_VOTE_FINAL
      || last->final->cert.epoch != closing->header.epoch
      || !citiz_hash_equal (&last->final->cert.hash, &parent)
      || !citiz_sim_is_certified (sim, &last->final->cert))
    citiz_sim_broken (sim, "I14", "%u cannot show that epoch %" SLOT " is over", node->number,
                      closing->header.epoch);
}

/* Who is a validator now has the key it has announced, unless it was set back to before that. */
void
citiz_sim_law_key (CitizSimNode *node)
{
  const CitizSimDisk *disk = node->disk;
  const CitizValidator *known = &node->sim->epochs[node->epoch].validators.v[node->place];

  if (disk->here && disk->head.epoch == node->epoch
      && citiz_public_key_equal (&disk->head.key, &known->key))
    return;
  citiz_sim_met (node->sim, CITIZ_SIM_MET_KEYLESS);
  if (node->lies == 0 && !node->was_set_back)
    citiz_sim_broken (node->sim, "I14", "%u has not the key of epoch %" SLOT " that it announced",
                      node->number, node->epoch);
}

/* Of earlier epochs than that of the newest final block no key is left, of that one it is. */
void
citiz_sim_law_journals (CitizSimNode *node)
{
  const CitizBlockHeader *head = &citiz_sim_block (node->sim, node->committed)->header;
  const CitizSimDisk *own = node->journals[head->epoch % 2];

  for (guint i = 0; i < 2 && node->lies == 0; i++)
    if (node->journals[i]->here && node->journals[i]->head.epoch < head->epoch)
      citiz_sim_broken (node->sim, "I14", "%u still has its key of epoch %" SLOT " in epoch %" SLOT,
                        node->number, node->journals[i]->head.epoch, head->epoch);
  if (node->lies == 0 && !node->was_set_back
      && citiz_sim_node_place (node, head->epoch) != CITIZ_CSX_NOBODY
      && (!own->here || own->head.epoch != head->epoch))
    citiz_sim_broken (node->sim, "I14", "%u deletes its key of epoch %" SLOT " too early",
                      node->number, head->epoch);
}

/* L1, L2 ********************************************************************/

static gboolean
is_there (CitizSim *sim, const CitizSimNode *node)
{
  const CitizSimBlock *head = citiz_sim_block (sim, node->committed);
  const CitizTime now = {sim->wall + sim->now / CITIZ_SIM_MS};

  return node->csx != NULL
         && (sim->asked & ~head->state & ~citiz_sim_quota_rest (sim, head, 0, now)) == 0
         && head->header.height >= sim->reached
         && head->header.epoch == (guint64) __builtin_popcountll (head->state >> CITIZ_SIM_CHANGE);
}

static void
tell_matrix (CitizSim *sim, const CitizSimNode *node)
{
  CitizCsxReport report;
  CitizCsxLook look;

  citiz_csx_report (node->csx, citiz_sim_node_now (node), &report);
  citiz_sim_tell (sim,
                  "%u: epoch %" SLOT ", mode %d, committed %" SLOT ", final %" SLOT
                  ", frontier %" SLOT ", leader %u, need %d, height %u",
                  node->number, node->epoch, report.mode, report.committed.slot, report.final.slot,
                  report.frontier, report.leader, report.need, node->chain->len);
  for (guint64 slot = report.committed.slot + 1; slot < report.frontier + 2; slot++)
    if (citiz_csx_look (node->csx, slot, &look))
      citiz_sim_tell (sim, "    %" SLOT ": N %02x%s S %02x%s F %02x%s, %u blocks", slot,
                      look.notar[0], look.cert_notar ? "!" : "", look.skip[0],
                      look.cert_skip ? "!" : "", look.final[0], look.cert_final ? "!" : "",
                      look.n_candidates);
}

static void
too_late (CitizSim *sim)
{
  for (guint i = 0; i < sim->n_instances; i++)
    if (citiz_sim_tells (sim) && sim->nodes[i].csx != NULL)
      tell_matrix (sim, &sim->nodes[i]);
  for (guint i = 0; i < sim->n; i++)
    if (sim->nodes[i].lies == 0 && !is_there (sim, &sim->nodes[i]))
      citiz_sim_broken (sim, (sim->asked & ~sim->acked) != 0 ? "L1" : "L2",
                        "%u stands at height %u of %u long after everything was healed", i,
                        sim->nodes[i].chain->len, sim->canon->len - 1);
  if (!citiz_sim_shares_are_there (sim))
    citiz_sim_broken (sim, "L6", "a grant that is open cannot be opened");
}

/* L3: who begins with nothing takes ten times as many blocks a second as were made. */
static void
look_at_latecomer (CitizSim *sim)
{
  CitizSimNode *node = sim->latecomer;

  if (node == NULL)
    return;
  if (citiz_sim_block (sim, node->committed)->header.height >= sim->behind)
    {
      citiz_sim_met (sim, CITIZ_SIM_MET_CAUGHT_UP);
      sim->latecomer = NULL;
    }
  else if (sim->now - sim->healed_at > sim->healed_at / 10)
    citiz_sim_broken (sim, "L3", "%u stands at height %u of %u after a tenth of the time they took",
                      node->number, node->chain->len, sim->behind);
}

/* From time to time once everything is healed: whether the world has come to rest. */
void
citiz_sim_law_look (CitizSim *sim)
{
  const guint reached = sim->canon->len - 1;
  gboolean all = sim->n_txs + (guint) __builtin_popcountll (citiz_sim_crowd (sim))
                         + (sim->crowded ? CITIZ_SIM_LANES : 0)
                     == (guint) __builtin_popcountll (sim->asked)
                 && citiz_sim_shares_are_there (sim);

  look_at_latecomer (sim);
  for (guint i = 0; i < sim->n && all; i++)
    all = sim->nodes[i].lies != 0 || is_there (sim, &sim->nodes[i]);
  sim->reached = reached;
  if (sim->quiet_from != 0)
    sim->ended = sim->now > sim->quiet_from + 40 * G_USEC_PER_SEC;
  else if (all && sim->mode == CITIZ_SIM_IDLE && sim->n_liars == 0)
    sim->quiet_from = sim->now + 10 * G_USEC_PER_SEC;
  else if (all)
    sim->ended = TRUE;
  else if (sim->now > sim->deadline)
    {
      if (sim->mode != CITIZ_SIM_FORKS)
        too_late (sim);
      sim->ended = TRUE;
    }
}

/* I5 and the slow look at every machine. */
void
citiz_sim_law_end (CitizSim *sim)
{
  const guint top = g_array_index (sim->canon, guint, sim->canon->len - 1);

  if ((sim->acked & ~citiz_sim_block (sim, top)->state) != 0)
    citiz_sim_broken (sim, "I5", "what was acknowledged is gone");
  for (guint i = 0; i < sim->n; i++)
    {
      sim->nodes[i].steps = 0;
      if (sim->nodes[i].csx != NULL && sim->result->broken[0] == '\0')
        citiz_sim_law_step (&sim->nodes[i]);
    }
}
