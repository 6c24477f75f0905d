/* The fields of a form and the verbs its files share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-form.h"

G_BEGIN_DECLS

typedef struct
{
  const CitizField *field;
  GtkWidget *row, *hint, *wrong; /* the captions stand below the row */
  gchar **keys;                  /* of choices */
  gchar *plain;                  /* the number, as the record writes one */
  gchar *asked;                  /* what was asked about once */
  glong longest;                 /* characters; what the record held already is never too long */
  CitizFormFunc watch;
  gpointer watch_data;
} CitizFormEntry;

struct _CitizForm
{
  AdwWindow parent_instance;
  GtkWidget *box, *save, *banner, *banner_label, *scroller;
  GPtrArray *entries;
  CitizFormFunc submit;
  gpointer submit_data;
  GDestroyNotify submit_destroy;
  gboolean busy, changed, closing, filling;
};

CitizFormEntry *_citiz_form_find (CitizForm *self, const gchar *key);
/* "" takes it away. */
void _citiz_form_set_caption (GtkWidget *row, const gchar *text);
void _citiz_form_clear_wrong (CitizFormEntry *entry);
void _citiz_form_fill_choices (CitizFormEntry *entry,
                               const gchar *const *keys,
                               const gchar *const *labels);

G_END_DECLS
