/* The 24 words as the paper they will be; hidden while the window is not in front. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-recovery-sheet.h"
#include "ui/citiz-acts.h"

#include <glib/gi18n.h>

#include "crypto/citiz-words.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-format.h"
#include "ui/citiz-print.h"
#include "ui/citiz-wrap.h"

#define N_WORDS 24

struct _CitizRecoverySheet
{
  AdwBin parent_instance;

  CitizSecret *entropy;
  CitizLanguage language;
  gchar **words;
  gchar *about;
  gboolean kept;

  GtkWidget *labels[N_WORDS];
  GtkWidget *about_label, *print, *language_button, *told; /* AdwBin: kept, or why not */
  GtkWindow *window;
};

G_DEFINE_FINAL_TYPE (CitizRecoverySheet, citiz_recovery_sheet, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_KEPT,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

static void
show_words (CitizRecoverySheet *self)
{
  gboolean visible = self->window == NULL || gtk_window_is_active (self->window);

  for (guint i = 0; i < N_WORDS; i++)
    gtk_label_set_label (GTK_LABEL (self->labels[i]), visible ? self->words[i] : "••••••");
  gtk_button_set_label (GTK_BUTTON (self->language_button), self->language == CITIZ_LANGUAGE_FR
                                                                ? _ ("Words in English")
                                                                : _ ("Words in French"));
}

static void
set_language (CitizRecoverySheet *self, CitizLanguage language)
{
  g_clear_pointer (&self->words, citiz_words_free);
  self->language = language;
  self->words = citiz_words_from_entropy (self->entropy, language);
  show_words (self);
}

static void
tell (CitizRecoverySheet *self, const gchar *icon, const gchar *text, const gchar *style)
{
  GtkWidget *status = citiz_status_new (icon, text, style);

  citiz_status_set_wrap (status);
  gtk_widget_set_halign (status, GTK_ALIGN_CENTER);
  adw_bin_set_child (ADW_BIN (self->told), status);
  gtk_widget_set_visible (self->told, TRUE);
}

/* Printing is then no longer what is suggested: going on is. */
static void
set_kept (CitizRecoverySheet *self, const gchar *how)
{
  self->kept = TRUE;
  tell (self, "citiz-check-symbolic", how, "ok");
  gtk_widget_remove_css_class (self->print, "suggested-action");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sheet.language", FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_KEPT]);
}

static void
say (CitizRecoverySheet *self, const gchar *problem)
{
  tell (self, "citiz-alert-symbolic", problem, "bad");
}

/* --- actions --- */

static void
printed_cb (const gchar *problem, gpointer data)
{
  CitizRecoverySheet *self = data;

  if (problem == NULL)
    set_kept (self, _ ("Sent to the printer. Make sure that the sheet came out."));
  else if (*problem != '\0')
    say (self, problem);
}

static void
print_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizRecoverySheet *self = CITIZ_RECOVERY_SHEET (widget);

  citiz_print_recovery (widget, self->words, self->about, printed_cb, self);
}

static void
written_cb (GtkWidget *widget, gboolean written, gpointer data)
{
  CitizRecoverySheet *self = CITIZ_RECOVERY_SHEET (widget);

  if (written)
    {
      g_autofree gchar *name = g_file_get_basename (data);
      /* Translators: %s is the name of a file. */
      g_autofree gchar *how
          = g_strdup_printf (_ ("Saved as %s. Keep a copy away from this computer."), name);

      set_kept (self, how);
    }
  else
    say (self, _ ("The file could not be saved there"));
}

static void
save_cb (GFile *file, gpointer data)
{
  CitizRecoverySheet *self = data;
  g_autoptr (GBytes) pdf = citiz_pdf_recovery (self->words, self->about);

  citiz_act_write (GTK_WIDGET (self), file, pdf, written_cb, g_object_ref (file), g_object_unref);
}

static void
save_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_compat_save_file (widget, _ ("Save the Recovery Sheet"), _ ("citiz-recovery.pdf"), save_cb,
                          widget, NULL);
}

static void
language_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizRecoverySheet *self = CITIZ_RECOVERY_SHEET (widget);

  set_language (self, self->language == CITIZ_LANGUAGE_FR ? CITIZ_LANGUAGE_EN : CITIZ_LANGUAGE_FR);
}

/* --- building --- */

static GtkWidget *
word_cell (CitizRecoverySheet *self, guint i)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  g_autofree gchar *number = g_strdup_printf ("%u", i + 1);
  GtkWidget *place
      = g_object_new (GTK_TYPE_LABEL, "label", number, "xalign", 1.0, "width-chars", 2, NULL);

  self->labels[i] = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "hexpand", TRUE, NULL);
  gtk_widget_add_css_class (place, "secondary");
  gtk_widget_add_css_class (place, "small");
  gtk_widget_add_css_class (place, "numeric");
  gtk_widget_add_css_class (self->labels[i], "word");
  gtk_widget_add_css_class (box, "word-cell");
  gtk_box_append (GTK_BOX (box), place);
  gtk_box_append (GTK_BOX (box), self->labels[i]);
  return box;
}

static GtkWidget *
build_head (CitizRecoverySheet *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *mark = citiz_icon_new ("citiz-mark-symbolic");
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = g_object_new (GTK_TYPE_LABEL, "label", _ ("Citiz Recovery Sheet"), "xalign",
                                   0.0, "wrap", TRUE, NULL);
  GtkWidget *aside = citiz_caption_new (_ ("Keep in a safe place,\naway from the computer"));

  gtk_image_set_pixel_size (GTK_IMAGE (mark), 26);
  gtk_widget_add_css_class (mark, "mark");
  gtk_widget_add_css_class (title, "heading");
  self->about_label = citiz_caption_new ("");
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), self->about_label);
  gtk_widget_set_hexpand (texts, TRUE);
  g_object_set (aside, "xalign", 1.0, "justify", GTK_JUSTIFY_RIGHT, NULL);
  gtk_box_append (GTK_BOX (box), mark);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), aside);
  gtk_widget_add_css_class (box, "sheet-head");
  return box;
}

static GtkWidget *
build_sheet (CitizRecoverySheet *self)
{
  GtkWidget *sheet = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *columns = gtk_flow_box_new ();

  g_object_set (columns, "selection-mode", GTK_SELECTION_NONE, "min-children-per-line", 1,
                "max-children-per-line", 4, "homogeneous", TRUE, "column-spacing", 28,
                "accessible-role", GTK_ACCESSIBLE_ROLE_GROUP, "can-focus", FALSE, NULL);
  for (guint c = 0; c < 4; c++)
    {
      GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

      for (guint r = 0; r < 6; r++)
        gtk_box_append (GTK_BOX (column), word_cell (self, c * 6 + r));
      gtk_flow_box_append (GTK_FLOW_BOX (columns), column);
      gtk_widget_set_focusable (gtk_widget_get_parent (column), FALSE);
    }
  gtk_widget_add_css_class (sheet, "paper");
  gtk_widget_add_css_class (sheet, "sheet");
  gtk_box_append (GTK_BOX (sheet), build_head (self));
  gtk_box_append (GTK_BOX (sheet), columns);
  return sheet;
}

static GtkWidget *
build_buttons (CitizRecoverySheet *self)
{
  GtkWidget *wrap = citiz_wrap_new (12);

  self->language_button = gtk_button_new_with_label ("");
  gtk_widget_add_css_class (self->language_button, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->language_button), "sheet.language");
  self->print = citiz_pill_new ("printer-symbolic", _ ("Print"), "sheet.print", TRUE);
  citiz_wrap_append (CITIZ_WRAP (wrap), self->print);
  citiz_wrap_append (CITIZ_WRAP (wrap), citiz_pill_new ("citiz-download-symbolic",
                                                        _ ("Save as PDF"), "sheet.save", FALSE));
  citiz_wrap_append (CITIZ_WRAP (wrap), self->language_button);
  return wrap;
}

static void
citiz_recovery_sheet_root (GtkWidget *widget)
{
  CitizRecoverySheet *self = CITIZ_RECOVERY_SHEET (widget);
  GtkRoot *root;

  GTK_WIDGET_CLASS (citiz_recovery_sheet_parent_class)->root (widget);
  root = gtk_widget_get_root (widget);
  if (!GTK_IS_WINDOW (root))
    return;
  self->window = GTK_WINDOW (root);
  g_signal_connect_object (root, "notify::is-active", G_CALLBACK (show_words), self,
                           G_CONNECT_SWAPPED);
}

static void
citiz_recovery_sheet_unroot (GtkWidget *widget)
{
  CitizRecoverySheet *self = CITIZ_RECOVERY_SHEET (widget);

  if (self->window != NULL)
    g_signal_handlers_disconnect_by_func (self->window, show_words, self);
  self->window = NULL;
  GTK_WIDGET_CLASS (citiz_recovery_sheet_parent_class)->unroot (widget);
}

static void
citiz_recovery_sheet_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_KEPT)
    g_value_set_boolean (value, CITIZ_RECOVERY_SHEET (object)->kept);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
citiz_recovery_sheet_finalize (GObject *object)
{
  CitizRecoverySheet *self = CITIZ_RECOVERY_SHEET (object);

  g_clear_pointer (&self->words, citiz_words_free);
  g_clear_pointer (&self->entropy, citiz_secret_unref);
  g_clear_pointer (&self->about, g_free);
  G_OBJECT_CLASS (citiz_recovery_sheet_parent_class)->finalize (object);
}

static void
citiz_recovery_sheet_class_init (CitizRecoverySheetClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = citiz_recovery_sheet_finalize;
  G_OBJECT_CLASS (klass)->get_property = citiz_recovery_sheet_get_property;
  widget_class->root = citiz_recovery_sheet_root;
  widget_class->unroot = citiz_recovery_sheet_unroot;
  props[PROP_KEPT]
      = g_param_spec_boolean ("kept", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
  gtk_widget_class_install_action (widget_class, "sheet.print", NULL, print_action);
  gtk_widget_class_install_action (widget_class, "sheet.save", NULL, save_action);
  gtk_widget_class_install_action (widget_class, "sheet.language", NULL, language_action);
}

static void
citiz_recovery_sheet_init (CitizRecoverySheet *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24), *clamp = adw_clamp_new ();

  self->told = g_object_new (ADW_TYPE_BIN, "visible", FALSE, NULL);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 712);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), 712);
  adw_clamp_set_child (ADW_CLAMP (clamp), build_sheet (self));
  gtk_box_append (GTK_BOX (box), clamp);
  gtk_box_append (GTK_BOX (box), build_buttons (self));
  gtk_box_append (GTK_BOX (box), self->told);
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
citiz_recovery_sheet_new (CitizSecret *entropy, const gchar *name, CitizTime now)
{
  CitizRecoverySheet *self = g_object_new (CITIZ_TYPE_RECOVERY_SHEET, NULL);
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (now.ms / 1000);
  g_autofree gchar *date = citiz_format_date_full (when);

  self->entropy = citiz_secret_ref (entropy);
  /* Translators: %s is a date. */
  self->about = name != NULL && *name != '\0'
                    ? g_strdup_printf (_ ("%s · %s · 24 words, in order"), name, date)
                    : g_strdup_printf (_ ("%s · 24 words, in order"), date);
  gtk_label_set_label (GTK_LABEL (self->about_label), self->about);
  set_language (self, citiz_format_language ());
  return GTK_WIDGET (self);
}

/* A function and not the widget's own grab_focus, which would hold Tab back. */
void
citiz_recovery_sheet_focus (CitizRecoverySheet *self)
{
  g_return_if_fail (CITIZ_IS_RECOVERY_SHEET (self));
  gtk_widget_grab_focus (self->print);
}

gboolean
citiz_recovery_sheet_get_kept (CitizRecoverySheet *self)
{
  g_return_val_if_fail (CITIZ_IS_RECOVERY_SHEET (self), FALSE);
  return self->kept;
}

CitizSecret *
citiz_recovery_sheet_get_entropy (CitizRecoverySheet *self)
{
  g_return_val_if_fail (CITIZ_IS_RECOVERY_SHEET (self), NULL);
  return self->entropy;
}

gboolean
citiz_recovery_sheet_check (CitizRecoverySheet *self, guint place, const gchar *text)
{
  gint found;

  g_return_val_if_fail (CITIZ_IS_RECOVERY_SHEET (self) && place < N_WORDS, FALSE);
  found = citiz_word_find (self->language, text);
  return found >= 0
         && g_strcmp0 (citiz_word (self->language, (guint) found), self->words[place]) == 0;
}
