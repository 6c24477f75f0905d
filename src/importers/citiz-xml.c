/* The tokenizer: one buffer, whole tags handed out in place, the internal DTD stepped over without being understood.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-xml.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define SLACK     16 /* bytes after the buffer that may be looked at */
#define READ_SIZE (256 * 1024)
#define GUESS_MAX 31

typedef enum
{
  MODE_CONTENT,
  MODE_COMMENT,
  MODE_INSTRUCTION,
  MODE_CDATA,
  MODE_DOCTYPE,
  MODE_DTD,
  MODE_DTD_COMMENT
} Mode;

struct _CitizXml
{
  CitizXmlHandler handler;
  gpointer data;
  gchar *buffer;
  gsize capacity, at, end; /* unread bytes are buffer[at..end) */
  guint64 base;            /* offset in the document of buffer[0] */
  guint64 good;            /* offset after the last whole token */
  Mode mode;
  gboolean rooted, started;
  CitizImportReason failed;
  guint depth;
  struct
  {
    guint8 n;
    gchar name[CITIZ_XML_MAX_NAME];
  } open[CITIZ_XML_MAX_DEPTH];
  CitizXmlAttribute attributes[CITIZ_XML_MAX_ATTRIBUTES];
  /* Elements of a kind follow one another: the n-th attribute is most often called as it was last time. */
  struct
  {
    guint8 n;
    gchar name[GUESS_MAX];
  } guess[CITIZ_XML_MAX_ATTRIBUTES];
};

/**
 * citiz_xml_new:
 * @handler: called for each element, from within citiz_xml_advance
 *
 * No entity is ever defined or fetched: only the five of XML and numeric ones are known, the rest stays text.
 * Bytes that XML 1.0 forbids (iOS writes U+000B) are accepted and become spaces in citiz_xml_text().
 */
CitizXml *
citiz_xml_new (const CitizXmlHandler *handler, gpointer data)
{
  CitizXml *xml = g_new0 (CitizXml, 1);
  xml->handler = *handler;
  xml->data = data;
  return xml;
}

void
citiz_xml_free (CitizXml *xml)
{
  if (xml == NULL)
    return;
  g_free (xml->buffer);
  g_free (xml);
}

/* Lets a handler end the parse; the first reason wins. */
void
citiz_xml_stop (CitizXml *xml, CitizImportReason reason)
{
  if (xml->failed == CITIZ_IMPORT_KEPT)
    xml->failed = reason;
}

static inline gboolean
is_space (gchar c)
{
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Steps over everything up to and including @mark. FALSE: not in the buffer yet, all but a possible beginning eaten. */
static gboolean
skip_past (CitizXml *xml, const gchar *mark)
{
  gsize n = strlen (mark);
  const gchar *found = memmem (xml->buffer + xml->at, xml->end - xml->at, mark, n);

  if (found != NULL)
    {
      xml->at = (gsize) (found - xml->buffer) + n;
      return TRUE;
    }
  if (xml->end - xml->at >= n)
    xml->at = xml->end - (n - 1);
  return FALSE;
}

/* The internal subset: only comments and the closing ]> matter. Apple's own is not well formed since iOS 16. */
static gboolean
skip_dtd (CitizXml *xml)
{
  while (xml->at < xml->end)
    {
      const gchar *p = xml->buffer + xml->at;
      gsize n = xml->end - xml->at;
      if (*p == ']')
        {
          gsize i = 1;
          while (i < n && is_space (p[i]))
            i++;
          if (i == n)
            return FALSE;
          if (p[i] == '>')
            {
              xml->at += i + 1;
              xml->mode = MODE_CONTENT;
              return TRUE;
            }
        }
      else if (*p == '<')
        {
          if (n < 4)
            return FALSE;
          if (memcmp (p, "<!--", 4) == 0)
            {
              xml->at += 4;
              xml->mode = MODE_DTD_COMMENT;
              return TRUE;
            }
        }
      xml->at++;
    }
  return FALSE;
}

static gboolean
skip_doctype (CitizXml *xml)
{
  for (; xml->at < xml->end; xml->at++)
    {
      gchar c = xml->buffer[xml->at];
      if (c == '[' || c == '>')
        {
          xml->at++;
          xml->mode = c == '[' ? MODE_DTD : MODE_CONTENT;
          return TRUE;
        }
    }
  return FALSE;
}

/* <!… : decides which construct begins. FALSE: too few bytes to tell. */
static gboolean
begin_markup (CitizXml *xml)
{
  static const struct
  {
    const gchar *mark;
    Mode mode;
  } kinds[] = {{"<!--", MODE_COMMENT}, {"<![CDATA[", MODE_CDATA}, {"<!DOCTYPE", MODE_DOCTYPE}};
  const gchar *p = xml->buffer + xml->at;
  gsize n = xml->end - xml->at;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gsize want = strlen (kinds[i].mark);
      if (memcmp (p, kinds[i].mark, MIN (n, want)) != 0)
        continue;
      if (n < want)
        return FALSE;
      xml->at += want;
      xml->mode = kinds[i].mode;
      return TRUE;
    }
  citiz_xml_stop (xml, CITIZ_IMPORT_MALFORMED);
  return TRUE;
}

static void
push_element (CitizXml *xml, CitizSlice name, guint n_attributes)
{
  if (xml->depth == 0 && xml->rooted)
    {
      citiz_xml_stop (xml, CITIZ_IMPORT_MALFORMED); /* a second root */
      return;
    }
  if (xml->depth == CITIZ_XML_MAX_DEPTH)
    {
      citiz_xml_stop (xml, CITIZ_IMPORT_TOO_DEEP);
      return;
    }
  xml->rooted = TRUE;
  memcpy (xml->open[xml->depth].name, name.p, name.n);
  xml->open[xml->depth].n = (guint8) name.n;
  xml->depth++;
  xml->handler.start (xml->data, xml->depth, name, xml->attributes, n_attributes);
}

static void
pop_element (CitizXml *xml, CitizSlice name)
{
  if (xml->depth == 0 || xml->open[xml->depth - 1].n != name.n
      || memcmp (xml->open[xml->depth - 1].name, name.p, name.n) != 0)
    {
      citiz_xml_stop (xml, CITIZ_IMPORT_MALFORMED);
      return;
    }
  xml->handler.end (xml->data, xml->depth, name);
  xml->depth--;
}

/* memchr for values, most of which are short: without a call on machines that have SSE2. */
static inline const gchar *
find_quote (const gchar *p, const gchar *end, gchar quote)
{
#ifdef __SSE2__
  const __m128i wanted = _mm_set1_epi8 (quote);
  for (guint i = 0; i < 4 && p < end; i++, p += 16)
    {
      __m128i bytes = _mm_loadu_si128 ((const __m128i *) (gconstpointer) p);
      guint hits = (guint) _mm_movemask_epi8 (_mm_cmpeq_epi8 (bytes, wanted));
      if (hits != 0)
        {
          p += __builtin_ctz (hits);
          return p < end ? p : NULL;
        }
    }
#endif
  return p < end ? memchr (p, quote, (gsize) (end - p)) : NULL;
}

/* The end of an attribute's name: where '=' stands, or why it does not. */
static inline const gchar *
skip_name (CitizXml *xml, guint index, const gchar *p, const gchar *end)
{
  const gchar *name = p;
  gsize n = xml->guess[index].n;

  if (n > 0 && (gsize) (end - p) > n && p[n] == '=' && memcmp (p, xml->guess[index].name, n) == 0)
    return p + n;
  while (p < end && *p != '=' && *p != '>' && *p != '<')
    p++;
  n = (gsize) (p - name);
  if (p < end && *p == '=' && n <= GUESS_MAX)
    {
      xml->guess[index].n = (guint8) n;
      memcpy (xml->guess[index].name, name, n);
    }
  return p;
}

/* One attribute. Returns the place after it, NULL when bytes are missing or it is broken (then ->failed is set). */
static inline const gchar *
read_attribute (CitizXml *xml, guint index, const gchar *p, const gchar *end)
{
  CitizXmlAttribute *out = &xml->attributes[index];
  const gchar *name = p;

  p = skip_name (xml, index, p, end);
  if (p == end)
    return NULL;
  if (*p != '=' || p == name)
    {
      citiz_xml_stop (xml, CITIZ_IMPORT_MALFORMED);
      return NULL;
    }
  out->name.p = name;
  out->name.n = (gsize) (p - name);
  while (out->name.n > 0 && is_space (name[out->name.n - 1]))
    out->name.n--;
  for (p++; p < end && is_space (*p); p++)
    ;
  if (p == end)
    return NULL;
  if (*p != '"' && *p != '\'')
    {
      citiz_xml_stop (xml, CITIZ_IMPORT_MALFORMED);
      return NULL;
    }
  const gchar *close = find_quote (p + 1, end, *p);
  if (close == NULL)
    return NULL;
  out->value.p = p + 1;
  out->value.n = (gsize) (close - p - 1);
  return close + 1;
}

/* A start tag in whole, or FALSE when its end is not in the buffer yet. */
static gboolean
read_start (CitizXml *xml)
{
  const gchar *p = xml->buffer + xml->at + 1, *end = xml->buffer + xml->end;
  CitizSlice name = {p, 0};
  guint n = 0;

  while (p < end && !is_space (*p) && *p != '>' && *p != '/')
    p++;
  name.n = (gsize) (p - name.p);
  if (name.n == 0 || name.n > CITIZ_XML_MAX_NAME - 1)
    {
      if (p < end || name.n > 0)
        citiz_xml_stop (xml, CITIZ_IMPORT_MALFORMED);
      return FALSE;
    }
  for (;;)
    {
      while (p < end && is_space (*p))
        p++;
      if (p == end || (*p == '/' && p + 1 == end))
        return FALSE;
      if (*p == '>' || *p == '/')
        break;
      if (n == CITIZ_XML_MAX_ATTRIBUTES)
        {
          citiz_xml_stop (xml, CITIZ_IMPORT_TOO_MANY);
          return FALSE;
        }
      p = read_attribute (xml, n, p, end);
      if (p == NULL)
        return FALSE;
      n++;
    }
  gboolean empty = *p == '/';
  if (empty && p[1] != '>')
    {
      citiz_xml_stop (xml, CITIZ_IMPORT_MALFORMED);
      return FALSE;
    }
  push_element (xml, name, n);
  if (empty && xml->failed == CITIZ_IMPORT_KEPT)
    pop_element (xml, name);
  xml->at = (gsize) (p - xml->buffer) + (empty ? 2 : 1);
  return TRUE;
}

static gboolean
read_end (CitizXml *xml)
{
  const gchar *p = xml->buffer + xml->at + 2;
  const gchar *close = memchr (p, '>', xml->end - xml->at - 2);

  if (close == NULL)
    return FALSE;
  CitizSlice name = {p, (gsize) (close - p)};
  while (name.n > 0 && is_space (p[name.n - 1]))
    name.n--;
  pop_element (xml, name);
  xml->at = (gsize) (close - xml->buffer) + 1;
  return TRUE;
}

/* Content between tags is of no use here: the next '<' is all that counts. */
static gboolean
read_content (CitizXml *xml)
{
  const gchar *p = memchr (xml->buffer + xml->at, '<', xml->end - xml->at);

  if (p == NULL)
    {
      xml->at = xml->end;
      return FALSE;
    }
  xml->at = (gsize) (p - xml->buffer);
  if (xml->end - xml->at < 2)
    return FALSE;
  switch (p[1])
    {
    case '/':
      return read_end (xml);
    case '!':
      return begin_markup (xml);
    case '?':
      xml->at += 2;
      xml->mode = MODE_INSTRUCTION;
      return TRUE;
    default:
      return read_start (xml);
    }
}

static gboolean
step (CitizXml *xml)
{
  static const gchar *const marks[] = {[MODE_COMMENT] = "-->",
                                       [MODE_INSTRUCTION] = "?>",
                                       [MODE_CDATA] = "]]>",
                                       [MODE_DTD_COMMENT] = "-->"};
  switch (xml->mode)
    {
    case MODE_CONTENT:
      return read_content (xml);
    case MODE_DOCTYPE:
      return skip_doctype (xml);
    case MODE_DTD:
      return skip_dtd (xml);
    case MODE_COMMENT:
    case MODE_INSTRUCTION:
    case MODE_CDATA:
    case MODE_DTD_COMMENT:
    default:
      if (!skip_past (xml, marks[xml->mode]))
        return FALSE;
      xml->mode = xml->mode == MODE_DTD_COMMENT ? MODE_DTD : MODE_CONTENT;
      return TRUE;
    }
}

/**
 * citiz_xml_reserve:
 * @size: (out): how many bytes may be written
 *
 * Returns: (transfer none): room for the next bytes of the document, to be followed by citiz_xml_advance()
 */
guint8 *
citiz_xml_reserve (CitizXml *xml, gsize *size)
{
  if (xml->at > 0)
    {
      memmove (xml->buffer, xml->buffer + xml->at, xml->end - xml->at);
      xml->base += xml->at;
      xml->end -= xml->at;
      xml->at = 0;
    }
  if (xml->capacity - xml->end < READ_SIZE)
    {
      xml->capacity = xml->end + READ_SIZE;
      xml->buffer = g_realloc (xml->buffer, xml->capacity + SLACK);
      memset (xml->buffer + xml->capacity, 0, SLACK);
    }
  *size = READ_SIZE;
  return (guint8 *) xml->buffer + xml->end;
}

/**
 * citiz_xml_advance:
 * @n: bytes written where citiz_xml_reserve() said
 *
 * Returns: FALSE when the parse has ended early; see citiz_xml_finish() for why and where
 */
gboolean
citiz_xml_advance (CitizXml *xml, gsize n)
{
  xml->end += n;
  if (!xml->started)
    {
      /* Anything but UTF-8 would be read as noise: say so instead. */
      const guint8 *b = (const guint8 *) xml->buffer;
      if (xml->end < 3)
        return TRUE;
      xml->started = TRUE;
      if ((b[0] == 0xfe && b[1] == 0xff) || (b[0] == 0xff && b[1] == 0xfe) || b[0] == 0
          || b[1] == 0)
        citiz_xml_stop (xml, CITIZ_IMPORT_NOT_UTF8);
    }
  while (xml->failed == CITIZ_IMPORT_KEPT && xml->at < xml->end && step (xml))
    if (xml->mode == MODE_CONTENT && xml->failed == CITIZ_IMPORT_KEPT)
      xml->good = xml->base + xml->at;
  if (xml->end - xml->at > CITIZ_XML_MAX_TAG)
    citiz_xml_stop (xml, CITIZ_IMPORT_TOO_LARGE);
  return xml->failed == CITIZ_IMPORT_KEPT;
}

/* The same for bytes that are already in memory. */
gboolean
citiz_xml_feed (CitizXml *xml, const guint8 *bytes, gsize n)
{
  while (n > 0)
    {
      gsize room;
      guint8 *to = citiz_xml_reserve (xml, &room);
      gsize part = MIN (n, room);
      memcpy (to, bytes, part);
      if (!citiz_xml_advance (xml, part))
        return FALSE;
      bytes += part;
      n -= part;
    }
  return TRUE;
}

/**
 * citiz_xml_finish:
 * @stopped_at: (out) (optional): offset after the last token that was whole
 *
 * Returns: CITIZ_IMPORT_KEPT for a document that is whole, else why it is not; everything before was delivered
 */
CitizImportReason
citiz_xml_finish (CitizXml *xml, guint64 *stopped_at)
{
  if (xml->failed == CITIZ_IMPORT_KEPT && !xml->rooted)
    xml->failed = CITIZ_IMPORT_EMPTY;
  if (xml->failed == CITIZ_IMPORT_KEPT
      && (xml->depth > 0 || xml->mode != MODE_CONTENT || xml->at < xml->end))
    xml->failed = CITIZ_IMPORT_TRUNCATED;
  if (stopped_at != NULL)
    *stopped_at = xml->good;
  return xml->failed;
}

gboolean
citiz_slice_equal (CitizSlice slice, const gchar *text)
{
  return strlen (text) == slice.n && memcmp (slice.p, text, slice.n) == 0;
}

/* One entity at the head of @s; returns its length, 0 when it is not one we know. */
static gsize
read_entity (CitizSlice s, gunichar *out)
{
  static const struct
  {
    const gchar *name;
    gunichar c;
  } named[] = {{"lt;", '<'}, {"gt;", '>'}, {"amp;", '&'}, {"quot;", '"'}, {"apos;", '\''}};

  for (guint i = 0; i < G_N_ELEMENTS (named); i++)
    {
      gsize n = strlen (named[i].name);
      if (s.n > n && memcmp (s.p + 1, named[i].name, n) == 0)
        {
          *out = named[i].c;
          return n + 1;
        }
    }
  if (s.n < 4 || s.p[1] != '#')
    return 0;
  gboolean hex = s.p[2] == 'x';
  guint32 c = 0;
  gsize i = hex ? 3 : 2;
  for (; i < s.n && i < 11 && g_ascii_isxdigit (s.p[i]) && (hex || g_ascii_isdigit (s.p[i])); i++)
    c = c * (hex ? 16 : 10) + (guint32) g_ascii_xdigit_value (s.p[i]);
  if (i == s.n || s.p[i] != ';' || i == (hex ? 3u : 2u))
    return 0;
  *out = g_unichar_validate (c) && c >= 0x20 ? c : ' ';
  return i + 1;
}

/**
 * citiz_xml_text:
 * @max: longest result in bytes; the rest is cut at a character
 *
 * Returns: (transfer full): the value as text: entities replaced, control bytes as spaces, valid UTF-8, NFC
 */
gchar *
citiz_xml_text (CitizSlice slice, gsize max)
{
  g_autoptr (GString) out = g_string_sized_new (MIN (slice.n, max) + 1);

  for (gsize i = 0; i < slice.n && out->len < max;)
    {
      gunichar c;
      CitizSlice rest = {slice.p + i, slice.n - i};
      gsize n = slice.p[i] == '&' ? read_entity (rest, &c) : 0;
      if (n > 0)
        g_string_append_unichar (out, c);
      else
        g_string_append_c (out,
                           (guchar) slice.p[i] < 0x20 || slice.p[i] == 0x7f ? ' ' : slice.p[i]);
      i += MAX (n, 1);
    }
  g_autofree gchar *valid = g_utf8_make_valid (out->str, (gssize) out->len);
  gchar *text = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  if (text != NULL && strlen (text) > max)
    {
      gchar *cut = g_utf8_find_prev_char (text, text + max + 1);
      if (cut != NULL)
        *cut = '\0';
    }
  return text != NULL ? text : g_strdup ("");
}
