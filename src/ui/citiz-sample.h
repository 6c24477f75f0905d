/* Trying the sample record. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* Once the answer is there; @loaded: the sample is. */
typedef void (*CitizSampleFunc) (GtkWidget *owner, gboolean loaded);

/* Loads the sample record. A wait of more than a moment is said in a dialog over @owner's window; stopping it, or closing it, leaves nothing of
 * the sample. What failed is told in a toast. @owner is kept until @func was called. */
void citiz_sample_try (GtkWidget *owner, CitizSession *session, CitizSampleFunc func);

G_END_DECLS
