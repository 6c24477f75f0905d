/* The first run: what it is, a passphrase, the recovery sheet, a way to begin. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-onboarding.h"

#include <glib/gi18n.h>

#include "app/citiz-session.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-new-passphrase.h"
#include "ui/citiz-person.h"
#include "ui/citiz-recovery-check.h"
#include "ui/citiz-recovery-sheet.h"
#include "ui/citiz-row.h"
#include "ui/citiz-sample.h"
#include "ui/citiz-tour.h"
#include "ui/citiz-window.h"

#define N_STEPS 4

struct _CitizOnboarding
{
  AdwBin parent_instance;

  CitizSession *session;
  guint step;
  gboolean import;

  AdwCarousel *carousel;
  GtkWidget *dots, *back, *first;
  GtkWidget *pages[N_STEPS];
  CitizNewPassphrase *passphrase;
  CitizRecoverySheet *sheet;
  GtkWidget *sheet_slot, *keep_stack, *continue_row, *continue_button;
  CitizRecoveryCheck *check;
  GtkWidget *busy, *problem, *community;
  CitizPersonForm *person;
};

G_DEFINE_FINAL_TYPE (CitizOnboarding, citiz_onboarding, ADW_TYPE_BIN)

enum
{
  DONE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void build_first (CitizOnboarding *self);
static void build_passphrase (CitizOnboarding *self);
static void build_recovery (CitizOnboarding *self);
static void build_last (CitizOnboarding *self);

/* A page is made when it is gone to: the first frame waits for the first page only. */
static void (*const builders[N_STEPS]) (CitizOnboarding *self)
    = {build_first, build_passphrase, build_recovery, build_last};

/* --- moving --- */

/* What the person does first on the step that came. */
static void
focus_step (CitizOnboarding *self)
{
  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  if (self->step == 1)
    citiz_new_passphrase_focus (self->passphrase);
  else if (self->step == 2)
    citiz_recovery_sheet_focus (self->sheet);
  else
    gtk_widget_child_focus (self->step == 0 ? self->first : GTK_WIDGET (self->person),
                            GTK_DIR_TAB_FORWARD);
}

void
citiz_onboarding_go (CitizOnboarding *self, guint step)
{
  g_autofree gchar *name = NULL;

  g_return_if_fail (CITIZ_IS_ONBOARDING (self) && step < N_STEPS);
  self->step = step;
  if (adw_bin_get_child (ADW_BIN (self->pages[step])) == NULL)
    builders[step](self);
  for (guint i = 0; i < N_STEPS; i++)
    {
      gtk_widget_set_sensitive (self->pages[i], i == step);
      gtk_accessible_update_state (GTK_ACCESSIBLE (self->pages[i]), GTK_ACCESSIBLE_STATE_HIDDEN,
                                   i != step, -1);
    }
  adw_carousel_scroll_to (self->carousel, self->pages[step],
                          adw_get_enable_animations (GTK_WIDGET (self)));
  /* Once the vault exists there is no way back to its words. */
  gtk_widget_set_visible (self->back, step == 1 || step == 2);
  name = g_strdup_printf (_ ("Step %u of %u"), step + 1, (guint) N_STEPS);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->dots), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  focus_step (self);
}

static void
update_keep (CitizOnboarding *self)
{
  gboolean kept = self->sheet != NULL && citiz_recovery_sheet_get_kept (self->sheet);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "first-run.check", kept);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->continue_row),
                               kept ? _ ("They show that the sheet can be read")
                                    : _ ("As soon as the sheet is printed or saved"));
  if (kept)
    {
      gtk_widget_add_css_class (self->continue_button, "suggested-action");
      gtk_widget_grab_focus (self->continue_button);
    }
  else
    gtk_widget_remove_css_class (self->continue_button, "suggested-action");
}

static void
make_sheet (CitizOnboarding *self)
{
  g_autoptr (CitizSecret) entropy = citiz_secret_new_random (32);

  self->sheet = CITIZ_RECOVERY_SHEET (
      citiz_recovery_sheet_new (entropy, NULL, citiz_session_now (self->session)));
  g_signal_connect_object (self->sheet, "notify::kept", G_CALLBACK (update_keep), self,
                           G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self->sheet_slot), GTK_WIDGET (self->sheet));
  update_keep (self);
}

static void
back_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizOnboarding *self = CITIZ_ONBOARDING (widget);

  if (self->step == 2
      && g_strcmp0 (gtk_stack_get_visible_child_name (GTK_STACK (self->keep_stack)), "check") == 0)
    {
      gtk_stack_set_visible_child_name (GTK_STACK (self->keep_stack), "sheet");
      focus_step (self);
    }
  else if (self->step > 0)
    citiz_onboarding_go (self, self->step - 1);
}

static void
next_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizOnboarding *self = CITIZ_ONBOARDING (widget);

  if (self->step + 1 < N_STEPS)
    citiz_onboarding_go (self, self->step + 1);
}

static void
check_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizOnboarding *self = CITIZ_ONBOARDING (widget);

  citiz_recovery_check_start (self->check, self->sheet);
  gtk_stack_set_visible_child_name (GTK_STACK (self->keep_stack), "check");
}

/* --- making the vault --- */

static void
set_busy (CitizOnboarding *self, gboolean busy)
{
  gtk_widget_set_visible (self->busy, busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->check), !busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "first-run.back", !busy);
}

static void
created_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizOnboarding) self = data;
  g_autoptr (GError) error = NULL;
  gboolean created = citiz_session_create_finish (CITIZ_SESSION (source), result, &error);

  if (self->session == NULL) /* closed meanwhile */
    return;
  set_busy (self, FALSE);
  if (!created)
    {
      gtk_label_set_label (GTK_LABEL (self->problem), citiz_session_explain (error));
      gtk_widget_set_visible (self->problem, TRUE);
      return;
    }
  citiz_new_passphrase_clear (self->passphrase);
  citiz_recovery_check_start (self->check, NULL);
  adw_bin_set_child (ADW_BIN (self->sheet_slot), NULL);
  self->sheet = NULL;
  citiz_onboarding_go (self, 3);
}

static void
checked_cb (CitizOnboarding *self)
{
  g_autoptr (CitizSecret) passphrase = citiz_new_passphrase_take (self->passphrase);

  gtk_widget_set_visible (self->problem, FALSE);
  set_busy (self, TRUE);
  citiz_session_create_async (self->session, passphrase,
                              citiz_recovery_sheet_get_entropy (self->sheet), NULL, created_cb,
                              g_object_ref (self));
}

/* --- the way in --- */

static void
leave (CitizOnboarding *self)
{
  g_signal_emit (self, signals[DONE], 0, self->import);
}

static void
sample_cb (GtkWidget *widget, gboolean loaded)
{
  gtk_widget_action_set_enabled (widget, "first-run.sample", TRUE);
  if (loaded)
    leave (CITIZ_ONBOARDING (widget));
}

static void
person_saved_cb (CitizOnboarding *self)
{
  leave (self);
}

static void
begin_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizOnboarding *self = CITIZ_ONBOARDING (widget);

  if (!citiz_person_form_validate (self->person))
    return;
  self->import = g_str_equal (name, "first-run.import");
  citiz_person_form_save (self->person);
}

static void
sample_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizOnboarding *self = CITIZ_ONBOARDING (widget);

  if (!citiz_person_form_validate (self->person))
    return;
  citiz_person_form_keep (self->person); /* asked again, filled in, when the sample is taken out */
  gtk_widget_action_set_enabled (widget, name, FALSE); /* until the answer */
  citiz_sample_try (widget, self->session, sample_cb);
}

static void
join_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.join", "s", "");
}

/* --- the four pages --- */

static GtkWidget *
fill_page (CitizOnboarding *self, guint step, const gchar *title, const gchar *text, gint width)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (), *clamp = adw_clamp_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *label, *slot;
  GtkWidget *middle = citiz_middle_new (box);
  GtkWidget *mark = citiz_icon_new ("citiz-mark-symbolic");

  gtk_image_set_pixel_size (GTK_IMAGE (mark), 64);
  gtk_widget_add_css_class (mark, "mark-large");
  gtk_box_append (GTK_BOX (box), mark);
  label = g_object_new (GTK_TYPE_LABEL, "label", title, "wrap", TRUE, "justify", GTK_JUSTIFY_CENTER,
                        "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, NULL);
  gtk_widget_add_css_class (label, "title-1");
  gtk_box_append (GTK_BOX (box), label);
  label = g_object_new (GTK_TYPE_LABEL, "label", text, "wrap", TRUE, "justify", GTK_JUSTIFY_CENTER,
                        "max-width-chars", 56, NULL);
  gtk_box_append (GTK_BOX (box), label);
  slot = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  gtk_widget_set_margin_top (slot, 12);
  gtk_box_append (GTK_BOX (box), slot);
  g_object_set (box, "margin-start", 12, "margin-end", 12, "margin-top", 12, "margin-bottom", 24,
                NULL);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), width);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), width);
  adw_clamp_set_child (ADW_CLAMP (clamp), middle);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  adw_bin_set_child (ADW_BIN (self->pages[step]), scrolled);
  return slot;
}

static void
build_first (CitizOnboarding *self)
{
  GtkWidget *box = fill_page (
      self, 0, _ ("Your Health Record, at Home"),
      _ ("Citiz keeps your care, your activity and your diet on this computer. You alone "
         "decide who sees what, and until when."),
      560);

  gtk_box_set_spacing (GTK_BOX (box), 12); /* the button is whole in a small window */
  gtk_box_append (GTK_BOX (box), citiz_tour_list_new ());
  self->first = citiz_pill_new (NULL, _ ("_Begin"), "first-run.next", TRUE);
  gtk_box_append (GTK_BOX (box), self->first);
}

static void
ready_cb (CitizOnboarding *self)
{
  gboolean ready = citiz_new_passphrase_get_ready (self->passphrase);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "first-run.words", ready);
}

static void
passphrase_cb (CitizOnboarding *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "first-run.words", NULL);
}

static void
build_passphrase (CitizOnboarding *self)
{
  GtkWidget *box
      = fill_page (self, 1, _ ("Choose a Passphrase"),
                   _ ("It seals your record. Nobody can find it again for you: neither we nor your "
                      "computer."),
                   560);

  self->passphrase = CITIZ_NEW_PASSPHRASE (citiz_new_passphrase_new ());
  g_signal_connect_object (self->passphrase, "notify::ready", G_CALLBACK (ready_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->passphrase, "activate", G_CALLBACK (passphrase_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->passphrase));
  gtk_box_append (GTK_BOX (box), citiz_pill_new (NULL, _ ("_Continue"), "first-run.words", TRUE));
}

static GtkWidget *
sheet_page (CitizOnboarding *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24), *clamp = adw_clamp_new ();
  GtkWidget *list = citiz_list_new (NULL), *row, *next;

  self->sheet_slot = adw_bin_new ();
  row = citiz_row_new (_ ("Whoever holds this sheet can open your record"),
                       _ ("Put it away like a passport; you can replace it at any time"));
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 5);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 5);
  citiz_row_set_prefix (CITIZ_ROW (row), "citiz-alert-symbolic", "warning");
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  self->continue_row = next = citiz_row_new (_ ("Then, two words to find again"), NULL);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (next), 5);
  citiz_row_set_prefix (CITIZ_ROW (next), "citiz-access-symbolic", "neutral");
  self->continue_button = citiz_button_new (_ ("_Continue"));
  gtk_widget_set_valign (self->continue_button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->continue_button), "first-run.check");
  adw_action_row_add_suffix (ADW_ACTION_ROW (next), self->continue_button);
  gtk_widget_set_focusable (row, FALSE);
  gtk_widget_set_focusable (next, FALSE);
  gtk_list_box_append (GTK_LIST_BOX (list), next);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 560);
  adw_clamp_set_child (ADW_CLAMP (clamp), list);
  gtk_box_append (GTK_BOX (box), self->sheet_slot);
  gtk_box_append (GTK_BOX (box), clamp);
  return box;
}

static GtkWidget *
check_page (CitizOnboarding *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *clamp = adw_clamp_new ();

  self->check = CITIZ_RECOVERY_CHECK (citiz_recovery_check_new ());
  g_signal_connect_object (self->check, "passed", G_CALLBACK (checked_cb), self, G_CONNECT_SWAPPED);
  self->busy = g_object_new (GTK_TYPE_BOX, "spacing", 12, "halign", GTK_ALIGN_CENTER, "visible",
                             FALSE, NULL);
  gtk_box_append (GTK_BOX (self->busy), g_object_new (GTK_TYPE_SPINNER, "spinning", TRUE, NULL));
  gtk_box_append (GTK_BOX (self->busy), gtk_label_new (_ ("Sealing your record…")));
  self->problem = g_object_new (GTK_TYPE_LABEL, "wrap", TRUE, "visible", FALSE, "justify",
                                GTK_JUSTIFY_CENTER, NULL);
  gtk_widget_add_css_class (self->problem, "bad");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->check));
  gtk_box_append (GTK_BOX (box), self->busy);
  gtk_box_append (GTK_BOX (box), self->problem);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 480);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  return clamp;
}

static void
build_recovery (CitizOnboarding *self)
{
  GtkWidget *box = fill_page (
      self, 2, _ ("Your Recovery Sheet"),
      _ ("These 24 words open your record again if you forget your passphrase, here or from "
         "a copy of it on another computer. Nobody else has them."),
      760);

  self->keep_stack = gtk_stack_new ();
  g_object_set (self->keep_stack, "vhomogeneous", FALSE, "hhomogeneous", FALSE, "transition-type",
                GTK_STACK_TRANSITION_TYPE_CROSSFADE, NULL);
  gtk_stack_add_named (GTK_STACK (self->keep_stack), sheet_page (self), "sheet");
  gtk_stack_add_named (GTK_STACK (self->keep_stack), check_page (self), "check");
  gtk_box_append (GTK_BOX (box), self->keep_stack);
  make_sheet (self);
}

static void
follow_community (CitizOnboarding *self)
{
  const CitizCommunityView *view = citiz_session_get_community (self->session);
  g_autofree gchar *title = NULL;

  if (view == NULL)
    return;
  title = g_strdup_printf (_ ("Community: %s"), view->name);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->community), title);
  adw_action_row_set_subtitle (
      ADW_ACTION_ROW (self->community),
      _ ("The accesses you give open on its nodes, with this computer on or off."));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "first-run.join", FALSE);
}

static GtkWidget *
community_row (CitizOnboarding *self)
{
  GtkWidget *join = citiz_button_new (_ ("_Join…"));

  self->community = citiz_row_new (_ ("Community: later"),
                                   _ ("Without one, everything works on this computer. An "
                                      "emergency link opens here, or as one encrypted file."));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->community), 5);
  citiz_row_set_prefix (CITIZ_ROW (self->community), "citiz-people-symbolic", "neutral");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (join), "first-run.join");
  gtk_widget_set_valign (join, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->community), join);
  g_signal_connect_object (self->session, "community-changed", G_CALLBACK (follow_community), self,
                           G_CONNECT_SWAPPED);
  return self->community;
}

static void
build_last (CitizOnboarding *self)
{
  GtkWidget *list = citiz_list_new (NULL), *sample, *buttons;
  GtkWidget *box = fill_page (
      self, 3, _ ("Ready"),
      _ ("Your record is open and empty. Two things help in an emergency; you may leave "
         "them for later."),
      560);

  self->person = CITIZ_PERSON_FORM (citiz_person_form_new (self->session));
  g_signal_connect_object (self->person, "saved", G_CALLBACK (person_saved_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->person));
  gtk_list_box_append (GTK_LIST_BOX (list), community_row (self));
  gtk_box_append (GTK_BOX (box), list);
  buttons = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_box_append (GTK_BOX (buttons),
                  citiz_pill_new (NULL, _ ("_Import My Data"), "first-run.import", TRUE));
  gtk_box_append (GTK_BOX (buttons),
                  citiz_pill_new (NULL, _ ("Start _Empty"), "first-run.empty", FALSE));
  sample = citiz_pill_new (NULL, _ ("_Try the Sample Record"), "first-run.sample", FALSE);
  gtk_widget_remove_css_class (sample, "pill");
  gtk_widget_add_css_class (sample, "flat");
  gtk_box_append (GTK_BOX (buttons), sample);
  gtk_box_append (GTK_BOX (box), buttons);
}

/* Enter begins. */
static void
citiz_onboarding_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (citiz_onboarding_parent_class)->root (widget);
  focus_step (CITIZ_ONBOARDING (widget));
}

static void
citiz_onboarding_dispose (GObject *object)
{
  g_clear_object (&CITIZ_ONBOARDING (object)->session);
  G_OBJECT_CLASS (citiz_onboarding_parent_class)->dispose (object);
}

static void
citiz_onboarding_class_init (CitizOnboardingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_onboarding_dispose;
  widget_class->root = citiz_onboarding_root;
  signals[DONE] = g_signal_new ("done", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/citiz/Citiz/citiz-onboarding.ui");
  gtk_widget_class_bind_template_child (widget_class, CitizOnboarding, carousel);
  gtk_widget_class_bind_template_child (widget_class, CitizOnboarding, dots);
  gtk_widget_class_bind_template_child (widget_class, CitizOnboarding, back);
  gtk_widget_class_install_action (widget_class, "first-run.back", NULL, back_action);
  gtk_widget_class_install_action (widget_class, "first-run.next", NULL, next_action);
  gtk_widget_class_install_action (widget_class, "first-run.words", NULL, next_action);
  gtk_widget_class_install_action (widget_class, "first-run.check", NULL, check_action);
  gtk_widget_class_install_action (widget_class, "first-run.import", NULL, begin_action);
  gtk_widget_class_install_action (widget_class, "first-run.empty", NULL, begin_action);
  gtk_widget_class_install_action (widget_class, "first-run.sample", NULL, sample_action);
  gtk_widget_class_install_action (widget_class, "first-run.join", NULL, join_action);
}

static void
citiz_onboarding_init (CitizOnboarding *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < N_STEPS; i++)
    {
      self->pages[i] = g_object_new (ADW_TYPE_BIN, "hexpand", TRUE, NULL);
      adw_carousel_append (self->carousel, self->pages[i]);
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "first-run.words", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "first-run.check", FALSE);
}

GtkWidget *
citiz_onboarding_new (CitizSession *session)
{
  CitizOnboarding *self = g_object_new (CITIZ_TYPE_ONBOARDING, NULL);

  self->session = g_object_ref (session);
  citiz_onboarding_go (self, 0);
  return GTK_WIDGET (self);
}
