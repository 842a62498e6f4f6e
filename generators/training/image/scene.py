"""The scene grammar: which things go together, and how a whole picture is drawn."""

import random

from PIL import Image

from backdrops import BACKDROPS, LAYOUTS
from canvas import Canvas, blend
from grounds import GROUNDS, WATERY
from light import GREY, TIMES, WEATHERS, Light
from objects import COLOURED, COLOURS, OBJECTS
from sky import draw_sky, draw_weather
from vocabulary import GOES_WITH

# Things whose shape or colour is learned last are drawn twice as often.
HARD = ("house", "castle", "tower", "car", "train", "boat")
HORIZON = 136
BASE = 212  # where objects stand


def compose(rng, **given):
    """A random scene: one word of each kind, `given` ones kept."""
    thing = given.get("object") or rng.choice([*OBJECTS, *HARD] + [""] * 5)
    usual = [place for place in GOES_WITH.get(thing, GROUNDS) if place in GROUNDS]
    places = usual if rng.random() < 0.9 else list(GROUNDS)
    if thing == "boat":
        places = usual
    spec = {
        "time": rng.choice(TIMES),
        "weather": rng.choice(("clear", "clear") + WEATHERS),
        "backdrop": rng.choice(list(BACKDROPS)),
        "ground": rng.choice(places),
        "object": thing,
        "colour": rng.choice(list(COLOURS)) if thing in COLOURED else "",
    }
    return spec | given


def words(spec):
    """The words of a scene, as the network sees them."""
    return [word for word in spec.values() if word]


def render(spec, rng, side):
    """Draws `spec` on a square of `side` pixels; `rng` chooses the layout."""
    canvas = Canvas(side)
    light = Light(spec["time"], spec["weather"])
    draw_sky(canvas, light, HORIZON, rng)
    BACKDROPS[spec["backdrop"]](canvas, light, HORIZON, rng.randrange(LAYOUTS))
    GROUNDS[spec["ground"]](canvas, light, HORIZON, rng.randrange(LAYOUTS))
    if spec["object"]:
        _draw_object(canvas, light, spec, rng)
    draw_weather(canvas, light)
    if spec["weather"] == "fog":
        mist = blend(light.sky_low, GREY[spec["time"]], 0.5)
        canvas.image = Image.blend(canvas.image, Image.new("RGB", canvas.image.size, mist), 0.45)
    return canvas.image


def _draw_object(canvas, light, spec, rng):
    x, base = rng.choice((96, 160)), BASE
    if spec["ground"] in WATERY and spec["object"] not in ("boat", "bridge", "lighthouse", "balloon"):
        canvas.disc(x, base, 84, light.ground(), 20)
    OBJECTS[spec["object"]](canvas, light, x, base, COLOURS.get(spec["colour"]))


def sheet(columns, rows, side, seed):
    """A contact sheet of the grammar itself."""
    rng = random.Random(seed)
    picture = Image.new("RGB", (columns * (side + 4), rows * (side + 4)), "white")
    for i in range(columns * rows):
        tile = render(compose(rng), rng, side * 2).reduce(2)
        picture.paste(tile, (i % columns * (side + 4), i // columns * (side + 4)))
    return picture


if __name__ == "__main__":
    sheet(12, 6, 128, 3).save("grammar.png")
