/* Checkpoints with signatures of strangers. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-crypto.h"
#include "ledger/citiz-note.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const CitizPublicKey nobody;
  g_autofree gchar *note = g_strndup (size ? (const gchar *) data : "", size);
  g_autoptr (GPtrArray) names = citiz_note_signers (note);
  g_autofree gchar *bare = NULL;
  CitizCheckpoint checkpoint;

  if (!citiz_checkpoint_parse (note, &checkpoint, NULL))
    return 0;
  bare = citiz_checkpoint_write (&checkpoint);
  if (!g_str_has_prefix (note, bare))
    g_error ("what was read is not what is written");
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree gchar *copy = citiz_note_copy (bare, note, names->pdata[i], &nobody);
      guint64 time;

      if (citiz_note_verify (note, names->pdata[i], &nobody, &time, NULL))
        g_error ("nobody has signed");
      if (copy != NULL && strlen (copy) > CITIZ_CHECKPOINT_MAX)
        g_error ("too long");
    }
  return 0;
}
