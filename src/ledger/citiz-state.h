/* The current state: a compact sparse Merkle tree with proofs of presence and absence. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

/* A map from 32-byte keys to bytes. A fork is cheap and independent: nodes are shared until one side changes them. */
typedef struct _CitizState CitizState;

#define CITIZ_STATE_MAX_DEPTH 256

/* What stands at the end of the path of a key. */
typedef enum
{
  CITIZ_STATE_END_SELF,  /* the key's own leaf */
  CITIZ_STATE_END_EMPTY, /* nothing */
  CITIZ_STATE_END_OTHER  /* a leaf with another key of the same beginning */
} CitizStateEnd;

/* The siblings from the root down, then what the path ends at. */
typedef struct
{
  guint n;
  CitizHash siblings[CITIZ_STATE_MAX_DEPTH];
  CitizStateEnd end;
  CitizHash other_key;
  CitizHash other_value; /* SHA-256 of the value */
} CitizStateProof;

CitizState *citiz_state_new (void);
CitizState *citiz_state_fork (const CitizState *state);
CitizState *citiz_state_draft (const CitizState *state);
void citiz_state_free (CitizState *state);
/* Changes in place, until it is known whether they stay. */
void citiz_state_begin (CitizState *state);
void citiz_state_keep (CitizState *state);
void citiz_state_undo (CitizState *state);
guint64 citiz_state_set (CitizState *state, const CitizHash *key, GBytes *value);
GBytes *citiz_state_get (const CitizState *state, const CitizHash *key);
GBytes *citiz_state_get_few (const CitizState *state, const CitizHash *key);
void citiz_state_warm (const CitizState *state, const CitizHash *keys, guint n);
guint64 citiz_state_size (const CitizState *state);
/* Returns: %FALSE to stop */
typedef gboolean (*CitizStateFunc) (gpointer data, const CitizHash *key, GBytes *value);
gboolean citiz_state_foreach (const CitizState *state, CitizStateFunc func, gpointer data);
void citiz_state_root (CitizState *state, CitizHash *out);
gboolean citiz_state_check (CitizState *state);

void citiz_state_prove (CitizState *state, const CitizHash *key, CitizStateProof *out);
gboolean citiz_state_verify (const CitizHash *root,
                             const CitizHash *key,
                             GBytes *value,
                             const CitizStateProof *proof) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizState, citiz_state_free)

G_END_DECLS
