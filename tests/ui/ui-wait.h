/* Waiting and finding in tests of the window. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <string.h>

static inline gboolean
ui_late_cb (gpointer late)
{
  *(gboolean *) late = TRUE;
  return G_SOURCE_CONTINUE;
}

static inline gboolean
ui_tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @condition holds, the limit ends what hangs. */
#define WAIT_FOR(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gboolean late_ = FALSE;                                                                        \
    guint source_ = g_timeout_add_seconds (240, ui_late_cb, &late_);                               \
    guint tick_ = g_timeout_add (10, ui_tick_cb, NULL);                                            \
    while (!(condition) && !late_)                                                                 \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (tick_);                                                                       \
    g_source_remove (source_);                                                                     \
    g_assert_true (condition);                                                                     \
  }                                                                                                \
  G_STMT_END

/* The button of @action at or below @widget, or NULL. */
static inline GtkWidget *
ui_button_of (GtkWidget *widget, const gchar *action)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (widget)
      && g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), action) == 0)
    return widget;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL && found == NULL;
       w = gtk_widget_get_next_sibling (w))
    found = ui_button_of (w, action);
  return found;
}

/* The first label or button of @type at or below @widget whose words hold @text, or NULL. @in_sight: what is on no screen is passed over. */
static inline GtkWidget *
ui_find (GtkWidget *widget, GType type, const gchar *text, gboolean in_sight)
{
  const gchar *own = GTK_IS_LABEL (widget)    ? gtk_label_get_text (GTK_LABEL (widget))
                     : GTK_IS_BUTTON (widget) ? gtk_button_get_label (GTK_BUTTON (widget))
                                              : NULL;
  GtkWidget *found = NULL;

  if (in_sight && !gtk_widget_get_mapped (widget))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (widget), type) && own != NULL && strstr (own, text) != NULL)
    return widget;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL && found == NULL;
       w = gtk_widget_get_next_sibling (w))
    found = ui_find (w, type, text, in_sight);
  return found;
}

/* All that is to be done at once. */
static inline void
ui_settle (void)
{
  for (guint i = 0; i < 200 && g_main_context_iteration (NULL, FALSE); i++)
    ;
}

/* The first of @type at or below @widget, or NULL. */
static inline GtkWidget *
ui_find_type (GtkWidget *widget, GType type)
{
  GtkWidget *found;

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if ((found = ui_find_type (w, type)) != NULL)
      return found;
  return NULL;
}

/* Is there a label of just these words at or below @widget? */
static inline gboolean
ui_says (GtkWidget *widget, const gchar *text)
{
  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return TRUE;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (ui_says (w, text))
      return TRUE;
  return FALSE;
}
