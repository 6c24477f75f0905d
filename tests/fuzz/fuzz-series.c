/* Chunks and day roll-ups from any bytes: valid samples or an error. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "record/citiz-series.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  static CitizSample samples[CITIZ_CHUNK_MAX], again[CITIZ_CHUNK_MAX];
  gsize n, m;

  if (citiz_chunk_decode (data, size, samples, &n, NULL))
    {
      for (gsize i = 0; i < n; i++)
        if (!isfinite (samples[i].value) || (i > 0 && samples[i].start < samples[i - 1].start))
          abort ();
      g_autoptr (GBytes) bytes = citiz_chunk_encode (samples, n, NULL);
      if (bytes == NULL
          || !citiz_chunk_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), again,
                                  &m, NULL)
          || m != n)
        abort ();
      for (gsize i = 0; i < n; i++)
        if (again[i].start != samples[i].start || again[i].duration != samples[i].duration
            || again[i].offset != samples[i].offset || again[i].value != samples[i].value)
          abort ();
    }
  g_autoptr (GArray) days = citiz_days_decode (data, size, NULL);
  if (days != NULL)
    {
      g_autoptr (GBytes) bytes = citiz_days_encode (days);
      g_autoptr (GArray) back
          = citiz_days_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
      if (back == NULL || back->len != days->len
          || memcmp (back->data, days->data, days->len * sizeof (CitizDay)) != 0)
        abort ();
    }
  return 0;
}
