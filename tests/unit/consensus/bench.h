/* One node of a community; the others are the test. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "world.h"

/* In a community of four the one node leads slots 4, 8, 12 …; slots between are led by others. */
typedef struct
{
  World *world;
  Node *me;
} Bench;

/* It has started, and asks the others which of its votes they hold. */
Bench bench_asking (guint n);
/* All have answered: none. */
Bench bench_new (guint n);
void bench_clear (Bench *bench);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

/* The place of another: @i from 0. */
guint16 other (Bench *bench, guint i);
/* @from says which votes of the one node it holds. */
void answer_status (Bench *bench, guint16 from, const CitizVote *votes, guint n);
void answer_all (Bench *bench);
void set_need (Bench *bench, gboolean need);
/* From @n others. */
void votes (Bench *bench, guint n, CitizVoteKind kind, guint64 slot, const CitizHash *hash);
/* From as many others as make a quorum. */
void cert (Bench *bench, CitizVoteKind kind, guint64 slot, const CitizHash *hash);

CitizCsxPoint block (Bench *bench,
                     guint64 slot,
                     const CitizCsxPoint *parent,
                     guint8 salt,
                     CitizBlockHeader *out);
/* A candidate of @slot arrives; the driver stores and executes it. */
CitizCsxPoint candidate (Bench *bench, guint64 slot, const CitizCsxPoint *parent, guint8 salt);
CitizCsxPoint send_header (Bench *bench, CitizBlockHeader *header);
void final_block (Bench *bench, const CitizCsxPoint *point);

/* Is it in the one node's journal, by itself? */
gboolean said (Bench *bench, CitizVoteKind kind, guint64 slot);
CitizCsxReport report (Bench *bench);
