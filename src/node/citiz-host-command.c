/* Commands that run a node, or ask the one that runs. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-command.h"

#include "node/citiz-host-private.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>

#define FAREWELL_MS 200

/* run ************************************************************************/

typedef struct
{
  CitizHost *host;
  GMainLoop *loop;
  gboolean stopping;
  GError *error;
} Life;

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* Who waits is answered, and has a moment to hear it; who comes is the next process's, if systemd keeps the socket. */
static gboolean
stop_cb (gpointer data)
{
  Life *life = data;

  if (life->stopping)
    return G_SOURCE_CONTINUE;
  citiz_host_notify ("STOPPING=1");
  g_message ("event=stopping");
  life->stopping = life->host->draining = TRUE;
  if (life->host->server != NULL)
    citiz_http_server_close_door (life->host->server);
  citiz_host_end_waits (life->host);
  g_timeout_add (FAREWELL_MS, quit_cb, life->loop);
  return G_SOURCE_CONTINUE;
}

static void
end_cb (const GError *error, gpointer data)
{
  Life *life = data;

  if (life->error == NULL)
    life->error = g_error_copy (error);
  g_main_loop_quit (life->loop);
}

/* What it would write there its own user could not read afterwards. */
static gboolean
check_owner (const gchar *dir, GError **error)
{
  if (!citiz_host_folder_is_others (dir))
    return TRUE;
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE,
               _ ("%s is another user’s: the node is started with “systemctl start citiz-node”, or "
                  "as that user"),
               dir);
  return FALSE;
}

int
citiz_host_command_run (const CitizHostArguments *arguments, GError **error)
{
  g_autoptr (CitizHost) host = citiz_host_folder_can_run (arguments->folder, error)
                                       && check_owner (arguments->folder, error)
                                   ? citiz_host_open (arguments->folder, citiz_env_system (), error)
                                   : NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Life life = {.host = host, .loop = loop};
  guint ends[2];

  if (host == NULL)
    return CITIZ_HOST_REFUSED;
  ends[0] = g_unix_signal_add (SIGTERM, stop_cb, &life);
  ends[1] = g_unix_signal_add (SIGINT, stop_cb, &life);
  if (citiz_host_start (host, end_cb, &life, error))
    {
      citiz_host_notify ("READY=1");
      citiz_host_notify_status (host);
      g_message ("event=started height=%llu signs=%s",
                 (unsigned long long) citiz_chain_height (host->chain),
                 citiz_replica_get_place (host->replica) != CITIZ_CSX_NOBODY ? "yes" : "no");
      g_main_loop_run (loop);
    }
  g_source_remove (ends[0]);
  g_source_remove (ends[1]);
  if (life.error != NULL)
    g_propagate_error (error, life.error);
  return error != NULL && *error != NULL ? CITIZ_HOST_REFUSED : CITIZ_HOST_DONE;
}

/* Asking *********************************************************************/

/* What a node answered; nothing is 0, or "". */
long long
citiz_host_number_of (json_t *body, const gchar *key)
{
  return json_integer_value (json_object_get (body, key));
}

const gchar *
citiz_host_text_of (json_t *body, const gchar *key)
{
  const gchar *text = json_string_value (json_object_get (body, key));

  return text ? text : "";
}

/* Prints what was answered as it is when --json was said. */
static gboolean
print_json (const CitizHostArguments *arguments, json_t *body)
{
  char *text;

  if (!arguments->json)
    return FALSE;
  text = json_dumps (body, JSON_INDENT (2));
  puts (text);
  free (text);
  return TRUE;
}

static const gchar *
state_words (const gchar *state)
{
  static const struct
  {
    const gchar *state;
    const gchar *words;
  } states[] = {
      {"ready", N_ ("takes transactions")},
      {"starting", N_ ("asks the others for its own votes before it signs")},
      {"alone", N_ ("cannot reach enough of the others")},
      {"unheard", N_ ("does not hear enough of the others vote: nothing new becomes final")},
      {"twin", N_ ("another machine runs, or has voted, with its key")},
      {"standing", N_ ("takes transactions, and nothing becomes final")},
      {"disk-full", N_ ("takes nothing new: its disk is almost full")},
      {"draining", N_ ("takes nothing new: it is being stopped")},
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_str_equal (states[i].state, state))
      return _ (states[i].words);
  return state;
}

static const gchar *
mode_words (const gchar *mode)
{
  static const struct
  {
    const gchar *mode;
    const gchar *words;
  } modes[] = {
      {"signing", N_ ("votes")},
      {"guarding", N_ ("does not vote yet")},
      {"observing", N_ ("follows, and does not vote")},
      {"muted", N_ ("must not vote any more with that key")},
      {"diverged", N_ ("has stopped voting: its result is not that of the others")},
      {"closed", N_ ("its term is over")},
  };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (modes[i].mode, mode))
      return _ (modes[i].words);
  return mode;
}

/* Seconds since the last agreement: a node that has just been started knows it by its newest block. */
static gint64
age_of (json_t *body)
{
  const gint64 block
      = (citiz_host_number_of (body, "time") - citiz_host_number_of (body, "blockTime")) / 1000;

  return MAX (citiz_host_number_of (body, "finalAge"),
              citiz_host_number_of (body, "height") > 0 ? block : 0);
}

static void
print_validators (json_t *body)
{
  const guint linked = citiz_host_count_linked (body);

  if (json_object_get (body, "voting") == NULL) /* who follows hears no votes */
    citiz_host_say (_ ("Validators: %u of %lld in reach, %lld needed; disk: %lld %% free"), linked,
                    citiz_host_number_of (body, "validators"),
                    citiz_host_number_of (body, "quorum"),
                    citiz_host_number_of (body, "freePercent"));
  else
    citiz_host_say (
        _ ("Validators: %u of %lld in reach, %lld vote, %lld needed; disk: %lld %% free"), linked,
        citiz_host_number_of (body, "validators"), citiz_host_number_of (body, "voting"),
        citiz_host_number_of (body, "quorum"), citiz_host_number_of (body, "freePercent"));
}

void
citiz_host_print_status (json_t *body)
{
  const gint64 height = citiz_host_number_of (body, "height");
  const gulong waiting = (gulong) citiz_host_number_of (body, "waiting");
  g_autofree gchar *age = citiz_host_duration (age_of (body));

  citiz_host_say (_ ("State: %s; %s"), state_words (citiz_host_text_of (body, "state")),
                  mode_words (citiz_host_text_of (body, "mode")));
  if (height == 0)
    citiz_host_say (ngettext ("No block yet; %lld transaction waits",
                              "No block yet; %lld transactions wait", waiting),
                    (long long) waiting);
  else
    citiz_host_say (ngettext ("Newest block: %lld; last agreement %s ago; %lld transaction waits",
                              "Newest block: %lld; last agreement %s ago; %lld transactions wait",
                              waiting),
                    (long long) height, age, (long long) waiting);
  print_validators (body);
  citiz_host_say (_ ("Community: %s"), citiz_host_text_of (body, "chain"));
  citiz_host_say_words_of (body);
}

static void
print_all (json_t *body)
{
  const gchar *clock = citiz_host_advice_on_clock (body);

  citiz_host_print_status (body);
  citiz_host_say (_ ("Citizens: %lld whom this node vouches for; %lld whose Citiz has checked the "
                     "ledger in the last 24 hours"),
                  citiz_host_number_of (body, "guests"), citiz_host_number_of (body, "watchers"));
  if (clock != NULL)
    citiz_host_say ("%s", clock);
}

static void
print_members (json_t *body)
{
  json_t *member;
  gsize i;

  citiz_host_make_plain (body);
  json_array_foreach (json_object_get (body, "members"), i, member)
  {
    const gboolean own = json_is_true (json_object_get (member, "self"));
    const gboolean linked = json_is_true (json_object_get (member, "linked"));
    const gboolean silent = json_is_true (json_object_get (member, "silent"));
    g_autofree gchar *operator_ = citiz_host_column (citiz_host_text_of (member, "operator"), 24);
    g_autofree gchar *url = citiz_host_column (citiz_host_text_of (member, "url"), 36);

    citiz_host_say ("%2zu  %-12.12s  %s  %s  %s", i + 1, citiz_host_text_of (member, "node"),
                    operator_, url,
                    own      ? json_is_true (json_object_get (body, "twin"))
                                   ? _ ("this node, and another machine that has its key")
                                   : _ ("this node")
                         : silent ? _ ("linked, does not vote")
                    : linked ? _ ("linked")
                             : _ ("out of reach"));
  }
  citiz_host_print_proposals (body, TRUE);
}

int
citiz_host_ask_and_print (const CitizHostArguments *arguments,
                          const gchar *command,
                          const gchar *argument,
                          CitizHostPrint print,
                          GError **error)
{
  json_t *body = citiz_host_ask (arguments->folder, command, argument, error);

  if (body == NULL)
    return CITIZ_HOST_REFUSED;
  citiz_host_add_words (body);
  if (!print_json (arguments, body))
    print (body);
  json_decref (body);
  return CITIZ_HOST_DONE;
}

int
citiz_host_command_status (const CitizHostArguments *arguments, GError **error)
{
  return citiz_host_ask_and_print (arguments, "status", NULL, print_all, error);
}

int
citiz_host_command_members (const CitizHostArguments *arguments, GError **error)
{
  return citiz_host_ask_and_print (arguments, "members", NULL, print_members, error);
}

/* backup, restore, drain *****************************************************/

static void
print_backup (json_t *body)
{
  citiz_host_say (_ ("Copied up to block %lld. The copy holds this node’s key: keep "
                     "it as you keep the key. A node restored from it follows, and does not vote."),
                  citiz_host_number_of (body, "height"));
}

/* The node writes into its own folder, which is all that systemd lets it write to; the command brings the copy to where it is wanted. */
int
citiz_host_command_backup (const CitizHostArguments *arguments, GError **error)
{
  g_autofree gchar *to = g_canonicalize_filename (arguments->rest[0], NULL);
  g_autofree gchar *name = citiz_host_backup_name ();
  g_autofree gchar *place = g_build_filename (arguments->folder, name, NULL);
  const gboolean made = !g_file_test (to, G_FILE_TEST_EXISTS);
  json_t *body = NULL;
  gboolean good;

  if (!citiz_host_backup_bring (NULL, to, error))
    return CITIZ_HOST_REFUSED;
  body = citiz_host_ask (arguments->folder, "backup", name, error);
  good = body != NULL && citiz_host_backup_bring (place, to, error);
  if (good)
    {
      json_object_set_new (body, "backup", json_string (to));
      if (!print_json (arguments, body))
        print_backup (body);
    }
  else if (made)
    citiz_host_folder_remove (to);
  json_decref (body);
  return good ? CITIZ_HOST_DONE : CITIZ_HOST_REFUSED;
}

/* The machine that the copy was made on may still run: two with one key put one another out. */
static void
warn_of_other (const gchar *dir)
{
  g_autoptr (CitizHostConfig) config = citiz_host_config_read (dir, NULL);
  g_autoptr (CitizSigningKey) key = citiz_host_key_read (dir, NULL);
  json_t *node, *about;

  if (config == NULL || key == NULL)
    return;
  node = json_pack (
      "{s:s, s:o}", "url", config->url, "node",
      citiz_json_base64url (citiz_signing_key_get_public (key)->b, sizeof (CitizPublicKey)));
  about = citiz_host_about (node);
  if (about != NULL)
    citiz_host_say (
        _ ("A machine with this node’s key runs at %s right now: only one of the two may run. Stop that one before you start this one."),
        config->url);
  json_decref (about);
  json_decref (node);
}

int
citiz_host_command_restore (const CitizHostArguments *arguments, GError **error)
{
  guint64 height = 0;

  if (!citiz_host_restore (arguments->rest[0], arguments->folder, citiz_env_system (), &height,
                           error))
    return CITIZ_HOST_REFUSED;
  citiz_host_say (
      _ ("Restored and verified up to block %llu. This node follows, and does not vote: its "
         "vote journal stayed behind."),
      (unsigned long long) height);
  warn_of_other (arguments->folder);
  return CITIZ_HOST_DONE;
}

static void
print_drain (json_t *body)
{
  const gulong waiting = (gulong) citiz_host_number_of (body, "waiting");

  citiz_host_say (
      ngettext ("It takes nothing new any more, and goes on voting; %lld transaction waits. "
                "Stop it when that is 0.",
                "It takes nothing new any more, and goes on voting; %lld transactions wait. "
                "Stop it when that is 0.",
                waiting),
      (long long) waiting);
}

int
citiz_host_command_drain (const CitizHostArguments *arguments, GError **error)
{
  return citiz_host_ask_and_print (arguments, "drain", NULL, print_drain, error);
}
