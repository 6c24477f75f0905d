/* What Today asks for: a name and a birth date, something in an empty record. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-today-parts.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-person.h"
#include "ui/citiz-row.h"

/* The name heads the summary, and the doctor needs the age; the code to say is sealed with the birth date. */
static gboolean
person_missing (const CitizTodayView *view)
{
  g_autofree gchar *name = citiz_person_name (view->session),
                   *birth = citiz_person_birth_date (view->session);

  return *name == '\0' || *birth == '\0';
}

static gboolean
record_empty (const CitizTodayView *view)
{
  guint person = citiz_record_patient (view->record) != NULL;

  return citiz_record_size (view->record) == person
         && citiz_session_get_imports (view->session)->len == 0;
}

static void
opened_cb (GtkWidget *row, gpointer action)
{
  gtk_widget_activate_action (row, action, NULL);
}

static void
add_notice (GtkWidget *list,
            const gchar *icon,
            const gchar *title,
            const gchar *text,
            const gchar *action)
{
  GtkWidget *row = citiz_row_new (title, text);

  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  citiz_row_set_prefix (CITIZ_ROW (row), icon, "accent");
  citiz_row_set_opens (CITIZ_ROW (row), TRUE);
  g_signal_connect (row, "opened", G_CALLBACK (opened_cb), (gpointer) action);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
}

GtkWidget *
citiz_today_notices_new (const CitizTodayView *view)
{
  gboolean person = person_missing (view), empty = record_empty (view);
  GtkWidget *list;

  if (!person && !empty)
    return NULL;
  list = citiz_list_new (_ ("Notices"));
  if (person)
    add_notice (list, "citiz-people-symbolic", _ ("Enter your name and your birth date"),
                _ ("They head the emergency summary, and the code to say needs your birth date."),
                "today.person");
  if (empty)
    {
      add_notice (list, "citiz-folder-symbolic", _ ("Bring in your data"),
                  _ ("Your record is empty. A health summary or a phone’s export begins it."),
                  "win.import");
      add_notice (list, "citiz-shown-symbolic", _ ("Look around in a sample record"),
                  _ ("It is marked as one and goes away whole."), "win.try-sample");
    }
  return list;
}
