"""Lines of a label and a text on standard input, as JSON lines on standard output."""

import json
import sys

for line in sys.stdin:
    label, text = line.rstrip("\n").split("\t")
    print(json.dumps({"text": text, "label": label}, ensure_ascii=False))
