/* What the parts of the vault share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-db-private.h"
#include "store/citiz-vault.h"

G_BEGIN_DECLS

#define CITIZ_VAULT_FORMAT     1
#define CITIZ_COMMITMENT_SIZE  16
#define CITIZ_ROW_KEY_SIZE     (CITIZ_SEAL_KEY_SIZE + CITIZ_SEAL_OVERHEAD)
#define CITIZ_OBJECT_AD_SIZE   41 /* vault id, class, id, version, batch */
#define CITIZ_OBJECT_N_CLASSES 10

/* Stored: never renumber. */
typedef enum
{
  CITIZ_SLOT_PASSPHRASE = 1,
  CITIZ_SLOT_WORDS = 2
} CitizSlotKind;

struct _CitizVault
{
  CitizDb *db;
  const CitizEnv *env;
  CitizId id;
  guint32 format;
  guint32 epoch;
  CitizTime created;
  guint8 commitment[CITIZ_COMMITMENT_SIZE];
  CitizSecret *master;
  CitizSecret *row_keys; /* wraps the objects' keys */
  CitizSecret *index;    /* names of settings */
  CitizVaultPause pause; /* nullable */
  gpointer pause_data;
};

gboolean citiz_slot_write (CitizVault *vault,
                           CitizSlotKind kind,
                           CitizSecret *secret,
                           CitizKdfCost cost,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizSecret *citiz_slot_unlock (CitizVault *vault,
                                CitizSlotKind kind,
                                CitizSecret *secret,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_vault_commitment_of (CitizSecret *master,
                                guint32 epoch,
                                guint8 out[CITIZ_COMMITMENT_SIZE]);
void citiz_vault_take_keys (CitizVault *vault, CitizSecret *master);
gsize citiz_object_padded_size (CitizObjectClass object_class, gsize n);

G_END_DECLS
