/* Names of the reasons, as reports show them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-import-reason.h"

static const gchar *const names[CITIZ_IMPORT_N_REASONS] = {
    [CITIZ_IMPORT_KEPT] = "kept",
    [CITIZ_IMPORT_UNKNOWN_TYPE] = "unknown-type",
    [CITIZ_IMPORT_BAD_DATE] = "bad-date",
    [CITIZ_IMPORT_BAD_VALUE] = "bad-value",
    [CITIZ_IMPORT_TRUNCATED] = "truncated",
    [CITIZ_IMPORT_TOO_LARGE] = "too-large",
    [CITIZ_IMPORT_NOT_HEALTH_DATA] = "not-health-data",
    [CITIZ_IMPORT_MALFORMED] = "malformed",
    [CITIZ_IMPORT_TOO_DEEP] = "too-deep",
    [CITIZ_IMPORT_TOO_MANY] = "too-many",
    [CITIZ_IMPORT_DUPLICATE_KEY] = "duplicate-key",
    [CITIZ_IMPORT_NO_RESOURCE_TYPE] = "no-resource-type",
    [CITIZ_IMPORT_NESTED_BUNDLE] = "nested-bundle",
    [CITIZ_IMPORT_OPERATION_OUTCOME] = "operation-outcome",
    [CITIZ_IMPORT_ENCRYPTED] = "encrypted",
    [CITIZ_IMPORT_REFUSED_PATH] = "refused-path",
    [CITIZ_IMPORT_OVERLAP] = "overlap",
    [CITIZ_IMPORT_DUPLICATE_NAME] = "duplicate-name",
    [CITIZ_IMPORT_NESTED_ARCHIVE] = "nested-archive",
    [CITIZ_IMPORT_RATIO] = "ratio",
    [CITIZ_IMPORT_NOT_UTF8] = "not-utf8",
    [CITIZ_IMPORT_EMPTY] = "empty",
    [CITIZ_IMPORT_CLINICAL_XML] = "clinical-xml",
    [CITIZ_IMPORT_DOCUMENT] = "document",
    [CITIZ_IMPORT_ECG] = "ecg",
    [CITIZ_IMPORT_INLINE_ROUTE] = "inline-route",
    [CITIZ_IMPORT_CHECKSUM] = "checksum",
    [CITIZ_IMPORT_DUPLICATE] = "duplicate",
    [CITIZ_IMPORT_REPEATED] = "repeated",
};

/**
 * citiz_import_reason_name:
 *
 * Returns: (transfer none): a lasting short name, "unknown-type" for a code of a later version
 */
const gchar *
citiz_import_reason_name (CitizImportReason reason)
{
  return (guint) reason < CITIZ_IMPORT_N_REASONS ? names[reason] : names[CITIZ_IMPORT_UNKNOWN_TYPE];
}
