/* The three things that ask for the passphrase: changing it, new recovery words, erasing. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-secrets-dialog.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-new-passphrase.h"
#include "ui/citiz-recovery-check.h"
#include "ui/citiz-recovery-sheet.h"
#include "ui/citiz-secret-row.h"
#include "ui/citiz-window.h"

/* One dialog; what it holds depends on what it does. It lives as long as its window. */
typedef struct
{
  CitizSession *session; /* NULL once closed */
  GtkWidget *parent;     /* weak: where the answer is said when the dialog is gone */
  const gchar *done;     /* said when it is done; NULL: it shows */
  GtkWidget *window, *page, *spinner, *problem, *button;
  GtkWidget *old, *word;
  CitizNewPassphrase *fresh;
  gboolean all_the_same;     /* erasing, though an access stays open */
  GCancellable *cancellable; /* of an erasure: it waits for the ends of accesses */
  CitizRecoverySheet *sheet;
  CitizRecoveryCheck *check;
  GtkWidget *steps; /* GtkStack: "sheet", "check" */
} Dialog;

/* "destroy" would come only after the answer, whose callback holds the window. */
static void
closed_cb (Dialog *dialog)
{
  g_cancellable_cancel (dialog->cancellable);
  g_clear_object (&dialog->session);
}

static void
dialog_free (Dialog *dialog)
{
  g_clear_object (&dialog->session);
  g_clear_object (&dialog->cancellable);
  g_clear_weak_pointer (&dialog->parent);
  g_free (dialog);
}

static Dialog *
dialog_new (GtkWidget *parent, CitizSession *session, const gchar *title, gint width)
{
  Dialog *dialog = g_new0 (Dialog, 1);
  GtkWidget *header;

  dialog->session = g_object_ref (session);
  dialog->cancellable = g_cancellable_new ();
  g_set_weak_pointer (&dialog->parent, parent);
  dialog->window = citiz_dialog_new (parent, title, width, 600, &dialog->page, &header);
  dialog->problem = g_object_new (GTK_TYPE_LABEL, "wrap", TRUE, "visible", FALSE, "justify",
                                  GTK_JUSTIFY_CENTER, NULL);
  gtk_widget_add_css_class (dialog->problem, "bad");
  dialog->spinner = g_object_new (GTK_TYPE_SPINNER, "spinning", TRUE, "visible", FALSE,
                                  "width-request", 24, "height-request", 24, NULL);
  g_object_set_data_full (G_OBJECT (dialog->window), "citiz-dialog", dialog,
                          (GDestroyNotify) dialog_free);
  g_signal_connect_swapped (dialog->window, "unrealize", G_CALLBACK (closed_cb), dialog);
  return dialog;
}

static GtkWidget *
password_row (const gchar *title, GtkWidget **list)
{
  GtkWidget *row = citiz_secret_row_new (title);

  if (*list == NULL)
    *list = citiz_list_new (NULL);
  gtk_list_box_append (GTK_LIST_BOX (*list), row);
  return row;
}

static void
finish_page (Dialog *dialog, const gchar *label, const gchar *style, GCallback pressed)
{
  dialog->button = citiz_button_new (label);
  gtk_widget_add_css_class (dialog->button, "pill");
  gtk_widget_add_css_class (dialog->button, style);
  gtk_widget_set_halign (dialog->button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (dialog->button, "clicked", pressed, dialog);
  gtk_box_append (GTK_BOX (dialog->page), dialog->problem);
  gtk_box_append (GTK_BOX (dialog->page), dialog->button);
  gtk_box_append (GTK_BOX (dialog->page), dialog->spinner);
}

/* The passphrase is tried on purpose slowly: what is asked for is not asked twice, and shows. */
static void
set_busy (Dialog *dialog, gboolean busy)
{
  gtk_widget_set_sensitive (dialog->check != NULL ? GTK_WIDGET (dialog->check) : dialog->button,
                            !busy);
  gtk_widget_set_visible (dialog->spinner, busy);
  if (busy)
    gtk_widget_set_visible (dialog->problem, FALSE);
}

static CitizSecret *
old_passphrase (Dialog *dialog)
{
  return citiz_secret_new_from_text (citiz_secret_row_get_text (CITIZ_SECRET_ROW (dialog->old)));
}

/* The answer: in the dialog when it is still there, else over its parent. What was asked for does not end in silence. */
static void
conclude (GtkWidget *window, gboolean done, const gchar *problem)
{
  Dialog *dialog = g_object_get_data (G_OBJECT (window), "citiz-dialog");
  const gchar *words = done ? dialog->done : problem;

  if ((done || dialog->session == NULL) && dialog->parent != NULL && words != NULL)
    citiz_toast (dialog->parent, words);
  if (dialog->session == NULL)
    return;
  if (done)
    {
      gtk_window_destroy (GTK_WINDOW (window));
      return;
    }
  set_busy (dialog, FALSE);
  gtk_label_set_label (GTK_LABEL (dialog->problem), words);
  gtk_widget_set_visible (dialog->problem, TRUE);
}

/* --- changing the passphrase --- */

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) window = data;
  g_autoptr (GError) error = NULL;
  gboolean done = citiz_session_set_passphrase_finish (CITIZ_SESSION (source), result, &error);

  conclude (window, done, done ? NULL : citiz_session_explain (error));
}

static void
change_cb (Dialog *dialog)
{
  g_autoptr (CitizSecret) old = NULL, fresh = NULL;

  if (!citiz_new_passphrase_get_ready (dialog->fresh))
    return;
  old = old_passphrase (dialog);
  fresh = citiz_new_passphrase_take (dialog->fresh);
  set_busy (dialog, TRUE);
  citiz_session_set_passphrase_async (dialog->session, old, fresh, NULL, changed_cb,
                                      g_object_ref (dialog->window));
}

static void
ready_cb (Dialog *dialog)
{
  gtk_widget_set_sensitive (dialog->button, citiz_new_passphrase_get_ready (dialog->fresh));
}

void
citiz_change_passphrase_show (GtkWidget *parent, CitizSession *session)
{
  Dialog *dialog = dialog_new (parent, session, _ ("Change the Passphrase"), 520);
  GtkWidget *list = NULL;

  dialog->done = _ ("The passphrase is changed.");
  dialog->old = password_row (_ ("Present passphrase"), &list);
  dialog->fresh = CITIZ_NEW_PASSPHRASE (citiz_new_passphrase_new ());
  gtk_box_append (GTK_BOX (dialog->page), list);
  gtk_box_append (GTK_BOX (dialog->page), GTK_WIDGET (dialog->fresh));
  finish_page (dialog, _ ("_Change"), "suggested-action", G_CALLBACK (change_cb));
  gtk_widget_set_sensitive (dialog->button, FALSE);
  g_signal_connect_swapped (dialog->fresh, "notify::ready", G_CALLBACK (ready_cb), dialog);
  g_signal_connect_swapped (dialog->fresh, "activate", G_CALLBACK (change_cb), dialog);
  gtk_window_present (GTK_WINDOW (dialog->window));
}

/* --- a new recovery sheet --- */

static void
replaced_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) window = data;
  g_autoptr (GError) error = NULL;
  gboolean done = citiz_session_set_words_finish (CITIZ_SESSION (source), result, &error);

  conclude (window, done, done ? NULL : citiz_session_explain (error));
}

static void
passed_cb (Dialog *dialog)
{
  g_autoptr (CitizSecret) old = old_passphrase (dialog);

  set_busy (dialog, TRUE);
  citiz_session_set_words_async (dialog->session, old,
                                 citiz_recovery_sheet_get_entropy (dialog->sheet), NULL,
                                 replaced_cb, g_object_ref (dialog->window));
}

static void
kept_cb (Dialog *dialog)
{
  gtk_widget_set_sensitive (dialog->button, TRUE);
  gtk_widget_grab_focus (dialog->button);
}

/* Two words are asked back of the paper: the sheet is out of sight meanwhile. */
static void
check_cb (Dialog *dialog)
{
  gtk_stack_set_visible_child_name (GTK_STACK (dialog->steps), "check");
  citiz_recovery_check_start (dialog->check, dialog->sheet);
  gtk_widget_grab_focus (dialog->old);
}

static void
sheet_cb (Dialog *dialog)
{
  gtk_stack_set_visible_child_name (GTK_STACK (dialog->steps), "sheet");
  citiz_recovery_sheet_focus (dialog->sheet);
}

static GtkWidget *
add_step (Dialog *dialog, const gchar *name)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  gtk_stack_add_named (GTK_STACK (dialog->steps), box, name);
  return box;
}

static GtkWidget *
step_button (Dialog *dialog, GtkWidget *step, const gchar *label, GCallback pressed)
{
  GtkWidget *button = citiz_button_new (label);

  gtk_widget_add_css_class (button, "pill");
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "clicked", pressed, dialog);
  gtk_box_append (GTK_BOX (step), button);
  return button;
}

void
citiz_replace_words_show (GtkWidget *parent, CitizSession *session)
{
  Dialog *dialog = dialog_new (parent, session, _ ("Replace the Recovery Sheet"), 780);
  g_autoptr (CitizSecret) entropy = citiz_secret_new_random (32);
  GtkWidget *list = NULL, *step;

  dialog->done = _ ("The new sheet opens your record, the old one no longer does.");
  dialog->steps = g_object_new (GTK_TYPE_STACK, "vhomogeneous", FALSE, NULL);
  dialog->sheet = CITIZ_RECOVERY_SHEET (
      citiz_recovery_sheet_new (entropy, NULL, citiz_session_now (session)));
  dialog->check = CITIZ_RECOVERY_CHECK (citiz_recovery_check_new ());
  dialog->old = password_row (_ ("Your passphrase"), &list);
  step = add_step (dialog, "sheet");
  gtk_box_append (GTK_BOX (step), GTK_WIDGET (dialog->sheet));
  gtk_box_append (GTK_BOX (step),
                  citiz_caption_new (_ ("The new words hold once two of them are asked back; until "
                                        "then the old sheet still opens your record.")));
  dialog->button = step_button (dialog, step, _ ("_Continue"), G_CALLBACK (check_cb));
  gtk_widget_set_sensitive (dialog->button, FALSE);
  step = add_step (dialog, "check");
  gtk_box_append (GTK_BOX (step), list);
  gtk_box_append (GTK_BOX (step), GTK_WIDGET (dialog->check));
  gtk_widget_add_css_class (
      step_button (dialog, step, _ ("_Back to the Sheet"), G_CALLBACK (sheet_cb)), "flat");
  gtk_box_append (GTK_BOX (dialog->page), dialog->steps);
  gtk_box_append (GTK_BOX (dialog->page), dialog->problem);
  gtk_box_append (GTK_BOX (dialog->page), dialog->spinner);
  g_signal_connect_swapped (dialog->sheet, "notify::kept", G_CALLBACK (kept_cb), dialog);
  g_signal_connect_swapped (dialog->check, "passed", G_CALLBACK (passed_cb), dialog);
  gtk_window_set_default_size (GTK_WINDOW (dialog->window), 780, 760);
  gtk_window_present (GTK_WINDOW (dialog->window));
}

/* --- erasing --- */

static gboolean
is_refused (const GError *error)
{
  return g_error_matches (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_SHARING);
}

/* Over another window it is said in short: what to do about it is asked in the dialog. */
static const gchar *
explain_erasing (const Dialog *dialog, const GError *error)
{
  if (is_refused (error) && dialog->session != NULL)
    return _ ("The nodes of your community do not confirm the end of an access yet. "
              "Wait for them; or erase all the same: the access then ends by itself at "
              "its hour, and nobody can end it before.");
  if (is_refused (error) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return _ ("Nothing was erased.");
  return citiz_session_explain (error);
}

static void
erased_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) window = data;
  g_autoptr (GError) error = NULL;
  gboolean done = citiz_session_erase_finish (CITIZ_SESSION (source), result, &error);
  Dialog *dialog = g_object_get_data (G_OBJECT (window), "citiz-dialog");

  conclude (window, done, done ? NULL : explain_erasing (dialog, error));
  if (dialog->session == NULL || !is_refused (error))
    return;
  dialog->all_the_same = TRUE;
  gtk_button_set_label (GTK_BUTTON (dialog->button), _ ("_Erase All the Same"));
}

/* What has to be typed so that nobody erases by a slip of the hand. */
static const gchar *
erase_word (void)
{
  return _ ("ERASE");
}

static void
erase_changed_cb (Dialog *dialog)
{
  gtk_widget_set_sensitive (
      dialog->button,
      g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (dialog->word)), erase_word ()) == 0
          && *citiz_secret_row_get_text (CITIZ_SECRET_ROW (dialog->old)) != '\0');
}

/* As high as its words need: an AdwStatusPage has a scroller of its own, which cuts them. */
static void
put_words (Dialog *dialog, const gchar *text, const gchar *style)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", text, "wrap", TRUE, "justify",
                                   GTK_JUSTIFY_CENTER, NULL);

  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (dialog->page), label);
}

static void
erase_cb (Dialog *dialog)
{
  g_autoptr (CitizSecret) old = old_passphrase (dialog);

  set_busy (dialog, TRUE);
  citiz_session_erase_async (dialog->session, old, dialog->all_the_same, dialog->cancellable,
                             erased_cb, g_object_ref (dialog->window));
}

void
citiz_erase_show (GtkWidget *parent, CitizSession *session)
{
  Dialog *dialog = dialog_new (parent, session, _ ("Erase Everything"), 480);
  GtkWidget *list = NULL;
  g_autofree gchar *title = g_strdup_printf (_ ("Type %s"), erase_word ());

  put_words (dialog, _ ("Erase Your Whole Record?"), "title-2");
  put_words (
      dialog,
      _ ("Health data, documents, accesses and keys go for good, live accesses are revoked first. "
         "Your recovery sheet opens nothing any more. Export first if you want to keep a copy."),
      NULL);
  if (citiz_session_explain_copied (session) != NULL)
    put_words (dialog, citiz_session_explain_copied (session), NULL);
  dialog->old = password_row (_ ("Your passphrase"), &list);
  dialog->word = citiz_text_row_new (title);
  gtk_list_box_append (GTK_LIST_BOX (list), dialog->word);
  gtk_box_append (GTK_BOX (dialog->page), list);
  finish_page (dialog, _ ("_Erase Everything"), "destructive-action", G_CALLBACK (erase_cb));
  gtk_widget_set_sensitive (dialog->button, FALSE);
  g_signal_connect_swapped (dialog->word, "changed", G_CALLBACK (erase_changed_cb), dialog);
  g_signal_connect_swapped (dialog->old, "changed", G_CALLBACK (erase_changed_cb), dialog);
  gtk_window_present (GTK_WINDOW (dialog->window));
}
