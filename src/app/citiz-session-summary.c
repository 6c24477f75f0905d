/* The session: what an access shows of the record as it is now. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "consent/citiz-ips.h"

#define PROFILE_SETTING "profile"

/* The emergency profile as the person set it, or the default. */
CitizProfile *
citiz_session_read_profile (CitizSession *self)
{
  json_t *setting = citiz_session_get_setting (self, PROFILE_SETTING);
  char *text = setting != NULL ? json_dumps (setting, JSON_COMPACT) : NULL;
  CitizProfile *profile = text != NULL ? citiz_profile_from_json (text, -1, NULL) : NULL;

  free (text);
  return profile != NULL ? profile : citiz_profile_new ();
}

static GBytes *
blob_cb (const CitizId *item, gpointer data)
{
  GBytes *bytes = g_hash_table_lookup (data, item);
  return bytes != NULL ? g_bytes_ref (bytes) : NULL;
}

static CitizIpsOptions
ips_options (CitizSession *self, GHashTable *blobs)
{
  CitizIpsOptions options = {0};

  options.env = self->env;
  options.language = citiz_env_language ();
  options.offset_minutes = citiz_env_offset_minutes (citiz_session_now (self));
  options.blob = blobs != NULL ? blob_cb : NULL;
  options.blob_data = blobs;
  options.device_name = "Citiz";
  options.incomplete = self->damaged;
  return options;
}

json_t *
citiz_session_build_summary (CitizSession *self, GHashTable *blobs)
{
  g_autoptr (CitizProfile) profile = citiz_session_read_profile (self);
  CitizIpsOptions options = ips_options (self, blobs);

  return citiz_ips_build (self->record, profile, &options);
}

/* "Lucie B.", or NULL when the person chose to say nothing. */
gchar *
citiz_session_label (CitizSession *self, const CitizProfile *profile)
{
  const CitizItem *patient = citiz_record_patient (self->record);
  g_auto (GStrv) words = NULL;
  guint n;
  gchar initial[8] = {0};

  if (patient == NULL || citiz_profile_get_label (profile) == CITIZ_LABEL_NONE)
    return NULL;
  words = g_strsplit (patient->title[citiz_env_language ()], " ", -1);
  n = g_strv_length (words);
  if (n < 2)
    return g_strdup (patient->title[citiz_env_language ()]);
  g_unichar_to_utf8 (g_utf8_get_char (words[n - 1]), initial);
  return g_strdup_printf ("%s %s.", words[0], initial);
}

/* "YYYY-MM-DD" if the whole date is known: the spoken code asks for it. */
gchar *
citiz_session_birth_date (CitizSession *self)
{
  const CitizItem *patient = citiz_record_patient (self->record);
  const gchar *text;

  if (patient == NULL)
    return NULL;
  text = json_string_value (json_object_get (patient->resource, "birthDate"));
  return text != NULL && strlen (text) == 10 ? g_strdup (text) : NULL;
}

/* How much of a part is held back, and by whom: items that any new profile leaves out, or the whole part because the person said so. */
typedef enum
{
  HELD_BY_DEFAULT,
  HELD_WHOLE
} Held;

static guint
held_of (const CitizIpsPart *part, Held held)
{
  if (held == HELD_WHOLE)
    return !part->shown && citiz_part_is_usual (part->part);
  return part->shown || !citiz_part_is_usual (part->part) ? part->withheld - part->masked : 0;
}

/* A line of its own that names parts: "left-out", which nobody chose, is not "masked", which the person did. */
static void
describe_held (json_t *shown, const GPtrArray *parts, Held held, const gchar *key)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < parts->len; i++)
    {
      const CitizIpsPart *part = g_ptr_array_index (parts, i);
      guint here = held_of (part, held);

      if (here > 0)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "",
                                citiz_part_name (part->part));
      n += here;
    }
  if (n > 0)
    json_array_append_new (
        shown, json_pack ("{s:s, s:i, s:s}", "key", key, "count", (int) n, "text", names->str));
}

/* @out_withheld: the items that the person masked one by one */
static json_t *
describe_shown (const GPtrArray *parts, guint *out_withheld)
{
  json_t *shown = json_array ();

  *out_withheld = 0;
  for (guint i = 0; i < parts->len; i++)
    {
      const CitizIpsPart *part = g_ptr_array_index (parts, i);

      *out_withheld += part->masked;
      if (part->shown && part->count > 0)
        json_array_append_new (shown,
                               json_pack ("{s:s, s:i, s:s}", "key", citiz_part_name (part->part),
                                          "count", (int) part->count, "text", part->text));
    }
  describe_held (shown, parts, HELD_BY_DEFAULT, "left-out");
  describe_held (shown, parts, HELD_WHOLE, "masked");
  return shown;
}

void
citiz_session_summarize (CitizSession *self,
                         const CitizProfile *profile,
                         GHashTable *blobs,
                         CitizSummary *out)
{
  CitizIpsOptions options = ips_options (self, blobs);
  g_autoptr (GPtrArray) parts = NULL;

  out->bundle = citiz_ips_build_with_parts (self->record, profile, &options, &parts);
  out->shown = describe_shown (parts, &out->withheld);
  citiz_ips_digest (&out->digest, out->bundle);
}

void
citiz_summary_clear (CitizSummary *summary)
{
  g_clear_pointer (&summary->bundle, json_decref);
  g_clear_pointer (&summary->shown, json_decref);
}
