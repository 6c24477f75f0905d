/* citiz-node's commands. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-host.h"

G_BEGIN_DECLS

enum
{
  CITIZ_HOST_DONE,
  CITIZ_HOST_REFUSED,
  CITIZ_HOST_USAGE,
};

/* What was written after the name of the command. */
typedef struct
{
  gchar *folder; /* absolute */
  gchar *url;
  gchar *address;
  gchar *operator_;
  gchar *contact;
  gchar *salt;
  gchar *name;
  gchar *revoke;
  gchar *reason;
  gint uses;
  gint days;
  gboolean list;
  gboolean found;
  gboolean verify;
  gboolean json;
  gchar **rest;
} CitizHostArguments;

typedef int (*CitizHostCommand) (const CitizHostArguments *arguments, GError **error);

int citiz_host_command_setup (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_found (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_run (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_status (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_why (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_members (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_invite (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_backup (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_restore (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_drain (const CitizHostArguments *arguments, GError **error);

/* Asks the node that runs, and prints what it answers: as it is when --json was said. */
typedef void (*CitizHostPrint) (json_t *body);
int citiz_host_ask_and_print (const CitizHostArguments *arguments,
                              const gchar *command,
                              const gchar *argument,
                              CitizHostPrint print,
                              GError **error);
int citiz_host_command_join (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_leave (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_approve (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_refound (const CitizHostArguments *arguments, GError **error);
int citiz_host_command_exclude (const CitizHostArguments *arguments, GError **error);

long long citiz_host_number_of (json_t *body, const gchar *key);
const gchar *citiz_host_text_of (json_t *body, const gchar *key);
void citiz_host_print_status (json_t *body);
const gchar *citiz_host_advice_on_clock (json_t *body);
guint citiz_host_count_linked (json_t *body);
json_t *citiz_host_about (json_t *node);
void citiz_host_print_proposals (json_t *body, gboolean newcomers);
gchar *citiz_host_name_of (json_t *node);
void citiz_host_make_plain (json_t *json);
void citiz_host_print_blamed (json_t *body);
void citiz_host_say_words (const CitizHash *chain_id);
void citiz_host_say_words_of (json_t *body);
void citiz_host_add_words (json_t *body);
gchar *citiz_host_column (const gchar *text, guint width);
gboolean citiz_host_is_plain (const gchar *text);
gchar *citiz_host_duration (gint64 seconds);
void citiz_host_explain (const GError *error);
void citiz_host_say (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

G_END_DECLS
