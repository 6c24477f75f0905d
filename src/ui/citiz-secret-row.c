/* A row to type a passphrase in. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-secret-row.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-focus.h"

struct _CitizSecretRow
{
  AdwPreferencesRow parent_instance;
  GtkWidget *text, *peek, *caps;
};

G_DEFINE_FINAL_TYPE (CitizSecretRow, citiz_secret_row, ADW_TYPE_PREFERENCES_ROW)

enum
{
  CHANGED,
  ENTERED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
changed_cb (CitizSecretRow *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
enter_cb (CitizSecretRow *self)
{
  g_signal_emit (self, signals[ENTERED], 0);
}

static void
peek_cb (CitizSecretRow *self)
{
  gboolean shown = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->peek));

  gtk_text_set_visibility (GTK_TEXT (self->text), shown);
  gtk_button_set_icon_name (GTK_BUTTON (self->peek),
                            shown ? "citiz-hidden-symbolic" : "citiz-shown-symbolic");
}

static void
follow_caps_lock (CitizSecretRow *self)
{
  GdkSeat *seat = gdk_display_get_default_seat (gtk_widget_get_display (GTK_WIDGET (self)));
  GdkDevice *keyboard = seat != NULL ? gdk_seat_get_keyboard (seat) : NULL;

  gtk_widget_set_visible (self->caps,
                          keyboard != NULL && gdk_device_get_caps_lock_state (keyboard));
}

static void
citiz_secret_row_realize (GtkWidget *widget)
{
  GdkSeat *seat = gdk_display_get_default_seat (gtk_widget_get_display (widget));
  GdkDevice *keyboard = seat != NULL ? gdk_seat_get_keyboard (seat) : NULL;

  GTK_WIDGET_CLASS (citiz_secret_row_parent_class)->realize (widget);
  if (keyboard != NULL)
    g_signal_connect_object (keyboard, "notify::caps-lock-state", G_CALLBACK (follow_caps_lock),
                             widget, G_CONNECT_SWAPPED);
  follow_caps_lock (CITIZ_SECRET_ROW (widget));
}

static gboolean
citiz_secret_row_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (CITIZ_SECRET_ROW (widget)->text);
}

/* By place the eye would come first, for it stands a little higher than the text. */
static gboolean
citiz_secret_row_focus (GtkWidget *widget, GtkDirectionType direction)
{
  CitizSecretRow *self = CITIZ_SECRET_ROW (widget);
  GtkWidget *inside = gtk_widget_get_focus_child (widget);
  const gboolean forward = direction == GTK_DIR_TAB_FORWARD;

  if (forward && inside == NULL)
    return gtk_widget_grab_focus (self->text);
  if (forward && gtk_widget_has_focus (self->text))
    return gtk_widget_grab_focus (self->peek);
  if (direction == GTK_DIR_TAB_BACKWARD && inside == NULL)
    return gtk_widget_grab_focus (self->peek);
  if (direction == GTK_DIR_TAB_BACKWARD && gtk_widget_has_focus (self->peek))
    return gtk_widget_grab_focus (self->text);
  return citiz_focus_beside (widget, direction);
}

static void
citiz_secret_row_class_init (CitizSecretRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->realize = citiz_secret_row_realize;
  widget_class->grab_focus = citiz_secret_row_grab_focus;
  widget_class->focus = citiz_secret_row_focus;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[ENTERED] = g_signal_new ("entered", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

/* Both kinds of password entry of the toolkit hand what is typed to assistive technology, which says it aloud. A bare text with a role of its
 * own has no text interface there: it can be filled, not read. Told its dot, it does not try four of them in every font. */
static GtkWidget *
make_text (void)
{
  g_autoptr (GtkEntryBuffer) locked = gtk_password_entry_buffer_new ();

  return g_object_new (GTK_TYPE_TEXT, "buffer", locked, "accessible-role",
                       GTK_ACCESSIBLE_ROLE_TEXT_BOX, "invisible-char", 0x25cf, "visibility", FALSE,
                       "hexpand", TRUE, "input-purpose", GTK_INPUT_PURPOSE_PASSWORD, "input-hints",
                       GTK_INPUT_HINT_NO_SPELLCHECK | GTK_INPUT_HINT_PRIVATE, NULL);
}

static void
citiz_secret_row_init (CitizSecretRow *self)
{
  GtkWidget *grid = gtk_grid_new ();

  self->text = make_text ();
  self->caps
      = g_object_new (GTK_TYPE_IMAGE, "icon-name", "caps-lock-symbolic", "visible", FALSE, NULL);
  gtk_widget_set_tooltip_text (self->caps, _ ("Caps Lock is on"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->caps), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Caps Lock is on"), -1);
  self->peek = g_object_new (GTK_TYPE_TOGGLE_BUTTON, "icon-name", "citiz-shown-symbolic", "valign",
                             GTK_ALIGN_CENTER, "tooltip-text", _ ("Show What Is Typed"), NULL);
  gtk_widget_add_css_class (self->peek, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->peek), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Show What Is Typed"), -1);
  gtk_widget_add_css_class (GTK_WIDGET (self), "secret");
  gtk_grid_attach (GTK_GRID (grid), self->text, 0, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->caps, 1, 0, 1, 2);
  gtk_grid_attach (GTK_GRID (grid), self->peek, 2, 0, 1, 2);
  g_object_set (grid, "column-spacing", 6, "row-spacing", 3, "valign", GTK_ALIGN_CENTER, NULL);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), grid);
  g_object_set (self, "activatable", FALSE, "focusable", FALSE, NULL);
  g_signal_connect_object (self->text, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->text, "activate", G_CALLBACK (enter_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->peek, "toggled", G_CALLBACK (peek_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
citiz_secret_row_new (const gchar *title)
{
  CitizSecretRow *self = g_object_new (CITIZ_TYPE_SECRET_ROW, "title", title, NULL);
  GtkWidget *caption = citiz_caption_new (title);

  g_object_set (caption, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  gtk_grid_attach (GTK_GRID (gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (self))), caption, 0, 0,
                   1, 1);
  return GTK_WIDGET (self);
}

const gchar *
citiz_secret_row_get_text (CitizSecretRow *self)
{
  g_return_val_if_fail (CITIZ_IS_SECRET_ROW (self), "");
  return gtk_editable_get_text (GTK_EDITABLE (self->text));
}

void
citiz_secret_row_set_text (CitizSecretRow *self, const gchar *text)
{
  g_return_if_fail (CITIZ_IS_SECRET_ROW (self));
  gtk_editable_set_text (GTK_EDITABLE (self->text), text);
}

void
citiz_secret_row_set_problem (CitizSecretRow *self, GtkWidget *label)
{
  GtkAccessible *text;

  g_return_if_fail (CITIZ_IS_SECRET_ROW (self));
  text = GTK_ACCESSIBLE (self->text);
  if (label == NULL)
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
      gtk_accessible_reset_state (text, GTK_ACCESSIBLE_STATE_INVALID);
      gtk_accessible_reset_relation (text, GTK_ACCESSIBLE_RELATION_DESCRIBED_BY);
      return;
    }
  gtk_widget_add_css_class (GTK_WIDGET (self), "error");
  gtk_accessible_update_state (text, GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE, -1);
  gtk_accessible_update_relation (text, GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, label, NULL, -1);
}
