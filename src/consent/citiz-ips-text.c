/* Titles, sentences, narrative, instants and extensions of the summary. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-ips-private.h"

/* Neutral titles: a withheld part is named by these and nothing else. */
static const gchar *const titles[CITIZ_N_PARTS][2] = {
    [CITIZ_PART_ALERTS] = {"Alerts", "Alertes"},
    [CITIZ_PART_ALLERGIES] = {"Allergies and intolerances", "Allergies et intolérances"},
    [CITIZ_PART_MEDICATIONS] = {"Medications", "Médicaments"},
    [CITIZ_PART_PROBLEMS] = {"Active problems", "Problèmes actifs"},
    [CITIZ_PART_DEVICES] = {"Devices", "Dispositifs"},
    [CITIZ_PART_DIRECTIVES] = {"Advance directives", "Directives et volontés"},
    [CITIZ_PART_CONTACTS] = {"Contacts", "Personnes à joindre"},
    [CITIZ_PART_RESULTS] = {"Results", "Résultats"},
    [CITIZ_PART_VITALS] = {"Vital signs", "Signes vitaux"},
    [CITIZ_PART_IMMUNIZATIONS] = {"Immunizations", "Vaccins"},
    [CITIZ_PART_PROCEDURES] = {"Procedures", "Interventions"},
    [CITIZ_PART_PAST_PROBLEMS] = {"Past problems", "Problèmes passés"},
    [CITIZ_PART_PREGNANCY] = {"Pregnancy", "Grossesse"},
    [CITIZ_PART_FUNCTIONAL] = {"Functional status", "Autonomie"},
    [CITIZ_PART_ACTIVITY] = {"Activity", "Activité"},
    [CITIZ_PART_HABITS] = {"Social history", "Habitudes de vie"},
    [CITIZ_PART_DIET] = {"Diet", "Alimentation"},
    [CITIZ_PART_FAMILY] = {"Family history", "Antécédents familiaux"},
    [CITIZ_PART_VISITS] = {"Visits", "Consultations et séjours"},
    [CITIZ_PART_DOCUMENTS] = {"Documents", "Documents"},
    [CITIZ_PART_STORY] = {"What matters to me", "Ce qui compte pour moi"},
    [CITIZ_PART_PLAN] = {"Plan of care", "Plan de soins"},
};

static const gchar *const sentences[CITIZ_IPS_N_SAY][2] = {
    [CITIZ_IPS_SAY_WITHHELD] = {"Withheld by the patient.", "Masqué par la personne."},
    [CITIZ_IPS_SAY_LEFT_OUT] = {"Left out by default, not by the patient’s choice.",
                                "Laissé de côté par défaut, sans que la personne l’ait choisi."},
    [CITIZ_IPS_SAY_NOT_ASKED] = {"Not asked.", "Non demandé."},
    [CITIZ_IPS_SAY_UNKNOWN]
    = {"Asked; the patient does not know.", "Demandé ; la personne ne sait pas."},
    [CITIZ_IPS_SAY_NONE_KNOWN] = {"None known.", "Aucun connu."},
    [CITIZ_IPS_SAY_TITLE] = {"Emergency patient summary", "Sommaire d’urgence"},
    [CITIZ_IPS_SAY_NO_NAME] = {"Name not given", "Nom non donné"},
    [CITIZ_IPS_SAY_NOT_INCLUDED] = {"not in this summary", "absent de ce sommaire"},
    [CITIZ_IPS_SAY_STEPS] = {"Steps a day", "Pas par jour"},
    [CITIZ_IPS_SAY_ACTIVE]
    = {"Minutes a week, moderate or more", "Minutes par semaine, modérées ou plus"},
    [CITIZ_IPS_SAY_RESTING] = {"Resting heart rate", "Cœur au repos"},
    [CITIZ_IPS_SAY_SLEEP] = {"Sleep a night", "Sommeil par nuit"},
    [CITIZ_IPS_SAY_DIET] = {"Daily intake, mean", "Apports quotidiens, moyenne"},
    [CITIZ_IPS_SAY_REFUTED] = {"refuted", "réfuté"},
    [CITIZ_IPS_SAY_CONTAINS] = {"contains", "teneur :"},
};

const gchar *
citiz_part_title (CitizPart part, CitizLanguage language)
{
  return titles[part][language == CITIZ_LANGUAGE_FR];
}

const gchar *
citiz_ips_colon (const CitizIps *ips)
{
  return ips->options->language == CITIZ_LANGUAGE_FR ? "\u00a0: " : ": ";
}

const gchar *const *
citiz_ips_say_both (CitizIpsSay what)
{
  return sentences[what];
}

const gchar *
citiz_ips_say (CitizIpsSay what, CitizLanguage language)
{
  return sentences[what][language == CITIZ_LANGUAGE_FR];
}

gchar *
citiz_ips_say_n_withheld (guint n, gboolean chosen, CitizLanguage language)
{
  /* [language][chosen][more than one] */
  static const gchar *const words[2][2][2]
      = {{{"item left out by default.", "items left out by default."},
          {"item withheld by the patient.", "items withheld by the patient."}},
         {{"élément laissé de côté par défaut.", "éléments laissés de côté par défaut."},
          {"élément masqué par la personne.", "éléments masqués par la personne."}}};

  return g_strdup_printf ("%u %s", n, words[language == CITIZ_LANGUAGE_FR][!!chosen][n > 1]);
}

/* XML 1.0 knows no control character but tab and line ends. */
static void
append_line (GString *div, const gchar *line)
{
  g_autofree gchar *valid = g_utf8_make_valid (line, -1);
  g_autofree gchar *escaped = NULL;

  for (gchar *c = valid; *c; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f)
      *c = ' ';
  escaped = g_markup_escape_text (valid, -1);
  g_string_append_printf (div, "<li>%s</li>", escaped);
}

json_t *
citiz_ips_narrative (const GPtrArray *lines, CitizLanguage language)
{
  GString *div = g_string_new (NULL);
  json_t *text;

  g_string_append_printf (
      div, "<div xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"%s\" lang=\"%s\"><ul>",
      language == CITIZ_LANGUAGE_FR ? "fr-CA" : "en-CA",
      language == CITIZ_LANGUAGE_FR ? "fr-CA" : "en-CA");
  for (guint i = 0; i < lines->len; i++)
    append_line (div, lines->pdata[i]);
  g_string_append (div, "</ul></div>");
  text = json_pack ("{s:s, s:s}", "status", "generated", "div", div->str);
  g_string_free (div, TRUE);
  return text;
}

static GDateTime *
local_time (const CitizIps *ips, CitizTime time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time.ms / CITIZ_SECOND);
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (ips->options->offset_minutes * 60);

  return g_date_time_to_timezone (utc, zone);
}

gchar *
citiz_ips_instant (const CitizIps *ips, CitizTime time)
{
  g_autoptr (GDateTime) local = local_time (ips, time);

  return g_date_time_format (local, "%Y-%m-%dT%H:%M:%S%:z");
}

json_t *
citiz_ips_ext (const gchar *name)
{
  g_autofree gchar *url = g_strconcat (CITIZ_EXT, name, NULL);

  return json_pack ("{s:s}", "url", url);
}

void
citiz_ips_put_ext (json_t *element, json_t *extension)
{
  json_t *list = json_object_get (element, "extension");

  if (!json_is_array (list))
    {
      list = json_array ();
      json_object_set_new (element, "extension", list);
    }
  json_array_append_new (list, extension);
}

void
citiz_ips_put_text (json_t *element, const gchar *name, const gchar *value_type, const gchar *text)
{
  json_t *extension = citiz_ips_ext (name);
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);

  json_object_set_new (extension, value_type, json_string (valid));
  citiz_ips_put_ext (element, extension);
}

void
citiz_ips_put_code (json_t *element, const gchar *name, const gchar *code)
{
  citiz_ips_put_text (element, name, "valueCode", code);
}

void
citiz_ips_put_uint (json_t *element, const gchar *name, const gchar *value_type, guint value)
{
  json_t *extension = citiz_ips_ext (name);

  json_object_set_new (extension, value_type, json_integer (value));
  citiz_ips_put_ext (element, extension);
}

void
citiz_ips_put_part (json_t *extension, const gchar *name, const gchar *value_type, json_t *value)
{
  json_t *part = json_pack ("{s:s}", "url", name);

  json_object_set_new (part, value_type, value);
  citiz_ips_put_ext (extension, part);
}
