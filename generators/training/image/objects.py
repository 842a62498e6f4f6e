"""The thing a picture is about, drawn large, and the small ones that settings are made of."""

import math

from canvas import scaled

COLOURS = {"red": (216, 56, 52), "blue": (52, 108, 200), "yellow": (246, 204, 60), "green": (62, 156, 84), "white": (244, 244, 240)}
COLOURED = ("boat", "car", "train", "balloon", "house")
STONE = (196, 190, 178)


def draw_small_house(canvas, light, x, base, size, colour):
    """A house whose left lower corner is (x, base)."""
    canvas.box(x, base - size * 0.7, x + size, base, light.on(colour))
    canvas.polygon([(x - size * 0.1, base - size * 0.7), (x + size / 2, base - size * 1.2), (x + size * 1.1, base - size * 0.7)], light.roof((160, 72, 60)))
    canvas.box(x + size * 0.34, base - size * 0.5, x + size * 0.66, base - size * 0.2, light.window())


def draw_fir(canvas, light, x, base, height, shade=1.0):
    """A fir of two triangles on a trunk."""
    colour = scaled(light.on((214, 230, 232) if light.snowy else (48, 124, 76)), shade)
    canvas.box(x - height * 0.07, base - height * 0.22, x + height * 0.07, base, light.on((112, 80, 58)))
    canvas.polygon([(x - height * 0.36, base - height * 0.18), (x, base - height * 0.76), (x + height * 0.36, base - height * 0.18)], colour)
    canvas.polygon([(x - height * 0.27, base - height * 0.5), (x, base - height), (x + height * 0.27, base - height * 0.5)], scaled(colour, 1.06))


def draw_sailing_boat(canvas, light, x, base, size, sail, hull):
    """A hull of twice `size` with one mast and two sails."""
    canvas.box(x - size * 0.06 - 1, base - size * 1.7, x + size * 0.06 + 1, base, light.on((96, 74, 60)))
    canvas.polygon([(x + size * 0.12, base - size * 1.65), (x + size * 0.12, base - size * 0.12), (x + size * 0.9, base - size * 0.12)], light.on(sail))
    canvas.polygon([(x - size * 0.12, base - size * 1.4), (x - size * 0.12, base - size * 0.12), (x - size * 0.7, base - size * 0.12)], light.on(scaled(sail, 0.92)))
    canvas.polygon([(x - size, base), (x + size, base), (x + size * 0.68, base + size * 0.4), (x - size * 0.68, base + size * 0.4)], light.on(hull))


def draw_boat(canvas, light, x, base, colour):
    draw_sailing_boat(canvas, light, x, base - 8, 52, (252, 248, 238), colour)


def draw_lighthouse(canvas, light, x, base, _colour):
    canvas.disc(x, base, 44, light.on((132, 124, 116)), 16)
    top = base - 104
    red, white = light.on((214, 56, 52)), light.on((250, 250, 250))
    for i in range(4):
        y0, y1 = top + i * 26, top + i * 26 + 26
        w0, w1 = 12 + i * 2.5, 12 + (i + 1) * 2.5
        canvas.polygon([(x - w0, y0), (x + w0, y0), (x + w1, y1), (x - w1, y1)], white if i % 2 else red)
    canvas.box(x - 18, top - 4, x + 18, top, light.on((70, 72, 84)))
    canvas.box(x - 11, top - 22, x + 11, top - 4, (255, 232, 120))
    canvas.polygon([(x - 16, top - 22), (x, top - 40), (x + 16, top - 22)], red)


def draw_bridge(canvas, light, _x, base, _colour):
    iron = light.on((186, 72, 60))
    deck = base - 44
    for tower in (68, 188):
        canvas.box(tower - 6, deck - 72, tower + 6, base, iron)
        for side in (-1, 1):
            canvas.line(tower, deck - 68, tower + side * 60, deck + 2, 5, iron)
            canvas.line(tower, deck - 34, tower + side * 30, deck + 2, 4, iron)
    canvas.box(0, deck, 256, deck + 12, iron)


def draw_windmill(canvas, light, x, base, _colour):
    hub = base - 88
    canvas.polygon([(x - 24, base), (x - 14, hub), (x + 14, hub), (x + 24, base)], light.on((226, 206, 176)))
    canvas.polygon([(x - 18, hub), (x, hub - 24), (x + 18, hub)], light.roof((150, 72, 60)))
    canvas.box(x - 8, base - 26, x + 8, base, light.on((110, 78, 60)))
    for quarter in range(4):
        angle = math.pi / 4 + quarter * math.pi / 2
        canvas.line(x, hub, x + 62 * math.cos(angle), hub + 62 * math.sin(angle), 9, light.on((250, 248, 242)))
    canvas.disc(x, hub, 7, light.on((96, 74, 60)))


def draw_train(canvas, light, _x, base, colour):
    y = base - 16
    canvas.box(0, y + 6, 256, y + 14, light.on((86, 82, 80)))
    for left in (-16, 76, 168):
        canvas.box(left, y - 40, left + 84, y, light.on(colour))
        canvas.box(left + 84, y - 12, left + 92, y - 4, light.on((70, 70, 76)))
        for i in range(3):
            canvas.box(left + 8 + i * 26, y - 32, left + 24 + i * 26, y - 16, light.window((214, 234, 246)))
        for wheel in (left + 18, left + 66):
            canvas.disc(wheel, y + 2, 8, light.on((48, 48, 54)))


def draw_car(canvas, light, x, base, colour):
    body = light.on(colour)
    canvas.polygon([(x - 34, base - 26), (x - 20, base - 52), (x + 22, base - 52), (x + 38, base - 26)], body)
    canvas.polygon([(x - 24, base - 28), (x - 15, base - 46), (x - 2, base - 46), (x - 2, base - 28)], light.on((206, 230, 244)))
    canvas.polygon([(x + 4, base - 28), (x + 4, base - 46), (x + 18, base - 46), (x + 28, base - 28)], light.on((206, 230, 244)))
    canvas.box(x - 56, base - 28, x + 56, base - 4, body)
    canvas.box(x + 48, base - 24, x + 56, base - 16, (255, 240, 170))
    for wheel in (x - 32, x + 32):
        canvas.disc(wheel, base - 4, 14, light.on((40, 40, 46)))
        canvas.disc(wheel, base - 4, 6, light.on((190, 192, 198)))


def draw_church(canvas, light, x, base, _colour):
    wall = light.on((244, 236, 220))
    canvas.box(x - 16, base - 48, x + 52, base, wall)
    canvas.polygon([(x - 16, base - 48), (x - 4, base - 72), (x + 46, base - 72), (x + 58, base - 48)], light.roof((150, 76, 64)))
    canvas.box(x - 36, base - 88, x - 4, base, scaled(wall, 0.95))
    canvas.polygon([(x - 40, base - 88), (x - 20, base - 128), (x, base - 88)], light.roof((86, 98, 122)))
    canvas.box(x - 28, base - 76, x - 12, base - 56, light.window())
    canvas.box(x - 28, base - 24, x - 12, base, light.on((110, 78, 60)))
    for left in (8, 28):
        canvas.box(x + left, base - 36, x + left + 10, base - 12, light.window())


def draw_tower(canvas, light, x, base, _colour):
    iron = light.on((112, 98, 92))
    top = base - 136
    canvas.polygon([(x - 40, base), (x - 8, top + 40), (x - 4, top), (x + 4, top), (x + 8, top + 40), (x + 40, base), (x + 24, base), (x, base - 44), (x - 24, base)], iron)
    canvas.box(x - 30, base - 48, x + 30, base - 40, scaled(iron, 0.85))
    canvas.box(x - 16, base - 88, x + 16, base - 80, scaled(iron, 0.85))


def draw_balloon(canvas, light, x, _base, colour):
    y = 64
    main, stripe = light.on(colour), light.on((252, 244, 228) if colour != COLOURS["white"] else (214, 84, 76))
    for side in (-1, 1):
        canvas.line(x + side * 26, y + 22, x + side * 8, y + 62, 3, light.on((96, 74, 60)))
    canvas.disc(x, y, 42, main, 46)
    canvas.disc(x, y, 24, stripe, 46)
    canvas.disc(x, y, 9, main, 46)
    canvas.box(x - 10, y + 58, x + 10, y + 74, light.on((140, 96, 62)))


def draw_tree(canvas, light, x, base, _colour):
    leaf = light.on((222, 234, 236) if light.snowy else (66, 148, 72))
    canvas.box(x - 8, base - 56, x + 8, base, light.on((118, 84, 60)))
    for dx, dy, radius in ((-26, -64, 26), (26, -64, 26), (0, -92, 32), (0, -64, 28)):
        canvas.disc(x + dx, base + dy, radius, leaf)
    canvas.disc(x - 10, base - 96, 14, scaled(leaf, 1.1))


def draw_house(canvas, light, x, base, colour):
    canvas.box(x - 44, base - 56, x + 44, base, light.on(colour))
    canvas.box(x + 20, base - 100, x + 32, base - 64, light.on((150, 84, 70)))
    canvas.polygon([(x - 56, base - 54), (x, base - 104), (x + 56, base - 54)], light.roof((150, 70, 58)))
    canvas.box(x - 10, base - 34, x + 10, base, light.on((104, 72, 56)))
    for left in (-36, 18):
        canvas.box(x + left, base - 44, x + left + 18, base - 24, light.window())


def draw_castle(canvas, light, x, base, _colour):
    wall = light.on(STONE)
    canvas.box(x - 44, base - 56, x + 44, base, wall)
    for left in (-36, -12, 12, 32):
        canvas.box(x + left - 4, base - 66, x + left + 8, base - 54, wall)
    for side in (-1, 1):
        canvas.box(x + side * 52 - 14, base - 88, x + side * 52 + 14, base, scaled(wall, 0.92))
        canvas.polygon([(x + side * 52 - 18, base - 88), (x + side * 52, base - 120), (x + side * 52 + 18, base - 88)], light.roof((92, 104, 160)))
        canvas.box(x + side * 52 - 5, base - 72, x + side * 52 + 5, base - 56, light.window())
    canvas.half_disc(x, base - 20, 14, 14, light.on((84, 62, 50)))
    canvas.box(x - 14, base - 21, x + 14, base, light.on((84, 62, 50)))


OBJECTS = {
    "boat": draw_boat, "lighthouse": draw_lighthouse, "bridge": draw_bridge, "windmill": draw_windmill, "train": draw_train, "car": draw_car,
    "church": draw_church, "tower": draw_tower, "balloon": draw_balloon, "tree": draw_tree, "house": draw_house, "castle": draw_castle,
}
