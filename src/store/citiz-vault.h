/* The vault: one master key behind a passphrase and recovery words, and the sealed objects it opens. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-env.h"
#include "crypto/citiz-crypto.h"
#include "store/citiz-db.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _CitizVault CitizVault;

/* Stored: never renumber. */
typedef enum
{
  CITIZ_CLASS_RESOURCE = 1,
  CITIZ_CLASS_SERIES = 2,
  CITIZ_CLASS_CHUNK = 3,
  CITIZ_CLASS_ROLLUP = 4,
  CITIZ_CLASS_BLOB = 5,
  CITIZ_CLASS_SETTING = 6,
  CITIZ_CLASS_GRANT = 7,
  CITIZ_CLASS_OPENING = 8,
  CITIZ_CLASS_BATCH = 9,
  CITIZ_CLASS_COMMITMENT = 10,
  CITIZ_CLASS_PARCEL = 11
} CitizObjectClass;

#define CITIZ_OBJECT_MAX_SIZE (8 * 1024 * 1024) /* longer ones are cut by their owner */

/* Returns: TRUE to go on, FALSE to stop (the walk then fails with CITIZ_STORE_ERROR_CANCELLED) */
typedef gboolean (*CitizVaultFunc) (const CitizId *id,
                                    guint32 version,
                                    guint32 batch,
                                    GBytes *plain,
                                    gpointer data);

gboolean citiz_vault_exists (const gchar *dir);
CitizVault *citiz_vault_create (const gchar *dir,
                                const CitizEnv *env,
                                CitizSecret *passphrase,
                                CitizSecret *entropy32,
                                CitizKdfCost cost,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizVault *citiz_vault_open (const gchar *dir,
                              const CitizEnv *env,
                              CitizSecret *passphrase,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizVault *citiz_vault_open_with_words (const gchar *dir,
                                         const CitizEnv *env,
                                         CitizSecret *entropy32,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizVault *citiz_vault_open_db (CitizDb *db,
                                 const CitizEnv *env,
                                 CitizSecret *passphrase,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizVault *citiz_vault_open_db_with_words (CitizDb *db,
                                            const CitizEnv *env,
                                            CitizSecret *entropy32,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_vault_close (CitizVault *vault);

gboolean citiz_vault_set_passphrase (CitizVault *vault,
                                     CitizSecret *passphrase,
                                     CitizKdfCost cost,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_vault_set_words (CitizVault *vault,
                                CitizSecret *entropy32,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_vault_check_passphrase (CitizVault *vault,
                                       CitizSecret *passphrase,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

CitizDb *citiz_vault_get_db (CitizVault *vault);
const CitizEnv *citiz_vault_get_env (CitizVault *vault);
CitizSecret *citiz_vault_derive (CitizVault *vault, CitizDomain domain, guint64 n);

gboolean citiz_vault_begin (CitizVault *vault, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_vault_commit (CitizVault *vault, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_vault_rollback (CitizVault *vault);

/* Called where something long may be interrupted; may read and write, but not what is being walked over. */
typedef void (*CitizVaultPause) (gpointer data);
void citiz_vault_set_pause (CitizVault *vault, CitizVaultPause pause, gpointer data);
void citiz_vault_pause (CitizVault *vault);

gboolean citiz_vault_put (CitizVault *vault,
                          CitizObjectClass object_class,
                          const CitizId *id,
                          guint32 version,
                          guint32 batch,
                          GBytes *plain,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_vault_get (CitizVault *vault,
                         CitizObjectClass object_class,
                         const CitizId *id,
                         guint32 version,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_vault_delete (CitizVault *vault,
                             CitizObjectClass object_class,
                             const CitizId *id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_vault_delete_batch (CitizVault *vault,
                                   guint32 batch,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_vault_shed_batch (CitizVault *vault,
                                 guint32 batch,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_vault_foreach (CitizVault *vault,
                              CitizObjectClass object_class,
                              CitizVaultFunc func,
                              gpointer data,
                              GCancellable *cancellable,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint64 citiz_vault_count (CitizVault *vault, CitizObjectClass object_class);
guint32 citiz_vault_next_batch (CitizVault *vault);

gboolean citiz_vault_set_setting (CitizVault *vault,
                                  const gchar *key,
                                  GBytes *value,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_vault_get_setting (CitizVault *vault, const gchar *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizVault, citiz_vault_close)

G_END_DECLS
