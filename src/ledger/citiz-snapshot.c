/* The whole state at the end of an epoch, in pieces that can be checked one by one. SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The pieces together: u64 log_size, the log's perfect subtrees from the largest; then each object, keys ascending: key | u32 length | value.
 */
#include "ledger/citiz-snapshot.h"

#include "crypto/citiz-hash.h"

#include <string.h>

static gboolean
refuse (GError **error, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_PROOF, what);
  return FALSE;
}

/* SHA-256 (22 | chunk) */
void
citiz_snapshot_chunk_hash (CitizHash *out, const guint8 *bytes, gsize n)
{
  CitizSha256 sha;
  gsize n_prefix;
  const guint8 *prefix = citiz_domain_label (CITIZ_DOMAIN_HASH_CHUNK, &n_prefix);

  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, prefix, n_prefix);
  citiz_sha256_update (&sha, bytes, n);
  citiz_sha256_finish (&sha, out);
}

/* The log tree's root over the hashes of the chunks. */
static void
list_root (CitizHash *out, const CitizHash *list, guint n)
{
  CitizLog log = {0};

  for (guint i = 0; i < n; i++)
    {
      CitizHash leaf;
      citiz_log_leaf (&leaf, list[i].b, sizeof list[i].b);
      citiz_log_append (&log, &leaf, NULL);
    }
  citiz_log_root (&log, out);
}

/* Cutting *******************************************************************/

typedef struct
{
  GByteArray *bytes; /* less than one chunk, between calls */
  guint index;
  CitizSnapshotFunc func;
  gpointer data;
} Cutter;

static gboolean
cut (Cutter *cutter, const guint8 *bytes, gsize n)
{
  while (n > 0)
    {
      const gsize some = MIN (n, CITIZ_SNAPSHOT_CHUNK - cutter->bytes->len);

      g_byte_array_append (cutter->bytes, bytes, (guint) some);
      bytes += some;
      n -= some;
      if (cutter->bytes->len < CITIZ_SNAPSHOT_CHUNK)
        continue;
      if (!cutter->func (cutter->data, cutter->index++, cutter->bytes->data, cutter->bytes->len))
        return FALSE;
      g_byte_array_set_size (cutter->bytes, 0);
    }
  return TRUE;
}

static gboolean
cut_object_cb (gpointer data, const CitizHash *key, GBytes *value)
{
  g_autoptr (GByteArray) head = g_byte_array_sized_new (36);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (value, &n);

  citiz_put_bytes (head, key->b, sizeof key->b);
  citiz_put_u32 (head, (guint32) n);
  return cut (data, head->data, head->len) && cut (data, bytes, n);
}

/**
 * citiz_snapshot_cut:
 *
 * Gives the chunks in order; holds one at a time.
 *
 * Returns: %FALSE if @func stopped
 */
gboolean
citiz_snapshot_cut (const CitizLog *log,
                    const CitizState *state,
                    CitizSnapshotFunc func,
                    gpointer data)
{
  g_autoptr (GByteArray) buffer = g_byte_array_new ();
  g_autoptr (GByteArray) head = g_byte_array_new ();
  Cutter cutter = {buffer, 0, func, data};

  citiz_put_u64 (head, log->size);
  for (guint level = CITIZ_LOG_LEVELS; level > 0; level--)
    if (log->size >> (level - 1) & 1)
      citiz_put_bytes (head, log->peaks[level - 1].b, sizeof log->peaks[level - 1].b);
  return cut (&cutter, head->data, head->len) && citiz_state_foreach (state, cut_object_cb, &cutter)
         && (buffer->len == 0 || func (data, cutter.index, buffer->data, buffer->len));
}

static gboolean
list_cb (gpointer data, guint index, const guint8 *bytes, gsize n)
{
  CitizHash hash;

  citiz_snapshot_chunk_hash (&hash, bytes, n);
  g_array_append_val ((GArray *) data, hash);
  return TRUE;
}

/**
 * citiz_snapshot_list:
 *
 * Returns: (transfer full) (element-type CitizHash): the hashes of the chunks
 */
GArray *
citiz_snapshot_list (const CitizLog *log, const CitizState *state)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (CitizHash));

  citiz_snapshot_cut (log, state, list_cb, list);
  return list;
}

/**
 * citiz_snapshot_root:
 *
 * What a closing block's header says of the state after it.
 */
void
citiz_snapshot_root (const CitizLog *log, const CitizState *state, CitizHash *out)
{
  g_autoptr (GArray) list = citiz_snapshot_list (log, state);

  list_root (out, (const CitizHash *) (gconstpointer) list->data, list->len);
}

/* Taking ********************************************************************/

struct _CitizSnapshot
{
  CitizBlockHeader closing;
  GArray *list;
  guint taken;
  gboolean has_log;
  CitizLog log;
  CitizState *state;
  CitizHash last;   /* key of the newest object */
  GByteArray *rest; /* of what was taken, not understood yet */
};

/**
 * citiz_snapshot_new:
 * @closing: a closing header that is final (citiz_light_close())
 * @list: (array length=n): hashes of the chunks
 *
 * Returns: (transfer full) (nullable): %NULL when the header names another list
 */
CitizSnapshot *
citiz_snapshot_new (const CitizBlockHeader *closing, const CitizHash *list, guint n, GError **error)
{
  CitizSnapshot *snapshot;
  CitizHash root;

  if (n == 0 || n > CITIZ_SNAPSHOT_MAX)
    {
      refuse (error, "no chunks, or too many");
      return NULL;
    }
  list_root (&root, list, n);
  if (closing->flags != CITIZ_BLOCK_CLOSING || !citiz_hash_equal (&root, &closing->snapshot_root))
    {
      refuse (error, "not the list that the closing block names");
      return NULL;
    }
  snapshot = g_new0 (CitizSnapshot, 1);
  snapshot->closing = *closing;
  snapshot->list = g_array_new (FALSE, FALSE, sizeof (CitizHash));
  g_array_append_vals (snapshot->list, list, n);
  snapshot->state = citiz_state_new ();
  snapshot->rest = g_byte_array_new ();
  return snapshot;
}

void
citiz_snapshot_free (CitizSnapshot *snapshot)
{
  g_array_unref (snapshot->list);
  g_clear_pointer (&snapshot->state, citiz_state_free);
  g_byte_array_unref (snapshot->rest);
  g_free (snapshot);
}

/**
 * citiz_snapshot_next:
 *
 * Returns: the index of the chunk to take next; after the last, their number
 */
guint
citiz_snapshot_next (const CitizSnapshot *snapshot)
{
  return snapshot->taken;
}

/* Returns: whether there was enough; then @cursor is behind it */
static gboolean
take_log (CitizSnapshot *snapshot, CitizCursor *cursor)
{
  CitizCursor at = *cursor;
  CitizLog log = {0};

  if (!citiz_take_u64 (&at, &log.size) || log.size != snapshot->closing.log_size)
    return FALSE;
  for (guint level = CITIZ_LOG_LEVELS; level > 0; level--)
    {
      const guint8 *view;

      if ((log.size >> (level - 1) & 1) == 0)
        continue;
      view = citiz_take_view (&at, sizeof log.peaks[0].b);
      if (view == NULL)
        return FALSE;
      memcpy (log.peaks[level - 1].b, view, sizeof log.peaks[0].b);
    }
  snapshot->log = log;
  snapshot->has_log = TRUE;
  *cursor = at;
  return TRUE;
}

static gboolean
take_object (CitizSnapshot *snapshot, CitizCursor *cursor, CitizChanges *objects)
{
  CitizCursor at = *cursor;
  const guint8 *key = citiz_take_view (&at, sizeof (CitizHash));
  const guint8 *value;
  guint32 n;

  if (key == NULL || !citiz_take_u32 (&at, &n) || (value = citiz_take_view (&at, n)) == NULL
      || (citiz_state_size (snapshot->state) > 0 && memcmp (snapshot->last.b, key, 32) >= 0))
    return FALSE;
  memcpy (snapshot->last.b, key, sizeof snapshot->last.b);
  {
    g_autoptr (GBytes) bytes = g_bytes_new (value, n);
    const guint64 number = citiz_state_set (snapshot->state, &snapshot->last, bytes);

    if (objects != NULL)
      {
        const CitizChange change = {snapshot->last, g_steal_pointer (&bytes), number};
        g_array_append_val (objects->objects, change);
      }
  }
  *cursor = at;
  return TRUE;
}

/**
 * citiz_snapshot_take:
 *
 * @objects: (nullable): gets the objects that are whole with it
 *
 * Takes the next chunk, if its hash is the one in the list; a false one from a peer does no harm. Hashes what it brought, so that none of
 * the work is left for the end.
 */
gboolean
citiz_snapshot_take (CitizSnapshot *snapshot,
                     const guint8 *bytes,
                     gsize n,
                     CitizChanges *objects,
                     GError **error)
{
  CitizCursor cursor;
  CitizHash hash, root;

  citiz_snapshot_chunk_hash (&hash, bytes, n);
  if (snapshot->taken == snapshot->list->len || n > CITIZ_SNAPSHOT_CHUNK
      || !citiz_hash_equal (&hash, &g_array_index (snapshot->list, CitizHash, snapshot->taken)))
    return refuse (error, "not the next chunk");
  snapshot->taken++;
  g_byte_array_append (snapshot->rest, bytes, (guint) n);
  cursor = citiz_cursor (snapshot->rest->data, snapshot->rest->len);
  if (snapshot->has_log || take_log (snapshot, &cursor))
    while (cursor.n > 0 && take_object (snapshot, &cursor, objects))
      continue;
  g_byte_array_remove_range (snapshot->rest, 0, snapshot->rest->len - (guint) cursor.n);
  citiz_state_root (snapshot->state, &root);
  return TRUE;
}

/**
 * citiz_snapshot_finish:
 * @validators: those of the epoch that the block closes
 *
 * Returns: (transfer full) (nullable): the ledger after the closing block; log and state have the roots its header names
 */
CitizLedger *
citiz_snapshot_finish (CitizSnapshot *snapshot,
                       const CitizGenesis *genesis,
                       const CitizValidators *validators,
                       GError **error)
{
  g_autoptr (CitizLedger) ledger = NULL;

  if (snapshot->taken < snapshot->list->len || snapshot->rest->len > 0 || !snapshot->has_log
      || snapshot->state == NULL)
    {
      refuse (error, "chunks are missing, or say more than the state");
      return NULL;
    }
  ledger = citiz_ledger_restore (genesis, &snapshot->closing, &snapshot->log,
                                 g_steal_pointer (&snapshot->state), error);
  if (ledger == NULL || !citiz_ledger_resume (ledger, validators, error))
    return NULL;
  return g_steal_pointer (&ledger);
}
