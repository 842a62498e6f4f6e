"""Documents per CPU second of other filters, on the stretches that `--example measure` times.

    python3 -m venv peers && peers/bin/pip install presidio-analyzer detect-secrets alt-profanity-check
    peers/bin/python policy/benches/peers.py FOLDER

FOLDER holds `news_en.jsonl`. Each filter does a part of what the newsroom pack does: Presidio's pattern
recognisers find personal data (no language model is asked), detect-secrets' plugins find secrets, and
alt-profanity-check scores offensive language with a linear classifier.
"""

import itertools
import json
import pathlib
import sys
import time

BYTES = 650
DOCUMENTS = 300


def stretches(folder):
    lines = (pathlib.Path(folder) / "news_en.jsonl").read_text("utf-8").splitlines()
    text = " ".join(json.loads(line)["text"] for line in lines)
    text = "".join(letter for letter in text if letter.isascii())
    return [text[at : at + BYTES] for at in range(0, BYTES * DOCUMENTS, BYTES)]


def presidio():
    from presidio_analyzer import PatternRecognizer, RecognizerRegistry

    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    recognizers = [one for one in registry.recognizers if isinstance(one, PatternRecognizer)]
    return lambda text: [
        found
        for recognizer in recognizers
        for found in recognizer.analyze(text, recognizer.supported_entities, None)
    ]


def detect_secrets():
    from detect_secrets.core import scan
    from detect_secrets.settings import default_settings

    # Left open: reading the settings anew would take longer than looking.
    settings = default_settings()
    settings.__enter__()

    def judge(text, _open=settings):
        return [found for line in text.splitlines() for found in scan.scan_line(line)]

    return judge


def profanity():
    from profanity_check import predict_prob

    return lambda text: predict_prob([text])


def main():
    texts = stretches(sys.argv[1])
    for name, make in [("presidio", presidio), ("detect-secrets", detect_secrets), ("alt-profanity-check", profanity)]:
        judge = make()
        judge(texts[0])
        rounds = []
        for _ in range(3):
            start = time.process_time()
            for text in itertools.islice(texts, DOCUMENTS):
                judge(text)
            rounds.append(time.process_time() - start)
        spent = min(rounds)
        print(f"{name}: {spent / len(texts) * 1e6:.0f} µs a document, {len(texts) / spent:.0f} a CPU second")


main()
