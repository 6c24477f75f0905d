/* The interface of a page, and the library's start. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-page.h"

#include "citiz-icons-resources.h"
#include "citiz-shell-resources.h"
#include "ui/citiz-columns.h"
#include "ui/citiz-pane.h"
#include "ui/citiz-settings.h"
#include "ui/citiz-style.h"
#include "ui/citiz-window.h"
#include "ui/citiz-wrap.h"

G_DEFINE_INTERFACE (CitizPage, citiz_page, GTK_TYPE_WIDGET)

static gboolean values_hidden;

enum
{
  PAGE_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
citiz_page_default_init (CitizPageInterface *iface)
{
  signals[PAGE_CHANGED] = g_signal_new ("page-changed", CITIZ_TYPE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
}

const gchar *
citiz_page_get_title (CitizPage *self)
{
  g_return_val_if_fail (CITIZ_IS_PAGE (self), "");
  return CITIZ_PAGE_GET_IFACE (self)->get_title (self);
}

const gchar *
citiz_page_get_subtitle (CitizPage *self)
{
  CitizPageInterface *iface;

  g_return_val_if_fail (CITIZ_IS_PAGE (self), NULL);
  iface = CITIZ_PAGE_GET_IFACE (self);
  return iface->get_subtitle != NULL ? iface->get_subtitle (self) : NULL;
}

const gchar *
citiz_page_get_add_label (CitizPage *self)
{
  CitizPageInterface *iface;

  g_return_val_if_fail (CITIZ_IS_PAGE (self), NULL);
  iface = CITIZ_PAGE_GET_IFACE (self);
  return iface->get_add_label != NULL ? iface->get_add_label (self) : NULL;
}

GMenuModel *
citiz_page_get_add_menu (CitizPage *self)
{
  CitizPageInterface *iface;

  g_return_val_if_fail (CITIZ_IS_PAGE (self), NULL);
  iface = CITIZ_PAGE_GET_IFACE (self);
  return iface->get_add_menu != NULL ? iface->get_add_menu (self) : NULL;
}

gboolean
citiz_page_can_search (CitizPage *self)
{
  g_return_val_if_fail (CITIZ_IS_PAGE (self), FALSE);
  return CITIZ_PAGE_GET_IFACE (self)->search != NULL;
}

gboolean
citiz_page_search (CitizPage *self)
{
  return citiz_page_can_search (self) && CITIZ_PAGE_GET_IFACE (self)->search (self);
}

void
citiz_page_refresh (CitizPage *self)
{
  CitizPageInterface *iface;

  g_return_if_fail (CITIZ_IS_PAGE (self));
  iface = CITIZ_PAGE_GET_IFACE (self);
  if (iface->refresh != NULL)
    iface->refresh (self);
}

void
citiz_page_emit_changed (CitizPage *self)
{
  g_return_if_fail (CITIZ_IS_PAGE (self));
  g_signal_emit (self, signals[PAGE_CHANGED], 0);
}

gboolean
citiz_values_hidden (void)
{
  return values_hidden;
}

void
citiz_values_set_hidden (gboolean hidden)
{
  values_hidden = hidden;
}

void
citiz_ui_init (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      citiz_settings_apply_language ();
      adw_init ();
      g_type_ensure (CITIZ_TYPE_COLUMNS);
      g_type_ensure (CITIZ_TYPE_PANE);
      g_type_ensure (CITIZ_TYPE_WRAP);
      /* They register themselves; this keeps them in the program. */
      citiz_icons_get_resource ();
      citiz_shell_get_resource ();
      if (gdk_display_get_default () != NULL)
        citiz_style_init (gdk_display_get_default ());
      citiz_window_watch_key ();
      g_once_init_leave (&done, 1);
    }
}
