"""Writes what PyTorch computes with the shipped weights, for the backend's tests to compare.

    python golden.py
"""

import torch
from safetensors.torch import load_file, save_file

import vocabulary
from sampler import sample, seeded_noise
from unet import UNet
from upscaler import Upscaler

WORDS = ["dawn", "clear", "hills", "harbour"]
TIME = 0.7
STEPS = 4
STRIDE = 4  # of each result, every fourth pixel both ways is kept; of the large one, every sixteenth


def load(net, name):
    """The shipped weights, as f32."""
    weights = load_file(vocabulary.FOLDER / name)
    net.load_state_dict({key: value.float() for key, value in weights.items()})
    return net.eval()


def main():
    words = vocabulary.load()
    unet = load(UNet(len(words)), "unet.safetensors")
    upscaler = load(Upscaler(), "upscaler.safetensors")
    ids = torch.tensor([vocabulary.encode(WORDS, words)])
    noise = seeded_noise(1, 1).half()
    with torch.no_grad():
        velocity = unet(noise.float(), torch.tensor([TIME]), ids)
        picture = sample(unet, ids, noise.float(), steps=STEPS)
        large = upscaler(picture)
    golden = {
        "noise": noise,
        "velocity": velocity[:, :, ::STRIDE, ::STRIDE],
        "picture": picture[:, :, ::STRIDE, ::STRIDE],
        "large": large[:, :, :: 4 * STRIDE, :: 4 * STRIDE],
    }
    save_file({name: value.contiguous() for name, value in golden.items()}, vocabulary.FOLDER / "golden.safetensors")


if __name__ == "__main__":
    main()
