/* Two of the 24 words asked back. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-recovery-check.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"

struct _CitizRecoveryCheck
{
  AdwBin parent_instance;
  CitizRecoverySheet *sheet;
  guint place[2];
  GtkWidget *entry[2];
  GtkWidget *hint;
};

G_DEFINE_FINAL_TYPE (CitizRecoveryCheck, citiz_recovery_check, ADW_TYPE_BIN)

enum
{
  PASSED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static gboolean
is_right (CitizRecoveryCheck *self, guint i)
{
  return self->sheet != NULL
         && citiz_recovery_sheet_check (self->sheet, self->place[i],
                                        gtk_editable_get_text (GTK_EDITABLE (self->entry[i])));
}

static gboolean
is_empty (CitizRecoveryCheck *self, guint i)
{
  return *gtk_editable_get_text (GTK_EDITABLE (self->entry[i])) == '\0';
}

static gboolean
is_being_typed (CitizRecoveryCheck *self, guint i)
{
  return gtk_widget_get_focus_child (self->entry[i]) != NULL;
}

/* What to do, or which word is not the one on the sheet: a word is judged once it is left, or @all on Enter. */
static void
say (CitizRecoveryCheck *self, gboolean all)
{
  g_autofree gchar *text = NULL;

  for (guint i = 0; i < 2 && text == NULL; i++)
    if (!is_right (self, i) && !is_empty (self, i) && (all || !is_being_typed (self, i)))
      /* Translators: %u is the place of a word on the recovery sheet. */
      text = g_strdup_printf (_ ("Word %u is not the one on your sheet"), self->place[i] + 1);
  if (text != NULL)
    gtk_widget_add_css_class (self->hint, "bad");
  else
    gtk_widget_remove_css_class (self->hint, "bad");
  gtk_label_set_label (GTK_LABEL (self->hint), text != NULL ? text
                                               : is_right (self, 0) && is_right (self, 1)
                                                   ? _ ("Both words are right")
                                                   : _ ("Look them up on your sheet"));
}

static void
changed_cb (CitizRecoveryCheck *self)
{
  gboolean both = is_right (self, 0) && is_right (self, 1);

  for (guint i = 0; i < 2; i++)
    if (is_right (self, i))
      gtk_widget_add_css_class (self->entry[i], "ok");
    else
      gtk_widget_remove_css_class (self->entry[i], "ok");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "check.continue", both);
  say (self, FALSE);
}

static void
continue_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizRecoveryCheck *self = CITIZ_RECOVERY_CHECK (widget);

  if (is_right (self, 0) && is_right (self, 1))
    g_signal_emit (self, signals[PASSED], 0);
}

static void
enter_cb (CitizRecoveryCheck *self)
{
  say (self, TRUE);
  continue_action (GTK_WIDGET (self), NULL, NULL);
}

static void
citiz_recovery_check_dispose (GObject *object)
{
  g_clear_object (&CITIZ_RECOVERY_CHECK (object)->sheet);
  G_OBJECT_CLASS (citiz_recovery_check_parent_class)->dispose (object);
}

static void
citiz_recovery_check_class_init (CitizRecoveryCheckClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_recovery_check_dispose;
  signals[PASSED] = g_signal_new ("passed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "check.continue", NULL,
                                   continue_action);
}

static void
citiz_recovery_check_init (CitizRecoveryCheck *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *list = citiz_list_new (NULL), *button;

  for (guint i = 0; i < 2; i++)
    {
      self->entry[i] = citiz_text_row_new ("");
      g_signal_connect_object (self->entry[i], "changed", G_CALLBACK (changed_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->entry[i], "entry-activated", G_CALLBACK (enter_cb), self,
                               G_CONNECT_SWAPPED);
      gtk_list_box_append (GTK_LIST_BOX (list), self->entry[i]);
    }
  self->hint = citiz_caption_new ("");
  gtk_label_set_xalign (GTK_LABEL (self->hint), 0.5);
  button = citiz_button_new (_ ("C_onfirm"));
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_add_css_class (button, "suggested-action");
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "check.continue");
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (GTK_BOX (box), self->hint);
  gtk_box_append (GTK_BOX (box), button);
  adw_bin_set_child (ADW_BIN (self), box);
  changed_cb (self);
}

GtkWidget *
citiz_recovery_check_new (void)
{
  return g_object_new (CITIZ_TYPE_RECOVERY_CHECK, NULL);
}

/* One word of each half, so that both are known to be on paper. */
void
citiz_recovery_check_start (CitizRecoveryCheck *self, CitizRecoverySheet *sheet)
{
  g_return_if_fail (CITIZ_IS_RECOVERY_CHECK (self));
  g_set_object (&self->sheet, sheet);
  self->place[0] = citiz_random_below (12);
  self->place[1] = 12 + citiz_random_below (12);
  for (guint i = 0; i < 2; i++)
    {
      /* Translators: %u is the place of a word on the recovery sheet. */
      g_autofree gchar *title = g_strdup_printf (_ ("Word %u"), self->place[i] + 1);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->entry[i]), title);
      gtk_editable_set_text (GTK_EDITABLE (self->entry[i]), "");
    }
  gtk_widget_grab_focus (self->entry[0]);
}
