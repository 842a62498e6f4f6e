"""Draws pictures from noise: Euler steps along the predicted velocity, with classifier-free guidance."""

import numpy as np
import torch
from PIL import Image

from unet import SIDE


@torch.no_grad()
def sample(net, ids, noise, steps=30, guidance=2.5):
    """Pictures in −1..1 for `ids` (batch × slots), starting from `noise`."""
    x = noise
    batch = len(ids)
    both = torch.cat([ids, torch.zeros_like(ids)])
    for step in range(steps):
        time = torch.full((2 * batch,), 1 - step / steps)
        with_words, without = net(torch.cat([x, x]), time, both).float().chunk(2)
        x = x - (without + guidance * (with_words - without)) / steps
    return x.clamp(-1, 1)


def seeded_noise(count, seed):
    return torch.randn(count, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))


def to_images(x):
    """Tensors in −1..1 as PIL pictures."""
    pixels = ((x.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    return [Image.fromarray(np.ascontiguousarray(p)) for p in pixels]


def contact_sheet(images, columns, gap=4):
    """The pictures in rows of `columns`."""
    side = images[0].width
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * (side + gap), rows * (side + gap)), "white")
    for i, image in enumerate(images):
        sheet.paste(image, (i % columns * (side + gap), i // columns * (side + gap)))
    return sheet
