/* The emergency profile: which parts are shown, which items are masked, whom to call. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-profile-dialog.h"

#include <glib/gi18n.h>

#include "consent/citiz-profile.h"
#include "core/citiz-env.h"
#include "ui/citiz-access-text.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-community-text.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-profile-items.h"
#include "ui/citiz-row.h"
#include "ui/citiz-switch-row.h"
#include "ui/citiz-window.h"

/* What the dialog works on; it lives as long as its window. */
typedef struct
{
  CitizSession *session;
  CitizProfile *profile;
  GtkWidget *window;
  GtkWidget *name, *phone;
  GtkWidget *items; /* the group of single items; its last child is their list */
} Editor;

static CitizProfile *
load (CitizSession *session)
{
  json_t *json = citiz_session_get_setting (session, "profile");
  char *text = json != NULL ? json_dumps (json, JSON_COMPACT) : NULL;
  CitizProfile *profile = NULL;

  if (text != NULL)
    profile = citiz_profile_from_json (text, -1, NULL);
  free (text);
  return profile != NULL ? profile : citiz_profile_new ();
}

static void
editor_free (Editor *editor)
{
  g_object_unref (editor->session);
  citiz_profile_free (editor->profile);
  g_free (editor);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) window = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_set_setting_finish (CITIZ_SESSION (source), result, &error))
    citiz_compat_tell (window, _ ("The Profile Was Not Saved"), citiz_session_explain (error));
}

static void
save (Editor *editor)
{
  g_autofree gchar *text = citiz_profile_to_json (editor->profile);
  json_t *json = json_loads (text, 0, NULL);

  if (json == NULL)
    return;
  citiz_session_set_setting_async (editor->session, "profile", json, NULL, saved_cb,
                                   g_object_ref (editor->window));
  json_decref (json);
}

static void refresh_items (Editor *editor);

/* --- parts --- */

static void
mask_part (gpointer data)
{
  g_object_set_data (data, "citiz-asked", GINT_TO_POINTER (TRUE));
  g_object_set (data, "active", FALSE, NULL);
}

/* A part with an anticoagulant or a severe allergy in it is masked as such an item is: it is asked, once. */
static void
part_cb (CitizSwitchRow *row, GParamSpec *pspec, Editor *editor)
{
  CitizPart part = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "citiz-part"));
  gboolean shown = citiz_switch_row_get_active (row);
  const gchar *care = g_object_get_data (G_OBJECT (row), "citiz-care");
  gboolean asked = g_object_steal_data (G_OBJECT (row), "citiz-asked") != NULL;

  if (shown == citiz_profile_shows (editor->profile, part))
    return;
  if (!shown && care != NULL && !asked)
    {
      g_autofree gchar *text = g_strdup_printf (
          _ ("%s: this changes what must be done in an emergency. The carer will "
             "only see that something is masked here, and will have to treat "
             "without knowing."),
          care);

      g_object_set (row, "active", TRUE, NULL);
      citiz_compat_ask (GTK_WIDGET (row), _ ("Mask It Even So?"), text, _ ("_Mask"), TRUE,
                        mask_part, row);
      return;
    }
  citiz_profile_set_shows (editor->profile, part, shown);
  refresh_items (editor);
  save (editor);
}

static void
sensitive_cb (CitizSwitchRow *row, GParamSpec *pspec, Editor *editor)
{
  guint category = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "citiz-category"));

  citiz_profile_set_shows_sensitive (editor->profile, category, citiz_switch_row_get_active (row));
  refresh_items (editor);
  save (editor);
}

static GtkWidget *
titled (const gchar *title, const gchar *caption, GtkWidget *list)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (box), citiz_heading_new (title, NULL));
  if (caption != NULL)
    {
      GtkWidget *label = citiz_caption_new (caption);

      gtk_widget_set_margin_bottom (label, 10);
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_box_append (GTK_BOX (box), list);
  return box;
}

static GtkWidget *
parts_group (Editor *editor, CitizPartGroup group, const gchar *title)
{
  GtkWidget *list = citiz_list_new (title);

  for (CitizPart part = 0; part < CITIZ_N_PARTS; part++)
    {
      GtkWidget *row;
      g_autofree gchar *care = citiz_profile_part_care (citiz_session_get_record (editor->session),
                                                        part, citiz_session_now (editor->session));
      g_autofree gchar *subtitle
          = *care != '\0' ? g_strdup_printf (_ ("Changes care: %s"), care)
            : part == CITIZ_PART_DOCUMENTS
                ? g_strdup (_ ("The small ones with their pages, the others by title and date"))
                : NULL;

      if (citiz_part_group (part) != group)
        continue;
      row = citiz_switch_row_new (citiz_part_heading (citiz_part_name (part)), subtitle,
                                  citiz_profile_shows (editor->profile, part));
      if (*care != '\0')
        g_object_set_data_full (G_OBJECT (row), "citiz-care", g_steal_pointer (&care), g_free);
      citiz_row_set_prefix (CITIZ_ROW (row), citiz_part_icon (citiz_part_name (part)), "neutral");
      g_object_set_data (G_OBJECT (row), "citiz-part", GUINT_TO_POINTER (part));
      g_signal_connect (row, "notify::active", G_CALLBACK (part_cb), editor);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  return titled (title, NULL, list);
}

static GtkWidget *
sensitive_group (Editor *editor)
{
  static const struct
  {
    guint category;
    const gchar *title;
  } rows[] = {
      {CITIZ_SENSITIVE_MENTAL, N_ ("Mental health")},
      {CITIZ_SENSITIVE_SEXUAL, N_ ("Sexual and reproductive health")},
      {CITIZ_SENSITIVE_ADDICTION, N_ ("Addictions")},
      {CITIZ_SENSITIVE_VIOLENCE, N_ ("Violence suffered")},
  };
  GtkWidget *list = citiz_list_new (_ ("Sensitive subjects"));

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GtkWidget *row = citiz_switch_row_new (
          _ (rows[i].title), NULL,
          citiz_profile_shows_sensitive (editor->profile, rows[i].category));

      g_object_set_data (G_OBJECT (row), "citiz-category", GUINT_TO_POINTER (rows[i].category));
      g_signal_connect (row, "notify::active", G_CALLBACK (sensitive_cb), editor);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  return titled (_ ("Sensitive subjects"),
                 _ ("Not shown unless you add them here. A medication that bears on emergency care "
                    "is announced as masked."),
                 list);
}

/* --- single items --- */

static void
mask_cb (const CitizId *id, gboolean masked, gpointer data)
{
  Editor *editor = data;

  citiz_profile_set_masks (editor->profile, id, masked);
  save (editor);
}

static gboolean
masked_cb (const CitizId *id, gpointer data)
{
  return citiz_profile_masks (((Editor *) data)->profile, id);
}

static gboolean
left_out_cb (const CitizItem *item, gpointer data)
{
  Editor *editor = data;
  const CitizTime now = citiz_session_now (editor->session);
  static const CitizPart parts[CITIZ_N_KINDS] = {
      [CITIZ_KIND_ALLERGY] = CITIZ_PART_ALLERGIES,
      [CITIZ_KIND_MEDICATION] = CITIZ_PART_MEDICATIONS,
      [CITIZ_KIND_PROBLEM] = CITIZ_PART_PROBLEMS,
      [CITIZ_KIND_DEVICE] = CITIZ_PART_DEVICES,
      [CITIZ_KIND_PROCEDURE] = CITIZ_PART_PROCEDURES,
      [CITIZ_KIND_IMMUNIZATION] = CITIZ_PART_IMMUNIZATIONS,
      [CITIZ_KIND_DIRECTIVE] = CITIZ_PART_DIRECTIVES,
      [CITIZ_KIND_CONTACT] = CITIZ_PART_CONTACTS,
  };
  const gboolean past = item->kind == CITIZ_KIND_PROBLEM && !item->nothing_known
                        && !citiz_item_holds (item, now, citiz_env_offset_minutes (now));

  return !citiz_profile_shows_sensitive (editor->profile, item->sensitive)
         || !citiz_profile_shows (editor->profile,
                                  past ? CITIZ_PART_PAST_PROBLEMS : parts[item->kind]);
}

static GtkWidget *
items_list (Editor *editor)
{
  return citiz_profile_items_new (citiz_session_get_record (editor->session), masked_cb,
                                  left_out_cb, mask_cb, editor);
}

static GtkWidget *
items_group (Editor *editor)
{
  editor->items
      = titled (_ ("Single items"), _ ("A masked item is counted under its section, never named."),
                items_list (editor));
  return editor->items;
}

/* What a part or a subject leaves out, its items say. */
static void
refresh_items (Editor *editor)
{
  gtk_box_remove (GTK_BOX (editor->items), gtk_widget_get_last_child (editor->items));
  gtk_box_append (GTK_BOX (editor->items), items_list (editor));
}

/* --- name and contact --- */

static void
label_cb (CitizSwitchRow *row, GParamSpec *pspec, Editor *editor)
{
  citiz_profile_set_label (editor->profile, citiz_switch_row_get_active (row)
                                                ? CITIZ_LABEL_FIRST_NAME_INITIAL
                                                : CITIZ_LABEL_NONE);
  save (editor);
}

static void
stalled_cb (CitizSwitchRow *row, GParamSpec *pspec, Editor *editor)
{
  citiz_profile_set_opens_stalled (editor->profile, citiz_switch_row_get_active (row));
  save (editor);
}

/* Kept as it is typed, like the switches: there is no other press that would keep it. */
static void
contact_cb (GtkWidget *entry, Editor *editor)
{
  citiz_profile_set_contact (editor->profile, gtk_editable_get_text (GTK_EDITABLE (editor->name)),
                             gtk_editable_get_text (GTK_EDITABLE (editor->phone)));
  save (editor);
}

static GtkWidget *
entry_row (const gchar *title, const gchar *text, Editor *editor)
{
  GtkWidget *row = citiz_text_row_new (title);

  gtk_editable_set_text (GTK_EDITABLE (row), text != NULL ? text : "");
  g_signal_connect (row, "changed", G_CALLBACK (contact_cb), editor);
  return row;
}

static GtkWidget *
link_group (Editor *editor)
{
  GtkWidget *list = citiz_list_new (_ ("Around the summary"));
  GtkWidget *row = citiz_switch_row_new (
      _ ("First name and initial before opening"), _ ("So that the carer knows whose record it is"),
      citiz_profile_get_label (editor->profile) == CITIZ_LABEL_FIRST_NAME_INITIAL);

  g_signal_connect (row, "notify::active", G_CALLBACK (label_cb), editor);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  row = citiz_switch_row_new (
      _ ("Open even when the ledger stands still"),
      citiz_community_stalled_text (citiz_session_get_community (editor->session)),
      citiz_profile_opens_stalled (editor->profile));
  g_signal_connect (row, "notify::active", G_CALLBACK (stalled_cb), editor);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  editor->name = entry_row (_ ("Whom to call once it has ended"),
                            citiz_profile_get_contact_name (editor->profile), editor);
  editor->phone
      = entry_row (_ ("Telephone"), citiz_profile_get_contact_phone (editor->profile), editor);
  gtk_list_box_append (GTK_LIST_BOX (list), editor->name);
  gtk_list_box_append (GTK_LIST_BOX (list), editor->phone);
  return titled (_ ("Around the summary"), NULL, list);
}

/* --- preview --- */

static void
preview_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) window = data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *link = citiz_session_preview_finish (CITIZ_SESSION (source), result, &error);

  if (link != NULL)
    citiz_compat_show_uri (window, link);
  else
    citiz_compat_tell (window, _ ("No Preview"), citiz_session_explain (error));
}

static void
preview_pressed_cb (GtkWidget *button, Editor *editor)
{
  citiz_session_preview_async (editor->session, NULL, preview_cb, g_object_ref (editor->window));
}

void
citiz_profile_dialog_show (GtkWidget *parent, CitizSession *session)
{
  Editor *editor = g_new0 (Editor, 1);
  GtkWidget *page, *header, *preview;

  editor->session = g_object_ref (session);
  editor->profile = load (session);
  editor->window = citiz_dialog_new (parent, _ ("Emergency Profile"), 560, 720, &page, &header);
  preview = gtk_button_new_with_label (_ ("Preview"));
  gtk_widget_set_tooltip_text (preview, _ ("The doctor’s page, in your browser"));
  g_signal_connect (preview, "clicked", G_CALLBACK (preview_pressed_cb), editor);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), preview);

  if (citiz_session_get_emergency (session) != NULL)
    gtk_box_append (GTK_BOX (page),
                    citiz_caption_new (
                        _ ("An access is open: what you change here reaches it within seconds. The "
                           "name and the contact travel in its link and wait for the next one.")));
  gtk_box_append (GTK_BOX (page), parts_group (editor, CITIZ_PART_GROUP_CARE, _ ("Care")));
  gtk_box_append (GTK_BOX (page), parts_group (editor, CITIZ_PART_GROUP_ACTIVITY, _ ("Activity")));
  gtk_box_append (GTK_BOX (page), parts_group (editor, CITIZ_PART_GROUP_DIET, _ ("Diet")));
  gtk_box_append (GTK_BOX (page), sensitive_group (editor));
  gtk_box_append (GTK_BOX (page), items_group (editor));
  gtk_box_append (GTK_BOX (page), link_group (editor));
  g_object_set_data_full (G_OBJECT (editor->window), "citiz-editor", editor,
                          (GDestroyNotify) editor_free);
  gtk_window_present (GTK_WINDOW (editor->window));
}

gchar *
citiz_profile_summary (CitizSession *session)
{
  g_autoptr (CitizProfile) profile = load (session);
  g_autoptr (GString) text = g_string_new (NULL);
  guint parts = 0, subjects = 0, items = citiz_profile_n_masked (profile);

  for (CitizPart part = 0; part < CITIZ_N_PARTS; part++)
    parts += citiz_profile_shows (profile, part);
  g_string_append_printf (text, ngettext ("%u part shown", "%u parts shown", parts), parts);
  if (parts < CITIZ_N_PARTS)
    g_string_append_printf (text,
                            ngettext (", %u left out", ", %u left out", CITIZ_N_PARTS - parts),
                            CITIZ_N_PARTS - parts);
  for (guint i = CITIZ_SENSITIVE_NONE + 1; i < CITIZ_N_SENSITIVE; i++)
    subjects += !citiz_profile_shows_sensitive (profile, i);
  if (subjects > 0)
    {
      g_string_append (text, ", ");
      g_string_append_printf (
          text,
          ngettext ("%u sensitive subject left out", "%u sensitive subjects left out", subjects),
          subjects);
    }
  if (items > 0)
    {
      g_string_append (text, ", ");
      g_string_append_printf (text, ngettext ("%u item masked", "%u items masked", items), items);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
