/* Being vigilant: what nodes say is held against one's own verified copy of the chain. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-given.h"
#include "net/citiz-http-client.h"
#include "store/citiz-chain.h"
#include "store/citiz-watch-store.h"

G_BEGIN_DECLS

/* What one node last said of itself. */
typedef struct
{
  gchar *url;
  gboolean validator; /* now: only then is its word one of those that are counted */
  gboolean answers;   /* the last time it was asked */
  CitizTime seen;     /* when it last answered; 0: never */
  gint64 heard;       /* the same in ms of the steady clock */
  guint64 height;
  guint due;          /* transactions that a block could take now */
  gint64 standing_ms; /* for so long something waits and nothing becomes final */
  gint64 skew_ms;     /* its clock less ours */
  guint watchers;     /* citizens and nodes whose cosignatures it holds */
  GPtrArray *linked;  /* CitizPublicKey: validators it is connected to, itself among them */
  GPtrArray *silent;  /* CitizPublicKey: those of them that it hears no vote of */
  gint
      voting; /* validators that vote, as far as it hears them; -1: it is none of them, or does not say */
  gboolean mute; /* it is a validator, and has stopped voting by its own word */
} CitizWatched;

/* Lives in the main context it was started in, the one that owns @db and the chain. Signals:
 *   "status"   (const gchar *url, gpointer json_t)  what a node said of itself; %NULL: it does not answer, or is of another chain
 *   "changed"  ()                                   alarms, or what nodes say of themselves
 *   "evidence" (gpointer CitizEvidence)             new, verified: to be told to the community */
#define CITIZ_TYPE_WATCH (citiz_watch_get_type ())
G_DECLARE_FINAL_TYPE (CitizWatch, citiz_watch, CITIZ, WATCH, GObject)

CitizWatch *citiz_watch_new (CitizDb *db, CitizChain *chain, const CitizEnv *env);
void citiz_watch_set_nodes (CitizWatch *self, const gchar *const *urls);
void citiz_watch_set_validators (CitizWatch *self, const gchar *const *urls, guint n);
void citiz_watch_set_page (CitizWatch *self, const CitizHash *sha256);
void citiz_watch_set_witness (CitizWatch *self, const CitizHash *account, CitizSigningKey *key);
void citiz_watch_set_pace (CitizWatch *self, guint visit_ms);
void citiz_watch_set_near (CitizWatch *self, gboolean near_by);
void citiz_watch_begin_anew (CitizWatch *self);
gboolean citiz_watch_start (CitizWatch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_watch_stop (CitizWatch *self);
void citiz_watch_hear (CitizWatch *self, const gchar *url, gboolean answered);
void citiz_watch_look_async (CitizWatch *self,
                             gboolean (*enough) (gpointer data),
                             gpointer enough_data,
                             GAsyncReadyCallback callback,
                             gpointer data);
void citiz_watch_end_look (CitizWatch *self);
gboolean citiz_watch_knows_time (CitizWatch *self);
void citiz_watch_suspect (CitizWatch *self, const gchar *url);
void citiz_watch_set_alarm (CitizWatch *self, CitizAlarmKind kind, const gchar *url, gboolean is);
void citiz_watch_accuse (CitizWatch *self, const gchar *url, const CitizGiven *given);

GPtrArray *citiz_watch_alarms (CitizWatch *self);
GPtrArray *citiz_watch_nodes (CitizWatch *self);
gboolean citiz_watch_is_missing (CitizWatch *self, const CitizPublicKey *validator);
gboolean citiz_watch_dismiss (CitizWatch *self,
                              CitizAlarmKind kind,
                              const gchar *url,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
