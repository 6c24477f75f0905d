/* Who is to blame for a fork: at least 2q − n validators, none of them honest (I11). SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

static void
collect (const CitizSimNode *node, GPtrArray *out)
{
  for (guint i = 0; i < node->chain->len; i++)
    {
      const CitizSimLink *link = &g_array_index (node->chain, CitizSimLink, i);

      g_ptr_array_add (out, link->notar);
      if (link->final != NULL)
        g_ptr_array_add (out, link->final);
      for (guint j = 0; j < link->n_skips; j++)
        g_ptr_array_add (out, link->skips[j]);
    }
}

static gboolean
is_guilty (const GPtrArray *certs, guint16 place)
{
  for (guint i = 0; i < certs->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const CitizCert *a = &((CitizSimCert *) certs->pdata[i])->cert;
        const CitizCert *b = &((CitizSimCert *) certs->pdata[j])->cert;
        CitizVote one, other;

        if (a->epoch == b->epoch && a->slot == b->slot && citiz_cert_vote (a, place, &one)
            && citiz_cert_vote (b, place, &other)
            && citiz_evidence_of (&one, &other) != CITIZ_EVIDENCE_NONE)
          return TRUE;
      }
  return FALSE;
}

/* The justification that honest nodes store with their chains is all that is looked at. */
void
citiz_sim_law_fork (CitizSim *sim)
{
  g_autoptr (GPtrArray) certs = g_ptr_array_new ();
  guint n = 0;

  for (guint i = 0; i < sim->n; i++)
    if (sim->nodes[i].lies == 0)
      collect (&sim->nodes[i], certs);
  for (guint16 i = 0; i < sim->n; i++)
    if (is_guilty (certs, i))
      {
        n++;
        if (!sim->nodes[i].faulty)
          citiz_sim_broken (sim, "I11", "a fork is blamed on %u, who is honest", i);
      }
  if (n < 2 * sim->epochs[0].quorum - sim->n)
    citiz_sim_broken (sim, "I11", "a fork is blamed on %u only", n);
  sim->result->forks++;
  sim->ended = TRUE;
}
