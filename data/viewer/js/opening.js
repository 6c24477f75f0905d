// Log before release: enter the opening, gather shares, open the capsule. SPDX-License-Identifier: AGPL-3.0-or-later

import { b64u, fromB64u, fromHex, fromUtf8, hex, join, sameBytes, utf8 } from './codec.js';
import { cleanCode, combineShares, hmac, openBox, openCapsule, openingPreimage, openJwe, passcodeKey, passcodeProof, pbkdf2, releaseToken, sealNote, sha256, shareCommitment } from './crypto.js';
import { parseLink } from './link.js';

const PATIENCE_MS = 20000;
const ALONE_MS = 3000;
const STALLED_AFTER_MS = 3000;
const STALLED_MS = 60000;
const BLOB_LIMIT = 5 * 1024 * 1024;

/** What went wrong, as a word the page has a sentence for: network (what nobody says more of), ended, passcode, refused, damaged. */
export class Refusal extends Error {
  constructor(kind = 'network', detail = {}) {
    super(kind);
    this.kind = kind;
    Object.assign(this, detail);
  }
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function ask(origin, path, body) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE_MS);
  const options = { cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error', signal: control.signal };
  if (body) Object.assign(options, { method: 'POST', body: JSON.stringify(body) });
  try {
    return await fetch(origin + path, options);
  } catch (error) {
    throw new Refusal('network', { hung: control.signal.aborted });
  } finally {
    clearTimeout(timer);
  }
}

async function jsonOf(response) {
  try {
    return await response.json();
  } catch (error) {
    return {};
  }
}

const pathOf = (link) => '/v1/grants/' + link.grantHex;

/** Asks one of a link's nodes. One that is not where it was at the press is asked where the page's own node, whose program this is, knows it to be; that
 *  node's policy lets nobody call where it was, so one that only hangs is there. */
async function askNode(link, node, path, body) {
  try {
    return await ask(node.origin, path, body);
  } catch (error) {
    const { nodes = [] } = error.hung ? {} : await jsonOf(await ask('', pathOf(link)));
    const origin = nodes[node.index - 1];
    if (!origin || origin === node.origin) throw error;
    node.origin = origin;
    return ask(origin, path, body);
  }
}

/** How many nodes have to say the same, so that an honest one is among them; that they know of nothing, as many as open it: those that are behind say so, too. */
const voices = (link, state) => (state === 'unknown' ? link.threshold : Math.ceil(link.threshold / 2));

/** What enough nodes refuse for; at the end, that too few are of any help. No single node's word ends an opening. */
function verdict(link, refusals, over) {
  const [trouble, answers] = [true, false].map((is) => refusals.filter((one) => ['network', 'damaged'].includes(one.kind) === is));
  for (const one of answers) {
    const alike = answers.filter((other) => other.kind === one.kind && other.state === one.state);
    if (alike.length >= voices(link, one.state)) return Object.assign(one, { left: Math.max(...alike.map((other) => other.left)) });
  }
  return over && (trouble.find((one) => one.kind === 'damaged') || new Refusal());
}

const refusalOf = (error) => (error instanceof Refusal ? error : new Refusal('damaged'));

/** Asks all nodes at once until `enough` makes something of their answers. */
function allNodes(link, what, enough) {
  return new Promise((resolve, reject) => {
    const answers = [];
    const refusals = [];
    link.nodes.forEach(async (node) => {
      try {
        answers.push(await what(node));
      } catch (error) {
        refusals.push(refusalOf(error));
      }
      const over = answers.length + refusals.length === link.nodes.length;
      const made = enough(answers, over);
      if (made) resolve(made);
      else if (over) reject(verdict(link, refusals, true));
    });
  });
}

/** Tries each node in turn until one helps, or enough refuse alike; one that hangs is not waited for alone. */
function anyNode(link, what, nodes = link.nodes, alone = ALONE_MS) {
  const refusals = [];
  const left = [...nodes];
  return new Promise((resolve, reject) => {
    const next = () => {
      if (!left.length) return;
      const timer = setTimeout(next, alone);
      what(left.shift()).then(resolve, (error) => {
        refusals.push(refusalOf(error));
        const told = verdict(link, refusals, refusals.length === nodes.length);
        if (told) reject(told);
        else next();
      }).finally(() => clearTimeout(timer));
    };
    next();
  });
}

/** Public state of a grant, as enough nodes tell it alike; of nodes that tell different things, that it is open. Reading it consumes nothing. An unknown grant is a state, not an error. */
export function grantState(link) {
  const terms = (one) => JSON.stringify([one.state, one.expires, one.capsule]);
  return allNodes(link, (node) => stateAt(link, node), (states, over) => {
    for (const one of states) {
      const alike = states.filter((other) => terms(other) === terms(one));
      const enough = voices(link, one.state);
      if (alike.length >= enough) return { ...one, now: reached(alike.map((other) => other.now), enough) };
    }
    return over && states.find((one) => one.state === 'active');
  });
}

async function stateAt(link, node) {
  const response = await askNode(link, node, pathOf(link));
  const state = await jsonOf(response);
  if (response.status === 404 || state.state === 'unknown') return { state: 'unknown', lacks: true };
  if (!response.ok || typeof state.state !== 'string') throw new Refusal();
  return state;
}

/** The highest of the numbers that as many as `enough` say has been reached. */
const reached = (numbers, enough) => [...numbers].sort((a, b) => b - a)[enough - 1] || 0;

/** The state that as many nodes tell alike as it takes to open: what shares and capsule are checked against is no single node's word. */
function agreedState(link) {
  const terms = (state) => JSON.stringify([state.t, state.capsule, state.commitments]);
  return allNodes(link, (node) => stateAt(link, node), (states) => {
    for (const one of states) {
      const used = states.filter((other) => terms(other) === terms(one)).map((other) => other.used);
      if (used.length >= link.threshold) return { ...one, used: reached(used, link.threshold) };
    }
  });
}

/** Tells how many nodes answer, each time that is heard of one of them, while `isWanted`: who has not answered for a while does not, nor who has no part to give. */
export function watchNodes(link, isWanted, tell) {
  const told = new Map();
  link.nodes.forEach(async (node) => {
    const mark = (answers) => {
      told.set(node, answers);
      if (isWanted() && told.size === link.nodes.length) tell([...told.values()].filter(Boolean).length);
    };
    while (isWanted()) {
      const timer = setTimeout(mark, ALONE_MS);
      mark(await stateAt(link, node).then((state) => !state.lacks, () => false));
      clearTimeout(timer);
      await pause(1000);
    }
  });
}

/** The opening's first question, asked while the reader still writes a name. */
export function prepare(link, session) {
  session.agreed = agreedState(link).catch(() => null);
}

/** What a node answers to `verb`, with the passcode's proof: [status, answer]; 500 when it does not. */
async function press(link, session, node, verb, body) {
  const proof = session.passKey && b64u(await passcodeProof(link.secret, node.id, session.passKey));
  const response = await askNode(link, node, pathOf(link) + '/' + verb, { ...body, proof }).catch(() => ({ status: 500 }));
  const answer = await jsonOf(response);
  if (response.status === 401) throw new Refusal('passcode', { left: answer.remainingAttempts });
  return [response.status, answer];
}

/** Whose openings nobody knew is asked last. */
function enterOpening(link, session) {
  const nodes = [...link.nodes].sort((a, b) => session.doubted.indexOf(a) - session.doubted.indexOf(b));
  return anyNode(link, async (node) => {
    let { use } = session;
    for (let tries = 0; tries < 8; tries++) {
      if (use > session.grant.max) throw new Refusal('ended', { state: 'used' });
      const a = await openingPreimage(link.secret, link.grant, session.grant.max - use);
      const [status, answer] = await press(link, session, node, 'open', { use, a: b64u(a), note: session.note });
      if (status === 200) {
        fromHex(answer.opening, 32);
        return { id: answer.opening.toLowerCase(), time: answer.time, use, capsule: answer.capsule, node };
      }
      if (status === 409 && answer.used + 1 === use) throw new Refusal();
      if (status === 409 && Number.isInteger(answer.used)) use = answer.used + 1;
      else if (status === 409 && answer.state) throw new Refusal('ended', { state: answer.state });
      else if (status === 404 || status === 410) throw new Refusal('ended', { state: answer.state || 'unknown' });
      else throw new Refusal(status >= 500 ? 'network' : 'refused');
    }
    throw new Refusal('refused');
  }, nodes);
}

async function askShare(link, session, node) {
  const token = b64u(await releaseToken(link.secret, link.grant, node.id));
  const [status, answer] = await press(link, session, node, 'release', { opening: session.opening.id, token });
  if (answer.error === 'opening' || answer.state === 'active') throw new Refusal('network', { unknown: true });
  if (status === 404 || status === 410) throw new Refusal('ended', { state: answer.state });
  if (status !== 200) throw new Refusal();
  return checkShare(link, session, node, answer, session.opening.id);
}

/** A share that is the grant's, for this opening; else what the node signed is kept as a lie. */
async function checkShare(link, session, node, answer, opening) {
  const share = fromB64u(answer.share, 32);
  const commitment = session.grant.commitments[answer.index - 1];
  const own = await shareCommitment(link.grant, answer.index, share, fromB64u(answer.salt, 16));
  const { receipt, given } = answer;
  if (!commitment || answer.index !== node.index || !sameBytes(own, fromHex(commitment, 32)) || receipt.opening !== opening) {
    const lie = { node: node.origin || window.location.origin, index: answer.index, commitment: hex(own), given, receipt };
    session.lies.push(lie);
    if (session.tell) session.tell(lie);
    throw new Refusal('damaged');
  }
  return { x: answer.index, bytes: share, receipt };
}

/** As many shares as it takes, the first that come and fit. An opening is `unknown` when so many do not know it that the others are too few. */
function gatherShares(link, session, onShare) {
  let known = link.nodes.length;
  const share = (node) => askShare(link, session, node).catch((error) => {
    if (error.unknown) known--;
    throw error;
  });
  return allNodes(link, share, (shares) => {
    onShare(shares.length);
    return shares.length >= session.grant.t && shares.slice(0, session.grant.t).sort((a, b) => a.x - b.x);
  }).catch((error) => Promise.reject(known < session.grant.t ? new Refusal('network', { unknown: true }) : error));
}

/** One node, asked until the opening is final or it gives its share under its own receipt. Whether the ledger stands still is for the node to judge; one
 *  that does not answer may yet.
 *  The number is raised on the word of half of `t` nodes: more than may lie where a grant may open so (2f < t), and not so many that one down holds it back. */
async function askStalled(link, session, node, turn) {
  while (!turn.over && Date.now() < turn.until) {
    const { use } = turn;
    const a = await openingPreimage(link.secret, link.grant, session.grant.max - use);
    const token = b64u(await releaseToken(link.secret, link.grant, node.id));
    const [status, answer] = await press(link, session, node, 'stalled', { use, a: b64u(a), note: session.note, token });
    if (answer.share) return checkShare(link, session, node, answer, turn.id);
    if (status === 202 || status >= 500) await pause(Math.min(answer.wait || 1000, 1000));
    else if (status === 200) return { final: { id: answer.opening, time: answer.time, use, capsule: answer.capsule, node } };
    else if (status === 409 && answer.used < session.grant.max) {
      turn.used.set(node, answer.used);
      turn.use = Math.max(turn.use, reached(turn.used.values(), Math.ceil(session.grant.t / 2)) + 1);
      if (turn.use === use) await pause(1000);
    } else throw status === 409 ? new Refusal('ended', { state: answer.state }) : new Refusal();
  }
  throw new Refusal();
}

/** The opening made final; or, where the person allows it and the ledger stands still, shares of as many nodes as it takes: whatever comes first.
 *  Shares prove themselves; that the ledger went on is two nodes' word, and one's alone only when there is nothing else. */
async function enterOrStall(link, session, onStalled) {
  const turn = { use: session.use, used: new Map(), id: hex(await sha256(fromB64u(session.note))) };
  let timer = 0;
  try {
    return await new Promise((resolve, reject) => {
      const stall = () => {
        if (turn.until) return;
        turn.until = Date.now() + STALLED_MS;
        let lone;
        onStalled();
        allNodes(link, (node) => askStalled(link, session, node, turn), (answers) => {
          const told = answers.filter((one) => one.final);
          const shares = answers.filter((one) => one.bytes).slice(0, session.grant.t).sort((x, y) => x.x - y.x);
          [lone] = told;
          return told.find((one, i) => told.findIndex((other) => other.final.id === one.final.id) < i) || (shares.length >= session.grant.t && { shares, final: { id: turn.id, time: shares[0].receipt.time, use: turn.use, capsule: session.grant.capsule, stalled: true } });
        }).catch((error) => lone || Promise.reject(error)).then(resolve, reject);
      };
      if (session.grant.stalled) timer = setTimeout(stall, STALLED_AFTER_MS);
      enterOpening(link, session).then((final) => resolve({ final }), (error) => (session.grant.stalled && error.kind === 'network' ? stall() : reject(error)));
    });
  } finally {
    turn.over = true;
    clearTimeout(timer);
  }
}

/** Hash the six words come from: the receipts' signed messages, in the order of the shares. */
export async function receiptHash(grant, opening, capsule, receipts) {
  const messages = receipts.map((receipt) => {
    const time = new Uint8Array(8);
    new DataView(time.buffer).setBigUint64(0, BigInt(receipt.use || receipt.time));
    return join(grant, fromHex(opening, 32), time, fromHex(capsule, 32));
  });
  return sha256(join(...messages));
}

function fetchCapsule(link, session) {
  return anyNode(link, async (node) => {
    const response = await askNode(link, node, '/v1/blobs/' + session.grant.capsule);
    if (!response.ok) throw new Refusal();
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > BLOB_LIMIT || hex(await sha256(bytes)) !== session.grant.capsule.toLowerCase()) throw new Refusal('damaged');
    return bytes;
  });
}

/** What the opening entered was for: shares, capsule, record. */
async function readOpened(link, session, onStep, early, given) {
  onStep(1, 0);
  const shares = given || await gatherShares(link, session, (n) => onStep(1, n));
  onStep(2, shares.length);
  const blob = (await early) || (await fetchCapsule(link, session));
  let bundle;
  try {
    const contentKey = combineShares(shares);
    bundle = await openJwe(await openCapsule(contentKey, link.grant, blob), link.key);
    contentKey.fill(0);
  } catch (error) {
    throw new Refusal('damaged');
  }
  for (const share of shares) share.bytes.fill(0);
  const hash = await receiptHash(link.grant, session.opening.id, session.grant.capsule, shares.map((s) => s.receipt));
  return { bundle, hash };
}

/**
 * The whole opening. `session` lives through retries, so that an opening once entered is used again and not a second one burnt.
 * One that the nodes do not know is entered again elsewhere, as the same note from the same number on: who has it answers with what it was entered as.
 * An opening is for the capsule that stood then: when the record was renewed since, it is opened again.
 * The capsule comes while the ledger makes the opening final.
 * `onStep(step, shares, stalled)` is told 0 entered, 1 keys, 2 decrypting. Returns {bundle, opening, receipt hash}.
 */
export async function openRecord(link, session, note, passcode, onStep) {
  if (passcode) session.passKey = await passcodeKey(passcode, link.grant);
  for (let tries = 0; ; tries++) {
    let shares;
    onStep(0, 0);
    session.grant = (await session.agreed) || (await agreedState(link));
    session.agreed = null;
    let early = fetchCapsule(link, session).catch(() => null);
    if (session.opening && session.opening.capsule !== session.grant.capsule) session.opening = null;
    if (!session.opening || session.unknown) {
      if (!session.opening && session.grant.state !== 'active' && !session.grant.duration) throw new Refusal('ended', { state: session.grant.state });
      session.note = session.note || b64u(await sealNote(link.key, link.grant, note));
      session.use = session.use || Math.min(session.grant.used + 1, session.grant.max);
      const entered = await enterOrStall(link, session, () => onStep(0, 0, true)).catch((error) => {
        if (session.opening && error.kind === 'ended') return { final: session.opening }; // it was the last, and is only not known everywhere yet
        throw error;
      });
      session.opening = entered.final;
      shares = entered.shares;
      if (session.opening.capsule !== session.grant.capsule) {
        session.grant = await agreedState(link);
        early = null;
      }
    }
    try {
      const opened = await readOpened(link, session, onStep, early, shares);
      Object.assign(session, { note: null, use: 0, unknown: false });
      return opened;
    } catch (error) {
      if (shares) {
        session.opening = null;
        throw error;
      }
      if (error.unknown) {
        const { node } = session.opening;
        session.unknown = true;
        session.doubted = [...session.doubted.filter((one) => one !== node), node];
        if (tries < link.nodes.length) continue;
      }
      const fresh = await grantState(link).catch(() => session.grant);
      if (tries > 1 || fresh.capsule === session.opening.capsule) throw error;
    }
  }
}

/** A note to the patient after the opening. Returns the time by the ledger. */
export async function sendNote(link, session, note) {
  const sealed = b64u(await sealNote(link.key, link.grant, note));
  return anyNode(link, async (node) => {
    const token = b64u(await releaseToken(link.secret, link.grant, node.id));
    const response = await askNode(link, node, pathOf(link) + '/note', { opening: session.opening.id, token, note: sealed });
    if (response.status === 404 || response.status === 410) throw new Refusal('ended', {});
    if (!response.ok) throw new Refusal();
    return (await jsonOf(response)).time;
  }, link.nodes, PATIENCE_MS);
}

/** Spoken code and date of birth → the link, or null. The node never learns the secret half; it is here, whatever address it had at the press. */
export async function linkFromCode(typed, birthDate, onStep) {
  const code = cleanCode(typed);
  const here = '';
  const entry = await ask(here, '/v1/codes/' + code.slice(0, 3));
  if (!entry.ok) throw new Refusal(entry.status === 404 ? 'code' : 'network', {});
  const hint = await jsonOf(entry);
  const grant = fromHex(hint.grant, 16);
  onStep();
  const salt = join(utf8(code.slice(0, 3)), grant);
  const keys = await pbkdf2(utf8(code.slice(3) + birthDate), salt, hint.iterations, 64);
  const node = hint.node ? fromB64u(hint.node, 16) : new Uint8Array(0);
  const proof = await hmac(keys.subarray(32), join(utf8('citiz/code/v1'), node));
  const response = await ask(here, '/v1/codes/' + code.slice(0, 3), { proof: b64u(proof) });
  const answer = await jsonOf(response);
  if (response.status === 401 || response.status === 404) throw new Refusal('code', { left: answer.remainingAttempts });
  if (!response.ok) throw new Refusal();
  try {
    const link = parseLink(fromUtf8(await openBox(keys.subarray(0, 32), grant, fromB64u(answer.blob))));
    for (const one of link ? link.nodes : []) if (sameBytes(one.id, node)) one.origin = here;
    return link;
  } catch (error) {
    throw new Refusal('damaged');
  }
}
