"""Scores of texts as the gateway computes them: the highest over windows of sentences."""

import json

import numpy as np

from train import ROWS, documents

WINDOWS = (6, 24, 160)


class Model:
    def __init__(self, path):
        saved = np.load(path)
        squared = lambda numbers: numbers.astype(np.int32) * np.abs(numbers.astype(np.int32))
        self.stored = saved["table"], saved["shapes"]
        self.table, self.shapes = (squared(numbers) for numbers in self.stored)
        self.heads = json.loads(str(saved["heads"]))
        self.names = [head["name"] for head in self.heads]
        self.scale = np.array([head["scale"] for head in self.heads])
        self.bias = np.array([head["bias"] for head in self.heads])

    def sentence(self, rows):
        words = rows[rows < ROWS]
        shapes = rows[rows >= ROWS] - ROWS
        sums = self.table[words].sum(axis=0) if len(words) else np.zeros(self.table.shape[1])
        return np.append(sums, self.shapes[shapes].sum() if len(shapes) else 0)

    def windows(self, sentences):
        """For each sentence the scores of the windows that end with it."""
        sums = [self.sentence(rows) for _, _, rows in sentences]
        counts = [tokens for tokens, _, _ in sentences]
        for last in range(len(sums)):
            total, tokens, sizes = 0, 0, list(WINDOWS)
            for first in range(last, -1, -1):
                total, tokens = total + sums[first], tokens + counts[first]
                if first == 0 or tokens >= sizes[0]:
                    yield total * self.scale / np.sqrt(tokens + 2) + self.bias
                    while sizes and tokens >= sizes[0]:
                        sizes.pop(0)
                    if not sizes:
                        break

    def scores(self, path):
        """The highest score of each head for each text."""
        out = []
        for sentences in documents(path):
            windows = list(self.windows(sentences))
            out.append(np.max(windows, axis=0) if windows else np.full(len(self.names), -20.0))
        return np.array(out)
