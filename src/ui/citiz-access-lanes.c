/* The accesses on one axis of time. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-access-lanes.h"

#include <glib/gi18n.h>

#include "ui/citiz-access-dialog.h"
#include "ui/citiz-access-text.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-chart.h"
#include "ui/citiz-format.h"
#include "ui/citiz-lanes.h"
#include "ui/citiz-wrap.h"

#define MOST   8                /* lanes; the others are in the list of past accesses */
#define REACH  (60 * CITIZ_DAY) /* on either side of now */
#define AROUND (12 * CITIZ_HOUR)

struct _CitizAccessLanes
{
  AdwBin parent_instance;
  CitizSession *session;
  GtkWidget *table, *card, *lanes, *planned;
};

G_DEFINE_FINAL_TYPE (CitizAccessLanes, citiz_access_lanes, ADW_TYPE_BIN)

/* --- one access in words --- */

static const struct
{
  const gchar *css_class, *word;
} looks[] = {
    [CITIZ_ACCESS_NOT_YET] = {"planned", N_ ("planned")},
    [CITIZ_ACCESS_LIVE] = {"live", N_ ("ongoing")},
    [CITIZ_ACCESS_EXPIRED] = {"past", N_ ("ended")},
    [CITIZ_ACCESS_REVOKED] = {"past", N_ ("revoked")},
    [CITIZ_ACCESS_USED_UP] = {"past", N_ ("ended")},
};

static CitizTime
end_of (CitizAccess *access)
{
  return access->ended.ms != 0 ? access->ended : access->expires;
}

static gchar *
name_of (CitizAccess *access, CitizTime now)
{
  g_autoptr (GDateTime) given = g_date_time_new_from_unix_local (access->given.ms / CITIZ_SECOND);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now.ms / CITIZ_SECOND);
  g_autofree gchar *day = NULL;

  if (access->state == CITIZ_ACCESS_LIVE)
    return g_strdup (_ ("Emergency Access"));
  day = citiz_format_date (given, today);
  /* Translators: a past emergency access and its day. */
  return g_strdup_printf (_ ("Emergency, %s"), day);
}

static GArray *
openings_of (CitizAccessLanes *self, CitizAccess *access)
{
  GListModel *model = citiz_session_get_openings (self->session);
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (model, i);

      if (opening->kind == CITIZ_OPENING_READ && citiz_id_equal (&opening->access, &access->id))
        g_array_append_val (times, opening->when.ms);
    }
  return times;
}

/* From, until, state, openings: the columns of the table, and joined the sentence of the lane. */
#define N_CELLS 4
static gchar **
cells_of (CitizAccess *access, CitizTime now)
{
  gchar **cells = g_new0 (gchar *, N_CELLS + 1);

  cells[0] = citiz_format_date_time_ms (access->given, now);
  cells[1] = citiz_format_date_time_ms (end_of (access), now);
  cells[2] = g_strdup (_ (looks[access->state].word));
  cells[3] = citiz_openings_text (access->openings);
  return cells;
}

/* --- lanes --- */

static GPtrArray *
shown (CitizAccessLanes *self)
{
  GListModel *model = citiz_session_get_accesses (self->session);
  CitizTime now = citiz_session_now (self->session);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (model) && list->len < MOST; i++)
    {
      CitizAccess *access = g_list_model_get_item (model, i);

      if (citiz_access_is_listed (access) && end_of (access).ms > now.ms - REACH)
        g_ptr_array_add (list, access);
      else
        g_object_unref (access);
    }
  return list;
}

static void
start_lanes (CitizAccessLanes *self, GPtrArray *list, CitizTime now)
{
  CitizTime from = {now.ms - AROUND}, until = {now.ms + AROUND};
  gint64 margin;

  for (guint i = 0; i < list->len; i++)
    {
      CitizAccess *access = g_ptr_array_index (list, i);

      from.ms = MIN (from.ms, MAX (access->given.ms, now.ms - REACH));
      until.ms = MAX (until.ms, MIN (end_of (access).ms, now.ms + REACH));
    }
  margin = (until.ms - from.ms) / 24;
  from.ms -= margin;
  until.ms += margin;
  citiz_lanes_clear (CITIZ_LANES (self->lanes), from, until, now);
}

static void
add_lane (CitizAccessLanes *self, CitizAccess *access, CitizTime now)
{
  g_auto (GStrv) cells = cells_of (access, now);
  g_autofree gchar *name = name_of (access, now), *first = citiz_format_capital (cells[0]);
  g_autofree gchar *sentence
      = g_strdup_printf ("%s – %s · %s · %s", first, cells[1], cells[2], cells[3]);
  g_autoptr (GArray) times = openings_of (self, access);

  citiz_lanes_add (CITIZ_LANES (self->lanes), name, sentence, looks[access->state].css_class,
                   access->given, end_of (access), (const gint64 *) (gpointer) times->data,
                   times->len);
}

static GtkWidget *
make_table (CitizAccessLanes *self, GPtrArray *list, CitizTime now)
{
  const gchar *const titles[] = {_ ("Start"), _ ("End"), _ ("State"), _ ("Openings"), NULL};
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  GtkWidget *table;

  for (guint i = 0; i < list->len; i++)
    {
      g_auto (GStrv) cells = cells_of (g_ptr_array_index (list, i), now);
      gchar **row = g_new0 (gchar *, N_CELLS + 2);

      row[0] = name_of (g_ptr_array_index (list, i), now);
      for (guint k = 0; k < N_CELLS; k++)
        row[k + 1] = g_steal_pointer (&cells[k]);
      g_ptr_array_add (rows, row);
    }
  table = citiz_table_new (_ ("Access"), titles, rows);
  citiz_scroll_sideways (table);
  return table;
}

void
citiz_access_lanes_fill (CitizAccessLanes *self)
{
  CitizTime now = citiz_session_now (self->session);
  g_autoptr (GPtrArray) list = shown (self);
  gboolean table = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->table));
  gboolean planned = FALSE;

  gtk_widget_set_visible (GTK_WIDGET (self), list->len > 0);
  start_lanes (self, list, now);
  for (guint i = 0; i < list->len; i++)
    {
      CitizAccess *access = g_ptr_array_index (list, i);

      add_lane (self, access, now);
      planned |= access->state == CITIZ_ACCESS_NOT_YET;
    }
  gtk_widget_set_visible (self->planned, planned);
  adw_bin_set_child (ADW_BIN (self->card), table ? make_table (self, list, now) : self->lanes);
}

static void
activated_cb (CitizAccessLanes *self, gint index)
{
  g_autoptr (GPtrArray) list = shown (self);

  if (index >= 0 && (guint) index < list->len)
    citiz_access_open (GTK_WIDGET (self), self->session, g_ptr_array_index (list, index));
}

/* --- building --- */

static GtkWidget *
key (const gchar *css_class, const gchar *word)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *swatch = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (swatch, "lane-swatch");
  gtk_widget_add_css_class (swatch, css_class);
  gtk_widget_set_valign (swatch, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), swatch);
  gtk_box_append (GTK_BOX (box), citiz_caption_new (word));
  return box;
}

static GtkWidget *
legend (CitizAccessLanes *self)
{
  GtkWidget *wrap = citiz_wrap_new (14);
  GtkWidget *dot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *opening;

  self->planned = key ("planned", _ ("planned"));
  opening = key ("past", _ ("opening"));
  gtk_widget_add_css_class (dot, "lane-dot");
  gtk_widget_set_hexpand (dot, TRUE);
  gtk_widget_set_halign (dot, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (dot, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (gtk_widget_get_first_child (opening)), dot);
  citiz_wrap_append (CITIZ_WRAP (wrap), key ("live", _ ("ongoing")));
  citiz_wrap_append (CITIZ_WRAP (wrap), self->planned);
  citiz_wrap_append (CITIZ_WRAP (wrap), key ("past", _ ("past")));
  citiz_wrap_append (CITIZ_WRAP (wrap), opening);
  return wrap;
}

static void
build (CitizAccessLanes *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *inside = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->table = gtk_toggle_button_new ();
  gtk_button_set_icon_name (GTK_BUTTON (self->table), "citiz-table-symbolic");
  gtk_widget_add_css_class (self->table, "flat");
  gtk_widget_add_css_class (self->table, "heading-button");
  gtk_widget_set_tooltip_text (self->table, _ ("Show as a table"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->table), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Show as a table"), -1);
  self->lanes = g_object_ref_sink (citiz_lanes_new (_ ("Who can see, and when")));
  self->card = adw_bin_new ();
  gtk_widget_add_css_class (inside, "card");
  gtk_widget_add_css_class (inside, "data-card");
  gtk_box_append (GTK_BOX (inside), self->card);
  gtk_box_append (GTK_BOX (inside), legend (self));
  gtk_box_append (GTK_BOX (box), citiz_heading_new (_ ("Who can see, and when"), self->table));
  gtk_box_append (GTK_BOX (box), inside);
  adw_bin_set_child (ADW_BIN (self), box);
  g_signal_connect_object (self->table, "toggled", G_CALLBACK (citiz_access_lanes_fill), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->lanes, "activated", G_CALLBACK (activated_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
citiz_access_lanes_dispose (GObject *object)
{
  CitizAccessLanes *self = CITIZ_ACCESS_LANES (object);

  g_clear_object (&self->lanes);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (citiz_access_lanes_parent_class)->dispose (object);
}

static void
citiz_access_lanes_class_init (CitizAccessLanesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_access_lanes_dispose;
}

static void
citiz_access_lanes_init (CitizAccessLanes *self)
{
}

GtkWidget *
citiz_access_lanes_new (CitizSession *session)
{
  CitizAccessLanes *self = g_object_new (CITIZ_TYPE_ACCESS_LANES, NULL);

  self->session = g_object_ref (session);
  build (self);
  citiz_access_lanes_fill (self);
  return GTK_WIDGET (self);
}
