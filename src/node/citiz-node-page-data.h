/* The doctor's page, embedded when the program is built. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

extern const char citiz_node_page_html[];
