/* Joining a community from an invitation: what one joins, on its way, what changed; and leaving it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-community-dialog.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-community-text.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-preferences-community.h"
#include "ui/citiz-window.h"

#include <string.h>

/* It lives as long as its window. */
typedef struct
{
  CitizSession *session;
  GCancellable *joining; /* NULL: not under way */
  CitizInvitationView *view;
  GtkWidget *window, *steps;
  GtkWidget *entry, *problem, *go;                  /* the invitation */
  GtkWidget *what, *refusal, *join;                 /* what it leads to */
  GtkWidget *cancel;                                /* on its way */
  GtkWidget *joined, *stands, *opens, *kept, *done; /* what changed */
  GtkWidget *title, *founding, *go_on; /* the step that is left in one that was founded anew */
  CitizHash document;                  /* as it is shown there */
} Join;

static void
join_free (Join *self)
{
  if (self->joining != NULL)
    g_cancellable_cancel (self->joining);
  g_clear_object (&self->joining);
  g_clear_pointer (&self->view, citiz_invitation_view_free);
  g_object_unref (self->session);
  g_free (self);
}

/* For an answer that may come after the dialog, and the window below it, are gone. */
static gpointer
promise_new (Join *self)
{
  GWeakRef *promise = g_new0 (GWeakRef, 1);

  g_weak_ref_init (promise, self->window);
  return promise;
}

/* Takes @promise. Returns: NULL when the dialog was closed meanwhile */
static Join *
promise_keep (gpointer promise)
{
  g_autoptr (GtkWidget) window = g_weak_ref_get (promise);
  gboolean there = window != NULL && gtk_widget_get_first_child (window) != NULL;

  g_weak_ref_clear (promise);
  g_free (promise);
  return there ? g_object_get_data (G_OBJECT (window), "citiz-join")
               : NULL; /* held on the display */
}

static void
show_problem (GtkWidget *label, const gchar *text)
{
  gtk_label_set_label (GTK_LABEL (label), text != NULL ? text : "");
  gtk_widget_set_visible (label, text != NULL);
}

/* --- building --- */

static GtkWidget *
pill (Join *self, const gchar *label, gboolean suggested, GCallback pressed)
{
  GtkWidget *button = citiz_pill_new (NULL, label, NULL, suggested);

  g_signal_connect_swapped (button, "clicked", pressed, self);
  return button;
}

static GtkWidget *
row_new (GtkWidget *list,
         const gchar *icon,
         const gchar *style,
         const gchar *title,
         const gchar *subtitle)
{
  GtkWidget *row = citiz_words_row_new (icon, style, title, subtitle);

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  return row;
}

static GtkWidget *
step_new (Join *self, const gchar *name)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);

  gtk_stack_add_named (GTK_STACK (self->steps), box, name);
  return box;
}

static GtkWidget *
title_new (const gchar *text)
{
  GtkWidget *label
      = g_object_new (GTK_TYPE_LABEL, "label", text, "wrap", TRUE, "justify", GTK_JUSTIFY_CENTER,
                      "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, NULL);

  gtk_widget_add_css_class (label, "title-2");
  return label;
}

/* --- what one joins --- */

static gchar *
hosts_text (const CitizInvitationView *view)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) hosts = NULL;

  for (guint i = 0; view->nodes[i] != NULL; i++)
    {
      const gchar *host = strstr (view->nodes[i], "://");

      g_strv_builder_add (builder, host != NULL ? host + 3 : view->nodes[i]);
    }
  hosts = g_strv_builder_end (builder);
  return g_strjoinv (" · ", hosts);
}

static GtkWidget *
what_list (const CitizInvitationView *view)
{
  const guint n = g_strv_length (view->nodes);
  g_autofree gchar *nodes = g_strdup_printf (ngettext ("%u node", "%u nodes", n), n);
  g_autofree gchar *hosts = hosts_text (view);
  GtkWidget *list = citiz_list_new (_ ("What you would join"));

  row_new (list, "citiz-people-symbolic", "neutral", nodes, hosts);
  row_new (list, "citiz-words-symbolic", "neutral", view->fingerprint,
           _ ("Its fingerprint: whoever invited you reads the same six words"));
  if (view->vouched)
    row_new (list, "citiz-access-symbolic", "neutral", _ ("You are expected"),
             _ ("The node that invites you vouches for you"));
  else
    row_new (list, "citiz-clock-symbolic", "neutral", _ ("Nobody vouches for you"),
             _ ("This computer will work a few minutes for its place"));
  return list;
}

static GtkWidget *
sight_list (void)
{
  GtkWidget *list = citiz_list_new (_ ("What its nodes see"));

  row_new (list, "citiz-shown-symbolic", "neutral", _ ("What they see"),
           _ ("That an account without a name gives, opens or ends an access, when, and from which "
              "network address"));
  row_new (list, "citiz-hidden-symbolic", "ok", _ ("What they never see"),
           _ ("Your name and your record. What you share reaches them encrypted, and none of them "
              "holds the key alone."));
  return list;
}

static void
fill_what (Join *self)
{
  citiz_box_clear (self->what);
  gtk_box_append (GTK_BOX (self->what), title_new (self->view->name));
  gtk_box_append (GTK_BOX (self->what), what_list (self->view));
  gtk_box_append (GTK_BOX (self->what), sight_list ());
}

static void
show_step (Join *self, const gchar *name, GtkWidget *focus)
{
  gtk_stack_set_visible_child_name (GTK_STACK (self->steps), name);
  gtk_widget_grab_focus (focus);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizInvitationView) view
      = citiz_session_read_invitation_finish (CITIZ_SESSION (source), result, &error);
  Join *self = promise_keep (data);

  if (self == NULL)
    return;
  show_problem (self->problem, view == NULL ? citiz_session_explain (error) : NULL);
  if (view == NULL)
    {
      show_step (self, "invitation", self->entry);
      return;
    }
  g_clear_pointer (&self->view, citiz_invitation_view_free);
  self->view = g_steal_pointer (&view);
  show_problem (self->refusal, NULL);
  fill_what (self);
  show_step (self, "what", self->join);
}

static void
read_text (Join *self)
{
  citiz_session_read_invitation_async (self->session,
                                       gtk_editable_get_text (GTK_EDITABLE (self->entry)), NULL,
                                       read_cb, promise_new (self));
}

static void
typed_cb (Join *self)
{
  const gchar *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  show_problem (self->problem, NULL);
  gtk_widget_set_sensitive (self->go, *text != '\0');
}

static void
entered_cb (Join *self)
{
  if (gtk_widget_get_sensitive (self->go))
    read_text (self);
}

static void
build_invitation (Join *self)
{
  GtkWidget *box = step_new (self, "invitation"), *list = citiz_list_new (NULL);
  GtkWidget *text = g_object_new (
      GTK_TYPE_LABEL, "wrap", TRUE, "xalign", 0.0, "max-width-chars", 56, "label",
      _ ("A community is a few computers, called nodes, that keep the ledger together: at a "
         "clinic, a library, an association. With them an access opens while this computer is "
         "off, and each checks the others."),
      NULL);

  self->entry = citiz_text_row_new (_ ("Invitation: link or code"));
  gtk_list_box_append (GTK_LIST_BOX (list), self->entry);
  self->problem = citiz_problem_new ();
  self->go = pill (self, _ ("_Continue"), TRUE, G_CALLBACK (read_text));
  gtk_widget_set_sensitive (self->go, FALSE);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (typed_cb), self);
  g_signal_connect_swapped (self->entry, "entry-activated", G_CALLBACK (entered_cb), self);
  gtk_box_append (GTK_BOX (box), text);
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (GTK_BOX (box), self->problem);
  gtk_box_append (GTK_BOX (box), self->go);
}

/* --- what changed --- */

/* Nobody belongs to it before its ledger has the account: till then nothing can be written there. */
static void
follow_founding (Join *self, const CitizCommunityView *view)
{
  const gboolean asks = citiz_session_asks_refound (view) && view->refound->newcomer;
  g_autofree gchar *title = asks ? g_strdup_printf (_ ("“%s” Was Founded Anew"), view->name)
                            : view->registered
                                ? g_strdup_printf (_ ("You Belong to “%s”"), view->name)
                                : g_strdup_printf (_ ("Joining “%s”…"), view->name);
  g_autofree gchar *text = asks ? citiz_session_explain_refound (view->refound) : g_strdup ("");

  if (asks)
    self->document = view->refound->document;
  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_label_set_label (GTK_LABEL (self->founding), text);
  gtk_widget_set_visible (self->founding, asks);
  gtk_widget_set_visible (self->go_on, asks);
  gtk_widget_set_visible (self->opens, !asks);
}

static void
went_on_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = citiz_session_accept_refound_finish (CITIZ_SESSION (source), result, &error);
  Join *self = promise_keep (data);

  if (self == NULL)
    return;
  gtk_widget_set_sensitive (self->go_on, TRUE); /* it may have been founded anew more than once */
  if (!done)
    citiz_toast (self->window, citiz_session_explain (error));
}

/* What was read, and nothing that has come in its place meanwhile. */
static void
go_on_cb (Join *self)
{
  gtk_widget_set_sensitive (self->go_on, FALSE);
  citiz_session_accept_refound_async (self->session, &self->document, NULL, went_on_cb,
                                      promise_new (self));
}

/* It goes on while the person reads. */
static void
follow_community (Join *self)
{
  const CitizCommunityView *view = citiz_session_get_community (self->session);
  g_autofree gchar *stands = NULL, *head = NULL;

  if (view == NULL || self->stands == NULL)
    return;
  stands = citiz_session_explain_community (view);
  head = citiz_community_head_text (view);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->stands), stands);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->kept), head);
  follow_founding (self, view);
}

static void
changed_cb (GtkWidget *window)
{
  Join *self = g_object_get_data (G_OBJECT (window), "citiz-join");

  if (gtk_widget_get_first_child (window) != NULL)
    follow_community (self);
}

static void
fill_joined (Join *self)
{
  const CitizCommunityView *view = citiz_session_get_community (self->session);
  g_autofree gchar *who = NULL;
  GtkWidget *list = citiz_list_new (_ ("What changed")), *more = citiz_list_new (NULL);

  who = view != NULL ? citiz_community_who_text (view) : g_strdup ("");
  citiz_box_clear (self->joined);
  self->title = title_new ("");
  self->founding = g_object_new (GTK_TYPE_LABEL, "wrap", TRUE, "xalign", 0.0, "max-width-chars", 56,
                                 "selectable", TRUE, "visible", FALSE, NULL);
  self->go_on = pill (self, _ ("_Go On with Them"), TRUE, G_CALLBACK (go_on_cb));
  gtk_widget_set_visible (self->go_on, FALSE);
  gtk_box_append (GTK_BOX (self->joined), self->title);
  gtk_box_append (GTK_BOX (self->joined), self->founding);
  gtk_box_append (GTK_BOX (self->joined), self->go_on);
  self->stands = row_new (list, "citiz-shield-symbolic", "accent", "", who);
  self->opens = row_new (list, "citiz-emergency-symbolic", "ok",
                         _ ("The accesses you give from now on open without this computer"),
                         _ ("One press, as before"));
  self->kept = row_new (list, "citiz-slice-symbolic", "ok", _ ("Your own ledger goes on here"), "");
  gtk_list_box_append (GTK_LIST_BOX (more), citiz_background_row_new (self->session));
  gtk_box_append (GTK_BOX (self->joined), list);
  gtk_box_append (GTK_BOX (self->joined), more);
  follow_community (self);
}

static void
close_cb (Join *self)
{
  gtk_window_close (GTK_WINDOW (self->window));
}

static void
build_joined (Join *self)
{
  GtkWidget *box = step_new (self, "joined");

  self->joined = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  self->done = pill (self, _ ("_Done"), TRUE, G_CALLBACK (close_cb));
  gtk_box_append (GTK_BOX (box), self->joined);
  gtk_box_append (GTK_BOX (box), self->done);
}

/* --- joining --- */

static void
joined_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = citiz_session_join_finish (CITIZ_SESSION (source), result, &error);
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  Join *self = promise_keep (data);

  if (self == NULL)
    return;
  g_clear_object (&self->joining);
  if (done)
    {
      fill_joined (self);
      show_step (self, "joined", self->done);
      return;
    }
  show_problem (self->refusal, cancelled ? NULL : citiz_session_explain (error));
  show_step (self, "what", self->join);
}

static void
join_cb (Join *self)
{
  show_problem (self->refusal, NULL);
  g_clear_object (&self->joining);
  self->joining = g_cancellable_new ();
  show_step (self, "busy", self->cancel);
  citiz_session_join_async (self->session, self->view->text, self->joining, joined_cb,
                            promise_new (self));
}

static void
cancel_cb (Join *self)
{
  if (self->joining != NULL)
    g_cancellable_cancel (self->joining);
}

static void
other_cb (Join *self)
{
  show_step (self, "invitation", self->entry);
}

static void
build_what (Join *self)
{
  GtkWidget *box = step_new (self, "what"), *other;

  self->what = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  self->refusal = citiz_problem_new ();
  self->join = pill (self, _ ("_Join"), TRUE, G_CALLBACK (join_cb));
  other = pill (self, _ ("_Another Invitation"), FALSE, G_CALLBACK (other_cb));
  gtk_widget_remove_css_class (other, "pill");
  gtk_widget_add_css_class (other, "flat");
  gtk_box_append (GTK_BOX (box), self->what);
  gtk_box_append (GTK_BOX (box), self->refusal);
  gtk_box_append (GTK_BOX (box), self->join);
  gtk_box_append (GTK_BOX (box), other);
}

static void
build_busy (Join *self)
{
  GtkWidget *box = step_new (self, "busy");
  GtkWidget *spinner
      = g_object_new (GTK_TYPE_SPINNER, "spinning", TRUE, "width-request", 32, "height-request", 32,
                      "halign", GTK_ALIGN_CENTER, "margin-top", 48, NULL);

  self->cancel = pill (self, _ ("C_ancel"), FALSE, G_CALLBACK (cancel_cb));
  gtk_box_append (GTK_BOX (box), spinner);
  gtk_box_append (GTK_BOX (box), title_new (_ ("Asking its nodes…")));
  gtk_box_append (GTK_BOX (box), self->cancel);
}

void
citiz_join_show (GtkWidget *parent, CitizSession *session, const gchar *text)
{
  const CitizCommunityView *community = citiz_session_get_community (session);
  Join *self;
  GtkWidget *page, *header;

  if (community != NULL && text == NULL) /* another invitation to the same one is taken */
    {
      g_autofree gchar *heading = g_strdup_printf (_ ("You Belong to “%s”"), community->name);

      citiz_compat_tell (parent, heading, _ ("To join another community, leave this one first."));
      return;
    }
  self = g_new0 (Join, 1);
  self->session = g_object_ref (session);
  self->window = citiz_dialog_new (parent, _ ("Join a Community"), 520, 640, &page, &header);
  g_object_set_data_full (G_OBJECT (self->window), "citiz-join", self, (GDestroyNotify) join_free);
  self->steps = gtk_stack_new ();
  g_object_set (self->steps, "vhomogeneous", FALSE, "hhomogeneous", FALSE, "transition-type",
                GTK_STACK_TRANSITION_TYPE_CROSSFADE, NULL);
  gtk_box_append (GTK_BOX (page), self->steps);
  build_invitation (self);
  build_what (self);
  build_busy (self);
  build_joined (self);
  g_signal_connect_object (session, "community-changed", G_CALLBACK (changed_cb), self->window,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (self->window));
  if (text == NULL)
    {
      gtk_widget_grab_focus (self->entry);
      return;
    }
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  read_text (self);
}

/* --- leaving --- */

static void
left_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) owner = data;
  g_autoptr (GError) error = NULL;
  gboolean left = citiz_session_leave_community_finish (CITIZ_SESSION (source), result, &error);

  if (left)
    citiz_toast (owner, _ ("You have left the community."));
  else
    citiz_compat_tell (owner, _ ("You Are Still a Member"), citiz_session_explain (error));
}

static void
leave_answer (gpointer data)
{
  CitizSession *session = g_object_get_data (data, "citiz-session");

  citiz_session_leave_community_async (session, NULL, left_cb, g_object_ref (data));
}

/* The engine would refuse: said before anything is asked. */
static gboolean
is_sharing (CitizSession *session)
{
  GListModel *accesses = citiz_session_get_accesses (session);
  gboolean found = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      found |= access->n_nodes > 0 && !access->copied
               && (access->state == CITIZ_ACCESS_LIVE || access->state == CITIZ_ACCESS_NOT_YET);
    }
  return found;
}

void
citiz_leave_ask (GtkWidget *owner, CitizSession *session)
{
  const CitizCommunityView *view = citiz_session_get_community (session);
  const gchar *copied = citiz_session_explain_copied (session);
  g_autofree gchar *heading = NULL, *text = NULL;

  if (view == NULL)
    return;
  if (is_sharing (session))
    {
      g_autoptr (GError) error
          = g_error_new_literal (CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_SHARING, "");

      citiz_compat_tell (owner, _ ("You Are Still a Member"), citiz_session_explain (error));
      return;
    }
  heading = g_strdup_printf (_ ("Leave “%s”?"), view->name);
  g_object_set_data_full (G_OBJECT (owner), "citiz-session", g_object_ref (session),
                          g_object_unref);
  text = g_strdup_printf (
      "%s%s%s",
      _ ("Your record and its own ledger stay whole, with the proofs of what was "
         "sealed there. Accesses will open on this computer only, and your own copy "
         "of the community’s ledger is thrown away. You may join again."),
      copied != NULL ? "\n\n" : "", copied != NULL ? copied : "");
  citiz_compat_ask (owner, heading, text, _ ("_Leave"), TRUE, leave_answer, owner);
}
