/* Who is linked and does not vote. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-voices.h"

#define N 4

/* All of @who vote in @slot. */
static void
vote (CitizVoices *voices, const gchar *who, guint64 slot, gint64 now)
{
  for (; *who != '\0'; who++)
    citiz_voices_heard (voices, (guint) (*who - '0'), slot, now);
}

static gboolean
silent (const CitizVoices *voices, guint place, gint64 now)
{
  return citiz_voices_is_silent (voices, place, 0, now);
}

/* The others have voted in three slots, the last of them ten seconds after it was heard. */
static void
test_blocks (void)
{
  CitizVoices voices;
  gint64 now = 1000;

  citiz_voices_begin (&voices, N, 3000, now);
  for (guint64 slot = 1; slot <= 3; slot++)
    {
      g_assert_false (silent (&voices, 3, now));
      vote (&voices, "123", slot, now += 1000);
    }
  for (guint64 slot = 4; slot <= 6; slot++)
    vote (&voices, "12", slot, now += 1000);
  g_assert_false (silent (&voices, 3, now += 3600 * 1000)); /* too slow for the end of a burst */
  vote (&voices, "12", 7, now);
  g_assert_true (silent (&voices, 3, now));
  vote (&voices, "3", 6, now); /* late, but it does */
  g_assert_false (silent (&voices, 3, now));
}

/* Nothing to vote on: nobody is silent, however long it takes. */
static void
test_idle (void)
{
  CitizVoices voices;

  citiz_voices_begin (&voices, N, 3000, 0);
  vote (&voices, "123", 1, 10);
  vote (&voices, "12", 2, 20); /* the third was too slow, once */
  for (guint i = 1; i < N; i++)
    g_assert_false (silent (&voices, i, 3600 * 1000));
}

/* Something waits: who votes repeats itself. */
static void
test_standing (void)
{
  CitizVoices voices;
  const gint64 now = 40000;

  citiz_voices_begin (&voices, N, 3000, 0);
  vote (&voices, "123", 7, 100);
  vote (&voices, "1", 8, now - 3000);
  g_assert_false (citiz_voices_is_silent (&voices, 1, 20000, now));
  g_assert_true (citiz_voices_is_silent (&voices, 2, 20000, now));
  g_assert_false (citiz_voices_is_silent (&voices, 2, 5000, now));
}

/* Who repeats itself seldom, as its host has set it, is not silent in between. */
static void
test_slow_standstill (void)
{
  CitizVoices voices;

  citiz_voices_begin (&voices, N, 60000, 0);
  vote (&voices, "123", 7, 100);
  g_assert_false (citiz_voices_is_silent (&voices, 1, 179000, 179000));
  g_assert_true (citiz_voices_is_silent (&voices, 1, 181000, 181000));
}

/* Who comes back has a moment; what it was reached by says nothing of its votes. */
static void
test_linked (void)
{
  CitizVoices voices;
  gint64 now = 100;

  citiz_voices_begin (&voices, N, 3000, 0);
  vote (&voices, "123", 1, now);
  for (guint64 slot = 2; slot < 90; slot++)
    vote (&voices, "12", slot, now += 1000);
  g_assert_true (silent (&voices, 3, now));
  citiz_voices_linked (&voices, 3, now);
  g_assert_false (silent (&voices, 3, now));
  for (guint64 slot = 90; slot < 93; slot++)
    vote (&voices, "12", slot, now += 10);
  g_assert_false (silent (&voices, 3, now));
  vote (&voices, "12", 93, now += CITIZ_VOICES_QUIET);
  g_assert_true (silent (&voices, 3, now));
  g_assert_cmpint (voices.one[3].at, ==, 100);
  citiz_voices_begin (&voices, N, 3000, now); /* other validators, other places */
  g_assert_false (silent (&voices, 3, now));
}

/* Places that are nobody's are not looked at. */
static void
test_nobody (void)
{
  CitizVoices voices;

  citiz_voices_begin (&voices, 1, 3000, 0);
  citiz_voices_heard (&voices, 1, 5, 10);
  citiz_voices_linked (&voices, G_MAXUINT16, 10);
  g_assert_cmpuint (voices.spoken, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/voices/blocks", test_blocks);
  g_test_add_func ("/voices/idle", test_idle);
  g_test_add_func ("/voices/standing", test_standing);
  g_test_add_func ("/voices/slow-standstill", test_slow_standstill);
  g_test_add_func ("/voices/linked", test_linked);
  g_test_add_func ("/voices/nobody", test_nobody);
  return g_test_run ();
}
