"""Lays pictures and their prompts out on one sheet.

    python sheet.py prompts.txt FOLDER sheet.jpg [--side 200]
"""

import argparse
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

COLUMNS = 10
CAPTION = 18


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
    pen, letters = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for number, prompt in enumerate(prompts):
        x, y = number % COLUMNS * width, number // COLUMNS * height
        picture = Image.open(options.folder / f"{number:02}.ppm")
        sheet.paste(picture.resize((options.side, options.side), Image.Resampling.LANCZOS), (x, y))
        # Not every machine has Chinese letters: such prompts are named by their line.
        caption = prompt if prompt.isascii() else f"(Chinese: line {number + 1} of prompts.txt)"
        pen.text((x + 2, y + options.side + 2), f"{number + 1} {caption}"[:34], fill="black", font=letters)
    sheet.save(options.sheet, quality=85)


if __name__ == "__main__":
    main()
