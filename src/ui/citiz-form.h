/* A dialog of fields with a sentence beside each that is wrong; nothing typed is lost. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum
{
  CITIZ_FIELD_TEXT,
  CITIZ_FIELD_NUMBER,
  CITIZ_FIELD_DATE, /* year, year and month, or whole */
  CITIZ_FIELD_DAY,  /* whole */
  CITIZ_FIELD_TIME,
  CITIZ_FIELD_CHOICE,
  CITIZ_FIELD_SWITCH
} CitizFieldKind;

typedef struct
{
  const gchar *key;
  const gchar *label; /* marked with N_ */
} CitizChoice;

/* One row of a form. Tables of these are constant; words are marked with N_ and translated when shown. */
typedef struct
{
  const gchar *key;
  const gchar *label;
  CitizFieldKind kind;
  gboolean required;
  const CitizChoice *choices; /* CHOICE: ends with a NULL key; the first is the default */
  gdouble least, most;        /* NUMBER: equal means any */
  const gchar *hint;          /* a caption under the field, or NULL */
  const gchar *group;         /* a heading above it, or NULL */
} CitizField;

#define CITIZ_TYPE_FORM (citiz_form_get_type ())
G_DECLARE_FINAL_TYPE (CitizForm, citiz_form, CITIZ, FORM, AdwWindow)

/* @fields ends with a NULL key and stays valid. @note stands above the fields (or NULL). */
CitizForm *citiz_form_new (GtkWidget *owner,
                           const gchar *title,
                           const gchar *note,
                           const CitizField *fields);
/* What "Save" does when every field is right. Call citiz_form_done() or citiz_form_fail() in the end. */
typedef void (*CitizFormFunc) (CitizForm *self, gpointer data);
void citiz_form_set_submit (CitizForm *self,
                            CitizFormFunc func,
                            gpointer data,
                            GDestroyNotify destroy);

void citiz_form_set_text (CitizForm *self, const gchar *key, const gchar *text);
/* A text as long as @text, which the record holds already, is not too long. */
void citiz_form_allow (CitizForm *self, const gchar *key, const gchar *text);
void citiz_form_set_number (CitizForm *self, const gchar *key, gdouble value, gint decimals);
void citiz_form_set_date (CitizForm *self, const gchar *key, gint year, gint month, gint day);
void citiz_form_set_minutes (CitizForm *self, const gchar *key, guint minutes);
void citiz_form_set_choice (CitizForm *self, const gchar *key, const gchar *choice);
void citiz_form_set_switch (CitizForm *self, const gchar *key, gboolean on);
/* Own choices, made at run time: keys and labels, both NULL-terminated. */
void citiz_form_set_choices (CitizForm *self,
                             const gchar *key,
                             const gchar *const *keys,
                             const gchar *const *labels);
void citiz_form_set_hint (CitizForm *self, const gchar *key, const gchar *hint);
void citiz_form_set_visible (CitizForm *self, const gchar *key, gboolean visible);

/* "" when empty; valid until the field changes. A field of numbers gives its number in C's spelling. */
const gchar *citiz_form_get_text (CitizForm *self, const gchar *key);
/* The same of any field that may hold a number, and its text when it holds none. */
const gchar *citiz_form_get_digits (CitizForm *self, const gchar *key);
/* FALSE when empty. */
gboolean citiz_form_get_number (CitizForm *self, const gchar *key, gdouble *out);
gboolean citiz_form_get_date (CitizForm *self,
                              const gchar *key,
                              gint *year,
                              gint *month,
                              gint *day);
gboolean citiz_form_get_minutes (CitizForm *self, const gchar *key, guint *out);
const gchar *citiz_form_get_choice (CitizForm *self, const gchar *key);
gboolean citiz_form_get_switch (CitizForm *self, const gchar *key);
/* Checks all fields as "Save" does; shows the sentences. */
gboolean citiz_form_check (CitizForm *self);
/* The keyboard goes to the first field. */
void citiz_form_focus_first (CitizForm *self);
/* Whether the person touched any field. */
gboolean citiz_form_is_changed (CitizForm *self);
/* Presses "Save" (for tests and Ctrl+Enter). */
void citiz_form_submit (CitizForm *self);
/* A sentence beside a field, or (@key NULL) at the top; the form stays open with everything in it. */
void citiz_form_fail (CitizForm *self, const gchar *key, const gchar *sentence);
/* TRUE when the person saves the same text a second time. The first time the sentence stands beside the field, as after
 * citiz_form_fail(). */
gboolean citiz_form_insists (CitizForm *self, const gchar *key, const gchar *sentence);
void citiz_form_done (CitizForm *self);
/* Calls @func each time the field changes. */
void citiz_form_watch (CitizForm *self, const gchar *key, CitizFormFunc func, gpointer data);

G_END_DECLS
