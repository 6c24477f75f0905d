/* Fields of the emergency page and the verbs its files share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "ui/citiz-columns.h"
#include "ui/citiz-countdown.h"
#include "ui/citiz-emergency-page.h"
#include "ui/citiz-qr.h"

G_BEGIN_DECLS

struct _CitizEmergencyPage
{
  AdwBin parent_instance;

  CitizSession *session;
  CitizAccess *access; /* shown: the live one, or the last one once it has ended */
  gboolean pending;
  gboolean watches; /* whether the nodes of the link answer */
  guint tick;
  guint late; /* the spinner appears after half a second */
  gchar *subtitle;
  gchar *fingerprint; /* of the lists, to rebuild them only when they changed */

  GtkStack *states;
  GtkSpinner *spinner;
  GtkLabel *sending_label;
  AdwStatusPage *failed_status;
  GtkLabel *ended_title, *ended_text;
  GtkBox *ended_who;
  GtkBox *live_box;
  AdwBin *ring_slot;
  GtkLabel *period_label;
  GtkLabel *clock_label;
  AdwBin *ready_slot;
  AdwBin *columns_slot;
  AdwBin *foot_slot;

  CitizCountdown *ring;
  CitizQr *qr;
  GtkWidget *where_caption;
  GtkWidget *print_button, *foot_caption, *screen_button;
  GtkWidget *link_row;
  GtkWidget *spoken_label;
  GtkWidget *spoken_caption;
  GtkWidget *speak_button, *person_button;
  GtkWidget *who_list;
  GtkWidget *what_list;
  GtkWidget *outdated_list; /* only while the carer sees an earlier record */
  GtkWidget *outdated_row;
  GtkWidget *update_button;
  GtkWidget *standing_list; /* while the nodes of a community are not all it takes */
  GtkWidget *standing_row;
  GtkWidget *standing_capsule;
  gchar *told;           /* (nullable): the link that a person saw last */
  GtkWidget *moved_row;  /* a link that was given leads to a node that does not answer */
  CitizQr *full_qr;      /* (nullable): of the full screen */
  GtkWidget *full_label; /* (nullable) */
};

void _citiz_emergency_page_build (CitizEmergencyPage *self);
void _citiz_emergency_page_set_narrow (CitizEmergencyPage *self, gboolean narrow);
void _citiz_emergency_page_fill (CitizEmergencyPage *self);
void _citiz_emergency_page_fill_full_screen (CitizEmergencyPage *self);
void _citiz_emergency_page_fill_standing (CitizEmergencyPage *self);
void _citiz_emergency_page_install_actions (GtkWidgetClass *klass);
void _citiz_emergency_page_update_actions (CitizEmergencyPage *self);

G_END_DECLS
