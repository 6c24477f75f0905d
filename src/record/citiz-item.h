/* The typed view of one FHIR R4 resource, kept whole beside it. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <jansson.h>

#include "record/citiz-code.h"
#include "record/citiz-date.h"
#include "record/citiz-decimal.h"
#include "record/citiz-measure.h"

G_BEGIN_DECLS

#define CITIZ_RECORD_ERROR (citiz_record_error_quark ())
typedef enum
{
  CITIZ_RECORD_ERROR_JSON = 1, /* not JSON, or too deep */
  CITIZ_RECORD_ERROR_RESOURCE, /* JSON, but no FHIR resource */
  CITIZ_RECORD_ERROR_SERIES,   /* bytes that are no chunk of a series */
  CITIZ_RECORD_ERROR_ARGUMENT
} CitizRecordError;
GQuark citiz_record_error_quark (void);

typedef enum
{
  CITIZ_KIND_PATIENT,
  CITIZ_KIND_ALLERGY,
  CITIZ_KIND_PROBLEM,
  CITIZ_KIND_MEDICATION,
  CITIZ_KIND_DOSE,
  CITIZ_KIND_IMMUNIZATION,
  CITIZ_KIND_RESULT,
  CITIZ_KIND_MEASURE,
  CITIZ_KIND_PROCEDURE,
  CITIZ_KIND_DEVICE,
  CITIZ_KIND_VISIT,
  CITIZ_KIND_DOCUMENT,
  CITIZ_KIND_FAMILY,
  CITIZ_KIND_DIRECTIVE,
  CITIZ_KIND_CONTACT,
  CITIZ_KIND_SESSION,
  CITIZ_KIND_MEAL,
  CITIZ_KIND_GOAL,
  CITIZ_KIND_NOTE,
  CITIZ_KIND_ALERT,
  CITIZ_KIND_OTHER,
  CITIZ_N_KINDS
} CitizKind;

typedef enum
{
  CITIZ_STATUS_UNKNOWN = 0, /* not said */
  CITIZ_STATUS_ACTIVE,
  CITIZ_STATUS_RECURRENCE,
  CITIZ_STATUS_RELAPSE,
  CITIZ_STATUS_INACTIVE,
  CITIZ_STATUS_REMISSION,
  CITIZ_STATUS_RESOLVED,
  CITIZ_STATUS_COMPLETED,
  CITIZ_STATUS_STOPPED,
  CITIZ_STATUS_ON_HOLD,
  CITIZ_STATUS_CANCELLED,
  CITIZ_STATUS_NOT_TAKEN,
  CITIZ_STATUS_NOT_DONE,
  CITIZ_STATUS_PLANNED,
  CITIZ_STATUS_DRAFT,
  CITIZ_STATUS_PRELIMINARY,
  CITIZ_STATUS_FINAL,
  CITIZ_STATUS_AMENDED,
  CITIZ_STATUS_ENTERED_IN_ERROR,
  CITIZ_STATUS_OTHER /* a code this program does not know: see status_code */
} CitizStatus;

typedef enum
{
  CITIZ_VERIFICATION_NONE = 0,
  CITIZ_VERIFICATION_CONFIRMED,
  CITIZ_VERIFICATION_UNCONFIRMED,
  CITIZ_VERIFICATION_PROVISIONAL,
  CITIZ_VERIFICATION_DIFFERENTIAL,
  CITIZ_VERIFICATION_REFUTED,
  CITIZ_VERIFICATION_ENTERED_IN_ERROR
} CitizVerification;

typedef enum
{
  CITIZ_SEVERITY_NONE = 0,
  CITIZ_SEVERITY_MILD,
  CITIZ_SEVERITY_MODERATE,
  CITIZ_SEVERITY_SEVERE
} CitizSeverity;

typedef enum
{
  CITIZ_CRITICALITY_NONE = 0,
  CITIZ_CRITICALITY_LOW,
  CITIZ_CRITICALITY_HIGH,
  CITIZ_CRITICALITY_UNABLE
} CitizCriticality;

typedef enum
{
  CITIZ_SOURCE_SELF = 1,
  CITIZ_SOURCE_DOCUMENT = 2,
  CITIZ_SOURCE_INSTITUTION = 3
} CitizSource;
/* "self", "document", "institution" */
const gchar *citiz_source_code (CitizSource source);

/* Where a value stands in its range. */
typedef enum
{
  CITIZ_POSITION_NONE = 0, /* no range, or no number */
  CITIZ_POSITION_BELOW,
  CITIZ_POSITION_IN,
  CITIZ_POSITION_ABOVE
} CitizPosition;

typedef enum
{
  CITIZ_RANGE_NONE = 0,
  CITIZ_RANGE_LABORATORY, /* referenceRange of the result */
  CITIZ_RANGE_TEAM,     /* a target of the care team or the person (type "treatment", or a Goal) */
  CITIZ_RANGE_CATALOGUE /* a default of the catalogue, with its source */
} CitizRangeOwner;

typedef enum
{
  CITIZ_ROLE_NONE = 0,
  CITIZ_ROLE_RELATIVE,
  CITIZ_ROLE_MANDATARY, /* decides when the person cannot */
  CITIZ_ROLE_PHYSICIAN,
  CITIZ_ROLE_PHARMACY,
  CITIZ_ROLE_OTHER
} CitizRole;

typedef struct
{
  CitizRangeOwner owner;
  CitizDecimal low, high; /* empty where open */
  gboolean below;         /* the high end is no longer within */
  gchar *text;            /* as written by the laboratory, or NULL */
} CitizRange;

/* A part of a panel, a figure of a session, a food of a meal. */
typedef struct
{
  gchar *title[2];
  gchar *system, *code;        /* nullable */
  const CitizMeasure *measure; /* nullable */
  CitizDecimal value;
  gchar *unit; /* UCUM when it was given, else as written; "" if none */
  gchar *text; /* value that is no number, or NULL */
  CitizRange range;
  CitizPosition position;
} CitizComponent;

/* Read only outside this layer. Strings are never NULL unless said; texts are "" when there is none. */
typedef struct
{
  gint ref_count; /* atomic: a locked record is freed behind */
  CitizId id;
  guint32 version; /* 1 = first */
  guint32 batch;
  CitizKind kind;
  json_t *resource; /* whole, as loaded by citiz_json_load */
  gchar *type;      /* "AllergyIntolerance" */
  gchar *fhir_id;   /* of the source, else `id` in hex */
  gchar *full_url;  /* "" if none */

  gchar *title[2]; /* by CitizLanguage; the text given when the catalogue does not know the code */
  gchar *system, *code; /* of the first coding, "" if none */
  gchar *
      category; /* "laboratory" "vital-signs" "social-history" … ; meals: "breakfast" "lunch" "dinner" "snack" */
  gchar *
      detail; /* strength "5 mg", model of a device, size of a document, dose number of a vaccine */
  gchar *dosage;   /* as written, or made from the parts */
  gchar *route;    /* of administration; of a session: points "x,y x,y …" of 0–100, or "" */
  gchar *reaction; /* of an allergy */
  gchar *note;
  gchar *reason; /* why: stopped, skipped, not done; reason of a visit */
  gchar *site;   /* of a body, of a visit */
  gchar *person; /* performer, author, prescriber; relation of a family member */

  CitizStatus status;
  gchar *status_code; /* as written */
  CitizVerification verification;
  CitizSeverity severity;
  CitizCriticality criticality;
  gboolean intolerance;    /* not an allergy proper */
  gboolean do_not_perform; /* this must NOT be given */
  gboolean as_needed;
  gboolean unknown_modifier; /* a modifierExtension: no interpretation is shown */
  gboolean nothing_known;    /* "no known allergy" and the like: a statement, not an item */

  CitizDate onset;    /* when it was true: onset, effective, performed, occurrence, date */
  CitizDate end;      /* abatement, end of period */
  CitizDate planned;  /* of a dose: the day and hour it was noted for */
  gboolean unplanned; /* of a dose: the person said it is none of the planned ones */
  CitizDate recorded;
  CitizTime changed; /* when this version entered the record, 0 if not known */

  const CitizMeasure *measure; /* nullable */
  CitizDecimal value;
  gchar *comparator; /* "<" ">=" … */
  gchar *unit;
  gchar *text;           /* value that is no number */
  gchar *absent;         /* code of dataAbsentReason */
  gchar *interpretation; /* HL7 code as written: "H" "LL" "N" */
  CitizRange range;
  CitizPosition position;
  GArray *components; /* of CitizComponent, never NULL */
  GPtrArray *members; /* of gchar *: references of hasMember, result, contents; never NULL */

  GArray *times; /* of gint16: minutes after midnight a dose is due, sorted; never NULL */
  gchar *
      subject_reference; /* what a dose, a device use, a document speaks of: reference as written */
  CitizId subject;       /* the same once resolved in the record, zero if not */

  gchar *phone, *email, *relationship;
  CitizRole role;

  gchar *content_type; /* of a document */
  guint64 size;
  guint pages;
  gchar *blob; /* name of the attachment: hex id or url; "" when inline or none */

  CitizSource source;
  gchar *source_name; /* "Hôpital du Parc", "montre" */
  guint alerts;       /* mask of 1 << CitizAlert */
  CitizAlert alert;   /* the most urgent of them */
  CitizSensitive sensitive;
  guint n_earlier;     /* versions kept before this one */
  guint n_corrections; /* of them, without those that were taken back at once */
  gboolean sample;
  gboolean in_error; /* kept, never in a list of facts */
} CitizItem;

/* Errors: CITIZ_RECORD_ERROR_RESOURCE only when it is no object with a resourceType; everything else is shown as far as it
 * is understood. Returns: (transfer full) */
CitizItem *citiz_item_new_from_json (json_t *resource,
                                     const CitizId *id,
                                     guint32 version,
                                     guint32 batch,
                                     GError **error);
CitizItem *citiz_item_ref (CitizItem *item);
void citiz_item_unref (CitizItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizItem, citiz_item_unref)

void citiz_item_set_source (CitizItem *item, CitizSource source, const gchar *name);

/* What the vault keeps of a resource: one line of JSON about where it comes from, then the resource byte for byte. */
typedef struct
{
  CitizSource source;
  const gchar *source_name; /* nullable */
  const gchar *full_url;    /* nullable */
  const gchar *key;         /* nullable: what names it in its source, for re-import */
  CitizTime changed;
  gboolean sample;
} CitizOrigin;
GBytes *citiz_item_pack (const CitizOrigin *origin, const gchar *json, gsize n);
/* Returns: (transfer full) */
CitizItem *citiz_item_unpack (GBytes *packed,
                              const CitizId *id,
                              guint32 version,
                              guint32 batch,
                              GError **error);
/* The verbatim text within `packed` and, in `out_key` (transfer full, nullable), its key. Valid as long as `packed`. */
const gchar *citiz_item_packed_text (GBytes *packed, gsize *n, gchar **out_key);

/* Not stopped, resolved, refuted or in error, whatever its dates. */
gboolean citiz_item_stands (const CitizItem *item);
/* TRUE for what holds today: not stopped, resolved, refuted, in error, in the future or past its end. An end without an hour is the
 * midnight of the wall at `offset` minutes east of UTC. */
gboolean citiz_item_holds (const CitizItem *item, CitizTime now, gint offset);
/* What a tablet of a drug holds, "5 mg", may stand beside its name; what a millilitre or a puff holds, "100 U/mL", is no dose and never may. "" if none. */
const gchar *citiz_item_strength (const CitizItem *item);
const gchar *citiz_item_content (const CitizItem *item);
/* When it was true, else when it was recorded. */
const CitizDate *citiz_item_date (const CitizItem *item);
CitizPosition citiz_range_position (gdouble value, const CitizRange *range);
void citiz_range_clear (CitizRange *range);
const CitizComponent *citiz_item_component (const CitizItem *item, const gchar *measure);
/* A figure of a session in words (citiz-item-session.c). */
gchar *citiz_session_figure (const CitizComponent *part,
                             CitizLanguage language,
                             const gchar **name,
                             gboolean *plain);
/* What the source calls it, in its own words: text, else display. Returns: (transfer full), "" if nothing */
gchar *citiz_item_written (const CitizItem *item);
/* The name of a document in the vault, in hex, from the url of its attachment; another url stays. */
const gchar *citiz_blob_name (const gchar *url);
/* First text of a CodeableConcept in the language: catalogue, text, display, code. (transfer full) (nullable) */
gchar *citiz_concept_text (const json_t *concept, CitizLanguage language);

G_END_DECLS
