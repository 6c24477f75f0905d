/* The three things that ask for the passphrase: changing it, new recovery words, erasing. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

void citiz_change_passphrase_show (GtkWidget *parent, CitizSession *session);
void citiz_replace_words_show (GtkWidget *parent, CitizSession *session);
/* Asks for the word that names what is done, and the passphrase. */
void citiz_erase_show (GtkWidget *parent, CitizSession *session);

G_END_DECLS
