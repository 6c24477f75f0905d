/* Who opened the record and why, in words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-access-words.h"

#include <glib/gi18n.h>

#include "consent/citiz-given.h"

typedef struct
{
  const gchar *key;
  const gchar *text;
} Word;

static const gchar *
look_up (const Word *words, gsize n, const gchar *key)
{
  for (gsize i = 0; i < n; i++)
    if (g_strcmp0 (words[i].key, key) == 0)
      return _ (words[i].text);
  return NULL;
}

const gchar *
citiz_role_text (const gchar *role)
{
  static const Word words[] = {
      {"physician", N_ ("physician")},   {"nurse", N_ ("nurse")},
      {"paramedic", N_ ("paramedic")},   {"pharmacist", N_ ("pharmacist")},
      {"dietitian", N_ ("dietitian")},   {"other", N_ ("other role")},
      {"relative", N_ ("close person")},
  };
  const gchar *text = look_up (words, G_N_ELEMENTS (words), role);

  return text != NULL ? text : role != NULL ? role : "";
}

const gchar *
citiz_reason_text (const gchar *reason)
{
  static const Word words[] = {
      {"ETREAT", N_ ("emergency care")},
      {"TREAT", N_ ("care")},
      {"PATRQT", N_ ("at your request")},
  };
  const gchar *text = look_up (words, G_N_ELEMENTS (words), reason);

  return text != NULL ? text : "";
}

const gchar *
citiz_opening_name (CitizOpening *opening)
{
  return opening->name != NULL && *opening->name != '\0' ? opening->name : _ ("Name not given");
}

/**
 * citiz_opening_said:
 *
 * What the carer's page wrote, as it wrote it. Nothing of it is verified here: what only programs read of a node's answer is kept with the
 * entry and left out, and nothing is told about that node; where its own signature proves it, the Ledger page does.
 *
 * Returns: (transfer full) (nullable): words
 */
gchar *
citiz_opening_said (CitizOpening *opening)
{
  const gchar *found = citiz_given_find (opening->note);
  json_t *answer = found != NULL ? json_loads (found, 0, NULL) : NULL;
  g_autofree gchar *words = NULL;

  if (answer == NULL)
    return g_strdup (opening->note);
  json_decref (answer);
  words = g_strndup (opening->note, (gsize) (found - opening->note));
  return g_strdup_printf ("%s(%s)", words,
                          opening->proven
                              ? _ ("the node’s own signature proves it: see the Ledger page")
                              : _ ("what the node answered is kept with this entry"));
}

gchar *
citiz_opening_title (CitizOpening *opening)
{
  const gchar *role = citiz_role_text (opening->role);

  switch (opening->kind)
    {
    case CITIZ_OPENING_CODE_FAILED:
      return g_strdup (_ ("A wrong spoken code was tried"));
    case CITIZ_OPENING_NOTE:
      /* Translators: %s is the name of a carer. */
      return g_strdup_printf (_ ("Note from %s"), citiz_opening_name (opening));
    case CITIZ_OPENING_READ:
      break;
    }
  return *role != '\0' ? g_strdup_printf ("%s, %s", citiz_opening_name (opening), role)
                       : g_strdup (citiz_opening_name (opening));
}

gboolean
citiz_opening_waits (CitizOpening *opening)
{
  return opening->stalled && opening->tx == NULL;
}

gchar *
citiz_opening_place (CitizOpening *opening)
{
  const gchar *rest = citiz_opening_waits (opening) ? _ ("not in the ledger yet")
                                                    : citiz_reason_text (opening->reason);

  if (opening->kind == CITIZ_OPENING_NOTE)
    return opening->note != NULL ? citiz_opening_said (opening) : g_strdup ("");
  if (opening->kind == CITIZ_OPENING_CODE_FAILED)
    return g_strdup (_ ("Nothing was opened"));
  if (opening->place == NULL || *opening->place == '\0')
    return g_strdup (rest);
  return *rest != '\0' ? g_strdup_printf ("%s · %s", opening->place, rest)
                       : g_strdup (opening->place);
}
