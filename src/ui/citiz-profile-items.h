/* The record's items one by one, each with a switch that masks it in an emergency. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-profile.h"
#include "record/citiz-record.h"

#include <adwaita.h>

G_BEGIN_DECLS

typedef gboolean (*CitizMaskedFunc) (const CitizId *id, gpointer data);
typedef void (*CitizMaskFunc) (const CitizId *id, gboolean masked, gpointer data);

/* Whether an item is left out with its part or its sensitive subject, masked or not. */
typedef gboolean (*CitizLeftOutFunc) (const CitizItem *item, gpointer data);

/* A list of expander rows, one a kind. Masking an item that changes emergency care is asked twice. */
GtkWidget *citiz_profile_items_new (const CitizRecord *record,
                                    CitizMaskedFunc is_masked,
                                    CitizLeftOutFunc is_left_out,
                                    CitizMaskFunc mask,
                                    gpointer data);

/* "Warfarin, Morphine": what @part of the profile shows and emergency care turns on. (transfer full): "" for nothing such */
gchar *citiz_profile_part_care (const CitizRecord *record, CitizPart part, CitizTime now);

G_END_DECLS
