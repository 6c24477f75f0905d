/* What the emergency page can do: copy, send, say, print, show, revoke, keep a receipt. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>

#include "ui/citiz-access-text.h"
#include "ui/citiz-acts.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-emergency-page-private.h"
#include "ui/citiz-format.h"
#include "ui/citiz-person.h"
#include "ui/citiz-print.h"
#include "ui/citiz-profile-dialog.h"
#include "ui/citiz-receipt.h"
#include "ui/citiz-speech.h"
#include "ui/citiz-window.h"

static gboolean
is_live (CitizEmergencyPage *self)
{
  return self->access != NULL && self->access->link != NULL
         && self->access->state == CITIZ_ACCESS_LIVE;
}

static void
open_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_emergency_page_press (CITIZ_EMERGENCY_PAGE (widget));
}

static void
copy_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizEmergencyPage *self = CITIZ_EMERGENCY_PAGE (widget);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), self->access->link);
  citiz_toast (widget, _ ("Link copied"));
}

static void
send_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizEmergencyPage *self = CITIZ_EMERGENCY_PAGE (widget);
  g_autofree gchar *subject = g_uri_escape_string (_ ("Access to my health record"), NULL, FALSE);
  g_autofree gchar *body = g_uri_escape_string (self->access->link, NULL, FALSE);
  g_autofree gchar *uri = g_strdup_printf ("mailto:?subject=%s&body=%s", subject, body);

  citiz_compat_show_uri (widget, uri);
}

static void
browse_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_compat_show_uri (widget, CITIZ_EMERGENCY_PAGE (widget)->access->link);
}

static void
speak_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizEmergencyPage *self = CITIZ_EMERGENCY_PAGE (widget);

  if (self->access->spoken != NULL)
    citiz_speech_spell (self->access->spoken, citiz_format_language ());
}

static void
print_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_print_emergency (widget, CITIZ_EMERGENCY_PAGE (widget)->access);
}

/* --- preview --- */

static void
preview_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *link = citiz_session_preview_finish (CITIZ_SESSION (source), result, &error);

  if (link != NULL)
    citiz_compat_show_uri (widget, link);
  else
    citiz_toast (widget, citiz_session_explain (error));
}

static void
preview_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_session_preview_async (CITIZ_EMERGENCY_PAGE (widget)->session, NULL, preview_cb,
                               g_object_ref (widget));
}

static void
person_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_person_ask (widget, CITIZ_EMERGENCY_PAGE (widget)->session);
}

static void
profile_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_profile_dialog_show (widget, CITIZ_EMERGENCY_PAGE (widget)->session);
}

/* --- the one-file capsule --- */

typedef struct
{
  GtkWidget *widget;
  GBytes *html;
  gchar *code;
} Capsule;

static void
capsule_clear (gpointer data)
{
  Capsule *capsule = data;

  g_object_unref (capsule->widget);
  g_bytes_unref (capsule->html);
  citiz_wipe_text (capsule->code);
}

static void
capsule_unref (gpointer data)
{
  g_rc_box_release_full (data, capsule_clear);
}

static void
capsule_written_cb (GtkWidget *widget, gboolean written, gpointer data)
{
  const Capsule *capsule = data;
  gchar *code, *heading;

  if (!written)
    {
      citiz_toast (widget, _ ("The file could not be saved there"));
      return;
    }
  code = citiz_spoken_grouped (capsule->code);
  /* the code is what has to be read, so it is what stands out */
  heading = g_strdup_printf (_ ("Code to Say: %s"), code);
  citiz_wipe_text (code);
  citiz_compat_tell (widget, heading,
                     _ ("The file is saved. Write its code down: it is not kept. Whoever has the "
                        "file and the code can read the summary for ever; nobody can revoke it. "
                        "The file stays as it is now: what you add later is not in it."));
  citiz_wipe_text (heading);
}

static void
capsule_file_cb (GFile *file, gpointer data)
{
  Capsule *capsule = data;

  citiz_act_write (capsule->widget, file, capsule->html, capsule_written_cb,
                   g_rc_box_acquire (capsule), capsule_unref);
}

static void
capsule_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;
  Capsule *capsule;
  gchar *code = NULL;
  GBytes *html
      = citiz_session_offline_capsule_finish (CITIZ_SESSION (source), result, &code, &error);

  if (html == NULL)
    {
      citiz_toast (widget, citiz_session_explain (error));
      return;
    }
  capsule = g_rc_box_new0 (Capsule);
  capsule->widget = g_object_ref (widget);
  capsule->html = html;
  capsule->code = code;
  citiz_compat_save_file (widget, _ ("Save the Encrypted File"), _ ("citiz-summary.html"),
                          capsule_file_cb, capsule, capsule_unref);
}

static void
capsule_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_session_offline_capsule_async (CITIZ_EMERGENCY_PAGE (widget)->session, NULL, capsule_cb,
                                       g_object_ref (widget));
}

/* --- full screen: the code, the spoken code, nothing else --- */

static gboolean
full_screen_key_cb (GtkWindow *window, guint key)
{
  if (key != GDK_KEY_Escape && key != GDK_KEY_F11)
    return GDK_EVENT_PROPAGATE;
  gtk_window_close (window);
  return GDK_EVENT_STOP;
}

static void
full_screen_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizEmergencyPage *self = CITIZ_EMERGENCY_PAGE (widget);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *qr = citiz_qr_new (), *label = gtk_label_new (""), *close;
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkWidget *window
      = g_object_new (GTK_TYPE_WINDOW, "modal", TRUE, "transient-for", gtk_widget_get_root (widget),
                      "title", _ ("Emergency Access"), "fullscreened", TRUE, "decorated", FALSE,
                      "destroy-with-parent", TRUE, NULL);

  g_set_weak_pointer (&self->full_qr, CITIZ_QR (qr));
  g_set_weak_pointer (&self->full_label, label);
  _citiz_emergency_page_fill_full_screen (self);
  gtk_widget_set_vexpand (qr, TRUE);
  gtk_widget_add_css_class (label, "spoken");
  gtk_widget_add_css_class (label, "huge");
  close = gtk_button_new_with_label (_ ("Close (Esc)"));
  gtk_widget_set_halign (close, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_bottom (close, 18);
  g_signal_connect_object (close, "clicked", G_CALLBACK (gtk_window_close), window,
                           G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), qr);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), close);
  gtk_widget_add_css_class (box, "qr-plate");
  gtk_widget_add_css_class (box, "alone");
  gtk_window_set_child (GTK_WINDOW (window), box);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (full_screen_key_cb), window,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (window, keys);
  gtk_window_present (GTK_WINDOW (window));
}

/* --- the end --- */

static void
revoke_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizEmergencyPage *self = CITIZ_EMERGENCY_PAGE (widget);

  citiz_act_revoke (widget, self->session, &self->access->id);
}

static void
moved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;

  gtk_widget_action_set_enabled (widget, "emergency.move", TRUE);
  citiz_toast (widget, citiz_session_move_finish (CITIZ_SESSION (source), result, &error)
                           ? _ ("The code has changed: show this one")
                           : _ ("Too few nodes answer: the access stays on this computer"));
}

static void
move_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizEmergencyPage *self = CITIZ_EMERGENCY_PAGE (widget);

  gtk_widget_action_set_enabled (widget, name, FALSE);
  citiz_session_move_async (self->session, &self->access->id, NULL, moved_cb,
                            g_object_ref (widget));
}

static void
update_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_session_refresh (CITIZ_EMERGENCY_PAGE (widget)->session);
}

static void
receipt_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizEmergencyPage *self = CITIZ_EMERGENCY_PAGE (widget);

  if (self->access != NULL)
    citiz_receipt_save (widget, self->session, self->access);
}

void
_citiz_emergency_page_update_actions (CitizEmergencyPage *self)
{
  static const gchar *const live_only[]
      = {"emergency.copy",  "emergency.send",        "emergency.browse", "emergency.speak",
         "emergency.print", "emergency.full-screen", "emergency.revoke"};

  for (guint i = 0; i < G_N_ELEMENTS (live_only); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), live_only[i], is_live (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "emergency.receipt", self->access != NULL);
}

void
_citiz_emergency_page_install_actions (GtkWidgetClass *klass)
{
  static const struct
  {
    const gchar *name;
    GtkWidgetActionActivateFunc func;
  } actions[] = {
      {"emergency.open", open_action},       {"emergency.copy", copy_action},
      {"emergency.send", send_action},       {"emergency.browse", browse_action},
      {"emergency.speak", speak_action},     {"emergency.print", print_action},
      {"emergency.preview", preview_action}, {"emergency.profile", profile_action},
      {"emergency.capsule", capsule_action}, {"emergency.full-screen", full_screen_action},
      {"emergency.revoke", revoke_action},   {"emergency.receipt", receipt_action},
      {"emergency.update", update_action},   {"emergency.person", person_action},
      {"emergency.move", move_action},
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (klass, actions[i].name, NULL, actions[i].func);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F11, 0, "emergency.full-screen", NULL);
}
