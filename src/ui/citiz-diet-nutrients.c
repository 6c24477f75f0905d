/* Nutrients of a day against goals and limits, and water. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "insight/citiz-nutrition.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-acts.h"
#include "ui/citiz-diet-parts.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-layer.h"
#include "ui/citiz-meter.h"
#include "ui/citiz-page.h"
#include "ui/citiz-ring.h"
#include "ui/citiz-window.h"

#define GLASSES      6 /* of 250 mL: the 1.5 L that the card counts to */
#define GLASS_LITRES 0.25

const gchar *
citiz_nutrient_name (CitizNutrient nutrient)
{
  static const gchar *const names[CITIZ_N_NUTRIENTS] = {
      [CITIZ_NUTRIENT_ENERGY] = N_ ("Energy"),
      [CITIZ_NUTRIENT_PROTEIN] = N_ ("Protein"),
      [CITIZ_NUTRIENT_CARBOHYDRATE] = N_ ("Carbohydrate"),
      [CITIZ_NUTRIENT_FIBRE] = N_ ("Fibre"),
      [CITIZ_NUTRIENT_SUGARS] = N_ ("Sugars"),
      [CITIZ_NUTRIENT_FAT] = N_ ("Fat"),
      [CITIZ_NUTRIENT_SATURATED] = N_ ("Saturated fat"),
      [CITIZ_NUTRIENT_SODIUM] = N_ ("Sodium"),
      [CITIZ_NUTRIENT_POTASSIUM] = N_ ("Potassium"),
      [CITIZ_NUTRIENT_CALCIUM] = N_ ("Calcium"),
      [CITIZ_NUTRIENT_IRON] = N_ ("Iron"),
  };

  return names[nutrient] != NULL ? _ (names[nutrient]) : _ ("Nutrient");
}

/* Above a limit, or the goal reached, by the numbers shown: a state never contradicts them. */
static gboolean
is_passed (const CitizNutrientTarget *target, gdouble amount)
{
  return target->limit ? rint (amount) > rint (target->amount)
                       : rint (amount) >= rint (target->amount);
}

gchar *
citiz_nutrient_state_words (const CitizNutrientTarget *target, const CitizIntake *intake)
{
  const gdouble amount = intake->amount[target->nutrient];
  g_autofree gchar *left = NULL;

  if (isnan (amount))
    return g_strdup (_ ("Unknown for the foods of this day"));
  if (citiz_values_hidden () || target->nutrient == CITIZ_NUTRIENT_ENERGY)
    return g_strdup (""); /* energy is neither to be reached nor not to be passed */
  if (is_passed (target, amount))
    return g_strdup (target->limit ? _ ("Above the limit") : _ ("Reached"));
  if (target->limit)
    return g_strdup (intake->unknown[target->nutrient] > 0
                         ? _ ("Under the limit, some foods unknown")
                         : _ ("Under the limit"));
  left = citiz_format_number (rint (target->amount) - rint (amount), 0);
  return g_strdup_printf (_ ("%s %s to go"), left, citiz_format_unit (target->unit));
}

gchar *
citiz_nutrient_value_words (const CitizNutrientTarget *target, const CitizIntake *intake)
{
  const gdouble amount = intake->amount[target->nutrient];
  g_autofree gchar *text = NULL;

  if (isnan (amount))
    return g_strdup (_ ("unknown"));
  text = citiz_format_quantity (amount, 0, target->unit);
  return g_strconcat (
      intake->approximate[target->nutrient] && !citiz_values_hidden () ? "≈" CITIZ_NBSP : "",
      citiz_shown (text), NULL);
}

static GtkWidget *
state_new (const CitizNutrientTarget *target, const CitizIntake *intake)
{
  g_autofree gchar *words = citiz_nutrient_state_words (target, intake);
  const gdouble amount = intake->amount[target->nutrient];
  GtkWidget *label;

  if (isnan (amount) || citiz_values_hidden () || !is_passed (target, amount))
    return citiz_caption_new (words);
  label = target->limit ? citiz_status_new ("citiz-up-symbolic", words, "above")
                        : citiz_status_new ("citiz-check-symbolic", words, "ok");
  gtk_widget_set_halign (label, GTK_ALIGN_START);
  return label;
}

/* Opens the course of the nutrient; it says what the picture and the words in it say. */
static GtkWidget *
opener_new (GtkWidget *child, const CitizNutrientTarget *target, const CitizIntake *intake)
{
  GtkWidget *button = gtk_button_new ();
  g_autofree gchar *value = citiz_nutrient_value_words (target, intake);
  g_autofree gchar *of = citiz_format_quantity (target->amount, 0, target->unit);
  g_autofree gchar *state = citiz_nutrient_state_words (target, intake);
  g_autofree gchar *says
      = g_strdup_printf ("%s, %s / %s%s%s", citiz_nutrient_name (target->nutrient), value, of,
                         *state != '\0' ? ", " : "", state);

  gtk_button_set_child (GTK_BUTTON (button), child);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "nutrient");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "diet.course");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "i", (gint) target->nutrient);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, says, -1);
  return button;
}

static GtkWidget *
nutrient_new (const CitizNutrientTarget *target, const CitizIntake *intake)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1),
            *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = gtk_label_new (citiz_nutrient_name (target->nutrient)),
            *numbers = gtk_label_new (NULL);
  gdouble amount = intake->amount[target->nutrient];
  g_autofree gchar *a = isnan (amount) ? g_strdup (_ ("unknown")) : citiz_format_number (amount, 0);
  g_autofree gchar *b = citiz_format_number (target->amount, 0), *markup = NULL;
  gboolean known = !isnan (amount) && !citiz_values_hidden ();

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_set_hexpand (name, TRUE);
  markup = g_markup_printf_escaped (
      "<b>%s%s</b> <span size=\"small\" alpha=\"72%%\">/ %s" CITIZ_NBSP "%s</span>",
      intake->approximate[target->nutrient] && known ? "≈" CITIZ_NBSP : "", citiz_shown (a), b,
      citiz_format_unit (target->unit));
  gtk_label_set_markup (GTK_LABEL (numbers), markup);
  gtk_widget_add_css_class (numbers, "numeric");
  gtk_box_append (GTK_BOX (head), name);
  gtk_box_append (GTK_BOX (head), numbers);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box),
                  citiz_meter_new (known ? amount / target->amount : 0, target->limit));
  gtk_box_append (GTK_BOX (box), state_new (target, intake));
  return opener_new (box, target, intake);
}

static GtkWidget *
energy_new (const CitizNutrientTarget *target, const CitizIntake *intake)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 16),
            *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *ring = citiz_ring_new (citiz_scaled (84), 10),
            *inside = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *heading = gtk_label_new (_ ("Energy")), *number, *unit = citiz_caption_new ("kcal");
  gdouble amount
      = isnan (intake->amount[CITIZ_NUTRIENT_ENERGY]) ? 0 : intake->amount[CITIZ_NUTRIENT_ENERGY];
  g_autofree gchar *text = citiz_format_number (amount, 0),
                   *of = citiz_format_number (target->amount, 0);
  g_autofree gchar *line = NULL, *says = NULL;

  citiz_ring_add (CITIZ_RING (ring), "series-1",
                  citiz_values_hidden () ? 0 : amount / MAX (target->amount, 1));
  number = gtk_label_new (citiz_shown (text));
  gtk_widget_add_css_class (number, "energy-number");
  gtk_label_set_xalign (GTK_LABEL (unit), 0.5);
  gtk_box_append (GTK_BOX (inside), number);
  gtk_box_append (GTK_BOX (inside), unit);
  citiz_ring_set_child (CITIZ_RING (ring), inside);
  says = g_strdup_printf (_ ("Energy: %s of about %s kcal"), citiz_shown (text), of);
  citiz_ring_set_label (CITIZ_RING (ring), says);
  gtk_widget_add_css_class (heading, "heading");
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  line = g_strdup_printf (_ ("of about %s kcal, %s"), of, target->source[citiz_format_language ()]);
  gtk_box_append (GTK_BOX (texts), heading);
  gtk_box_append (GTK_BOX (texts), citiz_caption_new (line));
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (box), ring);
  gtk_box_append (GTK_BOX (box), texts);
  return opener_new (box, target, intake);
}

static void
add_section (GtkWidget *card, const GArray *targets, const CitizIntake *intake, gboolean limit)
{
  GtkWidget *heading = citiz_caption_new (limit ? _ ("Not to pass") : _ ("To reach"));
  const CitizNutrientTarget *last = NULL;
  guint n = 0;

  gtk_widget_add_css_class (heading, "bold");
  for (guint i = 0; i < targets->len; i++)
    {
      const CitizNutrientTarget *target = &g_array_index (targets, CitizNutrientTarget, i);

      if (target->nutrient == CITIZ_NUTRIENT_ENERGY || target->limit != limit)
        continue;
      if (n++ == 0)
        {
          gtk_box_append (GTK_BOX (card), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
          gtk_box_append (GTK_BOX (card), heading);
        }
      last = target;
      gtk_box_append (GTK_BOX (card), nutrient_new (target, intake));
    }
  if (n == 0)
    {
      g_object_ref_sink (heading);
      g_object_unref (heading);
    }
  else if (limit)
    {
      /* Whose limit it is: the last is the one that no label on a package gives. */
      g_autofree gchar *source
          = g_strdup_printf (_ ("%s: %s"), citiz_nutrient_name (last->nutrient),
                             last->source[citiz_format_language ()]);

      gtk_box_append (GTK_BOX (card), citiz_caption_new (source));
    }
}

/* Of a day without foods nothing is eaten; what an imported diary does not say stays unknown. */
void
citiz_diet_intake (CitizSession *session, gint32 day, CitizIntake *intake)
{
  gboolean empty;

  citiz_intake_init (intake);
  citiz_intake_add_day (intake, citiz_session_get_record (session), day);
  empty = intake->foods == 0;
  for (guint i = 0; i < CITIZ_N_NUTRIENTS; i++)
    empty = empty && isnan (intake->amount[i]);
  for (guint i = 0; empty && i < CITIZ_N_NUTRIENTS; i++)
    intake->amount[i] = 0;
}

GtkWidget *
citiz_diet_nutrients_new (CitizSession *session, gint32 day)
{
  CitizRecord *record = citiz_session_get_record (session);
  g_autoptr (GArray) targets = citiz_nutrition_targets (record, day);
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 11);
  CitizIntake intake;

  citiz_diet_intake (session, day, &intake);
  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "data-card");
  for (guint i = 0; i < targets->len; i++)
    if (g_array_index (targets, CitizNutrientTarget, i).nutrient == CITIZ_NUTRIENT_ENERGY)
      gtk_box_append (GTK_BOX (card),
                      energy_new (&g_array_index (targets, CitizNutrientTarget, i), &intake));
  add_section (card, targets, &intake, FALSE);
  add_section (card, targets, &intake, TRUE);
  return card;
}

/* --- water --- */

static gchar *
day_key (gint32 day)
{
  gint y, m, d;

  citiz_day_to_ymd (day, &y, &m, &d);
  return g_strdup_printf ("%04d-%02d-%02d", y, m, d);
}

static gint
glasses_of (CitizSession *session, gint32 day)
{
  json_t *water = citiz_session_get_setting (session, "water");
  g_autofree gchar *key = day_key (day);

  return (gint) CLAMP (json_integer_value (json_object_get (water, key)), 0, 40);
}

void
citiz_diet_drink (GtkWidget *widget, CitizSession *session, gint32 day, gint glasses)
{
  json_t *old = citiz_session_get_setting (session, "water"), *water;
  g_autofree gchar *key = day_key (day);
  gint now = CLAMP (glasses_of (session, day) + glasses, 0, 40);

  water = json_is_object (old) ? json_copy (old) : json_object ();
  json_object_set_new (water, key, json_integer (now));
  citiz_act_set (widget, session, "water", water);
}

GtkWidget *
citiz_diet_water_new (CitizSession *session, gint32 day)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8),
            *left = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *label = gtk_label_new (NULL), *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 5),
            *less, *more;
  gint glasses = glasses_of (session, day);
  g_autofree gchar *litres = citiz_format_number_short (glasses * GLASS_LITRES, 2), *markup = NULL;
  g_autofree gchar *goal = citiz_format_number_short (GLASSES * GLASS_LITRES, 1);

  markup = g_markup_printf_escaped (
      "<b>%s</b> %s <span size=\"small\" alpha=\"72%%\">/ %s" CITIZ_NBSP "L</span>", _ ("Water"),
      citiz_shown (litres), goal);
  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "numeric");
  for (gint i = 0; i < GLASSES; i++)
    {
      GtkWidget *glass = citiz_icon_new ("citiz-glass-symbolic");

      gtk_widget_add_css_class (glass,
                                i < glasses && !citiz_values_hidden () ? "due" : "glass-empty");
      gtk_box_append (GTK_BOX (row), glass);
    }
  gtk_box_append (GTK_BOX (left), label);
  gtk_box_append (GTK_BOX (left), row);
  gtk_widget_set_hexpand (left, TRUE);
  less = citiz_icon_button_new ("citiz-minus-symbolic", _ ("One glass less"), "diet.drink(-1)");
  more = citiz_icon_button_new ("citiz-plus-symbolic", _ ("One glass more"), "diet.drink(1)");
  gtk_widget_remove_css_class (less, "flat");
  gtk_widget_remove_css_class (more, "flat");
  gtk_widget_add_css_class (less, "circular");
  gtk_widget_add_css_class (more, "circular");
  gtk_widget_set_sensitive (less, glasses > 0);
  gtk_box_append (GTK_BOX (card), left);
  gtk_box_append (GTK_BOX (card), less);
  gtk_box_append (GTK_BOX (card), more);
  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "data-card");
  return card;
}
