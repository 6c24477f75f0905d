/* The founding document, pairs of signed votes and false parts of keys, as JSON. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-watch-file.h"

#include "net/citiz-json-strict.h"
#include "sync/citiz-watch-compare.h"
#include "sync/citiz-watch-given.h"

#include <string.h>

#define FORMAT    "citiz-evidence-1"
#define PAIR_SIZE (2 * CITIZ_VOTE_SIZE)

static void
append_entry (json_t *list, const CitizAlarm *alarm, const gchar *what, GBytes *bytes)
{
  json_array_append_new (list, json_pack ("{s:s, s:I, s:I, s:o}", "url", alarm->url, "height",
                                          (json_int_t) alarm->height, "seen",
                                          (json_int_t) alarm->since.ms, what,
                                          citiz_json_base64url_bytes (bytes)));
}

/**
 * citiz_evidence_file_write:
 * @alarms: (element-type CitizAlarm)
 *
 * Returns: (transfer full): {"format", "genesis", "evidence": [{"url", "height", "seen" (ms since 1970), "votes" or "given"}]}, bytes as base64url.
 * Votes are of nobody who saw them; what a node gave names the access by its number on the ledger
 */
GBytes *
citiz_evidence_file_write (CitizChain *chain, GPtrArray *alarms)
{
  g_autoptr (GBytes) genesis = citiz_genesis_encode (citiz_chain_genesis (chain));
  json_t *list = json_array ();
  json_t *file = json_pack ("{s:s, s:o, s:o}", "format", FORMAT, "genesis",
                            citiz_json_base64url_bytes (genesis), "evidence", list);
  gchar *text;

  for (guint i = 0; i < alarms->len; i++)
    {
      const CitizAlarm *alarm = alarms->pdata[i];

      for (guint j = 0; j < alarm->evidence->len; j++)
        {
          g_autoptr (GBytes) votes
              = citiz_evidence_encode (&g_array_index (alarm->evidence, CitizEvidence, j));

          append_entry (list, alarm, "votes", votes);
        }
      if (alarm->given != NULL)
        append_entry (list, alarm, "given", alarm->given);
    }
  text = json_dumps (file, JSON_INDENT (2));
  json_decref (file);
  return g_bytes_new_with_free_func (text, strlen (text), free, text);
}

static gboolean
refuse (GError **error, const gchar *what)
{
  g_set_error_literal (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM, what);
  return FALSE;
}

static gboolean
read_genesis (json_t *file, CitizGenesis *out, GError **error)
{
  const gchar *format = citiz_json_strict_string (file, "format", 64);
  const gchar *text = citiz_json_strict_string (file, "genesis", 64 * 1024);
  g_autoptr (GBytes) bytes = text != NULL ? citiz_base64url_decode (text) : NULL;
  gsize n;
  const guint8 *view;

  if (format == NULL || !g_str_equal (format, FORMAT) || bytes == NULL)
    return refuse (error, "not a file of evidence");
  view = g_bytes_get_data (bytes, &n);
  return citiz_genesis_decode (view, n, out, error);
}

/* The validators of the first epoch are in the founding document; those of later ones only a chain knows. */
static gboolean
validators_of (const CitizGenesis *genesis,
               CitizChain *chain,
               guint64 epoch,
               CitizValidators *out,
               CitizHash *out_hash)
{
  CitizHash id;

  if (epoch == 0)
    {
      citiz_genesis_validators (out, genesis);
      citiz_validators_hash (out_hash, out);
      return TRUE;
    }
  citiz_genesis_chain_id (&id, genesis);
  return chain != NULL && citiz_hash_equal (&id, citiz_chain_id (chain))
         && citiz_watch_epoch (chain, epoch, out, out_hash);
}

static gboolean
read_pair (json_t *entry,
           const CitizGenesis *genesis,
           CitizChain *chain,
           CitizGuilty *out,
           GError **error)
{
  guint8 bytes[PAIR_SIZE];
  CitizEvidence evidence;
  CitizValidators validators;
  CitizHash id, vs_hash;

  if (!citiz_json_strict_bytes (entry, "votes", bytes, sizeof bytes)
      || !citiz_evidence_decode (bytes, sizeof bytes, &evidence, error))
    return error != NULL && *error != NULL ? FALSE : refuse (error, "not two votes");
  if (!validators_of (genesis, chain, evidence.first.epoch, &validators, &vs_hash))
    return refuse (error, "votes of an epoch that is not known here");
  citiz_genesis_chain_id (&id, genesis);
  if (!citiz_evidence_verify (&evidence, &id, &vs_hash, &validators))
    return refuse (error, "the two votes prove nothing");
  *out = (CitizGuilty){validators.v[evidence.first.voter].node, evidence.first.epoch,
                       evidence.first.slot, citiz_evidence_of (&evidence.first, &evidence.second)};
  return TRUE;
}

/* What the grant says is on the ledger alone, and all of it has to be there (citiz_given_guilty()). */
static gboolean
read_given (json_t *entry,
            const CitizGenesis *genesis,
            CitizChain *chain,
            CitizGuilty *out,
            GError **error)
{
  guint8 bytes[CITIZ_SIGNED_GIVEN_SIZE];
  CitizGiven given;
  CitizHash id;

  citiz_genesis_chain_id (&id, genesis);
  if (!citiz_json_strict_bytes (entry, "given", bytes, sizeof bytes)
      || !citiz_given_decode (&given, bytes, sizeof bytes))
    return refuse (error, "not a part of a key as a node signed it");
  if (chain == NULL || !citiz_hash_equal (&id, citiz_chain_id (chain))
      || citiz_chain_base (chain) > 0)
    return refuse (error, "a part of a key is held against the whole ledger, which is not here");
  *out = (CitizGuilty){.kind = CITIZ_EVIDENCE_NONE};
  return citiz_given_guilty (chain, &given, &out->node)
         || refuse (error, "the part of a key proves nothing");
}

static gboolean
read_entry (json_t *entry,
            const CitizGenesis *genesis,
            CitizChain *chain,
            CitizGuilty *out,
            GError **error)
{
  return json_object_get (entry, "given") != NULL ? read_given (entry, genesis, chain, out, error)
                                                  : read_pair (entry, genesis, chain, out, error);
}

/**
 * citiz_evidence_file_read:
 * @chain: (nullable): a copy of the chain, for epochs after the first and for parts of keys
 * @out_chain: which chain it speaks of
 *
 * Everything is verified; nobody is believed. Errors: of CITIZ_WIRE_ERROR and CITIZ_NET_ERROR.
 *
 * Returns: (transfer full) (element-type CitizGuilty) (nullable): whom the file proves guilty, in its order
 */
GArray *
citiz_evidence_file_read (GBytes *file, CitizChain *chain, CitizHash *out_chain, GError **error)
{
  g_autoptr (GArray) guilty = g_array_new (FALSE, FALSE, sizeof (CitizGuilty));
  g_autofree CitizGenesis *genesis = g_new (CitizGenesis, 1);
  json_t *root = citiz_json_strict_parse (file, error);
  json_t *entry;
  gboolean ok;
  gsize i;

  if (root == NULL)
    return NULL;
  ok = read_genesis (root, genesis, error);
  json_array_foreach (json_object_get (root, "evidence"), i, entry)
  {
    CitizGuilty one;

    ok = ok && read_entry (entry, genesis, chain, &one, error);
    if (!ok)
      break;
    g_array_append_val (guilty, one);
  }
  json_decref (root);
  if (ok)
    citiz_genesis_chain_id (out_chain, genesis);
  return ok ? g_steal_pointer (&guilty) : NULL;
}
