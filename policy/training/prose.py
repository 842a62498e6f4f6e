"""Gathers free prose, one paragraph a line: `prose.py DIGITALGOV 18F WIKITEXT BOOKS… > PROSE`.

DIGITALGOV and 18F are checkouts of GSA/digitalgov.gov and 18F/18f.gsa.gov, WIKITEXT is a folder with
WikiText-2's `*.txt`, BOOKS are plain texts of Project Gutenberg. `--all` keeps all of the first two,
for the list of words; else a sample, so that they do not outweigh the others.
"""

import random
import re
import sys
from pathlib import Path

LEAST, MOST = 60, 890
SITES_MAX = 12_000


def fits(paragraph):
    return LEAST < len(paragraph) < MOST


def of_site(folder):
    """Paragraphs of Markdown without its marks."""
    for path in sorted(Path(folder).rglob("*.md")):
        text = re.sub(r"^---\n.*?\n---\n", "", path.read_text(encoding="utf-8", errors="replace"), flags=re.S)
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]+>|!\[[^\]]*\]\([^)]*\)", "", text)
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
        for paragraph in re.split(r"\n\s*\n", text):
            yield re.sub(r"[*_`#]+", "", " ".join(paragraph.split())).strip()


def of_wikitext(folder):
    """Paragraphs with spaces as people set them, cut at a full stop where they are long."""
    for path in sorted(Path(folder).rglob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            line = re.sub(r" @([-,.])@ ", r"\1", line.strip()).replace("<unk>", "")
            line = line.replace(" 's", "'s").replace(" n't", "n't").replace("( ", "(").replace("  ", " ")
            line = re.sub(r'" ([^"]*) "', r'"\1"', re.sub(r" ([,.;:?!)])", r"\1", line))
            while len(line) > MOST and (at := line.rfind(". ", LEAST, MOST - 30)) > 0:
                yield line[: at + 1]
                line = line[at + 2 :]
            if not line.startswith("="):
                yield line


def of_book(path):
    text = Path(path).read_text(encoding="utf-8", errors="replace").replace("\r", "")
    text = text[text.find("*** START") : text.find("*** END")]
    for paragraph in re.split(r"\n\s*\n", text):
        yield " ".join(paragraph.split()).replace("_", "")


def main():
    paths = [path for path in sys.argv[1:] if path != "--all"]
    rng = random.Random(7)
    sites = [p for folder in paths[:2] for p in of_site(folder) if fits(p) and p[0].isalpha()]
    if "--all" not in sys.argv:
        sites = rng.sample(sites, min(SITES_MAX, len(sites)))
    others = [*of_wikitext(paths[2]), *(p for book in paths[3:] for p in of_book(book))]
    lines = list(dict.fromkeys([*sites, *(p for p in others if fits(p))]))
    rng.shuffle(lines)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
