/* The ground floor: bytes, value types, checked arithmetic, the environment. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-bytes.h"
#include "core/citiz-env.h"
#include "core/citiz-types.h"
