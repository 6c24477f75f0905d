#!/usr/bin/python3
"""Makes the one file of the doctor's page from its modules, style and page. SPDX-License-Identifier: AGPL-3.0-or-later

The rule for modules is strict, so that joining them can be understood at a glance:
  import { a, b } from './x.js';     one line, top of the file, no renaming, no default, no star
  export function|async function|class|const name ...
Every name at the left margin is unique over all modules; no template literal spans lines.
"""
import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from shorten import shorten

LIMIT = 150 * 1024
IMPORT = re.compile(r"^import \{ ([\w, ]+) \} from '\./([\w-]+\.js)';$")
DECLARATION = re.compile(r'^(export )?(?:async function|function|class|const|let) (\w+)\b')


def fail(message):
    sys.exit('build.py: ' + message)


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def parse_module(name, text):
    imports, body, exports, own = [], [], set(), set()
    for number, line in enumerate(text.split('\n'), 1):
        where = f'{name}:{number}'
        if line.startswith('import'):
            match = IMPORT.match(line)
            if not match:
                fail(f'{where}: import not in the one permitted form')
            imports.append((match.group(2), match.group(1).split(', '), where))
            continue
        declaration = DECLARATION.match(line)
        if declaration:
            own.add((declaration.group(2), where))
            if declaration.group(1):
                exports.add(declaration.group(2))
                line = line[len('export '):]
        elif line.startswith('export') or re.match(r'(const|let|var) [{\[]', line):
            fail(f'{where}: export or declaration not in a permitted form')
        if line.count('`') % 2:
            fail(f'{where}: template literal spans lines')
        body.append(line)
    return {'imports': imports, 'body': body, 'exports': exports, 'own': own}


def load_modules(folder, entry):
    modules, order, names = {}, [], {}

    def visit(name, trail):
        if name in trail:
            fail('import circle: ' + ' > '.join(trail + [name]))
        if name in modules:
            return
        modules[name] = module = parse_module(name, read(os.path.join(folder, name)))
        for other, wanted, where in module['imports']:
            visit(other, trail + [name])
            for word in wanted:
                if word not in modules[other]['exports']:
                    fail(f'{where}: {other} does not export {word}')
        for word, where in module['own']:
            if word in names:
                fail(f'{where}: {word} is also declared in {names[word]}')
            names[word] = where
        order.append(name)

    visit(entry, [])
    return [modules[name] for name in order]


def enlarging(text):
    """Lengths in sixteenths of the letter that the reader set in the browser: larger letters enlarge all, as zoom does."""
    def unit(name):
        return lambda match: (f'{float(match.group(1)) / 16:.6g}'.lstrip('0') or '0') + name
    text = re.sub(r'@media[^{]*', lambda rule: re.sub(r'([\d.]+)px', unit('em'), rule.group()), text)
    return re.sub(r'([\d.]+)px', unit('rem'), text)


def squeeze_style(text):
    text = enlarging(re.sub(r'/\*.*?\*/', '', text, flags=re.S))
    return '\n'.join(line.strip() for line in text.split('\n') if line.strip())


def style_rules(text):
    """The style as a list of whole rules, each as the browser's insertRule wants it."""
    rules, depth, start = [], 0, 0
    text = squeeze_style(text).replace('\n', '')
    for at, c in enumerate(text):
        depth += {'{': 1, '}': -1}.get(c, 0)
        if c == '}' and depth == 0:
            rules.append(text[start:at + 1])
            start = at + 1
    if depth or text[start:].strip():
        fail('style.css: braces do not match')
    return rules


def sentences(path):
    table = {}
    for number, line in enumerate(read(path).split('\n'), 1):
        if not line or line.startswith('#'):
            continue
        fields = line.split('\t')
        if len(fields) != 3 or not fields[1] or not fields[2] or fields[0] in table:
            fail(f'{path}:{number}: key, French and English are wanted, once')
        for mark in ('{0}', '{1}', '{2}', '{3}'):
            if (mark in fields[1]) != (mark in fields[2]):
                fail(f'{path}:{number}: {mark} must stand in both languages')
        if fields[1].count('*') % 2 or fields[2].count('*') % 2:
            fail(f'{path}:{number}: a *mark* is left open')
        french = re.sub(r' (?=[:;!?»])|(?<=«) ', '\u00a0', fields[1])  # never at the beginning of a line
        table[fields[0]] = [french, fields[2]]
    return table


# Printable ASCII without quote, backslash, backquote and "<": 91 letters, 13 bits in two of them (base64 holds 12).
LETTERS = ''.join(chr(c) for c in range(32, 127) if chr(c) not in "'\\`<")[:91]


def packed(value, zopfli):
    """JSON as raw DEFLATE, written in LETTERS; data, not code. The page reads it at once when it starts."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(json.dumps(value, ensure_ascii=False, separators=(',', ':')).encode())
        file.flush()
        data = subprocess.run([zopfli, '--deflate', '--i50', '-c', file.name], check=True, stdout=subprocess.PIPE).stdout
    bits = ''.join(f'{byte:08b}' for byte in data)
    bits += '0' * (-len(bits) % 13)
    numbers = [int(bits[i:i + 13], 2) for i in range(0, len(bits), 13)]
    return ''.join(LETTERS[n // 91] + LETTERS[n % 91] for n in numbers)


def word_list(path):
    """The list as prefix length and rest, a word after the other: the lists are sorted."""
    words = unicodedata.normalize('NFC', read(path)).replace('\ufeff', '').split()
    if len(words) != 2048:
        fail(f'{path}: {len(words)} words, 2048 wanted')
    out = ''
    for before, word in zip([''] + words, words):
        same = len(os.path.commonprefix([before, word]))
        if same > 9:
            fail(f'{path}: {word}: prefix too long')
        out += str(same) + word[same:]
    return out


def digest(text):
    return 'sha256-' + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def main():
    if len(sys.argv) != 7:
        fail('usage: build.py ZOPFLI SOURCE-DIR WORDS-EN WORDS-FR OUT.html OUT.hashes')
    zopfli, source, words_en, words_fr, out_page, out_hashes = sys.argv[1:]
    modules = load_modules(os.path.join(source, 'js'), 'main.js')
    code = '\n'.join('\n'.join(m['body']) for m in modules)
    try:
        script = "'use strict';(()=>{" + shorten(code) + '})();'
    except ValueError as error:
        fail(f'shorten: {error}')
    if script.count('@data@') != 1:
        fail('@data@ must stand exactly once in the script')
    base, full = read(os.path.join(source, 'style.css')).split('/* the rest is packed */')
    table = sentences(os.path.join(source, 'sentences.tsv'))
    columns = [table, *zip(*table.values())]  # keys, French, English: like beside like packs best
    data = {'sentences': ['\n'.join(column) for column in columns], 'style': '\n'.join(style_rules(full)),
            **json.loads(read(os.path.join(source, 'tables.json'))),
            'words': {'en': word_list(words_en), 'fr': word_list(words_fr)}}
    script = script.replace('@data@', packed(data, zopfli))
    style = squeeze_style(base)
    if '</' in script:
        fail('the script holds "</"')
    page = read(os.path.join(source, 'index.html'))
    for token, text in (('@script-hash@', digest(script)), ('@style-hash@', digest(style)), ('@style@', style),
                        ('@script@', script)):
        if page.count(token) != 1:
            fail(f'index.html: {token} must stand exactly once')
        page = page.replace(token, text)
    data = page.encode()
    if len(data) > LIMIT:
        fail(f'{len(data)} bytes, {LIMIT} allowed')
    with open(out_page, 'wb') as file:
        file.write(data)
    with open(out_hashes, 'w', encoding='ascii') as file:
        file.write(f'script {digest(script)}\nstyle {digest(style)}\npage {hashlib.sha256(data).hexdigest()}\n')


main()
