/* The vote journal: what was synced is there, what was not harms nobody, damage is told. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-journal.h"

#include "../tools.h"
#include <glib/gstdio.h>
#include <string.h>

#define EPOCH 3

typedef struct
{
  gchar *folder;
  gchar *path;
  CitizHash chain_id;
  CitizSigningKey *node;
  CitizJournal *journal;
} Place;

static CitizVote
vote (CitizVoteKind kind, guint64 slot)
{
  CitizVote out = {.kind = kind, .epoch = EPOCH, .slot = slot, .voter = 2};

  if (kind != CITIZ_VOTE_SKIP)
    memset (out.hash.b, (int) slot | 0x80, sizeof out.hash.b);
  memset (out.signature.b, (int) (slot * 4 + kind), sizeof out.signature.b);
  return out;
}

static void
set_up (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  place->folder = g_dir_make_tmp ("citiz-journal-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "votes", NULL);
  memset (place->chain_id.b, 0xc1, sizeof place->chain_id.b);
  place->node = tools_key (1);
  place->journal = citiz_journal_create (place->path, &place->chain_id, EPOCH, place->node, &error);
  g_assert_no_error (error);
}

static void
tear_down (Place *place, gconstpointer data)
{
  g_clear_pointer (&place->journal, citiz_journal_close);
  (void) g_unlink (place->path);
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  citiz_signing_key_unref (place->node);
  g_free (place->path);
  g_free (place->folder);
}

static void
add (Place *place, const CitizVote *votes, guint n, gboolean sync)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_journal_append (place->journal, votes, n, 0, &error));
  g_assert_true (!sync || citiz_journal_sync (place->journal, &error));
  g_assert_no_error (error);
}

/* Returns: how many records there are, or -1 if it is damaged; those there are must be the first ones. */
static gint
reopen (Place *place, const CitizVote *expected)
{
  g_autoptr (GError) error = NULL;
  const CitizVote *records;
  guint n;

  g_clear_pointer (&place->journal, citiz_journal_close);
  place->journal = citiz_journal_open (place->path, &place->chain_id, EPOCH, place->node, &error);
  if (place->journal == NULL)
    {
      g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED);
      return -1;
    }
  records = citiz_journal_get_records (place->journal, &n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (records[i].kind, ==, expected[i].kind);
      g_assert_cmpuint (records[i].epoch, ==, EPOCH);
      g_assert_cmpuint (records[i].slot, ==, expected[i].slot);
      g_assert_true (citiz_hash_equal (&records[i].hash, &expected[i].hash));
      g_assert_cmpmem (&records[i].signature, 64, &expected[i].signature, 64);
    }
  return (gint) n;
}

static gchar *
image (Place *place)
{
  g_autoptr (GError) error = NULL;
  gchar *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (place->path, &bytes, &n, &error));
  g_assert_cmpuint (n, ==, CITIZ_JOURNAL_SIZE);
  return bytes;
}

static void
put_image (Place *place, const gchar *bytes)
{
  FILE *file = g_fopen (place->path, "r+b"); /* in place: the lock stays with the file */

  g_assert_cmpuint (fwrite (bytes, 1, CITIZ_JOURNAL_SIZE, file), ==, CITIZ_JOURNAL_SIZE);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
test_keeps (Place *place, gconstpointer data)
{
  const CitizVote votes[] = {vote (CITIZ_VOTE_CAND, 1), vote (CITIZ_VOTE_NOTAR, 1),
                             vote (CITIZ_VOTE_FINAL, 1), vote (CITIZ_VOTE_SKIP, 2)};
  const CitizPublicKey key = *citiz_signing_key_get_public (citiz_journal_get_key (place->journal));

  add (place, votes, 2, TRUE);
  add (place, votes + 2, 2, TRUE);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (reopen (place, votes), ==, 4);
  g_assert_true (citiz_public_key_equal (
      &key, citiz_signing_key_get_public (citiz_journal_get_key (place->journal))));
}

static void
test_refuses (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizSigningKey) other = tools_key (2);
  CitizHash chain_id = place->chain_id;

  g_assert_null (citiz_journal_create (place->path, &chain_id, EPOCH, place->node, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_null (citiz_journal_open (place->path, &chain_id, EPOCH, place->node, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_BUSY);
  g_clear_error (&error);
  g_clear_pointer (&place->journal, citiz_journal_close);

  g_assert_null (citiz_journal_open (place->path, &chain_id, EPOCH, other, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED);
  g_clear_error (&error);
  g_assert_null (citiz_journal_open (place->path, &chain_id, EPOCH + 1, place->node, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED);
  g_clear_error (&error);
  chain_id.b[0] ^= 1;
  g_assert_null (citiz_journal_open (place->path, &chain_id, EPOCH, place->node, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED);
  g_clear_error (&error);
  g_assert_null (citiz_journal_open ("/nowhere/votes", &chain_id, EPOCH, place->node, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
}

/* A crash keeps any part of what was written since the last sync, sector by sector. */
static void
test_torn (Place *place, gconstpointer data)
{
  CitizVote votes[10];
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  guint changed[16];
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (votes); i++)
    votes[i] = vote (CITIZ_VOTE_NOTAR, i + 1);
  add (place, votes, 3, TRUE);
  before = image (place);
  add (place, votes + 3, 7, FALSE);
  after = image (place);
  for (guint i = 0; i < CITIZ_JOURNAL_SIZE / CITIZ_JOURNAL_SECTOR; i++)
    if (memcmp (before + i * CITIZ_JOURNAL_SECTOR, after + i * CITIZ_JOURNAL_SECTOR,
                CITIZ_JOURNAL_SECTOR)
        != 0)
      changed[n++] = i;
  g_assert_cmpuint (n, ==, 6);

  for (guint kept = 0; kept < 1u << n; kept++)
    {
      g_autofree gchar *crash = g_memdup2 (before, CITIZ_JOURNAL_SIZE);
      gint found;

      for (guint i = 0; i < n; i++)
        if (kept & 1u << i)
          memcpy (crash + changed[i] * CITIZ_JOURNAL_SECTOR,
                  after + changed[i] * CITIZ_JOURNAL_SECTOR, CITIZ_JOURNAL_SECTOR);
      put_image (place, crash);
      found = reopen (place, votes);
      g_assert_cmpint (found, >=, 3);
      g_assert_cmpint (found, <=, 10);
      /* what was left out stays out, whatever is written in its place */
      if (found == 3)
        {
          const CitizVote other = vote (CITIZ_VOTE_SKIP, 77);
          const CitizVote expected[] = {votes[0], votes[1], votes[2], other};

          add (place, &other, 1, TRUE);
          g_assert_cmpint (reopen (place, expected), ==, 4);
        }
    }
}

static void
spoil (gchar *bytes, guint half, guint index, gboolean both)
{
  const gsize offset
      = half * CITIZ_JOURNAL_HALF + CITIZ_JOURNAL_SECTOR + index * CITIZ_JOURNAL_RECORD + 40;

  bytes[offset] ^= 1;
  if (both)
    bytes[offset + 2 * CITIZ_JOURNAL_HALF] ^= 1;
}

/* A bit that flips in one copy is nothing; in both it is found, and never passed over. */
static void
test_rot (Place *place, gconstpointer data)
{
  CitizVote votes[6];
  g_autofree gchar *bytes = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (votes); i++)
    {
      votes[i] = vote (CITIZ_VOTE_NOTAR, i + 1);
      add (place, &votes[i], 1, TRUE);
    }
  bytes = image (place);
  spoil (bytes, 0, 2, FALSE);
  put_image (place, bytes);
  g_assert_cmpint (reopen (place, votes), ==, 6);
  g_free (bytes);

  bytes = image (place); /* now in the other half */
  spoil (bytes, 1, 5, TRUE);
  put_image (place, bytes);
  g_assert_cmpint (reopen (place, votes), ==, -1);
  spoil (bytes, 1, 5, TRUE);
  bytes[CITIZ_JOURNAL_HALF + 20] ^= 1; /* one copy of the head in use */
  put_image (place, bytes);
  g_assert_cmpint (reopen (place, votes), ==, 6);
}

static void
test_rot_later (Place *place, gconstpointer data)
{
  CitizVote votes[4];
  g_autofree gchar *bytes = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (votes); i++)
    {
      votes[i] = vote (CITIZ_VOTE_NOTAR, i + 1);
      add (place, &votes[i], 1, TRUE);
    }
  bytes = image (place);
  spoil (bytes, 0, 1, TRUE);
  put_image (place, bytes);
  g_assert_cmpint (reopen (place, votes), ==, -1);
  g_assert_true (g_file_set_contents (place->path, "short", 5, NULL));
  g_assert_cmpint (reopen (place, votes), ==, -1);
}

/* More votes than a half holds: the committed ones are let go. */
static void
test_full (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const guint n = 3 * CITIZ_JOURNAL_RECORDS;
  g_autofree CitizVote *kept = NULL;
  const CitizVote *records;
  guint found;

  for (guint i = 1; i <= n; i++)
    {
      const CitizVote one = vote (CITIZ_VOTE_SKIP, i);

      g_assert_true (citiz_journal_append (place->journal, &one, 1, i > 10 ? i - 10 : 0, &error));
    }
  g_assert_true (citiz_journal_sync (place->journal, &error));
  g_assert_no_error (error);
  records = citiz_journal_get_records (place->journal, &found);
  g_assert_cmpuint (found, <=, CITIZ_JOURNAL_RECORDS);
  g_assert_cmpuint (records[found - 1].slot, ==, n);
  g_assert_cmpuint (records[0].slot + found - 1, ==, n);
  kept = g_memdup2 (records, found * sizeof *records);
  g_assert_cmpint (reopen (place, kept), ==, (gint) found);
}

/* Nothing committed and no room: it fails, and so does everything after. */
static void
test_too_many (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const CitizVote one = vote (CITIZ_VOTE_SKIP, 5);

  for (guint i = 0; i < CITIZ_JOURNAL_RECORDS; i++)
    g_assert_true (citiz_journal_append (place->journal, &one, 1, 0, &error));
  g_assert_false (citiz_journal_append (place->journal, &one, 1, 0, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_FULL);
  g_clear_error (&error);
  g_assert_false (citiz_journal_sync (place->journal, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_IO);
}

/* A crash while the halves change, at each of the four writes: the old half or the new one, the same votes. */
static void
test_change (Place *place, gconstpointer data)
{
  CitizVote votes[5];
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (votes); i++)
    votes[i] = vote (CITIZ_VOTE_NOTAR, i + 1);
  add (place, votes, 5, TRUE);
  before = image (place);
  g_assert_cmpint (reopen (place, votes), ==, 5);
  after = image (place);

  for (guint kept = 0; kept < 8; kept++)
    {
      g_autofree gchar *crash = g_memdup2 (before, CITIZ_JOURNAL_SIZE);

      for (guint copy = 0; copy < 2; copy++)
        {
          const gsize at = CITIZ_JOURNAL_HALF * (1 + 2 * copy);

          if (kept & 1u << copy || kept >= 4) /* records first; heads only after all of them */
            memcpy (crash + at + CITIZ_JOURNAL_SECTOR, after + at + CITIZ_JOURNAL_SECTOR,
                    CITIZ_JOURNAL_HALF - CITIZ_JOURNAL_SECTOR);
          if (kept >= 4 && kept & 1u << copy)
            memcpy (crash + at, after + at, CITIZ_JOURNAL_SECTOR);
        }
      put_image (place, crash);
      g_assert_cmpint (reopen (place, votes), ==, 5);
    }
}

/* Nobody signs with its key any more, whenever the machine goes down. */
static void
test_barred (Place *place, gconstpointer data)
{
  const gsize key_at = 8 + 1 + 8 + 4 + 32 + 8 + 32 + 32;
  const CitizVote votes[] = {vote (CITIZ_VOTE_NOTAR, 1), vote (CITIZ_VOTE_FINAL, 1)};
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  g_autoptr (GError) error = NULL;

  add (place, votes, 2, TRUE);
  g_assert_false (citiz_journal_is_barred (place->journal));
  before = image (place);
  g_assert_true (citiz_journal_bar (place->journal, &error));
  g_assert_no_error (error);
  g_assert_null (citiz_journal_get_key (place->journal));
  after = image (place);
  for (guint i = 0; i < 4; i++)
    for (gsize k = 0; k < CITIZ_JOURNAL_SEALED; k++)
      g_assert_cmpint (after[i * CITIZ_JOURNAL_HALF + key_at + k], ==, 0);
  for (guint old = 0; old < 3; old++) /* 2: neither half is as it was */
    {
      g_autofree gchar *cut = g_memdup2 (after, CITIZ_JOURNAL_SIZE);

      for (guint i = old; old < 2 && i < 4; i += 2)
        memcpy (cut + i * CITIZ_JOURNAL_HALF, before + i * CITIZ_JOURNAL_HALF, CITIZ_JOURNAL_HALF);
      put_image (place, cut);
      g_assert_cmpint (reopen (place, NULL), ==, 0);
      g_assert_true (citiz_journal_is_barred (place->journal));
      g_assert_null (citiz_journal_get_key (place->journal));
    }
}

static void
test_destroy (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_journal_destroy (g_steal_pointer (&place->journal), &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (place->path, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    void (*func) (Place *, gconstpointer);
  } tests[] = {
      {"/journal/keeps", test_keeps},         {"/journal/refuses", test_refuses},
      {"/journal/torn", test_torn},           {"/journal/rot", test_rot},
      {"/journal/rot-later", test_rot_later}, {"/journal/full", test_full},
      {"/journal/too-many", test_too_many},   {"/journal/change", test_change},
      {"/journal/barred", test_barred},       {"/journal/destroy", test_destroy},
  };

  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Place, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
