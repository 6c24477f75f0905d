/* The configuration file of a host: read, and written with its comments. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-config.h"
#include "wire/citiz-invitation.h"

#include <glib/gi18n.h>
#include <gio/gio.h>
#include <string.h>

G_DEFINE_QUARK (citiz - host - error - quark, citiz_host_error)

/* One setting. A text's default is @text, a number's @preset within @min … @max. */
typedef struct
{
  const gchar *group;
  const gchar *key;
  gsize offset;
  const gchar *text; /* NULL: a number */
  guint preset;
  guint min;
  guint max;
  const gchar *comment;
} Setting;

#define TEXT(group, key, member, text, comment)                                                    \
  {                                                                                                \
    group, key, G_STRUCT_OFFSET (CitizHostConfig, member), text, 0, 0, 0, comment                  \
  }
#define NUMBER(group, key, member, preset, min, max, comment)                                      \
  {                                                                                                \
    group, key, G_STRUCT_OFFSET (CitizHostConfig, member), NULL, preset, min, max, comment         \
  }

static const Setting settings[] = {
    TEXT ("node",
          "operator",
          operator_,
          "",
          N_ ("The organization that answers for this node; public.")),
    TEXT ("node",
          "contact",
          contact,
          "",
          N_ ("How to reach it, for instance an e-mail address; public.")),
    TEXT ("node",
          "community",
          community,
          "",
          N_ ("What the community is called when somebody is invited to it; empty: the operator.")),
    TEXT (
        "node",
        "url",
        url,
        "http://127.0.0.1:8650",
        N_ ("Where others reach this node: https://, a name, a port if needed. http:// only where all "
            "nodes and citizens are on this computer.")),
    TEXT (
        "listen",
        "address",
        address,
        "127.0.0.1:8650",
        N_ ("ADDRESS:PORT, or unix:PATH behind nginx or Caddy. A socket that systemd hands over takes "
            "its place.")),
    TEXT (
        "listen",
        "hosts",
        hosts,
        "",
        N_ ("Names under which this node answers, separated by \";\", besides that of url and of the "
            "loopback.")),
    TEXT ("listen",
          "metrics",
          metrics,
          "",
          N_ ("127.0.0.1:PORT for Prometheus, only on the loopback; empty: none.")),
    TEXT (
        "listen",
        "tiles",
        tiles,
        "",
        N_ ("A folder for the tiles of the log that never change, for nginx or Caddy to give; empty: "
            "none.")),
    NUMBER ("limits", "connections", connections, 512, 16, 8192, N_ ("At one time.")),
    NUMBER ("limits", "requests-per-second", rate, 500, 1, 100000, N_ ("Of all clients together.")),
    NUMBER ("limits", "requests-burst", burst, 1000, 1, 100000, N_ ("That many at once.")),
    NUMBER ("limits", "events", events, 64, 0, 4096, N_ ("Readers of /v1/events at one time.")),
    NUMBER ("limits",
            "waits",
            waits,
            256,
            0,
            8192,
            N_ ("Requests that wait for a block at one time.")),
    NUMBER ("limits",
            "guest-transactions",
            guest_transactions,
            200,
            1,
            1000000,
            N_ ("A day, that this node vouches for, of each citizen it invited.")),
    NUMBER ("founding",
            "admission",
            admission,
            1,
            0,
            1,
            N_ ("1: a new community asks each transaction for a node's word, or for a little work; "
                "the same on all founders' nodes.")),
    NUMBER ("disk",
            "free-percent",
            free_percent,
            5,
            0,
            100,
            N_ ("With less of the disk free, no transaction is taken any more.")),
    NUMBER ("order",
            "timeout",
            timeout,
            2000,
            50,
            60000,
            N_ ("Milliseconds until a silent proposer is passed over. The same on all nodes.")),
    NUMBER ("order",
            "timeout-cap",
            timeout_cap,
            30000,
            50,
            600000,
            N_ ("The longest it grows to.")),
    NUMBER ("order",
            "standstill",
            standstill,
            3000,
            50,
            60000,
            N_ ("Milliseconds without progress until everything is said again.")),
    NUMBER ("order",
            "interval",
            interval,
            200,
            0,
            60000,
            N_ ("Milliseconds between blocks, at least.")),
    NUMBER (
        "order",
        "heartbeat",
        heartbeat,
        300000,
        0,
        86400000,
        N_ ("Milliseconds until an empty block when nothing happens, which is most of what an idle node "
            "sends; 0: three seconds a node, 30 at least.")),
    NUMBER ("order",
            "egress",
            egress,
            65536,
            1024,
            16777216,
            N_ ("Bytes a second that repeating oneself may cost.")),
    NUMBER (
        "order",
        "refound-after",
        refound_after,
        3600,
        0,
        2592000,
        N_ ("Seconds without an agreement until this node may take part in founding the community "
            "anew, which its operator has to say.")),
};

static gpointer
member (const CitizHostConfig *config, const Setting *setting)
{
  return (guint8 *) config + setting->offset;
}

void
citiz_host_config_set (gchar **text, const gchar *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

CitizHostConfig *
citiz_host_config_new (void)
{
  CitizHostConfig *config = g_new0 (CitizHostConfig, 1);

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].text != NULL)
      *(gchar **) member (config, &settings[i]) = g_strdup (settings[i].text);
    else
      *(guint *) member (config, &settings[i]) = settings[i].preset;
  return config;
}

void
citiz_host_config_free (CitizHostConfig *config)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].text != NULL)
      g_free (*(gchar **) member (config, &settings[i]));
  g_free (config);
}

static const Setting *
find (const gchar *group, const gchar *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (g_str_equal (settings[i].group, group) && g_str_equal (settings[i].key, key))
      return &settings[i];
  return NULL;
}

/**
 * citiz_host_config_clean_url:
 * @what: where it was said
 *
 * Returns: (transfer full) (nullable): the address of a node, without a slash at the end; %NULL if it is none
 */
gchar *
citiz_host_config_clean_url (const gchar *text, const gchar *what, GError **error)
{
  g_autofree gchar *clean = g_strdup (text);

  while (g_str_has_suffix (clean, "/"))
    clean[strlen (clean) - 1] = '\0';
  if (citiz_node_url_is_valid (clean))
    return g_steal_pointer (&clean);
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG,
               _ ("%s has to be like https://node.example.org, with nothing behind it but a port; "
                  "http:// is only for a node that this computer alone reaches"),
               what);
  return NULL;
}

static gboolean
take_url (CitizHostConfig *config, const gchar *text, GError **error)
{
  g_autofree gchar *url = citiz_host_config_clean_url (text, "[node] url", error);

  if (url != NULL)
    citiz_host_config_set (&config->url, url);
  return url != NULL;
}

static gboolean
take (CitizHostConfig *config, GKeyFile *file, const gchar *group, const gchar *key, GError **error)
{
  const Setting *setting = find (group, key);
  g_autofree gchar *text = g_key_file_get_string (file, group, key, error);
  guint64 number;

  if (text == NULL)
    return FALSE;
  if (setting == NULL)
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG, _ ("[%s] %s is no setting"),
                   group, key);
      return FALSE;
    }
  if (member (config, setting) == (gpointer) &config->url)
    return take_url (config, g_strstrip (text), error);
  if (setting->text != NULL)
    {
      citiz_host_config_set (member (config, setting), g_strstrip (text));
      return TRUE;
    }
  if (!g_ascii_string_to_unsigned (text, 10, setting->min, setting->max, &number, NULL))
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG,
                   _ ("[%s] %s has to be a number from %u to %u"), group, key, setting->min,
                   setting->max);
      return FALSE;
    }
  *(guint *) member (config, setting) = (guint) number;
  return TRUE;
}

/**
 * citiz_host_config_read:
 *
 * Strict: a setting nobody knows is an error, so that a misspelt limit is no silent default.
 */
CitizHostConfig *
citiz_host_config_read (const gchar *dir, GError **error)
{
  g_autoptr (CitizHostConfig) config = citiz_host_config_new ();
  g_autofree gchar *path = g_build_filename (dir, CITIZ_HOST_CONFIG_FILE, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i]; i++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[i], NULL, error);

      for (guint j = 0; keys && keys[j]; j++)
        if (!take (config, file, groups[i], keys[j], error))
          return NULL;
    }
  return g_steal_pointer (&config);
}

static void
put_value (GString *out, const CitizHostConfig *config, const Setting *setting)
{
  const guint number = setting->text ? 0 : *(guint *) member (config, setting);
  const gchar *text = setting->text ? *(gchar **) member (config, setting) : NULL;
  const gboolean preset
      = text != NULL ? g_str_equal (text, setting->text) : number == setting->preset;

  g_string_append_printf (out, "# %s\n%s%s=", _ (setting->comment), preset ? "#" : "",
                          setting->key);
  if (text != NULL)
    {
      g_autoptr (GKeyFile) quoting = g_key_file_new ();
      g_autofree gchar *quoted = NULL;

      g_key_file_set_string (quoting, "g", "k", text);
      quoted = g_key_file_get_value (quoting, "g", "k", NULL);
      g_string_append_printf (out, "%s\n\n", quoted);
    }
  else
    g_string_append_printf (out, "%u\n\n", number);
}

/**
 * citiz_host_config_write:
 *
 * Every setting with its comment; what has its default is commented out. Does not take the place of a file that is there.
 */
gboolean
citiz_host_config_write (const CitizHostConfig *config, const gchar *dir, GError **error)
{
  g_autofree gchar *path = g_build_filename (dir, CITIZ_HOST_CONFIG_FILE, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileOutputStream) stream = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  const gchar *group = "";

  g_string_append_printf (text, "# %s\n\n",
                          _ ("A node of a Citiz community. Changes count from its next start on."));
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      if (!g_str_equal (group, settings[i].group))
        g_string_append_printf (text, "[%s]\n", settings[i].group);
      group = settings[i].group;
      put_value (text, config, &settings[i]);
    }
  stream = g_file_create (file, G_FILE_CREATE_PRIVATE, NULL, error);
  return stream != NULL
         && g_output_stream_write_all (G_OUTPUT_STREAM (stream), text->str, text->len, NULL, NULL,
                                       error)
         && g_output_stream_close (G_OUTPUT_STREAM (stream), NULL, error);
}

void
citiz_host_config_timing (const CitizHostConfig *config, CitizCsxTiming *out)
{
  *out = (CitizCsxTiming){.timeout = config->timeout,
                          .timeout_cap = MAX (config->timeout, config->timeout_cap),
                          .standstill = config->standstill,
                          .interval = config->interval,
                          .heartbeat = config->heartbeat,
                          .egress = config->egress};
}

/**
 * citiz_host_config_hosts:
 *
 * Returns: (transfer full): names without port a request may be addressed to
 */
gchar **
citiz_host_config_hosts (const CitizHostConfig *config)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GUri) url = g_uri_parse (config->url, G_URI_FLAGS_NONE, NULL);
  g_auto (GStrv) more = g_strsplit (config->hosts, ";", -1);

  g_strv_builder_add_many (names, "127.0.0.1", "localhost", "[::1]", NULL);
  if (url != NULL && g_uri_get_host (url) != NULL && g_uri_get_host (url)[0] != '\0')
    g_strv_builder_add (names, g_uri_get_host (url));
  for (guint i = 0; more[i]; i++)
    if (g_strstrip (more[i])[0] != '\0')
      g_strv_builder_add (names, more[i]);
  return g_strv_builder_end (names);
}
