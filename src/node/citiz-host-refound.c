/* When a quorum is lost for good: those who are left found the community anew from its last final block. Each operator says so; nothing here
 * does it by itself. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "node/citiz-refound-file.h"
#include "store/citiz-book-store.h"

#include <glib/gi18n.h>
#include <string.h>

#define OFFERS_MAX  4
#define ASK_BEATS   5    /* between two questions to others */
#define HOUR_BEATS  1800 /* after so many, who has not signed yet is asked for that often */
#define STILL_MS    60000 /* without agreement: then others are asked whether they have founded anew */
#define FIRST_BEATS 30 /* after a start they are asked in any case: this node may have been away */
#define PREFIX_MIN  6  /* hex digits that name a document */

static void
refuse (GError **error, const gchar *why)
{
  g_set_error_literal (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE, why);
}

/* Telling ********************************************************************/

static json_t *
node_json (const CitizRefoundFile *file,
           CitizHost *host,
           const CitizPublicKey *node,
           gboolean validated)
{
  g_autofree gchar *key = citiz_base64url_encode (node->b, sizeof node->b);
  const CitizHostMember *member = citiz_host_community_find (host->community, node);

  if (member == NULL)
    member = citiz_host_community_find (file->who, node);
  return json_pack ("{s:s, s:s, s:s, s:b, s:b}", "node", key, "operator",
                    member ? member->operator_ : "", "url", member ? member->url : "", "validated",
                    validated, "signed", citiz_refound_has_signed (&file->refound, node));
}

static json_t *
describe (CitizHost *host, const CitizRefoundFile *file)
{
  const CitizRefound *refound = &file->refound;
  const gboolean accepted = citiz_chain_refound_of (host->chain, refound->ends) != NULL;
  g_autofree CitizValidators *old = g_new0 (CitizValidators, 1);
  g_autofree gchar *reason = citiz_refound_reason (refound), *name = NULL;
  const CitizLedger *ledger = citiz_chain_ledger (host->chain, NULL); /* NULL: the disk fails */
  json_t *next = json_array (), *gone = json_array ();
  CitizHash hash;

  citiz_refound_hash (&hash, refound);
  name = citiz_hash_to_hex (&hash);
  if ((ledger == NULL || !citiz_ledger_get_validators (ledger, refound->ends, old))
      && refound->ends == 0)
    citiz_genesis_validators (old, &host->community->genesis);
  for (guint i = 0; i < refound->n_next; i++)
    {
      const CitizPublicKey *node = &refound->next[i].validator.node;

      json_array_append_new (next,
                             node_json (file, host, node, citiz_validators_find (old, node) >= 0));
    }
  for (guint i = 0; i < old->n; i++)
    if (!citiz_refound_names (refound, &old->v[i].node))
      json_array_append_new (gone, node_json (file, host, &old->v[i].node, TRUE));
  return json_pack (
      "{s:s, s:b, s:I, s:I, s:I, s:s, s:o, s:o, s:i, s:i}", "name", name, "accepted", accepted,
      "height", (json_int_t) refound->last.height, "blockTime", (json_int_t) refound->last.time.ms,
      "time", (json_int_t) refound->time.ms, "reason", reason, "next", next, "gone", gone, "signed",
      (int) citiz_refound_n_signed (refound), "needed", (int) citiz_quorum (refound->n_next));
}

/* The document that began this epoch, or %NULL. */
static const CitizRefound *
newest (CitizHost *host)
{
  const guint64 epoch = citiz_replica_get_epoch (host->replica);

  return epoch > 0 ? citiz_chain_refound_of (host->chain, epoch - 1) : NULL;
}

static gint64
still_seconds (CitizHost *host)
{
  const CitizLedger *ledger = citiz_chain_ledger (host->chain, NULL);

  if (ledger == NULL) /* the disk fails: nothing says that the community stands still */
    return 0;
  return (citiz_env_now (host->env).ms - citiz_ledger_time (ledger).ms) / CITIZ_SECOND;
}

/* A quorum of those who go on has accepted, and so many of those before them that the others are none: nothing goes on without them. */
static gboolean
is_settled (CitizHost *host, CitizRefoundFile *file)
{
  const CitizRefound *refound = &file->refound;
  const guint n = citiz_replica_get_validators (host->replica)->n;

  return citiz_chain_check_refound (host->chain, refound, &file->old, NULL)
         && n - MIN (n, file->old) < citiz_quorum (n)
         && citiz_refound_n_signed (refound) >= citiz_quorum (refound->n_next);
}

/* How things stand: what is offered, what was accepted, since when nothing is final. */
static json_t *
state (CitizHost *host)
{
  json_t *offers = json_array ();
  gboolean settled = FALSE;
  json_t *body;

  for (guint i = 0; i < host->offers->len; i++)
    {
      settled |= is_settled (host, host->offers->pdata[i]);
      json_array_append_new (offers, describe (host, host->offers->pdata[i]));
    }
  body = json_pack ("{s:I, s:i, s:b, s:o}", "still", (json_int_t) still_seconds (host), "after",
                    (int) host->config->refound_after, "settled", settled, "offers", offers);
  if (newest (host) != NULL)
    {
      g_autoptr (CitizRefoundFile) file = citiz_refound_file_new (newest (host), host->community);

      json_object_set_new (body, "newest", describe (host, file));
    }
  return body;
}

/* Cards, documents ************************************************************/

/* In words for people; whether to accept it is another question. */
static gboolean
is_good (CitizHost *host, const CitizRefound *refound, GError **error)
{
  g_autoptr (GError) why = NULL;
  guint old;

  if (citiz_chain_check_refound (host->chain, refound, &old, &why))
    return TRUE;
  refuse (error, g_error_matches (why, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BEHIND)
                     ? N_ ("It goes on from a block that is older than what is final here: what "
                           "was agreed on would be undone")
                     : N_ ("This document does not fit this community’s ledger"));
  return FALSE;
}

/* A community that works is not founded anew. */
static gboolean
is_still (CitizHost *host, GError **error)
{
  if (still_seconds (host) >= (gint64) host->config->refound_after)
    return TRUE;
  refuse (error, N_ ("Something became final here not long ago: a community that works is not "
                     "founded anew. “citiz-node why” tells what is missing"));
  return FALSE;
}

static json_t *
make_card (CitizHost *host, GError **error)
{
  const CitizLedger *ledger = citiz_chain_ledger (host->chain, error);
  const CitizBlockHeader *head = ledger != NULL ? citiz_ledger_head (ledger) : NULL;
  g_autoptr (GPtrArray) blocks = NULL;
  CitizJournal *journal;
  CitizRefoundCard card = {.url = host->config->url, .operator_ = host->config->operator_};
  CitizValidator *validator = &card.founder.validator;
  g_autofree gchar *text = NULL;

  if (head == NULL || !is_still (host, error))
    return NULL;
  if (head->height == 0)
    {
      refuse (error, N_ ("Nothing is final yet: there is nothing to go on from"));
      return NULL;
    }
  card.ends = citiz_ledger_epoch (ledger);
  blocks = citiz_chain_read_blocks (host->chain, head->height, 1, 1, error);
  journal = blocks != NULL ? citiz_journals_prepare (host->journals, card.ends + 1, error) : NULL;
  if (journal == NULL)
    return NULL;
  g_return_val_if_fail (blocks->len > 0, NULL); /* the newest block is there, and final */
  card.last = *head;
  card.final = *((const CitizBlock *) blocks->pdata[blocks->len - 1])->final;
  validator->node = *citiz_signing_key_get_public (host->key);
  validator->key = *citiz_signing_key_get_public (citiz_journal_get_key (journal));
  citiz_join_sign (&card.founder, citiz_chain_id (host->chain), card.ends + 1, host->key);
  text = citiz_refound_card_encode (&card);
  return json_pack ("{s:s}", "card", text);
}

static json_t *
make_document (CitizHost *host, const gchar *reason, json_t *texts, GError **error)
{
  g_autoptr (GPtrArray) cards
      = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_refound_card_free);
  g_autoptr (CitizRefoundFile) file = NULL;
  json_t *text, *body;
  gsize i;

  json_array_foreach (texts, i, text)
  {
    const gchar *line = json_string_value (text);
    CitizRefoundCard *card = citiz_refound_card_decode (line ? line : "", error);

    if (card == NULL)
      return NULL;
    g_ptr_array_add (cards, card);
  }
  file = citiz_refound_file_make (cards, citiz_env_now (host->env), reason, error);
  if (file == NULL || !is_good (host, &file->refound, error))
    return NULL;
  body = describe (host, file);
  json_object_set_new (body, "file", citiz_refound_file_json (file));
  return body;
}

static void
learn (CitizHost *host, const CitizRefoundFile *file)
{
  for (guint i = 0; i < file->who->members->len; i++)
    {
      const CitizHostMember *member = file->who->members->pdata[i];
      g_autoptr (GError) error = NULL;

      if (citiz_host_community_find (host->community, &member->node) != NULL
          || !citiz_refound_names (&file->refound, &member->node))
        continue;
      (void) citiz_host_community_learn (host->community, &member->node, member->url,
                                         member->operator_);
      if (!citiz_book_store_put (host->db, &member->node, member->url, member->operator_, &error))
        g_warning ("event=address-not-kept why=%s", error->message);
    }
}

static gboolean
may_accept (CitizHost *host, CitizRefoundFile *file, GError **error)
{
  if (citiz_chain_refound_of (host->chain, file->refound.ends) != NULL)
    {
      refuse (error, N_ ("This node has accepted a new founding of this epoch already"));
      return FALSE;
    }
  if (!is_good (host, &file->refound, error)
      || (!is_settled (host, file) && !is_still (host, error)))
    return FALSE;
  if (file->refound.last.height == citiz_chain_height (host->chain))
    return TRUE;
  citiz_replica_hear_final (host->replica, &file->refound.final);
  refuse (error, N_ ("This node does not have the block yet that it goes on from, and asks for it "
                     "now: try again in a moment"));
  return FALSE;
}

static json_t *
accept (CitizHost *host, CitizRefoundFile *file, GError **error)
{
  if (!may_accept (host, file, error))
    return NULL;
  citiz_refound_sign (&file->refound, host->key);
  learn (host, file);
  if (!citiz_replica_refound (host->replica, &file->refound, error))
    return NULL;
  g_ptr_array_set_size (host->offers, 0);
  g_message ("event=refounded height=%" G_GUINT64_FORMAT " validators=%u",
             file->refound.last.height, file->refound.n_next);
  host->refound_beats = 0; /* the others are asked soon who has signed */
  return describe (host, file);
}

/* By the beginning of its name, among those that other nodes have accepted. */
static CitizRefoundFile *
find_offer (CitizHost *host, const gchar *prefix)
{
  for (guint i = 0; strlen (prefix) >= PREFIX_MIN && i < host->offers->len; i++)
    {
      const CitizRefoundFile *file = host->offers->pdata[i];
      g_autofree gchar *name = NULL;
      CitizHash hash;

      citiz_refound_hash (&hash, &file->refound);
      name = citiz_hash_to_hex (&hash);
      if (g_str_has_prefix (name, prefix))
        return citiz_refound_file_new (&file->refound, file->who);
    }
  return NULL;
}

static guint find_offered (CitizHost *host, const CitizRefound *refound);

/* One that was handed over, with the signatures of those who have accepted it meanwhile. */
static CitizRefoundFile *
find_document (CitizHost *host, const gchar *text, GError **error)
{
  g_autoptr (CitizRefoundFile) handed = NULL;
  CitizRefoundFile *file = find_offer (host, text);
  guint place;

  if (file != NULL)
    return file;
  handed = citiz_refound_file_decode (text, error);
  place = handed != NULL ? find_offered (host, &handed->refound) : host->offers->len;
  if (place == host->offers->len)
    return g_steal_pointer (&handed);
  file = host->offers->pdata[place];
  return citiz_refound_file_new (&file->refound, file->who);
}

/**
 * citiz_host_refound:
 * @wish: {"do": "state", "card", "make", "look" or "accept", "reason": text, "texts": cards, a document, or the beginning of its name}
 *
 * Returns: (transfer full) (nullable)
 */
json_t *
citiz_host_refound (CitizHost *host, json_t *wish, GError **error)
{
  const gchar *what = json_string_value (json_object_get (wish, "do"));
  const gchar *reason = json_string_value (json_object_get (wish, "reason"));
  json_t *texts = json_object_get (wish, "texts");
  const gchar *text = json_string_value (json_array_get (texts, 0));
  g_autoptr (CitizRefoundFile) file = NULL;

  if (g_strcmp0 (what, "state") == 0)
    return state (host);
  if (g_strcmp0 (what, "card") == 0)
    return make_card (host, error);
  if (g_strcmp0 (what, "make") == 0)
    return make_document (host, reason ? reason : "", texts, error);
  file = find_document (host, text ? text : "", error);
  if (file == NULL)
    return NULL;
  return g_strcmp0 (what, "accept") == 0 ? accept (host, file, error) : describe (host, file);
}

/* Other nodes ****************************************************************/

/* The place of this very document among those that are offered; as many as there are: none. */
static guint
find_offered (CitizHost *host, const CitizRefound *refound)
{
  CitizHash hash, other;
  guint i = 0;

  citiz_refound_hash (&hash, refound);
  for (; i < host->offers->len; i++)
    {
      citiz_refound_hash (&other, &((CitizRefoundFile *) host->offers->pdata[i])->refound);
      if (citiz_hash_equal (&hash, &other))
        break;
    }
  return i;
}

/* Anybody can make a document: the one that fewest validators of before stand for gives way. */
static guint
weakest (CitizHost *host, guint old)
{
  guint found = host->offers->len;

  for (guint i = 0; i < host->offers->len; i++)
    {
      const CitizRefoundFile *known = host->offers->pdata[i];

      if (known->old < old)
        {
          old = known->old;
          found = i;
        }
    }
  return found;
}

/* Takes @file, for people to look at. */
static void
offer (CitizHost *host, CitizRefoundFile *file)
{
  guint place = find_offered (host, &file->refound);
  const CitizRefoundFile *known = place < host->offers->len ? host->offers->pdata[place] : NULL;
  CitizHash hash;
  g_autofree gchar *name = NULL;

  if (known == NULL && host->offers->len == OFFERS_MAX)
    place = weakest (host, file->old);
  if (place == OFFERS_MAX
      || (known != NULL
          && (file->old < known->old
              || citiz_refound_n_signed (&file->refound)
                     <= citiz_refound_n_signed (&known->refound))))
    {
      citiz_refound_file_free (file);
      return;
    }
  citiz_refound_hash (&hash, &file->refound);
  name = citiz_hash_to_hex (&hash);
  if (known == NULL)
    g_message ("event=refound-offered name=%.12s", name);
  citiz_replica_hear_final (host->replica, &file->refound.final);
  if (place < host->offers->len)
    g_ptr_array_remove_index (host->offers, place);
  g_ptr_array_add (host->offers, file);
}

/* Takes @file: one that another node has accepted. */
static void
hear (CitizHost *host, CitizRefoundFile *file)
{
  g_autoptr (GError) error = NULL;

  if (citiz_chain_refound_of (host->chain, file->refound.ends) == NULL
      && citiz_chain_check_refound (host->chain, &file->refound, &file->old, NULL))
    {
      offer (host, file);
      return;
    }
  if (!citiz_chain_join_signers (host->chain, &file->refound, &error))
    g_warning ("event=refound-not-kept why=%s", error->message);
  citiz_refound_file_free (file);
}

static void
heard_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizHost *host = data;
  guint status = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (source), result, &status, &error);
  json_t *json, *one;
  gsize i;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* the host is gone */
    return;
  json = body != NULL && status == 200 ? citiz_json_strict_parse (body, NULL) : NULL;
  json_array_foreach (json_object_get (json, "refounds"), i, one)
  {
    CitizRefoundFile *file = citiz_refound_file_read (one, NULL);

    if (file != NULL)
      hear (host, file);
  }
  json_decref (json);
}

static gboolean
is_due (CitizHost *host)
{
  const CitizRefound *refound = newest (host);
  CitizCsxReport report;

  if (host->refound_beats++ < FIRST_BEATS)
    return TRUE;
  citiz_replica_report (host->replica, &report);
  if (report.since_final > STILL_MS)
    return host->refound_beats % ASK_BEATS == 0;
  return refound != NULL && citiz_refound_n_signed (refound) < refound->n_next
         && host->refound_beats % (host->refound_beats < HOUR_BEATS ? ASK_BEATS : HOUR_BEATS) == 0;
}

/* Asks one node after the other what was founded anew: for those who were away, and for signatures. */
void
citiz_host_refound_beat (CitizHost *host)
{
  const guint64 epoch = citiz_replica_get_epoch (host->replica);
  const CitizHostMember *member;
  g_autofree gchar *url = NULL;
  const gboolean due = is_due (host);

  if (!due || host->community->members->len == 0)
    return;
  member = host->community->members->pdata[host->refound_turn++ % host->community->members->len];
  if (citiz_public_key_equal (&member->node, citiz_signing_key_get_public (host->key)))
    member = host->community->members->pdata[host->refound_turn++ % host->community->members->len];
  url = g_strdup_printf ("%s" CITIZ_HOST_REFOUNDS_PATH "?from=%" G_GUINT64_FORMAT, member->url,
                         epoch > 0 ? epoch - 1 : 0);
  citiz_http_client_ask (
      host->client,
      &(const CitizHttpAsk){.method = "GET", .url = url, .answer_max = CITIZ_HOST_FILE_MAX},
      host->asking, heard_cb, host);
}

/* GET /v1/refounds?from=EPOCH: what people have accepted here instead of the end of an epoch, from that epoch on. */
void
citiz_host_route_refounds (CitizHostCall *call)
{
  CitizHost *host = call->host;
  const gint64 from = citiz_host_query (call->request, "from", 0);
  const guint64 end = citiz_replica_get_epoch (host->replica);
  json_t *list = json_array ();

  for (guint64 epoch = (guint64) MAX (from, 0);
       epoch < end && json_array_size (list) < CITIZ_HOST_REFOUNDS_MAX; epoch++)
    {
      const CitizRefound *refound = citiz_chain_refound_of (host->chain, epoch);
      g_autoptr (CitizRefoundFile) file
          = refound != NULL ? citiz_refound_file_new (refound, host->community) : NULL;

      if (file != NULL)
        json_array_append_new (list, citiz_refound_file_json (file));
    }
  citiz_host_answer (call, 200, json_pack ("{s:o}", "refounds", list));
}

void
citiz_host_refound_init (CitizHost *host)
{
  host->offers = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_refound_file_free);
  host->asking = g_cancellable_new ();
}

void
citiz_host_refound_clear (CitizHost *host)
{
  g_cancellable_cancel (host->asking);
  g_clear_object (&host->asking);
  g_ptr_array_unref (host->offers);
}
