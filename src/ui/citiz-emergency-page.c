/* The emergency access as a page of the window: its states and its clock. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-emergency-page.h"

#include <glib/gi18n.h>

#include "ui/citiz-access-text.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-emergency-page-private.h"
#include "ui/citiz-format.h"
#include "ui/citiz-opening-row.h"

#define HOURS 24

static void citiz_emergency_page_iface_init (CitizPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CitizEmergencyPage,
                               citiz_emergency_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (CITIZ_TYPE_PAGE,
                                                      citiz_emergency_page_iface_init))

static void
show_state (CitizEmergencyPage *self, const gchar *name)
{
  gtk_stack_set_visible_child_name (self->states, name);
  _citiz_emergency_page_update_actions (self);
  citiz_page_emit_changed (CITIZ_PAGE (self));
}

/* --- the clock: each second while the page is on screen --- */

static void
update_clock (CitizEmergencyPage *self)
{
  CitizTime now = citiz_session_now (self->session);
  g_autofree gchar *clock = NULL, *period = NULL;

  if (self->access == NULL)
    return;
  clock = citiz_access_clock (self->access, now);
  period = citiz_access_period (self->access, now);
  gtk_label_set_label (self->clock_label, clock);
  gtk_label_set_label (self->period_label, period);
  citiz_countdown_set_fraction (self->ring, citiz_access_left (self->access, now));
}

static gboolean
tick_cb (gpointer data)
{
  update_clock (data);
  return G_SOURCE_CONTINUE;
}

/* While a link over nodes can be read here, it is asked more often whether they answer. */
static void
follow_watched (CitizEmergencyPage *self)
{
  const gboolean watches = self->session != NULL && gtk_widget_get_mapped (GTK_WIDGET (self))
                           && self->access != NULL && self->access->state == CITIZ_ACCESS_LIVE
                           && self->access->link != NULL && self->access->n_nodes > 0;

  if (watches == self->watches)
    return;
  self->watches = watches;
  citiz_session_set_watched (self->session, watches);
}

static void
citiz_emergency_page_map (GtkWidget *widget)
{
  CitizEmergencyPage *self = CITIZ_EMERGENCY_PAGE (widget);

  GTK_WIDGET_CLASS (citiz_emergency_page_parent_class)->map (widget);
  if (self->tick == 0)
    self->tick = g_timeout_add_seconds (1, tick_cb, self);
  update_clock (self);
  follow_watched (self);
  if (self->session != NULL) /* by the time it is pressed they are known */
    citiz_session_look_at_nodes_async (self->session, NULL, NULL);
}

static void
citiz_emergency_page_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&CITIZ_EMERGENCY_PAGE (widget)->tick, g_source_remove);
  GTK_WIDGET_CLASS (citiz_emergency_page_parent_class)->unmap (widget);
  follow_watched (CITIZ_EMERGENCY_PAGE (widget));
}

static void
folded_cb (CitizEmergencyPage *self, GParamSpec *pspec, AdwLeaflet *leaflet)
{
  _citiz_emergency_page_set_narrow (self, adw_leaflet_get_folded (leaflet));
}

static void
citiz_emergency_page_root (GtkWidget *widget)
{
  GtkWidget *leaflet = gtk_widget_get_ancestor (widget, ADW_TYPE_LEAFLET);

  GTK_WIDGET_CLASS (citiz_emergency_page_parent_class)->root (widget);
  if (leaflet == NULL)
    return;
  g_signal_connect_object (leaflet, "notify::folded", G_CALLBACK (folded_cb), widget,
                           G_CONNECT_SWAPPED);
  folded_cb (CITIZ_EMERGENCY_PAGE (widget), NULL, ADW_LEAFLET (leaflet));
}

/* --- states --- */

static void
fill_ended (CitizEmergencyPage *self)
{
  GListModel *openings = citiz_session_get_openings (self->session);
  CitizTime now = citiz_session_now (self->session);
  g_autofree gchar *ending = citiz_access_ending (self->access, now), *text = NULL;
  GtkWidget *list = citiz_list_new (_ ("Who opened"));
  guint shown = 0;

  g_autofree gchar *nodes = self->access->ending ? citiz_session_explain_ready (self->access, NULL)
                                                 : citiz_session_explain_erased (self->access);

  gtk_label_set_label (self->ended_title, self->access->ending
                                                  || (self->access->state == CITIZ_ACCESS_REVOKED
                                                      && !self->access->ended_by_copy)
                                              ? _ ("You Ended the Access")
                                              : _ ("The Access Has Ended"));
  text = self->access->ending
             ? g_strdup (nodes)
             : g_strdup_printf ("%s\n%s%s%s", ending,
                                _ ("The link, the code and the QR code open nothing any more."),
                                nodes != NULL ? "\n" : "", nodes != NULL ? nodes : "");
  gtk_label_set_label (self->ended_text, text);
  citiz_box_clear (GTK_WIDGET (self->ended_who));
  for (guint i = 0; i < g_list_model_get_n_items (openings); i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (openings, i);

      if (!citiz_id_equal (&opening->access, &self->access->id))
        continue;
      gtk_list_box_append (GTK_LIST_BOX (list),
                           citiz_opening_row_new (self->session, opening, FALSE));
      shown++;
    }
  if (shown == 0)
    {
      g_object_ref_sink (list);
      g_object_unref (list);
      return;
    }
  gtk_box_append (self->ended_who, citiz_heading_new (_ ("Who opened"), NULL));
  gtk_box_append (self->ended_who, list);
}

/* "today, 14:32"; today the hour alone, which a narrow header has room for. */
static gchar *
when_in_header (CitizTime when, CitizTime now)
{
  g_autoptr (GDateTime) a = g_date_time_new_from_unix_local (when.ms / 1000);
  g_autoptr (GDateTime) b = g_date_time_new_from_unix_local (now.ms / 1000);

  return g_date_time_get_year (a) == g_date_time_get_year (b)
                 && g_date_time_get_day_of_year (a) == g_date_time_get_day_of_year (b)
             ? citiz_format_time (a)
             : citiz_format_date_time (a, b);
}

static void
set_subtitle (CitizEmergencyPage *self)
{
  g_clear_pointer (&self->subtitle, g_free);
  if (self->access != NULL)
    {
      CitizTime now = citiz_session_now (self->session);
      gboolean updated = self->access->updated.ms > self->access->given.ms;
      g_autofree gchar *when
          = when_in_header (updated ? self->access->updated : self->access->given, now);

      if (self->access->n_nodes > 0 && self->access->height == 0)
        self->subtitle = g_strdup (_ ("On its way to the ledger"));
      else
        self->subtitle = g_strdup_printf (
            /* Translators: a time, "14:32", or a date with one. In a header: few letters. */
            updated ? _ ("Updated in the ledger · %s") : _ ("Written in the ledger · %s"), when);
    }
}

/* The session's own view of the access shown: it may have put another object in its place. */
static void
look_up_again (CitizEmergencyPage *self)
{
  GListModel *accesses = citiz_session_get_accesses (self->session);

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (citiz_id_equal (&access->id, &self->access->id))
        {
          g_set_object (&self->access, access);
          return;
        }
    }
}

static void
follow_session (CitizEmergencyPage *self)
{
  CitizAccess *live;

  if (self->pending || self->session == NULL)
    return;
  live = citiz_session_get_emergency (self->session);
  if (live != NULL)
    {
      g_set_object (&self->access, live);
      set_subtitle (self);
      _citiz_emergency_page_fill (self);
      update_clock (self);
      show_state (self, "live");
    }
  else if (self->access != NULL)
    {
      look_up_again (self);
      fill_ended (self);
      show_state (self, "ended");
    }
  else if (g_strcmp0 (citiz_emergency_page_get_state (self), "failed") != 0)
    show_state (self, "calm");
  follow_watched (self);
}

static void
community_cb (CitizEmergencyPage *self)
{
  if (self->session != NULL && g_strcmp0 (citiz_emergency_page_get_state (self), "live") == 0)
    _citiz_emergency_page_fill_standing (self);
}

static gboolean
late_cb (gpointer data)
{
  CitizEmergencyPage *self = data;

  self->late = 0;
  gtk_spinner_start (self->spinner);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->sending_label), TRUE);
  return G_SOURCE_REMOVE;
}

/* Where Revoke is the next Tab; Enter shows the code to who stands there. */
static void
take_focus (CitizEmergencyPage *self)
{
  if (gtk_widget_get_mapped (self->screen_button)) /* else the person has gone elsewhere */
    gtk_widget_grab_focus (self->screen_button);
}

static void
given_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizEmergencyPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizAccess) access
      = citiz_session_emergency_finish (CITIZ_SESSION (source), result, &error);

  if (self->session == NULL) /* locked meanwhile */
    return;
  self->pending = FALSE;
  g_clear_handle_id (&self->late, g_source_remove);
  gtk_spinner_stop (self->spinner);
  if (access == NULL)
    {
      g_autofree gchar *text = g_strdup_printf (
          "%s\n%s", citiz_session_explain (error),
          _ ("Nothing was opened and your record is intact. The one-file summary still works."));

      adw_status_page_set_description (self->failed_status, text);
      show_state (self, "failed");
      return;
    }
  follow_session (self);
  take_focus (self);
}

void
citiz_emergency_page_press (CitizEmergencyPage *self)
{
  g_return_if_fail (CITIZ_IS_EMERGENCY_PAGE (self));
  if (self->pending)
    return;
  if (citiz_session_get_emergency (self->session) != NULL)
    {
      follow_session (self);
      take_focus (self);
      return;
    }
  self->pending = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->sending_label), FALSE);
  self->late = g_timeout_add (500, late_cb, self);
  show_state (self, "sending");
  citiz_session_emergency_async (self->session, HOURS, NULL, given_cb, g_object_ref (self));
}

const gchar *
citiz_emergency_page_get_state (CitizEmergencyPage *self)
{
  g_return_val_if_fail (CITIZ_IS_EMERGENCY_PAGE (self), NULL);
  return gtk_stack_get_visible_child_name (self->states);
}

/* --- the page's face to the window --- */

static const gchar *
page_get_title (CitizPage *page)
{
  return _ ("Emergency Access");
}

static const gchar *
page_get_subtitle (CitizPage *page)
{
  CitizEmergencyPage *self = CITIZ_EMERGENCY_PAGE (page);

  return g_strcmp0 (citiz_emergency_page_get_state (self), "live") == 0 ? self->subtitle : NULL;
}

static void
page_refresh (CitizPage *page)
{
  follow_session (CITIZ_EMERGENCY_PAGE (page));
}

static void
citiz_emergency_page_iface_init (CitizPageInterface *iface)
{
  iface->get_title = page_get_title;
  iface->get_subtitle = page_get_subtitle;
  iface->refresh = page_refresh;
}

static void
citiz_emergency_page_dispose (GObject *object)
{
  CitizEmergencyPage *self = CITIZ_EMERGENCY_PAGE (object);

  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->late, g_source_remove);
  g_clear_weak_pointer (&self->full_qr);
  g_clear_weak_pointer (&self->full_label);
  g_clear_object (&self->access);
  g_clear_object (&self->session);
  g_clear_pointer (&self->subtitle, g_free);
  g_clear_pointer (&self->fingerprint, g_free);
  g_clear_pointer (&self->told, g_free);
  G_OBJECT_CLASS (citiz_emergency_page_parent_class)->dispose (object);
}

#define BIND(name)                                                                                 \
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), CitizEmergencyPage, name)

static void
citiz_emergency_page_class_init (CitizEmergencyPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_emergency_page_dispose;
  widget_class->map = citiz_emergency_page_map;
  widget_class->root = citiz_emergency_page_root;
  widget_class->unmap = citiz_emergency_page_unmap;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/citiz/Citiz/citiz-emergency-page.ui");
  BIND (states);
  BIND (spinner);
  BIND (sending_label);
  BIND (failed_status);
  BIND (ended_title);
  BIND (ended_text);
  BIND (ended_who);
  BIND (live_box);
  BIND (ring_slot);
  BIND (period_label);
  BIND (clock_label);
  BIND (ready_slot);
  BIND (columns_slot);
  BIND (foot_slot);
  _citiz_emergency_page_install_actions (widget_class);
}

static void
citiz_emergency_page_init (CitizEmergencyPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
citiz_emergency_page_new (CitizSession *session)
{
  CitizEmergencyPage *self = g_object_new (CITIZ_TYPE_EMERGENCY_PAGE, NULL);

  self->session = g_object_ref (session);
  _citiz_emergency_page_build (self);
  g_signal_connect_object (session, "accesses-changed", G_CALLBACK (follow_session), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "opened", G_CALLBACK (follow_session), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "record-changed", G_CALLBACK (follow_session), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "community-changed", G_CALLBACK (community_cb), self,
                           G_CONNECT_SWAPPED);
  follow_session (self);
  return GTK_WIDGET (self);
}
