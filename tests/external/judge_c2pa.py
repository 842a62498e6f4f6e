#!/usr/bin/env python3
"""What c2pa-python says of signed files, with an anchor and as a stranger who has none.

usage: judge_c2pa.py root.pem FILE...

A manifest store that lies beside a file as FILE.c2pa belongs to it. Prints one JSON object a line:
`anchored` and `stranger`, each with the state and the failures' codes, the active manifest's label, and
its ingredients by relationship and manifest. Touches no network.
"""
import io
import json
import mimetypes
import os
import sys

import c2pa


def looked_at(anchors, data, media_type, store):
    """The report of one reader, and its verdict in short."""
    settings = {"trust": {"trust_anchors": anchors}} if anchors else {}
    settings["verify"] = {"remote_manifest_fetch": False}
    context = c2pa.Context(c2pa.Settings.from_json(json.dumps(settings)))
    reader = c2pa.Reader(media_type, io.BytesIO(data), manifest_data=store, context=context)
    report = json.loads(reader.json())
    failures = report["validation_results"]["activeManifest"].get("failure", [])
    codes = sorted({status["code"] for status in failures})
    return report, {"state": report["validation_state"].lower(), "codes": codes}


def main(root_path, paths):
    with open(root_path, encoding="ascii") as file:
        root = file.read()
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        store = None
        if os.path.exists(path + ".c2pa"):
            with open(path + ".c2pa", "rb") as file:
                store = file.read()
        media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        report, anchored = looked_at(root, data, media_type, store)
        _, stranger = looked_at(None, data, media_type, store)
        label = report["active_manifest"]
        ingredients = [
            {"relationship": part["relationship"], "manifest": part.get("active_manifest")}
            for part in report["manifests"][label].get("ingredients", [])
        ]
        print(json.dumps({
            "file": path, "anchored": anchored, "stranger": stranger, "manifest": label,
            "ingredients": ingredients,
        }), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
