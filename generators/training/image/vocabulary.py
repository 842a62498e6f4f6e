"""The words the network knows: one list, read by training and by the backend alike."""

import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "starter" / "image"
SLOTS = 6  # words of one scene: time, weather, backdrop, ground, object, colour


CONTENT = json.loads((FOLDER / "vocabulary.json").read_text(encoding="utf-8"))
GOES_WITH = CONTENT["goes_with"]


def load():
    """The words in the order of their ids, which start at 1; id 0 means no word."""
    return CONTENT["words"]


def encode(words, vocabulary):
    """Ids of `words`, padded with 0 to SLOTS."""
    ids = [vocabulary.index(word) + 1 for word in words]
    return ids + [0] * (SLOTS - len(ids))
