// The whole way through on the command line: create, import, show, one press, open, note, spoken code, revoke, expiry, kill -9, verify.
// command-line.mjs CITIZ DATA. SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openLink, grantState, leaveNote, linkOfCode } from './reader.mjs';

const [citiz, data, helper] = process.argv.slice(2).map((word) => path.resolve(word));
if (helper) process.env.CITIZ_IMPORT_HELPER = helper;
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'citiz-e2e-'));
const vault = path.join(home, 'vault');
const secret = path.join(home, 'passphrase');
const second = path.join(home, 'second');
fs.writeFileSync(secret, 'érable bouleau sumac harfang tourbière lanterne sextant\n', { mode: 0o600 });
fs.writeFileSync(second, 'girouette mélasse bruant cordonnier épinette verglas\n', { mode: 0o600 });
const environment = { ...process.env, LC_ALL: 'C.UTF-8', HOME: home, XDG_RUNTIME_DIR: home, GSETTINGS_BACKEND: 'memory' };
const common = ['--vault', vault, '--json'];

function run(args, { passphrase = secret, env = {}, prefix = [] } = {}) {
  const words = [...prefix, citiz, ...args, ...common, '--passphrase-file', passphrase];
  const result = spawnSync(words[0], words.slice(1), { env: { ...environment, ...env }, encoding: 'utf8', timeout: 600000 });
  return { status: result.status, json: result.stdout.trim() ? JSON.parse(result.stdout) : null, said: result.stderr };
}

/** As a person reads it. */
function plain(args) {
  const result = spawnSync(citiz, [...args, '--vault', vault, '--passphrase-file', secret], { env: environment, encoding: 'utf8' });
  assert.equal(result.status, 0, `${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

function done(args, options) {
  const result = run(args, options);
  assert.equal(result.status, 0, `${args.join(' ')}: ${result.said}`);
  return result.json;
}

/** citiz emergency --serve: resolves when its first line is there; further lines arrive in `lines`. */
function serve(args = [], prefix = []) {
  const words = [...prefix, citiz, 'emergency', '--serve', ...args, ...common, '--passphrase-file', secret];
  const child = spawn(words[0], words.slice(1), { env: environment });
  const lines = [];
  let text = '';
  let said = '';
  child.stderr.on('data', (bytes) => { said += bytes; });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`serve ended early (${code}): ${said}`)));
    child.stdout.on('data', (bytes) => {
      text += bytes;
      while (text.includes('\n')) {
        lines.push(JSON.parse(text.slice(0, text.indexOf('\n'))));
        text = text.slice(text.indexOf('\n') + 1);
        if (lines.length === 1) resolve({ child, lines, access: lines[0] });
      }
    });
  });
}

function stop(child, signal = 'SIGTERM') {
  return new Promise((resolve) => { child.removeAllListeners('exit'); child.on('exit', resolve); child.kill(signal); });
}

async function until(what, test, ms = 240000) {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await test()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`waited in vain for ${what}`);
}

let number = 0;
async function step(name, body) {
  try { await body(); console.log(`ok ${++number} - ${name}`); } catch (error) {
    console.log(`not ok ${++number} - ${name}`);
    console.log(String(error.stack).replace(/^/gm, '# '));
    process.exitCode = 1;
  }
}

const doctor = { name: 'Dre Isabelle Fortin', role: 'physician', place: 'Hôpital de l’Enfant-Jésus, Québec', reason: 'ETREAT', lang: 'fr' };
let words, live, birthDate;

await step('refuses usage it does not know', () => {
  assert.equal(run(['dance']).status, 2);
  assert.equal(run(['show', 'everything']).status, 2);
  assert.equal(spawnSync(citiz, ['--version'], { env: environment }).status, 0);
});
await step('says what is wrong with a usage, in one sentence', () => {
  const empty = path.join(home, 'of-nothing');
  fs.mkdirSync(empty);
  fs.writeFileSync(path.join(empty, 'citiz.db'), '');
  const plainly = (args) => spawnSync(citiz, [...args, '--passphrase-file', secret], { env: environment, encoding: 'utf8' });
  for (const [args, status, sentence] of [
    [['show', 'care', '--vault', empty], 1, /is empty: .*Put back a copy/],
    [['show', 'care', '--vault', secret], 1, /passphrase is a file; a record is a folder/],
    [['vault', 'create', '--vault', secret], 1, /passphrase is a file; a record is a folder/],
    [['vault', 'recover', '--vault', path.join(home, 'nowhere')], 1, /^There is no record in .*: put a copy of its folder there first\.$/m],
    [['vault', 'passwd', '--vault', path.join(home, 'nowhere')], 1, /^There is no record in .*vault create/m],
    [['emergency', '--hours', '99'], 2, /1 to 72 hours[^]*Usage/],
    [['export', '--format', 'doc', '--out', 'x'], 2, /no format “doc”[^]*Usage/],
    [['--dance'], 2, /--dance/],
    [['help', 'dance'], 2, /no command “dance”/],
  ]) {
    const said = plainly(args);
    assert.equal(said.status, status, args.join(' ') + said.stderr);
    assert.match(said.stderr, sentence);
    assert.equal(said.stdout, '');
  }
  assert.match(plainly(['help', 'import']).stdout, /citiz import/);
});
await step('--help of one command tells of that one', () => {
  const help = (args) => spawnSync(citiz, [...args, '--help'], { env: environment, encoding: 'utf8' });
  const vault = help(['vault']);
  assert.equal(vault.status, 0);
  assert.match(vault.stdout, /citiz vault recover .*24 words[^]*--words-file/);
  assert.doesNotMatch(vault.stdout, /citiz import|--anyone/);
  assert.match(help(['community']).stdout, /community accept [^]*community evidence /);
  assert.equal(help(['dance']).status, 2);
});
await step('refuses an empty passphrase and one that is easily guessed, with a sentence', () => {
  const weak = path.join(home, 'weak');
  for (const [text, sentence] of [['', /weak: .*empty/], ['\nsecond line', /empty/], ['faux\n', /too easily guessed/], [Buffer.from([0xff, 0xfe, 0x0a]), /too easily guessed/]]) {
    fs.writeFileSync(weak, text);
    const refused = run(['vault', 'create'], { passphrase: weak });
    assert.equal(refused.status, 1, refused.said);
    assert.match(refused.said, sentence);
    assert.doesNotMatch(refused.said, /CRITICAL/);
  }
  fs.writeFileSync(weak, 'faux\n');
  const other = path.join(home, 'other');
  const forced = spawnSync(citiz, ['vault', 'create', '--force', '--vault', other, '--passphrase-file', weak], { env: environment, encoding: 'utf8' });
  assert.equal(forced.status, 0, forced.stderr);
  fs.rmSync(other, { recursive: true });
});
await step('creates a vault and gives 24 words', () => {
  words = done(['vault', 'create']).words;
  assert.equal(words.length, 24);
  assert.equal(run(['vault', 'create']).status, 1);
});
await step('refuses a wrong passphrase with a sentence', () => {
  const refused = run(['show', 'care'], { passphrase: second });
  assert.equal(refused.status, 1);
  assert.match(refused.said, /passphrase/);
  const empty = path.join(home, 'empty');
  fs.writeFileSync(empty, '\n');
  for (const refusal of [run(['show', 'care'], { passphrase: empty }), run(['vault', 'passwd', '--new-passphrase-file', empty]),
    run(['vault', 'recover', '--words-file', empty, '--new-passphrase-file', second])]) {
    assert.equal(refusal.status, 1, refusal.said);
    assert.match(refusal.said, /empty: its first line is empty/);
  }
});
await step('Enter at its own prompt is refused with a sentence', () => {
  const script = 'import os, pty, sys, termios, time\npid, fd = pty.fork()\nif pid == 0: os.execvp(sys.argv[1], sys.argv[1:])\nsaid = b""\ntyped = False\nwhile True:\n  try: part = os.read(fd, 4096)\n  except OSError: break\n  if not part: break\n  said += part\n  if not typed and b":" in said:\n    while termios.tcgetattr(fd)[3] & termios.ECHO: time.sleep(0.01)\n    os.write(fd, b"\\n"); typed = True\nprint(said.decode()); sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)';
  const asked = spawnSync('python3', ['-c', script, citiz, 'show', 'care', '--vault', vault], { env: environment, encoding: 'utf8' });
  assert.equal(asked.status, 1, asked.stdout + asked.stderr);
  assert.match(asked.stdout, /Nothing was typed/);
});
await step('imports a Canadian summary, and again without change', () => {
  const file = path.join(data, 'ips', 'CA_Bundle_FullsomeScenario1.json');
  const first = done(['import', file]);
  assert.ok(first[0].kept > 5, JSON.stringify(first));
  const again = done(['import', file]);
  assert.equal(again[0].kept, 0);
  assert.ok(again[0].duplicates > 0);
});
await step('says which file or folder is not there', () => {
  const missing = path.join(home, 'missing');
  const imported = run(['import', missing]);
  assert.equal(imported.status, 1);
  assert.match(imported.said, /missing: There is no such file/);
  assert.deepEqual(imported.json, [{ file: missing, refused: 'not-found' }]);
  for (const [out, sentence] of [[path.join(missing, 'x.csv'), /there is no folder .*missing\./], [home, /this is a folder/]]) {
    const exported = run(['export', '--format', 'csv', '--out', out]);
    assert.equal(exported.status, 1);
    assert.match(exported.said, sentence);
  }
});
await step('asks before it keeps another person’s file', () => {
  const file = path.join(data, 'apple', 'sample_30d.xml');
  const before = done(['show', 'care']).patient;
  const days = done(['show', 'activity']).days;
  const refused = run(['import', file]);
  assert.equal(refused.status, 1);
  const [told] = refused.json;
  assert.equal(told.refused, 'another-person');
  assert.match(told.person.birthDate, /^\d{4}-\d\d-\d\d$/);
  assert.match(refused.said, /--anyone/);
  // an export of Apple Health bears no name: what differs is said of both sides
  assert.match(refused.said, new RegExp(`a person born on ${told.person.birthDate};.*${before.name}.*${before.birthDate}`));
  assert.equal(told.record.birthDate, before.birthDate);
  assert.deepEqual(done(['show', 'activity']).days, days);
  assert.deepEqual(done(['show', 'care']).patient, before);
});
await step('imports an Apple Health export', () => {
  const before = done(['show', 'care']).patient;
  const report = done(['import', '--anyone', path.join(data, 'apple', 'sample_30d.xml')]);
  assert.equal(report[0].whole, true);
  assert.deepEqual(done(['show', 'care']).patient, before);
  assert.ok(report[0].kept > 1000, JSON.stringify(report));
});
await step('says that a file is cut, and refuses one of which nothing can be read', () => {
  const file = path.join(data, 'apple', 'malformed', 'truncated.xml');
  const [cut] = done(['import', '--anyone', file]);
  assert.equal(cut.whole, false);
  assert.equal(cut.ended, 'truncated');
  const words = spawnSync(citiz, ['import', '--anyone', file, '--vault', vault, '--passphrase-file', secret], { env: { ...environment, LANGUAGE: 'fr' }, encoding: 'utf8' });
  assert.doesNotMatch(words.stdout, /Observation|HKQuantity/);
  const noise = path.join(home, 'noise.bin');
  fs.writeFileSync(noise, Buffer.alloc(4096, 7));
  assert.equal(run(['import', noise]).status, 1);
});
await step('shows care and activity, each measure where a person looks for it', () => {
  const file = path.join(home, 'laboratory.json');
  fs.writeFileSync(file, JSON.stringify({ resourceType: 'Observation', id: 'hba1c', status: 'final', effectiveDateTime: '2026-03-02T08:00:00-05:00',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] }, valueQuantity: { value: 6.9, unit: '%', system: 'http://unitsofmeasure.org', code: '%' } }));
  done(['import', file]);
  const care = done(['show', 'care']);
  assert.ok(care.allergies.length > 0 && care.medications.length > 0 && care.problems.length > 0, JSON.stringify(care).slice(0, 400));
  birthDate = care.patient?.birthDate;
  const activity = done(['show', 'activity']);
  assert.ok(activity.days.length > 20, JSON.stringify(activity).slice(0, 400));
  assert.ok(care.results.some((row) => /6.9/.test(row.details)), JSON.stringify(care.results));
  assert.deepEqual(activity.days.filter((day) => /^(hba1c|bp_|weight)/.test(day.measure)), []);
  assert.doesNotMatch(plain(['show', 'activity']), /\d[.,]\d*0 /, 'no noughts that nobody wrote');
  const french = done(['show', 'care'], { env: { LANGUAGE: 'fr' } });
  assert.deepEqual(french.measures.filter((row) => /\d\/\d/.test(row.details)).map((row) => row.details.split(/\s/)[0]), ['155,0/85,0']);
  for (const drug of french.medications) assert.doesNotMatch(drug.details, /\d\.\d/);
  for (const problem of french.problems) assert.match(problem.details, /^(Actif|Inactif|Résolu|En rémission|Récidive|Rechute|Active|Inactive|Resolved)/, JSON.stringify(problem));
});
await step('one press gives a link that a reader opens, and the citizen sees who', async () => {
  live = await serve();
  const opened = await openLink(live.access.link, doctor);
  assert.ok(opened.bundle, JSON.stringify(opened));
  assert.equal(opened.bundle.entry[0].resource.resourceType, 'Composition');
  await until('the opening', () => live.lines.some((line) => line.kind === 'opening' && line.name === doctor.name));
  const left = await leaveNote(live.access.link, opened, { ...doctor, text: 'Suivi dans deux jours.' });
  assert.equal(left.status, 200);
  await until('the note', () => live.lines.some((line) => line.kind === 'note' && line.note === 'Suivi dans deux jours.'));
});
await step('the spoken code with the birth date gives the same link', async () => {
  assert.equal(live.access.code.length, 8);
  const origin = new URL(live.access.link).origin;
  await until('the code to be ready', async () => (await linkOfCode(origin, live.access.code, birthDate)).link === live.access.link);
  const wrong = await linkOfCode(origin, live.access.code, '1900-01-01');
  assert.equal(wrong.status, 401);
  await until('the failed try', () => live.lines.some((line) => line.kind === 'code-failed'));
});
await step('a second press returns the same access, also after kill -9', async () => {
  await stop(live.child, 'SIGKILL');
  const again = await serve();
  assert.equal(again.access.grant, live.access.grant);
  assert.equal(again.access.link, live.access.link);
  assert.ok((await openLink(again.access.link, { ...doctor, name: 'Samuel Roy', role: 'nurse' })).bundle);
  await stop(again.child);
  const seen = done(['accesses']);
  assert.deepEqual(seen.filter((line) => line.kind === 'opening').map((line) => line.name).sort(), ['Dre Isabelle Fortin', 'Samuel Roy']);
  const read = plain(['accesses']);
  assert.match(read, /Dre Isabelle Fortin, physician · Hôpital de l’Enfant-Jésus, Québec · emergency care\n {2}The six words of their receipt:( \S+){6} \(français\u00a0:( \S+){6}\)\n/);
  assert.match(read, /A wrong spoken code was tried/);
  assert.doesNotMatch(read, /ETREAT|code-failed/);
  assert.match(plain(['grants']), /^[0-9a-f]{32} {2}open, ends on \d{4}-\d\d-\d\d \d\d:\d\d, opened 2 times\n$/);
});
await step('revoking ends it for the reader, and the secrets are gone', async () => {
  assert.equal(done(['revoke', live.access.grant]).state, 'revoked');
  const unknown = run(['revoke', '00000000000000000000000000000000']);
  assert.equal(unknown.status, 1);
  assert.match(unknown.said, /no access “0{32}”/);
  assert.match(plain(['revoke', live.access.grant]), /had ended already: revoked on/);
  const [grant] = done(['grants']);
  assert.equal(grant.state, 'revoked');
  assert.equal(grant.link, undefined);
  const node = spawn(citiz, ['node', ...common, '--passphrase-file', secret], { env: environment });
  let said = '';
  node.stderr.on('data', (bytes) => { said += bytes; });
  await until('its address', () => said.includes(` at ${new URL(live.access.link).origin}.`));
  await until('the node', async () => { try { return (await grantState(live.access.link)).state === 'revoked'; } catch { return false; } });
  assert.equal((await openLink(live.access.link, doctor)).refused, 'state');
  const shl = await fetch(`${new URL(live.access.link).origin}/shl/${'A'.repeat(43)}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"recipient":"x"}' });
  assert.equal(shl.status, 404);
  await stop(node);
});
await step('24 hours later by the ledger it has ended by itself, also after a restart', async () => {
  const fresh = await serve();
  assert.notEqual(fresh.access.grant, live.access.grant);
  assert.ok((await openLink(fresh.access.link, doctor)).bundle);
  await stop(fresh.child);
  if (spawnSync('faketime', ['--version']).error) return console.log('# faketime is missing: the clock was not moved');
  const later = { prefix: ['faketime', '-f', '+25h'], env: { DONT_FAKE_MONOTONIC: '1' } };
  const grants = done(['grants'], later);
  assert.equal(grants.find((g) => g.grant === fresh.access.grant).state, 'expired');
  // The clock is put back: the ledger's time does not go back with it, what was erased stays erased.
  assert.notEqual(done(['grants']).find((g) => g.grant === fresh.access.grant).state, 'active');
});
await step('verifies the whole ledger', () => {
  const verified = done(['verify']);
  assert.ok(verified.verified && verified.blocks >= 5, JSON.stringify(verified));
});
await step('exports in the four formats', () => {
  for (const [format, start] of [['ips', '{'], ['fhir', '{'], ['csv', '\xef\xbb\xbfkind,'], ['pdf', '%PDF']]) {
    const out = path.join(home, `record.${format}`);
    done(['export', '--format', format, '--out', out]);
    assert.ok(fs.readFileSync(out).toString('latin1').startsWith(start), format);
    const again = run(['export', '--format', format, '--out', out]);
    assert.equal(again.status, 1);
    assert.match(again.said, /there already.*--force/);
  }
  done(['export', '--format', 'csv', '--force', '--out', path.join(home, 'record.csv')]);
  const csv = fs.readFileSync(path.join(home, 'record.csv'), 'utf8');
  assert.ok(csv.match(/^"sample"/gm).length > 1000, 'every sample leaves');
  const fhir = JSON.parse(fs.readFileSync(path.join(home, 'record.fhir'), 'utf8'));
  const days = fhir.entry.filter((e) => e.resource.resourceType === 'Observation' && /^\d{4}-\d\d-\d\d$/.test(e.resource.effectiveDateTime));
  assert.ok(days.length > 100, `${days.length} days`);
  assert.equal(run(['export', '--format', 'docx', '--out', path.join(home, 'x')]).status, 2);
});
await step('says which record or file is missing, and what could not be printed', () => {
  const bare = (args) => spawnSync(citiz, args, { env: environment, encoding: 'utf8' });
  const nowhere = bare(['grants', '--vault', path.join(home, 'nowhere')]);
  assert.equal(nowhere.status, 1);
  assert.match(nowhere.stderr, /nowhere/);
  const noFile = bare(['grants', '--vault', vault, '--passphrase-file', path.join(home, 'absent')]);
  assert.equal(noFile.status, 1);
  assert.match(noFile.stderr, /absent/);
  assert.match(run(['export', '--format', 'csv', '--out', path.join(home, 'no', 'x')]).said, /no/);
  const empty = bare(['--json']);
  assert.deepEqual([empty.status, empty.stdout], [2, '']);
  const full = fs.openSync('/dev/full', 'w');
  const lost = spawnSync(citiz, ['grants', ...common, '--passphrase-file', secret], { env: environment, stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
  fs.closeSync(full);
  assert.equal(lost.status, 1, lost.stderr);
});
await step('the passphrase changes, and the 24 words alone open the record', () => {
  done(['vault', 'passwd', '--new-passphrase-file', second]);
  assert.equal(run(['grants']).status, 1);
  const sheet = path.join(home, 'words');
  fs.writeFileSync(sheet, words.join(' '));
  done(['vault', 'recover', '--words-file', sheet, '--new-passphrase-file', secret]);
  done(['grants']);
});
await step('nothing of the person is on the disk in clear', () => {
  const bytes = fs.readdirSync(vault).map((name) => fs.readFileSync(path.join(vault, name)).toString('latin1')).join('');
  for (const canary of ['Isabelle', 'AllergyIntolerance', 'Enfant', 'HKQuantity']) assert.ok(!bytes.includes(canary), canary);
});
await step('a damaged record is never said to agree', () => {
  const damage = `import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute("UPDATE object SET sealed = zeroblob (length (sealed)) WHERE row = (SELECT min (row) FROM object WHERE class = 1)"); db.commit ()`;
  assert.equal(spawnSync('python3', ['-c', damage, path.join(vault, 'citiz.db')]).status, 0);
  for (const args of [['verify'], ['show', 'care']]) {
    const told = run(args);
    assert.equal(told.status, 1, args.join(' '));
    assert.ok(!told.json || !told.json.verified);
    assert.match(told.said, /damaged|endommag/);
    assert.doesNotMatch(told.said, /WARNING|SELECT/);
  }
});
fs.rmSync(home, { recursive: true });
console.log(`1..${number}`);
