/* What the files of the summary share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-ips.h"

G_BEGIN_DECLS

#define CITIZ_IPS_RECENT        (90 * CITIZ_DAY)
#define CITIZ_IPS_CAP           (512u * 1024)
#define CITIZ_IPS_OF_ONE_CODE   4  /* results and vital signs, newest first */
#define CITIZ_IPS_VISITS_MAX    10
#define CITIZ_IPS_DOCUMENTS_MAX 20
#define CITIZ_IPS_SUMMARY_DAYS  28

/* In the order of urgency; names in citiz_ips_class_name. Bits of CitizIpsItem.classes. */
typedef enum
{
  CITIZ_IPS_SEVERE_ALLERGY,
  CITIZ_IPS_ANTICOAGULANT,
  CITIZ_IPS_INSULIN,
  CITIZ_IPS_STEROID,
  CITIZ_IPS_OPIOID,
  CITIZ_IPS_IMPLANT,
  CITIZ_IPS_PREGNANCY,
  CITIZ_IPS_IMMUNOSUPPRESSION,
  CITIZ_IPS_DIALYSIS,
  CITIZ_IPS_DIFFICULT_AIRWAY,
  CITIZ_IPS_INFECTIOUS_PRECAUTION,
  CITIZ_IPS_OTHER_ALERT,
  CITIZ_IPS_N_CLASSES
} CitizIpsClass;

/* One resource of the record on its way into the bundle. */
typedef struct
{
  CitizId id;
  json_t *resource; /* the record's, borrowed */
  const gchar *type;
  CitizPart part;
  gboolean supporting; /* in no section: only cited (Medication, Practitioner…) */
  gboolean withheld;
  gboolean nil_known; /* says that there is none */
  guint classes;      /* bit CitizIpsClass; only while it is in force */
  const gchar *declared_by;
  const gchar *source_name; /* nullable */
  const gchar *title;
  const gchar *detail; /* nullable: strength, dose, value */
  CitizTime recorded;
  CitizTime when; /* what it sorts by; 0 = unknown */
  guint n_history;
  guint rank; /* first screen, 0 = not */
  gboolean has_dose, dose_taken;
  CitizTime dose_time;
  CitizTime change_time; /* of the dose; 0 = none lately */
  gchar *change_from, *change_to;
  CitizTime stopped; /* lately; 0 = not */
  gchar *url;        /* "urn:uuid:…" */
  gboolean included; /* in its section: neither withheld nor over a limit */
  gboolean added;
} CitizIpsItem;

typedef struct
{
  const CitizRecord *record;
  const CitizProfile *profile;
  const CitizIpsOptions *options;
  CitizTime now;
  GPtrArray *items;         /* of CitizIpsItem, sorted within each part */
  GHashTable *by_reference; /* "Type/id", "urn:uuid:id" → CitizIpsItem */
  CitizIpsItem *patient;    /* nullable */
  gchar *patient_url;
  gchar *device_url;
  json_t *entries; /* the bundle's */
  gsize attached;  /* bytes of documents so far */
  guint shown[CITIZ_N_PARTS];
  guint withheld[CITIZ_N_PARTS];
  guint nil[CITIZ_N_PARTS];
  gboolean unknown[CITIZ_N_PARTS]; /* asked, does not know */
  CitizTime reviewed[CITIZ_N_PARTS];
} CitizIps;

/* citiz-ips-select.c: from the record */
CitizIps *citiz_ips_context_new (const CitizRecord *record, const CitizProfile *profile, const CitizIpsOptions *options);
void citiz_ips_context_free (CitizIps *ips);

/* citiz-ips-entry.c: one resource made ready */
void citiz_ips_add_entry (CitizIps *ips, CitizIpsItem *item);
void citiz_ips_append (CitizIps *ips, const gchar *url, json_t *resource); /* takes resource */
json_t *citiz_ips_patient (CitizIps *ips);
json_t *citiz_ips_reference (const gchar *url);
gchar *citiz_ips_new_url (CitizIps *ips);
gchar *citiz_ips_url_of (const CitizId *id);

/* citiz-ips-class.c: what changes care now */
const gchar *citiz_ips_class_name (CitizIpsClass c);
void citiz_ips_add_flags (CitizIps *ips, json_t *section_entries, GPtrArray *lines);
void citiz_ips_add_classes (CitizIps *ips, json_t *composition);

/* citiz-ips-summary.c: weeks in a few figures */
void citiz_ips_add_activity (CitizIps *ips, json_t *section_entries, GPtrArray *lines);
void citiz_ips_add_diet (CitizIps *ips, json_t *composition, json_t *section_entries, GPtrArray *lines);

/* citiz-ips-text.c */
typedef enum
{
  CITIZ_IPS_SAY_WITHHELD,
  CITIZ_IPS_SAY_NOT_ASKED,
  CITIZ_IPS_SAY_UNKNOWN,
  CITIZ_IPS_SAY_NONE_KNOWN,
  CITIZ_IPS_SAY_TITLE,
  CITIZ_IPS_SAY_NO_NAME,
  CITIZ_IPS_SAY_NOT_INCLUDED,
  CITIZ_IPS_SAY_STEPS,
  CITIZ_IPS_SAY_ACTIVE,
  CITIZ_IPS_SAY_RESTING,
  CITIZ_IPS_SAY_SLEEP,
  CITIZ_IPS_SAY_DIET,
  CITIZ_IPS_SAY_LAST_MEAL,
  CITIZ_IPS_N_SAY
} CitizIpsSay;
const gchar *citiz_ips_say (CitizIpsSay what, CitizLanguage language);
gchar *citiz_ips_say_n_withheld (guint n, CitizLanguage language);
/* {"status":"generated","div":"<div…><ul><li>…"}; every line escaped. */
json_t *citiz_ips_narrative (const GPtrArray *lines, CitizLanguage language);
gchar *citiz_ips_instant (const CitizIps *ips, CitizTime time);
gchar *citiz_ips_day (const CitizIps *ips, CitizTime time);

/* Extensions: `name` is ours, under CITIZ_EXT. */
json_t *citiz_ips_ext (const gchar *name);
void citiz_ips_put_ext (json_t *element, json_t *extension); /* takes extension */
void citiz_ips_put_code (json_t *element, const gchar *name, const gchar *code);
void citiz_ips_put_text (json_t *element, const gchar *name, const gchar *value_type, const gchar *text);
void citiz_ips_put_uint (json_t *element, const gchar *name, const gchar *value_type, guint value);
/* A nested part of a complex extension. */
void citiz_ips_put_part (json_t *extension, const gchar *name, const gchar *value_type, json_t *value); /* takes value */

G_END_DECLS
