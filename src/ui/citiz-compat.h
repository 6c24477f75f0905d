/* What newer toolkits have and GTK 4.8 has not, in one place: files, questions, addresses. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef void (*CitizFileFunc) (GFile *file, gpointer data);

/* Whether @widget is in a window that is on the display: what answers late may find it closed. */
gboolean citiz_compat_is_there (GtkWidget *widget);

/* The desktop's own file chooser. @func is not called when the person changes their mind, nor once @owner is in no window any more.
 * @destroy: (nullable): frees @data after the answer, whatever it was */
void citiz_compat_open_file (GtkWidget *owner,
                             const gchar *title,
                             const gchar *filter_name,
                             const gchar *const *patterns,
                             CitizFileFunc func,
                             gpointer data,
                             GDestroyNotify destroy);
void citiz_compat_forget (GFile *file);
void citiz_compat_save_file (GtkWidget *owner,
                             const gchar *title,
                             const gchar *name,
                             CitizFileFunc func,
                             gpointer data,
                             GDestroyNotify destroy);

typedef void (*CitizAnswerFunc) (gpointer data);
/* A question whose button names what it does; @destructive colours it. @func runs only on that button. It goes with the window it is
 * asked in, and is not asked in one that has gone. */
void citiz_compat_ask (GtkWidget *owner,
                       const gchar *heading,
                       const gchar *body,
                       const gchar *button,
                       gboolean destructive,
                       CitizAnswerFunc func,
                       gpointer data);
/* The same, with a word of its own on the button that changes nothing. */
void citiz_compat_ask_or (GtkWidget *owner,
                          const gchar *heading,
                          const gchar *body,
                          const gchar *stay,
                          const gchar *button,
                          gboolean destructive,
                          CitizAnswerFunc func,
                          gpointer data);
/* One that can be answered in two ways, or left: @no runs on the button that refuses. Enter answers nothing. */
void citiz_compat_ask_both (GtkWidget *owner,
                            const gchar *heading,
                            const gchar *body,
                            const gchar *refuse,
                            CitizAnswerFunc no,
                            const gchar *button,
                            CitizAnswerFunc func,
                            gpointer data);
/* Something to know, with one button to close it; a toast when @owner has gone. */
void citiz_compat_tell (GtkWidget *owner, const gchar *heading, const gchar *body);

/* The browser (or the mail program, …) for @uri. */
void citiz_compat_show_uri (GtkWidget *owner, const gchar *uri);

G_END_DECLS
