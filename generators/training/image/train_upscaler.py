"""Trains the upscaler on pairs of the grammar's drawings and what the denoiser makes of them.

    python train_upscaler.py --unet unet.safetensors --out upscaler.safetensors --steps 3000 [--start upscaler.safetensors]

Half of the small pictures are drawings with noise and blur; the other half were noised part of the
way and denoised again, so that they carry the generator's own faults while their large original
is known.
"""

import argparse
import random
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

import scene
import vocabulary
from unet import SIDE, UNet
from upscaler import FACTOR, Upscaler

BANK = 96
CROP = 24  # small pixels
BATCH = 8
NOISED_TO = (0.35, 0.75)  # share of noise from which the denoiser starts again
DENOISE_STEPS = 8


def to_tensor(image):
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 127.5 - 1


def render_pairs(count, rng, words):
    """Small and large drawings of the same scenes, with their word ids."""
    small, large, ids = [], [], []
    for _ in range(count):
        spec = scene.compose(rng)
        picture = scene.render(spec, rng, SIDE * FACTOR * 2)
        large.append(to_tensor(picture.reduce(2)).to(torch.bfloat16))
        small.append(to_tensor(picture.reduce(2 * FACTOR)))
        ids.append(vocabulary.encode(scene.words(spec), words))
    return torch.stack(small), torch.stack(large), torch.tensor(ids)


@torch.no_grad()
def redraw(net, pictures, ids):
    """Noises pictures part of the way and lets the denoiser finish them."""
    start = torch.empty(len(pictures)).uniform_(*NOISED_TO)
    share = start[:, None, None, None]
    x = (1 - share) * pictures + share * torch.randn_like(pictures)
    for step in range(DENOISE_STEPS):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            velocity = net(x, start * (1 - step / DENOISE_STEPS), ids).float()
        x = x - velocity * share / DENOISE_STEPS
    return x.clamp(-1, 1)


def degrade(small):
    """Blur and noise of random strength."""
    kernel = torch.tensor([1.0, 2.0, 1.0])
    kernel = (kernel[:, None] * kernel[None] / 16).expand(3, 1, 3, 3)
    blurred = F.conv2d(F.pad(small, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)
    blur, noise = torch.rand(2, len(small), 1, 1, 1)
    return small + 0.7 * blur * (blurred - small) + 0.1 * noise * torch.randn_like(small)


class Pairs:
    """A bank of pairs from which crops are cut."""

    def __init__(self, net, seed):
        self.rng, self.net, self.words = random.Random(seed), net, vocabulary.load()
        self.small, self.large, self.ids = render_pairs(BANK, self.rng, self.words)
        self.redrawn = torch.cat([self._redraw(i) for i in range(0, BANK, 16)])

    def _redraw(self, first):
        part = slice(first, first + 16)
        return redraw(self.net, self.small[part], self.ids[part])

    def renew(self):
        """Replaces sixteen scenes."""
        first = self.rng.randrange(0, BANK, 16)
        part = slice(first, first + 16)
        self.small[part], self.large[part], self.ids[part] = render_pairs(16, self.rng, self.words)
        self.redrawn[part] = self._redraw(first)

    def batch(self):
        inputs, targets = [], []
        for i in range(BATCH):
            index, (y, x) = self.rng.randrange(BANK), (self.rng.randrange(SIDE - CROP + 1) for _ in range(2))
            source = self.redrawn if i % 2 else self.small
            inputs.append(source[index, :, y : y + CROP, x : x + CROP])
            large_y, large_x, side = y * FACTOR, x * FACTOR, CROP * FACTOR
            targets.append(self.large[index, :, large_y : large_y + side, large_x : large_x + side])
        inputs = torch.stack(inputs)
        inputs[::2] = degrade(inputs[::2])
        return inputs, torch.stack(targets).float()


def preview(upscaler, pairs, path):
    with torch.no_grad():
        large = upscaler(pairs.redrawn[:8])
    rows = [F.interpolate(pairs.redrawn[:8], scale_factor=4), F.interpolate(large, scale_factor=0.5, mode="area")]
    rows = [torch.cat(list(row), dim=2) for row in rows]
    pixels = ((torch.cat(rows, dim=1).clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).numpy()
    Image.fromarray(pixels).save(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--unet", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    net = UNet(len(vocabulary.load())).eval()
    net.load_state_dict({name: value.float() for name, value in load_file(options.unet).items()})
    upscaler = Upscaler()
    if options.start:
        upscaler.load_state_dict({name: value.float() for name, value in load_file(options.start).items()})
    upscaler = upscaler.to(memory_format=torch.channels_last)
    print("parameters", sum(p.numel() for p in upscaler.parameters()), flush=True)
    pairs = Pairs(net, options.seed)
    optimizer = torch.optim.Adam(upscaler.parameters(), lr=options.rate)
    began, average = time.monotonic(), None
    for step in range(options.steps):
        progress = step / options.steps
        for group in optimizer.param_groups:
            group["lr"] = options.rate * (1 if progress < 0.5 else max(0.02, 2 - 2 * progress))
        inputs, targets = pairs.batch()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            large = upscaler(inputs.contiguous(memory_format=torch.channels_last))
        loss = F.l1_loss(large.float(), targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(upscaler.parameters(), 0.5)
        optimizer.step()
        average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
        if step % 50 == 49:
            pairs.renew()
            print(f"step {step + 1} L1 {average:.4f} minutes {(time.monotonic() - began) / 60:.1f} cpu {time.process_time() / 60:.1f}", flush=True)
        if step % 500 == 499:
            save_file({name: value.half().contiguous() for name, value in upscaler.state_dict().items()}, options.out)
            preview(upscaler, pairs, options.out.with_suffix(".png"))
    save_file({name: value.half().contiguous() for name, value in upscaler.state_dict().items()}, options.out)
    preview(upscaler, pairs, options.out.with_suffix(".png"))


if __name__ == "__main__":
    main()
