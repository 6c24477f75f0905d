/* Where an access stands with the nodes of the community, in words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-session.h"

#include <glib/gi18n.h>

static gchar *
explain_sending (const CitizAccess *access)
{
  if (access->n_holding == 0 && access->updated.ms <= access->given.ms)
    return g_strdup_printf (
        ngettext ("Being sent to %u node. Show the code now; it opens in a moment.",
                  "Being sent to %u nodes. Show the code now; it opens in a moment.",
                  access->n_nodes),
        access->n_nodes);
  if (access->updated.ms > access->given.ms)
    return g_strdup_printf (
        _ ("Its nodes are being given the record as it is now: %u of %u have it, it opens with %u."),
        access->n_holding, access->n_nodes, access->n_needed);
  return g_strdup_printf (_ ("%u of %u nodes are ready; it opens with %u. Show the code now."),
                          access->n_holding, access->n_nodes, access->n_needed);
}

gboolean
citiz_access_is_stranded (const CitizAccess *access, const CitizCommunityView *view)
{
  const gboolean away = view != NULL && view->n_validators == access->n_nodes /* the same nodes */
                        && view->n_missing + access->n_needed > access->n_nodes;

  if (access->state != CITIZ_ACCESS_LIVE || access->n_nodes == 0)
    return FALSE;
  if (access->ready == CITIZ_ACCESS_SENDING) /* brought up to date: they have its earlier parts */
    return away && access->updated.ms > access->given.ms;
  return away || access->n_holding < access->n_needed + access->n_silent;
}

/**
 * citiz_access_is_listed:
 *
 * Returns: %FALSE for one that its nodes never took and nobody opened: of one press the person sees one access
 */
gboolean
citiz_access_is_listed (const CitizAccess *access)
{
  const gboolean goes_on = access->state == CITIZ_ACCESS_LIVE && !access->ending;

  return !access->in_vain || goes_on || access->openings > 0;
}

/* So many as write have answered since the press that they did not take: who hung then is found missing only later. Its time may be the nodes'. */
static gboolean
are_back (const CitizAccess *access, const CitizCommunityView *view)
{
  guint n = 0;

  for (guint i = 0; access->instead && i < view->nodes->len; i++)
    {
      const CitizNodeView *node = view->nodes->pdata[i];

      n += node->validator && node->seen.ms + MAX (view->skew_ms, 0) > access->given.ms;
    }
  return !access->instead || n + view->may_fail >= view->n_validators;
}

const gchar *
citiz_session_explain_superseded (void)
{
  return _ (
      "Another copy of this record has changed what this access shows: a carer sees the "
      "record as it is there. To show it as it is here, revoke this access and give another.");
}

/* What another copy of this record gave is its own to end, unless that copy is gone: then nobody could, afterwards. */
const gchar *
citiz_session_explain_copied (CitizSession *self)
{
  GListModel *accesses = citiz_session_get_accesses (self);

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (access->copied && !access->ending
          && (access->state == CITIZ_ACCESS_LIVE || access->state == CITIZ_ACCESS_NOT_YET))
        return _ ("An access that another copy of this record gave goes on. If that copy is gone "
                  "or is not yours, revoke it under Access first.");
    }
  return NULL;
}

gboolean
citiz_access_can_move (const CitizAccess *access, const CitizCommunityView *view)
{
  return access->state == CITIZ_ACCESS_LIVE && access->n_nodes == 0 && view != NULL
         && view->registered && !view->unheard && view->n_validators > 0
         && view->state != CITIZ_COMMUNITY_VIEW_ALONE && view->state != CITIZ_COMMUNITY_VIEW_FAILED
         && !citiz_community_view_stands (view) && are_back (access, view);
}

/**
 * citiz_session_explain_moved:
 *
 * Returns: (nullable): what to do with a link that was given before it came to lead to another node
 */
const gchar *
citiz_session_explain_moved (const CitizAccess *access)
{
  if (access->state != CITIZ_ACCESS_LIVE)
    return NULL;
  if (access->replaced)
    return _ ("The link and the code that were shown before open nothing any more. Give these.");
  if (access->left)
    return _ (
        "A link or code that you gave earlier leads to an address that its node has left: it may not open. Give this one instead.");
  if (!access->moved)
    return NULL;
  return _ (
      "A link or code that you gave earlier leads to a node that does not answer now. Give this one instead; the earlier one opens again when its node is back.");
}

static gchar *
explain_here (const CitizAccess *access, const CitizCommunityView *view)
{
  if (citiz_access_can_move (access, view))
    return g_strdup (_ (
        "This access opens on this computer only, while Citiz runs. The nodes of your community answer: they can keep another in its place, which opens when this computer is off, too."));
  if (!access->instead)
    return NULL;
  return g_strdup (_ (
      "The nodes of your community did not take this access. It opens on this computer only, while Citiz runs. For a carer who is elsewhere, make the one-file summary."));
}

/**
 * citiz_session_explain_ready:
 *
 * Returns: (transfer full) (nullable): a sentence, or %NULL for an access that has ended or that opens on this computer because there is no community
 */
gchar *
citiz_session_explain_ready (const CitizAccess *access, const CitizCommunityView *view)
{
  if (access->state != CITIZ_ACCESS_LIVE)
    return NULL;
  if (access->n_nodes == 0)
    return explain_here (access, view);
  if (access->ending)
    return g_strdup (_ (
        "You have ended it. Every node that has heard of it gives nothing any more; the ledger will confirm it."));
  if (access->copied)
    return g_strdup (_ (
        "Another copy of this record gave this access: its link and its code are there. It can be ended here, too."));
  if (citiz_access_is_stranded (access, view))
    return g_strdup (_ (
        "Too few nodes answer: nobody can open it until more are back. For a carer who waits now, make the one-file summary, or show your record on this computer."));
  if (access->ready == CITIZ_ACCESS_SENDING)
    return explain_sending (access);
  return g_strdup_printf (
      ngettext ("Ready: %u of %u node holds its part and answers. This computer may be closed.",
                "Ready: %u of %u nodes hold their part and answer. This computer may be closed.",
                access->n_holding - access->n_silent),
      access->n_holding - access->n_silent, access->n_nodes);
}

/**
 * citiz_session_explain_erased:
 *
 * Returns: (transfer full) (nullable): how many nodes have said that they erased their part, once it has ended
 */
gchar *
citiz_session_explain_erased (const CitizAccess *access)
{
  if (access->n_nodes == 0 || access->state == CITIZ_ACCESS_LIVE
      || access->state == CITIZ_ACCESS_NOT_YET)
    return NULL;
  return g_strdup_printf (ngettext ("%u of %u node has erased its part.",
                                    "%u of %u nodes have erased their part.", access->n_nodes),
                          access->n_erased, access->n_nodes);
}
