/* A citizen's copy of a community's chain, made from nothing: sync-client GENESIS URL FOLDER first|last. From the first block: seconds until every root was recomputed (L1) and
 * until every signature was verified (L2). From the end of the last epoch: seconds until the copy is even, and until the history before it was brought and all verified. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include "core/citiz-env.h"
#include "crypto/citiz-crypto.h"
#include "store/citiz-db.h"
#include "sync/citiz-follower.h"
#include "sync/citiz-leap.h"

#include <stdio.h>
#include <time.h>

static void
leapt_cb (gboolean *done)
{
  *done = TRUE;
}

static void
doubted_cb (gpointer object, const gchar *url, const GError *error)
{
  g_error ("%s: %s", url, error->message);
}

/* As the app begins with a large community. */
static void
leap (CitizChain *chain, const gchar *const *urls)
{
  g_autoptr (CitizLeap) leap = citiz_leap_new (chain);
  gboolean done = FALSE;

  citiz_leap_set_nodes (leap, urls);
  citiz_leap_set_least (leap, 1);
  g_signal_connect_swapped (leap, "done", G_CALLBACK (leapt_cb), &done);
  g_signal_connect (leap, "doubted", G_CALLBACK (doubted_cb), NULL);
  citiz_leap_start (leap);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  citiz_leap_stop (leap);
  g_assert_cmpuint (citiz_chain_base (chain), >, 0);
}

static void
follow (CitizChain *chain, const gchar *const *urls)
{
  g_autoptr (CitizFollower) follower = citiz_follower_new (chain, CITIZ_LEVEL_STRUCTURAL);

  g_signal_connect (follower, "doubted", G_CALLBACK (doubted_cb), NULL);
  citiz_follower_set_nodes (follower, urls);
  citiz_follower_start (follower);
  while (citiz_follower_get_state (follower) != CITIZ_FOLLOWER_EVEN)
    g_main_context_iteration (NULL, TRUE);
  citiz_follower_stop (follower);
}

/* The history that the verifier misses. */
static void
fill (CitizChain *chain, CitizChainVerifier *verifier, const gchar *const *urls)
{
  g_autoptr (CitizFollower) filler = citiz_follower_new (chain, CITIZ_LEVEL_FULL);

  g_signal_connect (filler, "doubted", G_CALLBACK (doubted_cb), NULL);
  citiz_follower_set_behind (filler, verifier);
  citiz_follower_set_nodes (filler, urls);
  citiz_follower_start (filler);
  while (citiz_follower_get_state (filler) != CITIZ_FOLLOWER_STOPPED)
    g_main_context_iteration (NULL, TRUE);
}

static void
verify (CitizChain *chain, const gchar *const *urls)
{
  g_autoptr (CitizChainVerifier) verifier = citiz_chain_verifier_new (chain, CITIZ_LEVEL_FULL);
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  citiz_chain_verifier_retrace (verifier);
  while (!done)
    {
      if (!citiz_chain_verifier_step (verifier, &done, &error))
        g_error ("%s", error->message);
      if (!done && citiz_chain_verifier_missing (verifier) > 0)
        fill (chain, verifier, urls);
    }
}

int
main (int argc, char **argv)
{
  g_autofree gchar *bytes = NULL;
  g_autoptr (CitizDb) db = NULL;
  g_autoptr (CitizChain) chain = NULL;
  g_autoptr (GError) error = NULL;
  CitizGenesis genesis;
  gdouble began, even, roots;
  gsize n;

  if (argc != 5 || !citiz_crypto_init ())
    return 2;
  if (!g_file_get_contents (argv[1], &bytes, &n, &error)
      || !citiz_genesis_decode ((const guint8 *) bytes, n, &genesis, &error))
    g_error ("%s", error->message);
  db = citiz_db_open (argv[3], CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  chain = citiz_chain_open_shared (db, citiz_env_system (), &genesis, &error);
  g_assert_no_error (error);
  began = bench_now ();
  if (g_str_equal (argv[4], "last"))
    leap (chain, (const gchar *const[]){argv[2], NULL});
  follow (chain, (const gchar *const[]){argv[2], NULL});
  even = bench_now () - began;
  roots = (gdouble) clock () / CLOCKS_PER_SEC;
  verify (chain, (const gchar *const[]){argv[2], NULL});
  printf ("{\"even\": %.3f, \"even_processor\": %.3f, \"full\": %.3f, \"processor\": %.3f, "
          "\"height\": %" G_GUINT64_FORMAT "}\n",
          even, roots, bench_now () - began, (gdouble) clock () / CLOCKS_PER_SEC,
          citiz_chain_height (chain));
  return 0;
}
