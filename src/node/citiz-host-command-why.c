/* Why nothing becomes final, and what to do. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-command.h"

#include "node/citiz-host-private.h"

#include <glib/gi18n.h>

guint
citiz_host_count_linked (json_t *body)
{
  json_t *member;
  gsize i;
  guint n = 0;

  json_array_foreach (json_object_get (body, "members"), i, member) n
      += json_is_true (json_object_get (member, "linked"));
  return n;
}

/* Votes **********************************************************************/

/* One letter a validator: what it was heard saying about the slot. A NOTAR and SKIP of one slot is no contradiction. */
static void
print_slot (json_t *slot, gsize n)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_printf (line, "%8lld  %6lld  ", citiz_host_number_of (slot, "slot"),
                   citiz_host_number_of (slot, "leader") + 1);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (
        line, " %c%c%c",
        json_is_true (json_array_get (json_object_get (slot, "notar"), i)) ? 'N' : '.',
        json_is_true (json_array_get (json_object_get (slot, "skip"), i)) ? 'S' : '.',
        json_is_true (json_array_get (json_object_get (slot, "final"), i)) ? 'F' : '.');
  g_string_append_printf (line, "  %s%s%s",
                          json_is_true (json_object_get (slot, "certNotar")) ? "N" : "",
                          json_is_true (json_object_get (slot, "certSkip")) ? "S" : "",
                          json_is_true (json_object_get (slot, "certFinal")) ? "F" : "");
  citiz_host_say ("%s", line->str);
}

static void
print_matrix (json_t *body)
{
  const gsize n = json_array_size (json_object_get (body, "members"));
  json_t *slots = json_object_get (body, "slots");
  json_t *slot;
  gsize i;

  if (json_array_size (slots) == 0)
    return;
  citiz_host_say (_ ("Votes on what is not final (N accepts, S skips, F final; one group a node in "
                     "the order of “members”, then what a quorum has said):"));
  json_array_foreach (slots, i, slot) print_slot (slot, n);
}

/* Who does not vote *********************************************************/

static gboolean
is_silent (json_t *member)
{
  return json_is_true (json_object_get (member, "silent"));
}

static guint
count_silent (json_t *body)
{
  json_t *member;
  gsize i;
  guint n = 0;

  json_array_foreach (json_object_get (body, "members"), i, member) n += is_silent (member);
  return n;
}

/* Why a node does not vote, as it says itself, and what its host does. */
static const gchar *
reason_of (json_t *body, json_t *about)
{
  static const struct
  {
    const gchar *mode;
    const gchar *words;
  } reasons[] = {
      {"observing", N_ ("its vote journal is lost or damaged. Its host types: citiz-node join")},
      {"twin", N_ ("another machine runs with its key. Its host types there: citiz-node why")},
      {"muted", N_ ("somebody else has voted with its key. Its host types there: citiz-node why")},
      {"diverged",
       N_ ("its result is not that of the others. Its host types there: citiz-node why")},
      {"guarding", N_ ("it has just been started, and votes in a moment")},
      {"signing",
       N_ ("it says that it votes, and nothing of it comes in time. Its host compares the "
           "clock, the version of the program and the speed of the machine")},
  };

  if (about == NULL)
    return _ ("it does not answer when it is asked why. Its host types there: citiz-node why");
  if (json_object_get (about, "mode") == NULL)
    return _ ("it does not say why: its Citiz is older. Its host updates it");
  if (citiz_host_number_of (about, "epoch") < citiz_host_number_of (body, "epoch"))
    return _ ("it has not caught up with the newest list of validators. Its host types there: "
              "citiz-node why");
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_str_equal (reasons[i].mode, citiz_host_text_of (about, "mode")))
      return _ (reasons[i].words);
  return _ ("it does not say why. Its host types there: citiz-node why");
}

static gchar *
time_of (json_t *body, const gchar *key)
{
  g_autoptr (GDateTime) time
      = g_date_time_new_from_unix_local (citiz_host_number_of (body, key) / 1000);

  return time ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("");
}

static void
print_twin (json_t *body)
{
  g_autofree gchar *when = time_of (body, "twinHeard");

  if (citiz_host_number_of (body, "twinHeard") > 0)
    citiz_host_say (_ ("Another machine last voted with this node’s key: %s"), when);
}

static void
print_silent (json_t *body, json_t *member)
{
  g_autofree gchar *name = citiz_host_name_of (member);
  g_autofree gchar *when = time_of (member, "since");
  json_t *about = citiz_host_about (member);

  if (json_is_true (json_object_get (member, "met")))
    citiz_host_say (_ ("Linked and does not vote: %s, since %s: %s"), name, when,
                    reason_of (body, about));
  else
    citiz_host_say (
        _ ("Linked and does not vote: %s, not once since this node was started, %s: %s"), name,
        when, reason_of (body, about));
  json_decref (about);
}

/* What to do ****************************************************************/

/* Whether this node is on the list. */
static gboolean
is_listed (json_t *body)
{
  json_t *member;
  gsize i;

  json_array_foreach (json_object_get (body, "members"), i, member)
  {
    if (json_is_true (json_object_get (member, "self")))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_standing (json_t *body)
{
  return g_str_equal (citiz_host_text_of (body, "state"), "standing");
}

static gboolean
has_asked (json_t *body)
{
  json_t *proposal;
  gsize i;

  json_array_foreach (json_object_get (body, "proposals"), i, proposal)
  {
    if (g_str_equal (citiz_host_text_of (json_object_get (proposal, "by"), "node"),
                     citiz_host_text_of (body, "node")))
      return TRUE;
  }
  return FALSE;
}

/* A node with whose key another machine runs just now. */
static const gchar *
advice_to_twin (json_t *body)
{
  const gchar *mode = citiz_host_text_of (body, "mode");

  if (g_str_equal (mode, "observing") || g_str_equal (mode, "muted"))
    return _ ("Another machine runs with this node’s key right now: only one of the two may run. "
              "Stop one of them. If this one is to stay, then, to vote here under a new key: "
              "citiz-node join");
  return _ ("Another machine runs with this node’s key right now: only one of the two may run. "
            "Stop the other one, which was made from a copy of this node’s folder. If that one is "
            "to stay, stop this one.");
}

/* A node that follows. */
static const gchar *
advice_to_follower (json_t *body)
{
  if (has_asked (body))
    return _ ("It has asked to come in: it votes as soon as enough of the others have agreed.");
  if (g_str_equal (citiz_host_text_of (body, "mode"), "muted"))
    return _ (
        "Votes with this node’s key are known that it never made: an old copy of its folder was "
        "put back, or another machine runs with a copy of it. It signs nothing more with that "
        "key, not after a restart either. First make sure that no other machine runs with its "
        "folder. Then, to vote again under a new key: citiz-node join");
  if (is_listed (body))
    return _ (
        "It is on the list of validators, and cannot sign for it: its vote journal is lost or damaged, or another "
        "machine has come in with its key. First make sure that no other machine runs with its folder. Then, "
        "to vote again under a new key, as soon as enough of the others vote: citiz-node join");
  if (is_standing (body))
    return _ ("Something waits and nothing becomes final. Who keeps the ledger knows more: "
              "citiz-node why, on one of their nodes");
  return _ ("It follows the others and never signs. To be one of those who keep the ledger: "
            "citiz-node join");
}

/* Returns: (nullable): what its host does about a clock that is wrong */
const gchar *
citiz_host_advice_on_clock (json_t *body)
{
  return json_is_true (json_object_get (body, "clockWrong"))
             ? _ ("This machine’s clock is not that of the other nodes: set it right. When it is "
                  "minutes off, this node gives no part of a key, as all it is asked for seems "
                  "late to it.")
             : NULL;
}

/* Nobody who acts on this is told that all goes on while something waits. */
static const gchar *
advice_to_voter (json_t *body)
{
  const gchar *clock = citiz_host_advice_on_clock (body);

  if (g_str_equal (citiz_host_text_of (body, "state"), "unheard"))
    return _ (
        "Too few of those in reach vote: nothing new becomes final until they do, or until "
        "those who are missing are back. What waits is not lost. If too few can vote for good: "
        "citiz-node refound");
  if (citiz_host_number_of (body, "evidence") > 0)
    return _ ("A node has signed two things that contradict one another: talk to who runs it.");
  if (clock != NULL)
    return clock;
  if (is_standing (body))
    return _ (
        "Something waits and nothing becomes final, though enough nodes are in reach: compare "
        "the clocks of the machines, and the versions of the program.");
  if (count_silent (body) > 0)
    return _ ("It works without those who do not vote; tell them.");
  return citiz_host_count_linked (body) < citiz_host_number_of (body, "validators")
             ? _ ("It works without those who are missing; tell them.")
             : _ ("Nothing is wrong.");
}

/* The first that applies. */
static const gchar *
advice (json_t *body)
{
  const gchar *mode = citiz_host_text_of (body, "mode");

  if (g_str_equal (mode, "diverged"))
    return _ (
        "This node’s result is not that of the others, and it has stopped voting. Compare the "
        "version of its program with theirs, and update the older one. If they are the same, "
        "this machine’s disk or memory is at fault: move the node to another one.");
  if (json_is_true (json_object_get (body, "twin")))
    return advice_to_twin (body);
  if (g_str_equal (mode, "muted"))
    return advice_to_follower (body);
  if (json_is_true (json_object_get (body, "foundedAnew")))
    return _ ("Other nodes have founded the community anew, and this one has not accepted it: "
              "citiz-node refound");
  if (citiz_host_count_linked (body) < citiz_host_number_of (body, "quorum"))
    return _ (
        "Too few nodes are in reach. Call those who are missing; check this machine’s network "
        "and its address. If they are lost for good: citiz-node refound");
  if (g_str_equal (citiz_host_text_of (body, "state"), "disk-full"))
    return _ ("Make room on this machine’s disk.");
  if (g_str_equal (mode, "observing"))
    return advice_to_follower (body);
  if (g_str_equal (mode, "guarding"))
    return _ ("Nothing to do: it votes in a few seconds.");
  return advice_to_voter (body);
}

static void
print_missing (json_t *member)
{
  g_autofree gchar *name = citiz_host_name_of (member);
  g_autofree gchar *when = time_of (member, "since");

  if (json_is_true (json_object_get (member, "met")))
    citiz_host_say (_ ("Missing: %s, since %s"), name, when);
  else
    citiz_host_say (_ ("Missing: %s, not seen since this node was started, %s"), name, when);
}

static void
print_why (json_t *body)
{
  json_t *member;
  gsize i;

  citiz_host_make_plain (body);
  citiz_host_print_status (body);
  print_twin (body);
  json_array_foreach (json_object_get (body, "members"), i, member)
  {
    if (!json_is_true (json_object_get (member, "linked")))
      print_missing (member);
    else if (is_silent (member))
      print_silent (body, member);
  }
  citiz_host_print_blamed (body);
  citiz_host_print_proposals (body, FALSE);
  print_matrix (body);
  citiz_host_say ("%s", advice (body));
}

int
citiz_host_command_why (const CitizHostArguments *arguments, GError **error)
{
  return citiz_host_ask_and_print (arguments, "why", NULL, print_why, error);
}
