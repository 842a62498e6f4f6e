"""Gathers the training texts: what the grammars make, and the labelled sets that are for training.

`assemble.py DATA CORPUS OUT.jsonl [SEED]`. Each line has `text`, `labels` (head: 0 or 1; a head that
is missing is not known), `source`, `lang` and `weight`.
"""

import json
import random
import sys
from pathlib import Path

from grammar import Grammar, word_lists
from suffix import CODE, gibberish

HERE = Path(__file__).parent
OPENAI = [
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit",
    "illicit/violent", "self-harm", "self-harm/intent", "self-harm/instructions", "sexual",
    "sexual/minors", "violence", "violence/graphic",
]
HEADS = OPENAI + ["injection", "instruction", "mail"]
NONE = {head: 0 for head in OPENAI}
COUNTS = {
    "sexual_en": 6000, "selfharm_en": 6000, "violence_en": 6000, "hate_en": 7000,
    "harassment_en": 5000, "illicit_en": 6000, "benign_en": 22000, "injection": 8000,
    "mail": 3000, "zh": 26000, "news_more": 9000, "injection_more": 7000,
    "tasks": 16000, "sexual_more": 7000,
    "illicit_more": 9000, "hate_more": 7000, "jailbreak_more": 6000,
}

"""Files whose texts mean something else amid others."""
ALONE = ("mail", "injection", "injection_more", "tasks", "jailbreak_more")


class Out:
    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")

    def add(self, text, labels, source, lang="en", weight=1.0):
        row = {"text": text, "labels": labels, "source": source, "lang": lang, "weight": weight}
        print(json.dumps(row, ensure_ascii=False), file=self.file)


def labels_of(group):
    labels = dict(NONE, injection=0, mail=0)
    for label in group.labels:
        if label.startswith("?"):
            labels.pop(label[1:])
        elif label != "benign":
            labels[label] = 1
    if group.labels == ["injection"]:
        labels.pop("illicit")
    labels["instruction"] = int("prompt" in group.tags or "oneliner" in group.tags)
    if "letter" in group.tags and group.labels == ["benign"]:
        labels.pop("mail")
    if "pasted" in group.tags:
        # An instruction, and a text that is none: only the whole is what a person asks.
        labels.pop("instruction")
    if {"lookalike", "counter", "alike", "minors", "help", "legal", "other", "persona"} & set(group.tags):
        labels.pop("instruction")
    return labels


def compose(rng, grammar, group, text, lang):
    """The text by itself, or amid others that are harmless, or twice."""
    kind, labels = rng.random(), labels_of(group)
    joint = "" if lang == "zh" else " "
    filler = lambda: grammar.sample(rng, "filler", lambda g: ("zh" in g.tags) == (lang == "zh"))[1]
    if kind < 0.42 or group.file in ALONE or "\n" in text:
        pass
    elif kind < 0.8:
        before = [filler() for _ in range(rng.choice([0, 1, 1, 2, 3]))]
        after = [filler() for _ in range(rng.choice([0, 0, 1, 2]))]
        text = joint.join([*before, text, *after])
        labels.pop("instruction", None)
    elif kind < 0.92:
        text = joint.join([text, grammar.expand(rng, rng.choice(group.templates))])
    elif lang == "en":
        wrap = rng.choice(["Continue the story: ", "Translate to German: ", "Rewrite: ", "Q: ", "User: ", "- ", "Title: ", "Fix the spelling: ", "> ", "Prompt: "])
        text = wrap + text
        labels.pop("instruction", None)
    if lang == "en" and rng.random() < 0.2:
        text = text.lower().rstrip(".")
    if rng.random() < 0.02 and lang == "en":
        text = text.upper()
    return text, labels


def generated(out, rng, grammar):
    for file, count in COUNTS.items():
        for _ in range(count):
            group, text = grammar.sample(rng, keep=lambda g: g.file == file)
            lang = "zh" if "zh" in group.tags else "en"
            text, labels = compose(rng, grammar, group, text, lang)
            out.add(text, labels, f"grammar:{file}", lang)


def keywords():
    """For each line of the file its labels, its language and its words."""
    for line in (HERE / "keywords.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            labels, words = line.split(": ", 1)
            lang = "zh" if labels.endswith("_zh") else "en"
            yield labels.removesuffix("_zh").split(","), lang, [word.strip() for word in words.split(" | ")]


def inserted(rng, text, words, lang):
    """The text with some words put in, or put in the place of others."""
    parts = list(text) if lang == "zh" else text.split(" ")
    for word in words:
        at = rng.randrange(len(parts) + 1)
        parts[at : at + rng.choice([0, 0, 1, 2])] = [word]
    return ("" if lang == "zh" else " ").join(parts)


def strewn(out, rng, grammar, prose):
    """Prose of every kind with words of a category strewn in: what a word says by itself."""
    plain = {
        "en": lambda: rng.choice(prose) if rng.random() < 0.5 else grammar.sample(rng, keep=lambda g: g.labels == ["benign"] and g.file in ("benign_en", "harassment_en"))[1],
        "zh": lambda: grammar.sample(rng, "zh", lambda g: g.labels == ["benign"])[1],
    }
    for labels, lang, words in keywords():
        known = {label: 1 for label in labels if not label.startswith("?")}
        if "hate" in known and lang == "zh":
            known["harassment"] = 1
        clean = {head: 0 for head in HEADS[:14] if head.split("/")[0] not in {label.lstrip("?").split("/")[0] for label in labels}}
        clean.pop("illicit/violent", None)
        if labels[0] in ("violence", "harassment", "hate", "sexual", "illicit"):
            clean = {head: 0 for head in clean if head in ("self-harm", "self-harm/intent", "injection", "sexual/minors")}
        for _ in range(len(words) * (24 if lang == "en" else 40)):
            picked = rng.sample(words, rng.choice([1, 1, 2, 2, 3, 4]))
            text = plain[lang]()[: rng.choice([60, 120, 250])]
            text = inserted(rng, text, picked, lang) if rng.random() < 0.9 else (" " if lang == "en" else "，").join(picked)
            out.add(text, clean | known, "keywords", lang, 0.5)


def seeds(out, rng, grammar):
    """Sentences written one by one, each alone, among others, and in part."""
    for line in (HERE / "seeds.tsv").read_text(encoding="utf-8").splitlines():
        label, text = line.split("\t")
        labels = dict(NONE, injection=0)
        if label != "benign":
            # What else such a sentence is about was not asked.
            labels = {label: 1, "self-harm": int(label == "self-harm"), "injection": 0}
        filler = lambda: grammar.sample(rng, "filler", lambda g: "zh" not in g.tags)[1]
        for _ in range(3):
            out.add(text, labels, "seeds", weight=2.0)
            out.add(f"{filler()} {text}", labels, "seeds", weight=1.0)
            out.add(f"{text} {filler()} {filler()}", labels, "seeds", weight=1.0)


def rows(folder, name):
    with open(Path(folder) / f"{name}.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sets(out, rng, data):
    clean = dict(NONE, injection=0)
    for row in rows(data, "davidson_tweets"):
        kind, keep = row["label"], rng.random()
        if kind == "hate":
            out.add(row["text"], {"hate": 1, "harassment": 1}, "davidson", weight=0.4)
        elif kind == "offensive" and keep < 0.25:
            out.add(row["text"], {"hate": 0, "harassment": 1, "self-harm": 0}, "davidson", weight=0.3)
        elif kind == "neither":
            out.add(row["text"], clean | {"instruction": 0}, "davidson", weight=0.5)
    for row in rows(data, "toxigen_demos"):
        labels = {"hate": 1} if row["label"] else clean
        out.add(row["text"], labels, "toxigen", weight=3.0)
    for name, lang in [("identity_templates_en", "en"), ("identity_templates_zh-cn", "zh")]:
        for row in rng.sample(rows(data, name), 1500):
            labels = {"hate": 1, "harassment": 1} if row["label"] else clean
            out.add(row["text"], labels, "identity", lang, 0.3)
    for name in ["wiki_toxic", "surge_toxicity"]:
        for row in rows(data, name):
            labels = {"harassment": 1, "self-harm": 0} if row["label"] else clean | {"instruction": 0}
            out.add(row["text"], labels, name, weight=2.0)
    told = {"sexually_explicit": {"sexual": 1}, "threat": {"violence": 1}, "identity_attack": {"hate": 1}, "insult": {"harassment": 1}}
    for row in rows(data, "rtp_snippets"):
        if labels := told.get(row["category"]):
            out.add(row["text"], labels, "rtp_snippets", weight=0.7)
    for row in rows(data, "harmful_requests"):
        kind = row["category"]
        if kind in ("advbench", "dna:malicious_uses", "harmbench:cybercrime_intrusion", "harmbench:chemical_biological", "harmbench:illegal"):
            out.add(row["text"], {"illicit": 1, "injection": 0, "instruction": 1}, "harmful_requests", weight=2.0)
        elif kind == "harmbench:harassment_bullying":
            out.add(row["text"], {"harassment": 1, "instruction": 1}, "harmful_requests")
    for row in rows(data, "cold_train"):
        labels = {"hate": row["label"], "harassment": row["label"]}
        out.add(row["text"], labels if row["label"] else clean | labels, "cold", "zh")
    for row in rows(data, "benign_prompts"):
        # A longer prompt brings a text along that instructs nobody.
        instruction = {"instruction": 1} if len(row["text"]) < 160 else {}
        out.add(row["text"], clean | instruction | {"mail": 0}, "benign_prompts", weight=3.0)
    for row in rows(data, "bipia_email"):
        if row["label"] == 0:
            out.add(row["text"], {"mail": 1, "instruction": 0, "injection": 0}, "bipia", weight=4.0)
    for row in rows(data, "jailbreak_inthewild"):
        out.add(row["text"], {"injection": 1}, "jailbreak", weight=5.0)
        for at in range(900, min(len(row["text"]) - 300, 3000), 900):
            out.add(row["text"][at : at + 900], {"injection": 1}, "jailbreak", weight=1.0)
    for row in rows(data, "pii_presidio_large") + rows(data, "pii_zh"):
        lang = "en" if row["text"].isascii() else "zh"
        out.add(row["text"], clean | {"instruction": 0}, "pii", lang, 0.5)


def paragraphs(path):
    return [line.strip() for line in open(path, encoding="utf-8") if 40 < len(line) < 900]


def corpus(out, rng, lines):
    """Paragraphs of free prose; wars of history are no violence that a filter should stop."""
    for line in rng.sample(lines, 14000):
        out.add(line, dict(NONE, injection=0, instruction=0, mail=0), "corpus")


def suffixes(out, rng, grammar):
    """Prompts with a machine-made suffix, and code and lists, which are no suffixes."""
    for _ in range(4000):
        _, text = grammar.sample(rng, "prompt")
        out.add(gibberish(rng), {"suffix": 1}, "suffix")
        out.add(f"{text} {gibberish(rng)}", {"suffix": 1}, "suffix")
    for text in CODE(rng, HERE.parents[1]):
        labels = dict(NONE, injection=0, instruction=0, mail=0, suffix=0)
        out.add(text, labels, "code")


def main():
    data, prose, target = sys.argv[1:4]
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 7)
    grammar, out = Grammar(HERE / "grammars", word_lists(data)), Out(target)
    generated(out, rng, grammar)
    seeds(out, rng, grammar)
    sets(out, rng, data)
    lines = paragraphs(prose)
    corpus(out, rng, lines)
    chat = [row["text"] for row in rows(data, "davidson_tweets") if row["label"] == "neither"]
    strewn(out, rng, grammar, lines[: len(chat)] + chat)
    suffixes(out, rng, grammar)


if __name__ == "__main__":
    main()
