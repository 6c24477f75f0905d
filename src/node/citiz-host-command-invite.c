/* citiz-node invite: a link, a code and a QR for somebody who joins. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-command.h"

#include <glib/gi18n.h>
#include <qrencode.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define QUIET 2 /* modules around a code, on the white that is printed with it */

/* The terminal's columns; 0 when this is none. */
static guint
columns (void)
{
  struct winsize size;

  return isatty (STDOUT_FILENO) && ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static gboolean
is_dark (const QRcode *code, gint x, gint y)
{
  x -= QUIET;
  y -= QUIET;
  return x >= 0 && y >= 0 && x < code->width && y < code->width
         && (code->data[y * code->width + x] & 1);
}

/* Two modules a character, black on white whatever the terminal's colours are. */
static void
print_qr (const gchar *text)
{
  static const gchar *const blocks[2][2] = {{" ", "▄"}, {"▀", "█"}};
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_L);
  const gint side = code != NULL ? code->width + 2 * QUIET : 0;

  for (gint y = 0; side > 0 && side <= (gint) columns () && y < side; y += 2)
    {
      fputs ("\033[38;5;16;48;5;231m", stdout);
      for (gint x = 0; x < side; x++)
        fputs (blocks[is_dark (code, x, y)][is_dark (code, x, y + 1)], stdout);
      fputs ("\033[0m\n", stdout);
    }
  QRcode_free (code);
}

static gchar *
day_of (json_t *body, const gchar *key)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (
      json_integer_value (json_object_get (body, key)) / CITIZ_SECOND);

  return time ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("");
}

static void
print_invitation (json_t *body)
{
  g_autofree gchar *until = day_of (body, "until");
  const int uses = (int) json_integer_value (json_object_get (body, "uses"));

  citiz_host_say (
      ngettext ("Invitation to %s for %d person, until %s. A page opens that says what to do:",
                "Invitation to %s for %d people, until %s. A page opens that says what to do:",
                (gulong) uses),
      citiz_host_text_of (body, "name"), uses, until);
  citiz_host_say ("\n%s\n", citiz_host_text_of (body, "link"));
  print_qr (citiz_host_text_of (body, "link"));
  citiz_host_say (_ ("Or, to paste into Citiz:"));
  citiz_host_say ("\n%s\n", citiz_host_text_of (body, "code"));
  citiz_host_say_words_of (body);
  citiz_host_say (
      _ ("Citiz shows them before joining: read them to whom you invite, by voice or on "
         "paper; other words are another community."));
  if (json_object_get (body, "founding") != NULL)
    citiz_host_say (
        _ ("The community was founded anew. Citiz asks whoever joins whether they go on "
           "with the founding %s: tell them that name, too."),
        citiz_host_text_of (body, "founding"));
  citiz_host_say (_ ("Whoever has it can join: give it to those you mean. To take it back: "
                     "citiz-node invite --revoke %s"),
                  citiz_host_text_of (body, "id"));
}

static void
print_list (json_t *body)
{
  json_t *list = json_object_get (body, "invitations");
  const int guests = (int) json_integer_value (json_object_get (body, "guests"));
  json_t *one;
  gsize i;

  json_array_foreach (list, i, one)
  {
    g_autofree gchar *until = day_of (one, "until");
    const int used = (int) json_integer_value (json_object_get (one, "used"));
    const int uses = (int) json_integer_value (json_object_get (one, "uses"));

    if (json_is_true (json_object_get (one, "open")))
      citiz_host_say (_ ("%s  %d of %d used, until %s  %s"), citiz_host_text_of (one, "id"), used,
                      uses, until, citiz_host_text_of (one, "name"));
    else
      citiz_host_say (_ ("%s  %d of %d used, over  %s"), citiz_host_text_of (one, "id"), used, uses,
                      citiz_host_text_of (one, "name"));
  }
  citiz_host_say (ngettext ("This node vouches for %d citizen.",
                            "This node vouches for %d citizens.", (gulong) guests),
                  guests);
}

static void
print_revoked (json_t *body)
{
  citiz_host_say (_ ("Nobody can join with it any more. Those who did stay."));
}

/* invite [--uses N] [--days D] [--name TEXT], --list, --revoke ID */
int
citiz_host_command_invite (const CitizHostArguments *arguments, GError **error)
{
  json_t *wish = json_pack ("{s:i, s:i, s:s}", "uses", arguments->uses, "days", arguments->days,
                            "name", arguments->name ? arguments->name : "");
  char *with = json_dumps (wish, JSON_COMPACT);
  int status;

  if (arguments->list)
    status = citiz_host_ask_and_print (arguments, "invitations", NULL, print_list, error);
  else if (arguments->revoke != NULL)
    status
        = citiz_host_ask_and_print (arguments, "uninvite", arguments->revoke, print_revoked, error);
  else
    status = citiz_host_ask_and_print (arguments, "invite", with, print_invitation, error);
  free (with);
  json_decref (wish);
  return status;
}
