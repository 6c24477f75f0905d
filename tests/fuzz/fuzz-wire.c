/* Any bytes to any decoder: what is accepted gives back the same bytes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-journal-format.h"
#include "wire/citiz-wire.h"

#include <string.h>

static void
same (GBytes *again, const guint8 *data, gsize n)
{
  g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), data, n);
  g_bytes_unref (again);
}

static void
try_tx (const guint8 *data, gsize n)
{
  g_autoptr (CitizTx) tx = citiz_tx_decode (data, n, NULL);

  if (tx != NULL)
    same (citiz_tx_encode (tx), data, n);
}

static void
try_txs (const guint8 *data, gsize n)
{
  g_autoptr (GBytes) body = g_bytes_new (data, n);
  g_autoptr (GPtrArray) parts = citiz_txs_cut (body);
  GByteArray *again = g_byte_array_new ();

  for (guint i = 0; parts != NULL && i < parts->len; i++)
    {
      gsize length;
      const guint8 *view = g_bytes_get_data (parts->pdata[i], &length);

      try_tx (view, length);
      citiz_put_u32 (again, (guint32) length);
      citiz_put_bytes (again, view, length);
    }
  if (parts != NULL)
    same (g_byte_array_free_to_bytes (again), data, n);
  else
    g_byte_array_unref (again);
}

static void
try_header (const guint8 *data, gsize n)
{
  CitizBlockHeader header;
  guint8 again[CITIZ_HEADER_SIZE];

  if (!citiz_block_header_decode (data, n, &header, NULL))
    return;
  citiz_block_header_encode (&header, again);
  g_assert_cmpmem (again, sizeof again, data, n);
}

static void
try_vote (const guint8 *data, gsize n)
{
  CitizVote vote;

  if (citiz_vote_decode (data, n, &vote, NULL))
    same (citiz_vote_encode (&vote), data, n);
}

static void
try_cert (const guint8 *data, gsize n)
{
  CitizCert cert;

  if (citiz_cert_decode (data, n, &cert, NULL))
    same (citiz_cert_encode (&cert), data, n);
}

static void
try_justification (const guint8 *data, gsize n)
{
  g_autoptr (CitizJustification) out = citiz_justification_decode (data, n, NULL);

  if (out != NULL)
    same (citiz_justification_encode (out), data, n);
}

static void
try_validators (const guint8 *data, gsize n)
{
  CitizValidators validators;

  if (citiz_validators_decode (data, n, &validators, NULL))
    same (citiz_validators_encode (&validators), data, n);
}

static void
try_genesis (const guint8 *data, gsize n)
{
  g_autofree CitizGenesis *genesis = g_new (CitizGenesis, 1);

  if (citiz_genesis_decode (data, n, genesis, NULL))
    same (citiz_genesis_encode (genesis), data, n);
}

static void
try_evidence (const guint8 *data, gsize n)
{
  CitizEvidence evidence;

  if (citiz_evidence_decode (data, n, &evidence, NULL))
    same (citiz_evidence_encode (&evidence), data, n);
}

static void
try_closing (const guint8 *data, gsize n)
{
  g_autoptr (CitizClosing) closing = citiz_closing_decode (data, n, NULL);

  if (closing != NULL)
    same (citiz_closing_encode (closing), data, n);
}

static void
try_refound (const guint8 *data, gsize n)
{
  g_autofree CitizRefound *refound = g_new (CitizRefound, 1);

  if (citiz_refound_decode (data, n, refound, NULL))
    same (citiz_refound_encode (refound), data, n);
}

/* A journal's file begins with these bytes; what is read of it is never more than was written. */
static void
try_journal (const guint8 *data, gsize n)
{
  g_autofree guint8 *file = g_malloc0 (CITIZ_JOURNAL_SIZE);
  g_autoptr (GArray) votes = g_array_new (FALSE, FALSE, sizeof (CitizVote));
  CitizJournalHead head;
  guint half;

  memcpy (file, data, MIN (n, CITIZ_JOURNAL_SIZE));
  if (citiz_journal_scan (file, CITIZ_JOURNAL_SIZE, &head, &half, votes) != CITIZ_JOURNAL_DAMAGED)
    g_assert_cmpuint (votes->len * CITIZ_JOURNAL_RECORD, <=, n);
}

static void (*const decoders[]) (const guint8 *data, gsize n)
    = {try_tx,      try_header,   try_vote,    try_cert,    try_justification, try_validators,
       try_genesis, try_evidence, try_closing, try_refound, try_journal,       try_txs};

/* The first byte chooses the decoder. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size > 0)
    decoders[data[0] % G_N_ELEMENTS (decoders)](data + 1, size - 1);
  return 0;
}
