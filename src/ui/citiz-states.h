/* The states of a page besides its content: empty, waiting, error. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_STATES (citiz_states_get_type ())
G_DECLARE_FINAL_TYPE (CitizStates, citiz_states, CITIZ, STATES, AdwBin)

/* A button of a state: words with a mnemonic and a detailed action. */
typedef struct
{
  const gchar *label, *icon, *action;
} CitizStateButton;

GtkWidget *citiz_states_new (GtkWidget *content);
void citiz_states_show_content (CitizStates *self);
/* @buttons ends with a NULL label. */
void citiz_states_show_message (CitizStates *self,
                                const gchar *icon,
                                const gchar *title,
                                const gchar *sentence,
                                const CitizStateButton *buttons);

/* Instead of an invitation to begin: nothing is here because a part of the record cannot be read. */
void citiz_states_show_damage (CitizStates *self,
                               const gchar *icon,
                               const CitizStateButton *buttons);

#define CITIZ_LATE 500 /* ms: what is here before then was not waited for */
/* A spinner and what is waited for, seen from CITIZ_LATE on. (transfer floating) */
GtkWidget *citiz_waiting_new (const gchar *words);

G_END_DECLS
