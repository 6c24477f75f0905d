/* How a community, its nodes and what they may do are put into words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-community-text.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/citiz-format.h"

void
citiz_saying_clear (CitizSaying *saying)
{
  g_clear_pointer (&saying->title, g_free);
  g_clear_pointer (&saying->text, g_free);
}

/* --- nodes --- */

static const gchar *
host_of (const gchar *url)
{
  const gchar *host = strstr (url, "://");

  return host != NULL ? host + 3 : url;
}

gchar *
citiz_node_name (const CitizNodeView *node)
{
  if (node->operator_[0] != '\0')
    return g_strdup (node->operator_);
  /* Translators: one that has just come, whose name is being asked for. */
  return g_strdup (node->url[0] != '\0' ? host_of (node->url) : _ ("A new node"));
}

/* What it is to the community. Who answers without a voice keeps a copy; of who does not, nobody knows. */
static const gchar *
role_of (const CitizNodeView *node)
{
  if (node->validator)
    return node->blamed ? _ ("1 voice · has contradicted itself") : _ ("1 voice");
  if (node->blamed)
    return _ ("no voice any more: it has contradicted itself");
  return node->missing ? _ ("no voice") : _ ("keeps a copy");
}

gchar *
citiz_node_detail (const CitizNodeView *node, CitizTime now)
{
  const gchar *voice = role_of (node);
  g_autofree gchar *when = NULL;

  if (node->silent_by[0] != '\0' && !node->missing)
    /* Translators: what the node does, then who runs another one: "1 voice · Les Cèdres says that it does not vote". */
    return g_strdup_printf (_ ("%s · %s says that it does not vote"), voice, node->silent_by);
  if (node->seen.ms == 0)
    return g_strdup_printf (_ ("%s · not heard of yet"), voice);
  when = citiz_format_date_time_ms (node->seen, now);
  /* Translators: what the node does, then when it last answered: "1 voice · seen today, 14:32". */
  return g_strdup_printf (_ ("%s · seen %s"), voice, when);
}

gchar *
citiz_community_who_text (const CitizCommunityView *view)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;

  for (guint i = 0; i < view->nodes->len; i++)
    {
      g_autofree gchar *name = citiz_node_name (view->nodes->pdata[i]);

      g_strv_builder_add (builder, name);
    }
  names = g_strv_builder_end (builder);
  return g_strjoinv (" · ", names);
}

/* --- what was checked, what is kept --- */

gchar *
citiz_community_head_text (const CitizCommunityView *view)
{
  g_autofree gchar *committed = citiz_format_number ((gdouble) view->committed, 0);
  g_autofree gchar *head = citiz_format_number ((gdouble) view->head, 0);

  if (view->head == 0)
    return g_strdup (_ ("It has no block yet"));
  if (view->committed == 0)
    return g_strdup (_ ("Its seal is on its way to the community"));
  if (view->committed < view->head)
    /* Translators: two numbers of blocks. */
    return g_strdup_printf (_ ("Anchored there up to its block %s of %s"), committed, head);
  return g_strdup_printf (_ ("Anchored there up to its block %s, the last"), committed);
}

gchar *
citiz_community_level_text (const CitizCommunityView *view)
{
  static const gchar *const words[] = {
      N_ ("Has checked who signed the newest block"),
      N_ ("Has recomputed every block"),
      N_ ("Has recomputed every block and checked every signature"),
  };
  const gchar *text = _ (words[MIN (view->level, G_N_ELEMENTS (words) - 1)]);

  /* Translators: what this computer verified, then that it takes no part in deciding. */
  return g_strdup_printf (_ ("%s · no voice"), text);
}

/* --- how it stands --- */

typedef struct
{
  const gchar *icon, *style, *title, *text;
} Words;

static void
take (CitizSaying *out, const Words *words)
{
  out->icon = words->icon;
  out->style = words->style;
  out->title = g_strdup (_ (words->title));
  out->text = g_strdup (_ (words->text));
}

static const Words false_ledger = {
    "citiz-alert-symbolic", "error", N_ ("The community’s ledger breaks its own rules"),
    N_ ("Enough nodes signed what cannot be, and this computer refused it. Your record and your "
        "own ledger are safe. Do not give an access over these nodes; tell those who run them, or "
        "leave.")};

static const Words refounded = {
    "citiz-people-symbolic", "warning", N_ ("Your community asks you something"),
    N_ ("Nothing of yours is changed, and nothing new becomes final for you until you have answered, "
        "below.")};

static const Words stays = {
    "citiz-people-symbolic", "neutral", N_ ("You stay with the ledger as it was"),
    N_ ("What was written until the new founding stays as it is. Nothing new becomes final for you; you "
        "can look at it again, below.")};

/* By state. */
static const Words states[] = {
    [CITIZ_COMMUNITY_VIEW_CATCHING_UP]
    = {"citiz-down-symbolic", "accent", N_ ("Catching up"), N_ ("Block %s of %s")},
    [CITIZ_COMMUNITY_VIEW_ALONE]
    = {"citiz-offline-symbolic", "neutral", N_ ("No node answers"),
       N_ ("Everything works on this computer, and what waits is sent when one answers. If the "
           "network is fine, ask those who run the nodes.")},
    [CITIZ_COMMUNITY_VIEW_DOUBTS]
    = {"citiz-alert-symbolic", "warning", N_ ("A node shows another ledger"),
       N_ ("This computer keeps to what it has verified, and nothing of yours is changed. Ask who "
           "runs the node below; the other nodes are enough meanwhile.")},
    [CITIZ_COMMUNITY_VIEW_PAUSED]
    = {"citiz-offline-symbolic", "neutral", N_ ("Paused: the network is metered"),
       N_ ("What you send is sent all the same. Preferences can have it followed there too.")},
    [CITIZ_COMMUNITY_VIEW_FAILED]
    = {"citiz-alert-symbolic", "error", N_ ("The copy of the ledger cannot be written"),
       N_ ("This computer’s disk refuses, or is full. Your record is safe; make room, then open "
           "Citiz again.")},
};

static gchar *
progress_text (const CitizCommunityView *view)
{
  g_autofree gchar *here = citiz_format_number ((gdouble) view->height, 0);
  g_autofree gchar *there
      = citiz_format_number ((gdouble) MAX (view->height, view->node_height), 0);

  return g_strdup_printf (_ ("Block %s of %s"), here, there);
}

static const Words still = {
    "citiz-clock-symbolic", "warning", N_ ("The ledger stands still"),
    N_ ("Something waits, and nothing has become final for half a minute. What you gave stays given, "
        "and a node that has heard of an end gives nothing any more. What waits is kept, and is "
        "written when the ledger goes on. If it lasts, tell those who run the nodes.")};

/* Some do not answer, or do not vote. */
static void
say_away (const CitizCommunityView *view, CitizSaying *out)
{
  out->title = citiz_session_explain_away (view);
  out->icon = "citiz-clock-symbolic";
  out->style = "warning";
  out->text = g_strdup (!citiz_community_view_stands (view)
                            ? _ ("The others are enough: everything goes on.")
                        : view->n_silent == 0 && !view->few_vote
                            ? _ ("Nothing new can be written until one is back. Your record "
                                 "stays readable, and what waits is kept.")
                            : _ ("Nothing new can be written until enough of them vote again. Your "
                                 "record stays readable, and what waits is kept."));
}

static void
say_even (const CitizCommunityView *view, CitizTime now, CitizSaying *out)
{
  g_autofree gchar *when = citiz_format_date_time_ms (view->final, now);
  const guint here = view->n_validators - view->n_missing;
  const gboolean away = view->n_missing + view->n_silent > 0 || view->few_vote;

  if (view->still)
    {
      take (out, &still);
      return;
    }
  if (away)
    {
      say_away (view, out);
      return;
    }
  if (view->skew_ms != 0 && view->alarms->len == 0)
    {
      out->icon = "citiz-clock-symbolic";
      out->style = "warning";
      out->title = citiz_session_explain_community (view); /* as in the header */
      out->text = citiz_session_explain_clock (view);
      return;
    }
  out->icon = view->alarms->len == 0 ? "citiz-shield-symbolic" : "citiz-alert-symbolic";
  out->style = view->alarms->len == 0 ? "ok" : "warning";
  out->title
      = g_strdup (view->alarms->len == 0 ? _ ("All agree") : _ ("Something to look at, below"));
  out->text = g_strdup_printf (
      ngettext ("%u node compared · newest block %s", "%u nodes compared · newest block %s", here),
      here, view->final.ms != 0 ? when : "–");
}

void
citiz_community_say_state (const CitizCommunityView *view, CitizTime now, CitizSaying *out)
{
  if (view->false_ledger)
    take (out, &false_ledger);
  else if (citiz_session_asks_refound (view))
    take (out, &refounded);
  else if (view->refound != NULL
           && (view->state == CITIZ_COMMUNITY_VIEW_EVEN
               || view->state == CITIZ_COMMUNITY_VIEW_CATCHING_UP))
    take (out, &stays);
  else if (view->state == CITIZ_COMMUNITY_VIEW_EVEN)
    say_even (view, now, out);
  else
    take (out, &states[view->state]);
  if (!view->false_ledger && view->refound == NULL
      && view->state == CITIZ_COMMUNITY_VIEW_CATCHING_UP)
    {
      g_free (out->text);
      out->text = progress_text (view);
    }
}

/* --- how many may fail or lie --- */

/* Some are away already: how many more may be. */
static void
say_left (const CitizCommunityView *view, CitizSaying *out)
{
  const guint away = view->n_missing + view->n_silent;
  const guint here = view->n_validators - away;
  const guint more = view->may_fail > away ? view->may_fail - away : 0;
  const gboolean mute = view->n_silent > 0;

  if (more > 0)
    {
      out->title = g_strdup_printf (
          ngettext ("%u more node may fail", "%u more nodes may fail", more), more);
      out->text = g_strdup_printf (
          mute
              ? ngettext ("%u of %u does not take part. Of the others %u are needed to write.",
                          "%u of %u do not take part. Of the others %u are needed to write.", away)
              : ngettext (
                  "%u of %u does not answer. Of the others %u are needed to write, refuse or open.",
                  "%u of %u do not answer. Of the others %u are needed to write, refuse or open.",
                  away),
          away, view->n_validators, view->n_validators - view->may_fail);
      return;
    }
  out->title = g_strdup (away == view->may_fail ? _ ("No other node may fail")
                         : mute                 ? _ ("Too few nodes vote")
                                                : _ ("Too few nodes answer"));
  out->text = g_strdup_printf (
      mute
          ? ngettext ("%u votes; %u are needed to write.", "%u vote; %u are needed to write.", here)
      : away == view->may_fail
          ? ngettext ("%u answers, and it is needed to write, refuse or open.",
                      "%u answer, and all of them are needed to write, refuse or open.", here)
          : ngettext ("%u answers; %u are needed to write, refuse or open.",
                      "%u answer; %u are needed to write, refuse or open.", here),
      here, view->n_validators - view->may_fail);
}

void
citiz_community_say_tolerance (const CitizCommunityView *view, CitizSaying *out)
{
  const guint n = view->n_validators, needed = n - view->may_fail;

  out->icon = "citiz-people-symbolic";
  out->style = "neutral";
  if (view->n_missing + view->n_silent > 0 && view->may_fail > 0)
    say_left (view, out);
  else if (view->few_vote)
    {
      out->title = g_strdup (_ ("Too few nodes vote"));
      out->text = g_strdup_printf (
          ngettext ("%u is needed to write.", "%u are needed to write.", needed), needed);
    }
  else if (view->may_lie > 0)
    {
      out->title = g_strdup_printf (
          ngettext ("%u node may fail or lie", "%u nodes may fail or lie", view->may_lie),
          view->may_lie);
      out->text = g_strdup_printf (
          ngettext ("The other one is enough to write, refuse or open.",
                    "The %u others are enough to write, refuse or open. With fewer, nothing new "
                    "is written, and your record stays readable here.",
                    n - view->may_lie),
          n - view->may_lie);
    }
  else if (view->may_fail > 0)
    {
      out->title = g_strdup_printf (
          ngettext ("%u node may fail", "%u nodes may fail", view->may_fail), view->may_fail);
      out->text = g_strdup_printf (
          ngettext ("%u is enough to write. This computer notices one that lies.",
                    "%u are enough to write. This computer notices one that lies.", needed),
          needed);
    }
  else
    {
      out->title = g_strdup (n > 1 ? _ ("Every node is needed") : _ ("One node alone"));
      out->text = g_strdup (_ ("If one stops, nothing new is written and your record stays "
                               "readable here. This computer notices one that lies."));
    }
}

const gchar *
citiz_community_stalled_text (const CitizCommunityView *view)
{
  if (view != NULL && !view->opens_stalled)
    return _ ("Your community is too large for it: an access waits until the ledger goes on");
  return _ ("After ten seconds your community’s nodes open all the same; you are told, and the "
            "ledger as soon as it goes on");
}
