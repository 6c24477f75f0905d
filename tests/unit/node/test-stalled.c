/* Emergency openings while the ledger stands still: who decides that it does, what is given, what the ledger learns afterwards.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "committee-fixture.h"

#include "node/citiz-stall.h"

#include <string.h>

/* --- whether it stands still, by a clock of the test's --- */

static void
test_waiting (void)
{
  g_autoptr (CitizStall) stall = citiz_stall_new ();
  const CitizHash a = {{1}}, b = {{2}};
  gint64 now = 1000000;

  g_assert_cmpuint (citiz_stall_wait (stall, &a, now), ==, 10000);
  g_assert_cmpuint (citiz_stall_wait (stall, &a, now += 5000), ==, 5000);
  g_assert_cmpuint (citiz_stall_wait (stall, &b, now), ==, 10000); /* each for itself */
  g_assert_cmpuint (citiz_stall_wait (stall, &a, now += 4999), ==, 1);
  g_assert_cmpuint (citiz_stall_wait (stall, &a, now += 1), ==, 0);
  /* a final block, of whatever: it goes on */
  citiz_stall_progress (stall, now += 1000);
  g_assert_cmpuint (citiz_stall_wait (stall, &a, now), ==, 10000);
  g_assert_cmpuint (citiz_stall_wait (stall, &b, now), ==, 10000);
  for (guint i = 0; i < 30; i++)
    {
      citiz_stall_progress (stall, now += 5000);
      g_assert_cmpuint (citiz_stall_wait (stall, &a, now += 900), >, 9000);
    }
  /* who was stopped for an hour has seen nothing of it; nor does a clock that goes back count */
  g_assert_cmpuint (citiz_stall_wait (stall, &a, now += 3600000), >, 3000);
  g_assert_cmpuint (citiz_stall_wait (stall, &a, now - 50000), >, 3000);
  citiz_stall_forget (stall, &a);
  g_assert_cmpuint (citiz_stall_wait (stall, &a, now), ==, 10000);
}

static void
test_many_waiting (void)
{
  g_autoptr (CitizStall) stall = citiz_stall_new ();
  CitizHash note = {{0}};
  gint64 now = 5000;

  for (guint i = 0; i < CITIZ_STALL_MAX; i++)
    {
      memcpy (note.b, &i, sizeof i);
      g_assert_cmpuint (citiz_stall_wait (stall, &note, now), ==, 10000);
    }
  note = (CitizHash){{0xff, 0xff, 0xff, 0xff}};
  citiz_stall_wait (stall, &note, now);
  for (guint i = 0; i < 2; i++)
    citiz_stall_tick (stall, now += 5000);
  g_assert_cmpuint (citiz_stall_wait (stall, &note, now), ==, 10000); /* no room, no watch */
  for (guint i = 0; i < 12; i++)
    citiz_stall_tick (stall, now += 5000);
  g_assert_cmpuint (citiz_stall_wait (stall, &note, now), ==, 10000); /* the others were let go */
  citiz_stall_tick (stall, now += 5000);
  g_assert_cmpuint (citiz_stall_wait (stall, &note, now += 5000), ==, 0);
}

/* --- four nodes --- */

/* The fields that each node is asked with; @fields are those of the opening, which are the same for all. */
static Reply *
ask_stalled (Committee *world, guint seat, const CitizDeal *deal, json_t *fields)
{
  json_t *body = release_fields (world, deal, seat, "");
  Reply *reply;

  json_object_del (body, "opening");
  json_object_update (body, fields);
  reply = committee_post (world, seat, deal, "stalled", body);
  committee_wait (world, reply);
  return reply;
}

static void
expect (Committee *world, guint seat, const CitizDeal *deal, json_t *fields, guint status)
{
  g_autoptr (Reply) reply = ask_stalled (world, seat, deal, fields);

  g_assert_cmpuint (reply->status, ==, status);
  g_assert_true (status == 200 || json_object_get (reply->json, "share") == NULL);
}

/* Time passes for a node that is awake. */
static void
pass (Committee *world, guint seconds)
{
  for (guint i = 0; i < seconds; i += 5)
    {
      world->waited += 5000;
      for (guint k = 0; k < COMMITTEE; k++)
        citiz_node_sweep (world->seats[k].node);
    }
}

static gboolean
take_share (const CitizDeal *deal, const Reply *reply, CitizShare *out)
{
  const guint place = (guint) json_integer_value (json_object_get (reply->json, "index"));
  g_autoptr (GBytes) share = citiz_base64url_decode (reply_string (reply, "share"));
  g_autoptr (GBytes) salt = citiz_base64url_decode (reply_string (reply, "salt"));
  CitizHash commitment;

  citiz_grant_share_commitment (&commitment, &deal->body.id, (guint8) place,
                                g_bytes_get_data (share, NULL), g_bytes_get_data (salt, NULL));
  out->x = (guint8) place;
  out->n = 32;
  memcpy (out->y, g_bytes_get_data (share, NULL), 32);
  return citiz_hash_equal (&commitment, &deal->body.committee[place - 1].commitment);
}

static gboolean
opens (const CitizDeal *deal, const CitizShare *shares, guint n)
{
  g_autoptr (CitizSecret) k_c = citiz_shamir_combine (shares, n, NULL);
  g_autofree gchar *jwe
      = k_c ? citiz_capsule_open (&deal->body.id, k_c, deal->capsule, NULL) : NULL;

  return jwe != NULL;
}

static void
note_of (CitizHash *out, const json_t *fields)
{
  g_autoptr (GBytes) note
      = citiz_base64url_decode (json_string_value (json_object_get (fields, "note")));

  citiz_note_hash (out, note);
}

/* The node has signed what it did: this grant, this note, this number, this capsule, when. */
static void
check_receipt (Committee *world,
               guint seat,
               const CitizDeal *deal,
               const Reply *reply,
               json_t *fields)
{
  const json_t *told = json_object_get (reply->json, "receipt");
  g_autoptr (GBytes) signature
      = citiz_base64url_decode (json_string_value (json_object_get (told, "signature")));
  g_autoptr (GBytes) given = citiz_base64url_decode (reply_string (reply, "given"));
  const guint place = place_of (deal, world, seat);
  CitizReceipt alike = {.grant = deal->body.id, .capsule = deal->body.capsule};

  note_of (&alike.opening, fields);
  alike.time.ms = json_integer_value (json_object_get (fields, "use"));
  g_assert_true (citiz_stalled_verify (
      &alike, (CitizTime){json_integer_value (json_object_get (told, "time"))},
      g_bytes_get_data (signature, NULL), citiz_signing_key_get_public (world->seats[seat].key)));
  g_assert_true (citiz_given_verify (
      &alike, (guint8) (place + 1), &deal->body.committee[place].commitment,
      g_bytes_get_data (given, NULL), citiz_signing_key_get_public (world->seats[seat].key)));
}

/* Asks all, until each gives its share. */
static void
open_stalled (Committee *world, const CitizDeal *deal, json_t *fields, CitizShare shares[COMMITTEE])
{
  for (guint i = 0; i < COMMITTEE; i++)
    expect (world, i, deal, fields, 202);
  pass (world, 5);
  for (guint i = 0; i < COMMITTEE; i++)
    expect (world, i, deal, fields, 202);
  pass (world, 5);
  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autoptr (Reply) reply = ask_stalled (world, i, deal, fields);

      g_assert_cmpuint (reply->status, ==, 200);
      g_assert_true (take_share (deal, reply, &shares[i]));
      check_receipt (world, i, deal, reply, fields);
    }
}

/* What the ledger knows of the grant's openings; each node that gave has nothing left to tell. */
typedef struct
{
  const CitizDeal *deal;
  guint used;
} Known;

static gboolean
is_known (Committee *world, gconstpointer data)
{
  const Known *known = data;

  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autoptr (GArray) held = NULL;
      CitizGrantState state;

      citiz_node_sweep (world->seats[i].node);
      held = citiz_node_store_stalled (world->seats[i].db, &known->deal->body.id, NULL);
      if (held->len > 0 || !citiz_chain_grant (world->seats[i].chain, &known->deal->body.id, &state)
          || state.used != known->used)
        return FALSE;
    }
  return TRUE;
}

static gboolean
ledger_has (Committee *world, const CitizDeal *deal, json_t *fields)
{
  g_autoptr (GPtrArray) txs
      = citiz_chain_txs_of_grant (world->seats[0].chain, &deal->body.id, NULL);
  CitizHash note;
  guint n = 0;

  note_of (&note, fields);
  for (guint i = 0; i < txs->len; i++)
    {
      const CitizTxInfo *info = txs->pdata[i];

      n += info->type == CITIZ_TX_ACCESS_OPEN
           && citiz_hash_equal (&info->tx->body.open.note, &note);
    }
  return n == 1;
}

/* Two readers while nothing becomes final; all nodes begin anew; the ledger learns of both openings, once each. */
static void
test_whole_way (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = (world->stalled = TRUE, committee_deal (world, 8, NULL, COMMITTEE));
  json_auto_t *first = opening_fields (world, deal, 1, "Dre Ouellet");
  json_auto_t *same = opening_fields (world, deal, 1, "Dr Roy");
  json_auto_t *second = opening_fields (world, deal, 2, "Dr Roy");
  const Known known = {deal, 2};
  CitizShare shares[COMMITTEE];
  g_autoptr (CitizNote) note = NULL;

  committee_cut (world);
  open_stalled (world, deal, first, shares);
  g_assert_true (opens (deal, shares, QUORUM));
  g_assert_false (opens (deal, shares, QUORUM - 1)); /* nor does one node alone, or two */
  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autoptr (GPtrArray) mail = citiz_node_mail (world->seats[i].node, NULL);
      const CitizMail *one = mail->pdata[0];

      g_assert_cmpuint (mail->len, ==, 1);
      g_assert_cmpint (one->kind, ==, CITIZ_MAIL_STALLED);
      g_clear_pointer (&note, citiz_note_free);
      note = citiz_note_open (&deal->body.id, deal->secrets->k_r, deal->secrets->t, one->sealed,
                              NULL);
      g_assert_cmpstr (note->name, ==, "Dre Ouellet");
      expect (world, i, deal, first, 200); /* the answer was lost: the same again */
      expect (world, i, deal, same, 409);  /* counted */
    }
  open_stalled (world, deal, second, shares);
  committee_mend (world);
  committee_until (world, is_known, &known);
  g_assert_true (ledger_has (world, deal, first));
  g_assert_true (ledger_has (world, deal, second));
}

/* As if the nodes were slow to tell what they gave. */
static void
put_aside (Committee *world)
{
  for (guint i = 0; i < COMMITTEE; i++)
    g_assert_true (citiz_db_exec (
        world->seats[i].db,
        "CREATE TABLE kept AS SELECT * FROM node_stalled; DELETE FROM node_stalled", NULL));
}

static void
put_back (Committee *world)
{
  for (guint i = 0; i < COMMITTEE; i++)
    g_assert_true (citiz_db_exec (
        world->seats[i].db, "INSERT INTO node_stalled SELECT * FROM kept; DROP TABLE kept", NULL));
}

/* The number was taken by another's opening, which no node gave for: the one that was given is not lost. */
static void
test_number_taken (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = (world->stalled = TRUE, committee_deal (world, 8, NULL, COMMITTEE));
  json_auto_t *ghost = opening_fields (world, deal, 1, "Dr Roy");
  json_auto_t *given = opening_fields (world, deal, 2, "Dre Ouellet");
  g_autoptr (Reply) reply = NULL;
  const Known known = {deal, 2};
  CitizShare shares[COMMITTEE];

  committee_cut (world);
  open_stalled (world, deal, given, shares); /* of number 1 they have not heard */
  g_assert_true (opens (deal, shares, QUORUM));
  put_aside (world);
  committee_mend (world);
  reply = committee_post (world, 0, deal, "open", json_incref (ghost));
  committee_wait (world, reply);
  g_assert_cmpuint (reply->status, ==, 200);
  put_back (world);
  committee_until (world, is_known, &known);
  g_assert_true (ledger_has (world, deal, ghost));
  g_assert_true (ledger_has (world, deal, given));
}

/* Who has not been allowed to, has no right, or is told that it ended, gives nothing. */
static void
test_refused (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) plain = committee_deal (world, 8, NULL, COMMITTEE);
  g_autoptr (CitizDeal) deal = (world->stalled = TRUE, committee_deal (world, 1, NULL, COMMITTEE));
  g_autoptr (CitizDeal) locked = committee_deal (world, 8, "4821", COMMITTEE);
  json_auto_t *bare = opening_fields (world, plain, 1, "Dr Roy");
  json_auto_t *fields = opening_fields (world, deal, 1, "Dr Roy");
  json_auto_t *guess = opening_fields (world, locked, 1, "Dr Roy");
  json_auto_t *wrong = json_deep_copy (fields);
  json_auto_t *other = json_deep_copy (fields);

  json_object_set (wrong, "a", json_object_get (bare, "a"));
  json_object_set_new (other, "token", json_string ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
  committee_cut (world);
  for (guint round = 0; round < 3; round++, pass (world, 5))
    {
      expect (world, 0, plain, bare, 403);
      expect (world, 0, deal, wrong, 403);
      expect (world, 0, deal, other, 403);
      expect (world, 0, locked, guess, 401);
      if (round < 2)
        expect (world, 1, deal, fields, 202);
    }
  json_object_set_new (wrong, "use", json_integer (2));
  expect (world, 0, deal, wrong, 400); /* more than it may be opened */
  committee_revoke (world, deal);      /* seat 0 has seen it, nothing is final */
  expect (world, 0, deal, fields, 409);
  world->ahead = 2 * CITIZ_DAY;
  expect (world, 1, deal, fields, 409);
  world->ahead = 0;
}

static gboolean
is_final (Committee *world, gconstpointer grant)
{
  CitizGrantState state;

  for (guint i = 0; i < COMMITTEE; i++)
    if (!citiz_chain_grant (world->seats[i].chain, grant, &state) || state.used != 1)
      return FALSE;
  return TRUE;
}

/* While the ledger works nobody is talked into it: whoever waits ever so long gets an opening like any other. */
static void
test_ledger_works (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = (world->stalled = TRUE, committee_deal (world, 8, NULL, COMMITTEE));
  json_auto_t *fields = opening_fields (world, deal, 1, "Dr Roy");

  expect (world, 0, deal, fields, 202);
  committee_until (world, is_final, &deal->body.id);
  pass (world, 60);
  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autoptr (Reply) reply = ask_stalled (world, i, deal, fields);

      g_assert_cmpuint (reply->status, ==, 200);
      g_assert_null (json_object_get (reply->json, "share"));
      g_assert_nonnull (json_object_get (reply->json, "height"));
    }
}

/* The opening that is on its way is joined also beside a note whose own transaction was lost, as a stop of the node leaves one. */
static void
test_joins_the_newest (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = (world->stalled = TRUE, committee_deal (world, 8, NULL, COMMITTEE));
  json_auto_t *fields = opening_fields (world, deal, 1, "Dr Roy");
  g_autoptr (GBytes) note = g_bytes_new_static ("lost", 4);
  const CitizTime soon = {citiz_chain_time (world->seats[0].chain).ms + 1000};
  const CitizHash first = {{0}};
  g_autoptr (Reply) reply = NULL;

  g_assert_true (
      citiz_node_store_put_waiting (world->seats[0].db, &first, &deal->body.id, note, soon, NULL));
  committee_cut (world);
  expect (world, 0, deal, fields, 202);
  reply = committee_post (world, 0, deal, "open", json_incref (fields));
  expect (world, 0, deal, fields, 202);
  expect (world, 0, deal, fields, 202);
  g_assert_false (reply->done);
  committee_mend (world);
  committee_wait (world, reply);
}

/* A node that was itself stopped for an hour knows nothing of the ledger's standing still. */
static void
test_was_stopped (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = (world->stalled = TRUE, committee_deal (world, 8, NULL, COMMITTEE));
  json_auto_t *fields = opening_fields (world, deal, 1, "Dr Roy");

  committee_cut (world);
  expect (world, 0, deal, fields, 202);
  world->waited += CITIZ_HOUR;
  expect (world, 0, deal, fields, 202);
  pass (world, 5);
  expect (world, 0, deal, fields, 200);
}

/* The grant is revoked before the ledger hears of the opening: it is counted all the same, and nothing opens any more. */
static void
test_after_the_end (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = (world->stalled = TRUE, committee_deal (world, 8, NULL, COMMITTEE));
  json_auto_t *fields = opening_fields (world, deal, 1, "Dre Ouellet");
  const Known known = {deal, 1};
  CitizShare shares[COMMITTEE];
  CitizGrantState state;

  committee_cut (world);
  open_stalled (world, deal, fields, shares);
  put_aside (world);
  committee_mend (world);
  committee_revoke (world, deal);
  do
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_true (citiz_chain_grant (world->seats[0].chain, &deal->body.id, &state));
    }
  while (state.status != CITIZ_GRANT_REVOKED);
  put_back (world);
  committee_until (world, is_known, &known);
  g_assert_true (ledger_has (world, deal, fields));
  expect (world, 0, deal, fields, 409);
}

static gboolean
pass_cb (gpointer world)
{
  pass (world, 5);
  return G_SOURCE_CONTINUE;
}

/* A client that knows nothing of it asks one node and waits: that node plays its reader here, too. */
static void
test_smart_health_link (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = (world->stalled = TRUE, committee_deal (world, 8, NULL, COMMITTEE));
  g_autofree gchar *t = citiz_base64url_encode (citiz_secret_data (deal->secrets->t), 32);
  g_autofree gchar *path = g_strconcat ("/shl/", t, NULL);
  const gchar *text = "{\"recipient\":\"Dre Tremblay\"}";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  const Known known = {deal, 1};
  g_autoptr (Reply) reply = NULL;
  g_autoptr (GBytes) plain = NULL;
  const gchar *jwe;
  guint clock, told = 0;

  committee_cut (world);
  reply = committee_ask (world, 1, "POST", path, "application/json", NULL, body);
  clock = g_timeout_add (200, pass_cb, world);
  committee_wait (world, reply);
  g_source_remove (clock);
  g_assert_cmpuint (reply->status, ==, 200);
  jwe = json_string_value (
      json_object_get (json_array_get (json_object_get (reply->json, "files"), 0), "embedded"));
  plain = citiz_jwe_decrypt (deal->secrets->k_r, jwe, -1, NULL);
  g_assert_nonnull (plain);
  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autoptr (GPtrArray) mail = citiz_node_mail (world->seats[i].node, NULL);
      const CitizMail *one = mail->len > 0 ? mail->pdata[0] : NULL;
      g_autoptr (CitizNote) note = one != NULL
                                       ? citiz_note_open (&deal->body.id, deal->secrets->k_r,
                                                          deal->secrets->t, one->sealed, NULL)
                                       : NULL;

      told += note != NULL && one->kind == CITIZ_MAIL_STALLED
              && g_str_equal (note->name, "Dre Tremblay");
    }
  g_assert_cmpuint (told, >=, QUORUM);
  committee_mend (world);
  committee_until (world, is_known, &known);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    void (*run) (Committee *world, gconstpointer data);
  } tests[] = {
      {"whole-way", test_whole_way},
      {"number-taken", test_number_taken},
      {"refused", test_refused},
      {"ledger-works", test_ledger_works},
      {"joins-the-newest", test_joins_the_newest},
      {"was-stopped", test_was_stopped},
      {"after-the-end", test_after_the_end},
      {"smart-health-link", test_smart_health_link},
  };

  if (!citiz_crypto_init ())
    return 1;
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stalled/waiting", test_waiting);
  g_test_add_func ("/stalled/many-waiting", test_many_waiting);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree gchar *name = g_strconcat ("/stalled/", tests[i].name, NULL);

      g_test_add (name, Committee, NULL, committee_up, tests[i].run, committee_down);
    }
  return g_test_run ();
}
