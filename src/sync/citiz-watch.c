/* The watch as a whole: what it is told, what it tells. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-watch-private.h"

#define TIMEOUT_MS 20000
#define VISIT_MS   (5 * 60 * 1000) /* each node so often */
#define NEAR_MS    (10 * 1000)     /* and so often while somebody waits for what they do */

G_DEFINE_TYPE (CitizWatch, citiz_watch, G_TYPE_OBJECT)

enum
{
  STATUS,
  CHANGED,
  EVIDENCE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static CitizWatchNode *
node_new (const gchar *url)
{
  CitizWatchNode *node = g_rc_box_new0 (CitizWatchNode);

  node->said.url = g_strdup (url);
  node->said.linked = g_ptr_array_new_with_free_func (g_free);
  node->said.silent = g_ptr_array_new_with_free_func (g_free);
  node->said.voting = -1;
  return node;
}

static void
node_clear (gpointer data)
{
  CitizWatchNode *node = data;

  g_free (node->said.url);
  g_ptr_array_unref (node->said.linked);
  g_ptr_array_unref (node->said.silent);
}

void
citiz_watch_node_unref (gpointer node)
{
  g_rc_box_release_full (node, node_clear);
}

void
citiz_watch_tell_changed (CitizWatch *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

void
citiz_watch_tell_status (CitizWatch *self, const gchar *url, json_t *status)
{
  g_signal_emit (self, signals[STATUS], 0, url, status);
}

void
citiz_watch_tell_evidence (CitizWatch *self, GArray *evidence)
{
  for (guint i = 0; i < evidence->len; i++)
    g_signal_emit (self, signals[EVIDENCE], 0, &g_array_index (evidence, CitizEvidence, i));
}

static CitizWatchNode *
find_node (CitizWatch *self, const gchar *url)
{
  for (guint i = 0; i < self->nodes->len; i++)
    if (g_str_equal (((CitizWatchNode *) self->nodes->pdata[i])->said.url, url))
      return self->nodes->pdata[i];
  return NULL;
}

/**
 * citiz_watch_set_nodes:
 * @urls: (array zero-terminated=1): "https://host", no path; of those that stay, what is known is kept
 */
void
citiz_watch_set_nodes (CitizWatch *self, const gchar *const *urls)
{
  GPtrArray *nodes = g_ptr_array_new_with_free_func (citiz_watch_node_unref);

  for (; *urls != NULL; urls++)
    {
      CitizWatchNode *node = find_node (self, *urls);

      g_ptr_array_add (nodes, node != NULL ? g_rc_box_acquire (node) : node_new (*urls));
    }
  g_ptr_array_unref (self->nodes);
  self->nodes = nodes;
  citiz_watch_visit_now (self);
}

/**
 * citiz_watch_set_validators:
 * @urls: (array zero-terminated=1): of those that are validators now, some of citiz_watch_set_nodes()
 * @n: how many validators there are
 */
void
citiz_watch_set_validators (CitizWatch *self, const gchar *const *urls, guint n)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      CitizWatched *said = &((CitizWatchNode *) self->nodes->pdata[i])->said;

      said->validator = g_strv_contains (urls, said->url);
    }
  self->n_validators = n;
}

/* What GET /v must answer; without it the pages are not looked at. */
void
citiz_watch_set_page (CitizWatch *self, const CitizHash *sha256)
{
  self->page = *sha256;
  self->has_page = TRUE;
}

/**
 * citiz_watch_set_witness:
 * @account: registered with the community
 * @key: (nullable): a device key of it
 *
 * Checkpoints that were verified here are cosigned, so that nodes can tell how many watch; without a key none is.
 */
void
citiz_watch_set_witness (CitizWatch *self, const CitizHash *account, CitizSigningKey *key)
{
  g_clear_pointer (&self->witness, citiz_signing_key_unref);
  g_free (self->witness_name);
  self->witness = key != NULL ? citiz_signing_key_ref (key) : NULL;
  self->witness_name = citiz_hash_to_hex (account);
}

/* In how long all of the nodes are visited once. */
void
citiz_watch_set_pace (CitizWatch *self, guint visit_ms)
{
  self->visit_ms = visit_ms;
}

guint
citiz_watch_pace (CitizWatch *self)
{
  return self->near_by ? MIN (self->visit_ms, NEAR_MS) : self->visit_ms;
}

/**
 * citiz_watch_set_near:
 *
 * Each node is visited every ten seconds while somebody waits for what they do: a page with a link to one of them, something that is to become final.
 */
void
citiz_watch_set_near (CitizWatch *self, gboolean near_by)
{
  if (self->near_by == near_by)
    return;
  self->near_by = near_by;
  if (near_by)
    citiz_watch_visit_soon (self);
}

/* Each is visited at once, not in its turn: the network was away, and what was said of them is of then. */
void
citiz_watch_begin_anew (CitizWatch *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    ((CitizWatchNode *) self->nodes->pdata[i])->visited = FALSE;
  citiz_watch_visit_now (self);
}

/* Whether a node gave an answer to somebody else: when that is news, it is visited next. One that answers the one and not the other is not looked at
 * all the time instead of the rest. */
void
citiz_watch_hear (CitizWatch *self, const gchar *url, gboolean answered)
{
  const gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < self->nodes->len; i++)
    {
      CitizWatchNode *node = self->nodes->pdata[i];

      if (!g_str_equal (node->said.url, url) || !node->visited || node->said.answers == answered
          || (node->heard_at[answered] != 0
              && now < node->heard_at[answered] + (gint64) citiz_watch_pace (self) * 1000))
        continue;
      node->heard_at[answered] = now;
      node->visited = FALSE;
      if (self->visiting)
        continue;
      self->turn = i;
      citiz_watch_visit_now (self);
    }
}

/**
 * citiz_watch_start:
 *
 * Returns: %FALSE if what it saw earlier cannot be read
 */
gboolean
citiz_watch_start (CitizWatch *self, GError **error)
{
  GPtrArray *alarms;

  if (self->stop != NULL)
    return TRUE;
  alarms = citiz_watch_store_list (self->db, error);
  if (alarms == NULL)
    return FALSE;
  g_ptr_array_unref (self->alarms);
  self->alarms = alarms;
  self->client = citiz_http_client_new (TIMEOUT_MS);
  self->stop = g_cancellable_new ();
  citiz_watch_begin_anew (self);
  return TRUE;
}

void
citiz_watch_stop (CitizWatch *self)
{
  if (self->stop == NULL)
    return;
  citiz_watch_end_look (self);
  citiz_watch_visit_end (self);
  g_clear_object (&self->client);
}

/* This node showed something that does not continue our chain: it is visited next, from our newest block on. */
void
citiz_watch_suspect (CitizWatch *self, const gchar *url)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      CitizWatchNode *node = self->nodes->pdata[i];

      if (!g_str_equal (node->said.url, url) || node->doubt != 0)
        continue;
      node->doubt = citiz_chain_height (self->chain);
      self->turn = i;
      citiz_watch_visit_now (self);
    }
}

/* Returns: (transfer none) (element-type CitizAlarm): oldest first */
GPtrArray *
citiz_watch_alarms (CitizWatch *self)
{
  return self->alarms;
}

/* Returns: (transfer container) (element-type CitizWatched): valid until the nodes are set anew */
GPtrArray *
citiz_watch_nodes (CitizWatch *self)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < self->nodes->len; i++)
    g_ptr_array_add (list, &((CitizWatchNode *) self->nodes->pdata[i])->said);
  return list;
}

/* Whether nodes answer, and none of them is connected to @validator. */
gboolean
citiz_watch_is_missing (CitizWatch *self, const CitizPublicKey *validator)
{
  gboolean heard = FALSE;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const CitizWatched *said = &((CitizWatchNode *) self->nodes->pdata[i])->said;

      heard |= said->answers;
      for (guint j = 0; said->answers && j < said->linked->len; j++)
        if (citiz_public_key_equal (said->linked->pdata[j], validator))
          return FALSE;
    }
  return heard;
}

static void
citiz_watch_dispose (GObject *object)
{
  citiz_watch_stop (CITIZ_WATCH (object));
  G_OBJECT_CLASS (citiz_watch_parent_class)->dispose (object);
}

static void
citiz_watch_finalize (GObject *object)
{
  CitizWatch *self = CITIZ_WATCH (object);

  g_clear_pointer (&self->witness, citiz_signing_key_unref);
  g_free (self->witness_name);
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->alarms);
  G_OBJECT_CLASS (citiz_watch_parent_class)->finalize (object);
}

void
citiz_watch_class_init (CitizWatchClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_watch_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_watch_finalize;
  signals[STATUS] = g_signal_new ("status", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_POINTER);
  signals[CHANGED]
      = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[EVIDENCE] = g_signal_new ("evidence", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_POINTER);
}

void
citiz_watch_init (CitizWatch *self)
{
  self->nodes = g_ptr_array_new_with_free_func (citiz_watch_node_unref);
  self->alarms = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_alarm_free);
  self->visit_ms = VISIT_MS;
}

/**
 * citiz_watch_new:
 * @db: keeps the alarms
 * @chain: one's own verified copy; both outlive the watch
 */
CitizWatch *
citiz_watch_new (CitizDb *db, CitizChain *chain, const CitizEnv *env)
{
  CitizWatch *self = g_object_new (CITIZ_TYPE_WATCH, NULL);

  self->db = db;
  self->chain = chain;
  self->env = env;
  return self;
}
