/* citiz: a command, or the window. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-command.h"
#include "crypto/citiz-crypto.h"
#include "ui/citiz-application.h"

#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* What is in memory stays in memory: no core file, no reading by another process of the same person. */
static void
close_memory (void)
{
  setrlimit (RLIMIT_CORE, &(struct rlimit){0, 0});
  prctl (PR_SET_DUMPABLE, 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (CitizApplication) app = NULL;

  close_memory ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, CITIZ_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  if (!citiz_crypto_init ())
    return CITIZ_EXIT_REFUSED;
  if (citiz_command_wanted (argc, argv))
    return citiz_command_run (argc, argv);
  app = citiz_application_new ();
  return g_application_run (G_APPLICATION (app), argc, argv);
}
