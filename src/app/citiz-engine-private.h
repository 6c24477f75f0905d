/* What the engine's own files share; the fields belong to the engine's thread.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-engine.h"
#include "app/citiz-series-store.h"
#include "app/citiz-session-private.h"
#include "node/citiz-node.h"
#include "store/citiz-chain.h"
#include "store/citiz-vault.h"
#include "sync/citiz-community.h"

G_BEGIN_DECLS

/* A pseudonym on the ledger: account 0 anchors the record, each grant has one of its own. */
typedef struct
{
  CitizHash id;
  CitizSigningKey *key;
  CitizPublicKey recovery;
} CitizAccountKeys;

typedef struct _CitizCodeJob CitizCodeJob;

struct _CitizEngine
{
  /* never change while the thread runs */
  gchar *folder;
  const CitizEnv *env;
  GWeakRef session;
  GMainContext *main_context;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;

  /* any thread, under the lock */
  GMutex urgent_lock;
  GCond urgent_stir; /* an urgent job came, or what was done apart is over */
  GQueue urgent;     /* jobs */

  /* engine thread */
  gboolean passing; /* an urgent job is being done */
  gboolean passed;  /* one was, in the middle of a longer one */
  gboolean looked;  /* the window has the record: nobody waits for another look at it */

  /* engine thread only; NULL while locked, but chain and node go on */
  CitizVault *vault;
  CitizDb *served; /* the node's while the record is locked; else NULL */
  gchar
      *distrust; /* why the ledger is left alone, in words; then there is neither chain nor node */
  CitizChain *chain;
  CitizNode *node;
  CitizChainVerifier *verifier; /* while everything is being verified */
  gpointer verifying;           /* for whom; another waits */
  CitizSeriesStore *series;
  CitizSigningKey *node_key;
  CitizAccountKeys records;
  CitizCodeJob *code_job; /* the spoken code being sealed */
  GHashTable *shared;     /* CitizId → CitizShared: accesses over the community; NULL: none */
  CitizHttpClient *shared_client;
  GSource *shared_tick;
  GSource *shared_soon; /* they are looked at in a moment */
  gulong shared_watch;
  gpointer import;       /* the import under way: one at a time, and nothing else changes batches */
  gboolean ledger_due;   /* the window is about to be told of new blocks */
  guint32 sample_batch;  /* 0: the sample record is not loaded */
  GSource *anchor_timer; /* of the commitments waiting to be anchored */
  CitizCommunity *community; /* NULL: none was joined, or */
  gchar *community_lost;     /* its name, when it cannot be opened; else NULL */
  GCancellable *joining;     /* NULL: none is being joined */
  GSource *community_due;    /* the window is about to be told of it */
  gboolean copy_renewed;     /* because its file was damaged */
  guint64
      committed_told; /* height of the personal head that the window knows to be on the community's ledger */
  gint64 skew_told; /* by how much this computer's clock is wrong */
  gint64 own_ahead; /* ms by which one's own ledger is ahead of the clock, as accesses were told */
  gboolean paused;  /* the community's nodes are not asked */
  gboolean watched; /* a link to one of them is on screen */
};

/* News for the session: on the main thread, in the order of the calls; dropped when the session is gone. */
typedef void (*CitizSessionNews) (CitizSession *session, gpointer data);
void citiz_engine_tell_session (CitizEngine *engine,
                                CitizSessionNews func,
                                gpointer data,
                                GDestroyNotify destroy);
void citiz_engine_do (CitizEngine *engine, GSourceFunc func, gpointer data);
void citiz_engine_let_pass (gpointer engine);
void citiz_engine_step_back (void);
void citiz_engine_forget_passed (CitizEngine *engine);
typedef void (*CitizEngineApart) (gpointer data);
void citiz_engine_apart (CitizEngine *engine, CitizEngineApart func, gpointer data);
gboolean citiz_engine_run_sync (CitizEngine *engine,
                                CitizEngineWork work,
                                gpointer data,
                                GError **error);

/* citiz-engine-vault.c */
gboolean citiz_engine_create (CitizEngine *engine,
                              CitizSecret *passphrase,
                              CitizSecret *entropy,
                              CitizKdfCost cost,
                              GError **error);
gboolean citiz_engine_open (CitizEngine *engine, CitizSecret *passphrase, GError **error);
gboolean citiz_engine_open_with_words (CitizEngine *engine,
                                       CitizSecret *entropy,
                                       CitizSecret *new_passphrase,
                                       GError **error);
void citiz_engine_close (CitizEngine *engine);
void citiz_engine_lock (CitizEngine *engine);
void citiz_engine_tell_serving (CitizEngine *engine);
gboolean citiz_engine_erase (CitizEngine *engine, GError **error);
CitizContents *citiz_engine_look (CitizEngine *engine, GCancellable *cancellable, GError **error);
gboolean citiz_engine_recover_imports (CitizEngine *engine, GError **error);
gboolean citiz_engine_require_open (CitizEngine *engine, GError **error);
gboolean citiz_engine_require_community (CitizEngine *engine, GError **error); /* open, too */

/* citiz-engine-node.c */
gboolean citiz_engine_start_node (CitizEngine *engine, GError **error);
gboolean citiz_engine_open_ledger (CitizEngine *engine, GError **error);
void citiz_engine_close_ledger (CitizEngine *engine);
gboolean citiz_engine_is_serving (CitizEngine *engine);
void citiz_engine_distrust (CitizEngine *engine, const GError *why);
gboolean citiz_engine_require_ledger (CitizEngine *engine, GError **error);
gboolean citiz_engine_look_at_ledger (CitizEngine *engine, CitizContents *snapshot, GError **error);

/* citiz-session-series.c, citiz-session-import.c */
gboolean citiz_engine_look_at_series (CitizEngine *engine,
                                      CitizRecord *record,
                                      GCancellable *cancellable,
                                      GError **error);
gboolean citiz_engine_look_at_imports (CitizEngine *engine,
                                       CitizContents *snapshot,
                                       GError **error);

/* citiz-engine-community.c */
void citiz_engine_open_community (CitizEngine *engine);
void citiz_engine_lock_community (CitizEngine *engine);
void citiz_engine_close_community (CitizEngine *engine);
void citiz_engine_renew_copy (CitizEngine *engine);
void citiz_engine_head_moved (CitizEngine *engine);
CitizCommunityView *citiz_engine_describe_community (CitizEngine *engine);
GPtrArray *citiz_engine_list_places (CitizEngine *engine);
void citiz_engine_tell_clock (CitizEngine *engine);
void citiz_engine_set_paused (CitizEngine *engine, gboolean paused);
void citiz_engine_set_watched (CitizEngine *engine, gboolean watched);
/* A joining under way; answered on the main thread. */
typedef struct
{
  CitizEngine *engine;
  CitizInvitation invitation;
  GTask *task;
  GCancellable *cancellable;
  gulong forward;
  GSourceFunc answer;
  GError *error;
} CitizEngineJoin;
void citiz_engine_join (CitizEngine *engine, CitizEngineJoin *join);
gboolean citiz_engine_leave_community (CitizEngine *engine,
                                       gpointer data,
                                       GCancellable *cancellable,
                                       GError **error);
gchar *citiz_engine_fingerprint (const CitizHash *id);

/* Vigilance. */
typedef struct
{
  GFile *file;
  GStrv names; /* out: whom it proves guilty */
} CitizEvidenceCheck;
void citiz_engine_watch_page (CitizCommunity *community);
gchar *citiz_engine_name_of_node (CitizCommunity *community,
                                  const CitizPublicKey *node,
                                  const gchar *url);
CitizRefoundView *citiz_engine_describe_refound (CitizCommunity *community);
gboolean citiz_engine_look_for_nodes (CitizEngine *engine,
                                      gpointer data,
                                      GCancellable *cancellable,
                                      GError **error);
gboolean citiz_engine_refuse_refound (CitizEngine *engine,
                                      gpointer document,
                                      GCancellable *cancellable,
                                      GError **error);
gboolean citiz_engine_accept_refound (CitizEngine *engine,
                                      gpointer document,
                                      GCancellable *cancellable,
                                      GError **error);
void citiz_engine_describe_alarms (CitizCommunity *community, CitizCommunityView *view);
gboolean citiz_engine_weigh_note (CitizEngine *engine,
                                  const CitizId *access,
                                  const json_t *grant,
                                  const gchar *note);
gboolean citiz_engine_dismiss_alarm (CitizEngine *engine,
                                     gpointer alarm,
                                     GCancellable *cancellable,
                                     GError **error);
gboolean citiz_engine_export_evidence (CitizEngine *engine,
                                       gpointer out,
                                       GCancellable *cancellable,
                                       GError **error);
gboolean citiz_engine_check_evidence (CitizEngine *engine,
                                      gpointer check,
                                      GCancellable *cancellable,
                                      GError **error);

/* Settings of the person that the window reads; each is a sealed JSON value. */
extern const gchar *const citiz_setting_keys[]; /* NULL-terminated */

/* citiz-session-ledger.c */
void citiz_engine_tell_progress (CitizEngine *engine,
                                 GTask *task,
                                 CitizProgressFunc progress,
                                 gpointer progress_data,
                                 guint64 done,
                                 guint64 total);

/* citiz-engine-anchor.c: salted commitments of the record, batched on the ledger */
gboolean citiz_engine_note_commitment (CitizEngine *engine,
                                       const CitizId *id,
                                       guint32 version,
                                       GBytes *plain,
                                       GError **error);
gboolean citiz_engine_commit_to_batch (CitizEngine *engine,
                                       guint32 batch,
                                       GByteArray *entries,
                                       GError **error);
gboolean citiz_engine_note_batch (CitizEngine *engine, const GByteArray *entries, GError **error);
gboolean citiz_engine_anchor (CitizEngine *engine, GError **error);
void citiz_engine_anchor_later (CitizEngine *engine);

/* citiz-engine-ledger.c */
void citiz_account_keys_init (CitizAccountKeys *out, CitizVault *vault, guint64 number);
void citiz_account_keys_clear (CitizAccountKeys *keys);
void citiz_engine_add_account (CitizEngine *engine, CitizAccountKeys *account, GPtrArray *txs);
gboolean citiz_engine_list_blocks (CitizEngine *engine,
                                   GPtrArray *blocks,
                                   GPtrArray *entries,
                                   GError **error);
GListStore *citiz_engine_list_shared_blocks (CitizEngine *engine);
void citiz_engine_list_shared_entries (CitizEngine *engine, GPtrArray *entries);
void citiz_engine_tell_ledger (CitizEngine *engine);
gboolean citiz_engine_proof (CitizEngine *engine,
                             const gchar *tx,
                             gchar **out_text,
                             GError **error);

/* citiz-engine-access.c */
typedef struct
{
  guint hours;
  CitizSummary summary;
  gboolean sample;
  gchar *profile; /* JSON: the scope that is committed to */
  gchar *label, *contact_name, *contact_phone, *birth_date; /* nullable */
  gboolean stalled; /* nodes may also open while the ledger stands still */
  gboolean instead; /* on this computer, whatever community there is; out: for want of its nodes */
  CitizId *withdrawn;  /* (nullable): the one that this takes the place of */
  gboolean to_come;    /* that one opens for nobody yet, as the window was told */
  gboolean in_vain;    /* and never did */
  CitizAccess *access; /* out */
} CitizGive;
void citiz_give_free (gpointer data);
gboolean citiz_engine_give (CitizEngine *engine,
                            gpointer data,
                            GCancellable *cancellable,
                            GError **error);
/* citiz-engine-refresh.c */
typedef struct
{
  CitizId access;
  CitizSummary summary;
  gchar *profile;       /* JSON of the profile the summary was made under */
  gchar *birth_date;    /* (nullable): for a spoken code, where it has none */
  CitizAccess *renewed; /* out */
} CitizRenewal;
gboolean citiz_engine_renew (CitizEngine *engine,
                             gpointer data,
                             GCancellable *cancellable,
                             GError **error);
gboolean citiz_engine_revoke (CitizEngine *engine,
                              gpointer data,
                              GCancellable *cancellable,
                              GError **error);
gboolean citiz_engine_revoke_samples (CitizEngine *engine, guint *ended, GError **error);
gboolean citiz_engine_revoke_all (CitizEngine *engine, GError **error);
typedef struct
{
  CitizId opening;
  gboolean disputed;
} CitizDispute;
gboolean citiz_engine_dispute (CitizEngine *engine,
                               gpointer data,
                               GCancellable *cancellable,
                               GError **error);
gboolean citiz_engine_list_accesses (CitizEngine *engine,
                                     GPtrArray *accesses,
                                     GPtrArray *openings,
                                     GError **error);
CitizProfile *citiz_engine_profile_of (CitizEngine *engine, const CitizId *access, GError **error);
void citiz_engine_finish_code (CitizEngine *engine);
const CitizId *citiz_code_job_grant (const CitizCodeJob *job);
void citiz_engine_take_mail (CitizEngine *engine);
void citiz_engine_watch_node (CitizEngine *engine);
/* citiz-engine-shared.c */
CitizChain *citiz_engine_chain_of (CitizEngine *engine, const CitizId *id);
void citiz_engine_open_shared (CitizEngine *engine);
void citiz_engine_close_shared (CitizEngine *engine);
void citiz_engine_settle_shared (CitizEngine *engine);
void citiz_engine_read_boxes (CitizEngine *engine); /* the mail of all nodes, now */
gboolean citiz_engine_is_handing (CitizEngine *engine);
gboolean citiz_engine_is_sharing_own (CitizEngine *engine);
void citiz_engine_drop_copied (CitizEngine *engine);
gboolean citiz_engine_keeps_sharing (CitizEngine *engine);

G_END_DECLS
