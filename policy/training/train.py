"""Trains all heads on hashed features and writes the model.

`train.py TEXTS.jsonl FEATURES.bin OUT.model [--hold SOURCE,…]`. Features come from
`cargo run --release -p policy --example features`, the code that also classifies.
"""

import argparse
import json

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from assemble import HEADS

WORD_ROWS = 1 << 17
ROWS = 2 * WORD_ROWS
SHAPE_ROWS = 1 << 13
TOKENS_MAX = 160
"""Parts of words are many and say little each."""
PART_SCALE = 0.35
SMOOTH = 0.3
CUT = 0.9985
"""With a tenfold one training stops at a different, worse place after every change of the texts."""
TOLERANCE = 1e-4
"""Texts that are many: a head learns from a sample of them."""
MADE = ["keywords", "cold", "corpus", "davidson", "pii", "suffix", "identity"]
NEGATIVES_MAX, POSITIVES_MAX = 40_000, 14_000


def documents(path):
    """For each text its sentences: tokens, Han characters, rows."""
    numbers = np.fromfile(path, dtype="<u4")
    at = 0
    while at < len(numbers):
        sentences = []
        count, at = int(numbers[at]), at + 1
        for _ in range(count):
            tokens, han, features = (int(n) for n in numbers[at : at + 3])
            sentences.append((tokens, han, numbers[at + 3 : at + 3 + features]))
            at += 3 + features
        yield sentences


def matrix(docs):
    """One row for each text, from its first sentences; and the shapes apart."""
    indices, indptr, scale = [], [0], []
    for sentences in docs:
        tokens, total = 0, 0
        for count, _, rows in sentences:
            indices.append(rows)
            tokens, total = tokens + count, total + len(rows)
            if tokens > TOKENS_MAX:
                break
        indptr.append(indptr[-1] + total)
        scale.append(1 / np.sqrt(tokens + 2))
    indices = np.concatenate(indices).astype(np.int32)
    scales = np.repeat(np.array(scale, dtype=np.float32), np.diff(indptr))
    scales[(indices >= WORD_ROWS) & (indices < ROWS)] *= PART_SCALE
    shape = (len(scale), ROWS + SHAPE_ROWS)
    features = sparse.csr_matrix((scales, indices, np.array(indptr, dtype=np.int64)), shape=shape)
    features.sum_duplicates()
    return features


def telling(features, positive, weights):
    """How much more often a feature occurs in texts of a category than in others: the logarithm of
    the ratio. Features scaled by it are regularised less the more they tell (NBSVM)."""
    inside = features.T @ (weights * positive)
    outside = features.T @ (weights * ~positive)
    share = lambda sums: (sums + SMOOTH) / (sums.sum() + SMOOTH * len(sums))
    ratio = np.log(share(inside) / share(outside))
    return ratio / max(1e-6, np.sqrt(np.mean(ratio[(inside + outside) > 0] ** 2)))


def head(features, known, labels, weights, strength):
    features, positive, weights = features[known], labels[known] == 1, weights[known]
    scale = telling(features, positive, weights).astype(np.float32)
    scaled = features @ sparse.diags_array(scale)
    # Of a rare category the loss is small from the start: its head needs more steps.
    tolerance = TOLERANCE * min(1.0, 20 * float(np.average(positive, weights=weights)))
    model = LogisticRegression(C=strength, max_iter=100, tol=tolerance)
    model.fit(scaled, positive, sample_weight=weights)
    return model.coef_[0].astype(np.float32) * scale, float(model.intercept_[0])


def targets(rows, name):
    labels = np.array([row["labels"].get(name, -1) for row in rows])
    return labels >= 0, labels


def quantised(weights, free):
    """Int8 numbers whose signed squares, times a scale, are the weights: most weights are small and
    a few are large, and so both keep their precision. Single words of English must not decide
    alone, so their weights are cut; those of `free` rows, as of Han characters, may."""
    used = np.abs(weights)
    top = np.quantile(used[used > 0], CUT)
    limit = np.where(free, used.max(), top)
    weights = np.clip(weights, -limit, limit)
    largest = np.abs(weights).max()
    roots = np.sign(weights) * np.sqrt(np.abs(weights) / largest) * 127
    return np.round(roots).astype(np.int8), float(largest / 127**2)


def mostly_chinese(rows, features):
    """The rows of weights that Chinese texts use more than others."""
    chinese = np.array([row["lang"] == "zh" for row in rows], dtype=np.float32)
    words = features[:, :ROWS]
    return words.T @ chinese > words.T @ (1 - chinese)


def sampled(known, labels, weights, sources, random):
    """Of the made texts a sample, each with the weight of those that it stands for; all others."""
    few = ~np.isin(sources, MADE) & ~np.char.startswith(sources, "grammar")
    picked, weights = known & few, weights.copy()
    for label, most in ((0, NEGATIVES_MAX), (1, POSITIVES_MAX)):
        made = np.flatnonzero(known & ~few & (labels == label))
        part = min(1.0, most / max(1, len(made)))
        chosen = made[random.random(len(made)) < part]
        picked[chosen] = True
        weights[chosen] /= part
    return picked, weights


def train(rows, features, held, strength):
    weights = np.array([row["weight"] for row in rows], dtype=np.float32)
    sources = np.array([row["source"] for row in rows])
    weights[np.isin(sources, list(held))] = 0
    words = features[:, :ROWS]
    heads = {}
    for name in HEADS:
        known, labels = targets(rows, name)
        known &= weights > 0
        picked, weighted = sampled(known, labels, weights, sources, np.random.default_rng(7))
        heads[name] = head(words, picked, labels, weighted, strength)
        print(name, int(picked.sum()), int((labels[picked] == 1).sum()), flush=True)
    shapes = features[:, ROWS:]
    known, labels = targets(rows, "suffix")
    for place, row in enumerate(rows):
        if row["source"] in ("corpus", "benign_prompts", "wiki_toxic", "surge_toxicity", "pii", "bipia", "davidson", "jailbreak") or row["source"].startswith("grammar"):
            known[place], labels[place] = True, 0
    heads["suffix"] = head(shapes, known, labels, weights, strength)
    return heads


def write(path, heads, chinese):
    """What is to be known of the heads, and their weights."""
    table = np.zeros((ROWS, len(HEADS)), dtype=np.int8)
    described = []
    for place, name in enumerate(HEADS):
        weights, bias = heads[name]
        weights = weights.copy()
        weights[WORD_ROWS:] *= PART_SCALE
        table[:, place], scale = quantised(weights, chinese)
        described.append({"name": name, "scale": scale, "bias": bias})
    weights, bias = heads["suffix"]
    shapes, scale = quantised(weights, np.ones(SHAPE_ROWS, dtype=bool))
    described.append({"name": "suffix", "scale": scale, "bias": bias})
    np.savez_compressed(path, table=table, shapes=shapes, heads=json.dumps(described))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("texts")
    parser.add_argument("features")
    parser.add_argument("out")
    parser.add_argument("--hold", default="")
    parser.add_argument("--strength", type=float, default=1.0)
    parser.add_argument("--raw", default="")
    args = parser.parse_args()
    rows = [json.loads(line) for line in open(args.texts, encoding="utf-8")]
    features = matrix(documents(args.features))
    print(features.shape, features.nnz, flush=True)
    heads = train(rows, features, set(args.hold.split(",")), args.strength)
    if args.raw:
        np.savez(args.raw, **{name.replace("/", "+"): weights for name, (weights, _) in heads.items()})
    write(args.out, heads, mostly_chinese(rows, features))


if __name__ == "__main__":
    main()
