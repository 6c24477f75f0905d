/* What the live emergency page is made of, and how it is kept up to date. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>

#include "ui/citiz-access-text.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-emergency-page-private.h"
#include "ui/citiz-format.h"
#include "ui/citiz-opening-row.h"
#include "ui/citiz-person.h"
#include "ui/citiz-speech.h"
#include "ui/citiz-window.h"

static GtkWidget *
build_qr (CitizEmergencyPage *self)
{
  GtkWidget *plate = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->qr = CITIZ_QR (citiz_qr_new ());
  gtk_widget_add_css_class (plate, "qr-plate");
  gtk_widget_set_overflow (plate, GTK_OVERFLOW_HIDDEN); /* the corners stay round */
  gtk_widget_set_margin_bottom (plate, 0);
  gtk_box_append (GTK_BOX (plate), GTK_WIDGET (self->qr));
  return plate;
}

static GtkWidget *
build_link_row (CitizEmergencyPage *self)
{
  GtkWidget *row = citiz_row_new (_ ("Link"), "");

  self->link_row = row;
  citiz_row_set_prefix (CITIZ_ROW (row), "citiz-ledger-symbolic", "neutral");
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_add_suffix (
      ADW_ACTION_ROW (row),
      citiz_icon_button_new ("citiz-copies-symbolic", _ ("Copy the link"), "emergency.copy"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             citiz_icon_button_new ("citiz-send-symbolic",
                                                    _ ("Send the link by e-mail"),
                                                    "emergency.send"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             citiz_icon_button_new ("citiz-computer-symbolic",
                                                    _ ("Open the page on this computer"),
                                                    "emergency.browse"));
  return row;
}

static GtkWidget *
build_spoken_row (CitizEmergencyPage *self)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->spoken_label
      = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "selectable", FALSE, "wrap", TRUE, NULL);
  self->spoken_caption = citiz_caption_new ("");
  gtk_box_append (GTK_BOX (texts), self->spoken_label);
  gtk_box_append (GTK_BOX (texts), self->spoken_caption);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), citiz_prefix_new ("citiz-speak-symbolic", "neutral"));
  gtk_box_append (GTK_BOX (box), texts);
  self->speak_button = citiz_icon_button_new ("citiz-speaker-symbolic", _ ("Read the code aloud"),
                                              "emergency.speak");
  gtk_box_append (GTK_BOX (box), self->speak_button);
  self->person_button = gtk_button_new_with_label (_ ("Enter…"));
  gtk_widget_set_valign (self->person_button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->person_button), "emergency.person");
  gtk_box_append (GTK_BOX (box), self->person_button);
  gtk_widget_add_css_class (box, "row-box");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

static GtkWidget *
build_capsule_row (CitizEmergencyPage *self)
{
  GtkWidget *row = citiz_row_new (_ ("In one encrypted file"),
                                  _ ("With a code of its own; stays as it is, cannot be revoked"));

  citiz_row_set_prefix (CITIZ_ROW (row), "citiz-capsule-symbolic", "neutral");
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             citiz_icon_button_new ("citiz-download-symbolic",
                                                    _ ("Save the encrypted file"),
                                                    "emergency.capsule"));
  return row;
}

static GtkWidget *
build_left (CitizEmergencyPage *self)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *heading
      = g_object_new (GTK_TYPE_LABEL, "label", _ ("Have this code read"), "margin-top", 10, NULL);
  GtkWidget *caption = citiz_caption_new ("");
  GtkWidget *list = citiz_list_new (_ ("Ways to open"));

  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (heading, "heading");
  self->where_caption = caption;
  g_object_set (caption, "xalign", 0.5, "justify", GTK_JUSTIFY_CENTER, "margin-start", 14,
                "margin-end", 14, "margin-top", 4, "margin-bottom", 12, NULL);
  gtk_box_append (GTK_BOX (card), build_qr (self));
  gtk_box_append (GTK_BOX (card), heading);
  gtk_box_append (GTK_BOX (card), caption);
  gtk_box_append (GTK_BOX (card), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_widget_remove_css_class (list, "boxed-list");
  gtk_widget_add_css_class (list, "card-list");
  gtk_list_box_set_show_separators (GTK_LIST_BOX (list), TRUE);
  gtk_list_box_append (GTK_LIST_BOX (list), build_link_row (self));
  gtk_list_box_append (GTK_LIST_BOX (list), build_spoken_row (self));
  gtk_list_box_append (GTK_LIST_BOX (list), build_capsule_row (self));
  gtk_box_append (GTK_BOX (card), list);
  gtk_widget_set_valign (card, GTK_ALIGN_START);
  return card;
}

static GtkWidget *
live_mark (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *dot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (dot, "live-dot");
  gtk_widget_set_valign (dot, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), dot);
  gtk_box_append (GTK_BOX (box), citiz_caption_new (_ ("live")));
  return box;
}

static GtkWidget *
group (GtkWidget *heading, GtkWidget *list)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), list);
  return box;
}

/* The last change did not reach what the carer sees. */
static GtkWidget *
build_outdated (CitizEmergencyPage *self)
{
  GtkWidget *update = gtk_button_new_with_label (_ ("Update"));

  self->outdated_list = citiz_list_new (_ ("Not up to date"));
  self->outdated_row = citiz_row_new ("", "");
  citiz_row_set_prefix (CITIZ_ROW (self->outdated_row), "citiz-alert-symbolic", "error");
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self->outdated_row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->outdated_row), 0);
  gtk_widget_set_valign (update, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (update), "emergency.update");
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->outdated_row), update);
  self->update_button = update;
  gtk_list_box_append (GTK_LIST_BOX (self->outdated_list), self->outdated_row);
  gtk_widget_set_margin_bottom (self->outdated_list, 12);
  gtk_widget_set_visible (self->outdated_list, FALSE);
  return self->outdated_list;
}

/* It does not open yet, or on this computer only. */
static GtkWidget *
build_standing (CitizEmergencyPage *self)
{
  self->standing_list = citiz_list_new (_ ("Nodes"));
  self->standing_row = citiz_row_new ("", NULL);
  citiz_row_set_prefix (CITIZ_ROW (self->standing_row), "citiz-access-symbolic", "neutral");
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self->standing_row), 0);
  self->standing_capsule = gtk_button_new_with_label (_ ("One File…"));
  gtk_widget_set_valign (self->standing_capsule, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->standing_capsule), "emergency.capsule");
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->standing_row), self->standing_capsule);
  self->moved_row = citiz_row_new ("", NULL);
  citiz_row_set_prefix (CITIZ_ROW (self->moved_row), "citiz-alert-symbolic", "warning");
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self->moved_row), 0);
  gtk_list_box_append (GTK_LIST_BOX (self->standing_list), self->standing_row);
  gtk_list_box_append (GTK_LIST_BOX (self->standing_list), self->moved_row);
  gtk_widget_set_margin_bottom (self->standing_list, 12);
  gtk_widget_set_visible (self->standing_list, FALSE);
  return self->standing_list;
}

static GtkWidget *
build_foot (CitizEmergencyPage *self)
{
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *revoke, *caption;

  self->print_button = gtk_button_new ();
  gtk_widget_set_tooltip_text (self->print_button, _ ("Print One Page"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->print_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Print One Page"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->print_button), "emergency.print");
  self->screen_button = gtk_button_new ();
  gtk_widget_set_valign (self->screen_button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->screen_button, _ ("Full Screen"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->screen_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Full Screen"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->screen_button), "emergency.full-screen");
  self->foot_caption = caption
      = citiz_caption_new (_ ("What was already seen cannot be taken back."));
  g_object_set (caption, "xalign", 1.0, "justify", GTK_JUSTIFY_RIGHT, "max-width-chars", 26,
                "width-chars", 16, "hexpand", TRUE, NULL);
  revoke = citiz_button_new (_ ("_Revoke"));
  gtk_widget_add_css_class (revoke, "pill");
  gtk_widget_add_css_class (revoke, "destructive-action");
  g_object_set (revoke, "valign", GTK_ALIGN_CENTER, "halign", GTK_ALIGN_END, NULL);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (revoke), "emergency.revoke");
  gtk_box_append (GTK_BOX (foot), self->print_button);
  gtk_box_append (GTK_BOX (foot), self->screen_button);
  gtk_box_append (GTK_BOX (foot), caption);
  gtk_box_append (GTK_BOX (foot), revoke);
  return foot;
}

/* A narrow window keeps the whole code above the fold: smaller words, no ring, one line of buttons. */
void
_citiz_emergency_page_set_narrow (CitizEmergencyPage *self, gboolean narrow)
{
  if (narrow)
    gtk_widget_add_css_class (GTK_WIDGET (self), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "narrow");
  gtk_button_set_child (GTK_BUTTON (self->print_button),
                        narrow ? citiz_icon_new ("printer-symbolic")
                               : citiz_content_new ("printer-symbolic", _ ("Print One Page")));
  gtk_widget_remove_css_class (self->print_button, "image-text-button");
  if (!narrow)
    gtk_widget_add_css_class (self->print_button, "image-text-button");
  gtk_widget_remove_css_class (self->print_button, narrow ? "pill" : "circular");
  gtk_widget_add_css_class (self->print_button, narrow ? "circular" : "pill");
  gtk_widget_set_valign (self->print_button, GTK_ALIGN_CENTER);
  gtk_button_set_child (GTK_BUTTON (self->screen_button),
                        narrow ? citiz_icon_new ("view-fullscreen-symbolic")
                               : gtk_label_new (_ ("Full Screen")));
  gtk_widget_remove_css_class (self->screen_button, narrow ? "flat" : "circular");
  gtk_widget_add_css_class (self->screen_button, narrow ? "circular" : "flat");
  gtk_widget_set_visible (self->foot_caption, !narrow);
  gtk_widget_set_hexpand (gtk_widget_get_last_child (gtk_widget_get_parent (self->foot_caption)),
                          narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->ring_slot), !narrow);
  gtk_box_set_spacing (self->live_box, narrow ? 10 : 24);
}

void
_citiz_emergency_page_build (CitizEmergencyPage *self)
{
  GtkWidget *columns = citiz_columns_new (400, 440, 640);
  GtkWidget *links = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);

  self->ring = CITIZ_COUNTDOWN (citiz_countdown_new ("citiz-emergency-symbolic", 60));
  gtk_widget_add_css_class (GTK_WIDGET (self->ring), "bad");
  adw_bin_set_child (self->ring_slot, GTK_WIDGET (self->ring));
  self->who_list = citiz_list_new (_ ("Who opened"));
  self->what_list = citiz_list_new (_ ("What the carer will see"));
  gtk_box_append (GTK_BOX (links), citiz_link_button_new (_ ("Preview"), "emergency.preview"));
  gtk_box_append (GTK_BOX (links), citiz_link_button_new (_ ("Profile"), "emergency.profile"));
  citiz_columns_append (CITIZ_COLUMNS (columns), 0, build_left (self));
  citiz_columns_append (CITIZ_COLUMNS (columns), 1, build_standing (self));
  citiz_columns_append (CITIZ_COLUMNS (columns), 1, build_outdated (self));
  citiz_columns_append (CITIZ_COLUMNS (columns), 1,
                        group (citiz_heading_new (_ ("Who opened"), live_mark ()), self->who_list));
  citiz_columns_append (
      CITIZ_COLUMNS (columns), 1,
      group (citiz_heading_new (_ ("What the carer will see"), links), self->what_list));
  adw_bin_set_child (self->columns_slot, columns);
  adw_bin_set_child (self->foot_slot, build_foot (self));
  _citiz_emergency_page_set_narrow (self, FALSE);
}

/* --- keeping it up to date --- */

static void
fill_who (CitizEmergencyPage *self)
{
  GListModel *openings = citiz_session_get_openings (self->session);
  guint shown = 0;

  citiz_list_clear (self->who_list);
  for (guint i = 0; i < g_list_model_get_n_items (openings); i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (openings, i);

      if (!citiz_id_equal (&opening->access, &self->access->id))
        continue;
      gtk_list_box_append (GTK_LIST_BOX (self->who_list),
                           citiz_opening_row_new (self->session, opening, FALSE));
      shown++;
    }
  if (shown == 0)
    {
      GtkWidget *row
          = citiz_row_new (_ ("Nobody yet"), _ ("You will see it here within a few seconds"));

      citiz_row_set_prefix (CITIZ_ROW (row), "citiz-shown-symbolic", "neutral");
      gtk_list_box_append (GTK_LIST_BOX (self->who_list), row);
    }
}

static void
fill_what (CitizEmergencyPage *self)
{
  g_autoptr (GPtrArray) lines = citiz_access_lines (self->access);

  citiz_list_clear (self->what_list);
  for (guint i = 0; i < lines->len; i++)
    {
      CitizPartLine *line = g_ptr_array_index (lines, i);
      GtkWidget *row = citiz_row_new (line->title, line->subtitle);

      citiz_row_set_prefix (CITIZ_ROW (row), line->icon, line->style);
      adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
      gtk_list_box_append (GTK_LIST_BOX (self->what_list), row);
    }
  if (lines->len == 0)
    {
      GtkWidget *row = citiz_row_new (_ ("An empty summary"),
                                      _ ("Add your allergies and medications in Care"));

      citiz_row_set_prefix (CITIZ_ROW (row), "citiz-document-symbolic", "neutral");
      gtk_list_box_append (GTK_LIST_BOX (self->what_list), row);
    }
}

static void
fill_spoken (CitizEmergencyPage *self)
{
  g_autofree gchar *code = citiz_spoken_grouped (self->access->spoken);
  g_autofree gchar *address = citiz_access_entry (self->access);
  g_autofree gchar *caption = NULL, *birth = citiz_person_birth_date (self->session);
  const gboolean usable = citiz_access_has_code (self->access);
  const gboolean missing = self->access->spoken == NULL && self->access->spoken_tries_left > 0;

  /* Translators: %s is an address such as 127.0.0.1:8321/v. */
  caption = usable ? g_strdup_printf (_ ("Code to say, to enter at %s"), address)
                   : g_strdup (!missing         ? _ ("Tried too often: use the QR code or the link")
                               : *birth == '\0' ? _ ("It needs your birth date. Once you have "
                                                     "entered it, this access has one.")
                                                : _ ("Your next access has one."));
  gtk_widget_set_visible (self->person_button, missing && *birth == '\0');
  gtk_widget_set_visible (self->speak_button, usable && citiz_speech_available ());
  gtk_label_set_label (GTK_LABEL (self->spoken_label), usable ? code : _ ("No spoken code"));
  gtk_widget_remove_css_class (self->spoken_label, usable ? "heading" : "spoken");
  gtk_widget_add_css_class (self->spoken_label, usable ? "spoken" : "heading");
  gtk_label_set_label (GTK_LABEL (self->spoken_caption), caption);
}

static void
fill_outdated (CitizEmergencyPage *self)
{
  g_autofree gchar *when = NULL, *title = NULL;

  gtk_widget_set_visible (self->outdated_list, self->access->outdated != NULL);
  if (self->access->outdated == NULL)
    return;
  when = citiz_format_date_time_ms (self->access->updated, citiz_session_now (self->session));
  /* Translators: %s is "today, 14:32". */
  title = g_strdup_printf (self->access->superseded
                               ? _ ("The carer sees another copy of your record, as it was: %s")
                               : _ ("The carer still sees your record as it was: %s"),
                           when);
  gtk_widget_set_visible (self->update_button, !self->access->superseded);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->outdated_row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->outdated_row), self->access->outdated);
}

static const gchar *
where_it_opens (const CitizAccess *access, gboolean stranded, gboolean movable)
{
  if (stranded)
    return _ ("It opens again as soon as enough nodes answer.");
  if (access->n_nodes > 0)
    return _ ("It opens in any browser, even when this computer is off.");
  if (access->instead || movable)
    return _ ("It opens on this computer.");
  return _ ("Without a community, it opens on this computer.");
}

/* The word beside the clock, and a sentence while there is something to wait for or to know. */
void
_citiz_emergency_page_fill_standing (CitizEmergencyPage *self)
{
  const CitizAccess *access = self->access;
  const gboolean sending = access->ready == CITIZ_ACCESS_SENDING && access->n_nodes > 0;
  const CitizCommunityView *view = citiz_session_get_community (self->session);
  const gboolean stranded = citiz_access_is_stranded (access, view);
  const gboolean movable = citiz_access_can_move (access, view);
  g_autofree gchar *clock = citiz_session_explain_clock (view);
  const gboolean told = sending || stranded || access->instead || movable || clock != NULL;
  const gchar *moved = stranded ? NULL : citiz_session_explain_moved (access);
  g_autofree gchar *ready = citiz_session_explain_ready (access, view), *word = NULL;
  g_autofree gchar *sentence
      = clock != NULL ? g_strjoin (" ", clock, ready, NULL) : g_steal_pointer (&ready);

  if (access->n_nodes == 0)
    word = g_strdup (_ ("Ready on this computer"));
  else if (stranded)
    word = g_strdup (_ ("Not now"));
  else if (sending)
    word = g_strdup_printf (_ ("%u of %u nodes ready"), access->n_holding, access->n_nodes);
  else
    word = g_strdup_printf (_ ("Ready · %u of %u nodes"), access->n_holding - access->n_silent,
                            access->n_nodes);
  gtk_label_set_label (GTK_LABEL (self->where_caption), where_it_opens (access, stranded, movable));
  adw_bin_set_child (
      self->ready_slot,
      citiz_status_new (sending || stranded ? "citiz-clock-symbolic" : "citiz-check-symbolic", word,
                        stranded  ? "late"
                        : sending ? "neutral"
                                  : "ok"));
  gtk_widget_set_visible (self->standing_list, (told && sentence != NULL) || moved != NULL);
  gtk_widget_set_visible (self->standing_row, told && sentence != NULL);
  gtk_widget_set_visible (self->moved_row, moved != NULL);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && g_strcmp0 (self->told, access->link) != 0)
    {
      if (moved != NULL && self->told != NULL) /* where the row may be out of sight */
        citiz_toast (GTK_WIDGET (self), _ ("The code has changed: show this one"));
      g_free (self->told);
      self->told = g_strdup (access->link);
    }
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->moved_row), moved != NULL ? moved : "");
  gtk_widget_set_visible (self->standing_capsule, access->instead || stranded || movable);
  gtk_button_set_label (GTK_BUTTON (self->standing_capsule),
                        movable ? _ ("Give It to the Nodes") : _ ("One File…"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->standing_capsule),
                                  movable ? "emergency.move" : "emergency.capsule");
  if (!told || sentence == NULL)
    return;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->standing_row), sentence);
}

/* The code on the whole screen leads where the page's does. */
void
_citiz_emergency_page_fill_full_screen (CitizEmergencyPage *self)
{
  g_autofree gchar *code = citiz_spoken_grouped (self->access->spoken);

  if (self->full_qr == NULL)
    return;
  citiz_qr_set_text (self->full_qr, self->access->link);
  gtk_label_set_label (GTK_LABEL (self->full_label), code);
}

void
_citiz_emergency_page_fill (CitizEmergencyPage *self)
{
  g_autofree gchar *print = NULL;
  GListModel *openings = citiz_session_get_openings (self->session);
  g_autoptr (CitizOpening) newest = g_list_model_get_item (openings, 0);

  fill_spoken (self);
  fill_outdated (self);
  _citiz_emergency_page_fill_standing (self);
  print = g_strdup_printf ("%s|%u|%" G_GINT64_FORMAT "|%d|%u|%" G_GINT64_FORMAT, self->access->link,
                           g_list_model_get_n_items (openings),
                           newest != NULL ? newest->when.ms : 0, newest != NULL && newest->disputed,
                           self->access->withheld, self->access->updated.ms);
  if (g_strcmp0 (print, self->fingerprint) != 0)
    {
      g_free (self->fingerprint);
      self->fingerprint = g_steal_pointer (&print);
      citiz_qr_set_text (self->qr, self->access->link);
      _citiz_emergency_page_fill_full_screen (self);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (self->link_row),
                                   citiz_access_link_shown (self->access));
      fill_what (self);
    }
  fill_who (self);
}
