/* A picture from bytes that nobody has looked at yet. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The most points a picture may have to be shown: twice a sheet at 600 dots an inch, 256 MiB while it is read. */
#define CITIZ_PICTURE_MOST ((guint64) 64 * 1024 * 1024)

/**
 * citiz_picture_read_async:
 * @bytes: a file of any format the system reads; its width and height are looked at before anything of their size is set apart
 *
 * Reads it in a thread, upright, no larger than a screen. Errors: %G_IO_ERROR_MESSAGE_TOO_LARGE over CITIZ_PICTURE_MOST,
 * %G_IO_ERROR_INVALID_DATA for what is no picture, %G_IO_ERROR_CANCELLED.
 */
void citiz_picture_read_async (GBytes *bytes,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data);
/* (transfer full) (nullable) */
GdkTexture *citiz_picture_read_finish (GAsyncResult *result, GError **error);

G_END_DECLS
