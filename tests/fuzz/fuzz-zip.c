/* Any bytes where archives are expected; the kind is told by content, so all readers are reached from here.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "fuzz-import.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  fuzz_import (data, size);
  return 0;
}
