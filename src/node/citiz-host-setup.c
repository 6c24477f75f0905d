/* Setting a node up, and founding a community with others. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-command.h"

#include "node/citiz-host-private.h"
#include "wire/citiz-invitation.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES                                                                             \
  255 /* of an address, an operator, a contact: what a node can tell the others */

static gboolean
bad (GError **error, const gchar *why)
{
  g_set_error_literal (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG, why);
  return FALSE;
}

/* What is shown to the others: text that can be seen. */
static gboolean
check_name (const gchar *name, const gchar *what, GError **error)
{
  if (name == NULL || (strlen (name) <= NAME_MAX_BYTES && citiz_host_is_plain (name)))
    return TRUE;
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG,
               _ ("%s has to be text that can be seen, at most %d bytes of it"), what,
               NAME_MAX_BYTES);
  return FALSE;
}

/* Everything that was said is right, so that a folder is only touched for what will do. */
static gboolean
check (const CitizHostArguments *arguments, CitizHash *out_salt, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (arguments->salt == NULL)
    citiz_env_random (citiz_env_system (), out_salt->b, sizeof out_salt->b);
  else if (!citiz_hash_from_hex (out_salt, arguments->salt))
    return bad (error, _ ("--salt has to be the 64 characters the first founder was told"));
  if (!check_name (arguments->operator_, "--operator", error)
      || !check_name (arguments->contact, "--contact", error)
      || !check_name (arguments->url, "--url", error))
    return FALSE;
  if (arguments->address == NULL)
    return TRUE;
  address = citiz_host_parse_address (arguments->address, error);
  return address != NULL;
}

/* Nobody said how others reach this node: at the port it listens on, from this computer. Returns: (nullable) */
static gchar *
url_here (const gchar *address)
{
  const gchar *port = address != NULL ? strrchr (address, ':') : NULL;

  return port != NULL && g_ascii_isdigit (port[1]) ? g_strconcat ("http://127.0.0.1", port, NULL)
                                                   : NULL;
}

static gboolean
is_here (const gchar *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const gchar *name = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autoptr (GInetAddress) address = name != NULL ? g_inet_address_new_from_string (name) : NULL;

  return g_strcmp0 (name, "localhost") == 0
         || (address != NULL && g_inet_address_get_is_loopback (address));
}

static CitizHostConfig *
new_config (const CitizHostArguments *arguments, GError **error)
{
  g_autoptr (CitizHostConfig) config = citiz_host_config_new ();
  g_autofree gchar *url = arguments->url != NULL
                              ? citiz_host_config_clean_url (arguments->url, "--url", error)
                              : NULL;
  g_autofree gchar *here = url_here (arguments->address);

  if (arguments->url != NULL && url == NULL)
    return NULL;
  const struct
  {
    gchar **setting;
    const gchar *said;
  } said[] = {{&config->url, url != NULL ? url : here},
              {&config->address, arguments->address},
              {&config->operator_, arguments->operator_},
              {&config->contact, arguments->contact}};

  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    if (said[i].said != NULL)
      citiz_host_config_set (said[i].setting, said[i].said);
  return g_steal_pointer (&config);
}

/* The epoch's key is drawn inside the journal; the node's key vouches for it. */
static gchar *
make_card (const CitizHostArguments *arguments,
           const CitizHostConfig *config,
           const CitizHash *salt,
           CitizSigningKey *key,
           GError **error)
{
  g_autofree gchar *path = citiz_journals_path (arguments->folder, 0);
  g_autoptr (CitizJournal) journal = citiz_journal_create (path, salt, 0, key, error);
  CitizHostCard card = {.time = citiz_env_now (citiz_env_system ()),
                        .salt = *salt,
                        .url = config->url,
                        .operator_ = config->operator_};
  CitizValidator *validator = &card.founder.validator;

  if (journal == NULL)
    return NULL;
  validator->node = *citiz_signing_key_get_public (key);
  validator->key = *citiz_signing_key_get_public (citiz_journal_get_key (journal));
  citiz_founder_sign (&card.founder, &card.salt, key);
  return citiz_host_card_encode (&card);
}

/* An address that others do not reach, as far as this computer knows: its own, or another at which nothing listens. */
static void
say_address (const CitizHostConfig *config)
{
  g_autoptr (GSocketAddress) address = citiz_host_parse_address (config->address, NULL);

  if (is_here (config->url))
    citiz_host_say (_ ("The node’s address is %s, which only this computer reaches; for nodes and "
                       "citizens on other computers, say --url."),
                    config->url);
  else if (G_IS_INET_SOCKET_ADDRESS (address)
           && g_inet_address_get_is_loopback (
               g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))))
    citiz_host_say (_ ("It listens at %s, which only this computer reaches: nginx or Caddy here "
                       "brings it what comes for %s, or else say --listen."),
                    config->address, config->url);
}

static void
say_founder (const CitizHostArguments *arguments,
             const CitizHostConfig *config,
             const CitizHash *salt,
             const gchar *card)
{
  g_autofree gchar *then = citiz_host_command_line (arguments->folder, "found");

  if (arguments->json)
    {
      fputs (card, stdout);
      return;
    }
  citiz_host_say (_ ("Your card is %s/%s: give it to the other founders, and take theirs."),
                  arguments->folder, CITIZ_HOST_CARD_FILE);
  say_address (config);
  if (arguments->salt == NULL)
    {
      g_autofree gchar *hex = citiz_hash_to_hex (salt);

      citiz_host_say (_ ("They set their nodes up with: setup --found --salt %s"), hex);
    }
  citiz_host_say (_ ("Then everyone runs, with all the cards: %s CARD…"), then);
}

/* Returns: (transfer full) (nullable): what the node at @url says the community is */
static gchar *
fetch_community (const gchar *url)
{
  g_autofree gchar *whole = g_strconcat (url, CITIZ_HOST_COMMUNITY_PATH, NULL);

  return citiz_host_fetch (whole, CITIZ_HOST_FILE_MAX);
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

/* @community: (nullable): of a founder there is none yet */
static gboolean
fill_folder (const CitizHostArguments *arguments,
             const CitizHostConfig *config,
             const CitizHash *salt,
             const gchar *community,
             GError **error)
{
  g_autoptr (CitizSigningKey) key = citiz_host_key_create (arguments->folder, error);
  g_autofree gchar *card = NULL;

  if (key == NULL)
    return FALSE;
  if (community == NULL)
    {
      card = make_card (arguments, config, salt, key, error);
      if (card == NULL
          || !citiz_host_write_new (arguments->folder, CITIZ_HOST_CARD_FILE, card, error))
        return FALSE;
    }
  else if (!citiz_host_write_new (arguments->folder, CITIZ_HOST_COMMUNITY_FILE, community, error))
    return FALSE;
  if (!citiz_host_config_write (config, arguments->folder, error))
    return FALSE;
  if (card != NULL)
    say_founder (arguments, config, salt, card);
  return TRUE;
}

/* setup: keys and configuration; --found: a founder's card; FILE or INVITATION: the community's, to follow it. What fails leaves the folder
 * as it was. */
int
citiz_host_command_setup (const CitizHostArguments *arguments, GError **error)
{
  g_autoptr (CitizHostConfig) config = new_config (arguments, error);
  g_autoptr (CitizHostCommunity) community = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *then = citiz_host_command_line (arguments->folder, "run");
  g_autofree gchar *join = citiz_host_command_line (arguments->folder, "join");
  CitizHostTaken taken;
  CitizHash salt, id;

  if (config == NULL || !check (arguments, &salt, error))
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
  if (!citiz_host_folder_take (arguments->folder, FALSE, &taken, error))
    return CITIZ_HOST_REFUSED;
  if (!fill_folder (arguments, config, &salt, text, error))
    {
      citiz_host_folder_give_back (arguments->folder, &taken);
      return CITIZ_HOST_REFUSED;
    }
  citiz_host_folder_keep (&taken);
  if (community != NULL)
    {
      citiz_genesis_chain_id (&id, &community->genesis);
      citiz_host_say_words (&id);
      citiz_host_say (_ ("This node will follow the community. Start it with: %s"), then);
      citiz_host_say (_ ("To be one of those who keep the ledger, once it runs: %s"), join);
      say_address (config);
    }
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
      CitizHostCard *card = NULL;

      if (text == NULL)
        return NULL;
      card = citiz_host_card_decode (text, error);
      if (card == NULL)
        {
          g_prefix_error (error, "%s: ", paths[i]);
          return NULL;
        }
      card->path = g_strdup (paths[i]);
      g_ptr_array_add (cards, card);
    }
  return g_steal_pointer (&cards);
}

/* On one computer, or on several: an address that only its own computer reaches shuts its node out. */
static gboolean
check_addresses (GPtrArray *cards, GError **error)
{
  const CitizHostCard *here = NULL;
  gboolean elsewhere = FALSE;

  for (guint i = 0; i < cards->len; i++)
    {
      const CitizHostCard *card = cards->pdata[i];

      if (is_here (card->url))
        here = card;
      else
        elsewhere = TRUE;
    }
  if (here == NULL || !elsewhere)
    return TRUE;
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG,
               _ ("The card of %s gives the address %s, which only its own computer reaches: its "
                  "founder sets the node up again, with --url"),
               here->operator_[0] != '\0' ? here->operator_ : _ ("a founder without a name"),
               here->url);
  return FALSE;
}

static void
say_founded (const CitizHostArguments *arguments, const CitizHash *id)
{
  g_autofree gchar *hex = citiz_hash_to_hex (id);
  g_autofree gchar *words = citiz_community_words (id, citiz_env_language ());
  g_autofree gchar *then = citiz_host_command_line (arguments->folder, "run");

  if (arguments->json)
    {
      printf ("{\"chain\":\"%s\",\"words\":\"%s\"}\n", hex, words);
      return;
    }
  citiz_host_say (_ ("The community’s name is %s."), hex);
  citiz_host_say_words (id);
  citiz_host_say (_ ("Compare the words with what the other founders read, by voice; then: %s"),
                  then);
}

/* found CARD…: the founding file, the same on every founder's machine. */
int
citiz_host_command_found (const CitizHostArguments *arguments, GError **error)
{
  g_autoptr (GPtrArray) cards = read_cards (arguments->rest, error);
  g_autoptr (CitizHostCommunity) community
      = cards && check_addresses (cards, error) ? citiz_host_community_found (cards, error) : NULL;
  g_autoptr (CitizSigningKey) key = NULL;
  g_autofree gchar *text = NULL;
  CitizHash id;

  if (community == NULL || !citiz_host_folder_become_owner (arguments->folder, error))
    return CITIZ_HOST_REFUSED;
  if (citiz_host_folder_has (arguments->folder, CITIZ_HOST_COMMUNITY_FILE))
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG,
                   _ ("This node has its community already; nothing was changed. If a card was "
                      "missing and no node has run yet, every founder removes %s and founds again"),
                   CITIZ_HOST_COMMUNITY_FILE);
      return CITIZ_HOST_REFUSED;
    }
  if (!citiz_host_folder_is_set_up (arguments->folder, error))
    return CITIZ_HOST_REFUSED;
  key = citiz_host_key_read (arguments->folder, error);
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
  say_founded (arguments, &id);
  return CITIZ_HOST_DONE;
}
