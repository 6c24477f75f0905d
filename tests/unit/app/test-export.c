/* What is written out reads back: JSON, CSV and PDF. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app-fixture.h"

#include "app/citiz-export.h"
#include "record/citiz-compose.h"

#include <glib/gstdio.h>
#include <string.h>

static gchar *export(App *app, const gchar *format, gsize *n, GError **error)
{
  g_autofree gchar *path = g_build_filename (app->folder, "an-export", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  gchar *bytes = NULL;
  GStatBuf stat_buffer;
  Answer answer = {0};

  citiz_session_export_async (app->session, format, file, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  if (!citiz_session_export_finish (app->session, result, error))
    return NULL;
  g_assert_cmpint (g_stat (path, &stat_buffer), ==, 0);
  g_assert_cmpint (stat_buffer.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_get_contents (path, &bytes, n, NULL));
  g_unlink (path);
  return bytes;
}

static void
test_json (App *app, gconstpointer data)
{
  static const struct
  {
    const gchar *format, *type;
  } kinds[] = {{"ips", "document"}, {"fhir", "collection"}};

  app_load_sample (app);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize n;
      g_autofree gchar *text = export(app, kinds[i].format, &n, &error);
      json_auto_t *bundle = NULL;

      g_assert_no_error (error);
      bundle = json_loadb (text, n, JSON_REJECT_DUPLICATES, NULL);
      g_assert_cmpstr (json_string_value (json_object_get (bundle, "resourceType")), ==, "Bundle");
      g_assert_cmpstr (json_string_value (json_object_get (bundle, "type")), ==, kinds[i].type);
      g_assert_cmpuint (json_array_size (json_object_get (bundle, "entry")), >, 20);
    }
}

/* RFC 4180: every row has the columns of the head, every quote is closed. Returns: (transfer full): rows of cells */
static GPtrArray *
read_csv (const gchar *text)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (GString) cell = g_string_new (NULL);
  g_autoptr (GStrvBuilder) row = g_strv_builder_new ();
  gboolean quoted = FALSE;

  g_assert_true (g_str_has_prefix (text, "\357\273\277"));
  for (const gchar *c = text + 3; *c != '\0'; c++)
    if (quoted && c[0] == '"' && c[1] == '"')
      g_string_append_c (cell, *c++);
    else if (*c == '"')
      quoted = !quoted;
    else if (!quoted && (*c == ',' || *c == '\r'))
      {
        g_strv_builder_add (row, cell->str);
        g_string_truncate (cell, 0);
        if (*c == '\r')
          {
            g_assert_cmpint (*++c, ==, '\n');
            g_ptr_array_add (rows, g_strv_builder_end (row));
          }
      }
    else
      g_string_append_c (cell, *c);
  g_assert_false (quoted);
  return rows;
}

static gboolean
has_cell (GPtrArray *rows, const gchar *text)
{
  for (guint i = 1; i < rows->len; i++)
    if (g_strv_contains (rows->pdata[i], text))
      return TRUE;
  return FALSE;
}

static void
test_csv (App *app, gconstpointer data)
{
  static const struct
  {
    const gchar *title, *cell;
  } cases[] = {
      {"=1+cmd|' /C calc'!A0", "'=1+cmd|' /C calc'!A0"},
      {"=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"+1+1", "'+1+1"},
      {"-2+3", "'-2+3"},
      {"-2,5", "-2,5"},
      {"5 \"mg\", daily", "5 \"mg\", daily"},
      {"two\nlines", "two\nlines"},
      {"Crème brûlée", "Crème brûlée"},
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree gchar *text = NULL;
  gsize n;

  app_load_sample (app);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    app_save (app, NULL, cases[i].title);
  text = export(app, "csv", &n, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (text), ==, n);
  rows = read_csv (text);
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpuint (g_strv_length (rows->pdata[i]), ==, 7);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (!has_cell (rows, cases[i].cell))
      g_error ("no cell %s", cases[i].cell);
}

static CitizId
save_draft (App *app, CitizKind kind, CitizDraft draft)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  json_auto_t *resource = NULL;
  CitizId id = {0};
  Answer answer = {0};

  draft.now = citiz_session_now (app->session);
  resource = citiz_compose (kind, &draft, NULL);
  citiz_session_save_async (app->session, NULL, resource, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  citiz_session_save_finish (app->session, result, &id, &error);
  g_assert_no_error (error);
  return id;
}

/* A line of an export and of the command line says what the page says: how grave, whether taken, only when needed, since when or nothing. */
static void
test_says_all (App *app, gconstpointer data)
{
  const struct
  {
    CitizKind kind;
    CitizDraft draft;
    const gchar *details, *date;
  } cases[] = {
      {CITIZ_KIND_ALLERGY,
       {.title = "Penicillin",
        .reaction = "Anaphylaxis",
        .severity = CITIZ_SEVERITY_SEVERE,
        .onset = app_date ("1994")},
       "Severe · Anaphylaxis",
       "1994"},
      {CITIZ_KIND_ALLERGY,
       {.title = "Latex",
        .verification = CITIZ_VERIFICATION_REFUTED,
        .severity = CITIZ_SEVERITY_MILD},
       "Ruled out",
       ""},
      {CITIZ_KIND_ALLERGY,
       {.title = "Peanut",
        .criticality = CITIZ_CRITICALITY_HIGH,
        .verification = CITIZ_VERIFICATION_UNCONFIRMED},
       "High risk · To be confirmed",
       ""},
      {CITIZ_KIND_ALLERGY,
       {.title = "Cashew", .severity = CITIZ_SEVERITY_MILD, .criticality = CITIZ_CRITICALITY_HIGH},
       "High risk",
       ""},
      {CITIZ_KIND_MEDICATION,
       {.title = "Amoxicillin",
        .detail = "500 mg",
        .status = CITIZ_STATUS_COMPLETED,
        .onset = app_date ("2025-03-02"),
        .end = app_date ("2025-03-09")},
       "Completed · until 2025-03-09 · 500 mg",
       "2025-03-02"},
      {CITIZ_KIND_MEDICATION,
       {.title = "Salbutamol", .detail = "100 µg/dose", .dosage = "2 puffs", .as_needed = TRUE},
       "2 puffs · as needed · contains 100 µg/dose",
       ""},
      {CITIZ_KIND_MEDICATION,
       {.title = "Insulin glargine",
        .dosage = "18 units",
        .times = {22 * 60},
        .n_times = 1,
        .onset = app_date ("2019-03")},
       "18 units · 22:00",
       "2019-03"},
      {CITIZ_KIND_PROBLEM, {.title = "Asthma", .status = CITIZ_STATUS_ACTIVE}, "Active", ""},
      {CITIZ_KIND_RESULT,
       {.title = "HDL",
        .value = "60.64159302502363",
        .unit = "mg/dL",
        .onset = app_date ("2022-01-04T10:15:00-05:00")},
       "60.64\302\240mg/dL",
       "2022-01-04 10:15"},
      {CITIZ_KIND_FAMILY,
       {.title = "Breast cancer", .relationship = "Sister", .note = "at 61"},
       "Sister · at 61",
       ""},
      {CITIZ_KIND_CONTACT,
       {.title = "Luc Pelletier", .relationship = "Neighbour", .phone = "514 555-0118"},
       "Neighbour · 514 555-0118",
       ""},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CitizId id = save_draft (app, cases[i].kind, cases[i].draft);
      g_autoptr (GPtrArray) rows = citiz_export_rows (citiz_session_get_record (app->session),
                                                      cases[i].kind, CITIZ_LANGUAGE_EN);
      gboolean seen = FALSE;

      for (guint j = 0; j < rows->len; j++)
        {
          const CitizExportRow *row = rows->pdata[j];
          g_autofree gchar *date = citiz_export_row_date (row);

          if (!citiz_id_equal (&row->item->id, &id))
            continue;
          g_assert_cmpstr (row->details, ==, cases[i].details);
          g_assert_cmpstr (date, ==, cases[i].date);
          seen = TRUE;
        }
      g_assert_true (seen);
    }
}

static void
test_says_dose (App *app, gconstpointer data)
{
  CitizDraft metformin = {.title = "Metformin", .detail = "500 mg"};
  CitizId id = save_draft (app, CITIZ_KIND_MEDICATION, metformin);
  CitizDraft dose = {.subject = citiz_record_get (citiz_session_get_record (app->session), &id),
                     .onset = app_date ("2026-11-23T12:20:10-05:00")};
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree gchar *date = NULL;

  save_draft (app, CITIZ_KIND_DOSE, dose);
  rows = citiz_export_rows (citiz_session_get_record (app->session), CITIZ_KIND_DOSE,
                            CITIZ_LANGUAGE_EN);
  g_assert_cmpuint (rows->len, ==, 1);
  date = citiz_export_row_date (rows->pdata[0]);
  g_assert_cmpstr (((CitizExportRow *) rows->pdata[0])->details, ==, "Not taken · 500 mg");
  g_assert_cmpstr (date, ==, "2026-11-23 12:20");
}

/* What a millilitre holds is not what was taken. */
static void
test_says_content (App *app, gconstpointer data)
{
  CitizDraft glargine = {.title = "Insulin glargine", .detail = "100 U/mL"};
  CitizId id = save_draft (app, CITIZ_KIND_MEDICATION, glargine);
  CitizDraft dose = {.subject = citiz_record_get (citiz_session_get_record (app->session), &id),
                     .taken = TRUE,
                     .onset = app_date ("2026-11-23T12:20:10-05:00")};
  g_autoptr (GPtrArray) rows = NULL;

  save_draft (app, CITIZ_KIND_DOSE, dose);
  rows = citiz_export_rows (citiz_session_get_record (app->session), CITIZ_KIND_DOSE,
                            CITIZ_LANGUAGE_EN);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpstr (((CitizExportRow *) rows->pdata[0])->details, ==, "Taken · contains 100 U/mL");
}

static void
import_export (App *app, const gchar *text, gsize n)
{
  g_autofree gchar *path = g_build_filename (app->folder, "moved.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CitizImportReport) report = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  g_assert_true (g_file_set_contents (path, text, (gssize) n, NULL));
  citiz_session_import_async (app->session, file, TRUE, NULL, NULL, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  report = citiz_session_import_finish (app->session, result, &error);
  g_assert_no_error (error);
  g_unlink (path);
}

/* Each kind of thing that is entered by hand: the summary and the table say it, and all of it is found again in another vault. */
static void
test_by_hand (App *app, gconstpointer data)
{
  static const CitizDraftPart foods[] = {{.title = "Apple", .value = "150", .unit = "g"}};
  const CitizDate day = app_date ("2026-10-20"), hour = app_date ("2026-10-20T08:00:00-04:00");
  const struct
  {
    CitizKind kind;
    CitizDraft draft;
    const gchar *name; /* as the summary says it; NULL where it does not */
  } rows[] = {
      {CITIZ_KIND_MEDICATION,
       {.title = "Rare drug", .detail = "5 mg", .dosage = "1 tablet", .times = {480}, .n_times = 1},
       "Rare drug"},
      {CITIZ_KIND_ALLERGY,
       {.title = "Rare pollen", .severity = CITIZ_SEVERITY_SEVERE},
       "Rare pollen"},
      {CITIZ_KIND_PROBLEM, {.title = "Rare illness", .onset = day}, "Rare illness"},
      {CITIZ_KIND_IMMUNIZATION, {.title = "Rare vaccine", .onset = day}, "Rare vaccine"},
      {CITIZ_KIND_PROCEDURE, {.title = "Rare operation", .onset = day}, "Rare operation"},
      {CITIZ_KIND_DEVICE, {.title = "Rare device", .detail = "M7"}, "Rare device"},
      {CITIZ_KIND_VISIT, {.title = "Rare visit", .onset = hour}, NULL},
      {CITIZ_KIND_CONTACT,
       {.title = "Rare Cousin", .phone = "514 555-0142", .relationship = "cousin"},
       "Rare Cousin"},
      {CITIZ_KIND_RESULT,
       {.title = "Rare result", .value = "4.20", .unit = "mmol/L", .onset = hour},
       "Rare result"},
      {CITIZ_KIND_MEASURE,
       {.measure = "weight", .value = "71.40", .unit = "kg", .onset = hour},
       "71.40"},
      {CITIZ_KIND_SESSION, {.title = "Rare walk", .value = "30", .onset = hour}, NULL},
      {CITIZ_KIND_MEAL,
       {.title = "Breakfast", .category = "breakfast", .onset = hour, .parts = foods, .n_parts = 1},
       NULL},
      {CITIZ_KIND_DIRECTIVE, {.title = "Rare directive", .onset = day}, "Rare directive"},
      {CITIZ_KIND_FAMILY, {.title = "Rare family illness", .relationship = "mother"}, NULL},
      {CITIZ_KIND_NOTE, {.title = "Rare note", .text = "Rare note"}, "Rare note"},
  };
  g_autofree gchar *ips = NULL, *fhir = NULL;
  g_autoptr (GError) error = NULL;
  CitizDraft taken = {.taken = TRUE, .onset = hour, .planned = hour};
  CitizRecord *record;
  gsize n;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const CitizId id = save_draft (app, rows[i].kind, rows[i].draft);

      if (rows[i].kind == CITIZ_KIND_MEDICATION)
        taken.subject = citiz_record_get (citiz_session_get_record (app->session), &id);
    }
  save_draft (app, CITIZ_KIND_DOSE, taken);
  ips = export(app, "ips", &n, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].name != NULL && strstr (ips, rows[i].name) == NULL)
      g_error ("the summary lacks %s", rows[i].name);
  g_assert_nonnull (strstr (ips, "fhir/last-dose"));
  fhir = export(app, "fhir", &n, &error);
  g_assert_no_error (error);

  app_down (app, NULL);
  app_up (app, NULL);
  import_export (app, fhir, n);
  record = citiz_session_get_record (app->session);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) items = citiz_record_list (record, rows[i].kind);

      g_test_message ("kind %u", rows[i].kind);
      g_assert_cmpuint (items->len, ==, 1);
      if (rows[i].draft.title != NULL && rows[i].kind != CITIZ_KIND_MEAL)
        g_assert_cmpstr (((CitizItem *) items->pdata[0])->title[CITIZ_LANGUAGE_EN], ==,
                         rows[i].draft.title);
      if (rows[i].kind == CITIZ_KIND_MEDICATION)
        g_assert_nonnull (citiz_record_last_dose (record, &((CitizItem *) items->pdata[0])->id));
    }
}

static guint
count_pages (const gchar *bytes, gsize n)
{
  const gchar *at = bytes, *end = bytes + n;
  guint pages = 0;

  while (at < end && (at = memmem (at, (gsize) (end - at), "/Type /Page", 11)) != NULL)
    {
      pages += at[11] != 's';
      at += 11;
    }
  return pages;
}

static void
test_pdf (App *app, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *empty = NULL;
  g_autofree gchar *full = NULL;
  gsize n;

  empty = export(app, "pdf", &n, &error);
  g_assert_no_error (error);
  g_assert_cmpint (strncmp (empty, "%PDF-", 5), ==, 0);
  g_assert_cmpuint (count_pages (empty, n), ==, 1);
  app_load_sample (app);
  full = export(app, "pdf", &n, &error);
  g_assert_no_error (error);
  g_assert_nonnull (memmem (full + n - 32, 32, "%%EOF", 5));
  g_assert_cmpuint (count_pages (full, n), >, 1);
}

/* A goal without its figures says nothing. */
static void
test_says_goal (App *app, gconstpointer data)
{
  g_autoptr (GPtrArray) rows = NULL;

  app_load_sample (app);
  rows = citiz_export_rows (citiz_session_get_record (app->session), CITIZ_KIND_GOAL,
                            CITIZ_LANGUAGE_FR);
  g_assert_cmpuint (rows->len, ==, 3);
  for (guint i = 0; i < rows->len; i++)
    {
      const CitizExportRow *row = rows->pdata[i];

      g_assert_true (g_str_has_suffix (row->details, " or less")
                     || g_str_has_suffix (row->details, "g or more")
                     || g_str_has_suffix (row->details, "kcal or more"));
    }
}

/* Returns: (nullable): the words of the record on paper; the test is skipped where nothing reads them */
static gchar *
pdf_words (App *app, guint *out_pages)
{
  g_autofree gchar *tool = g_find_program_in_path ("pdftotext"),
                   *path = g_build_filename (app->folder, "record.pdf", NULL), *pdf = NULL;
  const gchar *argv[] = {"pdftotext", path, "-", NULL};
  gchar *text = NULL;
  gsize n;

  if (tool == NULL)
    {
      g_test_skip ("no pdftotext");
      return NULL;
    }
  pdf = export(app, "pdf", &n, NULL);
  *out_pages = count_pages (pdf, n);
  g_assert_true (g_file_set_contents (path, pdf, (gssize) n, NULL));
  g_assert_true (g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text,
                               NULL, NULL, NULL));
  return text;
}

static guint
count_words (const gchar *text, const gchar *words)
{
  guint n = 0;

  for (; (text = strstr (text, words)) != NULL; text += strlen (words))
    n++;
  return n;
}

/* Invented results must not end in somebody's file: each page says whose they are not. */
static void
test_pdf_sample (App *app, gconstpointer data)
{
  g_autofree gchar *text = NULL;
  guint pages;

  app_load_sample (app);
  text = pdf_words (app, &pages);
  if (text != NULL)
    g_assert_cmpuint (count_words (text, "nothing in it is about a real person"), ==, pages);
}

/* What was measured again and again stands under its name, which is written once; all its values are there. */
static void
test_pdf_again (App *app, gconstpointer data)
{
  g_autofree gchar *text = NULL;
  guint pages;

  for (guint i = 0; i < 12; i++)
    {
      g_autofree gchar *day = g_strdup_printf ("2026-10-%02u", 1 + i),
                       *weight = g_strdup_printf ("71.%02u", 10 + i),
                       *pulse = g_strdup_printf ("%u", 160 + i);
      const CitizDate when = app_date (day);

      save_draft (app, CITIZ_KIND_MEASURE,
                  (CitizDraft){.measure = "weight", .value = weight, .unit = "kg", .onset = when});
      save_draft (app, CITIZ_KIND_MEASURE,
                  (CitizDraft){.measure = "hr", .value = pulse, .unit = "/min", .onset = when});
    }
  text = pdf_words (app, &pages);
  if (text == NULL)
    return;
  g_assert_cmpuint (pages, ==, 1);
  g_assert_cmpuint (count_words (text, "Body weight"), ==, 1);
  g_assert_cmpuint (count_words (text, "Heart rate"), ==, 1);
  for (guint i = 0; i < 12; i++)
    {
      g_autofree gchar *weight = g_strdup_printf ("2026-10-%02u 71.%02u kg", 1 + i, 10 + i),
                       *pulse = g_strdup_printf ("2026-10-%02u %u", 1 + i, 160 + i);

      g_assert_cmpuint (count_words (text, weight), ==, 1);
      g_assert_cmpuint (count_words (text, pulse), ==, 1);
    }
}

/* No page begins with values that nobody can tell what they are of. */
static void
test_pdf_long (App *app, gconstpointer data)
{
  g_autofree gchar *text = NULL;
  guint pages;

  for (guint i = 0; i < 60; i++)
    {
      g_autofree gchar *day = g_strdup_printf ("2026-%02u-%02u", 8 + i / 30, 1 + i % 30),
                       *weight = g_strdup_printf ("71.%02u", 10 + i);

      save_draft (app, CITIZ_KIND_MEASURE,
                  (CitizDraft){
                      .measure = "weight", .value = weight, .unit = "kg", .onset = app_date (day)});
    }
  text = pdf_words (app, &pages);
  if (text == NULL)
    return;
  g_assert_cmpuint (pages, ==, 2);
  g_assert_cmpuint (count_words (text, " kg"), ==, 60);
  g_assert_cmpuint (count_words (text, "Body weight"), ==, pages);
}

static void
test_refused (App *app, gconstpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/nonexistent/export");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  g_assert_null (export(app, "docx", NULL, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_INPUT);
  g_clear_error (&error);
  citiz_session_export_async (app->session, "csv", file, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_false (citiz_session_export_finish (app->session, result, &error));
  g_assert_nonnull (citiz_session_explain (error));
}

/* What was removed a moment ago is not in what is written out. */
static void
test_removed (App *app, gconstpointer data)
{
  CitizId id = app_save (app, NULL, "Cantaloupe");
  g_autofree gchar *text = NULL;
  gsize n;

  citiz_session_remove_async (app->session, &id, NULL, NULL, NULL);
  text = export(app, "fhir", &n, NULL);
  g_assert_null (strstr (text, "Cantaloupe"));
}

static gboolean
is_being_written (App *app)
{
  g_autoptr (GDir) dir = g_dir_open (app->folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, ".goutputstream"))
      return TRUE;
  return FALSE;
}

static gboolean
stop_once (App *app, GFile *file)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_export_async (app->session, "csv", file, cancellable, app_answer_cb, &answer);
  while (answer.result == NULL && !is_being_written (app))
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  result = app_wait (&answer);
  if (citiz_session_export_finish (app->session, result, &error))
    return FALSE;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (is_being_written (app));
  return TRUE;
}

/* One that was whole before it could be stopped is none. */
static void
stop_half_way (App *app, GFile *file, const gchar *before)
{
  gboolean stopped = FALSE;

  for (guint left = 50; left > 0 && !stopped; left--)
    {
      g_file_delete (file, NULL, NULL);
      if (before != NULL)
        g_assert_true (g_file_set_contents (g_file_peek_path (file), before, -1, NULL));
      stopped = stop_once (app, file);
    }
  g_assert_true (stopped);
}

/* Stopped in the middle: no file, or the earlier one whole. */
static void
test_stopped (App *app, gconstpointer data)
{
  g_autofree gchar *path = g_build_filename (app->folder, "an-export", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree gchar *kept = NULL;

  app_load_sample (app);
  stop_half_way (app, file, NULL);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  stop_half_way (app, file, "the earlier one");
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "the earlier one");
}

#define ADD(path, func) g_test_add (path, App, NULL, app_up, func, app_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("CITIZ_IMPORT_HELPER", CITIZ_IMPORT_PATH, TRUE);
  g_assert_true (citiz_crypto_init ());
  ADD ("/app/export/json", test_json);
  ADD ("/app/export/csv", test_csv);
  ADD ("/app/export/says-all", test_says_all);
  ADD ("/app/export/by-hand", test_by_hand);
  ADD ("/app/export/says-dose", test_says_dose);
  ADD ("/app/export/says-content", test_says_content);
  ADD ("/app/export/pdf", test_pdf);
  ADD ("/app/export/pdf-sample", test_pdf_sample);
  ADD ("/app/export/pdf-again", test_pdf_again);
  ADD ("/app/export/pdf-long", test_pdf_long);
  ADD ("/app/export/says-goal", test_says_goal);
  ADD ("/app/export/refused", test_refused);
  ADD ("/app/export/removed", test_removed);
  ADD ("/app/export/stopped", test_stopped);
  return g_test_run ();
}
