/* Inside the record. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-record.h"

G_BEGIN_DECLS

typedef struct
{
  gchar *measure, *source, *unit;
  guint32 batch;
  GArray *days; /* CitizDay, sorted */
} CitizDaySeries;

struct _CitizRecord
{
  GHashTable *items;      /* CitizId → GPtrArray of versions, oldest first */
  GHashTable *references; /* "batch reference" and "reference" → CitizId */
  GHashTable *pending;    /* reference → GPtrArray of items that wait for it */
  GPtrArray *series;      /* CitizDaySeries */
  GHashTable
      *by_measure; /* family key → GPtrArray of items, oldest first; NULL: to be made again */
  GPtrArray *by_kind[CITIZ_N_KINDS]; /* all of a kind, in clinical order; NULL: to be made again */
  CitizItem *patient;                /* made of all Patients; NULL: to be made again */
  CitizSamplesLoader loader;
  gpointer loader_data;
};

CitizItem *citiz_record_current (const GPtrArray *versions);
void citiz_record_add_references (CitizRecord *record, const CitizItem *item);
void citiz_record_link (CitizRecord *record, CitizItem *item);
void citiz_record_link_pending (CitizRecord *record, CitizItem *arrived);
/* Value of an item or component as one measure of the family, in that measure's unit; NaN when it has none. */
gdouble citiz_record_value_of (const CitizItem *item, const CitizMeasure *measure);
const GPtrArray *citiz_record_indexed (const CitizRecord *record, const gchar *measure);

G_END_DECLS
