#!/usr/bin/python3
"""Makes the one file of the doctor's page from its modules, style and page. SPDX-License-Identifier: AGPL-3.0-or-later

The rule for modules is strict, so that joining them can be understood at a glance:
  import { a, b } from './x.js';     one line, top of the file, no renaming, no default, no star
  export function|async function|class|const name ...
Every name at the left margin is unique over all modules; no template literal spans lines.
"""
import base64
import hashlib
import os
import re
import sys
import unicodedata

LIMIT = 350 * 1024
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


def squeeze(lines):
    """Drops comment lines and margins; strings and code are left alone."""
    out, in_comment = [], False
    for line in lines:
        line = line.strip()
        if in_comment or line.startswith('/*'):
            in_comment = '*/' not in line
            continue
        if line and not line.startswith('//'):
            out.append(line)
    return '\n'.join(out)


def word_list(path):
    words = unicodedata.normalize('NFC', read(path)).split()
    if len(words) != 2048:
        fail(f'{path}: {len(words)} words, 2048 wanted')
    return ' '.join(words)


def digest(text):
    return 'sha256-' + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def main():
    if len(sys.argv) != 6:
        fail('usage: build.py SOURCE-DIR WORDS-EN WORDS-FR OUT.html OUT.hashes')
    source, words_en, words_fr, out_page, out_hashes = sys.argv[1:]
    modules = load_modules(os.path.join(source, 'js'), 'main.js')
    script = "'use strict';\n(() => {\n" + '\n'.join(squeeze(m['body']) for m in modules) + '\n})();'
    script = script.replace('@words-en@', word_list(words_en)).replace('@words-fr@', word_list(words_fr))
    style = squeeze(read(os.path.join(source, 'style.css')).split('\n'))
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
