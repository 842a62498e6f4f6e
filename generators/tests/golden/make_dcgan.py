"""Writes tests/golden/dcgan: the generator of PyTorch's DCGAN example with random weights, tiny, and
pictures that PyTorch makes with it. Needs torch and safetensors."""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

LATENT, WIDTH = 16, 4
torch.manual_seed(20)


def block(before, after, stride, padding):
    return [
        nn.ConvTranspose2d(before, after, 4, stride, padding, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(True),
    ]


main = nn.Sequential(
    *block(LATENT, WIDTH * 8, 1, 0),
    *block(WIDTH * 8, WIDTH * 4, 2, 1),
    *block(WIDTH * 4, WIDTH * 2, 2, 1),
    *block(WIDTH * 2, WIDTH, 2, 1),
    nn.ConvTranspose2d(WIDTH, 3, 4, 2, 1, bias=False),
    nn.Tanh(),
)
for layer in main:
    if isinstance(layer, nn.BatchNorm2d):
        layer.weight.data.uniform_(0.5, 1.5)
        layer.bias.data.normal_(0, 0.3)
        layer.running_mean.normal_(0, 0.3)
        layer.running_var.uniform_(0.2, 1.5)
    elif isinstance(layer, nn.ConvTranspose2d):
        layer.weight.data.normal_(0, 0.25)
main.eval()

numbers = torch.randn(2, LATENT)
with torch.no_grad():
    pictures = main(numbers[:, :, None, None])
folder = pathlib.Path(__file__).parent / "dcgan"
folder.mkdir(exist_ok=True)
state = {f"main.{name}": tensor for name, tensor in main.state_dict().items()}
state = {name: t for name, t in state.items() if not name.endswith("num_batches_tracked")}
save_file(state, folder / "generator.safetensors")
save_file({"numbers": numbers, "pictures": pictures}, folder / "golden.safetensors")
print(pictures.abs().mean(), pictures.std())
