/* A session on a vault of its own, for tests: its clock can be moved and its key derivation is cheap. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-engine-private.h"

G_BEGIN_DECLS

#define APP_PASSPHRASE "petite pluie de mars"

typedef struct
{
  gchar *folder;
  CitizEnv env;
  gint64 ahead_ms; /* of the real clock; atomic */
  CitizSession *session;
  CitizSecret *passphrase, *entropy;
} App;

void app_up (App *app, gconstpointer data);    /* with an open vault */
void app_down (App *app, gconstpointer data);  /* the folder goes too */
void app_close (App *app);                     /* the session ends, the folder stays */
void app_reopen (App *app);                    /* a new session, locked */
void app_on_disk (App *app, const gchar *sql); /* while no session has it */
void app_move_clock (App *app, gint64 ms);

/* Every wait ends after a minute at most. */
typedef struct
{
  GAsyncResult *result;
} Answer;
void app_answer_cb (GObject *source, GAsyncResult *result, gpointer answer);
GAsyncResult *app_wait (Answer *answer); /* (transfer full) */
/* Runs the main loop until it is so; fails when it never is. */
void app_await (gboolean (*func) (App *app), App *app);
gboolean app_until (gboolean (*func) (App *app), App *app, guint seconds);
void app_settle (App *app); /* all jobs of the engine are done and told */
gboolean app_on_engine (App *app, CitizEngineWork work, gpointer data, GError **error);

gboolean app_unlock (App *app, const gchar *passphrase, GError **error);
CitizId app_save (App *app, const CitizId *id, const gchar *title);
guint app_count (App *app, CitizKind kind);
void app_load_sample (App *app);
CitizDate app_date (const gchar *text); /* as FHIR writes it */
CitizAccess *app_press (App *app);      /* (transfer full) */
guint app_objects (App *app, CitizObjectClass object_class);

/* What a reader's page does: 200 and the opening's entry, or another status. */
guint app_read (App *app, const gchar *link, guint use, gchar **out_opening);
guint app_get (const gchar *url, gchar **out_body);
/* The whole way, as the reader's page goes it: the summary as text, and the six words it shows. (transfer full) */
gchar *app_read_summary (App *app, const gchar *link, guint use, gchar **out_words);

G_END_DECLS
