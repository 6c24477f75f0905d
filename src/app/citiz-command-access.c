/* citiz emergency, grants, revoke, accesses, verify, node. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-access-words.h"
#include "app/citiz-command-private.h"
#include "app/citiz-session-private.h"

#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

#define READY_WITHIN_S  60
#define SHOWN_WITHIN_S  2 /* then link and code are told, and how ready it is afterwards */
#define KNOWN_WITHIN_S  5
#define EVEN_WITHIN_S   10
#define NAMED_WITHIN_S  2 /* the mail of the nodes */
#define TOLD_WITHIN_S   3
#define HANDED_WITHIN_S 5 /* then the last nodes get their part another time */

static const gchar *const state_names[] = {
    [CITIZ_ACCESS_NOT_YET] = "notyet",  [CITIZ_ACCESS_LIVE] = "active",
    [CITIZ_ACCESS_EXPIRED] = "expired", [CITIZ_ACCESS_REVOKED] = "revoked",
    [CITIZ_ACCESS_USED_UP] = "used",
};

/* The same for people. */
static const gchar *const state_words[] = {
    [CITIZ_ACCESS_NOT_YET] = N_ ("not yet"), [CITIZ_ACCESS_LIVE] = N_ ("open"),
    [CITIZ_ACCESS_EXPIRED] = N_ ("expired"), [CITIZ_ACCESS_REVOKED] = N_ ("revoked"),
    [CITIZ_ACCESS_USED_UP] = N_ ("used up"),
};

static const gchar *const opening_kinds[] = {
    [CITIZ_OPENING_READ] = "opening",
    [CITIZ_OPENING_CODE_FAILED] = "code-failed",
    [CITIZ_OPENING_NOTE] = "note",
};

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static json_t *
describe_opening (CitizOpening *opening)
{
  g_autofree gchar *when = citiz_time_text (opening->when);
  g_autofree gchar *access = citiz_id_to_hex (&opening->access);

  return json_pack ("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:b}", "kind",
                    opening_kinds[opening->kind], "grant", access, "when", when, "name",
                    opening->name, "role", opening->role, "place", opening->place, "reason",
                    opening->reason, "note", opening->note, "words", opening->words, "tx",
                    opening->tx, "stalled", (int) opening->stalled);
}

/* "2026-11-23 14:05", as clocks show it here. */
static gchar *
clock_text (CitizTime time)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (time.ms / 1000);

  return g_date_time_format (local, "%Y-%m-%d %H:%M");
}

static void
say_opening (CitizCommandRun *run, CitizOpening *opening)
{
  g_autofree gchar *when = clock_text (opening->when);
  g_autofree gchar *title = citiz_opening_title (opening);
  g_autofree gchar *place = citiz_opening_place (opening);

  citiz_say (run, "%s  %s%s%s", when, title, *place != '\0' ? " · " : "", place);
  if (opening->words != NULL)
    citiz_say (run, "  %s %s", _ ("The six words of their receipt:"), opening->words);
}

static void
opened_cb (CitizSession *session, CitizOpening *opening, gpointer data)
{
  CitizCommandRun *run = data;

  if (run->json)
    {
      json_auto_t *line = describe_opening (opening);
      json_dumpf (line, stdout, JSON_COMPACT);
      fputc ('\n', stdout);
    }
  else
    say_opening (run, opening);
  fflush (stdout);
}

/* The node runs, and openings are printed as they come, until interrupted. */
static void
serve (CitizCommandRun *run)
{
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);
  guint interrupted = g_unix_signal_add (SIGINT, quit_cb, loop);
  guint ended = g_unix_signal_add (SIGTERM, quit_cb, loop);

  g_signal_connect (run->session, "opened", G_CALLBACK (opened_cb), run);
  g_main_loop_run (loop);
  g_source_remove (interrupted);
  g_source_remove (ended);
  g_main_loop_unref (loop);
}

/* One that was told to end and is not over yet says so. */
static const gchar *
state_name (const CitizAccess *access)
{
  return access->ending ? "ending" : state_names[access->state];
}

static json_t *
describe_nodes (const CitizAccess *access)
{
  static const gchar *const names[] = {
      [CITIZ_ACCESS_SENDING] = "sending",
      [CITIZ_ACCESS_USABLE] = "usable",
      [CITIZ_ACCESS_READY] = "ready",
  };

  return json_pack ("{s:s, s:i, s:i, s:i, s:i, s:i}", "state", names[access->ready], "all",
                    (int) access->n_nodes, "needed", (int) access->n_needed, "holding",
                    (int) access->n_holding, "silent", (int) access->n_silent, "erased",
                    (int) access->n_erased);
}

static json_t *
describe_access (CitizAccess *access)
{
  json_t *json;
  g_autofree gchar *id = citiz_id_to_hex (&access->id);
  g_autofree gchar *given = citiz_time_text (access->given);
  g_autofree gchar *expires = citiz_time_text (access->expires);

  json = json_pack ("{s:s, s:s, s:b, s:s, s:s, s:i, s:s*, s:I, s:s*, s:s*, s:s*}", "grant", id,
                    "state", state_name (access), "sample", access->sample, "given", given,
                    "expires", expires, "openings", (int) access->openings, "tx", access->tx,
                    "height", (json_int_t) access->height, "link", access->link, "shlink",
                    access->shlink, "code", access->spoken);
  if (access->n_nodes > 0)
    json_object_set_new (json, "nodes", describe_nodes (access));
  if (access->copied)
    json_object_set_new (json, "copied", json_true ());
  if (access->superseded)
    json_object_set_new (json, "superseded", json_true ());
  if (access->ended_by_copy)
    json_object_set_new (json, "endedByCopy", json_true ());
  return json;
}

/* An emergency access lasts from 1 to 72 hours. */
gboolean
citiz_command_emergency_check (const CitizCommandRun *run)
{
  if (run->hours >= 1 && run->hours <= 72)
    return TRUE;
  citiz_tell ("%s", _ ("An access lasts 1 to 72 hours."));
  return FALSE;
}

typedef struct
{
  GMainLoop *loop;
  gboolean given_up;
} Patience;

static gboolean
give_up_cb (gpointer data)
{
  Patience *patience = data;

  patience->given_up = TRUE;
  g_main_loop_quit (patience->loop);
  return G_SOURCE_CONTINUE;
}

/* Waits for news of accesses until @over says that there is nothing to wait for, @seconds at most, or until interrupted. */
static void
wait_for_accesses (CitizCommandRun *run, gboolean (*over) (CitizCommandRun *run), guint seconds)
{
  static const gchar *const news[] = {"accesses-changed", "community-changed"};
  Patience patience = {g_main_loop_new (NULL, FALSE), FALSE};
  const guint interrupted = g_unix_signal_add (SIGINT, give_up_cb, &patience);
  const guint late = g_timeout_add_seconds (seconds, give_up_cb, &patience);

  for (guint i = 0; i < G_N_ELEMENTS (news); i++)
    g_signal_connect_swapped (run->session, news[i], G_CALLBACK (g_main_loop_quit), patience.loop);
  while (!over (run) && !patience.given_up)
    g_main_loop_run (patience.loop);
  g_signal_handlers_disconnect_by_data (run->session, patience.loop);
  g_source_remove (interrupted);
  g_source_remove (late);
  g_main_loop_unref (patience.loop);
}

/* One's own copy of the community's ledger is what its nodes have; or none of them answers. */
static gboolean
is_even (CitizCommandRun *run)
{
  const CitizCommunityView *community = citiz_session_get_community (run->session);

  return community == NULL || community->state != CITIZ_COMMUNITY_VIEW_CATCHING_UP;
}

/* And whose mail says who it was has said so. */
static gboolean
all_are_named (CitizCommandRun *run)
{
  GListModel *openings = citiz_session_get_openings (run->session);

  for (guint i = 0; i < g_list_model_get_n_items (openings); i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (openings, i);

      if (opening->kind == CITIZ_OPENING_READ && opening->name[0] == '\0')
        return FALSE;
    }
  return citiz_session_get_community (run->session) == NULL;
}

/* Nothing is open, and nothing is on its way: it was ended, perhaps by another copy of the record. */
static gboolean
is_none_open (CitizCommandRun *run)
{
  GListModel *accesses = citiz_session_get_accesses (run->session);

  if (citiz_session_get_emergency (run->session) != NULL)
    return FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (access->ending) /* another may be coming in its place */
        return FALSE;
    }
  return TRUE;
}

/* What became of an earlier access is known, and whether its nodes answer. */
static gboolean
is_known (CitizCommandRun *run)
{
  const CitizCommunityView *community = citiz_session_get_community (run->session);

  return is_even (run) && (community == NULL || !community->unheard);
}

/* It opens, over nodes or, when they do not answer, on this computer: between the two there is none. */
static gboolean
is_ready (CitizCommandRun *run)
{
  const CitizAccess *access = citiz_session_get_emergency (run->session);

  if (access == NULL)
    return is_none_open (run);
  return access->n_nodes == 0 || access->ready != CITIZ_ACCESS_SENDING;
}

/* So do those of an earlier one, or too few of its nodes answer: nothing comes in its place. */
static gboolean
is_ready_or_stuck (CitizCommandRun *run)
{
  const CitizCommunityView *community = citiz_session_get_community (run->session);

  return is_ready (run) || (community != NULL && citiz_community_view_stands (community));
}

/* Every node that answers has its part, and the spoken code. */
static gboolean
is_handed (CitizCommandRun *run)
{
  const CitizAccess *access = citiz_session_get_emergency (run->session);
  const CitizCommunityView *community = citiz_session_get_community (run->session);
  const guint away = community != NULL ? community->n_missing : 0;

  if (access == NULL || access->n_nodes == 0)
    return access != NULL || is_none_open (run);
  return (access->ready == CITIZ_ACCESS_READY || access->n_holding + away >= access->n_nodes)
         && (access->spoken == NULL || access->n_coded >= access->n_holding);
}

/* The press; NULL without an error: it was ended meanwhile. */
static CitizAccess *
press (CitizCommandRun *run, GError **error)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  CitizWait wait = {0};

  citiz_session_emergency_async (run->session, (guint) run->hours, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  access = citiz_session_emergency_finish (run->session, result, error);
  if (access == NULL)
    return NULL;
  wait_for_accesses (run, is_ready, SHOWN_WITHIN_S);
  g_set_object (&access, citiz_session_get_emergency (run->session));
  return g_steal_pointer (&access);
}

/* What a carer needs, as soon as it is there. */
static void
say_link (CitizCommandRun *run, const CitizAccess *access)
{
  g_autofree gchar *expires = clock_text (access->expires), *id = citiz_id_to_hex (&access->id);

  if (access->sample)
    citiz_say (run, "%s", _ ("This is the sample record: the person in it is invented."));
  citiz_say (run, "%s %s", _ ("Link:"), access->link);
  citiz_say (run, "%s %s", _ ("For a health app:"), access->shlink);
  if (access->spoken != NULL)
    citiz_say (run, "%s %.4s %s", _ ("Code to say:"), access->spoken, access->spoken + 4);
  citiz_say (run, "%s %s", _ ("Ends:"), expires);
  citiz_say (run, "%s %scitiz revoke %s", _ ("To end it now:"),
             run->serve ? _ ("Ctrl+C, then ") : "", id);
  fflush (stdout);
}

/* How ready it is. */
static void
say_standing (const CitizAccess *access, const CitizCommunityView *community)
{
  g_autofree gchar *ready = citiz_session_explain_ready (access, community);
  g_autofree gchar *id = citiz_id_to_hex (&access->id);

  if (ready != NULL)
    citiz_tell ("%s", ready);
  if (citiz_access_can_move (access, community))
    citiz_tell (_ ("To have it: citiz revoke %s, then citiz emergency."), id);
  if (citiz_session_explain_moved (access) != NULL)
    citiz_tell ("%s", citiz_session_explain_moved (access));
}

/* The press is answered at once, with what opens then or soon; where nodes could not take that, with what opens in its place. */
static CitizAccess *
say_emergency (CitizCommandRun *run, gboolean before, GError **error)
{
  g_autoptr (CitizAccess) shown = press (run, error);
  CitizAccess *now;

  if (shown == NULL)
    return NULL;
  if (before)
    citiz_tell ("%s", _ ("An access is open already: this is it, with the end it was given."));
  say_link (run, shown);
  wait_for_accesses (run, before ? is_ready_or_stuck : is_ready, READY_WITHIN_S);
  wait_for_accesses (run, is_handed, HANDED_WITHIN_S);
  wait_for_accesses (run, is_known, KNOWN_WITHIN_S);
  now = citiz_session_get_emergency (run->session);
  if (now != NULL && g_strcmp0 (now->link, shown->link) != 0)
    say_link (run, now);
  g_set_object (&shown, now);
  return g_steal_pointer (&shown);
}

int
citiz_command_emergency (CitizCommandRun *run, gchar **args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *clock = NULL;
  gboolean before = citiz_session_get_emergency (run->session) != NULL;

  if (before) /* nobody is shown what another copy of the record has ended */
    {
      wait_for_accesses (run, is_known, KNOWN_WITHIN_S);
      before = citiz_session_get_emergency (run->session) != NULL;
    }
  access = say_emergency (run, before, &error);
  if (error != NULL)
    return citiz_refuse (error);
  clock = citiz_session_explain_clock (citiz_session_get_community (run->session));
  if (clock != NULL)
    citiz_tell ("%s", clock);
  if (access == NULL)
    {
      citiz_tell ("%s", _ ("No access is open any more."));
      return CITIZ_EXIT_REFUSED;
    }
  run->answer = describe_access (access);
  say_standing (access, citiz_session_get_community (run->session));
  if (!run->serve && access->n_nodes > 0)
    return CITIZ_EXIT_DONE;
  if (!run->serve)
    {
      citiz_tell (_ (
          "The link opens on this computer while Citiz runs (add --serve, or open the window)."));
      return CITIZ_EXIT_DONE;
    }
  if (run->json)
    {
      json_dumpf (run->answer, stdout, JSON_COMPACT);
      fputc ('\n', stdout);
      g_clear_pointer (&run->answer, json_decref);
    }
  fflush (stdout);
  serve (run);
  return CITIZ_EXIT_DONE;
}

int
citiz_command_node (CitizCommandRun *run, gchar **args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree gchar *origin = NULL;
  CitizWait wait = {0};

  citiz_session_origin_async (run->session, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  origin = citiz_session_origin_finish (run->session, result, &error);
  if (origin == NULL)
    return citiz_refuse (error);
  citiz_tell (_ ("The node runs on this computer, at %s. Ctrl+C ends it."), origin);
  serve (run);
  return CITIZ_EXIT_DONE;
}

/* "open, ends 2026-11-24 14:05": when it ended, if it has. */
static gchar *
standing_text (CitizCommandRun *run, const CitizAccess *access)
{
  const gboolean over = access->state != CITIZ_ACCESS_LIVE && access->state != CITIZ_ACCESS_NOT_YET;
  const CitizTime end = over && access->ended.ms != 0 ? access->ended : access->expires;
  g_autofree gchar *when = clock_text (end);
  const gchar *word = access->ending ? _ ("ending") : _ (state_words[access->state]);

  if (!over)
    return g_strdup_printf (_ ("%s, ends on %s"), word, when);
  if (access->state != CITIZ_ACCESS_USED_UP
      && end.ms > citiz_session_now (run->session).ms + CITIZ_MINUTE)
    return g_strdup_printf (_ ("%s, dated %s by a clock that ran ahead"), word, when);
  return g_strdup_printf (_ ("%s on %s"), word, when);
}

static void
say_access (CitizCommandRun *run, CitizAccess *access)
{
  g_autofree gchar *id = citiz_id_to_hex (&access->id);
  g_autofree gchar *standing = standing_text (run, access);
  g_autofree gchar *openings = g_strdup_printf (
      ngettext ("opened %u time", "opened %u times", access->openings), access->openings);

  citiz_say (run, "%s  %s, %s%s%s%s", id, standing,
             access->openings > 0 ? openings : _ ("never opened"), access->sample ? ", " : "",
             access->sample ? _ ("sample record") : "",
             access->ended_by_copy ? _ (", by another copy of this record")
             : access->copied      ? _ (", given by another copy of this record")
                                   : "");
}

int
citiz_command_grants (CitizCommandRun *run, gchar **args)
{
  GListModel *accesses = citiz_session_get_accesses (run->session);

  wait_for_accesses (run, is_even, EVEN_WITHIN_S);
  run->answer = json_array ();
  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (!citiz_access_is_listed (access))
        continue;
      json_array_append_new (run->answer, describe_access (access));
      say_access (run, access);
    }
  if (g_list_model_get_n_items (accesses) == 0)
    citiz_say (run, "%s", _ ("No access was given yet."));
  return CITIZ_EXIT_DONE;
}

gboolean
citiz_command_revoke_check (const CitizCommandRun *run)
{
  CitizId grant;

  if (citiz_id_from_hex (&grant, run->words[1]))
    return TRUE;
  citiz_tell (_ ("“%s” is not the name of an access: citiz grants lists them."), run->words[1]);
  return FALSE;
}

/* The ledger has confirmed every end that was asked for, or there is nobody who could. */
static gboolean
none_is_ending (CitizCommandRun *run)
{
  GListModel *accesses = citiz_session_get_accesses (run->session);
  const CitizCommunityView *community = citiz_session_get_community (run->session);

  if (community == NULL || community->state == CITIZ_COMMUNITY_VIEW_ALONE)
    return TRUE;
  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (access->ending)
        return FALSE;
    }
  return TRUE;
}

static void
say_ended (CitizCommandRun *run, const gchar *name, const CitizId *grant)
{
  GListModel *accesses = citiz_session_get_accesses (run->session);
  const gchar *state = "revoked";

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);
      g_autofree gchar *standing = NULL;

      if (!citiz_id_equal (&access->id, grant) || !access->ending)
        continue;
      state = "ending";
      standing = citiz_session_explain_ready (access, NULL);
      citiz_say (run, "%s", standing);
    }
  run->answer = json_pack ("{s:s, s:s}", "grant", name, "state", state);
  if (g_str_equal (state, "revoked"))
    citiz_say (run, "%s", _ ("The access has ended. What was already seen cannot be taken back."));
}

/* (transfer full) (nullable) */
static CitizAccess *
find_access (CitizCommandRun *run, const CitizId *grant)
{
  GListModel *accesses = citiz_session_get_accesses (run->session);

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (citiz_id_equal (&access->id, grant))
        return g_steal_pointer (&access);
    }
  return NULL;
}

/* Returns: whether there is nothing to end */
static gboolean
is_over (CitizCommandRun *run, CitizAccess *access, const gchar *name)
{
  g_autofree gchar *standing = NULL;

  if (access->state != CITIZ_ACCESS_REVOKED && access->state != CITIZ_ACCESS_EXPIRED)
    return FALSE;
  standing = standing_text (run, access);
  run->answer = json_pack ("{s:s, s:s}", "grant", name, "state", state_name (access));
  citiz_say (run, _ ("This access had ended already: %s."), standing);
  return TRUE;
}

int
citiz_command_revoke (CitizCommandRun *run, gchar **args)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  CitizWait wait = {0};
  CitizId grant;

  if (!citiz_id_from_hex (&grant, args[0]))
    return CITIZ_EXIT_USAGE;
  access = find_access (run, &grant);
  if (access == NULL)
    {
      citiz_tell (_ ("This record has given no access “%s”: citiz grants lists them."), args[0]);
      return CITIZ_EXIT_REFUSED;
    }
  if (is_over (run, access, args[0]))
    return CITIZ_EXIT_DONE;
  citiz_session_revoke_async (run->session, &grant, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  if (!citiz_session_revoke_finish (run->session, result, &error))
    return citiz_refuse (error);
  wait_for_accesses (run, none_is_ending, TOLD_WITHIN_S);
  if (!none_is_ending (run))
    citiz_tell ("%s", _ ("The nodes are being told, for a minute at most. Ctrl+C waits no longer: "
                         "the end is kept and told again."));
  wait_for_accesses (run, none_is_ending, READY_WITHIN_S);
  say_ended (run, args[0], &grant);
  return CITIZ_EXIT_DONE;
}

int
citiz_command_accesses (CitizCommandRun *run, gchar **args)
{
  GListModel *openings = citiz_session_get_openings (run->session);

  wait_for_accesses (run, is_even, EVEN_WITHIN_S);
  wait_for_accesses (run, all_are_named, NAMED_WITHIN_S);
  run->answer = json_array ();
  for (guint i = 0; i < g_list_model_get_n_items (openings); i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (openings, i);

      json_array_append_new (run->answer, describe_opening (opening));
      say_opening (run, opening);
    }
  if (g_list_model_get_n_items (openings) == 0)
    citiz_say (run, "%s", _ ("Nobody has opened the record."));
  return CITIZ_EXIT_DONE;
}

static void
verify_progress_cb (gdouble fraction, guint64 done, guint64 total, gpointer data)
{
  if (isatty (2))
    fprintf (stderr, "\r%3.0f %%", fraction * 100);
}

int
citiz_command_verify (CitizCommandRun *run, gchar **args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  CitizWait wait = {0};
  guint64 blocks;

  citiz_session_verify_async (run->session, verify_progress_cb, NULL, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  if (isatty (2))
    fputc ('\n', stderr);
  if (!citiz_session_verify_finish (run->session, result, &blocks, &error))
    return citiz_refuse (error);
  if (citiz_session_get_damaged (
          run->session)) /* the blocks agree, the record beside them does not */
    return CITIZ_EXIT_REFUSED;
  run->answer = json_pack ("{s:I, s:b}", "blocks", (json_int_t) blocks, "verified", 1);
  citiz_say (run,
             ngettext ("%lu block verified: everything agrees.",
                       "%lu blocks verified: everything agrees.", (gulong) blocks),
             (gulong) blocks);
  return CITIZ_EXIT_DONE;
}
