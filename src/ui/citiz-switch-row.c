/* A row with a switch. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-switch-row.h"

struct _CitizSwitchRow
{
  CitizRow parent_instance;
  GtkWidget *toggle;
};

G_DEFINE_FINAL_TYPE (CitizSwitchRow, citiz_switch_row, CITIZ_TYPE_ROW)

enum
{
  PROP_0,
  PROP_ACTIVE,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

static void
active_cb (CitizSwitchRow *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVE]);
}

static void
citiz_switch_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ACTIVE)
    g_value_set_boolean (value, citiz_switch_row_get_active (CITIZ_SWITCH_ROW (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
citiz_switch_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ACTIVE)
    gtk_switch_set_active (GTK_SWITCH (CITIZ_SWITCH_ROW (object)->toggle),
                           g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
citiz_switch_row_class_init (CitizSwitchRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = citiz_switch_row_get_property;
  object_class->set_property = citiz_switch_row_set_property;
  props[PROP_ACTIVE]
      = g_param_spec_boolean ("active", NULL, NULL, FALSE,
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
citiz_switch_row_init (CitizSwitchRow *self)
{
  self->toggle = gtk_switch_new ();
  gtk_widget_set_valign (self->toggle, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->toggle);
  g_signal_connect_object (self->toggle, "notify::active", G_CALLBACK (active_cb), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
citiz_switch_row_new (const gchar *title, const gchar *subtitle, gboolean active)
{
  CitizSwitchRow *self = g_object_new (CITIZ_TYPE_SWITCH_ROW, NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_switch_set_active (GTK_SWITCH (self->toggle), active);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  return GTK_WIDGET (self);
}

gboolean
citiz_switch_row_get_active (CitizSwitchRow *self)
{
  g_return_val_if_fail (CITIZ_IS_SWITCH_ROW (self), FALSE);
  return gtk_switch_get_active (GTK_SWITCH (self->toggle));
}
