/* What can be added, from any page: the actions "add.item::KIND" and "add.import" and their menus. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "ui/citiz-page.h"

G_BEGIN_DECLS

typedef enum
{
  CITIZ_ADD_ALL,
  CITIZ_ADD_CARE,
  CITIZ_ADD_ACTIVITY,
  CITIZ_ADD_DIET
} CitizAddMenu;

/* (transfer none), one for the life of the program. */
GMenuModel *citiz_add_menu (CitizAddMenu which);
/* Gives @page and its window the actions. Called when the page is rooted. */
void citiz_add_attach (GtkWidget *page, CitizSession *session);
/* The form of a document, over @owner, once @file is known not to be too large. */
void citiz_add_document (GtkWidget *owner, CitizSession *session, GFile *file);
/* Opens the form for a new item of that kind ("allergy", "blood-pressure", "meal"…). */
void citiz_add_open (GtkWidget *owner, CitizSession *session, const gchar *kind);
/* The same with the fields of an item filled in: a correction. */
void citiz_add_correct (GtkWidget *owner, CitizSession *session, const CitizId *id);
/* A page's subtitle: a line while there is no network, else NULL. */
const gchar *citiz_add_subtitle (CitizPage *page);

G_END_DECLS
