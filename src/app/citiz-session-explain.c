/* From an error to the sentence a person reads. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-session-private.h"

#include "app/citiz-ingest.h"
#include "app/citiz-series-store.h"
#include "consent/citiz-profile.h"
#include "ledger/citiz-ledger-error.h"
#include "store/citiz-store-error.h"
#include "sync/citiz-community.h"

#include <glib/gi18n.h>

/* One sentence a code: what happened, what is safe, what to do. */
static const gchar *const sentences[] = {
    [CITIZ_SESSION_ERROR_WRONG_PASSPHRASE]
    = N_ ("This is not the passphrase of this record. Nothing was changed; try again."),
    [CITIZ_SESSION_ERROR_WRONG_WORDS] = N_ (
        "These are not the 24 words of this record. Check the order and the spelling on your sheet."),
    [CITIZ_SESSION_ERROR_DAMAGED] = N_ (
        "The record’s file is damaged and was left as it is. Put back a copy of the folder, or ask for help before doing anything else."),
    [CITIZ_SESSION_ERROR_EMPTY] = N_ (
        "The record’s file, citiz.db, is empty: there is nothing to open. Put back a copy of the folder. If there was no record yet, remove that file and begin again."),
    [CITIZ_SESSION_ERROR_NEWER] = N_ (
        "This record was written by a newer version of Citiz. Update Citiz to open it; nothing was changed."),
    [CITIZ_SESSION_ERROR_READ_ONLY] = N_ (
        "The disk or the folder cannot be written. Your record is intact; Citiz must be able to write there to open it and to save anything."),
    [CITIZ_SESSION_ERROR_FULL] = N_ (
        "The disk is full. What you had is safe, this change was not saved. Free some space and try again."),
    [CITIZ_SESSION_ERROR_BUSY] = N_ (
        "This record is already open in another Citiz. End that one first: Ctrl+Q in its window, "
        "which opening Citiz brings back if it was closed; Ctrl+C where it runs in a terminal. With "
        "an access open it goes on answering after Ctrl+Q: revoke the access there."),
    [CITIZ_SESSION_ERROR_EXISTS]
    = N_ ("There is already a record in this folder. It was not touched."),
    [CITIZ_SESSION_ERROR_NOT_FOUND] = N_ ("It was not found."),
    [CITIZ_SESSION_ERROR_LOCKED] = N_ ("The record is locked. Open it first."),
    [CITIZ_SESSION_ERROR_INPUT] = N_ ("Something needed was not given."),
    [CITIZ_SESSION_ERROR_TOO_LARGE]
    = N_ ("This file is too large. A document may have up to 32 MB."),
    [CITIZ_SESSION_ERROR_NOT_A_DOCUMENT]
    = N_ ("Only PDF, PNG and JPEG documents can be added. Nothing was changed."),
    [CITIZ_SESSION_ERROR_LEDGER] = N_ (
        "The ledger of this record does not agree with itself. Your record is intact: you can read it and export it. No access is given and nothing is written to the ledger until a whole copy of the folder is put back."),
    [CITIZ_SESSION_ERROR_COPY] = N_ (
        "Your copy of the community’s ledger was damaged on this computer. It is being fetched again and verified; your record and your own ledger are whole."),
    [CITIZ_SESSION_ERROR_NO_INVITATION] = N_ (
        "This is not an invitation to a community. It is the link or the code that you were given, all of it."),
    [CITIZ_SESSION_ERROR_INVITATION_CUT] = N_ (
        "A part of this invitation is missing or was changed on the way. Copy all of it, or ask for it again."),
    [CITIZ_SESSION_ERROR_INVITATION_NEWER]
    = N_ ("This invitation is of a newer version of Citiz. Update Citiz to accept it."),
    [CITIZ_SESSION_ERROR_INVITATION_USED] = N_ (
        "The node that invites you does not take this invitation: it was used up, taken back, or is over. Ask for another."),
    [CITIZ_SESSION_ERROR_INVITATION_WAITS] = N_ (
        "The node that invites you vouches for nobody more today. Try again tomorrow: nothing was changed."),
    [CITIZ_SESSION_ERROR_OTHER_COMMUNITY] = N_ (
        "What the nodes show is not the community this invitation names. You were not joined to it; ask whoever invited you."),
    [CITIZ_SESSION_ERROR_NO_NODE] = N_ (
        "No node of this community answers. Look at your network and try again: nothing was changed."),
    [CITIZ_SESSION_ERROR_COMMUNITY]
    = N_ ("This record belongs to a community already. Leave it before you join another."),
    [CITIZ_SESSION_ERROR_NO_COMMUNITY] = N_ ("This record belongs to no community."),
    [CITIZ_SESSION_ERROR_NO_EVIDENCE] = N_ (
        "This file proves nothing: it is no evidence, was changed, or speaks of a community that is not known here."),
    [CITIZ_SESSION_ERROR_SHARING] = N_ (
        "An access is open over the nodes of this community, or its end is not confirmed yet. End it, or wait for that: once you have left, it could not be ended from here."),
    [CITIZ_SESSION_ERROR_FAILED] = N_ ("This could not be done. Your record is intact."),
};

static const struct
{
  gint store;
  CitizSessionError session;
} store_codes[] = {
    {CITIZ_STORE_ERROR_FULL, CITIZ_SESSION_ERROR_FULL},
    {CITIZ_STORE_ERROR_READ_ONLY, CITIZ_SESSION_ERROR_READ_ONLY},
    {CITIZ_STORE_ERROR_DAMAGED, CITIZ_SESSION_ERROR_DAMAGED},
    {CITIZ_STORE_ERROR_EMPTY, CITIZ_SESSION_ERROR_EMPTY},
    {CITIZ_STORE_ERROR_NEWER, CITIZ_SESSION_ERROR_NEWER},
    {CITIZ_STORE_ERROR_BUSY, CITIZ_SESSION_ERROR_BUSY},
    {CITIZ_STORE_ERROR_NOT_FOUND, CITIZ_SESSION_ERROR_NOT_FOUND},
    {CITIZ_STORE_ERROR_WRONG_PASSPHRASE, CITIZ_SESSION_ERROR_WRONG_PASSPHRASE},
    {CITIZ_STORE_ERROR_EXISTS, CITIZ_SESSION_ERROR_EXISTS},
    {CITIZ_STORE_ERROR_TOO_LARGE, CITIZ_SESSION_ERROR_TOO_LARGE},
};

static const struct
{
  gint community;
  CitizSessionError session;
} community_codes[] = {
    {CITIZ_COMMUNITY_ERROR_NOBODY, CITIZ_SESSION_ERROR_NO_NODE},
    {CITIZ_COMMUNITY_ERROR_OTHER, CITIZ_SESSION_ERROR_OTHER_COMMUNITY},
    {CITIZ_COMMUNITY_ERROR_TOKEN, CITIZ_SESSION_ERROR_INVITATION_USED},
    {CITIZ_COMMUNITY_ERROR_QUOTA, CITIZ_SESSION_ERROR_INVITATION_WAITS},
    {CITIZ_COMMUNITY_ERROR_MEMBER, CITIZ_SESSION_ERROR_COMMUNITY},
};

static CitizSessionError
session_code (const GError *error)
{
  if (error->domain == CITIZ_SESSION_ERROR && error->code > 0
      && error->code < (gint) G_N_ELEMENTS (sentences))
    return (CitizSessionError) error->code;
  if (error->domain == CITIZ_STORE_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (store_codes); i++)
      if (store_codes[i].store == error->code)
        return store_codes[i].session;
  if (error->domain == CITIZ_COMMUNITY_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (community_codes); i++)
      if (community_codes[i].community == error->code)
        return community_codes[i].session;
  if (g_error_matches (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED))
    return CITIZ_SESSION_ERROR_LEDGER;
  if (g_error_matches (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_DAMAGED)
      || g_error_matches (error, CITIZ_SERIES_ERROR, CITIZ_SERIES_ERROR_DAMAGED))
    return CITIZ_SESSION_ERROR_DAMAGED;
  if (g_error_matches (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_NOT_FOUND))
    return CITIZ_SESSION_ERROR_NOT_FOUND;
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return CITIZ_SESSION_ERROR_NOT_FOUND;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return CITIZ_SESSION_ERROR_FULL;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY))
    return CITIZ_SESSION_ERROR_READ_ONLY;
  return CITIZ_SESSION_ERROR_FAILED;
}

gboolean
citiz_session_error_is_damage (const GError *error)
{
  return session_code (error) == CITIZ_SESSION_ERROR_DAMAGED;
}

/**
 * citiz_session_explain:
 *
 * Returns: (transfer none): a sentence in the person's language; never the developer's message, which may name files
 */
const gchar *
citiz_session_explain (const GError *error)
{
  if (g_error_matches (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_TOO_BIG))
    return _ (
        "The summary is too large to be given. Leave documents out of the emergency profile.");
  if (g_error_matches (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_BUSY))
    return _ ("Another import is under way. Wait for its end.");
  if (g_error_matches (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_FILE))
    return _ ("This file cannot be read. Nothing was added.");
  if (g_error_matches (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_FOLDER))
    return _ ("This is a folder. Bring in the files that are in it; nothing was added.");
  if (g_error_matches (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_HELPER))
    return _ ("Reading this file failed and nothing was added. Your record is intact.");
  if (g_error_matches (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_NEEDED))
    return _ ("A later import leaned on this one. Take the later one back first.");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_CANCELLED))
    return _ ("Stopped. Nothing was changed.");
  return _ (sentences[session_code (error)]);
}

/**
 * citiz_session_explain_damage:
 *
 * Returns: (transfer none): what is said when citiz_session_get_damaged()
 */
const gchar *
citiz_session_explain_damage (void)
{
  return _ (
      "A part of the record is damaged: what seems to be missing may be there. Put back a copy of the folder, or ask for help before doing anything else.");
}

/**
 * citiz_session_explain_unread:
 *
 * Returns: (transfer none): why charts and totals lack samples, and what to do
 */
const gchar *
citiz_session_explain_unread (const GError *error)
{
  if (citiz_session_error_is_damage (error))
    return _ (
        "Some measures are damaged: charts and totals lack them. Put back a copy of the folder.");
  return _ (
      "Some measures could not be read: charts and totals lack them. Is the record’s disk still there?");
}

/**
 * citiz_session_explain_distrust:
 *
 * Returns: (transfer none): what is said when citiz_session_get_distrust() gives a reason
 */
const gchar *
citiz_session_explain_distrust (void)
{
  return _ (sentences[CITIZ_SESSION_ERROR_LEDGER]);
}

/* Why an import left something out, by the importers' names of reasons. */
static const struct
{
  const gchar *reason, *sentence;
} skips[] = {
    {"unknown-type", N_ ("a kind of data Citiz does not read yet")},
    {"bad-date", N_ ("without a date that can be read")},
    {"bad-value", N_ ("without a value that can be read")},
    {"truncated", N_ ("the file ends early; what came before is kept")},
    {"too-large", N_ ("too large")},
    {"not-health-data", N_ ("not health data that Citiz reads")},
    {"malformed", N_ ("the file breaks the rules of its own format")},
    {"too-deep", N_ ("nested deeper than any honest file")},
    {"too-many", N_ ("more of them than the limits allow")},
    {"duplicate-key", N_ ("says the same thing twice")},
    {"no-resource-type", N_ ("does not say what it is")},
    {"nested-bundle", N_ ("a bundle inside a bundle")},
    {"operation-outcome", N_ ("a server’s remark, not a part of the record")},
    {"encrypted", N_ ("locked with a password")},
    {"refused-path", N_ ("a name that could reach outside the archive")},
    {"overlap", N_ ("parts of the archive overlap")},
    {"duplicate-name", N_ ("two parts of the archive share a name")},
    {"nested-archive", N_ ("an archive inside the archive")},
    {"ratio", N_ ("inflates beyond belief")},
    {"not-utf8", N_ ("text in another encoding")},
    {"empty", N_ ("nothing in it")},
    {"clinical-xml", N_ ("a clinical document in XML, not read yet")},
    {"document", N_ ("a document: add it from the Care page")},
    {"ecg", N_ ("an electrocardiogram trace, not read yet")},
    {"inline-route", N_ ("positions written by an old export")},
    {"checksum", N_ ("damaged on the way")},
    {"duplicate", N_ ("already in the record")},
    {"repeated", N_ ("more than once in this file")},
};

/**
 * citiz_session_explain_person:
 * @name: (nullable): as written; "" if there is none
 * @birth_date: (nullable): in the words of the caller; "" if there is none
 *
 * Returns: (transfer full): to stand behind "is about"; an export of Apple Health never bears a name
 */
gchar *
citiz_session_explain_person (const gchar *name, const gchar *birth_date)
{
  gboolean named = name != NULL && *name != '\0', born = birth_date != NULL && *birth_date != '\0';

  if (named && born)
    return g_strdup_printf (_ ("%s, birth date %s"), name, birth_date);
  if (born)
    return g_strdup_printf (_ ("a person born on %s"), birth_date);
  return g_strdup (named ? name : _ ("a person without a name"));
}

/**
 * citiz_session_explain_end:
 * @ended: of a #CitizImportReport
 *
 * Returns: (transfer none): a sentence about a file that was not read to its end, though something of it was kept
 */
const gchar *
citiz_session_explain_end (const gchar *ended)
{
  return g_str_equal (ended, "truncated")
             ? _ ("The file is cut; what came before is kept.")
             : _ ("The rest of the file could not be read; what came before is kept.");
}

/**
 * citiz_session_explain_skip:
 *
 * Returns: (transfer none): half a sentence in the person's language
 */
const gchar *
citiz_session_explain_skip (const gchar *reason)
{
  for (guint i = 0; i < G_N_ELEMENTS (skips); i++)
    if (g_str_equal (skips[i].reason, reason))
      return _ (skips[i].sentence);
  return _ ("not kept");
}
