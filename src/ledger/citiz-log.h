/* The append-only log of all transactions: an RFC 9162 tree. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

#define CITIZ_LOG_LEVELS 63

/* The right edge of the tree, all that appending needs. Invariants: (1) peaks[l] is the root of a perfect subtree of 2^l
 * leaves when bit l of size is set, and zero when it is not; (2) size < 2^63. */
typedef struct
{
  guint64 size;
  CitizHash peaks[CITIZ_LOG_LEVELS];
} CitizLog;

/* A perfect subtree: the 2^level leaves from index · 2^level on. Level 0 is a leaf's hash. Written once, never changed. */
typedef struct
{
  guint level;
  guint64 index;
  CitizHash hash;
} CitizLogNode;

/* Gives the hash of a perfect subtree that was appended earlier. Returns: %FALSE if it is not stored */
typedef gboolean (*CitizLogReadFunc) (gpointer data, guint level, guint64 index, CitizHash *out);

/* Inclusion: of leaf @index in the tree of @size leaves. Consistency: of the tree of @index leaves with that of @size. */
typedef struct
{
  guint64 index;
  guint64 size;
  guint n;
  CitizHash hashes[2 * CITIZ_LOG_LEVELS];
} CitizLogProof;

void citiz_log_leaf (CitizHash *out, const guint8 *bytes, gsize n);
void citiz_log_node (CitizHash *out, const CitizHash *left, const CitizHash *right);
void citiz_log_append (CitizLog *log, const CitizHash *leaf, GArray *out_nodes);
void citiz_log_root (const CitizLog *log, CitizHash *out);
gboolean citiz_log_restore (CitizLog *log, guint64 size, CitizLogReadFunc read, gpointer data)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_log_check (const CitizLog *log);

gboolean citiz_log_prove_inclusion (CitizLogProof *out,
                                    guint64 index,
                                    guint64 size,
                                    CitizLogReadFunc read,
                                    gpointer data) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_log_prove_consistency (CitizLogProof *out,
                                      guint64 size1,
                                      guint64 size2,
                                      CitizLogReadFunc read,
                                      gpointer data) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_log_verify_inclusion (const CitizLogProof *proof,
                                     const CitizHash *leaf,
                                     const CitizHash *root) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_log_verify_consistency (const CitizLogProof *proof,
                                       const CitizHash *root1,
                                       const CitizHash *root2) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
