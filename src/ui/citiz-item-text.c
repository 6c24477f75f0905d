/* How items of the record are put into words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-item-text.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-page.h"

typedef struct
{
  CitizKind kind;
  const gchar *key, *heading, *add, *edit, *empty;
} KindWords;

static const KindWords kinds[] = {
    {CITIZ_KIND_ALLERGY, "allergy", N_ ("Allergies and intolerances"), N_ ("Add an Allergy"),
     N_ ("Correct the Allergy"), N_ ("No allergy noted")},
    {CITIZ_KIND_PROBLEM, "problem", N_ ("Health problems"), N_ ("Add a Problem"),
     N_ ("Correct the Problem"), N_ ("No problem noted")},
    {CITIZ_KIND_MEDICATION, "medication", N_ ("Medications"), N_ ("Add a Medication"),
     N_ ("Correct the Medication"), N_ ("No medication noted")},
    {CITIZ_KIND_DOSE, "dose", N_ ("Doses"), N_ ("Note a Dose"), N_ ("Correct the Dose"),
     N_ ("No dose noted")},
    {CITIZ_KIND_IMMUNIZATION, "immunization", N_ ("Vaccines"), N_ ("Add a Vaccine"),
     N_ ("Correct the Vaccine"), N_ ("No vaccine noted")},
    {CITIZ_KIND_RESULT, "result", N_ ("Results"), N_ ("Add a Result"), N_ ("Correct the Result"),
     N_ ("No result noted")},
    {CITIZ_KIND_MEASURE, "measure", N_ ("Measures"), N_ ("Add a Measure"),
     N_ ("Correct the Measure"), N_ ("No measure noted")},
    {CITIZ_KIND_PROCEDURE, "procedure", N_ ("Procedures"), N_ ("Add a Procedure"),
     N_ ("Correct the Procedure"), N_ ("No procedure noted")},
    {CITIZ_KIND_DEVICE, "device", N_ ("Devices and implants"), N_ ("Add a Device"),
     N_ ("Correct the Device"), N_ ("No device noted")},
    {CITIZ_KIND_VISIT, "visit", N_ ("Visits and appointments"), N_ ("Add a Visit"),
     N_ ("Correct the Visit"), N_ ("No visit noted")},
    {CITIZ_KIND_DOCUMENT, "document", N_ ("Documents"), N_ ("Add a Document"),
     N_ ("Correct the Document"), N_ ("No document added")},
    {CITIZ_KIND_FAMILY, "family", N_ ("Family history"), N_ ("Add to the Family History"),
     N_ ("Correct the Family History"), N_ ("Nothing noted about the family")},
    {CITIZ_KIND_DIRECTIVE, "directive", N_ ("Advance directives"), N_ ("Add a Directive"),
     N_ ("Correct the Directive"), N_ ("No directive noted")},
    {CITIZ_KIND_CONTACT, "contact", N_ ("Contacts"), N_ ("Add a Contact"),
     N_ ("Correct the Contact"), N_ ("No contact noted")},
    {CITIZ_KIND_SESSION, "session", N_ ("Sessions"), N_ ("Note a Session"),
     N_ ("Correct the Session"), N_ ("No session noted")},
    {CITIZ_KIND_MEAL, "meal", N_ ("Meals"), N_ ("Note a Meal"), N_ ("Correct the Meal"),
     N_ ("Nothing noted")},
    {CITIZ_KIND_GOAL, "goal", N_ ("Goals"), N_ ("Add a Goal"), N_ ("Correct the Goal"),
     N_ ("No goal noted")},
    {CITIZ_KIND_NOTE, "note", N_ ("Notes"), N_ ("Write a Note"), N_ ("Correct the Note"),
     N_ ("No note")},
    {CITIZ_KIND_PATIENT, "person", N_ ("Personal data"), N_ ("Personal Data"), N_ ("Personal Data"),
     N_ ("No personal data noted")},
};

static const KindWords *
words_of (CitizKind kind)
{
  static const KindWords none
      = {CITIZ_KIND_OTHER,    "", N_ ("Other entries"), "", N_ ("Correct the Entry"),
         N_ ("Nothing noted")};

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].kind == kind)
      return &kinds[i];
  return &none;
}

const gchar *
citiz_kind_heading (CitizKind kind)
{
  return _ (words_of (kind)->heading);
}

const gchar *
citiz_kind_add_title (CitizKind kind)
{
  return _ (words_of (kind)->add);
}

const gchar *
citiz_kind_edit_title (CitizKind kind)
{
  return _ (words_of (kind)->edit);
}

const gchar *
citiz_kind_empty (CitizKind kind)
{
  return _ (words_of (kind)->empty);
}

const gchar *
citiz_kind_key (CitizKind kind)
{
  return words_of (kind)->key;
}

CitizKind
citiz_kind_from_key (const gchar *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].key, key) == 0)
      return kinds[i].kind;
  return CITIZ_KIND_OTHER;
}

const gchar *
citiz_shown (const gchar *text)
{
  return citiz_values_hidden () ? "•••" : text;
}

/* --- dates --- */

gchar *
citiz_date_words (const CitizDate *date, GDateTime *now, gboolean with_time)
{
  g_autoptr (GDateTime) when = NULL;

  switch (date->precision)
    {
    case CITIZ_DATE_NONE:
      return g_strdup ("");
    case CITIZ_DATE_YEAR:
      return citiz_format_partial_date (date->year, 0, 0);
    case CITIZ_DATE_MONTH:
      return citiz_format_partial_date (date->year, date->month, 0);
    case CITIZ_DATE_DAY:
      when = g_date_time_new_local (date->year, date->month, date->day, 12, 0, 0);
      return when != NULL ? citiz_format_date (when, now) : g_strdup ("");
    case CITIZ_DATE_TIME:
      /* The hour on the wall of the one who wrote it, not of this computer. */
      when
          = g_date_time_new_local (date->year, date->month, date->day, date->hour, date->minute, 0);
      if (when == NULL)
        return g_strdup ("");
      return with_time ? citiz_format_date_time (when, now) : citiz_format_date (when, now);
    }
  return g_strdup ("");
}

/* --- items --- */

const gchar *
citiz_item_title (const CitizItem *item)
{
  const gchar *title = item->title[citiz_format_language ()];

  return title != NULL && *title != '\0' ? title : _ ("Without a name");
}

const gchar *
citiz_item_detail (const CitizItem *item)
{
  return citiz_item_strength (item);
}

static void
add_part (GString *line, const gchar *part, const gchar *joint)
{
  if (part != NULL && *part != '\0')
    g_string_append_printf (line, "%s%s", line->len > 0 ? joint : "", part);
}

/* What a millilitre or a puff holds, after the dose. */
static void
add_content (GString *line, const CitizItem *item)
{
  const gchar *content = citiz_item_content (item);
  g_autofree gchar *words = g_strdup_printf (_ ("contains %s"), content);

  add_part (line, *content != '\0' ? words : NULL, " · ");
}

/* Whether a text already contains the words. */
static gboolean
says (const gchar *text, const gchar *what)
{
  g_autofree gchar *a = citiz_fold (text), *b = citiz_fold (what);

  return strstr (a, b) != NULL;
}

static gchar *
size_words (const CitizItem *item)
{
  const gchar *type = g_str_has_suffix (item->content_type, "pdf")      ? "PDF"
                      : g_str_has_prefix (item->content_type, "image/") ? _ ("Image")
                                                                        : "";
  g_autofree gchar *pages = NULL;
  GString *line = g_string_new (type);

  if (item->pages > 0)
    pages = g_strdup_printf (g_dngettext (NULL, "%u page", "%u pages", item->pages), item->pages);
  add_part (line, pages, ", ");
  return g_string_free (line, FALSE);
}

gchar *
citiz_item_reaction (const CitizItem *item)
{
  g_auto (GStrv) parts = g_strsplit (item->reaction, ", ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const gchar *known = citiz_text_name (parts[i], citiz_format_language ());
      if (known == NULL)
        continue;
      g_free (parts[i]);
      parts[i] = g_strdup (known);
    }
  return g_strjoinv (", ", parts);
}

/* "3 March", not "yesterday" or "March": French says "le 3 mars". */
static gboolean
is_numbered (const CitizDate *date, const gchar *words)
{
  return date->precision >= CITIZ_DATE_DAY && g_ascii_isdigit (*words);
}

/* "Du 3 mars 2021 à hier", "Du 3 au 9 mars": each end by whether it is a day with its number. */
static void
add_span (GString *line, const gchar *from, gboolean from_day, const gchar *to, gboolean to_day)
{
  g_autofree gchar *span = NULL, *capital = NULL;

  if (from_day && to_day)
    span = g_strdup_printf (C_ ("days", "From %s to %s"), from, to);
  else if (from_day)
    /* Translators: the first %s is a day with its number, the second "yesterday", "March 2021" or "2021". */
    span = g_strdup_printf (C_ ("from a day", "From %s to %s"), from, to);
  else if (to_day)
    /* Translators: the second %s is a day with its number, the first "yesterday", "March 2021" or "2021". */
    span = g_strdup_printf (C_ ("to a day", "From %s to %s"), from, to);
  else
    span = g_strdup_printf (_ ("From %s to %s"), from, to);
  capital = citiz_format_capital (span);
  g_string_append (line, capital);
}

gchar *
citiz_item_line (const CitizItem *item, GDateTime *now)
{
  GString *line = g_string_new (NULL);
  g_autofree gchar *onset = citiz_date_words (&item->onset, now, FALSE);
  g_autofree gchar *date
      = citiz_date_words (citiz_item_date (item), now, item->kind == CITIZ_KIND_VISIT);
  g_autofree gchar *extra = NULL;

  switch (item->kind)
    {
    case CITIZ_KIND_ALLERGY:
      extra = citiz_item_reaction (item);
      add_part (line, extra, ", ");
      add_part (line, onset, ", ");
      break;
    case CITIZ_KIND_PROBLEM:
      extra = citiz_date_words (&item->end, now, FALSE);
      if (*onset != '\0' && *extra != '\0')
        add_span (line, onset, is_numbered (&item->onset, onset), extra,
                  is_numbered (&item->end, extra));
      else if (*onset != '\0')
        g_string_append_printf (line,
                                is_numbered (&item->onset, onset)
                                    /* Translators: %s is a day with its number, "3 March 2021". */
                                    ? C_ ("a day", "Since %s")
                                    : _ ("Since %s"),
                                onset);
      break;
    case CITIZ_KIND_MEDICATION:
      extra = citiz_format_dosage (item->dosage);
      add_part (line, extra, " · ");
      if (item->as_needed && !says (item->dosage, _ ("as needed")))
        add_part (line, _ ("as needed"), " · ");
      add_content (line, item);
      add_part (line, item->status == CITIZ_STATUS_STOPPED ? item->reason : "", " · ");
      break;
    case CITIZ_KIND_DOCUMENT:
      extra = size_words (item);
      add_part (line, extra, " · ");
      add_part (line, date, " · ");
      break;
    case CITIZ_KIND_CONTACT:
      add_part (line, item->relationship, " · ");
      add_part (line, item->phone, " · ");
      break;
    case CITIZ_KIND_VISIT:
      add_part (line, date, " · ");
      add_part (line, item->site, " · ");
      add_part (line, item->reason, " · ");
      break;
    case CITIZ_KIND_FAMILY:
      add_part (line, item->person, " · ");
      if (g_strcmp0 (item->relationship, item->person) != 0) /* "Mother", or "Anne · mother" */
        add_part (line, item->relationship, " · ");
      break;
    case CITIZ_KIND_IMMUNIZATION:
    case CITIZ_KIND_DEVICE:
    case CITIZ_KIND_PROCEDURE:
      add_part (line, date, " · ");
      add_part (line, item->detail, " · ");
      add_part (line, item->site, " · ");
      break;
    case CITIZ_KIND_PATIENT:
    case CITIZ_KIND_DOSE:
    case CITIZ_KIND_RESULT:
    case CITIZ_KIND_MEASURE:
    case CITIZ_KIND_DIRECTIVE:
    case CITIZ_KIND_SESSION:
    case CITIZ_KIND_MEAL:
    case CITIZ_KIND_GOAL:
    case CITIZ_KIND_NOTE:
    case CITIZ_KIND_ALERT:
    case CITIZ_KIND_OTHER:
    case CITIZ_N_KINDS:
      add_part (line, date, " · ");
      add_part (line, item->detail, " · ");
      break;
    }
  return g_string_free (line, FALSE);
}

const gchar *
citiz_item_source_icon (const CitizItem *item)
{
  switch (item->source)
    {
    case CITIZ_SOURCE_DOCUMENT:
      return "citiz-source-document-symbolic";
    case CITIZ_SOURCE_INSTITUTION:
      return "citiz-source-institution-symbolic";
    case CITIZ_SOURCE_SELF:
      break;
    }
  return "citiz-source-self-symbolic";
}

gchar *
citiz_item_source_word (const CitizItem *item)
{
  const gchar *word = item->source == CITIZ_SOURCE_DOCUMENT      ? _ ("document")
                      : item->source == CITIZ_SOURCE_INSTITUTION ? _ ("institution")
                                                                 : _ ("entered by you");
  g_autofree gchar *times = NULL;

  if (item->n_corrections == 0)
    return g_strdup (word);
  if (item->n_corrections == 1)
    return g_strdup_printf (_ ("%s, corrected once"), word);
  times = g_strdup_printf (
      g_dngettext (NULL, "corrected %u time", "corrected %u times", item->n_corrections),
      item->n_corrections);
  return g_strdup_printf ("%s, %s", word, times);
}

/* --- tags --- */

typedef struct
{
  const gchar *icon, *text, *style;
} Tag;

const gchar *
citiz_status_text (CitizStatus status)
{
  static const gchar *const texts[] = {
      [CITIZ_STATUS_UNKNOWN] = "",
      [CITIZ_STATUS_ACTIVE] = N_ ("Active"),
      [CITIZ_STATUS_RECURRENCE] = N_ ("Come back"),
      [CITIZ_STATUS_RELAPSE] = N_ ("Relapse"),
      [CITIZ_STATUS_INACTIVE] = N_ ("Inactive"),
      [CITIZ_STATUS_REMISSION] = N_ ("In remission"),
      [CITIZ_STATUS_RESOLVED] = N_ ("Resolved"),
      [CITIZ_STATUS_COMPLETED] = N_ ("Done"),
      [CITIZ_STATUS_STOPPED] = N_ ("Stopped"),
      [CITIZ_STATUS_ON_HOLD] = N_ ("On hold"),
      [CITIZ_STATUS_CANCELLED] = N_ ("Cancelled"),
      [CITIZ_STATUS_NOT_TAKEN] = N_ ("Not taken"),
      [CITIZ_STATUS_NOT_DONE] = N_ ("Not done"),
      [CITIZ_STATUS_PLANNED] = N_ ("Planned"),
      [CITIZ_STATUS_DRAFT] = N_ ("Draft"),
      [CITIZ_STATUS_PRELIMINARY] = N_ ("Preliminary"),
      [CITIZ_STATUS_FINAL] = N_ ("Final"),
      [CITIZ_STATUS_AMENDED] = N_ ("Amended"),
      [CITIZ_STATUS_ENTERED_IN_ERROR] = N_ ("Entered in error"),
      [CITIZ_STATUS_OTHER] = N_ ("Other"),
  };

  return status < G_N_ELEMENTS (texts) && *texts[status] != '\0' ? _ (texts[status]) : "";
}

static Tag
severity_tag (const CitizItem *item)
{
  switch (item->severity)
    {
    case CITIZ_SEVERITY_SEVERE:
      return (Tag){"citiz-alert-symbolic", _ ("Severe"), "error"};
    case CITIZ_SEVERITY_MODERATE:
      return (Tag){"citiz-moderate-symbolic", _ ("Moderate"), "warning"};
    case CITIZ_SEVERITY_MILD:
      return (Tag){"citiz-minor-symbolic", _ ("Mild"), "neutral"};
    case CITIZ_SEVERITY_NONE:
      break;
    }
  if (item->criticality == CITIZ_CRITICALITY_HIGH)
    return (Tag){"citiz-alert-symbolic", _ ("High risk"), "error"};
  return (Tag){NULL, NULL, NULL};
}

static Tag
tag_of (const CitizItem *item)
{
  if (item->in_error)
    return (Tag){"citiz-cross-symbolic", _ ("Entered in error"), "neutral"};
  if (item->verification == CITIZ_VERIFICATION_REFUTED)
    return (Tag){"citiz-cross-symbolic", _ ("Ruled out"), "neutral"};
  if (item->kind == CITIZ_KIND_ALLERGY && severity_tag (item).text != NULL)
    return severity_tag (item);
  if (item->kind != CITIZ_KIND_ALLERGY && item->alert > CITIZ_ALERT_SEVERE_ALLERGY)
    return (Tag){NULL, citiz_alert_name (item->alert, citiz_format_language ()), "accent"};
  if (item->verification == CITIZ_VERIFICATION_UNCONFIRMED
      || item->verification == CITIZ_VERIFICATION_PROVISIONAL)
    return (Tag){"citiz-unknown-symbolic", _ ("To be confirmed"), "warning"};
  if ((item->kind == CITIZ_KIND_PROBLEM || item->kind == CITIZ_KIND_MEDICATION)
      && item->status > CITIZ_STATUS_RELAPSE && item->status != CITIZ_STATUS_OTHER)
    return (Tag){NULL, citiz_status_text (item->status), "neutral"};
  if (item->kind == CITIZ_KIND_RESULT && item->status == CITIZ_STATUS_PRELIMINARY)
    return (Tag){NULL, citiz_status_text (item->status), "neutral"};
  if (item->kind == CITIZ_KIND_CONTACT && item->role == CITIZ_ROLE_MANDATARY)
    return (Tag){NULL, _ ("Decides for you"), "accent"};
  return (Tag){NULL, NULL, NULL};
}

GtkWidget *
citiz_item_tag_new (const CitizItem *item)
{
  Tag tag = tag_of (item);

  return tag.text != NULL ? citiz_tag_new (tag.icon, tag.text, tag.style) : NULL;
}

const gchar *
citiz_item_tag_text (const CitizItem *item)
{
  Tag tag = tag_of (item);

  return tag.text != NULL ? tag.text : "";
}
