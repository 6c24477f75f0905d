/* What may be known while the record is locked. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-settings.h"

#include <locale.h>

#include "ui/citiz-format.h"

#define SCHEMA          "io.github.citiz.Citiz"
#define DEFAULT_MINUTES 5

/* glibc keeps translations it has found; this count makes it look again. */
extern int _nl_msg_cat_cntr;

GSettings *
citiz_settings (void)
{
  static GSettings *settings;
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (settings == NULL && source != NULL)
    {
      schema = g_settings_schema_source_lookup (source, SCHEMA, TRUE);
      if (schema != NULL)
        settings = g_settings_new (SCHEMA);
    }
  return settings;
}

guint
citiz_settings_get_lock_minutes (void)
{
  return citiz_settings () != NULL ? g_settings_get_uint (citiz_settings (), "lock-minutes")
                                   : DEFAULT_MINUTES;
}

void
citiz_settings_set_lock_minutes (guint minutes)
{
  if (citiz_settings () != NULL)
    g_settings_set_uint (citiz_settings (), "lock-minutes", minutes);
}

gchar *
citiz_settings_get_language (void)
{
  return citiz_settings () != NULL ? g_settings_get_string (citiz_settings (), "language")
                                   : g_strdup ("");
}

void
citiz_settings_set_language (const gchar *language)
{
  if (citiz_settings () != NULL)
    g_settings_set_string (citiz_settings (), "language", language);
}

void
citiz_settings_apply_language (void)
{
  g_autofree gchar *language = citiz_settings_get_language ();

  if (*language == '\0')
    return;
  g_setenv ("LANGUAGE", language, TRUE);
  if (g_strcmp0 (setlocale (LC_MESSAGES, NULL), "C") == 0)
    setlocale (LC_MESSAGES, "C.UTF-8");
  _nl_msg_cat_cntr++;
  citiz_format_set_language (g_str_equal (language, "fr") ? CITIZ_LANGUAGE_FR : CITIZ_LANGUAGE_EN);
}
