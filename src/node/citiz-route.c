/* Paths and common headers. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-route.h"

static gsize
segment_length (const gchar *path)
{
  gsize n = 0;

  while (g_ascii_isalnum (path[n]) || path[n] == '-' || path[n] == '_')
    n++;
  return n;
}

void
citiz_route_clear (gchar *stars[CITIZ_ROUTE_STARS])
{
  for (guint i = 0; i < CITIZ_ROUTE_STARS; i++)
    g_clear_pointer (&stars[i], g_free);
}

/**
 * citiz_route_match:
 * @pattern: "*" stands for one segment of letters, digits, "-" and "_"; "**" at its end for anything
 * @stars: what the single stars stood for; cleared first, and to be cleared with citiz_route_clear()
 */
gboolean
citiz_route_match (const gchar *pattern, const gchar *path, gchar *stars[CITIZ_ROUTE_STARS])
{
  guint star = 0;

  citiz_route_clear (stars);
  for (; *pattern; pattern++)
    {
      gsize n;

      if (g_str_equal (pattern, "**"))
        return TRUE;
      n = *pattern == '*' ? segment_length (path) : *pattern == *path;
      if (n == 0)
        return FALSE;
      if (*pattern == '*')
        stars[star++] = g_strndup (path, n);
      path += n;
    }
  return *path == '\0';
}

/* Of every answer: for any origin, kept nowhere, indexed by nobody. */
void
citiz_route_headers (CitizHttpResponse *response)
{
  static const gchar *const pairs[][2] = {
      {"Access-Control-Allow-Origin", "*"},
      {"Cache-Control", "no-store"},
      {"Referrer-Policy", "no-referrer"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Robots-Tag", "noindex"},
      {"Strict-Transport-Security", "max-age=63072000; includeSubDomains"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    citiz_http_response_header (response, pairs[i][0], pairs[i][1]);
}

void
citiz_route_preflight (CitizHttpResponse *response, const gchar *methods)
{
  response->status = 204;
  citiz_http_response_header (response, "Access-Control-Allow-Methods", methods);
  citiz_http_response_header (response, "Access-Control-Allow-Headers", "content-type");
  citiz_http_response_header (response, "Access-Control-Max-Age", "600");
}
