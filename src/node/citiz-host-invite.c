/* Invitations of citizens: made, listed, taken back. Who asks translates what is refused. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "store/citiz-guest-store.h"
#include "wire/citiz-invitation.h"

#include <glib/gi18n.h>
#include <string.h>

#define USES_MAX 100000
#define DAYS_MAX 366
#define ID_SHOWN 8 /* characters: enough to name one of a handful */

static void
refuse (GError **error, const gchar *why)
{
  g_set_error_literal (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE, why);
}

static gchar *
shown_id (const CitizHash *id)
{
  gchar *hex = citiz_hash_to_hex (id);

  hex[ID_SHOWN] = '\0';
  return hex;
}

/* What the person is told it is called: what was said now, the configuration's name, or the operator's. */
static const gchar *
name_of (CitizHost *host, json_t *wish)
{
  const gchar *said = json_string_value (json_object_get (wish, "name"));
  const gchar *const names[] = {said, host->config->community, host->config->operator_};

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i] != NULL && names[i][0] != '\0')
      return names[i];
  return "Citiz";
}

/* This node first: it is the one that vouches. */
static gboolean
add_nodes (CitizHost *host, CitizInvitation *invitation, GError **error)
{
  const CitizPublicKey *own = citiz_signing_key_get_public (host->key);
  const CitizHostMember *self = citiz_host_community_find (host->community, own);
  const gchar *url = self ? self->url : host->config->url;

  if (!citiz_node_url_is_valid (url))
    {
      refuse (error, N_ ("People can be invited once this node has an address that begins with "
                         "https:// and is nothing but a name"));
      return FALSE;
    }
  citiz_invitation_add_node (invitation, own, url);
  for (guint i = 0; i < host->community->members->len; i++)
    {
      const CitizHostMember *member = host->community->members->pdata[i];

      if (citiz_host_is_other (host, member) && citiz_node_url_is_valid (member->url))
        citiz_invitation_add_node (invitation, &member->node, member->url);
    }
  return TRUE;
}

/* What who joins now is asked to go on with: each founding since the first, the earliest first. NULL: there was no other */
static gchar *
later_foundings (CitizHost *host)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint64 ends = 0; ends < citiz_replica_get_epoch (host->replica); ends++)
    {
      const CitizRefound *refound = citiz_chain_refound_of (host->chain, ends);
      CitizHash hash;
      g_autofree gchar *hex = NULL;

      if (refound == NULL)
        continue;
      citiz_refound_hash (&hash, refound);
      hex = citiz_hash_to_hex (&hash);
      g_string_append_printf (names, "%s%.4s %.4s %.4s", names->len > 0 ? ", " : "", hex, hex + 4,
                              hex + 8);
    }
  return names->len > 0 ? g_strdup (names->str) : NULL;
}

static json_t *
describe (CitizHost *host, const CitizInvitation *invitation, const CitizInvite *invite)
{
  g_autofree gchar *link = citiz_invitation_link (invitation);
  g_autofree gchar *uri = citiz_invitation_uri (invitation);
  g_autofree gchar *code = citiz_invitation_code (invitation);
  g_autofree gchar *id = shown_id (&invite->id);
  g_autofree gchar *chain = citiz_hash_to_hex (&invitation->chain_id);
  g_autofree gchar *founding = later_foundings (host);

  return json_pack ("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:s*}", "id", id, "name",
                    invite->name, "chain", chain, "link", link, "uri", uri, "code", code, "uses",
                    (int) invite->uses, "until", (json_int_t) invite->until.ms, "founding",
                    founding);
}

/**
 * citiz_host_invite:
 * @wish: {"uses": 1…, "days": 1…, "name": text or ""}
 *
 * Returns: (transfer full): the invitation as a link, an address and a code. The secret in it is kept nowhere, only its hash
 */
json_t *
citiz_host_invite (CitizHost *host, json_t *wish, GError **error)
{
  const CitizTime now = citiz_env_now (host->env);
  CitizInvite invite = {.made = now};
  CitizInvitation invitation;
  guint8 token[CITIZ_INVITATION_TOKEN_SIZE];
  gint64 uses, days;

  if (!citiz_json_strict_int (wish, "uses", 1, USES_MAX, &uses)
      || !citiz_json_strict_int (wish, "days", 1, DAYS_MAX, &days))
    {
      refuse (error, N_ ("--uses has to be 1 to 100000, --days 1 to 366"));
      return NULL;
    }
  if (!citiz_community_name_is_valid (name_of (host, wish)))
    {
      refuse (error, N_ ("A community’s name is text that can be seen, at most 80 bytes of it"));
      return NULL;
    }
  citiz_invitation_init (&invitation, citiz_chain_id (host->chain), name_of (host, wish));
  if (!add_nodes (host, &invitation, error))
    return NULL;
  citiz_env_random (host->env, token, sizeof token);
  citiz_invitation_set_token (&invitation, token);
  citiz_sha256 (&invite.id, token, sizeof token);
  invite.name = invitation.name;
  invite.until.ms = now.ms + days * CITIZ_DAY;
  invite.uses = (guint) uses;
  return citiz_guest_store_put_invite (host->db, &invite, error)
             ? describe (host, &invitation, &invite)
             : NULL;
}

json_t *
citiz_host_invites (CitizHost *host, GError **error)
{
  g_autoptr (GPtrArray) invites = citiz_guest_store_invites (host->db, error);
  json_t *list;

  if (invites == NULL)
    return NULL;
  list = json_array ();
  for (guint i = 0; i < invites->len; i++)
    {
      const CitizInvite *invite = invites->pdata[i];
      g_autofree gchar *id = shown_id (&invite->id);

      json_array_append_new (
          list, json_pack ("{s:s, s:s, s:i, s:i, s:I, s:b}", "id", id, "name", invite->name, "uses",
                           (int) invite->uses, "used", (int) invite->used, "until",
                           (json_int_t) invite->until.ms, "open",
                           invite->used < invite->uses
                               && citiz_env_now (host->env).ms < invite->until.ms));
    }
  return json_pack ("{s:o, s:i}", "invitations", list, "guests",
                    (int) citiz_guest_store_count (host->db));
}

json_t *
citiz_host_uninvite (CitizHost *host, const gchar *hex, GError **error)
{
  guint n = 0;

  if (strlen (hex) < ID_SHOWN || strspn (hex, "0123456789abcdef") != strlen (hex))
    refuse (error, N_ ("An invitation is named by the eight characters that --list shows"));
  else if (citiz_guest_store_drop_invite (host->db, hex, &n, error) && n == 0)
    refuse (error, N_ ("No invitation is called so"));
  return n > 0 ? json_pack ("{s:i}", "revoked", (int) n) : NULL;
}
