/* The unlocked vault as the window sees it: everything asynchronous, all on the main thread.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <jansson.h>

#include "core/citiz-core.h"
#include "crypto/citiz-secret.h"
#include "ledger/citiz-step.h"
#include "record/citiz-record.h"

G_BEGIN_DECLS

/* Every failure that reaches a person has one of these codes; `citiz_session_explain` gives its sentence. */
#define CITIZ_SESSION_ERROR (citiz_session_error_quark ())
typedef enum
{
  CITIZ_SESSION_ERROR_WRONG_PASSPHRASE = 1,
  CITIZ_SESSION_ERROR_WRONG_WORDS,
  CITIZ_SESSION_ERROR_DAMAGED,
  CITIZ_SESSION_ERROR_EMPTY, /* the record's file has not a byte */
  CITIZ_SESSION_ERROR_NEWER,
  CITIZ_SESSION_ERROR_READ_ONLY,
  CITIZ_SESSION_ERROR_FULL,
  CITIZ_SESSION_ERROR_BUSY,
  CITIZ_SESSION_ERROR_EXISTS,
  CITIZ_SESSION_ERROR_NOT_FOUND,
  CITIZ_SESSION_ERROR_LOCKED,
  CITIZ_SESSION_ERROR_INPUT,
  CITIZ_SESSION_ERROR_TOO_LARGE,
  CITIZ_SESSION_ERROR_NOT_A_DOCUMENT,
  CITIZ_SESSION_ERROR_LEDGER,        /* it does not agree with itself, and is left alone */
  CITIZ_SESSION_ERROR_COPY,          /* that of the community's did not hold, and is fetched anew */
  CITIZ_SESSION_ERROR_NO_INVITATION, /* what was pasted is none */
  CITIZ_SESSION_ERROR_INVITATION_CUT,   /* a part of it is missing or changed */
  CITIZ_SESSION_ERROR_INVITATION_NEWER, /* of a later version */
  CITIZ_SESSION_ERROR_INVITATION_USED,  /* the node does not take it (any more) */
  CITIZ_SESSION_ERROR_INVITATION_WAITS, /* the node vouches for nobody more today */
  CITIZ_SESSION_ERROR_OTHER_COMMUNITY,  /* the nodes show another than the invitation names */
  CITIZ_SESSION_ERROR_NO_NODE,          /* none of them answers */
  CITIZ_SESSION_ERROR_COMMUNITY,        /* there is one already */
  CITIZ_SESSION_ERROR_NO_COMMUNITY,
  CITIZ_SESSION_ERROR_NO_EVIDENCE,
  CITIZ_SESSION_ERROR_SHARING, /* an access is open over the community's nodes */
  CITIZ_SESSION_ERROR_FAILED
} CitizSessionError;
GQuark citiz_session_error_quark (void);

/* What is on screen while no window is unlocked. */
typedef enum
{
  CITIZ_SESSION_NEW, /* no vault in the folder yet */
  CITIZ_SESSION_LOCKED,
  CITIZ_SESSION_UNLOCKING,
  CITIZ_SESSION_OPEN
} CitizSessionState;

typedef enum
{
  CITIZ_ACCESS_NOT_YET,
  CITIZ_ACCESS_LIVE,
  CITIZ_ACCESS_EXPIRED,
  CITIZ_ACCESS_REVOKED,
  CITIZ_ACCESS_USED_UP
} CitizAccessState;

/* How many nodes hold their part of an access (PROTOCOL §5). One of this computer alone is ready at once. */
typedef enum
{
  CITIZ_ACCESS_SENDING, /* it does not open yet */
  CITIZ_ACCESS_USABLE,  /* it opens */
  CITIZ_ACCESS_READY    /* and would without one of its nodes */
} CitizAccessReady;

/* An access given, as the person sees it. */
#define CITIZ_TYPE_ACCESS (citiz_access_get_type ())
G_DECLARE_FINAL_TYPE (CitizAccess, citiz_access, CITIZ, ACCESS, GObject)
struct _CitizAccess
{
  GObject parent_instance;
  CitizId id;
  CitizAccessState state;
  CitizTime given, expires, ended; /* ended.ms is 0 while it lives */
  gchar *link;                     /* NULL once ended */
  gchar *shlink;                   /* bare shlink:/… form, NULL once ended */
  gchar *spoken;                   /* "K7F492MX", NULL once ended or used up */
  guint spoken_tries_left;
  guint openings;   /* so far */
  gchar *tx;        /* hex id of its transaction on the ledger */
  guint64 height;   /* block it is in */
  GPtrArray *shown; /* of CitizShownPart: what the carer sees */
  guint withheld;   /* items and sections held back */
  CitizTime
      updated; /* what the carer sees is the record of then: it follows the record by itself */
  const gchar *outdated; /* why it could not follow the last change, as a sentence; NULL: it did */
  gchar *profile;        /* the emergency profile that what it shows was made under, JSON */
  CitizHash digest;      /* of the summary it shows (citiz_ips_digest) */
  gboolean sample;       /* given on the sample record: it tells of nobody */
  /* Over the nodes of a community; n_nodes is 0 when it opens on this computer only. */
  guint n_nodes, n_needed, n_holding;
  guint
      n_silent; /* of those, did not answer when they were asked last, have a clock by which they give nothing, or have lost it since */
  guint n_coded;  /* know the spoken code */
  guint n_erased; /* nodes that have said on the ledger that they hold nothing any more */
  CitizAccessReady ready;
  gboolean ending;  /* its end was asked for, and the ledger has not confirmed it yet */
  gboolean moved;   /* a link that was given earlier leads to a node that does not answer now */
  gboolean left;    /* or to where its node is no longer */
  gboolean instead; /* on this computer only because the nodes of the community did not answer */
  gboolean
      superseded; /* another copy of this record has renewed it since: what it shows is known there */
  gboolean replaced; /* another was shown before it, which opens nothing any more */
  gboolean in_vain;  /* its nodes never took it: another was given in its place */
  gboolean
      copied; /* given by another copy of this record: its link is there, its end is here, too */
  gboolean ended_by_copy; /* not from here */
};

/* One line of "what the carer will see". */
typedef struct
{
  const gchar *
      key; /* "alerts" "medications" "allergies" "problems" "contacts" "directives" "results" "activity" "diet" …; "left-out" names the parts nobody chose to leave out */
  guint count;
  gchar *text; /* a few titles, "" if none */
} CitizShownPart;

/* Somebody opened, tried a spoken code, or left a note. */
typedef enum
{
  CITIZ_OPENING_READ,
  CITIZ_OPENING_CODE_FAILED,
  CITIZ_OPENING_NOTE
} CitizOpeningKind;
#define CITIZ_TYPE_OPENING (citiz_opening_get_type ())
G_DECLARE_FINAL_TYPE (CitizOpening, citiz_opening, CITIZ, OPENING, GObject)
struct _CitizOpening
{
  GObject parent_instance;
  CitizId id;
  CitizId access;
  CitizOpeningKind kind;
  CitizTime when;
  gchar *name; /* as declared, "" if not given */
  gchar *role; /* "physician" "nurse" "paramedic" "pharmacist" or free text */
  gchar *place;
  gchar *reason; /* ETREAT TREAT PATRQT */
  gchar *note;   /* CITIZ_OPENING_NOTE: the text */
  gchar *words;  /* the six words of the receipt, in the person's language */
  gchar
      *tx; /* hex id of its transaction, NULL for a failed code, or while the ledger stands still */
  gboolean stalled;  /* its nodes opened while the ledger stood still */
  gboolean proven;   /* a note with a node's own signature of a false part: the alarm tells of it */
  gboolean disputed; /* "I do not recognise" was pressed */
};

/* A block as the Ledger page shows it. */
#define CITIZ_TYPE_BLOCK_ROW (citiz_block_row_get_type ())
G_DECLARE_FINAL_TYPE (CitizBlockRow, citiz_block_row, CITIZ, BLOCK_ROW, GObject)
struct _CitizBlockRow
{
  GObject parent_instance;
  guint64 height;
  CitizTime time;
  gchar *hash; /* hex */
  guint n_entries;
  guint n_mine;
};

/* One of the person's own entries in the ledger and how far it has come. */
typedef enum
{
  CITIZ_STEP_TO_COME,
  CITIZ_STEP_NOW,
  CITIZ_STEP_DONE,
  CITIZ_STEP_FAILED
} CitizStepState;
#define CITIZ_TYPE_ENTRY (citiz_entry_get_type ())
G_DECLARE_FINAL_TYPE (CitizEntry, citiz_entry, CITIZ, ENTRY, GObject)
struct _CitizEntry
{
  GObject parent_instance;
  gchar *tx; /* hex */
  gchar *
      type; /* "acct_register" "commit_records" "grant" "grant_renew" "grant_revoke" "access_open" "access_close"
    "commit_head": of one's own ledger, on the community's */
  guint64 height;
  CitizTime when;
  CitizStepState state[CITIZ_N_STEPS];
  CitizTime at[CITIZ_N_STEPS];
  guint proof_hashes; /* length of the inclusion proof that was checked */
  gboolean community; /* on the community's ledger: its height is one there; 0 while it waits */
  guint n_votes;      /* nodes that have signed what holds it as final, by one's own check */
};

typedef void (*CitizProgressFunc) (gdouble fraction, guint64 done, guint64 total, gpointer data);

#define CITIZ_TYPE_SESSION (citiz_session_get_type ())
G_DECLARE_FINAL_TYPE (CitizSession, citiz_session, CITIZ, SESSION, GObject)

/* Signals (all on the main thread):
 *   "record-changed"           something in the record was added, corrected or removed
 *   "accesses-changed"         an access was given, revoked or ended, an opening disputed, or half a minute of a countdown went by
 *   "opened" (CitizOpening)    somebody opened, left a note or missed a code
 *   "ledger-changed"           a block was added
 *   "settings-changed"
 *   "community-changed"        citiz_session_get_community() is another; while locked: citiz_session_link_now() may be
 *   "opened-locked" (int)      a CitizOpeningKind happened while the record was locked: who, only the unlocked record tells
 * Properties: "state" (CitizSessionState as int, notify), "sample" (boolean: the sample record is loaded),
 *   "damaged" (boolean: a part could not be read).
 */

/* --- life --- */
CitizSession *citiz_session_new (const gchar *folder);
CitizSession *citiz_session_new_sample (
    CitizLanguage language); /* in memory, for tests and the tour */
CitizSessionState citiz_session_get_state (CitizSession *self);
gboolean citiz_session_get_sample (CitizSession *self);
gboolean citiz_session_get_serving (CitizSession *self);
/* A live access would open no more, or not yet, if the program ended now: its own node serves it, or parts are on their way to others. */
gboolean citiz_session_get_needed (CitizSession *self);
/* Something in the record's file could not be read when it opened; the rest is shown, and the person must be told. */
gboolean citiz_session_get_damaged (CitizSession *self);
const gchar *citiz_session_explain_damage (void);
/* Samples of long series are read when a chart asks for them. Some are being read: "record-changed" tells when they are here. */
gboolean citiz_session_get_reading (CitizSession *self);
/* What was asked for last and could not be read, as a sentence with what to do; NULL: nothing. "record-changed" tells of it. */
const gchar *citiz_session_get_unread (CitizSession *self);
void citiz_session_read_again (CitizSession *self);
/* Why the ledger is left alone: nothing is written to it, no access is given, nobody opens. NULL: it agrees with itself. */
const gchar *citiz_session_get_distrust (CitizSession *self);
const gchar *citiz_session_explain_distrust (void);
const gchar *citiz_session_explain (
    const GError *error); /* a sentence for the person, already translated */
gchar *citiz_session_explain_kind (const gchar *what); /* what a person calls it, (transfer full) */
gchar *citiz_session_explain_person (
    const gchar *name,
    const gchar *birth_date);                                /* whom a file or a record is about */
const gchar *citiz_session_explain_end (const gchar *ended); /* of a report: why it stops early */
const gchar *citiz_session_explain_skip (
    const gchar *reason); /* why an import left something out */
gchar *citiz_session_explain_erased (const CitizAccess *access); /* after its end; NULL the same */
CitizTime citiz_session_now (CitizSession *self);

void citiz_session_create_async (CitizSession *self,
                                 CitizSecret *passphrase,
                                 CitizSecret *entropy,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data);
gboolean citiz_session_create_finish (CitizSession *self, GAsyncResult *result, GError **error);
void citiz_session_unlock_async (CitizSession *self,
                                 CitizSecret *passphrase,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data);
gboolean citiz_session_unlock_finish (CitizSession *self, GAsyncResult *result, GError **error);
void citiz_session_unlock_with_words_async (CitizSession *self,
                                            const gchar *words,
                                            CitizSecret *new_passphrase,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer data);
gboolean citiz_session_unlock_with_words_finish (CitizSession *self,
                                                 GAsyncResult *result,
                                                 GError **error);
void citiz_session_set_passphrase_async (CitizSession *self,
                                         CitizSecret *old_passphrase,
                                         CitizSecret *new_passphrase,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer data);
gboolean citiz_session_set_passphrase_finish (CitizSession *self,
                                              GAsyncResult *result,
                                              GError **error);
void citiz_session_set_words_async (CitizSession *self,
                                    CitizSecret *passphrase,
                                    CitizSecret *entropy,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer data);
gboolean citiz_session_set_words_finish (CitizSession *self, GAsyncResult *result, GError **error);
void citiz_session_lock (CitizSession *self);
/* Answered once the keys of this very lock are gone from memory. */
void citiz_session_lock_async (CitizSession *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data);
gboolean citiz_session_lock_finish (CitizSession *self, GAsyncResult *result, GError **error);
/* Live accesses are revoked first, and those over a community's nodes have to be known to its ledger: else nobody could end them any more. When that takes too long or cannot be:
 * CITIZ_SESSION_ERROR_SHARING, and nothing is erased unless @all_the_same. */
void citiz_session_erase_async (CitizSession *self,
                                CitizSecret *passphrase,
                                gboolean all_the_same,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer data);
gboolean citiz_session_erase_finish (CitizSession *self, GAsyncResult *result, GError **error);

/* --- the record --- */
CitizRecord *citiz_session_get_record (
    CitizSession *self); /* (transfer none), empty while locked */
/* Saves a resource made by a composer: id NULL = new, else a correction of that item. The item is in the record on finish. */
void citiz_session_save_async (CitizSession *self,
                               const CitizId *id,
                               json_t *resource,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data);
gboolean citiz_session_save_finish (CitizSession *self,
                                    GAsyncResult *result,
                                    CitizId *out_id,
                                    GError **error);
/* Takes an item out of the lists (kept until the undo time is over), and puts it back. */
void citiz_session_remove_async (CitizSession *self,
                                 const CitizId *id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data);
gboolean citiz_session_remove_finish (CitizSession *self, GAsyncResult *result, GError **error);
void citiz_session_restore_async (CitizSession *self,
                                  const CitizId *id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data);
gboolean citiz_session_restore_finish (CitizSession *self, GAsyncResult *result, GError **error);
#define CITIZ_DOCUMENT_MAX (32u << 20) /* bytes */
/* Documents: bytes are sealed beside the record; the DocumentReference names them. */
void citiz_session_add_document_async (CitizSession *self,
                                       GFile *file,
                                       const gchar *title,
                                       const gchar *date,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer data);
gboolean citiz_session_add_document_finish (CitizSession *self,
                                            GAsyncResult *result,
                                            CitizId *out_id,
                                            GError **error);
void citiz_session_read_document_async (CitizSession *self,
                                        const CitizId *id,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer data);
GBytes *citiz_session_read_document_finish (CitizSession *self,
                                            GAsyncResult *result,
                                            gchar **out_mime,
                                            GError **error);

/* --- import --- */
typedef struct
{
  guint32 batch;
  gchar *name; /* of the file */
  CitizTime when;
  guint64 kept, corrected, duplicates, skipped;
  GPtrArray *lines;      /* of CitizImportLine */
  CitizTime first, last; /* period covered, 0 if none */
  gchar *ended;          /* NULL: read to its end; else a reason code: what came before is kept */
  gboolean stranger;     /* about another person: nothing was kept; import it with anyone, or not */
  gchar *person, *birth_date; /* of the stranger, as written; "" if the file does not say */
} CitizImportReport;
typedef struct
{
  gchar *what; /* "Observation", "HKQuantityTypeIdentifierStepCount", "AllergyIntolerance" … */
  guint64 count;
  gchar *
      reason; /* NULL = kept, else a reason code of the importers: "unknown-type" "bad-date" "truncated" "too-large" "not-health-data" … */
} CitizImportLine;
void citiz_import_report_free (CitizImportReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizImportReport, citiz_import_report_free)
/* @anyone: also when the file is about another person */
void citiz_session_import_async (CitizSession *self,
                                 GFile *file,
                                 gboolean anyone,
                                 CitizProgressFunc progress,
                                 gpointer progress_data,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data);
CitizImportReport *citiz_session_import_finish (CitizSession *self,
                                                GAsyncResult *result,
                                                GError **error);
void citiz_session_undo_import_async (CitizSession *self,
                                      guint32 batch,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer data);
gboolean citiz_session_undo_import_finish (CitizSession *self,
                                           GAsyncResult *result,
                                           GError **error);
GPtrArray *citiz_session_get_imports (
    CitizSession *self); /* (transfer none): CitizImportReport, newest first */
/* @progress: (nullable): in entries */
void citiz_session_load_sample_async (CitizSession *self,
                                      CitizProgressFunc progress,
                                      gpointer progress_data,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer data);
gboolean citiz_session_load_sample_finish (CitizSession *self,
                                           GAsyncResult *result,
                                           GError **error);
void citiz_session_remove_sample_async (CitizSession *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer data);
/* @ended: (out) (nullable): how many accesses given on the sample record ended with it */
gboolean citiz_session_remove_sample_finish (CitizSession *self,
                                             GAsyncResult *result,
                                             guint *ended,
                                             GError **error);

/* --- accesses --- */
/* One press. A live emergency access is returned as it is: never a second one. */
void citiz_session_emergency_async (CitizSession *self,
                                    guint hours,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer data);
CitizAccess *citiz_session_emergency_finish (CitizSession *self,
                                             GAsyncResult *result,
                                             GError **error);
CitizAccess *citiz_session_get_emergency (
    CitizSession *self); /* (transfer none) (nullable): the live one */
/* Brings what live accesses show up to date now. It happens by itself a few seconds after each change and at each unlocking; this is for
 * who was told by `outdated` that it failed. The answer is "accesses-changed". */
void citiz_session_refresh (CitizSession *self);
/* For who is about to end: a change that waits for a quiet moment goes now. %TRUE while that is under way. */
gboolean citiz_session_is_refreshing (CitizSession *self);
/* An access on this computer becomes one over the nodes of the community, for the time that is left: another link, another code; the old one ends. It fails,
 * and the old one stays, when too few nodes answer. */
void citiz_session_move_async (CitizSession *self,
                               const CitizId *id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data);
gboolean citiz_session_move_finish (CitizSession *self, GAsyncResult *result, GError **error);
void citiz_session_revoke_async (CitizSession *self,
                                 const CitizId *access,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data);
gboolean citiz_session_revoke_finish (CitizSession *self, GAsyncResult *result, GError **error);
GListModel *citiz_session_get_accesses (
    CitizSession *self); /* (transfer none): CitizAccess, newest first */
GListModel *citiz_session_get_openings (
    CitizSession *self); /* (transfer none): CitizOpening, newest first */
void citiz_session_dispute_async (CitizSession *self,
                                  const CitizId *opening,
                                  gboolean disputed,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data);
gboolean citiz_session_dispute_finish (CitizSession *self, GAsyncResult *result, GError **error);
/* The one-file capsule: HTML bytes, and the code to say, of the live access's content. */
void citiz_session_offline_capsule_async (CitizSession *self,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer data);
GBytes *citiz_session_offline_capsule_finish (CitizSession *self,
                                              GAsyncResult *result,
                                              gchar **out_code,
                                              GError **error);
/* A consent receipt as JSON text of a FHIR Consent, and the same on paper. */
void citiz_session_receipt_async (CitizSession *self,
                                  const CitizId *access,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data);
gchar *citiz_session_receipt_finish (CitizSession *self,
                                     GAsyncResult *result,
                                     GBytes **out_pdf,
                                     GError **error);
/* An address of this computer's doctor's page showing what an emergency access would show, without giving one. */
void citiz_session_preview_async (CitizSession *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data);
gchar *citiz_session_preview_finish (CitizSession *self, GAsyncResult *result, GError **error);

/* --- the emergency profile and other settings (sealed in the vault) --- */
json_t *citiz_session_get_setting (CitizSession *self,
                                   const gchar *key); /* (transfer none) (nullable) */
void citiz_session_set_setting_async (CitizSession *self,
                                      const gchar *key,
                                      json_t *value,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer data);
gboolean citiz_session_set_setting_finish (CitizSession *self,
                                           GAsyncResult *result,
                                           GError **error);
/* keys: "profile" (CitizProfile of consent), "goals", "water" (day → glasses), "key-measures", "lock-minutes", "units",
 * "person-entered" (name, birthDate: before the sample record was tried), "background" (true: go on when the window is closed),
 * "sync-metered" (true: also where the network costs money) */

/* --- the ledger --- */
GListModel *citiz_session_get_blocks (
    CitizSession *self); /* (transfer none): CitizBlockRow, oldest first */
GListModel *citiz_session_get_entries (
    CitizSession *self); /* (transfer none): CitizEntry, newest first */
void citiz_session_verify_async (CitizSession *self,
                                 CitizProgressFunc progress,
                                 gpointer progress_data,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data);
gboolean citiz_session_verify_finish (CitizSession *self,
                                      GAsyncResult *result,
                                      guint64 *out_blocks,
                                      GError **error);
void citiz_session_proof_async (CitizSession *self,
                                const gchar *tx,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer data);
gchar *citiz_session_proof_finish (CitizSession *self,
                                   GAsyncResult *result,
                                   GError **error); /* text of the exportable proof */

/* --- the community --- */
/* What an invitation would lead to. Nothing was asked of anybody yet. */
typedef struct
{
  gchar *text; /* to be passed to join */
  gchar *name; /* what the community calls itself */
  gchar *
      fingerprint; /* six words of its founding document, in the person's language: the same at whoever invited */
  GStrv nodes; /* addresses; the first is who invites */
  gboolean
      vouched; /* a node vouches; else this computer has to work for a place, which takes a while */
} CitizInvitationView;
void citiz_invitation_view_free (CitizInvitationView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizInvitationView, citiz_invitation_view_free)

typedef enum
{
  CITIZ_COMMUNITY_VIEW_CATCHING_UP,
  CITIZ_COMMUNITY_VIEW_EVEN,
  CITIZ_COMMUNITY_VIEW_ALONE,  /* no node answers */
  CITIZ_COMMUNITY_VIEW_DOUBTS, /* nodes show what cannot be, and none helps */
  CITIZ_COMMUNITY_VIEW_PAUSED, /* the network is metered */
  CITIZ_COMMUNITY_VIEW_FAILED  /* this computer's disk refuses */
} CitizCommunityViewState;

/* A node. Strings are "" when not known. */
typedef struct
{
  gchar *id; /* the first 16 bytes of its key, base64url */
  gchar *operator_;
  gchar *url;
  CitizTime seen; /* 0: never */
  gboolean validator;
  gboolean missing; /* did not answer when it was last asked */
  gboolean doubted; /* showed what cannot be */
  gboolean
      silent; /* answers, and does not vote, by its own word or that of more nodes than may lie */
  gchar *silent_by; /* too few say so: who runs the first that does; "": nobody */
  gboolean blamed;  /* the ledger holds the proof that it has contradicted itself */
} CitizNodeView;

/* What vigilance has seen and a person should know. */
typedef enum
{
  CITIZ_ALARM_VIEW_FORK,  /* validators signed two histories */
  CITIZ_ALARM_VIEW_OTHER, /* a node shows a history that nobody signed */
  CITIZ_ALARM_VIEW_PAGE,  /* a node gives out another doctor's page */
  CITIZ_ALARM_VIEW_STALL, /* entries wait and nothing becomes final */
  CITIZ_ALARM_VIEW_CLOCK, /* a clock is far off: the node's, or this computer's */
  CITIZ_ALARM_VIEW_GIVEN, /* a node gave a carer a false part of the key, and signed it */
  CITIZ_ALARM_VIEW_COPY   /* another copy of this record is in use */
} CitizAlarmViewKind;

typedef struct
{
  CitizAlarmViewKind kind;
  gchar *url;       /* of the node; "" of none in particular */
  gchar *operator_; /* who runs it, or its url */
  CitizTime since, last;
  guint64 height; /* of the first block that differs; 0 */
  GStrv guilty;   /* who is proven to have lied: operators, or the beginning of keys */
} CitizAlarmView;

/* Those who are left of a community go on without a quorum of before, and the person has not accepted it yet. */
typedef struct
{
  CitizHash document;
  gboolean refused;  /* the person has said no; it is not asked again, and can be looked at */
  gboolean newcomer; /* who has nothing there yet: it is a part of joining */
  guint64 height;    /* of the block that they go on from */
  CitizTime time;    /* its time */
  gchar *reason;     /* theirs */
  gchar *stays;      /* who goes on, by name */
  gchar *gone;       /* who is left behind; "" */
  guint n_old, n_old_signed;
  guint n_next, n_next_signed;
} CitizRefoundView;

/* How the community stands. Never changes: another one is made with each "community-changed". */
typedef struct
{
  gchar *name;
  gchar *fingerprint;
  CitizTime joined_at; /* 0: not known */
  CitizCommunityViewState state;
  guint64 height, node_height; /* of one's own copy; of the newest final block known of */
  CitizTime final;             /* of the newest block of the copy; 0: none */
  guint level;                 /* 0: light, 1: every root recomputed, 2: and every signature */
  gdouble progress;            /* to the next level, 0 to 1; 1 at level 2 */
  gboolean registered;         /* the community knows this account */
  gboolean working;            /* for a place: nobody vouches */
  guint n_validators, n_missing;
  guint n_silent;    /* answer, and do not vote */
  gboolean unheard;  /* fewer nodes than open an access have answered yet */
  gboolean few_vote; /* no quorum votes, by the word of more nodes than may lie */
  guint
      n_signed; /* validators who signed the newest block of one's own copy, or were seen to agree with it */
  guint may_fail;         /* this many validators may be down */
  guint may_lie;          /* this many may lie; 0 with fewer than four */
  gboolean opens_stalled; /* an access given now may be opened while the ledger stands still */
  guint n_waiting;        /* entries that wait to become final */
  gint64 skew_ms; /* most nodes' clocks are so far ahead of this computer's, which is wrong; 0 */
  gboolean still; /* something waits, and nothing has become final for half a minute */
  guint64 head,
      committed; /* of the personal ledger: height now, and as the community has it; 0: not yet */
  CitizTime committed_at;
  GPtrArray *nodes;          /* CitizNodeView, validators first */
  GListStore *blocks;        /* CitizBlockRow, the newest of one's own copy, oldest first */
  gboolean false_ledger;     /* a quorum made final what its own rules forbid */
  GPtrArray *alarms;         /* CitizAlarmView, oldest first */
  CitizRefoundView *refound; /* NULL: nothing to accept */
  guint
      watchers; /* citizens and nodes who cosigned the newest checkpoints, as the nodes count them */
} CitizCommunityView;

/* (transfer none) (nullable): NULL without a community, and while locked. Until the next "community-changed". */
const CitizCommunityView *citiz_session_get_community (CitizSession *self);
gboolean citiz_community_view_stands (const CitizCommunityView *view);
/* One sentence for the header, in the person's language. (transfer full) */
gchar *citiz_session_explain_community (const CitizCommunityView *view);
/* (transfer full) (nullable): NULL when this computer's clock is right, as far as the nodes say */
gchar *citiz_session_explain_clock (const CitizCommunityView *view);
gchar *citiz_session_explain_verifying (const CitizCommunityView *view);
gchar *citiz_session_explain_away (const CitizCommunityView *view);
/* It opens on this computer, and the nodes could keep another. @view: (nullable) */
gboolean citiz_access_is_listed (const CitizAccess *access);
gboolean citiz_access_can_move (const CitizAccess *access, const CitizCommunityView *view);
/* Why what a carer sees is not what this copy of the record gave. */
const gchar *citiz_session_explain_superseded (void);
/* For who leaves or erases: a sentence, or NULL when no other copy of this record gave what is open still. (transfer none) */
const gchar *citiz_session_explain_copied (CitizSession *self);
/* Too few of the nodes that hold its parts answer: nobody opens it now. @view: (nullable) */
gboolean citiz_access_is_stranded (const CitizAccess *access, const CitizCommunityView *view);
/* A link over nodes that was kept on screen while the record is locked, leading to a node that answers. (transfer full) */
gchar *citiz_session_link_now (CitizSession *self, const gchar *link);
/* What to do with a link that leads elsewhere than when it was given; NULL: nothing. */
const gchar *citiz_session_explain_moved (const CitizAccess *access);
/* Where a live access stands with its nodes; NULL: nothing to say. @view: (nullable) */
gchar *citiz_session_explain_ready (const CitizAccess *access, const CitizCommunityView *view);

void citiz_refound_view_free (CitizRefoundView *view);
gchar *citiz_session_refound_name (const CitizRefoundView *view);
gchar *citiz_session_explain_refound (const CitizRefoundView *view);
gboolean citiz_session_is_refound (const CitizRefoundView *view, const gchar *name);
/* The person has read it and goes on with those whom it names. */
/* Whether an answer to it is awaited. @view: (nullable) */
gboolean citiz_session_asks_refound (const CitizCommunityView *view);
/* Remembered by the document's name. */
void citiz_session_refuse_refound_async (CitizSession *self,
                                         const CitizHash *document,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer data);
gboolean citiz_session_refuse_refound_finish (CitizSession *self,
                                              GAsyncResult *result,
                                              GError **error);
void citiz_session_accept_refound_async (CitizSession *self,
                                         const CitizHash *document,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer data);
gboolean citiz_session_accept_refound_finish (CitizSession *self,
                                              GAsyncResult *result,
                                              GError **error);
/* What happened and what to do, two sentences or three. (transfer full) */
gchar *citiz_session_explain_alarm (const CitizAlarmView *alarm);
/* The person has read it; it comes back when it is seen again. */
void citiz_session_dismiss_alarm_async (CitizSession *self,
                                        const CitizAlarmView *alarm,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer data);
gboolean citiz_session_dismiss_alarm_finish (CitizSession *self,
                                             GAsyncResult *result,
                                             GError **error);
/* All evidence as a file that proves itself; of the person it has at most the number of an access on the ledger. */
void citiz_session_export_evidence_async (CitizSession *self,
                                          GFile *out,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer data);
gboolean citiz_session_export_evidence_finish (CitizSession *self,
                                               GAsyncResult *result,
                                               GError **error);
/* Whom such a file proves to have signed twice. Returns: (transfer full) names; CITIZ_SESSION_ERROR_NO_EVIDENCE if it proves nothing */
void citiz_session_check_evidence_async (CitizSession *self,
                                         GFile *file,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer data);
GStrv citiz_session_check_evidence_finish (CitizSession *self,
                                           GAsyncResult *result,
                                           GError **error);

void citiz_session_read_invitation_async (CitizSession *self,
                                          const gchar *text,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer data);
CitizInvitationView *citiz_session_read_invitation_finish (CitizSession *self,
                                                           GAsyncResult *result,
                                                           GError **error);
/* Joins; what follows (catching up, verifying) is told by "community-changed". */
void citiz_session_join_async (CitizSession *self,
                               const gchar *text,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data);
gboolean citiz_session_join_finish (CitizSession *self, GAsyncResult *result, GError **error);
/* Nothing of the record is lost; its own ledger stands alone again. */
void citiz_session_leave_community_async (CitizSession *self,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer data);
gboolean citiz_session_leave_community_finish (CitizSession *self,
                                               GAsyncResult *result,
                                               GError **error);
/* The network costs money now, or no longer does; the setting "sync-metered" (true) goes on all the same. */
void citiz_session_set_metered (CitizSession *self, gboolean metered);
/* A link over nodes is on screen in one place more, or less: whether they answer is asked at once, and then every ten seconds. */
void citiz_session_set_watched (CitizSession *self, gboolean watched);
/* Asks those that did not answer, when without them an access could not be given over nodes; a second at most. A press does so by itself. */
void citiz_session_look_at_nodes_async (CitizSession *self,
                                        GAsyncReadyCallback callback,
                                        gpointer data);

/* --- export --- */
/* format: "ips" "fhir" "csv" "pdf" */
void citiz_session_export_async (CitizSession *self,
                                 const gchar *format,
                                 GFile *out,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data);
gboolean citiz_session_export_finish (CitizSession *self, GAsyncResult *result, GError **error);

G_END_DECLS
