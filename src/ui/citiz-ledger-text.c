/* How entries of the ledger and their steps are put into words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-ledger-text.h"

#include <glib/gi18n.h>

#include "ui/citiz-format.h"

const gchar *
citiz_entry_title (CitizEntry *entry)
{
  static const struct
  {
    const gchar *type, *title;
  } titles[] = {
      {"acct_register", N_ ("Account created")}, {"acct_rotate", N_ ("Key replaced")},
      {"acct_revoke", N_ ("Account closed")},    {"commit_records", N_ ("Record sealed")},
      {"grant", N_ ("Emergency access given")},  {"grant_renew", N_ ("Access updated")},
      {"grant_revoke", N_ ("Access revoked")},   {"access_open", N_ ("Record opened")},
      {"access_close", N_ ("Access ended")},     {"commit_head", N_ ("Own ledger anchored")},
  };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_strcmp0 (titles[i].type, entry->type) == 0)
      return _ (titles[i].title);
  return _ ("Entry");
}

gchar *
citiz_block_title (guint64 height)
{
  return citiz_format_number ((gdouble) height, 0);
}

gchar *
citiz_step_title (CitizEntry *entry, CitizStep step)
{
  g_autofree gchar *height = citiz_block_title (entry->height);

  switch (step)
    {
    case CITIZ_STEP_ENTERED:
      return g_strdup (_ ("Entered"));
    case CITIZ_STEP_SIGNED:
      return g_strdup (_ ("Signed"));
    case CITIZ_STEP_BLOCK:
      if (entry->height == 0)
        return g_strdup (_ ("In a block"));
      /* Translators: %s is a block's number. */
      return g_strdup_printf (_ ("Block %s"), height);
    case CITIZ_STEP_LOG:
      return g_strdup (_ ("In the log"));
    case CITIZ_STEP_VERIFIED:
      return g_strdup (_ ("Verified"));
    case CITIZ_N_STEPS:
      break;
    }
  return g_strdup ("");
}

static gchar *
clock_text (CitizTime when)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (when.ms / 1000);
  g_autofree gchar *minutes = NULL;

  if (time == NULL || when.ms == 0)
    return g_strdup ("");
  minutes = citiz_format_time (time);
  return g_steal_pointer (&minutes);
}

static gchar *
after_text (CitizEntry *entry, CitizStep step)
{
  gint64 ms = entry->at[step].ms - entry->at[CITIZ_STEP_ENTERED].ms;

  if (entry->at[step].ms == 0)
    return g_strdup ("");
  if (ms < 1000)
    return g_strdup (_ ("in less than a second"));
  if (ms >= CITIZ_MINUTE)
    return clock_text (entry->at[step]);
  /* Translators: %d seconds. */
  return g_strdup_printf (_ ("after %d s"), (gint) (ms / 1000));
}

/* Who entered it, and with whose key: a node says that somebody opened and that an access has ended. */
static const gchar *
origin (const CitizEntry *entry, CitizStep step)
{
  static const struct
  {
    const gchar *type, *entered, *signed_;
  } others[] = {
      {"access_open", N_ ("by whoever opened"), N_ ("with the node’s key")},
      {"access_close", N_ ("by a node, at the end"), N_ ("with the node’s key")},
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_strcmp0 (entry->type, others[i].type) == 0)
      return _ (step == CITIZ_STEP_ENTERED ? others[i].entered : others[i].signed_);
  return step == CITIZ_STEP_ENTERED ? _ ("on this computer") : _ ("with your key");
}

gchar *
citiz_step_detail (CitizEntry *entry, CitizStep step)
{
  g_autofree gchar *clock = clock_text (entry->at[step]);
  g_autofree gchar *after = after_text (entry, step);

  switch (entry->state[step])
    {
    case CITIZ_STEP_TO_COME:
      return g_strdup (_ ("to come"));
    case CITIZ_STEP_NOW:
      return g_strdup (_ ("under way"));
    case CITIZ_STEP_FAILED:
      return g_strdup (_ ("did not check out"));
    case CITIZ_STEP_DONE:
      break;
    }
  switch (step)
    {
    case CITIZ_STEP_ENTERED:
      return g_strdup_printf ("%s\n%s", origin (entry, step), clock);
    case CITIZ_STEP_SIGNED:
      return g_strdup_printf ("%s\n%s", origin (entry, step), after);
    case CITIZ_STEP_BLOCK:
      if (entry->community)
        return g_strdup_printf (
            ngettext ("final for %u node\n%s", "final for %u nodes\n%s", entry->n_votes),
            entry->n_votes, after);
      return g_strdup_printf ("%s\n%s", _ ("1 signature of 1"), after);
    case CITIZ_STEP_LOG:
      if (entry->proof_hashes == 0)
        return g_strdup_printf ("%s\n%s", _ ("proof checked"), after);
      return g_strdup_printf (
          ngettext ("proof of %u step\n%s", "proof of %u steps\n%s", entry->proof_hashes),
          entry->proof_hashes, after);
    case CITIZ_STEP_VERIFIED:
      return g_strdup_printf ("%s\n%s", _ ("by this computer"), after);
    case CITIZ_N_STEPS:
      break;
    }
  return g_strdup ("");
}

const gchar *
citiz_step_icon (CitizStep step)
{
  static const gchar *const icons[CITIZ_N_STEPS] = {
      "citiz-pencil-symbolic", "citiz-access-symbolic", "citiz-mark-symbolic",
      "citiz-copies-symbolic", "citiz-shield-symbolic",
  };

  return step < CITIZ_N_STEPS ? icons[step] : icons[0];
}

const gchar *
citiz_step_state_text (CitizStepState state)
{
  switch (state)
    {
    case CITIZ_STEP_TO_COME:
      return _ ("to come");
    case CITIZ_STEP_NOW:
      return _ ("under way");
    case CITIZ_STEP_DONE:
      return _ ("done");
    case CITIZ_STEP_FAILED:
      return _ ("did not check out");
    }
  return "";
}

gchar *
citiz_block_description (CitizBlockRow *block, CitizTime now)
{
  g_autofree gchar *height = citiz_block_title (block->height);
  g_autofree gchar *when = citiz_format_date_time_ms (block->time, now);
  g_autofree gchar *entries
      = g_strdup_printf (ngettext ("%u entry", "%u entries", block->n_entries), block->n_entries);
  g_autofree gchar *mine
      = g_strdup_printf (ngettext ("%u of yours", "%u of yours", block->n_mine), block->n_mine);

  /* Translators: block number, date, "3 entries", "1 of yours". */
  return g_strdup_printf (_ ("Block %s, %s, %s, %s"), height, when, entries, mine);
}
