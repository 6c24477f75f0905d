/* Runs a reader over bytes and keeps what it said. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "importers/citiz-frames.h"

G_BEGIN_DECLS

typedef struct
{
  gchar *type, *key, *full_url, *json;
  CitizImportOrigin origin;
} HeardResource;

typedef struct
{
  gchar *measure, *source, *unit, *what;
  guint64 n, duplicates;
  gdouble sum, min, max;
  CitizImportSample first, last;
} HeardSeries;

typedef struct
{
  CitizImportReason reason;
  guint64 count;
  gchar *what;
} HeardTally;

typedef struct
{
  GByteArray *frames;
  CitizImportFormat format;
  CitizTime exported;
  GPtrArray *resources, *series, *tallies, *blobs /* GBytes */;
  gboolean done;
  CitizImportReason reason;
  guint64 stopped_at;
  GError *error;
} Heard;

Heard *heard_from_frames (GByteArray *frames);
Heard *heard_from_bytes (const void *bytes, gsize n);
Heard *heard_from_file (const gchar *name);
void heard_free (Heard *heard);
const HeardSeries *heard_series (const Heard *heard, const gchar *measure, const gchar *source);
const HeardResource *heard_resource (const Heard *heard, const gchar *type, guint nth);
guint64 heard_tally (const Heard *heard, CitizImportReason reason, const gchar *what);
gchar *test_data (const gchar *name, gsize *n);
int fd_of_bytes (const void *bytes, gsize n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Heard, heard_free)

G_END_DECLS
