/* Tables of the chain; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

static const char citiz_chain_schema_1[] = "";
