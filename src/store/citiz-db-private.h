/* The parts of the database that the vault and the fault tests reach. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-db.h"

G_BEGIN_DECLS

/* Another VFS by name for every database opened from now on; NULL is the system's. For tests of broken disks. */
void citiz_db_use_vfs (const gchar *name);

/* A file still without its name keeps no log beside it: what is committed must be in the file that is renamed. */
#define CITIZ_DB_UNNAMED ((CitizDbFlags) (1 << 8))

CitizDb *citiz_db_open_file (const gchar *dir,
                             const gchar *file,
                             CitizDbFlags flags,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_db_migrate (CitizDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint citiz_db_newest_version (void);
gboolean citiz_db_check_alive (CitizDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_db_set_error (GError **error, int rc, sqlite3 *handle, const gchar *doing);
gboolean citiz_db_take_lock (const gchar *dir, gboolean create, int *out_fd, GError **error);
gboolean citiz_db_peek_header (const gchar *path, gboolean *out_exists, GError **error);

G_END_DECLS
