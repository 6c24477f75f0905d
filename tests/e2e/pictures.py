#!/usr/bin/python3
"""Makes the pictures of README.md from the program itself with the sample record, in French.
pictures.py CITIZ DATA CATALOGUE PLAYWRIGHT-DIR OUT. SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, os, pathlib, shutil, subprocess, sys, time

from desktop import HERE, Desktop
from window import DOCTOR, Scenario

citiz, data, catalogue, packages, out = sys.argv[1:]
out = pathlib.Path(out).resolve()


def keep(picture):
    """No name of a machine, no date, and 255 colours where all of them would weigh too much."""
    plain = ['-strip', '-define', 'png:compression-level=9', '-define', 'png:exclude-chunks=date,time']
    for colours in ([], ['-dither', 'None', '-colors', '255']):
        if colours == [] or picture.stat().st_size > 200_000:
            subprocess.run(['convert', str(picture), *colours, *plain, str(picture)], check=True)
    assert picture.stat().st_size <= 200_000, f'{picture}: {picture.stat().st_size} bytes'


def doctor(link, picture):
    script = f'''
      const {{ launch, newPage }} = await import({json.dumps((HERE.parent / 'browser' / 'harness.js').as_uri())});
      const browser = await launch();
      const page = await newPage(browser, new URL({json.dumps(link)}).origin, {{ width: 1280, height: 860 }});
      await page.goto({json.dumps(link)});
      await page.fill('#reader-name', {json.dumps(DOCTOR['name'])});
      await page.click('#open');
      await page.waitForSelector('.first');
      await page.screenshot({{ path: {json.dumps(str(picture))} }});
      await page.finish();
      await browser.close();'''
    env = dict(os.environ, CITIZ_NPM=packages, CITIZ_CHROMIUM=shutil.which('chromium'))
    subprocess.run(['node', '--input-type=module', '-e', script], env=env, check=True, timeout=120)


with Desktop() as desk:
    desk.env.update(LANGUAGE='fr')
    person = Scenario(desk, citiz, data, 'fr', catalogue)
    for part in ('run', 'first_run', 'recovery_sheet', 'two_words', 'sample'):
        getattr(person, part)()
    frame = desk.find('Citiz', 'frame')
    desk.do(frame, 'window.toggle-maximized')
    person.page('Today')
    time.sleep(2)
    desk.picture(out / 'today.png')
    person.press_emergency()
    person.opened()
    time.sleep(2)
    desk.picture(out / 'emergency.png')
    doctor(person.link, out / 'doctor.png')
for name in ('today', 'emergency', 'doctor'):
    keep(out / f'{name}.png')
