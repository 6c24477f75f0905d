/* The life of a host: opened, started, told to end. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include <sys/statvfs.h>

#define BEAT_SECONDS 2

static gboolean
open_all (CitizHost *host, GError **error)
{
  CitizCsxTiming timing;
  CitizHash chain_id;

  host->config = citiz_host_config_read (host->dir, error);
  host->community = host->config ? citiz_host_community_read (host->dir, error) : NULL;
  host->key = host->community ? citiz_host_key_read (host->dir, error) : NULL;
  host->db = host->key ? citiz_db_open (host->dir, CITIZ_DB_CREATE, error) : NULL;
  if (host->db == NULL)
    return FALSE;
  host->chain = citiz_chain_open_shared (host->db, host->env, &host->community->genesis, error);
  if (host->chain == NULL)
    return FALSE;
  citiz_chain_give_snapshots (host->chain);
  host->hosts = citiz_host_config_hosts (host->config);
  citiz_host_config_timing (host->config, &timing);
  citiz_genesis_chain_id (&chain_id, &host->community->genesis);
  host->journals
      = citiz_journals_new (host->dir, &host->community->genesis.salt, &chain_id, host->key);
  host->replica = citiz_replica_new (host->db, host->chain, host->env, NULL,
                                     citiz_signing_key_get_public (host->key), &timing);
  citiz_replica_set_journals (host->replica, host->journals);
  host->member = citiz_member_new (host->replica, host->key, &chain_id);
  host->node = citiz_node_new (host->db, host->chain, host->env, host->key);
  citiz_node_set_replica (host->node, host->replica);
  citiz_host_set_next (host, citiz_node_handle, host->node);
  return citiz_host_members_open (host, error);
}

/**
 * citiz_host_open:
 * @dir: as "setup" made it
 */
CitizHost *
citiz_host_open (const gchar *dir, const CitizEnv *env, GError **error)
{
  g_autoptr (CitizHost) host = g_new0 (CitizHost, 1);

  host->dir = g_strdup (dir);
  host->env = env;
  host->waits = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, g_free,
                                       citiz_host_wait_free);
  host->readers = g_ptr_array_new_with_free_func (g_object_unref);
  host->lost = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_public_key_equal, g_free,
                                      g_free);
  citiz_host_voice_init (host);
  citiz_host_watch_init (host);
  citiz_host_refound_init (host);
  return open_all (host, error) ? g_steal_pointer (&host) : NULL;
}

/* What the replica says *****************************************************/

static void
final_cb (CitizReplica *replica, const CitizBlock *block, CitizHost *host)
{
  host->counts.blocks++;
  host->counts.final += block->txs->len;
  host->last_final = g_get_monotonic_time ();
  if (block->txs->len > 0)
    {
      citiz_host_cosign (host);
      citiz_host_export_tiles (host);
    }
  citiz_host_tell_final (host, block);
  citiz_host_tell_readers (host, block);
  citiz_host_members_final (host, block);
}

static void
evidence_cb (CitizReplica *replica, const CitizEvidence *evidence, CitizHost *host)
{
  host->counts.evidence++;
  g_warning ("event=evidence kind=%d", citiz_evidence_of (&evidence->first, &evidence->second));
}

const gchar *const citiz_host_alarms[CITIZ_HOST_N_ALARMS]
    = {"double-signer", "clock", "stalled", "fork", "diverged", "full"};

static void
alarm_cb (CitizReplica *replica, guint alarm, guint64 slot, CitizHost *host)
{
  if (alarm >= CITIZ_HOST_N_ALARMS)
    return;
  host->counts.alarms[alarm]++;
  g_warning ("event=alarm alarm=%s slot=%" G_GUINT64_FORMAT, citiz_host_alarms[alarm], slot);
}

static void
failed_cb (CitizReplica *replica, const GError *error, CitizHost *host)
{
  host->end (error, host->end_data);
}

/* Every few seconds **********************************************************/

/**
 * citiz_host_look_at_disk:
 *
 * Returns: whether there is room for more transactions
 */
gboolean
citiz_host_look_at_disk (CitizHost *host)
{
  struct statvfs info;
  gboolean full;

  if (statvfs (host->dir, &info) != 0 || info.f_blocks == 0)
    return !host->full;
  host->free = (gdouble) info.f_bavail / (gdouble) info.f_blocks;
  full = host->free * 100 < host->config->free_percent;
  if (full != host->full)
    g_message ("event=%s", full ? "disk-full" : "disk-has-room");
  host->full = full;
  return !full;
}

static gboolean
beat_cb (gpointer data)
{
  CitizHost *host = data;

  citiz_host_look_at_disk (host);
  citiz_host_backup_forget (host, FALSE);
  citiz_host_members_beat (host);
  citiz_host_voice_beat (host);
  citiz_host_refound_beat (host);
  citiz_host_notify_status (host);
  if (citiz_host_watchdog () > 0)
    citiz_host_notify ("WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

/* Start and end **************************************************************/

gboolean
citiz_host_start (CitizHost *host, CitizHostEnd end, gpointer data, GError **error)
{
  host->end = end;
  host->end_data = data;
  host->started = g_get_monotonic_time ();
  host->born = citiz_env_now (host->env);
  citiz_host_look_at_disk (host);
  citiz_host_backup_forget (host, TRUE);
  g_signal_connect (host->replica, "final", G_CALLBACK (final_cb), host);
  g_signal_connect (host->replica, "evidence", G_CALLBACK (evidence_cb), host);
  g_signal_connect (host->replica, "alarm", G_CALLBACK (alarm_cb), host);
  g_signal_connect (host->replica, "failed", G_CALLBACK (failed_cb), host);
  if (!citiz_host_listen (host, error) || !citiz_host_admin_start (host, error)
      || !citiz_replica_start (host->replica, error))
    return FALSE;
  host->client = citiz_http_client_new (CITIZ_HOST_CLIENT_MS);
  citiz_host_cosign (host);
  citiz_host_export_tiles (host);
  citiz_host_members_start (host);
  host->beat = g_timeout_source_new_seconds (BEAT_SECONDS);
  g_source_set_callback (host->beat, beat_cb, host, NULL);
  g_source_attach (host->beat, g_main_context_get_thread_default ());
  return TRUE;
}

static void
readers_free (CitizHost *host)
{
  for (guint i = 0; i < host->readers->len; i++)
    g_signal_handlers_disconnect_by_data (host->readers->pdata[i], host);
  g_ptr_array_unref (host->readers);
}

/**
 * citiz_host_close:
 *
 * Who waits is answered, links end, what was acknowledged is on disk already.
 */
void
citiz_host_close (CitizHost *host)
{
  if (host->beat != NULL)
    g_source_destroy (host->beat);
  g_clear_pointer (&host->beat, g_source_unref);
  citiz_host_admin_stop (host);
  citiz_host_end_waits (host);
  readers_free (host);
  citiz_host_refound_clear (host);
  citiz_host_watch_clear (host);
  citiz_host_tiles_clear (host);
  citiz_host_kept_clear (&host->proofs);
  citiz_host_members_stop (host);
  if (host->replica != NULL)
    g_signal_handlers_disconnect_by_data (host->replica, host);
  if (host->node != NULL)
    citiz_node_stop (host->node);
  g_clear_object (&host->node);
  g_clear_object (&host->metrics);
  g_clear_object (&host->server);
  g_clear_pointer (&host->member, citiz_member_free);
  g_clear_object (&host->replica);
  g_clear_pointer (&host->journals, citiz_journals_free);
  g_clear_pointer (&host->chain, citiz_chain_close);
  g_clear_pointer (&host->db, citiz_db_unref);
  g_clear_pointer (&host->key, citiz_signing_key_unref);
  g_clear_pointer (&host->community, citiz_host_community_free);
  g_clear_pointer (&host->config, citiz_host_config_free);
  g_strfreev (host->hosts);
  g_free (host->notified);
  g_hash_table_unref (host->waits);
  g_hash_table_unref (host->lost);
  citiz_host_voice_clear (host);
  g_free (host->dir);
  g_free (host);
}

void
citiz_host_set_next (CitizHost *host, CitizHttpHandler next, gpointer data)
{
  host->next = next;
  host->next_data = data;
}
