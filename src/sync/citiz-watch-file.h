/* Evidence as a file that proves itself. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-chain.h"
#include "store/citiz-watch-store.h"

G_BEGIN_DECLS

#define CITIZ_EVIDENCE_FILE_MAX (4u * 1024 * 1024)

/* A node that a file proves guilty. */
typedef struct
{
  CitizPublicKey node;
  guint64 epoch, slot;
  CitizEvidenceKind kind; /* CITIZ_EVIDENCE_NONE: it gave a false part of a key */
} CitizGuilty;

GBytes *citiz_evidence_file_write (CitizChain *chain, GPtrArray *alarms);
GArray *citiz_evidence_file_read (GBytes *file,
                                  CitizChain *chain,
                                  CitizHash *out_chain,
                                  GError **error);

G_END_DECLS
