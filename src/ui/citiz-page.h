/* What the window asks of each page: a title, an add menu, search, a refresh. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct _CitizSession CitizSession;

#define CITIZ_TYPE_PAGE (citiz_page_get_type ())
G_DECLARE_INTERFACE (CitizPage, citiz_page, CITIZ, PAGE, GtkWidget)

/**
 * CitizPageInterface:
 * @get_title: the page's name as the header bar shows it, already translated
 * @get_subtitle: (nullable): a sentence on the state; NULL or an empty answer leaves it to the window
 * @get_add_label: (nullable): the word on the header's one "add" button
 * @get_add_menu: (nullable): (transfer none): what that button offers; a single item is pressed at once
 * @search: (nullable): Ctrl+F was pressed: show the search entry and give it the focus
 * @refresh: the page is about to be seen, or values were hidden or shown: read the session again
 *
 * Pages follow the session's signals by themselves; `refresh` is for what has no signal.
 */
struct _CitizPageInterface
{
  GTypeInterface parent_iface;

  const gchar *(*get_title) (CitizPage *self);
  const gchar *(*get_subtitle) (CitizPage *self);
  const gchar *(*get_add_label) (CitizPage *self);
  GMenuModel *(*get_add_menu) (CitizPage *self);
  gboolean (*search) (CitizPage *self);
  void (*refresh) (CitizPage *self);
};

const gchar *citiz_page_get_title (CitizPage *self);
const gchar *citiz_page_get_subtitle (CitizPage *self);
const gchar *citiz_page_get_add_label (CitizPage *self);
GMenuModel *citiz_page_get_add_menu (CitizPage *self);
gboolean citiz_page_can_search (CitizPage *self);
gboolean citiz_page_search (CitizPage *self);
void citiz_page_refresh (CitizPage *self);
/* The page says that its title, sentence or menu is another now: signal "page-changed". */
void citiz_page_emit_changed (CitizPage *self);

/* Ctrl+H: values are shown as "•••" and charts keep only their frame. One state for all windows. */
gboolean citiz_values_hidden (void);
void citiz_values_set_hidden (gboolean hidden);

/* Called once before any widget of this library: registers resources, icons and types. */
void citiz_ui_init (void);

G_END_DECLS
