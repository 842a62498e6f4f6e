"""A stranger's check of an evidence export: hashlib and an Ed25519 library, nothing of ours.

Usage: check_export.py EXPORT.zip. Follows RFC 8493 (BagIt), RFC 6962 (hashes), C2SP signed-note,
tlog-checkpoint and tlog-proof. Prints the number of entries; exits 1 naming what is at fault.
"""

import base64
import hashlib
import json
import sys
import zipfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def leaf(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves):
    """Merkle tree hash of RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node(root(leaves[:k]), root(leaves[k:]))


def from_proof(index, size, hash_, path):
    """The root that an audit path leads to (RFC 9162, section 2.1.3.2)."""
    fn, sn = index, size - 1
    for step in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            hash_ = node(step, hash_)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            hash_ = node(hash_, step)
        fn >>= 1
        sn >>= 1
    return hash_ if sn == 0 else None


def open_note(note, vkey):
    """Checks a signed note against a verifier key and gives its lines."""
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    assert key[0] == 1, "the key is not Ed25519"
    assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_id
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature)
        if dash == "—" and signer == name and signature[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], text.encode())
            return text.splitlines()
    raise InvalidSignature("no signature by this key")


def checkpoint(note, vkey):
    _, size, root_hash = open_note(note, vkey)[:3]
    return int(size), base64.b64decode(root_hash)


def proof(text):
    """Index, hashes and checkpoint of a .tlog-proof."""
    head, _, note = text.partition("\n\n")
    lines = head.splitlines()
    assert lines[0] == "c2sp.org/tlog-proof@v1", lines[0]
    lines = [line for line in lines[1:] if not line.startswith("extra ")]
    assert lines[0].startswith("index "), lines[0]
    return int(lines[0].split()[1]), [base64.b64decode(line) for line in lines[1:]], note


def prove(data, text, vkey):
    """The index at which the log holds these bytes, or None."""
    index, path, note = proof(text)
    size, expected = checkpoint(note, vkey)
    return index if from_proof(index, size, leaf(data), path) == expected else None


def main():
    with zipfile.ZipFile(sys.argv[1]) as bundle:
        base = bundle.namelist()[0].split("/")[0]
        read = lambda name: bundle.read(f"{base}/{name}")
        vkey = json.loads(read("data/keys.json"))["log"]["vkey"]
        size, expected = checkpoint(read("data/checkpoint").decode(), vkey)
        withheld = {row["index"]: row for row in json.loads(read("data/redactions.json"))["entries"]}
        entries = read("data/entries.jsonl").splitlines()
        whole = not json.loads(read("data/export.json"))["extent"]
        if whole and len(entries) + len(withheld) != size:
            sys.exit(f"FAIL: {len(entries)} entries, but the signed head covers {size}")
        names = [name for name in bundle.namelist() if name.endswith(".tlog-proof")]
        numbers = [name.rsplit("/", 1)[1].split(".")[0] for name in names]
        indices = sorted(int(number) for number in numbers if number.isdigit())
        leaves, lines = [], iter(entries)
        for i in indices:
            index, path, note = proof(read(f"data/proofs/{i}.tlog-proof").decode())
            hash_ = bytes.fromhex(withheld[i]["leaf_hash"]) if i in withheld else leaf(next(lines))
            proved_size, proved_root = checkpoint(note, vkey)
            if index != i or from_proof(i, proved_size, hash_, path) != proved_root:
                sys.exit(f"FAIL: entry {i} is not proved")
            leaves.append(hash_)
        if whole and root(leaves) != expected:
            sys.exit("FAIL: the entries do not give the signed root")
        # The log's own record ties all other files to it.
        exported = read("exported-entry.json")
        if prove(exported, read("exported.tlog-proof").decode(), vkey) is None:
            sys.exit("FAIL: the record of the export is not proved")
        digest = hashlib.sha256(read("manifest-sha256.txt")).hexdigest()
        if f"sha256:{digest} " not in json.loads(exported)["detail"]:
            sys.exit("FAIL: the log recorded another manifest")
        for line in read("manifest-sha256.txt").decode().splitlines():
            digest, name = line.split("  ", 1)
            if hashlib.sha256(read(name)).hexdigest() != digest:
                sys.exit(f"FAIL: {name} was changed")
    print(f"OK: {len(indices)} entries")


if __name__ == "__main__":
    main()
