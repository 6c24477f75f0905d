/* What the nodes of a committee are handed for one deal, each its own: kept until all of them have it. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-hand.h"

G_BEGIN_DECLS

/* One node's. @plain and @coded are sealed to its key (citiz_hand_seal() without a capsule). */
typedef struct
{
  CitizGrantMember member;
  gchar *origin;
  GBytes *plain;
  GBytes *coded; /* nullable: the same with the spoken code */
} CitizParcelPart;

/* Reference counted. */
typedef struct
{
  CitizId grant;
  CitizHash hash; /* of the capsule */
  guint8 threshold;
  GBytes *capsule;
  GPtrArray *parts; /* of CitizParcelPart, in the order of the committee */
} CitizParcel;

CitizParcel *citiz_parcel_new (const CitizDeal *deal,
                               const CitizDealNode *nodes,
                               guint n_nodes,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizParcel *citiz_parcel_ref (CitizParcel *parcel);
void citiz_parcel_unref (CitizParcel *parcel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizParcel, citiz_parcel_unref)

/* @codes: of CitizCodeEntry, one a part (citiz_deal_seal_codes()). */
gboolean citiz_parcel_add_codes (CitizParcel *parcel,
                                 const CitizDeal *deal,
                                 GPtrArray *codes,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The body of `POST /v1/grants/<id>/shares` for one node. */
GBytes *citiz_parcel_body (CitizParcel *parcel, guint i, gboolean coded, gboolean with_capsule);

/* u8 version | grant 16 | capsule hash 32 | u8 t | u8 m | m × (node 32 | commitment 32 | u16 n, origin | u16 n, plain | u16 n, coded) | capsule */
GBytes *citiz_parcel_encode (CitizParcel *parcel);
CitizParcel *citiz_parcel_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
