/* How accesses, openings and parts of the record are put into words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-access-text.h"

#include <glib/gi18n.h>

#include "ui/citiz-format.h"

gchar *
citiz_access_period (CitizAccess *access, CitizTime now)
{
  g_autofree gchar *end = citiz_format_date_time_ms (access->expires, now);
  gint64 hours = (access->expires.ms - access->given.ms + CITIZ_HOUR / 2) / CITIZ_HOUR;

  /* Translators: "24 h — ends tomorrow, 14:32". */
  return g_strdup_printf (_ ("%d h — ends %s"), (gint) hours, end);
}

gchar *
citiz_access_period_written (CitizAccess *access)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (access->expires.ms / 1000);
  g_autoptr (GDateTime) end = g_date_time_to_local (utc);
  g_autofree gchar *day = citiz_format_date_long (end, NULL), *time = citiz_format_time (end);
  gint64 hours = (access->expires.ms - access->given.ms + CITIZ_HOUR / 2) / CITIZ_HOUR;

  /* Translators: "24 h — until Tuesday, 24 November 2026, 14:32". */
  return g_strdup_printf (_ ("%d h — until %s %d, %s"), (gint) hours, day,
                          g_date_time_get_year (end), time);
}

const gchar *
citiz_access_link_shown (CitizAccess *access)
{
  const gchar *rest = strstr (access->link, "://");

  return rest != NULL ? rest + 3 : access->link;
}

gchar *
citiz_access_entry (CitizAccess *access)
{
  const gchar *shown = citiz_access_link_shown (access);

  return g_strndup (shown, strcspn (shown, "#"));
}

gboolean
citiz_access_has_code (CitizAccess *access)
{
  return access->spoken != NULL && access->spoken_tries_left > 0;
}

gchar *
citiz_access_until (CitizAccess *access, CitizTime now)
{
  g_autofree gchar *end = citiz_format_date_time_ms (access->expires, now);

  if (access->ending)
    return g_strdup (_ ("You have ended it; the ledger will confirm it"));
  return g_strdup_printf (access->copied   ? _ ("Given by another copy of this record · until %s")
                          : access->sample ? _ ("Sample record · until %s")
                                           : _ ("Emergency profile · until %s"),
                          end);
}

gchar *
citiz_openings_text (guint openings)
{
  return openings == 0
             ? g_strdup (_ ("no opening"))
             : g_strdup_printf (ngettext ("%u opening", "%u openings", openings), openings);
}

gchar *
citiz_access_ending (CitizAccess *access, CitizTime now)
{
  CitizTime when = access->ended.ms != 0 ? access->ended : access->expires;
  g_autofree gchar *end = citiz_format_date_time_ms (when, now);
  g_autofree gchar *openings = citiz_openings_text (access->openings), *text = NULL;

  if (access->state == CITIZ_ACCESS_REVOKED)
    /* Translators: the first %s is a date, the second "2 openings". */
    text = g_strdup_printf (access->ended_by_copy
                                ? _ ("Revoked %s by another copy of this record · %s")
                                : _ ("Revoked %s · %s"),
                            end, openings);
  else if (when.ms <= now.ms)
    text = g_strdup_printf (_ ("Ended %s · %s"), end, openings);
  else /* before its time */
    text = g_strdup_printf (access->state == CITIZ_ACCESS_USED_UP
                                ? _ ("Every opening was used · %s")
                                : _ ("Closed, the ledger is set aside · %s"),
                            openings);
  return access->sample ? g_strdup_printf ("%s · %s", text, _ ("sample record"))
                        : g_steal_pointer (&text);
}

gdouble
citiz_access_left (CitizAccess *access, CitizTime now)
{
  gdouble all = (gdouble) (access->expires.ms - access->given.ms);

  return all > 0 && !access->ending ? CLAMP ((gdouble) (access->expires.ms - now.ms) / all, 0, 1)
                                    : 0;
}

gchar *
citiz_access_clock (CitizAccess *access, CitizTime now)
{
  gint64 s = MAX (0, access->expires.ms - now.ms) / CITIZ_SECOND;

  return g_strdup_printf ("%02d:%02d:%02d", (gint) (s / 3600), (gint) (s / 60 % 60),
                          (gint) (s % 60));
}

gchar *
citiz_spoken_grouped (const gchar *code)
{
  if (code == NULL || strlen (code) != 8)
    return g_strdup (code != NULL ? code : "");
  return g_strdup_printf ("%.4s %s", code, code + 4);
}

/* --- what the carer will see --- */

static const struct
{
  const gchar *key;
  const gchar *name;
  const gchar *icon;
} parts[] = {
    {"alerts", N_ ("Alerts"), "citiz-alert-symbolic"},
    {"allergies", N_ ("Allergies"), "citiz-alert-symbolic"},
    {"medications", N_ ("Medications"), "citiz-pill-symbolic"},
    {"problems", N_ ("Health problems"), "citiz-care-symbolic"},
    {"devices", N_ ("Devices and implants"), "citiz-device-symbolic"},
    {"pregnancy", N_ ("Pregnancy"), "citiz-heart-symbolic"},
    {"directives", N_ ("Advance directives"), "citiz-directive-symbolic"},
    {"contacts", N_ ("Contacts"), "citiz-people-symbolic"},
    {"results", N_ ("Latest results"), "citiz-drop-symbolic"},
    {"vitals", N_ ("Vital signs"), "citiz-heart-symbolic"},
    {"immunizations", N_ ("Vaccines"), "citiz-syringe-symbolic"},
    {"procedures", N_ ("Procedures"), "citiz-procedure-symbolic"},
    {"visits", N_ ("Visits"), "citiz-visit-symbolic"},
    {"documents", N_ ("Documents"), "citiz-document-symbolic"},
    {"family", N_ ("Family history"), "citiz-family-symbolic"},
    {"habits", N_ ("Habits (tobacco, alcohol)"), "citiz-leaf-symbolic"},
    {"past-problems", N_ ("Past health problems"), "citiz-history-symbolic"},
    {"functional", N_ ("Autonomy"), "citiz-walk-symbolic"},
    {"story", N_ ("Your story in your words"), "citiz-note-symbolic"},
    {"plan", N_ ("Care plan"), "citiz-calendar-symbolic"},
    {"activity", N_ ("Activity, in a few lines"), "citiz-activity-symbolic"},
    {"diet", N_ ("Diet, in a few lines"), "citiz-diet-symbolic"},
};

const gchar *
citiz_part_heading (const gchar *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_strcmp0 (parts[i].key, key) == 0)
      return _ (parts[i].name);
  return key;
}

const gchar *
citiz_part_icon (const gchar *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_strcmp0 (parts[i].key, key) == 0)
      return parts[i].icon;
  return "citiz-document-symbolic";
}

void
citiz_part_line_free (CitizPartLine *line)
{
  g_free (line->title);
  g_free (line->subtitle);
  g_free (line);
}

static void
add_line (GPtrArray *lines,
          const gchar *icon,
          const gchar *style,
          const gchar *title,
          const gchar *subtitle)
{
  CitizPartLine *line = g_new0 (CitizPartLine, 1);

  line->icon = icon;
  line->style = style;
  line->title = g_strdup (title);
  line->subtitle = g_strdup (subtitle != NULL ? subtitle : "");
  g_ptr_array_add (lines, line);
}

static const CitizShownPart *
find_part (CitizAccess *access, const gchar *key)
{
  for (guint i = 0; access->shown != NULL && i < access->shown->len; i++)
    {
      const CitizShownPart *part = g_ptr_array_index (access->shown, i);

      if (g_strcmp0 (part->key, key) == 0)
        return part;
    }
  return NULL;
}

static void
append_count (GString *text, gchar *count)
{
  if (text->len > 0)
    g_string_append (text, ", ");
  g_string_append (text, count);
  g_free (count);
}

static guint
count_of (CitizAccess *access, const gchar *key)
{
  const CitizShownPart *part = find_part (access, key);

  return part != NULL ? part->count : 0;
}

static void
add_care_line (GPtrArray *lines, CitizAccess *access)
{
  guint medications = count_of (access, "medications"), allergies = count_of (access, "allergies");
  guint problems = count_of (access, "problems");
  g_autoptr (GString) title = g_string_new (NULL);

  if (medications > 0)
    append_count (title, g_strdup_printf (ngettext ("%u medication", "%u medications", medications),
                                          medications));
  if (allergies > 0)
    append_count (title,
                  g_strdup_printf (ngettext ("%u allergy", "%u allergies", allergies), allergies));
  if (problems > 0)
    append_count (
        title,
        g_strdup_printf (ngettext ("%u health problem", "%u health problems", problems), problems));
  if (title->len > 0)
    add_line (lines, "citiz-pill-symbolic", "accent", title->str, _ ("With doses and reactions"));
}

static void
add_pair (GPtrArray *lines,
          CitizAccess *access,
          const gchar *a,
          const gchar *b,
          const gchar *icon,
          const gchar *both)
{
  const CitizShownPart *first = find_part (access, a), *second = find_part (access, b);
  g_autofree gchar *text = NULL;

  if (first == NULL && second == NULL)
    return;
  if (first != NULL && second != NULL && *first->text != '\0' && *second->text != '\0')
    text = g_strdup_printf ("%s · %s", first->text, second->text);
  else if (first != NULL && *first->text != '\0')
    text = g_strdup (first->text);
  else if (second != NULL && *second->text != '\0')
    text = g_strdup (second->text);
  else
    text = g_strdup (g_str_equal (a, "activity") ? _ ("In a few lines only") : "");
  add_line (lines, icon, "accent",
            first != NULL && second != NULL ? both : citiz_part_heading (first != NULL ? a : b),
            text);
}

/* The rest in one line, by the names of its sections. */
static void
add_others (GPtrArray *lines, CitizAccess *access)
{
  static const gchar *const told[]
      = {"alerts",     "medications", "allergies", "problems", "contacts",
         "directives", "devices",     "pregnancy", "results",  "vitals",
         "activity",   "diet",        "left-out",  "masked",   NULL};
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; access->shown != NULL && i < access->shown->len; i++)
    {
      const CitizShownPart *part = g_ptr_array_index (access->shown, i);

      if (!g_strv_contains (told, part->key) && part->count > 0)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " · " : "",
                                citiz_part_heading (part->key));
    }
  if (names->len > 0)
    add_line (lines, "citiz-document-symbolic", "accent", _ ("And also"), names->str);
}

static void
add_single (GPtrArray *lines, CitizAccess *access, const gchar *key)
{
  const CitizShownPart *part = find_part (access, key);

  if (part != NULL && part->count > 0)
    add_line (lines, citiz_part_icon (key), "accent", citiz_part_heading (key), part->text);
}

/* Parts by their names, separated by spaces in @part. */
static void
add_held (GPtrArray *lines, const CitizShownPart *part, const gchar *title)
{
  g_auto (GStrv) keys = g_strsplit (part->text, " ", -1);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; keys[i] != NULL; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " · " : "", citiz_part_heading (keys[i]));
  add_line (lines, "citiz-hidden-symbolic", "neutral", title, names->str);
}

GPtrArray *
citiz_access_lines (CitizAccess *access)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_part_line_free);
  const CitizShownPart *alerts = find_part (access, "alerts"),
                       *left_out = find_part (access, "left-out"),
                       *masked = find_part (access, "masked");

  if (access->sample)
    add_line (lines, "citiz-info-symbolic", "warning", _ ("Sample record"),
              _ ("The person in it is invented."));
  if (alerts != NULL && alerts->count > 0)
    add_line (lines, "citiz-alert-symbolic", "error", _ ("Alerts"), alerts->text);
  add_care_line (lines, access);
  add_single (lines, access, "pregnancy");
  add_single (lines, access, "devices");
  add_pair (lines, access, "contacts", "directives", "citiz-people-symbolic",
            _ ("Your contacts and directives"));
  add_pair (lines, access, "results", "vitals", "citiz-drop-symbolic",
            _ ("Latest results and vital signs"));
  add_pair (lines, access, "activity", "diet", "citiz-activity-symbolic", _ ("Activity and diet"));
  add_others (lines, access);
  if (left_out != NULL) /* and the person never said so */
    {
      g_autofree gchar *title = g_strdup_printf (
          ngettext ("%u item left out by default", "%u items left out by default", left_out->count),
          left_out->count);

      add_held (lines, left_out, title);
    }
  if (masked != NULL)
    {
      g_autofree gchar *title = g_strdup_printf (
          ngettext ("%u section masked by you", "%u sections masked by you", masked->count),
          masked->count);

      add_held (lines, masked, title);
    }
  if (access->withheld > 0)
    {
      g_autofree gchar *title = g_strdup_printf (
          ngettext ("%u item masked by you", "%u items masked by you", access->withheld),
          access->withheld);

      add_line (lines, "citiz-hidden-symbolic", "neutral", title,
                _ ("Announced as masked, without saying which"));
    }
  return lines;
}
