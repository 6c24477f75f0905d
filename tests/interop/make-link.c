/* Serves links of a summary for independent readers: make-link BUNDLE.json|sample OUT.json. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-deal.h"
#include "consent/citiz-ips.h"
#include "crypto/citiz-crypto.h"
#include "node/citiz-node.h"
#include "record/citiz-sample-record.h"

#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

#define BORN "1959-03-12"

typedef struct
{
  CitizRecord *record;
  CitizDb *db;
  CitizChain *chain;
  CitizNode *node;
  CitizSigningKey *citizen;
  CitizHash account;
  json_t *bundle;
  json_t *out;
  gchar *key; /* of the last item of the sample: one of the same key corrects it */
  CitizId id;
  guint version;
} App;

static void
put (App *app, json_t *resource, const CitizOrigin *origin)
{
  g_autoptr (CitizItem) item = NULL;

  if (origin->key == NULL || g_strcmp0 (app->key, origin->key) != 0)
    {
      app->id = citiz_env_new_id (citiz_env_system ());
      app->version = 0;
    }
  g_free (app->key);
  app->key = g_strdup (origin->key);
  item = citiz_item_new_from_json (resource, &app->id, ++app->version, 1, NULL);
  if (item == NULL)
    return;
  citiz_item_set_source (item, origin->source, origin->source_name);
  citiz_record_put (app->record, item);
}

static gboolean
sample_item_cb (json_t *resource, const CitizOrigin *origin, GBytes *blob, gpointer data)
{
  put (data, resource, origin);
  return TRUE;
}

static gboolean
sample_series_cb (const gchar *measure,
                  const gchar *source,
                  const gchar *unit,
                  const CitizSample *samples,
                  gsize n,
                  gpointer data)
{
  const CitizMeasure *known = citiz_measure_get (measure);
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay));

  if (known)
    {
      citiz_days_add (days, samples, n, known->aggregate);
      citiz_record_put_days (((App *) data)->record, measure, source, unit, 1, days);
    }
  return TRUE;
}

static gboolean
load (App *app, const gchar *path)
{
  static const CitizOrigin document = {.source = CITIZ_SOURCE_DOCUMENT, .source_name = "File"};
  g_autofree gchar *text = NULL;
  gsize n;
  json_t *bundle, *entry;
  size_t i;

  if (g_str_equal (path, "sample"))
    return citiz_sample_load (citiz_env_now (citiz_env_system ()), -300, CITIZ_LANGUAGE_FR,
                              sample_item_cb, sample_series_cb, app);
  if (!g_file_get_contents (path, &text, &n, NULL)
      || (bundle = citiz_json_load (text, n, NULL)) == NULL)
    return FALSE;
  json_array_foreach (json_object_get (bundle, "entry"), i, entry)
      put (app, json_object_get (entry, "resource"), &document);
  json_decref (bundle);
  return TRUE;
}

static CitizSigningKey *
new_key (void)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);

  return citiz_signing_key_new_from_seed (seed);
}

static gboolean
start (App *app)
{
  g_autofree gchar *dir = g_dir_make_tmp ("citiz-interop-XXXXXX", NULL);
  g_autoptr (CitizSigningKey) key = new_key ();

  app->citizen = new_key ();
  app->db = citiz_db_open (dir, CITIZ_DB_CREATE, NULL);
  app->chain = app->db ? citiz_chain_open (app->db, citiz_env_system (), key, NULL) : NULL;
  if (app->chain == NULL)
    return FALSE;
  app->node = citiz_node_new (app->db, app->chain, citiz_env_system (), key);
  json_object_set_new (app->out, "dir", json_string (dir));
  return citiz_node_start (app->node, 0, NULL);
}

static CitizDeal *
deal (App *app, const gchar *name, guint openings, const gchar *passcode)
{
  CitizDealNode node = {*citiz_node_get_public (app->node), citiz_node_get_origin (app->node)};
  CitizDealOptions options = {.duration_ms = CITIZ_DAY,
                              .max_openings = openings,
                              .now = citiz_chain_time (app->chain),
                              .label = "Lucie B.",
                              .passcode = passcode,
                              .nodes = &node,
                              .n_nodes = 1,
                              .threshold = 1};
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  CitizDeal *made = citiz_deal_new (citiz_env_system (), app->bundle, &options, NULL);
  CitizTxBody body = {.grant = made->body};

  citiz_chain_add_register (app->chain, txs, app->citizen, NULL, &app->account);
  citiz_chain_add (app->chain, txs, CITIZ_TX_GRANT, &app->account, 0, &body, app->citizen);
  if (!citiz_node_deal (app->node, made, txs, NULL, NULL))
    g_error ("the deal was refused");
  json_object_set_new (app->out, name,
                       json_pack ("{s:s, s:s, s:s}", "link", made->link, "shlink", made->shlink,
                                  "code", made->code));
  return made;
}

static void
end_access (App *app, const CitizDeal *made)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  CitizTxBody body = {.revoke = {.grant = made->body.id}};

  citiz_chain_add (app->chain, txs, CITIZ_TX_GRANT_REVOKE, &app->account, 0, &body, app->citizen);
  if (!citiz_node_revoke (app->node, &made->body.id, txs, NULL, NULL))
    g_error ("the revocation was refused");
}

static void
make_links (App *app)
{
  g_autoptr (CitizDeal) plain = deal (app, "plain", 16, NULL);
  g_autoptr (CitizDeal) once = deal (app, "once", 1, NULL);
  g_autoptr (CitizDeal) passcode = deal (app, "passcode", 16, "4821");
  g_autoptr (CitizDeal) revoked = deal (app, "revoked", 16, NULL);
  g_autoptr (CitizCodeEntry) entry = citiz_deal_seal_code (citiz_env_system (), plain, 0, BORN);

  end_access (app, revoked);
  if (!citiz_node_put_code (app->node, entry, NULL))
    g_error ("the spoken code was refused");
  json_object_set_new (app->out, "born", json_string (BORN));
}

static gboolean
make_bundle (App *app, const gchar *out)
{
  g_autoptr (CitizProfile) profile = citiz_profile_new ();
  CitizIpsOptions options
      = {.env = citiz_env_system (), .language = CITIZ_LANGUAGE_FR, .offset_minutes = -300};
  g_autofree gchar *text = NULL;

  app->bundle = citiz_ips_build (app->record, profile, &options);
  text = citiz_json_dump (app->bundle);
  return g_file_set_contents (out, text, -1, NULL);
}

static gboolean
quit_cb (gint fd, GIOCondition condition, gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  App app = {.record = citiz_record_new (), .out = json_object ()};
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  char *text;

  if (argc != 3 || !citiz_crypto_init () || !load (&app, argv[1]) || !make_bundle (&app, argv[2]))
    return 1;
  if (!start (&app))
    return 1;
  make_links (&app);
  text = json_dumps (app.out, JSON_COMPACT);
  puts (text);
  fflush (stdout);
  free (text);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, quit_cb, loop);
  g_main_loop_run (loop);
  g_clear_object (&app.node);
  citiz_chain_close (app.chain);
  citiz_db_unref (app.db);
  citiz_record_free (app.record);
  citiz_signing_key_unref (app.citizen);
  json_decref (app.bundle);
  json_decref (app.out);
  g_free (app.key);
  return 0;
}
