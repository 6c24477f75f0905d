/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "items.h"

#include <string.h>

CitizItem *
item_of (const gchar *text)
{
  static guint16 n;
  g_autoptr (GError) error = NULL;
  CitizId id = {{1, (guint8) (++n >> 8), (guint8) n}};
  json_t *json = citiz_json_load (text, strlen (text), &error);
  g_assert_no_error (error);
  CitizItem *item = citiz_item_new_from_json (json, &id, 1, 1, &error);
  json_decref (json);
  g_assert_no_error (error);
  return item;
}

void
put_resource (CitizRecord *record, guint8 number, guint32 batch, const gchar *text)
{
  const CitizId id = {{9, number}};
  json_t *json = citiz_json_load (text, strlen (text), NULL);
  g_autoptr (CitizItem) item = citiz_item_new_from_json (json, &id, 1, batch, NULL);

  json_decref (json);
  citiz_record_put (record, item);
}

CitizItem *
find (const CitizRecord *record, CitizKind kind, const gchar *title)
{
  g_autoptr (GPtrArray) list = citiz_record_list (record, kind);
  for (guint i = 0; i < list->len; i++)
    {
      CitizItem *item = g_ptr_array_index (list, i);
      if (strcmp (item->title[0], title) == 0 || strcmp (item->title[1], title) == 0)
        return item;
    }
  g_error ("no %s", title);
}
