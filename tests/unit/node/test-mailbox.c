/* The mailbox of a grant: who may read it, for how long, and what it costs. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "committee-fixture.h"

#include "node/citiz-letterbox.h"

#include <string.h>

/* The mail of a grant is given to its account only, each time over a fresh nonce. */
static void
test_mailbox (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  g_autofree gchar *opening = committee_opening (world, 1, deal, 1);
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strconcat ("/v1/mailbox/", hex, NULL);
  CitizSigningKey *keys[] = {world->seats[0].key, world->citizen, world->citizen};
  const guint wanted[] = {401, 200, 401};
  g_autofree gchar *pass_text = NULL;
  gint64 row = 0;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (Reply) ask = committee_ask (world, 1, "GET", path, NULL, NULL, NULL);
      g_autoptr (Reply) reply = NULL;
      g_autofree gchar *header = NULL;

      committee_wait (world, ask);
      g_assert_cmpuint (ask->status, ==, 401);
      if (i < 2) /* the third is the second's, again */
        {
          g_autoptr (GBytes) nonce = citiz_base64url_decode (reply_string (ask, "nonce"));
          CitizMailPass pass = {.grant = deal->body.id, .time = citiz_env_now (&world->env)};

          memcpy (pass.nonce, g_bytes_get_data (nonce, NULL), sizeof pass.nonce);
          g_free (pass_text);
          pass_text = citiz_mail_pass_write (
              &pass, citiz_signing_key_get_public (world->seats[1].key), keys[i]);
        }
      header = g_strconcat ("Citiz ", pass_text, NULL);
      reply = committee_ask (world, 1, "GET", path, NULL, header, NULL);
      committee_wait (world, reply);
      g_assert_cmpuint (reply->status, ==, wanted[i]);
      if (reply->status == 200)
        {
          json_t *mail = json_array_get (json_object_get (reply->json, "mail"), 0);

          g_assert_cmpstr (json_string_value (json_object_get (mail, "opening")), ==, opening);
          row = json_integer_value (json_object_get (mail, "row"));
        }
    }
  {
    g_autofree gchar *drop = g_strdup_printf ("%s/%" G_GINT64_FORMAT, path, row);
    g_autoptr (Reply) ask = committee_ask (world, 1, "DELETE", drop, NULL, NULL, NULL);
    g_autoptr (Reply) reply = NULL;
    g_autoptr (GBytes) nonce = NULL;
    g_autofree gchar *text = NULL, *header = NULL;
    g_autoptr (GPtrArray) mail = NULL;
    CitizMailPass pass = {.grant = deal->body.id, .row = (guint64) row};

    committee_wait (world, ask);
    nonce = citiz_base64url_decode (reply_string (ask, "nonce"));
    memcpy (pass.nonce, g_bytes_get_data (nonce, NULL), sizeof pass.nonce);
    text = citiz_mail_pass_write (&pass, citiz_signing_key_get_public (world->seats[1].key),
                                  world->citizen);
    header = g_strconcat ("Citiz ", text, NULL);
    reply = committee_ask (world, 1, "DELETE", drop, NULL, header, NULL);
    committee_wait (world, reply);
    g_assert_cmpuint (reply->status, ==, 204);
    mail = citiz_node_mail (world->seats[1].node, NULL);
    g_assert_cmpuint (mail->len, ==, 0);
  }
}

typedef struct
{
  GPtrArray *mail;
  gboolean lacks;
} Box;

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Box *box = data;

  box->mail = citiz_letterbox_read_finish (result, &box->lacks, NULL);
}

static gboolean
is_read (Committee *world, gconstpointer box)
{
  return ((const Box *) box)->mail != NULL;
}

static gboolean
box_is_empty (Committee *world, gconstpointer seat)
{
  g_autoptr (GPtrArray) mail = citiz_node_mail (world->seats[GPOINTER_TO_UINT (seat)].node, NULL);

  return mail->len == 0;
}

static void
lose_shares (Seat *seat)
{
  g_assert_true (citiz_db_exec (seat->db, "DELETE FROM node_share", NULL));
}

/* The app's side of it: what was told, and whether the node has its part still. */
static void
test_letterbox (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  g_autofree gchar *opening = committee_opening (world, 1, deal, 1);
  g_autoptr (CitizHttpClient) client = citiz_http_client_new (20000);
  g_autofree gchar *hex = NULL;
  Box read = {NULL, FALSE}, again = {NULL, FALSE};
  const CitizMail *first;
  CitizLetterbox box = {.client = client,
                        .env = &world->env,
                        .origin = citiz_node_get_origin (world->seats[1].node),
                        .node = *citiz_node_get_public (world->seats[1].node),
                        .grant = deal->body.id,
                        .key = world->citizen};

  citiz_letterbox_read (&box, NULL, read_cb, &read);
  committee_until (world, is_read, &read);
  g_assert_cmpuint (read.mail->len, ==, 1);
  g_assert_false (read.lacks);
  first = read.mail->pdata[0];
  g_assert_cmpint (first->kind, ==, CITIZ_MAIL_OPENED);
  hex = citiz_hash_to_hex (&first->opening);
  g_assert_cmpstr (hex, ==, opening);
  g_assert_nonnull (first->sealed);
  citiz_letterbox_drop (&box, first->row, NULL);
  committee_until (world, box_is_empty, GUINT_TO_POINTER (1));
  lose_shares (&world->seats[1]);
  citiz_letterbox_read (&box, NULL, read_cb, &again);
  committee_until (world, is_read, &again);
  g_assert_true (again.lacks);
  g_ptr_array_unref (read.mail);
  g_ptr_array_unref (again.mail);
}

static gboolean
has_mail (Committee *world, CitizMailKind kind)
{
  g_autoptr (GPtrArray) mail = citiz_node_mail (world->seats[0].node, NULL);

  for (guint i = 0; i < mail->len; i++)
    if (((const CitizMail *) mail->pdata[i])->kind == kind)
      return TRUE;
  return FALSE;
}

/* Mail that nobody takes goes after the days that are published. */
static void
test_mail_expires (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  g_autoptr (Reply) opened = committee_open (world, 0, deal, 1);
  g_autoptr (Reply) limits = committee_ask (world, 0, "GET", "/limits", NULL, NULL, NULL);
  gint64 days;

  committee_wait (world, limits);
  days = json_integer_value (json_object_get (limits->json, "mailDays"));
  g_assert_cmpint (days, >, 30);
  world->ahead = (days - 1) * CITIZ_DAY;
  citiz_node_sweep (world->seats[0].node);
  g_assert_true (has_mail (world, CITIZ_MAIL_OPENED));
  world->ahead = (days + 1) * CITIZ_DAY;
  citiz_node_sweep (world->seats[0].node);
  g_assert_false (has_mail (world, CITIZ_MAIL_OPENED));
  g_assert_true (has_mail (world, CITIZ_MAIL_ENDED)); /* of today */
}

/* @authorization: (nullable) */
static Reply *
ask_mail (Committee *world, const CitizDeal *deal, const gchar *authorization)
{
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strconcat ("/v1/mailbox/", hex, NULL);
  Reply *reply = committee_ask (world, 0, "GET", path, NULL, authorization, NULL);

  committee_wait (world, reply);
  return reply;
}

/* What the owner shows for the nonce in @challenge. */
static gchar *
pass_for (Committee *world, const CitizDeal *deal, const Reply *challenge)
{
  g_autoptr (GBytes) nonce = citiz_base64url_decode (reply_string (challenge, "nonce"));
  CitizMailPass pass = {.grant = deal->body.id, .time = citiz_env_now (&world->env)};
  g_autofree gchar *text = NULL;

  g_assert_cmpuint (challenge->status, ==, 401);
  g_assert_cmpuint (g_bytes_get_size (nonce), ==, sizeof pass.nonce);
  memcpy (pass.nonce, g_bytes_get_data (nonce, NULL), sizeof pass.nonce);
  text = citiz_mail_pass_write (&pass, citiz_signing_key_get_public (world->seats[0].key),
                                world->citizen);
  return g_strconcat ("Citiz ", text, NULL);
}

static void
check_mail (Committee *world, const CitizDeal *deal, const gchar *authorization, guint status)
{
  g_autoptr (Reply) reply = ask_mail (world, deal, authorization);

  g_assert_cmpuint (reply->status, ==, status);
}

/* A stranger who asks for ever more to sign uses nothing up, nor what the owner was given before. */
static void
test_nonces (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 1, NULL, 1);
  g_autoptr (Reply) first = ask_mail (world, deal, NULL);
  g_autofree gchar *pass = pass_for (world, deal, first);

  for (guint i = 0; i < 300; i++)
    check_mail (world, deal, NULL, 401);
  check_mail (world, deal, pass, 200);
  check_mail (world, deal, pass, 401); /* once */
}

/* What was given to sign is good for its grant, for as long as the limits say. */
static void
test_nonce_ends (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 1, NULL, 1);
  g_autoptr (CitizDeal) other = committee_deal (world, 1, NULL, 1);
  g_autoptr (Reply) limits = committee_ask (world, 0, "GET", "/limits", NULL, NULL, NULL);
  g_autoptr (Reply) early = NULL, elsewhere = NULL, late = NULL;
  g_autofree gchar *first = NULL, *foreign = NULL, *second = NULL;
  gint64 life;

  committee_wait (world, limits);
  life = json_integer_value (json_object_get (limits->json, "mailNonceSeconds")) * CITIZ_SECOND;
  g_assert_cmpint (life, >, 0);
  early = ask_mail (world, deal, NULL);
  first = pass_for (world, deal, early);
  elsewhere = ask_mail (world, other, NULL);
  foreign = pass_for (world, deal, elsewhere);
  check_mail (world, deal, foreign, 401);
  world->waited += life;
  citiz_node_sweep (world->seats[0].node);
  check_mail (world, deal, first, 401);
  late = ask_mail (world, deal, NULL);
  second = pass_for (world, deal, late);
  check_mail (world, deal, second, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  COMMITTEE_TEST ("/committee/mailbox", test_mailbox);
  COMMITTEE_TEST ("/committee/letterbox", test_letterbox);
  COMMITTEE_TEST ("/keeping/mail-expires", test_mail_expires);
  COMMITTEE_TEST ("/keeping/mail-nonces", test_nonces);
  COMMITTEE_TEST ("/keeping/mail-nonce-ends", test_nonce_ends);
  return g_test_run ();
}
