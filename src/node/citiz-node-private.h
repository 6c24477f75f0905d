/* What the files of the node share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-capsule.h"
#include "consent/citiz-receipt.h"
#include "crypto/citiz-crypto.h"
#include "net/citiz-http-server.h"
#include "net/citiz-json-strict.h"
#include "net/citiz-http-client.h"
#include "node/citiz-node.h"
#include "node/citiz-order.h"
#include "node/citiz-route.h"
#include "node/citiz-stall.h"

G_BEGIN_DECLS

#define CITIZ_NODE_BODY_MAX       (64u * 1024)
#define CITIZ_NODE_NOTES_MAX      20                  /* waiting, a grant */
#define CITIZ_NODE_RELEASE_WINDOW (10 * CITIZ_MINUTE) /* after an opening */
#define CITIZ_NODE_RECIPIENT_MAX  200
#define CITIZ_NODE_LOCATION_LIFE  (5 * CITIZ_MINUTE)
#define CITIZ_NODE_LOCATIONS_MAX  64
#define CITIZ_NODE_PREVIEW_LIFE   (10 * CITIZ_MINUTE)
#define CITIZ_NODE_SWEEP_SECONDS  5
#define CITIZ_NODE_KEEP_TIME      CITIZ_MINUTE
#define CITIZ_NODE_HANDS_MAX      64 /* waiting for their grant */
#define CITIZ_NODE_HAND_PATIENCE  (15 * CITIZ_SECOND)
#define CITIZ_NODE_ACCOUNT_GRANTS 32 /* held for one account */
#define CITIZ_NODE_ACCOUNT_BYTES  (16u << 20)
#define CITIZ_NODE_MAIL_LIFE      (90 * CITIZ_DAY) /* of mail that nobody takes */
#define CITIZ_NODE_NONCE_LIFE     CITIZ_MINUTE
#define CITIZ_NODE_ASK_TIMEOUT    8000 /* ms, of another node */

extern const CitizHttpLimits citiz_node_http_limits;

struct _CitizNode
{
  GObject parent_instance;
  CitizDb *db;
  CitizChain *chain; /* the app's: outlives the node */
  const CitizEnv *env;
  CitizSigningKey *key;
  CitizSecret *rest;     /* seals what lies on the disk */
  CitizOrder *order;     /* makes transactions final */
  CitizReplica *replica; /* NULL: a chain of one */
  gulong final, taken;
  CitizHttpClient *client; /* asks other nodes */
  GPtrArray *neighbours;   /* CitizNodeNeighbour */
  GPtrArray *hands;        /* CitizNodeHand: parts whose grant is not final yet */
  CitizStall *stall;       /* openings that wait for the ledger */
  guint8 nonce_key[32];    /* of the mailbox: drawn at each start */
  gint64 nonce_stamp;      /* of its newest nonce */
  GHashTable *spent[2]; /* of reading, of taking: CitizId grant → stamp of the last that was used */
  CitizNodeId id;
  CitizHttpServer *server;
  gchar *origin;
  gchar *csp;
  GSource *sweeper;
  GHashTable *locations; /* random text → CitizNodeLocation */
  gchar *preview_name;   /* nullable */
  gchar *preview_html;
  CitizTime preview_until;
  CitizTime mail_swept;
  CitizTime time_kept; /* own clock: when the ledger's time was last written down */
  CitizHash decoy;     /* stands for unknown locators */
  GHashTable *decoys;  /* locator → tries left */
};

/* One request on its way through a handler. */
typedef struct
{
  CitizNode *node;
  const CitizHttpRequest *request;
  CitizHttpResponse *response;
  gchar *star[CITIZ_ROUTE_STARS]; /* what the variable segments of the path were */
} CitizNodeCall;

/* Another node, as far as shares are concerned. */
typedef struct
{
  CitizPublicKey key;
  gchar *origin;
} CitizNodeNeighbour;

/* A request that is answered later: a copy of what its handler had. */
typedef struct
{
  CitizNode *node;
  CitizHttpPending *pending;
} CitizNodeLater;

/* citiz-node-http.c */
CitizNodeLater *citiz_node_later (CitizNodeCall *call);
/* A call into which the answer goes; citiz_node_later_send() sends it and frees @later. */
CitizNodeCall citiz_node_later_call (CitizNodeLater *later);
void citiz_node_later_send (CitizNodeLater *later);
void citiz_node_answer (CitizNodeCall *call, guint status, json_t *body); /* takes body */
void citiz_node_answer_bytes (CitizNodeCall *call,
                              guint status,
                              const gchar *content_type,
                              GBytes *body);        /* takes body */
json_t *citiz_node_call_json (CitizNodeCall *call); /* answers 400 or 415 itself when NULL */
/* 507, 500… for what the disk or the ledger refused; the reader learns no detail. */
void citiz_node_answer_error (CitizNodeCall *call, const GError *error);

/* citiz-node-mailbox.c */
void citiz_node_forget_spent (CitizNode *self);

/* citiz-node-rest.c */
CitizSecret *citiz_node_rest_key (const CitizSigningKey *key);
void citiz_node_mask (CitizNode *self, const CitizId *grant, const gchar *what, guint8 bytes[32]);
void citiz_node_mask_share (CitizNode *self, CitizNodeShare *share);
gboolean citiz_node_get_share (CitizNode *self,
                               const CitizId *grant,
                               CitizNodeShare *out,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_node_lacks_share (CitizNode *self, const CitizGrantState *state);
GBytes *citiz_node_seal_code (CitizNode *self, const CitizId *grant, GBytes *blob);
GBytes *citiz_node_unseal_code (CitizNode *self, const CitizId *grant, GBytes *sealed);

/* citiz-node-page.c */
gchar *citiz_node_page_csp (const gchar *page, const gchar *const *origins);
void citiz_node_page_headers (CitizNodeCall *call);

/* citiz-node.c */
/* Once: @opening is final and its note is mail, or why not: %CITIZ_LEDGER_ERROR when another opening took its place. */
typedef void (*CitizNodeOpened) (gpointer data,
                                 CitizNode *self,
                                 const CitizHash *opening,
                                 const GError *error);
/* Enters an access_open and keeps its note until it is final. On a chain of one @done is called before this returns. */
void citiz_node_open (CitizNode *self,
                      const CitizGrantState *state,
                      guint use,
                      const CitizHash *a,
                      GBytes *note,
                      CitizNodeOpened done,
                      gpointer data);
void citiz_node_keep_revoked (CitizNode *self, CitizTx *tx);
gboolean citiz_node_is_revoked (CitizNode *self, const CitizId *grant);
gboolean citiz_node_erase_grant (CitizNode *self,
                                 const CitizId *grant,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Stores mail and tells whoever listens. */
gboolean citiz_node_post (CitizNode *self,
                          CitizMail *mail,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_node_tell (CitizNode *self, const CitizMail *mail);
const CitizNodeNeighbour *citiz_node_neighbour (CitizNode *self, const CitizPublicKey *key);
guint citiz_node_place (CitizNode *self,
                        const CitizGrantState *state); /* 0: not in its committee */

/* citiz-node-grant.c */
typedef void (*CitizNodeWithShare) (CitizNodeCall *call,
                                    json_t *json,
                                    const CitizGrantState *state,
                                    const CitizNodeShare *share);
/* What a grant that is not open answers is said here; the rest is `now`'s. @opening: for a new one, not for shares of one. */
void citiz_node_with_share (CitizNodeCall *call,
                            gboolean opening,
                            guint closed,
                            CitizNodeWithShare now);
GBytes *citiz_node_read_note (json_t *json);
/* Each answers itself when it returns FALSE. */
gboolean citiz_node_token_is_right (CitizNodeCall *call, json_t *json, const CitizNodeShare *share);
gboolean citiz_node_passcode_is_right (CitizNodeCall *call,
                                       json_t *json,
                                       const CitizNodeShare *share);
/* TRUE: the note's opening is final, and that is answered. */
gboolean citiz_node_was_opened (CitizNodeCall *call, const CitizGrantState *state, GBytes *note);
void citiz_node_answer_taken (CitizNodeCall *call, const CitizId *grant);
/* The share under @what, with @receipt (taken). */
void citiz_node_answer_share (CitizNodeCall *call,
                              const CitizNodeShare *share,
                              const CitizReceipt *what,
                              json_t *receipt);

/* citiz-node-stalled.c: openings while the ledger stands still */
guint citiz_node_used (CitizNode *self, const CitizGrantState *state);
gboolean citiz_node_has_stalled (CitizNode *self,
                                 const CitizGrantState *state,
                                 const CitizHash *note);
void citiz_node_watch_opening (CitizNode *self, const CitizGrantState *state, GBytes *note);
void citiz_node_say_stalled (CitizNode *self);
guint citiz_node_stalled_number (CitizNode *self, const CitizGrantState *state);
gboolean citiz_node_opens_stalled (CitizNode *self,
                                   const CitizGrantState *state,
                                   CitizNodeStalled *opening,
                                   GBytes *note);
void citiz_node_route_stalled (CitizNodeCall *call);

/* citiz-node-shares.c */
void citiz_node_hand_free (gpointer hand);
void citiz_node_try_hands (CitizNode *self); /* after a final block, and now and then */
/* TRUE when the grant has no passcode or `proof` is right; else the tries left. Counts before it compares. */
gboolean citiz_node_check_passcode (CitizNode *self,
                                    const CitizNodeShare *share,
                                    const CitizHash *proof_hash,
                                    guint *out_left,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* routes */
void citiz_node_route_grant (CitizNodeCall *call);
void citiz_node_route_open (CitizNodeCall *call);
void citiz_node_route_release (CitizNodeCall *call);
void citiz_node_route_note (CitizNodeCall *call);
void citiz_node_route_shares (CitizNodeCall *call);
void citiz_node_route_mail (CitizNodeCall *call);
void citiz_node_route_mail_drop (CitizNodeCall *call);
void citiz_node_route_blob (CitizNodeCall *call);
void citiz_node_route_code_get (CitizNodeCall *call);
void citiz_node_route_code_try (CitizNodeCall *call);
void citiz_node_route_manifest (CitizNodeCall *call);
void citiz_node_route_location (CitizNodeCall *call);
void citiz_node_route_page (CitizNodeCall *call);
void citiz_node_route_preview (CitizNodeCall *call);
void citiz_node_route_limits (CitizNodeCall *call);
void citiz_node_route_status (CitizNodeCall *call);
void citiz_node_route_checkpoint (CitizNodeCall *call);
void citiz_node_route_tx (CitizNodeCall *call);
void citiz_node_route_about (CitizNodeCall *call);
void citiz_node_route_health (CitizNodeCall *call);
void citiz_node_route_ready (CitizNodeCall *call);

void citiz_node_receipt (CitizNode *self,
                         const CitizGrantState *state,
                         const CitizHash *opening,
                         CitizTime time,
                         json_t *into);
void citiz_node_location_free (gpointer location);

G_END_DECLS
