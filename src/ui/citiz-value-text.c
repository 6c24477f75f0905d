/* Values in words: number and unit as they are shown, the range and where a value stands in it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-item-text.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "record/citiz-unit.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-page.h"
#include "ui/citiz-units.h"

/* --- where a value stands --- */

const gchar *
citiz_position_text (CitizPosition position, CitizRangeOwner owner)
{
  gboolean target = owner == CITIZ_RANGE_TEAM;

  switch (position)
    {
    case CITIZ_POSITION_IN:
      return target ? _ ("In your target") : _ ("In the range");
    case CITIZ_POSITION_ABOVE:
      return target ? _ ("Above the target") : _ ("Above the range");
    case CITIZ_POSITION_BELOW:
      return target ? _ ("Below the target") : _ ("Below the range");
    case CITIZ_POSITION_NONE:
      break;
    }
  return "";
}

GtkWidget *
citiz_position_new (CitizPosition position, CitizRangeOwner owner)
{
  static const struct
  {
    const gchar *icon, *style;
  } looks[] = {[CITIZ_POSITION_NONE] = {NULL, NULL},
               [CITIZ_POSITION_BELOW] = {"citiz-down-symbolic", "below"},
               [CITIZ_POSITION_IN] = {"citiz-check-symbolic", "ok"},
               [CITIZ_POSITION_ABOVE] = {"citiz-up-symbolic", "above"}};

  if (position == CITIZ_POSITION_NONE || citiz_values_hidden ())
    return NULL;
  return citiz_status_new (looks[position].icon, citiz_position_text (position, owner),
                           looks[position].style);
}

void
citiz_range_ends (const CitizRange *range, gdouble *low, gdouble *high)
{
  *low = citiz_decimal_known (&range->low) ? range->low.number : NAN;
  *high = citiz_decimal_known (&range->high) ? range->high.number : NAN;
}

void
citiz_item_range_ends (const CitizItem *item, gdouble *low, gdouble *high)
{
  citiz_range_ends (&item->range, low, high);
  citiz_units_convert (item->measure, item->unit, *low, low);
  citiz_units_convert (item->measure, item->unit, *high, high);
}

/* The end as written, or in the unit it is shown in. */
static gchar *
end_text (const CitizDecimal *end, const CitizMeasure *measure, const gchar *unit)
{
  gdouble shown;

  if (!citiz_units_convert (measure, unit, end->number, &shown))
    return citiz_format_digits (end->text);
  return citiz_format_number_short (shown,
                                    citiz_units_decimals (citiz_units_shown (measure, unit)));
}

gchar *
citiz_range_ends_words (const CitizRange *range, const CitizMeasure *measure, const gchar *unit)
{
  gboolean low = citiz_decimal_known (&range->low), high = citiz_decimal_known (&range->high);
  g_autofree gchar *a = end_text (&range->low, measure, unit),
                   *b = end_text (&range->high, measure, unit);

  if (low && high)
    return g_strdup_printf (_ ("%s to %s"), a, b);
  if (high)
    return g_strdup_printf (range->below ? _ ("less than %s") : _ ("%s or less"), b);
  if (low)
    return g_strdup_printf (_ ("%s or more"), a);
  return g_strdup (range->text != NULL ? range->text : "");
}

static const gchar *
owner_words (CitizRangeOwner owner)
{
  switch (owner)
    {
    case CITIZ_RANGE_TEAM:
      return _ ("your team");
    case CITIZ_RANGE_CATALOGUE:
      return _ ("usual range");
    case CITIZ_RANGE_NONE:
    case CITIZ_RANGE_LABORATORY:
      break;
    }
  return NULL;
}

gchar *
citiz_item_range_words (const CitizItem *item)
{
  const CitizComponent *systolic = citiz_item_component (item, "bp_sys");
  const CitizComponent *diastolic = citiz_item_component (item, "bp_dia");
  g_autofree gchar *a = NULL, *b = NULL;

  if (systolic == NULL || diastolic == NULL || !citiz_decimal_known (&systolic->range.high)
      || !citiz_decimal_known (&diastolic->range.high))
    {
      g_autofree gchar *ends = citiz_range_ends_words (&item->range, item->measure, item->unit);
      const gchar *owner = owner_words (item->range.owner);

      return *ends == '\0' || owner == NULL ? g_steal_pointer (&ends)
                                            : g_strdup_printf ("%s · %s", ends, owner);
    }
  a = citiz_format_digits (systolic->range.high.text);
  b = citiz_format_digits (diastolic->range.high.text);
  return g_strdup_printf (systolic->range.below ? _ ("less than %s/%s") : _ ("%s/%s or less"), a,
                          b);
}

/* --- values --- */

gboolean
citiz_item_has_number (const CitizItem *item)
{
  return citiz_decimal_known (&item->value);
}

static gchar *
pressure_text (const CitizItem *item)
{
  const CitizComponent *systolic = citiz_item_component (item, "bp_sys");
  const CitizComponent *diastolic = citiz_item_component (item, "bp_dia");

  if (systolic == NULL || !citiz_decimal_known (&systolic->value))
    return NULL;
  return g_strdup_printf (
      "%.0f/%s", systolic->value.number,
      diastolic != NULL && citiz_decimal_known (&diastolic->value) ? diastolic->value.text : "–");
}

#define DIGITS_MOST 3 /* decimals that are shown as they were written */

/* The digits as written; those of a machine (27.565184290424938) are rounded to four that mean something. The record
 * keeps them all. */
static gchar *
few_digits (const CitizItem *item)
{
  const gchar *point = strpbrk (item->value.text, ".,");
  gint whole;

  if (point == NULL || strspn (point + 1, "0123456789") <= DIGITS_MOST
      || strpbrk (item->value.text, "eE") != NULL)
    return citiz_format_digits (item->value.text);
  whole = fabs (item->value.number) < 1 ? 0 : (gint) floor (log10 (fabs (item->value.number))) + 1;
  return citiz_format_number_short (item->value.number, CLAMP (4 - whole, 1, DIGITS_MOST));
}

gdouble
citiz_item_number (const CitizItem *item, const gchar *unit)
{
  const gchar *own = citiz_unit_ucum (item->unit);
  gdouble out;

  if (!citiz_item_has_number (item))
    return NAN;
  if (*own == '\0' || strcmp (own, citiz_unit_ucum (unit)) == 0)
    return item->value.number;
  return citiz_unit_convert (item->value.number, own, unit,
                             item->measure != NULL ? item->measure->key : NULL, &out)
             ? out
             : NAN;
}

gchar *
citiz_item_value_text (const CitizItem *item)
{
  gchar *pressure = pressure_text (item);
  g_autofree gchar *digits = NULL;
  gdouble shown;

  if (pressure != NULL)
    return pressure;
  if (!citiz_item_has_number (item))
    return g_strdup (item->text);
  if (citiz_units_convert (item->measure, item->unit, item->value.number, &shown))
    digits = citiz_format_number (
        shown, citiz_units_decimals (citiz_units_shown (item->measure, item->unit)));
  else
    digits = few_digits (item);
  if (*item->comparator != '\0')
    return g_strdup_printf ("%s" CITIZ_NBSP "%s", item->comparator, digits);
  return g_steal_pointer (&digits);
}

const gchar *
citiz_item_unit_text (const CitizItem *item)
{
  const CitizComponent *systolic = citiz_item_component (item, "bp_sys");

  if (systolic != NULL)
    return citiz_unit_symbol (systolic->unit, citiz_format_language ());
  return citiz_item_has_number (item) ? citiz_unit_symbol (
             citiz_units_shown (item->measure, item->unit), citiz_format_language ())
                                      : "";
}

const CitizComponent *
citiz_item_part (const CitizItem *item, const gchar *measure, const gchar *code)
{
  const CitizComponent *part = citiz_item_component (item, measure);

  for (guint i = 0; part == NULL && i < item->components->len; i++)
    {
      const CitizComponent *one = &g_array_index (item->components, CitizComponent, i);

      if (g_strcmp0 (one->code, code) == 0)
        part = one;
    }
  return part;
}
