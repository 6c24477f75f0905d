#!/usr/bin/env python3
"""Copies of the step machine, and of what drives it from one epoch to the next, whose rules can be broken, one at a time, by a number: break.py OUT FILE….
The sources know nothing of it. Where a rule comes to be written otherwise than here the gate says so, and its line here has to follow.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import pathlib, re, sys

NOT, EITHER = '(!M && (%s))', '(M || (%s))'  # a condition that never holds, or always, once M is true
# What is broken: (file, how it is written with «the part» that is replaced, its replacement), …
MUTATIONS = [
    ('FINAL after SKIP', ('rules.h', 'certified && «!said.skip»', EITHER)),
    ('SKIP after FINAL, whose reason is lost in a power cut', ('rules.h', 'return !said.skip && «!said.final»;', EITHER),
     ('vote.c', 'found->journaled[k] = TRUE;«»', '\n  if (M)\n    return;')),
    ('NOTAR over slots that are not skipped', ('rules.h', 'parent && «gap»;', EITHER)),
    ('NOTAR on a parent without a certificate', ('rules.h', 'above_final && «parent» &&', EITHER)),
    ('NOTAR of two blocks', ('rules.h', 'return «!said.notar» && above_final', EITHER),
     ('vote.c', '«!slot->said.notar» && vote_notar', '(!slot->said.notar || (M && !citiz_hash_equal (&slot->own, &slot->blocks[slot->n_blocks - 1].point.hash)))'),
     ('vote.c', '«stands (csx, slot, block)» ? judge', '!(M && slot->said.notar && i + 1 < slot->n_blocks) && stands (csx, slot, block)')),
    ('FINAL without a NOTAR certificate', ('rules.h', 'said.notar && «certified» &&', EITHER)),
    ('FINAL of another block than the certified one', ('vote.c', 'cert != NULL && «citiz_hash_equal (&cert->hash, &slot->own)»', EITHER)),
    ('a quorum of one less', ('csx.c', 'csx->quorum = «citiz_quorum (csx->n)»;', '(%s > 1 && M ? citiz_quorum (csx->n) - 1 : citiz_quorum (csx->n))')),
    ('votes for different blocks counted together', ('tally.c', '|| «!citiz_hash_equal (&ballot->hash[kind], &vote->hash)»)\n        continue', NOT)),
    ('votes not journaled', ('vote.c', '«  g_array_append_val (csx->effects->journal, vote);»\n  citiz_csx_mark_said', '  if (!M)\n  %s')),
    ('candidates not journaled', ('vote.c', '«g_array_append_val (csx->effects->journal, message.vote);»', 'if (!M)\n    %s')),
    ('what a vote relies on is not journaled', ('vote.c', 'found->journaled[k] = TRUE;«»', '\n  if (M)\n    return;')),
    ('own votes not counted again after a restart', ('peer.c', 'if (slot != NULL && «vote->kind != CITIZ_VOTE_CAND»)', '!(M && own) && %s')),
    ('own votes forgotten over a restart', ('peer.c', '«const gboolean own = vote->voter == csx->config.self;»', 'const gboolean own = vote->voter == csx->config.self && !M;'),
     ('peer.c', '|| vote->voter >= csx->n«»)\n    return;', ' || (M && vote->voter == csx->config.self)')),
    ('no guard after a restart', ('peer.c', 'csx->mode = «csx->n == 1 || start->trusted» ?', EITHER)),
    ('own statements that others show are believed', ('tally.c', 'if (slot <= csx->final_slot || «slot <= csx->mute»)', EITHER)),
    ('no repeating in a standstill', ('peer.c', 'tell_stalled (csx, since);«»', '\n  if (M)\n    return;')),
    ('repeating without a limit', ('peer.c', 'if («csx->allowance > 0»)', EITHER),
     ('peer.c', 'csx->pass_at = csx->now.steady + «csx->config.timing.standstill»;', '(M ? 20 : %s)')),
    ('who is late is not told', ('peer.c', 'if («from >= csx->n» || from == csx->config.self || csx->final_cert == NULL', EITHER),
     ('peer.c', 'if («csx->final_cert != NULL»)\n    repeat_cert', '!M && %s'), ('peer.c', 'message->cert = «csx->final_cert»;', '(M ? NULL : %s)')),
    ('commits without reasons', ('chain.c', 'if («notar == NULL || !citiz_hash_equal (&notar->hash, &hash)»)', NOT), ('chain.c', 'if («!citiz_csx_skipped (csx, i)»)', NOT)),
    ('what is not stored counts as stored', ('chain.c', 'if («!block->stored»)', NOT)),
    ('missing blocks are not fetched', ('chain.c', 'if («csx->now.steady >= slot->fetch_at»)', '!M && %s')),
    ('who is far behind asks for no ranges', ('chain.c', 'if («csx->now.steady >= csx->range_at»)', '!M && %s')),
    ('anybody may propose', ('tally.c', '«vote->voter == citiz_csx_leader (csx, vote->slot)»', EITHER)),
    ('any time is good', ('vote.c', 'if («ahead < -grown (MAX_AGE, csx->skipped, AGE_CAP)»)', NOT), ('vote.c', 'if («ahead <= MAX_AHEAD»)', EITHER)),
    ('false blocks are taken', ('vote.c', 'return «block->trial == CITIZ_CSX_VALID» &&', EITHER), ('vote.c', 'if («block->trial == CITIZ_CSX_FALSE»)', NOT)),
    ('NOTAR before the block is stored', ('vote.c', 'CITIZ_CSX_VALID && «block->stored» ?', EITHER)),
    ('no need to make final what is notarized', ('vote.c', 'csx->mempool || «csx->top > csx->final_slot» ||', NOT)),
    ('no timer', ('vote.c', 'due = «csx->timer_at != 0 && csx->now.steady >= csx->timer_at»;', NOT)),
    ('proposals on the last final block only', ('vote.c', 'guint64 slot = «csx->frontier - 1»;', '(M ? csx->final_slot : %s)')),
    ('always a need', ('vote.c', '&& («csx->mempool» || csx->top', EITHER)),
    ('certificates are not passed on, nor votes repeated', ('effects.c', '  if («peers == 0»)', EITHER),
     ('vote.c', 'else if (slot != NULL && «slot->said.skip»)', '(!M && slot->said.skip)'), ('peer.c', '  for («CitizVoteKind kind = CITIZ_VOTE_NOTAR»; kind <= CITIZ_VOTE_FINAL; kind++)\n    if ((slot->ballots[csx->config.self]', 'CitizVoteKind kind = M ? CITIZ_VOTE_FINAL + 1 : CITIZ_VOTE_NOTAR')),
    ('one block is asked for at a time', ('chain.c', 'effect->max = «CITIZ_CSX_RANGE»;', '(M ? 1 : %s)')),
    # epochs
    ('what stands on a closing block is committed', ('chain.c', 'if (first || «block->point.flags == CITIZ_BLOCK_CLOSING»)', NOT)),
    ('what stands on a closing block is committed from ranges', ('chain.c', 'if («point.flags != CITIZ_BLOCK_CONTINUATION»)', EITHER)),
    ('no epoch ends', ('chain.c', 'csx->committed.slot == 0 || «csx->committed.flags != CITIZ_BLOCK_CLOSING»', EITHER)),
    ('something stands on a closing block', ('vote.c', 'effect->closed = «parent.flags != 0 && parent.slot > 0»;', NOT)),
    ('votes of another epoch count', ('csx.c', 'return «vote->epoch == csx->config.epoch» && vote->voter < csx->n', EITHER), ('sim-epoch.c', '|| «packet->epoch == node->epoch»)', '((M && packet->csx == CITIZ_CSX_MESSAGE_VOTE) || %s)')),
    ('certificates of another epoch count', ('tally.c', '«cert->epoch != csx->config.epoch»\n      || cert->slot <= csx->committed.slot', NOT), ('csx.c', 'if («cert->epoch != csx->config.epoch» || cert->slot <= csx->floor', NOT),
     ('sim-epoch.c', '|| «packet->csx == CITIZ_CSX_MESSAGE_BLOCK»', '((M && packet->csx == CITIZ_CSX_MESSAGE_CERT) || %s)')),
    ('keys of earlier epochs are kept', ('sim-epoch.c', 'if («last->here» && last->head.epoch < node->epoch)', '(!M && %s)')),
    ('the key of an epoch is deleted as it is closed', ('sim-epoch.c', 'if («citiz_sim_block (node->sim, node->committed)->header.epoch != node->epoch»)', NOT)),
    ('a key is announced before the name of its file is durable', ('sim-epoch.c', 'citiz_sim_disk_format (sim, disk, next, &key);«»', '\n  if (M)\n    node->made[next]++;')),
    ('who is in an earlier epoch is not told how it ended', ('sim-epoch.c', 'if («cert == NULL»)', EITHER)),
    ('what ends an epoch is not kept', ('sim-commit.c', '«g_array_append_val (node->beside, link);»', 'if (!M)\n        %s')),
    ('ranges end with the closing block', ('sim-commit.c', 'GArray *lists[] = {node->chain, «node->beside»};', '(M ? node->chain : %s)')),
    ('the wrong journal is opened', ('sim-epoch.c', 'node->journals[«node->epoch % 2»];', '(M ? 0 : %s)')),
    ('who comes back with an empty journal votes at once', ('sim-node.c', 'start.trusted = «node->voted» && start', EITHER)),
    # the real ledger
    ('what is above the committed block is not executed again after a restart', ('sim-ledger.c', 'if («citiz_sim_node_execute (node, block) != CITIZ_CSX_VERDICT_VALID»)\n    return NULL;\n  return ledger_after', NOT)),
    ('roots are not compared', ('ledger-block.c', 'if («!citiz_hash_equal (&ours->log_root, &header->log_root)»)', NOT), ('ledger-block.c', 'if («!citiz_hash_equal (&ours->state_root, &header->state_root)»)', NOT),
     ('ledger-block.c', 'return «memcmp (a, b, sizeof a) == 0»\n', EITHER)),
    ('blocks are executed on the committed one', ('sim-ledger.c', 'apply («ledger_after (node, block->parent)», block->real', '(M ? node->ledger : %s)')),
    ('nodes build on what they have committed', ('sim-ledger.c', '«const CitizLedger *before = ledger_on (node, parent);»', 'const CitizLedger *before = M ? node->ledger : ledger_on (node, parent);')),
    ('shares are handed out before the opening is final', ('sim-share.c', 'return «state.can_release»\n', EITHER)),
    ('shares are handed out though a revocation is known', ('sim-share.c', '&& «!(citiz_sim_revokes (4 * group + 3) && (node->known >> (4 * group + 3) & 1) != 0)»;', EITHER)),
    ('sponsors vouch for as many as they like', ('admit.c', 'if («made.used >= limit»)', NOT)),
    ('one day’s count is forgotten with each block', ('admit.c', '«made.used++»;', '(M ? made.used = 1 : made.used++)')),
    ('a day begins with the count of the one before', ('admit.c', '|| «made.day != today»', NOT)),
    ('the open lane has no end', ('admit.c', '&& («run->lane->n >= CITIZ_LANE_MAX_TX || run->lane->bytes + size > CITIZ_LANE_MAX_BYTES»)', NOT)),
    ('the ledger is not as durable as the chain', ('sim-ledger.c', '«  node->ledger = after;»', '  if (M)\n    citiz_ledger_free (after);\n  node->ledger = M ? citiz_ledger_fork (citiz_sim_block (node->sim, 0)->after) : after;')),
    ('the first block of an epoch is executed in the one before', ('ledger-block.c', 'return «enter_epoch (ledger, &block->header, error)» && check_place', EITHER)),
    ('who comes late begins with another state', ('sim-change.c', '«  node->ledger = g_steal_pointer (&made);»', '  node->ledger = M ? citiz_ledger_fork (citiz_sim_block (sim, 0)->after) : g_steal_pointer (&made);')),
]

# Where a fault is rare, the worlds in which it is least so.
MODES = {'what a vote relies on is not journaled': 'power', 'own statements that others show are believed': 'backup', 'no guard after a restart': 'backup', 'who comes back with an empty journal votes at once': 'backup',
         'one block is asked for at a time': 'late'}
# Those from here on in worlds with more than one epoch, with a real ledger.
EPOCHS, LEDGER = 'what stands on a closing block is committed', 'what is above the committed block is not executed again after a restart'


def edits(texts, lost):
    for number, (name, *places) in enumerate(MUTATIONS, 1):
        for file, written, broken in places:
            file = 'citiz-csx.c' if file == 'csx.c' else 'citiz-' + file if file.startswith(('sim-', 'ledger-', 'admit')) else 'citiz-csx-' + file
            before, rest = written.split('«')
            part, after = rest.split('»')
            if texts[file].count(before + part + after) != 1:
                print(f'{file}: “{written}” is not there exactly once: number {number}, {name}', file=sys.stderr)
                lost.add(name)
                continue
            start = texts[file].index(before + part + after) + len(before)
            yield file, start, start + len(part), number, broken, part


def flagged(broken, number, part):
    """M stands for the flag wherever it is a word of its own; the part itself is left alone."""
    return '%s'.join(re.sub(r'\bM\b', f'(citiz_csx_broken == {number})', piece) for piece in broken.split('%s')).replace('%s', part)


def main():
    out = pathlib.Path(sys.argv[1])
    texts = {pathlib.Path(p).name: pathlib.Path(p).read_text() for p in sys.argv[2:]}
    lost = set()
    changes = sorted(edits(texts, lost), reverse=True)
    for file, start, end, number, broken, part in changes:
        texts[file] = texts[file][:start] + flagged(broken, number, part) + texts[file][end:]
    for name, text in texts.items():
        if name.endswith('-rules.h') or name.startswith(('citiz-sim', 'citiz-ledger', 'citiz-admit')):
            text = re.sub(r'(\n#include .*\n)\n', r'\1\nextern int citiz_csx_broken;\n\n', text, count=1)
        (out / name).write_text(text)
    names = [name for name, *_ in MUTATIONS]
    modes = ['' if n in lost else MODES.get(n, 'ledger' if names.index(n) >= names.index(LEDGER) else 'epoch' if names.index(n) >= names.index(EPOCHS) else 'mixed') for n in names]
    table = lambda name, first, rest: f'static const char *const {name}[] = {{"{first}",\n' + ''.join(f'    "{one}",\n' for one in rest) + '};\n'
    (out / 'broken-names.h').write_text(table('broken_names', '', names) + table('broken_modes', 'mixed', modes))


main()
