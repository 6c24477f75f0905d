/* One answer of another node, waited for. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

typedef struct
{
  GMainLoop *loop;
  GBytes *answer; /* nullable */
  guint status;
} Fetch;

static void
fetched_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Fetch *fetch = data;

  fetch->answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &fetch->status, NULL);
  g_main_loop_quit (fetch->loop);
}

/**
 * citiz_host_fetch:
 * @max: bytes of the answer
 *
 * For commands, which have nothing else to do meanwhile; %CITIZ_HOST_CLIENT_MS at most.
 *
 * Returns: (transfer full) (nullable): what is at @url
 */
gchar *
citiz_host_fetch (const gchar *url, gsize max)
{
  g_autoptr (CitizHttpClient) client = citiz_http_client_new (CITIZ_HOST_CLIENT_MS);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  const CitizHttpAsk ask = {.method = "GET", .url = url, .answer_max = max};
  Fetch fetch = {.loop = loop};
  gchar *text = NULL;

  citiz_http_client_ask (client, &ask, NULL, fetched_cb, &fetch);
  g_main_loop_run (loop);
  if (fetch.answer != NULL && fetch.status == 200)
    {
      gsize n;
      const gchar *view = g_bytes_get_data (fetch.answer, &n);

      text = g_strndup (view, n);
    }
  g_clear_pointer (&fetch.answer, g_bytes_unref);
  return text;
}
