"""The denoiser: a small UNet that sees a noisy 64×64 picture, the time and a bag of words."""

import math

import torch
from torch import nn
from torch.nn import functional as F

CHANNELS = (32, 64, 112, 144)
EMBEDDING = 160
HEADS = 4
GROUPS = 8
SIDE = 64
ATTENTION_FROM_LEVEL = 2


class Block(nn.Module):
    """Two convolutions; time and words scale and shift the features between them."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.modulation = nn.Linear(EMBEDDING, 2 * outputs)
        self.norm2 = nn.GroupNorm(GROUPS, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, condition):
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, 1)
        h = self.conv2(F.silu(self.norm2(h) * (1 + scale) + shift))
        return self.skip(x) + h


class Attention(nn.Module):
    """Self-attention over all positions, added to its input."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        batch, channels, height, width = x.shape
        shape = (batch, 3, HEADS, channels // HEADS, height * width)
        q, k, v = self.qkv(self.norm(x)).reshape(shape).transpose(-1, -2).unbind(1)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(-1, -2)
        return x + self.out(mixed.reshape(batch, channels, height, width))


class Level(nn.Module):
    """Two blocks at one resolution, attention on the coarse ones, and a change of resolution."""

    def __init__(self, first, second, channels, level, resize):
        super().__init__()
        self.first = Block(first, channels)
        self.second = Block(second, channels)
        self.attention = Attention(channels) if level >= ATTENTION_FROM_LEVEL else nn.Identity()
        self.resize = resize


class UNet(nn.Module):
    """Predicts the velocity (noise − picture) of the straight path between them."""

    def __init__(self, vocabulary_size):
        super().__init__()
        last = len(CHANNELS) - 1
        self.words = nn.EmbeddingBag(vocabulary_size + 1, EMBEDDING, padding_idx=0, mode="sum")
        self.time = nn.Sequential(nn.Linear(64, EMBEDDING), nn.SiLU(), nn.Linear(EMBEDDING, EMBEDDING))
        self.input = nn.Conv2d(12, CHANNELS[0], 3, padding=1)
        self.down = nn.ModuleList()
        width = CHANNELS[0]
        for level, channels in enumerate(CHANNELS):
            shrink = nn.Conv2d(channels, channels, 3, 2, 1) if level < last else nn.Identity()
            self.down.append(Level(width, channels, channels, level, shrink))
            width = channels
        self.middle = Level(width, width, width, last, nn.Identity())
        self.up = nn.ModuleList()
        for level, channels in reversed(list(enumerate(CHANNELS))):
            smooth = nn.Conv2d(channels, channels, 3, padding=1)
            self.up.append(Level(width + channels, 2 * channels, channels, level, smooth))
            width = channels
        self.output_norm = nn.GroupNorm(GROUPS, width)
        self.output = nn.Conv2d(width, 12, 3, padding=1)
        nn.init.zeros_(self.output.weight)

    def condition(self, time, words):
        frequencies = torch.exp(-math.log(1000) * torch.arange(32) / 32)
        angles = time[:, None] * 1000 * frequencies[None]
        return F.silu(self.time(torch.cat([angles.sin(), angles.cos()], 1)) + self.words(words))

    def forward(self, x, time, words):
        condition = self.condition(time, words)
        x = self.input(F.pixel_unshuffle(x, 2))
        kept = []
        for level in self.down:
            x = level.first(x, condition)
            kept.append(x)
            x = level.attention(level.second(x, condition))
            kept.append(x)
            x = level.resize(x)
        x = self.middle.first(x, condition)
        x = self.middle.second(self.middle.attention(x), condition)
        for index, level in enumerate(self.up):
            x = level.first(torch.cat([x, kept.pop()], 1), condition)
            x = level.attention(level.second(torch.cat([x, kept.pop()], 1), condition))
            if index < len(self.up) - 1:
                x = F.interpolate(x, scale_factor=2.0)
            x = level.resize(x)
        return F.pixel_shuffle(self.output(F.silu(self.output_norm(x))), 2)
