/* The disk under a vote journal: the bytes of the real format, a cache in front of the platter, and what can go wrong with them.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include <string.h>

#define N_SECTORS (CITIZ_JOURNAL_SIZE / CITIZ_JOURNAL_SECTOR)

/* The file of a journal: made once and used by one world after the other, because it is large. */
CitizSimDisk *
citiz_sim_disk (guint number)
{
  static CitizSimDisk disks[2 * CITIZ_SIM_INSTANCES];
  CitizSimDisk *disk = &disks[number];

  if (disk->seen != NULL)
    return disk;
  disk->seen = g_malloc0 (CITIZ_JOURNAL_SIZE);
  disk->platter = g_malloc0 (CITIZ_JOURNAL_SIZE);
  disk->is_dirty = g_malloc0 (N_SECTORS);
  disk->dirty = g_array_new (FALSE, FALSE, sizeof (guint32));
  disk->votes = g_array_new (FALSE, FALSE, sizeof (CitizVote));
  return disk;
}

static gsize
place_of (guint half, guint32 index)
{
  return (gsize) half * CITIZ_JOURNAL_HALF + CITIZ_JOURNAL_SECTOR
         + (gsize) index * CITIZ_JOURNAL_RECORD;
}

static void
write_twice (CitizSimDisk *disk, const guint8 *bytes, gsize n, gsize offset)
{
  for (guint copy = 0; copy < 2; copy++)
    {
      const gsize at = offset + (gsize) copy * 2 * CITIZ_JOURNAL_HALF;

      memcpy (disk->seen + at, bytes, n);
      for (guint32 sector = (guint32) (at / CITIZ_JOURNAL_SECTOR);
           sector <= (at + n - 1) / CITIZ_JOURNAL_SECTOR; sector++)
        if (!disk->is_dirty[sector])
          {
            disk->is_dirty[sector] = TRUE;
            g_array_append_val (disk->dirty, sector);
          }
    }
}

static void
write_records (CitizSimDisk *disk, guint half, guint64 generation, guint from)
{
  for (guint i = from; i < disk->votes->len; i++)
    {
      guint8 bytes[CITIZ_JOURNAL_RECORD];

      citiz_journal_record_encode (&g_array_index (disk->votes, CitizVote, i), generation, i,
                                   disk->n_synced, bytes);
      write_twice (disk, bytes, sizeof bytes, place_of (half, i));
    }
  disk->top[half] = MAX (disk->top[half], disk->votes->len);
}

static void
write_head (CitizSimDisk *disk, guint half)
{
  guint8 bytes[CITIZ_JOURNAL_SECTOR];

  citiz_journal_head_encode (&disk->head, bytes);
  write_twice (disk, bytes, sizeof bytes, (gsize) half * CITIZ_JOURNAL_HALF);
}

static void
settle (CitizSimDisk *disk, guint32 sector, guint8 *to, const guint8 *from)
{
  const gsize at = (gsize) sector * CITIZ_JOURNAL_SECTOR;

  memcpy (to + at, from + at, CITIZ_JOURNAL_SECTOR);
  disk->is_dirty[sector] = FALSE;
}

/* Returns: %FALSE if the disk says that it could not: what was not synced is anyhow, and the process must end */
gboolean
citiz_sim_disk_sync (CitizSimDisk *disk)
{
  if (disk->fails)
    return FALSE;
  for (guint i = 0; i < disk->dirty->len; i++)
    settle (disk, g_array_index (disk->dirty, guint32, i), disk->platter, disk->seen);
  g_array_set_size (disk->dirty, 0);
  disk->n_synced = disk->votes->len;
  return TRUE;
}

/* Of each sector that was not synced the old or the new content stays; what is seen afterwards is what is there. */
void
citiz_sim_disk_crash (CitizSim *sim, CitizSimDisk *disk)
{
  guint kept = 0;

  for (guint i = 0; i < disk->dirty->len; i++)
    {
      const guint32 sector = g_array_index (disk->dirty, guint32, i);

      if (citiz_sim_chance (sim, CITIZ_SIM_DISK, 500))
        {
          settle (disk, sector, disk->platter, disk->seen);
          kept++;
        }
      else
        settle (disk, sector, disk->seen, disk->platter);
    }
  if (kept < disk->dirty->len)
    citiz_sim_met (sim, kept > 0 ? CITIZ_SIM_MET_TORN : CITIZ_SIM_MET_UNSYNCED);
  g_array_set_size (disk->dirty, 0);
  disk->fails = FALSE;
  if (disk->here && !disk->named && citiz_sim_chance (sim, CITIZ_SIM_DISK, 500))
    {
      citiz_sim_met (sim, CITIZ_SIM_MET_LOST_NAME);
      disk->here = FALSE;
    }
  disk->named = disk->here;
}

static void
change_halves (CitizSimDisk *disk)
{
  const guint half = 1 - disk->half;

  disk->head.generation++;
  disk->head.n_copied = disk->votes->len;
  disk->n_synced = 0;
  write_records (disk, half, disk->head.generation, 0);
  (void) citiz_sim_disk_sync (disk);
  write_head (disk, half);
  (void) citiz_sim_disk_sync (disk);
  disk->half = half;
}

static void
wipe_half (guint8 *file, guint half, guint top)
{
  for (guint copy = 0; copy < 2; copy++)
    memset (file + ((gsize) copy * 2 + half) * CITIZ_JOURNAL_HALF, 0,
            CITIZ_JOURNAL_SECTOR + (gsize) top * CITIZ_JOURNAL_RECORD);
}

/* Nothing of it can be read any more, not even by who takes the disk out; an old backup is another thing. */
void
citiz_sim_disk_end (CitizSimDisk *disk)
{
  for (guint half = 0; half < 2; half++)
    {
      wipe_half (disk->seen, half, disk->top[half]);
      wipe_half (disk->platter, half, disk->top[half]);
      disk->top[half] = 0;
    }
  for (guint i = 0; i < disk->dirty->len; i++)
    disk->is_dirty[g_array_index (disk->dirty, guint32, i)] = FALSE;
  g_array_set_size (disk->dirty, 0);
  g_array_set_size (disk->votes, 0);
  disk->head = (CitizJournalHead){0};
  disk->half = 0;
  disk->n_synced = 0;
  disk->here = disk->named = disk->damaged = disk->fails = disk->rotten = FALSE;
}

/* A new journal for @epoch; whether its name stays in its folder is another question. */
void
citiz_sim_disk_format (CitizSim *sim, CitizSimDisk *disk, guint64 epoch, const CitizPublicKey *key)
{
  citiz_sim_disk_end (disk);
  disk->here = TRUE;
  disk->head = (CitizJournalHead){
      .version = 1, .generation = 1, .chain_id = sim->chain_id, .epoch = epoch, .key = *key};
  write_head (disk, 0);
  (void) citiz_sim_disk_sync (disk);
}

static void
forget (CitizSimDisk *disk, guint64 committed_slot)
{
  guint kept = 0;

  for (guint i = 0; i < disk->votes->len; i++)
    {
      const CitizVote vote = g_array_index (disk->votes, CitizVote, i);

      if (vote.slot > committed_slot)
        g_array_index (disk->votes, CitizVote, kept++) = vote;
    }
  g_array_set_size (disk->votes, kept);
}

/* Written, not durable before the next sync. */
void
citiz_sim_disk_append (CitizSim *sim,
                       CitizSimDisk *disk,
                       const CitizVote *votes,
                       guint n,
                       guint64 committed_slot)
{
  guint from;

  if (disk->votes->len + n > CITIZ_JOURNAL_RECORDS)
    {
      forget (disk, committed_slot);
      change_halves (disk);
    }
  from = disk->votes->len;
  g_array_append_vals (disk->votes, votes, n);
  write_records (disk, disk->half, disk->head.generation, from);
}

/* A bit turns over, in one copy of a record or in both. One copy of each is left whole until the journal is opened, and made good, again. */
void
citiz_sim_disk_rot (CitizSim *sim, CitizSimDisk *disk, gboolean both)
{
  const guint n = MAX (disk->votes->len, 1);
  const gsize at = place_of (disk->half, citiz_sim_below (sim, CITIZ_SIM_DISK, n))
                   + citiz_sim_below (sim, CITIZ_SIM_DISK, 115);
  const guint first = citiz_sim_below (sim, CITIZ_SIM_DISK, 2);

  if (disk->rotten && !both)
    return;
  disk->rotten = TRUE;
  for (guint copy = 0; copy < 2; copy++)
    if (both || copy == first)
      {
        disk->seen[at + (gsize) copy * 2 * CITIZ_JOURNAL_HALF] ^= 4;
        disk->platter[at + (gsize) copy * 2 * CITIZ_JOURNAL_HALF] ^= 4;
      }
}

static void
copy_halves (guint8 *to, const guint8 *from, const guint top[2])
{
  for (guint part = 0; part < 4; part++)
    memcpy (to + (gsize) part * CITIZ_JOURNAL_HALF, from + (gsize) part * CITIZ_JOURNAL_HALF,
            CITIZ_JOURNAL_SECTOR + (gsize) top[part % 2] * CITIZ_JOURNAL_RECORD);
}

void
citiz_sim_disk_save (CitizSimDisk *disk)
{
  if (disk->backup == NULL)
    disk->backup = g_malloc (CITIZ_JOURNAL_SIZE);
  memcpy (disk->backup_top, disk->top, sizeof disk->top);
  copy_halves (disk->backup, disk->platter, disk->top);
  disk->backup_here = disk->here && disk->named;
  disk->backup_head = disk->head;
}

/* Between a crash and the next start. */
void
citiz_sim_disk_set_back (CitizSimDisk *disk)
{
  citiz_sim_disk_end (disk);
  memcpy (disk->top, disk->backup_top, sizeof disk->top);
  copy_halves (disk->platter, disk->backup, disk->top);
  copy_halves (disk->seen, disk->backup, disk->top);
  disk->here = disk->named = disk->backup_here;
  disk->head = disk->backup_head;
}

/* Returns: %FALSE when records that were durable cannot be read */
gboolean
citiz_sim_disk_open (CitizSimDisk *disk)
{
  if (citiz_journal_scan (disk->seen, CITIZ_JOURNAL_SIZE, &disk->head, &disk->half, disk->votes)
      == CITIZ_JOURNAL_DAMAGED)
    return FALSE;
  disk->rotten = FALSE;
  change_halves (disk);
  return TRUE;
}
