/* Keys, signatures, seals and derivations: everything above uses only these. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-crypto-error.h"
#include "crypto/citiz-domain.h"
#include "crypto/citiz-hash.h"
#include "crypto/citiz-kdf.h"
#include "crypto/citiz-seal.h"
#include "crypto/citiz-secret.h"
#include "crypto/citiz-shamir.h"
#include "crypto/citiz-sign.h"
#include "crypto/citiz-strength.h"
#include "crypto/citiz-words.h"
