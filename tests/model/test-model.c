/* The voting rules in every order: all states of small communities are looked at. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consensus/citiz-csx-rules.h"

#include <string.h>

/* What is left out makes the others stronger: liars have signed everything; two candidates a slot with any parents; an honest node may
 * act on a statement as soon as enough have signed it to make a certificate with the liars, whether it heard of it or not. So every
 * loss, delay and order of messages is covered. A state is what each honest node has ever said; a node keeps nothing else. */
#define MAX_SLOTS  3
#define MAX_HONEST 5
#define SLOT_BITS  5 /* of one node about one slot */
#define CODE_BITS  3 /* the same, when it is no contradiction */
#define KNOWN_BITS 4 /* of one slot: KNOWN_… */
#define OUTCOME_AT 12

typedef enum
{
  SAID_NOTAR_0 = 1,
  SAID_NOTAR_1 = 2,
  SAID_SKIP = 4,
  SAID_FINAL_0 = 8,
  SAID_FINAL_1 = 16
} Said;

/* What certificates tell of a slot's two candidates. */
typedef enum
{
  KNOWN_STANDS_0 = 1, /* its parent has a certificate, the slots between are skipped */
  KNOWN_STANDS_1 = 2,
  KNOWN_NOTAR_0 = 4,
  KNOWN_NOTAR_1 = 8
} Known;

typedef enum
{
  RIGHT,
  FINAL_AFTER_SKIP,
  SKIP_AFTER_FINAL,
  NO_GAP,        /* NOTAR without SKIP certificates between */
  NO_PARENT,     /* NOTAR without a certified parent */
  FORGETS,       /* one node loses its journal */
  ANYONES_FINAL, /* FINAL of a block one has not voted NOTAR for */
  LOW_QUORUM     /* one vote less makes a certificate */
} Fault;

typedef enum
{
  HOLDS,
  FORK,    /* two final blocks, neither an ancestor of the other */
  FRAMED,  /* an honest node has signed a contradiction (E2 to E5) */
  UNBLAMED /* a fork whose two chains hold no two certificates that contradict one another */
} Outcome;

typedef struct
{
  guint honest;
  guint need; /* honest signatures that, with all the liars', make a certificate */
  guint slots;
  Fault fault;
  gboolean blame; /* more liars than are tolerated: forks there are, but never without culprits */

  gint parent[MAX_SLOTS][2]; /* of each candidate: -1 the start, else slot × 2 + value */
  guint32 *seen;             /* a bit a state */
  GArray *todo;
  gboolean framed;
  guint8 allowed[1 << CODE_BITS][1 << KNOWN_BITS]; /* by the rules: what may be said next */
  guint16 said[1 << (MAX_SLOTS * CODE_BITS)];      /* of a column */
  guint16 *
      looks; /* by what is certified: 0 not looked at, else what is known of each slot, and 1 + outcome */
  guint64 states;
  guint64 steps;
} Model;

/* States ********************************************************************/

/* All that can be said of a slot without a contradiction. */
static const guint8 codes[1 << CODE_BITS] = {
    0,
    SAID_SKIP,
    SAID_NOTAR_0,
    SAID_NOTAR_0 | SAID_SKIP,
    SAID_NOTAR_0 | SAID_FINAL_0,
    SAID_NOTAR_1,
    SAID_NOTAR_1 | SAID_SKIP,
    SAID_NOTAR_1 | SAID_FINAL_1,
};

/* Returns: -1 if it is a contradiction */
static gint
code_of (guint said)
{
  for (gint i = 0; i < 1 << CODE_BITS; i++)
    if (codes[i] == said)
      return i;
  return -1;
}

static inline guint
column_of (const Model *model, guint32 state, guint node)
{
  const guint bits = model->slots * CODE_BITS;

  return state >> (node * bits) & ((1u << bits) - 1);
}

/* Honest nodes are alike: sorted, so that states that differ by their names are one. */
static inline guint32
with_column (const Model *model, const guint *columns, guint node, guint column)
{
  guint sorted[MAX_HONEST];
  guint32 state = 0;

  for (guint i = 0; i < model->honest; i++)
    {
      const guint next = i == node ? column : columns[i];
      guint place = i;

      for (; place > 0 && sorted[place - 1] > next; place--)
        sorted[place] = sorted[place - 1];
      sorted[place] = next;
    }
  for (guint i = 0; i < model->honest; i++)
    state |= sorted[i] << (i * model->slots * CODE_BITS);
  return state;
}

static inline void
visit (Model *model, guint32 state)
{
  guint32 *word = &model->seen[state / 32];

  model->steps++;
  if (*word & 1u << state % 32)
    return;
  *word |= 1u << state % 32;
  model->states++;
  g_array_append_val (model->todo, state);
}

/* Which statements have certificates: bit by bit, whether at least @need columns have it. */
static inline guint32
certified (const Model *model, const guint *columns)
{
  guint32 at_least[MAX_HONEST + 1] = {~0u}; /* [k]: of those looked at, k or more */

  for (guint i = 0; i < model->honest; i++)
    for (guint k = i + 1; k > 0; k--)
      at_least[k] |= at_least[k - 1] & model->said[columns[i]];
  return at_least[model->need];
}

static inline gboolean
has (guint32 column, guint slot, guint said)
{
  return (column >> (slot * SLOT_BITS) & said) != 0;
}

/* What must hold ************************************************************/

/* Whether block a is block b or an ancestor of it. */
static gboolean
leads_to (const Model *model, gint a, gint b)
{
  while (b > a)
    b = model->parent[b / 2][b % 2];
  return b == a;
}

static gboolean
justified (const Model *model, guint32 certs, gint block)
{
  for (; block >= 0; block = model->parent[block / 2][block % 2])
    {
      const gint parent = model->parent[block / 2][block % 2];
      const gint below = parent < 0 ? -1 : parent / 2;

      if (!has (certs, (guint) block / 2, SAID_NOTAR_0 << block % 2))
        return FALSE;
      for (gint i = block / 2 - 1; i > below; i--)
        if (!has (certs, (guint) i, SAID_SKIP))
          return FALSE;
    }
  return TRUE;
}

/* A certificate in the justification of @block, or its FINAL, that contradicts the FINAL of @final (E3 to E5). */
static gboolean
contradicts (const Model *model, gint final, gint block)
{
  const gint slot = final / 2;

  if (block / 2 == slot)
    return block != final; /* two FINAL */
  while (block / 2 > slot && block >= 0)
    {
      const gint parent = model->parent[block / 2][block % 2];

      if (parent < 0 || parent / 2 < slot)
        return TRUE; /* the gap was skipped over the slot */
      block = parent;
    }
  return block / 2 == slot && block != final; /* another NOTAR */
}

/* Of what is certified alone. */
static Outcome
look (const Model *model, guint32 certs)
{
  const gint n = (gint) model->slots * 2;

  for (gint a = 0; a < n; a++)
    for (gint b = a + 1; b < n; b++)
      {
        if (!has (certs, (guint) a / 2, SAID_FINAL_0 << a % 2)
            || !has (certs, (guint) b / 2, SAID_FINAL_0 << b % 2) || leads_to (model, a, b))
          continue;
        if (!model->blame)
          return FORK;
        if (justified (model, certs, a) && justified (model, certs, b)
            && !contradicts (model, a, b))
          return UNBLAMED;
      }
  return HOLDS;
}

/* The rules ****************************************************************/

static guint
may_say (Fault fault, guint bits, guint known)
{
  const CitizCsxSaid said = {.notar = (bits & (SAID_NOTAR_0 | SAID_NOTAR_1)) != 0,
                             .skip = (bits & SAID_SKIP) != 0,
                             .final = (bits & (SAID_FINAL_0 | SAID_FINAL_1)) != 0};
  CitizCsxSaid for_skip = said;
  CitizCsxSaid for_final = said;
  guint out = 0;

  for_skip.final = said.final && fault != SKIP_AFTER_FINAL;
  for_final.skip = said.skip && fault != FINAL_AFTER_SKIP;
  for (guint value = 0; value < 2; value++)
    {
      const gboolean stands = (known & KNOWN_STANDS_0 << value) != 0;
      const gboolean own = (bits & SAID_NOTAR_0 << value) != 0 || fault == ANYONES_FINAL;

      if (citiz_csx_may_notar (said, TRUE, stands, stands))
        out |= SAID_NOTAR_0 << value;
      if (own && citiz_csx_may_final (for_final, (known & KNOWN_NOTAR_0 << value) != 0))
        out |= SAID_FINAL_0 << value;
    }
  return out | (citiz_csx_may_skip (for_skip) ? SAID_SKIP : 0);
}

static guint
know (const Model *model, guint32 certs, guint slot)
{
  guint known = 0;

  for (guint value = 0; value < 2; value++)
    {
      const gint parent = model->parent[slot][value];
      gboolean stands = parent < 0 || model->fault == NO_PARENT
                        || has (certs, (guint) parent / 2, SAID_NOTAR_0 << parent % 2);

      for (gint i = parent < 0 ? 0 : parent / 2 + 1; i < (gint) slot; i++)
        stands = stands && (model->fault == NO_GAP || has (certs, (guint) i, SAID_SKIP));
      known |= stands ? KNOWN_STANDS_0 << value : 0;
      known |= has (certs, slot, SAID_NOTAR_0 << value) ? KNOWN_NOTAR_0 << value : 0;
    }
  return known;
}

/* Once for all states with the same certificates. */
static guint16
look_once (const Model *model, guint32 certs)
{
  guint16 out = (guint16) ((1 + look (model, certs)) << OUTCOME_AT);

  for (guint slot = 0; slot < model->slots; slot++)
    out |= (guint16) (know (model, certs, slot) << (slot * KNOWN_BITS));
  return out;
}

/* Everything node @node may say next. */
static inline void
moves (Model *model, const guint *columns, guint16 known, guint node)
{
  const guint column = columns[node];
  const gboolean forgets = model->fault == FORGETS && node == 0;

  for (guint slot = 0; slot < model->slots; slot++)
    {
      const guint at = slot * CODE_BITS;
      const guint code = column >> at & ((1 << CODE_BITS) - 1);
      guint next = model->allowed[forgets ? 0 : code][known >> (slot * KNOWN_BITS) & 15];

      for (next &= ~codes[code]; next != 0; next &= next - 1)
        {
          const gint then = code_of (codes[code] | (next & -next));

          if (then < 0)
            model->framed = TRUE;
          else
            visit (model,
                   with_column (model, columns, node, (column & ~(7u << at)) | (guint) then << at));
        }
    }
}

static Outcome
expand (Model *model, guint32 state)
{
  guint columns[MAX_HONEST];
  guint32 certs;
  guint16 *known;

  for (guint i = 0; i < model->honest; i++)
    columns[i] = column_of (model, state, i);
  certs = certified (model, columns) & ((1u << (model->slots * SLOT_BITS)) - 1);
  known = &model->looks[certs];
  if (*known == 0)
    *known = look_once (model, certs);
  if (*known >> OUTCOME_AT != 1 + HOLDS)
    return (Outcome) ((*known >> OUTCOME_AT) - 1);
  for (guint i = 0; i < model->honest; i++)
    if (i == 0 || columns[i] != columns[i - 1] || model->fault == FORGETS)
      moves (model, columns, *known, i);
  return model->framed ? FRAMED : HOLDS;
}

/* Every choice of parents; the two candidates of a slot are alike. */
static gboolean
choose_parents (Model *model, guint number)
{
  for (guint slot = 0; slot < model->slots; slot++)
    for (guint value = 0; value < 2; value++)
      {
        const guint choices = 1 + 2 * slot;

        model->parent[slot][value] = (gint) (number % choices) - 1;
        number /= choices;
      }
  for (guint slot = 0; slot < model->slots; slot++)
    if (model->parent[slot][0] > model->parent[slot][1])
      return FALSE;
  return TRUE;
}

static void
learn_rules (Model *model)
{
  for (guint code = 0; code < 1 << CODE_BITS; code++)
    for (guint known = 0; known < 1 << KNOWN_BITS; known++)
      model->allowed[code][known] = (guint8) may_say (model->fault, codes[code], known);
  for (guint column = 0; column < 1u << (model->slots * CODE_BITS); column++)
    for (guint slot = 0; slot < model->slots; slot++)
      model->said[column]
          |= (guint16) (codes[column >> (slot * CODE_BITS) & 7] << (slot * SLOT_BITS));
}

static Outcome
explore (Model *model)
{
  const gsize words = ((gsize) 1 << (model->honest * model->slots * CODE_BITS)) / 32;
  Outcome outcome = HOLDS;
  guint number = 1;

  for (guint slot = 0; slot < model->slots; slot++)
    number *= (1 + 2 * slot) * (1 + 2 * slot);
  learn_rules (model);
  model->todo = g_array_new (FALSE, FALSE, sizeof (guint32));
  model->looks = g_new (guint16, 1u << (model->slots * SLOT_BITS));
  for (guint i = 0; i < number && outcome == HOLDS; i++)
    {
      if (!choose_parents (model, i))
        continue;
      memset (model->looks, 0, sizeof *model->looks << (model->slots * SLOT_BITS));
      model->seen = g_new0 (guint32, words);
      visit (model, 0);
      while (model->todo->len > 0 && outcome == HOLDS)
        {
          const guint32 state = g_array_index (model->todo, guint32, model->todo->len - 1);

          g_array_set_size (model->todo, model->todo->len - 1);
          outcome = expand (model, state);
        }
      g_free (model->seen);
    }
  g_free (model->looks);
  g_array_unref (model->todo);
  return outcome;
}

/* The communities ***********************************************************/

typedef struct
{
  const gchar *name;
  guint n;
  guint quorum;
  guint liars;
  guint slots;
  Fault fault;
  gboolean blame;
  Outcome outcome;
  guint64 states; /* of a whole search: 0 if it ends before */
} Case;

static const Case cases[] = {
    {"4-with-1-liar/2-slots", 4, 3, 1, 2, RIGHT, FALSE, HOLDS, 0},
    {"7-with-2-liars/2-slots", 7, 5, 2, 2, RIGHT, FALSE, HOLDS, 4744936},
    {"4-with-1-liar/3-slots", 4, 3, 1, 3, RIGHT, FALSE, HOLDS,
     52160628}, /* also 3 of the founding mode */
    {"2-of-the-founding-mode/3-slots", 2, 2, 0, 3, RIGHT, FALSE, HOLDS, 0},
    {"5-with-1-liar/2-slots", 5, 4, 1, 2, RIGHT, FALSE, HOLDS, 0},
    /* too many liars: nobody honest is blamed, somebody always is */
    {"4-with-2-liars/3-slots/blame", 4, 3, 2, 3, RIGHT, TRUE, HOLDS, 0},
    {"7-with-3-liars/2-slots/blame", 7, 5, 3, 2, RIGHT, TRUE, HOLDS, 0},
    {"4-with-2-liars/2-slots/fork", 4, 3, 2, 2, RIGHT, FALSE, FORK, 0},
    /* each rule is needed */
    {"fault/final-after-skip", 4, 3, 1, 3, FINAL_AFTER_SKIP, FALSE, FRAMED, 0},
    {"fault/skip-after-final", 4, 3, 1, 3, SKIP_AFTER_FINAL, FALSE, FRAMED, 0},
    {"fault/no-gap", 4, 3, 1, 3, NO_GAP, FALSE, FORK, 0},
    {"fault/no-parent", 4, 3, 1, 3, NO_PARENT, FALSE, FORK, 0},
    {"fault/forgets", 4, 3, 1, 3, FORGETS, FALSE, FRAMED, 0},
    {"fault/anyones-final", 4, 3, 1, 3, ANYONES_FINAL, FALSE, FRAMED, 0},
    {"fault/low-quorum", 4, 2, 1, 3, LOW_QUORUM, FALSE, FORK, 0},
};

static void
test_case (gconstpointer data)
{
  const Case *wanted = data;
  Model model = {.honest = wanted->n - wanted->liars,
                 .need = wanted->quorum - wanted->liars,
                 .slots = wanted->slots,
                 .fault = wanted->fault,
                 .blame = wanted->blame};
  Outcome outcome;

  g_assert_cmpuint (model.honest, <=, MAX_HONEST);
  g_assert_cmpuint (model.slots, <=, MAX_SLOTS);
  outcome = explore (&model);
  g_test_message ("%" G_GUINT64_FORMAT " states, %" G_GUINT64_FORMAT " steps", model.states,
                  model.steps);
  g_assert_cmpint (outcome, ==, wanted->outcome);
  g_assert_true (wanted->states == 0 || model.states == wanted->states);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *path = g_strconcat ("/model/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
