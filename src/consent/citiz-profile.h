/* The emergency profile: what is shown, chosen in calm. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

#include <jansson.h>

G_BEGIN_DECLS

#define CITIZ_CONSENT_ERROR (citiz_consent_error_quark ())
typedef enum
{
  CITIZ_CONSENT_ERROR_FORMAT,   /* a link, capsule, profile or note that is not one */
  CITIZ_CONSENT_ERROR_TOO_BIG,  /* does not fit the largest size class */
  CITIZ_CONSENT_ERROR_KEY,      /* wrong key: the seal does not open */
  CITIZ_CONSENT_ERROR_ARGUMENT, /* options that contradict each other */
} CitizConsentError;
GQuark citiz_consent_error_quark (void);

/* The parts a person ticks. Never renumbered, the JSON carries the names. */
typedef enum
{
  CITIZ_PART_ALERTS,
  CITIZ_PART_ALLERGIES,
  CITIZ_PART_MEDICATIONS,
  CITIZ_PART_PROBLEMS,
  CITIZ_PART_DEVICES,
  CITIZ_PART_DIRECTIVES,
  CITIZ_PART_CONTACTS,
  CITIZ_PART_RESULTS,
  CITIZ_PART_VITALS,
  CITIZ_PART_IMMUNIZATIONS,
  CITIZ_PART_PROCEDURES,
  CITIZ_PART_PAST_PROBLEMS,
  CITIZ_PART_PREGNANCY,
  CITIZ_PART_FUNCTIONAL,
  CITIZ_PART_ACTIVITY,
  CITIZ_PART_HABITS,
  CITIZ_PART_DIET,
  CITIZ_PART_FAMILY,
  CITIZ_PART_VISITS,
  CITIZ_PART_DOCUMENTS,
  CITIZ_PART_STORY,
  CITIZ_PART_PLAN,
  CITIZ_N_PARTS
} CitizPart;

/* The three kinds of the record, for switches that act on a whole group. */
typedef enum
{
  CITIZ_PART_GROUP_CARE,
  CITIZ_PART_GROUP_ACTIVITY,
  CITIZ_PART_GROUP_DIET
} CitizPartGroup;

typedef enum
{
  CITIZ_LABEL_NONE,
  CITIZ_LABEL_FIRST_NAME_INITIAL
} CitizLabelChoice;

typedef struct _CitizProfile CitizProfile;

/* The default: every part but visits, family and habits shown, no sensitive category, nothing masked, label shown. */
CitizProfile *citiz_profile_new (void);
void citiz_profile_free (CitizProfile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizProfile, citiz_profile_free)

/* Whether what is left out differs from the default, which says nothing about the person. */
gboolean citiz_profile_is_chosen (const CitizProfile *profile);

/* JSON of a vault setting. Unknown names are refused, missing ones take the default. */
CitizProfile *citiz_profile_from_json (const gchar *text, gssize n, GError **error);
gchar *citiz_profile_to_json (const CitizProfile *profile);

const gchar *citiz_part_name (CitizPart part);
gboolean citiz_part_from_name (CitizPart *out, const gchar *name) G_GNUC_WARN_UNUSED_RESULT;
CitizPartGroup citiz_part_group (CitizPart part);

/* Whether a new profile shows it. Where it does not, leaving it out is nobody's choice. */
gboolean citiz_part_is_usual (CitizPart part);

gboolean citiz_profile_shows (const CitizProfile *profile, CitizPart part);
void citiz_profile_set_shows (CitizProfile *profile, CitizPart part, gboolean shown);

/* `category` is a CitizSensitive of the record layer (mental, sexual, addiction, violence). Off unless added. */
gboolean citiz_profile_shows_sensitive (const CitizProfile *profile, guint category);
void citiz_profile_set_shows_sensitive (CitizProfile *profile, guint category, gboolean shown);

gboolean citiz_profile_masks (const CitizProfile *profile, const CitizId *item);
void citiz_profile_set_masks (CitizProfile *profile, const CitizId *item, gboolean masked);
guint citiz_profile_n_masked (const CitizProfile *profile);

CitizLabelChoice citiz_profile_get_label (const CitizProfile *profile);
void citiz_profile_set_label (CitizProfile *profile, CitizLabelChoice choice);

/* Whether the nodes of a community may also open while its ledger stands still. They may unless the person says no. */
gboolean citiz_profile_opens_stalled (const CitizProfile *profile);
void citiz_profile_set_opens_stalled (CitizProfile *profile, gboolean opens);

/* The contact whom the page names after the end; both NULL or "" = nobody. Travels in the link only. */
const gchar *citiz_profile_get_contact_name (const CitizProfile *profile);
const gchar *citiz_profile_get_contact_phone (const CitizProfile *profile);
void citiz_profile_set_contact (CitizProfile *profile, const gchar *name, const gchar *phone);

G_END_DECLS
