/* The page a host shows to people: is this node well, who keeps the community. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "wire/citiz-invitation.h"

#include <string.h>

#define POLICY                                                                                     \
  "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; "           \
  "form-action 'none'; frame-ancestors 'none'"

static const gchar style[]
    = "body{font:1.05rem/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;"
      "color:#1d1d20;background:#fafafb}h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .4rem}"
      "td{overflow-wrap:anywhere}nav{float:right}a{color:#1d6a82}"
      "p.state{font-size:1.15rem;border-left:.3rem solid #26a269;padding:.2rem .8rem}"
      "p.bad{border-color:#c64600}table{border-collapse:collapse;width:100%}"
      "td,th{text-align:left;padding:.4rem .6rem .4rem 0;border-bottom:1px solid #d8d8dc;"
      "vertical-align:top}small,footer{color:#5e5c64}"
      "a.open{display:inline-block;background:#1c71d8;color:#fff;padding:.6rem 1.2rem;"
      "border-radius:.5rem;text-decoration:none;font-weight:600}[hidden]{display:none!important}"
      "@media(prefers-color-scheme:dark){a{color:#78c4dc}body{color:#f6f5f4;background:#1d1d20}"
      "td,th{border-color:#3d3d43}small,footer{color:#b0afb8}}";

/* What comes behind "#" stays in the browser; it is put into the link that opens the app. */
static const gchar script[] = "(()=>{const code=location.hash.slice(1),good=/^[\\w-]+$/.test(code);"
                              "const link=document.querySelector('a.open');link.hidden=!good;"
                              "document.getElementById('cut').hidden=good;"
                              "if(good)link.href='" CITIZ_INVITATION_SCHEME "'+code;"
                              "document.getElementById('other').hash=location.hash})()";

/* A page is asked for in one of two languages at a time, whatever the program's own: the words are here, not in po/. */
typedef enum
{
  W_TITLE,
  W_READY,
  W_FOLLOWS,
  W_STARTING,
  W_ALONE,
  W_UNHEARD,
  W_STANDING,
  W_FULL,
  W_DRAINING,
  W_BARRED,
  W_TWIN,
  W_CLOCK,
  W_KEPT_BY,
  W_OPERATOR,
  W_ADDRESS,
  W_STATE,
  W_HERE,
  W_LINKED,
  W_SILENT,
  W_AWAY,
  W_NEVER,
  W_WATCHED,
  W_WHAT,
  W_UNNAMED,
  W_CONTACT,
  W_BLAMED,
  W_JOIN,
  W_JOIN_WHAT,
  W_JOIN_OPEN,
  W_JOIN_PASTE,
  W_JOIN_CUT,
  W_WORDS,
  W_JOIN_WORDS,
  W_OTHERS,
  W_LANGUAGE,
  W_NOTHING,
  W_NOTHING_WHAT,
  W_HOME,
  N_WORDS
} Word;

static const gchar *const words[N_WORDS][2] = {
    [W_TITLE] = {"A Citiz node", "Un nœud Citiz"},
    [W_READY] = {"This node takes part and answers.", "Ce nœud participe et répond."},
    [W_FOLLOWS] = {"This node follows the others and answers; it does not vote.",
                   "Ce nœud suit les autres et répond ; il ne vote pas."},
    [W_STARTING] = {"This node is starting.", "Ce nœud démarre."},
    [W_ALONE]
    = {"This node cannot reach enough of the others: nothing new becomes final until they are back.",
       "Ce nœud n’en joint pas assez d’autres : rien de nouveau n’est définitif avant leur retour."},
    [W_UNHEARD]
    = {"This node does not hear enough of the others vote: nothing new is final.",
       "Ce nœud n’en entend pas assez d’autres voter : rien de nouveau n’est définitif."},
    [W_STANDING] = {"This node answers, but something waits here and nothing becomes final.",
                    "Ce nœud répond, mais quelque chose attend ici et rien ne devient définitif."},
    [W_FULL] = {"This node’s disk is almost full: it takes nothing new, and keeps what it has.",
                "Le disque de ce nœud est presque plein : il n’accepte rien de nouveau et garde ce "
                "qu’il a."},
    [W_DRAINING] = {"This node is about to stop: use another one.",
                    "Ce nœud va s’arrêter : utilisez-en un autre."},
    [W_TWIN]
    = {"Another machine runs with this node’s key, and only one of the two may: what it shows may be old. "
       "Use another one.",
       "Une autre machine fonctionne avec la clé de ce nœud, et une seule des deux le doit : ce qu’il montre est "
       "peut-être ancien. Utilisez-en un autre."},
    [W_BARRED]
    = {"Somebody else has voted with this node’s key: it votes no more until its host has seen to "
       "it. It follows the others and answers.",
       "Quelqu’un d’autre a voté avec la clé de ce nœud : il ne vote plus tant que la personne qui "
       "l’héberge n’y a pas remédié. Il suit les autres et répond."},
    [W_CLOCK]
    = {"This node answers, but its clock is not that of the other nodes: use another one until it is set right.",
       "Ce nœud répond, mais son horloge n’est pas celle des autres nœuds : utilisez-en un autre tant qu’elle n’est "
       "pas remise à l’heure."},
    [W_KEPT_BY]
    = {"Who keeps this community’s ledger", "Qui tient le registre de cette communauté"},
    [W_OPERATOR] = {"Operator", "Hébergeur"},
    [W_ADDRESS] = {"Address", "Adresse"},
    [W_STATE] = {"State", "État"},
    [W_HERE] = {"this node", "ce nœud"},
    [W_LINKED] = {"linked", "relié"},
    [W_SILENT] = {"linked, does not vote", "relié, ne vote pas"},
    [W_AWAY] = {"out of reach", "injoignable"},
    [W_NEVER] = {"No block yet.", "Aucun bloc encore."},
    [W_WATCHED] = {"Citizens whose Citiz has checked and signed this ledger in the last 24 hours:",
                   "Citoyens dont le Citiz a vérifié et signé ce registre depuis 24 heures :"},
    [W_WHAT]
    = {"This machine keeps sealed records and a ledger that anyone can check and nobody can "
       "read. If somebody gave you a link, open that link.",
       "Cette machine garde des dossiers scellés et un registre que chacun peut vérifier et "
       "que personne ne peut lire. Si on vous a remis un lien, ouvrez ce lien."},
    [W_UNNAMED] = {"(no name given)", "(sans nom)"},
    [W_CONTACT] = {"Contact:", "Contact :"},
    [W_BLAMED]
    = {"has signed two statements that contradict one another. The ledger holds the proof, and "
       "anyone can check it:",
       "a signé deux déclarations qui se contredisent. Le registre en garde la preuve, et chacun "
       "peut la vérifier :"},
    [W_JOIN] = {"An invitation to Citiz", "Une invitation à Citiz"},
    [W_JOIN_WHAT]
    = {"You are invited to keep your health record with a community whose nodes guard its ledger "
       "and cannot read anything. Open the invitation with Citiz on your computer (Linux). If Citiz "
       "is not there yet, who invites you says where to get it; then come back to this page.",
       "On vous invite à tenir votre dossier de santé avec une communauté dont les nœuds gardent "
       "le registre sans pouvoir rien lire. Ouvrez l’invitation avec Citiz sur votre ordinateur "
       "(Linux). Si Citiz n’y est pas encore, la personne qui vous invite sait où l’obtenir ; "
       "revenez ensuite à cette page."},
    [W_JOIN_OPEN] = {"Open with Citiz", "Ouvrir avec Citiz"},
    [W_JOIN_PASTE] = {"Or copy the whole address of this page and paste it into Citiz.",
                      "Ou copiez l’adresse entière de cette page et collez-la dans Citiz."},
    [W_JOIN_CUT] = {"The end of this address is missing: ask for the whole link.",
                    "La fin de cette adresse manque : redemandez le lien en entier."},
    [W_WORDS] = {"The community’s six words:", "Les six mots de la communauté :"},
    [W_JOIN_WORDS]
    = {"Citiz shows six words before you join. The person who invites you reads the same:",
       "Citiz montre six mots avant que vous rejoigniez la communauté. La personne qui vous invite "
       "lit les mêmes :"},
    [W_OTHERS] = {"In French:", "En anglais :"},
    [W_LANGUAGE] = {"English", "Français"},
    [W_NOTHING] = {"There is nothing at this address", "Il n’y a rien à cette adresse"},
    [W_NOTHING_WHAT]
    = {"If somebody gave you a link, it has to be whole: copy it again to its very end, or ask for "
       "it again.",
       "Si on vous a remis un lien, il doit être entier : copiez-le de nouveau jusqu’au dernier "
       "caractère, ou redemandez-le."},
    [W_HOME] = {"About this node", "À propos de ce nœud"},
};

static const gchar *const months[2][12]
    = {{"January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December"},
       {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre"}};

static const gchar *const codes[] = {[CITIZ_LANGUAGE_EN] = "en", [CITIZ_LANGUAGE_FR] = "fr"};

static CitizLanguage
other_of (CitizLanguage language)
{
  return language == CITIZ_LANGUAGE_FR ? CITIZ_LANGUAGE_EN : CITIZ_LANGUAGE_FR;
}

static const gchar *
word (CitizLanguage language, Word which)
{
  return words[which][language == CITIZ_LANGUAGE_FR];
}

/* As the page's own link says, else the first of both that the browser names; English when it names none. */
static CitizLanguage
language_of (const CitizHttpRequest *request)
{
  const gchar *accept = g_strcmp0 (request->query, "lang=fr") == 0   ? "fr"
                        : g_strcmp0 (request->query, "lang=en") == 0 ? "en"
                                                                     : request->accept_language;
  const gchar *fr = accept ? strstr (accept, "fr") : NULL;
  const gchar *en = accept ? strstr (accept, "en") : NULL;

  return fr != NULL && (en == NULL || fr < en) ? CITIZ_LANGUAGE_FR : CITIZ_LANGUAGE_EN;
}

static Word
state_word (CitizHost *host)
{
  const gchar *state = citiz_host_state (host);
  static const struct
  {
    const gchar *state;
    Word word;
  } states[] = {{"alone", W_ALONE}, {"unheard", W_UNHEARD}, {"standing", W_STANDING},
                {"twin", W_TWIN},   {"disk-full", W_FULL},  {"draining", W_DRAINING}};

  CitizCsxReport report;

  citiz_replica_report (host->replica, &report);
  if (g_str_equal (state, "ready") && report.clock_wrong)
    return W_CLOCK;
  if (g_str_equal (state, "ready"))
    return report.mode == CITIZ_CSX_OBSERVING || report.mode == CITIZ_CSX_MUTED ? W_FOLLOWS
                                                                                : W_READY;
  if (citiz_replica_is_barred (host->replica) && g_str_equal (state, "twin"))
    return W_BARRED;
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_str_equal (states[i].state, state))
      return states[i].word;
  return W_STARTING;
}

static Word
state_of (CitizHost *host, guint place)
{
  const CitizPublicKey *node = &citiz_replica_get_validators (host->replica)->v[place].node;
  CitizReplicaVoice voice;

  if (citiz_public_key_equal (node, citiz_signing_key_get_public (host->key)))
    return W_HERE;
  if (!citiz_peers_is_connected (citiz_member_get_peers (host->member), node))
    return W_AWAY;
  return citiz_host_hear (host, place, &voice) ? W_SILENT : W_LINKED;
}

static void
put_members (CitizHost *host, GString *out, CitizLanguage language)
{
  const CitizValidators *validators = citiz_replica_get_validators (host->replica);

  g_string_append_printf (out, "<h2>%s</h2><table><tr><th>%s</th><th>%s</th><th>%s</th></tr>",
                          word (language, W_KEPT_BY), word (language, W_OPERATOR),
                          word (language, W_ADDRESS), word (language, W_STATE));
  for (guint i = 0; i < validators->n; i++)
    {
      const CitizPublicKey *node = &validators->v[i].node;
      const CitizHostMember *member = citiz_host_community_find (host->community, node);
      const Word state = state_of (host, i);
      g_autofree gchar *line = g_markup_printf_escaped (
          "<tr><td>%s</td><td>%s</td><td>%s</td></tr>",
          member && member->operator_[0] ? member->operator_ : word (language, W_UNNAMED),
          member ? member->url : "", word (language, state));

      g_string_append (out, line);
    }
  g_string_append (out, "</table>");
}

/* "23 November 2026", « 1ᵉʳ novembre 2026 »; in UTC, whose ever computer reads it. */
static gchar *
day_of (CitizTime time, CitizLanguage language)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time.ms / 1000);
  const gboolean french = language == CITIZ_LANGUAGE_FR;

  if (utc == NULL)
    return g_strdup ("");
  return g_strdup_printf ("%d%s %s %d", g_date_time_get_day_of_month (utc),
                          french && g_date_time_get_day_of_month (utc) == 1 ? "ᵉʳ" : "",
                          months[french][g_date_time_get_month (utc) - 1],
                          g_date_time_get_year (utc));
}

/* "23 November 2026, 09:04 UTC", « le 23 novembre 2026 à 9 h 04 (UTC) » */
static gchar *
moment_of (CitizTime time, CitizLanguage language)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time.ms / 1000);
  g_autofree gchar *day = day_of (time, language);

  if (utc == NULL)
    return g_strdup ("");
  return g_strdup_printf (language == CITIZ_LANGUAGE_FR ? "le %s à %d h %02d (UTC)"
                                                        : "%s, %02d:%02d UTC",
                          day, g_date_time_get_hour (utc), g_date_time_get_minute (utc));
}

/* Who is proven to have lied, and when the ledger learnt it. */
static void
put_blamed (CitizHost *host, GString *out, CitizLanguage language)
{
  g_autoptr (GPtrArray) blamed = citiz_steward_blamed (host->chain);

  for (guint i = 0; i < blamed->len; i++)
    {
      const CitizEvidenceRecord *record = blamed->pdata[i];
      const CitizHostMember *member = citiz_host_community_find (host->community, &record->node);
      g_autofree gchar *when = day_of (record->time, language);
      g_autofree gchar *line = g_markup_printf_escaped (
          "<p class=\"state bad\">%s %s %s</p>",
          member && member->operator_[0] ? member->operator_ : word (language, W_UNNAMED),
          word (language, W_BLAMED), when);

      g_string_append (out, line);
    }
}

static void
put_newest (CitizHost *host, GString *out, CitizLanguage language)
{
  const CitizBlockHeader *head = citiz_ledger_head (citiz_chain_ledger (host->chain, NULL));
  g_autofree gchar *when = moment_of (head->time, language);

  if (head->height == 0)
    g_string_append_printf (out, "<p>%s</p>", word (language, W_NEVER));
  else
    g_string_append_printf (out,
                            language == CITIZ_LANGUAGE_FR
                                ? "<p>Dernier bloc : numéro %" G_GUINT64_FORMAT ", %s.</p>"
                                : "<p>Newest block: number %" G_GUINT64_FORMAT ", %s.</p>",
                            head->height, when);
}

/* What a citizen and a host compare, who need not read the same language. */
static void
put_words (CitizHost *host, GString *out, CitizLanguage language, Word before)
{
  const CitizLanguage other = other_of (language);
  g_autofree gchar *six = citiz_community_words (citiz_chain_id (host->chain), language);
  g_autofree gchar *others = citiz_community_words (citiz_chain_id (host->chain), other);

  g_string_append_printf (
      out, "<p>%s <b>%s</b><br><small>%s <span lang=\"%s\">%s</span></small></p>",
      word (language, before), six, word (language, W_OTHERS), codes[other], others);
}

static GString *
begin (CitizLanguage language, Word title)
{
  const CitizLanguage other = other_of (language);
  GString *out = g_string_new (NULL);

  g_string_append_printf (
      out,
      "<!doctype html><html lang=\"%s\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>%s</title><style>%s</style>"
      "<nav><a id=\"other\" href=\"?lang=%s\" lang=\"%s\" hreflang=\"%s\">%s</a></nav><h1>%s</h1>",
      codes[language], word (language, title), style, codes[other], codes[other], codes[other],
      word (other, W_LANGUAGE), word (language, title));
  return out;
}

static gchar *
digest_of (const gchar *text)
{
  CitizHash hash;

  citiz_sha256 (&hash, (const guint8 *) text, strlen (text));
  return g_base64_encode (hash.b, sizeof hash.b);
}

/* Takes @out. */
static void
answer_page (CitizHostCall *call, GString *out)
{
  g_autofree gchar *of_style = digest_of (style);
  g_autofree gchar *of_script = digest_of (script);
  g_autofree gchar *policy = g_strdup_printf (POLICY, of_style, of_script);

  citiz_http_response_header (call->response, "Content-Security-Policy", policy);
  citiz_http_response_header (call->response, "Vary", "Accept-Language");
  citiz_host_answer_bytes (call, 200, "text/html; charset=utf-8", g_string_free_to_bytes (out));
}

void
citiz_host_route_page (CitizHostCall *call)
{
  CitizHost *host = call->host;
  const CitizLanguage language = language_of (call->request);
  const Word state = state_word (host);
  GString *out = begin (language, W_TITLE);
  g_autofree gchar *name = g_markup_escape_text (host->config->operator_, -1);
  g_autofree gchar *contact = g_markup_escape_text (host->config->contact, -1);

  g_string_append_printf (out, "<p>%s</p><p class=\"state%s\">%s</p>", name,
                          state == W_READY || state == W_FOLLOWS ? "" : " bad",
                          word (language, state));
  put_blamed (host, out, language);
  put_newest (host, out, language);
  put_words (host, out, language, W_WORDS);
  put_members (host, out, language);
  g_string_append_printf (out, "<p>%s %u.</p>", word (language, W_WATCHED),
                          citiz_host_n_watchers (host));
  g_string_append_printf (out, "<footer><p>%s</p>", word (language, W_WHAT));
  if (contact[0] != '\0')
    g_string_append_printf (out, "<p>%s %s</p>", word (language, W_CONTACT), contact);
  g_string_append (out, "</footer></html>\n");
  answer_page (call, out);
}

/* GET /join#CODE: what an invitation's link opens. This node never sees the code. */
void
citiz_host_route_join (CitizHostCall *call)
{
  const CitizLanguage language = language_of (call->request);
  GString *out = begin (language, W_JOIN);

  g_string_append_printf (
      out,
      "<p>%s</p><p id=\"cut\" class=\"state bad\" hidden>%s</p><p><a class=\"open\" hidden>%s</a></p>",
      word (language, W_JOIN_WHAT), word (language, W_JOIN_CUT), word (language, W_JOIN_OPEN));
  put_words (call->host, out, language, W_JOIN_WORDS);
  g_string_append_printf (out, "<footer><p>%s</p></footer><script>%s</script></html>\n",
                          word (language, W_JOIN_PASTE), script);
  answer_page (call, out);
}

/* What no route answers. Programs, which speak no language, get a line. */
void
citiz_host_route_nothing (CitizHostCall *call)
{
  const CitizLanguage language = language_of (call->request);
  GString *out;

  citiz_route_headers (call->response);
  if (call->request->accept_language == NULL)
    {
      citiz_host_answer_bytes (call, 404, "text/plain; charset=utf-8",
                               g_bytes_new_static ("nothing is here\n", 16));
      return;
    }
  out = begin (language, W_NOTHING);
  g_string_append_printf (out, "<p>%s</p><p><a href=\"/\">%s</a></p></html>\n",
                          word (language, W_NOTHING_WHAT), word (language, W_HOME));
  answer_page (call, out);
  call->response->status = 404;
}
