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

static void
drop_past (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  const guint64 slot = citiz_sim_block (sim, node->committed)->header.slot;
  guint n = 0;

  for (guint i = 0; i < node->kept->len; i++)
    {
      CitizSimCert *cert = node->kept->pdata[i];

      if (cert->cert.slot > slot)
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

      if (citiz_sim_block (sim, block)->header.slot > slot)
        g_array_index (node->notarized, guint, n++) = block;
    }
  g_array_set_size (node->notarized, n);
  n = 0;
  for (guint i = 0; i < node->fetched->len; i++)
    {
      CitizSimLink *link = &g_array_index (node->fetched, CitizSimLink, i);

      if (citiz_sim_block (sim, link->block)->header.slot > slot)
        g_array_index (node->fetched, CitizSimLink, n++) = *link;
      else
        citiz_sim_link_clear (sim, link);
    }
  g_array_set_size (node->fetched, n);
}

/* All at once or not at all. Returns: %FALSE when the rules refuse what a quorum has signed */
gboolean
citiz_sim_node_commit (CitizSimNode *node, const CitizSimErrand *errand)
{
  CitizSim *sim = node->sim;
  guint path[CITIZ_CSX_AHEAD + CITIZ_CSX_RANGE];
  guint n = 0;

  for (guint i = citiz_sim_find_block (sim, &errand->hash); i != node->committed;
       i = citiz_sim_block (sim, i)->parent)
    {
      if (i == G_MAXUINT || i == 0 || !citiz_sim_node_has (node, i) || n == G_N_ELEMENTS (path))
        {
          citiz_sim_broken (sim, "R10", "%u commits what is not there", node->number);
          return FALSE;
        }
      if (!citiz_sim_block (sim, i)->valid)
        return FALSE;
      path[n++] = i;
    }
  for (guint i = n; i > 0; i--)
    {
      CitizSimLink link;

      if (!justify (node, path[i - 1], &link))
        {
          citiz_sim_broken (sim, "R10", "%u commits slot %" G_GUINT64_FORMAT " without reasons",
                            node->number, citiz_sim_block (sim, path[i - 1])->header.slot);
          return FALSE;
        }
      if (i == 1 && link.final == NULL)
        link.final = citiz_sim_cert_ref (errand->cert);
      g_array_append_val (node->chain, link);
      node->committed = link.block;
      citiz_sim_law_commit (node, &link);
    }
  drop_past (node);
  if (sim->forked && !sim->ended)
    citiz_sim_law_fork (sim);
  return TRUE;
}

/* For who was set back to an old copy of its disk. */
void
citiz_sim_node_truncate (CitizSimNode *node, guint height)
{
  for (guint i = height; i < node->chain->len; i++)
    citiz_sim_link_clear (node->sim, &g_array_index (node->chain, CitizSimLink, i));
  g_array_set_size (node->chain, height);
  node->committed = height > 0 ? g_array_index (node->chain, CitizSimLink, height - 1).block : 0;
}

void
citiz_sim_node_serve_fetch (CitizSimNode *node, const CitizSimPacket *packet)
{
  const guint number = citiz_sim_find_block (node->sim, &packet->hash);
  CitizSimPacket *answer;

  if (number == G_MAXUINT || !citiz_sim_node_has (node, number))
    return;
  answer = citiz_sim_packet_new (node->sim, CITIZ_SIM_PACKET_CSX, node->place);
  answer->csx = CITIZ_CSX_MESSAGE_BLOCK;
  answer->block = number;
  answer->epoch = citiz_sim_block (node->sim, number)->header.epoch;
  answer->bytes += CITIZ_HEADER_SIZE + 250 * citiz_sim_block (node->sim, number)->header.n_tx;
  if (node->lies == 0 || citiz_sim_liar_sends (node, answer, packet->from))
    citiz_sim_send (node->sim, answer, packet->from);
  citiz_sim_packet_unref (node->sim, answer);
}

/* Committed blocks after a slot, up to the last with a Final certificate. */
void
citiz_sim_node_serve_range (CitizSimNode *node, const CitizSimPacket *packet)
{
  CitizSim *sim = node->sim;
  CitizSimPacket *answer = citiz_sim_packet_new (sim, CITIZ_SIM_PACKET_BLOCKS, node->place);
  guint first = node->chain->len;
  guint last;

  while (first > 0
         && citiz_sim_block (sim, g_array_index (node->chain, CitizSimLink, first - 1).block)
                    ->header.slot
                > packet->slot)
    first--;
  last = MIN (node->chain->len, first + CITIZ_CSX_RANGE);
  while (last > first && g_array_index (node->chain, CitizSimLink, last - 1).final == NULL)
    last--;
  answer->slot = packet->slot;
  answer->links = g_ptr_array_new ();
  for (guint i = first; i < last; i++)
    {
      CitizSimLink *copy = g_new (CitizSimLink, 1);

      citiz_sim_link_copy (copy, &g_array_index (node->chain, CitizSimLink, i));
      g_ptr_array_add (answer->links, copy);
      answer->bytes += 900;
    }
  if (node->lies == 0 || citiz_sim_liar_sends (node, answer, packet->from))
    citiz_sim_send (sim, answer, packet->from);
  citiz_sim_packet_unref (sim, answer);
}

static gboolean
is_justified (CitizSim *sim, const CitizSimLink *link)
{
  const CitizSimBlock *block = citiz_sim_block (sim, link->block);
  const CitizCert *final = link->final != NULL ? &link->final->cert : NULL;

  if (link->notar == NULL || link->notar->cert.slot != block->header.slot
      || !citiz_hash_equal (&link->notar->cert.hash, &block->hash)
      || link->n_skips != block->header.slot - block->header.parent_slot - 1
      || !citiz_sim_is_certified (sim, &link->notar->cert)
      || (final != NULL
          && (!citiz_hash_equal (&final->hash, &block->hash)
              || !citiz_sim_is_certified (sim, final))))
    return FALSE;
  for (guint i = 0; i < link->n_skips; i++)
    if (link->skips[i]->cert.slot != block->header.parent_slot + 1 + i
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
    good = is_justified (sim, packet->links->pdata[i]);
  for (guint i = 0; i < n && good; i++)
    {
      const CitizSimLink *link = packet->links->pdata[i];
      const CitizSimBlock *block = citiz_sim_block (sim, link->block);

      headers[i] = block->header;
      hashes[i] = block->hash;
      citiz_sim_node_store (node, link->block);
      if (block->header.slot > citiz_sim_block (sim, node->committed)->header.slot
          && find_fetched (node, link->block) == NULL)
        {
          g_array_set_size (node->fetched, node->fetched->len + 1);
          citiz_sim_link_copy (&g_array_index (node->fetched, CitizSimLink, node->fetched->len - 1),
                               link);
        }
      range.final = &link->final->cert;
      range.n = i + 1;
    }
  if (range.n > 0)
    range.final = &((CitizSimLink *) packet->links->pdata[n - 1])->final->cert;
  citiz_sim_node_step (node, &event);
}
