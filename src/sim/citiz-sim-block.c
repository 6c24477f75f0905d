/* Blocks of a ledger that is a set of bits: made, executed, certified. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include <string.h>

/* Transactions: four in a row are one account's, to be taken in this order. */
#define FIRST_OF_FOUR G_GUINT64_CONSTANT (0x1111111111111111)

/* The last account is the community: what it says ends an epoch, in that epoch. */
#define CHANGES      (G_GUINT64_CONSTANT (0xf) << CITIZ_SIM_CHANGE)
#define CHANGE(from) (G_GUINT64_CONSTANT (1) << (CITIZ_SIM_CHANGE + (from)))

static guint64
mix (guint64 x)
{
  x = (x ^ x >> 31) * 0x7fb5d329728ea185;
  x = (x ^ x >> 27) * 0x81dadef4bc2dd44d;
  return x ^ x >> 33;
}

static gboolean
may_change (const CitizSim *sim, guint64 epoch)
{
  return epoch + 1 < sim->n_epochs;
}

/* Returns: those of @known that may come next after @state in @epoch, all at once */
guint64
citiz_sim_pick (const CitizSim *sim, guint64 epoch, guint64 known, guint64 state)
{
  const guint64 others = CHANGES & ~(may_change (sim, epoch) ? CHANGE (epoch) : 0);
  const guint64 here = (known & ~others) | state;
  guint64 reached = here & FIRST_OF_FOUR;

  for (guint i = 0; i < 3; i++)
    reached |= here & reached << 1 & ~FIRST_OF_FOUR;
  return reached & ~state;
}

CitizSimBlock *
citiz_sim_block (CitizSim *sim, guint number)
{
  return &g_array_index (sim->blocks, CitizSimBlock, number);
}

/* Returns: %G_MAXUINT if nobody has made it */
guint
citiz_sim_find_block (CitizSim *sim, const CitizHash *hash)
{
  gpointer number;

  return g_hash_table_lookup_extended (sim->by_hash, hash, NULL, &number)
             ? GPOINTER_TO_UINT (number)
             : G_MAXUINT;
}

static void
put (CitizHash *out, guint64 a, guint64 b)
{
  memset (out, 0, sizeof *out);
  memcpy (out->b, &a, sizeof a);
  memcpy (out->b + sizeof a, &b, sizeof b);
}

/* Where @block stands for @epoch, whose slots are counted from 1: what it starts from is in slot 0. */
CitizCsxPoint
citiz_sim_point (CitizSim *sim, guint block, guint64 epoch)
{
  const CitizSimBlock *found = citiz_sim_block (sim, block);
  const gboolean same = block != 0 && found->header.epoch == epoch;

  return (CitizCsxPoint){same ? found->header.slot : 0, found->header.height, found->hash,
                         found->header.time, same ? found->header.flags : 0};
}

/* The first block after which the state says so ends the epoch; what stands on it brings nothing. */
static void
fill_epoch (const CitizSim *sim, CitizBlockHeader *out, gboolean closed, guint64 state)
{
  const gboolean ends = may_change (sim, out->epoch) && (state & CHANGE (out->epoch)) != 0;

  out->vs_hash = out->next_vs_hash = sim->epochs[out->epoch].vs_hash;
  out->flags = closed ? CITIZ_BLOCK_CONTINUATION : ends ? CITIZ_BLOCK_CLOSING : 0;
  if (ends)
    out->next_vs_hash = sim->epochs[out->epoch + 1].vs_hash;
}

/* log_root stands for the transactions, state_root for the state. */
void
citiz_sim_fill_header (CitizSim *sim,
                       CitizBlockHeader *out,
                       guint64 epoch,
                       guint64 slot,
                       const CitizCsxPoint *parent,
                       guint16 proposer,
                       guint64 txs,
                       guint64 state)
{
  memset (out, 0, sizeof *out);
  out->version = CITIZ_HEADER_VERSION;
  out->protocol = CITIZ_PROTOCOL;
  out->chain_id = sim->chain_id;
  out->epoch = epoch;
  out->slot = slot;
  out->height = parent->height + 1;
  out->parent = parent->hash;
  out->parent_slot = parent->slot;
  out->time.ms = parent->time.ms + 1;
  out->proposer = sim->epochs[epoch].validators.v[proposer].node;
  out->n_tx = (guint32) __builtin_popcountll (txs);
  out->log_size = (guint64) __builtin_popcountll (state);
  fill_epoch (sim, out, parent->slot > 0 && parent->flags != 0, state);
  put (&out->log_root, txs, mix (txs));
  put (&out->state_root, mix (state), state);
}

/* A block is of its parent's epoch, or the first of the next after a closing one. */
static gboolean
is_in_order (const CitizSim *sim, const CitizSimBlock *parent, const CitizSimBlock *block)
{
  const guint64 epoch = block->header.epoch;

  return epoch < sim->n_epochs
         && (epoch == parent->header.epoch
             || (epoch == parent->header.epoch + 1 && parent->header.flags == CITIZ_BLOCK_CLOSING));
}

/* By the rules, from scratch: what the header says is what comes out. The clock is the machine's business. */
gboolean
citiz_sim_execute (CitizSim *sim, const CitizSimBlock *block)
{
  const guint64 epoch = block->header.epoch;
  const CitizSimBlock *parent;
  CitizBlockHeader expected;
  CitizCsxPoint point;

  if (block->parent == G_MAXUINT)
    return FALSE;
  parent = citiz_sim_block (sim, block->parent);
  if (!parent->valid || !is_in_order (sim, parent, block) || (block->txs & parent->state) != 0
      || citiz_sim_pick (sim, epoch, block->txs, parent->state) != block->txs)
    return FALSE;
  point = citiz_sim_point (sim, block->parent, epoch);
  if (point.slot > 0 && point.flags != 0 && block->txs != 0)
    return FALSE;
  citiz_sim_fill_header (sim, &expected, epoch, block->header.slot, &point, 0, block->txs,
                         parent->state | block->txs);
  return expected.height == block->header.height && block->header.time.ms > parent->header.time.ms
         && expected.flags == block->header.flags
         && citiz_hash_equal (&expected.vs_hash, &block->header.vs_hash)
         && citiz_hash_equal (&expected.next_vs_hash, &block->header.next_vs_hash)
         && expected.parent_slot == block->header.parent_slot
         && (sim->options->ledger /* there the roots are real */
             || (expected.n_tx == block->header.n_tx && expected.log_size == block->header.log_size
                 && citiz_hash_equal (&expected.log_root, &block->header.log_root)
                 && citiz_hash_equal (&expected.state_root, &block->header.state_root)));
}

guint
citiz_sim_add_block (CitizSim *sim, const CitizBlockHeader *header, guint64 txs)
{
  CitizSimBlock block = {.header = *header, .txs = txs};
  guint number;

  citiz_block_header_hash (&block.hash, header);
  number = citiz_sim_find_block (sim, &block.hash);
  if (number != G_MAXUINT)
    return number;
  block.parent = citiz_sim_find_block (sim, &header->parent);
  block.state = block.today = txs;
  if (block.parent != G_MAXUINT)
    {
      const CitizSimBlock *parent = citiz_sim_block (sim, block.parent);

      block.state |= parent->state;
      if (citiz_sim_same_day (parent->header.time, header->time))
        block.today |= parent->today;
    }
  block.valid = citiz_sim_execute (sim, &block);
  if (sim->options->ledger)
    citiz_sim_ledger_add (sim, &block);
  number = sim->blocks->len;
  g_array_append_val (sim->blocks, block);
  g_hash_table_insert (sim->by_hash, g_memdup2 (&block.hash, sizeof block.hash),
                       GUINT_TO_POINTER (number));
  return number;
}

/* Certificates **************************************************************/

CitizSimCert *
citiz_sim_cert_new (CitizSim *sim, const CitizCert *cert)
{
  GPtrArray *spare = sim->spare_certs;
  CitizSimCert *copy = spare->len > 0 ? g_ptr_array_steal_index_fast (spare, spare->len - 1)
                                      : g_malloc (G_STRUCT_OFFSET (CitizSimCert, cert)
                                                  + G_STRUCT_OFFSET (CitizCert, signatures)
                                                  + CITIZ_SIM_MAX_NODES * sizeof (CitizSignature));

  copy->refs = 1;
  memcpy (&copy->cert, cert,
          G_STRUCT_OFFSET (CitizCert, signatures) + cert->n_signatures * sizeof (CitizSignature));
  return copy;
}

CitizSimCert *
citiz_sim_cert_ref (CitizSimCert *cert)
{
  if (cert != NULL)
    cert->refs++;
  return cert;
}

void
citiz_sim_cert_unref (CitizSim *sim, CitizSimCert *cert)
{
  if (cert != NULL && --cert->refs == 0)
    g_ptr_array_add (sim->spare_certs, cert);
}

/* Instead of Ed25519: nobody but @vote->voter makes it, because liars keep to their own places. */
static guint64
seal (const CitizVote *vote)
{
  guint64 head;

  memcpy (&head, vote->hash.b, sizeof head);
  return mix (
      head ^ mix (vote->slot << 20 ^ vote->epoch << 12 ^ (guint64) vote->kind << 8 ^ vote->voter));
}

void
citiz_sim_sign (const CitizSim *sim, CitizVote *vote)
{
  const guint64 value = seal (vote);

  memset (&vote->signature, 0, sizeof vote->signature);
  memcpy (vote->signature.b, &value, sizeof value);
}

gboolean
citiz_sim_is_signed (const CitizSim *sim, const CitizVote *vote)
{
  const guint64 value = seal (vote);

  return vote->epoch < sim->n_epochs && vote->voter < sim->epochs[vote->epoch].n
         && memcmp (vote->signature.b, &value, sizeof value) == 0;
}

gboolean
citiz_sim_is_certified (const CitizSim *sim, const CitizCert *cert)
{
  const CitizSimEpoch *epoch = &sim->epochs[MIN (cert->epoch, sim->n_epochs - 1)];
  guint n = 0;

  for (guint16 i = 0; i < epoch->n; i++)
    {
      CitizVote vote;

      if (!citiz_cert_vote (cert, i, &vote))
        continue;
      if (!citiz_sim_is_signed (sim, &vote))
        return FALSE;
      n++;
    }
  return n >= epoch->quorum && n == cert->n_signatures;
}
