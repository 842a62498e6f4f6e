#!/usr/bin/env python3
"""Asks others about texts that carry their manifest themselves (C2PA 2.4, appendix A.8).

usage: verify_text.py root.pem FILE...

encypher-c2pa judges each text as a whole. Two libraries that were written apart from it and from each
other, c2pa-text and c2pa-unstructured-text, must find the same wrapper, and the latter would have
written the very same one. c2pa-python does not know texts, but reads the manifest that was in it: the
signature must be trusted, and its hash must be the one that c2pa-unstructured-text computes of the
text. Prints one JSON object a line, and exits 0 only if all agree on every file.
"""
import base64
import io
import json
import sys

import c2pa
import c2pa_text
import c2pa_unstructured_text as unstructured
import encypher_c2pa


def by_encypher(root, path):
    report = encypher_c2pa.verify(
        path, "text/plain", trust_pem=root, tsa_trust_pem=root, no_default_trust=True,
        telemetry=False, online=False,
    )
    return report["validation_state"] == "Trusted" and not report["validation_results"].get("failure")


def by_libraries(text):
    found = unstructured.extract(text)
    wrapper = text.encode()[found["start"]:found["start"] + found["length"]].decode()
    return (
        c2pa_text.extract_manifest(text)[0] == found["payload"]
        and unstructured.encode_padded(found["payload"]) == wrapper
    )


def by_c2pa_python(context, text):
    store = unstructured.extract(text)["payload"]
    stream = io.BytesIO(text.encode())
    reader = c2pa.Reader("text/plain", stream, manifest_data=store, context=context)
    report = json.loads(reader.detailed_json())
    results = report["validation_results"]["activeManifest"]
    codes = {status["code"] for status in results["success"]}
    (manifest,) = report["manifests"].values()
    binding = manifest["assertion_store"]["c2pa.hash.data"]
    ranges = [(one["start"], one["length"]) for one in binding["exclusions"]]
    expected = unstructured.compute_data_hash(text)
    return (
        {"claimSignature.validated", "signingCredential.trusted", "timeStamp.trusted"} <= codes
        and base64.b64decode(binding["hash"]) == expected["hash"]
        and ranges == expected["exclusions"]
    )


def main(root_path, paths):
    with open(root_path, encoding="ascii") as file:
        root = file.read()
    settings = {"trust": {"trust_anchors": root}, "verify": {"remote_manifest_fetch": False}}
    context = c2pa.Context(c2pa.Settings.from_json(json.dumps(settings)))
    agreed = bool(paths)
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        answers = {
            "encypher-c2pa": by_encypher(root, path),
            "c2pa-text and c2pa-unstructured-text": by_libraries(text),
            "c2pa-python": by_c2pa_python(context, text),
        }
        agreed = agreed and all(answers.values())
        print(json.dumps({"file": path, **answers}), flush=True)
    return 0 if agreed else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
