/* External merge sort in compact memory: sorted blocks as varint columns, chained while in order, merged by a heap.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FAN_IN                                                                                     \
  128 /* chains read at once: bounds the memory of a merge whatever the order of the file */

/* A sorted run of at most CITIZ_SAMPLES_BLOCK samples. */
typedef struct
{
  guint8 *bytes;
  guint32 size;
  guint16 n;
} Block;

/* Blocks that follow one another in time. */
typedef struct
{
  GArray *blocks; /* Block */
  CitizImportSample last;
} Chain;

struct _CitizSamples
{
  CitizImportSample *buffer;
  guint n, capacity;
  gboolean sorted;
  GPtrArray *chains;
  gsize memory;
};

typedef struct
{
  Chain *chain;
  guint next; /* block to decode next */
  guint at, n;
  CitizImportSample *samples;
} Reader;

gint
citiz_import_sample_compare (gconstpointer a, gconstpointer b)
{
  const CitizImportSample *x = a, *y = b;

  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  if (x->duration != y->duration)
    return x->duration < y->duration ? -1 : 1;
  return x->value < y->value ? -1 : x->value > y->value;
}

static void
chain_free (gpointer data)
{
  Chain *chain = data;

  for (guint i = 0; i < chain->blocks->len; i++)
    g_free (g_array_index (chain->blocks, Block, i).bytes);
  g_array_unref (chain->blocks);
  g_free (chain);
}

CitizSamples *
citiz_samples_new (void)
{
  CitizSamples *samples = g_new0 (CitizSamples, 1);
  samples->sorted = TRUE;
  samples->chains = g_ptr_array_new_with_free_func (chain_free);
  return samples;
}

void
citiz_samples_free (CitizSamples *samples)
{
  if (samples == NULL)
    return;
  g_ptr_array_unref (samples->chains);
  g_free (samples->buffer);
  g_free (samples);
}

gsize
citiz_samples_memory (const CitizSamples *samples)
{
  return samples->memory + samples->capacity * sizeof (CitizImportSample);
}

static inline guint8 *
put_varint (guint8 *p, guint64 v)
{
  while (v >= 0x80)
    {
      *p++ = (guint8) (v | 0x80);
      v >>= 7;
    }
  *p++ = (guint8) v;
  return p;
}

static inline const guint8 *
take_varint (const guint8 *p, guint64 *v)
{
  guint64 out = 0;
  for (guint shift = 0;; shift += 7)
    {
      guint8 b = *p++;
      out |= (guint64) (b & 0x7f) << shift;
      if (b < 0x80)
        break;
    }
  *v = out;
  return p;
}

static inline guint64
zigzag (gint64 v)
{
  return ((guint64) v << 1) ^ (guint64) (v >> 63);
}

static inline gint64
unzigzag (guint64 v)
{
  return (gint64) (v >> 1) ^ -(gint64) (v & 1);
}

static const gdouble powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};

/* Fewest decimals that give every value back exactly, or -1. */
static gint
decimals_of (const CitizImportSample *s, guint n)
{
  guint d = 0;

  for (guint i = 0; i < n; i++)
    for (;; d++)
      {
        if (d == G_N_ELEMENTS (powers))
          return -1;
        gdouble scaled = rint (s[i].value * powers[d]);
        if (fabs (scaled) < 9e15 && scaled / powers[d] == s[i].value)
          break;
      }
  return (gint) d;
}

/* Layout: decimals+1 (0 = raw doubles), then per sample: start delta, duration, offset delta, value. */
static Block
encode (const CitizImportSample *s, guint n)
{
  g_autofree guint8 *room = g_malloc (1 + n * (10 + 5 + 3 + 10));
  gint decimals = decimals_of (s, n);
  guint8 *p = room;
  gint64 start = 0, value = 0;
  gint16 offset = 0;

  *p++ = (guint8) (decimals + 1);
  for (guint i = 0; i < n; i++)
    {
      p = put_varint (p, zigzag (s[i].start - start));
      p = put_varint (p, s[i].duration % 1000 == 0 ? (guint64) s[i].duration / 1000 * 2
                                                   : (guint64) s[i].duration * 2 + 1);
      p = put_varint (p, zigzag (s[i].offset - offset));
      if (decimals >= 0)
        {
          gint64 v = (gint64) rint (s[i].value * powers[decimals]);
          p = put_varint (p, zigzag (v - value));
          value = v;
        }
      else
        {
          memcpy (p, &s[i].value, 8);
          p += 8;
        }
      start = s[i].start;
      offset = s[i].offset;
    }
  Block block = {g_memdup2 (room, (gsize) (p - room)), (guint32) (p - room), (guint16) n};
  return block;
}

static void
decode (const Block *block, CitizImportSample *s)
{
  const guint8 *p = block->bytes;
  gint decimals = (gint) *p++ - 1;
  gint64 start = 0, value = 0, offset = 0;
  guint64 v;

  for (guint i = 0; i < block->n; i++)
    {
      p = take_varint (p, &v);
      s[i].start = start += unzigzag (v);
      p = take_varint (p, &v);
      s[i].duration = (guint32) (v & 1 ? v / 2 : v / 2 * 1000);
      p = take_varint (p, &v);
      s[i].offset = (gint16) (offset += unzigzag (v));
      if (decimals >= 0)
        {
          p = take_varint (p, &v);
          value += unzigzag (v);
          s[i].value = (gdouble) value / powers[decimals];
        }
      else
        {
          memcpy (&s[i].value, p, 8);
          p += 8;
        }
    }
}

static Chain *
chain_new (CitizSamples *samples)
{
  Chain *chain = g_new0 (Chain, 1);
  chain->blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  g_ptr_array_add (samples->chains, chain);
  return chain;
}

static void
chain_append (CitizSamples *samples, Chain *chain, const CitizImportSample *s, guint n)
{
  Block block = encode (s, n);
  g_array_append_val (chain->blocks, block);
  chain->last = s[n - 1];
  samples->memory += block.size + sizeof block;
}

/* Sorts what is buffered and hangs it behind the first chain that ends before it. */
static void
flush (CitizSamples *samples)
{
  if (samples->n == 0)
    return;
  if (!samples->sorted)
    qsort (samples->buffer, samples->n, sizeof *samples->buffer, citiz_import_sample_compare);
  Chain *fit = NULL;
  for (guint i = 0; i < samples->chains->len && i < 8 && fit == NULL; i++)
    {
      Chain *chain = samples->chains->pdata[i];
      if (citiz_import_sample_compare (&chain->last, &samples->buffer[0]) <= 0)
        fit = chain;
    }
  chain_append (samples, fit != NULL ? fit : chain_new (samples), samples->buffer, samples->n);
  samples->n = 0;
  samples->sorted = TRUE;
}

void
citiz_samples_add (CitizSamples *samples, const CitizImportSample *sample)
{
  if (samples->n == samples->capacity)
    {
      if (samples->capacity == CITIZ_SAMPLES_BLOCK)
        flush (samples);
      else
        {
          samples->capacity = samples->capacity == 0 ? 16 : samples->capacity * 2;
          samples->buffer = g_renew (CitizImportSample, samples->buffer, samples->capacity);
        }
    }
  if (samples->n > 0 && samples->sorted
      && citiz_import_sample_compare (&samples->buffer[samples->n - 1], sample) > 0)
    samples->sorted = FALSE;
  samples->buffer[samples->n++] = *sample;
}

/* Moves @reader to its next sample; FALSE at the end. A block's memory goes as soon as it is decoded. */
static gboolean
reader_next (CitizSamples *samples, Reader *reader)
{
  if (++reader->at < reader->n)
    return TRUE;
  if (reader->next == reader->chain->blocks->len)
    return FALSE;
  Block *block = &g_array_index (reader->chain->blocks, Block, reader->next++);
  decode (block, reader->samples);
  reader->at = 0;
  reader->n = block->n;
  samples->memory -= block->size;
  g_clear_pointer (&block->bytes, g_free);
  return TRUE;
}

static void
sift (Reader **heap, guint n, guint i)
{
  for (;;)
    {
      guint child = 2 * i + 1;
      if (child >= n)
        return;
      if (child + 1 < n
          && citiz_import_sample_compare (&heap[child + 1]->samples[heap[child + 1]->at],
                                          &heap[child]->samples[heap[child]->at])
                 < 0)
        child++;
      if (citiz_import_sample_compare (&heap[i]->samples[heap[i]->at],
                                       &heap[child]->samples[heap[child]->at])
          <= 0)
        return;
      Reader *other = heap[i];
      heap[i] = heap[child];
      heap[child] = other;
      i = child;
    }
}

/* Merges the first @n chains, dropping exact repeats, and gives blocks to @func. */
static gboolean
merge (CitizSamples *samples, guint n, CitizSamplesFunc func, gpointer data, guint64 *duplicates)
{
  g_autofree Reader *readers = g_new0 (Reader, n);
  g_autofree Reader **heap = g_new (Reader *, n);
  g_autofree CitizImportSample *room = g_new (CitizImportSample, (gsize) n * CITIZ_SAMPLES_BLOCK);
  g_autofree CitizImportSample *out = g_new (CitizImportSample, CITIZ_SAMPLES_BLOCK);
  guint live = 0, filled = 0;
  gboolean go_on = TRUE, any = FALSE;
  CitizImportSample last = {0};

  for (guint i = 0; i < n; i++)
    {
      readers[i].chain = samples->chains->pdata[i];
      readers[i].samples = room + (gsize) i * CITIZ_SAMPLES_BLOCK;
      if (reader_next (samples, &readers[i]))
        heap[live++] = &readers[i];
    }
  for (guint i = live; i-- > 0;)
    sift (heap, live, i);
  while (live > 0 && go_on)
    {
      const CitizImportSample *s = &heap[0]->samples[heap[0]->at];
      if (any && citiz_import_sample_compare (&last, s) == 0)
        (*duplicates)++;
      else
        {
          if (filled == CITIZ_SAMPLES_BLOCK)
            {
              go_on = func (data, out, filled);
              filled = 0;
            }
          out[filled++] = last = *s;
          any = TRUE;
        }
      if (!reader_next (samples, heap[0]))
        heap[0] = heap[--live];
      sift (heap, live, 0);
    }
  return go_on && (filled == 0 || func (data, out, filled));
}

typedef struct
{
  CitizSamples *samples;
  Chain *chain;
} Rewrite;

static gboolean
rewrite_cb (gpointer data, const CitizImportSample *s, guint n)
{
  Rewrite *rewrite = data;
  chain_append (rewrite->samples, rewrite->chain, s, n);
  return TRUE;
}

/**
 * citiz_samples_drain:
 * @func: receives everything in order; FALSE stops
 * @duplicates: (inout): grows by the exact repeats that were dropped
 *
 * Empties @samples. Memory: the compact blocks, freed as they are read, and FAN_IN open ones.
 */
gboolean
citiz_samples_drain (CitizSamples *samples,
                     CitizSamplesFunc func,
                     gpointer data,
                     guint64 *duplicates)
{
  flush (samples);
  g_clear_pointer (&samples->buffer, g_free);
  samples->capacity = 0;
  while (samples->chains->len > FAN_IN)
    {
      Rewrite rewrite = {samples, chain_new (samples)};
      merge (samples, FAN_IN, rewrite_cb, &rewrite, duplicates);
      g_ptr_array_remove_range (samples->chains, 0, FAN_IN);
    }
  gboolean done = merge (samples, samples->chains->len, func, data, duplicates);
  g_ptr_array_set_size (samples->chains, 0);
  samples->memory = 0;
  return done;
}
