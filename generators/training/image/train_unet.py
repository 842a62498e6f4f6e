"""Trains the denoiser on endless pictures of the scene grammar (rectified flow).

    python train_unet.py --out run/unet.safetensors --steps 6000 [--start unet.safetensors] [--minutes 60]
"""

import argparse
import copy
import random
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

import scene
import vocabulary
from sampler import contact_sheet, sample, seeded_noise, to_images
from unet import SIDE, UNet

BATCH = 12
BANK = 3_000  # pictures kept ready; each step renews a few of them
RENEWED = 6
DROP_ALL, DROP_WORD = 0.1, 0.03  # words hidden: all of them for guidance, single ones for robustness
WORDS_RATE = 20  # words are seen seldom, and their embeddings must grow large to be heard
PREVIEW = [
    "day clear plain harbour boat red", "day clear lighthouse", "dawn harbour", "night clear skyline street car yellow",
    "dusk cloudy skyline river bridge", "day snow mountains village church", "day cloudy hills field windmill", "dawn fog hills lake",
    "day rain field train blue", "dusk clear mountains forest", "day clear hills beach balloon red", "night snow hills forest house green",
    "day castle lake", "night clear sea lighthouse", "day desert tree", "dawn clear river tower",
]


class Bank:
    """Rendered pictures with their words."""

    def __init__(self, size, seed):
        self.rng = random.Random(seed)
        self.words = vocabulary.load()
        self.pictures = torch.zeros(size, 3, SIDE, SIDE, dtype=torch.uint8)
        self.ids = torch.zeros(size, vocabulary.SLOTS, dtype=torch.long)
        for index in range(size):
            self.renew(index)

    def renew(self, index):
        spec = scene.compose(self.rng)
        picture = scene.render(spec, self.rng, SIDE * 4).reduce(4)
        self.pictures[index] = torch.from_numpy(np.array(picture)).permute(2, 0, 1)
        self.ids[index] = torch.tensor(vocabulary.encode(scene.words(spec), self.words))

    def batch(self):
        for _ in range(RENEWED):
            self.renew(self.rng.randrange(len(self.ids)))
        chosen = torch.randint(0, len(self.ids), (BATCH,))
        ids = self.ids[chosen]
        ids[torch.rand(BATCH) < DROP_ALL] = 0
        ids[torch.rand(ids.shape) < DROP_WORD] = 0
        return self.pictures[chosen].float() / 127.5 - 1, ids


def flow_loss(net, pictures, ids, bf16):
    """Squared error of the velocity at a random point of the straight path picture → noise."""
    noise = torch.randn_like(pictures)
    at = torch.sigmoid(torch.randn(len(pictures)))
    share = at[:, None, None, None]
    noisy = (1 - share) * pictures + share * noise
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        velocity = net(noisy.contiguous(memory_format=torch.channels_last), at, ids)
    return F.mse_loss(velocity.float(), noise - pictures)


def learning_rate(peak, progress, step):
    return peak * min(1, (step + 1) / 30) * (1 if progress < 0.35 else max(0.02, (1 - progress) / 0.65))


def groups(net):
    """The embeddings of words learn faster than the rest."""
    words = list(net.words.parameters())
    others = [p for name, p in net.named_parameters() if not name.startswith("words.")]
    return [{"params": words, "share": WORDS_RATE}, {"params": others, "share": 1}]


def save(net, path):
    save_file({name: value.half().contiguous() for name, value in net.state_dict().items()}, path)


def preview(net, path):
    words = vocabulary.load()
    ids = torch.tensor([vocabulary.encode(line.split(), words) for line in PREVIEW])
    pictures = sample(net, ids, seeded_noise(len(ids), 5), steps=25)
    contact_sheet(to_images(F.interpolate(pictures, scale_factor=2)), 8).save(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop earlier; the rate falls in time")
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--bf16", action="store_true", help="faster where the processor has it, ten times slower elsewhere")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    net = UNet(len(vocabulary.load()))
    if options.start:
        net.load_state_dict({name: value.float() for name, value in load_file(options.start).items()})
    net = net.to(memory_format=torch.channels_last)
    smooth = copy.deepcopy(net)
    print("parameters", sum(p.numel() for p in net.parameters()), flush=True)
    bank = Bank(BANK, options.seed)
    optimizer = torch.optim.AdamW(groups(net), weight_decay=0.01)
    began, shown, average = time.monotonic(), time.monotonic(), None
    for step in range(options.steps):
        elapsed = (time.monotonic() - began) / 60
        progress = max(step / options.steps, elapsed / options.minutes)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = group["share"] * learning_rate(options.rate, progress, step)
        loss = flow_loss(net, *bank.batch(), options.bf16)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        decay = min(0.999, (step + 1) / (step + 10))
        with torch.no_grad():
            for slow, fast in zip(smooth.parameters(), net.parameters()):
                slow.lerp_(fast, 1 - decay)
        average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
        if step % 50 == 49:
            print(f"step {step + 1} loss {average:.4f} minutes {elapsed:.1f} cpu {time.process_time() / 60:.1f}", flush=True)
        if time.monotonic() - shown > 240:
            shown = time.monotonic()
            save(smooth, options.out)
            preview(smooth, options.out.with_suffix(f".{int(elapsed)}.png"))
    save(smooth, options.out)
    preview(smooth, options.out.with_suffix(".png"))


if __name__ == "__main__":
    main()
