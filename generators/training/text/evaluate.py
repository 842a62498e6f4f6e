"""Measures the model on facts it has not seen: are all figures of a brief figures of its facts?

    python evaluate.py MODEL_DIR --each 100
"""

import argparse
import random
import re
import types
from functools import cache
from pathlib import Path

import torch
from tokenizers import Tokenizer

import chinese
import english
import grammar
import names
import sample
from facts import CHINESE, ENGLISH, HEADLINE, KNOWN, START, spell

NUMBER = re.compile(r"\d+(?:\.\d+)?")
WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+|[\u3400-\u9fff]|\ufffd")


def unseen():
    """Name makers of the evaluation: half held-out names, half fresh inventions."""
    source, held = (
        types.SimpleNamespace(**{n: f for n, f in vars(names).items() if callable(f)}),
        names.HELD_OUT,
    )

    def mix(listed, invent):
        return lambda r: r.choice(listed) if r.random() < 0.5 else invent(r)

    for key in ("place", "river", "index"):
        setattr(source, key, mix(held[key], getattr(names, key)))
    for key, listed in {"place_zh": "地", "river_zh": "河", "person_zh": "人", "index_zh": "指"}.items():
        setattr(source, key, mix(held[listed], getattr(names, key)))
    source.person = mix(held["first"], names.person)
    source.team = lambda r: f"{source.place(r)} {r.choice(names.TEAM_ENDS)}".strip()
    source.team_zh = lambda r: source.place_zh(r) + r.choice(["队", "联队", "竞技", ""])
    return source


def prompts(each, seed):
    """`each` English and `each` Chinese lists of facts, all kinds in turn."""
    r, source = random.Random(f"unseen {seed}"), unseen()
    for i in range(2 * each):
        kind, is_chinese = grammar.KINDS[i // 2 % len(grammar.KINDS)], i % 2 == 1
        facts = sample.draw(r, kind, is_chinese, grammar.some_keys(r, kind, False), source)
        yield grammar.without_goals(facts), kind, is_chinese


def tokens(tokenizer, prompt, language, headline=False):
    """The ids that the model is given."""
    marks = [START, HEADLINE, language] if headline else [START, language]
    ids = [tokenizer.token_to_id(m) for m in marks]
    return ids[:1] + tokenizer.encode(prompt).ids + ids[1:]


NAMES = ("name", "place", "road", "home", "away", "scorer", "index", "a", "b")
FIGURES = ("level_cm", "alert_cm", "high_c", "delay_min", "crowd", "close", "turnout_pct", "eligible")
FIGURES += ("weight_g", "price_eur", "price_cny", "time", "reopens")
FAULTS = ("invented figures", "names left out", "main figures left out", "strange words", "untrue wording")


def judge(kind, facts, is_chinese, text):
    """What is wrong with a brief, in the order of `FAULTS`."""
    given = " ".join(facts.values())
    allowed = set(NUMBER.findall(given.replace("-", " "))) | set(re.findall(r"\d+", given))
    return (
        [n for n in NUMBER.findall(text) if n not in allowed],
        [v for k, v in facts.items() if k in NAMES and v not in text],
        [v.lstrip("-") for k, v in facts.items() if k in FIGURES and v.lstrip("-") not in text],
        [w for w in WORD.findall(text) if w not in given and w.lower() not in wording()],
        untrue(kind, facts, is_chinese, text),
    )


def untrue(kind, facts, is_chinese, text):
    """What is left of a brief once every sentence is cut off that the grammar would write of these facts.

    The strictest measure: it finds a rise called a fall, an alert level called a level, broken grammar.
    """
    words, seen = (chinese if is_chinese else english), grammar.view(kind, facts, is_chinese)
    if kind == "dialogue":
        true = dialogue_lines(words, seen)
    else:
        groups = [g for part in ("LEAD", "MORE") for g in grammar.sentences(words, part, kind)]
        true = [grammar.fill(t, seen) for slots, texts in groups if slots <= seen.keys() for t in texts]
        true += grammar.expand_all(tuple(words.CLOSE))
    true, rest = sorted({grammar.tidy(t, is_chinese) for t in true}, key=len, reverse=True), text
    while found := next((t for t in true if rest.startswith(t)), None):
        rest = rest[len(found) :].lstrip(" \n")
    return [rest] if rest else []


def dialogue_lines(words, seen):
    """Every line that either speaker may say."""
    seen = {"a": words.SOMEONE, "b": words.OTHER_ONE, "event": words.EVENT} | seen
    parts = (
        [t for pair in words.TALK for t in pair]
        + words.UNKNOWN
        + words.ASK_PRICE
        + words.REPLY_PRICE
        + words.BYE
    )
    lines = [t for t in grammar.expand_all(tuple(parts)) if set(grammar.SLOT.findall(t)) <= seen.keys()]
    return [seen[who] + words.COLON + grammar.fill(t, seen) for who in "ab" for t in lines]


@cache
def wording():
    """Every word and Han character that the wording itself uses: others must come from the facts."""
    texts = [Path(m.__file__).read_text(encoding="utf8") for m in (english, chinese, sample, grammar)]
    words = {w.lower() for t in texts + [str(KNOWN)] for w in WORD.findall(t)}
    return words | {w[:-1] for w in words if w.endswith("s")}


def run(model, tokenizer, each, seed, temperature=0.6, top_p=0.95):
    """Writes the briefs: `(prompt, text, is_chinese, *faults)` each."""
    random_ = torch.Generator().manual_seed(1)
    for facts, kind, is_chinese in prompts(each, seed):
        prompt = spell(kind, facts)
        ids = tokens(tokenizer, prompt, CHINESE if is_chinese else ENGLISH)
        text = tokenizer.decode(model.generate(ids, temperature, top_p, random=random_))
        yield prompt, text, is_chinese, *judge(kind, facts, is_chinese, text)


def summary(model, tokenizer, each, seed, show=3, **settings):
    """Faultless briefs per language and kind of fault, and some briefs to read."""
    rows = list(run(model.eval(), tokenizer, each, seed, **settings))
    model.train()
    lines = []
    for language, wanted in (("English", False), ("Chinese", True)):
        mine = [r for r in rows if r[2] == wanted]
        free = [f"{fault} {sum(not r[3 + i] for r in mine)}" for i, fault in enumerate(FAULTS)]
        lines.append(f"{language}, briefs of {len(mine)} without {', '.join(free)}")
        lines += [f"   {r[0]}\n     -> {r[1]!r} {faults(r)}" for r in mine[:show]]
    return "\n".join(lines)


def faults(row):
    """The faults of a row, named."""
    return "; ".join(f"{fault}: {found}" for fault, found in zip(FAULTS, row[3:]) if found)


if __name__ == "__main__":
    from export import load

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--temperature", type=float, default=0.6)
    parser.add_argument("--show", type=int, default=10)
    a = parser.parse_args()
    torch.set_num_threads(1)
    print(
        summary(
            load(a.model),
            Tokenizer.from_file(str(a.model / "tokenizer.json")),
            a.each,
            a.seed,
            a.show,
            temperature=a.temperature,
        )
    )
