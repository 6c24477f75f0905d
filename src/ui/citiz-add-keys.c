/* Fields that a form and a draft call alike. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-add-private.h"

#include <stddef.h>
#include <string.h>

/* Fields of the same name in form and draft. */
static const struct
{
  const gchar *key;
  gsize offset;
} texts[] = {
    {"title", offsetof (CitizDraft, title)},
    {"detail", offsetof (CitizDraft, detail)},
    {"dosage", offsetof (CitizDraft, dosage)},
    {"reaction", offsetof (CitizDraft, reaction)},
    {"note", offsetof (CitizDraft, note)},
    {"reason", offsetof (CitizDraft, reason)},
    {"site", offsetof (CitizDraft, site)},
    {"person", offsetof (CitizDraft, person)},
    {"value", offsetof (CitizDraft, value)},
    {"value2", offsetof (CitizDraft, value2)},
    {"unit", offsetof (CitizDraft, unit)},
    {"low", offsetof (CitizDraft, low)},
    {"high", offsetof (CitizDraft, high)},
    {"phone", offsetof (CitizDraft, phone)},
    {"email", offsetof (CitizDraft, email)},
    {"relationship", offsetof (CitizDraft, relationship)},
    {"given", offsetof (CitizDraft, given)},
    {"family", offsetof (CitizDraft, family)},
    {"health_number", offsetof (CitizDraft, health_number)},
    {"address", offsetof (CitizDraft, address)},
    {"languages", offsetof (CitizDraft, languages)},
};

/* Text that is one of a few words. */
static const struct
{
  const gchar *key;
  gsize offset;
} codes[] = {
    {"gender", offsetof (CitizDraft, gender)},
    {"category", offsetof (CitizDraft, category)},
};

static const struct
{
  const gchar *key;
  gsize offset;
} switches[] = {
    {"intolerance", offsetof (CitizDraft, intolerance)},
    {"as_needed", offsetof (CitizDraft, as_needed)},
};

/* Choices whose values are of an enum. */
static const struct
{
  const gchar *key;
  gsize offset;
  struct
  {
    const gchar *word;
    guint value;
  } words[8];
} choices[] = {
    {"status",
     offsetof (CitizDraft, status),
     {{"active", CITIZ_STATUS_ACTIVE},
      {"remission", CITIZ_STATUS_REMISSION},
      {"resolved", CITIZ_STATUS_RESOLVED},
      {"stopped", CITIZ_STATUS_STOPPED},
      {"on-hold", CITIZ_STATUS_ON_HOLD},
      {"planned", CITIZ_STATUS_PLANNED},
      {"completed", CITIZ_STATUS_COMPLETED}}},
    {"severity",
     offsetof (CitizDraft, severity),
     {{"severe", CITIZ_SEVERITY_SEVERE},
      {"moderate", CITIZ_SEVERITY_MODERATE},
      {"mild", CITIZ_SEVERITY_MILD}}},
    {"role",
     offsetof (CitizDraft, role),
     {{"relative", CITIZ_ROLE_RELATIVE},
      {"mandatary", CITIZ_ROLE_MANDATARY},
      {"physician", CITIZ_ROLE_PHYSICIAN},
      {"pharmacy", CITIZ_ROLE_PHARMACY},
      {"other", CITIZ_ROLE_OTHER}}},
};

G_STATIC_ASSERT (sizeof (CitizStatus) == sizeof (guint) && sizeof (CitizSeverity) == sizeof (guint)
                 && sizeof (CitizRole) == sizeof (guint));

#define AT(draft, offset, type) (*(type *) (gpointer) ((gchar *) (draft) + (offset)))

const CitizField *
_citiz_add_field (CitizKind kind, const gchar *key)
{
  for (const CitizField *f = citiz_add_fields (kind); f->key != NULL; f++)
    if (strcmp (f->key, key) == 0)
      return f;
  return NULL;
}

void
_citiz_add_put_keyed (CitizForm *form, CitizKind kind, CitizDraft *draft)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const gchar *text = AT (draft, texts[i].offset, const gchar *);
      if (_citiz_add_field (kind, texts[i].key) == NULL || text == NULL)
        continue;
      citiz_form_set_text (form, texts[i].key, text);
      citiz_form_allow (form, texts[i].key, text);
    }
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (_citiz_add_field (kind, codes[i].key) != NULL
        && AT (draft, codes[i].offset, const gchar *) != NULL)
      citiz_form_set_choice (form, codes[i].key, AT (draft, codes[i].offset, const gchar *));
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    if (_citiz_add_field (kind, switches[i].key) != NULL)
      citiz_form_set_switch (form, switches[i].key, AT (draft, switches[i].offset, gboolean));
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    for (guint k = 0;
         _citiz_add_field (kind, choices[i].key) != NULL && choices[i].words[k].word != NULL; k++)
      if (choices[i].words[k].value == AT (draft, choices[i].offset, guint))
        citiz_form_set_choice (form, choices[i].key, choices[i].words[k].word);
}

void
_citiz_add_take_texts (CitizForm *form, CitizKind kind, CitizDraft *draft)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (_citiz_add_field (kind, texts[i].key) != NULL)
      AT (draft, texts[i].offset, const gchar *) = citiz_form_get_text (form, texts[i].key);
}

void
_citiz_add_take_choices (CitizForm *form, CitizKind kind, CitizDraft *draft)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (_citiz_add_field (kind, codes[i].key) != NULL)
      AT (draft, codes[i].offset, const gchar *) = citiz_form_get_choice (form, codes[i].key);
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    if (_citiz_add_field (kind, switches[i].key) != NULL)
      AT (draft, switches[i].offset, gboolean) = citiz_form_get_switch (form, switches[i].key);
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      const gchar *word;

      if (_citiz_add_field (kind, choices[i].key) == NULL)
        continue;
      word = citiz_form_get_choice (form, choices[i].key);
      AT (draft, choices[i].offset, guint) = 0; /* not said */
      for (guint k = 0; choices[i].words[k].word != NULL; k++)
        if (g_strcmp0 (choices[i].words[k].word, word) == 0)
          AT (draft, choices[i].offset, guint) = choices[i].words[k].value;
    }
}
