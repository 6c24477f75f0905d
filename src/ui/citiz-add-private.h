/* What the files of the forms of entries share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-measure.h"
#include "ui/citiz-add-forms.h"

G_BEGIN_DECLS

/* NULL: the kind's form has no such field */
const CitizField *_citiz_add_field (CitizKind kind, const gchar *key);
/* Fields that form and draft call alike: what the draft says into the form, and back. */
void _citiz_add_put_keyed (CitizForm *form, CitizKind kind, CitizDraft *draft);
void _citiz_add_take_texts (CitizForm *form, CitizKind kind, CitizDraft *draft);
void _citiz_add_take_choices (CitizForm *form, CitizKind kind, CitizDraft *draft);

/* Choices made at run time: both arrays own their texts. */
void _citiz_add_choice (GPtrArray *keys, GPtrArray *labels, const gchar *key, const gchar *label);
void _citiz_add_set_choices (CitizForm *form,
                             const gchar *field,
                             GPtrArray *keys,
                             GPtrArray *labels);

/* A dose: of which medication, and which of the planned ones it is. */
void _citiz_add_fill_dose (CitizForm *form, CitizSession *session, const CitizItem *item);
void _citiz_add_take_dose (CitizForm *form, const CitizRecord *record, CitizDraft *draft);

gboolean _citiz_add_is_pressure (const CitizMeasure *measure);
/* UCUM; a correction stays in the unit it was written in: the digits on the screen are those of the record. */
const gchar *_citiz_add_unit (CitizForm *form, const CitizMeasure *chosen);

G_END_DECLS
