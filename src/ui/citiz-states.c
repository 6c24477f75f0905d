/* The states of a page besides its content: empty, loading, error. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-states.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-wrap.h"

#define SHOW_AFTER_MS   500
#define CANCEL_AFTER_MS 2000

struct _CitizStates
{
  AdwBin parent_instance;
  GtkWidget *stack, *status, *buttons, *spinner, *bar, *numbers, *title, *cancel;
  guint show_timer, cancel_timer;
};

G_DEFINE_FINAL_TYPE (CitizStates, citiz_states, ADW_TYPE_BIN)

static void
stop_timers (CitizStates *self)
{
  g_clear_handle_id (&self->show_timer, g_source_remove);
  g_clear_handle_id (&self->cancel_timer, g_source_remove);
}

static void
citiz_states_dispose (GObject *object)
{
  stop_timers (CITIZ_STATES (object));
  G_OBJECT_CLASS (citiz_states_parent_class)->dispose (object);
}

static void
citiz_states_class_init (CitizStatesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_states_dispose;
}

static GtkWidget *
loading_page (CitizStates *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->spinner = gtk_spinner_new ();
  gtk_widget_set_size_request (self->spinner, 48, 48);
  self->title = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->title, "title-2");
  gtk_label_set_wrap (GTK_LABEL (self->title), TRUE);
  self->numbers = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->numbers, "secondary");
  gtk_widget_add_css_class (self->numbers, "numeric");
  self->bar = gtk_progress_bar_new ();
  gtk_widget_set_size_request (self->bar, 260, -1);
  gtk_widget_set_halign (self->bar, GTK_ALIGN_CENTER);
  self->cancel = citiz_button_new (_ ("_Cancel"));
  gtk_widget_add_css_class (self->cancel, "pill");
  gtk_widget_set_halign (self->cancel, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), self->spinner);
  gtk_box_append (GTK_BOX (box), self->title);
  gtk_box_append (GTK_BOX (box), self->numbers);
  gtk_box_append (GTK_BOX (box), self->bar);
  gtk_box_append (GTK_BOX (box), self->cancel);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
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
  gtk_stack_add_named (GTK_STACK (self->stack), loading_page (self), "loading");
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
  stop_timers (self);
  gtk_spinner_stop (GTK_SPINNER (self->spinner));
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "content");
}

static GtkWidget *
pill (const CitizStateButton *button)
{
  GtkWidget *widget = citiz_button_new (button->label), *content;

  if (button->icon != NULL)
    {
      content = adw_button_content_new ();
      adw_button_content_set_label (ADW_BUTTON_CONTENT (content), button->label);
      adw_button_content_set_use_underline (ADW_BUTTON_CONTENT (content), TRUE);
      adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), button->icon);
      gtk_button_set_child (GTK_BUTTON (widget), content);
      citiz_name_buttons (widget);
    }
  gtk_widget_add_css_class (widget, "pill");
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (widget), button->action);
  return widget;
}

void
citiz_states_show_message (CitizStates *self,
                           const gchar *icon,
                           const gchar *title,
                           const gchar *sentence,
                           const CitizStateButton *buttons)
{
  GtkWidget *child;

  stop_timers (self);
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->status), icon);
  adw_status_page_set_title (ADW_STATUS_PAGE (self->status), title);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->status), sentence);
  while ((child = gtk_widget_get_first_child (self->buttons)) != NULL)
    gtk_widget_unparent (child);
  for (; buttons != NULL && buttons->label != NULL; buttons++)
    citiz_wrap_append (CITIZ_WRAP (self->buttons), pill (buttons));
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "message");
}

static gboolean
show_cb (gpointer data)
{
  CitizStates *self = data;

  self->show_timer = 0;
  gtk_spinner_start (GTK_SPINNER (self->spinner));
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "loading");
  return G_SOURCE_REMOVE;
}

static gboolean
cancel_cb (gpointer data)
{
  CitizStates *self = data;

  self->cancel_timer = 0;
  gtk_widget_set_visible (self->cancel, TRUE);
  return G_SOURCE_REMOVE;
}

void
citiz_states_show_loading (CitizStates *self, const gchar *title, const gchar *cancel_action)
{
  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_label_set_label (GTK_LABEL (self->numbers), "");
  gtk_widget_set_visible (self->bar, FALSE);
  gtk_widget_set_visible (self->cancel, FALSE);
  stop_timers (self);
  self->show_timer = g_timeout_add (SHOW_AFTER_MS, show_cb, self);
  if (cancel_action != NULL)
    {
      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (self->cancel), cancel_action);
      self->cancel_timer = g_timeout_add (CANCEL_AFTER_MS, cancel_cb, self);
    }
}

void
citiz_states_set_progress (CitizStates *self, gdouble fraction, const gchar *numbers)
{
  gtk_widget_set_visible (self->bar, fraction >= 0);
  gtk_widget_set_visible (self->spinner, fraction < 0);
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), CLAMP (fraction, 0, 1));
  gtk_label_set_label (GTK_LABEL (self->numbers), numbers != NULL ? numbers : "");
}

const gchar *
citiz_states_get_shown (CitizStates *self)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (self->stack));
}
