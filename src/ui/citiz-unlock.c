/* The locked record: passphrase, or the 24 words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-unlock.h"

#include <glib/gi18n.h>

#include "app/citiz-session.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-access-text.h"
#include "ui/citiz-columns.h"
#include "ui/citiz-format.h"
#include "ui/citiz-new-passphrase.h"
#include "ui/citiz-qr.h"
#include "ui/citiz-secret-row.h"

struct _CitizUnlock
{
  AdwBin parent_instance;

  CitizSession *session;
  guint late;

  GtkWidget *ways;
  GtkWidget *entry, *words;
  CitizNewPassphrase *fresh;
  GtkWidget *busy, *serving, *mark, *title, *clamp;
  GtkWidget *problem,
      *words_problem; /* each under what was typed; the second is there with its way */
  GtkWidget *access;  /* the code kept on screen, or hidden */
  CitizQr *qr;
  GtkWidget *spoken;
  CitizTime expires;
  gboolean over_nodes;
  gboolean watches; /* whether its nodes answer */
  gchar *link;      /* (nullable) */
  guint ending;
};

G_DEFINE_FINAL_TYPE (CitizUnlock, citiz_unlock, ADW_TYPE_BIN)

static GtkWidget *words_way (CitizUnlock *self);

static gboolean
with_words (CitizUnlock *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (GTK_STACK (self->ways)), "words") == 0;
}

/* @sentence: (nullable): NULL takes away what was said */
static void
say_problem (CitizUnlock *self, const gchar *sentence)
{
  GtkWidget *label = with_words (self) ? self->words_problem : self->problem;

  gtk_label_set_label (GTK_LABEL (label), sentence != NULL ? sentence : "");
  gtk_widget_set_visible (label, sentence != NULL);
  if (label == self->problem)
    citiz_secret_row_set_problem (CITIZ_SECRET_ROW (self->entry), sentence != NULL ? label : NULL);
}

static gboolean
late_cb (gpointer data)
{
  CitizUnlock *self = data;

  self->late = 0;
  gtk_widget_set_visible (self->busy, TRUE);
  return G_SOURCE_REMOVE;
}

static void
set_busy (CitizUnlock *self, gboolean busy)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  g_clear_handle_id (&self->late, g_source_remove);
  if (busy)
    self->late = g_timeout_add (500, late_cb, self);
  else
    gtk_widget_set_visible (self->busy, FALSE);
  say_problem (self, NULL);
  if (busy && root != NULL)
    gtk_root_set_focus (root, NULL); /* a text that only becomes insensitive is not told */
  gtk_widget_set_sensitive (self->ways, !busy);
}

static void
fail (CitizUnlock *self, const GError *error)
{
  if (self->session == NULL) /* closed meanwhile */
    return;
  set_busy (self, FALSE);
  citiz_secret_row_set_text (CITIZ_SECRET_ROW (self->entry), "");
  say_problem (self, citiz_session_explain (error));
  if (!with_words (self))
    gtk_widget_grab_focus (self->entry);
}

static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizUnlock) self = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_unlock_finish (CITIZ_SESSION (source), result, &error))
    fail (self, error);
}

static void
open_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizUnlock *self = CITIZ_UNLOCK (widget);
  const gchar *text = citiz_secret_row_get_text (CITIZ_SECRET_ROW (self->entry));
  g_autoptr (CitizSecret) passphrase = NULL;

  if (*text == '\0' || citiz_session_get_state (self->session) != CITIZ_SESSION_LOCKED)
    return;
  passphrase = citiz_secret_new_from_text (text);
  set_busy (self, TRUE);
  citiz_session_unlock_async (self->session, passphrase, NULL, unlocked_cb, g_object_ref (self));
}

static void
enter_cb (CitizUnlock *self)
{
  open_action (GTK_WIDGET (self), NULL, NULL);
}

static void
words_unlocked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizUnlock) self = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_unlock_with_words_finish (CITIZ_SESSION (source), result, &error))
    fail (self, error);
}

static void
open_with_words_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizUnlock *self = CITIZ_UNLOCK (widget);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->words));
  g_autoptr (CitizSecret) passphrase = citiz_new_passphrase_take (self->fresh);
  GtkTextIter start, end;
  gchar *text;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  set_busy (self, TRUE);
  citiz_session_unlock_with_words_async (self->session, text, passphrase, NULL, words_unlocked_cb,
                                         g_object_ref (self));
  citiz_wipe_text (text);
}

static void
way_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizUnlock *self = CITIZ_UNLOCK (widget);
  gboolean words = g_str_equal (name, "unlock.words");

  if (words && self->words == NULL) /* made when asked for: most days the passphrase is enough */
    gtk_stack_add_named (GTK_STACK (self->ways), words_way (self), "words");
  say_problem (self, NULL);
  gtk_stack_set_visible_child_name (GTK_STACK (self->ways), words ? "words" : "passphrase");
  gtk_widget_grab_focus (words ? self->words : self->entry);
}

static void
ready_cb (CitizUnlock *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "unlock.open-with-words",
                                 citiz_new_passphrase_get_ready (self->fresh));
}

/* As at the first run, Enter goes on. */
static void
words_enter_cb (CitizUnlock *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "unlock.open-with-words", NULL);
}

/* --- building --- */

static GtkWidget *
button (const gchar *text, const gchar *action, const gchar *first, const gchar *second)
{
  GtkWidget *widget = citiz_button_new (text);

  gtk_widget_add_css_class (widget, first);
  if (second != NULL)
    gtk_widget_add_css_class (widget, second);
  gtk_widget_set_halign (widget, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (widget), action);
  return widget;
}

static GtkWidget *
passphrase_way (CitizUnlock *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *list = citiz_list_new (NULL);

  self->entry = citiz_secret_row_new (_ ("Passphrase"));
  g_signal_connect_object (self->entry, "entered", G_CALLBACK (enter_cb), self, G_CONNECT_SWAPPED);
  gtk_list_box_append (GTK_LIST_BOX (list), self->entry);
  self->problem = citiz_problem_new ();
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (GTK_BOX (box), self->problem);
  gtk_box_append (GTK_BOX (box), button (_ ("_Open"), "unlock.open", "pill", "suggested-action"));
  gtk_box_append (GTK_BOX (box), button (_ ("I Have My 24 _Words"), "unlock.words", "flat", NULL));
  return box;
}

static GtkWidget *
words_way (CitizUnlock *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *frame = gtk_frame_new (NULL);
  GtkWidget *caption = citiz_caption_new (
      _ ("The 24 words of your sheet, in order, in French or in English. Accents and capitals do "
         "not matter."));

  self->words = gtk_text_view_new ();
  g_object_set (self->words, "wrap-mode", GTK_WRAP_WORD_CHAR, "top-margin", 10, "bottom-margin", 10,
                "left-margin", 12, "right-margin", 12, "height-request", 96, "accepts-tab", FALSE,
                "input-hints", GTK_INPUT_HINT_NO_SPELLCHECK | GTK_INPUT_HINT_PRIVATE, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->words), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The 24 words"), -1);
  gtk_frame_set_child (GTK_FRAME (frame), self->words);
  self->fresh = CITIZ_NEW_PASSPHRASE (citiz_new_passphrase_new ());
  g_signal_connect_object (self->fresh, "notify::ready", G_CALLBACK (ready_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->fresh, "activate", G_CALLBACK (words_enter_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), frame);
  gtk_box_append (GTK_BOX (box), caption);
  gtk_box_append (GTK_BOX (box), citiz_heading_new (_ ("A new passphrase"), NULL));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->fresh));
  self->words_problem = citiz_problem_new ();
  gtk_box_append (GTK_BOX (box), self->words_problem);
  gtk_box_append (GTK_BOX (box),
                  button (_ ("_Open"), "unlock.open-with-words", "pill", "suggested-action"));
  gtk_box_append (GTK_BOX (box),
                  button (_ ("I Know My _Passphrase"), "unlock.passphrase", "flat", NULL));
  return box;
}

/* --- the code kept on screen --- */

/* Beside the passphrase, or below it where the window is narrow: there the words make room for the code. */
static void
show_access (CitizUnlock *self, gboolean shown)
{
  gtk_widget_remove_css_class (self->title, shown ? "title-1" : "title-2");
  gtk_widget_add_css_class (self->title, shown ? "title-2" : "title-1");
  gtk_box_set_spacing (GTK_BOX (gtk_widget_get_parent (self->title)), shown ? 12 : 18);
  gtk_widget_set_visible (self->access, shown);
  gtk_widget_set_visible (self->mark, !shown);
  adw_clamp_set_maximum_size (ADW_CLAMP (self->clamp), shown ? 860 : 480);
}

static void
watch_nodes (CitizUnlock *self, gboolean watches)
{
  if (watches == self->watches)
    return;
  self->watches = watches;
  citiz_session_set_watched (self->session, watches);
}

/* The code leads to a node that answers. */
static void
community_cb (CitizUnlock *self)
{
  gchar *link;

  if (self->link == NULL)
    return;
  link = citiz_session_link_now (self->session, self->link);
  citiz_qr_set_text (self->qr, link);
  citiz_wipe_text (link);
}

static void
drop_access (CitizUnlock *self)
{
  g_clear_handle_id (&self->ending, g_source_remove);
  watch_nodes (self, FALSE);
  g_clear_pointer (&self->link, citiz_wipe_text);
  citiz_qr_set_text (self->qr, NULL);
  gtk_label_set_label (GTK_LABEL (self->spoken), "");
  show_access (self, FALSE);
}

/* An access on this computer may end while the record is locked: used up, expired. One over nodes is theirs: what is known here is when it
 * ends at the latest. */
static void
serving_cb (CitizUnlock *self)
{
  const gboolean live = citiz_session_get_serving (self->session) || self->over_nodes;

  gtk_widget_set_visible (self->serving, live);
  if (!live)
    drop_access (self);
}

static gboolean
ending_cb (gpointer data)
{
  CitizUnlock *self = data;

  if (citiz_session_now (self->session).ms < self->expires.ms)
    return G_SOURCE_CONTINUE;
  self->ending = 0;
  self->over_nodes = FALSE;
  drop_access (self);
  serving_cb (self);
  return G_SOURCE_REMOVE;
}

static void
say_end (CitizUnlock *self)
{
  g_autofree gchar *end
      = citiz_format_date_time_ms (self->expires, citiz_session_now (self->session));
  g_autofree gchar *sentence
      = g_strdup_printf (_ ("An access is live, and stays so while the record is locked; it ends "
                            "%s. Open the record to revoke it."),
                         end);

  gtk_label_set_label (GTK_LABEL (self->serving), sentence);
}

static void
keep_code (CitizUnlock *self, const gchar *link, const gchar *spoken)
{
  g_autofree gchar *grouped = citiz_spoken_grouped (spoken);

  if (link == NULL || !citiz_qr_set_text (self->qr, link))
    return;
  if (self->over_nodes)
    self->link = g_strdup (link);
  watch_nodes (self, self->over_nodes);
  gtk_label_set_label (GTK_LABEL (self->spoken), grouped);
  gtk_widget_set_visible (self->spoken, *grouped != '\0');
  show_access (self, TRUE);
}

void
citiz_unlock_keep_access (CitizUnlock *self,
                          const gchar *link,
                          const gchar *spoken,
                          CitizTime expires,
                          gboolean over_nodes)
{
  g_return_if_fail (CITIZ_IS_UNLOCK (self));
  self->expires = expires;
  self->over_nodes = over_nodes;
  say_end (self);
  keep_code (self, link, spoken);
  g_clear_handle_id (&self->ending, g_source_remove);
  self->ending = g_timeout_add_seconds (10, ending_cb, self);
  gtk_widget_set_visible (self->serving, over_nodes || citiz_session_get_serving (self->session));
}

static GtkWidget *
build_access (CitizUnlock *self)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *plate = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *words = gtk_label_new (_ ("Have this code read"));

  self->qr = CITIZ_QR (citiz_qr_new ());
  gtk_widget_add_css_class (plate, "qr-plate");
  gtk_box_append (GTK_BOX (plate), GTK_WIDGET (self->qr));
  self->spoken = gtk_label_new ("");
  gtk_widget_add_css_class (self->spoken, "spoken");
  gtk_widget_add_css_class (words, "bold");
  gtk_widget_set_margin_bottom (self->spoken, 10);
  gtk_widget_add_css_class (card, "card");
  gtk_box_append (GTK_BOX (card), plate);
  gtk_box_append (GTK_BOX (card), words);
  gtk_box_append (GTK_BOX (card), self->spoken);
  gtk_widget_set_valign (card, GTK_ALIGN_CENTER);
  return card;
}

static GtkWidget *
build_body (CitizUnlock *self)
{
  GtkWidget *columns = citiz_columns_new (1, 1, 640);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *middle;
  GtkWidget *mark = citiz_icon_new ("citiz-mark-symbolic");
  GtkWidget *title
      = g_object_new (GTK_TYPE_LABEL, "label", _ ("Your Record Is Locked"), "wrap", TRUE, "justify",
                      GTK_JUSTIFY_CENTER, "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, NULL);

  gtk_image_set_pixel_size (GTK_IMAGE (mark), 64);
  gtk_widget_add_css_class (mark, "mark-large");
  self->mark = mark;
  self->access = build_access (self);
  self->title = title;
  self->ways = gtk_stack_new ();
  g_object_set (self->ways, "vhomogeneous", FALSE, "transition-type",
                GTK_STACK_TRANSITION_TYPE_CROSSFADE, NULL);
  gtk_stack_add_named (GTK_STACK (self->ways), passphrase_way (self), "passphrase");
  self->busy = g_object_new (GTK_TYPE_BOX, "spacing", 12, "halign", GTK_ALIGN_CENTER, "visible",
                             FALSE, NULL);
  gtk_box_append (GTK_BOX (self->busy), g_object_new (GTK_TYPE_SPINNER, "spinning", TRUE, NULL));
  gtk_box_append (GTK_BOX (self->busy), gtk_label_new (_ ("Opening your record…")));
  self->serving = g_object_new (
      GTK_TYPE_LABEL, "wrap", TRUE, "justify", GTK_JUSTIFY_CENTER, "max-width-chars", 44, "label",
      _ ("An access is live, and stays so while the record is locked. Open the "
         "record to revoke it."),
      NULL);
  gtk_box_append (GTK_BOX (box), mark);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), self->serving);
  gtk_box_append (GTK_BOX (box), self->ways);
  gtk_box_append (GTK_BOX (box), self->busy);
  middle = citiz_middle_new (box);
  gtk_widget_set_vexpand (middle, TRUE);
  citiz_columns_append (CITIZ_COLUMNS (columns), 0, middle);
  citiz_columns_append (CITIZ_COLUMNS (columns), 1, self->access);
  g_object_set (columns, "margin-start", 12, "margin-end", 12, "margin-top", 12, "margin-bottom",
                36, NULL);
  return citiz_middle_new (columns);
}

static void
citiz_unlock_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (citiz_unlock_parent_class)->root (widget);
  gtk_widget_grab_focus (CITIZ_UNLOCK (widget)->entry);
}

static void
citiz_unlock_dispose (GObject *object)
{
  CitizUnlock *self = CITIZ_UNLOCK (object);

  g_clear_handle_id (&self->late, g_source_remove);
  g_clear_handle_id (&self->ending, g_source_remove);
  if (self->session != NULL)
    watch_nodes (self, FALSE);
  g_clear_pointer (&self->link, citiz_wipe_text);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (citiz_unlock_parent_class)->dispose (object);
}

static void
citiz_unlock_class_init (CitizUnlockClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_unlock_dispose;
  widget_class->root = citiz_unlock_root;
  gtk_widget_class_install_action (widget_class, "unlock.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "unlock.open-with-words", NULL,
                                   open_with_words_action);
  gtk_widget_class_install_action (widget_class, "unlock.words", NULL, way_action);
  gtk_widget_class_install_action (widget_class, "unlock.passphrase", NULL, way_action);
}

static void
citiz_unlock_init (CitizUnlock *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *header = adw_header_bar_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_widget_add_css_class (header, "flat");
  self->clamp = adw_clamp_new ();
  adw_clamp_set_child (ADW_CLAMP (self->clamp), build_body (self));
  show_access (self, FALSE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->clamp);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), scrolled);
  adw_bin_set_child (ADW_BIN (self), box);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "unlock.open-with-words", FALSE);
}

GtkWidget *
citiz_unlock_new (CitizSession *session)
{
  CitizUnlock *self = g_object_new (CITIZ_TYPE_UNLOCK, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::serving", G_CALLBACK (serving_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "community-changed", G_CALLBACK (community_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_set_visible (self->serving, citiz_session_get_serving (session));
  return GTK_WIDGET (self);
}
