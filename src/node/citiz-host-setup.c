/* Setting a node up, and founding a community with others. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-command.h"

#include "node/citiz-host-private.h"
#include "wire/citiz-invitation.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define FOLDER_MAX 90 /* a Unix socket's path in it has 107 bytes at most */

static gboolean
bad (GError **error, const gchar *why)
{
  g_set_error_literal (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG, why);
  return FALSE;
}

/* Without a slash at the end. */
static gchar *
clean_url (const gchar *text, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  const gchar *scheme = uri ? g_uri_get_scheme (uri) : NULL;
  gchar *clean;

  if ((g_strcmp0 (scheme, "http") != 0 && g_strcmp0 (scheme, "https") != 0)
      || g_uri_get_host (uri) == NULL || g_uri_get_host (uri)[0] == '\0'
      || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL
      || g_uri_get_userinfo (uri) != NULL)
    {
      bad (error, _ ("--url has to be like https://node.example.org"));
      return NULL;
    }
  clean = g_strdup (text);
  while (g_str_has_suffix (clean, "/"))
    clean[strlen (clean) - 1] = '\0';
  return clean;
}

static CitizHostConfig *
new_config (const CitizHostArguments *arguments, GError **error)
{
  g_autoptr (CitizHostConfig) config = citiz_host_config_new ();
  g_autofree gchar *url = NULL;

  if (arguments->url != NULL)
    {
      url = clean_url (arguments->url, error);
      if (url == NULL)
        return NULL;
      citiz_host_config_set (&config->url, url);
    }
  if (arguments->address != NULL)
    citiz_host_config_set (&config->address, arguments->address);
  if (arguments->operator_ != NULL)
    citiz_host_config_set (&config->operator_, arguments->operator_);
  if (arguments->contact != NULL)
    citiz_host_config_set (&config->contact, arguments->contact);
  return g_steal_pointer (&config);
}

static gboolean
make_folder (const gchar *dir, GError **error)
{
  if (strlen (dir) > FOLDER_MAX)
    return bad (error, _ ("The folder’s path is too long: 90 characters at most"));
  if (g_mkdir_with_parents (dir, 0700) == 0)
    return TRUE;
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", dir, g_strerror (errno));
  return FALSE;
}

/* The epoch's key is drawn inside the journal; the node's key vouches for it. */
static gchar *
make_card (const CitizHostArguments *arguments,
           const CitizHostConfig *config,
           CitizSigningKey *key,
           GError **error)
{
  const CitizEnv *env = citiz_env_system ();
  g_autofree gchar *path = citiz_journals_path (arguments->folder, 0);
  g_autoptr (CitizJournal) journal = NULL;
  CitizHostCard card
      = {.time = citiz_env_now (env), .url = config->url, .operator_ = config->operator_};
  CitizValidator *validator = &card.founder.validator;

  if (arguments->salt == NULL)
    citiz_env_random (env, card.salt.b, sizeof card.salt.b);
  else if (!citiz_hash_from_hex (&card.salt, arguments->salt))
    {
      bad (error, _ ("--salt has to be the 64 characters the first founder was told"));
      return NULL;
    }
  journal = citiz_journal_create (path, &card.salt, 0, key, error);
  if (journal == NULL)
    return NULL;
  validator->node = *citiz_signing_key_get_public (key);
  validator->key = *citiz_signing_key_get_public (citiz_journal_get_key (journal));
  citiz_founder_sign (&card.founder, &card.salt, key);
  return citiz_host_card_encode (&card);
}

static int
setup_founder (const CitizHostArguments *arguments,
               const CitizHostConfig *config,
               CitizSigningKey *key,
               GError **error)
{
  g_autofree gchar *card = make_card (arguments, config, key, error);
  json_t *json;

  if (card == NULL || !citiz_host_write_new (arguments->folder, CITIZ_HOST_CARD_FILE, card, error))
    return CITIZ_HOST_REFUSED;
  if (arguments->json)
    {
      fputs (card, stdout);
      return CITIZ_HOST_DONE;
    }
  json = json_loads (card, 0, NULL);
  citiz_host_say (_ ("Your card is %s/%s: give it to the other founders, and take theirs."),
                  arguments->folder, CITIZ_HOST_CARD_FILE);
  if (arguments->salt == NULL)
    {
      g_autoptr (GBytes) salt
          = citiz_base64url_decode (json_string_value (json_object_get (json, "salt")));
      g_autofree gchar *hex
          = citiz_hex_encode (g_bytes_get_data (salt, NULL), g_bytes_get_size (salt));

      citiz_host_say (_ ("They set their nodes up with: setup --found --salt %s"), hex);
    }
  citiz_host_say (_ ("Then everyone runs: citiz-node found CARD…"));
  json_decref (json);
  return CITIZ_HOST_DONE;
}

/* Asking a node for the community's file *************************************/

typedef struct
{
  GMainLoop *loop;
  GBytes *answer; /* nullable */
  guint status;
} Fetch;

static void
fetched_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Fetch *fetch = data;

  fetch->answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &fetch->status, NULL);
  g_main_loop_quit (fetch->loop);
}

/* Returns: (transfer full) (nullable): what the node at @url says the community is */
static gchar *
fetch_community (const gchar *url)
{
  g_autoptr (CitizHttpClient) client = citiz_http_client_new (CITIZ_HOST_CLIENT_MS);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree gchar *whole = g_strconcat (url, CITIZ_HOST_COMMUNITY_PATH, NULL);
  const CitizHttpAsk ask = {.method = "GET", .url = whole, .answer_max = CITIZ_HOST_FILE_MAX};
  Fetch fetch = {.loop = loop};
  gchar *text = NULL;
  gsize n;

  citiz_http_client_ask (client, &ask, NULL, fetched_cb, &fetch);
  g_main_loop_run (loop);
  if (fetch.answer != NULL && fetch.status == 200)
    {
      const gchar *view = g_bytes_get_data (fetch.answer, &n);

      text = g_strndup (view, n);
    }
  g_clear_pointer (&fetch.answer, g_bytes_unref);
  return text;
}

/* Of the nodes that an invitation names, the first that knows the very community it invites to. */
static gchar *
ask_invited (const CitizInvitation *invitation, GError **error)
{
  for (guint i = 0; i < invitation->n_nodes; i++)
    {
      g_autofree gchar *text = fetch_community (invitation->nodes[i].url);
      g_autoptr (CitizHostCommunity) community
          = text != NULL ? citiz_host_community_decode (text, NULL) : NULL;
      CitizHash id;

      if (community == NULL)
        continue;
      citiz_genesis_chain_id (&id, &community->genesis);
      if (citiz_hash_equal (&id, &invitation->chain_id))
        return g_steal_pointer (&text);
    }
  bad (error, _ ("None of the nodes that the invitation names answers with its community"));
  return NULL;
}

/* The community's file, or an invitation to it. */
static gchar *
find_community (const gchar *what, GError **error)
{
  CitizInvitation invitation;

  if (!g_file_test (what, G_FILE_TEST_EXISTS) && citiz_invitation_read (what, &invitation, NULL))
    return ask_invited (&invitation, error);
  return citiz_host_read_text (what, error);
}

/* setup: keys and configuration; --found: a founder's card; FILE or INVITATION: the community's, to follow it. */
int
citiz_host_command_setup (const CitizHostArguments *arguments, GError **error)
{
  g_autoptr (CitizHostConfig) config = new_config (arguments, error);
  g_autoptr (CitizHostCommunity) community = NULL;
  g_autoptr (CitizSigningKey) key = NULL;
  g_autofree gchar *text = NULL;

  if (config == NULL)
    return CITIZ_HOST_REFUSED;
  if (arguments->found == (arguments->rest[0] != NULL))
    {
      citiz_host_say (_ ("Say either --found, or the file of a community, or an invitation"));
      return CITIZ_HOST_USAGE;
    }
  if (!arguments->found)
    {
      text = find_community (arguments->rest[0], error);
      community = text ? citiz_host_community_decode (text, error) : NULL;
      if (community == NULL)
        return CITIZ_HOST_REFUSED;
    }
  if (!make_folder (arguments->folder, error)
      || !citiz_host_config_write (config, arguments->folder, error))
    return CITIZ_HOST_REFUSED;
  key = citiz_host_key_create (arguments->folder, error);
  if (key == NULL)
    return CITIZ_HOST_REFUSED;
  if (arguments->found)
    return setup_founder (arguments, config, key, error);
  if (!citiz_host_write_new (arguments->folder, CITIZ_HOST_COMMUNITY_FILE, text, error))
    return CITIZ_HOST_REFUSED;
  citiz_host_say (_ ("This node will follow the community. Start it with: citiz-node run"));
  return CITIZ_HOST_DONE;
}

static GPtrArray *
read_cards (gchar **paths, GError **error)
{
  g_autoptr (GPtrArray) cards
      = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_host_card_free);

  for (guint i = 0; paths[i]; i++)
    {
      g_autofree gchar *text = citiz_host_read_text (paths[i], error);
      CitizHostCard *card = text ? citiz_host_card_decode (text, error) : NULL;

      if (card == NULL)
        {
          g_prefix_error (error, "%s: ", paths[i]);
          return NULL;
        }
      g_ptr_array_add (cards, card);
    }
  return g_steal_pointer (&cards);
}

/* found CARD…: the founding file, the same on every founder's machine. */
int
citiz_host_command_found (const CitizHostArguments *arguments, GError **error)
{
  g_autoptr (GPtrArray) cards = read_cards (arguments->rest, error);
  g_autoptr (CitizHostCommunity) community
      = cards ? citiz_host_community_found (cards, error) : NULL;
  g_autoptr (CitizSigningKey) key
      = community ? citiz_host_key_read (arguments->folder, error) : NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *hex = NULL;
  CitizHash id;

  if (key == NULL)
    return CITIZ_HOST_REFUSED;
  if (citiz_host_community_find (community, citiz_signing_key_get_public (key)) == NULL)
    {
      bad (error, _ ("Your own card has to be among them"));
      return CITIZ_HOST_REFUSED;
    }
  text = citiz_host_community_encode (community);
  if (!citiz_host_write_new (arguments->folder, CITIZ_HOST_COMMUNITY_FILE, text, error))
    return CITIZ_HOST_REFUSED;
  citiz_genesis_chain_id (&id, &community->genesis);
  hex = citiz_hash_to_hex (&id);
  if (arguments->json)
    printf ("{\"chain\":\"%s\"}\n", hex);
  else
    citiz_host_say (_ ("The community’s name is %s. Compare it with what the other founders see, "
                       "then start: citiz-node run"),
                    hex);
  return CITIZ_HOST_DONE;
}
