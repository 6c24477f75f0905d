/* A row that opens something. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-row.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-focus.h"
#include "ui/citiz-window.h"

typedef struct
{
  GtkWidget *chevron;
} CitizRowPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (CitizRow, citiz_row, ADW_TYPE_ACTION_ROW)

enum
{
  OPENED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
open_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[OPENED], 0);
}

static void
citiz_row_activate (AdwActionRow *row)
{
  ADW_ACTION_ROW_CLASS (citiz_row_parent_class)->activate (row);
  if (gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (row)))
    gtk_widget_activate_action (GTK_WIDGET (row), "row.open", NULL);
}

/* Titles come from records and from people: "<" and "&" are themselves. The property is set again at construction, so here. */
static void
citiz_row_constructed (GObject *object)
{
  G_OBJECT_CLASS (citiz_row_parent_class)->constructed (object);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (object), FALSE);
}

static gboolean
citiz_row_focus (GtkWidget *widget, GtkDirectionType direction)
{
  return gtk_widget_get_focusable (widget)
             ? GTK_WIDGET_CLASS (citiz_row_parent_class)->focus (widget, direction)
             : citiz_focus_through (widget, direction);
}

static void
citiz_row_class_init (CitizRowClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = citiz_row_constructed;
  GTK_WIDGET_CLASS (klass)->focus = citiz_row_focus;
  ADW_ACTION_ROW_CLASS (klass)->activate = citiz_row_activate;
  signals[OPENED] = g_signal_new ("opened", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "row.open", NULL, open_action);
}

static void
citiz_row_init (CitizRow *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "row.open", FALSE);
}

GtkWidget *
citiz_row_new (const gchar *title, const gchar *subtitle)
{
  GtkWidget *self = g_object_new (CITIZ_TYPE_ROW, NULL);

  /* After construction: notices that wait until its end would bring the title before "no markup". */
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  return self;
}

void
citiz_row_set_opens (CitizRow *self, gboolean opens)
{
  CitizRowPrivate *priv = citiz_row_get_instance_private (self);

  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), opens);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "row.open", opens);
  if (opens && priv->chevron == NULL)
    {
      priv->chevron = citiz_chevron_new ();
      adw_action_row_add_suffix (ADW_ACTION_ROW (self), priv->chevron);
    }
  if (priv->chevron != NULL)
    gtk_widget_set_visible (priv->chevron, opens);
}

void
citiz_row_set_chevron_visible (CitizRow *self, gboolean visible)
{
  CitizRowPrivate *priv = citiz_row_get_instance_private (self);

  if (priv->chevron != NULL)
    gtk_widget_set_visible (priv->chevron, visible);
}

void
citiz_row_set_prefix (CitizRow *self, const gchar *icon, const gchar *style)
{
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), citiz_prefix_new (icon, style));
}

/* --- a row that takes no focus --- */

typedef GtkListBoxRow CitizStillRow;
typedef GtkListBoxRowClass CitizStillRowClass;

static GType citiz_still_row_get_type (void);
G_DEFINE_TYPE (CitizStillRow, citiz_still_row, GTK_TYPE_LIST_BOX_ROW)

static void
citiz_still_row_class_init (CitizStillRowClass *klass)
{
  GTK_WIDGET_CLASS (klass)->focus = citiz_focus_through;
}

static void
citiz_still_row_init (CitizStillRow *self)
{
  g_object_set (self, "activatable", FALSE, "selectable", FALSE, "focusable", FALSE, NULL);
}

GtkWidget *
citiz_words_row_new (const gchar *icon, const gchar *style, const gchar *title, const gchar *text)
{
  GtkWidget *row = citiz_row_new (title, text);

  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  if (icon != NULL)
    citiz_row_set_prefix (CITIZ_ROW (row), icon, style);
  return row;
}

GtkWidget *
citiz_still_row_new (GtkWidget *child)
{
  return g_object_new (citiz_still_row_get_type (), "child", child, NULL);
}

static void
copy_cb (GtkWidget *button)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (button),
                          g_object_get_data (G_OBJECT (button), "number"));
  citiz_toast (button, _ ("Number copied"));
}

void
citiz_row_set_number (CitizRow *self, const gchar *lead, const gchar *number)
{
  GtkWidget *button
      = citiz_icon_button_new ("citiz-copies-symbolic", _ ("Copy the whole number"), NULL);
  g_autofree gchar *words
      = g_strdup_printf ("%s%s%.8s…", lead != NULL ? lead : "", lead != NULL ? " · " : "", number);

  g_return_if_fail (CITIZ_IS_ROW (self) && number != NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), words);
  g_object_set_data_full (G_OBJECT (button), "number", g_strdup (number), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (copy_cb), NULL);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
}
