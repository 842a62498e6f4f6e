"""Measures the model on facts it has not seen: are all figures of a brief figures of its facts?

python evaluate.py MODEL_DIR --each 100
"""

import argparse
import random
import re
import types
from pathlib import Path

import torch
from tokenizers import Tokenizer

import grammar
import names
import sample
from facts import CHINESE, ENGLISH, HEADLINE, START, spell

NUMBER = re.compile(r"\d+(?:\.\d+)?")


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


def judge(facts, text):
    """What is wrong with a brief: invented figures, names that are missing."""
    allowed = set(NUMBER.findall(" ".join(facts.values()).replace("-", " ")))
    allowed |= {part for n in allowed for part in n.split(".")} | {
        n for v in facts.values() for n in re.findall(r"\d+", v)
    }
    invented = [n for n in NUMBER.findall(text) if n not in allowed]
    named = [
        v
        for k, v in facts.items()
        if k in ("name", "place", "road", "home", "away", "index", "a", "b", "scorer")
    ]
    figures = [
        v.lstrip("-")
        for k, v in facts.items()
        if k
        in (
            "level_cm",
            "alert_cm",
            "high_c",
            "delay_min",
            "crowd",
            "close",
            "turnout_pct",
            "eligible",
            "weight_g",
            "price_eur",
            "price_cny",
            "time",
            "reopens",
        )
    ]
    return invented, [v for v in named if v not in text], [v for v in figures if v not in text]


def run(model, tokenizer, each, seed, temperature=0.6, top_p=0.95):
    """Writes the briefs: `(prompt, text, is_chinese, invented, names missing, figures missing)` each."""
    random_ = torch.Generator().manual_seed(1)
    for facts, kind, is_chinese in prompts(each, seed):
        prompt = spell(kind, facts)
        ids = tokens(tokenizer, prompt, CHINESE if is_chinese else ENGLISH)
        text = tokenizer.decode(model.generate(ids, temperature, top_p, random=random_))
        yield prompt, text, is_chinese, *judge(facts, text)


def summary(model, tokenizer, each, seed, show=3, **settings):
    """Shares per language, and some briefs to read."""
    rows = list(run(model.eval(), tokenizer, each, seed, **settings))
    model.train()
    lines = []
    for language, wanted in (("English", False), ("Chinese", True)):
        mine = [r for r in rows if r[2] == wanted]
        good = [sum(not r[i] for r in mine) for i in (3, 4, 5)]
        lines.append(
            f"{language}: no invented figure {good[0]}/{len(mine)}, all names copied {good[1]}, main figures said {good[2]}"
        )
        lines += [f"   {r[0]}\n     -> {r[1]!r} {r[3:]}" for r in mine[:show]]
    return "\n".join(lines)


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
