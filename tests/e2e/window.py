#!/usr/bin/python3
"""The window as a person uses it, through the accessibility bus: first run, sample, own entries, an import, one press, a reader, revoke, kill -9, the words.
window.py CITIZ DATA LANGUAGE CATALOGUE [PICTURES]. SPDX-License-Identifier: AGPL-3.0-or-later"""
import gettext, json, os, pathlib, re, shutil, signal, subprocess, sys, time

try:
    from desktop import HERE, Desktop, missing
except (ImportError, ValueError) as error:
    print(f'1..0 # SKIP no accessibility for Python: {error}')
    sys.exit(77)

os.environ['TZ'] = 'America/Toronto'  # of the window too
time.tzset()

PASSPHRASE = 'bouleau jaune près du lac gelé'
SECOND = 'sumac rouge au bord du fleuve'
DOCTOR = {'name': 'Dre Isabelle Fortin', 'role': 'physician', 'place': 'Hôpital de l’Enfant-Jésus, Québec', 'reason': 'ETREAT', 'lang': 'fr'}
OWN = {'en': ('Kiwi', 'Kiwi and mango', 'apple', 'Apple'), 'fr': ('Kiwi', 'Kiwi et mangue', 'pomme', 'Pomme')}


SAMPLE = 'Sample record: nothing in it is about a real person.'
PAGES = ['Today', 'Care', 'Activity', 'Diet', 'Access', 'Ledger']
EMERGENCY = 'Emergency Access'
BREAKFASTS = ('409', '387')  # kcal: one on even days, one on odd ones


class Scenario:
    """One person, one record; each step leaves what the next one needs."""

    def __init__(self, desk, citiz, data, language, catalogue, pictures=None):
        self.desk, self.citiz, self.data, self.language = desk, os.path.abspath(citiz), pathlib.Path(data).resolve(), language
        self.pictures = pictures and pathlib.Path(pictures)
        self.gettext = str
        if language == 'fr':
            with open(catalogue, 'rb') as file:
                self.gettext = gettext.GNUTranslations(file).gettext
        self.folder = desk.home / 'vault'
        self.log = desk.home / 'said'
        self.log.touch()

    def _(self, text):
        return self.gettext(text).replace('_', '')

    def picture(self, name):
        if self.pictures:
            self.desk.picture(self.pictures / f'{name}-{self.language}.png')

    def run(self, *more):
        with open(self.log, 'a') as log:
            self.app = self.desk.start(self.citiz, '--folder', str(self.folder), *more, stderr=log, cwd=self.desk.home)
        self.desk.find('Citiz', 'frame')

    def part(self, name):
        """A widget of ours goes by the name of its type as long as it has no words of its own."""
        return self.desk.find(name)

    def page(self, title):
        """Alt and a figure; the header says that it is there. Gives the page."""
        self.in_front(title)
        self.desk.keys(f'alt+{PAGES.index(title) + 1}')
        self.desk.find(self._(title), 'label', within=self.part('AdwWindowTitle'))
        return self.room(title)

    def room(self, title):
        """A page is a panel that has its title as its name."""
        return self.desk.find(self._(title), 'panel')

    def in_front(self, title):
        self.desk.hidden = {self._(name) for name in [*PAGES, EMERGENCY] if name != title}

    # --- the first run ---

    def first_run(self):
        self.desk.see(self._('Your Health Record, at Home'))
        self.picture('first-run')
        self.desk.press(self._('_Begin'))
        form = self.part('CitizNewPassphrase')
        self.desk.fill(self._('Passphrase'), 'soleil', within=form)
        self.desk.see(self._('Very weak: found at once'))
        self.desk.fill(self._('Passphrase'), PASSPHRASE, within=form)
        self.desk.fill(self._('Once more'), PASSPHRASE, within=form)
        self.desk.see(self._('Very strong'))
        assert PASSPHRASE not in self.desk.tree(), 'the passphrase is told to whoever listens'
        assert not any('_' in self.desk.label(node) for node in self.desk.walk() if self.desk.role(node) == 'push button'), 'an access key is said'
        self.desk.press(self._('_Continue'))

    def recovery_sheet(self):
        sheet, self.words, place = self.part('CitizRecoverySheet'), {}, None
        for text in [self.desk.label(node) for node in self.desk.walk(sheet) if self.desk.role(node) == 'label']:
            if place:
                self.words[place] = text
            place = int(text) if text.isdigit() else None
        assert sorted(self.words) == list(range(1, 25)), self.words
        assert all(word.isalpha() for word in self.words.values()), self.words
        self.picture('sheet')
        file = self.desk.home / 'sheet.pdf'
        self.desk.press(self._('Save as PDF'), within=sheet)
        self.desk.chooser(self._('Save the Recovery Sheet'), file)
        self.desk.wait(lambda: file.exists() and file.read_bytes().startswith(b'%PDF'), 'the sheet as PDF')
        assert file.stat().st_mode & 0o777 == 0o600, oct(file.stat().st_mode)
        self.desk.see(self._('Saved as %s. Keep a copy away from this computer.') % 'sheet.pdf', self._('They show that the sheet can be read'))
        if shutil.which('pdftotext'):
            text = subprocess.run(['pdftotext', str(file), '-'], stdout=subprocess.PIPE, text=True).stdout
            assert all(word in text for word in self.words.values()), text

    def two_words(self):
        self.desk.press(self._('_Continue'))
        check = self.part('CitizRecoveryCheck')
        asked = {place for place in self.words for node in self.desk.walk(check) if self.desk.label(node) == self._('Word %u').replace('%u', str(place))}
        assert len(asked) == 2, asked
        for place in asked:
            self.desk.fill(self._('Word %u').replace('%u', str(place)), self.words[place], within=check)
        self.desk.press(self._('C_onfirm'), within=check)
        self.desk.see(self._('Community: later'))
        self.picture('ready')

    def sample(self):
        self.desk.press(self._('_Try the Sample Record'))
        self.desk.see(self._(SAMPLE))

    def sample_marked(self):
        for title in PAGES:
            self.page(title)
            time.sleep(0.5)
            self.picture(title.lower())
            assert self.desk.shows(self._(SAMPLE)), title

    # --- what is shown ---

    def content(self):
        """Values of the sample record, each where it belongs; none that hangs on the hour or the day of the test."""
        fr = self.language == 'fr'
        today = self.page('Today')
        self.desk.see('Hélène', self._('Blood pressure'), within=today)
        self.desk.wait(lambda: any(re.match(r'1[23]\d/[78]\d\b', self.desk.label(node)) for node in self.desk.walk(today)), 'a blood pressure')
        self.desk.see('Pénicilline' if fr else 'Penicillin', 'Apixaban', self._('Anticoagulant'), self._('Above the target'), within=self.page('Care'))
        self.desk.see(self._('Steps'), self._('Sleep'), self._('Heart rate'), self._('Sessions'), within=self.page('Activity'))
        diet = self.page('Diet')
        self.desk.press(self._('Day before'), within=diet)
        self.desk.see(self._('Breakfast'), self._('Energy'), within=diet)
        self.desk.wait(lambda: any(self.desk.shows(energy, within=diet) for energy in BREAKFASTS), 'a breakfast with its energy')
        self.desk.press(self._('Day after'), within=diet)

    # --- own entries ---

    def add_allergy(self):
        first, second, *_food = OWN[self.language]
        page = self.page('Care')
        self.desk.press(self._('Add an Allergy'), within=page)
        form = self.desk.find(self._('Add an Allergy'), 'frame')
        self.desk.press(self._('_Save'), within=form)
        self.desk.see(self._('This is needed.'), within=form)
        self.desk.fill(self._('What you do not tolerate'), first, within=form)
        self.picture('allergy')
        self.desk.press(self._('_Save'), within=form)
        self.desk.see(first, within=page)
        self.open_row(page, first)
        dialog = self.desk.find(first, 'frame')
        self.picture('allergy-entry')
        self.desk.press(self._('_Correct…'), within=dialog)
        form = self.desk.find(self._('Correct the Allergy'), 'frame')
        self.desk.fill(self._('What you do not tolerate'), second, within=form)
        self.desk.press(self._('_Save'), within=form)
        self.desk.see(self._('Earlier versions'), first)
        self.picture('allergy-corrected')
        self.desk.keys('Escape')
        self.desk.see(second, within=page)

    def open_row(self, page, text):
        def attempt():
            for node in self.desk.walk(page):
                if self.desk.role(node) == 'list item' and text in self.desk.label(node):
                    for action in self.desk.actions(node):
                        if action == 'row.open':
                            self.desk.do(node, action)
                            return True
                    raise AssertionError(self.desk.actions(node))
        self.desk.wait(attempt, f'a row of {text!r}')

    def add_food(self):
        word, name = OWN[self.language][2:]
        page = self.page('Diet')
        before = self.energy(page)
        self.desk.keys('ctrl+f')
        self.desk.type(word)
        found = self.desk.find(self._('Foods found'), 'list', within=page)
        self.desk.see(name, within=found)
        self.picture('food')
        self.desk.keys('Return')
        self.ate = self.today()
        self.desk.wait(lambda: self.energy(page) > before, 'more energy than before')

    def today(self):
        """The day on the wall of the window, which is ours."""
        return time.localtime()[:3]

    def energy(self, page):
        """The number in the ring of the day; in the evening it is over a thousand, and grouped."""
        texts = [self.desk.label(node) for node in self.desk.walk(page)]
        numbers = [''.join(re.findall(r'\d', text)) for text, unit in zip(texts, texts[1:]) if unit == 'kcal' and re.fullmatch(r'[\d,\s]+', text)]
        return int(numbers[-1]) if numbers else 0

    # --- an import, taken back ---

    def bring_in(self):
        file = self.data / 'ips' / 'CA_Bundle_FullsomeScenario1.json'
        self.page('Care')
        self.desk.keys('ctrl+o')
        self.dialog = self.desk.find(self._('Import'), 'frame')
        self.desk.press(self._('_Choose files…'), within=self.dialog)
        self.desk.chooser(self._('Choose a file to import'), file)
        self.desk.see(file.name, self._('Kept'), within=self.dialog)
        self.picture('import')

    def take_back(self):
        page = self.room('Care')
        self.desk.see('loxicam', within=page)
        self.desk.press(self._('_Undo this import'), within=self.dialog)
        self.desk.see(self._('Undone. Your record is as it was before.'), within=self.dialog)
        self.picture('import-undone')
        self.desk.keys('Escape')
        self.desk.wait(lambda: not self.desk.shows('loxicam', within=page), 'the import to be gone')
        self.desk.see(OWN[self.language][1], 'Apixaban', within=page)

    # --- the emergency ---

    def press_emergency(self):
        """One press of two keys; the link and the code are there, the button says how long."""
        self.page('Today')
        self.in_front(EMERGENCY)
        page = next(node for node in self.desk.walk(hidden=True) if self.desk.label(node) == self._(EMERGENCY) and self.desk.role(node) == 'panel')
        started = time.monotonic()
        self.desk.keys('ctrl+e')
        self.link = self.desk.wait(lambda: self.shown_link(page), 'the link', every=0.01)
        waited = time.monotonic() - started
        self.picture('emergency')
        assert self.link.startswith('http://127.0.0.1:') and '/v#shlink:/' in self.link, self.link
        assert self.desk.find(self._('Revoke'), within=page)
        button = self.desk.find(self._('Access Open · %s').replace('%s', ''), exact=False)
        assert '23' in self.desk.label(button) or '24' in self.desk.label(button), self.desk.label(button)
        spoken = [text for text in map(self.desk.label, self.desk.walk(page)) if len(text.replace('\u2009', ' ').split()) == 2 and len(text) == 9]
        assert spoken, 'no code to say'
        print(f'# link and code after {waited * 1000:.0f} ms, as seen by assistive technology')

    def shown_link(self, page=None):
        for node in self.desk.walk(page or self.room(EMERGENCY)):
            if '/v#shlink:/' in self.desk.label(node) and self.desk.role(node) == 'label':
                return 'http://' + self.desk.label(node).removeprefix('http://')

    def reader(self, what='openLink'):
        """A reader that shares no code with the program, in a process of its own."""
        script = f'import {{ {what} as act }} from {json.dumps((HERE / "reader.mjs").as_uri())};' \
                 f'console.log(JSON.stringify(await act({json.dumps(self.link)}, {json.dumps(DOCTOR)})));'
        said = subprocess.run(['node', '--input-type=module', '-e', script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
        assert said.returncode == 0, said.stdout
        return json.loads(said.stdout)

    def opened(self):
        answer = self.reader()
        assert answer.get('bundle', {}).get('type') == 'document', str(answer)[:300]
        started = time.monotonic()
        page = self.room(EMERGENCY)
        self.desk.see(DOCTOR['name'], within=page)
        print(f'# in the list {time.monotonic() - started:.1f} s after the answer')
        self.desk.wait(lambda: any(DOCTOR['name'] in body for _title, body in self.desk.notices()), 'a notice on the desktop')
        assert [self._('Your record was opened'), f'{DOCTOR["name"]} · {DOCTOR["place"]}'] in self.desk.notices(), self.desk.notices()
        self.picture('opened')

    # --- the ledger ---

    def ledger(self):
        page = self.page('Ledger')
        self.desk.press(self._('Another Entry'), within=page)
        self.open_row(None, self._('Emergency access given'))
        path = self.part('CitizEntryPath')
        self.desk.find(self._('Emergency access given'), 'label', within=path)
        steps = [self.desk.label(node) for node in self.desk.walk(path) if self.desk.role(node) == 'list item' and self._('done') in self.desk.label(node)]
        self.picture('path')
        assert len(steps) == 5, steps
        for step, word in zip(steps, ('Entered', 'Signed', 'Block %s', 'In the log', 'Verified')):
            assert self._(word).replace('%s', '') in step, (word, step)
        strip = self.part('CitizBlockStrip')
        blocks = [node for node in self.desk.walk(strip) if self.desk.role(node) == 'list item']
        assert len(blocks) >= 2, [self.desk.label(node) for node in blocks]

    def verify(self):
        page = self.page('Ledger')
        self.desk.press(self._('Verify Everything'), within=page)
        self.desk.see(self._('All is in order'), within=page)
        self.picture('verified')

    # --- the end of it ---

    def revoke(self):
        self.in_front(EMERGENCY)
        self.desk.keys('ctrl+e')
        page = self.room(EMERGENCY)
        assert self.shown_link() == self.link, 'a second press made a second access'
        self.desk.press(self._('Revoke'), within=page)
        self.desk.see(self._('You Ended the Access'), DOCTOR['name'], within=page)
        self.picture('revoked')
        assert self.reader().get('refused') == 'state'
        assert self.reader('grantState')['state'] == 'revoked'
        self.desk.find(self._('Emergency Access'), 'push button')

    def killed(self):
        self.desk.end(self.app, signal.SIGKILL)
        self.desk.hidden = set()
        self.run()
        unlock = self.part('CitizUnlock')
        self.desk.fill(self._('Passphrase'), SECOND, within=unlock)
        self.desk.press(self._('_Open'), within=unlock)
        self.desk.see(self._('This is not the passphrase of this record. Nothing was changed; try again.'), within=unlock)
        self.picture('unlock')
        assert not any(self.desk.text(node).strip() for node in self.desk.walk(self.desk.find(self._('Passphrase'), 'text', within=unlock)) if node.get_editable_text_iface()), 'the wrong passphrase is left there'
        self.desk.fill(self._('Passphrase'), PASSPHRASE, within=unlock)
        self.desk.press(self._('_Open'), within=unlock)
        self.desk.see('Hélène', within=self.wait_open())

    def wait_open(self):
        self.desk.find(self._('Today'), 'label', within=self.desk.find('AdwWindowTitle'))
        return self.page('Today')

    def still_there(self):
        self.desk.see(OWN[self.language][1], 'Apixaban', within=self.page('Care'))
        diet = self.page('Diet')
        if self.today() != self.ate:  # midnight went by
            self.desk.press(self._('Day before'), within=diet)
        self.desk.see(OWN[self.language][2], within=diet)  # among the foods of a meal
        self.desk.see(DOCTOR['name'], within=self.page('Access'))
        self.picture('access-after')

    def remove_sample(self):
        self.page('Care')
        self.desk.press(self._('Remove'), within=self.part('AdwLeaflet'))
        page = self.page('Care')
        self.desk.wait(lambda: not self.desk.shows('Apixaban', within=page), 'the sample to be gone')
        assert not self.desk.shows(self._(SAMPLE))
        self.desk.see(OWN[self.language][1], within=page)
        self.picture('without-sample')
        assert not self.desk.shows('Hélène', within=self.page('Today'))

    def lock(self):
        self.desk.keys('ctrl+l')
        self.desk.hidden = set()
        unlock = self.part('CitizUnlock')
        self.desk.press(self._('I Have My 24 _Words'), within=unlock)
        self.desk.fill(self._('The 24 words'), ' '.join(self.words[place] for place in sorted(self.words)), within=unlock)
        self.desk.fill(self._('Passphrase'), SECOND, within=self.part('CitizNewPassphrase'))
        self.desk.fill(self._('Once more'), SECOND, within=self.part('CitizNewPassphrase'))
        self.picture('words')
        time.sleep(0.5)
        button = [node for node in self.desk.walk(unlock) if self.desk.role(node) == 'push button' and self.desk.same(self.desk.label(node), self._('_Open'), True)][-1]
        self.desk.do(button, 'click')
        self.wait_open()
        self.desk.see(OWN[self.language][1], within=self.page('Care'))

    def quiet(self):
        """What the toolkit said on the way; the file chooser and the entries of GTK 4.8 have their own complaints."""
        known = ('did not receive a focus-out event', 'If you handle this event', 'GDK_EVENT_PROPAGATE', 'gets the event as well')
        said = [line for line in self.log.read_text().splitlines() if line.strip() and not any(word in line for word in known)]
        assert not said, '\n'.join(said[:20])


STEPS = [
    ('first run: what it is, a passphrase and its strength', 'run first_run'),
    ('the recovery sheet: 24 words, saved as PDF for its owner alone', 'recovery_sheet'),
    ('two words asked back, community later', 'two_words'),
    ('the sample record, marked on every page', 'sample sample_marked'),
    ('Today, Care, Activity and Diet show it', 'content'),
    ('an allergy by hand; a correction keeps the earlier version', 'add_allergy'),
    ('a food found by its name', 'add_food'),
    ('a Canadian summary comes in through the file chooser, with a report', 'bring_in'),
    ('the whole import is taken back', 'take_back'),
    ('one press: link, spoken code and countdown', 'press_emergency'),
    ('a reader opens it and is in the list, with a notice on the desktop', 'opened'),
    ('the ledger shows the blocks and the five steps of the grant', 'ledger'),
    ('a second press is the same access; revoked, the reader is refused', 'revoke'),
    ('kill -9: a wrong passphrase has its sentence, the right one opens', 'killed'),
    ('everything is still there', 'still_there'),
    ('the whole ledger is verified', 'verify'),
    ('the sample record goes away whole', 'remove_sample'),
    ('locked by a key, opened with the 24 words', 'lock'),
    ('nothing was said on standard error', 'quiet'),
]


def play(steps, person_at, language, catalogue):
    """Each step a test; `person_at` makes the person at that desktop. Gives the exit status."""
    lacking = missing() + ([] if shutil.which('node') else ['node'])
    if lacking:
        print(f'1..0 # SKIP missing: {" ".join(lacking)}')
        return 77
    if language == 'fr' and not os.path.exists(catalogue):
        print('1..0 # SKIP the French words are not installed: meson install, then again')
        return 77
    print(f'1..{len(steps)}')
    only, failed = os.environ.get('CITIZ_STEPS', '').split(), 0
    with Desktop() as desk:
        desk.env.update(LANGUAGE=language)
        person = person_at(desk)
        for number, (name, parts) in enumerate(steps, 1):
            if only and not set(only) & set(parts.split()):
                print(f'ok {number} - {name} # SKIP not asked for')
                continue
            started = time.monotonic()
            try:
                for part in parts.split():
                    getattr(person, part)()
                print(f'ok {number} - {name} # {time.monotonic() - started:.1f} s', flush=True)
            except Exception as error:
                failed += 1
                desk.patience = 4  # what follows needs what failed: no long waits for it
                print(f'not ok {number} - {name}\n# ' + f'{type(error).__name__}: {error}'.replace('\n', '\n# '), flush=True)
                person.picture(f'failed-{number}')
    return 1 if failed else 0


def main():
    citiz, data, language, catalogue, *pictures = sys.argv[1:]
    return play(STEPS, lambda desk: Scenario(desk, citiz, data, language, catalogue, *pictures), language, catalogue)


if __name__ == '__main__':
    sys.exit(main())
