/* The inside of a community, for its files. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/citiz-community.h"
#include "sync/citiz-leap.h"

#include <jansson.h>

G_BEGIN_DECLS

#define CITIZ_COMMUNITY_SETTING "community"

/* A head that waits until the community has made it final. @height 0: none. */
typedef struct
{
  guint64 height;
  CitizHash chain, hash, salt, tx;
} CitizPendingHead;

/* What tells a transaction that this copy of the record signed from those of another. */
typedef struct
{
  guint64 nonce;
  CitizTime valid_until;
} CitizSigned;

struct _CitizCommunity
{
  GObject parent_instance;
  gchar *folder;
  const CitizEnv *env;
  CitizVault *vault; /* NULL while the record is locked */
  CitizDb *db;       /* of the record: the outbox is in it */
  CitizInvitation invitation;
  CitizGenesis genesis;
  CitizDb *copy_db;
  CitizChain *copy;
  CitizFollower *follower;
  CitizLeap *leap;       /* NULL: the copy has begun */
  CitizFollower *filler; /* NULL: no history is missing, or nobody has come to it yet */
  guint64 leap_least;
  CitizOutbox *outbox;
  CitizWatch *watcher;
  CitizHttpClient *client;
  GPtrArray *members; /* CitizCommunityMember, validators first */
  gchar **urls;
  CitizSigningKey *key;
  CitizPublicKey recovery;
  CitizHash account;
  guint64 next_nonce; /* of what was signed and is not in the outbox yet */
  /* other copies of this record */
  GArray *signed_;     /* CitizSigned: of this copy, the newest last */
  guint64 signed_from; /* smaller numbers are of before what is remembered, and taken for its own */
  guint64 seen_next;   /* the first that neither was signed here nor seen on the chain */
  gboolean signed_known;
  guint64 looked;     /* so much of the log holds nothing of theirs that was not taken */
  CitizKeySlot slot;  /* of the account, when that was looked at last */
  gboolean copied;    /* beyond that it does */
  gboolean copy_told; /* that there is another */
  GCancellable *stop; /* NULL: not started */
  gboolean paused;
  gboolean unsaved;  /* something to remember came while the record was locked */
  gboolean telling;  /* "changed" is on its way */
  gboolean was_even; /* since it was started */
  gboolean was_alone;
  gboolean heard; /* some node has answered since it was */
  guint idle_ms;
  /* levels */
  CitizLight light; /* the newest final header that was verified alone */
  gboolean full;    /* every signature up to here was verified; what comes is, too */
  CitizChainVerifier *verifier;
  gboolean mended;       /* while this verifier was at it */
  gboolean disk_refuses; /* so that it waits */
  gboolean copy_damaged; /* so that it is verified no more */
  GSource *verify_source;
  guint n_slices;        /* since it was kept how far it came */
  gchar *doubt;          /* a node that showed what cannot be */
  CitizTime doubted;     /* when it last did */
  guint n_signed;        /* the newest block of the copy */
  CitizRefound *refound; /* NULL: none, or accepted */
  GArray *refused;       /* CitizHash: documents to which the person has said no, oldest first */
  guint refound_old;     /* validators of before who have signed it */
  CitizValidators refound_before;
  /* nodes */
  guint poll_ms;
  GSource *poll_source;
  CitizSocket *events;
  guint events_turn;
  GCancellable *watch; /* NULL: the nodes are not asked */
  gboolean calling;
  gboolean witnesses; /* the nodes are told what was verified here */
  /* a ledger that stands still; ms of the steady clock */
  guint64 still_height;
  gint64 moved_at, waits_since; /* 0: nothing waits */
  guint still_ms;
  gboolean still;
  gboolean watched;   /* a link to one of its nodes is on screen */
  gboolean few_heard; /* no quorum votes, by the word of more nodes than may lie */
  /* the personal chain */
  CitizChain *personal;
  CitizPendingHead pending;
  CitizCommittedHead committed;
  GSource *head_source;
  guint head_ms;
  gboolean head_due;
  GCancellable *work; /* while it works for a place in the open lane */
  CitizHash mending;  /* the transaction that is worked for once more; zeros: none */
};

void citiz_community_set_doubt (CitizCommunity *self, const gchar *url);
void citiz_community_doubt (CitizCommunity *self, const gchar *url, const GError *error);
void citiz_community_tell (CitizCommunity *self);
void citiz_community_save (CitizCommunity *self);
gboolean citiz_community_keep (CitizCommunity *self, GError **error);
GSource *citiz_community_after (CitizCommunity *self, guint ms, GSourceFunc func);
void citiz_community_disarm (GSource **source);

/* citiz-community-alone.c */
void citiz_community_go_alone_later (CitizCommunity *self, CitizTx *tx);
void citiz_community_go_on_alone (CitizCommunity *self);
void citiz_community_mend (CitizCommunity *self, CitizTx *tx);
void citiz_community_sign_anew (CitizCommunity *self, CitizTx *tx);

/* citiz-community-catch-up.c */
void citiz_community_catch_up (CitizCommunity *self);
void citiz_community_stop_catching_up (CitizCommunity *self);
void citiz_community_fill (CitizCommunity *self);

/* citiz-community-copies.c */
void citiz_community_note_signed (CitizCommunity *self, const CitizTx *tx);
void citiz_community_note_waiting (CitizCommunity *self);
void citiz_community_look_for_copies (CitizCommunity *self);

/* citiz-community-keep.c */
GBytes *citiz_community_write (CitizCommunity *self);
gboolean citiz_community_keep_signed (CitizCommunity *self, GError **error);
void citiz_community_read_signed (CitizCommunity *self);
gboolean citiz_community_read (CitizCommunity *self, GBytes *kept, GError **error);
gboolean citiz_community_remember (CitizVault *vault,
                                   const CitizInvitation *invitation,
                                   const CitizGenesis *genesis,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* citiz-community-watch.c */
void citiz_community_hear (CitizCommunity *self, const gchar *url, json_t *status);
void citiz_community_witness (CitizCommunity *self);
void citiz_community_start_watching (CitizCommunity *self);
void citiz_community_stop_watching (CitizCommunity *self);
void citiz_community_list_members (CitizCommunity *self);
void citiz_community_see_votes (CitizCommunity *self);

/* citiz-community-voices.c */
void citiz_community_listen (CitizCommunity *self);

/* citiz-community-still.c */
void citiz_community_init_still (CitizCommunity *self);
void citiz_community_look_if_still (CitizCommunity *self);
void citiz_community_follow_near (CitizCommunity *self);

/* citiz-community-level.c */
void citiz_community_moved (CitizCommunity *self);
void citiz_community_verify (CitizCommunity *self);
void citiz_community_stop_verifying (CitizCommunity *self);
void citiz_community_look_at_head (CitizCommunity *self, const gchar *url, guint64 height);

/* citiz-community-refound.c */
void citiz_community_refounded (CitizCommunity *self);
void citiz_community_look_for_refound (CitizCommunity *self, const gchar *node);

/* citiz-community-say.c */
void citiz_community_derive (CitizVault *vault,
                             const CitizHash *chain_id,
                             CitizSigningKey **out_key,
                             CitizPublicKey *out_recovery,
                             CitizTxBody *out_register,
                             CitizHash *out_account);
CitizTx *citiz_community_prepare (CitizCommunity *self,
                                  CitizTxType type,
                                  const CitizTxBody *body,
                                  guint *out_work);
void citiz_community_say_what_is_due (CitizCommunity *self);
void citiz_community_look_at_pending (CitizCommunity *self);
void citiz_community_outbox_final (CitizCommunity *self, CitizTx *tx);
void citiz_community_outbox_vouched (CitizCommunity *self, CitizTx *before, CitizTx *after);
void citiz_community_outbox_lost (CitizCommunity *self, CitizTx *tx, const gchar *why);

G_END_DECLS
