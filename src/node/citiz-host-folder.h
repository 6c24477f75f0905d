/* A host's folder: its key, its vote journal, its community's founding file. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-host-config.h"
#include "store/citiz-journals.h"

#include <jansson.h>

G_BEGIN_DECLS

#define CITIZ_HOST_KEY_FILE       "node.key"
#define CITIZ_HOST_CARD_FILE      "founder-card.json"
#define CITIZ_HOST_COMMUNITY_FILE "community.json"
#define CITIZ_HOST_FILE_MAX       (1024u * 1024)

/* What a founder hands to the others: a line of JSON. */
typedef struct
{
  CitizHash salt; /* agreed on: the first founder draws it */
  CitizTime time;
  CitizFounder founder;
  gchar *url;
  gchar *operator_;
  gchar *path; /* where it was read */
} CitizHostCard;

/* A node others can be reached at. */
typedef struct
{
  CitizPublicKey node;
  gchar *url;
  gchar *operator_;
} CitizHostMember;

typedef struct
{
  CitizGenesis genesis;
  GPtrArray *members; /* CitizHostMember */
} CitizHostCommunity;

CitizSigningKey *citiz_host_key_create (const gchar *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizSigningKey *citiz_host_key_read (const gchar *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gchar *citiz_host_card_encode (const CitizHostCard *card);
CitizHostCard *citiz_host_card_decode (const gchar *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_host_card_free (CitizHostCard *card);

CitizHostCommunity *citiz_host_community_found (GPtrArray *cards,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizHostCommunity *citiz_host_community_new (void);
json_t *citiz_host_members_json (const CitizHostCommunity *community);
gboolean citiz_host_members_read (CitizHostCommunity *community,
                                  json_t *members,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *citiz_host_community_encode (const CitizHostCommunity *community);
CitizHostCommunity *citiz_host_community_decode (const gchar *text,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizHostCommunity *citiz_host_community_read (const gchar *dir,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
const CitizHostMember *citiz_host_community_find (const CitizHostCommunity *community,
                                                  const CitizPublicKey *node);
gboolean citiz_host_community_learn (CitizHostCommunity *community,
                                     const CitizPublicKey *node,
                                     const gchar *url,
                                     const gchar *operator_);
void citiz_host_community_free (CitizHostCommunity *community);

#define CITIZ_HOST_SUMS_FILE "SHA256SUMS"

gboolean citiz_host_sums_write (int of, const gchar *to, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_host_sums_check (const gchar *said,
                                const gchar *to,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define CITIZ_HOST_COPYING   "copying"   /* a copy that is not verified yet */
#define CITIZ_HOST_RESTORING "restoring" /* what of a verified one is not in its place yet */

/* A folder that becomes a node's: nobody else makes one there meanwhile. */
typedef struct
{
  gboolean made; /* it was not there before */
  int lock;
} CitizHostTaken;

gboolean citiz_host_folder_is_half_restored (const gchar *dir);
gboolean citiz_host_folder_has (const gchar *dir, const gchar *name);
gboolean citiz_host_folder_take (const gchar *dir,
                                 gboolean to_restore,
                                 CitizHostTaken *out,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_host_folder_empty (const gchar *dir);
void citiz_host_folder_give_back (const gchar *dir, const CitizHostTaken *taken);
void citiz_host_folder_keep (const CitizHostTaken *taken);
gboolean citiz_host_folder_become_owner (const gchar *dir,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_host_folder_is_others (const gchar *dir);
int citiz_host_folder_open (const gchar *dir, gboolean trusted);
int citiz_host_folder_open_file (int dir, const gchar *name);
void citiz_host_folder_remove (const gchar *dir);
gboolean citiz_host_folder_is_set_up (const gchar *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_host_folder_can_run (const gchar *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *citiz_host_command_line (const gchar *dir, const gchar *words);

gboolean citiz_host_write_new (const gchar *dir,
                               const gchar *name,
                               const gchar *text,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *citiz_host_read_text (const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizHostCard, citiz_host_card_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizHostCommunity, citiz_host_community_free)

G_END_DECLS
