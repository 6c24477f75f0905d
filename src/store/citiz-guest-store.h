/* Whom a node vouches for, and the invitations that made them so. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"
#include "store/citiz-db.h"

G_BEGIN_DECLS

/* The secret itself is handed out and kept nowhere. */
typedef struct
{
  CitizHash id; /* SHA-256 of the secret */
  gchar *name;  /* what the invited are told the community is called */
  CitizTime made;
  CitizTime until;
  guint uses;
  guint used;
} CitizInvite;

void citiz_invite_free (CitizInvite *invite);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizInvite, citiz_invite_free)

typedef enum
{
  CITIZ_GUEST_TAKEN,    /* vouched for, and counted */
  CITIZ_GUEST_STRANGER, /* neither known nor invited */
  CITIZ_GUEST_FULL      /* known, and today's are used up */
} CitizGuestAnswer;

gboolean citiz_guest_store_put_invite (CitizDb *db,
                                       const CitizInvite *invite,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Oldest first. (element-type CitizInvite) */
GPtrArray *citiz_guest_store_invites (CitizDb *db, GError **error);
/* All whose id begins with @hex; those it made guests stay so. */
gboolean citiz_guest_store_drop_invite (CitizDb *db, const gchar *hex, guint *out_n, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* Once more today for @account. @invite (nullable) makes it a guest when it is none, and is used once for that. Within a transaction
 * of the caller's, who takes it back when he refuses for another reason. */
gboolean citiz_guest_store_take (CitizDb *db,
                                 const CitizHash *account,
                                 const CitizHash *invite,
                                 CitizTime now,
                                 guint a_day,
                                 CitizGuestAnswer *out,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint citiz_guest_store_count (CitizDb *db);

G_END_DECLS
