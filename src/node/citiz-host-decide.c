/* What a node's operator decides about the community, and what there is to decide. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define PREFIX_MIN 6 /* hex digits that name a proposal */

/* Telling ********************************************************************/

static json_t *
key_json (const CitizPublicKey *key)
{
  return citiz_json_base64url (key->b, sizeof key->b);
}

/* A node, as people know it. */
static json_t *
node_json (CitizHost *host, const CitizPublicKey *node)
{
  const CitizHostMember *member = citiz_host_community_find (host->community, node);

  return json_pack ("{s:o, s:s, s:s}", "node", key_json (node), "operator",
                    member ? member->operator_ : "", "url", member ? member->url : "");
}

static json_t *
nodes_json (CitizHost *host, const CitizPublicKey *nodes, guint n)
{
  json_t *list = json_array ();

  for (guint i = 0; i < n; i++)
    json_array_append_new (list, node_json (host, &nodes[i]));
  return list;
}

static json_t *
proposal_json (CitizHost *host, const CitizProposal *proposal)
{
  const CitizValidators *now = citiz_replica_get_validators (host->replica);
  const guint place = citiz_replica_get_place (host->replica);
  g_autofree gchar *id = citiz_hash_to_hex (&proposal->id);
  json_t *json = json_pack (
      "{s:s, s:s, s:o, s:i, s:i, s:b}", "id", id, "type", citiz_tx_type_name (proposal->type), "by",
      node_json (host, &proposal->node), "approvals",
      (int) citiz_bitmap_count (proposal->approvals), "needed", (int) citiz_quorum (now->n),
      "approved", place != CITIZ_CSX_NOBODY && citiz_bitmap_has (proposal->approvals, place));
  CitizTxBody body;

  if (proposal->type == CITIZ_TX_VALSET_CHANGE
      && citiz_tx_body_decode (proposal->body, proposal->n_body, proposal->type, &body, NULL))
    {
      const CitizTxValsetChange *change = &body.valset_change;

      json_object_set_new (json, "added", nodes_json (host, change->added, change->n_added));
      json_object_set_new (json, "removed", nodes_json (host, change->removed, change->n_removed));
    }
  return json;
}

/**
 * citiz_host_proposals:
 *
 * Returns: (transfer full): what the validators of this epoch may still approve
 */
json_t *
citiz_host_proposals (CitizHost *host)
{
  g_autoptr (GPtrArray) proposals = citiz_steward_proposals (host->chain);
  json_t *list = json_array ();

  for (guint i = 0; i < proposals->len; i++)
    json_array_append_new (list, proposal_json (host, proposals->pdata[i]));
  return list;
}

/**
 * citiz_host_blamed:
 *
 * Returns: (transfer full): who is proven on the ledger to have contradicted itself
 */
json_t *
citiz_host_blamed (CitizHost *host)
{
  g_autoptr (GPtrArray) blamed = citiz_steward_blamed (host->chain);
  json_t *list = json_array ();

  for (guint i = 0; i < blamed->len; i++)
    {
      const CitizEvidenceRecord *record = blamed->pdata[i];
      json_t *json = node_json (host, &record->node);
      CitizEvidence evidence;

      json_object_set_new (json, "epoch", json_integer ((json_int_t) record->epoch));
      json_object_set_new (json, "time", json_integer ((json_int_t) record->time.ms));
      if (citiz_evidence_decode (record->evidence, sizeof record->evidence, &evidence, NULL))
        json_object_set_new (json, "kind",
                             json_integer (citiz_evidence_of (&evidence.first, &evidence.second)));
      json_array_append_new (list, json);
    }
  return list;
}

/* Deciding *******************************************************************/

typedef struct
{
  CitizHostSaid said;
  gpointer data;
  gchar *proposal; /* nullable */
} Decision;

/* Plain sentences; who asked has them in his own language. */
static const gchar *
sentence (const GError *error)
{
  static const struct
  {
    gint code;
    const gchar *words;
  } sentences[] = {
      {CITIZ_LEDGER_ERROR_NODE,
       N_ ("Only a node that validates may say this, about a node of the community.")},
      {CITIZ_LEDGER_ERROR_EXISTS, N_ ("That has been said already.")},
      {CITIZ_LEDGER_ERROR_EPOCH,
       N_ ("The list of validators is changing just now: try again in a moment.")},
      {CITIZ_LEDGER_ERROR_PROPOSAL, N_ ("There is no such proposal any more.")},
      {CITIZ_LEDGER_ERROR_QUOTA, N_ ("This node has said enough for today.")},
      {CITIZ_LEDGER_ERROR_LIMIT, N_ ("Too many would change at once, or none would be left.")},
      {CITIZ_LEDGER_ERROR_CLOSED, N_ ("The others have decided otherwise meanwhile.")},
  };

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return N_ ("The community does not answer: it is said as soon as it does.");
  for (guint i = 0; error->domain == CITIZ_LEDGER_ERROR && i < G_N_ELEMENTS (sentences); i++)
    if (error->code == sentences[i].code)
      return sentences[i].words;
  return error->message;
}

static void
done_cb (gpointer data, CitizTime time, const GError *error)
{
  Decision *decision = data;

  if (error != NULL)
    decision->said (NULL, sentence (error), decision->data);
  else
    decision->said (json_pack ("{s:s, s:s}", "state", "final", "proposal",
                               decision->proposal ? decision->proposal : ""),
                    NULL, decision->data);
  g_free (decision->proposal);
  g_free (decision);
}

/* A sentence of ours, which the client translates. */
static gboolean
refuse (GError **error, const gchar *sentence)
{
  g_set_error_literal (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE, sentence);
  return FALSE;
}

/* @n things have a name that begins with @prefix. */
static gboolean
is_one (const gchar *prefix, guint n, const gchar *none, GError **error)
{
  if (strlen (prefix) < PREFIX_MIN)
    return refuse (error, N_ ("Give at least the first six characters of the name."));
  if (n > 1)
    return refuse (error, N_ ("More than one name begins so: give more of it."));
  return n == 1 || refuse (error, none);
}

static gboolean
find_proposal (CitizHost *host, const gchar *prefix, CitizHash *out, GError **error)
{
  g_autoptr (GPtrArray) proposals = citiz_steward_proposals (host->chain);
  guint n = 0;

  for (guint i = 0; i < proposals->len; i++)
    {
      const CitizProposal *proposal = proposals->pdata[i];
      g_autofree gchar *id = citiz_hash_to_hex (&proposal->id);

      if (!g_str_has_prefix (id, prefix))
        continue;
      *out = proposal->id;
      n++;
    }
  return is_one (
      prefix, n,
      N_ ("No proposal of this name waits: it was decided, or there never was one. Those "
          "that wait: citiz-node members"),
      error);
}

static gboolean
find_node (CitizHost *host, const gchar *prefix, CitizPublicKey *out, GError **error)
{
  guint n = 0;

  for (guint i = 0; i < host->community->members->len; i++)
    {
      const CitizHostMember *member = host->community->members->pdata[i];
      g_autofree gchar *name = citiz_base64url_encode (member->node.b, sizeof member->node.b);

      if (!g_str_has_prefix (name, prefix))
        continue;
      *out = member->node;
      n++;
    }
  return is_one (prefix, n, N_ ("No node that is known here has this name: citiz-node members"),
                 error);
}

/* Who has asked and waits. */
static gboolean
has_asked (CitizHost *host)
{
  g_autoptr (GPtrArray) proposals = citiz_steward_proposals (host->chain);
  const CitizPublicKey *own = citiz_signing_key_get_public (host->key);

  for (guint i = 0; i < proposals->len; i++)
    {
      const CitizProposal *proposal = proposals->pdata[i];

      if (proposal->type == CITIZ_TX_NODE_JOIN && citiz_public_key_equal (&proposal->node, own))
        return TRUE;
    }
  return FALSE;
}

/* Of two machines with one key each would put the other out, in turns. */
static gboolean
join (CitizHost *host, const gchar *about, CitizHash *id, Decision *decision, GError **error)
{
  if (citiz_peers_has_twin (citiz_member_get_peers (host->member))) /* now, not once */
    return refuse (error,
                   N_ ("Another machine runs with this node’s key right now, and would be put "
                       "out: stop it first. If it is out of your hands, the others put this "
                       "node out (citiz-node exclude), and you set up a new one."));
  if (has_asked (host))
    return refuse (error, N_ ("This node has asked already, and the others have not all answered: "
                              "citiz-node members"));
  return citiz_steward_join (host->steward, host->config->url, host->config->operator_, id, done_cb,
                             decision, error);
}

static gboolean
leave (CitizHost *host, const gchar *about, CitizHash *id, Decision *decision, GError **error)
{
  return citiz_steward_leave (host->steward, done_cb, decision, error);
}

static gboolean
approve (CitizHost *host, const gchar *about, CitizHash *id, Decision *decision, GError **error)
{
  return find_proposal (host, about, id, error)
         && citiz_steward_approve (host->steward, id, done_cb, decision, error);
}

static gboolean
exclude (CitizHost *host, const gchar *about, CitizHash *id, Decision *decision, GError **error)
{
  const CitizValidators *now = citiz_replica_get_validators (host->replica);
  CitizPublicKey node;

  if (!find_node (host, about, &node, error))
    return FALSE;
  if (citiz_validators_find (now, citiz_signing_key_get_public (host->key)) < 0)
    return refuse (error, N_ ("Only those who keep the ledger may say this: this node follows."));
  if (citiz_validators_find (now, &node) < 0)
    return refuse (error, N_ ("That node is not one of those who keep the ledger."));
  return citiz_steward_exclude (host->steward, &node, id, done_cb, decision, error);
}

/**
 * citiz_host_decide:
 * @what: "join", "leave", "approve" or "exclude"
 * @about: a proposal or a node, by the beginning of its name
 * @said: called once, when it is final or refused
 */
void
citiz_host_decide (CitizHost *host,
                   const gchar *what,
                   const gchar *about,
                   CitizHostSaid said,
                   gpointer data)
{
  static const struct
  {
    const gchar *name;
    gboolean (*run) (CitizHost *, const gchar *, CitizHash *, Decision *, GError **);
  } decisions[] = {{"join", join}, {"leave", leave}, {"approve", approve}, {"exclude", exclude}};
  Decision *decision = g_new0 (Decision, 1);
  g_autoptr (GError) error = NULL;
  CitizHash id = {{0}};
  gboolean good = FALSE;

  *decision = (Decision){said, data, NULL};
  for (guint i = 0; i < G_N_ELEMENTS (decisions); i++)
    if (g_str_equal (decisions[i].name, what))
      good = decisions[i].run (host, about, &id, decision, &error);
  if (good)
    decision->proposal = citiz_hash_to_hex (&id);
  else
    done_cb (decision, (CitizTime){0}, error);
}
