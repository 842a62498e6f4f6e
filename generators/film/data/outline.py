"""Land outline of the map: Natural Earth (public domain) as packed by npm `world-atlas` 2.0.2.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python outline.py package/land-50m.json outline.bin

Rings are thinned (Douglas-Peucker, 0.06 degrees) and small islands are left out. The file holds, for
each ring, a 16-bit count and that many pairs of 16-bit longitude and latitude in 1/150 degree,
little-endian.
"""
import json, struct, sys

TOLERANCE, AREA_MIN, UNITS = 0.06, 0.03, 150


def thinned(points):
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    todo = [(0, len(points) - 1)]
    while todo:
        a, b = todo.pop()
        (x0, y0), (x1, y1) = points[a], points[b]
        dx, dy = x1 - x0, y1 - y0
        length = (dx * dx + dy * dy) ** 0.5
        far, at = 0.0, None
        for i in range(a + 1, b):
            x, y = points[i]
            d = abs(dx * (y - y0) - dy * (x - x0)) / length if length > 1e-9 else ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5
            if d > far:
                far, at = d, i
        if at is not None and far > TOLERANCE:
            keep[at] = True
            todo += [(a, at), (at, b)]
    return [p for p, k in zip(points, keep) if k]


def unwrapped(points):
    """Follows a ring across the date line; one that runs around a pole is closed below it."""
    out = [points[0]]
    for x, y in points[1:]:
        while x - out[-1][0] > 180:
            x -= 360
        while x - out[-1][0] < -180:
            x += 360
        out.append((x, y))
    if abs(out[-1][0] - out[0][0]) > 180:
        out += [(out[-1][0], -90), (out[0][0], -90), out[0]]
    middle = (min(x for x, _ in out) + max(x for x, _ in out)) / 2
    turn = round(middle / 360) * 360
    return [(x - turn, y) for x, y in out]


def main(source, target):
    world = json.load(open(source))
    (sx, sy), (tx, ty) = world["transform"]["scale"], world["transform"]["translate"]
    arcs = []
    for arc in world["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    rings = []
    for geometry in world["objects"]["land"]["geometries"]:
        for polygon in geometry["arcs"]:
            for ring in polygon:
                points = []
                for index in ring:
                    arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                    points += arc if not points else arc[1:]
                points = unwrapped(points)
                area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:]))) / 2
                if area >= AREA_MIN:
                    # A closed ring is thinned in two halves: its ends coincide.
                    half = len(points) // 2
                    points = thinned(points[: half + 1])[:-1] + thinned(points[half:])
                    if len(points) > 3:
                        rings.append((area, points))
    rings.sort(key=lambda ring: -ring[0])
    with open(target, "wb") as out:
        for _, points in rings:
            out.write(struct.pack("<H", len(points)))
            for x, y in points:
                out.write(struct.pack("<hh", round(x * UNITS), round(y * UNITS)))
    print(len(rings), "rings", sum(len(p) for _, p in rings), "points")


main(*sys.argv[1:])
