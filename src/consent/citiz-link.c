/* The link of a grant: SMART Health Link payload and its forms. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-link.h"
#include "consent/citiz-consent-private.h"
#include "consent/citiz-profile.h"

#define SCHEME      "shlink:/"
#define URL_MAX     128  /* characters of the payload's url, by the standard */
#define LABEL_MAX   80   /* characters, by the standard */
#define TEXT_MAX    4096 /* of a whole link that we read */
#define CONTACT_MAX 64
#define NODES_MAX   7

static void
link_node_free (gpointer data)
{
  CitizLinkNode *node = data;

  g_free (node->origin);
  g_free (node);
}

CitizLink *
citiz_link_new (void)
{
  CitizLink *link = g_new0 (CitizLink, 1);

  link->nodes = g_ptr_array_new_with_free_func (link_node_free);
  return link;
}

void
citiz_link_free (CitizLink *link)
{
  g_free (link->origin);
  g_clear_pointer (&link->t, citiz_secret_unref);
  g_clear_pointer (&link->k_r, citiz_secret_unref);
  g_free (link->label);
  g_ptr_array_unref (link->nodes);
  g_free (link->contact_phone);
  g_free (link->contact_name);
  g_free (link);
}

void
citiz_link_add_node (CitizLink *link, const CitizNodeId *id, const gchar *origin)
{
  CitizLinkNode *node = g_new0 (CitizLinkNode, 1);

  node->id = *id;
  node->origin = g_strdup (origin);
  g_ptr_array_add (link->nodes, node);
}

static json_t *
nodes_to_json (const CitizLink *link)
{
  json_t *list = json_array ();

  for (guint i = 0; i < link->nodes->len; i++)
    {
      const CitizLinkNode *node = link->nodes->pdata[i];
      g_autofree gchar *id = citiz_base64url_encode (node->id.b, sizeof node->id.b);

      json_array_append_new (list, json_pack ("[s, s]", id, node->origin));
    }
  return list;
}

/* A long name gives no link that its reader refuses. */
static json_t *
label_to_json (const gchar *label)
{
  return json_stringn (
      label, (size_t) (g_utf8_offset_to_pointer (label, MIN (g_utf8_strlen (label, -1), LABEL_MAX))
                       - label));
}

static json_t *
payload_to_json (const CitizLink *link)
{
  g_autofree gchar *grant = citiz_id_to_hex (&link->grant);
  gchar *t = citiz_base64url_encode (citiz_secret_data (link->t), 32);
  gchar *key = citiz_base64url_encode (citiz_secret_data (link->k_r), 32);
  gchar *url = g_strconcat (link->origin, "/shl/", t, NULL);
  json_t *payload = json_pack ("{s:s, s:s}", "url", url, "key", key);
  json_t *ours = json_pack ("{s:s, s:i, s:o}", "g", grant, "t", (int) link->threshold, "n",
                            nodes_to_json (link));

  if (link->exp_s > 0)
    json_object_set_new (payload, "exp", json_integer (link->exp_s));
  if (link->passcode)
    json_object_set_new (payload, "flag", json_string ("P"));
  if (link->label && *link->label)
    json_object_set_new (payload, "label", label_to_json (link->label));
  json_object_set_new (payload, "v", json_integer (1));
  if (link->contact_phone && *link->contact_phone)
    json_object_set_new (
        ours, "o",
        json_pack ("[s, s]", link->contact_phone, link->contact_name ? link->contact_name : ""));
  json_object_set_new (payload, "_citiz", ours);
  citiz_wipe_text (t);
  citiz_wipe_text (key);
  citiz_wipe_text (url);
  return payload;
}

gchar *
citiz_link_to_shlink (const CitizLink *link)
{
  json_t *payload = payload_to_json (link);
  char *text = json_dumps (payload, JSON_COMPACT);
  gchar *encoded = citiz_base64url_encode ((const guint8 *) text, strlen (text));
  gchar *shlink = g_strconcat (SCHEME, encoded, NULL);

  json_decref (payload);
  citiz_wipe (text, strlen (text));
  free (text);
  citiz_wipe_text (encoded);
  return shlink;
}

gchar *
citiz_link_to_url (const CitizLink *link)
{
  gchar *shlink = citiz_link_to_shlink (link);
  gchar *url = g_strconcat (link->origin, "/v#", shlink, NULL);

  citiz_wipe_text (shlink);
  return url;
}

static CitizSecret *
secret_of (const gchar *text)
{
  g_autoptr (GBytes) bytes = text && strlen (text) == 43 ? citiz_base64url_decode (text) : NULL;

  return bytes && g_bytes_get_size (bytes) == 32
             ? citiz_secret_new_take_copy (g_bytes_get_data (bytes, NULL), 32)
             : NULL;
}

static gboolean
bounded (const gchar *text, glong max)
{
  return text == NULL || g_utf8_strlen (text, -1) <= max;
}

static gboolean
read_url (CitizLink *link, const gchar *url)
{
  const gchar *mark = strlen (url) <= URL_MAX ? g_strrstr (url, "/shl/") : NULL;

  if (mark == NULL || !(g_str_has_prefix (url, "https://") || g_str_has_prefix (url, "http://")))
    return FALSE;
  link->origin = g_strndup (url, (gsize) (mark - url));
  link->t = secret_of (mark + strlen ("/shl/"));
  return link->t != NULL;
}

static gboolean
read_node (CitizLink *link, json_t *pair)
{
  const char *id = NULL, *origin = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (json_unpack (pair, "[s, s !]", &id, &origin) != 0 || strlen (origin) > URL_MAX)
    return FALSE;
  bytes = citiz_base64url_decode (id);
  if (bytes == NULL || g_bytes_get_size (bytes) != CITIZ_NODE_ID_SIZE)
    return FALSE;
  citiz_link_add_node (link, g_bytes_get_data (bytes, NULL), origin);
  return TRUE;
}

static gboolean
read_ours (CitizLink *link, json_t *ours)
{
  const char *grant = NULL, *phone = NULL, *name = NULL;
  json_t *nodes = NULL, *contact = NULL, *pair;
  int t = 0;
  size_t i;

  if (json_unpack (ours, "{s:s, s:i, s:o, s?o}", "g", &grant, "t", &t, "n", &nodes, "o", &contact)
          != 0
      || !citiz_id_from_hex (&link->grant, grant) || !json_is_array (nodes)
      || json_array_size (nodes) > NODES_MAX)
    return FALSE;
  json_array_foreach (nodes, i, pair) if (!read_node (link, pair)) return FALSE;
  if (contact && json_unpack (contact, "[s, s !]", &phone, &name) != 0)
    return FALSE;
  if (t < 1 || (guint) t > link->nodes->len || !bounded (phone, CONTACT_MAX)
      || !bounded (name, CONTACT_MAX))
    return FALSE;
  link->threshold = (guint) t;
  link->contact_phone = g_strdup (phone);
  link->contact_name = g_strdup (name);
  return TRUE;
}

static gboolean
read_payload (CitizLink *link, json_t *payload)
{
  const char *url = NULL, *key = NULL, *flag = NULL, *label = NULL;
  json_int_t exp = 0, version = 1;
  json_t *ours = NULL;

  if (json_unpack (payload, "{s:s, s:s, s?I, s?s, s?s, s?I, s:o}", "url", &url, "key", &key, "exp",
                   &exp, "flag", &flag, "label", &label, "v", &version, "_citiz", &ours)
          != 0
      || version != 1 || exp < 0 || !bounded (label, LABEL_MAX)
      || (flag && strcmp (flag, "P") != 0))
    return FALSE;
  link->k_r = secret_of (key);
  link->exp_s = exp;
  link->passcode = flag != NULL;
  link->label = g_strdup (label);
  return link->k_r != NULL && read_url (link, url) && read_ours (link, ours);
}

CitizLink *
citiz_link_parse (const gchar *text, GError **error)
{
  const gchar *mark = strlen (text) <= TEXT_MAX ? strstr (text, SCHEME) : NULL;
  g_autoptr (GBytes) bytes = mark ? citiz_base64url_decode (mark + strlen (SCHEME)) : NULL;
  g_autoptr (CitizLink) link = citiz_link_new ();
  json_t *payload = NULL;
  gboolean fine;

  if (bytes)
    payload = json_loadb (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                          JSON_REJECT_DUPLICATES, NULL);
  fine = payload != NULL && read_payload (link, payload);
  json_decref (payload);
  if (fine)
    return g_steal_pointer (&link);
  g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT, "not a link of ours");
  return NULL;
}
