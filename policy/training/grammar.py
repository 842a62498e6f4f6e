"""Expands the grammars of this folder into labelled texts; the same seed gives the same texts."""

import json
import random
import re
from pathlib import Path

SLOT = re.compile(r"\{([a-z_0-9A-Z]+)\}")
CHOICE = re.compile(r"\(([^()]*)\)(\??)")


class Group:
    """Templates with the same labels."""

    def __init__(self, labels, weight, tags):
        self.labels, self.weight, self.tags, self.templates = labels, weight, tags, []


class Grammar:
    """All slots and groups of the grammar files, and the word lists that came with the data."""

    def __init__(self, folder, words):
        self.slots, self.groups = dict(words), []
        for path in sorted(Path(folder).glob("*.gram"), key=lambda p: (p.stem != "common", p.stem)):
            self.read(path)

    def read(self, path):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("$"):
                name, values = line[1:].split(":", 1)
                self.slots[name] = [value.strip() for value in values.split(" | ")]
            elif line.startswith("== "):
                labels, weight, tags = line[3:].split(" :: ")
                group = Group(labels.split(","), float(weight), tags.split(","))
                group.file = path.stem
                self.groups.append(group)
            else:
                self.groups[-1].templates.append(line)

    def expand(self, rng, text):
        """One text of a template."""
        for _ in range(12):
            before = text
            text = CHOICE.sub(lambda hit: choose(rng, hit), text)
            text = SLOT.sub(lambda hit: rng.choice(self.slots[hit.group(1)]), text)
            if text == before:
                break
        return text.replace("\\n", "\n")

    def sample(self, rng, tag=None, keep=lambda group: True):
        """A group and one of its texts, groups by their weight."""
        groups = [g for g in self.groups if (tag is None or tag in g.tags) and keep(g)]
        group = rng.choices(groups, [g.weight for g in groups])[0]
        return group, self.expand(rng, rng.choice(group.templates))


def choose(rng, hit):
    body, optional = hit.groups()
    if optional:
        return rng.choice([rng.choice(body.split("|")), ""])
    return rng.choice(body.split("|")) if "|" in body else hit.group(0)


def word_lists(folder):
    """Slots from the downloaded word lists: they stay out of this repository."""
    def rows(name):
        path = Path(folder) / f"{name}.jsonl"
        return [json.loads(line) for line in path.open(encoding="utf-8")]

    english = [row for row in rows("lex_surge_profanity_en") if len(row["term"]) > 2]
    by = lambda *kinds: [row["term"] for row in english if row["category"].startswith(kinds)]
    chinese = [row["term"].strip() for row in rows("lex_zh_sensitive") if row["category"] == "sexual"]
    return {
        "lex_sexual": by("sexual anatomy"),
        "lex_slur": by("racial", "sexual orientation", "religious"),
        "lex_insult": by("other / general insult", "mental", "animal", "bodily"),
        "zlex_sexual": [term for term in chinese if 1 < len(term) < 7],
    }
