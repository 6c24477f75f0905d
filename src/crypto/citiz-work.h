/* A small proof of work, for who has nobody to vouch for them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

#define CITIZ_WORK_KIB 1024

guint citiz_work_bits (const CitizHash *about) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
