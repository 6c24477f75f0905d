/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"

#include "record/citiz-compose.h"

#include <string.h>

GListModel *
app_openings (App *app)
{
  return citiz_session_get_openings (app->session);
}

gboolean
app_first_opening_came (App *app)
{
  return g_list_model_get_n_items (app_openings (app)) > 0;
}

gboolean
app_stop_listening_work (CitizEngine *engine,
                         gpointer data,
                         GCancellable *cancellable,
                         GError **error)
{
  g_signal_handlers_disconnect_by_data (engine->node, engine);
  return TRUE;
}

gboolean
app_end_access (App *app, const CitizId *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_revoke_async (app->session, id, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_revoke_finish (app->session, result, error);
}

/* No secret of an access that has ended is left: neither in the lists nor in the vault. */
static gboolean
has_link_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  gsize n;
  const gchar *text = g_bytes_get_data (plain, &n);

  *(gboolean *) data |= g_strstr_len (text, (gssize) n, "link") != NULL
                        || g_strstr_len (text, (gssize) n, "\"code\"");
  return TRUE;
}

static gboolean
has_link_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, has_link_cb, data, NULL, error);
}

gboolean
app_has_link (App *app)
{
  gboolean found = FALSE;

  app_on_engine (app, has_link_work, &found, NULL);
  return found;
}

CitizId
app_save_born (App *app, const CitizId *id, const gchar *birth_date)
{
  CitizDraft draft = {.now = citiz_session_now (app->session),
                      .given = "Lucie",
                      .family = "Bouchard",
                      .title = "Lucie Bouchard"};
  json_t *resource;
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};
  CitizId saved;

  g_assert_true (citiz_date_parse (&draft.onset, birth_date));
  resource = citiz_compose_patient (&draft, NULL);
  citiz_session_save_async (app->session, id, resource, NULL, app_answer_cb, &answer);
  json_decref (resource);
  result = app_wait (&answer);
  g_assert_true (citiz_session_save_finish (app->session, result, &saved, NULL));
  return saved;
}

void
app_save_patient (App *app)
{
  app_save_born (app, NULL, "1954-03-12");
}

void
app_count_cb (CitizSession *session, CitizOpening *opening, guint *count)
{
  (*count)++;
}

void
app_count_locked_cb (CitizSession *session, gint kind, guint *told)
{
  g_assert_cmpint (kind, ==, CITIZ_OPENING_READ);
  (*told)++;
}

gboolean
app_exec_work (CitizEngine *engine, gpointer sql, GCancellable *cancellable, GError **error)
{
  return citiz_db_exec (citiz_vault_get_db (engine->vault), sql, error);
}
