/* A citizen in the community of the four nodes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "nodes-fixture.h"

#include "app/citiz-engine-shared.h"

#include <string.h>

static gboolean
pace_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  if (engine->community != NULL)
    citiz_community_set_pace (engine->community, 200, 300, 500, 600000);
  return TRUE;
}

void
nodes_pace (App *app)
{
  app_on_engine (app, pace_work, NULL, NULL);
}

/* What nodes say of it first, soon after the founding. */
static gboolean
knows_rules_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizLedger *ledger = citiz_chain_ledger (citiz_community_get_chain (engine->community), NULL);
  CitizTxParams params;

  *(gboolean *) data = ledger != NULL && citiz_ledger_get_params (ledger, &params);
  return TRUE;
}

static gboolean
is_member (App *app)
{
  const CitizCommunityView *view = citiz_session_get_community (app->session);
  gboolean knows_rules = FALSE;

  if (view == NULL || !view->registered || view->state != CITIZ_COMMUNITY_VIEW_EVEN
      || view->n_missing > 0 || view->nodes->len != NODES)
    return FALSE;
  app_on_engine (app, knows_rules_work, &knows_rules, NULL);
  return knows_rules;
}

void
nodes_join (App *app)
{
  g_autofree gchar *text = nodes_invitation ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_join_async (app->session, text, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  citiz_session_join_finish (app->session, result, &error);
  g_assert_no_error (error);
  nodes_pace (app);
  g_assert_true (app_until (is_member, app, LONG));
}

void
member_up (App *app, gconstpointer data)
{
  app_up (app, data);
  nodes_start_all ();
  nodes_join (app);
}

void
member_down (App *app, gconstpointer data)
{
  app_down (app, data);
  nodes_start_all ();
}

CitizAccess *
newest (App *app)
{
  g_autoptr (CitizAccess) access
      = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);

  return access;
}

gboolean
all_hold (App *app)
{
  return newest (app)->ready == CITIZ_ACCESS_READY && newest (app)->n_holding == NODES;
}

gboolean
is_usable (App *app)
{
  return newest (app)->ready >= CITIZ_ACCESS_USABLE;
}

gboolean
is_over (App *app)
{
  return newest (app)->state == CITIZ_ACCESS_REVOKED;
}

CitizOpening *
opening_at (App *app, guint i)
{
  g_autoptr (CitizOpening) opening
      = g_list_model_get_item (citiz_session_get_openings (app->session), i);

  return opening; /* the list holds it */
}

gboolean
first_is_named (App *app)
{
  return g_list_model_get_n_items (citiz_session_get_openings (app->session)) > 0
         && opening_at (app, 0)->name[0] != '\0';
}

gboolean
read_now_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  citiz_engine_read_boxes (engine);
  return TRUE;
}

static gboolean
coded_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  json_auto_t *json
      = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), 0, NULL);

  *(gboolean *) data = json_integer_value (json_object_get (json, "coded")) == (1 << NODES) - 1;
  return TRUE;
}

static gboolean
coded_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, coded_cb, data, NULL, error);
}

gboolean
code_is_everywhere (App *app)
{
  gboolean coded = FALSE;

  app_on_engine (app, coded_work, &coded, NULL);
  return coded;
}

gboolean
only_one_is_live (App *app)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (citiz_session_get_accesses (app->session)); i++)
    {
      g_autoptr (CitizAccess) access
          = g_list_model_get_item (citiz_session_get_accesses (app->session), i);

      n += access->state == CITIZ_ACCESS_LIVE && !access->ending;
    }
  return n == 1;
}

gboolean
knows_it_is_alone (App *app)
{
  return citiz_session_get_community (app->session)->state == CITIZ_COMMUNITY_VIEW_ALONE;
}

/* Reads the whole way, beginning at @node. */
void
read_all (App *app, const gchar *link, guint node, guint use, const gchar *name, const gchar *has)
{
  g_autofree gchar *opening = NULL, *summary = NULL;

  g_assert_cmpuint (nodes_open (app, link, node, use, name, &opening), ==, 200);
  g_assert_cmpuint (nodes_gather (link, opening, &summary, NULL), >=, NODES_NEEDED);
  g_assert_nonnull (strstr (summary, has));
}
