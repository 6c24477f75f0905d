/* A deal: everything that one press makes, ready for the ledger, the nodes and the screen. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-code.h"
#include "consent/citiz-link.h"
#include "wire/citiz-tx-body.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct
{
  CitizPublicKey key;
  const gchar *origin;
} CitizDealNode;

typedef struct
{
  gint64 duration_ms; /* 24 * CITIZ_HOUR */
  gint64 early_ms;    /* it opens this much before now: the clocks of other nodes may be behind */
  guint max_openings; /* 1..CITIZ_OPENINGS_LIMIT */
  CitizTime now;      /* ledger time */
  const gchar *label; /* nullable */
  const gchar *scope; /* what is shown, any text (the profile's JSON): committed to, not told */
  const gchar *contact_name, *contact_phone; /* nullable */
  const gchar *passcode;                     /* nullable; slow when set */
  const CitizDealNode *nodes;
  guint n_nodes;
  guint threshold;  /* 1..n_nodes */
  gboolean stalled; /* the nodes may also open while the ledger stands still */
} CitizDealOptions;

/* What one node of the committee receives; its key and commitment are the body's member of the same place. */
typedef struct
{
  CitizNodeId node;
  guint8 index;       /* 1..m */
  CitizSecret *share; /* 32 bytes */
  guint8 salt[16];
  CitizHash token_hash;
  gboolean has_passcode;
  CitizHash proof_hash;
} CitizDealPart;

typedef struct
{
  CitizGrantSecrets *secrets;
  CitizTxGrant body;    /* of the ledger's transaction */
  GBytes *capsule;      /* its SHA-256, the body's capsule, is its address */
  GPtrArray *parts;     /* of CitizDealPart, in the order of the body's committee */
  gchar *link;          /* secret text */
  gchar *shlink;        /* secret text */
  gchar *code;          /* secret text: eight characters, see citiz_deal_seal_code */
  CitizHash scope_salt; /* opens body.scope: SHA-256 ("citiz/commit/v1" | salt | scope text) */
} CitizDeal;

/* Fast (no PBKDF2 unless a passcode is set). `bundle` is only read. */
CitizDeal *citiz_deal_new (const CitizEnv *env,
                           json_t *bundle,
                           const CitizDealOptions *options,
                           GError **error);
/* The same grant for a record that has changed: link and code stay, the capsule and all shares are new. */
CitizDeal *citiz_deal_renew (const CitizEnv *env,
                             json_t *bundle,
                             const CitizTxGrant *body,
                             CitizSecret *k_r,
                             CitizSecret *t,
                             GError **error);
/* The entry of the spoken code for node `part`. Slow, safe in another thread: reads the deal only. */
CitizCodeEntry *citiz_deal_seal_code (const CitizEnv *env,
                                      const CitizDeal *deal,
                                      guint part,
                                      const gchar *birth_date);
/* The same for every node of the committee, the slow step done once. (element-type CitizCodeEntry) (transfer full) */
GPtrArray *citiz_deal_seal_codes (const CitizEnv *env,
                                  const CitizDeal *deal,
                                  const gchar *birth_date);
void citiz_deal_free (CitizDeal *deal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizDeal, citiz_deal_free)

G_END_DECLS
