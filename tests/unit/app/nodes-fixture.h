/* Four real nodes as processes, and a reader of links over them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app-fixture.h"

#include "consent/citiz-link.h"

G_BEGIN_DECLS

#define NODES        4
#define NODES_NEEDED 3
#define LONG         120 /* s; only ends what hangs */

void nodes_found (const gchar *citiz_node); /* once a program; they run */
/* The same with a tool before each of them that makes it @ms away, one way, for the others and for readers. */
void nodes_found_afar (const gchar *citiz_node, const gchar *delay_relay, guint ms);
void nodes_end (void);
/* The whole of main(), whose first argument is citiz-node: the nodes run while the tests do that @add_tests adds. */
int nodes_test (int argc, char **argv, void (*add_tests) (void));
void nodes_start (guint i); /* answers when it returns */
void nodes_start_ahead (
    guint i,
    const gchar *library);   /* its clock is an hour fast; @library: libfaketime */
void nodes_start_all (void); /* those that do not run; a quorum votes when it returns */
void nodes_kill (guint i);
void nodes_move (
    guint i); /* runs at another address when it returns; the others are told in a while */
void nodes_pause (guint i, gboolean paused); /* SIGSTOP, SIGCONT */
gboolean nodes_runs (guint i);
const gchar *nodes_url (guint i);
guint16 nodes_door (guint i);   /* its port for everybody else */
gchar *nodes_invitation (void); /* of the first node */
/* On the disk of one that does not run. */
void nodes_on_disk (guint i, const gchar *sql);
gint64 nodes_count (guint i, const gchar *sql);
gchar *nodes_text (guint i, const gchar *sql);

/* A member of the community, at a quick pace. */
void nodes_join (App *app);
void nodes_pace (App *app);                    /* after the record was opened again */
void member_up (App *app, gconstpointer data); /* for g_test_add() */
void member_down (App *app, gconstpointer data);
#define MEMBER_TEST(name, function)                                                                \
  g_test_add ("/shared/" name, App, NULL, member_up, function, member_down)
CitizAccess *newest (App *app); /* the list holds it */
gboolean all_hold (App *app);   /* its parts */
gboolean is_usable (App *app);
gboolean is_over (App *app);
gboolean only_one_is_live (App *app);
gboolean code_is_everywhere (App *app); /* the spoken one */
gboolean knows_it_is_alone (App *app);
CitizOpening *opening_at (App *app, guint i); /* the list holds it */
gboolean first_is_named (App *app);
/* For app_on_engine(): what the nodes have in their mailboxes is asked for. */
gboolean read_now_work (CitizEngine *engine,
                        gpointer data,
                        GCancellable *cancellable,
                        GError **error);

/* What a reader's page does. @node: the one that is asked first. */
guint nodes_open (App *app,
                  const gchar *link,
                  guint node,
                  guint use,
                  const gchar *name,
                  gchar **out_opening);
/* Asks all for their parts and joins those that fit. Returns: how many did; @out_summary when they were enough */
guint nodes_gather (const gchar *link,
                    const gchar *opening,
                    gchar **out_summary,
                    gchar **out_words);
/* The whole way, beginning at @node; the summary holds @has. */
void read_all (App *app,
               const gchar *link,
               guint node,
               guint use,
               const gchar *name,
               const gchar *has);
/* A reader whose page stands open: the state of the grant is known, the capsule comes while the opening becomes final. */
typedef struct
{
  gchar *link;
  json_t *state;
} NodesReader;

NodesReader *nodes_reader_new (const gchar *link);
void nodes_reader_free (NodesReader *reader);
/* Returns: (transfer full): the summary, all parts gathered */
gchar *nodes_reader_press (NodesReader *reader, App *app, guint node, guint use);
guint nodes_note (App *app, const gchar *link, guint node, const gchar *opening, const gchar *text);
/* Returns: (transfer full): what that node answers when it is asked for its part, once the opening has come to it */
json_t *nodes_part (const gchar *link, guint node, const gchar *opening);
guint nodes_try_code (const gchar *code, guint node);
guint nodes_ask (guint node,
                 const gchar *method,
                 const gchar *path,
                 const gchar *body,
                 gchar **out_body);

G_END_DECLS
