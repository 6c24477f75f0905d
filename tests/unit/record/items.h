/* Entries of a record from FHIR text. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-record.h"

/* Each with an id of its own. */
CitizItem *item_of (const gchar *text);
void put_resource (CitizRecord *record, guint8 number, guint32 batch, const gchar *text);
/* The one of that title in either language; none is a failure. */
CitizItem *find (const CitizRecord *record, CitizKind kind, const gchar *title);
