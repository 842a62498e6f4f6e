"""Examples for training: facts and a brief that says them, in English or Chinese.

A brief opens with a lead sentence, then says every fact that is still unsaid, each once, in an
order drawn at random. Nothing is computed: the figures of a brief are those of its facts.
"""

import itertools
import re
from collections import defaultdict
from functools import cache

import chinese
import english
import freetext
import sample
from facts import CHINESE, ENGLISH, SCHEMA, spell

KINDS = list(SCHEMA)
# What a lead names where it is given, and of what it says at least one.
SUBJECT = {
    "river": ("name", "place"),
    "weather": ("place", "day"),
    "traffic": ("road", "place"),
    "match": ("home", "away", "score"),
    "market": ("index",),
    "election": ("place",),
    "product": ("name", "type"),
    "dialogue": ("a", "b", "event", "time"),
}
MAIN = {
    "river": {"level_cm", "up", "down", "same"},
    "weather": {"sky", "low_c", "high_c"},
    "traffic": {"cause", "delay_min", "queue_km"},
    "market": {"close", "up", "down", "same"},
    "election": {"turnout_pct", "eligible"},
}
SLOT = re.compile(r"\$([A-Za-z_]+)")


def example(r, simple=0.0):
    """One example: `(canonical prompt, language token, headline wanted, answer)`.

    With probability `simple` it has few facts: short examples first teach copying sooner.
    """
    is_chinese = r.random() < 0.65
    if r.random() < 0.12:
        prompt, answer = freetext.example(r, is_chinese)
        return prompt, CHINESE if is_chinese else ENGLISH, False, answer
    kind = r.choice(KINDS[:-1] if r.random() < 0.7 else KINDS)
    facts = without_goals(sample.draw(r, kind, is_chinese, some_keys(r, kind, r.random() < simple)))
    headline = kind != "dialogue" and r.random() < 0.15
    return (
        spell(kind, facts),
        CHINESE if is_chinese else ENGLISH,
        headline,
        brief(r, kind, facts, is_chinese, headline),
    )


def some_keys(r, kind, simple):
    """Which keys a person gives: most of them, or only two or three."""
    keys = list(SCHEMA[kind][1])
    if kind == "dialogue":
        return [k for k in keys if k in SUBJECT[kind] or r.random() < 0.75]
    if simple:
        return sorted(r.sample(keys, r.randint(1, 3)), key=keys.index)
    kept = [k for k in keys if r.random() < (0.93 if k in SUBJECT[kind] else 0.72)]
    if kind == "product" and "price_eur" in kept and "price_cny" in kept:
        kept.remove(r.choice(["price_eur", "price_cny"]))
    return kept or keys[:2]


def without_goals(facts):
    """A goalless draw has no scorer."""
    return {k: v for k, v in facts.items() if facts.get("score") != "0-0" or k not in ("scorer", "minute")}


def brief(r, kind, facts, is_chinese, headline):
    """The text that says these facts."""
    words, seen = (chinese if is_chinese else english), view(kind, facts, is_chinese)
    if kind == "dialogue":
        return tidy(dialogue(r, words, seen), is_chinese)
    said, unsaid = [], bases(seen)
    while unsaid:
        slots, text = (None if said else pick(r, words, "LEAD", kind, seen, unsaid)) or pick(
            r, words, "MORE", kind, seen, unsaid
        )
        said.append(fill(text, seen))
        unsaid -= bases(slots)
    if len(said) < 4 and r.random() < 0.2:
        said.append(r.choice(expand_all(tuple(words.CLOSE))))
    text = tidy(("" if is_chinese else " ").join(said), is_chinese)
    if not headline:
        return text
    return tidy(fill(pick(r, words, "HEAD", kind, seen, set())[1], seen), is_chinese) + "\n" + text


def view(kind, facts, is_chinese):
    """The facts as sentences use them: words translated, a minus sign turned into a fall."""
    seen = {}
    for key, value in facts.items():
        if key in ("change_cm", "change_pct"):
            name = "same" if float(value) == 0 else "down" if value.startswith("-") else "up"
            seen[name] = "" if name == "same" else value.lstrip("-")
        elif key in ("low_c", "high_c"):
            seen[key] = value.replace("-", "零下" if is_chinese else "minus ")
        elif is_chinese:
            seen[key] = sample.ZH.get(key, {}).get(value, value)
        else:
            seen[key] = english.PHRASE.get(key, {}).get(value, value)
    for key in ("cause", "sky"):
        if key in seen:
            seen[key.capitalize()] = seen[key][:1].upper() + seen[key][1:]
    if kind == "match" and "score" in facts:
        seen = with_result(seen)
    return seen


def with_result(seen):
    """The score from the winner's side, where both names are known."""
    home, away = (int(n) for n in seen["score"].split("-"))
    if not ("home" in seen and "away" in seen):
        return seen
    if home == away:
        return seen | {"drawn": seen["score"]}
    order = ("home", "away") if home > away else ("away", "home")
    high, low = max(home, away), min(home, away)
    return seen | {
        "winner": seen[order[0]],
        "loser": seen[order[1]],
        "won": f"{high}-{low}",
        "lost": f"{low}-{high}",
    }


BASE = {
    "winner": {"home", "away"},
    "loser": {"home", "away"},
    "won": {"score"},
    "lost": {"score"},
    "drawn": {"score"},
    "Cause": {"cause"},
    "Sky": {"sky"},
}


def bases(slots):
    """The facts behind some slots."""
    return set().union(*(BASE.get(s, {s}) for s in slots))


def pick(r, words, part, kind, seen, unsaid):
    """A sentence of a part, or none that fits; those that say more are likelier.

    A lead may use any fact but says at least one unsaid; a further sentence repeats nothing.
    """
    fits = []
    for slots, texts in sentences(words, part, kind):
        told = bases(slots)
        if slots <= seen.keys() and (part == "HEAD" or told & unsaid) and (part != "MORE" or told <= unsaid):
            fits.append((slots, texts, (1 + len(told)) ** 1.6 * min(len(texts), 12) ** 0.5))
    if not fits:
        return None
    if part == "LEAD":
        named = [lead_rank(kind, bases(f[0])) for f in fits]
        fits = [f for f, n in zip(fits, named) if n == max(named)]
    slots, texts, _ = r.choices(fits, [f[2] for f in fits])[0]
    return slots, r.choice(texts)


def lead_rank(kind, told):
    """How well these facts open a brief of a kind: all its names, and something about them."""
    return len(told & set(SUBJECT[kind])) + bool(told & MAIN.get(kind, set()))


@cache
def sentences(words, part, kind):
    """All wordings of a part, grouped by the slots they use."""
    groups = defaultdict(list)
    for text in expand_all(tuple(getattr(words, part)[kind])):
        groups[frozenset(SLOT.findall(text))].append(text)
    return sorted(groups.items(), key=lambda g: sorted(g[0]))


@cache
def expand_all(templates):
    """Every wording of some templates."""
    return [text for t in templates for text in expand(t)]


def expand(template):
    """`[a|b] c` as `a c`, `b c`; choices may nest."""
    inner = re.split(r"\[([^\[\]]*)\]", template)
    if len(inner) == 1:
        return [template]
    options = [part.split("|") if i % 2 else [part] for i, part in enumerate(inner)]
    flat = ["".join(p) for p in itertools.product(*options)]
    return list(dict.fromkeys(e for f in flat for e in expand(f)))


def fill(text, seen):
    """The wording with its facts in place."""
    text = re.sub(r"(\$[a-z]+)(?=\$)", r"\1\0", text)  # marks where two facts touch
    text = SLOT.sub(lambda m: seen[m.group(1)], text)
    return re.sub("(?<=[a-zA-Z0-9\u00c0-\u024f])\0(?=[a-zA-Z\u00c0-\u024f])", " ", text).replace("\0", "")


def tidy(text, is_chinese):
    """Capitals at the start of sentences, and singular units after 1."""
    if is_chinese:
        return text
    text = re.sub(
        r"(?<![\d.,-])1 (centimetre|kilometre|degree|minute|hour|gram|point|euro|polling station)s\b",
        r"1 \1",
        text,
    )
    return re.sub(r"(^|[.?!] )([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)


def dialogue(r, words, seen):
    """Two people, two to five lines."""

    def line(who, texts, needed):
        fits = [t for t in expand_all(tuple(texts)) if set(SLOT.findall(t)) <= set(seen)]
        fits = [t for t in fits if needed in SLOT.findall(t)] or fits
        return seen[who] + words.COLON + fill(r.choice(fits), seen)

    seen = {"a": words.SOMEONE, "b": words.OTHER_ONE, "event": words.EVENT} | seen
    ask, reply = r.choice(words.TALK)
    lines = [line("a", [ask], "place"), line("b", [reply] if "time" in seen else words.UNKNOWN, "time")]
    if "price_eur" in seen:
        lines += [line("a", words.ASK_PRICE, ""), line("b", words.REPLY_PRICE, "price_eur")]
    if r.random() < 0.6:
        lines.append(line("a", words.BYE, ""))
    return "\n".join(lines)
