/* Files of evidence and ranges of blocks from strangers. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-crypto.h"
#include "sync/citiz-range.h"
#include "sync/citiz-watch-file.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static gboolean ready;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other = NULL;
  g_autoptr (GArray) guilty = NULL;
  g_autoptr (GPtrArray) blocks = NULL;
  CitizHash chain;

  ready = ready || citiz_crypto_init ();
  guilty = citiz_evidence_file_read (bytes, NULL, &chain, &error);
  blocks = citiz_range_decode (bytes, &other);
  if ((guilty == NULL) != (error != NULL) || (blocks == NULL) != (other != NULL))
    g_error ("refused without a reason, or for no reason");
  return 0;
}
