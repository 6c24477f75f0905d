/* Sealed notes from a reader to the citizen. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-env.h"
#include "crypto/citiz-secret.h"

G_BEGIN_DECLS

#define CITIZ_NOTE_MAX 8192 /* sealed bytes */

typedef enum
{
  CITIZ_NOTE_MODE_PAGE = 1, /* key from K_r: written by our page */
  CITIZ_NOTE_MODE_NODE = 2  /* key from T: written by the node for a SMART Health Link client */
} CitizNoteMode;

/* Who reads and why, as declared; text = the note itself. Every string may be "". */
typedef struct
{
  gchar *name;
  gchar *role;
  gchar *place;
  gchar *reason; /* ETREAT, TREAT, PATRQT */
  gchar *lang;
  gchar *text;
} CitizNote;

void citiz_note_free (CitizNote *note);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizNote, citiz_note_free)

/* 1 byte mode | nonce 12 | AES-256-GCM | tag 16; AD = grant id. `key` is K_r for mode 1, T for mode 2. */
GBytes *citiz_note_seal (const CitizEnv *env,
                         CitizNoteMode mode,
                         const CitizId *grant,
                         CitizSecret *key,
                         const CitizNote *note);
/* Picks the key by the mode byte. Over-long fields are cut, control characters dropped: what comes out can be displayed. */
CitizNote *citiz_note_open (const CitizId *grant,
                            CitizSecret *k_r,
                            CitizSecret *t,
                            GBytes *sealed,
                            GError **error);
/* What goes on the ledger: SHA-256 of the sealed bytes. */
void citiz_note_hash (CitizHash *out, GBytes *sealed);

G_END_DECLS
