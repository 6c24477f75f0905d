/* A citizen's place in a community: own copy of its chain, what waits to be sent, its nodes.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-vault.h"
#include "sync/citiz-follower.h"
#include "sync/citiz-outbox.h"
#include "sync/citiz-watch.h"
#include "wire/citiz-invitation.h"

G_BEGIN_DECLS

/* The copy is a database of its own in this folder beside the record. It is public, and may be thrown away. */
#define CITIZ_COMMUNITY_FOLDER "community"

#define CITIZ_COMMUNITY_ERROR (citiz_community_error_quark ())
typedef enum
{
  CITIZ_COMMUNITY_ERROR_NOBODY, /* no node of the invitation answers */
  CITIZ_COMMUNITY_ERROR_OTHER,  /* what they show is not the community that the invitation names */
  CITIZ_COMMUNITY_ERROR_TOKEN, /* the node does not know the invitation, or it is used up or over */
  CITIZ_COMMUNITY_ERROR_QUOTA, /* the node vouches for nobody more today */
  CITIZ_COMMUNITY_ERROR_MEMBER /* there is a community already */
} CitizCommunityError;
GQuark citiz_community_error_quark (void);

typedef enum
{
  CITIZ_COMMUNITY_CATCHING_UP, /* behind, or not known yet */
  CITIZ_COMMUNITY_EVEN,
  CITIZ_COMMUNITY_ALONE,  /* no node answers */
  CITIZ_COMMUNITY_DOUBTS, /* a node showed what cannot be: citiz_community_get_doubt() */
  CITIZ_COMMUNITY_PAUSED, /* the network is metered */
  CITIZ_COMMUNITY_FAILED  /* one's own disk refuses */
} CitizCommunityState;

/* A node as this computer knows it. Strings are "" when not known. */
typedef struct
{
  CitizPublicKey node;
  gchar *url;
  gchar *operator_;
  CitizTime seen; /* it answered, or its vote was on the chain; 0: never */
  gboolean validator;
  gboolean missing; /* did not answer when it was last asked */
  gint64 ahead_ms;  /* its clock less one's own, when it last answered */
  gboolean silent;  /* it does not vote, by its own word or that of more nodes than may lie */
  gchar *silent_by; /* too few say so: the first who does; "": nobody */
} CitizCommunityMember;

/* The newest head of the personal chain that the community has made final; height 0: none yet. */
typedef struct
{
  guint64 height; /* on the personal chain */
  CitizHash hash;
  CitizHash tx;
  CitizTime time;
  guint64 community_height; /* of the block that holds it */
} CitizCommittedHead;

/* Lives in the main context it was made in, the one that owns the vault. "changed": anything that the functions below tell. */
#define CITIZ_TYPE_COMMUNITY (citiz_community_get_type ())
G_DECLARE_FINAL_TYPE (CitizCommunity, citiz_community, CITIZ, COMMUNITY, GObject)

gboolean citiz_community_is_kept (CitizVault *vault);
gchar *citiz_community_kept (CitizVault *vault);
CitizCommunity *citiz_community_open (CitizVault *vault, const gchar *folder, GError **error);
gboolean citiz_community_start (CitizCommunity *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_community_stop (CitizCommunity *self);
/* The record is locked: keys are dropped, the copy goes on. It is opened again with the new vault of the same record. */
void citiz_community_lock (CitizCommunity *self);
void citiz_community_unlock (CitizCommunity *self, CitizVault *vault);

void citiz_community_join_async (CitizVault *vault,
                                 const gchar *folder,
                                 const CitizInvitation *invitation,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data);
CitizCommunity *citiz_community_join_finish (GAsyncResult *result,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Another invitation to the same community: its first node vouches from now on. FALSE when it names another. */
gboolean citiz_community_renew (CitizCommunity *self, const CitizInvitation *invitation);
/* Stops it and forgets everything of it but the proofs of what was committed. */
gboolean citiz_community_leave (CitizCommunity *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same when it cannot be opened. */
gboolean citiz_community_forget (CitizVault *vault,
                                 const gchar *folder,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_community_doubt_copy (CitizCommunity *self);
gboolean citiz_community_is_copy_damaged (CitizCommunity *self);
void citiz_community_remove_copy (const gchar *record);

/* What it is. */
const gchar *citiz_community_get_name (CitizCommunity *self);
const CitizHash *citiz_community_get_id (CitizCommunity *self);
CitizCommunityState citiz_community_get_state (CitizCommunity *self);
guint citiz_community_get_signed (CitizCommunity *self);
const gchar *citiz_community_get_doubt (CitizCommunity *self); /* url of the node; NULL: none */
CitizChain *citiz_community_get_chain (CitizCommunity *self);
CitizOutbox *citiz_community_get_outbox (CitizCommunity *self);
CitizWatch *citiz_community_get_watch (CitizCommunity *self);
const gchar *const *citiz_community_get_urls (CitizCommunity *self);
GPtrArray *citiz_community_get_members (CitizCommunity *self); /* CitizCommunityMember */
guint64 citiz_community_get_node_height (CitizCommunity *self);
CitizLevel citiz_community_get_level (CitizCommunity *self, gdouble *out_progress);
CitizTime citiz_community_get_final_time (CitizCommunity *self);
gboolean citiz_community_is_still (CitizCommunity *self);  /* nothing new becomes final */
guint citiz_community_words_needed (CitizCommunity *self); /* more than may lie */
gboolean citiz_community_is_polled (CitizCommunity *self);
gboolean citiz_community_too_few_vote (CitizCommunity *self);
gboolean citiz_community_is_heard (CitizCommunity *self);

/* Those who keep it have founded it anew, because a quorum was lost for good: the person decides. */
const CitizRefound *citiz_community_get_refound (CitizCommunity *self, guint *out_old);
gboolean citiz_community_is_refound_refused (CitizCommunity *self);
gboolean citiz_community_refuse_refound (CitizCommunity *self,
                                         const CitizHash *document,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
const CitizValidators *citiz_community_get_refound_before (CitizCommunity *self);
gboolean citiz_community_accept_refound (CitizCommunity *self,
                                         const CitizHash *document,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What one says there. One account a community, with keys from the vault; the key is NULL while the record is locked. */
const CitizHash *citiz_community_get_account (CitizCommunity *self);
CitizSigningKey *citiz_community_get_key (CitizCommunity *self);
gboolean citiz_community_is_registered (CitizCommunity *self);
gboolean citiz_community_is_working (CitizCommunity *self); /* for a place in the open lane */
CitizTx *citiz_community_sign (CitizCommunity *self, CitizTxType type, const CitizTxBody *body);
gboolean citiz_community_put (CitizCommunity *self,
                              CitizTx *tx,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Another copy of this record may sign for the same account: what is on the chain and was not signed here. */
gboolean citiz_community_is_of_copy (CitizCommunity *self, const CitizTx *tx);
gboolean citiz_community_is_copied (CitizCommunity *self);
GPtrArray *citiz_community_list_copied (CitizCommunity *self);
gboolean citiz_community_take_copied (CitizCommunity *self,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_community_took_copied (CitizCommunity *self);

/* The personal chain has grown: its head is committed after a while, or soon. NULL: there is none (any more). */
void citiz_community_set_personal (CitizCommunity *self, CitizChain *personal, gboolean soon);
void citiz_community_get_committed (CitizCommunity *self, CitizCommittedHead *out);

/* Nothing is asked of the nodes while it is paused; what is put into the outbox is sent all the same. */
void citiz_community_set_paused (CitizCommunity *self, gboolean paused);
/* A link to one of the nodes is on screen. */
void citiz_community_set_watched (CitizCommunity *self, gboolean watched);
/* For tests: how patient it is. */
void citiz_community_set_pace (CitizCommunity *self,
                               guint idle_ms,
                               guint retry_ms,
                               guint poll_ms,
                               guint head_ms);

void citiz_community_set_still (CitizCommunity *self, guint ms);
void citiz_community_set_leap (CitizCommunity *self, guint64 transactions);

void citiz_community_member_free (gpointer member);

G_END_DECLS
