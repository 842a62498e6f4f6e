#!/usr/bin/env python3
"""Asks two C2PA validators that no one here wrote about signed files.

usage: verify_c2pa.py root.pem FILE...

A manifest store that lies beside a file as FILE.c2pa belongs to it. Prints one JSON object a line
with the verdict of each validator, and exits 0 only if both call every file trusted with root.pem
as the only anchor. Needs the packages c2pa-python and encypher-c2pa; touches no network.
"""
import io
import json
import mimetypes
import os
import sys

import c2pa
import encypher_c2pa


def by_c2pa_python(context, data, media_type, store):
    """The state of c2pa-python, and the codes that led to it."""
    reader = c2pa.Reader(media_type, io.BytesIO(data), manifest_data=store, context=context)
    report = json.loads(reader.json())
    results = report.get("validation_results", {}).get("activeManifest", {})
    return state(report.get("validation_state", "none"), results)


def by_encypher(root, path, media_type, store):
    """The state of encypher-c2pa, and the codes that led to it."""
    # It reads text/plain only with the manifest inside the text, and knows no bytes without a kind.
    # What lies beside such a file it judges when the same bytes are called Markdown.
    if store is not None and media_type in ("text/plain", "application/octet-stream"):
        media_type = "text/markdown"
    report = encypher_c2pa.verify(
        path, media_type, trust_pem=root, tsa_trust_pem=root, no_default_trust=True,
        telemetry=False, online=False, manifest_store=store,
    )
    return state(report["validation_state"], report["validation_results"])


def state(name, results):
    """A validator's word in lower case; trusted means with a trusted time-stamp and no failure."""
    codes = [status["code"] for status in results.get("failure", [])]
    if not any(status["code"] == "timeStamp.trusted" for status in results.get("success", [])):
        codes.append("no trusted time-stamp")
    return name.lower(), codes, name.lower() == "trusted" and not codes


def ask(check, *arguments):
    try:
        verdict, codes, trusted = check(*arguments)
    except Exception as error:  # A validator that stops has not called the file trusted.
        verdict, codes, trusted = "error", [repr(error)[:300]], False
    return {"verdict": verdict, "codes": codes, "trusted": trusted}


def main(root_path, paths):
    with open(root_path, encoding="ascii") as file:
        root = file.read()
    settings = {"trust": {"trust_anchors": root}, "verify": {"remote_manifest_fetch": False}}
    context = c2pa.Context(c2pa.Settings.from_json(json.dumps(settings)))
    trusted = bool(paths)
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        beside = path + ".c2pa"
        store = None
        if os.path.exists(beside):
            with open(beside, "rb") as file:
                store = file.read()
        media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        answers = {
            "c2pa-python": ask(by_c2pa_python, context, data, media_type, store),
            "encypher-c2pa": ask(by_encypher, root, path, media_type, store),
        }
        trusted = trusted and all(answer["trusted"] for answer in answers.values())
        print(json.dumps({"file": path, **answers}), flush=True)
    return 0 if trusted else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
