/* How a community, its nodes and what they may do are put into words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* All (transfer full) where not const. */
gchar *citiz_node_name (const CitizNodeView *node); /* who runs it, else where it is */
gchar *citiz_node_detail (const CitizNodeView *node, CitizTime now);
gchar *citiz_community_who_text (const CitizCommunityView *view);   /* "Clinique · Coop" */
gchar *citiz_community_head_text (const CitizCommunityView *view);  /* how far one's own ledger is
                                                                      anchored there */
gchar *citiz_community_level_text (const CitizCommunityView *view); /* what this computer checked */

/* Two lines and a look for each. */
typedef struct
{
  gchar *title, *text;
  const gchar *icon, *style; /* of a prefix, citiz_prefix_new() */
} CitizSaying;
void citiz_saying_clear (CitizSaying *saying);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CitizSaying, citiz_saying_clear)

void citiz_community_say_state (const CitizCommunityView *view, CitizTime now, CitizSaying *out);
/* Of the switch that lets an access open while the ledger stands still. @view: (nullable) */
const gchar *citiz_community_stalled_text (const CitizCommunityView *view);
void citiz_community_say_tolerance (const CitizCommunityView *view, CitizSaying *out);

G_END_DECLS
