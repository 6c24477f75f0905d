/* Bringing files in: progress with numbers, a report of what was kept and why not, undo of the batch. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_IMPORT_DIALOG (citiz_import_dialog_get_type ())
G_DECLARE_FINAL_TYPE (CitizImportDialog, citiz_import_dialog, CITIZ, IMPORT_DIALOG, AdwWindow)

/* Opens the dialog over @owner's window. @files (nullable, of GFile): brought in at once, one after the other. */
CitizImportDialog *citiz_import_dialog_new (GtkWidget *owner,
                                            CitizSession *session,
                                            GListModel *files);
/* Adds a file to those that wait. */
void citiz_import_dialog_add (CitizImportDialog *self, GFile *file);
/* NULL, or that the file of @batch is about another person than the record: another birth date, or another name where
 * one of the dates is unknown. */
gchar *citiz_import_stranger_text (const CitizRecord *record, guint32 batch);
/* What is asked before such a file is kept: whom the record itself is about (there is one), and what would follow. */
gchar *citiz_import_question_text (const CitizRecord *record);
/* "This file is about …", of a name ("" if none) and a birth date as FHIR writes it (nullable). */
gchar *citiz_import_person_text (const gchar *name, const gchar *birth_date);

G_END_DECLS
