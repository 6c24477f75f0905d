/* Several step machines and a network of lists, for tests of the rules. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "world.h"

#include <string.h>

#define SIZE_OF_CERT(c)                                                                            \
  (G_STRUCT_OFFSET (CitizCert, signatures) + (c)->n_signatures * sizeof (CitizSignature))

static guint
hash_of_hash (gconstpointer hash)
{
  return *(const guint *) hash;
}

static gboolean
hash_same (gconstpointer a, gconstpointer b)
{
  return citiz_hash_equal (a, b);
}

/* Not a signature: enough to tell whose vote it was. */
static void
sign (gpointer data, CitizVote *vote)
{
  memset (vote->signature.b, vote->voter + 1, sizeof vote->signature.b);
}

World *
world_new (guint n)
{
  World *world = g_new0 (World, 1);

  g_assert_cmpuint (n, <=, WORLD_MAX);
  world->n = n;
  memset (world->chain_id.b, 0xc1, sizeof world->chain_id.b);
  world->origin = (CitizCsxPoint){.hash = world->chain_id, .time = {WORLD_WALL - 1000}};
  citiz_csx_timing_default (&world->timing);
  world->validators.n = (guint16) n;
  for (guint i = 0; i < n; i++)
    {
      world->validators.v[i].node.b[0] = (guint8) (i + 1);
      world->validators.v[i].key.b[0] = (guint8) (i + 101);
    }
  g_queue_init (&world->packets);
  for (guint i = 0; i <= n; i++)
    {
      Node *node = &world->nodes[i];

      node->world = world;
      node->place = (guint16) i;
      node->observer = i == n;
      node->down = i == n;
      node->effects = citiz_csx_effects_new ();
      node->journal = g_array_new (FALSE, FALSE, sizeof (CitizVote));
      node->kept = g_ptr_array_new_with_free_func (g_free);
      node->blocks = g_hash_table_new_full (hash_of_hash, hash_same, g_free, g_free);
      node->fresh = g_hash_table_new_full (hash_of_hash, hash_same, g_free, g_free);
      node->chain = g_ptr_array_new_with_free_func (g_free);
      node->finals = g_ptr_array_new_with_free_func (g_free);
      node->events = g_ptr_array_new_with_free_func (g_free);
      node->alarms = g_array_new (FALSE, FALSE, sizeof (CitizCsxAlarm));
      node->evidence = g_array_new (FALSE, FALSE, sizeof (CitizEvidence));
    }
  return world;
}

static void
packet_free (gpointer data)
{
  Packet *packet = data;

  g_free (packet->cert);
  g_free (packet->votes);
  g_free (packet);
}

void
world_free (World *world)
{
  for (guint i = 0; i <= world->n; i++)
    {
      Node *node = &world->nodes[i];

      g_clear_pointer (&node->csx, citiz_csx_free);
      citiz_csx_effects_free (node->effects);
      g_array_unref (node->journal);
      g_ptr_array_unref (node->kept);
      g_hash_table_unref (node->blocks);
      g_hash_table_unref (node->fresh);
      g_ptr_array_unref (node->chain);
      g_ptr_array_unref (node->finals);
      g_ptr_array_unref (node->events);
      g_array_unref (node->alarms);
      g_array_unref (node->evidence);
    }
  g_queue_clear_full (&world->packets, packet_free);
  g_free (world);
}

static CitizCsxNow
now_of (const Node *node)
{
  return (CitizCsxNow){node->world->now, {WORLD_WALL + node->world->now + node->skew}};
}

static void
answer_later (Node *node, const CitizCsxEvent *event)
{
  g_ptr_array_add (node->events, g_memdup2 (event, sizeof *event));
}

static void
post (Node *node, guint16 to, const CitizCsxMessage *message)
{
  Packet *packet = g_new0 (Packet, 1);

  packet->message = *message;
  packet->from = node->observer ? CITIZ_CSX_NOBODY : node->place;
  packet->to = to;
  if (message->cert != NULL)
    packet->cert = g_memdup2 (message->cert, SIZE_OF_CERT (message->cert));
  packet->message.cert = packet->cert;
  if (message->status.n_votes > 0)
    packet->votes = g_memdup2 (message->status.votes, message->status.n_votes * sizeof (CitizVote));
  packet->message.status.votes = packet->votes;
  node->n_sent++;
  if (node->world->lose != NULL && node->world->lose (node->world, packet))
    packet_free (packet);
  else
    g_queue_push_tail (&node->world->packets, packet);
}

static void
build (Node *node, const CitizCsxEffect *effect)
{
  CitizBlockHeader *header = g_new0 (CitizBlockHeader, 1);
  CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_BUILT, .slot = effect->slot};

  if (node->mute_builder)
    {
      g_free (header);
      return;
    }
  event.hash
      = world_make_block (node->world, header, effect->slot, &effect->parent, node->place, 0);
  header->time.ms = MAX (effect->min_time.ms, now_of (node).wall.ms);
  if (effect->closed)
    header->flags = CITIZ_BLOCK_CONTINUATION;
  else if (header->height == node->closing)
    header->flags = CITIZ_BLOCK_CLOSING;
  citiz_block_header_hash (&event.hash, header);
  event.header = header;
  g_hash_table_insert (node->blocks, g_memdup2 (&event.hash, sizeof event.hash), header);
  answer_later (node, &event);
}

static void
store (Node *node, const CitizHash *hash)
{
  const CitizBlockHeader *header = g_hash_table_lookup (node->fresh, hash);

  g_assert_nonnull (header);
  g_hash_table_insert (node->blocks, g_memdup2 (hash, sizeof *hash),
                       g_memdup2 (header, sizeof *header));
  answer_later (
      node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_STORED, .slot = header->slot, .hash = *hash});
}

static gboolean
has_cert (const Node *node, CitizVoteKind kind, guint64 slot, const CitizHash *hash)
{
  for (guint i = 0; i < node->kept->len; i++)
    {
      const CitizCert *cert = node->kept->pdata[i];
      if (cert->kind == kind && cert->slot == slot
          && (hash == NULL || citiz_hash_equal (&cert->hash, hash)))
        return TRUE;
    }
  return FALSE;
}

/* Walks down from the block, as a driver does; everything a commit promises must be there. */
static void
commit (Node *node, const CitizCsxEffect *effect, gboolean from_range)
{
  const guint64 below = node->chain->len > 0
                            ? ((CitizBlockHeader *) node->chain->pdata[node->chain->len - 1])->slot
                            : node->world->origin.slot;
  const guint at = node->chain->len;
  CitizHash hash = effect->hash;
  guint64 slot = effect->slot;

  while (slot > below)
    {
      const CitizBlockHeader *header = g_hash_table_lookup (node->blocks, &hash);

      g_assert_nonnull (header);
      g_assert_cmpuint (header->slot, ==, slot);
      if (!from_range)
        {
          g_assert_true (has_cert (node, CITIZ_VOTE_NOTAR, slot, &hash));
          for (guint64 i = header->parent_slot + 1; i < slot; i++)
            g_assert_true (has_cert (node, CITIZ_VOTE_SKIP, i, NULL));
        }
      g_ptr_array_insert (node->chain, (gint) at, g_memdup2 (header, sizeof *header));
      hash = header->parent;
      slot = header->parent_slot;
    }
  g_assert_cmpuint (slot, ==, below);
  g_assert_nonnull (effect->cert);
  g_ptr_array_add (node->finals, g_memdup2 (effect->cert, SIZE_OF_CERT (effect->cert)));
}

static void
fetch (Node *node, const CitizCsxEffect *effect)
{
  Node *peer = &node->world->nodes[effect->to];
  const CitizBlockHeader *header = g_hash_table_lookup (peer->blocks, &effect->hash);
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_BLOCK, .hash = effect->hash};

  node->n_fetches++;
  if (peer->down || header == NULL)
    return;
  message.header = *header;
  post (peer, node->place, &message);
}

/* On a closing block, which the certificate is not of: the headers up to the one it is of. */
static const CitizCert *
continuation (Node *peer, CitizBlockHeader *headers, CitizHash *hashes, guint *n)
{
  const CitizCert *final = peer->finals->pdata[peer->finals->len - 1];
  const guint from = *n;
  CitizHash hash = final->hash;

  while (!citiz_hash_equal (&hash, &hashes[from - 1]))
    {
      const CitizBlockHeader *header = g_hash_table_lookup (peer->blocks, &hash);

      g_assert_nonnull (header);
      memmove (&headers[from + 1], &headers[from], (*n - from) * sizeof *headers);
      memmove (&hashes[from + 1], &hashes[from], (*n - from) * sizeof *hashes);
      headers[from] = *header;
      hashes[from] = hash;
      hash = header->parent;
      *n += 1;
    }
  return final;
}

/* From a committed chain: up to the last commit, whose certificate is kept. */
static void
range (Node *node, const CitizCsxEffect *effect)
{
  Node *peer = &node->world->nodes[effect->to];
  g_autofree CitizBlockHeader *headers = g_new (CitizBlockHeader, peer->chain->len + 64);
  g_autofree CitizHash *hashes = g_new (CitizHash, peer->chain->len + 64);
  CitizCsxRange answer = {.headers = headers, .hashes = hashes};
  guint best = 0;

  node->n_ranges++;
  for (guint i = 0; !peer->down && i < peer->chain->len && answer.n < effect->max; i++)
    {
      const CitizBlockHeader *header = peer->chain->pdata[i];
      CitizHash hash;

      citiz_block_header_hash (&hash, header);
      if (header->slot <= effect->slot)
        continue;
      headers[answer.n] = *header;
      hashes[answer.n++] = hash;
      g_hash_table_insert (node->blocks, g_memdup2 (&hash, sizeof hash),
                           g_memdup2 (header, sizeof *header));
      for (guint j = 0; j < peer->finals->len; j++)
        {
          const CitizCert *cert = peer->finals->pdata[j];

          if (cert->slot == header->slot)
            {
              answer.final = cert;
              best = answer.n;
            }
        }
    }
  if (answer.n > best && headers[answer.n - 1].flags == CITIZ_BLOCK_CLOSING)
    answer.final = continuation (peer, headers, hashes, &answer.n);
  else
    answer.n = best;
  world_event (
      node->world, node,
      &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_RANGE, .from = effect->to, .range = &answer});
}

static void
carry_out (Node *node, const CitizCsxEffect *effect, gboolean from_range)
{
  World *world = node->world;

  switch (effect->kind)
    {
    case CITIZ_CSX_EFFECT_SEND:
      node->n_resent += effect->resend;
      post (node, effect->to, &effect->message);
      break;
    case CITIZ_CSX_EFFECT_BROADCAST:
      node->n_resent += effect->resend;
      for (guint16 i = 0; i < world->n; i++)
        if (i != node->place)
          post (node, i, &effect->message);
      if (!world->nodes[world->n].down)
        post (node, (guint16) world->n, &effect->message);
      break;
    case CITIZ_CSX_EFFECT_TIMER:
      node->timer = effect->at;
      break;
    case CITIZ_CSX_EFFECT_BUILD:
      build (node, effect);
      break;
    case CITIZ_CSX_EFFECT_STORE:
      store (node, &effect->hash);
      break;
    case CITIZ_CSX_EFFECT_VALIDATE:
      if (!node->holds_verdicts)
        answer_later (node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_VERDICT,
                                             .slot = effect->slot,
                                             .hash = effect->hash,
                                             .verdict = node->verdict});
      break;
    case CITIZ_CSX_EFFECT_FETCH:
      fetch (node, effect);
      break;
    case CITIZ_CSX_EFFECT_RANGE:
      {
        CitizCsxEvent *event = g_new0 (CitizCsxEvent, 1);

        event->kind = CITIZ_CSX_EVENT_RANGE; /* answered when its turn comes */
        event->from = effect->to;
        event->slot = effect->slot;
        g_ptr_array_add (node->events, event);
        break;
      }
    case CITIZ_CSX_EFFECT_KEEP:
      g_ptr_array_add (node->kept, g_memdup2 (effect->cert, SIZE_OF_CERT (effect->cert)));
      break;
    case CITIZ_CSX_EFFECT_COMMIT:
      if (!node->commit_fails)
        commit (node, effect, from_range);
      answer_later (node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_COMMITTED,
                                           .slot = effect->slot,
                                           .hash = effect->hash,
                                           .done = !node->commit_fails});
      break;
    case CITIZ_CSX_EFFECT_CLOSED:
      node->closed = TRUE;
      break;
    case CITIZ_CSX_EFFECT_EVIDENCE:
      g_array_append_val (node->evidence, effect->evidence);
      break;
    case CITIZ_CSX_EFFECT_GOSSIP:
      break;
    case CITIZ_CSX_EFFECT_ALARM:
      g_array_append_val (node->alarms, effect->alarm);
      break;
    }
}

void
world_event (World *world, Node *node, const CitizCsxEvent *event)
{
  CitizCsxEffects *effects = node->effects;

  if (node->csx == NULL)
    return;
  citiz_csx_step (node->csx, event, now_of (node), effects);
  g_assert_cmpuint (citiz_csx_check (node->csx), ==, 0);
  g_array_append_vals (node->journal, effects->journal->data, effects->journal->len);
  for (guint i = 0; i < effects->rest->len; i++)
    carry_out (node, &g_array_index (effects->rest, CitizCsxEffect, i),
               event->kind == CITIZ_CSX_EVENT_RANGE);
  g_hash_table_remove_all (node->fresh);
}

void
world_message (World *world, Node *node, guint16 from, const CitizCsxMessage *message)
{
  const CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_MESSAGE, .from = from, .message = message};

  if (message->kind == CITIZ_CSX_MESSAGE_CAND || message->kind == CITIZ_CSX_MESSAGE_BLOCK)
    g_hash_table_insert (node->fresh, g_memdup2 (&message->hash, sizeof message->hash),
                         g_memdup2 (&message->header, sizeof message->header));
  world_event (world, node, &event);
}

/* Stored blocks come back after a restart. Certificates that were kept without a sync do not: the worst case. */
static void
give_back (Node *node)
{
  g_autoptr (GList) blocks = g_hash_table_get_values (node->blocks);
  const guint16 self = node->observer ? CITIZ_CSX_NOBODY : node->place;

  for (const GList *i = blocks; i != NULL; i = i->next)
    {
      CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_BLOCK};

      message.header = *(const CitizBlockHeader *) i->data;
      citiz_block_header_hash (&message.hash, &message.header);
      world_message (node->world, node, self, &message);
    }
}

void
world_start_node (World *world, Node *node)
{
  const CitizBlockHeader *head
      = node->chain->len > 0 ? node->chain->pdata[node->chain->len - 1] : NULL;
  g_autofree CitizCsxConfig *config = g_new0 (CitizCsxConfig, 1);
  CitizCsxStart start = {.committed = world->origin,
                         .n_records = node->journal->len,
                         .records = (const CitizVote *) (void *) node->journal->data};

  config->chain_id = world->chain_id;
  config->epoch = world->epoch;
  config->validators = world->validators;
  config->self = node->observer ? CITIZ_CSX_NOBODY : node->place;
  config->timing = world->timing;
  config->sign = sign;
  if (head != NULL)
    {
      start.committed = (CitizCsxPoint){head->slot, head->height, {{0}}, head->time, head->flags};
      citiz_block_header_hash (&start.committed.hash, head);
    }
  if (node->finals->len > 0)
    start.final = node->finals->pdata[node->finals->len - 1];
  node->down = FALSE;
  node->csx = citiz_csx_new (config);
  world_event (world, node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_START, .start = &start});
  give_back (node);
}

/* Pulls the plug: what was not journaled, kept or stored is gone. */
void
world_stop_node (World *world, Node *node)
{
  node->down = TRUE;
  node->timer = 0;
  g_ptr_array_set_size (node->events, 0);
  g_clear_pointer (&node->csx, citiz_csx_free);
}

void
world_start (World *world)
{
  for (guint i = 0; i < world->n; i++)
    world_start_node (world, &world->nodes[i]);
  world_settle (world);
}

void
world_need (World *world, gboolean need)
{
  for (guint i = 0; i < world->n; i++)
    world_event (world, &world->nodes[i],
                 &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_NEED, .need = need});
}

gboolean
world_deliver (World *world)
{
  Packet *packet = g_queue_pop_head (&world->packets);
  Node *node;

  if (packet == NULL)
    return FALSE;
  node = &world->nodes[packet->to];
  if (!node->down && node->csx != NULL)
    world_message (world, node, packet->from, &packet->message);
  packet_free (packet);
  return TRUE;
}

void
world_drop (World *world)
{
  packet_free (g_queue_pop_head (&world->packets));
}

gboolean
world_work (Node *node)
{
  g_autofree CitizCsxEvent *event = NULL;

  if (node->events->len == 0)
    return FALSE;
  event = g_ptr_array_steal_index (node->events, 0);
  if (event->kind == CITIZ_CSX_EVENT_RANGE)
    range (node, &(CitizCsxEffect){.to = event->from, .slot = event->slot, .max = CITIZ_CSX_RANGE});
  else
    world_event (node->world, node, event);
  return TRUE;
}

/* Until nothing is on its way at this moment. */
void
world_settle (World *world)
{
  for (guint limit = 0; limit < 2000000; limit++)
    {
      gboolean any = world_deliver (world);

      for (guint i = 0; i <= world->n; i++)
        any |= world_work (&world->nodes[i]);
      if (!any)
        return;
    }
  g_assert_not_reached ();
}

static gint64
next_timer (const World *world)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i <= world->n; i++)
    if (!world->nodes[i].down && world->nodes[i].timer > 0)
      next = MIN (next, world->nodes[i].timer);
  return next;
}

/* To the next timer, whatever is still on its way. */
void
world_tick (World *world)
{
  const gint64 next = next_timer (world);

  if (next == G_MAXINT64)
    return;
  world->now = MAX (world->now, next);
  for (guint i = 0; i <= world->n; i++)
    {
      Node *node = &world->nodes[i];

      if (node->down || node->timer == 0 || node->timer > world->now)
        continue;
      node->timer = 0;
      world_event (world, node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_TIMER});
    }
}

void
world_run (World *world, gint64 ms)
{
  const gint64 until = world->now + ms;

  world_settle (world);
  while (next_timer (world) <= until)
    {
      world_tick (world);
      world_settle (world);
    }
  world->now = MAX (world->now, until);
}

CitizVote
world_make_vote (World *world,
                 guint16 voter,
                 CitizVoteKind kind,
                 guint64 slot,
                 const CitizHash *hash)
{
  CitizVote vote = {.kind = kind, .epoch = world->epoch, .slot = slot, .voter = voter};

  if (hash != NULL)
    vote.hash = *hash;
  sign (NULL, &vote);
  return vote;
}

void
world_vote (World *world,
            Node *node,
            guint16 voter,
            CitizVoteKind kind,
            guint64 slot,
            const CitizHash *hash)
{
  const CitizCsxMessage message
      = {.kind = CITIZ_CSX_MESSAGE_VOTE, .vote = world_make_vote (world, voter, kind, slot, hash)};

  world_message (world, node, voter, &message);
}

/* Of the first @n validators. */
void
world_make_cert (World *world,
                 CitizCert *out,
                 CitizVoteKind kind,
                 guint64 slot,
                 const CitizHash *hash,
                 guint n)
{
  CitizVote votes[CITIZ_MAX_VALIDATORS];

  for (guint16 i = 0; i < n; i++)
    votes[i] = world_make_vote (world, i, kind, slot, hash);
  citiz_cert_from_votes (out, votes, n);
}

CitizHash
world_make_block (World *world,
                  CitizBlockHeader *out,
                  guint64 slot,
                  const CitizCsxPoint *parent,
                  guint16 proposer,
                  guint8 salt)
{
  CitizHash hash;

  *out = (CitizBlockHeader){
      .version = CITIZ_HEADER_VERSION,
      .protocol = CITIZ_PROTOCOL,
      .chain_id = world->chain_id,
      .epoch = world->epoch,
      .slot = slot,
      .height = parent->height + 1,
      .parent = parent->hash,
      .parent_slot = parent->slot,
      .time = {MAX (parent->time.ms + 1, WORLD_WALL + world->now)},
      .proposer = world->validators.v[proposer].node,
      .log_root.b = {salt},
  };
  citiz_validators_hash (&out->vs_hash, &world->validators);
  citiz_block_header_hash (&hash, out);
  return hash;
}

void
world_candidate (World *world, Node *node, const CitizBlockHeader *header, const CitizHash *hash)
{
  const guint16 leader = world_leader (world, header->slot);
  const CitizCsxMessage message
      = {.kind = CITIZ_CSX_MESSAGE_CAND,
         .header = *header,
         .hash = *hash,
         .vote = world_make_vote (world, leader, CITIZ_VOTE_CAND, header->slot, hash)};

  world_message (world, node, leader, &message);
}

guint16
world_leader (World *world, guint64 slot)
{
  guint16 leaders[CITIZ_MAX_VALIDATORS];

  citiz_csx_leaders (leaders, world->n, &world->chain_id, world->epoch);
  return leaders[slot % world->n];
}

guint
world_alarms (const Node *node, CitizCsxAlarm alarm)
{
  guint n = 0;

  for (guint i = 0; i < node->alarms->len; i++)
    n += g_array_index (node->alarms, CitizCsxAlarm, i) == alarm;
  return n;
}

CitizCsxReport
world_report (const Node *node)
{
  CitizCsxReport report;

  citiz_csx_report (node->csx, now_of (node), &report);
  return report;
}

/* In the last step. */
guint
world_effects (const Node *node, CitizCsxEffectKind kind)
{
  guint n = 0;

  for (guint i = 0; i < node->effects->rest->len; i++)
    n += g_array_index (node->effects->rest, CitizCsxEffect, i).kind == kind;
  return n;
}

/* Returns: (nullable): what the journal holds */
const CitizVote *
world_said (const Node *node, CitizVoteKind kind, guint64 slot)
{
  for (guint i = 0; i < node->journal->len; i++)
    {
      const CitizVote *vote = &g_array_index (node->journal, CitizVote, i);

      if (vote->kind == kind && vote->slot == slot)
        return vote;
    }
  return NULL;
}
