/* Reads a code aloud through speech-dispatcher's own client. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-speech.h"

#include <gio/gio.h>

gboolean
citiz_speech_available (void)
{
  g_autofree gchar *program = g_find_program_in_path ("spd-say");

  return program != NULL;
}

void
citiz_speech_spell (const gchar *code, CitizLanguage language)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GSubprocess) process = NULL;

  for (const gchar *p = code; *p != '\0'; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_printf (text, "%c. ", *p);
  /* Not as an argument, which every program of this computer may read. */
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                  | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                              NULL, "spd-say", "-e", "-r", "-30", "-l",
                              language == CITIZ_LANGUAGE_FR ? "fr" : "en", NULL);
  if (process != NULL)
    g_subprocess_communicate_utf8_async (process, text->str, NULL, NULL, NULL);
}
