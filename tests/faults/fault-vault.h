/* A vault to maltreat. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-vault-private.h"

extern const CitizKdfCost cheap_cost;

CitizSecret *first_passphrase (void);
CitizSecret *second_passphrase (void);
CitizId id_number (guint32 n);
GBytes *bytes_number (guint32 n);
gboolean is_bytes_number (GBytes *bytes, guint32 n);
void copy_files (const gchar *from, const gchar *to);
void remove_files (const gchar *dir);
gchar *new_folder (void);
