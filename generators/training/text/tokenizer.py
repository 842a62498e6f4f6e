"""Builds tokenizer.json: byte-level BPE, with digits and Han characters as single tokens.

A space before a capital, a digit or a Han character is its own token, so that `name=Elbe` and
`the Elbe` spell the name alike: copying is then one to one. `; place=` is one token, which keeps
prompts short. Whatever the vocabulary lacks is spelt in bytes.

    python tokenizer.py OUT_DIR
"""

import random
import string
import sys
from collections import Counter
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

import chinese
import english
import freetext
import grammar
import names
import sample
from facts import HAN, SPECIAL

PIECES = r"; [a-z_]+=|[.,] (?=\p{Lu})|\d|\p{Han}|\p{Lu}+\p{Ll}*| ?\p{Ll}+|\p{L}|[^\s\p{L}\d]|\s"


def main(out):
    """Trains the merges on the grammar and on every character that names may hold."""
    r = random.Random(1)
    lines = [part for _ in range(30000) for part in grammar.example(r)[::3]]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        lines + han_lines() + word_lines(),
        trainers.BpeTrainer(
            vocab_size=3000,
            special_tokens=[AddedToken(s, special=True) for s in SPECIAL],
            show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        ),
    )
    Path(out).mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(Path(out) / "tokenizer.json"))
    check(tokenizer)


def han_lines():
    """Every Han character worth a token, often enough to earn its merges."""
    sources = [names.EVERY_CHAR]
    sources += [open(m.__file__, encoding="utf8").read() for m in (names, chinese, freetext, sample)]
    characters = sorted({c for s in sources for c in s if HAN.match(c)})
    return characters * 400


def word_lines():
    """Every word of the English wording, and letters, so that capitalised names split evenly."""
    texts = [open(m.__file__, encoding="utf8").read() for m in (english, freetext, sample)]
    words = Counter(w.strip(string.punctuation) for t in texts for w in t.split())
    words = [w for w in words if w.isascii() and w.isalpha() and w.islower()]
    return [" " + w for w in words] * 40


def check(tokenizer):
    """What the loader relies on."""
    for text in [
        "river; name=Elbe; level_cm=-412.50",
        "The Elbe's level,  at Ústí.\n写一则简讯：长江龘 🙂",
        "\tx  y ",
    ]:
        assert tokenizer.decode(tokenizer.encode(text).ids) == text, text
    assert len(tokenizer.encode("1893").ids) == 4 and len(tokenizer.encode("武汉长江").ids) == 4
    print(
        "vocabulary",
        tokenizer.get_vocab_size(),
        tokenizer.encode("river; name=Passau; place=Winnipeg; level_cm=412").tokens,
    )


if __name__ == "__main__":
    main(sys.argv[1])
