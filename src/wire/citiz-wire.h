/* The one schema of every signed, stored or sent structure; FORMAT.md is its text. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-block.h"
#include "wire/citiz-closing.h"
#include "wire/citiz-codec.h"
#include "wire/citiz-evidence.h"
#include "wire/citiz-tx.h"
