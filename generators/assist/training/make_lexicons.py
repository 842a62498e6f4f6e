"""Writes the word lists and the table of sounds that `assist` embeds.

    apt-get download wamerican-large wbritish-large wamerican wbritish   # unpacked below --scowl
    pip install pypinyin
    python3 make_lexicons.py --scowl DIR --jieba dict.txt --corpus corpus.txt.xz --out ../data

English words come from SCOWL, Chinese ones from jieba's dictionary; how common an English word is,
from the corpus of the starter models. See ../data/README.md for the licences.
"""

import argparse
import collections
import lzma
import math
import re
import unicodedata
import zlib
from pathlib import Path

from pypinyin import Style, pinyin

# Names of people, places, and others: they are known, but nothing is corrected into one.
NAMES = {"nr": "R", "ns": "S", "nt": "Z", "nz": "Z"}
# Characters of which a second reading is common; the others' second readings are rare or old.
SECOND = set("行长重乐好得地了还着都中为种数处传调间系相率朝朴仇单参差便藏曾大弹当倒的度恶发分干更给冠观过号和荷横会几济假将降角教结解禁劲卷觉看空累量露没蒙难宁片漂铺强切亲曲任色散扇少舍省盛似宿提挑通吐为鲜校兴血要应与载占涨正只转钻作")
HAN = re.compile(r"[\u4e00-\u9fff]+")


def documents(path):
    """Lines of running text: WikiText's gaps and its spaced punctuation are no prose."""
    with lzma.open(path, "rt", encoding="utf-8") as corpus:
        for line in corpus:
            if "<unk>" not in line and " , " not in line and " @" not in line:
                yield line.rstrip("\n")


def english(scowl, corpus):
    count = collections.Counter()
    for line in documents(corpus):
        count.update(re.findall(r"[A-Za-z]+(?:['’][a-z]+)?", line.replace("’", "'")))
    words, common = set(), set()
    for name in ("american-english", "british-english"):
        common |= set((scowl / name).read_text(encoding="utf-8").split())
        words |= set((scowl / f"{name}-large").read_text(encoding="utf-8").split())
    words |= common
    # What the corpus writes in small letters often enough is a word of its time.
    words |= {w for w, n in count.items() if n >= 25 and w.islower() and len(w) > 3}
    # Possessives are known by their rule.
    # Many write `cafe` and `naive` without accents.
    words |= {unicodedata.normalize("NFD", w).encode("ascii", "ignore").decode() for w in words}
    words = {w for w in words if not w.endswith("'s") and re.fullmatch(r"[A-Za-z]+(?:'[a-z]+)?", w)}
    words = {w for w in words if len(w) > 1 or w in {"a", "I"}}
    rows = []
    for word in sorted(words):
        seen = count[word] + (count[word.capitalize()] if word.islower() else 0)
        grade = min(9, int(math.log2(seen + 1) / 2) + (1 if word in common else 0))
        rows.append(f"{word}{grade}")
    return rows


def chinese(dictionary):
    rows = {}
    for line in Path(dictionary).read_text(encoding="utf-8").splitlines():
        word, count, kind = (line.split(" ") + ["x", "x"])[:3]
        if HAN.fullmatch(word) and len(word) <= 6 and (int(count) >= 3 or len(word) == 1):
            # Three times the natural logarithm fits one character.
            grade = chr(ord("A") + min(57, int(3 * math.log(int(count) + 1))))
            rows[word] = f"{word}{grade}{NAMES.get(kind[:2], kind[0])}"
    for word in Path(__file__).with_name("new_words.txt").read_text(encoding="utf-8").split():
        rows.setdefault(word, f"{word}{chr(ord('A') + 18)}n")
    return [rows[word] for word in sorted(rows)]


def sounds(rows):
    """Every character with its readings without tones, the usual one first."""
    readings = {}
    characters = sorted({c for row in rows for c in row[:-2]})
    for c in characters:
        found = []
        for reading in pinyin(c, style=Style.NORMAL, heteronym=True)[0]:
            if reading not in found and reading.isascii():
                found.append(reading)
        if found and found[0] != c:
            readings[c] = found[: 2 if c in SECOND else 1]
    by_sound = collections.defaultdict(str)
    for c, found in readings.items():
        for rank, reading in enumerate(found):
            by_sound[f"{reading}{rank}"] += c
    return [f"{key} {by_sound[key]}" for key in sorted(by_sound)]


def write(path, rows):
    text = "\n".join(rows).encode()
    packed = zlib.compress(text, 9)
    path.write_bytes(packed)
    print(path.name, len(rows), "rows", len(packed), "bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("scowl", "jieba", "corpus", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    write(options.out / "english.words", english(options.scowl, options.corpus))
    rows = chinese(options.jieba)
    write(options.out / "chinese.words", rows)
    write(options.out / "chinese.sounds", sounds(rows))
