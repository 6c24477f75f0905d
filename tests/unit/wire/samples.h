/* One of each structure, filled with bytes that are easy to tell apart. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-crypto.h"
#include "wire/citiz-wire.h"

#include <string.h>

static inline CitizSigningKey *
sample_key (guint8 n)
{
  guint8 bytes[32];
  g_autoptr (CitizSecret) seed = NULL;

  memset (bytes, n, sizeof bytes);
  seed = citiz_secret_new_take_copy (bytes, sizeof bytes);
  return citiz_signing_key_new_from_seed (seed);
}

static inline CitizHash
sample_hash (guint8 n)
{
  CitizHash hash;

  memset (hash.b, n, sizeof hash.b);
  return hash;
}

static const CitizTxType sample_types[] = {
    CITIZ_TX_ACCT_REGISTER, CITIZ_TX_ACCT_ROTATE,  CITIZ_TX_ACCT_REVOKE,   CITIZ_TX_COMMIT_RECORDS,
    CITIZ_TX_GRANT,         CITIZ_TX_GRANT_REVOKE, CITIZ_TX_ACCESS_OPEN,   CITIZ_TX_ACCESS_CLOSE,
    CITIZ_TX_NODE_JOIN,     CITIZ_TX_NODE_LEAVE,   CITIZ_TX_VALSET_CHANGE, CITIZ_TX_APPROVE,
    CITIZ_TX_EVIDENCE,      CITIZ_TX_PARAMS,       CITIZ_TX_REFOUND_ACK,   CITIZ_TX_NODE_READY};

static inline void
sample_grant (CitizTxGrant *grant)
{
  memset (grant->id.b, 0x61, sizeof grant->id.b);
  grant->kind = CITIZ_GRANT_EMERGENCY;
  grant->capsule = sample_hash (0x62);
  grant->threshold = 2;
  grant->n_committee = 3;
  for (guint8 i = 0; i < 3; i++)
    {
      memset (grant->committee[i].node.b, 0x70 + i, 32);
      grant->committee[i].commitment = sample_hash ((guint8) (0x80 + i));
    }
  grant->a_max = sample_hash (0x63);
  grant->max_openings = 32;
  grant->not_before.ms = G_GINT64_CONSTANT (1800000000000);
  grant->expires.ms = grant->not_before.ms + CITIZ_DAY;
  grant->scope = sample_hash (0x64);
}

static inline CitizVote
sample_vote (CitizVoteKind kind, guint64 slot, guint16 voter)
{
  g_autoptr (CitizSigningKey) key = sample_key ((guint8) (0x20 + voter));
  const CitizHash chain_id = sample_hash (0xc1);
  const CitizHash vs_hash = sample_hash (0x03);
  CitizVote vote = {.kind = kind, .slot = slot, .voter = voter};

  if (kind != CITIZ_VOTE_SKIP)
    vote.hash = sample_hash (0xbb);
  citiz_vote_sign (&vote, &chain_id, &vs_hash, key);
  return vote;
}

static inline void
sample_evidence (CitizTxEvidence *out)
{
  const CitizVote final = sample_vote (CITIZ_VOTE_FINAL, 9, 2);
  const CitizVote skip = sample_vote (CITIZ_VOTE_SKIP, 9, 2);
  g_autoptr (GBytes) bytes = NULL;
  CitizEvidence evidence;

  citiz_evidence_make (&evidence, &final, &skip);
  bytes = citiz_evidence_encode (&evidence);
  memcpy (out->evidence, g_bytes_get_data (bytes, NULL), sizeof out->evidence);
}

static inline void
sample_change (CitizTxValsetChange *change)
{
  change->epoch = 3;
  change->n_added = 2;
  memset (change->added[0].b, 0x31, 32);
  memset (change->added[1].b, 0x32, 32);
  change->n_removed = 1;
  memset (change->removed[0].b, 0x33, 32);
}

static inline void
sample_ready (CitizTxNodeReady *ready)
{
  g_autoptr (CitizSigningKey) node = sample_key (0x10);
  g_autoptr (CitizSigningKey) key = sample_key (0x20);
  const CitizHash chain_id = sample_hash (0xc1);
  CitizFounder founder
      = {.validator = {*citiz_signing_key_get_public (node), *citiz_signing_key_get_public (key)}};

  citiz_join_sign (&founder, &chain_id, 4, node);
  ready->epoch = 4;
  ready->key = founder.validator.key;
  ready->join = founder.join;
}

static inline void
sample_body (CitizTxType type, CitizTxBody *body)
{
  g_autoptr (CitizSigningKey) device = sample_key (1);
  g_autoptr (CitizSigningKey) recovery = sample_key (2);
  const CitizAccountKey keys[]
      = {{CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *citiz_signing_key_get_public (device)},
         {CITIZ_KEY_ROLE_RECOVERY, CITIZ_ALG_ED25519, *citiz_signing_key_get_public (recovery)}};

  memset (body, 0, sizeof *body);
  switch (type)
    {
    case CITIZ_TX_ACCT_REGISTER:
      body->reg.n_keys = 2;
      memcpy (body->reg.keys, keys, sizeof keys);
      break;
    case CITIZ_TX_ACCT_ROTATE:
      body->rotate.replaced = CITIZ_ROTATE_NONE;
      body->rotate.key = keys[0];
      break;
    case CITIZ_TX_ACCT_REVOKE:
      body->acct_revoke.revoked = 3;
      break;
    case CITIZ_TX_COMMIT_RECORDS:
      body->commit.n_leaves = 64;
      body->commit.root = sample_hash (0x51);
      break;
    case CITIZ_TX_GRANT:
      sample_grant (&body->grant);
      break;
    case CITIZ_TX_GRANT_REVOKE:
    case CITIZ_TX_ACCESS_CLOSE:
      memset (body->revoke.grant.b, 0x61, sizeof body->revoke.grant.b);
      break;
    case CITIZ_TX_ACCESS_OPEN:
      memset (body->open.grant.b, 0x61, sizeof body->open.grant.b);
      body->open.use = 2;
      body->open.a = sample_hash (0x65);
      body->open.note = sample_hash (0x66);
      break;
    case CITIZ_TX_NODE_JOIN:
      body->node_join.operator_ = sample_hash (0x41);
      body->node_join.url = sample_hash (0x42);
      break;
    case CITIZ_TX_NODE_LEAVE:
      break;
    case CITIZ_TX_VALSET_CHANGE:
      sample_change (&body->valset_change);
      break;
    case CITIZ_TX_APPROVE:
      body->approve.proposal = sample_hash (0x43);
      break;
    case CITIZ_TX_EVIDENCE:
      sample_evidence (&body->evidence);
      break;
    case CITIZ_TX_PARAMS:
      body->params = (CitizTxParams){1, 100000, 200, 10};
      break;
    case CITIZ_TX_REFOUND_ACK:
      body->refound_ack.epoch = 2;
      body->refound_ack.document = sample_hash (0x44);
      break;
    case CITIZ_TX_NODE_READY:
      sample_ready (&body->node_ready);
      break;
    }
}

static inline CitizTx *
sample_unsigned_tx (CitizTxType type)
{
  CitizTx *tx = citiz_tx_new (type);

  tx->chain_id = sample_hash (0xc1);
  tx->account = sample_hash (0xac);
  tx->nonce = 5;
  tx->valid_until.ms = G_GINT64_CONSTANT (1800000003600);
  tx->key_index = 1;
  sample_body (type, &tx->body);
  return tx;
}

static inline CitizTx *
sample_tx (CitizTxType type)
{
  g_autoptr (CitizSigningKey) key = sample_key (1);
  CitizTx *tx = sample_unsigned_tx (type);

  citiz_tx_sign (tx, key);
  return tx;
}

/* A grant whose nodes may open while the ledger stands still. */
static inline CitizTx *
sample_stalled_tx (void)
{
  g_autoptr (CitizSigningKey) key = sample_key (1);
  CitizTx *tx = sample_unsigned_tx (CITIZ_TX_GRANT);

  tx->body.grant.kind = CITIZ_GRANT_EMERGENCY_STALLED;
  citiz_tx_sign (tx, key);
  return tx;
}

/* A transaction that waits for its sponsor's word, with it; and one that worked. */
static inline CitizTx *
sample_sponsored_tx (void)
{
  g_autoptr (CitizSigningKey) key = sample_key (1);
  g_autoptr (CitizSigningKey) node = sample_key (0x10);
  g_autoptr (CitizTx) tx = citiz_tx_new (CITIZ_TX_GRANT_REVOKE);

  tx->chain_id = sample_hash (0xc1);
  tx->account = sample_hash (0xac);
  tx->valid_until.ms = G_GINT64_CONSTANT (1800000003600);
  tx->sponsor = *citiz_signing_key_get_public (node);
  tx->sponsor_epoch = 3;
  citiz_tx_sign (tx, key);
  return citiz_tx_vouch (tx, node);
}

static inline CitizTx *
sample_worked_tx (guint bits)
{
  g_autoptr (CitizSigningKey) key = sample_key (1);
  CitizTx *tx = citiz_tx_new (CITIZ_TX_GRANT_REVOKE);

  tx->chain_id = sample_hash (0xc1);
  tx->account = sample_hash (0xac);
  tx->valid_until.ms = G_GINT64_CONSTANT (1800000003600);
  citiz_tx_work (tx, bits);
  citiz_tx_sign (tx, key);
  return tx;
}

static inline void
sample_header (CitizBlockHeader *header)
{
  *header = (CitizBlockHeader){
      .version = CITIZ_HEADER_VERSION,
      .protocol = CITIZ_PROTOCOL,
      .chain_id = sample_hash (0xc1),
      .slot = 9,
      .height = 7,
      .parent = sample_hash (0xb6),
      .parent_slot = 6,
      .time = {G_GINT64_CONSTANT (1800000000123)},
      .n_tx = 3,
      .log_size = 20,
      .log_root = sample_hash (0x01),
      .state_root = sample_hash (0x02),
      .vs_hash = sample_hash (0x03),
      .next_vs_hash = sample_hash (0x03),
  };
  memset (header->proposer.b, 0x0d, sizeof header->proposer.b);
}

static inline void
sample_cert (CitizCert *out, CitizVoteKind kind, guint64 slot)
{
  const CitizVote votes[]
      = {sample_vote (kind, slot, 0), sample_vote (kind, slot, 2), sample_vote (kind, slot, 3)};

  citiz_cert_from_votes (out, votes, G_N_ELEMENTS (votes));
}

static inline CitizJustification *
sample_justification (void)
{
  g_autofree CitizCert *notar = g_new (CitizCert, 1);
  CitizJustification *justification;

  sample_cert (notar, CITIZ_VOTE_NOTAR, 9);
  justification = citiz_justification_new (notar);
  for (guint64 slot = 7; slot < 9; slot++)
    {
      CitizCert *skip = g_new (CitizCert, 1);
      sample_cert (skip, CITIZ_VOTE_SKIP, slot);
      g_ptr_array_add (justification->skips, skip);
    }
  return justification;
}

static inline void
sample_genesis (CitizGenesis *genesis)
{
  memset (genesis, 0, sizeof *genesis);
  genesis->version = 1;
  genesis->protocol = CITIZ_PROTOCOL;
  genesis->salt = sample_hash (0x5a);
  genesis->time.ms = G_GINT64_CONSTANT (1800000000000);
  for (guint8 i = 0; i < 3; i++)
    {
      g_autoptr (CitizSigningKey) node = sample_key ((guint8) (0x10 + i));
      g_autoptr (CitizSigningKey) key = sample_key ((guint8) (0x20 + i));
      guint at = genesis->n_founders++;

      while (at > 0
             && memcmp (genesis->founders[at - 1].validator.node.b,
                        citiz_signing_key_get_public (node)->b, 32)
                    > 0)
        {
          genesis->founders[at] = genesis->founders[at - 1];
          at--;
        }
      genesis->founders[at].validator.node = *citiz_signing_key_get_public (node);
      genesis->founders[at].validator.key = *citiz_signing_key_get_public (key);
      citiz_founder_sign (&genesis->founders[at], &genesis->salt, node);
    }
}
