/* What a host tells anyone about itself: state, limits, health; and Prometheus on the loopback. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "ledger/citiz-snapshot.h"

#include "config.h"
#include "net/citiz-http-lint.h"
#include "store/citiz-guest-store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PLAIN "text/plain; charset=utf-8"

static gint64
seconds_since (gint64 then)
{
  return (g_get_monotonic_time () - then) / G_USEC_PER_SEC;
}

/* Who is there of those on the list, this node among them, and of them who votes. */
typedef struct
{
  gboolean listed; /* this node is on it: it hears votes */
  guint linked;
  guint voting;
} Presence;

static Presence
look_around (CitizHost *host, const CitizCsxReport *report)
{
  const CitizValidators *validators = citiz_replica_get_validators (host->replica);
  const gint own = citiz_validators_find (validators, citiz_signing_key_get_public (host->key));
  Presence out = {.listed = own >= 0, .linked = own >= 0};

  out.voting = own >= 0
               && (report->mode == CITIZ_CSX_SIGNING || report->mode == CITIZ_CSX_GUARDING
                   || report->mode == CITIZ_CSX_CLOSED);
  for (guint i = 0; i < validators->n; i++)
    {
      CitizReplicaVoice voice;

      if ((gint) i == own
          || !citiz_peers_is_connected (citiz_member_get_peers (host->member),
                                        &validators->v[i].node))
        continue;
      out.linked++;
      out.voting += !citiz_host_hear (host, i, &voice);
    }
  return out;
}

/* "ready", or why no transaction would become final: "draining", "twin" (somebody else has voted with this node's key, or runs with it), "disk-full", "starting" (asks the others for its own votes), "alone" (too
 * few are there), "unheard" (they are, and too few of them vote), "standing" (something waits, and whatever the reason, nothing becomes
 * final). */
const gchar *
citiz_host_state (CitizHost *host)
{
  const guint quorum = citiz_quorum (citiz_replica_get_validators (host->replica)->n);
  CitizCsxReport report;
  Presence there;

  if (host->draining)
    return "draining";
  if (citiz_replica_is_barred (host->replica) || citiz_host_has_twin (host))
    return "twin";
  if (host->full)
    return "disk-full";
  citiz_replica_report (host->replica, &report);
  if (report.mode == CITIZ_CSX_GUARDING)
    return "starting";
  there = look_around (host, &report);
  if (there.listed && there.linked < quorum)
    return "alone";
  if (there.listed && there.voting < quorum)
    return "unheard";
  return report.standing >= CITIZ_HOST_STANDING * CITIZ_SECOND ? "standing" : "ready";
}

/* A machine that has muted itself for good lives on only if its result is another than the others'. */
static const gchar *
mode_name (CitizHost *host, const CitizCsxReport *report)
{
  static const gchar *const names[] = {"signing", "guarding", "observing", "diverged", "closed"};

  if (citiz_replica_is_barred (host->replica))
    return "muted";
  return (guint) report->mode < G_N_ELEMENTS (names) ? names[report->mode] : "unknown";
}

static json_t *
key_json (const CitizPublicKey *key)
{
  return citiz_json_base64url (key->b, sizeof key->b);
}

static json_t *
identity (CitizHost *host)
{
  g_autofree gchar *chain = citiz_hash_to_hex (citiz_chain_id (host->chain));

  return json_pack ("{s:o, s:s, s:i, s:s, s:s}", "node",
                    key_json (citiz_signing_key_get_public (host->key)), "chain", chain, "suite", 1,
                    "operator", host->config->operator_, "url", host->config->url);
}

/* Of one that is linked: whether it votes, and since when it does not. */
static void
add_voice (CitizHost *host, guint place, json_t *json)
{
  CitizReplicaVoice voice;

  json_object_set_new (json, "silent", json_boolean (citiz_host_hear (host, place, &voice)));
  if (!voice.silent)
    return;
  json_object_set_new (json, "since", json_integer ((json_int_t) voice.since.ms));
  json_object_set_new (json, "met", json_boolean (voice.heard));
}

static json_t *
describe_members (CitizHost *host)
{
  const CitizValidators *validators = citiz_replica_get_validators (host->replica);
  json_t *list = json_array ();

  for (guint i = 0; i < validators->n; i++)
    {
      const CitizPublicKey *node = &validators->v[i].node;
      const CitizHostMember *member = citiz_host_community_find (host->community, node);
      const gboolean own = citiz_public_key_equal (node, citiz_signing_key_get_public (host->key));
      const gboolean linked
          = own || citiz_peers_is_connected (citiz_member_get_peers (host->member), node);
      json_t *json = json_pack ("{s:o, s:s, s:s, s:b, s:b}", "node", key_json (node), "operator",
                                member ? member->operator_ : "", "url", member ? member->url : "",
                                "linked", linked, "self", own);

      if (!linked)
        citiz_host_add_absence (host, node, json);
      else if (!own)
        add_voice (host, i, json);
      json_array_append_new (list, json);
    }
  return list;
}

/* The next list is approved; its nodes show their keys. */
static gboolean
is_changing (const CitizLedger *ledger)
{
  CitizProposal proposal;
  CitizValidators next;

  return citiz_ledger_get_next (ledger, &next, &proposal);
}

/**
 * citiz_host_describe:
 *
 * Returns: (transfer full): what GET /v1/status answers
 */
json_t *
citiz_host_describe (CitizHost *host)
{
  const guint n = citiz_replica_get_validators (host->replica)->n;
  json_t *body = identity (host);
  json_t *more;
  CitizCsxReport report;
  Presence there;
  const CitizLedger *ledger = citiz_chain_ledger (host->chain, NULL);
  const CitizBlockHeader *head = citiz_ledger_head (ledger);
  g_autofree gchar *hash = citiz_hash_to_hex (citiz_ledger_head_hash (ledger));

  citiz_replica_report (host->replica, &report);
  there = look_around (host, &report);
  more = json_pack (
      "{s:s, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:i, s:i, s:i, s:I, s:I, s:i, s:o}", "state",
      citiz_host_state (host), "mode", mode_name (host, &report), "height",
      (json_int_t) citiz_chain_height (host->chain), "hash", hash, "time",
      (json_int_t) citiz_chain_time (host->chain).ms, "blockTime", (json_int_t) head->time.ms,
      "epoch", (json_int_t) citiz_ledger_epoch (ledger), "slot", (json_int_t) head->slot,
      "validators", (int) n, "quorum", (int) citiz_quorum (n), "waiting",
      (int) citiz_replica_n_waiting (host->replica), "finalAge",
      (json_int_t) (report.since_final / 1000), "evidence", (json_int_t) host->counts.evidence,
      "watchers", (int) citiz_host_n_watchers (host), "members", describe_members (host));
  if (citiz_replica_twin_heard (host->replica).ms != 0)
    json_object_set_new (more, "twinHeard",
                         json_integer (citiz_replica_twin_heard (host->replica).ms));
  json_object_set_new (more, "due", json_integer (citiz_replica_n_due (host->replica)));
  json_object_set_new (more, "standing", json_integer ((json_int_t) (report.standing / 1000)));
  if (there.listed)
    json_object_set_new (more, "voting", json_integer (there.voting));
  json_object_set_new (more, "twin", json_boolean (citiz_host_has_twin (host)));
  json_object_set_new (more, "clockWrong", json_boolean (report.clock_wrong));
  json_object_set_new (more, "changing", json_boolean (is_changing (ledger)));
  json_object_set_new (more, "proposals", citiz_host_proposals (host));
  json_object_set_new (more, "blamed", citiz_host_blamed (host));
  json_object_update (body, more);
  json_decref (more);
  return body;
}

/* The line of “systemctl status”, when it is another. */
void
citiz_host_notify_status (CitizHost *host)
{
  g_autofree gchar *line = NULL;
  CitizCsxReport report;
  Presence there;

  citiz_replica_report (host->replica, &report);
  there = look_around (host, &report);
  line = g_strdup_printf ("STATUS=%s, %s; block %" G_GUINT64_FORMAT
                          "; %u of %u validators in reach, %u vote; %u transactions wait",
                          citiz_host_state (host), mode_name (host, &report),
                          citiz_chain_height (host->chain), there.linked,
                          (guint) citiz_replica_get_validators (host->replica)->n, there.voting,
                          citiz_replica_n_waiting (host->replica));
  if (g_strcmp0 (line, host->notified) == 0)
    return;
  citiz_host_notify (line);
  g_free (host->notified);
  host->notified = g_steal_pointer (&line);
}

void
citiz_host_route_status (CitizHostCall *call)
{
  citiz_host_answer (call, 200, citiz_host_describe (call->host));
}

void
citiz_host_route_about (CitizHostCall *call)
{
  json_t *body = identity (call->host);
  g_autofree gchar *witness = citiz_host_vkey (call->host);
  CitizCsxReport report;
  const gchar *mode;

  citiz_replica_report (call->host->replica, &report);
  mode = report.mode == CITIZ_CSX_OBSERVING && citiz_host_has_twin (call->host)
             ? "twin"
             : mode_name (call->host, &report);

  json_object_set_new (body, "witness", json_string (witness));
  json_object_set_new (body, "contact", json_string (call->host->config->contact));
  json_object_set_new (body, "version", json_string (CITIZ_VERSION));
  json_object_set_new (body, "mode", json_string (mode));
  json_object_set_new (body, "epoch",
                       json_integer ((json_int_t) citiz_replica_get_epoch (call->host->replica)));
  json_object_set_new (body, "limits", json_string ("/limits"));
  json_object_set_new (body, "page", json_string ("/v"));
  citiz_host_answer (call, 200, body);
}

void
citiz_host_route_limits (CitizHostCall *call)
{
  const CitizHostConfig *config = call->host->config;
  const struct
  {
    const gchar *name;
    json_int_t value;
  } limits[] = {
      {"connections", config->connections},
      {"deadlineSeconds", CITIZ_HOST_DEADLINE_MS / 1000},
      {"headBytes", CITIZ_HTTP_HEAD_MAX},
      {"headLines", CITIZ_HTTP_LINES_MAX},
      {"bodyBytes", CITIZ_HOST_BODY_MAX},
      {"requestsPerSecond", config->rate},
      {"requestsBurst", config->burst},
      {"eventReaders", config->events},
      {"eventUnreadBytes", CITIZ_HOST_UNREAD_MAX},
      {"waiting", config->waits},
      {"waitSeconds", CITIZ_HOST_WAIT_SECONDS},
      {"blocks", CITIZ_HOST_BLOCKS_MAX},
      {"epochs", CITIZ_HOST_EPOCHS_MAX},
      {"snapshotChunkBytes", CITIZ_SNAPSHOT_CHUNK},
      {"blocksBytes", CITIZ_HOST_BLOCKS_BYTES},
      {"transactionBodyBytes", CITIZ_TX_MAX_BODY},
      {"transactionsAtOnce", CITIZ_TXS_MAX},
      {"transactionValiditySeconds", CITIZ_TX_MAX_VALIDITY / CITIZ_SECOND},
      {"transactionsWaiting", CITIZ_MEMPOOL_MAX_TXS},
      {"transactionsWaitingAnAccount", CITIZ_MEMPOOL_MAX_ACCOUNT},
      {"transactionsWaitingBytes", CITIZ_MEMPOOL_MAX_BYTES},
      {"strangers", CITIZ_PEERS_MAX_STRANGERS},
      {"peerMessageBytes", CITIZ_SOCKET_MESSAGE_MAX},
      {"guestTransactionsPerDay", config->guest_transactions},
      {"checkpointBytes", CITIZ_CHECKPOINT_MAX},
      {"cosignaturesAtOnce", CITIZ_HOST_COSIGNERS_MAX},
      {"watchersCounted", CITIZ_HOST_WATCHERS_MAX},
      {"cosignatureAheadSeconds", CITIZ_HOST_COSIGNED_AHEAD},
      {"diskFreePercent", config->free_percent},
  };
  json_t *body = citiz_node_limits_json ();

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    json_object_set_new (body, limits[i].name, json_integer (limits[i].value));
  citiz_host_answer (call, 200, body);
}

void
citiz_host_route_health (CitizHostCall *call)
{
  citiz_host_answer_bytes (call, 200, PLAIN, g_bytes_new_static ("ok\n", 3));
}

/* 200 when a transaction would be taken and could become final, else 503; either way a word that says why, and a sentence where nobody would
 * guess. */
void
citiz_host_route_ready (CitizHostCall *call)
{
  const gchar *state = citiz_host_state (call->host);
  gchar *line = g_strdup_printf ("%s%s\n", state,
                                 g_str_equal (state, "twin")
                                     ? citiz_replica_is_barred (call->host->replica)
                                           ? ": somebody else has voted with this node's key; it "
                                             "votes no more: citiz-node why"
                                           : ": another machine runs with this node's key; only "
                                             "one of the two may: citiz-node why"
                                     : "");

  citiz_host_answer_bytes (call, g_str_equal (state, "ready") ? 200 : 503, PLAIN,
                           g_bytes_new_take (line, strlen (line)));
}

/* Metrics ********************************************************************/

static gdouble
resident_bytes (void)
{
  g_autofree gchar *text = NULL;
  guint64 all, resident;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      || sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &all, &resident) != 2)
    return 0;
  return (gdouble) resident * (gdouble) sysconf (_SC_PAGESIZE);
}

static void
put_head (GString *out, const gchar *name, const gchar *type, const gchar *help)
{
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* One line for each of @names whose word is there. */
static void
put_table (GString *out,
           const gchar *name,
           const gchar *help,
           const gchar *label,
           const gchar *const *names,
           const guint64 *counts,
           guint n)
{
  put_head (out, name, "counter", help);
  for (guint i = 0; i < n; i++)
    if (names[i] != NULL)
      g_string_append_printf (out, "%s{%s=\"%s\"} %" G_GUINT64_FORMAT "\n", name, label, names[i],
                              counts[i]);
}

static GString *
metrics_text (CitizHost *host)
{
  static const gchar *const classes[G_N_ELEMENTS (host->counts.answers)]
      = {NULL, "1xx", "2xx", "3xx", "4xx", "5xx"};
  CitizCsxReport report;
  GString *out = g_string_new (NULL);

  citiz_replica_report (host->replica, &report);
  const struct
  {
    const gchar *name;
    const gchar *type;
    const gchar *help;
    gdouble value;
  } lines[] = {
      {"citiz_ready", "gauge", "1 when a transaction would be taken and could become final",
       g_str_equal (citiz_host_state (host), "ready")},
      {"citiz_height", "gauge", "Newest final block", (gdouble) citiz_chain_height (host->chain)},
      {"citiz_frontier_slot", "gauge", "Newest slot this node has heard of",
       (gdouble) report.frontier},
      {"citiz_final_age_seconds", "gauge", "Since something became final, or since the start",
       (gdouble) report.since_final / 1000},
      {"citiz_signing", "gauge", "1 when this node votes", report.mode == CITIZ_CSX_SIGNING},
      {"citiz_validators", "gauge", "Nodes on the list of validators",
       citiz_replica_get_validators (host->replica)->n},
      {"citiz_linked", "gauge", "Nodes this one is linked to",
       citiz_peers_n_connected (citiz_member_get_peers (host->member))},
      {"citiz_voting", "gauge", "Validators that vote, as far as this one hears them",
       look_around (host, &report).voting},
      {"citiz_waiting", "gauge", "Transactions that wait for a block",
       citiz_replica_n_waiting (host->replica)},
      {"citiz_connections", "gauge", "Open HTTP connections",
       citiz_http_server_n_connections (host->server)},
      {"citiz_event_readers", "gauge", "Open readers of /v1/events", host->readers->len},
      {"citiz_event_readers_dropped_total", "counter", "Readers of /v1/events that did not read",
       (gdouble) host->counts.dropped},
      {"citiz_transactions_taken_total", "counter", "Transactions that clients have brought",
       (gdouble) host->counts.taken},
      {"citiz_transactions_vouched_total", "counter", "Transactions this node has vouched for",
       (gdouble) host->counts.vouched},
      {"citiz_guests", "gauge", "Citizens this node vouches for",
       citiz_guest_store_count (host->db)},
      {"citiz_watchers", "gauge",
       "Citizens whose Citiz has signed a checkpoint in the last 24 hours",
       citiz_host_n_watchers (host)},
      {"citiz_transactions_refused_total", "counter", "Transactions that were not taken",
       (gdouble) host->counts.refused},
      {"citiz_transactions_final_total", "counter", "Transactions that became final",
       (gdouble) host->counts.final},
      {"citiz_blocks_final_total", "counter", "Blocks that became final",
       (gdouble) host->counts.blocks},
      {"citiz_evidence_total", "counter", "Proofs that a node has contradicted itself",
       (gdouble) host->counts.evidence},
      {"citiz_disk_free_ratio", "gauge", "Of the disk, 0 to 1", host->free},
      {"citiz_uptime_seconds", "gauge", "Since the start", (gdouble) seconds_since (host->started)},
      {"process_resident_memory_bytes", "gauge", "Memory in use", resident_bytes ()},
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      gchar number[G_ASCII_DTOSTR_BUF_SIZE];

      put_head (out, lines[i].name, lines[i].type, lines[i].help);
      g_string_append_printf (out, "%s %s\n", lines[i].name,
                              g_ascii_formatd (number, sizeof number, "%.15g", lines[i].value));
    }
  put_table (out, "citiz_answers_total", "HTTP answers by the class of their status", "class",
             classes, host->counts.answers, G_N_ELEMENTS (classes));
  put_table (out, "citiz_alarms_total", "What needs an operator", "alarm", citiz_host_alarms,
             host->counts.alarms, CITIZ_HOST_N_ALARMS);
  return out;
}

/* Listens on the loopback only, by itself: what nginx passes on never gets here. */
void
citiz_host_metrics_handle (const CitizHttpRequest *request,
                           CitizHttpResponse *response,
                           gpointer host)
{
  CitizHostCall call = {.host = host, .request = request, .response = response};

  if (g_str_equal (request->path, "/metrics") && g_str_equal (request->method, "GET"))
    citiz_host_answer_bytes (&call, 200, "text/plain; version=0.0.4; charset=utf-8",
                             g_string_free_to_bytes (metrics_text (host)));
}
