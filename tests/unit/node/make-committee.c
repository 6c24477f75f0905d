/* Four nodes that keep a grant together, for independent readers and for browsers: make-committee BUNDLE.json. Prints links as one line of
 * JSON, then does what each line on its input says, until that ends: "down I", "up I", "move I" (up again, elsewhere),
 * "lie I" (of the plain one), "lose I" (of the one that opens without the ledger), "cut", "mend", "notes". SPDX-License-Identifier: AGPL-3.0-or-later */
#include "committee-fixture.h"

#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

typedef struct
{
  Committee world;
  GMainLoop *loop;
  CitizDeal *plain, *stalled;
  GString *line;
} Program;

static void
say (json_t *json)
{
  char *text = json_dumps (json, JSON_COMPACT);

  puts (text);
  fflush (stdout);
  free (text);
  json_decref (json);
}

static CitizDeal *
deal (Program *program, json_t *out, const gchar *name, guint openings, const gchar *passcode)
{
  CitizDeal *made = committee_deal (&program->world, openings, passcode, COMMITTEE);

  json_object_set_new (out, name,
                       json_pack ("{s:s, s:s}", "link", made->link, "shlink", made->shlink));
  return made;
}

static gboolean
is_revoked (Committee *world, gconstpointer id)
{
  CitizGrantState state;

  for (guint i = 0; i < COMMITTEE; i++)
    if (!citiz_chain_grant (world->seats[i].chain, id, &state)
        || state.status != CITIZ_GRANT_REVOKED)
      return FALSE;
  return TRUE;
}

static void
make_links (Program *program)
{
  json_t *out = json_object (), *origins = json_array ();
  g_autoptr (CitizDeal) once = NULL, last = NULL, passcode = NULL, moved = NULL, revoked = NULL;

  program->plain = deal (program, out, "plain", 16, NULL);
  program->world.stalled = TRUE;
  program->stalled = deal (program, out, "stalled", 16, NULL);
  program->world.stalled = FALSE;
  once = deal (program, out, "once", 1, NULL);
  last = deal (program, out, "last", 1, NULL);
  passcode = deal (program, out, "passcode", 16, "4821");
  moved = deal (program, out, "moved", 16, NULL);
  revoked = deal (program, out, "revoked", 16, NULL);
  committee_revoke (&program->world, revoked);
  if (!committee_run (&program->world, is_revoked, &revoked->body.id, COMMITTEE_PATIENCE))
    g_error ("the revocation did not become final");
  for (guint i = 0; i < COMMITTEE; i++)
    json_array_append_new (origins,
                           json_string (citiz_node_get_origin (program->world.seats[i].node)));
  json_object_set_new (out, "origins", origins);
  say (out);
}

static CitizNote *
open_note (const CitizDeal *deal, const CitizMail *mail)
{
  return mail->sealed && citiz_id_equal (&mail->grant, &deal->body.id) ? citiz_note_open (
             &deal->body.id, deal->secrets->k_r, deal->secrets->t, mail->sealed, NULL)
                                                                       : NULL;
}

/* Every note of a link, as its citizen reads them. */
static json_t *
read_notes (Program *program, const CitizDeal *deal)
{
  json_t *list = json_array ();

  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autoptr (GPtrArray) mail = program->world.seats[i].node
                                       ? citiz_node_mail (program->world.seats[i].node, NULL)
                                       : NULL;

      for (guint k = 0; mail && k < mail->len; k++)
        {
          const CitizMail *one = mail->pdata[k];
          g_autoptr (CitizNote) note = open_note (deal, one);

          if (note)
            json_array_append_new (list, json_pack ("{s:i, s:i, s:s, s:s}", "seat", (int) i, "kind",
                                                    (int) one->kind, "name", note->name, "text",
                                                    note->text));
        }
    }
  return list;
}

/* Whether a node that was away has what the others have, and votes. */
static gboolean
knows_as_much (Committee *world, gconstpointer data)
{
  const Seat *seat = data;
  CitizCsxReport report;

  citiz_replica_report (citiz_member_get_replica (seat->member), &report);
  for (guint i = 0; i < COMMITTEE; i++)
    if (citiz_chain_height (world->seats[i].chain) > citiz_chain_height (seat->chain))
      return FALSE;
  return report.mode == CITIZ_CSX_SIGNING;
}

/* What becomes of its part of one grant. */
static void
spoil (Seat *seat, const CitizDeal *deal, const gchar *how)
{
  g_autofree gchar *grant = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *sql = g_strdup_printf ("%s WHERE grant_id = x'%s'", how, grant);

  if (!citiz_db_exec (seat->db, sql, NULL))
    g_error ("the share could not be spoilt");
}

static void
obey (Program *program, const gchar *line)
{
  const gchar *blank = strchr (line, ' ');
  Seat *seat = &program->world.seats[blank ? (guint) (blank[1] - '0') % COMMITTEE : 0];

  if (g_str_has_prefix (line, "down"))
    seat_down (seat);
  else if (g_str_has_prefix (line, "up") || g_str_has_prefix (line, "move"))
    {
      if (*line == 'm')
        {
          seat_down (seat);
          seat->port = 0;
        }
      seat_up (seat);
      committee_until (&program->world, knows_as_much, seat);
    }
  else if (g_str_has_prefix (line, "lie"))
    spoil (seat, program->plain, "UPDATE node_share SET salt = zeroblob (16)"); /* fits no more */
  else if (g_str_has_prefix (line, "lose"))
    spoil (seat, program->stalled, "DELETE FROM node_share");
  else if (g_str_equal (line, "cut"))
    committee_cut (&program->world);
  else if (g_str_equal (line, "mend"))
    committee_mend (&program->world);
  if (g_str_has_prefix (line, "notes"))
    say (read_notes (program,
                     g_str_has_suffix (line, "stalled") ? program->stalled : program->plain));
  else if (g_str_has_prefix (line, "move"))
    say (json_pack ("[s]", citiz_node_get_origin (seat->node)));
  else
    say (json_array ());
}

static gboolean
input_cb (gint fd, GIOCondition condition, gpointer data)
{
  Program *program = data;
  gchar c;

  while (read (fd, &c, 1) == 1)
    {
      if (c != '\n')
        {
          g_string_append_c (program->line, c);
          continue;
        }
      obey (program, program->line->str);
      g_string_truncate (program->line, 0);
      return G_SOURCE_CONTINUE;
    }
  g_main_loop_quit (program->loop);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  Program program = {.loop = g_main_loop_new (NULL, FALSE), .line = g_string_new (NULL)};

  if (argc != 2 || !citiz_crypto_init ())
    return 1;
  program.world.bundle = json_load_file (argv[1], 0, NULL);
  if (program.world.bundle == NULL)
    return 1;
  committee_up (&program.world, NULL);
  make_links (&program);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, input_cb, &program);
  g_main_loop_run (program.loop);
  citiz_deal_free (program.plain);
  citiz_deal_free (program.stalled);
  committee_down (&program.world, NULL);
  json_decref (program.world.bundle);
  g_string_free (program.line, TRUE);
  g_main_loop_unref (program.loop);
  return 0;
}
