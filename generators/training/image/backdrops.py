"""What closes the scene at the horizon: mountains, hills, a skyline, or nothing. Each has two fixed layouts."""

import random

from canvas import UNITS, scaled

LAYOUTS = 2


def draw_mountains(canvas, light, horizon, layout):
    rng = random.Random(layout)
    peaks = [(x + rng.randrange(-16, 17, 8), rng.randrange(56, 89, 8)) for x in (24, 200, 112)]
    for x, height in peaks:
        half, top = height * 0.9, horizon - height
        canvas.polygon([(x - half, horizon), (x, top), (x + half, horizon)], light.on((112, 122, 150)))
        canvas.polygon([(x, top), (x + half, horizon), (x + half * 0.2, horizon)], light.on((92, 102, 130)))
        canvas.polygon([(x - half * 0.36, top + height * 0.36), (x, top), (x + half * 0.36, top + height * 0.36), (x, top + height * 0.27)], light.on((246, 249, 253)))


def draw_hills(canvas, light, horizon, layout):
    rng = random.Random(layout)
    for index, x in enumerate((40, 216, 128)):
        colour = light.ground([(122, 166, 100), (108, 154, 94), (92, 140, 88)][index])
        colour = scaled(colour, 0.94 - 0.04 * index) if light.snowy else colour
        canvas.half_disc(x + rng.randrange(-24, 25, 8), horizon, 96, rng.randrange(32, 57, 8), colour)


def draw_skyline(canvas, light, horizon, layout):
    rng = random.Random(layout)
    left = 0
    while left < UNITS:
        width = rng.choice((24, 32, 40))
        top = horizon - rng.randrange(40, 97, 8)
        colour = light.on(rng.choice([(116, 130, 156), (138, 148, 168), (98, 112, 140)]))
        canvas.box(left, top, left + width, horizon, colour)
        pane = light.window((200, 216, 230))
        for y in range(top + 8, horizon - 8, 16):
            for x in range(left + 4, left + width - 7, 12):
                canvas.box(x, y, x + 6, y + 8, pane)
        left += width


def draw_plain(_canvas, _light, _horizon, _layout):
    """An open horizon."""


BACKDROPS = {"mountains": draw_mountains, "hills": draw_hills, "skyline": draw_skyline, "plain": draw_plain}
