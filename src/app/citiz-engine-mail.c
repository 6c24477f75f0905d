/* The node's mail becomes openings in the vault, or a word to the window while the record is locked.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-access-private.h"

#include "consent/citiz-note.h"
#include "consent/citiz-receipt.h"

static void
fill_from_note (CitizOpening *opening, const CitizNote *note)
{
  g_free (opening->name);
  g_free (opening->role);
  g_free (opening->place);
  g_free (opening->reason);
  opening->name = g_strdup (note->name);
  opening->role = g_strdup (note->role);
  opening->place = g_strdup (note->place);
  opening->reason = g_strdup (note->reason);
  if (note->text != NULL && note->text[0] != '\0')
    opening->note = g_strdup (note->text);
}

/* Who and why travel sealed; the keys are in the link that the vault kept. Returns: whether it could be read */
gboolean
citiz_engine_read_note (CitizOpening *opening, const json_t *grant, GBytes *sealed)
{
  const gchar *text = json_string_value (json_object_get (grant, "link"));
  g_autoptr (CitizLink) link = text != NULL ? citiz_link_parse (text, NULL) : NULL;
  g_autoptr (CitizNote) note = NULL;

  if (link != NULL && sealed != NULL)
    note = citiz_note_open (&opening->access, link->k_r, link->t, sealed, NULL);
  if (note != NULL)
    fill_from_note (opening, note);
  return note != NULL;
}

json_t *
citiz_opening_to_json (const CitizOpening *opening)
{
  g_autofree gchar *access = citiz_id_to_hex (&opening->access);

  return json_pack ("{s:s, s:i, s:I, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:b, s:b, s:b}",
                    "access", access, "kind", (int) opening->kind, "when",
                    (json_int_t) opening->when.ms, "name", opening->name, "role", opening->role,
                    "place", opening->place, "reason", opening->reason, "note", opening->note,
                    "words", opening->words, "tx", opening->tx, "disputed", (int) opening->disputed,
                    "stalled", (int) opening->stalled, "proven", (int) opening->proven);
}

CitizOpening *
citiz_engine_new_opening (const CitizId *id,
                          const CitizId *access,
                          CitizOpeningKind kind,
                          CitizTime when)
{
  CitizOpening *opening = g_object_new (CITIZ_TYPE_OPENING, NULL);

  opening->id = *id;
  opening->access = *access;
  opening->kind = kind;
  opening->when = when;
  opening->name = g_strdup ("");
  opening->role = g_strdup ("");
  opening->place = g_strdup ("");
  opening->reason = g_strdup ("");
  return opening;
}

static void
replace_text (gchar **field, const json_t *json, const gchar *key)
{
  g_free (*field);
  *field = citiz_json_text_dup (json, key);
}

CitizOpening *
citiz_opening_from_json (const CitizId *id, const json_t *json)
{
  CitizOpening *opening;
  CitizId access;
  gint64 kind = citiz_json_integer (json, "kind");

  if (!citiz_id_from_hex (&access, json_string_value (json_object_get (json, "access"))) || kind < 0
      || kind > CITIZ_OPENING_NOTE)
    return NULL;
  opening = citiz_engine_new_opening (id, &access, (CitizOpeningKind) kind,
                                      (CitizTime){citiz_json_integer (json, "when")});
  replace_text (&opening->name, json, "name");
  replace_text (&opening->role, json, "role");
  replace_text (&opening->place, json, "place");
  replace_text (&opening->reason, json, "reason");
  replace_text (&opening->note, json, "note");
  replace_text (&opening->words, json, "words");
  replace_text (&opening->tx, json, "tx");
  opening->disputed = json_is_true (json_object_get (json, "disputed"));
  opening->stalled = json_is_true (json_object_get (json, "stalled"));
  opening->proven = json_is_true (json_object_get (json, "proven"));
  return opening;
}

/* The capsule that stood when it was opened: the access may have been renewed since. */
static gboolean
find_capsule (CitizChain *chain, const CitizId *grant, const CitizHash *opening, CitizHash *out)
{
  g_autoptr (GPtrArray) txs = citiz_chain_txs_of_grant (chain, grant, NULL);

  for (guint i = 0; txs != NULL && i < txs->len; i++)
    {
      const CitizTxInfo *info = g_ptr_array_index (txs, i);

      if (info->type == CITIZ_TX_GRANT)
        *out = info->tx->body.grant.capsule;
      else if (citiz_hash_equal (&info->id, opening))
        return TRUE;
    }
  return FALSE;
}

/* In the person's language, then in the other: the carer's page shows one of them, in its own. */
static gchar *
words_of (const CitizReceipt *receipt, guint n)
{
  const gboolean french = citiz_env_language () == CITIZ_LANGUAGE_FR;
  CitizReceipt receipts[CITIZ_COMMITTEE_MAX];
  g_auto (GStrv) words = NULL, others = NULL;
  g_autofree gchar *first = NULL, *second = NULL;

  if (n > G_N_ELEMENTS (receipts))
    return NULL;
  for (guint i = 0; i < n; i++)
    receipts[i] = *receipt;
  words = citiz_receipt_words (receipts, n, citiz_env_language ());
  others = citiz_receipt_words (receipts, n, french ? CITIZ_LANGUAGE_EN : CITIZ_LANGUAGE_FR);
  first = g_strjoinv (" ", words);
  second = g_strjoinv (" ", others);
  return g_strconcat (first, french ? " (English: " : " (français\302\240: ", second, ")", NULL);
}

/**
 * citiz_engine_stalled_words:
 * @mail: of a node that opened while the ledger stood still
 *
 * The same for such an opening: its receipts name the note and the number (FORMAT §9).
 */
gchar *
citiz_engine_stalled_words (CitizChain *chain, const CitizMail *mail, guint n)
{
  CitizReceipt alike = {.grant = mail->grant, .opening = mail->opening, .time = {mail->tries}};
  g_autoptr (GPtrArray) txs = citiz_chain_txs_of_grant (chain, &mail->grant, NULL);

  for (guint i = 0; txs != NULL && i < txs->len; i++)
    {
      const CitizTxInfo *info = g_ptr_array_index (txs, i);

      if (info->type == CITIZ_TX_GRANT && info->time.ms <= mail->time.ms)
        alike.capsule = info->tx->body.grant.capsule;
    }
  return words_of (&alike, n);
}

/**
 * citiz_engine_receipt_words:
 * @n: receipts that the reader's page joined, one a share: they say the same
 *
 * The six words that the page shows, from what the ledger says.
 */
gchar *
citiz_engine_receipt_words (CitizChain *chain,
                            const CitizId *grant,
                            const CitizHash *opening,
                            CitizTime time,
                            guint n)
{
  CitizReceipt receipt = {.grant = *grant, .opening = *opening, .time = time};

  return find_capsule (chain, grant, opening, &receipt.capsule) ? words_of (&receipt, n) : NULL;
}

static gboolean
mail_kind (CitizMailKind mail, CitizOpeningKind *out)
{
  switch (mail)
    {
    case CITIZ_MAIL_OPENED:
      *out = CITIZ_OPENING_READ;
      return TRUE;
    case CITIZ_MAIL_NOTE:
      *out = CITIZ_OPENING_NOTE;
      return TRUE;
    case CITIZ_MAIL_CODE_MISSED:
    case CITIZ_MAIL_PASSCODE_MISSED:
      *out = CITIZ_OPENING_CODE_FAILED;
      return TRUE;
    case CITIZ_MAIL_CODE_GIVEN:
    case CITIZ_MAIL_ENDED:
    case CITIZ_MAIL_STALLED: /* never on a chain of one */
      return FALSE;
    }
  return FALSE;
}

static gboolean
count_try (CitizEngine *engine, const CitizMail *mail, json_t *grant, GError **error)
{
  if (mail->kind != CITIZ_MAIL_CODE_MISSED || grant == NULL)
    return TRUE;
  json_object_set_new (grant, "tries", json_integer (mail->tries));
  return citiz_engine_write_json (engine, CITIZ_CLASS_GRANT, &mail->grant, grant, error);
}

/* One piece of mail becomes an opening in the vault, and leaves the box, in one transaction. */
static gboolean
keep_mail (CitizEngine *engine, const CitizMail *mail, CitizOpening **out, GError **error)
{
  g_autoptr (GError) own = NULL;
  json_t *grant = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, &mail->grant, &own);
  CitizId id = citiz_env_new_id (engine->env);
  CitizOpeningKind kind;
  gboolean ok = TRUE;

  /* When the vault's memory of the access is damaged, that somebody opened is kept, without who: nothing waits in the box for ever. */
  if (grant == NULL && !citiz_session_error_is_damage (own))
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return FALSE;
    }
  if (mail_kind (mail->kind, &kind))
    {
      /* one's own ledger may be ahead of the clock on the wall */
      const CitizTime when = {MIN (mail->time.ms, citiz_env_now (engine->env).ms)};
      CitizOpening *opening = citiz_engine_new_opening (&id, &mail->grant, kind, when);
      json_t *json;

      citiz_engine_read_note (opening, grant, mail->sealed);
      if (mail->has_opening)
        opening->tx = citiz_hash_to_hex (&mail->opening);
      if (kind == CITIZ_OPENING_READ)
        opening->words = citiz_engine_receipt_words (engine->chain, &mail->grant, &mail->opening,
                                                     mail->time, 1);
      json = citiz_opening_to_json (opening);
      ok = citiz_engine_write_json (engine, CITIZ_CLASS_OPENING, &id, json, error)
           && count_try (engine, mail, grant, error);
      json_decref (json);
      *out = opening;
    }
  else if (mail->kind == CITIZ_MAIL_ENDED)
    ok = citiz_engine_forget_secrets (engine, &mail->grant, mail->time, error);
  citiz_engine_drop_grant (grant);
  return ok && citiz_node_drop_mail (engine->node, mail->row, error);
}

static gboolean
take_mail (CitizEngine *engine, const CitizMail *mail)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizOpening) opening = NULL;

  if (!citiz_vault_begin (engine->vault, &error))
    return FALSE;
  if (!keep_mail (engine, mail, &opening, &error))
    citiz_vault_rollback (engine->vault);
  else if (citiz_vault_commit (engine->vault, &error))
    {
      if (opening != NULL)
        citiz_engine_tell_row (engine, G_OBJECT (g_steal_pointer (&opening)));
      if (mail->kind == CITIZ_MAIL_ENDED)
        citiz_db_forget_journal (citiz_vault_get_db (engine->vault));
    }
  if (error != NULL)
    g_warning ("the node's mail could not be kept, it stays in the box: %s", error->message);
  return error == NULL;
}

/**
 * citiz_engine_take_mail:
 *
 * Empties the node's box into the vault, oldest first: also what came while nobody listened. Behind mail that cannot be kept now, the
 * later mail of the same access waits too: its end would take the keys that the earlier is sealed with.
 */
void
citiz_engine_take_mail (CitizEngine *engine)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) box = engine->node != NULL ? citiz_node_mail (engine->node, &error) : NULL;
  g_autoptr (GHashTable) stuck = g_hash_table_new (citiz_id_hash, (GEqualFunc) citiz_id_equal);

  for (guint i = 0; box != NULL && i < box->len; i++)
    {
      const CitizMail *mail = g_ptr_array_index (box, i);

      if (!g_hash_table_contains (stuck, &mail->grant) && !take_mail (engine, mail))
        g_hash_table_add (stuck, (gpointer) &mail->grant);
    }
}

static gboolean
tell_serving_cb (gpointer data)
{
  citiz_engine_tell_serving (data);
  return G_SOURCE_REMOVE;
}

/* While the record is locked nobody can read who it was; that it happened is told all the same. */
static void
tell_locked (CitizEngine *engine, const CitizMail *mail)
{
  CitizOpeningKind kind;

  if (mail_kind (mail->kind, &kind))
    citiz_session_tell_locked (engine, kind);
  if (mail->kind == CITIZ_MAIL_ENDED) /* not within the node's own signal */
    citiz_engine_do (engine, tell_serving_cb, engine);
}

static void
mail_cb (CitizNode *node, CitizMail *mail, CitizEngine *engine)
{
  if (engine->vault == NULL)
    {
      tell_locked (engine, mail);
      return;
    }
  /* Within a revocation: a piece of mail that cannot be kept would undo it. citiz_engine_revoke() looks into the box after it. */
  if (citiz_db_get_depth (citiz_vault_get_db (engine->vault)) > 0)
    return;
  citiz_engine_take_mail (engine);
  citiz_engine_tell_access (engine, &mail->grant);
  if (mail->has_opening || mail->kind == CITIZ_MAIL_ENDED)
    citiz_engine_tell_ledger (engine);
}

void
citiz_engine_watch_node (CitizEngine *engine)
{
  static const gchar *const names[] = {"opened", "note", "code-tried", "ended"};

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_signal_connect (engine->node, names[i], G_CALLBACK (mail_cb), engine);
}
