/* Our own frozen vectors of the wire and of the trees: made again, they must be the same bytes. SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * With --write DIR the files are written instead; a change of a released one is a change of format. */
#include "../unit/wire/samples.h"

#include "ledger/citiz-ledger.h"
#include "ledger/citiz-note.h"

#include <jansson.h>

static json_t *
hex (const guint8 *bytes, gsize n)
{
  g_autofree gchar *text = citiz_hex_encode (bytes, n);

  return json_string (text);
}

static json_t *
hex_bytes (GBytes *bytes)
{
  return hex (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static json_t *
hash (const CitizHash *value)
{
  return hex (value->b, sizeof value->b);
}

static json_t *
key_json (const CitizAccountKey *key)
{
  return json_pack ("{s:i, s:i, s:o}", "role", key->role, "alg", key->alg, "key",
                    hex (key->key.b, sizeof key->key.b));
}

static json_t *
register_json (const CitizTxRegister *reg)
{
  json_t *keys = json_array ();

  for (guint i = 0; i < reg->n_keys; i++)
    json_array_append_new (keys, key_json (&reg->keys[i]));
  return json_pack ("{s:o}", "keys", keys);
}

static json_t *
grant_json (const CitizTxGrant *grant)
{
  json_t *committee = json_array ();

  for (guint i = 0; i < grant->n_committee; i++)
    json_array_append_new (committee,
                           json_pack ("{s:o, s:o}", "node", hex (grant->committee[i].node.b, 32),
                                      "commitment", hash (&grant->committee[i].commitment)));
  return json_pack ("{s:o, s:i, s:o, s:i, s:o, s:o, s:i, s:I, s:I, s:I, s:o}", "id",
                    hex (grant->id.b, sizeof grant->id.b), "kind", grant->kind, "capsule",
                    hash (&grant->capsule), "threshold", grant->threshold, "committee", committee,
                    "a_max", hash (&grant->a_max), "max_openings", grant->max_openings,
                    "not_before", (json_int_t) grant->not_before.ms, "expires",
                    (json_int_t) grant->expires.ms, "duration", (json_int_t) grant->duration,
                    "scope", hash (&grant->scope));
}

static json_t *
nodes_json (const CitizPublicKey *nodes, guint n)
{
  json_t *list = json_array ();

  for (guint i = 0; i < n; i++)
    json_array_append_new (list, hex (nodes[i].b, sizeof nodes[i].b));
  return list;
}

static json_t *
node_body_json (CitizTxType type, const CitizTxBody *body)
{
  if (type == CITIZ_TX_NODE_JOIN)
    return json_pack ("{s:o, s:o}", "operator", hash (&body->node_join.operator_), "url",
                      hash (&body->node_join.url));
  if (type == CITIZ_TX_VALSET_CHANGE)
    return json_pack ("{s:I, s:o, s:o}", "epoch", (json_int_t) body->valset_change.epoch, "added",
                      nodes_json (body->valset_change.added, body->valset_change.n_added),
                      "removed",
                      nodes_json (body->valset_change.removed, body->valset_change.n_removed));
  if (type == CITIZ_TX_APPROVE)
    return json_pack ("{s:o}", "proposal", hash (&body->approve.proposal));
  if (type == CITIZ_TX_EVIDENCE)
    return json_pack ("{s:o}", "evidence",
                      hex (body->evidence.evidence, sizeof body->evidence.evidence));
  if (type == CITIZ_TX_PARAMS)
    return json_pack ("{s:i, s:I, s:I, s:i}", "sponsored", body->params.sponsored, "quota",
                      (json_int_t) body->params.quota, "rate", (json_int_t) body->params.rate,
                      "work", body->params.work);
  if (type == CITIZ_TX_REFOUND_ACK)
    return json_pack ("{s:I, s:o}", "epoch", (json_int_t) body->refound_ack.epoch, "document",
                      hash (&body->refound_ack.document));
  if (type == CITIZ_TX_NODE_READY)
    return json_pack ("{s:I, s:o, s:o}", "epoch", (json_int_t) body->node_ready.epoch, "key",
                      hex (body->node_ready.key.b, 32), "join", hex (body->node_ready.join.b, 64));
  return json_object ();
}

static json_t *
body_json (CitizTxType type, const CitizTxBody *body)
{
  switch (type)
    {
    case CITIZ_TX_ACCT_REGISTER:
      return register_json (&body->reg);
    case CITIZ_TX_ACCT_ROTATE:
      return json_pack ("{s:i, s:o}", "replaced", body->rotate.replaced, "key",
                        key_json (&body->rotate.key));
    case CITIZ_TX_ACCT_REVOKE:
      return json_pack ("{s:i}", "revoked", body->acct_revoke.revoked);
    case CITIZ_TX_COMMIT_RECORDS:
      return json_pack ("{s:i, s:o}", "n_leaves", (int) body->commit.n_leaves, "root",
                        hash (&body->commit.root));
    case CITIZ_TX_GRANT:
      return grant_json (&body->grant);
    case CITIZ_TX_GRANT_REVOKE:
    case CITIZ_TX_ACCESS_CLOSE:
      return json_pack ("{s:o}", "grant", hex (body->revoke.grant.b, 16));
    case CITIZ_TX_ACCESS_OPEN:
      return json_pack ("{s:o, s:i, s:o, s:o}", "grant", hex (body->open.grant.b, 16), "use",
                        body->open.use, "a", hash (&body->open.a), "note", hash (&body->open.note));
    case CITIZ_TX_NODE_JOIN:
    case CITIZ_TX_NODE_LEAVE:
    case CITIZ_TX_VALSET_CHANGE:
    case CITIZ_TX_APPROVE:
    case CITIZ_TX_EVIDENCE:
    case CITIZ_TX_PARAMS:
    case CITIZ_TX_REFOUND_ACK:
    case CITIZ_TX_NODE_READY:
      return node_body_json (type, body);
    }
  return NULL;
}

static json_t *
tx_json (CitizTx *tx)
{
  return json_pack ("{s:s, s:i, s:o, s:o, s:I, s:I, s:i, s:o, s:I, s:o, s:o, s:o, s:o, s:o}",
                    "name", citiz_tx_type_name (tx->type), "type", tx->type, "chain_id",
                    hash (&tx->chain_id), "account", hash (&tx->account), "nonce",
                    (json_int_t) tx->nonce, "valid_until", (json_int_t) tx->valid_until.ms,
                    "key_index", tx->key_index, "sponsor", hex (tx->sponsor.b, 32), "sponsor_epoch",
                    (json_int_t) tx->sponsor_epoch, "body", body_json (tx->type, &tx->body),
                    "signature", hex (tx->signature.b, 64), "sponsor_signature",
                    hex (tx->sponsor_signature.b, tx->sponsored ? 64 : 0), "bytes",
                    hex_bytes (citiz_tx_get_bytes (tx)), "id", hash (citiz_tx_get_id (tx)));
}

/* A sponsor's word, a little work. */
static json_t *
make_admissions (void)
{
  g_autoptr (CitizSigningKey) key = sample_key (1);
  g_autoptr (CitizTx) sponsored = sample_sponsored_tx ();
  g_autoptr (CitizTx) worked = sample_worked_tx (4);

  return json_pack ("{s:o, s:[o, o], s:i}", "public_key",
                    hex (citiz_signing_key_get_public (key)->b, 32), "transactions",
                    tx_json (sponsored), tx_json (worked), "work_bits_of_the_second", 4);
}

static json_t *
make_txs (void)
{
  g_autoptr (CitizSigningKey) key = sample_key (1);
  g_autoptr (CitizTx) stalled = sample_stalled_tx ();
  json_t *list = json_array ();
  CitizTxBody body;
  CitizHash account;

  for (gsize i = 0; i < G_N_ELEMENTS (sample_types); i++)
    {
      g_autoptr (CitizTx) tx = sample_tx (sample_types[i]);
      json_array_append_new (list, tx_json (tx));
    }
  json_array_append_new (list, tx_json (stalled));
  sample_body (CITIZ_TX_ACCT_REGISTER, &body);
  citiz_tx_register_account_id (&account, &body.reg);
  return json_pack ("{s:o, s:o, s:o}", "public_key",
                    hex (citiz_signing_key_get_public (key)->b, 32), "transactions", list,
                    "account_id_of_acct_register", hash (&account));
}

static json_t *
header_json (void)
{
  CitizBlockHeader h;
  CitizHash name;
  guint8 bytes[CITIZ_HEADER_SIZE];

  sample_header (&h);
  citiz_block_header_encode (&h, bytes);
  citiz_block_header_hash (&name, &h);
  return json_pack (
      "{s:o, s:I, s:I, s:I, s:o, s:I, s:I, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}",
      "chain_id", hash (&h.chain_id), "epoch", (json_int_t) h.epoch, "slot", (json_int_t) h.slot,
      "height", (json_int_t) h.height, "parent", hash (&h.parent), "parent_slot",
      (json_int_t) h.parent_slot, "time", (json_int_t) h.time.ms, "proposer",
      hex (h.proposer.b, 32), "n_tx", (json_int_t) h.n_tx, "log_size", (json_int_t) h.log_size,
      "log_root", hash (&h.log_root), "state_root", hash (&h.state_root), "vs_hash",
      hash (&h.vs_hash), "next_vs_hash", hash (&h.next_vs_hash), "bytes", hex (bytes, sizeof bytes),
      "hash", hash (&name));
}

static json_t *
vote_json (CitizVoteKind kind)
{
  const CitizVote vote = sample_vote (kind, 9, 2);
  const CitizStatement statement
      = {sample_hash (0xc1), vote.epoch, sample_hash (0x03), vote.kind, vote.slot, vote.hash};
  g_autoptr (CitizSigningKey) key = sample_key (0x22);
  g_autoptr (GBytes) bytes = citiz_vote_encode (&vote);
  guint8 tbs[CITIZ_STATEMENT_SIZE];

  citiz_statement_encode (&statement, tbs);
  return json_pack ("{s:i, s:I, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "kind", kind, "slot",
                    (json_int_t) vote.slot, "hash", hash (&vote.hash), "voter", vote.voter,
                    "chain_id", hash (&statement.chain_id), "vs_hash", hash (&statement.vs_hash),
                    "public_key", hex (citiz_signing_key_get_public (key)->b, 32), "statement",
                    hex (tbs, sizeof tbs), "signature", hex (vote.signature.b, 64), "bytes",
                    hex_bytes (bytes));
}

static json_t *
cert_json (CitizVoteKind kind, guint64 slot)
{
  g_autofree CitizCert *cert = g_new (CitizCert, 1);
  g_autoptr (GBytes) bytes = NULL;
  json_t *signatures = json_array ();

  sample_cert (cert, kind, slot);
  bytes = citiz_cert_encode (cert);
  for (guint i = 0; i < cert->n_signatures; i++)
    json_array_append_new (signatures, hex (cert->signatures[i].b, 64));
  return json_pack ("{s:i, s:I, s:o, s:[i,i,i], s:o, s:o}", "kind", kind, "slot", (json_int_t) slot,
                    "hash", hash (&cert->hash), "voters", 0, 2, 3, "signatures", signatures,
                    "bytes", hex_bytes (bytes));
}

static json_t *
genesis_json (void)
{
  g_autofree CitizGenesis *genesis = g_new (CitizGenesis, 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) list = NULL;
  CitizValidators validators;
  CitizHash chain_id;
  CitizHash vs_hash;
  json_t *founders = json_array ();

  sample_genesis (genesis);
  bytes = citiz_genesis_encode (genesis);
  citiz_genesis_chain_id (&chain_id, genesis);
  citiz_genesis_validators (&validators, genesis);
  list = citiz_validators_encode (&validators);
  citiz_validators_hash (&vs_hash, &validators);
  for (guint i = 0; i < genesis->n_founders; i++)
    {
      const CitizFounder *founder = &genesis->founders[i];
      json_array_append_new (founders, json_pack ("{s:o, s:o, s:o}", "node",
                                                  hex (founder->validator.node.b, 32), "key",
                                                  hex (founder->validator.key.b, 32), "join",
                                                  hex (founder->join.b, 64)));
    }
  return json_pack ("{s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "salt", hash (&genesis->salt), "time",
                    (json_int_t) genesis->time.ms, "founders", founders, "bytes", hex_bytes (bytes),
                    "chain_id", hash (&chain_id), "validators", hex_bytes (list), "vs_hash",
                    hash (&vs_hash));
}

static json_t *
make_blocks (void)
{
  g_autoptr (CitizJustification) justification = sample_justification ();
  g_autoptr (GBytes) bytes = citiz_justification_encode (justification);

  return json_pack (
      "{s:o, s:[o,o,o,o], s:o, s:{s:[o,o,o], s:o}, s:o}", "header", header_json (), "votes",
      vote_json (CITIZ_VOTE_CAND), vote_json (CITIZ_VOTE_NOTAR), vote_json (CITIZ_VOTE_SKIP),
      vote_json (CITIZ_VOTE_FINAL), "certificate", cert_json (CITIZ_VOTE_FINAL, 9), "justification",
      "certificates", cert_json (CITIZ_VOTE_NOTAR, 9), cert_json (CITIZ_VOTE_SKIP, 7),
      cert_json (CITIZ_VOTE_SKIP, 8), "bytes", hex_bytes (bytes), "genesis", genesis_json ());
}

static json_t *
log_json (void)
{
  json_t *roots = json_array ();
  CitizLog log = {0};
  CitizHash root;

  for (guint8 i = 0; i < 9; i++)
    {
      CitizHash leaf;
      citiz_log_root (&log, &root);
      json_array_append_new (roots, hash (&root));
      citiz_log_leaf (&leaf, &i, 1);
      citiz_log_append (&log, &leaf, NULL);
    }
  citiz_log_root (&log, &root);
  json_array_append_new (roots, hash (&root));
  return json_pack ("{s:s, s:o}", "leaf", "leaf i is the one byte i", "roots_of_sizes_0_to_9",
                    roots);
}

static json_t *
state_json (void)
{
  g_autoptr (CitizState) state = citiz_state_new ();
  json_t *steps = json_array ();
  CitizStateProof proof;
  CitizHash key;
  CitizHash root;
  json_t *siblings = json_array ();

  for (guint8 i = 0; i < 12; i++)
    {
      g_autoptr (GBytes) value = g_bytes_new (&i, 1);
      citiz_object_key (&key, CITIZ_OBJECT_GRANT, &i, 1);
      if (i % 4 == 3)
        memset (key.b, 0x3c, 30);
      citiz_state_set (state, &key, value);
      citiz_state_root (state, &root);
      json_array_append_new (steps, json_pack ("{s:o, s:o, s:o}", "key", hash (&key), "value",
                                               hex_bytes (value), "root", hash (&root)));
    }
  key.b[31] ^= 1;
  citiz_state_prove (state, &key, &proof);
  for (guint i = 0; i < proof.n; i++)
    json_array_append_new (siblings, hash (&proof.siblings[i]));
  return json_pack ("{s:o, s:{s:o, s:o, s:o, s:o}}", "steps", steps, "absence", "key", hash (&key),
                    "siblings", siblings, "other_key", hash (&proof.other_key), "other_value",
                    hash (&proof.other_value));
}

static json_t *
make_trees (void)
{
  CitizHash salt = sample_hash (0x11);
  CitizHash content = sample_hash (0x22);
  CitizHash leaf;
  CitizHash opened;
  const CitizHash a0 = sample_hash (0x33);

  citiz_commitment_leaf (&leaf, &salt, &content);
  citiz_hash_repeat (&opened, &a0, 32);
  return json_pack ("{s:o, s:o, s:{s:o, s:o, s:o}, s:{s:o, s:i, s:o}}", "log", log_json (), "state",
                    state_json (), "commitment", "salt", hash (&salt), "content", hash (&content),
                    "leaf", hash (&leaf), "openings", "a_0", hash (&a0), "max", 32, "a_max",
                    hash (&opened));
}

/* A checkpoint that one witness has signed. */
static json_t *
make_note (void)
{
  static const gchar name[] = "node.example";
  g_autoptr (CitizSigningKey) key = sample_key (0x10);
  const CitizPublicKey *witness = citiz_signing_key_get_public (key);
  CitizBlockHeader header;
  g_autofree gchar *text = NULL;
  g_autofree gchar *note = NULL;
  g_autofree gchar *vkey = citiz_note_vkey (name, witness);

  sample_header (&header);
  text = citiz_checkpoint_text (&header);
  note = citiz_note_cosign (text, name, 1800000001, key, NULL);
  return json_pack ("{s:o, s:I, s:o, s:s, s:i, s:o, s:s, s:s}", "chain_id", hash (&header.chain_id),
                    "log_size", (json_int_t) header.log_size, "log_root", hash (&header.log_root),
                    "name", name, "time", 1800000001, "witness", hex (witness->b, 32), "vkey", vkey,
                    "note", note);
}

static const struct
{
  const gchar *name;
  json_t *(*make) (void);
} files[] = {
    {"wire-tx", make_txs},       {"wire-admission", make_admissions},
    {"wire-block", make_blocks}, {"wire-tree", make_trees},
    {"wire-note", make_note},
};

static gchar *
make_text (gsize which)
{
  json_t *made = files[which].make ();
  char *text = json_dumps (made, JSON_INDENT (1));
  gchar *with_newline = g_strconcat (text, "\n", NULL);

  free (text);
  json_decref (made);
  return with_newline;
}

static gchar *
make_path (const gchar *dir, gsize which)
{
  return g_strdup_printf ("%s/%s.json", dir, files[which].name);
}

static void
test_same (gconstpointer data)
{
  g_autofree gchar *dir = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), "vectors", NULL);
  g_autofree gchar *path = make_path (dir, GPOINTER_TO_SIZE (data));
  g_autofree gchar *made = make_text (GPOINTER_TO_SIZE (data));
  g_autofree gchar *frozen = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &frozen, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_equal (made, frozen));
}

int
main (int argc, char **argv)
{
  if (!citiz_crypto_init ())
    return 1;
  if (argc == 3 && g_str_equal (argv[1], "--write"))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
        {
          g_autofree gchar *path = make_path (argv[2], i);
          g_autofree gchar *text = make_text (i);
          if (!g_file_set_contents (path, text, -1, NULL))
            return 1;
        }
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *name = g_strconcat ("/vectors/", files[i].name, NULL);
      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_same);
    }
  return g_test_run ();
}
