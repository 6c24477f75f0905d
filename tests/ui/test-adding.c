/* What is added by hand and corrected: forms, and the pages and dialogs that show it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "pages-fixture.h"
#include "ui/citiz-window.h"

#include "consent/citiz-ips.h"
#include "record/citiz-compose.h"
#include "ui/citiz-add-forms.h"
#include "ui/citiz-add.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-care-page.h"
#include "ui/citiz-diet-parts.h"
#include "ui/citiz-food-finder.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-dialog.h"
#include "ui/citiz-item-facts.h"
#include "ui/citiz-item-text.h"

/* Each kind with the one field that names it, filled in as a person would; then the page shows it. */
static const struct
{
  CitizKind kind;
  const gchar *field, *text, *section;
} additions[] = {
    {CITIZ_KIND_ALLERGY, "title", "Zyxwort", "summary"},
    {CITIZ_KIND_PROBLEM, "title", "Zyxitis", "summary"},
    {CITIZ_KIND_MEDICATION, "title", "Zyxamol", "summary"},
    {CITIZ_KIND_IMMUNIZATION, "title", "Zyxvax", "vaccines"},
    {CITIZ_KIND_PROCEDURE, "title", "Zyxectomy", "procedures"},
    {CITIZ_KIND_DEVICE, "title", "Zyxmaker", "procedures"},
    {CITIZ_KIND_VISIT, "title", "Zyx clinic", "visits"},
    {CITIZ_KIND_FAMILY, "title", "Zyxemia", "history"},
    {CITIZ_KIND_DIRECTIVE, "title", "Zyx directive", "directives"},
    {CITIZ_KIND_CONTACT, "title", "Zyx Tremblay", "contacts"},
};

static void
fill_needed (CitizForm *form, CitizKind kind)
{
  for (const CitizField *field = citiz_add_fields (kind); field->key != NULL; field++)
    if (field->required && strcmp (field->key, "title") != 0 && strcmp (field->key, "day") != 0)
      citiz_form_set_text (form, field->key,
                           field->kind == CITIZ_FIELD_DATE ? "2020-05" : "mother");
}

static void
test_adding (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizRecord *record = citiz_session_get_record (session);
  GtkWidget *page = g_object_ref_sink (citiz_care_page_new (session));

  for (guint i = 0; i < G_N_ELEMENTS (additions); i++)
    {
      CitizForm *form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (additions[i].kind));
      json_t *resource;

      g_test_message ("%s", additions[i].text);
      citiz_care_page_show_section (CITIZ_CARE_PAGE (page), additions[i].section);
      g_assert_false (shows (page, additions[i].text));
      citiz_add_fill (form, additions[i].kind, session, NULL, citiz_session_now (session));
      /* Without its name it is refused, with a sentence beside the field. */
      g_assert_false (citiz_form_check (form));
      citiz_form_set_text (form, additions[i].field, additions[i].text);
      fill_needed (form, additions[i].kind);
      g_assert_true (citiz_form_check (form));
      resource
          = citiz_add_compose (form, additions[i].kind, record, NULL, citiz_session_now (session));
      g_assert_nonnull (resource);
      save (session, NULL, resource);
      g_assert_true (shows (page, additions[i].text));
      gtk_window_destroy (GTK_WINDOW (form));
    }
  g_assert_finalize_object (page);
}

static void
test_measure (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizRecord *record = citiz_session_get_record (session);
  CitizForm *form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (CITIZ_KIND_MEASURE));
  json_t *resource;
  CitizItem *item;
  CitizId id;

  citiz_add_fill (form, CITIZ_KIND_MEASURE, session, NULL, citiz_session_now (session));
  citiz_form_set_choice (form, "measure", "bp_panel");
  citiz_form_set_text (form, "value", "1280");
  citiz_form_set_text (form, "value2", "78");
  g_assert_null (
      citiz_add_compose (form, CITIZ_KIND_MEASURE, record, NULL, citiz_session_now (session)));
  citiz_form_set_text (form, "value", "128");
  g_assert_true (citiz_form_check (form));
  resource
      = citiz_add_compose (form, CITIZ_KIND_MEASURE, record, NULL, citiz_session_now (session));
  g_assert_nonnull (resource);
  id = save (session, NULL, resource);
  item = citiz_record_get (record, &id);
  g_assert_nonnull (item);
  {
    g_autofree gchar *text = citiz_item_value_text (item);
    g_assert_cmpstr (text, ==, "128/78");
  }
  gtk_window_destroy (GTK_WINDOW (form));
}

/* A file too large is told when it is chosen, not after title and date were typed; so is one too large for the summary. */
static void
test_too_large (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizWindow *window = citiz_window_new (NULL, session);
  const goffset sizes[] = {CITIZ_IPS_CAP, CITIZ_DOCUMENT_MAX, CITIZ_DOCUMENT_MAX + 1};

  gtk_window_present (GTK_WINDOW (window));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GFileIOStream) stream = NULL;
      g_autoptr (GFile) file = g_file_new_tmp ("citiz-document-XXXXXX.pdf", &stream, NULL);
      GListModel *windows = gtk_window_get_toplevels ();

      g_assert_true (
          g_seekable_truncate (G_SEEKABLE (stream), sizes[i], NULL, NULL)); /* takes no room */
      citiz_add_document (GTK_WIDGET (window), session, file);
      WAIT_FOR (sizes[i] > CITIZ_DOCUMENT_MAX ? shows (GTK_WIDGET (window), "too large")
                                              : g_list_model_get_n_items (windows) == 2);
      g_assert_cmpuint (g_list_model_get_n_items (windows), ==, i < 2 ? 2 : 1);
      if (i < 2)
        {
          g_autoptr (GtkWindow) form = g_list_model_get_item (windows, 1);

          g_assert_cmpint (shows (GTK_WIDGET (form), "without its pages"), ==, i == 1);
          gtk_window_destroy (form);
        }
      g_file_delete (file, NULL, NULL);
    }
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
}

/* A correction keeps the version before it, and the dialog says so. */
static void
test_correction (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizRecord *record = citiz_session_get_record (session);
  g_autoptr (GPtrArray) items = citiz_record_list (record, CITIZ_KIND_PROBLEM);
  CitizItem *item = g_ptr_array_index (items, 0);
  CitizId id = item->id;
  CitizForm *form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (CITIZ_KIND_PROBLEM));
  CitizItemDialog *dialog;
  guint earlier = item->n_earlier;
  json_t *resource;

  citiz_add_fill (form, CITIZ_KIND_PROBLEM, session, item, citiz_session_now (session));
  g_assert_cmpstr (citiz_form_get_text (form, "title"), !=, "");
  citiz_form_set_text (form, "onset", "1999");
  resource
      = citiz_add_compose (form, CITIZ_KIND_PROBLEM, record, item, citiz_session_now (session));
  g_assert_nonnull (resource);
  save (session, &id, resource);
  item = citiz_record_get (record, &id);
  g_assert_cmpuint (item->n_earlier, ==, earlier + 1);
  g_assert_cmpint (item->onset.year, ==, 1999);
  dialog = citiz_item_dialog_new (NULL, session, &id);
  g_assert_nonnull (dialog);
  g_assert_true (shows (GTK_WIDGET (dialog), "Earlier versions"));
  gtk_window_destroy (GTK_WINDOW (dialog));
  gtk_window_destroy (GTK_WINDOW (form));
}

/* A result corrected keeps its laboratory, the other values of its test are listed under it and open. */
static void
test_result (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizRecord *record = citiz_session_get_record (session);
  g_autoptr (GPtrArray) items = citiz_record_list (record, CITIZ_KIND_RESULT), same = NULL;
  CitizItem *item = g_ptr_array_index (items, 0);
  const CitizId id = item->id;
  CitizForm *form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (CITIZ_KIND_RESULT));
  CitizItemDialog *dialog;

  same = citiz_record_same_test (record, item);
  g_assert_cmpuint (same->len, >, 1);
  citiz_add_fill (form, CITIZ_KIND_RESULT, session, item, citiz_session_now (session));
  g_assert_cmpstr (citiz_form_get_text (form, "person"), ==, "Parc Clinic");
  citiz_form_set_text (form, "value", "9.5");
  save (session, &id,
        citiz_add_compose (form, CITIZ_KIND_RESULT, record, item, citiz_session_now (session)));
  item = citiz_record_get (record, &id);
  g_assert_cmpint (item->source, ==, CITIZ_SOURCE_SELF);
  g_assert_cmpstr (item->person, ==, "Parc Clinic");
  citiz_form_set_text (form, "person", "Another");
  save (session, &id,
        citiz_add_compose (form, CITIZ_KIND_RESULT, record, item, citiz_session_now (session)));
  g_assert_cmpstr (citiz_record_get (record, &id)->person, ==, "Another");
  dialog = citiz_item_dialog_new (NULL, session, &id);
  g_assert_true (shows (GTK_WIDGET (dialog), "Laboratory"));
  g_assert_true (shows (GTK_WIDGET (dialog), "Other values"));
  gtk_window_destroy (GTK_WINDOW (dialog));
  gtk_window_destroy (GTK_WINDOW (form));
}

/* What the search says of a portion, the meal says too: no tenths of a gram that nobody weighed. */
static void
test_portion (void)
{
  static const struct
  {
    const gchar *code, *value, *unit, *said;
  } cases[] = {{"125", "52.7", "g", "53" CITIZ_NBSP "g"},
               {"125", "4.2", "g", "4.2" CITIZ_NBSP "g"},
               {NULL, "52.7", "g", "52.7" CITIZ_NBSP "g"}};

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CitizComponent part = {.code = (gchar *) cases[i].code, .unit = (gchar *) cases[i].unit};
      g_autofree gchar *text = NULL;

      g_assert_true (citiz_decimal_parse (&part.value, cases[i].value));
      text = citiz_meal_quantity (&part);
      g_assert_cmpstr (text, ==, cases[i].said);
    }
}

/* A session corrected: the version before says what it said. */
static void
test_earlier_session (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizRecord *record = citiz_session_get_record (session);
  g_autoptr (GPtrArray) sessions = citiz_record_list (record, CITIZ_KIND_SESSION);
  CitizItem *item = g_ptr_array_index (sessions, 0);
  const CitizId id = item->id;
  const CitizComponent *minutes = &g_array_index (item->components, CitizComponent, 0);
  const gchar *name;
  gboolean plain;
  g_autofree gchar *before = citiz_session_figure (minutes, CITIZ_LANGUAGE_EN, &name, &plain);
  CitizForm *form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (CITIZ_KIND_SESSION));
  CitizItemDialog *dialog;
  json_t *resource;

  citiz_add_fill (form, CITIZ_KIND_SESSION, session, item, citiz_session_now (session));
  g_assert_false (citiz_form_is_changed (form));
  citiz_form_set_text (form, "minutes", "17");
  resource
      = citiz_add_compose (form, CITIZ_KIND_SESSION, record, item, citiz_session_now (session));
  g_assert_nonnull (resource);
  save (session, &id, resource);
  dialog = citiz_item_dialog_new (NULL, session, &id);
  g_assert_true (shows (GTK_WIDGET (dialog), "17"));
  g_assert_true (shows (GTK_WIDGET (dialog), before));
  gtk_window_destroy (GTK_WINDOW (dialog));
  gtk_window_destroy (GTK_WINDOW (form));
}

/* A medication corrected: the version before says its dose and instructions, and what it did not say; a beginning
 * that nobody gave is nowhere. */
static void
test_earlier_medication (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizRecord *record = citiz_session_get_record (session);
  CitizForm *form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (CITIZ_KIND_MEDICATION));
  const CitizTime now = citiz_session_now (session);
  g_autoptr (GDateTime) wall = g_date_time_new_from_unix_local (now.ms / 1000);
  g_autofree gchar *said = NULL;
  CitizId id;
  CitizItem *item;
  CitizItemDialog *dialog;
  g_autoptr (GPtrArray) history = NULL;

  citiz_add_fill (form, CITIZ_KIND_MEDICATION, session, NULL, now);
  citiz_form_set_text (form, "title", "Zyxamin");
  citiz_form_set_text (form, "detail", "4 mg");
  citiz_form_set_text (form, "dosage", "One tablet at supper");
  id = save (session, NULL, citiz_add_compose (form, CITIZ_KIND_MEDICATION, record, NULL, now));
  gtk_window_destroy (GTK_WINDOW (form));
  item = citiz_record_get (record, &id);
  form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (CITIZ_KIND_MEDICATION));
  citiz_add_fill (form, CITIZ_KIND_MEDICATION, session, item, now);
  g_assert_cmpstr (citiz_form_get_text (form, "onset"), ==, "");
  citiz_form_set_text (form, "detail", "5 mg");
  citiz_form_set_text (form, "note", "New");
  save (session, &id, citiz_add_compose (form, CITIZ_KIND_MEDICATION, record, item, now));
  history = citiz_record_history (record, &id);
  g_assert_cmpuint (history->len, ==, 2);
  said = citiz_item_differences (history->pdata[0], history->pdata[1], wall);
  g_assert_cmpstr (said, ==, "Strength: 4 mg · Note: nothing noted");
  dialog = citiz_item_dialog_new (NULL, session, &id);
  g_assert_true (shows (GTK_WIDGET (dialog), said));
  g_assert_true (shows (GTK_WIDGET (dialog), "Earlier versions"));
  g_assert_false (shows (GTK_WIDGET (dialog), "Since"));
  gtk_window_destroy (GTK_WINDOW (dialog));
  gtk_window_destroy (GTK_WINDOW (form));
}

/* A field of days keeps the time that the date had. */
static void
test_time_stays (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizRecord *record = citiz_session_get_record (session);
  g_autoptr (GPtrArray) results = citiz_record_list (record, CITIZ_KIND_RESULT);
  CitizDraft draft = {0};
  CitizItem *item = citiz_item_ref (g_ptr_array_index (results, 0));
  CitizForm *form = citiz_form_new (NULL, "Test", NULL, citiz_add_fields (CITIZ_KIND_RESULT));
  const CitizId id = item->id;
  json_t *resource;

  draft = citiz_draft_from_item (item, CITIZ_LANGUAGE_EN);
  draft.now = citiz_session_now (session);
  draft.onset = (CitizDate){
      .precision = CITIZ_DATE_TIME, .year = 2024, .month = 5, .day = 6, .hour = 7, .minute = 8};
  save (session, &id, citiz_compose (CITIZ_KIND_RESULT, &draft, item->resource));
  citiz_item_unref (item);
  item = citiz_record_get (record, &id);
  g_assert_cmpint (item->onset.hour, ==, 7);
  citiz_add_fill (form, CITIZ_KIND_RESULT, session, item, citiz_session_now (session));
  resource = citiz_add_compose (form, CITIZ_KIND_RESULT, record, item, citiz_session_now (session));
  g_assert_nonnull (resource);
  save (session, &id, resource);
  item = citiz_record_get (record, &id);
  g_assert_cmpint (item->onset.precision, ==, CITIZ_DATE_TIME);
  g_assert_cmpint (item->onset.hour, ==, 7);
  gtk_window_destroy (GTK_WINDOW (form));
}

static void
test_food (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizRecord *record = citiz_session_get_record (session);
  GtkWidget *finder = g_object_ref_sink (citiz_food_finder_new ());
  gint32 day = citiz_day_of (citiz_session_now (session).ms, 0) - 400;
  const CitizFood *food;
  guint total = 0;
  g_autoptr (GPtrArray) found
      = citiz_food_search (citiz_food_table (), "apple", CITIZ_LANGUAGE_EN, 3, &total);

  citiz_food_finder_type (CITIZ_FOOD_FINDER (finder), "apple");
  g_assert_cmpuint (citiz_food_finder_get_n_results (CITIZ_FOOD_FINDER (finder)), ==, total);
  g_assert_cmpuint (total, >, 0);
  citiz_food_finder_type (CITIZ_FOOD_FINDER (finder), "zyxzyx");
  g_assert_cmpuint (citiz_food_finder_get_n_results (CITIZ_FOOD_FINDER (finder)), ==, 0);
  food = g_ptr_array_index (found, 0);
  g_assert_cmpuint (citiz_diet_count (record, day), ==, 0);
  citiz_diet_add (finder, session, day, 12 * 60, "lunch", food, 100);
  WAIT_FOR (citiz_diet_count (record, day) == 1);
  citiz_diet_add (finder, session, day, 12 * 60, "lunch", food, 50);
  WAIT_FOR (citiz_diet_meal (record, day, "lunch")->components->len == 2);
  g_assert_cmpuint (citiz_diet_count (record, day), ==, 1);
  citiz_diet_repeat (finder, session, day + 1);
  WAIT_FOR (citiz_diet_count (record, day + 1) == 1);
  g_assert_finalize_object (finder);
}

/* What a machine wrote with sixteen digits is read with four; what a laboratory wrote stays. */
static void
test_values (void)
{
  static const gchar *const cases[][2] = {{"27.565184290424938", "27.57"},
                                          {"106.11698345865386", "106.1"},
                                          {"0.030000000000000002", "0.03"},
                                          {"7.20", "7.20"},
                                          {"1.035", "1.035"},
                                          {"84", "84"}};

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *text = g_strdup_printf (
          "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"X\"},"
          "\"valueQuantity\":{\"value\":%s,\"unit\":\"mmol/L\"}}",
          cases[i][0]);
      g_autoptr (CitizItem) item = item_of (text, 1, 1);
      g_autofree gchar *shown = citiz_item_value_text (item);

      g_assert_cmpstr (shown, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  citiz_ui_init ();
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  g_test_add_func ("/ui/pages/adding", test_adding);
  g_test_add_func ("/ui/pages/measure", test_measure);
  g_test_add_func ("/ui/pages/correction", test_correction);
  g_test_add_func ("/ui/pages/result", test_result);
  g_test_add_func ("/ui/pages/portion", test_portion);
  g_test_add_func ("/ui/pages/earlier-session", test_earlier_session);
  g_test_add_func ("/ui/pages/earlier-medication", test_earlier_medication);
  g_test_add_func ("/ui/pages/time-stays", test_time_stays);
  g_test_add_func ("/ui/pages/food", test_food);
  g_test_add_func ("/ui/pages/values", test_values);
  g_test_add_func ("/ui/pages/too-large", test_too_large);
  return g_test_run ();
}
