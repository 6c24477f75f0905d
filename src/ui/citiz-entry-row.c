/* A row of the record: title and detail, a line under it with its source, cells at the end. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-entry-row.h"

#include <string.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-joined.h"
#include "ui/citiz-shrink.h"

struct _CitizEntryRow
{
  CitizRow parent_instance;
  GtkWidget *line, *title, *subtitle, *joint, *source, *second;
  GString *says; /* the row in one sentence, for assistive technology */
};

#define LONGEST 160 /* characters of a text in a row */

G_DEFINE_FINAL_TYPE (CitizEntryRow, citiz_entry_row, CITIZ_TYPE_ROW)

static void
say (CitizEntryRow *self, const gchar *text)
{
  if (text == NULL || *text == '\0')
    return;
  g_string_append_printf (self->says, "%s%s", self->says->len > 0 ? ", " : "", text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->says->str, -1);
}

static void
citiz_entry_row_finalize (GObject *object)
{
  g_string_free (CITIZ_ENTRY_ROW (object)->says, TRUE);
  G_OBJECT_CLASS (citiz_entry_row_parent_class)->finalize (object);
}

static void
citiz_entry_row_class_init (CitizEntryRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_entry_row_finalize;
}

static GtkWidget *
new_label (void)
{
  GtkWidget *label
      = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "wrap", TRUE, "wrap-mode",
                      PANGO_WRAP_WORD_CHAR, "natural-wrap-mode", GTK_NATURAL_WRAP_NONE, NULL);

  return label;
}

/* The row's own title box (documented as the CSS node box.title) would take half of the width though it is empty. */
static void
hide_title_box (GtkWidget *row)
{
  GtkWidget *header = gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row));

  for (GtkWidget *c = gtk_widget_get_first_child (header); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    if (gtk_widget_has_css_class (c, "title"))
      gtk_widget_set_visible (c, FALSE);
}

static void
citiz_entry_row_init (CitizEntryRow *self)
{
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->says = g_string_new (NULL);
  self->line = citiz_shrink_new (12);
  self->title = new_label ();
  self->subtitle = new_label ();
  self->joint = citiz_caption_new ("·");
  self->source = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 5);
  gtk_widget_set_visible (self->joint, FALSE);
  gtk_widget_set_visible (self->source, FALSE);
  self->second = citiz_joined_new (self->subtitle, self->joint, self->source);
  gtk_widget_add_css_class (self->subtitle, "secondary");
  gtk_widget_add_css_class (self->subtitle, "small");
  gtk_box_append (GTK_BOX (texts), self->title);
  gtk_box_append (GTK_BOX (texts), self->second);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_top (texts, 5);
  gtk_widget_set_margin_bottom (texts, 5);
  citiz_shrink_append (CITIZ_SHRINK (self->line), texts, 0, 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), self->line);
  gtk_widget_add_css_class (GTK_WIDGET (self), "entry-row");
  hide_title_box (GTK_WIDGET (self));
}

/* "0.625 mg" → "0,625 mg" in French, and never cut between the number and its unit. Longer texts are a person's words
 * and stay as they are. */
static gchar *
tidy_strength (const gchar *detail)
{
  gsize number = strspn (detail, "0123456789.,"), unit = number + (detail[number] == ' ');
  g_autofree gchar *digits = g_strndup (detail, number), *shown = NULL;

  if (number == 0 || unit == number || strchr (detail + unit, ' ') != NULL)
    return g_strdup (detail);
  shown = citiz_format_digits (digits);
  return g_strconcat (shown, CITIZ_NBSP, detail + unit, NULL);
}

/* A file may bring a page of text as a title: the row shows its beginning, the entry itself shows it whole. */
static gchar *
beginning (const gchar *text)
{
  g_autofree gchar *start = NULL;

  if (text == NULL || g_utf8_strlen (text, -1) <= LONGEST)
    return g_strdup (text);
  start = g_utf8_substring (text, 0, LONGEST);
  return g_strconcat (g_strchomp (start), "…", NULL);
}

GtkWidget *
citiz_entry_row_new (const gchar *whole_title,
                     const gchar *whole_detail,
                     const gchar *whole_subtitle)
{
  CitizEntryRow *self = g_object_new (CITIZ_TYPE_ENTRY_ROW, "activatable", FALSE, NULL);
  g_autofree gchar *title = beginning (whole_title), *detail = beginning (whole_detail),
                   *subtitle = beginning (whole_subtitle);

  if (detail != NULL && *detail != '\0')
    {
      g_autofree gchar *strength = tidy_strength (detail);
      g_autofree gchar *markup
          = g_markup_printf_escaped ("%s <span alpha=\"72%%\">%s</span>", title, strength);
      gtk_label_set_markup (GTK_LABEL (self->title), markup);
    }
  else
    gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_label_set_label (GTK_LABEL (self->subtitle), subtitle != NULL ? subtitle : "");
  gtk_widget_set_visible (self->subtitle, subtitle != NULL && *subtitle != '\0');
  gtk_widget_set_visible (self->second, subtitle != NULL && *subtitle != '\0');
  say (self, title);
  say (self, detail);
  say (self, subtitle);
  return GTK_WIDGET (self);
}

void
citiz_entry_row_set_source (CitizEntryRow *self, const gchar *icon, const gchar *word)
{
  GtkWidget *image = citiz_icon_new (icon), *label = new_label ();

  gtk_widget_set_visible (self->joint, gtk_widget_get_visible (self->subtitle));
  gtk_widget_set_visible (self->source, TRUE);
  gtk_label_set_label (GTK_LABEL (label), word);
  gtk_image_set_pixel_size (GTK_IMAGE (image), 12);
  gtk_widget_add_css_class (image, "secondary");
  gtk_widget_add_css_class (label, "secondary");
  gtk_widget_add_css_class (label, "small");
  gtk_box_append (GTK_BOX (self->source), image);
  gtk_box_append (GTK_BOX (self->source), label);
  gtk_widget_set_visible (self->second, TRUE);
  say (self, word);
}

void
citiz_entry_row_set_prefix (CitizEntryRow *self, GtkWidget *prefix)
{
  gtk_widget_set_margin_start (self->line, 6);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), prefix);
}

void
citiz_entry_row_add_cell (CitizEntryRow *self,
                          GtkWidget *cell,
                          guint rank,
                          gint width,
                          const gchar *says)
{
  gtk_widget_set_valign (cell, GTK_ALIGN_CENTER);
  citiz_shrink_append (CITIZ_SHRINK (self->line), cell, rank, width);
  say (self, says);
}
