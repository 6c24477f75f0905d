/* SMART Health Links, the page, published limits. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node-fixture.h"

#include <string.h>

static gchar *
shl_path (const CitizDeal *deal)
{
  g_autofree gchar *t = citiz_base64url_encode (citiz_secret_data (deal->secrets->t), 32);

  return g_strconcat ("/shl/", t, NULL);
}

static json_t *
file_of (const Reply *reply)
{
  return json_array_get (json_object_get (reply->json, "files"), 0);
}

static void
assert_opens (const CitizDeal *deal, const gchar *jwe)
{
  g_autoptr (GBytes) plain = citiz_jwe_decrypt (deal->secrets->k_r, jwe, -1, NULL);

  g_assert_nonnull (plain);
  g_assert_nonnull (memmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), "Bundle", 6));
}

static void
test_embedded (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 3, NULL);
  g_autofree gchar *path = shl_path (deal);
  g_autoptr (Reply) got = fixture_call (f, "GET", path, NULL);
  g_autoptr (Reply) nobody = fixture_call (f, "POST", path, json_pack ("{}"));
  g_autoptr (Reply) reply
      = fixture_call (f, "POST", path, json_pack ("{s:s}", "recipient", "Dre Tremblay, CHUM"));
  g_autoptr (GPtrArray) mail = NULL;
  g_autoptr (CitizNote) note = NULL;

  g_assert_cmpuint (got->status, ==, 405);
  g_assert_cmpuint (nobody->status, ==, 400);
  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpstr (json_string_value (json_object_get (file_of (reply), "contentType")), ==,
                   "application/fhir+json");
  assert_opens (deal, json_string_value (json_object_get (file_of (reply), "embedded")));
  g_assert_cmpuint (f->opened, ==, 1);
  mail = citiz_node_mail (f->node, NULL);
  note = citiz_note_open (&deal->body.id, deal->secrets->k_r, deal->secrets->t,
                          ((CitizMail *) mail->pdata[0])->sealed, NULL);
  g_assert_cmpstr (note->name, ==, "Dre Tremblay, CHUM");
}

static void
test_location_once (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 3, NULL);
  g_autofree gchar *path = shl_path (deal);
  g_autoptr (Reply) reply = fixture_call (
      f, "POST", path, json_pack ("{s:s, s:i}", "recipient", "x", "embeddedLengthMax", 100));
  const gchar *location = json_string_value (json_object_get (file_of (reply), "location"));
  const gchar *origin = citiz_node_get_origin (f->node);
  g_autoptr (Reply) first = NULL, second = NULL;

  g_assert_null (json_object_get (file_of (reply), "embedded"));
  g_assert_true (g_str_has_prefix (location, origin));
  first = fixture_call (f, "GET", location + strlen (origin), NULL);
  second = fixture_call (f, "GET", location + strlen (origin), NULL);
  g_assert_cmpuint (first->status, ==, 200);
  g_assert_nonnull (strstr (first->head, "application/jose"));
  assert_opens (deal, first->body);
  g_assert_cmpuint (second->status, ==, 404);
}

static void
test_openings_are_counted (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 2, NULL);
  g_autofree gchar *path = shl_path (deal);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (Reply) reply
          = fixture_call (f, "POST", path, json_pack ("{s:s}", "recipient", "x"));

      g_assert_cmpuint (reply->status, ==, i < 2 ? 200 : 404);
    }
  g_assert_cmpuint (f->opened, ==, 2);
}

static void
test_passcode (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, "4821");
  g_autofree gchar *path = shl_path (deal);
  g_autoptr (Reply) missing = fixture_call (f, "POST", path, json_pack ("{s:s}", "recipient", "x"));
  g_autoptr (Reply) wrong = fixture_call (
      f, "POST", path, json_pack ("{s:s, s:s}", "recipient", "x", "passcode", "1111"));
  g_autoptr (Reply) right = fixture_call (
      f, "POST", path, json_pack ("{s:s, s:s}", "recipient", "x", "passcode", "4821"));

  g_assert_cmpuint (missing->status, ==, 401);
  g_assert_cmpint (reply_int (missing, "remainingAttempts"), ==, 4);
  g_assert_cmpuint (wrong->status, ==, 401);
  g_assert_cmpint (reply_int (wrong, "remainingAttempts"), ==, 3);
  g_assert_cmpuint (right->status, ==, 200);
}

static void
test_nothing_after_the_end (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) revoked = fixture_deal (f, 8, NULL);
  g_autoptr (CitizDeal) expired = fixture_deal (f, 8, NULL);
  g_autofree gchar *revoked_path = shl_path (revoked), *expired_path = shl_path (expired);
  g_autofree gchar *unknown
      = g_strconcat ("/shl/", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL);
  const gchar *paths[] = {revoked_path, expired_path, unknown};
  g_autoptr (Reply) before = fixture_call (
      f, "POST", revoked_path, json_pack ("{s:s, s:i}", "recipient", "x", "embeddedLengthMax", 10));
  const gchar *location = json_string_value (json_object_get (file_of (before), "location"));
  g_autoptr (Reply) kept = NULL;

  fixture_revoke (f, revoked);
  kept = fixture_call (f, "GET", location + strlen (citiz_node_get_origin (f->node)), NULL);
  g_assert_cmpuint (kept->status, ==, 404);
  f->now.ms += CITIZ_DAY + CITIZ_MINUTE;
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (Reply) reply
          = fixture_call (f, "POST", paths[i], json_pack ("{s:s}", "recipient", "x"));

      g_assert_cmpuint (reply->status, ==, 404);
      g_assert_cmpstr (reply->body, ==, "{\"error\":\"not found\"}");
    }
}

static void
assert_header (const Reply *reply, const gchar *line)
{
  g_assert_nonnull (strstr (reply->head, line));
}

static void
test_page_headers (Fixture *f, gconstpointer data)
{
  static const gchar *const lines[] = {
      "Content-Security-Policy: default-src 'none'; script-src 'sha256-",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "Cache-Control: no-store",
      "Referrer-Policy: no-referrer",
      "X-Content-Type-Options: nosniff",
      "Cross-Origin-Opener-Policy: same-origin",
      "Cross-Origin-Resource-Policy: same-origin",
      "Cross-Origin-Embedder-Policy: require-corp",
      "Permissions-Policy: camera=()",
      "Strict-Transport-Security: max-age=63072000",
      "X-Robots-Tag: noindex",
  };
  g_autoptr (Reply) page = fixture_call (f, "GET", "/v", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_header (page, lines[i]);
  g_assert_null (strstr (page->head, "unsafe"));
  g_assert_cmpuint (page->body_n, ==, strlen (citiz_node_get_page ()));
}

static void
test_preview (Fixture *f, gconstpointer data)
{
  json_t *bundle = json_pack ("{s:s}", "resourceType", "Bundle");
  g_autofree gchar *first = citiz_node_preview (f->node, bundle, "Lucie B.", NULL);
  g_autofree gchar *second = citiz_node_preview (f->node, bundle, "Lucie B.", NULL);
  gsize origin = strlen (citiz_node_get_origin (f->node));
  g_autoptr (Reply) replaced = fixture_call (f, "GET", first + origin, NULL);
  g_autoptr (Reply) shown = fixture_call (f, "GET", second + origin, NULL);
  g_autoptr (Reply) late = NULL;

  g_assert_cmpuint (replaced->status, ==, 404);
  g_assert_cmpuint (shown->status, ==, 200);
  g_assert_nonnull (strstr (shown->body, "\"preview\":true"));
  assert_header (shown, "Content-Security-Policy: default-src 'none'");
  f->now.ms += 11 * CITIZ_MINUTE;
  late = fixture_call (f, "GET", second + origin, NULL);
  g_assert_cmpuint (late->status, ==, 404);
  json_decref (bundle);
}

static void
test_preflight (Fixture *f, gconstpointer data)
{
  static const gchar *const paths[] = {"/shl/abc", "/v1/grants/00/open", "/v1/codes/ABC"};
  g_autoptr (Reply) none = fixture_call (f, "OPTIONS", "/nothing", NULL);

  g_assert_cmpuint (none->status, ==, 404);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (Reply) reply = fixture_call (f, "OPTIONS", paths[i], NULL);

      g_assert_cmpuint (reply->status, ==, 204);
      assert_header (reply, "Access-Control-Allow-Origin: *");
      assert_header (reply, "Access-Control-Allow-Headers: content-type");
    }
}

/* Each number of /limits that a request can meet is the one that is enforced. */
static void
test_limits_are_enforced (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (Reply) limits = fixture_call (f, "GET", "/limits", NULL);
  g_autofree gchar *path = shl_path (deal);
  g_autofree gchar *long_name = g_strnfill ((gsize) reply_int (limits, "recipientBytes") + 1, 'x');
  g_autofree gchar *just_name = g_strnfill ((gsize) reply_int (limits, "recipientBytes"), 'x');
  g_autofree gchar *huge = g_strnfill ((gsize) reply_int (limits, "bodyBytes"), 'x');
  const gsize note_bytes = (gsize) reply_int (limits, "noteBytes");
  g_autofree guint8 *zeros = g_malloc0 (note_bytes + 1);
  g_autofree gchar *just_note = citiz_base64url_encode (zeros, note_bytes),
                   *long_note = citiz_base64url_encode (zeros, note_bytes + 1);
  g_autoptr (Reply) name
      = fixture_call (f, "POST", path, json_pack ("{s:s}", "recipient", long_name));
  g_autoptr (Reply) fits
      = fixture_call (f, "POST", path, json_pack ("{s:s}", "recipient", just_name));
  g_autoptr (Reply) body = fixture_call (f, "POST", path, json_pack ("{s:s}", "recipient", huge));
  g_autoptr (Reply) noted = fixture_open (f, deal, 2, json_pack ("{s:s}", "note", long_note));
  g_autoptr (Reply) just_noted = fixture_open (f, deal, 2, json_pack ("{s:s}", "note", just_note));
  json_t *deep = json_object ();
  g_autoptr (Reply) nested = NULL;

  for (gint64 i = 0; i < reply_int (limits, "jsonDepth"); i++)
    deep = json_pack ("{s:o}", "a", deep);
  nested = fixture_call (f, "POST", path, deep);
  g_assert_cmpuint (name->status, ==, 400);
  g_assert_cmpuint (fits->status, ==, 200);
  g_assert_cmpuint (body->status, ==, 413);
  g_assert_cmpuint (noted->status, ==, 400);
  g_assert_cmpuint (just_noted->status, ==, 200);
  g_assert_cmpuint (nested->status, ==, 400);
  g_assert_cmpint (reply_int (limits, "passcodeTries"), ==, 5);
  g_assert_cmpint (reply_int (limits, "codeTries"), ==, 5);
}

static void
test_notes_are_bounded (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (Reply) limits = fixture_call (f, "GET", "/limits", NULL);
  g_autoptr (Reply) open = fixture_open (f, deal, 1, NULL);
  const CitizDealPart *part = deal->parts->pdata[0];
  g_autoptr (CitizSecret) token = citiz_grant_token (&deal->body.id, deal->secrets->t, &part->node);
  g_autofree gchar *token_text = citiz_base64url_encode (citiz_secret_data (token), 32);
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id),
                   *path = g_strdup_printf ("/v1/grants/%s/note", hex);
  g_autofree gchar *note = g_strnfill (200, 'A');
  gint64 max = reply_int (limits, "notesWaiting");

  for (gint64 i = 0; i <= max; i++)
    {
      g_autoptr (Reply) reply
          = fixture_call (f, "POST", path,
                          json_pack ("{s:s, s:s, s:s}", "opening", reply_string (open, "opening"),
                                     "token", token_text, "note", note));

      g_assert_cmpuint (reply->status, ==, i < max ? 200 : 429);
    }
  g_assert_cmpuint (f->notes, ==, (guint) max);
}

static void
test_public (Fixture *f, gconstpointer data)
{
  g_autoptr (Reply) health = fixture_call (f, "GET", "/healthz", NULL);
  g_autoptr (Reply) ready = fixture_call (f, "GET", "/readyz", NULL);
  g_autoptr (Reply) status = fixture_call (f, "GET", "/v1/status", NULL);
  g_autoptr (Reply) about = fixture_call (f, "GET", "/.well-known/citiz-node.json", NULL);
  g_autoptr (Reply) before = fixture_call (f, "GET", "/checkpoint", NULL);
  g_autoptr (CitizDeal) deal = fixture_deal (f, 1, NULL);
  g_autoptr (Reply) checkpoint = fixture_call (f, "GET", "/checkpoint", NULL);
  g_autoptr (Reply) unknown = NULL;
  g_autofree gchar *zeros = g_strnfill (64, '0'), *path = g_strconcat ("/v1/tx/", zeros, NULL);

  unknown = fixture_call (f, "GET", path, NULL);
  g_assert_cmpuint (health->status, ==, 200);
  g_assert_cmpuint (ready->status, ==, 200);
  g_assert_cmpint (reply_int (status, "time"), ==, f->now.ms);
  g_assert_cmpuint (before->status, ==, 404); /* no block yet */
  g_assert_nonnull (reply_string (about, "node"));
  g_assert_cmpuint (checkpoint->status, ==, 200);
  g_assert_cmpuint (unknown->status, ==, 404);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_up, func, fixture_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  ADD ("/node/shl/embedded", test_embedded);
  ADD ("/node/shl/location-once", test_location_once);
  ADD ("/node/shl/openings-are-counted", test_openings_are_counted);
  ADD ("/node/shl/passcode", test_passcode);
  ADD ("/node/shl/nothing-after-the-end", test_nothing_after_the_end);
  ADD ("/node/page/headers", test_page_headers);
  ADD ("/node/page/preview", test_preview);
  ADD ("/node/http/preflight", test_preflight);
  ADD ("/node/http/limits-are-enforced", test_limits_are_enforced);
  ADD ("/node/http/notes-are-bounded", test_notes_are_bounded);
  ADD ("/node/http/public", test_public);
  return g_test_run ();
}
