/* The last blocks as slices of birch on a line, newest at the right. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-block-strip.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-ledger-text.h"
#include "ui/citiz-slice.h"

/* Older blocks are found by their number in an entry's path; the strip itself stays light. */
#define SHOWN 40

/* Pixels: beside the outermost slices, and between two of them. */
#define EDGE       10
#define LEAST_LINE 10
#define MOST_LINE  40

struct _CitizBlockStrip
{
  AdwBin parent_instance;
  GtkWidget *scrolled;
  GtkWidget *list; /* GtkListBox would lay out in a column: a box of items with the list's roles */
  gchar *newest;   /* hash */
  guint64 selected;
  guint n_mine, n_waiting;
  guint scroll;
};

G_DEFINE_FINAL_TYPE (CitizBlockStrip, citiz_block_strip, ADW_TYPE_BIN)

enum
{
  BLOCK,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* --- one block: a focusable list item with an action --- */

#define CITIZ_TYPE_BLOCK_ITEM (citiz_block_item_get_type ())
G_DECLARE_FINAL_TYPE (CitizBlockItem, citiz_block_item, CITIZ, BLOCK_ITEM, GtkButton)
struct _CitizBlockItem
{
  GtkButton parent_instance;
  CitizSlice *slice;
  guint64 height;
};
G_DEFINE_FINAL_TYPE (CitizBlockItem, citiz_block_item, GTK_TYPE_BUTTON)

static void
show_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  GtkWidget *strip = gtk_widget_get_ancestor (widget, CITIZ_TYPE_BLOCK_STRIP);

  if (strip != NULL)
    g_signal_emit (strip, signals[BLOCK], 0, CITIZ_BLOCK_ITEM (widget)->height);
}

static void
citiz_block_item_class_init (CitizBlockItemClass *klass)
{
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "block.show", NULL, show_action);
}

static void
citiz_block_item_init (CitizBlockItem *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "flat");
  gtk_widget_add_css_class (GTK_WIDGET (self), "block-item");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self), "block.show");
}

static GtkWidget *
label (const gchar *text, const gchar *first, const gchar *second)
{
  GtkWidget *widget = gtk_label_new (text);

  gtk_widget_add_css_class (widget, first);
  if (second != NULL)
    gtk_widget_add_css_class (widget, second);
  return widget;
}

static gchar *
mine_text (guint n)
{
  return g_strdup_printf (ngettext ("%u of yours", "%u of yours", n), n);
}

static GtkWidget *
make_item (CitizBlockRow *block, CitizTime now)
{
  CitizBlockItem *self = g_object_new (CITIZ_TYPE_BLOCK_ITEM, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (block->time.ms / 1000);
  g_autofree gchar *height = citiz_block_title (block->height);
  g_autofree gchar *clock = citiz_format_time (time);
  g_autofree gchar *description = citiz_block_description (block, now);

  self->height = block->height;
  self->slice = CITIZ_SLICE (citiz_slice_new (block->n_entries, block->n_mine, FALSE));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->slice));
  gtk_box_append (GTK_BOX (box), label (height, "numeric", "bold"));
  gtk_box_append (GTK_BOX (box), label (clock, "small", "secondary"));
  if (block->n_mine > 0)
    {
      g_autofree gchar *mine = mine_text (block->n_mine);
      GtkWidget *tag = citiz_tag_new (NULL, mine, "accent");

      gtk_widget_set_halign (tag, GTK_ALIGN_CENTER);
      gtk_widget_set_margin_top (tag, 4);
      gtk_box_append (GTK_BOX (box), tag);
    }
  gtk_button_set_child (GTK_BUTTON (self), box);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), description);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, description,
                                  -1);
  return GTK_WIDGET (self);
}

static GtkWidget *
waiting_item (guint n_waiting)
{
  g_autofree gchar *mine = mine_text (n_waiting);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *when;

  gtk_box_append (GTK_BOX (box), citiz_slice_new (0, 0, TRUE));
  gtk_box_append (GTK_BOX (box), label (_ ("next"), "secondary", NULL));
  when = label (n_waiting > 0 ? mine : _ ("at the next entry"), "small", "secondary");
  g_object_set (when, "wrap", TRUE, "width-chars", 14, "max-width-chars", 14, "justify",
                GTK_JUSTIFY_CENTER, NULL);
  gtk_box_append (GTK_BOX (box), when);
  gtk_widget_add_css_class (box, "block-next");
  return box;
}

static GtkWidget *
link_line (gboolean waiting)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (line, "birch-link");
  if (waiting)
    gtk_widget_add_css_class (line, "waiting");
  gtk_widget_set_valign (line, GTK_ALIGN_START);
  return line;
}

static gboolean
is_line (GtkWidget *widget)
{
  return gtk_widget_has_css_class (widget, "birch-link");
}

/* How many of the newest slices have room in @width, and what they take. */
static gint
count_fitting (CitizBlockStrip *self, gint width, gint *out_taken)
{
  gint n = 0, taken = 0;

  for (GtkWidget *w = gtk_widget_get_last_child (self->list); w != NULL;
       w = gtk_widget_get_prev_sibling (w))
    {
      gint slice;

      if (is_line (w))
        continue;
      gtk_widget_measure (w, GTK_ORIENTATION_HORIZONTAL, -1, &slice, NULL, NULL, NULL);
      if (n > 0 && taken + slice + n * LEAST_LINE > width)
        break;
      taken += slice;
      n++;
    }
  *out_taken = taken;
  return n;
}

/* The lines between slices take what is left of the width, so that the first slice in sight is a whole one. */
static void
fit (CitizBlockStrip *self, gint width)
{
  gint taken, n, line;

  if (width <= 2 * EDGE)
    return;
  n = count_fitting (self, width - 2 * EDGE, &taken);
  line = n > 1 ? (width - 2 * EDGE - taken) / (n - 1) : LEAST_LINE;
  for (GtkWidget *w = gtk_widget_get_first_child (self->list); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (is_line (w))
      gtk_widget_set_size_request (w, CLAMP (line, LEAST_LINE, MOST_LINE), -1);
}

/* Once the new slices have their size: the newest is what one wants to see. */
static gboolean
scroll_to_end_cb (gpointer data)
{
  CitizBlockStrip *self = data;
  GtkAdjustment *adjustment
      = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scrolled));

  self->scroll = 0;
  fit (self, (gint) gtk_adjustment_get_page_size (adjustment));
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment)
                                            - gtk_adjustment_get_page_size (adjustment));
  return G_SOURCE_REMOVE;
}

static void
scroll_to_end (CitizBlockStrip *self)
{
  if (self->scroll == 0)
    self->scroll = g_idle_add_full (G_PRIORITY_LOW, scroll_to_end_cb, self, NULL);
}

static guint
sum_mine (GListModel *blocks)
{
  guint sum = 0, n = g_list_model_get_n_items (blocks);

  for (guint i = n > SHOWN ? n - SHOWN : 0; i < n; i++)
    {
      g_autoptr (CitizBlockRow) block = g_list_model_get_item (blocks, i);

      sum += block->n_mine;
    }
  return sum;
}

void
citiz_block_strip_fill (CitizBlockStrip *self, GListModel *blocks, guint n_waiting, CitizTime now)
{
  guint n = g_list_model_get_n_items (blocks);
  g_autoptr (CitizBlockRow) last = n > 0 ? g_list_model_get_item (blocks, n - 1) : NULL;
  guint mine = sum_mine (blocks);

  g_return_if_fail (CITIZ_IS_BLOCK_STRIP (self));
  if (last != NULL && g_strcmp0 (last->hash, self->newest) == 0 && mine == self->n_mine
      && n_waiting == self->n_waiting)
    return;
  g_free (self->newest);
  self->newest = last != NULL ? g_strdup (last->hash) : NULL;
  self->n_mine = mine;
  self->n_waiting = n_waiting;
  citiz_box_clear (self->list);
  for (guint i = n > SHOWN ? n - SHOWN : 0; i < n; i++)
    {
      g_autoptr (CitizBlockRow) block = g_list_model_get_item (blocks, i);

      gtk_box_append (GTK_BOX (self->list), make_item (block, now));
      gtk_box_append (GTK_BOX (self->list), link_line (i + 1 == n));
    }
  gtk_box_append (GTK_BOX (self->list), waiting_item (n_waiting));
  citiz_block_strip_select (self, self->selected);
}

void
citiz_block_strip_select (CitizBlockStrip *self, guint64 height)
{
  g_return_if_fail (CITIZ_IS_BLOCK_STRIP (self));
  self->selected = height;
  for (GtkWidget *w = gtk_widget_get_first_child (self->list); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (CITIZ_IS_BLOCK_ITEM (w))
      citiz_slice_set_selected (CITIZ_BLOCK_ITEM (w)->slice,
                                CITIZ_BLOCK_ITEM (w)->height == height);
}

static void
citiz_block_strip_dispose (GObject *object)
{
  g_clear_handle_id (&CITIZ_BLOCK_STRIP (object)->scroll, g_source_remove);
  G_OBJECT_CLASS (citiz_block_strip_parent_class)->dispose (object);
}

static void
citiz_block_strip_finalize (GObject *object)
{
  g_free (CITIZ_BLOCK_STRIP (object)->newest);
  G_OBJECT_CLASS (citiz_block_strip_parent_class)->finalize (object);
}

static void
citiz_block_strip_class_init (CitizBlockStripClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_block_strip_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_block_strip_finalize;
  signals[BLOCK] = g_signal_new ("block", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
citiz_block_strip_init (CitizBlockStrip *self)
{
  GtkAdjustment *adjustment;

  self->list = g_object_new (GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_HORIZONTAL,
                             "accessible-role", GTK_ACCESSIBLE_ROLE_LIST, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Blocks"), -1);
  g_object_set (self->list, "margin-start", EDGE, "margin-end", EDGE, "margin-top", 8,
                "margin-bottom", 10, "halign", GTK_ALIGN_CENTER, NULL);
  self->scrolled = gtk_scrolled_window_new ();
  citiz_scroll_sideways (self->scrolled);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), self->list);
  adjustment = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (scroll_to_end), self,
                           G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), self->scrolled);
}

GtkWidget *
citiz_block_strip_new (void)
{
  return g_object_new (CITIZ_TYPE_BLOCK_STRIP, NULL);
}
