/* What invites a citizen to a community: its founding document by hash, its nodes, a word of one of them.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-sign.h"
#include "wire/citiz-codec.h"

G_BEGIN_DECLS

#define CITIZ_INVITATION_VERSION    1
#define CITIZ_INVITATION_SCHEME     "citiz:join?"
#define CITIZ_INVITATION_PATH       "/join"
#define CITIZ_INVITATION_MAX_NAME   80 /* bytes of UTF-8 */
#define CITIZ_INVITATION_MAX_NODES  8
#define CITIZ_INVITATION_MAX_URL    128
#define CITIZ_INVITATION_TOKEN_SIZE 16
#define CITIZ_INVITATION_MAX_BYTES  2048
#define CITIZ_COMMUNITY_N_WORDS     6

/* POST /v1/vouch at the first node: the body is the token (CITIZ_INVITATION_TOKEN_SIZE bytes; zeros for who is a member already) and
 * then the bytes of a transaction that names this node as its sponsor and waits for its signature. 200 answers the bytes of the same
 * transaction with it; 403 {"error": "token" | "member"}, 429 {"error": "quota"}. Both ways application/octet-stream. */
#define CITIZ_VOUCH_PATH "/v1/vouch"

typedef struct
{
  CitizPublicKey node;
  guint16 n_url;
  gchar url[CITIZ_INVITATION_MAX_URL + 1]; /* "https://host[:port]"; http on the loopback only */
} CitizInvitedNode;

/* The token is the first node's: with it that node vouches for the account that joins. */
typedef struct
{
  guint8 version;
  CitizHash chain_id; /* of the founding document: what is trusted */
  guint16 n_name;
  gchar name[CITIZ_INVITATION_MAX_NAME + 1];
  guint16 n_nodes;
  CitizInvitedNode nodes[CITIZ_INVITATION_MAX_NODES];
  guint16 n_token; /* CITIZ_INVITATION_TOKEN_SIZE, or 0: nobody vouches */
  guint8 token[CITIZ_INVITATION_TOKEN_SIZE];
} CitizInvitation;

gboolean citiz_node_url_is_valid (const gchar *url);
gboolean citiz_community_name_is_valid (const gchar *name);
gchar *citiz_community_words (const CitizHash *chain_id, CitizLanguage language);

void citiz_invitation_init (CitizInvitation *out, const CitizHash *chain_id, const gchar *name);
void citiz_invitation_add_node (CitizInvitation *invitation,
                                const CitizPublicKey *node,
                                const gchar *url);
void citiz_invitation_set_token (CitizInvitation *invitation, const guint8 *token);

GBytes *citiz_invitation_encode (const CitizInvitation *invitation);
gboolean citiz_invitation_decode (const guint8 *bytes,
                                  gsize n,
                                  CitizInvitation *out,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

gchar *citiz_invitation_code (const CitizInvitation *invitation);
gchar *citiz_invitation_uri (const CitizInvitation *invitation);
gchar *citiz_invitation_link (const CitizInvitation *invitation);
gboolean citiz_invitation_read (const gchar *text,
                                CitizInvitation *out,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
