/* The founding document and pairs of signed votes, as JSON. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-watch-file.h"

#include "net/citiz-json-strict.h"
#include "sync/citiz-watch-compare.h"

#include <string.h>

#define FORMAT    "citiz-evidence-1"
#define PAIR_SIZE (2 * CITIZ_VOTE_SIZE)

/**
 * citiz_evidence_file_write:
 * @alarms: (element-type CitizAlarm)
 *
 * Returns: (transfer full): {"format", "genesis", "evidence": [{"url", "height", "seen" (ms since 1970), "votes"}]}, bytes as base64url; nothing in
 * it is of the person who saw it
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

          json_array_append_new (list, json_pack ("{s:s, s:I, s:I, s:o}", "url", alarm->url,
                                                  "height", (json_int_t) alarm->height, "seen",
                                                  (json_int_t) alarm->since.ms, "votes",
                                                  citiz_json_base64url_bytes (votes)));
        }
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

/**
 * citiz_evidence_file_read:
 * @chain: (nullable): a copy of the chain, for epochs after the first
 * @out_chain: which chain it speaks of
 *
 * Every pair of votes is verified; nobody is believed. Errors: of CITIZ_WIRE_ERROR and CITIZ_NET_ERROR.
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

    ok = ok && read_pair (entry, genesis, chain, &one, error);
    if (!ok)
      break;
    g_array_append_val (guilty, one);
  }
  json_decref (root);
  if (ok)
    citiz_genesis_chain_id (out_chain, genesis);
  return ok ? g_steal_pointer (&guilty) : NULL;
}
