/* What is written out as FHIR comes back whole in another vault, and once. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app-fixture.h"

#include "app/citiz-blob.h"
#include "app/citiz-export.h"
#include "record/citiz-compose.h"

#include <glib/gstdio.h>
#include <string.h>

static CitizId
enter (App *app, CitizKind kind, CitizDraft draft)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  json_auto_t *resource = NULL;
  CitizId id = {0};
  Answer answer = {0};

  draft.now = citiz_session_now (app->session);
  resource = citiz_compose (kind, &draft, NULL);
  g_assert_nonnull (resource);
  citiz_session_save_async (app->session, NULL, resource, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  citiz_session_save_finish (app->session, result, &id, &error);
  g_assert_no_error (error);
  return id;
}

static void
enter_document (App *app)
{
  g_autofree gchar *path = g_build_filename (app->folder, "a-letter.pdf", NULL);
  g_autofree gchar *text = g_strnfill (6000, 'x');
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  memcpy (text, "%PDF-", 5);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  citiz_session_add_document_async (app->session, file, "Letter", "2024-05-06", NULL, app_answer_cb,
                                    &answer);
  result = app_wait (&answer);
  citiz_session_add_document_finish (app->session, result, NULL, &error);
  g_assert_no_error (error);
  g_unlink (path);
}

/* One of each kind that has a form, as a person enters it. */
static void
enter_all (App *app)
{
  static const CitizDraftPart walk[] = {{"Duration", CITIZ_SYSTEM_LOINC, "55411-3", "32", "min"}},
                              meal[] = {{"Apple", CITIZ_SYSTEM_CNF, "1696", "138", "g"}};
  const struct
  {
    CitizKind kind;
    CitizDraft draft;
  } things[] = {
      {CITIZ_KIND_PATIENT,
       {.given = "Marguerite",
        .family = "Tremblay",
        .gender = "female",
        .onset = app_date ("1951-02-03")}},
      {CITIZ_KIND_ALLERGY,
       {.title = "Penicillin", .reaction = "Hives", .severity = CITIZ_SEVERITY_SEVERE}},
      {CITIZ_KIND_PROBLEM, {.title = "Asthma", .status = CITIZ_STATUS_ACTIVE}},
      {CITIZ_KIND_IMMUNIZATION, {.title = "Influenza", .onset = app_date ("2025-10-20")}},
      {CITIZ_KIND_RESULT, {.title = "HDL", .value = "1.4", .unit = "mmol/L"}},
      {CITIZ_KIND_MEASURE, {.measure = "weight", .value = "71.4", .unit = "kg"}},
      {CITIZ_KIND_MEASURE, {.measure = "bp_panel", .value = "128", .value2 = "76"}},
      {CITIZ_KIND_PROCEDURE, {.title = "Appendectomy", .onset = app_date ("1970")}},
      {CITIZ_KIND_DEVICE, {.title = "Pacemaker", .detail = "Azure XT"}},
      {CITIZ_KIND_VISIT, {.title = "Checkup", .onset = app_date ("2026-01-05")}},
      {CITIZ_KIND_FAMILY, {.title = "Diabetes", .relationship = "mother"}},
      {CITIZ_KIND_DIRECTIVE, {.title = "No resuscitation"}},
      {CITIZ_KIND_CONTACT, {.title = "Paul", .phone = "514 555-0100", .role = CITIZ_ROLE_RELATIVE}},
      {CITIZ_KIND_SESSION, {.title = "Walk", .category = "walk", .parts = walk, .n_parts = 1}},
      {CITIZ_KIND_MEAL,
       {.title = "Breakfast", .category = "breakfast", .parts = meal, .n_parts = 1}},
      {CITIZ_KIND_GOAL, {.measure = "steps", .low = "8000", .title = "Steps"}},
      {CITIZ_KIND_NOTE, {.title = "Note", .text = "Ask about the knee"}},
  };
  const CitizDraft drug = {.title = "Metformin", .detail = "500 mg", .times = {480}, .n_times = 1};
  CitizId id;

  for (guint i = 0; i < G_N_ELEMENTS (things); i++)
    enter (app, things[i].kind, things[i].draft);
  id = enter (app, CITIZ_KIND_MEDICATION, drug);
  enter (app, CITIZ_KIND_DOSE,
         (CitizDraft){.subject = citiz_record_get (citiz_session_get_record (app->session), &id),
                      .taken = TRUE});
  enter_document (app);
}

static void
write_out (App *app, GFile *file)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_export_async (app->session, "fhir", file, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  citiz_session_export_finish (app->session, result, &error);
  g_assert_no_error (error);
}

static guint64
bring_in (App *app, GFile *file)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizImportReport) report = NULL;
  Answer answer = {0};

  citiz_session_import_async (app->session, file, FALSE, NULL, NULL, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  report = citiz_session_import_finish (app->session, result, &error);
  g_assert_no_error (error);
  g_assert_false (report->stranger);
  return report->kept;
}

/* How many references there are; each has its entry. */
static guint
check_references (const json_t *value, GHashTable *urls)
{
  json_t *reference = json_object_get (value, "reference"), *member;
  const gchar *key, *text = json_string_value (reference);
  guint n = text != NULL && *text != '#';
  gsize i;

  if (n > 0 && !g_hash_table_contains (urls, text))
    g_error ("%s points to nothing", text);
  json_object_foreach ((json_t *) value, key, member) n += check_references (member, urls);
  json_array_foreach (value, i, member) n += check_references (member, urls);
  return n;
}

static void
check_bundle (GFile *file)
{
  g_autoptr (GHashTable) urls = g_hash_table_new (g_str_hash, g_str_equal);
  json_auto_t *bundle = json_load_file (g_file_peek_path (file), 0, NULL);
  json_t *entry;
  gsize i;

  json_array_foreach (json_object_get (bundle, "entry"), i, entry)
  {
    const gchar *url = json_string_value (json_object_get (entry, "fullUrl"));

    g_assert_nonnull (url);
    g_assert_nonnull (json_object_get (json_object_get (entry, "resource"), "id"));
    g_assert_true (g_hash_table_add (urls, (gpointer) url));
  }
  g_assert_cmpuint (check_references (bundle, urls), >, 10);
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(gchar *const *) a, *(gchar *const *) b);
}

/* Every thing a person can read, a line each, sorted. */
static GPtrArray *
lines_of (App *app, gboolean measures)
{
  CitizRecord *record = citiz_session_get_record (app->session);
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < citiz_n_export_sections; i++)
    {
      const CitizKind kind = citiz_export_sections[i].kind;
      g_autoptr (GPtrArray) rows = citiz_export_rows (record, kind, CITIZ_LANGUAGE_EN);

      for (guint j = 0; (measures || kind != CITIZ_KIND_MEASURE) && j < rows->len; j++)
        {
          const CitizExportRow *row = rows->pdata[j];
          const CitizItem *subject = citiz_record_get (record, &row->item->subject);

          g_ptr_array_add (lines,
                           g_strdup_printf ("%s: %s, %s, %s, of %s", citiz_export_sections[i].csv,
                                            row->what, row->details, row->when,
                                            subject != NULL ? subject->title[0] : "none"));
        }
    }
  g_ptr_array_sort (lines, compare_texts);
  return lines;
}

static gboolean
read_letter (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  const CitizItem *item = data;
  g_autoptr (GBytes) bytes = NULL;
  CitizId id;

  g_assert_true (citiz_id_from_hex (&id, item->blob));
  bytes = citiz_blob_get (engine->vault, &id, error);
  g_assert_true (bytes == NULL || g_bytes_get_size (bytes) == 6000);
  return bytes != NULL;
}

static void
check_letter (App *app)
{
  g_autoptr (GPtrArray) items
      = citiz_record_list (citiz_session_get_record (app->session), CITIZ_KIND_DOCUMENT);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (items->len, ==, 1);
  app_on_engine (app, read_letter, items->pdata[0], &error);
  g_assert_no_error (error);
}

static void
go_round (App *app, gboolean sample)
{
  g_autofree gchar *path = g_build_filename (app->folder, "everything.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;
  App other = {0};

  app_up (&other, NULL);
  write_out (app, file);
  check_bundle (file);
  g_assert_cmpuint (bring_in (&other, file), >, 10);
  before = lines_of (app, !sample); /* each day of its long series comes as an entry */
  after = lines_of (&other, !sample);
  for (guint i = 0; i < MIN (before->len, after->len); i++)
    g_assert_cmpstr (before->pdata[i], ==, after->pdata[i]);
  g_assert_cmpuint (before->len, ==, after->len);
  if (!sample)
    check_letter (&other);
  g_assert_cmpuint (bring_in (&other, file), ==, 0);
  if (!sample)
    g_assert_cmpuint (bring_in (app, file), ==, 0);
  write_out (&other, file); /* and on */
  check_bundle (file);
  g_assert_cmpuint (bring_in (&other, file), ==, 0);
  app_down (&other, NULL);
}

static void
test_by_hand (App *app, gconstpointer data)
{
  enter_all (app);
  go_round (app, FALSE);
}

static void
test_sample (App *app, gconstpointer data)
{
  app_load_sample (app);
  go_round (app, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("CITIZ_IMPORT_HELPER", CITIZ_IMPORT_PATH, TRUE);
  g_assert_true (citiz_crypto_init ());
  g_test_add ("/app/round/by-hand", App, NULL, app_up, test_by_hand, app_down);
  g_test_add ("/app/round/sample", App, NULL, app_up, test_sample, app_down);
  return g_test_run ();
}
