/* Strict framing of HTTP/1.1 requests. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-lint.h"

#include <string.h>

typedef guint (*HeaderCheck) (CitizHttpLint *lint, const gchar *value);

void
citiz_http_lint_init (CitizHttpLint *lint, const CitizHttpLintRules *rules)
{
  memset (lint, 0, sizeof *lint);
  lint->rules = rules;
}

static gboolean
is_token_char (gchar c)
{
  return g_ascii_isalnum (c) || (c != 0 && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

static gboolean
parse_decimal (const gchar *text, guint digits_max, guint64 *out)
{
  gsize n = strlen (text);

  if (n == 0 || n > digits_max || strspn (text, "0123456789") != n)
    return FALSE;
  *out = g_ascii_strtoull (text, NULL, 10);
  return TRUE;
}

static guint
check_host (CitizHttpLint *lint, const gchar *value)
{
  static const gchar *const loopback[] = {"127.0.0.1", "localhost", "[::1]", NULL};
  const gchar *const *names = lint->rules->hosts ? lint->rules->hosts : loopback;
  guint64 port;

  if (++lint->hosts > 1)
    return 400;
  for (; *names; names++)
    {
      gsize n = strlen (*names);

      if (g_ascii_strncasecmp (value, *names, n) != 0)
        continue;
      if (value[n] == ':' && !parse_decimal (value + n + 1, 5, &port))
        return 400;
      if (value[n] != ':' && value[n] != '\0')
        continue;
      return 0;
    }
  return 421;
}

static guint
check_length (CitizHttpLint *lint, const gchar *value)
{
  if (++lint->lengths > 1 || !parse_decimal (value, 15, &lint->length))
    return 400;
  return lint->length > (lint->large ? lint->rules->large_max : lint->rules->body_max) ? 413 : 0;
}

static guint
check_upgrade (CitizHttpLint *lint, const gchar *value)
{
  if (!lint->may_upgrade || lint->upgrade || g_ascii_strcasecmp (value, "websocket") != 0)
    return 400;
  lint->upgrade = TRUE;
  return 0;
}

static guint
check_refused (CitizHttpLint *lint, const gchar *value)
{
  return 400;
}

static const struct
{
  const gchar *name;
  HeaderCheck check;
} headers[] = {
    {"host", check_host},
    {"content-length", check_length},
    {"transfer-encoding", check_refused},
    {"upgrade", check_upgrade},
    {"expect", check_refused},
};

/* No route of ours needs an escape in its path, and decoders disagree about them. */
static gboolean
target_is_plain (const gchar *target)
{
  gsize path_n = strcspn (target, "?");

  for (gsize i = 0; i < path_n; i++)
    if (!g_ascii_isalnum (target[i]) && strchr ("/-._~", target[i]) == NULL)
      return FALSE;
  for (const gchar *c = target + path_n; *c; c++)
    if (*c <= 0x20 || *c >= 0x7f || *c == '#')
      return FALSE;
  return g_strstr_len (target, (gssize) path_n, "/..") == NULL
         && g_strstr_len (target, (gssize) path_n, "/./") == NULL;
}

static guint
check_request_line (CitizHttpLint *lint, gchar *line)
{
  static const struct
  {
    const gchar *name;
    gboolean has_body;
  } methods[] = {{"GET", FALSE}, {"HEAD", FALSE},   {"POST", TRUE},
                 {"PUT", TRUE},  {"DELETE", FALSE}, {"OPTIONS", FALSE}};
  gchar *target = strchr (line, ' ');
  gchar *version = target ? strchr (target + 1, ' ') : NULL;

  if (version == NULL || strchr (version + 1, ' ') != NULL || target[1] != '/')
    return 400;
  *target++ = '\0';
  *version++ = '\0';
  if (!target_is_plain (target))
    return 400;
  if (strcmp (version, "HTTP/1.1") != 0)
    return g_str_has_prefix (version, "HTTP/") ? 505 : 400;
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (line, methods[i].name) == 0)
      {
        lint->has_body = methods[i].has_body;
        lint->large = lint->rules->large_suffix && strchr (target, '?') == NULL
                      && g_str_has_suffix (target, lint->rules->large_suffix);
        lint->may_upgrade
            = i == 0 && lint->rules->sockets && g_strv_contains (lint->rules->sockets, target);
        return 0;
      }
  return 501;
}

static guint
check_header (CitizHttpLint *lint, gchar *line)
{
  gchar *colon = strchr (line, ':');

  if (colon == NULL || colon == line)
    return 400;
  for (const gchar *c = line; c < colon; c++)
    if (!is_token_char (*c))
      return 400;
  for (const gchar *c = colon + 1; *c; c++)
    if (((guchar) *c < 0x20 && *c != '\t') || *c == 0x7f)
      return 400;
  *colon = '\0';
  g_strstrip (colon + 1);
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    if (g_ascii_strcasecmp (line, headers[i].name) == 0)
      return headers[i].check (lint, colon + 1);
  return 0;
}

static guint
end_of_head (CitizHttpLint *lint)
{
  if (lint->hosts != 1)
    return 400;
  if (lint->has_body && lint->lengths == 0)
    return 411;
  if (!lint->has_body && lint->length > 0)
    return 400;
  lint->through = lint->upgrade;
  lint->in_body = lint->length;
  lint->head_n = lint->lines = lint->hosts = lint->lengths = 0;
  lint->length = 0;
  return 0;
}

/* `line` holds a whole line without CRLF. */
static guint
end_of_line (CitizHttpLint *lint)
{
  lint->line[lint->line_n] = '\0';
  if (memchr (lint->line, 0, lint->line_n) != NULL)
    return 400;
  if (lint->line_n == 0)
    return lint->lines == 0 ? 400 : end_of_head (lint);
  if (++lint->lines > CITIZ_HTTP_LINES_MAX)
    return 431;
  return lint->lines == 1 ? check_request_line (lint, lint->line) : check_header (lint, lint->line);
}

static guint
feed_head (CitizHttpLint *lint, gchar c)
{
  guint status = 0;

  if (++lint->head_n >= CITIZ_HTTP_HEAD_MAX)
    return 431;
  if (c == '\n')
    {
      if (lint->line_n == 0 || lint->line[lint->line_n - 1] != '\r')
        return 400;
      lint->line_n--;
      status = end_of_line (lint);
      lint->line_n = 0;
      return status;
    }
  if (lint->line_n > 0 && lint->line[lint->line_n - 1] == '\r')
    return 400;
  lint->line[lint->line_n++] = c;
  return 0;
}

gboolean
citiz_http_lint_feed (CitizHttpLint *lint, const guint8 *bytes, gsize n)
{
  while (n > 0 && lint->status == 0 && !lint->through)
    {
      gsize skip = MIN (n, lint->in_body);

      lint->in_body -= skip;
      bytes += skip;
      n -= skip;
      if (n == 0)
        break;
      lint->status = feed_head (lint, (gchar) *bytes++);
      n--;
    }
  return lint->status == 0;
}
