/* A link over nodes leads to where they are now: the one on screen while the record is locked, too. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

static void
adopt_places (CitizSession *self, gpointer places)
{
  if (self->state == CITIZ_SESSION_OPEN) /* the accesses say it */
    return;
  g_clear_pointer (&self->places, g_ptr_array_unref);
  self->places = g_ptr_array_ref (places);
  citiz_session_emit_community (self);
}

/* Engine thread. @places: (transfer full) (element-type CitizNodeView) */
void
citiz_session_tell_places (CitizEngine *engine, GPtrArray *places)
{
  citiz_engine_tell_session (engine, adopt_places, places, (GDestroyNotify) g_ptr_array_unref);
}

static const CitizNodeView *
find_place (const GPtrArray *places, const CitizLinkNode *node)
{
  g_autofree gchar *id = citiz_base64url_encode (node->id.b, sizeof node->id.b);

  for (guint i = 0; i < places->len; i++)
    if (g_str_equal (((const CitizNodeView *) places->pdata[i])->id, id))
      return places->pdata[i];
  return NULL;
}

static void
lead_to (CitizLink *link, const CitizLinkNode *door)
{
  g_free (link->origin);
  link->origin = g_strdup (door->origin);
}

/* Of its nodes the one that it leads to. */
static const CitizLinkNode *
find_door (const CitizLink *link)
{
  for (guint i = 0; i < link->nodes->len; i++)
    {
      const CitizLinkNode *node = link->nodes->pdata[i];

      if (g_str_equal (node->origin, link->origin))
        return node;
    }
  return NULL;
}

/* Its nodes are where @places say that they are now, and it leads to the same one. Returns: whether one was elsewhere */
gboolean
citiz_link_follow (CitizLink *link, const GPtrArray *places)
{
  const CitizLinkNode *door = find_door (link);
  gboolean moved = FALSE;

  for (guint i = 0; i < link->nodes->len; i++)
    {
      CitizLinkNode *node = link->nodes->pdata[i];
      const CitizNodeView *place = find_place (places, node);

      if (place == NULL || place->url[0] == '\0' || g_str_equal (place->url, node->origin))
        continue;
      g_free (node->origin);
      node->origin = g_strdup (place->url);
      moved = TRUE;
    }
  if (moved && door != NULL)
    lead_to (link, door);
  return moved;
}

/* It leads to one that answers. Returns: whether that is another */
static gboolean
leave_silent (CitizLink *link, const GPtrArray *places)
{
  const CitizLinkNode *door = find_door (link);
  const CitizNodeView *place = door != NULL ? find_place (places, door) : NULL;

  if (place == NULL || !place->missing)
    return FALSE;
  for (guint i = 0; i < link->nodes->len; i++)
    {
      const CitizLinkNode *node = link->nodes->pdata[i];

      place = find_place (places, node);
      if (node->origin[0] == '\0' || (place != NULL && place->missing))
        continue;
      lead_to (link, node);
      return TRUE;
    }
  return FALSE;
}

gchar *
citiz_session_link_now (CitizSession *self, const gchar *text)
{
  g_autoptr (CitizLink) link = self->places != NULL ? citiz_link_parse (text, NULL) : NULL;
  gboolean other = FALSE;

  if (link != NULL)
    {
      other = citiz_link_follow (link, self->places);
      other |= leave_silent (link, self->places);
    }
  return other ? citiz_link_to_url (link) : g_strdup (text);
}
