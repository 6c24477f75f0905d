/* New final heights, told over WebSockets. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

static void
closed_cb (CitizSocket *socket, CitizHost *host)
{
  g_signal_handlers_disconnect_by_data (socket, host);
  g_ptr_array_remove_fast (host->readers, socket);
}

/* There is nothing to say to a node here. */
static void
message_cb (CitizSocket *socket, GBytes *message, gboolean is_text, CitizHost *host)
{
  citiz_socket_close (socket);
}

static gchar *
event_text (const CitizBlock *block)
{
  g_autofree gchar *hash = citiz_hash_to_hex (&block->hash);

  return g_strdup_printf ("{\"height\":%" G_GUINT64_FORMAT
                          ",\"hash\":\"%s\",\"time\":%" G_GINT64_FORMAT ",\"transactions\":%u}",
                          block->header.height, hash, block->header.time.ms, block->txs->len);
}

void
citiz_host_read_events (CitizHost *host, CitizSocket *socket)
{
  if (host->readers->len >= host->config->events)
    {
      citiz_socket_close (socket);
      return;
    }
  g_ptr_array_add (host->readers, g_object_ref (socket));
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), host);
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), host);
}

/* Who does not read is let go: it can ask for what it missed. */
void
citiz_host_tell_readers (CitizHost *host, const CitizBlock *block)
{
  g_autofree gchar *text = event_text (block);

  for (guint i = host->readers->len; i > 0; i--)
    {
      CitizSocket *socket = host->readers->pdata[i - 1];

      if (citiz_socket_get_unread (socket) <= CITIZ_HOST_UNREAD_MAX)
        {
          citiz_socket_send_text (socket, text);
          continue;
        }
      host->counts.dropped++;
      g_signal_handlers_disconnect_by_data (socket, host);
      citiz_socket_cut (socket);
      g_ptr_array_remove_index_fast (host->readers, i - 1);
    }
}
