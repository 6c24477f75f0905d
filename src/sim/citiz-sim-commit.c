/* A node's chain: certificates kept, blocks committed with their justification, ranges served and taken. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include <string.h>

void
citiz_sim_node_keep (CitizSimNode *node, CitizSimCert *cert)
{
  const guint block = cert->cert.kind == CITIZ_VOTE_NOTAR
                          ? citiz_sim_find_block (node->sim, &cert->cert.hash)
                          : G_MAXUINT;

  g_ptr_array_add (node->kept, citiz_sim_cert_ref (cert));
  if (block != G_MAXUINT)
    g_array_append_val (node->notarized, block);
  citiz_sim_law_cert (node, &cert->cert);
}

static CitizSimCert *
find_kept (CitizSimNode *node, CitizVoteKind kind, guint64 slot, const CitizHash *hash)
{
  for (guint i = node->kept->len; i > 0; i--)
    {
      CitizSimCert *cert = node->kept->pdata[i - 1];

      if (cert->cert.slot == slot && cert->cert.kind == kind && cert->cert.epoch == node->epoch
          && (hash == NULL || citiz_hash_equal (&cert->cert.hash, hash)))
        return cert;
    }
  return NULL;
}

static const CitizSimLink *
find_fetched (CitizSimNode *node, guint block)
{
  for (guint i = 0; i < node->fetched->len; i++)
    if (g_array_index (node->fetched, CitizSimLink, i).block == block)
      return &g_array_index (node->fetched, CitizSimLink, i);
  return NULL;
}

/* The NOTAR of the block, the SKIP of each slot before it, unless they came with it. */
static gboolean
justify (CitizSimNode *node, guint number, CitizSimLink *out)
{
  const CitizSimBlock *block = citiz_sim_block (node->sim, number);
  const CitizSimLink *fetched = find_fetched (node, number);
  const guint64 first = block->header.parent_slot + 1;

  if (fetched != NULL)
    {
      citiz_sim_link_copy (out, fetched);
      return TRUE;
    }
  *out = (CitizSimLink){.block = number};
  out->notar
      = citiz_sim_cert_ref (find_kept (node, CITIZ_VOTE_NOTAR, block->header.slot, &block->hash));
  out->skips = g_new0 (CitizSimCert *, block->header.slot - first);
  for (guint64 slot = first; slot < block->header.slot && out->notar != NULL; slot++)
    {
      CitizSimCert *skip = find_kept (node, CITIZ_VOTE_SKIP, slot, NULL);

      if (skip == NULL)
        break;
      out->skips[out->n_skips++] = citiz_sim_cert_ref (skip);
    }
  if (out->notar != NULL && out->n_skips == block->header.slot - first)
    return TRUE;
  citiz_sim_link_clear (node->sim, out);
  return FALSE;
}

/* @block's slot, above the committed one of this epoch; an earlier epoch has nothing above. */
static gboolean
is_past (const CitizSimNode *node, guint64 epoch, guint64 slot)
{
  const CitizBlockHeader *head = &citiz_sim_block (node->sim, node->committed)->header;

  return epoch < head->epoch || (epoch == head->epoch && slot <= head->slot)
         || (epoch == head->epoch && head->flags == CITIZ_BLOCK_CLOSING);
}

/* What the newest committed block settles: of this epoch, or the whole of it. */
void
citiz_sim_node_drop_past (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  guint n = 0;

  for (guint i = 0; i < node->kept->len; i++)
    {
      CitizSimCert *cert = node->kept->pdata[i];

      if (!is_past (node, cert->cert.epoch, cert->cert.slot))
        node->kept->pdata[n++] = cert;
      else
        citiz_sim_cert_unref (sim, cert);
    }
  g_ptr_array_set_size (node->kept, (gint) n);
  node->kept_synced = n;
  n = 0;
  for (guint i = 0; i < node->notarized->len; i++)
    {
      const guint block = g_array_index (node->notarized, guint, i);
      const CitizBlockHeader *header = &citiz_sim_block (sim, block)->header;

      if (!is_past (node, header->epoch, header->slot))
        g_array_index (node->notarized, guint, n++) = block;
    }
  g_array_set_size (node->notarized, n);
  n = 0;
  for (guint i = 0; i < node->fetched->len; i++)
    {
      CitizSimLink *link = &g_array_index (node->fetched, CitizSimLink, i);
      const CitizBlockHeader *header = &citiz_sim_block (sim, link->block)->header;

      if (!is_past (node, header->epoch, header->slot))
        g_array_index (node->fetched, CitizSimLink, n++) = *link;
      else
        citiz_sim_link_clear (sim, link);
    }
  g_array_set_size (node->fetched, n);
}

#define PATH (CITIZ_CSX_AHEAD + CITIZ_CSX_RANGE)

typedef enum
{
  WHOLE,
  FALSE_BLOCK,
  MISSING
} Path;

/* From the block @hash down to the child of @to. */
static Path
walk (CitizSimNode *node, const CitizHash *hash, guint to, guint out[PATH], guint *out_n)
{
  CitizSim *sim = node->sim;
  guint n = 0;

  for (guint i = citiz_sim_find_block (sim, hash); i != to; i = citiz_sim_block (sim, i)->parent)
    {
      if (i == G_MAXUINT || i == 0 || !citiz_sim_node_has (node, i) || n == PATH)
        {
          citiz_sim_broken (sim, "R10", "%u commits what is not there", node->number);
          return MISSING;
        }
      if (!citiz_sim_block (sim, i)->valid)
        return FALSE_BLOCK;
      out[n++] = i;
    }
  *out_n = n;
  return WHOLE;
}

static gboolean
justify_or_break (CitizSimNode *node, guint block, CitizSimLink *out)
{
  if (justify (node, block, out))
    return TRUE;
  citiz_sim_broken (node->sim, "R10", "%u commits slot %" G_GUINT64_FORMAT " without reasons",
                    node->number, citiz_sim_block (node->sim, block)->header.slot);
  return FALSE;
}

/* What stands on the closing block that was just committed, up to the one that makes it final, is kept beside the chain. */
static gboolean
close_epoch (CitizSimNode *node, CitizSimCert *final)
{
  guint path[PATH];
  guint n;

  if (walk (node, &final->cert.hash, node->committed, path, &n) != WHOLE)
    return FALSE;
  for (guint i = n; i > 0; i--)
    {
      CitizSimLink link;

      if (!justify_or_break (node, path[i - 1], &link))
        return FALSE;
      if (i == 1 && link.final == NULL)
        link.final = citiz_sim_cert_ref (final);
      g_array_append_val (node->beside, link);
    }
  if (n > 0)
    citiz_sim_met (node->sim, CITIZ_SIM_MET_CONTINUATION);
  citiz_sim_law_closing (node);
  return TRUE;
}

/* All at once or not at all. Returns: %FALSE when the rules refuse what a quorum has signed */
gboolean
citiz_sim_node_commit (CitizSimNode *node, const CitizSimErrand *errand)
{
  CitizSim *sim = node->sim;
  const gboolean own = citiz_hash_equal (&errand->cert->cert.hash, &errand->hash);
  guint path[PATH];
  guint n;

  if (walk (node, &errand->hash, node->committed, path, &n) != WHOLE
      || (sim->options->ledger
          && citiz_sim_node_execute (node, path[0]) != CITIZ_CSX_VERDICT_VALID))
    return FALSE;
  for (guint i = n; i > 0; i--)
    {
      CitizSimLink link;

      if (!justify_or_break (node, path[i - 1], &link))
        return FALSE;
      if (sim->options->ledger)
        citiz_sim_node_commit_ledger (node, link.block);
      if (i == 1 && own && link.final == NULL)
        link.final = citiz_sim_cert_ref (errand->cert);
      g_array_append_val (node->chain, link);
      node->committed = link.block;
      citiz_sim_law_commit (node, &link);
      if (sim->options->ledger)
        citiz_sim_law_quota (node, citiz_sim_block (sim, link.block));
    }
  if (citiz_sim_block (sim, node->committed)->header.flags == CITIZ_BLOCK_CLOSING
      && !close_epoch (node, errand->cert))
    return FALSE;
  if (citiz_sim_block (sim, node->committed)->header.flags == CITIZ_BLOCK_CLOSING
      && sim->options->ledger)
    citiz_sim_change_snapshot (node);
  citiz_sim_node_drop_past (node);
  citiz_sim_node_end_journals (node);
  citiz_sim_law_journals (node);
  if (sim->options->ledger)
    citiz_sim_law_ledger (node);
  if (sim->forked && !sim->ended)
    citiz_sim_law_fork (sim);
  return TRUE;
}

/* For who was set back to an old copy of its disk. */
void
citiz_sim_node_truncate (CitizSimNode *node, guint height)
{
  guint64 epoch;
  guint n = 0;

  citiz_sim_links_clear (node->sim, node->chain, height);
  node->committed = height > 0 ? g_array_index (node->chain, CitizSimLink, height - 1).block : 0;
  epoch = citiz_sim_block (node->sim, node->committed)->header.epoch
          + (citiz_sim_block (node->sim, node->committed)->header.flags == CITIZ_BLOCK_CLOSING);
  while (n < node->beside->len
         && citiz_sim_block (node->sim, g_array_index (node->beside, CitizSimLink, n).block)
                    ->header.epoch
                < epoch)
    n++;
  citiz_sim_links_clear (node->sim, node->beside, n);
  citiz_sim_node_restart_ledger (node, node->committed);
}

void
citiz_sim_node_serve_fetch (CitizSimNode *node, const CitizSimPacket *packet)
{
  const guint number = citiz_sim_find_block (node->sim, &packet->hash);
  CitizSimPacket *answer;

  if (number == G_MAXUINT || !citiz_sim_node_has (node, number))
    return;
  answer = citiz_sim_packet_new (node->sim, CITIZ_SIM_PACKET_CSX, node->body);
  answer->csx = CITIZ_CSX_MESSAGE_BLOCK;
  answer->block = number;
  answer->epoch = citiz_sim_block (node->sim, number)->header.epoch;
  answer->bytes += CITIZ_HEADER_SIZE + 250 * citiz_sim_block (node->sim, number)->header.n_tx;
  citiz_sim_node_send (node, answer, packet->from);
  citiz_sim_packet_unref (node->sim, answer);
}

static gboolean
is_asked_for (CitizSimNode *node, const CitizSimLink *link, const CitizSimPacket *packet)
{
  const CitizBlockHeader *header = &citiz_sim_block (node->sim, link->block)->header;

  return header->epoch == packet->epoch && header->slot > packet->slot;
}

/* Committed blocks of one epoch after a slot and what stands on its closing block, up to the last with a Final certificate. */
void
citiz_sim_node_serve_range (CitizSimNode *node, const CitizSimPacket *packet)
{
  CitizSim *sim = node->sim;
  CitizSimPacket *answer = citiz_sim_packet_new (sim, CITIZ_SIM_PACKET_BLOCKS, node->body);
  GArray *lists[] = {node->chain, node->beside};
  guint final = 0;

  answer->epoch = packet->epoch;
  answer->slot = packet->slot;
  answer->links = g_ptr_array_new ();
  for (guint list = 0; list < G_N_ELEMENTS (lists); list++)
    for (guint i = 0;
         i < lists[list]->len && answer->links->len < MIN (packet->max, CITIZ_CSX_RANGE); i++)
      {
        const CitizSimLink *link = &g_array_index (lists[list], CitizSimLink, i);
        CitizSimLink *copy;

        if (!is_asked_for (node, link, packet))
          continue;
        copy = g_new (CitizSimLink, 1);
        citiz_sim_link_copy (copy, link);
        g_ptr_array_add (answer->links, copy);
        answer->bytes += 900;
        if (link->final != NULL)
          final = answer->links->len;
      }
  for (; answer->links->len > final;
       g_ptr_array_set_size (answer->links, (gint) answer->links->len - 1))
    {
      citiz_sim_link_clear (sim, answer->links->pdata[answer->links->len - 1]);
      g_free (answer->links->pdata[answer->links->len - 1]);
      answer->bytes -= 900;
    }
  citiz_sim_node_send (node, answer, packet->from);
  citiz_sim_packet_unref (sim, answer);
}

static gboolean
is_justified (CitizSimNode *node, const CitizSimLink *link)
{
  CitizSim *sim = node->sim;
  const CitizSimBlock *block = citiz_sim_block (sim, link->block);
  const CitizCert *final = link->final != NULL ? &link->final->cert : NULL;

  if (block->header.epoch != node->epoch || link->notar == NULL
      || link->notar->cert.epoch != node->epoch || link->notar->cert.slot != block->header.slot
      || !citiz_hash_equal (&link->notar->cert.hash, &block->hash)
      || link->n_skips != block->header.slot - block->header.parent_slot - 1
      || !citiz_sim_is_certified (sim, &link->notar->cert)
      || (final != NULL
          && (!citiz_hash_equal (&final->hash, &block->hash) || final->kind != CITIZ_VOTE_FINAL
              || !citiz_sim_is_certified (sim, final))))
    return FALSE;
  for (guint i = 0; i < link->n_skips; i++)
    if (link->skips[i]->cert.epoch != node->epoch
        || link->skips[i]->cert.slot != block->header.parent_slot + 1 + i
        || link->skips[i]->cert.kind != CITIZ_VOTE_SKIP
        || !citiz_sim_is_certified (sim, &link->skips[i]->cert))
      return FALSE;
  return TRUE;
}

/* The answer to RANGE, checked as the node program does. */
void
citiz_sim_node_take_blocks (CitizSimNode *node, const CitizSimPacket *packet)
{
  CitizSim *sim = node->sim;
  const guint n = packet->links->len;
  CitizBlockHeader headers[CITIZ_CSX_RANGE];
  CitizHash hashes[CITIZ_CSX_RANGE];
  CitizCsxRange range = {.headers = headers, .hashes = hashes};
  const CitizCsxEvent event
      = {.kind = CITIZ_CSX_EVENT_RANGE, .from = packet->from, .range = &range};
  gboolean good = n > 0 && n <= CITIZ_CSX_RANGE
                  && ((CitizSimLink *) packet->links->pdata[n - 1])->final != NULL;

  for (guint i = 0; i < n && good; i++)
    good = is_justified (node, packet->links->pdata[i]);
  for (guint i = 0; i < n && good; i++)
    {
      const CitizSimLink *link = packet->links->pdata[i];
      const CitizSimBlock *block = citiz_sim_block (sim, link->block);

      headers[i] = block->header;
      hashes[i] = block->hash;
      citiz_sim_node_store (node, link->block);
      if (!is_past (node, block->header.epoch, block->header.slot)
          && find_fetched (node, link->block) == NULL)
        {
          g_array_set_size (node->fetched, node->fetched->len + 1);
          citiz_sim_link_copy (&g_array_index (node->fetched, CitizSimLink, node->fetched->len - 1),
                               link);
        }
      range.n = i + 1;
    }
  if (range.n > 0)
    range.final = &((CitizSimLink *) packet->links->pdata[n - 1])->final->cert;
  citiz_sim_node_step (node, &event);
}
