"""A stranger's check of a tiled log: hashlib and an Ed25519 library, nothing of ours.

Usage: check_log.py BASE VKEY [--witness VKEY]... [--since CHECKPOINT] [--proof PROOF]...

BASE is the log's URL prefix, or a folder of the same layout. Follows C2SP tlog-tiles, tlog-checkpoint,
signed-note, tlog-cosignature and tlog-proof, and RFC 6962. A token for entry bundles is read from
LOG_TOKEN. Prints the number of entries; exits 1 naming what does not hold.
"""

import argparse
import base64
import hashlib
import os
import pathlib
import struct
import sys
import time
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE = 1, 4
WIDTH = 256


class Wrong(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Wrong(reason)


def leaf(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_hash(hashes):
    """Merkle tree hash of RFC 6962, section 2.1, over leaf hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node(tree_hash(hashes[:k]), tree_hash(hashes[k:]))


def decode(text):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Wrong(f"base64: {error}") from error


def decimal(text):
    need(text.isascii() and text.isdigit() and str(int(text)) == text, f"not a decimal: {text!r}")
    return int(text)


class Key:
    """A verifier key: NAME+ID+KEY."""

    def __init__(self, vkey, algorithm):
        self.name, key_id, key = vkey.strip().split("+", 2)
        key = decode(key)
        need(key[0] == algorithm and len(key) == 33, "vkey: another signature type")
        self.id = hashlib.sha256(self.name.encode() + b"\n" + key).digest()[:4]
        need(self.id.hex() == key_id, "vkey: the id does not belong to the key")
        self.public = Ed25519PublicKey.from_public_bytes(key[1:])
        self.algorithm = algorithm

    def checks(self, text, signature):
        message = text.encode()
        if self.algorithm == COSIGNATURE:
            need(len(signature) == 72, "cosignature: wrong length")
            (stamp,) = struct.unpack(">Q", signature[:8])
            need(0 < stamp <= time.time() + 300, "cosignature: impossible time")
            message = b"cosignature/v1\ntime %d\n" % stamp + message
            signature = signature[8:]
        try:
            self.public.verify(signature, message)
        except InvalidSignature as error:
            raise Wrong(f"the signature in the name of {self.name} is wrong") from error


def open_note(note, keys):
    """The text of a note that every one of `keys` has signed."""
    need(all(c == "\n" or c >= " " for c in note), "note: control characters")
    text, separator, lines = note.rpartition("\n\n")
    need(separator and lines.endswith("\n"), "note: no signatures")
    text += "\n"
    signed = set()
    for line in lines[:-1].split("\n"):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "—", "note: broken signature line")
        signature = decode(parts[2])
        for place, key in enumerate(keys):
            if parts[1] == key.name and signature[:4] == key.id:
                key.checks(text, signature[4:])
                signed.add(place)
    for place, key in enumerate(keys):
        need(place in signed, f"{key.name} has not signed")
    return text


def checkpoint(note, keys):
    lines = open_note(note, keys).split("\n")
    need(len(lines) >= 4 and lines[-1] == "", "checkpoint: too few lines")
    need(lines[0] == keys[0].name, "checkpoint: another log's")
    need(all(lines[:-1]), "checkpoint: empty line")
    root = decode(lines[2])
    need(len(root) == 32, "checkpoint: the root is no hash")
    return decimal(lines[1]), root


def name(number):
    """1234067 is x001/x234/067."""
    parts = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        parts.insert(0, f"x{number % 1000:03}")
    return "/".join(parts)


class Log:
    def __init__(self, base):
        self.base = base

    def read(self, path):
        if not self.base.startswith("http"):
            return (pathlib.Path(self.base) / path).read_bytes()
        request = urllib.request.Request(f"{self.base}/{path}")
        if "entries" in path and "LOG_TOKEN" in os.environ:
            request.add_header("Authorization", "Bearer " + os.environ["LOG_TOKEN"])
        with urllib.request.urlopen(request, timeout=30) as answer:
            cache = answer.headers["Cache-Control"] or ""
            kind = answer.headers["Content-Type"]
            if path.startswith("tile/"):
                need(kind == "application/octet-stream", f"{path}: content type {kind}")
                need("immutable" in cache, f"{path}: cached as {cache!r}")
            else:
                need(kind == "text/plain; charset=utf-8", f"{path}: content type {kind}")
                need("no-cache" in cache or "no-store" in cache, f"{path}: cached as {cache!r}")
            return answer.read()

    def parts(self, kind, count):
        """The full resources of a level and the partial one: (first index, width, bytes)."""
        for number in range((count + WIDTH - 1) // WIDTH):
            width = min(WIDTH, count - number * WIDTH)
            suffix = "" if width == WIDTH else f".p/{width}"
            yield number * WIDTH, width, self.read(f"tile/{kind}/{name(number)}{suffix}")

    def hashes(self, level, count):
        found = []
        for first, width, data in self.parts(level, count):
            need(len(data) == 32 * width, f"tile of level {level} at {first}: wrong length")
            found += [data[i : i + 32] for i in range(0, len(data), 32)]
        return found

    def entries(self, count):
        found = []
        for first, width, data in self.parts("entries", count):
            at = 0
            for _ in range(width):
                need(at + 2 <= len(data), f"bundle at {first}: too short")
                (length,) = struct.unpack_from(">H", data, at)
                need(at + 2 + length <= len(data), f"bundle at {first}: too short")
                found.append(data[at + 2 : at + 2 + length])
                at += 2 + length
            need(at == len(data), f"bundle at {first}: too long")
        return found


def follow(index, size, hash_, path):
    """The root that an audit path leads to (RFC 9162, section 2.1.3.2)."""
    need(index < size, "proof: the entry is not under the checkpoint")
    fn, sn = index, size - 1
    for step in path:
        need(sn, "proof: the path is too long")
        if fn & 1 or fn == sn:
            hash_ = node(step, hash_)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            hash_ = node(hash_, step)
        fn >>= 1
        sn >>= 1
    need(sn == 0, "proof: the path is too short")
    return hash_


def check_proof(text, keys, entries):
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    need(separator and lines[0] == "c2sp.org/tlog-proof@v1", "proof: first line")
    lines = lines[2:] if lines[1].startswith("extra ") else lines[1:]
    need(lines and lines[0].startswith("index "), "proof: no index")
    index, path = decimal(lines[0][6:]), [decode(line) for line in lines[1:]]
    need(all(len(step) == 32 for step in path), "proof: broken hash")
    size, root = checkpoint(note, keys)
    need(index < len(entries), "proof: no such entry")
    need(follow(index, size, leaf(entries[index]), path) == root, f"entry {index} is not proved")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("base")
    arguments.add_argument("vkey")
    arguments.add_argument("--witness", action="append", default=[])
    arguments.add_argument("--since")
    arguments.add_argument("--proof", action="append", default=[])
    given = arguments.parse_args()
    log = Log(given.base)
    own = Key(given.vkey, ED25519)
    keys = [own] + [Key(vkey, COSIGNATURE) for vkey in given.witness]

    size, root = checkpoint(log.read("checkpoint").decode(), keys)
    leaves = log.hashes(0, size)
    need(tree_hash(leaves) == root, "the tiles do not give the signed root")
    level, below = 1, leaves
    while len(below) >= WIDTH:
        expected = [
            tree_hash(below[i : i + WIDTH]) for i in range(0, len(below) - WIDTH + 1, WIDTH)
        ]
        need(log.hashes(level, len(expected)) == expected, f"tiles of level {level} are wrong")
        level, below = level + 1, expected
    entries = log.entries(size)
    for index, (entry, expected) in enumerate(zip(entries, leaves)):
        need(leaf(entry) == expected, f"entry {index} is not in its tile")
    if given.since:
        old_size, old_root = checkpoint(pathlib.Path(given.since).read_text(), [own])
        need(old_size <= size, "the log has shrunk")
        need(tree_hash(leaves[:old_size]) == old_root, "the log does not extend the old checkpoint")
    for proof in given.proof:
        check_proof(pathlib.Path(proof).read_text(), [own], entries)
    print(f"OK: {size} entries")


if __name__ == "__main__":
    try:
        main()
    except (Wrong, OSError, UnicodeDecodeError) as error:
        sys.exit(f"FAIL: {error}")
