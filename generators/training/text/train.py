"""Trains the starter text model on one CPU core.

    python train.py OUT_DIR --steps 9600            a run of known length
    python train.py OUT_DIR --minutes 80            as many steps as the time allows

Only the answer is scored: a model this small should not spend itself on predicting prompts.
Muon moves the matrices, AdamW embeddings and norms; digits were copied after some 1,000 steps.
"""

import argparse
import random
import time
from copy import deepcopy
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import evaluate
import grammar
from facts import HEADLINE, START
from model import Config, Llama

BATCH_TOKENS = 2048
CHUNK = 2048  # examples drawn at once, then batched by length


def main(a):
    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    out, tokenizer = Path(a.out), Tokenizer.from_file(str(Path(a.out) / "tokenizer.json"))
    model = Llama(Config(tokenizer.get_vocab_size()))
    run = Run(model, deepcopy(model), build_optimizers(model))
    if a.resume:
        run.load(out / "state.pt")
    print("parameters", sum(p.numel() for p in model.parameters()), flush=True)
    stream = batches(tokenizer, random.Random(a.seed + 1000 * run.step), run.simple)
    began, start, last_test = time.time(), run.done, time.time()
    while run.done < 1:
        run.update(next(stream), a.bf16)
        spent = (time.time() - began) / (60 * a.minutes)
        run.done = run.step / a.steps if a.steps else start + (1 - start) * spent
        if run.step % 50 == 0:
            print(f"{run} done {run.done:.2f}", flush=True)
        if time.time() - last_test > 60 * a.test_minutes or run.done >= 1:
            last_test = time.time()
            run.save(out / "state.pt")
            print(evaluate.summary(run.average, tokenizer, 20, run.step), flush=True)


class Run:
    """The state of a run: weights, their running average (which is what is shipped), counts."""

    def __init__(self, model, average, optimizers):
        self.model, self.average, self.optimizers = model, average, optimizers
        self.step, self.tokens, self.cpu_seconds, self.done, self.loss = 0, 0, 0.0, 0.0, 0.0

    def __str__(self):
        return f"step {self.step} loss {self.loss:.3f} tokens {self.tokens / 1e6:.2f}M cpu {self.cpu_seconds:.0f}s"

    def simple(self):
        """Share of examples with few facts: most at first, and always some, since people type few."""
        return max(0.12, 0.8 - 0.8 * self.tokens / 1.5e6)

    def update(self, batch, bf16):
        """One step."""
        cpu = time.process_time()
        set_rates(self.optimizers, self.step, self.done)
        self.loss, count = train_step(self.model, self.optimizers, batch, bf16)
        keep = min(0.998, 1 - 10 / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - keep)
        self.step, self.tokens = self.step + 1, self.tokens + count
        self.cpu_seconds += time.process_time() - cpu

    def save(self, path):
        """Everything that `load` and `export.py` need."""
        counts = {k: getattr(self, k) for k in ("step", "tokens", "cpu_seconds", "done")}
        parts = {k: getattr(self, k).state_dict() for k in ("model", "average")}
        torch.save(counts | parts | {"optimizers": [o.state_dict() for o in self.optimizers]}, path)

    def load(self, path):
        """Goes on where a run was saved."""
        state = torch.load(path)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        self.step, self.tokens = state["step"], state["tokens"]
        self.cpu_seconds, self.done = state["cpu_seconds"], state["done"]


def build_optimizers(model):
    """Muon for the matrices of the blocks, AdamW for embeddings and norms."""
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    others = [p for n, p in model.named_parameters() if p.ndim != 2 or "embed" in n]
    return [
        torch.optim.Muon(matrices, lr=0.02, momentum=0.95, weight_decay=0.01),
        torch.optim.AdamW(others, lr=3e-3, betas=(0.9, 0.98), weight_decay=0),
    ]


def set_rates(optimizers, step, done):
    """Short warm-up, level, then down to a fiftieth over the second half."""
    scale = min(1, (step + 1) / 100) * min(1, max(0.02, 2 * (1 - done)))
    for optimizer, peak in zip(optimizers, (0.02, 3e-3)):
        for group in optimizer.param_groups:
            group["lr"] = peak * scale


def train_step(model, optimizers, batch, bf16):
    """One update; returns the loss and the tokens read."""
    ids, scored = batch
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        hidden = model(ids[:, :-1])
        loss = F.cross_entropy(model.logits(hidden[scored[:, 1:]]).float(), ids[:, 1:][scored[:, 1:]])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return loss.item(), int((ids > 0).sum())


def batches(tokenizer, r, simple):
    """Endless batches of examples of similar length, as `(ids, which ids are scored)`."""
    start, head = tokenizer.token_to_id(START), tokenizer.token_to_id(HEADLINE)
    while True:
        examples = [grammar.example(r, simple()) for _ in range(CHUNK)]
        prompts = tokenizer.encode_batch([e[0] for e in examples])
        answers = tokenizer.encode_batch([e[3] for e in examples])
        rows = []
        for (_, language, headline, _), p, q in zip(examples, prompts, answers):
            opening = [start] + p.ids + [head] * headline + [tokenizer.token_to_id(language)]
            rows.append((opening + q.ids + [0], len(opening)))
        rows = sorted((row for row in rows if len(row[0]) <= 192), key=lambda row: len(row[0]))
        packed, taken = [], []
        for row in rows:
            if taken and (len(taken) + 1) * len(row[0]) > BATCH_TOKENS:
                packed.append(taken)
                taken = []
            taken.append(row)
        packed.append(taken)
        r.shuffle(packed)
        yield from map(pad, packed)


def pad(rows):
    """Rows of one batch, padded with `<|end|>`; the padding is not scored."""
    longest = max(len(row) for row, _ in rows)
    ids, scored = (
        torch.zeros(len(rows), longest, dtype=torch.long),
        torch.zeros(len(rows), longest, dtype=torch.bool),
    )
    for i, (row, opening) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        scored[i, opening : len(row)] = True
    return ids, scored


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", help="a folder that holds tokenizer.json")
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--test-minutes", type=float, default=6)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--bf16", action="store_true", help="compute in bfloat16: faster where the core has it"
    )
    parser.add_argument("--resume", action="store_true")
    main(parser.parse_args())
