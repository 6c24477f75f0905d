/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "citizen-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

CitizTime
scene_now (gpointer data)
{
  return ((Scene *) data)->now;
}

void
open_record (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  scene->vault = citiz_vault_open (scene->dir, &scene->env, scene->passphrase, &error);
  g_assert_no_error (error);
  scene->personal
      = citiz_chain_open (citiz_vault_get_db (scene->vault), &scene->env, scene->own, &error);
  g_assert_no_error (error);
}

void
scene_init (Scene *scene, gconstpointer unused)
{
  g_autoptr (CitizSecret) words = citiz_secret_new_random (32);
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);
  g_autoptr (GError) error = NULL;

  community_world_init (&scene->world);
  scene->now = scene->world.shared.now;
  scene->env = (CitizEnv){scene_now, tools_random, scene};
  scene->dir = g_dir_make_tmp ("citiz-community-XXXXXX", NULL);
  scene->passphrase = citiz_secret_new_take_copy ((guint8[]){'p', 'a', 's', 's'}, 4);
  scene->own = citiz_signing_key_new_from_seed (seed);
  citiz_vault_close (citiz_vault_create (scene->dir, &scene->env, scene->passphrase, words,
                                         (CitizKdfCost){1, 64}, &error));
  g_assert_no_error (error);
  open_record (scene);
}

void
close_record (Scene *scene)
{
  g_clear_object (&scene->community);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_pointer (&scene->personal, citiz_chain_close);
  g_clear_pointer (&scene->vault, citiz_vault_close);
}

void
scene_clear (Scene *scene, gconstpointer unused)
{
  close_record (scene);
  community_world_clear (&scene->world);
  tools_remove_folder (scene->dir);
  g_free (scene->dir);
  citiz_secret_unref (scene->passphrase);
  citiz_signing_key_unref (scene->own);
}

static void
changed_cb (Scene *scene)
{
  scene->changes++;
}

void
start (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  g_signal_connect_swapped (scene->community, "changed", G_CALLBACK (changed_cb), scene);
  citiz_community_set_pace (scene->community, 30, 40, 60, 0);
  g_assert_true (citiz_community_start (scene->community, &error));
  g_assert_no_error (error);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
}

void
again (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  close_record (scene);
  open_record (scene);
  scene->community = citiz_community_open (scene->vault, scene->dir, &error);
  g_assert_no_error (error);
}

void
joined_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Joined *joined = data;

  joined->community = citiz_community_join_finish (result, &joined->error);
  joined->done = TRUE;
}

void
try_join (Scene *scene, const CitizInvitation *invitation, Joined *out)
{
  *out = (Joined){0};
  citiz_community_join_async (scene->vault, scene->dir, invitation, NULL, joined_cb, out);
  RUN_UNTIL (out->done);
}

void
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

void
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

guint64
committed (Scene *scene)
{
  CitizCommittedHead head;

  citiz_community_get_committed (scene->community, &head);
  return head.height;
}

gboolean
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

guint
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

guint
asked_so_far (Scene *scene)
{
  guint asked = 0;

  for (guint i = 0; i < SHARED_N; i++)
    asked += scene->world.nodes[i].asked;
  return asked;
}

gboolean
asked_more (Scene *scene, guint before, guint n)
{
  return asked_so_far (scene) >= before + n;
}
