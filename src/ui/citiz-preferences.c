/* Preferences: the person, the language, the lock, recovery, imports, export, erasing. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-preferences.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-export.h"
#include "ui/citiz-format.h"
#include "ui/citiz-person.h"
#include "ui/citiz-preferences-community.h"
#include "ui/citiz-row.h"
#include "ui/citiz-secrets-dialog.h"
#include "ui/citiz-settings.h"
#include "ui/citiz-units.h"
#include "ui/citiz-window.h"

struct _CitizPreferences
{
  AdwPreferencesWindow parent_instance;
  CitizSession *session;
  CitizPersonForm *person;
  GtkWidget *imports;
};

G_DEFINE_FINAL_TYPE (CitizPreferences, citiz_preferences, ADW_TYPE_PREFERENCES_WINDOW)

/* --- the person and the language --- */

static void
person_saved_cb (CitizPreferences *self)
{
  citiz_toast (GTK_WIDGET (self), _ ("Saved"));
}

static void
save_person_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizPreferences *self = CITIZ_PREFERENCES (widget);

  if (citiz_person_form_validate (self->person))
    citiz_person_form_save (self->person);
}

static GtkWidget *
combo (const gchar *title, const gchar *const *choices, guint selected)
{
  g_autoptr (GtkStringList) model = gtk_string_list_new (choices);
  GtkWidget *row = adw_combo_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (model));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), selected);
  return row;
}

static const gchar *const languages[] = {"", "fr", "en"};

static void
language_cb (AdwComboRow *row, GParamSpec *pspec, CitizPreferences *self)
{
  citiz_settings_set_language (languages[MIN (adw_combo_row_get_selected (row), 2)]);
  citiz_toast (GTK_WIDGET (self), _ ("The language changes when Citiz is started again"));
}

static guint
language_index (void)
{
  g_autofree gchar *language = citiz_settings_get_language ();

  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_str_equal (languages[i], language))
      return i;
  return 0;
}

static AdwPreferencesGroup *
group (AdwPreferencesPage *page, const gchar *title, const gchar *description)
{
  GtkWidget *widget = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (widget), title);
  if (description != NULL)
    adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (widget), description);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (widget));
  return ADW_PREFERENCES_GROUP (widget);
}

static AdwPreferencesPage *
page (CitizPreferences *self, const gchar *title, const gchar *icon)
{
  GtkWidget *widget = adw_preferences_page_new ();

  adw_preferences_page_set_title (ADW_PREFERENCES_PAGE (widget), title);
  adw_preferences_page_set_icon_name (ADW_PREFERENCES_PAGE (widget), icon);
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (self), ADW_PREFERENCES_PAGE (widget));
  return ADW_PREFERENCES_PAGE (widget);
}

static void
build_person (CitizPreferences *self)
{
  const gchar *choices[] = {_ ("As the computer"), "Français", "English", NULL};
  AdwPreferencesPage *p = page (self, _ ("Person"), "citiz-source-self-symbolic");
  AdwPreferencesGroup *who = group (p, _ ("You"), NULL);
  GtkWidget *save = citiz_button_new (_ ("_Save")), *row;

  self->person = CITIZ_PERSON_FORM (citiz_person_form_new (self->session));
  g_signal_connect_object (self->person, "saved", G_CALLBACK (person_saved_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (save), "preferences.save-person");
  gtk_widget_set_valign (save, GTK_ALIGN_CENTER);
  adw_preferences_group_set_header_suffix (who, save);
  adw_preferences_group_add (who, GTK_WIDGET (self->person));
  row = combo (_ ("Language"), choices, language_index ());
  g_signal_connect (row, "notify::selected", G_CALLBACK (language_cb), self);
  adw_preferences_group_add (group (p, _ ("Display"), NULL), row);
  citiz_units_fill (group (p, _ ("Units"),
                           _ ("The record keeps what was written; only what is "
                              "shown changes.")),
                    self->session);
}

/* --- the lock and recovery --- */

static const guint minutes[] = {1, 2, 5, 10, 30, 60};

static void
minutes_cb (AdwComboRow *row)
{
  citiz_settings_set_lock_minutes (
      minutes[MIN (adw_combo_row_get_selected (row), G_N_ELEMENTS (minutes) - 1)]);
}

static GtkWidget *
minutes_row (void)
{
  g_auto (GStrv) choices = g_new0 (gchar *, G_N_ELEMENTS (minutes) + 1);
  guint selected = 0;
  GtkWidget *row;

  for (guint i = 0; i < G_N_ELEMENTS (minutes); i++)
    {
      choices[i] = g_strdup_printf (ngettext ("%u minute", "%u minutes", minutes[i]), minutes[i]);
      if (minutes[i] <= citiz_settings_get_lock_minutes ())
        selected = i;
    }
  row = combo (_ ("Lock when nobody has touched it for"), (const gchar *const *) choices, selected);
  g_signal_connect (row, "notify::selected", G_CALLBACK (minutes_cb), NULL);
  return row;
}

static void
passphrase_cb (GtkWidget *row, CitizPreferences *self)
{
  citiz_change_passphrase_show (GTK_WIDGET (self), self->session);
}

static void
words_cb (GtkWidget *row, CitizPreferences *self)
{
  citiz_replace_words_show (GTK_WIDGET (self), self->session);
}

static GtkWidget *
opening_row (const gchar *icon,
             const gchar *title,
             const gchar *subtitle,
             GCallback pressed,
             CitizPreferences *self)
{
  GtkWidget *row = citiz_row_new (title, subtitle);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  citiz_row_set_prefix (CITIZ_ROW (row), icon, "neutral");
  citiz_row_set_opens (CITIZ_ROW (row), TRUE);
  g_signal_connect (row, "opened", pressed, self);
  return row;
}

static void
build_security (CitizPreferences *self)
{
  AdwPreferencesPage *p = page (self, _ ("Security"), "citiz-lock-symbolic");
  AdwPreferencesGroup *lock = group (p, _ ("Lock"), NULL);
  AdwPreferencesGroup *recovery = group (p, _ ("Recovery"), NULL);

  adw_preferences_group_add (lock, minutes_row ());
  adw_preferences_group_add (
      lock, opening_row ("citiz-access-symbolic", _ ("Change the passphrase…"),
                         _ ("The record is not sealed anew: only its lock changes"),
                         G_CALLBACK (passphrase_cb), self));
  adw_preferences_group_add (
      recovery,
      opening_row (
          "citiz-words-symbolic", _ ("Replace the recovery sheet…"),
          _ ("24 new words; the old sheet opens nothing any more. The present words cannot be shown again: Citiz does not keep them, so nobody can read them here."),
          G_CALLBACK (words_cb), self));
}

/* --- data --- */

static void
undone_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizPreferences) self = data;
  g_autoptr (GError) error = NULL;

  if (citiz_session_undo_import_finish (CITIZ_SESSION (source), result, &error))
    citiz_toast (GTK_WIDGET (self), _ ("The import is undone, whole"));
  else
    citiz_toast (GTK_WIDGET (self), citiz_session_explain (error));
}

static void
undo_answer (gpointer data)
{
  CitizPreferences *self = g_object_get_data (data, "citiz-preferences");
  guint32 batch = GPOINTER_TO_UINT (g_object_get_data (data, "citiz-batch"));

  citiz_session_undo_import_async (self->session, batch, NULL, undone_cb, g_object_ref (self));
}

static void
undo_cb (GtkWidget *button)
{
  const gchar *name = g_object_get_data (G_OBJECT (button), "citiz-name");
  g_autofree gchar *heading = g_strdup_printf (_ ("Undo the Import of “%s”?"), name);

  citiz_compat_ask (button, heading,
                    _ ("All that it brought in is taken out, with the corrections made since."),
                    _ ("_Undo the Import"), TRUE, undo_answer, button);
}

static GtkWidget *
import_row (CitizPreferences *self, const CitizImportReport *report)
{
  CitizTime now = citiz_session_now (self->session);
  g_autofree gchar *when = citiz_format_date_time_ms (report->when, now);
  g_autofree gchar *count = citiz_format_number ((gdouble) report->kept, 0);
  g_autofree gchar *kept
      = g_strdup_printf (ngettext ("%s item kept", "%s items kept", (gulong) report->kept), count);
  g_autofree gchar *subtitle = g_strdup_printf ("%s · %s", when, kept);
  GtkWidget *row = citiz_row_new (report->name, subtitle);
  GtkWidget *undo = gtk_button_new_with_label (_ ("Undo"));

  gtk_widget_add_css_class (undo, "flat");
  gtk_widget_set_valign (undo, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (undo), "citiz-name", g_strdup (report->name), g_free);
  g_object_set_data (G_OBJECT (undo), "citiz-batch", GUINT_TO_POINTER (report->batch));
  g_object_set_data (G_OBJECT (undo), "citiz-preferences", self);
  g_signal_connect (undo, "clicked", G_CALLBACK (undo_cb), NULL);
  citiz_row_set_prefix (CITIZ_ROW (row), "citiz-folder-symbolic", "neutral");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), undo);
  return row;
}

static void
fill_imports (CitizPreferences *self)
{
  GPtrArray *imports = citiz_session_get_imports (self->session);

  citiz_list_clear (self->imports);
  for (guint i = 0; imports != NULL && i < imports->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->imports),
                         import_row (self, g_ptr_array_index (imports, i)));
  if (imports == NULL || imports->len == 0)
    gtk_list_box_append (
        GTK_LIST_BOX (self->imports),
        citiz_row_new (_ ("No import yet"), _ ("Drop a file on the window, or use the menu")));
}

static void
export_cb (GtkWidget *row, CitizPreferences *self)
{
  citiz_export_ask (GTK_WIDGET (gtk_window_get_transient_for (GTK_WINDOW (self)) != NULL
                                    ? gtk_window_get_transient_for (GTK_WINDOW (self))
                                    : GTK_WINDOW (self)),
                    self->session);
}

static void
erase_cb (GtkWidget *row, CitizPreferences *self)
{
  citiz_erase_show (GTK_WIDGET (self), self->session);
}

static void
build_data (CitizPreferences *self)
{
  AdwPreferencesPage *p = page (self, _ ("Data"), "citiz-folder-symbolic");
  GtkWidget *erase;

  self->imports = citiz_list_new (_ ("Imports"));
  adw_preferences_group_add (group (p, _ ("Imports"), NULL), self->imports);
  fill_imports (self);
  adw_preferences_group_add (group (p, _ ("Export"), NULL),
                             opening_row ("citiz-upload-symbolic", _ ("Export the record…"),
                                          _ ("FHIR, patient summary, CSV or PDF"),
                                          G_CALLBACK (export_cb), self));
  erase = opening_row ("citiz-alert-symbolic", _ ("Erase everything…"),
                       _ ("The keys are destroyed: what is left on the disk can never be read "
                          "again"),
                       G_CALLBACK (erase_cb), self);
  gtk_widget_add_css_class (erase, "danger-row");
  adw_preferences_group_add (group (p, _ ("Erase"), NULL), erase);
}

/* --- object --- */

static void
citiz_preferences_dispose (GObject *object)
{
  g_clear_object (&CITIZ_PREFERENCES (object)->session);
  G_OBJECT_CLASS (citiz_preferences_parent_class)->dispose (object);
}

static void
citiz_preferences_class_init (CitizPreferencesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_preferences_dispose;
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "preferences.save-person", NULL,
                                   save_person_action);
}

static void
citiz_preferences_init (CitizPreferences *self)
{
  adw_preferences_window_set_search_enabled (ADW_PREFERENCES_WINDOW (self), FALSE);
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (self), TRUE);
}

GtkWidget *
citiz_preferences_new (CitizSession *session)
{
  CitizPreferences *self = g_object_new (CITIZ_TYPE_PREFERENCES, "title", _ ("Preferences"), NULL);

  self->session = g_object_ref (session);
  build_person (self);
  build_security (self);
  citiz_preferences_community_fill (page (self, _ ("Community"), "citiz-people-symbolic"),
                                    self->session);
  build_data (self);
  /* Below the toasts, which would take Escape for themselves. */
  citiz_escape_closes (adw_toast_overlay_get_child (ADW_TOAST_OVERLAY (
      gtk_widget_get_ancestor (GTK_WIDGET (self->person), ADW_TYPE_TOAST_OVERLAY))));
  g_signal_connect_object (session, "record-changed", G_CALLBACK (fill_imports), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
