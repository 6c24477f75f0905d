/* The window's fields and the verbs its files share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-idle.h"
#include "ui/citiz-turn.h"
#include "ui/citiz-window.h"

G_BEGIN_DECLS

struct _CitizWindow
{
  AdwApplicationWindow parent_instance;

  CitizSession *session;
  CitizIdle *idle;
  CitizTurn *turn;
  gchar *kept_link, *kept_spoken; /* of the live access, between a lock by itself and its screen */
  CitizTime kept_until; /* of the live access, between a lock and its screen; 0: of none */
  gboolean kept_over_nodes;
  gchar *previous; /* the page to go back to from the emergency page */
  gboolean onboarding;
  gboolean emergency_wanted; /* pressed while locked: given right after the record is open */

  GtkStack *screens;

  /* Of the open record; NULL while there is none. */
  GtkBuilder *main;
  AdwLeaflet *leaflet;
  GtkWidget *sidebar;
  GtkWidget *content;
  gchar *invitation;   /* opened while locked: the same */
  GListStore *waiting; /* GFile given while locked: offered once the record opens */
  GtkListBox *rooms;
  const gchar *room; /* the one selected there */
  GtkWidget *badge;
  GtkStack *pages;
  AdwWindowTitle *title;
  AdwAvatar *avatar;
  GtkLabel *person;
  GtkButton *back_button;
  GtkMenuButton *add_button;
  AdwButtonContent *add_content;
  GtkMenuButton *add_narrow;
  GtkButton *search_button;
  GtkButton *emergency_button;
  AdwButtonContent *emergency_content;
  GtkButton *emergency_tray;
  AdwButtonContent *tray_content;
  GtkBox *tray;
  GtkRevealer *sample_banner, *lack_banner;
  GtkOrientable *lack_parts; /* words and button: below each other where the window is narrow */
  GtkLabel *lack_words;
  GtkButton *lack_button;
};

GtkWidget *_citiz_window_make_main (CitizWindow *self);
void _citiz_window_forget_main (CitizWindow *self);
void _citiz_window_update_main (CitizWindow *self);
void _citiz_window_refresh_pages (CitizWindow *self);
CitizPage *_citiz_window_get_page (CitizWindow *self);
void _citiz_window_update_header (CitizWindow *self);
void _citiz_window_follow_state (CitizWindow *self);
void _citiz_window_install_actions (GtkWidgetClass *klass);
void _citiz_window_update_actions (CitizWindow *self);
void _citiz_window_drop_kept (CitizWindow *self);
/* Dialogs and forms make way for the emergency page, and come back as they were. Return: whether there were any */
gboolean _citiz_window_set_aside (CitizWindow *self);
gboolean _citiz_window_bring_back (CitizWindow *self);
void _citiz_window_take_drops (CitizWindow *self);

G_END_DECLS
