/* Any bytes, any text as an invitation: what is accepted gives back the same. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-invitation.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n)
{
  g_autofree gchar *text = g_strndup (n > 0 ? (const gchar *) data : "", n);
  CitizInvitation invitation;

  if (citiz_invitation_decode (data, n, &invitation, NULL))
    {
      g_autoptr (GBytes) again = citiz_invitation_encode (&invitation);

      g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), data, n);
    }
  if (citiz_invitation_read (text, &invitation, NULL))
    {
      g_autofree gchar *link = citiz_invitation_link (&invitation);
      CitizInvitation same;

      g_assert_true (citiz_invitation_read (link, &same, NULL));
      g_assert_cmpmem (&same, sizeof same, &invitation, sizeof invitation);
    }
  return 0;
}
