/* Accesses over the nodes of a community: what the engine's files about them share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-engine-access-private.h"
#include "node/citiz-giver.h"

G_BEGIN_DECLS

/* One that has not ended, or whose nodes have not all said that they erased their part. It goes on while the record is locked; what it then
 * learns is written when the record opens again. */
typedef struct
{
  CitizEngine *engine;
  CitizId id;
  guint threshold, n_nodes;
  CitizTime expires;
  CitizParcel *parcel; /* NULL: nothing is left to hand */
  CitizGiver *giver;   /* NULL: nothing is handed now */
  CitizPublicKey nodes[CITIZ_COMMITTEE_MAX];
  guint held, coded;  /* bits of nodes */
  guint silent;       /* of those that are of no use now, as told */
  guint places;       /* where they are, as told: a sum */
  guint bare;         /* of those that have lost their part, as their mailboxes say */
  gint64 skew_ms;     /* how far this computer's clock was put right when it was given */
  gboolean misdated;  /* that turned out wrong: another takes its place */
  gint64 skew_told;   /* the same when the window was last told of it */
  gboolean renewal;   /* the parcel is of one */
  gboolean known;     /* the ledger has it */
  gboolean renew_due; /* the record changed before the ledger had it */
  gboolean over;      /* the ledger says that it has ended */
  gboolean forgotten; /* and the vault holds no link any more */
  gboolean ending;    /* its end was asked for */
  gboolean copied;    /* given by another copy of this record */
  gint64 said_at;     /* monotonic us: when its end was said again */
  gint64 lost_at;     /* monotonic us: when another was last asked for in its place */
  guint used, closed; /* as told */
  CitizHash capsule;  /* that the ledger has, as told */
  GSource *patience;  /* until it is given on this computer instead */
  /* mail */
  GCancellable *stop;
  guint n_reading;     /* nodes asked */
  guint n_read;        /* of this round have answered */
  gboolean read_again; /* something came meanwhile */
  gboolean last_round; /* the round began after the end */
  gint64 read_at;      /* monotonic us: when the last round began */
  guint nameless;      /* so many rounds come sooner: an opening was told without its note */
  GSource *deadline;   /* then an opening is told without its note */
} CitizShared;

void citiz_engine_look_at_shared (CitizEngine *engine);
CitizChain *citiz_engine_shared_chain (CitizEngine *engine);
CitizHttpClient *citiz_engine_shared_client (CitizEngine *engine);
CitizShared *citiz_engine_find_shared (CitizEngine *engine, const CitizId *id);
CitizShared *citiz_engine_add_shared (CitizEngine *engine, const CitizId *id, const json_t *json);
GSource *citiz_engine_after (CitizEngine *engine, guint seconds, GSourceFunc func, gpointer data);
/* Commits when all went well so far, else rolls back. */
gboolean citiz_engine_end_transaction (CitizEngine *engine,
                                       gboolean fine,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint citiz_n_bits (guint bits);
const gchar *citiz_json_origin (const json_t *json, guint i); /* of a node, at the press */
void citiz_shared_disarm (GSource **source);
void citiz_shared_free (gpointer data);
void citiz_shared_drop_parcel (CitizShared *shared);
gboolean citiz_shared_is_over (CitizEngine *engine, const CitizId *id, const json_t *json);
/* What is known of its nodes is written; while locked, when the record opens again. */
void citiz_shared_keep (CitizShared *shared);
/* Tells the window of it as it is now. */
void citiz_shared_tell (CitizShared *shared);

/* citiz-engine-shared-give.c */
gboolean citiz_shared_is_sending (const CitizShared *shared);
void citiz_shared_hand (CitizShared *shared);
void citiz_shared_give_up (CitizShared *shared);
void citiz_shared_settle (CitizShared *shared);
gboolean citiz_shared_is_undated (const CitizShared *shared);
gboolean citiz_shared_clocks_are_heard (const CitizShared *shared);
void citiz_shared_end_again (CitizShared *shared);
gboolean citiz_engine_may_open_stalled (guint n_validators);

/* citiz-engine-shared-copy.c */
void citiz_engine_adopt_copied (CitizEngine *engine);
gboolean citiz_engine_is_ended_by_copy (CitizEngine *engine, const CitizId *id);

/* citiz-engine-shared-door.c */
const gchar *citiz_engine_node_url (CitizEngine *engine,
                                    const CitizPublicKey *node,
                                    const gchar *before);
void citiz_shared_follow_nodes (CitizShared *shared);
void citiz_shared_read_nodes (CitizShared *shared, const json_t *json);
gboolean citiz_shared_choose_door (CitizShared *shared, json_t *json);
void citiz_shared_look_at_door (CitizShared *shared);
void citiz_shared_describe_door (const CitizShared *shared,
                                 CitizAccess *access,
                                 const json_t *json);

/* citiz-engine-shared-mail.c */
void citiz_shared_look_for_openings (CitizShared *shared, const CitizGrantState *state);
void citiz_shared_read_mail (CitizShared *shared);
void citiz_shared_stop_mail (CitizShared *shared);

G_END_DECLS
