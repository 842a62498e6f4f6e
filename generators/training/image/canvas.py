"""A pen that draws in units of a 256-unit square, at any resolution."""

from PIL import Image, ImageDraw

UNITS = 256


def blend(a, b, share):
    """The colour `share` of the way from `a` to `b`."""
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b))


def scaled(colour, brightness):
    """`colour` made brighter or darker, kept within 0..255."""
    return tuple(max(0, min(255, round(c * brightness))) for c in colour)


class Canvas:
    """An RGB picture of `side` pixels addressed in units."""

    def __init__(self, side):
        self.image = Image.new("RGB", (side, side))
        self.pen = ImageDraw.Draw(self.image)
        self.scale = side / UNITS

    def _points(self, points):
        return [(x * self.scale, y * self.scale) for x, y in points]

    def box(self, left, top, right, bottom, colour):
        """A filled rectangle; the right and bottom edges are exclusive."""
        s = self.scale
        self.pen.rectangle([left * s, top * s, right * s - 1, bottom * s - 1], fill=colour)

    def polygon(self, points, colour):
        self.pen.polygon(self._points(points), fill=colour)

    def disc(self, x, y, rx, colour, ry=None):
        ry = rx if ry is None else ry
        self.pen.ellipse(self._points([(x - rx, y - ry), (x + rx, y + ry)]), fill=colour)

    def half_disc(self, x, y, rx, ry, colour):
        """The upper half of an ellipse."""
        self.pen.pieslice(self._points([(x - rx, y - ry), (x + rx, y + ry)]), 180, 360, fill=colour)

    def line(self, x0, y0, x1, y1, width, colour):
        self.pen.line(self._points([(x0, y0), (x1, y1)]), fill=colour, width=round(width * self.scale))
