/* The handshake of two nodes and what they say after it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-channel.h"

#include <sodium.h>
#include <string.h>

#define VERSION    1
#define KEY        crypto_kx_PUBLICKEYBYTES
#define HEADER     crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define HELLO_SIZE (1 + sizeof (CitizHash) + KEY)
#define WHO_SIZE   (sizeof (CitizPublicKey) + sizeof (CitizSignature))
#define PROOF_SIZE (HEADER + WHO_SIZE + CITIZ_CHANNEL_OVERHEAD)

G_STATIC_ASSERT (CITIZ_CHANNEL_OVERHEAD == crypto_secretstream_xchacha20poly1305_ABYTES);

typedef enum
{
  WAITS_FOR_HELLO,  /* answerer */
  WAITS_FOR_ANSWER, /* caller */
  WAITS_FOR_PROOF,  /* answerer */
  READY,
  BROKEN /* after any refusal: nothing is accepted again */
} State;

/* Guarded memory: everything that could open the channel. */
typedef struct
{
  guint8 one_time[crypto_kx_SECRETKEYBYTES];
  guint8 rx[crypto_kx_SESSIONKEYBYTES];
  guint8 tx[crypto_kx_SESSIONKEYBYTES];
  crypto_secretstream_xchacha20poly1305_state in, out;
} Secrets;

struct _CitizChannel
{
  State state;
  gboolean caller;
  CitizSigningKey *own;
  CitizHash context;
  gboolean has_expected;
  CitizPublicKey expected;
  CitizPublicKey peer;
  guint8 keys[2][KEY]; /* one-time keys: the caller's, the answerer's */
  CitizSecret *secrets;
};

static Secrets *
secrets (CitizChannel *channel)
{
  return (Secrets *) (gpointer) citiz_secret_data (channel->secrets);
}

static CitizChannel *
channel_new (CitizSigningKey *own, const CitizHash *context, gboolean caller)
{
  CitizChannel *channel = g_new0 (CitizChannel, 1);

  channel->caller = caller;
  channel->state = caller ? WAITS_FOR_ANSWER : WAITS_FOR_HELLO;
  channel->own = citiz_signing_key_ref (own);
  channel->context = *context;
  channel->secrets = citiz_secret_new (sizeof (Secrets));
  crypto_kx_keypair (channel->keys[caller ? 0 : 1], secrets (channel)->one_time);
  return channel;
}

/**
 * citiz_channel_new_caller:
 * @own: the key this end is known by
 * @context: what both must be speaking of, a chain's id
 * @expected: (nullable): the key the other end must prove; anyone when %NULL
 */
CitizChannel *
citiz_channel_new_caller (CitizSigningKey *own,
                          const CitizHash *context,
                          const CitizPublicKey *expected)
{
  CitizChannel *channel = channel_new (own, context, TRUE);

  if (expected)
    {
      channel->has_expected = TRUE;
      channel->expected = *expected;
    }
  return channel;
}

CitizChannel *
citiz_channel_new_answerer (CitizSigningKey *own, const CitizHash *context)
{
  return channel_new (own, context, FALSE);
}

void
citiz_channel_free (CitizChannel *channel)
{
  citiz_signing_key_unref (channel->own);
  citiz_secret_unref (channel->secrets);
  g_free (channel);
}

/**
 * citiz_channel_hello:
 *
 * Returns: (transfer full): the caller's first message
 */
GBytes *
citiz_channel_hello (CitizChannel *channel)
{
  guint8 out[HELLO_SIZE] = {VERSION};

  g_return_val_if_fail (channel->caller, NULL);
  memcpy (out + 1, channel->context.b, sizeof (CitizHash));
  memcpy (out + 1 + sizeof (CitizHash), channel->keys[0], KEY);
  return g_bytes_new (out, sizeof out);
}

static gboolean
agree (CitizChannel *channel)
{
  Secrets *s = secrets (channel);
  int bad = channel->caller ? crypto_kx_client_session_keys (s->rx, s->tx, channel->keys[0],
                                                             s->one_time, channel->keys[1])
                            : crypto_kx_server_session_keys (s->rx, s->tx, channel->keys[1],
                                                             s->one_time, channel->keys[0]);

  citiz_wipe (s->one_time, sizeof s->one_time);
  return bad == 0;
}

/* What a node signs: which end it is, the context, both one-time keys, itself. */
static void
sworn (const CitizChannel *channel,
       gboolean by_caller,
       const CitizPublicKey *who,
       guint8 out[1 + 32 + 2 * KEY + 32])
{
  out[0] = by_caller ? 1 : 2;
  memcpy (out + 1, channel->context.b, 32);
  memcpy (out + 33, channel->keys, 2 * KEY);
  memcpy (out + 33 + 2 * KEY, who->b, 32);
}

/* Opens the outgoing stream: header | sealed (own key | signature), into @out. */
static void
prove (CitizChannel *channel, guint8 out[PROOF_SIZE])
{
  guint8 message[33 + 2 * KEY + 32], who[WHO_SIZE];
  const CitizPublicKey *own = citiz_signing_key_get_public (channel->own);
  CitizSignature signature;

  sworn (channel, channel->caller, own, message);
  citiz_sign (&signature, CITIZ_DOMAIN_SIGN_PEER, message, sizeof message, channel->own);
  memcpy (who, own->b, sizeof own->b);
  memcpy (who + sizeof own->b, signature.b, sizeof signature.b);
  crypto_secretstream_xchacha20poly1305_init_push (&secrets (channel)->out, out,
                                                   secrets (channel)->tx);
  crypto_secretstream_xchacha20poly1305_push (&secrets (channel)->out, out + HEADER, NULL, who,
                                              sizeof who, NULL, 0, 0);
}

static gboolean
believe (CitizChannel *channel, const guint8 *proof)
{
  guint8 message[33 + 2 * KEY + 32], who[WHO_SIZE];
  CitizSignature signature;
  unsigned char tag;

  if (crypto_secretstream_xchacha20poly1305_init_pull (&secrets (channel)->in, proof,
                                                       secrets (channel)->rx)
          != 0
      || crypto_secretstream_xchacha20poly1305_pull (&secrets (channel)->in, who, NULL, &tag,
                                                     proof + HEADER, PROOF_SIZE - HEADER, NULL, 0)
             != 0)
    return FALSE;
  memcpy (channel->peer.b, who, sizeof channel->peer.b);
  memcpy (signature.b, who + sizeof channel->peer.b, sizeof signature.b);
  if (channel->has_expected && !citiz_public_key_equal (&channel->peer, &channel->expected))
    return FALSE;
  sworn (channel, !channel->caller, &channel->peer, message);
  return citiz_verify (&signature, CITIZ_DOMAIN_SIGN_PEER, message, sizeof message, &channel->peer);
}

static gboolean
take_hello (CitizChannel *channel, const guint8 *bytes, gsize n, GBytes **out_reply)
{
  guint8 reply[KEY + PROOF_SIZE];

  if (n != HELLO_SIZE || bytes[0] != VERSION
      || memcmp (bytes + 1, channel->context.b, sizeof (CitizHash)) != 0)
    return FALSE;
  memcpy (channel->keys[0], bytes + 1 + sizeof (CitizHash), KEY);
  if (!agree (channel))
    return FALSE;
  memcpy (reply, channel->keys[1], KEY);
  prove (channel, reply + KEY);
  *out_reply = g_bytes_new (reply, sizeof reply);
  channel->state = WAITS_FOR_PROOF;
  return TRUE;
}

static gboolean
take_answer (CitizChannel *channel, const guint8 *bytes, gsize n, GBytes **out_reply)
{
  guint8 reply[PROOF_SIZE];

  if (n != KEY + PROOF_SIZE)
    return FALSE;
  memcpy (channel->keys[1], bytes, KEY);
  if (!agree (channel) || !believe (channel, bytes + KEY))
    return FALSE;
  prove (channel, reply);
  *out_reply = g_bytes_new (reply, sizeof reply);
  channel->state = READY;
  return TRUE;
}

static gboolean
take_proof (CitizChannel *channel, const guint8 *bytes, gsize n)
{
  if (n != PROOF_SIZE || !believe (channel, bytes))
    return FALSE;
  channel->state = READY;
  return TRUE;
}

static gboolean
refuse (CitizChannel *channel, GError **error, const gchar *why)
{
  channel->state = BROKEN;
  g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_FORGED, "%s", why);
  return FALSE;
}

/**
 * citiz_channel_take:
 * @bytes: the other end's next message of the handshake
 * @out_reply: (out) (nullable) (transfer full): what to send back; %NULL after the last
 *
 * Returns: %FALSE with %CITIZ_CRYPTO_ERROR_FORGED: another version or context, not the key that was expected, changed bytes; the
 *   channel is of no use any more
 */
gboolean
citiz_channel_take (CitizChannel *channel,
                    const guint8 *bytes,
                    gsize n,
                    GBytes **out_reply,
                    GError **error)
{
  gboolean good = FALSE;

  *out_reply = NULL;
  switch (channel->state)
    {
    case WAITS_FOR_HELLO:
      good = take_hello (channel, bytes, n, out_reply);
      break;
    case WAITS_FOR_ANSWER:
      good = take_answer (channel, bytes, n, out_reply);
      break;
    case WAITS_FOR_PROOF:
      good = take_proof (channel, bytes, n);
      break;
    case READY:
    case BROKEN:
      break;
    }
  return good || refuse (channel, error, "The other end did not prove who it is");
}

gboolean
citiz_channel_is_ready (const CitizChannel *channel)
{
  return channel->state == READY;
}

/**
 * citiz_channel_get_peer:
 *
 * Returns: (transfer none) (nullable): the key the other end has proved, once ready
 */
const CitizPublicKey *
citiz_channel_get_peer (const CitizChannel *channel)
{
  return channel->state == READY ? &channel->peer : NULL;
}

/**
 * citiz_channel_is_other_end:
 *
 * Whether both are ends of one handshake, the caller's and the answerer's: whoever holds them talks to itself.
 */
gboolean
citiz_channel_is_other_end (const CitizChannel *channel, const CitizChannel *of)
{
  return channel->caller != of->caller
         && memcmp (channel->keys, of->keys, sizeof channel->keys) == 0;
}

/**
 * citiz_channel_seal:
 *
 * Returns: (transfer full): @n + %CITIZ_CHANNEL_OVERHEAD bytes; to be sent in the order of the calls
 */
GBytes *
citiz_channel_seal (CitizChannel *channel, const guint8 *bytes, gsize n)
{
  guint8 *out;

  g_return_val_if_fail (channel->state == READY, NULL);
  out = g_malloc (n + CITIZ_CHANNEL_OVERHEAD);
  crypto_secretstream_xchacha20poly1305_push (&secrets (channel)->out, out, NULL, bytes, n, NULL, 0,
                                              0);
  return g_bytes_new_take (out, n + CITIZ_CHANNEL_OVERHEAD);
}

/**
 * citiz_channel_open:
 *
 * Returns: (transfer full) (nullable): the message, or %NULL with %CITIZ_CRYPTO_ERROR_FORGED: changed, lost, repeated or out of
 *   order; the channel is of no use any more
 */
GBytes *
citiz_channel_open (CitizChannel *channel, const guint8 *bytes, gsize n, GError **error)
{
  g_autofree guint8 *out = NULL;
  unsigned char tag;

  if (channel->state == READY && n >= CITIZ_CHANNEL_OVERHEAD)
    {
      out = g_malloc (n - CITIZ_CHANNEL_OVERHEAD + 1);
      if (crypto_secretstream_xchacha20poly1305_pull (&secrets (channel)->in, out, NULL, &tag,
                                                      bytes, n, NULL, 0)
              == 0
          && tag == 0)
        return g_bytes_new_take (g_steal_pointer (&out), n - CITIZ_CHANNEL_OVERHEAD);
    }
  (void) refuse (channel, error, "A message was changed on its way");
  return NULL;
}
