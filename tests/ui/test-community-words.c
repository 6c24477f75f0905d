/* What is said of a community and of an access that its nodes hold, in each state: nothing is promised that cannot be kept.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <string.h>

#include "app/citiz-session-private.h"
#include "ui/citiz-access-text.h"
#include "ui/citiz-community-text.h"
#include "ui/citiz-format.h"
#include "ui/citiz-window.h"

/* Each state, and each size of a community, has a title and a sentence; nothing is promised that cannot be kept. */
/* The ledger stands still: neither the header nor the Ledger page says that all goes on, or that all agree. */
static void
test_still_words (CitizCommunityView *view)
{
  view->state = CITIZ_COMMUNITY_VIEW_EVEN;
  view->level = 2;
  view->n_validators = 4;
  view->may_fail = view->may_lie = 1;
  view->n_waiting = 1;
  view->still = TRUE;
  for (view->n_missing = 0; view->n_missing < 3; view->n_missing++)
    {
      g_auto (CitizSaying) saying = {0};
      g_autofree gchar *header = citiz_session_explain_community (view);

      citiz_community_say_state (view, (CitizTime){0}, &saying);
      g_assert_nonnull (strstr (header, "stands still"));
      g_assert_nonnull (strstr (saying.title, "stands still"));
      g_assert_null (strstr (saying.text, "everything goes on"));
      g_assert_nonnull (strstr (saying.text, "What waits is kept"));
      g_assert_true (citiz_community_view_stands (view));
    }
  view->still = FALSE;
  view->n_missing = view->n_waiting = 0;
}

/* Some answer and do not vote: they are counted with those that do not answer, and named otherwise. */
static void
test_silent_words (CitizCommunityView *view)
{
  view->n_validators = 4;
  view->n_signed = 3;
  for (guint n = 0; n < 9; n++)
    {
      g_auto (CitizSaying) state = {0}, tolerance = {0};
      g_autofree gchar *header = NULL;
      guint away;

      view->n_missing = n % 3;
      view->n_silent = n / 3;
      away = view->n_missing + view->n_silent;
      header = citiz_session_explain_community (view);
      citiz_community_say_state (view, (CitizTime){0}, &state);
      citiz_community_say_tolerance (view, &tolerance);
      g_assert_cmpint (away > 1, ==, citiz_community_view_stands (view));
      g_assert_cmpint (away == 0, ==, g_str_equal (state.title, "All agree"));
      g_assert_cmpint (view->n_silent > 0, ==, strstr (state.title, "vote") != NULL);
      g_assert_cmpint (view->n_missing > 0, ==, strstr (state.title, "answer") != NULL);
      g_assert_cmpint (away > 1, ==, strstr (state.text, "Nothing new can be written") != NULL);
      g_assert_cmpint (away > 1, ==, strstr (header, "Verified") == NULL);
      g_assert_cmpint (away > 1, ==, g_str_has_prefix (tolerance.title, "Too few nodes"));
    }
  view->n_missing = view->n_silent = 0;
  view->few_vote = TRUE; /* who it is they do not agree on */
  for (view->n_silent = 0; view->n_silent < 2; view->n_silent++)
    {
      g_auto (CitizSaying) state = {0};

      citiz_community_say_state (view, (CitizTime){0}, &state);
      g_assert_cmpstr (state.title, ==, "Too few nodes vote");
      g_assert_nonnull (strstr (state.text, "Nothing new can be written"));
    }
  view->few_vote = FALSE;
  view->n_silent = 0;
}

/* The header says that this computer's clock is wrong: the Ledger page does not say beside it that all is well. */
static void
test_clock_words (CitizCommunityView *view)
{
  g_auto (CitizSaying) saying = {0};
  g_autofree gchar *header = NULL;

  view->skew_ms = -CITIZ_DAY;
  header = citiz_session_explain_community (view);
  citiz_community_say_state (view, (CitizTime){0}, &saying);
  g_assert_nonnull (strstr (header, "clock"));
  g_assert_cmpstr (saying.title, ==, header);
  g_assert_nonnull (strstr (saying.text, "24 hours ahead"));
  view->skew_ms = 0;
}

static void
test_words (void)
{
  CitizCommunityView view = {.name = (gchar *) "Les Cèdres", .level = 2, .progress = 1};

  view.nodes = g_ptr_array_new ();
  view.alarms = g_ptr_array_new ();
  for (guint state = 0; state <= CITIZ_COMMUNITY_VIEW_FAILED * 2; state++)
    {
      g_auto (CitizSaying) saying = {0};

      view.state = (CitizCommunityViewState) (state % (CITIZ_COMMUNITY_VIEW_FAILED + 1));
      view.false_ledger = state > CITIZ_COMMUNITY_VIEW_FAILED;
      citiz_community_say_state (&view, (CitizTime){0}, &saying);
      g_assert_cmpstr (saying.title, !=, "");
      g_assert_cmpstr (saying.text, !=, "");
      g_assert_true (!view.false_ledger || g_str_equal (saying.style, "error"));
    }
  for (guint state = 0; state <= CITIZ_COMMUNITY_VIEW_FAILED; state++)
    {
      CitizRefoundView refound = {.reason = (gchar *) "", .stays = (gchar *) "A, B"};
      g_auto (CitizSaying) saying = {0};

      view.state = (CitizCommunityViewState) state;
      view.false_ledger = FALSE;
      view.refound = &refound; /* a question comes before everything but a false ledger */
      citiz_community_say_state (&view, (CitizTime){0}, &saying);
      g_assert_nonnull (strstr (saying.title, "asks you"));
      citiz_saying_clear (&saying);
      refound.refused = TRUE; /* nothing is asked any more, and it is not told that all is well */
      citiz_community_say_state (&view, (CitizTime){0}, &saying);
      g_assert_null (strstr (saying.title, "asks you"));
      g_assert_cmpstr (saying.title, !=, "All agree");
      if (state == CITIZ_COMMUNITY_VIEW_EVEN || state == CITIZ_COMMUNITY_VIEW_CATCHING_UP)
        {
          g_autofree gchar *header = citiz_session_explain_community (&view);

          g_assert_nonnull (strstr (saying.text, "Nothing new becomes final"));
          g_assert_nonnull (strstr (header, "you stay"));
        }
      view.refound = NULL;
    }
  for (guint n = 1; n <= 13; n++)
    {
      g_auto (CitizSaying) saying = {0};

      view.n_validators = n;
      view.may_fail = (n - 1) / 3;
      view.may_lie = n > 3 ? (n - 1) / 3 : 0;
      citiz_community_say_tolerance (&view, &saying);
      g_assert_cmpint (n > 3, ==, strstr (saying.title, "lie") != NULL);
      for (view.n_missing = 1; view.n_missing <= view.may_fail + 1; view.n_missing++)
        {
          g_auto (CitizSaying) left = {0};
          g_autofree gchar *more = g_strdup_printf ("%u more", view.may_fail - view.n_missing);

          citiz_community_say_tolerance (&view, &left);
          if (view.n_missing < view.may_fail)
            g_assert_true (g_str_has_prefix (left.title, more));
          else if (view.may_fail > 0)
            g_assert_nonnull (strstr (left.title, view.n_missing == view.may_fail
                                                      ? "No other node may fail"
                                                      : "Too few"));
        }
      view.n_missing = 0;
    }
  test_still_words (&view);
  test_silent_words (&view);
  test_clock_words (&view);
  view.opens_stalled = TRUE;
  g_assert_null (strstr (citiz_community_stalled_text (&view), "too large"));
  view.opens_stalled = FALSE;
  g_assert_nonnull (strstr (citiz_community_stalled_text (&view), "too large"));
  g_assert_null (strstr (citiz_community_stalled_text (NULL), "too large"));
  g_ptr_array_unref (view.nodes);
  g_ptr_array_unref (view.alarms);
}

/* Too few answer: nothing that is said of them sounds as if somebody could open. */
static void
test_stranded (void)
{
  g_autoptr (CitizAccess) access = g_object_new (CITIZ_TYPE_ACCESS, NULL);
  CitizCommunityView view = {.state = CITIZ_COMMUNITY_VIEW_EVEN,
                             .level = 2,
                             .n_validators = 4,
                             .n_signed = 3,
                             .may_fail = 1};

  access->state = CITIZ_ACCESS_LIVE;
  access->ready = CITIZ_ACCESS_READY;
  access->n_nodes = access->n_holding = 4;
  access->n_needed = 3;
  for (view.n_missing = 0; view.n_missing <= 4; view.n_missing++)
    {
      g_autofree gchar *header = citiz_session_explain_community (&view);
      g_autofree gchar *ready = citiz_session_explain_ready (access, &view);
      const gboolean stands = view.n_missing > 1;

      g_assert_cmpint (stands, ==, strstr (header, "Verified") == NULL);
      g_assert_cmpint (stands, ==, strstr (header, "not answer") != NULL);
      g_assert_cmpint (stands, ==, strstr (ready, "Ready") == NULL);
      g_assert_cmpint (stands, ==, strstr (ready, "nobody can open it") != NULL);
    }
  view.n_missing = 0; /* those who visit the nodes in turn have not come to it yet */
  for (access->n_silent = 0; access->n_silent <= 4; access->n_silent++)
    {
      g_autofree gchar *ready = citiz_session_explain_ready (access, &view);
      g_autofree gchar *count = g_strdup_printf ("Ready: %u of 4", 4 - access->n_silent);

      g_assert_cmpint (access->n_silent > 1, ==, strstr (ready, "nobody can open it") != NULL);
      g_assert_cmpint (access->n_silent > 1, ==, strstr (ready, count) == NULL);
    }
  access->n_silent = 0;
  for (view.n_missing = 1; view.n_missing <= 2; view.n_missing++) /* while it is sent anew */
    {
      access->ready = CITIZ_ACCESS_SENDING;
      access->updated.ms = 1;
      g_assert_cmpint (citiz_access_is_stranded (access, &view), ==, view.n_missing > 1);
      access->updated.ms = 0; /* the first time: another is given in its place at once */
      g_assert_false (citiz_access_is_stranded (access, &view));
    }
  access->ready = CITIZ_ACCESS_READY; /* of twenty, those of this access all answer */
  access->n_nodes = access->n_holding = 7;
  access->n_needed = 5;
  view.n_validators = 20;
  view.n_missing = 3;
  g_assert_false (citiz_access_is_stranded (access, &view));
}

/* What opens here is offered only to nodes that can write it down; one that takes the place of another says that the other is dead; and what its nodes
 * never took is no second access of one press. */
static void
test_in_its_place (void)
{
  g_autoptr (CitizAccess) access = g_object_new (CITIZ_TYPE_ACCESS, NULL);
  CitizCommunityView view = {.state = CITIZ_COMMUNITY_VIEW_EVEN,
                             .level = 2,
                             .registered = TRUE,
                             .n_validators = 4,
                             .may_fail = 1};
  g_autofree gchar *until = NULL;
  gboolean *const stands[] = {&view.still, &view.few_vote, &view.unheard};
  CitizNodeView nodes[4]
      = {{.validator = TRUE}, {.validator = TRUE}, {.validator = TRUE}, {.validator = TRUE}};
  gpointer members[] = {&nodes[0], &nodes[1], &nodes[2], &nodes[3]};
  GPtrArray list = {.pdata = members, .len = G_N_ELEMENTS (members)};

  view.nodes = &list;
  access->state = CITIZ_ACCESS_LIVE;
  access->instead = TRUE;
  access->given.ms = 1000;
  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++) /* heard again, one after the other */
    {
      g_assert_cmpint (citiz_access_can_move (access, &view), ==, i >= 3);
      nodes[i].seen.ms = 1001;
    }
  access->given.ms += 5000; /* by the nodes' time, as long as this computer's clock is behind */
  g_assert_false (citiz_access_can_move (access, &view));
  view.skew_ms = 5000;
  g_assert_true (citiz_access_can_move (access, &view));
  view.skew_ms = 0;
  access->given.ms = 1000;
  for (guint i = 0; i < G_N_ELEMENTS (stands); i++)
    {
      g_autofree gchar *ready = NULL;

      *stands[i] = TRUE;
      ready = citiz_session_explain_ready (access, &view);
      g_assert_false (citiz_access_can_move (access, &view));
      g_assert_null (strstr (ready, "they can keep another"));
      *stands[i] = FALSE;
    }
  g_assert_null (citiz_session_explain_moved (access));
  access->replaced = TRUE;
  g_assert_nonnull (strstr (citiz_session_explain_moved (access), "open nothing any more"));

  access->expires.ms = 2000;
  until = citiz_access_until (access, (CitizTime){0});
  g_assert_nonnull (strstr (until, "until"));
  g_assert_cmpfloat (citiz_access_left (access, (CitizTime){0}), >, 0);
  access->in_vain = TRUE;
  g_assert_true (citiz_access_is_listed (access));
  access->ending = TRUE;
  g_assert_false (citiz_access_is_listed (access));
  g_free (until);
  until = citiz_access_until (access, (CitizTime){0});
  g_assert_null (strstr (until, "until")); /* it is over for the person */
  g_assert_cmpfloat (citiz_access_left (access, (CitizTime){0}), ==, 0);
  access->openings = 1; /* somebody has seen the record */
  g_assert_true (citiz_access_is_listed (access));
}

/* How an access ended that was not ended from here. */
static void
test_ended_by_copy (void)
{
  g_autoptr (CitizAccess) access = g_object_new (CITIZ_TYPE_ACCESS, NULL);
  g_autofree gchar *own = NULL, *copy = NULL;
  const CitizTime now = {1790000000000};

  access->state = CITIZ_ACCESS_REVOKED;
  access->ended.ms = now.ms - CITIZ_HOUR;
  own = citiz_access_ending (access, now);
  access->ended_by_copy = TRUE;
  copy = citiz_access_ending (access, now);
  g_assert_null (strstr (own, "copy"));
  g_assert_nonnull (strstr (copy, "by another copy of this record"));
}

/* A node that is out, one that is proven to have contradicted itself, and one that reads along are not called the same; who does not answer is not said to
 * keep a copy. */
static void
test_roles (void)
{
  static const struct
  {
    gboolean validator, blamed, missing;
    const gchar *role;
  } cases[] = {
      {TRUE, FALSE, FALSE, "1 voice · not"},
      {TRUE, TRUE, FALSE, "1 voice · has contradicted itself · not"},
      {FALSE, TRUE, FALSE, "no voice any more: it has contradicted itself · not"},
      {FALSE, TRUE, TRUE, "no voice any more: it has contradicted itself · not"},
      {FALSE, FALSE, FALSE, "keeps a copy · not"},
      {FALSE, FALSE, TRUE, "no voice · not"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CitizNodeView node = {.silent_by = (gchar *) "",
                                  .validator = cases[i].validator,
                                  .blamed = cases[i].blamed,
                                  .missing = cases[i].missing};
      g_autofree gchar *detail = citiz_node_detail (&node, (CitizTime){0});

      g_assert_true (g_str_has_prefix (detail, cases[i].role));
    }
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  citiz_ui_init ();
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  g_test_add_func ("/ui/community/words", test_words);
  g_test_add_func ("/ui/community/roles", test_roles);
  g_test_add_func ("/ui/community/stranded", test_stranded);
  g_test_add_func ("/ui/community/in-its-place", test_in_its_place);
  g_test_add_func ("/ui/community/ended-by-copy", test_ended_by_copy);
  return g_test_run ();
}
