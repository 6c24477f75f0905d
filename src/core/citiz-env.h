/* The outside world that decides nothing: the clock and randomness. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

/* All wall-clock time and all randomness of the program come from here, so that a test may own both. */
typedef struct
{
  CitizTime (*now) (gpointer data);
  void (*random) (gpointer data, guint8 *out, gsize n);
  gpointer data;
  gint64 (*steady) (gpointer data); /* nullable: the system's */
} CitizEnv;

const CitizEnv *citiz_env_system (void);
CitizTime citiz_env_now (const CitizEnv *env);
gint64 citiz_env_steady (const CitizEnv *env); /* ms, of a clock that only goes forward */
void citiz_env_random (const CitizEnv *env, guint8 *out, gsize n);
CitizId citiz_env_new_id (const CitizEnv *env);

/* Of the person's desktop: French or English, and minutes east of UTC at an instant. */
CitizLanguage citiz_env_language (void);
gint citiz_env_offset_minutes (CitizTime at);

G_END_DECLS
