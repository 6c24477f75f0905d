/* The window: sidebar, one page at a time, the emergency button always in reach. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-window.h"

#include <glib/gi18n.h>

#include "app/citiz-session.h"
#include "ui/citiz-access-page.h"
#include "ui/citiz-activity-page.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-care-page.h"
#include "ui/citiz-diet-page.h"
#include "ui/citiz-emergency-page.h"
#include "ui/citiz-format.h"
#include "ui/citiz-import-dialog.h"
#include "ui/citiz-ledger-page.h"
#include "ui/citiz-onboarding.h"
#include "ui/citiz-settings.h"
#include "ui/citiz-person.h"
#include "ui/citiz-today-page.h"
#include "ui/citiz-unlock.h"
#include "ui/citiz-window-private.h"

/* The rooms of the sidebar, in order; a separator comes before the first of a new group. */
typedef struct
{
  const gchar *name;
  const gchar *title;
  const gchar *icon;
  guint group;
  GtkWidget *(*make) (CitizSession *session);
} Room;

static const Room room_table[] = {
    {"today", N_ ("Today"), "citiz-today-symbolic", 0, citiz_today_page_new},
    {"care", N_ ("Care"), "citiz-care-symbolic", 0, citiz_care_page_new},
    {"activity", N_ ("Activity"), "citiz-activity-symbolic", 0, citiz_activity_page_new},
    {"diet", N_ ("Diet"), "citiz-diet-symbolic", 0, citiz_diet_page_new},
    {"access", N_ ("Access"), "citiz-access-symbolic", 1, citiz_access_page_new},
    {"ledger", N_ ("Ledger"), "citiz-ledger-symbolic", 1, citiz_ledger_page_new},
};

G_DEFINE_FINAL_TYPE (CitizWindow, citiz_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_0,
  PROP_VALUES_HIDDEN,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

/* --- the sidebar --- */

static GtkWidget *
make_room_row (CitizWindow *self, const Room *room)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (_ (room->title));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (room->icon));
  gtk_box_append (GTK_BOX (box), label);
  if (g_str_equal (room->name, "access"))
    {
      self->badge = gtk_label_new ("");
      gtk_widget_add_css_class (self->badge, "badge");
      gtk_widget_set_valign (self->badge, GTK_ALIGN_CENTER);
      gtk_box_append (GTK_BOX (box), self->badge);
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data (G_OBJECT (row), "citiz-room", (gpointer) room);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (room->title), -1);
  return row;
}

static void
room_header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  const Room *a = g_object_get_data (G_OBJECT (row), "citiz-room");
  const Room *b = before != NULL ? g_object_get_data (G_OBJECT (before), "citiz-room") : a;

  if (a->group != b->group && gtk_list_box_row_get_header (row) == NULL)
    gtk_list_box_row_set_header (row, gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
}

static void
room_selected_cb (CitizWindow *self, GtkListBoxRow *row)
{
  if (row != NULL && !self->selecting)
    citiz_window_show_page (
        self, ((const Room *) g_object_get_data (G_OBJECT (row), "citiz-room"))->name);
}

/* A press on the row of the page that is already there still leads to it when the sidebar covers it. */
static void
room_activated_cb (CitizWindow *self, GtkListBoxRow *row)
{
  room_selected_cb (self, row);
}

static void
select_room (CitizWindow *self, const gchar *name)
{
  GtkListBoxRow *row;

  self->selecting = TRUE;
  for (gint i = 0; (row = gtk_list_box_get_row_at_index (self->rooms, i)) != NULL; i++)
    if (g_str_equal (((const Room *) g_object_get_data (G_OBJECT (row), "citiz-room"))->name, name))
      gtk_list_box_select_row (self->rooms, row);
  self->selecting = FALSE;
}

/* --- the header bar --- */

CitizPage *
_citiz_window_get_page (CitizWindow *self)
{
  GtkWidget *page = gtk_stack_get_visible_child (self->pages);

  return CITIZ_IS_PAGE (page) ? CITIZ_PAGE (page) : NULL;
}

static void
set_emergency_look (GtkWidget *button, AdwButtonContent *content, const gchar *label, gboolean live)
{
  adw_button_content_set_label (content, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  if (live)
    {
      gtk_widget_remove_css_class (button, "suggested-action");
      gtk_widget_add_css_class (button, "destructive-action");
    }
  else
    {
      gtk_widget_remove_css_class (button, "destructive-action");
      gtk_widget_add_css_class (button, "suggested-action");
    }
}

static guint
count_live (CitizSession *session)
{
  GListModel *list = citiz_session_get_accesses (session);
  guint live = 0;

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (list, i);

      live += access->state == CITIZ_ACCESS_LIVE;
    }
  return live;
}

static void
update_emergency (CitizWindow *self)
{
  CitizAccess *access = citiz_session_get_emergency (self->session);
  guint live = count_live (self->session);
  g_autofree gchar *label = NULL, *count = g_strdup_printf ("%u", live);

  if (access != NULL)
    {
      g_autofree gchar *left
          = citiz_format_remaining (citiz_session_now (self->session), access->expires);

      /* Translators: %s is what is left of the access, "23 h 57". */
      label = g_strdup_printf (_ ("Access Open · %s"), left);
    }
  else
    label = g_strdup (_ ("Emergency Access"));
  set_emergency_look (GTK_WIDGET (self->emergency_button), self->emergency_content, label,
                      access != NULL);
  set_emergency_look (GTK_WIDGET (self->emergency_tray), self->tray_content, label, access != NULL);
  if (self->badge == NULL)
    return;
  gtk_label_set_label (GTK_LABEL (self->badge), count);
  gtk_widget_set_visible (self->badge, live > 0);
  if (access != NULL)
    gtk_widget_add_css_class (self->badge, "live");
  else
    gtk_widget_remove_css_class (self->badge, "live");
}

void
_citiz_window_update_header (CitizWindow *self)
{
  CitizPage *page = _citiz_window_get_page (self);
  gboolean folded = adw_leaflet_get_folded (self->leaflet);
  gboolean emergency = g_strcmp0 (citiz_window_get_page (self), "emergency") == 0;
  const gchar *subtitle, *add;
  GMenuModel *menu;

  if (page == NULL)
    return;
  subtitle = citiz_page_get_subtitle (page);
  if (subtitle == NULL || *subtitle == '\0')
    subtitle = _ ("All saved on this computer");
  adw_window_title_set_title (self->title, citiz_page_get_title (page));
  adw_window_title_set_subtitle (self->title, subtitle);

  menu = citiz_page_get_add_menu (page);
  add = citiz_page_get_add_label (page);
  gtk_menu_button_set_menu_model (self->add_button, menu);
  gtk_menu_button_set_menu_model (self->add_narrow, menu);
  if (add != NULL)
    {
      adw_button_content_set_label (self->add_content, add);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->add_button),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, add, -1);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->add_button), menu != NULL && !folded);
  gtk_widget_set_visible (GTK_WIDGET (self->add_narrow), menu != NULL && folded);
  gtk_widget_set_visible (GTK_WIDGET (self->search_button),
                          citiz_page_can_search (page) && !folded);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.search", citiz_page_can_search (page));
  gtk_widget_set_visible (GTK_WIDGET (self->back_button), folded || emergency);
  gtk_widget_set_visible (GTK_WIDGET (self->emergency_button), !folded);
  gtk_widget_set_visible (GTK_WIDGET (self->tray), folded && !emergency);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.back", folded || emergency);
  update_emergency (self);
}

static void
update_person (CitizWindow *self)
{
  g_autofree gchar *name = citiz_person_name (self->session);

  if (name == NULL || *name == '\0')
    {
      gtk_label_set_label (self->person, _ ("Your record"));
      adw_avatar_set_text (self->avatar, "");
      adw_avatar_set_icon_name (self->avatar, "avatar-default-symbolic");
      adw_avatar_set_show_initials (self->avatar, FALSE);
      return;
    }
  gtk_label_set_label (self->person, name);
  adw_avatar_set_text (self->avatar, name);
  adw_avatar_set_show_initials (self->avatar, TRUE);
}

/* --- screens: first run, locked, open --- */

static void
clear_pages (CitizWindow *self)
{
  GtkWidget *child;

  self->badge = NULL;
  citiz_list_clear (GTK_WIDGET (self->rooms));
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->pages))) != NULL)
    gtk_stack_remove (self->pages, child);
}

static void
drop_screen (CitizWindow *self, const gchar *name)
{
  GtkWidget *old = gtk_stack_get_child_by_name (self->screens, name);

  if (old != NULL)
    gtk_stack_remove (self->screens, old);
}

static void
add_page (CitizWindow *self, GtkWidget *page, const gchar *name)
{
  gtk_stack_add_named (self->pages, page, name);
  g_signal_connect_object (page, "page-changed", G_CALLBACK (_citiz_window_update_header), self,
                           G_CONNECT_SWAPPED);
}

static void
fill_pages (CitizWindow *self)
{
  clear_pages (self);
  for (guint i = 0; i < G_N_ELEMENTS (room_table); i++)
    {
      const Room *room = &room_table[i];

      gtk_list_box_append (self->rooms, make_room_row (self, room));
      add_page (self, room->make (self->session), room->name);
    }
  add_page (self, citiz_emergency_page_new (self->session), "emergency");
  citiz_window_show_page (self, room_table[0].name);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
}

static void
show_main (CitizWindow *self)
{
  fill_pages (self);
  update_person (self);
  gtk_stack_set_visible_child_name (self->screens, "main");
  drop_screen (self, "unlock");
  drop_screen (self, "onboarding");
}

/* What lies above the window and may show something of the record: choosers of files and printers do not. */
static GtkWindow *
find_dialog (CitizWindow *self)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

      for (GtkWindow *w = window; w != NULL && !GTK_IS_DIALOG (window);
           w = gtk_window_get_transient_for (w))
        if (gtk_window_get_transient_for (w) == GTK_WINDOW (self))
          return window; /* the toolkit holds it */
    }
  return NULL;
}

static void
close_dialogs (CitizWindow *self)
{
  GtkWindow *dialog;

  while ((dialog = find_dialog (self)) != NULL)
    gtk_window_destroy (dialog);
}

static void
show_screen (CitizWindow *self, GtkWidget *screen, const gchar *name)
{
  drop_screen (self, name);
  gtk_stack_add_named (self->screens, screen, name);
  gtk_stack_set_visible_child_name (self->screens, name);
  close_dialogs (self);
  clear_pages (self);
}

static void
onboarding_done_cb (CitizWindow *self, gboolean import)
{
  self->onboarding = FALSE;
  _citiz_window_follow_state (self);
  if (import)
    citiz_window_import (self, NULL);
}

void
_citiz_window_follow_state (CitizWindow *self)
{
  const gchar *shown = gtk_stack_get_visible_child_name (self->screens);

  switch (citiz_session_get_state (self->session))
    {
    case CITIZ_SESSION_NEW:
      if (!self->onboarding)
        {
          GtkWidget *screen = citiz_onboarding_new (self->session);

          g_signal_connect_object (screen, "done", G_CALLBACK (onboarding_done_cb), self,
                                   G_CONNECT_SWAPPED);
          self->onboarding = TRUE;
          show_screen (self, screen, "onboarding");
        }
      break;
    case CITIZ_SESSION_LOCKED:
      self->onboarding = FALSE;
      if (g_strcmp0 (shown, "unlock") != 0)
        show_screen (self, citiz_unlock_new (self->session), "unlock");
      break;
    case CITIZ_SESSION_UNLOCKING:
      break;
    case CITIZ_SESSION_OPEN:
      if (!self->onboarding && gtk_list_box_get_row_at_index (self->rooms, 0) == NULL)
        {
          show_main (self);
          if (self->emergency_wanted)
            citiz_window_press_emergency (self);
        }
      if (citiz_session_get_damaged (self->session))
        citiz_toast (GTK_WIDGET (self), citiz_session_explain_damage ());
      break;
    }
  _citiz_window_update_actions (self);
}

/* --- following the session --- */

static void
session_changed_cb (CitizWindow *self)
{
  if (gtk_list_box_get_row_at_index (self->rooms, 0) == NULL)
    return;
  gtk_revealer_set_reveal_child (self->sample_banner, citiz_session_get_sample (self->session));
  gtk_widget_set_visible (GTK_WIDGET (self->sample_banner),
                          citiz_session_get_sample (self->session));
  update_person (self);
  _citiz_window_update_header (self);
}

static void
opened_cb (CitizWindow *self, CitizOpening *opening)
{
  g_autofree gchar *text = NULL;

  if (g_strcmp0 (citiz_window_get_page (self), "emergency") == 0
      || opening->kind != CITIZ_OPENING_READ)
    return;
  text = g_strdup_printf (_ ("%s opened your record"),
                          *opening->name != '\0' ? opening->name : _ ("Someone without a name"));
  citiz_toast (GTK_WIDGET (self), text);
}

static void
folded_cb (CitizWindow *self)
{
  _citiz_window_update_header (self);
}

static void
page_changed_cb (CitizWindow *self)
{
  CitizPage *page = _citiz_window_get_page (self);

  if (page == NULL)
    return;
  citiz_page_refresh (page);
  _citiz_window_update_header (self);
}

/* --- object --- */

static void
citiz_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_VALUES_HIDDEN)
    g_value_set_boolean (value, citiz_values_hidden ());
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
citiz_window_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CitizWindow *self = CITIZ_WINDOW (object);

  if (id != PROP_VALUES_HIDDEN)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  if (citiz_values_hidden () == g_value_get_boolean (value))
    return;
  citiz_values_set_hidden (g_value_get_boolean (value));
  for (GtkWidget *w = gtk_widget_get_first_child (GTK_WIDGET (self->pages)); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    citiz_page_refresh (CITIZ_PAGE (w));
  g_object_notify_by_pspec (object, pspec);
}

static gboolean
citiz_window_close_request (GtkWindow *window)
{
  GSettings *settings = citiz_settings ();
  gint width, height;

  if (settings != NULL)
    {
      gtk_window_get_default_size (window, &width, &height);
      g_settings_set (settings, "window-size", "(ii)", width, height);
      g_settings_set_boolean (settings, "window-maximized", gtk_window_is_maximized (window));
    }
  return GTK_WINDOW_CLASS (citiz_window_parent_class)->close_request (window);
}

static void
restore_size (GtkWindow *window)
{
  GSettings *settings = citiz_settings ();
  gint width, height;

  if (settings == NULL)
    return;
  g_settings_get (settings, "window-size", "(ii)", &width, &height);
  gtk_window_set_default_size (window, MAX (width, 360), MAX (height, 294));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (window);
}

static void
citiz_window_dispose (GObject *object)
{
  CitizWindow *self = CITIZ_WINDOW (object);

  if (self->idle != NULL)
    g_clear_pointer (&self->idle, citiz_idle_free);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_pointer (&self->previous, g_free);
  G_OBJECT_CLASS (citiz_window_parent_class)->dispose (object);
}

#define BIND(name)                                                                                 \
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), CitizWindow, name)

static void
citiz_window_class_init (CitizWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = citiz_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = citiz_window_close_request;
  object_class->get_property = citiz_window_get_property;
  object_class->set_property = citiz_window_set_property;
  props[PROP_VALUES_HIDDEN]
      = g_param_spec_boolean ("values-hidden", NULL, NULL, FALSE,
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass),
                                               "/io/github/citiz/Citiz/citiz-window.ui");
  BIND (toasts);
  BIND (screens);
  BIND (leaflet);
  BIND (sidebar);
  BIND (content);
  BIND (rooms);
  BIND (pages);
  BIND (title);
  BIND (avatar);
  BIND (person);
  BIND (back_button);
  BIND (add_button);
  BIND (add_content);
  BIND (add_narrow);
  BIND (search_button);
  BIND (emergency_button);
  BIND (emergency_content);
  BIND (emergency_tray);
  BIND (tray_content);
  BIND (tray);
  BIND (sample_banner);
  _citiz_window_install_actions (GTK_WIDGET_CLASS (klass));
}

static void
citiz_window_init (CitizWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->rooms, room_header_cb, NULL, NULL);
  g_signal_connect_object (self->rooms, "row-selected", G_CALLBACK (room_selected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->rooms, "row-activated", G_CALLBACK (room_activated_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pages, "notify::visible-child", G_CALLBACK (page_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->leaflet, "notify::folded", G_CALLBACK (folded_cb), self,
                           G_CONNECT_SWAPPED);
}

CitizWindow *
citiz_window_new (GtkApplication *app, CitizSession *session)
{
  CitizWindow *self;

  citiz_ui_init ();
  self = g_object_new (CITIZ_TYPE_WINDOW, "application", app, NULL);
  restore_size (GTK_WINDOW (self));
  self->session = g_object_ref (session);
  self->idle = citiz_idle_new (GTK_WIDGET (self), session);
  gtk_widget_add_controller (GTK_WIDGET (self),
                             citiz_import_drop_target_new (GTK_WIDGET (self), session));
  g_signal_connect_object (session, "notify::state", G_CALLBACK (_citiz_window_follow_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::sample", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "accesses-changed", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "record-changed", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "opened", G_CALLBACK (opened_cb), self, G_CONNECT_SWAPPED);
  _citiz_window_follow_state (self);
  session_changed_cb (self);
  return self;
}

const gchar *
citiz_window_get_page (CitizWindow *self)
{
  g_return_val_if_fail (CITIZ_IS_WINDOW (self), NULL);
  return gtk_stack_get_visible_child_name (self->pages);
}

void
citiz_window_show_page (CitizWindow *self, const gchar *name)
{
  const gchar *now;

  g_return_if_fail (CITIZ_IS_WINDOW (self));
  if (gtk_stack_get_child_by_name (self->pages, name) == NULL)
    return;
  now = citiz_window_get_page (self);
  if (now != NULL && !g_str_equal (now, "emergency") && g_str_equal (name, "emergency"))
    {
      g_free (self->previous);
      self->previous = g_strdup (now);
    }
  gtk_stack_set_visible_child_name (self->pages, name);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  select_room (self, g_str_equal (name, "emergency") ? "access" : name);
}
