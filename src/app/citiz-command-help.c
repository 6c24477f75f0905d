/* What citiz --help and a wrong usage say. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-command-private.h"

/* A command has a row for each of its forms. */
typedef struct
{
  const gchar *command;
  const gchar *arguments; /* "" if none: gettext ("") is the catalogue's own header */
  const gchar *summary;
} Row;

static const Row usages[] = {
    {"vault", "create", N_ ("Create the record; its 24 words are shown once")},
    {"vault", "passwd", N_ ("Change the passphrase")},
    {"vault", "recover", N_ ("Open the record with its 24 words and choose a new passphrase")},
    {"import", N_ ("[--anyone] FILE…"), N_ ("Bring files into the record")},
    {"show", "care|activity|diet", N_ ("Show a part of the record")},
    {"emergency", "[--hours N] [--serve]", N_ ("Give an emergency access")},
    {"grants", "", N_ ("List the accesses given")},
    {"revoke", N_ ("ACCESS"), N_ ("End an access now")},
    {"accesses", "", N_ ("List who opened the record")},
    {"verify", "", N_ ("Verify the whole ledger")},
    {"export", N_ ("--format ips|fhir|csv|pdf --out FILE"), N_ ("Write the record to a file")},
    {"community", "[status]", N_ ("How the community stands")},
    {"community", N_ ("join [--yes] INVITATION"), N_ ("Join a community")},
    {"community", "leave", N_ ("Leave it; the record and its own ledger stay whole")},
    {"community", N_ ("accept NAME"), N_ ("Go on with a community that was founded anew")},
    {"community", N_ ("refuse NAME"), N_ ("Stay with the ledger as it was before that")},
    {"community", N_ ("evidence FILE"), N_ ("Check a file of evidence: whom it proves guilty")},
    {"node", "", N_ ("Run only the node, until interrupted")},
};

/* Of one command, or (NULL) of all. */
static const Row options[] = {
    {"vault", N_ ("--new-passphrase-file FILE"),
     N_ ("The same for a new passphrase (passwd, recover)")},
    {"vault", N_ ("--words-file FILE"), N_ ("Its first line is the 24 words (recover)")},
    {"vault", "--force",
     N_ ("Take a passphrase that is easily guessed, too (create, passwd, recover)")},
    {"import", "--anyone", N_ ("Keep a file about another person, too")},
    {"emergency", "--hours N", N_ ("How long it lasts: 1 to 72 hours (24)")},
    {"emergency", "--serve", N_ ("Answer on this computer until interrupted")},
    {"community", "--yes", N_ ("Do not ask whether the six words of a community are right (join)")},
    {"export", "--force", N_ ("Write over a file that is there already")},
    {NULL, N_ ("--vault DIR"), N_ ("The folder of the record, instead of your own")},
    {NULL, N_ ("--passphrase-file FILE"),
     N_ ("Its first line is the passphrase; else the terminal asks")},
    {NULL, "--json", N_ ("Answers as JSON on standard output")},
    {NULL, "--version", N_ ("Which Citiz this is")},
};

static const gchar *
in_words (const gchar *text)
{
  return *text != '\0' ? _ (text) : text;
}

/* "citiz import [--anyone] FILE…" */
static gchar *
usage_text (const Row *row)
{
  const gchar *arguments = in_words (row->arguments);

  return g_strjoin (" ", "citiz", row->command, *arguments != '\0' ? arguments : NULL, NULL);
}

/* In two columns. Padded by characters: printf counts bytes. */
static void
print_rows (GPtrArray *left, GPtrArray *right)
{
  glong column = 0;

  for (guint i = 0; i < left->len; i++)
    column = MAX (column, g_utf8_strlen (left->pdata[i], -1));
  for (guint i = 0; i < left->len; i++)
    g_print ("  %s%*s  %s\n", (gchar *) left->pdata[i],
             (int) (column - g_utf8_strlen (left->pdata[i], -1)), "", (gchar *) right->pdata[i]);
}

static void
print_usages (const gchar *command)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) right = g_ptr_array_new ();

  if (command == NULL)
    {
      g_ptr_array_add (left, g_strdup ("citiz"));
      g_ptr_array_add (right, (gpointer) _ ("Open the window"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (usages); i++)
    if (command == NULL || g_str_equal (usages[i].command, command))
      {
        g_ptr_array_add (left, usage_text (&usages[i]));
        g_ptr_array_add (right, (gpointer) _ (usages[i].summary));
      }
  print_rows (left, right);
}

static void
print_options (const gchar *command)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) right = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (options[i].command == NULL
        || (command != NULL && g_str_equal (options[i].command, command)))
      {
        g_ptr_array_add (left, g_strdup (in_words (options[i].arguments)));
        g_ptr_array_add (right, (gpointer) _ (options[i].summary));
      }
  print_rows (left, right);
}

int
citiz_command_unknown (const gchar *command)
{
  citiz_tell (_ ("There is no command “%s”. See citiz --help."), command);
  return CITIZ_EXIT_USAGE;
}

void
citiz_command_tell_usage (const gchar *command)
{
  if (command == NULL)
    citiz_tell ("%s", _ ("Usage: citiz [--vault DIR] [--passphrase-file FILE] [--json] COMMAND"));
  for (guint i = 0; command != NULL && i < G_N_ELEMENTS (usages); i++)
    if (g_str_equal (usages[i].command, command))
      {
        g_autofree gchar *text = usage_text (&usages[i]);

        citiz_tell (_ ("Usage: %s"), text);
      }
}

int
citiz_command_help (const gchar *command)
{
  gboolean known = command == NULL;

  for (guint i = 0; i < G_N_ELEMENTS (usages) && !known; i++)
    known = g_str_equal (usages[i].command, command);
  if (!known)
    return citiz_command_unknown (command);
  if (command == NULL)
    g_print ("%s\n\n", _ ("Usage: citiz [--vault DIR] [--passphrase-file FILE] [--json] COMMAND"));
  print_usages (command);
  g_print ("\n");
  print_options (command);
  if (command == NULL)
    g_print ("\n%s\n", _ ("citiz COMMAND --help tells more of one."));
  return CITIZ_EXIT_DONE;
}
