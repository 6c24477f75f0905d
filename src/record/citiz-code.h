/* What codes and words mean for care: alert classes, sensitive categories, names. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

#define CITIZ_SYSTEM_LOINC  "http://loinc.org"
#define CITIZ_SYSTEM_SNOMED "http://snomed.info/sct"
#define CITIZ_SYSTEM_RXNORM "http://www.nlm.nih.gov/research/umls/rxnorm"
#define CITIZ_SYSTEM_ATC    "http://www.whocc.no/atc"
#define CITIZ_SYSTEM_ICD10  "http://hl7.org/fhir/sid/icd-10"
#define CITIZ_SYSTEM_CVX    "http://hl7.org/fhir/sid/cvx"
#define CITIZ_SYSTEM_UCUM   "http://unitsofmeasure.org"
#define CITIZ_SYSTEM_CNF    "https://citiz.example/fhir/cnf"
#define CITIZ_SYSTEM_LOCAL  "https://citiz.example/fhir/code"
#define CITIZ_SYSTEM_TAG    "https://citiz.example/fhir/tag"
#define CITIZ_SYSTEM_TYPES  "http://hl7.org/fhir/fhir-types"

/* Classes that change care now, in order of urgency. */
typedef enum
{
  CITIZ_ALERT_NONE = 0,
  CITIZ_ALERT_SEVERE_ALLERGY,
  CITIZ_ALERT_ANTICOAGULANT,
  CITIZ_ALERT_INSULIN,
  CITIZ_ALERT_STEROID,
  CITIZ_ALERT_OPIOID,
  CITIZ_ALERT_IMPLANT,
  CITIZ_ALERT_PREGNANCY,
  CITIZ_ALERT_IMMUNOSUPPRESSION,
  CITIZ_ALERT_DIALYSIS,
  CITIZ_ALERT_DIFFICULT_AIRWAY,
  CITIZ_ALERT_INFECTIOUS_PRECAUTION,
  CITIZ_ALERT_OTHER,
  CITIZ_N_ALERTS
} CitizAlert;

/* Kept out of an emergency access unless the person adds it. */
typedef enum
{
  CITIZ_SENSITIVE_NONE = 0,
  CITIZ_SENSITIVE_MENTAL,
  CITIZ_SENSITIVE_SEXUAL,
  CITIZ_SENSITIVE_ADDICTION,
  CITIZ_SENSITIVE_VIOLENCE,
  CITIZ_N_SENSITIVE
} CitizSensitive;

/* "anticoagulant", "severe-allergy" …; NULL for NONE. */
const gchar *citiz_alert_code (CitizAlert alert);
CitizAlert citiz_alert_from_code (const gchar *code);
/* "Anticoagulant" */
const gchar *citiz_alert_name (CitizAlert alert, CitizLanguage language);

/* Where a word was found: a drug named "morphine" is a drug, an allergy to it is not an opioid treatment. */
typedef enum
{
  CITIZ_SCOPE_MEDICATION = 1 << 0,
  CITIZ_SCOPE_PROBLEM = 1 << 1,
  CITIZ_SCOPE_DEVICE = 1 << 2,
  CITIZ_SCOPE_PROCEDURE = 1 << 3,
  CITIZ_SCOPE_OBSERVATION = 1 << 4,
  CITIZ_SCOPE_OTHER = 1 << 5
} CitizScope;

/* Mask of 1 << CitizAlert. `system` and `code` may be NULL, `text` is any title. */
guint citiz_alerts_of (CitizScope scope, const gchar *system, const gchar *code, const gchar *text);
CitizSensitive citiz_sensitive_of (CitizScope scope,
                                   const gchar *system,
                                   const gchar *code,
                                   const gchar *text);

/* The catalogue's own name of a coded thing in a language, or NULL. */
const gchar *citiz_code_name (const gchar *system, const gchar *code, CitizLanguage language);
/* The same for a text in the other language ("Penicillin" → "Pénicilline"), or NULL. */
const gchar *citiz_text_name (const gchar *text, CitizLanguage language);

/* Lower case, no accents, ligatures opened, one space between words. Returns: (transfer full) */
gchar *citiz_fold (const gchar *text);

G_END_DECLS
