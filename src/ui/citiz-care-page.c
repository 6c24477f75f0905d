/* The Care page: the medical file. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-care-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/citiz-env.h"
#include "ui/citiz-add.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-columns.h"
#include "ui/citiz-item-row.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-states.h"

#define FOLD           620
#define SUMMARY_MOST   6
#define DOCUMENTS_MOST 3

struct _CitizCarePage
{
  AdwBin parent_instance;
  CitizSession *session;
  GtkWidget *states, *chips, *box, *search_bar, *search;
  const gchar *section;
};

static void citiz_care_page_iface_init (CitizPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CitizCarePage,
                               citiz_care_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (CITIZ_TYPE_PAGE, citiz_care_page_iface_init))

/* A chip and the kinds that stand under it, in order. */
typedef struct
{
  const gchar *name, *label;
  CitizKind kinds[4];
  guint n_kinds;
} Section;

static const Section sections[] = {
    {"summary", N_ ("Summary"), {0}, 0},
    {"results", N_ ("Results"), {CITIZ_KIND_RESULT, CITIZ_KIND_MEASURE}, 2},
    {"vaccines", N_ ("Vaccines"), {CITIZ_KIND_IMMUNIZATION}, 1},
    {"procedures", N_ ("Procedures"), {CITIZ_KIND_PROCEDURE, CITIZ_KIND_DEVICE}, 2},
    {"visits", N_ ("Visits"), {CITIZ_KIND_VISIT}, 1},
    {"documents", N_ ("Documents"), {CITIZ_KIND_DOCUMENT}, 1},
    {"history", N_ ("History"), {CITIZ_KIND_PROBLEM, CITIZ_KIND_MEDICATION, CITIZ_KIND_FAMILY}, 3},
    {"directives", N_ ("Directives"), {CITIZ_KIND_DIRECTIVE}, 1},
    {"contacts", N_ ("Contacts"), {CITIZ_KIND_CONTACT}, 1},
};

/* --- lists --- */

static gboolean
matches (CitizCarePage *self, const CitizItem *item)
{
  const gchar *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  return *text == '\0' || g_str_match_string (text, citiz_item_title (item), TRUE);
}

typedef enum
{
  WHOLE,
  HOLDING, /* what is true today */
  PAST     /* what was */
} Span;

/* In the clinical order of the record. */
static GPtrArray *
list_of (CitizCarePage *self, CitizKind kind, Span span)
{
  CitizTime now = citiz_session_now (self->session);
  g_autoptr (GPtrArray) all = citiz_record_list (citiz_session_get_record (self->session), kind);
  GPtrArray *kept = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (all, i);
      gboolean holds = citiz_item_holds (item, now, citiz_env_offset_minutes (now));

      if (matches (self, item) && (span == WHOLE || (span == HOLDING) == holds))
        g_ptr_array_add (kept, (gpointer) item);
    }
  return kept;
}

/* The newest of each test, with its earlier values. */
static void
add_results (CitizCarePage *self, GtkWidget *list, GPtrArray *items, guint most)
{
  CitizRecord *record = citiz_session_get_record (self->session);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint n = 0;

  for (guint i = 0; i < items->len && n < most; i++)
    {
      CitizItem *item = g_ptr_array_index (items, i);
      g_autoptr (GPtrArray) same = NULL;

      if (g_hash_table_contains (seen, item))
        continue;
      same = citiz_record_same_test (record, item);
      for (guint k = 0; k < same->len; k++)
        g_hash_table_add (seen, g_ptr_array_index (same, k));
      gtk_list_box_append (GTK_LIST_BOX (list), citiz_result_row_new (self->session, item, same));
      n++;
    }
}

static GtkWidget *
add_button (CitizKind kind)
{
  g_autofree gchar *action = g_strdup_printf ("add.item::%s", citiz_kind_key (kind));
  GtkWidget *button;

  button = citiz_icon_button_new ("citiz-plus-symbolic", citiz_kind_add_title (kind), action);
  gtk_widget_add_css_class (button, "heading-button");
  return button;
}

/* A heading with its "+" and a boxed list, or one sentence and one action when there is nothing. */
static GtkWidget *
group_new (CitizCarePage *self,
           CitizKind kind,
           GPtrArray *items,
           const gchar *heading,
           guint most,
           GtkWidget *end)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *list = citiz_list_new (heading);
  gboolean results = kind == CITIZ_KIND_RESULT || kind == CITIZ_KIND_MEASURE;

  if (end == NULL && strcmp (citiz_kind_key (kind), "") != 0)
    end = add_button (kind);
  gtk_box_append (GTK_BOX (box), citiz_heading_new (heading, end));
  if (results)
    add_results (self, list, items, most);
  for (guint i = 0; !results && i < items->len && i < most; i++)
    gtk_list_box_append (GTK_LIST_BOX (list),
                         citiz_item_row_new (self->session, g_ptr_array_index (items, i)));
  if (items->len == 0)
    {
      g_autofree gchar *action = g_strdup_printf ("add.item::%s", citiz_kind_key (kind));

      gtk_list_box_append (GTK_LIST_BOX (list),
                           citiz_empty_row_new (citiz_kind_empty (kind), _ ("Add"), action));
    }
  gtk_box_append (GTK_BOX (box), list);
  return box;
}

static GtkWidget *
group_of (CitizCarePage *self, CitizKind kind, Span span, guint most)
{
  g_autoptr (GPtrArray) items = list_of (self, kind, span);
  GtkWidget *end = NULL;

  if (kind == CITIZ_KIND_DOCUMENT && items->len > 0)
    end = citiz_link_button_new (_ ("See all"), "care.section::documents");
  else if (kind == CITIZ_KIND_RESULT && items->len > 0)
    end = citiz_caption_new (_ ("Ranges of the laboratory, unless said"));
  return group_new (self, kind, items,
                    kind == CITIZ_KIND_DOCUMENT ? _ ("Recent documents")
                    : kind == CITIZ_KIND_RESULT ? _ ("Latest results")
                                                : citiz_kind_heading (kind),
                    most, end);
}

static void
fill_summary (CitizCarePage *self)
{
  GtkWidget *columns = citiz_columns_new (1, 1, FOLD);

  citiz_columns_append (CITIZ_COLUMNS (columns), 0,
                        group_of (self, CITIZ_KIND_ALLERGY, HOLDING, G_MAXUINT));
  citiz_columns_append (CITIZ_COLUMNS (columns), 0,
                        group_of (self, CITIZ_KIND_PROBLEM, HOLDING, G_MAXUINT));
  citiz_columns_append (CITIZ_COLUMNS (columns), 1,
                        group_of (self, CITIZ_KIND_MEDICATION, HOLDING, G_MAXUINT));
  citiz_columns_append (CITIZ_COLUMNS (columns), 1,
                        group_of (self, CITIZ_KIND_DOCUMENT, WHOLE, DOCUMENTS_MOST));
  gtk_box_append (GTK_BOX (self->box), columns);
  gtk_box_append (GTK_BOX (self->box), group_of (self, CITIZ_KIND_RESULT, WHOLE, SUMMARY_MOST));
}

/* What was has a heading of its own. */
static const gchar *
heading_of (CitizKind kind, Span span)
{
  return span == PAST && kind == CITIZ_KIND_PROBLEM      ? _ ("Past problems")
         : span == PAST && kind == CITIZ_KIND_MEDICATION ? _ ("Medications stopped")
                                                         : citiz_kind_heading (kind);
}

/* A search goes through the whole file, whichever part was open. */
static void
fill_found (CitizCarePage *self)
{
  static const struct
  {
    CitizKind kind;
    Span span;
  } places[] = {{CITIZ_KIND_ALLERGY, WHOLE},      {CITIZ_KIND_PROBLEM, HOLDING},
                {CITIZ_KIND_MEDICATION, HOLDING}, {CITIZ_KIND_RESULT, WHOLE},
                {CITIZ_KIND_MEASURE, WHOLE},      {CITIZ_KIND_IMMUNIZATION, WHOLE},
                {CITIZ_KIND_PROCEDURE, WHOLE},    {CITIZ_KIND_DEVICE, WHOLE},
                {CITIZ_KIND_VISIT, WHOLE},        {CITIZ_KIND_DOCUMENT, WHOLE},
                {CITIZ_KIND_PROBLEM, PAST},       {CITIZ_KIND_MEDICATION, PAST},
                {CITIZ_KIND_FAMILY, WHOLE},       {CITIZ_KIND_DIRECTIVE, WHOLE},
                {CITIZ_KIND_CONTACT, WHOLE}};
  GtkWidget *list;

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const CitizKind kind = places[i].kind;
      g_autoptr (GPtrArray) items = list_of (self, kind, places[i].span);

      if (items->len > 0)
        gtk_box_append (
            GTK_BOX (self->box),
            group_new (self, kind, items, heading_of (kind, places[i].span), G_MAXUINT, NULL));
    }
  if (gtk_widget_get_first_child (self->box) != NULL)
    return;
  list = citiz_list_new (_ ("Search the medical file"));
  gtk_list_box_append (GTK_LIST_BOX (list),
                       citiz_empty_row_new (_ ("Nothing of that name"), NULL, NULL));
  gtk_box_append (GTK_BOX (self->box), list);
}

static void
fill_section (CitizCarePage *self, const Section *section)
{
  gboolean history = strcmp (section->name, "history") == 0;

  for (guint i = 0; i < section->n_kinds; i++)
    {
      CitizKind kind = section->kinds[i];
      /* History is what was: problems that are over, medications that were stopped. */
      gboolean past = history && kind != CITIZ_KIND_FAMILY;
      g_autoptr (GPtrArray) items = list_of (self, kind, past ? PAST : WHOLE);

      if (past && items->len == 0)
        continue;
      gtk_box_append (
          GTK_BOX (self->box),
          group_new (self, kind, items, heading_of (kind, past ? PAST : WHOLE), G_MAXUINT, NULL));
    }
}

static gboolean
is_empty (CitizCarePage *self)
{
  static const CitizKind kinds[]
      = {CITIZ_KIND_ALLERGY,      CITIZ_KIND_PROBLEM,   CITIZ_KIND_MEDICATION, CITIZ_KIND_RESULT,
         CITIZ_KIND_IMMUNIZATION, CITIZ_KIND_PROCEDURE, CITIZ_KIND_DEVICE,     CITIZ_KIND_VISIT,
         CITIZ_KIND_DOCUMENT,     CITIZ_KIND_FAMILY,    CITIZ_KIND_DIRECTIVE,  CITIZ_KIND_CONTACT,
         CITIZ_KIND_MEASURE};

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GPtrArray) items
          = citiz_record_list (citiz_session_get_record (self->session), kinds[i]);

      if (items->len > 0)
        return FALSE;
    }
  return TRUE;
}

static void
refill (CitizCarePage *self)
{
  static const gchar *const icon = "citiz-care-symbolic";
  const CitizStateButton buttons[] = {{_ ("_Note an Allergy"), NULL, "add.item::allergy"},
                                      {_ ("_Import"), "citiz-folder-symbolic", "add.import"},
                                      {NULL, NULL, NULL}};

  citiz_box_clear (self->box);
  if (is_empty (self) && citiz_session_get_damaged (self->session))
    {
      citiz_states_show_damage (CITIZ_STATES (self->states), icon, buttons);
      return;
    }
  if (is_empty (self))
    {
      citiz_states_show_message (
          CITIZ_STATES (self->states), icon, _ ("Your medical file starts here"),
          _ ("Import a document, or first note what matters in an emergency: your allergies "
             "and your medications."),
          buttons);
      return;
    }
  citiz_states_show_content (CITIZ_STATES (self->states));
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0')
    {
      fill_found (self);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (strcmp (sections[i].name, self->section) == 0)
      {
        if (sections[i].n_kinds == 0)
          fill_summary (self);
        else
          fill_section (self, &sections[i]);
      }
}

/* --- chips and search --- */

static void
section_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  citiz_care_page_show_section (CITIZ_CARE_PAGE (widget), g_variant_get_string (parameter, NULL));
}

static void
chip_cb (GtkToggleButton *chip, gpointer data)
{
  CitizCarePage *self
      = CITIZ_CARE_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (chip), CITIZ_TYPE_CARE_PAGE));

  if (self != NULL && gtk_toggle_button_get_active (chip) && strcmp (self->section, data) != 0)
    {
      self->section = data;
      gtk_editable_set_text (GTK_EDITABLE (self->search), ""); /* a part is asked for, not a name */
      refill (self);
    }
}

/* Also the one that is down already: a search goes through all parts, so a press asks to see that part again. */
static void
chip_pressed_cb (CitizCarePage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
}

static GtkWidget *
chips_new (CitizCarePage *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *first = NULL;

  self->chips = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 5); /* nine in French: 860 wide */
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      GtkWidget *chip = gtk_toggle_button_new_with_label (_ (sections[i].label));

      gtk_widget_add_css_class (chip, "chip");
      gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (chip),
                                   first != NULL ? GTK_TOGGLE_BUTTON (first) : NULL);
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (chip), i == 0);
      g_signal_connect (chip, "toggled", G_CALLBACK (chip_cb), (gpointer) sections[i].name);
      g_signal_connect_swapped (chip, "clicked", G_CALLBACK (chip_pressed_cb), self);
      gtk_box_append (GTK_BOX (self->chips), chip);
      first = first != NULL ? first : chip;
    }
  citiz_scroll_sideways (scroller);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_EXTERNAL,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->chips);
  return scroller;
}

void
citiz_care_page_show_section (CitizCarePage *self, const gchar *section)
{
  GtkWidget *chip = gtk_widget_get_first_child (self->chips);

  for (guint i = 0; i < G_N_ELEMENTS (sections) && chip != NULL;
       i++, chip = gtk_widget_get_next_sibling (chip))
    if (strcmp (sections[i].name, section) == 0)
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (chip), TRUE);
}

static void
search_changed_cb (GtkSearchEntry *entry, gpointer data)
{
  refill (CITIZ_CARE_PAGE (data));
}

/* --- the page --- */

static const gchar *
care_get_title (CitizPage *page)
{
  return _ ("Care");
}

static const gchar *
care_get_add_label (CitizPage *page)
{
  return _ ("Add");
}

static GMenuModel *
care_get_add_menu (CitizPage *page)
{
  return citiz_add_menu (CITIZ_ADD_CARE);
}

static gboolean
care_search (CitizPage *page)
{
  CitizCarePage *self = CITIZ_CARE_PAGE (page);

  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), TRUE);
  return gtk_widget_grab_focus (self->search);
}

static void
care_refresh (CitizPage *page)
{
  refill (CITIZ_CARE_PAGE (page));
}

static void
citiz_care_page_iface_init (CitizPageInterface *iface)
{
  iface->get_title = care_get_title;
  iface->get_subtitle = citiz_add_subtitle;
  iface->get_add_label = care_get_add_label;
  iface->get_add_menu = care_get_add_menu;
  iface->search = care_search;
  iface->refresh = care_refresh;
}

static void
citiz_care_page_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (citiz_care_page_parent_class)->root (widget);
  citiz_add_attach (widget, CITIZ_CARE_PAGE (widget)->session);
}

static void
citiz_care_page_dispose (GObject *object)
{
  CitizCarePage *self = CITIZ_CARE_PAGE (object);

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (citiz_care_page_parent_class)->dispose (object);
}

static void
citiz_care_page_class_init (CitizCarePageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_care_page_dispose;
  GTK_WIDGET_CLASS (klass)->root = citiz_care_page_root;
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "care.section", "s", section_cb);
}

static void
citiz_care_page_init (CitizCarePage *self)
{
  GtkWidget *outer = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *content;
  GtkWidget *frame = citiz_page_frame_new (&content);

  self->section = sections[0].name;
  self->search = gtk_search_entry_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Search the medical file"), -1);
  self->search_bar = gtk_search_bar_new ();
  gtk_search_bar_set_child (GTK_SEARCH_BAR (self->search_bar), self->search);
  gtk_search_bar_connect_entry (GTK_SEARCH_BAR (self->search_bar), GTK_EDITABLE (self->search));
  g_signal_connect (self->search, "search-changed", G_CALLBACK (search_changed_cb), self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  gtk_box_append (GTK_BOX (content), chips_new (self));
  gtk_box_append (GTK_BOX (content), self->box);
  gtk_box_append (GTK_BOX (outer), self->search_bar);
  gtk_box_append (GTK_BOX (outer), frame);
  self->states = citiz_states_new (outer);
  adw_bin_set_child (ADW_BIN (self), self->states);
}

GtkWidget *
citiz_care_page_new (CitizSession *session)
{
  CitizCarePage *self = g_object_new (CITIZ_TYPE_CARE_PAGE, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "record-changed", G_CALLBACK (refill), self, G_CONNECT_SWAPPED);
  refill (self);
  return GTK_WIDGET (self);
}
