/* What the files of a watch share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/citiz-watch.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct
{
  CitizWatched said;
  gboolean visited; /* since there was a reason to look at it before its turn */
  gint64
      heard_at[2]; /* monotonic: somebody else had no answer, or one, and it was visited for that */
  CitizTime page_seen;
  CitizTime sign_from; /* not before then */
  guint64 signed_height;
  guint64 doubt; /* a height of this node to be looked at, or 0 */
  /* looking for where it parts from us: */
  guint64 from, back, known; /* @known: the highest block it is known to have in common */
  guint asked;
} CitizWatchNode;

struct _CitizWatch
{
  GObject parent_instance;
  CitizDb *db;
  CitizChain *chain;
  const CitizEnv *env;
  CitizHttpClient *client;
  CitizSigningKey *witness;
  gchar *witness_name; /* the account in hex */
  CitizHash page;
  gboolean has_page;
  GPtrArray *nodes;   /* CitizWatchNode */
  guint n_validators; /* that there are, at a known address or not */
  GPtrArray *alarms;  /* CitizAlarm */
  guint turn;
  guint visit_ms;
  gboolean near_by; /* somebody waits for what the nodes do: sooner */
  guint step;
  gboolean visiting;
  GCancellable *stop;
  GSource *again;
  GTask *look; /* NULL: nobody waits for those who did not answer */
};

CitizAlarm *citiz_watch_find_alarm (CitizWatch *self, CitizAlarmKind kind, const gchar *url);
CitizAlarm *citiz_watch_raise (CitizWatch *self, CitizAlarmKind kind, const gchar *url);
void citiz_watch_keep (CitizWatch *self, const CitizAlarm *alarm);
void citiz_watch_judge (CitizWatch *self);

/* Emit the signals. */
void citiz_watch_tell_changed (CitizWatch *self);
void citiz_watch_tell_status (CitizWatch *self, const gchar *url, json_t *status);
void citiz_watch_tell_evidence (CitizWatch *self, GArray *evidence);

void citiz_watch_node_unref (gpointer node);
void citiz_watch_ask_status (CitizWatch *self, CitizWatchNode *node, CitizHttpAsk *ask);
void citiz_watch_take_status (CitizWatch *self, CitizWatchNode *node, guint status, GBytes *answer);
guint citiz_watch_pace (CitizWatch *self);
void citiz_watch_visit_soon (CitizWatch *self);
void citiz_watch_visit_now (CitizWatch *self);
void citiz_watch_visit_end (CitizWatch *self);

G_END_DECLS
