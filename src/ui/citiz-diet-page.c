/* The Diet page: one day of meals, nutrients and water. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-diet-page.h"

#include <glib/gi18n.h>

#include "insight/citiz-nutrition.h"
#include "ui/citiz-add.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-columns.h"
#include "ui/citiz-diet-parts.h"
#include "ui/citiz-food-finder.h"
#include "ui/citiz-period.h"
#include "ui/citiz-shrink.h"
#include "ui/citiz-undo.h"

#define FOLD 620

struct _CitizDietPage
{
  AdwBin parent_instance;
  CitizSession *session;
  gint32 day;
  gboolean following;  /* shows today and goes on with it */
  const gchar *target; /* meal chosen by its "Add" button, NULL: by the hour */
  GtkWidget *title, *finder, *meals, *nutrients;
};

static void citiz_diet_page_iface_init (CitizPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CitizDietPage,
                               citiz_diet_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (CITIZ_TYPE_PAGE, citiz_diet_page_iface_init))

static GDateTime *
local_now (CitizDietPage *self)
{
  CitizTime now = citiz_session_now (self->session);

  return g_date_time_new_from_unix_local (now.ms / 1000);
}

static gint32
today_of (CitizDietPage *self)
{
  g_autoptr (GDateTime) now = local_now (self);

  return citiz_day_from_date_time (now);
}

static gint
minute_of (CitizDietPage *self)
{
  g_autoptr (GDateTime) now = local_now (self);

  return g_date_time_get_hour (now) * 60 + g_date_time_get_minute (now);
}

static const gchar *
target_of (CitizDietPage *self)
{
  return self->target != NULL ? self->target : citiz_meal_of_minute (minute_of (self));
}

static void
refill (CitizDietPage *self)
{
  gint32 today = today_of (self);
  CitizPeriod period;
  g_autofree gchar *title = NULL;
  GtkWidget *notes;

  if (self->following)
    self->day = today;
  period = citiz_period_around (CITIZ_PERIOD_DAY, self->day);
  title = citiz_period_title (&period, today);
  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "diet.next", self->day < today);
  citiz_food_finder_set_button (CITIZ_FOOD_FINDER (self->finder),
                                citiz_meal_add_words (target_of (self)));
  citiz_box_clear (self->meals);
  gtk_box_append (GTK_BOX (self->meals), citiz_diet_meals_new (self->session, self->day));
  notes = citiz_diet_notes_new (self->session, self->day);
  if (notes != NULL)
    gtk_box_append (GTK_BOX (self->meals), notes);
  citiz_box_clear (self->nutrients);
  gtk_box_append (GTK_BOX (self->nutrients), citiz_diet_nutrients_new (self->session, self->day));
  gtk_box_append (GTK_BOX (self->nutrients), citiz_diet_water_new (self->session, self->day));
}

/* --- actions --- */

void
citiz_diet_page_step (CitizDietPage *self, gint days)
{
  gint32 today = today_of (self);

  self->day = MIN (self->day + days, today);
  self->following = self->day == today;
  self->target = NULL;
  refill (self);
}

static void
previous_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  citiz_diet_page_step (CITIZ_DIET_PAGE (widget), -1);
}

static void
next_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  citiz_diet_page_step (CITIZ_DIET_PAGE (widget), 1);
}

static void
day_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizDietPage *self = CITIZ_DIET_PAGE (widget);

  citiz_diet_page_step (self, g_variant_get_int32 (parameter) - self->day);
}

static void
course_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizDietPage *self = CITIZ_DIET_PAGE (widget);

  citiz_diet_course_open (widget, self->session, self->day,
                          (CitizNutrient) g_variant_get_int32 (parameter));
}

static void
add_to_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizDietPage *self = CITIZ_DIET_PAGE (widget);

  self->target = g_intern_string (g_variant_get_string (parameter, NULL));
  citiz_food_finder_set_button (CITIZ_FOOD_FINDER (self->finder),
                                citiz_meal_add_words (self->target));
  citiz_food_finder_focus (CITIZ_FOOD_FINDER (self->finder));
}

static void
repeat_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizDietPage *self = CITIZ_DIET_PAGE (widget);

  citiz_diet_repeat (widget, self->session, self->day);
}

static void
drink_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizDietPage *self = CITIZ_DIET_PAGE (widget);

  citiz_diet_drink (widget, self->session, self->day, g_variant_get_int32 (parameter));
}

static void
chosen_cb (CitizFoodFinder *finder, const CitizFood *food, gdouble grams, gpointer data)
{
  CitizDietPage *self = data;

  if (citiz_undo_is_saving (
          self)) /* a meal is written as a whole: what is chosen stays for the next press */
    return;
  citiz_diet_add (GTK_WIDGET (self), self->session, self->day, minute_of (self), target_of (self),
                  food, grams);
  self->target = NULL;
  citiz_food_finder_clear (finder);
}

/* --- the page --- */

static const gchar *
diet_get_title (CitizPage *page)
{
  return _ ("Diet");
}

static const gchar *
diet_get_add_label (CitizPage *page)
{
  return _ ("Add");
}

static GMenuModel *
diet_get_add_menu (CitizPage *page)
{
  return citiz_add_menu (CITIZ_ADD_DIET);
}

static gboolean
diet_search (CitizPage *page)
{
  citiz_food_finder_focus (CITIZ_FOOD_FINDER (CITIZ_DIET_PAGE (page)->finder));
  return TRUE;
}

static void
diet_refresh (CitizPage *page)
{
  refill (CITIZ_DIET_PAGE (page));
}

static void
citiz_diet_page_iface_init (CitizPageInterface *iface)
{
  iface->get_title = diet_get_title;
  iface->get_subtitle = citiz_add_subtitle;
  iface->get_add_label = diet_get_add_label;
  iface->get_add_menu = diet_get_add_menu;
  iface->search = diet_search;
  iface->refresh = diet_refresh;
}

static void
citiz_diet_page_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (citiz_diet_page_parent_class)->root (widget);
  citiz_add_attach (widget, CITIZ_DIET_PAGE (widget)->session);
}

static void
citiz_diet_page_dispose (GObject *object)
{
  g_clear_object (&CITIZ_DIET_PAGE (object)->session);
  G_OBJECT_CLASS (citiz_diet_page_parent_class)->dispose (object);
}

static void
citiz_diet_page_class_init (CitizDietPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_diet_page_dispose;
  widget_class->root = citiz_diet_page_root;
  gtk_widget_class_install_action (widget_class, "diet.previous", NULL, previous_cb);
  gtk_widget_class_install_action (widget_class, "diet.next", NULL, next_cb);
  gtk_widget_class_install_action (widget_class, "diet.day", "i", day_cb);
  gtk_widget_class_install_action (widget_class, "diet.course", "i", course_cb);
  gtk_widget_class_install_action (widget_class, "diet.add-to", "s", add_to_cb);
  gtk_widget_class_install_action (widget_class, "diet.repeat", NULL, repeat_cb);
  gtk_widget_class_install_action (widget_class, "diet.drink", "i", drink_cb);
}

static GtkWidget *
note_button (gboolean wide)
{
  GtkWidget *button = gtk_button_new ();

  if (wide)
    {
      gtk_button_set_child (GTK_BUTTON (button),
                            citiz_content_new ("citiz-note-symbolic", _ ("Write a Note")));
      gtk_widget_add_css_class (button, "image-text-button");
    }
  else
    {
      gtk_button_set_icon_name (GTK_BUTTON (button), "citiz-note-symbolic");
      gtk_widget_set_tooltip_text (button, _ ("Write a Note"));
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Write a Note"), -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), "add.item::note");
  return button;
}

static GtkWidget *
day_row (CitizDietPage *self)
{
  GtkWidget *row = citiz_shrink_new (4), *left = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *squeezer = adw_squeezer_new ();

  self->title = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->title), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_label_set_width_chars (GTK_LABEL (self->title),
                             11); /* the day is read before the button is */
  gtk_widget_add_css_class (self->title, "title-4");
  gtk_box_append (GTK_BOX (left), citiz_icon_button_new ("go-previous-symbolic", _ ("Day before"),
                                                         "diet.previous"));
  gtk_box_append (GTK_BOX (left), self->title);
  gtk_box_append (GTK_BOX (left),
                  citiz_icon_button_new ("go-next-symbolic", _ ("Day after"), "diet.next"));
  adw_squeezer_add (ADW_SQUEEZER (squeezer), note_button (TRUE));
  adw_squeezer_add (ADW_SQUEEZER (squeezer), note_button (FALSE));
  adw_squeezer_set_homogeneous (ADW_SQUEEZER (squeezer), FALSE);
  adw_squeezer_set_xalign (ADW_SQUEEZER (squeezer), 1);
  citiz_shrink_append (CITIZ_SHRINK (row), left, 0, 0);
  citiz_shrink_append (CITIZ_SHRINK (row), squeezer, 0, 170);
  return row;
}

static void
citiz_diet_page_init (CitizDietPage *self)
{
  GtkWidget *box, *frame = citiz_page_frame_new (&box),
                  *columns = citiz_columns_new (1.64, 1, FOLD);

  self->following = TRUE;
  self->finder = citiz_food_finder_new ();
  self->meals = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  self->nutrients = gtk_box_new (GTK_ORIENTATION_VERTICAL, 16);
  g_signal_connect (self->finder, "chosen", G_CALLBACK (chosen_cb), self);
  gtk_box_set_spacing (GTK_BOX (box), 12);
  gtk_box_append (GTK_BOX (box), day_row (self));
  citiz_columns_append (CITIZ_COLUMNS (columns), 0, self->finder);
  citiz_columns_append (CITIZ_COLUMNS (columns), 0, self->meals);
  citiz_columns_append (CITIZ_COLUMNS (columns), 1, self->nutrients);
  gtk_box_append (GTK_BOX (box), columns);
  adw_bin_set_child (ADW_BIN (self), frame);
}

GtkWidget *
citiz_diet_page_new (CitizSession *session)
{
  CitizDietPage *self = g_object_new (CITIZ_TYPE_DIET_PAGE, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "record-changed", G_CALLBACK (refill), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "settings-changed", G_CALLBACK (refill), self,
                           G_CONNECT_SWAPPED);
  refill (self);
  return GTK_WIDGET (self);
}
