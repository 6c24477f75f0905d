/* Resources made from what a person typed; a correction keeps what it does not touch. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-item.h"

G_BEGIN_DECLS

/* A food of a meal (value in g, system CNF), a figure of a session or of a panel (LOINC). */
typedef struct
{
  const gchar *title;
  const gchar *system, *code;
  const gchar *value; /* as typed */
  const gchar *unit;  /* UCUM */
} CitizDraftPart;

/* What a form gives. Everything is optional but what a composer names; NULL or "" or 0 = not said. Numbers as typed (comma or point). */
typedef struct
{
  CitizTime now; /* when it is entered */
  gint16 offset; /* of the wall clock, minutes east of UTC */
  const gchar *title;
  const gchar *system, *code;
  const gchar *category; /* of a meal or a result */
  const gchar *detail;   /* strength, model, manufacturer, lot */
  const gchar *dosage;
  const gchar *route;
  const gchar *reaction;
  const gchar *note;
  const gchar *reason;
  const gchar *site;
  const gchar *person;
  CitizStatus status;
  CitizVerification verification;
  CitizSeverity severity;
  CitizCriticality criticality;
  gboolean intolerance, as_needed;
  CitizDate onset, end;
  CitizDate planned;    /* of a dose: the day and hour it is noted for */
  gboolean unplanned;   /* of a dose: noted for no planned hour */
  const gchar *measure; /* key of the catalogue */
  const gchar *value, *unit, *low, *high;
  const gchar *value2; /* diastolic */
  const gchar *text;   /* result that is no number */
  gint16 times[8];     /* minutes after midnight */
  guint n_times;
  const CitizDraftPart *parts;
  guint n_parts;
  const CitizItem *subject; /* dose: its medication; goal: its measure's item */
  gboolean taken;           /* dose: else skipped */
  const gchar *phone, *email, *relationship;
  CitizRole role;
  const gchar *content_type, *blob; /* document */
  guint64 size;
  guint pages;
  /* patient */
  const gchar *given, *family, *gender; /* "female" "male" "other" "unknown" */
  const gchar *health_number;           /* RAMQ */
  const gchar *address;
  const gchar *languages; /* "fr,en", first preferred */
} CitizDraft;

/* Each takes an optional `base` (transfer none), the version being corrected. Returns: (transfer full), NULL when what it needs is
 * missing (title; value and measure; medication of a dose). */
json_t *citiz_compose_allergy (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_problem (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_medication (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_dose (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_immunization (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_measure (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_result (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_procedure (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_device (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_visit (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_document (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_family (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_directive (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_contact (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_session (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_meal (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_goal (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_note (const CitizDraft *draft, const json_t *base);
json_t *citiz_compose_patient (const CitizDraft *draft, const json_t *base);
/* The composer of a kind. */
json_t *citiz_compose (CitizKind kind, const CitizDraft *draft, const json_t *base);

/* What a form shows when an item is corrected. Texts belong to the item. */
CitizDraft citiz_draft_from_item (const CitizItem *item, CitizLanguage language);

G_END_DECLS
