/* The session: its life, its state, and how the engine's news reach the window.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "crypto/citiz-kdf.h"
#include "crypto/citiz-words.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define COUNTDOWN_STEP_S 30
#define REFRESH_QUIET_MS 5000
#define END_WAIT_MS      30000
#define LOOK_MS          1000 /* a press waits so long at most for nodes that were away */

enum
{
  PROP_0,
  PROP_STATE,
  PROP_SAMPLE,
  PROP_SERVING,
  PROP_DAMAGED,
  N_PROPS
};

enum
{
  RECORD_CHANGED,
  ACCESSES_CHANGED,
  OPENED,
  LEDGER_CHANGED,
  SETTINGS_CHANGED,
  COMMUNITY_CHANGED,
  OPENED_LOCKED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CitizSession, citiz_session, G_TYPE_OBJECT)

GQuark
citiz_session_error_quark (void)
{
  return g_quark_from_static_string ("citiz-session-error-quark");
}

/* --- snapshots --- */

CitizContents *
citiz_contents_new (void)
{
  CitizContents *snapshot = g_new0 (CitizContents, 1);

  snapshot->accesses = g_ptr_array_new_with_free_func (g_object_unref);
  snapshot->openings = g_ptr_array_new_with_free_func (g_object_unref);
  snapshot->blocks = g_ptr_array_new_with_free_func (g_object_unref);
  snapshot->entries = g_ptr_array_new_with_free_func (g_object_unref);
  snapshot->imports = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_import_report_free);
  snapshot->settings
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_decref);
  return snapshot;
}

void
citiz_contents_free (CitizContents *snapshot)
{
  g_clear_pointer (&snapshot->record, citiz_record_free);
  g_ptr_array_unref (snapshot->accesses);
  g_ptr_array_unref (snapshot->openings);
  g_ptr_array_unref (snapshot->blocks);
  g_ptr_array_unref (snapshot->entries);
  g_clear_pointer (&snapshot->imports, g_ptr_array_unref);
  g_clear_pointer (&snapshot->settings, g_hash_table_unref);
  g_free (snapshot->distrust);
  g_clear_pointer (&snapshot->community, citiz_community_view_free);
  g_free (snapshot);
}

static void
fill_store (GListStore *store, GPtrArray *items)
{
  g_list_store_splice (store, 0, g_list_model_get_n_items (G_LIST_MODEL (store)), items->pdata,
                       items->len);
}

void
citiz_session_set_state (CitizSession *self, CitizSessionState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

static gboolean
countdown_cb (gpointer data)
{
  CitizSession *self = data;
  CitizTime now = citiz_session_now (self);
  GListModel *accesses = G_LIST_MODEL (self->accesses);

  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (access->state == CITIZ_ACCESS_LIVE && now.ms >= access->expires.ms)
        {
          access->state = CITIZ_ACCESS_EXPIRED;
          access->ended = access->expires;
          citiz_access_close (access);
        }
    }
  g_signal_emit (self, signals[ACCESSES_CHANGED], 0);
  return G_SOURCE_CONTINUE;
}

static void
set_sample_batch (CitizSession *self, guint32 batch)
{
  if (self->sample_batch == batch)
    return;
  self->sample_batch = batch;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SAMPLE]);
}

static void
set_damaged (CitizSession *self, gboolean damaged)
{
  if (self->damaged == damaged)
    return;
  self->damaged = damaged;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DAMAGED]);
}

static void
set_distrust (CitizSession *self, const gchar *reason)
{
  g_free (self->distrust);
  self->distrust = g_strdup (reason);
}

static void
set_community (CitizSession *self, CitizCommunityView *view)
{
  g_clear_pointer (&self->community, citiz_community_view_free);
  self->community = view;
}

void
citiz_session_emit_community (CitizSession *self)
{
  g_signal_emit (self, signals[COMMUNITY_CHANGED], 0);
}

/* The node is shut with its ledger: nothing of this computer opens any more. What the community keeps goes on. */
static void
end_live (CitizSession *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->accesses)); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (G_LIST_MODEL (self->accesses), i);

      if (access->state == CITIZ_ACCESS_LIVE && access->n_nodes == 0)
        {
          access->state = CITIZ_ACCESS_EXPIRED;
          g_clear_pointer (&access->link, g_free);
          g_clear_pointer (&access->shlink, g_free);
          g_clear_pointer (&access->spoken, g_free);
        }
    }
  g_signal_emit (self, signals[ACCESSES_CHANGED], 0);
}

/* News of the engine: a full verification failed. */
void
citiz_session_adopt_distrust (CitizSession *self, gpointer reason)
{
  if (self->state != CITIZ_SESSION_OPEN)
    return;
  set_distrust (self, reason);
  end_live (self);
  g_signal_emit (self, signals[LEDGER_CHANGED], 0);
}

/* Openings that came in while the vault opened are in the lists already. */
static void
tell_late_openings (CitizSession *self)
{
  g_autoptr (GPtrArray) late = g_steal_pointer (&self->late);

  self->late = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < late->len; i++)
    g_signal_emit (self, signals[OPENED], 0, g_ptr_array_index (late, i));
}

/* An access is opened at least as often as it is told below it: a ledger that one has left, or that stands still, tells of fewer. */
static void
count_openings (CitizSession *self, CitizAccess *access)
{
  GListModel *openings = G_LIST_MODEL (self->openings);
  guint told = 0;

  for (guint i = 0; i < g_list_model_get_n_items (openings); i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (openings, i);

      told += opening->kind == CITIZ_OPENING_READ && citiz_id_equal (&opening->access, &access->id);
    }
  access->openings = MAX (access->openings, told);
}

/* Shows what the engine found: from here on the vault is open. */
void
citiz_session_adopt (CitizSession *self, CitizContents *snapshot)
{
  g_clear_pointer (&self->record, citiz_record_free);
  self->record = g_steal_pointer (&snapshot->record);
  citiz_session_hide_trash (self);
  citiz_session_set_loader (self);
  fill_store (self->accesses, snapshot->accesses);
  fill_store (self->openings, snapshot->openings);
  for (guint i = 0; i < snapshot->accesses->len; i++)
    count_openings (self, snapshot->accesses->pdata[i]);
  fill_store (self->blocks, snapshot->blocks);
  fill_store (self->entries, snapshot->entries);
  g_ptr_array_unref (self->imports);
  self->imports = g_steal_pointer (&snapshot->imports);
  if (self->state != CITIZ_SESSION_OPEN) /* else the window's own are newer */
    {
      g_hash_table_unref (self->settings);
      self->settings = g_steal_pointer (&snapshot->settings);
    }
  set_sample_batch (self, snapshot->sample_batch);
  set_damaged (self, snapshot->damaged);
  set_distrust (self, snapshot->distrust);
  set_community (self, g_steal_pointer (&snapshot->community));
  if (self->minute_timer == 0)
    self->minute_timer = g_timeout_add_seconds (COUNTDOWN_STEP_S, countdown_cb, self);
  if (self->serving)
    {
      self->serving = FALSE;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SERVING]);
    }
  citiz_session_set_state (self, CITIZ_SESSION_OPEN);
  g_signal_emit (self, signals[SETTINGS_CHANGED], 0);
  g_signal_emit (self, signals[RECORD_CHANGED], 0);
  g_signal_emit (self, signals[ACCESSES_CHANGED], 0);
  g_signal_emit (self, signals[LEDGER_CHANGED], 0);
  g_signal_emit (self, signals[COMMUNITY_CHANGED], 0);
  citiz_session_tell_engine_pause (self);
  tell_late_openings (self);
  citiz_session_refresh (self); /* it may have changed since what live accesses show was made */
}

void
citiz_session_emit_record (CitizSession *self)
{
  g_signal_emit (self, signals[RECORD_CHANGED], 0);
}

void
citiz_session_emit_accesses (CitizSession *self)
{
  g_signal_emit (self, signals[ACCESSES_CHANGED], 0);
}

void
citiz_session_emit_settings (CitizSession *self)
{
  g_signal_emit (self, signals[SETTINGS_CHANGED], 0);
}

void
citiz_session_adopt_blocks (CitizSession *self, GPtrArray *blocks, GPtrArray *entries)
{
  if (self->state != CITIZ_SESSION_OPEN)
    return;
  fill_store (self->blocks, blocks);
  fill_store (self->entries, entries);
  citiz_session_count_mine (self);
  g_signal_emit (self, signals[LEDGER_CHANGED], 0);
}

CitizAccess *
citiz_session_find_access (CitizSession *self, const CitizId *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->accesses)); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (G_LIST_MODEL (self->accesses), i);

      if (citiz_id_equal (&access->id, id))
        return access; /* the list holds it */
    }
  return NULL;
}

void
citiz_session_drop_access (CitizSession *self, gpointer id)
{
  CitizAccess *access = citiz_session_find_access (self, id);
  guint position;

  if (access == NULL || !g_list_store_find (self->accesses, access, &position))
    return;
  g_list_store_remove (self->accesses, position);
  g_signal_emit (self, signals[ACCESSES_CHANGED], 0);
}

/* Puts an access on top of the list, in place of what it was before. News of it may come after a lock: nothing of it is
 * shown then. */
void
citiz_session_put_access (CitizSession *self, CitizAccess *access)
{
  CitizAccess *before = citiz_session_find_access (self, &access->id);
  guint position = 0;

  if (self->state != CITIZ_SESSION_OPEN)
    return;
  if (before != NULL && before->updated.ms == access->updated.ms && !access->superseded)
    access->outdated = before->outdated;
  count_openings (self, access);
  if (before != NULL && g_list_store_find (self->accesses, before, &position))
    g_list_store_splice (self->accesses, position, 1, (gpointer *) &access, 1);
  else
    g_list_store_insert (self->accesses, 0, access);
  g_signal_emit (self, signals[ACCESSES_CHANGED], 0);
}

/* Of one that was told already more is known now. Who it was is told when it comes after the fact itself, which the ledger shows first. */
static gboolean
replace_opening (CitizSession *self, CitizOpening *opening)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->openings)); i++)
    {
      g_autoptr (CitizOpening) before = g_list_model_get_item (G_LIST_MODEL (self->openings), i);

      if (!citiz_id_equal (&before->id, &opening->id))
        continue;
      g_list_store_splice (self->openings, i, 1, (gpointer *) &opening, 1);
      g_signal_emit (self, signals[ACCESSES_CHANGED], 0);
      if (*before->name == '\0' && *opening->name != '\0')
        g_signal_emit (self, signals[OPENED], 0, opening);
      return TRUE;
    }
  return FALSE;
}

void
citiz_session_adopt_opening (CitizSession *self, CitizOpening *opening)
{
  CitizAccess *access = citiz_session_find_access (self, &opening->access);

  if (self->state != CITIZ_SESSION_OPEN)
    {
      g_ptr_array_add (self->late, g_object_ref (opening));
      return;
    }
  if (replace_opening (self, opening))
    return;
  g_list_store_insert (self->openings, 0, opening);
  if (access != NULL && opening->kind == CITIZ_OPENING_READ)
    count_openings (self, access);
  if (access != NULL && opening->kind == CITIZ_OPENING_CODE_FAILED && access->spoken_tries_left > 0)
    access->spoken_tries_left--;
  g_signal_emit (self, signals[ACCESSES_CHANGED], 0);
  g_signal_emit (self, signals[OPENED], 0, opening);
}

/* --- locking --- */

static gboolean
lock_cb (gpointer data)
{
  citiz_engine_lock (data);
  return G_SOURCE_REMOVE;
}

static gboolean
free_record_cb (gpointer data)
{
  citiz_record_free (data);
  return G_SOURCE_REMOVE;
}

/* Years of a record take a while to free: the engine does it, after its keys are wiped. */
void
citiz_session_forget (CitizSession *self, CitizSessionState state)
{
  self->n_locks++;
  g_clear_handle_id (&self->minute_timer, g_source_remove);
  g_clear_handle_id (&self->refresh_timer, g_source_remove);
  g_hash_table_remove_all (self->trash);
  citiz_session_forget_ranges (self);
  citiz_engine_do (self->engine, free_record_cb, self->record);
  self->record = citiz_record_new ();
  g_list_store_remove_all (self->accesses);
  g_list_store_remove_all (self->openings);
  g_list_store_remove_all (self->blocks);
  g_list_store_remove_all (self->entries);
  g_ptr_array_set_size (self->imports, 0);
  g_hash_table_remove_all (self->settings);
  g_ptr_array_set_size (self->late, 0);
  set_sample_batch (self, 0);
  set_damaged (self, FALSE);
  set_distrust (self, NULL);
  set_community (self, NULL);
  g_clear_pointer (&self->places, g_ptr_array_unref);
  citiz_session_set_state (self, state);
  g_signal_emit (self, signals[RECORD_CHANGED], 0);
  g_signal_emit (self, signals[ACCESSES_CHANGED], 0);
  g_signal_emit (self, signals[LEDGER_CHANGED], 0);
  g_signal_emit (self, signals[COMMUNITY_CHANGED], 0);
}

static void
adopt_locked (CitizSession *self, gpointer kind)
{
  g_signal_emit (self, signals[OPENED_LOCKED], 0, GPOINTER_TO_INT (kind));
}

/* Engine thread. */
void
citiz_session_tell_locked (CitizEngine *engine, CitizOpeningKind kind)
{
  citiz_engine_tell_session (engine, adopt_locked, GINT_TO_POINTER (kind), NULL);
}

static void
adopt_serving (CitizSession *self, gpointer serving)
{
  self->serving = GPOINTER_TO_INT (serving);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SERVING]);
}

/* Engine thread: whether the node goes on while the record is locked. */
void
citiz_engine_tell_serving (CitizEngine *engine)
{
  citiz_engine_tell_session (engine, adopt_serving,
                             GINT_TO_POINTER (citiz_engine_is_serving (engine)), NULL);
}

/**
 * citiz_session_lock:
 *
 * Forgets everything at once; the engine anchors what waits, wipes its keys and closes the vault behind. An opening
 * under way is given up.
 */
void
citiz_session_lock (CitizSession *self)
{
  gboolean open = self->state == CITIZ_SESSION_OPEN || self->state == CITIZ_SESSION_UNLOCKING;

  if (open)
    citiz_session_empty_trash (self);
  citiz_engine_do (self->engine, lock_cb,
                   self->engine); /* locked already: told again, once it is so */
  if (open)
    citiz_session_forget (self, CITIZ_SESSION_LOCKED);
}

/* The engine does one thing after the other: this comes when the lock is over. */
static gboolean
locked_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

void
citiz_session_lock_async (CitizSession *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  citiz_session_lock (self);
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_lock_async, cancellable, callback, data), locked_work,
      NULL, NULL, NULL);
}

gboolean
citiz_session_lock_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* @env: (not transferred): the clock and chance of a test; must outlive the session */
CitizSession *
citiz_session_new_for_env (const gchar *folder, const CitizEnv *env)
{
  CitizSession *self = g_object_new (CITIZ_TYPE_SESSION, NULL);

  self->folder = g_strdup (folder);
  self->env = env;
  self->engine = citiz_engine_new (folder, env, self);
  self->state = citiz_session_closed_state (self);
  return self;
}

CitizSession *
citiz_session_new (const gchar *folder)
{
  return citiz_session_new_for_env (folder, citiz_env_system ());
}

CitizSessionState
citiz_session_get_state (CitizSession *self)
{
  return self->state;
}

gboolean
citiz_session_get_serving (CitizSession *self)
{
  return self->serving;
}

gboolean
citiz_session_get_sample (CitizSession *self)
{
  return self->sample_batch != 0;
}

const gchar *
citiz_session_get_distrust (CitizSession *self)
{
  return self->distrust;
}

gboolean
citiz_session_get_damaged (CitizSession *self)
{
  return self->damaged;
}

CitizTime
citiz_session_now (CitizSession *self)
{
  return citiz_env_now (self->env);
}

CitizRecord *
citiz_session_get_record (CitizSession *self)
{
  return self->record;
}

GListModel *
citiz_session_get_accesses (CitizSession *self)
{
  return G_LIST_MODEL (self->accesses);
}

GListModel *
citiz_session_get_openings (CitizSession *self)
{
  return G_LIST_MODEL (self->openings);
}

GListModel *
citiz_session_get_blocks (CitizSession *self)
{
  return G_LIST_MODEL (self->blocks);
}

GListModel *
citiz_session_get_entries (CitizSession *self)
{
  return G_LIST_MODEL (self->entries);
}

GPtrArray *
citiz_session_get_imports (CitizSession *self)
{
  return self->imports;
}

static void
citiz_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CitizSession *self = CITIZ_SESSION (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_int (value, (int) self->state);
      break;
    case PROP_SAMPLE:
      g_value_set_boolean (value, self->sample_batch != 0);
      break;
    case PROP_DAMAGED:
      g_value_set_boolean (value, self->damaged);
      break;
    case PROP_SERVING:
      g_value_set_boolean (value, self->serving);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* Only for folders that citiz_session_new_sample() made. */
static void
remove_folder (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
citiz_session_finalize (GObject *object)
{
  CitizSession *self = CITIZ_SESSION (object);

  g_clear_handle_id (&self->minute_timer, g_source_remove);
  g_clear_handle_id (&self->refresh_timer, g_source_remove);
  citiz_session_shred_trash_now (self);
  citiz_engine_free (self->engine);
  citiz_session_forget_ranges (self);
  if (self->temporary)
    remove_folder (self->folder);
  g_clear_pointer (&self->record, citiz_record_free);
  g_object_unref (self->accesses);
  g_object_unref (self->openings);
  g_clear_pointer (&self->places, g_ptr_array_unref);
  g_object_unref (self->blocks);
  g_object_unref (self->entries);
  g_ptr_array_unref (self->imports);
  g_free (self->distrust);
  g_clear_pointer (&self->community, citiz_community_view_free);
  g_hash_table_unref (self->settings);
  g_hash_table_unref (self->trash);
  g_ptr_array_unref (self->pressing);
  g_ptr_array_unref (self->held);
  g_ptr_array_unref (self->lookers);
  g_ptr_array_unref (self->late);
  g_free (self->folder);
  G_OBJECT_CLASS (citiz_session_parent_class)->finalize (object);
}

static void
citiz_session_class_init (CitizSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  static const gchar *const plain[] = {
      [RECORD_CHANGED] = "record-changed",       [ACCESSES_CHANGED] = "accesses-changed",
      [LEDGER_CHANGED] = "ledger-changed",       [SETTINGS_CHANGED] = "settings-changed",
      [COMMUNITY_CHANGED] = "community-changed",
  };

  object_class->get_property = citiz_session_get_property;
  object_class->finalize = citiz_session_finalize;
  props[PROP_STATE]
      = g_param_spec_int ("state", NULL, NULL, CITIZ_SESSION_NEW, CITIZ_SESSION_OPEN,
                          CITIZ_SESSION_NEW, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SAMPLE] = g_param_spec_boolean ("sample", NULL, NULL, FALSE,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_DAMAGED] = g_param_spec_boolean ("damaged", NULL, NULL, FALSE,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SERVING] = g_param_spec_boolean ("serving", NULL, NULL, FALSE,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  for (guint i = 0; i < N_SIGNALS; i++)
    if (i != OPENED && i != OPENED_LOCKED)
      signals[i] = g_signal_new (plain[i], CITIZ_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  signals[OPENED_LOCKED] = g_signal_new ("opened-locked", CITIZ_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[OPENED] = g_signal_new ("opened", CITIZ_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, CITIZ_TYPE_OPENING);
}

static void
citiz_session_init (CitizSession *self)
{
  self->quiet_ms = REFRESH_QUIET_MS;
  self->end_wait_ms = END_WAIT_MS;
  self->record = citiz_record_new ();
  self->accesses = g_list_store_new (CITIZ_TYPE_ACCESS);
  self->openings = g_list_store_new (CITIZ_TYPE_OPENING);
  self->blocks = g_list_store_new (CITIZ_TYPE_BLOCK_ROW);
  self->entries = g_list_store_new (CITIZ_TYPE_ENTRY);
  self->imports = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_import_report_free);
  self->settings
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_decref);
  self->trash = citiz_session_new_trash ();
  self->pressing = g_ptr_array_new_with_free_func (g_object_unref);
  self->held = g_ptr_array_new ();
  self->lookers = g_ptr_array_new_with_free_func (g_object_unref);
  self->look_ms = LOOK_MS;
  self->late = g_ptr_array_new_with_free_func (g_object_unref);
}
