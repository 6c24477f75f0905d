/* Invitations: as bytes, link and code; what is no invitation. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-invitation.h"

#include "crypto/citiz-crypto.h"
#include "crypto/citiz-hash.h"

#include <string.h>

static void
sample (CitizInvitation *out)
{
  const CitizHash chain = {{1, 2, 3}};
  const guint8 token[CITIZ_INVITATION_TOKEN_SIZE] = {9, 8, 7};

  citiz_invitation_init (out, &chain, "Les Cèdres");
  citiz_invitation_add_node (out, &(CitizPublicKey){{5}}, "https://citiz.example.org");
  citiz_invitation_add_node (out, &(CitizPublicKey){{4}}, "https://noeud.example.net:8443");
  citiz_invitation_set_token (out, token);
}

static void
assert_read (const gchar *text, const CitizInvitation *expected)
{
  g_autoptr (GError) error = NULL;
  CitizInvitation read;

  g_assert_true (citiz_invitation_read (text, &read, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (&read, sizeof read, expected, sizeof *expected);
}

static void
assert_refused (const gchar *text, CitizWireError code)
{
  g_autoptr (GError) error = NULL;
  CitizInvitation read;

  g_assert_false (citiz_invitation_read (text, &read, &error));
  g_assert_error (error, CITIZ_WIRE_ERROR, (gint) code);
}

/* Encoded with its sum, whatever it says. */
static void
assert_rule (const CitizInvitation *invitation, CitizWireError code)
{
  g_autofree gchar *text = citiz_invitation_code (invitation);

  assert_refused (text, code);
}

static void
test_round_trip (void)
{
  g_autofree gchar *code = NULL, *uri = NULL, *link = NULL, *mailed = NULL, *sentence = NULL;
  g_autoptr (GString) broken = NULL;
  CitizInvitation invitation;

  sample (&invitation);
  code = citiz_invitation_code (&invitation);
  uri = citiz_invitation_uri (&invitation);
  link = citiz_invitation_link (&invitation);
  g_assert_true (g_str_has_prefix (uri, "citiz:join?"));
  g_assert_true (g_str_has_prefix (link, "https://citiz.example.org/join#"));
  assert_read (code, &invitation);
  assert_read (uri, &invitation);
  assert_read (link, &invitation);
  mailed = g_strdup_printf (" <%s>.\r\n", link);
  assert_read (mailed, &invitation);
  broken = g_string_new (code);
  for (gsize i = broken->len; i > 20; i -= 20)
    g_string_insert (broken, (gssize) i - 10, "\r\n  ");
  assert_read (broken->str, &invitation);
  invitation.n_token = 0;
  memset (invitation.token, 0, sizeof invitation.token);
  g_free (g_steal_pointer (&code));
  code = citiz_invitation_code (&invitation);
  assert_read (code, &invitation);
}

/* Anything a person may paste by mistake. */
static void
test_no_invitation (void)
{
  static const gchar *const texts[]
      = {"", " ", "bonjour", "https://citiz.example.org/v#shlink:/eyJ1", "a b c é", "Bonjour"};
  g_autofree gchar *long_text = g_strnfill (100000, 'A');
  g_autofree gchar *code = NULL;
  CitizInvitation invitation;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i], CITIZ_WIRE_ERROR_FORM);
  assert_refused (long_text, CITIZ_WIRE_ERROR_FORM);
  assert_refused ("citiz:join?", CITIZ_WIRE_ERROR_TRUNCATED); /* meant, and cut */
  assert_refused ("https://citiz.example.org/join#AbC", CITIZ_WIRE_ERROR_TRUNCATED);
  sample (&invitation);
  code = citiz_invitation_code (&invitation);
  for (gsize n = 60; n < strlen (code); n++)
    {
      g_autofree gchar *cut = g_strndup (code, n);

      assert_refused (cut, CITIZ_WIRE_ERROR_TRUNCATED);
    }
  for (gsize n = strlen (code); n > 0; n--) /* cut anywhere */
    {
      g_autofree gchar *cut = g_strndup (code, n - 1);

      g_assert_false (citiz_invitation_read (cut, &invitation, NULL));
    }
  for (gsize i = 0; code[i] != '\0'; i++) /* one letter wrong */
    {
      g_autofree gchar *wrong = g_strdup (code);

      wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
      g_assert_false (citiz_invitation_read (wrong, &invitation, NULL));
    }
}

static void
test_later_version (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree gchar *code = NULL;
  CitizHash sum;

  citiz_put_u8 (bytes, 2);
  citiz_put_bytes (bytes, (const guint8 *) "something of tomorrow, as long as an invitation", 47);
  citiz_sha256 (&sum, bytes->data, bytes->len);
  citiz_put_bytes (bytes, sum.b, 4);
  code = citiz_base64url_encode (bytes->data, bytes->len);
  assert_refused (code, CITIZ_WIRE_ERROR_UNKNOWN);
}

static void
test_rules (void)
{
  CitizInvitation invitation;

  sample (&invitation);
  invitation.nodes[1].node = invitation.nodes[0].node;
  assert_rule (&invitation, CITIZ_WIRE_ERROR_FORM);
  sample (&invitation);
  invitation.name[3] = '\n';
  assert_rule (&invitation, CITIZ_WIRE_ERROR_FORM);
  sample (&invitation);
  invitation.name[3] = '\0';
  assert_rule (&invitation, CITIZ_WIRE_ERROR_FORM);
  sample (&invitation);
  invitation.n_token = 7;
  assert_rule (&invitation, CITIZ_WIRE_ERROR_LENGTH);
}

static void
test_urls (void)
{
  static const gchar *const good[]
      = {"https://a.example",  "https://a.example:8443", "http://127.0.0.1:4000",
         "http://localhost:1", "http://[::1]:80",        "https://[2001:db8::1]"};
  static const gchar *const bad[] = {"http://a.example",
                                     "https://a.example/",
                                     "https://a.example/x",
                                     "https://a.example?x",
                                     "https://a.example#x",
                                     "https://u:p@a.example",
                                     "ftp://a.example",
                                     "a.example",
                                     "https://",
                                     "",
                                     "http://127.0.0.1.evil/",
                                     "http://127.0.0.1.evil",
                                     "https://a.ex%61mple",
                                     "https://a example"};
  CitizInvitation invitation;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (citiz_node_url_is_valid (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (citiz_node_url_is_valid (bad[i]));
      if (bad[i][0] == '\0')
        continue;
      sample (&invitation);
      invitation.n_nodes = 0;
      citiz_invitation_add_node (&invitation, &(CitizPublicKey){{5}}, bad[i]);
      assert_rule (&invitation, CITIZ_WIRE_ERROR_FORM);
    }
}

/* A long name ends at a character; more nodes than fit are left out. */
static void
test_bounds (void)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree gchar *code = NULL;
  CitizInvitation invitation;

  for (guint i = 0; i < 60; i++)
    g_string_append (name, "é");
  citiz_invitation_init (&invitation, &(CitizHash){{1}}, name->str);
  g_assert_cmpuint (invitation.n_name, ==, 80);
  for (guint i = 0; i < 20; i++)
    citiz_invitation_add_node (&invitation, &(CitizPublicKey){{(guint8) (i + 1)}},
                               "https://a.example");
  g_assert_cmpuint (invitation.n_nodes, ==, CITIZ_INVITATION_MAX_NODES);
  code = citiz_invitation_code (&invitation);
  assert_read (code, &invitation);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_func ("/invitation/round-trip", test_round_trip);
  g_test_add_func ("/invitation/no-invitation", test_no_invitation);
  g_test_add_func ("/invitation/later-version", test_later_version);
  g_test_add_func ("/invitation/rules", test_rules);
  g_test_add_func ("/invitation/urls", test_urls);
  g_test_add_func ("/invitation/bounds", test_bounds);
  return g_test_run ();
}
