/* Small things every page is built of. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-bits.h"

#include "ui/citiz-focus.h"

GtkWidget *
citiz_icon_new (const gchar *icon)
{
  return g_object_new (GTK_TYPE_IMAGE, "icon-name", icon, "accessible-role",
                       GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
}

static GtkWidget *
icon_and_word (const gchar *icon, const gchar *text, gint spacing)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, spacing);

  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  if (icon != NULL)
    {
      GtkWidget *image = citiz_icon_new (icon);

      gtk_image_set_pixel_size (GTK_IMAGE (image), 12);
      gtk_box_append (GTK_BOX (box), image);
    }
  gtk_box_append (GTK_BOX (box), gtk_label_new (text));
  return box;
}

GtkWidget *
citiz_tag_new (const gchar *icon, const gchar *text, const gchar *style)
{
  GtkWidget *tag = icon_and_word (icon, text, 6);

  gtk_widget_add_css_class (tag, "tag");
  gtk_widget_add_css_class (tag, style);
  gtk_widget_set_halign (tag, GTK_ALIGN_END);
  return tag;
}

GtkWidget *
citiz_prefix_new (const gchar *icon, const gchar *style)
{
  GtkWidget *image = citiz_icon_new (icon);

  gtk_widget_add_css_class (image, "round-prefix");
  gtk_widget_add_css_class (image, style);
  gtk_widget_set_valign (image, GTK_ALIGN_CENTER);
  return image;
}

GtkWidget *
citiz_status_new (const gchar *icon, const gchar *text, const gchar *style)
{
  GtkWidget *state = icon_and_word (icon, text, 5);

  gtk_widget_add_css_class (state, "state");
  gtk_widget_add_css_class (state, style);
  return state;
}

void
citiz_status_set_wrap (GtkWidget *status)
{
  GtkWidget *label = gtk_widget_get_last_child (status);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
}

gint
citiz_scaled (gint size)
{
  gint dpi = 96 * PANGO_SCALE;

  g_object_get (gtk_settings_get_default (), "gtk-xft-dpi", &dpi, NULL);
  return (gint) (size * CLAMP (dpi / (96.0 * PANGO_SCALE), 1, 1.5));
}

GtkWidget *
citiz_heading_new (const gchar *text, GtkWidget *end)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", text, "xalign", 0.0, "hexpand", TRUE,
                                   "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR,
                                   "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, NULL);

  gtk_widget_add_css_class (label, "heading");
  gtk_widget_set_margin_bottom (box, 10);
  gtk_box_append (GTK_BOX (box), label);
  if (end != NULL)
    {
      gtk_widget_set_valign (end, GTK_ALIGN_CENTER);
      gtk_box_append (GTK_BOX (box), end);
    }
  return box;
}

GtkWidget *
citiz_caption_new (const gchar *text)
{
  GtkWidget *label
      = g_object_new (GTK_TYPE_LABEL, "label", text, "xalign", 0.0, "wrap", TRUE, NULL);

  gtk_widget_add_css_class (label, "secondary");
  gtk_widget_add_css_class (label, "small");
  return label;
}

GtkWidget *
citiz_problem_new (void)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR,
                                   "visible", FALSE, "justify", GTK_JUSTIFY_CENTER,
                                   "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT, NULL);

  gtk_widget_add_css_class (label, "bad");
  return label;
}

/* A widget with "valign" in the middle is measured at a dozen widths to see how wide it would be at its height. */
GtkWidget *
citiz_middle_new (GtkWidget *child)
{
  GtkWidget *middle
      = g_object_new (GTK_TYPE_CENTER_BOX, "orientation", GTK_ORIENTATION_VERTICAL, NULL);

  gtk_center_box_set_center_widget (GTK_CENTER_BOX (middle), child);
  return middle;
}

GtkWidget *
citiz_link_button_new (const gchar *text, const gchar *action)
{
  GtkWidget *button = gtk_button_new_with_label (text);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "link-button");
  if (action != NULL)
    gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

/* GTK gives such a button two names, its text with the underscore and its label's without. */
void
citiz_name_buttons (GtkWidget *root)
{
  if (GTK_IS_BUTTON (root) && gtk_button_get_use_underline (GTK_BUTTON (root)))
    gtk_accessible_reset_property (GTK_ACCESSIBLE (root), GTK_ACCESSIBLE_PROPERTY_LABEL);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    citiz_name_buttons (child);
}

GtkWidget *
citiz_button_new (const gchar *label)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  citiz_name_buttons (button);
  return button;
}

GtkWidget *
citiz_pill_new (const gchar *icon, const gchar *label, const gchar *action, gboolean suggested)
{
  GtkWidget *button = citiz_button_new (label);

  if (icon != NULL)
    {
      gtk_button_set_child (GTK_BUTTON (button),
                            g_object_new (ADW_TYPE_BUTTON_CONTENT, "icon-name", icon, "label",
                                          label, "use-underline", TRUE, NULL));
      citiz_name_buttons (button);
    }
  gtk_widget_add_css_class (button, "pill");
  if (suggested)
    gtk_widget_add_css_class (button, "suggested-action");
  if (action != NULL)
    gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  return button;
}

GtkWidget *
citiz_content_new (const gchar *icon, const gchar *word)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), citiz_icon_new (icon));
  gtk_box_append (GTK_BOX (box), gtk_label_new (word));
  return box;
}

GtkWidget *
citiz_menu_button_new (const gchar *name)
{
  GtkWidget *outer
      = g_object_new (GTK_TYPE_MENU_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_GROUP, NULL);
  GtkAccessible *inner = GTK_ACCESSIBLE (gtk_widget_get_first_child (outer));

  gtk_accessible_reset_relation (inner, GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (inner, GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return outer;
}

GtkWidget *
citiz_icon_button_new (const gchar *icon, const gchar *label, const gchar *action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  if (action != NULL)
    gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

GtkWidget *
citiz_chevron_new (void)
{
  GtkWidget *image = citiz_icon_new ("go-next-symbolic");

  gtk_widget_add_css_class (image, "chevron");
  return image;
}

GtkWidget *
citiz_list_new (const gchar *label)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_widget_set_valign (list, GTK_ALIGN_START);
  /* One without a name would be called by its type. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label != NULL ? label : "", -1);
  return list;
}

static void
hide_labels (GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_LABEL (child) || GTK_IS_IMAGE (child))
      gtk_accessible_update_state (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
    else if (!GTK_IS_TEXT (child))
      hide_labels (child);
}

GtkWidget *
citiz_text_row_new (const gchar *title)
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  hide_labels (row);
  return row;
}

GtkWidget *
citiz_fact_new (const gchar *name, const gchar *text)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  gtk_widget_add_css_class (row, "fact");
  return row;
}

void
citiz_fact_add (GtkWidget *list, const gchar *name, const gchar *text)
{
  if (text != NULL && *text != '\0')
    gtk_list_box_append (GTK_LIST_BOX (list), citiz_fact_new (name, text));
}

void
citiz_list_clear (GtkWidget *list)
{
  GtkListBoxRow *row;

  citiz_focus_keep (list);
  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (list), GTK_WIDGET (row));
}

void
citiz_box_clear (GtkWidget *box)
{
  GtkWidget *child;

  citiz_focus_keep (box);
  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_box_remove (GTK_BOX (box), child);
}

/* GtkScrolledWindow listens to the wheel in both ways and keeps it for itself, also where it goes one way only. */
void
citiz_scroll_sideways (GtkWidget *scrolled)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (scrolled);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) wheel = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (wheel))
        gtk_event_controller_scroll_set_flags (GTK_EVENT_CONTROLLER_SCROLL (wheel),
                                               GTK_EVENT_CONTROLLER_SCROLL_HORIZONTAL
                                                   | GTK_EVENT_CONTROLLER_SCROLL_KINETIC);
    }
}

GtkWidget *
citiz_page_frame_new (GtkWidget **box)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();

  *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  gtk_widget_add_css_class (*box, "page-content");
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 884);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), 884);
  adw_clamp_set_child (ADW_CLAMP (clamp), *box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

void
citiz_escape_closes (GtkWidget *widget)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys), gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                                                        gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (widget, keys);
}

GtkWidget *
citiz_dialog_new (GtkWidget *parent,
                  const gchar *title,
                  gint width,
                  gint height,
                  GtkWidget **page,
                  GtkWidget **header)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *window;

  *header = adw_header_bar_new ();
  gtk_widget_add_css_class (*header, "flat");
  gtk_box_append (GTK_BOX (box), *header);
  gtk_box_append (GTK_BOX (box), citiz_page_frame_new (page));
  window = g_object_new (ADW_TYPE_WINDOW, "title", title, "modal", TRUE, "transient-for",
                         gtk_widget_get_root (parent), "destroy-with-parent", TRUE, "default-width",
                         width, "default-height", height, "content", box, NULL);
  citiz_escape_closes (window);
  return window;
}

void
citiz_grow (GtkWidget *widget, AdwAnimation **animation, AdwAnimationTargetFunc set_growth)
{
  if (*animation != NULL || !adw_get_enable_animations (widget))
    return;
  *animation = adw_timed_animation_new (
      widget, 0, 1, 250, adw_callback_animation_target_new (set_growth, widget, NULL));
  adw_animation_play (*animation);
}
