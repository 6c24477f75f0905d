/* The offline food search: results while typing, the first one open with its portions. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-food-finder.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-flow.h"
#include "ui/citiz-format.h"
#include "ui/citiz-row.h"

#define RESULTS_SEEN 5

struct _CitizFoodFinder
{
  AdwBin parent_instance;
  GtkWidget *entry, *count, *list, *source, *amount, *portion, *button;
  const CitizFood *open; /* the result whose portions are shown */
  gchar *words;
  guint n_results;
};

G_DEFINE_FINAL_TYPE (CitizFoodFinder, citiz_food_finder, ADW_TYPE_BIN)

enum
{
  CHOSEN,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static const gdouble amounts[] = {0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10};

/* The head noun is bold: "Apple, raw, with skin". */
static gchar *
name_markup (const CitizFood *food)
{
  const gchar *name = food->name[citiz_format_language ()], *comma = strchr (name, ',');
  g_autofree gchar *head = g_strndup (name, comma != NULL ? (gsize) (comma - name) : strlen (name));

  return g_markup_printf_escaped ("<b>%s</b>%s", head, comma != NULL ? comma : "");
}

static const gchar *
about (const CitizFood *food)
{
  return food->quality == CITIZ_FOOD_APPROXIMATE ? "≈" CITIZ_NBSP : "";
}

static gchar *
energy_words (const CitizFood *food, gdouble grams)
{
  gdouble energy = food->per_100g[CITIZ_NUTRIENT_ENERGY];
  g_autofree gchar *number = NULL;

  if (isnan (energy))
    return g_strdup (_ ("energy unknown"));
  number = citiz_format_number (energy * grams / 100, 0);
  return g_strdup_printf ("%s%s" CITIZ_NBSP "kcal", about (food), number);
}

static gchar *
details (const CitizFood *food)
{
  g_autofree gchar *energy = energy_words (food, 100), *fibre = NULL;
  gdouble grams = food->per_100g[CITIZ_NUTRIENT_FIBRE];

  if (isnan (grams))
    return g_strdup_printf (_ ("%s · %s per 100 g"), food->group[citiz_format_language ()], energy);
  fibre = citiz_format_number (grams, 1);
  return g_strdup_printf (_ ("%s · %s, fibre %s g per 100 g"),
                          food->group[citiz_format_language ()], energy, fibre);
}

/* --- the open result --- */

static gdouble
chosen_grams (CitizFoodFinder *self)
{
  guint a = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->amount));
  guint p = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->portion));
  gdouble one = p < self->open->n_portions ? self->open->portions[p].grams : 100;

  return one * (a < G_N_ELEMENTS (amounts) ? amounts[a] : 1);
}

static void
add_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizFoodFinder *self = CITIZ_FOOD_FINDER (widget);

  if (self->open != NULL)
    g_signal_emit (self, signals[CHOSEN], 0, self->open, chosen_grams (self));
}

static void
portion_cb (GtkWidget *drop, GParamSpec *pspec, gpointer data)
{
  CitizFoodFinder *self
      = CITIZ_FOOD_FINDER (gtk_widget_get_ancestor (drop, CITIZ_TYPE_FOOD_FINDER));
  g_autofree gchar *energy = NULL;

  if (self == NULL || self->open == NULL)
    return;
  energy = energy_words (self->open, chosen_grams (self));
  gtk_label_set_label (GTK_LABEL (data), energy);
}

static GtkWidget *
amount_drop (void)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  GtkWidget *drop;

  for (guint i = 0; i < G_N_ELEMENTS (amounts); i++)
    g_ptr_array_add (texts, citiz_format_number_short (amounts[i], 1));
  g_ptr_array_add (texts, NULL);
  drop = gtk_drop_down_new_from_strings ((const char *const *) texts->pdata);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (drop), 1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Amount"), -1);
  return drop;
}

static GtkWidget *
portion_drop (const CitizFood *food)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  GtkWidget *drop;

  gboolean hundred = FALSE; /* is one of its portions already */

  for (guint i = 0; i < food->n_portions; i++)
    {
      g_autofree gchar *number = citiz_format_number_short (food->portions[i].grams, 0);
      g_autofree gchar *grams = g_strdup_printf ("%s" CITIZ_NBSP "g", number);
      g_autofree gchar *words
          = citiz_food_portion_words (&food->portions[i], citiz_format_language ());

      hundred |= strcmp (words, "100" CITIZ_NBSP "g") == 0;
      g_ptr_array_add (texts, strcmp (words, grams) == 0
                                  ? g_steal_pointer (&words)
                                  : g_strdup_printf ("%s (%s)", words, grams));
    }
  if (!hundred)
    g_ptr_array_add (texts, g_strdup ("100" CITIZ_NBSP "g"));
  g_ptr_array_add (texts, NULL);
  drop = gtk_drop_down_new_from_strings ((const char *const *) texts->pdata);
  gtk_widget_set_hexpand (drop, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Portion"), -1);
  return drop;
}

static GtkWidget *
open_row (CitizFoodFinder *self, const CitizFood *food)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8),
            *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *title = gtk_label_new (NULL),
            *energy, *content;
  GtkWidget *flow = citiz_flow_new (170, 6);
  g_autofree gchar *markup = name_markup (food), *detail = details (food), *kcal = NULL;

  self->open = food;
  gtk_label_set_markup (GTK_LABEL (title), markup);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), citiz_caption_new (detail));
  gtk_widget_set_hexpand (texts, TRUE);
  self->amount = amount_drop ();
  self->portion = portion_drop (food);
  kcal = energy_words (food, chosen_grams (self));
  energy = gtk_label_new (kcal);
  gtk_widget_add_css_class (energy, "numeric");
  gtk_widget_add_css_class (energy, "bold");
  gtk_box_append (GTK_BOX (head), texts);
  gtk_box_append (GTK_BOX (head), energy);
  g_signal_connect (self->amount, "notify::selected", G_CALLBACK (portion_cb), energy);
  g_signal_connect (self->portion, "notify::selected", G_CALLBACK (portion_cb), energy);
  self->button = gtk_button_new ();
  content = adw_button_content_new ();
  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), "citiz-plus-symbolic");
  adw_button_content_set_label (ADW_BUTTON_CONTENT (content),
                                self->words != NULL ? self->words : _ ("Add"));
  gtk_button_set_child (GTK_BUTTON (self->button), content);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), "food.add");
  gtk_box_append (GTK_BOX (line), self->amount);
  gtk_box_append (GTK_BOX (line), self->portion);
  citiz_flow_append (CITIZ_FLOW (flow), line, 1.7);
  citiz_flow_append (CITIZ_FLOW (flow), self->button, 1);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), flow);
  gtk_widget_add_css_class (box, "food-open");
  return citiz_still_row_new (box);
}

/* --- results --- */

static void fill (CitizFoodFinder *self, const CitizFood *open);

static void
opened_cb (GtkWidget *row, gpointer data)
{
  CitizFoodFinder *self = CITIZ_FOOD_FINDER (gtk_widget_get_ancestor (row, CITIZ_TYPE_FOOD_FINDER));

  fill (self, data);
}

static GtkWidget *
closed_row (const CitizFood *food)
{
  g_autofree gchar *markup = name_markup (food), *detail = details (food);
  GtkWidget *row = citiz_row_new ("", detail);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), TRUE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), markup);
  citiz_row_set_opens (CITIZ_ROW (row), TRUE);
  citiz_row_set_chevron_visible (CITIZ_ROW (row), FALSE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), citiz_icon_new ("citiz-plus-symbolic"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  food->name[citiz_format_language ()], -1);
  g_signal_connect (row, "opened", G_CALLBACK (opened_cb), (gpointer) food);
  return row;
}

/* @open NULL: the first. */
static void
fill (CitizFoodFinder *self, const CitizFood *open)
{
  const gchar *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autoptr (GPtrArray) found = NULL;
  g_autofree gchar *count = NULL, *number = NULL;
  guint total = 0;

  citiz_list_clear (self->list);
  self->open = NULL;
  self->n_results = 0;
  gtk_label_set_label (GTK_LABEL (self->count), "");
  gtk_widget_set_visible (self->list, *text != '\0');
  gtk_widget_set_visible (self->source, *text != '\0');
  if (*text == '\0')
    return;
  found = citiz_food_search (citiz_food_table (), text, citiz_format_language (), RESULTS_SEEN,
                             &total);
  self->n_results = total;
  for (guint i = 0; i < found->len; i++)
    {
      const CitizFood *food = g_ptr_array_index (found, i);
      gboolean is_open = open == NULL ? i == 0 : food->id == open->id;

      gtk_list_box_append (GTK_LIST_BOX (self->list),
                           is_open ? open_row (self, food) : closed_row (food));
    }
  if (found->len == 0)
    gtk_list_box_append (GTK_LIST_BOX (self->list),
                         citiz_row_new (_ ("No food of that name"), NULL));
  number = citiz_format_number (total, 0);
  count = g_strdup_printf (g_dngettext (NULL, "%s food", "%s foods", total), number);
  gtk_label_set_label (GTK_LABEL (self->count), count);
}

static void
search_cb (GtkEditable *entry, gpointer data)
{
  fill (CITIZ_FOOD_FINDER (data), NULL);
}

static void
enter_cb (GtkSearchEntry *entry, gpointer data)
{
  gtk_widget_activate_action (GTK_WIDGET (data), "food.add", NULL);
}

static void
stop_cb (GtkSearchEntry *entry, gpointer data)
{
  citiz_food_finder_clear (CITIZ_FOOD_FINDER (data));
}

static void
citiz_food_finder_finalize (GObject *object)
{
  g_free (CITIZ_FOOD_FINDER (object)->words);
  G_OBJECT_CLASS (citiz_food_finder_parent_class)->finalize (object);
}

static void
citiz_food_finder_class_init (CitizFoodFinderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_food_finder_finalize;
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_DOUBLE);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "food.add", NULL, add_cb);
}

static void
citiz_food_finder_init (CitizFoodFinder *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10), *overlay = gtk_overlay_new ();

  self->entry = gtk_search_entry_new ();
  g_object_set (self->entry, "placeholder-text", _ ("Search a food"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Search a food"), -1);
  self->count = citiz_caption_new ("");
  gtk_widget_set_halign (self->count, GTK_ALIGN_END);
  gtk_widget_set_valign (self->count, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_end (self->count, 36);
  gtk_widget_set_can_target (self->count, FALSE);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), self->entry);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->count);
  self->list = citiz_list_new (_ ("Foods found"));
  self->source = citiz_caption_new (citiz_food_acknowledgement (citiz_format_language ()));
  gtk_widget_set_visible (self->list, FALSE);
  gtk_widget_set_visible (self->source, FALSE);
  g_signal_connect (self->entry, "changed", G_CALLBACK (search_cb), self);
  g_signal_connect (self->entry, "activate", G_CALLBACK (enter_cb), self);
  g_signal_connect (self->entry, "stop-search", G_CALLBACK (stop_cb), self);
  gtk_box_append (GTK_BOX (box), overlay);
  gtk_box_append (GTK_BOX (box), self->list);
  gtk_box_append (GTK_BOX (box), self->source);
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
citiz_food_finder_new (void)
{
  return g_object_new (CITIZ_TYPE_FOOD_FINDER, NULL);
}

void
citiz_food_finder_set_button (CitizFoodFinder *self, const gchar *words)
{
  g_free (self->words);
  self->words = g_strdup (words);
  if (self->open != NULL)
    fill (self, self->open);
}

void
citiz_food_finder_focus (CitizFoodFinder *self)
{
  gtk_widget_grab_focus (self->entry);
}

void
citiz_food_finder_clear (CitizFoodFinder *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
}

void
citiz_food_finder_type (CitizFoodFinder *self, const gchar *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
}

guint
citiz_food_finder_get_n_results (CitizFoodFinder *self)
{
  return self->n_results;
}
