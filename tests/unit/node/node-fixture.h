/* A node on a fresh folder with a clock of the test's own, and a client for it. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-capsule.h"
#include "consent/citiz-note.h"
#include "consent/citiz-receipt.h"
#include "crypto/citiz-crypto.h"
#include "node/citiz-node.h"

G_BEGIN_DECLS

typedef struct
{
  gchar *dir;
  CitizTime now;
  CitizEnv env;
  CitizDb *db;
  CitizSigningKey *node_key, *citizen_key;
  CitizHash account;
  CitizChain *chain;
  CitizNode *node;
  guint opened, notes, tried, ended; /* signals seen */
  CitizMail last;                    /* without its sealed bytes */
  const gchar *origin;               /* nullable: sent by the next calls with a body */
} Fixture;

typedef struct
{
  guint status;
  gchar *head;
  gchar *body;
  gsize body_n;
  json_t *json; /* NULL unless the body is JSON */
} Reply;

void fixture_up (Fixture *f, gconstpointer data);
void fixture_down (Fixture *f, gconstpointer data);
void fixture_restart (Fixture *f);
/* A deal of one node, 24 hours, on the ledger and in the node. */
CitizDeal *fixture_deal (Fixture *f, guint max_openings, const gchar *passcode);
void fixture_revoke (Fixture *f, const CitizDeal *deal);

Reply *fixture_call (Fixture *f,
                     const gchar *method,
                     const gchar *path,
                     json_t *body); /* takes body */
void reply_free (Reply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reply, reply_free)
const gchar *reply_string (const Reply *reply, const gchar *key);
gint64 reply_int (const Reply *reply, const gchar *key);

/* What the doctor's page does: opening number `use`, then the release. */
Reply *fixture_open (Fixture *f, const CitizDeal *deal, guint use, json_t *more);
Reply *fixture_release (Fixture *f, const CitizDeal *deal, const gchar *opening, json_t *more);
/* That one knows the passcode: for @more. */
json_t *fixture_proof (const CitizDeal *deal, const gchar *passcode);
int fixture_dial (Fixture *f);

gboolean fixture_on_disk (Fixture *f, gconstpointer bytes, gsize n);

G_END_DECLS
