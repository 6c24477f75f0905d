/* Canonical bytes: there and back, and nothing else accepted. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "samples.h"

/* Decodes and encodes again; NULL if refused. */
typedef GBytes *(*Recode) (const guint8 *bytes, gsize n, GError **error);

static GBytes *
recode_tx (const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (CitizTx) tx = citiz_tx_decode (bytes, n, error);

  return tx != NULL ? citiz_tx_encode (tx) : NULL;
}

static GBytes *
recode_header (const guint8 *bytes, gsize n, GError **error)
{
  CitizBlockHeader header;
  guint8 out[CITIZ_HEADER_SIZE];

  if (!citiz_block_header_decode (bytes, n, &header, error))
    return NULL;
  citiz_block_header_encode (&header, out);
  return g_bytes_new (out, sizeof out);
}

static GBytes *
recode_vote (const guint8 *bytes, gsize n, GError **error)
{
  CitizVote vote;

  return citiz_vote_decode (bytes, n, &vote, error) ? citiz_vote_encode (&vote) : NULL;
}

static GBytes *
recode_cert (const guint8 *bytes, gsize n, GError **error)
{
  CitizCert cert;

  return citiz_cert_decode (bytes, n, &cert, error) ? citiz_cert_encode (&cert) : NULL;
}

static GBytes *
recode_justification (const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (CitizJustification) out = citiz_justification_decode (bytes, n, error);

  return out != NULL ? citiz_justification_encode (out) : NULL;
}

static GBytes *
recode_genesis (const guint8 *bytes, gsize n, GError **error)
{
  g_autofree CitizGenesis *genesis = g_new (CitizGenesis, 1);

  return citiz_genesis_decode (bytes, n, genesis, error) ? citiz_genesis_encode (genesis) : NULL;
}

static GBytes *
recode_validators (const guint8 *bytes, gsize n, GError **error)
{
  CitizValidators validators;

  return citiz_validators_decode (bytes, n, &validators, error)
             ? citiz_validators_encode (&validators)
             : NULL;
}

/* Every cut, every longer form, every changed bit: refused, or another value with exactly these bytes. */
static void
check_canonical (GBytes *bytes, Recode recode)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  g_autofree guint8 *changed = g_malloc (n + 1);
  g_autoptr (GBytes) same = NULL;
  g_autoptr (GError) error = NULL;

  same = recode (data, n, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (same, bytes));

  for (gsize cut = 0; cut < n; cut++)
    g_assert_null (recode (data, cut, NULL));
  memcpy (changed, data, n);
  changed[n] = 0;
  g_assert_null (recode (changed, n + 1, &error));
  g_assert_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_TRAILING);

  for (gsize bit = 0; bit < n * 8; bit++)
    {
      g_autoptr (GBytes) again = NULL;

      changed[bit / 8] ^= (guint8) (1 << bit % 8);
      again = recode (changed, n, NULL);
      if (again != NULL)
        {
          g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), changed, n);
        }
      changed[bit / 8] ^= (guint8) (1 << bit % 8);
    }
}

static void
test_txs (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sample_types); i++)
    {
      g_autoptr (CitizTx) tx = sample_tx (sample_types[i]);
      g_autoptr (CitizTx) again = NULL;
      g_autoptr (CitizSigningKey) key = sample_key (1);
      g_autoptr (CitizSigningKey) other = sample_key (2);
      GBytes *bytes = citiz_tx_get_bytes (tx);

      check_canonical (bytes, recode_tx);
      again = citiz_tx_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
      g_assert_true (citiz_hash_equal (citiz_tx_get_id (tx), citiz_tx_get_id (again)));
      g_assert_true (citiz_tx_verify (again, citiz_signing_key_get_public (key)));
      g_assert_false (citiz_tx_verify (again, citiz_signing_key_get_public (other)));
      g_assert_nonnull (citiz_tx_type_name (tx->type));
    }
  g_assert_null (citiz_tx_type_name (7));
}

/* The longest transaction there is: all that a change of validators may name. */
static CitizTx *
longest_tx (void)
{
  g_autoptr (CitizSigningKey) key = sample_key (1);
  CitizTx *tx = sample_unsigned_tx (CITIZ_TX_VALSET_CHANGE);
  CitizTxValsetChange *change = &tx->body.valset_change;

  change->n_added = change->n_removed = CITIZ_CHANGE_MAX;
  for (guint8 i = 0; i < CITIZ_CHANGE_MAX; i++)
    {
      memset (change->added[i].b, 0x30 + i, 32);
      memset (change->removed[i].b, 0x50 + i, 32);
    }
  citiz_tx_sign (tx, key);
  return tx;
}

/* Several in one body: as many as may be have room whatever they are, one more is refused, and so is a body that ends anywhere else than behind one of them. */
static void
test_several (void)
{
  g_autoptr (CitizTx) tx = longest_tx ();
  g_autoptr (CitizTx) again = NULL;
  GByteArray *all = g_byte_array_new ();
  g_autoptr (GBytes) body = NULL, longer = NULL, none = g_bytes_new (NULL, 0);
  g_autoptr (GPtrArray) parts = NULL;
  gsize n;

  again = citiz_tx_decode (g_bytes_get_data (citiz_tx_get_bytes (tx), NULL),
                           g_bytes_get_size (citiz_tx_get_bytes (tx)), NULL);
  g_assert_nonnull (again);
  for (guint i = 0; i < CITIZ_TXS_MAX; i++)
    citiz_txs_put (all, tx);
  g_assert_cmpuint (all->len, <=, CITIZ_TXS_MAX_BODY);
  n = all->len;
  body = g_bytes_new (all->data, n);
  parts = citiz_txs_cut (body);
  g_assert_nonnull (parts);
  g_assert_cmpuint (parts->len, ==, CITIZ_TXS_MAX);
  for (guint i = 0; i < parts->len; i++)
    g_assert_true (g_bytes_equal (parts->pdata[i], citiz_tx_get_bytes (tx)));
  citiz_txs_put (all, tx);
  longer = g_byte_array_free_to_bytes (all);
  g_assert_null (citiz_txs_cut (longer));
  g_assert_null (citiz_txs_cut (none));
  for (gsize cut = 1; cut <= 2 * n / CITIZ_TXS_MAX; cut++)
    {
      g_autoptr (GBytes) some = g_bytes_new_from_bytes (body, 0, cut);
      g_autoptr (GPtrArray) whole = citiz_txs_cut (some);

      g_assert_cmpint (whole != NULL, ==, cut % (n / CITIZ_TXS_MAX) == 0);
    }
}

static void
test_sponsor (void)
{
  g_autoptr (CitizTx) tx = sample_tx (CITIZ_TX_GRANT_REVOKE);
  g_autoptr (CitizTx) whole = NULL;
  g_autoptr (GBytes) half = NULL;
  g_autoptr (GBytes) full = NULL;
  g_autoptr (GError) error = NULL;

  tx->sponsored = TRUE; /* a signature of nobody */
  half = citiz_tx_encode (tx);
  g_assert_null (citiz_tx_decode (g_bytes_get_data (half, NULL), g_bytes_get_size (half), &error));
  g_assert_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM);
  memset (tx->sponsor.b, 4, sizeof tx->sponsor.b);
  tx->sponsor_epoch = 3;
  full = citiz_tx_encode (tx);
  whole = citiz_tx_decode (g_bytes_get_data (full, NULL), g_bytes_get_size (full), NULL);
  g_assert_nonnull (whole);
  g_assert_true (whole->sponsored);
  check_canonical (full, recode_tx);
}

/* A node vouches for exactly what its member signed; work is for exactly one transaction. */
static void
test_admission (void)
{
  g_autoptr (CitizTx) vouched = sample_sponsored_tx ();
  g_autoptr (CitizTx) worked = sample_worked_tx (7);
  g_autoptr (CitizTx) again = NULL;
  g_autoptr (CitizSigningKey) key = sample_key (1);
  gsize n;
  const guint8 *bytes = citiz_tx_get_vouched (vouched, &n);

  check_canonical (citiz_tx_get_bytes (vouched), recode_tx);
  g_assert_true (citiz_tx_verify (vouched, citiz_signing_key_get_public (key)));
  g_assert_true (citiz_verify (&vouched->sponsor_signature, CITIZ_DOMAIN_SIGN_SPONSOR, bytes, n,
                               &vouched->sponsor));
  g_assert_cmpuint (n + 2 + 64, ==, g_bytes_get_size (citiz_tx_get_bytes (vouched)));
  g_assert_false (citiz_tx_worked (vouched, 0));

  check_canonical (citiz_tx_get_bytes (worked), recode_tx);
  g_assert_true (citiz_tx_worked (worked, 7));
  g_assert_true (citiz_tx_worked (worked, 0));
  g_assert_false (citiz_tx_worked (worked, 24));
  again = citiz_tx_new (worked->type); /* the same number for something else */
  again->sponsor_epoch = worked->sponsor_epoch;
  again->nonce = 77;
  citiz_tx_sign (again, key);
  g_assert_false (citiz_tx_worked (again, 7));
}

static void
test_blocks (void)
{
  g_autofree CitizCert *cert = g_new (CitizCert, 1);
  g_autofree CitizGenesis *genesis = g_new (CitizGenesis, 1);
  g_autoptr (CitizJustification) justification = sample_justification ();
  const CitizVote vote = sample_vote (CITIZ_VOTE_FINAL, 9, 2);
  const CitizVote skip = sample_vote (CITIZ_VOTE_SKIP, 9, 2);
  CitizBlockHeader header;
  guint8 bytes[CITIZ_HEADER_SIZE];
  CitizValidators validators;

  sample_header (&header);
  citiz_block_header_encode (&header, bytes);
  sample_cert (cert, CITIZ_VOTE_FINAL, 9);
  sample_genesis (genesis);
  citiz_genesis_validators (&validators, genesis);

  {
    g_autoptr (GBytes) header_bytes = g_bytes_new (bytes, sizeof bytes);
    g_autoptr (GBytes) vote_bytes = citiz_vote_encode (&vote);
    g_autoptr (GBytes) skip_bytes = citiz_vote_encode (&skip);
    g_autoptr (GBytes) cert_bytes = citiz_cert_encode (cert);
    g_autoptr (GBytes) justification_bytes = citiz_justification_encode (justification);
    g_autoptr (GBytes) genesis_bytes = citiz_genesis_encode (genesis);
    g_autoptr (GBytes) validators_bytes = citiz_validators_encode (&validators);

    g_assert_cmpuint (g_bytes_get_size (vote_bytes), ==, CITIZ_VOTE_SIZE);
    check_canonical (header_bytes, recode_header);
    check_canonical (vote_bytes, recode_vote);
    check_canonical (skip_bytes, recode_vote);
    check_canonical (cert_bytes, recode_cert);
    check_canonical (justification_bytes, recode_justification);
    check_canonical (validators_bytes, recode_validators);
    check_canonical (genesis_bytes, recode_genesis);
  }
}

static void
test_votes (void)
{
  g_autoptr (CitizSigningKey) key = sample_key (0x22);
  const CitizHash chain_id = sample_hash (0xc1);
  const CitizHash vs_hash = sample_hash (0x03);
  const CitizHash other = sample_hash (0x04);
  CitizVote vote = sample_vote (CITIZ_VOTE_NOTAR, 9, 2);

  g_assert_true (
      citiz_vote_verify (&vote, &chain_id, &vs_hash, citiz_signing_key_get_public (key)));
  g_assert_false (citiz_vote_verify (&vote, &other, &vs_hash, citiz_signing_key_get_public (key)));
  g_assert_false (citiz_vote_verify (&vote, &chain_id, &other, citiz_signing_key_get_public (key)));
  vote.kind = CITIZ_VOTE_FINAL;
  g_assert_false (
      citiz_vote_verify (&vote, &chain_id, &vs_hash, citiz_signing_key_get_public (key)));
}

typedef struct
{
  const gchar *what;
  void (*spoil) (CitizTxBody *body);
  CitizTxType type;
  CitizWireError code;
} Bad;

static void
no_device (CitizTxBody *body)
{
  body->reg.keys[0].role = CITIZ_KEY_ROLE_RECOVERY;
}
static void
twice (CitizTxBody *body)
{
  body->reg.keys[1].key = body->reg.keys[0].key;
}
static void
no_keys (CitizTxBody *body)
{
  body->reg.n_keys = 0;
}
static void
odd_count (CitizTxBody *body)
{
  body->commit.n_leaves = 63;
}
static void
four_leaves (CitizTxBody *body)
{
  body->commit.n_leaves = 4;
}
static void
no_leaves (CitizTxBody *body)
{
  body->commit.n_leaves = 0;
}
static void
unordered (CitizTxBody *body)
{
  memset (body->grant.committee[2].node.b, 0, 32);
}
static void
same_node (CitizTxBody *body)
{
  body->grant.committee[2].node = body->grant.committee[1].node;
}
static void
high_threshold (CitizTxBody *body)
{
  body->grant.threshold = 4;
}
static void
no_threshold (CitizTxBody *body)
{
  body->grant.threshold = 0;
}
static void
backwards (CitizTxBody *body)
{
  body->grant.expires = body->grant.not_before;
}
static void
too_long (CitizTxBody *body)
{
  body->grant.expires.ms = body->grant.not_before.ms + CITIZ_GRANT_MAX_SPAN + 1;
}
static void
negative (CitizTxBody *body)
{
  body->grant.not_before.ms = -1;
}
static void
no_committee (CitizTxBody *body)
{
  body->grant.n_committee = 0;
}
static void
too_many (CitizTxBody *body)
{
  body->grant.max_openings = CITIZ_GRANT_MAX_OPENINGS + 1;
}
static void
unknown_kind (CitizTxBody *body)
{
  body->grant.kind = 9;
}
static void
opening_zero (CitizTxBody *body)
{
  body->open.use = 0;
}
static void
far_key (CitizTxBody *body)
{
  body->acct_revoke.revoked = CITIZ_ACCOUNT_MAX_KEYS;
}

static void
unordered_nodes (CitizTxBody *body)
{
  memset (body->valset_change.added[1].b, 0x01, 32);
}
static void
added_and_removed (CitizTxBody *body)
{
  body->valset_change.removed[0] = body->valset_change.added[0];
}
static void
no_contradiction (CitizTxBody *body)
{
  memcpy (body->evidence.evidence, body->evidence.evidence + CITIZ_VOTE_SIZE, CITIZ_VOTE_SIZE);
}
static void
no_quota (CitizTxBody *body)
{
  body->params.quota = 0;
}
static void
much_work (CitizTxBody *body)
{
  body->params.work = CITIZ_WORK_MAX_BITS + 1;
}
static void
first_epoch (CitizTxBody *body)
{
  body->node_ready.epoch = 0;
}

static const Bad bads[] = {
    {"recovery key first", no_device, CITIZ_TX_ACCT_REGISTER, CITIZ_WIRE_ERROR_FORM},
    {"a key twice", twice, CITIZ_TX_ACCT_REGISTER, CITIZ_WIRE_ERROR_FORM},
    {"no keys", no_keys, CITIZ_TX_ACCT_REGISTER, CITIZ_WIRE_ERROR_LENGTH},
    {"63 leaves", odd_count, CITIZ_TX_COMMIT_RECORDS, CITIZ_WIRE_ERROR_FORM},
    {"4 leaves", four_leaves, CITIZ_TX_COMMIT_RECORDS, CITIZ_WIRE_ERROR_FORM},
    {"no leaves", no_leaves, CITIZ_TX_COMMIT_RECORDS, CITIZ_WIRE_ERROR_RANGE},
    {"unordered committee", unordered, CITIZ_TX_GRANT, CITIZ_WIRE_ERROR_FORM},
    {"a node twice", same_node, CITIZ_TX_GRANT, CITIZ_WIRE_ERROR_FORM},
    {"threshold over committee", high_threshold, CITIZ_TX_GRANT, CITIZ_WIRE_ERROR_FORM},
    {"threshold 0", no_threshold, CITIZ_TX_GRANT, CITIZ_WIRE_ERROR_RANGE},
    {"no committee", no_committee, CITIZ_TX_GRANT, CITIZ_WIRE_ERROR_LENGTH},
    {"ends as it begins", backwards, CITIZ_TX_GRANT, CITIZ_WIRE_ERROR_FORM},
    {"over 90 days", too_long, CITIZ_TX_GRANT, CITIZ_WIRE_ERROR_FORM},
    {"before 1970", negative, CITIZ_TX_GRANT, CITIZ_WIRE_ERROR_RANGE},
    {"1025 openings", too_many, CITIZ_TX_GRANT, CITIZ_WIRE_ERROR_RANGE},
    {"unknown kind", unknown_kind, CITIZ_TX_GRANT, CITIZ_WIRE_ERROR_UNKNOWN},
    {"opening 0", opening_zero, CITIZ_TX_ACCESS_OPEN, CITIZ_WIRE_ERROR_RANGE},
    {"nodes out of order", unordered_nodes, CITIZ_TX_VALSET_CHANGE, CITIZ_WIRE_ERROR_FORM},
    {"added and removed", added_and_removed, CITIZ_TX_VALSET_CHANGE, CITIZ_WIRE_ERROR_FORM},
    {"evidence of nothing", no_contradiction, CITIZ_TX_EVIDENCE, CITIZ_WIRE_ERROR_FORM},
    {"no quota", no_quota, CITIZ_TX_PARAMS, CITIZ_WIRE_ERROR_RANGE},
    {"17 bits of work", much_work, CITIZ_TX_PARAMS, CITIZ_WIRE_ERROR_RANGE},
    {"ready for epoch 0", first_epoch, CITIZ_TX_NODE_READY, CITIZ_WIRE_ERROR_RANGE},
    {"key 16", far_key, CITIZ_TX_ACCT_REVOKE, CITIZ_WIRE_ERROR_RANGE},
};

static void
test_bad_bodies (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bads); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      CitizTxBody body;

      sample_body (bads[i].type, &body);
      bads[i].spoil (&body);
      citiz_tx_body_encode (bytes, bads[i].type, &body);
      g_test_message ("%s", bads[i].what);
      g_assert_false (citiz_tx_body_decode (bytes->data, bytes->len, bads[i].type, &body, &error));
      g_assert_error (error, CITIZ_WIRE_ERROR, (gint) bads[i].code);
    }
}

/* An envelope around @n bytes that are no body. */
static CitizWireError
decode_body_of (guint16 n)
{
  g_autoptr (CitizTx) tx = citiz_tx_new (CITIZ_TX_NODE_LEAVE);
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);
  g_autoptr (CitizSigningKey) key = citiz_signing_key_new_from_seed (seed);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint8 *body = g_malloc0 (n);
  g_autoptr (GError) error = NULL;
  const gsize before = 125; /* FORMAT.md: what stands before the body's length */
  const guint8 *bytes;
  gsize size;

  citiz_tx_sign (tx, key);
  bytes = g_bytes_get_data (citiz_tx_get_bytes (tx), &size);
  citiz_put_bytes (out, bytes, before);
  citiz_put_u16 (out, n);
  citiz_put_bytes (out, body, n);
  citiz_put_bytes (out, bytes + before + 2, size - before - 2);
  g_assert_null (citiz_tx_decode (out->data, out->len, &error));
  g_assert_true (error->domain == CITIZ_WIRE_ERROR);
  return (CitizWireError) error->code;
}

/* The longest body that is read at all. */
static void
test_body_size (void)
{
  g_assert_cmpint (decode_body_of (CITIZ_TX_MAX_BODY), ==, CITIZ_WIRE_ERROR_TRAILING);
  g_assert_cmpint (decode_body_of (CITIZ_TX_MAX_BODY + 1), ==, CITIZ_WIRE_ERROR_LENGTH);
}

/* A registration names its account by the bytes it came as. */
static void
test_registered (void)
{
  g_autoptr (CitizSigningKey) key = sample_key (1);
  g_autoptr (CitizTx) tx = citiz_tx_new (CITIZ_TX_ACCT_REGISTER);
  g_autoptr (CitizTx) read = NULL;
  CitizHash id, own;
  gsize n;
  const guint8 *view;

  for (guint i = 0; i < 3; i++)
    tx->body.reg.keys[tx->body.reg.n_keys++]
        = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, {{(guint8) (i + 1)}}};
  tx->valid_until.ms = 1;
  citiz_tx_sign (tx, key);
  view = g_bytes_get_data (citiz_tx_get_bytes (tx), &n);
  read = citiz_tx_decode (view, n, NULL);
  citiz_tx_register_account_id (&id, &tx->body.reg);
  citiz_tx_get_registered (tx, &own);
  g_assert_true (citiz_hash_equal (&id, &own));
  citiz_tx_get_registered (read, &own);
  g_assert_true (citiz_hash_equal (&id, &own));
}

static void
test_account_id (void)
{
  CitizTxBody body;
  CitizHash id;
  CitizHash other;

  sample_body (CITIZ_TX_ACCT_REGISTER, &body);
  citiz_tx_register_account_id (&id, &body.reg);
  body.reg.n_keys = 1;
  citiz_tx_register_account_id (&other, &body.reg);
  g_assert_false (citiz_hash_equal (&id, &other));
}

static void
test_quorum (void)
{
  static const guint expected[] = {1, 2, 2, 3, 4, 5, 5, 6, 7, 7};

  for (guint n = 1; n <= G_N_ELEMENTS (expected); n++)
    g_assert_cmpuint (citiz_quorum (n), ==, expected[n - 1]);
  g_assert_cmpuint (citiz_quorum (100), ==, 67);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_test_add_func ("/wire/transactions", test_txs);
  g_test_add_func ("/wire/several", test_several);
  g_test_add_func ("/wire/sponsor", test_sponsor);
  g_test_add_func ("/wire/admission", test_admission);
  g_test_add_func ("/wire/blocks", test_blocks);
  g_test_add_func ("/wire/votes", test_votes);
  g_test_add_func ("/wire/bad-bodies", test_bad_bodies);
  g_test_add_func ("/wire/body-size", test_body_size);
  g_test_add_func ("/wire/account-id", test_account_id);
  g_test_add_func ("/wire/registered", test_registered);
  g_test_add_func ("/wire/quorum", test_quorum);
  return g_test_run ();
}
