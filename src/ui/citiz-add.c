/* What can be added, from any page: the actions "add.item::KIND" and "add.import" and their menus. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-add.h"

#include <glib/gi18n.h>
#include <string.h>

#include "consent/citiz-ips.h"
#include "ui/citiz-add-checks.h"
#include "ui/citiz-add-forms.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-format.h"
#include "ui/citiz-goals.h"
#include "ui/citiz-import-dialog.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-undo.h"
#include "ui/citiz-window.h"

/* --- menus --- */

typedef struct
{
  const gchar *kinds[8];
} MenuPart;

static const MenuPart menu_parts[][4] = {
    [CITIZ_ADD_ALL] = {{{"measure", "dose", NULL}},
                       {{"medication", "allergy", "problem", "result", NULL}},
                       {{"session", "meal", NULL}},
                       {{"goals", "person", NULL}}},
    [CITIZ_ADD_CARE]
    = {{{"allergy", "problem", "medication", "dose", NULL}},
       {{"result", "measure", "immunization", "procedure", "device", "visit", NULL}},
       {{"document", "directive", "contact", "family", NULL}},
       {{"person", NULL}}},
    [CITIZ_ADD_ACTIVITY] = {{{"session", "measure", NULL}}, {{"goals", NULL}}, {{NULL}}, {{NULL}}},
    [CITIZ_ADD_DIET] = {{{"meal", NULL}}, {{"measure", NULL}}, {{NULL}}, {{NULL}}},
};

static const gchar *
menu_label (const gchar *key)
{
  return strcmp (key, "goals") == 0 ? _ ("Change the Goals")
                                    : citiz_kind_add_title (citiz_kind_from_key (key));
}

GMenuModel *
citiz_add_menu (CitizAddMenu which)
{
  static GMenu *menus[G_N_ELEMENTS (menu_parts)];
  g_autoptr (GMenu) last = NULL;

  if (menus[which] != NULL)
    return G_MENU_MODEL (menus[which]);
  menus[which] = g_menu_new ();
  for (guint part = 0; part < 4; part++)
    {
      g_autoptr (GMenu) section = g_menu_new ();

      for (guint i = 0; menu_parts[which][part].kinds[i] != NULL; i++)
        {
          const gchar *key = menu_parts[which][part].kinds[i];
          g_autofree gchar *action = g_strdup_printf ("add.item::%s", key);
          g_menu_append (section, menu_label (key), action);
        }
      if (g_menu_model_get_n_items (G_MENU_MODEL (section)) > 0)
        g_menu_append_section (menus[which], NULL, G_MENU_MODEL (section));
    }
  last = g_menu_new ();
  g_menu_append (last, _ ("Import…"), "add.import");
  g_menu_append_section (menus[which], NULL, G_MENU_MODEL (last));
  return G_MENU_MODEL (menus[which]);
}

const gchar *
citiz_add_subtitle (CitizPage *page)
{
  return g_network_monitor_get_network_available (g_network_monitor_get_default ())
             ? NULL
             : _ ("No network · everything here still works");
}

/* --- one form --- */

typedef struct
{
  CitizSession *session;
  CitizKind kind;
  CitizItem *item;  /* NULL: a new entry */
  GFile *file;      /* of a new document */
  GtkWidget *owner; /* weak */
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_weak_pointer (&entry->owner);
  g_object_unref (entry->session);
  g_clear_pointer (&entry->item, citiz_item_unref);
  g_clear_object (&entry->file);
  g_free (entry);
}

/* What the answer needs: the form is kept alive until then. */
typedef struct
{
  CitizForm *form;
  GtkWidget *owner;
  CitizKind kind;
  gboolean correction;
  json_t *before;
} Waiting;

static Waiting *
waiting_new (CitizForm *form, const Entry *entry)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->form = g_object_ref (form);
  waiting->kind = entry->kind;
  waiting->correction = entry->item != NULL;
  waiting->before = entry->item != NULL ? json_incref (entry->item->resource) : NULL;
  g_set_weak_pointer (&waiting->owner, entry->owner);
  return waiting;
}

static void
finish (Waiting *waiting, CitizSession *session, const CitizId *id, const GError *error)
{
  if (error != NULL)
    citiz_form_fail (waiting->form, NULL, citiz_session_explain (error));
  else
    {
      const CitizItem *item = citiz_record_get (citiz_session_get_record (session), id);
      const gchar *title = item != NULL ? citiz_item_title (item) : "",
                  *detail = item != NULL ? citiz_item_detail (item) : "";
      g_autofree gchar *name
          = *detail != '\0' ? g_strdup_printf ("%s %s", title, detail) : g_strdup (title);
      g_autofree gchar *text
          = *title != '\0' ? g_strdup_printf (_ ("“%s” added"), name) : g_strdup (_ ("Added"));

      citiz_form_done (waiting->form);
      if (waiting->owner != NULL && waiting->correction)
        citiz_undo_corrected (waiting->owner, session, id, waiting->before,
                              _ ("Corrected. The earlier version is kept."));
      else if (waiting->owner != NULL)
        citiz_undo_added (waiting->owner, session, id, text);
    }
  g_clear_weak_pointer (&waiting->owner);
  g_object_unref (waiting->form);
  json_decref (waiting->before);
  g_free (waiting);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  CitizId id = {{0}};

  citiz_session_save_finish (CITIZ_SESSION (source), result, &id, &error);
  finish (data, CITIZ_SESSION (source), &id, error);
}

static void
document_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  CitizId id = {{0}};

  citiz_session_add_document_finish (CITIZ_SESSION (source), result, &id, &error);
  finish (data, CITIZ_SESSION (source), &id, error);
}

static void
submit_document (CitizForm *form, Entry *entry)
{
  const gchar *title = citiz_form_get_text (form, "title"),
              *date = citiz_form_get_text (form, "onset");
  gint y, m, d;
  g_autofree gchar *iso = NULL;

  if (citiz_form_get_date (form, "onset", &y, &m, &d))
    iso = d != 0   ? g_strdup_printf ("%04d-%02d-%02d", y, m, d)
          : m != 0 ? g_strdup_printf ("%04d-%02d", y, m)
                   : g_strdup_printf ("%04d", y);
  citiz_session_add_document_async (entry->session, entry->file, title, *date != '\0' ? iso : NULL,
                                    NULL, document_cb, waiting_new (form, entry));
}

static void
submit_cb (CitizForm *form, gpointer data)
{
  Entry *entry = data;
  CitizRecord *record = citiz_session_get_record (entry->session);
  json_t *resource;

  if (entry->file != NULL)
    {
      if (citiz_add_check_dates (form, entry->kind, citiz_session_now (entry->session)))
        submit_document (form, entry);
      return;
    }
  if (entry->item != NULL && !citiz_form_is_changed (form)) /* nothing to keep a version for */
    {
      citiz_form_done (form);
      return;
    }
  resource = citiz_add_compose (form, entry->kind, record, entry->item,
                                citiz_session_now (entry->session));
  if (resource == NULL)
    return;
  citiz_session_save_async (entry->session, entry->item != NULL ? &entry->item->id : NULL, resource,
                            NULL, saved_cb, waiting_new (form, entry));
  json_decref (resource);
}

static CitizForm *
open_form (GtkWidget *owner, CitizSession *session, CitizKind kind, CitizItem *item, GFile *file)
{
  const CitizField *fields = citiz_add_fields (kind);
  Entry *entry;
  CitizForm *form;

  if (fields == NULL)
    return NULL;
  entry = g_new0 (Entry, 1);
  entry->session = g_object_ref (session);
  entry->kind = kind;
  entry->item = item != NULL ? citiz_item_ref (item) : NULL;
  entry->file = file != NULL ? g_object_ref (file) : NULL;
  g_set_weak_pointer (&entry->owner,
                      owner != NULL ? GTK_WIDGET (gtk_widget_get_root (owner)) : NULL);
  form = citiz_form_new (
      owner, item != NULL ? citiz_kind_edit_title (kind) : citiz_kind_add_title (kind),
      item != NULL && kind != CITIZ_KIND_PATIENT
          ? _ ("The version you correct is kept and can be read in the entry’s history.")
          : NULL,
      fields);
  citiz_add_fill (form, kind, session, item, citiz_session_now (session));
  citiz_form_set_submit (form, submit_cb, entry, entry_free);
  gtk_window_present (GTK_WINDOW (form));
  citiz_form_focus_first (form);
  return form;
}

/* Too large is told before anything is typed; whatever else is wrong with it, when it is read. */
static void
document_size_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GFile *file = G_FILE (source);
  g_autoptr (GtkWidget) owner = data;
  CitizSession *session = g_object_get_data (G_OBJECT (owner), "citiz-add-session");
  g_autoptr (GFileInfo) info = g_file_query_info_finish (file, result, NULL);
  g_autofree gchar *base = g_file_get_basename (file), *name = g_filename_display_name (base);
  gchar *dot = strrchr (name, '.');
  CitizForm *form;

  if (!citiz_compat_is_there (owner))
    return;
  if (info != NULL && g_file_info_get_size (info) > CITIZ_DOCUMENT_MAX)
    {
      g_autoptr (GError) error
          = g_error_new_literal (CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_TOO_LARGE, "chosen");

      citiz_toast (owner, citiz_session_explain (error));
      return;
    }
  form = open_form (owner, session, CITIZ_KIND_DOCUMENT, NULL, file);
  if (dot != NULL && dot != name)
    *dot = '\0';
  citiz_form_set_text (form, "title", name);
  if (info != NULL && g_file_info_get_size (info) > CITIZ_IPS_CAP)
    citiz_form_set_hint (form, "title",
                         _ ("In an emergency it is listed without its pages: it is too large to "
                            "come with the summary."));
}

static void
document_chosen_cb (GFile *file, gpointer data)
{
  citiz_add_document (data, g_object_get_data (data, "citiz-add-session"), file);
}

void
citiz_add_document (GtkWidget *owner, CitizSession *session, GFile *file)
{
  g_object_set_data_full (G_OBJECT (owner), "citiz-add-session", g_object_ref (session),
                          g_object_unref);
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE,
                           G_PRIORITY_DEFAULT, NULL, document_size_cb, g_object_ref (owner));
}

void
citiz_add_open (GtkWidget *owner, CitizSession *session, const gchar *key)
{
  static const gchar *const patterns[] = {"*.pdf", "*.png", "*.jpg", "*.jpeg", NULL};
  CitizKind kind = citiz_kind_from_key (key);

  if (strcmp (key, "goals") == 0)
    citiz_goals_edit (owner, session);
  else if (kind == CITIZ_KIND_DOCUMENT)
    {
      g_object_set_data_full (G_OBJECT (owner), "citiz-add-session", g_object_ref (session),
                              g_object_unref);
      citiz_compat_open_file (owner, _ ("Choose a document"), _ ("PDF and pictures"), patterns,
                              document_chosen_cb, owner, NULL);
    }
  else if (kind == CITIZ_KIND_PATIENT)
    open_form (owner, session, kind, citiz_record_patient_base (citiz_session_get_record (session)),
               NULL);
  else
    open_form (owner, session, kind, NULL, NULL);
}

void
citiz_add_correct (GtkWidget *owner, CitizSession *session, const CitizId *id)
{
  CitizItem *item = citiz_record_get (citiz_session_get_record (session), id);

  if (item != NULL)
    open_form (owner, session, item->kind, item, NULL);
}

/* --- actions of the window --- */

static void
item_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWidget *root = data;
  CitizSession *session = g_object_get_data (G_OBJECT (action), "session");

  citiz_add_open (root, session, g_variant_get_string (parameter, NULL));
}

static void
import_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CitizSession *session = g_object_get_data (G_OBJECT (action), "session");

  citiz_import_dialog_new (data, session, NULL);
}

void
citiz_add_attach (GtkWidget *page, CitizSession *session)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (page));
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GSimpleAction) item = g_simple_action_new ("item", G_VARIANT_TYPE_STRING);
  g_autoptr (GSimpleAction) import = g_simple_action_new ("import", NULL);

  if (root == NULL)
    return;
  g_object_set_data_full (G_OBJECT (item), "session", g_object_ref (session), g_object_unref);
  g_object_set_data_full (G_OBJECT (import), "session", g_object_ref (session), g_object_unref);
  g_signal_connect_object (item, "activate", G_CALLBACK (item_cb), root, 0);
  g_signal_connect_object (import, "activate", G_CALLBACK (import_cb), root, 0);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (item));
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (import));
  gtk_widget_insert_action_group (root, "add", G_ACTION_GROUP (group));
}
