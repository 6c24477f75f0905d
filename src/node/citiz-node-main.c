/* citiz-node: a community's node, without a window. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-command.h"

#include "config.h"
#include "crypto/citiz-crypto.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static const struct
{
  const gchar *name;
  CitizHostCommand run;
  guint min; /* words after it */
  guint max;
  const gchar *words;
  const gchar *help;
} commands[] = {
    {"setup", citiz_host_command_setup, 0, 1, N_ ("--found | COMMUNITY-FILE | INVITATION"),
     N_ ("Make keys and configuration")},
    {"found", citiz_host_command_found, 1, 128, N_ ("CARD…"),
     N_ ("Found a community from the cards of all founders")},
    {"run", citiz_host_command_run, 0, 0, "", N_ ("Run the node until it is told to stop")},
    {"status", citiz_host_command_status, 0, 0, "", N_ ("How the node is")},
    {"why", citiz_host_command_why, 0, 0, "", N_ ("Why nothing becomes final, and what to do")},
    {"members", citiz_host_command_members, 0, 0, "", N_ ("Who keeps the ledger")},
    {"invite", citiz_host_command_invite, 0, 0, N_ ("[--uses N] [--days D] [--name TEXT]"),
     N_ ("Invite people: a link, a code and a QR; --list, --revoke ID")},
    {"join", citiz_host_command_join, 0, 0, "", N_ ("Ask to be one of those who keep the ledger")},
    {"leave", citiz_host_command_leave, 0, 0, "", N_ ("Be no longer one of them")},
    {"approve", citiz_host_command_approve, 1, 1, N_ ("PROPOSAL"),
     N_ ("Agree to what “members” lists")},
    {"exclude", citiz_host_command_exclude, 1, 1, N_ ("NODE"), N_ ("Propose to let a node go")},
    {"refound", citiz_host_command_refound, 0, 129, "[card | make | look | accept]",
     N_ ("Found the community anew when a quorum is lost for good")},
    {"backup", citiz_host_command_backup, 1, 1, N_ ("FOLDER"), N_ ("Copy the node while it runs")},
    {"restore", citiz_host_command_restore, 1, 1, N_ ("--verify FOLDER"),
     N_ ("Bring a copy back and verify it")},
    {"drain", citiz_host_command_drain, 0, 0, "", N_ ("Take nothing new, before a stop")},
};

/* What is in memory stays in memory. */
static void
close_memory (void)
{
  setrlimit (RLIMIT_CORE, &(struct rlimit){0, 0});
  prctl (PR_SET_DUMPABLE, 0);
}

#define UNIT_FOLDER "/var/lib/citiz-node"
#define COLUMN      44 /* where the helps of the commands begin */

static gchar *
summary (void)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree gchar *left = g_strdup_printf (
          "%s %s", commands[i].name, *commands[i].words != '\0' ? _ (commands[i].words) : "");
      const glong width = g_utf8_strlen (left, -1);

      g_string_append_printf (text, "  %s%*s %s\n", left, (int) MAX (COLUMN - width, 0), "",
                              _ (commands[i].help));
    }
  return g_string_free (text, FALSE);
}

/* --folder, what systemd gives, a folder of the person's own; the unit's, for who may look into it and has none. */
static gchar *
find_folder (const gchar *said)
{
  const gchar *state = g_getenv ("STATE_DIRECTORY");
  g_autofree gchar *own = g_build_filename (g_get_user_data_dir (), "citiz-node", NULL);

  if (said != NULL)
    return g_canonicalize_filename (said, NULL);
  if (state != NULL)
    return g_strdup (state);
  return !citiz_host_folder_has (own, CITIZ_HOST_CONFIG_FILE)
                 && citiz_host_folder_has (UNIT_FOLDER, CITIZ_HOST_CONFIG_FILE)
             ? g_strdup (UNIT_FOLDER)
             : g_steal_pointer (&own);
}

static int
run (const CitizHostArguments *arguments, const gchar *name)
{
  const guint n = g_strv_length (arguments->rest);
  g_autoptr (GError) error = NULL;
  int status;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      if (!g_str_equal (commands[i].name, name))
        continue;
      if (n < commands[i].min || n > commands[i].max)
        {
          fprintf (stderr, _ ("Usage: citiz-node %s%s%s\n"), name,
                   *commands[i].words != '\0' ? " " : "",
                   *commands[i].words != '\0' ? _ (commands[i].words) : "");
          fprintf (stderr, "%s\n", _ (commands[i].help));
          return CITIZ_HOST_USAGE;
        }
      status = commands[i].run (arguments, &error);
      if (error != NULL)
        citiz_host_explain (error);
      return status;
    }
  fprintf (stderr, _ ("citiz-node knows no command “%s”; citiz-node --help lists them\n"), name);
  return CITIZ_HOST_USAGE;
}

static gboolean
is_option (const gchar *word, const GOptionEntry *entries)
{
  if (g_str_has_prefix (word, "--help") || g_str_equal (word, "-h") || g_str_equal (word, "-?")
      || g_str_equal (word, "--"))
    return TRUE;
  for (const GOptionEntry *entry = entries; g_str_has_prefix (word, "--") && entry->long_name;
       entry++)
    {
      const gsize n = strlen (entry->long_name);

      if (strncmp (word + 2, entry->long_name, n) == 0
          && (word[2 + n] == '\0' || word[2 + n] == '='))
        return TRUE;
    }
  return FALSE;
}

/* One node's name in 64 begins with a dash. What follows a command that wants a name is that name and no option, unless there is one that
 * is written so: it goes to the end, behind a "--".
 * @argv: has room for one word more */
static void
keep_name (int *argc, char **argv, const GOptionEntry *entries)
{
  for (int i = 1; i + 1 < *argc && !g_str_equal (argv[i], "--"); i++)
    {
      char *name = argv[i + 1];

      if ((!g_str_equal (argv[i], "exclude") && !g_str_equal (argv[i], "approve")) || name[0] != '-'
          || is_option (name, entries))
        continue;
      memmove (argv + i + 1, argv + i + 2, (gsize) (*argc - i - 2) * sizeof *argv);
      argv[*argc - 1] = (char *) "--";
      argv[*argc] = name;
      argv[++*argc] = NULL;
      return;
    }
}

/* What people are called is read as it is, whatever the locale: a server's is often "C". */
static gboolean
is_text (const gchar *text)
{
  return text == NULL || g_utf8_validate (text, -1, NULL);
}

int
main (int argc, char **argv)
{
  CitizHostArguments arguments = {.uses = 1, .days = 30};
  g_autofree gchar *folder = NULL;
  g_autofree gchar **said = g_new0 (gchar *, (gsize) argc + 2);
  gchar **left = said;
  gboolean version = FALSE;
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
      {"folder", 0, 0, G_OPTION_ARG_FILENAME, &folder, N_ ("The node’s folder"), N_ ("DIR")},
      {"found", 0, 0, G_OPTION_ARG_NONE, &arguments.found, N_ ("Be one of the founders"), NULL},
      {"salt", 0, 0, G_OPTION_ARG_STRING, &arguments.salt, N_ ("What the founders agreed on"),
       "HEX"},
      {"url", 0, 0, G_OPTION_ARG_STRING, &arguments.url, N_ ("Where others reach this node"),
       "URL"},
      {"listen", 0, 0, G_OPTION_ARG_STRING, &arguments.address, N_ ("Where it listens"),
       N_ ("ADDRESS:PORT")},
      {"operator", 0, 0, G_OPTION_ARG_FILENAME, &arguments.operator_,
       N_ ("Who answers for this node"), N_ ("NAME")},
      {"contact", 0, 0, G_OPTION_ARG_STRING, &arguments.contact, N_ ("How to reach them"),
       N_ ("TEXT")},
      {"uses", 0, 0, G_OPTION_ARG_INT, &arguments.uses,
       N_ ("How many people an invitation is for (1)"), "N"},
      {"days", 0, 0, G_OPTION_ARG_INT, &arguments.days, N_ ("How long it is good (30)"), N_ ("D")},
      {"name", 0, 0, G_OPTION_ARG_FILENAME, &arguments.name, N_ ("What the community is called"),
       N_ ("TEXT")},
      {"list", 0, 0, G_OPTION_ARG_NONE, &arguments.list, N_ ("List the invitations"), NULL},
      {"revoke", 0, 0, G_OPTION_ARG_STRING, &arguments.revoke, N_ ("Take an invitation back"),
       "ID"},
      {"reason", 0, 0, G_OPTION_ARG_FILENAME, &arguments.reason, N_ ("Why it is founded anew"),
       N_ ("TEXT")},
      {"verify", 0, 0, G_OPTION_ARG_NONE, &arguments.verify, N_ ("Check every signature"), NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &arguments.json, N_ ("For programs"), NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, N_ ("Print the version"), NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, NULL, NULL},
      {0}};
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("COMMAND…"));
  g_autofree gchar *text = NULL;
  g_autofree gchar *where = NULL;
  g_autofree gchar *usual = find_folder (NULL);
  g_autoptr (GError) error = NULL;
  int status;

  close_memory ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, CITIZ_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  if (!citiz_crypto_init ())
    return CITIZ_HOST_REFUSED;
  text = summary ();
  g_option_context_set_summary (context, text);
  where = g_strdup_printf (_ ("Without --folder, the node’s folder is %s"), usual);
  g_option_context_set_description (context, where);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  memcpy (said, argv, (gsize) argc * sizeof *said);
  keep_name (&argc, said, entries);
  if (!g_option_context_parse (context, &argc, &left, &error))
    {
      fprintf (stderr, "citiz-node: %s\n", error->message);
      return CITIZ_HOST_USAGE;
    }
  if (!is_text (arguments.operator_) || !is_text (arguments.name) || !is_text (arguments.reason))
    {
      fprintf (stderr, "%s\n", _ ("Names have to be written in UTF-8"));
      return CITIZ_HOST_USAGE;
    }
  if (version)
    {
      printf ("citiz-node %s\n", CITIZ_VERSION);
      return CITIZ_HOST_DONE;
    }
  arguments.folder = find_folder (folder);
  arguments.rest = words != NULL && words[0] != NULL ? words + 1 : words;
  status = words != NULL && words[0] != NULL ? run (&arguments, words[0]) : CITIZ_HOST_USAGE;
  g_free (arguments.folder);
  g_free (arguments.salt);
  g_free (arguments.url);
  g_free (arguments.address);
  g_free (arguments.operator_);
  g_free (arguments.contact);
  g_free (arguments.name);
  g_free (arguments.revoke);
  g_free (arguments.reason);
  if (words == NULL)
    fprintf (stderr, "%s\n", _ ("citiz-node --help lists what it does"));
  return status;
}
