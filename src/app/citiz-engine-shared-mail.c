/* Openings of accesses over a community: that somebody opened is on its chain, who and why waits in the mailboxes of its nodes.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-shared.h"

#include "consent/citiz-note.h"
#include "node/citiz-letterbox.h"

#include <string.h>

#define NAMELESS_ROUNDS 6    /* the node that has the note may be behind, or have been away */
#define NOTE_WITHIN_MS  1200 /* an opening waits so long for its note before it is told without */
#define UNKNOWN_AFTER   (10 * CITIZ_MINUTE) /* mail of an opening that no block has held since */

/* One node's box being read. */
typedef struct
{
  CitizShared *shared; /* gone once @stop is cancelled */
  GCancellable *stop;
  CitizPublicKey node;
  gchar *origin;
  guint held; /* its bit, if it held its part when it was asked */
} Reading;

static void
reading_free (Reading *reading)
{
  g_object_unref (reading->stop);
  g_free (reading->origin);
  g_free (reading);
}

/* The same event has the same name however often it is read. */
static CitizId
name_of (gconstpointer a, gsize a_n, gconstpointer b, gsize b_n)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();
  CitizHash hash;
  CitizId id;

  g_byte_array_append (text, a, (guint) a_n);
  g_byte_array_append (text, b, (guint) b_n);
  citiz_sha256 (&hash, text->data, text->len);
  memcpy (id.b, hash.b, sizeof id.b);
  return id;
}

static gboolean
is_kept (CitizEngine *engine, const CitizId *opening)
{
  json_auto_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_OPENING, opening, NULL);

  return json != NULL;
}

/* Within a transaction of the vault's. @told: what is to be told once it is on disk. */
static gboolean
keep_opening (CitizShared *shared,
              CitizOpening *opening,
              gboolean bare,
              GPtrArray *told,
              GError **error)
{
  json_t *json = citiz_opening_to_json (opening);
  gboolean ok;

  if (bare)
    json_object_set_new (json, "bare", json_true ());
  ok = citiz_engine_write_json (shared->engine, CITIZ_CLASS_OPENING, &opening->id, json, error);
  json_decref (json);
  if (ok)
    g_ptr_array_add (told, g_object_ref (opening));
  return ok;
}

/* --- from the chain --- */

static CitizOpening *
opening_of (CitizShared *shared, const CitizTxInfo *info)
{
  const CitizId id = name_of (info->id.b, sizeof info->id.b, "", 0);
  CitizOpening *opening
      = citiz_engine_new_opening (&id, &shared->id, CITIZ_OPENING_READ, info->time);

  opening->tx = citiz_hash_to_hex (&info->id);
  opening->words
      = citiz_engine_receipt_words (citiz_engine_shared_chain (shared->engine), &shared->id,
                                    &info->id, info->time, shared->threshold);
  return opening;
}

/* Nodes that opened while the ledger stood still have told of it: by its note, for it had no transaction then. */
static CitizId
stalled_name (const CitizHash *note)
{
  return name_of (note->b, sizeof note->b, "stalled", 7);
}

/* One of these that the ledger has now. @out_known: %FALSE: it is none of these */
static gboolean
keep_late (CitizShared *shared,
           const CitizTxInfo *info,
           GPtrArray *told,
           gboolean *out_known,
           GError **error)
{
  const CitizId id = stalled_name (&info->tx->body.open.note);
  json_auto_t *json = citiz_engine_read_json (shared->engine, CITIZ_CLASS_OPENING, &id, NULL);
  g_autoptr (CitizOpening) opening = NULL;

  *out_known = json != NULL;
  if (json == NULL || json_object_get (json, "tx") != NULL)
    return TRUE;
  opening = citiz_opening_from_json (&id, json);
  if (opening == NULL)
    return TRUE;
  opening->tx = citiz_hash_to_hex (&info->id);
  return keep_opening (shared, opening, FALSE, told, error);
}

/* Reader by reader, without who it was. */
static gboolean
keep_bare (CitizShared *shared, GPtrArray *told, GError **error)
{
  CitizChain *chain = citiz_engine_shared_chain (shared->engine);
  g_autoptr (GPtrArray) txs = citiz_chain_txs_of_grant (chain, &shared->id, error);
  guint found = 0;

  for (guint i = 0; txs != NULL && i < txs->len; i++)
    {
      const CitizTxInfo *info = txs->pdata[i];
      g_autoptr (CitizOpening) opening = NULL;
      gboolean known = FALSE;

      if (info->type != CITIZ_TX_ACCESS_OPEN)
        continue;
      found++;
      if (!keep_late (shared, info, told, &known, error))
        return FALSE;
      if (known)
        continue;
      opening = opening_of (shared, info);
      if (!is_kept (shared->engine, &opening->id)
          && !keep_opening (shared, opening, TRUE, told, error))
        return FALSE;
    }
  if (citiz_chain_base (chain) > 0) /* the rest is in what the copy misses still */
    shared->used = MIN (shared->used, found);
  return txs != NULL;
}

static void
tell (CitizShared *shared, GPtrArray *told)
{
  for (guint i = 0; i < told->len; i++)
    citiz_engine_tell_row (shared->engine, g_object_ref (told->pdata[i]));
  if (told->len == 0)
    return;
  citiz_shared_tell (shared);
  citiz_engine_tell_ledger (shared->engine);
}

static void
tell_bare (CitizShared *shared)
{
  CitizEngine *engine = shared->engine;
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  if (shared->deadline != NULL)
    g_source_destroy (shared->deadline);
  g_clear_pointer (&shared->deadline, g_source_unref);
  if (engine->vault == NULL)
    return;
  if (citiz_vault_begin (engine->vault, &error))
    {
      if (keep_bare (shared, told, &error) && citiz_vault_commit (engine->vault, &error))
        {
          shared->nameless = told->len > 0 ? NAMELESS_ROUNDS : shared->nameless;
          tell (shared, told);
        }
      else
        citiz_vault_rollback (engine->vault);
    }
  if (error != NULL)
    g_warning ("an opening could not be kept: %s", error->message);
}

static gboolean
deadline_cb (gpointer data)
{
  tell_bare (data);
  return G_SOURCE_REMOVE;
}

/* The chain counts more openings than were told: their notes are asked for, and if none comes soon they are told without. */
void
citiz_shared_look_for_openings (CitizShared *shared, const CitizGrantState *state)
{
  if (state->used <= shared->used)
    return;
  if (shared->engine->vault == NULL)
    for (guint i = shared->used; i < state->used; i++)
      citiz_session_tell_locked (shared->engine, CITIZ_OPENING_READ);
  else if (shared->deadline == NULL)
    {
      shared->deadline = g_timeout_source_new (NOTE_WITHIN_MS);
      g_source_set_callback (shared->deadline, deadline_cb, shared, NULL);
      g_source_attach (shared->deadline, shared->engine->context);
    }
  shared->used = state->used;
  shared->read_again = shared->n_reading > 0;
  citiz_shared_read_mail (shared);
}

/* --- from the mailboxes --- */

typedef enum
{
  TAKEN,   /* kept, or nothing to keep */
  TOO_SOON /* of an opening that one's own copy of the chain has not yet */
} Fate;

/* An opening of this grant on one's own verified copy. */
static gboolean
find_opening (CitizShared *shared, const CitizMail *mail, CitizTxInfo *out)
{
  CitizChain *chain = citiz_engine_shared_chain (shared->engine);

  if (!mail->has_opening || !citiz_chain_find_tx (chain, &mail->opening, out, NULL))
    return FALSE;
  if (out->type == CITIZ_TX_ACCESS_OPEN && citiz_id_equal (&out->grant, &shared->id))
    return TRUE;
  citiz_tx_info_clear (out);
  return FALSE;
}

/* The ledger holds the note's hash: what another node, or nobody, wrote is not taken for the reader's word. */
static gboolean
take_opened (CitizShared *shared,
             const CitizMail *mail,
             const CitizTxInfo *info,
             const json_t *grant,
             GPtrArray *told,
             GError **error)
{
  g_autoptr (CitizOpening) opening = opening_of (shared, info);
  json_auto_t *before
      = citiz_engine_read_json (shared->engine, CITIZ_CLASS_OPENING, &opening->id, NULL);
  CitizHash hash = {{0}};
  gboolean known = FALSE;

  if (!keep_late (shared, info, told, &known, error))
    return FALSE;
  if (known)
    return TRUE;
  if (mail->sealed != NULL)
    citiz_note_hash (&hash, mail->sealed);
  if (!citiz_hash_equal (&hash, &info->tx->body.open.note))
    {
      g_message ("a node gave another note than the one that the ledger holds");
      return TRUE;
    }
  if (before != NULL && !json_is_true (json_object_get (before, "bare")))
    return TRUE;
  opening->disputed = json_is_true (json_object_get (before, "disputed"));
  citiz_engine_read_note (opening, grant, mail->sealed);
  return keep_opening (shared, opening, FALSE, told, error);
}

/* (transfer full) (nullable) */
static CitizTxInfo *
find_late (CitizShared *shared, const CitizHash *note)
{
  return citiz_chain_find_opening (citiz_engine_shared_chain (shared->engine), &shared->id, note);
}

/* Only who holds the link seals a note that can be read; of others a node could tell without end. No more than there are openings, then: those
 * that were come with the ledger. @out: whether this one is believed */
static gboolean
count_unread (CitizShared *shared, guint most, json_t *grant, gboolean *out, GError **error)
{
  const json_int_t n = json_integer_value (json_object_get (grant, "unread"));

  *out = grant != NULL && n < (json_int_t) most;
  if (!*out)
    return TRUE;
  json_object_set_new (grant, "unread", json_integer (n + 1));
  return citiz_engine_write_json (shared->engine, CITIZ_CLASS_GRANT, &shared->id, grant, error);
}

/* A node's word is for a grant that allows it, under a number that there is. */
static gboolean
may_stall (CitizShared *shared, const CitizMail *mail, guint *out_most)
{
  CitizGrantState state;

  if (!citiz_chain_grant (citiz_engine_shared_chain (shared->engine), &shared->id, &state))
    return FALSE;
  *out_most = state.grant.max_openings;
  return state.grant.kind == CITIZ_GRANT_EMERGENCY_STALLED && mail->tries >= 1
         && mail->tries <= state.grant.max_openings;
}

/* An opening that the ledger has is told otherwise only when as many nodes as open it say the same: any one could send the note of an ordinary
 * opening again. @out: whether they do now */
static gboolean
count_stalled (CitizShared *shared,
               const Reading *reading,
               const CitizMail *mail,
               json_t *grant,
               gboolean *out,
               GError **error)
{
  g_autofree gchar *note = citiz_hash_to_hex (&mail->opening);
  g_autofree gchar *node = citiz_base64url_encode (reading->node.b, sizeof reading->node.b);
  json_t *all = json_object_get (grant, "stalledAt"), *said, *one;
  const gchar *key;
  guint n = 0;

  *out = FALSE;
  if (grant == NULL)
    return TRUE;
  if (all == NULL)
    json_object_set_new (grant, "stalledAt", all = json_object ());
  said = json_object_get (all, note);
  if (said == NULL)
    json_object_set_new (all, note, said = json_object ());
  json_object_set_new (said, node, json_integer (mail->tries));
  json_object_foreach (said, key, one) n += json_integer_value (one) == mail->tries;
  *out = n >= MAX (1, shared->threshold);
  return citiz_engine_write_json (shared->engine, CITIZ_CLASS_GRANT, &shared->id, grant, error);
}

/* Several nodes tell of the same opening, before and after the ledger has it. */
static gboolean
take_stalled (CitizShared *shared,
              const Reading *reading,
              const CitizMail *mail,
              json_t *grant,
              GPtrArray *told,
              GError **error)
{
  const CitizId name = stalled_name (&mail->opening);
  g_autoptr (CitizOpening) opening = NULL;
  g_autoptr (CitizTxInfo) late = NULL;
  gboolean believed = TRUE;
  CitizHash hash;
  guint most;

  if (mail->sealed == NULL || !mail->has_opening || is_kept (shared->engine, &name)
      || !may_stall (shared, mail, &most))
    return TRUE;
  citiz_note_hash (&hash, mail->sealed);
  if (!citiz_hash_equal (&hash, &mail->opening))
    {
      g_message ("a node told of an opening with another note than its own");
      return TRUE;
    }
  late = find_late (shared, &hash);
  opening = late != NULL
                ? opening_of (shared, late)
                : citiz_engine_new_opening (&name, &shared->id, CITIZ_OPENING_READ, mail->time);
  if (late != NULL)
    {
      json_auto_t *before
          = citiz_engine_read_json (shared->engine, CITIZ_CLASS_OPENING, &opening->id, NULL);

      if (json_is_true (json_object_get (before, "stalled")))
        return TRUE;
      if (!count_stalled (shared, reading, mail, grant, &believed, error))
        return FALSE;
      if (!believed)
        return TRUE;
      opening->disputed = json_is_true (json_object_get (before, "disputed"));
    }
  opening->stalled = TRUE;
  opening->when = mail->time;
  g_free (opening->words);
  opening->words = citiz_engine_stalled_words (citiz_engine_shared_chain (shared->engine), mail,
                                               shared->threshold);
  if (!citiz_engine_read_note (opening, grant, mail->sealed) && late == NULL
      && !count_unread (shared, most, grant, &believed, error))
    return FALSE;
  return !believed || keep_opening (shared, opening, FALSE, told, error);
}

static gboolean
take_note (CitizShared *shared,
           const CitizMail *mail,
           const json_t *grant,
           GPtrArray *told,
           GError **error)
{
  const guint8 *bytes;
  gsize n;
  CitizId id;
  g_autoptr (CitizOpening) opening = NULL;

  if (mail->sealed == NULL)
    return TRUE;
  bytes = g_bytes_get_data (mail->sealed, &n);
  id = name_of (bytes, n, "note", 4);
  if (is_kept (shared->engine, &id))
    return TRUE;
  opening = citiz_engine_new_opening (&id, &shared->id, CITIZ_OPENING_NOTE, mail->time);
  opening->tx = citiz_hash_to_hex (&mail->opening);
  citiz_engine_read_note (opening, grant, mail->sealed);
  opening->proven = citiz_engine_weigh_note (shared->engine, &shared->id, grant, opening->note);
  return opening->note == NULL || keep_opening (shared, opening, FALSE, told, error);
}

/* A wrong spoken code at one node: it counts its own tries. The code works as long as one of them has any left. */
static gboolean
count_tries (CitizShared *shared,
             const Reading *reading,
             const CitizMail *mail,
             json_t *grant,
             GError **error)
{
  json_t *nodes = json_object_get (grant, "nodes"), *tries = json_object_get (grant, "triesAt");
  g_autofree gchar *key = citiz_base64url_encode (reading->node.b, sizeof reading->node.b);
  gint64 most = 0;

  if (mail->kind != CITIZ_MAIL_CODE_MISSED || grant == NULL)
    return TRUE;
  if (tries == NULL)
    {
      tries = json_object ();
      json_object_set_new (grant, "triesAt", tries);
    }
  json_object_set_new (tries, key, json_integer (mail->tries));
  for (size_t i = 0; i < json_array_size (nodes); i++)
    {
      const json_t *at = json_object_get (
          tries, json_string_value (json_array_get (json_array_get (nodes, i), 0)));

      most = MAX (most, at != NULL ? json_integer_value (at) : CITIZ_PASSCODE_TRIES);
    }
  json_object_set_new (grant, "tries", json_integer (most));
  return citiz_engine_write_json (shared->engine, CITIZ_CLASS_GRANT, &shared->id, grant, error);
}

/* By how many tries it left, and no node has more than five of each kind to give: one that lies can tell of no more. */
static CitizId
name_of_miss (CitizShared *shared, const Reading *reading, const CitizMail *mail)
{
  g_autoptr (GByteArray) what = g_byte_array_new ();

  g_byte_array_append (what, shared->id.b, sizeof shared->id.b);
  citiz_put_u8 (what, (guint8) mail->kind);
  citiz_put_u8 (what, (guint8) mail->tries);
  return name_of (reading->node.b, sizeof reading->node.b, what->data, what->len);
}

static gboolean
take_missed (CitizShared *shared,
             const Reading *reading,
             const CitizMail *mail,
             json_t *grant,
             GPtrArray *told,
             GError **error)
{
  g_autoptr (CitizOpening) opening = NULL;
  CitizId id;

  if (mail->tries >= CITIZ_PASSCODE_TRIES)
    return TRUE;
  id = name_of_miss (shared, reading, mail);
  if (is_kept (shared->engine, &id))
    return TRUE;
  opening = citiz_engine_new_opening (&id, &shared->id, CITIZ_OPENING_CODE_FAILED, mail->time);
  return keep_opening (shared, opening, FALSE, told, error)
         && count_tries (shared, reading, mail, grant, error);
}

/* A note that names its opening by the note it was opened with. */
static gboolean
is_stalled (CitizShared *shared, const CitizMail *mail)
{
  const CitizId name = stalled_name (&mail->opening);
  g_autoptr (CitizTxInfo) late = NULL;

  if (!mail->has_opening || is_kept (shared->engine, &name))
    return mail->has_opening;
  late = find_late (shared, &mail->opening);
  return late != NULL;
}

static gboolean
take_piece (CitizShared *shared,
            const Reading *reading,
            const CitizMail *mail,
            json_t *grant,
            GPtrArray *told,
            Fate *fate,
            GError **error)
{
  const gboolean reads = mail->kind == CITIZ_MAIL_OPENED || mail->kind == CITIZ_MAIL_NOTE;
  CitizTxInfo info;
  gboolean ok;

  *fate = TAKEN;
  if (mail->kind == CITIZ_MAIL_CODE_MISSED || mail->kind == CITIZ_MAIL_PASSCODE_MISSED)
    return take_missed (shared, reading, mail, grant, told, error);
  if (mail->kind == CITIZ_MAIL_STALLED)
    return take_stalled (shared, reading, mail, grant, told, error);
  if (!reads)
    return TRUE;
  if (mail->kind == CITIZ_MAIL_NOTE && is_stalled (shared, mail))
    return take_note (shared, mail, grant, told, error);
  if (!find_opening (shared, mail, &info))
    {
      if (citiz_env_now (shared->engine->env).ms < mail->time.ms + UNKNOWN_AFTER)
        *fate = TOO_SOON;
      return TRUE;
    }
  ok = mail->kind == CITIZ_MAIL_OPENED ? take_opened (shared, mail, &info, grant, told, error)
                                       : take_note (shared, mail, grant, told, error);
  citiz_tx_info_clear (&info);
  return ok;
}

/* Up to the first piece that is not for now. Returns: the last row taken; 0: none, or the disk refuses */
static gint64
take_box (CitizShared *shared, const Reading *reading, GPtrArray *mail, GPtrArray *told)
{
  CitizEngine *engine = shared->engine;
  g_autoptr (GError) error = NULL;
  json_t *grant;
  gboolean ok = TRUE;
  Fate fate = TAKEN;
  gint64 row = 0;

  if (!citiz_vault_begin (engine->vault, &error))
    return 0;
  grant = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, &shared->id, NULL);
  for (guint i = 0; ok && i < mail->len; i++)
    {
      const CitizMail *piece = mail->pdata[i];

      ok = take_piece (shared, reading, piece, grant, told, &fate, &error);
      if (fate == TOO_SOON)
        break;
      row = piece->row;
    }
  citiz_engine_drop_grant (grant);
  if (ok && citiz_vault_commit (engine->vault, &error))
    return row;
  if (!ok)
    citiz_vault_rollback (engine->vault);
  g_warning ("a node's mail could not be kept, it stays there: %s", error->message);
  g_ptr_array_set_size (told, 0);
  return 0;
}

static CitizLetterbox
box_of (CitizShared *shared, const Reading *reading)
{
  CitizEngine *engine = shared->engine;

  return (CitizLetterbox){.client = engine->shared_client,
                          .env = engine->env,
                          .origin = reading->origin,
                          .node = reading->node,
                          .grant = shared->id,
                          .key = citiz_community_get_key (engine->community)};
}

static void
take_answer (CitizShared *shared, const Reading *reading, GPtrArray *mail)
{
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_object_unref);
  const CitizLetterbox box = box_of (shared, reading);
  gint64 row;

  if (shared->engine->vault == NULL || box.key == NULL)
    return;
  shared->n_read++;
  row = take_box (shared, reading, mail, told);
  if (row > 0 && !citiz_community_is_copied (shared->engine->community)) /* it is on one's own disk,
                                                                            and no other's */
    citiz_letterbox_drop (&box, row, shared->stop);
  tell (shared, told);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Reading *reading = data;
  CitizShared *shared = reading->shared;
  gboolean lacks;
  g_autoptr (GPtrArray) mail = citiz_letterbox_read_finish (result, &lacks, NULL);

  if (!g_cancellable_is_cancelled (reading->stop))
    {
      shared->n_reading--;
      citiz_watch_hear (citiz_community_get_watch (shared->engine->community), reading->origin,
                        mail != NULL);
      if (mail != NULL)
        {
          shared->bare = (shared->bare & ~reading->held) | (lacks ? reading->held : 0);
          take_answer (shared, reading, mail);
        }
      if (shared->n_reading == 0 && shared->read_again)
        citiz_shared_read_mail (shared);
      else if (shared->n_reading == 0 && shared->deadline != NULL)
        tell_bare (shared);
    }
  reading_free (reading);
}

static void
read_one (CitizShared *shared, guint place, const json_t *pair)
{
  g_autoptr (GBytes) key = citiz_base64url_decode (json_string_value (json_array_get (pair, 0)));
  Reading *reading;
  CitizLetterbox box;

  if (key == NULL || g_bytes_get_size (key) != sizeof reading->node.b)
    return;
  reading = g_new0 (Reading, 1);
  reading->shared = shared;
  reading->stop = g_object_ref (shared->stop);
  reading->held = shared->held & 1u << place;
  memcpy (reading->node.b, g_bytes_get_data (key, NULL), sizeof reading->node.b);
  reading->origin = g_strdup (citiz_engine_node_url (shared->engine, &reading->node,
                                                     json_string_value (json_array_get (pair, 1))));
  box = box_of (shared, reading);
  shared->n_reading++;
  citiz_letterbox_read (&box, shared->stop, read_cb, reading);
}

/* Every node's box: each keeps what was told to it. Not while the record is locked: the keys are gone; nor of an access that another copy of the
 * record gave, which alone can read it. */
void
citiz_shared_read_mail (CitizShared *shared)
{
  CitizEngine *engine = shared->engine;
  json_t *json, *pair;
  size_t i;

  if (engine->vault == NULL || engine->community == NULL || shared->n_reading > 0
      || citiz_community_get_key (engine->community) == NULL)
    return;
  json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, &shared->id, NULL);
  if (json == NULL || shared->copied)
    {
      citiz_engine_drop_grant (json);
      return;
    }
  citiz_engine_shared_client (engine);
  if (shared->stop == NULL)
    shared->stop = g_cancellable_new ();
  shared->n_read = 0;
  shared->nameless -= shared->nameless > 0;
  shared->read_again = FALSE;
  shared->last_round = shared->over;
  shared->read_at = g_get_monotonic_time ();
  json_array_foreach (json_object_get (json, "nodes"), i, pair)
      read_one (shared, (guint) MIN (i, CITIZ_COMMITTEE_MAX), pair);
  citiz_engine_drop_grant (json);
}

void
citiz_shared_stop_mail (CitizShared *shared)
{
  if (shared->stop != NULL)
    g_cancellable_cancel (shared->stop);
  g_clear_object (&shared->stop);
  if (shared->deadline != NULL)
    g_source_destroy (shared->deadline);
  g_clear_pointer (&shared->deadline, g_source_unref);
  shared->n_reading = 0;
  shared->read_again = FALSE;
}
