/* A community's file, as a node is given it or asks another for it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-folder.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup (size > 0 ? (const gchar *) data : "", size);
  g_autoptr (CitizHostCommunity) community = citiz_host_community_decode (text, NULL);
  g_autoptr (CitizHostCommunity) again = NULL;
  g_autofree gchar *encoded = NULL;

  if (community == NULL)
    return 0;
  encoded = citiz_host_community_encode (community);
  again = citiz_host_community_decode (encoded, NULL);
  if (again == NULL || again->members->len != community->members->len)
    g_error ("a community's file that was written cannot be read");
  return 0;
}
