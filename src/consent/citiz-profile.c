/* The emergency profile and its JSON. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-profile.h"
#include "consent/citiz-consent-private.h"

#define SENSITIVE_MAX 32
#define MASKED_MAX    10000
#define CONTACT_MAX   64

struct _CitizProfile
{
  gboolean shown[CITIZ_N_PARTS];
  guint32 sensitive;  /* bit n: category n is shown */
  GHashTable *masked; /* of CitizId */
  CitizLabelChoice label;
  gboolean opens_stalled;
  gchar *contact_name;
  gchar *contact_phone;
};

static const struct
{
  const gchar *name;
  CitizPartGroup group;
  gboolean shown; /* unless the person says otherwise */
} parts[CITIZ_N_PARTS] = {
    [CITIZ_PART_ALERTS] = {"alerts", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_ALLERGIES] = {"allergies", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_MEDICATIONS] = {"medications", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_PROBLEMS] = {"problems", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_DEVICES] = {"devices", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_DIRECTIVES] = {"directives", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_CONTACTS] = {"contacts", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_RESULTS] = {"results", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_VITALS] = {"vitals", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_IMMUNIZATIONS] = {"immunizations", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_PROCEDURES] = {"procedures", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_PAST_PROBLEMS] = {"past-problems", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_PREGNANCY] = {"pregnancy", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_FUNCTIONAL] = {"functional", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_ACTIVITY] = {"activity", CITIZ_PART_GROUP_ACTIVITY, TRUE},
    [CITIZ_PART_HABITS] = {"habits", CITIZ_PART_GROUP_CARE, FALSE},
    [CITIZ_PART_DIET] = {"diet", CITIZ_PART_GROUP_DIET, TRUE},
    [CITIZ_PART_FAMILY] = {"family", CITIZ_PART_GROUP_CARE, FALSE},
    [CITIZ_PART_VISITS] = {"visits", CITIZ_PART_GROUP_CARE, FALSE},
    [CITIZ_PART_DOCUMENTS] = {"documents", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_STORY] = {"story", CITIZ_PART_GROUP_CARE, TRUE},
    [CITIZ_PART_PLAN] = {"plan", CITIZ_PART_GROUP_CARE, TRUE},
};

static const gchar *const label_names[] = {
    [CITIZ_LABEL_NONE] = "none",
    [CITIZ_LABEL_FIRST_NAME_INITIAL] = "first-name",
};

CitizProfile *
citiz_profile_new (void)
{
  CitizProfile *profile = g_new0 (CitizProfile, 1);

  for (guint i = 0; i < CITIZ_N_PARTS; i++)
    profile->shown[i] = parts[i].shown;
  profile->masked
      = g_hash_table_new_full (citiz_id_hash, (GEqualFunc) citiz_id_equal, g_free, NULL);
  profile->label = CITIZ_LABEL_FIRST_NAME_INITIAL;
  profile->opens_stalled = TRUE;
  profile->contact_name = g_strdup ("");
  profile->contact_phone = g_strdup ("");
  return profile;
}

void
citiz_profile_free (CitizProfile *profile)
{
  g_hash_table_unref (profile->masked);
  g_free (profile->contact_name);
  g_free (profile->contact_phone);
  g_free (profile);
}

/**
 * citiz_profile_is_chosen:
 *
 * Returns: %FALSE when what is left out is what every new record leaves out: nobody decided it
 */
gboolean
citiz_profile_is_chosen (const CitizProfile *profile)
{
  for (guint i = 0; i < CITIZ_N_PARTS; i++)
    if (profile->shown[i] != parts[i].shown)
      return TRUE;
  return profile->sensitive != 0 || g_hash_table_size (profile->masked) > 0;
}

gboolean
citiz_part_is_usual (CitizPart part)
{
  return parts[part].shown;
}

const gchar *
citiz_part_name (CitizPart part)
{
  return parts[part].name;
}

gboolean
citiz_part_from_name (CitizPart *out, const gchar *name)
{
  for (guint i = 0; i < CITIZ_N_PARTS; i++)
    if (strcmp (parts[i].name, name) == 0)
      {
        *out = (CitizPart) i;
        return TRUE;
      }
  return FALSE;
}

CitizPartGroup
citiz_part_group (CitizPart part)
{
  return parts[part].group;
}

gboolean
citiz_profile_shows (const CitizProfile *profile, CitizPart part)
{
  return profile->shown[part];
}

void
citiz_profile_set_shows (CitizProfile *profile, CitizPart part, gboolean shown)
{
  profile->shown[part] = !!shown;
}

gboolean
citiz_profile_shows_sensitive (const CitizProfile *profile, guint category)
{
  return category == 0 || (category < SENSITIVE_MAX && (profile->sensitive >> category) & 1u);
}

void
citiz_profile_set_shows_sensitive (CitizProfile *profile, guint category, gboolean shown)
{
  g_return_if_fail (category < SENSITIVE_MAX);
  profile->sensitive
      = shown ? profile->sensitive | (1u << category) : profile->sensitive & ~(1u << category);
}

gboolean
citiz_profile_masks (const CitizProfile *profile, const CitizId *item)
{
  return g_hash_table_contains (profile->masked, item);
}

void
citiz_profile_set_masks (CitizProfile *profile, const CitizId *item, gboolean masked)
{
  if (masked)
    g_hash_table_add (profile->masked, g_memdup2 (item, sizeof *item));
  else
    g_hash_table_remove (profile->masked, item);
}

guint
citiz_profile_n_masked (const CitizProfile *profile)
{
  return g_hash_table_size (profile->masked);
}

CitizLabelChoice
citiz_profile_get_label (const CitizProfile *profile)
{
  return profile->label;
}

void
citiz_profile_set_label (CitizProfile *profile, CitizLabelChoice choice)
{
  profile->label = choice;
}

gboolean
citiz_profile_opens_stalled (const CitizProfile *profile)
{
  return profile->opens_stalled;
}

void
citiz_profile_set_opens_stalled (CitizProfile *profile, gboolean opens)
{
  profile->opens_stalled = !!opens;
}

const gchar *
citiz_profile_get_contact_name (const CitizProfile *profile)
{
  return profile->contact_name;
}

const gchar *
citiz_profile_get_contact_phone (const CitizProfile *profile)
{
  return profile->contact_phone;
}

/* The link's reader refuses longer ones, so they are cut here. */
void
citiz_profile_set_contact (CitizProfile *profile, const gchar *name, const gchar *phone)
{
  gchar *new_name = g_utf8_make_valid (name ? name : "", -1);
  gchar *new_phone = g_utf8_make_valid (phone ? phone : "", -1);

  g_free (profile->contact_name);
  g_free (profile->contact_phone);
  profile->contact_name
      = g_utf8_substring (new_name, 0, MIN (g_utf8_strlen (new_name, -1), CONTACT_MAX));
  profile->contact_phone
      = g_utf8_substring (new_phone, 0, MIN (g_utf8_strlen (new_phone, -1), CONTACT_MAX));
  g_free (new_name);
  g_free (new_phone);
}

static gint
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

gchar *
citiz_profile_to_json (const CitizProfile *profile)
{
  json_t *shown = json_object (), *sensitive = json_array (), *masked = json_array (), *json;
  g_autoptr (GList) ids = g_hash_table_get_keys (profile->masked);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new_with_free_func (g_free);
  char *text;
  gchar *out;

  for (guint i = 0; i < CITIZ_N_PARTS; i++)
    json_object_set_new (shown, parts[i].name, json_boolean (profile->shown[i]));
  for (guint i = 1; i < SENSITIVE_MAX; i++)
    if ((profile->sensitive >> i) & 1u)
      json_array_append_new (sensitive, json_integer (i));
  for (GList *l = ids; l; l = l->next)
    g_ptr_array_add (sorted, citiz_id_to_hex (l->data));
  g_ptr_array_sort (sorted, by_text);
  for (guint i = 0; i < sorted->len; i++)
    json_array_append_new (masked, json_string (sorted->pdata[i]));
  json = json_pack ("{s:i, s:o, s:o, s:o, s:s, s:b, s:[s, s]}", "v", 1, "shown", shown, "sensitive",
                    sensitive, "masked", masked, "label", label_names[profile->label], "stalled",
                    profile->opens_stalled, "contact", profile->contact_name,
                    profile->contact_phone);
  text = json_dumps (json, JSON_COMPACT);
  out = g_strdup (text);
  free (text);
  json_decref (json);
  return out;
}

static gboolean
read_shown (CitizProfile *profile, json_t *shown)
{
  const char *name;
  json_t *value;
  CitizPart part;

  if (shown && !json_is_object (shown))
    return FALSE;
  json_object_foreach (shown, name, value)
  {
    if (!citiz_part_from_name (&part, name) || !json_is_boolean (value))
      return FALSE;
    profile->shown[part] = json_is_true (value);
  }
  return TRUE;
}

static gboolean
read_sensitive (CitizProfile *profile, json_t *list)
{
  json_t *value;
  size_t i;

  if (list && !json_is_array (list))
    return FALSE;
  json_array_foreach (list, i, value)
  {
    if (!json_is_integer (value) || json_integer_value (value) < 1
        || json_integer_value (value) >= SENSITIVE_MAX)
      return FALSE;
    profile->sensitive |= 1u << json_integer_value (value);
  }
  return TRUE;
}

static gboolean
read_masked (CitizProfile *profile, json_t *list)
{
  json_t *value;
  size_t i;
  CitizId id;

  if (list && (!json_is_array (list) || json_array_size (list) > MASKED_MAX))
    return FALSE;
  json_array_foreach (list, i, value)
  {
    if (!json_is_string (value) || !citiz_id_from_hex (&id, json_string_value (value)))
      return FALSE;
    citiz_profile_set_masks (profile, &id, TRUE);
  }
  return TRUE;
}

static gboolean
read_label (CitizProfile *profile, const gchar *name)
{
  if (name == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (label_names); i++)
    if (strcmp (label_names[i], name) == 0)
      {
        profile->label = (CitizLabelChoice) i;
        return TRUE;
      }
  return FALSE;
}

CitizProfile *
citiz_profile_from_json (const gchar *text, gssize n, GError **error)
{
  json_t *json
      = json_loadb (text, n < 0 ? strlen (text) : (size_t) n, JSON_REJECT_DUPLICATES, NULL);
  g_autoptr (CitizProfile) profile = citiz_profile_new ();
  json_t *shown = NULL, *sensitive = NULL, *masked = NULL, *contact = NULL;
  const char *label = NULL, *name = "", *phone = "";
  int version = 0, stalled = TRUE;
  gboolean fine;

  fine = json_is_object (json)
         && json_unpack (json, "{s:i, s?o, s?o, s?o, s?s, s?b, s?o !}", "v", &version, "shown",
                         &shown, "sensitive", &sensitive, "masked", &masked, "label", &label,
                         "stalled", &stalled, "contact", &contact)
                == 0
         && version == 1 && read_shown (profile, shown) && read_sensitive (profile, sensitive)
         && read_masked (profile, masked) && read_label (profile, label)
         && (contact == NULL || json_unpack (contact, "[s, s !]", &name, &phone) == 0);
  if (fine)
    {
      citiz_profile_set_contact (profile, name, phone);
      citiz_profile_set_opens_stalled (profile, stalled);
    }
  json_decref (json);
  if (fine)
    return g_steal_pointer (&profile);
  g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT, "not a profile");
  return NULL;
}
