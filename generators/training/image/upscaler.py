"""The upscaler: 64×64 → 512×512, a residual network whose last layers unfold channels into pixels."""

from torch import nn
from torch.nn import functional as F

WIDTH = 48
BLOCKS = 5
FINE = 16
COARSE_FACTOR, FINE_FACTOR = 4, 2
FACTOR = COARSE_FACTOR * FINE_FACTOR


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)

    def forward(self, x):
        return x + self.conv2(F.relu(self.conv1(x)))


class Upscaler(nn.Module):
    """Adds to the bilinear enlargement what makes edges crisp."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, WIDTH, 3, padding=1)
        self.blocks = nn.ModuleList(Residual() for _ in range(BLOCKS))
        self.coarse = nn.Conv2d(WIDTH, FINE * COARSE_FACTOR**2, 3, padding=1)
        self.fine = nn.Conv2d(FINE, FINE, 3, padding=1)
        self.last = nn.Conv2d(FINE, 3 * FINE_FACTOR**2, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x):
        h = F.relu(self.first(x))
        for block in self.blocks:
            h = block(h)
        h = F.relu(F.pixel_shuffle(self.coarse(h), COARSE_FACTOR))
        h = F.relu(self.fine(h))
        enlarged = F.interpolate(x, scale_factor=FACTOR, mode="bilinear", align_corners=False)
        return enlarged + F.pixel_shuffle(self.last(h), FINE_FACTOR)
