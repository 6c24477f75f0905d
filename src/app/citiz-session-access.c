/* The session: giving, ending and watching accesses. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-export.h"
#include "consent/citiz-consent-receipt.h"
#include "consent/citiz-ips.h"
#include "consent/citiz-offline.h"

#include <glib/gi18n.h>
#include <string.h>

#define PROFILE_SETTING "profile"

/* The emergency profile as the person set it, or the default. */
CitizProfile *
citiz_session_read_profile (CitizSession *self)
{
  json_t *setting = citiz_session_get_setting (self, PROFILE_SETTING);
  char *text = setting != NULL ? json_dumps (setting, JSON_COMPACT) : NULL;
  CitizProfile *profile = text != NULL ? citiz_profile_from_json (text, -1, NULL) : NULL;

  free (text);
  return profile != NULL ? profile : citiz_profile_new ();
}

static GBytes *
blob_cb (const CitizId *item, gpointer data)
{
  GBytes *bytes = g_hash_table_lookup (data, item);
  return bytes != NULL ? g_bytes_ref (bytes) : NULL;
}

static CitizIpsOptions
ips_options (CitizSession *self, GHashTable *blobs)
{
  CitizIpsOptions options = {0};

  options.env = self->env;
  options.language = citiz_env_language ();
  options.offset_minutes = citiz_env_offset_minutes (citiz_session_now (self));
  options.blob = blobs != NULL ? blob_cb : NULL;
  options.blob_data = blobs;
  options.device_name = "Citiz";
  options.incomplete = self->damaged;
  return options;
}

json_t *
citiz_session_build_summary (CitizSession *self, GHashTable *blobs)
{
  g_autoptr (CitizProfile) profile = citiz_session_read_profile (self);
  CitizIpsOptions options = ips_options (self, blobs);

  return citiz_ips_build (self->record, profile, &options);
}

/* "Lucie B.", or NULL when the person chose to say nothing. */
static gchar *
label_of (CitizSession *self, const CitizProfile *profile)
{
  const CitizItem *patient = citiz_record_patient (self->record);
  g_auto (GStrv) words = NULL;
  guint n;
  gchar initial[8] = {0};

  if (patient == NULL || citiz_profile_get_label (profile) == CITIZ_LABEL_NONE)
    return NULL;
  words = g_strsplit (patient->title[citiz_env_language ()], " ", -1);
  n = g_strv_length (words);
  if (n < 2)
    return g_strdup (patient->title[citiz_env_language ()]);
  g_unichar_to_utf8 (g_utf8_get_char (words[n - 1]), initial);
  return g_strdup_printf ("%s %s.", words[0], initial);
}

/* "YYYY-MM-DD" if the whole date is known: the spoken code asks for it. */
static gchar *
birth_date_of (CitizSession *self)
{
  const CitizItem *patient = citiz_record_patient (self->record);
  const gchar *text;

  if (patient == NULL)
    return NULL;
  text = json_string_value (json_object_get (patient->resource, "birthDate"));
  return text != NULL && strlen (text) == 10 ? g_strdup (text) : NULL;
}

/* How much of a part is held back, and by whom: items that any new profile leaves out, or the whole part because the person said so. */
typedef enum
{
  HELD_BY_DEFAULT,
  HELD_WHOLE
} Held;

static guint
held_of (const CitizIpsPart *part, Held held)
{
  if (held == HELD_WHOLE)
    return !part->shown && citiz_part_is_usual (part->part);
  return part->shown || !citiz_part_is_usual (part->part) ? part->withheld - part->masked : 0;
}

/* A line of its own that names parts: "left-out", which nobody chose, is not "masked", which the person did. */
static void
describe_held (json_t *shown, const GPtrArray *parts, Held held, const gchar *key)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < parts->len; i++)
    {
      const CitizIpsPart *part = g_ptr_array_index (parts, i);
      guint here = held_of (part, held);

      if (here > 0)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "",
                                citiz_part_name (part->part));
      n += here;
    }
  if (n > 0)
    json_array_append_new (
        shown, json_pack ("{s:s, s:i, s:s}", "key", key, "count", (int) n, "text", names->str));
}

/* @out_withheld: the items that the person masked one by one */
static json_t *
describe_shown (const GPtrArray *parts, guint *out_withheld)
{
  json_t *shown = json_array ();

  *out_withheld = 0;
  for (guint i = 0; i < parts->len; i++)
    {
      const CitizIpsPart *part = g_ptr_array_index (parts, i);

      *out_withheld += part->masked;
      if (part->shown && part->count > 0)
        json_array_append_new (shown,
                               json_pack ("{s:s, s:i, s:s}", "key", citiz_part_name (part->part),
                                          "count", (int) part->count, "text", part->text));
    }
  describe_held (shown, parts, HELD_BY_DEFAULT, "left-out");
  describe_held (shown, parts, HELD_WHOLE, "masked");
  return shown;
}

void
citiz_session_summarize (CitizSession *self,
                         const CitizProfile *profile,
                         GHashTable *blobs,
                         CitizSummary *out)
{
  CitizIpsOptions options = ips_options (self, blobs);
  g_autoptr (GPtrArray) parts = NULL;

  out->bundle = citiz_ips_build_with_parts (self->record, profile, &options, &parts);
  out->shown = describe_shown (parts, &out->withheld);
  citiz_ips_digest (&out->digest, out->bundle);
}

void
citiz_summary_clear (CitizSummary *summary)
{
  g_clear_pointer (&summary->bundle, json_decref);
  g_clear_pointer (&summary->shown, json_decref);
}

static const gchar *
filled (const gchar *text)
{
  return text != NULL && text[0] != '\0' ? text : NULL;
}

CitizAccess *
citiz_session_get_emergency (CitizSession *self)
{
  GListModel *accesses = G_LIST_MODEL (self->accesses);
  CitizTime now = citiz_session_now (self);

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (access->state == CITIZ_ACCESS_LIVE && access->link != NULL && now.ms < access->expires.ms)
        return access; /* the list holds it */
    }
  return NULL;
}

gboolean
citiz_session_get_needed (CitizSession *self)
{
  const CitizAccess *live = citiz_session_get_emergency (self);

  return citiz_session_get_serving (self)
         || (live != NULL && (live->n_nodes == 0 || live->ready == CITIZ_ACCESS_SENDING));
}

/* A record that was locked meanwhile is empty: nothing may be made of it. Answers the task then. */
static gboolean
still_open (CitizSession *self, GTask *task)
{
  if (self->state == CITIZ_SESSION_OPEN)
    return TRUE;
  g_task_return_new_error (task, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_LOCKED,
                           "the vault is not open");
  return FALSE;
}

static void
given_done (GTask *task, gpointer data)
{
  CitizGive *give = data;
  CitizSession *self = g_task_get_source_object (task);

  if (!still_open (self, task)) /* given before it was locked: shown when it opens again */
    return;
  citiz_session_put_access (self, give->access);
  g_task_return_pointer (task, g_object_ref (give->access), g_object_unref);
}

static void
give (CitizSession *self, GTask *task, guint hours, GHashTable *blobs)
{
  g_autoptr (CitizProfile) profile = NULL;
  CitizGive *job;

  if (!still_open (self, task))
    {
      g_object_unref (task);
      return;
    }
  profile = citiz_session_read_profile (self);
  job = g_new0 (CitizGive, 1);
  job->hours = hours;
  job->withdrawn = g_object_steal_data (G_OBJECT (task), "withdrawn");
  job->instead = job->withdrawn != NULL;
  job->profile = citiz_profile_to_json (profile);
  job->stalled = citiz_profile_opens_stalled (profile);
  citiz_session_summarize (self, profile, blobs, &job->summary);
  job->sample = citiz_session_get_sample (self);
  job->label = label_of (self, profile);
  job->contact_name = g_strdup (filled (citiz_profile_get_contact_name (profile)));
  job->contact_phone = g_strdup (filled (citiz_profile_get_contact_phone (profile)));
  job->birth_date = birth_date_of (self);
  citiz_engine_post_urgent (self->engine, task, citiz_engine_give, given_done, job,
                            citiz_give_free);
}

static void
give_with_documents_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GHashTable) blobs
      = citiz_session_read_blobs_finish (CITIZ_SESSION (source), result, NULL);

  give (CITIZ_SESSION (source), data, GPOINTER_TO_UINT (g_object_get_data (data, "hours")), blobs);
}

/* However often it was pressed meanwhile: one access, the same for all. */
static void
answer_presses_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizSession *self = CITIZ_SESSION (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizAccess) access = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (GPtrArray) presses = g_steal_pointer (&self->pressing);

  self->pressing = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < presses->len; i++)
    {
      GTask *press = g_ptr_array_index (presses, i);

      if (access != NULL)
        g_task_return_pointer (press, g_object_ref (access), g_object_unref);
      else
        g_task_return_error (press, g_error_copy (error));
    }
  if (self->refresh_again) /* the record changed while it was given */
    citiz_session_refresh (self);
}

void
citiz_session_emergency_async (CitizSession *self,
                               guint hours,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data)
{
  g_autoptr (GTask) task
      = citiz_session_task (self, citiz_session_emergency_async, cancellable, callback, data);
  CitizAccess *live = citiz_session_get_emergency (self);
  GTask *first;

  if (live != NULL)
    {
      g_task_return_pointer (task, g_object_ref (live), g_object_unref);
      return;
    }
  if (!still_open (self, task))
    return;
  g_ptr_array_add (self->pressing, g_steal_pointer (&task));
  if (self->pressing->len > 1)
    return;
  first = citiz_session_task (self, give, NULL, answer_presses_cb, NULL);
  g_object_set_data (G_OBJECT (first), "hours", GUINT_TO_POINTER (hours));
  citiz_session_read_blobs_async (self, give_with_documents_cb, first);
}

static void
fell_back_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizAccess) access = g_task_propagate_pointer (G_TASK (result), &error);

  if (access == NULL)
    g_warning ("no access could be given on this computer: %s", error->message);
}

void
citiz_session_fall_back (CitizSession *self, gpointer id)
{
  CitizAccess *access = citiz_session_find_access (self, id);
  GTask *task;
  gint64 left;

  if (self->state != CITIZ_SESSION_OPEN || access == NULL || access->ending
      || access->state != CITIZ_ACCESS_LIVE || access->ready != CITIZ_ACCESS_SENDING)
    return;
  left = access->expires.ms - citiz_session_now (self).ms;
  task = citiz_session_task (self, give, NULL, fell_back_cb, NULL);
  g_object_set_data (G_OBJECT (task), "hours",
                     GUINT_TO_POINTER ((guint) ((left + CITIZ_HOUR - 1) / CITIZ_HOUR)));
  g_object_set_data_full (G_OBJECT (task), "withdrawn", g_memdup2 (id, sizeof (CitizId)), g_free);
  citiz_session_read_blobs_async (self, give_with_documents_cb, task);
}

CitizAccess *
citiz_session_emergency_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
citiz_session_revoke_async (CitizSession *self,
                            const CitizId *access,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  citiz_engine_post_urgent (
      self->engine,
      citiz_session_task (self, citiz_session_revoke_async, cancellable, callback, data),
      citiz_engine_revoke, NULL, g_memdup2 (access, sizeof *access), g_free);
}

gboolean
citiz_session_revoke_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
disputed_done (GTask *task, gpointer data)
{
  const CitizDispute *dispute = data;
  CitizSession *self = g_task_get_source_object (task);
  GListModel *openings = G_LIST_MODEL (self->openings);

  for (guint i = 0; i < g_list_model_get_n_items (openings); i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (openings, i);

      if (citiz_id_equal (&opening->id, &dispute->opening))
        opening->disputed = dispute->disputed;
    }
  g_task_return_boolean (task, TRUE);
  citiz_session_emit_accesses (self);
}

void
citiz_session_dispute_async (CitizSession *self,
                             const CitizId *opening,
                             gboolean disputed,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  CitizDispute *dispute = g_new0 (CitizDispute, 1);

  dispute->opening = *opening;
  dispute->disputed = disputed;
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_dispute_async, cancellable, callback, data),
      citiz_engine_dispute, disputed_done, dispute, g_free);
}

gboolean
citiz_session_dispute_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

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

  if (!still_open (self, task))
    {
      g_object_unref (task);
      return;
    }
  profile = citiz_session_read_profile (self);
  job = g_new0 (PageJob, 1);
  job->bundle = citiz_session_build_summary (self, blobs);
  job->label = label_of (self, profile);
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

static gboolean
finish_code_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  citiz_engine_finish_code (engine);
  return TRUE;
}

void
citiz_session_finish_code (CitizSession *self)
{
  citiz_engine_run_sync (self->engine, finish_code_work, NULL, NULL);
}
