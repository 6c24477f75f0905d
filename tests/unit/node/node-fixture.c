/* A node on a fresh folder, and a client for it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node-fixture.h"

#include "../tools.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static CitizTime
env_now (gpointer data)
{
  return ((Fixture *) data)->now;
}

static void
seen_cb (CitizNode *node, CitizMail *mail, Fixture *f)
{
  guint *counters[] = {NULL, &f->opened, &f->notes, &f->tried, &f->tried, &f->tried, &f->ended};

  (*counters[mail->kind])++;
  f->last = *mail;
  f->last.sealed = NULL;
}

static void
start (Fixture *f)
{
  static const gchar *const names[] = {"opened", "note", "code-tried", "ended"};
  g_autoptr (GError) error = NULL;

  f->db = citiz_db_open (f->dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  f->chain = citiz_chain_open (f->db, &f->env, f->node_key, &error);
  g_assert_no_error (error);
  f->node = citiz_node_new (f->db, f->chain, &f->env, f->node_key);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_signal_connect (f->node, names[i], G_CALLBACK (seen_cb), f);
  g_assert_true (citiz_node_start (f->node, 0, &error));
  g_assert_no_error (error);
}

static void
stop (Fixture *f)
{
  g_clear_object (&f->node);
  g_clear_pointer (&f->chain, citiz_chain_close);
  g_clear_pointer (&f->db, citiz_db_unref);
}

static CitizSigningKey *
new_key (void)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);

  return citiz_signing_key_new_from_seed (seed);
}

void
fixture_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("citiz-node-XXXXXX", NULL);
  f->now.ms = 1790000000000;
  f->env = (CitizEnv){env_now, tools_random, f};
  f->node_key = new_key ();
  f->citizen_key = new_key ();
  start (f);
}

void
fixture_restart (Fixture *f)
{
  stop (f);
  start (f);
}

void
fixture_down (Fixture *f, gconstpointer data)
{
  stop (f);
  citiz_signing_key_unref (f->node_key);
  citiz_signing_key_unref (f->citizen_key);
  tools_remove_folder (f->dir);
  g_free (f->dir);
}

CitizDeal *
fixture_deal (Fixture *f, guint max_openings, const gchar *passcode)
{
  CitizDealNode node = {*citiz_node_get_public (f->node), citiz_node_get_origin (f->node)};
  CitizDealOptions options = {.duration_ms = CITIZ_DAY,
                              .max_openings = max_openings,
                              .now = citiz_chain_time (f->chain),
                              .label = "Lucie B.",
                              .passcode = passcode,
                              .scope = "{}",
                              .nodes = &node,
                              .n_nodes = 1,
                              .threshold = 1};
  json_t *bundle = json_pack ("{s:s, s:s}", "resourceType", "Bundle", "type", "document");
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GError) error = NULL;
  CitizDeal *deal = citiz_deal_new (&f->env, bundle, &options, &error);
  CitizTxBody body;

  g_assert_no_error (error);
  json_decref (bundle);
  body.grant = deal->body;
  citiz_chain_add_register (f->chain, txs, f->citizen_key, NULL, &f->account);
  citiz_chain_add (f->chain, txs, CITIZ_TX_GRANT, &f->account, 0, &body, f->citizen_key);
  g_assert_true (citiz_node_deal (f->node, deal, txs, NULL, &error));
  g_assert_no_error (error);
  return deal;
}

void
fixture_revoke (Fixture *f, const CitizDeal *deal)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  CitizTxBody body = {.revoke = {.grant = deal->body.id}};
  g_autoptr (GError) error = NULL;

  citiz_chain_add (f->chain, txs, CITIZ_TX_GRANT_REVOKE, &f->account, 0, &body, f->citizen_key);
  g_assert_true (citiz_node_revoke (f->node, &deal->body.id, txs, NULL, &error));
  g_assert_no_error (error);
}

int
fixture_dial (Fixture *f)
{
  struct sockaddr_in address = {.sin_family = AF_INET};
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const gchar *colon = strrchr (citiz_node_get_origin (f->node), ':');

  address.sin_port = htons ((guint16) g_ascii_strtoull (colon + 1, NULL, 10));
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static Reply *
parse_reply (GString *got)
{
  Reply *reply = g_new0 (Reply, 1);
  const gchar *gap = strstr (got->str, "\r\n\r\n");

  g_assert_nonnull (gap);
  reply->status = (guint) g_ascii_strtoull (got->str + strlen ("HTTP/1.1 "), NULL, 10);
  reply->head = g_strndup (got->str, (gsize) (gap - got->str));
  reply->body_n = got->len - (gsize) (gap + 4 - got->str);
  reply->body = g_malloc (reply->body_n + 1);
  memcpy (reply->body, gap + 4, reply->body_n);
  reply->body[reply->body_n] = '\0';
  reply->json = json_loadb (reply->body, reply->body_n, 0, NULL);
  return reply;
}

Reply *
fixture_call (Fixture *f, const gchar *method, const gchar *path, json_t *body)
{
  char *text = body ? json_dumps (body, JSON_COMPACT) : NULL;
  g_autofree gchar *request
      = text ? g_strdup_printf (
            "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
            "%s%s%sContent-Length: %zu\r\n\r\n%s",
            method, path, f->origin ? "Origin: " : "", f->origin ? f->origin : "",
            f->origin ? "\r\n" : "", strlen (text), text)
             : g_strdup_printf ("%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                                method, path);
  int fd = fixture_dial (f);
  GString *got = g_string_new (NULL);
  gint64 end = g_get_monotonic_time () + 240 * G_USEC_PER_SEC;
  gboolean closed = FALSE;
  Reply *reply;

  g_assert_cmpint (send (fd, request, strlen (request), MSG_NOSIGNAL), ==, strlen (request));
  while (!closed && g_get_monotonic_time () < end)
    {
      gchar buffer[16384];
      gssize n;

      while (g_main_context_iteration (NULL, FALSE))
        ;
      n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);
      if (n > 0)
        g_string_append_len (got, buffer, n);
      else if (n == 0)
        closed = TRUE;
      else
        g_usleep (200);
    }
  close (fd);
  reply = parse_reply (got);
  g_string_free (got, TRUE);
  free (text);
  json_decref (body);
  return reply;
}

void
reply_free (Reply *reply)
{
  json_decref (reply->json);
  g_free (reply->head);
  g_free (reply->body);
  g_free (reply);
}

const gchar *
reply_string (const Reply *reply, const gchar *key)
{
  return json_string_value (json_object_get (reply->json, key));
}

gint64
reply_int (const Reply *reply, const gchar *key)
{
  return json_integer_value (json_object_get (reply->json, key));
}

static void
merge (json_t *into, json_t *more)
{
  if (more)
    json_object_update (into, more);
  json_decref (more);
}

Reply *
fixture_open (Fixture *f, const CitizDeal *deal, guint use, json_t *more)
{
  gchar name[] = "Camille Ouellet", role[] = "physician", place[] = "HEJ", reason[] = "ETREAT",
        lang[] = "fr", text[] = "";
  CitizNote note = {name, role, place, reason, lang, text};
  g_autoptr (GBytes) sealed
      = citiz_note_seal (&f->env, CITIZ_NOTE_MODE_PAGE, &deal->body.id, deal->secrets->k_r, &note);
  g_autofree gchar *note_text
      = citiz_base64url_encode (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strdup_printf ("/v1/grants/%s/open", hex);
  g_autofree gchar *a_text = NULL;
  CitizHash a;
  json_t *body;

  citiz_grant_chain_value (&a, &deal->body.id, deal->secrets->t,
                           use <= deal->body.max_openings ? deal->body.max_openings - use : 0);
  a_text = citiz_base64url_encode (a.b, sizeof a.b);
  body = json_pack ("{s:i, s:s, s:s}", "use", (int) use, "a", a_text, "note", note_text);
  merge (body, more);
  return fixture_call (f, "POST", path, body);
}

Reply *
fixture_release (Fixture *f, const CitizDeal *deal, const gchar *opening, json_t *more)
{
  const CitizDealPart *part = deal->parts->pdata[0];
  g_autoptr (CitizSecret) token = citiz_grant_token (&deal->body.id, deal->secrets->t, &part->node);
  g_autofree gchar *token_text = citiz_base64url_encode (citiz_secret_data (token), 32);
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strdup_printf ("/v1/grants/%s/release", hex);
  json_t *body = json_pack ("{s:s, s:s}", "opening", opening, "token", token_text);

  merge (body, more);
  return fixture_call (f, "POST", path, body);
}

/* Whether the files of the database hold these bytes anywhere. */
gboolean
fixture_on_disk (Fixture *f, gconstpointer bytes, gsize n)
{
  static const gchar *const names[] = {"citiz.db", "citiz.db-wal", "citiz.db-shm"};

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *path = g_build_filename (f->dir, names[i], NULL);
      g_autofree gchar *text = NULL;
      gsize size = 0;

      if (g_file_get_contents (path, &text, &size, NULL) && memmem (text, size, bytes, n))
        return TRUE;
    }
  return FALSE;
}

json_t *
fixture_proof (const CitizDeal *deal, const gchar *passcode)
{
  const CitizDealPart *part = deal->parts->pdata[0];
  g_autoptr (CitizSecret) pk = citiz_grant_passcode_key (&deal->body.id, passcode);
  g_autoptr (CitizSecret) proof = citiz_grant_passcode_proof (deal->secrets->t, &part->node, pk);
  g_autofree gchar *text = citiz_base64url_encode (citiz_secret_data (proof), 32);

  return json_pack ("{s:s}", "proof", text);
}
