/* What happens when: a binary heap of (time, sequence). SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

static gboolean
before (const CitizSimHeapEvent *a, const CitizSimHeapEvent *b)
{
  return a->at < b->at || (a->at == b->at && a->seq < b->seq);
}

void
citiz_sim_push (CitizSim *sim,
                gint64 at,
                CitizSimEventKind kind,
                guint to,
                guint32 life,
                gpointer data)
{
  const CitizSimHeapEvent event
      = {MAX (at, sim->now), sim->seq++, life, (guint16) to, (guint8) kind, data};
  CitizSimHeapEvent *heap;
  guint i = sim->heap->len;

  g_array_set_size (sim->heap, i + 1);
  heap = (CitizSimHeapEvent *) (gpointer) sim->heap->data;
  for (; i > 0 && before (&event, &heap[(i - 1) / 2]); i = (i - 1) / 2)
    heap[i] = heap[(i - 1) / 2];
  heap[i] = event;
}

gboolean
citiz_sim_pop (CitizSim *sim, CitizSimHeapEvent *out)
{
  CitizSimHeapEvent *heap = (CitizSimHeapEvent *) (gpointer) sim->heap->data;
  CitizSimHeapEvent last;
  guint n = sim->heap->len;
  guint i = 0;

  if (n == 0)
    return FALSE;
  *out = heap[0];
  last = heap[--n];
  for (guint child = 1; child < n; child = 2 * i + 1)
    {
      if (child + 1 < n && before (&heap[child + 1], &heap[child]))
        child++;
      if (!before (&heap[child], &last))
        break;
      heap[i] = heap[child];
      i = child;
    }
  heap[i] = last;
  g_array_set_size (sim->heap, n);
  return TRUE;
}
