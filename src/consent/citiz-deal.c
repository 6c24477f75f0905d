/* A deal: everything that one press makes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-deal.h"
#include "consent/citiz-capsule.h"
#include "consent/citiz-consent-private.h"
#include "consent/citiz-profile.h"
#include "record/citiz-decimal.h"

static void
part_free (gpointer data)
{
  CitizDealPart *part = data;

  g_clear_pointer (&part->share, citiz_secret_unref);
  g_free (part);
}

void
citiz_deal_free (CitizDeal *deal)
{
  g_clear_pointer (&deal->secrets, citiz_grant_secrets_free);
  g_clear_pointer (&deal->capsule, g_bytes_unref);
  g_clear_pointer (&deal->parts, g_ptr_array_unref);
  g_clear_pointer (&deal->link, citiz_wipe_text);
  g_clear_pointer (&deal->shlink, citiz_wipe_text);
  g_clear_pointer (&deal->code, citiz_wipe_text);
  g_free (deal);
}

static gint
by_key (gconstpointer a, gconstpointer b)
{
  const CitizDealNode *const *x = a, *const *y = b;

  return memcmp ((*x)->key.b, (*y)->key.b, sizeof (*x)->key.b);
}

/* The committee in the order of the ledger: ascending keys. */
static GPtrArray *
sorted_nodes (const CitizDealOptions *options)
{
  GPtrArray *nodes = g_ptr_array_new ();

  for (guint i = 0; i < options->n_nodes; i++)
    g_ptr_array_add (nodes, (gpointer) &options->nodes[i]);
  g_ptr_array_sort (nodes, by_key);
  return nodes;
}

static gboolean
check_options (const CitizDealOptions *options, GError **error)
{
  if (options->n_nodes >= 1 && options->n_nodes <= CITIZ_COMMITTEE_MAX && options->threshold >= 1
      && options->threshold <= options->n_nodes && options->max_openings >= 1
      && options->max_openings <= CITIZ_OPENINGS_LIMIT && options->duration_ms > 0
      && options->duration_ms <= CITIZ_GRANT_MAX_SPAN)
    return TRUE;
  g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_ARGUMENT,
               "committee, openings or duration out of range");
  return FALSE;
}

static gboolean
make_capsule (const CitizEnv *env, CitizDeal *deal, json_t *bundle, GError **error)
{
  gchar *text = citiz_json_dump (bundle);
  g_autofree gchar *jwe = NULL;
  gsize n;
  const guint8 *bytes;

  jwe = citiz_jwe_encrypt (env, deal->secrets->k_r, (const guint8 *) text, strlen (text));
  citiz_wipe_text (text);
  deal->capsule = citiz_capsule_seal (env, &deal->secrets->grant, deal->secrets->k_c, jwe, error);
  if (deal->capsule == NULL)
    return FALSE;
  bytes = g_bytes_get_data (deal->capsule, &n);
  citiz_sha256 (&deal->body.capsule, bytes, n);
  return TRUE;
}

static CitizDealPart *
make_part (const CitizEnv *env, CitizDeal *deal, guint i, const CitizShare *share, CitizSecret *pk)
{
  CitizDealPart *part = g_new0 (CitizDealPart, 1);
  CitizGrantMember *member = &deal->body.committee[i];
  g_autoptr (CitizSecret) token = NULL;

  memcpy (part->node.b, member->node.b, sizeof part->node.b);
  part->index = (guint8) (i + 1);
  part->share = citiz_secret_new_take_copy (share->y, 32);
  citiz_env_random (env, part->salt, sizeof part->salt);
  token = citiz_grant_token (&deal->body.id, deal->secrets->t, &part->node);
  citiz_sha256 (&part->token_hash, citiz_secret_data (token), 32);
  citiz_grant_share_commitment (&member->commitment, &deal->body.id, part->index, share->y,
                                part->salt);
  if (pk)
    {
      g_autoptr (CitizSecret) proof
          = citiz_grant_passcode_proof (deal->secrets->t, &part->node, pk);

      part->has_passcode = TRUE;
      citiz_sha256 (&part->proof_hash, citiz_secret_data (proof), 32);
    }
  return part;
}

static void
make_parts (const CitizEnv *env, CitizDeal *deal, const GPtrArray *nodes, const gchar *passcode)
{
  CitizShare shares[CITIZ_COMMITTEE_MAX];
  g_autoptr (CitizSecret) pk
      = passcode ? citiz_grant_passcode_key (&deal->body.id, passcode) : NULL;

  citiz_shamir_split (citiz_secret_data (deal->secrets->k_c), 32, deal->body.threshold, nodes->len,
                      shares);
  deal->body.n_committee = (guint16) nodes->len;
  for (guint i = 0; i < nodes->len; i++)
    {
      deal->body.committee[i].node = ((const CitizDealNode *) nodes->pdata[i])->key;
      g_ptr_array_add (deal->parts, make_part (env, deal, i, &shares[i], pk));
    }
  citiz_wipe (shares, sizeof shares);
}

static void
make_scope (const CitizEnv *env, CitizDeal *deal, const gchar *scope)
{
  g_autoptr (GByteArray) text = NULL;

  citiz_env_random (env, deal->scope_salt.b, sizeof deal->scope_salt.b);
  text = citiz_consent_text (CITIZ_DOMAIN_TEXT_COMMIT, deal->scope_salt.b,
                             sizeof deal->scope_salt.b, scope, scope ? strlen (scope) : 0);
  citiz_sha256 (&deal->body.scope, text->data, text->len);
}

static void
make_links (CitizDeal *deal, const GPtrArray *nodes, const CitizDealOptions *options)
{
  g_autoptr (CitizLink) link = citiz_link_new ();
  const gchar *origin = options->nodes[0].origin;

  link->grant = deal->body.id;
  link->origin = g_strdup (origin);
  link->t = citiz_secret_ref (deal->secrets->t);
  link->k_r = citiz_secret_ref (deal->secrets->k_r);
  link->exp_s = deal->body.expires.ms / CITIZ_SECOND;
  link->passcode = options->passcode != NULL;
  link->label = g_strdup (options->label);
  link->threshold = deal->body.threshold;
  link->contact_name = g_strdup (options->contact_name);
  link->contact_phone = g_strdup (options->contact_phone);
  for (guint i = 0; i < nodes->len; i++)
    {
      const CitizDealNode *node = nodes->pdata[i];
      const CitizDealPart *part = deal->parts->pdata[i];

      /* a page of any of several nodes may be the one that opens it: by a spoken code */
      citiz_link_add_node (link, &part->node, nodes->len == 1 ? "" : node->origin);
    }
  deal->link = citiz_link_to_url (link);
  deal->shlink = citiz_link_to_shlink (link);
}

/**
 * citiz_deal_new:
 * @bundle: the FHIR document; only read
 * @options: the first node's origin is the one the link leads to
 *
 * PROTOCOL §5, Deal. Fast: the only slow step is a passcode's derivation.
 *
 * Returns: (transfer full) (nullable): the deal, or %NULL with %CITIZ_CONSENT_ERROR_ARGUMENT, _TOO_BIG or _FORMAT
 */
CitizDeal *
citiz_deal_new (const CitizEnv *env,
                json_t *bundle,
                const CitizDealOptions *options,
                GError **error)
{
  g_autoptr (CitizDeal) deal = g_new0 (CitizDeal, 1);
  g_autoptr (GPtrArray) nodes = NULL;

  deal->parts = g_ptr_array_new_with_free_func (part_free);
  if (!check_options (options, error))
    return NULL;
  deal->secrets = citiz_grant_secrets_new (env);
  deal->body.id = deal->secrets->grant;
  deal->body.kind = options->stalled ? CITIZ_GRANT_EMERGENCY_STALLED : CITIZ_GRANT_EMERGENCY;
  deal->body.threshold = (guint8) options->threshold;
  deal->body.max_openings = (guint16) options->max_openings;
  deal->body.not_before.ms = options->now.ms - options->early_ms;
  deal->body.expires.ms = options->now.ms + options->duration_ms;
  citiz_grant_chain_value (&deal->body.a_max, &deal->body.id, deal->secrets->t,
                           options->max_openings);
  if (!make_capsule (env, deal, bundle, error))
    return NULL;
  nodes = sorted_nodes (options);
  make_parts (env, deal, nodes, options->passcode);
  make_scope (env, deal, options->scope);
  make_links (deal, nodes, options);
  deal->code = citiz_code_new (env);
  return g_steal_pointer (&deal);
}

/**
 * citiz_deal_renew:
 * @bundle: the FHIR document as it is now; only read
 * @body: the grant as it stands on the ledger
 * @k_r: the key of its JWE, which the link carries
 * @t: the link's secret
 *
 * PROTOCOL §5, Refreshing: under the same K_r and T a new K_c, capsule, shares and salts for the same committee. Link, spoken code and tokens stay what
 * they were; passcode proofs too, so the parts carry none: the nodes keep theirs, with the tries left.
 *
 * Returns: (transfer full) (nullable): a deal without link and code, or %NULL with %CITIZ_CONSENT_ERROR_KEY when @t is not this grant's, _TOO_BIG or _FORMAT
 */
CitizDeal *
citiz_deal_renew (const CitizEnv *env,
                  json_t *bundle,
                  const CitizTxGrant *body,
                  CitizSecret *k_r,
                  CitizSecret *t,
                  GError **error)
{
  g_autoptr (CitizDeal) deal = g_new0 (CitizDeal, 1);
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  CitizDealNode committee[CITIZ_COMMITTEE_MAX] = {0};
  CitizHash a_max;

  citiz_grant_chain_value (&a_max, &body->id, t, body->max_openings);
  if (!citiz_hash_equal (&a_max, &body->a_max))
    {
      g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_KEY,
                   "the secret is of another grant");
      return NULL;
    }
  deal->parts = g_ptr_array_new_with_free_func (part_free);
  deal->body = *body;
  deal->secrets = citiz_grant_secrets_renew (env, &body->id, k_r, t);
  if (!make_capsule (env, deal, bundle, error))
    return NULL;
  for (guint i = 0; i < body->n_committee; i++)
    {
      committee[i].key = body->committee[i].node;
      g_ptr_array_add (nodes, &committee[i]);
    }
  make_parts (env, deal, nodes, NULL);
  return g_steal_pointer (&deal);
}

CitizCodeEntry *
citiz_deal_seal_code (const CitizEnv *env,
                      const CitizDeal *deal,
                      guint part,
                      const gchar *birth_date)
{
  const CitizDealPart *to = deal->parts->pdata[part];
  g_autoptr (CitizSecret) pk = citiz_code_key (deal->code, birth_date, &deal->body.id);

  return citiz_code_seal (env, deal->code, pk, &deal->body.id, &to->node, deal->link);
}

GPtrArray *
citiz_deal_seal_codes (const CitizEnv *env, const CitizDeal *deal, const gchar *birth_date)
{
  GPtrArray *codes = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_code_entry_free);
  g_autoptr (CitizSecret) pk = citiz_code_key (deal->code, birth_date, &deal->body.id);

  for (guint i = 0; i < deal->parts->len; i++)
    {
      const CitizDealPart *to = deal->parts->pdata[i];

      g_ptr_array_add (
          codes, citiz_code_seal (env, deal->code, pk, &deal->body.id, &to->node, deal->link));
    }
  return codes;
}
