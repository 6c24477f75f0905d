/* The engine and vigilance: alarms described, put away, told as a file. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-shared.h"

#include "crypto/citiz-hash.h"
#include "sync/citiz-watch-file.h"
#include "sync/citiz-watch-given.h"

#include <string.h>

/* The page that each node should give out is the one built in here. */
void
citiz_engine_watch_page (CitizCommunity *community)
{
  const gchar *page = citiz_node_get_page ();
  CitizHash hash;

  citiz_sha256 (&hash, (const guint8 *) page, strlen (page));
  citiz_watch_set_page (citiz_community_get_watch (community), &hash);
}

/* Described ******************************************************************/

/* Who runs a node, or what else it is known by. */
gchar *
citiz_engine_name_of_node (CitizCommunity *community, const CitizPublicKey *node, const gchar *url)
{
  GPtrArray *members = citiz_community_get_members (community);

  for (guint i = 0; i < members->len; i++)
    {
      const CitizCommunityMember *member = members->pdata[i];

      if ((node != NULL ? citiz_public_key_equal (&member->node, node)
                        : g_str_equal (member->url, url))
          && member->operator_[0] != '\0')
        return g_strdup (member->operator_);
    }
  return node != NULL ? citiz_base64url_encode (node->b, 16) : g_strdup (url);
}

static GStrv
names_of_guilty (CitizCommunity *community, const GArray *guilty)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < guilty->len; i++)
    {
      const CitizPublicKey *node = &g_array_index (guilty, CitizGuilty, i).node;
      g_autofree gchar *name = community != NULL ? citiz_engine_name_of_node (community, node, "")
                                                 : citiz_base64url_encode (node->b, 16);

      g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

/* Read as anybody would: only what proves itself is named. */
static GStrv
guilty_of (CitizCommunity *community, CitizAlarm *alarm)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GArray) guilty = NULL;
  CitizHash chain;

  if (alarm->evidence->len == 0 && alarm->given == NULL)
    return g_new0 (gchar *, 1);
  g_ptr_array_add (one, alarm);
  file = citiz_evidence_file_write (citiz_community_get_chain (community), one);
  guilty = citiz_evidence_file_read (file, citiz_community_get_chain (community), &chain, NULL);
  return guilty != NULL ? names_of_guilty (community, guilty) : g_new0 (gchar *, 1);
}

static CitizAlarmView *
describe_alarm (CitizCommunity *community, CitizAlarm *alarm)
{
  static const CitizAlarmViewKind kinds[CITIZ_N_ALARMS] = {
      [CITIZ_ALARM_FORK] = CITIZ_ALARM_VIEW_FORK,   [CITIZ_ALARM_OTHER] = CITIZ_ALARM_VIEW_OTHER,
      [CITIZ_ALARM_PAGE] = CITIZ_ALARM_VIEW_PAGE,   [CITIZ_ALARM_STALL] = CITIZ_ALARM_VIEW_STALL,
      [CITIZ_ALARM_CLOCK] = CITIZ_ALARM_VIEW_CLOCK, [CITIZ_ALARM_GIVEN] = CITIZ_ALARM_VIEW_GIVEN,
      [CITIZ_ALARM_COPY] = CITIZ_ALARM_VIEW_COPY,
  };
  CitizAlarmView *view = g_new0 (CitizAlarmView, 1);

  view->kind = kinds[alarm->kind];
  view->url = g_strdup (alarm->url);
  view->operator_ = citiz_engine_name_of_node (community, NULL, alarm->url);
  view->since = alarm->since;
  view->last = alarm->last;
  view->height = alarm->height;
  view->guilty = guilty_of (community, alarm);
  return view;
}

static gint
more_first (gconstpointer a, gconstpointer b)
{
  const guint x = *(const guint *) a, y = *(const guint *) b;

  return x > y ? -1 : x < y;
}

/* As many as more nodes than may lie have counted at least: one of them is honest. Who has just begun, or is not asked, counts none, and says nothing
 * against the others. Fewer words decide nothing. */
static guint
count_watchers (GPtrArray *nodes, guint needed)
{
  g_autoptr (GArray) said = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < nodes->len; i++)
    if (((const CitizWatched *) nodes->pdata[i])->answers)
      g_array_append_val (said, ((const CitizWatched *) nodes->pdata[i])->watchers);
  g_array_sort (said, more_first);
  return needed > 0 && said->len >= needed ? g_array_index (said, guint, needed - 1) : 0;
}

void
citiz_engine_describe_alarms (CitizCommunity *community, CitizCommunityView *view)
{
  CitizWatch *watch = citiz_community_get_watch (community);
  GPtrArray *alarms = citiz_watch_alarms (watch);
  g_autoptr (GPtrArray) nodes = citiz_watch_nodes (watch);

  for (guint i = 0; i < alarms->len; i++)
    {
      CitizAlarm *alarm = alarms->pdata[i];

      if (alarm->kind < CITIZ_N_ALARMS
          && !(alarm->kind == CITIZ_ALARM_STALL && view->still)) /* seen by one's own eyes */
        g_ptr_array_add (view->alarms, describe_alarm (community, alarm));
    }
  view->watchers = count_watchers (nodes, citiz_community_words_needed (community));
}

/* What a carer's page tells ***************************************************/

static const gchar *
url_of_node (CitizEngine *engine, const CitizPublicKey *node, const json_t *grant)
{
  const gchar *before = "";
  g_autofree gchar *name = citiz_base64url_encode (node->b, sizeof node->b);
  json_t *pair;
  size_t i;

  json_array_foreach (json_object_get (grant, "nodes"), i, pair)
  {
    if (g_strcmp0 (json_string_value (json_array_get (pair, 0)), name) == 0)
      before = json_string_value (json_array_get (pair, 1));
  }
  return citiz_engine_node_url (engine, node, before);
}

/**
 * citiz_engine_weigh_note:
 * @grant: what the vault knows of the access
 * @note: (nullable): its carer's
 *
 * A note accuses nobody. A node's own signature over a part that is not the grant's does (citiz_given_guilty()), whoever hands it on.
 *
 * Returns: whether it has one, and the alarm was raised
 */
gboolean
citiz_engine_weigh_note (CitizEngine *engine,
                         const CitizId *access,
                         const json_t *grant,
                         const gchar *note)
{
  CitizCommunity *community = engine->community;
  CitizPublicKey node;
  CitizGiven given;

  if (community == NULL || !citiz_given_read_note (&given, note)
      || !citiz_id_equal (&given.receipt.grant, access)
      || !citiz_given_guilty (citiz_community_get_chain (community), &given, &node))
    return FALSE;
  citiz_watch_accuse (citiz_community_get_watch (community), url_of_node (engine, &node, grant),
                      &given);
  return TRUE;
}

/* Jobs ***********************************************************************/

gboolean
citiz_engine_dismiss_alarm (CitizEngine *engine,
                            gpointer data,
                            GCancellable *cancellable,
                            GError **error)
{
  static const CitizAlarmKind kinds[] = {
      [CITIZ_ALARM_VIEW_FORK] = CITIZ_ALARM_FORK,   [CITIZ_ALARM_VIEW_OTHER] = CITIZ_ALARM_OTHER,
      [CITIZ_ALARM_VIEW_PAGE] = CITIZ_ALARM_PAGE,   [CITIZ_ALARM_VIEW_STALL] = CITIZ_ALARM_STALL,
      [CITIZ_ALARM_VIEW_CLOCK] = CITIZ_ALARM_CLOCK, [CITIZ_ALARM_VIEW_GIVEN] = CITIZ_ALARM_GIVEN,
      [CITIZ_ALARM_VIEW_COPY] = CITIZ_ALARM_COPY,
  };
  const CitizAlarmView *alarm = data;

  return citiz_engine_require_community (engine, error)
         && citiz_watch_dismiss (citiz_community_get_watch (engine->community), kinds[alarm->kind],
                                 alarm->url, error);
}

gboolean
citiz_engine_export_evidence (CitizEngine *engine,
                              gpointer data,
                              GCancellable *cancellable,
                              GError **error)
{
  g_autoptr (GBytes) file = NULL;

  if (!citiz_engine_require_community (engine, error))
    return FALSE;
  file = citiz_evidence_file_write (
      citiz_community_get_chain (engine->community),
      citiz_watch_alarms (citiz_community_get_watch (engine->community)));
  return g_file_replace_contents (G_FILE (data), g_bytes_get_data (file, NULL),
                                  g_bytes_get_size (file), NULL, FALSE,
                                  G_FILE_CREATE_REPLACE_DESTINATION, NULL, cancellable, error);
}

gboolean
citiz_engine_check_evidence (CitizEngine *engine,
                             gpointer data,
                             GCancellable *cancellable,
                             GError **error)
{
  CitizEvidenceCheck *check = data;
  CitizCommunity *community = engine->community;
  g_autoptr (GBytes) file = g_file_load_bytes (check->file, cancellable, NULL, error);
  g_autoptr (GArray) guilty = NULL;
  g_autoptr (GError) own = NULL;
  CitizHash chain;

  if (file == NULL)
    return FALSE;
  if (g_bytes_get_size (file) <= CITIZ_EVIDENCE_FILE_MAX)
    guilty = citiz_evidence_file_read (
        file, community != NULL ? citiz_community_get_chain (community) : NULL, &chain, &own);
  if (guilty == NULL || guilty->len == 0)
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NO_EVIDENCE, "%s",
                   own != NULL ? own->message : "nothing is in it");
      return FALSE;
    }
  check->names = names_of_guilty (community, guilty);
  return TRUE;
}
