/* The vote journal's file as bytes: heads, records, what a crash leaves. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-journal-format.h"

#include <string.h>

#define MAGIC      "citizjrn"
#define MAGIC_SIZE 8
#define SUM_SIZE   4
#define KIND_AT    8 /* in a record; never 0, so what was never written needs no sum to be told */

/* CRC-32C (Castagnoli), by bytes. */
static const guint32 *
sum_table (void)
{
  static guint32 table[256];
  static gsize made;

  if (g_once_init_enter (&made))
    {
      for (guint32 i = 0; i < G_N_ELEMENTS (table); i++)
        {
          table[i] = i;
          for (guint bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (0x82f63b78 & (0 - (table[i] & 1)));
        }
      g_once_init_leave (&made, 1);
    }
  return table;
}

static guint32
sum (guint32 crc, const guint8 *bytes, gsize n)
{
  const guint32 *table = sum_table ();

  crc = ~crc;
  for (gsize i = 0; i < n; i++)
    crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 255];
  return ~crc;
}

static void
put_sum (guint8 *out, guint32 value)
{
  for (guint i = 0; i < SUM_SIZE; i++)
    out[i] = (guint8) (value >> (24 - 8 * i));
}

static gboolean
sum_is (const guint8 *bytes, guint32 value)
{
  guint8 expected[SUM_SIZE];

  put_sum (expected, value);
  return memcmp (bytes, expected, SUM_SIZE) == 0;
}

void
citiz_journal_head_encode (const CitizJournalHead *head, guint8 out[CITIZ_JOURNAL_SECTOR])
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (CITIZ_JOURNAL_SECTOR);

  citiz_put_bytes (bytes, (const guint8 *) MAGIC, MAGIC_SIZE);
  citiz_put_u8 (bytes, head->version);
  citiz_put_u64 (bytes, head->generation);
  citiz_put_u32 (bytes, head->n_copied);
  citiz_put_bytes (bytes, head->chain_id.b, sizeof head->chain_id.b);
  citiz_put_u64 (bytes, head->epoch);
  citiz_put_bytes (bytes, head->node.b, sizeof head->node.b);
  citiz_put_bytes (bytes, head->key.b, sizeof head->key.b);
  citiz_put_bytes (bytes, head->sealed, sizeof head->sealed);
  citiz_put_u8 (bytes, head->barred != 0);
  memset (out, 0, CITIZ_JOURNAL_SECTOR);
  memcpy (out, bytes->data, bytes->len);
  put_sum (out + CITIZ_JOURNAL_SECTOR - SUM_SIZE, sum (0, out, CITIZ_JOURNAL_SECTOR - SUM_SIZE));
}

gboolean
citiz_journal_head_decode (const guint8 bytes[CITIZ_JOURNAL_SECTOR], CitizJournalHead *out)
{
  CitizCursor cursor = citiz_cursor (bytes, CITIZ_JOURNAL_SECTOR);
  guint8 magic[MAGIC_SIZE], barred;
  const gboolean good
      = sum_is (bytes + CITIZ_JOURNAL_SECTOR - SUM_SIZE,
                sum (0, bytes, CITIZ_JOURNAL_SECTOR - SUM_SIZE))
        && citiz_take_bytes (&cursor, magic, sizeof magic) && memcmp (magic, MAGIC, MAGIC_SIZE) == 0
        && citiz_take_u8 (&cursor, &out->version) && out->version == 1
        && citiz_take_u64 (&cursor, &out->generation) && citiz_take_u32 (&cursor, &out->n_copied)
        && out->n_copied <= CITIZ_JOURNAL_RECORDS
        && citiz_take_bytes (&cursor, out->chain_id.b, sizeof out->chain_id.b)
        && citiz_take_u64 (&cursor, &out->epoch)
        && citiz_take_bytes (&cursor, out->node.b, sizeof out->node.b)
        && citiz_take_bytes (&cursor, out->key.b, sizeof out->key.b)
        && citiz_take_bytes (&cursor, out->sealed, sizeof out->sealed)
        && citiz_take_u8 (&cursor, &barred) && barred <= 1;

  out->barred = good && barred == 1;
  return good;
}

/* A record of another generation or place has another sum, so what an earlier use of the half left is nothing. */
static guint32
record_sum (const guint8 bytes[CITIZ_JOURNAL_RECORD], guint64 generation, guint32 index)
{
  guint8 place[12];

  for (guint i = 0; i < 8; i++)
    place[i] = (guint8) (generation >> (56 - 8 * i));
  put_sum (place + 8, index);
  return sum (sum (0, place, sizeof place), bytes + SUM_SIZE, CITIZ_JOURNAL_RECORD - SUM_SIZE);
}

void
citiz_journal_record_encode (const CitizVote *vote,
                             guint64 generation,
                             guint32 index,
                             guint32 synced,
                             guint8 out[CITIZ_JOURNAL_RECORD])
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (CITIZ_JOURNAL_RECORD);

  citiz_put_u32 (bytes, 0);
  citiz_put_u32 (bytes, synced);
  citiz_put_u8 (bytes, (guint8) vote->kind);
  citiz_put_u16 (bytes, vote->voter);
  citiz_put_u64 (bytes, vote->slot);
  citiz_put_bytes (bytes, vote->hash.b, sizeof vote->hash.b);
  citiz_put_bytes (bytes, vote->signature.b, sizeof vote->signature.b);
  memset (out, 0, CITIZ_JOURNAL_RECORD);
  memcpy (out, bytes->data, bytes->len);
  put_sum (out, record_sum (out, generation, index));
}

gboolean
citiz_journal_record_decode (const guint8 bytes[CITIZ_JOURNAL_RECORD],
                             const CitizJournalHead *head,
                             guint32 index,
                             CitizVote *out,
                             guint32 *out_synced)
{
  CitizCursor cursor = citiz_cursor (bytes + SUM_SIZE, CITIZ_JOURNAL_RECORD - SUM_SIZE);
  guint8 kind = 0;

  if (!sum_is (bytes, record_sum (bytes, head->generation, index))
      || !citiz_take_u32 (&cursor, out_synced) || !citiz_take_u8 (&cursor, &kind)
      || kind < CITIZ_VOTE_CAND || kind > CITIZ_VOTE_FINAL)
    return FALSE;
  out->kind = (CitizVoteKind) kind;
  out->epoch = head->epoch;
  return citiz_take_u16 (&cursor, &out->voter) && citiz_take_u64 (&cursor, &out->slot)
         && citiz_take_bytes (&cursor, out->hash.b, sizeof out->hash.b)
         && citiz_take_bytes (&cursor, out->signature.b, sizeof out->signature.b);
}

/* The newest of the four heads. */
static gboolean
find_head (const guint8 *file, CitizJournalHead *out, guint *out_half)
{
  gboolean found = FALSE;

  for (guint i = 0; i < 4; i++)
    {
      CitizJournalHead head;

      if (!citiz_journal_head_decode (file + i * CITIZ_JOURNAL_HALF, &head)
          || (found && head.generation <= out->generation))
        continue;
      *out = head;
      *out_half = i % 2;
      found = TRUE;
    }
  return found;
}

static gboolean
find_record (const guint8 *file,
             const CitizJournalHead *head,
             guint half,
             guint32 index,
             CitizVote *out,
             guint32 *out_synced)
{
  const gsize offset
      = half * CITIZ_JOURNAL_HALF + CITIZ_JOURNAL_SECTOR + (gsize) index * CITIZ_JOURNAL_RECORD;

  const guint8 *first = file + offset;
  const guint8 *second = first + 2 * CITIZ_JOURNAL_HALF;

  return (first[KIND_AT] != 0 && citiz_journal_record_decode (first, head, index, out, out_synced))
         || (second[KIND_AT] != 0
             && citiz_journal_record_decode (second, head, index, out, out_synced));
}

/**
 * citiz_journal_scan:
 * @file: the whole of it, @n bytes
 * @out_half: the half in use
 * @out_votes: (element-type CitizVote): filled with the records, oldest first
 *
 * A record counts if one of its two copies is whole. The first that does not count is where the journal ends: rightly so if
 * what comes after belongs to the same unfinished write, and damage if a later record says that this one was durable.
 */
CitizJournalState
citiz_journal_scan (const guint8 *file,
                    gsize n,
                    CitizJournalHead *out_head,
                    guint *out_half,
                    GArray *out_votes)
{
  guint32 end = CITIZ_JOURNAL_RECORDS;
  gboolean torn = FALSE;

  g_array_set_size (out_votes, 0);
  if (n != CITIZ_JOURNAL_SIZE || !find_head (file, out_head, out_half))
    return CITIZ_JOURNAL_DAMAGED;
  for (guint32 i = 0; i < CITIZ_JOURNAL_RECORDS; i++)
    {
      guint32 synced = 0;
      CitizVote vote;

      if (!find_record (file, out_head, *out_half, i, &vote, &synced))
        end = MIN (end, i);
      else if (end == CITIZ_JOURNAL_RECORDS)
        g_array_append_val (out_votes, vote);
      else if (synced > end)
        return CITIZ_JOURNAL_DAMAGED;
      else
        torn = TRUE;
    }
  if (end < out_head->n_copied)
    return CITIZ_JOURNAL_DAMAGED;
  return torn ? CITIZ_JOURNAL_TORN : CITIZ_JOURNAL_WHOLE;
}
