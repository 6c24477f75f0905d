/* In which units values are shown and typed, by quantity. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-units.h"
#include "ui/citiz-acts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "record/citiz-unit.h"
#include "ui/citiz-format.h"

#define CHOICES 2

/* A quantity, the units one may choose, and the families of measures it rules. */
static const struct
{
  const gchar *key, *label;
  const gchar *units[CHOICES];
  const gchar *families[5];
} quantities[] = {
    {"weight", N_ ("Weight"), {"kg", "[lb_av]"}, {"weight", "lean_mass"}},
    {"height", N_ ("Height, waist"), {"cm", "[in_i]"}, {"height", "waist"}},
    {"temperature", N_ ("Temperature"), {"Cel", "[degF]"}, {"temp"}},
    {"distance", N_ ("Distance"), {"km", "[mi_i]"}, {"walk_dist"}},
    {"glucose", N_ ("Glucose"), {"mmol/L", "mg/dL"}, {"glucose_bld", "glucose_fs", "glucose_cgm"}},
    {"lipids",
     N_ ("Cholesterol, triglycerides"),
     {"mmol/L", "mg/dL"},
     {"chol", "ldl", "hdl", "tg"}},
};

/* What was chosen in the open record: an index into units, or -1 for as it was written. */
static gint chosen[G_N_ELEMENTS (quantities)] = {-1, -1, -1, -1, -1, -1};

gboolean
citiz_units_read (CitizSession *session)
{
  json_t *setting = citiz_session_get_setting (session, "units");
  gboolean changed = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (quantities); i++)
    {
      const gchar *unit = json_string_value (json_object_get (setting, quantities[i].key));
      gint now = -1;

      for (gint k = 0; k < CHOICES; k++)
        if (g_strcmp0 (unit, quantities[i].units[k]) == 0)
          now = k;
      changed |= now != chosen[i];
      chosen[i] = now;
    }
  return changed;
}

const gchar *
citiz_units_shown (const CitizMeasure *measure, const gchar *unit)
{
  const gchar *family = measure != NULL ? citiz_measure_family (measure) : NULL;
  gdouble out;

  if (family == NULL || unit == NULL)
    return unit;
  for (guint i = 0; i < G_N_ELEMENTS (quantities); i++)
    for (guint k = 0; chosen[i] >= 0 && quantities[i].families[k] != NULL; k++)
      if (strcmp (quantities[i].families[k], family) == 0)
        {
          const gchar *wished = quantities[i].units[chosen[i]];
          return citiz_unit_convert (0, unit, wished, measure->key, &out) ? wished : unit;
        }
  return unit;
}

gboolean
citiz_units_convert (const CitizMeasure *measure, const gchar *unit, gdouble value, gdouble *out)
{
  const gchar *shown = citiz_units_shown (measure, unit);

  *out = value;
  return unit != NULL && strcmp (shown, citiz_unit_ucum (unit)) != 0
         && citiz_unit_convert (value, unit, shown, measure->key, out);
}

gint
citiz_units_decimals (const gchar *ucum)
{
  return strcmp (ucum, "mg/dL") == 0 ? 0 : 1;
}

/* --- the rows of the preferences --- */

static void
chosen_cb (AdwComboRow *row, GParamSpec *pspec, gpointer data)
{
  CitizSession *session = data;
  guint i = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "citiz-quantity"));
  guint at = adw_combo_row_get_selected (row);
  json_t *old = citiz_session_get_setting (session, "units");
  json_t *units = json_is_object (old) ? json_copy (old) : json_object ();

  if (at == 0 || at > CHOICES)
    json_object_del (units, quantities[i].key);
  else
    json_object_set_new (units, quantities[i].key, json_string (quantities[i].units[at - 1]));
  citiz_act_set (GTK_WIDGET (row), session, "units", units);
}

void
citiz_units_fill (AdwPreferencesGroup *group, CitizSession *session)
{
  CitizLanguage language = citiz_format_language ();

  citiz_units_read (session);
  for (guint i = 0; i < G_N_ELEMENTS (quantities); i++)
    {
      const gchar *choices[]
          = {_ ("As written"), citiz_unit_symbol (quantities[i].units[0], language),
             citiz_unit_symbol (quantities[i].units[1], language), NULL};
      g_autoptr (GtkStringList) model = gtk_string_list_new (choices);
      GtkWidget *row = adw_combo_row_new ();

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (quantities[i].label));
      adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (model));
      adw_combo_row_set_selected (ADW_COMBO_ROW (row), (guint) (chosen[i] + 1));
      g_object_set_data (G_OBJECT (row), "citiz-quantity", GUINT_TO_POINTER (i));
      g_signal_connect_object (row, "notify::selected", G_CALLBACK (chosen_cb), session, 0);
      adw_preferences_group_add (group, row);
    }
}
