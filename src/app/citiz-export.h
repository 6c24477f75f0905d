/* The record as files of standard formats. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-env.h"
#include "record/citiz-record.h"

G_BEGIN_DECLS

/* How much of a row a person reads: what, its details, when, from where. Texts are owned by the row. */
typedef struct
{
  const CitizItem *item;
  gchar *what, *details, *when;
} CitizExportRow;

typedef struct
{
  CitizKind kind;
  const gchar *csv;   /* name in the CSV's first column: stays English, it is for programs */
  const gchar *title; /* of the PDF's section, untranslated */
} CitizExportSection;

extern const CitizExportSection citiz_export_sections[];
extern const guint citiz_n_export_sections;

GPtrArray *citiz_export_rows (const CitizRecord *record, CitizKind kind, CitizLanguage language);
GPtrArray *citiz_export_rows_to_read (const CitizRecord *record,
                                      CitizKind kind,
                                      CitizLanguage language);

gchar *citiz_export_row_date (const CitizExportRow *row);

/* "ips" "fhir" "csv" "pdf". NULL with error for another. */
GBytes *citiz_export (const CitizRecord *record,
                      const gchar *format,
                      CitizLanguage language,
                      const CitizEnv *env,
                      GError **error);
gboolean citiz_export_knows (const gchar *format);
GBytes *citiz_export_pdf (const CitizRecord *record,
                          CitizLanguage language,
                          CitizTime now,
                          GError **error);

GBytes *citiz_export_pdf_rows (const gchar *title,
                               const GPtrArray *rows,
                               CitizTime now,
                               GError **error);

G_END_DECLS
