/* What forms refuse, what they ask twice, and the words they take. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <string.h>

#include "app/citiz-session.h"
#include "ui/citiz-add-forms.h"
#include "ui/citiz-entry-row.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-dialog.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-languages.h"
#include "ui/citiz-page.h"
#include "ui/citiz-units.h"

#include "ui-sample.h"

static CitizSession *session;
static CitizTime now; /* 24 October 2026, 14:30 on this computer's wall */

static CitizForm *
form_new (CitizKind kind)
{
  CitizForm *form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (kind));

  citiz_add_fill (form, kind, session, NULL, now);
  return form;
}

static gboolean
saves (CitizForm *form, CitizKind kind)
{
  json_t *resource
      = citiz_form_check (form)
            ? citiz_add_compose (form, kind, citiz_session_get_record (session), NULL, now)
            : NULL;
  gboolean made = resource != NULL;

  json_decref (resource);
  return made;
}

static gboolean
says (GtkWidget *widget, const gchar *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_visible (gtk_widget_get_parent (widget))
      && strcmp (gtk_label_get_label (GTK_LABEL (widget)), text) == 0)
    return TRUE;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (says (w, text))
      return TRUE;
  return FALSE;
}

/* Measures are called as people call them; what a laboratory calls otherwise says under which name it is found again. */
static void
test_everyday_names (void)
{
  CitizForm *form = form_new (CITIZ_KIND_MEASURE);

  citiz_form_set_choice (form, "measure", "glucose_fs");
  g_assert_nonnull (ui_find (GTK_WIDGET (form), GTK_TYPE_LABEL, "Blood sugar, fasting", FALSE));
  g_assert_true (says (GTK_WIDGET (form), "In Care: Fasting glucose"));
  citiz_form_set_choice (form, "measure", "weight");
  g_assert_false (says (GTK_WIDGET (form), "In Care: Fasting glucose"));
  gtk_window_destroy (GTK_WINDOW (form));
  form = form_new (CITIZ_KIND_RESULT); /* two of one name are told apart by their unit */
  citiz_form_set_choice (form, "measure", "glucose_fs_mass");
  g_assert_nonnull (ui_find (GTK_WIDGET (form), GTK_TYPE_LABEL, "Fasting glucose (mg/dL)", FALSE));
  gtk_window_destroy (GTK_WINDOW (form));
  /* "Today: taken now" read like a dose. */
  form = form_new (CITIZ_KIND_MEDICATION);
  g_assert_nonnull (ui_find (GTK_WIDGET (form), GTK_TYPE_LABEL, "I take it", FALSE));
  g_assert_false (says (GTK_WIDGET (form), "Today"));
  gtk_window_destroy (GTK_WINDOW (form));
}

static void
test_dates (void)
{
  CitizForm *form = form_new (CITIZ_KIND_PROBLEM);

  citiz_form_set_text (form, "title", "Asthma");
  citiz_form_set_text (form, "onset", "2027");
  g_assert_false (saves (form, CITIZ_KIND_PROBLEM));
  g_assert_true (says (GTK_WIDGET (form), "This date is still to come."));
  citiz_form_set_text (form, "onset", "2026-11");
  g_assert_false (saves (form, CITIZ_KIND_PROBLEM));
  for (guint i = 0; i < 3; i++) /* as far as each is known */
    {
      citiz_form_set_text (form, "onset",
                           (const gchar *const[]){"2026", "2026-10", "2026-10-24"}[i]);
      g_assert_true (saves (form, CITIZ_KIND_PROBLEM));
    }
  citiz_form_set_text (form, "end", "2025-01");
  g_assert_false (saves (form, CITIZ_KIND_PROBLEM));
  g_assert_true (says (GTK_WIDGET (form), "This is before its beginning."));
  citiz_form_set_text (form, "end", "2026");
  g_assert_true (saves (form, CITIZ_KIND_PROBLEM));
  gtk_window_destroy (GTK_WINDOW (form));
}

/* A medication may begin later; that it does is asked, once. */
static void
test_begins_later (void)
{
  CitizForm *form = form_new (CITIZ_KIND_MEDICATION);

  citiz_form_set_text (form, "title", "Apixaban");
  citiz_form_set_text (form, "onset", "2030");
  g_assert_false (saves (form, CITIZ_KIND_MEDICATION));
  g_assert_true (says (GTK_WIDGET (form), "This is still to come. If it begins then, save once "
                                          "more to keep it."));
  g_assert_true (saves (form, CITIZ_KIND_MEDICATION));
  citiz_form_set_text (form, "onset", "2031");
  g_assert_false (saves (form, CITIZ_KIND_MEDICATION));
  gtk_window_destroy (GTK_WINDOW (form));

  for (guint i = 0; i < 6; i++)
    {
      static const CitizKind kinds[]
          = {CITIZ_KIND_ALLERGY,   CITIZ_KIND_PROBLEM, CITIZ_KIND_IMMUNIZATION,
             CITIZ_KIND_PROCEDURE, CITIZ_KIND_DEVICE,  CITIZ_KIND_MEDICATION};
      const gchar *key = NULL;

      for (const CitizField *f = citiz_add_fields (kinds[i]); f->key != NULL; f++)
        if (strcmp (f->key, "onset") == 0 || strcmp (f->key, "day") == 0)
          key = f->key;
      form = form_new (kinds[i]);
      citiz_form_set_text (form, "title", "X");
      citiz_form_set_text (form, key, "2030-01-01");
      g_assert_false (saves (form, kinds[i]));
      gtk_window_destroy (GTK_WINDOW (form));
    }
}

/* To assistive technology each field has one name, and what stands below it is its description. */
static void
check_names (GtkWidget *widget, guint *fields, guint *captions)
{
  if (gtk_widget_has_css_class (widget, "caption-row"))
    {
      GtkWidget *label = gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (widget));

      gtk_test_accessible_assert_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                           gtk_label_get_label (GTK_LABEL (label)));
      gtk_test_accessible_assert_role (label, GTK_ACCESSIBLE_ROLE_PRESENTATION);
      *captions += gtk_widget_get_visible (widget);
    }
  else if (ADW_IS_PREFERENCES_ROW (widget))
    {
      g_assert_true (gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget),
                                                       GTK_ACCESSIBLE_RELATION_LABELLED_BY));
      g_assert_false (gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget),
                                                        GTK_ACCESSIBLE_PROPERTY_LABEL));
      g_assert_true (gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget),
                                                       GTK_ACCESSIBLE_RELATION_DESCRIBED_BY));
      ++*fields;
    }
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    check_names (w, fields, captions);
}

static void
test_names (void)
{
  CitizForm *form = form_new (CITIZ_KIND_MEDICATION);
  guint fields = 0, captions = 0, more = 0;

  check_names (GTK_WIDGET (form), &fields, &captions);
  g_assert_cmpuint (fields, ==, 10);
  g_assert_cmpuint (captions, ==, 2);
  g_assert_false (citiz_form_check (form)); /* the medication is needed */
  check_names (GTK_WIDGET (form), &fields, &more);
  g_assert_cmpuint (more, ==, 3);
  gtk_window_destroy (GTK_WINDOW (form));
}

/* A visit and a treatment may be to come; a visit that took place may not. */
static void
test_ahead (void)
{
  CitizForm *form = form_new (CITIZ_KIND_VISIT);

  citiz_form_set_text (form, "title", "Clinic");
  citiz_form_set_text (form, "day", "2027-01-12");
  g_assert_true (saves (form, CITIZ_KIND_VISIT));
  citiz_form_set_choice (form, "status", "completed");
  g_assert_false (saves (form, CITIZ_KIND_VISIT));
  gtk_window_destroy (GTK_WINDOW (form));
  form = form_new (CITIZ_KIND_MEDICATION);
  citiz_form_set_text (form, "title", "Amoxicillin");
  citiz_form_set_text (form, "end", "2026-11-02");
  g_assert_true (saves (form, CITIZ_KIND_MEDICATION));
  gtk_window_destroy (GTK_WINDOW (form));
}

static void
test_hours (void)
{
  CitizForm *form = form_new (CITIZ_KIND_SESSION);

  citiz_form_set_text (form, "title", "Walk");
  citiz_form_set_text (form, "minutes", "30");
  citiz_form_set_text (form, "time", "18:00");
  g_assert_false (saves (form, CITIZ_KIND_SESSION));
  g_assert_true (says (GTK_WIDGET (form), "This hour is still to come."));
  citiz_form_set_text (form, "day", "2026-10-23");
  g_assert_true (saves (form, CITIZ_KIND_SESSION));
  gtk_window_destroy (GTK_WINDOW (form));
  form = form_new (CITIZ_KIND_MEAL);
  g_assert_cmpstr (citiz_form_get_choice (form, "category"), !=, "breakfast"); /* at 14:30 */
  gtk_window_destroy (GTK_WINDOW (form));
}

/* Thousands as English groups them are no decimals, in a measure and in a result. */
static void
test_thousands (void)
{
  static const struct
  {
    CitizKind kind;
    const gchar *measure, *typed;
    gdouble value;
  } cases[] = {
      {CITIZ_KIND_MEASURE, "steps", "8,500", 8500},
      {CITIZ_KIND_MEASURE, "weight", "72,5", 72.5},
      {CITIZ_KIND_RESULT, "", "1,250.5", 1250.5},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CitizForm *form = form_new (cases[i].kind);
      json_t *resource;

      citiz_form_set_choice (form, "measure", cases[i].measure);
      if (cases[i].kind == CITIZ_KIND_RESULT)
        {
          citiz_form_set_text (form, "title", "Ferritin");
          citiz_form_set_text (form, "onset", "2026");
        }
      citiz_form_set_text (form, "value", cases[i].typed);
      g_assert_true (citiz_form_check (form));
      resource
          = citiz_add_compose (form, cases[i].kind, citiz_session_get_record (session), NULL, now);
      g_assert_cmpfloat (json_number_value (json_object_get (
                             json_object_get (resource, "valueQuantity"), "value")),
                         ==, cases[i].value);
      json_decref (resource);
      gtk_window_destroy (GTK_WINDOW (form));
    }
}

static void
test_values (void)
{
  CitizForm *form = form_new (CITIZ_KIND_MEASURE);

  citiz_form_set_choice (form, "measure", "weight");
  citiz_form_set_text (form, "value", "720"); /* cannot be */
  g_assert_false (saves (form, CITIZ_KIND_MEASURE));
  g_assert_false (saves (form, CITIZ_KIND_MEASURE));
  citiz_form_set_text (form, "value", "7.2"); /* seldom is: a newborn's, or 72 mistyped */
  g_assert_false (saves (form, CITIZ_KIND_MEASURE));
  citiz_form_set_text (form, "value", "7.3"); /* another value is asked anew */
  g_assert_false (saves (form, CITIZ_KIND_MEASURE));
  g_assert_true (saves (form, CITIZ_KIND_MEASURE));
  citiz_form_set_text (form, "value", "72");
  g_assert_true (saves (form, CITIZ_KIND_MEASURE));
  citiz_form_set_choice (form, "measure", "bp_panel");
  citiz_form_set_text (form, "value", "78");
  citiz_form_set_text (form, "value2", "128");
  g_assert_false (saves (form, CITIZ_KIND_MEASURE));
  g_assert_true (says (GTK_WIDGET (form), "The lower value must be below the higher one."));
  gtk_window_destroy (GTK_WINDOW (form));
  form = form_new (CITIZ_KIND_RESULT);
  citiz_form_set_choice (form, "measure", "hba1c");
  citiz_form_set_text (form, "onset", "2026");
  citiz_form_set_text (form, "value", "72"); /* another unit, or a mistake: never refused */
  g_assert_false (saves (form, CITIZ_KIND_RESULT));
  g_assert_true (saves (form, CITIZ_KIND_RESULT));
  gtk_window_destroy (GTK_WINDOW (form));
}

static void
test_languages (void)
{
  json_t *patient = json_pack ("{s:[{s:{s:[{s:s}]}},{s:{s:[{s:s}]}},{s:{s:[{s:s}]}}]}",
                               "communication", "language", "coding", "code", "fr-CA", "language",
                               "coding", "code", "en", "language", "coding", "code", "xx");
  g_autofree gchar *words = citiz_languages_words (patient, CITIZ_LANGUAGE_FR);
  g_autofree gchar *codes = citiz_languages_codes ("Français, english; xx ,Créole haïtien");

  g_assert_cmpstr (words, ==, "français, anglais, xx");
  g_assert_cmpstr (codes, ==, "fr,en,xx,ht");
  json_decref (patient);
}

static void
test_hold (void)
{
  g_autofree gchar *held = citiz_format_hold ("1 or 2 tablets, 6 a day");
  g_autofree gchar *twice = citiz_format_dosage ("5 mg, 2×/d"),
                   *often = citiz_format_dosage ("1×/8" CITIZ_NBSP "h");
  g_autofree gchar *own = citiz_format_dosage ("two, at bedtime"), *deux = NULL, *aux = NULL,
                   *peau = NULL;

  citiz_format_set_language (CITIZ_LANGUAGE_FR);
  deux = citiz_format_dosage ("2×/d");
  aux = citiz_format_dosage ("1×/8" CITIZ_NBSP "h");
  peau = citiz_format_dosage ("0.5 g, 2×/d, Cutaneous route");
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  g_assert_cmpstr (twice, ==, "5" CITIZ_NBSP "mg, 2" CITIZ_NBSP "times a day");
  g_assert_cmpstr (often, ==, "1" CITIZ_NBSP "time every 8" CITIZ_NBSP "hours");
  g_assert_cmpstr (own, ==, "two, at bedtime");
  g_assert_cmpstr (deux, ==, "2" CITIZ_NBSP "fois par jour");
  g_assert_cmpstr (peau, ==, "0,5" CITIZ_NBSP "g, 2" CITIZ_NBSP "fois par jour, sur la peau");
  g_assert_cmpstr (aux, ==, "1" CITIZ_NBSP "fois aux 8" CITIZ_NBSP "heures");

  g_assert_cmpstr (held, ==, "1" CITIZ_NBSP "or 2" CITIZ_NBSP "tablets, 6" CITIZ_NBSP "a day");
}

/* The news of the removal comes at once and closes the dialog that is still in its own press. */
static void
test_take_out (void)
{
  g_autoptr (GPtrArray) items
      = citiz_record_list (citiz_session_get_record (session), CITIZ_KIND_MEDICATION);
  CitizId id = ((const CitizItem *) g_ptr_array_index (items, 0))->id;
  CitizItemDialog *dialog = citiz_item_dialog_new (NULL, session, &id);

  gtk_window_present (GTK_WINDOW (dialog));
  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  g_signal_emit_by_name (ui_button_of (GTK_WIDGET (dialog), "entry.remove"), "clicked");
  while (dialog != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (citiz_record_get (citiz_session_get_record (session), &id));
}

/* Ten thousand characters are nobody's allergy; what a file brought may be corrected all the same. */
static void
test_long (void)
{
  CitizForm *form = form_new (CITIZ_KIND_ALLERGY);
  g_autofree gchar *text = g_strnfill (10000, 'a');
  GtkWidget *row;

  citiz_form_set_text (form, "title", text);
  g_assert_false (saves (form, CITIZ_KIND_ALLERGY));
  g_assert_true (says (GTK_WIDGET (form), "This is too long: 10,000 characters, 300 at most."));
  citiz_form_allow (form, "title", text);
  g_assert_true (saves (form, CITIZ_KIND_ALLERGY));
  gtk_window_destroy (GTK_WINDOW (form));
  row = g_object_ref_sink (citiz_entry_row_new (text, NULL, text));
  text[160] = '\0';
  {
    g_autofree gchar *shown = g_strconcat (text, "…", NULL);
    g_assert_true (says (row, shown));
  }
  g_object_unref (row);
}

/* --- units --- */

/* An observation as a file brings it. */
static CitizItem *
item_new (const gchar *category, const gchar *loinc, const gchar *value, const gchar *unit)
{
  static guint8 n = 200;
  CitizId id = {{n++}};
  g_autofree gchar *text = g_strdup_printf (
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":"
      "\"http://terminology.hl7.org/CodeSystem/observation-category\",\"code\":\"%s\"}]}],"
      "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"%s\"}],\"text\":\"Measured\"},"
      "\"effectiveDateTime\":\"2026-10-20\",\"valueQuantity\":{\"value\":%s,\"unit\":\"%s\","
      "\"system\":\"http://unitsofmeasure.org\",\"code\":\"%s\"}}",
      category, loinc, value, unit, unit);
  json_t *resource = json_loads (text, JSON_REJECT_DUPLICATES, NULL);
  CitizItem *item = citiz_item_new_from_json (resource, &id, 1, 0, NULL);

  json_decref (resource);
  g_assert_nonnull (item);
  return item;
}

/* The item as its correction makes it; @value NULL: nothing was touched. (transfer full) */
static CitizItem *
correct (CitizItem *item, const gchar *value)
{
  CitizForm *form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (item->kind));
  CitizItem *out;
  json_t *resource;

  citiz_add_fill (form, item->kind, session, item, now);
  if (value != NULL)
    citiz_form_set_text (form, "value", value);
  g_assert_true (citiz_form_check (form));
  resource = citiz_add_compose (form, item->kind, citiz_session_get_record (session), item, now);
  g_assert_nonnull (resource);
  out = citiz_item_new_from_json (resource, &item->id, 2, 0, NULL);
  json_decref (resource);
  gtk_window_destroy (GTK_WINDOW (form));
  return out;
}

static void
choose (const gchar *quantity, const gchar *unit)
{
  json_t *units = unit != NULL ? json_pack ("{s:s}", quantity, unit) : json_object ();

  citiz_session_set_setting_async (session, "units", units, NULL, NULL, NULL);
  json_decref (units);
  g_assert_true (citiz_units_read (session));
}

/* A correction is in the unit of the record, whatever the catalogue or the person prefer. */
static void
test_correction_units (void)
{
  static const struct
  {
    const gchar *category, *loinc, *value, *unit, *other;
  } cases[] = {
      {"vital-signs", "29463-7", "180", "[lb_av]", "181"},
      {"vital-signs", "8310-5", "101.2", "[degF]", "101.3"},
      {"laboratory", "718-7", "13.5", "g/dL", "13.6"},
      {"laboratory", "2345-7", "95", "mg/dL", "96"},
      {"vital-signs", "39156-5", "24.1", "kg/m2", "24.2"},
      {"vital-signs", "99999-9", "3", "mm", "4"},
  };

  for (guint pass = 0; pass < 2; pass++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_autoptr (CitizItem) item
              = item_new (cases[i].category, cases[i].loinc, cases[i].value, cases[i].unit);
          g_autoptr (CitizItem) same = correct (item, NULL);
          g_autoptr (CitizItem) other = correct (item, cases[i].other);

          g_assert_cmpstr (same->value.text, ==, cases[i].value);
          g_assert_cmpstr (same->unit, ==, cases[i].unit);
          g_assert_cmpstr (same->code, ==, cases[i].loinc);
          g_assert_cmpstr (other->value.text, ==, cases[i].other);
          g_assert_cmpstr (other->unit, ==, cases[i].unit);
          g_assert_cmpstr (other->code, ==, cases[i].loinc);
        }
      choose ("weight", pass == 0 ? "kg" : NULL); /* the second time another is preferred */
    }
}

/* Other units change what is shown and typed, never what was written. */
static void
test_units_shown (void)
{
  static const struct
  {
    const gchar *quantity, *unit, *loinc, *value, *written, *text, *symbol;
  } cases[] = {
      {"weight", "[lb_av]", "29463-7", "70.1", "kg", "154.5", "lb"},
      {"weight", "kg", "29463-7", "180", "[lb_av]", "81.6", "kg"},
      {"temperature", "[degF]", "8310-5", "37.0", "Cel", "98.6", "°F"},
      {"glucose", "mg/dL", "15074-8", "5.5", "mmol/L", "99", "mg/dL"},
      {"glucose", "mmol/L", "2339-0", "95", "mg/dL", "5.3", "mmol/L"},
      {"lipids", "mg/dL", "14646-4", "1.42", "mmol/L", "55", "mg/dL"},
  };
  CitizForm *form;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CitizItem) item
          = item_new ("vital-signs", cases[i].loinc, cases[i].value, cases[i].written);
      g_autofree gchar *before = citiz_item_value_text (item), *text = NULL;

      g_assert_cmpstr (before, ==, cases[i].value);
      choose (cases[i].quantity, cases[i].unit);
      text = citiz_item_value_text (item);
      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_cmpstr (citiz_item_unit_text (item), ==, cases[i].symbol);
      choose (cases[i].quantity, NULL);
    }
  choose ("weight", "[lb_av]");
  form = form_new (CITIZ_KIND_MEASURE);
  citiz_form_set_choice (form, "measure", "weight");
  citiz_form_set_text (form, "value", "154");
  g_assert_true (says (GTK_WIDGET (form), "In lb"));
  g_assert_true (saves (form, CITIZ_KIND_MEASURE));
  citiz_form_set_text (form, "value", "1500"); /* above 500 kg */
  g_assert_false (saves (form, CITIZ_KIND_MEASURE));
  gtk_window_destroy (GTK_WINDOW (form));
  choose ("weight", NULL);
}

/* In the narrowest window the longest title stands whole between its two buttons. */
static void
test_title (void)
{
  const gchar *title = citiz_kind_add_title (CITIZ_KIND_FAMILY);
  CitizForm *form = citiz_form_new (NULL, title, NULL, citiz_add_fields (CITIZ_KIND_FAMILY));
  GtkWidget *label;

  gtk_window_set_default_size (GTK_WINDOW (form), 300, 640);
  gtk_window_present (GTK_WINDOW (form));
  label = ui_find (GTK_WIDGET (form), GTK_TYPE_LABEL, title, FALSE);
  g_assert_nonnull (label);
  while (gtk_widget_get_width (label) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (label))));
  gtk_window_destroy (GTK_WINDOW (form));
}

static void
add_tests (void)
{
  g_test_add_func ("/forms/everyday-names", test_everyday_names);
  g_test_add_func ("/ui/forms/names", test_names);
  g_test_add_func ("/ui/forms/begins-later", test_begins_later);
  g_test_add_func ("/ui/forms/dates", test_dates);
  g_test_add_func ("/ui/forms/ahead", test_ahead);
  g_test_add_func ("/ui/forms/hours", test_hours);
  g_test_add_func ("/ui/forms/thousands", test_thousands);
  g_test_add_func ("/ui/forms/values", test_values);
  g_test_add_func ("/ui/forms/languages", test_languages);
  g_test_add_func ("/ui/forms/hold", test_hold);
  g_test_add_func ("/ui/forms/long", test_long);
  g_test_add_func ("/ui/forms/correction-units", test_correction_units);
  g_test_add_func ("/ui/forms/units-shown", test_units_shown);
  g_test_add_func ("/ui/forms/take-out", test_take_out);
  g_test_add_func ("/ui/forms/title", test_title);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDateTime) when = g_date_time_new_local (2026, 10, 24, 14, 30, 0);

  now.ms = g_date_time_to_unix (when) * 1000;
  return ui_sample_test (argc, argv, &session, add_tests);
}
