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
# Frequent characters that the grammar itself does not use; people will type them.
COMMON = """的是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学
如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很
最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几
口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则
听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔赛晨晚夏冬""".replace(
    "\n", ""
)


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
    sources = [names.PLACE_CHARS, names.SOUND_CHARS, names.GIVEN, names.SURNAMES, COMMON]
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
