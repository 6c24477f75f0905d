/* From the passphrase accepted to the record in the window, 20 000 resources; beside unsealing them alone. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define N_RESOURCES 20000
#define N_ROUNDS    7
#define GOAL_MS     500.0
#define SUBJECT     "\"subject\":{\"reference\":\"Patient/p\"}"

static const CitizKdfCost cheap = {1, 64}; /* the key derivation is not what is measured */

static gchar *
resource_text (guint i)
{
  guint year = 2005 + i % 20, day = 1 + i % 28;

  if (i == 0)
    return g_strdup ("{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"text\":\"Lucie "
                     "B.\"}],\"birthDate\":\"1959-03-12\"}");
  if (i % 20 == 1)
    return g_strdup_printf (
        "{\"resourceType\":\"Condition\",\"id\":\"c%u\",\"code\":{\"text\":\"Problem %u\"}," SUBJECT
        "}",
        i, i % 400);
  return g_strdup_printf (
      "{\"resourceType\":\"Observation\",\"id\":\"o%u\",\"status\":\"final\",\"category\":[{"
      "\"coding\":[{\"code\":\"laboratory\"}]}],\"code\":{\"coding\":[{\"system\":\"http://"
      "loinc.org\",\"code\":\"%u-1\"}],\"text\":\"Test %u\"}," SUBJECT
      ",\"encounter\":{\"reference\":\"Encounter/e%u\"},\"effectiveDateTime\":\"%u-05-%02uT%02u:%02u:00-05:00\","
      "\"valueQuantity\":{\"value\":%u.50,\"unit\":\"mmol/L\"}}",
      i, 1000 + i % 120, i % 120, i / 20, year, day, i % 24, i / 24 % 60, i % 90);
}

static gboolean
fill_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (CitizSecret) entropy = citiz_secret_new_random (32);
  CitizOrigin origin = {.source = CITIZ_SOURCE_INSTITUTION};

  if (!citiz_engine_create (engine, data, entropy, cheap, error)
      || !citiz_vault_begin (engine->vault, error))
    return FALSE;
  for (guint i = 0; i < N_RESOURCES; i++)
    {
      g_autofree gchar *text = resource_text (i);
      g_autoptr (GBytes) packed = citiz_item_pack (&origin, text, strlen (text));
      CitizId id = citiz_env_new_id (engine->env);

      if (!citiz_vault_put (engine->vault, CITIZ_CLASS_RESOURCE, &id, 1, 1, packed, error))
        return FALSE;
    }
  if (!citiz_vault_commit (engine->vault, error))
    return FALSE;
  citiz_engine_close (engine);
  return TRUE;
}

static gboolean
take_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  *(gsize *) data += g_bytes_get_size (plain);
  return TRUE;
}

static gboolean
unseal_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  gsize total = 0;
  gint64 start = g_get_monotonic_time ();
  gboolean ok
      = citiz_vault_foreach (engine->vault, CITIZ_CLASS_RESOURCE, take_cb, &total, NULL, error);

  *(gdouble *) data = (gdouble) (g_get_monotonic_time () - start) / 1000;
  return ok;
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  citiz_session_unlock_finish (CITIZ_SESSION (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static gdouble
open_once (CitizSession *session, CitizSecret *passphrase)
{
  gint64 start = g_get_monotonic_time ();
  gboolean over = FALSE;

  citiz_session_unlock_async (session, passphrase, NULL, opened_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  return (gdouble) (g_get_monotonic_time () - start) / 1000;
}

int
main (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("citiz-bench-XXXXXX", NULL);
  g_autoptr (CitizSecret) passphrase = citiz_secret_new_from_text ("bench");
  g_autoptr (CitizSession) session = NULL;
  g_autoptr (GError) error = NULL;
  gdouble best = G_MAXDOUBLE, raw = G_MAXDOUBLE;

  g_assert_true (citiz_crypto_init ());
  session = citiz_session_new (folder);
  session->temporary = TRUE;
  citiz_engine_run_sync (session->engine, fill_work, passphrase, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gdouble ms = open_once (session, passphrase), own;

      g_assert_true (citiz_engine_run_sync (session->engine, unseal_work, &own, NULL));
      g_assert_cmpuint (citiz_record_size (citiz_session_get_record (session)), ==, N_RESOURCES);
      best = MIN (best, ms);
      raw = MIN (raw, own);
      citiz_session_lock (session);
    }
  g_print ("open %u resources: %.0f ms (goal %.0f); unsealing alone %.0f ms\n", N_RESOURCES, best,
           GOAL_MS, raw);
  return best <= GOAL_MS ? EXIT_SUCCESS : EXIT_FAILURE;
}
