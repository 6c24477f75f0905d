/* A reader of zip archives that refuses what an honest export never has. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "importers/citiz-import-reason.h"

G_BEGIN_DECLS

#define CITIZ_ZIP_MAX_SIZE    (G_GUINT64_CONSTANT (2) << 30)
#define CITIZ_ZIP_MAX_ENTRY   (G_GUINT64_CONSTANT (16) << 30)
#define CITIZ_ZIP_MAX_ENTRIES 20000
#define CITIZ_ZIP_MAX_RATIO   1000
#define CITIZ_ZIP_RATIO_FREE  (16u << 20) /* bytes out before the ratio counts */

typedef struct
{
  gchar *name;
  guint64 header, data, packed, size; /* offsets of the local header and of the bytes */
  guint32 crc;
  guint16 method;
  gboolean wide; /* size is 64 bits */
} CitizZipEntry;

typedef struct _CitizZip CitizZip;
typedef struct _CitizZipStream CitizZipStream;

CitizZip *citiz_zip_open (int fd, guint64 size, CitizImportReason *reason);
void citiz_zip_free (CitizZip *zip);
guint citiz_zip_n_entries (const CitizZip *zip);
const CitizZipEntry *citiz_zip_entry (const CitizZip *zip, guint i);

CitizZipStream *citiz_zip_stream_open (CitizZip *zip, const CitizZipEntry *entry);
gssize citiz_zip_stream_read (gpointer stream, guint8 *buffer, gsize n);
CitizImportReason citiz_zip_stream_reason (const CitizZipStream *stream);
guint64 citiz_zip_stream_position (const CitizZipStream *stream);
void citiz_zip_stream_free (CitizZipStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizZip, citiz_zip_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizZipStream, citiz_zip_stream_free)

G_END_DECLS
