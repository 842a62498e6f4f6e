"""Sheets of the pictures that the example `bench` left: `python sheets.py PHOTOS OUT SHEETS`."""
import sys

import cv2
import numpy as np

photos, out, sheets = sys.argv[1:]


def cell(path, crop=None, side=(300, 225)):
    picture = cv2.imread(path)
    if crop:
        x, y, w, h = crop
        picture = picture[y : y + h, x : x + w]
    scale = min(side[0] / picture.shape[1], side[1] / picture.shape[0])
    small = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=small)
    ground = np.full((side[1], side[0], 3), 255, np.uint8)
    top, left = (side[1] - picture.shape[0]) // 2, (side[0] - picture.shape[1]) // 2
    ground[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return ground


def sheet(name, rows):
    picture = np.vstack([np.hstack([cell(*c) if isinstance(c, tuple) else cell(c) for c in row]) for row in rows])
    cv2.imwrite(f"{sheets}/{name}.jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 82])


def three(kind, photo, crop=None):
    return [(f"{out}/{kind}-{photo}-damaged.png", crop), (f"{out}/{kind}-{photo}-ours.png", crop), (f"{photos}/{photo}.png", crop)]


part = (250, 130, 320, 240)
if __name__ == "__main__":
    sheet(
        "restore",
        [
            three("restore-noise20", "kodim07", part),
            three("restore-blur2", "kodim07", part),
            three("restore-scratches+dust+noise8+fading", "kodim19"),
            three("restore-scratches+dust+noise8+fading", "kodim01"),
        ],
    )
    sheet("fill", [[(f"{out}/fill-all-{p}-0-{w}.png", c) for w in ("damaged", "ours")] + [(f"{photos}/{p}.png", c)] for p, c in (("kodim07", None), ("kodim13", part), ("kodim01", part))])
    sheet("style", [[f"{photos}/{p}.png", f"{out}/style-{k}-{p}-style.png", f"{out}/style-{k}-{p}-ours.png"] for k, p in (("photo", "kodim19"), ("poster", "kodim07"), ("strokes", "kodim19"), ("dots", "kodim13"))])
    sheet("try-on", [[f"{out}/wear-{w}-{x}.png" for x in ("garment", "person", "affine", "ours", "truth")] for w in ("turn-shirt-1", "bend-coat-1", "waves-trousers-1", "thinplate-dress-1")])
    sheet("enlarge", [[(f"{out}/large-3-{p}-bicubic.png", part), (f"{out}/large-3-{p}-ours.png", part), (f"{photos}/{p}.png", part)] for p in ("kodim01", "kodim09")])
