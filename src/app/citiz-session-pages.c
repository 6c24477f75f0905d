/* The session: the one-file capsule, the preview, the receipt of an access. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-export.h"
#include "consent/citiz-consent-receipt.h"
#include "consent/citiz-offline.h"

#include <glib/gi18n.h>
#include <string.h>

/* --- the one-file capsule and the preview --- */

typedef struct
{
  const CitizEnv *env;
  json_t *bundle;
  gchar *label, *code, *text;
  GError *error;
} PageJob;

static void
page_job_free (gpointer data)
{
  PageJob *job = data;

  json_decref (job->bundle);
  g_free (job->label);
  citiz_wipe_text (job->code);
  g_free (job->text);
  g_free (job);
}

static void
seal_capsule (gpointer data)
{
  PageJob *job = data;

  job->text = citiz_offline_make (job->env, citiz_node_get_page (), job->bundle, job->code,
                                  job->label, &job->error);
}

static gboolean
capsule_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  PageJob *job = data;

  job->env = engine->env;
  job->code = citiz_code_new (engine->env);
  citiz_engine_apart (engine, seal_capsule, job);
  if (job->text != NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&job->error));
  return FALSE;
}

static gboolean
preview_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  PageJob *job = data;

  if (!citiz_engine_require_ledger (engine, error)
      || (citiz_node_get_origin (engine->node) == NULL && !citiz_engine_start_node (engine, error)))
    return FALSE;
  job->text = citiz_node_preview (engine->node, job->bundle, job->label, error);
  return job->text != NULL;
}

static void
page_done (GTask *task, gpointer data)
{
  PageJob *job = data;

  if (job->code != NULL)
    g_object_set_data_full (G_OBJECT (task), "code", g_strdup (job->code),
                            (GDestroyNotify) citiz_wipe_text);
  g_task_return_pointer (task, g_steal_pointer (&job->text), g_free);
}

static void
make_page (CitizSession *self, GTask *task, CitizEngineWork work, GHashTable *blobs)
{
  g_autoptr (CitizProfile) profile = NULL;
  PageJob *job;

  if (!citiz_session_still_open (self, task))
    {
      g_object_unref (task);
      return;
    }
  profile = citiz_session_read_profile (self);
  job = g_new0 (PageJob, 1);
  job->bundle = citiz_session_build_summary (self, blobs);
  job->label = citiz_session_label (self, profile);
  citiz_engine_post (self->engine, task, work, page_done, job, page_job_free);
}

static void
capsule_with_documents_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GHashTable) blobs
      = citiz_session_read_blobs_finish (CITIZ_SESSION (source), result, NULL);
  make_page (CITIZ_SESSION (source), data, capsule_work, blobs);
}

static void
preview_with_documents_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GHashTable) blobs
      = citiz_session_read_blobs_finish (CITIZ_SESSION (source), result, NULL);
  make_page (CITIZ_SESSION (source), data, preview_work, blobs);
}

void
citiz_session_offline_capsule_async (CitizSession *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer data)
{
  citiz_session_read_blobs_async (
      self, capsule_with_documents_cb,
      citiz_session_task (self, citiz_session_offline_capsule_async, cancellable, callback, data));
}

GBytes *
citiz_session_offline_capsule_finish (CitizSession *self,
                                      GAsyncResult *result,
                                      gchar **out_code,
                                      GError **error)
{
  gchar *text = g_task_propagate_pointer (G_TASK (result), error);

  if (text == NULL)
    return NULL;
  if (out_code != NULL)
    *out_code = g_strdup (g_object_get_data (G_OBJECT (result), "code"));
  return g_bytes_new_take (text, strlen (text));
}

void
citiz_session_preview_async (CitizSession *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  citiz_session_read_blobs_async (
      self, preview_with_documents_cb,
      citiz_session_task (self, citiz_session_preview_async, cancellable, callback, data));
}

gchar *
citiz_session_preview_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
origin_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  PageJob *job = data;

  if (!citiz_engine_require_ledger (engine, error)
      || (citiz_node_get_origin (engine->node) == NULL && !citiz_engine_start_node (engine, error)))
    return FALSE;
  job->text = g_strdup (citiz_node_get_origin (engine->node));
  return TRUE;
}

void
citiz_session_origin_async (CitizSession *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_origin_async, cancellable, callback, data),
      origin_work, page_done, g_new0 (PageJob, 1), page_job_free);
}

gchar *
citiz_session_origin_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- the receipt of an access --- */

typedef struct
{
  CitizId access;
  gchar *person, *text;
  CitizLanguage language;
  CitizTime now;
  GBytes *paper;
  gint offset_minutes;
} ReceiptJob;

static void
receipt_job_free (gpointer data)
{
  ReceiptJob *job = data;

  g_free (job->person);
  g_free (job->text);
  g_clear_pointer (&job->paper, g_bytes_unref);
  g_free (job);
}

static const CitizTxInfo *
find_of_type (GPtrArray *txs, CitizTxType type)
{
  for (guint i = 0; i < txs->len; i++)
    {
      const CitizTxInfo *info = g_ptr_array_index (txs, i);
      if (info->type == type)
        return info;
    }
  return NULL;
}

static gboolean
receipt_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  ReceiptJob *job = data;
  CitizChain *chain;
  CitizConsentReceipt receipt = {0};
  CitizGrantState state;
  g_autoptr (GPtrArray) txs = NULL;
  g_autoptr (CitizProfile) profile = NULL;
  const CitizTxInfo *grant;
  json_t *json;
  g_autoptr (GPtrArray) rows = NULL;

  if (!citiz_engine_require_ledger (engine, error))
    return FALSE;
  chain = citiz_engine_chain_of (engine, &job->access);
  txs = citiz_chain_txs_of_grant (chain, &job->access, error);
  profile = txs != NULL ? citiz_engine_profile_of (engine, &job->access, error) : NULL;
  if (profile == NULL)
    return FALSE;
  grant = find_of_type (txs, CITIZ_TX_GRANT);
  if (grant == NULL || !citiz_chain_grant (chain, &job->access, &state))
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND,
                   "no such access on the ledger");
      return FALSE;
    }
  receipt.grant = job->access;
  receipt.given = grant->time;
  receipt.not_before = state.grant.not_before;
  receipt.expires = state.grant.expires;
  receipt.ended = state.ended;
  receipt.revoked = state.status == CITIZ_GRANT_REVOKED;
  receipt.person = job->person;
  receipt.purpose = "ETREAT";
  receipt.max_openings = state.grant.max_openings;
  receipt.openings = state.used;
  receipt.tx = grant->id;
  receipt.chain = *citiz_chain_id (chain);
  receipt.capsule = state.grant.capsule;
  receipt.profile = profile;
  receipt.offset_minutes = job->offset_minutes;
  json = citiz_consent_receipt_to_fhir (&receipt);
  job->text = json_dumps (json, JSON_INDENT (2));
  json_decref (json);
  rows = citiz_consent_receipt_rows (&receipt, job->language);
  job->paper = citiz_export_pdf_rows (_ ("Receipt of an access"), rows, job->now, error);
  return job->paper != NULL;
}

static void
receipt_done (GTask *task, gpointer data)
{
  ReceiptJob *job = data;

  g_task_set_task_data (task, g_steal_pointer (&job->paper), (GDestroyNotify) g_bytes_unref);
  g_task_return_pointer (task, g_steal_pointer (&job->text), g_free);
}

void
citiz_session_receipt_async (CitizSession *self,
                             const CitizId *access,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  const CitizItem *patient = citiz_record_patient (self->record);
  ReceiptJob *job = g_new0 (ReceiptJob, 1);

  job->access = *access;
  job->now = citiz_session_now (self);
  job->language = citiz_env_language ();
  job->person = g_strdup (patient != NULL ? patient->title[citiz_env_language ()] : "");
  job->offset_minutes = citiz_env_offset_minutes (citiz_session_now (self));
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_receipt_async, cancellable, callback, data),
      receipt_work, receipt_done, job, receipt_job_free);
}

gchar *
citiz_session_receipt_finish (CitizSession *self,
                              GAsyncResult *result,
                              GBytes **out_pdf,
                              GError **error)
{
  GBytes *paper = g_task_get_task_data (G_TASK (result));

  if (out_pdf != NULL)
    *out_pdf = paper != NULL ? g_bytes_ref (paper) : NULL;
  return g_task_propagate_pointer (G_TASK (result), error);
}
