/* The vote journal on disk: written ahead, synced, never renamed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-journal-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct _CitizJournal
{
  int fd;
  gchar *path;
  gboolean broken;
  CitizJournalHead head;
  guint half;
  GArray *votes; /* CitizVote: those of the half in use */
  guint n_synced;
  CitizSigningKey *key; /* NULL: barred */
};

static gboolean
fail (GError **error, int saved, const gchar *what)
{
  const CitizStoreError code = saved == ENOSPC || saved == EDQUOT  ? CITIZ_STORE_ERROR_FULL
                               : saved == EROFS || saved == EACCES ? CITIZ_STORE_ERROR_READ_ONLY
                               : saved == ENOENT                   ? CITIZ_STORE_ERROR_NOT_FOUND
                               : saved == EEXIST                   ? CITIZ_STORE_ERROR_EXISTS
                               : saved == EWOULDBLOCK              ? CITIZ_STORE_ERROR_BUSY
                                                                   : CITIZ_STORE_ERROR_IO;

  g_set_error (error, CITIZ_STORE_ERROR, code, "vote journal: %s: %s", what, g_strerror (saved));
  return FALSE;
}

static gboolean
damaged (GError **error, const gchar *what)
{
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED, "vote journal: %s", what);
  return FALSE;
}

/* The key the epoch key is sealed with: only who holds the node's key can make this signature again, and it never leaves
 * the machine. */
CitizSecret *
citiz_journal_sealing_key (const CitizHash *chain_id,
                           guint64 epoch,
                           const CitizSigningKey *node_key)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  CitizSignature signature;
  CitizSecret *key;
  gsize n;
  const guint8 *info = citiz_domain_label (CITIZ_DOMAIN_SEAL_STATE, &n);

  citiz_put_bytes (message, chain_id->b, sizeof chain_id->b);
  citiz_put_u64 (message, epoch);
  citiz_sign (&signature, CITIZ_DOMAIN_SIGN_JOURNAL, message->data, message->len, node_key);
  key = citiz_hkdf_sha256 (signature.b, sizeof signature.b, NULL, 0, info, n, CITIZ_SEAL_KEY_SIZE);
  citiz_wipe (&signature, sizeof signature);
  return key;
}

/* Once in each of the two places. */
static gboolean
write_twice (CitizJournal *journal, const guint8 *bytes, gsize n, goffset offset, GError **error)
{
  for (guint copy = 0; copy < 2; copy++)
    for (gsize done = 0; done < n;)
      {
        const gssize wrote
            = pwrite (journal->fd, bytes + done, n - done,
                      (off_t) (offset + (goffset) copy * 2 * CITIZ_JOURNAL_HALF + (goffset) done));

        if (wrote < 0 && errno == EINTR)
          continue;
        if (wrote <= 0)
          {
            journal->broken = TRUE;
            return fail (error, wrote == 0 ? EIO : errno, "writing");
          }
        done += (gsize) wrote;
      }
  return TRUE;
}

static gboolean
sync_now (CitizJournal *journal, GError **error)
{
  if (fdatasync (journal->fd) == 0)
    return TRUE;
  journal->broken = TRUE;
  return fail (error, errno, "syncing");
}

static gboolean
still_good (const CitizJournal *journal, GError **error)
{
  return !journal->broken || fail (error, EIO, "failed before");
}

static goffset
place_of (guint half, guint32 index)
{
  return (goffset) half * CITIZ_JOURNAL_HALF + CITIZ_JOURNAL_SECTOR
         + (goffset) index * CITIZ_JOURNAL_RECORD;
}

static gboolean
write_records (CitizJournal *journal, guint half, guint64 generation, guint from, GError **error)
{
  const guint n = journal->votes->len - from;
  g_autofree guint8 *bytes = g_malloc (MAX (n, 1) * CITIZ_JOURNAL_RECORD);

  for (guint i = 0; i < n; i++)
    citiz_journal_record_encode (&g_array_index (journal->votes, CitizVote, from + i), generation,
                                 from + i, journal->n_synced, bytes + i * CITIZ_JOURNAL_RECORD);
  return write_twice (journal, bytes, (gsize) n * CITIZ_JOURNAL_RECORD, place_of (half, from),
                      error);
}

static gboolean
write_head (CitizJournal *journal, const CitizJournalHead *head, guint half, GError **error)
{
  guint8 bytes[CITIZ_JOURNAL_SECTOR];

  citiz_journal_head_encode (head, bytes);
  return write_twice (journal, bytes, sizeof bytes, (goffset) half * CITIZ_JOURNAL_HALF, error);
}

/* What still counts goes to the other half, and is durable before that half's head is written. */
static gboolean
change_halves (CitizJournal *journal, GError **error)
{
  const guint half = 1 - journal->half;
  CitizJournalHead head = journal->head;

  head.generation++;
  head.n_copied = journal->votes->len;
  journal->n_synced = 0;
  if (!write_records (journal, half, head.generation, 0, error) || !sync_now (journal, error)
      || !write_head (journal, &head, half, error) || !sync_now (journal, error))
    return FALSE;
  journal->head = head;
  journal->half = half;
  journal->n_synced = journal->votes->len;
  return TRUE;
}

static gboolean
sync_folder (const gchar *path, GError **error)
{
  g_autofree gchar *folder = g_path_get_dirname (path);
  const int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const gboolean good = fd >= 0 && fsync (fd) == 0;
  const int saved = errno;

  if (fd >= 0)
    close (fd);
  return good || fail (error, saved, "syncing its folder");
}

static CitizJournal *
take_file (const gchar *path, int flags, GError **error)
{
  CitizJournal *journal;
  const int fd = open (path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      fail (error, errno, "opening");
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  journal = g_new0 (CitizJournal, 1);
  journal->fd = fd;
  journal->path = g_strdup (path);
  journal->votes = g_array_new (FALSE, FALSE, sizeof (CitizVote));
  return journal;
}

/* All of it is written once, so that later writes change no length and no map of blocks. */
static gboolean
fill (CitizJournal *journal, GError **error)
{
  g_autofree guint8 *zeros = g_malloc0 (2 * CITIZ_JOURNAL_HALF);

  return write_twice (journal, zeros, 2 * CITIZ_JOURNAL_HALF, 0, error) && sync_now (journal, error)
         && write_head (journal, &journal->head, 0, error);
}

/**
 * citiz_journal_create:
 *
 * Makes a new key for @epoch and the file that holds it. The key must not be told to anybody before this has returned.
 *
 * Returns: (transfer full) (nullable): %CITIZ_STORE_ERROR_EXISTS if there is such a file
 */
CitizJournal *
citiz_journal_create (const gchar *path,
                      const CitizHash *chain_id,
                      guint64 epoch,
                      const CitizSigningKey *node_key,
                      GError **error)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);
  g_autoptr (CitizSecret) sealing = citiz_journal_sealing_key (chain_id, epoch, node_key);
  g_autoptr (CitizJournal) journal = take_file (path, O_CREAT | O_EXCL, error);
  CitizJournalHead *head;

  if (journal == NULL)
    return NULL;
  head = &journal->head;
  journal->key = citiz_signing_key_new_from_seed (seed);
  *head = (CitizJournalHead){.version = 1, .generation = 1, .chain_id = *chain_id, .epoch = epoch};
  head->node = *citiz_signing_key_get_public (node_key);
  head->key = *citiz_signing_key_get_public (journal->key);
  citiz_seal_into (head->sealed, CITIZ_DOMAIN_SEAL_STATE, citiz_secret_data (sealing), chain_id->b,
                   sizeof chain_id->b, citiz_secret_data (seed), citiz_secret_size (seed));
  if (!fill (journal, error) || !sync_now (journal, error) || !sync_folder (path, error))
    {
      unlink (path);
      return NULL;
    }
  return g_steal_pointer (&journal);
}

static gboolean
read_file (CitizJournal *journal, guint8 *out, GError **error)
{
  struct stat stat;

  if (fstat (journal->fd, &stat) != 0)
    return fail (error, errno, "opening");
  if (stat.st_size != CITIZ_JOURNAL_SIZE)
    return damaged (error, "its size is wrong");
  for (gsize done = 0; done < CITIZ_JOURNAL_SIZE;)
    {
      const gssize got = pread (journal->fd, out + done, CITIZ_JOURNAL_SIZE - done, (off_t) done);

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return fail (error, got == 0 ? EIO : errno, "reading");
      done += (gsize) got;
    }
  return TRUE;
}

static gboolean
take_key (CitizJournal *journal,
          const CitizHash *chain_id,
          guint64 epoch,
          const CitizSigningKey *node_key,
          GError **error)
{
  const CitizJournalHead *head = &journal->head;
  g_autoptr (CitizSecret) sealing = citiz_journal_sealing_key (chain_id, epoch, node_key);
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);

  if (!citiz_hash_equal (&head->chain_id, chain_id) || head->epoch != epoch)
    return damaged (error, "it is of another chain or epoch");
  if (head->barred)
    return TRUE;
  if (!citiz_unseal_into (citiz_secret_data (seed), CITIZ_DOMAIN_SEAL_STATE,
                          citiz_secret_data (sealing), chain_id->b, sizeof chain_id->b,
                          head->sealed, sizeof head->sealed))
    return damaged (error, "its key is another node's");
  journal->key = citiz_signing_key_new_from_seed (seed);
  return citiz_public_key_equal (citiz_signing_key_get_public (journal->key), &head->key)
         || damaged (error, "its key is not the one it names");
}

/**
 * citiz_journal_open:
 *
 * What a crash left unfinished is left out: it was never sent. The records are copied to the other half, so that nothing of it can
 * come back, and copies that have gone bad are made good.
 *
 * Returns: (transfer full) (nullable): %CITIZ_STORE_ERROR_DAMAGED: nothing may be signed with this epoch's key any more, the node is
 *   an observer until it joins the next (R12); %CITIZ_STORE_ERROR_BUSY: another process signs
 */
CitizJournal *
citiz_journal_open (const gchar *path,
                    const CitizHash *chain_id,
                    guint64 epoch,
                    const CitizSigningKey *node_key,
                    GError **error)
{
  g_autoptr (CitizJournal) journal = take_file (path, 0, error);
  g_autofree guint8 *bytes = NULL;

  if (journal == NULL)
    return NULL;
  bytes = g_malloc (CITIZ_JOURNAL_SIZE);
  if (!read_file (journal, bytes, error))
    return NULL;
  if (citiz_journal_scan (bytes, CITIZ_JOURNAL_SIZE, &journal->head, &journal->half, journal->votes)
      == CITIZ_JOURNAL_DAMAGED)
    {
      damaged (error, "records that were durable cannot be read");
      return NULL;
    }
  if (!take_key (journal, chain_id, epoch, node_key, error) || !change_halves (journal, error))
    return NULL;
  return g_steal_pointer (&journal);
}

void
citiz_journal_close (CitizJournal *journal)
{
  close (journal->fd);
  g_free (journal->path);
  g_array_unref (journal->votes);
  g_clear_pointer (&journal->key, citiz_signing_key_unref);
  g_free (journal);
}

/**
 * citiz_journal_destroy:
 *
 * At the end of the epoch: overwrites the key, then removes the file. @journal is closed, whatever happens.
 */
gboolean
citiz_journal_destroy (CitizJournal *journal, GError **error)
{
  g_autoptr (CitizJournal) last = journal;
  g_autofree guint8 *zeros = g_malloc0 (2 * CITIZ_JOURNAL_HALF);

  if (!write_twice (journal, zeros, 2 * CITIZ_JOURNAL_HALF, 0, error) || !sync_now (journal, error))
    return FALSE;
  if (unlink (journal->path) != 0)
    return fail (error, errno, "removing");
  return sync_folder (journal->path, error);
}

/**
 * citiz_journal_bar:
 *
 * Somebody else has signed with this key: nobody does here any more, in no later process either. The key is overwritten, the file says why.
 * Killed at any point it is as before, or barred.
 */
gboolean
citiz_journal_bar (CitizJournal *journal, GError **error)
{
  if (!still_good (journal, error))
    return FALSE;
  journal->head.barred = TRUE;
  memset (journal->head.sealed, 0, sizeof journal->head.sealed);
  g_array_set_size (journal->votes, 0);
  g_clear_pointer (&journal->key, citiz_signing_key_unref);
  return change_halves (journal, error) && change_halves (journal, error); /* each has a key */
}

gboolean
citiz_journal_is_barred (const CitizJournal *journal)
{
  return journal->head.barred;
}

/* Returns: (nullable): %NULL when it is barred */
const CitizSigningKey *
citiz_journal_get_key (const CitizJournal *journal)
{
  return journal->key;
}

/* Returns: (array length=out_n): oldest first, until the next append */
const CitizVote *
citiz_journal_get_records (const CitizJournal *journal, guint *out_n)
{
  *out_n = journal->votes->len;
  return (const CitizVote *) (gconstpointer) journal->votes->data;
}

/* Votes of slots that are committed say nothing that anybody could still contradict. */
static void
forget (CitizJournal *journal, guint64 committed_slot)
{
  guint kept = 0;

  for (guint i = 0; i < journal->votes->len; i++)
    {
      const CitizVote vote = g_array_index (journal->votes, CitizVote, i);

      if (vote.slot > committed_slot)
        g_array_index (journal->votes, CitizVote, kept++) = vote;
    }
  g_array_set_size (journal->votes, kept);
}

/**
 * citiz_journal_append:
 * @committed_slot: when the half is full, votes up to here are left out
 *
 * Writes; citiz_journal_sync() makes it durable.
 */
gboolean
citiz_journal_append (CitizJournal *journal,
                      const CitizVote *votes,
                      guint n,
                      guint64 committed_slot,
                      GError **error)
{
  guint from;

  if (!still_good (journal, error))
    return FALSE;
  if (journal->votes->len + n > CITIZ_JOURNAL_RECORDS)
    {
      forget (journal, committed_slot);
      if (journal->votes->len + n > CITIZ_JOURNAL_RECORDS)
        {
          journal->broken = TRUE;
          return fail (error, ENOSPC, "too many votes of slots that are not committed");
        }
      if (!change_halves (journal, error))
        return FALSE;
    }
  from = journal->votes->len;
  g_array_append_vals (journal->votes, votes, n);
  return write_records (journal, journal->half, journal->head.generation, from, error);
}

gboolean
citiz_journal_sync (CitizJournal *journal, GError **error)
{
  if (!still_good (journal, error) || !sync_now (journal, error))
    return FALSE;
  journal->n_synced = journal->votes->len;
  return TRUE;
}
