/* The doctor's page as served, its policy, previews. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-offline.h"
#include "node/citiz-node-page-data.h"
#include "node/citiz-node-private.h"

#define NAME_BYTES 32

const gchar *
citiz_node_get_page (void)
{
  return citiz_node_page_html;
}

/* Appends 'sha256-…' of the content of each <tag …> element whose opening tag does not contain `except`. */
static void
append_hashes (GString *csp, const gchar *page, const gchar *tag, const gchar *except)
{
  g_autofree gchar *open = g_strdup_printf ("<%s", tag);
  g_autofree gchar *close = g_strdup_printf ("</%s>", tag);

  for (const gchar *p = strstr (page, open); p; p = strstr (p, open))
    {
      const gchar *begin = strchr (p, '>');
      const gchar *end = begin ? strstr (begin, close) : NULL;
      const gchar *skip = strstr (p, except);
      g_autofree gchar *text = NULL;
      CitizHash hash;

      if (end == NULL)
        return;
      begin++;
      if (skip == NULL || skip > begin)
        {
          citiz_sha256 (&hash, (const guint8 *) begin, (gsize) (end - begin));
          text = g_base64_encode (hash.b, sizeof hash.b);
          g_string_append_printf (csp, " 'sha256-%s'", text);
        }
      p = end;
    }
}

/**
 * citiz_node_page_csp:
 * @origins: (array zero-terminated=1): the other nodes whose shares the page may ask for
 *
 * Security reference §3.2. allow-modals lets the page print, allow-downloads keep a PDF; the custom-protocol permission lets a phone number dial.
 */
gchar *
citiz_node_page_csp (const gchar *page, const gchar *const *origins)
{
  GString *csp = g_string_new ("default-src 'none'; script-src");

  append_hashes (csp, page, "script", "application/json");
  g_string_append (csp, "; style-src");
  append_hashes (csp, page, "style", "application/json");
  g_string_append (csp, "; img-src data:; connect-src 'self'");
  for (; origins && *origins; origins++)
    g_string_append_printf (csp, " %s", *origins);
  g_string_append (
      csp,
      "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none';"
      " require-trusted-types-for 'script'; sandbox allow-scripts allow-same-origin allow-modals allow-downloads"
      " allow-top-navigation-to-custom-protocols");
  return g_string_free (csp, FALSE);
}

void
citiz_node_page_headers (CitizNodeCall *call)
{
  static const gchar *const pairs[][2] = {
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cross-Origin-Embedder-Policy", "require-corp"},
      {"Permissions-Policy",
       "camera=(), microphone=(), geolocation=(), clipboard-read=(), display-capture=(), usb=(), serial=(), payment=()"},
      {"X-Frame-Options", "DENY"},
  };

  citiz_http_response_header (call->response, "Content-Security-Policy", call->node->csp);
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    citiz_http_response_header (call->response, pairs[i][0], pairs[i][1]);
}

void
citiz_node_route_page (CitizNodeCall *call)
{
  citiz_node_page_headers (call);
  citiz_node_answer_bytes (
      call, 200, "text/html; charset=utf-8",
      g_bytes_new_static (citiz_node_page_html, strlen (citiz_node_page_html)));
}

void
citiz_node_end_preview (CitizNode *self)
{
  g_clear_pointer (&self->preview_name, g_free);
  g_clear_pointer (&self->preview_html, citiz_wipe_text);
}

gchar *
citiz_node_preview (CitizNode *self, json_t *bundle, const gchar *label, GError **error)
{
  guint8 name[NAME_BYTES];
  json_t *island;
  gchar *html;

  g_return_val_if_fail (self->origin != NULL, NULL);
  island
      = json_pack ("{s:b, s:O, s:s}", "preview", 1, "bundle", bundle, "label", label ? label : "");
  html = citiz_offline_fill (citiz_node_page_html, island, error);
  json_decref (island);
  if (html == NULL)
    return NULL;
  citiz_env_random (self->env, name, sizeof name);
  citiz_node_end_preview (self);
  self->preview_name = citiz_base64url_encode (name, sizeof name);
  self->preview_html = html;
  self->preview_until.ms = citiz_env_now (self->env).ms + CITIZ_NODE_PREVIEW_LIFE;
  return g_strconcat (self->origin, "/preview/", self->preview_name, NULL);
}

void
citiz_node_route_preview (CitizNodeCall *call)
{
  CitizNode *self = call->node;

  if (self->preview_name == NULL || citiz_env_now (self->env).ms >= self->preview_until.ms
      || g_strcmp0 (self->preview_name, call->star[0]) != 0)
    {
      call->response->status = 404;
      return;
    }
  citiz_node_page_headers (call);
  citiz_node_answer_bytes (call, 200, "text/html; charset=utf-8",
                           g_bytes_new (self->preview_html, strlen (self->preview_html)));
}
