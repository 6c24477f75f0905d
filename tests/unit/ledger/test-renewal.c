/* The same grant with a new capsule: what may change, and every refusal. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "world.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

/* The record has changed: the same grant with another capsule and other shares. */
static CitizTx *
renewal (World *world, const CitizTxGrant *first, void (*alter) (CitizTxGrant *grant))
{
  CitizTxBody body = {.grant = *first};

  body.grant.capsule.b[0] ^= 0x55;
  body.grant.committee[0].commitment.b[0] ^= 0x55;
  if (alter != NULL)
    alter (&body.grant);
  return world_tx (world, CITIZ_TX_GRANT, &world->account, 0, &body, 0);
}

static void
alter_kind (CitizTxGrant *grant)
{
  grant->kind = CITIZ_GRANT_EMERGENCY_STALLED;
}

static void
alter_a_max (CitizTxGrant *grant)
{
  grant->a_max.b[31] ^= 1;
}

static void
alter_max_openings (CitizTxGrant *grant)
{
  grant->max_openings++;
}

static void
alter_not_before (CitizTxGrant *grant)
{
  grant->not_before.ms--;
}

static void
alter_expires (CitizTxGrant *grant)
{
  grant->expires.ms++;
}

static void
alter_duration (CitizTxGrant *grant)
{
  grant->duration = CITIZ_HOUR;
}

static void
alter_scope (CitizTxGrant *grant)
{
  grant->scope.b[0] ^= 1;
}

static void
alter_nothing (CitizTxGrant *grant)
{
  grant->capsule.b[0] ^= 0x55;
  grant->committee[0].commitment.b[0] ^= 0x55;
}

static void
test_renewal_refused (void)
{
  static void (*const terms[]) (CitizTxGrant *)
      = {alter_kind,    alter_a_max,    alter_max_openings, alter_not_before,
         alter_expires, alter_duration, alter_scope,        alter_nothing};
  World world;
  CitizTxBody body;
  CitizTxBody renewed;

  world_init (&world, 1);
  world_grant_body (&world, 1, 2, &body);
  world_accept (&world, world_tx (&world, CITIZ_TX_GRANT, &world.account, 0, &body, 0));
  for (gsize i = 0; i < G_N_ELEMENTS (terms); i++)
    world_refuse (&world, renewal (&world, &body.grant, terms[i]), CITIZ_LEDGER_ERROR_EXISTS);
  renewed = body;
  renewed.grant.capsule.b[0] ^= 1;
  world_refuse (&world, world_tx (&world, CITIZ_TX_GRANT, &world.other, 0, &renewed, 2),
                CITIZ_LEDGER_ERROR_OWNER);
  world_refuse (&world, world_tx (&world, CITIZ_TX_GRANT, &world.account, 1, &renewed, 1),
                CITIZ_LEDGER_ERROR_ROLE);
  world_accept (&world, world_opening (&world, 1, 1, 2));
  world_accept (&world, world_opening (&world, 1, 2, 2));
  world_refuse (&world, renewal (&world, &body.grant, NULL),
                CITIZ_LEDGER_ERROR_CLOSED); /* used up */

  world.nonce = 60;
  world_grant_body (&world, 2, 2, &body);
  world_accept (&world, world_tx (&world, CITIZ_TX_GRANT, &world.account, 0, &body, 0));
  world_accept (&world, world_about_grant (&world, CITIZ_TX_GRANT_REVOKE, 2, &world.account, 0));
  world_refuse (&world, renewal (&world, &body.grant, NULL), CITIZ_LEDGER_ERROR_CLOSED);

  world_grant_body (&world, 3, 2, &body);
  world_accept (&world, world_tx (&world, CITIZ_TX_GRANT, &world.account, 0, &body, 0));
  world.time = body.grant.expires.ms;
  world_refuse (&world, renewal (&world, &body.grant, NULL), CITIZ_LEDGER_ERROR_CLOSED);
  world_clear (&world);
}

static void
alter_committee (CitizTxGrant *grant)
{
  grant->n_committee = 3;
  grant->threshold = 2;
  for (guint8 i = 0; i < 3; i++)
    memset (grant->committee[i].node.b, 0x10 + i, sizeof grant->committee[i].node.b);
}

static void
test_renewal (void)
{
  World world;
  CitizGrantRecord record;
  CitizGrantUse use;
  CitizGrantState state;
  CitizTxBody body;
  gint64 dealt;
  const CitizId id = world_grant_id (1);

  world_init (&world, 1);
  world_grant_body (&world, 1, 3, &body);
  body.grant.not_before.ms += CITIZ_HOUR;
  world_accept (&world, world_tx (&world, CITIZ_TX_GRANT, &world.account, 0, &body, 0));
  world_accept (&world, renewal (&world, &body.grant, NULL)); /* before it begins */
  world.time += CITIZ_HOUR;
  world_accept (&world, world_opening (&world, 1, 1, 3));
  g_assert_true (citiz_ledger_get_grant (world.ledger, &id, &record, &use));
  dealt = record.dealt.ms;

  world_accept (&world, renewal (&world, &body.grant, alter_committee));
  g_assert_true (citiz_ledger_get_grant (world.ledger, &id, &record, &use));
  g_assert_cmpint (record.dealt.ms, >, dealt);
  g_assert_cmpint (record.grant.n_committee, ==, 3);
  g_assert_cmpint (record.grant.threshold, ==, 2);
  g_assert_cmpint (record.closed, ==, 0);
  g_assert_cmpint (use.used, ==, 1);
  /* Openings go on where they were: none comes back. */
  world_refuse (&world, world_opening (&world, 1, 1, 3), CITIZ_LEDGER_ERROR_USE);
  world_accept (&world, world_opening (&world, 1, 2, 3));
  world_accept (&world, world_about_grant (&world, CITIZ_TX_GRANT_REVOKE, 1, &world.account, 0));
  /* Only the committee that holds the shares now may say that they are gone. */
  world_refuse (&world, world_about_grant (&world, CITIZ_TX_ACCESS_CLOSE, 1, &world.other, 2),
                CITIZ_LEDGER_ERROR_OWNER);
  g_assert_true (citiz_ledger_get_grant (world.ledger, &id, &record, &use));
  citiz_grant_judge (&state, &record, &use, (CitizTime){world.time});
  g_assert_cmpint (state.status, ==, CITIZ_GRANT_REVOKED);
  g_assert_cmpint (state.used, ==, 2);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    g_error ("no crypto");
  g_test_add_func ("/ledger/renewal", test_renewal);
  g_test_add_func ("/ledger/renewal-refused", test_renewal_refused);
  return g_test_run ();
}
