/* What the app hands to one node of a committee, and the node's word that it holds it. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-deal.h"

G_BEGIN_DECLS

#define CITIZ_HAND_SEALED_MAX                                                                      \
  8192                     /* of a sealed part: two sizes fit, with a spoken code and without */
#define CITIZ_HELD_SIZE 81 /* grant 16 | place u8 | commitment 32 | capsule 32 */

/* A part as its node finds it. */
typedef struct
{
  guint8 share[32];
  guint8 salt[16];
  CitizHash token_hash;
  gboolean has_passcode;
  CitizHash proof_hash;
  CitizCodeEntry *code; /* nullable */
  GBytes *capsule;      /* nullable: it was handed before */
} CitizHand;

void citiz_hand_clear (CitizHand *hand);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CitizHand, citiz_hand_clear)

/* u16 length | box | capsule. In the box, sealed to the node's key, associated data grant | u8 place:
 * share 32 | salt 16 | token hash 32 | u8 passcode (1: proof hash 32) | u8 code (1: locator 3 | proof hash 32 | u16 length, blob). */
GBytes *citiz_hand_seal (const CitizDeal *deal,
                         guint part,
                         const CitizCodeEntry *code,
                         gboolean with_capsule,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_hand_open (CitizHand *out,
                          const CitizId *grant,
                          guint8 place,
                          const CitizSigningKey *node,
                          GBytes *handed,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Domain citiz/ack/v1; the lengths of its messages differ, so that none stands for another. */
void citiz_held_sign (CitizSignature *out,
                      const CitizId *grant,
                      guint8 place,
                      const CitizHash *commitment,
                      const CitizHash *capsule,
                      const CitizSigningKey *node);
gboolean citiz_held_verify (const CitizSignature *signature,
                            const CitizId *grant,
                            guint8 place,
                            const CitizHash *commitment,
                            const CitizHash *capsule,
                            const CitizPublicKey *node) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
