/* The labels themselves; a label once published never changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-domain.h"

typedef struct
{
  CitizDomainKind kind;
  guint8 n;
  guint8 label[CITIZ_LABEL_SIZE + 1];
} Entry;

#define SIGN(text)                                                                                 \
  {                                                                                                \
    CITIZ_DOMAIN_KIND_SIGN, CITIZ_LABEL_SIZE, text                                                 \
  }
#define KEY(text)                                                                                  \
  {                                                                                                \
    CITIZ_DOMAIN_KIND_KEY, 8, text                                                                 \
  }
#define SEAL(text)                                                                                 \
  {                                                                                                \
    CITIZ_DOMAIN_KIND_SEAL, CITIZ_LABEL_SIZE, text                                                 \
  }
#define TEXT(text)                                                                                 \
  {                                                                                                \
    CITIZ_DOMAIN_KIND_TEXT, sizeof (text) - 1, text                                                \
  }
#define HASH(byte)                                                                                 \
  {                                                                                                \
    CITIZ_DOMAIN_KIND_HASH, 1, { byte }                                                            \
  }

static const Entry table[CITIZ_N_DOMAINS] = {
    [CITIZ_DOMAIN_SIGN_CSX] = SIGN ("citiz/csx/v1"),
    [CITIZ_DOMAIN_SIGN_TX] = SIGN ("citiz/tx/v1"),
    [CITIZ_DOMAIN_SIGN_ACK] = SIGN ("citiz/ack/v1"),
    [CITIZ_DOMAIN_SIGN_JOIN] = SIGN ("citiz/join/v1"),
    [CITIZ_DOMAIN_SIGN_PEER] = SIGN ("citiz/peer/v1"),
    [CITIZ_DOMAIN_SIGN_REFOUND] = SIGN ("citiz/refound/v1"),
    [CITIZ_DOMAIN_SIGN_MAIL] = SIGN ("citiz/mail/v1"),
    [CITIZ_DOMAIN_SIGN_SPONSOR] = SIGN ("citiz/sponsor/v1"),
    [CITIZ_DOMAIN_SIGN_COSIGNATURE] = SIGN ("cosignature/v1\nt"),
    [CITIZ_DOMAIN_SIGN_JOURNAL] = SIGN ("citiz/journal/v1"),

    [CITIZ_DOMAIN_KEY_IDENTITY] = KEY ("CtzIdent"),
    [CITIZ_DOMAIN_KEY_RECORD] = KEY ("CtzSeal_"),
    [CITIZ_DOMAIN_KEY_INDEX] = KEY ("CtzIndex"),
    [CITIZ_DOMAIN_KEY_PSEUDONYM] = KEY ("CtzPseud"),
    [CITIZ_DOMAIN_KEY_BACKUP] = KEY ("CtzBackp"),
    [CITIZ_DOMAIN_KEY_EMERGENCY] = KEY ("CtzEmerg"),
    [CITIZ_DOMAIN_KEY_COMMITMENT] = KEY ("CtzCommt"),
    [CITIZ_DOMAIN_KEY_NODE] = KEY ("CtzNode_"),
    [CITIZ_DOMAIN_KEY_EPOCH] = KEY ("CtzEpoch"),
    [CITIZ_DOMAIN_KEY_WORDS] = KEY ("CtzWords"),

    [CITIZ_DOMAIN_SEAL_SLOT] = SEAL ("citiz/slot/v1"),
    [CITIZ_DOMAIN_SEAL_ROW_KEY] = SEAL ("citiz/rowkey/v1"),
    [CITIZ_DOMAIN_SEAL_OBJECT] = SEAL ("citiz/object/v1"),
    [CITIZ_DOMAIN_SEAL_SHARE] = SEAL ("citiz/sealsh/v1"),
    [CITIZ_DOMAIN_SEAL_STATE] = SEAL ("citiz/state/v1"),

    [CITIZ_DOMAIN_TEXT_CAPSULE] = TEXT ("citiz/capsule/v1"),
    [CITIZ_DOMAIN_TEXT_OPEN] = TEXT ("citiz/open/v1"),
    [CITIZ_DOMAIN_TEXT_TOKEN] = TEXT ("citiz/token/v1"),
    [CITIZ_DOMAIN_TEXT_PASS] = TEXT ("citiz/pass/v1"),
    [CITIZ_DOMAIN_TEXT_NOTE] = TEXT ("citiz/note/v1"),
    [CITIZ_DOMAIN_TEXT_CODE] = TEXT ("citiz/code/v1"),
    [CITIZ_DOMAIN_TEXT_SHARE] = TEXT ("citiz/share"),
    [CITIZ_DOMAIN_TEXT_CARD] = TEXT ("citiz/card/v1"),
    [CITIZ_DOMAIN_TEXT_COMMIT] = TEXT ("citiz/commit/v1"),
    [CITIZ_DOMAIN_TEXT_SLOT_CHECK] = TEXT ("citiz/slotsum/v1"),
    [CITIZ_DOMAIN_TEXT_OFFLINE] = TEXT ("citiz/offline/v1"),
    [CITIZ_DOMAIN_TEXT_WORK] = TEXT ("citiz/work/v1"),
    [CITIZ_DOMAIN_TEXT_HEAD] = TEXT ("citiz/head/v1"),

    [CITIZ_DOMAIN_HASH_LOG_LEAF] = HASH (0x00),
    [CITIZ_DOMAIN_HASH_LOG_NODE] = HASH (0x01),
    [CITIZ_DOMAIN_HASH_STATE_LEAF] = HASH (0x10),
    [CITIZ_DOMAIN_HASH_STATE_NODE] = HASH (0x11),
    [CITIZ_DOMAIN_HASH_HEADER] = HASH (0x20),
    [CITIZ_DOMAIN_HASH_TX] = HASH (0x21),
    [CITIZ_DOMAIN_HASH_CHUNK] = HASH (0x22),
    [CITIZ_DOMAIN_HASH_ACCOUNT] = HASH (0x23),
};

CitizDomainKind
citiz_domain_kind (CitizDomain domain)
{
  g_assert (domain < CITIZ_N_DOMAINS);
  return table[domain].kind;
}

/**
 * citiz_domain_label:
 * @out_n: (out): its size: 16 for signatures and seals, 8 for subkeys, 1 for hashes, as long as the text otherwise
 *
 * Returns: (transfer none): the label's bytes
 */
const guint8 *
citiz_domain_label (CitizDomain domain, gsize *out_n)
{
  g_assert (domain < CITIZ_N_DOMAINS);
  *out_n = table[domain].n;
  return table[domain].label;
}
