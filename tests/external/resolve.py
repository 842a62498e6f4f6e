#!/usr/bin/env python3
"""Recovers manifests as a client does that knows only the C2PA 2.4 Soft Binding Resolution API.

usage: resolve.py ORIGIN root.pem FILE...

Asks the service at ORIGIN (found by its well-known document) for each file, which carries no
metadata any more, fetches the manifest store of the first match, and has c2pa-python read it with
root.pem as the only anchor. Prints one JSON object a line, and exits 0 only if each file led to a
manifest store whose signature is in order: its hash cannot match, because the file was changed.
"""
import io
import json
import mimetypes
import sys
import urllib.parse
import urllib.request

import c2pa

# What a changed file may fail: the binding to its bytes, and nothing of the claim itself.
CHANGED = {
    "assertion.dataHash.mismatch",
    "assertion.bmffHash.mismatch",
    "assertion.boxesHash.mismatch",
    "assertion.boxesHash.unknownBox",
    "assertion.boxesHash.malformed",
}


def get(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.headers.get_content_type(), answer.read()


def post(url, body, media_type):
    request = urllib.request.Request(url, data=body, headers={"content-type": media_type})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def discover(origin):
    found = json.loads(get(f"{origin}/.well-known/c2pa-soft-binding-resolution")[1])
    api = urllib.parse.urljoin(origin, found["apiEndpoint"])
    capabilities = json.loads(get(f"{api}/services/capabilities")[1])
    assert "queryByContent" in capabilities["supportedCapabilities"], capabilities
    assert json.loads(get(f"{api}/services/status")[1])["status"] == "ok"
    return api


def recover(api, context, path):
    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    with open(path, "rb") as file:
        data = file.read()
    matches = post(f"{api}/matches/byContent?maxResults=3", data, media_type)["matches"]
    if not matches:
        return {"file": path, "found": False}
    match = matches[0]
    base = match.get("endpoint", api)
    label = match["manifestId"]
    kind, store = get(f"{base}/manifests/{urllib.parse.quote(label, safe=':')}")
    assert kind == "application/c2pa", kind
    reader = c2pa.Reader(media_type, io.BytesIO(data), manifest_data=store, context=context)
    report = json.loads(reader.json())
    results = report["validation_results"]["activeManifest"]
    codes = {status["code"] for status in results.get("failure", [])}
    successes = {status["code"] for status in results.get("success", [])}
    sound = codes <= CHANGED and "claimSignature.validated" in successes
    return {
        "file": path, "found": True, "manifest": label, "score": match.get("similarityScore"),
        "active": report["active_manifest"] == label, "sound": sound, "codes": sorted(codes),
        "trusted": "signingCredential.trusted" in successes,
    }


def main(origin, root_path, paths):
    with open(root_path, encoding="ascii") as file:
        settings = {"trust": {"trust_anchors": file.read()}}
    context = c2pa.Context(c2pa.Settings.from_json(json.dumps(settings)))
    api = discover(origin)
    good = bool(paths)
    for path in paths:
        told = recover(api, context, path)
        good = good and all(told.get(key) for key in ("found", "active", "sound", "trusted"))
        print(json.dumps(told), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
