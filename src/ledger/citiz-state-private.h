/* The inside of the state tree, for its two files. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-state.h"

G_BEGIN_DECLS

/* A branch takes no more room than it needs: there are as many of them as of leaves, and each way down reads some twenty. */
typedef struct _CitizStateNode CitizStateNode;
struct _CitizStateNode
{
  CitizHash hash;
  gint ref;
  guint8 hashed;
  guint8 is_leaf;
  union
  {
    struct
    {
      CitizStateNode *child[2];
      guint64 n_leaves;
    };
    struct
    {
      GBytes *value;
      guint64 number;
    };
  };
  CitizHash key[]; /* one, of a leaf */
};

/* What a draft sets; or what was there before (NULL: nothing). */
typedef struct
{
  CitizHash key;
  GBytes *value;
} CitizStateEntry;

#define CITIZ_STATE_FEW_BITS 1024

struct _CitizState
{
  CitizStateNode *root;
  GArray *draft; /* of CitizStateEntry; NULL: no draft */
  GArray *undo;  /* of CitizStateEntry, as they were changed; NULL: nothing is undone */
  guint64 few[CITIZ_STATE_FEW_BITS / 64]; /* by how their keys begin: where objects of few are */
};

static inline guint
citiz_state_bit (const CitizHash *key, guint depth)
{
  return key->b[depth / 8] >> (7 - depth % 8) & 1;
}

gpointer citiz_state_node_take (gsize size);
void citiz_state_node_give (gpointer node, gsize size);
void citiz_state_hash_leaf (CitizHash *out, const CitizHash *key, const CitizHash *value_hash);
void citiz_state_hash_branch (CitizHash *out, const CitizHash *left, const CitizHash *right);
void citiz_state_node_hash (CitizStateNode *node, CitizHash *out);

G_END_DECLS
