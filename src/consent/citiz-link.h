/* The link of a grant: SMART Health Link payload and its forms. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-grant.h"

G_BEGIN_DECLS

typedef struct
{
  CitizNodeId id;
  gchar *origin; /* "http://127.0.0.1:8642", "" = the page's own */
} CitizLinkNode;

typedef struct
{
  CitizId grant;
  gchar *origin; /* scheme://host[:port], no path: where /v and /shl live */
  CitizSecret *t;
  CitizSecret *k_r;
  gint64 exp_s;      /* epoch seconds, 0 = none */
  gboolean passcode; /* flag P */
  gchar *label;      /* nullable, ≤ 80 characters */
  guint threshold;
  GPtrArray *nodes; /* of CitizLinkNode */
  gchar *contact_phone;
  gchar *contact_name;
} CitizLink;

CitizLink *citiz_link_new (void);
void citiz_link_free (CitizLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizLink, citiz_link_free)
void citiz_link_add_node (CitizLink *link, const CitizNodeId *id, const gchar *origin);

/* "<origin>/v#shlink:/<payload>": what QR, mail and print carry. A secret: wipe with citiz_wipe_text(). */
gchar *citiz_link_to_url (const CitizLink *link);
/* "shlink:/<payload>". */
gchar *citiz_link_to_shlink (const CitizLink *link);
/* Either form. Refuses more than 4096 characters, an url over 128, any field of the wrong shape. */
CitizLink *citiz_link_parse (const gchar *text, GError **error);

G_END_DECLS
