/* The whole record in memory, on the main thread. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-item.h"
#include "record/citiz-series.h"

G_BEGIN_DECLS

typedef struct _CitizRecord CitizRecord;

CitizRecord *citiz_record_new (void);
void citiz_record_free (CitizRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizRecord, citiz_record_free)

/* Adds a version of an item; the highest version is the current one. Takes its own reference. */
void citiz_record_put (CitizRecord *record, CitizItem *item);
/* Takes all versions out. */
gboolean citiz_record_remove (CitizRecord *record, const CitizId *id);
/* Takes everything of a batch out, series included; returns how many items. */
guint citiz_record_remove_batch (CitizRecord *record, guint32 batch);
guint citiz_record_size (const CitizRecord *record);

/* (transfer none) (nullable) the current version. */
CitizItem *citiz_record_get (const CitizRecord *record, const CitizId *id);
/* (transfer container) all versions, oldest first. */
GPtrArray *citiz_record_history (const CitizRecord *record, const CitizId *id);
/* (transfer container) current versions in clinical order: allergies by severity, medications that hold first, then by name,
 * results and events newest first … Entered-in-error and "none known" are left out. */
GPtrArray *citiz_record_list (const CitizRecord *record, CitizKind kind);
/* Those left out of a list: statements of "none known" and errors. (transfer container) */
GPtrArray *citiz_record_list_all (const CitizRecord *record, CitizKind kind);
/* Who the record is about, merged field by field (citiz-record-person.c). (transfer none) (nullable) */
CitizItem *citiz_record_patient (const CitizRecord *record);
/* The version a correction starts from: without what imports filled. (transfer none) (nullable) */
CitizItem *citiz_record_patient_base (const CitizRecord *record);
/* Whether two Patients are clearly two people. */
gboolean citiz_patients_differ (const CitizItem *a, const CitizItem *b);
/* What a reference of `item` points to, within its batch first. (transfer none) (nullable) */
CitizItem *citiz_record_resolve (const CitizRecord *record,
                                 const CitizItem *item,
                                 const gchar *reference);
/* The newest item of a measure (or of its family, or of a code when no measure has that key). (transfer none) (nullable) */
CitizItem *citiz_record_latest (const CitizRecord *record, const gchar *measure);
/* Items of a measure with a number, oldest first. (transfer container) */
GPtrArray *citiz_record_items_of (const CitizRecord *record, const gchar *measure);
/* Earlier and present results of the same test, oldest first. (transfer container) */
GPtrArray *citiz_record_same_test (const CitizRecord *record, const CitizItem *item);

/* --- series --- */
/* Day roll-ups of one source. The source "" is the measure merged over its sources: then it alone counts. Takes a copy. */
void citiz_record_put_days (CitizRecord *record,
                            const gchar *measure,
                            const gchar *source,
                            const gchar *unit,
                            guint32 batch,
                            const GArray *days);
/* (transfer container) keys of measures with days or items, sorted. */
GPtrArray *citiz_record_measures (const CitizRecord *record);
/* First and last civil day with data. */
gboolean citiz_record_span (const CitizRecord *record,
                            const gchar *measure,
                            gint32 *first,
                            gint32 *last);
/* Days with data in [first, last], series and items together, in the catalogue's unit. (transfer full) (element-type CitizDay) */
GArray *citiz_record_days (const CitizRecord *record,
                           const gchar *measure,
                           gint32 first,
                           gint32 last);
/* Names of the sources that have days of this measure. (transfer container) */
GPtrArray *citiz_record_sources (const CitizRecord *record, const gchar *measure);

/* Raw samples of [from, to) in ms UTC, merged over sources; set by the app, called on the main thread. Returns: (transfer full)
 * (nullable) (element-type CitizSample) */
typedef GArray *(*CitizSamplesLoader) (const gchar *measure, gint64 from, gint64 to, gpointer data);
void citiz_record_set_loader (CitizRecord *record, CitizSamplesLoader loader, gpointer data);
/* The loader's samples and the items' values, sorted. Returns: (transfer full) (element-type CitizSample) */
GArray *citiz_record_samples (const CitizRecord *record,
                              const gchar *measure,
                              gint64 from,
                              gint64 to);
/* Nights ending on [first, last]. (transfer full) (element-type CitizNight) */
GArray *citiz_record_nights (const CitizRecord *record, gint32 first, gint32 last);

/* --- medications of a day --- */
typedef struct
{
  CitizItem *medication; /* (transfer none) */
  gint16 minute;         /* after midnight on the wall */
  CitizItem *dose;       /* taken or skipped, NULL: not noted */
  gboolean taken, skipped;
} CitizDue;
/* Every dose planned on a civil day, by hour. (transfer full) (element-type CitizDue) */
GArray *citiz_record_due (const CitizRecord *record, gint32 day);
/* The doses noted on that day that are none of those, in the order they were taken. (transfer full) (element-type CitizItem) */
GPtrArray *citiz_record_unplanned (const CitizRecord *record, gint32 day);
/* How many medications are to be taken on that day at hours that nobody has said: citiz_record_due() has none of them. */
guint citiz_record_untimed (const CitizRecord *record, gint32 day);
/* The last dose noted of a medication. (transfer none) (nullable) */
CitizItem *citiz_record_last_dose (const CitizRecord *record, const CitizId *medication);
/* The last change of dose within its versions: FALSE when there was none. Texts are owned by the items. */
gboolean citiz_record_dose_change (const CitizRecord *record,
                                   const CitizId *medication,
                                   CitizTime *when,
                                   const gchar **from,
                                   const gchar **to);

/* The range that holds for a measure: the person's goal, else the catalogue's default. FALSE when there is none. */
gboolean citiz_record_target (const CitizRecord *record, const gchar *measure, CitizRange *out);

G_END_DECLS
