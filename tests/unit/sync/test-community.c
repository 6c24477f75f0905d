/* A citizen's place in a community: joining, catching up, speaking, leaving, and what goes wrong. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "community-world.h"

#include "crypto/citiz-crypto.h"
#include "store/citiz-outbox-store.h"
#include "store/citiz-vault.h"
#include "sync/citiz-community-private.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  CommunityWorld world;
  gchar *dir;
  CitizSecret *passphrase;
  CitizVault *vault;
  CitizSigningKey *own;
  CitizChain *personal;
  CitizCommunity *community;
  CitizTime now;
  CitizEnv env;
  guint changes;
} Scene;

static CitizTime
scene_now (gpointer data)
{
  return ((Scene *) data)->now;
}

static void
scene_random (gpointer data, guint8 *out, gsize n)
{
  citiz_random (out, n);
}

static void
open_record (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  scene->vault = citiz_vault_open (scene->dir, &scene->env, scene->passphrase, &error);
  g_assert_no_error (error);
  scene->personal
      = citiz_chain_open (citiz_vault_get_db (scene->vault), &scene->env, scene->own, &error);
  g_assert_no_error (error);
}

static void
scene_init (Scene *scene, gconstpointer unused)
{
  g_autoptr (CitizSecret) words = citiz_secret_new_random (32);
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);
  g_autoptr (GError) error = NULL;

  community_world_init (&scene->world);
  scene->now = scene->world.shared.now;
  scene->env = (CitizEnv){scene_now, scene_random, scene};
  scene->dir = g_dir_make_tmp ("citiz-community-XXXXXX", NULL);
  scene->passphrase = citiz_secret_new_take_copy ((guint8[]){'p', 'a', 's', 's'}, 4);
  scene->own = citiz_signing_key_new_from_seed (seed);
  citiz_vault_close (citiz_vault_create (scene->dir, &scene->env, scene->passphrase, words,
                                         (CitizKdfCost){1, 64}, &error));
  g_assert_no_error (error);
  open_record (scene);
}

static void
close_record (Scene *scene)
{
  g_clear_object (&scene->community);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_pointer (&scene->personal, citiz_chain_close);
  g_clear_pointer (&scene->vault, citiz_vault_close);
}

static void
remove_all (const gchar *dir)
{
  g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
  const gchar *name;

  while (open != NULL && (name = g_dir_read_name (open)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (dir, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_all (path);
      else
        g_unlink (path);
    }
  g_rmdir (dir);
}

static void
scene_clear (Scene *scene, gconstpointer unused)
{
  close_record (scene);
  community_world_clear (&scene->world);
  remove_all (scene->dir);
  g_free (scene->dir);
  citiz_secret_unref (scene->passphrase);
  citiz_signing_key_unref (scene->own);
}

static void
changed_cb (Scene *scene)
{
  scene->changes++;
}

static void
start (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  g_signal_connect_swapped (scene->community, "changed", G_CALLBACK (changed_cb), scene);
  citiz_community_set_pace (scene->community, 30, 40, 60, 0);
  g_assert_true (citiz_community_start (scene->community, &error));
  g_assert_no_error (error);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
}

/* The program ends and begins again. */
static void
again (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  close_record (scene);
  open_record (scene);
  scene->community = citiz_community_open (scene->vault, scene->dir, &error);
  g_assert_no_error (error);
}

typedef struct
{
  gboolean done;
  CitizCommunity *community;
  GError *error;
} Joined;

static void
joined_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Joined *joined = data;

  joined->community = citiz_community_join_finish (result, &joined->error);
  joined->done = TRUE;
}

static void
try_join (Scene *scene, const CitizInvitation *invitation, Joined *out)
{
  *out = (Joined){0};
  citiz_community_join_async (scene->vault, scene->dir, invitation, NULL, joined_cb, out);
  RUN_UNTIL (out->done);
}

static void
join (Scene *scene, gboolean token)
{
  CitizInvitation invitation;
  Joined joined;

  community_world_invitation (&scene->world, token, &invitation);
  try_join (scene, &invitation, &joined);
  g_assert_no_error (joined.error);
  scene->community = joined.community;
  start (scene);
}

/* The record's own ledger gets a block. */
static void
write_personal (Scene *scene)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);
  g_autoptr (CitizSigningKey) key = citiz_signing_key_new_from_seed (seed);
  g_autoptr (GError) error = NULL;
  CitizHash account;

  citiz_chain_add_register (scene->personal, txs, key, NULL, &account);
  g_assert_true (citiz_chain_submit (scene->personal, txs, NULL, &error));
  g_assert_no_error (error);
}

static guint64
committed (Scene *scene)
{
  CitizCommittedHead head;

  citiz_community_get_committed (scene->community, &head);
  return head.height;
}

static gboolean
is_whole (Scene *scene)
{
  return citiz_community_get_state (scene->community) == CITIZ_COMMUNITY_EVEN
         && citiz_community_get_level (scene->community, NULL) == CITIZ_LEVEL_FULL
         && citiz_community_is_registered (scene->community)
         && citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 0;
}

typedef struct
{
  guint n;
  GBytes *last;
} Proofs;

static gboolean
proof_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  Proofs *proofs = data;

  if (*(const guint8 *) g_bytes_get_data (plain, NULL) != 3)
    return TRUE;
  proofs->n++;
  g_clear_pointer (&proofs->last, g_bytes_unref);
  proofs->last = g_bytes_ref (plain);
  return TRUE;
}

static guint
count_proofs (Scene *scene, GBytes **out_last)
{
  g_autoptr (GError) error = NULL;
  Proofs proofs = {0};

  g_assert_true (
      citiz_vault_foreach (scene->vault, CITIZ_CLASS_COMMITMENT, proof_cb, &proofs, NULL, &error));
  if (out_last != NULL)
    *out_last = g_steal_pointer (&proofs.last);
  g_clear_pointer (&proofs.last, g_bytes_unref);
  return proofs.n;
}

/* Joining ********************************************************************/

static void
test_join (Scene *scene, gconstpointer unused)
{
  CitizCommittedHead head;
  GPtrArray *members;

  community_world_grow (&scene->world, 20);
  write_personal (scene);
  join (scene, TRUE);
  g_assert_cmpstr (citiz_community_get_name (scene->community), ==, "Les Cèdres");
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  g_assert_cmpuint (scene->changes, >, 0);
  g_assert_cmpuint (scene->world.vouched, ==, 1);
  g_assert_cmpuint (community_world_count (&scene->world, CITIZ_TX_COMMIT_RECORDS), ==, 1);
  g_assert_cmpuint (citiz_community_get_node_height (scene->community), ==,
                    scene->world.blocks->len);
  citiz_community_get_committed (scene->community, &head);
  g_assert_cmpuint (head.community_height, ==, scene->world.blocks->len);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 1);
  members = citiz_community_get_members (scene->community);
  RUN_UNTIL (g_strv_length ((gchar **) citiz_community_get_urls (scene->community)) == SHARED_N);
  g_assert_cmpuint (members->len, ==, SHARED_N);
  for (guint i = 0; i < members->len; i++)
    {
      const CitizCommunityMember *member = members->pdata[i];

      g_assert_true (member->validator);
      g_assert_true (g_str_has_prefix (member->operator_, "Operator "));
      RUN_UNTIL (member->seen.ms > 0);
    }

  /* The next day nothing of it is said again. */
  again (scene);
  g_assert_cmpuint (committed (scene), ==, 1);
  start (scene);
  RUN_UNTIL (is_whole (scene));
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 1);
  g_assert_cmpuint (community_world_count (&scene->world, CITIZ_TX_ACCT_REGISTER), ==, 21);
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, FALSE);
  RUN_UNTIL (committed (scene) == 2);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 2);
}

/* The kept proof holds on its own: transaction, path, header, certificate, how epochs ended, from the founding document. */
static void
test_proof (Scene *scene, gconstpointer unused)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree CitizCert *final = g_new (CitizCert, 1);
  g_autoptr (CitizClosing) closing = NULL;
  CitizCursor cursor;
  CitizBlockHeader header;
  CitizLogProof proof;
  CitizLight light;
  const guint8 *tx, *view;
  guint32 n_tx, n;
  guint16 n_path, n_closings;
  gsize size;

  community_world_end_epoch (&scene->world, 0);
  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (committed (scene) == 1);
  g_assert_cmpuint (count_proofs (scene, &bytes), ==, 1);
  view = g_bytes_get_data (bytes, &size);
  cursor = citiz_cursor (view, size);
  g_assert_nonnull (citiz_take_view (&cursor, 1 + 32 + 32 + 8 + 32 + 32));
  g_assert_true (citiz_take_u32 (&cursor, &n_tx));
  tx = citiz_take_view (&cursor, n_tx);
  g_assert_true (citiz_block_header_decode (citiz_take_view (&cursor, CITIZ_HEADER_SIZE),
                                            CITIZ_HEADER_SIZE, &header, NULL));
  g_assert_true (citiz_take_u32 (&cursor, &n));
  g_assert_true (citiz_cert_decode (citiz_take_view (&cursor, n), n, final, NULL));
  g_assert_true (citiz_take_u64 (&cursor, &proof.index));
  g_assert_true (citiz_take_u64 (&cursor, &proof.size));
  g_assert_true (citiz_take_u16 (&cursor, &n_path));
  proof.n = n_path;
  for (guint i = 0; i < n_path; i++)
    g_assert_true (citiz_take_bytes (&cursor, proof.hashes[i].b, 32));
  g_assert_true (citiz_take_u16 (&cursor, &n_closings));
  g_assert_cmpuint (n_closings, ==, 1);
  g_assert_true (citiz_take_u32 (&cursor, &n));
  closing = citiz_closing_decode (citiz_take_view (&cursor, n), n, NULL);
  g_assert_nonnull (closing);
  g_assert_true (citiz_cursor_done (&cursor));
  citiz_light_init (&light, &scene->world.shared.genesis);
  g_assert_cmpuint (header.epoch, ==, 1);
  g_assert_true (citiz_light_close (&light, closing, NULL));
  g_assert_true (citiz_light_advance (&light, &header, final, NULL));
  g_assert_true (citiz_light_check_tx (&light, tx, n_tx, &proof, NULL));
}

/* Each reason not to be joined; nothing is kept of any of them. */
static void
test_not_joined (Scene *scene, gconstpointer unused)
{
  static const struct
  {
    NodeManner nodes[2];
    VouchManner vouch;
    CitizCommunityError expected;
  } cases[] = {
      {{NODE_DOWN, NODE_DOWN}, VOUCH_GOOD, CITIZ_COMMUNITY_ERROR_NOBODY},
      {{NODE_STRANGER, NODE_DOWN}, VOUCH_GOOD, CITIZ_COMMUNITY_ERROR_OTHER},
      {{NODE_DOWN, NODE_HONEST},
       VOUCH_GOOD,
       CITIZ_COMMUNITY_ERROR_NOBODY}, /* who vouches is away */
      {{NODE_HONEST, NODE_HONEST}, VOUCH_USED_UP, CITIZ_COMMUNITY_ERROR_TOKEN},
      {{NODE_HONEST, NODE_HONEST}, VOUCH_QUOTA, CITIZ_COMMUNITY_ERROR_QUOTA},
      {{NODE_HONEST, NODE_HONEST}, VOUCH_SILENT, CITIZ_COMMUNITY_ERROR_NOBODY},
  };
  CitizInvitation invitation;
  Joined joined;

  community_world_invitation (&scene->world, TRUE, &invitation);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      scene->world.nodes[0].manner = cases[i].nodes[0];
      scene->world.nodes[1].manner = cases[i].nodes[1];
      scene->world.vouch = cases[i].vouch;
      try_join (scene, &invitation, &joined);
      g_assert_null (joined.community);
      g_assert_error (joined.error, CITIZ_COMMUNITY_ERROR, (gint) cases[i].expected);
      g_clear_error (&joined.error);
      g_assert_false (citiz_community_is_kept (scene->vault));
    }
  g_assert_cmpuint (scene->world.ordered, ==, 0);
}

/* One node of another community and one that is down do not keep one out; a second community is refused. */
static void
test_one_good_node (Scene *scene, gconstpointer unused)
{
  CitizInvitation invitation;
  Joined joined;

  scene->world.nodes[1].manner = NODE_DOWN;
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  community_world_invitation (&scene->world, TRUE, &invitation);
  try_join (scene, &invitation, &joined);
  g_assert_error (joined.error, CITIZ_COMMUNITY_ERROR, CITIZ_COMMUNITY_ERROR_MEMBER);
  g_clear_error (&joined.error);
  RUN_UNTIL (
      ((const CitizCommunityMember *) citiz_community_get_members (scene->community)->pdata[1])
          ->missing);
}

static void
test_cancelled (Scene *scene, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  CitizInvitation invitation;
  Joined joined = {0};

  community_world_invitation (&scene->world, TRUE, &invitation);
  citiz_community_join_async (scene->vault, scene->dir, &invitation, cancellable, joined_cb,
                              &joined);
  g_cancellable_cancel (cancellable); /* the first node is being asked */
  RUN_UNTIL (joined.done);
  g_assert_error (joined.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&joined.error);
  g_assert_false (citiz_community_is_kept (scene->vault));
}

/* Nobody vouches and nothing is asked: the account is said once one is even. */
static void
test_without_token (Scene *scene, gconstpointer unused)
{
  community_world_grow (&scene->world, 3);
  write_personal (scene);
  join (scene, FALSE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  g_assert_cmpuint (scene->world.vouched, ==, 0);
}

/* The community asks for sponsors: each transaction gets the node's word, the head too. */
static void
test_sponsored (Scene *scene, gconstpointer unused)
{
  community_world_set_params (&scene->world, 16);
  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  g_assert_cmpuint (scene->world.vouched, ==, 2);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 1);
}

/* Or for work. */
static void
test_worked (Scene *scene, gconstpointer unused)
{
  community_world_set_params (&scene->world, 4);
  write_personal (scene);
  join (scene, FALSE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  g_assert_cmpuint (scene->world.vouched, ==, 0);
}

static CitizTx *
sign_grant (Scene *scene)
{
  CitizTxBody body = {0};

  body.grant = (CitizTxGrant){.id = {{9}},
                              .kind = CITIZ_GRANT_EMERGENCY,
                              .threshold = 1,
                              .n_committee = 1,
                              .max_openings = 1,
                              .not_before = scene->now,
                              .expires = {scene->now.ms + CITIZ_DAY}};
  body.grant.committee[0].node = *citiz_signing_key_get_public (scene->world.nodes[0].key);
  return citiz_community_sign (scene->community, CITIZ_TX_GRANT, &body);
}

/* Signed before the community asked for work, sent after: the access is not lost for that. */
static void
test_rules_changed (Scene *scene, gconstpointer unused)
{
  g_autoptr (CitizTx) grant = NULL;
  g_autoptr (GError) error = NULL;

  join (scene, FALSE);
  RUN_UNTIL (is_whole (scene));
  grant = sign_grant (scene);
  community_world_set_params (&scene->world, 4);
  g_assert_true (citiz_community_put (scene->community, grant, &error));
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 1 && is_whole (scene));
}

/* The sponsor does not answer: a grant and its end find their way all the same, also when the program ended meanwhile. */
static void
test_sponsor_silent (Scene *scene, gconstpointer unused)
{
  CitizTxBody body = {0};
  g_autoptr (CitizTx) grant = NULL, revoke = NULL;
  g_autoptr (GError) error = NULL;

  community_world_set_params (&scene->world, 4);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  scene->world.vouch = VOUCH_SILENT;
  grant = sign_grant (scene);
  g_assert_true (citiz_community_put (scene->community, grant, &error));
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 1 && is_whole (scene));
  scene->world.vouch = VOUCH_USED_UP; /* nor does its refusal keep an access open */
  body = (CitizTxBody){.revoke = {.grant = {{9}}}};
  revoke = citiz_community_sign (scene->community, CITIZ_TX_GRANT_REVOKE, &body);
  g_assert_true (citiz_community_put (scene->community, revoke, &error));
  again (scene);
  start (scene);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT_REVOKE) == 1);
}

/* Too much work to wait for: it is given up when the community is stopped. */
static void
test_work_given_up (Scene *scene, gconstpointer unused)
{
  community_world_set_params (&scene->world, 16);
  join (scene, FALSE);
  RUN_UNTIL (citiz_community_is_working (scene->community));
  citiz_community_stop (scene->community);
  RUN_UNTIL (!citiz_community_is_working (scene->community));
  g_assert_cmpuint (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)), ==, 0);
}

/* Following ******************************************************************/

/* One node lies, one is down; weeks away; a clock a day behind. */
static void
test_bad_times (Scene *scene, gconstpointer unused)
{
  community_world_grow (&scene->world, 5);
  scene->world.nodes[2].manner = NODE_LIAR;
  scene->world.nodes[3].manner = NODE_DOWN;
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  for (guint i = 0; i < 200 && citiz_community_get_doubt (scene->community) == NULL; i++)
    {
      community_world_grow (&scene->world, 1);
      RUN_UNTIL (citiz_chain_height (citiz_community_get_chain (scene->community))
                 == scene->world.blocks->len);
    }
  g_assert_cmpstr (citiz_community_get_doubt (scene->community), ==, scene->world.nodes[2].url);

  /* It has come round: after a while of right answers nothing is said of it any more. */
  scene->world.nodes[2].manner = NODE_HONEST;
  scene->world.nodes[2].asked = 0;
  RUN_UNTIL (scene->world.nodes[2].asked > 5);
  g_assert_cmpstr (citiz_community_get_doubt (scene->community), ==, scene->world.nodes[2].url);
  scene->now.ms += 11 * 60 * CITIZ_SECOND;
  RUN_UNTIL (citiz_community_get_doubt (scene->community) == NULL);
  scene->now.ms -= 11 * 60 * CITIZ_SECOND;
  scene->world.nodes[2].manner = NODE_LIAR;
  close_record (scene);

  community_world_grow (&scene->world, 300);
  scene->now.ms -= CITIZ_DAY;
  open_record (scene);
  scene->community = citiz_community_open (scene->vault, scene->dir, NULL);
  start (scene);
  RUN_UNTIL (is_whole (scene)
             && citiz_chain_height (citiz_community_get_chain (scene->community))
                    == scene->world.blocks->len);
}

static guint
n_missing (Scene *scene)
{
  const GPtrArray *members = citiz_community_get_members (scene->community);
  guint n = 0;

  for (guint i = 0; i < members->len; i++)
    n += ((const CitizCommunityMember *) members->pdata[i])->missing;
  return n;
}

static const CitizCommunityMember *
member_of (Scene *scene, guint node)
{
  const GPtrArray *members = citiz_community_get_members (scene->community);

  for (guint i = 0; i < members->len; i++)
    {
      const CitizCommunityMember *member = members->pdata[i];

      if (g_str_equal (member->url, scene->world.nodes[node].url))
        return member;
    }
  return NULL;
}

/* Who answers and does not vote is known by the word of more nodes than may lie, or by its own; one's word alone is said to be that one's. */
static void
test_who_votes (Scene *scene, gconstpointer unused)
{
  CommunityNode *nodes = scene->world.nodes;

  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && n_missing (scene) == 0);
  g_assert_false (member_of (scene, 3)->silent);
  g_assert_cmpstr (member_of (scene, 3)->silent_by, ==, "");
  nodes[1].hears_not = 1 << 3;
  RUN_UNTIL (g_str_equal (member_of (scene, 3)->silent_by, "Operator 2"));
  g_assert_false (member_of (scene, 3)->silent);
  nodes[0].hears_not = 1 << 3;
  RUN_UNTIL (member_of (scene, 3)->silent);
  g_assert_cmpstr (member_of (scene, 3)->silent_by, ==, "");
  g_assert_false (citiz_community_too_few_vote (scene->community));
  nodes[0].hears_not = 1 << 3 | 1 << 2; /* one says that only two of them vote */
  RUN_UNTIL (g_str_equal (member_of (scene, 2)->silent_by, "Operator 1"));
  g_assert_false (citiz_community_too_few_vote (scene->community));
  nodes[1].hears_not = 1 << 3 | 1 << 2;
  RUN_UNTIL (citiz_community_too_few_vote (scene->community));
  g_assert_true (member_of (scene, 2)->silent);
  nodes[0].hears_not = nodes[1].hears_not = 0;
  RUN_UNTIL (!citiz_community_too_few_vote (scene->community) && !member_of (scene, 2)->silent
             && !member_of (scene, 3)->silent);
  nodes[2].mute = TRUE;
  RUN_UNTIL (member_of (scene, 2)->silent);
  nodes[2].mute = FALSE;
  RUN_UNTIL (!member_of (scene, 2)->silent);
}

static guint
asked_so_far (Scene *scene)
{
  guint asked = 0;

  for (guint i = 0; i < SHARED_N; i++)
    asked += scene->world.nodes[i].asked;
  return asked;
}

static gboolean
asked_more (Scene *scene, guint before, guint n)
{
  return asked_so_far (scene) >= before + n;
}

/* All nodes are one organization's: its word is one, and a hint. */
static void
test_one_organization (Scene *scene, gconstpointer unused)
{
  guint asked;

  scene->world.one_operator = TRUE;
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && n_missing (scene) == 0);
  for (guint i = 0; i < SHARED_N - 1; i++)
    scene->world.nodes[i].hears_not = 1 << 3 | 1 << 2;
  RUN_UNTIL (member_of (scene, 3)->silent_by[0] != '\0'
             && member_of (scene, 2)->silent_by[0] != '\0');
  asked = asked_so_far (scene);
  RUN_UNTIL (asked_more (scene, asked, 40));
  g_assert_false (member_of (scene, 3)->silent);
  g_assert_false (citiz_community_too_few_vote (scene->community));
}

/* The network comes back: nobody waits for the turn of each node to hear that it answers. */
static void
test_network_back (Scene *scene, gconstpointer unused)
{
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  RUN_UNTIL (citiz_community_get_state (scene->community) == CITIZ_COMMUNITY_ALONE
             && n_missing (scene) == SHARED_N);
  citiz_community_set_pace (scene->community, 30, 40, 3600000, 0);
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_HONEST;
  RUN_UNTIL (is_whole (scene) && n_missing (scene) == 0);
}

/* What is public may be thrown away: a damaged copy is fetched again. */
static void
test_damaged_copy (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *path
      = g_build_filename (scene->dir, CITIZ_COMMUNITY_FOLDER, CITIZ_DB_FILE, NULL);

  community_world_grow (&scene->world, 10);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  close_record (scene);
  g_assert_true (g_file_set_contents (path, "not a database", -1, NULL));
  g_test_expect_message ("citiz-sync", G_LOG_LEVEL_WARNING, "*fetched anew*");
  open_record (scene);
  scene->community = citiz_community_open (scene->vault, scene->dir, NULL);
  g_test_assert_expected_messages ();
  g_assert_nonnull (scene->community);
  start (scene);
  RUN_UNTIL (is_whole (scene));
  g_assert_cmpuint (community_world_count (&scene->world, CITIZ_TX_ACCT_REGISTER), ==, 11);
}

/* A large community is opened from the end of its last epoch: at once it can be spoken in. What was before is verified afterwards, over an
 * end of the program in the middle, and the whole is then known as if it had been followed. */
static void
test_leap (Scene *scene, gconstpointer unused)
{
  CitizInvitation invitation;
  CitizChain *copy;
  Joined joined;
  gdouble progress;

  community_world_grow (&scene->world, 600);
  community_world_end_epoch (&scene->world, 1000);
  community_world_grow (&scene->world, 10);
  write_personal (scene);
  community_world_invitation (&scene->world, TRUE, &invitation);
  try_join (scene, &invitation, &joined);
  g_assert_no_error (joined.error);
  scene->community = joined.community;
  citiz_community_set_leap (scene->community, 1000);
  start (scene);
  g_assert_cmpint (citiz_community_get_state (scene->community), ==, CITIZ_COMMUNITY_CATCHING_UP);
  copy = citiz_community_get_chain (scene->community);
  RUN_UNTIL (citiz_community_get_state (scene->community) == CITIZ_COMMUNITY_EVEN);
  g_assert_cmpuint (citiz_chain_base (copy), >, 0);
  g_assert_cmpint (citiz_community_get_level (scene->community, NULL), ==, CITIZ_LEVEL_LIGHT);
  RUN_UNTIL (citiz_community_get_level (scene->community, &progress) < CITIZ_LEVEL_FULL
             && progress > 0.2);
  g_assert_cmpuint (citiz_chain_base (copy), >, 0);

  again (scene);
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].chunks = 0;
  start (scene);
  copy = citiz_community_get_chain (scene->community);
  g_assert_cmpuint (citiz_chain_base (copy), >, 0);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  g_assert_cmpuint (citiz_chain_base (copy), ==, 0);
  for (guint i = 0; i < SHARED_N; i++)
    g_assert_cmpuint (scene->world.nodes[i].chunks, ==, 0);
  g_assert_true (citiz_chain_verify (copy, NULL, NULL, NULL, NULL));
}

static int
is_refused (void *refuses)
{
  return *(gboolean *) refuses;
}

/* While the copy is verified, one's own disk refuses: that is said of the disk and never of the community, and it goes on by itself. */
static void
test_disk (Scene *scene, gconstpointer unused)
{
  gboolean refuses = FALSE;

  community_world_grow (&scene->world, 300);
  write_personal (scene);
  join (scene, TRUE);
  sqlite3_progress_handler (citiz_db_get_handle (scene->community->copy_db), 1, is_refused,
                            &refuses);
  RUN_UNTIL (scene->community->verifier != NULL);
  refuses = TRUE;
  RUN_UNTIL (citiz_community_get_state (scene->community) == CITIZ_COMMUNITY_FAILED);
  g_assert_null (citiz_community_get_doubt (scene->community));
  g_assert_cmpint (citiz_community_get_level (scene->community, NULL), <, CITIZ_LEVEL_FULL);
  refuses = FALSE;
  RUN_UNTIL (is_whole (scene));
  g_assert_null (citiz_community_get_doubt (scene->community));
}

/* What the file has lost it will not have in a minute: that is said, and the copy is verified no more. */
static void
test_disk_damaged (Scene *scene, gconstpointer unused)
{
  community_world_grow (&scene->world, 300);
  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (scene->community->verifier != NULL);
  sqlite3_exec (citiz_db_get_handle (scene->community->copy_db),
                "ALTER TABLE chain_block RENAME TO gone", NULL, NULL, NULL);
  RUN_UNTIL (citiz_community_is_copy_damaged (scene->community));
  g_assert_cmpint (citiz_community_get_state (scene->community), ==, CITIZ_COMMUNITY_FAILED);
  g_assert_null (citiz_community_get_doubt (scene->community));
  g_assert_null (scene->community->verify_source);
}

static void
test_paused (Scene *scene, gconstpointer unused)
{
  guint asked = 0, later = 0;

  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  citiz_community_set_paused (scene->community, TRUE);
  g_assert_cmpint (citiz_community_get_state (scene->community), ==, CITIZ_COMMUNITY_PAUSED);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < SHARED_N; i++)
    asked += scene->world.nodes[i].asked;
  for (gint64 end = g_get_monotonic_time () + 300000; g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE);
  for (guint i = 0; i < SHARED_N; i++)
    later += scene->world.nodes[i].asked;
  g_assert_cmpuint (later - asked, <=, 2 * SHARED_N); /* what was under way */
  community_world_grow (&scene->world, 5);
  citiz_community_set_paused (scene->community, FALSE);
  RUN_UNTIL (is_whole (scene)
             && citiz_community_get_node_height (scene->community) == scene->world.blocks->len);
}

/* Speaking *******************************************************************/

/* Killed while the community stands still; final while one is away: the proof is kept with the next opening. */
static void
test_final_while_away (Scene *scene, gconstpointer unused)
{
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  scene->world.stalled = TRUE;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (scene->world.taken->len == 1);
  again (scene);
  g_assert_cmpuint (committed (scene), ==, 0);
  community_world_go_on (&scene->world);
  start (scene);
  RUN_UNTIL (committed (scene) == 1);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 1);
  g_assert_cmpuint (community_world_count (&scene->world, CITIZ_TX_COMMIT_RECORDS), ==, 1);
}

/* Something waits, one's own or another's, and no block comes: that is said until one does. Nothing to write is no standstill. */
static void
test_stands_still (Scene *scene, gconstpointer unused)
{
  guint asked;

  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  citiz_community_set_still (scene->community, 200);
  asked = asked_so_far (scene);
  RUN_UNTIL (asked_more (scene, asked, 40));
  g_assert_false (citiz_community_is_still (scene->community));
  scene->world.stalled = TRUE;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (citiz_community_is_still (scene->community));
  g_assert_cmpuint (scene->world.taken->len, ==, 1);
  community_world_go_on (&scene->world);
  RUN_UNTIL (committed (scene) == 1 && !citiz_community_is_still (scene->community));
  scene->world.others = 1;
  scene->world.n_silent = SHARED_N - 1; /* the word of one that may lie, or has lost touch */
  asked = asked_so_far (scene);
  RUN_UNTIL (asked_more (scene, asked, 80));
  g_assert_false (citiz_community_is_still (scene->community));
  scene->world.n_silent = SHARED_N - 2;
  RUN_UNTIL (citiz_community_is_still (scene->community));
  scene->world.others = 0;
  community_world_grow (&scene->world, 1);
  RUN_UNTIL (!citiz_community_is_still (scene->community));
}

/* What was never taken is too late after a day: signed anew. */
static void
test_too_late (Scene *scene, gconstpointer unused)
{
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 1);
  close_record (scene);
  scene->now.ms += 2 * CITIZ_DAY;
  scene->world.shared.now.ms += 2 * CITIZ_DAY;
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_HONEST;
  open_record (scene);
  scene->community = citiz_community_open (scene->vault, scene->dir, NULL);
  start (scene);
  RUN_UNTIL (committed (scene) == 1);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 1);
}

/* Nobody has answered for so long that what waits is told but rarely: it goes out when somebody answers, not when its turn comes. */
static void
test_answers_again (Scene *scene, gconstpointer unused)
{
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  citiz_community_set_pace (scene->community, 30, 24 * 3600 * 1000, 60, 0);
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 1
             && citiz_community_get_state (scene->community) == CITIZ_COMMUNITY_ALONE);
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_HONEST;
  RUN_UNTIL (committed (scene) == 1);
}

/* The outbox knows nothing of it and nor does the chain: as when the disk lost one of the two. */
static void
test_lost (Scene *scene, gconstpointer unused)
{
  g_autoptr (GPtrArray) waiting = NULL;

  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 1);
  close_record (scene);
  open_record (scene);
  waiting = citiz_outbox_store_list (citiz_vault_get_db (scene->vault), NULL);
  g_assert_true (citiz_outbox_store_remove (citiz_vault_get_db (scene->vault),
                                            citiz_tx_get_id (waiting->pdata[0]), NULL));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_HONEST;
  scene->community = citiz_community_open (scene->vault, scene->dir, NULL);
  start (scene);
  RUN_UNTIL (committed (scene) == 1);
}

/* Locked: the copy goes on, nothing is signed; what became final meanwhile has its proof after. */
static void
test_locked (Scene *scene, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  CitizDb *db;

  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  scene->world.stalled = TRUE;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (scene->world.taken->len == 1);
  db = citiz_db_ref (citiz_vault_get_db (scene->vault));
  citiz_community_lock (scene->community);
  g_clear_pointer (&scene->vault, citiz_vault_close);
  g_assert_null (citiz_community_get_key (scene->community));
  g_assert_null (citiz_community_sign (scene->community, CITIZ_TX_COMMIT_RECORDS, NULL));
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  community_world_go_on (&scene->world);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 0);
  g_assert_cmpuint (committed (scene), ==, 0);
  scene->vault = citiz_vault_open_db (db, &scene->env, scene->passphrase, &error);
  g_assert_no_error (error);
  citiz_community_unlock (scene->community, scene->vault);
  g_assert_cmpuint (committed (scene), ==, 1);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (committed (scene) == 2);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 2);
  citiz_db_unref (db);
}

/* Leaving and coming back: the same account, nothing of one's own lost. */
static void
test_leave (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *folder = g_build_filename (scene->dir, CITIZ_COMMUNITY_FOLDER, NULL);
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (GError) error = NULL;
  CitizHash account;

  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  account = *citiz_community_get_account (scene->community);
  scene->world.stalled = TRUE;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (scene->world.taken->len == 1);
  g_assert_true (citiz_community_leave (scene->community, &error));
  g_assert_no_error (error);
  g_clear_object (&scene->community);
  g_assert_false (citiz_community_is_kept (scene->vault));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  waiting = citiz_outbox_store_list (citiz_vault_get_db (scene->vault), &error);
  g_assert_cmpuint (waiting->len, ==, 0);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 1);
  g_assert_true (citiz_chain_verify (scene->personal, NULL, NULL, NULL, &error));
  community_world_go_on (&scene->world);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 2);
  g_assert_true (citiz_hash_equal (&account, citiz_community_get_account (scene->community)));
  g_assert_cmpuint (community_world_count (&scene->world, CITIZ_TX_ACCT_REGISTER), ==, 1);
}

/* The node that vouched is gone for good: another of the same community takes its place, and what waited is said anew. */
static void
test_renewed (Scene *scene, gconstpointer unused)
{
  CitizInvitation other;

  community_world_set_params (&scene->world, 16);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  RUN_UNTIL (g_strv_length ((gchar **) citiz_community_get_urls (scene->community)) == SHARED_N);
  scene->world.nodes[0].manner = NODE_DOWN;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 1);
  citiz_invitation_init (&other, &(CitizHash){{1}}, "Ailleurs");
  g_assert_false (citiz_community_renew (scene->community, &other));
  citiz_invitation_init (&other, &scene->world.shared.chain_id, "Les Cèdres");
  citiz_invitation_add_node (&other, citiz_signing_key_get_public (scene->world.nodes[2].key),
                             scene->world.nodes[2].url);
  citiz_invitation_set_token (&other, (const guint8 *) "sixteen letters!");
  g_assert_true (citiz_community_renew (scene->community, &other));
  RUN_UNTIL (committed (scene) == 1);
  again (scene);
  start (scene);
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (committed (scene) == 2);
}

/* Two copies of one record ****************************************************/

static void
copy_all (const gchar *from, const gchar *to)
{
  g_autoptr (GDir) open = g_dir_open (from, 0, NULL);
  const gchar *name;

  g_mkdir_with_parents (to, 0700);
  while ((name = g_dir_read_name (open)) != NULL)
    {
      g_autofree gchar *source = g_build_filename (from, name, NULL);
      g_autofree gchar *target = g_build_filename (to, name, NULL);
      g_autofree gchar *bytes = NULL;
      gsize n;

      if (g_file_test (source, G_FILE_TEST_IS_DIR))
        copy_all (source, target);
      else
        {
          g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
          g_assert_true (g_file_set_contents (target, bytes, (gssize) n, NULL));
        }
    }
}

/* A second record is made of the folder of the first, joined: both are open, the second without a network. Its world is the first's. */
static void
copy_record (Scene *scene, Scene *copy)
{
  memset (copy, 0, sizeof *copy);
  close_record (scene);
  copy->dir = g_dir_make_tmp ("citiz-community-XXXXXX", NULL);
  copy_all (scene->dir, copy->dir);
  copy->now = scene->now;
  copy->env = (CitizEnv){scene_now, scene_random, copy};
  copy->passphrase = citiz_secret_ref (scene->passphrase);
  copy->own = citiz_signing_key_ref (scene->own);
  open_record (copy);
  copy->community = citiz_community_open (copy->vault, copy->dir, NULL);
  open_record (scene);
  scene->community = citiz_community_open (scene->vault, scene->dir, NULL);
  start (scene);
}

static void
copy_clear (Scene *copy)
{
  close_record (copy);
  remove_all (copy->dir);
  g_free (copy->dir);
  citiz_secret_unref (copy->passphrase);
  citiz_signing_key_unref (copy->own);
}

/* @of: whose copy says it */
static void
give_of (Scene *scene, Scene *of, guint8 id)
{
  g_autoptr (CitizTx) tx = NULL;
  g_autoptr (GError) error = NULL;
  CitizTxBody body = {0};

  body.grant = (CitizTxGrant){.id = {{id}},
                              .kind = CITIZ_GRANT_EMERGENCY,
                              .threshold = 1,
                              .n_committee = 1,
                              .max_openings = 1,
                              .not_before = scene->now,
                              .expires = {scene->now.ms + CITIZ_DAY}};
  body.grant.committee[0].node = *citiz_signing_key_get_public (scene->world.nodes[0].key);
  tx = citiz_community_sign (of->community, CITIZ_TX_GRANT, &body);
  g_assert_true (citiz_community_put (of->community, tx, &error));
  g_assert_no_error (error);
}

static void
end_of (Scene *of, guint8 id)
{
  const CitizTxBody body = {.revoke = {.grant = {{id}}}};
  g_autoptr (CitizTx) tx = citiz_community_sign (of->community, CITIZ_TX_GRANT_REVOKE, &body);

  g_assert_true (citiz_community_put (of->community, tx, NULL));
}

static guint
n_told (Scene *of)
{
  GPtrArray *alarms = citiz_watch_alarms (citiz_community_get_watch (of->community));
  guint n = 0;

  for (guint i = 0; i < alarms->len; i++)
    n += ((CitizAlarm *) alarms->pdata[i])->kind == CITIZ_ALARM_COPY;
  return n;
}

/* Of the accesses that it did not give. */
static guint
n_grants_of_copy (Scene *of)
{
  g_autoptr (GPtrArray) txs = citiz_community_list_copied (of->community);
  guint n = 0;

  for (guint i = 0; txs != NULL && i < txs->len; i++)
    n += ((CitizTxInfo *) txs->pdata[i])->type == CITIZ_TX_GRANT;
  return n;
}

/* Both end the same access with the same number: it ends once, nothing waits, and who did it not is told once. */
static void
test_ended_twice (Scene *scene, gconstpointer unused)
{
  Scene copy;

  community_world_set_params (&scene->world, 4);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  give_of (scene, scene, 9);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 1 && is_whole (scene));
  copy_record (scene, &copy);
  end_of (&copy, 9);
  end_of (scene, 9);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT_REVOKE) == 1 && is_whole (scene));
  start (&copy);
  RUN_UNTIL (is_whole (&copy) && n_told (&copy) == 1);
  g_assert_cmpuint (community_world_count (&scene->world, CITIZ_TX_GRANT_REVOKE), ==, 1);
  g_assert_cmpuint (n_told (scene), ==, 0);
  g_assert_true (
      citiz_watch_dismiss (citiz_community_get_watch (copy.community), CITIZ_ALARM_COPY, "", NULL));
  again (&copy);
  start (&copy);
  end_of (scene, 9); /* the nodes do not take it: something goes on all the same */
  give_of (scene, scene, 8);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 2);
  RUN_UNTIL (n_grants_of_copy (&copy) == 1);
  g_assert_cmpuint (n_told (&copy), ==, 0);
  copy_clear (&copy);
}

/* Both give an access with the same number: what lost is signed anew with the next one, and each lists the other's. The heads of both personal
 * ledgers are committed. */
static void
test_same_number (Scene *scene, gconstpointer unused)
{
  g_autoptr (GPtrArray) none = NULL;
  Scene copy;

  community_world_set_params (&scene->world, 4);
  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  copy_record (scene, &copy);
  give_of (scene, &copy, 7);
  give_of (scene, scene, 8);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 1 && is_whole (scene));
  start (&copy);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 2 && is_whole (&copy));
  RUN_UNTIL (is_whole (scene) && n_told (scene) == 1 && n_told (&copy) == 1);
  g_assert_cmpuint (n_grants_of_copy (scene), ==, 1);
  g_assert_cmpuint (n_grants_of_copy (&copy), ==, 1);
  g_assert_true (citiz_community_took_copied (copy.community, NULL));
  g_assert_null (citiz_community_list_copied (copy.community));
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  write_personal (&copy);
  citiz_community_set_personal (copy.community, copy.personal, TRUE);
  RUN_UNTIL (committed (scene) == 2 && committed (&copy) == 2);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 2);
  g_assert_cmpuint (count_proofs (&copy, NULL), ==, 2);
  copy_clear (&copy);
}

/* The number was taken while the record was locked, without a sponsor: signed anew, and worked for, when it is open. */
static void
test_number_taken_while_locked (Scene *scene, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  CitizDb *db;
  Scene copy;

  join (scene, FALSE);
  RUN_UNTIL (is_whole (scene));
  community_world_set_params (&scene->world, 4);
  copy_record (scene, &copy);
  RUN_UNTIL (is_whole (scene));
  give_of (scene, &copy, 7);
  give_of (scene, scene, 8);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 1 && is_whole (scene));
  start (&copy);
  db = citiz_db_ref (citiz_vault_get_db (copy.vault));
  citiz_community_lock (copy.community);
  g_clear_pointer (&copy.vault, citiz_vault_close);
  RUN_UNTIL (n_told (&copy) == 1);
  g_assert_cmpuint (citiz_outbox_n_waiting (citiz_community_get_outbox (copy.community)), ==, 1);
  copy.vault = citiz_vault_open_db (db, &copy.env, copy.passphrase, &error);
  g_assert_no_error (error);
  citiz_community_unlock (copy.community, copy.vault);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 2 && is_whole (&copy));
  citiz_db_unref (db);
  copy_clear (&copy);
}

/* Who leaves and comes back finds its own account: no other copy. */
static void
test_no_copy (Scene *scene, gconstpointer unused)
{
  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  g_assert_true (citiz_community_leave (scene->community, NULL));
  g_clear_object (&scene->community);
  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 2);
  again (scene);
  start (scene);
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 3);
  g_assert_cmpuint (n_told (scene), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    void (*func) (Scene *scene, gconstpointer unused);
  } tests[] = {
      {"join", test_join},
      {"proof", test_proof},
      {"not-joined", test_not_joined},
      {"one-good-node", test_one_good_node},
      {"cancelled", test_cancelled},
      {"without-token", test_without_token},
      {"sponsored", test_sponsored},
      {"worked", test_worked},
      {"work-given-up", test_work_given_up},
      {"rules-changed", test_rules_changed},
      {"sponsor-silent", test_sponsor_silent},
      {"bad-times", test_bad_times},
      {"network-back", test_network_back},
      {"who-votes", test_who_votes},
      {"one-organization", test_one_organization},
      {"damaged-copy", test_damaged_copy},
      {"leap", test_leap},
      {"disk", test_disk},
      {"disk-damaged", test_disk_damaged},
      {"paused", test_paused},
      {"final-while-away", test_final_while_away},
      {"too-late", test_too_late},
      {"lost", test_lost},
      {"answers-again", test_answers_again},
      {"stands-still", test_stands_still},
      {"locked", test_locked},
      {"leave", test_leave},
      {"renewed", test_renewed},
      {"ended-twice", test_ended_twice},
      {"same-number", test_same_number},
      {"number-taken-while-locked", test_number_taken_while_locked},
      {"no-copy", test_no_copy},
  };

  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree gchar *path = g_strconcat ("/community/", tests[i].name, NULL);

      g_test_add (path, Scene, NULL, scene_init, tests[i].func, scene_clear);
    }
  return g_test_run ();
}
