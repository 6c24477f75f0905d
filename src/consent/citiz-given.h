/* What a node signed of the part of a key that it gave. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-receipt.h"

G_BEGIN_DECLS

#define CITIZ_SIGNED_GIVEN_SIZE (CITIZ_GIVEN_SIZE + 64)

/* For which opening of which capsule, which place of the committee, and what the part and its salt commit to. Whether that is what the grant says is
 * for who knows the ledger; a node that says something else has given a false part. */
typedef struct
{
  CitizReceipt receipt;
  guint8 place; /* from 1 */
  CitizHash commitment;
  CitizSignature signature; /* of the node (citiz_given_verify()) */
} CitizGiven;

/* FORMAT §9: given, then its signature. */
void citiz_given_encode (guint8 out[CITIZ_SIGNED_GIVEN_SIZE], const CitizGiven *given);
gboolean citiz_given_decode (CitizGiven *out,
                             const guint8 *bytes,
                             gsize n) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_given_read_note (CitizGiven *out, const gchar *note) G_GNUC_WARN_UNUSED_RESULT;
/* Where that begins in a note; NULL: it has none. */
const gchar *citiz_given_find (const gchar *note);

G_END_DECLS
