/* The real clock and the kernel's randomness. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-env.h"

#include <errno.h>
#include <sys/random.h>

static CitizTime
system_now (gpointer data)
{
  return (CitizTime){g_get_real_time () / 1000};
}

static void
system_random (gpointer data, guint8 *out, gsize n)
{
  while (n > 0)
    {
      gssize got = getrandom (out, n, 0);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        g_error ("The system gives no randomness: %s", g_strerror (errno));
      out += got;
      n -= (gsize) got;
    }
}

/**
 * citiz_env_system:
 *
 * Returns: (transfer none): the real clock and the kernel's random generator
 */
const CitizEnv *
citiz_env_system (void)
{
  static const CitizEnv env = {system_now, system_random, NULL, NULL};
  return &env;
}

CitizTime
citiz_env_now (const CitizEnv *env)
{
  return env->now (env->data);
}

gint64
citiz_env_steady (const CitizEnv *env)
{
  return env->steady != NULL ? env->steady (env->data) : g_get_monotonic_time () / 1000;
}

void
citiz_env_random (const CitizEnv *env, guint8 *out, gsize n)
{
  env->random (env->data, out, n);
}

CitizId
citiz_env_new_id (const CitizEnv *env)
{
  CitizId id;

  citiz_env_random (env, id.b, sizeof id.b);
  return id;
}

CitizLanguage
citiz_env_language (void)
{
  const gchar *const *names = g_get_language_names ();

  return names[0] != NULL && g_str_has_prefix (names[0], "fr") ? CITIZ_LANGUAGE_FR
                                                               : CITIZ_LANGUAGE_EN;
}

gint
citiz_env_offset_minutes (CitizTime at)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (at.ms / 1000);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);

  return (gint) (g_date_time_get_utc_offset (local) / G_TIME_SPAN_MINUTE);
}
