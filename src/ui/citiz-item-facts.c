/* What an item says, fact by fact, and what an earlier version said otherwise. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-item-facts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "record/citiz-compose.h"
#include "ui/citiz-diet-parts.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-page.h"

static void
fact_free (gpointer data)
{
  CitizFact *fact = data;

  g_free (fact->name);
  g_free (fact->text);
  g_free (fact);
}

static void
add (GPtrArray *facts, const gchar *name, const gchar *text)
{
  CitizFact *fact;

  if (text == NULL || *text == '\0')
    return;
  fact = g_new0 (CitizFact, 1);
  fact->name = g_strdup (name);
  fact->text = g_strdup (text);
  g_ptr_array_add (facts, fact);
}

/* Words that begin the line of a fact, and stand within others elsewhere: "today", "document". */
static void
add_sentence (GPtrArray *facts, const gchar *name, const gchar *text)
{
  g_autofree gchar *capital = citiz_format_capital (text);

  add (facts, name, capital);
}

/* The facts from the one at @first on say nothing of their own. */
static void
set_told (GPtrArray *facts, guint first)
{
  for (guint i = first; i < facts->len; i++)
    ((CitizFact *) g_ptr_array_index (facts, i))->told = TRUE;
}

static gchar *
value_line (const CitizItem *item)
{
  g_autofree gchar *value = citiz_item_value_text (item);
  const gchar *unit = citiz_item_unit_text (item);

  if (*value == '\0')
    return g_strdup ("");
  if (citiz_values_hidden ())
    return g_strdup ("•••");
  return *unit != '\0' ? g_strdup_printf ("%s" CITIZ_NBSP "%s", value, unit) : g_strdup (value);
}

/* "45 min" and its name, which may be empty. NULL when the part says nothing. (transfer full) */
static gchar *
component_text (const CitizItem *item, const CitizComponent *part, const gchar **out_name)
{
  g_autofree gchar *digits = NULL, *text = NULL;
  gboolean plain;

  *out_name = part->title[citiz_format_language ()];
  if (!citiz_decimal_known (&part->value) && (part->text == NULL || *part->text == '\0'))
    return NULL;
  if (item->kind == CITIZ_KIND_SESSION && citiz_decimal_known (&part->value))
    {
      text = citiz_session_figure (part, citiz_format_language (), out_name, &plain);
      return g_strdup (citiz_shown (text));
    }
  if (item->kind == CITIZ_KIND_MEAL)
    return citiz_meal_quantity (part);
  digits = citiz_decimal_known (&part->value) ? citiz_format_digits (part->value.text)
                                              : g_strdup (part->text);
  return citiz_format_with_unit (citiz_shown (digits), citiz_format_unit (part->unit));
}

static void
add_components (GPtrArray *facts, const CitizItem *item)
{
  for (guint i = 0; i < item->components->len; i++)
    {
      const gchar *name;
      g_autofree gchar *text
          = component_text (item, &g_array_index (item->components, CitizComponent, i), &name);

      add (facts, name != NULL && *name != '\0' ? name : _ ("Part"), text);
    }
}

static gboolean
has_course (const CitizItem *item)
{
  gboolean current = item->status == CITIZ_STATUS_ACTIVE || item->status == CITIZ_STATUS_FINAL;

  return !current
         || (item->kind != CITIZ_KIND_SESSION && item->kind != CITIZ_KIND_MEAL
             && item->kind != CITIZ_KIND_ALLERGY && item->kind != CITIZ_KIND_DOCUMENT
             && item->kind != CITIZ_KIND_CONTACT && item->kind != CITIZ_KIND_MEASURE
             && item->kind != CITIZ_KIND_RESULT);
}

static const gchar *
detail_name (CitizKind kind)
{
  switch ((gint) kind)
    {
    case CITIZ_KIND_MEDICATION:
      return C_ ("of a medication", "Strength");
    case CITIZ_KIND_DEVICE:
      return _ ("Model");
    case CITIZ_KIND_IMMUNIZATION:
      return _ ("Dose or lot");
    default:
      return _ ("Details");
    }
}

/* What begins and goes on, unless its date is the day it was prescribed. */
static gboolean
begins (const CitizItem *item)
{
  return item->kind == CITIZ_KIND_PROBLEM || item->kind == CITIZ_KIND_ALLERGY
         || item->kind == CITIZ_KIND_DEVICE || strcmp (item->type, "MedicationStatement") == 0
         || (item->end.precision != CITIZ_DATE_NONE && item->kind != CITIZ_KIND_SESSION);
}

/* "7:00, 18:00". (transfer full) */
static gchar *
hours_text (const CitizItem *item)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < item->times->len; i++)
    {
      guint minutes = (guint) g_array_index (item->times, gint16, i);
      g_autofree gchar *hour = citiz_format_hour_minute (minutes / 60, minutes % 60);

      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", hour);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
add_use (GPtrArray *facts, const CitizItem *item, const gchar *dosage)
{
  g_autofree gchar *hours = hours_text (item), *reaction = citiz_item_reaction (item);
  static const gchar *const severities[] = {[CITIZ_SEVERITY_NONE] = NULL,
                                            [CITIZ_SEVERITY_MILD] = N_ ("Mild"),
                                            [CITIZ_SEVERITY_MODERATE] = N_ ("Moderate"),
                                            [CITIZ_SEVERITY_SEVERE] = N_ ("Severe")};

  add (facts, detail_name (item->kind), item->detail);
  add (facts, _ ("How to take it"), dosage);
  add (facts, _ ("Hours"), hours);
  if (item->as_needed)
    add (facts, _ ("Only when needed"), _ ("Yes"));
  add (facts, _ ("Reaction"), reaction);
  if (severities[item->severity] != NULL)
    add (facts, _ ("Severity"), _ (severities[item->severity]));
  if (item->intolerance)
    add (facts, _ ("What it is"), _ ("An intolerance, not an allergy"));
}

/* What was put into plain words or another language stands beside what its source wrote. */
static void
add_written (GPtrArray *facts, const CitizItem *item, const gchar *dosage)
{
  g_autofree gchar *name = item->source == CITIZ_SOURCE_SELF || item->measure != NULL
                               ? g_strdup ("")
                               : citiz_item_written (item);
  g_autofree gchar *written = citiz_fold (name), *shown = citiz_fold (citiz_item_title (item));
  g_autofree gchar *sig = citiz_fold (item->dosage), *said = citiz_fold (dosage);
  gboolean other = *shown != '\0' && strstr (written, shown) == NULL;
  gboolean plain = strcmp (sig, said) != 0 && strstr (item->dosage, "×/") == NULL;
  g_autofree gchar *both = g_strdup_printf ("%s%s%s", other ? name : "", other && plain ? "\n" : "",
                                            plain ? item->dosage : "");

  add (facts, _ ("In the source"), both);
}

static void
add_source (GPtrArray *facts, const CitizItem *item, GDateTime *now)
{
  g_autofree gchar *source = citiz_item_source_word (item), *whose = NULL,
                   *recorded = citiz_date_words (&item->recorded, now, TRUE);

  whose = *item->source_name != '\0' ? g_strdup_printf ("%s · %s", source, item->source_name)
                                     : g_strdup (source);
  add_sentence (facts, _ ("Where it comes from"), whose);
  add_sentence (facts, _ ("Recorded"), recorded);
}

GPtrArray *
citiz_item_facts (const CitizItem *item, GDateTime *now)
{
  GPtrArray *facts = g_ptr_array_new_with_free_func (fact_free);
  g_autofree gchar *value = value_line (item), *range = citiz_item_range_words (item),
                   *dosage = citiz_format_dosage (item->dosage),
                   *onset = citiz_date_words (&item->onset, now, TRUE),
                   *end = citiz_date_words (&item->end, now, FALSE);
  guint first;

  add (facts, _ ("Value"), value);
  first = facts->len;
  add (facts, _ ("State"),
       citiz_values_hidden () ? "" : citiz_position_text (item->position, item->range.owner));
  set_told (facts, first);
  add (facts, _ ("Range"), range);
  first = facts->len;
  add_components (facts, item);
  if (*value != '\0')
    set_told (facts, first);
  add_use (facts, item, dosage);
  add_sentence (facts, begins (item) ? _ ("Since") : _ ("When"), onset);
  if (item->kind != CITIZ_KIND_SESSION) /* whose minutes say it */
    add_sentence (facts, _ ("Until"), end);
  if (has_course (item)) /* an allergy or a document that simply is has no state worth a line */
    add (facts, _ ("Status"), citiz_status_text (item->status));
  add (facts, _ ("Reason"), item->reason);
  add (facts, _ ("Place"), item->site);
  add (facts, item->kind == CITIZ_KIND_RESULT ? _ ("Laboratory") : _ ("With whom"), item->person);
  add (facts, _ ("Relationship"), item->relationship);
  add (facts, _ ("Phone"), item->phone);
  add (facts, _ ("Email"), item->email);
  add (facts, _ ("Note"), item->note);
  first = facts->len;
  add_written (facts, item, dosage);
  add_source (facts, item, now);
  set_told (facts, first);
  return facts;
}

/* --- corrections --- */

static const CitizFact *
find (const GPtrArray *facts, const gchar *name)
{
  for (guint i = 0; i < facts->len; i++)
    if (strcmp (((CitizFact *) g_ptr_array_index (facts, i))->name, name) == 0)
      return g_ptr_array_index (facts, i);
  return NULL;
}

static void
append (GString *out, const gchar *name, const gchar *text)
{
  g_autofree gchar *line = g_strdup_printf (_ ("%s: %s"), name, text);

  g_string_append_printf (out, "%s%s", out->len > 0 ? " · " : "", line);
}

gchar *
citiz_item_differences (const CitizItem *old, const CitizItem *next, GDateTime *now)
{
  g_autoptr (GPtrArray) said = citiz_item_facts (old, now), then = citiz_item_facts (next, now);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < said->len; i++)
    {
      const CitizFact *fact = g_ptr_array_index (said, i), *other = find (then, fact->name);

      if (!fact->told && (other == NULL || strcmp (other->text, fact->text) != 0))
        append (out, fact->name, fact->text);
    }
  for (guint i = 0; i < then->len; i++)
    {
      const CitizFact *fact = g_ptr_array_index (then, i);

      if (!fact->told && find (said, fact->name) == NULL)
        append (out, fact->name, _ ("nothing noted"));
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
