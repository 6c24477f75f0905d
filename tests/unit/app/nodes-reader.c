/* A reader of links over the four nodes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "nodes-fixture.h"

#include "consent/citiz-capsule.h"
#include "consent/citiz-note.h"
#include "consent/citiz-receipt.h"

#include <string.h>

/* 0: nobody answers. */
static guint
ask (guint node, const gchar *method, const gchar *path, const gchar *body, GBytes **out)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GOutputStream) got = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) whole = NULL;
  g_autofree gchar *length
      = body != NULL ? g_strdup_printf ("Content-Length: %zu\r\n", strlen (body)) : NULL;
  g_autofree gchar *request = g_strdup_printf (
      "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nOrigin: %s\r\nConnection: close\r\n"
      "Content-Type: application/json\r\n%s\r\n%s",
      method, path, nodes_door (node), nodes_url (node), length != NULL ? length : "",
      body != NULL ? body : "");
  const gchar *text, *gap;
  gsize n;

  g_socket_client_set_timeout (client, LONG);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", nodes_door (node), NULL, NULL);
  if (connection == NULL
      || !g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                     request, strlen (request), NULL, NULL, NULL)
      || g_output_stream_splice (got, g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                 G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL)
             < 0)
    return 0;
  whole = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (got));
  text = g_bytes_get_data (whole, &n);
  gap = text != NULL ? g_strstr_len (text, (gssize) n, "\r\n\r\n") : NULL;
  if (gap == NULL)
    return 0;
  if (out != NULL)
    *out = g_bytes_new (gap + 4, n - (gsize) (gap + 4 - text));
  return (guint) g_ascii_strtoull (text + strlen ("HTTP/1.1 "), NULL, 10);
}

guint
nodes_ask (guint node, const gchar *method, const gchar *path, const gchar *body, gchar **out_body)
{
  g_autoptr (GBytes) bytes = NULL;
  const guint status = ask (node, method, path, body, &bytes);

  if (out_body != NULL && bytes != NULL)
    *out_body = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return status;
}

static gchar *
seal_note (App *app, const CitizLink *link, const gchar *who, const gchar *what)
{
  gchar role[] = "physician", place[] = "HEJ", reason[] = "ETREAT", lang[] = "fr";
  g_autofree gchar *name = g_strdup (who), *text = g_strdup (what);
  CitizNote note = {name, role, place, reason, lang, text};
  g_autoptr (GBytes) sealed
      = citiz_note_seal (&app->env, CITIZ_NOTE_MODE_PAGE, &link->grant, link->k_r, &note);

  return citiz_base64url_encode (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
}

static gchar *
path_of (const CitizLink *link, const gchar *what)
{
  g_autofree gchar *hex = citiz_id_to_hex (&link->grant);

  return g_strdup_printf ("/v1/grants/%s/%s", hex, what);
}

guint
nodes_open (App *app,
            const gchar *text,
            guint node,
            guint use,
            const gchar *name,
            gchar **out_opening)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  g_autofree gchar *path = path_of (link, "open"), *note = seal_note (app, link, name, "");
  g_autofree gchar *a_text = NULL, *body = NULL, *reply = NULL;
  CitizHash a;
  guint status;

  citiz_grant_chain_value (&a, &link->grant, link->t, CITIZ_OPENINGS_LIMIT - use);
  a_text = citiz_base64url_encode (a.b, sizeof a.b);
  body = g_strdup_printf ("{\"use\":%u,\"a\":\"%s\",\"note\":\"%s\"}", use, a_text, note);
  status = nodes_ask (node, "POST", path, body, &reply);
  if (out_opening != NULL && status == 200)
    {
      json_auto_t *json = json_loads (reply, 0, NULL);

      *out_opening = g_strdup (json_string_value (json_object_get (json, "opening")));
    }
  return status;
}

static gchar *
with_token (const CitizLink *link, guint node_place, const gchar *opening, const gchar *more)
{
  const CitizLinkNode *node = link->nodes->pdata[node_place];
  g_autoptr (CitizSecret) token = citiz_grant_token (&link->grant, link->t, &node->id);
  g_autofree gchar *text = citiz_base64url_encode (citiz_secret_data (token), 32);

  return g_strdup_printf ("{\"opening\":\"%s\",\"token\":\"%s\"%s}", opening, text, more);
}

static guint
node_at (const CitizLink *link, guint place)
{
  const CitizLinkNode *node = link->nodes->pdata[place];

  for (guint i = 0; i < NODES; i++)
    if (g_str_equal (node->origin, nodes_url (i)))
      return i;
  g_assert_not_reached ();
}

/* What of the answer fits the grant as the others tell it. */
static gboolean
take_share (const CitizLink *link, const json_t *answer, json_t *commitments, CitizShare *out)
{
  const guint place = (guint) json_integer_value (json_object_get (answer, "index"));
  g_autoptr (GBytes) share
      = citiz_base64url_decode (json_string_value (json_object_get (answer, "share")));
  g_autoptr (GBytes) salt
      = citiz_base64url_decode (json_string_value (json_object_get (answer, "salt")));
  CitizHash commitment, wanted;

  citiz_grant_share_commitment (&commitment, &link->grant, (guint8) place,
                                g_bytes_get_data (share, NULL), g_bytes_get_data (salt, NULL));
  g_assert_true (
      citiz_hash_from_hex (&wanted, json_string_value (json_array_get (commitments, place - 1))));
  if (!citiz_hash_equal (&commitment, &wanted))
    return FALSE;
  out->x = (guint8) place;
  out->n = 32;
  memcpy (out->y, g_bytes_get_data (share, NULL), 32);
  return TRUE;
}

static json_t *
state_of (const CitizLink *link)
{
  g_autofree gchar *hex = citiz_id_to_hex (&link->grant);
  g_autofree gchar *path = g_strconcat ("/v1/grants/", hex, NULL);

  for (guint i = 0; i < NODES; i++)
    {
      g_autofree gchar *text = NULL;

      if (nodes_ask (i, "GET", path, NULL, &text) == 200)
        return json_loads (text, 0, NULL);
    }
  return NULL;
}

static GBytes *
fetch (guint node, const gchar *capsule)
{
  g_autofree gchar *path = g_strconcat ("/v1/blobs/", capsule, NULL);
  g_autoptr (GBytes) blob = NULL;

  return nodes_runs (node) && ask (node, "GET", path, NULL, &blob) == 200 ? g_steal_pointer (&blob)
                                                                          : NULL;
}

/* @early: (nullable): the capsule, when somebody has asked for it already */
static gchar *
join (const CitizLink *link, CitizShare *shares, const gchar *capsule, GBytes *early)
{
  g_autoptr (CitizSecret) k_c = citiz_shamir_combine (shares, NODES_NEEDED, NULL);
  g_autofree gchar *jwe = NULL;
  g_autoptr (GBytes) plain = NULL;

  if (early != NULL)
    jwe = citiz_capsule_open (&link->grant, k_c, early, NULL);
  for (guint i = 0; i < NODES && jwe == NULL; i++)
    {
      g_autoptr (GBytes) blob = fetch (i, capsule);

      if (blob != NULL)
        jwe = citiz_capsule_open (&link->grant, k_c, blob, NULL);
    }
  g_assert_nonnull (jwe);
  plain = citiz_jwe_decrypt (link->k_r, jwe, -1, NULL);
  g_assert_nonnull (plain);
  return g_strndup (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
}

static gchar *
words_of (const json_t *json)
{
  CitizReceipt receipts[NODES_NEEDED];
  g_auto (GStrv) words = NULL;

  receipts[0].time.ms = json_integer_value (json_object_get (json, "time"));
  g_assert_true (
      citiz_id_from_hex (&receipts[0].grant, json_string_value (json_object_get (json, "grant"))));
  g_assert_true (citiz_hash_from_hex (&receipts[0].opening,
                                      json_string_value (json_object_get (json, "opening"))));
  g_assert_true (citiz_hash_from_hex (&receipts[0].capsule,
                                      json_string_value (json_object_get (json, "capsule"))));
  for (guint i = 1; i < NODES_NEEDED; i++)
    receipts[i] = receipts[0];
  words = citiz_receipt_words (receipts, NODES_NEEDED, citiz_env_language ());
  return g_strjoinv (" ", words);
}

/* One node's part being asked for, in a thread of its own: all are asked at once, as the page does. */
typedef struct
{
  guint node, status;
  gchar *path, *body, *reply;
} Release;

/* That block of the ledger is on its way to it. */
static gboolean
has_no_opening_yet (const Release *release)
{
  return (release->status == 403 && strstr (release->reply, "\"opening\"") != NULL)
         || (release->status == 410 && strstr (release->reply, "\"active\"") != NULL);
}

static gpointer
release_thread (gpointer data)
{
  Release *release = data;
  const gint64 end = g_get_monotonic_time () + LONG * G_USEC_PER_SEC;

  do
    {
      if (release->reply != NULL)
        g_usleep (5000);
      g_clear_pointer (&release->reply, g_free);
      release->status
          = nodes_ask (release->node, "POST", release->path, release->body, &release->reply);
    }
  while (has_no_opening_yet (release) && g_get_monotonic_time () < end);
  return NULL;
}

static guint
place_of (const CitizLink *link, guint node)
{
  guint place = 0;

  while (node_at (link, place) != node)
    place++;
  return place;
}

json_t *
nodes_part (const gchar *text, guint node, const gchar *opening)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  g_autofree gchar *path = path_of (link, "release"), *body = NULL;
  Release release = {.node = node, .path = path};
  json_t *answer;

  release.body = body = with_token (link, place_of (link, node), opening, "");
  release_thread (&release);
  g_assert_cmpuint (release.status, ==, 200);
  answer = json_loads (release.reply, 0, NULL);
  g_free (release.reply);
  return answer;
}

static guint
gather (const CitizLink *link,
        const json_t *state,
        const gchar *opening,
        GBytes *early,
        gchar **out_summary,
        gchar **out_words)
{
  g_autofree gchar *path = path_of (link, "release");
  CitizShare shares[NODES];
  Release releases[NODES] = {0};
  GThread *threads[NODES];
  guint n = 0;

  for (guint i = 0; i < link->nodes->len; i++)
    {
      releases[i] = (Release){
          .node = node_at (link, i), .path = path, .body = with_token (link, i, opening, "")};
      threads[i] = g_thread_new ("release", release_thread, &releases[i]);
    }
  for (guint i = 0; i < link->nodes->len; i++)
    {
      json_auto_t *json = NULL;

      g_thread_join (threads[i]);
      json = releases[i].status == 200 ? json_loads (releases[i].reply, 0, NULL) : NULL;
      if (json != NULL
          && take_share (link, json, json_object_get (state, "commitments"), &shares[n]))
        n++;
      if (out_words != NULL && n == NODES_NEEDED && *out_words == NULL)
        *out_words = words_of (json_object_get (json, "receipt"));
      g_free (releases[i].body);
      g_free (releases[i].reply);
    }
  if (n >= NODES_NEEDED && out_summary != NULL)
    *out_summary
        = join (link, shares, json_string_value (json_object_get (state, "capsule")), early);
  return n;
}

guint
nodes_gather (const gchar *text, const gchar *opening, gchar **out_summary, gchar **out_words)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  json_auto_t *state = state_of (link);

  return gather (link, state, opening, NULL, out_summary, out_words);
}

typedef struct
{
  guint node;
  const gchar *capsule;
} Fetch;

static gpointer
fetch_thread (gpointer data)
{
  const Fetch *what = data;

  return fetch (what->node, what->capsule);
}

NodesReader *
nodes_reader_new (const gchar *text)
{
  NodesReader *reader = g_new (NodesReader, 1);
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);

  *reader = (NodesReader){g_strdup (text), state_of (link)};
  return reader;
}

void
nodes_reader_free (NodesReader *reader)
{
  json_decref (reader->state);
  g_free (reader->link);
  g_free (reader);
}

gchar *
nodes_reader_press (NodesReader *reader, App *app, guint node, guint use)
{
  g_autoptr (CitizLink) link = citiz_link_parse (reader->link, NULL);
  Fetch what = {node, json_string_value (json_object_get (reader->state, "capsule"))};
  GThread *thread = g_thread_new ("fetch", fetch_thread, &what);
  g_autofree gchar *opening = NULL;
  g_autoptr (GBytes) early = NULL;
  gchar *summary = NULL;

  g_assert_cmpuint (nodes_open (app, reader->link, node, use, "Camille Ouellet", &opening), ==,
                    200);
  early = g_thread_join (thread);
  g_assert_cmpuint (gather (link, reader->state, opening, early, &summary, NULL), ==, NODES);
  return summary;
}

guint
nodes_note (App *app, const gchar *text, guint node, const gchar *opening, const gchar *what)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  g_autofree gchar *path = path_of (link, "note"),
                   *note = seal_note (app, link, "Camille Ouellet", what);
  g_autofree gchar *more = g_strdup_printf (",\"note\":\"%s\"", note), *body = NULL;

  body = with_token (link, place_of (link, node), opening, more);
  return nodes_ask (node, "POST", path, body, NULL);
}

guint
nodes_try_code (const gchar *code, guint node)
{
  const guint8 wrong[32] = {1};
  g_autofree gchar *path = g_strdup_printf ("/v1/codes/%.3s", code),
                   *proof = citiz_base64url_encode (wrong, sizeof wrong),
                   *body = g_strdup_printf ("{\"proof\":\"%s\"}", proof);

  return nodes_ask (node, "POST", path, body, NULL);
}
