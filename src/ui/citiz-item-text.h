/* How items of the record are put into words, and where a value stands in its range. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "record/citiz-record.h"

G_BEGIN_DECLS

/* "In the range", "Above the target"… with icon and colour. NULL when there is nothing to say. */
GtkWidget *citiz_position_new (CitizPosition position, CitizRangeOwner owner);
/* The same in words, "" when there is nothing to say. */
const gchar *citiz_position_text (CitizPosition position, CitizRangeOwner owner);

/* Headings and sentences of kinds: "Allergies and intolerances", "Add an allergy", "No allergy noted". */
const gchar *citiz_kind_heading (CitizKind kind);
const gchar *citiz_kind_add_title (CitizKind kind);
const gchar *citiz_kind_edit_title (CitizKind kind);
const gchar *citiz_kind_empty (CitizKind kind);
/* The key that actions and forms use ("allergy"), "" for what is not added by hand. */
const gchar *citiz_kind_key (CitizKind kind);
/* OTHER when unknown. */
CitizKind citiz_kind_from_key (const gchar *key);

const gchar *citiz_item_title (const CitizItem *item);
/* Of an allergy, each in the words of the reader where the catalogue has them: « Urticaire ». (transfer full) */
gchar *citiz_item_reaction (const CitizItem *item);
/* "5 mg" of a medication, "" for other kinds. */
const gchar *citiz_item_detail (const CitizItem *item);
/* What stands under the title: "Anaphylaxis, 2004". (transfer full) */
gchar *citiz_item_line (const CitizItem *item, GDateTime *now);
const gchar *citiz_item_source_icon (const CitizItem *item);
/* "entered by you, corrected once". (transfer full) */
gchar *citiz_item_source_word (const CitizItem *item);
/* Severity, alert class, status; NULL when there is nothing to say. */
GtkWidget *citiz_item_tag_new (const CitizItem *item);
/* The same in words for assistive technology, "" for none. */
const gchar *citiz_item_tag_text (const CitizItem *item);
const gchar *citiz_status_text (CitizStatus status);

/* "18 Sep", "2004", "yesterday, 17:52"; "" when unknown. (transfer full) */
gchar *citiz_date_words (const CitizDate *date, GDateTime *now, gboolean with_time);

/* "7,2", "128/78", "< 5", or the text of a result without a number. (transfer full) */
gchar *citiz_item_value_text (const CitizItem *item);
const gchar *citiz_item_unit_text (const CitizItem *item);
gboolean citiz_item_has_number (const CitizItem *item);
/* In @unit; not-a-number when it has no number, or none that can be brought to that unit. */
gdouble citiz_item_number (const CitizItem *item, const gchar *unit);
/* Ends of a range, not-a-number where open. */
void citiz_range_ends (const CitizRange *range, gdouble *low, gdouble *high);
/* Those of the item's own range, in the unit its value is shown in. */
void citiz_item_range_ends (const CitizItem *item, gdouble *low, gdouble *high);
/* "45 to 90", in the unit in which values of @measure written in @unit are shown (both nullable: as written). (transfer full) */
gchar *citiz_range_ends_words (const CitizRange *range,
                               const CitizMeasure *measure,
                               const gchar *unit);
/* "45 to 90", "2.0 or less · your team", "less than 130/80" of a blood pressure, "" when there is none. (transfer full) */
gchar *citiz_item_range_words (const CitizItem *item);

/* A part of an item by its measure, else by its code. (transfer none) (nullable) */
const CitizComponent *citiz_item_part (const CitizItem *item,
                                       const gchar *measure,
                                       const gchar *code);

/* "•••" while values are hidden, else @text itself. */
const gchar *citiz_shown (const gchar *text);

G_END_DECLS
