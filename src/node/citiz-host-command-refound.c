/* citiz-node refound: what is asked of operators when a quorum is lost for good. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-command.h"

#include "net/citiz-json-strict.h"
#include "node/citiz-host-folder.h"

#include <glib/gi18n.h>
#include <stdio.h>

#define SHORT 12 /* characters of a document's name that are shown */

static gchar *
date_of (json_t *body, const gchar *key)
{
  g_autoptr (GDateTime) when
      = g_date_time_new_from_unix_local (citiz_host_number_of (body, key) / 1000);

  return when ? g_date_time_format (when, "%Y-%m-%d %H:%M") : g_strdup ("");
}

static void
print_nodes (json_t *nodes)
{
  json_t *node;
  gsize i;

  json_array_foreach (nodes, i, node)
  {
    const gboolean signed_ = json_is_true (json_object_get (node, "signed"));

    citiz_host_say ("  %-12.12s  %-24s  %-36s  %s%s", citiz_host_text_of (node, "node"),
                    citiz_host_text_of (node, "operator"), citiz_host_text_of (node, "url"),
                    signed_ ? _ ("has signed") : _ ("has not signed yet"),
                    json_is_true (json_object_get (node, "validated")) ? "" : _ (", new"));
  }
}

static void
print_document (json_t *body)
{
  g_autofree gchar *block = date_of (body, "blockTime");
  g_autofree gchar *made = date_of (body, "time");
  json_t *gone = json_object_get (body, "gone");

  citiz_host_say (_ ("New founding %.*s, written %s: goes on from block %lld of %s."), SHORT,
                  citiz_host_text_of (body, "name"), made, citiz_host_number_of (body, "height"),
                  block);
  citiz_host_say (_ ("Reason given: %s"), citiz_host_text_of (body, "reason"));
  citiz_host_say (_ ("Who goes on:"));
  print_nodes (json_object_get (body, "next"));
  if (json_array_size (gone) > 0)
    {
      citiz_host_say (_ ("Who is left behind:"));
      print_nodes (gone);
    }
  citiz_host_say (_ ("%lld of the %zu who go on have signed; %lld have to before anything becomes "
                     "final again."),
                  citiz_host_number_of (body, "signed"),
                  json_array_size (json_object_get (body, "next")),
                  citiz_host_number_of (body, "needed"));
}

static void
print_look (json_t *body)
{
  print_document (body);
  if (json_is_true (json_object_get (body, "accepted")))
    return;
  citiz_host_say (_ ("No rule of the ledger makes this right: people do, and every citizen is "
                     "asked, too. Compare the name %.*s with the other operators by voice, then: "
                     "citiz-node refound accept DOCUMENT"),
                  SHORT, citiz_host_text_of (body, "name"));
}

static void
print_accepted (json_t *body)
{
  print_document (body);
  citiz_host_say (_ ("Accepted. Let this node run: it goes on as soon as enough of the others "
                     "have. Who is left behind may accept it, too, and ask to come in again."));
}

static void
print_state (json_t *body)
{
  g_autofree gchar *still = citiz_host_duration (citiz_host_number_of (body, "still"));
  g_autofree gchar *after = citiz_host_duration (citiz_host_number_of (body, "after"));
  json_t *offers = json_object_get (body, "offers");
  json_t *newest = json_object_get (body, "newest");
  json_t *one;
  gsize i;

  if (newest != NULL)
    print_document (newest);
  json_array_foreach (offers, i, one) print_look (one);
  if (json_is_true (json_object_get (body, "settled")))
    {
      citiz_host_say (_ ("This node was away: so many have accepted it that nothing goes on "
                         "without them, and it may be accepted here at once."));
      return;
    }
  citiz_host_say (
      _ ("For when so many nodes are lost for good that nothing becomes final any more. "
         "The newest agreement here is %s old; this begins after %s."),
      still, after);
  citiz_host_say (_ ("1. On each node that is left: citiz-node refound card > card-NAME.json"));
  citiz_host_say (_ ("2. On one of them, with all the cards: citiz-node refound make --reason TEXT "
                     "CARD… > refound.json"));
  citiz_host_say (
      _ ("3. On each of them: citiz-node refound look refound.json, compare its name by "
         "voice, then: citiz-node refound accept refound.json"));
}

/* The line itself, for a file. */
static void
print_card (json_t *body)
{
  fputs (citiz_host_text_of (body, "card"), stdout);
}

static void
print_made (json_t *body)
{
  g_autofree gchar *text = citiz_json_line (json_incref (json_object_get (body, "file")));

  fputs (text, stdout);
  fprintf (stderr,
           _ ("The new founding is called %.*s. Give it to the others; on each node: "
              "citiz-node refound look, and accept\n"),
           SHORT, citiz_host_text_of (body, "name"));
}

static const struct
{
  const gchar *name;
  guint min; /* files */
  guint max;
  CitizHostPrint print;
} words[] = {{"state", 0, 0, print_state},
             {"card", 0, 0, print_card},
             {"make", 1, 128, print_made},
             {"look", 1, 1, print_look},
             {"accept", 1, 1, print_accepted}};

/* A file's text; a document may be named instead. */
static json_t *
read_texts (gchar **paths, gboolean named, GError **error)
{
  json_t *texts = json_array ();

  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    {
      const gboolean exists = g_file_test (paths[i], G_FILE_TEST_EXISTS);
      g_autofree gchar *text
          = named && !exists ? g_strdup (paths[i]) : citiz_host_read_text (paths[i], error);

      if (text == NULL)
        {
          json_decref (texts);
          return NULL;
        }
      json_array_append_new (texts, json_string (text));
    }
  return texts;
}

int
citiz_host_command_refound (const CitizHostArguments *arguments, GError **error)
{
  gchar **rest = arguments->rest;
  const gchar *word = rest != NULL && rest[0] != NULL ? rest[0] : "state";
  gchar **files = rest != NULL && rest[0] != NULL ? rest + 1 : NULL;
  const guint n = files != NULL ? g_strv_length (files) : 0;
  json_t *texts, *wish;
  char *with;
  int status;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (!g_str_equal (words[i].name, word) || n < words[i].min || n > words[i].max)
        continue;
      texts = read_texts (files, words[i].max == 1, error);
      if (texts == NULL)
        return CITIZ_HOST_REFUSED;
      wish = json_pack ("{s:s, s:s, s:o}", "do", word, "reason",
                        arguments->reason ? arguments->reason : "", "texts", texts);
      with = json_dumps (wish, JSON_COMPACT);
      status = citiz_host_ask_and_print (arguments, "refound", with, words[i].print, error);
      free (with);
      json_decref (wish);
      return status;
    }
  fprintf (stderr, "%s\n", _ ("citiz-node refound tells how it is used"));
  return CITIZ_HOST_USAGE;
}
