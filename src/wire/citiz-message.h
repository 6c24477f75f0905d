/* What nodes say to one another about ordering. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-evidence.h"

G_BEGIN_DECLS

/* On the wire: never renumber. */
typedef enum
{
  CITIZ_MESSAGE_CAND = 1,  /* @vote (CAND), @block */
  CITIZ_MESSAGE_VOTE = 2,  /* @vote */
  CITIZ_MESSAGE_CERT = 3,  /* @cert */
  CITIZ_MESSAGE_BLOCK = 4, /* @block: the answer to FETCH */
  CITIZ_MESSAGE_STATUS
  = 5, /* @epoch, @frontier, @slot (committed), @time, @ask, @answer, @votes, @cert (nullable) */
  CITIZ_MESSAGE_FETCH = 6,     /* @epoch, @slot, @hash */
  CITIZ_MESSAGE_RANGE = 7,     /* @epoch, @slot: committed blocks after it, at most @max */
  CITIZ_MESSAGE_BLOCKS = 8,    /* @epoch, @slot (as asked), @blocks: the answer to RANGE */
  CITIZ_MESSAGE_TX = 9,        /* @block: transactions, each u16 length and bytes */
  CITIZ_MESSAGE_EVIDENCE = 10, /* @evidence */
  CITIZ_MESSAGE_ADDRESS
  = 11 /* @node, @url, @operator_: believed if their hashes are in the node's node_join */
} CitizMessageKind;

#define CITIZ_MESSAGE_MAX_VOTES  64
#define CITIZ_MESSAGE_MAX_BLOCKS 256
#define CITIZ_MESSAGE_MAX_BYTES  (1000u * 1024) /* a whole message */

#define CITIZ_MESSAGE_MAX_TEXT 255 /* bytes of an address or a name */

/* Of one kind; what the kind does not name is zero. Blocks and transactions stay bytes: who executes them decodes them. */
typedef struct
{
  CitizMessageKind kind;
  CitizVote vote;
  CitizCert *cert;   /* owned */
  GBytes *block;     /* owned */
  GPtrArray *blocks; /* owned, of GBytes */
  GArray *votes;     /* owned, of CitizVote */
  CitizEvidence evidence;
  guint64 epoch;
  guint64 slot;
  guint64 frontier;
  CitizTime time;
  CitizHash hash;
  guint16 max;
  guint8 ask;
  guint8 answer;
  CitizPublicKey node;
  gchar url[CITIZ_MESSAGE_MAX_TEXT + 1]; /* UTF-8 without control characters */
  gchar operator_[CITIZ_MESSAGE_MAX_TEXT + 1];
} CitizMessage;

void citiz_message_clear (CitizMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CitizMessage, citiz_message_clear)

GBytes *citiz_message_encode (const CitizMessage *message);
gboolean citiz_message_decode (const guint8 *bytes, gsize n, CitizMessage *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
