/* What an item says, fact by fact, and what an earlier version said otherwise. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "record/citiz-item.h"

G_BEGIN_DECLS

typedef struct
{
  gchar *name, *text;
  gboolean told; /* nothing of its own: the parts of a value that is shown, where it comes from */
} CitizFact;

/* Returns: (element-type CitizFact) (transfer full): in the order in which they are read; none is empty. @now: the wall's. */
GPtrArray *citiz_item_facts (const CitizItem *item, GDateTime *now);
/* "How to take it: 4 mg at supper · Reason: nothing noted": what @old said otherwise than @next, which corrected it. (transfer full): "" when
 * they say the same. */
gchar *citiz_item_differences (const CitizItem *old, const CitizItem *next, GDateTime *now);

G_END_DECLS
