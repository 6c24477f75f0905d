/* What the files of the host share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-host.h"

#include "ledger/citiz-note.h"
#include "net/citiz-http-client.h"
#include "net/citiz-http-server.h"
#include "net/citiz-json-strict.h"
#include "store/citiz-db.h"

#include "node/citiz-node.h"
#include "node/citiz-route.h"
#include "node/citiz-steward.h"

G_BEGIN_DECLS

#define CITIZ_HOST_COMMUNITY_PATH "/v1/community"
#define CITIZ_HOST_SNAPSHOTS_PATH "/v1/snapshots"
#define CITIZ_HOST_REFOUNDS_PATH  "/v1/refounds"
#define CITIZ_HOST_REFOUNDS_MAX   8  /* documents of one answer */
#define CITIZ_HOST_EPOCHS_MAX     64 /* closing proofs of one answer */
#define CITIZ_HOST_EVENTS_PATH    "/v1/events"
#define CITIZ_HOST_COSIGN_PATH    "/v1/checkpoint/cosign"
#define CITIZ_HOST_ABOUT_PATH     "/.well-known/citiz-node.json"
#define CITIZ_HOST_ADMIN_SOCKET   "admin.sock"
#define CITIZ_HOST_BODY_MAX       CITIZ_TXS_MAX_BODY
#define CITIZ_HOST_DEADLINE_MS    10000
#define CITIZ_HOST_BLOCKS_MAX     256
#define CITIZ_HOST_BLOCKS_BYTES   (4u * 1024 * 1024)
#define CITIZ_HOST_WAIT_SECONDS   30           /* the longest that a request waits for a block */
#define CITIZ_HOST_UNREAD_MAX     (16u * 1024) /* bytes a reader of events may be behind */
#define CITIZ_HOST_WATCHERS_MAX   65536        /* that are counted */
#define CITIZ_HOST_COSIGNERS_MAX  16           /* signatures at a time */
#define CITIZ_HOST_COSIGNED_AHEAD 120          /* seconds a signer’s clock may be ahead */
#define CITIZ_HOST_CLIENT_MS      8000         /* until another node has answered */
#define CITIZ_HOST_TILE_LEVELS    8            /* exported: of entries, and of hashes from 0 on */
#define CITIZ_HOST_KEEP_FOR_EVER  "public, max-age=31536000, immutable"
#define CITIZ_HOST_STANDING       15 /* seconds: longer than two leaders that are down delay a block */
#define CITIZ_HOST_N_ALARMS       (CITIZ_CSX_ALARM_FULL + 1)

/* What the metrics count, from its start on. */
typedef struct
{
  guint64 answers[6]; /* by the first digit of the status */
  guint64 taken;
  guint64 vouched;
  guint64 refused;
  guint64 final;
  guint64 blocks;
  guint64 evidence;
  guint64 dropped; /* readers of events that did not read */
  guint64 alarms[CITIZ_HOST_N_ALARMS];
} CitizHostCounts;

/* Answers by their path, at most so many bytes. */
typedef struct
{
  GHashTable *answers; /* gchar → GBytes; NULL: none yet */
  gsize bytes;
} CitizHostKept;

struct _CitizHost
{
  gchar *dir;
  const CitizEnv *env;
  CitizHostConfig *config;
  CitizHostCommunity *community;
  gchar **hosts;
  CitizSigningKey *key;
  CitizDb *db;
  CitizChain *chain;
  CitizJournals *journals; /* without this epoch's it follows and never signs */
  CitizMember *member;
  CitizReplica *replica; /* the member's */
  CitizSteward *steward;
  guint tellings; /* beats in which this node still tells its address */
  guint
      moving; /* beats until it says on the chain that it is somewhere else now; 0: it has, or is not */
  GHashTable *lost;      /* CitizPublicKey → gint64, since when it is no longer linked */
  GHashTable *newcomers; /* CitizPublicKey, who are asked whether they vote */
  GHashTable *silent;    /* CitizPublicKey → gint64, when it said that it does not */
  guint voice_beats;
  CitizNode *node; /* its parts of grants, and the doctor's page */
  CitizHttpServer *server;
  CitizHttpServer *metrics; /* nullable */
  GSocketService *admin;
  CitizHttpHandler next; /* nullable */
  gpointer next_data;
  GHashTable *waits; /* CitizHash → GPtrArray of CitizHostWait */
  guint n_waits;
  GPtrArray *readers;         /* CitizSocket */
  gchar *note;                /* the newest checkpoint, cosigned; NULL: no block yet */
  CitizCheckpoint checkpoint; /* what it says */
  GArray *recent;             /* CitizCheckpoint, those that may still be signed */
  GHashTable *watchers;       /* CitizHash of an account → gint64, seconds */
  GSource *tell;              /* nullable: the others are about to be told */
  CitizHttpClient *client;    /* asks them */
  GPtrArray *offers;    /* CitizRefoundFile: what others have founded anew, and this one not */
  GCancellable *asking; /* after them */
  guint refound_beats;
  guint refound_turn;
  CitizHostKept tiles;                        /* full ones that were asked for */
  CitizHostKept proofs;                       /* up to the newest checkpoint */
  guint64 proofs_stamp;                       /* of the file when they were made */
  guint64 tiles_done[CITIZ_HOST_TILE_LEVELS]; /* how many of each level are in the folder */
  GSource *export;                            /* nullable: of tiles, under way */
  GSource *beat;
  gchar *notified;   /* what systemd was told last */
  gint64 started;    /* µs, monotonic */
  CitizTime born;    /* the same, on the wall's clock */
  gint64 last_final; /* µs, monotonic; 0: none since the start */
  gboolean draining;
  gboolean full;
  gdouble free; /* of the disk, 0 … 1 */
  CitizHostCounts counts;
  CitizHostEnd end;
  gpointer end_data;
};

/* One request on its way through a route. */
typedef struct
{
  CitizHost *host;
  const CitizHttpRequest *request;
  CitizHttpResponse *response;
  gchar *star[CITIZ_ROUTE_STARS]; /* what the variable segments of the path were */
} CitizHostCall;

/* citiz-host.c */
extern const gchar *const citiz_host_alarms[CITIZ_HOST_N_ALARMS]; /* their names */
gboolean citiz_host_look_at_disk (CitizHost *host);

/* citiz-host-http.c */
GSocketAddress *citiz_host_parse_address (const gchar *text, GError **error);
gboolean citiz_host_listen (CitizHost *host, GError **error);
void citiz_host_answer (CitizHostCall *call, guint status, json_t *body); /* takes body */
void citiz_host_answer_bytes (CitizHostCall *call,
                              guint status,
                              const gchar *content_type,
                              GBytes *body); /* takes body */
void citiz_host_answer_error (CitizHostCall *call, guint status, const gchar *why);
void citiz_host_fill (CitizHost *host, CitizHttpResponse *response, guint status, json_t *body);
gint64 citiz_host_query (const CitizHttpRequest *request, const gchar *key, gint64 preset);

/* citiz-host-chain.c */
gboolean citiz_host_takes (CitizHostCall *call);
void citiz_host_answer_refused (CitizHostCall *call, const GError *error);
void citiz_host_route_submit (CitizHostCall *call);
void citiz_host_route_submit_all (CitizHostCall *call);
void citiz_host_route_tx (CitizHostCall *call);
void citiz_host_route_blocks (CitizHostCall *call);
void citiz_host_route_snapshot (CitizHostCall *call);
void citiz_host_route_chunk (CitizHostCall *call);
void citiz_host_route_genesis (CitizHostCall *call);
void citiz_host_tell_final (CitizHost *host, const CitizBlock *block);
void citiz_host_end_waits (CitizHost *host);
void citiz_host_wait_free (gpointer waits);

/* citiz-host-kept.c */
void citiz_host_keep (CitizHostKept *kept, const gchar *path, GBytes *answer, gsize max);
GBytes *citiz_host_kept (const CitizHostKept *kept, const gchar *path);
void citiz_host_forget (CitizHostKept *kept);
void citiz_host_kept_clear (CitizHostKept *kept);

/* citiz-host-tiles.c */
void citiz_host_tiles_clear (CitizHost *host);
void citiz_host_export_tiles (CitizHost *host);
void citiz_host_route_tile (CitizHostCall *call);

/* citiz-host-vouch.c */
void citiz_host_route_vouch (CitizHostCall *call);

/* citiz-host-invite.c */
json_t *citiz_host_invite (CitizHost *host, json_t *wish, GError **error);
json_t *citiz_host_invites (CitizHost *host, GError **error);
json_t *citiz_host_uninvite (CitizHost *host, const gchar *hex, GError **error);

/* citiz-host-refound.c */
void citiz_host_refound_init (CitizHost *host);
void citiz_host_refound_clear (CitizHost *host);
void citiz_host_refound_beat (CitizHost *host);
json_t *citiz_host_refound (CitizHost *host, json_t *wish, GError **error);
void citiz_host_route_refounds (CitizHostCall *call);

/* citiz-host-voice.c */
void citiz_host_voice_init (CitizHost *host);
void citiz_host_voice_clear (CitizHost *host);
void citiz_host_voice_doubt (CitizHost *host, const CitizPublicKey *node);
void citiz_host_voice_beat (CitizHost *host);
gboolean citiz_host_hear (CitizHost *host, guint place, CitizReplicaVoice *out);

/* citiz-host-watch.c */
void citiz_host_watch_init (CitizHost *host);
void citiz_host_watch_clear (CitizHost *host);
void citiz_host_cosign (CitizHost *host);
guint citiz_host_n_watchers (CitizHost *host);
gchar *citiz_host_vkey (CitizHost *host);
gboolean citiz_host_is_other (CitizHost *host, const CitizHostMember *member);
void citiz_host_route_checkpoint (CitizHostCall *call);
void citiz_host_route_cosign (CitizHostCall *call);

/* citiz-host-event.c */
void citiz_host_read_events (CitizHost *host, CitizSocket *socket);
void citiz_host_tell_readers (CitizHost *host, const CitizBlock *block);

/* citiz-host-public.c */
json_t *citiz_host_describe (CitizHost *host);
const gchar *citiz_host_state (CitizHost *host);
void citiz_host_route_status (CitizHostCall *call);
void citiz_host_route_about (CitizHostCall *call);
void citiz_host_route_limits (CitizHostCall *call);
void citiz_host_route_health (CitizHostCall *call);
void citiz_host_route_ready (CitizHostCall *call);
void citiz_host_metrics_handle (const CitizHttpRequest *request,
                                CitizHttpResponse *response,
                                gpointer host);

/* citiz-host-page.c */
void citiz_host_route_page (CitizHostCall *call);
void citiz_host_route_join (CitizHostCall *call);
void citiz_host_route_nothing (CitizHostCall *call);

/* citiz-host-admin.c */
gboolean citiz_host_admin_start (CitizHost *host, GError **error);
void citiz_host_admin_stop (CitizHost *host);

/* citiz-host-member.c */
typedef void (*CitizHostSaid) (json_t *body, const gchar *refused, gpointer data); /* one of both */
gboolean citiz_host_members_open (CitizHost *host, GError **error);
void citiz_host_members_start (CitizHost *host);
void citiz_host_members_stop (CitizHost *host);
void citiz_host_members_beat (CitizHost *host);
gboolean citiz_host_has_twin (CitizHost *host);
void citiz_host_add_absence (CitizHost *host, const CitizPublicKey *node, json_t *member);
void citiz_host_members_final (CitizHost *host, const CitizBlock *block);
json_t *citiz_host_proposals (CitizHost *host);
json_t *citiz_host_blamed (CitizHost *host);
void citiz_host_decide (CitizHost *host,
                        const gchar *what,
                        const gchar *about,
                        CitizHostSaid said,
                        gpointer data);
void citiz_host_route_epochs (CitizHostCall *call);
void citiz_host_route_community (CitizHostCall *call);

/* citiz-host-notify.c */
void citiz_host_notify (const gchar *state);
void citiz_host_notify_status (CitizHost *host); /* citiz-host-public.c */
gint64 citiz_host_watchdog (void);
GSocket *citiz_host_handed_socket (GError **error);

/* citiz-host-fetch.c */
gchar *citiz_host_fetch (const gchar *url, gsize max);

/* citiz-host-backup.c */
typedef void (*CitizHostBackedUp) (const GError *error, gpointer data);
void citiz_host_backup (CitizHost *host, const gchar *name, CitizHostBackedUp done, gpointer data);
gchar *citiz_host_backup_name (void);
gboolean citiz_host_backup_bring (const gchar *from,
                                  const gchar *to,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_host_backup_forget (CitizHost *host, gboolean all);

G_END_DECLS
