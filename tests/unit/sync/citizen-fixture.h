/* A record whose owner has a place in a community. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "community-world.h"

#include "store/citiz-outbox-store.h"
#include "store/citiz-vault.h"
#include "sync/citiz-community-private.h"

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

typedef struct
{
  gboolean done;
  CitizCommunity *community;
  GError *error;
} Joined;

CitizTime scene_now (gpointer data);
/* Its vault and its own ledger. */
void open_record (Scene *scene);
void scene_init (Scene *scene, gconstpointer unused);
void close_record (Scene *scene);
void scene_clear (Scene *scene, gconstpointer unused);
/* At a quick pace. */
void start (Scene *scene);
/* The program ends and begins again. */
void again (Scene *scene);
void joined_cb (GObject *source, GAsyncResult *result, gpointer data);
/* Until it is known whether it can. */
void try_join (Scene *scene, const CitizInvitation *invitation, Joined *out);
/* @token: with an invitation that vouches. */
void join (Scene *scene, gboolean token);
/* The record's own ledger gets a block. */
void write_personal (Scene *scene);
/* How much of the own ledger the community holds. */
guint64 committed (Scene *scene);
/* As high as the nodes, fully verified, registered, and nothing waits to be said. */
gboolean is_whole (Scene *scene);
/* @out_last: (nullable). Returns: how many are in the vault */
guint count_proofs (Scene *scene, GBytes **out_last);
/* Requests to all nodes. */
guint asked_so_far (Scene *scene);
gboolean asked_more (Scene *scene, guint before, guint n);

#define COMMUNITY_TEST(path, function)                                                             \
  g_test_add (path, Scene, NULL, scene_init, function, scene_clear)
