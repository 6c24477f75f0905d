/* What is remembered of a community: one sealed setting of the vault. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "net/citiz-json-strict.h"
#include "store/citiz-store-error.h"

#include <string.h>

#define VERSION        1
#define SIGNED_SETTING "signed"
#define TEXT_MAX       65536
#define MEMBERS_MAX    256
#define OPERATOR_MAX   200

static json_t *
founding_json (const CitizInvitation *invitation, const CitizGenesis *genesis)
{
  g_autoptr (GBytes) one = citiz_invitation_encode (invitation);
  g_autoptr (GBytes) other = citiz_genesis_encode (genesis);

  return json_pack ("{s:i, s:o, s:o}", "v", VERSION, "invitation", citiz_json_base64url_bytes (one),
                    "genesis", citiz_json_base64url_bytes (other));
}

static json_t *
member_json (const CitizCommunityMember *member)
{
  return json_pack ("{s:o, s:s, s:s, s:I, s:b}", "node",
                    citiz_json_base64url (member->node.b, sizeof member->node.b), "url",
                    member->url, "operator", member->operator_, "seen",
                    (json_int_t) member->seen.ms, "validator", member->validator);
}

static json_t *
refused_json (const GArray *refused)
{
  json_t *list = json_array ();

  for (guint i = 0; i < refused->len; i++)
    json_array_append_new (list,
                           citiz_json_base64url (g_array_index (refused, CitizHash, i).b, 32));
  return list;
}

static GBytes *
dump (json_t *json)
{
  char *text = json_dumps (json, JSON_COMPACT);

  json_decref (json);
  return g_bytes_new_with_free_func (text, strlen (text), free, text);
}

/* Returns: (transfer full): what citiz_community_read() reads */
GBytes *
citiz_community_write (CitizCommunity *self)
{
  json_t *json = founding_json (&self->invitation, &self->genesis);
  json_t *members = json_array ();

  for (guint i = 0; i < self->members->len; i++)
    json_array_append_new (members, member_json (self->members->pdata[i]));
  json_object_set_new (json, "members", members);
  json_object_set_new (json, "full", json_integer (self->full));
  if (self->committed.height > 0)
    json_object_set_new (json, "committed",
                         json_pack ("{s:I, s:o, s:o, s:I, s:I}", "height",
                                    (json_int_t) self->committed.height, "hash",
                                    citiz_json_base64url (self->committed.hash.b, 32), "tx",
                                    citiz_json_base64url (self->committed.tx.b, 32), "time",
                                    (json_int_t) self->committed.time.ms, "at",
                                    (json_int_t) self->committed.community_height));
  if (self->refused->len > 0)
    json_object_set_new (json, "refused", refused_json (self->refused));
  if (self->pending.height > 0)
    json_object_set_new (json, "pending",
                         json_pack ("{s:I, s:o, s:o, s:o, s:o}", "height",
                                    (json_int_t) self->pending.height, "chain",
                                    citiz_json_base64url (self->pending.chain.b, 32), "hash",
                                    citiz_json_base64url (self->pending.hash.b, 32), "salt",
                                    citiz_json_base64url (self->pending.salt.b, 32), "tx",
                                    citiz_json_base64url (self->pending.tx.b, 32)));
  return dump (json);
}

/* Joins an open transaction of the vault. */
gboolean
citiz_community_remember (CitizVault *vault,
                          const CitizInvitation *invitation,
                          const CitizGenesis *genesis,
                          GError **error)
{
  g_autoptr (GBytes) bytes = dump (founding_json (invitation, genesis));

  return citiz_vault_set_setting (vault, CITIZ_COMMUNITY_SETTING, bytes, error);
}

/* Reading ********************************************************************/

/**
 * citiz_community_kept:
 *
 * Returns: (transfer full) (nullable): what the community that was joined is called, "" when not even that can be read; %NULL: none was
 */
gchar *
citiz_community_kept (CitizVault *vault)
{
  g_autoptr (GBytes) kept = citiz_vault_get_setting (vault, CITIZ_COMMUNITY_SETTING);
  json_t *json = kept != NULL ? citiz_json_strict_parse (kept, NULL) : NULL;
  const gchar *text = citiz_json_strict_string (json, "invitation", TEXT_MAX);
  g_autoptr (GBytes) bytes = text != NULL ? citiz_base64url_decode (text) : NULL;
  CitizInvitation invitation = {0};
  gsize n = 0;
  const guint8 *view = bytes != NULL ? g_bytes_get_data (bytes, &n) : NULL;

  if (view != NULL && !citiz_invitation_decode (view, n, &invitation, NULL))
    invitation.name[0] = '\0';
  json_decref (json);
  return kept != NULL ? g_strdup (invitation.name) : NULL;
}

static gboolean
read_founding (CitizCommunity *self, json_t *json)
{
  const gchar *one = citiz_json_strict_string (json, "invitation", TEXT_MAX);
  const gchar *other = citiz_json_strict_string (json, "genesis", TEXT_MAX);
  g_autoptr (GBytes) invitation = one != NULL ? citiz_base64url_decode (one) : NULL;
  g_autoptr (GBytes) genesis = other != NULL ? citiz_base64url_decode (other) : NULL;
  CitizHash id;

  if (invitation == NULL || genesis == NULL
      || !citiz_invitation_decode (g_bytes_get_data (invitation, NULL),
                                   g_bytes_get_size (invitation), &self->invitation, NULL)
      || !citiz_genesis_decode (g_bytes_get_data (genesis, NULL), g_bytes_get_size (genesis),
                                &self->genesis, NULL))
    return FALSE;
  citiz_genesis_chain_id (&id, &self->genesis);
  return citiz_hash_equal (&id, &self->invitation.chain_id);
}

static void
read_member (CitizCommunity *self, json_t *json)
{
  const gchar *url = citiz_json_strict_string (json, "url", CITIZ_INVITATION_MAX_URL);
  const gchar *operator_ = citiz_json_strict_string (json, "operator", OPERATOR_MAX);
  CitizCommunityMember member = {0};

  if (url == NULL || operator_ == NULL
      || !citiz_json_strict_bytes (json, "node", member.node.b, sizeof member.node.b)
      || !citiz_json_strict_int (json, "seen", 0, CITIZ_JSON_INT_MAX, &member.seen.ms))
    return;
  member.url = g_strdup (url);
  member.operator_ = g_strdup (operator_);
  member.silent_by = g_strdup ("");
  member.validator = json_is_true (json_object_get (json, "validator"));
  g_ptr_array_add (self->members, g_memdup2 (&member, sizeof member));
}

static guint64
read_height (json_t *json, const gchar *key)
{
  gint64 height;

  return citiz_json_strict_int (json, key, 0, CITIZ_JSON_INT_MAX, &height) ? (guint64) height : 0;
}

static void
read_heads (CitizCommunity *self, json_t *json)
{
  json_t *committed = json_object_get (json, "committed");
  json_t *pending = json_object_get (json, "pending");
  CitizCommittedHead head = {.height = read_height (committed, "height")};
  CitizPendingHead next = {.height = read_height (pending, "height")};

  if (citiz_json_strict_bytes (committed, "hash", head.hash.b, 32)
      && citiz_json_strict_bytes (committed, "tx", head.tx.b, 32)
      && citiz_json_strict_int (committed, "time", 0, CITIZ_JSON_INT_MAX, &head.time.ms))
    {
      head.community_height = read_height (committed, "at");
      self->committed = head;
    }
  if (citiz_json_strict_bytes (pending, "chain", next.chain.b, 32)
      && citiz_json_strict_bytes (pending, "hash", next.hash.b, 32)
      && citiz_json_strict_bytes (pending, "salt", next.salt.b, 32)
      && citiz_json_strict_bytes (pending, "tx", next.tx.b, 32))
    self->pending = next;
}

static void
read_refused (CitizCommunity *self, json_t *list)
{
  json_t *one;
  gsize i;

  json_array_foreach (list, i, one)
  {
    const gchar *text = json_string_value (one);
    g_autoptr (GBytes) bytes = text != NULL ? citiz_base64url_decode (text) : NULL;

    if (bytes != NULL && g_bytes_get_size (bytes) == sizeof (CitizHash))
      g_array_append_vals (self->refused, g_bytes_get_data (bytes, NULL), 1);
  }
}

/* Returns: %FALSE with %CITIZ_STORE_ERROR_NEWER or %CITIZ_STORE_ERROR_DAMAGED when the community cannot be known from it */
gboolean
citiz_community_read (CitizCommunity *self, GBytes *kept, GError **error)
{
  json_t *json = citiz_json_strict_parse (kept, NULL);
  const guint64 version = read_height (json, "v");
  json_t *members = json_object_get (json, "members");

  if (version > VERSION || json == NULL || !read_founding (self, json))
    {
      g_set_error (error, CITIZ_STORE_ERROR,
                   version > VERSION ? CITIZ_STORE_ERROR_NEWER : CITIZ_STORE_ERROR_DAMAGED,
                   "what is remembered of the community cannot be read");
      json_decref (json);
      return FALSE;
    }
  for (guint i = 0; i < MIN (json_array_size (members), MEMBERS_MAX); i++)
    read_member (self, json_array_get (members, i));
  self->full = read_height (json, "full") == 1;
  read_heads (self, json);
  read_refused (self, json_object_get (json, "refused"));
  json_decref (json);
  return TRUE;
}

/* What this copy of the record signed ******************************************/

static json_t *
signed_json (const CitizCommunity *self)
{
  json_t *list = json_array ();

  for (guint i = 0; i < self->signed_->len; i++)
    {
      const CitizSigned *one = &g_array_index (self->signed_, CitizSigned, i);

      json_array_append_new (
          list, json_pack ("[I, I]", (json_int_t) one->nonce, (json_int_t) one->valid_until.ms));
    }
  return json_pack ("{s:o, s:b, s:I, s:I, s:I, s:b, s:b, s:o}", "account",
                    citiz_json_base64url (self->account.b, sizeof self->account.b), "known",
                    self->signed_known, "from", (json_int_t) self->signed_from, "seen",
                    (json_int_t) self->seen_next, "looked", (json_int_t) self->looked, "copied",
                    self->copied, "told", self->copy_told, "list", list);
}

/* It stays when one leaves: what is still on its way then is no other copy's when one comes back. Joins an open transaction of the vault. */
gboolean
citiz_community_keep_signed (CitizCommunity *self, GError **error)
{
  g_autoptr (GBytes) bytes = dump (signed_json (self));

  return citiz_vault_set_setting (self->vault, SIGNED_SETTING, bytes, error);
}

/* Of an earlier version of the program, and of another community, there is none: it begins when the copy is even. */
void
citiz_community_read_signed (CitizCommunity *self)
{
  g_autoptr (GBytes) kept = citiz_vault_get_setting (self->vault, SIGNED_SETTING);
  json_t *json = kept != NULL ? citiz_json_strict_parse (kept, NULL) : NULL, *one;
  CitizHash account;
  gsize i;

  if (!citiz_json_strict_bytes (json, "account", account.b, sizeof account.b)
      || !citiz_hash_equal (&account, &self->account))
    {
      json_decref (json);
      return;
    }
  self->signed_known = json_is_true (json_object_get (json, "known"));
  self->signed_from = read_height (json, "from");
  self->seen_next = read_height (json, "seen");
  self->looked = read_height (json, "looked");
  self->copied = json_is_true (json_object_get (json, "copied"));
  self->copy_told = json_is_true (json_object_get (json, "told"));
  json_array_foreach (json_object_get (json, "list"), i, one)
  {
    const CitizSigned read = {(guint64) json_integer_value (json_array_get (one, 0)),
                              {json_integer_value (json_array_get (one, 1))}};

    g_array_append_val (self->signed_, read);
  }
  json_decref (json);
}
