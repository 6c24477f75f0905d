/* The consent receipt a person keeps: FHIR Consent R4 and plain rows for paper. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-profile.h"

G_BEGIN_DECLS

typedef struct
{
  CitizId grant;
  CitizTime given, not_before, expires, ended; /* ended.ms 0 = not ended */
  gboolean revoked;
  const gchar *person;  /* name as the person chose, "" = none */
  const gchar *purpose; /* "ETREAT", "TREAT", "PATRQT" */
  guint max_openings, openings;
  CitizHash tx; /* of the grant on the ledger */
  CitizHash chain;
  CitizHash capsule;
  const CitizProfile *profile;
  gint offset_minutes;
} CitizConsentReceipt;

/* FHIR R4 Consent (status active, inactive when ended). Returns: (transfer full) */
json_t *citiz_consent_receipt_to_fhir (const CitizConsentReceipt *receipt);
/* Rows of (label, value) in the language, for a PDF. Returns: (transfer full) (element-type utf8): label, value, label, value… */
GPtrArray *citiz_consent_receipt_rows (const CitizConsentReceipt *receipt, CitizLanguage language);

G_END_DECLS
