/* The path of one entry: entered, signed, in a block, in the log, verified. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-entry-path.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-ledger-text.h"
#include "ui/citiz-receipt.h"
#include "ui/citiz-window.h"

#define OFFERED    12
#define STEP_WIDTH 132

struct _CitizEntryPath
{
  AdwBin parent_instance;

  CitizSession *session;
  GListModel *entries;
  CitizEntry *entry;
  gboolean chosen; /* by the person: then a new entry does not take its place */

  GtkWidget *title, *when;
  GtkWidget *choose, *choices;
  GtkWidget *steps;
  GtkWidget *card, *empty;
};

G_DEFINE_FINAL_TYPE (CitizEntryPath, citiz_entry_path, ADW_TYPE_BIN)

enum
{
  ENTRY_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* --- one step --- */

static GtkWidget *
step_circle (CitizEntry *entry, CitizStep step)
{
  static const gchar *const styles[] = {"neutral", "accent", "ok", "warning"};
  GtkWidget *overlay = gtk_overlay_new (), *badge;
  GtkWidget *circle = citiz_prefix_new (citiz_step_icon (step), styles[entry->state[step]]);

  gtk_widget_add_css_class (circle, "large");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), circle);
  gtk_widget_set_halign (overlay, GTK_ALIGN_CENTER);
  if (entry->state[step] == CITIZ_STEP_NOW)
    {
      badge = gtk_spinner_new ();
      gtk_spinner_start (GTK_SPINNER (badge));
    }
  else if (entry->state[step] == CITIZ_STEP_TO_COME)
    return overlay;
  else
    {
      badge = citiz_icon_new (entry->state[step] == CITIZ_STEP_DONE ? "citiz-check-symbolic"
                                                                    : "citiz-alert-symbolic");
      gtk_image_set_pixel_size (GTK_IMAGE (badge), 10);
      gtk_widget_add_css_class (badge, "step-badge");
      gtk_widget_add_css_class (badge, entry->state[step] == CITIZ_STEP_DONE ? "done" : "failed");
    }
  gtk_widget_set_halign (badge, GTK_ALIGN_END);
  gtk_widget_set_valign (badge, GTK_ALIGN_END);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), badge);
  return overlay;
}

static GtkWidget *
make_step (CitizEntry *entry, CitizStep step)
{
  GtkWidget *box = g_object_new (GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_VERTICAL, "spacing",
                                 2, "accessible-role", GTK_ACCESSIBLE_ROLE_LIST_ITEM, NULL);
  g_autofree gchar *title = citiz_step_title (entry, step);
  g_autofree gchar *detail = citiz_step_detail (entry, step);
  g_autofree gchar *name
      = g_strdup_printf (_ ("%s: %s"), title, citiz_step_state_text (entry->state[step]));
  GtkWidget *heading = gtk_label_new (title), *caption = citiz_caption_new (detail);

  gtk_widget_add_css_class (heading, "heading");
  gtk_widget_set_margin_top (heading, 6);
  g_object_set (caption, "xalign", 0.5, "yalign", 0.0, "justify", GTK_JUSTIFY_CENTER, "width-chars",
                15, "max-width-chars", 15, NULL);
  gtk_box_append (GTK_BOX (box), step_circle (entry, step));
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), caption);
  gtk_widget_set_size_request (box, STEP_WIDTH, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return box;
}

/* A scrolled row asks its children how high they are when they are wide; here they may be as narrow as they can. */
static void
keep_height (GtkWidget *step)
{
  GtkWidget *caption = gtk_widget_get_last_child (step);
  gint width, height;

  gtk_widget_measure (caption, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
  gtk_widget_measure (caption, GTK_ORIENTATION_VERTICAL, MAX (width, STEP_WIDTH), &height, NULL,
                      NULL, NULL);
  gtk_widget_set_size_request (caption, -1, height);
}

static void
fill_steps (CitizEntryPath *self)
{
  citiz_box_clear (self->steps);
  for (CitizStep step = 0; step < CITIZ_N_STEPS; step++)
    {
      if (step > 0)
        {
          GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

          gtk_widget_add_css_class (line, "step-line");
          if (self->entry->state[step] == CITIZ_STEP_DONE)
            gtk_widget_add_css_class (line, "done");
          gtk_widget_set_valign (line, GTK_ALIGN_START);
          gtk_widget_set_hexpand (line, TRUE);
          gtk_box_append (GTK_BOX (self->steps), line);
        }
      gtk_box_append (GTK_BOX (self->steps), make_step (self->entry, step));
      keep_height (gtk_widget_get_last_child (self->steps));
    }
}

static void
show_entry (CitizEntryPath *self, CitizEntry *entry)
{
  CitizTime now = citiz_session_now (self->session);
  g_autofree gchar *when = citiz_format_date_time_ms (entry->when, now);
  g_autofree gchar *where = NULL;

  /* Translators: a date, where two ledgers could be meant. */
  if (!entry->community && citiz_session_get_community (self->session) != NULL)
    where = g_strdup_printf (_ ("%s · on your own ledger"), when);
  g_set_object (&self->entry, entry);
  gtk_label_set_label (GTK_LABEL (self->title), citiz_entry_title (entry));
  gtk_label_set_label (GTK_LABEL (self->when), where != NULL ? where : when);
  fill_steps (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "path.proof", TRUE);
}

/* --- choosing another --- */

static void
chosen_cb (GtkWidget *row)
{
  CitizEntryPath *self = CITIZ_ENTRY_PATH (gtk_widget_get_ancestor (row, CITIZ_TYPE_ENTRY_PATH));

  self->chosen = TRUE;
  show_entry (self, g_object_get_data (G_OBJECT (row), "citiz-entry"));
  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->choose));
  g_signal_emit (self, signals[ENTRY_CHANGED], 0);
}

static void
fill_choices (CitizEntryPath *self)
{
  CitizTime now = citiz_session_now (self->session);

  citiz_list_clear (self->choices);
  for (guint i = 0; i < MIN (OFFERED, g_list_model_get_n_items (self->entries)); i++)
    {
      g_autoptr (CitizEntry) entry = g_list_model_get_item (self->entries, i);
      g_autofree gchar *when = citiz_format_date_time_ms (entry->when, now);
      GtkWidget *row = citiz_row_new (citiz_entry_title (entry), when);

      g_object_set_data_full (G_OBJECT (row), "citiz-entry", g_object_ref (entry), g_object_unref);
      citiz_row_set_opens (CITIZ_ROW (row), TRUE);
      g_signal_connect (row, "opened", G_CALLBACK (chosen_cb), NULL);
      gtk_list_box_append (GTK_LIST_BOX (self->choices), row);
    }
}

/* The session puts new objects in the place of those it had: the one chosen, as it stands now. */
static CitizEntry *
find_again (CitizEntryPath *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (self->entries); i++)
    {
      g_autoptr (CitizEntry) entry = g_list_model_get_item (self->entries, i);

      if (g_strcmp0 (entry->tx, self->entry->tx) == 0)
        return entry; /* the list holds it */
    }
  return self->entry;
}

void
citiz_entry_path_fill (CitizEntryPath *self, GListModel *entries)
{
  g_autoptr (CitizEntry) newest = g_list_model_get_item (entries, 0);

  g_return_if_fail (CITIZ_IS_ENTRY_PATH (self));
  g_set_object (&self->entries, entries);
  gtk_widget_set_visible (self->card, newest != NULL);
  gtk_widget_set_visible (self->empty, newest == NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "path.proof", newest != NULL);
  if (newest == NULL)
    return;
  fill_choices (self);
  show_entry (self, self->chosen && self->entry != NULL ? find_again (self) : newest);
}

void
citiz_entry_path_show_block (CitizEntryPath *self, guint64 height, gboolean community)
{
  g_return_if_fail (CITIZ_IS_ENTRY_PATH (self));
  for (guint i = 0; self->entries != NULL && i < g_list_model_get_n_items (self->entries); i++)
    {
      g_autoptr (CitizEntry) entry = g_list_model_get_item (self->entries, i);

      if (entry->height == height && entry->community == community)
        {
          self->chosen = TRUE;
          show_entry (self, entry);
          return;
        }
    }
}

guint64
citiz_entry_path_get_height (CitizEntryPath *self, gboolean community)
{
  g_return_val_if_fail (CITIZ_IS_ENTRY_PATH (self), 0);
  return self->entry != NULL && self->entry->community == community ? self->entry->height : 0;
}

/* --- the proof --- */

static void
proof_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = citiz_session_proof_finish (CITIZ_SESSION (source), result, &error);

  if (text != NULL)
    citiz_text_save (widget, _ ("Save the Proof"), _ ("citiz-proof.txt"), text);
  else
    citiz_toast (widget, citiz_session_explain (error));
}

static void
proof_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizEntryPath *self = CITIZ_ENTRY_PATH (widget);

  if (self->entry != NULL)
    citiz_session_proof_async (self->session, self->entry->tx, NULL, proof_cb,
                               g_object_ref (widget));
}

/* --- building --- */

static GtkWidget *
choose_button (CitizEntryPath *self)
{
  GtkWidget *popover = gtk_popover_new (), *scrolled = gtk_scrolled_window_new ();

  self->choices = citiz_list_new (_ ("Your entries"));
  g_object_set (scrolled, "hscrollbar-policy", GTK_POLICY_NEVER, "propagate-natural-height", TRUE,
                "max-content-height", 360, "child", self->choices, NULL);
  gtk_widget_set_size_request (self->choices, 300,
                               -1); /* a width of the scrolled window is not heard */
  gtk_popover_set_child (GTK_POPOVER (popover), scrolled);
  /* The button in it is the one that is pressed, and has the name. */
  self->choose
      = g_object_new (GTK_TYPE_MENU_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_GROUP, NULL);
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->choose),
                             g_object_new (GTK_TYPE_LABEL, "label", _ ("Another Entry"), "wrap",
                                           TRUE, "justify", GTK_JUSTIFY_CENTER, "max-width-chars",
                                           2000 / citiz_scaled (100),
                                           NULL)); /* two lines in large letters */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (self->choose)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Another Entry"), -1);
  gtk_menu_button_set_always_show_arrow (GTK_MENU_BUTTON (self->choose), TRUE);
  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (self->choose), FALSE);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->choose), popover);
  gtk_widget_set_valign (self->choose, GTK_ALIGN_CENTER);
  return self->choose;
}

static GtkWidget *
build_head (CitizEntryPath *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->title = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "wrap", TRUE, NULL);
  self->when = citiz_caption_new ("");
  gtk_widget_add_css_class (self->title, "heading");
  gtk_box_append (GTK_BOX (texts), self->title);
  gtk_box_append (GTK_BOX (texts), self->when);
  g_object_set (texts, "hexpand", TRUE, "valign", GTK_ALIGN_CENTER, NULL);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), citiz_icon_button_new ("citiz-download-symbolic",
                                                        _ ("Save the proof"), "path.proof"));
  gtk_box_append (GTK_BOX (box), choose_button (self));
  g_object_set (box, "margin-start", 18, "margin-end", 8, "margin-top", 7, "margin-bottom", 7,
                NULL);
  return box;
}

static void
citiz_entry_path_dispose (GObject *object)
{
  CitizEntryPath *self = CITIZ_ENTRY_PATH (object);

  g_clear_object (&self->entry);
  g_clear_object (&self->entries);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (citiz_entry_path_parent_class)->dispose (object);
}

static void
citiz_entry_path_class_init (CitizEntryPathClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_entry_path_dispose;
  signals[ENTRY_CHANGED] = g_signal_new ("entry-changed", G_TYPE_FROM_CLASS (klass),
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "path.proof", NULL, proof_action);
}

static void
citiz_entry_path_init (CitizEntryPath *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->card, "card");
  self->steps
      = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_LIST, "margin-top", 16,
                      "margin-bottom", 14, "margin-start", 12, "margin-end", 12, NULL);
  citiz_scroll_sideways (scrolled);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->steps);
  gtk_box_append (GTK_BOX (self->card), build_head (self));
  gtk_box_append (GTK_BOX (self->card), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (self->card), scrolled);
  self->empty = citiz_caption_new (_ ("You have no entry yet."));
  gtk_box_append (GTK_BOX (box), self->card);
  gtk_box_append (GTK_BOX (box), self->empty);
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
citiz_entry_path_new (CitizSession *session)
{
  CitizEntryPath *self = g_object_new (CITIZ_TYPE_ENTRY_PATH, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}
