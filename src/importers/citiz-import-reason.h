/* Why something in a file was not kept: codes that travel and their names. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Stored in import reports and sent by the helper: append only, never renumber. */
typedef enum
{
  CITIZ_IMPORT_KEPT = 0,
  CITIZ_IMPORT_UNKNOWN_TYPE,      /* a kind of record nobody here knows what to do with */
  CITIZ_IMPORT_BAD_DATE,          /* no date, or one that does not parse */
  CITIZ_IMPORT_BAD_VALUE,         /* a number that is not one, a category without meaning */
  CITIZ_IMPORT_TRUNCATED,         /* the file ends early: what was before is kept */
  CITIZ_IMPORT_TOO_LARGE,         /* over one of the published limits */
  CITIZ_IMPORT_NOT_HEALTH_DATA,   /* a file of another kind */
  CITIZ_IMPORT_MALFORMED,         /* breaks the rules of its own format */
  CITIZ_IMPORT_TOO_DEEP,          /* nested deeper than any honest file */
  CITIZ_IMPORT_TOO_MANY,          /* more series, entries or attributes than the limits allow */
  CITIZ_IMPORT_DUPLICATE_KEY,     /* one JSON object says the same thing twice */
  CITIZ_IMPORT_NO_RESOURCE_TYPE,  /* an entry without a resource, or a resource without a type */
  CITIZ_IMPORT_NESTED_BUNDLE,     /* a bundle inside a bundle inside a bundle */
  CITIZ_IMPORT_OPERATION_OUTCOME, /* a server's remark, not a part of the record */
  CITIZ_IMPORT_ENCRYPTED,         /* a locked zip */
  CITIZ_IMPORT_REFUSED_PATH,      /* absolute, with .., a backslash or a NUL, or a link */
  CITIZ_IMPORT_OVERLAP,           /* zip entries that share bytes */
  CITIZ_IMPORT_DUPLICATE_NAME,    /* zip entries that share a name */
  CITIZ_IMPORT_NESTED_ARCHIVE,    /* an archive in the archive */
  CITIZ_IMPORT_RATIO,             /* inflates beyond belief */
  CITIZ_IMPORT_NOT_UTF8,          /* text in another encoding */
  CITIZ_IMPORT_EMPTY,             /* nothing in it */
  CITIZ_IMPORT_CLINICAL_XML, /* a CDA document: Apple's repeats the export, others are not read yet */
  CITIZ_IMPORT_DOCUMENT,     /* a PDF or a picture: belongs to the documents */
  CITIZ_IMPORT_ECG,          /* an electrocardiogram trace */
  CITIZ_IMPORT_INLINE_ROUTE, /* positions written inside a session by old exports */
  CITIZ_IMPORT_CHECKSUM,     /* a zip entry whose bytes are not those its maker put in */
  CITIZ_IMPORT_DUPLICATE,    /* already in the record */
  CITIZ_IMPORT_REPEATED,     /* more than once in the file itself */
  CITIZ_IMPORT_N_REASONS
} CitizImportReason;

const gchar *citiz_import_reason_name (CitizImportReason reason);

G_END_DECLS
