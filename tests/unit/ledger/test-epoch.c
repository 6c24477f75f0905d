/* Epochs, evidence, blame, refounding: with real keys. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-blame.h"

#include "crypto/citiz-crypto.h"

#include "../tools.h"
#include <string.h>

#define N  4
#define T0 G_GINT64_CONSTANT (1800000000000)

typedef struct
{
  CitizSigningKey *nodes[N];
  CitizSigningKey *keys[2][N]; /* of two epochs */
  CitizGenesis genesis;
  CitizValidators next;
  CitizLedger *ledger;
  CitizLight light;
} World;

static gint
by_public (gconstpointer a, gconstpointer b)
{
  return memcmp (citiz_signing_key_get_public (*(CitizSigningKey *const *) a),
                 citiz_signing_key_get_public (*(CitizSigningKey *const *) b), 32);
}

static void
set_up (World *world, gconstpointer data)
{
  for (guint i = 0; i < N; i++)
    world->nodes[i] = tools_key ((guint8) (10 + i));
  qsort (world->nodes, N, sizeof *world->nodes, by_public);
  world->genesis = (CitizGenesis){.version = 1, .protocol = CITIZ_PROTOCOL, .time = {T0}};
  world->genesis.n_founders = N;
  world->next.n = N;
  for (guint i = 0; i < N; i++)
    {
      CitizFounder *founder = &world->genesis.founders[i];

      world->keys[0][i] = tools_key ((guint8) (30 + i));
      world->keys[1][i] = tools_key ((guint8) (40 + i));
      founder->validator.node = *citiz_signing_key_get_public (world->nodes[i]);
      founder->validator.key = *citiz_signing_key_get_public (world->keys[0][i]);
      citiz_founder_sign (founder, &world->genesis.salt, world->nodes[i]);
      world->next.v[i].node = founder->validator.node;
      world->next.v[i].key = *citiz_signing_key_get_public (world->keys[1][i]);
    }
  world->ledger = citiz_ledger_new (&world->genesis);
  citiz_light_init (&world->light, &world->genesis);
}

static void
tear_down (World *world, gconstpointer data)
{
  citiz_ledger_free (world->ledger);
  for (guint i = 0; i < N; i++)
    {
      citiz_signing_key_unref (world->nodes[i]);
      citiz_signing_key_unref (world->keys[0][i]);
      citiz_signing_key_unref (world->keys[1][i]);
    }
}

static CitizVote
sign (World *world,
      guint16 voter,
      CitizVoteKind kind,
      guint64 epoch,
      guint64 slot,
      const CitizHash *hash)
{
  CitizVote vote = {.kind = kind, .epoch = epoch, .slot = slot, .voter = voter};

  if (hash != NULL)
    vote.hash = *hash;
  citiz_vote_sign (&vote, &world->light.chain_id, &world->light.vs_hash, world->keys[epoch][voter]);
  return vote;
}

/* Of three, @without left out. */
static void
certify (World *world,
         CitizCert *out,
         CitizVoteKind kind,
         guint64 epoch,
         guint64 slot,
         const CitizHash *hash,
         guint without)
{
  CitizVote votes[N];
  guint n = 0;

  for (guint16 i = 0; i < N; i++)
    if (i != without)
      votes[n++] = sign (world, i, kind, epoch, slot, hash);
  citiz_cert_from_votes (out, votes, n);
}

static CitizBlockHeader
header (World *world, guint64 slot, const CitizBlockHeader *parent, guint8 salt)
{
  CitizBlockHeader out = {.version = CITIZ_HEADER_VERSION,
                          .protocol = CITIZ_PROTOCOL,
                          .chain_id = world->light.chain_id,
                          .slot = slot,
                          .height = 1,
                          .parent = world->light.chain_id,
                          .time = {T0 + (gint64) slot * 1000},
                          .vs_hash = world->light.vs_hash,
                          .next_vs_hash = world->light.vs_hash,
                          .evidence_root = {{salt}}};

  if (parent == NULL)
    return out;
  out.height = parent->height + 1;
  out.parent_slot = parent->slot;
  out.next_vs_hash = parent->next_vs_hash;
  citiz_block_header_hash (&out.parent, parent);
  return out;
}

/* A closing block in slot 3 and two continuations. */
static CitizClosing *
closing_proof (World *world)
{
  CitizClosing *closing = citiz_closing_new ();
  CitizBlockHeader headers[3];
  CitizHash hash;

  headers[0] = header (world, 3, NULL, 0);
  headers[0].flags = CITIZ_BLOCK_CLOSING;
  citiz_validators_hash (&headers[0].next_vs_hash, &world->next);
  for (guint i = 1; i < 3; i++)
    {
      headers[i] = header (world, 3 + i, &headers[i - 1], 0);
      headers[i].flags = CITIZ_BLOCK_CONTINUATION;
    }
  g_array_append_vals (closing->headers, headers, 3);
  citiz_block_header_hash (&hash, &headers[2]);
  certify (world, &closing->final, CITIZ_VOTE_FINAL, 0, 5, &hash, 1);
  closing->next = world->next;
  return closing;
}

static CitizBlockHeader *
at (CitizClosing *closing, guint i)
{
  return &g_array_index (closing->headers, CitizBlockHeader, i);
}

static void
test_closing (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizClosing) made = closing_proof (world);
  g_autoptr (GBytes) bytes = citiz_closing_encode (made);
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);
  g_autoptr (CitizClosing) closing = citiz_closing_decode (view, n, &error);
  g_autoptr (GBytes) again = NULL;
  CitizBlockHeader next;
  CitizCert final;
  CitizHash hash;

  g_assert_no_error (error);
  again = citiz_closing_encode (closing);
  g_assert_true (g_bytes_equal (bytes, again));
  for (gsize i = 0; i < n; i += i < 60 ? 1 : 97) /* cut short anywhere */
    g_assert_null (citiz_closing_decode (view, i, NULL));

  g_assert_true (citiz_light_close (&world->light, closing, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (world->light.epoch, ==, 1);
  g_assert_cmpuint (world->light.head.slot, ==, 3);
  /* the next epoch's first block, signed with the next epoch's keys */
  next = header (world, 1, NULL, 0);
  next.epoch = 1;
  next.height = 2;
  next.parent = world->light.head_hash;
  next.time.ms = T0 + 9000;
  citiz_block_header_hash (&hash, &next);
  certify (world, &final, CITIZ_VOTE_FINAL, 1, 1, &hash, 0);
  g_assert_true (citiz_light_advance (&world->light, &next, &final, &error));
  g_assert_no_error (error);
  /* an old epoch's certificate says nothing any more, nor does its proof a second time */
  certify (world, &final, CITIZ_VOTE_FINAL, 0, 1, &hash, 0);
  g_assert_false (citiz_light_advance (&world->light, &next, &final, NULL));
  g_assert_false (citiz_light_close (&world->light, closing, NULL));
}

static void
test_closing_refused (World *world, gconstpointer data)
{
  for (guint i = 0; i < 9; i++)
    {
      g_autoptr (CitizClosing) closing = closing_proof (world);
      const CitizLight before = world->light;

      switch (i)
        {
        case 0: /* nothing */
          g_array_set_size (closing->headers, 0);
          break;
        case 1: /* not a closing block */
          at (closing, 0)->flags = 0;
          break;
        case 2: /* other validators than it names */
          closing->next.v[0].key.b[0] ^= 1;
          break;
        case 3: /* something goes on after it */
          at (closing, 1)->n_tx = 1;
          break;
        case 4:
          at (closing, 2)->flags = 0;
          break;
        case 5: /* a hole */
          g_array_remove_index (closing->headers, 1);
          break;
        case 6: /* certified is another block */
          g_array_set_size (closing->headers, 2);
          break;
        case 7: /* by too few */
          closing->final.n_signatures--;
          closing->final.bitmap[0] = 0xa0;
          break;
        default: /* another chain */
          world->light.chain_id.b[0] ^= 1;
          break;
        }
      g_assert_false (citiz_light_close (&world->light, closing, NULL));
      g_assert_cmpuint (world->light.epoch, ==, 0);
      world->light = before;
    }
}

/* A continuation is no part of the chain, whatever certificate it has. */
static void
test_continuation (World *world, gconstpointer data)
{
  g_autoptr (CitizClosing) closing = closing_proof (world);

  g_assert_false (citiz_light_advance (&world->light, at (closing, 2), &closing->final, NULL));
}

static void
test_ledger (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (CitizBlock) one = citiz_ledger_build (world->ledger, none, (CitizTime){T0 + 1},
                                                   &world->next.v[0].node, changes, &error);
  g_autoptr (CitizLedger) other = citiz_ledger_new (&world->genesis);
  g_autoptr (CitizBlock) two = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (one->header.epoch, ==, 0);
  /* no closing block: only people can go on */
  g_assert_false (citiz_ledger_begin_epoch (world->ledger, &world->next, FALSE, NULL));
  g_assert_true (citiz_ledger_begin_epoch (world->ledger, &world->next, TRUE, &error));
  g_assert_cmpuint (citiz_ledger_epoch (world->ledger), ==, 1);
  two = citiz_ledger_build (world->ledger, none, (CitizTime){T0 + 2}, &world->next.v[0].node,
                            changes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (two->header.epoch, ==, 1);
  g_assert_cmpuint (two->header.slot, ==, 1);
  g_assert_cmpuint (two->header.parent_slot, ==, 0);
  g_assert_cmpuint (two->header.height, ==, 2);

  /* somebody else follows, and does not take the second before the epoch has changed */
  g_assert_true (citiz_ledger_apply (other, one, (CitizTime){T0 + 9}, CITIZ_LEVEL_FULL, NULL, NULL,
                                     changes, &error));
  g_assert_false (citiz_ledger_apply (other, two, (CitizTime){T0 + 9}, CITIZ_LEVEL_FULL, NULL, NULL,
                                      changes, NULL));
  g_assert_true (citiz_ledger_begin_epoch (other, &world->next, TRUE, &error));
  g_assert_true (citiz_ledger_apply (other, two, (CitizTime){T0 + 9}, CITIZ_LEVEL_FULL, NULL, NULL,
                                     changes, &error));
  g_assert_no_error (error);
  g_assert_true (citiz_ledger_resume (other, &world->next, &error));
  world->next.v[0].key.b[0] ^= 1;
  g_assert_false (citiz_ledger_resume (other, &world->next, NULL));
}

/* Evidence ******************************************************************/

static void
test_evidence (World *world, gconstpointer data)
{
  const CitizHash a = {{1}};
  const CitizHash z = {{2}};
  const CitizVote first = sign (world, 2, CITIZ_VOTE_FINAL, 0, 7, &z);
  const CitizVote second = sign (world, 2, CITIZ_VOTE_NOTAR, 0, 7, &a);
  CitizValidators validators;
  CitizEvidence evidence;
  CitizEvidence decoded;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;
  const guint8 *view;

  citiz_genesis_validators (&validators, &world->genesis);
  citiz_evidence_make (&evidence, &first, &second);
  g_assert_cmpint (evidence.first.kind, ==, CITIZ_VOTE_NOTAR);
  g_assert_true (citiz_evidence_verify (&evidence, &world->light.chain_id, &world->light.vs_hash,
                                        &validators));
  bytes = citiz_evidence_encode (&evidence);
  view = g_bytes_get_data (bytes, &n);
  g_assert_cmpuint (n, ==, 230);
  g_assert_true (citiz_evidence_decode (view, n, &decoded, &error));
  g_assert_no_error (error);
  g_assert_true (
      citiz_evidence_verify (&decoded, &world->light.chain_id, &world->light.vs_hash, &validators));
  for (gsize i = 0; i < n; i += 23)
    g_assert_false (citiz_evidence_decode (view, i, &decoded, NULL));

  evidence.first.signature.b[0] ^= 1; /* nobody is blamed for what they did not sign */
  g_assert_false (citiz_evidence_verify (&evidence, &world->light.chain_id, &world->light.vs_hash,
                                         &validators));
  evidence = (CitizEvidence){first, second}; /* the wrong order */
  g_clear_pointer (&bytes, g_bytes_unref);
  bytes = citiz_evidence_encode (&evidence);
  g_assert_false (citiz_evidence_decode (g_bytes_get_data (bytes, NULL), 230, &decoded, NULL));
  citiz_evidence_make (&evidence, &first, &first); /* no contradiction */
  g_assert_false (citiz_evidence_verify (&evidence, &world->light.chain_id, &world->light.vs_hash,
                                         &validators));
  validators.n = 2; /* nobody's */
  citiz_evidence_make (&evidence, &first, &second);
  g_assert_false (citiz_evidence_verify (&evidence, &world->light.chain_id, &world->light.vs_hash,
                                         &validators));
}

/* Blame *********************************************************************/

/* A justified block; @skipped: the SKIP certificates of the gap. */
static CitizBlock *
block (World *world,
       guint64 slot,
       const CitizBlock *parent,
       guint8 salt,
       guint without,
       gboolean final)
{
  const CitizBlockHeader made = header (world, slot, parent != NULL ? &parent->header : NULL, salt);
  CitizBlock *out = citiz_block_new (&made);
  CitizCert cert;

  certify (world, &cert, CITIZ_VOTE_NOTAR, 0, slot, &out->hash, without);
  out->justification = citiz_justification_new (&cert);
  for (guint64 i = made.parent_slot + 1; i < slot; i++)
    {
      certify (world, &cert, CITIZ_VOTE_SKIP, 0, i, NULL, without);
      g_ptr_array_add (out->justification->skips, g_memdup2 (&cert, sizeof cert));
    }
  if (final)
    {
      out->final = g_new (CitizCert, 1);
      certify (world, out->final, CITIZ_VOTE_FINAL, 0, slot, &out->hash, without);
    }
  return out;
}

static GPtrArray *
chain_of (CitizBlock *first, CitizBlock *second)
{
  GPtrArray *chain = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);

  g_ptr_array_add (chain, first);
  if (second != NULL)
    g_ptr_array_add (chain, second);
  return chain;
}

static void
test_blame (World *world, gconstpointer data)
{
  CitizValidators validators;

  citiz_genesis_validators (&validators, &world->genesis);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GPtrArray) a = NULL;
      g_autoptr (GPtrArray) b = NULL;
      CitizEvidence evidence[CITIZ_MAX_VALIDATORS];
      CitizBlock *one;
      guint n;

      switch (i)
        {
        case 0: /* two final blocks in one slot: E3 */
          a = chain_of (block (world, 1, NULL, 1, 0, TRUE), NULL);
          b = chain_of (block (world, 1, NULL, 2, 1, TRUE), NULL);
          break;
        case 1: /* the other chain skips the final slot: E5 */
          a = chain_of (block (world, 1, NULL, 1, 0, TRUE), NULL);
          b = chain_of (block (world, 2, NULL, 1, 1, TRUE), NULL);
          break;
        case 2: /* the other chain has another block there: E4 */
          a = chain_of (block (world, 1, NULL, 1, 0, TRUE), NULL);
          one = block (world, 1, NULL, 2, 1, FALSE);
          b = chain_of (one, block (world, 2, one, 1, 1, TRUE));
          break;
        default: /* the same chain, further on */
          a = chain_of (block (world, 1, NULL, 1, 0, TRUE), NULL);
          one = block (world, 1, NULL, 1, 1, TRUE);
          b = chain_of (one, block (world, 2, one, 1, 1, TRUE));
          break;
        }
      n = citiz_blame (a, b, evidence);
      g_assert_cmpuint (n, ==, i < 3 ? 2 : 0);
      for (guint j = 0; j < n; j++)
        {
          g_assert_true (citiz_evidence_verify (&evidence[j], &world->light.chain_id,
                                                &world->light.vs_hash, &validators));
          g_assert_cmpuint (evidence[j].first.voter, >=, 2); /* the two who signed both */
        }
    }
}

/* Refounding ****************************************************************/

static CitizRefound *
refounding (World *world)
{
  CitizRefound *refound = g_new0 (CitizRefound, 1);
  static const gchar reason[] = "Deux nœuds ont brûlé.";
  CitizHash hash;

  refound->last = header (world, 3, NULL, 0);
  citiz_block_header_hash (&hash, &refound->last);
  certify (world, &refound->final, CITIZ_VOTE_FINAL, 0, 3, &hash, 1);
  refound->time.ms = T0 + 9000;
  refound->n_reason = sizeof reason - 1;
  memcpy (refound->reason, reason, sizeof reason - 1);
  refound->n_next = 2;
  for (guint i = 0; i < 2; i++)
    {
      refound->next[i].validator = world->next.v[2 * i];
      citiz_join_sign (&refound->next[i], &world->light.chain_id, 1, world->nodes[2 * i]);
    }
  for (guint i = 3; i > 1; i--)
    citiz_refound_sign (refound, world->nodes[i]);
  citiz_refound_sign (refound, world->nodes[3]);   /* again: still once */
  citiz_refound_sign (refound, world->keys[0][0]); /* an association, no node of the chain */
  return refound;
}

static void
test_refound (World *world, gconstpointer data)
{
  g_autofree CitizRefound *made = refounding (world);
  g_autofree CitizRefound *refound = g_new (CitizRefound, 1);
  g_autoptr (GBytes) bytes = citiz_refound_encode (made);
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);
  guint old;

  g_assert_true (citiz_refound_decode (view, n, refound, &error));
  g_assert_no_error (error);
  again = citiz_refound_encode (refound);
  g_assert_true (g_bytes_equal (bytes, again));
  for (gsize i = 0; i < n; i += 53)
    g_assert_false (citiz_refound_decode (view, i, refound, NULL));
  g_assert_true (citiz_refound_decode (view, n, refound, &error));

  g_assert_cmpuint (refound->n_signers, ==, 3);
  g_assert_true (citiz_light_check_refound (&world->light, refound, &old, &error));
  g_assert_cmpuint (old, ==, 2);
  g_assert_cmpuint (world->light.epoch, ==, 0);
  g_assert_true (citiz_light_refound (&world->light, refound, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (world->light.epoch, ==, 1);
  g_assert_cmpuint (world->light.validators.n, ==, 2);
  g_assert_cmpuint (world->light.head.slot, ==, 3);
}

/* @refound ends the epoch @ends, which began where it goes on from. Returns: whether it can be written and read, and is good after @light */
static gboolean
ends_early (const CitizLight *light, const CitizRefound *refound, guint64 ends)
{
  g_autofree CitizRefound *early = g_memdup2 (refound, sizeof *refound);
  g_autofree CitizRefound *read = g_new (CitizRefound, 1);
  g_autoptr (GBytes) bytes = NULL;
  gsize n;
  const guint8 *view;
  guint old;

  early->ends = ends;
  early->n_signers = 0;
  bytes = citiz_refound_encode (early);
  view = g_bytes_get_data (bytes, &n);
  g_assert_cmpuint (view[0], ==, ends == refound->last.epoch ? 1 : 2);
  return citiz_refound_decode (view, n, read, NULL) && read->ends == ends
         && citiz_light_check_refound (light, read, &old, NULL);
}

/* Before anything of the next epoch is final that one is given up in its turn, from the same block; not from another, nor one that is not
 * reached. */
static void
test_refound_early (World *world, gconstpointer data)
{
  g_autofree CitizRefound *refound = refounding (world);
  g_autofree CitizRefound *moved = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    citiz_join_sign (&refound->next[i], &world->light.chain_id, 2, world->nodes[2 * i]);
  g_assert_false (ends_early (&world->light, refound, 1)); /* still in the epoch before */
  for (guint i = 0; i < 2; i++)
    citiz_join_sign (&refound->next[i], &world->light.chain_id, 1, world->nodes[2 * i]);
  g_assert_true (ends_early (&world->light, refound, 0));
  refound->n_signers = 0;
  g_assert_true (citiz_light_refound (&world->light, refound, &error));
  g_assert_no_error (error);
  g_assert_false (ends_early (&world->light, refound, 1)); /* they joined another epoch */
  for (guint i = 0; i < 2; i++)
    citiz_join_sign (&refound->next[i], &world->light.chain_id, 2, world->nodes[2 * i]);
  g_assert_true (ends_early (&world->light, refound, 1));
  moved = g_memdup2 (refound, sizeof *refound);
  moved->last.time.ms++;
  g_assert_false (ends_early (&world->light, moved, 1));
  for (guint i = 0; i < 2; i++)
    citiz_join_sign (&refound->next[i], &world->light.chain_id, 3, world->nodes[2 * i]);
  g_assert_false (ends_early (&world->light, refound, 2));
}

/* Anybody may sign, and nobody so often that those who go on cannot. */
static void
test_refound_crowd (World *world, gconstpointer data)
{
  g_autofree CitizRefound *refound = refounding (world);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  guint old;

  g_assert_cmpuint (citiz_refound_n_signed (refound), ==, 1);
  for (guint i = 0; i < CITIZ_MAX_VALIDATORS; i++)
    {
      g_autoptr (CitizSecret) seed = citiz_secret_new (32);
      g_autoptr (CitizSigningKey) key = NULL;

      memset (citiz_secret_data (seed), 0xc0, 32);
      citiz_secret_data (seed)[1] = (guint8) i;
      key = citiz_signing_key_new_from_seed (seed);
      citiz_refound_sign (refound, key);
    }
  g_assert_cmpuint (refound->n_signers, ==, CITIZ_MAX_VALIDATORS);
  g_assert_cmpuint (citiz_refound_n_signed (refound), ==, 1);
  citiz_refound_sign (refound, world->nodes[0]);
  g_assert_cmpuint (refound->n_signers, ==, CITIZ_MAX_VALIDATORS);
  g_assert_cmpuint (citiz_refound_n_signed (refound), ==, 2);
  bytes = citiz_refound_encode (refound);
  g_assert_true (citiz_refound_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                       refound, &error));
  g_assert_no_error (error);
  g_assert_true (citiz_light_check_refound (&world->light, refound, &old, &error));
}

static void
test_refound_refused (World *world, gconstpointer data)
{
  for (guint i = 0; i < 9; i++)
    {
      g_autofree CitizRefound *refound = refounding (world);
      g_autofree CitizRefound *decoded = g_new (CitizRefound, 1);
      g_autoptr (GBytes) bytes = NULL;
      const CitizLight before = world->light;
      CitizSigner swap;

      switch (i)
        {
        case 0: /* not what they signed */
          refound->reason[0] ^= 1;
          break;
        case 1:
          refound->time.ms++;
          break;
        case 2: /* not final */
          refound->final.signatures[0].b[0] ^= 1;
          break;
        case 3:
          refound->last.time.ms++;
          break;
        case 4: /* behind what is known */
          world->light.head.height = 2;
          break;
        case 5: /* a node that did not join */
          refound->next[0].join.b[0] ^= 1;
          break;
        case 6: /* order */
          swap = refound->signers[0];
          refound->signers[0] = refound->signers[1];
          refound->signers[1] = swap;
          break;
        case 7:
          refound->next[1] = refound->next[0];
          break;
        default: /* not text */
          refound->reason[0] = 0xff;
          break;
        }
      bytes = citiz_refound_encode (refound);
      g_assert_false (citiz_refound_decode (g_bytes_get_data (bytes, NULL),
                                            g_bytes_get_size (bytes), decoded, NULL)
                      && citiz_light_refound (&world->light, decoded, NULL));
      world->light = before;
    }
}

/* Whoever writes it cannot move a terminal's cursor or turn the line around. */
static void
test_refound_reason (World *world, gconstpointer data)
{
  const gchar hostile[] = "Deux n\xc5\x93uds\x1b[2J\nperdus\xe2\x80\xae.";
  g_autofree CitizRefound *refound = g_new0 (CitizRefound, 1);
  g_autofree gchar *shown = NULL;

  refound->n_reason = sizeof hostile - 1;
  memcpy (refound->reason, hostile, sizeof hostile - 1);
  shown = citiz_refound_reason (refound);
  g_assert_cmpstr (shown, ==, "Deux n\xc5\x93uds [2J perdus .");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    void (*func) (World *, gconstpointer);
  } tests[] = {
      {"/epoch/closing", test_closing},
      {"/epoch/closing-refused", test_closing_refused},
      {"/epoch/continuation", test_continuation},
      {"/epoch/ledger", test_ledger},
      {"/epoch/evidence", test_evidence},
      {"/epoch/blame", test_blame},
      {"/epoch/refound", test_refound},
      {"/epoch/refound-early", test_refound_early},
      {"/epoch/refound-crowd", test_refound_crowd},
      {"/epoch/refound-refused", test_refound_refused},
      {"/epoch/refound-reason", test_refound_reason},
  };

  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, World, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
