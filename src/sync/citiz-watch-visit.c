/* Visiting nodes one by one: what they say, which blocks they show, which page they give out.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-hash.h"
#include "ledger/citiz-note.h"
#include "net/citiz-json-strict.h"
#include "sync/citiz-range.h"
#include "sync/citiz-watch-compare.h"
#include "sync/citiz-watch-private.h"

#include <string.h>

#define STATUS_MAX (64u * 1024)
#define PAGE_MAX   (1024u * 1024)
#define PAGE_EVERY (24 * 3600 * CITIZ_SECOND)
#define SIGN_EVERY (3600 * CITIZ_SECOND)
#define SIGN_AGAIN                                                                                 \
  (60 * CITIZ_SECOND) /* a node that did not take it may not know the account yet */
#define RANGE     16
#define STEPS_MAX 24 /* ranges asked of one node at one visit */

/* One thing asked of a node at a visit: whether it is due, what to ask, what to make of the answer. */
typedef struct
{
  gboolean (*due) (CitizWatch *self, CitizWatchNode *node);
  void (*ask) (CitizWatch *self, CitizWatchNode *node, CitizHttpAsk *ask);
  void (*take) (CitizWatch *self, CitizWatchNode *node, guint status, GBytes *answer);
} Step;

/* Status *********************************************************************/

static gboolean
always (CitizWatch *self, CitizWatchNode *node)
{
  return TRUE;
}

void
citiz_watch_ask_status (CitizWatch *self, CitizWatchNode *node, CitizHttpAsk *ask)
{
  ask->url = g_strconcat (node->said.url, "/v1/status", NULL);
  ask->answer_max = STATUS_MAX;
}

static void
take_links (CitizWatchNode *node, json_t *body)
{
  json_t *members = json_object_get (body, "members");
  json_t *member;
  gsize i;

  g_ptr_array_set_size (node->said.linked, 0);
  g_ptr_array_set_size (node->said.silent, 0);
  json_array_foreach (members, i, member)
  {
    CitizPublicKey key;

    if (!json_is_true (json_object_get (member, "linked"))
        || !citiz_json_strict_bytes (member, "node", key.b, sizeof key.b))
      continue;
    g_ptr_array_add (node->said.linked, g_memdup2 (&key, sizeof key));
    if (json_is_true (json_object_get (member, "silent")))
      g_ptr_array_add (node->said.silent, g_memdup2 (&key, sizeof key));
  }
}

/* A node that shows another head than ours of the same height is looked at more closely. */
static void
compare_head (CitizWatch *self, CitizWatchNode *node, json_t *body)
{
  const gchar *hex = citiz_json_strict_string (body, "hash", 64);
  CitizHash theirs, own;

  if (hex == NULL || !citiz_hash_from_hex (&theirs, hex) || node->said.height == 0)
    return;
  if (citiz_watch_own_hash (self->chain, node->said.height, &own)
      && !citiz_hash_equal (&theirs, &own))
    node->doubt = node->said.height;
}

/* What a node leaves out is taken as nothing to tell. */
static gint64
number_of (json_t *body, const gchar *key, gint64 otherwise)
{
  gint64 value;

  return citiz_json_strict_int (body, key, 0, CITIZ_JSON_INT_MAX, &value) ? value : otherwise;
}

/* Who is on the list says how many vote; and of itself, whether it does. */
static void
take_votes (CitizWatched *said, json_t *body)
{
  static const gchar *const mute[] = {"muted", "observing", "diverged", NULL};
  const gchar *mode = citiz_json_strict_string (body, "mode", 32);

  said->voting = (gint) MIN (number_of (body, "voting", -1), CITIZ_MAX_VALIDATORS);
  said->mute = said->voting >= 0 && mode != NULL && g_strv_contains (mute, mode);
}

static gboolean
read_status (CitizWatch *self, CitizWatchNode *node, json_t *body)
{
  const CitizTime now = citiz_env_now (self->env);
  CitizWatched *said = &node->said;
  const gchar *chain = citiz_json_strict_string (body, "chain", 64);
  CitizHash id;

  if (chain == NULL || !citiz_hash_from_hex (&id, chain)
      || !citiz_hash_equal (&id, citiz_chain_id (self->chain)))
    return FALSE;
  said->seen = now;
  said->heard = citiz_env_steady (self->env);
  said->height = (guint64) number_of (body, "height", 0);
  said->due = (guint) MIN (number_of (body, "due", number_of (body, "waiting", 0)), G_MAXINT);
  said->watchers = (guint) MIN (number_of (body, "watchers", 0), G_MAXINT);
  said->standing_ms = MIN (number_of (body, "standing", 0), G_MAXINT) * CITIZ_SECOND;
  said->skew_ms = number_of (body, "time", now.ms) - now.ms;
  take_links (node, body);
  take_votes (said, body);
  compare_head (self, node, body);
  return TRUE;
}

void
citiz_watch_take_status (CitizWatch *self, CitizWatchNode *node, guint status, GBytes *answer)
{
  json_t *body = answer != NULL && status == 200 ? citiz_json_strict_parse (answer, NULL) : NULL;

  node->visited = TRUE;
  node->said.answers = body != NULL && read_status (self, node, body);
  citiz_watch_judge (self);
  citiz_watch_tell_status (self, node->said.url, node->said.answers ? body : NULL);
  g_clear_pointer (&body, json_decref);
}

/* Blocks *********************************************************************/

static gboolean
is_in_doubt (CitizWatch *self, CitizWatchNode *node)
{
  if (node->doubt == 0 || !node->said.answers)
    return FALSE;
  if (node->asked == 0)
    {
      node->back = RANGE / 2;
      node->known = 0;
      node->from = node->doubt > node->back ? node->doubt - node->back : 1;
    }
  return TRUE;
}

static void
ask_blocks (CitizWatch *self, CitizWatchNode *node, CitizHttpAsk *ask)
{
  node->asked++;
  ask->url = citiz_range_url (node->said.url, node->from, RANGE);
  ask->answer_max = CITIZ_RANGE_MAX_BYTES;
}

/* What was looked for is known, or will not be found. */
static void
end_doubt (CitizWatchNode *node)
{
  node->doubt = 0;
  node->asked = 0;
}

/* @theirs begins where it parts from us. Signed twice by the same validators: the community has forked. Else the node alone is to blame. */
static void
judge_fork (CitizWatch *self, CitizWatchNode *node, GPtrArray *theirs)
{
  g_autoptr (GArray) evidence = g_array_new (FALSE, FALSE, sizeof (CitizEvidence));
  const guint64 height = ((CitizBlock *) theirs->pdata[0])->header.height;
  const guint guilty = citiz_watch_blame (self->chain, theirs, evidence);
  CitizAlarm *alarm
      = citiz_watch_raise (self, guilty > 0 ? CITIZ_ALARM_FORK : CITIZ_ALARM_OTHER, node->said.url);
  const gboolean fresh = alarm->evidence->len == 0;

  alarm->height = height;
  if (fresh)
    g_array_append_vals (alarm->evidence, evidence->data, evidence->len);
  citiz_watch_keep (self, alarm);
  end_doubt (node);
  if (fresh)
    citiz_watch_tell_evidence (self, evidence);
}

/* It shows no blocks that bear out the head it tells of. */
static void
judge_vague (CitizWatch *self, CitizWatchNode *node)
{
  CitizAlarm *alarm = citiz_watch_raise (self, CITIZ_ALARM_OTHER, node->said.url);

  alarm->height = node->doubt;
  citiz_watch_keep (self, alarm);
  end_doubt (node);
}

static void
take_blocks (CitizWatch *self, CitizWatchNode *node, guint status, GBytes *answer)
{
  g_autoptr (GPtrArray) theirs
      = answer != NULL && status == 200 ? citiz_range_decode (answer, NULL) : NULL;
  const CitizBlock *last;
  guint first;

  if (answer == NULL || status != 200) /* the network, a node in trouble: another time */
    {
      node->asked = 0;
      node->said.answers = FALSE;
      return;
    }
  if (theirs == NULL || theirs->len == 0 || node->asked >= STEPS_MAX
      || ((CitizBlock *) theirs->pdata[0])->header.height != node->from)
    {
      judge_vague (self, node);
      return;
    }
  first = citiz_watch_first_other (self->chain, theirs);
  last = theirs->pdata[theirs->len - 1];
  if (first == 0 && node->from > node->known + 1)
    {
      node->back *= 4;
      node->from
          = node->from > node->known + node->back ? node->from - node->back : node->known + 1;
    }
  else if (first < theirs->len)
    {
      g_ptr_array_remove_range (theirs, 0, first);
      judge_fork (self, node, theirs);
    }
  else if (last->header.height >= node->doubt)
    end_doubt (node); /* it has come round, or told of a head of a moment ago */
  else
    {
      node->known = last->header.height;
      node->from = node->known + 1;
    }
}

/* The doctor's page ************************************************************/

static gboolean
is_page_due (CitizWatch *self, CitizWatchNode *node)
{
  return self->has_page && node->said.answers
         && citiz_env_now (self->env).ms - node->page_seen.ms >= PAGE_EVERY;
}

static void
ask_page (CitizWatch *self, CitizWatchNode *node, CitizHttpAsk *ask)
{
  node->page_seen = citiz_env_now (self->env);
  ask->url = g_strconcat (node->said.url, "/v", NULL);
  ask->answer_max = PAGE_MAX;
}

static void
take_page (CitizWatch *self, CitizWatchNode *node, guint status, GBytes *answer)
{
  CitizHash hash;
  gsize n;

  if (answer == NULL)
    {
      node->page_seen = (CitizTime){0};
      return;
    }
  citiz_sha256 (&hash, g_bytes_get_data (answer, &n), g_bytes_get_size (answer));
  citiz_watch_set_alarm (self, CITIZ_ALARM_PAGE, node->said.url,
                         status == 200 && !citiz_hash_equal (&hash, &self->page));
}

/* Witnessing *******************************************************************/

static gboolean
is_signature_due (CitizWatch *self, CitizWatchNode *node)
{
  return self->witness != NULL && node->said.answers && node->doubt == 0
         && citiz_watch_find_alarm (self, CITIZ_ALARM_FORK, node->said.url) == NULL
         && citiz_watch_find_alarm (self, CITIZ_ALARM_OTHER, node->said.url) == NULL
         && citiz_chain_height (self->chain) > node->signed_height
         && citiz_env_now (self->env).ms >= node->sign_from.ms;
}

static void
ask_signature (CitizWatch *self, CitizWatchNode *node, CitizHttpAsk *ask)
{
  const CitizTime now = citiz_env_now (self->env);
  g_autofree gchar *text = citiz_chain_checkpoint (self->chain);
  gchar *note = text != NULL
                    ? citiz_note_cosign (text, self->witness_name,
                                         (guint64) (now.ms / CITIZ_SECOND), self->witness, NULL)
                    : NULL;

  node->sign_from.ms = now.ms + SIGN_AGAIN;
  if (note == NULL)
    return;
  ask->method = "POST";
  ask->url = g_strconcat (node->said.url, "/v1/checkpoint/cosign", NULL);
  ask->content_type = "text/plain; charset=utf-8";
  ask->body = g_bytes_new_take (note, strlen (note));
  ask->answer_max = STATUS_MAX;
}

/* Whether a node counts its witnesses is its own affair. */
static void
take_signature (CitizWatch *self, CitizWatchNode *node, guint status, GBytes *answer)
{
  json_t *body = answer != NULL && status == 200 ? citiz_json_strict_parse (answer, NULL) : NULL;

  if (body == NULL)
    {
      g_debug ("a node takes no cosignature: %u", status);
      return;
    }
  node->sign_from.ms += SIGN_EVERY;
  node->signed_height = citiz_chain_height (self->chain);
  node->said.watchers = (guint) MIN (number_of (body, "watchers", node->said.watchers), G_MAXINT);
  json_decref (body);
}

static const Step steps[] = {
    {always, citiz_watch_ask_status, citiz_watch_take_status},
    {is_in_doubt, ask_blocks, take_blocks},
    {is_page_due, ask_page, take_page},
    {is_signature_due, ask_signature, take_signature},
};

/* Visits *********************************************************************/

static void go_on (CitizWatch *self);

static CitizWatchNode *
host (CitizWatch *self)
{
  return self->nodes->pdata[self->turn % self->nodes->len];
}

static void
disarm (CitizWatch *self)
{
  if (self->again != NULL)
    g_source_destroy (self->again);
  g_clear_pointer (&self->again, g_source_unref);
}

static gboolean
again_cb (gpointer data)
{
  CitizWatch *self = data;

  g_clear_pointer (&self->again, g_source_unref);
  self->step = 0;
  go_on (self);
  return G_SOURCE_REMOVE;
}

static void
visit_in (CitizWatch *self, guint ms)
{
  disarm (self);
  self->again = g_timeout_source_new (ms);
  g_source_set_callback (self->again, again_cb, self, NULL);
  g_source_attach (self->again, g_main_context_get_thread_default ());
}

/* What an answer needs when the watch is stopped before it comes. */
typedef struct
{
  CitizWatch *watch; /* gone once @stop is cancelled */
  GCancellable *stop;
} Asked;

static void
answered_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  CitizWatch *self = asked->watch;
  g_autoptr (GCancellable) stop = asked->stop;
  guint status = 0;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &status, NULL);
  const Step *step;

  if (g_cancellable_is_cancelled (stop))
    return;
  g_object_ref (self);
  self->visiting = FALSE;
  step = &steps[self->step];
  step->take (self, host (self), status, answer);
  if (!g_cancellable_is_cancelled (stop) && (step->due == always || !step->due (self, host (self))))
    self->step++;
  citiz_watch_tell_changed (self);
  if (!g_cancellable_is_cancelled (stop))
    go_on (self);
  g_object_unref (self);
}

/* Whoever there is a reason to look at comes before the one in turn. */
static guint
next_turn (CitizWatch *self)
{
  for (guint i = 1; i <= self->nodes->len; i++)
    if (!((CitizWatchNode *) self->nodes->pdata[(self->turn + i) % self->nodes->len])->visited)
      return self->turn + i;
  return self->turn + 1;
}

/* The next thing of this visit, or the next node later. */
static void
go_on (CitizWatch *self)
{
  CitizWatchNode *node;

  if (self->stop == NULL || self->visiting || self->nodes->len == 0)
    return;
  node = host (self);
  for (; self->step < G_N_ELEMENTS (steps); self->step++)
    {
      CitizHttpAsk ask = {.method = "GET"};
      Asked *asked;

      if (!steps[self->step].due (self, node))
        continue;
      steps[self->step].ask (self, node, &ask);
      if (ask.url == NULL)
        continue;
      asked = g_new (Asked, 1);
      *asked = (Asked){self, g_object_ref (self->stop)};
      self->visiting = TRUE;
      citiz_http_client_ask (self->client, &ask, self->stop, answered_cb, asked);
      g_free ((gchar *) ask.url);
      g_clear_pointer (&ask.body, g_bytes_unref);
      return;
    }
  self->turn = next_turn (self);
  visit_in (self, host (self)->visited ? citiz_watch_pace (self) / self->nodes->len : 0);
}

/* Who is waited for is not given up: the one after it comes sooner. */
void
citiz_watch_visit_soon (CitizWatch *self)
{
  if (self->stop != NULL && !self->visiting && self->nodes->len > 0)
    visit_in (self, citiz_watch_pace (self) / self->nodes->len);
}

/* What is under way is given up, and begun anew. */
void
citiz_watch_visit_now (CitizWatch *self)
{
  if (self->stop == NULL)
    return;
  disarm (self);
  g_cancellable_cancel (self->stop);
  g_object_unref (self->stop);
  self->stop = g_cancellable_new ();
  self->visiting = FALSE;
  self->step = 0;
  go_on (self);
}

/* Whoever asked is not answered any more. */
void
citiz_watch_visit_end (CitizWatch *self)
{
  disarm (self);
  g_cancellable_cancel (self->stop);
  g_clear_object (&self->stop);
  self->visiting = FALSE;
}
