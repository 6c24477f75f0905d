/* What the session's own files share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-engine.h"
#include "app/citiz-session.h"
#include "consent/citiz-link.h"
#include "consent/citiz-profile.h"

G_BEGIN_DECLS

/* All that the window shows, as the engine found it when the vault opened. Every part may be taken (NULL then). */
typedef struct
{
  CitizRecord *record;
  GPtrArray *accesses;           /* CitizAccess, newest first */
  GPtrArray *openings;           /* CitizOpening, newest first */
  GPtrArray *blocks;             /* CitizBlockRow, oldest first */
  GPtrArray *entries;            /* CitizEntry, newest first */
  GPtrArray *imports;            /* CitizImportReport, newest first */
  GHashTable *settings;          /* key → json_t */
  guint32 sample_batch;          /* 0: the sample record is not loaded */
  gboolean damaged;              /* something could not be read; the rest is here */
  gchar *distrust;               /* why the ledger is left alone; NULL: it agrees with itself */
  CitizCommunityView *community; /* NULL: none was joined */
} CitizContents;

CitizContents *citiz_contents_new (void);
void citiz_contents_free (CitizContents *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizContents, citiz_contents_free)

struct _CitizSession
{
  GObject parent_instance;

  gchar *folder;
  const CitizEnv *env;
  gboolean temporary; /* the folder goes with the session */
  gboolean damaged;
  gchar *distrust;
  CitizEngine *engine;
  CitizSessionState state;
  gboolean serving; /* locked, and the node still answers for a live access */
  CitizRecord *record;
  GListStore *accesses, *openings, *blocks, *entries;
  GPtrArray *imports;
  GHashTable *settings;
  CitizCommunityView *community;
  gboolean metered;
  guint watched;     /* places on screen with a link over nodes */
  GPtrArray *places; /* CitizNodeView: where nodes were as told while locked last; NULL: not told */
  guint32 sample_batch;
  GHashTable *trash; /* CitizId → what an undo puts back */
  guint minute_timer;
  GQueue ranges; /* of samples that charts asked for, newest first */
  GPtrArray
      *pressing;      /* GTask: presses that wait for the access that is being given to the first */
  guint n_removing;   /* removals of the sample record under way */
  GPtrArray *held;    /* GTask: accesses to be given that wait for their end */
  GPtrArray *lookers; /* GTask: those who wait until nodes that were away were asked */
  guint look_late;    /* nobody waits for longer */
  guint look_serial;  /* which of these is under way */
  guint look_ms;      /* how long at most */
  guint refresh_timer;    /* the record changed a moment ago */
  guint n_refreshing;     /* renewals under way, the look at the record counted */
  gboolean refresh_again; /* it changed meanwhile */
  guint quiet_ms;         /* how long a change waits for the next one */
  guint end_wait_ms;      /* how long an erasure waits for the ledger to take the ends */
  GPtrArray *late;        /* CitizOpening that came while the vault opened: told once it is open */
  guint n_locks;          /* an opening that was asked for before a lock does not happen after it */
};

CitizShownPart *citiz_shown_part_new (const gchar *key, guint count, const gchar *text);
void citiz_access_close (CitizAccess *self);

/* Main thread. */
CitizSession *citiz_session_new_for_env (const gchar *folder, const CitizEnv *env);
/* Waits until the spoken code that a press began to seal is kept; for tests. */
void citiz_session_finish_code (CitizSession *self);
CitizSession *citiz_session_new_sample_for_env (CitizLanguage language, const CitizEnv *env);
void citiz_session_adopt (CitizSession *self, CitizContents *snapshot);
/* What waited for the sample to go is given. */
void citiz_session_give_held (CitizSession *self);
void citiz_session_job_failed (CitizSession *self, gpointer tag);
gboolean citiz_session_error_is_damage (const GError *error);
GTask *citiz_session_task (CitizSession *self,
                           gpointer tag,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data);
void citiz_session_set_state (CitizSession *self, CitizSessionState state);
CitizSessionState citiz_session_closed_state (CitizSession *self);
void citiz_session_forget (CitizSession *self, CitizSessionState state);
void citiz_session_emit_record (CitizSession *self);
/* An item came, changed or went: live accesses follow, at once when a carer could be misled. */
/* The emergency profile as the person set it, or the default. */
CitizProfile *citiz_session_read_profile (CitizSession *self);
void citiz_session_refresh_soon (CitizSession *self);
void citiz_session_refresh_after (CitizSession *self, const CitizItem *changed);
void citiz_session_emit_accesses (CitizSession *self);
void citiz_session_tell_locked (CitizEngine *engine, CitizOpeningKind kind);
void citiz_session_adopt_distrust (CitizSession *self, gpointer reason);
void citiz_session_count_mine (CitizSession *self);
void citiz_session_adopt_blocks (CitizSession *self, GPtrArray *blocks, GPtrArray *entries);
void citiz_session_adopt_opening (CitizSession *self, CitizOpening *opening);
void citiz_node_view_free (gpointer view);
void citiz_alarm_view_free (gpointer view);
void citiz_community_view_free (CitizCommunityView *view);
void citiz_session_emit_community (CitizSession *self);
void citiz_session_adopt_community (CitizSession *self, CitizCommunityView *view);
void citiz_session_tell_engine_pause (CitizSession *self);
/* citiz-session-door.c */
void citiz_session_tell_places (CitizEngine *engine, GPtrArray *places);
gboolean citiz_link_follow (CitizLink *link, const GPtrArray *places);
void citiz_session_drop_access (CitizSession *self, gpointer id); /* a CitizId */
void citiz_session_put_access (CitizSession *self, CitizAccess *access);
/* The nodes of the community do not answer: @id is given on this computer instead. */
void citiz_session_fall_back (CitizSession *self, gpointer id);
void citiz_session_look_over (CitizSession *self, gpointer serial);
void citiz_session_set_look (CitizSession *self, guint ms);
/* The address that one's own node answers at; (transfer full). */
void citiz_session_origin_async (CitizSession *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data);
gchar *citiz_session_origin_finish (CitizSession *self, GAsyncResult *result, GError **error);
void citiz_session_refresh_late (CitizSession *self, gpointer nothing);
CitizAccess *citiz_session_find_access (CitizSession *self, const CitizId *id);
void citiz_session_empty_trash (CitizSession *self);
void citiz_session_shred_trash_now (CitizSession *self);
void citiz_session_hide_trash (CitizSession *self);
gboolean citiz_session_trash_version (CitizSession *self, CitizItem *item);
GArray *citiz_session_list_trash (CitizSession *self); /* (transfer full): CitizId */

void citiz_session_forget_ranges (CitizSession *self);
void citiz_session_read_nights (CitizSession *self);
const gchar *citiz_session_explain_unread (const GError *error);
void citiz_session_set_loader (CitizSession *self);
void citiz_session_emit_settings (CitizSession *self);
GHashTable *citiz_session_new_trash (void);
/* What an access shows of the record as it is now. */
typedef struct
{
  json_t *bundle;
  json_t *shown; /* [{key, count, text}] */
  guint withheld;
  CitizHash digest;
} CitizSummary;
void citiz_session_summarize (CitizSession *self,
                              const CitizProfile *profile,
                              GHashTable *blobs,
                              CitizSummary *out);
void citiz_summary_clear (CitizSummary *summary);
/* "Lucie B.", or NULL when the person chose to say nothing; "YYYY-MM-DD" if the whole date is known. (transfer full) */
gchar *citiz_session_label (CitizSession *self, const CitizProfile *profile);
gchar *citiz_session_birth_date (CitizSession *self);
/* A record that was locked meanwhile is empty: nothing may be made of it. Answers the task then. */
gboolean citiz_session_still_open (CitizSession *self, GTask *task);
json_t *citiz_session_build_summary (CitizSession *self, GHashTable *blobs);
/* Bytes of all documents, CitizId → GBytes, up to what a summary carries. */
void citiz_session_read_blobs_async (CitizSession *self,
                                     GAsyncReadyCallback callback,
                                     gpointer data);
GHashTable *citiz_session_read_blobs_finish (CitizSession *self,
                                             GAsyncResult *result,
                                             GError **error);

G_END_DECLS
