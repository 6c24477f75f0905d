/* The open record: sidebar, header, one page at a time, the emergency button always in reach.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>

#include "app/citiz-session.h"
#include "ui/citiz-access-page.h"
#include "ui/citiz-activity-page.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-care-page.h"
#include "ui/citiz-diet-page.h"
#include "ui/citiz-emergency-page.h"
#include "ui/citiz-format.h"
#include "ui/citiz-ledger-page.h"
#include "ui/citiz-person.h"
#include "ui/citiz-today-page.h"
#include "ui/citiz-units.h"
#include "ui/citiz-window-private.h"

/* The rooms of the sidebar, in order; a separator comes before the first of a new group. The emergency page has no row. */
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
    {"emergency", NULL, NULL, 1, citiz_emergency_page_new},
};

/* What the file of the screen names and the window keeps. */
#define PART(name)                                                                                 \
  {                                                                                                \
#name, G_STRUCT_OFFSET(CitizWindow, name)                                                      \
  }
static const struct
{
  const gchar *name;
  gsize offset;
} parts[] = {
    PART (leaflet),
    PART (sidebar),
    PART (content),
    PART (rooms),
    PART (pages),
    PART (title),
    PART (avatar),
    PART (person),
    PART (back_button),
    PART (add_button),
    PART (add_content),
    PART (add_narrow),
    PART (search_button),
    PART (emergency_button),
    PART (emergency_content),
    PART (emergency_tray),
    PART (tray_content),
    PART (tray),
    PART (sample_banner),
    PART (lack_banner),
    PART (lack_parts),
    PART (lack_words),
    PART (lack_button),
};

/* --- the sidebar --- */

static GtkWidget *
make_room_row (CitizWindow *self, const Room *room)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (_ (room->title));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), citiz_icon_new (room->icon));
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

static const gchar *
room_name (GtkListBoxRow *row)
{
  return ((const Room *) g_object_get_data (G_OBJECT (row), "citiz-room"))->name;
}

/* A press on the row of the page that is already there still leads to it when the sidebar covers it. */
static void
room_activated_cb (CitizWindow *self, GtkListBoxRow *row)
{
  citiz_window_show_page (self, room_name (row));
}

/* GtkListBox also tells of a row that was selected before, when the focus comes to it: the emergency page stays. */
static void
room_selected_cb (CitizWindow *self, GtkListBoxRow *row)
{
  if (row != NULL && g_strcmp0 (self->room, room_name (row)) != 0)
    citiz_window_show_page (self, room_name (row));
}

/* GtkListBox takes Tab for an arrow, which would change the page: Tab leaves the list instead. */
static gboolean
room_key_cb (CitizWindow *self, guint key, guint code, GdkModifierType state)
{
  GtkDirectionType direction = key == GDK_KEY_ISO_Left_Tab || (state & GDK_SHIFT_MASK) != 0
                                   ? GTK_DIR_TAB_BACKWARD
                                   : GTK_DIR_TAB_FORWARD;
  GtkWidget *rooms = GTK_WIDGET (self->rooms), *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if ((key != GDK_KEY_Tab && key != GDK_KEY_ISO_Left_Tab) || (state & GDK_CONTROL_MASK) != 0)
    return GDK_EVENT_PROPAGATE;
  for (GtkWidget *row = gtk_widget_get_first_child (rooms); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    gtk_widget_set_can_focus (row, row == focus);
  gtk_widget_child_focus (GTK_WIDGET (self), direction);
  for (GtkWidget *row = gtk_widget_get_first_child (rooms); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    gtk_widget_set_can_focus (row, TRUE);
  return GDK_EVENT_STOP;
}

static void
select_room (CitizWindow *self, const gchar *name)
{
  GtkListBoxRow *row;

  for (gint i = 0; (row = gtk_list_box_get_row_at_index (self->rooms, i)) != NULL; i++)
    if (g_str_equal (room_name (row), name))
      {
        self->room = room_name (row);
        gtk_list_box_select_row (self->rooms, row);
      }
}

/* --- the header bar --- */

CitizPage *
_citiz_window_get_page (CitizWindow *self)
{
  return self->pages != NULL ? CITIZ_PAGE (gtk_stack_get_visible_child (self->pages)) : NULL;
}

static void
set_emergency_look (GtkWidget *button, AdwButtonContent *content, const gchar *label, gboolean live)
{
  adw_button_content_set_label (content, label); /* which is the button's name as well */
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

      live += access->state == CITIZ_ACCESS_LIVE && citiz_access_is_listed (access);
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
  gtk_label_set_label (GTK_LABEL (self->badge), count);
  gtk_widget_set_visible (self->badge, live > 0);
  if (access != NULL)
    gtk_widget_add_css_class (self->badge, "live");
  else
    gtk_widget_remove_css_class (self->badge, "live");
}

/* Where the record stands: its own ledger, then the community. A narrow header takes fewer words rather than cut them. */
static gchar *
describe_state (CitizSession *session, gboolean narrow)
{
  static const gchar *const sentences[2][2] = {
      {N_ ("All saved on this computer"), N_ ("All saved")},
      {N_ ("The ledger does not agree with itself"), N_ ("Ledger set aside")},
  };
  const CitizCommunityView *community = citiz_session_get_community (session);
  gboolean distrust = citiz_session_get_distrust (session) != NULL;

  if (community != NULL && !distrust)
    return citiz_session_explain_community (community);
  return g_strdup (_ (sentences[distrust][narrow]));
}

void
_citiz_window_update_header (CitizWindow *self)
{
  CitizPage *page = _citiz_window_get_page (self);
  gboolean folded;
  gboolean emergency = g_strcmp0 (citiz_window_get_page (self), "emergency") == 0;
  g_autofree gchar *state = NULL;
  const gchar *subtitle, *add;
  GMenuModel *menu;

  if (page == NULL)
    return; /* locked */
  folded = adw_leaflet_get_folded (self->leaflet);
  state = describe_state (self->session, folded);
  subtitle = citiz_page_get_subtitle (page);
  adw_window_title_set_title (self->title, citiz_page_get_title (page));
  adw_window_title_set_subtitle (self->title,
                                 subtitle != NULL && *subtitle != '\0' ? subtitle : state);

  menu = citiz_page_get_add_menu (page);
  add = citiz_page_get_add_label (page);
  gtk_menu_button_set_menu_model (self->add_button, menu);
  gtk_menu_button_set_menu_model (self->add_narrow, menu);
  if (add != NULL)
    {
      adw_button_content_set_label (self->add_content, add);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->add_button), menu != NULL && !folded);
  gtk_widget_set_visible (GTK_WIDGET (self->add_narrow), menu != NULL && folded);
  gtk_widget_set_visible (GTK_WIDGET (self->search_button),
                          citiz_page_can_search (page) && !folded);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.search", citiz_page_can_search (page));
  gtk_widget_set_visible (GTK_WIDGET (self->back_button), folded || emergency);
  gtk_widget_set_visible (GTK_WIDGET (self->emergency_button), !folded);
  gtk_widget_set_visible (GTK_WIDGET (self->tray), folded && !emergency);
  (folded ? gtk_widget_add_css_class : gtk_widget_remove_css_class) (GTK_WIDGET (self), "folded");
  gtk_orientable_set_orientation (self->lack_parts,
                                  folded ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_widget_set_halign (GTK_WIDGET (self->lack_button), folded ? GTK_ALIGN_START : GTK_ALIGN_END);
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
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->person), name);
  adw_avatar_set_text (self->avatar, name);
  adw_avatar_set_show_initials (self->avatar, TRUE);
}

/* --- pages --- */

/* A page is made when it is first asked for: opening the record waits for the first one and not for seven. */
static GtkWidget *
ensure_page (CitizWindow *self, const gchar *name)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->pages, name);

  for (guint i = 0; page == NULL && i < G_N_ELEMENTS (room_table); i++)
    if (g_str_equal (room_table[i].name, name))
      {
        page = room_table[i].make (self->session);
        g_object_set (page, "accessible-role", GTK_ACCESSIBLE_ROLE_GROUP, NULL);
        gtk_accessible_update_property (GTK_ACCESSIBLE (page), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                        citiz_page_get_title (CITIZ_PAGE (page)), -1);
        gtk_stack_add_named (self->pages, page, name);
        g_signal_connect_object (page, "page-changed", G_CALLBACK (_citiz_window_update_header),
                                 self, G_CONNECT_SWAPPED);
      }
  return page;
}

const gchar *
citiz_window_get_page (CitizWindow *self)
{
  g_return_val_if_fail (CITIZ_IS_WINDOW (self), NULL);
  return self->pages != NULL ? gtk_stack_get_visible_child_name (self->pages) : NULL;
}

void
citiz_window_show_page (CitizWindow *self, const gchar *name)
{
  const gchar *now;

  g_return_if_fail (CITIZ_IS_WINDOW (self));
  if (self->pages == NULL || ensure_page (self, name) == NULL)
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

void
_citiz_window_refresh_pages (CitizWindow *self)
{
  GtkWidget *page
      = self->pages != NULL ? gtk_widget_get_first_child (GTK_WIDGET (self->pages)) : NULL;

  for (; page != NULL; page = gtk_widget_get_next_sibling (page))
    citiz_page_refresh (CITIZ_PAGE (page));
}

/* --- the screen --- */

/* What could not be read is said over every page for as long as it is so: a gap must not look like nothing. */
static void
update_lack (CitizWindow *self)
{
  const gchar *unread = citiz_session_get_unread (self->session);
  gboolean lack = unread != NULL || citiz_session_get_damaged (self->session);

  if (lack)
    {
      gtk_label_set_label (self->lack_words,
                           unread != NULL ? unread : citiz_session_explain_damage ());
      gtk_button_set_label (self->lack_button, unread != NULL ? _ ("Try Again") : _ ("Export…"));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->lack_button),
                                      unread != NULL ? "win.read-again" : "win.export");
    }
  gtk_revealer_set_reveal_child (self->lack_banner, lack);
  gtk_widget_set_visible (GTK_WIDGET (self->lack_banner), lack);
}

void
_citiz_window_update_main (CitizWindow *self)
{
  gboolean sample = citiz_session_get_sample (self->session);

  if (self->leaflet == NULL)
    return;
  update_lack (self);
  gtk_revealer_set_reveal_child (self->sample_banner, sample);
  gtk_widget_set_visible (GTK_WIDGET (self->sample_banner), sample);
  update_person (self);
  _citiz_window_update_header (self);
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
  if (g_strcmp0 (citiz_window_get_page (self), "emergency") != 0)
    _citiz_window_bring_back (self);
}

/* Returns: (transfer none): the screen of the open record, on its first page */
GtkWidget *
_citiz_window_make_main (CitizWindow *self)
{
  GtkEventController *keys;

  self->main = gtk_builder_new_from_resource ("/io/github/citiz/Citiz/citiz-main.ui");
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    G_STRUCT_MEMBER (gpointer, self, parts[i].offset)
        = gtk_builder_get_object (self->main, parts[i].name);
  for (guint i = 0; i < G_N_ELEMENTS (room_table); i++)
    if (room_table[i].title != NULL)
      gtk_list_box_append (self->rooms, make_room_row (self, &room_table[i]));
  gtk_list_box_set_header_func (self->rooms, room_header_cb, NULL, NULL);
  g_signal_connect_object (self->rooms, "row-selected", G_CALLBACK (room_selected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->rooms, "row-activated", G_CALLBACK (room_activated_cb), self,
                           G_CONNECT_SWAPPED);
  keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (room_key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->rooms), keys);
  g_signal_connect_object (self->pages, "notify::visible-child", G_CALLBACK (page_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->leaflet, "notify::folded", G_CALLBACK (folded_cb), self,
                           G_CONNECT_SWAPPED);
  citiz_units_read (self->session);
  citiz_window_show_page (self, room_table[0].name);
  ensure_page (self, "emergency"); /* its press waits for nothing */
  _citiz_window_update_main (self);
  return GTK_WIDGET (self->leaflet);
}

void
_citiz_window_forget_main (CitizWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    G_STRUCT_MEMBER (gpointer, self, parts[i].offset) = NULL;
  g_clear_object (&self->main);
  g_clear_pointer (&self->previous, g_free);
  self->room = NULL;
}
