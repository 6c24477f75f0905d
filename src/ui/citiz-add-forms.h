/* The fields of each kind of entry, and how they become a resource. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "record/citiz-compose.h"
#include "record/citiz-record.h"
#include "ui/citiz-form.h"

G_BEGIN_DECLS

/* NULL for a kind that is not entered through a form. */
const CitizField *citiz_add_fields (CitizKind kind);
/* Fills the form with what is known: @item NULL for a new entry. */
void citiz_add_fill (CitizForm *form,
                     CitizKind kind,
                     CitizSession *session,
                     const CitizItem *item,
                     CitizTime now);
/* Reads the form. Returns: (transfer full), or NULL with a sentence shown beside a field when something is missing. */
json_t *citiz_add_compose (CitizForm *form,
                           CitizKind kind,
                           const CitizRecord *record,
                           const CitizItem *item,
                           CitizTime now);

G_END_DECLS
