/* Tables of a node: shares, capsules, codes, notes; a step once released never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

static const char citiz_node_schema_1[] = "";
