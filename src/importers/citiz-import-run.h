/* One file in, frames out: what kind of file it is, and who reads it. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "importers/citiz-ahead.h"
#include "importers/citiz-frames.h"

G_BEGIN_DECLS

CitizImportReason citiz_import_run (int fd, CitizFrameWriter *out, CitizAhead *ahead);

G_END_DECLS
