/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

void
answer_status (Bench *bench, guint16 from, const CitizVote *votes, guint n)
{
  const CitizCsxMessage message = {
      .kind = CITIZ_CSX_MESSAGE_STATUS,
      .status
      = {.answer = TRUE, .time = {WORLD_WALL + bench->world->now}, .votes = votes, .n_votes = n}};

  world_message (bench->world, bench->me, from, &message);
}

void
answer_all (Bench *bench)
{
  for (guint16 i = 0; i < bench->world->n; i++)
    if (i != bench->me->place)
      answer_status (bench, i, NULL, 0);
}

Bench
bench_asking (guint n)
{
  World *world = world_new (n);
  Bench bench = {world, &world->nodes[world_leader (world, 4)]};

  world_start_node (world, bench.me);
  return bench;
}

Bench
bench_new (guint n)
{
  Bench bench = bench_asking (n);

  answer_all (&bench);
  world_settle (bench.world);
  return bench;
}

void
bench_clear (Bench *bench)
{
  world_free (bench->world);
}

void
set_need (Bench *bench, gboolean need)
{
  world_event (bench->world, bench->me,
               &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_NEED, .need = need});
}

guint16
other (Bench *bench, guint i)
{
  return (guint16) ((bench->me->place + 1 + i) % bench->world->n);
}

void
votes (Bench *bench, guint n, CitizVoteKind kind, guint64 slot, const CitizHash *hash)
{
  for (guint i = 0; i < n; i++)
    world_vote (bench->world, bench->me, other (bench, i), kind, slot, hash);
}

/* From as many others as make a quorum. */
void
cert (Bench *bench, CitizVoteKind kind, guint64 slot, const CitizHash *hash)
{
  CitizVote list[CITIZ_MAX_VALIDATORS];
  CitizCert made;
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CERT, .cert = &made};
  guint n = 0;

  for (guint16 i = 0; i < bench->world->n && n < citiz_quorum (bench->world->n); i++)
    if (i != bench->me->place)
      list[n++] = world_make_vote (bench->world, i, kind, slot, hash);
  citiz_cert_from_votes (&made, list, n);
  world_message (bench->world, bench->me, other (bench, 0), &message);
}

CitizCsxPoint
block (Bench *bench, guint64 slot, const CitizCsxPoint *parent, guint8 salt, CitizBlockHeader *out)
{
  CitizBlockHeader header;
  const CitizHash hash = world_make_block (bench->world, &header, slot, parent,
                                           world_leader (bench->world, slot), salt);

  if (out != NULL)
    *out = header;
  return (CitizCsxPoint){slot, header.height, hash, header.time, header.flags};
}

/* A candidate of @slot arrives; the driver stores and executes it. */
CitizCsxPoint
candidate (Bench *bench, guint64 slot, const CitizCsxPoint *parent, guint8 salt)
{
  CitizBlockHeader header;
  const CitizCsxPoint point = block (bench, slot, parent, salt, &header);

  world_candidate (bench->world, bench->me, &header, &point.hash);
  world_settle (bench->world);
  return point;
}

CitizCsxPoint
send_header (Bench *bench, CitizBlockHeader *header)
{
  CitizHash hash;

  citiz_block_header_hash (&hash, header);
  world_candidate (bench->world, bench->me, header, &hash);
  world_settle (bench->world);
  return (CitizCsxPoint){header->slot, header->height, hash, header->time, header->flags};
}

void
final_block (Bench *bench, const CitizCsxPoint *point)
{
  cert (bench, CITIZ_VOTE_NOTAR, point->slot, &point->hash);
  cert (bench, CITIZ_VOTE_FINAL, point->slot, &point->hash);
  world_settle (bench->world);
}

gboolean
said (Bench *bench, CitizVoteKind kind, guint64 slot)
{
  for (guint i = 0; i < bench->me->journal->len; i++)
    {
      const CitizVote *vote = &g_array_index (bench->me->journal, CitizVote, i);

      if (vote->kind == kind && vote->slot == slot && vote->voter == bench->me->place)
        return TRUE;
    }
  return FALSE;
}

CitizCsxReport
report (Bench *bench)
{
  return world_report (bench->me);
}
