/* What a node keeps of grants, on disk until their end. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"
#include "store/citiz-db.h"

G_BEGIN_DECLS

#define CITIZ_NODE_LOCATOR_SIZE 3

/* One node's part of a grant. */
typedef struct
{
  CitizId grant;
  guint8 place; /* i of the committee, from 1 */
  guint8 share[32];
  guint8 salt[16];
  CitizHash token_hash;
  gboolean has_passcode;
  CitizHash proof_hash;
  guint tries; /* passcode tries left, for life */
  CitizHash capsule;
  gboolean has_account;
  CitizHash account; /* whose grant it is */
} CitizNodeShare;

/* Stored: never renumber. */
typedef enum
{
  CITIZ_MAIL_OPENED = 1,      /* somebody opened; sealed = who and why */
  CITIZ_MAIL_NOTE = 2,        /* sealed = a note */
  CITIZ_MAIL_CODE_MISSED = 3, /* a wrong spoken code */
  CITIZ_MAIL_CODE_GIVEN = 4,  /* the right one: the link was given */
  CITIZ_MAIL_PASSCODE_MISSED = 5,
  CITIZ_MAIL_ENDED = 6, /* share, capsule, token and code were erased */
  CITIZ_MAIL_STALLED
  = 7 /* opened while the ledger stood still: opening = the note's hash, tries = the number its reader counted */
} CitizMailKind;

typedef struct
{
  gint64 row;
  CitizMailKind kind;
  CitizId grant;
  gboolean has_opening;
  CitizHash opening;
  CitizTime time;
  guint tries;
  GBytes *sealed; /* nullable */
} CitizMail;

void citiz_mail_free (CitizMail *mail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizMail, citiz_mail_free)

gboolean citiz_node_store_put_share (CitizDb *db,
                                     const CitizNodeShare *share,
                                     GBytes *capsule,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Puts another share, salt and capsule in place of what is held of that grant; token, passcode proof and the tries left stay. FALSE with
 * CITIZ_STORE_ERROR_NOT_FOUND when the node holds nothing (any more). */
gboolean citiz_node_store_renew_share (CitizDb *db,
                                       const CitizNodeShare *share,
                                       GBytes *capsule,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* FALSE with CITIZ_STORE_ERROR_NOT_FOUND when the node holds nothing (any more). */
gboolean citiz_node_store_get_share (CitizDb *db,
                                     const CitizId *grant,
                                     CitizNodeShare *out,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The revocation that ends what is held of a grant, as it was signed. Nothing held: nothing to remember. */
gboolean citiz_node_store_put_revoked (CitizDb *db,
                                       const CitizId *grant,
                                       GBytes *tx,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_node_store_get_revoked (CitizDb *db, const CitizId *grant); /* NULL: none */
/* How many grants of an account are held, and the bytes of their capsules. */
gboolean citiz_node_store_count_account (CitizDb *db,
                                         const CitizHash *account,
                                         guint *out_grants,
                                         guint64 *out_bytes,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Ids of all grants of which something is held. (element-type CitizId) */
GArray *citiz_node_store_grants (CitizDb *db, GError **error);
gboolean citiz_node_store_check_blobs (CitizDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_node_store_get_blob (CitizDb *db, const CitizHash *hash, GError **error);

/* Takes one passcode try, before any comparison. FALSE in `out_had` when none was left. `out_left` counts after it. */
gboolean citiz_node_store_take_passcode_try (CitizDb *db,
                                             const CitizId *grant,
                                             gboolean *out_had,
                                             guint *out_left,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean citiz_node_store_put_code (CitizDb *db,
                                    const gchar *locator,
                                    const CitizId *grant,
                                    const CitizHash *proof_hash,
                                    GBytes *blob,
                                    guint tries,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* FALSE in `out_found` for an unknown locator. */
gboolean citiz_node_store_find_code (CitizDb *db,
                                     const gchar *locator,
                                     gboolean *out_found,
                                     CitizId *out_grant,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Takes one try of a code, before any comparison; then gives what the comparison needs. `out_had` FALSE: none was left. */
gboolean citiz_node_store_take_code_try (CitizDb *db,
                                         const gchar *locator,
                                         gboolean *out_had,
                                         guint *out_left,
                                         CitizHash *out_proof_hash,
                                         GBytes **out_blob,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A right answer costs no try: give it back in the transaction that took it. */
gboolean citiz_node_store_return_passcode_try (CitizDb *db,
                                               const CitizId *grant,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_node_store_return_code_try (CitizDb *db,
                                           const gchar *locator,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Erases the blob of a code whose tries are used up. */
gboolean citiz_node_store_blank_code (CitizDb *db,
                                      const gchar *locator,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What was sent with an opening, until that is final. `sealed` NULL in the answer: nothing waits for this grant. */
gboolean citiz_node_store_put_waiting (CitizDb *db,
                                       const CitizHash *opening,
                                       const CitizId *grant,
                                       GBytes *sealed,
                                       CitizTime until,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_node_store_find_waiting (CitizDb *db,
                                        const CitizId *grant,
                                        CitizHash *out_opening,
                                        GBytes **out_sealed,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Everything that waits. (element-type CitizHash) */
GArray *citiz_node_store_waiting (CitizDb *db, GError **error);
/* In one transaction: the waiting row goes, its mail comes. `out_mail` NULL: nothing waited for it. */
gboolean citiz_node_store_settle (CitizDb *db,
                                  const CitizHash *opening,
                                  CitizTime time,
                                  CitizMail **out_mail,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_node_store_drop_waiting (CitizDb *db, const CitizHash *opening, GError **error);
gboolean citiz_node_store_drop_old_waiting (CitizDb *db, CitizTime now, GError **error);

/* Grants of which all is erased and that the ledger does not yet know to be. (element-type CitizId) */
gboolean citiz_node_store_put_closing (CitizDb *db,
                                       const CitizId *grant,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_node_store_drop_closing (CitizDb *db, const CitizId *grant, GError **error);
GArray *citiz_node_store_closing (CitizDb *db, GError **error);

/* An opening that the ledger does not know of yet. */
typedef struct
{
  CitizHash note; /* its hash */
  CitizId grant;
  guint use;   /* as its reader counted */
  CitizHash a; /* what was revealed for it */
  CitizHash capsule;
  CitizTime time;
} CitizNodeStalled;

gboolean citiz_node_store_put_stalled (CitizDb *db,
                                       const CitizNodeStalled *stalled,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @grant NULL: of all. In the order in which they were counted. (element-type CitizNodeStalled) */
GArray *citiz_node_store_stalled (CitizDb *db, const CitizId *grant, GError **error);
gboolean citiz_node_store_drop_stalled (CitizDb *db, const CitizHash *note, GError **error);
gboolean citiz_node_store_drop_old_stalled (CitizDb *db, CitizTime before, GError **error);

/* Erases share, salt, token, passcode, capsule and code of a grant. Mail stays: it is the citizen's. */
gboolean citiz_node_store_erase (CitizDb *db,
                                 const CitizId *grant,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean citiz_node_store_put_mail (CitizDb *db,
                                    CitizMail *mail,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT; /* sets mail->row */
/* Everything not yet taken, oldest first. (element-type CitizMail) */
GPtrArray *citiz_node_store_mail (CitizDb *db, GError **error);
gboolean citiz_node_store_drop_mail (CitizDb *db,
                                     gint64 row,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for one grant. Dropping takes all up to `row`. */
GPtrArray *citiz_node_store_mail_of (CitizDb *db, const CitizId *grant, GError **error);
gboolean citiz_node_store_drop_mail_of (CitizDb *db,
                                        const CitizId *grant,
                                        gint64 row,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_node_store_drop_old_mail (CitizDb *db,
                                         CitizTime before,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* How many of a kind a grant has had since it began and that still wait. */
guint citiz_node_store_count_mail (CitizDb *db, const CitizId *grant, CitizMailKind kind);

G_END_DECLS
