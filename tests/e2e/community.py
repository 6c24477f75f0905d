#!/usr/bin/python3
"""The way through four nodes: a person joins at the first run and presses once, a doctor opens in Chromium while the person's computer is off, the person sees it and ends it.
community.py CITIZ CITIZ-NODE DATA LANGUAGE CATALOGUE BROWSER-WORK-DIR [PICTURES]. SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, pathlib, re, signal, subprocess, sys, time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / 'faults')]
import nodes
import window

NAME = 'Communauté du Plateau'
LATER = 'Dr Samuel Gagnon'
BORN = f'{time.localtime().tm_year - 67}-03-12'  # the person of the sample record, by the window's calendar
CUT = 'A part of this invitation is missing or was changed on the way. Copy all of it, or ask for it again.'
ENDED = ('La personne y a mis fin', 'The person ended it')


class Browser:
    """The doctor's, on no screen."""

    def __init__(self, work):
        self.process = subprocess.Popen([HERE.parent / 'browser' / 'run.sh', work, 'visit.mjs'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def visit(self, **what):
        try:
            print(json.dumps(what), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ''
        if not line or line.startswith('skipped'):
            raise Unable(line.strip())
        answer = json.loads(line)
        assert 'failed' not in answer, answer
        return answer

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Unable(Exception):
    """No browser here."""


class Citizen(window.Scenario):
    def __init__(self, desk, world, browser, *more):
        super().__init__(desk, *more)
        self.world, self.browser = world, browser
        self.origins = [node.url for node in world.nodes]

    def doctor(self, picture=None, **what):
        where = picture and self.pictures and str(self.pictures / f'{picture}-{self.language}.png')
        down = [node.url for node in self.world.nodes if not node.process]
        return self.browser.visit(origins=self.origins, lang=self.language, picture=where, down=down, **what)

    # --- joining ---

    def join(self):
        made = json.loads(self.world.nodes[0].command('--json', 'invite', '--name', NAME).stdout)
        self.desk.press(self._('_Join…'), within=self.part('CitizOnboarding'))
        dialog = self.desk.find(self._('Join a Community'), 'frame')
        self.desk.fill(self._('Invitation: link or code'), made['link'][:-3], within=dialog)
        self.desk.press(self._('_Continue'), within=dialog)
        self.desk.see(self._(CUT), within=dialog)
        self.picture('join-refused')
        self.desk.fill(self._('Invitation: link or code'), made['link'], within=dialog)
        self.desk.press(self._('_Continue'), within=dialog)
        self.desk.see(NAME, self._('You are expected'), within=dialog)
        self.picture('join')
        self.desk.press(self._('_Join'), within=dialog)
        self.desk.see(self._('You Belong to “%s”').replace('%s', NAME), within=dialog)
        self.picture('joined')
        self.desk.press(self._('_Done'), within=dialog)
        self.desk.see(self._('Community: %s').replace('%s', NAME))

    # --- one press, four nodes ---

    def over_nodes(self):
        assert any(self.link.startswith(origin) for origin in self.origins), self.link
        page = self.room(window.EMERGENCY)
        self.desk.see(self._('Ready · %u of %u nodes').replace('%u', '4'), within=page)
        texts = [self.desk.label(node).replace('\u2009', ' ') for node in self.desk.walk(page)]
        self.code, = {text for text in texts if re.fullmatch(r'[0-9A-Z]{4} [0-9A-Z]{4}', text)}
        self.picture('shared')

    def doctor_opens(self):
        seen = self.doctor(link=self.link, name=window.DOCTOR['name'], picture='doctor')
        assert 'Apixaban' in seen['shown'], seen
        assert seen['bottom'] <= 625, 'the first screen scrolls'
        print(f'# from the doctor’s press to the first screen {seen["took"]} ms; it ends at {seen["bottom"]} of 625')
        started = time.monotonic()
        self.desk.see(window.DOCTOR['name'], within=self.room(window.EMERGENCY))
        print(f'# in the list {time.monotonic() - started:.1f} s after the first screen')
        self.desk.wait(lambda: any(window.DOCTOR['name'] in body for _title, body in self.desk.notices()), 'a notice on the desktop')
        self.picture('doctor-seen')

    def computer_off(self):
        """Killed, and a node is away; the spoken code at another node leads to the same record."""
        self.desk.end(self.app, signal.SIGKILL)
        self.world.nodes[3].kill()
        node = self.world.nodes[2]
        for lang in ('en', 'fr'):
            seen = self.browser.visit(origins=self.origins, lang=lang, at=node.url + '/v', code=self.code, born=BORN, name=LATER, down=[self.world.nodes[3].url])
            assert 'Apixaban' in seen['shown'], seen

    def computer_on(self):
        self.world.nodes[3].start()
        self.desk.hidden = set()
        self.run()
        unlock = self.part('CitizUnlock')
        self.desk.fill(self._('Passphrase'), window.PASSPHRASE, within=unlock)
        self.desk.press(self._('_Open'), within=unlock)
        self.wait_open()
        page = self.page('Access')
        self.desk.see(LATER, window.DOCTOR['name'], within=page)
        self.desk.wait(lambda: any(LATER in body for _title, body in self.desk.notices()), 'a notice on the desktop')
        self.picture('access')

    # --- the ledger of the community ---

    def community(self):
        page = self.page('Ledger')
        self.desk.see(self._('Nodes of your community'), self._('All agree'), *(f'Operator {i + 1}' for i in range(4)), within=page)
        self.picture('ledger')

    # --- the end ---

    def end_access(self):
        self.in_front(window.EMERGENCY)
        self.desk.keys('ctrl+e')
        page = self.room(window.EMERGENCY)
        self.desk.see(LATER, window.DOCTOR['name'], within=page)
        self.desk.press(self._('Revoke'), within=page)
        self.desk.see(self._('You Ended the Access'), within=page)
        self.picture('ended')

    def doctor_refused(self):
        """At each node, in both languages on one page."""
        def ended(node):
            link = self.link.replace(next(origin for origin in self.origins if self.link.startswith(origin)), node.url)
            shown = self.doctor(link=link, picture=f'doctor-ended-{node.place}')['shown'].replace('\u00a0', ' ')
            return all(words in shown for words in ENDED) and 'Apixaban' not in shown
        for node in self.world.nodes:
            self.desk.wait(lambda: ended(node), f'the end at node {node.place + 1}')


STEPS = [
    ('first run with an invitation: what one joins, and that one belongs', 'run first_run recovery_sheet two_words join'),
    ('the sample record', 'sample'),
    ('one press: four nodes hold a part each', 'press_emergency over_nodes'),
    ('a doctor’s browser opens it, and it is in the list with a notice', 'doctor_opens'),
    ('this computer off and a node down: the spoken code at another node opens', 'computer_off'),
    ('back: who opened meanwhile is there', 'computer_on'),
    ('the Ledger page shows the community', 'community'),
    ('ended by a press: every node says so in both languages', 'end_access doctor_refused'),
    ('the whole ledger is verified', 'verify'),
    ('nothing was said on standard error', 'quiet'),
]


def main():
    citiz, citiz_node, data, language, catalogue, work, *pictures = sys.argv[1:]
    world = nodes.World(citiz_node, None, timing={})
    browser = Browser(work)
    try:
        with world:
            world.start()
            return window.play(STEPS, lambda desk: Citizen(desk, world, browser, citiz, data, language, catalogue, *pictures), language, catalogue)
    finally:
        browser.end()


if __name__ == '__main__':
    sys.exit(main())
