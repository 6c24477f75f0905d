/* Pictures of documents: read in a thread, never larger than memory bears. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-picture.h"

#define PIECE ((gsize) 64 * 1024)
#define SIDE  2400 /* pixels: more is not seen in a dialog */

typedef struct
{
  gboolean too_large;
} Reading;

/* A size of nothing tells the loader to set nothing apart. */
static void
size_cb (GdkPixbufLoader *loader, gint width, gint height, gpointer data)
{
  Reading *reading = data;
  const gdouble scale = (gdouble) SIDE / MAX (MAX (width, height), 1);

  reading->too_large = (guint64) MAX (width, 0) * (guint64) MAX (height, 0) > CITIZ_PICTURE_MOST;
  if (reading->too_large)
    gdk_pixbuf_loader_set_size (loader, 0, 0);
  else if (scale < 1)
    gdk_pixbuf_loader_set_size (loader, MAX ((gint) (width * scale), 1),
                                MAX ((gint) (height * scale), 1));
}

static gboolean
feed (GdkPixbufLoader *loader, GBytes *bytes, const Reading *reading, GCancellable *cancellable)
{
  gsize n, at = 0;
  const guchar *data = g_bytes_get_data (bytes, &n);
  gboolean whole = TRUE;

  while (whole && at < n && !reading->too_large && !g_cancellable_is_cancelled (cancellable))
    {
      const gsize piece = MIN (PIECE, n - at);

      whole = gdk_pixbuf_loader_write (loader, data + at, piece, NULL);
      at += piece;
    }
  return gdk_pixbuf_loader_close (loader, NULL) && whole && at == n && n > 0;
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  Reading reading = {FALSE};
  GdkPixbuf *upright;
  gboolean whole;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_cb), &reading);
  whole = feed (loader, data, &reading, cancellable);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (reading.too_large)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "too many pixels");
  else if (!whole || gdk_pixbuf_loader_get_pixbuf (loader) == NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "no whole picture");
  else
    {
      upright = gdk_pixbuf_apply_embedded_orientation (gdk_pixbuf_loader_get_pixbuf (loader));
      g_task_return_pointer (task, upright, g_object_unref);
    }
}

void
citiz_picture_read_async (GBytes *bytes,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, citiz_picture_read_async);
  g_task_set_task_data (task, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
  g_task_run_in_thread (task, read_thread);
}

GdkTexture *
citiz_picture_read_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = g_task_propagate_pointer (G_TASK (result), error);

  return pixbuf != NULL ? gdk_texture_new_for_pixbuf (pixbuf) : NULL;
}
