/* A new passphrase: two entries, an honest strength, a suggestion of six words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-new-passphrase.h"

#include <glib/gi18n.h>

#include "crypto/citiz-strength.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-row.h"
#include "ui/citiz-secret-row.h"

struct _CitizNewPassphrase
{
  AdwBin parent_instance;
  GtkWidget *first, *second;
  GtkWidget *level, *words;
  GtkWidget *suggestion;
  gboolean ready;
};

G_DEFINE_FINAL_TYPE (CitizNewPassphrase, citiz_new_passphrase, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_READY,
  N_PROPS
};
static GParamSpec *props[N_PROPS];
enum
{
  ACTIVATE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* Guessing at ten thousand tries a second: what Argon2id leaves to somebody with many machines. */
static const struct
{
  gdouble below; /* bits */
  const gchar *words, *style;
} strengths[] = {
    {14, N_ ("Very weak: found at once"), "bad"},
    {28, N_ ("Very weak: found within hours"), "bad"},
    {40, N_ ("Weak: found within months by someone determined"), "bad"},
    {CITIZ_STRENGTH_MIN_BITS, N_ ("Fair: not enough for a health record"), "late"},
    {75, N_ ("Strong: out of reach with today’s means"), "ok"},
    {G_MAXDOUBLE, N_ ("Very strong"), "ok"},
};

static guint
strength_of (gdouble bits)
{
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (strengths) && bits >= strengths[i].below)
    i++;
  return i;
}

const gchar *
citiz_strength_text (gdouble bits)
{
  return _ (strengths[strength_of (bits)].words);
}

static const gchar *
text_of (GtkWidget *row)
{
  return citiz_secret_row_get_text (CITIZ_SECRET_ROW (row));
}

/* The bar has the colour of its words. */
static void
set_style (GtkWidget *widget, const gchar *style)
{
  gtk_widget_remove_css_class (widget, "secondary");
  for (guint i = 0; i < G_N_ELEMENTS (strengths); i++)
    gtk_widget_remove_css_class (widget, strengths[i].style);
  gtk_widget_add_css_class (widget, style);
}

static void
changed_cb (CitizNewPassphrase *self)
{
  const gchar *text = text_of (self->first);
  gboolean same = g_strcmp0 (text, text_of (self->second)) == 0;
  gdouble bits = 0;
  const gchar *words, *style;
  gboolean ready;

  citiz_passphrase_strength (text, &bits);
  if (*text == '\0')
    bits = 0;
  ready = bits >= CITIZ_STRENGTH_MIN_BITS && same;
  gtk_level_bar_set_value (GTK_LEVEL_BAR (self->level), CLAMP (bits / 80, 0, 1));
  words = *text == '\0' ? _ ("Several words are easier to remember than signs")
          : bits >= CITIZ_STRENGTH_MIN_BITS && !same && *text_of (self->second) != '\0'
              ? _ ("The two entries differ")
          : bits >= CITIZ_STRENGTH_MIN_BITS && !same ? _ ("Strong enough: enter it once more")
                                                     : citiz_strength_text (bits);
  gtk_label_set_label (GTK_LABEL (self->words), words);
  style = *text == '\0' ? "secondary" : strengths[strength_of (bits)].style;
  set_style (self->level, style);
  set_style (self->words, ready || !g_str_equal (style, "ok") || *text_of (self->second) == '\0'
                              ? style
                              : "late");
  if (ready != self->ready)
    {
      self->ready = ready;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_READY]);
    }
}

static void
suggest (CitizNewPassphrase *self)
{
  g_autofree gchar *words = citiz_passphrase_suggest (citiz_format_language ());

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->suggestion), words);
}

static void
another_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  suggest (CITIZ_NEW_PASSPHRASE (widget));
}

static void
use_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizNewPassphrase *self = CITIZ_NEW_PASSPHRASE (widget);
  const gchar *words = adw_action_row_get_subtitle (ADW_ACTION_ROW (self->suggestion));

  citiz_secret_row_set_text (CITIZ_SECRET_ROW (self->first), words);
  citiz_secret_row_set_text (CITIZ_SECRET_ROW (self->second), "");
  gtk_widget_grab_focus (self->second);
}

static void
enter_cb (CitizNewPassphrase *self)
{
  if (self->ready)
    g_signal_emit (self, signals[ACTIVATE], 0);
  else if (*text_of (self->first) != '\0' && *text_of (self->second) == '\0')
    gtk_widget_grab_focus (self->second);
}

static void
citiz_new_passphrase_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_READY)
    g_value_set_boolean (value, CITIZ_NEW_PASSPHRASE (object)->ready);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
citiz_new_passphrase_class_init (CitizNewPassphraseClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = citiz_new_passphrase_get_property;
  props[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, FALSE,
                                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
  signals[ACTIVATE] = g_signal_new ("activate", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "passphrase.use", NULL, use_action);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "passphrase.another", NULL,
                                   another_action);
}

static GtkWidget *
strength_row (CitizNewPassphrase *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->level = gtk_level_bar_new_for_interval (0, 1);
  gtk_widget_add_css_class (self->level, "strength");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->level), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Strength"), -1);
  self->words = citiz_caption_new ("");
  gtk_box_append (GTK_BOX (box), self->level);
  gtk_box_append (GTK_BOX (box), self->words);
  g_object_set (box, "margin-start", 12, "margin-end", 12, "margin-top", 10, "margin-bottom", 10,
                NULL);
  return citiz_still_row_new (box);
}

static GtkWidget *
suggestion_row (CitizNewPassphrase *self)
{
  GtkWidget *use = gtk_button_new_with_label (_ ("Use It"));

  self->suggestion = citiz_row_new (_ ("Six words at random"), "");
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->suggestion), 5);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (use), "passphrase.use");
  gtk_widget_set_valign (use, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (
      ADW_ACTION_ROW (self->suggestion),
      citiz_icon_button_new ("view-refresh-symbolic", _ ("Other words"), "passphrase.another"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->suggestion), use);
  suggest (self);
  return self->suggestion;
}

static void
citiz_new_passphrase_init (CitizNewPassphrase *self)
{
  GtkWidget *list = citiz_list_new (NULL);

  self->first = citiz_secret_row_new (_ ("Passphrase"));
  self->second = citiz_secret_row_new (_ ("Once more"));
  g_signal_connect_object (self->first, "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->second, "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->first, "entered", G_CALLBACK (enter_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->second, "entered", G_CALLBACK (enter_cb), self, G_CONNECT_SWAPPED);
  gtk_list_box_append (GTK_LIST_BOX (list), self->first);
  gtk_list_box_append (GTK_LIST_BOX (list), self->second);
  gtk_list_box_append (GTK_LIST_BOX (list), strength_row (self));
  gtk_list_box_append (GTK_LIST_BOX (list), suggestion_row (self));
  adw_bin_set_child (ADW_BIN (self), list);
  changed_cb (self);
}

GtkWidget *
citiz_new_passphrase_new (void)
{
  return g_object_new (CITIZ_TYPE_NEW_PASSPHRASE, NULL);
}

gboolean
citiz_new_passphrase_get_ready (CitizNewPassphrase *self)
{
  g_return_val_if_fail (CITIZ_IS_NEW_PASSPHRASE (self), FALSE);
  return self->ready;
}

CitizSecret *
citiz_new_passphrase_take (CitizNewPassphrase *self)
{
  g_return_val_if_fail (CITIZ_IS_NEW_PASSPHRASE (self), NULL);
  return citiz_secret_new_from_text (text_of (self->first));
}

void
citiz_new_passphrase_clear (CitizNewPassphrase *self)
{
  g_return_if_fail (CITIZ_IS_NEW_PASSPHRASE (self));
  citiz_secret_row_set_text (CITIZ_SECRET_ROW (self->first), "");
  citiz_secret_row_set_text (CITIZ_SECRET_ROW (self->second), "");
  suggest (self);
}

void
citiz_new_passphrase_focus (CitizNewPassphrase *self)
{
  g_return_if_fail (CITIZ_IS_NEW_PASSPHRASE (self));
  gtk_widget_grab_focus (self->first);
}
