/* Words for whose file it is. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>

#include "ui/citiz-format.h"
#include "ui/citiz-import-dialog.h"

gchar *
citiz_import_person_text (const gchar *name, const gchar *birth_date)
{
  gint year, month, day;
  g_autofree gchar *date = NULL;

  if (birth_date != NULL && sscanf (birth_date, "%d-%d-%d", &year, &month, &day) == 3)
    date = citiz_format_partial_date (year, month, day);
  if (date == NULL)
    return g_strdup_printf (_ ("This file is about %s"), name);
  if (name[0] == '\0')
    return g_strdup_printf (_ ("This file is about a person born on %s"), date);
  return g_strdup_printf (_ ("This file is about %s, birth date %s"), name, date);
}

gchar *
citiz_import_stranger_text (const CitizRecord *record, guint32 batch)
{
  g_autoptr (GPtrArray) people = citiz_record_list_all (record, CITIZ_KIND_PATIENT);
  const CitizItem *own = citiz_record_patient (record);

  for (guint i = 0; i < people->len; i++)
    {
      const CitizItem *one = g_ptr_array_index (people, i);

      if (one->batch == batch && !one->sample && !own->sample && citiz_patients_differ (own, one))
        return citiz_import_person_text (
            json_object_get (one->resource, "name") != NULL ? one->title[0] : "",
            json_string_value (json_object_get (one->resource, "birthDate")));
    }
  return NULL;
}
