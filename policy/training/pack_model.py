"""Calibrates the heads and writes the model: `pack_model.py HEADS.npz HELD.npz DATA FEATURES OUT.bin`.

The curve of a head comes from the model that was trained without whole sources (HELD), so that it
tells how usual a score is among harmless texts unlike those it learned from. Its threshold comes from news
and harmless prompts, which no model was trained on or which must not be flagged.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from evaluate import Model

LEAST_RAW = -2.0
MAGIC = b"IMPRCLS1"
HERE = Path(__file__).parent
NEWS_QUANTILE, PROMPT_QUANTILE, HELD_PROMPT_QUANTILE = 0.9996, 0.999, 0.998
"""Fewer news may pass the thresholds of what a newsroom holds or would be hurt by: threats and the
like, hate and injection."""
STRICT_NEWS_QUANTILE, STRICT = 0.9998, ("hate", "injection", "suffix")
"""How many harmless texts score below one half. An instruction counts only in a letter, so that it
may be found more often; a suffix is found beside other injections, so that it may be found less."""
HALF_QUANTILE = {"instruction": 0.92, "mail": 0.997, "suffix": 0.998}


def rows(data, name):
    return [json.loads(line) for line in (Path(data) / f"{name}.jsonl").open(encoding="utf-8")]


def prose_labels():
    lines = (HERE / "dev_prose.tsv").read_text(encoding="utf-8").splitlines()
    return np.array([line.split("\t")[0] for line in lines])


def curve(positive, negative):
    """Slope and shift of a logistic curve, both kinds of texts weighing the same."""
    raw = np.concatenate([positive, negative])[:, None]
    labels = np.r_[np.ones(len(positive)), np.zeros(len(negative))]
    model = LogisticRegression(C=1.0, class_weight="balanced").fit(raw, labels)
    return max(0.3, float(model.coef_[0][0])), float(model.intercept_[0])


def harmless(name, place, held, data):
    """Scores of harmless texts of sources that the held model does not know."""
    at = lambda key: held[key][:, place]
    label = lambda key: np.array([row["label"] for row in rows(data, key)])
    if name in ("injection", "suffix"):
        return at("benign_prompts")
    if name == "instruction":
        return np.concatenate([at("news_en"), at("surge_toxicity"), at("wiki_toxic")])
    texts = [at("dev_prose")[np.isin(prose_labels(), ["benign", "lookalike"])], at("benign_prompts")]
    if name == "mail":
        return np.concatenate([*texts, at("news_en"), at("surge_toxicity")])
    texts += [at(key)[label(key) == 0] for key in ("surge_toxicity", "wiki_toxic", "toxigen_demos")]
    return np.concatenate([*texts, at("news_en")])


def calibrated(name, place, scores, held, data):
    """A score of one half means that one harmless text in a hundred scores as high: so the heads
    can be compared with each other."""
    quantile = HALF_QUANTILE.get(name, 0.99)
    slope, shift = 1.0, -float(np.quantile(harmless(name, place, held, data), quantile))
    if name in ("instruction", "mail"):
        shift = min(shift, -float(np.quantile(harmless(name, place, scores, data), quantile)))
    most = STRICT_NEWS_QUANTILE if name in STRICT or "/" in name else NEWS_QUANTILE
    news = lambda lang: float(np.quantile(scores[f"news_{lang}"][:, place], most))
    # Harmless prompts were trained on, but not by the held model.
    prompts = max(
        float(np.quantile(scores["benign_prompts"][:, place], PROMPT_QUANTILE)),
        float(np.quantile(held["benign_prompts"][:, place], HELD_PROMPT_QUANTILE)),
    )
    # The subcategories have few texts of their own: their curve is flat where no text was.
    least = LEAST_RAW if "/" in name else -9.0
    shift = min(shift, -least)
    english = {"slope": slope, "shift": shift, "threshold": threshold(slope, shift, max(news("en"), prompts, least))}
    if name in ("hate", "harassment"):
        # Offensive or not: the set has as many of both.
        offensive = np.array([row["label"] for row in rows(data, "cold_dev")])
        cold = held["cold_dev"][:, place]
        slope, shift = curve(cold[offensive == 1], cold[offensive == 0])
    return english, {"slope": slope, "shift": shift, "threshold": threshold(slope, shift, max(news("zh"), least))}


def threshold(slope, shift, raw):
    """The score from which a text is flagged by default: never below a half."""
    score = 1 / (1 + np.exp(-(slope * raw + shift)))
    return float(min(0.998, max(0.5, np.ceil(score * 1000 + 1) / 1000)))


def main():
    final, held, data, folder, out = sys.argv[1:6]
    model, held = Model(final), Model(held)
    paths = {path.stem: path for path in Path(folder).glob("*.bin")}
    final_scores = {key: model.scores(path) for key, path in paths.items()}
    held_scores = {key: held.scores(path) for key, path in paths.items()}
    described = []
    for place, head in enumerate(model.heads):
        english, chinese = calibrated(head["name"], place, final_scores, held_scores, data)
        described.append(head | {"en": english, "zh": chinese})
        print(f"{head['name']:24} en {english}  zh {chinese}")
    header = json.dumps({"heads": described}).encode()
    weights = b"".join(numbers.tobytes() for numbers in model.stored)
    Path(out).write_bytes(MAGIC + struct.pack("<I", len(header)) + header + weights)


if __name__ == "__main__":
    main()
