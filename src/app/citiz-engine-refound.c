/* The engine and a community that was founded anew: described, accepted, refused. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "wire/citiz-closing.h"

static gchar *
stays (CitizCommunity *community, const CitizRefound *refound)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < refound->n_next; i++)
    {
      g_autofree gchar *name
          = citiz_engine_name_of_node (community, &refound->next[i].validator.node, "");

      g_strv_builder_add (names, name);
    }
  list = g_strv_builder_end (names);
  return g_strjoinv (", ", list);
}

static gchar *
gone (CitizCommunity *community, const CitizRefound *refound, const CitizValidators *old)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < old->n; i++)
    if (!citiz_refound_names (refound, &old->v[i].node))
      {
        g_autofree gchar *name = citiz_engine_name_of_node (community, &old->v[i].node, "");

        g_strv_builder_add (names, name);
      }
  list = g_strv_builder_end (names);
  return g_strjoinv (", ", list);
}

/* Returns: (transfer full) (nullable): what the person has not accepted yet; %NULL: nothing */
CitizRefoundView *
citiz_engine_describe_refound (CitizCommunity *community)
{
  guint old;
  const CitizRefound *refound = citiz_community_get_refound (community, &old);
  const CitizValidators *before = citiz_community_get_refound_before (community);
  CitizRefoundView *view;

  if (refound == NULL)
    return NULL;
  view = g_new0 (CitizRefoundView, 1);
  citiz_refound_hash (&view->document, refound);
  view->refused = citiz_community_is_refound_refused (community);
  view->newcomer = !citiz_community_is_registered (community);
  view->height = refound->last.height;
  view->time = refound->last.time;
  view->reason = citiz_refound_reason (refound);
  view->stays = stays (community, refound);
  view->gone = gone (community, refound, before);
  view->n_old = before->n;
  view->n_old_signed = old;
  view->n_next = refound->n_next;
  view->n_next_signed = citiz_refound_n_signed (refound);
  return view;
}

gboolean
citiz_engine_refuse_refound (CitizEngine *engine,
                             gpointer document,
                             GCancellable *cancellable,
                             GError **error)
{
  return citiz_engine_require_community (engine, error)
         && citiz_community_refuse_refound (engine->community, document, error);
}

gboolean
citiz_engine_accept_refound (CitizEngine *engine,
                             gpointer document,
                             GCancellable *cancellable,
                             GError **error)
{
  return citiz_engine_require_community (engine, error)
         && citiz_community_accept_refound (engine->community, document, error);
}
