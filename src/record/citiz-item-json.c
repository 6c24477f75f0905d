/* Finding one's way in a resource: paths, dates, concepts, status codes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-item-private.h"

#include <string.h>

json_t *
citiz_json_path (const json_t *json, const gchar *path)
{
  gchar part[64];

  while (json != NULL && *path != '\0')
    {
      const gchar *dot = strchr (path, '.');
      gsize n = dot != NULL ? (gsize) (dot - path) : strlen (path);
      if (n >= sizeof part)
        return NULL;
      memcpy (part, path, n);
      part[n] = '\0';
      json = g_ascii_isdigit (part[0])
                 ? json_array_get (json, (gsize) g_ascii_strtoull (part, NULL, 10))
                 : json_object_get (json, part);
      path += n + (dot != NULL);
    }
  return (json_t *) json;
}

const gchar *
citiz_json_text (const json_t *json, const gchar *path)
{
  const gchar *text = json_string_value (citiz_json_path (json, path));
  return text != NULL ? text : "";
}

void
citiz_take (gchar **field, gchar *text)
{
  g_free (*field);
  *field = text != NULL ? text : g_strdup ("");
}

const gchar *
citiz_blob_name (const gchar *url)
{
  static const gchar scheme[] = "urn:citiz:blob:";
  return g_str_has_prefix (url, scheme) ? url + strlen (scheme) : url;
}

void
citiz_keep (gchar **field, const gchar *text)
{
  if (*field != text)
    citiz_take (field, g_strdup (text));
}

CitizStatus
citiz_status_from_code (const gchar *code)
{
  static const struct
  {
    const gchar *code;
    CitizStatus status;
  } codes[] = {{"active", CITIZ_STATUS_ACTIVE},
               {"recurrence", CITIZ_STATUS_RECURRENCE},
               {"relapse", CITIZ_STATUS_RELAPSE},
               {"inactive", CITIZ_STATUS_INACTIVE},
               {"remission", CITIZ_STATUS_REMISSION},
               {"resolved", CITIZ_STATUS_RESOLVED},
               {"completed", CITIZ_STATUS_COMPLETED},
               {"finished", CITIZ_STATUS_COMPLETED},
               {"fulfilled", CITIZ_STATUS_COMPLETED},
               {"stopped", CITIZ_STATUS_STOPPED},
               {"abandoned", CITIZ_STATUS_STOPPED},
               {"revoked", CITIZ_STATUS_STOPPED},
               {"aborted", CITIZ_STATUS_STOPPED},
               {"on-hold", CITIZ_STATUS_ON_HOLD},
               {"suspended", CITIZ_STATUS_ON_HOLD},
               {"cancelled", CITIZ_STATUS_CANCELLED},
               {"rejected", CITIZ_STATUS_CANCELLED},
               {"noshow", CITIZ_STATUS_CANCELLED},
               {"not-taken", CITIZ_STATUS_NOT_TAKEN},
               {"not-done", CITIZ_STATUS_NOT_DONE},
               {"intended", CITIZ_STATUS_PLANNED},
               {"planned", CITIZ_STATUS_PLANNED},
               {"proposed", CITIZ_STATUS_PLANNED},
               {"pending", CITIZ_STATUS_PLANNED},
               {"booked", CITIZ_STATUS_PLANNED},
               {"accepted", CITIZ_STATUS_ACTIVE},
               {"preparation", CITIZ_STATUS_PLANNED},
               {"in-progress", CITIZ_STATUS_ACTIVE},
               {"arrived", CITIZ_STATUS_ACTIVE},
               {"triaged", CITIZ_STATUS_ACTIVE},
               {"onleave", CITIZ_STATUS_ACTIVE},
               {"current", CITIZ_STATUS_ACTIVE},
               {"superseded", CITIZ_STATUS_INACTIVE},
               {"draft", CITIZ_STATUS_DRAFT},
               {"preliminary", CITIZ_STATUS_PRELIMINARY},
               {"registered", CITIZ_STATUS_PRELIMINARY},
               {"partial", CITIZ_STATUS_PRELIMINARY},
               {"final", CITIZ_STATUS_FINAL},
               {"amended", CITIZ_STATUS_AMENDED},
               {"corrected", CITIZ_STATUS_AMENDED},
               {"appended", CITIZ_STATUS_AMENDED},
               {"entered-in-error", CITIZ_STATUS_ENTERED_IN_ERROR}};

  if (code == NULL || *code == '\0' || strcmp (code, "unknown") == 0)
    return CITIZ_STATUS_UNKNOWN;
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (strcmp (codes[i].code, code) == 0)
      return codes[i].status;
  return CITIZ_STATUS_OTHER;
}

gboolean
citiz_read_date (CitizDate *out, const json_t *json, const gchar *const *paths)
{
  for (guint i = 0; paths[i] != NULL; i++)
    {
      CitizDate date;
      if (citiz_date_parse (&date, citiz_json_text (json, paths[i])))
        {
          *out = date;
          return TRUE;
        }
    }
  return FALSE;
}

/* A fully specified name of SNOMED CT without its tag: "Osteoarthritis of knee (disorder)". */
static gchar *
untagged (const gchar *text)
{
  static const gchar *const tags[]
      = {" (finding)",        " (disorder)",          " (substance)",
         " (procedure)",      " (medicinal product)", " (medicinal product form)",
         " (clinical drug)",  " (physical object)",   " (situation)",
         " (regime/therapy)", " (qualifier value)"};

  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    if (g_str_has_suffix (text, tags[i]))
      return g_strndup (text, strlen (text) - strlen (tags[i]));
  return g_strdup (text);
}

static guint
count_words (const gchar *text)
{
  g_autofree gchar *folded = citiz_fold (text);
  guint n = *folded != '\0';

  for (const gchar *p = folded; *p != '\0'; p++)
    n += *p == ' ';
  return n;
}

/* "Anemia, Hb 60, transfused" beside the code of an anemia: what its author wrote says more than the code's name, and stays. A
 * display that is as long is the code's own. */
static gboolean
says_more (const gchar *text, const json_t *codings, const gchar *name)
{
  guint longest = count_words (name);

  if (citiz_text_name (text, CITIZ_LANGUAGE_EN) != NULL)
    return FALSE;
  for (gsize i = 0; i < json_array_size (codings); i++)
    {
      g_autofree gchar *display
          = untagged (citiz_json_text (json_array_get (codings, i), "display"));
      longest = MAX (longest, count_words (display));
    }
  return count_words (text) > longest;
}

/* The catalogue's name of any of the codings. */
static const gchar *
known_name (const json_t *codings, const gchar *text, CitizLanguage language)
{
  for (gsize i = 0; i < json_array_size (codings); i++)
    {
      const json_t *coding = json_array_get (codings, i);
      const gchar *system = citiz_json_text (coding, "system");
      const gchar *code = citiz_json_text (coding, "code");
      const gchar *name = citiz_code_name (system, code, language);
      const CitizMeasure *m
          = strcmp (system, CITIZ_SYSTEM_LOINC) == 0 ? citiz_measure_by_loinc (code) : NULL;
      if (m != NULL)
        return m->name[language];
      if (name != NULL)
        return says_more (text, codings, name) ? NULL : name;
    }
  return NULL;
}

/* What a person wrote is kept when it is the known name in another number: "Arachides" is not to come back "Arachide". */
static gboolean
is_plural_of (const gchar *text, const gchar *name, CitizLanguage language)
{
  g_autofree gchar *written = citiz_fold (text), *known = citiz_fold (name);
  g_autofree gchar *other = citiz_fold (citiz_text_name (
      text, language == CITIZ_LANGUAGE_FR
                ? CITIZ_LANGUAGE_EN
                : CITIZ_LANGUAGE_FR)); /* "Prediabetes" is no plural of « Prédiabète » */
  gsize n = strlen (known);

  return strcmp (written, other) != 0 && strncmp (written, known, n) == 0
         && (strcmp (written + n, "s") == 0 || strcmp (written + n, "x") == 0);
}

gchar *
citiz_concept_text (const json_t *concept, CitizLanguage language)
{
  const json_t *codings = json_object_get (concept, "coding");
  g_autofree gchar *text = untagged (citiz_json_text (concept, "text"));
  g_autofree gchar *display = NULL;
  const gchar *name = known_name (codings, text, language);

  for (gsize i = 0; (display == NULL || *display == '\0') && i < json_array_size (codings); i++)
    {
      g_free (display);
      display = untagged (citiz_json_text (json_array_get (codings, i), "display"));
    }
  if (name == NULL && *text != '\0')
    name = citiz_text_name (text, language);
  if (*text != '\0' && (name == NULL || is_plural_of (text, name, language)))
    name = text;
  if (name == NULL && display != NULL && *display != '\0')
    name = citiz_text_name (display, language);
  if (name == NULL && display != NULL && *display != '\0')
    name = display;
  if (name == NULL)
    name = citiz_json_text (concept, "coding.0.code");
  return *name != '\0' ? g_strdup (name) : NULL;
}

static gchar *
concept_written (const json_t *concept)
{
  const json_t *codings = json_object_get (concept, "coding");
  const gchar *text = citiz_json_text (concept, "text");

  for (gsize i = 0; *text == '\0' && i < json_array_size (codings); i++)
    text = citiz_json_text (json_array_get (codings, i), "display");
  return untagged (text);
}

gchar *
citiz_item_written (const CitizItem *item)
{
  static const gchar *const named[]
      = {"code", "medicationCodeableConcept", "vaccineCode", "type.0", "type", NULL};

  for (guint i = 0; named[i] != NULL; i++)
    {
      const json_t *concept = citiz_json_path (item->resource, named[i]);
      if (json_is_object (concept))
        return concept_written (concept);
    }
  return g_strdup ("");
}

/* "rabeprazole" → "Rabeprazole"; "pH", "eGFR" and "mRNA vaccine" are left as they are. */
void
citiz_begin_with_capital (gchar **text)
{
  gunichar first = g_utf8_get_char (*text);
  gchar *rest, *all;
  gchar upper[8] = "";

  if (!g_unichar_islower (first))
    return;
  for (const gchar *p = *text; *p != '\0' && *p != ' '; p = g_utf8_next_char (p))
    if (!g_unichar_islower (g_utf8_get_char (p)) && *p != '-' && *p != ',')
      return;
  rest = g_utf8_next_char (*text);
  g_unichar_to_utf8 (g_unichar_toupper (first), upper);
  all = g_strconcat (upper, rest, NULL);
  citiz_take (text, all);
}

void
citiz_item_set_titles (CitizItem *item, const json_t *concept)
{
  for (guint l = 0; l < 2; l++)
    {
      gchar *text = citiz_concept_text (concept, (CitizLanguage) l);
      if (text != NULL)
        citiz_take (&item->title[l], text);
    }
}

void
citiz_read_concept (CitizItem *item, const json_t *concept)
{
  citiz_item_set_titles (item, concept);
  citiz_keep (&item->system, citiz_json_text (concept, "coding.0.system"));
  citiz_keep (&item->code, citiz_json_text (concept, "coding.0.code"));
}

void
citiz_read_alerts (CitizItem *item, guint scope, const json_t *concept)
{
  const json_t *codings = json_object_get (concept, "coding");

  item->alerts
      |= citiz_alerts_of ((CitizScope) scope, NULL, NULL, citiz_json_text (concept, "text"));
  for (gsize i = 0; i < json_array_size (codings); i++)
    {
      const json_t *coding = json_array_get (codings, i);
      const gchar *system = citiz_json_text (coding, "system");
      const gchar *code = citiz_json_text (coding, "code");
      const gchar *display = citiz_json_text (coding, "display");
      item->alerts |= citiz_alerts_of ((CitizScope) scope, system, code, display);
      if (item->sensitive == CITIZ_SENSITIVE_NONE)
        item->sensitive = citiz_sensitive_of ((CitizScope) scope, system, code, display);
    }
}

json_t *
citiz_read_contained (const CitizItem *item, const gchar *reference)
{
  const json_t *contained = json_object_get (item->resource, "contained");

  for (gsize i = 0; reference[0] == '#' && i < json_array_size (contained); i++)
    {
      json_t *inner = json_array_get (contained, i);
      if (strcmp (citiz_json_text (inner, "id"), reference + 1) == 0)
        return inner;
    }
  return NULL;
}
