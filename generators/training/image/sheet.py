"""Lays pictures and their prompts out on one sheet.

    python sheet.py prompts.txt FOLDER sheet.jpg [--side 200]
"""

import argparse
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

COLUMNS = 10
CAPTION = 18
FONTS = ("NotoSansCJK-Regular.ttc", "DroidSansFallbackFull.ttf", "DejaVuSans.ttf")


def font(size):
    """The first font of this machine that is likely to know the captions' letters."""
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("prompts", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--side", type=int, default=200)
    options = parser.parse_args()
    prompts = options.prompts.read_text(encoding="utf-8").splitlines()
    width, height = options.side + 4, options.side + CAPTION + 4
    rows = -(-len(prompts) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width, rows * height), "white")
    pen, letters = ImageDraw.Draw(sheet), font(12)
    for number, prompt in enumerate(prompts):
        x, y = number % COLUMNS * width, number // COLUMNS * height
        picture = Image.open(options.folder / f"{number:02}.ppm")
        sheet.paste(picture.resize((options.side, options.side), Image.Resampling.LANCZOS), (x, y))
        pen.text((x + 2, y + options.side + 2), f"{number + 1} {prompt}", fill="black", font=letters)
    sheet.save(options.sheet, quality=85)


if __name__ == "__main__":
    main()
