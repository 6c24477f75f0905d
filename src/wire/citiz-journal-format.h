/* The vote journal's file as bytes: heads, records, what a crash leaves. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-block.h"

G_BEGIN_DECLS

/* A file of fixed size: two halves, and both once more. A half is one sector of head, then records. One half is in use; when it is full, what
 * still counts goes to the other, whose head is then written with the next generation. Nothing is renamed, nothing grows. */
#define CITIZ_JOURNAL_SECTOR  512
#define CITIZ_JOURNAL_RECORD  128
#define CITIZ_JOURNAL_RECORDS 8188u
#define CITIZ_JOURNAL_HALF    (CITIZ_JOURNAL_SECTOR + CITIZ_JOURNAL_RECORDS * CITIZ_JOURNAL_RECORD)
#define CITIZ_JOURNAL_SIZE    (4 * CITIZ_JOURNAL_HALF)
#define CITIZ_JOURNAL_SEALED  72 /* the epoch key's seed under the node's key */

typedef struct
{
  guint8 version; /* 1 */
  guint64 generation;
  guint32 n_copied; /* records that were synced before this head was */
  CitizHash chain_id;
  guint64 epoch;
  CitizPublicKey node;
  CitizPublicKey key; /* of the epoch */
  guint8 sealed[CITIZ_JOURNAL_SEALED];
  gboolean barred; /* somebody else has signed with @key: nobody may here, @sealed is zero */
} CitizJournalHead;

void citiz_journal_head_encode (const CitizJournalHead *head, guint8 out[CITIZ_JOURNAL_SECTOR]);
gboolean citiz_journal_head_decode (const guint8 bytes[CITIZ_JOURNAL_SECTOR],
                                    CitizJournalHead *out) G_GNUC_WARN_UNUSED_RESULT;

/* @index: place in its half. @synced: how many records before it were durable when it was written. The epoch is the head's. */
void citiz_journal_record_encode (const CitizVote *vote,
                                  guint64 generation,
                                  guint32 index,
                                  guint32 synced,
                                  guint8 out[CITIZ_JOURNAL_RECORD]);
gboolean citiz_journal_record_decode (const guint8 bytes[CITIZ_JOURNAL_RECORD],
                                      const CitizJournalHead *head,
                                      guint32 index,
                                      CitizVote *out,
                                      guint32 *out_synced) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  CITIZ_JOURNAL_WHOLE,
  CITIZ_JOURNAL_TORN, /* the last write did not end: what it held was never sent, and is left out */
  CITIZ_JOURNAL_DAMAGED /* records that were durable cannot be read: nobody may sign with this key any more */
} CitizJournalState;

CitizJournalState citiz_journal_scan (const guint8 *file,
                                      gsize n,
                                      CitizJournalHead *out_head,
                                      guint *out_half,
                                      GArray *out_votes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
