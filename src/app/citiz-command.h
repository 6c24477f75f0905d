/* The command line: the same session without a window. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exit statuses. */
#define CITIZ_EXIT_DONE    0
#define CITIZ_EXIT_REFUSED 1
#define CITIZ_EXIT_USAGE   2

/* TRUE when argv names a command (or --version, --help), so that no window is wanted. */
gboolean citiz_command_wanted (int argc, char **argv);
int citiz_command_run (int argc, char **argv);

G_END_DECLS
