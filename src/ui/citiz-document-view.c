/* Shows a sealed document: a picture in place, a PDF through the viewer of the system after one press. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-document-view.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-picture.h"
#include "ui/citiz-states.h"

struct _CitizDocumentView
{
  AdwBin parent_instance;
  CitizSession *session;
  CitizId id;
  GCancellable *cancellable;
  GBytes *bytes;
  gchar *mime;
  GtkWidget *box;
  gchar *path; /* the plain copy, while there is one */
};

G_DEFINE_FINAL_TYPE (CitizDocumentView, citiz_document_view, ADW_TYPE_BIN)

static void
forget_copy (CitizDocumentView *self)
{
  if (self->path != NULL)
    g_unlink (self->path);
  g_clear_pointer (&self->path, g_free);
}

/* By which the system finds a viewer. */
static const gchar *
suffix_of (const gchar *mime)
{
  static const gchar *const suffixes[][2]
      = {{"image/png", ".png"},   {"image/jpeg", ".jpg"}, {"image/jpg", ".jpg"},
         {"image/tiff", ".tif"},  {"image/gif", ".gif"},  {"image/webp", ".webp"},
         {"image/heic", ".heic"}, {"image/bmp", ".bmp"}};

  for (guint i = 0; mime != NULL && i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_equal (suffixes[i][0], mime))
      return suffixes[i][1];
  return mime != NULL && g_str_has_prefix (mime, "image/") ? "" : ".pdf";
}

/* In the session's own memory file system, readable by this person only, gone with the dialog. */
static gboolean
make_copy (CitizDocumentView *self, GError **error)
{
  g_autofree gchar *name = g_strconcat ("citiz-XXXXXX", suffix_of (self->mime), NULL);
  g_autofree gchar *path = g_build_filename (g_get_user_runtime_dir (), name, NULL);
  gsize size, done = 0;
  const gchar *data = g_bytes_get_data (self->bytes, &size);
  gint fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);

  while (fd >= 0 && done < size)
    {
      gssize n = write (fd, data + done, size - done);
      if (n <= 0 && errno != EINTR)
        break;
      done += n > 0 ? (gsize) n : 0;
    }
  if (fd >= 0)
    close (fd);
  if (fd < 0 || done < size)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "temporary copy not written");
      if (fd >= 0)
        g_unlink (path);
      return FALSE;
    }
  forget_copy (self);
  self->path = g_steal_pointer (&path);
  return TRUE;
}

static void
say (CitizDocumentView *self, const gchar *sentence)
{
  GtkWidget *status = citiz_status_new ("citiz-alert-symbolic", sentence, "bad");

  citiz_status_set_wrap (status);
  gtk_box_append (GTK_BOX (self->box), status);
}

static void
open_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizDocumentView *self = CITIZ_DOCUMENT_VIEW (widget);
  g_autofree gchar *uri = NULL;

  if (self->bytes == NULL || !make_copy (self, NULL))
    {
      citiz_box_clear (self->box);
      say (self, _ ("The document could not be handed over."));
      return;
    }
  uri = g_filename_to_uri (self->path, NULL, NULL);
  citiz_compat_show_uri (widget, uri);
}

static void
show_file (CitizDocumentView *self)
{
  gtk_box_append (GTK_BOX (self->box), citiz_pill_new (NULL, _ ("_Open with the system’s viewer"),
                                                       "document.open", FALSE));
  gtk_box_append (
      GTK_BOX (self->box),
      citiz_caption_new (
          _ ("The viewer is another program: it gets a plain copy in this session’s memory, "
             "which is erased when you close this dialog.")));
}

static void
picture_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizDocumentView) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = citiz_picture_read_finish (result, &error);
  GtkWidget *picture;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->session == NULL)
    return;
  citiz_box_clear (self->box);
  if (texture == NULL)
    {
      say (self, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE)
                     ? _ ("This picture has too many pixels to be shown here. It is whole in "
                          "your record; another program may show it.")
                     : _ ("This picture cannot be shown here. It is in your record as it came; "
                          "another program may show it."));
      show_file (self);
      return;
    }
  picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (texture));
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), _ ("The document"));
  gtk_widget_set_size_request (picture, -1, 280);
  gtk_box_append (GTK_BOX (self->box), picture);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizDocumentView) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *mime = NULL;
  GBytes *bytes
      = citiz_session_read_document_finish (CITIZ_SESSION (source), result, &mime, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->session == NULL)
    {
      g_clear_pointer (&bytes, g_bytes_unref);
      return;
    }
  self->bytes = bytes;
  self->mime = g_steal_pointer (&mime);
  if (bytes != NULL && self->mime != NULL && g_str_has_prefix (self->mime, "image/"))
    {
      citiz_picture_read_async (bytes, self->cancellable, picture_cb, g_object_ref (self));
      return;
    }
  citiz_box_clear (self->box);
  if (bytes == NULL)
    say (self, citiz_session_explain (error));
  else
    show_file (self);
}

static void
citiz_document_view_dispose (GObject *object)
{
  CitizDocumentView *self = CITIZ_DOCUMENT_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  forget_copy (self);
  g_clear_object (&self->session);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  G_OBJECT_CLASS (citiz_document_view_parent_class)->dispose (object);
}

static void
citiz_document_view_finalize (GObject *object)
{
  CitizDocumentView *self = CITIZ_DOCUMENT_VIEW (object);

  g_object_unref (self->cancellable);
  g_free (self->mime);
  G_OBJECT_CLASS (citiz_document_view_parent_class)->finalize (object);
}

static void
citiz_document_view_class_init (CitizDocumentViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_document_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_document_view_finalize;
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "document.open", NULL, open_cb);
}

static void
citiz_document_view_init (CitizDocumentView *self)
{
  self->cancellable = g_cancellable_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  gtk_box_append (GTK_BOX (self->box), citiz_waiting_new (_ ("Opening the document…")));
  adw_bin_set_child (ADW_BIN (self), self->box);
}

GtkWidget *
citiz_document_view_new (CitizSession *session, const CitizId *id)
{
  CitizDocumentView *self = g_object_new (CITIZ_TYPE_DOCUMENT_VIEW, NULL);

  self->session = g_object_ref (session);
  self->id = *id;
  citiz_session_read_document_async (session, id, self->cancellable, read_cb, g_object_ref (self));
  return GTK_WIDGET (self);
}
