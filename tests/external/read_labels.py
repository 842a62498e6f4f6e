#!/usr/bin/env python3
"""Reads the labels of files with parsers that no one here wrote.

usage: read_labels.py EXPECTED.json FILE...

EXPECTED.json holds `aigc` (the object of GB 45438-2025), `source_type`, `ai_system` and
`ai_system_version`. Prints one JSON object a line with what was found, and exits 0 only if every file
states exactly one such object at its place and, where XMP has a place, the three others. Pictures and
everything in XMP are read by exiftool, films by ffprobe, sounds by ffprobe and mutagen, PDF by
exiftool, Markdown by PyYAML. Sounds and films must also decode without complaint.
"""
import json
import os
import subprocess
import sys

import mutagen
import mutagen._riff
import yaml

PICTURES = {"png", "jpg", "webp", "gif", "tif", "svg", "avif", "heic"}
FILMS = {"mp4", "m4a"}
WITH_XMP = PICTURES | FILMS | {"wav", "mp3"}


def run(*command):
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise ValueError(f"{command[0]}: {made.stderr.strip()[:200]}")
    return made.stdout


def by_exiftool(path, *tags):
    """The values of tags, each with its group, also where a tag stands more than once."""
    listed = json.loads(run("exiftool", "-j", "-a", "-G1:4", *tags, path))[0]
    return [(name, value) for name, value in listed.items() if name != "SourceFile"]


def by_ffprobe(path):
    """The values of every tag named AIGC, of the file or of a stream in it."""
    listed = json.loads(run("ffprobe", "-v", "error", "-show_entries",
                            "format_tags:stream_tags", "-of", "json", path))
    places = [listed.get("format", {})] + listed.get("streams", [])
    tags = [place.get("tags", {}).items() for place in places]
    return [value for tag in tags for name, value in tag if name.upper() == "AIGC"]


def decoded(path):
    said = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", "0", "-f", "null", "-"],
                          capture_output=True, text=True, check=False)
    if said.returncode != 0 or said.stderr.strip():
        raise ValueError(f"ffmpeg: {said.stderr.strip()[:200]}")


def objects(path, kind):
    """What each parser that knows the place finds there: one list a parser."""
    if kind in PICTURES:
        return [[value for _, value in by_exiftool(path, "-AIGC")]]
    if kind in FILMS:
        return [by_ffprobe(path)]
    if kind == "wav":
        with open(path, "rb") as file:
            chunks = mutagen._riff.RiffFile(file).root.subchunks()
            return [[chunk.read().decode("ascii") for chunk in chunks if chunk.id == "AIGC"]]
    if kind == "mp3":
        frames = mutagen.File(path).tags.getall("TXXX:AIGC")
        return [by_ffprobe(path), [text for frame in frames for text in frame.text]]
    if kind in {"flac", "ogg"}:
        return [by_ffprobe(path), mutagen.File(path).tags["AIGC"]]
    if kind == "pdf":
        return [[value for _, value in by_exiftool(path, "-PDF:AIGC")]]
    with open(path, encoding="utf-8") as file:
        return [[json.dumps(yaml.safe_load(file.read().split("---\n")[1])["AIGC"])]]


def as_object(value):
    return value if isinstance(value, dict) else json.loads(value)


def check(path, expected):
    kind = path.rsplit(".", 1)[-1]
    for found in objects(path, kind):
        if [as_object(value) for value in found] != [expected["aigc"]]:
            return f"AIGC: {found!r}"
        plain = [value for value in found if isinstance(value, str)]
        if kind != "md" and any(not 0x21 <= ord(sign) <= 0x7E for value in plain for sign in value):
            return f"AIGC is not printable: {found!r}"
    if kind in WITH_XMP:
        names = {"DigitalSourceType": "source_type", "AISystemUsed": "ai_system",
                 "AISystemVersionUsed": "ai_system_version"}
        for name, key in names.items():
            values = [str(value) for _, value in by_exiftool(path, "-XMP:" + name)]
            if values != [str(expected[key])]:
                return f"{name}: {values!r}"
    if kind not in PICTURES | {"pdf", "md"}:
        decoded(path)
    return None


def main(expected_path, paths):
    with open(expected_path, encoding="utf-8") as file:
        expected = json.load(file)
    wrong = 0
    for path in paths:
        try:
            problem = check(path, expected)
        except (KeyError, ValueError, TypeError, AttributeError, mutagen.MutagenError) as error:
            problem = repr(error)[:300]
        wrong += problem is not None
        print(json.dumps({"file": os.path.basename(path), "problem": problem}), flush=True)
    return 0 if paths and not wrong else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
