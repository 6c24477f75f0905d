/* The inside of the state tree, for its two files. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-state.h"

G_BEGIN_DECLS

/* A leaf has a value and no children, a branch the reverse. */
typedef struct _CitizStateNode CitizStateNode;
struct _CitizStateNode
{
  gint ref;
  gboolean hashed;
  CitizStateNode *child[2]; /* what a way down reads comes first: one line of the cache a level */
  GBytes *value;
  guint64 n_leaves;
  guint64 number; /* of a leaf */
  CitizHash key;
  CitizHash hash;
};

struct _CitizState
{
  CitizStateNode *root;
};

static inline guint
citiz_state_bit (const CitizHash *key, guint depth)
{
  return key->b[depth / 8] >> (7 - depth % 8) & 1;
}

void citiz_state_hash_leaf (CitizHash *out, const CitizHash *key, const CitizHash *value_hash);
void citiz_state_hash_branch (CitizHash *out, const CitizHash *left, const CitizHash *right);
void citiz_state_node_hash (CitizStateNode *node, CitizHash *out);

G_END_DECLS
