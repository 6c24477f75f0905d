/* Shared by the formats of chunks. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-column.h"
#include "record/citiz-series.h"

G_BEGIN_DECLS

#define CITIZ_CHUNK_LIMIT                                                                          \
  (G_GINT64_CONSTANT (1) << 52) /* ms: starts lie between it and its opposite */
#define CITIZ_CHUNK_FIRST 1     /* the format of the first vaults */

gboolean citiz_chunk_take_offsets (CitizReader *r, CitizSample *out, gsize n);
gboolean citiz_chunk_take_first (CitizReader *r, CitizSample *out, gsize n);

G_END_DECLS
