"""What a publishing system makes of an upload: the sizes of WordPress, by Pillow, without metadata.

usage: wordpress.py IN FOLDER

Writes `scaled.jpg` (at most 2560 pixels), `large.jpg` (1024), `medium.jpg` (300) and `thumbnail.jpg` (150 by 150,
cut from the middle), as far as the picture is larger, and prints the names, one a line.
"""

import sys

from PIL import Image, ImageOps

QUALITY = 82


def main(source, folder):
    picture = Image.open(source).convert("RGB")
    longest = max(picture.size)

    def save(made, name):
        made.save(f"{folder}/{name}.jpg", quality=QUALITY)
        print(f"{name}.jpg")

    for name, size in (("scaled", 2560), ("large", 1024), ("medium", 300)):
        if longest > size:
            made = picture.copy()
            made.thumbnail((size, size), Image.Resampling.LANCZOS)
            save(made, name)
    save(ImageOps.fit(picture, (150, 150), Image.Resampling.LANCZOS), "thumbnail")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
