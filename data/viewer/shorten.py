"""Shortens a script for the page: no comments, no margins, one short name for each of our own names.
SPDX-License-Identifier: AGPL-3.0-or-later

A name of the left margin has one short name everywhere; any other lives inside one declaration of the left margin and is mapped one
to one there, so that scopes and shadowing stay exactly as written. Property names and strings are never touched. It knows the plain
style of our modules (semicolons, no empty statement, no labels, no `with`), not all of JavaScript.
"""
import re

KEYWORDS = set('''arguments async await break case catch class const continue debugger default delete do else export extends false
finally for function get if import in instanceof let new null of return set static super switch this throw true try typeof
undefined var void while yield'''.split())

# What the browser gives. A name that is missing here would be shortened and break the page's tests.
GLOBALS = set('''AbortController Array BigInt Blob Boolean DataView Date Element Error Infinity Intl JSON Map Math NaN Node Number Object
Promise RegExp Set String TextDecoder TextEncoder URL Uint16Array Uint8Array atob btoa clearTimeout crypto decodeURI document fetch
globalThis navigator parseFloat parseInt performance setTimeout window'''.split())

TOKEN = re.compile(r'''
  (?P<space>\s+)
| (?P<comment>//[^\n]*|/\*.*?\*/)
| (?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
| (?P<number>0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?n?)
| (?P<word>[A-Za-z_$][\w$]*)
| (?P<punct>\.\.\.|=>|===|!==|>>>=|>>>|<<=|>>=|\*\*|\?\?=|\?\?|\?\.(?!\d)|&&|\|\||==|!=|<=|>=|\+\+|--|[-+*/%&|^]=|<<|>>|[{}()\[\];,<>+\-*/%&|^!~?:=.@\#])
''', re.X | re.S)
REGEX = re.compile(r'/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*')
BEFORE_REGEX = set('( , = : [ ! & | ? { } ; => && || ?? return typeof + - * % < > == === != !== ...'.split())


def tokenize(text):
    """List of (kind, text); a template literal becomes its pieces, with the tokens of its expressions between them."""
    out, at = [], 0
    while at < len(text):
        if text[at] == '`':
            at = template(text, at + 1, out)
            continue
        if text[at] == '/' and text[at + 1] not in '/*' and (not out or out[-1][1] in BEFORE_REGEX):
            match = REGEX.match(text, at)
            out.append(('regex', match.group()))
            at = match.end()
            continue
        match = TOKEN.match(text, at)
        if not match:
            raise ValueError('cannot read: ' + text[at:at + 40])
        if match.lastgroup not in ('space', 'comment'):
            out.append((match.lastgroup, match.group()))
        at = match.end()
    return out


def template(text, at, out):
    piece = '`'
    while text[at] != '`':
        if text[at] == '\\':
            piece += text[at:at + 2]
            at += 2
        elif text.startswith('${', at):
            end = at + 2
            depth = 1
            while depth:
                depth += {'{': 1, '}': -1}.get(text[end], 0)
                end += 1
            out.append(('piece', piece + '${'))
            out.extend(tokenize(text[at + 2:end - 1]))
            piece = '}'
            at = end
        else:
            piece += text[at]
            at += 1
    out.append(('piece', piece + '`'))
    return at + 1


def brace_kind(tokens, i):
    """What a `{` opens: an object (literal or pattern), a class body or a block."""
    before = tokens[i - 1][1] if i else ';'
    if before in (')', '=>', 'else', 'try', 'finally', 'do', ';', '{', '}'):
        return 'block'
    if tokens[i - 1][0] == 'word' and before not in KEYWORDS:
        return 'class'
    return 'object'


def roles(tokens):
    """For each token: 'name' (ours or a global), 'key' (left alone), 'short' (shorthand property), or None."""
    out, stack = [], ['block']
    for i, (kind, text) in enumerate(tokens):
        role = None
        before = tokens[i - 1][1] if i else ''
        after = tokens[i + 1][1] if i + 1 < len(tokens) else ''
        if kind == 'word' and before not in ('.', '?.'):
            key_place = stack[-1] in ('object', 'class') and (before in ('{', ',') or stack[-1] == 'class' and before == '}')
            if key_place and after in (':', '('):
                role = 'key'
            elif text in KEYWORDS:
                role = None
            else:
                role = 'short' if key_place else 'name'
        if text == '{' and kind == 'punct':
            stack.append(brace_kind(tokens, i))
        elif text in ('(', '[') and kind == 'punct':
            stack.append('list')
        elif text in ('}', ')', ']') and kind == 'punct':
            stack.pop()
        out.append(role)
    if stack != ['block']:
        raise ValueError('brackets do not match')
    return out


def short_names(taken):
    letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
    queue = list(letters)
    while queue:
        name = queue.pop(0)
        if len(name) < 3:
            queue.extend(name + c for c in letters + '0123456789')
        if name not in taken:
            yield name


def needs_space(left, right):
    if not left or not right:
        return False
    wordy = re.compile(r'[\w$]')
    return bool(wordy.match(left[-1]) and wordy.match(right[0])) or left[-1] + right[0] in ('++', '--', '//', '/*')


LOCALS = 'abcdefghijklmnopqr'  # one-letter names that every declaration uses anew; the rest are the script's: so many make the shortest page


def declarations(tokens):
    """For each token, which declaration of the left margin it is in; and the names declared there."""
    where, names, depth, at = [], set(), 0, 0
    for i, (kind, text) in enumerate(tokens):
        if depth == 0 and kind == 'word' and text in ('async', 'class', 'const', 'function', 'let'):
            if i == 0 or tokens[i - 1][1] != 'async':
                at += 1
            if text != 'async':
                names.add(tokens[i + 1][1])
        if kind == 'punct':
            depth += {'{': 1, '(': 1, '[': 1, '}': -1, ')': -1, ']': -1}.get(text, 0)
        where.append(at)
    return where, names


def by_count(words):
    """Most frequent first."""
    count = {}
    for word in words:
        count[word] = count.get(word, 0) + 1
    return sorted(count, key=lambda w: (-count[w], w))


def rename(tokens, role):
    """For each token its new text; and a line that gives what the browser calls often a short name."""
    where, top = declarations(tokens)
    taken = KEYWORDS | GLOBALS
    names = [word for (kind, word), what in zip(tokens, role) if what in ('name', 'short')]
    often = [word for word in by_count(names) if word in GLOBALS - {'undefined'} and names.count(word) * len(word) > 70]
    ours = [what in ('name', 'short') and (word not in GLOBALS or word in often) for (kind, word), what in zip(tokens, role)]
    top |= set(often)
    used = [word for (kind, word), mine in zip(tokens, ours) if mine and word in top]
    new = dict(zip(by_count(used), short_names(taken | set(LOCALS))))
    inside = {}
    for (kind, word), mine, at in zip(tokens, ours, where):
        if mine and word not in top:
            inside.setdefault(at, []).append(word)
    spare = taken | set(new.values())
    inside = {at: dict(zip(by_count(words), short_names(spare))) for at, words in inside.items()}
    out = []
    for (kind, word), what, mine, at in zip(tokens, role, ours, where):
        short = (new[word] if word in top else inside[at][word]) if mine else word
        out.append(word + ':' + short if what == 'short' else 'let' if (kind, word, what) == ('word', 'const', None) else short)
    return out, 'let ' + ','.join(f'{new[word]}={word}' for word in often) + ';'


def plainer(tokens, role, pieces):
    """The same in fewer letters: !0 and !1, void 0, Error without new, one parameter without brackets."""
    out = list(pieces)
    for i, ((kind, text), what) in enumerate(zip(tokens, role)):
        after = [t for _, t in tokens[i + 1:i + 4]]
        if kind == 'word' and what is None and text in ('true', 'false') and tokens[i - 1][1] not in ('.', '?.'):
            out[i] = '!0' if text == 'true' else '!1'
        elif what == 'name' and text == 'undefined' or text == 'undefined' and kind == 'word' and what is None:
            out[i] = 'void 0'
        elif text == 'new' and after[:2] == ['Error', '(']:
            out[i] = ''
        elif text == '(' and after[1:] == [')', '=>'] and tokens[i + 1][0] == 'word' and tokens[i - 1][1] != 'async':
            out[i] = out[i + 2] = ''
    return out


def joined(tokens, pieces):
    """`let a=1;let b=2` as `let a=1,b=2`: a declaration right after a declaration, in the same block."""
    out, starts, begins = list(pieces), [None], True
    for i, (kind, text) in enumerate(tokens):
        if begins:
            if pieces[i] == 'let' and starts[-1] == 'let':
                out[i - 1], out[i] = ',', ''
            starts[-1] = pieces[i]
        begins = False
        if kind == 'punct' and text in ('{', '(', '['):
            starts.append(None)
            begins = text == '{'
        elif kind == 'punct' and text in ('}', ')', ']'):
            starts.pop()
            if text == '}' and starts[-1] != 'let':
                starts[-1], begins = None, True
        elif text == ';':
            begins = True
    return out


def shorten(text):
    tokens = tokenize(text)
    out, line, last = [], 0, ''
    role = roles(tokens)
    renamed, aliases = rename(tokens, role)
    pieces = [aliases] + [piece for piece in joined(tokens, plainer(tokens, role, renamed)) if piece]
    for i, piece in enumerate(pieces):
        if piece == ';' and pieces[i + 1:i + 2] == ['}']:
            continue
        if needs_space(last, piece):
            out.append(' ')
        out.append(piece)
        line += len(piece)
        if piece == ';' and line > 400:
            out.append('\n')
            line = 0
        last = piece
    return ''.join(out)
