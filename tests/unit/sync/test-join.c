/* How a citizen comes into a community, and who vouches for them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "citizen-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

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

/* The sponsor does not answer, or will not: a grant and its end find their way all the same, also when the program ended meanwhile. */
static void
test_without_sponsor (Scene *scene, gconstpointer manner)
{
  CitizTxBody body = {0};
  g_autoptr (CitizTx) grant = NULL, revoke = NULL;
  g_autoptr (GError) error = NULL;

  community_world_set_params (&scene->world, 4);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  scene->world.vouch = (VouchManner) GPOINTER_TO_INT (manner);
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

static const struct
{
  const gchar *path;
  VouchManner manner;
} sponsors[] = {{"/community/sponsor-silent", VOUCH_SILENT},
                {"/community/sponsor-behind", VOUCH_BEHIND},
                {"/community/sponsor-unwilling", VOUCH_USED_UP}};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  COMMUNITY_TEST ("/community/join", test_join);
  COMMUNITY_TEST ("/community/proof", test_proof);
  COMMUNITY_TEST ("/community/not-joined", test_not_joined);
  COMMUNITY_TEST ("/community/one-good-node", test_one_good_node);
  COMMUNITY_TEST ("/community/cancelled", test_cancelled);
  COMMUNITY_TEST ("/community/without-token", test_without_token);
  COMMUNITY_TEST ("/community/sponsored", test_sponsored);
  COMMUNITY_TEST ("/community/worked", test_worked);
  COMMUNITY_TEST ("/community/work-given-up", test_work_given_up);
  COMMUNITY_TEST ("/community/rules-changed", test_rules_changed);
  for (guint i = 0; i < G_N_ELEMENTS (sponsors); i++)
    g_test_add (sponsors[i].path, Scene, GINT_TO_POINTER (sponsors[i].manner), scene_init,
                test_without_sponsor, scene_clear);
  return g_test_run ();
}
