/* A chain on a disk that breaks, and in a process that is killed: final blocks stay, half blocks never are. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "fault-vault.h"
#include "faulty-vfs.h"

#include "crypto/citiz-crypto.h"
#include "store/citiz-chain.h"
#include "store/citiz-db-private.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_KILLS      100
#define MAX_DELAY_US 15000
#define N_BLOCKS     3

static const gchar *program;

typedef struct
{
  CitizDb *db;
  CitizChain *chain;
  CitizSigningKey *key;
} Open;

static gboolean
open_chain (Open *open, const gchar *dir, GError **error)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);

  memset (citiz_secret_data (seed), 3, 32);
  open->key = citiz_signing_key_new_from_seed (seed);
  open->db = citiz_db_open (dir, CITIZ_DB_CREATE, error);
  if (open->db != NULL)
    open->chain = citiz_chain_open (open->db, citiz_env_system (), open->key, error);
  return open->chain != NULL;
}

static void
shut (Open *open)
{
  g_clear_pointer (&open->chain, citiz_chain_close);
  g_clear_pointer (&open->db, citiz_db_unref);
  g_clear_pointer (&open->key, citiz_signing_key_unref);
}

/* One block of some commitments. Returns: its height, or 0 */
static guint64
act (Open *open)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  const guint64 height = citiz_chain_height (open->chain);
  CitizHash account;
  CitizBlockInfo info;

  citiz_chain_add_register (open->chain, txs, open->key, NULL, &account);
  for (guint i = 0; i <= height % 3; i++)
    {
      CitizTxBody body = {0};
      body.commit.n_leaves = 1;
      citiz_random (body.commit.root.b, sizeof body.commit.root.b);
      citiz_chain_add (open->chain, txs, CITIZ_TX_COMMIT_RECORDS, &account, 0, &body, open->key);
    }
  return citiz_chain_submit (open->chain, txs, &info, NULL) ? info.height : 0;
}

/* Everything is sound, every own vote is there, and the next block can be made. Returns: the height found */
static guint64
recover (const gchar *dir)
{
  g_autoptr (GError) error = NULL;
  Open open = {0};
  guint64 height;

  g_assert_true (open_chain (&open, dir, &error));
  g_assert_no_error (error);
  height = citiz_chain_height (open.chain);
  g_assert_true (citiz_chain_can_sign (open.chain));
  g_assert_true (citiz_chain_verify (open.chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (act (&open), ==, height + 1);
  shut (&open);
  return height;
}

/* Goes on after a refusal, as an app would; after a power cut there is nobody to go on. Returns: the height of the last
 * block that was acknowledged */
static guint64
scenario (const gchar *dir, Fault fault)
{
  Open open = {0};
  guint64 acknowledged = 0;

  if (open_chain (&open, dir, NULL))
    for (guint i = 0; i < N_BLOCKS; i++)
      {
        const guint64 height = act (&open);
        if (height == 0 && fault >= FAULT_CUT)
          break;
        acknowledged = MAX (acknowledged, height);
      }
  shut (&open);
  return acknowledged;
}

static void
test_broken_disk (gconstpointer data)
{
  const Fault fault = (Fault) GPOINTER_TO_INT (data);
  g_autofree gchar *whole = new_folder ();
  gint total;

  faulty_vfs_arm (FAULT_NONE, 0);
  g_assert_cmpuint (scenario (whole, FAULT_NONE), ==, N_BLOCKS);
  total = faulty_vfs_count ();
  g_assert_cmpint (total, >, 20);
  g_assert_cmpuint (recover (whole), ==, N_BLOCKS);
  remove_files (whole);
  for (gint n = 0; n <= total; n++)
    {
      g_autofree gchar *dir = new_folder ();
      guint64 acknowledged;
      guint64 found;

      faulty_vfs_arm (fault, n);
      acknowledged = scenario (dir, fault);
      faulty_vfs_arm (FAULT_NONE, 0);
      found = recover (dir);
      g_assert_cmpuint (found, >=, acknowledged);
      g_assert_cmpuint (found, <=, N_BLOCKS);
      remove_files (dir);
    }
  g_test_message ("%d operations, each refused once", total);
}

static int
child (const gchar *dir)
{
  Open open = {0};
  guint64 height = 0;

  if (!open_chain (&open, dir, NULL))
    return 1;
  do
    if (write (STDOUT_FILENO, &height, sizeof height) != sizeof height)
      return 1;
  while ((height = act (&open)) > 0);
  return 1;
}

static gboolean
read_height (int fd, guint64 *out)
{
  gssize n;

  do
    n = read (fd, out, sizeof *out);
  while (n < 0 && errno == EINTR);
  return n == sizeof *out;
}

static guint64
kill_once (const gchar *dir, guint64 before)
{
  const gchar *argv[] = {program, "--child", dir, NULL};
  guint64 acknowledged = before;
  guint64 told;
  GPid pid;
  int fd;

  g_assert_true (g_spawn_async_with_pipes (NULL, (gchar **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                                           NULL, NULL, &pid, NULL, &fd, NULL, NULL));
  g_assert_true (read_height (fd, &told));
  g_usleep ((gulong) g_test_rand_int_range (0, MAX_DELAY_US));
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  g_spawn_close_pid (pid);
  while (read_height (fd, &told))
    acknowledged = told;
  close (fd);
  return acknowledged;
}

static void
test_killed (void)
{
  g_autofree gchar *dir = new_folder ();
  guint64 height = 0;

  faulty_vfs_arm (FAULT_NONE, 0);
  for (guint round = 0; round < N_KILLS; round++)
    {
      const guint64 acknowledged = kill_once (dir, height);
      const guint64 found = recover (dir);

      g_assert_cmpuint (found, >=, acknowledged);
      g_assert_cmpuint (found, <=, acknowledged + 1);
      height = found + 1; /* recover() makes one more */
      if (height > 300)   /* a fresh one, so that verifying it all stays quick */
        {
          remove_files (dir);
          g_free (dir);
          dir = new_folder ();
          height = 0;
        }
    }
  remove_files (dir);
}

int
main (int argc, char **argv)
{
  if (!citiz_crypto_init ())
    return 1;
  if (argc == 3 && g_str_equal (argv[1], "--child"))
    return child (argv[2]);
  g_test_init (&argc, &argv, NULL);
  program = argv[0];
  faulty_vfs_install ();
  citiz_db_use_vfs ("faulty");
  g_test_add_func ("/chain/killed", test_killed);
  for (gint fault = FAULT_IO_ONCE; fault < N_FAULTS; fault++)
    {
      g_autofree gchar *name = g_strconcat ("/chain/disk/", fault_names[fault], NULL);
      g_test_add_data_func (name, GINT_TO_POINTER (fault), test_broken_disk);
    }
  return g_test_run ();
}
