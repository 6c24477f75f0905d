/* What the commands share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-command.h"
#include "app/citiz-session.h"

#include <glib/gi18n.h>

G_BEGIN_DECLS

/* One run of the program on the command line. */
typedef struct _CitizCommandRun CitizCommandRun;
struct _CitizCommandRun
{
  gboolean json;
  gchar *vault;
  gchar *passphrase_file;
  gchar *new_passphrase_file;
  gchar *words_file;
  gchar *format;
  gchar *out;
  gint hours;
  gboolean serve;
  gboolean anyone; /* imports are kept whoever they are about */
  gboolean yes;    /* a community is joined without being asked */
  gboolean force;  /* a weak passphrase is taken, a file that is there is written over */
  gchar **words;   /* the command and its arguments */
  CitizSession *session;
  json_t *answer; /* what --json prints */
  guint shown;    /* rows that show has printed */
};

typedef struct
{
  const gchar *name;
  int (*run) (CitizCommandRun *run, gchar **args);
  gboolean (*check) (const CitizCommandRun *run); /* nullable: FALSE is a usage error */
  gboolean unlock;                                /* the vault is open when it runs */
  guint min_args, max_args;
} CitizCommand;

/* @command NULL: of the whole program. */
int citiz_command_help (const gchar *command);        /* its exit status */
void citiz_command_tell_usage (const gchar *command); /* on stderr */
int citiz_command_unknown (const gchar *command);     /* says so on stderr; its exit status */

/* Waits for an asynchronous call: pass citiz_wait_cb and the wait, then citiz_wait(). */
typedef struct
{
  GMainLoop *loop;
  GAsyncResult *result;
} CitizWait;
void citiz_wait_cb (GObject *source, GAsyncResult *result, gpointer data);
GAsyncResult *citiz_wait (CitizWait *wait); /* (transfer full) */

void citiz_say (const CitizCommandRun *run, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);                                        /* stdout, not with --json */
void citiz_tell (const gchar *format, ...) G_GNUC_PRINTF (1, 2); /* stderr */
/* of a command that shows the record: refused when a part of it could not be read (unlocking said so) */
int citiz_read_status (const CitizCommandRun *run);
int citiz_refuse (const GError *error); /* its sentence on stderr */
CitizSecret *citiz_read_secret_file (const gchar *path, GError **error);
/* From @file, else from the terminal; without either the error names @option, which gives the file. */
CitizSecret *citiz_ask_passphrase (const gchar *file,
                                   const gchar *prompt,
                                   const gchar *option,
                                   GError **error);
gchar *citiz_time_text (CitizTime time); /* ISO 8601 with the offset of here */

gboolean citiz_command_show_check (const CitizCommandRun *run);
gboolean citiz_command_export_check (const CitizCommandRun *run);
gboolean citiz_command_emergency_check (const CitizCommandRun *run);
gboolean citiz_command_revoke_check (const CitizCommandRun *run);
gboolean citiz_command_community_check (const CitizCommandRun *run);
int citiz_command_community (CitizCommandRun *run, gchar **args);
int citiz_command_vault (CitizCommandRun *run, gchar **args);
int citiz_command_import (CitizCommandRun *run, gchar **args);
int citiz_command_show (CitizCommandRun *run, gchar **args);
int citiz_command_export (CitizCommandRun *run, gchar **args);
int citiz_command_emergency (CitizCommandRun *run, gchar **args);
int citiz_command_grants (CitizCommandRun *run, gchar **args);
int citiz_command_revoke (CitizCommandRun *run, gchar **args);
int citiz_command_accesses (CitizCommandRun *run, gchar **args);
int citiz_command_verify (CitizCommandRun *run, gchar **args);
int citiz_command_node (CitizCommandRun *run, gchar **args);

G_END_DECLS
