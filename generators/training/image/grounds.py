"""What lies in front of the horizon. Each setting has two fixed layouts."""

from canvas import UNITS, scaled
from objects import draw_fir, draw_sailing_boat, draw_small_house

WATER = (58, 128, 184)
SAND = (238, 214, 160)
HOUSES = [(224, 124, 100), (236, 210, 150), (204, 212, 222), (232, 168, 112)]


def _waves(canvas, light, top, layout):
    colour = scaled(light.on(WATER), 1.2)
    for row, y in enumerate(range(top + 16, UNITS - 8, 24)):
        for x in range(16 + (row + layout) % 2 * 32, UNITS, 64):
            canvas.box(x, y, x + 24, y + 4, colour)


def _water(canvas, light, horizon, layout):
    canvas.box(0, horizon, UNITS, UNITS, light.on(WATER))
    _waves(canvas, light, horizon, layout)


def draw_sea(canvas, light, horizon, layout):
    _water(canvas, light, horizon, layout)


def draw_beach(canvas, light, horizon, layout):
    _water(canvas, light, horizon, layout)
    high, low = (208, 232) if layout % 2 else (232, 208)
    canvas.polygon([(0, UNITS), (0, high - 8), (128, 212), (UNITS, low - 8), (UNITS, UNITS)], light.on((250, 250, 250)))
    canvas.polygon([(0, UNITS), (0, high), (128, 220), (UNITS, low), (UNITS, UNITS)], light.ground(SAND))


def draw_harbour(canvas, light, horizon, layout):
    _water(canvas, light, horizon + 12, layout)
    start = 0 if layout % 2 else 88
    for i in range(4):
        draw_small_house(canvas, light, start + 8 + i * 40, horizon + 4, 32, HOUSES[(i + layout) % 4])
    canvas.box(0, horizon + 4, UNITS, horizon + 16, light.on((150, 128, 104)))
    for x, y in ((40, 200), (216, 184)):
        draw_sailing_boat(canvas, light, x, y, 28, (250, 246, 235), (196, 72, 60))


def draw_river(canvas, light, horizon, layout):
    canvas.box(0, horizon, UNITS, UNITS, light.ground())
    bend = (-24, 24)[layout]
    canvas.polygon([(112 + bend, horizon), (144 + bend, horizon), (216, UNITS), (24, UNITS)], light.on(WATER))


def draw_lake(canvas, light, horizon, layout):
    canvas.box(0, horizon, UNITS, UNITS, light.ground())
    x = (112, 144)[layout]
    canvas.disc(x, horizon + 64, 112, light.on((206, 190, 140)), 44)
    canvas.disc(x, horizon + 64, 106, light.on(WATER), 39)
    for dx, dy in ((-40, -12), (16, 4), (-16, 20)):
        canvas.box(x + dx, horizon + 64 + dy, x + dx + 24, horizon + 68 + dy, scaled(light.on(WATER), 1.2))


def draw_forest(canvas, light, horizon, layout):
    canvas.box(0, horizon, UNITS, UNITS, light.ground())
    for row, (y, height, gap) in enumerate(((horizon + 24, 56, 32), (horizon + 64, 72, 40), (horizon + 116, 96, 56))):
        for i in range(-1, UNITS // gap + 1):
            draw_fir(canvas, light, i * gap + 16 + (row + layout) % 2 * gap / 2, y, height, (1.08, 0.98, 0.88)[row])


def draw_village(canvas, light, horizon, layout):
    canvas.box(0, horizon, UNITS, UNITS, light.ground())
    for i in range(5):
        draw_small_house(canvas, light, 4 + i * 52, horizon + 40, 36, HOUSES[(i + layout) % 4])
    for i in range(4):
        draw_small_house(canvas, light, 8 + i * 64, horizon + 104, 48, HOUSES[(i * 3 + layout + 1) % 4])


def draw_field(canvas, light, horizon, layout):
    canvas.box(0, horizon, UNITS, UNITS, light.ground())
    crop = light.ground((236, 204, 96))
    crop = scaled(crop, 0.88) if light.snowy else crop
    middle = (104, 152)[layout]
    for i in range(-3, 4):
        canvas.polygon([(middle + i * 24 - 5, horizon), (middle + i * 24 + 5, horizon), (middle + i * 72 + 20, UNITS), (middle + i * 72 - 20, UNITS)], crop)


def draw_desert(canvas, light, horizon, layout):
    canvas.box(0, horizon, UNITS, UNITS, light.ground((240, 204, 132)))
    for x, y, rx, colour in ((64, horizon + 56, 112, (228, 188, 112)), (208, horizon + 72, 120, (218, 174, 100)), (96, UNITS, 128, (232, 194, 120))):
        canvas.half_disc(x + layout * 8, y, rx, 32, light.ground(colour))
        canvas.box(0, UNITS - 4, UNITS, UNITS, light.ground(colour))


def _lane(canvas, light, horizon):
    canvas.polygon([(116, horizon), (140, horizon), (224, UNITS), (32, UNITS)], light.on((100, 102, 110)))
    for top, bottom, half in ((horizon + 12, horizon + 26, 3), (horizon + 44, horizon + 68, 5), (horizon + 92, UNITS, 8)):
        canvas.polygon([(128 - half, top), (128 + half, top), (128 + half * 1.3, bottom), (128 - half * 1.3, bottom)], light.on((246, 240, 222)))


def draw_road(canvas, light, horizon, _layout):
    canvas.box(0, horizon, UNITS, UNITS, light.ground())
    _lane(canvas, light, horizon)


def draw_street(canvas, light, horizon, layout):
    canvas.box(0, horizon, UNITS, UNITS, light.ground((176, 178, 180)))
    _lane(canvas, light, horizon)
    for i, (left, width, height) in enumerate(((64, 36, 64), (32, 40, 96), (-8, 48, 136))):
        base = horizon + 14 + i * 28
        for mirrored in (False, True):
            colour = light.on(HOUSES[(i + layout + 2 * mirrored) % 4])
            x = UNITS - left - width if mirrored else left
            canvas.box(x, base - height, x + width, base, colour)
            for y in range(base - height + 8, base - 12, 20):
                for dx in (6, width - 16):
                    canvas.box(x + dx, y, x + dx + 10, y + 11, light.window())


GROUNDS = {
    "harbour": draw_harbour, "sea": draw_sea, "beach": draw_beach, "river": draw_river, "lake": draw_lake,
    "forest": draw_forest, "village": draw_village, "field": draw_field, "desert": draw_desert, "road": draw_road, "street": draw_street,
}
WATERY = ("harbour", "sea")
