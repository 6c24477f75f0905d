/* A row to type a passphrase in, of which assistive technology hears nothing but its name. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_SECRET_ROW (citiz_secret_row_get_type ())
G_DECLARE_FINAL_TYPE (CitizSecretRow, citiz_secret_row, CITIZ, SECRET_ROW, AdwPreferencesRow)

/* Signals: "changed"; "entered" when Enter is pressed in it. */
GtkWidget *citiz_secret_row_new (const gchar *title);
/* (transfer none): in memory that is not paged out, and wiped */
const gchar *citiz_secret_row_get_text (CitizSecretRow *self);
void citiz_secret_row_set_text (CitizSecretRow *self, const gchar *text);
/* @label: (nullable): says what is wrong with what was typed; told with the row's text. NULL: nothing is */
void citiz_secret_row_set_problem (CitizSecretRow *self, GtkWidget *label);

G_END_DECLS
