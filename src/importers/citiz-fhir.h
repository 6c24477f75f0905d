/* FHIR R4 JSON to frames: bundles of any kind, single resources, one resource a line.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "importers/citiz-frames.h"
#include "importers/citiz-json-scan.h"

G_BEGIN_DECLS

#define CITIZ_FHIR_MAX_DOCUMENT (64u * 1024 * 1024)
#define CITIZ_FHIR_MAX_STORED                                                                      \
  (8u * 1024 * 1024 - 4096)      /* one resource once its attachments are out */
#define CITIZ_FHIR_MIN_BLOB 1024 /* shorter base64 stays where it is */

/* Reads up to @n bytes; 0 at the end, negative when broken. */
typedef gssize (*CitizReadFunc) (gpointer data, guint8 *buffer, gsize n);

typedef struct
{
  CitizFrameWriter *out;
  gboolean source_sent; /* TRUE inside an archive: the archive's frame stands for all */
  guint64 resources;
} CitizFhir;

CitizImportReason citiz_fhir_text (CitizFhir *fhir, const gchar *text, gsize n);
CitizImportReason citiz_fhir_read (CitizFhir *fhir,
                                   CitizReadFunc read,
                                   gpointer data,
                                   guint64 *stopped_at);
void citiz_blob_hash (CitizHash *out, const guint8 *bytes, gsize n);

G_END_DECLS
