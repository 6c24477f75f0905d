/* The node inside the app: serves the doctor's page, keeps shares, answers only what the ledger has made final.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-capsule.h"
#include "consent/citiz-deal.h"
#include "net/citiz-http-server.h"
#include "node/citiz-order.h"
#include "node/citiz-replica.h"
#include "store/citiz-chain.h"
#include "store/citiz-node-store.h"

#include <gio/gio.h>
#include <jansson.h>

G_BEGIN_DECLS

#define CITIZ_NODE_ERROR (citiz_node_error_quark ())
typedef enum
{
  CITIZ_NODE_ERROR_NOT_OURS, /* this node is not in the committee of the deal */
  CITIZ_NODE_ERROR_ENDED,    /* the grant has ended or is unknown */
  CITIZ_NODE_ERROR_TAKEN,    /* that opening was used, or that locator is taken */
} CitizNodeError;
GQuark citiz_node_error_quark (void);

#define CITIZ_TYPE_NODE (citiz_node_get_type ())
G_DECLARE_FINAL_TYPE (CitizNode, citiz_node, CITIZ, NODE, GObject)

/* Lives in the thread whose default main context it was started in; every call from that thread.
 * Signals, each after its database transaction is on disk:
 *   "opened"     (CitizMail *)  somebody opened: mail->opening is the transaction, mail->sealed who and why (citiz_note_open)
 *   "note"       (CitizMail *)  a note was left
 *   "code-tried" (CitizMail *)  a spoken code or passcode was tried: kind and tries left
 *   "ended"      (CitizMail *)  an access has ended and what this node held of it is erased
 * The same mail waits in citiz_node_mail() until citiz_node_drop_mail(): nothing is lost when nobody listens. */
CitizNode *citiz_node_new (CitizDb *db,
                           CitizChain *chain,
                           const CitizEnv *env,
                           CitizSigningKey *key);

/* On a chain shared with others, before it is started: @replica, started by the caller, orders what this node enters. */
void citiz_node_set_replica (CitizNode *self, CitizReplica *replica);
CitizOrder *citiz_node_get_order (CitizNode *self); /* the one that counts this key's nonces */
/* The other nodes: the page may ask them for shares, and this node does for a SMART Health Link client. */
void citiz_node_set_neighbours (CitizNode *self, const CitizDealNode *nodes, guint n);
/* For a server of the caller's own: what it does with a request that is none of its own, a body limit for those that carry a capsule, and
 * where it can be reached. */
void citiz_node_handle (const CitizHttpRequest *request,
                        CitizHttpResponse *response,
                        gpointer node);
#define CITIZ_NODE_LARGE_SUFFIX "/shares"
#define CITIZ_NODE_HAND_MAX     (CITIZ_CAPSULE_MAX + 64u * 1024) /* a part with its capsule */
#define CITIZ_NODE_HANDS_BYTES  (24u << 20) /* of all parts that are being handed */
json_t *citiz_node_limits_json (void);      /* what its routes enforce */
void citiz_node_run (CitizNode *self, const gchar *origin);

/* port 0: any free one. Erases at once what ended meanwhile. */
gboolean citiz_node_start (CitizNode *self, guint16 port, GError **error);
void citiz_node_stop (CitizNode *self);
const gchar *citiz_node_get_origin (
    CitizNode *self); /* "http://127.0.0.1:8642", NULL while stopped */
const CitizPublicKey *citiz_node_get_public (CitizNode *self);

/* One SQLite transaction: `txs` (among them the grant, signed by the citizen's account) become final, and this node's share, token
 * and capsule are kept. `txs` are CitizTx as citiz_chain_add() makes them. */
gboolean citiz_node_deal (CitizNode *self,
                          const CitizDeal *deal,
                          GPtrArray *txs,
                          CitizBlockInfo *out,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a deal of citiz_deal_renew(): share and capsule take the place of those held, which are erased; tries and openings stay counted. An opening
 * made before it gets no share of it: its reader opens again. Within a transaction of the caller's, he truncates the journal after it. */
gboolean citiz_node_renew (CitizNode *self,
                           const CitizDeal *deal,
                           GPtrArray *txs,
                           CitizBlockInfo *out,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The spoken code's entry, when its worker is done. TAKEN: the three locating characters are in use, deal a new code. */
gboolean citiz_node_put_code (CitizNode *self,
                              const CitizCodeEntry *entry,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One SQLite transaction: the revocation among `txs` becomes final and everything held of `grant` is erased. */
gboolean citiz_node_revoke (CitizNode *self,
                            const CitizId *grant,
                            GPtrArray *txs,
                            CitizBlockInfo *out,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Erases what has ended by ledger time. Runs by itself every few seconds; returns how many grants it erased. */
guint citiz_node_sweep (CitizNode *self);

/* The mailbox, oldest first. (element-type CitizMail) (transfer full) */
GPtrArray *citiz_node_mail (CitizNode *self, GError **error);
gboolean citiz_node_drop_mail (CitizNode *self,
                               gint64 row,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What GET /v1/tx/<id> tells of a final transaction: NULL: the chain does not hold it. */
json_t *citiz_node_tx_json (CitizChain *chain, const CitizHash *id);

/* The doctor's page as it is served; NUL-terminated HTML. */
const gchar *citiz_node_get_page (void);
/* While it is started: an address that shows `bundle` by the doctor's page without any grant; good for ten minutes and until the next
 * preview, or citiz_node_end_preview(), which a locked record calls for. */
gchar *citiz_node_preview (CitizNode *self, json_t *bundle, const gchar *label, GError **error);
void citiz_node_end_preview (CitizNode *self);

G_END_DECLS
