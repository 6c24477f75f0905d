/* Small things every page is built of: tags, round prefixes, headings, state words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-row.h"

G_BEGIN_DECLS

/* A picture beside words that say the same: assistive technology does not hear of it. */
GtkWidget *citiz_icon_new (const gchar *icon);
/* @style is one of "ok" "accent" "warning" "error" "neutral"; icons may be NULL. All (transfer floating). */

/* A 22 px pill: icon and word on a tint of their own colour. */
GtkWidget *citiz_tag_new (const gchar *icon, const gchar *text, const gchar *style);
/* A 32 px round tint with an icon, for the start of a row. */
GtkWidget *citiz_prefix_new (const gchar *icon, const gchar *style);
/* Icon, word and colour of a state: "ok" "above" "below" "late" "bad" "due" "secondary". */
GtkWidget *citiz_status_new (const gchar *icon, const gchar *text, const gchar *style);
/* In a narrow card: its words go on a second line rather than out of it. */
void citiz_status_set_wrap (GtkWidget *status);
/* @size at the size of text the person chose, up to half as large again: for pictures that words stand in. */
gint citiz_scaled (gint size);
/* The heading of a group, with something at its end (nullable). */
GtkWidget *citiz_heading_new (const gchar *text, GtkWidget *end);
/* A caption in the neutral colour. */
GtkWidget *citiz_caption_new (const gchar *text);
GtkWidget *citiz_problem_new (void); /* an alert, not shown until there is one */
/* A flat button in accent text: "See all". @action with its target as g_action_parse_detailed_name spells it. */
GtkWidget *citiz_link_button_new (const gchar *text, const gchar *action);
/* A button with an access key ("_Save"): its name is said once, without the underscore. */
GtkWidget *citiz_button_new (const gchar *label);
/* A round-ended button with such a key, in the middle of its line. @icon and @action (with its target) may be NULL. */
GtkWidget *citiz_pill_new (const gchar *icon,
                           const gchar *label,
                           const gchar *action,
                           gboolean suggested);
/* The same for buttons that the toolkit makes in @root (a question, a toast). */
void citiz_name_buttons (GtkWidget *root);
/* A GtkMenuButton is two buttons, one within the other, and the toolkit gives both its name: here only the one that takes the focus is a button. */
GtkWidget *citiz_menu_button_new (const gchar *name);
/* A button with only an icon: @label is its name for assistive technology and its tooltip. */
GtkWidget *citiz_icon_button_new (const gchar *icon, const gchar *label, const gchar *action);
GtkWidget *citiz_chevron_new (void);
/* @child at its height in the middle of a taller place. */
GtkWidget *citiz_middle_new (GtkWidget *child);
/* A GtkListBox .boxed-list without selection, whose rows open when pressed. */
GtkWidget *citiz_list_new (const gchar *label);
/* A row to type in. libadwaita 1.2 writes its title twice, over the text and in its place while there is none; assistive technology hears it
 * once, as the row's name. */
GtkWidget *citiz_text_row_new (const gchar *title);
/* A row "name over text" for such a list, which reads and does nothing. */
GtkWidget *citiz_fact_new (const gchar *name, const gchar *text);
/* Appends one; none without a text. */
void citiz_fact_add (GtkWidget *list, const gchar *name, const gchar *text);
/* Emptied to be filled again: the keyboard focus comes back to its place (citiz-focus.h). */
void citiz_list_clear (GtkWidget *list);
/* Icon and word inside a button (class "image-text-button") that has a name of its own; AdwButtonContent would add its word to that name. */
GtkWidget *citiz_content_new (const gchar *icon, const gchar *word);
/* Makes a scrolled window scroll what is too wide; the wheel goes on to the page around it. */
void citiz_scroll_sideways (GtkWidget *scrolled);
/* A page's scrolled, clamped (860) column: the box to fill comes back in @box. */
GtkWidget *citiz_page_frame_new (GtkWidget **box);
/* Escape closes the window of @widget, when the focus is at or below @widget. */
void citiz_escape_closes (GtkWidget *widget);
/* A modal AdwWindow over the window of @parent, with a header bar (in @header) and a page's frame; Escape closes it. */
GtkWidget *citiz_dialog_new (GtkWidget *parent,
                             const gchar *title,
                             gint width,
                             gint height,
                             GtkWidget **page,
                             GtkWidget **header);
void citiz_box_clear (GtkWidget *box);
/* Grows what is drawn from 0 to 1, the first time it is seen and not when the person wants no motion. @animation is the widget's own. */
void citiz_grow (GtkWidget *widget, AdwAnimation **animation, AdwAnimationTargetFunc set_growth);

G_END_DECLS
