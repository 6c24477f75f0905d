/* How many transactions may wait: as many as /limits says, and no account takes the others' places. And what waits in vain stands in nobody's way. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-mempool.h"

#include "../store/shared-world.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

static CitizGenesis genesis = {.version = 1, .protocol = CITIZ_PROTOCOL, .n_founders = 1};

static CitizTx *
new_tx (CitizTxType type, CitizTime now)
{
  CitizTx *tx = citiz_tx_new (type);

  citiz_genesis_chain_id (&tx->chain_id, &genesis);
  tx->valid_until.ms = now.ms + CITIZ_HOUR;
  return tx;
}

static CitizSigningKey *
key_of (guint number)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);

  memset (citiz_secret_data (seed), 7, 32);
  memcpy (citiz_secret_data (seed), &number, sizeof number);
  return citiz_signing_key_new_from_seed (seed);
}

static CitizTx *
registration (guint number, CitizTime now)
{
  g_autoptr (CitizSigningKey) key = key_of (number);
  CitizTx *tx = new_tx (CITIZ_TX_ACCT_REGISTER, now);

  tx->body.reg.keys[tx->body.reg.n_keys++] = (CitizAccountKey){
      CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *citiz_signing_key_get_public (key)};
  citiz_tx_register_account_id (&tx->account, &tx->body.reg);
  citiz_tx_sign (tx, key);
  return tx;
}

static CitizTx *
commitment (const CitizTx *account, guint number, guint nonce, CitizTime now)
{
  g_autoptr (CitizSigningKey) key = key_of (number);
  CitizTx *tx = new_tx (CITIZ_TX_COMMIT_RECORDS, now);

  tx->account = account->account;
  tx->nonce = nonce;
  tx->body.commit.n_leaves = 1;
  memcpy (tx->body.commit.root.b, &nonce, sizeof nonce);
  citiz_tx_sign (tx, key);
  return tx;
}

/* Returns: whether there was room; nothing else may be wrong with it */
static gboolean
add (CitizMempool *pool, const CitizLedger *ledger, CitizTx *tx, CitizTime now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizTx) owned = tx;
  g_autoptr (CitizChecked) checked = citiz_checked_new ();
  gboolean fresh;

  if (citiz_mempool_add (pool, owned, ledger, now, checked, &fresh, &error))
    return TRUE;
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_LIMIT);
  return FALSE;
}

static void
test_account (void)
{
  g_autoptr (CitizLedger) ledger = citiz_ledger_new (&genesis);
  g_autoptr (CitizMempool) pool = citiz_mempool_new ();
  const CitizTime now = citiz_env_now (citiz_env_system ());
  g_autoptr (CitizTx) account = registration (0, now);

  g_assert_true (add (pool, ledger, citiz_tx_ref (account), now));
  for (guint i = 1; i < CITIZ_MEMPOOL_MAX_ACCOUNT; i++)
    g_assert_true (add (pool, ledger, commitment (account, 0, i, now), now));
  g_assert_false (add (pool, ledger, commitment (account, 0, CITIZ_MEMPOOL_MAX_ACCOUNT, now), now));
  g_assert_true (add (pool, ledger, registration (1, now), now)); /* others have their places */
  g_assert_cmpuint (citiz_mempool_size (pool), ==, CITIZ_MEMPOOL_MAX_ACCOUNT + 1);
}

static void
test_all (void)
{
  g_autoptr (CitizLedger) ledger = citiz_ledger_new (&genesis);
  g_autoptr (CitizMempool) pool = citiz_mempool_new ();
  const CitizTime now = citiz_env_now (citiz_env_system ());
  g_autoptr (CitizTx) first = registration (0, now);

  g_assert_true (add (pool, ledger, citiz_tx_ref (first), now));
  for (guint i = 1; i < CITIZ_MEMPOOL_MAX_TXS; i++)
    g_assert_true (add (pool, ledger, registration (i, now), now));
  g_assert_false (add (pool, ledger, registration (CITIZ_MEMPOOL_MAX_TXS, now), now));
  citiz_mempool_remove (pool, citiz_tx_get_id (first));
  g_assert_true (add (pool, ledger, registration (CITIZ_MEMPOOL_MAX_TXS, now), now));
  g_assert_cmpuint (citiz_mempool_size (pool), ==, CITIZ_MEMPOOL_MAX_TXS);
}

#define GRANTS                                                                                     \
  8 /* an account: so few that each is looked at quickly, so large that the bytes run out first */

/* The largest there is: a grant to seven nodes. */
static CitizTx *
grant (const CitizTx *account, guint number, guint nonce, CitizTime now)
{
  g_autoptr (CitizSigningKey) key = key_of (number);
  CitizTx *tx = new_tx (CITIZ_TX_GRANT, now);
  CitizTxGrant *body = &tx->body.grant;

  tx->account = account->account;
  tx->nonce = nonce;
  *body = (CitizTxGrant){.kind = CITIZ_GRANT_EMERGENCY,
                         .threshold = 5,
                         .n_committee = CITIZ_COMMITTEE_MAX,
                         .max_openings = 1,
                         .not_before = now,
                         .expires = {now.ms + CITIZ_HOUR}};
  memcpy (body->id.b, &number, sizeof number);
  memcpy (body->id.b + sizeof number, &nonce, sizeof nonce);
  for (guint i = 0; i < CITIZ_COMMITTEE_MAX; i++)
    body->committee[i].node.b[0] = (guint8) (i + 1);
  citiz_tx_sign (tx, key);
  return tx;
}

static void
test_bytes (void)
{
  g_autoptr (CitizLedger) ledger = citiz_ledger_new (&genesis);
  g_autoptr (CitizMempool) pool = citiz_mempool_new ();
  const CitizTime now = citiz_env_now (citiz_env_system ());
  gsize bytes = 0;
  gboolean full = FALSE;

  for (guint account = 0; !full; account++)
    {
      g_autoptr (CitizTx) first = registration (account, now);

      for (guint i = 0; !full && i < GRANTS; i++)
        {
          g_autoptr (CitizTx) tx = i == 0 ? citiz_tx_ref (first) : grant (first, account, i, now);
          const gsize more = bytes + g_bytes_get_size (citiz_tx_get_bytes (tx));

          full = more > CITIZ_MEMPOOL_MAX_BYTES;
          g_assert_true (add (pool, ledger, citiz_tx_ref (tx), now) == !full);
          bytes = more;
        }
    }
  g_assert_cmpuint (citiz_mempool_size (pool), <, CITIZ_MEMPOOL_MAX_TXS);
}

/* What waits in vain **********************************************************/

/* One account of a community, and what one node of it holds. */
typedef struct
{
  SharedWorld world;
  CitizMempool *pool;
  CitizChecked *checked;
  CitizTx *account; /* its registration */
  guint number;     /* of its key */
} Scene;

static void
order (Scene *scene, CitizTx *tx)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();

  citiz_block_free (shared_world_order (&scene->world, tx, changes, TRUE));
}

static void
scene_init (Scene *scene)
{
  memset (scene, 0, sizeof *scene);
  shared_world_init (&scene->world, NULL);
  scene->pool = citiz_mempool_new ();
  scene->checked = citiz_checked_new ();
  scene->number = scene->world.made;
  scene->account = shared_world_tx (&scene->world);
  order (scene, scene->account);
}

static void
scene_clear (Scene *scene)
{
  citiz_tx_unref (scene->account);
  citiz_checked_free (scene->checked);
  citiz_mempool_free (scene->pool);
  shared_world_clear (&scene->world, NULL);
}

/* @sponsor: the node that vouches for it; SHARED_N: none. Returns: (transfer full): valid for an hour */
static CitizTx *
say (Scene *scene, guint64 nonce, guint8 what, guint sponsor)
{
  SharedWorld *world = &scene->world;
  g_autoptr (CitizSigningKey) key = tools_device (scene->number);
  g_autoptr (CitizTx) tx = citiz_tx_new (CITIZ_TX_COMMIT_RECORDS);

  tx->chain_id = world->chain_id;
  tx->account = scene->account->account;
  tx->nonce = nonce;
  tx->valid_until.ms = world->now.ms + CITIZ_HOUR;
  tx->body.commit = (CitizTxCommit){1, {{what}}};
  if (sponsor < SHARED_N)
    tx->sponsor = *citiz_signing_key_get_public (world->nodes[sponsor]);
  citiz_tx_sign (tx, key);
  return sponsor < SHARED_N ? citiz_tx_vouch (tx, world->nodes[sponsor]) : g_steal_pointer (&tx);
}

/* -1: it is taken */
static gint
hand (Scene *scene, CitizTx *tx)
{
  g_autoptr (GError) error = NULL;
  gboolean fresh;

  if (citiz_mempool_add (scene->pool, tx, scene->world.ledger, scene->world.now, scene->checked,
                         &fresh, &error))
    return fresh ? -1 : G_MAXINT;
  g_assert_true (error->domain == CITIZ_LEDGER_ERROR);
  return error->code;
}

static gboolean
waits (Scene *scene, const CitizTx *tx)
{
  return citiz_mempool_has (scene->pool, citiz_tx_get_id (tx));
}

/* Another node's block gave the number to something else. */
static void
test_overtaken (void)
{
  g_autoptr (CitizTx) first = NULL, rival = NULL, next = NULL, false_ = NULL, again = NULL;
  Scene scene;

  scene_init (&scene);
  first = say (&scene, 1, 1, SHARED_N);
  rival = say (&scene, 1, 2, SHARED_N);
  next = say (&scene, 2, 3, SHARED_N);
  false_ = say (&scene, 3, 4, SHARED_N);
  false_->signature.b[0] ^= 1;
  again = say (&scene, 2, 5, SHARED_N);
  g_assert_cmpint (hand (&scene, first), ==, -1);
  order (&scene, rival);
  g_assert_cmpint (hand (&scene, next), ==, -1);
  g_assert_false (waits (&scene, first));
  g_assert_cmpuint (citiz_mempool_size (scene.pool), ==, 1);
  /* What is wrong in itself drives nothing out. */
  g_assert_cmpint (hand (&scene, false_), ==, CITIZ_LEDGER_ERROR_SIGNATURE);
  g_assert_cmpint (hand (&scene, again), ==, CITIZ_LEDGER_ERROR_NONCE);
  g_assert_true (waits (&scene, next));
  scene_clear (&scene);
}

/* The ledger stood still for so long that its time was over. */
static void
test_grown_old (void)
{
  g_autoptr (CitizTx) first = NULL, next = NULL;
  Scene scene;

  scene_init (&scene);
  first = say (&scene, 1, 1, SHARED_N);
  g_assert_cmpint (hand (&scene, first), ==, -1);
  scene.world.now.ms += 2 * CITIZ_HOUR;
  next = say (&scene, 2, 2, SHARED_N);
  g_assert_cmpint (hand (&scene, next), ==, -1);
  g_assert_false (waits (&scene, first));
  scene_clear (&scene);
}

/* The epoch ended in which its sponsor gave its word. */
static void
test_epoch_over (void)
{
  g_autoptr (CitizTx) first = NULL, next = NULL;
  g_autoptr (GPtrArray) blocks = NULL;
  Scene scene;

  scene_init (&scene);
  first = say (&scene, 1, 1, 0);
  g_assert_cmpint (hand (&scene, first), ==, -1);
  blocks = shared_world_end_epoch (&scene.world);
  next = say (&scene, 2, 2, SHARED_N);
  g_assert_cmpint (hand (&scene, next), ==, -1);
  g_assert_false (waits (&scene, first));
  scene_clear (&scene);
}

/* From now on a node vouches for so many a day. */
static void
set_quota (Scene *scene, guint32 quota)
{
  const CitizTxBody params = {.params = {1, quota, 0, 0}};
  CitizTxBody approve = {0};

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (CitizTx) account
          = shared_world_say (&scene->world, i, CITIZ_TX_ACCT_REGISTER, NULL);

      order (scene, account);
    }
  for (guint i = 0; i < 4; i++)
    {
      const CitizTxType type = i == 0 ? CITIZ_TX_PARAMS : CITIZ_TX_APPROVE;
      g_autoptr (CitizTx) tx
          = shared_world_say (&scene->world, i == 0 ? 0 : i - 1, type, i == 0 ? &params : &approve);

      order (scene, tx);
      if (i == 0)
        approve.approve.proposal = *citiz_tx_get_id (tx);
    }
}

/* Its sponsor has used up today's number: it waits for tomorrow, and what needs nothing of that sponsor does not. */
static void
test_for_tomorrow (void)
{
  g_autoptr (CitizTx) fills = NULL, first = NULL, next = NULL, stands_on_it = NULL;
  Scene scene;

  scene_init (&scene);
  set_quota (&scene, 1);
  fills = say (&scene, 1, 1, 3);
  first = say (&scene, 64, 2, 3); /* so far ahead that the last is within reach only after it */
  next = say (&scene, 2, 3, 2);
  stands_on_it = say (&scene, 128, 4, SHARED_N);
  g_assert_cmpint (hand (&scene, first), ==, -1);
  order (&scene, fills);
  g_assert_cmpint (hand (&scene, next), ==, -1);
  g_assert_true (waits (&scene, first));
  g_assert_cmpint (hand (&scene, stands_on_it), ==, CITIZ_LEDGER_ERROR_QUOTA);
  scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  genesis.time = citiz_env_now (citiz_env_system ());
  g_test_add_func ("/mempool/account", test_account);
  g_test_add_func ("/mempool/all", test_all);
  g_test_add_func ("/mempool/bytes", test_bytes);
  g_test_add_func ("/mempool/overtaken", test_overtaken);
  g_test_add_func ("/mempool/grown-old", test_grown_old);
  g_test_add_func ("/mempool/epoch-over", test_epoch_over);
  g_test_add_func ("/mempool/for-tomorrow", test_for_tomorrow);
  return g_test_run ();
}
