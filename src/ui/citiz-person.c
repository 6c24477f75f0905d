/* The person: name and birth date, read from the record and entered by hand. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-person.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/citiz-acts.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-window.h"

struct _CitizPersonForm
{
  AdwBin parent_instance;
  CitizSession *session;
  GtkWidget *name, *birth, *hint;
  gboolean saving;
};

G_DEFINE_FINAL_TYPE (CitizPersonForm, citiz_person_form, ADW_TYPE_BIN)

enum
{
  SAVED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static json_t *
patient_of (CitizSession *session)
{
  CitizRecord *record = citiz_session_get_record (session);
  const CitizItem *item = record != NULL ? citiz_record_patient (record) : NULL;

  return item != NULL ? item->resource : NULL;
}

/* "Hélène Gagnon" of a FHIR HumanName, whether it came as text or in parts. */
gchar *
citiz_person_name (CitizSession *session)
{
  json_t *name = json_array_get (json_object_get (patient_of (session), "name"), 0);
  json_t *text = json_object_get (name, "text"), *part;
  g_autoptr (GString) joined = g_string_new (NULL);
  size_t i;

  if (json_is_string (text))
    return g_strdup (json_string_value (text));
  json_array_foreach (json_object_get (name, "given"), i, part)
  {
    if (json_is_string (part))
      g_string_append_printf (joined, "%s ", json_string_value (part));
  }
  if (json_is_string (json_object_get (name, "family")))
    g_string_append (joined, json_string_value (json_object_get (name, "family")));
  return g_strdup (g_strstrip (joined->str));
}

gchar *
citiz_person_birth_date (CitizSession *session)
{
  json_t *date = json_object_get (patient_of (session), "birthDate");

  return g_strdup (json_is_string (date) ? json_string_value (date) : "");
}

/* --- what was entered before the sample record was tried --- */

#define KEPT "person-entered"

static json_t *
kept (CitizSession *session)
{
  json_t *setting = citiz_session_get_setting (session, KEPT);

  return json_is_object (setting) ? setting : NULL;
}

static gchar *
kept_text (CitizSession *session, const gchar *key)
{
  const gchar *text = json_string_value (json_object_get (kept (session), key));

  return g_strdup (text != NULL ? text : "");
}

/* --- the form --- */

/* As FHIR writes it, "" for none; NULL and a sentence for what is no day of birth. */
static gchar *
entered_date (CitizPersonForm *self, gchar **problem)
{
  g_autofree gchar *text
      = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->birth))));
  g_autoptr (GDateTime) now
      = g_date_time_new_from_unix_local (citiz_session_now (self->session).ms / 1000);
  g_autofree gchar *today = g_date_time_format (now, "%F"), *date = NULL;
  gint year, month, day;

  if (*text == '\0')
    return g_strdup ("");
  *problem = citiz_format_date_problem (text, TRUE);
  if (*problem != NULL || !citiz_format_parse_date (text, &year, &month, &day))
    return NULL;
  date = g_strdup_printf ("%04d-%02d-%02d", year, month, day);
  if (strcmp (date, today) <= 0)
    return g_steal_pointer (&date);
  *problem = g_strdup (_ ("This date is still to come."));
  return NULL;
}

/* A day that is not yet typed to its end is no mistake. */
static gboolean
is_whole (CitizPersonForm *self)
{
  guint digits = 0;

  for (const gchar *p = gtk_editable_get_text (GTK_EDITABLE (self->birth)); *p != '\0'; p++)
    digits += g_ascii_isdigit (*p);
  return digits >= strlen ("19580314");
}

/* What was understood stands before what it is for. */
static void
judge (CitizPersonForm *self, gboolean whole)
{
  g_autofree gchar *problem = NULL, *date = entered_date (self, &problem), *hint = NULL;
  const gchar *use = _ ("Your name heads the emergency summary. Your birth date, for example "
                        "1958-03-14, protects the code to say: without it there is none.");

  gtk_widget_remove_css_class (self->hint, "bad");
  gtk_widget_remove_css_class (self->birth, "error");
  gtk_accessible_reset_state (GTK_ACCESSIBLE (self->birth), GTK_ACCESSIBLE_STATE_INVALID);
  if (date == NULL)
    {
      gtk_label_set_label (GTK_LABEL (self->hint), problem);
      if (whole)
        {
          gtk_widget_add_css_class (self->hint, "bad");
          gtk_widget_add_css_class (self->birth, "error");
          gtk_accessible_update_state (GTK_ACCESSIBLE (self->birth), GTK_ACCESSIBLE_STATE_INVALID,
                                       GTK_ACCESSIBLE_INVALID_TRUE, -1);
        }
      return;
    }
  if (*date != '\0')
    {
      g_autofree gchar *words = citiz_format_date_understood (date);

      hint = g_strdup_printf (_ ("Birth date: %s."), words);
    }
  gtk_label_set_label (GTK_LABEL (self->hint), hint != NULL ? hint : use);
}

static void
changed_cb (CitizPersonForm *self)
{
  judge (self, is_whole (self));
}

gboolean
citiz_person_form_validate (CitizPersonForm *self)
{
  g_autofree gchar *date = NULL, *problem = NULL;

  g_return_val_if_fail (CITIZ_IS_PERSON_FORM (self), FALSE);
  date = entered_date (self, &problem);
  judge (self, TRUE);
  if (date == NULL)
    gtk_widget_grab_focus (self->birth);
  return date != NULL;
}

static json_t *
human_name (const gchar *text)
{
  const gchar *space = strrchr (text, ' ');
  json_t *name = json_pack ("{s:s, s:s}", "use", "official", "text", text);

  if (space != NULL)
    {
      g_autofree gchar *given = g_strndup (text, (gsize) (space - text));

      json_object_set_new (name, "given", json_pack ("[s]", given));
      json_object_set_new (name, "family", json_string (space + 1));
    }
  else
    json_object_set_new (name, "given", json_pack ("[s]", text));
  return name;
}

/* What was typed stays until it is kept. */
static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizPersonForm) self = data;
  g_autoptr (GError) error = NULL;

  self->saving = FALSE;
  if (citiz_session_save_finish (CITIZ_SESSION (source), result, NULL, &error))
    {
      if (kept (CITIZ_SESSION (source)) != NULL)
        citiz_act_set (GTK_WIDGET (self), CITIZ_SESSION (source), KEPT, json_null ());
      g_signal_emit (self, signals[SAVED], 0);
    }
  else if (self->session == NULL) /* closed meanwhile */
    citiz_toast (GTK_WIDGET (self), citiz_session_explain (error));
  else
    {
      gtk_label_set_label (GTK_LABEL (self->hint), citiz_session_explain (error));
      gtk_widget_add_css_class (self->hint, "bad");
    }
}

/* An entry left empty takes out what was there. */
static void
put (json_t *resource, const gchar *key, json_t *value, const gchar *text, const gchar *before)
{
  if (*text == '\0')
    json_object_del (resource, key);
  else if (!g_str_equal (text, before))
    json_object_set (resource, key, value);
  json_decref (value);
}

void
citiz_person_form_save (CitizPersonForm *self)
{
  const CitizItem *item = citiz_record_patient_base (citiz_session_get_record (self->session));
  g_autofree gchar *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));
  g_autofree gchar *problem = NULL, *date = entered_date (self, &problem);
  g_autofree gchar *old_name = citiz_person_name (self->session);
  g_autofree gchar *old_date = citiz_person_birth_date (self->session);
  json_t *resource;

  g_return_if_fail (CITIZ_IS_PERSON_FORM (self) && date != NULL);
  if (self->saving)
    return;
  g_strstrip (name);
  if (g_str_equal (name, old_name) && g_str_equal (date, old_date))
    {
      g_signal_emit (self, signals[SAVED], 0);
      return;
    }
  resource = item != NULL ? json_deep_copy (item->resource)
                          : json_pack ("{s:s}", "resourceType", "Patient");
  put (resource, "name", json_pack ("[o]", human_name (name)), name, old_name);
  put (resource, "birthDate", json_string (date), date, old_date);
  self->saving = TRUE;
  citiz_session_save_async (self->session, item != NULL ? &item->id : NULL, resource, NULL,
                            saved_cb, g_object_ref (self));
  json_decref (resource);
}

void
citiz_person_form_keep (CitizPersonForm *self)
{
  g_autofree gchar *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));
  g_autofree gchar *problem = NULL, *date = entered_date (self, &problem);

  g_return_if_fail (CITIZ_IS_PERSON_FORM (self) && date != NULL);
  g_strstrip (name);
  if (*name != '\0' || *date != '\0')
    citiz_act_set (GTK_WIDGET (self), self->session, KEPT,
                   json_pack ("{s:s, s:s}", "name", name, "birthDate", date));
}

gboolean
citiz_person_waits (CitizSession *session)
{
  g_autofree gchar *name = citiz_person_name (session), *date = citiz_person_birth_date (session);

  return kept (session) != NULL && *name == '\0' && *date == '\0';
}

static void
citiz_person_form_dispose (GObject *object)
{
  g_clear_object (&CITIZ_PERSON_FORM (object)->session);
  G_OBJECT_CLASS (citiz_person_form_parent_class)->dispose (object);
}

static void
citiz_person_form_class_init (CitizPersonFormClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_person_form_dispose;
  signals[SAVED] = g_signal_new ("saved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
citiz_person_form_init (CitizPersonForm *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8), *list = citiz_list_new (NULL);

  self->name = citiz_text_row_new (_ ("Name"));
  self->birth = citiz_text_row_new (_ ("Birth date (year-month-day)"));
  self->hint = citiz_caption_new ("");
  gtk_widget_set_margin_start (self->hint, 4);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self->birth),
                                  GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, self->hint, NULL, -1);
  gtk_list_box_append (GTK_LIST_BOX (list), self->name);
  gtk_list_box_append (GTK_LIST_BOX (list), self->birth);
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (GTK_BOX (box), self->hint);
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
citiz_person_form_new (CitizSession *session)
{
  CitizPersonForm *self = g_object_new (CITIZ_TYPE_PERSON_FORM, NULL);
  g_autofree gchar *name = NULL, *date = NULL;

  self->session = g_object_ref (session);
  name = citiz_person_waits (session) ? kept_text (session, "name") : citiz_person_name (session);
  date = citiz_person_waits (session) ? kept_text (session, "birthDate")
                                      : citiz_person_birth_date (session);
  gtk_editable_set_text (GTK_EDITABLE (self->name), name);
  gtk_editable_set_text (GTK_EDITABLE (self->birth), date);
  g_signal_connect_object (self->name, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->birth, "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}

/* --- the form in a window of its own --- */

static void
save_cb (CitizPersonForm *form)
{
  if (citiz_person_form_validate (form))
    citiz_person_form_save (form);
}

void
citiz_person_ask (GtkWidget *parent, CitizSession *session)
{
  GtkWidget *form = citiz_person_form_new (session), *page, *header;
  GtkWidget *save = citiz_button_new (_ ("_Save"));
  GtkWidget *window
      = citiz_dialog_new (parent, _ ("Name and Birth Date"), 480, 320, &page, &header);

  gtk_widget_add_css_class (save, "suggested-action");
  g_signal_connect_object (save, "clicked", G_CALLBACK (save_cb), form, G_CONNECT_SWAPPED);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), save);
  gtk_box_append (GTK_BOX (page), form);
  g_signal_connect_object (form, "saved", G_CALLBACK (gtk_window_close), window, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_child_focus (form, GTK_DIR_TAB_FORWARD);
}
