/* Secret bytes in guarded, locked memory that is wiped when let go. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each secret takes at least one page of locked memory (8 MiB in all on Debian): for keys that live, not for
 * one key a record. */
typedef struct _CitizSecret CitizSecret;

CitizSecret *citiz_secret_new (gsize n);
CitizSecret *citiz_secret_new_random (gsize n);
CitizSecret *citiz_secret_new_take_copy (const guint8 *bytes, gsize n);
CitizSecret *citiz_secret_new_from_text (const gchar *text);
CitizSecret *citiz_secret_ref (CitizSecret *secret);
void citiz_secret_unref (CitizSecret *secret);
guint8 *citiz_secret_data (CitizSecret *secret);
gsize citiz_secret_size (const CitizSecret *secret);
gboolean citiz_secret_equal (const CitizSecret *a, const CitizSecret *b) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_secret_is_locked (const CitizSecret *secret);

gboolean citiz_bytes_equal (const guint8 *a, const guint8 *b, gsize n) G_GNUC_WARN_UNUSED_RESULT;
void citiz_wipe (gpointer bytes, gsize n);
void citiz_wipe_text (gchar *text);
void citiz_random (guint8 *out, gsize n);
guint32 citiz_random_below (guint32 bound);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizSecret, citiz_secret_unref)

G_END_DECLS
