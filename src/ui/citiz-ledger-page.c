/* Can it be trusted: the blocks, the path of one's own entries, verifying everything. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-ledger-page.h"

#include <glib/gi18n.h>

#include "app/citiz-session.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-block-strip.h"
#include "ui/citiz-columns.h"
#include "ui/citiz-entry-path.h"
#include "ui/citiz-format.h"
#include "ui/citiz-ledger-community.h"
#include "ui/citiz-ledger-text.h"
#include "ui/citiz-window.h"

struct _CitizLedgerPage
{
  AdwBin parent_instance;

  CitizSession *session;
  GCancellable *verifying;

  CitizBlockStrip *strip;
  CitizEntryPath *path;
  GtkWidget *states, *empty, *trouble, *trouble_row, *blocks, *entries;
  GtkWidget *verify_row, *verify_button, *cancel_button, *progress;
};

static void citiz_ledger_page_iface_init (CitizPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CitizLedgerPage,
                               citiz_ledger_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (CITIZ_TYPE_PAGE,
                                                      citiz_ledger_page_iface_init))

/* --- verifying everything --- */

static void
set_verifying (CitizLedgerPage *self, gboolean verifying)
{
  GtkWidget *before = verifying ? self->verify_button : self->cancel_button;
  GtkWidget *after = verifying ? self->cancel_button : self->verify_button;
  const gboolean focused = gtk_widget_has_focus (before);

  gtk_widget_set_visible (self->progress, verifying);
  gtk_widget_set_visible (after, TRUE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "ledger.verify",
                                 !verifying && citiz_session_get_distrust (self->session) == NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "ledger.cancel", verifying);
  if (focused) /* the keyboard stays where it pressed */
    gtk_widget_grab_focus (after);
  gtk_widget_set_visible (before, FALSE);
}

static void
progress_cb (gdouble fraction, guint64 done, guint64 total, gpointer data)
{
  CitizLedgerPage *self = data;
  g_autofree gchar *a = citiz_format_number ((gdouble) done, 0);
  g_autofree gchar *b = citiz_format_number ((gdouble) total, 0);
  /* Translators: "12 blocks of 48"; the plural follows the second number. */
  g_autofree gchar *text
      = g_strdup_printf (ngettext ("%s block of %s", "%s blocks of %s", (gulong) total), a, b);

  if (self->session == NULL) /* locked; the news was on its way */
    return;
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), CLAMP (fraction, 0, 1));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->verify_row), text);
}

static void
verified_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizLedgerPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  guint64 blocks = 0;
  gboolean good = citiz_session_verify_finish (CITIZ_SESSION (source), result, &blocks, &error);

  if (self->session == NULL)
    return;
  g_clear_object (&self->verifying);
  set_verifying (self, FALSE);
  if (good)
    {
      const CitizTime now = citiz_session_now (self->session);
      g_autofree gchar *n = citiz_format_number ((gdouble) blocks, 0);
      g_autofree gchar *when = citiz_format_date_time_ms (now, now);

      /* Translators: the second %s is "today, 14:32". */
      text = g_strdup_printf (ngettext ("%s block recomputed, every signature holds · %s",
                                        "%s blocks recomputed, every signature holds · %s",
                                        (gulong) blocks),
                              n, when);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->verify_row), _ ("All is in order"));
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    text = g_strdup (_ ("Stopped; nothing was changed"));
  else
    {
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->verify_row),
                                     _ ("Something Does Not Check Out"));
      text = g_strdup (citiz_session_explain (error));
    }
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->verify_row), text);
}

static void
verify_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizLedgerPage *self = CITIZ_LEDGER_PAGE (widget);

  if (self->verifying != NULL)
    return;
  self->verifying = g_cancellable_new ();
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), 0);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->verify_row), _ ("Full verification"));
  set_verifying (self, TRUE);
  citiz_session_verify_async (self->session, progress_cb, self, self->verifying, verified_cb,
                              g_object_ref (self));
}

static void
cancel_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizLedgerPage *self = CITIZ_LEDGER_PAGE (widget);

  if (self->verifying != NULL)
    g_cancellable_cancel (self->verifying);
}

/* --- filling --- */

/* What the ledger could still give is shown below what is wrong with it. */
static void
fill_trouble (CitizLedgerPage *self, const gchar *reason, gboolean any)
{
  g_autofree gchar *text = NULL;

  gtk_widget_set_visible (self->trouble, reason != NULL);
  gtk_widget_set_visible (self->blocks, any);
  gtk_widget_set_visible (self->entries,
                          g_list_model_get_n_items (citiz_session_get_entries (self->session)) > 0);
  if (self->verifying == NULL)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), "ledger.verify", reason == NULL);
  if (reason == NULL)
    return;
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->verify_row),
                               _ ("Waits until a sound copy of the record is put back"));
  text = g_strdup_printf ("%s %s", reason, citiz_session_explain_distrust ());
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->trouble_row), text);
}

/* In a community its ledger is the one that is looked at; one's own is a row of vigilance. */
static gboolean
shows_community (CitizLedgerPage *self)
{
  const CitizCommunityView *view = citiz_session_get_community (self->session);

  return view != NULL && g_list_model_get_n_items (G_LIST_MODEL (view->blocks)) > 0;
}

static void
select_block (CitizLedgerPage *self)
{
  citiz_block_strip_select (self->strip,
                            citiz_entry_path_get_height (self->path, shows_community (self)));
}

static void
fill (CitizLedgerPage *self)
{
  const CitizCommunityView *view = citiz_session_get_community (self->session);
  GListModel *blocks = shows_community (self) ? G_LIST_MODEL (view->blocks)
                                              : citiz_session_get_blocks (self->session);
  GListModel *entries = citiz_session_get_entries (self->session);
  const gchar *reason = citiz_session_get_distrust (self->session);
  gboolean any = g_list_model_get_n_items (blocks) > 0;

  /* Who has left a community has given accesses, and nothing of their own ledger yet. */
  adw_status_page_set_description (
      ADW_STATUS_PAGE (self->empty),
      g_list_model_get_n_items (citiz_session_get_accesses (self->session)) == 0
          ? _ ("Giving an access or sealing your record writes the first block.")
          : _ ("Your accesses so far are in the ledger of the community you left; their receipts "
               "are on the Access page. The next one writes the first block of your own ledger."));
  gtk_stack_set_visible_child_name (GTK_STACK (self->states),
                                    any || reason != NULL || view != NULL ? "content" : "empty");
  fill_trouble (self, reason, any);
  citiz_block_strip_fill (self->strip, blocks, view != NULL ? view->n_waiting : 0,
                          citiz_session_now (self->session));
  citiz_entry_path_fill (self->path, entries);
  select_block (self);
}

static void
block_cb (CitizLedgerPage *self, guint64 height)
{
  citiz_entry_path_show_block (self->path, height, shows_community (self));
  citiz_block_strip_select (self->strip, height);
}

/* --- building --- */

static GtkWidget *
explain_button (void)
{
  static const gchar *const texts[][2] = {
      {N_ ("Block"), N_ ("A group of entries written together. Each block seals the one before: "
                         "changing an old one would show at once.")},
      {N_ ("Entry"), N_ ("That you gave, revoked or closed an access, that somebody opened, that "
                         "your record was sealed. Never a name, never a diagnosis.")},
      {N_ ("Signature"), N_ ("The mark of a key that only one holds: you, this computer or a node. "
                             "Anyone can check it, nobody can imitate it.")},
      {N_ ("Proof"), N_ ("The few numbers that show an entry is in the log, without trusting "
                         "anyone.")},
  };
  GtkWidget *button = citiz_menu_button_new (_ ("What these words mean"));
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GtkWidget *item = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
      GtkWidget *word
          = g_object_new (GTK_TYPE_LABEL, "label", _ (texts[i][0]), "xalign", 0.0, NULL);
      GtkWidget *text = citiz_caption_new (_ (texts[i][1]));

      gtk_widget_add_css_class (word, "heading");
      g_object_set (text, "max-width-chars", 40, "width-chars", 30, NULL);
      gtk_box_append (GTK_BOX (item), word);
      gtk_box_append (GTK_BOX (item), text);
      gtk_box_append (GTK_BOX (box), item);
    }
  g_object_set (box, "margin-start", 12, "margin-end", 12, "margin-top", 12, "margin-bottom", 12,
                NULL);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "citiz-info-symbolic");
  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (button), FALSE);
  gtk_widget_set_tooltip_text (button, _ ("What these words mean"));
  return button;
}

static GtkWidget *
trouble_group (CitizLedgerPage *self)
{
  GtkWidget *list = citiz_list_new (_ ("What is wrong"));
  GtkWidget *button = gtk_button_new_with_label (_ ("Export My Record"));

  self->trouble_row = citiz_row_new (_ ("The ledger does not agree with itself"), NULL);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self->trouble_row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->trouble_row), 0);
  citiz_row_set_prefix (CITIZ_ROW (self->trouble_row), "citiz-alert-symbolic", "error");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.export");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->trouble_row), button);
  gtk_list_box_append (GTK_LIST_BOX (list), self->trouble_row);
  return self->trouble = list;
}

static GtkWidget *
blocks_group (CitizLedgerPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *end = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *heading;
  GtkWidget *note = citiz_caption_new (_ ("One ring an entry · yours in colour"));

  gtk_label_set_xalign (GTK_LABEL (note), 1);
  gtk_box_append (GTK_BOX (end), note);
  heading = citiz_heading_new (_ ("The blocks, as they come"), end);
  gtk_widget_set_hexpand (gtk_widget_get_first_child (heading), FALSE);
  gtk_box_insert_child_after (GTK_BOX (heading), explain_button (),
                              gtk_widget_get_first_child (heading));
  gtk_widget_set_hexpand (end, TRUE);
  gtk_widget_set_halign (end, GTK_ALIGN_END);
  self->strip = CITIZ_BLOCK_STRIP (citiz_block_strip_new ());
  g_signal_connect_object (self->strip, "block", G_CALLBACK (block_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_css_class (GTK_WIDGET (self->strip), "card");
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->strip));
  return box;
}

static GtkWidget *
path_group (CitizLedgerPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->path = CITIZ_ENTRY_PATH (citiz_entry_path_new (self->session));
  g_signal_connect_object (self->path, "entry-changed", G_CALLBACK (select_block), self,
                           G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), citiz_heading_new (_ ("The path of one of your entries"), NULL));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->path));
  return box;
}

static GtkWidget *
verify_group (CitizLedgerPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *list = citiz_ledger_vigilance_new (self->session);

  self->verify_row = citiz_row_new (_ ("Full verification"),
                                    _ ("Recomputes every block and checks every signature"));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->verify_row), 0);
  citiz_row_set_prefix (CITIZ_ROW (self->verify_row), "citiz-shield-symbolic", "neutral");
  self->progress = gtk_progress_bar_new ();
  gtk_widget_set_valign (self->progress, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->progress, "brief");
  self->verify_button = gtk_button_new_with_label (_ ("Verify Everything"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->verify_button), "ledger.verify");
  self->cancel_button = gtk_button_new_with_label (_ ("Cancel"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->cancel_button), "ledger.cancel");
  gtk_widget_set_valign (self->verify_button, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->cancel_button, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->verify_row), self->progress);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->verify_row), self->cancel_button);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->verify_row), self->verify_button);
  gtk_list_box_append (GTK_LIST_BOX (list), self->verify_row);
  gtk_box_append (GTK_BOX (box), citiz_heading_new (_ ("Vigilance"), NULL));
  gtk_box_append (GTK_BOX (box), list);
  set_verifying (self, FALSE);
  return box;
}

static void
build (CitizLedgerPage *self)
{
  GtkWidget *box, *frame = citiz_page_frame_new (&box), *columns = citiz_columns_new (1, 1, 640);
  GtkWidget *empty = g_object_new (ADW_TYPE_STATUS_PAGE, "icon-name", "citiz-slice-symbolic",
                                   "title", _ ("The Ledger Starts With Your First Entry"), NULL);
  GtkWidget *join = citiz_link_button_new (_ ("Join a Community…"), NULL);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (join), "win.join");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (join), "s", "");
  gtk_widget_set_halign (join, GTK_ALIGN_CENTER);
  adw_status_page_set_child (ADW_STATUS_PAGE (empty), join);

  self->empty = empty;
  self->states = gtk_stack_new ();
  gtk_box_append (GTK_BOX (box), trouble_group (self));
  gtk_box_append (GTK_BOX (box), self->blocks = blocks_group (self));
  gtk_box_append (GTK_BOX (box), self->entries = path_group (self));
  citiz_columns_append (CITIZ_COLUMNS (columns), 0, citiz_ledger_keepers_new (self->session));
  citiz_columns_append (CITIZ_COLUMNS (columns), 1, verify_group (self));
  gtk_box_append (GTK_BOX (box), columns);
  gtk_stack_add_named (GTK_STACK (self->states), frame, "content");
  gtk_stack_add_named (GTK_STACK (self->states), empty, "empty");
  adw_bin_set_child (ADW_BIN (self), self->states);
}

/* --- the page's face to the window --- */

static const gchar *
page_get_title (CitizPage *page)
{
  return _ ("Ledger");
}

static void
page_refresh (CitizPage *page)
{
  fill (CITIZ_LEDGER_PAGE (page));
}

static void
citiz_ledger_page_iface_init (CitizPageInterface *iface)
{
  iface->get_title = page_get_title;
  iface->refresh = page_refresh;
}

static void
citiz_ledger_page_dispose (GObject *object)
{
  CitizLedgerPage *self = CITIZ_LEDGER_PAGE (object);

  if (self->verifying != NULL)
    g_cancellable_cancel (self->verifying);
  g_clear_object (&self->verifying);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (citiz_ledger_page_parent_class)->dispose (object);
}

static void
citiz_ledger_page_class_init (CitizLedgerPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_ledger_page_dispose;
  gtk_widget_class_install_action (widget_class, "ledger.verify", NULL, verify_action);
  gtk_widget_class_install_action (widget_class, "ledger.cancel", NULL, cancel_action);
}

static void
citiz_ledger_page_init (CitizLedgerPage *self)
{
}

GtkWidget *
citiz_ledger_page_new (CitizSession *session)
{
  CitizLedgerPage *self = g_object_new (CITIZ_TYPE_LEDGER_PAGE, NULL);

  self->session = g_object_ref (session);
  build (self);
  g_signal_connect_object (session, "ledger-changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "community-changed", G_CALLBACK (fill), self,
                           G_CONNECT_SWAPPED);
  fill (self);
  return GTK_WIDGET (self);
}
