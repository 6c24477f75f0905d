/* What a host gives at once and counts: as much as /limits says, and no more. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "../store/shared-world.h"

#include "crypto/citiz-crypto.h"
#include "sync/citiz-range.h"

#include <string.h>

/* A host that holds what its routes look at, and does not run. */
typedef struct
{
  SharedWorld world;
  CitizHost host;
  CitizHostConfig config;
  CitizHttpResponse answer;
} Scene;

static void
scene_init (Scene *scene, gconstpointer unused)
{
  CitizHost *host = &scene->host;

  shared_world_init (&scene->world, NULL);
  scene->config.url = (gchar *) "https://node.example";
  *host = (CitizHost){.env = &scene->world.env,
                      .config = &scene->config,
                      .community = citiz_host_community_new (),
                      .key = scene->world.nodes[0],
                      .chain = scene->world.chain};
  scene->answer.headers = g_ptr_array_new_with_free_func (g_free);
  citiz_host_watch_init (host);
}

static void
scene_clear (Scene *scene, gconstpointer unused)
{
  citiz_host_watch_clear (&scene->host);
  citiz_host_community_free (scene->host.community);
  g_clear_pointer (&scene->answer.body, g_bytes_unref);
  g_ptr_array_unref (scene->answer.headers);
  shared_world_clear (&scene->world, NULL);
}

/* Returns: the status */
static guint
ask (Scene *scene, void (*route) (CitizHostCall *call), const gchar *query, const gchar *body)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, body ? strlen (body) : 0);
  const CitizHttpRequest request = {.query = query, .body = bytes};
  CitizHostCall call = {.host = &scene->host, .request = &request, .response = &scene->answer};

  route (&call);
  return scene->answer.status;
}

static gint64
number (Scene *scene, const gchar *name)
{
  json_auto_t *json = json_loadb (g_bytes_get_data (scene->answer.body, NULL),
                                  g_bytes_get_size (scene->answer.body), 0, NULL);

  g_assert_nonnull (json_object_get (json, name));
  return json_integer_value (json_object_get (json, name));
}

static gint64
limit (Scene *scene, const gchar *name)
{
  g_assert_cmpuint (ask (scene, citiz_host_route_limits, NULL, NULL), ==, 200);
  return number (scene, name);
}

static void
follow (Scene *scene, CitizBlock *block)
{
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (blocks, block);
  g_assert_true (citiz_chain_follow (scene->world.chain, blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_no_error (error);
}

static GPtrArray *
ask_blocks (Scene *scene, guint64 from)
{
  g_autofree gchar *query = g_strdup_printf ("from=%" G_GUINT64_FORMAT "&max=1000000", from);
  g_autoptr (GError) error = NULL;
  GPtrArray *blocks;

  g_assert_cmpuint (ask (scene, citiz_host_route_blocks, query, NULL), ==, 200);
  blocks = citiz_range_decode (scene->answer.body, &error);
  g_assert_no_error (error);
  return blocks;
}

static void
test_blocks (Scene *scene, gconstpointer data)
{
  const gint64 most = limit (scene, "blocks");
  g_autoptr (GPtrArray) first = NULL, rest = NULL;

  for (gint64 i = 0; i <= most; i++)
    follow (scene, shared_world_crowd (&scene->world, 1));
  first = ask_blocks (scene, 1);
  g_assert_cmpuint (first->len, ==, most);
  rest = ask_blocks (scene, (guint64) most + 1);
  g_assert_cmpuint (rest->len, ==, 1);
}

/* Blocks are given whole: the first that does not fit any more begins the next answer. */
static void
test_blocks_bytes (Scene *scene, gconstpointer data)
{
  const gint64 most = limit (scene, "blocksBytes");
  guint64 have = 0;
  guint answers = 0;
  gint64 bytes = 0;

  while (bytes <= most)
    {
      CitizBlock *block = shared_world_crowd (&scene->world, 500);
      g_autoptr (GBytes) encoded = citiz_block_encode (block, TRUE);

      bytes += (gint64) g_bytes_get_size (encoded);
      follow (scene, block);
    }
  while (have < citiz_chain_height (scene->world.chain))
    {
      g_autoptr (GPtrArray) blocks = ask_blocks (scene, have + 1);

      g_assert_cmpuint (blocks->len, >, 0);
      g_assert_cmpuint (g_bytes_get_size (scene->answer.body), <=, most);
      have += blocks->len;
      answers++;
    }
  g_assert_cmpuint (answers, ==, 2);
}

/* Many blocks before one has a Final certificate: they are given all the same, or who follows would think that there are none. */
static void
test_blocks_late_final (Scene *scene, gconstpointer data)
{
  const gint64 most = limit (scene, "blocksBytes");
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  g_autoptr (GPtrArray) given = NULL;
  g_autoptr (GError) error = NULL;

  for (gint64 bytes = 0; bytes <= most;)
    {
      CitizBlock *block = shared_world_crowd (&scene->world, 500);
      g_autoptr (GBytes) encoded = citiz_block_encode (block, TRUE);

      g_clear_pointer (&block->final, g_free);
      bytes += (gint64) g_bytes_get_size (encoded);
      g_ptr_array_add (blocks, block);
    }
  g_ptr_array_add (blocks, shared_world_crowd (&scene->world, 1));
  g_assert_true (citiz_chain_follow (scene->world.chain, blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_no_error (error);
  given = ask_blocks (scene, 1);
  g_assert_cmpuint (given->len, ==, blocks->len);
  g_assert_cmpuint (g_bytes_get_size (scene->answer.body), <=, CITIZ_RANGE_MAX_BYTES);
}

static int
is_refused (void *unused)
{
  return 1;
}

/* A disk that cannot be read is not a ledger without blocks: who follows asks another node. */
static void
test_blocks_disk (Scene *scene, gconstpointer data)
{
  follow (scene, shared_world_crowd (&scene->world, 1));
  sqlite3_progress_handler (citiz_db_get_handle (scene->world.db), 1, is_refused, NULL);
  g_assert_cmpuint (ask (scene, citiz_host_route_blocks, "from=1", NULL), ==, 503);
  sqlite3_progress_handler (citiz_db_get_handle (scene->world.db), 0, NULL, NULL);
  g_assert_cmpuint (ask (scene, citiz_host_route_blocks, "from=1", NULL), ==, 200);
}

static guint
count_closings (Scene *scene, guint64 from)
{
  g_autofree gchar *query = g_strdup_printf ("from=%" G_GUINT64_FORMAT, from);
  CitizCursor cursor;
  guint32 size;
  guint n = 0;

  g_assert_cmpuint (ask (scene, citiz_host_route_epochs, query, NULL), ==, 200);
  cursor = citiz_cursor (g_bytes_get_data (scene->answer.body, NULL),
                         g_bytes_get_size (scene->answer.body));
  while (citiz_take_u32 (&cursor, &size) && citiz_take_view (&cursor, size) != NULL)
    n++;
  return n;
}

static void
test_epochs (Scene *scene, gconstpointer data)
{
  const gint64 most = limit (scene, "epochs");

  for (gint64 i = 0; i <= most; i++)
    {
      g_autoptr (GPtrArray) blocks = shared_world_end_epoch (&scene->world);

      while (blocks->len > 0)
        follow (scene, g_ptr_array_steal_index (blocks, 0));
    }
  g_assert_cmpuint (count_closings (scene, 0), ==, most);
  g_assert_cmpuint (count_closings (scene, (guint64) most), ==, 1);
}

/* The newest checkpoint, signed by the @n-th account and @strangers others. */
static gchar *
signed_by (Scene *scene, guint n, gint64 strangers)
{
  g_autoptr (CitizSigningKey) device = tools_device (n);
  const guint64 now = (guint64) scene->world.now.ms / CITIZ_SECOND;
  g_autofree gchar *name = NULL, *bare = citiz_checkpoint_write (&scene->host.checkpoint);
  CitizTxRegister body = {.n_keys = 1};
  CitizHash account;
  gchar *note;

  body.keys[0] = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                                   *citiz_signing_key_get_public (device)};
  citiz_tx_register_account_id (&account, &body);
  name = citiz_hash_to_hex (&account);
  note = citiz_note_cosign (bare, name, now, device, NULL);
  for (gint64 i = 0; i < strangers; i++)
    {
      g_autofree gchar *before = note, *other = g_strdup_printf ("stranger-%u", (guint) i);

      note = citiz_note_cosign (before, other, now, device, NULL);
    }
  return note;
}

static guint
cosign (Scene *scene, guint n, gint64 strangers)
{
  g_autofree gchar *note = signed_by (scene, n, strangers);

  g_assert_nonnull (note);
  return ask (scene, citiz_host_route_cosign, NULL, note);
}

static void
make_checkpoint (Scene *scene)
{
  follow (scene, shared_world_crowd (&scene->world, 3)); /* accounts 0, 1, 2 */
  citiz_host_cosign (&scene->host);
}

/* Who watches is counted up to the limit; whoever is beyond it is answered all the same, and who is counted stays so. */
static void
test_watchers (Scene *scene, gconstpointer data)
{
  const gint64 most = limit (scene, "watchersCounted");

  make_checkpoint (scene);
  g_assert_cmpuint (cosign (scene, 0, 0), ==, 200);
  for (guint32 i = 1; i + 1 < most; i++)
    {
      CitizHash other = {{0}};
      gint64 now = scene->world.now.ms / CITIZ_SECOND;

      memcpy (other.b, &i, sizeof i);
      g_hash_table_insert (scene->host.watchers, g_memdup2 (&other, sizeof other),
                           g_memdup2 (&now, sizeof now));
    }
  g_assert_cmpuint (cosign (scene, 1, 0), ==, 200);
  g_assert_cmpint (number (scene, "watchers"), ==, most);
  g_assert_cmpuint (cosign (scene, 2, 0), ==, 200);
  g_assert_cmpint (number (scene, "watchers"), ==, most);
  scene->world.now.ms += 23 * CITIZ_HOUR;
  g_assert_cmpuint (cosign (scene, 0, 0), ==, 200);
  scene->world.now.ms += 2 * CITIZ_HOUR; /* of the first signatures a day has gone by */
  g_assert_cmpuint (citiz_host_n_watchers (&scene->host), ==, 1);
}

static void
test_cosigners (Scene *scene, gconstpointer data)
{
  const gint64 most = limit (scene, "cosignaturesAtOnce"), bytes = limit (scene, "checkpointBytes");
  g_autofree gchar *note = NULL, *just = NULL, *over = NULL;

  make_checkpoint (scene);
  g_assert_cmpuint (cosign (scene, 0, most - 1), ==, 200);
  g_assert_cmpint (number (scene, "cosignatures"), ==, 1); /* of the strangers none is */
  g_assert_cmpuint (cosign (scene, 1, most), ==, 400);

  note = signed_by (scene, 2, 0);
  just = g_strnfill ((gsize) bytes, '\n');
  memcpy (just, note, strlen (note));
  over = g_strconcat (just, "\n", NULL);
  g_assert_cmpuint (ask (scene, citiz_host_route_cosign, NULL, just), ==, 200);
  g_assert_cmpuint (ask (scene, citiz_host_route_cosign, NULL, over), ==, 400);
}

static void
keep (CitizHostKept *kept, guint name, gsize size)
{
  g_autofree gchar *path = g_strdup_printf ("/%u", name);
  g_autoptr (GBytes) answer = g_bytes_new_take (g_malloc0 (size), size);

  citiz_host_keep (kept, path, answer, 1000);
}

static gsize
kept_size (const CitizHostKept *kept, guint name)
{
  g_autofree gchar *path = g_strdup_printf ("/%u", name);
  g_autoptr (GBytes) answer = citiz_host_kept (kept, path);

  return answer != NULL ? g_bytes_get_size (answer) : 0;
}

/* Never more bytes than were allowed: those before go when one more does not fit, and one that is too large alone is not kept. */
static void
test_kept (void)
{
  CitizHostKept kept = {0};

  g_assert_cmpuint (kept_size (&kept, 1), ==, 0);
  for (guint i = 1; i <= 10; i++)
    keep (&kept, i, 100);
  for (guint i = 1; i <= 10; i++)
    g_assert_cmpuint (kept_size (&kept, i), ==, 100);
  keep (&kept, 11, 1);
  g_assert_cmpuint (kept_size (&kept, 1), ==, 0);
  g_assert_cmpuint (kept_size (&kept, 11), ==, 1);
  keep (&kept, 12, 1001);
  g_assert_cmpuint (kept_size (&kept, 12), ==, 0);
  g_assert_cmpuint (kept_size (&kept, 11), ==, 1);
  for (guint i = 0; i < 100; i++) /* the same again, larger: its bytes count once */
    keep (&kept, 11, 100 + i);
  g_assert_cmpuint (kept_size (&kept, 11), ==, 199);
  keep (&kept, 13, 801);
  g_assert_cmpuint (kept_size (&kept, 11), ==, 199);
  keep (&kept, 14, 1);
  g_assert_cmpuint (kept_size (&kept, 13), ==, 0);
  g_assert_cmpuint (kept_size (&kept, 14), ==, 1);
  citiz_host_forget (&kept);
  g_assert_cmpuint (kept_size (&kept, 14), ==, 0);
  citiz_host_kept_clear (&kept);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
#define TEST(name, function)                                                                       \
  g_test_add ("/host/" name, Scene, NULL, scene_init, function, scene_clear)
  TEST ("blocks", test_blocks);
  TEST ("blocks-bytes", test_blocks_bytes);
  TEST ("blocks-late-final", test_blocks_late_final);
  TEST ("blocks-disk", test_blocks_disk);
  TEST ("epochs", test_epochs);
  TEST ("watchers", test_watchers);
  TEST ("cosigners", test_cosigners);
  g_test_add_func ("/host/kept", test_kept);
  return g_test_run ();
}
