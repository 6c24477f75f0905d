/* The data pages with a sample and an empty record: they open, change with what is added, and leave nothing behind. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "app/citiz-session.h"
#include "importers/citiz-import-reason.h"
#include "record/citiz-compose.h"
#include "ui/citiz-activity-cards.h"
#include "ui/citiz-activity-page.h"
#include "ui/citiz-chart-private.h"
#include "ui/citiz-add-forms.h"
#include "ui/citiz-add.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-buckets.h"
#include "ui/citiz-care-page.h"
#include "ui/citiz-diet-page.h"
#include "ui/citiz-diet-parts.h"
#include "ui/citiz-food-finder.h"
#include "ui/citiz-format.h"
#include "ui/citiz-import-dialog.h"
#include "ui/citiz-item-dialog.h"
#include "ui/citiz-item-facts.h"
#include "ui/citiz-item-row.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-page.h"
#include "ui/citiz-today-page.h"
#include "ui-wait.h"

typedef GtkWidget *(*MakePage) (CitizSession *session);
static const struct
{
  const gchar *name;
  MakePage make;
} pages[] = {
    {"today", citiz_today_page_new},
    {"care", citiz_care_page_new},
    {"activity", citiz_activity_page_new},
    {"diet", citiz_diet_page_new},
};

static void
settle (void)
{
  for (guint i = 0; i < 10; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (2000);
    }
}

/* --- walking a page --- */

typedef gboolean (*Visit) (GtkWidget *widget, gpointer data);

static gboolean
walk (GtkWidget *widget, Visit visit, gpointer data)
{
  if (visit (widget, data))
    return TRUE;
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    if (walk (c, visit, data))
      return TRUE;
  return FALSE;
}

static gboolean
has_text (GtkWidget *widget, gpointer data)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), data) != NULL;
}

static gboolean
is_shown_text (GtkWidget *widget, gpointer data)
{
  return gtk_widget_get_mapped (widget) && has_text (widget, data);
}

static gboolean
shows (GtkWidget *page, const gchar *text)
{
  return walk (page, has_text, (gpointer) text);
}

/* A button without words must have a name of its own. */
static gboolean
is_nameless (GtkWidget *widget, gpointer data)
{
  GtkWidget *child;

  if (!GTK_IS_BUTTON (widget) || !gtk_widget_get_mapped (widget)
      || gtk_button_get_label (GTK_BUTTON (widget)) != NULL)
    return FALSE;
  child = gtk_button_get_child (GTK_BUTTON (widget));
  if (child == NULL || !GTK_IS_IMAGE (child))
    return FALSE;
  /* The inner button of a menu button or an entry takes its name from the outer widget. */
  if (gtk_widget_get_ancestor (widget, GTK_TYPE_MENU_BUTTON) != NULL)
    return FALSE;
  return !gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL)
         && gtk_widget_get_tooltip_text (widget) == NULL;
}

/* --- sessions --- */

static CitizSession *
sample (void)
{
  CitizSession *session = citiz_session_new_sample (CITIZ_LANGUAGE_EN);

  settle ();
  g_assert_cmpint (citiz_session_get_state (session), ==, CITIZ_SESSION_OPEN);
  g_assert_cmpuint (citiz_record_size (citiz_session_get_record (session)), >, 0);
  return session;
}

/* What a person meets who has noted nothing yet. */
static CitizSession *
empty (void)
{
  CitizSession *session = sample ();
  CitizRecord *record = citiz_session_get_record (session);

  for (guint kind = 0; kind < CITIZ_N_KINDS; kind++)
    {
      g_autoptr (GPtrArray) items = citiz_record_list_all (record, (CitizKind) kind);

      for (guint i = 0; i < items->len; i++)
        {
          CitizId id = ((CitizItem *) g_ptr_array_index (items, i))->id;
          citiz_record_remove (record, &id);
        }
    }
  citiz_record_remove_batch (record, 0);
  return session;
}

static void
test_opens (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *page = g_object_ref_sink (pages[i].make (session)), *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 800);
  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_widget_show (window);
  settle ();
  g_assert_cmpstr (citiz_page_get_title (CITIZ_PAGE (page)), !=, "");
  g_assert_nonnull (citiz_page_get_add_menu (CITIZ_PAGE (page)));
  g_assert_false (walk (page, is_nameless, NULL));
  citiz_values_set_hidden (TRUE);
  citiz_page_refresh (CITIZ_PAGE (page));
  settle ();
  g_assert_true (i == 1 || shows (page, "•••"));
  citiz_values_set_hidden (FALSE);
  citiz_page_refresh (CITIZ_PAGE (page));
  gtk_window_set_child (GTK_WINDOW (window), NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
  g_assert_finalize_object (page);
}

static void
test_narrow (gconstpointer data)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *page = g_object_ref_sink (pages[GPOINTER_TO_UINT (data)].make (session));
  gint least;

  gtk_widget_measure (page, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, <=, 360);
  g_assert_finalize_object (page);
}

/* Letters half as large again, still 360 wide: nothing may go out of the window. */
static void
test_narrow_large (gconstpointer data)
{
  GtkSettings *settings = gtk_settings_get_default ();
  gint before;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 144 * 1024, NULL);
  test_narrow (data);
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
}

static void
test_empty (gconstpointer data)
{
  static const gchar *const said[]
      = {"No medication noted", "Your medical file starts here", NULL, "Nothing noted"};
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (CitizSession) session = empty ();
  GtkWidget *page = g_object_ref_sink (pages[i].make (session));

  g_assert_true (said[i] == NULL || shows (page, said[i]));
  g_assert_finalize_object (page);
}

/* --- adding --- */

typedef struct
{
  gboolean done;
  GError *error;
  CitizId id;
} Saved;

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Saved *saved = data;

  citiz_session_save_finish (CITIZ_SESSION (source), result, &saved->id, &saved->error);
  saved->done = TRUE;
}

static CitizId
save (CitizSession *session, const CitizId *base, json_t *resource)
{
  Saved saved = {0};

  citiz_session_save_async (session, base, resource, NULL, saved_cb, &saved);
  json_decref (resource);
  while (!saved.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (saved.error);
  settle ();
  return saved.id;
}

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

static GtkWidget *
search_of (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_SEARCH_ENTRY (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); found == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = search_of (child);
  return found;
}

static void
search_for (GtkWidget *page, const gchar *text)
{
  gtk_editable_set_text (GTK_EDITABLE (search_of (page)), text);
  g_signal_emit_by_name (search_of (page), "search-changed"); /* it waits for more letters */
}

/* A name is found wherever it stands, and a part that is pressed is shown again whole. */
static void
test_search (void)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *page = g_object_ref_sink (citiz_care_page_new (session));

  citiz_care_page_show_section (CITIZ_CARE_PAGE (page), "results");
  g_assert_false (shows (page, "Apixaban"));
  search_for (page, "apixa");
  g_assert_true (shows (page, "Apixaban"));
  search_for (page, "apixaaa");
  g_assert_false (shows (page, "Apixaban"));
  g_assert_true (shows (page, "Nothing of that name"));
  citiz_care_page_show_section (CITIZ_CARE_PAGE (page), "summary");
  g_assert_true (shows (page, "Apixaban"));
  search_for (page, "apixaaa");
  g_signal_emit_by_name (ui_find (page, GTK_TYPE_TOGGLE_BUTTON, "Summary", FALSE), "clicked");
  g_assert_true (shows (page, "Apixaban"));
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

static void
test_periods (void)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *page = g_object_ref_sink (citiz_activity_page_new (session));

  for (guint kind = 0; kind < CITIZ_N_PERIODS; kind++)
    {
      citiz_activity_page_set_period (CITIZ_ACTIVITY_PAGE (page), (CitizPeriodKind) kind);
      citiz_activity_page_step (CITIZ_ACTIVITY_PAGE (page), -1);
      citiz_activity_page_step (CITIZ_ACTIVITY_PAGE (page), 1);
      citiz_activity_page_step (CITIZ_ACTIVITY_PAGE (page), 1);
    }
  g_assert_finalize_object (page);
}

static void
test_buckets (void)
{
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay)), buckets = NULL,
                     months = NULL;
  gint32 monday = citiz_day_from_ymd (2026, 10, 19);
  CitizPeriod week = citiz_period_around (CITIZ_PERIOD_WEEK, monday + 5);
  CitizPeriod year = citiz_period_around (CITIZ_PERIOD_YEAR, monday);

  for (gint i = 0; i < 6; i++)
    {
      CitizDay day = {
          .day = monday + i, .n = i == 2 ? 0 : 2, .sum = 1000 * (i + 1), .min = i, .max = 10 + i};
      g_array_append_val (days, day);
    }
  buckets = citiz_buckets_new (&week, days, CITIZ_AGGREGATE_SUM);
  g_assert_cmpuint (buckets->len, ==, 7);
  g_assert_cmpfloat (g_array_index (buckets, CitizBucket, 0).mean, ==, 1000);
  g_assert_true (isnan (g_array_index (buckets, CitizBucket, 2).mean));
  g_assert_true (isnan (g_array_index (buckets, CitizBucket, 6).mean));
  /* Whole days only: Saturday is today, Wednesday has nothing. */
  g_assert_cmpfloat (citiz_buckets_daily_mean (&week, days, CITIZ_AGGREGATE_SUM, monday + 5), ==,
                     (1000 + 2000 + 4000 + 5000) / 4.0);
  months = citiz_buckets_new (&year, days, CITIZ_AGGREGATE_SUM);
  g_assert_cmpuint (months->len, ==, 12);
  g_assert_cmpuint (g_array_index (months, CitizBucket, 9).n_days, ==, 5);
  g_assert_cmpint (citiz_period_next (&week).first, ==, monday + 7);
  g_assert_cmpint (citiz_period_previous (&year).last, ==, citiz_day_from_ymd (2025, 12, 31));
}

static void
test_words (void)
{
  g_autofree gchar *kind = citiz_session_explain_kind ("HKQuantityTypeIdentifierRunningPower");

  g_assert_cmpstr (kind, ==, "Running power");
  /* Every reason of the importers has words of its own. */
  for (guint r = CITIZ_IMPORT_KEPT + 1; r < CITIZ_IMPORT_N_REASONS; r++)
    g_assert_cmpstr (citiz_session_explain_skip (citiz_import_reason_name ((CitizImportReason) r)),
                     !=, citiz_session_explain_skip ("never heard of"));
  for (guint k = 0; k < CITIZ_N_KINDS; k++)
    if (*citiz_kind_key ((CitizKind) k) != '\0')
      g_assert_cmpint (citiz_kind_from_key (citiz_kind_key ((CitizKind) k)), ==, k);
}

/* A picture beside its word is not heard; a row that only says something does not stop the keyboard. */
static void
test_decoration (void)
{
  GtkWidget *prefix = g_object_ref_sink (citiz_prefix_new ("citiz-pill-symbolic", "ok"));
  GtkWidget *row = g_object_ref_sink (citiz_empty_row_new ("Nothing", "Add", "add.item::meal"));

  g_assert_cmpint (gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (prefix)), ==,
                   GTK_ACCESSIBLE_ROLE_PRESENTATION);
  g_assert_false (gtk_widget_get_focusable (row));
  g_assert_finalize_object (prefix);
  g_assert_finalize_object (row);
}

static CitizItem *
item_of (const gchar *text, guint8 id, guint32 batch)
{
  CitizId name = {{id}};
  json_t *json = citiz_json_load (text, strlen (text), NULL);
  CitizItem *item = citiz_item_new_from_json (json, &name, 1, batch, NULL);

  json_decref (json);
  return item;
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

#define PERSON(name, born)                                                                         \
  "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"" name "\"}]" born "}"

/* A file about another person is told as one; a name spelt in another way with the same birth date is not. */
static void
test_stranger (void)
{
  static const struct
  {
    const gchar *file;
    const gchar *words; /* NULL: nothing to say */
  } cases[] = {
      {PERSON ("Evelyn McCurdy", ",\"birthDate\":\"1957-05-03\""), "Evelyn McCurdy"},
      {PERSON ("Marie Tremblay-Roy", ",\"birthDate\":\"1980-01-02\""), NULL},
      {PERSON ("MARIE TREMBLAY", ""), NULL},
      {PERSON ("Evelyn McCurdy", ""), "Evelyn McCurdy"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CitizRecord) record = citiz_record_new ();
      g_autoptr (CitizItem) own
          = item_of (PERSON ("Marie Tremblay", ",\"birthDate\":\"1980-01-02\""), 1, 1);
      g_autoptr (CitizItem) theirs = item_of (cases[i].file, 2, 7);
      g_autofree gchar *alone = NULL, *words = NULL;

      citiz_record_put (record, theirs);
      alone = citiz_import_stranger_text (record, 7);
      g_assert_null (alone);
      citiz_record_put (record, own);
      words = citiz_import_stranger_text (record, 7);
      g_assert_cmpint (words != NULL, ==, cases[i].words != NULL);
      if (words != NULL)
        g_assert_nonnull (strstr (words, cases[i].words));
    }
}

/* The question says what the record itself holds; an export of Apple Health bears no name, which is not what differs. */
static void
test_stranger_question (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  g_autoptr (CitizItem) own
      = item_of (PERSON ("Marie Tremblay", ",\"birthDate\":\"1980-01-02\""), 1, 1);
  g_autofree gchar *title = citiz_import_person_text ("", "1957-05-03"), *text = NULL;

  citiz_record_put (record, own);
  text = citiz_import_question_text (record);
  g_assert_nonnull (strstr (title, "born on"));
  g_assert_nonnull (strstr (title, "1957"));
  g_assert_nonnull (strstr (text, "Marie Tremblay"));
  g_assert_nonnull (strstr (text, "1980"));
}

/* A period without data says so once and leads to the last data. */
static void
test_nothing_in_period (void)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *window = gtk_window_new (), *page = citiz_activity_page_new (session);

  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_widget_show (window);
  citiz_activity_page_set_period (CITIZ_ACTIVITY_PAGE (page), CITIZ_PERIOD_YEAR);
  for (guint i = 0; i < 5; i++)
    citiz_activity_page_step (CITIZ_ACTIVITY_PAGE (page), -1);
  settle ();
  g_assert_true (walk (page, is_shown_text, (gpointer) "Nothing in this period"));
  g_assert_false (walk (page, is_shown_text, (gpointer) "Heart rate"));
  g_assert_true (gtk_widget_activate_action (page, "activity.latest", NULL));
  settle ();
  g_assert_false (walk (page, is_shown_text, (gpointer) "Nothing in this period"));
  g_assert_true (walk (page, is_shown_text, (gpointer) "Heart rate"));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_import_dialog (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizImportDialog *dialog = citiz_import_dialog_new (NULL, session, NULL);

  g_assert_true (shows (GTK_WIDGET (dialog), "Bring your data in"));
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static GFile *
person_file (const gchar *folder, const gchar *name, const gchar *born)
{
  g_autofree gchar *path = g_strdup_printf ("%s/%s.json", folder, born);
  g_autofree gchar *text
      = g_strdup_printf ("{\"resourceType\":\"Patient\",\"id\":\"%s\",\"name\":[{"
                         "\"text\":\"%s\"}],\"birthDate\":\"%s\"}",
                         born, name, born);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return g_file_new_for_path (path);
}

static gboolean
is_undo (GtkWidget *widget, gpointer data)
{
  if (!GTK_IS_BUTTON (widget) || !gtk_widget_get_sensitive (widget)
      || g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), "_Undo this import") != 0)
    return FALSE;
  *(GtkWidget **) data = widget;
  return TRUE;
}

static gboolean
is_chart (GtkWidget *widget, gpointer data)
{
  if (!CITIZ_IS_CHART (widget))
    return FALSE;
  *(GtkWidget **) data = widget;
  return TRUE;
}

/* A day pressed in the week that holds today is the day that is shown, not today. */
static void
test_day_pressed (void)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *page = g_object_ref_sink (citiz_activity_page_new (session)), *chart = NULL;
  CitizTime now = citiz_session_now (session);
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (now.ms / 1000);
  gint32 today = citiz_day_from_date_time (local);
  CitizPeriod week = citiz_period_around (CITIZ_PERIOD_WEEK, today);
  gint slot = today == week.first ? 6 : 0;
  CitizPeriod day = citiz_period_around (CITIZ_PERIOD_DAY, week.first + slot);
  g_autofree gchar *title = citiz_period_title (&day, today);

  g_assert_true (walk (page, is_chart, &chart));
  g_signal_emit_by_name (chart, "activated", slot);
  settle ();
  g_assert_true (shows (page, title));
  g_assert_finalize_object (page);
}

/* Ten steps in every hour of a day on a wall two hours east of UTC. */
static GArray *
ten_an_hour (const gchar *measure, gint64 from, gint64 to, gpointer data)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (CitizSample));
  gint32 day = GPOINTER_TO_INT (data);

  for (gint64 hour = 0; hour < 24; hour++)
    {
      CitizSample sample = {day * CITIZ_DAY + (hour - 2) * CITIZ_HOUR, 60000, 120, 10};

      if (sample.start >= from && sample.start < to)
        g_array_append_val (samples, sample);
    }
  return samples;
}

/* A day by the hour is the day of the week's bar, wherever it was lived. */
static void
test_day_elsewhere (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  gint32 day = citiz_day_from_ymd (2026, 7, 14);
  CitizActivityView view = {record, citiz_period_around (CITIZ_PERIOD_DAY, day), day + 1, 0};
  GtkWidget *card = g_object_ref_sink (citiz_chart_card_new ("Steps", 200));
  CitizChart *chart = citiz_chart_card_get_chart (CITIZ_CHART_CARD (card));

  citiz_record_set_loader (record, ten_an_hour, GINT_TO_POINTER (day));
  g_assert_true (citiz_activity_fill_steps (CITIZ_CHART_CARD (card), &view));
  g_assert_cmpuint (citiz_chart_get_n_slots (chart), ==, 24);
  for (guint i = 0; i < 24; i++)
    {
      g_autofree gchar *text = _citiz_chart_slot_text (chart, i, " · ");
      g_assert_nonnull (strstr (text, "10"));
    }
  g_assert_true (shows (card, "240"));
  g_assert_finalize_object (card);
}

static gboolean
is_error (GtkWidget *widget, gpointer data)
{
  return gtk_widget_has_css_class (widget, "error");
}

/* A second person's file is asked about; each import has an undo of its own, the newest first. */
static void
test_import_of_others (void)
{
  g_autoptr (CitizSession) session = sample ();
  g_autofree gchar *folder = g_dir_make_tmp ("citiz-ui-XXXXXX", NULL);
  g_autoptr (GFile) own = person_file (folder, "Marie Tremblay", "1961-04-02");
  g_autoptr (GFile) other = person_file (folder, "Evelyn McCurdy", "1950-05-08");
  CitizImportDialog *dialog = citiz_import_dialog_new (NULL, session, NULL);
  guint before = citiz_session_get_imports (session)->len;
  GtkWidget *undo = NULL;

  g_setenv ("CITIZ_IMPORT_HELPER", CITIZ_IMPORT_PATH, TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
  citiz_import_dialog_add (dialog, own);
  citiz_import_dialog_add (dialog, other);
  WAIT_FOR (walk (GTK_WIDGET (dialog), is_shown_text,
                  (gpointer) "This file is about Evelyn McCurdy, birth date"));
  g_assert_cmpuint (citiz_session_get_imports (session)->len, ==, before + 1);
  gtk_widget_activate_action (GTK_WIDGET (dialog), "import.leave", NULL);
  settle ();
  g_assert_cmpuint (citiz_session_get_imports (session)->len, ==, before + 1);
  citiz_import_dialog_add (dialog, other);
  gtk_widget_activate_action (GTK_WIDGET (dialog), "import.cancel", NULL);
  WAIT_FOR (walk (GTK_WIDGET (dialog), is_shown_text, (gpointer) "Stopped. Nothing was changed."));
  g_assert_false (walk (GTK_WIDGET (dialog), is_error, NULL)); /* both are as the person asked */
  citiz_import_dialog_add (dialog, other);
  WAIT_FOR (walk (GTK_WIDGET (dialog), is_shown_text, (gpointer) "Import Anyway"));
  gtk_widget_activate_action (GTK_WIDGET (dialog), "import.anyway", NULL);
  WAIT_FOR (citiz_session_get_imports (session)->len == before + 2);
  WAIT_FOR (walk (GTK_WIDGET (dialog), is_undo, &undo));
  g_signal_emit_by_name (undo, "clicked"); /* the newest is on top: only it goes */
  WAIT_FOR (citiz_session_get_imports (session)->len == before + 1);
  settle ();
  g_assert_true (shows (GTK_WIDGET (dialog), "Undone. Your record is as it was before."));
  g_assert_true (walk (GTK_WIDGET (dialog), is_undo, &undo));
  gtk_window_destroy (GTK_WINDOW (dialog));
  g_assert_true (g_file_delete (own, NULL, NULL) && g_file_delete (other, NULL, NULL));
  g_rmdir (folder);
}

static gboolean
is_taken (GtkWidget *widget, gpointer data)
{
  if (!GTK_IS_BUTTON (widget) || !gtk_widget_get_mapped (widget)
      || !gtk_widget_get_child_visible (widget)
      || ui_find (widget, GTK_TYPE_LABEL, "Taken", FALSE) == NULL)
    return FALSE;
  *(GtkWidget **) data = widget;
  return TRUE;
}

static guint
n_doses (CitizSession *session)
{
  g_autoptr (GPtrArray) doses
      = citiz_record_list (citiz_session_get_record (session), CITIZ_KIND_DOSE);

  return doses->len;
}

/* Noting a dose by keyboard leaves the focus on its row, though the page was made anew. */
static void
test_focus (void)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *window = adw_window_new (), *page = citiz_today_page_new (session), *taken = NULL;
  GtkWidget *row, *focus;
  guint before = n_doses (session);
  gint index;

  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 800);
  adw_window_set_content (ADW_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  if (!walk (page, is_taken, &taken))
    {
      g_test_skip ("no dose is due at this hour");
      gtk_window_destroy (GTK_WINDOW (window));
      return;
    }
  row = gtk_widget_get_ancestor (taken, GTK_TYPE_LIST_BOX_ROW);
  index = gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row));
  g_assert_true (gtk_widget_grab_focus (taken));
  g_signal_emit_by_name (taken, "clicked");
  WAIT_FOR (n_doses (session) > before);
  settle ();
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_nonnull (focus);
  row = gtk_widget_get_ancestor (focus, GTK_TYPE_LIST_BOX_ROW);
  g_assert_nonnull (row);
  g_assert_cmpint (gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)), ==, index);
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
is_weight (GtkWidget *widget, gpointer data)
{
  GtkWidget **out = data;

  if (!GTK_IS_BUTTON (widget) || !gtk_widget_has_css_class (widget, "measure-card")
      || !shows (widget, "Weight"))
    return FALSE;
  *out = widget;
  return TRUE;
}

/* A value that a device told after the last one written by hand opens its own chart, not a page where it is not. */
static void
test_device_measure (void)
{
  g_autoptr (CitizSession) session = empty ();
  g_autoptr (GDateTime) now
      = g_date_time_new_from_unix_local (citiz_session_now (session).ms / 1000);
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  GtkWindow *dialog = NULL;
  const gint32 today = citiz_day_from_date_time (now);
  GtkWidget *window = adw_window_new (), *page = NULL, *tile = NULL, *chart = NULL;
  GListModel *windows = gtk_window_get_toplevels ();

  for (gint32 day = today - 3; day <= today; day++)
    {
      const gdouble value = 61.5 + day - today;
      const CitizDay one = {day, 1, value, value, value, value, value, 0};

      g_array_append_val (days, one);
    }
  citiz_record_set_loader (citiz_session_get_record (session), NULL, NULL);
  citiz_record_put_days (citiz_session_get_record (session), "weight", "", "kg", 2, days);
  page = citiz_today_page_new (session);
  adw_window_set_content (ADW_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  g_assert_true (walk (page, is_weight, &tile));
  g_assert_true (shows (tile, "61.5"));
  g_signal_emit_by_name (tile, "clicked");
  settle ();
  g_assert_cmpuint (g_list_model_get_n_items (windows), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GtkWindow) one = g_list_model_get_item (windows, i);

      if (GTK_WIDGET (one) != window)
        dialog = g_steal_pointer (&one);
    }
  g_assert_cmpstr (gtk_window_get_title (dialog), ==, "Weight");
  g_assert_true (shows (GTK_WIDGET (dialog), "61.5"));
  g_assert_true (walk (GTK_WIDGET (dialog), is_chart, &chart));
  gtk_window_destroy (dialog);
  g_clear_object (&dialog); /* before the window it belongs to */
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  citiz_ui_init ();
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree gchar *opens = g_strdup_printf ("/ui/pages/%s/opens", pages[i].name);
      g_autofree gchar *narrow = g_strdup_printf ("/ui/pages/%s/narrow", pages[i].name);
      g_autofree gchar *large = g_strdup_printf ("/ui/pages/%s/narrow-large", pages[i].name);
      g_autofree gchar *nothing = g_strdup_printf ("/ui/pages/%s/empty", pages[i].name);

      g_test_add_data_func (opens, GUINT_TO_POINTER (i), test_opens);
      g_test_add_data_func (narrow, GUINT_TO_POINTER (i), test_narrow);
      g_test_add_data_func (large, GUINT_TO_POINTER (i), test_narrow_large);
      g_test_add_data_func (nothing, GUINT_TO_POINTER (i), test_empty);
    }
  g_test_add_func ("/ui/pages/adding", test_adding);
  g_test_add_func ("/ui/pages/search", test_search);
  g_test_add_func ("/ui/pages/measure", test_measure);
  g_test_add_func ("/ui/pages/correction", test_correction);
  g_test_add_func ("/ui/pages/result", test_result);
  g_test_add_func ("/ui/pages/portion", test_portion);
  g_test_add_func ("/ui/pages/earlier-session", test_earlier_session);
  g_test_add_func ("/ui/pages/earlier-medication", test_earlier_medication);
  g_test_add_func ("/ui/pages/time-stays", test_time_stays);
  g_test_add_func ("/ui/pages/food", test_food);
  g_test_add_func ("/ui/pages/periods", test_periods);
  g_test_add_func ("/ui/pages/buckets", test_buckets);
  g_test_add_func ("/ui/pages/words", test_words);
  g_test_add_func ("/ui/pages/decoration", test_decoration);
  g_test_add_func ("/ui/pages/values", test_values);
  g_test_add_func ("/ui/pages/stranger", test_stranger);
  g_test_add_func ("/ui/pages/stranger-question", test_stranger_question);
  g_test_add_func ("/ui/pages/nothing-in-period", test_nothing_in_period);
  g_test_add_func ("/ui/pages/focus", test_focus);
  g_test_add_func ("/ui/pages/device-measure", test_device_measure);
  g_test_add_func ("/ui/pages/day-pressed", test_day_pressed);
  g_test_add_func ("/ui/pages/day-elsewhere", test_day_elsewhere);
  g_test_add_func ("/ui/pages/import-dialog", test_import_dialog);
  g_test_add_func ("/ui/pages/import-of-others", test_import_of_others);
  return g_test_run ();
}
