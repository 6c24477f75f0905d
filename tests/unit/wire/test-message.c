/* Messages between nodes: one encoding each, nothing else accepted. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-message.h"

#include <string.h>

static CitizVote
a_vote (CitizVoteKind kind, guint16 voter, guint8 fill)
{
  CitizVote vote = {.kind = kind, .epoch = 1, .slot = 9, .voter = voter};

  if (kind != CITIZ_VOTE_SKIP)
    memset (&vote.hash, fill, sizeof vote.hash);
  memset (&vote.signature, fill, sizeof vote.signature);
  return vote;
}

static CitizCert *
a_cert (void)
{
  const CitizVote votes[] = {a_vote (CITIZ_VOTE_FINAL, 0, 3), a_vote (CITIZ_VOTE_FINAL, 2, 3)};
  CitizCert *cert = g_new (CitizCert, 1);

  citiz_cert_from_votes (cert, votes, G_N_ELEMENTS (votes));
  return cert;
}

static GBytes *
some_bytes (gsize n)
{
  guint8 *bytes = g_malloc (n);

  memset (bytes, 0x5a, n);
  return g_bytes_new_take (bytes, n);
}

/* One of each kind, its parts all filled. */
static void
make (CitizMessage *out, CitizMessageKind kind, guint variant)
{
  const CitizVote a = a_vote (CITIZ_VOTE_NOTAR, 1, 4), b = a_vote (CITIZ_VOTE_NOTAR, 1, 5);

  *out = (CitizMessage){.kind = kind};
  switch (kind)
    {
    case CITIZ_MESSAGE_CAND:
      out->vote = a_vote (CITIZ_VOTE_CAND, 1, 2);
      out->block = some_bytes (400);
      break;
    case CITIZ_MESSAGE_VOTE:
      out->vote = a_vote (variant ? CITIZ_VOTE_SKIP : CITIZ_VOTE_NOTAR, 3, 2);
      break;
    case CITIZ_MESSAGE_CERT:
      out->cert = a_cert ();
      break;
    case CITIZ_MESSAGE_BLOCK:
    case CITIZ_MESSAGE_TX:
      out->block = some_bytes (variant ? 1 : 300);
      break;
    case CITIZ_MESSAGE_STATUS:
      out->epoch = 2;
      out->frontier = 12;
      out->slot = 10;
      out->time.ms = G_GINT64_CONSTANT (1800000000000);
      out->ask = variant;
      out->answer = !variant;
      out->votes = g_array_new (FALSE, FALSE, sizeof (CitizVote));
      if (variant)
        out->cert = a_cert ();
      else
        g_array_append_val (out->votes, a);
      break;
    case CITIZ_MESSAGE_FETCH:
      out->slot = 5;
      out->hash.b[0] = 1;
      break;
    case CITIZ_MESSAGE_RANGE:
      out->slot = 5;
      out->max = variant ? 1 : CITIZ_MESSAGE_MAX_BLOCKS;
      break;
    case CITIZ_MESSAGE_BLOCKS:
      out->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      for (guint i = 0; i < 3 * variant; i++)
        g_ptr_array_add (out->blocks, some_bytes (350 + i));
      break;
    case CITIZ_MESSAGE_EVIDENCE:
      citiz_evidence_make (&out->evidence, &a, &b);
      break;
    case CITIZ_MESSAGE_ADDRESS:
      memset (out->node.b, 7, sizeof out->node.b);
      g_strlcpy (out->url, variant ? "" : "https://noeud.example", sizeof out->url);
      g_strlcpy (out->operator_, "Bibliothèque", sizeof out->operator_);
      break;
    }
}

static void
test_round (gconstpointer data)
{
  for (guint variant = 0; variant < 2; variant++)
    {
      g_auto (CitizMessage) message = {0};
      g_auto (CitizMessage) decoded = {0};
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GBytes) again = NULL;
      g_autoptr (GError) error = NULL;
      const guint8 *view;
      gsize n;

      make (&message, GPOINTER_TO_INT (data), variant);
      bytes = citiz_message_encode (&message);
      view = g_bytes_get_data (bytes, &n);
      g_assert_true (citiz_message_decode (view, n, &decoded, &error));
      g_assert_no_error (error);
      again = citiz_message_encode (&decoded);
      g_assert_true (g_bytes_equal (bytes, again));

      /* What ends in bytes of any length may end anywhere; all others have one length. */
      if (message.block == NULL)
        {
          g_autofree guint8 *longer = g_malloc0 (n + 1);

          memcpy (longer, view, n);
          for (gsize cut = 0; cut < n + 2; cut++)
            {
              g_auto (CitizMessage) out = {0};

              g_assert_cmpint (citiz_message_decode (longer, cut, &out, NULL), ==, cut == n);
            }
        }
    }
}

static void
test_refused (void)
{
  static const struct
  {
    guint8 bytes[40];
    gsize n;
    CitizWireError code;
  } cases[] = {
      {{0}, 1, CITIZ_WIRE_ERROR_UNKNOWN},
      {{12}, 1, CITIZ_WIRE_ERROR_UNKNOWN},
      {{CITIZ_MESSAGE_BLOCK}, 1, CITIZ_WIRE_ERROR_TRUNCATED},
      {{CITIZ_MESSAGE_RANGE}, 19, CITIZ_WIRE_ERROR_RANGE},
      {{CITIZ_MESSAGE_BLOCKS, [17] = 1, [18] = 1}, 19, CITIZ_WIRE_ERROR_LENGTH},
      {{CITIZ_MESSAGE_STATUS, [33] = 2}, 38, CITIZ_WIRE_ERROR_RANGE},
      {{CITIZ_MESSAGE_STATUS, [25] = 0xff}, 38, CITIZ_WIRE_ERROR_RANGE},
  };
  g_autofree guint8 *huge = g_malloc0 (CITIZ_MESSAGE_MAX_BYTES + 1);
  const CitizVote cand = a_vote (CITIZ_VOTE_CAND, 1, 2);
  g_autoptr (GBytes) vote = citiz_vote_encode (&cand);
  g_autoptr (GByteArray) crossed = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (CitizMessage) out = {0};

      g_assert_false (citiz_message_decode (cases[i].bytes, cases[i].n, &out, &error));
      g_assert_error (error, CITIZ_WIRE_ERROR, (gint) cases[i].code);
      g_clear_error (&error);
    }
  {
    g_auto (CitizMessage) out = {0};

    huge[0] = CITIZ_MESSAGE_TX;
    g_assert_false (citiz_message_decode (huge, CITIZ_MESSAGE_MAX_BYTES + 1, &out, &error));
    g_assert_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_LENGTH);
    g_clear_error (&error);
  }
  {
    g_auto (CitizMessage) out = {0};

    citiz_put_u8 (crossed, CITIZ_MESSAGE_VOTE);
    citiz_put_bytes (crossed, g_bytes_get_data (vote, NULL), g_bytes_get_size (vote));
    g_assert_false (citiz_message_decode (crossed->data, crossed->len, &out, &error));
    g_assert_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint kind = CITIZ_MESSAGE_CAND; kind <= CITIZ_MESSAGE_ADDRESS; kind++)
    {
      g_autofree gchar *path = g_strdup_printf ("/message/round/%u", kind);

      g_test_add_data_func (path, GUINT_TO_POINTER (kind), test_round);
    }
  g_test_add_func ("/message/refused", test_refused);
  return g_test_run ();
}
