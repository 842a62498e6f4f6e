"""Lists the words by which spelt out letters are cut: `words.py TEXTS.jsonl PROSE PACK.toml OUT.txt`.

TEXTS are the training texts of the classifier, PROSE is free prose, PACK is a rule pack. The most frequent word comes
first: its place is all that a model of single words needs (Zipf's law). A word's frequency is the
mean of its frequencies in all sources, so that no source decides alone.
"""

import json
import re
import sys
from collections import Counter, defaultdict

from assemble import keywords

WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?")
"""Other letters by themselves, and pairs of letters, are parts of words."""
SHORT = set(
    "a i ad ai am an as at be by cv do eu go ha he hi id if in is it me mr ms my no of oh ok on or ox "
    "pc pm pr so to tv uk un up us vs we ya".split()
)
"""Not written by people, or not in English."""
SKIPPED = {"cold", "code", "suffix", "corpus"}
COUNT_MAX = 25_000
"""Rarer words that are two of these are none of their own."""
USUAL = 8_000
COUNT_MIN, COUNT_ALONE_MIN = 3, 5
"""Of three letters nearly everything stands somewhere."""
THREE_SOURCES_MIN = 5


def words(text):
    return [word.replace("'", "").replace("’", "") for word in WORD.findall(text.lower())]


def of_pack(path):
    """Words of a pack's terms and of the plain parts of its expressions."""
    text = open(path, encoding="utf-8").read()
    for line in text.splitlines():
        if re.match(r"\s*(when|unless|\{|terms|regex|any|all)", line):
            for quoted in re.findall(r"'[^']*'|\"[^\"]*\"", line):
                plain = re.sub(r"\\.|\[[^\]]*\]|[?*+]|\{[^}]*\}|[a-z]\?", " ", quoted.lower())
                yield from words(plain)


def sourced(texts, prose):
    """Each English text with the name of its source."""
    for line in open(texts, encoding="utf-8"):
        row = json.loads(line)
        if row["lang"] == "en" and row["source"] not in SKIPPED:
            yield row["source"], row["text"]
    for line in open(prose, encoding="utf-8"):
        yield "prose", line


def listed(texts, prose, pack):
    frequency, counts, sources, totals = defaultdict(Counter), Counter(), defaultdict(set), Counter()
    for source, text in sourced(texts, prose):
        for word in set(words(text)):
            frequency[source][word] += 1
            sources[word].add(source)
            counts[word] += 1
        totals[source] += 1
    mean = Counter()
    for source, found in frequency.items():
        for word, count in found.items():
            mean[word] += count / totals[source] / len(totals)

    def usual(word):
        if len(word) < 3:
            return word in SHORT
        if len(word) == 3:
            return len(sources[word]) >= THREE_SOURCES_MIN
        least = COUNT_MIN if len(sources[word]) > 1 else COUNT_ALONE_MIN
        return len(word) <= 20 and counts[word] >= least

    ordered = [word for word, _ in sorted(mean.items(), key=lambda pair: (-pair[1], pair[0])) if usual(word)]
    asked = [word for _, lang, phrases in keywords() if lang == "en" for phrase in phrases for word in words(phrase)]
    # What rules and the classifier care about is known, however rare it is.
    asked = {word for word in [*of_pack(pack), *asked] if 3 < len(word) <= 20}
    usual = set(ordered[:USUAL])
    chosen = [word for word in ordered[:COUNT_MAX] if word in usual or word in asked or not joined(word, usual)]
    return chosen + sorted(asked - set(chosen))


def joined(word, usual):
    """Whether a word is two usual ones written together, as in names of sites and tags."""
    return any(word[:at] in usual and word[at:] in usual for at in range(3, len(word) - 2))


def main():
    texts, prose, pack, out = sys.argv[1:5]
    with open(out, "w", encoding="utf-8") as file:
        print("# English words, the most frequent first; made by training/words.py.", file=file)
        print("\n".join(listed(texts, prose, pack)), file=file)


if __name__ == "__main__":
    main()
