/* A row for somebody who opened the record, and the dialog it opens. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-opening-row.h"
#include "ui/citiz-acts.h"

#include <glib/gi18n.h>

#include "ui/citiz-access-text.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-format.h"
#include "ui/citiz-row.h"
#include "ui/citiz-window.h"

#define ARRIVING_MS (5 * CITIZ_SECOND) /* a row this young slides in */

typedef struct
{
  CitizSession *session;
  CitizOpening *opening;
  GtkWidget
      *owner; /* where toasts and questions appear: the widget itself, or what opened its dialog */
} Subject;

static void
subject_free (Subject *subject)
{
  g_object_unref (subject->session);
  g_object_unref (subject->opening);
  g_clear_weak_pointer (&subject->owner);
  g_free (subject);
}

static Subject *
subject_of (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), "citiz-subject");
}

static void
set_subject (GtkWidget *widget, CitizSession *session, CitizOpening *opening, GtkWidget *owner)
{
  Subject *subject = g_new0 (Subject, 1);

  subject->session = g_object_ref (session);
  subject->opening = g_object_ref (opening);
  g_set_weak_pointer (&subject->owner, owner);
  g_object_set_data_full (G_OBJECT (widget), "citiz-subject", subject,
                          (GDestroyNotify) subject_free);
}

/* --- I do not recognise --- */

static void
revoke_answer (gpointer data)
{
  GtkWidget *widget = data;
  Subject *subject = subject_of (widget);

  citiz_act_revoke (widget, subject->session, &subject->opening->access);
}

static void
disputed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;
  gboolean done = citiz_session_dispute_finish (CITIZ_SESSION (source), result, &error);
  GtkWidget *owner = subject_of (widget)->owner;
  CitizAccess *live;

  if (!done)
    {
      citiz_toast (owner != NULL ? owner : widget, citiz_session_explain (error));
      return;
    }
  if (owner == NULL)
    return;
  live = citiz_session_get_emergency (CITIZ_SESSION (source));
  if (live != NULL && citiz_id_equal (&live->id, &subject_of (widget)->opening->access)
      && subject_of (widget)->opening->disputed)
    citiz_compat_ask (owner, _ ("Revoke This Access?"),
                      _ ("The opening is marked as not recognised. The access it used is still "
                         "live."),
                      _ ("_Revoke"), TRUE, revoke_answer, owner);
}

static void
dispute_cb (GtkWidget *button)
{
  Subject *subject = subject_of (button);

  citiz_session_dispute_async (subject->session, &subject->opening->id, !subject->opening->disputed,
                               NULL, disputed_cb, g_object_ref (button));
}

/* On one line where there is room, else on two. A wrapping label alone takes two as soon as the row is high enough. */
static GtkWidget *
dispute_label (void)
{
  GtkWidget *squeezer = adw_squeezer_new ();

  adw_squeezer_set_homogeneous (ADW_SQUEEZER (squeezer), FALSE);
  adw_squeezer_add (ADW_SQUEEZER (squeezer), gtk_label_new (_ ("I Do Not Recognise")));
  adw_squeezer_add (ADW_SQUEEZER (squeezer),
                    g_object_new (GTK_TYPE_LABEL, "label", _ ("I Do Not Recognise"), "wrap", TRUE,
                                  "xalign", 1.0, "justify", GTK_JUSTIFY_RIGHT, "width-chars", 13,
                                  NULL));
  return squeezer;
}

static GtkWidget *
dispute_button (CitizSession *session, CitizOpening *opening, GtkWidget *owner)
{
  GtkWidget *button = gtk_button_new ();

  gtk_button_set_child (GTK_BUTTON (button), dispute_label ());
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("I Do Not Recognise"), -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "quiet");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  set_subject (button, session, opening, owner != NULL ? owner : button);
  g_signal_connect (button, "clicked", G_CALLBACK (dispute_cb), NULL);
  return button;
}

/* --- the row --- */

static void
opened_cb (GtkWidget *row)
{
  citiz_opening_show (row, subject_of (row)->session, subject_of (row)->opening);
}

/* Initials come from the name proper: "Dre Isabelle Fortin" is IF. */
static const gchar *
without_title (const gchar *name)
{
  static const gchar *const titles[]
      = {"Dr ", "Dr. ", "Dre ", "Dre. ", "M. ", "Mme ", "Mr ", "Mrs ", "Ms "};

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (titles); i++)
    if (g_str_has_prefix (name, titles[i]))
      return name + strlen (titles[i]);
  return name != NULL ? name : "";
}

/* Today's openings by the hour alone. */
static gchar *
short_when (CitizOpening *opening, CitizTime now)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (opening->when.ms / 1000);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now.ms / 1000);

  if (when != NULL && today != NULL
      && g_date_time_get_day_of_year (when) == g_date_time_get_day_of_year (today)
      && g_date_time_get_year (when) == g_date_time_get_year (today))
    return citiz_format_time (when);
  return citiz_format_date_time_ms (opening->when, now);
}

static GtkWidget *
row_prefix (CitizOpening *opening)
{
  gboolean named = opening->name != NULL && *opening->name != '\0';
  GtkWidget *avatar;

  if (opening->disputed)
    return citiz_prefix_new ("citiz-unknown-symbolic", "warning");
  if (opening->kind == CITIZ_OPENING_CODE_FAILED)
    return citiz_prefix_new ("citiz-alert-symbolic", "warning");
  if (opening->kind == CITIZ_OPENING_NOTE)
    return citiz_prefix_new ("citiz-note-symbolic", "accent");
  /* Without a name all have one colour: libadwaita draws lots for an empty text. */
  avatar = named ? adw_avatar_new (32, without_title (opening->name), TRUE)
                 : adw_avatar_new (32, "?", FALSE);
  gtk_widget_set_valign (avatar, GTK_ALIGN_CENTER);
  return avatar;
}

GtkWidget *
citiz_opening_row_new (CitizSession *session, CitizOpening *opening, gboolean dispute)
{
  CitizTime now = citiz_session_now (session);
  g_autofree gchar *title = citiz_opening_title (opening);
  g_autofree gchar *place = citiz_opening_place (opening);
  g_autofree gchar *when = citiz_format_date_time_ms (opening->when, now);
  g_autofree gchar *subtitle = NULL;
  GtkWidget *row, *end = NULL;

  if (opening->disputed)
    {
      /* Translators: quotation marks around a name that was not recognised. */
      g_autofree gchar *quoted = g_strdup_printf (_ ("“%s”"), title);

      g_free (title);
      title = g_steal_pointer (&quoted);
    }
  if (dispute)
    {
      g_autofree gchar *day = citiz_format_capital (when);
      gboolean plain = opening->kind == CITIZ_OPENING_READ && !citiz_opening_waits (opening);
      const gchar *where = plain ? opening->place : place;

      subtitle = where != NULL && *where != '\0' ? g_strdup_printf ("%s · %s", day, where)
                                                 : g_strdup (day);
    }
  row = citiz_row_new (title, subtitle != NULL ? subtitle : place);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), row_prefix (opening));
  if (opening->disputed)
    end = citiz_status_new ("citiz-flag-symbolic", _ ("Reported"), "late");
  else if (dispute && opening->kind != CITIZ_OPENING_NOTE)
    end = dispute_button (session, opening, NULL);
  else if (!dispute && now.ms - opening->when.ms < CITIZ_MINUTE)
    end = citiz_tag_new (NULL, _ ("just now"), "accent");
  else if (!dispute)
    {
      g_autofree gchar *hour = short_when (opening, now);

      end = citiz_caption_new (hour);
    }
  if (end != NULL)
    {
      if (GTK_IS_LABEL (end))
        gtk_label_set_wrap (GTK_LABEL (end), FALSE);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), end);
    }
  if (!dispute && now.ms - opening->when.ms < ARRIVING_MS)
    gtk_widget_add_css_class (row, "arriving");
  set_subject (row, session, opening, row);
  citiz_row_set_opens (CITIZ_ROW (row), TRUE);
  citiz_row_set_chevron_visible (CITIZ_ROW (row), !dispute);
  g_signal_connect (row, "opened", G_CALLBACK (opened_cb), NULL);
  return row;
}

/* --- the detail --- */

static GtkWidget *
add_fact (GtkWidget *list, const gchar *what, const gchar *value)
{
  GtkWidget *row;

  if (value == NULL || *value == '\0')
    return NULL;
  row = citiz_row_new (what, value);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_add_css_class (row, "fact");
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  return row;
}

/* What was opened while the ledger stood still: where that stands. */
static const gchar *
stalled_text (CitizOpening *opening, CitizTime now)
{
  if (!opening->stalled)
    return NULL;
  if (opening->tx != NULL)
    return _ (
        "It stood still when this was opened, as you allow in an emergency. It has been entered since.");
  if (now.ms < opening->when.ms + CITIZ_DAY)
    return _ ("It stood still when this was opened, as you allow in an emergency. The nodes that "
              "opened enter it as soon as it goes on.");
  return _ ("It stood still when this was opened, a node says, and a day later it knows nothing of "
            "it. Ask those who run your community.");
}

void
citiz_opening_show (GtkWidget *parent, CitizSession *session, CitizOpening *opening)
{
  static const gchar *const titles[] = {
      [CITIZ_OPENING_READ] = N_ ("Opening"),
      [CITIZ_OPENING_CODE_FAILED] = N_ ("Wrong Code"),
      [CITIZ_OPENING_NOTE] = N_ ("Note"),
  };
  CitizTime now = citiz_session_now (session);
  g_autofree gchar *when = citiz_format_date_time_ms (opening->when, now);
  g_autofree gchar *day = citiz_format_capital (when);
  g_autofree gchar *said = citiz_opening_said (opening);
  const gchar *title = _ (titles[opening->kind]);
  GtkWidget *header, *page, *entry, *list = citiz_list_new (title);
  GtkWidget *window = citiz_dialog_new (parent, title, 420, 680, &page, &header);

  if (opening->kind != CITIZ_OPENING_CODE_FAILED)
    add_fact (list, _ ("Name, as declared"), citiz_opening_name (opening));
  add_fact (list, _ ("Role"), citiz_role_text (opening->role));
  add_fact (list, _ ("Place"), opening->place);
  add_fact (list, _ ("Reason"), citiz_reason_text (opening->reason));
  add_fact (list, _ ("When"), day);
  add_fact (list, _ ("Note to you"), said);
  add_fact (list, _ ("Receipt, the same six words on their screen"), opening->words);
  add_fact (list, _ ("The ledger"), stalled_text (opening, now));
  entry = add_fact (list, _ ("Entry in the ledger"), opening->tx);
  if (entry != NULL)
    citiz_row_set_number (CITIZ_ROW (entry), NULL, opening->tx);
  gtk_box_append (GTK_BOX (page), list);
  gtk_box_append (
      GTK_BOX (page),
      citiz_caption_new (
          opening->kind == CITIZ_OPENING_CODE_FAILED
              ? _ ("Nothing was opened: somebody entered a code and a birth date that do not go "
                   "together. After five such tries the code is worth nothing; the QR code and "
                   "the link still open.")
              : _ ("Nobody checks these names: they are what the reader wrote before opening.")));
  if (opening->kind == CITIZ_OPENING_READ)
    {
      GtkWidget *button = dispute_button (session, opening, parent);

      gtk_button_set_label (GTK_BUTTON (button), opening->disputed ? _ ("I Recognise It After All")
                                                                   : _ ("I Do Not Recognise"));
      gtk_widget_remove_css_class (button, "flat");
      gtk_widget_add_css_class (button, "pill");
      gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
      g_signal_connect_object (button, "clicked", G_CALLBACK (gtk_window_close), window,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
      gtk_box_append (GTK_BOX (page), button);
    }
  gtk_window_present (GTK_WINDOW (window));
}
