/* A QR code: whole-pixel modules on a white plate. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-qr.h"

#include <glib/gi18n.h>
#include <qrencode.h>

#define QUIET            4
#define PREFERRED_MODULE 5

struct _CitizQr
{
  GtkWidget parent_instance;
  QRcode *code;
};

G_DEFINE_FINAL_TYPE (CitizQr, citiz_qr, GTK_TYPE_WIDGET)

static QRcode *
encode (const gchar *text)
{
  return text != NULL && *text != '\0' ? QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M) : NULL;
}

static void
fill_modules (cairo_t *cr, const QRcode *code, gdouble module)
{
  for (gint y = 0; y < code->width; y++)
    for (gint x = 0, end; x < code->width; x = end + 1)
      {
        const guint8 *row = code->data + y * code->width;

        for (end = x; end < code->width && (row[end] & 1); end++)
          ;
        if (end > x)
          cairo_rectangle (cr, (x + QUIET) * module, (y + QUIET) * module, (end - x) * module,
                           module);
      }
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_fill (cr);
}

static void
citiz_qr_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizQr *self = CITIZ_QR (widget);
  gint width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  gint side, module, x, y;
  cairo_t *cr;

  if (self->code == NULL)
    return;
  module = MAX (1, MIN (width, height) / (self->code->width + 2 * QUIET));
  side = module * (self->code->width + 2 * QUIET);
  x = (width - side) / 2;
  y = (height - side) / 2;
  gtk_snapshot_append_color (snapshot, &(GdkRGBA){1, 1, 1, 1},
                             &GRAPHENE_RECT_INIT (0, 0, (gfloat) width, (gfloat) height));
  cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT ((gfloat) x, (gfloat) y, (gfloat) side, (gfloat) side));
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  cairo_translate (cr, x, y);
  fill_modules (cr, self->code, module);
  cairo_destroy (cr);
}

static void
citiz_qr_measure (GtkWidget *widget,
                  GtkOrientation orientation,
                  gint for_size,
                  gint *minimum,
                  gint *natural,
                  gint *minimum_baseline,
                  gint *natural_baseline)
{
  CitizQr *self = CITIZ_QR (widget);
  gint modules = self->code != NULL ? self->code->width + 2 * QUIET : 73;

  *minimum = modules * 2;
  *natural = modules * PREFERRED_MODULE;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural
        = (for_size > 0 ? CLAMP (for_size / modules, 2, PREFERRED_MODULE) : PREFERRED_MODULE)
          * modules;
  *minimum_baseline = *natural_baseline = -1;
}

static GtkSizeRequestMode
citiz_qr_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
citiz_qr_finalize (GObject *object)
{
  g_clear_pointer (&CITIZ_QR (object)->code, QRcode_free);
  G_OBJECT_CLASS (citiz_qr_parent_class)->finalize (object);
}

static void
citiz_qr_class_init (CitizQrClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = citiz_qr_finalize;
  widget_class->snapshot = citiz_qr_snapshot;
  widget_class->measure = citiz_qr_measure;
  widget_class->get_request_mode = citiz_qr_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "qr");
}

static void
citiz_qr_init (CitizQr *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("QR code of the link"), -1);
}

GtkWidget *
citiz_qr_new (void)
{
  return g_object_new (CITIZ_TYPE_QR, NULL);
}

gboolean
citiz_qr_set_text (CitizQr *self, const gchar *text)
{
  g_return_val_if_fail (CITIZ_IS_QR (self), FALSE);
  g_clear_pointer (&self->code, QRcode_free);
  self->code = encode (text);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  return self->code != NULL || text == NULL;
}

gint
citiz_qr_get_modules (CitizQr *self)
{
  g_return_val_if_fail (CITIZ_IS_QR (self), 0);
  return self->code != NULL ? self->code->width : 0;
}

gboolean
citiz_qr_draw (cairo_t *cr, const gchar *text, gdouble size)
{
  QRcode *code = encode (text);

  if (code == NULL)
    return FALSE;
  cairo_save (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, 0, 0, size, size);
  cairo_fill (cr);
  fill_modules (cr, code, size / (code->width + 2 * QUIET));
  cairo_restore (cr);
  QRcode_free (code);
  return TRUE;
}
