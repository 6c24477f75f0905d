#!/usr/bin/env python3
"""The wire vectors, encoded again from src/wire/FORMAT.md by a program that shares nothing with Citiz but that text.

Only hashlib; Ed25519 verification is RFC 8032 §6 written out. SPDX-License-Identifier: AGPL-3.0-or-later
"""
import base64
import hashlib
import json
import pathlib
import sys

H = bytes.fromhex
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def num(value, n):
    return value.to_bytes(n, "big")


def vec(data):
    return num(len(data), 2) + data


# -- Ed25519 -------------------------------------------------------------------------------------------------------


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def mul(s, point):
    result = (0, 1, 1, 0)
    while s:
        if s & 1:
            result = add(result, point)
        point, s = add(point, point), s >> 1
    return result


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    assert (x * x - x2) % P == 0 and y < P
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point(num(4 * pow(5, P - 2, P) % P, 32)[::-1])


def verify(key, label, message, signature):
    verify_bare(key, label.encode().ljust(16, b"\0") + message, signature)


def verify_bare(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = mul(s, BASE), add(point(signature[:32]), mul(h, point(key)))
    assert s < L
    assert (left[0] * right[2] - right[0] * left[2]) % P == 0
    assert (left[1] * right[2] - right[1] * left[2]) % P == 0


# -- transactions --------------------------------------------------------------------------------------------------


def account_key(k):
    return num(k["role"], 1) + num(k["alg"], 2) + H(k["key"])


def grant(b):
    committee = b"".join(H(m["node"]) + H(m["commitment"]) for m in b["committee"])
    return (H(b["id"]) + num(b["kind"], 1) + H(b["capsule"]) + num(b["threshold"], 1) + vec(committee) + H(b["a_max"])
            + num(b["max_openings"], 2) + num(b["not_before"], 8) + num(b["expires"], 8) + num(b["duration"], 8)
            + H(b["scope"]))


BODIES = {
    1: lambda b: vec(b"".join(map(account_key, b["keys"]))),
    2: lambda b: num(b["replaced"], 2) + account_key(b["key"]),
    3: lambda b: num(b["revoked"], 2),
    4: lambda b: num(b["n_leaves"], 4) + H(b["root"]),
    5: grant,
    6: lambda b: H(b["grant"]),
    9: lambda b: H(b["grant"]) + num(b["use"], 2) + H(b["a"]) + H(b["note"]),
    10: lambda b: H(b["grant"]),
    11: lambda b: H(b["operator"]) + H(b["url"]),
    12: lambda b: b"",
    13: lambda b: num(b["epoch"], 8) + vec(b"".join(map(H, b["added"]))) + vec(b"".join(map(H, b["removed"]))),
    14: lambda b: H(b["proposal"]),
    15: lambda b: H(b["evidence"]),
    16: lambda b: num(b["sponsored"], 1) + num(b["quota"], 4) + num(b["rate"], 4) + num(b["work"], 1),
    17: lambda b: num(b["epoch"], 8) + H(b["document"]),
    18: lambda b: num(b["epoch"], 8) + H(b["key"]) + H(b["join"]),
}


def check_txs(data):
    for t in data["transactions"]:
        body = BODIES[t["type"]](t["body"])
        tbs = (num(1, 1) + H(t["chain_id"]) + num(t["type"], 2) + H(t["account"]) + num(t["nonce"], 8)
               + num(t["valid_until"], 8) + num(t["key_index"], 2) + H(t["sponsor"]) + num(t["sponsor_epoch"], 8)
               + vec(body) + num(1, 2))
        vouched = tbs + vec(H(t["signature"]))
        whole = vouched + vec(H(t["sponsor_signature"]))
        assert whole.hex() == t["bytes"], t["name"]
        assert sha(b"\x21", whole).hex() == t["id"], t["name"]
        verify(H(data["public_key"]), "citiz/tx/v1", tbs, H(t["signature"]))
        if t["sponsor_signature"]:
            verify(H(t["sponsor"]), "citiz/sponsor/v1", vouched, H(t["sponsor_signature"]))
        if t["type"] == 1:
            assert sha(b"\x23", body).hex() == data["account_id_of_acct_register"]
    return len(data["transactions"])


# -- blocks --------------------------------------------------------------------------------------------------------


def check_header(h):
    data = (num(1, 1) + num(0, 1) + H(h["chain_id"]) + num(h["epoch"], 8) + num(h["slot"], 8) + num(h["height"], 8)
            + H(h["parent"]) + num(h["parent_slot"], 8) + num(h["time"], 8) + H(h["proposer"]) + num(h["n_tx"], 4)
            + num(h["log_size"], 8) + H(h["log_root"]) + H(h["state_root"]) + H(h["vs_hash"]) + H(h["next_vs_hash"])
            + bytes(32) + bytes(32) + num(1, 2))
    assert len(data) == 344 and data.hex() == h["bytes"]
    assert sha(b"\x20", data).hex() == h["hash"]


def check_vote(v):
    statement = (H(v["chain_id"]) + num(0, 8) + H(v["vs_hash"]) + num(v["kind"], 1) + num(v["slot"], 8) + H(v["hash"])
                 + num(0, 8))
    assert len(statement) == 121 and statement.hex() == v["statement"]
    verify(H(v["public_key"]), "citiz/csx/v1", statement, H(v["signature"]))
    data = (num(v["kind"], 1) + num(0, 8) + num(v["slot"], 8) + H(v["hash"]) + num(v["voter"], 2) + H(v["signature"]))
    assert len(data) == 115 and data.hex() == v["bytes"]


def cert(c):
    bitmap = bytearray(max(c["voters"]) // 8 + 1)
    for voter in c["voters"]:
        bitmap[voter // 8] |= 0x80 >> voter % 8
    data = (num(c["kind"], 1) + num(0, 8) + num(c["slot"], 8) + H(c["hash"]) + vec(bytes(bitmap))
            + vec(b"".join(map(H, c["signatures"]))))
    assert data.hex() == c["bytes"]
    return data


def check_genesis(g):
    founders = b"".join(H(f["node"]) + H(f["key"]) + H(f["join"]) for f in g["founders"])
    data = num(1, 1) + num(1, 2) + H(g["salt"]) + num(g["time"], 8) + vec(founders)
    assert data.hex() == g["bytes"] and sha(data).hex() == g["chain_id"]
    validators = vec(b"".join(H(f["node"]) + H(f["key"]) for f in g["founders"]))
    assert validators.hex() == g["validators"] and sha(validators).hex() == g["vs_hash"]
    for f in g["founders"]:
        verify(H(f["node"]), "citiz/join/v1", H(g["salt"]) + num(0, 8) + H(f["node"]) + H(f["key"]), H(f["join"]))


def check_blocks(data):
    check_header(data["header"])
    for v in data["votes"]:
        check_vote(v)
    cert(data["certificate"])
    certs = [cert(c) for c in data["justification"]["certificates"]]
    assert (certs[0] + num(len(certs) - 1, 2) + b"".join(certs[1:])).hex() == data["justification"]["bytes"]
    check_genesis(data["genesis"])
    return 7 + len(data["votes"])


# -- trees ---------------------------------------------------------------------------------------------------------


def log_root(leaves):
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return sha(b"\0", leaves[0])
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1", log_root(leaves[:k]), log_root(leaves[k:]))


def bit(key, depth):
    return key[depth // 8] >> 7 - depth % 8 & 1


def state_root(items, depth=0):
    if not items:
        return bytes(32)
    if len(items) == 1:
        return sha(b"\x10", items[0][0], sha(items[0][1]))
    return sha(b"\x11", *(state_root([i for i in items if bit(i[0], depth) == b], depth + 1) for b in (0, 1)))


def check_absence(proof, root):
    key, other = H(proof["key"]), H(proof["other_key"])
    siblings = [H(s) for s in proof["siblings"]]
    assert key != other and all(bit(key, d) == bit(other, d) for d in range(len(siblings)))
    value = sha(b"\x10", other, H(proof["other_value"]))
    for depth in reversed(range(len(siblings))):
        pair = (siblings[depth], value) if bit(key, depth) else (value, siblings[depth])
        value = sha(b"\x11", *pair)
    assert value == root


def check_trees(data):
    for size, root in enumerate(data["log"]["roots_of_sizes_0_to_9"]):
        assert log_root([num(i, 1) for i in range(size)]).hex() == root, size
    items = {}
    for step in data["state"]["steps"]:
        items[H(step["key"])] = H(step["value"])
        assert state_root(sorted(items.items())).hex() == step["root"]
    check_absence(data["state"]["absence"], H(data["state"]["steps"][-1]["root"]))
    c = data["commitment"]
    assert sha(b"citiz/commit/v1", H(c["salt"]), H(c["content"])).hex() == c["leaf"]
    a = H(data["openings"]["a_0"])
    for _ in range(data["openings"]["max"]):
        a = sha(a)
    assert a.hex() == data["openings"]["a_max"]
    return 3 + len(data["state"]["steps"]) + len(data["log"]["roots_of_sizes_0_to_9"])


# -- checkpoints ---------------------------------------------------------------------------------------------------


def check_note(data):
    name, witness = data["name"], H(data["witness"])
    text = f"citiz/{data['chain_id'][:32]}\n{data['log_size']}\n{base64.b64encode(H(data['log_root'])).decode()}\n"
    body, line = data["note"].split("\n\n")
    start, end = f"\u2014 {name} ", "\n"
    assert body + "\n" == text and line.startswith(start) and line.endswith(end)
    payload = base64.b64decode(line[len(start):-len(end)], validate=True)
    key_id = sha(name.encode(), b"\n\x04", witness)[:4]
    assert payload[:4] == key_id and payload[4:12] == num(data["time"], 8) and len(payload) == 76
    verify_bare(witness, f"cosignature/v1\ntime {data['time']}\n{text}".encode(), payload[12:])
    assert data["vkey"] == f"{name}+{key_id.hex()}+{base64.b64encode(bytes([4]) + witness).decode()}"
    return 2


def main():
    folder = pathlib.Path(sys.argv[1]) / "vectors"
    total = 0
    for name, check in (("wire-tx", check_txs), ("wire-admission", check_txs), ("wire-block", check_blocks), ("wire-tree", check_trees),
                        ("wire-note", check_note)):
        total += check(json.loads((folder / f"{name}.json").read_text()))
    print(f"{total} values agree")


if __name__ == "__main__":
    main()
