/* Commands by which an operator decides about the community. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-command.h"

#include "node/citiz-host-private.h"
#include "wire/citiz-invitation.h"

#include <glib/gi18n.h>
#include <string.h>

#define SHORT     12   /* characters of a proposal's name that are shown */
#define ABOUT_MAX 4096 /* bytes of what a node says of itself */

/* "Library of Laval, https://node.example" or the beginning of its key. */
gchar *
citiz_host_name_of (json_t *node)
{
  const gchar *operator_ = citiz_host_text_of (node, "operator"),
              *url = citiz_host_text_of (node, "url");

  if (*operator_ == '\0' && *url != '\0')
    return g_strdup (url);
  if (*operator_ != '\0')
    return g_strdup_printf ("%s (%s)", operator_, url);
  return g_strdup_printf ("%.12s…", citiz_host_text_of (node, "node"));
}

static gchar *
names_of (json_t *nodes)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  json_t *node;
  gsize i;

  json_array_foreach (nodes, i, node) g_ptr_array_add (names, citiz_host_name_of (node));
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (gchar **) names->pdata);
}

/* What @proposal asks for, as a sentence. */
static gchar *
wish_of (json_t *proposal)
{
  g_autofree gchar *by = citiz_host_name_of (json_object_get (proposal, "by"));
  json_t *added = json_object_get (proposal, "added");
  json_t *removed = json_object_get (proposal, "removed");
  g_autofree gchar *in = names_of (added);
  g_autofree gchar *out = names_of (removed);

  if (g_str_equal (citiz_host_text_of (proposal, "type"), "node_join"))
    return g_strdup_printf (_ ("%s asks to come in"), by);
  if (g_str_equal (citiz_host_text_of (proposal, "type"), "params"))
    return g_strdup_printf (_ ("%s proposes what the community asks of a transaction"), by);
  if (json_array_size (added) > 0 && json_array_size (removed) > 0)
    return g_strdup_printf (_ ("%s proposes to take in %s, and to let go %s"), by, in, out);
  if (json_array_size (added) > 0)
    return g_strdup_printf (_ ("%s proposes to take in %s"), by, in);
  if (json_array_size (removed) > 0)
    return g_strdup_printf (_ ("%s proposes to let go %s"), by, out);
  return g_strdup_printf (_ ("%s proposes that all change their keys"), by);
}

/**
 * citiz_host_about:
 *
 * Returns: (transfer full) (nullable): what the node at @node's address, if it is that one, says of itself; nobody vouches for it
 */
json_t *
citiz_host_about (json_t *node)
{
  g_autofree gchar *whole
      = g_strconcat (citiz_host_text_of (node, "url"), CITIZ_HOST_ABOUT_PATH, NULL);
  g_autofree gchar *text = citiz_node_url_is_valid (citiz_host_text_of (node, "url"))
                               ? citiz_host_fetch (whole, ABOUT_MAX)
                               : NULL;
  json_t *about = text != NULL ? json_loads (text, 0, NULL) : NULL;

  if (json_is_object (about)
      && g_str_equal (citiz_host_text_of (about, "node"), citiz_host_text_of (node, "node")))
    {
      citiz_host_make_plain (about);
      return about;
    }
  json_decref (about);
  return NULL;
}

static gchar *
contact_of (json_t *node)
{
  json_t *about = citiz_host_about (node);
  gchar *contact = about != NULL ? g_strdup (citiz_host_text_of (about, "contact")) : NULL;

  json_decref (about);
  return contact;
}

/* Who asks to come in, as far as they have said: what is approved is a person's or an organization's, not a key. */
static void
print_newcomer (json_t *node)
{
  g_autofree gchar *contact = contact_of (node);
  const struct
  {
    const gchar *what;
    const gchar *said;
  } lines[] = {{N_ ("operator"), citiz_host_text_of (node, "operator")},
               {N_ ("address"), citiz_host_text_of (node, "url")},
               {N_ ("contact"), contact}};

  if (*citiz_host_text_of (node, "url") == '\0')
    {
      citiz_host_say (_ ("    It has not said yet who it is: ask again in a moment."));
      return;
    }
  citiz_host_say (_ ("    In their own words, which nobody has checked (key %.12s…):"),
                  citiz_host_text_of (node, "node"));
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    citiz_host_say ("      %s  %s", _ (lines[i].what),
                    lines[i].said == NULL    ? _ ("(its node does not answer)")
                    : *lines[i].said == '\0' ? _ ("(not said)")
                                             : lines[i].said);
}

/* @newcomers: who asks to come in is asked who they are */
void
citiz_host_print_proposals (json_t *body, gboolean newcomers)
{
  json_t *proposals = json_object_get (body, "proposals");
  json_t *proposal;
  gsize i;

  json_array_foreach (proposals, i, proposal)
  {
    g_autofree gchar *wish = wish_of (proposal);
    const long long have = json_integer_value (json_object_get (proposal, "approvals"));
    const long long need = json_integer_value (json_object_get (proposal, "needed"));

    citiz_host_say (ngettext ("Proposal %.*s: %s; %lld approval of %lld needed%s",
                              "Proposal %.*s: %s; %lld approvals of %lld needed%s", (gulong) have),
                    SHORT, citiz_host_text_of (proposal, "id"), wish, have, need,
                    json_is_true (json_object_get (proposal, "approved")) ? _ (", yours among them")
                                                                          : "");
    if (newcomers && g_str_equal (citiz_host_text_of (proposal, "type"), "node_join"))
      print_newcomer (json_object_get (proposal, "by"));
  }
  if (json_array_size (proposals) > 0)
    citiz_host_say (_ ("To agree: citiz-node approve PROPOSAL"));
  if (json_is_true (json_object_get (body, "changing")))
    citiz_host_say (_ ("The list of validators is about to change: each of the next ones shows its "
                       "new key first."));
}

/* One sentence for each contradiction that is proven on the ledger. */
void
citiz_host_print_blamed (json_t *body)
{
  json_t *blamed = json_object_get (body, "blamed");
  json_t *node;
  gsize i;

  json_array_foreach (blamed, i, node)
  {
    g_autofree gchar *name = citiz_host_name_of (node);
    const gint64 time = json_integer_value (json_object_get (node, "time"));
    g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (time / 1000);
    g_autofree gchar *date = when ? g_date_time_format (when, "%x") : g_strdup ("");

    citiz_host_say (_ ("%s has signed two statements that contradict one another; the ledger has "
                       "held the proof since %s. Talk to who runs it, or: citiz-node exclude NODE"),
                    name, date);
  }
}

/* Commands ******************************************************************/

static void
print_join (json_t *body)
{
  citiz_host_say (
      _ ("Asked. The others see it with “citiz-node members” and agree with: citiz-node "
         "approve %.*s"),
      SHORT, citiz_host_text_of (body, "proposal"));
  citiz_host_say (_ ("Let this node run: it takes part by itself as soon as enough of them have."));
}

static void
print_leave (json_t *body)
{
  citiz_host_say (_ ("Said. Let this node run until “citiz-node status” tells that it follows and "
                     "does not vote: until then the others count on it."));
}

static void
print_approve (json_t *body)
{
  citiz_host_say (_ ("Your agreement is on the ledger. What follows from it needs nobody."));
}

static void
print_exclude (json_t *body)
{
  citiz_host_say (_ ("Proposed. The others agree with: citiz-node approve %.*s"), SHORT,
                  citiz_host_text_of (body, "proposal"));
}

int
citiz_host_command_join (const CitizHostArguments *arguments, GError **error)
{
  return citiz_host_ask_and_print (arguments, "join", NULL, print_join, error);
}

int
citiz_host_command_leave (const CitizHostArguments *arguments, GError **error)
{
  return citiz_host_ask_and_print (arguments, "leave", NULL, print_leave, error);
}

int
citiz_host_command_approve (const CitizHostArguments *arguments, GError **error)
{
  return citiz_host_ask_and_print (arguments, "approve", arguments->rest[0], print_approve, error);
}

int
citiz_host_command_exclude (const CitizHostArguments *arguments, GError **error)
{
  return citiz_host_ask_and_print (arguments, "exclude", arguments->rest[0], print_exclude, error);
}
