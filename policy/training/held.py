"""How well heads find what sources say that they were not trained on: `held.py HELD.npz DATA FEATURES`.

HELD.npz was trained without the sources below, FEATURES holds their features (see train.sh).
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

from evaluate import Model
from pack_model import prose_labels, rows


def main():
    held, data, folder = Model(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    of = lambda key: held.scores(folder / f"{key}.bin")
    column = {name: place for place, name in enumerate(held.names)}
    labels = lambda key: np.array([row["label"] for row in rows(data, key)])
    area = lambda wanted, scores: f"AUPRC {average_precision_score(wanted, scores):.3f} ({np.mean(wanted):.0%} wanted)"

    kinds, prose = prose_labels(), of("dev_prose")
    moderated = ~np.isin(kinds, ["lookalike", "injection"])
    for name in ("sexual", "hate", "self-harm", "violence", "harassment", "illicit"):
        print("prose", name, area(kinds[moderated] == name, prose[moderated][:, column[name]]))
    for key, name in (("surge_toxicity", "harassment"), ("wiki_toxic", "harassment"), ("toxigen_demos", "hate")):
        print(key, name, area(labels(key), of(key)[:, column[name]]))
    cold, offensive = of("cold_dev")[:, column["hate"]], labels("cold_dev")
    print(f"cold_dev accuracy {np.mean((cold > 0) == offensive):.3f}")
    prompts, wild = of("benign_prompts"), of("jailbreak_inthewild")
    threshold = np.quantile(prompts[:, column["injection"]], 0.99)
    for key, scores in (("jailbreak_inthewild", wild), ("prose one-liners", prose[kinds == "injection"])):
        print(f"{key} recall {np.mean(scores[:, column['injection']] > threshold):.3f} at 1 % of harmless prompts")


if __name__ == "__main__":
    main()
