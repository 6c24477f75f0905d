/* Messages from other nodes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-message.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_auto (CitizMessage) message = {0};
  g_autoptr (GBytes) again = NULL;

  if (!citiz_message_decode (data, size, &message, NULL))
    return 0;
  again = citiz_message_encode (&message);
  if (g_bytes_get_size (again) != size || memcmp (g_bytes_get_data (again, NULL), data, size) != 0)
    g_error ("two encodings of one message");
  return 0;
}
