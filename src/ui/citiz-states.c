/* The states of a page besides its content: empty, waiting, error. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-states.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-wrap.h"

struct _CitizStates
{
  AdwBin parent_instance;
  GtkWidget *stack, *status, *buttons;
};

G_DEFINE_FINAL_TYPE (CitizStates, citiz_states, ADW_TYPE_BIN)

static void
citiz_states_class_init (CitizStatesClass *klass)
{
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
citiz_states_init (CitizStates *self)
{
  self->stack = gtk_stack_new ();
  self->status = adw_status_page_new ();
  self->buttons = citiz_wrap_new (12);
  gtk_widget_add_css_class (self->status, "compact");
  gtk_widget_set_halign (self->buttons, GTK_ALIGN_CENTER);
  adw_status_page_set_child (ADW_STATUS_PAGE (self->status), self->buttons);
  gtk_stack_add_named (GTK_STACK (self->stack), self->status, "message");
  adw_bin_set_child (ADW_BIN (self), self->stack);
}

GtkWidget *
citiz_states_new (GtkWidget *content)
{
  CitizStates *self = g_object_new (CITIZ_TYPE_STATES, NULL);

  gtk_stack_add_named (GTK_STACK (self->stack), content, "content");
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "content");
  return GTK_WIDGET (self);
}

void
citiz_states_show_content (CitizStates *self)
{
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "content");
}

void
citiz_states_show_message (CitizStates *self,
                           const gchar *icon,
                           const gchar *title,
                           const gchar *sentence,
                           const CitizStateButton *buttons)
{
  GtkWidget *child;

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->status), icon);
  adw_status_page_set_title (ADW_STATUS_PAGE (self->status), title);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->status), sentence);
  while ((child = gtk_widget_get_first_child (self->buttons)) != NULL)
    gtk_widget_unparent (child);
  for (; buttons != NULL && buttons->label != NULL; buttons++)
    citiz_wrap_append (CITIZ_WRAP (self->buttons),
                       citiz_pill_new (buttons->icon, buttons->label, buttons->action, FALSE));
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "message");
}

void
citiz_states_show_damage (CitizStates *self, const gchar *icon, const CitizStateButton *buttons)
{
  citiz_states_show_message (
      self, icon, _ ("Nothing could be read here"),
      _ ("The record is damaged: what was here may still be on the disk. Nothing was erased."),
      buttons);
}

/* --- waiting --- */

static gboolean
late_cb (gpointer data)
{
  g_object_set_data (data, "citiz-late", NULL);
  gtk_widget_set_visible (gtk_widget_get_first_child (data), TRUE);
  return G_SOURCE_REMOVE;
}

static void
forget_late (GtkWidget *box)
{
  const guint source = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (box), "citiz-late"));

  if (source != 0)
    g_source_remove (source);
  g_object_set_data (G_OBJECT (box), "citiz-late", NULL);
}

GtkWidget *
citiz_waiting_new (const gchar *words)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0),
            *inside = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10), *spinner = gtk_spinner_new ();

  gtk_spinner_start (GTK_SPINNER (spinner));
  gtk_box_append (GTK_BOX (inside), spinner);
  gtk_box_append (GTK_BOX (inside), citiz_caption_new (words));
  gtk_widget_set_visible (inside, FALSE);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), inside);
  g_object_set_data (G_OBJECT (box), "citiz-late",
                     GUINT_TO_POINTER (g_timeout_add (CITIZ_LATE, late_cb, box)));
  g_signal_connect (box, "destroy", G_CALLBACK (forget_late), NULL);
  return box;
}
