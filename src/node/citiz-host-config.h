/* What a host may set: one table, from which the commented file is written, too. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consensus/citiz-csx.h"

G_BEGIN_DECLS

#define CITIZ_HOST_CONFIG_FILE "citiz-node.conf"

#define CITIZ_HOST_ERROR (citiz_host_error_quark ())
typedef enum
{
  CITIZ_HOST_ERROR_CONFIG, /* the configuration file says something unknown, or out of range */
  CITIZ_HOST_ERROR_CARD,   /* a founder's card, or a community's file, that does not hold */
  CITIZ_HOST_ERROR_STATE,  /* not set up, set up already, not running */
  CITIZ_HOST_ERROR_FILE,   /* a file could not be read or written */
} CitizHostError;
GQuark citiz_host_error_quark (void);

/* Texts are never NULL. */
typedef struct
{
  gchar *operator_;
  gchar *contact;
  gchar *community;
  gchar *url;
  gchar *address;
  gchar *hosts;
  gchar *metrics;
  gchar *tiles;
  guint connections;
  guint rate;
  guint burst;
  guint events;
  guint waits;
  guint guest_transactions;
  guint admission;
  guint free_percent;
  guint timeout;
  guint timeout_cap;
  guint standstill;
  guint interval;
  guint heartbeat;
  guint refound_after;
  guint egress;
} CitizHostConfig;

CitizHostConfig *citiz_host_config_new (void);
CitizHostConfig *citiz_host_config_read (const gchar *dir,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_host_config_write (const CitizHostConfig *config,
                                  const gchar *dir,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_host_config_set (gchar **text, const gchar *value);
gchar *citiz_host_config_clean_url (const gchar *text, const gchar *what, GError **error);
void citiz_host_config_timing (const CitizHostConfig *config, CitizCsxTiming *out);
gchar **citiz_host_config_hosts (const CitizHostConfig *config);
void citiz_host_config_free (CitizHostConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizHostConfig, citiz_host_config_free)

G_END_DECLS
