/* What operators hand one another to found a community anew: cards of those who are left, and the document. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-host-folder.h"
#include "wire/citiz-closing.h"

G_BEGIN_DECLS

/* A node that is left: the newest block that is final there, and its key for the epoch after. A line of JSON. */
typedef struct
{
  CitizBlockHeader last;
  CitizCert final;
  guint64 ends; /* an epoch: CitizRefound */
  CitizFounder founder;
  gchar *url;
  gchar *operator_;
} CitizRefoundCard;

gchar *citiz_refound_card_encode (const CitizRefoundCard *card);
CitizRefoundCard *citiz_refound_card_decode (const gchar *text,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_refound_card_free (CitizRefoundCard *card);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizRefoundCard, citiz_refound_card_free)

/* The document, and where those are who go on, which is not signed. */
typedef struct
{
  CitizRefound refound;
  CitizHostCommunity *who; /* members only */
  guint old;               /* validators of before who have signed, when that was looked at */
} CitizRefoundFile;

CitizRefoundFile *citiz_refound_file_make (GPtrArray *cards,
                                           CitizTime time,
                                           const gchar *reason,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizRefoundFile *citiz_refound_file_new (const CitizRefound *refound,
                                          const CitizHostCommunity *known);
json_t *citiz_refound_file_json (const CitizRefoundFile *file);
CitizRefoundFile *citiz_refound_file_read (json_t *json, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizRefoundFile *citiz_refound_file_decode (const gchar *text,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_refound_file_free (CitizRefoundFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizRefoundFile, citiz_refound_file_free)

G_END_DECLS
