/* citiz community: join, leave, status, evidence. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-command-private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SETTLE_SECONDS                                                                             \
  30 /* how long one waits for the network before the program ends; the rest is for the next time */

static const gchar *const state_words[] = {
    [CITIZ_COMMUNITY_VIEW_CATCHING_UP] = "catching-up",
    [CITIZ_COMMUNITY_VIEW_EVEN] = "even",
    [CITIZ_COMMUNITY_VIEW_ALONE] = "alone",
    [CITIZ_COMMUNITY_VIEW_DOUBTS] = "doubts",
    [CITIZ_COMMUNITY_VIEW_PAUSED] = "paused",
    [CITIZ_COMMUNITY_VIEW_FAILED] = "failed",
};

/* Waiting ********************************************************************/

typedef struct
{
  CitizCommandRun *run;
  gboolean (*done) (const CitizCommunityView *view);
  GMainLoop *loop;
} Settle;

static void
changed_cb (Settle *settle)
{
  const CitizCommunityView *view = citiz_session_get_community (settle->run->session);

  if (view == NULL || settle->done (view))
    g_main_loop_quit (settle->loop);
  else if (isatty (2))
    {
      g_autofree gchar *sentence = citiz_session_explain_community (view);

      fprintf (stderr, "\r\033[K%s", sentence);
    }
}

static gboolean
late_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

/* Until the community stands as wanted, or for a while. */
static void
settle (CitizCommandRun *run, gboolean (*done) (const CitizCommunityView *view))
{
  Settle settle = {run, done, g_main_loop_new (NULL, FALSE)};
  const CitizCommunityView *view = citiz_session_get_community (run->session);
  gulong handler;
  guint late;

  if (view != NULL && !done (view))
    {
      handler = g_signal_connect_swapped (run->session, "community-changed",
                                          G_CALLBACK (changed_cb), &settle);
      late = g_timeout_add_seconds (SETTLE_SECONDS, late_cb, settle.loop);
      g_main_loop_run (settle.loop);
      g_source_remove (late);
      g_signal_handler_disconnect (run->session, handler);
      if (isatty (2))
        fprintf (stderr, "\r\033[K");
    }
  g_main_loop_unref (settle.loop);
}

/* What waits may have to be asked for in another way, which takes some seconds of work: a program that ends sooner never brings it. */
static gboolean
is_settled (const CitizCommunityView *view)
{
  return view->refound != NULL
         || (view->state != CITIZ_COMMUNITY_VIEW_CATCHING_UP
             && (view->state != CITIZ_COMMUNITY_VIEW_EVEN
                 || (view->level == 2
                     && (view->n_waiting == 0 || citiz_community_view_stands (view)))));
}

static gboolean
is_joined (const CitizCommunityView *view)
{
  return view->refound != NULL
         || (view->state == CITIZ_COMMUNITY_VIEW_EVEN && view->level == 2 && view->registered
             && view->n_waiting == 0 && (view->head == 0 || view->committed > 0));
}

/* What was asked has been answered, and nothing is asked any more. */
static gboolean
is_answered (const CitizCommunityView *view)
{
  return !citiz_session_asks_refound (view) && is_settled (view);
}

/* Saying *********************************************************************/

static json_t *
describe_node (const CitizNodeView *node)
{
  g_autofree gchar *seen = node->seen.ms > 0 ? citiz_time_text (node->seen) : NULL;

  return json_pack ("{s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:s, s:s?}", "node", node->id,
                    "operator", node->operator_, "url", node->url, "validator", node->validator,
                    "missing", node->missing, "silent", node->silent, "doubted", node->doubted,
                    "blamed", node->blamed, "silentBy", node->silent_by, "seen", seen);
}

static json_t *
describe_alarm (const CitizAlarmView *alarm)
{
  static const gchar *const kinds[] = {
      [CITIZ_ALARM_VIEW_FORK] = "fork",   [CITIZ_ALARM_VIEW_OTHER] = "other-history",
      [CITIZ_ALARM_VIEW_PAGE] = "page",   [CITIZ_ALARM_VIEW_STALL] = "stall",
      [CITIZ_ALARM_VIEW_CLOCK] = "clock", [CITIZ_ALARM_VIEW_GIVEN] = "false-part",
      [CITIZ_ALARM_VIEW_COPY] = "copy",
  };
  g_autofree gchar *since = citiz_time_text (alarm->since);
  json_t *guilty = json_array ();

  for (guint i = 0; alarm->guilty[i] != NULL; i++)
    json_array_append_new (guilty, json_string (alarm->guilty[i]));
  return json_pack ("{s:s, s:s, s:s, s:I, s:o}", "kind", kinds[alarm->kind], "url", alarm->url,
                    "since", since, "height", (json_int_t) alarm->height, "guilty", guilty);
}

static json_t *
describe (const CitizCommunityView *view)
{
  g_autofree gchar *final = view->final.ms > 0 ? citiz_time_text (view->final) : NULL;
  g_autofree gchar *refound = NULL;
  json_t *nodes = json_array ();
  json_t *alarms = json_array ();

  for (guint i = 0; i < view->nodes->len; i++)
    json_array_append_new (nodes, describe_node (view->nodes->pdata[i]));
  for (guint i = 0; i < view->alarms->len; i++)
    json_array_append_new (alarms, describe_alarm (view->alarms->pdata[i]));
  if (view->refound != NULL)
    refound = citiz_session_refound_name (view->refound);
  return json_pack (
      "{s:s?, s:b, s:s, s:s, s:s, s:I, s:I, s:s?, s:i, s:f, s:b, s:i, s:i, s:i, s:b, s:i, s:i, s:i, s:b, s:I, s:I, s:i, s:o, s:o}",
      "refound", refound, "refused", view->refound != NULL && view->refound->refused, "name",
      view->name, "fingerprint", view->fingerprint, "state", state_words[view->state], "height",
      (json_int_t) view->height, "nodeHeight", (json_int_t) view->node_height, "final", final,
      "level", (int) view->level, "progress", view->progress, "registered", view->registered,
      "validators", (int) view->n_validators, "missing", (int) view->n_missing, "silent",
      (int) view->n_silent, "tooFewVote", view->few_vote, "mayFail", (int) view->may_fail, "mayLie",
      (int) view->may_lie, "waiting", (int) view->n_waiting, "standsStill", view->still,
      "personalHeight", (json_int_t) view->head, "committedHeight", (json_int_t) view->committed,
      "watchers", (int) view->watchers, "alarms", alarms, "nodes", nodes);
}

/* How many may be down or lie, where that is anybody. */
static void
say_tolerance (const CitizCommandRun *run, const CitizCommunityView *view)
{
  const guint n = view->n_validators, fail = view->may_fail, lie = view->may_lie;
  g_autofree gchar *all = NULL, *down = NULL, *lies = NULL;

  if (fail == 0)
    {
      citiz_say (run,
                 ngettext ("%u node validates; it is needed.",
                           "%u nodes validate; none of them may be down.", n),
                 n);
      return;
    }
  all = g_strdup_printf (ngettext ("%u node validates", "%u nodes validate", n), n);
  down = g_strdup_printf (ngettext ("%u may be down", "%u may be down", fail), fail);
  lies = lie == 0 ? g_strdup (_ ("none may lie"))
                  : g_strdup_printf (ngettext ("%u may lie", "%u may lie", lie), lie);
  /* Translators: "7 nodes validate; 2 may be down, 2 may lie." */
  citiz_say (run, _ ("%s; %s, %s."), all, down, lies);
}

static void
say_nodes (const CitizCommandRun *run, const CitizCommunityView *view)
{
  for (guint i = 0; i < view->nodes->len; i++)
    {
      const CitizNodeView *node = view->nodes->pdata[i];
      g_autofree gchar *seen = node->seen.ms > 0 ? citiz_time_text (node->seen) : NULL;
      const gchar *word = !node->validator && node->blamed
                              ? _ ("no voice any more: it has contradicted itself")
                          : !node->validator ? _ ("does not validate")
                          : node->missing    ? _ ("does not answer")
                          : node->silent     ? _ ("does not vote")
                                             : "";

      citiz_say (run, "  %s  %s  %s%s%s", node->operator_[0] != '\0' ? node->operator_ : node->id,
                 node->url, seen != NULL ? seen : "-", *word != '\0' ? "  " : "", word);
    }
}

static int
show (CitizCommandRun *run)
{
  const CitizCommunityView *view = citiz_session_get_community (run->session);
  g_autofree gchar *sentence = NULL, *clock = citiz_session_explain_clock (view);

  if (view == NULL)
    {
      run->answer = json_pack ("{s:n}", "name");
      citiz_say (run, "%s", _ ("This record belongs to no community."));
      return CITIZ_EXIT_DONE;
    }
  sentence = citiz_session_explain_community (view);
  run->answer = describe (view);
  citiz_say (run, "%s (%s)", view->name, view->fingerprint);
  if (!citiz_session_asks_refound (view)) /* what it asks is below, and how it is answered here */
    citiz_say (run, "%s%s", clock != NULL ? clock : sentence, clock != NULL ? "" : ".");
  citiz_say (run, _ ("Block %lu of %lu, level %u of 2."), (gulong) view->height,
             (gulong) view->node_height, view->level);
  say_tolerance (run, view);
  say_nodes (run, view);
  if (view->refound != NULL)
    {
      g_autofree gchar *refound = citiz_session_explain_refound (view->refound);

      citiz_say (run, "%s", refound);
      citiz_say (run, _ ("To go on with them: citiz community accept NAME"));
      if (!view->refound->refused)
        citiz_say (run, _ ("To stay with the ledger as it was: citiz community refuse NAME"));
    }
  for (guint i = 0; i < view->alarms->len; i++)
    {
      const CitizAlarmView *seen = view->alarms->pdata[i];
      g_autofree gchar *alarm = citiz_session_explain_alarm (seen);

      if (clock == NULL || seen->kind != CITIZ_ALARM_VIEW_CLOCK || *seen->url != '\0')
        citiz_say (run, "%s", alarm); /* else it is said above */
    }
  if (view->committed > 0)
    citiz_say (run, _ ("Your own ledger is committed there up to its block %lu of %lu."),
               (gulong) view->committed, (gulong) view->head);
  return CITIZ_EXIT_DONE;
}

/* The commands ***************************************************************/

gboolean
citiz_command_community_check (const CitizCommandRun *run)
{
  const gchar *verb = run->words[1];
  const guint n = g_strv_length (run->words);

  if (verb == NULL)
    return TRUE;
  if (g_str_equal (verb, "join") || g_str_equal (verb, "accept") || g_str_equal (verb, "refuse")
      || g_str_equal (verb, "evidence"))
    return n == 3;
  return n == 2 && (g_str_equal (verb, "leave") || g_str_equal (verb, "status"));
}

/* Nobody belongs to it before its ledger has the account: till then nothing can be written there. */
static void
say_joined (const CitizCommandRun *run, const CitizCommunityView *view)
{
  if (view->registered)
    citiz_say (run, _ ("You belong to %s now."), view->name);
  else if (view->refound != NULL)
    citiz_say (run, _ ("One step is left: %s was founded anew."), view->name);
  else
    citiz_say (run, _ ("You have asked %s to take you in; its ledger has not confirmed it yet."),
               view->name);
}

/* Returns: (nullable): what @text invites to */
static CitizInvitationView *
read_invitation (CitizCommandRun *run, const gchar *text, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  CitizWait wait = {0};

  citiz_session_read_invitation_async (run->session, text, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  return citiz_session_read_invitation_finish (run->session, result, error);
}

/* Before anything is sent, as in the window: the words are the only thing that nobody between can change. */
static gboolean
is_wanted (const CitizInvitationView *invitation)
{
  const gchar *yes = C_ ("answer", "y");
  gchar answer[16] = "";

  citiz_tell ("%s (%s)", invitation->name, invitation->fingerprint);
  citiz_tell ("%s", _ ("Its fingerprint: whoever invited you reads the same six words"));
  fprintf (stderr, "%s ", _ ("Do you join? [y/N]"));
  if (fgets (answer, sizeof answer, stdin) != NULL && g_ascii_tolower (answer[0]) == yes[0])
    return TRUE;
  citiz_tell ("%s", _ ("You did not join; nothing was changed. --yes joins without asking."));
  return FALSE;
}

static int
join (CitizCommandRun *run, const gchar *text)
{
  const CitizCommunityView *view = NULL;
  g_autoptr (CitizInvitationView) invitation = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  CitizWait wait = {0};

  invitation = read_invitation (run, text, &error);
  if (invitation == NULL)
    return citiz_refuse (error);
  if (!run->yes && !is_wanted (invitation))
    return CITIZ_EXIT_REFUSED;
  citiz_session_join_async (run->session, text, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  if (!citiz_session_join_finish (run->session, result, &error))
    return citiz_refuse (error);
  settle (run, is_joined);
  view = citiz_session_get_community (run->session);
  if (view != NULL)
    say_joined (run, view);
  return show (run);
}

static int
leave (CitizCommandRun *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  CitizWait wait = {0};

  citiz_session_leave_community_async (run->session, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  if (!citiz_session_leave_community_finish (run->session, result, &error))
    return citiz_refuse (error);
  run->answer = json_pack ("{s:n}", "name");
  citiz_say (run, "%s",
             _ ("You have left the community. Your record and its own ledger are whole."));
  return CITIZ_EXIT_DONE;
}

/* @name: of what "status" has told, so that nobody answers what he has not seen */
static const CitizRefoundView *
find_refound (CitizCommandRun *run, const gchar *name)
{
  const CitizCommunityView *view;

  settle (run, is_settled);
  view = citiz_session_get_community (run->session);
  if (view != NULL && view->refound != NULL && citiz_session_is_refound (view->refound, name))
    return view->refound;
  fprintf (stderr, "%s\n", _ ("Your community asks nothing of that name."));
  return NULL;
}

static int
answer_refound (CitizCommandRun *run, const gchar *name, gboolean accept)
{
  const CitizRefoundView *refound = find_refound (run, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  CitizWait wait = {0};

  if (refound == NULL)
    return CITIZ_EXIT_REFUSED;
  (accept ? citiz_session_accept_refound_async : citiz_session_refuse_refound_async) (
      run->session, &refound->document, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  if (!(accept ? citiz_session_accept_refound_finish
               : citiz_session_refuse_refound_finish) (run->session, result, &error))
    return citiz_refuse (error);
  citiz_say (run, "%s",
             accept ? _ ("Accepted: from now on you follow those who go on.")
                    : _ ("Said: you stay with the ledger as it was. You are not asked again."));
  settle (run, is_answered);
  return show (run);
}

/* A file that is not there: where one could be made, if there is anything to put in it. */
static int
refuse_missing (CitizCommandRun *run, const gchar *path)
{
  const CitizCommunityView *view = citiz_session_get_community (run->session);
  gboolean guilty = FALSE;

  for (guint i = 0; view != NULL && i < view->alarms->len; i++)
    guilty |= ((CitizAlarmView *) view->alarms->pdata[i])->guilty[0] != NULL;
  citiz_tell (_ ("There is no file %s."), path);
  citiz_tell ("%s", guilty ? _ ("The window writes what this Citiz has: Ledger, Vigilance.")
                           : _ ("This Citiz itself has nothing to prove: it has seen no node sign "
                                "what is false."));
  return CITIZ_EXIT_REFUSED;
}

/* Whom a file of evidence proves guilty, whoever made it. */
static int
check_evidence (CitizCommandRun *run, const gchar *path)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GStrv) names = NULL;
  CitizWait wait = {0};

  if (!g_file_query_exists (file, NULL))
    return refuse_missing (run, path);
  citiz_session_check_evidence_async (run->session, file, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  names = citiz_session_check_evidence_finish (run->session, result, &error);
  if (names == NULL)
    {
      citiz_tell (_ ("%s: %s"), path, citiz_session_explain (error));
      return CITIZ_EXIT_REFUSED;
    }
  run->answer = json_object ();
  json_object_set_new (run->answer, "guilty", json_array ());
  for (guint i = 0; names[i] != NULL; i++)
    {
      json_array_append_new (json_object_get (run->answer, "guilty"), json_string (names[i]));
      citiz_say (run, _ ("Proven to have signed what is false: %s"), names[i]);
    }
  return CITIZ_EXIT_DONE;
}

int
citiz_command_community (CitizCommandRun *run, gchar **args)
{
  if (args[0] != NULL && g_str_equal (args[0], "join"))
    return join (run, args[1]);
  if (args[0] != NULL && g_str_equal (args[0], "leave"))
    return leave (run);
  if (args[0] != NULL && g_str_equal (args[0], "accept"))
    return answer_refound (run, args[1], TRUE);
  if (args[0] != NULL && g_str_equal (args[0], "refuse"))
    return answer_refound (run, args[1], FALSE);
  if (args[0] != NULL && g_str_equal (args[0], "evidence"))
    return check_evidence (run, args[1]);
  settle (run, is_settled);
  return show (run);
}
