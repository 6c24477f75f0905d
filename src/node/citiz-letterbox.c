/* The citizen's side of a mailbox on a node. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-letterbox.h"

#include "consent/citiz-mail-pass.h"
#include "net/citiz-json-strict.h"
#include "wire/citiz-tx-body.h"

#include <string.h>

#define ANSWER_MAX (1024u * 1024)
#define MAIL_MAX   4096 /* pieces in one answer */

/* One errand: asked without a pass the node gives a nonce, asked with it what is wanted. */
typedef struct
{
  CitizHttpClient *client;
  const CitizEnv *env;
  gchar *url;
  const gchar *method;
  CitizPublicKey node;
  CitizId grant;
  gint64 row;
  CitizSigningKey *key;
  gboolean passed;
} Errand;

static void
errand_free (gpointer data)
{
  Errand *errand = data;

  g_object_unref (errand->client);
  g_free (errand->url);
  citiz_signing_key_unref (errand->key);
  g_free (errand);
}

static void answered_cb (GObject *client, GAsyncResult *result, gpointer data);

/* Takes a reference of the task's. */
static void
ask (GTask *task, const gchar *authorization)
{
  const Errand *errand = g_task_get_task_data (task);
  const CitizHttpAsk what = {.method = errand->method,
                             .url = errand->url,
                             .authorization = authorization,
                             .answer_max = ANSWER_MAX};

  citiz_http_client_ask (errand->client, &what, g_task_get_cancellable (task), answered_cb, task);
}

static gboolean
ask_with_pass (GTask *task, GBytes *answer)
{
  Errand *errand = g_task_get_task_data (task);
  json_t *json = citiz_json_strict_parse (answer, NULL);
  CitizMailPass pass = {.grant = errand->grant, .row = (guint64) errand->row};
  g_autofree gchar *text = NULL, *header = NULL;
  const gboolean fine
      = json != NULL && citiz_json_strict_bytes (json, "nonce", pass.nonce, sizeof pass.nonce);

  json_decref (json);
  if (!fine || errand->passed)
    return FALSE;
  errand->passed = TRUE;
  pass.time = citiz_env_now (errand->env);
  text = citiz_mail_pass_write (&pass, &errand->node, errand->key);
  header = g_strconcat ("Citiz ", text, NULL);
  ask (task, header);
  return TRUE;
}

static void
answered_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  guint status = 0;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &status, &error);

  if (answer == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (status == 401 && ask_with_pass (task, answer))
    {
      g_object_ref (task);
      return;
    }
  if (status == 200 || status == 204 || status == 404)
    g_task_return_pointer (task, status == 200 ? g_steal_pointer (&answer) : NULL,
                           (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_new_error (task, CITIZ_NET_ERROR, CITIZ_NET_ERROR_ANSWER,
                             "the mailbox answered %u", status);
}

static void
begin (const CitizLetterbox *box,
       const gchar *method,
       gint64 row,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  Errand *errand = g_new0 (Errand, 1);
  g_autofree gchar *grant = citiz_id_to_hex (&box->grant);

  errand->client = g_object_ref (box->client);
  errand->env = box->env;
  errand->method = method;
  errand->node = box->node;
  errand->grant = box->grant;
  errand->row = row;
  errand->key = citiz_signing_key_ref ((CitizSigningKey *) box->key);
  errand->url
      = row > 0 ? g_strdup_printf ("%s/v1/mailbox/%s/%" G_GINT64_FORMAT, box->origin, grant, row)
                : g_strdup_printf ("%s/v1/mailbox/%s", box->origin, grant);
  g_task_set_task_data (task, errand, errand_free);
  ask (task, NULL);
}

void
citiz_letterbox_read (const CitizLetterbox *box,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer data)
{
  begin (box, "GET", 0, cancellable, callback, data);
}

void
citiz_letterbox_drop (const CitizLetterbox *box, gint64 row, GCancellable *cancellable)
{
  begin (box, "DELETE", row, cancellable, NULL, NULL);
}

static CitizMail *
mail_from_json (json_t *json, const CitizId *grant)
{
  g_autoptr (CitizMail) mail = g_new0 (CitizMail, 1);
  const gchar *opening = citiz_json_strict_string (json, "opening", 64);
  const gchar *sealed = citiz_json_strict_string (json, "sealed", ANSWER_MAX);
  gint64 kind, tries;

  mail->grant = *grant;
  if (!citiz_json_strict_int (json, "row", 1, CITIZ_JSON_INT_MAX, &mail->row)
      || !citiz_json_strict_int (json, "kind", CITIZ_MAIL_OPENED, CITIZ_MAIL_STALLED, &kind)
      || !citiz_json_strict_int (json, "time", 0, CITIZ_JSON_INT_MAX, &mail->time.ms)
      || !citiz_json_strict_int (json, "tries", 0, CITIZ_GRANT_MAX_OPENINGS, &tries))
    return NULL;
  mail->kind = (CitizMailKind) kind;
  mail->tries = (guint) tries;
  mail->has_opening = opening != NULL && citiz_hash_from_hex (&mail->opening, opening);
  mail->sealed = sealed != NULL ? citiz_base64url_decode (sealed) : NULL;
  return g_steal_pointer (&mail);
}

/* What is no mail is left out: one bad piece hides no other. */
static GPtrArray *
mail_from_answer (GBytes *answer, const CitizId *grant, gboolean *out_lacks, GError **error)
{
  json_auto_t *json = citiz_json_strict_parse (answer, error);
  json_t *list = json_object_get (json, "mail"), *one;
  g_autoptr (GPtrArray) mail = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_mail_free);
  size_t i;

  if (json == NULL)
    return NULL;
  *out_lacks = json_is_true (json_object_get (json, "lacks"));
  json_array_foreach (list, i, one)
  {
    CitizMail *piece = i < MAIL_MAX ? mail_from_json (one, grant) : NULL;

    if (piece != NULL)
      g_ptr_array_add (mail, piece);
  }
  return g_steal_pointer (&mail);
}

GPtrArray *
citiz_letterbox_read_finish (GAsyncResult *result, gboolean *out_lacks, GError **error)
{
  const Errand *errand = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) own = NULL;
  g_autoptr (GBytes) answer = g_task_propagate_pointer (G_TASK (result), &own);

  *out_lacks = answer == NULL;
  if (own != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return NULL;
    }
  return answer != NULL ? mail_from_answer (answer, &errand->grant, out_lacks, error)
                        : g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_mail_free);
}
