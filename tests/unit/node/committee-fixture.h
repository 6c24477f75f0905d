/* Four nodes of one ledger over real sockets in one process, and readers for them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-capsule.h"
#include "consent/citiz-hand.h"
#include "consent/citiz-mail-pass.h"
#include "consent/citiz-note.h"
#include "consent/citiz-receipt.h"
#include "crypto/citiz-crypto.h"
#include "node/citiz-member.h"
#include "node/citiz-node.h"

G_BEGIN_DECLS

#define COMMITTEE          4
#define QUORUM             3
#define COMMITTEE_PATIENCE 240 /* s; ends what hangs, judges nothing */

typedef struct _Committee Committee;

typedef struct
{
  Committee *world;
  guint place;
  gchar *dir;
  CitizSigningKey *key;
  CitizDb *db;
  CitizChain *chain;
  CitizJournal *journal;
  CitizMember *member;     /* NULL: down */
  CitizHttpServer *server; /* of the links between nodes */
  gchar *url;
  CitizNode *node; /* NULL: down, or bare */
  guint16 port;    /* kept over restarts */
} Seat;

struct _Committee
{
  Seat seats[COMMITTEE];
  CitizGenesis genesis;
  CitizHash chain_id;
  CitizSigningKey *citizen;
  CitizHash account;
  gboolean bare;    /* the ledger alone: no readers, nothing is dealt */
  gint64 ahead;     /* ms, added to the clock of all */
  gint64 waited;    /* ms, added to the clock that only goes forward */
  gboolean stalled; /* what is dealt may be opened while the ledger stands still */
  json_t *bundle;   /* nullable: what is dealt */
  CitizEnv env;
};

/* One request on its way; fields of the answer are set when @done. */
typedef struct
{
  gboolean done;
  guint status; /* 0: no answer */
  GBytes *body;
  json_t *json;
} Reply;

/* All are down yet. */
void committee_found (Committee *world);
/* All are up, and have met. */
void committee_up (Committee *world, gconstpointer data);
void committee_down (Committee *world, gconstpointer data);
/* No node hears another any more, readers reach them all; they begin anew to hear again. */
void committee_cut (Committee *world);
void committee_mend (Committee *world);
void seat_up (Seat *seat);
void seat_down (Seat *seat);

/* Lets everything run until @done says so; FALSE after @seconds. */
gboolean committee_run (Committee *world,
                        gboolean (*done) (Committee *world, gconstpointer arg),
                        gconstpointer arg,
                        guint seconds);
/* Lets everything run until @done says so; what never does fails. */
void committee_until (Committee *world,
                      gboolean (*done) (Committee *world, gconstpointer arg),
                      gconstpointer arg);
void committee_wait (Committee *world, Reply *reply);
/* Every node that is up is linked with @GPOINTER_TO_UINT (n) others. */
gboolean committee_met (Committee *world, gconstpointer n);

Reply *committee_ask (Committee *world,
                      guint seat,
                      const gchar *method,
                      const gchar *path,
                      const gchar *type,
                      const gchar *authorization,
                      GBytes *body);
Reply *committee_post (Committee *world,
                       guint seat,
                       const CitizDeal *deal,
                       const gchar *verb,
                       json_t *body); /* takes body */
void reply_free (Reply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reply, reply_free)
const gchar *reply_string (const Reply *reply, const gchar *key);

/* Signs with the citizen's account and enters at @seat. */
void committee_submit (Committee *world, guint seat, CitizTxType type, const CitizTxBody *body);
/* The deal alone, and where the nodes are. */
CitizDeal *committee_make (Committee *world,
                           guint max_openings,
                           const gchar *passcode,
                           CitizDealNode nodes[COMMITTEE]);
/* A grant of 24 hours over all four, on the ledger and handed to the first @handed nodes. */
CitizDeal *committee_deal (Committee *world,
                           guint max_openings,
                           const gchar *passcode,
                           guint handed);
Reply *committee_hand (Committee *world, guint seat, const CitizDeal *deal);
void committee_revoke (Committee *world, const CitizDeal *deal);

/* What the doctor's page does. */
json_t *opening_fields (Committee *world, const CitizDeal *deal, guint use, const gchar *reader);
json_t *release_fields (Committee *world, const CitizDeal *deal, guint seat, const gchar *opening);
/* Opening number @use for Dre Ouellet. */
Reply *committee_open (Committee *world, guint seat, const CitizDeal *deal, guint use);
/* The same, which must be given. Returns: (transfer full): its id */
gchar *committee_opening (Committee *world, guint seat, const CitizDeal *deal, guint use);
guint place_of (const CitizDeal *deal,
                const Committee *world,
                guint seat); /* in the deal's list, from 0 */

#define COMMITTEE_TEST(path, function)                                                             \
  g_test_add (path, Committee, NULL, committee_up, function, committee_down)

G_END_DECLS
