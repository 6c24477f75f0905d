/* Words without a space, two hundred letters long, wherever a person's own words may stand: no page is wider than its window.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>

#include "pages-fixture.h"
#include "ui/citiz-add.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-care-page.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-item-dialog.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-preferences.h"
#include "ui/citiz-profile-dialog.h"
#include "ui/citiz-window.h"

#define LETTERS 200

/* What a person or their clinic writes; codes, dates and quantities stay as they are. */
static gboolean
is_free_text (const gchar *key)
{
  static const gchar *const keys[] = {"text",      "display", "title",       "family",
                                      "name",      "note",    "description", "patientInstruction",
                                      "lotNumber", NULL};

  return g_strv_contains (keys, key);
}

static json_t *
stretched (json_t *value, const gchar *key, const gchar *word)
{
  const gchar *inner;
  json_t *copy, *part;
  gsize i;

  if (json_is_string (value))
    return is_free_text (key) ? json_string (word) : json_incref (value);
  if (json_is_array (value))
    {
      copy = json_array ();
      json_array_foreach (value, i, part) json_array_append_new (
          copy, stretched (part, g_str_equal (key, "given") ? "text" : key, word));
      return copy;
    }
  if (!json_is_object (value))
    return json_incref (value);
  copy = json_object ();
  json_object_foreach (value, inner, part)
      json_object_set_new (copy, inner, stretched (part, inner, word));
  return copy;
}

/* Every entry of the sample, with such a word in every field of words. */
static CitizSession *
session_of_long_words (void)
{
  CitizSession *session = sample ();
  CitizRecord *record = citiz_session_get_record (session);
  g_autofree gchar *word = g_strnfill (LETTERS, 'W');

  for (guint kind = 0; kind < CITIZ_N_KINDS; kind++)
    {
      g_autoptr (GPtrArray) items = citiz_record_list_all (record, (CitizKind) kind);

      for (guint i = 0; i < items->len; i++)
        {
          CitizItem *item = g_ptr_array_index (items, i);
          json_t *resource = stretched (item->resource, "", word);
          g_autoptr (CitizItem) other = citiz_item_new_from_json (
              resource, &item->id, item->version + 1, item->batch, NULL);

          if (other != NULL)
            citiz_record_put (record, other);
          json_decref (resource);
        }
    }
  return session;
}

static void
tell_widest (GtkWidget *widget, gint most)
{
  gint least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  if (least <= most || !gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_LABEL (widget))
    {
      GString *path = g_string_new (NULL);

      for (GtkWidget *w = widget; w != NULL; w = gtk_widget_get_parent (w))
        g_string_append_printf (path, " < %s", G_OBJECT_TYPE_NAME (w));
      g_test_message ("%d px: “%.40s”%s", least, gtk_label_get_text (GTK_LABEL (widget)),
                      path->str);
      g_string_free (path, TRUE);
    }
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    tell_widest (w, most);
}

static void
check_width (GtkWidget *window, const gchar *where, gint most)
{
  gint least;

  settle ();
  gtk_widget_measure (window, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  if (least > most)
    {
      g_test_message ("%s takes %d px", where, least);
      tell_widest (window, most);
      g_test_fail ();
    }
}

typedef struct
{
  gint width, height;
} Size;

static const Size narrow = {360, 640}, wide = {1280, 860};

static CitizWindow *
open_window (CitizSession *session, const Size *size)
{
  CitizWindow *window = citiz_window_new (NULL, session);

  gtk_window_set_default_size (GTK_WINDOW (window), size->width, size->height);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_has_css_class (GTK_WIDGET (window), "folded") == (size == &narrow));
  return window;
}

static gboolean
is_care_page (GtkWidget *widget, gpointer found)
{
  if (CITIZ_IS_CARE_PAGE (widget))
    *(GtkWidget **) found = widget;
  return CITIZ_IS_CARE_PAGE (widget);
}

static void
test_pages (gconstpointer data)
{
  static const gchar *const pages[]
      = {"today", "care", "activity", "diet", "access", "ledger", "emergency"};
  static const gchar *const sections[] = {"results",   "vaccines", "procedures", "visits",
                                          "documents", "history",  "directives", "contacts"};
  const Size *size = data;
  g_autoptr (CitizSession) session = session_of_long_words ();
  g_autofree gchar *word = g_strnfill (LETTERS, 'W');
  CitizWindow *window = open_window (session, size);
  GtkWidget *care = NULL;

  gtk_widget_activate_action (GTK_WIDGET (window), "win.emergency", NULL);
  WAIT_FOR (citiz_session_get_emergency (session) != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      citiz_window_show_page (window, pages[i]);
      check_width (GTK_WIDGET (window), pages[i], 360);
      g_assert_true (i > 1 || shows (GTK_WIDGET (window), word)); /* they are there */
    }
  citiz_window_show_page (window, "care");
  walk (GTK_WIDGET (window), is_care_page, &care);
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      citiz_care_page_show_section (CITIZ_CARE_PAGE (care), sections[i]);
      check_width (GTK_WIDGET (window), sections[i], 360);
    }
  citiz_toast (GTK_WIDGET (window), word);
  check_width (GTK_WIDGET (window), "a toast", 360);
  citiz_toast_action (GTK_WIDGET (window), word, "Undo", "win.emergency");
  check_width (GTK_WIDGET (window), "a toast with a button", 360);
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
}

/* The newest window over @owner. */
static GtkWidget *
dialog_of (CitizWindow *owner)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = g_list_model_get_n_items (toplevels); i > 0; i--)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i - 1);

      if (gtk_window_get_transient_for (window) == GTK_WINDOW (owner))
        return GTK_WIDGET (window);
    }
  return NULL;
}

static void
check_dialog (CitizWindow *window, const gchar *where)
{
  GtkWidget *dialog = dialog_of (window);

  if (dialog == NULL)
    return;
  gtk_widget_show (dialog);
  check_width (gtk_widget_get_first_child (dialog), where, 360); /* without the shadow */
  gtk_window_destroy (GTK_WINDOW (dialog));
  settle ();
}

static void
answered_cb (gpointer data)
{
}

/* One entry of each kind, read and corrected. */
static void
test_dialogs (void)
{
  g_autoptr (CitizSession) session = session_of_long_words ();
  CitizWindow *window = open_window (session, &narrow);
  g_autofree gchar *word = g_strnfill (LETTERS, 'W');

  for (guint kind = 0; kind < CITIZ_N_KINDS; kind++)
    {
      g_autoptr (GPtrArray) items
          = citiz_record_list (citiz_session_get_record (session), (CitizKind) kind);
      const CitizItem *item = items->len > 0 ? g_ptr_array_index (items, 0) : NULL;

      if (item == NULL)
        continue;
      citiz_item_dialog_open (GTK_WIDGET (window), session, &item->id);
      check_dialog (window, citiz_kind_key ((CitizKind) kind));
      citiz_add_correct (GTK_WIDGET (window), session, &item->id);
      check_dialog (window, citiz_kind_key ((CitizKind) kind));
    }
  citiz_compat_ask (GTK_WIDGET (window), word, word, "Remove", TRUE, answered_cb, NULL);
  check_dialog (window, "a question");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.preferences", NULL);
  check_dialog (window, "preferences");
  citiz_profile_dialog_show (GTK_WIDGET (window), session);
  check_dialog (window, "profile");
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  citiz_ui_init ();
  g_test_add_data_func ("/words/pages-narrow", &narrow, test_pages);
  g_test_add_data_func ("/words/pages-wide", &wide, test_pages);
  g_test_add_func ("/words/dialogs", test_dialogs);
  return g_test_run ();
}
