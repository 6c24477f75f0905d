/* What the files of the summary share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-ips.h"

G_BEGIN_DECLS

#define CITIZ_IPS_RECENT        (90 * CITIZ_DAY)
#define CITIZ_IPS_OF_ONE_CODE   4 /* results and vital signs, newest first */
#define CITIZ_IPS_VISITS_MAX    10
#define CITIZ_IPS_DOCUMENTS_MAX 20

/* One item of the record on its way into the bundle. */
typedef struct
{
  CitizItem *item; /* the record's */
  CitizPart part;
  gboolean supporting; /* in no section: only cited (Medication, Practitioner…) */
  gboolean withheld;
  gboolean included; /* in its section: neither withheld nor over a limit */
  gboolean added;
  guint alerts; /* 1 << CitizAlert, only while in force */
  guint rank;   /* first screen, 0 = not */
  gchar *url;   /* made when asked for: citiz_ips_url */
} CitizIpsItem;

typedef struct
{
  const CitizRecord *record;
  const CitizProfile *profile;
  const CitizIpsOptions *options;
  CitizTime now;
  GPtrArray *items;     /* of CitizIpsItem, in the order of the record's lists */
  GHashTable *by_id;    /* CitizId → CitizIpsItem */
  GHashTable *cited;    /* CitizId of devices whose use is told */
  gboolean has_implant; /* among the devices shown */
  CitizItem *patient;   /* nullable */
  gchar *patient_url;
  gchar *device_url;
  json_t *entries; /* the bundle's */
  gsize attached;  /* bytes of documents so far */
  guint shown[CITIZ_N_PARTS];
  guint withheld[CITIZ_N_PARTS];
  guint masked[CITIZ_N_PARTS];       /* of these, one by one, in a part that is shown */
  CitizItem *nil[CITIZ_N_PARTS];     /* the statement that there is none, or NULL */
  CitizTime reviewed[CITIZ_N_PARTS]; /* when something of the part was last said, 0: unknown */
} CitizIps;

/* citiz-ips-select.c: from the record */
CitizIps *citiz_ips_context_new (const CitizRecord *record,
                                 const CitizProfile *profile,
                                 const CitizIpsOptions *options);
void citiz_ips_context_free (CitizIps *ips);
CitizIpsItem *citiz_ips_cited (CitizIps *ips, CitizItem *item); /* nullable */
const gchar *citiz_ips_url (CitizIpsItem *entry);
/* Whether what is held back of a part is what any new profile holds back. Never told of a single item: it would say which one is sensitive. */
gboolean citiz_ips_left_out (const CitizIps *ips, CitizPart part);

/* citiz-ips-entry.c: one resource made ready */
void citiz_ips_add_entry (CitizIps *ips, CitizIpsItem *item);
void citiz_ips_append (CitizIps *ips, const gchar *url, json_t *resource); /* takes resource */
json_t *citiz_ips_patient (CitizIps *ips);
json_t *citiz_ips_reference (const gchar *url);
gchar *citiz_ips_new_url (CitizIps *ips);
gchar *citiz_ips_url_of (const CitizId *id);

/* citiz-ips-class.c: what changes care now */
void citiz_ips_add_flags (CitizIps *ips, json_t *section_entries, GPtrArray *lines);
void citiz_ips_add_classes (CitizIps *ips, json_t *composition);

/* citiz-ips-summary.c: weeks in a few figures */
void citiz_ips_add_activity (CitizIps *ips, json_t *section_entries, GPtrArray *lines);
void citiz_ips_add_vitals (CitizIps *ips, json_t *section_entries, GPtrArray *lines);
void citiz_ips_add_last_meal (CitizIps *ips, json_t *composition);
void citiz_ips_add_diet (CitizIps *ips, json_t *section_entries, GPtrArray *lines);

/* citiz-ips-text.c */
typedef enum
{
  CITIZ_IPS_SAY_WITHHELD,
  CITIZ_IPS_SAY_LEFT_OUT,
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
  CITIZ_IPS_SAY_REFUTED,
  CITIZ_IPS_SAY_CONTAINS,
  CITIZ_IPS_N_SAY
} CitizIpsSay;
const gchar *citiz_ips_say (CitizIpsSay what, CitizLanguage language);
/* Between a name and what is said of it. */
const gchar *citiz_ips_colon (const CitizIps *ips);
/* By CitizLanguage. */
const gchar *const *citiz_ips_say_both (CitizIpsSay what);
/* Names of @concept that are not its text, each as FHIR's translation extension; NULL when there is none. */
json_t *citiz_ips_translations (json_t *concept, const gchar *const names[2]);
gchar *citiz_ips_say_n_withheld (guint n, gboolean chosen, CitizLanguage language);
/* {"status":"generated","div":"<div…><ul><li>…"}; every line escaped. */
json_t *citiz_ips_narrative (const GPtrArray *lines, CitizLanguage language);
gchar *citiz_ips_instant (const CitizIps *ips, CitizTime time);

/* Extensions: `name` is ours, under CITIZ_EXT. */
json_t *citiz_ips_ext (const gchar *name);
void citiz_ips_put_ext (json_t *element, json_t *extension); /* takes extension */
void citiz_ips_put_code (json_t *element, const gchar *name, const gchar *code);
void citiz_ips_put_text (json_t *element,
                         const gchar *name,
                         const gchar *value_type,
                         const gchar *text);
void citiz_ips_put_uint (json_t *element, const gchar *name, const gchar *value_type, guint value);
/* A nested part of a complex extension. */
void citiz_ips_put_part (json_t *extension,
                         const gchar *name,
                         const gchar *value_type,
                         json_t *value); /* takes value */

G_END_DECLS
