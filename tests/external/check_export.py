"""A stranger's check of an evidence export: hashlib and an Ed25519 library, nothing of ours.

Usage: check_export.py EXPORT.zip. Follows RFC 6962 (hashes), C2SP signed-note, tlog-checkpoint and
tlog-proof. Prints the number of entries; exits 1 naming the first entry at fault.
"""

import base64
import hashlib
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


def main():
    with zipfile.ZipFile(sys.argv[1]) as bundle:
        read = lambda name: bundle.read(name).decode()
        vkey = read("vkey").strip()
        size, expected = checkpoint(read("checkpoint"), vkey)
        entries = read("entries.jsonl").splitlines()
        if len(entries) != size:
            sys.exit(f"FAIL: {len(entries)} entries, but the signed head covers {size}")
        leaves = [leaf(entry.encode()) for entry in entries]
        for i, hash_ in enumerate(leaves):
            index, path, note = proof(read(f"proofs/{i}.tlog-proof"))
            proved_size, proved_root = checkpoint(note, vkey)
            if index != i or from_proof(i, proved_size, hash_, path) != proved_root:
                sys.exit(f"FAIL: entry {i} is not proved")
        if root(leaves) != expected:
            sys.exit("FAIL: the entries do not give the signed root")
    print(f"OK: {size} entries")


if __name__ == "__main__":
    main()
