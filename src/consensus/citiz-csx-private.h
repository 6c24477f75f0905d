/* The inside of the step machine. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consensus/citiz-csx-rules.h"
#include "consensus/citiz-csx.h"
