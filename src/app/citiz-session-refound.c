/* The session: a community that was founded anew, in words, accepted or refused. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include <glib/gi18n.h>

#define SHORT 12 /* hex digits of a document's name that people compare */

void
citiz_refound_view_free (CitizRefoundView *view)
{
  g_free (view->reason);
  g_free (view->stays);
  g_free (view->gone);
  g_free (view);
}

/* What people compare by voice: "3fa9 04c1 77be". */
gchar *
citiz_session_refound_name (const CitizRefoundView *view)
{
  g_autofree gchar *hex = citiz_hash_to_hex (&view->document);

  return g_strdup_printf ("%.4s %.4s %.4s", hex, hex + 4, hex + 8);
}

/**
 * citiz_session_explain_refound:
 *
 * What was done, by whom, what it means.
 */
gchar *
citiz_session_explain_refound (const CitizRefoundView *view)
{
  g_autofree gchar *name = citiz_session_refound_name (view);
  g_autofree gchar *signed_
      = g_strdup_printf (ngettext ("%u of the %u former nodes has signed it.",
                                   "%u of the %u former nodes have signed it.", view->n_old_signed),
                         view->n_old_signed, view->n_old);

  return g_strdup_printf (
      _ ("Too many of its nodes are lost for anything to become final, say those who are left. They "
         "go on from block %lu.\n\nGoing on: %s\nLeft behind: %s\nTheir reason: “%s”\n%s\n\nNo rule "
         "of the ledger proves that this is right: ask people you trust whether they know the name "
         "%s. %s"),
      (gulong) view->height, view->stays, view->gone[0] != '\0' ? view->gone : _ ("nobody"),
      view->reason, signed_, name,
      view->newcomer ? _ (
          "Whoever invited you knows it. You belong to the community once you go on with them.")
                     : _ ("Until you accept, nothing of yours is changed."));
}

/**
 * citiz_session_is_refound:
 * @name: as people type it, with spaces or without
 */
gboolean
citiz_session_is_refound (const CitizRefoundView *view, const gchar *name)
{
  g_autofree gchar *hex = citiz_hash_to_hex (&view->document);
  g_autoptr (GString) typed = g_string_new (NULL);

  for (; *name != '\0'; name++)
    if (g_ascii_isxdigit (*name))
      g_string_append_c (typed, g_ascii_tolower (*name));
  return typed->len >= SHORT && g_str_has_prefix (hex, typed->str);
}

gboolean
citiz_session_asks_refound (const CitizCommunityView *view)
{
  return view != NULL && view->refound != NULL && !view->refound->refused;
}

static void
answered_cb (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

void
citiz_session_accept_refound_async (CitizSession *self,
                                    const CitizHash *document,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer data)
{
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_accept_refound_async, cancellable, callback, data),
      citiz_engine_accept_refound, answered_cb, g_memdup2 (document, sizeof *document), g_free);
}

gboolean
citiz_session_accept_refound_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
citiz_session_refuse_refound_async (CitizSession *self,
                                    const CitizHash *document,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer data)
{
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_refuse_refound_async, cancellable, callback, data),
      citiz_engine_refuse_refound, answered_cb, g_memdup2 (document, sizeof *document), g_free);
}

gboolean
citiz_session_refuse_refound_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
