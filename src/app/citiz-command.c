/* The command line: options, the table of commands, what they share (help: citiz-command-help.c).
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-command-private.h"

#include "config.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define SECRET_FILE_MAX 4096

static const CitizCommand commands[] = {
    {"vault", citiz_command_vault, NULL, FALSE, 1, 1},
    {"import", citiz_command_import, NULL, TRUE, 1, 1000},
    {"show", citiz_command_show, citiz_command_show_check, TRUE, 1, 1},
    {"emergency", citiz_command_emergency, citiz_command_emergency_check, TRUE, 0, 0},
    {"grants", citiz_command_grants, NULL, TRUE, 0, 0},
    {"revoke", citiz_command_revoke, citiz_command_revoke_check, TRUE, 1, 1},
    {"accesses", citiz_command_accesses, NULL, TRUE, 0, 0},
    {"verify", citiz_command_verify, NULL, TRUE, 0, 0},
    {"export", citiz_command_export, citiz_command_export_check, TRUE, 0, 0},
    {"community", citiz_command_community, citiz_command_community_check, TRUE, 0, 2},
    {"node", citiz_command_node, NULL, TRUE, 0, 0},
};

static const CitizCommand *
find_command (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, name))
      return &commands[i];
  return NULL;
}

/**
 * citiz_command_wanted:
 *
 * Returns: %TRUE if the arguments ask for a command rather than for the window, which takes files and addresses, too
 */
gboolean
citiz_command_wanted (int argc, char **argv)
{
  static const gchar *const of_the_window[]
      = {"--emergency", "--folder", "--gapplication-", "--display"};

  if (argc < 2)
    return FALSE;
  if (argv[1][0] != '-')
    return strpbrk (argv[1], ":/") == NULL;
  for (guint i = 0; i < G_N_ELEMENTS (of_the_window); i++)
    if (g_str_has_prefix (argv[1], of_the_window[i]))
      return FALSE;
  return TRUE;
}

void
citiz_wait_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizWait *wait = data;

  wait->result = g_object_ref (result);
  if (wait->loop != NULL)
    g_main_loop_quit (wait->loop);
}

GAsyncResult *
citiz_wait (CitizWait *wait)
{
  if (wait->result == NULL)
    {
      wait->loop = g_main_loop_new (NULL, FALSE);
      g_main_loop_run (wait->loop);
      g_clear_pointer (&wait->loop, g_main_loop_unref);
    }
  return g_steal_pointer (&wait->result);
}

void
citiz_say (const CitizCommandRun *run, const gchar *format, ...)
{
  va_list args;

  if (run->json)
    return;
  va_start (args, format);
  vfprintf (stdout, format, args);
  va_end (args);
  fputc ('\n', stdout);
}

void
citiz_tell (const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
}

int
citiz_read_status (const CitizCommandRun *run)
{
  return citiz_session_get_damaged (run->session) ? CITIZ_EXIT_REFUSED : CITIZ_EXIT_DONE;
}

int
citiz_refuse (const GError *error)
{
  /* a file's own error says which file */
  citiz_tell ("%s", error->domain == G_FILE_ERROR ? error->message : citiz_session_explain (error));
  return CITIZ_EXIT_REFUSED;
}

gchar *
citiz_time_text (CitizTime time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time.ms / 1000);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);

  return g_date_time_format_iso8601 (local);
}

/**
 * citiz_read_secret_file:
 *
 * Returns: (transfer full): the file's first line without its line end, in guarded memory
 */
CitizSecret *
citiz_read_secret_file (const gchar *path, GError **error)
{
  gchar buffer[SECRET_FILE_MAX + 1];
  gsize n;
  FILE *file = fopen (path, "rb");
  CitizSecret *secret = NULL;

  if (file == NULL)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), _ ("%s: %s"), path,
                   g_strerror (errno));
      return NULL;
    }
  setvbuf (file, NULL, _IONBF, 0);
  n = fread (buffer, 1, SECRET_FILE_MAX, file);
  fclose (file);
  for (gsize i = 0; i < n; i++)
    if (buffer[i] == '\n' || buffer[i] == '\r')
      n = i;
  if (n > 0)
    secret = citiz_secret_new_take_copy ((guint8 *) buffer, n);
  else
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, _ ("%s: its first line is empty."), path);
  citiz_wipe (buffer, sizeof buffer); /* what came after the first line */
  return secret;
}

/* What the terminal was before the passphrase was asked for, and what was done with interruptions: both are put back. */
static const int interruptions[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static struct sigaction actions_before[G_N_ELEMENTS (interruptions)];
static struct termios terminal_before;

static void
put_interruptions_back (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (interruptions); i++)
    sigaction (interruptions[i], &actions_before[i], NULL);
}

/* Only what a signal handler may call. */
static void
interrupted_cb (int number)
{
  tcsetattr (STDIN_FILENO, TCSANOW, &terminal_before);
  put_interruptions_back ();
  raise (number);
}

/* One that is ignored stays ignored. */
static void
catch_interruptions (void)
{
  struct sigaction action = {.sa_handler = interrupted_cb};

  sigemptyset (&action.sa_mask);
  for (guint i = 0; i < G_N_ELEMENTS (interruptions); i++)
    {
      sigaction (interruptions[i], NULL, &actions_before[i]);
      if (actions_before[i].sa_handler != SIG_IGN)
        sigaction (interruptions[i], &action, NULL);
    }
}

/* The person types it without seeing it; nothing of it stays in a string of ours. */
static CitizSecret *
ask_on_terminal (const gchar *prompt, const gchar *option, GError **error)
{
  struct termios quiet;
  gchar buffer[SECRET_FILE_MAX + 1];

  if (!isatty (STDIN_FILENO) || tcgetattr (STDIN_FILENO, &terminal_before) != 0)
    {
      /* as for a file: the sentence names what is to be given */
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
                   _ ("There is no terminal to ask on: put it in a file and name it with %s."),
                   option);
      return NULL;
    }
  setvbuf (stdin, NULL, _IONBF, 0);
  quiet = terminal_before;
  quiet.c_lflag &= (tcflag_t) ~ECHO;
  fprintf (stderr, "%s ", prompt);
  catch_interruptions ();
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &quiet);
  if (fgets (buffer, sizeof buffer, stdin) == NULL)
    buffer[0] = '\0';
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &terminal_before);
  put_interruptions_back ();
  fputc ('\n', stderr);
  buffer[strcspn (buffer, "\r\n")] = '\0';
  if (*buffer != '\0')
    return citiz_secret_new_take_copy ((guint8 *) buffer, strlen (buffer));
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                       _ ("Nothing was typed, nothing was done."));
  return NULL;
}

CitizSecret *
citiz_ask_passphrase (const gchar *file, const gchar *prompt, const gchar *option, GError **error)
{
  return file != NULL ? citiz_read_secret_file (file, error)
                      : ask_on_terminal (prompt, option, error);
}

static gboolean
unlock (CitizCommandRun *run, GError **error)
{
  CitizWait wait = {0};
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CitizSecret) passphrase = NULL;

  passphrase
      = citiz_ask_passphrase (run->passphrase_file, _ ("Passphrase:"), "--passphrase-file", error);
  if (passphrase == NULL)
    return FALSE;
  citiz_session_unlock_async (run->session, passphrase, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  if (citiz_session_get_damaged (run->session))
    citiz_tell ("%s", citiz_session_explain_damage ());
  if (citiz_session_get_distrust (run->session) != NULL)
    citiz_tell ("%s %s", citiz_session_explain_distrust (),
                citiz_session_get_distrust (run->session));
  return citiz_session_unlock_finish (run->session, result, error);
}

static void
print_version (gboolean json)
{
  if (json)
    g_print ("{\"version\":\"%s\"}\n", CITIZ_VERSION);
  else
    g_print ("Citiz %s\nGLib %u.%u, libsodium %s, SQLite %s\n", CITIZ_VERSION, glib_major_version,
             glib_minor_version, sodium_version_string (), sqlite3_libversion ());
}

/* What went wrong is told in sentences; the developer's words (which quote SQL) come when asked for. */
static GLogWriterOutput
quiet_log (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) == 0
      && g_getenv ("G_MESSAGES_DEBUG") == NULL)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n, data);
}

static int
run_command (CitizCommandRun *run)
{
  g_autoptr (GError) error = NULL;
  const CitizCommand *command = find_command (run->words[0]);
  guint n_args = g_strv_length (run->words) - 1;
  int status;

  if (command == NULL)
    return citiz_command_unknown (run->words[0]);
  if (n_args < command->min_args || n_args > command->max_args
      || (command->check != NULL && !command->check (run)))
    {
      citiz_command_tell_usage (command->name);
      return CITIZ_EXIT_USAGE;
    }
  if (!run->serve
      && command->run != citiz_command_node) /* whoever keeps a node running reads its log */
    g_log_set_writer_func (quiet_log, NULL, NULL);
  if (g_file_test (run->vault, G_FILE_TEST_EXISTS) && !g_file_test (run->vault, G_FILE_TEST_IS_DIR))
    {
      citiz_tell (_ ("%s is a file; a record is a folder."), run->vault);
      return CITIZ_EXIT_REFUSED;
    }
  run->session = citiz_session_new (run->vault);
  if (command->unlock && citiz_session_get_state (run->session) == CITIZ_SESSION_NEW)
    {
      citiz_tell (_ ("There is no record in %s. “citiz vault create” makes one."), run->vault);
      return CITIZ_EXIT_REFUSED;
    }
  if (command->unlock && !unlock (run, &error))
    return citiz_refuse (error);
  status = command->run (run, run->words + 1);
  if (run->json && run->answer != NULL)
    {
      json_dumpf (run->answer, stdout, JSON_INDENT (2) | JSON_PRESERVE_ORDER);
      fputc ('\n', stdout);
    }
  return status;
}

static void
run_clear (CitizCommandRun *run)
{
  while (run->session != NULL && citiz_session_is_refreshing (run->session))
    g_main_context_iteration (NULL, TRUE); /* what was imported is in the live accesses, too */
  if (run->session != NULL)
    citiz_session_lock (run->session);
  g_clear_object (&run->session);
  g_clear_pointer (&run->answer, json_decref);
  g_strfreev (run->words);
  g_free (run->vault);
  g_free (run->passphrase_file);
  g_free (run->new_passphrase_file);
  g_free (run->words_file);
  g_free (run->format);
  g_free (run->out);
}

/**
 * citiz_command_run:
 *
 * Returns: the program's exit status: 0, 1 refused, 2 usage
 */
int
citiz_command_run (int argc, char **argv)
{
  CitizCommandRun run = {.hours = 24};
  gboolean version = FALSE, help = FALSE;
  const GOptionEntry entries[] = {
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, NULL, NULL},
      {"help", 'h', 0, G_OPTION_ARG_NONE, &help, NULL, NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &run.json, NULL, NULL},
      {"vault", 0, 0, G_OPTION_ARG_FILENAME, &run.vault, NULL, NULL},
      {"passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &run.passphrase_file, NULL, NULL},
      {"new-passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &run.new_passphrase_file, NULL, NULL},
      {"words-file", 0, 0, G_OPTION_ARG_FILENAME, &run.words_file, NULL, NULL},
      {"format", 0, 0, G_OPTION_ARG_STRING, &run.format, NULL, NULL},
      {"out", 0, 0, G_OPTION_ARG_FILENAME, &run.out, NULL, NULL},
      {"hours", 0, 0, G_OPTION_ARG_INT, &run.hours, NULL, NULL},
      {"force", 0, 0, G_OPTION_ARG_NONE, &run.force, NULL, NULL},
      {"anyone", 0, 0, G_OPTION_ARG_NONE, &run.anyone, NULL, NULL},
      {"yes", 0, 0, G_OPTION_ARG_NONE, &run.yes, NULL, NULL},
      {"serve", 0, 0, G_OPTION_ARG_NONE, &run.serve, NULL, NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &run.words, NULL, NULL},
      G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int status = CITIZ_EXIT_USAGE;

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    citiz_tell ("%s", error->message);
  else if (version)
    {
      print_version (run.json);
      status = CITIZ_EXIT_DONE;
    }
  else if (run.words != NULL && g_str_equal (run.words[0], "help"))
    status = citiz_command_help (run.words[1]);
  else if (help)
    status = citiz_command_help (run.words != NULL ? run.words[0] : NULL);
  else if (run.words == NULL)
    citiz_command_tell_usage (NULL);
  else
    {
      if (run.vault == NULL)
        run.vault = g_build_filename (g_get_user_data_dir (), "citiz", NULL);
      status = run_command (&run);
    }
  if ((fflush (stdout) != 0 || ferror (stdout)) && status == CITIZ_EXIT_DONE)
    {
      citiz_tell ("%s", _ ("What was done could not be printed."));
      status = CITIZ_EXIT_REFUSED;
    }
  run_clear (&run);
  return status;
}
