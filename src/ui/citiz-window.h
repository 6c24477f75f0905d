/* The window: sidebar, one page at a time, the emergency button always in reach. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-page.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_WINDOW (citiz_window_get_type ())
G_DECLARE_FINAL_TYPE (CitizWindow, citiz_window, CITIZ, WINDOW, AdwApplicationWindow)

/* The window keeps a reference to @session. @app may be NULL in tests. */
CitizWindow *citiz_window_new (GtkApplication *app, CitizSession *session);

/* Shows a page by name: "today" "care" "activity" "diet" "access" "ledger" "emergency". */
void citiz_window_show_page (CitizWindow *self, const gchar *name);
const gchar *citiz_window_get_page (CitizWindow *self);

/* The one press: gives the access, or goes to the page of the live one. What lies above the window comes back when that page is left. */
void citiz_window_press_emergency (CitizWindow *self);
/* Once, before the first window: its key works in every dialog as well. */
void citiz_window_watch_key (void);
/* The window that @window lies above, at any distance, or is; or NULL. */
CitizWindow *citiz_window_below (GtkWindow *window);

/* Opens the import dialog on files (of GFile), e.g. dropped or given on the command line, at once or when the record is open; NULL asks for
 * one. */
void citiz_window_import (CitizWindow *self, GListModel *files);

/* Opens the dialog that joins a community, with an invitation or ("") without. */
void citiz_window_join (CitizWindow *self, const gchar *text);

/* The same from any widget inside a window. */
void citiz_toast (GtkWidget *widget, const gchar *text);
/* None of them outlives a lock: they name what is in the record. */
void citiz_toast_drop_all (AdwApplicationWindow *window);
/* @action: of the window, for the button. */
void citiz_toast_action (GtkWidget *widget,
                         const gchar *text,
                         const gchar *button,
                         const gchar *action);
void citiz_toast_undo (GtkWidget *widget,
                       const gchar *text,
                       const gchar *button,
                       GCallback pressed,
                       gpointer data);

G_END_DECLS
