/* The community on the Ledger page: who keeps the ledger, and how far it can be trusted. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-ledger-community.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-community-text.h"
#include "ui/citiz-focus.h"
#include "ui/citiz-ledger-alarms.h"

#define MAX_DISCS 9

/* What follows the session. It lives as long as the list. */
typedef struct
{
  CitizSession *session;
  GtkWidget *heading, *list;
  GtkWidget *state, *face, *bar, *tolerance, *discs, *head; /* of vigilance */
  GtkWidget *watchers;
  GPtrArray *alarms; /* rows */
  gchar *said;       /* what they say */
} Part;

static void
part_free (gpointer data)
{
  Part *part = data;

  g_object_unref (part->session);
  g_clear_pointer (&part->alarms, g_ptr_array_unref);
  g_free (part->said);
  g_free (part);
}

static Part *
part_new (GtkWidget *owner, CitizSession *session)
{
  Part *part = g_new0 (Part, 1);

  part->session = g_object_ref (session);
  g_object_set_data_full (G_OBJECT (owner), "citiz-part", part, part_free);
  return part;
}

/* --- who keeps it --- */

static GtkWidget *
node_status (const CitizNodeView *node)
{
  if (node->doubted)
    return citiz_status_new ("citiz-alert-symbolic", _ ("Another ledger"), "bad");
  if (node->missing)
    return citiz_status_new ("citiz-clock-symbolic", _ ("No answer"), "late");
  if (node->silent)
    return citiz_status_new ("citiz-clock-symbolic", _ ("Does not vote"), "late");
  if (node->seen.ms == 0)
    return citiz_status_new (NULL, _ ("Not asked yet"), "secondary");
  return citiz_status_new ("citiz-check-symbolic", _ ("In agreement"), "ok");
}

static void
append_node (Part *part, const CitizNodeView *node)
{
  g_autofree gchar *name = citiz_node_name (node);
  g_autofree gchar *detail = citiz_node_detail (node, citiz_session_now (part->session));
  GtkWidget *row
      = citiz_words_row_new ("citiz-source-institution-symbolic", "neutral", name, detail);

  adw_action_row_add_suffix (ADW_ACTION_ROW (row), node_status (node));
  gtk_list_box_append (GTK_LIST_BOX (part->list), row);
}

static GtkWidget *
own_status (const Part *part, const CitizCommunityView *view)
{
  g_autofree gchar *text = NULL;

  if (citiz_session_get_distrust (part->session) != NULL)
    return citiz_status_new ("citiz-alert-symbolic", _ ("Set aside"), "bad");
  if (view == NULL)
    return citiz_status_new ("citiz-check-symbolic", _ ("In order"), "ok");
  if (view->false_ledger || view->state == CITIZ_COMMUNITY_VIEW_FAILED)
    return citiz_status_new ("citiz-alert-symbolic", C_ ("this computer", "Stopped"), "bad");
  if (view->level == 2 && view->height >= view->node_height)
    return citiz_status_new ("citiz-check-symbolic", _ ("In agreement"), "ok");
  if (view->level == 2)
    text = g_strdup_printf (ngettext ("%u block behind", "%u blocks behind",
                                      (gulong) (view->node_height - view->height)),
                            (guint) (view->node_height - view->height));
  else
    text = citiz_session_explain_verifying (view);
  return citiz_status_new (NULL, text, "due");
}

static void
append_own (Part *part, const CitizCommunityView *view)
{
  g_autofree gchar *level = view != NULL ? citiz_community_level_text (view) : NULL;
  GtkWidget *row
      = view != NULL
            ? citiz_words_row_new ("citiz-computer-symbolic", "accent", _ ("This computer"), level)
            : citiz_words_row_new ("citiz-computer-symbolic", "accent",
                                   _ ("This computer keeps the ledger alone"),
                                   _ ("It signs each block and checks each one. No other copy "
                                      "exists yet: keep a backup of your record."));

  adw_action_row_add_suffix (ADW_ACTION_ROW (row), own_status (part, view));
  gtk_list_box_append (GTK_LIST_BOX (part->list), row);
}

static void
append_join (Part *part)
{
  GtkWidget *row
      = citiz_words_row_new ("citiz-people-symbolic", "neutral", _ ("Join a community"),
                             _ ("With an invitation: its nodes keep the ledger with you, and an "
                                "access opens while this computer is off"));
  GtkWidget *button = citiz_button_new (_ ("_Join…"));

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.join");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", "");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  gtk_list_box_append (GTK_LIST_BOX (part->list), row);
}

static void
fill_keepers (GtkWidget *owner)
{
  Part *part = g_object_get_data (G_OBJECT (owner), "citiz-part");
  const CitizCommunityView *view = citiz_session_get_community (part->session);
  const gchar *heading = view != NULL ? _ ("Nodes of your community") : _ ("Who keeps the ledger");
  GtkWidget *label = gtk_widget_get_first_child (part->heading);

  gtk_label_set_label (GTK_LABEL (label), heading);
  gtk_accessible_update_property (GTK_ACCESSIBLE (part->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  heading, -1);
  citiz_list_clear (part->list);
  for (guint i = 0; view != NULL && i < view->nodes->len; i++)
    append_node (part, view->nodes->pdata[i]);
  append_own (part, view);
  if (view == NULL)
    append_join (part);
}

GtkWidget *
citiz_ledger_keepers_new (CitizSession *session)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  Part *part = part_new (box, session);

  part->heading = citiz_heading_new ("", NULL);
  part->list = citiz_list_new (NULL);
  gtk_box_append (GTK_BOX (box), part->heading);
  gtk_box_append (GTK_BOX (box), part->list);
  g_signal_connect_object (session, "community-changed", G_CALLBACK (fill_keepers), box,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "ledger-changed", G_CALLBACK (fill_keepers), box,
                           G_CONNECT_SWAPPED);
  fill_keepers (box);
  return box;
}

/* --- vigilance --- */

/* One disc a node, as many dashed as may still lie, a clock for each that does not answer or does not vote. The sentence beside says the same. */
static GtkWidget *
discs_new (const CitizCommunityView *view)
{
  const guint most = view->may_lie > 0 ? view->may_lie : view->may_fail;
  const guint away = MIN (view->n_missing + view->n_silent, view->n_validators);
  const guint spare = most > away ? most - away : 0;
  const guint width = view->n_validators > 4 ? 3 : 2;
  GtkWidget *grid = gtk_grid_new ();

  g_object_set (grid, "row-spacing", 6, "column-spacing", 6, "valign", GTK_ALIGN_CENTER,
                "margin-top", 8, "margin-bottom", 8, NULL);
  for (guint i = 0; i < view->n_validators; i++)
    {
      GtkWidget *disc = i >= view->n_validators - away
                            ? citiz_prefix_new ("citiz-clock-symbolic", "warning")
                        : i < view->n_validators - away - spare
                            ? citiz_prefix_new ("citiz-check-symbolic", "ok")
                            : citiz_prefix_new ("citiz-computer-symbolic", "spare");

      gtk_grid_attach (GTK_GRID (grid), disc, (gint) (i % width), (gint) (i / width), 1, 1);
    }
  return grid;
}

static void
set_row (GtkWidget *row, const gchar *title, const gchar *text)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
}

static void
set_face (GtkWidget *row, GtkWidget **face, GtkWidget *fresh)
{
  if (*face != NULL)
    adw_action_row_remove (ADW_ACTION_ROW (row), *face);
  *face = fresh;
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), fresh);
}

static void
fill_state (Part *part, const CitizCommunityView *view)
{
  const gboolean going = !view->false_ledger && view->progress < 1
                         && (view->state == CITIZ_COMMUNITY_VIEW_CATCHING_UP
                             || (view->state == CITIZ_COMMUNITY_VIEW_EVEN && view->level < 2));
  g_auto (CitizSaying) saying = {0};

  citiz_community_say_state (view, citiz_session_now (part->session), &saying);
  set_row (part->state, saying.title, saying.text);
  set_face (part->state, &part->face, citiz_prefix_new (saying.icon, saying.style));
  gtk_widget_set_visible (part->bar, going);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (part->bar), CLAMP (view->progress, 0, 1));
}

static void
fill_tolerance (Part *part, const CitizCommunityView *view)
{
  g_auto (CitizSaying) saying = {0};

  citiz_community_say_tolerance (view, &saying);
  set_row (part->tolerance, saying.title, saying.text);
  set_face (part->tolerance, &part->discs,
            view->n_validators <= MAX_DISCS ? discs_new (view)
                                            : citiz_prefix_new (saying.icon, saying.style));
}

static gchar *
gather_alarms (const CitizCommunityView *view)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; view != NULL && i < view->alarms->len; i++)
    {
      g_autofree gchar *text = citiz_session_explain_alarm (view->alarms->pdata[i]);

      g_string_append_printf (all, "%s\n", text);
    }
  if (view != NULL && view->refound != NULL)
    {
      g_autofree gchar *text = citiz_session_explain_refound (view->refound);

      g_string_append_printf (all, "%d%s", view->refound->refused, text);
    }
  return g_string_free (all, FALSE);
}

static void
put_alarm (Part *part, GtkWidget *row, gint place)
{
  g_ptr_array_add (part->alarms, row);
  gtk_list_box_insert (GTK_LIST_BOX (part->list), row, place);
}

/* Under how it stands. Made anew only when they say something else. */
static void
fill_alarms (Part *part, const CitizCommunityView *view)
{
  g_autofree gchar *said = gather_alarms (view);
  gboolean proven = FALSE, names_access = FALSE;

  if (g_strcmp0 (said, part->said) == 0)
    return;
  citiz_focus_keep (part->list);
  for (guint i = 0; i < part->alarms->len; i++)
    gtk_list_box_remove (GTK_LIST_BOX (part->list), part->alarms->pdata[i]);
  g_ptr_array_set_size (part->alarms, 0);
  for (guint i = 0; view != NULL && i < view->alarms->len; i++)
    {
      const CitizAlarmView *alarm = view->alarms->pdata[i];

      proven |= alarm->guilty != NULL && alarm->guilty[0] != NULL;
      names_access |= alarm->kind == CITIZ_ALARM_VIEW_GIVEN;
      put_alarm (part, citiz_alarm_row_new (part->session, alarm), (gint) i + 1);
    }
  if (view != NULL && view->refound != NULL)
    put_alarm (part, citiz_refound_row_new (part->session, view->refound), 1);
  if (proven)
    put_alarm (part, citiz_evidence_row_new (part->session, names_access),
               (gint) view->alarms->len + 1);
  g_free (part->said);
  part->said = g_steal_pointer (&said);
}

static void
fill_watchers (Part *part, guint n)
{
  g_autofree gchar *title
      = g_strdup_printf (ngettext ("%u watches the ledger", "%u watch the ledger", n), n);

  gtk_widget_set_visible (part->watchers, n > 0);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (part->watchers), title);
}

static void
fill_vigilance (GtkWidget *list)
{
  Part *part = g_object_get_data (G_OBJECT (list), "citiz-part");
  const CitizCommunityView *view = citiz_session_get_community (part->session);
  g_autofree gchar *head = NULL;

  gtk_widget_set_visible (part->state, view != NULL);
  gtk_widget_set_visible (part->tolerance, view != NULL && view->n_validators > 0);
  gtk_widget_set_visible (part->head, view != NULL);
  fill_alarms (part, view);
  fill_watchers (part, view != NULL ? view->watchers : 0);
  if (view == NULL)
    return;
  fill_state (part, view);
  fill_tolerance (part, view);
  head = citiz_community_head_text (view);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (part->head), head);
}

GtkWidget *
citiz_ledger_vigilance_new (CitizSession *session)
{
  GtkWidget *list = citiz_list_new (_ ("Vigilance"));
  Part *part = part_new (list, session);

  part->list = list;
  part->alarms = g_ptr_array_new ();
  part->watchers
      = citiz_words_row_new ("citiz-shown-symbolic", "neutral", "",
                             _ ("Citizens and nodes that signed the newest state as they saw it"));
  part->state = citiz_words_row_new (NULL, NULL, "", "");
  part->bar = gtk_progress_bar_new ();
  g_object_set (part->bar, "valign", GTK_ALIGN_CENTER, "width-request", 72, NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (part->state), part->bar);
  part->tolerance = citiz_words_row_new (NULL, NULL, "", "");
  part->head = citiz_words_row_new ("citiz-slice-symbolic", "ok", _ ("Your own ledger"), "");
  gtk_list_box_append (GTK_LIST_BOX (list), part->state);
  gtk_list_box_append (GTK_LIST_BOX (list), part->tolerance);
  gtk_list_box_append (GTK_LIST_BOX (list), part->watchers);
  gtk_list_box_append (GTK_LIST_BOX (list), part->head);
  g_signal_connect_object (session, "community-changed", G_CALLBACK (fill_vigilance), list,
                           G_CONNECT_SWAPPED);
  fill_vigilance (list);
  return list;
}
