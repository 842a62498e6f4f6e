"""Skies and what falls from them. There are few places for each thing, so that a small
network can learn them."""

import random

from canvas import UNITS, blend, scaled

SUN = {"day": (255, 224, 96), "dawn": (255, 206, 110), "dusk": (255, 176, 96)}
STARS = [(20, 20), (52, 72), (84, 28), (112, 88), (124, 16), (148, 60), (180, 92), (212, 24), (236, 64), (24, 104), (76, 108), (204, 112)]
CLOUDS = [[(36, 36), (124, 60), (212, 32)], [(68, 60), (148, 32), (228, 64)]]


def draw_sky(canvas, light, horizon, rng):
    """Gradient, sun or moon, stars and clouds above `horizon`."""
    for y in range(horizon + 1):
        canvas.box(0, y, UNITS, y + 1, blend(light.sky_top, light.sky_low, y / horizon))
    if light.weather in ("clear", "cloudy"):
        _sun_or_moon(canvas, light, horizon, rng.choice((72, 192)))
    if light.time == "night" and light.weather == "clear":
        for x, y in STARS:
            canvas.disc(x, y, 2.6, (250, 250, 230))
    if light.weather in ("cloudy", "rain", "snow"):
        _clouds(canvas, light, rng)


def _sun_or_moon(canvas, light, horizon, x):
    if light.time == "night":
        canvas.disc(x, 44, 20, (246, 242, 214))
        canvas.disc(x + 11, 38, 18, blend(light.sky_top, light.sky_low, 40 / horizon))
        return
    y = 44 if light.time == "day" else horizon - 52
    if light.time != "day":
        canvas.disc(x, y, 32, blend(light.sky_low, SUN[light.time], 0.4))
    canvas.disc(x, y, 22, SUN[light.time])


def _clouds(canvas, light, rng):
    base = (250, 251, 253) if light.weather == "cloudy" else (156, 160, 174) if light.weather == "rain" else (232, 235, 240)
    colour = light.on(base)
    for x, y in rng.choice(CLOUDS):
        for dx, dy, radius in ((-24, 4, 14), (0, -4, 20), (24, 4, 15)):
            canvas.disc(x + dx, y + dy, radius, colour, radius * 0.8)
        canvas.box(x - 24, y + 4, x + 24, y + 16, colour)


def draw_weather(canvas, light):
    """Rain strokes or snowflakes over the finished scene."""
    if light.weather == "rain":
        colour = scaled((206, 220, 240), 1.0 if not light.dark else 0.8)
        for row in range(-1, 8):
            for column in range(-1, 9):
                x = column * 32 + (16 if row % 2 else 0)
                y = row * 36
                canvas.line(x, y, x - 6, y + 20, 3, colour)
    elif light.weather == "snow":
        for row in range(8):
            for column in range(8):
                x = column * 32 + (16 if row % 2 else 0) + (row * 11 + column * 7) % 3 * 4
                y = row * 32 + (row * 5 + column * 3) % 4 * 4
                canvas.disc(x, y, 4, (250, 252, 255))
