/* From one press to the opened summary, without a node. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-capsule.h"
#include "consent/citiz-deal.h"
#include "consent/citiz-note.h"
#include "consent/citiz-offline.h"
#include "consent/citiz-profile.h"
#include "consent/citiz-receipt.h"
#include "crypto/citiz-crypto.h"

#include <string.h>

static json_t *
bundle_new (void)
{
  return json_pack ("{s:s, s:s, s:s}", "resourceType", "Bundle", "type", "document", "note",
                    "caf\xc3\xa9 <b>");
}

static CitizDeal *
deal_new (guint m, guint t, const gchar *passcode)
{
  CitizDealNode nodes[CITIZ_COMMITTEE_MAX];
  CitizDealOptions options = {.duration_ms = CITIZ_DAY,
                              .max_openings = 8,
                              .now = {1790000000000},
                              .label = "Lucie B.",
                              .contact_name = "Marc",
                              .contact_phone = "514 555-0142",
                              .passcode = passcode,
                              .scope = "{}",
                              .nodes = nodes,
                              .n_nodes = m,
                              .threshold = t};
  g_autoptr (GError) error = NULL;
  json_t *bundle = bundle_new ();
  CitizDeal *deal;

  for (guint i = 0; i < m; i++)
    {
      citiz_random (nodes[i].key.b, sizeof nodes[i].key.b);
      nodes[i].origin = i == 0 ? "http://127.0.0.1:8642" : "https://n2.example";
    }
  deal = citiz_deal_new (citiz_env_system (), bundle, &options, &error);
  g_assert_no_error (error);
  g_assert_nonnull (deal);
  g_assert_true (citiz_tx_body_check (CITIZ_TX_GRANT, &(CitizTxBody){.grant = deal->body}, &error));
  g_assert_no_error (error);
  json_decref (bundle);
  return deal;
}

static CitizSecret *
join (const CitizDeal *deal, const guint *which, guint n)
{
  CitizShare shares[CITIZ_COMMITTEE_MAX];

  for (guint i = 0; i < n; i++)
    {
      const CitizDealPart *part = deal->parts->pdata[which[i]];

      shares[i].x = part->index;
      shares[i].n = 32;
      memcpy (shares[i].y, citiz_secret_data (part->share), 32);
    }
  return citiz_shamir_combine (shares, n, NULL);
}

static void
test_long_label (void)
{
  g_autoptr (CitizDeal) deal = deal_new (1, 1, NULL);
  g_autoptr (CitizLink) link = citiz_link_parse (deal->link, NULL), cut = NULL;
  g_autofree gchar *text = NULL;

  g_free (link->label);
  link->label = g_strnfill (81, 'e');
  text = citiz_link_to_shlink (link);
  cut = citiz_link_parse (text, NULL);
  g_assert_nonnull (cut);
  g_assert_cmpuint (strlen (cut->label), ==, 80);
}

static void
test_round_trip (void)
{
  g_autoptr (CitizDeal) deal = deal_new (4, 3, NULL);
  g_autoptr (CitizLink) link = citiz_link_parse (deal->link, NULL);
  g_autoptr (CitizLink) bare = citiz_link_parse (deal->shlink, NULL);
  static const guint some[] = {3, 0, 2};
  g_autoptr (CitizSecret) k_c = join (deal, some, 3);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *jwe = NULL;
  g_autoptr (GBytes) plain = NULL;
  json_t *bundle, *same = bundle_new ();

  g_assert_nonnull (link);
  g_assert_nonnull (bare);
  g_assert_true (g_str_has_prefix (deal->link, "http://127.0.0.1:8642/v#shlink:/"));
  g_assert_cmpstr (link->label, ==, "Lucie B.");
  g_assert_cmpstr (link->contact_phone, ==, "514 555-0142");
  g_assert_cmpuint (link->nodes->len, ==, 4);
  g_assert_cmpuint (link->threshold, ==, 3);
  g_assert_cmpint (link->exp_s, ==, 1790000000 + 86400);
  g_assert_true (citiz_id_equal (&link->grant, &deal->body.id));
  g_assert_cmpuint (strlen (deal->link), <, 1200);

  g_assert_cmpuint (g_bytes_get_size (deal->capsule), ==, 4096 + 28);
  jwe = citiz_capsule_open (&link->grant, k_c, deal->capsule, &error);
  g_assert_no_error (error);
  plain = citiz_jwe_decrypt (link->k_r, jwe, -1, &error);
  g_assert_no_error (error);
  bundle = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), 0, NULL);
  g_assert_true (json_equal (bundle, same));
  json_decref (bundle);
  json_decref (same);
  for (guint i = 0; i < deal->parts->len; i++)
    {
      const CitizDealPart *part = deal->parts->pdata[i];
      const CitizLinkNode *node = link->nodes->pdata[i];
      g_autoptr (CitizSecret) token = citiz_grant_token (&link->grant, link->t, &node->id);
      CitizHash c, h;

      citiz_sha256 (&h, citiz_secret_data (token), 32);
      g_assert_true (citiz_hash_equal (&h, &part->token_hash));
      citiz_grant_share_commitment (&c, &link->grant, part->index, citiz_secret_data (part->share),
                                    part->salt);
      g_assert_true (citiz_hash_equal (&c, &deal->body.committee[i].commitment));
    }
}

/* The record has changed: what the reader holds stays, what the nodes hold is all new. */
static void
test_renewal (void)
{
  g_autoptr (CitizDeal) deal = deal_new (4, 3, "0000");
  g_autoptr (CitizDeal) other = deal_new (4, 3, NULL);
  g_autoptr (CitizLink) link = citiz_link_parse (deal->link, NULL);
  static const guint some[] = {1, 2, 3};
  g_autoptr (CitizDeal) next = NULL, none = NULL;
  g_autoptr (CitizSecret) k_c = NULL, mixed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *jwe = NULL, *nothing = NULL;
  g_autoptr (GBytes) plain = NULL;
  json_t *bundle = json_pack ("{s:s, s:s}", "resourceType", "Bundle", "type", "collection");
  CitizTxGrant terms;

  next = citiz_deal_renew (citiz_env_system (), bundle, &deal->body, link->k_r, link->t, &error);
  g_assert_no_error (error);
  json_decref (bundle);
  g_assert_true (citiz_tx_body_check (CITIZ_TX_GRANT, &(CitizTxBody){.grant = next->body}, &error));
  g_assert_null (next->link);

  /* On the ledger nothing but capsule and commitments. */
  terms = next->body;
  g_assert_false (citiz_hash_equal (&terms.capsule, &deal->body.capsule));
  terms.capsule = deal->body.capsule;
  for (guint i = 0; i < 4; i++)
    {
      const CitizDealPart *before = deal->parts->pdata[i], *after = next->parts->pdata[i];

      g_assert_false (
          citiz_hash_equal (&terms.committee[i].commitment, &deal->body.committee[i].commitment));
      terms.committee[i].commitment = deal->body.committee[i].commitment;
      g_assert_true (citiz_hash_equal (&before->token_hash, &after->token_hash));
      g_assert_false (citiz_secret_equal (before->share, after->share));
      g_assert_cmpmem (&before->node, sizeof before->node, &after->node, sizeof after->node);
      g_assert_false (after->has_passcode);
    }
  g_assert_cmpmem (&terms, sizeof terms, &deal->body, sizeof deal->body);

  k_c = join (next, some, 3);
  g_assert_false (citiz_secret_equal (k_c, deal->secrets->k_c));
  jwe = citiz_capsule_open (&link->grant, k_c, next->capsule, &error);
  g_assert_no_error (error);
  plain = citiz_jwe_decrypt (link->k_r, jwe, -1, &error);
  g_assert_no_error (error);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (plain, NULL), (gssize) g_bytes_get_size (plain),
                                  "collection"));
  mixed = join (deal, some, 3);
  nothing = citiz_capsule_open (&link->grant, mixed, next->capsule, NULL);
  g_assert_null (nothing); /* the key of the earlier one opens nothing */

  bundle = bundle_new ();
  none = citiz_deal_renew (citiz_env_system (), bundle, &other->body, link->k_r, link->t, &error);
  json_decref (bundle);
  g_assert_null (none);
  g_assert_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_KEY);
}

/* One share short of the threshold: K_c is not what comes out, and every K_c is still as likely. */
static void
test_too_few_shares (void)
{
  g_autoptr (CitizDeal) deal = deal_new (4, 3, NULL);
  static const guint some[] = {0, 1};
  g_autoptr (CitizSecret) wrong = join (deal, some, 2);
  guint seen[256] = {0};
  CitizShare guess[3];

  g_assert_false (citiz_secret_equal (wrong, deal->secrets->k_c));
  g_assert_null (citiz_capsule_open (&deal->body.id, wrong, deal->capsule, NULL));
  for (guint i = 0; i < 2; i++)
    {
      const CitizDealPart *part = deal->parts->pdata[i];

      guess[i] = (CitizShare){.x = part->index, .n = 1};
      guess[i].y[0] = citiz_secret_data (part->share)[0];
    }
  for (guint third = 0; third < 256; third++)
    {
      g_autoptr (CitizSecret) byte = NULL;

      guess[2] = (CitizShare){.x = 3, .n = 1};
      guess[2].y[0] = (guint8) third;
      byte = citiz_shamir_combine (guess, 3, NULL);
      seen[citiz_secret_data (byte)[0]]++;
    }
  for (guint i = 0; i < 256; i++)
    g_assert_cmpuint (seen[i], ==, 1);
}

static void
fixed_random (gpointer data, guint8 *out, gsize n)
{
  g_assert_true (citiz_hex_decode (out, n, data));
}

static const gchar *
member (json_t *vector, const gchar *key)
{
  return json_string_value (json_object_get (vector, key));
}

static void
assert_hash (const CitizHash *hash, json_t *vector, const gchar *key)
{
  g_autofree gchar *hex = citiz_hash_to_hex (hash);

  g_assert_cmpstr (hex, ==, member (vector, key));
}

static CitizSecret *
secret_of (json_t *vector, const gchar *key)
{
  CitizSecret *secret = citiz_secret_new (32);

  g_assert_true (citiz_hex_decode (citiz_secret_data (secret), 32, member (vector, key)));
  return secret;
}

static void
check_vector (json_t *vector)
{
  g_autoptr (CitizSecret) t = secret_of (vector, "T");
  g_autoptr (CitizSecret) k_c = secret_of (vector, "K_c");
  g_autoptr (CitizSecret) token = NULL;
  CitizEnv env = {.random = fixed_random, .data = (gpointer) member (vector, "nonce")};
  CitizId grant;
  CitizNodeId node;
  CitizHash hash;
  guint8 share[32], salt[16];

  g_assert_true (citiz_id_from_hex (&grant, member (vector, "grant")));
  g_assert_true (citiz_hex_decode (node.b, sizeof node.b, member (vector, "node")));
  g_assert_true (citiz_hex_decode (share, sizeof share, member (vector, "share")));
  g_assert_true (citiz_hex_decode (salt, sizeof salt, member (vector, "salt")));
  citiz_grant_chain_value (&hash, &grant, t, 0);
  assert_hash (&hash, vector, "a_0");
  citiz_grant_chain_value (&hash, &grant, t,
                           (guint) json_integer_value (json_object_get (vector, "max")));
  assert_hash (&hash, vector, "a_max");
  token = citiz_grant_token (&grant, t, &node);
  memcpy (hash.b, citiz_secret_data (token), sizeof hash.b);
  assert_hash (&hash, vector, "token");
  citiz_grant_share_commitment (
      &hash, &grant, (guint8) json_integer_value (json_object_get (vector, "index")), share, salt);
  assert_hash (&hash, vector, "commitment");
  if (json_integer_value (json_object_get (vector, "size")) >= 4096)
    {
      g_autoptr (GBytes) capsule
          = citiz_capsule_seal (&env, &grant, k_c, member (vector, "jwe"), NULL);
      gsize n;
      const guint8 *bytes = g_bytes_get_data (capsule, &n);

      /* The vector hashes what follows the nonce. */
      citiz_sha256 (&hash, bytes + CITIZ_AES_GCM_NONCE, n - CITIZ_AES_GCM_NONCE);
      assert_hash (&hash, vector, "capsule");
    }
}

/* The frozen vectors that a program in another language checks too. */
static void
test_vectors (void)
{
  g_autofree gchar *path
      = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), "vectors", "citiz-capsule.json", NULL);
  json_t *vectors = json_load_file (path, 0, NULL), *vector;
  size_t i;

  g_assert_cmpuint (json_array_size (vectors), >, 0);
  json_array_foreach (vectors, i, vector) check_vector (vector);
  json_decref (vectors);
}

/* Opening j reveals what, hashed j times, is the grant's a_max; no earlier value gives a later one. */
static void
test_chain (void)
{
  g_autoptr (CitizDeal) deal = deal_new (1, 1, NULL);

  for (guint j = 1; j <= 8; j++)
    {
      CitizHash a;

      citiz_grant_chain_value (&a, &deal->body.id, deal->secrets->t, 8 - j);
      for (guint i = 0; i < j; i++)
        {
          g_assert_false (citiz_hash_equal (&a, &deal->body.a_max));
          citiz_sha256 (&a, a.b, sizeof a.b);
        }
      g_assert_true (citiz_hash_equal (&a, &deal->body.a_max));
    }
}

static void
test_passcode (void)
{
  g_autoptr (CitizDeal) deal = deal_new (1, 1, "4821");
  g_autoptr (CitizLink) link = citiz_link_parse (deal->link, NULL);
  const CitizDealPart *part = deal->parts->pdata[0];
  static const gchar *const tries[] = {"4821", "4822"};

  g_assert_true (link->passcode);
  g_assert_true (part->has_passcode);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (CitizSecret) pk = citiz_grant_passcode_key (&link->grant, tries[i]);
      g_autoptr (CitizSecret) proof = citiz_grant_passcode_proof (link->t, &part->node, pk);
      CitizHash h;

      citiz_sha256 (&h, citiz_secret_data (proof), 32);
      g_assert_cmpint (citiz_hash_equal (&h, &part->proof_hash), ==, i == 0);
    }
}

static void
test_code (void)
{
  g_autoptr (CitizDeal) deal = deal_new (1, 1, NULL);
  gint64 began = g_get_monotonic_time ();
  g_autoptr (CitizCodeEntry) entry
      = citiz_deal_seal_code (citiz_env_system (), deal, 0, "1959-03-12");
  gint64 took = g_get_monotonic_time () - began;
  g_autofree gchar *spoken = g_strdup_printf ("%.4s-%s ", deal->code, deal->code + 4);
  g_autofree gchar *typed = g_ascii_strdown (spoken, -1);
  g_autofree gchar *code = citiz_code_normalize (typed);
  g_autoptr (CitizSecret) pk = citiz_code_key (code, "1959-03-12", &entry->grant);
  g_autoptr (CitizSecret) wrong = citiz_code_key (code, "1959-03-13", &entry->grant);
  g_autoptr (CitizSecret) proof = citiz_code_proof (pk, &entry->node);
  g_autofree gchar *link = citiz_code_open (pk, &entry->grant, entry->blob, NULL);
  CitizHash h;

  g_test_message ("the entry of the spoken code took %" G_GINT64_FORMAT " ms", took / 1000);
  g_assert_cmpstr (code, ==, deal->code);
  g_assert_true (strncmp (entry->locator, code, 3) == 0);
  g_assert_cmpstr (link, ==, deal->link);
  g_assert_null (citiz_code_open (wrong, &entry->grant, entry->blob, NULL));
  citiz_sha256 (&h, citiz_secret_data (proof), 32);
  g_assert_true (citiz_hash_equal (&h, &entry->proof_hash));
  g_assert_null (citiz_code_normalize ("ABCD"));
  g_assert_null (citiz_code_normalize ("ABCDEFG0"));
  g_assert_null (citiz_code_normalize ("ABCDEFGHJ"));
}

static void
test_notes (void)
{
  g_autoptr (CitizDeal) deal = deal_new (1, 1, NULL);
  gchar name[] = "Camille Oue\xe2\x80\xae"
                 "llet\x07",
        role[] = "physician",
        place[] = "Qu\xc3\xa9"
                  "bec";
  gchar reason[] = "ETREAT", lang[] = "fr", text[] = "l1\nl2";
  CitizNote note = {name, role, place, reason, lang, text};

  for (guint mode = CITIZ_NOTE_MODE_PAGE; mode <= CITIZ_NOTE_MODE_NODE; mode++)
    {
      CitizSecret *key = mode == CITIZ_NOTE_MODE_PAGE ? deal->secrets->k_r : deal->secrets->t;
      g_autoptr (GBytes) sealed
          = citiz_note_seal (citiz_env_system (), (CitizNoteMode) mode, &deal->body.id, key, &note);
      g_autoptr (CitizNote) got
          = citiz_note_open (&deal->body.id, deal->secrets->k_r, deal->secrets->t, sealed, NULL);
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (sealed, 0, g_bytes_get_size (sealed) - 1);
      CitizId other = deal->body.id;

      g_assert_nonnull (got);
      g_assert_cmpstr (got->name, ==, "Camille Ouellet");
      g_assert_cmpstr (got->text, ==, "l1\nl2");
      g_assert_null (
          citiz_note_open (&deal->body.id, deal->secrets->k_r, deal->secrets->t, cut, NULL));
      other.b[0] ^= 1;
      g_assert_null (citiz_note_open (&other, deal->secrets->k_r, deal->secrets->t, sealed, NULL));
    }
}

static void
test_receipt (void)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);
  g_autoptr (CitizSigningKey) key = citiz_signing_key_new_from_seed (seed);
  CitizReceipt receipt = {.time = {1790000000000}}, again;
  CitizSignature signature;
  guint8 bytes[CITIZ_RECEIPT_SIZE];
  g_auto (GStrv) en = NULL;
  g_auto (GStrv) fr = NULL;

  citiz_random (receipt.opening.b, sizeof receipt.opening.b);
  citiz_receipt_encode (bytes, &receipt);
  g_assert_true (citiz_receipt_decode (&again, bytes, sizeof bytes));
  g_assert_false (citiz_receipt_decode (&again, bytes, sizeof bytes - 1));
  g_assert_true (citiz_hash_equal (&again.opening, &receipt.opening));
  citiz_receipt_sign (&signature, &receipt, key);
  g_assert_true (citiz_receipt_verify (&receipt, &signature, citiz_signing_key_get_public (key)));
  g_assert_false (citiz_stalled_verify (&receipt, receipt.time, &signature,
                                        citiz_signing_key_get_public (key)));
  citiz_stalled_sign (&signature, &receipt, receipt.time, key);
  g_assert_true (citiz_stalled_verify (&receipt, receipt.time, &signature,
                                       citiz_signing_key_get_public (key)));
  g_assert_false (citiz_stalled_verify (&receipt, (CitizTime){receipt.time.ms + 1}, &signature,
                                        citiz_signing_key_get_public (key)));
  g_assert_false (citiz_receipt_verify (&receipt, &signature, citiz_signing_key_get_public (key)));
  citiz_receipt_sign (&signature, &receipt, key);
  again.time.ms++;
  g_assert_false (citiz_receipt_verify (&again, &signature, citiz_signing_key_get_public (key)));
  en = citiz_receipt_words (&receipt, 1, CITIZ_LANGUAGE_EN);
  fr = citiz_receipt_words (&receipt, 1, CITIZ_LANGUAGE_FR);
  g_assert_cmpuint (g_strv_length (en), ==, 6);
  g_assert_cmpuint (g_strv_length (fr), ==, 6);
}

static void
test_offline (void)
{
  static const gchar page[]
      = "<!doctype html><script type=\"application/json\" id=\"citiz-capsule\"></script><p>x";
  json_t *bundle = bundle_new (), *again;
  g_autofree gchar *html
      = citiz_offline_make (citiz_env_system (), page, bundle, "ABCDEFGH", "</script><b>", NULL);

  g_assert_nonnull (html);
  g_assert_null (strstr (html, "<b>"));
  again = citiz_offline_open (html, "ABCDEFGH", NULL);
  g_assert_true (json_equal (bundle, again));
  g_assert_null (citiz_offline_open (html, "ABCDEFGJ", NULL));
  g_assert_null (citiz_offline_open (page, "ABCDEFGH", NULL));
  g_assert_null (citiz_offline_make (citiz_env_system (), "<p>", bundle, "ABCDEFGH", "", NULL));
  json_decref (bundle);
  json_decref (again);
}

static void
test_hostile (void)
{
  g_autoptr (CitizDeal) deal = deal_new (1, 1, NULL);
  g_autoptr (GString) zeros = g_string_new (NULL);
  g_autofree gchar *bomb = NULL, *jwe = NULL, *good = NULL;
  static const gchar *const bad_links[] = {
      "",
      "shlink:/",
      "shlink:/e30",
      "https://x/v#shlink:/bnVsbA",
      "shlink:/eyJ1cmwiOiJodHRwOi8veC9zaGwvYSIsImtleSI6ImEifQ",
  };

  /* A bundle that deflates 1000 to 1 is stopped before it fills the memory. */
  g_string_set_size (zeros, CITIZ_CAPSULE_BUNDLE_MAX + 1024);
  memset (zeros->str, ' ', zeros->len);
  bomb = citiz_jwe_encrypt (citiz_env_system (), deal->secrets->k_r, (const guint8 *) zeros->str,
                            zeros->len);
  g_assert_null (citiz_jwe_decrypt (deal->secrets->k_r, bomb, -1, NULL));
  good = citiz_jwe_encrypt (citiz_env_system (), deal->secrets->k_r, (const guint8 *) "{}", 2);
  for (gsize i = 0; i < strlen (good); i += 7)
    {
      g_autofree gchar *bent = g_strdup (good);

      bent[i] = bent[i] == 'A' ? 'B' : 'A';
      g_assert_null (citiz_jwe_decrypt (deal->secrets->k_r, bent, -1, NULL));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_links); i++)
    g_assert_null (citiz_link_parse (bad_links[i], NULL));
}

static void
test_profile (void)
{
  g_autoptr (CitizProfile) profile = citiz_profile_new ();
  g_autoptr (CitizProfile) again = NULL;
  g_autofree gchar *text = NULL, *text2 = NULL;
  CitizId id = citiz_env_new_id (citiz_env_system ());
  static const gchar *const bad[] = {"",
                                     "{}",
                                     "{\"v\":2}",
                                     "{\"v\":1,\"shown\":{\"x\":true}}",
                                     "{\"v\":1,\"more\":1}",
                                     "{\"v\":1,\"sensitive\":[0]}",
                                     "{\"v\":1,\"masked\":[\"zz\"]}",
                                     "{\"v\":1,\"label\":\"full\"}",
                                     "{\"v\":1,\"v\":1}"};

  for (guint category = 1; category < 8; category++)
    g_assert_false (citiz_profile_shows_sensitive (profile, category));
  citiz_profile_set_shows (profile, CITIZ_PART_DIET, FALSE);
  citiz_profile_set_shows_sensitive (profile, 2, TRUE);
  citiz_profile_set_masks (profile, &id, TRUE);
  g_assert_true (citiz_profile_opens_stalled (profile));
  citiz_profile_set_opens_stalled (profile, FALSE);
  citiz_profile_set_contact (profile, "Marc \xe2\x80\x94 conjoint", "514 555-0142");
  text = citiz_profile_to_json (profile);
  again = citiz_profile_from_json (text, -1, NULL);
  g_assert_nonnull (again);
  text2 = citiz_profile_to_json (again);
  g_assert_cmpstr (text, ==, text2);
  g_assert_false (citiz_profile_shows (again, CITIZ_PART_DIET));
  g_assert_true (citiz_profile_shows_sensitive (again, 2));
  g_assert_true (citiz_profile_masks (again, &id));
  g_assert_false (citiz_profile_opens_stalled (again));
  g_clear_pointer (&again, citiz_profile_free);
  again = citiz_profile_from_json ("{\"v\":1}", -1, NULL); /* kept before there was a choice */
  g_assert_true (citiz_profile_opens_stalled (again));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (citiz_profile_from_json (bad[i], -1, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_func ("/consent/deal/round-trip", test_round_trip);
  g_test_add_func ("/consent/deal/long-label", test_long_label);
  g_test_add_func ("/consent/deal/renewal", test_renewal);
  g_test_add_func ("/consent/deal/too-few-shares", test_too_few_shares);
  g_test_add_func ("/consent/deal/vectors", test_vectors);
  g_test_add_func ("/consent/deal/chain", test_chain);
  g_test_add_func ("/consent/deal/passcode", test_passcode);
  g_test_add_func ("/consent/code", test_code);
  g_test_add_func ("/consent/notes", test_notes);
  g_test_add_func ("/consent/receipt", test_receipt);
  g_test_add_func ("/consent/offline", test_offline);
  g_test_add_func ("/consent/hostile", test_hostile);
  g_test_add_func ("/consent/profile", test_profile);
  return g_test_run ();
}
