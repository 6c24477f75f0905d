/* Accesses in tests: given, opened, ended. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app-fixture.h"

G_BEGIN_DECLS

GListModel *app_openings (App *app);
gboolean app_first_opening_came (App *app);
gboolean app_end_access (App *app, const CitizId *id, GError **error);
/* Is there a secret of an access left in the vault? */
gboolean app_has_link (App *app);
/* Lucie Bouchard. @id: (nullable): of the entry that is corrected */
CitizId app_save_born (App *app, const CitizId *id, const gchar *birth_date);
void app_save_patient (App *app);
/* For "opened" and "opened-locked". */
void app_count_cb (CitizSession *session, CitizOpening *opening, guint *count);
void app_count_locked_cb (CitizSession *session, gint kind, guint *told);
/* For app_on_engine(): a statement on the vault's database. */
gboolean app_exec_work (CitizEngine *engine,
                        gpointer sql,
                        GCancellable *cancellable,
                        GError **error);
/* For app_on_engine(): an opening stays in the node's mailbox. */
gboolean app_stop_listening_work (CitizEngine *engine,
                                  gpointer data,
                                  GCancellable *cancellable,
                                  GError **error);

G_END_DECLS
