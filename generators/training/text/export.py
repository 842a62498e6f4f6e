"""Writes what the server loads: weights in bfloat16, config, format and golden values.

    python export.py TRAINED_DIR OUT_DIR
"""

import json
import re
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

import evaluate
from facts import KNOWN, SCHEMA, SHAPES, SPECIAL, canonical
from model import Config, Llama

PROMPTS = [
    "river; name=Elbe; place=Dresden; level_cm=412; change_cm=20; alert_cm=500",
    "写一则简讯：river; name=长江; place=武汉; level_cm=1893; change_cm=-12; alert_cm=2730",
    "Two-sentence brief on the river level in Bergen",
    "A brief with a headline: market; index=Dow; close=42110.5; change_pct=-0.84",
    "天气；城市=龘镇；星期=周三；天空=晴；最低=-3；最高=9",
]


def main(trained, out):
    """Everything but the model card, which people write."""
    trained, out = Path(trained), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    shutil.copy(trained / "tokenizer.json", out / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    state = torch.load(trained / "state.pt")
    weights = {k: v.to(torch.bfloat16).contiguous() for k, v in state["average"].items()}
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    model = load(out)
    (out / "config.json").write_text(model.config.to_json())
    write(out / "imprimatur.json", description(state))
    write(
        out / "golden.json",
        {
            "arithmetic": "float32 on the bfloat16 weights",
            "cases": [golden(model, tokenizer, p) for p in PROMPTS],
        },
    )


def load(folder):
    """The shipped weights, computed in float32."""
    weights = load_file(Path(folder) / "model.safetensors")
    model = Llama(Config(weights["model.embed_tokens.weight"].shape[0]))
    model.load_state_dict({k: v.float() for k, v in weights.items()})
    return model.eval()


def description(state):
    """imprimatur.json: how a prompt becomes tokens, and what the model knows."""
    return {
        "name": "imprimatur-starter-text",
        "task": "brief",
        "languages": ["en", "zh"],
        "license": "MIT OR Apache-2.0",
        "notice": "Starter model: for trying the pipeline, not for publishing.",
        "training": {
            "steps": state["step"],
            "tokens": state["tokens"],
            "cpu_seconds": round(state["cpu_seconds"]),
        },
        "format": {
            "sequence": ["start", "prompt", "headline if wanted", "language"],
            "special": {
                n: {"token": t, "id": i}
                for i, (n, t) in enumerate(zip(("end", "start", "en", "zh", "headline"), SPECIAL))
            },
            "headline_words": ["headline", "标题"],
        },
        "defaults": {"temperature": 0.6, "top_p": 0.95, "max_tokens": 160, "prompt_tokens_max": 120},
        "shapes": SHAPES,
        "kinds": {
            kind: {
                "aliases": aliases,
                "keys": [{"key": k, "shape": shape, "aliases": names} for k, (shape, names) in keys.items()],
            }
            for kind, (aliases, keys) in SCHEMA.items()
        },
        "known": known(),
    }


def known():
    """Values that are translated or phrased; other values are copied as they stand."""
    from sample import ZH

    return {key: {"en": words, "zh": [ZH[key][w] for w in words]} for key, words in KNOWN.items()}


def golden(model, tokenizer, prompt):
    """One case for the loader's test of parity."""
    text, language, headline, warnings = canonical(prompt)
    ids = evaluate.tokens(tokenizer, text, language, headline)
    with torch.no_grad():
        scores = model.logits(model(torch.tensor([ids]))[0, -1])
    top = scores.topk(8)
    shown = sorted({*top.indices.tolist(), 0, 1, 100, len(scores) - 1})
    greedy = model.generate(ids, temperature=0)
    return {
        "prompt": prompt,
        "canonical": text,
        "language": language,
        "headline": headline,
        "warnings": warnings,
        "ids": ids,
        "first_logits": [[i, round(scores[i].item(), 6)] for i in shown],
        "greedy": greedy + [0],
        "text": tokenizer.decode(greedy),
    }


def write(path, value):
    """JSON for people: Han as Han; short lists on one line."""

    text = json.dumps(value, ensure_ascii=False, indent=1)
    text = re.sub(
        r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s*\n\s*", " ", m.group(1)) + "]", text
    )
    path.write_text(text + "\n", encoding="utf8")


if __name__ == "__main__":
    main(*sys.argv[1:])
