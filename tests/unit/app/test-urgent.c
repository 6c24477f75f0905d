/* A press waits behind nothing long: each long job on a record of many resources, and a press in the middle of it.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app-fixture.h"

#define MANY 10000

static void
write_bundle (const gchar *path, const gchar *prefix)
{
  g_autoptr (GString) text
      = g_string_new ("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[");

  for (guint i = 0; i < MANY; i++)
    g_string_append_printf (
        text,
        "%s{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"%s-%u\",\"status\":\"final\","
        "\"category\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
        "observation-category\",\"code\":\"laboratory\"}]}],"
        "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"2823-3\"}],"
        "\"text\":\"Potassium\"},\"subject\":{\"reference\":\"Patient/a\"},"
        "\"effectiveDateTime\":\"20%02u-%02u-%02u\",\"valueQuantity\":{\"value\":4.%u,"
        "\"unit\":\"mmol/L\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mmol/L\"}}}",
        i > 0 ? "," : "", prefix, i, i % 25, 1 + i % 12, 1 + i % 28, i % 10);
  g_string_append (text, "]}");
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
}

/* The job under way stops at its next pause until the press is answered. */
static struct
{
  gint shut;    /* atomic */
  gint reached; /* atomic: a job waits at it */
  guint n_kept; /* resources on the disk: until there are so many it lets all pass */
} gate;

static void
gate_cb (gpointer data)
{
  CitizEngine *engine = data;

  if (engine->passing) /* a pause of the press itself */
    return;
  do
    {
      citiz_engine_let_pass (engine);
      g_atomic_int_set (&gate.reached, g_atomic_int_get (&gate.shut));
    }
  while (g_atomic_int_get (&gate.shut)
         && citiz_vault_count (engine->vault, CITIZ_CLASS_RESOURCE) >= gate.n_kept
         && (g_usleep (500), TRUE));
}

static gboolean
build_gate_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  citiz_vault_set_pause (engine->vault, gate_cb, engine);
  return TRUE;
}

static void
shut_gate (guint n_kept)
{
  gate.n_kept = n_kept;
  g_atomic_int_set (&gate.shut, TRUE);
}

typedef struct
{
  App *app;
  Answer job, press;
  gboolean pressed;
  gint64 since, took;
} Race;

static void
pressed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Race *race = data;

  g_assert_null (race->job.result); /* what is long is still under way */
  race->took = g_get_monotonic_time () - race->since;
  g_atomic_int_set (&gate.shut, FALSE);
  app_answer_cb (source, result, &race->press);
}

static void
press (Race *race)
{
  if (race->pressed)
    return;
  race->pressed = TRUE;
  race->since = g_get_monotonic_time ();
  citiz_session_emergency_async (race->app->session, 24, NULL, pressed_cb, race);
}

static void
end_access (Race *race, const gchar *what)
{
  g_autoptr (GAsyncResult) pressed = app_wait (&race->press);
  g_autoptr (GAsyncResult) revoked = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizAccess) access
      = citiz_session_emergency_finish (race->app->session, pressed, &error);
  Answer answer = {0};

  g_assert_no_error (error);
  g_assert_nonnull (access->link);
  g_test_message ("%s: from press to link %.0f ms", what, (gdouble) race->took / 1000);
  citiz_session_revoke_async (race->app->session, &access->id, NULL, app_answer_cb, &answer);
  revoked = app_wait (&answer);
  g_assert_true (citiz_session_revoke_finish (race->app->session, revoked, &error));
  app_settle (race->app);
}

static GFile *
a_file (App *app, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (app->folder, name, NULL);
  return g_file_new_for_path (path);
}

/* The reading of a file is cut in slices; the press comes when the rest begins, and that is held when all is on the disk. */
static void
progress_cb (gdouble fraction, guint64 done, guint64 total, gpointer data)
{
  if (fraction >= 0.89)
    press (data);
}

static guint32
import_many (Race *race, const gchar *prefix, gboolean pressing)
{
  g_autoptr (GFile) file = a_file (race->app, "many.json");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CitizImportReport) report = NULL;
  g_autoptr (GError) error = NULL;

  write_bundle (g_file_peek_path (file), prefix);
  if (pressing)
    shut_gate (2 * MANY);
  citiz_session_import_async (race->app->session, file, TRUE, pressing ? progress_cb : NULL, race,
                              NULL, app_answer_cb, &race->job);
  result = app_wait (&race->job);
  report = citiz_session_import_finish (race->app->session, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->kept, ==, MANY);
  return report->batch;
}

static void
race_with_export (App *app, const gchar *format)
{
  g_autoptr (GFile) file = a_file (app, "an-export");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Race race = {.app = app};

  shut_gate (0);
  citiz_session_export_async (app->session, format, file, NULL, app_answer_cb, &race.job);
  press (&race);
  result = app_wait (&race.job);
  citiz_session_export_finish (app->session, result, &error);
  g_assert_no_error (error);
  end_access (&race, format);
}

static void
race_with_undo (App *app, guint32 batch)
{
  g_autoptr (GAsyncResult) result = NULL;
  Race race = {.app = app};

  shut_gate (0);
  citiz_session_undo_import_async (app->session, batch, NULL, app_answer_cb, &race.job);
  press (&race);
  result = app_wait (&race.job);
  g_assert_true (citiz_session_undo_import_finish (app->session, result, NULL));
  end_access (&race, "undo");
}

static void
race_with_passphrase (App *app)
{
  g_autoptr (CitizSecret) second = citiz_secret_new_from_text ("une autre phrase de passe");
  g_autoptr (GAsyncResult) result = NULL;
  Race race = {.app = app};

  shut_gate (0);
  citiz_session_set_passphrase_async (app->session, app->passphrase, second, NULL, app_answer_cb,
                                      &race.job);
  while (!g_atomic_int_get (&gate.reached) && race.job.result == NULL)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
  g_assert_null (race.job.result);
  press (&race);
  result = app_wait (&race.job);
  g_assert_true (citiz_session_set_passphrase_finish (app->session, result, NULL));
  end_access (&race, "passphrase");
}

static void
test_press (App *app, gconstpointer data)
{
  Race first = {.app = app}, second = {.app = app};
  guint32 batch;

  app_on_engine (app, build_gate_work, NULL, NULL);
  race_with_passphrase (app);
  import_many (&first, "a", FALSE);
  race_with_export (app, "fhir");
  race_with_export (app, "csv");
  batch = import_many (&second, "b", TRUE);
  end_access (&second, "import");
  g_assert_cmpuint (citiz_record_size (citiz_session_get_record (app->session)), ==, 2 * MANY);
  race_with_undo (app, batch);
  g_assert_cmpuint (citiz_record_size (citiz_session_get_record (app->session)), ==, MANY);
}

#define ADD(path, func) g_test_add (path, App, NULL, app_up, func, app_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_setenv ("CITIZ_IMPORT_HELPER", CITIZ_IMPORT_PATH, TRUE);
  ADD ("/app/urgent/press", test_press);
  return g_test_run ();
}
