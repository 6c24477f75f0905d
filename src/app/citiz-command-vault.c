/* citiz vault create|passwd|recover. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-command-private.h"

#include "crypto/citiz-strength.h"
#include "crypto/citiz-words.h"

static void
give_words (CitizCommandRun *run, CitizSecret *entropy)
{
  gchar **words = citiz_words_from_entropy (entropy, citiz_env_language ());

  run->answer = json_pack ("{s:s, s:[]}", "vault", run->vault, "words");
  for (guint i = 0; words[i] != NULL; i++)
    {
      json_array_append_new (json_object_get (run->answer, "words"), json_string (words[i]));
      citiz_say (run, "%2u %s", i + 1, words[i]);
    }
  citiz_words_free (words);
}

/* As the window judges it; "--force" takes any. Returns: (transfer full) (nullable) */
static CitizSecret *
ask_new_passphrase (const CitizCommandRun *run,
                    const gchar *file,
                    const gchar *option,
                    GError **error)
{
  CitizSecret *passphrase = citiz_ask_passphrase (file, _ ("New passphrase:"), option, error);
  gdouble bits = 0;
  gchar *text;

  if (passphrase == NULL || run->force)
    return passphrase;
  text = g_strndup ((const gchar *) citiz_secret_data (passphrase), citiz_secret_size (passphrase));
  if (g_utf8_validate (text, -1, NULL))
    citiz_passphrase_strength (text, &bits);
  citiz_wipe_text (text);
  if (bits >= CITIZ_STRENGTH_MIN_BITS)
    return passphrase;
  citiz_secret_unref (passphrase);
  g_set_error_literal (
      error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
      _ ("This passphrase is too easily guessed for a health record; several words "
         "are easier to remember than signs. --force takes it all the same."));
  return NULL;
}

static int
create (CitizCommandRun *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizSecret) passphrase = NULL;
  g_autoptr (CitizSecret) entropy = citiz_secret_new_random (32);
  g_autoptr (GAsyncResult) result = NULL;
  CitizWait wait = {0};

  if (citiz_session_get_state (run->session) == CITIZ_SESSION_NEW)
    passphrase = ask_new_passphrase (run, run->passphrase_file, "--passphrase-file", &error);
  else
    g_set_error_literal (&error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_EXISTS,
                         "there is a vault");
  if (passphrase == NULL)
    return citiz_refuse (error);
  citiz_session_create_async (run->session, passphrase, entropy, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  if (!citiz_session_create_finish (run->session, result, &error))
    return citiz_refuse (error);
  citiz_tell (_ (
      "Write these 24 words on paper, in order. They open the record if the passphrase is lost."));
  give_words (run, entropy);
  return CITIZ_EXIT_DONE;
}

/* Before anything is asked. */
static gboolean
is_there (CitizCommandRun *run, gboolean with_words)
{
  gboolean there = citiz_session_get_state (run->session) != CITIZ_SESSION_NEW;

  if (!there && with_words)
    citiz_tell (_ ("There is no record in %s. The 24 words open a record, they do not hold it: "
                   "put a copy of its folder there first."),
                run->vault);
  else if (!there)
    citiz_tell (_ ("There is no record in %s. “citiz vault create” makes one."), run->vault);
  return there;
}

static int
change_passphrase (CitizCommandRun *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizSecret) before = NULL;
  g_autoptr (CitizSecret) after = NULL;
  g_autoptr (GAsyncResult) unlocked = NULL;
  g_autoptr (GAsyncResult) changed = NULL;
  CitizWait wait = {0};

  if (!is_there (run, FALSE))
    return CITIZ_EXIT_REFUSED;
  before
      = citiz_ask_passphrase (run->passphrase_file, _ ("Passphrase:"), "--passphrase-file", &error);
  if (before == NULL)
    return citiz_refuse (error);
  citiz_session_unlock_async (run->session, before, NULL, citiz_wait_cb, &wait);
  unlocked = citiz_wait (&wait);
  if (!citiz_session_unlock_finish (run->session, unlocked, &error))
    return citiz_refuse (error);
  after = ask_new_passphrase (run, run->new_passphrase_file, "--new-passphrase-file", &error);
  if (after == NULL)
    return citiz_refuse (error);
  citiz_session_set_passphrase_async (run->session, before, after, NULL, citiz_wait_cb, &wait);
  changed = citiz_wait (&wait);
  if (!citiz_session_set_passphrase_finish (run->session, changed, &error))
    return citiz_refuse (error);
  run->answer = json_pack ("{s:s}", "vault", run->vault);
  citiz_say (run, "%s", _ ("The passphrase is changed."));
  return CITIZ_EXIT_DONE;
}

static int
recover (CitizCommandRun *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizSecret) words = NULL;
  g_autoptr (CitizSecret) after = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  CitizWait wait = {0};
  gchar *text;

  if (!is_there (run, TRUE))
    return CITIZ_EXIT_REFUSED;
  words = citiz_ask_passphrase (run->words_file, _ ("The 24 words:"), "--words-file", &error);
  if (words == NULL)
    return citiz_refuse (error);
  after = ask_new_passphrase (run, run->new_passphrase_file, "--new-passphrase-file", &error);
  if (after == NULL)
    return citiz_refuse (error);
  text = g_strndup ((const gchar *) citiz_secret_data (words), citiz_secret_size (words));
  citiz_session_unlock_with_words_async (run->session, text, after, NULL, citiz_wait_cb, &wait);
  citiz_wipe_text (text);
  result = citiz_wait (&wait);
  if (!citiz_session_unlock_with_words_finish (run->session, result, &error))
    return citiz_refuse (error);
  run->answer = json_pack ("{s:s}", "vault", run->vault);
  citiz_say (run, "%s", _ ("The record is open again, with the new passphrase."));
  return CITIZ_EXIT_DONE;
}

int
citiz_command_vault (CitizCommandRun *run, gchar **args)
{
  static const struct
  {
    const gchar *name;
    int (*run) (CitizCommandRun *run);
  } verbs[] = {{"create", create}, {"passwd", change_passphrase}, {"recover", recover}};

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (args[0], verbs[i].name))
      return verbs[i].run (run);
  citiz_tell (_ ("Usage: citiz %s %s"), "vault", "create|passwd|recover");
  return CITIZ_EXIT_USAGE;
}
