/* A card with a heading, the one number that sums it up, a chart and its table twin. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-chart-card.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-page.h"
#include "ui/citiz-wrap.h"

struct _CitizChartCard
{
  GtkWidget parent_instance;
  GtkWidget *box, *head, *number, *words, *stack, *chart, *empty, *legend;
  gboolean legend_wanted; /* by the picture; a table needs none */
};

G_DEFINE_FINAL_TYPE (CitizChartCard, citiz_chart_card, GTK_TYPE_WIDGET)

static void
citiz_chart_card_dispose (GObject *object)
{
  g_clear_pointer (&CITIZ_CHART_CARD (object)->box, gtk_widget_unparent);
  G_OBJECT_CLASS (citiz_chart_card_parent_class)->dispose (object);
}

static void
citiz_chart_card_class_init (CitizChartCardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_chart_card_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
citiz_chart_card_init (CitizChartCard *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  gtk_widget_add_css_class (GTK_WIDGET (self), "data-card");
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
}

GtkWidget *
citiz_chart_card_new (const gchar *title, gint height)
{
  CitizChartCard *self = g_object_new (CITIZ_TYPE_CHART_CARD, NULL);
  GtkWidget *label, *head = self->head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  label = g_object_new (GTK_TYPE_LABEL, "label", title, "xalign", 0.0, "hexpand", TRUE, "wrap-mode",
                        PANGO_WRAP_WORD_CHAR, "wrap", TRUE, "accessible-role",
                        GTK_ACCESSIBLE_ROLE_HEADING, NULL);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_set_margin_end (label, 8);
  self->number = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->number, "numeric");
  gtk_widget_add_css_class (self->number, "bold");
  self->words = citiz_caption_new ("");
  gtk_label_set_natural_wrap_mode (GTK_LABEL (self->words), GTK_NATURAL_WRAP_NONE);
  gtk_widget_set_valign (self->words, GTK_ALIGN_BASELINE);
  gtk_widget_set_valign (self->number, GTK_ALIGN_BASELINE);
  gtk_widget_set_valign (label, GTK_ALIGN_BASELINE);
  gtk_box_append (GTK_BOX (head), label);
  gtk_box_append (GTK_BOX (head), self->number);
  gtk_box_append (GTK_BOX (head), self->words);

  self->chart = citiz_chart_new (title);
  gtk_widget_set_size_request (self->chart, -1, height);
  self->empty = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->empty), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->empty), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (self->empty, "secondary");
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), self->chart, "chart");
  gtk_stack_add_named (GTK_STACK (self->stack), self->empty, "empty");
  gtk_widget_set_vexpand (self->stack, TRUE);
  self->legend = citiz_wrap_new (14);
  gtk_widget_set_halign (self->legend, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (self->legend, FALSE);

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  gtk_box_append (GTK_BOX (self->box), head);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_box_append (GTK_BOX (self->box), self->legend);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return GTK_WIDGET (self);
}

CitizChart *
citiz_chart_card_get_chart (CitizChartCard *self)
{
  return CITIZ_CHART (self->chart);
}

void
citiz_chart_card_set_summary (CitizChartCard *self, const gchar *number, const gchar *words)
{
  gtk_label_set_label (GTK_LABEL (self->number), number != NULL ? citiz_shown (number) : "");
  gtk_label_set_label (GTK_LABEL (self->words), words != NULL ? words : "");
}

static void
show_legend (CitizChartCard *self)
{
  const gchar *name = gtk_stack_get_visible_child_name (GTK_STACK (self->stack));

  gtk_widget_set_visible (self->legend, self->legend_wanted && g_strcmp0 (name, "chart") == 0);
}

void
citiz_chart_card_set_empty (CitizChartCard *self, const gchar *sentence)
{
  gtk_label_set_label (GTK_LABEL (self->empty), sentence != NULL ? sentence : "");
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), sentence != NULL ? "empty" : "chart");
  self->legend_wanted = gtk_widget_get_first_child (self->legend) != NULL;
  show_legend (self);
}

void
citiz_chart_card_add_legend (CitizChartCard *self,
                             const gchar *css_class,
                             gboolean half,
                             const gchar *word)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 5);
  CitizLayer *swatch = citiz_layer_new (CITIZ_LAYER_SEGMENTS, css_class);
  CitizPoint whole = {0.5, 0, 1, CITIZ_POINT_ROUND_HIGH | CITIZ_POINT_ROUND_LOW};

  if (half)
    gtk_widget_add_css_class (GTK_WIDGET (swatch), "half");
  citiz_layer_set_bar (swatch, 1, 2);
  citiz_layer_set_points (swatch, &whole, 1);
  gtk_widget_set_size_request (GTK_WIDGET (swatch), 10, 10);
  gtk_widget_set_valign (GTK_WIDGET (swatch), GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (swatch));
  gtk_box_append (GTK_BOX (box), citiz_caption_new (word));
  citiz_wrap_append (CITIZ_WRAP (self->legend), box);
  self->legend_wanted = TRUE;
  show_legend (self);
}

void
citiz_chart_card_set_legend_visible (CitizChartCard *self, gboolean visible)
{
  self->legend_wanted = visible;
  show_legend (self);
}

void
citiz_chart_card_add_end (CitizChartCard *self, GtkWidget *widget)
{
  gtk_box_append (GTK_BOX (self->head), widget);
}

GtkWidget *
citiz_table_button_new (void)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_button_set_icon_name (GTK_BUTTON (button), "citiz-table-symbolic");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("Show as tables"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Show as tables"), -1);
  return button;
}

void
citiz_chart_card_set_table (CitizChartCard *self, gboolean table)
{
  GtkWidget *old = gtk_stack_get_child_by_name (GTK_STACK (self->stack), "table");

  if (old != NULL)
    {
      if (gtk_stack_get_visible_child (GTK_STACK (self->stack)) == old)
        gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "chart");
      gtk_stack_remove (GTK_STACK (self->stack), old);
    }
  if (table && g_strcmp0 (gtk_stack_get_visible_child_name (GTK_STACK (self->stack)), "chart") == 0)
    {
      gtk_stack_add_named (GTK_STACK (self->stack),
                           citiz_chart_new_table (CITIZ_CHART (self->chart)), "table");
      gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "table");
    }
  show_legend (self);
}
