/* Words for whose file it is. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>

#include "ui/citiz-format.h"
#include "ui/citiz-import-dialog.h"

/* @birth_date as FHIR writes it. */
static gchar *
person_in_words (const gchar *name, const gchar *birth_date)
{
  gint year, month, day;
  g_autofree gchar *date = NULL;

  if (birth_date != NULL && sscanf (birth_date, "%d-%d-%d", &year, &month, &day) == 3)
    date = citiz_format_partial_date (year, month, day);
  return citiz_session_explain_person (name, date);
}

gchar *
citiz_import_person_text (const gchar *name, const gchar *birth_date)
{
  g_autofree gchar *person = person_in_words (name, birth_date);

  return g_strdup_printf (_ ("This file is about %s"), person);
}

gchar *
citiz_import_question_text (const CitizRecord *record)
{
  const CitizItem *own = citiz_record_patient (record);
  gboolean named = json_object_get (own->resource, "name") != NULL;
  g_autofree gchar *person
      = person_in_words (named ? own->title[citiz_format_language ()] : NULL,
                         json_string_value (json_object_get (own->resource, "birthDate")));

  return g_strdup_printf (
      _ ("This record is about %s. Nothing was kept yet. A stranger’s problems and medications would go into your emergency summary."),
      person);
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
