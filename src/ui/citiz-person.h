/* The person: name and birth date, read from the record and entered by hand. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* (transfer full): "" when nothing was entered. */
gchar *citiz_person_name (CitizSession *session);
gchar *citiz_person_birth_date (CitizSession *session); /* "1958-03-14" */

#define CITIZ_TYPE_PERSON_FORM (citiz_person_form_get_type ())
G_DECLARE_FINAL_TYPE (CitizPersonForm, citiz_person_form, CITIZ, PERSON_FORM, AdwBin)

/* Signal "saved": the record holds what was entered (or nothing had to be saved). */
GtkWidget *citiz_person_form_new (CitizSession *session);
/* FALSE and a sentence beside the entry when the date is none. */
gboolean citiz_person_form_validate (CitizPersonForm *self);
void citiz_person_form_save (CitizPersonForm *self);
/* Keeps what was entered until the record has no person of its own: a form made then is filled with it. */
void citiz_person_form_keep (CitizPersonForm *self);
/* Whether something was kept so, and waits for a save. */
gboolean citiz_person_waits (CitizSession *session);
/* The form in a window above that of @parent. */
void citiz_person_ask (GtkWidget *parent, CitizSession *session);

G_END_DECLS
