/* Bytes of a connection and bodies of requests. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-lint.h"
#include "net/citiz-json-strict.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const CitizHttpLintRules rules = {.body_max = 64 * 1024};
  static CitizHttpLint whole, parts;
  g_autoptr (GBytes) body = g_bytes_new (data, size);
  gboolean whole_fine, parts_fine = TRUE;
  json_t *json;

  citiz_http_lint_init (&whole, &rules);
  citiz_http_lint_init (&parts, &rules);
  whole_fine = citiz_http_lint_feed (&whole, data, size);
  for (size_t i = 0; i < size && parts_fine; i++)
    parts_fine = citiz_http_lint_feed (&parts, data + i, 1);
  /* The verdict does not depend on how the bytes arrive. */
  if (whole_fine != parts_fine || whole.status != parts.status)
    g_error ("the lint changed its mind");
  json = citiz_json_strict_parse (body, NULL);
  if (json)
    {
      guint8 bytes[32];
      gint64 n;

      if (citiz_json_strict_bytes (json, "a", bytes, sizeof bytes)
          && citiz_json_strict_int (json, "use", 1, 1024, &n))
        citiz_json_strict_string (json, "note", 8192);
      json_decref (json);
    }
  return 0;
}
