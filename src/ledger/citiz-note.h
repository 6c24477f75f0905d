/* Checkpoints that nodes and citizens sign: C2SP signed-note, tlog-checkpoint, tlog-cosignature. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"
#include "crypto/citiz-sign.h"

G_BEGIN_DECLS

#define CITIZ_CHECKPOINT_MAX 16384 /* bytes, with signatures */
#define CITIZ_NOTE_MAX_NAME  128

/* What the three lines of a checkpoint say. */
typedef struct
{
  gchar origin[CITIZ_NOTE_MAX_NAME + 1];
  guint64 size;
  CitizHash root;
} CitizCheckpoint;

gboolean citiz_checkpoint_parse (const gchar *note,
                                 CitizCheckpoint *out,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *citiz_checkpoint_write (const CitizCheckpoint *checkpoint);

gboolean citiz_note_name_is_valid (const gchar *name);
gchar *citiz_note_vkey (const gchar *name, const CitizPublicKey *witness);
gchar *citiz_note_cosign (const gchar *note,
                          const gchar *name,
                          guint64 time,
                          const CitizSigningKey *witness_key,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_note_verify (const gchar *note,
                            const gchar *name,
                            const CitizPublicKey *witness,
                            guint64 *out_time,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *citiz_note_signers (const gchar *note);
gchar *citiz_note_copy (const gchar *note,
                        const gchar *from,
                        const gchar *name,
                        const CitizPublicKey *witness);

G_END_DECLS
