/* The record's items one by one, each with a switch that masks it in an emergency. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-profile-items.h"

#include <glib/gi18n.h>

#include "core/citiz-env.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-format.h"

typedef struct
{
  CitizId id;
  gboolean changes_care;
  gboolean asked; /* and answered with yes */
  CitizMaskFunc mask;
  gpointer data;
  GtkWidget *toggle;
} Item;

static void
set_look (Item *item, gboolean masked)
{
  gtk_button_set_icon_name (GTK_BUTTON (item->toggle),
                            masked ? "citiz-hidden-symbolic" : "citiz-shown-symbolic");
  gtk_widget_set_tooltip_text (item->toggle,
                               masked ? _ ("Masked in an emergency") : _ ("Shown in an emergency"));
}

static void
apply (Item *item, gboolean masked)
{
  set_look (item, masked);
  item->mask (&item->id, masked, item->data);
}

static void
mask_anyway (gpointer data)
{
  Item *item = g_object_get_data (data, "citiz-item");

  item->asked = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (item->toggle), TRUE);
}

/* Masking an anticoagulant or a severe allergy is a decision of its own: it is asked, once. */
static void
toggled_cb (GtkToggleButton *toggle, Item *item)
{
  gboolean masked = gtk_toggle_button_get_active (toggle);

  if (masked && item->changes_care && !item->asked)
    {
      gtk_toggle_button_set_active (toggle, FALSE);
      citiz_compat_ask (GTK_WIDGET (toggle), _ ("Mask It Even So?"),
                        _ ("It changes what must be done in an emergency. The carer will only see "
                           "that something of this class is masked, and will have to treat "
                           "without knowing."),
                        _ ("_Mask"), TRUE, mask_anyway, toggle);
      return;
    }
  item->asked = FALSE;
  apply (item, masked);
}

static gboolean
changes_care (const CitizItem *item)
{
  return item->alerts != 0
         || (item->kind == CITIZ_KIND_ALLERGY
             && (item->severity == CITIZ_SEVERITY_SEVERE
                 || item->criticality == CITIZ_CRITICALITY_HIGH));
}

#define NAMED 3 /* items of a part that are named */

/* The problems, devices and medications behind an alert are in parts of their own: the part of alerts says them all. */
gchar *
citiz_profile_part_care (const CitizRecord *record, CitizPart part, CitizTime now)
{
  static const struct
  {
    CitizPart part;
    CitizKind kind;
  } kinds[] = {{CITIZ_PART_ALLERGIES, CITIZ_KIND_ALLERGY},
               {CITIZ_PART_MEDICATIONS, CITIZ_KIND_MEDICATION},
               {CITIZ_PART_PROBLEMS, CITIZ_KIND_PROBLEM},
               {CITIZ_PART_DEVICES, CITIZ_KIND_DEVICE},
               {CITIZ_PART_DIRECTIVES, CITIZ_KIND_DIRECTIVE}};
  g_autoptr (GString) names = g_string_new (NULL);
  const gint offset = citiz_env_offset_minutes (now);
  guint n = 0;

  for (guint k = 0; record != NULL && k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (GPtrArray) items = NULL;

      if (part != kinds[k].part && part != CITIZ_PART_ALERTS)
        continue;
      items = citiz_record_list (record, kinds[k].kind);
      for (guint i = 0; i < items->len; i++)
        {
          const CitizItem *item = items->pdata[i];

          if (changes_care (item) && citiz_item_holds (item, now, offset) && n++ < NAMED)
            g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "",
                                    item->title[citiz_format_language ()]);
        }
    }
  return g_string_free (g_string_append (g_steal_pointer (&names), n > NAMED ? "…" : ""), FALSE);
}

static GtkWidget *
make_row (CitizItem *source,
          CitizMaskedFunc is_masked,
          CitizLeftOutFunc is_left_out,
          CitizMaskFunc mask,
          gpointer data)
{
  Item *item = g_new0 (Item, 1);
  const gchar *title = source->title[citiz_format_language ()];
  const gboolean left_out = is_left_out (source, data);
  const gchar *beneath = *citiz_item_content (source) != '\0' ? "" : source->detail;
  GtkWidget *row = citiz_row_new (
      title, left_out ? _ ("Left out with its part or its sensitive subject") : beneath);
  gboolean masked = is_masked (&source->id, data);
  g_autofree gchar *label = g_strdup_printf (_ ("Mask %s"), title);

  item->id = source->id;
  item->changes_care = changes_care (source);
  item->mask = mask;
  item->data = data;
  item->toggle = gtk_toggle_button_new ();
  gtk_widget_add_css_class (item->toggle, "flat");
  gtk_widget_set_valign (item->toggle, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (item->toggle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (item->toggle), masked);
  set_look (item, masked);
  if (left_out) /* whatever is chosen for it alone */
    {
      gtk_button_set_icon_name (GTK_BUTTON (item->toggle), "citiz-hidden-symbolic");
      gtk_widget_set_tooltip_text (item->toggle,
                                   _ ("Left out with its part or its sensitive subject"));
      gtk_widget_set_sensitive (item->toggle, FALSE);
    }
  if (item->changes_care)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                               citiz_tag_new ("citiz-alert-symbolic", _ ("Changes care"), "error"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), item->toggle);
  g_object_set_data_full (G_OBJECT (item->toggle), "citiz-item", item, g_free);
  g_signal_connect (item->toggle, "toggled", G_CALLBACK (toggled_cb), item);
  return row;
}

GtkWidget *
citiz_profile_items_new (const CitizRecord *record,
                         CitizMaskedFunc is_masked,
                         CitizLeftOutFunc is_left_out,
                         CitizMaskFunc mask,
                         gpointer data)
{
  static const struct
  {
    CitizKind kind;
    const gchar *title;
  } kinds[] = {
      {CITIZ_KIND_ALLERGY, N_ ("Allergies")},
      {CITIZ_KIND_MEDICATION, N_ ("Medications")},
      {CITIZ_KIND_PROBLEM, N_ ("Health problems")},
      {CITIZ_KIND_DEVICE, N_ ("Devices and implants")},
      {CITIZ_KIND_PROCEDURE, N_ ("Procedures")},
      {CITIZ_KIND_IMMUNIZATION, N_ ("Vaccines")},
      {CITIZ_KIND_DIRECTIVE, N_ ("Advance directives")},
      {CITIZ_KIND_CONTACT, N_ ("Contacts")},
  };
  GtkWidget *list = citiz_list_new (_ ("Single items"));

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (GPtrArray) items
          = record != NULL ? citiz_record_list (record, kinds[k].kind) : NULL;
      GtkWidget *expander;
      g_autofree gchar *count = NULL;

      if (items == NULL || items->len == 0)
        continue;
      count = g_strdup_printf (ngettext ("%u item", "%u items", items->len), items->len);
      expander = adw_expander_row_new ();
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (expander), _ (kinds[k].title));
      adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (expander), count);
      for (guint i = 0; i < items->len; i++)
        adw_expander_row_add_row (
            ADW_EXPANDER_ROW (expander),
            make_row (g_ptr_array_index (items, i), is_masked, is_left_out, mask, data));
      gtk_list_box_append (GTK_LIST_BOX (list), expander);
    }
  if (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0) == NULL)
    gtk_list_box_append (GTK_LIST_BOX (list), citiz_row_new (_ ("Nothing to mask yet"), NULL));
  return list;
}
