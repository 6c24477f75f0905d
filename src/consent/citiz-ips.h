/* The International Patient Summary of a record, cut to a profile. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-profile.h"
#include "core/citiz-env.h"
#include "record/citiz-record.h"

G_BEGIN_DECLS

/* So many days up to today what is told of activity, sleep and food is a mean of. */
#define CITIZ_IPS_SUMMARY_DAYS 28

#define CITIZ_EXT "https://citiz.example/fhir/"
/* Bytes of all documents that come with the summary; the others are listed without their content. */
#define CITIZ_IPS_CAP (512u * 1024)

/* Gives the bytes of an attached document, or NULL. `item` is the DocumentReference's. */
typedef GBytes *(*CitizIpsBlobFunc) (const CitizId *item, gpointer data);

typedef struct
{
  const CitizEnv *env;    /* clock and UUIDs */
  CitizLanguage language; /* of titles and narrative */
  gint offset_minutes;    /* of the person's wall clock, east of UTC, for dateTime */
  gsize attachment_cap;   /* bytes of all attached documents together; 0: CITIZ_IPS_CAP */
  CitizIpsBlobFunc blob;  /* nullable */
  gpointer blob_data;
  const gchar *device_name; /* nullable: "Citiz" */
  gboolean incomplete;      /* something of the record could not be read: the reader is told */
} CitizIpsOptions;

/* FHIR R4 document Bundle, IPS 2.0.1, with the extensions of DESIGN.md. Never fails on an odd record: what cannot be cited is left out and
 * counted nowhere as withheld. Returns: (transfer full) */
json_t *citiz_ips_build (const CitizRecord *record,
                         const CitizProfile *profile,
                         const CitizIpsOptions *options);

/* What the citizen sees on the press: one row a part, in the page's order. */
typedef struct
{
  CitizPart part;
  guint count;    /* items shown */
  guint withheld; /* items held back */
  guint masked;   /* of these, one by one by the person; 0 if the whole part is held back */
  gboolean shown; /* FALSE: the whole part is held back */
  gchar *text;    /* a few titles, "" if none */
} CitizIpsPart;
void citiz_ips_part_free (CitizIpsPart *part);
/* Returns: (transfer full) (element-type CitizIpsPart) */
GPtrArray *citiz_ips_preview (const CitizRecord *record,
                              const CitizProfile *profile,
                              const CitizIpsOptions *options);

/* Both in one walk over the record, for the press. */
json_t *citiz_ips_build_with_parts (const CitizRecord *record,
                                    const CitizProfile *profile,
                                    const CitizIpsOptions *options,
                                    GPtrArray **out_parts);

/* What a summary says, as one hash: the same for two made of one record, though each has an instant and identifiers of its own. */
void citiz_ips_digest (CitizHash *out, json_t *bundle);

/* Section titles as the bundle writes them. */
const gchar *citiz_part_title (CitizPart part, CitizLanguage language);

G_END_DECLS
