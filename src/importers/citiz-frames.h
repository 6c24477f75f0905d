/* What the sandboxed helper says to the process that holds the vault: bounded typed frames (FORMAT.md).
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-core.h"
#include "importers/citiz-import-reason.h"
#include "importers/citiz-samples.h"

G_BEGIN_DECLS

#define CITIZ_FRAMES_MAGIC        0x435a494du /* "CZIM" */
#define CITIZ_FRAMES_VERSION      1
#define CITIZ_FRAME_MAX_RESOURCE  (64u * 1024 * 1024)
#define CITIZ_FRAME_MAX_BLOB      (25u * 1024 * 1024)
#define CITIZ_FRAME_MAX_SERIES    4096 /* in one import */
#define CITIZ_FRAME_MAX_RESOURCES 2000000
#define CITIZ_FRAME_BLOB_URL      "urn:citiz:blob:" /* then the hex SHA-256, in the JSON of a resource */

typedef enum
{
  CITIZ_FRAME_HELLO = 0x01,
  CITIZ_FRAME_SOURCE = 0x02,
  CITIZ_FRAME_RESOURCE = 0x10,
  CITIZ_FRAME_BLOB = 0x11,
  CITIZ_FRAME_SERIES = 0x20,
  CITIZ_FRAME_SAMPLES = 0x21,
  CITIZ_FRAME_SERIES_END = 0x22,
  CITIZ_FRAME_TALLY = 0x30,
  CITIZ_FRAME_PROGRESS = 0x40,
  CITIZ_FRAME_DONE = 0x50
} CitizFrameType;

typedef enum
{
  CITIZ_FORMAT_NONE = 0,
  CITIZ_FORMAT_APPLE_XML = 1,
  CITIZ_FORMAT_APPLE_ZIP = 2,
  CITIZ_FORMAT_FHIR_BUNDLE = 3,
  CITIZ_FORMAT_FHIR_RESOURCE = 4,
  CITIZ_FORMAT_FHIR_NDJSON = 5,
  CITIZ_N_FORMATS
} CitizImportFormat;

typedef enum
{
  CITIZ_ORIGIN_SELF = 1,     /* the person's own device or words */
  CITIZ_ORIGIN_DOCUMENT = 2, /* a document somebody made (IPS, bundle) */
  CITIZ_ORIGIN_INSTITUTION
  = 3 /* a system's own records (search set, bulk file, clinical record of a phone) */
} CitizImportOrigin;

/* Strings are NUL-terminated and valid UTF-8 without control characters. Valid during the callback only. */
typedef struct
{
  CitizFrameType type;
  union
  {
    struct
    {
      CitizImportFormat format;
      CitizTime exported; /* 0: not said */
    } source;
    struct
    {
      const gchar *type;     /* FHIR resource type */
      const gchar *key;      /* what names it in its source: the same key again is the same thing */
      const gchar *full_url; /* "" if none */
      CitizImportOrigin origin;
      const gchar *json; /* verbatim, not NUL-terminated */
      gsize n;
    } resource;
    struct
    {
      CitizHash hash; /* SHA-256 of the bytes, checked by the decoder's owner */
      const gchar *content_type;
      const guint8 *bytes;
      gsize n;
    } blob;
    struct
    {
      const gchar *measure;
      const gchar *source;
      const gchar *unit; /* UCUM where known */
      const gchar *what; /* the source's own name for it */
    } series;
    struct
    {
      const CitizImportSample *samples;
      guint n;
    } samples;
    struct
    {
      guint64 n, duplicates;
    } series_end;
    struct
    {
      CitizImportReason reason;
      guint64 count;
      const gchar *what;
    } tally;
    struct
    {
      guint64 done, total;
    } progress;
    struct
    {
      CitizImportReason reason; /* KEPT: read to the end */
      guint64 stopped_at;
    } done;
  };
} CitizFrame;

/* --- writing (the helper) --- */
typedef struct _CitizFrameWriter CitizFrameWriter;
typedef gboolean (*CitizFrameWriteFunc) (gpointer data, const guint8 *bytes, gsize n);

CitizFrameWriter *citiz_frame_writer_new (CitizFrameWriteFunc write, gpointer data);
void citiz_frame_writer_free (CitizFrameWriter *writer);
gboolean citiz_frame_writer_put (CitizFrameWriter *writer, const CitizFrame *frame);
gboolean citiz_frame_writer_tally (CitizFrameWriter *writer,
                                   CitizImportReason reason,
                                   guint64 count,
                                   const gchar *what);
gboolean citiz_frame_writer_failed (const CitizFrameWriter *writer);

/* --- reading (the vault's side) --- */
#define CITIZ_FRAME_ERROR (citiz_frame_error_quark ())
typedef enum
{
  CITIZ_FRAME_ERROR_BROKEN = 1, /* bytes that are not frames */
  CITIZ_FRAME_ERROR_REFUSED     /* the receiver said stop */
} CitizFrameError;
GQuark citiz_frame_error_quark (void);

typedef struct _CitizFrameReader CitizFrameReader;
typedef gboolean (*CitizFrameFunc) (gpointer data, const CitizFrame *frame, GError **error);

CitizFrameReader *citiz_frame_reader_new (CitizFrameFunc func, gpointer data);
void citiz_frame_reader_free (CitizFrameReader *reader);
gboolean citiz_frame_reader_feed (CitizFrameReader *reader,
                                  const guint8 *bytes,
                                  gsize n,
                                  GError **error);
gboolean citiz_frame_reader_done (const CitizFrameReader *reader) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizFrameWriter, citiz_frame_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizFrameReader, citiz_frame_reader_free)

G_END_DECLS
